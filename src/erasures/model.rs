//! Erasures and the retention policy as they are read and written.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use uuid::Uuid;

use crate::act::Actor;
use crate::history::OnFile;
use crate::ids::ErasureId;
use crate::page::Listed;
use crate::rules::erasure::{Data, ErasureCycle, Holding, Kind, RetentionTerms, Status};
use crate::rules::lifecycle::LifeCycle as _;
use crate::rules::values::{Prose, Reference};

impl OnFile for ErasureCycle {
    // An erasure belongs to no exporter, and no exporter moves one.
    const LOAD: &'static str =
        "select version, status, null::uuid as owner, null::date as term_end from erasures
                                 where id = $1 and $2::uuid is null for update";
}

/// An erasure to be proposed.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewErasure {
    /// Whose data.
    pub kind: Kind,
    /// The person, the end user, the consignee or, of a signatory, the declaration.
    pub subject_id: Uuid,
    /// Why. They must not name the person.
    pub reasons: Prose,
}

/// How many rows name the person in one column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ErasureCount)]
pub struct Count {
    /// The table.
    pub table: String,
    /// Its column.
    pub column: String,
    /// How many rows.
    pub rows: i64,
}

/// An erasure. It names nobody.
#[derive(Clone, Debug, Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Erasure {
    /// Identifier.
    pub id: ErasureId,
    /// Human reference, such as ER-2026-000123: it stands in place of what was erased.
    pub reference: String,
    /// Where it stands.
    pub status: Status,
    /// The version of its last step.
    pub version: i32,
    /// Whose data.
    pub kind: Kind,
    /// The person, the end user or the declaration.
    pub subject_id: Uuid,
    /// The last day on which anything on file needed the data.
    pub needed_until: NaiveDate,
    /// The term after it, in years, as it was when the erasure was proposed.
    pub years: i32,
    /// The last day of the term.
    pub term_ended: NaiveDate,
    /// What would be erased, when it was proposed.
    #[schema(value_type = Vec<Count>)]
    pub found: Json<Vec<Count>>,
    /// What was erased; null until it is carried out.
    #[schema(value_type = Option<Vec<Count>>)]
    pub erased: Option<Json<Vec<Count>>>,
    /// Who proposed it, by handle.
    pub proposed_by: String,
    /// Who carried it out: another person.
    pub carried_out_by: Option<String>,
    /// When it came on file.
    pub created_at: DateTime<Utc>,
    /// When it last moved.
    pub updated_at: DateTime<Utc>,
    /// What this caller could do next.
    #[sqlx(skip)]
    pub allowed_actions: Vec<&'static str>,
}

impl Erasure {
    /// The erasure as `actor` sees it.
    #[must_use]
    pub fn seen_by(mut self, actor: &Actor) -> Self {
        self.allowed_actions = ErasureCycle::allowed(self.status, actor.role);
        self
    }
}

impl Listed for Erasure {
    fn key(&self) -> Uuid {
        self.id.0
    }
}

/// Which erasures are asked for.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ErasureFilter {
    /// In this status.
    #[param(inline)]
    pub status: Option<Status>,
    /// Of data of this kind.
    #[param(inline)]
    pub kind: Option<Kind>,
    /// Of this person, end user or declaration.
    pub subject_id: Option<Uuid>,
    /// With this human reference.
    pub reference: Option<Reference>,
}

/// How long a kind of personal data is kept, and why.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RetentionTerm {
    /// Which data.
    pub data: Data,
    /// What it is.
    pub covers: &'static str,
    /// The kind of erasure that takes it; null where it goes with whomever it names.
    pub goes_with: Option<Kind>,
    /// When the term begins.
    pub begins: &'static str,
    /// The term, in years; null where it is that of whomever it names.
    pub years: Option<u32>,
    /// The law that the keeping rests on.
    pub basis: &'static str,
}

impl RetentionTerm {
    /// What the policy says under these terms.
    pub(super) fn of(holding: &Holding, terms: RetentionTerms) -> Self {
        let Holding { data, covers, goes_with, begins, basis } = *holding;
        Self { data, covers, goes_with, begins, years: goes_with.map(|kind| terms.years(kind)), basis }
    }
}
