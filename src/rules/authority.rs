//! Who may do what: the one policy of roles and permissions.
//!
//! Default is refusal: a role has a permission because this table says so. Ownership comes on top: an exporter's
//! permissions reach its own rows only, which the stores and the database keep.

use super::vocabulary;

vocabulary! {
    /// Who acts.
    Role {
        /// A registered exporter: sees and touches only its own.
        Exporter,
        /// Keeps the registers and handles applications.
        LicensingOfficer,
        /// Classifies products.
        Classifier,
        /// Records a ministry's position.
        Reviewer,
        /// Gives an opinion on referred applications.
        Committee,
        /// Decides.
        HeadOfAgency,
        /// Signs what another person decided.
        Countersigner,
        /// Decides on objections.
        DirectorGeneral,
        /// Signs overrides.
        Minister,
        /// Verifies licenses and books shipments.
        Customs,
        /// Reads all, changes nothing.
        Auditor,
        /// Keeps people and keys; holds no case data.
        Administrator,
        /// Expiry and lapse. Holds no token.
        Clock,
    }
}

vocabulary! {
    /// The ministry a reviewer speaks for.
    Ministry { Defense, ForeignAffairs, Economy }
}

vocabulary! {
    /// What a caller may do. Each route and each step of a life cycle names one.
    Permission {
        ReadRegister, ReadEndUsers, ReadConsignees, ReadTemplates, ReadDeclarations, ReadCases, ReadPositions, ReadLicenses,
        ReadRevocations, ReadImports, ReadStatistics, ReadReference, ReadAudit, ReadTokens,
        FileExporter, DecideExporter, SurrenderRegistration, SubmitProduct, ClassifyProduct, RegisterEndUser,
        DraftTemplate, AgreeTemplate, EnactTemplate, LodgeDeclaration, VerifyDeclaration, ConfirmBreach,
        FileApplication, HandleApplication, RecordPosition, Decide, Countersign,
        FreezeLicense, DrawDown, AnnulLicense, SurrenderLicense,
        IntendRevocation, AnswerRevocation, OrderRevocation, ImportLicenses, ManageTokens, RunClock,
        RecordHearing, ReinstateLicense,
        ReadObjections, LodgeObjection, DecideObjection,
        ReadOverrides, ProposeOverride, RecordLegalOpinion, RecordDissent, SignOverride,
        ManageReference, ReadCountryView,
        ReadAssessments, DraftAssessment, TakePositionOnAssessment, ApproveAssessment,
        ReadReviews, OpenReview, WorkOnReview, ExtendReview,
        ReadAllegations, ReceiveAllegation, AssessAllegation, DecideAllegation,
        ReadMeasures, ProposeMeasure, PreviewMeasure, AgreeMeasure, ApproveMeasure, EnactMeasure, LiftMeasure,
        ReadOperations, ReadEvents, ReadCover, ReadExemptions, GrantExemption, RotateToken,
        ReadMetrics,
        ReadScreening, SetScreeningTerms, LoadScreeningList, TakeDoubtedEdition, ScreenName, WorkOnHits, DecideHit,
        /// Asks what the gate would say of a case that is not filed.
        CheckEligibility, ReadEligibility,
        /// Reads the decided applications that are like another.
        ReadPrecedents,
        /// Judges past decisions under another rule, which changes nothing but the log.
        ReplayDecisions,
        ReadErasures,
        /// Proposes that what names a person be erased.
        ProposeErasure,
        /// Carries out what another person proposed.
        CarryOutErasure,
    }
}

/// Everyone on the staff who works on cases, and the auditor.
const CASE_READERS: &[Role] = &[
    Role::Exporter,
    Role::LicensingOfficer,
    Role::Classifier,
    Role::Reviewer,
    Role::Committee,
    Role::HeadOfAgency,
    Role::Countersigner,
    Role::DirectorGeneral,
    Role::Minister,
    Role::Auditor,
];
const STAFF_READERS: &[Role] = &[
    Role::LicensingOfficer,
    Role::Reviewer,
    Role::Committee,
    Role::HeadOfAgency,
    Role::Countersigner,
    Role::DirectorGeneral,
    Role::Minister,
    Role::Auditor,
];
const LICENSE_READERS: &[Role] = &[
    Role::Exporter,
    Role::LicensingOfficer,
    Role::Classifier,
    Role::Reviewer,
    Role::Committee,
    Role::HeadOfAgency,
    Role::Countersigner,
    Role::DirectorGeneral,
    Role::Minister,
    Role::Customs,
    Role::Auditor,
];
const EVERYONE: &[Role] = &[
    Role::Exporter,
    Role::LicensingOfficer,
    Role::Classifier,
    Role::Reviewer,
    Role::Committee,
    Role::HeadOfAgency,
    Role::Countersigner,
    Role::DirectorGeneral,
    Role::Minister,
    Role::Customs,
    Role::Auditor,
    Role::Administrator,
];

impl Permission {
    /// The roles that hold the permission.
    #[expect(
        clippy::match_same_arms,
        reason = "a permission stands with its kin, not with those that share its roles"
    )]
    pub const fn roles(self) -> &'static [Role] {
        match self {
            Self::ReadReference | Self::RotateToken => EVERYONE,
            Self::ReadLicenses => LICENSE_READERS,
            Self::ReadRegister
            | Self::ReadEndUsers
            | Self::ReadConsignees
            | Self::ReadTemplates
            | Self::ReadDeclarations
            | Self::ReadCases
            | Self::ReadRevocations
            | Self::ReadEligibility
            | Self::ReadObjections => CASE_READERS,
            Self::ReadPositions
            | Self::ReadPrecedents
            | Self::ReadStatistics
            | Self::ReadImports
            | Self::ReadOverrides
            | Self::ReadCountryView
            | Self::ReadAssessments
            | Self::ReadReviews
            | Self::ReplayDecisions
            | Self::ReadScreening
            | Self::ReadAllegations => STAFF_READERS,
            Self::ReadAudit => &[Role::Auditor],
            Self::ReadTokens | Self::ReadMetrics => &[Role::Administrator, Role::Auditor],
            Self::ReadErasures => {
                &[Role::LicensingOfficer, Role::HeadOfAgency, Role::DirectorGeneral, Role::Auditor]
            }
            Self::CarryOutErasure => &[Role::HeadOfAgency, Role::DirectorGeneral],
            Self::ManageTokens => &[Role::Administrator],
            Self::FileExporter
            | Self::HandleApplication
            | Self::VerifyDeclaration
            | Self::ImportLicenses
            | Self::ProposeErasure => &[Role::LicensingOfficer],
            Self::DecideExporter
            | Self::EnactTemplate
            | Self::ConfirmBreach
            | Self::Decide
            | Self::AnnulLicense
            | Self::ApproveAssessment
            | Self::ExtendReview
            | Self::DecideAllegation => &[Role::HeadOfAgency],
            Self::OrderRevocation | Self::ProposeOverride => &[Role::HeadOfAgency, Role::DirectorGeneral],
            Self::RecordHearing | Self::RecordLegalOpinion => {
                &[Role::LicensingOfficer, Role::HeadOfAgency, Role::DirectorGeneral]
            }
            Self::DecideObjection | Self::ReinstateLicense => &[Role::DirectorGeneral],
            Self::SignOverride => &[Role::Minister],
            Self::DraftTemplate
            | Self::FreezeLicense
            | Self::IntendRevocation
            | Self::ManageReference
            | Self::OpenReview => &[Role::LicensingOfficer, Role::HeadOfAgency],
            Self::ClassifyProduct => &[Role::Classifier],
            Self::AgreeTemplate | Self::TakePositionOnAssessment => &[Role::Reviewer],
            Self::RecordPosition | Self::RecordDissent => &[Role::Reviewer, Role::Committee],
            Self::Countersign => &[Role::Countersigner],
            Self::DrawDown => &[Role::Customs],
            Self::RegisterEndUser => &[Role::Exporter, Role::LicensingOfficer],
            Self::SurrenderRegistration
            | Self::SubmitProduct
            | Self::LodgeDeclaration
            | Self::FileApplication
            | Self::SurrenderLicense
            | Self::AnswerRevocation
            | Self::LodgeObjection => &[Role::Exporter],
            Self::CheckEligibility => &[Role::Exporter, Role::LicensingOfficer, Role::HeadOfAgency],
            Self::RunClock => &[Role::Clock],
            Self::DraftAssessment => &[Role::LicensingOfficer, Role::Reviewer, Role::HeadOfAgency],
            Self::WorkOnReview => {
                &[Role::LicensingOfficer, Role::Reviewer, Role::Committee, Role::HeadOfAgency]
            }
            Self::ReceiveAllegation | Self::AssessAllegation => &[Role::LicensingOfficer, Role::Reviewer],
            Self::ReadMeasures | Self::ReadOperations | Self::ReadCover => STAFF_READERS,
            Self::ReadEvents => LICENSE_READERS,
            Self::ReadExemptions => CASE_READERS,
            Self::GrantExemption => &[Role::HeadOfAgency],
            Self::ProposeMeasure => &[Role::LicensingOfficer, Role::Reviewer, Role::HeadOfAgency],
            Self::PreviewMeasure => {
                &[Role::LicensingOfficer, Role::Reviewer, Role::HeadOfAgency, Role::DirectorGeneral]
            }
            Self::AgreeMeasure => &[Role::Reviewer],
            Self::ApproveMeasure | Self::LiftMeasure => {
                &[Role::HeadOfAgency, Role::DirectorGeneral, Role::Minister]
            }
            Self::SetScreeningTerms | Self::TakeDoubtedEdition => &[Role::HeadOfAgency],
            Self::LoadScreeningList | Self::DecideHit => &[Role::LicensingOfficer, Role::HeadOfAgency],
            Self::ScreenName => &[Role::LicensingOfficer, Role::Reviewer, Role::HeadOfAgency],
            Self::WorkOnHits => &[Role::LicensingOfficer, Role::Reviewer],
            Self::EnactMeasure => &[Role::HeadOfAgency, Role::DirectorGeneral],
        }
    }

    /// Whether `role` holds the permission.
    pub fn allows(self, role: Role) -> bool {
        self.roles().contains(&role)
    }
}
