//! `/v1/applications`: filing, review, positions, the gate, decision and countersignature.

use export_license_registry::rules::application::{Action, ApplicationCycle, Status};
use export_license_registry::rules::authority::{Ministry, Role};
use export_license_registry::rules::lifecycle::LifeCycle as _;
use export_license_registry::rules::verdict::CHECKS;
use serde_json::{Value, json};

use crate::support::case::Case;
use crate::support::registry::{Registry, each, id};

/// The outcome of one check of a verdict.
fn outcome<'v>(verdict: &'v Value, rule: &str) -> &'v str {
    let checks = verdict["checks"].as_array().unwrap();
    checks.iter().find(|check| check["rule"] == rule).and_then(|check| check["outcome"].as_str()).unwrap()
}

/// The route of each act, with who calls it.
fn act(action: Action) -> Option<(&'static str, Role)> {
    Some(match action {
        Action::Submit => ("submissions", Role::Exporter),
        Action::Return => ("returns", Role::LicensingOfficer),
        Action::TakeUp => ("reviews", Role::LicensingOfficer),
        Action::RequestInformation => ("information-requests", Role::LicensingOfficer),
        Action::SupplyInformation => ("information", Role::Exporter),
        Action::Refer => ("referrals", Role::LicensingOfficer),
        Action::ConcludeReferral => ("referral-conclusions", Role::LicensingOfficer),
        Action::Withdraw => ("withdrawals", Role::Exporter),
        Action::Open
        | Action::Revise
        | Action::ProposeConditions
        | Action::Grant
        | Action::GrantInPart
        | Action::Refuse
        | Action::Reopen
        | Action::Lapse => return None,
    })
}

/// The acts that lead to a status; the decided ones end in a decision instead.
fn way(status: Status) -> &'static [Action] {
    match status {
        Status::Draft | Status::Lapsed => &[],
        Status::Submitted => &[Action::Submit],
        Status::Returned => &[Action::Submit, Action::Return],
        Status::InReview | Status::Granted | Status::GrantedInPart | Status::Refused => {
            &[Action::Submit, Action::TakeUp]
        }
        Status::InformationRequested => &[Action::Submit, Action::TakeUp, Action::RequestInformation],
        Status::Referred => &[Action::Submit, Action::TakeUp, Action::Refer],
        Status::Withdrawn => &[Action::Withdraw],
    }
}

async fn take(case: &Case<'_>, application: &str, action: Action) -> u16 {
    let Some((path, role)) = act(action) else { panic!("{action} has no route") };
    let client = case.registry.any(role, &case.exporter_id).await;
    client.because(&format!("/v1/applications/{application}/{path}")).await.status.as_u16()
}

/// An application in a status.
async fn brought_to(case: &Case<'_>, status: Status) -> String {
    let application = case.draft(&case.marketing()).await;
    for step in way(status) {
        assert_eq!(take(case, &application, *step).await, 201);
    }
    match status {
        Status::Granted | Status::GrantedInPart => {
            case.position(&application, Ministry::Defense, "support").await.ok();
            case.position(&application, Ministry::ForeignAffairs, "support").await.ok();
            case.granted(&application).await;
        }
        Status::Refused => {
            let refusal = json!({ "outcome": "refuse", "reasons": "Against the foreign policy." });
            case.decided(&application, &refusal).await;
        }
        Status::Lapsed => {
            case.registry.pass_days(181);
            assert!(case.registry.sweep().await >= 1);
        }
        Status::Draft
        | Status::Submitted
        | Status::Returned
        | Status::InReview
        | Status::InformationRequested
        | Status::Referred
        | Status::Withdrawn => {}
    }
    application
}

#[tokio::test]
async fn every_act_succeeds_exactly_where_the_table_has_it_and_allowed_actions_say_so() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    for status in Status::ALL.iter().copied().filter(|status| *status != Status::GrantedInPart) {
        let mut untouched = None;
        for action in Action::ALL.iter().copied() {
            let Some((_, role)) = act(action) else { continue };
            let next = ApplicationCycle::next(Some(status), action);
            // A refused act leaves the application as it was, for the next one to try.
            let application = match untouched.take() {
                Some(application) => application,
                None => brought_to(&case, status).await,
            };
            let path = format!("/v1/applications/{application}");
            let seen = registry.any(role, &case.exporter_id).await.get(&path).await.ok();
            assert_eq!(seen["status"], status.name());
            let allowed = seen["allowedActions"].as_array().unwrap().contains(&json!(action.name()));
            let answer = take(&case, &application, action).await;
            assert_eq!(answer, if next.is_some() { 201 } else { 409 }, "{action} from {status}");
            assert_eq!(allowed, answer == 201, "allowedActions on {action} from {status}");
            let after = registry.officer().await.get(&path).await.ok();
            assert_eq!(after["status"], next.unwrap_or(status).name(), "{action} from {status}");
            untouched = next.is_none().then_some(application);
        }
    }
}

#[tokio::test]
async fn a_draft_is_revised_until_it_is_filed_and_again_when_it_is_returned() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let application = case.draft(&case.marketing()).await;
    let path = format!("/v1/applications/{application}");
    let mut new = case.marketing();
    new["destination"] = json!("FR");
    new["lines"] = json!([{ "productId": case.product, "quantity": "12.50", "unit": "piece" }]);
    let revised = case.exporter.put(&path, &new).await.ok();
    assert_eq!(revised["destination"], "FR");
    assert_eq!(revised["lines"][0]["quantity"], "12.5");
    assert!(revised["clock"].is_null(), "the clock does not run before filing");
    case.exporter.act(&format!("{path}/submissions")).await.ok();
    let filed = case.exporter.get(&path).await.ok();
    assert_eq!(filed["clock"]["dueOn"], registry.day(90));
    assert_eq!(filed["lines"][0]["classificationVersion"], 1);
    case.exporter.put(&path, &case.marketing()).await.problem(409);
    registry.officer().await.because(&format!("{path}/returns")).await.ok();
    assert_eq!(case.exporter.put(&path, &case.marketing()).await.ok()["destination"], "DE");
    let mut export = case.marketing();
    export["kind"] = json!("brokering");
    case.exporter.put(&path, &export).await.names("/endUserId");
    case.exporter.act(&format!("{path}/submissions")).await.ok();
    let history = case.exporter.all(&format!("{path}/history")).await;
    assert_eq!(each(&history, "action"), ["open", "revise", "submit", "return", "revise", "submit"]);
}

#[tokio::test]
async fn the_clock_stands_while_information_is_requested_and_starts_again_after_a_return() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let application = case.in_review(&case.marketing()).await;
    let path = format!("/v1/applications/{application}");
    let due = registry.day(90);
    registry.pass_days(10);
    registry.officer().await.because(&format!("{path}/information-requests")).await.ok();
    registry.pass_days(7);
    let clock = case.exporter.get(&path).await.ok()["clock"].clone();
    assert_eq!((clock["paused"].as_bool(), clock["pausedSeconds"].as_i64()), (Some(true), Some(7 * 86_400)));
    case.exporter.because(&format!("{path}/information")).await.ok();
    registry.pass_days(1);
    let clock = case.exporter.get(&path).await.ok()["clock"].clone();
    assert_eq!(clock["paused"], false);
    let due: chrono::NaiveDate = due.parse().unwrap();
    assert_eq!(clock["dueOn"], (due + chrono::Days::new(7)).to_string());
}

#[tokio::test]
async fn positions_are_recorded_once_a_round_and_only_under_review() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let draft = case.draft(&case.marketing()).await;
    case.position(&draft, Ministry::Defense, "support").await.problem(409);
    let application = case.in_review(&case.marketing()).await;
    let path = format!("/v1/applications/{application}");
    case.position(&application, Ministry::Defense, "support").await.ok();
    case.position(&application, Ministry::Defense, "oppose").await.problem(409);
    let conditions = json!({ "conditions": ["No re-export."], "reasons": "As agreed." });
    let officer = registry.officer().await;
    let proposed = officer.post(&format!("{path}/condition-proposals"), &conditions).await.ok();
    assert_eq!(
        (proposed["round"].as_i64(), &proposed["proposedConditions"][0]),
        (Some(2), &json!("No re-export."))
    );
    case.position(&application, Ministry::Defense, "support_with_conditions").await.ok();
    let position = json!({ "stance": "support", "reasons": "The committee agrees." });
    registry.committee().await.post(&format!("{path}/positions"), &position).await.ok();
    let positions = officer.all(&format!("{path}/positions")).await;
    assert_eq!(each(&positions, "body"), ["defense", "defense", "committee"]);
    case.exporter.get(&format!("{path}/positions")).await.problem(403);
}

#[tokio::test]
async fn a_grant_waits_for_both_ministries_and_dissent_needs_a_reasoned_departure() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let application = case.in_review(&case.marketing()).await;
    case.propose(&application).await.refused_by(&["positions_recorded"]);
    case.position(&application, Ministry::Defense, "support").await.ok();
    case.propose(&application).await.refused_by(&["positions_recorded"]);
    case.position(&application, Ministry::ForeignAffairs, "oppose").await.ok();
    let problem = case.propose(&application).await.refused_by(&["positions_recorded"]);
    assert_eq!(problem["reasons"][0]["outcome"], "refer");
    assert_eq!(problem["reasons"][0]["facts"]["opposing"], "foreign_affairs");
    assert!(problem["detail"].as_str().unwrap().contains("departure"), "{problem}");
    let mut departing = case.grant();
    departing["departure"] = json!("The embassy's later report answers the concern.");
    let granted = case.decided(&application, &departing).await;
    assert_eq!(granted["status"], "granted");
    let path = format!("/v1/applications/{application}/decisions/1");
    let decision = registry.auditor().await.get(&path).await.ok();
    assert_eq!(outcome(&decision["signedVerdict"], "positions_recorded"), "refer");
    assert_eq!(decision["verdict"]["checks"].as_array().unwrap().len(), CHECKS);
    assert_eq!((&decision["decidedBy"], &decision["departure"]), (&json!("head"), &departing["departure"]));
    // The exporter is not told who decided, nor of the cases of others.
    let seen = case.exporter.get(&path).await.ok();
    assert_eq!((&seen["decidedBy"], &seen["departure"]), (&Value::Null, &Value::Null));
    for verdict in ["verdict", "signedVerdict"] {
        let told = each(seen[verdict]["checks"].as_array().unwrap(), "rule");
        assert!(
            !told.contains(&"four_eyes")
                && !told.contains(&"like_refusal")
                && !told.contains(&"positions_recorded"),
            "{told:?}"
        );
        assert_eq!(told.len(), CHECKS - 4);
    }
}

#[tokio::test]
async fn conditions_changed_after_the_positions_go_back_to_the_reviewers() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let application = case.supported(&case.marketing()).await;
    let mut grant = case.grant();
    grant["conditions"] = json!(["No re-export."]);
    case.decide(&application, &grant).await.refused_by(&["conditions_seen"]);
    let proposal = json!({ "conditions": ["No re-export."], "reasons": "As agreed." });
    let path = format!("/v1/applications/{application}/condition-proposals");
    registry.officer().await.post(&path, &proposal).await.ok();
    case.decide(&application, &grant).await.refused_by(&["positions_recorded"]);
    case.position(&application, Ministry::Defense, "support").await.ok();
    case.position(&application, Ministry::ForeignAffairs, "support").await.ok();
    let number = case.decide(&application, &grant).await.ok()["number"].as_i64().unwrap();
    // Conditions changed between proposal and countersignature hold it too.
    let other = json!({ "conditions": ["No demonstration."], "reasons": "On second thought." });
    registry.officer().await.post(&path, &other).await.ok();
    case.countersign(&application, number).await.refused_by(&["positions_recorded", "conditions_seen"]);
    registry.officer().await.post(&path, &proposal).await.ok();
    case.position(&application, Ministry::Defense, "support").await.ok();
    case.position(&application, Ministry::ForeignAffairs, "support").await.ok();
    let granted = case.countersign(&application, number).await.ok();
    let license = case.license(granted["licenseId"].as_str().unwrap()).await;
    assert_eq!(license["conditions"], json!(["No re-export."]));
}

#[tokio::test]
async fn who_decided_does_not_countersign() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let application = case.supported(&case.marketing()).await;
    case.propose(&application).await.ok();
    let path = format!("/v1/applications/{application}/decisions/1/countersignatures");
    registry.head().await.act(&path).await.problem(403);
    // A person has one role: no second token makes the head a countersigner.
    let token = json!({
        "holder": "head", "role": "countersigner", "name": "second", "expiresAt": "2027-01-01T00:00:00Z",
    });
    registry.administrator().post("/v1/tokens", &token).await.problem(409);
    // Even where the role on file was changed behind the registry's back, one person is one pair of eyes.
    sqlx::query("update people set role = 'countersigner' where handle = 'head'")
        .execute(registry.pool())
        .await
        .unwrap();
    registry.head().await.act(&path).await.refused_by(&["four_eyes"]);
    let second = registry.token("head", Role::Countersigner, None, None).await;
    registry.bearer(&second).act(&path).await.refused_by(&["four_eyes"]);
    assert_eq!(case.countersign(&application, 1).await.ok()["status"], "granted");
}

#[tokio::test]
async fn a_proposal_is_judged_again_when_it_is_countersigned() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let application = case.supported(&case.marketing()).await;
    case.propose(&application).await.ok();
    let path = format!("/v1/exporters/{}", case.exporter_id);
    registry.head().await.because(&format!("{path}/suspensions")).await.ok();
    case.countersign(&application, 1).await.refused_by(&["exporter_registered"]);
    assert_eq!(registry.officer().await.all("/v1/licenses").await.len(), 0);
    registry.head().await.because(&format!("{path}/reinstatements")).await.ok();
    let reply = case.countersign(&application, 1).await;
    let location = reply.header("location").to_owned();
    let granted = reply.ok();
    assert_eq!(location, format!("/v1/licenses/{}", granted["licenseId"].as_str().unwrap()));
    case.countersign(&application, 1).await.problem(409);
}

#[tokio::test]
async fn a_proposal_is_sent_back_and_made_anew() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let application = case.supported(&case.marketing()).await;
    let path = format!("/v1/applications/{application}/decisions");
    case.propose(&application).await.ok();
    case.propose(&application).await.problem(409);
    assert_eq!(case.exporter.all(&path).await.len(), 0, "a proposal is the agency's own affair");
    case.exporter.get(&format!("{path}/1")).await.problem(404);
    let countersigner = registry.countersigner().await;
    countersigner.because(&format!("{path}/1/returns")).await.ok();
    countersigner.because(&format!("{path}/1/returns")).await.problem(409);
    case.countersign(&application, 1).await.problem(409);
    case.countersign(&application, 2).await.problem(404);
    assert_eq!(case.propose(&application).await.ok()["number"], 2);
    case.countersign(&application, 2).await.ok();
    case.propose(&application).await.problem(409);
    assert_eq!(each(&countersigner.all(&path).await, "status"), ["sent_back", "countersigned"]);
    assert_eq!(each(&case.exporter.all(&path).await, "status"), ["countersigned"]);
}

#[tokio::test]
async fn a_product_classified_anew_after_filing_holds_the_grant() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let application = case.supported(&case.marketing()).await;
    case.classify(&case.product, "military", &["ML6.a"]).await.ok();
    let problem = case.propose(&application).await.refused_by(&["products_classified"]);
    assert_eq!(problem["reasons"][0]["facts"]["pinnedVersion"], 1);
    assert_eq!(problem["reasons"][0]["facts"]["currentVersion"], 2);
    // Taken back and filed anew it pins the new version.
    case.exporter.because(&format!("/v1/applications/{application}/withdrawals")).await.ok();
    let again = case.supported(&case.marketing()).await;
    let license = case.granted(&again).await;
    assert_eq!(case.license(&license).await["lines"][0]["classificationVersion"], 2);
}

#[tokio::test]
async fn an_unclassified_or_retired_product_and_an_embargoed_destination_are_not_granted() {
    let registry = Registry::open().await;
    let mut case = Case::with_product(&registry).await;
    let mut embargoed = case.marketing();
    embargoed["destination"] = json!("KP");
    let application = case.supported(&embargoed).await;
    case.propose(&application).await.refused_by(&["arms_embargo"]);
    let classified = case.product.clone();
    case.product = case.submitted().await;
    let application = case.supported(&case.marketing()).await;
    // What has no class yet may be a cyber system, and is treated as one.
    case.propose(&application).await.refused_by(&["products_classified", "cyber_end_use"]);
    case.product = classified;
    let application = case.supported(&case.marketing()).await;
    case.exporter.because(&format!("/v1/products/{}/retirements", case.product)).await.ok();
    case.propose(&application).await.refused_by(&["products_classified"]);
    // A refusal needs no passage.
    let refusal = json!({ "outcome": "refuse", "reasons": "The product is retired." });
    assert_eq!(case.decided(&application, &refusal).await["status"], "refused");
}

#[tokio::test]
async fn a_decision_is_well_formed() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let mut new = case.marketing();
    let line = json!({ "productId": case.product, "quantity": "10", "unit": "piece" });
    new["lines"] = json!([line]);
    let application = case.supported(&new).await;
    let grant = case.grant();
    let with = |field: &str, value: Value| {
        let mut decision = grant.clone();
        decision[field] = value;
        decision
    };
    let in_part = |lines: Value| {
        let mut decision = with("outcome", json!("grant_in_part"));
        decision["lines"] = lines;
        decision
    };
    for (decision, pointer) in [
        (json!({ "outcome": "grant", "reasons": "No term." }), "/validUntil"),
        (with("outcome", json!("refuse")), "/validUntil"),
        (with("lines", json!([{ "line": 1, "quantity": "5" }])), "/lines"),
        (in_part(json!([])), "/lines"),
        (in_part(json!([{ "line": 2, "quantity": "5" }])), "/lines/0/line"),
        (in_part(json!([{ "line": 1, "quantity": "5" }, { "line": 1, "quantity": "4" }])), "/lines/1/line"),
        (in_part(json!([{ "line": 1, "quantity": "10" }])), "/lines"),
        (json!({ "outcome": "refuse", "reasons": "So.", "conditions": ["None."] }), "/conditions"),
    ] {
        case.decide(&application, &decision).await.names(pointer);
    }
    case.decide(&application, &in_part(json!([{ "line": 1, "quantity": "11" }])))
        .await
        .refused_by(&["quantities"]);
    case.decide(&application, &with("validUntil", json!(registry.day(-1)))).await.refused_by(&["term"]);
    case.decide(&application, &with("validUntil", json!(registry.day(1828)))).await.refused_by(&["term"]);
    let granted = case.decided(&application, &in_part(json!([{ "line": 1, "quantity": "4.5" }]))).await;
    assert_eq!(granted["status"], "granted_in_part");
    let license = case.license(granted["licenseId"].as_str().unwrap()).await;
    assert_eq!(license["lines"][0]["quantity"], "4.5");
}

#[tokio::test]
async fn a_like_refusal_refers_whoever_applies_until_the_look_back_ends() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let application = case.in_review(&case.marketing()).await;
    let refusal = json!({ "outcome": "refuse", "ground": "foreign_relations", "reasons": "Not now." });
    let refused = case.decided(&application, &refusal).await;
    let other = case.beside("Galil Systems", "51-2").await;
    let application = other.supported(&other.marketing()).await;
    let problem = other.propose(&application).await.refused_by(&["like_refusal"]);
    assert_eq!(problem["reasons"][0]["facts"]["refused"], refused["reference"]);
    // Another destination is another transaction.
    let mut elsewhere = other.marketing();
    elsewhere["destination"] = json!("FR");
    let granted = other.supported(&elsewhere).await;
    other.granted(&granted).await;
    // With written reasons for the departure it may be granted.
    let mut departing = other.grant();
    departing["departure"] = json!("The circumstances of the refusal have passed.");
    assert_eq!(other.decided(&application, &departing).await["status"], "granted");
    registry.pass_days(1097);
    let later = case.supported(&case.marketing()).await;
    assert_eq!(case.decided(&later, &case.grant()).await["status"], "granted");
}

#[tokio::test]
async fn a_renewal_supersedes_the_license_it_renews_and_amendments_do_too() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let mut license = case.marketing_license().await;
    for purpose in ["renewal", "amendment"] {
        let mut new = case.marketing();
        new["purpose"] = json!(purpose);
        case.exporter.post("/v1/applications", &new).await.names("/predecessorId");
        new["predecessorId"] = json!(license);
        let application = case.supported(&new).await;
        let next = case.granted(&application).await;
        let old = case.license(&license).await;
        assert_eq!(old["status"], "superseded");
        let renewed = case.license(&next).await;
        assert_eq!(
            (renewed["status"].as_str(), &renewed["predecessorId"]),
            (Some("active"), &json!(license))
        );
        // What is superseded is not continued again.
        let again = case.supported(&new).await;
        case.propose(&again).await.refused_by(&["predecessor"]);
        case.exporter.because(&format!("/v1/applications/{again}/withdrawals")).await.ok();
        license = next;
    }
    let mut new = case.marketing();
    new["predecessorId"] = json!(license);
    case.exporter.post("/v1/applications", &new).await.names("/predecessorId");
}

#[tokio::test]
async fn an_application_that_waits_for_its_exporter_lapses_once() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let draft = case.draft(&case.marketing()).await;
    let in_review = case.in_review(&case.marketing()).await;
    registry.pass_days(181);
    assert_eq!(registry.sweep().await, 1);
    assert_eq!(registry.sweep().await, 0);
    let status =
        async |id: &str| case.exporter.get(&format!("/v1/applications/{id}")).await.ok()["status"].clone();
    assert_eq!(status(&draft).await, "lapsed");
    assert_eq!(status(&in_review).await, "in_review", "the agency's own delay lapses nothing");
    case.exporter.act(&format!("/v1/applications/{draft}/submissions")).await.problem(409);
}

#[tokio::test]
async fn an_export_is_granted_only_under_cover_and_on_a_declaration_that_matches() {
    let registry = Registry::open().await;
    let case = Case::with_parties(&registry).await;
    let declaration = case.declaration(&[(&case.product, "100")]).await;
    let application = case.supported(&case.export(&declaration)).await;
    case.propose(&application).await.refused_by(&["marketing_cover"]);
    let marketing = case.marketing_license().await;
    let proposed = case.propose(&application).await.ok();
    assert_eq!(proposed["verdict"]["outcome"], "pass");
    assert_eq!(proposed["verdict"]["checks"].as_array().unwrap().len(), CHECKS);
    // The cover is frozen before the countersignature: no export.
    case.freeze(&marketing, None).await.ok();
    case.countersign(&application, 1).await.refused_by(&["marketing_cover"]);
    case.lift(&marketing, 1).await.ok();
    let granted = case.countersign(&application, 1).await.ok();
    let license = case.license(granted["licenseId"].as_str().unwrap()).await;
    assert_eq!(
        (license["kind"].as_str(), license["reference"].as_str()),
        (Some("export"), Some("EL-2026-000001"))
    );

    // The declaration has served.
    let again = case.supported(&case.export(&declaration)).await;
    case.propose(&again).await.refused_by(&["declaration_unused"]);

    // The quantity goes beyond what was declared.
    let small = case.declaration(&[(&case.product, "99")]).await;
    let beyond = case.supported(&case.export(&small)).await;
    let problem = case.propose(&beyond).await.refused_by(&["declaration_matches"]);
    assert_eq!(problem["reasons"][0]["facts"]["declared"], "99");

    // Signed by another state.
    let mut foreign = case.declared(&[(&case.product, "100")]);
    foreign["state"] = json!("FR");
    let foreign = case.accepted(&foreign).await;
    let application = case.supported(&case.export(&foreign)).await;
    case.propose(&application).await.refused_by(&["declaration_matches"]);

    // For another end user.
    let mut other = case.declared(&[(&case.product, "100")]);
    other["endUserId"] = json!(case.end_user("government", "DE").await);
    let other = case.accepted(&other).await;
    let application = case.supported(&case.export(&other)).await;
    case.propose(&application).await.refused_by(&["declaration_matches"]);

    // Only lodged; then accepted, then past its last day.
    let lodged =
        id(&case.exporter.post("/v1/declarations", &case.declared(&[(&case.product, "100")])).await.ok());
    let application = case.supported(&case.export(&lodged)).await;
    case.propose(&application).await.refused_by(&["declaration_accepted"]);

    // None at all.
    let mut without = case.export(&lodged);
    without.as_object_mut().unwrap().remove("declarationId");
    let application = case.supported(&without).await;
    let problem = case.propose(&application).await.problem(422);
    assert_eq!(problem["reasons"][0]["rule"], "declaration_accepted");
}

#[tokio::test]
async fn cyber_systems_go_to_governments_for_lawful_ends_only() {
    let registry = Registry::open().await;
    let mut case = Case::with_product(&registry).await;
    case.product = case.classified("cyber_intelligence", &["4A005"]).await;
    case.template = crate::support::case::template_in_force(&registry, "cyber_intelligence").await;
    let mut marketing = case.marketing();
    let open = case.supported(&marketing).await;
    case.propose(&open).await.refused_by(&["cyber_end_use"]);
    marketing["endUserId"] = json!(case.end_user("private_company", "DE").await);
    let private = case.supported(&marketing).await;
    case.propose(&private).await.refused_by(&["cyber_end_use"]);
    case.end_user = case.end_user("law_enforcement", "DE").await;
    marketing["endUserId"] = json!(case.end_user);
    let police = case.supported(&marketing).await;
    case.granted(&police).await;
    for (ends, lawful) in
        [(json!(["public_safety"]), false), (json!(["counter_terrorism", "serious_crime"]), true)]
    {
        let mut declared = case.declared(&[(&case.product, "100")]);
        declared["statedEnds"] = ends;
        let declaration = case.accepted(&declared).await;
        let application = case.supported(&case.export(&declaration)).await;
        let reply = case.propose(&application).await;
        if lawful {
            reply.ok();
        } else {
            reply.refused_by(&["cyber_end_use"]);
        }
    }
}

#[tokio::test]
async fn the_lines_of_an_application_are_well_formed() {
    let registry = Registry::open().await;
    let case = Case::with_parties(&registry).await;
    let declaration = case.declaration(&[(&case.product, "100")]).await;
    let line = |change: Value| {
        let mut new = case.export(&declaration);
        for (name, value) in change.as_object().unwrap() {
            new["lines"][0][name] = value.clone();
        }
        new
    };
    let unknown = "00000000-0000-7000-8000-0000000000ff";
    let mut cases = vec![
        (line(json!({ "unit": null })), "/lines/0/unit"),
        (line(json!({ "currency": null })), "/lines/0/currency"),
        (line(json!({ "quantity": null, "unit": null })), "/lines/0/quantity"),
        (line(json!({ "value": null, "currency": null })), "/lines/0/value"),
        (line(json!({ "productId": unknown })), "/lines/0/productId"),
        (line(json!({ "unit": "bushel" })), "/lines/0/unit"),
    ];
    let with = |name: &str, value: Value| {
        let mut new = case.export(&declaration);
        new[name] = value;
        new
    };
    let twice = case.export(&declaration)["lines"][0].clone();
    cases.extend([
        (with("endUserId", Value::Null), "/endUserId"),
        (with("endUserId", json!(unknown)), "/endUserId"),
        (with("declarationId", json!(unknown)), "/declarationId"),
        (with("lines", json!([])), "/lines"),
        (with("lines", json!([twice.clone(), twice])), "/lines/1/productId"),
    ]);
    for (new, pointer) in cases {
        case.exporter.post("/v1/applications", &new).await.names(pointer);
    }
}

#[tokio::test]
async fn an_embargo_on_all_but_the_government_refers_for_the_government_and_refuses_others() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let officer = registry.officer().await;
    let countries = officer.all("/v1/countries").await;
    let embargoed = countries.iter().find(|country| country["embargo"]["scope"] == "non_governmental");
    let country =
        embargoed.expect("an embargo on all but the government is on file")["code"].as_str().unwrap();
    let mut new = case.marketing();
    new["destination"] = json!(country);
    let open = case.supported(&new).await;
    let problem = case.propose(&open).await.refused_by(&["arms_embargo"]);
    assert_eq!(problem["reasons"][0]["outcome"], "refuse");
    new["endUserId"] = json!(case.end_user("government", country).await);
    let government = case.supported(&new).await;
    let problem = case.propose(&government).await.refused_by(&["arms_embargo"]);
    assert_eq!(problem["reasons"][0]["outcome"], "refer");
    let mut departing = case.grant();
    departing["departure"] = json!("The sanctions committee was notified.");
    assert_eq!(case.decided(&government, &departing).await["status"], "granted");
    // A departure does not carry a refusal.
    case.decide(&open, &departing).await.refused_by(&["arms_embargo"]);
}

#[tokio::test]
async fn an_export_is_granted_in_part_within_what_was_applied_for() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let application = case.export_application().await;
    let part = |quantity: &str, value: &str| {
        let mut decision = case.grant();
        decision["outcome"] = json!("grant_in_part");
        decision["lines"] = json!([{ "line": 1, "quantity": quantity, "value": value }]);
        decision
    };
    for (quantity, value) in [("100.000001", "1.00"), ("1", "250000.01")] {
        let problem = case.decide(&application, &part(quantity, value)).await.problem(422);
        assert_eq!(problem["reasons"][0]["rule"], "quantities", "{problem}");
    }
    let granted = case.decided(&application, &part("40", "100000.00")).await;
    assert_eq!(granted["status"], "granted_in_part");
    let license = case.license(granted["licenseId"].as_str().unwrap()).await;
    let line = &license["lines"][0];
    assert_eq!((line["quantity"].as_str(), line["value"].as_str()), (Some("40"), Some("100000.00")));
    case.ship(license["id"].as_str().unwrap(), "41", "S-1").await.problem(422);
}

#[tokio::test]
async fn a_lapsed_exporter_and_an_expired_declaration_hold_the_grant_before_the_sweeper_comes() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let application = case.export_application().await;
    let path = format!("/v1/exporters/{}/renewals", case.exporter_id);
    let short = json!({ "registeredUntil": registry.day(1), "reasons": "For a day." });
    registry.head().await.post(&path, &short).await.ok();
    registry.pass_days(2);
    case.propose(&application).await.refused_by(&["exporter_registered"]);
    let long = json!({ "registeredUntil": registry.day(3000), "reasons": "Renewed." });
    registry.head().await.post(&path, &long).await.ok();
    case.propose(&application).await.ok();
    registry.pass_days(364);
    let problem = case.countersign(&application, 1).await.problem(422);
    let rules = each(problem["reasons"].as_array().unwrap(), "rule");
    assert!(rules.contains(&"marketing_cover") && rules.contains(&"declaration_accepted"), "{problem}");
}
