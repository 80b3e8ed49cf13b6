//! As of an instant: which time a read speaks of, and what of it was known by which time.
//!
//! Two times are told apart (`docs/as-of.md`). `asOf` is the time at which something held; `knownAt` is the time by which
//! the registry had recorded it. Without `knownAt`, all that is on file now counts; `asOf` and `knownAt` of the same time
//! give the register as it stood. Kept: nothing is told of the future; every room asks the same functions of
//! `migrations/0025_as_of.sql`, which fold the histories.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use serde::Deserialize;

use crate::http::Problem;
use crate::page::Listing;

/// A time as callers name it: an instant (RFC 3339), or a day, which means its end in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Moment {
    /// The end of a day in UTC; of the present day, now.
    EndOf(NaiveDate),
    /// An instant.
    Instant(DateTime<Utc>),
}

impl TryFrom<String> for Moment {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if let Ok(at) = DateTime::parse_from_rfc3339(&text) {
            return Ok(Self::Instant(at.to_utc()));
        }
        // A full-date of RFC 3339: what is parsed more loosely, such as 2026-6-1, is not written again as it came.
        let day = text.parse().ok().filter(|day: &NaiveDate| text.len() == 10 && day.to_string() == text);
        day.map(Self::EndOf).ok_or("must be an instant (RFC 3339) or a day, such as 2026-06-01")
    }
}

impl Moment {
    /// The instant it names; none where that has not come yet.
    fn past(self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let at = match self {
            Self::Instant(at) => at,
            Self::EndOf(day) if day == now.date_naive() => now,
            Self::EndOf(day) => {
                let next = day.checked_add_days(Days::new(1))?.and_time(NaiveTime::MIN).and_utc();
                // The database tells microseconds apart.
                next - TimeDelta::microseconds(1)
            }
        };
        (at <= now).then_some(at)
    }
}

/// The two times of a read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AsOf {
    /// When it held.
    pub at: DateTime<Utc>,
    /// By when it was recorded.
    pub known: DateTime<Utc>,
    /// The two as they were named.
    named: (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
}

impl AsOf {
    /// The times that a query names; none where it names neither, and so asks for the present. 400 for the future.
    pub fn named(
        as_of: Option<Moment>,
        known_at: Option<Moment>,
        now: DateTime<Utc>,
    ) -> Result<Option<Self>, Problem> {
        if as_of.is_none() && known_at.is_none() {
            return Ok(None);
        }
        let read = |named: Option<Moment>, name: &str| {
            let past = named.map(|moment| {
                moment.past(now).ok_or_else(|| Problem::field(name.to_owned(), "must not be in the future"))
            });
            past.transpose()
        };
        let named = (read(as_of, "?asOf")?, read(known_at, "?knownAt")?);
        Ok(Some(Self { at: named.0.unwrap_or(now), known: named.1.unwrap_or(now), named }))
    }

    /// What an answer says of its times: those that were named. What was not is the present, which is another at the next
    /// instant; an answer that said it could never be told to be the same.
    pub fn told(&self) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
        self.named
    }

    /// The day asked about, in UTC.
    pub fn day(&self) -> NaiveDate {
        self.at.date_naive()
    }

    /// A list whose select names the two times as `$1` and `$2`, and goes on from a common table expression.
    pub fn listing(&self, select: &'static str, key: &'static str) -> Listing {
        Listing::as_of(select, key, (self.at, self.known))
    }
}

/// The times that a read of one resource takes.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AsOfQuery {
    /// As it was then: an instant, or the end of a day in UTC.
    #[param(value_type = Option<String>, max_length = 40)]
    pub as_of: Option<Moment>,
    /// By what had been recorded then; all that is on file where left out.
    #[param(value_type = Option<String>, max_length = 40)]
    pub known_at: Option<Moment>,
}

impl AsOfQuery {
    /// The times named; none for the present.
    pub fn times(&self, now: DateTime<Utc>) -> Result<Option<AsOf>, Problem> {
        AsOf::named(self.as_of, self.known_at, now)
    }
}
