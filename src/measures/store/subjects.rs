//! Licenses and applications as scopes see them.

use crate::db::Conn;
use sqlx::types::Json;
use uuid::Uuid;

use crate::rules::application::Kind;
use crate::rules::end_user::EndUserKind;
use crate::rules::product::{ProductClass, SecurityClassification, TechnologyTag};
use crate::rules::scope::{Goods, Subject};
use crate::rules::values::{ControlCode, Territory};

/// A line as it is read.
#[derive(serde::Deserialize)]
struct Line {
    #[serde(rename = "line")]
    number: i32,
    codes: Option<Vec<ControlCode>>,
    class: Option<ProductClass>,
    security: Option<SecurityClassification>,
    tags: Option<Vec<TechnologyTag>>,
}

struct Row {
    id: Uuid,
    kind: Kind,
    exporter_id: Option<Uuid>,
    end_user_id: Option<Uuid>,
    end_user_kind: Option<EndUserKind>,
    destinations: Vec<Territory>,
    lines: Json<Vec<Line>>,
}

impl From<Row> for (Uuid, Subject) {
    fn from(row: Row) -> Self {
        let goods = |line: Line| Goods {
            line: line.number,
            codes: line.codes.unwrap_or_default(),
            class: line.class,
            security: line.security,
            tags: line.tags.unwrap_or_default(),
        };
        let subject = Subject {
            kind: row.kind,
            exporter: row.exporter_id,
            end_user: row.end_user_id,
            end_user_kind: row.end_user_kind,
            destinations: row.destinations,
            lines: row.lines.0.into_iter().map(goods).collect(),
        };
        (row.id, subject)
    }
}

/// Licenses as scopes see them, in the order of their identifiers.
pub async fn licenses(conn: &mut Conn, ids: &[Uuid]) -> sqlx::Result<Vec<(Uuid, Subject)>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select h.id, h.kind as "kind: Kind", h.exporter_id, h.end_user_id, u.kind as "end_user_kind?: EndUserKind",
                  h.destinations as "destinations: Vec<Territory>",
                  (select coalesce(jsonb_agg(jsonb_build_object(
                              'line', n.line, 'codes', n.control_codes, 'class', c.product_class,
                              'security', c.security_classification, 'tags', c.technology_tags) order by n.line), '[]')
                     from license_lines n
                     left join product_classifications c on c.product_id = n.product_id
                          and c.classification_version = n.classification_version
                    where n.license_id = h.id) as "lines!: Json<Vec<Line>>"
             from licenses h left join end_users u on u.id = h.end_user_id
            where h.id = any($1) order by h.id"#,
        ids,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// One application as scopes see it.
pub async fn application(conn: &mut Conn, id: Uuid) -> sqlx::Result<Option<Subject>> {
    Ok(applications(conn, &[id]).await?.pop().map(|(_, subject)| subject))
}

/// Applications as scopes see them, in the order of their identifiers; a line that pins no classification yet is read in
/// the product's version now.
pub async fn applications(conn: &mut Conn, ids: &[Uuid]) -> sqlx::Result<Vec<(Uuid, Subject)>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select h.id, h.kind as "kind: Kind", h.exporter_id, h.end_user_id, u.kind as "end_user_kind?: EndUserKind",
                  array[h.destination] as "destinations!: Vec<Territory>",
                  (select coalesce(jsonb_agg(jsonb_build_object(
                              'line', n.line, 'codes', c.control_codes, 'class', c.product_class,
                              'security', c.security_classification, 'tags', c.technology_tags) order by n.line), '[]')
                     from application_lines n
                     join products p on p.id = n.product_id
                     left join product_classifications c on c.product_id = n.product_id
                          and c.classification_version = coalesce(n.classification_version, p.classification_version)
                    where n.application_id = h.id) as "lines!: Json<Vec<Line>>"
             from applications h left join end_users u on u.id = h.end_user_id
            where h.id = any($1) order by h.id"#,
        ids,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}
