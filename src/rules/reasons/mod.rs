//! Reasons: what the decision record of one license under a measure says.
//!
//! A blanket act with brief and general reasons does not stand up in court, so each license is told with its own facts: what it
//! permits, which clause of the measure's scope met which of its facts, the ground, the law, the reasons of the
//! policy, what follows for this license, and when it is looked at again.

mod release;

use std::fmt::Write as _;

use chrono::NaiveDate;

pub use release::{LetGo, of_release};

use super::application::Kind;
use super::cover::Lack;
use super::license::Ground;
use super::measure::DecisionAct;
use super::scope::{Asks, Clause, Match};

/// The measure, as reasons name it.
#[derive(Clone, Copy, Debug)]
pub struct Policy<'m> {
    /// Human reference.
    pub reference: &'m str,
    /// What it is called.
    pub title: &'m str,
    /// The ground.
    pub ground: Ground,
    /// The law it rests on.
    pub legal_basis: &'m str,
    /// The reasons of the policy.
    pub reasons: &'m str,
    /// When it is reviewed at the latest.
    pub review_on: NaiveDate,
}

/// The license, as reasons name it.
#[derive(Clone, Debug)]
pub struct Facts<'l> {
    /// Human reference, and the number in the register it was imported from.
    pub reference: &'l str,
    /// Its number in the register it was imported from.
    pub source_number: Option<&'l str>,
    /// What it permits.
    pub kind: Kind,
    /// The first day.
    pub issued_on: NaiveDate,
    /// The last day.
    pub valid_until: NaiveDate,
    /// The holder's human reference.
    pub exporter: Option<&'l str>,
    /// The end user's human reference.
    pub end_user: Option<&'l str>,
    /// The names of the destinations.
    pub destinations: Vec<&'l str>,
    /// The lines that the measure reaches: number, description, codes.
    pub lines: Vec<(i32, &'l str, String)>,
}

/// What else the record states.
#[derive(Clone, Copy, Debug)]
pub struct Consequence<'c> {
    /// What is decided.
    pub act: DecisionAct,
    /// The day of the decision.
    pub today: NaiveDate,
    /// The declaration that is, or was, required.
    pub declaration: Option<Demanded<'c>>,
    /// The condition that is added.
    pub condition: Option<&'c str>,
    /// Whether a revocation freezes the license at once.
    pub urgent: bool,
    /// The last day on which the holder can object to what is decided, where it can.
    pub object_by: Option<NaiveDate>,
}

/// A declaration that a measure requires of a license.
#[derive(Clone, Copy, Debug)]
pub struct Demanded<'c> {
    /// The template's human reference.
    pub template: &'c str,
    /// Its title.
    pub title: &'c str,
    /// Its version.
    pub version: i32,
    /// Until when the declaration is required.
    pub due_on: NaiveDate,
    /// What is lacking.
    pub lack: Lack,
}

/// A breach of a declaration, suspected or confirmed.
#[derive(Clone, Copy, Debug)]
pub struct Breach<'b> {
    /// The declaration's human reference.
    pub declaration: &'b str,
    /// When it was signed.
    pub signed_on: NaiveDate,
    /// What is suspected or confirmed.
    pub reasons: &'b str,
    /// The day of the decision.
    pub today: NaiveDate,
}

/// How many characters of the reasons of a breach each license is told; the declaration's history has them whole.
const BREACH_TOLD: usize = 6000;
/// How many lines of a license are described; further ones are counted.
const LINES_TOLD: usize = 5;

/// The reasons of one license.
pub fn of_license(
    policy: Policy<'_>,
    license: &Facts<'_>,
    met: &Match,
    consequence: Consequence<'_>,
) -> String {
    let mut text = permits(license);
    let Policy { reference, title, .. } = policy;
    // Writing to a String cannot fail.
    let _ = write!(text, " Measure {reference} (“{title}”) reaches it: {}.", because(license, met));
    let ground = policy.ground.name().replace('_', " ");
    let _ = write!(text, " {}", follows(consequence));
    let _ = write!(text, " Ground: {ground}. Legal basis: {}.", policy.legal_basis);
    let _ = write!(text, " Reasons of the measure: {}", policy.reasons.trim());
    end(&mut text);
    let _ = write!(text, " The measure is reviewed on {} at the latest.", policy.review_on);
    if let Some(day) = consequence.object_by {
        let _ = write!(text, " The holder may object until {day}.");
    }
    text
}

/// The reasons of the freeze of one license on a suspected breach, reviewed on a day at the latest.
pub fn of_suspicion(license: &Facts<'_>, breach: Breach<'_>, review_on: NaiveDate) -> String {
    let says = breached(license, breach, "suspected");
    let today = breach.today;
    format!(
        "{says} It is frozen from {today}: nothing may be shipped or offered under it while the freeze lasts. It is not \
         revoked, and becomes usable again when the suspicion is cleared, unless something else holds it. Ground: \
         declaration breach. The freeze is reviewed on {review_on} at the latest."
    )
}

/// The reasons of the intended revocation of one license on a confirmed breach.
pub fn of_confirmation(license: &Facts<'_>, breach: Breach<'_>) -> String {
    let says = breached(license, breach, "confirmed");
    format!(
        "{says} Its revocation is intended from {}, and it stays frozen meanwhile. Its holder is heard before the \
         revocation is ordered. Ground: declaration breach.",
        breach.today
    )
}

fn breached(license: &Facts<'_>, breach: Breach<'_>, how: &str) -> String {
    let Breach { declaration, signed_on, .. } = breach;
    let mut text = permits(license);
    let told: String = breach.reasons.trim().chars().take(BREACH_TOLD).collect();
    let _ = write!(
        text,
        " A breach of the end-user declaration {declaration}, signed on {signed_on} for the same end user, is {how}: {told}"
    );
    end(&mut text);
    text
}

/// Ends what was said with a full stop, unless it has an end.
fn end(text: &mut String) {
    if !text.ends_with(['.', '!', '?']) {
        text.push('.');
    }
}

fn permits(license: &Facts<'_>) -> String {
    let act = match license.kind {
        Kind::Marketing => "the marketing",
        Kind::Export => "the export",
        Kind::Brokering => "the brokering",
    };
    let mut text = format!("License {}", license.reference);
    if let Some(number) = license.source_number {
        let _ = write!(text, " (number {number} of its register)");
    }
    let _ = write!(text, " of {}", license.issued_on);
    if let Some(exporter) = license.exporter {
        let _ = write!(text, ", held by {exporter},");
    }
    let goods: Vec<String> = license
        .lines
        .iter()
        .take(LINES_TOLD)
        .map(|(line, description, codes)| format!("“{description}” (line {line}: {codes})"))
        .collect();
    let _ = write!(text, " permits {act} of {}", goods.join(", "));
    if license.lines.len() > LINES_TOLD {
        let _ = write!(text, " and of {} further lines", license.lines.len() - LINES_TOLD);
    }
    let _ = write!(text, " to {}", license.destinations.join(", "));
    if let Some(end_user) = license.end_user {
        let _ = write!(text, " for end user {end_user}");
    }
    let _ = write!(text, " until {}.", license.valid_until);
    text
}

/// Each condition that was met and the fact that met it.
fn because(license: &Facts<'_>, met: &Match) -> String {
    let told: Vec<String> = met.clauses.iter().map(|met| clause(license, met)).collect();
    told.join("; ")
}

fn clause(license: &Facts<'_>, met: &Clause) -> String {
    let plain = met.fact.replace('_', " ");
    // A party is known to its people by its reference, not by an identifier.
    let (asks, fact) = match met.asks {
        Asks::Destination => ("its destination is", met.fact.as_str()),
        Asks::CountryGroup => ("its destination belongs to a group of the measure:", met.fact.as_str()),
        Asks::ControlCode => ("its goods are under control code", met.fact.as_str()),
        Asks::ProductClass => ("the class of its goods is", plain.as_str()),
        Asks::TechnologyTag => ("the technology of its goods is", plain.as_str()),
        Asks::SecurityClassification => ("the security classification of its goods is", plain.as_str()),
        Asks::Exporter => ("its holder is", license.exporter.unwrap_or(&met.fact)),
        Asks::EndUser => ("its end user is", license.end_user.unwrap_or(&met.fact)),
        Asks::EndUserKind => ("its end user is of the kind", plain.as_str()),
        Asks::LicenseKind => ("it is a license of the kind", plain.as_str()),
    };
    format!("{asks} {fact} (clause {})", met.clause)
}

fn follows(consequence: Consequence<'_>) -> String {
    let Consequence { act, today, .. } = consequence;
    match act {
        DecisionAct::Freeze => {
            let (because, when) = match consequence.declaration {
                Some(missing) => (
                    format!(
                        "{} was required until {}. {} ",
                        declaration(missing),
                        missing.due_on,
                        missing.lack.says()
                    ),
                    "such a declaration is accepted or the measure ends",
                ),
                None => (String::new(), "the measure ends"),
            };
            format!(
                "{because}It is frozen from {today}: nothing may be shipped or offered under it while the freeze lasts. \
                 It is not revoked, and becomes usable again when {when}, unless something else holds it."
            )
        }
        DecisionAct::IntendRevocation if consequence.urgent => format!(
            "Its revocation is intended, and it is frozen from {today} because waiting would defeat the purpose. Its \
             holder is heard before the revocation is ordered."
        ),
        DecisionAct::IntendRevocation => {
            "Its revocation is intended. Its holder is heard before the revocation is ordered, and it may be used \
             until then."
                .to_owned()
        }
        DecisionAct::RequireDeclaration => match consequence.declaration {
            Some(wanted) => format!(
                "{} is required until {}. {} Without it the license is frozen after that day.",
                declaration(wanted),
                wanted.due_on,
                wanted.lack.says()
            ),
            None => "A declaration of the acquiring state on the template version that the measure names is \
                     required."
                .to_owned(),
        },
        DecisionAct::AddCondition => format!(
            "While the measure is in force it is bound to this condition: “{}”.",
            consequence.condition.unwrap_or_default()
        ),
        DecisionAct::Release => format!("What the measure held of it is lifted from {today}."),
    }
}

fn declaration(demanded: Demanded<'_>) -> String {
    let Demanded { template, title, version, .. } = demanded;
    format!(
        "A declaration of the acquiring state on version {version} of the template {template} (“{title}”), or on a later \
         version,"
    )
}
