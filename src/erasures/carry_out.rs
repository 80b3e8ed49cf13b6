//! Carrying an erasure out: whole, or not at all.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::model::Count;
use super::propose::{due, nameless};
use super::store::{self, Changed};
use crate::act::Act;
use crate::audit::{Entry, record};
use crate::db::Conn;
use crate::evidence::{ERASE, Erased, ErasedEntry};
use crate::history::{self, Grounds, Step};
use crate::http::Problem;
use crate::ids::ErasureId;
use crate::rules::erasure::{Action, ErasureCycle};

/// What a subject lost.
#[derive(Debug, Default)]
struct Loss {
    columns: BTreeSet<String>,
    /// By entry: the version that it led to, and which values it lost.
    entries: BTreeMap<Uuid, (Option<i32>, Vec<String>)>,
}

/// Carries an erasure out, by another person than the one who proposed it.
pub async fn carry_out(conn: &mut Conn, act: &Act, id: ErasureId, grounds: &Grounds) -> Result<(), Problem> {
    let subject = history::load::<ErasureCycle>(conn, act, id.0).await?;
    history::open(&subject, Action::CarryOut)?;
    let held = store::held(conn, id).await?;
    if held.proposed_by == act.actor.person {
        return Err(Problem::rule(
            "Who proposed an erasure and who carries it out must be different persons.",
        ));
    }
    due(conn, act, held.kind, held.subject_id).await?;
    nameless(conn, held.kind, held.subject_id, &grounds.reasons).await?;
    if store::awaits_log(conn, held.kind, held.subject_id).await? {
        return Err(Problem::busy(
            "An entry that names the person is not in the log yet. Ask again in a moment.",
        ));
    }
    store::sign(conn, act, id).await?;
    let ground = grounds.ground.as_ref().map(|ground| ground.as_str());
    let step = Step::new(Action::CarryOut).because(ground, grounds.reasons.as_str());
    history::take(conn, act, &subject, step).await?;
    let changed = store::carry_out(conn, id).await?;
    store::set_erased(conn, id, counts(&changed)).await?;
    let losses = losses(changed);
    let subjects: Vec<Uuid> = losses.keys().map(|(_, subject)| *subject).collect();
    for ((kind, subject), loss) in losses {
        enter(conn, act, (id, &held.reference), (&kind, subject), loss).await?;
    }
    Ok(store::forget_contents(conn, id, &subjects).await?)
}

/// How many rows changed, by table and column.
fn counts(changed: &[Changed]) -> Vec<Count> {
    let mut rows: BTreeMap<(&str, &str), i64> = BTreeMap::new();
    for row in changed {
        for column in &row.columns {
            *rows.entry((&row.in_table, column)).or_default() += 1;
        }
    }
    let count = |((table, column), rows): ((&str, &str), i64)| Count {
        table: table.to_owned(),
        column: column.to_owned(),
        rows,
    };
    rows.into_iter().map(count).collect()
}

/// What each subject lost, by kind and id.
fn losses(changed: Vec<Changed>) -> BTreeMap<(String, Uuid), Loss> {
    let mut losses: BTreeMap<(String, Uuid), Loss> = BTreeMap::new();
    for row in changed {
        let (Some(kind), Some(subject)) = (row.subject_kind, row.subject_id) else { continue };
        let loss = losses.entry((kind, subject)).or_default();
        loss.columns.extend(row.columns.iter().map(|column| format!("{}.{column}", row.in_table)));
        if let Some(entry) = row.entry_id {
            loss.entries.insert(entry, (row.subject_version, row.columns));
        }
    }
    losses
}

/// Enters what a subject lost: which columns and entries, and of each step what is left of it.
async fn enter(
    conn: &mut Conn,
    act: &Act,
    (id, reference): (ErasureId, &str),
    (kind, subject): (&str, Uuid),
    loss: Loss,
) -> Result<(), Problem> {
    let versions: Vec<i32> = loss.entries.values().filter_map(|(version, _)| *version).collect();
    let left = store::steps(conn, subject, &versions).await?;
    let entries = loss.entries.into_iter().map(|(id, (version, values))| ErasedEntry {
        id,
        particulars: values.iter().any(|value| value == "particulars"),
        verdict: values.iter().any(|value| value == "verdict"),
        step: version.and_then(|version| left.get(&version).cloned()),
    });
    let particulars = Erased {
        erasure: id.0,
        reference: reference.to_owned(),
        columns: loss.columns.into_iter().collect(),
        entries: entries.collect(),
    };
    let done = format!("{kind}.{ERASE}");
    let entry = Entry { act: &done, kind, subject, owner: None, particulars, verdict: None };
    Ok(record(conn, act, entry).await?)
}
