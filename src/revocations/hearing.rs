//! Hearings: held in an open proceeding, chaired by someone who may order and did not give notice.

use crate::db::Conn;
use chrono::NaiveDate;
use serde_json::json;

use super::model::{Hearing, NewHearing};
use super::store::{self, hearings};
use crate::act::Act;
use crate::history::{self, Step};
use crate::http::Problem;
use crate::ids::RevocationId;
use crate::rules::authority::Permission;
use crate::rules::revocation::{Action, RevocationCycle};

/// Records a hearing that was held.
pub(super) async fn hear(
    conn: &mut Conn,
    act: &Act,
    id: RevocationId,
    new: &NewHearing,
) -> Result<Hearing, Problem> {
    let subject = history::load::<RevocationCycle>(conn, act, id.0).await?;
    let revocation = store::get(conn, act, id).await?.ok_or_else(Problem::not_found)?;
    if !revocation.status.is_open() {
        return Err(Problem::conflict(format!("The proceeding is {}: it is over.", revocation.status)));
    }
    check_day(act, revocation.created_at.date_naive(), new.held_on)?;
    let chair = hearings::chair(conn, id, new.chaired_by.as_str()).await?;
    let chair = chair.filter(|chair| Permission::OrderRevocation.allows(chair.role)).ok_or_else(|| {
        Problem::field("/chairedBy", "must be the handle of a head of agency or a director general")
    })?;
    if chair.gave_notice {
        return Err(Problem::rule("Who gave notice does not chair the hearing: another person does."));
    }
    let number = hearings::insert(conn, act, id, chair.id, new).await?;
    // Who chaired it is not told to the exporter, who reads the history.
    let details = json!({ "number": number, "heldOn": new.held_on, "minutes": new.minutes });
    history::take(conn, act, &subject, Step::new(Action::RecordHearing).with(details)).await?;
    Ok(Hearing {
        number,
        held_on: new.held_on,
        chaired_by: Some(new.chaired_by.to_string()),
        minutes: new.minutes.to_string(),
        recorded_at: act.at,
    })
}

/// A hearing was held after notice was given, and has been held.
fn check_day(act: &Act, noticed_on: NaiveDate, held_on: NaiveDate) -> Result<(), Problem> {
    if held_on < noticed_on {
        return Err(Problem::field("/heldOn", format!("must not be before the notice of {noticed_on}")));
    }
    if held_on > act.today() {
        return Err(Problem::field("/heldOn", "must not be after today: record a hearing once it was held"));
    }
    Ok(())
}
