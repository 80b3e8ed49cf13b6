//! End-user declaration templates: the text that an acquiring state must sign, by product class and version.

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
