//! Life cycles as tables of edges.
//!
//! A life cycle is a constant table of [`Edge`]s; a status changes along an edge or not at all. The property kept:
//! the table is a function (a status and an action lead to one status), so the same table serves the API's action
//! routes, `allowedActions`, the pictures in `docs/life-cycles.md` and the database's `life_cycle_transitions`.

use std::fmt::{Debug, Write as _};

use super::authority::{Permission, Role};

/// The spelling of "not yet on file", where the history of every resource begins.
pub const NONE: &str = "none";

/// One permitted step.
#[derive(Clone, Copy, Debug)]
pub struct Edge<S: 'static, A: 'static> {
    /// The status before; `None` where the step puts the resource on file.
    pub from: Option<S>,
    /// The act.
    pub action: A,
    /// The status after.
    pub to: S,
    /// Who may take the step.
    pub by: Permission,
}

/// A life cycle: its statuses, its actions and the table that joins them.
pub trait LifeCycle: 'static {
    /// The statuses a resource can be in.
    type Status: Copy + Eq + Debug + Into<&'static str> + Send + Sync + 'static;
    /// The acts that move it.
    type Action: Copy + Eq + Debug + Into<&'static str> + Send + Sync + 'static;

    /// The name of the life cycle, as `life_cycles.name` spells it.
    const NAME: &'static str;
    /// Every permitted step.
    const EDGES: &'static [Edge<Self::Status, Self::Action>];

    /// Where `action` leads from `from`; `None` where there is no such step.
    fn next(from: Option<Self::Status>, action: Self::Action) -> Option<Self::Status> {
        Self::EDGES.iter().find(|edge| edge.from == from && edge.action == action).map(|edge| edge.to)
    }

    /// The acts a caller of this role could take from `status`, in the order of the table.
    fn allowed(status: Self::Status, role: Role) -> Vec<&'static str> {
        Self::EDGES
            .iter()
            .filter(|edge| edge.from == Some(status) && edge.by.allows(role))
            .map(|edge| edge.action.into())
            .collect()
    }
}

/// An edge with its names spelled out: what the documents and the database table are made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NamedEdge {
    /// The life cycle's name.
    pub life_cycle: &'static str,
    /// The status before, or [`NONE`].
    pub from: &'static str,
    /// The act.
    pub action: &'static str,
    /// The status after.
    pub to: &'static str,
    /// Who may take it.
    pub by: Permission,
}

/// The edges of one life cycle, in the order of its table.
pub fn named<C: LifeCycle>() -> Vec<NamedEdge> {
    C::EDGES
        .iter()
        .map(|edge| NamedEdge {
            life_cycle: C::NAME,
            from: edge.from.map_or(NONE, Into::into),
            action: edge.action.into(),
            to: edge.to.into(),
            by: edge.by,
        })
        .collect()
}

/// One life cycle as a Markdown section: a Mermaid state diagram and the table of steps.
pub fn markdown(name: &str, edges: &[NamedEdge]) -> String {
    let mut page = format!("## {}\n\n```mermaid\nstateDiagram-v2\n", name.replace('_', " "));
    for edge in edges {
        let from = if edge.from == NONE { "[*]" } else { edge.from };
        // Writing to a String cannot fail.
        let _ = writeln!(page, "    {from} --> {}: {}", edge.to, edge.action);
    }
    page.push_str("```\n\n| from | action | to | who |\n|---|---|---|---|\n");
    for edge in edges {
        let who: Vec<_> = edge.by.roles().iter().map(|role| role.name()).collect();
        let _ = writeln!(page, "| {} | {} | {} | {} |", edge.from, edge.action, edge.to, who.join(", "));
    }
    page
}

/// Writes a table of edges: `[from, from] - action -> to, by permission;` and `new - action -> to, by permission;`.
macro_rules! edges {
    (@rows [$($done:expr),*]) => { &[$($done),*] };
    (@rows [$($done:expr),*] new - $action:ident -> $to:ident, $by:ident; $($rest:tt)*) => {
        edges!(@rows [$($done,)* $crate::rules::lifecycle::Edge {
            from: None, action: Action::$action, to: Status::$to, by: $crate::rules::authority::Permission::$by,
        }] $($rest)*)
    };
    (@rows [$($done:expr),*] [$from:ident] - $action:ident -> $to:ident, $by:ident; $($rest:tt)*) => {
        edges!(@rows [$($done,)* $crate::rules::lifecycle::Edge {
            from: Some(Status::$from), action: Action::$action, to: Status::$to,
            by: $crate::rules::authority::Permission::$by,
        }] $($rest)*)
    };
    (@rows [$($done:expr),*] [$from:ident, $($more:ident),+] - $action:ident -> $to:ident, $by:ident; $($rest:tt)*) => {
        edges!(@rows [$($done,)* $crate::rules::lifecycle::Edge {
            from: Some(Status::$from), action: Action::$action, to: Status::$to,
            by: $crate::rules::authority::Permission::$by,
        }] [$($more),+] - $action -> $to, $by; $($rest)*)
    };
    ($($rows:tt)*) => { edges!(@rows [] $($rows)*) };
}
pub(crate) use edges;
