//! The intake and the assessment of an allegation.
//!
//! History cannot be erased, and an allegation may put at risk whom it names: its text stands in its entry, not in
//! its history or the audit log.

use crate::db::Conn;
use serde_json::json;

use super::model::{NewAllegation, NewAllegationAssessment};
use super::store;
use crate::act::Act;
use crate::history::{self, Step, Subject};
use crate::http::Problem;
use crate::ids::AllegationId;
use crate::rules::allegation::{Action, AllegationCycle, may_be_received};
use crate::{end_users, products};

/// The most documents that come with an allegation.
const MOST_DOCUMENTS: usize = 100;

/// Puts an allegation on file as it was received.
pub async fn receive(conn: &mut Conn, act: &Act, new: &NewAllegation) -> Result<AllegationId, Problem> {
    if !may_be_received(act.today(), new.received_on) {
        return Err(Problem::field("/receivedOn", "must be today or before, from 1990 on"));
    }
    if new.document_sha256s.len() > MOST_DOCUMENTS {
        return Err(Problem::field("/documentSha256s", "must be at most 100"));
    }
    check_subject(conn, act, new).await?;
    let id: AllegationId = act.new_id();
    let reference = history::new_reference(conn, act, "AL").await?;
    store::insert(conn, act, id, &reference, new).await?;
    let details = json!({
        "sourceKind": new.source_kind, "receivedOn": new.received_on, "documentSha256s": new.document_sha256s,
        "endUserId": new.end_user_id, "productId": new.product_id,
    });
    let subject = Subject::<AllegationCycle>::new(id, None);
    history::take(conn, act, &subject, Step::new(Action::Receive).with(details)).await?;
    Ok(id)
}

/// What it is against is on file, and one thing.
async fn check_subject(conn: &mut Conn, act: &Act, new: &NewAllegation) -> Result<(), Problem> {
    match (new.end_user_id, new.product_id) {
        (None, None) => Err(Problem::field("/endUserId", "must be given, or a product in its place")),
        (Some(_), Some(_)) => {
            Err(Problem::field("/productId", "is left out where the allegation is against an end user"))
        }
        (Some(end_user), None) if end_users::store::get(conn, act, end_user).await?.is_none() => {
            Err(Problem::field("/endUserId", "is not on file"))
        }
        (None, Some(product)) if products::store::get(conn, act, product).await?.is_none() => {
            Err(Problem::field("/productId", "is not on file"))
        }
        (Some(_), None) | (None, Some(_)) => Ok(()),
    }
}

/// Records how an allegation was assessed.
pub async fn assess(
    conn: &mut Conn,
    act: &Act,
    id: AllegationId,
    new: &NewAllegationAssessment,
) -> Result<(), Problem> {
    let subject = history::load::<AllegationCycle>(conn, act, id.0).await?;
    history::open(&subject, Action::Assess)?;
    store::set_assessment(conn, act, id, new).await?;
    let details = json!({ "credibility": new.credibility });
    history::take(conn, act, &subject, Step::new(Action::Assess).with(details)).await?;
    Ok(())
}
