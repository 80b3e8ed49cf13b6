//! `/v1/countries/{code}`: what the registry knows of a country, counted from the registers.

use export_license_registry::rules::authority::{Ministry, Role};
use serde_json::{Value, json};

use crate::support::case::Case;
use crate::support::registry::{Registry, each, id};

async fn view(registry: &Registry, code: &str) -> Value {
    registry.officer().await.get(&format!("/v1/countries/{code}")).await.ok()
}

#[tokio::test]
async fn an_untouched_country_is_shown_as_it_is() {
    let registry = Registry::open().await;
    let found = view(&registry, "AE").await;
    assert_eq!(
        (found["code"].as_str(), found["name"].as_str(), &found["asOf"]),
        (Some("AE"), Some("United Arab Emirates"), &json!(registry.day(0)))
    );
    assert_eq!(found["embargo"], Value::Null);
    assert_eq!(found["groups"], json!([{ "code": "gulf-states", "name": "Gulf states" }]));
    for list in
        ["assessmentsInForce", "assessmentsInWork", "openApplications", "licensesInForce", "valueInForce"]
    {
        assert_eq!(found[list], json!([]), "{list}");
    }
    let acts = found["actsOfTheYear"].as_object().unwrap();
    assert_eq!(acts["year"], 2026);
    assert!(acts.iter().all(|(name, count)| name == "year" || *count == 0), "{acts:?}");
    assert_eq!(view(&registry, "DE").await["groups"].as_array().unwrap().len(), 2);
    let embargo = &view(&registry, "KP").await["embargo"];
    assert_eq!(embargo["scope"], "territory");
    // A country that is no more has its former code.
    assert_eq!(view(&registry, "YU").await["groups"], json!([]));
    let officer = registry.officer().await;
    for wrong in ["QQ", "ZZ", "eu", "de", "DEU"] {
        officer.get(&format!("/v1/countries/{wrong}")).await.names("{code}");
    }
}

#[tokio::test]
async fn its_applications_licenses_and_acts_are_counted() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let license = case.export_license().await;
    let frozen = case.export_license().await;
    case.freeze(&frozen, None).await.ok();
    // A freeze further and one in part are no license frozen anew.
    case.freeze(&frozen, None).await.ok();
    case.freeze(&license, Some(&[1])).await.ok();
    let thawed = case.export_license().await;
    case.freeze(&thawed, None).await.ok();
    case.lift(&thawed, 1).await.ok();
    let revoked = case.export_license().await;
    let proceeding = id(&case.intend(&revoked, false).await.ok());
    case.exporter.because(&format!("/v1/revocations/{proceeding}/waivers")).await.ok();
    registry.head().await.because(&format!("/v1/revocations/{proceeding}/orders")).await.ok();
    let refused = case.supported(&case.marketing()).await;
    case.decided(&refused, &json!({ "outcome": "refuse", "reasons": "Not now." })).await;
    case.draft(&case.marketing()).await;
    case.draft(&case.marketing()).await;
    case.in_review(&case.marketing()).await;
    // What is for another country is not counted here.
    let mut elsewhere = case.marketing();
    elsewhere["destination"] = json!("FR");
    case.in_review(&elsewhere).await;
    let found = view(&registry, "DE").await;
    let count =
        |kind: &str, status: &str, count: i64| json!({ "status": status, "kind": kind, "count": count });
    assert_eq!(
        found["openApplications"],
        json!([count("marketing", "draft", 2), count("marketing", "in_review", 1)])
    );
    let count =
        |kind: &str, status: &str, count: i64| json!({ "kind": kind, "status": status, "count": count });
    assert_eq!(
        found["licensesInForce"],
        json!([count("export", "active", 2), count("export", "frozen", 1), count("marketing", "active", 1)])
    );
    // Three export licenses in force of 250,000 each; marketing licenses state no value.
    assert_eq!(found["valueInForce"], json!([{ "currency": "EUR", "value": "750000.00" }]));
    assert_eq!(
        found["actsOfTheYear"],
        json!({
            "year": 2026, "applicationsFiled": 7, "applicationsGranted": 5, "applicationsRefused": 1,
            "licensesIssued": 5, "licensesFrozen": 2, "licensesThawed": 1, "licensesRevoked": 1,
        })
    );
    assert_eq!(view(&registry, "FR").await["actsOfTheYear"]["applicationsFiled"], 1);
    // A new year begins at none, and what ran out is no longer in force.
    registry.pass_days(366);
    let found = view(&registry, "DE").await;
    assert_eq!(found["licensesInForce"], json!([]));
    assert_eq!(found["valueInForce"], json!([]));
    assert_eq!(
        (&found["actsOfTheYear"]["year"], &found["actsOfTheYear"]["licensesIssued"]),
        (&json!(2027), &json!(0))
    );
    assert_eq!(found["openApplications"].as_array().unwrap().len(), 2, "applications wait on");
}

#[tokio::test]
async fn its_assessments_are_shown_in_force_and_in_work() {
    let registry = Registry::open().await;
    let (officer, head) = (registry.officer().await, registry.head().await);
    let draft = async |country: &str| {
        let new = json!({
            "country": country, "summary": "Stable.", "conclusions": "No restriction.",
            "considerations": [{ "consideration": "stability", "level": "low", "text": "Calm." }],
            "reviewOn": registry.day(100), "validUntil": registry.day(200),
        });
        id(&officer.post("/v1/assessments", &new).await.ok())
    };
    let approve = async |assessment: &str| {
        let path = format!("/v1/assessments/{assessment}");
        officer.because(&format!("{path}/consultations")).await.ok();
        for ministry in [Ministry::Defense, Ministry::ForeignAffairs] {
            let given = json!({ "stance": "support", "reasons": "No concern." });
            registry.reviewer(ministry).await.post(&format!("{path}/positions"), &given).await.ok();
        }
        head.because(&format!("{path}/approvals")).await.ok();
    };
    let (first, second, third) = (draft("AE").await, draft("AE").await, draft("AE").await);
    approve(&draft("QA").await).await;
    approve(&first).await;
    approve(&second).await;
    let found = view(&registry, "AE").await;
    let ids = |list: &str| -> Vec<String> {
        each(found[list].as_array().unwrap(), "id").into_iter().map(str::to_owned).collect()
    };
    assert_eq!((ids("assessmentsInForce"), ids("assessmentsInWork")), (vec![second], vec![third]));
    registry.pass_days(201);
    let found = view(&registry, "AE").await;
    assert_eq!(found["assessmentsInForce"], json!([]), "relied on until its last day");
    assert_eq!(found["assessmentsInWork"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_staff_reads_it() {
    let registry = Registry::open().await;
    let exporter = crate::support::case::registered(&registry, "Negev Optics Ltd.", "51-1").await;
    for role in Role::ALL.iter().copied().filter(|role| *role != Role::Clock) {
        let status = registry.any(role, &exporter).await.get("/v1/countries/AE").await.status;
        let outside = [Role::Exporter, Role::Classifier, Role::Customs, Role::Administrator].contains(&role);
        assert_eq!(status.as_u16(), if outside { 403 } else { 200 }, "{role}");
    }
}
