//! The whole list of the licenses that a template version leaves uncovered, streamed from one snapshot with flat memory.
//!
//! A list that breaks off is told from a whole one: see [`crate::http::export`].

use uuid::Uuid;

use super::model::UncoveredLicense;
use super::store::Version;
use super::uncovered;
use crate::act::Act;
use crate::db::Tx;
use crate::http::export::{Pieces, csv_line};

/// How many licenses are read at a time.
const CHUNK: usize = 500;

/// The columns of the CSV form.
const HEADER: &str = "id,reference,sourceNumber,status,exporter,endUser,destinations,validUntil,lack,admitted,admittedUntil\r\n";

/// What is listed, and how.
pub(super) struct List {
    pub(super) act: Act,
    pub(super) version: Version,
    /// In the order of the list.
    pub(super) ids: Vec<Uuid>,
    pub(super) oldest_first: bool,
    pub(super) csv: bool,
}

/// Sends the list chunk by chunk until it is whole or the reader is gone; a fault is sent as one.
pub(super) async fn send(mut tx: Tx, list: List, pieces: Pieces) {
    if list.csv && !pieces.text(HEADER.to_owned()).await {
        return;
    }
    for chunk in list.ids.chunks(CHUNK) {
        let mut licenses = match uncovered::of_ids(&mut tx, &list.act, &list.version, chunk).await {
            Ok(licenses) => licenses,
            Err(problem) => return pieces.fail(problem).await,
        };
        if list.oldest_first {
            licenses.reverse();
        }
        if !pieces.text(text(&licenses, list.csv)).await {
            return;
        }
    }
    pieces.end().await;
}

fn text(licenses: &[UncoveredLicense], csv: bool) -> String {
    let line = |license: &UncoveredLicense| {
        if csv { cells(license) } else { format!("{}\n", serde_json::to_string(license).unwrap_or_default()) }
    };
    licenses.iter().map(line).collect()
}

/// A license as a line of CSV (RFC 4180).
fn cells(license: &UncoveredLicense) -> String {
    let destinations: Vec<String> = license.destinations.iter().map(ToString::to_string).collect();
    let cells = [
        license.id.to_string(),
        license.reference.clone(),
        license.source_number.clone().unwrap_or_default(),
        license.status.to_string(),
        license.exporter.clone().unwrap_or_default(),
        license.end_user.clone().unwrap_or_default(),
        destinations.join(" "),
        license.valid_until.to_string(),
        license.lack.to_string(),
        license.admitted.to_string(),
        license.admitted_until.map(|until| until.to_string()).unwrap_or_default(),
    ];
    csv_line(cells.iter().map(String::as_str))
}
