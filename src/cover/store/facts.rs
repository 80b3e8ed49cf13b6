//! Licenses, applications and declarations as the rules of cover see them.

use std::collections::HashMap;

use crate::db::Conn;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use sqlx::types::Json;
use uuid::Uuid;

use super::Version;
use crate::act::Act;
use crate::rules::application::Kind;
use crate::rules::cover::{self, Cover, Filing, Holding, Item, Line, Signed};
use crate::rules::gate::TemplateFacts;
use crate::rules::product::ProductClass;
use crate::rules::values::Unit;
use crate::rules::{declaration, license};

/// A line as it is read; a unit of an imported line may be any text.
#[derive(Debug, serde::Deserialize)]
struct RawLine {
    product: Option<Uuid>,
    class: Option<ProductClass>,
    remaining: Option<Decimal>,
    unit: Option<String>,
}

#[derive(Debug, serde::Deserialize)]
struct RawItem {
    product: Uuid,
    quantity: Decimal,
    unit: Unit,
}

/// Licenses with the declarations of their exporters and end users.
#[derive(Debug)]
pub struct Record {
    holdings: HashMap<Uuid, Holding>,
    signed: HashMap<(Uuid, Uuid), Vec<Signed>>,
    today: NaiveDate,
}

impl Record {
    /// How a license stands to a version; what is not on file lacks everything.
    pub fn cover(&self, license: Uuid, version: &Version) -> Cover {
        let Some(holding) = self.holdings.get(&license) else {
            return Cover::Lacks(cover::Lack::ParticularsUnknown);
        };
        cover::of_license(holding, version.facts, self.signed(holding))
    }

    /// Whether the transition of a version still admits the version before for a license.
    pub fn admits(&self, license: Uuid, version: &Version) -> bool {
        self.holdings.get(&license).is_some_and(|holding| {
            let transition = (version.facts.class, version.transition);
            cover::admits_license(holding, transition, self.signed(holding), self.today)
        })
    }

    fn signed(&self, holding: &Holding) -> &[Signed] {
        let parties = holding.exporter.zip(holding.end_user);
        parties.and_then(|parties| self.signed.get(&parties)).map_or(&[], Vec::as_slice)
    }
}

/// Reads licenses with the declarations of their exporters and end users.
pub async fn record(conn: &mut Conn, act: &Act, ids: &[Uuid]) -> sqlx::Result<Record> {
    let today = act.today();
    let holdings = holdings(conn, today, ids).await?;
    let mut parties: Vec<_> =
        holdings.values().filter_map(|holding| holding.exporter.zip(holding.end_user)).collect();
    parties.sort_unstable();
    parties.dedup();
    let mut signed: HashMap<_, Vec<Signed>> = HashMap::new();
    for one in declarations(conn, today, parties).await? {
        signed.entry((one.exporter, one.end_user)).or_default().push(one);
    }
    Ok(Record { holdings, signed, today })
}

async fn holdings(conn: &mut Conn, today: NaiveDate, ids: &[Uuid]) -> sqlx::Result<HashMap<Uuid, Holding>> {
    let rows = sqlx::query!(
        r#"select l.id, l.kind as "kind: Kind", l.status as "status: license::Status", l.valid_until, l.exporter_id,
                  l.end_user_id, l.application_id,
                  (select coalesce(jsonb_agg(jsonb_build_object(
                              'product', n.product_id, 'class', c.product_class,
                              'remaining', (n.quantity - n.drawn)::text, 'unit', n.unit) order by n.line), '[]')
                     from license_lines n
                     left join product_classifications c on c.product_id = n.product_id
                          and c.classification_version = n.classification_version
                    where n.license_id = l.id) as "lines!: Json<Vec<RawLine>>"
             from licenses l where l.id = any ($1)"#,
        ids,
    )
    .fetch_all(conn)
    .await?;
    let line = |line: RawLine| Line {
        product: line.product,
        class: line.class,
        remaining: line.remaining,
        unit: line.unit.and_then(|unit| unit.parse().ok()),
    };
    Ok(rows
        .into_iter()
        .map(|row| {
            let holding = Holding {
                kind: row.kind,
                status: row.status.on(today, row.valid_until),
                exporter: row.exporter_id,
                end_user: row.end_user_id,
                application: row.application_id,
                lines: row.lines.0.into_iter().map(line).collect(),
            };
            (row.id, holding)
        })
        .collect())
}

async fn declarations(
    conn: &mut Conn,
    today: NaiveDate,
    parties: Vec<(Uuid, Uuid)>,
) -> sqlx::Result<Vec<Signed>> {
    let (exporters, end_users): (Vec<Uuid>, Vec<Uuid>) = parties.into_iter().unzip();
    let rows = sqlx::query!(
        r#"select d.reference, d.exporter_id, d.end_user_id, d.status as "status: declaration::Status", d.signed_on,
                  d.valid_until, t.product_class as "class: ProductClass", t.template_version, t.framework,
                  array(select u.application_id from declaration_uses u where u.declaration_id = d.id) as "served!",
                  (select coalesce(jsonb_agg(jsonb_build_object(
                              'product', i.product_id, 'quantity', i.quantity::text, 'unit', i.unit) order by i.item), '[]')
                     from declaration_items i where i.declaration_id = d.id) as "items!: Json<Vec<RawItem>>"
             from unnest($1::uuid[], $2::uuid[]) as p (exporter_id, end_user_id)
             join declarations d on d.exporter_id = p.exporter_id and d.end_user_id = p.end_user_id
             join declaration_templates t on t.id = d.template_id
            order by d.id"#,
        &exporters,
        &end_users,
    )
    .fetch_all(conn)
    .await?;
    let item = |item: RawItem| Item { product: item.product, quantity: item.quantity, unit: item.unit };
    Ok(rows
        .into_iter()
        .map(|row| Signed {
            reference: row.reference,
            template: TemplateFacts { class: row.class, version: row.template_version },
            framework: row.framework,
            exporter: row.exporter_id,
            end_user: row.end_user_id,
            status: row.status.on(today, row.valid_until),
            signed_on: row.signed_on,
            served: row.served,
            items: row.items.0.into_iter().map(item).collect(),
        })
        .collect())
}

/// Applications as cover sees them.
pub async fn filings(conn: &mut Conn, act: &Act, ids: &[Uuid]) -> sqlx::Result<HashMap<Uuid, Filing>> {
    let rows = sqlx::query!(
        r#"select a.id as "id!", a.kind as "kind!: Kind", a.filed_at, d.status as "status?: declaration::Status",
                  d.valid_until as "valid_until?", t.product_class as "class?: ProductClass",
                  t.template_version as "template_version?",
                  array(select c.product_class from application_lines n join products p on p.id = n.product_id
                          left join product_classifications c on c.product_id = n.product_id
                               and c.classification_version = coalesce(n.classification_version, p.classification_version)
                         where n.application_id = a.id) as "classes!: Vec<Option<ProductClass>>"
             from applications a
             left join declarations d on d.id = a.declaration_id
             left join declaration_templates t on t.id = d.template_id
            where a.id = any ($1)"#,
        ids,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let template =
                row.class.zip(row.template_version).map(|(class, version)| TemplateFacts { class, version });
            let status = row.status.zip(row.valid_until).map(|(status, until)| status.on(act.today(), until));
            let filing = Filing {
                kind: row.kind,
                filed_on: row.filed_at.map(|filed| filed.date_naive()),
                classes: row.classes,
                named: template.zip(status),
            };
            (row.id, filing)
        })
        .collect())
}
