//! The statements of code proposals.

use chrono::NaiveDate;
use uuid::Uuid;

use crate::db::Conn;
use crate::rules::product::TechnologyTag;
use crate::rules::proposal::{MARKS, Shared};
use crate::rules::values::{ControlCode, ListCode};

/// How many entries are in force on a day.
pub(in crate::reference) async fn in_force(conn: &mut Conn, on: NaiveDate) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from control_list_entries
            where daterange(valid_from, valid_until, '[]') @> $1::date"#,
        on,
    )
    .fetch_one(conn)
    .await
}

/// The words that entries in force share with a product. Numbers are passed over: the 640 of one text is not the 640 of
/// another.
pub(in crate::reference) async fn shared(
    conn: &mut Conn,
    (name, description): (&str, &str),
    on: NaiveDate,
) -> sqlx::Result<Vec<Shared>> {
    sqlx::query_as!(
        Shared,
        r#"with asked as (
               select lexeme, 'A' = any(weights) as in_name
                 from unnest(setweight(to_tsvector('english', $1), 'A') || setweight(to_tsvector('english', $2), 'B'))
                where lexeme ~ '^[[:alnum:]]*[[:alpha:]][[:alnum:]]*$')
           select e.id as entry, a.lexeme as "word!", a.in_name as "in_name!", 'A' = any(w.weights) as "in_title!",
                  length(e.search) as "words!"
             from control_list_entries e cross join lateral unnest(e.search) as w join asked a on a.lexeme = w.lexeme
            where daterange(e.valid_from, e.valid_until, '[]') @> $3::date"#,
        name,
        description,
        on,
    )
    .fetch_all(conn)
    .await
}

/// An entry with the passage that was looked for in it.
pub(in crate::reference) struct Nearest {
    pub(in crate::reference) id: Uuid,
    pub(in crate::reference) list: ListCode,
    pub(in crate::reference) code: ControlCode,
    pub(in crate::reference) title: Option<String>,
    pub(in crate::reference) reasons: Vec<String>,
    pub(in crate::reference) technology_tags: Vec<TechnologyTag>,
    /// With the words that matched between the marks of [`MARKS`].
    pub(in crate::reference) passage: String,
}

/// Entries with their passages about some words, which are in the form that the search compares.
pub(in crate::reference) async fn passages(
    conn: &mut Conn,
    entries: &[Uuid],
    words: &[String],
) -> sqlx::Result<Vec<Nearest>> {
    let (begin, end) = MARKS;
    let marks = format!(
        "StartSel={begin}, StopSel={end}, MaxFragments=2, MinWords=12, MaxWords=30, FragmentDelimiter=\" … \""
    );
    sqlx::query_as!(
        Nearest,
        r#"select id, list as "list: ListCode", code as "code: ControlCode", title, reasons,
                  technology_tags as "technology_tags: Vec<TechnologyTag>",
                  ts_headline('english', concat_ws(E'\n', title, text), array_to_string($2::text[], ' | ')::tsquery, $3)
                      as "passage!"
             from control_list_entries where id = any($1)"#,
        entries,
        words,
        marks,
    )
    .fetch_all(conn)
    .await
}
