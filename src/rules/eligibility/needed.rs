//! What has to be brought before the case can be granted, each with what it rests on.

use serde::Serialize;

use super::Prospect;
use crate::rules::application::Kind;
use crate::rules::measure::Effect;
use crate::rules::product::{ProductClass, Status as ProductStatus};
use crate::rules::verdict::{Outcome, RecordedVerdict, Rule};
use crate::rules::vocabulary;

vocabulary! {
    /// What has to be brought.
    Requirement {
        ExporterRegistration, ProductRegistration, Classification, EndUserEntry, Amounts, MarketingLicense,
        EndUserDeclaration, StatedEnds,
    }
}

impl Requirement {
    /// What it is, in a sentence.
    pub const fn says(self) -> &'static str {
        match self {
            Self::ExporterRegistration => "The exporter is on the register, in its term.",
            Self::ProductRegistration => "The product is submitted to the product register.",
            Self::Classification => "The product is classified by the agency.",
            Self::EndUserEntry => "The end user is entered by name, kind, country and place of use.",
            Self::Amounts => "Quantity and value are stated.",
            Self::MarketingLicense => {
                "A marketing license in its term covers the product for the destination and the end user."
            }
            Self::EndUserDeclaration => {
                "The acquiring state has signed an end-user declaration on the template version in force."
            }
            Self::StatedEnds => {
                "The declaration binds the acquiring state to the prevention or investigation of terrorist acts and serious crimes."
            }
        }
    }

    /// The check that it is brought for.
    pub const fn rule(self) -> Rule {
        match self {
            Self::ExporterRegistration => Rule::ExporterRegistered,
            Self::ProductRegistration => Rule::ProductsOwned,
            Self::Classification => Rule::ProductsClassified,
            Self::EndUserEntry => Rule::DeclarationMatches,
            Self::StatedEnds => Rule::CyberEndUse,
            Self::Amounts => Rule::Quantities,
            Self::MarketingLicense => Rule::MarketingCover,
            Self::EndUserDeclaration => Rule::DeclarationAccepted,
        }
    }
}

/// Something to be brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = EligibilityNeed)]
pub struct Needed {
    /// What.
    pub document: Requirement,
    /// The same as a sentence.
    pub says: &'static str,
    /// The law or practice it rests on.
    pub basis: &'static str,
}

/// What has to be brought for a case; `best` is the verdict on the case completed.
pub(super) fn needed(prospect: &Prospect, best: &RecordedVerdict) -> Vec<Needed> {
    let wanted = Requirement::ALL.iter().copied().filter(|document| is_needed(prospect, best, *document));
    wanted
        .map(|document| Needed { document, says: document.says(), basis: document.rule().basis() })
        .collect()
}

fn is_needed(prospect: &Prospect, best: &RecordedVerdict, document: Requirement) -> bool {
    let facts = &prospect.facts;
    let exports = facts.kind == Kind::Export;
    let fails = |rule| best.checks.iter().any(|check| check.rule == rule && check.outcome > Outcome::Pass);
    match document {
        Requirement::ExporterRegistration => fails(Rule::ExporterRegistered),
        Requirement::ProductRegistration => !prospect.product_on_file,
        Requirement::Classification => {
            let unclassified = |status| matches!(status, ProductStatus::Submitted | ProductStatus::Returned);
            !prospect.product_on_file || facts.lines.iter().any(|line| unclassified(line.status))
        }
        Requirement::EndUserEntry => facts.kind != Kind::Marketing && !prospect.end_user_on_file,
        Requirement::Amounts => {
            let missing =
                facts.lines.iter().any(|line| line.applied.is_none() || line.applied_value.is_none());
            facts.kind != Kind::Marketing && missing
        }
        Requirement::MarketingLicense => {
            exports && facts.lines.iter().any(|line| line.covered_by.is_none() && line.exempt_by.is_none())
        }
        Requirement::EndUserDeclaration => {
            let newer = facts.measures.iter().any(|measure| measure.effect == Effect::RequireDeclaration);
            let stale = fails(Rule::DeclarationAccepted)
                || fails(Rule::DeclarationVersion)
                || (newer && fails(Rule::MeasureRequirements));
            exports && (facts.declaration.is_none() || stale)
        }
        Requirement::StatedEnds => {
            let cyber = facts.lines.iter().any(|line| line.class == Some(ProductClass::CyberIntelligence));
            exports && cyber && facts.declaration.is_none()
        }
    }
}
