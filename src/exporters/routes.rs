//! The routes of exporters.

use super::model::{Exporter, ExporterFilter, NewExporter, Registration};
use super::store;
use crate::act::Act;
use crate::as_of::{AsOf, AsOfQuery};
use crate::db::Conn;
use crate::history::{act_routes, history_route};
use crate::http::{Answer, Body, Created, Ctx, Found, Id, Lists, Problem, Query, Room, Route, list};
use crate::ids::ExporterId;
use crate::page::{Page, Paging};
use crate::rules::authority::Permission;
use crate::rules::exporter::{Action, ExporterCycle};

const READS: Permission = Permission::ReadRegister;

/// The routes of this room.
pub fn room() -> Room {
    let mut routes = vec![
        Route::get("/v1/exporters", READS, list::<ExporterFilter>)
            .says("List exporters, as they stand or as of a time"),
        Route::post("/v1/exporters", Permission::FileExporter, apply)
            .says("Enter an exporter's application to the register"),
        Route::get("/v1/exporters/{id}", READS, get).says("One exporter, as it stands or as of a time"),
        history_route::<ExporterCycle>("/v1/exporters/{id}/history", READS),
        Route::post("/v1/exporters/{id}/registrations", Permission::DecideExporter, register)
            .says("Register the exporter"),
        Route::post("/v1/exporters/{id}/renewals", Permission::DecideExporter, renew)
            .says("Renew the registration"),
    ];
    let acts = [
        ("/v1/exporters/{id}/refusals", Action::Refuse, "Refuse the registration"),
        ("/v1/exporters/{id}/suspensions", Action::Suspend, "Suspend the registration"),
        ("/v1/exporters/{id}/reinstatements", Action::Reinstate, "End the suspension"),
        (
            "/v1/exporters/{id}/removals",
            Action::Remove,
            "Remove the exporter from the register, after a hearing",
        ),
        ("/v1/exporters/{id}/surrenders", Action::Surrender, "Give the registration up"),
    ];
    for (path, action, says) in acts {
        routes.extend(act_routes::<ExporterCycle>(path, READS, action, says));
    }
    Room { name: "exporters", about: "The Defense Export Register.", routes }
}

impl Lists for ExporterFilter {
    type Item = Exporter;

    async fn page(self, conn: &mut Conn, act: &Act, paging: Paging) -> Answer<Page<Exporter>> {
        let then = AsOf::named(self.as_of, self.known_at, act.at)?;
        Ok(store::list(conn, act, self, then, paging).await?)
    }
}

async fn get(ctx: Ctx, Id(id): Id<ExporterId>, Query(asked): Query<AsOfQuery>) -> Answer<Found<Exporter>> {
    let then = asked.times(ctx.act.at)?;
    store::one(&mut *ctx.read().await?, &ctx.act, id, then).await?.map(Found).ok_or_else(Problem::not_found)
}

async fn apply(ctx: Ctx, Body(new): Body<NewExporter>) -> Answer<Created<Exporter>> {
    let mut tx = ctx.begin().await?;
    let id = super::apply(&mut tx, &ctx.act, &new).await?;
    let exporter = store::get(&mut tx, &ctx.act, id).await?.ok_or_else(Problem::not_found)?;
    ctx.keep(tx);
    Ok(Created::under("/v1/exporters", id, exporter))
}

async fn register(
    ctx: Ctx,
    Id(id): Id<ExporterId>,
    Body(registration): Body<Registration>,
) -> Answer<Created<Exporter>> {
    decide(&ctx, id, Action::Register, &registration).await
}

async fn renew(
    ctx: Ctx,
    Id(id): Id<ExporterId>,
    Body(registration): Body<Registration>,
) -> Answer<Created<Exporter>> {
    decide(&ctx, id, Action::Renew, &registration).await
}

async fn decide(
    ctx: &Ctx,
    id: ExporterId,
    action: Action,
    registration: &Registration,
) -> Answer<Created<Exporter>> {
    let mut tx = ctx.begin_deciding().await?;
    super::register(&mut tx, &ctx.act, id, action, registration).await?;
    let exporter = store::get(&mut tx, &ctx.act, id).await?.ok_or_else(Problem::not_found)?;
    ctx.keep(tx);
    Ok(Created::under("/v1/exporters", id, exporter))
}
