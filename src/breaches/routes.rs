//! The routes of breaches.

use super::model::Breach;
use super::suspect;
use crate::history::{Grounds, times_route};
use crate::http::{Answer, Body, Created, Ctx, Id, Room, Route};
use crate::ids::DeclarationId;
use crate::rules::authority::Permission;
use crate::rules::declaration::{Action, DeclarationCycle};

const READS: Permission = Permission::ReadDeclarations;
const SUSPICIONS: &str = "/v1/declarations/{id}/breach-suspicions";
const CONFIRMATIONS: &str = "/v1/declarations/{id}/breach-confirmations";
const CLEARANCES: &str = "/v1/declarations/{id}/breach-clearances";

/// The routes of this room.
pub fn room() -> Room {
    Room {
        name: "breaches",
        about: "Breaches of declarations, and what follows for every license of the end user.",
        routes: vec![
            Route::post(SUSPICIONS, Permission::VerifyDeclaration, suspect_it)
                .says("Suspect a breach; every license in force of the end user is frozen"),
            times_route::<DeclarationCycle>(SUSPICIONS, READS, Action::SuspectBreach),
            Route::post(CONFIRMATIONS, Permission::ConfirmBreach, confirm_it).says(
                "Confirm the breach; a revocation proceeding is opened for every license of the end user",
            ),
            times_route::<DeclarationCycle>(CONFIRMATIONS, READS, Action::ConfirmBreach),
            Route::post(CLEARANCES, Permission::ConfirmBreach, clear_it)
                .says("Clear the suspicion; what it alone held is thawed"),
            times_route::<DeclarationCycle>(CLEARANCES, READS, Action::ClearSuspicion),
        ],
    }
}

async fn suspect_it(
    ctx: Ctx,
    Id(id): Id<DeclarationId>,
    Body(grounds): Body<Grounds>,
) -> Answer<Created<Breach>> {
    let mut tx = ctx.begin_deciding().await?;
    let breach = suspect::suspect(&mut tx, &ctx.act, id, &grounds).await?;
    ctx.keep(tx);
    Ok(created(SUSPICIONS, id, breach))
}

async fn confirm_it(
    ctx: Ctx,
    Id(id): Id<DeclarationId>,
    Body(grounds): Body<Grounds>,
) -> Answer<Created<Breach>> {
    let mut tx = ctx.begin_deciding().await?;
    let breach = suspect::confirm(&mut tx, &ctx.act, id, &grounds).await?;
    ctx.keep(tx);
    Ok(created(CONFIRMATIONS, id, breach))
}

async fn clear_it(
    ctx: Ctx,
    Id(id): Id<DeclarationId>,
    Body(grounds): Body<Grounds>,
) -> Answer<Created<Breach>> {
    let mut tx = ctx.begin_deciding().await?;
    let breach = suspect::clear(&mut tx, &ctx.act, id, &grounds).await?;
    ctx.keep(tx);
    Ok(created(CLEARANCES, id, breach))
}

fn created(path: &str, id: DeclarationId, breach: Breach) -> Created<Breach> {
    Created::part(path.replace("{id}", &id.to_string()), breach)
}
