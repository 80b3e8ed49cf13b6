//! Loading a reading into the register, and taking it out again.
//!
//! An import is one transaction: all of it is on file or none. The same input is taken once; a license already on
//! file with the same content is left as it is, with other content its rows are rejected.

use std::collections::HashMap;

use crate::db::Conn;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::historic::{HistoricLicense, Reading, Reject};
use super::profile::Profile;
use super::store::{self, NewImport, Row};
use crate::act::Act;
use crate::enforcement;
use crate::history::{self, Step, Subject};
use crate::http::Problem;
use crate::ids::{ImportId, LicenseId};
use crate::rules::import::{Action, ImportCycle};
use crate::rules::license::{Action as LicenseAction, LicenseCycle};

/// How many licenses go to the database at once.
const BATCH: usize = 500;

/// What is imported: a file read by a profile.
pub struct Input<'i> {
    /// The profile, as text and checked.
    pub profile: &'i Profile,
    /// The profile's text, kept with the import.
    pub profile_text: &'i str,
    /// The name of the file.
    pub file_name: &'i str,
    /// The file.
    pub file: &'i [u8],
}

impl Input<'_> {
    /// SHA-256 of profile and file together.
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(self.profile_text.len().to_be_bytes());
        hash.update(self.profile_text);
        hash.update(self.file);
        hex::encode(hash.finalize())
    }
}

/// What loading did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loaded {
    /// The licenses are on file.
    New(ImportId),
    /// The same input was taken before: nothing was changed.
    Before(ImportId),
}

/// Loads what was read. The same input a second time changes nothing.
pub async fn load(
    conn: &mut Conn,
    act: &Act,
    input: &Input<'_>,
    mut reading: Reading,
) -> Result<Loaded, Problem> {
    let digest = input.digest();
    if let Some(before) = store::by_input(conn, &digest).await? {
        return Ok(Loaded::Before(before));
    }
    let id: ImportId = act.new_id();
    let known = store::known(conn, &input.profile.register, &numbers(&reading)).await?;
    let unchanged = settle_known(&mut reading, &known);
    let reference = history::new_reference(conn, act, "IM").await?;
    let new = NewImport { id, reference: &reference, input, digest: &digest, reading: &reading, unchanged };
    store::insert(conn, act, &new).await?;
    store::insert_rejects(conn, id, &reading.rejects).await?;
    store::name_groups(conn, &reading.licenses).await?;
    let arrived = insert_licenses(conn, act, id, &input.profile.register, &reading.licenses).await?;
    enforcement::reach_arrivals(conn, act, &arrived).await?;
    let details = json!({
        "reference": reference, "source": input.profile.register, "file": input.file_name, "input": digest,
        "rowsRead": reading.rows_read, "rowsAccepted": reading.rows_accepted, "rowsRejected": reading.rows_rejected,
        "licensesCreated": reading.licenses.len(), "licensesUnchanged": unchanged,
    });
    history::take(
        conn,
        act,
        &Subject::<ImportCycle>::new(id, None),
        Step::new(Action::Complete).with(details),
    )
    .await?;
    Ok(Loaded::New(id))
}

fn numbers(reading: &Reading) -> Vec<String> {
    reading.licenses.iter().map(|license| license.number.clone()).collect()
}

/// Leaves out the licenses that are on file. Those with the same content count as unchanged; the rows of those with
/// other content become rejects. Gives how many are unchanged.
fn settle_known(reading: &mut Reading, known: &HashMap<String, String>) -> i64 {
    let mut unchanged = 0;
    let mut kept = Vec::new();
    for license in std::mem::take(&mut reading.licenses) {
        match known.get(&license.number) {
            None => kept.push(license),
            Some(digest) if *digest == license.digest => unchanged += 1,
            Some(_) => {
                let rows = u64::try_from(license.rows.len()).unwrap_or(u64::MAX);
                reading.rows_accepted = reading.rows_accepted.saturating_sub(rows);
                reading.rows_rejected = reading.rows_rejected.saturating_add(rows);
                reading.rejects.extend(license.rows.iter().map(|line| Reject {
                    line: *line,
                    column: None,
                    value: Some(license.number.clone()),
                    reason: "a license with this number is on file with other content".to_owned(),
                }));
            }
        }
    }
    reading.licenses = kept;
    reading.rejects.sort_by_key(|reject| reject.line);
    unchanged
}

async fn insert_licenses(
    conn: &mut Conn,
    act: &Act,
    import: ImportId,
    source: &str,
    licenses: &[HistoricLicense],
) -> Result<Vec<Uuid>, Problem> {
    let mut arrived = Vec::with_capacity(licenses.len());
    let mut references = history::new_references(conn, act, "HL", licenses.len()).await?;
    for batch in licenses.chunks(BATCH) {
        let rows: Vec<Row<'_>> = batch
            .iter()
            .zip(&mut references)
            .map(|(license, reference)| Row { id: act.new_id::<LicenseId>(), reference, license })
            .collect();
        store::insert_licenses(conn, act, import, source, &rows).await?;
        let today = act.today();
        let steps = rows
            .iter()
            .map(|row| {
                let runs = row.license.valid_until >= today;
                let action = if runs { LicenseAction::Import } else { LicenseAction::ImportExpired };
                let step = Step::new(action).with(step_details(row, import, source));
                (Subject::<LicenseCycle>::new(row.id, None), step)
            })
            .collect();
        history::take_all(conn, act, steps).await?;
        arrived.extend(rows.iter().map(|row| row.id.0));
    }
    arrived.sort_unstable();
    Ok(arrived)
}

fn step_details(row: &Row<'_>, import: ImportId, source: &str) -> serde_json::Value {
    json!({
        "reference": row.reference, "importId": import, "source": source, "sourceNumber": row.license.number,
        "content": row.license.digest,
    })
}

/// Takes an import out again, whole. 409 once anything else refers to one of its licenses.
pub async fn withdraw(conn: &mut Conn, act: &Act, id: ImportId, reasons: &str) -> Result<(), Problem> {
    let subject = history::load::<ImportCycle>(conn, act, id.0).await?;
    let step = Step::new(Action::Withdraw).because(None, reasons);
    history::take(conn, act, &subject, step).await?;
    if let Some(reference) = store::in_use(conn, id).await? {
        return Err(Problem::conflict(format!(
            "License {reference} of the import is in use: something else refers to it."
        )));
    }
    let licenses = store::licenses(conn, id).await?;
    for batch in licenses.chunks(BATCH) {
        let steps = batch
            .iter()
            .map(|row| {
                let subject = Subject::<LicenseCycle>::on_file(row.id, row.version, row.status, row.owner());
                let step = Step::new(LicenseAction::WithdrawImport).because(None, reasons);
                (subject, step.with(json!({ "importId": id })))
            })
            .collect();
        history::take_all(conn, act, steps).await?;
    }
    Ok(())
}
