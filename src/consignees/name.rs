//! Naming consignees in an application.

use std::collections::HashSet;

use serde::Serialize;

use super::model::NewConsignee;
use super::store::{self, Row};
use crate::act::Act;
use crate::db::Conn;
use crate::history::{self, Step, Subject};
use crate::http::Problem;
use crate::ids::{ApplicationId, ConsigneeId, ExporterId};
use crate::rules::consignee::{Action, ConsigneeCycle, ConsigneeRole};
use crate::rules::end_user::EndUserKind;
use crate::rules::values::{Country, Name};

/// The most that one application may name (`application_consignees_number_bounded`).
const MOST: usize = 20;

/// What a step says of an entry.
#[derive(Serialize)]
struct Particulars<'e> {
    kind: EndUserKind,
    country: Country,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'e Name>,
}

/// What the history of an application says of whom it names: nothing that could be a person's.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Told {
    consignee_id: ConsigneeId,
    role: ConsigneeRole,
}

/// What must hold of those that an application names, each fault with its field.
pub fn check(named: &[NewConsignee]) -> Result<(), Problem> {
    if named.len() > MOST {
        return Err(Problem::field("/consignees", format!("must be at most {MOST}")));
    }
    let mut seen = HashSet::new();
    let twice = named.iter().position(|new| !seen.insert((new.role, &new.name, new.kind, new.country)));
    match twice {
        Some(index) => {
            Err(Problem::field(format!("/consignees/{index}/name"), "is named in this role already"))
        }
        None => Ok(()),
    }
}

/// Names these parties, and no others, in an application that is not filed. A party that the exporter never named before
/// comes on file.
pub async fn name(
    conn: &mut Conn,
    act: &Act,
    application: ApplicationId,
    exporter: ExporterId,
    named: &[NewConsignee],
) -> Result<Vec<Told>, Problem> {
    let mut rows = Vec::with_capacity(named.len());
    for new in named {
        let id = match store::find(conn, exporter, new).await? {
            Some(id) => id,
            None => register(conn, act, exporter, new).await?,
        };
        rows.push(Row { id, new });
    }
    store::replace(conn, application, &rows).await?;
    Ok(rows.iter().map(|row| Told { consignee_id: row.id, role: row.new.role }).collect())
}

async fn register(
    conn: &mut Conn,
    act: &Act,
    exporter: ExporterId,
    new: &NewConsignee,
) -> Result<ConsigneeId, Problem> {
    let id: ConsigneeId = act.new_id();
    let reference = history::new_reference(conn, act, "CN").await?;
    store::insert(conn, act, id, exporter, &reference, new).await?;
    // History cannot be erased, so a natural person's name stays out of it.
    let name = (new.kind != EndUserKind::Individual).then_some(&new.name);
    let particulars = Particulars { kind: new.kind, country: new.country, name };
    let subject = Subject::<ConsigneeCycle>::new(id, Some(exporter));
    history::take(conn, act, &subject, Step::new(Action::Register).with(particulars)).await?;
    Ok(id)
}
