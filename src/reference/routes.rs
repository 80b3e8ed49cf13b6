//! The routes of reference data. Countries and their groups are few and given whole, in one page.

use super::model::{
    AsOf, CodeProposal, ControlListCode, ControlListEntry, ControlListFilter, Country, CountryFilter,
    CountryGroup, EditionFilter, Membership, NewCountryGroup, NewEdition, NewEnding, NewMember, Programme,
    ProgrammeFilter, ProposalQuery, ReferenceEdition,
};
use super::table::{LONGEST_FILE, Refusal};
use super::upload::Upload;
use super::{control_list, editions, groups, programmes, propose_codes, store};
use crate::act::Act;
use crate::db::Conn;
use crate::http::{Answer, Body, Code, Created, Ctx, Found, Id, Lists, Problem, Query, Room, Route, list};
use crate::ids::EditionId;
use crate::page::{Page, Paging};
use crate::rules::authority::Permission;
use crate::rules::country_name::contains;
use crate::rules::edition::EditionSubject;
use crate::rules::values::{ControlCode, GroupCode};
use axum::body::Bytes;

const READS: Permission = Permission::ReadReference;
const MANAGES: Permission = Permission::ManageReference;
const MEMBERS: &str = "/v1/country-groups/{code}/members";
const ENDINGS: &str = "/v1/country-groups/{code}/member-endings";
const EDITIONS: &str = "/v1/reference-editions";
/// An edition may have so many bytes with its other parts.
const UPLOAD_LIMIT: usize = LONGEST_FILE + 64 * 1024;

/// The routes of this room.
pub fn room() -> Room {
    Room {
        name: "reference",
        about: "Countries with their names and the arms embargoes in force on them, groups of countries, the control lists \
                and the sanctions programmes of others.",
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
            Route::get("/v1/control-list", READS, list::<ControlListFilter>)
                .says("The entries of the control lists in force on a day"),
            Route::get("/v1/control-list/proposals", READS, proposals)
                .says("The entries in force that are nearest to a description"),
            Route::get("/v1/control-list/{code}", READS, code)
                .says("What the control lists say, and said, of a code: every version of the nearest entry"),
            Route::get("/v1/programmes", READS, list::<ProgrammeFilter>)
                .says("The sanctions and embargo programmes of others on a day"),
            Route::get(EDITIONS, READS, list::<EditionFilter>)
                .says("The editions of control lists and of lists of programmes"),
            Route::post(EDITIONS, MANAGES, take_edition)
                .says("Take an edition of a control list or of a list of programmes, whole or not at all")
                .body_limit(UPLOAD_LIMIT),
            Route::get("/v1/reference-editions/{id}", READS, edition)
                .says("One edition, with what it added, changed and ended"),
        ],
    }
}

impl Lists for ControlListFilter {
    type Item = ControlListEntry;

    async fn page(self, conn: &mut Conn, act: &Act, paging: Paging) -> Answer<Page<ControlListEntry>> {
        let on = self.as_of.unwrap_or_else(|| act.today());
        Ok(store::control_list::list(conn, self, on, paging).await?)
    }
}

impl Lists for ProgrammeFilter {
    type Item = Programme;

    async fn page(self, conn: &mut Conn, act: &Act, paging: Paging) -> Answer<Page<Programme>> {
        let on = self.as_of.unwrap_or_else(|| act.today());
        Ok(store::programmes::list(conn, self, on, paging).await?)
    }
}

impl Lists for EditionFilter {
    type Item = ReferenceEdition;

    async fn page(self, conn: &mut Conn, _act: &Act, paging: Paging) -> Answer<Page<ReferenceEdition>> {
        Ok(store::editions::list(conn, self, paging).await?)
    }
}

async fn countries(ctx: Ctx, Query(filter): Query<CountryFilter>) -> Answer<Page<Country>> {
    let mut items = store::countries(&mut *ctx.read().await?, ctx.act.today()).await?;
    if let Some(asked) = &filter.name {
        let named = |country: &Country| {
            let names = country.names.iter().map(|name| name.name.as_str());
            std::iter::once(country.name.as_str()).chain(names).any(|name| contains(name, asked.as_str()))
        };
        items.retain(named);
    }
    Ok(Page { items, next: None })
}

async fn code(ctx: Ctx, Code(code): Code<ControlCode>) -> Answer<Found<ControlListCode>> {
    let versions = store::control_list::nearest(&mut *ctx.read().await?, &code).await?;
    let nearest = versions.first().map(|version| version.code.clone()).ok_or_else(Problem::not_found)?;
    Ok(Found(ControlListCode { code, nearest, versions }))
}

async fn proposals(ctx: Ctx, Query(query): Query<ProposalQuery>) -> Answer<Page<CodeProposal>> {
    let mut conn = ctx.read().await?;
    let items = propose_codes(&mut conn, "", query.text.as_str(), ctx.act.today()).await?;
    Ok(Page { items, next: None })
}

async fn edition(ctx: Ctx, Id(id): Id<EditionId>) -> Answer<Found<ReferenceEdition>> {
    store::editions::get(&mut *ctx.read().await?, id).await?.map(Found).ok_or_else(Problem::not_found)
}

async fn take_edition(ctx: Ctx, upload: Upload) -> Answer<Created<ReferenceEdition>> {
    let Upload { subject, edition, file } = upload;
    let edition = match subject {
        EditionSubject::ControlList => taken(&ctx, &edition, file, control_list::read).await?,
        EditionSubject::Programmes => taken(&ctx, &edition, file, programmes::read).await?,
    };
    Ok(Created::under(EDITIONS, edition.id, edition))
}

/// Reads a file and takes it as an edition.
async fn taken<R: editions::EditionRow + 'static>(
    ctx: &Ctx,
    new: &NewEdition,
    file: Bytes,
    read: fn(&[u8]) -> Result<Vec<R>, Refusal>,
) -> Answer<ReferenceEdition> {
    // Reading a long file takes a core for a while, which the threads that answer requests do not have.
    let rows = tokio::task::spawn_blocking(move || read(&file))
        .await
        .map_err(|error| Problem::internal(&error))??;
    let mut tx = ctx.begin_deciding().await?;
    let edition = editions::take(&mut tx, &ctx.act, new, &rows).await?;
    ctx.keep(tx);
    Ok(edition)
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
