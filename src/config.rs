//! Configuration: every setting has a default, a flag and an environment variable, and stands in `--help`.

mod contact;
mod retention;

use std::fmt::Display;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;

pub use self::contact::Contact;
use self::retention::RetentionConfig;
use crate::act::Policy;
use crate::rules::application::Body;
use crate::rules::license::Ground;
use crate::rules::objection::{Against, ObjectionTerms};
use crate::rules::revocation::NoticeTerms;
use crate::tlog::{VerifierKey, is_key_name};

/// Where the database is.
#[derive(Clone, Debug, Args)]
pub struct DatabaseConfig {
    /// The Postgres server to use; without it, an embedded one is started.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, global = true)]
    pub database_url: Option<String>,
    /// Where the embedded database keeps its data [default: /var/lib/… for root, ~/.local/share/… for a user].
    #[arg(long, env = "DATA_DIR", global = true)]
    pub data_dir: Option<PathBuf>,
    /// The most connections to the database.
    #[arg(long, env = "DATABASE_CONNECTIONS", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=500), global = true)]
    pub database_connections: u32,
}

/// How to serve.
#[derive(Clone, Debug, Args)]
pub struct ServeConfig {
    /// The address to listen on.
    #[arg(long, env = "LISTEN", default_value = "127.0.0.1:8080", global = true)]
    pub listen: SocketAddr,
    /// Seconds between two runs of the sweeper that records expiry and lapse.
    #[arg(long, env = "SWEEP_SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=86_400), global = true)]
    pub sweep_seconds: u64,
    /// Seconds to finish open requests after SIGTERM.
    #[arg(long, env = "DRAIN_SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(0..=600), global = true)]
    pub drain_seconds: u64,
    /// The identity provider whose access tokens (RFC 9068) are taken from people with a login: its issuer URL.
    #[arg(long, env = "OIDC_ISSUER", requires = "oidc_audience", value_parser = secure_url, global = true)]
    pub oidc_issuer: Option<String>,
    /// The audience that its tokens must be for.
    #[arg(long, env = "OIDC_AUDIENCE", requires = "oidc_issuer", global = true)]
    pub oidc_audience: Option<String>,
    /// What is taken of clients.
    #[command(flatten)]
    pub limits: LimitsConfig,
    /// The audit log.
    #[command(flatten)]
    pub log: LogConfig,
    /// Whom the API document names as its contact.
    #[command(flatten)]
    pub contact: Contact,
    /// How the log is written: text or json.
    #[arg(long, env = "LOG_FORMAT", default_value = "text", value_parser = ["text", "json"], global = true)]
    pub log_format: String,
    /// The terms that are policy.
    #[command(flatten)]
    pub policy: PolicyConfig,
}

/// The audit log: its name and key, and where its checkpoints go.
#[derive(Clone, Debug, Args)]
pub struct LogConfig {
    /// The name of the audit log and of its key: best a domain of the agency's own, with a path.
    #[arg(long, env = "AUDIT_ORIGIN", default_value = "export-license-registry", value_parser = origin, global = true)]
    pub audit_origin: String,
    /// The file with the private key that signs checkpoints, made at the first start [default: `key` in a directory beside the data directory].
    #[arg(long, env = "AUDIT_KEY", global = true)]
    pub audit_key: Option<PathBuf>,
    /// Seconds that the audit log or its checkpoints may be behind; then changes are refused.
    #[arg(long, env = "AUDIT_LIMIT_SECONDS", default_value_t = 900, value_parser = clap::value_parser!(u64).range(10..=86_400), global = true)]
    pub audit_limit_seconds: u64,
    /// Seconds between two checkpoints, while entries come.
    #[arg(long, env = "CHECKPOINT_SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=60), global = true)]
    pub checkpoint_seconds: u64,
    /// The file that checkpoints are appended to [default: `checkpoints.ndjson` in the same directory].
    #[arg(long, env = "CHECKPOINT_FILE", global = true)]
    pub checkpoint_file: Option<PathBuf>,
    /// A URL that checkpoints are sent to, by POST.
    #[arg(long, env = "CHECKPOINT_WEBHOOK", hide_env_values = true, global = true)]
    pub checkpoint_webhook: Option<String>,
    /// The URL of a witness that signs each checkpoint where it follows from those before (C2SP tlog-witness).
    #[arg(long, env = "WITNESS_URL", requires = "witness_key", global = true)]
    pub witness_url: Option<String>,
    /// The public key of the witness: name+id+base64.
    #[arg(long, env = "WITNESS_KEY", requires = "witness_url", value_parser = witness, global = true)]
    pub witness_key: Option<VerifierKey>,
}

/// What is taken of clients, and for how long.
#[derive(Clone, Copy, Debug, Args)]
pub struct LimitsConfig {
    /// The most connections of clients at a time; beyond it new ones wait.
    #[arg(long, env = "MAX_CONNECTIONS", default_value_t = 2048, value_parser = clap::value_parser!(u32).range(1..=100_000), global = true)]
    pub max_connections: u32,
    /// Seconds in which the head of a request must arrive.
    #[arg(long, env = "HEADER_SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=60), global = true)]
    pub header_seconds: u64,
    /// Seconds in which a body must arrive; a list to be imported has ten times as long.
    #[arg(long, env = "BODY_SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=15), global = true)]
    pub body_seconds: u64,
    /// Seconds that a connection may rest between two requests.
    #[arg(long, env = "IDLE_SECONDS", default_value_t = 75, value_parser = clap::value_parser!(u64).range(1..=3600), global = true)]
    pub idle_seconds: u64,
    /// Requests a second of one token; 0 for no limit.
    #[arg(long, env = "RATE_PER_SECOND", default_value_t = 200, value_parser = clap::value_parser!(u32).range(0..=1_000_000), global = true)]
    pub rate_per_second: u32,
    /// Requests of one token at once.
    #[arg(long, env = "RATE_BURST", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=1_000_000), global = true)]
    pub rate_burst: u32,
    /// Requests a second of one address without a working token; 0 for no limit.
    #[arg(long, env = "PUBLIC_RATE_PER_SECOND", default_value_t = 100, value_parser = clap::value_parser!(u32).range(0..=1_000_000), global = true)]
    pub public_rate_per_second: u32,
    /// Requests of one address at once without a working token.
    #[arg(long, env = "PUBLIC_RATE_BURST", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=1_000_000), global = true)]
    pub public_rate_burst: u32,
    /// How many proxies stand before the service and append to X-Forwarded-For whom they speak for.
    #[arg(long, env = "TRUSTED_PROXIES", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=10), global = true)]
    pub trusted_proxies: u8,
}

/// The terms that are policy, not law.
#[derive(Clone, Debug, Args)]
pub struct PolicyConfig {
    /// Calendar days within which an application is to be decided.
    #[arg(long, env = "DECISION_DAYS", default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..=3660), global = true)]
    pub decision_days: u32,
    /// Days an exporter has to answer a notice of intended revocation.
    #[arg(long, env = "NOTICE_DAYS", default_value_t = 15, value_parser = clap::value_parser!(u32).range(1..=366), global = true)]
    pub notice_days: u32,
    /// The same for grounds that have a term of their own, such as `human_rights=15,national_security=7`.
    #[arg(long, env = "NOTICE_DAYS_BY_GROUND", value_delimiter = ',', value_parser = days_by::<Ground>, global = true)]
    pub notice_days_by_ground: Vec<(Ground, u32)>,
    /// The grounds on which a license may be frozen at once and its exporter heard afterwards.
    #[arg(
        long,
        env = "URGENT_GROUNDS",
        default_value = "human_rights,political_instability,end_use_breach,declaration_breach,national_security,\
            foreign_relations,international_obligation,restricted_party,court_order",
        value_delimiter = ',',
        global = true
    )]
    pub urgent_grounds: Vec<Ground>,
    /// Days an exporter has to object to a decision, a revocation or a freeze.
    #[arg(long, env = "OBJECTION_DAYS", default_value_t = 45, value_parser = clap::value_parser!(u32).range(1..=366), global = true)]
    pub objection_days: u32,
    /// The same for acts that have a term of their own: refusal, `grant_in_part`, revocation, freeze; such as `freeze=30`.
    #[arg(long, env = "OBJECTION_DAYS_BY_ACT", value_delimiter = ',', value_parser = days_by::<Against>, global = true)]
    pub objection_days_by_act: Vec<(Against, u32)>,
    /// Days after which an application that waits for its exporter lapses.
    #[arg(long, env = "LAPSE_DAYS", default_value_t = 180, value_parser = clap::value_parser!(u32).range(1..=3660), global = true)]
    pub lapse_days: u32,
    /// The longest term of a license, in days.
    #[arg(long, env = "LONGEST_TERM_DAYS", default_value_t = 1827, value_parser = clap::value_parser!(i32).range(1..=36_600), global = true)]
    pub longest_term_days: i32,
    /// How far back the refusal of a like transaction is looked for, in days.
    #[arg(long, env = "LOOK_BACK_DAYS", default_value_t = 1096, value_parser = clap::value_parser!(i32).range(0..=36_600), global = true)]
    pub look_back_days: i32,
    /// How long a measure may run without review, in days.
    #[arg(long, env = "MEASURE_REVIEW_DAYS", default_value_t = 366, value_parser = clap::value_parser!(u32).range(1..=3660), global = true)]
    pub measure_review_days: u32,
    /// How many days before a measure would lapse notice is given of it.
    #[arg(long, env = "LAPSE_NOTICE_DAYS", default_value_t = 14, value_parser = clap::value_parser!(u32).range(0..=366), global = true)]
    pub lapse_notice_days: u32,
    /// From how many licenses touched on a measure needs the agreement of both ministries, defense and foreign affairs.
    #[arg(long, env = "AGREEMENT_FROM", default_value_t = 1000, global = true)]
    pub agreement_from: u32,
    /// Days after which the freeze of licenses on a suspected breach of a declaration is reviewed at the latest.
    #[arg(long, env = "BREACH_REVIEW_DAYS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=366), global = true)]
    pub breach_review_days: u32,
    /// The share of its entries, in percent, that a new edition of a control list or of a list of programmes may end without
    /// reasons of its own.
    #[arg(long, env = "MOST_ENDED_PERCENT", default_value_t = 10, value_parser = clap::value_parser!(u8).range(0..=100), global = true)]
    pub most_ended_percent: u8,
    /// Who must have recorded a position before a grant: defense, `foreign_affairs`, economy, committee.
    #[arg(
        long,
        env = "REQUIRED_POSITIONS",
        default_value = "defense,foreign_affairs",
        value_delimiter = ',',
        global = true
    )]
    pub required_positions: Vec<Body>,
    /// Whether nothing is permitted while no list of restricted parties is kept.
    #[arg(long, env = "SCREENING_REQUIRED", default_value_t = false, action = clap::ArgAction::Set, global = true)]
    pub screening_required: bool,
    /// How long personal data is kept.
    #[command(flatten)]
    pub retention: RetentionConfig,
}

impl From<PolicyConfig> for Policy {
    fn from(config: PolicyConfig) -> Self {
        Self {
            decision_days: config.decision_days,
            notice: NoticeTerms {
                days: config.notice_days,
                days_by_ground: config.notice_days_by_ground,
                urgent: config.urgent_grounds,
            },
            objections: ObjectionTerms {
                days: config.objection_days,
                days_by_act: config.objection_days_by_act,
            },
            lapse_days: config.lapse_days,
            longest_term_days: config.longest_term_days,
            look_back_days: config.look_back_days,
            measure_review_days: config.measure_review_days,
            lapse_notice_days: config.lapse_notice_days,
            agreement_from: config.agreement_from,
            breach_review_days: config.breach_review_days,
            most_ended_percent: config.most_ended_percent,
            required_positions: config.required_positions,
            screening_required: config.screening_required,
            retention: config.retention.into(),
        }
    }
}

/// Reads the URL of an issuer: https, or http on this machine.
fn secure_url(text: &str) -> Result<String, String> {
    let near =
        ["http://127.0.0.1", "http://localhost", "http://[::1]"].iter().any(|near| text.starts_with(near));
    if text.starts_with("https://") || near {
        Ok(text.to_owned())
    } else {
        Err("must be an https URL".to_owned())
    }
}

/// Reads the public key of a witness.
fn witness(text: &str) -> Result<VerifierKey, String> {
    let key: VerifierKey = text.parse().map_err(|error| format!("the key {error}: name+id+base64"))?;
    if key.is_of_witness() { Ok(key) } else { Err("is not the key of a witness".to_owned()) }
}

/// Reads the name of a log.
fn origin(text: &str) -> Result<String, String> {
    if is_key_name(text) {
        Ok(text.to_owned())
    } else {
        Err("must have no space and no plus sign".to_owned())
    }
}

/// Reads `name=days`, of 1 to 366 days.
fn days_by<T: FromStr<Err: Display>>(text: &str) -> Result<(T, u32), String> {
    let (name, days) =
        text.split_once('=').ok_or_else(|| format!("{text}: write it as name=days, such as freeze=30"))?;
    let known = name.parse().map_err(|error: T::Err| format!("{name}: {error}"))?;
    match days.parse() {
        Ok(days @ 1..=366) => Ok((known, days)),
        Ok(_) | Err(_) => Err(format!("{days}: must be a number of days from 1 to 366")),
    }
}
