//! The routes of questions.

use super::model::{
    BothSides, Days, Departure, DepartureFilter, GrantDays, GrantsUnderMeasures, Overdue, OverdueFilter,
    UnreviewedFilter, UnreviewedFreeze,
};
use super::{grants, store};
use crate::act::Act;
use crate::db::Conn;
use crate::http::{Answer, Ctx, Found, Lists, Query, Room, Route, list};
use crate::page::{Page, Paging};
use crate::rules::authority::Permission;

const READS: Permission = Permission::ReadAudit;

/// The routes of this room.
pub fn room() -> Room {
    Room {
        name: "questions",
        about: "Questions an auditor asks, each answered by one request from the histories.",
        routes: vec![
            Route::get("/v1/audit/departures", READS, list::<DepartureFilter>)
                .says("What was permitted though the gate did not pass it: departures and overrides"),
            Route::get("/v1/audit/grants-under-measures", READS, grants_under_measures).says(
                "Grants made while a measure in force stood against them: none, proven from the histories",
            ),
            Route::get("/v1/audit/both-sides", READS, both_sides)
                .says("Files in which one person stood on both sides: none, proven from the histories"),
            Route::get("/v1/audit/overdue", READS, list::<OverdueFilter>)
                .says("Applications, proceedings and reviews past their term"),
            Route::get("/v1/audit/freezes-past-review", READS, list::<UnreviewedFilter>)
                .says("Freezes in force whose review date has passed"),
        ],
    }
}

impl Lists for DepartureFilter {
    type Item = Departure;

    async fn page(self, conn: &mut Conn, _: &Act, paging: Paging) -> Answer<Page<Departure>> {
        Ok(store::departures(conn, self, paging).await?)
    }
}

impl Lists for OverdueFilter {
    type Item = Overdue;

    async fn page(self, conn: &mut Conn, act: &Act, paging: Paging) -> Answer<Page<Overdue>> {
        Ok(store::overdue(conn, act, self, paging).await?)
    }
}

impl Lists for UnreviewedFilter {
    type Item = UnreviewedFreeze;

    async fn page(self, conn: &mut Conn, act: &Act, paging: Paging) -> Answer<Page<UnreviewedFreeze>> {
        Ok(store::unreviewed(conn, act, self, paging).await?)
    }
}

async fn grants_under_measures(
    ctx: Ctx,
    Query(days): Query<GrantDays>,
) -> Answer<Found<GrantsUnderMeasures>> {
    Ok(Found(grants::under_measures(&mut *ctx.read().await?, &days).await?))
}

async fn both_sides(ctx: Ctx, Query(days): Query<Days>) -> Answer<Found<BothSides>> {
    Ok(Found(store::both_sides(&mut *ctx.read().await?, &days).await?))
}
