//! A registry for one test: its own database, a clock that is set by hand, seeded identifiers and the real router,
//! called in process. Every answer it gives is held against the OpenAPI document and the conventions of the API.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use chrono::{DateTime, Days, NaiveDate, Utc};
use export_license_registry::act::{Act, Actor, Policy};
use export_license_registry::clock::Clock;
use export_license_registry::db::Pool;
use export_license_registry::http::App;
use export_license_registry::http::limits::Terms;
use export_license_registry::http::limits::bucket::Rate;
use export_license_registry::ids::Ids;
use export_license_registry::page::CursorKey;
use export_license_registry::rules::authority::{Ministry, Role};
use export_license_registry::{api, sweeper, tokens};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use sqlx::PgPool;
use tower::ServiceExt as _;

use super::contract;
use super::database::TestDatabase;

/// When a registry opens: a Monday morning.
pub(crate) const OPENING: &str = "2026-06-01T09:00:00Z";

/// A registry of one test.
pub(crate) struct Registry {
    pub(crate) app: App,
    pub(crate) router: Router,
    administrator: Client,
    people: Mutex<HashMap<String, Client>>,
    database: TestDatabase,
}

impl Registry {
    /// An empty registry, with an administrator.
    pub(crate) async fn open() -> Self {
        Self::with_policy(Policy::default()).await
    }

    /// Alters the file as its owner can, past keys and triggers.
    pub(crate) async fn alter(&self, sql: &'static str) {
        let mut tx = self.pool().begin().await.expect("begin");
        sqlx::query("set local session_replication_role = replica").execute(&mut *tx).await.expect("replica");
        let altered = sqlx::query(sql).execute(&mut *tx).await.expect("alter").rows_affected();
        assert!(altered > 0, "{sql}");
        tx.commit().await.expect("commit");
    }

    /// The same with other terms of policy.
    pub(crate) async fn with_policy(policy: Policy) -> Self {
        let database = TestDatabase::create().await;
        let pool = database.service();
        Self::made(database, pool, policy).await
    }

    /// The same over a pool that the test has in hand.
    pub(crate) async fn over(database: TestDatabase, pool: Pool) -> Self {
        Self::made(database, pool, Policy::default()).await
    }

    async fn made(database: TestDatabase, pool: Pool, policy: Policy) -> Self {
        let clock = Clock::set_to(OPENING.parse().expect("a time"));
        // A walk over all routes and roles asks more often than anyone may.
        let rate = Rate::per_second(100_000, 1_000_000);
        let terms = Terms { token: rate, address: rate, ..Terms::default() };
        let ids = Arc::new(Ids::seeded(20_260_601));
        let cursors = CursorKey::of_registry(&pool, &ids, clock.now()).await.expect("a key");
        let app = App::new(pool, clock, ids, Arc::new(policy)).limited(terms).signing(cursors);
        let token = tokens::first_administrator(&app.pool, &command_line(&app))
            .await
            .expect("make the administrator")
            .expect("the registry is empty");
        let router = api::router(&app).with_state(());
        let administrator = Client {
            router: router.clone(),
            clock: app.clock.clone(),
            token: Some(token),
            expects: Some("*".to_owned()),
            knows: None,
            key: KeySent::Fresh,
            handle: "administrator".to_owned(),
        };
        let mut registry = Self { app, router, administrator, people: Mutex::default(), database };
        // The first token lasts a year, which a test may let pass.
        let lasting = registry.token("administrator", Role::Administrator, None, None).await;
        registry.administrator = Client { handle: "administrator".to_owned(), ..registry.bearer(&lasting) };
        registry
    }

    /// A second service on the same database, which knows nothing of what the first one is at.
    pub(crate) fn second(&self) -> Router {
        let app = App { in_flight: Arc::default(), ..self.app.clone() };
        api::router(&app).with_state(())
    }

    /// The pool of the registry, to look behind its back.
    pub(crate) fn pool(&self) -> &PgPool {
        self.database.pool()
    }

    /// How to reach the database otherwise.
    pub(crate) fn database(&self) -> &TestDatabase {
        &self.database
    }

    /// The time.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.app.clock.now()
    }

    /// Today.
    pub(crate) fn today(&self) -> NaiveDate {
        self.now().date_naive()
    }

    /// A day from today on, or before today.
    pub(crate) fn day(&self, ahead: i64) -> String {
        (self.now() + chrono::TimeDelta::days(ahead)).date_naive().to_string()
    }

    /// Lets days pass.
    pub(crate) fn pass_days(&self, days: u64) {
        self.app.clock.set(self.now() + Days::new(days));
    }

    /// Lets the sweeper by; gives how many steps it recorded.
    pub(crate) async fn sweep(&self) -> u64 {
        self.at_rest().await;
        sweeper::sweep(&self.app).await.expect("sweep")
    }

    /// Waits until no transaction is open: one that was refused is rolled back behind the answer, and until then whoever works
    /// beside the requests leaves its rows.
    pub(crate) async fn at_rest(&self) {
        let open = "select count(*) from pg_stat_activity
                     where datname = current_database() and state like 'idle in transaction%'";
        let mut transactions = 1_i64;
        while transactions > 0 {
            transactions = sqlx::query_scalar(open).fetch_one(self.pool()).await.expect("look");
        }
    }

    /// A client with no token.
    pub(crate) fn public(&self) -> Client {
        Client {
            router: self.router.clone(),
            clock: self.app.clock.clone(),
            token: None,
            expects: Some("*".to_owned()),
            knows: None,
            key: KeySent::Fresh,
            handle: String::new(),
        }
    }

    /// A client with this text for a token.
    pub(crate) fn bearer(&self, token: &str) -> Client {
        Client { token: Some(token.to_owned()), ..self.public() }
    }

    pub(crate) fn administrator(&self) -> Client {
        self.administrator.clone()
    }

    pub(crate) async fn officer(&self) -> Client {
        self.staff("officer", Role::LicensingOfficer).await
    }

    pub(crate) async fn classifier(&self) -> Client {
        self.staff("classifier", Role::Classifier).await
    }

    pub(crate) async fn committee(&self) -> Client {
        self.staff("committee", Role::Committee).await
    }

    pub(crate) async fn head(&self) -> Client {
        self.staff("head", Role::HeadOfAgency).await
    }

    pub(crate) async fn countersigner(&self) -> Client {
        self.staff("countersigner", Role::Countersigner).await
    }

    pub(crate) async fn director(&self) -> Client {
        self.staff("director", Role::DirectorGeneral).await
    }

    pub(crate) async fn minister(&self) -> Client {
        self.staff("minister", Role::Minister).await
    }

    pub(crate) async fn customs(&self) -> Client {
        self.staff("customs", Role::Customs).await
    }

    pub(crate) async fn auditor(&self) -> Client {
        self.staff("auditor", Role::Auditor).await
    }

    /// The reviewer of a ministry.
    pub(crate) async fn reviewer(&self, ministry: Ministry) -> Client {
        let handle = format!("reviewer.{}", ministry.name());
        self.person(&handle, Role::Reviewer, Some(ministry), None).await
    }

    /// A person of an exporter.
    pub(crate) async fn exporter(&self, exporter: &str) -> Client {
        self.person(&format!("exporter-{exporter}"), Role::Exporter, None, Some(exporter)).await
    }

    /// A person of the staff, by handle.
    pub(crate) async fn staff(&self, handle: &str, role: Role) -> Client {
        self.person(handle, role, None, None).await
    }

    /// Anyone in a role that holds tokens; an exporter's person acts for `exporter`.
    pub(crate) async fn any(&self, role: Role, exporter: &str) -> Client {
        match role {
            Role::Administrator => self.administrator(),
            Role::Exporter => self.exporter(exporter).await,
            Role::Reviewer => self.reviewer(Ministry::Defense).await,
            Role::LicensingOfficer => self.officer().await,
            Role::HeadOfAgency => self.head().await,
            Role::DirectorGeneral => self.director().await,
            Role::Classifier
            | Role::Committee
            | Role::Countersigner
            | Role::Minister
            | Role::Customs
            | Role::Auditor
            | Role::Clock => self.staff(role.name(), role).await,
        }
    }

    /// The client of a person, who is given a token the first time.
    pub(crate) async fn person(
        &self,
        handle: &str,
        role: Role,
        ministry: Option<Ministry>,
        exporter: Option<&str>,
    ) -> Client {
        let known = self.people.lock().unwrap_or_else(PoisonError::into_inner).get(handle).cloned();
        if let Some(client) = known {
            return client;
        }
        let token = self.token(handle, role, ministry, exporter).await;
        let client = Client { handle: handle.to_owned(), ..self.bearer(&token) };
        self.people.lock().unwrap_or_else(PoisonError::into_inner).insert(handle.to_owned(), client.clone());
        client
    }

    /// A new token for a person, from the administrator.
    pub(crate) async fn token(
        &self,
        handle: &str,
        role: Role,
        ministry: Option<Ministry>,
        exporter: Option<&str>,
    ) -> String {
        let new = json!({
            "holder": handle, "role": role, "ministry": ministry, "exporterId": exporter, "name": "test",
            "expiresAt": self.now() + Days::new(3650),
        });
        let issued = self.administrator.post("/v1/tokens", &new).await.ok();
        issued["token"].as_str().expect("a token").to_owned()
    }

    /// How many rows every table has, to see that nothing was stored.
    pub(crate) async fn row_counts(&self) -> Vec<(String, i64)> {
        let tables: Vec<String> = sqlx::query_scalar(
            // What someone was answered is no row of what was asked for.
            "select table_name::text from information_schema.tables
              where table_schema = 'public' and table_name <> 'idempotent_answers' order by 1",
        )
        .fetch_all(self.pool())
        .await
        .expect("list the tables");
        let mut counts = Vec::new();
        for table in tables {
            // That something was refused is an entry, and no row of what was asked for.
            let counted = if table == "audit_entries" { " where outcome = 'done'" } else { "" };
            let count: i64 =
                sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select count(*) from \"{table}\"{counted}")))
                    .fetch_one(self.pool())
                    .await
                    .expect("count");
            counts.push((table, count));
        }
        counts
    }

    /// An act of a person on file, for the verbs that have no route.
    pub(crate) async fn act_of(&self, client: &Client, role: Role) -> Act {
        let person: uuid::Uuid = sqlx::query_scalar("select id from people where handle = $1")
            .bind(&client.handle)
            .fetch_one(self.pool())
            .await
            .expect("the person is on file");
        let actor = Actor {
            person: person.into(),
            handle: client.handle.clone(),
            role,
            ministry: None,
            exporter: None,
            token: None,
        };
        Act { actor, ..command_line(&self.app) }
    }

    /// One figure of this year.
    pub(crate) async fn figure(&self, name: &str) -> i64 {
        use chrono::Datelike as _;
        let path = format!("/v1/public/statistics?year={}", self.today().year());
        let statistics = self.public().get(&path).await.ok();
        let figures = statistics["figures"].as_array().cloned().unwrap_or_default();
        let found = figures.iter().find(|figure| figure["name"] == name).expect("the figure");
        found["value"].as_i64().unwrap_or_default()
    }

    /// How many audit entries there are of what was done.
    pub(crate) async fn audit_entries(&self) -> i64 {
        sqlx::query_scalar("select count(*) from audit_entries where outcome = 'done'")
            .fetch_one(self.pool())
            .await
            .expect("count")
    }
}

/// An act of the command line.
pub(crate) fn command_line(app: &App) -> Act {
    let at = app.clock.now();
    Act {
        actor: Actor::command_line(),
        at,
        request: app.ids.next(at),
        ids: app.ids.clone(),
        policy: app.policy.clone(),
        expects: None,
    }
}

/// The key that a client sends with a POST.
#[derive(Clone)]
enum KeySent {
    /// A random one for each.
    Fresh,
    Named(String),
    None,
}

/// Someone with a token.
#[derive(Clone)]
pub(crate) struct Client {
    router: Router,
    clock: Clock,
    token: Option<String>,
    /// What it sends as `If-Match` with a change of what is on file.
    expects: Option<String>,
    /// What it sends as `If-None-Match`.
    knows: Option<String>,
    /// What it sends as `Idempotency-Key`.
    key: KeySent,
    pub(crate) handle: String,
}

/// Whether the path names a resource that is on file, and the method changes it.
fn changes_what_is_on_file(method: &Method, path: &str) -> bool {
    [Method::POST, Method::PUT].contains(method) && path.split('/').count() > 3
}

impl Client {
    /// The same person, who expects what it changes to be in this version.
    pub(crate) fn expecting(&self, tag: &str) -> Self {
        Self { expects: Some(tag.to_owned()), ..self.clone() }
    }

    /// The same person, who does not say what it expects.
    pub(crate) fn expecting_nothing(&self) -> Self {
        Self { expects: None, ..self.clone() }
    }

    /// The same person, who has the answers with these tags.
    pub(crate) fn knowing(&self, tags: &str) -> Self {
        Self { knows: Some(tags.to_owned()), ..self.clone() }
    }

    /// The same caller at another service.
    pub(crate) fn at(&self, router: Router) -> Self {
        Self { router, ..self.clone() }
    }

    /// The same person, who names its requests so.
    pub(crate) fn with_key(&self, key: &str) -> Self {
        Self { key: KeySent::Named(key.to_owned()), ..self.clone() }
    }

    /// The same person, who does not name its requests.
    pub(crate) fn with_no_key(&self) -> Self {
        Self { key: KeySent::None, ..self.clone() }
    }

    /// Reads the tag of a resource.
    pub(crate) async fn tag(&self, path: &str) -> String {
        let reply = self.get(path).await;
        let tag = reply.header("etag").to_owned();
        reply.ok();
        tag
    }

    /// Whoever holds this token, at the same door.
    pub(crate) fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The same person at another door.
    pub(crate) fn with_router(&self, router: Router) -> Self {
        Self { router, ..self.clone() }
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, None, Vec::new()).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::POST, path, Some("application/json"), body.to_string().into_bytes()).await
    }

    /// A POST with no body.
    pub(crate) async fn act(&self, path: &str) -> Reply {
        self.send(Method::POST, path, None, Vec::new()).await
    }

    /// A POST with nothing but reasons.
    pub(crate) async fn because(&self, path: &str) -> Reply {
        self.post(path, &json!({ "reasons": "As the file shows." })).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::PUT, path, Some("application/json"), body.to_string().into_bytes()).await
    }

    /// A POST of these bytes as JSON.
    pub(crate) async fn post_bytes(&self, path: &str, bytes: impl Into<Vec<u8>>) -> Reply {
        self.send(Method::POST, path, Some("application/json"), bytes.into()).await
    }

    /// All items of a list, page after page.
    pub(crate) async fn all(&self, path: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut next = Some(path.to_owned());
        while let Some(page) = next.take() {
            let page = self.get(&page).await.ok();
            items.extend(page["items"].as_array().expect("items").iter().cloned());
            let join = if path.contains('?') { '&' } else { '?' };
            next = page["next"].as_str().map(|cursor| format!("{path}{join}cursor={cursor}"));
        }
        items
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        media: Option<&str>,
        body: impl Into<Body>,
    ) -> Reply {
        let mut request = Request::builder().method(method.clone()).uri(path);
        if let Some(expects) = self.expects.as_ref().filter(|_| changes_what_is_on_file(&method, path)) {
            request = request.header(header::IF_MATCH, expects);
        }
        request = match &self.key {
            KeySent::Fresh if method == Method::POST => {
                request.header("idempotency-key", format!("{:032x}", rand::random::<u128>()))
            }
            KeySent::Named(key) if method == Method::POST => request.header("idempotency-key", key),
            KeySent::Fresh | KeySent::Named(_) | KeySent::None => request,
        };
        if let Some(knows) = &self.knows {
            request = request.header(header::IF_NONE_MATCH, knows);
        }
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if let Some(media) = media {
            request = request.header(header::CONTENT_TYPE, media);
        }
        self.raw(request.body(body.into()).expect("a request")).await
    }

    /// Sends a request as it is, without the token.
    pub(crate) async fn raw(&self, request: Request<Body>) -> Reply {
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        // Each request has a millisecond of its own, so that identifiers sort as they were made.
        self.clock.set(self.clock.now() + chrono::TimeDelta::milliseconds(1));
        let response = self.router.clone().oneshot(request).await.expect("infallible");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes();
        let media = parts.headers.get(header::CONTENT_TYPE).and_then(|media| media.to_str().ok());
        let is_json = media.is_some_and(|media| media.contains("json") && !media.contains("ndjson"));
        let reply = Reply {
            asked: format!("{method} {path}"),
            status: parts.status,
            headers: parts.headers.clone(),
            body: if is_json && !bytes.is_empty() {
                serde_json::from_slice(&bytes).expect("JSON")
            } else {
                Value::Null
            },
            text: String::from_utf8_lossy(&bytes).into_owned(),
        };
        contract::check(&method, &path, &reply);
        reply
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) asked: String,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
    pub(crate) text: String,
}

impl Reply {
    /// The body of a success.
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert!(self.status.is_success(), "{}: {} {}", self.asked, self.status, self.text);
        self.body
    }

    /// The problem of a failure with this status.
    #[track_caller]
    pub(crate) fn problem(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}: {}", self.asked, self.text);
        self.body
    }

    /// 400 that names this field.
    #[track_caller]
    pub(crate) fn names(self, pointer: &str) {
        let asked = self.asked.clone();
        let problem = self.problem(400);
        let named: Vec<_> = problem["errors"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|error| error["pointer"].as_str())
            .collect();
        assert_eq!(named, [pointer], "{asked}: {problem}");
    }

    /// 422 with these rules among the reasons, the first of them first.
    #[track_caller]
    pub(crate) fn refused_by(self, rules: &[&str]) -> Value {
        let problem = self.problem(422);
        let given: Vec<_> = problem["reasons"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|reason| reason["rule"].as_str())
            .collect();
        assert_eq!(given, rules, "{problem}");
        problem
    }

    /// A header's text.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("")
    }
}

/// The `id` of a resource.
#[track_caller]
pub(crate) fn id(resource: &Value) -> String {
    resource["id"].as_str().unwrap_or_else(|| unreachable!("no id in {resource}")).to_owned()
}

/// The values of a member in a list.
pub(crate) fn each<'v>(items: &'v [Value], member: &str) -> Vec<&'v str> {
    items.iter().filter_map(|item| item[member].as_str()).collect()
}
