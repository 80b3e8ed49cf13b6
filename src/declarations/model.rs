//! Declarations as they are read and written.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::act::Actor;
use crate::history::OnFile;
use crate::ids::{DeclarationId, EndUserId, ExporterId, ProductId, TemplateId};
use crate::page::Listed;
use crate::rules::declaration::{Action, DeclarationCycle, StatedEnd, Status};
use crate::rules::lifecycle::LifeCycle as _;
use crate::rules::values::{Country, Digest, Name, Prose, Quantity, Reference, Unit};

impl OnFile for DeclarationCycle {
    const LOAD: &'static str =
        "select version, status, exporter_id as owner, valid_until as term_end from declarations
                                 where id = $1 and ($2::uuid is null or exporter_id = $2) for update";

    fn due(status: Status, valid_until: NaiveDate, today: NaiveDate) -> Option<Action> {
        (status.on(today, valid_until) != status).then_some(Action::Expire)
    }
}

/// A product and how much of it the state declares.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = DeclarationItem)]
pub struct Item {
    /// The product.
    pub product_id: ProductId,
    /// How much.
    pub quantity: Quantity,
    /// Counted in.
    pub unit: Unit,
}

/// A signed declaration to be lodged.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewDeclaration {
    /// The template it was signed on.
    pub template_id: TemplateId,
    /// The end user it names.
    pub end_user_id: EndUserId,
    /// The acquiring state that signed.
    pub state: Country,
    /// The authority that signed for the state.
    pub authority: Name,
    /// Who signed.
    pub signatory_name: Name,
    /// In which office.
    pub signatory_title: Name,
    /// The stated end use.
    pub end_use: Prose,
    /// The ends the state binds itself to, none twice.
    #[serde(default)]
    pub stated_ends: Vec<StatedEnd>,
    /// Where the goods will be used.
    pub place_of_use: Prose,
    /// SHA-256 of the signed document.
    pub document_sha256: Digest,
    /// Date of signature.
    pub signed_on: NaiveDate,
    /// Its last day.
    pub valid_until: NaiveDate,
    /// 1 to 200 products, none twice.
    #[schema(min_items = 1, max_items = 200)]
    pub items: Vec<Item>,
}

/// The start of a verification.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = DeclarationVerification)]
pub struct Verification {
    /// How the signature is verified.
    pub channel: Name,
    /// The reasons.
    pub reasons: Prose,
}

/// The acceptance of a verified declaration.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = DeclarationAcceptance)]
pub struct Acceptance {
    /// How the signature was verified.
    pub channel: Name,
    /// What the verification found.
    pub result: Prose,
    /// The reasons.
    pub reasons: Prose,
}

/// A declaration.
#[derive(Clone, Debug, Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Declaration {
    /// Identifier.
    pub id: DeclarationId,
    /// Human reference, such as ED-2026-000123.
    pub reference: String,
    /// Where it stands today.
    pub status: Status,
    /// The version of its last step.
    pub version: i32,
    /// The template it was signed on.
    pub template_id: TemplateId,
    /// Who lodged it.
    pub exporter_id: ExporterId,
    /// The end user it names.
    pub end_user_id: EndUserId,
    /// The acquiring state that signed.
    pub state: Country,
    /// The authority that signed for the state.
    pub authority: String,
    /// Who signed.
    pub signatory_name: String,
    /// In which office.
    pub signatory_title: String,
    /// The stated end use.
    pub end_use: String,
    /// The ends the state binds itself to.
    pub stated_ends: Vec<StatedEnd>,
    /// Where the goods will be used.
    pub place_of_use: String,
    /// SHA-256 of the signed document.
    pub document_sha256: Digest,
    /// Date of signature.
    pub signed_on: NaiveDate,
    /// Its last day.
    pub valid_until: NaiveDate,
    /// How the signature was verified.
    pub verification_channel: Option<String>,
    /// What the verification found.
    pub verification_result: Option<String>,
    /// The products and quantities it names.
    #[sqlx(json)]
    pub items: Vec<Item>,
    /// When it came on file.
    pub created_at: DateTime<Utc>,
    /// When it last moved.
    pub updated_at: DateTime<Utc>,
    /// What this caller could do next.
    #[sqlx(skip)]
    pub allowed_actions: Vec<&'static str>,
}

impl Declaration {
    /// The declaration as `actor` sees it on `today`: one whose last day has passed has expired, recorded or not.
    #[must_use]
    pub fn seen_by(mut self, actor: &Actor, today: NaiveDate) -> Self {
        self.status = self.status.on(today, self.valid_until);
        self.allowed_actions = DeclarationCycle::allowed(self.status, actor.role);
        self
    }
}

impl Listed for Declaration {
    fn key(&self) -> Uuid {
        self.id.0
    }
}

/// Which declarations are asked for.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeclarationFilter {
    /// In this status today.
    #[param(inline)]
    pub status: Option<Status>,
    /// On this template.
    pub template_id: Option<TemplateId>,
    /// For this end user.
    pub end_user_id: Option<EndUserId>,
    /// Signed by this state.
    pub state: Option<Country>,
    /// Lodged by this exporter.
    pub exporter_id: Option<ExporterId>,
    /// With this human reference.
    pub reference: Option<Reference>,
}
