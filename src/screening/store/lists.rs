//! The statements of lists, and of the epoch.

use crate::act::Act;
use crate::db::Conn;
use crate::http::matchers::ReadyList;
use crate::ids::ScreeningListId;
use crate::page::{Listing, Page, Paging};
use crate::rules::screening_list::{Status, current_until};
use crate::rules::values::ListCode;
use crate::screening::model::{ListFilter, ListTerms, NewScreeningList, ScreeningList};

/// Inserts a list; its first step follows.
pub(in crate::screening) async fn insert(
    conn: &mut Conn,
    act: &Act,
    id: ScreeningListId,
    new: &NewScreeningList,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into screening_lists (id, code, version, status, title, source, hit_from, second_person_from, most_removed,
                                      limit_days, due_days, created_at, updated_at)
         values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)",
        id.0,
        new.code.to_string(),
        Status::Kept.name(),
        new.title.as_str(),
        new.source.as_str(),
        new.hit_from,
        new.second_person_from,
        new.most_removed,
        new.limit_days,
        new.due_days,
        act.at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Sets the terms; the step that justifies them follows.
pub(in crate::screening) async fn set_terms(
    conn: &mut Conn,
    id: ScreeningListId,
    terms: &ListTerms,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update screening_lists
            set title = $2, source = $3, hit_from = $4, second_person_from = $5, most_removed = $6, limit_days = $7,
                due_days = $8
          where id = $1",
        id.0,
        terms.title.as_str(),
        terms.source.as_str(),
        terms.hit_from,
        terms.second_person_from,
        terms.most_removed,
        terms.limit_days,
        terms.due_days,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Begins an epoch: every party is owed a screening.
pub(in crate::screening) async fn begin_epoch(conn: &mut Conn) -> sqlx::Result<()> {
    sqlx::query!("update screening_state set epoch = epoch + 1").execute(conn).await?;
    Ok(())
}

/// The epoch.
pub(in crate::screening) async fn epoch(conn: &mut Conn) -> sqlx::Result<i64> {
    sqlx::query_scalar!("select epoch from screening_state").fetch_one(conn).await
}

/// Keeps the epoch from ending before the transaction does; false where it is another already.
pub(in crate::screening) async fn hold_epoch(conn: &mut Conn, epoch: i64) -> sqlx::Result<bool> {
    let held = sqlx::query_scalar!("select epoch from screening_state for share").fetch_one(conn).await?;
    Ok(held == epoch)
}

/// The share of entries that an edition of the list may take away, in percent.
pub(in crate::screening) async fn most_removed(conn: &mut Conn, id: ScreeningListId) -> sqlx::Result<i16> {
    sqlx::query_scalar!("select most_removed from screening_lists where id = $1", id.0).fetch_one(conn).await
}

/// The lists that are kept and have an edition.
pub(in crate::screening) async fn in_force(conn: &mut Conn) -> sqlx::Result<Vec<ReadyList>> {
    let rows = sqlx::query!(
        "select l.id, l.code, l.hit_from, l.limit_days, e.number, e.as_of, e.received_at
           from screening_lists l
           join lateral (select e.number, e.as_of, e.received_at from screening_editions e
                          where e.list_id = l.id order by e.number desc limit 1) e on true
          where l.status = 'kept' order by l.code",
    )
    .fetch_all(conn)
    .await?;
    let ready = rows.into_iter().map(|row| ReadyList {
        id: row.id,
        code: row.code,
        edition: row.number,
        hit_from: row.hit_from,
        current_until: current_until(row.as_of, row.received_at.date_naive(), row.limit_days),
    });
    Ok(ready.collect())
}

fn listing() -> Listing {
    Listing::new(
        "select l.id, l.code, l.status, l.version, l.title, l.source, l.hit_from, l.second_person_from, l.most_removed,
                l.limit_days, coalesce(l.due_days, 10) as due_days, e.number as edition, e.entries, e.as_of, e.received_at, l.created_at, l.updated_at
           from screening_lists l
           left join lateral (select e.number, e.entries, e.as_of, e.received_at from screening_editions e
                               where e.list_id = l.id order by e.number desc limit 1) e on true
          where true",
        "l.id",
    )
}

/// One list as the actor sees it.
pub(in crate::screening) async fn get(
    conn: &mut Conn,
    act: &Act,
    id: ScreeningListId,
) -> sqlx::Result<Option<ScreeningList>> {
    let found: Option<ScreeningList> = listing().filter("l.id = ?", Some(id)).one(conn).await?;
    Ok(found.map(|list| list.seen_by(act)))
}

/// The list of a code.
pub async fn find(conn: &mut Conn, act: &Act, code: &ListCode) -> sqlx::Result<Option<ScreeningList>> {
    let found: Option<ScreeningList> = listing().filter("l.code = ?", Some(code.clone())).one(conn).await?;
    Ok(found.map(|list| list.seen_by(act)))
}

/// One page of lists.
pub(in crate::screening) async fn list(
    conn: &mut Conn,
    act: &Act,
    filter: ListFilter,
    paging: Paging,
) -> sqlx::Result<Page<ScreeningList>> {
    let page: Page<ScreeningList> =
        listing().filter("l.status = ?", filter.status).page(conn, paging).await?;
    Ok(page.map(|list| list.seen_by(act)))
}
