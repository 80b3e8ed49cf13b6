//! Routes that every life cycle has: its history, and the acts that need no more than reasons.

use uuid::Uuid;

use super::model::{Grounds, HistoryEntry, OnFile};
use super::{store, verb};
use crate::http::{Answer, Body, Created, Ctx, Id, Problem, Route};
use crate::page::Page;
use crate::rules::authority::Permission;
use crate::rules::lifecycle::LifeCycle;

/// `GET …/{id}/history`: every step of the resource, the first one first.
pub fn history_route<C: LifeCycle>(path: &'static str, needs: Permission) -> Route {
    Route::get(path, needs, async |ctx: Ctx, Id(id): Id<Uuid>| list::<C>(&ctx, id, None).await)
        .says("Every step, the first one first")
}

/// The routes of an act that needs no more than reasons: `POST` takes the step, `GET` lists the times it was taken.
pub fn act_routes<C: OnFile>(
    path: &'static str,
    reads: Permission,
    action: C::Action,
    says: &'static str,
) -> [Route; 2] {
    // A route for an action that is not in the table can be called by no one but the clock, who has no token.
    let needs =
        C::EDGES.iter().find(|edge| edge.action == action).map_or(Permission::RunClock, |edge| edge.by);
    [
        Route::post(
            path,
            needs,
            move |ctx: Ctx, Id(id): Id<Uuid>, Body(grounds): Body<Grounds>| async move {
                step::<C>(&ctx, id, action, &grounds, path).await
            },
        )
        .says(says),
        times_route::<C>(path, reads, action),
    ]
}

/// `GET …/{id}/<act>`: the times an act was done, for an act whose `POST` needs more than reasons.
pub fn times_route<C: LifeCycle>(path: &'static str, reads: Permission, action: C::Action) -> Route {
    Route::get(path, reads, move |ctx: Ctx, Id(id): Id<Uuid>| async move {
        list::<C>(&ctx, id, Some(action.into())).await
    })
    .says("The times this was done")
}

async fn step<C: OnFile>(
    ctx: &Ctx,
    id: Uuid,
    action: C::Action,
    grounds: &Grounds,
    path: &str,
) -> Answer<Created<HistoryEntry>> {
    let mut tx = ctx.begin_deciding().await?;
    verb::step::<C>(&mut tx, &ctx.act, id, action, grounds).await?;
    let taken = store::entries(&mut tx, &ctx.act.actor, C::NAME, id, Some(action.into())).await?.pop();
    ctx.keep(tx);
    let taken = taken.ok_or_else(|| Problem::internal(&"a step just taken is not in the history"))?;
    Ok(Created::part(path.replace("{id}", &id.to_string()), taken))
}

async fn list<C: LifeCycle>(ctx: &Ctx, id: Uuid, action: Option<&'static str>) -> Answer<Page<HistoryEntry>> {
    let mut conn = ctx.read().await?;
    let items = store::entries(&mut conn, &ctx.act.actor, C::NAME, id, None).await?;
    if items.is_empty() {
        return Err(Problem::not_found());
    }
    let items =
        items.into_iter().filter(|entry| action.is_none_or(|action| entry.action == action)).collect();
    Ok(Page { items, next: None })
}
