//! The table.

use std::fmt::Write as _;
use std::time::Duration;

use crate::Settings;
use crate::common::load::Measured;
use crate::common::median;
use crate::scenario::Work;

/// What is known of one kind of work at the end.
pub(crate) struct Row {
    pub(crate) work: Work,
    pub(crate) service: Vec<Measured>,
    pub(crate) floor: Vec<f64>,
    /// The bare act, where it was measured.
    pub(crate) bare: Vec<f64>,
    pub(crate) statements: usize,
    pub(crate) pings: usize,
}

/// What was measured, as Markdown.
pub(crate) fn table(
    settings: &Settings,
    version: &str,
    rows: &[Row],
    memory: [Option<u64>; 2],
) -> anyhow::Result<String> {
    let mut text = String::new();
    let cores = std::thread::available_parallelism()?;
    writeln!(
        text,
        "{cores} cores, PostgreSQL {version}, {} licenses, {} connections, {} rounds of {} s, medians.\n",
        settings.licenses, settings.connections, settings.rounds, settings.seconds
    )?;
    writeln!(
        text,
        "| request | service, 1/s | p50, ms | p99, ms | floor, 1/s | ratio | target | round trips | pings | errors |"
    )?;
    writeln!(text, "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|")?;
    let rate = |row: &Row| median(row.service.iter().map(|one| one.per_second).collect()).unwrap_or_default();
    for row in rows {
        let millis = |pick: fn(&Measured) -> Duration| {
            median(row.service.iter().map(|one| pick(one).as_secs_f64() * 1000.0).collect())
                .unwrap_or_default()
        };
        let service = rate(row);
        let floor = median(row.floor.clone());
        let shown = |value: Option<f64>, digits: usize| {
            value.map_or("–".to_owned(), |value| format!("{value:.digits$}"))
        };
        let errors: usize = row.service.iter().flat_map(|one| one.refused.values()).sum();
        writeln!(
            text,
            "| {} | {service:.0} | {:.2} | {:.2} | {} | {} | {} | {} | {} | {errors} |",
            row.work.name(settings),
            millis(|one| one.p50),
            millis(|one| one.p99),
            shown(floor, 0),
            shown(floor.map(|floor| service / floor), 2),
            shown(row.work.target(), 1),
            row.statements,
            row.pings,
        )?;
    }
    for row in rows {
        for (refusal, times) in row.service.iter().flat_map(|one| &one.refused) {
            writeln!(text, "\n{}, refused {times} times in a round: {refusal}", row.work.name(settings))?;
        }
    }
    let of = |work: Work| rows.iter().find(|row| row.work == work).map(rate);
    if let (Some(first), Some(deep)) = (of(Work::FirstPage), of(Work::DeepPage)) {
        let page = settings.deep_page();
        writeln!(text, "\nPage 1 over page {page}: {:.2} (target: at most 2).", first / deep)?;
    }
    for row in rows {
        let (service, floor) = (rate(row), median(row.floor.clone()).unwrap_or_default());
        if let Some(bare) = median(row.bare.clone()) {
            writeln!(
                text,
                "\nThe cost of trust: {} takes {:.2} times its statements, and {:.2} times the bare act ({bare:.0} a second; target: at most 2).",
                row.work.name(settings),
                floor / service,
                bare / service,
            )?;
            if let Some(read) = of(Work::Get) {
                writeln!(
                    text,
                    "A read, {}, takes {:.2} times the bare act.",
                    Work::Get.name(settings),
                    bare / read
                )?;
            }
        }
    }
    match memory {
        [Some(start), Some(rest)] => {
            writeln!(
                text,
                "Resident memory: {start} kB after the start, {rest} kB at rest after the load (target: under 60 MB)."
            )?;
        }
        _ => writeln!(text, "Resident memory is not told by this system (no /proc).")?,
    }
    Ok(text)
}
