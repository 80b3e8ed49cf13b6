//! Who begins a transaction and how it is isolated, as the database is told. Nothing from a request is in these statements
//! but UUIDs.

use uuid::Uuid;

/// On whose behalf a transaction runs, which is what the database lets it see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behalf {
    /// The agency: its staff, the clock, the worker, the command line. It sees every row.
    Office,
    /// A person of this exporter, who sees the exporter's rows and what is open to all exporters.
    Exporter(Uuid),
    /// Anyone, who sees what is public.
    Public,
}

impl Behalf {
    /// The statements that take the role, and name the exporter.
    pub(super) fn taken(self) -> String {
        match self {
            Self::Office => "set local role registry_office".to_owned(),
            Self::Exporter(exporter) => {
                format!("set local role registry_exporter; set local registry.exporter = '{exporter}'")
            }
            Self::Public => "set local role registry_public".to_owned(),
        }
    }
}

/// Who begins a transaction: on whose behalf, and the person to whose requests answers are stored in it, if any are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    /// On whose behalf.
    pub behalf: Behalf,
    /// Whose answers may be stored.
    pub person: Option<Uuid>,
}

impl From<Behalf> for Caller {
    fn from(behalf: Behalf) -> Self {
        Self { behalf, person: None }
    }
}

impl Caller {
    /// The statements that take the role, and name the person.
    pub(super) fn taken(self) -> String {
        let role = self.behalf.taken();
        match self.person {
            Some(person) => format!("{role}; set local registry.person = '{person}'"),
            None => role,
        }
    }
}

/// How a transaction is isolated from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Isolation {
    /// It reads one snapshot and writes nothing.
    Reads,
    /// It records: READ COMMITTED.
    Records,
    /// It records much, and its statements are not cut off: REPEATABLE READ.
    RecordsMuch,
    /// It decides, and what it read still holds when it commits: SERIALIZABLE. A lost race is replayed by the door.
    Decides,
}

impl Isolation {
    /// The statements that begin it.
    pub(super) const fn begun(self) -> &'static str {
        match self {
            Self::Reads => "begin isolation level repeatable read read only",
            Self::Records => "begin",
            Self::RecordsMuch => "begin isolation level repeatable read; set local statement_timeout = 0",
            Self::Decides => "begin isolation level serializable",
        }
    }
}
