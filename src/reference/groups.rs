//! Entering groups of countries, their members and the ends of membership.

use crate::db::Conn;
use serde::Serialize;
use uuid::Uuid;

use super::model::{CountryGroup, Membership, NewCountryGroup, NewEnding, NewMember};
use super::store::groups as store;
use crate::act::Act;
use crate::audit::{Entry, record};
use crate::etag::Head;
use crate::http::Problem;
use crate::rules::country_group::wrong_day;
use crate::rules::values::{Country, GroupCode};

/// Puts a group on file, without members.
pub async fn create_group(
    conn: &mut Conn,
    act: &Act,
    new: &NewCountryGroup,
) -> Result<CountryGroup, Problem> {
    let id: Uuid = act.new_id();
    store::insert_group(conn, act, id, new).await?;
    audit(conn, act, "country_group.create", id, new).await?;
    store::groups(conn, Some(&new.code), act.today()).await?.pop().ok_or_else(Problem::not_found)
}

/// Enters a country's membership of a group.
pub async fn add_member(
    conn: &mut Conn,
    act: &Act,
    code: &GroupCode,
    new: &NewMember,
) -> Result<Membership, Problem> {
    let group = on_file(conn, act, code).await?;
    if let Some((field, says)) = wrong_day(new.valid_from, new.valid_until) {
        return Err(Problem::field(field, says));
    }
    store::insert_member(conn, act, code, new).await?;
    audit(conn, act, "country_group.add_member", group, new).await?;
    membership(conn, code, new.territory, |entered| entered.valid_from == new.valid_from).await
}

/// Ends the membership of a country that has no end yet.
pub async fn end_member(
    conn: &mut Conn,
    act: &Act,
    code: &GroupCode,
    new: &NewEnding,
) -> Result<Membership, Problem> {
    let group = on_file(conn, act, code).await?;
    let Some(valid_from) = store::open_membership(conn, code, new.territory).await? else {
        return Err(Problem::conflict("The country has no membership of the group that is without an end."));
    };
    if let Some((field, says)) = wrong_day(valid_from, Some(new.valid_until)) {
        return Err(Problem::field(field, says));
    }
    store::end_member(conn, act, code, new).await?;
    audit(conn, act, "country_group.end_member", group, new).await?;
    membership(conn, code, new.territory, |ended| ended.valid_from == valid_from).await
}

/// The identifier of a group on file. 412 where it is not in the version that the caller expects. No row is held: the
/// transaction is serializable, so that of two who read the same version one is replayed.
async fn on_file(conn: &mut Conn, act: &Act, code: &GroupCode) -> Result<Uuid, Problem> {
    let group = store::group(conn, code).await?.ok_or_else(Problem::not_found)?;
    act.require_current(&Head::Code(code.to_string()), group.version)?;
    Ok(group.id)
}

async fn membership(
    conn: &mut Conn,
    code: &GroupCode,
    country: Country,
    wanted: impl Fn(&Membership) -> bool,
) -> Result<Membership, Problem> {
    let spans = store::memberships(conn, code, Some(country)).await?;
    spans.into_iter().find(wanted).ok_or_else(Problem::not_found)
}

async fn audit(
    conn: &mut Conn,
    act: &Act,
    what: &'static str,
    group: Uuid,
    particulars: &impl Serialize,
) -> sqlx::Result<()> {
    let entry =
        Entry { act: what, kind: "country_group", subject: group, owner: None, particulars, verdict: None };
    record(conn, act, entry).await
}
