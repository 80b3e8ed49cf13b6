//! What a step in a breach answers.

use serde::Serialize;

use crate::declarations::Declaration;
use crate::ids::LicenseId;
use crate::operations::Skipped;

/// How many licenses an answer lists; all are counted.
const LISTED: usize = 200;

/// A declaration after a step in its breach, and the licenses of its end user that the step touched.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Breach {
    /// The declaration as it stands.
    pub declaration: Declaration,
    /// The licenses that were frozen, against which proceedings were opened, or of which the freeze was lifted: the first
    /// 200.
    pub licenses: Vec<LicenseId>,
    /// How many those are.
    pub license_count: i64,
    /// The licenses of the end user that were left out, with the reason: the first 200.
    pub skipped: Vec<Skipped>,
}

/// What a step touched, and what it left out.
#[derive(Debug)]
pub struct Touched {
    pub(super) licenses: Vec<LicenseId>,
    pub(super) skipped: Vec<Skipped>,
}

impl Touched {
    /// All of these but those left out.
    pub(super) fn all_but(licenses: impl Iterator<Item = LicenseId>, skipped: Vec<Skipped>) -> Self {
        let left_out = |license: &LicenseId| skipped.iter().any(|skipped| skipped.id == license.0);
        Self { licenses: licenses.filter(|license| !left_out(license)).collect(), skipped }
    }

    /// The answer.
    pub(super) fn of(mut self, declaration: Declaration) -> Breach {
        let license_count = i64::try_from(self.licenses.len()).unwrap_or(i64::MAX);
        self.licenses.truncate(LISTED);
        self.skipped.truncate(LISTED);
        Breach { declaration, licenses: self.licenses, license_count, skipped: self.skipped }
    }
}
