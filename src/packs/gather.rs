//! Making a pack.

use super::model::{Entry, FORMAT, Part, Seal};
use super::store;
use crate::act::Act;
use crate::db::Conn;
use crate::history;
use crate::http::Problem;
use crate::ids::LicenseId;
use crate::licenses;
use crate::rules::license::LicenseCycle;
use crate::rules::lifecycle::LifeCycle as _;
use crate::tlog::{Note, Signer, inclusion_path};
use crate::{events, evidence};

/// The most entries that go into one pack.
const MOST_ENTRIES: i64 = 10_000;

/// The pack of a license: JSON lines, the last of them the seal over the others. 503 where the last checkpoint does not
/// reach the last entry yet: then a minute later it does.
pub async fn of_license(
    conn: &mut Conn,
    act: &Act,
    id: LicenseId,
    signer: Option<&Signer>,
) -> Result<String, Problem> {
    let license = licenses::get(conn, act, id).await?.ok_or_else(Problem::not_found)?;
    let signer = signer.ok_or_else(|| Problem::busy("No key of the log is at hand here."))?;
    let subjects = store::related(conn, id).await?;
    let (checkpoint, entries) = proven(conn, &subjects).await?;
    let mut resource = serde_json::to_value(license).map_err(|error| Problem::internal(&error))?;
    // What the caller could do says nothing about the license.
    if let Some(members) = resource.as_object_mut() {
        members.remove("allowedActions");
    }
    let head =
        Part::Head { format: FORMAT, kind: LicenseCycle::NAME.to_owned(), subject: id.0, made_at: act.at };
    let mut parts = vec![head, Part::Checkpoint { note: checkpoint }, Part::Resource { value: resource }];
    parts.extend(store::declarations(conn, id).await?.into_iter().map(Part::Declaration));
    parts.extend(entries.into_iter().map(|entry| Part::Entry(Box::new(entry))));
    parts.extend(store::contents(conn, &subjects).await?.into_iter().map(Part::Content));
    let steps = history::entries(conn, &act.actor, LicenseCycle::NAME, id.0, None).await?;
    parts.extend(steps.into_iter().map(|step| Part::Step(Box::new(step))));
    let notices = events::of_subject(conn, id.0).await?;
    parts.extend(notices.into_iter().map(|notice| Part::Notice(Box::new(notice))));
    sealed(&parts, signer)
}

/// The last checkpoint, and the entries on these resources with their proofs in it.
async fn proven(conn: &mut Conn, subjects: &[uuid::Uuid]) -> Result<(String, Vec<Entry>), Problem> {
    let not_yet =
        || Problem::busy("The last entries are not in a checkpoint of the log yet. Ask again in a minute.");
    let checkpoint = evidence::last(conn).await?.ok_or_else(not_yet)?;
    let count = store::count(conn, subjects).await?;
    if count > MOST_ENTRIES {
        return Err(Problem::conflict(format!(
            "A pack has at most {MOST_ENTRIES} entries, and there are {count}."
        )));
    }
    let mut entries = store::entries(conn, subjects, checkpoint.size).await?;
    if i64::try_from(entries.len()) != Ok(count) {
        return Err(not_yet());
    }
    let size = u64::try_from(checkpoint.size).unwrap_or_default();
    let paths = entries
        .iter()
        .map(|entry| u64::try_from(entry.index).ok().and_then(|index| inclusion_path(index, size)));
    let paths =
        paths.collect::<Option<Vec<_>>>().ok_or_else(|| Problem::internal(&"a leaf beyond its tree"))?;
    let spans: Vec<_> = paths.iter().flatten().copied().collect();
    let mut hashes = evidence::prove(conn, &spans).await?.into_iter();
    for (entry, path) in entries.iter_mut().zip(&paths) {
        entry.proof = hashes.by_ref().take(path.len()).map(|hash| hash.to_string()).collect();
    }
    Ok((checkpoint.note, entries))
}

/// The lines, and under them the seal.
fn sealed(parts: &[Part], signer: &Signer) -> Result<String, Problem> {
    let mut pack = String::new();
    for part in parts {
        pack += &serde_json::to_string(part).map_err(|error| Problem::internal(&error))?;
        pack.push('\n');
    }
    let text = Seal::over(pack.as_bytes()).text();
    let seal = Part::Seal { note: Note { signatures: vec![signer.sign(&text)], text }.to_string() };
    pack += &serde_json::to_string(&seal).map_err(|error| Problem::internal(&error))?;
    pack.push('\n');
    Ok(pack)
}
