//! The routes of allegations.

use super::model::{Allegation, AllegationFilter, NewAllegation, NewAllegationAssessment, Substantiation};
use super::store;
use crate::act::Act;
use crate::db::{Conn, Tx};
use crate::history::{Grounds, history_route, times_route};
use crate::http::{Answer, Body, Created, Ctx, Found, Id, Lists, Problem, Room, Route, list};
use crate::ids::AllegationId;
use crate::page::{Page, Paging};
use crate::rules::allegation::{Action, AllegationCycle};
use crate::rules::authority::Permission;

const READS: Permission = Permission::ReadAllegations;
const DECIDES: Permission = Permission::DecideAllegation;
const ASSESSMENTS: &str = "/v1/allegations/{id}/assessments";
const DISMISSALS: &str = "/v1/allegations/{id}/dismissals";
const SUBSTANTIATIONS: &str = "/v1/allegations/{id}/substantiations";

/// The routes of this room.
pub fn room() -> Room {
    let routes = vec![
        Route::get("/v1/allegations", READS, list::<AllegationFilter>).says("List allegations"),
        Route::post("/v1/allegations", Permission::ReceiveAllegation, receive)
            .says("Put an allegation of misuse on file"),
        Route::get("/v1/allegations/{id}", READS, get).says("One allegation"),
        history_route::<AllegationCycle>("/v1/allegations/{id}/history", READS),
        times_route::<AllegationCycle>(ASSESSMENTS, READS, Action::Assess),
        Route::post(ASSESSMENTS, Permission::AssessAllegation, assess)
            .says("Record how the allegation was assessed"),
        times_route::<AllegationCycle>(DISMISSALS, READS, Action::Dismiss),
        Route::post(DISMISSALS, DECIDES, dismiss).says("Dismiss the allegation"),
        times_route::<AllegationCycle>(SUBSTANTIATIONS, READS, Action::Substantiate),
        Route::post(SUBSTANTIATIONS, DECIDES, substantiate)
            .says("Find the allegation substantiated and open its review"),
    ];
    Room { name: "allegations", about: "Allegations of misuse, which lead to reviews.", routes }
}

impl Lists for AllegationFilter {
    type Item = Allegation;

    async fn page(self, conn: &mut Conn, act: &Act, paging: Paging) -> Answer<Page<Allegation>> {
        Ok(store::list(conn, &act.actor, self, paging).await?)
    }
}

async fn get(ctx: Ctx, Id(id): Id<AllegationId>) -> Answer<Found<Allegation>> {
    store::get(&mut *ctx.read().await?, &ctx.act.actor, id).await?.map(Found).ok_or_else(Problem::not_found)
}

async fn receive(ctx: Ctx, Body(new): Body<NewAllegation>) -> Answer<Created<Allegation>> {
    let mut tx = ctx.begin_deciding().await?;
    let id = super::receive(&mut tx, &ctx.act, &new).await?;
    answer(&ctx, tx, id, "/v1/allegations/{id}").await
}

async fn assess(
    ctx: Ctx,
    Id(id): Id<AllegationId>,
    Body(new): Body<NewAllegationAssessment>,
) -> Answer<Created<Allegation>> {
    let mut tx = ctx.begin_deciding().await?;
    super::assess(&mut tx, &ctx.act, id, &new).await?;
    answer(&ctx, tx, id, ASSESSMENTS).await
}

async fn dismiss(
    ctx: Ctx,
    Id(id): Id<AllegationId>,
    Body(grounds): Body<Grounds>,
) -> Answer<Created<Allegation>> {
    let mut tx = ctx.begin_deciding().await?;
    super::dismiss(&mut tx, &ctx.act, id, &grounds).await?;
    answer(&ctx, tx, id, DISMISSALS).await
}

async fn substantiate(
    ctx: Ctx,
    Id(id): Id<AllegationId>,
    Body(new): Body<Substantiation>,
) -> Answer<Created<Allegation>> {
    let mut tx = ctx.begin_deciding().await?;
    super::substantiate(&mut tx, &ctx.act, id, &new).await?;
    answer(&ctx, tx, id, SUBSTANTIATIONS).await
}

/// Commits and answers with the allegation as it stands.
async fn answer(ctx: &Ctx, mut tx: Tx, id: AllegationId, path: &str) -> Answer<Created<Allegation>> {
    let allegation = store::get(&mut tx, &ctx.act.actor, id).await?.ok_or_else(Problem::not_found)?;
    ctx.keep(tx);
    Ok(Created::part(path.replace("{id}", &id.to_string()), allegation))
}
