//! Identifiers: version 7 UUIDs (RFC 9562) made from the act's own time and a source of randomness that is passed in.
//!
//! Each kind of resource has its own type, so that one id cannot stand where another belongs.

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use uuid::Uuid;

/// Makes identifiers and secrets.
#[derive(Debug)]
pub struct Ids(Mutex<StdRng>);

impl Ids {
    /// From the operating system's randomness.
    pub fn random() -> Self {
        Self(Mutex::new(rand::make_rng()))
    }

    /// The same sequence for the same seed.
    pub fn seeded(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }

    /// Random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(&mut bytes);
        bytes
    }

    /// A new identifier for something that comes on file at `at`.
    pub fn next(&self, at: DateTime<Utc>) -> Uuid {
        let millis = u64::try_from(at.timestamp_millis()).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(millis, &self.bytes()).into_uuid()
    }
}

/// Declares the identifier type of a resource.
macro_rules! id_type {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => { $(
        $(#[$meta])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, sqlx::Type,
            utoipa::ToSchema,
        )]
        #[serde(transparent)]
        #[sqlx(transparent)]
        #[schema(value_type = Uuid)]
        pub struct $name(pub Uuid);

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )+ };
}

id_type! {
    /// Identifies a person.
    PersonId,
    /// Identifies a token.
    TokenId,
    /// Identifies an exporter.
    ExporterId,
    /// Identifies a product.
    ProductId,
    /// Identifies an end user.
    EndUserId,
    /// Identifies a consignee.
    ConsigneeId,
    /// Identifies a declaration template.
    TemplateId,
    /// Identifies an end-user declaration.
    DeclarationId,
    /// Identifies an application.
    ApplicationId,
    /// Identifies a decision on an application.
    DecisionId,
    /// Identifies a license.
    LicenseId,
    /// Identifies a freeze of a license.
    FreezeId,
    /// Identifies an exemption.
    ExemptionId,
    /// Identifies a measure.
    MeasureId,
    /// Identifies an operation.
    OperationId,
    /// Identifies a revocation proceeding.
    RevocationId,
    /// Identifies an objection.
    ObjectionId,
    /// Identifies an override.
    OverrideId,
    /// Identifies an import of a license list.
    ImportId,
    /// Identifies an assessment of a country.
    AssessmentId,
    /// Identifies a review.
    ReviewId,
    /// Identifies an allegation of misuse.
    AllegationId,
    /// Identifies a list of restricted parties.
    ScreeningListId,
    /// Identifies a hit of a party on a list.
    ScreeningHitId,
    /// Identifies a flag on a license or an application.
    ScreeningFlagId,
    /// Identifies an eligibility check.
    EligibilityCheckId,
    /// Identifies an erasure.
    ErasureId,
    /// Identifies an edition of reference data.
    EditionId,
    /// Identifies a version of an entry of a control list.
    ControlListEntryId,
    /// Identifies a version of a sanctions programme.
    ProgrammeId,
}

/// The person that stands for the clock: expiry and lapse are its acts.
pub const CLOCK: PersonId = PersonId(Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0001));
/// The person that stands for the command line of the machine.
pub const COMMAND_LINE: PersonId = PersonId(Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0002));
