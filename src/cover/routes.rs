//! The routes of cover.

use tokio::sync::mpsc;

use super::list::{self, List};
use super::model::{
    UncoveredApplication, UncoveredApplicationFilter, UncoveredLicense, UncoveredLicenseFilter,
};
use super::{store, uncovered};
use crate::http::{Answer, Ctx, Export, Id, PageOrExport, Problem, Query, Room, Route};
use crate::ids::TemplateId;
use crate::page::{Page, Paging};
use crate::rules::authority::Permission;

const READS: Permission = Permission::ReadCover;

/// The routes of this room.
pub fn room() -> Room {
    Room {
        name: "cover",
        about: "What a template version leaves uncovered: licenses and pending applications.",
        routes: vec![
            Route::get("/v1/declaration-templates/{id}/uncovered-licenses", READS, licenses)
                .says("The export licenses in force without a declaration on this version or a later one"),
            Route::get("/v1/declaration-templates/{id}/uncovered-applications", READS, applications)
                .says("The open export applications that name no declaration on this version or a later one"),
        ],
    }
}

async fn licenses(
    ctx: Ctx,
    Id(id): Id<TemplateId>,
    Query(filter): Query<UncoveredLicenseFilter>,
) -> Answer<PageOrExport<UncoveredLicense>> {
    let paging = Paging::parse(filter.limit, filter.cursor.as_deref())?;
    // One snapshot: what is found is looked at in it.
    let mut tx = ctx.begin_long().await?;
    let version = store::version(&mut tx, &ctx.act, id).await?.ok_or_else(Problem::not_found)?;
    let csv = match filter.format.as_deref() {
        None => {
            let page = uncovered::licenses(&mut tx, &ctx.act, &version, &filter, paging).await?;
            return Ok(PageOrExport::Page(page));
        }
        Some("ndjson") => false,
        Some("csv") => true,
        Some(_) => return Err(Problem::field("?format", "must be ndjson or csv")),
    };
    if filter.limit.is_some() || filter.cursor.is_some() {
        return Err(Problem::field("?format", "gives the whole list: leave limit and cursor out"));
    }
    let ids = store::license_ids(&mut tx, &ctx.act, &version, &filter).await?;
    let (out, chunks) = mpsc::channel(2);
    let list = List { act: ctx.act.clone(), version, ids, csv };
    tokio::spawn(list::send(tx, list, out));
    Ok(PageOrExport::Export(Export { csv, chunks }))
}

async fn applications(
    ctx: Ctx,
    Id(id): Id<TemplateId>,
    Query(filter): Query<UncoveredApplicationFilter>,
) -> Answer<Page<UncoveredApplication>> {
    let paging = Paging::parse(filter.limit, filter.cursor.as_deref())?;
    let mut tx = ctx.begin_long().await?;
    let version = store::version(&mut tx, &ctx.act, id).await?.ok_or_else(Problem::not_found)?;
    uncovered::applications(&mut tx, &ctx.act, &version, &filter, paging).await
}
