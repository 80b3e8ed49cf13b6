//! The routes of products.

use super::model::{Classification, Correction, NewClassification, NewProduct, Product, ProductFilter};
use super::store;
use crate::act::Act;
use crate::as_of::{AsOf, AsOfQuery};
use crate::db::Conn;
use crate::history::{act_routes, history_route, times_route};
use crate::http::{Answer, Body, Created, Ctx, Found, Id, Lists, Problem, Query, Room, Route, list};
use crate::ids::ProductId;
use crate::page::{Page, Paging};
use crate::reference::{self, CodeProposal};
use crate::rules::authority::Permission;
use crate::rules::product::{Action, ProductCycle};

const READS: Permission = Permission::ReadRegister;
const CLASSIFICATIONS: &str = "/v1/products/{id}/classifications";
const RESUBMISSIONS: &str = "/v1/products/{id}/resubmissions";

/// The routes of this room.
pub fn room() -> Room {
    let mut routes = vec![
        Route::get("/v1/products", READS, list::<ProductFilter>)
            .says("List products, as they stand or as of a time"),
        Route::post("/v1/products", Permission::SubmitProduct, submit).says("Submit a product"),
        Route::get("/v1/products/{id}", READS, get).says("One product, as it stands or as of a time"),
        history_route::<ProductCycle>("/v1/products/{id}/history", READS),
        Route::post(RESUBMISSIONS, Permission::SubmitProduct, resubmit)
            .says("Submit a returned product again, corrected"),
        times_route::<ProductCycle>(RESUBMISSIONS, READS, Action::Resubmit),
        Route::post(CLASSIFICATIONS, Permission::ClassifyProduct, classify)
            .says("Classify the product, or classify it anew"),
        Route::get(CLASSIFICATIONS, READS, classifications).says("Every classification version"),
        Route::get("/v1/products/{id}/code-proposals", READS, code_proposals).says(
            "Codes proposed for the product by its name and description, with the passages that matched",
        ),
    ];
    let acts = [
        ("/v1/products/{id}/returns", Action::Return, "Return the submission to be corrected"),
        (
            "/v1/products/{id}/non-control-findings",
            Action::FindNotControlled,
            "Find that the product is on no control list",
        ),
        ("/v1/products/{id}/retirements", Action::Retire, "Retire the product"),
    ];
    for (path, action, says) in acts {
        routes.extend(act_routes::<ProductCycle>(path, READS, action, says));
    }
    Room { name: "products", about: "The product register and its classifications.", routes }
}

impl Lists for ProductFilter {
    type Item = Product;

    async fn page(self, conn: &mut Conn, act: &Act, paging: Paging) -> Answer<Page<Product>> {
        let then = AsOf::named(self.as_of, self.known_at, act.at)?;
        Ok(store::list(conn, act, self, then, paging).await?)
    }
}

async fn get(ctx: Ctx, Id(id): Id<ProductId>, Query(asked): Query<AsOfQuery>) -> Answer<Found<Product>> {
    let then = asked.times(ctx.act.at)?;
    store::one(&mut *ctx.read().await?, &ctx.act, id, then).await?.map(Found).ok_or_else(Problem::not_found)
}

async fn submit(ctx: Ctx, Body(new): Body<NewProduct>) -> Answer<Created<Product>> {
    let mut tx = ctx.begin().await?;
    let id = super::submit(&mut tx, &ctx.act, &new).await?;
    let product = store::get(&mut tx, &ctx.act, id).await?.ok_or_else(Problem::not_found)?;
    ctx.keep(tx);
    Ok(Created::under("/v1/products", id, product))
}

async fn resubmit(
    ctx: Ctx,
    Id(id): Id<ProductId>,
    Body(correction): Body<Correction>,
) -> Answer<Created<Product>> {
    let mut tx = ctx.begin_deciding().await?;
    super::resubmit(&mut tx, &ctx.act, id, &correction).await?;
    let product = store::get(&mut tx, &ctx.act, id).await?.ok_or_else(Problem::not_found)?;
    ctx.keep(tx);
    Ok(Created::under("/v1/products", id, product))
}

async fn classify(
    ctx: Ctx,
    Id(id): Id<ProductId>,
    Body(new): Body<NewClassification>,
) -> Answer<Created<Product>> {
    let mut tx = ctx.begin_deciding().await?;
    super::classify(&mut tx, &ctx.act, id, &new).await?;
    let product = store::get(&mut tx, &ctx.act, id).await?.ok_or_else(Problem::not_found)?;
    ctx.keep(tx);
    Ok(Created::part(CLASSIFICATIONS.replace("{id}", &id.to_string()), product))
}

async fn classifications(ctx: Ctx, Id(id): Id<ProductId>) -> Answer<Page<Classification>> {
    let mut conn = ctx.read().await?;
    store::get(&mut conn, &ctx.act, id).await?.ok_or_else(Problem::not_found)?;
    let items = store::classifications(&mut conn, &ctx.act.actor, id).await?;
    Ok(Page { items, next: None })
}

async fn code_proposals(ctx: Ctx, Id(id): Id<ProductId>) -> Answer<Page<CodeProposal>> {
    let mut conn = ctx.read().await?;
    let product = store::get(&mut conn, &ctx.act, id).await?.ok_or_else(Problem::not_found)?;
    let (name, description) = (product.name.as_str(), product.description.as_str());
    let items = reference::propose_codes(&mut conn, name, description, ctx.act.today()).await?;
    Ok(Page { items, next: None })
}
