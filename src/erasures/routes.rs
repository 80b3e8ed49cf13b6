//! The routes of erasures and of the retention policy.

use super::model::{Erasure, ErasureFilter, NewErasure, RetentionTerm};
use super::store;
use crate::act::Act;
use crate::db::{Conn, Tx};
use crate::history::{Grounds, act_routes, history_route, times_route};
use crate::http::{Answer, Body, Created, Ctx, Found, Id, Lists, Problem, Room, Route, list};
use crate::ids::ErasureId;
use crate::page::{Page, Paging};
use crate::rules::authority::Permission;
use crate::rules::erasure::{Action, ErasureCycle, POLICY};

const READS: Permission = Permission::ReadErasures;
const EXECUTIONS: &str = "/v1/erasures/{id}/executions";

/// The routes of this room.
pub fn room() -> Room {
    let mut routes = vec![
        Route::get("/v1/retention-terms", READS, terms).says("How long personal data is kept, and why"),
        Route::get("/v1/erasures", READS, list::<ErasureFilter>).says("List erasures"),
        Route::post("/v1/erasures", Permission::ProposeErasure, propose)
            .says("Propose an erasure: what it would take is counted")
            .takes_long(),
        Route::get("/v1/erasures/{id}", READS, get).says("One erasure"),
        history_route::<ErasureCycle>("/v1/erasures/{id}/history", READS),
        times_route::<ErasureCycle>(EXECUTIONS, READS, Action::CarryOut),
        Route::post(EXECUTIONS, Permission::CarryOutErasure, carry_out)
            .says("Carry an erasure out, as another person than its proposer")
            .takes_long(),
    ];
    routes.extend(act_routes::<ErasureCycle>(
        "/v1/erasures/{id}/withdrawals",
        READS,
        Action::Withdraw,
        "Withdraw the proposal of an erasure",
    ));
    Room { name: "erasures", about: "How long personal data is kept, and its erasure.", routes }
}

impl Lists for ErasureFilter {
    type Item = Erasure;

    async fn page(self, conn: &mut Conn, act: &Act, paging: Paging) -> Answer<Page<Erasure>> {
        Ok(store::list(conn, &act.actor, self, paging).await?)
    }
}

async fn terms(ctx: Ctx) -> Answer<Page<RetentionTerm>> {
    let terms = ctx.act.policy.retention;
    let items = POLICY.iter().map(|holding| RetentionTerm::of(holding, terms)).collect();
    Ok(Page { items, next: None })
}

async fn get(ctx: Ctx, Id(id): Id<ErasureId>) -> Answer<Found<Erasure>> {
    store::get(&mut *ctx.read().await?, &ctx.act.actor, id).await?.map(Found).ok_or_else(Problem::not_found)
}

async fn propose(ctx: Ctx, Body(new): Body<NewErasure>) -> Answer<Created<Erasure>> {
    let mut tx = ctx.begin_long().await?;
    let id = super::propose(&mut tx, &ctx.act, &new).await?;
    answer(&ctx, tx, id, "/v1/erasures/{id}").await
}

async fn carry_out(
    ctx: Ctx,
    Id(id): Id<ErasureId>,
    Body(grounds): Body<Grounds>,
) -> Answer<Created<Erasure>> {
    let mut tx = ctx.begin_long().await?;
    super::carry_out(&mut tx, &ctx.act, id, &grounds).await?;
    answer(&ctx, tx, id, EXECUTIONS).await
}

/// Commits and answers with the erasure as it stands.
async fn answer(ctx: &Ctx, mut tx: Tx, id: ErasureId, path: &str) -> Answer<Created<Erasure>> {
    let erasure = store::get(&mut tx, &ctx.act.actor, id).await?.ok_or_else(Problem::not_found)?;
    ctx.keep(tx);
    Ok(Created::part(path.replace("{id}", &id.0.to_string()), erasure))
}
