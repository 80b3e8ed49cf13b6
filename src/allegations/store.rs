//! The statements of allegations.

use crate::db::Conn;
use uuid::Uuid;

use super::model::{Allegation, AllegationFilter, NewAllegation, NewAllegationAssessment};
use crate::act::{Act, Actor};
use crate::ids::{AllegationId, ReviewId};
use crate::page::{Listing, Page, Paging};
use crate::rules::allegation::Status;

/// Inserts an allegation as received; its first step follows.
pub(super) async fn insert(
    conn: &mut Conn,
    act: &Act,
    id: AllegationId,
    reference: &str,
    new: &NewAllegation,
) -> sqlx::Result<()> {
    let digests: Vec<String> = new.document_sha256s.iter().map(ToString::to_string).collect();
    sqlx::query!(
        "insert into allegations (id, reference, version, status, source_kind, received_on, text, document_sha256s,
                                  end_user_id, product_id, entered_by, created_at, updated_at)
         values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)",
        id.0,
        reference,
        Status::Received.name(),
        new.source_kind.name(),
        new.received_on,
        new.text.as_str(),
        &digests,
        new.end_user_id.map(Uuid::from),
        new.product_id.map(Uuid::from),
        act.actor.person.0,
        act.at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Keeps the assessment; the step follows.
pub(super) async fn set_assessment(
    conn: &mut Conn,
    act: &Act,
    id: AllegationId,
    new: &NewAllegationAssessment,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update allegations set assessment = $2, credibility = $3, assessed_by = $4 where id = $1",
        id.0,
        new.assessment.as_str(),
        new.credibility.name(),
        act.actor.person.0,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Signs the decision, which its step follows; false where the same person assessed the allegation.
pub(super) async fn sign_decision(
    conn: &mut Conn,
    act: &Act,
    id: AllegationId,
    reasons: &str,
    review: Option<ReviewId>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update allegations set decided_by = $2, decision_reasons = $3, review_id = $4
          where id = $1 and assessed_by <> $2",
        id.0,
        act.actor.person.0,
        reasons,
        review.map(Uuid::from),
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

fn listing() -> Listing {
    Listing::new(
        "select a.id, a.reference, a.status, a.version, a.source_kind, a.received_on, a.text, a.document_sha256s,
                a.end_user_id, a.product_id, e.handle as entered_by, a.assessment, a.credibility, s.handle as assessed_by,
                a.decision_reasons, d.handle as decided_by, a.review_id, a.created_at, a.updated_at
           from allegations a
           join people e on e.id = a.entered_by
           left join people s on s.id = a.assessed_by
           left join people d on d.id = a.decided_by
          where true",
        "a.id",
    )
}

/// One allegation as the actor sees it.
pub(super) async fn get(
    conn: &mut Conn,
    actor: &Actor,
    id: AllegationId,
) -> sqlx::Result<Option<Allegation>> {
    let found: Option<Allegation> = listing().filter("a.id = ?", Some(id)).one(conn).await?;
    Ok(found.map(|allegation| allegation.seen_by(actor)))
}

/// One page of allegations.
pub(super) async fn list(
    conn: &mut Conn,
    actor: &Actor,
    filter: AllegationFilter,
    paging: Paging,
) -> sqlx::Result<Page<Allegation>> {
    let page: Page<Allegation> = listing()
        .filter("a.status = ?", filter.status)
        .filter("a.source_kind = ?", filter.source_kind)
        .filter("a.end_user_id = ?", filter.end_user_id)
        .filter("a.product_id = ?", filter.product_id)
        .filter("a.reference = ?", filter.reference)
        .page(conn, paging)
        .await?;
    Ok(page.map(|allegation| allegation.seen_by(actor)))
}
