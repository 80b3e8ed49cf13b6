//! The statements that tell the gate what it judges.

use crate::db::Conn;
use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::act::Act;
use crate::ids::{ApplicationId, EndUserId, ExporterId, LicenseId};
use crate::rules::application::{Body, Kind, Purpose, Stance, Status};
use crate::rules::end_user::EndUserKind;
use crate::rules::gate::{LikeRefusal, PositionFacts, PredecessorFacts};
use crate::rules::product::{ProductClass, Status as ProductStatus};
use crate::rules::values::{ControlCode, Country};
use crate::rules::{exporter, license};

/// The application with its parties, in one row.
pub(in crate::applications) struct CaseRow {
    pub(in crate::applications) status: Status,
    pub(in crate::applications) kind: Kind,
    pub(in crate::applications) purpose: Purpose,
    pub(in crate::applications) filed_at: Option<DateTime<Utc>>,
    pub(in crate::applications) destination: Country,
    pub(in crate::applications) exporter_id: Uuid,
    pub(in crate::applications) predecessor_id: Option<Uuid>,
    pub(in crate::applications) declaration_id: Option<Uuid>,
    pub(in crate::applications) proposed_conditions: Vec<String>,
    pub(in crate::applications) exporter_reference: String,
    pub(in crate::applications) exporter_status: exporter::Status,
    pub(in crate::applications) registered_until: Option<NaiveDate>,
    pub(in crate::applications) end_user_reference: Option<String>,
    pub(in crate::applications) end_user_kind: Option<EndUserKind>,
    pub(in crate::applications) end_user_country: Option<Country>,
}

/// Reads the application with its parties.
pub(in crate::applications) async fn case(conn: &mut Conn, id: ApplicationId) -> sqlx::Result<CaseRow> {
    sqlx::query_as!(
        CaseRow,
        r#"select a.status as "status: Status", a.kind as "kind: Kind", a.purpose as "purpose: Purpose", a.filed_at,
                  a.destination as "destination: Country", a.exporter_id, a.predecessor_id, a.declaration_id, a.proposed_conditions,
                  e.reference as exporter_reference, e.status as "exporter_status: exporter::Status", e.registered_until,
                  u.reference as "end_user_reference?", u.kind as "end_user_kind?: EndUserKind",
                  u.country as "end_user_country?: Country"
             from applications a
             join exporters e on e.id = a.exporter_id
             left join end_users u on u.id = a.end_user_id
            where a.id = $1"#,
        id.0,
    )
    .fetch_one(conn)
    .await
}

/// One line with its product, its cover and what was declared.
pub(in crate::applications) struct LineRow {
    pub(in crate::applications) line: i32,
    pub(in crate::applications) product_id: Uuid,
    pub(in crate::applications) product: String,
    pub(in crate::applications) owned: bool,
    pub(in crate::applications) status: ProductStatus,
    pub(in crate::applications) class: Option<ProductClass>,
    pub(in crate::applications) pinned: Option<i32>,
    pub(in crate::applications) current: Option<i32>,
    pub(in crate::applications) quantity: Option<Decimal>,
    pub(in crate::applications) value: Option<Decimal>,
    pub(in crate::applications) declared: Option<Decimal>,
    pub(in crate::applications) covered_by: Option<String>,
}

/// Reads the lines. Only an export is covered by a marketing license.
pub(in crate::applications) async fn lines(
    conn: &mut Conn,
    act: &Act,
    id: ApplicationId,
) -> sqlx::Result<Vec<LineRow>> {
    sqlx::query_as!(
        LineRow,
        r#"select l.line, l.product_id, p.reference as product, p.exporter_id = a.exporter_id as "owned!",
                  p.status as "status: ProductStatus", c.product_class as "class?: ProductClass",
                  l.classification_version as pinned, p.classification_version as current, l.quantity, l.value,
                  (select d.quantity from declaration_items d
                    where d.declaration_id = a.declaration_id and d.product_id = l.product_id
                      and d.unit is not distinct from l.unit) as declared,
                  case when a.kind = 'export'
                       then marketing_cover(a.exporter_id, l.product_id, a.destination, a.end_user_id, $2) end as covered_by
             from application_lines l
             join applications a on a.id = l.application_id
             join products p on p.id = l.product_id
             left join product_classifications c
                    on c.product_id = l.product_id and c.classification_version = l.classification_version
            where l.application_id = $1
            order by l.line"#,
        id.0,
        act.today(),
    )
    .fetch_all(conn)
    .await
}

/// The positions given on the conditions as they stand.
pub(in crate::applications) async fn positions(
    conn: &mut Conn,
    id: ApplicationId,
) -> sqlx::Result<Vec<PositionFacts>> {
    sqlx::query_as!(
        PositionFacts,
        r#"select t.body as "body: Body", t.stance as "stance: Stance"
             from application_positions t join applications a on a.id = t.application_id and a.round = t.round
            where t.application_id = $1 order by t.recorded_at, t.body"#,
        id.0,
    )
    .fetch_all(conn)
    .await
}

/// The latest refusal of a like transaction since a day, other than of the application itself.
pub(in crate::applications) async fn like_refusal(
    conn: &mut Conn,
    like: &Like<'_>,
    since: NaiveDate,
) -> sqlx::Result<Option<LikeRefusal>> {
    let codes: Vec<String> = like.codes.iter().map(ToString::to_string).collect();
    sqlx::query_as!(
        LikeRefusal,
        r#"select reference as "reference!", (refused_at at time zone 'UTC')::date as "refused_on!"
             from like_refusals($1, $2, $3, $4, $5, null, $6) order by refused_at desc, decision_id limit 1"#,
        like.kind.name(),
        like.destination.as_str(),
        like.end_user.map(Uuid::from),
        &codes,
        since,
        like.but.map(Uuid::from),
    )
    .fetch_optional(conn)
    .await
}

/// What makes a transaction like another: kind, destination and end user are the same, and a control code is.
pub(in crate::applications) struct Like<'l> {
    pub(in crate::applications) kind: Kind,
    pub(in crate::applications) destination: Country,
    pub(in crate::applications) end_user: Option<EndUserId>,
    pub(in crate::applications) codes: Vec<&'l ControlCode>,
    /// The application that is compared, where it is on file.
    pub(in crate::applications) but: Option<ApplicationId>,
}

/// The license to be continued, as it stands.
struct PredecessorRow {
    reference: String,
    status: license::Status,
    valid_until: NaiveDate,
    held: bool,
    same_case: bool,
}

/// The license that a renewal or an amendment continues, on a day.
pub async fn predecessor(
    conn: &mut Conn,
    id: LicenseId,
    (exporter, kind, destination): (ExporterId, Kind, Country),
    today: NaiveDate,
) -> sqlx::Result<Option<PredecessorFacts>> {
    let found = sqlx::query_as!(
        PredecessorRow,
        r#"select l.reference, l.status as "status: license::Status", l.valid_until,
                  not exists (select from license_lines n
                               where n.license_id = l.id
                                 and not exists (select from license_freezes f
                                                  where f.license_id = l.id and f.lifted_at is null
                                                    and (f.lines is null or n.line = any (f.lines)))) as "held!",
                  coalesce(l.exporter_id = $2 and l.kind = $3 and $4 = any (l.destinations), false) as "same_case!"
             from licenses l where l.id = $1"#,
        id.0,
        exporter.0,
        kind.name(),
        destination.as_str(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(found.map(|row| {
        let status = row.status.on(today, row.valid_until);
        // The end of the term does not lift a freeze, nor is one of every line less than one of the whole: what is frozen is
        // not renewed behind it.
        let held = matches!(status, license::Status::Active | license::Status::Expired) && row.held;
        let status = if held { license::Status::Frozen } else { status };
        PredecessorFacts { reference: row.reference, status, same_case: row.same_case }
    }))
}
