//! The routes of eligibility checks.

use super::model::{CheckFilter, EligibilityCheck, NewEligibilityCheck};
use super::store;
use crate::act::Act;
use crate::db::Conn;
use crate::http::{Answer, Body, Created, Ctx, Found, Id, Lists, Problem, Room, Route, list};
use crate::ids::EligibilityCheckId;
use crate::page::{Page, Paging};
use crate::rules::authority::Permission;

const READS: Permission = Permission::ReadEligibility;

/// The routes of this room.
pub fn room() -> Room {
    Room {
        name: "eligibility",
        about: "What the gate says of a case before it is filed.",
        routes: vec![
            Route::get("/v1/eligibility-checks", READS, list::<CheckFilter>).says("List eligibility checks"),
            Route::post("/v1/eligibility-checks", Permission::CheckEligibility, ask)
                .says("Ask what would become of a case as things stand; nothing is filed"),
            Route::get("/v1/eligibility-checks/{id}", READS, get)
                .says("One eligibility check, as it was answered"),
        ],
    }
}

impl Lists for CheckFilter {
    type Item = EligibilityCheck;

    async fn page(self, conn: &mut Conn, act: &Act, paging: Paging) -> Answer<Page<EligibilityCheck>> {
        Ok(store::list(conn, &act.actor, self, paging).await?)
    }
}

async fn get(ctx: Ctx, Id(id): Id<EligibilityCheckId>) -> Answer<Found<EligibilityCheck>> {
    store::get(&mut *ctx.read().await?, &ctx.act.actor, id).await?.map(Found).ok_or_else(Problem::not_found)
}

async fn ask(ctx: Ctx, Body(asked): Body<NewEligibilityCheck>) -> Answer<Created<EligibilityCheck>> {
    let mut tx = ctx.begin().await?;
    let id = super::ask(&mut tx, &ctx.act, &asked).await?;
    let check = store::get(&mut tx, &ctx.act.actor, id).await?.ok_or_else(Problem::not_found)?;
    ctx.keep(tx);
    Ok(Created::under("/v1/eligibility-checks", id, check))
}
