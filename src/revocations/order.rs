//! The order of a revocation, of one proceeding or of thousands: signed by another person than who gave notice, with
//! which the license is revoked.

use std::collections::HashSet;

use crate::db::Conn;
use uuid::Uuid;

use super::model::NewOrder;
use super::proceed;
use super::store::bulk::{self, Proceeding};
use crate::act::Act;
use crate::history::{self, Step};
use crate::http::Problem;
use crate::ids::RevocationId;
use crate::licenses::{self, Revoking};
use crate::rules::revocation::{Action, Obstacle, RevocationCycle, obstacle};

/// What became of the proceedings that were to be ordered.
#[derive(Clone, Debug, Default)]
pub struct Ordered {
    /// Those that were ordered.
    pub ordered: Vec<RevocationId>,
    /// Those that were left as they are, and why.
    pub skipped: Vec<(RevocationId, Obstacle)>,
}

/// Orders one revocation, whose license is revoked with it. The exporter's answer is read by who orders.
pub async fn order(conn: &mut Conn, act: &Act, id: RevocationId, new: &NewOrder) -> Result<(), Problem> {
    let held = proceed::hold(conn, act, &[id.0]).await?;
    let proceeding = held.first().ok_or_else(Problem::not_found)?;
    match obstacle(&proceeding.order_facts(act, false)) {
        None => order_these(conn, act, &[proceeding], new.reasons.as_str()).await,
        Some(against) => Err(refused(against)),
    }
}

/// 409 where the state stands against it, 422 where a rule does.
fn refused(against: Obstacle) -> Problem {
    match against {
        Obstacle::NotOpen | Obstacle::NotAnswered | Obstacle::LicenseEnded => {
            Problem::conflict(against.says())
        }
        Obstacle::Represented | Obstacle::SamePerson | Obstacle::HearingOwed => Problem::rule(against.says()),
    }
}

/// Orders every proceeding of the list to which the exporter did not answer; the others are left, with the reason of
/// each. 404 where one is not on file.
pub async fn order_all(
    conn: &mut Conn,
    act: &Act,
    ids: &[RevocationId],
    reasons: &str,
) -> Result<Ordered, Problem> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let held = proceed::hold(conn, act, &ids).await?;
    if held.len() < ids.iter().collect::<HashSet<_>>().len() {
        return Err(Problem::not_found());
    }
    let mut done = Ordered::default();
    let mut free = Vec::new();
    for proceeding in &held {
        match obstacle(&proceeding.order_facts(act, true)) {
            None => free.push(proceeding),
            Some(against) => done.skipped.push((proceeding.id, against)),
        }
    }
    done.ordered = free.iter().map(|proceeding| proceeding.id).collect();
    order_these(conn, act, &free, reasons).await?;
    Ok(done)
}

/// Signs the orders, takes their steps and revokes the licenses, each in one statement.
async fn order_these(
    conn: &mut Conn,
    act: &Act,
    proceedings: &[&Proceeding],
    reasons: &str,
) -> Result<(), Problem> {
    let ids: Vec<Uuid> = proceedings.iter().map(|proceeding| proceeding.id.0).collect();
    if !bulk::sign_orders(conn, act, &ids, reasons).await? {
        return Err(refused(Obstacle::SamePerson));
    }
    let steps = proceedings
        .iter()
        .map(|proceeding| {
            let step = Step::new(Action::Order).because(Some(proceeding.ground.name()), reasons);
            (proceeding.subject(), step)
        })
        .collect();
    history::take_all::<RevocationCycle>(conn, act, steps).await?;
    let revokings: Vec<Revoking> = proceedings
        .iter()
        .map(|proceeding| Revoking {
            license: proceeding.license_id,
            revocation: proceeding.id,
            objection: None,
            ground: proceeding.ground,
            // Each license keeps the reasons that are its own beside those that orders may share.
            reasons: format!("{reasons}\n\n{}", proceeding.reasons),
        })
        .collect();
    licenses::revoke_all(conn, act, &revokings).await
}
