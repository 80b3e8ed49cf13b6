//! The statements of like transactions.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::db::Conn;
use crate::ids::{ApplicationId, EndUserId, ExporterId};
use crate::rules::application::{Kind, Outcome, Purpose};
use crate::rules::product::ProductClass;
use crate::rules::values::{ControlCode, Country};

/// A decided application that may be like another, with its last signed decision.
pub(in crate::applications) struct DecidedRow {
    pub(in crate::applications) id: ApplicationId,
    pub(in crate::applications) reference: String,
    pub(in crate::applications) kind: Kind,
    pub(in crate::applications) purpose: Purpose,
    pub(in crate::applications) exporter_id: ExporterId,
    pub(in crate::applications) destination: Country,
    pub(in crate::applications) end_user_id: Option<EndUserId>,
    pub(in crate::applications) classes: Vec<ProductClass>,
    pub(in crate::applications) codes: Vec<ControlCode>,
    pub(in crate::applications) number: i32,
    pub(in crate::applications) outcome: Outcome,
    pub(in crate::applications) decided_at: DateTime<Utc>,
    pub(in crate::applications) reasons: String,
    pub(in crate::applications) departure: Option<String>,
    /// Whether the gate refers the application that is compared on account of this one.
    pub(in crate::applications) refers: bool,
}

/// Decided applications that may be like one: those that the gate refers on, and of those for the same end user, to the
/// same destination, of the same entries of the control lists, or of both, the newest 200 each.
pub(in crate::applications) async fn decided(
    conn: &mut Conn,
    to: ApplicationId,
    heads: &[String],
    codes: &[String],
    since: NaiveDate,
) -> sqlx::Result<Vec<DecidedRow>> {
    sqlx::query_as!(
        DecidedRow,
        r#"with mine as (select id, kind, destination, end_user_id from applications where id = $1),
           goods as materialized (
               select distinct l.application_id as id
                 from product_classifications c
                 join application_lines l
                   on l.product_id = c.product_id and l.classification_version = c.classification_version
                where c.control_prefixes && $2),
           refused as materialized (
               select r.application_id as id
                 from mine m cross join lateral
                      like_refusals(m.kind, m.destination, m.end_user_id, $3, $4, null, m.id) r),
           picked as (
               select id from refused
               union
               (select o.id from mine m join applications o on o.end_user_id = m.end_user_id
                 where o.status in ('granted', 'granted_in_part', 'refused') order by o.id desc limit 200)
               union
               (select o.id from mine m join applications o on o.destination = m.destination
                 where o.status in ('granted', 'granted_in_part', 'refused') order by o.id desc limit 200)
               union
               (select o.id from goods g join applications o on o.id = g.id
                 where o.status in ('granted', 'granted_in_part', 'refused') order by o.id desc limit 200)
               union
               (select o.id from mine m join applications o on o.destination = m.destination join goods g on g.id = o.id
                 where o.status in ('granted', 'granted_in_part', 'refused') order by o.id desc limit 200))
           select o.id as "id: ApplicationId", o.reference, o.kind as "kind: Kind", o.purpose as "purpose: Purpose",
                  o.exporter_id as "exporter_id: ExporterId", o.destination as "destination: Country",
                  o.end_user_id as "end_user_id: EndUserId",
                  (select coalesce(array_agg(distinct c.product_class), '{}')
                     from application_lines l
                     join product_classifications c
                       on c.product_id = l.product_id and c.classification_version = l.classification_version
                    where l.application_id = o.id) as "classes!: Vec<ProductClass>",
                  filed_codes(o.id) as "codes!: Vec<ControlCode>", d.number, d.outcome as "outcome: Outcome",
                  d.countersigned_at as "decided_at!", d.reasons, d.departure,
                  exists (select from refused r where r.id = o.id) as "refers!"
             from picked p
             join applications o on o.id = p.id and o.id <> $1
             join lateral (select * from decisions d where d.application_id = o.id and d.status = 'countersigned'
                            order by d.countersigned_at desc limit 1) d on true"#,
        to.0,
        heads,
        codes,
        since,
    )
    .fetch_all(conn)
    .await
}

/// The goods of an application that is compared.
pub(in crate::applications) struct Goods {
    pub(in crate::applications) classes: Vec<ProductClass>,
    pub(in crate::applications) codes: Vec<ControlCode>,
}

/// The goods of an application, by the classifications that it pinned, or where it is not filed by those in force.
pub(in crate::applications) async fn goods(conn: &mut Conn, id: Uuid) -> sqlx::Result<Goods> {
    sqlx::query_as!(
        Goods,
        r#"select coalesce(array_agg(distinct c.product_class), '{}') as "classes!: Vec<ProductClass>",
                  coalesce(array_agg(distinct code), '{}') as "codes!: Vec<ControlCode>"
             from application_lines l
             join products p on p.id = l.product_id
             join product_classifications c on c.product_id = l.product_id
                  and c.classification_version = coalesce(l.classification_version, p.classification_version)
            cross join unnest(c.control_codes) as code
            where l.application_id = $1"#,
        id,
    )
    .fetch_one(conn)
    .await
}
