//! `/v1/exporters`: every act from every status, the term and its end.

use export_license_registry::rules::authority::Role;
use export_license_registry::rules::exporter::{Action, ExporterCycle, Status};
use export_license_registry::rules::lifecycle::LifeCycle as _;
use serde_json::{Value, json};

use crate::support::case::{applied, registered};
use crate::support::registry::{Registry, each, id};

/// The route of each act, with who calls it and what it is sent.
fn act(registry: &Registry, action: Action) -> Option<(&'static str, Role, Value)> {
    let reasons = json!({ "reasons": "As the file shows." });
    let term = json!({ "registeredUntil": registry.day(3650), "reasons": "The particulars are complete." });
    Some(match action {
        Action::Register => {
            let short =
                json!({ "registeredUntil": registry.day(9), "reasons": "The particulars are complete." });
            ("registrations", Role::HeadOfAgency, short)
        }
        Action::Renew => ("renewals", Role::HeadOfAgency, term),
        Action::Refuse => ("refusals", Role::HeadOfAgency, reasons),
        Action::Suspend => ("suspensions", Role::HeadOfAgency, reasons),
        Action::Reinstate => ("reinstatements", Role::HeadOfAgency, reasons),
        Action::Remove => ("removals", Role::HeadOfAgency, reasons),
        Action::Surrender => ("surrenders", Role::Exporter, reasons),
        Action::Apply | Action::Lapse => return None,
    })
}

/// The acts that lead to a status.
fn way(status: Status) -> &'static [Action] {
    match status {
        Status::Applied => &[],
        Status::Registered | Status::Lapsed => &[Action::Register],
        Status::Refused => &[Action::Refuse],
        Status::Suspended => &[Action::Register, Action::Suspend],
        Status::Removed => &[Action::Register, Action::Remove],
        Status::Surrendered => &[Action::Register, Action::Surrender],
    }
}

async fn take(registry: &Registry, exporter: &str, action: Action) -> u16 {
    let Some((path, role, body)) = act(registry, action) else { panic!("{action} has no route") };
    let client = registry.any(role, exporter).await;
    client.post(&format!("/v1/exporters/{exporter}/{path}"), &body).await.status.as_u16()
}

#[tokio::test]
async fn every_act_succeeds_exactly_where_the_table_has_it_and_allowed_actions_say_so() {
    let registry = Registry::open().await;
    let mut number = 0;
    for status in Status::ALL.iter().copied() {
        for action in Action::ALL.iter().copied() {
            let Some((_, role, _)) = act(&registry, action) else { continue };
            number += 1;
            let exporter = applied(&registry, "Galil Systems", &format!("51-{number:07}")).await;
            for step in way(status) {
                assert_eq!(take(&registry, &exporter, *step).await, 201);
            }
            if status == Status::Lapsed {
                registry.pass_days(10);
            }
            let path = format!("/v1/exporters/{exporter}");
            let seen = registry.any(role, &exporter).await.get(&path).await.ok();
            assert_eq!(seen["status"], status.name());
            let allowed = seen["allowedActions"].as_array().unwrap().contains(&json!(action.name()));
            let next = ExporterCycle::next(Some(status), action);
            let answer = take(&registry, &exporter, action).await;
            assert_eq!(answer, if next.is_some() { 201 } else { 409 }, "{action} from {status}");
            assert_eq!(allowed, answer == 201, "allowedActions on {action} from {status}");
            let after = registry.officer().await.get(&path).await.ok();
            assert_eq!(after["status"], next.unwrap_or(status).name(), "{action} from {status}");
        }
    }
}

#[tokio::test]
async fn an_exporter_is_answered_whole_and_its_history_has_every_step() {
    let registry = Registry::open().await;
    let exporter = registered(&registry, "Negev Optics Ltd.", "51-4000001").await;
    let officer = registry.officer().await;
    let found = officer.get(&format!("/v1/exporters/{exporter}")).await.ok();
    assert_eq!(found["reference"], "EX-2026-000001");
    assert_eq!((found["status"].as_str(), found["version"].as_i64()), (Some("registered"), Some(2)));
    assert_eq!(found["allowedActions"], json!([]));
    let head = registry.head().await.get(&format!("/v1/exporters/{exporter}")).await.ok();
    assert_eq!(head["allowedActions"], json!(["suspend", "remove", "renew"]));
    registry.head().await.because(&format!("/v1/exporters/{exporter}/suspensions")).await.ok();
    registry.head().await.because(&format!("/v1/exporters/{exporter}/reinstatements")).await.ok();
    let history = officer.all(&format!("/v1/exporters/{exporter}/history")).await;
    assert_eq!(each(&history, "action"), ["apply", "register", "suspend", "reinstate"]);
    assert_eq!(each(&history, "fromStatus"), ["none", "applied", "registered", "suspended"]);
    assert_eq!(each(&history, "actor"), ["officer", "head", "head", "head"]);
    assert_eq!(registry.officer().await.all(&format!("/v1/exporters/{exporter}/suspensions")).await.len(), 1);
    assert_eq!(registry.officer().await.all(&format!("/v1/exporters/{exporter}/removals")).await.len(), 0);
}

#[tokio::test]
async fn a_company_is_on_file_once_in_its_country() {
    let registry = Registry::open().await;
    applied(&registry, "Galil Systems", "51-1").await;
    let officer = registry.officer().await;
    let again = json!({ "name": "Galil Systems II", "companyNumber": "51-1", "country": "IL" });
    officer.post("/v1/exporters", &again).await.problem(409);
    let abroad = json!({ "name": "Galil Systems GmbH", "companyNumber": "51-1", "country": "DE" });
    let created = officer.post("/v1/exporters", &abroad).await;
    let location = created.header("location").to_owned();
    assert_eq!(location, format!("/v1/exporters/{}", id(&created.ok())));
    // The number of the refused entry was given back.
    assert_eq!(officer.get(&location).await.ok()["reference"], "EX-2026-000002");
}

#[tokio::test]
async fn a_term_that_ends_has_lapsed_at_every_read_and_is_recorded_once() {
    let registry = Registry::open().await;
    let exporter = applied(&registry, "Galil Systems", "51-1").await;
    let path = format!("/v1/exporters/{exporter}");
    let term = json!({ "registeredUntil": registry.day(10), "reasons": "Ten days." });
    let head = registry.head().await;
    head.post(&format!("{path}/registrations"), &term).await.ok();
    registry.pass_days(10);
    assert_eq!(head.get(&path).await.ok()["status"], "registered", "the last day counts");
    assert_eq!(registry.sweep().await, 0);
    registry.pass_days(1);
    assert_eq!(head.get(&path).await.ok()["status"], "lapsed");
    assert_eq!(head.all("/v1/exporters?status=lapsed").await.len(), 1);
    assert_eq!(head.all("/v1/exporters?status=registered").await.len(), 0);
    assert_eq!(head.get(&path).await.ok()["allowedActions"], json!(["renew"]));
    head.because(&format!("{path}/suspensions")).await.problem(409);
    assert_eq!(registry.sweep().await, 1);
    assert_eq!(registry.sweep().await, 0);
    let history = head.all(&format!("{path}/history")).await;
    assert_eq!(each(&history, "action"), ["apply", "register", "lapse"]);
    assert_eq!(history[2]["actorRole"], "clock");
    let renewal = json!({ "registeredUntil": registry.day(365), "reasons": "Renewed." });
    head.post(&format!("{path}/renewals"), &renewal).await.ok();
    assert_eq!(head.get(&path).await.ok()["status"], "registered");
}

#[tokio::test]
async fn a_renewal_before_the_sweeper_records_the_lapse_first() {
    let registry = Registry::open().await;
    let exporter = applied(&registry, "Galil Systems", "51-1").await;
    let path = format!("/v1/exporters/{exporter}");
    let head = registry.head().await;
    let term = json!({ "registeredUntil": registry.day(10), "reasons": "Ten days." });
    head.post(&format!("{path}/registrations"), &term).await.ok();
    registry.pass_days(11);
    let renewal = json!({ "registeredUntil": registry.day(365), "reasons": "Renewed." });
    head.post(&format!("{path}/renewals"), &renewal).await.ok();
    let history = head.all(&format!("{path}/history")).await;
    assert_eq!(each(&history, "action"), ["apply", "register", "lapse", "renew"]);
}

#[tokio::test]
async fn a_term_is_from_today_to_ten_years_ahead() {
    let registry = Registry::open().await;
    let exporter = applied(&registry, "Galil Systems", "51-1").await;
    let head = registry.head().await;
    for days in [-1, 3661] {
        let term = json!({ "registeredUntil": registry.day(days), "reasons": "Out of bounds." });
        head.post(&format!("/v1/exporters/{exporter}/registrations"), &term).await.names("/registeredUntil");
    }
}

#[tokio::test]
async fn the_register_is_searched_as_an_officer_searches() {
    let registry = Registry::open().await;
    registered(&registry, "Negev Optics Ltd.", "51-1").await;
    applied(&registry, "Galil 100% Systems", "51-2").await;
    let officer = registry.officer().await;
    for (query, names) in [
        ("name=OPTICS", vec!["Negev Optics Ltd."]),
        ("name=100%25", vec!["Galil 100% Systems"]),
        ("name=%25", vec!["Galil 100% Systems"]),
        ("name=_", vec![]),
        ("status=applied", vec!["Galil 100% Systems"]),
        ("companyNumber=51-1", vec!["Negev Optics Ltd."]),
        ("reference=EX-2026-000002", vec!["Galil 100% Systems"]),
        ("status=registered&name=galil", vec![]),
    ] {
        let found = officer.all(&format!("/v1/exporters?{query}")).await;
        assert_eq!(each(&found, "name"), names, "{query}");
    }
}
