//! Dates: several formats in one column, lost leading zeros, two-digit years, spreadsheet serials, foreign months.

use chrono::format::{Item, StrftimeItems};
use chrono::{Datelike as _, Days, Months, NaiveDate};
use serde::Deserialize;

use super::profile::ProfileError;

/// `[dates]` of a profile.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct DatesTable {
    formats: Vec<String>,
    pivot: i32,
    earliest: String,
    latest: String,
    months: Vec<Vec<String>>,
}

impl Default for DatesTable {
    fn default() -> Self {
        let text = str::to_owned;
        Self {
            formats: vec![text("%Y-%m-%d")],
            pivot: 69,
            earliest: text("1900-01-01"),
            latest: text("2100-12-31"),
            months: Vec::new(),
        }
    }
}

/// How a date may be written.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Format {
    /// A strftime pattern, what it leaves open (day, month), and whether its year has two digits.
    Pattern { pattern: String, no_day: bool, no_month: bool, short_year: bool },
    /// Digits only, which a spreadsheet may have read as a number and stripped of leading zeros.
    Digits { pattern: &'static str, width: usize, short_year: bool },
    /// Days since 1899-12-30 (the 1900 system) or 1904-01-01 (the 1904 system).
    Serial { epoch: NaiveDate },
}

/// Where in an open period (a month, a year) a date lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edge {
    /// The first day: a license issued in March counts from 1 March.
    First,
    /// The last day: a license valid until March is valid to 31 March.
    Last,
}

/// Reads dates as the profile says.
#[derive(Clone, Debug)]
pub(super) struct Dates {
    formats: Vec<Format>,
    written: Vec<String>,
    pivot: i32,
    range: (NaiveDate, NaiveDate),
    months: Vec<(String, usize)>,
}

impl Dates {
    pub(super) fn new(table: &DatesTable) -> Result<Self, ProfileError> {
        let bound = |key: &str, text: &str| {
            text.parse::<NaiveDate>()
                .map_err(|_| ProfileError::at(key, "must be a date such as \"1900-01-01\""))
        };
        let range = (bound("dates.earliest", &table.earliest)?, bound("dates.latest", &table.latest)?);
        if range.0 > range.1 {
            return Err(ProfileError::at("dates.earliest", "must not be after dates.latest"));
        }
        if !(0..=99).contains(&table.pivot) {
            return Err(ProfileError::at("dates.pivot", "must be from 0 to 99"));
        }
        if !matches!(table.months.len(), 0 | 12) {
            return Err(ProfileError::at("dates.months", "must have twelve entries, January first"));
        }
        let mut months: Vec<(String, usize)> = Vec::new();
        for (names, number) in table.months.iter().zip(1..) {
            months.extend(names.iter().map(|name| (name.to_lowercase(), number)));
        }
        // The longest first, so that "mar" does not take the beginning of "march".
        months.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        let dates = Self { formats: Vec::new(), written: Vec::new(), pivot: table.pivot, range, months };
        dates.with_formats("dates.formats", &table.formats)
    }

    /// The same, with other formats.
    pub(super) fn with_formats(&self, key: &str, written: &[String]) -> Result<Self, ProfileError> {
        if written.is_empty() {
            return Err(ProfileError::at(key, "must name at least one format"));
        }
        let formats = written.iter().map(|text| format(key, text)).collect::<Result<Vec<_>, _>>()?;
        for (at, one) in written.iter().enumerate() {
            let order_lost = |text: &str| text.replace("%m", "%d").replace("mm", "dd");
            let twin = written
                .iter()
                .skip(at + 1)
                .find(|other| order_lost(other) == order_lost(one) && *other != one);
            if let Some(twin) = twin {
                let says = format!("{one} and {twin} both read the same text, as different days: keep one");
                return Err(ProfileError::at(key, says));
            }
        }
        Ok(Self { formats, written: written.to_vec(), ..self.clone() })
    }

    /// Reads `text`: the first format that fits and gives a day in the range counts.
    pub(super) fn read(&self, text: &str, edge: Edge) -> Result<NaiveDate, String> {
        let text = self.with_month_numbers(text.trim());
        let mut outside = None;
        for format in &self.formats {
            match self.try_format(format, &text, edge) {
                Some(date) if date >= self.range.0 && date <= self.range.1 => return Ok(date),
                Some(date) => outside = outside.or(Some(date)),
                None => {}
            }
        }
        Err(match outside {
            Some(date) => format!("{date} is not between {} and {}", self.range.0, self.range.1),
            None => format!("is not a day of the calendar written as {}", self.written.join(" or ")),
        })
    }

    fn with_month_numbers(&self, text: &str) -> String {
        if self.months.is_empty() {
            return text.to_owned();
        }
        let lower = text.to_lowercase();
        let found = self.months.iter().find(|(name, _)| lower.contains(name.as_str()));
        found.map_or_else(
            || text.to_owned(),
            |(name, number)| lower.replacen(name.as_str(), &number.to_string(), 1),
        )
    }

    fn try_format(&self, format: &Format, text: &str, edge: Edge) -> Option<NaiveDate> {
        match format {
            Format::Pattern { pattern, no_day, no_month, short_year } => {
                let (prefix, opened) = match (no_month, no_day) {
                    (true, _) => ("1 1 ", format!("%m %d {pattern}")),
                    (false, true) => ("1 ", format!("%d {pattern}")),
                    (false, false) => ("", pattern.clone()),
                };
                let date = NaiveDate::parse_from_str(&format!("{prefix}{text}"), &opened).ok()?;
                let date = if *short_year { self.in_century(date)? } else { date };
                let span = if *no_month { 12 } else { 1 };
                if *no_day && edge == Edge::Last {
                    return date.checked_add_months(Months::new(span))?.pred_opt();
                }
                Some(date)
            }
            Format::Digits { pattern, width, short_year } => {
                let digits =
                    text.bytes().all(|b| b.is_ascii_digit()) && (*width - 1..=*width).contains(&text.len());
                let padded = digits.then(|| format!("{text:0>width$}"))?;
                let date = NaiveDate::parse_from_str(&padded, pattern).ok()?;
                if *short_year { self.in_century(date) } else { Some(date) }
            }
            Format::Serial { epoch } => {
                let whole = text.strip_suffix(".0").unwrap_or(text);
                let short = (4..=6).contains(&whole.len()) && whole.bytes().all(|b| b.is_ascii_digit());
                let days = short.then(|| whole.parse().ok())??;
                epoch.checked_add_days(Days::new(days))
            }
        }
    }

    /// Two digits up to the pivot are 20xx, above it 19xx.
    fn in_century(&self, date: NaiveDate) -> Option<NaiveDate> {
        let year = date.year().rem_euclid(100);
        date.with_year(if year <= self.pivot { 2000 + year } else { 1900 + year })
    }
}

fn format(key: &str, text: &str) -> Result<Format, ProfileError> {
    let digits = |pattern, width, short_year| Ok(Format::Digits { pattern, width, short_year });
    let serial = |year, month, day| {
        let epoch = NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default();
        Ok(Format::Serial { epoch })
    };
    match text {
        "ddmmyyyy" => digits("%d%m%Y", 8, false),
        "mmddyyyy" => digits("%m%d%Y", 8, false),
        "ddmmyy" => digits("%d%m%y", 6, true),
        "mmddyy" => digits("%m%d%y", 6, true),
        "serial" => serial(1899, 12, 30),
        "serial-1904" => serial(1904, 1, 1),
        pattern => {
            let valid = StrftimeItems::new(pattern).all(|item| item != Item::Error);
            let has = |letters: &[&str]| letters.iter().any(|letter| pattern.contains(letter));
            let whole = has(&["%F", "%D", "%x", "%v", "%c", "%+", "%s"]);
            let dated = whole || has(&["%Y", "%y", "%G"]);
            if !valid || !dated {
                let says = format!(
                    "{pattern:?} is neither a strftime format with a year, such as %d-%m-%Y, nor one of ddmmyyyy, \
                     mmddyyyy, ddmmyy, mmddyy, serial, serial-1904"
                );
                return Err(ProfileError::at(key, says));
            }
            let in_year = whole || has(&["%j", "%U", "%W", "%V"]);
            let no_month = !in_year && !has(&["%m", "%b", "%B", "%h"]);
            let no_day = no_month || (!in_year && !has(&["%d", "%e"]));
            Ok(Format::Pattern {
                pattern: pattern.to_owned(),
                no_day,
                no_month,
                short_year: has(&["%y", "%D"]),
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(formats: &[&str], text: &str) -> Result<String, String> {
        let table = DatesTable {
            formats: formats.iter().map(|f| (*f).to_owned()).collect(),
            ..DatesTable::default()
        };
        Dates::new(&table).map_err(|e| e.to_string())?.read(text, Edge::Last).map(|date| date.to_string())
    }

    #[test]
    fn formats_are_told_apart_by_what_they_look_like() {
        let formats = ["%m/%d/%Y", "%d-%m-%Y", "ddmmyyyy", "serial", "%d %b %y"];
        for (text, date) in [
            ("01/05/2004", "2004-01-05"),
            ("05-01-2004", "2004-01-05"),
            ("5012004", "2004-01-05"),
            ("31012005", "2005-01-31"),
            ("39478", "2008-01-31"),
            ("3 Mar 98", "1998-03-03"),
            ("3 Mar 12", "2012-03-03"),
        ] {
            assert_eq!(read(&formats, text).as_deref(), Ok(date), "{text}");
        }
        for text in ["31-06-2014", "13/13/2004", "", "soon", "01/05/204", "1", "99/99/9999", "+1/+2/2004"] {
            assert!(read(&formats, text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_open_period_is_closed_by_its_edge() {
        assert_eq!(read(&["%m/%Y"], "02/2012").as_deref(), Ok("2012-02-29"));
        assert_eq!(read(&["%Y"], "2012").as_deref(), Ok("2012-12-31"));
        assert_eq!(read(&["%Y-%m-%d %H:%M:%S"], "2012-02-03 00:00:00").as_deref(), Ok("2012-02-03"));
    }

    #[test]
    fn formats_that_contradict_each_other_are_refused() {
        assert!(read(&["%d/%m/%Y", "%m/%d/%Y"], "01/02/2003").is_err_and(|says| says.contains("keep one")));
        assert!(read(&["%d/%m"], "01/02").is_err());
        assert!(read(&["%Q%Y"], "2003").is_err());
    }
}
