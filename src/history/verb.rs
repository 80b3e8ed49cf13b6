//! The act that needs no more than reasons, as the routes of every life cycle and the sample year take it.

use crate::db::Conn;
use uuid::Uuid;

use super::model::{Grounds, OnFile, Stand, Step};
use super::store;
use crate::act::Act;
use crate::http::Problem;

/// Takes a step of a resource on file, with its reasons.
pub async fn step<C: OnFile>(
    conn: &mut Conn,
    act: &Act,
    id: Uuid,
    action: C::Action,
    grounds: &Grounds,
) -> Result<Stand<C>, Problem> {
    let subject = store::load::<C>(conn, act, id).await?;
    let step = Step::new(action)
        .because(grounds.ground.as_ref().map(|ground| ground.as_str()), grounds.reasons.as_str());
    store::take(conn, act, &subject, step).await
}
