//! The routes of cover.

use super::list::{self, List};
use super::model::{
    UncoveredApplication, UncoveredApplicationFilter, UncoveredLicense, UncoveredLicenseFilter,
};
use super::{store, uncovered};
use crate::http::{Answer, Asked, Ctx, ExportFormat, Id, PageOrExport, Paged, Problem, Room, Route, export};
use crate::ids::TemplateId;
use crate::page::Page;
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
    Asked { filter, paging, format }: Asked<UncoveredLicenseFilter>,
) -> Answer<PageOrExport<UncoveredLicense>> {
    // One snapshot: what is found is looked at in it.
    let mut tx = ctx.begin_long().await?;
    let version = store::version(&mut tx, &ctx.act, id).await?.ok_or_else(Problem::not_found)?;
    let Some(format) = format else {
        let page = uncovered::licenses(&mut tx, &ctx.act, &version, &filter, paging).await?;
        return Ok(PageOrExport::Page(page));
    };
    let permit = ctx.export_permit()?;
    let mut ids = store::license_ids(&mut tx, &ctx.act, &version, &filter).await?;
    let oldest_first = paging.oldest_first(false);
    if oldest_first {
        ids.reverse();
    }
    let (pieces, whole) = export::begin(format);
    let list = List { act: ctx.act.clone(), version, ids, oldest_first, csv: format == ExportFormat::Csv };
    tokio::spawn(async move {
        list::send(tx, list, pieces).await;
        drop(permit);
    });
    Ok(PageOrExport::Export(whole))
}

async fn applications(
    ctx: Ctx,
    Id(id): Id<TemplateId>,
    Paged { filter, paging }: Paged<UncoveredApplicationFilter>,
) -> Answer<Page<UncoveredApplication>> {
    let mut tx = ctx.begin_long().await?;
    let version = store::version(&mut tx, &ctx.act, id).await?.ok_or_else(Problem::not_found)?;
    uncovered::applications(&mut tx, &ctx.act, &version, &filter, paging).await
}
