//! Operations as they are read and written.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ids::OperationId;
use crate::page::Listed;
use crate::rules::operation::{Kind, Status, Task};

/// A bulk act to be carried out.
#[derive(Clone, Debug)]
pub struct NewOperation<'n> {
    /// What is carried out.
    pub kind: Kind,
    /// The kind of resource it is carried out for.
    pub subject_kind: &'static str,
    /// The resource it is carried out for.
    pub subject: Uuid,
    /// The reasons of the act.
    pub reasons: &'n str,
    /// What is done to which resources, in this order.
    pub tasks: Vec<(Task, Vec<Uuid>)>,
}

/// A bulk act with its progress.
#[derive(Clone, Debug, Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Operation {
    /// Identifier.
    pub id: OperationId,
    /// Human reference, such as OP-2026-000123.
    pub reference: String,
    /// What is carried out.
    pub kind: Kind,
    /// The kind of resource it is carried out for.
    pub subject_kind: String,
    /// The resource it is carried out for.
    pub subject_id: Uuid,
    /// How far it is.
    pub status: Status,
    /// How many resources it concerns.
    pub total: i32,
    /// On how many it was carried out.
    pub done: i32,
    /// On how many it could not be.
    pub skipped: i32,
    /// Faults in a row: it is tried again.
    pub attempts: i32,
    /// The resources it could not be carried out on, with the reason; shown on a single operation only, the first 200.
    #[sqlx(skip)]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_done: Vec<Skipped>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When a batch was last finished.
    pub updated_at: DateTime<Utc>,
    /// When the last batch was finished.
    pub finished_at: Option<DateTime<Utc>>,
}

impl Listed for Operation {
    fn key(&self) -> Uuid {
        self.id.0
    }
}

/// A resource that a batch could not be carried out on.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Skipped {
    /// The resource.
    pub id: Uuid,
    /// Why.
    pub reason: String,
}

impl Skipped {
    /// A resource left out, and why.
    pub fn new(id: impl Into<Uuid>, reason: impl Into<String>) -> Self {
        Self { id: id.into(), reason: reason.into() }
    }
}

/// The next batch of an operation, claimed until the transaction ends.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The operation.
    pub operation: OperationId,
    /// What is carried out.
    pub kind: Kind,
    /// The resource it is carried out for.
    pub subject: Uuid,
    /// The number of the batch.
    pub number: i32,
    /// What is done.
    pub task: Task,
    /// To which resources.
    pub ids: Vec<Uuid>,
    /// The reasons of the act.
    pub reasons: String,
    /// Whose act it is: the person, the handle and the role.
    pub actor: crate::act::Actor,
    /// In which request it was asked for.
    pub request: Uuid,
}

/// Which operations are asked for.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OperationFilter {
    /// As far as this.
    #[param(inline)]
    pub status: Option<Status>,
    /// Of this kind.
    #[param(inline)]
    pub kind: Option<Kind>,
    /// Carried out for this resource.
    pub subject_id: Option<Uuid>,
}
