//! Measures: policy acts with a scope, effects, a ground, reasons and an end.
//!
//! A measure is proposed by one person and approved by another on a preview of what it would touch; beyond a set
//! size both ministries agree to that preview first. It ends when it is lifted, or lapses on the day after its review
//! date (or its last day) unless it was extended with fresh reasons.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::application::Purpose;
use super::authority::Ministry;
use super::lifecycle::{Edge, LifeCycle, edges};
use super::values::{Name, Prose};
use super::vocabulary;

vocabulary! {
    /// Where a measure stands.
    Status { Draft, Previewed, Approved, InForce, Lifted, Lapsed, Withdrawn }
}

vocabulary! {
    /// What can happen to a measure. What is revised, previewed, agreed and approved while a measure is in force is
    /// its amendment.
    Action {
        Draft, Revise, Preview, Agree, Approve, Withdraw, BringIntoForce,
        /// An amendment comes into force.
        Amend,
        /// An amendment is given up.
        WithdrawAmendment,
        Extend,
        /// Notice that the review date is near.
        GiveNotice,
        Lift, Lapse,
    }
}

vocabulary! {
    /// What a measure does to what its scope reaches.
    Effect {
        /// No new license, renewal or amendment is granted while it is in force; filing goes on.
        FreezeIssuing,
        /// Licenses in force are frozen.
        FreezeExisting,
        /// Revocation of licenses in force is instructed: each gets its own proceeding.
        RevokeExisting,
        /// New applications and amendments are refused.
        RefuseNew,
        /// Renewals are refused.
        RefuseRenewal,
        /// An end-user declaration on a named template version is required, of licenses in force within a period.
        RequireDeclaration,
        /// The committee's position is required.
        RequireCommittee,
        /// A condition is required of every license.
        AddCondition,
        /// An exemption does not hold for what the scope reaches.
        WithdrawExemption,
    }
}

vocabulary! {
    /// What was decided on one license under a measure.
    DecisionAct {
        /// Frozen.
        Freeze,
        /// Notice of intended revocation given.
        IntendRevocation,
        /// A declaration on the new template version required.
        RequireDeclaration,
        /// A condition added.
        AddCondition,
        /// Released: what the measure held was lifted.
        Release,
    }
}

impl Effect {
    /// Whether no license is granted on an application of this purpose that a measure with the effect reaches.
    pub fn stops(self, purpose: Purpose) -> bool {
        match (self, purpose) {
            (Self::FreezeIssuing | Self::FreezeExisting | Self::RevokeExisting, _)
            | (Self::RefuseRenewal, Purpose::Renewal)
            | (Self::RefuseNew, Purpose::New | Purpose::Amendment) => true,
            (
                Self::RefuseRenewal
                | Self::RefuseNew
                | Self::RequireDeclaration
                | Self::RequireCommittee
                | Self::AddCondition
                | Self::WithdrawExemption,
                _,
            ) => false,
        }
    }

    /// What the effect means for an application of this purpose, as a sentence; none where it does not concern it.
    pub fn says_of_application(self, purpose: Purpose) -> Option<&'static str> {
        match (self, purpose) {
            (Self::FreezeIssuing | Self::FreezeExisting | Self::RevokeExisting, _) => {
                Some("Held: no such license is granted while the measure is in force. Filing goes on.")
            }
            (Self::RefuseRenewal, Purpose::Renewal) => {
                Some("While the measure is in force such licenses are not renewed.")
            }
            (Self::RefuseNew, Purpose::New | Purpose::Amendment) => {
                Some("While the measure is in force such applications are refused.")
            }
            (Self::RefuseRenewal | Self::RefuseNew, _) => None,
            (Self::RequireDeclaration, _) => {
                Some("A declaration on the template version that the measure names is required.")
            }
            (Self::RequireCommittee, _) => Some("The committee's position is required."),
            (Self::WithdrawExemption, _) => {
                Some("An exemption does not hold here: a marketing license is needed.")
            }
            (Self::AddCondition, _) => Some("The license is granted only with the condition stated."),
        }
    }
}

/// One effect of a measure, with what it needs to be carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EffectSpec {
    /// What it does.
    pub effect: Effect,
    /// The template that declarations must be signed on; of `require_declaration`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template_id: Option<Uuid>,
    /// Days from the entry into force after which a license without it is frozen, 1 to 365; of `require_declaration`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within_days: Option<u32>,
    /// The condition; of `add_condition`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<Name>,
    /// The exemption; of `withdraw_exemption`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exemption_id: Option<Uuid>,
    /// Whether the license is frozen at once and its holder heard afterwards; of `revoke_existing`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub urgent: bool,
}

impl EffectSpec {
    /// Refuses an effect that lacks what it needs or states what it has no use for.
    pub fn check(&self) -> Result<(), &'static str> {
        let declares = self.effect == Effect::RequireDeclaration;
        if declares != self.template_id.is_some() || declares != self.within_days.is_some() {
            return Err("require_declaration, and it alone, names templateId and withinDays");
        }
        if self.within_days.is_some_and(|days| !(1..=365).contains(&days)) {
            return Err("withinDays must be between 1 and 365");
        }
        if (self.effect == Effect::AddCondition) != self.condition.is_some() {
            return Err("add_condition, and it alone, states a condition");
        }
        if (self.effect == Effect::WithdrawExemption) != self.exemption_id.is_some() {
            return Err("withdraw_exemption, and it alone, names exemptionId");
        }
        if self.urgent && self.effect != Effect::RevokeExisting {
            return Err("only revoke_existing can be urgent");
        }
        Ok(())
    }
}

/// The days of a measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// Its first day at the earliest.
    pub starts_on: NaiveDate,
    /// The day it is reviewed at the latest; unextended it lapses the day after.
    pub review_on: NaiveDate,
    /// Its last day, where it has one.
    pub ends_on: Option<NaiveDate>,
}

impl Term {
    /// Refuses days that do not follow each other, or that leave the measure unreviewed for longer than
    /// `longest_days`: the field, and what it must be.
    pub fn check(self, today: NaiveDate, longest_days: u32) -> Result<(), (&'static str, &'static str)> {
        if self.starts_on < today {
            return Err(("/startsOn", "must be today or later"));
        }
        if self.review_on <= self.starts_on {
            return Err(("/reviewOn", "must be after the day the measure starts"));
        }
        if (self.review_on - self.starts_on).num_days() > i64::from(longest_days) {
            return Err(("/reviewOn", "is later than a measure may run unreviewed"));
        }
        if self.ends_on.is_some_and(|end| end < self.starts_on) {
            return Err(("/endsOn", "must not be before the day the measure starts"));
        }
        Ok(())
    }

    /// Its last day as things stand: the earlier of its review date and its end.
    pub fn last_day(self) -> NaiveDate {
        self.ends_on.map_or(self.review_on, |end| end.min(self.review_on))
    }
}

/// Whether a measure may be extended to a new review date: later than the old one, within `longest_days` of today, not
/// after its end, and for reasons that are not the ones it already stands on.
pub fn extendable(
    term: Term,
    new_review: NaiveDate,
    (today, longest_days): (NaiveDate, u32),
    given_before: &[String],
    reasons: &Prose,
) -> Result<(), (&'static str, &'static str)> {
    if new_review <= term.review_on {
        return Err(("/reviewOn", "must be after the present review date"));
    }
    if (new_review - today).num_days() > i64::from(longest_days) {
        return Err(("/reviewOn", "is later than a measure may run unreviewed"));
    }
    if term.ends_on.is_some_and(|end| new_review > end) {
        return Err(("/reviewOn", "must not be after the measure's last day"));
    }
    let words = |text: &str| {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words.map(str::to_lowercase).collect::<Vec<_>>()
    };
    let fresh = words(reasons.as_str());
    if given_before.iter().any(|before| words(before) == fresh) {
        return Err((
            "/reasons",
            "must be fresh: these were given before; say why the measure is still needed",
        ));
    }
    Ok(())
}

/// Refuses a list of effects that is empty, names one twice, or freezes issuing without a review behind it.
pub fn check_effects(effects: &[EffectSpec], has_review: bool) -> Result<(), (String, &'static str)> {
    if effects.is_empty() {
        return Err(("/effects".into(), "name at least one effect"));
    }
    for (index, spec) in effects.iter().enumerate() {
        let at = || format!("/effects/{index}");
        spec.check().map_err(|says| (at(), says))?;
        let several = [Effect::AddCondition, Effect::WithdrawExemption].contains(&spec.effect);
        let repeats = |other: &EffectSpec| if several { other == spec } else { other.effect == spec.effect };
        if effects.iter().take(index).any(repeats) {
            return Err((at(), "stands there already"));
        }
    }
    let issuing = effects.iter().any(|spec| spec.effect == Effect::FreezeIssuing);
    if issuing && !has_review {
        let says = "a freeze of issuing rests on a review: open one and name it";
        return Err(("/reviewId".into(), says));
    }
    Ok(())
}

/// The life cycle of a measure.
#[derive(Clone, Copy, Debug)]
pub struct MeasureCycle;

impl LifeCycle for MeasureCycle {
    type Status = Status;
    type Action = Action;
    const NAME: &'static str = "measure";
    const EDGES: &'static [Edge<Status, Action>] = edges! {
        new - Draft -> Draft, ProposeMeasure;
        [Draft, Previewed, Approved] - Revise -> Draft, ProposeMeasure;
        [Draft, Previewed, Approved] - Preview -> Previewed, PreviewMeasure;
        [Previewed] - Agree -> Previewed, AgreeMeasure;
        [Previewed] - Approve -> Approved, ApproveMeasure;
        [Draft, Previewed, Approved] - Withdraw -> Withdrawn, ProposeMeasure;
        [Approved] - BringIntoForce -> InForce, EnactMeasure;
        [InForce] - Revise -> InForce, ProposeMeasure;
        [InForce] - Preview -> InForce, PreviewMeasure;
        [InForce] - Agree -> InForce, AgreeMeasure;
        [InForce] - Approve -> InForce, ApproveMeasure;
        [InForce] - Amend -> InForce, EnactMeasure;
        [InForce] - WithdrawAmendment -> InForce, ProposeMeasure;
        [InForce] - Extend -> InForce, ApproveMeasure;
        [InForce] - GiveNotice -> InForce, RunClock;
        [InForce] - Lift -> Lifted, LiftMeasure;
        [InForce] - Lapse -> Lapsed, RunClock;
    };
}

/// The ministries whose agreement to a preview is missing: both, from a set number of licenses touched on.
pub fn missing_agreements(touched: i32, agreement_from: u32, agreed: &[Ministry]) -> Vec<Ministry> {
    if i64::from(touched) < i64::from(agreement_from) {
        return Vec::new();
    }
    [Ministry::Defense, Ministry::ForeignAffairs]
        .into_iter()
        .filter(|ministry| !agreed.contains(ministry))
        .collect()
}
