//! Parties, hits and flags as they are read.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::act::Act;
use crate::history::OnFile;
use crate::ids::{ScreeningHitId, ScreeningListId};
use crate::page::Listed;
use crate::rules::lifecycle::LifeCycle as _;
use crate::rules::screening_hit::{self, Action as HitAction, PartyKind, ScreeningHitCycle};
use crate::rules::values::{Handle, ListCode, Name, Prose, Reference};

impl OnFile for ScreeningHitCycle {
    const LOAD: &'static str =
        "select version, status, null::uuid as owner, null::date as term_end from screening_hits
                                 where id = $1 and $2::uuid is null for update";
}

/// How far a party of the register is screened.
#[derive(Clone, Debug, Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PartyScreening {
    /// The party.
    pub party_id: Uuid,
    /// What kind of party it is.
    pub party_kind: PartyKind,
    /// Its human reference.
    pub party_reference: String,
    /// Whether it was compared, as it is, with all lists as they are.
    pub screened: bool,
    /// When it was last compared.
    pub screened_at: Option<DateTime<Utc>>,
    /// How many hits nobody has decided on.
    pub undecided: i64,
    /// How many hits are confirmed.
    pub confirmed: i64,
}

impl Listed for PartyScreening {
    fn key(&self) -> Uuid {
        self.party_id
    }
}

/// Which parties are asked for.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PartyFilter {
    /// Of this kind.
    #[param(inline)]
    pub party_kind: Option<PartyKind>,
    /// This one.
    pub party_id: Option<Uuid>,
    /// Those that are compared, or those that are still to be.
    pub screened: Option<bool>,
}

/// A party that may be an entry of a list.
#[derive(Clone, Debug, Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScreeningHit {
    /// Identifier.
    pub id: ScreeningHitId,
    /// Human reference, such as SH-2026-000123.
    pub reference: String,
    /// Where the work on it stands.
    pub status: screening_hit::Status,
    /// The version of its last step.
    pub version: i32,
    /// What kind of party it is.
    pub party_kind: PartyKind,
    /// The party.
    pub party_id: Uuid,
    /// Its human reference.
    pub party_reference: String,
    /// Its name.
    pub party_name: Name,
    /// The list.
    pub list_id: ScreeningListId,
    /// What the agency calls the list.
    pub list_code: ListCode,
    /// What the list calls the entry.
    pub entry_key: String,
    /// The edition it was last found in.
    pub edition: i32,
    /// The name of the entry that is most like the party's.
    pub listed_name: String,
    /// How much speaks for it, in thousandths.
    pub score: i16,
    /// Which words stand for which, and what else speaks for or against it.
    pub reasons: serde_json::Value,
    /// Whose work it is, by handle; null where nobody was named.
    pub assignee: Option<String>,
    /// The day by which it is to be decided on; null on a hit from before there was one.
    pub due_on: Option<NaiveDate>,
    /// Whether that day has passed without a decision.
    #[sqlx(skip)]
    pub overdue: bool,
    /// Whether a clearing takes a second person.
    pub second_person: bool,
    /// Who took its last step, by handle.
    pub moved_by: Option<String>,
    /// What the list says of the entry, as it was last found; shown on a single hit only.
    #[sqlx(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<serde_json::Value>,
    /// When it was found.
    pub created_at: DateTime<Utc>,
    /// When it last moved.
    pub updated_at: DateTime<Utc>,
    /// What this caller could do next.
    #[sqlx(skip)]
    pub allowed_actions: Vec<&'static str>,
}

impl ScreeningHit {
    /// The hit as the actor sees it.
    #[must_use]
    pub fn seen_by(mut self, act: &Act) -> Self {
        self.overdue = self.status.is_overdue(act.today(), self.due_on);
        self.allowed_actions = ScreeningHitCycle::allowed(self.status, act.actor.role);
        let alone = !self.second_person;
        self.allowed_actions.retain(|action| alone || *action != HitAction::Clear.name());
        self
    }
}

impl Listed for ScreeningHit {
    fn key(&self) -> Uuid {
        self.id.0
    }
}

/// Which hits are asked for.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HitFilter {
    /// In this status.
    #[param(inline)]
    pub status: Option<screening_hit::Status>,
    /// Those that nobody has decided on, or those that someone has.
    pub undecided: Option<bool>,
    /// Whose work is that of the person with this handle.
    pub assignee: Option<Handle>,
    /// That are someone's work, or nobody's.
    pub assigned: Option<bool>,
    /// Past the day by which they were to be decided on, or not.
    pub overdue: Option<bool>,
    /// Of parties of this kind.
    #[param(inline)]
    pub party_kind: Option<PartyKind>,
    /// Of this party.
    pub party_id: Option<Uuid>,
    /// On this list.
    pub list_id: Option<ScreeningListId>,
    /// With this human reference.
    pub reference: Option<Reference>,
}

/// Whose work a hit is to be.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = HitAssignment)]
pub struct Assignment {
    /// A person who works on hits, by handle; nobody where left out.
    #[serde(default)]
    pub assignee: Option<Handle>,
    /// Why.
    #[serde(default)]
    pub reasons: Option<Prose>,
}

/// A flag on a license or an application.
#[derive(Clone, Debug, Serialize, Deserialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ScreeningFlag)]
pub struct Flag {
    /// The hit it comes from.
    pub hit_id: ScreeningHitId,
    /// The human reference of the hit.
    pub hit_reference: String,
    /// Where the work on the hit stands.
    pub hit_status: screening_hit::Status,
    /// Which party of the case it is.
    pub party_kind: PartyKind,
    /// The party.
    pub party_id: Uuid,
    /// What the agency calls the list.
    pub list_code: ListCode,
    /// Since when.
    pub raised_at: DateTime<Utc>,
}
