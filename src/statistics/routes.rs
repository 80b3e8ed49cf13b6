//! The routes of statistics.

use axum::extract::State;

use super::csv;
use super::model::{Format, Statistics, YearQuery};
use crate::db::Isolation;
use crate::http::{Answer, App, Ctx, JsonOrCsv, Query, Room, Route};
use crate::rules::authority::Permission;

/// The routes of this room.
pub fn room() -> Room {
    let routes = vec![
        Route::get("/v1/statistics", Permission::ReadStatistics, read)
            .says("The figures of a year with their definitions, as JSON or CSV"),
        Route::public("/v1/public/statistics", read_publicly)
            .says("The figures of a year with their definitions, as JSON or CSV, for anyone"),
    ];
    Room { name: "statistics", about: "Yearly figures, counted from the register itself.", routes }
}

async fn read(ctx: Ctx, Query(query): Query<YearQuery>) -> Answer<JsonOrCsv<Statistics>> {
    let statistics = super::of_year(&mut *ctx.read().await?, query.year, ctx.act.at).await?;
    Ok(written(statistics, query.format))
}

async fn read_publicly(
    State(app): State<App>,
    Query(query): Query<YearQuery>,
) -> Answer<JsonOrCsv<Statistics>> {
    let statistics =
        super::of_year(&mut *app.pool.office(Isolation::Reads).await?, query.year, app.clock.now()).await?;
    Ok(written(statistics, query.format))
}

fn written(statistics: Statistics, format: Option<Format>) -> JsonOrCsv<Statistics> {
    match format.unwrap_or(Format::Json) {
        Format::Json => JsonOrCsv::Json(statistics),
        Format::Csv => JsonOrCsv::Csv(csv::table(&statistics)),
    }
}
