//! What an exporter is told of the checks on its own case: no person of the agency, no position of a ministry, no case of
//! another, and of what is under review only that it is.

use super::verdict::{RecordedVerdict, Rule};

/// How much of a check an exporter is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disclosure {
    /// What it says and what it read.
    Whole,
    /// What it says of a decision that was taken; nothing of what it read.
    Sentence,
    /// Nothing.
    Nothing,
}

impl Rule {
    /// How much of the check an exporter is told.
    pub const fn disclosure(self) -> Disclosure {
        match self {
            Self::FourEyes | Self::LikeRefusal | Self::PositionsRecorded | Self::Screening => {
                Disclosure::Nothing
            }
            Self::OpenReview => Disclosure::Sentence,
            Self::Stage
            | Self::ExporterRegistered
            | Self::ProductsOwned
            | Self::ProductsClassified
            | Self::Quantities
            | Self::Term
            | Self::MarketingCover
            | Self::DeclarationAccepted
            | Self::DeclarationVersion
            | Self::DeclarationMatches
            | Self::DeclarationUnused
            | Self::EndUserBreach
            | Self::ArmsEmbargo
            | Self::CyberEndUse
            | Self::MeasureFreeze
            | Self::MeasureRefusal
            | Self::MeasureRequirements
            | Self::ConditionsSeen
            | Self::Predecessor
            | Self::LicenseFreezable => Disclosure::Whole,
        }
    }
}

impl RecordedVerdict {
    /// Takes out what an exporter is not told.
    pub fn disclose(&mut self) {
        self.checks.retain(|check| check.rule.disclosure() != Disclosure::Nothing);
        let told = self.checks.iter_mut().filter(|check| check.rule.disclosure() == Disclosure::Sentence);
        told.for_each(|check| check.facts.clear());
    }
}
