//! Verification: whether a license is valid now, for anyone who has its number.
//!
//! One statement, no caller, on the connections aside, so that no crowd of other requests keeps it from answering. The answer names no party and no goods, carries its time, and fails closed: a fault is
//! 503 and an unknown number is 404, never "valid".

use axum::extract::State;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use super::store;
use crate::db::{Behalf, Isolation};
use crate::http::{Answer, App, Momentary, Problem, Reference};
use crate::rules::application::Kind;
use crate::rules::license::Status;

/// Whether a license is valid.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Verification {
    /// The license.
    pub reference: String,
    /// Whether it may be used at `asOf`, apart from `frozenLines`; not where these are all that is left of it.
    pub valid: bool,
    /// Where it stands at `asOf`.
    pub status: Status,
    /// What it permits.
    pub kind: Kind,
    /// Date of issue.
    pub issued_on: NaiveDate,
    /// Last day of the term.
    pub valid_until: NaiveDate,
    /// Lines that may not be used although the license is valid.
    pub frozen_lines: Vec<i32>,
    /// The time the answer holds for.
    pub as_of: DateTime<Utc>,
}

/// `GET /v1/public/license-verifications/{reference}`.
pub(super) async fn verify(
    State(app): State<App>,
    Reference(reference): Reference,
) -> Answer<Momentary<Verification>> {
    let as_of = app.clock.now();
    let row = store::verification(&mut *app.aside.begin(Behalf::Public, Isolation::Reads).await?, &reference)
        .await?
        .ok_or_else(Problem::not_found)?;
    let status = row.status.on(as_of.date_naive(), row.valid_until);
    let begun = row.issued_on <= as_of.date_naive();
    Ok(Momentary(Verification {
        reference: row.reference,
        valid: begun && status == Status::Active && !row.open_lines.is_empty(),
        status,
        kind: row.kind,
        issued_on: row.issued_on,
        valid_until: row.valid_until,
        frozen_lines: row.frozen_lines,
        as_of,
    }))
}
