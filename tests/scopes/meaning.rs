//! What a scope means, read off its JSON on plain text: written apart from the service, and slow.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use export_license_registry::rules::scope::{Asks, Clause};
use serde_json::Value;

use crate::register::{Member, Strand};

/// A scope, with the memberships that its groups have on a day.
#[derive(Clone, Copy)]
pub(crate) struct Reading<'r> {
    pub(crate) scope: &'r Value,
    pub(crate) members: &'r [Member],
    pub(crate) today: NaiveDate,
}

/// The one key of a scope, and what stands under it.
fn parts(scope: &Value) -> (&str, &Value) {
    let (name, of) =
        scope.as_object().and_then(|object| object.iter().next()).expect("an object with one key");
    (name, of)
}

fn list(of: &Value) -> &[Value] {
    of.as_array().expect("a list")
}

/// How deep a scope nests.
pub(crate) fn depth(scope: &Value) -> usize {
    let (name, of) = parts(scope);
    1 + match name {
        "all" | "any" => list(of).iter().map(depth).max().unwrap_or_default(),
        "except" => depth(&of["of"]).max(depth(&of["but"])),
        _ => 0,
    }
}

/// Whether a scope holds, given which of its conditions do, each told by where it stands.
fn holds(scope: &Value, at: &str, condition: &impl Fn(&str, &str, &[Value]) -> bool) -> bool {
    let (name, of) = parts(scope);
    let mut each =
        list_or_none(of).iter().enumerate().map(|(index, part)| (format!("{at}/{name}/{index}"), part));
    match name {
        "all" => each.all(|(at, part)| holds(part, &at, condition)),
        "any" => each.any(|(at, part)| holds(part, &at, condition)),
        "except" => {
            holds(&of["of"], &format!("{at}/except/of"), condition)
                && !holds(&of["but"], &format!("{at}/except/but"), condition)
        }
        _ => condition(&format!("{at}/{name}"), name, list(of)),
    }
}

fn list_or_none(of: &Value) -> &[Value] {
    of.as_array().map_or(&[], Vec::as_slice)
}

/// Whether a prefix covers a code: whole levels, and the first three characters of a dual-use head.
fn covers(prefix: &str, code: &str) -> bool {
    let in_head = if code.starts_with("ML") { prefix == "ML" } else { prefix.len() <= 3 };
    prefix == code || code.starts_with(&format!("{prefix}.")) || (in_head && code.starts_with(prefix))
}

fn names(values: &[Value], fact: &str) -> bool {
    values.iter().any(|value| value == fact)
}

impl Reading<'_> {
    /// Whether a group has a territory as its member on the day.
    fn has(&self, group: &Value, territory: &str) -> bool {
        self.members.iter().any(|member| {
            *group == member.group
                && member.territory == territory
                && member.from <= self.today
                && member.until.is_none_or(|until| until >= self.today)
        })
    }

    /// Whether one condition holds on a strand.
    fn meets(&self, strand: Strand<'_>, name: &str, values: &[Value]) -> bool {
        let Strand { row, line, destination } = strand;
        let one = |fact: Option<&str>| fact.is_some_and(|fact| names(values, fact));
        match name {
            "destinations" => one(Some(destination)),
            "countryGroups" => values.iter().any(|group| self.has(group, destination)),
            "controlCodes" => {
                let covered =
                    |code: &&str| values.iter().any(|prefix| covers(prefix.as_str().expect("text"), code));
                line.codes.iter().any(covered)
            }
            "productClasses" => one(line.class),
            "technologyTags" => line.tags.iter().any(|tag| names(values, tag)),
            "securityClassifications" => one(line.security),
            "exporters" => one(row.exporter.map(|id| id.to_string()).as_deref()),
            "endUsers" => one(row.end_user.map(|(id, _)| id.to_string()).as_deref()),
            "endUserKinds" => one(row.end_user.map(|(_, kind)| kind)),
            "licenseKinds" => one(Some(row.kind)),
            other => unreachable!("{other} is no condition"),
        }
    }

    /// Whether the scope holds on a strand.
    pub(crate) fn holds(&self, strand: Strand<'_>) -> bool {
        holds(self.scope, "", &|_, name, values| self.meets(strand, name, values))
    }

    /// Whether every way to match names a country, goods or a party, and the ways to match together not all there are.
    pub(crate) fn is_bounded(&self) -> bool {
        const ALL: [(&str, usize); 3] =
            [("productClasses", 3), ("securityClassifications", 5), ("technologyTags", 9)];
        // What is listed where a list is met by itself.
        fn listed<'s>(scope: &'s Value, asked: &str) -> BTreeSet<&'s str> {
            let (name, of) = parts(scope);
            match name {
                "any" => list(of).iter().flat_map(|part| listed(part, asked)).collect(),
                "all" if list(of).len() == 1 => listed(&of[0], asked),
                "except" => listed(&of["of"], asked),
                _ if name == asked => list(of).iter().filter_map(Value::as_str).collect(),
                _ => BTreeSet::new(),
            }
        }
        fn bounded(scope: &Value) -> bool {
            let (name, of) = parts(scope);
            let values = list_or_none(of).len();
            match name {
                "all" => list(of).iter().any(bounded),
                "any" => {
                    list(of).iter().all(bounded)
                        && ALL.iter().all(|(asked, all)| listed(scope, asked).len() < *all)
                }
                "except" => bounded(&of["of"]),
                "endUserKinds" | "licenseKinds" => false,
                "productClasses" => values < 3,
                "securityClassifications" => values < 5,
                "technologyTags" => values < 9,
                _ => true,
            }
        }
        bounded(self.scope)
    }

    /// Whether the clauses told are met on the strand and are, by themselves, enough to meet the scope there.
    pub(crate) fn is_shown_by(&self, clauses: &[Clause], strand: Strand<'_>) -> bool {
        holds(self.scope, "", &|at, name, values| {
            let excepted = at.contains("/but/");
            (excepted || clauses.iter().any(|clause| clause.clause == at)) && self.meets(strand, name, values)
        })
    }

    /// Whether a clause stands where it says, asks what it says, and its fact is one of the strand and meets it.
    pub(crate) fn is_met(&self, clause: &Clause, strand: Strand<'_>) -> bool {
        let Strand { row, line, destination } = strand;
        let Some(values) = self.scope.pointer(&clause.clause).and_then(Value::as_array) else { return false };
        let fact = clause.fact.as_str();
        let prefixes = || values.iter().map(|prefix| prefix.as_str().expect("text"));
        let (name, meets) = match clause.asks {
            Asks::Destination => ("destinations", destination == fact && names(values, fact)),
            Asks::CountryGroup => {
                let told =
                    |group: &&Value| fact == format!("{destination} ({})", group.as_str().expect("text"));
                let group = values.iter().find(told);
                ("countryGroups", group.is_some_and(|group| self.has(group, destination)))
            }
            Asks::ControlCode => {
                let covered = prefixes().any(|prefix| covers(prefix, fact));
                ("controlCodes", covered && line.codes.contains(&fact))
            }
            Asks::ProductClass => ("productClasses", line.class == Some(fact) && names(values, fact)),
            Asks::TechnologyTag => ("technologyTags", line.tags.contains(&fact) && names(values, fact)),
            Asks::SecurityClassification => {
                ("securityClassifications", line.security == Some(fact) && names(values, fact))
            }
            Asks::Exporter => {
                let own = row.exporter.is_some_and(|id| id.to_string() == fact);
                ("exporters", own && names(values, fact))
            }
            Asks::EndUser => {
                let own = row.end_user.is_some_and(|(id, _)| id.to_string() == fact);
                ("endUsers", own && names(values, fact))
            }
            Asks::EndUserKind => {
                let own = row.end_user.is_some_and(|(_, kind)| kind == fact);
                ("endUserKinds", own && names(values, fact))
            }
            Asks::LicenseKind => ("licenseKinds", row.kind == fact && names(values, fact)),
        };
        meets && clause.clause.ends_with(&format!("/{name}")) && !clause.clause.contains("/but/")
    }
}
