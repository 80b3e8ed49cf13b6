//! End-user declaration templates: the text that an acquiring state must sign, by product class and version.

use chrono::NaiveDate;

use super::lifecycle::{Edge, LifeCycle, edges};
use super::vocabulary;

vocabulary! {
    /// Where a declaration template stands.
    Status { Draft, Agreed, InForce, Superseded, Withdrawn }
}

vocabulary! {
    /// What can happen to a declaration template.
    Action { Draft, Agree, BringIntoForce, Supersede, Withdraw }
}

vocabulary! {
    /// What a new template version means for declarations signed on the version before it.
    TransitionRule {
        /// Only the new version is accepted from its first day.
        None,
        /// An application filed before the new version came into force keeps the version already filed.
        KeepFiled,
        /// The version before is accepted until the template's `transitionUntil`.
        UntilDate,
    }
}

impl TransitionRule {
    /// Whether a declaration on the version before can still be lodged on `today`, where the new version came into
    /// force on `in_force_from`. It may serve an application that keeps the version already filed only if it was
    /// itself signed before the new version was there to sign.
    #[must_use]
    pub fn admits(
        self,
        today: NaiveDate,
        signed_on: NaiveDate,
        in_force_from: NaiveDate,
        transition_until: Option<NaiveDate>,
    ) -> bool {
        match self {
            Self::None => false,
            Self::KeepFiled => signed_on < in_force_from,
            Self::UntilDate => transition_until.is_some_and(|until| today <= until),
        }
    }

    /// Whether an application may be granted on `today` on the version before: one filed before the new version came
    /// into force keeps it, or the transition runs.
    #[must_use]
    pub fn keeps(
        self,
        today: NaiveDate,
        filed_on: Option<NaiveDate>,
        in_force_from: NaiveDate,
        transition_until: Option<NaiveDate>,
    ) -> bool {
        match self {
            Self::None => false,
            Self::KeepFiled => filed_on.is_some_and(|filed| filed < in_force_from),
            Self::UntilDate => transition_until.is_some_and(|until| today <= until),
        }
    }
}

/// The life cycle of a declaration template.
#[derive(Clone, Copy, Debug)]
pub struct TemplateCycle;

impl LifeCycle for TemplateCycle {
    type Status = Status;
    type Action = Action;
    const NAME: &'static str = "declaration_template";
    const EDGES: &'static [Edge<Status, Action>] = edges! {
        new - Draft -> Draft, DraftTemplate;
        [Draft] - Agree -> Agreed, AgreeTemplate;
        [Agreed] - BringIntoForce -> InForce, EnactTemplate;
        [InForce] - Supersede -> Superseded, EnactTemplate;
        [Draft, Agreed, InForce] - Withdraw -> Withdrawn, EnactTemplate;
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, day).unwrap()
    }

    #[test]
    fn the_version_before_is_admitted_by_its_rule_alone() {
        let admits =
            |rule: TransitionRule, today, signed, until| rule.admits(day(today), day(signed), day(10), until);
        assert!(!admits(TransitionRule::None, 10, 9, Some(day(20))));
        assert!(admits(TransitionRule::KeepFiled, 25, 9, None));
        assert!(!admits(TransitionRule::KeepFiled, 25, 10, None));
        assert!(admits(TransitionRule::UntilDate, 20, 15, Some(day(20))));
        assert!(!admits(TransitionRule::UntilDate, 21, 9, Some(day(20))));
        assert!(!admits(TransitionRule::UntilDate, 10, 9, None));
    }
}
