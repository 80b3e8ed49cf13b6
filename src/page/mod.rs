//! Lists: keyset pages, newest first, stable while others write.
//!
//! A page is cut by the identifier of its last item, never by an offset: page 5,000 costs what page 1 costs, and a
//! row that was there throughout is shown exactly once. Where it was cut is told by a signed cursor (`page::cursor`).

mod cursor;
mod keys;

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::{Encode, FromRow, Postgres, QueryBuilder, Type};
use uuid::Uuid;

use crate::db::Conn;

pub use cursor::CursorKey;
pub(crate) use cursor::Seal;

/// The size of a page where the caller names none.
pub const DEFAULT_LIMIT: i64 = 50;
/// The largest page.
pub const MAX_LIMIT: i64 = 200;
/// How many rows of an export are read at a time.
const CHUNK: i64 = 500;

/// One page of a list.
#[derive(Debug, Serialize)]
pub struct Page<T> {
    /// The items, newest first.
    pub items: Vec<T>,
    /// The cursor of the next page; null on the last.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// Changes each item.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(change).collect(), next: self.next }
    }
}

/// Which page is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Paging {
    limit: i64,
    after: Option<Uuid>,
    order: Option<Order>,
    seal: Option<Seal>,
}

crate::rules::vocabulary! {
    /// In which order a list is given: by when the items came on file.
    Order { Newest, Oldest }
}

/// Why a page cannot be given: the parameter and what it must be.
pub type Unpageable = (&'static str, &'static str);

impl Paging {
    /// The longest first page, for what is few.
    pub const LONGEST: Self = Self { limit: MAX_LIMIT, after: None, order: None, seal: None };

    /// Reads `limit`, `cursor` and `sort` as they arrive; the seal is that of the list and its filters.
    pub(crate) fn parse(
        seal: Seal,
        limit: Option<&str>,
        cursor: Option<&str>,
        sort: Option<&str>,
    ) -> Result<Self, Unpageable> {
        let limit = limit.map_or(Ok(DEFAULT_LIMIT), str::parse).ok();
        let Some(limit) = limit.filter(|limit| (1..=MAX_LIMIT).contains(limit)) else {
            return Err(("limit", "must be between 1 and 200"));
        };
        let order =
            sort.map(str::parse::<Order>).transpose().map_err(|_| ("sort", "must be newest or oldest"))?;
        let says = "must be the cursor of a page of this list, with the same filters and order";
        let after = cursor.map(|cursor| seal.open(cursor).ok_or(("cursor", says))).transpose()?;
        Ok(Self { limit, after, order, seal: Some(seal) })
    }

    /// The same list from its beginning, in the pieces of an export.
    pub(crate) fn in_chunks(self) -> Self {
        Self { limit: CHUNK, after: None, ..self }
    }

    /// The longest page after the item with this identifier, the oldest first: for who reads a list to its end.
    pub fn oldest(after: Option<Uuid>) -> Self {
        Self { limit: CHUNK, after, order: Some(Order::Oldest), seal: None }
    }

    /// Whether the oldest come first, in a list that has them so or not of itself.
    pub(crate) fn oldest_first(self, of_itself: bool) -> bool {
        self.order.map_or(of_itself, |order| order == Order::Oldest)
    }

    /// The page after the item with this identifier.
    pub(crate) fn after(self, key: Uuid) -> Self {
        Self { after: Some(key), ..self }
    }
}

/// What can stand in a page.
pub trait Listed {
    /// The identifier the list is ordered by.
    fn key(&self) -> Uuid;
}

/// A list under construction: a select with filters, ordered by identifier.
pub struct Listing {
    sql: QueryBuilder<Postgres>,
    key: &'static str,
    oldest_first: bool,
}

impl Listing {
    /// Starts from `select … from … where true`, ordered by the column `key`.
    pub fn new(select: &'static str, key: &'static str) -> Self {
        Self { sql: QueryBuilder::new(select), key, oldest_first: false }
    }

    /// Starts from a select that goes on from a common table expression and names two times: `$1`, at which something held,
    /// and `$2`, by which it was recorded.
    pub fn as_of(
        select: &'static str,
        key: &'static str,
        (at, known): (DateTime<Utc>, DateTime<Utc>),
    ) -> Self {
        Self::new("with asked as (select ", key)
            .bind(at)
            .sql("::timestamptz as at, ")
            .bind(known)
            .sql("::timestamptz as known)")
            .sql(select)
    }

    /// Orders from the first to the last instead of the newest first.
    #[must_use]
    pub fn ascending(mut self) -> Self {
        self.oldest_first = true;
        self
    }

    /// Puts a value in the middle of the select.
    #[must_use]
    pub fn bind<'v, T>(mut self, value: T) -> Self
    where
        T: Encode<'v, Postgres> + Type<Postgres> + Send + 'v,
    {
        self.sql.push_bind(value);
        self
    }

    /// Goes on with the select after a value.
    #[must_use]
    pub fn sql(mut self, sql: &'static str) -> Self {
        self.sql.push(sql);
        self
    }

    /// Keeps the rows for which `condition` holds, with the value in place of `?`; all rows where there is no value.
    #[must_use]
    pub fn filter<'v, T>(mut self, condition: &'static str, value: Option<T>) -> Self
    where
        T: Encode<'v, Postgres> + Type<Postgres> + Send + 'v,
    {
        if let Some(value) = value {
            let (before, after) = condition.split_once('?').unwrap_or((condition, ""));
            self.sql.push(" and ").push(before).push_bind(value).push(after);
        }
        self
    }

    /// Keeps the rows for which `condition` holds.
    #[must_use]
    pub fn only(mut self, condition: &'static str, wanted: bool) -> Self {
        if wanted {
            self.sql.push(" and ").push(condition);
        }
        self
    }

    /// Reads one page.
    pub async fn page<T>(mut self, conn: &mut Conn, paging: Paging) -> sqlx::Result<Page<T>>
    where
        T: Listed + for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        let oldest_first = paging.oldest_first(self.oldest_first);
        let (beyond, order) = if oldest_first { (" > ", " asc") } else { (" < ", " desc") };
        if let Some(after) = paging.after {
            self.sql.push(" and ").push(self.key).push(beyond).push_bind(after);
        }
        self.sql.push(" order by ").push(self.key).push(order).push(" limit ").push_bind(paging.limit + 1);
        let mut items: Vec<T> = self.sql.build_query_as().fetch_all(conn).await?;
        let full = usize::try_from(paging.limit).unwrap_or(usize::MAX);
        let more = items.len() > full;
        items.truncate(full);
        let last = items.last().filter(|_| more);
        let next = last.zip(paging.seal).map(|(last, seal)| seal.close(last.key()));
        Ok(Page { items, next })
    }

    /// Reads all rows, in the order of a column: for the parts of one resource, which are few.
    pub async fn all<T>(mut self, conn: &mut Conn, order: &'static str) -> sqlx::Result<Vec<T>>
    where
        T: for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        self.sql.push(" order by ").push(order);
        self.sql.build_query_as().fetch_all(conn).await
    }

    /// Reads the one row that is left, if there is one.
    pub async fn one<T>(mut self, conn: &mut Conn) -> sqlx::Result<Option<T>>
    where
        T: for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        self.sql.build_query_as().fetch_optional(conn).await
    }
}
