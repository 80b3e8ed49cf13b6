//! Statistics: the figures of a year, counted from the register itself, each with its definition.
//!
//! Kept: every figure is counted from the histories as they stood at the end of the year, never from what has become
//! of a case since, so a year that is over does not change; all figures of an answer are read by one statement and so
//! from one snapshot; each act is counted under its own name, so that freezing and revoking are never blurred;
//! licenses imported from an existing list are told apart from those the registry granted. No figure names an exporter.

mod csv;
mod definitions;
mod model;
mod routes;
mod store;

pub use model::{Cell, Figure, Statistics};
pub use routes::room;

use crate::db::Conn;
use chrono::{DateTime, Datelike as _, NaiveDate, NaiveTime, TimeDelta, Utc};

use crate::http::Problem;

/// The first year that can be asked for.
const FIRST_YEAR: i32 = 1990;

/// The figures of a year as they stood at `now`: what was recorded after it is not counted. 400 for a year out of bounds.
pub async fn of_year(conn: &mut Conn, year: Option<i32>, now: DateTime<Utc>) -> Result<Statistics, Problem> {
    let last = now.year() + 1;
    let wrong = || Problem::field("?year", format!("must be a year from {FIRST_YEAR} to {last}"));
    let year = year.filter(|year| (FIRST_YEAR..=last).contains(year)).ok_or_else(wrong)?;
    let (Some(first), Some(next)) =
        (NaiveDate::from_ymd_opt(year, 1, 1), NaiveDate::from_ymd_opt(year + 1, 1, 1))
    else {
        return Err(wrong());
    };
    // Of a year that still runs, the figures at its end are those of today.
    let last_day = next.pred_opt().unwrap_or(next).min(now.date_naive());
    let until = next.and_time(NaiveTime::MIN).and_utc();
    let period = store::Period {
        from: first.and_time(NaiveTime::MIN).and_utc(),
        until,
        counted_until: until.min(now + TimeDelta::microseconds(1)),
        first,
        last_day,
    };
    let rows = store::figures(conn, &period).await?;
    let figures = definitions::FIGURES.iter().map(|defined| defined.figure(&rows)).collect();
    Ok(Statistics { year, from: period.from, until: period.until, as_of: None, figures })
}
