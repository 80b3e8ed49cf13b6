//! The statements of the ministries' positions.

use crate::db::Conn;

use crate::act::Act;
use crate::assessments::model::{NewPosition, Position};
use crate::ids::AssessmentId;
use crate::rules::application::Stance;
use crate::rules::authority::Ministry;

/// Records a ministry's position in the present round. Gives the round; none where the actor wrote the assessment.
pub(in crate::assessments) async fn insert(
    conn: &mut Conn,
    act: &Act,
    id: AssessmentId,
    ministry: Ministry,
    new: &NewPosition,
) -> sqlx::Result<Option<i32>> {
    sqlx::query_scalar!(
        "insert into assessment_positions (assessment_id, round, ministry, stance, reasons, recorded_by, recorded_at)
         select id, round, $2, $3, $4, $5, $6 from assessments where id = $1 and $5 <> all (authors)
         returning round",
        id.0,
        ministry.name(),
        new.stance.name(),
        new.reasons.as_str(),
        act.actor.person.0,
        act.at,
    )
    .fetch_optional(conn)
    .await
}

/// The positions on an assessment, by round.
pub(in crate::assessments) async fn list(conn: &mut Conn, id: AssessmentId) -> sqlx::Result<Vec<Position>> {
    sqlx::query_as!(
        Position,
        r#"select t.round, t.ministry as "ministry: Ministry", t.stance as "stance: Stance", t.reasons,
                  p.handle as recorded_by, t.recorded_at
             from assessment_positions t join people p on p.id = t.recorded_by
            where t.assessment_id = $1 order by t.round, t.recorded_at"#,
        id.0,
    )
    .fetch_all(conn)
    .await
}
