//! The routes of assessments.

use super::model::{Approval, Assessment, AssessmentFilter, NewAssessment, NewPosition, Position};
use super::scores::{AttachedScore, NewScores};
use super::store;
use crate::act::Act;
use crate::db::{Conn, Tx};
use crate::history::{Grounds, act_routes, history_route, times_route};
use crate::http::{Answer, Body, Created, Ctx, Found, Id, Lists, Problem, Room, Route, list};
use crate::ids::AssessmentId;
use crate::page::{Page, Paging};
use crate::rules::assessment::{Action, AssessmentCycle};
use crate::rules::authority::Permission;

const READS: Permission = Permission::ReadAssessments;
const DRAFTS: Permission = Permission::DraftAssessment;
const ONE: &str = "/v1/assessments/{id}";
const RECALLS: &str = "/v1/assessments/{id}/recalls";
const POSITIONS: &str = "/v1/assessments/{id}/positions";
const APPROVALS: &str = "/v1/assessments/{id}/approvals";
const SCORES: &str = "/v1/assessments/{id}/scores";

/// The routes of this room.
pub fn room() -> Room {
    let mut routes = vec![
        Route::get("/v1/assessments", READS, list::<AssessmentFilter>).says("List assessments"),
        Route::post("/v1/assessments", DRAFTS, draft).says("Draft an assessment of a country"),
        Route::get(ONE, READS, get).says("One assessment"),
        Route::put(ONE, DRAFTS, revise).says("Replace what a draft says"),
        history_route::<AssessmentCycle>("/v1/assessments/{id}/history", READS),
        Route::get(SCORES, READS, scores).says("The scores attached to the assessment, with their sources"),
        Route::post(SCORES, DRAFTS, attach).says("Attach scores that others publish to a draft"),
        times_route::<AssessmentCycle>(RECALLS, READS, Action::Recall),
        Route::post(RECALLS, DRAFTS, recall)
            .says("Take the text back to be revised; the next one is a round of its own"),
        Route::get(POSITIONS, READS, positions).says("The positions of the ministries, by round"),
        Route::post(POSITIONS, Permission::TakePositionOnAssessment, take_position)
            .says("Record the position of the caller's ministry; the second makes it agreed or dissented"),
        times_route::<AssessmentCycle>(APPROVALS, READS, Action::Approve),
        Route::post(APPROVALS, Permission::ApproveAssessment, approve)
            .says("Approve the assessment; it supersedes the one in force for the country and class"),
    ];
    routes.extend(act_routes::<AssessmentCycle>(
        "/v1/assessments/{id}/consultations",
        READS,
        Action::Consult,
        "Put the draft to the ministries",
    ));
    Room {
        name: "assessments",
        about: "Situational assessments of countries: drafted, put to both ministries, approved.",
        routes,
    }
}

impl Lists for AssessmentFilter {
    type Item = Assessment;

    async fn page(self, conn: &mut Conn, act: &Act, paging: Paging) -> Answer<Page<Assessment>> {
        Ok(store::list(conn, act, self, paging).await?)
    }
}

async fn get(ctx: Ctx, Id(id): Id<AssessmentId>) -> Answer<Found<Assessment>> {
    store::get(&mut *ctx.read().await?, &ctx.act, id).await?.map(Found).ok_or_else(Problem::not_found)
}

async fn draft(ctx: Ctx, Body(new): Body<NewAssessment>) -> Answer<Created<Assessment>> {
    let mut tx = ctx.begin_deciding().await?;
    let id = super::draft(&mut tx, &ctx.act, &new).await?;
    answer(&ctx, tx, id, ONE).await
}

async fn revise(
    ctx: Ctx,
    Id(id): Id<AssessmentId>,
    Body(new): Body<NewAssessment>,
) -> Answer<Found<Assessment>> {
    let mut tx = ctx.begin_deciding().await?;
    super::revise(&mut tx, &ctx.act, id, &new).await?;
    let assessment = store::get(&mut tx, &ctx.act, id).await?.ok_or_else(Problem::not_found)?;
    ctx.keep(tx);
    Ok(Found(assessment))
}

async fn recall(
    ctx: Ctx,
    Id(id): Id<AssessmentId>,
    Body(grounds): Body<Grounds>,
) -> Answer<Created<Assessment>> {
    let mut tx = ctx.begin_deciding().await?;
    super::recall(&mut tx, &ctx.act, id, &grounds).await?;
    answer(&ctx, tx, id, RECALLS).await
}

async fn take_position(
    ctx: Ctx,
    Id(id): Id<AssessmentId>,
    Body(new): Body<NewPosition>,
) -> Answer<Created<Position>> {
    let mut tx = ctx.begin_deciding().await?;
    let position = super::take_position(&mut tx, &ctx.act, id, &new).await?;
    ctx.keep(tx);
    Ok(Created::part(POSITIONS.replace("{id}", &id.to_string()), position))
}

async fn approve(
    ctx: Ctx,
    Id(id): Id<AssessmentId>,
    Body(approval): Body<Approval>,
) -> Answer<Created<Assessment>> {
    let mut tx = ctx.begin_deciding().await?;
    super::approve(&mut tx, &ctx.act, id, &approval).await?;
    answer(&ctx, tx, id, APPROVALS).await
}

async fn positions(ctx: Ctx, Id(id): Id<AssessmentId>) -> Answer<Page<Position>> {
    let mut conn = ctx.read().await?;
    store::get(&mut conn, &ctx.act, id).await?.ok_or_else(Problem::not_found)?;
    Ok(Page { items: store::positions::list(&mut conn, id).await?, next: None })
}

async fn attach(
    ctx: Ctx,
    Id(id): Id<AssessmentId>,
    Body(new): Body<NewScores>,
) -> Answer<Created<Assessment>> {
    let mut tx = ctx.begin_deciding().await?;
    super::attach(&mut tx, &ctx.act, id, &new).await?;
    answer(&ctx, tx, id, SCORES).await
}

async fn scores(ctx: Ctx, Id(id): Id<AssessmentId>) -> Answer<Page<AttachedScore>> {
    let mut conn = ctx.read().await?;
    store::get(&mut conn, &ctx.act, id).await?.ok_or_else(Problem::not_found)?;
    Ok(Page { items: store::scores::list(&mut conn, id).await?, next: None })
}

/// Commits and answers with the assessment as it stands.
async fn answer(ctx: &Ctx, mut tx: Tx, id: AssessmentId, path: &str) -> Answer<Created<Assessment>> {
    let assessment = store::get(&mut tx, &ctx.act, id).await?.ok_or_else(Problem::not_found)?;
    ctx.keep(tx);
    Ok(Created::part(path.replace("{id}", &id.to_string()), assessment))
}
