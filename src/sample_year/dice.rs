//! Chance that repeats: everything drawn comes from one seeded source, in the order of the agenda.

use chrono::{DateTime, Datelike as _, Days, NaiveTime, TimeDelta, Utc, Weekday};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

/// The source of chance.
pub(super) struct Dice(StdRng);

impl Dice {
    /// The same throws for the same seed.
    pub(super) fn new(seed: u64) -> Self {
        // Another sequence than the identifiers', which have the seed itself.
        Self(StdRng::seed_from_u64(seed ^ 0x5a4d_504c_4559_4541))
    }

    /// Whether something that happens `percent` times in a hundred happens.
    pub(super) fn chance(&mut self, percent: u32) -> bool {
        self.0.random_range(0..100) < percent
    }

    /// A number below `end`; 0 where nothing is below it.
    pub(super) fn below(&mut self, end: usize) -> usize {
        if end == 0 { 0 } else { self.0.random_range(0..end) }
    }

    /// A number from `low` to `high`.
    pub(super) fn between(&mut self, low: u32, high: u32) -> u32 {
        self.0.random_range(low..=high.max(low))
    }

    /// A number below `end`, small ones far more often.
    pub(super) fn skewed(&mut self, end: usize) -> usize {
        let (a, b, c) = (self.below(end), self.below(end), self.below(end));
        a.min(b).min(c)
    }

    /// One of several.
    pub(super) fn pick<'i, T>(&mut self, items: &'i [T]) -> Option<&'i T> {
        items.get(self.below(items.len()))
    }

    /// Some hours of work after so many days, on a working day.
    pub(super) fn later(&mut self, at: DateTime<Utc>, low: u32, high: u32) -> DateTime<Utc> {
        let days = self.between(low, high);
        let second = self.between(0, 35_999);
        if days == 0 {
            return at + TimeDelta::seconds(i64::from(600 + second / 12));
        }
        let mut day = at.date_naive().checked_add_days(Days::new(days.into())).unwrap_or_default();
        while matches!(day.weekday(), Weekday::Fri | Weekday::Sat) {
            day = day.succ_opt().unwrap_or(day);
        }
        hour_of_work(day.and_time(NaiveTime::MIN).and_utc(), second)
    }
}

/// A working day has ten hours, from seven o'clock UTC.
pub(super) fn hour_of_work(day: DateTime<Utc>, second: u32) -> DateTime<Utc> {
    day + TimeDelta::hours(7) + TimeDelta::seconds(second.into())
}
