//! Flags on what a hit touches: raised while nobody has cleared it, and withdrawn when someone has.
//!
//! Each is a step of its own history, and so an event of its own. The license and the application stay as they are.

use serde_json::json;
use uuid::Uuid;

use super::store::flags::{self as store, BATCH, Due, Touched};
use crate::act::Act;
use crate::db::Conn;
use crate::history::{self, Step, Subject};
use crate::http::Problem;
use crate::rules::screening_flag::{Action, ScreeningFlagCycle, Status};

/// Brings the flags of one hit a batch further. Whether there was one.
pub(super) async fn bring_further(conn: &mut Conn, act: &Act) -> Result<bool, Problem> {
    let Some(due) = store::due(conn).await? else { return Ok(false) };
    let moved = if due.status.flags() {
        let touched = store::touched(conn, due.id, due.party_id).await?;
        raise(conn, act, &due, &touched).await?;
        touched.len()
    } else {
        let raised = store::raised(conn, due.id).await?;
        withdraw(conn, act, &due, &raised).await?;
        raised.len()
    };
    if moved < BATCH {
        store::done(conn, due.id).await?;
    }
    Ok(true)
}

async fn raise(conn: &mut Conn, act: &Act, due: &Due, touched: &[Touched]) -> Result<(), Problem> {
    let with_id: Vec<(Uuid, &Touched)> =
        touched.iter().map(|touched| (touched.flag_id.unwrap_or_else(|| act.new_id()), touched)).collect();
    let new: Vec<(Uuid, &Touched)> =
        with_id.iter().filter(|(_, touched)| touched.flag_id.is_none()).copied().collect();
    store::insert(conn, act, due.id, &new).await?;
    let steps = with_id.iter().map(|(id, touched)| {
        let subject = match touched.version {
            Some(version) => Subject::on_file(*id, version, Status::Withdrawn, None),
            None => Subject::<ScreeningFlagCycle>::new(*id, None),
        };
        (subject, Step::new(Action::Raise).with(details(due, touched)))
    });
    history::take_all(conn, act, steps.collect()).await?;
    Ok(())
}

async fn withdraw(conn: &mut Conn, act: &Act, due: &Due, raised: &[Touched]) -> Result<(), Problem> {
    let steps = raised.iter().filter_map(|flag| {
        let subject =
            Subject::<ScreeningFlagCycle>::on_file(flag.flag_id?, flag.version?, Status::Raised, None);
        Some((subject, Step::new(Action::Withdraw).with(details(due, flag))))
    });
    history::take_all(conn, act, steps.collect()).await?;
    Ok(())
}

fn details(due: &Due, touched: &Touched) -> serde_json::Value {
    json!({
        "hitId": due.id, "hit": due.reference, "licenseId": touched.license_id,
        "applicationId": touched.application_id,
    })
}
