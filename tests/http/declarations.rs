//! `/v1/declarations`: lodged, verified, accepted or rejected; breach; the end of the term.

use export_license_registry::rules::authority::Role;
use export_license_registry::rules::declaration::{Action, DeclarationCycle, Status};
use export_license_registry::rules::lifecycle::LifeCycle as _;
use serde_json::{Value, json};

use crate::support::case::{Case, acceptance, verification};
use crate::support::registry::{Registry, each, id};

/// The route of each act, with who calls it and what it is sent.
fn act(action: Action) -> Option<(&'static str, Role, Value)> {
    let reasons = json!({ "reasons": "As the file shows." });
    Some(match action {
        Action::BeginVerification => ("verifications", Role::LicensingOfficer, verification()),
        Action::Accept => ("acceptances", Role::LicensingOfficer, acceptance()),
        Action::Reject => ("rejections", Role::LicensingOfficer, reasons),
        Action::Supersede => ("supersessions", Role::LicensingOfficer, reasons),
        Action::SuspectBreach => ("breach-suspicions", Role::LicensingOfficer, reasons),
        Action::ConfirmBreach => ("breach-confirmations", Role::HeadOfAgency, reasons),
        Action::ClearSuspicion => ("breach-clearances", Role::HeadOfAgency, reasons),
        Action::Lodge | Action::Expire => return None,
    })
}

/// The acts that lead to a status.
fn way(status: Status) -> &'static [Action] {
    use Action::{Accept, BeginVerification, ConfirmBreach, Reject, Supersede, SuspectBreach};
    match status {
        Status::Lodged => &[],
        Status::InVerification => &[BeginVerification],
        Status::Accepted | Status::Expired => &[BeginVerification, Accept],
        Status::Rejected => &[BeginVerification, Reject],
        Status::Superseded => &[BeginVerification, Accept, Supersede],
        Status::BreachSuspected => &[BeginVerification, Accept, SuspectBreach],
        Status::BreachConfirmed => &[BeginVerification, Accept, SuspectBreach, ConfirmBreach],
    }
}

async fn take(case: &Case<'_>, declaration: &str, action: Action) -> u16 {
    let Some((path, role, body)) = act(action) else { panic!("{action} has no route") };
    let client = case.registry.any(role, &case.exporter_id).await;
    client.post(&format!("/v1/declarations/{declaration}/{path}"), &body).await.status.as_u16()
}

/// A declaration in a status.
async fn brought_to(case: &Case<'_>, status: Status) -> String {
    let declared = case.declared(&[(&case.product, "1")]);
    let declaration = id(&case.exporter.post("/v1/declarations", &declared).await.ok());
    for step in way(status) {
        assert_eq!(take(case, &declaration, *step).await, 201);
    }
    if status == Status::Expired {
        case.registry.pass_days(366);
    }
    declaration
}

#[tokio::test]
async fn every_act_succeeds_exactly_where_the_table_has_it_and_allowed_actions_say_so() {
    let registry = Registry::open().await;
    let case = Case::with_parties(&registry).await;
    for status in Status::ALL.iter().copied() {
        let mut untouched = None;
        for action in Action::ALL.iter().copied() {
            let Some((_, role, _)) = act(action) else { continue };
            // A refused act leaves the declaration as it was, for the next one to try.
            let declaration = match untouched.take() {
                Some(declaration) => declaration,
                None => brought_to(&case, status).await,
            };
            let path = format!("/v1/declarations/{declaration}");
            let seen = registry.any(role, &case.exporter_id).await.get(&path).await.ok();
            assert_eq!(seen["status"], status.name());
            let allowed = seen["allowedActions"].as_array().unwrap().contains(&json!(action.name()));
            let next = DeclarationCycle::next(Some(status), action);
            let answer = take(&case, &declaration, action).await;
            assert_eq!(answer, if next.is_some() { 201 } else { 409 }, "{action} from {status}");
            assert_eq!(allowed, answer == 201, "allowedActions on {action} from {status}");
            assert_eq!(case.exporter.get(&path).await.ok()["status"], next.unwrap_or(status).name());
            untouched = next.is_none().then_some(declaration);
        }
    }
}

#[tokio::test]
async fn a_declaration_expires_at_every_read_and_is_recorded_once() {
    let registry = Registry::open().await;
    let case = Case::with_parties(&registry).await;
    let declaration = case.declaration(&[(&case.product, "1")]).await;
    registry.pass_days(365);
    let path = format!("/v1/declarations/{declaration}");
    assert_eq!(case.exporter.get(&path).await.ok()["status"], "accepted", "the last day counts");
    registry.pass_days(1);
    assert_eq!(case.exporter.get(&path).await.ok()["status"], "expired");
    assert_eq!(case.exporter.all("/v1/declarations?status=expired").await.len(), 1);
    assert_eq!(case.exporter.all("/v1/declarations?status=accepted").await.len(), 0);
    assert_eq!(registry.sweep().await, 1);
    assert_eq!(registry.sweep().await, 0);
    let history = case.exporter.all(&format!("{path}/history")).await;
    assert_eq!(each(&history, "action"), ["lodge", "begin_verification", "accept", "expire"]);
}

#[tokio::test]
async fn what_a_declaration_says_is_checked() {
    let registry = Registry::open().await;
    let case = Case::with_parties(&registry).await;
    let unknown = "00000000-0000-7000-8000-0000000000ff";
    for (name, value, pointer) in [
        ("templateId", json!(unknown), "/templateId"),
        ("endUserId", json!(unknown), "/endUserId"),
        ("state", json!("QQ"), "/state"),
        ("documentSha256", json!("abc"), "/documentSha256"),
        ("signedOn", json!(registry.day(1)), "/signedOn"),
        ("signedOn", json!("0000-01-01"), "/signedOn"),
        ("validUntil", json!(registry.day(-1)), "/validUntil"),
        ("validUntil", json!("+200000-01-01"), "/validUntil"),
        ("statedEnds", json!(["civil_use", "civil_use"]), "/statedEnds/1"),
        ("statedEnds", json!(["fun"]), "/statedEnds/0"),
        ("items", json!([]), "/items"),
        ("items", json!([{ "productId": unknown, "quantity": "1", "unit": "piece" }]), "/items/0/productId"),
        (
            "items",
            json!([{ "productId": case.product, "quantity": "0", "unit": "piece" }]),
            "/items/0/quantity",
        ),
        (
            "items",
            json!([{ "productId": case.product, "quantity": 1, "unit": "piece" }]),
            "/items/0/quantity",
        ),
    ] {
        let mut declared = case.declared(&[(&case.product, "1")]);
        declared[name] = value;
        case.exporter.post("/v1/declarations", &declared).await.names(pointer);
    }
    let twice = case.declared(&[(&case.product, "1"), (&case.product, "2")]);
    case.exporter.post("/v1/declarations", &twice).await.names("/items/1/productId");
    assert_eq!(case.exporter.all("/v1/declarations").await.len(), 0);
}

#[tokio::test]
async fn declarations_are_searched() {
    let registry = Registry::open().await;
    let case = Case::with_parties(&registry).await;
    let declaration = case.declaration(&[(&case.product, "1")]).await;
    let officer = registry.officer().await;
    for (query, found) in [
        ("status=accepted".to_owned(), 1),
        ("status=lodged".to_owned(), 0),
        ("state=DE".to_owned(), 1),
        ("state=FR".to_owned(), 0),
        (format!("templateId={}&endUserId={}", case.template, case.end_user), 1),
        (format!("exporterId={}", case.exporter_id), 1),
        ("reference=ED-2026-000001".to_owned(), 1),
    ] {
        assert_eq!(officer.all(&format!("/v1/declarations?{query}")).await.len(), found, "{query}");
    }
    let found = case.exporter.get(&format!("/v1/declarations/{declaration}")).await.ok();
    assert_eq!(found["items"], json!([{ "productId": case.product, "quantity": "1", "unit": "piece" }]));
}
