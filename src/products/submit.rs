//! Submitting a product, and submitting it again after it was returned.

use crate::db::Conn;

use super::model::{Correction, NewProduct};
use super::store;
use crate::act::Act;
use crate::history::{self, Step, Subject};
use crate::http::Problem;
use crate::http::problem::Kind;
use crate::ids::ProductId;
use crate::rules::product::{Action, ProductCycle};

/// Puts a product of the actor's exporter on file as submitted.
pub async fn submit(conn: &mut Conn, act: &Act, new: &NewProduct) -> Result<ProductId, Problem> {
    let exporter = act
        .actor
        .sees_only()
        .ok_or_else(|| Problem::new(Kind::Forbidden, "An exporter submits its own products."))?;
    let id: ProductId = act.new_id();
    let reference = history::new_reference(conn, act, "PR").await?;
    store::insert(conn, act, id, exporter, &reference, new).await?;
    let subject = Subject::<ProductCycle>::new(id, Some(exporter));
    history::take(conn, act, &subject, Step::new(Action::Submit).with(new)).await?;
    Ok(id)
}

/// Submits a returned product again, with what was corrected.
pub async fn resubmit(
    conn: &mut Conn,
    act: &Act,
    id: ProductId,
    correction: &Correction,
) -> Result<(), Problem> {
    let subject = history::load::<ProductCycle>(conn, act, id.0).await?;
    store::correct(conn, id, correction).await?;
    let step = Step::new(Action::Resubmit)
        .because(None, correction.reasons.as_str())
        .with(serde_json::json!({ "name": correction.name, "description": correction.description }));
    history::take(conn, act, &subject, step).await?;
    Ok(())
}
