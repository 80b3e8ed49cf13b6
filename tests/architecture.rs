//! The house stays the house: the map of `src/lib.rs`, held against the source as text.
//!
//! Comments and string literals are blanked before anything is looked for, and what follows `#[cfg(test)]` is left out.

#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The rooms from the bottom up: a room names only rooms of earlier rows, and of its own.
const FLOORS: &[&[&str]] = &[
    &["rules"],
    &["clock", "etag", "ids", "meters", "tlog"],
    &["act"],
    &["config"],
    &["db"],
    &["page"],
    &["http"],
    &["as_of"],
    &["history"],
    &["audit", "events"],
    &["evidence"],
    &["tokens", "reference", "views"],
    &["screening"],
    &["exporters"],
    &["products", "end_users", "consignees"],
    &["declarations", "assessments", "reviews"],
    &["cover"],
    &["allegations", "measures", "operations"],
    &["exemptions", "licenses"],
    &["applications", "revocations"],
    &["objections", "overrides", "eligibility"],
    &["enforcement"],
    &["breaches", "imports"],
    &["replays", "questions", "packs", "examination", "erasures"],
    &["statistics", "sweeper", "country_view", "monitoring"],
    &["sample_year"],
    &["api"],
    &["cli"],
    &["lib", "main"],
];

/// Upward names that are there for a reason.
const UPWARD: &[(&str, &str, &str)] =
    &[("http/recognize.rs", "tokens", "the door asks whose token it is before any room is entered")];

/// Rooms that hold SQL besides the stores.
const SQL_ELSEWHERE: &[(&str, &str)] =
    &[("db/", "the database's own room"), ("page/", "puts together the statements that the stores begin")];

/// Who holds a connection that has no caller.
const CONNECTIONS: &[(&str, &str)] = &[
    ("db/", "makes them"),
    ("tokens/store/holder.rs", "asks whose key a key is, before the caller is known"),
    ("http/idempotency/store.rs", "asks at the threshold what was answered before"),
];

/// Who begins and commits besides the routes.
const TRANSACTIONS_ELSEWHERE: &[(&str, &str)] = &[
    ("db/", "offers transactions"),
    ("http/context.rs", "hands them to the routes"),
    ("http/readiness.rs", "sees whether one can be begun"),
    ("licenses/verification.rs", "a public route"),
    ("page/keys.rs", "keeps the key of cursors, at the start"),
    ("cli/", "acts from the command line"),
    ("sweeper/", "acts for the clock"),
    ("http/refused/", "enters what was refused, once that has ended"),
    ("evidence/checkpoint.rs", "signs how far the log has come"),
    ("evidence/witness.rs", "proves to a witness that the log only grew"),
    ("evidence/schema.rs", "records the rules of the database at the start"),
    ("evidence/sequencer.rs", "takes entries into the log, a batch a transaction"),
    ("enforcement/worker.rs", "carries operations out, a batch a transaction"),
    ("screening/worker.rs", "screens what is owed, a batch a transaction"),
    ("tokens/mod.rs", "enters the first administrator"),
    ("views/mod.rs", "writes what was noted, a batch a transaction"),
    ("imports/", "an import is one transaction, from the route or from the command line"),
    ("sample_year/", "the sample year is its own caller"),
];

/// Files over the limit, each with its reason: empty, and to stay so.
const LONG_FILES: &[&str] = &[];
const LONGEST: usize = 300;

/// `_` arms over what is no status: text and options.
const WILDCARDS: &[(&str, usize)] = &[("rules/gate/parties.rs", 1), ("rules/values/control_code.rs", 1)];

struct Source {
    /// Below `src/`.
    path: String,
    raw: String,
    /// Without comments, string literals and the tests.
    code: String,
}

impl Source {
    fn room(&self) -> &str {
        let first = self.path.split('/').next().unwrap_or_default();
        first.strip_suffix(".rs").unwrap_or(first)
    }

    fn is_in(&self, places: &[(&str, &str)]) -> bool {
        places.iter().any(|(place, _)| self.path.starts_with(place))
    }

    fn lines_with<'s>(&'s self, found: impl Fn(&str) -> bool + 's) -> impl Iterator<Item = String> + 's {
        let lines = self.code.lines().enumerate().filter(move |(_, line)| found(line));
        lines.map(|(at, line)| format!("src/{}:{}: {}", self.path, at + 1, line.trim()))
    }
}

fn sources() -> Vec<Source> {
    fn walk(directory: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(directory).expect("a directory") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    walk(&root, &mut paths);
    paths.sort();
    assert!(paths.len() > 80, "the source is not where it should be");
    let read = |path: PathBuf| {
        let raw = std::fs::read_to_string(&path).expect("a file");
        let path = path.strip_prefix(&root).expect("below src").to_string_lossy().into_owned();
        let code = blanked(raw.split("#[cfg(test)]").next().unwrap_or_default());
        Source { path, raw, code }
    };
    paths.into_iter().map(read).collect()
}

/// The code with comments and string literals made blank, line for line.
fn blanked(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let taken = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if let Some(hashes) = raw_string(rest) {
            let end = format!("\"{}", "#".repeat(hashes));
            let body = hashes + 2;
            rest.get(body..).and_then(|r| r.find(&end)).map_or(rest.len(), |at| body + at + end.len())
        } else if c == '"' {
            literal(rest)
        } else if rest.starts_with("'\"'") {
            3
        } else {
            0
        };
        if taken == 0 {
            code.push(c);
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        } else {
            let (blank, after) = rest.split_at(taken);
            code.extend(blank.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
            rest = after;
        }
    }
    code
}

/// How many `#` open a raw string here, if one opens.
fn raw_string(text: &str) -> Option<usize> {
    let after = text.strip_prefix('r')?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    after.get(hashes..).is_some_and(|after| after.starts_with('"')).then_some(hashes)
}

/// The length of the string literal that begins here.
fn literal(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match (escaped, c) {
            (false, '"') => return at + 1,
            (false, '\\') => escaped = true,
            (true | false, _) => escaped = false,
        }
    }
    text.len()
}

/// The rooms of the crate that a piece of code names: `crate::room` and `crate::{room, other::…}`.
fn named_rooms(code: &str) -> BTreeSet<String> {
    let word = |text: &str| -> String {
        text.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_' || c.is_ascii_digit()).collect()
    };
    let mut named = BTreeSet::new();
    for (at, mark) in code.match_indices("crate::") {
        let after = code.get(at + mark.len()..).unwrap_or_default();
        if let Some(group) = after.strip_prefix('{') {
            let mut depth = 0;
            let mut item = String::new();
            for c in group.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => {
                        named.insert(word(item.trim()));
                        item.clear();
                        continue;
                    }
                    _ => {}
                }
                item.push(c);
            }
            named.insert(word(item.trim()));
        } else {
            named.insert(word(after));
        }
    }
    named.remove("");
    named
}

fn floor(room: &str) -> usize {
    FLOORS.iter().position(|rooms| rooms.contains(&room)).unwrap_or_else(|| {
        panic!("the room {room} is not on the map: give it a place in FLOORS and in src/lib.rs")
    })
}

#[track_caller]
fn none(found: &[String], says: &str) {
    assert!(found.is_empty(), "{says}:\n{}", found.join("\n"));
}

#[test]
fn the_scanner_sees_what_it_should() {
    let code = blanked("a // crate::x\n\"crate::y\" r#\"crate::\"z\"# b'\"' 'c' crate::w");
    assert_eq!(named_rooms(&code), BTreeSet::from(["w".to_owned()]));
    let rooms = named_rooms("use crate::{api, http::{App, Room}, tokens}; crate::rules::x");
    assert_eq!(rooms, ["api", "http", "rules", "tokens"].map(ToOwned::to_owned).into());
    assert_eq!(blanked("x \"a\\\"b\" y"), "x        y");
}

#[test]
fn a_room_names_only_rooms_below_it() {
    let mut upward = Vec::new();
    for source in sources() {
        let here = floor(source.room());
        for room in named_rooms(&source.code) {
            let excused = UPWARD.iter().any(|(path, to, _)| *path == source.path && *to == room);
            let same = room == source.room();
            if !same && !excused && floor(&room) >= here {
                upward.push(format!("src/{} names {room}", source.path));
            }
        }
    }
    none(&upward, "a room names one that is not below it");
}

#[test]
fn the_map_in_lib_rs_lists_every_room_in_this_order() {
    let lib = sources().into_iter().find(|source| source.path == "lib.rs").expect("lib.rs");
    let listed: Vec<&str> = lib
        .raw
        .lines()
        .filter(|line| line.starts_with("//! - ") || line.starts_with("//!   "))
        .flat_map(|line| line.split("[`").skip(1).filter_map(|part| part.split('`').next()))
        .collect();
    let declared: BTreeSet<&str> = lib
        .code
        .lines()
        .filter_map(|line| line.trim().strip_prefix("pub mod ").and_then(|rest| rest.strip_suffix(';')))
        .collect();
    assert_eq!(listed.iter().copied().collect::<BTreeSet<_>>(), declared, "the map and the modules differ");
}

#[test]
fn the_rules_are_pure() {
    let mut found = Vec::new();
    for source in sources().iter().filter(|source| source.room() == "rules") {
        found.extend(named_rooms(&source.code).into_iter().filter(|room| room != "rules"));
        for impure in
            ["sqlx", "axum", "tokio", "async ", ".await", "std::fs", "std::env", "std::net", "::now("]
        {
            found.extend(source.lines_with(|line| line.contains(impure)));
        }
    }
    none(&found, "rules/ does more than decide");
}

#[test]
fn a_feature_never_uses_anothers_routes() {
    let found: Vec<String> = sources()
        .iter()
        .flat_map(|source| {
            source.lines_with(|l| l.contains("crate::") && l.contains("::routes")).collect::<Vec<_>>()
        })
        .collect();
    none(&found, "routes are for api.rs");
}

#[test]
fn only_stores_hold_sql() {
    let sql = |line: &str| {
        ["sqlx::query", "query_as", "query_scalar", "query!(", "raw_sql", "QueryBuilder", "Listing::new("]
            .iter()
            .any(|mark| line.contains(mark))
    };
    let in_store = |path: &str| path.ends_with("/store.rs") || path.contains("/store/");
    let found: Vec<String> = sources()
        .iter()
        .filter(|source| !in_store(&source.path) && !source.is_in(SQL_ELSEWHERE))
        .flat_map(|source| source.lines_with(sql).collect::<Vec<_>>())
        .collect();
    none(&found, "SQL outside a store");
}

#[test]
fn only_routes_begin_and_commit() {
    let transaction = |line: &str| {
        ["begin()", ".begin(", ".office(", "begin_deciding(", "begin_long(", ".commit()", ".rollback()"]
            .iter()
            .any(|mark| line.contains(mark))
    };
    let found: Vec<String> = sources()
        .iter()
        .filter(|source| !source.path.ends_with("routes.rs") && !source.is_in(TRANSACTIONS_ELSEWHERE))
        .flat_map(|source| source.lines_with(transaction).collect::<Vec<_>>())
        .collect();
    none(&found, "a transaction that no route began");
}

#[test]
fn a_statement_is_made_in_a_callers_transaction_alone() {
    let bare = |line: &str| {
        ["PgConnection", "PgPool", "PoolConnection", "sqlx::Transaction"].iter().any(|m| line.contains(m))
    };
    let found: Vec<String> = sources()
        .iter()
        .filter(|source| !source.is_in(CONNECTIONS))
        .flat_map(|source| source.lines_with(bare).collect::<Vec<_>>())
        .collect();
    none(&found, "a connection without a caller");
}

#[test]
fn a_file_is_read_in_one_sitting() {
    let mut long = Vec::new();
    for source in sources() {
        let lines = source.code.trim_end().lines().count();
        let excused = LONG_FILES.contains(&source.path.as_str());
        assert!(!excused || lines > LONGEST, "{} is short now: take it off the list", source.path);
        if lines > LONGEST && !excused {
            long.push(format!("src/{}: {lines} lines", source.path));
        }
    }
    none(&long, "more than 300 lines without its tests");
}

#[test]
fn nothing_panics_on_purpose() {
    let marks = [".unwrap()", ".expect(", "panic!(", "todo!(", "unimplemented!(", "unreachable!(", "dbg!("];
    let found: Vec<String> = sources()
        .iter()
        .flat_map(|source| source.lines_with(|l| marks.iter().any(|m| l.contains(m))).collect::<Vec<_>>())
        .collect();
    none(&found, "a panic outside the tests");
}

#[test]
fn no_arm_for_the_rest_in_the_rules() {
    for source in sources().iter().filter(|source| source.room() == "rules") {
        let arms: Vec<String> = source.lines_with(|line| line.trim_start().starts_with("_ =>")).collect();
        let allowed = WILDCARDS.iter().find(|(path, _)| *path == source.path).map_or(0, |(_, count)| *count);
        assert_eq!(arms.len(), allowed, "a new status must be decided on, not fall into `_`: {arms:?}");
    }
}

#[test]
fn every_room_says_what_it_is() {
    let found: Vec<String> = sources()
        .iter()
        .filter(|source| !source.raw.starts_with("//! ") || source.raw.starts_with("//! stub"))
        .map(|source| format!("src/{}", source.path))
        .collect();
    none(&found, "a file that does not begin by saying what it is");
}

#[test]
fn time_is_read_in_one_place() {
    let reads =
        |line: &str| ["Utc::now", "Local::now", "SystemTime::now"].iter().any(|mark| line.contains(mark));
    let found: Vec<String> = sources()
        .iter()
        .filter(|source| source.path != "clock.rs")
        .flat_map(|source| source.lines_with(reads).collect::<Vec<_>>())
        .collect();
    none(&found, "the clock is read outside clock.rs");
}

#[test]
fn a_feature_is_built_of_the_four_parts() {
    let sources = sources();
    for source in &sources {
        let Some(room) = source.path.strip_suffix("/routes.rs").filter(|room| !room.contains('/')) else {
            continue;
        };
        let has = |part: &str| sources.iter().any(|other| other.path.starts_with(&format!("{room}/{part}")));
        for part in ["mod.rs", "model", "store"] {
            assert!(has(part), "{room} has routes and no {part}");
        }
    }
}
