//! The statements of the country view.

use crate::db::Conn;
use chrono::NaiveDate;

use super::model::{ApplicationCount, CurrencyValue, LicenseCount, YearActs};
use crate::rules::application::{self, Kind};
use crate::rules::license;
use crate::rules::values::Country;

/// The open applications for a country.
pub(super) async fn open_applications(
    conn: &mut Conn,
    country: Country,
) -> sqlx::Result<Vec<ApplicationCount>> {
    sqlx::query_as!(
        ApplicationCount,
        r#"select status as "status: application::Status", kind as "kind: Kind", count(*) as "count!"
             from applications
            where destination = $1
              and status in ('draft', 'submitted', 'returned', 'in_review', 'information_requested', 'referred')
            group by status, kind order by status, kind"#,
        country.as_str(),
    )
    .fetch_all(conn)
    .await
}

/// The licenses in force that name a country.
pub(super) async fn licenses_in_force(
    conn: &mut Conn,
    country: Country,
    today: NaiveDate,
) -> sqlx::Result<Vec<LicenseCount>> {
    sqlx::query_as!(
        LicenseCount,
        r#"select kind as "kind: Kind", status as "status: license::Status", count(*) as "count!"
             from licenses
            where destinations @> array[$1] and status in ('active', 'frozen') and valid_until >= $2
            group by kind, status order by kind, status"#,
        country.as_str(),
        today,
    )
    .fetch_all(conn)
    .await
}

/// What the licenses in force that name a country are worth.
pub(super) async fn value_in_force(
    conn: &mut Conn,
    country: Country,
    today: NaiveDate,
) -> sqlx::Result<Vec<CurrencyValue>> {
    sqlx::query_as!(
        CurrencyValue,
        r#"select n.currency as "currency!", sum(n.value)::text as "value!"
             from licenses l join license_lines n on n.license_id = l.id
            where l.destinations @> array[$1] and l.status in ('active', 'frozen') and l.valid_until >= $2
              and n.currency is not null
            group by n.currency order by n.currency"#,
        country.as_str(),
        today,
    )
    .fetch_all(conn)
    .await
}

/// The acts since the first day of a year on applications and licenses that name a country.
pub(super) async fn acts(conn: &mut Conn, country: Country, first: NaiveDate) -> sqlx::Result<YearActs> {
    sqlx::query_as!(
        YearActs,
        r#"with steps as (
               select h.action, h.from_status
                 from applications a join history h on h.subject_id = a.id
                where a.destination = $1 and h.life_cycle = 'application'
                  and h.at >= $2::date::timestamp at time zone 'UTC'
               union all
               select h.action, h.from_status
                 from licenses l join history h on h.subject_id = l.id
                where l.destinations @> array[$1] and h.life_cycle = 'license'
                  and h.at >= $2::date::timestamp at time zone 'UTC')
           select extract(year from $2::date)::integer as "year!",
                  count(*) filter (where action = 'submit' and from_status = 'draft') as "applications_filed!",
                  count(*) filter (where action in ('grant', 'grant_in_part')) as "applications_granted!",
                  count(*) filter (where action = 'refuse') as "applications_refused!",
                  count(*) filter (where action = 'issue') as "licenses_issued!",
                  count(*) filter (where action = 'freeze') as "licenses_frozen!",
                  count(*) filter (where action = 'unfreeze') as "licenses_thawed!",
                  count(*) filter (where action = 'revoke') as "licenses_revoked!"
             from steps"#,
        country.as_str(),
        first,
    )
    .fetch_one(conn)
    .await
}
