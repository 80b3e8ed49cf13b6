//! The floor: the statements of a request, as they went over the wire, run by `pgbench` without the service.
//!
//! A script is written from two recordings of the same request on two resources. What is the same in both is a
//! constant; the resource's own identifier becomes an expression over a random number; a new identifier becomes one
//! that no other transaction makes; times become `now()`. What the request computes from what it read is told by
//! [`Rule`]s. No round trip is added: what a statement gave is taken up with `\gset`, which is the client's affair.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use regex::{Captures, Regex};
use tokio::process::Command;

use crate::wire::{Statement, Trip};

/// What a request computes from what it read. In prefixes and expressions `{}` is the number of the
/// transaction, in what tidies it is the resource.
#[derive(Clone, Copy)]
pub(crate) enum Rule {
    /// The columns of the statement with this text become variables with this prefix.
    Keep(&'static str, &'static str),
    /// The parameter with this number of the statement with this text is this expression.
    Put(&'static str, usize, &'static str),
    /// The statement with this text, in the first transaction, begins with this. A script is run again from its
    /// beginning where its second transaction loses a race, and must not stumble over what its first one left.
    Tidy(&'static str, &'static str),
    /// The same as `Put`, where the recorded value is this one.
    PutWhere(&'static str, usize, &'static str, &'static str),
}

/// A recording of one request on one resource.
#[derive(Clone)]
pub(crate) struct Recording {
    pub(crate) trips: Vec<Trip>,
    /// The resource, as it stands among the parameters.
    pub(crate) subject: String,
}

impl Recording {
    /// Whether both have the same statements, all of them prepared before.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        let texts = |recording: &Self| -> Vec<String> {
            statements(&recording.trips).iter().map(|statement| statement.sql.clone()).collect()
        };
        let all = self.trips.iter().chain(&other.trips);
        texts(self) == texts(other) && !all.into_iter().any(|trip| matches!(trip, Trip::Prepare))
    }
}

/// A script and the constants in it.
pub(crate) struct Script {
    text: String,
    constants: Vec<(String, String)>,
}

/// Writes the script. `pick` sets the random numbers, `subject` is the expression for the resource.
pub(crate) fn script(
    pick: &str,
    subject: &str,
    rules: &[Rule],
    recordings: &[Recording; 2],
) -> anyhow::Result<Script> {
    let [first, second] = recordings;
    let (a, b) = (statements(&first.trips), statements(&second.trips));
    let listed = |statements: &[&Statement]| {
        statements.iter().map(|statement| statement.sql.clone()).collect::<Vec<_>>().join("\n  ")
    };
    ensure!(
        a.len() == b.len(),
        "two recordings of one request differ:\n  {}\nand\n  {}",
        listed(&a),
        listed(&b)
    );
    let parameter = Regex::new(r"\$(\d+)")?;
    let mut text = format!("\\set seq :seq + 1\n\\set serial :seq * 64 + :client_id\n{pick}\n");
    let (mut constants, mut fresh, mut transaction) = (Vec::new(), Vec::new(), 0);
    for (number, (one, other)) in a.iter().zip(&b).enumerate() {
        ensure!(one.sql == other.sql, "two recordings of one request differ: {} and {}", one.sql, other.sql);
        transaction += usize::from(one.sql.to_ascii_lowercase().starts_with("begin"));
        let numbered = |text: &str| text.replace("{}", &transaction.to_string());
        let sql = parameter.replace_all(&one.sql, |found: &Captures<'_>| {
            let at: usize = found.get(1).and_then(|digits| digits.as_str().parse().ok()).unwrap_or_default();
            let (kind, value) = one.parameters.get(at - 1).cloned().unwrap_or(("text", None));
            let (_, beside) = other.parameters.get(at - 1).cloned().unwrap_or(("text", None));
            if let Some(told) = told(rules, &one.sql, at, value.as_deref()) {
                return format!("({})::{kind}", numbered(told));
            }
            match value {
                None => format!("null::{kind}"),
                Some(value) if value == first.subject && beside.as_deref() == Some(&second.subject) => {
                    format!("({subject})::{kind}")
                }
                Some(_) if kind == "timestamptz" => "now()".to_owned(),
                Some(value) if kind == "uuid" && beside.as_ref() != Some(&value) => {
                    let slot = fresh.iter().position(|known| *known == value).unwrap_or_else(|| {
                        fresh.push(value);
                        fresh.len() - 1
                    });
                    format!("(:nonce::text || '-{slot:04x}-7000-8000-' || lpad(to_hex(:serial::bigint), 12, '0'))::uuid")
                }
                Some(value) => {
                    let name = format!("c{number}_{at}");
                    let said = format!(":{name}::{kind}");
                    constants.push((name, value));
                    said
                }
            }
        });
        let sql = sql.replace("\"number!\"", "number");
        let tidy = rules.iter().find_map(|rule| match rule {
            Rule::Tidy(within, tidy) if transaction == 1 && one.sql.contains(within) => Some(*tidy),
            Rule::Tidy(..) | Rule::Keep(..) | Rule::Put(..) | Rule::PutWhere(..) => None,
        });
        let sql = tidy.map_or_else(String::new, |tidy| tidy.replace("{}", subject)) + &sql;
        let kept = rules.iter().find_map(|rule| match rule {
            Rule::Keep(within, prefix) if one.sql.contains(within) => Some(*prefix),
            Rule::Keep(..) | Rule::Put(..) | Rule::PutWhere(..) | Rule::Tidy(..) => None,
        });
        match kept {
            Some(prefix) => writeln!(text, "{sql} \\gset {}", numbered(prefix))?,
            None => writeln!(text, "{sql};")?,
        }
    }
    Ok(Script { text, constants })
}

/// The same act with nothing that makes it trusted: no key, no row security, no stored answer, no step, no entry, no check
/// by a key or a trigger, which whoever runs it has switched off. What is left is that a row is locked, one is written and
/// one is changed, durably.
pub(crate) fn bare_freeze(pick: &str, subject: &str, people: &str) -> Script {
    let text = format!(
        "\\set seq :seq + 1\n\\set serial :seq * 64 + :client_id\n{pick}\n\
         begin;\n\
         select version from licenses where id = ({subject})::uuid for update \\gset\n\
         insert into license_freezes (id, license_id, number, source, ground, reasons, review_on, frozen_at, frozen_by, frozen_version)\n\
         select (:nonce::text || '-0000-7000-8000-' || lpad(to_hex(:serial::bigint), 12, '0'))::uuid, ({subject})::uuid,\n\
                coalesce(max(number), 0) + 1, 'decision', 'foreign_relations', 'Under review.', current_date + 180, now(),\n\
                '{people}', :version + 1\n\
           from license_freezes where license_id = ({subject})::uuid;\n\
         update licenses set status = 'frozen', version = version + 1, updated_at = now() where id = ({subject})::uuid;\n\
         commit;\n"
    );
    Script { text, constants: Vec::new() }
}

fn statements(trips: &[Trip]) -> Vec<&Statement> {
    trips
        .iter()
        .filter_map(|trip| match trip {
            Trip::Statement(statement) => Some(statement),
            Trip::Prepare | Trip::Ping => None,
        })
        .collect()
}

fn told(rules: &[Rule], sql: &str, at: usize, value: Option<&str>) -> Option<&'static str> {
    rules.iter().find_map(|rule| match rule {
        Rule::Put(within, parameter, put) if *parameter == at && sql.contains(within) => Some(*put),
        Rule::PutWhere(within, parameter, recorded, put)
            if *parameter == at && sql.contains(within) && value == Some(*recorded) =>
        {
            Some(*put)
        }
        Rule::Keep(..) | Rule::Put(..) | Rule::PutWhere(..) | Rule::Tidy(..) => None,
    })
}

/// `pgbench`, where it is installed.
pub(crate) fn find() -> Option<PathBuf> {
    let named = std::env::var_os("POSTGRES_BIN").map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let installed =
        (13..=30).rev().map(|version| PathBuf::from(format!("/usr/lib/postgresql/{version}/bin")));
    let dirs = named.into_iter().chain(std::env::split_paths(&path)).chain(installed);
    dirs.map(|dir| dir.join("pgbench")).find(|program| program.is_file())
}

/// Where and how long `pgbench` runs.
pub(crate) struct Floor<'f> {
    pub(crate) program: &'f Path,
    pub(crate) socket_dir: &'f Path,
    pub(crate) scratch: &'f Path,
    pub(crate) connections: usize,
    pub(crate) time: Duration,
}

impl Floor<'_> {
    /// Runs a script and gives how often a second. A transaction that loses a race is run again, as the service does.
    pub(crate) async fn run(&self, script: &Script) -> anyhow::Result<f64> {
        let file = self.scratch.join("floor.sql");
        std::fs::write(&file, &script.text)?;
        let mut command = Command::new(self.program);
        command.args(["-n", "-M", "prepared", "-j", "1", "--max-tries=0", "-p", "5432", "-U", "registry"]);
        command.arg("-h").arg(self.socket_dir).arg("-c").arg(self.connections.to_string());
        command.arg("-T").arg(self.time.as_secs().to_string()).arg("-f").arg(&file);
        command.arg("-D").arg(format!("nonce={:08x}", rand::random::<u32>())).args(["-D", "seq=0"]);
        for (name, value) in &script.constants {
            command.arg("-D").arg(format!("{name}={value}"));
        }
        let output = command.arg("registry").output().await?;
        let said = String::from_utf8_lossy(&output.stdout);
        let complained = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "pgbench: {complained}");
        said.lines()
            .find_map(|line| line.strip_prefix("tps = "))
            .and_then(|rest| rest.split(' ').next())
            .and_then(|number| number.parse().ok())
            .with_context(|| format!("pgbench said: {said}"))
    }
}
