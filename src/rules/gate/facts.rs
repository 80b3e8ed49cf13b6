//! What the gate is told: plain values, read by the stores in the deciding transaction.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::screening::ScreeningFacts;
use super::standing::{BreachFacts, MeasureFacts, ReviewFacts};
use crate::rules::application::{Body, Kind, Purpose, Stance};
use crate::rules::consignee::ConsigneeRole;
use crate::rules::declaration::StatedEnd;
use crate::rules::end_user::EndUserKind;
use crate::rules::product::ProductClass;
use crate::rules::template::TransitionRule;
use crate::rules::values::Country;
use crate::rules::{application, declaration, exporter, license, product, template, vocabulary};

vocabulary! {
    /// What the gate is asked to let through.
    Act {
        /// The grant of an application, whole or in part, new, renewal or amendment.
        Grant,
        /// The lifting of a freeze.
        Unfreeze,
        /// The return of a revoked license.
        Reinstate,
    }
}

impl Act {
    /// Whether the act concerns a license on file, which passed the gate when it was granted.
    pub fn concerns_license(self) -> bool {
        match self {
            Self::Grant => false,
            Self::Unfreeze | Self::Reinstate => true,
        }
    }
}

vocabulary! {
    /// Whom an arms embargo covers.
    EmbargoScope {
        /// Everyone in the territory.
        Territory,
        /// Everyone but the government.
        NonGovernmental,
    }
}

/// Everything a verdict rests on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Facts {
    /// What is asked.
    pub act: Act,
    /// The day it is asked on.
    pub today: NaiveDate,
    /// What is or was applied for.
    pub kind: Kind,
    /// Why.
    pub purpose: Purpose,
    /// Where the application stands; none where the act concerns a license.
    pub stage: Option<application::Status>,
    /// The day the application was filed.
    pub filed_on: Option<NaiveDate>,
    /// The exporter; none for a license imported without one.
    pub exporter: Option<ExporterFacts>,
    /// Where the goods go; none where a license on file states no single country.
    pub destination: Option<Country>,
    /// A United Nations arms embargo in force on the destination.
    pub embargo: Option<EmbargoFacts>,
    /// Who will use the goods.
    pub end_user: Option<EndUserFacts>,
    /// Who stands between the exporter and the end user. Facts recorded before consignees were named have none.
    #[serde(default)]
    pub consignees: Vec<ConsigneeFacts>,
    /// The goods.
    pub lines: Vec<LineFacts>,
    /// The declaration the application names.
    pub declaration: Option<DeclarationFacts>,
    /// The gravest breach of any declaration of the end user. Facts recorded before breaches stood against an end user
    /// have none.
    #[serde(default)]
    pub breach: Option<BreachFacts>,
    /// Who must have recorded a position.
    pub required_positions: Vec<Body>,
    /// Who has, on the conditions as proposed now.
    pub positions: Vec<PositionFacts>,
    /// The measures in force that reach the case, one entry for each effect.
    #[serde(default)]
    pub measures: Vec<MeasureFacts>,
    /// The conditions of the decision.
    #[serde(default)]
    pub conditions: Vec<String>,
    /// The conditions that the exemptions relied on require.
    #[serde(default)]
    pub exemption_conditions: Vec<String>,
    /// Whether the decision's conditions are the ones the reviewers saw.
    pub conditions_seen: Option<bool>,
    /// A refusal of a like transaction within the look-back period.
    pub like_refusal: Option<LikeRefusal>,
    /// An open review of the end user or of a product. Facts recorded before reviews were kept have none.
    #[serde(default)]
    pub open_review: Option<ReviewFacts>,
    /// How the parties were screened. Facts recorded before lists were kept know of none.
    #[serde(default)]
    pub screening: ScreeningFacts,
    /// The license to be renewed or amended.
    pub predecessor: Option<PredecessorFacts>,
    /// The term to be granted, or of the license to be reinstated.
    pub term: Option<TermFacts>,
    /// Where the license stands, for an act on a license.
    pub license: Option<license::Status>,
    /// Who signs.
    pub signatures: Option<Signatures>,
}

/// The exporter as it stands in the register.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ExporterFacts {
    /// Human reference.
    pub reference: String,
    /// Status in the register.
    pub status: exporter::Status,
    /// The last day of the registration's term.
    pub registered_until: Option<NaiveDate>,
}

/// An arms embargo in force.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EmbargoFacts {
    /// Whom it covers.
    pub scope: EmbargoScope,
    /// The resolution.
    pub citation: String,
}

/// The end user.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EndUserFacts {
    /// Human reference.
    pub reference: String,
    /// What kind of body it is.
    pub kind: EndUserKind,
    /// Where it is.
    pub country: Country,
}

/// A party that the application names beside the end user.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ConsigneeFacts {
    /// Human reference.
    pub reference: String,
    /// What it does in the transaction.
    pub role: ConsigneeRole,
    /// Where it is.
    pub country: Country,
    /// A United Nations arms embargo in force there.
    pub embargo: Option<EmbargoFacts>,
}

/// One line of the application.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LineFacts {
    /// The product's human reference.
    pub product: String,
    /// Whether the product is registered to the applicant.
    pub owned: bool,
    /// Where the product stands.
    pub status: product::Status,
    /// Its class in the version pinned.
    pub class: Option<ProductClass>,
    /// The classification version pinned when the application was filed.
    pub pinned: Option<i32>,
    /// The classification version now.
    pub current: Option<i32>,
    /// The quantity applied for.
    pub applied: Option<Decimal>,
    /// The quantity to be granted.
    pub granted: Option<Decimal>,
    /// The value applied for.
    pub applied_value: Option<Decimal>,
    /// The value to be granted.
    pub granted_value: Option<Decimal>,
    /// The quantity the declaration names.
    pub declared: Option<Decimal>,
    /// The marketing license that covers the line.
    pub covered_by: Option<String>,
    /// The exemption in force that the line needs no marketing license under.
    #[serde(default)]
    pub exempt_by: Option<String>,
}

/// The declaration and the template it was signed on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DeclarationFacts {
    /// Human reference.
    pub reference: String,
    /// Where it stands.
    pub status: declaration::Status,
    /// Its last day.
    pub valid_until: NaiveDate,
    /// The state that signed.
    pub state: Country,
    /// The end user it names, by reference.
    pub end_user: String,
    /// What the state binds itself to.
    pub stated_ends: Vec<StatedEnd>,
    /// The class its template is for.
    pub class: ProductClass,
    /// Its template's version.
    pub template_version: i32,
    /// Where its template stands.
    pub template_status: template::Status,
    /// The version in force in its place, if it was superseded.
    pub successor: Option<SuccessorFacts>,
    /// Another application that it already served.
    pub used_by: Option<String>,
    /// Whether its template is a framework, which serves more than one transaction.
    pub framework: bool,
}

/// The template version in force in place of the one that was signed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SuccessorFacts {
    /// What it means for the version before.
    pub rule: TransitionRule,
    /// Its first day.
    pub in_force_from: NaiveDate,
    /// The last day of its transition.
    pub transition_until: Option<NaiveDate>,
}

/// A recorded position.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct PositionFacts {
    /// Whose.
    pub body: Body,
    /// What it says.
    pub stance: Stance,
}

/// A refusal of a like transaction.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LikeRefusal {
    /// The refused application.
    pub reference: String,
    /// When it was refused.
    pub refused_on: NaiveDate,
}

/// The license a renewal or an amendment continues.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PredecessorFacts {
    /// Human reference.
    pub reference: String,
    /// Where it stands today.
    pub status: license::Status,
    /// Whether it is the applicant's, of the same kind and destination.
    pub same_case: bool,
}

/// The term to be granted.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct TermFacts {
    /// The last day.
    pub valid_until: NaiveDate,
    /// The longest term that may be granted, in days.
    pub longest_days: i32,
}

/// Who signs a decision, by the persons' handles.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Signatures {
    /// Who decided.
    pub decider: String,
    /// Who countersigns; none while the decision is only proposed.
    pub countersigner: Option<String>,
}
