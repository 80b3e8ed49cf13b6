//! Licenses: freezes, revocation, reinstatement, draw-down and the end of the term.
//!
//! A license carries any number of freezes and is frozen while one that covers it whole is in force; a freeze that
//! names lines leaves the status as it is. Freeze and revoke are never blurred: each has its own actions. A revoked
//! license comes back by an objection, a court order or an override only, never past its term.

use chrono::NaiveDate;

use super::lifecycle::{Edge, LifeCycle, edges};
use super::vocabulary;

vocabulary! {
    /// Where a license stands.
    Status { Active, Frozen, Revoked, Annulled, Surrendered, Expired, Exhausted, Superseded }
}

vocabulary! {
    /// What can happen to a license.
    Action {
        /// Issued on a countersigned grant.
        Issue,
        /// Loaded from an existing list while its term runs.
        Import,
        /// Loaded from an existing list after its term ended.
        ImportExpired,
        /// The first freeze of the whole license.
        Freeze,
        /// A further freeze of a license already frozen.
        FreezeFurther,
        /// A freeze of named lines.
        FreezePart,
        /// One freeze lifted, others still in force.
        LiftFreeze,
        /// A freeze of named lines lifted.
        LiftPart,
        /// The last freeze lifted.
        Unfreeze,
        /// A shipment booked, quantity remaining.
        DrawDown,
        /// The shipment that used up what was licensed.
        Exhaust,
        /// A measure adds a condition.
        AddCondition,
        /// A measure requires a declaration on a new template version.
        RequireDeclaration,
        Revoke, Annul, Surrender, Expire,
        /// In force again after a revocation.
        Reinstate,
        /// In force again after a revocation, and frozen as a whole.
        ReinstateFrozen,
        /// Replaced by its renewal or amendment.
        Supersede,
        /// Taken out again with the import that loaded it.
        WithdrawImport,
    }
}

vocabulary! {
    /// The ground of a freeze or a revocation.
    Ground {
        HumanRights, PoliticalInstability, EndUseBreach, DeclarationBreach, ConditionBreach, FalseParticulars,
        NationalSecurity, ForeignRelations, InternationalObligation, RestrictedParty, CourtOrder,
    }
}

vocabulary! {
    /// What a freeze rests on; only the act it rests on can lift it.
    FreezeSource { Decision, Revocation, Measure, Objection, Declaration }
}

vocabulary! {
    /// What the reinstatement of a revoked license rests on.
    ReinstatementSource { Objection, CourtOrder, Override }
}

impl Status {
    /// Whether the license has not ended.
    pub fn is_in_force(self) -> bool {
        match self {
            Self::Active | Self::Frozen => true,
            Self::Revoked
            | Self::Annulled
            | Self::Surrendered
            | Self::Expired
            | Self::Exhausted
            | Self::Superseded => false,
        }
    }

    /// The status at `today`: a term that has ended ends the license, recorded or not.
    #[must_use]
    pub fn on(self, today: NaiveDate, valid_until: NaiveDate) -> Self {
        if valid_until < today && matches!(self, Self::Active | Self::Frozen) { Self::Expired } else { self }
    }
}

/// The step a new freeze takes: of lines or of the whole, of an active license or of one already frozen.
pub fn freeze_action(status: Status, names_lines: bool) -> Action {
    if names_lines {
        Action::FreezePart
    } else if status == Status::Frozen {
        Action::FreezeFurther
    } else {
        Action::Freeze
    }
}

/// The step that lifting one freeze takes, given how many other freezes of the whole license stay in force.
pub fn lift_action(names_lines: bool, others_in_force: usize) -> Action {
    match (names_lines, others_in_force) {
        (true, _) => Action::LiftPart,
        (false, 0) => Action::Unfreeze,
        (false, _) => Action::LiftFreeze,
    }
}

/// The step that a reinstatement takes, given how many freezes of the whole license stay in force.
pub fn reinstate_action(others_in_force: usize) -> Action {
    if others_in_force == 0 { Action::Reinstate } else { Action::ReinstateFrozen }
}

/// Whether a freeze ends when its license is reinstated: it was part of the revocation or of its stay.
pub fn ends_with_reinstatement(source: FreezeSource) -> bool {
    match source {
        FreezeSource::Revocation | FreezeSource::Objection => true,
        FreezeSource::Decision | FreezeSource::Measure | FreezeSource::Declaration => false,
    }
}

/// The life cycle of a license.
#[derive(Clone, Copy, Debug)]
pub struct LicenseCycle;

impl LifeCycle for LicenseCycle {
    type Status = Status;
    type Action = Action;
    const NAME: &'static str = "license";
    const EDGES: &'static [Edge<Status, Action>] = edges! {
        new - Issue -> Active, Countersign;
        new - Import -> Active, ImportLicenses;
        new - ImportExpired -> Expired, ImportLicenses;
        [Active] - Freeze -> Frozen, FreezeLicense;
        [Frozen] - FreezeFurther -> Frozen, FreezeLicense;
        [Active] - FreezePart -> Active, FreezeLicense;
        [Frozen] - FreezePart -> Frozen, FreezeLicense;
        [Frozen] - LiftFreeze -> Frozen, FreezeLicense;
        [Active] - LiftPart -> Active, FreezeLicense;
        [Frozen] - LiftPart -> Frozen, FreezeLicense;
        [Frozen] - Unfreeze -> Active, FreezeLicense;
        [Active] - DrawDown -> Active, DrawDown;
        [Active] - Exhaust -> Exhausted, DrawDown;
        [Active] - AddCondition -> Active, EnactMeasure;
        [Frozen] - AddCondition -> Frozen, EnactMeasure;
        [Active] - RequireDeclaration -> Active, EnactMeasure;
        [Frozen] - RequireDeclaration -> Frozen, EnactMeasure;
        [Active, Frozen] - Revoke -> Revoked, OrderRevocation;
        [Revoked] - Reinstate -> Active, ReinstateLicense;
        [Revoked] - ReinstateFrozen -> Frozen, ReinstateLicense;
        [Active, Frozen] - Annul -> Annulled, AnnulLicense;
        [Active, Frozen] - Surrender -> Surrendered, SurrenderLicense;
        [Active, Frozen] - Expire -> Expired, RunClock;
        [Active, Frozen] - Supersede -> Superseded, Countersign;
        [Active, Expired] - WithdrawImport -> Annulled, ImportLicenses;
    };
}
