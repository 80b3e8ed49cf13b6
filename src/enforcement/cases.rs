//! Cases: the licenses of a batch that are decided on, and what the decision record of each says.

use serde_json::json;
use uuid::Uuid;

use super::demand::{self, Demand};
use super::store::decisions::{self as store, Basis, Entry, Named};
use crate::act::Act;
use crate::audit;
use crate::db::Conn;
use crate::http::Problem;
use crate::measures::{self, Content, Measure};
use crate::operations::{Batch, Skipped};
use crate::rules::license::Status as LicenseStatus;
use crate::rules::measure::{DecisionAct, Effect, EffectSpec};
use crate::rules::objection::Against;
use crate::rules::reasons::{self, Consequence, Policy};
use crate::rules::scope::Match;

/// What is carried out on each license: an act under an effect of the measure in force.
pub(super) struct Carried<'m> {
    pub(super) measure: &'m Measure,
    pub(super) content: &'m Content,
    pub(super) specs: Vec<&'m EffectSpec>,
    pub(super) under: Effect,
    pub(super) decision: DecisionAct,
}

/// A license to be decided on: what is on file, and what its decision record says.
pub(super) struct Case {
    pub(super) license: Named,
    pub(super) entry: Entry,
}

/// Writes decision records, with one entry for all of them: some are about licenses that take no step.
pub(super) async fn record(
    conn: &mut Conn,
    act: &Act,
    basis: Basis<'_>,
    decided: &[Entry],
) -> sqlx::Result<()> {
    if decided.is_empty() {
        return Ok(());
    }
    let batch: Uuid = act.new_id();
    store::insert(conn, act, batch, basis, decided).await?;
    let entry = audit::Entry {
        act: "decision_batch.record",
        kind: "decision_batch",
        subject: batch,
        owner: None,
        particulars: json!({
            "measureId": basis.measure, "operationId": basis.operation, "act": basis.act.name(), "licenses": decided.len(),
        }),
        verdict: None,
    };
    audit::record(conn, act, entry).await
}

impl Carried<'_> {
    /// Writes the decision records.
    pub(super) async fn record(
        &self,
        conn: &mut Conn,
        act: &Act,
        batch: &Batch,
        decided: &[Entry],
    ) -> Result<(), Problem> {
        let basis = Basis {
            measure: self.measure.id,
            operation: batch.operation,
            content_version: self.content.content_version,
            act: self.decision,
            ground: self.content.ground.name(),
            review_on: Some(self.measure.review_on),
        };
        Ok(record(conn, act, basis, decided).await?)
    }

    /// The licenses that are still in force, still reached and still concerned; and those left out.
    pub(super) async fn cases(
        &self,
        conn: &mut Conn,
        act: &Act,
        ids: &[Uuid],
    ) -> Result<(Vec<Case>, Vec<Skipped>), Problem> {
        let scope = &self.content.scope;
        let groups = measures::store::groups(conn, &scope.groups(), act.today()).await?;
        let licenses = store::named(conn, ids).await?;
        let subjects = measures::store::licenses(conn, ids).await?;
        let demand = self.demand(conn, act, ids).await?;
        let mut cases = Vec::with_capacity(licenses.len());
        let mut skipped = Vec::new();
        for (license, (_, subject)) in licenses.into_iter().zip(subjects) {
            let status = license.status.on(act.today(), license.valid_until);
            if !matches!(status, LicenseStatus::Active | LicenseStatus::Frozen) {
                skipped.push(Skipped::new(license.id, format!("is {status} by now")));
                continue;
            }
            let Some(met) = scope.reaches(&subject, &groups) else {
                skipped.push(Skipped::new(license.id, "is no longer reached by the scope"));
                continue;
            };
            match self.entry(act, &license, &met, demand.as_ref()) {
                Ok(entry) => cases.push(Case { license, entry }),
                Err(reason) => skipped.push(Skipped::new(license.id, reason)),
            }
        }
        Ok((cases, skipped))
    }

    /// What is demanded, where the act is carried out under a demand.
    async fn demand(&self, conn: &mut Conn, act: &Act, ids: &[Uuid]) -> Result<Option<Demand>, Problem> {
        let (Effect::RequireDeclaration, Some(spec)) = (self.under, self.specs.first()) else {
            return Ok(None);
        };
        let demand = match self.decision {
            DecisionAct::RequireDeclaration => {
                demand::from_now(conn, act, self.measure.id, spec, ids).await?
            }
            DecisionAct::Freeze
            | DecisionAct::IntendRevocation
            | DecisionAct::AddCondition
            | DecisionAct::Release => demand::over(conn, act, self.measure.id, spec, ids).await?,
        };
        Ok(Some(demand))
    }

    /// What the decision record of a license says; the reason where nothing is decided on it.
    fn entry(
        &self,
        act: &Act,
        license: &Named,
        met: &Match,
        demand: Option<&Demand>,
    ) -> Result<Entry, &'static str> {
        let declaration = demand.map(|demand| demand.of(license.id)).transpose()?;
        let condition = self.conditions().join("; ");
        let consequence = Consequence {
            act: self.decision,
            today: act.today(),
            declaration,
            condition: (!condition.is_empty()).then_some(condition.as_str()),
            urgent: self.is_urgent(),
            object_by: (self.decision == DecisionAct::Freeze)
                .then(|| act.policy.objections.ends(Against::Freeze, act.today())),
        };
        let policy = Policy {
            reference: &self.measure.reference,
            title: &self.measure.title,
            ground: self.content.ground,
            legal_basis: &self.content.legal_basis,
            reasons: &self.content.reasons,
            review_on: self.measure.review_on,
        };
        let facts = license.facts(|line| met.lines.contains(&line));
        Ok(Entry {
            license: license.id,
            matched: serde_json::to_value(met).ok(),
            reasons: reasons::of_license(policy, &facts, met, consequence),
            due_on: declaration.map(|declaration| declaration.due_on),
        })
    }

    pub(super) fn conditions(&self) -> Vec<String> {
        self.specs.iter().filter_map(|spec| spec.condition.as_ref()).map(ToString::to_string).collect()
    }

    pub(super) fn is_urgent(&self) -> bool {
        self.specs.first().is_some_and(|spec| spec.urgent)
    }
}
