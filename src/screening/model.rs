//! Lists and editions as they are read and written.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::act::Act;
use crate::history::OnFile;
use crate::ids::ScreeningListId;
use crate::page::Listed;
use crate::rules::lifecycle::LifeCycle as _;
use crate::rules::screening_list::{self, DUE_DAYS, ScreeningListCycle, current_until};
use crate::rules::values::{ListCode, Name, Prose};
use crate::rules::vocabulary;

impl OnFile for ScreeningListCycle {
    const LOAD: &'static str =
        "select version, status, null::uuid as owner, null::date as term_end from screening_lists
                                 where id = $1 and $2::uuid is null for update";
}

/// A list to be kept.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewScreeningList {
    /// What the agency calls it.
    pub code: ListCode,
    /// What its publisher calls it.
    pub title: Name,
    /// Who publishes it, and where.
    pub source: Prose,
    /// The score from which an entry is a hit, in thousandths.
    #[schema(minimum = 500, maximum = 1000)]
    pub hit_from: i16,
    /// The score from which a clearing needs a second person, in thousandths.
    #[schema(minimum = 0, maximum = 1000)]
    pub second_person_from: i16,
    /// The share of entries that a newer edition may take away, and of the names and numbers of those that stay, in percent.
    #[schema(minimum = 0, maximum = 100)]
    pub most_removed: i16,
    /// Days after which an edition clears no one any more.
    #[schema(minimum = 1, maximum = 3660)]
    pub limit_days: i32,
    /// Days within which a hit is to be decided on; 10 where left out.
    #[serde(default = "due_days")]
    #[schema(minimum = 1, maximum = 366, default = 10)]
    pub due_days: i32,
}

fn due_days() -> i32 {
    DUE_DAYS
}

/// The terms of a list as they should be.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ScreeningListTerms)]
pub struct ListTerms {
    /// What its publisher calls it.
    pub title: Name,
    /// Who publishes it, and where.
    pub source: Prose,
    /// The score from which an entry is a hit, in thousandths.
    #[schema(minimum = 500, maximum = 1000)]
    pub hit_from: i16,
    /// The score from which a clearing needs a second person, in thousandths.
    #[schema(minimum = 0, maximum = 1000)]
    pub second_person_from: i16,
    /// The share of entries that a newer edition may take away, and of the names and numbers of those that stay, in percent.
    #[schema(minimum = 0, maximum = 100)]
    pub most_removed: i16,
    /// Days after which an edition clears no one any more.
    #[schema(minimum = 1, maximum = 3660)]
    pub limit_days: i32,
    /// Days within which a hit is to be decided on; 10 where left out.
    #[serde(default = "due_days")]
    #[schema(minimum = 1, maximum = 366, default = 10)]
    pub due_days: i32,
    /// Why they change.
    pub reasons: Prose,
}

/// A list of restricted parties.
#[derive(Clone, Debug, Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScreeningList {
    /// Identifier.
    pub id: ScreeningListId,
    /// What the agency calls it.
    pub code: ListCode,
    /// Whether it is kept.
    pub status: screening_list::Status,
    /// The version of its last step.
    pub version: i32,
    /// What its publisher calls it.
    pub title: Name,
    /// Who publishes it, and where.
    pub source: Prose,
    /// The score from which an entry is a hit, in thousandths.
    pub hit_from: i16,
    /// The score from which a clearing needs a second person, in thousandths.
    pub second_person_from: i16,
    /// The share of entries that a newer edition may take away, and of the names and numbers of those that stay, in percent.
    pub most_removed: i16,
    /// Days after which an edition clears no one any more.
    pub limit_days: i32,
    /// Days within which a hit is to be decided on.
    pub due_days: i32,
    /// The edition in force; null where none was taken yet.
    pub edition: Option<i32>,
    /// How many entries it has.
    pub entries: Option<i32>,
    /// The day that its publisher gives the edition.
    pub as_of: Option<NaiveDate>,
    /// When the edition was received.
    pub received_at: Option<DateTime<Utc>>,
    /// The last day on which the edition clears anyone.
    #[sqlx(skip)]
    pub current_until: Option<NaiveDate>,
    /// When it came on file.
    pub created_at: DateTime<Utc>,
    /// When it last moved.
    pub updated_at: DateTime<Utc>,
    /// What this caller could do next.
    #[sqlx(skip)]
    pub allowed_actions: Vec<&'static str>,
}

impl ScreeningList {
    /// The list as the actor sees it.
    #[must_use]
    pub fn seen_by(mut self, act: &Act) -> Self {
        let until = |at: DateTime<Utc>| current_until(self.as_of, at.date_naive(), self.limit_days);
        self.current_until = self.received_at.map(until);
        self.allowed_actions = ScreeningListCycle::allowed(self.status, act.actor.role);
        self
    }
}

impl Listed for ScreeningList {
    fn key(&self) -> Uuid {
        self.id.0
    }
}

/// Which lists are asked for.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListFilter {
    /// In this status.
    #[param(inline)]
    pub status: Option<screening_list::Status>,
}

/// An edition of a list.
#[derive(Clone, Debug, Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ScreeningEdition)]
pub struct Edition {
    /// Identifier.
    pub id: Uuid,
    /// The list.
    pub list_id: ScreeningListId,
    /// 1, 2, … for the list.
    pub number: i32,
    /// Whether it is the one in force.
    pub in_force: bool,
    /// In which form it came.
    pub form: String,
    /// Digest of the file; of several files, of the lines `digest  name` in the order of their names.
    pub sha256: String,
    /// The day that its publisher gives it.
    pub as_of: Option<NaiveDate>,
    /// How many entries it has.
    pub entries: i32,
    /// How many names they have.
    pub names: i32,
    /// How many entries the edition before does not have.
    pub added: i32,
    /// How many entries say something else than in the edition before.
    pub changed: i32,
    /// How many entries of the edition before it does not have.
    pub removed: i32,
    /// What spoke against believing it.
    pub doubts: Vec<String>,
    /// Why it was taken in spite of that.
    pub reasons: Option<String>,
    /// Who proposed so, by handle.
    pub proposed_by: Option<String>,
    /// Who brought it, by handle.
    pub received_by: String,
    /// When it was received.
    pub received_at: DateTime<Utc>,
}

impl Listed for Edition {
    fn key(&self) -> Uuid {
        self.id
    }
}

/// Which editions are asked for: all of them.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EditionFilter {
    /// The list, from the path.
    #[serde(skip)]
    #[param(ignore)]
    pub list: Uuid,
}

vocabulary! {
    /// What an edition does to an entry.
    EntryChange { Added, Changed, Removed }
}

/// An entry of which an edition says something else than the one before.
#[derive(Clone, Debug, Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ScreeningDifference)]
pub struct Difference {
    /// Identifier.
    pub id: Uuid,
    /// added, changed or removed.
    pub change: String,
    /// What the list calls the entry.
    pub key: String,
    /// What the edition before says; null where it does not have the entry.
    pub before: Option<serde_json::Value>,
    /// What the edition says; null where it does not have the entry.
    pub after: Option<serde_json::Value>,
}

impl Listed for Difference {
    fn key(&self) -> Uuid {
        self.id
    }
}

/// Which differences are asked for.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DifferenceFilter {
    /// The list and the edition, from the path.
    #[serde(skip)]
    #[param(ignore)]
    pub of: (Uuid, i32),
    /// Of this kind.
    #[param(inline)]
    pub change: Option<EntryChange>,
}
