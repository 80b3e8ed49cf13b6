//! Demands: the declaration that a measure requires of each license within a period, the freeze of what stays without
//! it after the period, and the thaw of what is covered later.
//!
//! A deadline passes once, by the clock. An accepted declaration is noted by the database in the transaction of its
//! acceptance, and taken up here after the batches that might still freeze have ended; so none is missed.

use std::collections::HashMap;

use crate::db::Conn;
use chrono::{Days, NaiveDate};
use serde_json::Value;
use uuid::Uuid;

use super::enact::operation;
use super::preview::on_file;
use super::store::demand::{self as store, Arrival, Deadline};
use super::store::enact;
use crate::act::Act;
use crate::cover::{self, Record, Version};
use crate::http::Problem;
use crate::ids::{MeasureId, TemplateId};
use crate::measures::Content;
use crate::rules::cover::{Cover, Lack};
use crate::rules::measure::{Effect, EffectSpec, Status};
use crate::rules::operation::{Kind, Task};
use crate::rules::reasons::Demanded;

/// What a measure demands of the licenses of a batch.
pub(super) struct Demand {
    version: Version,
    record: Record,
    due: Due,
}

/// Until when.
enum Due {
    /// Until the same day of each: it is required from now on.
    From(NaiveDate),
    /// Until the day that was told to each: those are over.
    Over(HashMap<Uuid, NaiveDate>, NaiveDate),
}

impl Demand {
    /// What is required of a license and lacking; the reason where nothing is.
    pub(super) fn of(&self, license: Uuid) -> Result<Demanded<'_>, &'static str> {
        let (due_on, covered) = match &self.due {
            Due::From(due_on) => (*due_on, "is covered already"),
            Due::Over(told, today) => match told.get(&license) {
                None => return Err("is not asked for a declaration by the measure as it is in force"),
                Some(due_on) if due_on >= today => return Err("has time to bring the declaration"),
                Some(due_on) => (*due_on, "is covered by now"),
            },
        };
        match self.record.cover(license, &self.version) {
            Cover::NotConcerned(reason) => Err(reason),
            Cover::Covered => Err(covered),
            Cover::Lacks(lack) => Ok(self.demanded(due_on, lack)),
        }
    }

    fn demanded(&self, due_on: NaiveDate, lack: Lack) -> Demanded<'_> {
        Demanded {
            template: &self.version.reference,
            title: &self.version.title,
            version: self.version.facts.version,
            due_on,
            lack,
        }
    }
}

/// The effect as a part of a content's effects, to find the contents that say the same.
pub(super) fn as_part(spec: &EffectSpec) -> Value {
    serde_json::json!([spec])
}

/// What a measure that comes into force demands of licenses from today on. Notes the day until which it does.
pub(super) async fn from_now(
    conn: &mut Conn,
    act: &Act,
    measure: MeasureId,
    spec: &EffectSpec,
    ids: &[Uuid],
) -> Result<Demand, Problem> {
    let days = Days::new(spec.within_days.unwrap_or_default().into());
    let due_on = act.today().checked_add_days(days).unwrap_or(act.today());
    store::note_deadline(conn, measure, due_on).await?;
    let version = version(conn, act, spec).await?;
    Ok(Demand { version, record: cover::record(conn, act, ids).await?, due: Due::From(due_on) })
}

/// How many of these licenses lack the declaration that an effect requires.
pub(super) async fn lacking(
    conn: &mut Conn,
    act: &Act,
    spec: &EffectSpec,
    ids: &[Uuid],
) -> Result<usize, Problem> {
    let version = version(conn, act, spec).await?;
    Ok(cover::store::uncovered(conn, act, &version, ids).await?.len())
}

/// What a measure still demands of licenses whose period is over.
pub(super) async fn over(
    conn: &mut Conn,
    act: &Act,
    measure: MeasureId,
    spec: &EffectSpec,
    ids: &[Uuid],
) -> Result<Demand, Problem> {
    let told = store::required(conn, measure, &as_part(spec), ids).await?;
    let version = version(conn, act, spec).await?;
    let due = Due::Over(told.into_iter().collect(), act.today());
    Ok(Demand { version, record: cover::record(conn, act, ids).await?, due })
}

async fn version(conn: &mut Conn, act: &Act, spec: &EffectSpec) -> Result<Version, Problem> {
    let template = TemplateId(spec.template_id.unwrap_or_default());
    let missing = || Problem::internal(&"a measure requires a template that is not on file");
    cover::version(conn, act, template).await?.ok_or_else(missing)
}

/// Those of these licenses that a measure holds for want of a declaration alone and that are covered by now.
pub(super) async fn covered(
    conn: &mut Conn,
    act: &Act,
    measure: MeasureId,
    content: &Content,
    ids: &[Uuid],
) -> Result<Vec<Uuid>, Problem> {
    let Some(spec) = content.effect(Effect::RequireDeclaration) else { return Ok(Vec::new()) };
    let held = store::held_for_want(conn, measure, ids).await?;
    if held.is_empty() {
        return Ok(held);
    }
    let version = version(conn, act, spec).await?;
    let record = cover::record(conn, act, &held).await?;
    Ok(held.into_iter().filter(|id| record.cover(*id, &version) == Cover::Covered).collect())
}

/// The next deadline that is over.
pub(super) async fn next_over(conn: &mut Conn, act: &Act) -> Result<Option<Deadline>, Problem> {
    Ok(store::over(conn, act.today()).await?)
}

/// Passes a deadline: puts the operation on file that freezes what stays without the declaration.
pub(super) async fn pass(conn: &mut Conn, act: &Act, deadline: Deadline) -> Result<(), Problem> {
    if enact::hold(conn, deadline.measure.0).await? != Status::InForce {
        return Ok(());
    }
    let measure = on_file(conn, act, deadline.measure).await?;
    let spec = measure.standing().and_then(|content| content.effect(Effect::RequireDeclaration));
    let lacking = match spec {
        None => Vec::new(),
        Some(spec) => {
            let required = store::required_until(conn, deadline, &as_part(spec)).await?;
            let version = version(conn, act, spec).await?;
            cover::store::uncovered(conn, act, &version, &required).await?
        }
    };
    let reasons = format!("The declaration that was required until {} is lacking.", deadline.due_on);
    let tasks = vec![(Task::Freeze, lacking)];
    let id = operation(conn, act, deadline.measure, Kind::DeclarationDeadline, &reasons, tasks).await?;
    Ok(store::pass(conn, deadline, id, act.at).await?)
}

/// The next accepted declaration that was not looked at.
pub(super) async fn next_arrival(conn: &mut Conn) -> Result<Option<Arrival>, Problem> {
    Ok(store::next_arrival(conn).await?)
}

/// Holds an accepted declaration against the licenses of its parties that measures hold for want of one: those that are
/// covered now are thawed by an operation for each measure.
pub(super) async fn take_up(conn: &mut Conn, act: &Act, arrival: &Arrival) -> Result<(), Problem> {
    for id in store::requiring(conn).await? {
        let held = store::held_of_parties(conn, id, arrival.declaration).await?;
        let measure = on_file(conn, act, id).await?;
        let Some(content) = measure.standing() else { continue };
        let covered = covered(conn, act, id, content, &held).await?;
        if !covered.is_empty() {
            let reasons = format!("The declaration {} that was lacking is accepted.", arrival.reference);
            let tasks = vec![(Task::Release, covered)];
            operation(conn, act, id, Kind::DeclarationDeadline, &reasons, tasks).await?;
        }
    }
    Ok(store::seen(conn, arrival).await?)
}
