//! The routes of imports.

use super::load::{self, Input, Loaded};
use super::model::{Import, ImportFilter, ImportReject, RejectFilter};
use super::profile::Profile;
use super::upload::Upload;
use super::{reader, rejects_csv, store};
use crate::act::Act;
use crate::db::Conn;
use crate::history::{Grounds, history_route};
use crate::http::{Answer, Body, Created, Csv, Ctx, Found, Id, Lists, Paged, Problem, Room, Route, list};
use crate::ids::ImportId;
use crate::page::{Page, Paging};
use crate::rules::authority::Permission;
use crate::rules::import::ImportCycle;

const READS: Permission = Permission::ReadImports;
/// A list and its profile may have this many bytes over HTTP; the command line takes larger files.
const UPLOAD_LIMIT: usize = 64 * 1024 * 1024;

/// The routes of this room.
pub fn room() -> Room {
    Room {
        name: "imports",
        about: "Imports of license lists that others made: one transaction each, row by row reported.",
        routes: vec![
            Route::get("/v1/imports", READS, list::<ImportFilter>).says("List imports"),
            Route::post("/v1/imports", Permission::ImportLicenses, import)
                .says("Import a CSV as a profile says; the same input a second time changes nothing")
                .body_limit(UPLOAD_LIMIT),
            Route::get("/v1/imports/{id}", READS, get).says("One import"),
            history_route::<ImportCycle>("/v1/imports/{id}/history", READS),
            Route::get("/v1/imports/{id}/rejects", READS, rejects)
                .says("The rows that were not taken, with reasons"),
            Route::get("/v1/imports/{id}/rejects.csv", READS, rejects_as_csv).says("The same as CSV"),
            Route::post("/v1/imports/{id}/withdrawals", Permission::ImportLicenses, withdraw)
                .says("Take the import out again, whole, while nothing refers to its licenses"),
        ],
    }
}

impl Lists for ImportFilter {
    type Item = Import;

    async fn page(self, conn: &mut Conn, act: &Act, paging: Paging) -> Answer<Page<Import>> {
        Ok(store::list(conn, &act.actor, self, paging).await?)
    }
}

async fn get(ctx: Ctx, Id(id): Id<ImportId>) -> Answer<Found<Import>> {
    store::get(&mut *ctx.read().await?, &ctx.act.actor, id).await?.map(Found).ok_or_else(Problem::not_found)
}

async fn import(ctx: Ctx, upload: Upload) -> Answer<Created<Import>> {
    let profile =
        Profile::parse(&upload.profile).map_err(|error| Problem::field("/profile", error.to_string()))?;
    let file = upload.file.clone();
    let reader = profile.clone();
    // Reading a list takes a core for a while, which the threads that answer requests do not have.
    let reading = tokio::task::spawn_blocking(move || reader::read(&reader, file.as_ref()))
        .await
        .map_err(|error| Problem::internal(&error))?
        .map_err(|error| Problem::field("/file", error.to_string()))?;
    let input = Input {
        profile: &profile,
        profile_text: &upload.profile,
        file_name: upload.file_name.as_str(),
        file: upload.file.as_ref(),
    };
    let mut tx = ctx.begin_long().await?;
    let (Loaded::New(id) | Loaded::Before(id)) = load::load(&mut tx, &ctx.act, &input, reading).await?;
    let import = store::get(&mut tx, &ctx.act.actor, id).await?.ok_or_else(Problem::not_found)?;
    ctx.keep(tx);
    Ok(Created::under("/v1/imports", id, import))
}

async fn rejects(
    ctx: Ctx,
    Id(id): Id<ImportId>,
    Paged { paging, .. }: Paged<RejectFilter>,
) -> Answer<Page<ImportReject>> {
    let mut conn = ctx.read().await?;
    store::get(&mut conn, &ctx.act.actor, id).await?.ok_or_else(Problem::not_found)?;
    Ok(store::rejects(&mut conn, id, paging).await?)
}

async fn rejects_as_csv(ctx: Ctx, Id(id): Id<ImportId>) -> Answer<Csv> {
    let mut conn = ctx.read().await?;
    store::get(&mut conn, &ctx.act.actor, id).await?.ok_or_else(Problem::not_found)?;
    let rejects = store::all_rejects(&mut conn, id).await?;
    rejects_csv(&rejects).map(Csv).map_err(|error| Problem::internal(&error))
}

async fn withdraw(ctx: Ctx, Id(id): Id<ImportId>, Body(grounds): Body<Grounds>) -> Answer<Created<Import>> {
    let mut tx = ctx.begin_long().await?;
    load::withdraw(&mut tx, &ctx.act, id, grounds.reasons.as_str()).await?;
    let import = store::get(&mut tx, &ctx.act.actor, id).await?.ok_or_else(Problem::not_found)?;
    ctx.keep(tx);
    Ok(Created::under("/v1/imports", id, import))
}
