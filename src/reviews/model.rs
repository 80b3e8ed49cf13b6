//! Reviews as they are read and written.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::act::Act;
use crate::history::OnFile;
use crate::ids::{AllegationId, EndUserId, ProductId, ReviewId};
use crate::page::Listed;
use crate::rules::lifecycle::LifeCycle as _;
use crate::rules::review::{Action, EvidenceKind, Proposal, ReviewCycle, Status, may_conclude};
use crate::rules::values::{Digest, Handle, Name, Prose, Reference};

impl OnFile for ReviewCycle {
    // A review belongs to no exporter, and no exporter moves one.
    const LOAD: &'static str =
        "select version, status, null::uuid as owner, null::date as term_end from reviews
                                 where id = $1 and $2::uuid is null for update";
}

/// A review to be opened.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewReview {
    /// What is reviewed.
    pub title: Name,
    /// The question to be answered.
    pub question: Prose,
    /// The end user under review; an end user or a product, not both.
    #[serde(default)]
    pub end_user_id: Option<EndUserId>,
    /// The product under review.
    #[serde(default)]
    pub product_id: Option<ProductId>,
    /// Who answers for it: the handle of a person on the staff who works on reviews.
    pub owner: Handle,
    /// When it is due: after today, at most five years ahead.
    pub due_on: NaiveDate,
}

/// A new due date.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ReviewExtension)]
pub struct Extension {
    /// When it is due: after today, at most five years ahead.
    pub due_on: NaiveDate,
    /// Why the due date is moved.
    pub reasons: Prose,
}

/// Evidence to be entered.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = NewReviewEvidence)]
pub struct NewEvidence {
    /// What kind of evidence it is.
    pub kind: EvidenceKind,
    /// What it is and shows.
    pub description: Prose,
    /// Digest of the document, where there is one.
    #[serde(default)]
    pub document_sha256: Option<Digest>,
}

/// The end of a review.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ReviewConclusion)]
pub struct Conclusion {
    /// What was found.
    pub findings: Prose,
    /// What is proposed.
    pub proposal: Proposal,
    /// Why it is proposed.
    pub reasons: Prose,
}

/// Evidence on file.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ReviewEvidence)]
pub struct Evidence {
    /// 1, 2, … for the review.
    pub number: i32,
    /// What kind of evidence it is.
    pub kind: EvidenceKind,
    /// What it is and shows.
    pub description: String,
    /// Digest of the document.
    pub document_sha256: Option<String>,
    /// Who entered it, by handle.
    pub entered_by: String,
    /// When.
    pub entered_at: DateTime<Utc>,
}

/// A review.
#[derive(Clone, Debug, Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Review {
    /// Identifier.
    pub id: ReviewId,
    /// Human reference, such as RW-2026-000123.
    pub reference: String,
    /// Where it stands.
    pub status: Status,
    /// The version of its last step.
    pub version: i32,
    /// What is reviewed.
    pub title: String,
    /// The question to be answered.
    pub question: String,
    /// The end user under review.
    pub end_user_id: Option<EndUserId>,
    /// The product under review.
    pub product_id: Option<ProductId>,
    /// The allegation that led to it.
    pub allegation_id: Option<AllegationId>,
    /// Who answers for it, by handle.
    pub owner: String,
    /// When it is due.
    pub due_on: NaiveDate,
    /// Whether it is past its due date without a conclusion.
    #[sqlx(skip)]
    pub overdue: bool,
    /// Who opened it, by handle.
    pub opened_by: String,
    /// What was found.
    pub findings: Option<String>,
    /// What is proposed.
    pub proposal: Option<Proposal>,
    /// Why it is proposed.
    pub conclusion_reasons: Option<String>,
    /// Who concluded it, by handle.
    pub concluded_by: Option<String>,
    /// When it was concluded.
    pub concluded_at: Option<DateTime<Utc>>,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
    /// When it last moved.
    pub updated_at: DateTime<Utc>,
    /// What this caller could do next.
    #[sqlx(skip)]
    pub allowed_actions: Vec<&'static str>,
}

impl Review {
    /// The review as the actor sees it, on the day of the act.
    #[must_use]
    pub fn seen_by(mut self, act: &Act) -> Self {
        self.overdue = self.status.is_overdue(act.today(), self.due_on);
        self.allowed_actions = ReviewCycle::allowed(self.status, act.actor.role);
        if !may_conclude(act.actor.role, self.owner == act.actor.handle) {
            self.allowed_actions.retain(|action| *action != Action::Conclude.name());
        }
        self
    }
}

impl Listed for Review {
    fn key(&self) -> Uuid {
        self.id.0
    }
}

/// Which reviews are asked for.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReviewFilter {
    /// In this status.
    #[param(inline)]
    pub status: Option<Status>,
    /// Past their due date without a conclusion, or not.
    pub overdue: Option<bool>,
    /// Of the owner with this handle.
    pub owner: Option<Handle>,
    /// Of this end user.
    pub end_user_id: Option<EndUserId>,
    /// Of this product.
    pub product_id: Option<ProductId>,
    /// With this human reference.
    pub reference: Option<Reference>,
}
