//! The statements of assessments.

pub(super) mod positions;
pub(super) mod scores;

use crate::db::Conn;
use uuid::Uuid;

use super::model::{
    Approval, Assessment, AssessmentBrief, AssessmentFilter, NewAssessment, NewConsideration,
};
use crate::act::Act;
use crate::ids::AssessmentId;
use crate::page::{Listing, Page, Paging};
use crate::rules::assessment::Status;
use crate::rules::product::ProductClass;
use crate::rules::values::{Country, Prose};

/// Inserts a draft; its considerations and its first step follow.
pub(in crate::assessments) async fn insert(
    conn: &mut Conn,
    act: &Act,
    id: AssessmentId,
    reference: &str,
    new: &NewAssessment,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into assessments (id, reference, version, status, country, product_class, summary, conclusions, review_on,
                                  valid_until, round, drafted_by, authors, created_at, updated_at)
         values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, 1, $10, array[$10::uuid], $11, $11)",
        id.0,
        reference,
        Status::Draft.name(),
        new.country.as_str(),
        new.product_class.map(ProductClass::name),
        new.summary.as_str(),
        new.conclusions.as_str(),
        new.review_on,
        new.valid_until,
        act.actor.person.0,
        act.at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Inserts what is found under each consideration.
pub(in crate::assessments) async fn insert_considerations(
    conn: &mut Conn,
    id: AssessmentId,
    considerations: &[NewConsideration],
) -> sqlx::Result<()> {
    let names: Vec<String> = considerations.iter().map(|given| given.consideration.to_string()).collect();
    let levels: Vec<String> = considerations.iter().map(|given| given.level.to_string()).collect();
    let texts: Vec<String> = considerations.iter().map(|given| given.text.to_string()).collect();
    sqlx::query!(
        "insert into assessment_considerations (assessment_id, consideration, level, text)
         select $1, t.consideration, t.level, t.text
           from unnest($2::text[], $3::text[], $4::text[]) as t (consideration, level, text)",
        id.0,
        &names,
        &levels,
        &texts,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Replaces what a draft says, and counts the actor among its authors; the step follows.
pub(in crate::assessments) async fn replace(
    conn: &mut Conn,
    act: &Act,
    id: AssessmentId,
    new: &NewAssessment,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update assessments set summary = $2, conclusions = $3, review_on = $4, valid_until = $5,
                                authors = case when $6 = any (authors) then authors else authors || $6::uuid end
          where id = $1",
        id.0,
        new.summary.as_str(),
        new.conclusions.as_str(),
        new.review_on,
        new.valid_until,
        act.actor.person.0,
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!("delete from assessment_considerations where assessment_id = $1", id.0)
        .execute(&mut *conn)
        .await?;
    insert_considerations(conn, id, &new.considerations).await
}

/// Begins the next round of positions; the step follows. Gives the round.
pub(in crate::assessments) async fn begin_round(conn: &mut Conn, id: AssessmentId) -> sqlx::Result<i32> {
    sqlx::query_scalar!("update assessments set round = round + 1 where id = $1 returning round", id.0)
        .fetch_one(conn)
        .await
}

/// Signs the approval, which its step follows; false where the actor wrote the assessment.
pub(in crate::assessments) async fn sign_approval(
    conn: &mut Conn,
    act: &Act,
    id: AssessmentId,
    approval: &Approval,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update assessments set approved_by = $2, approved_at = $3, approval_reasons = $4, departure = $5
          where id = $1 and $2 <> all (authors)",
        id.0,
        act.actor.person.0,
        act.at,
        approval.reasons.as_str(),
        approval.departure.as_ref().map(Prose::as_str),
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The assessment in force for the country and class of this one, with its version, held until the transaction ends.
pub(in crate::assessments) async fn in_force_beside(
    conn: &mut Conn,
    id: AssessmentId,
) -> sqlx::Result<Option<(Uuid, i32)>> {
    let found = sqlx::query!(
        "select f.id, f.version
           from assessments a
           join assessments f on f.country = a.country and f.product_class is not distinct from a.product_class
                             and f.status = 'approved' and f.id <> a.id
          where a.id = $1
            for update of f",
        id.0,
    )
    .fetch_optional(conn)
    .await?;
    Ok(found.map(|row| (row.id, row.version)))
}

fn listing() -> Listing {
    Listing::new(
        "select a.id, a.reference, a.status, a.version, a.country, a.product_class, a.summary, a.conclusions, a.review_on,
                a.valid_until, a.round, d.handle as drafted_by, s.handle as approved_by, a.approved_at, a.approval_reasons,
                a.departure, a.created_at, a.updated_at,
                (select coalesce(jsonb_agg(jsonb_build_object(
                            'consideration', c.consideration, 'level', c.level, 'text', c.text)
                            order by c.consideration), '[]')
                   from assessment_considerations c where c.assessment_id = a.id) as considerations
           from assessments a
           join people d on d.id = a.drafted_by
           left join people s on s.id = a.approved_by
          where true",
        "a.id",
    )
}

/// One assessment as the actor sees it.
pub async fn get(conn: &mut Conn, act: &Act, id: AssessmentId) -> sqlx::Result<Option<Assessment>> {
    let found: Option<Assessment> = listing().filter("a.id = ?", Some(id)).one(conn).await?;
    Ok(found.map(|assessment| assessment.seen_by(act)))
}

/// One page of assessments.
pub(in crate::assessments) async fn list(
    conn: &mut Conn,
    act: &Act,
    filter: AssessmentFilter,
    paging: Paging,
) -> sqlx::Result<Page<Assessment>> {
    let page: Page<Assessment> = listing()
        .filter("a.status = ?", filter.status)
        .filter("a.country = ?", filter.country)
        .filter("a.product_class = ?", filter.product_class)
        .filter("a.reference = ?", filter.reference)
        .page(conn, paging)
        .await?;
    Ok(page.map(|assessment| assessment.seen_by(act)))
}

/// The assessments of a country that are approved or in work, the newest first.
pub async fn of_country(conn: &mut Conn, country: Country) -> sqlx::Result<Vec<AssessmentBrief>> {
    sqlx::query_as(
        "select id, reference, status, product_class, summary, review_on, valid_until
           from assessments where country = $1 and status <> 'superseded' order by id desc",
    )
    .bind(country)
    .fetch_all(conn)
    .await
}
