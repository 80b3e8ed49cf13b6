//! Applications as they are read and written.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use uuid::Uuid;

use crate::act::Actor;
use crate::consignees::{NamedConsignee, NewConsignee};
use crate::history::OnFile;
use crate::ids::{ApplicationId, DeclarationId, EndUserId, ExporterId, LicenseId, ProductId};
use crate::measures::MeasureNotice;
use crate::page::Listed;
use crate::rules::application::{Action, ApplicationCycle, Kind, Purpose, Status};
use crate::rules::deadline;
use crate::rules::lifecycle::LifeCycle as _;
use crate::rules::values::{Amount, ControlPrefix, Country, Currency, Prose, Quantity, Reference, Unit};
use crate::screening::Flag;

impl OnFile for ApplicationCycle {
    const LOAD: &'static str =
        "select version, status, exporter_id as owner, null::date as term_end from applications
                                 where id = $1 and ($2::uuid is null or exporter_id = $2) for update";
}

/// An application to be opened, or the new content of a draft.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewApplication {
    /// What is applied for.
    pub kind: Kind,
    /// Why.
    pub purpose: Purpose,
    /// Where to.
    pub destination: Country,
    /// For whom; a marketing application may leave it open.
    #[serde(default)]
    pub end_user_id: Option<EndUserId>,
    /// The license to be renewed or amended.
    #[serde(default)]
    pub predecessor_id: Option<LicenseId>,
    /// The end-user declaration the application rests on.
    #[serde(default)]
    pub declaration_id: Option<DeclarationId>,
    /// The stated end use.
    pub end_use: Prose,
    /// The goods, 1 to 200 lines, no product twice.
    pub lines: Vec<NewLine>,
    /// Whom the goods pass to on their way to the end user, and who arranges it: at most 20.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub consignees: Vec<NewConsignee>,
}

/// One line of an application.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewLine {
    /// A product of the exporter.
    pub product_id: ProductId,
    /// How much; with a unit.
    #[serde(default)]
    pub quantity: Option<Quantity>,
    /// Counted in.
    #[serde(default)]
    pub unit: Option<Unit>,
    /// The value of the line; with a currency.
    #[serde(default)]
    pub value: Option<Amount>,
    /// In which currency.
    #[serde(default)]
    pub currency: Option<Currency>,
}

/// One line of an application on file.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApplicationLine {
    /// 1, 2, …
    pub line: i32,
    /// The product.
    pub product_id: ProductId,
    /// The classification version pinned at filing.
    pub classification_version: Option<i32>,
    /// How much.
    pub quantity: Option<Quantity>,
    /// Counted in.
    pub unit: Option<Unit>,
    /// The value of the line.
    pub value: Option<Amount>,
    /// In which currency.
    pub currency: Option<Currency>,
}

/// Where the statutory clock of an application stands.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClockView {
    /// When it began to run.
    pub started_at: DateTime<Utc>,
    /// How long it stood still, in seconds.
    pub paused_seconds: i64,
    /// Whether it stands still now.
    pub paused: bool,
    /// The day a decision is due, as far as is known now.
    pub due_on: NaiveDate,
}

impl From<deadline::Clock> for ClockView {
    fn from(clock: deadline::Clock) -> Self {
        let deadline::Clock { started_at, paused_seconds, paused, due_on } = clock;
        Self { started_at, paused_seconds, paused, due_on }
    }
}

/// An application.
#[derive(Clone, Debug, Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Application {
    /// Identifier.
    pub id: ApplicationId,
    /// Human reference, such as AE-2026-000123.
    pub reference: String,
    /// Where it stands.
    pub status: Status,
    /// The version of its last step.
    pub version: i32,
    /// What is applied for.
    pub kind: Kind,
    /// Why.
    pub purpose: Purpose,
    /// Who applies.
    pub exporter_id: ExporterId,
    /// Where to.
    pub destination: Country,
    /// For whom.
    pub end_user_id: Option<EndUserId>,
    /// The license to be renewed or amended.
    pub predecessor_id: Option<LicenseId>,
    /// The end-user declaration it rests on.
    pub declaration_id: Option<DeclarationId>,
    /// The stated end use.
    pub end_use: Prose,
    /// The goods.
    #[schema(value_type = Vec<ApplicationLine>)]
    pub lines: Json<Vec<ApplicationLine>>,
    /// Whom the goods pass to on their way to the end user, and who arranges it.
    #[schema(value_type = Vec<NamedConsignee>)]
    pub consignees: Json<Vec<NamedConsignee>>,
    /// The conditions put to the reviewers.
    pub proposed_conditions: Vec<Prose>,
    /// Counts the sets of conditions put to the reviewers.
    pub round: i32,
    /// When it was last filed.
    pub filed_at: Option<DateTime<Utc>>,
    /// The license it led to.
    pub license_id: Option<LicenseId>,
    /// The statutory clock, where it runs; shown on a single application only.
    #[sqlx(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock: Option<ClockView>,
    /// What measures in force mean for it, told from the day it is filed; shown on a single application only.
    #[sqlx(skip)]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub measures: Vec<MeasureNotice>,
    /// The hits on lists of restricted parties that touch it; shown on a single application only, and to the staff.
    #[sqlx(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub screening_flags: Option<Vec<Flag>>,
    /// When it came on file.
    pub created_at: DateTime<Utc>,
    /// When it last moved.
    pub updated_at: DateTime<Utc>,
    /// What this caller could do next.
    #[sqlx(skip)]
    pub allowed_actions: Vec<&'static str>,
}

impl Application {
    /// The application as `actor` sees it.
    #[must_use]
    pub fn seen_by(mut self, actor: &Actor) -> Self {
        self.allowed_actions = ApplicationCycle::allowed(self.status, actor.role);
        // An objection or an override reopens; no one does it by itself.
        self.allowed_actions.retain(|action| *action != Action::Reopen.name());
        self
    }
}

impl Listed for Application {
    fn key(&self) -> Uuid {
        self.id.0
    }
}

/// Which applications are asked for.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ApplicationFilter {
    /// In this status.
    #[param(inline)]
    pub status: Option<Status>,
    /// Of this kind.
    #[param(inline)]
    pub kind: Option<Kind>,
    /// With this purpose.
    #[param(inline)]
    pub purpose: Option<Purpose>,
    /// To this country.
    pub destination: Option<Country>,
    /// By this exporter.
    pub exporter_id: Option<ExporterId>,
    /// For this end user.
    pub end_user_id: Option<EndUserId>,
    /// With a product under this control-list prefix.
    pub control_code: Option<ControlPrefix>,
    /// Filed on this day or later.
    pub filed_from: Option<NaiveDate>,
    /// Filed on this day or before.
    pub filed_to: Option<NaiveDate>,
    /// With this human reference.
    pub reference: Option<Reference>,
}
