//! Whether, and why, a scope reaches a license or an application.

use super::{Asks, Clause, Goods, Groups, Match, Scope, Shape, Subject};
use crate::rules::values::Territory;

/// One line to one destination.
#[derive(Clone, Copy)]
struct Strand<'s> {
    subject: &'s Subject,
    goods: &'s Goods,
    destination: &'s Territory,
}

impl Scope {
    /// Whether, and why, the scope reaches a license or an application; the groups are those of the day asked about.
    pub fn reaches(&self, subject: &Subject, groups: &Groups) -> Option<Match> {
        let mut found: Option<Match> = None;
        for goods in &subject.lines {
            for destination in &subject.destinations {
                let mut clauses = Vec::new();
                let strand = Strand { subject, goods, destination };
                if !self.holds(strand, groups, "", &mut clauses) {
                    continue;
                }
                let found = found.get_or_insert_with(|| Match {
                    lines: Vec::new(),
                    destinations: Vec::new(),
                    clauses,
                });
                if !found.lines.contains(&goods.line) {
                    found.lines.push(goods.line);
                }
                if !found.destinations.contains(destination) {
                    found.destinations.push(destination.clone());
                }
            }
        }
        found
    }

    /// Whether the condition holds on a strand; the conditions met are added to `met`.
    fn holds(&self, strand: Strand<'_>, groups: &Groups, at: &str, met: &mut Vec<Clause>) -> bool {
        let before = met.len();
        let holds = match self.shape() {
            Shape::All(parts) => parts
                .iter()
                .enumerate()
                .all(|(index, part)| part.holds(strand, groups, &format!("{at}/all/{index}"), met)),
            Shape::Any(parts) => parts
                .iter()
                .enumerate()
                .any(|(index, part)| part.holds(strand, groups, &format!("{at}/any/{index}"), met)),
            Shape::Except(exception) => {
                exception.of.holds(strand, groups, &format!("{at}/except/of"), met)
                    && !exception.but.holds(strand, groups, "", &mut Vec::new())
            }
            Shape::Condition => match self.fact(strand, groups) {
                Some((asks, fact)) => {
                    met.push(Clause { clause: format!("{at}/{}", self.name()), asks, fact });
                    true
                }
                None => false,
            },
        };
        if !holds {
            met.truncate(before);
        }
        holds
    }

    /// What the condition asks about and the fact on a strand that meets it; none for a combination.
    fn fact(&self, strand: Strand<'_>, groups: &Groups) -> Option<(Asks, String)> {
        fn among<T: PartialEq + ToString>(named: &[T], fact: Option<&T>) -> Option<String> {
            fact.filter(|fact| named.contains(fact)).map(ToString::to_string)
        }
        let Strand { subject, goods, destination } = strand;
        let (asks, fact) = match self {
            Self::All(_) | Self::Any(_) | Self::Except(_) => return None,
            Self::Destinations(named) => (Asks::Destination, among(named, Some(destination))),
            Self::CountryGroups(named) => {
                let group = named.iter().find(|group| {
                    groups.get(group.as_str()).is_some_and(|members| members.contains(destination))
                });
                (Asks::CountryGroup, group.map(|group| format!("{destination} ({group})")))
            }
            Self::ControlCodes(named) => {
                let code = goods.codes.iter().find(|code| named.iter().any(|prefix| prefix.covers(code)));
                (Asks::ControlCode, code.map(ToString::to_string))
            }
            Self::ProductClasses(named) => (Asks::ProductClass, among(named, goods.class.as_ref())),
            Self::TechnologyTags(named) => {
                let tag = goods.tags.iter().find(|tag| named.contains(tag));
                (Asks::TechnologyTag, tag.map(ToString::to_string))
            }
            Self::SecurityClassifications(named) => {
                (Asks::SecurityClassification, among(named, goods.security.as_ref()))
            }
            Self::Exporters(named) => (Asks::Exporter, among(named, subject.exporter.as_ref())),
            Self::EndUsers(named) => (Asks::EndUser, among(named, subject.end_user.as_ref())),
            Self::EndUserKinds(named) => (Asks::EndUserKind, among(named, subject.end_user_kind.as_ref())),
            Self::LicenseKinds(named) => (Asks::LicenseKind, among(named, Some(&subject.kind))),
        };
        Some((asks, fact?))
    }
}
