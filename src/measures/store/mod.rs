//! The statements of measures.

pub(in crate::measures) mod known;
mod read;
mod scope;
mod subjects;

pub use known::{groups, template};
pub use read::get;
pub(super) use read::{list, one};
pub use scope::{Holder, push_reaches};
pub use subjects::{application, applications, licenses};

use crate::db::Conn;
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::types::Json;
use uuid::Uuid;

use super::model::NewMeasure;
use crate::act::Act;
use crate::ids::MeasureId;
use crate::rules::gate::TemplateFacts;
use crate::rules::license::Ground;
use crate::rules::measure::{EffectSpec, Term};
use crate::rules::product::ProductClass;
use crate::rules::scope::Scope;

/// Inserts a measure as a draft; its content and its first step follow.
pub(super) async fn insert(
    conn: &mut Conn,
    act: &Act,
    id: MeasureId,
    reference: &str,
    new: &NewMeasure,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into measures (id, reference, version, status, title, content_version, review_on, created_at, updated_at)
         values ($1, $2, 1, 'draft', $3, 1, $4, $5, $5)",
        id.0,
        reference,
        new.title.as_str(),
        new.review_on,
        act.at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Puts a version of the content on file as the newest. Gives its number.
pub(super) async fn insert_content(
    conn: &mut Conn,
    act: &Act,
    id: MeasureId,
    new: &NewMeasure,
    term: Term,
) -> sqlx::Result<i32> {
    let version = sqlx::query_scalar!(
        "insert into measure_contents (measure_id, content_version, title, scope, effects, ground, legal_basis, reasons, starts_on,
                                       review_on, ends_on, review_id, proposed_by, proposed_at)
         values ($1, (select coalesce(max(content_version), 0) + 1 from measure_contents where measure_id = $1),
                 $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         returning content_version",
        id.0,
        new.title.as_str(),
        serde_json::to_value(&new.scope).map_err(|error| sqlx::Error::Encode(error.into()))?,
        serde_json::to_value(&new.effects).map_err(|error| sqlx::Error::Encode(error.into()))?,
        new.ground.name(),
        new.legal_basis.as_str(),
        new.reasons.as_str(),
        term.starts_on,
        term.review_on,
        term.ends_on,
        new.review_id,
        act.actor.person.0,
        act.at,
    )
    .fetch_one(&mut *conn)
    .await?;
    // A measure in force keeps its title and its review date until the amendment is.
    sqlx::query!(
        "update measures set content_version = $2,
                title = case when in_force_content is null then $3 else title end,
                review_on = case when in_force_content is null then $4 else review_on end
          where id = $1",
        id.0,
        version,
        new.title.as_str(),
        term.review_on,
    )
    .execute(conn)
    .await?;
    Ok(version)
}

/// Gives a proposed amendment up.
pub(super) async fn withdraw_content(
    conn: &mut Conn,
    id: MeasureId,
    version: i32,
    at: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update measure_contents set withdrawn_at = $3 where measure_id = $1 and content_version = $2",
        id.0,
        version,
        at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Moves the review date.
pub(super) async fn set_review(conn: &mut Conn, id: MeasureId, on: NaiveDate) -> sqlx::Result<()> {
    sqlx::query!("update measures set review_on = $2 where id = $1", id.0, on).execute(conn).await?;
    Ok(())
}

/// The reasons a measure was given so far, those of its contents and of its extensions.
pub(super) async fn reasons_given(conn: &mut Conn, id: MeasureId) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        r#"select reasons as "reasons!" from measure_contents where measure_id = $1
           union all
           select reasons from history where subject_id = $1 and action = 'extend' and reasons is not null"#,
        id.0,
    )
    .fetch_all(conn)
    .await
}

/// A measure in force as the gate needs it.
#[derive(Clone, Debug)]
pub struct InForce {
    /// Which.
    pub id: MeasureId,
    /// Human reference.
    pub reference: String,
    /// What it reaches.
    pub scope: Scope,
    /// What it does.
    pub effects: Vec<EffectSpec>,
    /// The ground.
    pub ground: Ground,
    /// Since when.
    pub in_force_at: DateTime<Utc>,
    /// When it is reviewed at the latest.
    pub review_on: NaiveDate,
    /// Its last day, where it has one.
    pub ends_on: Option<NaiveDate>,
    templates: Vec<(Uuid, ProductClass, i32)>,
}

impl InForce {
    /// The template that an effect requires a declaration on.
    pub(super) fn template(&self, spec: &EffectSpec) -> Option<TemplateFacts> {
        let wanted = spec.template_id?;
        self.templates
            .iter()
            .find(|(id, _, _)| *id == wanted)
            .map(|(_, class, version)| TemplateFacts { class: *class, version: *version })
    }
}

/// What both ways of reading the measures in force select; `{epoch}` stands for how the epoch is read.
macro_rules! in_force {
    ($lock:literal) => {
        concat!(
            "select m.id, m.reference, c.scope, c.effects, c.ground, m.in_force_at, m.review_on, c.ends_on,
                    (select coalesce(jsonb_agg(jsonb_build_array(t.id, t.product_class, t.template_version)), '[]')
                       from declaration_templates t
                       join jsonb_array_elements(c.effects) e on (e ->> 'templateId')::uuid = t.id) as templates
               from (select epoch from policy_epoch ",
            $lock,
            ") p
               left join measures m on m.status = 'in_force' and m.review_on >= $1
               left join measure_contents c on c.measure_id = m.id and c.content_version = m.in_force_content
              where m.id is null or c.ends_on is null or c.ends_on >= $1
              order by m.id"
        )
    };
}

/// The measures in force on a day. With `holding`, the policy epoch is held shared until the transaction ends: a
/// measure that comes into force waits for it, and a transaction whose snapshot is older than the epoch loses the
/// race and is replayed.
pub async fn in_force(conn: &mut Conn, today: NaiveDate, holding: bool) -> sqlx::Result<Vec<InForce>> {
    let sql = if holding { in_force!("for share") } else { in_force!("") };
    let rows: Vec<Maybe> = sqlx::query_as(sql).bind(today).fetch_all(conn).await?;
    Ok(rows.into_iter().filter_map(Maybe::measure).collect())
}

/// The measures in force besides one.
pub async fn others_in_force(
    conn: &mut Conn,
    today: NaiveDate,
    but: MeasureId,
) -> sqlx::Result<Vec<InForce>> {
    let all = in_force(conn, today, false).await?;
    Ok(all.into_iter().filter(|measure| measure.id != but).collect())
}

/// Counts the policy epoch up, alone: waits for every permission on its way, and makes those that come later see
/// what this transaction does. The statements of a bulk act are not cut off.
pub async fn turn_epoch(conn: &mut Conn) -> sqlx::Result<()> {
    sqlx::query("set local statement_timeout = 0").execute(&mut *conn).await?;
    sqlx::query!("update policy_epoch set epoch = epoch + 1").execute(conn).await?;
    Ok(())
}

/// A row of the statement above: the epoch without a measure where none is in force.
#[derive(sqlx::FromRow)]
struct Maybe {
    id: Option<MeasureId>,
    reference: Option<String>,
    scope: Option<Json<Scope>>,
    effects: Option<Json<Vec<EffectSpec>>>,
    ground: Option<Ground>,
    in_force_at: Option<DateTime<Utc>>,
    review_on: Option<NaiveDate>,
    ends_on: Option<NaiveDate>,
    templates: Json<Vec<(Uuid, ProductClass, i32)>>,
}

impl Maybe {
    fn measure(self) -> Option<InForce> {
        Some(InForce {
            id: self.id?,
            reference: self.reference?,
            scope: self.scope?.0,
            effects: self.effects?.0,
            ground: self.ground?,
            in_force_at: self.in_force_at?,
            review_on: self.review_on?,
            ends_on: self.ends_on,
            templates: self.templates.0,
        })
    }
}

/// The scope that a preview was taken of.
pub async fn scope_of_preview(conn: &mut Conn, id: MeasureId, number: i32) -> sqlx::Result<Scope> {
    let scope: Json<Scope> = sqlx::query_scalar(
        "select c.scope from measure_previews v
           join measure_contents c on c.measure_id = v.measure_id and c.content_version = v.content_version
          where v.measure_id = $1 and v.number = $2",
    )
    .bind(id)
    .bind(number)
    .fetch_one(conn)
    .await?;
    Ok(scope.0)
}
