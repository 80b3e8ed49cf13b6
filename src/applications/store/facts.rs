//! The statements that tell the gate what it judges.

use crate::db::Conn;
use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::act::Act;
use crate::ids::ApplicationId;
use crate::rules::application::{Body, Kind, Purpose, Stance, Status};
use crate::rules::end_user::EndUserKind;
use crate::rules::gate::{LikeRefusal, PositionFacts};
use crate::rules::product::{ProductClass, Status as ProductStatus};
use crate::rules::values::Country;
use crate::rules::{exporter, license};

/// The application with its parties, in one row.
pub(in crate::applications) struct CaseRow {
    pub(in crate::applications) status: Status,
    pub(in crate::applications) kind: Kind,
    pub(in crate::applications) purpose: Purpose,
    pub(in crate::applications) filed_at: Option<DateTime<Utc>>,
    pub(in crate::applications) destination: Country,
    pub(in crate::applications) declaration_id: Option<Uuid>,
    pub(in crate::applications) end_user_id: Option<Uuid>,
    pub(in crate::applications) proposed_conditions: Vec<String>,
    pub(in crate::applications) exporter_id: Uuid,
    pub(in crate::applications) exporter_reference: String,
    pub(in crate::applications) exporter_status: exporter::Status,
    pub(in crate::applications) registered_until: Option<NaiveDate>,
    pub(in crate::applications) end_user_reference: Option<String>,
    pub(in crate::applications) end_user_kind: Option<EndUserKind>,
    pub(in crate::applications) end_user_country: Option<Country>,
    pub(in crate::applications) predecessor_reference: Option<String>,
    pub(in crate::applications) predecessor_status: Option<license::Status>,
    pub(in crate::applications) predecessor_until: Option<NaiveDate>,
    pub(in crate::applications) predecessor_held: bool,
    pub(in crate::applications) predecessor_same_case: Option<bool>,
}

/// Reads the application with its parties.
pub(in crate::applications) async fn case(conn: &mut Conn, id: ApplicationId) -> sqlx::Result<CaseRow> {
    sqlx::query_as!(
        CaseRow,
        r#"select a.status as "status: Status", a.kind as "kind: Kind", a.purpose as "purpose: Purpose", a.filed_at,
                  a.destination as "destination: Country", a.declaration_id, a.end_user_id, a.proposed_conditions,
                  a.exporter_id, e.reference as exporter_reference, e.status as "exporter_status: exporter::Status", e.registered_until,
                  u.reference as "end_user_reference?", u.kind as "end_user_kind?: EndUserKind",
                  u.country as "end_user_country?: Country", l.reference as "predecessor_reference?",
                  l.status as "predecessor_status?: license::Status", l.valid_until as "predecessor_until?",
                  exists (select from license_freezes f where f.license_id = l.id and f.lifted_at is null
                             and f.lines is null) as "predecessor_held!",
                  l.exporter_id = a.exporter_id and l.kind = a.kind and a.destination = any (l.destinations)
                      as predecessor_same_case
             from applications a
             join exporters e on e.id = a.exporter_id
             left join end_users u on u.id = a.end_user_id
             left join licenses l on l.id = a.predecessor_id
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

/// Reads the lines. A marketing license covers a line when it is active and in term for the same exporter, product,
/// destination and end user (or names no end user), and no freeze of that line is in force.
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
                  (select m.reference from license_lines ml join licenses m on m.id = ml.license_id
                    where a.kind = 'export' and ml.product_id = l.product_id and m.kind = 'marketing'
                      and m.exporter_id = a.exporter_id and m.status = 'active' and m.valid_until >= $2
                      and m.destinations @> array[a.destination]
                      and (m.end_user_id is null or m.end_user_id = a.end_user_id)
                      and not exists (select from license_freezes f where f.license_id = m.id and f.lifted_at is null
                                         and (f.lines is null or ml.line = any (f.lines)))
                    order by m.valid_until desc, m.id limit 1) as covered_by
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

/// The latest refusal of a like transaction since a day: the same destination and end user, a control code in common.
pub(in crate::applications) async fn like_refusal(
    conn: &mut Conn,
    id: ApplicationId,
    since: NaiveDate,
) -> sqlx::Result<Option<LikeRefusal>> {
    sqlx::query_as!(
        LikeRefusal,
        r#"select o.reference, (d.countersigned_at at time zone 'UTC')::date as "refused_on!"
             from applications a
             join applications o on o.destination = a.destination and o.kind = a.kind and o.id <> a.id
                                and o.end_user_id is not distinct from a.end_user_id and o.status = 'refused'
             join decisions d on d.application_id = o.id and d.status = 'countersigned' and d.outcome = 'refuse'
            where a.id = $1 and d.countersigned_at >= $2::date::timestamp at time zone 'UTC'
              and exists (
                  select from application_lines la
                    join product_classifications ca
                      on ca.product_id = la.product_id and ca.classification_version = la.classification_version
                    join application_lines lo on lo.application_id = o.id
                    join product_classifications co
                      on co.product_id = lo.product_id and co.classification_version = lo.classification_version
                   where la.application_id = a.id and ca.control_codes && co.control_codes)
            order by d.countersigned_at desc, d.id limit 1"#,
        id.0,
        since,
    )
    .fetch_optional(conn)
    .await
}
