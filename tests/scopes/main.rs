//! A scope has one meaning: what `Scope::reaches` says of a license or an application on file is what the statement of
//! `measures::store::push_reaches` selects, and what a reading of the scope's JSON on plain text says.
//!
//! Random scopes are put to random rows of a real database. The seed of a failure is printed with it: set `SCOPES_SEED`
//! to see it again.

#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod draw;
mod meaning;
mod register;

#[path = "../support/mod.rs"]
mod support;

use std::collections::{BTreeMap, BTreeSet};

use export_license_registry::db::{Conn, Isolation};
use export_license_registry::measures::store::{self, Holder, push_reaches};
use export_license_registry::rules::scope::{Asks, Clause, Groups, Match, Scope, Subject};
use export_license_registry::rules::values::Territory;
use sqlx::{ConnectOptions as _, Connection as _, Postgres, QueryBuilder};
use support::database::TestDatabase;
use uuid::Uuid;

use draw::Dice;
use meaning::Reading;
use register::{Register, Row};

/// How many scopes are put to every license and application.
const SCOPES: usize = 900;

fn named_or_random() -> u64 {
    let named = std::env::var("SCOPES_SEED").ok();
    named.map_or_else(rand::random, |text| text.parse().expect("SCOPES_SEED is a number"))
}

/// The rows of one kind: as the test made them, and as the service reads them.
struct Rows<'r> {
    holder: Holder,
    made: &'r [Row],
    read: BTreeMap<Uuid, Subject>,
}

impl<'r> Rows<'r> {
    async fn licenses(conn: &mut Conn, made: &'r [Row]) -> Self {
        let ids: Vec<Uuid> = made.iter().map(|row| row.id).collect();
        let read = store::licenses(conn, &ids).await.expect("read licenses");
        Self { holder: Holder::License, made, read: read.into_iter().collect() }
    }

    async fn applications(conn: &mut Conn, made: &'r [Row]) -> Self {
        let mut read = BTreeMap::new();
        for row in made {
            let found = store::application(conn, row.id).await.expect("read an application");
            read.insert(row.id, found.expect("it is on file"));
        }
        Self { holder: Holder::Application, made, read }
    }

    /// What SQL selects of them.
    async fn selected(&self, conn: &mut Conn, scope: &Scope, groups: &Groups) -> BTreeSet<Uuid> {
        let mut sql = QueryBuilder::<Postgres>::new("select h.id from ");
        sql.push(self.holder.from()).push(" where ");
        push_reaches(&mut sql, self.holder, scope, groups);
        let query = sql.build_query_scalar().persistent(false);
        query.fetch_all(conn).await.expect("a statement").into_iter().collect()
    }
}

/// What was seen over all scopes: a test that met nothing, or everything, shows nothing.
#[derive(Default)]
struct Seen {
    reached: usize,
    missed: usize,
    in_part: usize,
    refused: usize,
    depths: BTreeSet<usize>,
    met: BTreeSet<Asks>,
}

impl Seen {
    fn enough(&self) {
        let told = format!("{} reached, {} missed, {} in part", self.reached, self.missed, self.in_part);
        let all = self.reached + self.missed;
        assert!(self.reached * 10 > all && self.missed * 10 > all && self.in_part * 100 > all, "{told}");
        assert!(self.refused > 0 && self.refused < SCOPES / 2, "{} were refused", self.refused);
        assert_eq!(self.depths, (1..=8).collect(), "scopes of every depth");
        assert_eq!(self.met, Asks::ALL.iter().copied().collect(), "every condition was met");
    }
}

#[tokio::test]
async fn rust_and_sql_give_a_scope_one_meaning() {
    let seed = named_or_random();
    let mut dice = Dice::new(seed);
    let database = TestDatabase::create().await;
    let mut conn = database.connect_options().connect().await.expect("connect");
    let register = Register::draw(&mut dice);
    let mut tx = conn.begin().await.expect("begin");
    register.enter(&mut tx).await;
    tx.commit().await.expect("the register is whole");
    let mut conn = database.service().office(Isolation::Reads).await.expect("begin");
    let rows = [
        Rows::licenses(&mut conn, &register.licenses).await,
        Rows::applications(&mut conn, &register.applications).await,
    ];
    for (made, read) in
        rows.iter().flat_map(|rows| rows.made.iter().map(|made| (made, rows.read.get(&made.id))))
    {
        assert_eq!(read, Some(&made.subject()), "seed {seed}: {made:?}");
    }
    let mut tally = Seen::default();
    for _ in 0..SCOPES {
        let scope = dice.scope(&register);
        let json = serde_json::to_value(&scope).expect("JSON");
        let told = || format!("seed {seed}: {json}");
        assert_eq!(serde_json::from_value::<Scope>(json.clone()).ok().as_ref(), Some(&scope), "{}", told());
        let reading = Reading { scope: &json, members: &register.members, today: register.today };
        check(&scope, &reading, &mut tally, &told);
        let groups = store::groups(&mut conn, &scope.groups(), register.today).await.expect("groups");
        for rows in &rows {
            let selected = rows.selected(&mut conn, &scope, &groups).await;
            for made in rows.made {
                let told = || format!("{} on {:?} {made:?}", told(), rows.holder);
                let reached = rows.read.get(&made.id).and_then(|subject| scope.reaches(subject, &groups));
                assert_eq!(reached.is_some(), selected.contains(&made.id), "Rust, then SQL: {}", told());
                let concerned = |to: &Territory| scope.concerns(to, &groups);
                let destinations = reached.iter().flat_map(|reached| &reached.destinations);
                assert!(destinations.into_iter().all(concerned), "not in the country's view: {}", told());
                compare(reached.as_ref(), made, &reading, &mut tally, &told);
            }
        }
    }
    tally.enough();
}

/// A scope is refused exactly where one of its ways to match names no country, goods or party; so what is accepted
/// never reaches what it does not name.
fn check(scope: &Scope, reading: &Reading<'_>, seen: &mut Seen, told: &impl Fn() -> String) {
    let usable = scope.check();
    assert_eq!(usable.is_ok(), reading.is_bounded(), "{usable:?}: {}", told());
    if usable.is_err() {
        seen.refused += 1;
    } else {
        for stranger in register::strangers() {
            assert_eq!(scope.reaches(&stranger.subject(), &Groups::new()), None, "{stranger:?}: {}", told());
        }
    }
    seen.depths.insert(meaning::depth(reading.scope));
}

/// What is said to be reached, and why, is what strand by strand the reading says.
fn compare(
    reached: Option<&Match>,
    row: &Row,
    reading: &Reading<'_>,
    seen: &mut Seen,
    told: &impl Fn() -> String,
) {
    let strands: Vec<_> = row.strands().filter(|strand| reading.holds(*strand)).collect();
    let Some(reached) = reached else {
        assert!(strands.is_empty(), "{} strands are reached: {}", strands.len(), told());
        seen.missed += 1;
        return;
    };
    seen.reached += 1;
    seen.in_part += usize::from(strands.len() < row.strands().count());
    let lines: BTreeSet<i32> = strands.iter().map(|strand| strand.line.number).collect();
    let destinations: BTreeSet<String> = strands.iter().map(|strand| strand.destination.to_owned()).collect();
    assert_eq!(reached.lines.len(), lines.len(), "once each: {}", told());
    assert_eq!(reached.lines.iter().copied().collect::<BTreeSet<_>>(), lines, "{}", told());
    assert_eq!(reached.destinations.len(), destinations.len(), "once each: {}", told());
    let told_destinations: BTreeSet<String> = reached.destinations.iter().map(ToString::to_string).collect();
    assert_eq!(told_destinations, destinations, "{}", told());
    let first = *strands.first().expect("a strand is reached");
    let shown = |clauses: &[Clause]| reading.is_shown_by(clauses, first);
    assert!(shown(&reached.clauses), "{:?} do not show it: {}", reached.clauses, told());
    for (index, clause) in reached.clauses.iter().enumerate() {
        let mut others = reached.clauses.clone();
        others.remove(index);
        assert!(!shown(&others), "{clause:?} adds nothing: {}", told());
        assert!(reading.is_met(clause, first), "{clause:?}: {}", told());
        seen.met.insert(clause.asks);
    }
}
