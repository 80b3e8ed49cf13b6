//! Grants and the measures of their time.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::types::Json;
use uuid::Uuid;

use crate::db::Conn;
use crate::ids::{ApplicationId, LicenseId, MeasureId, OverrideId};
use crate::questions::model::GrantDays;
use crate::rules::application::Purpose;
use crate::rules::measure::EffectSpec;
use crate::rules::scope::Scope;

/// A grant, as the history has it.
pub(in crate::questions) struct Grant {
    pub(in crate::questions) license_id: LicenseId,
    pub(in crate::questions) reference: String,
    pub(in crate::questions) application_id: ApplicationId,
    pub(in crate::questions) purpose: Purpose,
    pub(in crate::questions) granted_at: DateTime<Utc>,
    pub(in crate::questions) override_id: Option<OverrideId>,
}

/// The next grants of a span, the first one first.
pub(in crate::questions) async fn granted(
    conn: &mut Conn,
    days: &GrantDays,
    after: Option<LicenseId>,
    limit: i64,
) -> sqlx::Result<Vec<Grant>> {
    sqlx::query_as!(
        Grant,
        r#"select l.id as "license_id: LicenseId", l.reference, a.id as "application_id: ApplicationId",
                  a.purpose as "purpose: Purpose", h.at as granted_at, d.override_id as "override_id: OverrideId"
             from history h
             join licenses l on l.id = h.subject_id
             join applications a on a.id = l.application_id
             join decisions d on d.id = l.decision_id
            where h.life_cycle = 'license' and h.version = 1 and h.action = 'issue'
              and ($1::date is null or h.at >= $1::date::timestamp at time zone 'UTC')
              and ($2::date is null or h.at < ($2::date + 1)::timestamp at time zone 'UTC')
              and ($3::uuid is null or l.id > $3)
            order by l.id limit $4"#,
        days.from,
        days.to,
        after.map(Uuid::from),
        limit,
    )
    .fetch_all(conn)
    .await
}

/// A measure that was in force at a grant, by its history.
pub(in crate::questions) struct Standing {
    /// The place of the grant among those asked about, from 1.
    pub(in crate::questions) grant: i64,
    pub(in crate::questions) measure_id: MeasureId,
    pub(in crate::questions) reference: String,
    pub(in crate::questions) in_force_at: DateTime<Utc>,
    pub(in crate::questions) scope: Json<Scope>,
    pub(in crate::questions) effects: Json<Vec<EffectSpec>>,
    /// The day of the grant.
    pub(in crate::questions) day: NaiveDate,
}

/// The measures that were in force at these times, each on its content and its review date of the time.
pub(in crate::questions) async fn standing(
    conn: &mut Conn,
    times: &[DateTime<Utc>],
) -> sqlx::Result<Vec<Standing>> {
    sqlx::query_as!(
        Standing,
        r#"select t.number as "grant!", m.id as "measure_id!: MeasureId", m.reference as "reference!",
                  m.in_force_at as "in_force_at!", c.scope as "scope: Json<Scope>",
                  c.effects as "effects: Json<Vec<EffectSpec>>", (t.at at time zone 'UTC')::date as "day!"
             from unnest($1::timestamptz[]) with ordinality as t (at, number)
             cross join lateral measures_at(t.at, t.at) m
             join measure_contents c on c.measure_id = m.id and c.content_version = m.in_force_content
            where m.status = 'in_force' and m.review_on >= (t.at at time zone 'UTC')::date
              and (c.ends_on is null or c.ends_on >= (t.at at time zone 'UTC')::date)
            order by t.number, m.id"#,
        times,
    )
    .fetch_all(conn)
    .await
}
