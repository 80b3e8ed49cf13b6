//! The statements of positions and of the conditions they are given on.

use crate::db::Conn;

use crate::act::Act;
use crate::applications::positions::{NewPosition, Position};
use crate::ids::ApplicationId;
use crate::rules::application::{Body, Stance};

/// Records a position in the application's present round. Gives the round.
pub(in crate::applications) async fn insert(
    conn: &mut Conn,
    act: &Act,
    id: ApplicationId,
    body: Body,
    new: &NewPosition,
) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        "insert into application_positions (application_id, round, body, stance, reasons, recorded_by, recorded_at)
         select id, round, $2, $3, $4, $5, $6 from applications where id = $1 returning round",
        id.0,
        body.name(),
        new.stance.name(),
        new.reasons.as_str(),
        act.actor.person.0,
        act.at,
    )
    .fetch_one(conn)
    .await
}

/// The positions on an application, by round.
pub(in crate::applications) async fn list(conn: &mut Conn, id: ApplicationId) -> sqlx::Result<Vec<Position>> {
    sqlx::query_as!(
        Position,
        r#"select t.round, t.body as "body: Body", t.stance as "stance: Stance", t.reasons, p.handle as recorded_by,
                  t.recorded_at
             from application_positions t join people p on p.id = t.recorded_by
            where t.application_id = $1 order by t.round, t.recorded_at"#,
        id.0,
    )
    .fetch_all(conn)
    .await
}

/// Puts new conditions to the reviewers: a new round begins. Gives the round.
pub(in crate::applications) async fn propose_conditions(
    conn: &mut Conn,
    id: ApplicationId,
    conditions: &[String],
) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        "update applications set proposed_conditions = $2, round = round + 1 where id = $1 returning round",
        id.0,
        conditions,
    )
    .fetch_one(conn)
    .await
}
