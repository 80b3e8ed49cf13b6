//! The routes of tokens.

use super::model::{IssuedToken, NewRotation, NewToken, Token, TokenFilter};
use super::{rotation, store};
use crate::act::Act;
use crate::db::Conn;
use crate::history::Grounds;
use crate::http::{Answer, Body, Created, Ctx, Found, Id, Lists, Problem, Room, Route, list};
use crate::ids::TokenId;
use crate::page::{Page, Paging};
use crate::rules::authority::{Permission, Role};

/// The routes of this room.
pub fn room() -> Room {
    Room {
        name: "tokens",
        about: "Keys to the API. A token belongs to a person with one role; its secret is shown once.",
        routes: vec![
            Route::get("/v1/tokens", Permission::ReadTokens, list::<TokenFilter>)
                .says("List tokens, without their secrets"),
            Route::post("/v1/tokens", Permission::ManageTokens, issue).says("Issue a token").tells_secret(),
            Route::get("/v1/tokens/{id}", Permission::ReadTokens, get).says("One token, without its secret"),
            Route::post("/v1/tokens/{id}/rotations", Permission::RotateToken, rotate)
                .says("Issue a token to follow one of your own; both work for a while")
                .tells_secret(),
            Route::post("/v1/tokens/{id}/revocations", Permission::ManageTokens, revoke)
                .says("Revoke a token, from the next request on"),
        ],
    }
}

impl Lists for TokenFilter {
    type Item = Token;

    async fn page(self, conn: &mut Conn, act: &Act, paging: Paging) -> Answer<Page<Token>> {
        Ok(store::list(conn, self, act.at, paging).await?)
    }
}

async fn get(ctx: Ctx, Id(id): Id<TokenId>) -> Answer<Found<Token>> {
    let token = store::get(&mut *ctx.read().await?, id, ctx.act.at).await?;
    token.map(Found).ok_or_else(Problem::not_found)
}

async fn issue(ctx: Ctx, Body(new): Body<NewToken>) -> Answer<Created<IssuedToken>> {
    let mut tx = ctx.begin().await?;
    check(&new, &ctx)?;
    if let Some(exporter) = new.exporter_id
        && !store::exporter_exists(&mut tx, exporter).await?
    {
        return Err(Problem::field("/exporterId", "is not on file"));
    }
    let (id, secret) = store::issue(&mut tx, &ctx.act, &new).await?;
    ctx.keep(tx);
    let issued = IssuedToken {
        id,
        token: new.login.is_none().then(|| secret.written()),
        holder: new.holder.as_str().to_owned(),
        role: new.role,
        expires_at: new.expires_at,
    };
    Ok(Created::under("/v1/tokens", id, issued))
}

/// What the database would refuse, told with the field.
fn check(new: &NewToken, ctx: &Ctx) -> Result<(), Problem> {
    if new.role == Role::Clock {
        return Err(Problem::field("/role", "the clock holds no token"));
    }
    if (new.role == Role::Reviewer) != new.ministry.is_some() {
        return Err(Problem::field("/ministry", "a reviewer, and only a reviewer, speaks for a ministry"));
    }
    if (new.role == Role::Exporter) != new.exporter_id.is_some() {
        return Err(Problem::field(
            "/exporterId",
            "an exporter's person, and only such a person, names its exporter",
        ));
    }
    if let Some(scopes) = &new.scopes {
        if scopes.is_empty() {
            return Err(Problem::field(
                "/scopes",
                "must name at least one permission; leave it out for all of the role's",
            ));
        }
        if let Some(at) = scopes.iter().position(|scope| !scope.allows(new.role)) {
            return Err(Problem::field(format!("/scopes/{at}"), "is not a permission of the role"));
        }
    }
    if new.expires_at <= ctx.act.at || (new.expires_at - ctx.act.at).num_days() > 3660 {
        return Err(Problem::field("/expiresAt", "must be in the future, at most ten years ahead"));
    }
    Ok(())
}

async fn rotate(ctx: Ctx, Id(id): Id<TokenId>, Body(new): Body<NewRotation>) -> Answer<Created<IssuedToken>> {
    let mut tx = ctx.begin().await?;
    let issued = rotation::rotate(&mut tx, &ctx.act, id, &new).await?;
    ctx.keep(tx);
    Ok(Created::under("/v1/tokens", issued.id, issued))
}

async fn revoke(ctx: Ctx, Id(id): Id<TokenId>, Body(grounds): Body<Grounds>) -> Answer<Created<Token>> {
    let mut tx = ctx.begin().await?;
    store::hold(&mut tx, &ctx.act, id).await?;
    let revoked = store::revoke(&mut tx, &ctx.act, id, &grounds).await?;
    let token = store::get(&mut tx, id, ctx.act.at).await?.ok_or_else(Problem::not_found)?;
    if !revoked {
        return Err(Problem::conflict("The token is already revoked."));
    }
    ctx.keep(tx);
    Ok(Created::under("/v1/tokens", id, token))
}
