//! The statements of licenses.

pub(super) mod bulk;
pub(super) mod draw_downs;
pub(super) mod freezes;
mod read;
pub(super) mod revocations;

pub use read::get;
pub(super) use read::{list, one};

use crate::db::Conn;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use uuid::Uuid;

use super::issue::Grant;
use crate::act::Act;
use crate::ids::LicenseId;
use crate::rules::application::Kind;
use crate::rules::license::Status;

/// What the insert of a license read from its application.
pub(in crate::licenses) struct Issued {
    pub(in crate::licenses) exporter_id: Uuid,
    pub(in crate::licenses) predecessor_id: Option<Uuid>,
}

/// Inserts a license as active, with the parties of its application; lines and its first step follow.
pub(in crate::licenses) async fn insert(
    conn: &mut Conn,
    act: &Act,
    id: LicenseId,
    reference: &str,
    grant: &Grant,
) -> sqlx::Result<Issued> {
    sqlx::query_as!(
        Issued,
        r#"insert into licenses (id, reference, version, status, kind, application_id, decision_id, exporter_id, end_user_id,
                                 destinations, via, issued_on, valid_until, predecessor_id, end_use, created_at, updated_at)
           select $1, $2, 1, 'active', a.kind, a.id, $4, a.exporter_id, a.end_user_id, array[a.destination], '{}', $5, $6,
                  a.predecessor_id, a.end_use, $7, $7
             from applications a where a.id = $3
           returning exporter_id as "exporter_id!", predecessor_id"#,
        id.0,
        reference,
        grant.application.0,
        grant.decision.0,
        act.today(),
        grant.valid_until,
        act.at,
    )
    .fetch_one(conn)
    .await
}

/// Inserts what is granted of each line, on the classification pinned at filing.
pub(in crate::licenses) async fn insert_lines(
    conn: &mut Conn,
    id: LicenseId,
    grant: &Grant,
) -> sqlx::Result<()> {
    let lines: Vec<i32> = grant.lines.iter().map(|line| line.line).collect();
    let quantities: Vec<Option<Decimal>> =
        grant.lines.iter().map(|line| line.quantity.map(|q| q.value())).collect();
    let values: Vec<Option<Decimal>> = grant.lines.iter().map(|line| line.value.map(|v| v.value())).collect();
    sqlx::query!(
        "insert into license_lines (license_id, line, product_id, classification_version, control_codes, description,
                                    quantity, unit, value, currency, drawn)
         select $1, l.line, l.product_id, l.classification_version, c.control_codes, p.name, g.quantity, l.unit, g.value,
                l.currency, 0
           from unnest($3::integer[], $4::numeric[], $5::numeric[]) as g (line, quantity, value)
           join application_lines l on l.application_id = $2 and l.line = g.line
           join products p on p.id = l.product_id
           join product_classifications c
             on c.product_id = l.product_id and c.classification_version = l.classification_version",
        id.0,
        grant.application.0,
        &lines,
        &quantities as &[Option<Decimal>],
        &values as &[Option<Decimal>],
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Inserts the conditions, numbered from 1.
pub(in crate::licenses) async fn insert_conditions(
    conn: &mut Conn,
    id: LicenseId,
    conditions: &[String],
) -> sqlx::Result<()> {
    if conditions.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "insert into license_conditions (license_id, number, condition)
         select $1, t.number, t.condition from unnest($2::text[]) with ordinality as t (condition, number)",
        id.0,
        conditions,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// What a verification reads: the license, the lines that are frozen and those that may be used.
#[derive(sqlx::FromRow)]
pub(in crate::licenses) struct VerificationRow {
    pub(in crate::licenses) reference: String,
    pub(in crate::licenses) kind: Kind,
    pub(in crate::licenses) status: Status,
    pub(in crate::licenses) issued_on: NaiveDate,
    pub(in crate::licenses) valid_until: NaiveDate,
    pub(in crate::licenses) frozen_lines: Vec<i32>,
    pub(in crate::licenses) open_lines: Vec<i32>,
}

/// Reads what a verification needs, in one statement. `pgbench` runs the same text as its floor.
pub(in crate::licenses) async fn verification(
    conn: &mut Conn,
    reference: &str,
) -> sqlx::Result<Option<VerificationRow>> {
    sqlx::query_as!(
        VerificationRow,
        r#"select l.reference, l.kind as "kind: _", l.status as "status: _", l.issued_on, l.valid_until,
                  array(select distinct unnest(f.lines) from license_freezes f
                         where f.license_id = l.id and f.lifted_at is null and f.lines is not null
                         order by 1) as "frozen_lines!",
                  open_lines(l.id) as "open_lines!"
             from licenses l where l.reference = $1"#,
        reference,
    )
    .fetch_optional(conn)
    .await
}

/// What remains of a line.
pub(in crate::licenses) struct Remaining {
    /// What the license permits.
    pub(in crate::licenses) kind: Kind,
    pub(in crate::licenses) line: i32,
    pub(in crate::licenses) quantity: Option<Decimal>,
    pub(in crate::licenses) drawn: Decimal,
    pub(in crate::licenses) frozen: bool,
}

/// What remains of each line.
pub(in crate::licenses) async fn remaining(conn: &mut Conn, id: LicenseId) -> sqlx::Result<Vec<Remaining>> {
    sqlx::query_as!(
        Remaining,
        r#"select l.kind as "kind: Kind", n.line, n.quantity, n.drawn,
                  exists (select from license_freezes f where f.license_id = n.license_id and f.lifted_at is null
                             and n.line = any (f.lines)) as "frozen!"
             from license_lines n join licenses l on l.id = n.license_id
            where n.license_id = $1 order by n.line"#,
        id.0,
    )
    .fetch_all(conn)
    .await
}
