//! What a template version leaves uncovered, each with what is lacking and whether the version before is still admitted.

use crate::db::Conn;
use chrono::NaiveDate;
use uuid::Uuid;

use super::model::{
    UncoveredApplication, UncoveredApplicationFilter, UncoveredLicense, UncoveredLicenseFilter,
};
use super::store::facts::{Record, filings, record};
use super::store::{self, ApplicationRow, LicenseRow, Version};
use crate::act::Act;
use crate::http::Problem;
use crate::page::{Page, Paging};
use crate::rules::cover::{Cover, Lack, admits_application, of_application};

/// One page of the licenses.
pub(super) async fn licenses(
    conn: &mut Conn,
    act: &Act,
    version: &Version,
    filter: &UncoveredLicenseFilter,
    paging: Paging,
) -> Result<Page<UncoveredLicense>, Problem> {
    let page = store::licenses(conn, act, version, filter, paging).await?;
    let ids: Vec<Uuid> = page.items.iter().map(|row| row.id.0).collect();
    let record = record(conn, act, &ids).await?;
    Ok(page.map(|row| license(row, version, &record)))
}

/// These licenses, the newest first.
pub(super) async fn of_ids(
    conn: &mut Conn,
    act: &Act,
    version: &Version,
    ids: &[Uuid],
) -> Result<Vec<UncoveredLicense>, Problem> {
    let rows = store::license_rows(conn, ids).await?;
    let record = record(conn, act, ids).await?;
    Ok(rows.into_iter().map(|row| license(row, version, &record)).collect())
}

fn license(row: LicenseRow, version: &Version, record: &Record) -> UncoveredLicense {
    let lack = lacking(record.cover(row.id.0, version));
    let admitted = record.admits(row.id.0, version);
    UncoveredLicense {
        id: row.id,
        reference: row.reference,
        source_number: row.source_number,
        status: row.status,
        exporter: row.exporter,
        end_user: row.end_user,
        destinations: row.destinations,
        valid_until: row.valid_until,
        lack,
        says: lack.says(),
        admitted,
        admitted_until: until(version, admitted),
    }
}

/// What is lacking. The condition in SQL is the mirror of the rule, so nothing else is listed.
fn lacking(cover: Cover) -> Lack {
    match cover {
        Cover::Lacks(lack) => lack,
        Cover::Covered | Cover::NotConcerned(_) => Lack::ParticularsUnknown,
    }
}

fn until(version: &Version, admitted: bool) -> Option<NaiveDate> {
    version.transition.until.filter(|_| admitted)
}

/// One page of the applications.
pub(super) async fn applications(
    conn: &mut Conn,
    act: &Act,
    version: &Version,
    filter: &UncoveredApplicationFilter,
    paging: Paging,
) -> Result<Page<UncoveredApplication>, Problem> {
    let page = store::applications(conn, act, version, filter, paging).await?;
    let ids: Vec<Uuid> = page.items.iter().map(|row| row.id.0).collect();
    let filings = filings(conn, act, &ids).await?;
    Ok(page.map(|row: ApplicationRow| {
        let filing = filings.get(&row.id.0);
        let lack =
            filing.map_or(Lack::ParticularsUnknown, |filing| lacking(of_application(filing, version.facts)));
        let admitted = filing.is_some_and(|filing| {
            admits_application(filing, (version.facts.class, version.transition), act.today())
        });
        UncoveredApplication {
            id: row.id,
            reference: row.reference,
            status: row.status,
            exporter: row.exporter,
            end_user: row.end_user,
            destination: row.destination,
            declaration: row.declaration,
            lack,
            says: lack.says(),
            admitted,
            admitted_until: until(version, admitted),
        }
    }))
}
