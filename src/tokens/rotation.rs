//! Rotation: a token is followed by another before it ends, and two of a chain live at a time.
//!
//! A person does it for its own tokens; an administrator for anyone's. The new token may do what the old one might and
//! lasts no longer than that was to last, so that a key cannot lengthen its own life beyond what was granted at a time.
//! What came before the old one and still works is revoked, so that keys cannot be multiplied by rotating them in a row.

use chrono::TimeDelta;

use super::model::{IssuedToken, NewRotation};
use super::store::{self, Key};
use crate::act::Act;
use crate::db::Conn;
use crate::history::Grounds;
use crate::http::Problem;
use crate::ids::TokenId;
use crate::rules::authority::Role;
use crate::rules::values::Prose;

/// The longest overlap, in hours: a week.
const LONGEST_OVERLAP: u32 = 168;

/// Issues the token that follows. 404 for another's, 409 where the token has ended or was followed already.
pub(super) async fn rotate(
    conn: &mut Conn,
    act: &Act,
    id: TokenId,
    new: &NewRotation,
) -> Result<IssuedToken, Problem> {
    if new.overlap_hours > LONGEST_OVERLAP {
        return Err(Problem::field("/overlapHours", "must be at most 168, a week"));
    }
    // Keys are the agency's to keep, whoever asks: that the key is the caller's own is checked below.
    conn.enter_office().await?;
    let old = store::ending(conn, id).await?;
    let may = |person| act.actor.role == Role::Administrator || act.actor.person == person;
    let old = old.filter(|old| may(old.person)).ok_or_else(Problem::not_found)?;
    store::hold(conn, act, id).await?;
    if old.revoked_at.is_some() || old.expires_at <= act.at {
        return Err(Problem::conflict("The token has ended: an administrator issues a new one."));
    }
    if old.is_followed {
        return Err(Problem::conflict("The token was followed by another already: rotate that one."));
    }
    let longest = act.at + (old.expires_at - old.created_at);
    let expires_at = new.expires_at.unwrap_or(longest);
    if expires_at <= act.at || expires_at > longest {
        return Err(Problem::field("/expiresAt", format!("must be in the future, at the latest {longest}")));
    }
    if old.login.is_some() {
        return Err(Problem::conflict(
            "It is a login, which has no secret of ours to be followed by another.",
        ));
    }
    for earlier in store::live_before(conn, id, act.at).await? {
        store::revoke(conn, act, earlier, &Grounds { ground: None, reasons: rotated_again()? }).await?;
    }
    let overlap = act.at + TimeDelta::hours(new.overlap_hours.into());
    store::end_at(conn, act, id, old.expires_at.min(overlap)).await?;
    let key = Key {
        person: old.person,
        name: old.name,
        scopes: old.scopes,
        login: None,
        expires_at,
        replaces: Some(id),
    };
    let particulars =
        serde_json::json!({ "replaces": id, "overlapHours": new.overlap_hours, "expiresAt": expires_at });
    let (issued, secret) = store::insert(conn, act, &key, "token.rotate", particulars).await?;
    conn.leave_office().await?;
    Ok(IssuedToken {
        id: issued,
        token: Some(secret.written()),
        holder: old.holder,
        role: old.role,
        expires_at,
    })
}

/// Why a token ends whose follower is followed in turn.
fn rotated_again() -> Result<Prose, Problem> {
    let reasons = "The token that followed it was rotated in turn: two live at a time.";
    reasons.parse().map_err(|error| Problem::internal(&error))
}
