//! How long personal data is kept after it was last needed.

use clap::Args;

use crate::rules::erasure::RetentionTerms;

/// The terms, in years.
#[derive(Clone, Copy, Debug, Args)]
pub struct RetentionConfig {
    /// Years for which what names a person of the staff or of an exporter is kept after it was last needed.
    #[arg(id = "retention_years_people", long = "retention-years-people", env = "RETENTION_YEARS_PEOPLE", default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=100), global = true)]
    pub people: u32,
    /// The same of end users who are natural persons.
    #[arg(id = "retention_years_end_users", long = "retention-years-end-users", env = "RETENTION_YEARS_END_USERS", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=100), global = true)]
    pub end_users: u32,
    /// The same of those who signed declarations.
    #[arg(id = "retention_years_signatories", long = "retention-years-signatories", env = "RETENTION_YEARS_SIGNATORIES", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=100), global = true)]
    pub signatories: u32,
    /// The same of consignees, purchasers and brokers who are natural persons.
    #[arg(id = "retention_years_consignees", long = "retention-years-consignees", env = "RETENTION_YEARS_CONSIGNEES", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=100), global = true)]
    pub consignees: u32,
}

impl From<RetentionConfig> for RetentionTerms {
    fn from(config: RetentionConfig) -> Self {
        Self {
            person: config.people,
            end_user: config.end_users,
            signatory: config.signatories,
            consignee: config.consignees,
        }
    }
}
