//! The check of open reviews: what is under review is neither granted nor thawed.

use super::Facts;
use crate::rules::verdict::{Check, Outcome, Rule};

pub(super) fn open_review(facts: &Facts) -> Check<'_> {
    let rule = Rule::OpenReview;
    match &facts.open_review {
        // Exporters read the sentence and not the facts, so it says no more than they may know.
        Some(review) => Check::new(rule, Outcome::Hold, "Under review.")
            .read("review", review.reference.as_str())
            .read("dueOn", review.due_on),
        None => Check::new(rule, Outcome::Pass, "No review of the end user or of a product is open."),
    }
}
