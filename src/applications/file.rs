//! Filing: opening, revising and submitting an application.

use std::collections::HashSet;

use serde_json::Value;

use crate::db::Conn;

use super::model::NewApplication;
use super::store::{self, References};
use crate::act::Act;
use crate::consignees;
use crate::history::{self, Step, Subject};
use crate::http::Problem;
use crate::ids::{ApplicationId, ExporterId};
use crate::rules::application::{Action, ApplicationCycle, Kind, Purpose};

/// The most lines one application may have.
const MOST_LINES: usize = 200;

/// Opens an application as a draft.
pub async fn open(conn: &mut Conn, act: &Act, new: &NewApplication) -> Result<ApplicationId, Problem> {
    let exporter = own_exporter(act)?;
    check(conn, exporter, new).await?;
    let id: ApplicationId = act.new_id();
    let prefix = match new.kind {
        Kind::Marketing => "AM",
        Kind::Export => "AE",
        Kind::Brokering => "AB",
    };
    let reference = history::new_reference(conn, act, prefix).await?;
    store::insert(conn, act, id, &reference, exporter, new).await?;
    store::insert_lines(conn, id, &new.lines).await?;
    let named = consignees::name(conn, act, id, exporter, &new.consignees).await?;
    let subject = Subject::<ApplicationCycle>::new(id, Some(exporter));
    history::take(conn, act, &subject, Step::new(Action::Open).with(details(new, &named)?)).await?;
    Ok(id)
}

/// Replaces the content of a draft or a returned application. Kind and reference stand.
pub(super) async fn revise(
    conn: &mut Conn,
    act: &Act,
    id: ApplicationId,
    new: &NewApplication,
) -> Result<(), Problem> {
    let exporter = own_exporter(act)?;
    let subject = history::load::<ApplicationCycle>(conn, act, id.0).await?;
    check(conn, exporter, new).await?;
    // A filed application is refused before its parts are touched.
    history::open(&subject, Action::Revise)?;
    let named = consignees::name(conn, act, id, exporter, &new.consignees).await?;
    history::take(conn, act, &subject, Step::new(Action::Revise).with(details(new, &named)?)).await?;
    if !store::update(conn, id, new).await? {
        return Err(Problem::field("/kind", "cannot be changed: open another application"));
    }
    store::replace_lines(conn, id, &new.lines).await?;
    Ok(())
}

/// What a step says of the content: of a consignee its entry, since its name may be a person's.
fn details(new: &NewApplication, named: &[consignees::Told]) -> Result<Value, Problem> {
    let written = serde_json::to_value(new).and_then(|content| Ok((content, serde_json::to_value(named)?)));
    let (mut content, named) = written.map_err(|error| Problem::internal(&error))?;
    if let Some(members) = content.as_object_mut() {
        members.insert("consignees".to_owned(), named);
    }
    Ok(content)
}

/// Submits an application: it pins the classification of every product and starts the statutory clock.
pub async fn submit(conn: &mut Conn, act: &Act, id: ApplicationId) -> Result<(), Problem> {
    let subject = history::load::<ApplicationCycle>(conn, act, id.0).await?;
    store::pin_classifications(conn, id, act.at).await?;
    history::take(conn, act, &subject, Step::new(Action::Submit)).await?;
    Ok(())
}

/// The exporter the caller acts for.
fn own_exporter(act: &Act) -> Result<ExporterId, Problem> {
    act.actor.exporter.ok_or_else(|| Problem::rule("Only an exporter's person files an application."))
}

/// What must hold of the content, each fault with its field.
async fn check(conn: &mut Conn, exporter: ExporterId, new: &NewApplication) -> Result<(), Problem> {
    if (new.purpose == Purpose::New) == new.predecessor_id.is_some() {
        return Err(Problem::field(
            "/predecessorId",
            "a renewal or amendment, and only such, names the license it continues",
        ));
    }
    if new.kind != Kind::Marketing && new.end_user_id.is_none() {
        return Err(Problem::field("/endUserId", "must name the end user"));
    }
    check_lines(new)?;
    consignees::check(&new.consignees)?;
    let named = References {
        end_user: new.end_user_id,
        predecessor: new.predecessor_id,
        declaration: new.declaration_id,
        products: new.lines.iter().map(|line| line.product_id).collect(),
    };
    let found = store::on_file(conn, exporter, &named).await?;
    let faults = [
        (found.end_user, "/endUserId".to_owned()),
        (found.predecessor, "/predecessorId".to_owned()),
        (found.declaration, "/declarationId".to_owned()),
        (
            found.missing_product.is_none(),
            format!("/lines/{}/productId", found.missing_product.unwrap_or_default()),
        ),
    ];
    match faults.into_iter().find(|(known, _)| !known) {
        Some((_, pointer)) => Err(Problem::field(pointer, "is not on file")),
        None => Ok(()),
    }
}

fn check_lines(new: &NewApplication) -> Result<(), Problem> {
    if !(1..=MOST_LINES).contains(&new.lines.len()) {
        return Err(Problem::field("/lines", format!("must have 1 to {MOST_LINES} lines")));
    }
    let mut seen = HashSet::new();
    for (index, line) in new.lines.iter().enumerate() {
        let fault = |name: &str, says: &str| Err(Problem::field(format!("/lines/{index}/{name}"), says));
        if !seen.insert(line.product_id) {
            return fault("productId", "stands on another line already");
        }
        if line.quantity.is_some() != line.unit.is_some() {
            return fault("unit", "goes with a quantity");
        }
        if line.value.is_some() != line.currency.is_some() {
            return fault("currency", "goes with a value");
        }
        if new.kind != Kind::Marketing && line.quantity.is_none() {
            return fault("quantity", "must be stated, except for marketing");
        }
        if new.kind != Kind::Marketing && line.value.is_none() {
            return fault("value", "must be stated, except for marketing");
        }
    }
    Ok(())
}
