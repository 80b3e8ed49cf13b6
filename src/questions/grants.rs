//! Grants made while a measure applied: each grant is held against the text of every measure that was in force at its
//! time, by the histories; what the gate said is not asked.

use std::collections::HashMap;

use chrono::{NaiveDate, TimeDelta};
use uuid::Uuid;

use super::model::{GrantDays, GrantUnderMeasure, GrantsUnderMeasures};
use super::store::{self, Grant, Standing};
use crate::db::Conn;
use crate::http::Problem;
use crate::measures;
use crate::rules::scope::{Groups, Subject};

/// How many grants are read at a time.
const CHUNK: i64 = 500;
/// How many grants one answer covers at most.
const MOST: u32 = 20_000;
/// How long a request may be under way: two that began less apart may have committed in either order.
const AT_ONCE: TimeDelta = TimeDelta::seconds(20);

/// Holds the grants of a span against the measures of their time.
pub(super) async fn under_measures(
    conn: &mut Conn,
    days: &GrantDays,
) -> Result<GrantsUnderMeasures, Problem> {
    if days.from.zip(days.to).is_some_and(|(from, to)| from > to) {
        return Err(Problem::field("?to", "must not be before the first day"));
    }
    let mut answer = GrantsUnderMeasures::default();
    let mut after = days.after;
    let mut groups = HashMap::new();
    loop {
        let grants = store::granted(conn, days, after, CHUNK).await?;
        let ended = i64::try_from(grants.len()).unwrap_or(CHUNK) < CHUNK;
        after = grants.last().map(|grant| grant.license_id).or(after);
        hold_against(conn, &mut answer, &grants, &mut groups).await?;
        if ended {
            return Ok(answer);
        }
        if answer.grants >= MOST {
            answer.next = after;
            return Ok(answer);
        }
    }
}

async fn hold_against(
    conn: &mut Conn,
    answer: &mut GrantsUnderMeasures,
    grants: &[Grant],
    groups: &mut HashMap<(Vec<String>, NaiveDate), Groups>,
) -> Result<(), Problem> {
    answer.grants += u32::try_from(grants.len()).unwrap_or(u32::MAX);
    let times: Vec<_> = grants.iter().map(|grant| grant.granted_at).collect();
    let applications: Vec<Uuid> = grants.iter().map(|grant| grant.application_id.into()).collect();
    let subjects: HashMap<Uuid, Subject> =
        measures::store::applications(conn, &applications).await?.into_iter().collect();
    for measure in store::standing(conn, &times).await? {
        answer.pairs += 1;
        let grant = usize::try_from(measure.grant - 1).ok().and_then(|place| grants.get(place));
        let Some(grant) = grant else { continue };
        let Some(subject) = subjects.get(&Uuid::from(grant.application_id)) else { continue };
        let effect = measure.effects.iter().find(|spec| spec.effect.stops(grant.purpose));
        let Some(effect) = effect.map(|spec| spec.effect) else { continue };
        let members = members(conn, &measure, groups).await?;
        let Some(matched) = measure.scope.reaches(subject, &members) else { continue };
        answer.without_override += u32::from(grant.override_id.is_none());
        answer.found.push(GrantUnderMeasure {
            license_id: grant.license_id,
            reference: grant.reference.clone(),
            application_id: grant.application_id,
            granted_at: grant.granted_at,
            measure_id: measure.measure_id,
            measure: measure.reference,
            in_force_at: measure.in_force_at,
            effect,
            matched,
            override_id: grant.override_id,
            at_once: grant.granted_at - measure.in_force_at < AT_ONCE,
        });
    }
    Ok(())
}

/// The members of the groups that the scope names, on the day of the grant.
async fn members(
    conn: &mut Conn,
    measure: &Standing,
    known: &mut HashMap<(Vec<String>, NaiveDate), Groups>,
) -> sqlx::Result<Groups> {
    let key = (measure.scope.groups(), measure.day);
    if let Some(groups) = known.get(&key) {
        return Ok(groups.clone());
    }
    let groups = measures::store::groups(conn, &key.0, measure.day).await?;
    known.insert(key, groups.clone());
    Ok(groups)
}
