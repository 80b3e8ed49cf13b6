//! Eligibility checks as they are read and written.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use uuid::Uuid;

use crate::ids::{
    DeclarationId, EligibilityCheckId, EndUserId, ExemptionId, ExporterId, LicenseId, ProductId, TemplateId,
};
use crate::measures::MeasureNotice;
use crate::page::Listed;
use crate::rules::application::{Kind, Purpose};
use crate::rules::eligibility::{AsThingsStand, Finding, Hindrance, Needed, ToCome};
use crate::rules::end_user::EndUserKind;
use crate::rules::product::{ProductClass, SecurityClassification, TechnologyTag};
use crate::rules::values::{Amount, ControlCode, Country, Currency, Quantity, Reference, Unit};
use crate::rules::verdict::Rule;

/// A case that is asked about before it is filed.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewEligibilityCheck {
    /// What would be applied for.
    pub kind: Kind,
    /// Why; `new` where left out.
    #[serde(default = "new")]
    #[schema(default = "new")]
    pub purpose: Purpose,
    /// Whose case it would be: staff name an exporter, an exporter asks for itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exporter_id: Option<ExporterId>,
    /// The product, where it is on file; otherwise it is described.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product_id: Option<ProductId>,
    /// The product as it would be classified, where it is not on file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<DescribedProduct>,
    /// Where to.
    pub destination: Country,
    /// For whom, where the end user is on file; otherwise it is described. For marketing it may be left open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_user_id: Option<EndUserId>,
    /// For whom, where the end user is not on file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_user: Option<DescribedEndUser>,
    /// The end-user declaration, where one is lodged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declaration_id: Option<DeclarationId>,
    /// The license to be renewed or amended; of a renewal or an amendment, and only of such.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predecessor_id: Option<LicenseId>,
    /// How much; with a unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Quantity>,
    /// Counted in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Unit>,
    /// The value; with a currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Amount>,
    /// In which currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
}

fn new() -> Purpose {
    Purpose::New
}

/// A product that is not on file.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DescribedProduct {
    /// 1 to 20 control-list codes, each below an entry of the control list.
    #[schema(min_items = 1, max_items = 20)]
    pub control_codes: Vec<ControlCode>,
    /// The class it would fall in.
    pub product_class: ProductClass,
    /// The security classification of the technology, where it is foreseen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security_classification: Option<SecurityClassification>,
    /// What the technology does.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub technology_tags: Vec<TechnologyTag>,
}

/// An end user that is not on file.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DescribedEndUser {
    /// What kind of body it is.
    pub kind: EndUserKind,
    /// Where it is.
    pub country: Country,
}

/// What is told of the case.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EligibilityAnswer {
    /// What would become of it.
    pub as_things_stand: AsThingsStand,
    /// The same as a sentence.
    pub says: &'static str,
    /// What stands against it, the worst first.
    pub hindrances: Vec<Hindrance>,
    /// The checks that only a filed case can pass.
    pub to_come: Vec<ToCome>,
    /// The checks that it passes already.
    pub passed: Vec<Rule>,
    /// What has to be brought.
    pub needed: Vec<Needed>,
    /// The exemptions that do without a marketing license.
    pub exemptions: Vec<ExemptionFound>,
    /// What measures in force mean for the case.
    pub measures: Vec<MeasureNotice>,
    /// The declaration template to be signed on; of an export whose class is known, where one is in force.
    pub declaration: Option<TemplateFound>,
    /// How long decisions of the kind take; absent where too few were taken.
    pub duration: Option<DurationFound>,
}

impl From<Finding> for EligibilityAnswer {
    fn from(finding: Finding) -> Self {
        let Finding { as_things_stand, says, hindrances, to_come, passed, needed } = finding;
        Self {
            as_things_stand,
            says,
            hindrances,
            to_come,
            passed,
            needed,
            exemptions: Vec::new(),
            measures: Vec::new(),
            declaration: None,
            duration: None,
        }
    }
}

/// An exemption that the case could rely on.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExemptionFound {
    /// The exemption.
    pub id: ExemptionId,
    /// Its human reference.
    pub reference: String,
    /// What it is called.
    pub title: String,
    /// The law it rests on.
    pub legal_basis: String,
    /// Its last day, where it has one.
    pub valid_until: Option<NaiveDate>,
    /// What a license granted on it must state.
    pub conditions: Vec<String>,
}

/// The template of an end-user declaration.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TemplateFound {
    /// The template.
    pub template_id: TemplateId,
    /// Its human reference.
    pub reference: String,
    /// The class of products it is for.
    pub product_class: ProductClass,
    /// The version of its text.
    pub template_version: i32,
    /// Its title.
    pub title: String,
    /// Whether one declaration may serve more than one transaction.
    pub framework: bool,
    /// Where its text is.
    pub text: String,
}

/// How long decisions of a kind took, in days from the first filing to the countersignature of the first decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DurationFound {
    /// Half of the decisions took no longer.
    pub median_days: i32,
    /// Nine in ten took no longer.
    pub ninetieth_percentile_days: i32,
    /// How many decisions that is counted from.
    pub decisions: i64,
    /// The first day they are counted from.
    pub since: NaiveDate,
}

/// An eligibility check on file.
#[derive(Clone, Debug, Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EligibilityCheck {
    /// Identifier.
    pub id: EligibilityCheckId,
    /// Human reference, such as EC-2026-000123.
    pub reference: String,
    /// When it was asked, which is the time the answer holds for.
    pub at: DateTime<Utc>,
    /// Who asked, by handle; not shown to exporters.
    pub asked_by: Option<String>,
    /// Whose case it would be.
    pub exporter_id: ExporterId,
    /// What was asked.
    #[schema(value_type = NewEligibilityCheck)]
    pub asked: Json<NewEligibilityCheck>,
    /// What was answered.
    #[schema(value_type = EligibilityAnswer)]
    pub answer: Json<serde_json::Value>,
}

impl Listed for EligibilityCheck {
    fn key(&self) -> Uuid {
        self.id.0
    }
}

/// Which eligibility checks are asked for.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CheckFilter {
    /// Answered so.
    #[param(inline)]
    pub as_things_stand: Option<AsThingsStand>,
    /// For what would be of this kind.
    #[param(inline)]
    pub kind: Option<Kind>,
    /// To this country.
    pub destination: Option<Country>,
    /// For this exporter.
    pub exporter_id: Option<ExporterId>,
    /// With this human reference.
    pub reference: Option<Reference>,
}
