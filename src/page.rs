//! Lists: keyset pages, newest first, stable while others write.
//!
//! A page is cut by the identifier of its last item, never by an offset: page 5,000 costs what page 1 costs, and a
//! row that was there throughout is shown exactly once.

use crate::db::Conn;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::{Encode, FromRow, Postgres, QueryBuilder, Type};
use uuid::Uuid;

/// The size of a page where the caller names none.
const DEFAULT_LIMIT: i64 = 50;
/// The largest page.
const MAX_LIMIT: i64 = 200;

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
}

/// Why a page cannot be given: the parameter and what it must be.
pub type Unpageable = (&'static str, &'static str);

impl Paging {
    /// The longest first page, for what is few.
    pub const LONGEST: Self = Self { limit: MAX_LIMIT, after: None };

    /// Reads `limit` and `cursor` as they arrive.
    pub fn parse(limit: Option<i64>, cursor: Option<&str>) -> Result<Self, Unpageable> {
        let limit = limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            return Err(("limit", "must be between 1 and 200"));
        }
        let after = cursor.map(open_cursor).transpose()?;
        Ok(Self { limit, after })
    }
}

fn open_cursor(cursor: &str) -> Result<Uuid, Unpageable> {
    let wrong = ("cursor", "must be a cursor from the page before");
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| wrong)?;
    Uuid::from_slice(&bytes).map_err(|_| wrong)
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
        let (beyond, order) = if self.oldest_first { (" > ", " asc") } else { (" < ", " desc") };
        if let Some(after) = paging.after {
            self.sql.push(" and ").push(self.key).push(beyond).push_bind(after);
        }
        self.sql.push(" order by ").push(self.key).push(order).push(" limit ").push_bind(paging.limit + 1);
        let mut items: Vec<T> = self.sql.build_query_as().fetch_all(conn).await?;
        let full = usize::try_from(paging.limit).unwrap_or(usize::MAX);
        let more = items.len() > full;
        items.truncate(full);
        let next = items.last().filter(|_| more).map(|last| URL_SAFE_NO_PAD.encode(last.key().as_bytes()));
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
