//! The routes of enforcement.

use super::list::{self, List};
use super::model::{Approval, Decision, DecisionFilter, Enactment, ListForm, Preview, PreviewChanges};
use super::preview::{gather, on_file};
use super::store::{decisions, list as lists, previews};
use super::{approve, enact, preview};
use crate::history::{Grounds, times_route};
use crate::http::{
    Accepted, Answer, Body, Created, Ctx, Export, ExportFormat, Found, Id, IdNumber, Paged, Problem, Query,
    Room, Route, export,
};
use crate::ids::{LicenseId, MeasureId, OperationId};
use crate::measures::{self, Measure};
use crate::operations::{self, Operation};
use crate::page::Page;
use crate::rules::authority::Permission;
use crate::rules::measure::{Action, MeasureCycle};
use crate::rules::operation::Kind;

const READS: Permission = Permission::ReadMeasures;
const PREVIEWS: &str = "/v1/measures/{id}/previews";
const AGREEMENTS: &str = "/v1/measures/{id}/agreements";
const APPROVALS: &str = "/v1/measures/{id}/approvals";
const EXECUTIONS: &str = "/v1/measures/{id}/executions";
const LIFTINGS: &str = "/v1/measures/{id}/liftings";
const ORDERS: &str = "/v1/measures/{id}/revocation-orders";

/// The routes of this room.
pub fn room() -> Room {
    Room {
        name: "enforcement",
        about: "What a measure would touch, its approval, and carrying it out.",
        routes: vec![
            Route::post(PREVIEWS, Permission::PreviewMeasure, take_preview)
                .says("Find and pin what the proposed content would touch now"),
            Route::get(PREVIEWS, READS, list_previews).says("The previews of a measure"),
            Route::get("/v1/measures/{id}/previews/{number}", READS, get_preview).says("One preview"),
            Route::get("/v1/measures/{id}/previews/{number}/licenses", READS, list_licenses)
                .says("Every license of the preview, as NDJSON or CSV"),
            Route::get("/v1/measures/{id}/previews/{number}/changes", READS, changes)
                .says("What changed since the preview was taken"),
            Route::post(AGREEMENTS, Permission::AgreeMeasure, agree)
                .says("Agree to a preview for the caller's ministry"),
            times_route::<MeasureCycle>(AGREEMENTS, READS, Action::Agree),
            Route::post(APPROVALS, Permission::ApproveMeasure, approve_it)
                .says("Approve what is proposed, on the preview that the digest names"),
            times_route::<MeasureCycle>(APPROVALS, READS, Action::Approve),
            Route::post(EXECUTIONS, Permission::EnactMeasure, execute)
                .says("Bring the approved content into force; an operation carries it out"),
            Route::get(EXECUTIONS, READS, list_operations)
                .says("The operations that carried the measure out"),
            Route::post(LIFTINGS, Permission::LiftMeasure, lift)
                .says("Lift the measure; an operation thaws what it alone held"),
            times_route::<MeasureCycle>(LIFTINGS, READS, Action::Lift),
            Route::post(ORDERS, Permission::OrderRevocation, order_revocations)
                .says("Order the revocations that the measure instructed and nobody answered"),
            Route::get(ORDERS, READS, list_orders).says("The operations that ordered them"),
            Route::get("/v1/measures/{id}/decisions", READS, list_decisions)
                .says("The decision record of each license the measure touched"),
            Route::get("/v1/licenses/{id}/measure-decisions", Permission::ReadLicenses, of_license)
                .says("The decision records of a license under measures"),
        ],
    }
}

async fn take_preview(ctx: Ctx, Id(id): Id<MeasureId>) -> Answer<Created<Preview>> {
    let mut tx = ctx.begin_long().await?;
    let preview = preview::preview(&mut tx, &ctx.act, id).await?;
    ctx.keep(tx);
    Ok(Created::part(format!("/v1/measures/{id}/previews/{}", preview.number), preview))
}

async fn list_previews(ctx: Ctx, Id(id): Id<MeasureId>) -> Answer<Page<Preview>> {
    let mut conn = ctx.read().await?;
    on_file(&mut conn, &ctx.act, id).await?;
    Ok(Page { items: previews::list(&mut conn, &ctx.act, id).await?, next: None })
}

async fn get_preview(ctx: Ctx, IdNumber(id, number): IdNumber<MeasureId>) -> Answer<Found<Preview>> {
    let found = previews::get(&mut *ctx.read().await?, &ctx.act, id, number).await?;
    found.map(Found).ok_or_else(Problem::not_found)
}

async fn list_licenses(
    ctx: Ctx,
    IdNumber(id, number): IdNumber<MeasureId>,
    Query(form): Query<ListForm>,
) -> Answer<Export> {
    let permit = ctx.export_permit()?;
    let format = form.format.unwrap_or(ExportFormat::Ndjson);
    let mut tx = ctx.begin_long().await?;
    let (touched, released) =
        previews::licenses(&mut tx, id, number).await?.ok_or_else(Problem::not_found)?;
    let scope = measures::store::scope_of_preview(&mut tx, id, number).await?;
    let groups = measures::store::groups(&mut tx, &scope.groups(), ctx.act.today()).await?;
    let (pieces, whole) = export::begin(format);
    let list = List { touched, released, scope, groups, csv: format == ExportFormat::Csv };
    tokio::spawn(async move {
        list::send(tx, list, pieces).await;
        drop(permit);
    });
    Ok(whole)
}

async fn changes(ctx: Ctx, IdNumber(id, number): IdNumber<MeasureId>) -> Answer<Found<PreviewChanges>> {
    let mut tx = ctx.begin_long().await?;
    let preview = previews::get(&mut tx, &ctx.act, id, number).await?.ok_or_else(Problem::not_found)?;
    let measure = on_file(&mut tx, &ctx.act, id).await?;
    let content = measure.pending().filter(|content| content.content_version == preview.content_version);
    let Some(content) = content else {
        return Err(Problem::conflict("The preview is of a content that is no longer proposed."));
    };
    let (touched, _) = previews::licenses(&mut tx, id, number).await?.ok_or_else(Problem::not_found)?;
    let now = gather(&mut tx, &ctx.act, &measure, content).await?;
    let (added, added_count) = lists::missing(&now.licenses, &touched);
    let (removed, removed_count) = lists::missing(&touched, &now.licenses);
    Ok(Found(PreviewChanges {
        current: now.digest == preview.digest,
        digest: now.digest,
        added: added.into_iter().map(LicenseId).collect(),
        added_count,
        removed: removed.into_iter().map(LicenseId).collect(),
        removed_count,
    }))
}

async fn agree(ctx: Ctx, Id(id): Id<MeasureId>, Body(new): Body<Approval>) -> Answer<Created<Preview>> {
    let mut tx = ctx.begin_deciding().await?;
    let preview = approve::agree(&mut tx, &ctx.act, id, &new).await?;
    ctx.keep(tx);
    Ok(Created::part(format!("/v1/measures/{id}/previews/{}", preview.number), preview))
}

async fn approve_it(ctx: Ctx, Id(id): Id<MeasureId>, Body(new): Body<Approval>) -> Answer<Created<Measure>> {
    let mut tx = ctx.begin_long().await?;
    approve::approve(&mut tx, &ctx.act, id, &new).await?;
    let measure = on_file(&mut tx, &ctx.act, id).await?;
    ctx.keep(tx);
    Ok(Created::under("/v1/measures", id, measure))
}

async fn execute(ctx: Ctx, Id(id): Id<MeasureId>, Body(new): Body<Enactment>) -> Answer<Accepted<Operation>> {
    let mut tx = ctx.begin().await?;
    let operation = enact::enact(&mut tx, &ctx.act, id, &new).await?;
    accepted(&ctx, tx, operation).await
}

async fn lift(ctx: Ctx, Id(id): Id<MeasureId>, Body(grounds): Body<Grounds>) -> Answer<Accepted<Operation>> {
    let mut tx = ctx.begin().await?;
    let reasons = grounds.reasons.as_str();
    let operation = enact::end(&mut tx, &ctx.act, id, Action::Lift, reasons).await?;
    accepted(&ctx, tx, operation).await
}

async fn order_revocations(
    ctx: Ctx,
    Id(id): Id<MeasureId>,
    Body(grounds): Body<Grounds>,
) -> Answer<Accepted<Operation>> {
    let mut tx = ctx.begin().await?;
    let operation = enact::order_revocations(&mut tx, &ctx.act, id, grounds.reasons.as_str()).await?;
    accepted(&ctx, tx, operation).await
}

/// Commits, wakes the worker and answers with the operation as it stands.
async fn accepted(ctx: &Ctx, mut tx: crate::db::Tx, id: OperationId) -> Answer<Accepted<Operation>> {
    let operation = operations::get(&mut tx, id).await?.ok_or_else(Problem::not_found)?;
    ctx.keep(tx);
    ctx.wake_worker();
    Ok(Accepted { location: format!("/v1/operations/{id}"), body: operation })
}

async fn list_operations(ctx: Ctx, Id(id): Id<MeasureId>) -> Answer<Page<Operation>> {
    let mut conn = ctx.read().await?;
    on_file(&mut conn, &ctx.act, id).await?;
    let all = operations::of_subject(&mut conn, id.0).await?;
    Ok(only(all, |kind| kind != Kind::RevocationOrders))
}

async fn list_orders(ctx: Ctx, Id(id): Id<MeasureId>) -> Answer<Page<Operation>> {
    let mut conn = ctx.read().await?;
    on_file(&mut conn, &ctx.act, id).await?;
    let all = operations::of_subject(&mut conn, id.0).await?;
    Ok(only(all, |kind| kind == Kind::RevocationOrders))
}

fn only(page: Page<Operation>, wanted: impl Fn(Kind) -> bool) -> Page<Operation> {
    Page { items: page.items.into_iter().filter(|operation| wanted(operation.kind)).collect(), next: None }
}

async fn list_decisions(
    ctx: Ctx,
    Id(id): Id<MeasureId>,
    Paged { filter, paging }: Paged<DecisionFilter>,
) -> Answer<Page<Decision>> {
    let mut conn = ctx.read().await?;
    on_file(&mut conn, &ctx.act, id).await?;
    Ok(decisions::list(&mut conn, id, filter, paging).await?)
}

async fn of_license(ctx: Ctx, Id(id): Id<LicenseId>) -> Answer<Page<Decision>> {
    let mut conn = ctx.read().await?;
    crate::licenses::get(&mut conn, &ctx.act, id).await?.ok_or_else(Problem::not_found)?;
    Ok(Page { items: decisions::of_license(&mut conn, &ctx.act, id.0).await?, next: None })
}
