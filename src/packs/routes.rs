//! The route of packs.

use crate::http::{Answer, Ctx, Id, Ndjson, Room, Route};
use crate::ids::LicenseId;
use crate::rules::authority::Permission;

/// The routes of this room.
pub fn room() -> Room {
    Room {
        name: "packs",
        about: "Everything on one license with the proof that it stands in the log, to be verified offline.",
        routes: vec![
            Route::get("/v1/licenses/{id}/evidence", Permission::ReadAudit, of_license)
                .says("The evidence pack of a license, as JSON lines"),
        ],
    }
}

async fn of_license(ctx: Ctx, Id(id): Id<LicenseId>) -> Answer<Ndjson> {
    let signer = ctx.log_signer();
    let mut tx = ctx.read().await?;
    super::of_license(&mut tx, &ctx.act, id, signer.as_deref()).await.map(Ndjson)
}
