//! Entering an exporter and deciding on its registration.

use crate::db::Conn;

use super::model::{NewExporter, Registration};
use super::store;
use crate::act::Act;
use crate::history::{self, Step, Subject};
use crate::http::Problem;
use crate::ids::ExporterId;
use crate::rules::exporter::{Action, ExporterCycle};

/// The longest term of a registration, in days.
const LONGEST_TERM_DAYS: i64 = 3660;

/// Puts an exporter on file as applied.
pub async fn apply(conn: &mut Conn, act: &Act, new: &NewExporter) -> Result<ExporterId, Problem> {
    let id: ExporterId = act.new_id();
    let reference = history::new_reference(conn, act, "EX").await?;
    store::insert(conn, act, id, &reference, new).await?;
    let subject = Subject::<ExporterCycle>::new(id, Some(id));
    history::take(conn, act, &subject, Step::new(Action::Apply).with(new)).await?;
    Ok(id)
}

/// Registers an exporter for a term, or renews its registration.
pub async fn register(
    conn: &mut Conn,
    act: &Act,
    id: ExporterId,
    action: Action,
    registration: &Registration,
) -> Result<(), Problem> {
    let days = (registration.registered_until - act.today()).num_days();
    if !(0..=LONGEST_TERM_DAYS).contains(&days) {
        return Err(Problem::field("/registeredUntil", "must be today or later, at most ten years ahead"));
    }
    let subject = history::load::<ExporterCycle>(conn, act, id.0).await?;
    store::set_term(conn, id, registration.registered_until).await?;
    let step = Step::new(action).because(None, registration.reasons.as_str()).with(registration);
    history::take(conn, act, &subject, step).await?;
    Ok(())
}
