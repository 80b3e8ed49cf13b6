//! What a template version leaves uncovered, as it is read.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ids::{ApplicationId, EndUserId, ExporterId, LicenseId};
use crate::page::Listed;
use crate::rules::application;
use crate::rules::cover::Lack;
use crate::rules::license;
use crate::rules::values::{Country, Territory};

/// A license in force that stands on no declaration of the version or a later one.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UncoveredLicense {
    /// The license.
    pub id: LicenseId,
    /// Human reference.
    pub reference: String,
    /// Its number in the register it was imported from.
    pub source_number: Option<String>,
    /// Where it stands.
    pub status: license::Status,
    /// The holder's human reference.
    pub exporter: Option<String>,
    /// The end user's human reference.
    pub end_user: Option<String>,
    /// Where to.
    pub destinations: Vec<Territory>,
    /// The last day of its term.
    pub valid_until: NaiveDate,
    /// What is lacking; of several declarations, of the one that is nearest to cover.
    pub lack: Lack,
    /// The same as a sentence.
    pub says: &'static str,
    /// Whether the transition rule still admits a declaration on the version before, and one would cover the license.
    pub admitted: bool,
    /// The last day on which it is admitted; null where it is not, or without an end.
    pub admitted_until: Option<NaiveDate>,
}

impl Listed for UncoveredLicense {
    fn key(&self) -> Uuid {
        self.id.0
    }
}

/// An open application that names no declaration on the version or a later one.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UncoveredApplication {
    /// The application.
    pub id: ApplicationId,
    /// Human reference.
    pub reference: String,
    /// Where it stands.
    pub status: application::Status,
    /// The applicant's human reference.
    pub exporter: String,
    /// The end user's human reference.
    pub end_user: Option<String>,
    /// Where to.
    pub destination: Country,
    /// The human reference of the declaration it names.
    pub declaration: Option<String>,
    /// What is lacking.
    pub lack: Lack,
    /// The same as a sentence.
    pub says: &'static str,
    /// Whether the transition rule still admits the declaration it names, on the version before.
    pub admitted: bool,
    /// The last day on which it is admitted; null where it is not, or without an end.
    pub admitted_until: Option<NaiveDate>,
}

impl Listed for UncoveredApplication {
    fn key(&self) -> Uuid {
        self.id.0
    }
}

/// Which licenses are asked for, and in which form.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UncoveredLicenseFilter {
    /// Held by this exporter.
    pub exporter_id: Option<ExporterId>,
    /// For this end user.
    pub end_user_id: Option<EndUserId>,
}

/// Which applications are asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UncoveredApplicationFilter {
    /// Of this exporter.
    pub exporter_id: Option<ExporterId>,
    /// For this end user.
    pub end_user_id: Option<EndUserId>,
}
