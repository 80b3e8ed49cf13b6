//! Allegations as they are read and written.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::act::Actor;
use crate::history::OnFile;
use crate::ids::{AllegationId, EndUserId, ProductId, ReviewId};
use crate::page::Listed;
use crate::rules::allegation::{AllegationCycle, Credibility, SourceKind, Status};
use crate::rules::lifecycle::LifeCycle as _;
use crate::rules::values::{Digest, Handle, Prose, Reference};

impl OnFile for AllegationCycle {
    // An allegation belongs to no exporter, and no exporter moves one.
    const LOAD: &'static str =
        "select version, status, null::uuid as owner, null::date as term_end from allegations
                                 where id = $1 and $2::uuid is null for update";
}

/// An allegation as it was received.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewAllegation {
    /// What kind of source it came from.
    pub source_kind: SourceKind,
    /// When it was received: today or before.
    pub received_on: NaiveDate,
    /// What is alleged.
    pub text: Prose,
    /// Digests of the documents that came with it, at most 100.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub document_sha256s: Vec<Digest>,
    /// The end user it is against; an end user or a product, one of the two.
    #[serde(default)]
    pub end_user_id: Option<EndUserId>,
    /// The product it is about.
    #[serde(default)]
    pub product_id: Option<ProductId>,
}

/// The assessment of an allegation.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewAllegationAssessment {
    /// How it was assessed.
    pub assessment: Prose,
    /// How credible it was found.
    pub credibility: Credibility,
}

/// The substantiation of an allegation, which opens a review.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Substantiation {
    /// The reasons.
    pub reasons: Prose,
    /// Who answers for the review: the handle of a person on the staff who works on reviews.
    pub owner: Handle,
    /// When the review is due: after today, at most five years ahead.
    pub due_on: NaiveDate,
    /// The question of the review; where left out, what follows from the allegation.
    #[serde(default)]
    pub question: Option<Prose>,
}

/// An allegation.
#[derive(Clone, Debug, Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Allegation {
    /// Identifier.
    pub id: AllegationId,
    /// Human reference, such as AL-2026-000123.
    pub reference: String,
    /// Where it stands.
    pub status: Status,
    /// The version of its last step.
    pub version: i32,
    /// What kind of source it came from.
    pub source_kind: SourceKind,
    /// When it was received.
    pub received_on: NaiveDate,
    /// What is alleged.
    pub text: String,
    /// Digests of the documents that came with it.
    pub document_sha256s: Vec<String>,
    /// The end user it is against.
    pub end_user_id: Option<EndUserId>,
    /// The product it is about.
    pub product_id: Option<ProductId>,
    /// Who entered it, by handle.
    pub entered_by: String,
    /// How it was assessed.
    pub assessment: Option<String>,
    /// How credible it was found.
    pub credibility: Option<Credibility>,
    /// Who assessed it, by handle.
    pub assessed_by: Option<String>,
    /// The reasons of its dismissal or substantiation.
    pub decision_reasons: Option<String>,
    /// Who dismissed or substantiated it, by handle.
    pub decided_by: Option<String>,
    /// The review that it opened.
    pub review_id: Option<ReviewId>,
    /// When it came on file.
    pub created_at: DateTime<Utc>,
    /// When it last moved.
    pub updated_at: DateTime<Utc>,
    /// What this caller could do next.
    #[sqlx(skip)]
    pub allowed_actions: Vec<&'static str>,
}

impl Allegation {
    /// The allegation as `actor` sees it.
    #[must_use]
    pub fn seen_by(mut self, actor: &Actor) -> Self {
        self.allowed_actions = AllegationCycle::allowed(self.status, actor.role);
        self
    }
}

impl Listed for Allegation {
    fn key(&self) -> Uuid {
        self.id.0
    }
}

/// Which allegations are asked for.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AllegationFilter {
    /// In this status.
    #[param(inline)]
    pub status: Option<Status>,
    /// From this kind of source.
    #[param(inline)]
    pub source_kind: Option<SourceKind>,
    /// Against this end user.
    pub end_user_id: Option<EndUserId>,
    /// About this product.
    pub product_id: Option<ProductId>,
    /// With this human reference.
    pub reference: Option<Reference>,
}
