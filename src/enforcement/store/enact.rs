//! The statements of coming into force and ending.

use crate::db::Conn;
use uuid::Uuid;

use crate::act::Act;
use crate::ids::MeasureId;
use crate::measures::{Content, Measure};
use crate::rules::measure::Status;

/// Puts a content in force; the step follows.
pub(in crate::enforcement) async fn put_in_force(
    conn: &mut Conn,
    act: &Act,
    measure: &Measure,
    content: &Content,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update measures set in_force_content = $2, in_force_at = coalesce(in_force_at, $3), title = $4, review_on = $5
          where id = $1",
        measure.id.0,
        content.content_version,
        act.at,
        content.title,
        content.review_on,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The licenses that a measure holds, or against which a proceeding is open that it instructed.
pub(in crate::enforcement) async fn held(conn: &mut Conn, measure: MeasureId) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        r#"select license_id as "license_id!" from license_freezes where source_id = $1 and lifted_at is null
            union
           select license_id from revocations
            where measure_id = $1 and status in ('intended', 'represented', 'waived', 'unanswered')
            order by 1"#,
        measure.0,
    )
    .fetch_all(conn)
    .await
}

/// Holds a measure as it stands until the transaction ends, so that it does not end while a batch is carried out.
pub(in crate::enforcement) async fn hold(conn: &mut Conn, measure: Uuid) -> sqlx::Result<Status> {
    sqlx::query_scalar!(r#"select status as "status: Status" from measures where id = $1 for share"#, measure)
        .fetch_one(conn)
        .await
}

/// A measure that the clock has something to do with.
pub(in crate::enforcement) struct Due {
    pub(in crate::enforcement) id: MeasureId,
    pub(in crate::enforcement) last_day: chrono::NaiveDate,
}

/// A measure in force whose last day has passed.
pub(in crate::enforcement) async fn lapsing(
    conn: &mut Conn,
    today: chrono::NaiveDate,
) -> sqlx::Result<Option<Due>> {
    sqlx::query_as!(
        Due,
        r#"select m.id as "id: MeasureId", least(m.review_on, c.ends_on) as "last_day!"
             from measures m
             join measure_contents c on c.measure_id = m.id and c.content_version = m.in_force_content
            where m.status = 'in_force' and least(m.review_on, c.ends_on) < $1
            order by m.id limit 1"#,
        today,
    )
    .fetch_optional(conn)
    .await
}

/// A measure in force whose last day is this day or before, and of which no notice was given yet.
pub(in crate::enforcement) async fn unannounced(
    conn: &mut Conn,
    by: chrono::NaiveDate,
) -> sqlx::Result<Option<Due>> {
    sqlx::query_as!(
        Due,
        r#"select m.id as "id: MeasureId", least(m.review_on, c.ends_on) as "last_day!"
             from measures m
             join measure_contents c on c.measure_id = m.id and c.content_version = m.in_force_content
            where m.status = 'in_force' and least(m.review_on, c.ends_on) <= $1
              and m.notice_for is distinct from least(m.review_on, c.ends_on)
            order by m.id limit 1"#,
        by,
    )
    .fetch_optional(conn)
    .await
}

/// Notes the last day that notice was given of.
pub(in crate::enforcement) async fn set_notice(conn: &mut Conn, due: &Due) -> sqlx::Result<()> {
    sqlx::query!("update measures set notice_for = $2 where id = $1", due.id.0, due.last_day)
        .execute(conn)
        .await?;
    Ok(())
}
