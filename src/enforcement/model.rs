//! Previews, agreements, approvals and decision records as they are read and written.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use uuid::Uuid;

use crate::http::ExportFormat;
use crate::ids::{LicenseId, MeasureId, OperationId};
use crate::page::Listed;
use crate::rules::authority::Ministry;
use crate::rules::license::Ground;
use crate::rules::measure::{DecisionAct, Effect};
use crate::rules::scope::Match;
use crate::rules::values::{Digest, Prose};

/// What a measure would touch, as of one instant.
#[derive(Clone, Debug, Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Preview {
    /// The measure.
    pub measure_id: MeasureId,
    /// 1, 2, … for the measure.
    pub number: i32,
    /// The content it is a preview of.
    pub content_version: i32,
    /// SHA-256 over the content and the licenses touched and released, which an approval names.
    pub digest: String,
    /// How many licenses would be touched; for an amendment, newly touched.
    pub licenses: i32,
    /// How many licenses an amendment would release.
    pub released: i32,
    /// How many open applications are reached.
    pub applications: i32,
    /// From how many licenses on both ministries must agree.
    #[sqlx(skip)]
    pub agreement_from: u32,
    /// The same by effect, destination, exporter, control code, status, kind and value, with conflicts.
    #[schema(value_type = Counts)]
    pub counts: Json<Counts>,
    /// The ministries that agreed to it.
    #[schema(value_type = Vec<Agreement>)]
    pub agreements: Json<Vec<Agreement>>,
    /// The day it speaks of.
    pub as_of: NaiveDate,
    /// Who asked for it.
    pub taken_by: String,
    /// The instant it speaks of.
    pub taken_at: DateTime<Utc>,
}

/// What would be touched, counted. A license with several destinations or codes counts under each.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PreviewCounts)]
pub struct Counts {
    /// By effect.
    pub by_effect: Vec<EffectCount>,
    /// Licenses by destination.
    pub by_destination: Vec<Count>,
    /// Licenses by exporter, by human reference.
    pub by_exporter: Vec<Count>,
    /// Licenses by control-list code.
    pub by_control_code: Vec<Count>,
    /// Licenses by status.
    pub by_status: Vec<Count>,
    /// Licenses by kind.
    pub by_kind: Vec<Count>,
    /// Value of all lines of the licenses, by currency.
    pub value: Vec<Value>,
    /// Open applications by purpose.
    pub applications_by_purpose: Vec<Count>,
    /// Other measures in force that hold or reach some of the same licenses.
    pub conflicts: Vec<Conflict>,
}

/// How many are touched by one effect.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EffectCount {
    /// The effect.
    pub effect: Effect,
    /// Licenses in force that it would be carried out on.
    pub licenses: i32,
    /// Open applications that it would stand against.
    pub applications: i32,
}

/// A count of one kind.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PreviewCount)]
pub struct Count {
    /// What is counted; null where nothing is on file.
    pub of: Option<String>,
    /// How many.
    pub count: i64,
}

/// A sum of money.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PreviewValue)]
pub struct Value {
    /// ISO 4217.
    pub currency: String,
    /// As a decimal string.
    pub value: String,
}

/// Another measure in force over some of the same licenses.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PreviewConflict)]
pub struct Conflict {
    /// Human reference of the other measure.
    pub measure: String,
    /// What the other measure does.
    pub effects: Vec<Effect>,
    /// How many licenses are under both.
    pub licenses: i64,
    /// What follows.
    pub says: String,
}

/// What a ministry says when it agrees to a preview.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = MeasureApproval)]
pub struct Approval {
    /// The digest of the preview that is agreed to or approved.
    pub digest: Digest,
    /// The reasons.
    pub reasons: Prose,
}

/// A ministry's agreement to a preview.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MeasureAgreement)]
pub struct Agreement {
    /// Whose agreement.
    pub ministry: Ministry,
    /// Why.
    pub reasons: String,
    /// Who agreed for the ministry.
    pub agreed_by: String,
    /// When.
    pub agreed_at: DateTime<Utc>,
}

/// The entry of an approved measure, or of an approved amendment, into force.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = MeasureEnactment)]
pub struct Enactment {
    /// The digest that was approved.
    pub digest: Digest,
}

/// A license in a preview.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PreviewLicense {
    /// The license.
    pub id: LicenseId,
    /// Human reference.
    pub reference: String,
    /// Its number in the register it was imported from.
    pub source_number: Option<String>,
    /// `touched` or, by an amendment, `released`.
    pub would_be: String,
    /// Where it stands now.
    pub status: String,
    /// What it permits.
    pub kind: String,
    /// The holder's human reference.
    pub exporter: Option<String>,
    /// Where to.
    pub destinations: Vec<String>,
    /// Its control-list codes.
    pub control_codes: Vec<String>,
    /// Its value by currency, as decimal strings.
    pub value: std::collections::BTreeMap<String, String>,
    /// The last day of its term.
    pub valid_until: NaiveDate,
    /// Why it is reached; null for a license that would be released.
    pub matched: Option<Match>,
}

/// The decision record of one license under a measure.
#[derive(Clone, Debug, Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MeasureDecision)]
pub struct Decision {
    /// Identifier.
    pub id: Uuid,
    /// The measure.
    pub measure_id: MeasureId,
    /// Its human reference.
    pub measure: String,
    /// The license.
    pub license_id: LicenseId,
    /// 1, 2, … for the measure and the license.
    pub number: i32,
    /// What was decided.
    pub act: DecisionAct,
    /// The content it was decided on.
    pub content_version: i32,
    /// Which clause met which fact; null for a release.
    #[schema(value_type = Option<Match>)]
    pub matched: Option<Json<Match>>,
    /// The ground.
    pub ground: Ground,
    /// The license's own reasons.
    pub reasons: String,
    /// When the measure is reviewed at the latest.
    pub review_on: Option<NaiveDate>,
    /// Until when a declaration is required; of a freeze, until when the one that is lacking was.
    pub due_on: Option<NaiveDate>,
    /// The operation that carried it out.
    pub operation_id: OperationId,
    /// When.
    pub decided_at: DateTime<Utc>,
}

impl Listed for Decision {
    fn key(&self) -> Uuid {
        self.id
    }
}

/// What changed since a preview was taken.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PreviewChanges {
    /// Whether an approval of the preview would be taken now.
    pub current: bool,
    /// The digest as of now.
    pub digest: String,
    /// Licenses that would be touched now and were not in the preview, the first 200.
    pub added: Vec<LicenseId>,
    /// How many those are.
    pub added_count: i64,
    /// Licenses in the preview that would not be touched now, the first 200.
    pub removed: Vec<LicenseId>,
    /// How many those are.
    pub removed_count: i64,
}

/// The form of a list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListForm {
    /// `ndjson` (a license a line, default) or `csv`.
    #[param(inline)]
    pub format: Option<ExportFormat>,
}

/// Which decision records are asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DecisionFilter {
    /// What was decided.
    #[param(inline)]
    pub act: Option<DecisionAct>,
    /// Of this license.
    pub license_id: Option<LicenseId>,
}
