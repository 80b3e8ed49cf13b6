//! The routes of applications.

use super::decision::{Decision, NewDecision};
use super::like::{self, LikeQuery, LikeTransaction};
use super::model::{Application, ApplicationFilter, NewApplication};
use super::positions::{NewConditions, NewPosition, Position};
use super::view::view;
use super::{decide, file, positions, store};
use crate::act::Act;
use crate::db::Conn;
use crate::history::{Grounds, act_routes, history_route};
use crate::http::{
    Answer, Body, Created, Ctx, Found, Id, IdNumber, Lists, Problem, Query, Room, Route, list,
};
use crate::ids::ApplicationId;
use crate::page::{Page, Paging};
use crate::rules::application::{Action, ApplicationCycle};
use crate::rules::authority::Permission;

const READS: Permission = Permission::ReadCases;

/// The routes of this room.
pub fn room() -> Room {
    let mut routes = vec![
        Route::get("/v1/applications", READS, list::<ApplicationFilter>).says("List applications"),
        Route::post("/v1/applications", Permission::FileApplication, open)
            .says("Open an application as a draft"),
        Route::get("/v1/applications/{id}", READS, get).says("One application, with its statutory clock"),
        Route::put("/v1/applications/{id}", Permission::FileApplication, revise)
            .says("Replace the content of a draft or a returned application"),
        history_route::<ApplicationCycle>("/v1/applications/{id}/history", READS),
        Route::post("/v1/applications/{id}/submissions", Permission::FileApplication, submit)
            .says("Submit: pin classifications and start the clock"),
        Route::get("/v1/applications/{id}/positions", Permission::ReadPositions, list_positions)
            .says("The positions of the ministries and the committee"),
        Route::post("/v1/applications/{id}/positions", Permission::RecordPosition, record_position)
            .says("Record the position of the caller's ministry"),
        Route::post(
            "/v1/applications/{id}/condition-proposals",
            Permission::HandleApplication,
            propose_conditions,
        )
        .says("Put conditions to the reviewers; earlier positions no longer count"),
        Route::get("/v1/applications/{id}/decisions", READS, list_decisions)
            .says("The decisions on the application"),
        Route::get("/v1/applications/{id}/like", Permission::ReadPrecedents, list_like)
            .says("The decided applications most like it; refusals that refer a grant stand first"),
        Route::post("/v1/applications/{id}/decisions", Permission::Decide, propose)
            .says("Propose a decision, which another person countersigns"),
        Route::get("/v1/applications/{id}/decisions/{number}", READS, get_decision)
            .says("One decision with its verdict"),
        Route::post(
            "/v1/applications/{id}/decisions/{number}/countersignatures",
            Permission::Countersign,
            countersign,
        )
        .says("Countersign: the application moves and a grant issues its license"),
        Route::post("/v1/applications/{id}/decisions/{number}/returns", Permission::Countersign, send_back)
            .says("Send a proposed decision back"),
    ];
    let acts = [
        ("/v1/applications/{id}/returns", Action::Return, "Return a deficient application without action"),
        ("/v1/applications/{id}/reviews", Action::TakeUp, "Take up a submitted application for review"),
        (
            "/v1/applications/{id}/information-requests",
            Action::RequestInformation,
            "Request information; the clock pauses",
        ),
        (
            "/v1/applications/{id}/information",
            Action::SupplyInformation,
            "Supply what was requested; the clock goes on",
        ),
        ("/v1/applications/{id}/referrals", Action::Refer, "Refer to the committee"),
        (
            "/v1/applications/{id}/referral-conclusions",
            Action::ConcludeReferral,
            "Back from the committee to review",
        ),
        ("/v1/applications/{id}/withdrawals", Action::Withdraw, "Withdraw the application"),
    ];
    for (path, action, says) in acts {
        routes.extend(act_routes::<ApplicationCycle>(path, READS, action, says));
    }
    Room { name: "applications", about: "Applications for marketing, export and brokering licenses.", routes }
}

impl Lists for ApplicationFilter {
    type Item = Application;

    async fn page(self, conn: &mut Conn, act: &Act, paging: Paging) -> Answer<Page<Application>> {
        Ok(store::list(conn, act, self, paging).await?)
    }
}

async fn get(ctx: Ctx, Id(id): Id<ApplicationId>) -> Answer<Found<Application>> {
    view(&mut *ctx.read().await?, &ctx.act, id).await.map(Found)
}

async fn open(ctx: Ctx, Body(new): Body<NewApplication>) -> Answer<Created<Application>> {
    let mut tx = ctx.begin().await?;
    let id = file::open(&mut tx, &ctx.act, &new).await?;
    let application = view(&mut tx, &ctx.act, id).await?;
    ctx.keep(tx);
    Ok(Created::under("/v1/applications", id, application))
}

async fn revise(
    ctx: Ctx,
    Id(id): Id<ApplicationId>,
    Body(new): Body<NewApplication>,
) -> Answer<Found<Application>> {
    let mut tx = ctx.begin_deciding().await?;
    file::revise(&mut tx, &ctx.act, id, &new).await?;
    let application = view(&mut tx, &ctx.act, id).await?;
    ctx.keep(tx);
    Ok(Found(application))
}

async fn submit(ctx: Ctx, Id(id): Id<ApplicationId>) -> Answer<Created<Application>> {
    let mut tx = ctx.begin_deciding().await?;
    file::submit(&mut tx, &ctx.act, id).await?;
    let application = view(&mut tx, &ctx.act, id).await?;
    ctx.keep(tx);
    Ok(Created::under("/v1/applications", id, application))
}

async fn record_position(
    ctx: Ctx,
    Id(id): Id<ApplicationId>,
    Body(new): Body<NewPosition>,
) -> Answer<Created<Position>> {
    let mut tx = ctx.begin_deciding().await?;
    let position = positions::record_position(&mut tx, &ctx.act, id, &new).await?;
    ctx.keep(tx);
    Ok(Created::part(format!("/v1/applications/{id}/positions"), position))
}

async fn list_positions(ctx: Ctx, Id(id): Id<ApplicationId>) -> Answer<Page<Position>> {
    let mut conn = ctx.read().await?;
    let items = store::positions::list(&mut conn, id).await?;
    if items.is_empty() && store::get(&mut conn, &ctx.act, id).await?.is_none() {
        return Err(Problem::not_found());
    }
    Ok(Page { items, next: None })
}

async fn propose_conditions(
    ctx: Ctx,
    Id(id): Id<ApplicationId>,
    Body(new): Body<NewConditions>,
) -> Answer<Created<Application>> {
    let mut tx = ctx.begin_deciding().await?;
    positions::propose_conditions(&mut tx, &ctx.act, id, &new).await?;
    let application = view(&mut tx, &ctx.act, id).await?;
    ctx.keep(tx);
    Ok(Created::under("/v1/applications", id, application))
}

async fn list_decisions(ctx: Ctx, Id(id): Id<ApplicationId>) -> Answer<Page<Decision>> {
    let mut conn = ctx.read().await?;
    let items = store::decisions::list(&mut conn, &ctx.act.actor, id).await?;
    if items.is_empty() && store::get(&mut conn, &ctx.act, id).await?.is_none() {
        return Err(Problem::not_found());
    }
    Ok(Page { items, next: None })
}

async fn list_like(
    ctx: Ctx,
    Id(id): Id<ApplicationId>,
    Query(asked): Query<LikeQuery>,
) -> Answer<Page<LikeTransaction>> {
    let items = like::like(&mut *ctx.read().await?, &ctx.act, id, &asked).await?;
    Ok(Page { items, next: None })
}

async fn get_decision(ctx: Ctx, IdNumber(id, number): IdNumber<ApplicationId>) -> Answer<Found<Decision>> {
    let decision = store::decisions::get(&mut *ctx.read().await?, &ctx.act.actor, id, number).await?;
    decision.map(Found).ok_or_else(Problem::not_found)
}

async fn propose(
    ctx: Ctx,
    Id(id): Id<ApplicationId>,
    Body(new): Body<NewDecision>,
) -> Answer<Created<Decision>> {
    let mut tx = ctx.begin_deciding().await?;
    let decision = decide::propose(&mut tx, &ctx.act, id, &new).await?;
    ctx.keep(tx);
    Ok(Created::part(format!("/v1/applications/{id}/decisions/{}", decision.number), decision))
}

async fn countersign(
    ctx: Ctx,
    IdNumber(id, number): IdNumber<ApplicationId>,
) -> Answer<Created<Application>> {
    let mut tx = ctx.begin_deciding().await?;
    let license = decide::countersign(&mut tx, &ctx.act, id, number).await?;
    let application = view(&mut tx, &ctx.act, id).await?;
    ctx.keep(tx);
    match license {
        Some(license) => Ok(Created::under("/v1/licenses", license, application)),
        None => Ok(Created::under("/v1/applications", id, application)),
    }
}

async fn send_back(
    ctx: Ctx,
    IdNumber(id, number): IdNumber<ApplicationId>,
    Body(grounds): Body<Grounds>,
) -> Answer<Created<Decision>> {
    let mut tx = ctx.begin_deciding().await?;
    let decision = decide::send_back(&mut tx, &ctx.act, id, number, grounds.reasons.as_str()).await?;
    ctx.keep(tx);
    Ok(Created::part(format!("/v1/applications/{id}/decisions/{number}"), decision))
}
