//! Canaries: secrets and personal data that go through the service and must stand in no log, no error and no meter.

use serde_json::{Value, json};

use crate::support::database::TestDatabase;
use crate::support::link::Link;
use crate::support::scratch::Scratch;
use crate::support::service::{Service, call};
use crate::{metrics, token};

const PASSWORD: &str = "canaryPassword4711";
const HANDLE: &str = "canary.handle";
const NAME: &str = "Canary Procurement Office";
const ADDRESS: &str = "Canary Street 12, Bonn";

/// What a flow left behind.
struct Flow {
    errors: String,
    secrets: Vec<String>,
}

impl Flow {
    /// Sends a request that must end with this status; keeps the answer where it is an error.
    fn ask(
        &mut self,
        service: &Service,
        expected: u16,
        ask: (&str, &str, &str),
        body: Option<&Value>,
    ) -> Value {
        let (method, path, token) = ask;
        let (status, answer) = call(service.url(), method, path, token, body).expect("an answer");
        assert_eq!(status, expected, "{method} {path}: {answer}");
        if status >= 400 {
            self.errors.push_str(&answer.to_string());
        }
        answer
    }
}

/// A way through the registry, with mistakes.
fn walk(service: &Service, flow: &mut Flow) -> (String, String) {
    let administrator = service.first_token();
    let officer = token(service, &administrator, HANDLE, "licensing_officer");
    for token in [&administrator, &officer] {
        flow.secrets.push(token.split('_').nth(2).expect("a secret").to_owned());
    }
    let exporter = json!({ "name": NAME, "companyNumber": "51-1", "country": "IL" });
    let made = flow.ask(service, 201, ("POST", "/v1/exporters", &officer), Some(&exporter));
    flow.ask(service, 409, ("POST", "/v1/exporters", &officer), Some(&exporter));
    let end_user = json!({ "name": NAME, "kind": "armed_forces", "country": "DE", "address": ADDRESS });
    flow.ask(service, 201, ("POST", "/v1/end-users", &officer), Some(&end_user));
    let wrong = json!({ "name": NAME, "kind": "armed_forces", "country": "QQ", "address": ADDRESS });
    flow.ask(service, 400, ("POST", "/v1/end-users", &officer), Some(&wrong));
    let reasons = json!({ "reasons": ADDRESS });
    let id = made["id"].as_str().expect("an id");
    flow.ask(service, 403, ("POST", &format!("/v1/exporters/{id}/registrations"), &officer), Some(&reasons));
    // Where no secret belongs, and someone puts it all the same.
    flow.ask(service, 200, ("GET", &format!("/v1/tokens?holder={HANDLE}"), &administrator), None);
    flow.ask(service, 403, ("GET", &format!("/v1/tokens?holder={HANDLE}"), &officer), None);
    flow.ask(service, 401, ("GET", "/v1/exporters", &officer[..officer.len() - 1]), None);
    let (status, _) =
        call(service.url(), "GET", &format!("/v1/{officer}"), &officer, None).expect("an answer");
    assert_eq!(status, 404);
    let (status, _) =
        call(service.url(), "GET", &format!("/v1/exporters/{officer}?key={officer}"), &officer, None)
            .expect("an answer");
    assert_eq!(status, 400);
    (administrator, officer)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_and_no_personal_datum_stands_in_a_log_an_error_or_a_meter() {
    let database = TestDatabase::create().await;
    let mut link = Link::open(&database);
    let scratch = Scratch::new("canaries");
    let log = scratch.0.join("log");
    let options = database.connect_options().socket(link.directory()).password(PASSWORD);
    let url = sqlx::ConnectOptions::to_url_lossy(&options).to_string();
    assert!(url.contains(PASSWORD), "{url}");
    let settings = [
        ("DATABASE_URL", url.as_str()),
        ("LISTEN", "127.0.0.1:0"),
        ("RUST_LOG", "trace"),
        ("SWEEP_SECONDS", "1"),
    ];
    let service = Service::start_logged(&settings, &log);
    let mut flow = Flow { errors: String::new(), secrets: Vec::new() };
    let (administrator, officer) = walk(&service, &mut flow);
    // A defect: the table is not there.
    sqlx::query("alter table end_users rename to end_users_away")
        .execute(database.pool())
        .await
        .expect("rename");
    flow.ask(&service, 500, ("GET", "/v1/end-users", &officer), None);
    sqlx::query("alter table end_users_away rename to end_users")
        .execute(database.pool())
        .await
        .expect("rename");
    link.cut().await;
    let new = json!({ "name": NAME, "kind": "armed_forces", "country": "DE", "address": ADDRESS });
    for _ in 0..3 {
        flow.ask(&service, 503, ("POST", "/v1/end-users", &officer), Some(&new));
        flow.ask(&service, 503, ("GET", "/health/ready", ""), None);
    }
    std::thread::sleep(std::time::Duration::from_secs(2));
    link.mend();
    flow.ask(&service, 200, ("GET", "/v1/end-users", &officer), None);
    let page = metrics(&service, &administrator);
    drop(service);
    let log = std::fs::read_to_string(&log).expect("the log");
    // Everything was logged that there was to log.
    assert!(log.contains("DEBUG") && log.contains("answered"), "the log was kept: {log}");
    assert!(
        log.contains("end_users_away") || log.contains("\\\"end_users\\\" does not exist"),
        "the cause of a fault is logged"
    );
    assert!(log.contains("the sweeper will try again"), "the outage is logged");
    let secrets: Vec<&str> = flow.secrets.iter().map(String::as_str).chain([PASSWORD]).collect();
    let personal = [HANDLE, NAME, ADDRESS];
    for canary in secrets.iter().copied().chain(personal) {
        let told = log.lines().find(|line| line.contains(canary));
        assert!(told.is_none(), "{canary} stands in the log: {told:?}");
        assert!(!page.contains(canary), "{canary} stands in the meters");
    }
    for secret in secrets {
        assert!(!flow.errors.contains(secret), "{secret} stands in an error");
    }
}
