//! The routes of reference data. Each list is short and given whole, in one page.

use super::model::{
    AsOf, ControlListEntry, ControlListFilter, Country, CountryGroup, Membership, NewCountryGroup, NewEnding,
    NewMember,
};
use super::{groups, store};
use crate::http::{Answer, Body, Code, Created, Ctx, Found, Problem, Query, Room, Route};
use crate::page::Page;
use crate::rules::authority::Permission;
use crate::rules::values::GroupCode;

const READS: Permission = Permission::ReadReference;
const MANAGES: Permission = Permission::ManageReference;
const MEMBERS: &str = "/v1/country-groups/{code}/members";
const ENDINGS: &str = "/v1/country-groups/{code}/member-endings";

/// The routes of this room.
pub fn room() -> Room {
    Room {
        name: "reference",
        about: "Countries with the arms embargoes in force on them, groups of countries, and the control lists.",
        routes: vec![
            Route::get("/v1/countries", READS, countries)
                .says("All countries and groups, with the arms embargo in force today"),
            Route::get("/v1/country-groups", READS, country_groups)
                .says("The groups of countries, with their members on a day"),
            Route::post("/v1/country-groups", MANAGES, create_group).says("Put a group of countries on file"),
            Route::get("/v1/country-groups/{code}", READS, country_group)
                .says("One group of countries, with its members on a day"),
            Route::get(MEMBERS, READS, memberships).says("Every membership of the group, ended ones too"),
            Route::post(MEMBERS, MANAGES, add_member).says("Enter a country's membership of the group"),
            Route::get(ENDINGS, READS, endings).says("The memberships of the group that have an end"),
            Route::post(ENDINGS, MANAGES, end_member).says("End a country's membership of the group"),
            Route::get("/v1/control-list", READS, control_list).says("The entries of the control lists"),
        ],
    }
}

async fn countries(ctx: Ctx) -> Answer<Page<Country>> {
    let items = store::countries(&mut *ctx.read().await?, ctx.act.today()).await?;
    Ok(Page { items, next: None })
}

async fn control_list(ctx: Ctx, Query(filter): Query<ControlListFilter>) -> Answer<Page<ControlListEntry>> {
    let items = store::control_list(&mut *ctx.read().await?, &filter).await?;
    Ok(Page { items, next: None })
}

async fn country_groups(ctx: Ctx, Query(query): Query<AsOf>) -> Answer<Page<CountryGroup>> {
    let on = query.as_of.unwrap_or_else(|| ctx.act.today());
    let items = store::groups::groups(&mut *ctx.read().await?, None, on).await?;
    Ok(Page { items, next: None })
}

async fn country_group(
    ctx: Ctx,
    Code(code): Code<GroupCode>,
    Query(query): Query<AsOf>,
) -> Answer<Found<CountryGroup>> {
    let on = query.as_of.unwrap_or_else(|| ctx.act.today());
    let mut found = store::groups::groups(&mut *ctx.read().await?, Some(&code), on).await?;
    found.pop().map(Found).ok_or_else(Problem::not_found)
}

async fn create_group(ctx: Ctx, Body(new): Body<NewCountryGroup>) -> Answer<Created<CountryGroup>> {
    let mut tx = ctx.begin_deciding().await?;
    let group = groups::create_group(&mut tx, &ctx.act, &new).await?;
    ctx.keep(tx);
    Ok(Created::part(format!("/v1/country-groups/{}", new.code), group))
}

async fn memberships(ctx: Ctx, Code(code): Code<GroupCode>) -> Answer<Page<Membership>> {
    Ok(Page { items: spans(&ctx, &code).await?, next: None })
}

async fn endings(ctx: Ctx, Code(code): Code<GroupCode>) -> Answer<Page<Membership>> {
    let mut items = spans(&ctx, &code).await?;
    items.retain(|span| span.valid_until.is_some());
    Ok(Page { items, next: None })
}

/// Every membership of a group on file.
async fn spans(ctx: &Ctx, code: &GroupCode) -> Result<Vec<Membership>, Problem> {
    let mut conn = ctx.read().await?;
    store::groups::group(&mut conn, code).await?.ok_or_else(Problem::not_found)?;
    Ok(store::groups::memberships(&mut conn, code, None).await?)
}

async fn add_member(
    ctx: Ctx,
    Code(code): Code<GroupCode>,
    Body(new): Body<NewMember>,
) -> Answer<Created<Membership>> {
    let mut tx = ctx.begin_deciding().await?;
    let membership = groups::add_member(&mut tx, &ctx.act, &code, &new).await?;
    ctx.keep(tx);
    Ok(Created::part(MEMBERS.replace("{code}", code.as_str()), membership))
}

async fn end_member(
    ctx: Ctx,
    Code(code): Code<GroupCode>,
    Body(new): Body<NewEnding>,
) -> Answer<Created<Membership>> {
    let mut tx = ctx.begin_deciding().await?;
    let membership = groups::end_member(&mut tx, &ctx.act, &code, &new).await?;
    ctx.keep(tx);
    Ok(Created::part(ENDINGS.replace("{code}", code.as_str()), membership))
}
