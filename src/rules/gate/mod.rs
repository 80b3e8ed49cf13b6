//! The gate: the one door that every permission passes.
//!
//! [`judge`] is given [`Facts`] and answers with a [`Verdict`] in which every check reports. Two properties are
//! kept: a missing fact never passes, and a worse fact never makes the outcome better. The facts are kept beside the
//! verdict on file, so that any decision can be judged again.

mod case;
mod declaration;
mod facts;
mod measures;
mod parties;
mod review;
mod screening;
mod standing;

pub use facts::{
    Act, ConsigneeFacts, DeclarationFacts, EmbargoFacts, EmbargoScope, EndUserFacts, ExporterFacts, Facts,
    LikeRefusal, LineFacts, PositionFacts, PredecessorFacts, Signatures, SuccessorFacts, TermFacts,
};
pub use screening::{ListFacts, PartyFacts, ScreeningFacts};
pub use standing::{BreachFacts, MeasureFacts, ReviewFacts, TemplateFacts};

use super::verdict::{Check, Outcome, Rule, Verdict};

/// Judges one act. Every check runs and reports.
pub fn judge(facts: &Facts) -> Verdict<'_> {
    Verdict {
        checks: [
            case::stage(facts),
            parties::exporter_registered(facts),
            parties::products_owned(facts),
            parties::products_classified(facts),
            case::quantities(facts),
            case::term(facts),
            case::marketing_cover(facts),
            declaration::accepted(facts),
            declaration::version(facts),
            declaration::matches(facts),
            declaration::unused(facts),
            declaration::end_user_breach(facts),
            parties::arms_embargo(facts),
            parties::cyber_end_use(facts),
            measures::freeze(facts),
            measures::refusal(facts),
            measures::requirements(facts),
            case::positions_recorded(facts),
            case::conditions_seen(facts),
            case::like_refusal(facts),
            review::open_review(facts),
            screening::screening(facts),
            case::predecessor(facts),
            case::license_freezable(facts),
            case::four_eyes(facts),
        ],
    }
}

/// A check that does not concern the act.
fn not_applicable<'f>(rule: Rule, says: &'static str) -> Check<'f> {
    Check::new(rule, Outcome::NotApplicable, says)
}
