//! Carrying out: one batch of licenses, each with its own decision record, in one transaction.

use crate::db::Conn;
use uuid::Uuid;

use super::cases::{Carried, Case};
use super::preview::on_file;
use super::release;
use super::store::decisions::{self as store, Entry};
use super::store::{demand as demands, enact};
use crate::act::Act;
use crate::history::{self, Step, Subject};
use crate::http::Problem;
use crate::ids::{LicenseId, MeasureId};
use crate::licenses::{self, FreezeBasis};
use crate::operations::{Batch, Skipped};
use crate::revocations;
use crate::rules::license::{Action as LicenseAction, FreezeSource, LicenseCycle};
use crate::rules::lifecycle::LifeCycle as _;
use crate::rules::measure::{DecisionAct, Effect, EffectSpec, Status};
use crate::rules::operation::{Kind, Task};

/// Carries a batch out. Gives the licenses it could not be carried out on, with the reason.
pub(super) async fn carry_out(conn: &mut Conn, act: &Act, batch: &Batch) -> Result<Vec<Skipped>, Problem> {
    let (under, decision) = match batch.task {
        Task::Release => return release::release(conn, act, batch).await,
        Task::OrderRevocation => {
            let ids: Vec<_> = batch.ids.iter().map(|id| (*id).into()).collect();
            let done = revocations::order_all(conn, act, &ids, &batch.reasons).await?;
            return Ok(done.skipped.into_iter().map(|(id, why)| Skipped::new(id, why.says())).collect());
        }
        // After a deadline, what is frozen is what lacks the declaration.
        Task::Freeze if batch.kind == Kind::DeclarationDeadline => {
            (Effect::RequireDeclaration, DecisionAct::Freeze)
        }
        Task::Freeze => (Effect::FreezeExisting, DecisionAct::Freeze),
        Task::IntendRevocation => (Effect::RevokeExisting, DecisionAct::IntendRevocation),
        Task::RequireDeclaration => (Effect::RequireDeclaration, DecisionAct::RequireDeclaration),
        Task::AddCondition => (Effect::AddCondition, DecisionAct::AddCondition),
    };
    let ended =
        || batch.ids.iter().map(|id| Skipped::new(*id, "the measure is no longer in force")).collect();
    if enact::hold(conn, batch.subject).await? != Status::InForce {
        return Ok(ended());
    }
    let measure = on_file(conn, act, MeasureId(batch.subject)).await?;
    let Some(content) = measure.standing() else { return Ok(ended()) };
    let specs: Vec<&EffectSpec> = content.effects.iter().filter(|spec| spec.effect == under).collect();
    if specs.is_empty() {
        return Ok(ended());
    }
    let carried = Carried { measure: &measure, content, specs, under, decision };
    carried.decide(conn, act, batch).await
}

impl Carried<'_> {
    /// Decides on each license of a batch.
    async fn decide(&self, conn: &mut Conn, act: &Act, batch: &Batch) -> Result<Vec<Skipped>, Problem> {
        let (cases, mut skipped) = self.cases(conn, act, &batch.ids).await?;
        let mut left_out = self.act_on(conn, act, &cases).await?;
        let decided: Vec<Entry> = cases
            .into_iter()
            .map(|case| case.entry)
            .filter(|entry| !left_out.iter().any(|skipped| skipped.id == entry.license))
            .collect();
        self.record(conn, act, batch, &decided).await?;
        if self.decision == DecisionAct::IntendRevocation && self.is_urgent() {
            left_out = self.freeze_instead(conn, act, batch, left_out).await?;
        }
        skipped.extend(left_out);
        Ok(skipped)
    }

    /// An urgent revocation freezes at once. A license against which another proceeding is open gets no second one: the
    /// measure itself freezes it, so that it is not usable when that proceeding is dropped.
    async fn freeze_instead(
        &self,
        conn: &mut Conn,
        act: &Act,
        batch: &Batch,
        left_out: Vec<Skipped>,
    ) -> Result<Vec<Skipped>, Problem> {
        let carried = Carried {
            measure: self.measure,
            content: self.content,
            specs: self.specs.clone(),
            under: self.under,
            decision: DecisionAct::Freeze,
        };
        let ids: Vec<Uuid> = left_out.iter().map(|skipped| skipped.id).collect();
        let (cases, _) = carried.cases(conn, act, &ids).await?;
        let not_frozen = carried.freeze(conn, act, &cases).await?;
        let frozen: Vec<Entry> = cases
            .into_iter()
            .map(|case| case.entry)
            .filter(|entry| !not_frozen.iter().any(|skipped| skipped.id == entry.license))
            .collect();
        carried.record(conn, act, batch, &frozen).await?;
        let still_out = |skipped: &Skipped| !frozen.iter().any(|entry| entry.license == skipped.id);
        Ok(left_out.into_iter().filter(still_out).collect())
    }

    /// Does to each license what was decided. Gives those left out.
    async fn act_on(&self, conn: &mut Conn, act: &Act, cases: &[Case]) -> Result<Vec<Skipped>, Problem> {
        match self.decision {
            DecisionAct::Freeze => self.freeze(conn, act, cases).await,
            DecisionAct::IntendRevocation => self.intend(conn, act, cases).await,
            DecisionAct::RequireDeclaration => {
                self.tell(conn, act, LicenseAction::RequireDeclaration, cases).await
            }
            DecisionAct::AddCondition => {
                let ids: Vec<Uuid> = cases.iter().map(|case| case.license.id).collect();
                for condition in self.conditions() {
                    store::add_condition(conn, self.measure.id, &ids, &condition, act.at).await?;
                }
                self.tell(conn, act, LicenseAction::AddCondition, cases).await
            }
            DecisionAct::Release => Ok(Vec::new()),
        }
    }

    /// Freezes each license; the freeze names the measure, whose decision record has the license's own reasons. A license
    /// that the measure holds for want of a declaration stays held: its record says that it is frozen besides.
    async fn freeze(&self, conn: &mut Conn, act: &Act, cases: &[Case]) -> Result<Vec<Skipped>, Problem> {
        let basis = FreezeBasis {
            source: (FreezeSource::Measure, self.measure.id.0),
            ground: self.content.ground,
            review_on: self.measure.review_on,
        };
        let held = if self.under == Effect::FreezeExisting {
            let ids: Vec<Uuid> = cases.iter().map(|case| case.license.id).collect();
            demands::held_for_want(conn, self.measure.id, &ids).await?
        } else {
            Vec::new()
        };
        let says = format!("Measure {}: {}", self.measure.reference, self.measure.title);
        let each: Vec<_> = cases
            .iter()
            .filter(|case| !held.contains(&case.license.id))
            .map(|case| (LicenseId(case.license.id), says.clone()))
            .collect();
        licenses::freeze_all(conn, act, basis, &each).await
    }

    /// Gives notice of intended revocation for each license, for its own reasons.
    async fn intend(&self, conn: &mut Conn, act: &Act, cases: &[Case]) -> Result<Vec<Skipped>, Problem> {
        let notices = cases
            .iter()
            .map(|case| revocations::Notice {
                license: LicenseId(case.license.id),
                ground: self.content.ground,
                reasons: case.entry.reasons.clone(),
                urgent: self.is_urgent(),
                measure: Some(self.measure.id.0),
            })
            .collect();
        Ok(revocations::intend_all(conn, act, notices).await?.skipped)
    }

    /// Tells each license's people what the measure requires, as a step of its history.
    async fn tell(
        &self,
        conn: &mut Conn,
        act: &Act,
        action: LicenseAction,
        cases: &[Case],
    ) -> Result<Vec<Skipped>, Problem> {
        let mut steps = Vec::with_capacity(cases.len());
        for Case { license, entry } in cases {
            let subject =
                Subject::<LicenseCycle>::on_file(license.id, license.version, license.status, license.owner);
            if LicenseCycle::next(subject.status, action).is_some() {
                let mut details =
                    serde_json::json!({ "measureId": self.measure.id, "measure": self.measure.reference });
                if let (Some(due_on), Some(details)) = (entry.due_on, details.as_object_mut()) {
                    details.insert("dueOn".to_owned(), serde_json::json!(due_on));
                }
                steps.push((subject, Step::new(action).because(None, &entry.reasons).with(details)));
            }
        }
        history::take_all(conn, act, steps).await?;
        Ok(Vec::new())
    }
}
