//! A register in which much has happened, all of it in the log.

use export_license_registry::db::Isolation;
use export_license_registry::evidence::{Round, Sequencer, record_schema};
use export_license_registry::reference::{load_names, read_names};
use export_license_registry::rules::assessment::Consideration;
use export_license_registry::rules::authority::{Ministry, Role};
use export_license_registry::views;
use serde_json::json;

use crate::evidence::{connect, many};
use crate::reference::{FIRST, parts, upload};
use crate::screening::{edition, kept, screened, table};
use crate::support::case::Case;
use crate::support::measure::measure;
use crate::support::registry::{Registry, command_line, id};

/// A register in which much has happened, all of it in the log.
pub(super) async fn lively() -> Registry {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let license = case.export_license().await;
    case.freeze(&license, None).await.ok();
    case.lift(&license, 1).await.ok();
    case.ship(&license, "2", "26IL0001").await.ok();
    let revocation = case.revoked(&license).await;
    case.object_to_revocation(&revocation).await.ok();
    let refused = case.supported(&case.marketing()).await;
    let refusal = case.refused(&refused).await;
    let objection = id(&case.object_to_decision(&refusal).await.ok());
    case.decide_objection(&objection, "upheld").await.ok();
    looked_into(&registry, &case).await;
    let mut naming = case.marketing();
    naming["consignees"] = json!([
        { "role": "broker", "name": "Agency", "kind": "private_company", "country": "DE", "address": "Bonn" }
    ]);
    case.draft(&naming).await;
    referred_to(&registry).await;
    departed_from(&registry, &case).await;
    let beside = case.beside("Galil Systems", "51-2").await;
    let license = beside.marketing_license().await;
    measured(&registry, &beside.exporter_id).await;
    let question = json!({
        "kind": "marketing", "productId": beside.product, "destination": "DE", "exporterId": beside.exporter_id,
    });
    registry.officer().await.post("/v1/eligibility-checks", &question).await.ok();
    assert_eq!(beside.license(&license).await["status"], "frozen");
    screened_against(&registry, &case).await;
    views::write(&registry.app).await;
    // Enough for full tiles.
    many(&mut connect(&registry).await, 600).await;
    record_schema(&registry.app.pool, &command_line(&registry.app)).await.unwrap();
    all_taken(&registry).await;
    registry
}

/// Lets the sequencer take what there is.
pub(super) async fn all_taken(registry: &Registry) {
    let mut sequencer = Sequencer::default();
    while !matches!(sequencer.round(&registry.app).await.unwrap(), Round::Idle) {}
}

/// What the agency thinks of a country and looks into, an exemption, and a key that was followed.
async fn looked_into(registry: &Registry, case: &Case<'_>) {
    let (officer, head) = (registry.officer().await, registry.head().await);
    let exemption = json!({
        "title": "Sights to France", "scope": { "destinations": ["FR"] }, "conditions": [],
        "legalBasis": "Marketing order, s. 4", "validFrom": registry.day(0), "reasons": "Trials with a partner state.",
    });
    head.post("/v1/exemptions", &exemption).await.ok();
    let allegation = json!({
        "sourceKind": "civil_society", "receivedOn": registry.day(-3), "text": "They were seen elsewhere.",
        "endUserId": case.end_user,
    });
    let allegation = id(&officer.post("/v1/allegations", &allegation).await.ok());
    let assessment = json!({ "assessment": "Two sources agree.", "credibility": "high" });
    officer.post(&format!("/v1/allegations/{allegation}/assessments"), &assessment).await.ok();
    let grave = json!({ "reasons": "Credible and grave.", "owner": "officer", "dueOn": registry.day(60) });
    let opened = head.post(&format!("/v1/allegations/{allegation}/substantiations"), &grave).await.ok();
    let evidence = json!({ "kind": "technical_analysis", "description": "The logs of the device." });
    let review = opened["reviewId"].as_str().unwrap();
    officer.post(&format!("/v1/reviews/{review}/evidence"), &evidence).await.ok();
    let assessment = json!({
        "country": "DE", "summary": "Stable.", "conclusions": "No concern.", "reviewOn": registry.day(100),
        "validUntil": registry.day(200), "considerations": Consideration::ALL.iter().map(|consideration|
            json!({ "consideration": consideration, "level": "low", "text": "Nothing of note." })).collect::<Vec<_>>(),
    });
    let assessment = id(&officer.post("/v1/assessments", &assessment).await.ok());
    officer.because(&format!("/v1/assessments/{assessment}/consultations")).await.ok();
    let position = json!({ "stance": "support", "reasons": "As our embassy reports." });
    let positions = format!("/v1/assessments/{assessment}/positions");
    registry.reviewer(Ministry::Defense).await.post(&positions, &position).await.ok();
    let token = registry.token("k.dahan", Role::Customs, None, None).await;
    let token = uuid::Uuid::parse_str(token.split('_').nth(1).unwrap()).unwrap();
    registry.administrator().post(&format!("/v1/tokens/{token}/rotations"), &json!({})).await.ok();
}

/// Reference data of the agency's own: a control list, programmes, a group, names of countries.
async fn referred_to(registry: &Registry) {
    let (officer, head) = (registry.officer().await, registry.head().await);
    upload(&officer, &parts(&[]), FIRST).await.ok();
    let second =
        parts(&[("asOf", "2026-06-01"), ("validFrom", "2026-06-01"), ("endingReasons", "It is meant.")]);
    upload(&officer, &second, FIRST.replace("ML10.a,Combat aircraft,,,,\n", "")).await.ok();
    let programmes = parts(&[("subject", "programmes"), ("list", "own-programmes")]);
    upload(&officer, &programmes, "key,title,issuer,countries,measures\nP1,A,B,LB,asset_freeze\n").await.ok();
    let group = json!({ "code": "caucasus", "name": "Caucasus", "source": "Our own list of May." });
    head.post("/v1/country-groups", &group).await.ok();
    let join = json!({ "territory": "GE", "validFrom": registry.day(-10) });
    head.post("/v1/country-groups/caucasus/members", &join).await.ok();
    let end = json!({ "territory": "QA", "validUntil": registry.day(0), "reasons": "It left." });
    head.post("/v1/country-groups/gulf-states/member-endings", &end).await.ok();
    let names = read_names("code,language,name\nDE,de,Deutschland\nFR,fr,France\n".as_bytes()).unwrap();
    let mut tx = registry.app.pool.office(Isolation::Decides).await.unwrap();
    load_names(&mut tx, &command_line(&registry.app), &"Our own".parse().unwrap(), &names).await.unwrap();
    tx.commit().await.unwrap();
}

/// A list, a hit of the exporter, and flags on what it touches.
async fn screened_against(registry: &Registry, case: &Case<'_>) {
    let list = kept(registry, "own").await;
    edition(registry, &list, &table(&[("1", "Negev Optics Ltd."), ("2", "Other")])).await.ok();
    screened(registry).await;
    let hits =
        registry.officer().await.all(&format!("/v1/screening-hits?partyId={}", case.exporter_id)).await;
    assert_eq!(hits.len(), 1);
}

/// An override of a refusal, with dissent, that the minister signed.
async fn departed_from(registry: &Registry, case: &Case<'_>) {
    let refused = case.supported(&case.marketing()).await;
    case.refused(&refused).await;
    let named = case.advised_override(&json!({ "applicationId": refused }), &[]).await;
    let dissent = json!({ "dissent": "It goes against our practice." });
    registry
        .reviewer(Ministry::Defense)
        .await
        .post(&format!("/v1/overrides/{named}/dissents"), &dissent)
        .await
        .ok();
    case.sign(&named).await.ok();
}

/// A measure in force over what an exporter holds: agreed to, previewed, and decided on license by license.
async fn measured(registry: &Registry, exporter: &str) {
    let mut new = measure(registry, &json!({ "exporters": [exporter] }), &["freeze_existing"]);
    new["effects"]
        .as_array_mut()
        .unwrap()
        .push(json!({ "effect": "add_condition", "condition": "Report monthly." }));
    let path = registry.drafted(&new).await;
    let preview = registry.previewed(&path).await;
    registry.agreed(&path, &preview).await;
    registry.enacted(&path).await;
}
