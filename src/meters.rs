//! Meters: what is counted and timed while the registry works, for Prometheus.
//!
//! Every meter is named and described here, and fed by the functions of this room, so that the labels are bounded: a
//! label is a member of a vocabulary, the template of a route or a class of statuses, never an id or a text that
//! someone sent. Without [`install`], as on the command line, counting does nothing.

use std::sync::OnceLock;
use std::time::Duration;

use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use crate::rules::gate;
use crate::rules::verdict::Outcome;

const REQUESTS: &str = "registry_http_requests_total";
const SECONDS: &str = "registry_http_request_seconds";
const CONNECTIONS: &str = "registry_http_connections";
const TURNED_AWAY: &str = "registry_http_turned_away_total";
const RATE_LIMITED: &str = "registry_http_rate_limited_total";
const LOST_RACES: &str = "registry_lost_races_total";
const POOL: &str = "registry_pool_connections";
const POOL_WAITING: &str = "registry_pool_waiting";
const VERDICTS: &str = "registry_gate_verdicts_total";
const BATCHES: &str = "registry_worker_batches_total";
const OUTBOX_LAG: &str = "registry_outbox_lag_seconds";
const VIEWS_LOST: &str = "registry_views_lost_total";
const LOG_ENTRIES: &str = "registry_log_entries";
const LOG_LAG: &str = "registry_log_lag_seconds";
const CHECKPOINT: &str = "registry_log_checkpoint_entries";
const DELIVERIES: &str = "registry_checkpoint_deliveries_total";
const REFUSALS_LOST: &str = "registry_log_refusals_lost_total";
const OPERATIONS: &str = "registry_operations_unfinished";

/// Bounds of the histogram of durations, in seconds.
const BOUNDS: [f64; 11] = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 20.0];

static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();

/// Begins to count, once in a process however often it is called.
pub fn install() {
    handle();
}

fn handle() -> &'static PrometheusHandle {
    HANDLE.get_or_init(|| {
        let builder = PrometheusBuilder::new();
        let recorder = match builder.set_buckets_for_metric(Matcher::Full(SECONDS.to_owned()), &BOUNDS) {
            Ok(builder) => builder,
            // Only an empty list of bounds is refused.
            Err(_) => PrometheusBuilder::new(),
        }
        .build_recorder();
        let handle = recorder.handle();
        // Refused where the process has a recorder of its own already, which then keeps what is counted.
        let _ = metrics::set_global_recorder(recorder);
        describe();
        handle
    })
}

fn describe() {
    describe_counter!(REQUESTS, "Requests answered, by method, route and class of status.");
    describe_histogram!(SECONDS, "Seconds from the head of a request to its answer, by method and route.");
    describe_gauge!(CONNECTIONS, "Connections of clients that are open.");
    describe_counter!(TURNED_AWAY, "Requests told 503 at once, because as many as may wait were waiting.");
    describe_counter!(RATE_LIMITED, "Requests told 429, by what the limit is kept for: token or address.");
    describe_counter!(LOST_RACES, "Transactions that lost a race and were run again.");
    describe_gauge!(POOL, "Connections to the database, by pool and state: idle, in_use, most.");
    describe_gauge!(POOL_WAITING, "Requests that wait for a connection to the database.");
    describe_counter!(VERDICTS, "Verdicts of the gate, by act and outcome; one asked again counts again.");
    describe_counter!(BATCHES, "Batches of operations, by outcome: done or failed.");
    describe_gauge!(OUTBOX_LAG, "Age of the oldest event that is on file and not yet given out, in seconds.");
    describe_counter!(
        VIEWS_LOST,
        "Reads of files that could not be noted, because as many as may wait were waiting."
    );
    describe_gauge!(LOG_ENTRIES, "Entries in the audit log.");
    describe_gauge!(
        LOG_LAG,
        "Seconds for which the audit log has been behind, by part: sequencer or checkpoints."
    );
    describe_gauge!(CHECKPOINT, "Entries of the audit log that its last published checkpoint is over.");
    describe_counter!(
        DELIVERIES,
        "Attempts to give a checkpoint to who keeps it, by to (webhook or witness) and outcome: done or failed."
    );
    describe_counter!(REFUSALS_LOST, "Refused attempts that could not be entered in the audit log.");
    describe_gauge!(OPERATIONS, "Operations not yet carried out, by status.");
}

/// Everything counted, in the text format of Prometheus.
pub fn rendered() -> String {
    handle().render()
}

/// Sorts what was timed since the last call into the histograms. Without it, and without a reader, samples would pile
/// up.
pub fn keep_up() {
    if let Some(handle) = HANDLE.get() {
        handle.run_upkeep();
    }
}

/// A request was answered. `route` is the template, `class` a class of statuses such as `2xx`.
pub fn answered(method: &'static str, route: &str, class: &'static str, took: Duration) {
    counter!(REQUESTS, "method" => method, "route" => route.to_owned(), "status" => class).increment(1);
    histogram!(SECONDS, "method" => method, "route" => route.to_owned()).record(took.as_secs_f64());
}

/// A request was told 503 at once.
pub fn turned_away() {
    counter!(TURNED_AWAY).increment(1);
}

/// A request was told 429. `by` is `token` or `address`.
pub fn rate_limited(by: &'static str) {
    counter!(RATE_LIMITED, "by" => by).increment(1);
}

/// A transaction lost a race and is run again.
pub fn lost_race() {
    counter!(LOST_RACES).increment(1);
}

/// The gate gave a verdict.
pub fn verdict(act: gate::Act, outcome: Outcome) {
    counter!(VERDICTS, "act" => act.name(), "outcome" => outcome.name()).increment(1);
}

/// A batch of an operation was carried out, or met a fault.
pub fn batch(done: bool) {
    counter!(BATCHES, "outcome" => if done { "done" } else { "failed" }).increment(1);
}

/// How a pool stands: connections that rest, that are at work, and the most there may be.
pub fn pool(name: &'static str, idle: usize, size: u32, most: u32) {
    let idle = u32::try_from(idle).unwrap_or(u32::MAX).min(size);
    gauge!(POOL, "pool" => name, "state" => "idle").set(idle);
    gauge!(POOL, "pool" => name, "state" => "in_use").set(size - idle);
    gauge!(POOL, "pool" => name, "state" => "most").set(most);
}

/// The age of the oldest event not yet given out; zero where there is none.
pub fn outbox_lag(age: Duration) {
    gauge!(OUTBOX_LAG).set(age.as_secs_f64());
}

/// A read of a file found no place among those that wait to be written.
pub fn view_lost() {
    counter!(VIEWS_LOST).increment(1);
}

/// How many entries are in the log.
pub fn log_entries(count: u64) {
    gauge!(LOG_ENTRIES).set(u32::try_from(count).unwrap_or(u32::MAX));
}

/// For how long a part of the log has been behind: `sequencer` or `checkpoints`.
pub fn log_lag(part: &'static str, lag: Duration) {
    gauge!(LOG_LAG, "part" => part).set(lag.as_secs_f64());
}

/// A checkpoint over this many entries was published.
pub fn checkpoint(entries: u64) {
    gauge!(CHECKPOINT).set(u32::try_from(entries).unwrap_or(u32::MAX));
}

/// A checkpoint was taken or was not. `to` is `webhook` or `witness`, which takes one by signing it.
pub fn delivery(to: &'static str, done: bool) {
    counter!(DELIVERIES, "to" => to, "outcome" => if done { "done" } else { "failed" }).increment(1);
}

/// A refused attempt could not be entered.
pub fn refusal_lost() {
    counter!(REFUSALS_LOST).increment(1);
}

/// How many operations have a status.
pub fn operations(status: &'static str, count: i64) {
    gauge!(OPERATIONS, "status" => status).set(u32::try_from(count).unwrap_or(u32::MAX));
}

/// Something that is counted while it lasts.
#[derive(Debug)]
pub struct Lasting(&'static str);

impl Lasting {
    fn begin(meter: &'static str) -> Self {
        gauge!(meter).increment(1);
        Self(meter)
    }

    /// A wait for a connection to the database.
    pub fn waiting() -> Self {
        Self::begin(POOL_WAITING)
    }

    /// An open connection of a client.
    pub fn connection() -> Self {
        Self::begin(CONNECTIONS)
    }
}

impl Drop for Lasting {
    fn drop(&mut self) {
        gauge!(self.0).decrement(1);
    }
}
