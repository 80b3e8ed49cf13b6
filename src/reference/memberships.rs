//! Groups of countries as files: `group`, `country`, `from`, `until`, `source`, `name`.
//!
//! A file adds: what it does not name stays as it is. Each group, membership and end is entered as staff enter it, with an
//! audit entry of its own.

use chrono::NaiveDate;

use super::groups::{add_member, create_group, end_member};
use super::model::{NewCountryGroup, NewEnding, NewMember};
use super::store::groups as store;
use super::table::{self, Refusal};
use crate::act::Act;
use crate::db::Conn;
use crate::http::Problem;
use crate::rules::country_group::wrong_day;
use crate::rules::values::{Country, GroupCode, Name, Prose};

/// The columns; the first three must be there.
const COLUMNS: &[&str] = &["group", "country", "from", "until", "source", "name"];

/// A membership in a file.
#[derive(Clone, Debug)]
pub struct MembershipRow {
    line: u64,
    group: GroupCode,
    country: Country,
    from: NaiveDate,
    until: Option<NaiveDate>,
    source: Option<Prose>,
    name: Option<Name>,
}

/// What became of a file of groups.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GroupsLoaded {
    /// Groups that were put on file.
    pub groups: usize,
    /// Memberships that were entered.
    pub entered: usize,
    /// Memberships on file that were given an end.
    pub ended: usize,
    /// Memberships that were on file.
    pub unchanged: usize,
}

/// Reads a file of groups.
pub fn read(bytes: &[u8]) -> Result<Vec<MembershipRow>, Refusal> {
    let mut read = Vec::new();
    table::rows(bytes, COLUMNS, 3, |row| {
        let from = row.day("from")?.ok_or_else(|| row.refuse("from", "must be a day such as 2026-07-23"))?;
        let until = row.day("until")?;
        if let Some((field, says)) = wrong_day(from, until) {
            return Err(row.refuse(if field == "/validFrom" { "from" } else { "until" }, says));
        }
        read.push(MembershipRow {
            line: row.line,
            group: row.value("group")?,
            country: row.value("country")?,
            from,
            until,
            source: row.option("source")?,
            name: row.option("name")?,
        });
        Ok(())
    })?;
    Ok(read)
}

/// Enters what a file says: groups that are not on file, memberships, and ends of memberships. The whole file or nothing,
/// as the transaction is kept or not.
pub async fn load_groups(
    conn: &mut Conn,
    act: &Act,
    rows: &[MembershipRow],
) -> Result<GroupsLoaded, Problem> {
    let mut loaded = GroupsLoaded::default();
    for row in rows {
        if let Err(mut problem) = enter(conn, act, row, &mut loaded).await {
            let MembershipRow { line, group, country, .. } = row;
            problem.detail = format!("line {line}, group {group}, country {country}: {}", problem.detail);
            return Err(problem);
        }
    }
    Ok(loaded)
}

async fn enter(
    conn: &mut Conn,
    act: &Act,
    row: &MembershipRow,
    loaded: &mut GroupsLoaded,
) -> Result<(), Problem> {
    if store::group(conn, &row.group).await?.is_none() {
        let source = row
            .source
            .clone()
            .ok_or_else(|| Problem::field("/source", "must be given: the group is not on file"))?;
        let name = row.name.clone().unwrap_or_else(|| Name::on_file(row.group.as_str()));
        create_group(conn, act, &NewCountryGroup { code: row.group.clone(), name, source }).await?;
        loaded.groups += 1;
    }
    let spans = store::memberships(conn, &row.group, Some(row.country)).await?;
    let held = spans.into_iter().find(|span| span.valid_from == row.from);
    match (held, row.until) {
        (None, until) => {
            let new = NewMember { territory: row.country, valid_from: row.from, valid_until: until };
            add_member(conn, act, &row.group, &new).await?;
            loaded.entered += 1;
        }
        (Some(span), until) if span.valid_until == until => loaded.unchanged += 1,
        (Some(span), Some(until)) if span.valid_until.is_none() => {
            let reasons = row.source.clone().ok_or_else(|| {
                Problem::field("/source", "must be given: it is the reason of the membership's end")
            })?;
            end_member(
                conn,
                act,
                &row.group,
                &NewEnding { territory: row.country, valid_until: until, reasons },
            )
            .await?;
            loaded.ended += 1;
        }
        (Some(_), Some(_) | None) => {
            return Err(Problem::conflict("The membership on file has another last day."));
        }
    }
    Ok(())
}
