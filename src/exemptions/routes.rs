//! The routes of exemptions.

use super::model::{Exemption, ExemptionFilter, ExemptionUse, NewExemption, UseFilter};
use super::store;
use crate::act::Act;
use crate::db::Conn;
use crate::history::{self, Step, Subject, act_routes, history_route};
use crate::http::{Answer, Body, Created, Ctx, Found, Id, Lists, Problem, Room, Route, list};
use crate::ids::ExemptionId;
use crate::measures;
use crate::page::{Page, Paging};
use crate::rules::authority::Permission;
use crate::rules::exemption::{Action, ExemptionCycle};

const READS: Permission = Permission::ReadExemptions;

/// The routes of this room.
pub fn room() -> Room {
    let mut routes = vec![
        Route::get("/v1/exemptions", READS, list::<ExemptionFilter>).says("List exemptions"),
        Route::post("/v1/exemptions", Permission::GrantExemption, grant).says("Grant an exemption"),
        Route::get("/v1/exemptions/{id}", READS, get).says("One exemption"),
        history_route::<ExemptionCycle>("/v1/exemptions/{id}/history", READS),
        Route::get("/v1/exemption-uses", READS, list::<UseFilter>)
            .says("The lines of licenses that were granted on exemptions"),
    ];
    routes.extend(act_routes::<ExemptionCycle>(
        "/v1/exemptions/{id}/endings",
        READS,
        Action::End,
        "End an exemption",
    ));
    Room { name: "exemptions", about: "What may be exported without a marketing license.", routes }
}

impl Lists for ExemptionFilter {
    type Item = Exemption;

    async fn page(self, conn: &mut Conn, act: &Act, paging: Paging) -> Answer<Page<Exemption>> {
        Ok(store::list(conn, &act.actor, self, paging).await?)
    }
}

impl Lists for UseFilter {
    type Item = ExemptionUse;

    async fn page(self, conn: &mut Conn, act: &Act, paging: Paging) -> Answer<Page<ExemptionUse>> {
        Ok(store::uses::list(conn, &act.actor, self, paging).await?)
    }
}

async fn get(ctx: Ctx, Id(id): Id<ExemptionId>) -> Answer<Found<Exemption>> {
    store::get(&mut *ctx.read().await?, &ctx.act.actor, id).await?.map(Found).ok_or_else(Problem::not_found)
}

async fn grant(ctx: Ctx, Body(new): Body<NewExemption>) -> Answer<Created<Exemption>> {
    if new.valid_until.is_some_and(|until| until < new.valid_from) {
        return Err(Problem::field("/validUntil", "must not be before validFrom"));
    }
    let mut tx = ctx.begin_deciding().await?;
    measures::check_scope(&mut tx, &new.scope).await?;
    let id: ExemptionId = ctx.act.new_id();
    let reference = history::new_reference(&mut tx, &ctx.act, "XM").await?;
    store::insert(&mut tx, &ctx.act, id, &reference, &new).await?;
    let step = Step::new(Action::Grant).because(None, new.reasons.as_str()).with(&new);
    history::take(&mut tx, &ctx.act, &Subject::<ExemptionCycle>::new(id, None), step).await?;
    let exemption = store::get(&mut tx, &ctx.act.actor, id).await?.ok_or_else(Problem::not_found)?;
    ctx.keep(tx);
    Ok(Created::under("/v1/exemptions", id, exemption))
}
