//! The statements of editions and their entries.

use std::collections::HashSet;

use serde_json::Value;
use sqlx::types::Json;
use uuid::Uuid;

use crate::act::Act;
use crate::db::Conn;
use crate::http::matchers::{ReadyEntry, ReadyList};
use crate::ids::{PersonId, ScreeningListId};
use crate::page::{Listing, Page, Paging};
use crate::rules::edition::{Difference, Edition, EntryDigest};
use crate::rules::screening::edition::Marks;
use crate::rules::screening::entry::Entry;
use crate::screening::editions::{Facts, InForce};
use crate::screening::model::{self, DifferenceFilter};
use crate::screening::read::Reading;

/// How many entries are written at a time.
const CHUNK: usize = 2000;

/// The edition in force.
pub(in crate::screening) async fn in_force(
    conn: &mut Conn,
    list: ScreeningListId,
) -> sqlx::Result<Option<InForce>> {
    sqlx::query_as!(
        InForce,
        "select number, sha256, as_of from screening_editions where list_id = $1 order by number desc limit 1",
        list.0,
    )
    .fetch_optional(conn)
    .await
}

/// The last edition that was made of these files.
pub(in crate::screening) async fn number_of(
    conn: &mut Conn,
    list: ScreeningListId,
    sha256: &[u8],
) -> sqlx::Result<Option<i32>> {
    sqlx::query_scalar!(
        "select max(number) from screening_editions where list_id = $1 and sha256 = $2",
        list.0,
        sha256,
    )
    .fetch_one(conn)
    .await
}

/// A proposal that a doubted edition be taken.
pub(in crate::screening) struct Proposal {
    pub(in crate::screening) by: PersonId,
    pub(in crate::screening) reasons: Option<String>,
}

/// The last proposal of these files since the edition in force was taken.
pub(in crate::screening) async fn proposal(
    conn: &mut Conn,
    list: ScreeningListId,
    sha256: &[u8],
) -> sqlx::Result<Option<Proposal>> {
    sqlx::query_as!(
        Proposal,
        r#"select h.actor_id as "by: PersonId", h.reasons
             from history h
            where h.subject_id = $1 and h.action = 'propose_doubted_edition'
              and h.details ->> 'sha256' = encode($2::bytea, 'hex')
              and not exists (select from history t
                               where t.subject_id = h.subject_id and t.version > h.version
                                 and t.action in ('take_edition', 'take_doubted_edition'))
            order by h.version desc limit 1"#,
        list.0,
        sha256,
    )
    .fetch_optional(conn)
    .await
}

/// A digest of the length that the table keeps.
fn digest(bytes: Vec<u8>) -> sqlx::Result<EntryDigest> {
    bytes.try_into().map_err(|_| sqlx::Error::Decode("a digest of another length".into()))
}

/// The entries of the edition in force, by their digests.
pub(in crate::screening) async fn digests(conn: &mut Conn, list: ScreeningListId) -> sqlx::Result<Edition> {
    let rows = sqlx::query!(
        "select key, digest from screening_entries where list_id = $1 and until_edition is null",
        list.0,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(|row| Ok((row.key, digest(row.digest)?))).collect()
}

/// How many names and numbers the entries in force have, but for those that go.
pub(in crate::screening) async fn marks(
    conn: &mut Conn,
    list: ScreeningListId,
    but: &[String],
) -> sqlx::Result<Marks> {
    let sums = sqlx::query!(
        r#"select coalesce(sum(jsonb_array_length(body -> 'names')), 0) as "names!",
                  coalesce(sum(jsonb_array_length(body -> 'identifiers')), 0) as "identifiers!"
             from screening_entries
            where list_id = $1 and until_edition is null and key not in (select unnest($2::text[]))"#,
        list.0,
        but,
    )
    .fetch_one(conn)
    .await?;
    let count = |number: i64| usize::try_from(number).unwrap_or_default();
    Ok(Marks { names: count(sums.names), identifiers: count(sums.identifiers) })
}

/// Inserts what is kept of an edition besides its entries.
pub(in crate::screening) async fn insert(
    conn: &mut Conn,
    act: &Act,
    list: ScreeningListId,
    facts: &Facts,
    reading: &Reading,
    changes: &Difference,
    proposal: Option<&Proposal>,
) -> sqlx::Result<()> {
    let count = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
    let names = reading.entries.iter().map(|entry| entry.names.len()).sum();
    sqlx::query!(
        "insert into screening_editions (id, list_id, number, sha256, form, as_of, entries, names, added, changed, removed,
                                         doubts, reasons, proposed_by, received_by, received_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        facts.id,
        list.0,
        facts.number,
        facts.sha256.as_slice(),
        reading.form.name(),
        facts.as_of,
        count(reading.entries.len()),
        count(names),
        count(changes.added.len()),
        count(changes.changed.len()),
        count(changes.removed.len()),
        &facts.doubts,
        proposal.and_then(|proposal| proposal.reasons.as_deref()),
        proposal.map(|proposal| proposal.by.0),
        act.actor.person.0,
        act.at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Ends the entries that an edition changes or does not have.
pub(in crate::screening) async fn end_entries(
    conn: &mut Conn,
    list: ScreeningListId,
    number: i32,
    changes: &Difference,
) -> sqlx::Result<()> {
    let keys: Vec<String> = changes.changed.iter().chain(&changes.removed).cloned().collect();
    sqlx::query!(
        "update screening_entries set until_edition = $2
          where list_id = $1 and until_edition is null and key = any ($3)",
        list.0,
        number,
        &keys,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Inserts the entries that an edition adds or changes.
pub(in crate::screening) async fn insert_entries(
    conn: &mut Conn,
    act: &Act,
    list: ScreeningListId,
    number: i32,
    entries: &[Entry],
    digests: &Edition,
    changes: &Difference,
) -> sqlx::Result<()> {
    let new: HashSet<&str> = changes.added.iter().chain(&changes.changed).map(String::as_str).collect();
    let wanted: Vec<&Entry> = entries.iter().filter(|entry| new.contains(entry.source_id.as_str())).collect();
    for chunk in wanted.chunks(CHUNK) {
        let ids: Vec<Uuid> = chunk.iter().map(|_| act.new_id()).collect();
        let keys: Vec<String> = chunk.iter().map(|entry| entry.source_id.clone()).collect();
        let of =
            |entry: &&Entry| digests.get(&entry.source_id).map(|digest| digest.to_vec()).unwrap_or_default();
        let marks: Vec<Vec<u8>> = chunk.iter().map(of).collect();
        let bodies: Result<Vec<Value>, _> = chunk.iter().map(serde_json::to_value).collect();
        let bodies = bodies.map_err(|error| sqlx::Error::Encode(error.into()))?;
        sqlx::query!(
            "insert into screening_entries (id, list_id, key, from_edition, digest, body)
             select n.id, $1, n.key, $2, n.digest, n.body
               from unnest($3::uuid[], $4::text[], $5::bytea[], $6::jsonb[]) as n (id, key, digest, body)",
            list.0,
            number,
            &ids,
            &keys,
            &marks,
            &bodies,
        )
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

/// All entries in force of these lists, in the order of the lists, and what they say.
pub(in crate::screening) async fn entries_in_force(
    conn: &mut Conn,
    lists: &[ReadyList],
) -> sqlx::Result<(Vec<ReadyEntry>, Vec<Entry>)> {
    let (mut entries, mut bodies) = (Vec::new(), Vec::new());
    for (list, of) in (0_u16..).zip(lists) {
        let rows = sqlx::query!(
            r#"select key, digest, body as "body: Json<Entry>" from screening_entries
                where list_id = $1 and until_edition is null order by key"#,
            of.id,
        )
        .fetch_all(&mut *conn)
        .await?;
        for row in rows {
            entries.push(ReadyEntry { list, key: row.key.into(), digest: digest(row.digest)? });
            bodies.push(row.body.0);
        }
    }
    Ok((entries, bodies))
}

fn listing(list: ScreeningListId) -> Listing {
    Listing::new(
        "select e.id, e.list_id, e.number, e.form, encode(e.sha256, 'hex') as sha256, e.as_of, e.entries, e.names, e.added,
                e.changed, e.removed, e.doubts, e.reasons, b.handle as proposed_by, p.handle as received_by,
                e.received_at,
                e.number = (select max(o.number) from screening_editions o where o.list_id = e.list_id) as in_force
           from screening_editions e
           join people p on p.id = e.received_by
           left join people b on b.id = e.proposed_by
          where true",
        "e.id",
    )
    .filter("e.list_id = ?", Some(list))
}

/// One edition.
pub(in crate::screening) async fn get(
    conn: &mut Conn,
    list: ScreeningListId,
    number: i32,
) -> sqlx::Result<Option<model::Edition>> {
    listing(list).filter("e.number = ?", Some(number)).one(conn).await
}

/// One page of editions.
pub(in crate::screening) async fn list(
    conn: &mut Conn,
    list: ScreeningListId,
    paging: Paging,
) -> sqlx::Result<Page<model::Edition>> {
    listing(list).page(conn, paging).await
}

/// One page of what an edition says otherwise than the one before.
pub(in crate::screening) async fn differences(
    conn: &mut Conn,
    filter: DifferenceFilter,
    paging: Paging,
) -> sqlx::Result<Page<model::Difference>> {
    let (list, number) = filter.of;
    Listing::new("select d.id, d.change, d.key, d.before, d.after from screening_differences(", "d.id")
        .bind(list)
        .sql(", ")
        .bind(number)
        .sql(") d where true")
        .filter("d.change = ?", filter.change.map(model::EntryChange::name))
        .page(conn, paging)
        .await
}
