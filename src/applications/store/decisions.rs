//! The statements of decisions.

use crate::db::Conn;
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::act::{Act, Actor};
use crate::applications::decision::{Decision, DecisionLine, NewDecision};
use crate::ids::{ApplicationId, DecisionId};
use crate::page::Listing;
use crate::rules::gate::Facts;
use crate::rules::verdict::RecordedVerdict;

/// A decision to be put on file.
pub(in crate::applications) struct Proposal<'p> {
    pub(in crate::applications) id: DecisionId,
    pub(in crate::applications) application: ApplicationId,
    pub(in crate::applications) new: &'p NewDecision,
    pub(in crate::applications) conditions: &'p [String],
    pub(in crate::applications) lines: &'p [DecisionLine],
    pub(in crate::applications) facts: &'p Facts,
    pub(in crate::applications) verdict: &'p RecordedVerdict,
}

/// Inserts a proposal with its lines. Gives its number.
pub(in crate::applications) async fn insert(
    conn: &mut Conn,
    act: &Act,
    proposal: &Proposal<'_>,
) -> sqlx::Result<i32> {
    let new = proposal.new;
    let number = sqlx::query_scalar!(
        r#"insert into decisions (id, application_id, number, status, outcome, valid_until, conditions, ground, reasons,
                                  departure, facts, verdict, decided_by, decided_at, reopening, override_id)
           select $1, $2, (select coalesce(max(number), 0) + 1 from decisions where application_id = $2), 'proposed', $3, $4,
                  $5, $6, $7, $8, $9, $10, $11, $12,
                  (select max(number) from application_reopenings where application_id = $2), $13
           returning number"#,
        proposal.id.0,
        proposal.application.0,
        new.outcome.name(),
        new.valid_until,
        proposal.conditions,
        new.ground.as_ref().map(|ground| ground.as_str()),
        new.reasons.as_str(),
        new.departure.as_ref().map(|departure| departure.as_str()),
        json(proposal.facts)?,
        json(&proposal.verdict.bare())?,
        act.actor.person.0,
        act.at,
        new.override_id.map(Uuid::from),
    )
    .fetch_one(&mut *conn)
    .await?;
    let lines: Vec<i32> = proposal.lines.iter().map(|line| line.line).collect();
    let quantities: Vec<Option<Decimal>> =
        proposal.lines.iter().map(|line| line.quantity.map(|q| q.value())).collect();
    let values: Vec<Option<Decimal>> =
        proposal.lines.iter().map(|line| line.value.map(|v| v.value())).collect();
    sqlx::query!(
        "insert into decision_lines (decision_id, line, quantity, value)
         select $1, t.line, t.quantity, t.value
           from unnest($2::integer[], $3::numeric[], $4::numeric[]) as t (line, quantity, value)",
        proposal.id.0,
        &lines,
        &quantities as &[Option<Decimal>],
        &values as &[Option<Decimal>],
    )
    .execute(conn)
    .await?;
    Ok(number)
}

fn json<T: serde::Serialize>(value: &T) -> sqlx::Result<serde_json::Value> {
    serde_json::to_value(value).map_err(|error| sqlx::Error::Encode(error.into()))
}

/// Puts the countersignature on a proposal; false where it is no longer open. Here and below it is found by its id: asked
/// for by its status it would be looked for among all open ones, which makes a race of every proposal of the moment.
pub(in crate::applications) async fn countersign(
    conn: &mut Conn,
    act: &Act,
    id: DecisionId,
    facts: &Facts,
    verdict: &RecordedVerdict,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update decisions set status = 'countersigned', countersigned_by = $2, countersigned_at = $3, signed_facts = $4,
                              signed_verdict = $5
          where id = $1 and countersigned_at is null and sent_back_at is null",
        id.0,
        act.actor.person.0,
        act.at,
        json(facts)?,
        json(&verdict.bare())?,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Sends a proposal back; false where it is no longer open.
pub(in crate::applications) async fn send_back(
    conn: &mut Conn,
    act: &Act,
    id: DecisionId,
    reasons: &str,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update decisions set status = 'sent_back', sent_back_by = $2, sent_back_at = $3, sent_back_reasons = $4
          where id = $1 and countersigned_at is null and sent_back_at is null",
        id.0,
        act.actor.person.0,
        act.at,
        reasons,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

fn listing(actor: &Actor) -> Listing {
    let staff = actor.sees_only().is_none();
    Listing::new("select d.id, d.application_id, d.number, d.status, d.outcome, d.valid_until, d.conditions, d.ground, d.reasons,
                d.departure, d.override_id, (select o.reference from overrides o where o.id = d.override_id) as override_reference, d.verdict, d.signed_verdict, d.decided_at, d.countersigned_at, d.sent_back_at, d.sent_back_reasons,
                case when s.sees then p.handle end as decided_by, case when s.sees then q.handle end as countersigned_by,
                (select coalesce(jsonb_agg(jsonb_build_object('line', l.line, 'quantity', trim_scale(l.quantity)::text,
                            'value', l.value::text) order by l.line), '[]')
                   from decision_lines l where l.decision_id = d.id) as lines
           from decisions d join applications a on a.id = d.application_id left join people p on p.id = d.decided_by
           left join people q on q.id = d.countersigned_by cross join (select ", "d.id")
        .bind(staff)
        .sql("::boolean as sees) as s where true")
        .filter("a.exporter_id = ?", actor.sees_only())
        // A proposal is the agency's own affair until it is signed.
        .only("d.status = 'countersigned'", !staff)
}

/// The decisions on an application that the actor may see, the first one first.
pub(in crate::applications) async fn list(
    conn: &mut Conn,
    actor: &Actor,
    application: ApplicationId,
) -> sqlx::Result<Vec<Decision>> {
    let found: Vec<Decision> =
        listing(actor).filter("d.application_id = ?", Some(application)).all(conn, "d.number").await?;
    Ok(found.into_iter().map(|decision| decision.seen_by(actor)).collect())
}

/// One decision.
pub(in crate::applications) async fn get(
    conn: &mut Conn,
    actor: &Actor,
    application: ApplicationId,
    number: i32,
) -> sqlx::Result<Option<Decision>> {
    let found: Option<Decision> = listing(actor)
        .filter("d.application_id = ?", Some(application))
        .filter("d.number = ?", Some(number))
        .one(conn)
        .await?;
    Ok(found.map(|decision| decision.seen_by(actor)))
}

/// Notes which granted application a declaration served; the database refuses a second one.
pub(in crate::applications) async fn use_declaration(
    conn: &mut Conn,
    declaration: Uuid,
    application: ApplicationId,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into declaration_uses (declaration_id, application_id, single)
         select d.id, $2, not t.framework from declarations d join declaration_templates t on t.id = d.template_id
          where d.id = $1",
        declaration,
        application.0,
    )
    .execute(conn)
    .await?;
    Ok(())
}
