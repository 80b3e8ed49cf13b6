//! The statements of imports.

mod read;

use std::collections::{BTreeSet, HashMap};

use crate::db::Conn;
use serde_json::{Value, json};
use uuid::Uuid;

use super::historic::{HistoricLicense, HistoricLine, Reading, Reject};
use super::load::Input;
use crate::act::Act;
use crate::ids::{ExporterId, ImportId, LicenseId};
use crate::rules::license::Status;
use crate::rules::values::Territory;

pub use read::{all_rejects, get};
pub(super) use read::{list, rejects};

/// The completed import of this input.
pub(super) async fn by_input(conn: &mut Conn, digest: &str) -> sqlx::Result<Option<ImportId>> {
    sqlx::query_scalar!(
        r#"select id as "id: ImportId" from imports where input_sha256 = $1 and status = 'completed'"#,
        digest
    )
    .fetch_optional(conn)
    .await
}

/// The numbers of a register that are on file, with the digest of what was imported.
pub(super) async fn known(
    conn: &mut Conn,
    source: &str,
    numbers: &[String],
) -> sqlx::Result<HashMap<String, String>> {
    let rows = sqlx::query!(
        r#"select source_number as "number!", source_sha256 as "digest!" from licenses
            where source = $1 and source_number = any ($2) and status <> 'annulled'"#,
        source,
        numbers,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.number, row.digest)).collect())
}

/// An import to be put on file.
pub(super) struct NewImport<'i> {
    pub(super) id: ImportId,
    pub(super) reference: &'i str,
    pub(super) input: &'i Input<'i>,
    pub(super) digest: &'i str,
    pub(super) reading: &'i Reading,
    pub(super) unchanged: i64,
}

/// Inserts an import as completed; its licenses and its first step follow.
pub(super) async fn insert(conn: &mut Conn, act: &Act, new: &NewImport<'_>) -> sqlx::Result<()> {
    let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    sqlx::query!(
        "insert into imports (id, reference, version, status, source, profile_name, profile, file_name, input_sha256,
                              rows_read, rows_accepted, rows_rejected, licenses_created, licenses_unchanged, created_at,
                              updated_at)
         values ($1, $2, 1, 'completed', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)",
        new.id.0,
        new.reference,
        new.input.profile.register,
        new.input.profile.name,
        new.input.profile_text,
        new.input.file_name,
        new.digest,
        count(new.reading.rows_read),
        count(new.reading.rows_accepted),
        count(new.reading.rows_rejected),
        i64::try_from(new.reading.licenses.len()).unwrap_or(i64::MAX),
        new.unchanged,
        act.at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Inserts the rejects in the order of the file.
pub(super) async fn insert_rejects(conn: &mut Conn, id: ImportId, rejects: &[Reject]) -> sqlx::Result<()> {
    let lines: Vec<i64> =
        rejects.iter().map(|reject| i64::try_from(reject.line).unwrap_or(i64::MAX)).collect();
    let columns: Vec<Option<String>> = rejects.iter().map(|reject| reject.column.clone()).collect();
    let values: Vec<Option<String>> = rejects.iter().map(|reject| reject.value.clone()).collect();
    let reasons: Vec<String> = rejects.iter().map(|reject| reject.reason.clone()).collect();
    sqlx::query!(
        "insert into import_rejects (import_id, number, line, column_name, value, reason)
         select $1, t.number, t.line, t.column_name, t.value, t.reason
           from unnest($2::bigint[], $3::text[], $4::text[], $5::text[])
                with ordinality as t (line, column_name, value, reason, number)",
        id.0,
        &lines,
        &columns as &[Option<String>],
        &values as &[Option<String>],
        &reasons,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Puts groups of countries that a profile names on file, so that a license can refer to them.
pub(super) async fn name_groups(conn: &mut Conn, licenses: &[HistoricLicense]) -> sqlx::Result<()> {
    let groups: BTreeSet<String> = licenses
        .iter()
        .flat_map(|license| license.destinations.iter().chain(&license.via))
        .filter_map(|territory| match territory {
            Territory::Group(name) => Some(name.clone()),
            Territory::Country(_) | Territory::Unstated => None,
        })
        .collect();
    let groups: Vec<String> = groups.into_iter().collect();
    sqlx::query!(
        "insert into territories (code, kind, name) select t.code, 'group', t.code from unnest($1::text[]) as t (code)
         on conflict (code) do nothing",
        &groups,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A license on its way to the register.
pub(super) struct Row<'r> {
    pub(super) id: LicenseId,
    pub(super) reference: String,
    pub(super) license: &'r HistoricLicense,
}

/// Inserts a batch of licenses with their lines; their first steps follow. An exporter is linked where its name is
/// that of exactly one exporter on file.
pub(super) async fn insert_licenses(
    conn: &mut Conn,
    act: &Act,
    import: ImportId,
    source: &str,
    rows: &[Row<'_>],
) -> sqlx::Result<()> {
    let today = act.today();
    let heads: Vec<Value> = rows.iter().map(|row| head(row, row.license.valid_until >= today)).collect();
    sqlx::query!(
        "insert into licenses (id, reference, version, status, kind, exporter_id, destinations, via, issued_on, valid_until,
                               end_use, import_id, source, source_number, source_sha256, particulars, created_at,
                               updated_at)
         select t.id, t.reference, 1, t.status, t.kind,
                (select min(e.id::text)::uuid from exporters e where e.name = t.exporter having count(*) = 1),
                t.destinations, t.via, t.issued_on, t.valid_until, t.end_use, $2, $3, t.number, t.digest, t.particulars,
                $4, $4
           from jsonb_to_recordset($1) as t (id uuid, reference text, status text, kind text, exporter text,
                destinations text[], via text[], issued_on date, valid_until date, end_use text, number text, digest text,
                particulars jsonb)",
        Value::Array(heads),
        import.0,
        source,
        act.at,
    )
    .execute(&mut *conn)
    .await?;
    let lines: Vec<Value> = rows
        .iter()
        .flat_map(|row| {
            row.license.lines.iter().zip(1..).map(|(line, number)| line_row(row.id, number, line))
        })
        .collect();
    sqlx::query!(
        "insert into license_lines (license_id, line, control_codes, description, quantity, unit, value, currency, drawn,
                                    particulars)
         select t.license, t.line, t.codes, t.description, t.quantity, t.unit, t.value, t.currency, 0, t.particulars
           from jsonb_to_recordset($1) as t (license uuid, line integer, codes text[], description text,
                quantity numeric, unit text, value numeric, currency text, particulars jsonb)",
        Value::Array(lines),
    )
    .execute(conn)
    .await?;
    Ok(())
}

fn head(row: &Row<'_>, runs: bool) -> Value {
    let license = row.license;
    json!({
        "id": row.id, "reference": row.reference, "status": if runs { Status::Active } else { Status::Expired },
        "kind": license.kind, "exporter": license.exporter, "destinations": license.destinations, "via": license.via,
        "issued_on": license.issued_on, "valid_until": license.valid_until, "end_use": license.end_use,
        "number": license.number, "digest": license.digest,
        "particulars": {
            "exporter": license.exporter, "consignee": license.consignee, "endUser": license.end_user,
            "rows": license.rows, "rejectedRows": license.rejected_rows,
        },
    })
}

fn line_row(license: LicenseId, number: i32, line: &HistoricLine) -> Value {
    let description = line.description.as_deref().or(line.code_text.as_deref()).unwrap_or("not stated");
    json!({
        "license": license, "line": number, "codes": line.codes, "description": description,
        "quantity": line.quantity, "unit": line.unit.map(crate::rules::values::Unit::name).or(line.unit_text.as_deref()),
        "value": line.value, "currency": line.currency,
        "particulars": {
            "issuedOn": line.issued_on, "validUntil": line.valid_until, "codes": line.code_text,
            "destination": line.destination_text, "destinations": line.destinations, "via": line.via,
            "consignee": line.consignee, "endUser": line.end_user, "endUse": line.end_use, "other": line.other,
        },
    })
}

/// The reference of a license of the import that something else refers to, or that moved since.
pub(super) async fn in_use(conn: &mut Conn, id: ImportId) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        "select l.reference from licenses l
          where l.import_id = $1
            and (exists (select from applications a where a.predecessor_id = l.id)
                 or exists (select from licenses n where n.predecessor_id = l.id)
                 or exists (select from revocations r where r.license_id = l.id)
                 or exists (select from history h where h.subject_id = l.id and h.version > 1 and h.action <> 'expire'))
          order by l.reference limit 1",
        id.0,
    )
    .fetch_optional(conn)
    .await
}

/// A license of an import as a step finds it.
pub(super) struct ImportedRow {
    pub(super) id: Uuid,
    pub(super) version: i32,
    pub(super) status: Status,
    pub(super) exporter_id: Option<Uuid>,
}

impl ImportedRow {
    pub(super) fn owner(&self) -> Option<ExporterId> {
        self.exporter_id.map(ExporterId)
    }
}
/// The licenses of an import, held until the transaction ends.
pub(super) async fn licenses(conn: &mut Conn, id: ImportId) -> sqlx::Result<Vec<ImportedRow>> {
    sqlx::query_as!(
        ImportedRow,
        r#"select id, version, status as "status: Status", exporter_id from licenses where import_id = $1
            order by id for update"#,
        id.0,
    )
    .fetch_all(conn)
    .await
}
