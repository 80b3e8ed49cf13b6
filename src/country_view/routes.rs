//! The route of the country view.

use super::model::CountryView;
use crate::http::{Answer, Code, Ctx, Found, Problem, Room, Route};
use crate::rules::authority::Permission;
use crate::rules::values::Country;

/// The routes of this room.
pub fn room() -> Room {
    let view = Route::get("/v1/countries/{code}", Permission::ReadCountryView, view)
        .says("The country today: embargo, groups, programmes of others, assessments, applications, licenses, acts of the year");
    Room { name: "countries", about: "What the registry knows of a country.", routes: vec![view] }
}

async fn view(ctx: Ctx, Code(code): Code<Country>) -> Answer<Found<CountryView>> {
    let mut conn = ctx.read().await?;
    super::of_country(&mut conn, &ctx.act, code).await?.map(Found).ok_or_else(Problem::not_found)
}
