//! The statement that reads measures, as they stand or as they stood.

use crate::act::Actor;
use crate::as_of::AsOf;
use crate::db::Conn;
use crate::ids::MeasureId;
use crate::measures::model::{Measure, MeasureFilter};
use crate::page::{Listing, Page, Paging};

/// What a measure looks like, out of the tables or out of what they were. The content is a common table expression, which
/// `$with` begins or goes on with; an approval and a withdrawal are those of the time.
macro_rules! select {
    (with: $with:literal, measures: $measures:literal, contents: $contents:literal, withdrawn: $withdrawn:literal,
     concluded: $concluded:literal) => {
        concat!(
            $with,
            " content as (
        select c.measure_id, c.content_version, ", $withdrawn, " as withdrawn_at, jsonb_build_object(
                   'contentVersion', c.content_version, 'title', c.title, 'scope', c.scope, 'effects', c.effects, 'ground', c.ground,
                   'legalBasis', c.legal_basis, 'reasons', c.reasons, 'startsOn', c.starts_on, 'reviewOn', c.review_on,
                   'endsOn', c.ends_on, 'reviewId', c.review_id, 'proposedBy', p.handle, 'proposedAt', c.proposed_at,
                   'approvedPreview', s.approved_preview, 'approvedBy', a.handle, 'approvedAt', s.approved_at,
                   'approvalReasons', s.approval_reasons, 'withdrawnAt', ", $withdrawn, ") as says
          from measure_contents c join people p on p.id = c.proposed_by
          left join ", $contents, " s on s.measure_id = c.measure_id and s.content_version = c.content_version
          left join people a on a.id = s.approved_by)
    select m.id, m.reference, m.status, m.version, m.title, m.review_on, m.in_force_at, f.says as in_force,
           case when m.content_version is distinct from m.in_force_content and n.withdrawn_at is null then n.says end
               as proposed,
           (select r.proposal from reviews r
             where r.id = coalesce(f.says ->> 'reviewId', n.says ->> 'reviewId')::uuid", $concluded, ") as review_proposes,
           m.created_at, m.updated_at
      from ", $measures, " m
      join content n on n.measure_id = m.id and n.content_version = m.content_version
      left join content f on f.measure_id = m.id and f.content_version = m.in_force_content
     where true"
        )
    };
}

/// As they stand.
const NOW: &str = select!(
    with: "with", measures: "measures", contents: "measure_contents", withdrawn: "c.withdrawn_at", concluded: ""
);

/// As they stood at $1, by what was recorded until $2.
const THEN: &str = select!(
    with: ",", measures: "measures_at($1, $2)", contents: "measure_approvals_at($1, $2)",
    withdrawn: "case when c.withdrawn_at <= least($1, $2) then c.withdrawn_at end",
    concluded: " and r.concluded_at <= least($1, $2)"
);

fn listing(then: Option<AsOf>) -> Listing {
    then.map_or_else(|| Listing::new(NOW, "m.id"), |then| then.listing(THEN, "m.id"))
}

/// A measure as it is shown: to the actor now, or as it was then.
fn shown(measure: Measure, actor: &Actor, then: Option<AsOf>) -> Measure {
    match then {
        None => measure.seen_by(actor),
        Some(then) => measure.as_of(then),
    }
}

/// One measure.
pub async fn get(conn: &mut Conn, actor: &Actor, id: MeasureId) -> sqlx::Result<Option<Measure>> {
    one(conn, actor, id, None).await
}

/// One measure, as it stands or as it was then; none where it was not on file.
pub(in crate::measures) async fn one(
    conn: &mut Conn,
    actor: &Actor,
    id: MeasureId,
    then: Option<AsOf>,
) -> sqlx::Result<Option<Measure>> {
    let found: Option<Measure> = listing(then).filter("m.id = ?", Some(id)).one(conn).await?;
    Ok(found.map(|measure| shown(measure, actor, then)))
}

/// One page of measures.
pub(in crate::measures) async fn list(
    conn: &mut Conn,
    actor: &Actor,
    filter: MeasureFilter,
    then: Option<AsOf>,
    paging: Paging,
) -> sqlx::Result<Page<Measure>> {
    let page: Page<Measure> = listing(then)
        .filter("m.status = ?", filter.status)
        .filter("m.reference = ?", filter.reference)
        .filter("m.review_on <= ?", filter.review_to)
        .page(conn, paging)
        .await?;
    Ok(page.map(|measure| shown(measure, actor, then)))
}
