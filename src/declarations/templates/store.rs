//! The statements of templates.

use crate::db::Conn;
use chrono::{DateTime, NaiveDate, Utc};

use super::model::{Agreement, NewTemplate, PublicTemplate, Template, TemplateFilter};
use crate::act::{Act, Actor};
use crate::ids::TemplateId;
use crate::page::{Listing, Page, Paging};
use crate::rules::authority::Ministry;
use crate::rules::gate::SuccessorFacts;
use crate::rules::product::ProductClass;
use crate::rules::template::{Status, TransitionRule};

/// The template in force for the class of another.
#[derive(Debug)]
pub(super) struct InForce {
    /// Identifier.
    pub id: TemplateId,
    /// The version of its last step.
    pub version: i32,
    /// Whether its text is a later version than the other's.
    pub later: bool,
}

/// A template as a declaration on it needs to know it.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The class of products it is for.
    pub class: ProductClass,
    /// The version of its text.
    pub template_version: i32,
    /// Where it stands.
    pub status: Status,
    /// Whether one declaration may serve more than one transaction.
    pub framework: bool,
    /// The version in force that took its place.
    pub successor: Option<SuccessorFacts>,
}

/// Inserts a draft as the next version of its class; its first step follows.
pub(super) async fn insert(
    conn: &mut Conn,
    act: &Act,
    id: TemplateId,
    reference: &str,
    new: &NewTemplate,
) -> sqlx::Result<()> {
    let clauses: Vec<String> = new.clauses.iter().map(ToString::to_string).collect();
    sqlx::query!(
        "insert into declaration_templates (id, reference, version, status, product_class, template_version, title, clauses,
                                            framework, transition_rule, transition_until, created_at, updated_at)
         select $1, $2, 1, $3, $4, coalesce(max(template_version), 0) + 1, $5, $6, $7, $8, $9, $10, $10
           from declaration_templates where product_class = $4",
        id.0,
        reference,
        Status::Draft.name(),
        new.product_class.name(),
        new.title.as_str(),
        &clauses,
        new.framework,
        new.transition_rule.name(),
        new.transition_until,
        act.at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Inserts a ministry's agreement.
pub(super) async fn insert_agreement(
    conn: &mut Conn,
    act: &Act,
    id: TemplateId,
    ministry: Ministry,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into template_agreements (template_id, ministry, agreed_by, agreed_at) values ($1, $2, $3, $4)",
        id.0,
        ministry.name(),
        act.actor.person.0,
        act.at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The agreements to a template, the first one first.
pub async fn agreements(conn: &mut Conn, actor: &Actor, id: TemplateId) -> sqlx::Result<Vec<Agreement>> {
    sqlx::query_as(
        "select a.ministry, case when $2 then p.handle end as agreed_by, a.agreed_at
           from template_agreements a left join people p on p.id = a.agreed_by
          where a.template_id = $1 order by a.agreed_at, a.ministry",
    )
    .bind(id)
    .bind(actor.sees_only().is_none())
    .fetch_all(conn)
    .await
}

/// When the last ministry agreed.
pub(super) async fn agreed_at(conn: &mut Conn, id: TemplateId) -> sqlx::Result<Option<DateTime<Utc>>> {
    sqlx::query_scalar!("select max(agreed_at) from template_agreements where template_id = $1", id.0)
        .fetch_one(conn)
        .await
}

/// Sets the first day in force; the step that justifies it follows.
pub(super) async fn set_in_force_from(conn: &mut Conn, id: TemplateId, from: NaiveDate) -> sqlx::Result<()> {
    sqlx::query!("update declaration_templates set in_force_from = $2 where id = $1", id.0, from)
        .execute(conn)
        .await?;
    Ok(())
}

/// The template in force for the class of this one, held until the transaction ends.
pub(super) async fn in_force_beside(conn: &mut Conn, id: TemplateId) -> sqlx::Result<Option<InForce>> {
    sqlx::query_as!(
        InForce,
        r#"select f.id, f.version, f.template_version > t.template_version as "later!"
             from declaration_templates t
             join declaration_templates f on f.product_class = t.product_class and f.status = 'in_force'
            where t.id = $1 and f.id <> t.id
              for update of f"#,
        id.0,
    )
    .fetch_optional(conn)
    .await
}

/// A template and what took its place.
///
/// A version's transition is for the one right before it. Where further versions lie between, no transition covers the
/// template and it has no successor to be accepted under.
pub async fn standing(conn: &mut Conn, id: TemplateId) -> sqlx::Result<Option<Standing>> {
    type Row =
        (ProductClass, i32, Status, bool, Option<TransitionRule>, Option<NaiveDate>, Option<NaiveDate>);
    let found: Option<Row> = sqlx::query_as(
        "select t.product_class, t.template_version, t.status, t.framework,
                s.transition_rule, s.in_force_from, s.transition_until
           from declaration_templates t
           left join declaration_templates s
             on t.status = 'superseded' and s.product_class = t.product_class and s.status = 'in_force'
            and s.template_version > t.template_version
            and not exists (select from declaration_templates b
                             where b.product_class = t.product_class and b.in_force_from is not null
                               and b.template_version > t.template_version and b.template_version < s.template_version)
          where t.id = $1",
    )
    .bind(id)
    .fetch_optional(conn)
    .await?;
    Ok(found.map(|(class, template_version, status, framework, rule, from, transition_until)| {
        let successor = rule.zip(from).map(|(rule, in_force_from)| SuccessorFacts {
            rule,
            in_force_from,
            transition_until,
        });
        Standing { class, template_version, status, framework, successor }
    }))
}

fn listing(actor: &Actor) -> Listing {
    // What the ministries still discuss is not an exporter's to read.
    Listing::new(
        "select id, reference, status, version, product_class, template_version, title, clauses, framework,
                transition_rule, transition_until, in_force_from, created_at, updated_at
           from declaration_templates where true",
        "id",
    )
    .only("in_force_from is not null", actor.sees_only().is_some())
}

/// One template as the actor sees it.
pub async fn get(conn: &mut Conn, act: &Act, id: TemplateId) -> sqlx::Result<Option<Template>> {
    let found: Option<Template> = listing(&act.actor).filter("id = ?", Some(id)).one(conn).await?;
    Ok(found.map(|template| template.seen_by(&act.actor)))
}

/// One page of templates.
pub(super) async fn list(
    conn: &mut Conn,
    act: &Act,
    filter: TemplateFilter,
    paging: Paging,
) -> sqlx::Result<Page<Template>> {
    let page: Page<Template> = listing(&act.actor)
        .filter("status = ?", filter.status)
        .filter("product_class = ?", filter.product_class)
        .filter("reference = ?", filter.reference)
        .page(conn, paging)
        .await?;
    Ok(page.map(|template| template.seen_by(&act.actor)))
}

/// The templates in force, one of each class at most.
pub(super) async fn in_force(conn: &mut Conn) -> sqlx::Result<Vec<PublicTemplate>> {
    sqlx::query_as(
        "select reference, product_class, template_version, title, clauses, framework, transition_rule, transition_until,
                in_force_from
           from declaration_templates where status = 'in_force' order by product_class",
    )
    .fetch_all(conn)
    .await
}
