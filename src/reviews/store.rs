//! The statements of reviews.

use crate::db::Conn;
use chrono::NaiveDate;
use uuid::Uuid;

use super::model::{Conclusion, Evidence, NewEvidence, NewReview, Review, ReviewFilter};
use crate::act::Act;
use crate::ids::{EndUserId, PersonId, ProductId, ReviewId};
use crate::page::{Listing, Page, Paging};
use crate::rules::gate::ReviewFacts;
use crate::rules::review::{EvidenceKind, Status};
use crate::rules::values::Digest;

/// The review of an end user, or of one of these products, that has been open the longest.
pub async fn open_on(
    conn: &mut Conn,
    end_user: Option<EndUserId>,
    products: &[ProductId],
) -> sqlx::Result<Option<ReviewFacts>> {
    let products: Vec<Uuid> = products.iter().map(|product| product.0).collect();
    sqlx::query_as!(
        ReviewFacts,
        "select reference, due_on from reviews
          where status in ('open', 'in_evidence') and (end_user_id = $1 or product_id = any($2))
          order by id limit 1",
        end_user.map(Uuid::from),
        &products,
    )
    .fetch_optional(conn)
    .await
}

/// Inserts a review as open; its first step follows.
pub(super) async fn insert(
    conn: &mut Conn,
    act: &Act,
    id: ReviewId,
    reference: &str,
    owner: PersonId,
    new: &NewReview,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into reviews (id, reference, version, status, title, question, end_user_id, product_id, owner_id, due_on,
                              opened_by, created_at, updated_at)
         values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)",
        id.0,
        reference,
        Status::Open.name(),
        new.title.as_str(),
        new.question.as_str(),
        new.end_user_id.map(Uuid::from),
        new.product_id.map(Uuid::from),
        owner.0,
        new.due_on,
        act.actor.person.0,
        act.at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The number the next evidence on a review gets.
pub(super) async fn next_evidence(conn: &mut Conn, id: ReviewId) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        r#"select coalesce(max(number), 0) + 1 as "number!" from review_evidence where review_id = $1"#,
        id.0,
    )
    .fetch_one(conn)
    .await
}

/// Inserts evidence with its number, under the step that was taken for it.
pub(super) async fn insert_evidence(
    conn: &mut Conn,
    act: &Act,
    id: ReviewId,
    (number, version): (i32, i32),
    new: &NewEvidence,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into review_evidence (review_id, number, kind, description, document_sha256, entered_by, entered_at,
                                      entered_version)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        id.0,
        number,
        new.kind.name(),
        new.description.as_str(),
        new.document_sha256.as_ref().map(Digest::as_str),
        act.actor.person.0,
        act.at,
        version,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The evidence on a review, the first entry first.
pub(super) async fn evidence(conn: &mut Conn, id: ReviewId) -> sqlx::Result<Vec<Evidence>> {
    sqlx::query_as!(
        Evidence,
        r#"select e.number, e.kind as "kind: EvidenceKind", e.description, e.document_sha256, p.handle as entered_by,
                  e.entered_at
             from review_evidence e join people p on p.id = e.entered_by
            where e.review_id = $1 order by e.number"#,
        id.0,
    )
    .fetch_all(conn)
    .await
}

/// Moves the due date; the step that justifies it follows.
pub(super) async fn set_due_on(conn: &mut Conn, id: ReviewId, due_on: NaiveDate) -> sqlx::Result<()> {
    sqlx::query!("update reviews set due_on = $2 where id = $1", id.0, due_on).execute(conn).await?;
    Ok(())
}

/// Signs the conclusion, which its step follows.
pub(super) async fn sign_conclusion(
    conn: &mut Conn,
    act: &Act,
    id: ReviewId,
    conclusion: &Conclusion,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update reviews set findings = $2, proposal = $3, conclusion_reasons = $4, concluded_by = $5, concluded_at = $6
          where id = $1",
        id.0,
        conclusion.findings.as_str(),
        conclusion.proposal.name(),
        conclusion.reasons.as_str(),
        act.actor.person.0,
        act.at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

fn listing() -> Listing {
    Listing::new(
        "select r.id, r.reference, r.status, r.version, r.title, r.question, r.end_user_id, r.product_id,
                (select a.id from allegations a where a.review_id = r.id) as allegation_id, o.handle as owner, r.due_on,
                b.handle as opened_by, r.findings, r.proposal, r.conclusion_reasons, c.handle as concluded_by,
                r.concluded_at, r.created_at, r.updated_at
           from reviews r
           join people o on o.id = r.owner_id
           join people b on b.id = r.opened_by
           left join people c on c.id = r.concluded_by
          where true",
        "r.id",
    )
}

/// One review as the actor sees it.
pub async fn get(conn: &mut Conn, act: &Act, id: ReviewId) -> sqlx::Result<Option<Review>> {
    let found: Option<Review> = listing().filter("r.id = ?", Some(id)).one(conn).await?;
    Ok(found.map(|review| review.seen_by(act)))
}

/// One page of reviews.
pub(super) async fn list(
    conn: &mut Conn,
    act: &Act,
    filter: ReviewFilter,
    paging: Paging,
) -> sqlx::Result<Page<Review>> {
    let today = act.today();
    let page: Page<Review> = listing()
        .filter("r.status = ?", filter.status)
        .filter("r.status <> 'concluded' and r.due_on < ?", (filter.overdue == Some(true)).then_some(today))
        .filter("(r.status = 'concluded' or r.due_on >= ?)", (filter.overdue == Some(false)).then_some(today))
        .filter("o.handle = ?", filter.owner)
        .filter("r.end_user_id = ?", filter.end_user_id)
        .filter("r.product_id = ?", filter.product_id)
        .filter("r.reference = ?", filter.reference)
        .page(conn, paging)
        .await?;
    Ok(page.map(|review| review.seen_by(act)))
}
