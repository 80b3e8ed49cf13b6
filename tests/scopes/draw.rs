//! Random scopes.

use export_license_registry::rules::scope::{Exception, Scope};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde::de::DeserializeOwned;
use serde_json::json;
use uuid::Uuid;

use crate::register::{self, Register};

/// The conditions that are no combination, as a scope spells them.
pub(crate) const CONDITIONS: &[&str] = &[
    "destinations",
    "countryGroups",
    "controlCodes",
    "productClasses",
    "technologyTags",
    "securityClassifications",
    "exporters",
    "endUsers",
    "endUserKinds",
    "licenseKinds",
];

/// Prefixes at every level, over and beside the codes on file.
const PREFIXES: &[&str] = &[
    "ML",
    "ML1",
    "ML10",
    "ML1.a",
    "ML10.a",
    "ML10.a.1",
    "ML22",
    "5",
    "5A",
    "5A0",
    "5A001",
    "5A001.f",
    "5A001.f.1",
    "5A1",
    "5A101",
    "5D",
    "6",
    "6A003.b",
    "6A003.b.4",
    "6A003.b.5",
    "0",
];

/// A seeded source of chance.
pub(crate) struct Dice(StdRng);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(StdRng::seed_from_u64(seed))
    }

    /// A number from `low` to `high`.
    pub(crate) fn between(&mut self, low: usize, high: usize) -> usize {
        self.0.random_range(low..=high)
    }

    /// Whether something that happens `percent` times in a hundred happens.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.between(1, 100) <= percent
    }

    /// One of several.
    pub(crate) fn one<T: Copy>(&mut self, of: &[T]) -> T {
        *of.get(self.between(0, of.len() - 1)).expect("there are some")
    }

    /// So many of several, each once.
    pub(crate) fn some<T: Copy + PartialEq>(&mut self, low: usize, high: usize, of: &[T]) -> Vec<T> {
        let count = self.between(low, high).min(of.len());
        let mut drawn = Vec::with_capacity(count);
        while drawn.len() < count {
            let next = self.one(of);
            if !drawn.contains(&next) {
                drawn.push(next);
            }
        }
        drawn
    }

    /// A scope that nests as deep as it is allowed to at most, and often does.
    pub(crate) fn scope(&mut self, register: &Register) -> Scope {
        let depth = self.between(1, 8);
        let mut left = 40;
        self.nested(register, depth, &mut left)
    }

    /// A scope of exactly this depth on one of its branches, while there are conditions left.
    fn nested(&mut self, register: &Register, depth: usize, left: &mut usize) -> Scope {
        *left = left.saturating_sub(1);
        if depth <= 1 {
            return self.condition(register);
        }
        if self.chance(30) {
            let (of, but) = if self.chance(50) { (depth - 1, 1) } else { (1, depth - 1) };
            let (of, but) = (self.nested(register, of, left), self.nested(register, but, left));
            return Scope::Except(Box::new(Exception { of, but }));
        }
        let mut parts = vec![self.nested(register, depth - 1, left)];
        for _ in 0..self.between(0, 2) {
            if *left > 0 {
                let depth = self.between(1, depth - 1);
                parts.insert(0, self.nested(register, depth, left));
            }
        }
        if self.chance(55) { Scope::Any(parts) } else { Scope::All(parts) }
    }

    fn condition(&mut self, register: &Register) -> Scope {
        let exporters: Vec<Uuid> = register.exporters.iter().copied().chain([register::NOBODY]).collect();
        let end_users: Vec<Uuid> =
            register.end_users.iter().map(|(id, _)| *id).chain([register::NOBODY]).collect();
        match self.one(CONDITIONS) {
            "destinations" => Scope::Destinations(parsed(&self.some(1, 6, register::DESTINATIONS))),
            "countryGroups" => Scope::CountryGroups(parsed(&self.some(1, 3, register::GROUPS))),
            "controlCodes" => Scope::ControlCodes(parsed(&self.some(1, 6, PREFIXES))),
            "productClasses" => Scope::ProductClasses(parsed(&self.some(1, 3, register::CLASSES))),
            "technologyTags" => Scope::TechnologyTags(parsed(&self.some(1, 5, register::TAGS))),
            "securityClassifications" => {
                Scope::SecurityClassifications(parsed(&self.some(1, 5, register::SECURITY)))
            }
            "exporters" => Scope::Exporters(self.some(1, 5, &exporters)),
            "endUsers" => Scope::EndUsers(self.some(1, 5, &end_users)),
            "endUserKinds" => Scope::EndUserKinds(parsed(&self.some(1, 5, register::USER_KINDS))),
            _ => Scope::LicenseKinds(parsed(&self.some(1, 2, register::KINDS))),
        }
    }
}

/// Names as the rules have them.
pub(crate) fn parsed<T: DeserializeOwned>(names: &[&str]) -> Vec<T> {
    serde_json::from_value(json!(names)).expect("known names")
}
