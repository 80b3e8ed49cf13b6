//! What the registry holds against its entries: histories, the events that tell of them, where each resource stands, and
//! what it says; and the steps that the database lets through against those of the rules.

use std::collections::{BTreeMap, BTreeSet};

use super::report::Report;
use super::store::{holdings as store, steps};
use crate::db::Conn;
use crate::http::Problem;
use crate::rules::cycles;

/// Compares all of it.
pub(super) async fn compare(conn: &mut Conn, report: &mut Report) -> Result<(), Problem> {
    for id in store::outside_the_log(conn).await? {
        report.finds(None, format!("entry {id} is on file, and not in the log"));
    }
    compare_steps(conn, report).await?;
    for unlike in store::views_unlike_entries(conn).await? {
        let says =
            format!("the views of batch {} are not the ones that its entry counted", unlike.subject_id);
        report.finds(unlike.index(), says);
    }
    let tables: BTreeMap<String, String> = store::life_cycles(conn).await?.into_iter().collect();
    for (cycle, table) in tables {
        for unlike in store::standing_elsewhere(conn, &cycle, &table).await? {
            let says = format!("{cycle} {} does not stand where its history ends", unlike.subject_id);
            report.finds(unlike.index(), says);
        }
    }
    for (kind, id) in store::without_an_entry(conn).await? {
        report.finds(None, format!("{kind} {id} is on file without an entry"));
    }
    for kind in store::kinds(conn).await? {
        for unlike in store::contents_unlike_leaves(conn, &kind).await? {
            let says = format!("{kind} {} is not what it was at its last entry", unlike.subject_id);
            report.finds(unlike.index(), says);
        }
    }
    Ok(())
}

/// Compares histories, events, and the steps there are.
async fn compare_steps(conn: &mut Conn, report: &mut Report) -> Result<(), Problem> {
    for unlike in steps::steps_unlike_entries(conn).await? {
        let says = format!(
            "step {} of {} is not what its entry says, or has none",
            unlike.version, unlike.subject_id
        );
        report.finds(unlike.index(), says);
    }
    for unlike in steps::entries_without_steps(conn).await? {
        let says = format!("step {} of {} is gone from its history", unlike.version, unlike.subject_id);
        report.finds(unlike.index(), says);
    }
    for unlike in steps::events_unlike_steps(conn).await? {
        let says = format!(
            "the event of step {} of {} is not what the step says, comes twice, or one of them is gone",
            unlike.version, unlike.subject_id
        );
        report.finds(unlike.index(), says);
    }
    let ruled: BTreeSet<_> = cycles::all()
        .into_iter()
        .flat_map(|(_, edges)| edges)
        .map(|edge| (edge.life_cycle.into(), edge.from.into(), edge.action.into(), edge.to.into()))
        .collect();
    for (cycle, from, action, to) in steps::transitions(conn).await?.symmetric_difference(&ruled) {
        let says = format!(
            "{cycle}: {action} from {from} to {to} is let through by the rules or the database alone"
        );
        report.finds(None, says);
    }
    Ok(())
}
