//! Statistics against a small register built by hand through the verbs, and over HTTP.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot run fails")]

mod support;

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use export_license_registry::act::{Act, Actor, Policy};
use export_license_registry::applications::{
    self, NewApplication, NewDecision, NewLine, NewPosition, countersign, propose, record_position,
};
use export_license_registry::clock::Clock;
use export_license_registry::db::{Isolation, Pool};
use export_license_registry::exporters::{self, NewExporter, Registration};
use export_license_registry::history::{self, Grounds};
use export_license_registry::http::App;
use export_license_registry::ids::{ApplicationId, ExporterId, Ids, LicenseId, ProductId};
use export_license_registry::licenses::{self, Lift, NewFreeze};
use export_license_registry::products::{self, NewClassification, NewProduct};
use export_license_registry::revocations::{self, NewOrder, NewRepresentation, NewRevocation};
use export_license_registry::rules::application::{Action, ApplicationCycle, Kind, Outcome, Purpose, Stance};
use export_license_registry::rules::authority::{Ministry, Role};
use export_license_registry::rules::exporter;
use export_license_registry::rules::license::{FreezeSource, Ground};
use export_license_registry::rules::product::{ProductClass, SecurityClassification};
use export_license_registry::statistics::{self, Figure, Statistics};
use export_license_registry::tokens::{self, NewToken};
use http_body_util::BodyExt as _;
use support::database::TestDatabase;
use tower::ServiceExt as _;

/// A small register and its clock.
struct Register {
    pool: Pool,
    ids: Arc<Ids>,
    officer: Actor,
    head: Actor,
    signer: Actor,
    defense: Actor,
    foreign: Actor,
    firm: Actor,
    exporter: ExporterId,
    product: ProductId,
}

fn grounds() -> Grounds {
    Grounds { ground: None, reasons: "for the test".parse().expect("prose") }
}

impl Register {
    async fn open(pool: &Pool) -> Self {
        let ids = Arc::new(Ids::seeded(1));
        let clerk = Actor::command_line();
        let nobody = ExporterId(uuid::Uuid::nil());
        let mut register = Self {
            pool: pool.clone(),
            ids,
            officer: clerk.clone(),
            head: clerk.clone(),
            signer: clerk.clone(),
            defense: clerk.clone(),
            foreign: clerk.clone(),
            firm: clerk,
            exporter: nobody,
            product: ProductId(uuid::Uuid::nil()),
        };
        register.officer = register.person("officer", Role::LicensingOfficer, None, None).await;
        register.head = register.person("head", Role::HeadOfAgency, None, None).await;
        register.signer = register.person("signer", Role::Countersigner, None, None).await;
        register.defense = register.person("defense", Role::Reviewer, Some(Ministry::Defense), None).await;
        register.foreign =
            register.person("foreign", Role::Reviewer, Some(Ministry::ForeignAffairs), None).await;
        register.enter().await;
        register
    }

    fn act(&self, actor: &Actor, at: &str) -> Act {
        let at = at.parse().expect("a time");
        let policy = Arc::new(Policy::default());
        Act {
            actor: actor.clone(),
            at,
            request: self.ids.next(at),
            ids: self.ids.clone(),
            policy,
            expects: None,
        }
    }

    async fn person(
        &self,
        handle: &str,
        role: Role,
        ministry: Option<Ministry>,
        exporter_id: Option<ExporterId>,
    ) -> Actor {
        let act = self.act(&Actor::command_line(), "2020-11-01T09:00:00Z");
        let new = NewToken::new(handle, role, "test", "2031-01-01T00:00:00Z".parse().expect("a time"));
        let new = NewToken { ministry, exporter_id, ..new.expect("a token") };
        let mut conn = self.pool.office(Isolation::Records).await.expect("begin");
        let person = tokens::store::person(&mut conn, &act, &new).await.expect("enter");
        conn.commit().await.expect("commit");
        Actor { person, handle: handle.to_owned(), role, ministry, exporter: exporter_id, token: None }
    }

    /// An exporter, registered for a year and renewed for more, and its product.
    async fn enter(&mut self) {
        let mut conn = self.pool.office(Isolation::Records).await.expect("begin");
        let new = NewExporter {
            name: "Firm Ltd.".parse().expect("a name"),
            company_number: "1".parse().expect("a number"),
            country: "IL".parse().expect("a country"),
        };
        let act = self.act(&self.officer, "2020-11-02T09:00:00Z");
        self.exporter = exporters::apply(&mut conn, &act, &new).await.expect("apply");
        for (at, action, until) in [
            ("2020-11-03T09:00:00Z", exporter::Action::Register, "2021-11-03"),
            ("2021-11-02T09:00:00Z", exporter::Action::Renew, "2022-11-03"),
        ] {
            let registration = Registration {
                registered_until: until.parse().expect("a day"),
                reasons: "complete".parse().expect("prose"),
            };
            let act = self.act(&self.head, at);
            exporters::register(&mut conn, &act, self.exporter, action, &registration)
                .await
                .expect("register");
        }
        conn.commit().await.expect("commit");
        self.firm = self.person("firm", Role::Exporter, None, Some(self.exporter)).await;
        let classifier = self.person("classifier", Role::Classifier, None, None).await;
        let mut conn = self.pool.office(Isolation::Records).await.expect("begin");
        let new = NewProduct {
            name: "Camera".parse().expect("a name"),
            description: "A camera".parse().expect("prose"),
        };
        let act = self.act(&self.firm, "2020-11-04T09:00:00Z");
        self.product = products::submit(&mut conn, &act, &new).await.expect("submit");
        let new = NewClassification {
            control_codes: vec!["6A003.b".parse().expect("a code")],
            product_class: ProductClass::DualUse,
            security_classification: SecurityClassification::Unclassified,
            technology_tags: Vec::new(),
            rationale: "it is one".parse().expect("prose"),
        };
        let act = self.act(&classifier, "2020-11-05T09:00:00Z");
        products::classify(&mut conn, &act, self.product, &new).await.expect("classify");
        conn.commit().await.expect("commit");
    }

    async fn file(&self, at: &str, to: &str) -> ApplicationId {
        let line =
            NewLine { product_id: self.product, quantity: None, unit: None, value: None, currency: None };
        let new = NewApplication {
            kind: Kind::Marketing,
            purpose: Purpose::New,
            destination: to.parse().expect("a country"),
            end_user_id: None,
            predecessor_id: None,
            declaration_id: None,
            end_use: "offers".parse().expect("prose"),
            lines: vec![line],
            consignees: Vec::new(),
        };
        let mut conn = self.pool.office(Isolation::Records).await.expect("begin");
        let act = self.act(&self.firm, at);
        let id = applications::open(&mut conn, &act, &new).await.expect("open");
        applications::submit(&mut conn, &act, id).await.expect("submit");
        conn.commit().await.expect("commit");
        id
    }

    async fn step(&self, actor: &Actor, at: &str, id: ApplicationId, action: Action) {
        let mut conn = self.pool.office(Isolation::Records).await.expect("begin");
        let act = self.act(actor, at);
        history::step::<ApplicationCycle>(&mut conn, &act, id.0, action, &grounds()).await.expect("step");
        conn.commit().await.expect("commit");
    }

    async fn decide(&self, at: &str, id: ApplicationId, until: Option<&str>) -> Option<LicenseId> {
        self.step(&self.officer, at, id, Action::TakeUp).await;
        let mut tx = self.pool.office(Isolation::Records).await.expect("begin");
        for reviewer in [&self.defense, &self.foreign] {
            let new =
                NewPosition { stance: Stance::Support, reasons: "no objection".parse().expect("prose") };
            record_position(&mut tx, &self.act(reviewer, at), id, &new).await.expect("position");
        }
        let new = NewDecision {
            outcome: if until.is_some() { Outcome::Grant } else { Outcome::Refuse },
            valid_until: until.map(|until| until.parse().expect("a day")),
            conditions: None,
            ground: None,
            reasons: "weighed".parse().expect("prose"),
            departure: None,
            lines: Vec::new(),
            override_id: None,
        };
        let number = propose(&mut tx, &self.act(&self.head, at), id, &new).await.expect("propose").number;
        let license = countersign(&mut tx, &self.act(&self.signer, at), id, number).await.expect("sign");
        tx.commit().await.expect("commit");
        license
    }

    async fn freeze(&self, at: &str, license: LicenseId, lines: Option<Vec<i32>>) -> i32 {
        let new = NewFreeze {
            ground: Ground::HumanRights,
            reasons: "under review".parse().expect("prose"),
            review_on: "2022-06-01".parse().expect("a day"),
            lines,
        };
        let mut tx = self.pool.office(Isolation::Records).await.expect("begin");
        let source = (FreezeSource::Decision, None);
        let act = self.act(&self.officer, at);
        let freeze = licenses::freeze(&mut tx, &act, license, source, &new).await.expect("freeze");
        tx.commit().await.expect("commit");
        freeze.number
    }

    async fn lift(&self, at: &str, license: LicenseId, number: i32) {
        let lift = Lift { reasons: "reviewed".parse().expect("prose"), departure: None };
        let mut tx = self.pool.office(Isolation::Records).await.expect("begin");
        licenses::lift(&mut tx, &self.act(&self.officer, at), license, number, &lift).await.expect("lift");
        tx.commit().await.expect("commit");
    }

    async fn revoke(&self, days: [&str; 3], license: LicenseId) {
        let mut tx = self.pool.office(Isolation::Records).await.expect("begin");
        let [noticed, answered, ordered] = days;
        let reasons = || "the situation".parse().expect("prose");
        let new = NewRevocation { ground: Ground::PoliticalInstability, reasons: reasons(), urgent: false };
        let id = revocations::intend(&mut tx, &self.act(&self.officer, noticed), license, &new)
            .await
            .expect("intend");
        let new = NewRepresentation { representation: reasons(), hearing_requested: false };
        revocations::represent(&mut tx, &self.act(&self.firm, answered), id, &new).await.expect("represent");
        let new = NewOrder { reasons: reasons(), departure: None };
        revocations::order(&mut tx, &self.act(&self.head, ordered), id, &new).await.expect("order");
        tx.commit().await.expect("commit");
    }

    async fn year(&self, year: i32) -> Statistics {
        let mut conn = self.pool.office(Isolation::Records).await.expect("begin");
        let now = "2026-11-22T12:00:00Z".parse().expect("a time");
        statistics::of_year(&mut conn, Some(year), now).await.expect("statistics")
    }

    async fn get(&self, path: &str) -> (StatusCode, String, String) {
        let clock = Clock::set_to("2026-11-22T12:00:00Z".parse().expect("a time"));
        let app = App::new(self.pool.clone(), clock, self.ids.clone(), Arc::new(Policy::default()));
        let request = Request::get(path).body(Body::empty()).expect("a request");
        let response = export_license_registry::api::router(&app).oneshot(request).await.expect("an answer");
        let media = response.headers().get(header::CONTENT_TYPE).and_then(|media| media.to_str().ok());
        let (status, media) = (response.status(), media.unwrap_or_default().to_owned());
        let bytes = response.into_body().collect().await.expect("a body").to_bytes();
        (status, media, String::from_utf8(bytes.to_vec()).expect("UTF-8"))
    }
}

fn figure<'s>(statistics: &'s Statistics, name: &str) -> &'s Figure {
    let found = statistics.figures.iter().find(|figure| figure.name == name);
    found.unwrap_or_else(|| panic!("no figure {name}"))
}

fn value(statistics: &Statistics, name: &str) -> Option<i64> {
    figure(statistics, name).value
}

fn outcome(statistics: &Statistics, outcome: &str) -> i64 {
    let cells = &figure(statistics, "applications_filed").by;
    cells.iter().filter(|cell| cell.outcome.as_deref() == Some(outcome)).map(|cell| cell.value).sum()
}

/// Seven applications: granted in 10 days and revoked; in 20, short, expired; in 30 and frozen over the year's end;
/// filed in 2020 and granted in 2021; refused; returned and filed again, decided in 2022; filed in 2022.
async fn small(pool: &Pool) -> Register {
    let register = Register::open(pool).await;
    let early = register.file("2020-12-20T09:00:00Z", "US").await;
    let revoked = register.file("2021-01-10T09:00:00Z", "IN").await;
    let short = register.file("2021-02-01T09:00:00Z", "IN").await;
    let frozen = register.file("2021-03-01T09:00:00Z", "DE").await;
    let embargoed = register.file("2021-04-01T09:00:00Z", "KP").await;
    let returned = register.file("2021-12-01T09:00:00Z", "FR").await;
    register.file("2022-01-01T00:00:00Z", "FR").await;
    register.decide("2021-01-04T09:00:00Z", early, Some("2022-12-31")).await.expect("a license");
    let revoked =
        register.decide("2021-01-20T09:00:00Z", revoked, Some("2022-12-31")).await.expect("a license");
    register.decide("2021-02-21T09:00:00Z", short, Some("2021-05-31")).await.expect("a license");
    let frozen =
        register.decide("2021-03-31T09:00:00Z", frozen, Some("2022-12-31")).await.expect("a license");
    register.decide("2021-04-01T10:00:00Z", embargoed, None).await;
    register.step(&register.officer, "2021-12-05T09:00:00Z", returned, Action::Return).await;
    register.revoke(["2021-06-01T09:00:00Z", "2021-06-05T09:00:00Z", "2021-06-20T09:00:00Z"], revoked).await;
    let first = register.freeze("2021-07-01T09:00:00Z", frozen, None).await;
    let second = register.freeze("2021-07-02T09:00:00Z", frozen, None).await;
    let part = register.freeze("2021-07-03T09:00:00Z", frozen, Some(vec![1])).await;
    register.lift("2021-08-01T09:00:00Z", frozen, first).await;
    register.lift("2021-08-02T09:00:00Z", frozen, part).await;
    register.lift("2022-02-01T09:00:00Z", frozen, second).await;
    let mut conn = pool.office(Isolation::Records).await.expect("begin");
    applications::submit(&mut conn, &register.act(&register.firm, "2022-01-05T09:00:00Z"), returned)
        .await
        .expect("again");
    conn.commit().await.expect("commit");
    register.decide("2022-01-15T09:00:00Z", returned, Some("2023-12-31")).await.expect("a license");
    register
}

#[tokio::test]
async fn the_figures_are_those_of_the_year_and_stay_so() {
    let database = TestDatabase::create().await;
    let register = small(&database.service()).await;
    let year = register.year(2021).await;
    assert_eq!(value(&year, "applications_filed"), Some(5));
    let outcomes = ["granted", "refused", "returned", "open", "withdrawn"].map(|name| outcome(&year, name));
    assert_eq!(
        outcomes,
        [3, 1, 1, 0, 0],
        "as they stood at the end of 2021, though the returned one was granted in 2022"
    );
    assert_eq!(value(&year, "destinations"), Some(4));
    let to_india = figure(&year, "applications_by_destination").by.iter();
    assert_eq!(
        to_india.filter(|cell| cell.destination.as_deref() == Some("IN")).map(|cell| cell.value).sum::<i64>(),
        2
    );
    assert_eq!(value(&year, "applications_decided"), Some(5), "with the one filed the year before");
    // Days: 15 (filed 2020-12-20), 10, 20, 30 and 0.
    assert_eq!(value(&year, "median_days_to_decision"), Some(15));
    let acts = [
        ("licenses_issued", 4),
        ("licenses_frozen", 1),
        ("licenses_frozen_further", 1),
        ("licenses_frozen_in_part", 1),
        ("freezes_lifted_others_in_force", 1),
        ("freezes_in_part_lifted", 1),
        ("licenses_unfrozen", 0),
        ("licenses_revoked", 1),
        ("revocations_by_ground", 1),
        ("licenses_annulled", 0),
        ("licenses_expired", 1),
        ("licenses_superseded", 0),
        ("exporters_registered", 1),
        ("products_classified", 1),
    ];
    for (name, expected) in acts {
        assert_eq!(value(&year, name), Some(expected), "{name}");
    }
    let ground = &figure(&year, "revocations_by_ground").by;
    assert_eq!(ground.first().and_then(|cell| cell.ground.as_deref()), Some("political_instability"));
    let standing = &figure(&year, "licenses_in_force").by;
    let cells: Vec<_> =
        standing.iter().map(|cell| (cell.status.as_deref(), cell.origin.as_deref(), cell.value)).collect();
    assert_eq!(
        cells,
        [(Some("active"), Some("granted"), 1), (Some("frozen"), Some("granted"), 1)],
        "frozen over the year's end, though unfrozen since"
    );
    assert!(year.figures.iter().all(|figure| figure.definition.len() > 20), "each with its definition");
}

#[tokio::test]
async fn other_years_have_their_own_figures() {
    let database = TestDatabase::create().await;
    let register = small(&database.service()).await;
    let before = register.year(2020).await;
    assert_eq!(value(&before, "applications_filed"), Some(1));
    assert_eq!(outcome(&before, "open"), 1);
    assert_eq!(value(&before, "median_days_to_decision"), None);
    assert_eq!(value(&before, "exporters_registered"), Some(1));
    let after = register.year(2022).await;
    assert_eq!(value(&after, "applications_filed"), Some(1));
    assert_eq!(value(&after, "licenses_unfrozen"), Some(1));
    assert_eq!(value(&after, "exporters_registered"), Some(0), "the registration ended in November 2022");
    assert_eq!(
        value(&after, "licenses_in_force"),
        Some(3),
        "on the last day of their term they are in force"
    );
    let next = register.year(2023).await;
    assert_eq!(value(&next, "licenses_expired"), Some(2), "two terms ended with the year before");
    let empty = register.year(1990).await;
    assert!(empty.figures.iter().all(|figure| figure.by.is_empty() && figure.value.unwrap_or_default() == 0));
}

#[tokio::test]
async fn they_are_public_as_json_and_csv_and_bounded() {
    let database = TestDatabase::create().await;
    let register = small(&database.service()).await;
    let (status, _, json) = register.get("/v1/public/statistics?year=2021").await;
    assert_eq!(status, StatusCode::OK, "{json}");
    let body: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(body.pointer("/figures/0/name"), Some(&"applications_filed".into()));
    assert!(!json.contains("Firm"), "no exporter is named");
    let (status, media, table) = register.get("/v1/public/statistics?year=2021&format=csv").await;
    assert_eq!((status, media.as_str()), (StatusCode::OK, "text/csv; charset=utf-8"));
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let rows: Vec<_> = reader.records().collect::<Result<_, _>>().expect("a table, every row as wide");
    assert!(rows.iter().any(|row| row.get(1) == Some("licenses_revoked") && row.get(8) == Some("1")));
    for year in ["1989", "2028", "-1", "99999999999", "x", ""] {
        let (status, _, body) = register.get(&format!("/v1/public/statistics?year={year}")).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{year}: {body}");
        assert!(body.contains("?year"), "{year}: {body}");
    }
    assert_eq!(register.get("/v1/public/statistics").await.0, StatusCode::BAD_REQUEST);
    assert_eq!(register.get("/v1/statistics?year=2021").await.0, StatusCode::UNAUTHORIZED);
}
