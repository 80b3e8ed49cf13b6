//! The list of the licenses in a preview, streamed from one snapshot with flat memory.
//!
//! A list that breaks off is told from a whole one: see [`crate::http::export`].

use uuid::Uuid;

use super::model::PreviewLicense;
use super::store::list as store;
use crate::db::{Conn, Tx};
use crate::http::Problem;
use crate::http::export::{Pieces, csv_line};
use crate::ids::LicenseId;
use crate::measures;
use crate::rules::scope::{Groups, Scope};

/// How many licenses are read at a time.
const CHUNK: usize = 500;

/// The columns of the CSV form.
const HEADER: &str = "id,reference,sourceNumber,wouldBe,status,kind,exporter,destinations,controlCodes,value,validUntil,lines,clauses\r\n";

/// What is listed, and how.
pub(super) struct List {
    pub(super) touched: Vec<Uuid>,
    pub(super) released: Vec<Uuid>,
    pub(super) scope: Scope,
    pub(super) groups: Groups,
    pub(super) csv: bool,
}

/// Sends the list chunk by chunk until it is whole or the reader is gone; a fault is sent as one.
pub(super) async fn send(mut tx: Tx, list: List, pieces: Pieces) {
    if list.csv && !pieces.text(HEADER.to_owned()).await {
        return;
    }
    for (ids, would_be) in [(&list.touched, "touched"), (&list.released, "released")] {
        for chunk in ids.chunks(CHUNK) {
            let text = match text(&mut tx, chunk, would_be, &list).await {
                Ok(text) => text,
                Err(problem) => return pieces.fail(problem).await,
            };
            if !pieces.text(text).await {
                return;
            }
        }
    }
    pieces.end().await;
}

async fn text(conn: &mut Conn, ids: &[Uuid], would_be: &str, list: &List) -> Result<String, Problem> {
    let rows = store::rows(conn, ids).await?;
    let subjects = measures::store::licenses(conn, ids).await?;
    let mut text = String::new();
    for (row, (_, subject)) in rows.into_iter().zip(subjects) {
        let license = PreviewLicense {
            id: LicenseId(row.id),
            reference: row.reference,
            source_number: row.source_number,
            would_be: would_be.to_owned(),
            status: row.status,
            kind: row.kind,
            exporter: row.exporter,
            destinations: row.destinations,
            control_codes: row.control_codes,
            value: row.value.0,
            valid_until: row.valid_until,
            matched: list.scope.reaches(&subject, &list.groups),
        };
        if list.csv {
            text.push_str(&line(&license));
        } else {
            text.push_str(&serde_json::to_string(&license).unwrap_or_default());
            text.push('\n');
        }
    }
    Ok(text)
}

/// A license as a line of CSV (RFC 4180).
fn line(license: &PreviewLicense) -> String {
    let value: Vec<String> =
        license.value.iter().map(|(currency, value)| format!("{currency} {value}")).collect();
    let matched = license.matched.as_ref();
    let lines: Vec<String> =
        matched.map(|m| m.lines.iter().map(ToString::to_string).collect()).unwrap_or_default();
    let clauses: Vec<String> = matched
        .map(|m| m.clauses.iter().map(|met| format!("{} {}", met.clause, met.fact)).collect())
        .unwrap_or_default();
    let cells = [
        license.id.to_string(),
        license.reference.clone(),
        license.source_number.clone().unwrap_or_default(),
        license.would_be.clone(),
        license.status.clone(),
        license.kind.clone(),
        license.exporter.clone().unwrap_or_default(),
        license.destinations.join(" "),
        license.control_codes.join(" "),
        value.join(" "),
        license.valid_until.to_string(),
        lines.join(" "),
        clauses.join("; "),
    ];
    csv_line(cells.iter().map(String::as_str))
}
