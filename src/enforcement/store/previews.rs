//! The statements of previews and agreements.

use crate::db::Conn;
use sqlx::types::Json;
use uuid::Uuid;

use crate::act::Act;
use crate::enforcement::model::{Approval, Counts, Preview};
use crate::ids::MeasureId;
use crate::page::Listing;
use crate::rules::authority::Ministry;

/// What a preview found.
pub(in crate::enforcement) struct Found<'f> {
    pub(in crate::enforcement) content_version: i32,
    pub(in crate::enforcement) digest: &'f str,
    pub(in crate::enforcement) counts: &'f Counts,
    pub(in crate::enforcement) licenses: &'f [Uuid],
    pub(in crate::enforcement) released: &'f [Uuid],
    pub(in crate::enforcement) applications: &'f [Uuid],
}

/// Pins a preview. Gives its number.
pub(in crate::enforcement) async fn insert(
    conn: &mut Conn,
    act: &Act,
    measure: MeasureId,
    found: &Found<'_>,
) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        "insert into measure_previews (measure_id, number, content_version, digest, licenses, applications, counts,
                                       license_ids, released_ids, application_ids, as_of, taken_by, taken_at)
         values ($1, (select coalesce(max(number), 0) + 1 from measure_previews where measure_id = $1), $2, $3,
                 cardinality($5::uuid[]), cardinality($7::uuid[]), $4, $5, $6, $7, $8, $9, $10)
         returning number",
        measure.0,
        found.content_version,
        found.digest,
        Json(found.counts) as Json<&Counts>,
        found.licenses,
        found.released,
        found.applications,
        act.today(),
        act.actor.person.0,
        act.at,
    )
    .fetch_one(conn)
    .await
}

fn listing(measure: MeasureId) -> Listing {
    Listing::new(
        "select v.measure_id, v.number, v.content_version, v.digest, v.licenses, cardinality(v.released_ids) as released,
                v.applications, v.counts, v.as_of, p.handle as taken_by, v.taken_at,
                (select coalesce(jsonb_agg(jsonb_build_object(
                            'ministry', g.ministry, 'reasons', g.reasons, 'agreedBy', a.handle, 'agreedAt', g.agreed_at)
                            order by g.agreed_at), '[]')
                   from measure_agreements g join people a on a.id = g.agreed_by
                  where g.measure_id = v.measure_id and g.preview = v.number) as agreements
           from measure_previews v join people p on p.id = v.taken_by where true",
        "v.measure_id",
    )
    .filter("v.measure_id = ?", Some(measure))
}

/// The previews of a measure, the first one first.
pub(in crate::enforcement) async fn list(
    conn: &mut Conn,
    act: &Act,
    measure: MeasureId,
) -> sqlx::Result<Vec<Preview>> {
    let previews: Vec<Preview> = listing(measure).all(conn, "v.number").await?;
    Ok(previews.into_iter().map(|preview| seen(preview, act)).collect())
}

/// One preview.
pub(in crate::enforcement) async fn get(
    conn: &mut Conn,
    act: &Act,
    measure: MeasureId,
    number: i32,
) -> sqlx::Result<Option<Preview>> {
    let found: Option<Preview> = listing(measure).filter("v.number = ?", Some(number)).one(conn).await?;
    Ok(found.map(|preview| seen(preview, act)))
}

fn seen(preview: Preview, act: &Act) -> Preview {
    Preview { agreement_from: act.policy.agreement_from, ..preview }
}

/// The licenses a preview named: those it would touch, and those it would release.
pub(in crate::enforcement) async fn licenses(
    conn: &mut Conn,
    measure: MeasureId,
    number: i32,
) -> sqlx::Result<Option<(Vec<Uuid>, Vec<Uuid>)>> {
    sqlx::query_as(
        "select license_ids, released_ids from measure_previews where measure_id = $1 and number = $2",
    )
    .bind(measure)
    .bind(number)
    .fetch_optional(conn)
    .await
}

/// Records a ministry's agreement to a preview.
pub(in crate::enforcement) async fn agree(
    conn: &mut Conn,
    act: &Act,
    preview: &Preview,
    ministry: Ministry,
    approval: &Approval,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into measure_agreements (measure_id, preview, ministry, digest, reasons, agreed_by, agreed_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        preview.measure_id.0,
        preview.number,
        ministry.name(),
        preview.digest,
        approval.reasons.as_str(),
        act.actor.person.0,
        act.at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Signs the approval of a content; false where the person had a hand in it.
pub(in crate::enforcement) async fn approve(
    conn: &mut Conn,
    act: &Act,
    preview: &Preview,
    approval: &Approval,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update measure_contents c
            set approved_preview = $3, approved_by = $4, approved_at = $5, approval_reasons = $6
          where c.measure_id = $1 and c.content_version = $2
            and not exists (select from measure_contents o where o.measure_id = $1 and o.proposed_by = $4)",
        preview.measure_id.0,
        preview.content_version,
        preview.number,
        act.actor.person.0,
        act.at,
        approval.reasons.as_str(),
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Takes the approval of a content back: what it rested on was looked at anew.
pub(in crate::enforcement) async fn unapprove(
    conn: &mut Conn,
    measure: MeasureId,
    content_version: i32,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update measure_contents
            set approved_preview = null, approved_by = null, approved_at = null, approval_reasons = null
          where measure_id = $1 and content_version = $2 and approved_by is not null",
        measure.0,
        content_version,
    )
    .execute(conn)
    .await?;
    Ok(())
}
