//! What a scope reaches now, found and counted in one statement.

use crate::db::Conn;
use sqlx::types::Json;
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

use crate::act::Act;
use crate::enforcement::model::{Count, Value};
use crate::measures::store::{Holder, push_reaches};
use crate::rules::application::{Kind, Purpose};
use crate::rules::measure::DecisionAct;
use crate::rules::scope::{Groups, Scope};

/// The licenses in force that a scope reaches, with their counts.
#[derive(sqlx::FromRow)]
pub struct Licenses {
    /// In the order of their identifiers.
    pub ids: Vec<Uuid>,
    /// By destination.
    pub by_destination: Json<Vec<Count>>,
    /// By exporter.
    pub by_exporter: Json<Vec<Count>>,
    /// By control-list code.
    pub by_control_code: Json<Vec<Count>>,
    /// By status.
    pub by_status: Json<Vec<Count>>,
    /// By kind.
    pub by_kind: Json<Vec<Count>>,
    /// Value by currency.
    pub value: Json<Vec<Value>>,
}

/// What an amendment already stands on: licenses it need not touch again.
#[derive(Clone, Debug)]
pub struct Standing<'s> {
    /// The measure.
    pub measure: Uuid,
    /// The acts that the new content carries out on licenses.
    pub acts: Vec<DecisionAct>,
    /// The scope in force.
    pub scope: &'s Scope,
    /// The declaration that the new content requires, as a part of its effects.
    pub demand: Option<serde_json::Value>,
}

/// What a new content goes on holding.
#[derive(Clone, Debug)]
pub struct Keeps<'s> {
    /// What it reaches.
    pub scope: &'s Scope,
    /// Whether it freezes what it reaches.
    pub freezes: bool,
    /// The declaration that it requires, as a part of its effects: what is frozen for want of it stays so.
    pub demand: Option<serde_json::Value>,
}

/// Finds and counts the licenses in force that a scope reaches. With `standing`, only those that an amendment would
/// newly touch.
pub async fn licenses(
    conn: &mut Conn,
    act: &Act,
    scope: &Scope,
    groups: &Groups,
    standing: Option<&Standing<'_>>,
) -> sqlx::Result<Licenses> {
    let mut sql = QueryBuilder::new(
        "with reached as materialized (select h.id, h.status, h.kind, h.exporter_id, h.destinations from ",
    );
    push_touched(&mut sql, act, scope, groups, standing);
    sql.push(COUNTS);
    sql.build_query_as().fetch_one(conn).await
}

/// Finds them without counting: in the order of their identifiers.
pub async fn license_ids(
    conn: &mut Conn,
    act: &Act,
    scope: &Scope,
    groups: &Groups,
    standing: Option<&Standing<'_>>,
) -> sqlx::Result<Vec<Uuid>> {
    let mut sql = QueryBuilder::new("select h.id from ");
    push_touched(&mut sql, act, scope, groups, standing);
    sql.push(" order by h.id");
    sql.build_query_scalar().fetch_all(conn).await
}

/// The licenses in force that a scope reaches and that the amendment does not stand on yet.
fn push_touched(
    sql: &mut QueryBuilder<Postgres>,
    act: &Act,
    scope: &Scope,
    groups: &Groups,
    standing: Option<&Standing<'_>>,
) {
    sql.push(Holder::License.from());
    sql.push(" where h.status in ('active', 'frozen') and h.valid_until >= ")
        .push_bind(act.today())
        .push(" and ");
    push_reaches(sql, Holder::License, scope, groups);
    if let Some(standing) = standing {
        sql.push(" and not (");
        push_standing(sql, standing, groups);
        sql.push(")");
    }
}

/// Every act of the new content stands already; where it carries out none, the scope in force reached the license.
fn push_standing(sql: &mut QueryBuilder<Postgres>, standing: &Standing<'_>, groups: &Groups) {
    if standing.acts.is_empty() {
        push_reaches(sql, Holder::License, standing.scope, groups);
        return;
    }
    for (index, act) in standing.acts.iter().enumerate() {
        if index > 0 {
            sql.push(" and ");
        }
        push_stands(sql, *act, standing, groups);
    }
}

/// An act of the measure stands on the license: it was decided and not released since.
fn push_stands(sql: &mut QueryBuilder<Postgres>, act: DecisionAct, standing: &Standing<'_>, groups: &Groups) {
    if act == DecisionAct::RequireDeclaration {
        push_required(sql, standing, groups);
        return;
    }
    sql.push("exists (select from measure_decisions d where d.license_id = h.id and d.act = ");
    sql.push_bind(act.name()).push(" and d.measure_id = ").push_bind(standing.measure);
    if act == DecisionAct::Freeze {
        // A freeze for want of a declaration is another act.
        sql.push(" and d.due_on is null");
    }
    sql.push(
        " and not exists (select from measure_decisions r where r.measure_id = d.measure_id
                             and r.license_id = d.license_id and r.act = 'release' and r.number > d.number))",
    );
}

/// The same declaration is required of the license within the same period, and the scope in force reached it all the
/// while; or it is no export, and none is required of it.
fn push_required(sql: &mut QueryBuilder<Postgres>, standing: &Standing<'_>, groups: &Groups) {
    sql.push("(h.kind <> 'export' or ");
    push_demanded(sql, "require_declaration", standing.measure, standing.demand.as_ref());
    sql.push(" and ");
    push_reaches(sql, Holder::License, standing.scope, groups);
    sql.push(")");
}

/// The last decision of this act on the license was taken under the same demand.
fn push_demanded(
    sql: &mut QueryBuilder<Postgres>,
    act: &'static str,
    measure: Uuid,
    demand: Option<&serde_json::Value>,
) {
    sql.push(
        "exists (select from (select d.content_version, d.due_on from measure_decisions d
                               where d.license_id = h.id and d.measure_id = ",
    );
    sql.push_bind(measure).push(" and d.act = ").push_bind(act);
    sql.push(" order by d.number desc limit 1) d join measure_contents c on c.measure_id = ");
    sql.push_bind(measure).push(" and c.content_version = d.content_version");
    sql.push(" where d.due_on is not null and c.effects @> ").push_bind(demand.cloned()).push(")");
}

/// Those of these licenses on which an act does not stand yet, in the order of their identifiers.
pub async fn not_standing(
    conn: &mut Conn,
    act: DecisionAct,
    standing: &Standing<'_>,
    groups: &Groups,
    ids: &[Uuid],
) -> sqlx::Result<Vec<Uuid>> {
    let mut sql = QueryBuilder::new("select h.id from ");
    sql.push(Holder::License.from()).push(" where h.id = any(").push_bind(ids.to_vec()).push(") and not (");
    push_stands(&mut sql, act, standing, groups);
    sql.push(") order by h.id");
    sql.build_query_scalar().fetch_all(conn).await
}

const COUNTS: &str = ") , lines as materialized (
         select n.license_id, n.control_codes, n.value, n.currency from license_lines n
          where n.license_id in (select id from reached))
    select (select coalesce(array_agg(id order by id), '{}') from reached) as ids,
           (select coalesce(jsonb_agg(t order by t.count desc, t.of), '[]')
              from (select code as of, count(*) from reached, unnest(destinations) code group by code) t) as by_destination,
           (select coalesce(jsonb_agg(t order by t.count desc, t.of), '[]')
              from (select e.reference as of, sum(r.count)::bigint as count
                      from (select exporter_id, count(*) from reached group by exporter_id) r
                      left join exporters e on e.id = r.exporter_id group by e.reference) t) as by_exporter,
           (select coalesce(jsonb_agg(t order by t.count desc, t.of), '[]')
              from (select code as of, count(distinct license_id) from lines, unnest(control_codes) code group by code) t)
               as by_control_code,
           (select coalesce(jsonb_agg(t order by t.count desc, t.of), '[]')
              from (select status as of, count(*) from reached group by status) t) as by_status,
           (select coalesce(jsonb_agg(t order by t.count desc, t.of), '[]')
              from (select kind as of, count(*) from reached group by kind) t) as by_kind,
           (select coalesce(jsonb_agg(jsonb_build_object('currency', t.currency, 'value', t.value::text) order by t.currency),
                            '[]')
              from (select currency, sum(value) as value from lines where value is not null group by currency) t) as value";

/// An open application that a scope reaches.
#[derive(Clone, Copy, sqlx::FromRow)]
pub struct Application {
    /// Which.
    pub id: Uuid,
    /// What is applied for.
    pub kind: Kind,
    /// Why.
    pub purpose: Purpose,
}

/// The open applications that a scope reaches, in the order of their identifiers.
pub async fn applications(conn: &mut Conn, scope: &Scope, groups: &Groups) -> sqlx::Result<Vec<Application>> {
    let mut sql = QueryBuilder::new("select h.id, h.kind, h.purpose from ");
    sql.push(Holder::Application.from()).push(
        " where h.status in ('draft', 'submitted', 'returned', 'in_review', 'information_requested', 'referred') and ",
    );
    push_reaches(&mut sql, Holder::Application, scope, groups);
    sql.push(" order by h.id");
    sql.build_query_as().fetch_all(conn).await
}

/// Those of these licenses that are in force and that a scope reaches, in the order of their identifiers.
pub async fn among(
    conn: &mut Conn,
    act: &Act,
    ids: &[Uuid],
    scope: &Scope,
    groups: &Groups,
) -> sqlx::Result<Vec<Uuid>> {
    let mut sql = QueryBuilder::new("select h.id from ");
    push_touched(&mut sql, act, scope, groups, None);
    sql.push(" and h.id = any(").push_bind(ids.to_vec()).push(") order by h.id");
    sql.build_query_scalar().fetch_all(conn).await
}

/// How many of these licenses a scope reaches.
pub async fn overlap(conn: &mut Conn, ids: &[Uuid], scope: &Scope, groups: &Groups) -> sqlx::Result<i64> {
    let mut sql = QueryBuilder::new("select count(*) from ");
    sql.push(Holder::License.from()).push(" where h.id = any(").push_bind(ids.to_vec()).push(") and ");
    push_reaches(&mut sql, Holder::License, scope, groups);
    sql.build_query_scalar().fetch_one(conn).await
}

/// The licenses that a measure holds and a new content does not go on holding: what an amendment releases.
pub async fn released(
    conn: &mut Conn,
    measure: Uuid,
    keeps: &Keeps<'_>,
    groups: &Groups,
) -> sqlx::Result<Vec<Uuid>> {
    let mut sql = QueryBuilder::new("select h.id from ");
    sql.push(Holder::License.from())
        .push(
            " where exists (select from license_freezes f
                             where f.license_id = h.id and f.lifted_at is null and f.source_id = ",
        )
        .push_bind(measure)
        .push(")");
    if keeps.freezes || keeps.demand.is_some() {
        sql.push(" and not (");
        push_reaches(&mut sql, Holder::License, keeps.scope, groups);
        if !keeps.freezes {
            sql.push(" and ");
            push_demanded(&mut sql, "freeze", measure, keeps.demand.as_ref());
        }
        sql.push(")");
    }
    sql.push(" order by h.id");
    sql.build_query_scalar().fetch_all(conn).await
}
