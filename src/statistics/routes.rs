//! The routes of statistics.

use axum::extract::State;

use chrono::{DateTime, Utc};

use super::csv;
use super::model::{Format, Statistics, YearQuery};
use crate::as_of::AsOf;
use crate::db::Isolation;
use crate::http::{Answer, App, Ctx, JsonOrCsv, Problem, Query, Room, Route};
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
    let at = query.time(ctx.act.at)?;
    let statistics = super::of_year(&mut *ctx.read().await?, query.year, at).await?;
    Ok(query.written(statistics, at))
}

async fn read_publicly(
    State(app): State<App>,
    Query(query): Query<YearQuery>,
) -> Answer<JsonOrCsv<Statistics>> {
    let at = query.time(app.clock.now())?;
    let statistics = super::of_year(&mut *app.pool.office(Isolation::Reads).await?, query.year, at).await?;
    Ok(query.written(statistics, at))
}

impl YearQuery {
    /// The time that the figures are to hold for.
    fn time(&self, now: DateTime<Utc>) -> Result<DateTime<Utc>, Problem> {
        Ok(AsOf::named(self.as_of, None, now)?.map_or(now, |then| then.at))
    }

    /// The figures at a time in the form that is asked for.
    fn written(&self, figures: Statistics, at: DateTime<Utc>) -> JsonOrCsv<Statistics> {
        match self.format.unwrap_or(Format::Json) {
            Format::Json => JsonOrCsv::Json(Statistics { as_of: self.as_of.map(|_| at), ..figures }),
            Format::Csv => JsonOrCsv::Csv(csv::table(&figures)),
        }
    }
}
