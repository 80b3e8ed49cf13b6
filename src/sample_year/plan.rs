//! How much there is of everything, and when.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};

use super::dice::hour_of_work;
use super::world;

/// The size of the year.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// The year.
    pub year: i32,
    /// Exporters on the register.
    pub exporters: u32,
    /// Products with a classification in force.
    pub products: u32,
    /// Marketing applications filed.
    pub marketing: u32,
    /// Countries they are for.
    pub marketing_destinations: u32,
    /// Export applications filed.
    pub exports: u32,
    /// Countries they are for.
    pub export_destinations: u32,
    /// Licenses revoked.
    pub revocations: u32,
    /// Licenses frozen by a decision of its own.
    pub freezes: u32,
    /// Licenses given up.
    pub surrenders: u32,
    /// The first day of the year.
    pub(super) first: NaiveDate,
    /// The first instant after the year.
    pub(super) end: DateTime<Utc>,
}

/// How many days of the year applications are filed on, from the third day on.
const FILING_DAYS: u32 = 360;
/// The first day of the year on which an export application is filed: a marketing license comes first.
const FIRST_EXPORT_DAY: u32 = 40;

impl Plan {
    /// The year 2021 of the seed facts at `scale`; `None` where scale or year are out of bounds.
    pub fn new(year: i32, scale: f64) -> Option<Self> {
        let scaled = |count: u32| {
            let scaled = (f64::from(count) * scale).round();
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "within the bounds checked below"
            )]
            let count = scaled as u32;
            count.max(1)
        };
        let bounds = (0.001..=100.0).contains(&scale) && (1991..=9000).contains(&year);
        let first = NaiveDate::from_ymd_opt(year, 1, 1).filter(|_| bounds)?;
        let end = NaiveDate::from_ymd_opt(year + 1, 1, 1)?.and_time(NaiveTime::MIN).and_utc();
        let countries = u32::try_from(world::DESTINATIONS.split_whitespace().count()).unwrap_or_default();
        let (marketing, exports) = (scaled(18_000), scaled(5_300));
        let marketing_destinations = marketing.min(countries);
        Some(Self {
            year,
            exporters: scaled(1_700),
            products: scaled(11_000),
            marketing,
            marketing_destinations,
            exports,
            export_destinations: exports.min(130).min(marketing_destinations),
            revocations: scaled(3_600),
            freezes: scaled(600),
            surrenders: scaled(200),
            first,
            end,
        })
    }

    /// What a run counts as it goes: exporters, products, applications and revocations.
    pub fn units(&self) -> u64 {
        [self.exporters, self.products, self.marketing, self.exports, self.revocations]
            .into_iter()
            .map(u64::from)
            .sum()
    }

    /// An instant of work: the `index`-th of `count`, spread evenly over `days` from the day `from` of the year.
    fn spread(&self, from: i64, days: u32, index: u32, count: u32) -> DateTime<Utc> {
        let second = u64::from(days) * 36_000 * u64::from(index) / u64::from(count.max(1));
        let day = from + i64::try_from(second / 36_000).unwrap_or_default();
        let midnight = self.first.and_time(NaiveTime::MIN).and_utc() + chrono::TimeDelta::days(day);
        hour_of_work(midnight, u32::try_from(second % 36_000).unwrap_or_default())
    }

    /// When the exporter asks to be registered: in the autumn before.
    pub(super) fn exporter_at(&self, index: u32) -> DateTime<Utc> {
        self.spread(-110, 45, index, self.exporters)
    }

    /// When the marketing application is filed.
    pub(super) fn marketing_at(&self, index: u32) -> DateTime<Utc> {
        self.spread(3, FILING_DAYS, index, self.marketing)
    }

    /// When the export application is filed.
    pub(super) fn export_at(&self, index: u32) -> DateTime<Utc> {
        self.spread(FIRST_EXPORT_DAY.into(), FILING_DAYS - FIRST_EXPORT_DAY, index, self.exports)
    }

    /// How many waves of revocations the year has: a week apart, the last one early enough to hear the exporters.
    pub(super) const WAVES: u32 = 38;

    /// When a wave comes.
    pub(super) fn wave_at(&self, wave: u32) -> DateTime<Utc> {
        self.spread(60 + i64::from(wave) * 7, 1, 0, 1)
    }

    /// How many of `whole` belong to a wave.
    pub(super) fn share(whole: u32, wave: u32) -> u32 {
        whole * (wave + 1) / Self::WAVES - whole * wave / Self::WAVES
    }

    /// The days on which the clock is asked what it owes: every week of the year.
    pub(super) fn sweep_at(&self, week: u32) -> DateTime<Utc> {
        self.first
            .checked_add_days(Days::new((week * 7 + 6).into()))
            .unwrap_or(self.first)
            .and_time(NaiveTime::MIN)
            .and_utc()
    }

    /// The country that the `index`-th of `count` applications must be for, so that every country has one.
    pub(super) fn due_country(index: u32, count: u32, countries: u32) -> Option<usize> {
        let every = (count / countries.max(1)).max(1);
        let turn = index / every;
        (index.is_multiple_of(every) && turn < countries).then(|| usize::try_from(turn).unwrap_or_default())
    }
}
