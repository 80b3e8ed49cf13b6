//! The statements of lists of licenses in a preview.

use std::collections::BTreeMap;

use crate::db::Conn;
use chrono::NaiveDate;
use sqlx::types::Json;
use uuid::Uuid;

/// A license of a preview, as it is on file.
#[derive(sqlx::FromRow)]
pub(in crate::enforcement) struct Row {
    pub(in crate::enforcement) id: Uuid,
    pub(in crate::enforcement) reference: String,
    pub(in crate::enforcement) source_number: Option<String>,
    pub(in crate::enforcement) status: String,
    pub(in crate::enforcement) kind: String,
    pub(in crate::enforcement) exporter: Option<String>,
    pub(in crate::enforcement) destinations: Vec<String>,
    pub(in crate::enforcement) control_codes: Vec<String>,
    pub(in crate::enforcement) value: Json<BTreeMap<String, String>>,
    pub(in crate::enforcement) valid_until: NaiveDate,
}

/// Reads licenses, in the order of their identifiers.
pub(in crate::enforcement) async fn rows(conn: &mut Conn, ids: &[Uuid]) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as(
        "select l.id, l.reference, l.source_number, l.status, l.kind, e.reference as exporter, l.destinations,
                l.valid_until,
                array(select distinct code from license_lines n, unnest(n.control_codes) code
                       where n.license_id = l.id order by code) as control_codes,
                (select coalesce(jsonb_object_agg(v.currency, v.value), '{}')
                   from (select n.currency, sum(n.value)::text as value from license_lines n
                          where n.license_id = l.id and n.value is not null group by n.currency) v) as value
           from licenses l left join exporters e on e.id = l.exporter_id
          where l.id = any($1) order by l.id",
    )
    .bind(ids)
    .fetch_all(conn)
    .await
}

/// Those of the first that are not among the second: the first 200, and how many.
pub(in crate::enforcement) fn missing(of: &[Uuid], among: &[Uuid]) -> (Vec<Uuid>, i64) {
    let missing: Vec<Uuid> = of.iter().filter(|id| among.binary_search(id).is_err()).copied().collect();
    let count = i64::try_from(missing.len()).unwrap_or(i64::MAX);
    (missing.into_iter().take(200).collect(), count)
}
