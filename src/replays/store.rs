//! The statements of replays.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;
use uuid::Uuid;

use super::model::{ReplayFilter, Span};
use crate::db::Conn;
use crate::ids::{ApplicationId, DecisionId};
use crate::page::{Listed, Listing, Page, Paging};
use crate::rules::application::Outcome;
use crate::rules::gate::LikeRefusal;
use crate::rules::verdict::Rule;

/// A verdict of the audit log, with its facts where they are on file.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct Recorded {
    pub(super) id: Uuid,
    pub(super) at: DateTime<Utc>,
    pub(super) act: String,
    pub(super) subject_kind: String,
    pub(super) subject_id: Uuid,
    /// None where it was erased.
    pub(super) verdict: Option<Value>,
    pub(super) case: Option<Value>,
}

impl Listed for Recorded {
    fn key(&self) -> Uuid {
        self.id
    }
}

/// Entries with a verdict, or that had one until it was erased. Before facts stood beside every verdict, those of a decision did: in the form of the first
/// version, by the time of the proposal and of the countersignature.
const SELECT: &str = r#"
    select e.id, e.at, e.act, e.subject_kind, e.subject_id, e.verdict - 'case' as verdict,
           coalesce(e.verdict -> 'case', (
               select jsonb_build_object('version', 1, 'facts',
                          case when e.act = 'application.propose_decision' then d.facts else d.signed_facts end)
                 from decisions d
                where e.subject_kind = 'application' and d.application_id = e.subject_id
                  and case when e.act = 'application.propose_decision' then d.decided_at = e.at
                           else d.countersigned_at = e.at and e.act in (
                               'application.grant', 'application.grant_in_part', 'application.refuse') end
                limit 1)) as "case"
      from audit_entries e where (e.verdict is not null or e.verdict_salt is null) and e.outcome = 'done'"#;

/// One page of verdicts with their facts.
pub(super) async fn verdicts(
    conn: &mut Conn,
    filter: ReplayFilter,
    paging: Paging,
) -> sqlx::Result<Page<Recorded>> {
    Listing::new(SELECT, "e.id")
        .filter("e.subject_id = ?", filter.subject_id)
        .filter("e.act = ?", filter.act)
        .filter("e.at >= ?", filter.from)
        .filter("e.at < ?", filter.to)
        .page(conn, paging)
        .await
}

/// One verdict with its facts.
pub(super) async fn verdict(conn: &mut Conn, entry: Uuid) -> sqlx::Result<Option<Recorded>> {
    Listing::new(SELECT, "e.id").filter("e.id = ?", Some(entry)).one(conn).await
}

/// A countersigned decision with what the gate was told at the signature.
pub(super) struct Decided {
    pub(super) id: DecisionId,
    pub(super) application_id: ApplicationId,
    pub(super) reference: String,
    pub(super) number: i32,
    pub(super) countersigned_at: DateTime<Utc>,
    pub(super) outcome: Outcome,
    pub(super) departs: bool,
    pub(super) overridden: Vec<Rule>,
    pub(super) facts: Value,
}

/// The next decisions of a span, the first one first.
pub(super) async fn decisions(
    conn: &mut Conn,
    span: &Span,
    after: Option<DecisionId>,
    limit: i64,
) -> sqlx::Result<Vec<Decided>> {
    sqlx::query_as!(
        Decided,
        r#"select d.id as "id: DecisionId", d.application_id as "application_id: ApplicationId", a.reference, d.number,
                  d.countersigned_at as "countersigned_at!", d.outcome as "outcome: Outcome",
                  d.departure is not null as "departs!", coalesce(o.rules, '{}') as "overridden!: Vec<Rule>",
                  d.signed_facts as "facts!"
             from decisions d join applications a on a.id = d.application_id left join overrides o on o.id = d.override_id
            where d.status = 'countersigned' and d.countersigned_at >= $1::date::timestamp at time zone 'UTC'
              and d.countersigned_at < ($2::date + 1)::timestamp at time zone 'UTC' and ($3::uuid is null or d.id > $3)
            order by d.id limit $4"#,
        span.from,
        span.to,
        after.map(Uuid::from),
        limit,
    )
    .fetch_all(conn)
    .await
}

/// The human reference of an exemption.
pub(super) async fn exemption(conn: &mut Conn, id: Uuid) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("select reference from exemptions where id = $1", id).fetch_optional(conn).await
}

/// The latest like refusal that each decision would have found since its day: the question that the gate asks, put to the
/// file as it stood at the countersignature.
pub(super) async fn like_refusals(
    conn: &mut Conn,
    decisions: &[(Uuid, NaiveDate)],
) -> sqlx::Result<Vec<(Uuid, LikeRefusal)>> {
    let (ids, since): (Vec<Uuid>, Vec<NaiveDate>) = decisions.iter().copied().unzip();
    let rows = sqlx::query!(
        r#"select t.decision_id as "id!", r.reference as "reference!",
                  (r.refused_at at time zone 'UTC')::date as "refused_on!"
             from unnest($1::uuid[], $2::date[]) as t (decision_id, since)
             join decisions n on n.id = t.decision_id
             join applications a on a.id = n.application_id
             cross join filed_codes(a.id) as codes
             cross join lateral (
                 select reference, refused_at
                   from like_refusals(a.kind, a.destination, a.end_user_id, codes, t.since, n.countersigned_at, a.id)
                  order by refused_at desc, decision_id limit 1) r"#,
        &ids,
        &since,
    )
    .fetch_all(conn)
    .await?;
    let found = |reference, refused_on| LikeRefusal { reference, refused_on };
    Ok(rows.into_iter().map(|row| (row.id, found(row.reference, row.refused_on))).collect())
}
