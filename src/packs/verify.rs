//! Verifying a pack, offline: from its bytes and the public keys of the log alone.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use super::checks::{Gone, Leaf, opened, prove, says, stands};
use super::contents::Contents;
use super::erased::Erasures;
use super::model::{Entry, FORMAT, Part, Seal};
use crate::events::Event;
use crate::history::HistoryEntry;
use crate::tlog::{Checkpoint, Note, TreeHead, VerifierKey};

/// What a pack that holds has shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven {
    /// The kind of resource.
    pub kind: String,
    /// The resource.
    pub subject: Uuid,
    /// When the pack was made, as the registry says.
    pub made_at: DateTime<Utc>,
    /// The log.
    pub origin: String,
    /// How far the log had come: what a published checkpoint must say as well.
    pub head: TreeHead,
    /// How many entries of it are in the pack, each proven.
    pub entries: usize,
    /// How many of them have lost what they recorded to an erasure.
    pub erased: usize,
    /// How many steps the history has, each of them an entry.
    pub steps: usize,
    /// Where the resource stands.
    pub status: String,
}

/// Why a pack does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {says}")]
pub struct Fault {
    /// Which line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub says: String,
}

/// What is gathered while the lines are read.
#[derive(Debug)]
struct Reading {
    kind: String,
    subject: Uuid,
    made_at: DateTime<Utc>,
    checkpoint: Option<Checkpoint>,
    resource: Option<Value>,
    /// Of each subject, the index of the last entry read.
    last: BTreeMap<Uuid, i64>,
    /// Of the resource, the entry of each version.
    taken: BTreeMap<i32, (Leaf, Option<Value>)>,
    entries: usize,
    erasures: Erasures,
    contents: Contents,
    people: People,
    steps: Vec<HistoryEntry>,
}

/// By what name each person is told: always the same, and no two by one.
#[derive(Debug, Default)]
struct People(BTreeMap<Option<Uuid>, Option<String>>);

impl People {
    fn took(&mut self, actor: Option<Uuid>, told: Option<&str>) -> bool {
        let known = self.0.entry(actor).or_insert_with(|| told.map(str::to_owned)).as_deref() == told;
        known && self.0.iter().all(|(other, name)| *other == actor || name.as_deref() != told)
    }
}

/// Checks a pack.
pub fn verify(pack: &[u8], keys: &[VerifierKey]) -> Result<Proven, Fault> {
    let (lines, sealed) = lines(pack)?;
    seal(pack, &lines, sealed, keys)?;
    let mut reading: Option<Reading> = None;
    for (number, line) in (1..).zip(&lines) {
        let fault = |says: String| Fault { line: number, says };
        let part: Part = serde_json::from_str(line).map_err(|error| fault(error.to_string()))?;
        match &mut reading {
            None => reading = Some(Reading::begun(part).map_err(fault)?),
            Some(reading) => reading.take(part, keys, number == lines.len()).map_err(fault)?,
        }
    }
    let end = lines.len();
    let reading = reading.ok_or_else(|| Fault { line: 1, says: "the pack is empty".to_owned() })?;
    reading.ended().map_err(|says| Fault { line: end, says })
}

/// The lines, and how many bytes go before the last.
fn lines(pack: &[u8]) -> Result<(Vec<&str>, usize), Fault> {
    let text = std::str::from_utf8(pack).ok().and_then(|text| text.strip_suffix('\n'));
    let text = text
        .ok_or_else(|| Fault { line: 1, says: "it is not text in UTF-8 that ends with a line".to_owned() })?;
    Ok((text.split('\n').collect(), text.rfind('\n').map_or(0, |end| end + 1)))
}

/// The last line signs all before it.
fn seal(pack: &[u8], lines: &[&str], sealed: usize, keys: &[VerifierKey]) -> Result<(), Fault> {
    let fault = |says: &str| Fault { line: lines.len(), says: says.to_owned() };
    let last = lines.last().and_then(|line| serde_json::from_str(line).ok());
    let Some(Part::Seal { note }) = last else { return Err(fault("the pack does not end with its seal")) };
    // As it was written: a space more in this line would be a byte that nothing covers.
    let written = serde_json::to_string(&Part::Seal { note: note.clone() }).unwrap_or_default();
    let note: Note = note.parse().map_err(|_| fault("the seal is not a signed note"))?;
    if !keys.iter().any(|key| key.verified(&note).is_some()) {
        return Err(fault("the seal is not signed by a key given"));
    }
    let before = pack.get(..sealed).unwrap_or_default();
    let holds = Seal::read(&note.text) == Ok(Seal::over(before)) && lines.last() == Some(&written.as_str());
    if holds { Ok(()) } else { Err(fault("the pack is not what was sealed")) }
}

impl Reading {
    fn begun(part: Part) -> Result<Self, String> {
        match part {
            Part::Head { format: FORMAT, kind, subject, made_at } => Ok(Self {
                kind,
                subject,
                made_at,
                checkpoint: None,
                resource: None,
                last: BTreeMap::new(),
                taken: BTreeMap::new(),
                entries: 0,
                erasures: Erasures::default(),
                contents: Contents::default(),
                people: People::default(),
                steps: Vec::new(),
            }),
            Part::Head { format, .. } => Err(format!("form {format} is not known here")),
            Part::Checkpoint { .. }
            | Part::Resource { .. }
            | Part::Declaration(_)
            | Part::Entry(_)
            | Part::Content(_)
            | Part::Step(_)
            | Part::Notice(_)
            | Part::Seal { .. } => Err("the pack does not begin with its head".to_owned()),
        }
    }

    fn take(&mut self, part: Part, keys: &[VerifierKey], is_last: bool) -> Result<(), String> {
        match part {
            Part::Head { .. } => Err("a second head".to_owned()),
            Part::Checkpoint { note } => self.checkpoint(&note, keys),
            Part::Resource { value } => match self.resource.replace(value) {
                None => Ok(()),
                Some(_) => Err("a second resource".to_owned()),
            },
            Part::Declaration(declared) => self.contents.declared(declared),
            Part::Entry(entry) => self.entry(*entry),
            Part::Content(content) => self.contents.open(content),
            Part::Step(step) => self.step(*step),
            Part::Notice(notice) => self.notice(&notice),
            Part::Seal { .. } if is_last => Ok(()),
            Part::Seal { .. } => Err("a seal before the end".to_owned()),
        }
    }

    fn checkpoint(&mut self, note: &str, keys: &[VerifierKey]) -> Result<(), String> {
        let note: Note = note.parse().map_err(|_| "the checkpoint is not a signed note".to_owned())?;
        let checkpoint = Checkpoint::verified(&note, keys)
            .map_err(|_| "the checkpoint is not signed by a key given".to_owned())?;
        match self.checkpoint.replace(checkpoint) {
            None => Ok(()),
            Some(_) => Err("a second checkpoint".to_owned()),
        }
    }

    fn entry(&mut self, entry: Entry) -> Result<(), String> {
        let head = &self.checkpoint.as_ref().ok_or("an entry before the checkpoint")?.head;
        prove(&entry, head)?;
        let leaf: Leaf = serde_json::from_str(&entry.leaf).map_err(|error| format!("the leaf: {error}"))?;
        let gone = opened(&leaf, &entry)?;
        let Some(subject) = &leaf.subject else { return Err("an entry on no resource".to_owned()) };
        let last = self.last.insert(subject.id, entry.index);
        if leaf.previous != last {
            return Err(
                "an entry on the same resource is missing before it, or it stands elsewhere".to_owned()
            );
        }
        self.entries += 1;
        self.contents.entry(&leaf, subject.id);
        if gone != Gone::default() {
            self.erasures.lost(leaf.id, subject.id, gone);
        }
        self.erasures.says(&leaf.act, subject.id, entry.particulars.as_ref());
        if let (true, "done", Some(version)) =
            (subject.id == self.subject, leaf.outcome.as_str(), subject.version)
            && self.taken.insert(version, (leaf, entry.particulars)).is_some()
        {
            return Err(format!("version {version} was reached twice"));
        }
        Ok(())
    }

    fn step(&mut self, step: HistoryEntry) -> Result<(), String> {
        if step.subject_id != self.subject || usize::try_from(step.version) != Ok(self.steps.len() + 1) {
            return Err("it is not the next step of the resource".to_owned());
        }
        let before = self.steps.last().map_or("none", |step| step.to_status.as_str());
        if step.from_status != before {
            return Err(format!("it begins at {}, and the step before led to {before}", step.from_status));
        }
        let (leaf, particulars) = self.taken.get(&step.version).ok_or("the step has no entry in the log")?;
        let act = format!("{}.{}", self.kind, step.action);
        let same = leaf.act == act
            && leaf.at == step.at
            && leaf.request == step.request_id
            && leaf.role.as_deref() == Some(&step.actor_role)
            && match particulars {
                Some(particulars) => says(particulars, &step),
                None => self.erasures.left(leaf.id, &step),
            };
        if !same || !self.people.took(leaf.actor, step.actor.as_deref()) {
            return Err("the step is not what its entry in the log says".to_owned());
        }
        self.steps.push(step);
        Ok(())
    }

    fn notice(&self, notice: &Event) -> Result<(), String> {
        let step = usize::try_from(notice.subject_version)
            .ok()
            .and_then(|version| self.steps.get(version.checked_sub(1)?));
        let told = step.is_some_and(|step| {
            notice.subject_id == self.subject
                && (&notice.subject_kind, notice.at) == (&self.kind, step.at)
                && notice.kind == format!("{}.{}", self.kind, step.action)
                && (&notice.from_status, &notice.to_status) == (&step.from_status, &step.to_status)
                && (&notice.ground, &notice.reasons, &notice.details)
                    == (&step.ground, &step.reasons, &step.details)
        });
        if told { Ok(()) } else { Err("the notice tells of no step, or of another".to_owned()) }
    }

    fn ended(self) -> Result<Proven, String> {
        let checkpoint = self.checkpoint.ok_or("there is no checkpoint")?;
        let resource = self.resource.ok_or("there is no resource")?;
        let last = self.steps.last().ok_or("there is no step")?;
        if self.taken.len() != self.steps.len() {
            return Err("the log has a step that the history has not".to_owned());
        }
        let erased = self.erasures.ended()?;
        self.contents.ended(self.subject, &resource)?;
        let status = stands(&resource, last, self.subject, self.made_at.date_naive())?;
        Ok(Proven {
            kind: self.kind,
            subject: self.subject,
            made_at: self.made_at,
            origin: checkpoint.origin,
            head: checkpoint.head,
            entries: self.entries,
            erased,
            steps: self.steps.len(),
            status,
        })
    }
}
