//! The statement of statistics.

use crate::db::Conn;
use chrono::{DateTime, NaiveDate, Utc};

/// The year that is counted.
pub(super) struct Period {
    /// Its first instant.
    pub(super) from: DateTime<Utc>,
    /// The first instant after it.
    pub(super) until: DateTime<Utc>,
    /// The first instant that is not counted: of a year that still runs, the one after the time asked about.
    pub(super) counted_until: DateTime<Utc>,
    /// Its first day.
    pub(super) first: NaiveDate,
    /// Its last day, or the day asked about where it still ran.
    pub(super) last_day: NaiveDate,
}

/// One cell of one figure.
pub(super) struct Row {
    pub(super) figure: String,
    pub(super) kind: Option<String>,
    pub(super) origin: Option<String>,
    pub(super) detail: Option<String>,
    /// Whether it is a total that the cells do not add up to.
    pub(super) whole: Option<bool>,
    pub(super) value: i64,
}

/// Every figure of the year, in one statement and so from one snapshot.
///
/// Where a row has not moved since the end of the year, its status is the one it had then (the database keeps status
/// and history together); only for the others is the last step before asked for. A license that is in its term ends
/// by a step; one whose term has ended is either still recorded as in force or was expired by the clock before any
/// other step could be taken, so that `expire` is dated by the term and not by the hour of the sweeper.
#[expect(clippy::too_many_lines, reason = "one statement, and so one snapshot")]
pub(super) async fn figures(conn: &mut Conn, period: &Period) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as!(
        Row,
        r#"with filed as materialized (
               select a.kind, a.destination,
                      case when a.updated_at < $2 then a.status
                           else (select h.to_status from history h where h.subject_id = a.id and h.at < $2
                                  order by h.version desc limit 1) end as stood
                 from history f join applications a on a.id = f.subject_id
                where f.life_cycle = 'application' and f.at >= $1 and f.at < $2
                  and f.action = 'submit' and f.from_status = 'draft'),
           decided as materialized (
               select a.kind, d.to_status, (d.at at time zone 'UTC')::date - (f.at at time zone 'UTC')::date as days
                 from history d join applications a on a.id = d.subject_id
                 join history f on f.subject_id = d.subject_id and f.action = 'submit' and f.from_status = 'draft'
                where d.life_cycle = 'application' and d.at >= $1 and d.at < $2
                  and d.action in ('grant', 'grant_in_part', 'refuse')),
           acts as materialized (
               select l.kind, case when l.import_id is null then 'granted' else 'imported' end as origin, h.action,
                      h.ground, count(*) as value
                 from history h join licenses l on l.id = h.subject_id
                where h.life_cycle = 'license' and h.at >= $1 and h.at < $2 and h.action <> 'expire'
                group by 1, 2, 3, 4),
           under as materialized (
               select l.kind, case when l.import_id is null then 'granted' else 'imported' end as origin, h.action,
                      count(*) as value
                 from history h join licenses l on l.id = h.subject_id
                 left join license_reinstatements n on n.license_id = h.subject_id and n.version = h.version
                 left join decisions d on d.id = l.decision_id and h.action = 'issue'
                where h.life_cycle = 'license' and h.at >= $1 and h.at < $2
                  and h.action in ('issue', 'reinstate', 'reinstate_frozen')
                  and coalesce(n.override_id, d.override_id) is not null
                group by 1, 2, 3),
           overridden as (
               select coalesce(a.kind, l.kind) as kind, count(*) as value
                 from history h join overrides o on o.id = h.subject_id
                 left join applications a on a.id = o.application_id left join licenses l on l.id = o.license_id
                where h.life_cycle = 'override' and h.at >= $1 and h.at < $2 and h.action = 'sign'
                group by 1),
           objected as (
               select case when h.action = 'lodge' then 'objections' else 'objections.decided' end as figure,
                      coalesce(a.kind, l.kind) as kind,
                      case when h.action <> 'lodge' then h.to_status end as outcome, count(*) as value
                 from history h join objections o on o.id = h.subject_id
                 left join applications a on a.id = o.application_id left join licenses l on l.id = o.license_id
                where h.life_cycle = 'objection' and h.at >= $1 and h.at < $2
                  and h.action in ('lodge', 'uphold', 'vary', 'dismiss', 'remit', 'find_late')
                group by 1, 2, 3),
           ended as (
               select l.kind, case when l.import_id is null then 'granted' else 'imported' end as origin, count(*) as value
                 from licenses l
                where l.valid_until >= $3::date - 1 and l.valid_until < $4
                  and (l.status in ('active', 'frozen')
                       or (select true from history h where h.subject_id = l.id and h.action = 'expire' limit 1))
                group by 1, 2),
           in_force as (
               select l.kind, case when l.import_id is null then 'granted' else 'imported' end as origin,
                      case when l.updated_at < $2 then l.status
                           else (select h.to_status from history h where h.subject_id = l.id and h.at < $2
                                  order by h.version desc limit 1) end as stood, count(*) as value
                 from licenses l
                where l.valid_until >= $4 and l.created_at < $2
                group by 1, 2, 3),
           counted as (
               select 'filed' as figure, kind, null as origin,
                      case when stood in ('granted', 'granted_in_part', 'refused', 'withdrawn', 'lapsed', 'returned')
                           then stood else 'open' end as detail, false as whole, count(*) as value
                 from filed group by 2, 4
               union all
               select 'destination', kind, null, destination, false, count(*) from filed group by 2, 4
               union all
               select 'destinations', kind, null, null, kind is null, count(distinct destination)
                 from filed group by grouping sets ((kind), ())
               union all
               select 'decided', kind, null, to_status, false, count(*) from decided group by 2, 4
               union all
               select 'days', kind, null, null, kind is null, percentile_disc(0.5) within group (order by days)
                 from decided group by grouping sets ((kind), ())
               union all
               select 'in_force', kind, origin, stood, false, value from in_force where stood in ('active', 'frozen')
               union all
               select 'license.' || action, kind, origin, null, false, sum(value)::bigint from acts group by action, 2, 3
               union all
               select 'license.expire', kind, origin, null, false, value from ended
               union all
               select 'revocation', kind, null, ground, false, sum(value)::bigint from acts where action = 'revoke'
                group by 2, 4
               union all
               select case when action = 'issue' then 'override.issue' else 'override.reinstate' end, kind, origin, null, false,
                      sum(value)::bigint
                 from under group by 1, 2, 3
               union all
               select 'override.sign', kind, null, null, false, value from overridden
               union all
               select figure, kind, null, outcome, false, value from objected
               union all
               select 'exporters', null, null, null, true, count(*)
                 from exporters e
                where (select h.to_status from history h where h.subject_id = e.id and h.at < $2
                        order by h.version desc limit 1) = 'registered'
                  and (select (h.details->>'registeredUntil')::date from history h
                        where h.subject_id = e.id and h.at < $2 and h.action in ('register', 'renew')
                        order by h.version desc limit 1) >= $4
               union all
               select 'products', null, null, null, true, count(*)
                 from products p
                where (select h.to_status from history h where h.subject_id = p.id and h.at < $2
                        order by h.version desc limit 1) = 'classified')
           select figure as "figure!", kind, origin, detail, whole, value as "value!"
             from counted
            where value is not null
            order by figure, kind collate "C", origin collate "C", detail collate "C""#,
        period.from,
        period.counted_until,
        period.first,
        period.last_day,
    )
    .fetch_all(conn)
    .await
}
