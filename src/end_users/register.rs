//! Entering an end user and correcting its entry.

use crate::db::Conn;
use serde::Serialize;

use super::model::{Correction, NewEndUser};
use super::store;
use crate::act::Act;
use crate::exporters;
use crate::history::{self, Step, Subject};
use crate::http::Problem;
use crate::ids::{EndUserId, ExporterId};
use crate::rules::end_user::{Action, EndUserCycle, EndUserKind};
use crate::rules::values::{Country, Name, Prose};

/// What a step says of the entry.
#[derive(Serialize)]
struct Particulars<'e> {
    kind: EndUserKind,
    country: Country,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'e Name>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<&'e Prose>,
}

impl<'e> Particulars<'e> {
    /// History cannot be erased, so a natural person's name and address stay out of it.
    fn new(kind: EndUserKind, country: Country, name: &'e Name, address: Option<&'e Prose>) -> Self {
        let natural = kind == EndUserKind::Individual;
        Self { kind, country, name: (!natural).then_some(name), address: address.filter(|_| !natural) }
    }
}

/// Puts an end user on file.
pub async fn register(conn: &mut Conn, act: &Act, new: &NewEndUser) -> Result<EndUserId, Problem> {
    let owner = owner(conn, act, new.exporter_id).await?;
    let id: EndUserId = act.new_id();
    let reference = history::new_reference(conn, act, "EU").await?;
    store::insert(conn, act, id, owner, &reference, new).await?;
    let subject = Subject::<EndUserCycle>::new(id, owner);
    let particulars = Particulars::new(new.kind, new.country, &new.name, new.address.as_ref());
    history::take(conn, act, &subject, Step::new(Action::Register).with(particulars)).await?;
    Ok(id)
}

/// Whose entry it will be: an exporter's own, or the one that staff name, if any.
async fn owner(conn: &mut Conn, act: &Act, named: Option<ExporterId>) -> Result<Option<ExporterId>, Problem> {
    let own = act.actor.sees_only();
    match named {
        Some(named) if exporters::store::get(conn, act, named).await?.is_none() => {
            Err(Problem::field("/exporterId", "is not on file"))
        }
        Some(named) => Ok(Some(named)),
        None => Ok(own),
    }
}

/// Corrects the entry of an end user.
pub async fn correct(
    conn: &mut Conn,
    act: &Act,
    id: EndUserId,
    correction: &Correction,
) -> Result<(), Problem> {
    let subject = history::load::<EndUserCycle>(conn, act, id.0).await?;
    // The gate and the reviewers have read the entry: from then on only staff correct it.
    if act.actor.sees_only().is_some() && store::is_relied_on(conn, id).await? {
        return Err(Problem::conflict(
            "A filed application rests on the entry: ask the agency to correct it.",
        ));
    }
    store::correct(conn, id, correction).await?;
    let particulars =
        Particulars::new(correction.kind, correction.country, &correction.name, correction.address.as_ref());
    let step = Step::new(Action::Correct).because(None, correction.reasons.as_str()).with(particulars);
    history::take(conn, act, &subject, step).await?;
    Ok(())
}
