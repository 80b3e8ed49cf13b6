//! The routes of reviews.

use super::model::{Conclusion, Evidence, Extension, NewEvidence, NewReview, Review, ReviewFilter};
use super::store;
use crate::act::Act;
use crate::db::{Conn, Tx};
use crate::history::{history_route, times_route};
use crate::http::{Answer, Body, Created, Ctx, Found, Id, Lists, Problem, Room, Route, list};
use crate::ids::ReviewId;
use crate::page::{Page, Paging};
use crate::rules::authority::Permission;
use crate::rules::review::{Action, ReviewCycle};

const READS: Permission = Permission::ReadReviews;
const WORKS: Permission = Permission::WorkOnReview;
const EVIDENCE: &str = "/v1/reviews/{id}/evidence";
const EXTENSIONS: &str = "/v1/reviews/{id}/extensions";
const CONCLUSIONS: &str = "/v1/reviews/{id}/conclusions";

/// The routes of this room.
pub fn room() -> Room {
    let routes = vec![
        Route::get("/v1/reviews", READS, list::<ReviewFilter>).says("List reviews"),
        Route::post("/v1/reviews", Permission::OpenReview, open)
            .says("Open a review; while it is open, the gate holds what concerns its end user or product"),
        Route::get("/v1/reviews/{id}", READS, get).says("One review"),
        history_route::<ReviewCycle>("/v1/reviews/{id}/history", READS),
        Route::get(EVIDENCE, READS, evidence).says("The evidence on a review"),
        Route::post(EVIDENCE, WORKS, enter_evidence).says("Enter evidence"),
        times_route::<ReviewCycle>(EXTENSIONS, READS, Action::Extend),
        Route::post(EXTENSIONS, Permission::ExtendReview, extend).says("Move the due date, with reasons"),
        times_route::<ReviewCycle>(CONCLUSIONS, READS, Action::Conclude),
        Route::post(CONCLUSIONS, WORKS, conclude)
            .says("Conclude the review, as its owner or the head of the agency"),
    ];
    Room {
        name: "reviews",
        about: "In-depth reviews: owner, due date, evidence, findings, proposal.",
        routes,
    }
}

impl Lists for ReviewFilter {
    type Item = Review;

    async fn page(self, conn: &mut Conn, act: &Act, paging: Paging) -> Answer<Page<Review>> {
        Ok(store::list(conn, act, self, paging).await?)
    }
}

async fn get(ctx: Ctx, Id(id): Id<ReviewId>) -> Answer<Found<Review>> {
    store::get(&mut *ctx.read().await?, &ctx.act, id).await?.map(Found).ok_or_else(Problem::not_found)
}

async fn open(ctx: Ctx, Body(new): Body<NewReview>) -> Answer<Created<Review>> {
    let mut tx = ctx.begin_deciding().await?;
    let id = super::open(&mut tx, &ctx.act, &new, None).await?;
    answer(&ctx, tx, id, "/v1/reviews/{id}").await
}

async fn evidence(ctx: Ctx, Id(id): Id<ReviewId>) -> Answer<Page<Evidence>> {
    let mut conn = ctx.read().await?;
    store::get(&mut conn, &ctx.act, id).await?.ok_or_else(Problem::not_found)?;
    Ok(Page { items: store::evidence(&mut conn, id).await?, next: None })
}

async fn enter_evidence(
    ctx: Ctx,
    Id(id): Id<ReviewId>,
    Body(new): Body<NewEvidence>,
) -> Answer<Created<Evidence>> {
    let mut tx = ctx.begin_deciding().await?;
    let entered = super::enter_evidence(&mut tx, &ctx.act, id, &new).await?;
    ctx.keep(tx);
    Ok(Created::part(EVIDENCE.replace("{id}", &id.to_string()), entered))
}

async fn extend(ctx: Ctx, Id(id): Id<ReviewId>, Body(extension): Body<Extension>) -> Answer<Created<Review>> {
    let mut tx = ctx.begin_deciding().await?;
    super::extend(&mut tx, &ctx.act, id, &extension).await?;
    answer(&ctx, tx, id, EXTENSIONS).await
}

async fn conclude(
    ctx: Ctx,
    Id(id): Id<ReviewId>,
    Body(conclusion): Body<Conclusion>,
) -> Answer<Created<Review>> {
    let mut tx = ctx.begin_deciding().await?;
    super::conclude(&mut tx, &ctx.act, id, &conclusion).await?;
    answer(&ctx, tx, id, CONCLUSIONS).await
}

/// Commits and answers with the review as it stands.
async fn answer(ctx: &Ctx, mut tx: Tx, id: ReviewId, path: &str) -> Answer<Created<Review>> {
    let review = store::get(&mut tx, &ctx.act, id).await?.ok_or_else(Problem::not_found)?;
    ctx.keep(tx);
    Ok(Created::part(path.replace("{id}", &id.to_string()), review))
}
