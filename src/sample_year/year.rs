//! The year as it goes: the people, the registers, and what is under way.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::agenda::{Agenda, Held, Product, Task};
use super::dice::Dice;
use super::office::{Office, Staff};
use super::plan::Plan;
use super::world;
use crate::act::Actor;
use crate::history::Grounds;
use crate::http::Problem;
use crate::ids::{EndUserId, LicenseId, TemplateId};
use crate::rules::product::ProductClass;
use crate::rules::values::{Country, Prose};

/// An exporter on the register, with its products.
pub(super) struct Firm {
    pub(super) person: Actor,
    pub(super) products: Vec<Product>,
}

/// A marketing license that an export application may rest on.
pub(super) struct Cover {
    pub(super) license: LicenseId,
    pub(super) exporter: usize,
    pub(super) products: Vec<Product>,
    pub(super) end_user: Option<EndUserId>,
}

/// A marketing license of a short term, which its holder will want renewed.
pub(super) struct Renewable {
    pub(super) cover: Cover,
    pub(super) country: usize,
}

/// The state of the year.
pub(super) struct Year {
    pub(super) plan: Plan,
    pub(super) office: Office,
    pub(super) dice: Dice,
    pub(super) agenda: Agenda,
    pub(super) staff: Staff,
    pub(super) countries: Vec<Country>,
    pub(super) firms: Vec<Firm>,
    /// How many products are given out so far.
    pub(super) products: u32,
    pub(super) templates: BTreeMap<ProductClass, TemplateId>,
    pub(super) end_users: BTreeMap<(usize, usize, bool), EndUserId>,
    /// By country, the latest marketing licenses.
    pub(super) covers: Vec<Vec<Cover>>,
    pub(super) renewables: Vec<Renewable>,
    /// Licenses that nothing has happened to yet.
    pub(super) pool: Vec<Held>,
    /// Revocations and freezes that are due and not yet begun.
    pub(super) owed: (u32, u32),
    pub(super) done: u64,
}

/// How many marketing licenses a country remembers.
const MOST_COVERS: usize = 64;

impl Year {
    /// An office with its people, and everything that the calendar brings by itself on the agenda.
    pub(super) async fn open(plan: Plan, mut office: Office, seed: u64) -> Result<Self, Problem> {
        let begins = plan.exporter_at(0) - TimeDelta::days(7);
        let staff = office.hire(begins).await?;
        let codes = world::DESTINATIONS.split_whitespace();
        let countries = codes.map(str::parse).collect::<Result<Vec<Country>, _>>()?;
        let covers = countries.iter().map(|_| Vec::new()).collect();
        let mut agenda = Agenda::default();
        for class in ProductClass::ALL {
            agenda.note(begins + TimeDelta::days(1), Task::EnactTemplate(*class));
        }
        // The declaration of December 2021: a new version for cyber and intelligence systems.
        agenda.note(
            plan.wave_at(0) + TimeDelta::days(279),
            Task::EnactTemplate(ProductClass::CyberIntelligence),
        );
        agenda.note(plan.exporter_at(0), Task::Apply(0));
        agenda.note(plan.marketing_at(0), Task::FileMarketing(0));
        agenda.note(plan.export_at(0), Task::FileExport(0));
        agenda.note(plan.wave_at(0), Task::Wave(0));
        agenda.note(plan.sweep_at(0), Task::Sweep(0));
        Ok(Self {
            plan,
            office,
            dice: Dice::new(seed),
            agenda,
            staff,
            countries,
            firms: Vec::new(),
            products: 0,
            templates: BTreeMap::new(),
            end_users: BTreeMap::new(),
            covers,
            renewables: Vec::new(),
            pool: Vec::new(),
            owed: (0, 0),
            done: 0,
        })
    }

    /// Does the next task; false where the year is over.
    pub(super) async fn go_on(&mut self) -> Result<bool, Problem> {
        let Some((at, task)) = self.agenda.next(self.plan.end) else { return Ok(false) };
        match task {
            Task::Apply(index) => self.apply(at, index).await?,
            Task::Register(firm) => self.register(at, firm).await?,
            Task::Submit(firm) => self.submit_product(at, firm).await?,
            Task::Classify(firm, product) => self.classify(at, firm, product).await?,
            Task::EnactTemplate(class) => self.enact_template(at, class).await?,
            Task::FileMarketing(index) => self.file_marketing(at, index).await?,
            Task::FileExport(index) => self.file_export(at, index).await?,
            Task::Verify(declaration) => self.verify(at, declaration).await?,
            Task::Accept(declaration) => self.accept(at, declaration).await?,
            Task::Return(case) => self.return_case(at, case).await?,
            Task::Resubmit(case) => self.resubmit(at, case).await?,
            Task::TakeUp(case) => self.take_up(at, case).await?,
            Task::Ask(case) => self.ask(at, case).await?,
            Task::Supply(case) => self.supply(at, case).await?,
            Task::Refer(case) => self.refer(at, case).await?,
            Task::Conclude(case) => self.conclude(at, case).await?,
            Task::Withdraw(case) => self.withdraw(at, &case).await?,
            Task::Advise(case) => self.advise(at, case).await?,
            Task::Propose(case) => self.propose(at, case).await?,
            Task::Countersign(case, number) => self.countersign(at, case, number).await?,
            Task::Wave(wave) => self.wave(at, wave),
            Task::Intend(held, drop) => self.intend(at, held, drop).await?,
            Task::Answer(proceeding) => self.answer(at, proceeding).await?,
            Task::Silence(proceeding) => self.silence(at, proceeding).await?,
            Task::End(proceeding) => self.end(at, proceeding).await?,
            Task::Freeze(held) => self.freeze(at, held).await?,
            Task::Lift(license, number) => self.lift(at, license, number).await?,
            Task::Surrender(held) => self.surrender(at, held).await?,
            Task::Ship(license, quantity) => self.ship(at, license, quantity).await?,
            Task::Sweep(week) => {
                self.office.sweep(at).await?;
                self.agenda.note(self.plan.sweep_at(week + 1), Task::Sweep(week + 1));
            }
        }
        self.office.rest().await?;
        Ok(true)
    }

    /// One of the people who do the same work.
    pub(super) fn one_of(&mut self, choose: impl Fn(&Staff) -> &[Actor]) -> Actor {
        let people = choose(&self.staff);
        let chosen = self.dice.pick(people).cloned();
        chosen.unwrap_or_else(Actor::command_line)
    }

    /// The person of an exporter.
    pub(super) fn person_of(&self, firm: usize) -> Actor {
        self.firms.get(firm).map_or_else(Actor::command_line, |firm| firm.person.clone())
    }

    /// Notes that a marketing license covers exports.
    pub(super) fn cover(&mut self, country: usize, cover: Cover) {
        if let Some(covers) = self.covers.get_mut(country) {
            if covers.len() >= MOST_COVERS {
                covers.remove(0);
            }
            covers.push(cover);
        }
    }

    /// Notes that a license covers nothing any more.
    pub(super) fn uncover(&mut self, country: usize, license: LicenseId) {
        if let Some(covers) = self.covers.get_mut(country) {
            covers.retain(|cover| cover.license != license);
        }
    }
}

/// Text for the file.
pub(super) fn prose(text: &str) -> Result<Prose, Problem> {
    Ok(text.parse()?)
}

/// Reasons for the file.
pub(super) fn because(reasons: &str) -> Result<Grounds, Problem> {
    Ok(Grounds { ground: None, reasons: prose(reasons)? })
}

/// The end of a term that begins at `at`.
pub(super) fn term(at: DateTime<Utc>, days: u32) -> chrono::NaiveDate {
    at.date_naive() + TimeDelta::days(days.into())
}
