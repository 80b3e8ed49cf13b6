//! The register of exporters: admission, suspension, removal and the end of the term.
//!
//! Defense Export Control Law 5767-2007, s. 3 (register) and s. 4 (registration decision).

use chrono::NaiveDate;

use super::lifecycle::{Edge, LifeCycle, edges};
use super::vocabulary;

vocabulary! {
    /// Where an exporter stands in the Defense Export Register.
    Status { Applied, Registered, Refused, Suspended, Removed, Lapsed, Surrendered }
}

vocabulary! {
    /// What can happen to an exporter's registration.
    Action { Apply, Register, Refuse, Suspend, Reinstate, Remove, Lapse, Renew, Surrender }
}

impl Status {
    /// The status on `today`: a term that has ended has lapsed, recorded or not.
    #[must_use]
    pub fn on(self, today: NaiveDate, registered_until: Option<NaiveDate>) -> Self {
        let ended = registered_until.is_some_and(|until| until < today);
        if ended && self == Self::Registered { Self::Lapsed } else { self }
    }
}

/// The life cycle of an exporter's registration.
#[derive(Clone, Copy, Debug)]
pub struct ExporterCycle;

impl LifeCycle for ExporterCycle {
    type Status = Status;
    type Action = Action;
    const NAME: &'static str = "exporter";
    const EDGES: &'static [Edge<Status, Action>] = edges! {
        new - Apply -> Applied, FileExporter;
        [Applied] - Register -> Registered, DecideExporter;
        [Applied] - Refuse -> Refused, DecideExporter;
        [Registered] - Suspend -> Suspended, DecideExporter;
        [Suspended] - Reinstate -> Registered, DecideExporter;
        [Registered, Suspended] - Remove -> Removed, DecideExporter;
        [Registered] - Lapse -> Lapsed, RunClock;
        [Registered, Lapsed] - Renew -> Registered, DecideExporter;
        [Registered] - Surrender -> Surrendered, SurrenderRegistration;
    };
}
