//! The routes of screening.

use super::ask::{self, NewScreening, Screening};
use super::assign;
use super::hit::{Assignment, HitFilter, PartyFilter, PartyScreening, ScreeningHit};
use super::model::{
    Difference, DifferenceFilter, Edition, EditionFilter, ListFilter, ListTerms, NewScreeningList,
    ScreeningList,
};
use super::store::{editions, hits, lists, parties};
use super::upload::Upload;
use super::{Taken, begin_taking, prepare, reading, take};
use crate::act::Act;
use crate::db::Conn;
use crate::history::{self, Grounds, HistoryEntry, act_routes, history_route, times_route};
use crate::http::{
    Answer, Asked, Body, Created, Ctx, Found, Id, IdNumber, Lists, PageOrExport, Problem, Room, Route, list,
};
use crate::ids::{ScreeningHitId, ScreeningListId};
use crate::page::{Page, Paging};
use crate::rules::authority::Permission;
use crate::rules::lifecycle::LifeCycle as _;
use crate::rules::screening_hit::{Action as HitAction, ScreeningHitCycle};
use crate::rules::screening_list::{Action, ScreeningListCycle};

const READS: Permission = Permission::ReadScreening;
const ASSIGNMENTS: &str = "/v1/screening-hits/{id}/assignments";
const DOUBTED_PROPOSALS: &str = "/v1/screening-lists/{id}/doubted-edition-proposals";
const EDITIONS: &str = "/v1/screening-lists/{id}/editions";
/// A list may have this many bytes over HTTP; the command line takes larger files.
const UPLOAD_LIMIT: usize = 64 * 1024 * 1024;

/// The routes of this room.
pub fn room() -> Room {
    let mut routes = vec![
        Route::get("/v1/screening-lists", READS, list::<ListFilter>)
            .says("List the lists of restricted parties"),
        Route::post("/v1/screening-lists", Permission::SetScreeningTerms, keep)
            .says("Keep a list of restricted parties"),
        Route::get("/v1/screening-lists/{id}", READS, get).says("One list, with its edition in force"),
        Route::put("/v1/screening-lists/{id}", Permission::SetScreeningTerms, change_terms)
            .says("Set the terms of the list"),
        history_route::<ScreeningListCycle>("/v1/screening-lists/{id}/history", READS),
        Route::post("/v1/screening-lists/{id}/endings", Permission::SetScreeningTerms, end)
            .says("End the list: no one is compared with it any more"),
        Route::get(EDITIONS, READS, list_editions).says("The editions of the list"),
        Route::post(EDITIONS, Permission::LoadScreeningList, take_edition)
            .says("Take an edition of the list, whole; the files in force again, with a later day, confirm them, and without one change nothing")
            .body_limit(UPLOAD_LIMIT),
        Route::post(DOUBTED_PROPOSALS, Permission::LoadScreeningList, propose_doubted_edition)
            .says("Propose, with reasons, that an edition be taken that there is reason to doubt")
            .body_limit(UPLOAD_LIMIT),
        times_route::<ScreeningListCycle>(DOUBTED_PROPOSALS, READS, Action::ProposeDoubtedEdition),
        Route::post(
            "/v1/screening-lists/{id}/doubted-editions",
            Permission::TakeDoubtedEdition,
            take_doubted_edition,
        )
        .says("Take an edition that there is reason to doubt, as another person proposed it")
        .body_limit(UPLOAD_LIMIT),
        Route::get("/v1/screening-lists/{id}/editions/{number}", READS, get_edition).says("One edition"),
        Route::get("/v1/screening-lists/{id}/editions/{number}/differences", READS, list_differences)
            .says("What the edition adds, changes and removes"),
        Route::get("/v1/screenings", READS, list::<PartyFilter>).says("How far the parties are screened"),
        Route::post("/v1/screenings", Permission::ScreenName, screen_name)
            .says("Compare a name with all lists; the name is not kept"),
        Route::get("/v1/screening-hits", READS, list::<HitFilter>).says("List hits: the work to do"),
        Route::get("/v1/screening-hits/{id}", READS, get_hit)
            .says("One hit, with what the list says of its entry"),
        history_route::<ScreeningHitCycle>("/v1/screening-hits/{id}/history", READS),
        Route::post(ASSIGNMENTS, Permission::DecideHit, assign)
            .says("Make an open hit the work of a person, or nobody's"),
        times_route::<ScreeningHitCycle>(ASSIGNMENTS, READS, HitAction::Assign),
    ];
    for (path, action, says) in HIT_ACTS {
        routes.extend(act_routes::<ScreeningHitCycle>(path, READS, action, says));
    }
    Room {
        name: "screening",
        about: "Lists of restricted parties, the parties compared with them, and the work on hits.",
        routes,
    }
}

const HIT_ACTS: [(&str, HitAction, &str); 7] = [
    ("/v1/screening-hits/{id}/clearings", HitAction::Clear, "Clear the hit: the party is not the entry"),
    (
        "/v1/screening-hits/{id}/clearing-proposals",
        HitAction::ProposeClearing,
        "Propose that the hit be cleared",
    ),
    (
        "/v1/screening-hits/{id}/confirmation-proposals",
        HitAction::ProposeConfirmation,
        "Propose that the hit be confirmed",
    ),
    (
        "/v1/screening-hits/{id}/clearing-agreements",
        HitAction::AgreeToClearing,
        "Agree, as a second person, that the hit is cleared",
    ),
    (
        "/v1/screening-hits/{id}/confirmations",
        HitAction::Confirm,
        "Confirm the hit, as a second person: the party is the entry",
    ),
    ("/v1/screening-hits/{id}/returns", HitAction::SendBack, "Send a proposal back: the hit is open again"),
    (
        "/v1/screening-hits/{id}/reconsiderations",
        HitAction::Reconsider,
        "Open a hit again that was cleared or confirmed",
    ),
];

impl Lists for ListFilter {
    type Item = ScreeningList;

    async fn page(self, conn: &mut Conn, act: &Act, paging: Paging) -> Answer<Page<ScreeningList>> {
        Ok(lists::list(conn, act, self, paging).await?)
    }
}

impl Lists for EditionFilter {
    type Item = Edition;

    async fn page(self, conn: &mut Conn, _: &Act, paging: Paging) -> Answer<Page<Edition>> {
        Ok(editions::list(conn, self.list.into(), paging).await?)
    }
}

impl Lists for DifferenceFilter {
    type Item = Difference;

    async fn page(self, conn: &mut Conn, _: &Act, paging: Paging) -> Answer<Page<Difference>> {
        Ok(editions::differences(conn, self, paging).await?)
    }
}

impl Lists for PartyFilter {
    type Item = PartyScreening;

    async fn page(self, conn: &mut Conn, _: &Act, paging: Paging) -> Answer<Page<PartyScreening>> {
        Ok(parties::list(conn, self, paging).await?)
    }
}

impl Lists for HitFilter {
    type Item = ScreeningHit;

    async fn page(self, conn: &mut Conn, act: &Act, paging: Paging) -> Answer<Page<ScreeningHit>> {
        Ok(hits::list(conn, act, self, paging).await?)
    }
}

async fn get(ctx: Ctx, Id(id): Id<ScreeningListId>) -> Answer<Found<ScreeningList>> {
    lists::get(&mut *ctx.read().await?, &ctx.act, id).await?.map(Found).ok_or_else(Problem::not_found)
}

async fn keep(ctx: Ctx, Body(new): Body<NewScreeningList>) -> Answer<Created<ScreeningList>> {
    let mut tx = ctx.begin_deciding().await?;
    let id = super::keep(&mut tx, &ctx.act, &new).await?;
    let kept = lists::get(&mut tx, &ctx.act, id).await?.ok_or_else(Problem::not_found)?;
    ctx.keep(tx);
    Ok(Created::under("/v1/screening-lists", id, kept))
}

async fn change_terms(
    ctx: Ctx,
    Id(id): Id<ScreeningListId>,
    Body(terms): Body<ListTerms>,
) -> Answer<Found<ScreeningList>> {
    let mut tx = ctx.begin_deciding().await?;
    super::change_terms(&mut tx, &ctx.act, id, &terms).await?;
    let changed = lists::get(&mut tx, &ctx.act, id).await?.ok_or_else(Problem::not_found)?;
    ctx.keep(tx);
    Ok(Found(changed))
}

async fn end(
    ctx: Ctx,
    Id(id): Id<ScreeningListId>,
    Body(grounds): Body<Grounds>,
) -> Answer<Created<ScreeningList>> {
    let mut tx = ctx.begin_deciding().await?;
    super::lists::end(&mut tx, &ctx.act, id, &grounds).await?;
    let ended = lists::get(&mut tx, &ctx.act, id).await?.ok_or_else(Problem::not_found)?;
    ctx.keep(tx);
    Ok(Created::under("/v1/screening-lists", id, ended))
}

async fn take_edition(ctx: Ctx, Id(id): Id<ScreeningListId>, upload: Upload) -> Answer<Created<Edition>> {
    taken(&ctx, id, upload, Action::TakeEdition).await
}

async fn propose_doubted_edition(
    ctx: Ctx,
    Id(id): Id<ScreeningListId>,
    upload: Upload,
) -> Answer<Created<HistoryEntry>> {
    let mut tx = ctx.begin_long().await?;
    let action = Action::ProposeDoubtedEdition;
    let subject = begin_taking(&mut tx, &ctx.act, id, action).await?;
    let given = upload.given().await?;
    let read = reading(&given).await?;
    super::editions::propose(&mut tx, &ctx.act, &subject, &given, &read).await?;
    let name = ScreeningListCycle::NAME;
    let steps = history::entries(&mut tx, &ctx.act.actor, name, id.0, Some(action.name())).await?;
    let proposed = steps.into_iter().last().ok_or_else(Problem::not_found)?;
    ctx.keep(tx);
    Ok(Created::part(DOUBTED_PROPOSALS.replace("{id}", &id.to_string()), proposed))
}

async fn take_doubted_edition(
    ctx: Ctx,
    Id(id): Id<ScreeningListId>,
    upload: Upload,
) -> Answer<Created<Edition>> {
    taken(&ctx, id, upload, Action::TakeDoubtedEdition).await
}

async fn taken(ctx: &Ctx, id: ScreeningListId, upload: Upload, action: Action) -> Answer<Created<Edition>> {
    let mut tx = ctx.begin_long().await?;
    let subject = begin_taking(&mut tx, &ctx.act, id, action).await?;
    let given = upload.given().await?;
    let read = reading(&given).await?;
    let (Taken::New(number) | Taken::Before(number)) =
        take(&mut tx, &ctx.act, &subject, action, &given, &read).await?;
    let edition = editions::get(&mut tx, id, number).await?.ok_or_else(Problem::not_found)?;
    ctx.keep(tx);
    Ok(Created::part(format!("/v1/screening-lists/{id}/editions/{number}"), edition))
}

async fn list_editions(
    ctx: Ctx,
    Id(id): Id<ScreeningListId>,
    mut asked: Asked<EditionFilter>,
) -> Answer<PageOrExport<Edition>> {
    lists::get(&mut *ctx.read().await?, &ctx.act, id).await?.ok_or_else(Problem::not_found)?;
    asked.filter.list = id.0;
    list(ctx, asked).await
}

async fn get_edition(ctx: Ctx, IdNumber(id, number): IdNumber<ScreeningListId>) -> Answer<Found<Edition>> {
    editions::get(&mut *ctx.read().await?, id, number).await?.map(Found).ok_or_else(Problem::not_found)
}

async fn list_differences(
    ctx: Ctx,
    IdNumber(id, number): IdNumber<ScreeningListId>,
    mut asked: Asked<DifferenceFilter>,
) -> Answer<PageOrExport<Difference>> {
    editions::get(&mut *ctx.read().await?, id, number).await?.ok_or_else(Problem::not_found)?;
    asked.filter.of = (id.0, number);
    list(ctx, asked).await
}

async fn screen_name(ctx: Ctx, Body(new): Body<NewScreening>) -> Answer<Found<Screening>> {
    let matchers = ctx.matchers();
    // The lists are read from one snapshot, which is let go before the answer is recorded.
    let ready = prepare::ready(&mut *ctx.read().await?, &matchers).await?;
    let mut tx = ctx.begin().await?;
    let screening = ask::ask(&mut tx, &ctx.act, &ready, &new).await?;
    ctx.keep(tx);
    Ok(Found(screening))
}

async fn assign(
    ctx: Ctx,
    Id(id): Id<ScreeningHitId>,
    Body(assignment): Body<Assignment>,
) -> Answer<Created<ScreeningHit>> {
    let mut tx = ctx.begin_deciding().await?;
    assign::assign(&mut tx, &ctx.act, id, &assignment).await?;
    let hit = hits::get(&mut tx, &ctx.act, id).await?.ok_or_else(Problem::not_found)?;
    ctx.keep(tx);
    Ok(Created::part(ASSIGNMENTS.replace("{id}", &id.to_string()), hit))
}

async fn get_hit(ctx: Ctx, Id(id): Id<ScreeningHitId>) -> Answer<Found<ScreeningHit>> {
    hits::get(&mut *ctx.read().await?, &ctx.act, id).await?.map(Found).ok_or_else(Problem::not_found)
}
