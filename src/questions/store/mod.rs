//! The statements of questions.

mod grants;
mod sides;

pub(super) use grants::{Grant, Standing, granted, standing};
pub(super) use sides::both_sides;

use crate::act::Act;
use crate::db::Conn;
use crate::page::{Listing, Page, Paging};
use crate::questions::model::{
    Departure, DepartureFilter, Overdue, OverdueFilter, UnreviewedFilter, UnreviewedFreeze,
};

/// One page of departures. Of an act on a license only what made it active: a license that stays frozen is permitted
/// nothing.
pub(super) async fn departures(
    conn: &mut Conn,
    filter: DepartureFilter,
    paging: Paging,
) -> sqlx::Result<Page<Departure>> {
    let overridden = filter.overridden;
    Listing::new(
        "select q.* from (
             select e.id, e.at, e.act, e.subject_kind, e.subject_id, coalesce(a.reference, l.reference) as reference,
                    v.verdict ->> 'outcome' as verdict,
                    (select coalesce(jsonb_agg(c -> 'rule'), '[]') from jsonb_array_elements(v.verdict -> 'checks') c
                      where c ->> 'outcome' not in ('pass', 'not_applicable')) as rules,
                    coalesce(d.departure, h.details ->> 'departure') as reasons,
                    o.id as override_id, o.reference as override_reference, coalesce(w.handle, p.handle) as decided_by,
                    p.handle as signed_by
               from audit_entries e
               join people p on p.id = e.actor_id
               join history h on h.subject_id = e.subject_id and h.version = e.subject_version
               left join applications a on e.subject_kind = 'application' and a.id = e.subject_id
               left join decisions d on d.application_id = a.id and d.countersigned_at = e.at
               left join people w on w.id = d.decided_by
               left join licenses l on e.subject_kind = 'license' and l.id = e.subject_id
               left join license_reinstatements n on n.license_id = l.id and n.version = e.subject_version
               left join overrides o on o.id = coalesce(d.override_id, n.override_id)
              -- One that was erased in the log stands in the file of the act.
              cross join lateral (select coalesce(e.verdict, d.signed_verdict, n.verdict) as verdict) v
              where (e.verdict is not null or e.verdict_salt is null) and e.subject_version is not null
                and (e.act in ('application.grant', 'application.grant_in_part')
                     or e.subject_kind = 'license' and h.to_status = 'active')
                and (v.verdict ->> 'outcome' not in ('pass', 'not_applicable') or o.id is not null)) q
          where true",
        "q.id",
    )
    .filter("q.at >= ?", filter.from)
    .filter("q.at < ?", filter.to)
    .only("q.override_id is not null", overridden == Some(true))
    .only("q.override_id is null", overridden == Some(false))
    .page(conn, paging)
    .await
}

/// One page of the freezes in force whose review date has passed; the date of a measure's freeze is that of the measure.
pub(super) async fn unreviewed(
    conn: &mut Conn,
    act: &Act,
    filter: UnreviewedFilter,
    paging: Paging,
) -> sqlx::Result<Page<UnreviewedFreeze>> {
    Listing::new(
        "select q.* from (
             select f.id, l.id as license_id, l.reference, f.number, f.source, f.source_id, f.ground, f.frozen_at,
                    coalesce(m.review_on, f.review_on) as review_on, t.day - coalesce(m.review_on, f.review_on) as days_late
               from (select ",
        "q.id",
    )
    .bind(act.today())
    .sql(
        "::date as day) t
               join license_freezes f on f.lifted_at is null
               join licenses l on l.id = f.license_id and l.status in ('active', 'frozen') and l.valid_until >= t.day
               left join measures m on m.id = f.source_id) q
          where q.days_late > 0",
    )
    .filter("q.source = ?", filter.source)
    .page(conn, paging)
    .await
}

/// One page of files past their term. The clock of an application is read off its history here once more, beside
/// `rules/deadline.rs`; a test compares the two.
pub(super) async fn overdue(
    conn: &mut Conn,
    act: &Act,
    filter: OverdueFilter,
    paging: Paging,
) -> sqlx::Result<Page<Overdue>> {
    let days = i32::try_from(act.policy.decision_days).unwrap_or(i32::MAX);
    Listing::new("with now as (select ", "q.id")
        .bind(act.at)
        .sql("::timestamptz as at, ")
        .bind(days)
        .sql(
            "::integer as days),
         steps as (
             select h.subject_id, h.version, h.action, h.to_status, h.at,
                    lead(h.at) over (partition by h.subject_id order by h.version) as until
               from history h join applications a on a.id = h.subject_id
              where a.status in ('submitted', 'in_review', 'information_requested', 'referred')),
         started as (
             select distinct on (s.subject_id) s.subject_id, s.version, s.at from steps s
              where s.to_status = 'submitted' or s.action = 'reopen' order by s.subject_id, s.version desc),
         due as (
             select b.subject_id,
                    ((b.at + coalesce((select sum(coalesce(s.until, n.at) - s.at) from steps s
                                        where s.subject_id = b.subject_id and s.version > b.version
                                          and s.to_status = 'information_requested'), interval '0'))
                     at time zone 'UTC')::date + n.days as due_on
               from started b cross join now n)
         select q.* from (
             select a.id, 'application' as kind, a.reference, a.status, d.due_on, (n.at at time zone 'UTC')::date - d.due_on
                        as days_late
               from due d join applications a on a.id = d.subject_id cross join now n
             union all
             select r.id, 'revocation', r.reference, r.status, r.respond_by, (n.at at time zone 'UTC')::date - r.respond_by
               from revocations r cross join now n where r.status = 'intended'
             union all
             select r.id, 'review', r.reference, r.status, r.due_on, (n.at at time zone 'UTC')::date - r.due_on
               from reviews r cross join now n where r.concluded_at is null
             union all
             select h.id, 'screening_hit', h.reference, h.status, h.due_on, (n.at at time zone 'UTC')::date - h.due_on
               from screening_hits h cross join now n
              where h.status in ('open', 'clearing_proposed', 'confirmation_proposed') and h.due_on is not null) q
          where q.days_late > 0",
        )
        .filter("q.kind = ?", filter.kind)
        .page(conn, paging)
        .await
}
