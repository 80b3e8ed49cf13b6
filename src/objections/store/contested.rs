//! The statements that look up an act objected to. What belongs to another exporter is not on file for this one.

use crate::db::Conn;
use chrono::NaiveDate;
use uuid::Uuid;

use crate::ids::{ApplicationId, DecisionId, ExporterId, LicenseId, RevocationId};
use crate::rules::application::{Outcome, Status as ApplicationStatus};
use crate::rules::license::{FreezeSource, Status as LicenseStatus};
use crate::rules::revocation::Status as RevocationStatus;

/// A signed decision on an application.
pub(in crate::objections) struct DecisionRow {
    pub(in crate::objections) application_id: ApplicationId,
    pub(in crate::objections) application_status: ApplicationStatus,
    pub(in crate::objections) outcome: Outcome,
    pub(in crate::objections) signed_on: NaiveDate,
    /// Whether no later decision was signed.
    pub(in crate::objections) last: bool,
}

/// Reads a signed decision.
pub(in crate::objections) async fn decision(
    conn: &mut Conn,
    exporter: ExporterId,
    id: DecisionId,
) -> sqlx::Result<Option<DecisionRow>> {
    sqlx::query_as!(
        DecisionRow,
        r#"select d.application_id as "application_id: ApplicationId", a.status as "application_status: ApplicationStatus",
                  d.outcome as "outcome: Outcome", (d.countersigned_at at time zone 'UTC')::date as "signed_on!",
                  not exists (select from decisions s where s.application_id = d.application_id and s.number > d.number
                                 and s.status = 'countersigned') as "last!"
             from decisions d join applications a on a.id = d.application_id
            where d.id = $1 and a.exporter_id = $2 and d.status = 'countersigned'"#,
        id.0,
        exporter.0,
    )
    .fetch_optional(conn)
    .await
}

/// A revocation proceeding with its license.
pub(in crate::objections) struct RevocationRow {
    pub(in crate::objections) status: RevocationStatus,
    pub(in crate::objections) license_id: LicenseId,
    pub(in crate::objections) license_status: LicenseStatus,
    /// The day of its last step, which is the order where it was ordered.
    pub(in crate::objections) ordered_on: NaiveDate,
}

/// Reads a revocation proceeding.
pub(in crate::objections) async fn revocation(
    conn: &mut Conn,
    exporter: ExporterId,
    id: RevocationId,
) -> sqlx::Result<Option<RevocationRow>> {
    sqlx::query_as!(
        RevocationRow,
        r#"select r.status as "status: RevocationStatus", r.license_id as "license_id: LicenseId",
                  l.status as "license_status: LicenseStatus", (r.updated_at at time zone 'UTC')::date as "ordered_on!"
             from revocations r join licenses l on l.id = r.license_id
            where r.id = $1 and r.exporter_id = $2"#,
        id.0,
        exporter.0,
    )
    .fetch_optional(conn)
    .await
}

/// A freeze with its license.
pub(in crate::objections) struct FreezeRow {
    pub(in crate::objections) id: Uuid,
    pub(in crate::objections) source: FreezeSource,
    pub(in crate::objections) frozen_on: NaiveDate,
    pub(in crate::objections) lifted: bool,
    pub(in crate::objections) license_status: LicenseStatus,
    pub(in crate::objections) valid_until: NaiveDate,
}

/// Reads a freeze.
pub(in crate::objections) async fn freeze(
    conn: &mut Conn,
    exporter: ExporterId,
    license: LicenseId,
    number: i32,
) -> sqlx::Result<Option<FreezeRow>> {
    sqlx::query_as!(
        FreezeRow,
        r#"select f.id, f.source as "source: FreezeSource", (f.frozen_at at time zone 'UTC')::date as "frozen_on!",
                  f.lifted_at is not null as "lifted!", l.status as "license_status: LicenseStatus", l.valid_until
             from license_freezes f join licenses l on l.id = f.license_id
            where f.license_id = $1 and f.number = $2 and l.exporter_id = $3"#,
        license.0,
        number,
        exporter.0,
    )
    .fetch_optional(conn)
    .await
}
