//! The statements of the uses of exemptions.

use chrono::NaiveDate;
use uuid::Uuid;

use crate::act::{Act, Actor};
use crate::db::Conn;
use crate::exemptions::model::{ExemptionUse, UseFilter};
use crate::ids::{ApplicationId, ExemptionId, LicenseId};
use crate::page::{Listing, Page, Paging};

/// An exemption that a license comes to rest on.
pub(in crate::exemptions) struct Used {
    pub(in crate::exemptions) id: ExemptionId,
    pub(in crate::exemptions) conditions: Vec<String>,
}

/// The exemption with a human reference.
pub(in crate::exemptions) async fn of_reference(
    conn: &mut Conn,
    reference: &str,
) -> sqlx::Result<Option<Used>> {
    sqlx::query_as!(
        Used,
        r#"select id as "id: ExemptionId", conditions from exemptions where reference = $1"#,
        reference
    )
    .fetch_optional(conn)
    .await
}

/// Inserts a use for each line of a license.
pub(in crate::exemptions) async fn insert(
    conn: &mut Conn,
    act: &Act,
    (license, application): (LicenseId, ApplicationId),
    used: &Used,
    lines: &[i32],
) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = lines.iter().map(|_| act.new_id()).collect();
    sqlx::query!(
        "insert into exemption_uses (id, exemption_id, license_id, line, application_id, conditions, used_at)
         select t.id, $3, $4, t.line, $5, $6, $7 from unnest($1::uuid[], $2::integer[]) as t (id, line)",
        &ids,
        lines,
        used.id.0,
        license.0,
        application.0,
        &used.conditions,
        act.at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// One page of uses.
pub(in crate::exemptions) async fn list(
    conn: &mut Conn,
    actor: &Actor,
    filter: UseFilter,
    paging: Paging,
) -> sqlx::Result<Page<ExemptionUse>> {
    let (from, to): (Option<NaiveDate>, Option<NaiveDate>) = (filter.used_from, filter.used_to);
    Listing::new(
        "select u.id, u.exemption_id, e.reference as exemption, u.license_id, l.reference as license, u.line,
                u.application_id, u.conditions, u.used_at
           from exemption_uses u join exemptions e on e.id = u.exemption_id join licenses l on l.id = u.license_id
          where true",
        "u.id",
    )
    .filter("l.exporter_id = ?", actor.sees_only())
    .filter("l.exporter_id = ?", filter.exporter_id)
    .filter("u.exemption_id = ?", filter.exemption_id)
    .filter("u.license_id = ?", filter.license_id)
    .filter("u.used_at >= ?::date::timestamp at time zone 'UTC'", from)
    .filter("u.used_at < (?::date + 1)::timestamp at time zone 'UTC'", to)
    .page(conn, paging)
    .await
}
