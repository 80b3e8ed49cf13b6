//! The routes of templates.

use axum::extract::State;

use super::model::{Agreement, Enactment, NewTemplate, PublicTemplate, Template, TemplateFilter};
use super::store;
use crate::act::Act;
use crate::db::{Behalf, Conn, Isolation};
use crate::history::{Grounds, act_routes, history_route, times_route};
use crate::http::{Answer, App, Body, Created, Ctx, Found, Id, Lists, Problem, Room, Route, list};
use crate::ids::TemplateId;
use crate::page::{Page, Paging};
use crate::rules::authority::Permission;
use crate::rules::template::{Action, TemplateCycle};

const READS: Permission = Permission::ReadTemplates;
const AGREEMENTS: &str = "/v1/declaration-templates/{id}/agreements";
const ENTRIES: &str = "/v1/declaration-templates/{id}/entries-into-force";

/// The routes of this room.
pub fn room() -> Room {
    let mut routes = vec![
        Route::get("/v1/declaration-templates", READS, list::<TemplateFilter>)
            .says("List declaration templates"),
        Route::post("/v1/declaration-templates", Permission::DraftTemplate, draft)
            .says("Draft the next version of a class"),
        Route::get("/v1/declaration-templates/{id}", READS, get).says("One declaration template"),
        history_route::<TemplateCycle>("/v1/declaration-templates/{id}/history", READS),
        Route::post(AGREEMENTS, Permission::AgreeTemplate, agree)
            .says("Agree to the draft for the caller's ministry"),
        Route::get(AGREEMENTS, READS, agreements).says("The ministries that agreed"),
        Route::post(ENTRIES, Permission::EnactTemplate, enact)
            .says("Bring the agreed template into force; it supersedes the version before"),
        times_route::<TemplateCycle>(ENTRIES, READS, Action::BringIntoForce),
        Route::public("/v1/public/declaration-templates", public).says("The templates in force"),
    ];
    routes.extend(act_routes::<TemplateCycle>(
        "/v1/declaration-templates/{id}/withdrawals",
        READS,
        Action::Withdraw,
        "Withdraw the template",
    ));
    Room {
        name: "declaration-templates",
        about: "The texts that acquiring states sign, by product class and version.",
        routes,
    }
}

impl Lists for TemplateFilter {
    type Item = Template;

    async fn page(self, conn: &mut Conn, act: &Act, paging: Paging) -> Answer<Page<Template>> {
        Ok(store::list(conn, act, self, paging).await?)
    }
}

async fn get(ctx: Ctx, Id(id): Id<TemplateId>) -> Answer<Found<Template>> {
    store::get(&mut *ctx.read().await?, &ctx.act, id).await?.map(Found).ok_or_else(Problem::not_found)
}

async fn draft(ctx: Ctx, Body(new): Body<NewTemplate>) -> Answer<Created<Template>> {
    let mut tx = ctx.begin_deciding().await?;
    let id = super::draft(&mut tx, &ctx.act, &new).await?;
    let template = store::get(&mut tx, &ctx.act, id).await?.ok_or_else(Problem::not_found)?;
    ctx.keep(tx);
    Ok(Created::under("/v1/declaration-templates", id, template))
}

async fn agree(ctx: Ctx, Id(id): Id<TemplateId>, Body(grounds): Body<Grounds>) -> Answer<Created<Template>> {
    let mut tx = ctx.begin_deciding().await?;
    super::agree(&mut tx, &ctx.act, id, &grounds).await?;
    let template = store::get(&mut tx, &ctx.act, id).await?.ok_or_else(Problem::not_found)?;
    ctx.keep(tx);
    Ok(Created::part(AGREEMENTS.replace("{id}", &id.to_string()), template))
}

async fn agreements(ctx: Ctx, Id(id): Id<TemplateId>) -> Answer<Page<Agreement>> {
    let mut conn = ctx.read().await?;
    store::get(&mut conn, &ctx.act, id).await?.ok_or_else(Problem::not_found)?;
    let items = store::agreements(&mut conn, &ctx.act.actor, id).await?;
    Ok(Page { items, next: None })
}

async fn enact(
    ctx: Ctx,
    Id(id): Id<TemplateId>,
    Body(enactment): Body<Enactment>,
) -> Answer<Created<Template>> {
    let mut tx = ctx.begin_deciding().await?;
    super::enact(&mut tx, &ctx.act, id, &enactment).await?;
    let template = store::get(&mut tx, &ctx.act, id).await?.ok_or_else(Problem::not_found)?;
    ctx.keep(tx);
    Ok(Created::part(ENTRIES.replace("{id}", &id.to_string()), template))
}

async fn public(State(app): State<App>) -> Answer<Page<PublicTemplate>> {
    let items = store::in_force(&mut *app.pool.begin(Behalf::Public, Isolation::Reads).await?).await?;
    Ok(Page { items, next: None })
}
