//! Exporters as they are read and written.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::act::Actor;
use crate::as_of::{AsOf, Moment};
use crate::history::OnFile;
use crate::ids::ExporterId;
use crate::page::Listed;
use crate::rules::exporter::{Action, ExporterCycle, Status};
use crate::rules::lifecycle::LifeCycle as _;
use crate::rules::values::{Country, Name, Prose, Reference};

impl OnFile for ExporterCycle {
    const LOAD: &'static str =
        "select version, status, id as owner, registered_until as term_end from exporters
                                 where id = $1 and ($2::uuid is null or id = $2) for update";

    fn due(status: Status, registered_until: NaiveDate, today: NaiveDate) -> Option<Action> {
        (status.on(today, Some(registered_until)) != status).then_some(Action::Lapse)
    }
}

/// An application to be entered in the register.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewExporter {
    /// The exporter's name.
    pub name: Name,
    /// The number in the companies register of its country.
    pub company_number: Name,
    /// Where it is established.
    pub country: Country,
}

/// A registration or its renewal.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Registration {
    /// The last day of the term.
    pub registered_until: NaiveDate,
    /// The reasons of the decision.
    pub reasons: Prose,
}

/// An exporter.
#[derive(Clone, Debug, Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Exporter {
    /// Identifier.
    pub id: ExporterId,
    /// Human reference, such as EX-2026-000123.
    pub reference: String,
    /// Where the registration stands today.
    pub status: Status,
    /// The version of its last step.
    pub version: i32,
    /// The exporter's name.
    pub name: Name,
    /// The number in the companies register.
    pub company_number: Name,
    /// Where it is established.
    pub country: Country,
    /// The last day of the registration's term.
    pub registered_until: Option<NaiveDate>,
    /// When it came on file.
    pub created_at: DateTime<Utc>,
    /// When it last moved.
    pub updated_at: DateTime<Utc>,
    /// The time that `asOf` named.
    #[sqlx(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<DateTime<Utc>>,
    /// The time that `knownAt` named.
    #[sqlx(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known_at: Option<DateTime<Utc>>,
    /// What this caller could do next.
    #[sqlx(skip)]
    pub allowed_actions: Vec<&'static str>,
}

impl Exporter {
    /// The exporter as `actor` sees it on `today`: a term that has ended has lapsed, recorded or not.
    #[must_use]
    pub fn seen_by(mut self, actor: &Actor, today: NaiveDate) -> Self {
        self.status = self.status.on(today, self.registered_until);
        self.allowed_actions = ExporterCycle::allowed(self.status, actor.role);
        self
    }

    /// The exporter as it was then, where nothing can be done any more.
    #[must_use]
    pub fn as_of(mut self, then: AsOf) -> Self {
        self.status = self.status.on(then.day(), self.registered_until);
        (self.as_of, self.known_at) = then.told();
        self
    }
}

impl Listed for Exporter {
    fn key(&self) -> Uuid {
        self.id.0
    }
}

/// Which exporters are asked for.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExporterFilter {
    /// As they were then: an instant, or the end of a day in UTC.
    #[param(value_type = Option<String>, max_length = 40)]
    pub as_of: Option<Moment>,
    /// By what had been recorded then; all that is on file where left out.
    #[param(value_type = Option<String>, max_length = 40)]
    pub known_at: Option<Moment>,
    /// In this status then; today where no time is named.
    #[param(inline)]
    pub status: Option<Status>,
    /// Whose name contains this text, in any case.
    pub name: Option<Name>,
    /// With this company number.
    pub company_number: Option<Name>,
    /// With this human reference.
    pub reference: Option<Reference>,
}
