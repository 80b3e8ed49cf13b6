//! The statements of scores.

use crate::db::Conn;
use rust_decimal::Decimal;

use crate::act::Act;
use crate::assessments::scores::{AttachedScore, NewScore};
use crate::ids::AssessmentId;

/// The number the next score of an assessment gets.
pub(in crate::assessments) async fn next_number(conn: &mut Conn, id: AssessmentId) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        r#"select coalesce(max(number), 0) + 1 as "number!" from assessment_scores where assessment_id = $1"#,
        id.0,
    )
    .fetch_one(conn)
    .await
}

/// Inserts scores, numbered from `first`.
pub(in crate::assessments) async fn insert(
    conn: &mut Conn,
    act: &Act,
    id: AssessmentId,
    first: i32,
    scores: &[NewScore],
) -> sqlx::Result<()> {
    let sources: Vec<String> = scores.iter().map(|score| score.source.to_string()).collect();
    let indicators: Vec<String> = scores.iter().map(|score| score.indicator.to_string()).collect();
    let years: Vec<i32> = scores.iter().map(|score| score.year).collect();
    let values: Vec<Decimal> = scores.iter().map(|score| score.value.value()).collect();
    let scales: Vec<String> = scores.iter().map(|score| score.scale.to_string()).collect();
    let citations: Vec<String> = scores.iter().map(|score| score.citation.to_string()).collect();
    sqlx::query!(
        "insert into assessment_scores (assessment_id, number, source, indicator, year, value, scale, citation, attached_by,
                                        attached_at)
         select $1, $2 + t.place::integer - 1, t.source, t.indicator, t.year, t.value, t.scale, t.citation, $3, $4
           from unnest($5::text[], $6::text[], $7::integer[], $8::numeric[], $9::text[], $10::text[])
                with ordinality as t (source, indicator, year, value, scale, citation, place)",
        id.0,
        first,
        act.actor.person.0,
        act.at,
        &sources,
        &indicators,
        &years,
        &values,
        &scales,
        &citations,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The scores attached to an assessment, the first one first.
pub(in crate::assessments) async fn list(
    conn: &mut Conn,
    id: AssessmentId,
) -> sqlx::Result<Vec<AttachedScore>> {
    sqlx::query_as!(
        AttachedScore,
        r#"select s.number, s.source, s.indicator, s.year, trim_scale(s.value)::text as "value!", s.scale, s.citation,
                  p.handle as attached_by, s.attached_at
             from assessment_scores s join people p on p.id = s.attached_by
            where s.assessment_id = $1 order by s.number"#,
        id.0,
    )
    .fetch_all(conn)
    .await
}
