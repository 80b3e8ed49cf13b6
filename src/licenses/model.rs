//! Licenses as they are read.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use uuid::Uuid;

use crate::act::Act;
use crate::as_of::{AsOf, Moment};
use crate::consignees::NamedConsignee;
use crate::history::OnFile;
use crate::ids::{ApplicationId, EndUserId, ExporterId, ImportId, LicenseId, OverrideId, ProductId};
use crate::page::Listed;
use crate::rules::application::Kind;
use crate::rules::license::{Action, FreezeSource, Ground, LicenseCycle, Status, ends_with_reinstatement};
use crate::rules::lifecycle::LifeCycle as _;
use crate::rules::values::{
    Amount, ControlCode, ControlPrefix, Currency, Name, Quantity, Reference, Territory,
};
use crate::screening::Flag;

impl OnFile for LicenseCycle {
    const LOAD: &'static str =
        "select version, status, exporter_id as owner, valid_until as term_end from licenses
                                 where id = $1 and ($2::uuid is null or exporter_id = $2) for update";

    fn due(status: Status, valid_until: NaiveDate, today: NaiveDate) -> Option<Action> {
        (status.on(today, valid_until) != status).then_some(Action::Expire)
    }
}

/// One line of a license.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LicenseLine {
    /// 1, 2, …
    pub line: i32,
    /// The product; null on an imported license.
    pub product_id: Option<ProductId>,
    /// The classification version it was granted on.
    pub classification_version: Option<i32>,
    /// Control-list codes.
    pub control_codes: Vec<ControlCode>,
    /// The goods.
    pub description: String,
    /// The quantity licensed.
    pub quantity: Option<Quantity>,
    /// Counted in.
    pub unit: Option<String>,
    /// The value licensed.
    pub value: Option<Amount>,
    /// In which currency.
    pub currency: Option<Currency>,
    /// The quantity shipped so far, as a decimal string.
    pub drawn: String,
    /// Further columns of an imported line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub particulars: Option<serde_json::Value>,
}

/// A freeze of a license.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Freeze {
    /// 1, 2, … for the license.
    pub number: i32,
    /// What it rests on.
    pub source: FreezeSource,
    /// The proceeding, measure or objection it rests on.
    pub source_id: Option<Uuid>,
    /// The ground.
    pub ground: Ground,
    /// The license's own reasons.
    pub reasons: String,
    /// The lines it covers; null for the whole license.
    pub lines: Option<Vec<i32>>,
    /// When it is reviewed at the latest.
    pub review_on: NaiveDate,
    /// Since when.
    pub frozen_at: DateTime<Utc>,
    /// When it was lifted; null while in force.
    pub lifted_at: Option<DateTime<Utc>>,
    /// Why it was lifted.
    pub lift_reasons: Option<String>,
}

/// A license.
#[derive(Clone, Debug, Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct License {
    /// Identifier.
    pub id: LicenseId,
    /// Human reference, such as EL-2026-000123.
    pub reference: String,
    /// Where it stands: a term that has ended has ended the license.
    pub status: Status,
    /// The version of its last step.
    pub version: i32,
    /// The time that `asOf` named.
    #[sqlx(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<DateTime<Utc>>,
    /// The time that `knownAt` named.
    #[sqlx(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known_at: Option<DateTime<Utc>>,
    /// What it permits.
    pub kind: Kind,
    /// The application it was granted on.
    pub application_id: Option<ApplicationId>,
    /// Who holds it.
    pub exporter_id: Option<ExporterId>,
    /// For whom.
    pub end_user_id: Option<EndUserId>,
    /// Where to.
    pub destinations: Vec<Territory>,
    /// Transit territories.
    pub via: Vec<Territory>,
    /// Date of issue.
    pub issued_on: NaiveDate,
    /// Last day of the term.
    pub valid_until: NaiveDate,
    /// The license it renews or amends.
    pub predecessor_id: Option<LicenseId>,
    /// The stated end use.
    pub end_use: Option<String>,
    /// The goods.
    #[schema(value_type = Vec<LicenseLine>)]
    pub lines: Json<Vec<LicenseLine>>,
    /// Whom the goods pass to on their way to the end user, and who arranges it, as its application names them.
    #[schema(value_type = Vec<NamedConsignee>)]
    pub consignees: Json<Vec<NamedConsignee>>,
    /// What the exporter must keep to.
    pub conditions: Vec<String>,
    /// The freezes in force.
    #[schema(value_type = Vec<Freeze>)]
    pub freezes: Json<Vec<Freeze>>,
    /// The hits on lists of restricted parties that touch it; shown on a single license only, and to the staff.
    #[sqlx(default)]
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Flag>>)]
    pub screening_flags: Option<Json<Vec<Flag>>>,
    /// The override by the minister that it rests on.
    pub override_id: Option<OverrideId>,
    /// The human reference of that override.
    pub override_reference: Option<String>,
    /// The import that loaded it.
    pub import_id: Option<ImportId>,
    /// The register whose number it carries.
    pub source: Option<String>,
    /// Its number there.
    pub source_number: Option<String>,
    /// Further columns of an imported license.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub particulars: Option<serde_json::Value>,
    /// When it came on file.
    pub created_at: DateTime<Utc>,
    /// When it last moved.
    pub updated_at: DateTime<Utc>,
    /// What this caller could do next.
    #[sqlx(skip)]
    pub allowed_actions: Vec<&'static str>,
}

impl License {
    /// The license as the actor sees it at the time of the act.
    #[must_use]
    pub fn seen_by(mut self, act: &Act) -> Self {
        self.status = self.status.on(act.today(), self.valid_until);
        self.allowed_actions = LicenseCycle::allowed(self.status, act.actor.role);
        let open = self.open_acts(act.today());
        self.allowed_actions.retain(|action| open.iter().any(|open| open.name() == *action));
        self
    }

    /// The license as it was then, where nothing can be done any more.
    #[must_use]
    pub fn as_of(mut self, then: AsOf) -> Self {
        self.status = self.status.on(then.day(), self.valid_until);
        (self.as_of, self.known_at) = then.told();
        self
    }

    /// The acts that this license's freezes, lines and origin leave to be taken: of the table's, those that need a
    /// freeze to be lifted, goods to be shipped or an import to be withdrawn are left out where there is none. A
    /// license is never superseded by itself but by the grant of the one that replaces it.
    fn open_acts(&self, today: NaiveDate) -> Vec<Action> {
        let decided = |freeze: &&Freeze| freeze.source == FreezeSource::Decision;
        let whole: Vec<_> = self.freezes.iter().filter(|freeze| freeze.lines.is_none()).collect();
        let lifts_whole = whole.iter().copied().any(|freeze| decided(&freeze));
        let lifts_part = self.freezes.iter().filter(decided).any(|freeze| freeze.lines.is_some());
        let in_term = self.valid_until >= today;
        let held = whole.iter().any(|freeze| !ends_with_reinstatement(freeze.source));
        let frozen = |line: i32| {
            let mut named = self.freezes.iter().filter_map(|freeze| freeze.lines.as_ref());
            named.any(|lines| lines.contains(&line))
        };
        let ships = self.kind != Kind::Marketing
            && self.lines.iter().any(|line| line.quantity.is_some() && !frozen(line.line));
        let is_open = |action: &Action| match action {
            Action::LiftFreeze => lifts_whole && whole.len() > 1,
            Action::Unfreeze => lifts_whole && whole.len() == 1,
            Action::LiftPart => lifts_part,
            Action::DrawDown | Action::Exhaust => ships,
            Action::Reinstate => in_term && !held,
            Action::ReinstateFrozen => in_term && held,
            Action::WithdrawImport => self.import_id.is_some(),
            // The first four come with other acts; a measure does the last two when it is executed.
            Action::Issue
            | Action::Import
            | Action::ImportExpired
            | Action::Supersede
            | Action::AddCondition
            | Action::RequireDeclaration => false,
            Action::Freeze
            | Action::FreezeFurther
            | Action::FreezePart
            | Action::Revoke
            | Action::Annul
            | Action::Surrender
            | Action::Expire => true,
        };
        Action::ALL.iter().copied().filter(is_open).collect()
    }
}

impl Listed for License {
    fn key(&self) -> Uuid {
        self.id.0
    }
}

/// Which licenses are asked for.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LicenseFilter {
    /// As they were then: an instant, or the end of a day in UTC.
    #[param(value_type = Option<String>, max_length = 40)]
    pub as_of: Option<Moment>,
    /// By what had been recorded then; all that is on file where left out.
    #[param(value_type = Option<String>, max_length = 40)]
    pub known_at: Option<Moment>,
    /// In this status then; today where no time is named.
    #[param(inline)]
    pub status: Option<Status>,
    /// Of this kind.
    #[param(inline)]
    pub kind: Option<Kind>,
    /// To this territory.
    pub destination: Option<Territory>,
    /// With goods under this control-list prefix.
    pub control_code: Option<ControlPrefix>,
    /// Held by this exporter.
    pub exporter_id: Option<ExporterId>,
    /// For this end user.
    pub end_user_id: Option<EndUserId>,
    /// Loaded by this import.
    pub import_id: Option<ImportId>,
    /// Issued on this day or later.
    pub issued_from: Option<NaiveDate>,
    /// Issued on this day or before.
    pub issued_to: Option<NaiveDate>,
    /// Whose term ends on this day or later.
    pub valid_from: Option<NaiveDate>,
    /// Whose term ends on this day or before.
    pub valid_to: Option<NaiveDate>,
    /// With this human reference.
    pub reference: Option<Reference>,
    /// With this number in the register it was imported from.
    pub source_number: Option<Name>,
}
