//! `/v1/eligibility-checks`: what the gate says of a case before it is filed, and what it then says of the filed case.

use export_license_registry::rules::authority::Ministry;
use serde_json::{Value, json};

use crate::support::case::{Case, classification};
use crate::support::measure::measure;
use crate::support::registry::{Client, Registry, each, id};

const PATH: &str = "/v1/eligibility-checks";

/// What is asked about the application that `case` would file for 100 pieces to Germany.
fn question(case: &Case<'_>, declaration: Option<&str>) -> Value {
    let mut asked = json!({
        "kind": "export", "productId": case.product, "destination": "DE", "endUserId": case.end_user,
        "quantity": "100", "unit": "piece", "value": "250000.00", "currency": "EUR",
    });
    if let Some(declaration) = declaration {
        asked["declarationId"] = json!(declaration);
    }
    asked
}

/// The same about the marketing of its product.
fn offer(case: &Case<'_>) -> Value {
    json!({ "kind": "marketing", "productId": case.product, "destination": "DE" })
}

async fn answered(client: &Client, asked: &Value) -> Value {
    client.post(PATH, asked).await.ok()["answer"].clone()
}

/// What staff are told of it.
async fn told(case: &Case<'_>, asked: &Value) -> Value {
    let mut asked = asked.clone();
    asked["exporterId"] = json!(case.exporter_id);
    answered(&case.registry.officer().await, &asked).await
}

fn rules(items: &Value) -> Vec<&str> {
    items.as_array().unwrap().iter().filter_map(|item| item["rule"].as_str()).collect()
}

/// Brings a freeze of issuing into force, which a review of no one's stands behind; gives its path.
async fn frozen(registry: &Registry, scope: &Value, ends_on: Option<String>) -> String {
    registry.officer().await;
    let review = json!({ "title": "Practice", "question": "Of others?", "owner": "officer", "dueOn": registry.day(30) });
    let review = id(&registry.head().await.post("/v1/reviews", &review).await.ok());
    let mut new = measure(registry, scope, &["freeze_issuing"]);
    (new["reviewId"], new["endsOn"]) = (json!(review), json!(ends_on));
    let path = registry.drafted(&new).await;
    registry.enacted(&path).await;
    path
}

/// Files the case, decides on it, and holds what the gate says of it against what was told before.
async fn filed_alike(case: &Case<'_>, asked: &Value, application: &str, decision: &Value) {
    let finding = told(case, asked).await;
    let decided = case.decide(application, decision).await;
    let (whole, checks) = if decided.status == 201 {
        (true, decided.body["verdict"]["checks"].clone())
    } else {
        (false, decided.problem(422)["reasons"].clone())
    };
    let said = |rule: &Value| checks.as_array().unwrap().iter().find(|check| check["rule"] == *rule).cloned();
    for rule in finding["passed"].as_array().unwrap() {
        let outcome = said(rule).map(|check| check["outcome"].clone());
        assert!(outcome == Some(json!("pass")) || (!whole && outcome.is_none()), "{rule}: {outcome:?}");
    }
    for hindrance in finding["hindrances"].as_array().unwrap() {
        let check = said(&hindrance["rule"]).unwrap_or_default();
        for member in ["outcome", "says", "basis", "facts"] {
            assert_eq!(check[member], hindrance[member], "{}: {member}", hindrance["rule"]);
        }
    }
    // What stands against the filed case was told, or was still to come.
    let against = checks
        .as_array()
        .unwrap()
        .iter()
        .filter(|check| !["pass", "not_applicable"].contains(&check["outcome"].as_str().unwrap()));
    for check in against {
        let known = rules(&finding["hindrances"]).contains(&check["rule"].as_str().unwrap());
        assert!(known || rules(&finding["toCome"]).contains(&check["rule"].as_str().unwrap()), "{check}");
    }
    assert!(!finding["passed"].as_array().unwrap().is_empty(), "{finding}");
}

#[tokio::test]
async fn what_is_told_before_filing_is_what_the_gate_says_of_the_filed_case() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let declaration = case.declaration(&[(&case.product, "100")]).await;
    let asked = question(&case, Some(&declaration));
    let application = case.supported(&case.export(&declaration)).await;
    let same = async || filed_alike(&case, &asked, &application, &case.grant()).await;
    // Measures, a review, a suspension: each comes, is told, and goes.
    let germany = json!({ "destinations": ["DE"] });
    let path = frozen(&registry, &germany, None).await;
    same().await;
    registry.lifted(&path).await;
    for effect in ["refuse_new", "require_committee"] {
        let path = registry.in_force(&germany, &[effect]).await;
        same().await;
        registry.lifted(&path).await;
    }
    let review = json!({ "title": "Use", "question": "As declared?", "owner": "officer", "dueOn": registry.day(30), "endUserId": case.end_user });
    let review = id(&registry.head().await.post("/v1/reviews", &review).await.ok());
    same().await;
    let officer = registry.officer().await;
    let entry = json!({ "kind": "statement", "description": "The commander's account." });
    officer.post(&format!("/v1/reviews/{review}/evidence"), &entry).await.ok();
    let end = json!({ "findings": "None.", "proposal": "no_further_action", "reasons": "Settled." });
    officer.post(&format!("/v1/reviews/{review}/conclusions"), &end).await.ok();
    let exporter = format!("/v1/exporters/{}", case.exporter_id);
    registry.head().await.because(&format!("{exporter}/suspensions")).await.ok();
    same().await;
    registry.head().await.because(&format!("{exporter}/reinstatements")).await.ok();
    // The declaration names less, and serves another application.
    let mut beyond = asked.clone();
    beyond["quantity"] = json!("101");
    let mut new = case.export(&declaration);
    new["lines"][0]["quantity"] = json!("101");
    filed_alike(&case, &beyond, &case.supported(&new).await, &case.grant()).await;
    same().await;
    case.countersign(&application, 1).await.ok();
    let second = case.supported(&case.export(&declaration)).await;
    filed_alike(&case, &asked, &second, &case.grant()).await;
    assert_eq!(told(&case, &asked).await["asThingsStand"], "refused");
    // Another destination: no cover, and the declaration is of another state.
    let mut elsewhere = asked.clone();
    elsewhere["destination"] = json!("FR");
    let mut new = case.export(&declaration);
    new["destination"] = json!("FR");
    filed_alike(&case, &elsewhere, &case.supported(&new).await, &case.grant()).await;
    // An embargoed one.
    let mut embargoed = asked.clone();
    embargoed["destination"] = json!("LY");
    new["destination"] = json!("LY");
    filed_alike(&case, &embargoed, &case.supported(&new).await, &case.grant()).await;
}

#[tokio::test]
async fn a_like_refusal_is_told_to_staff_and_not_to_the_exporter() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let before = answered(&case.exporter, &offer(&case)).await;
    let other = case.beside("Galil Systems", "51-2").await;
    let application = other.in_review(&other.marketing()).await;
    other.refused(&application).await;
    let staff = told(&case, &offer(&case)).await;
    assert_eq!(
        (&staff["asThingsStand"], rules(&staff["hindrances"])),
        (&json!("referred"), vec!["like_refusal"])
    );
    // The refusal is another's: the exporter is told what it was told before there was one.
    let after = answered(&case.exporter, &offer(&case)).await;
    assert_eq!(after, before);
    assert!(rules(&after["toCome"]).contains(&"like_refusal"));
    filed_alike(&case, &offer(&case), &case.supported(&case.marketing()).await, &case.grant()).await;
}

#[tokio::test]
async fn what_is_under_review_holds_for_reasons_that_are_not_disclosed() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    registry.officer().await;
    let review = json!({ "title": "Use", "question": "As declared?", "owner": "officer", "dueOn": registry.day(30), "endUserId": case.end_user });
    registry.head().await.post("/v1/reviews", &review).await.ok();
    let check = case.exporter.post(PATH, &question(&case, None)).await;
    for hidden in ["RW-2026", "open_review", "review", "officer", "AssessmentOf"] {
        assert!(!check.text.contains(hidden), "tells {hidden}: {}", check.text);
    }
    let check = check.ok();
    assert_eq!(check["answer"]["asThingsStand"], "held");
    assert_eq!(
        check["answer"]["hindrances"],
        json!([{ "outcome": "hold", "says": "For reasons that are not disclosed.", "facts": {} }])
    );
    assert_eq!(check["askedBy"], Value::Null);
    // Read again it is the same; staff read the whole of what the exporter asked.
    let path = format!("{PATH}/{}", id(&check));
    assert_eq!(case.exporter.get(&path).await.ok(), check);
    let whole = registry.auditor().await.get(&path).await.ok();
    assert_eq!(rules(&whole["answer"]["hindrances"]), ["open_review"]);
    assert_eq!(whole["answer"]["hindrances"][0]["facts"]["review"], "RW-2026-000001");
    // The row that the exporter may read has no other columns.
    let exporter: uuid::Uuid = case.exporter_id.parse().unwrap();
    for column in ["facts", "verdict", "answer", "asked_by"] {
        use export_license_registry::db::{Behalf, Isolation};
        let mut tx = registry.app.pool.begin(Behalf::Exporter(exporter), Isolation::Reads).await.unwrap();
        let sql = format!("select {column}::text from eligibility_checks");
        let read = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(&mut *tx).await;
        assert!(read.unwrap_err().to_string().contains("permission denied"), "{column}");
    }
}

#[tokio::test]
async fn a_measure_holds_until_its_last_day_and_is_told() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    frozen(&registry, &json!({ "destinations": ["DE"] }), Some(registry.day(20))).await;
    let answer = answered(&case.exporter, &question(&case, None)).await;
    assert_eq!(answer["asThingsStand"], "held");
    let hindrance = &answer["hindrances"][0];
    assert_eq!(
        (&hindrance["rule"], &hindrance["measure"], &hindrance["until"]),
        (&json!("measure_freeze"), &json!("ME-2026-000001"), &json!(registry.day(20)))
    );
    assert_eq!(answer["measures"][0]["measure"], "ME-2026-000001");
    assert_eq!(answer["measures"][0]["endsOn"], registry.day(20));
    registry.pass_days(21);
    registry.sweep().await;
    assert_eq!(answered(&case.exporter, &question(&case, None)).await["asThingsStand"], "granted");
}

#[tokio::test]
async fn what_is_needed_is_told_with_the_template_and_what_is_to_come() {
    let registry = Registry::open().await;
    let case = Case::with_parties(&registry).await;
    let answer = answered(&case.exporter, &question(&case, None)).await;
    assert_eq!(answer["asThingsStand"], "refused");
    assert_eq!(rules(&answer["hindrances"]), ["marketing_cover"]);
    assert_eq!(
        each(answer["needed"].as_array().unwrap(), "document"),
        ["marketing_license", "end_user_declaration"]
    );
    assert_eq!(answer["declaration"]["templateVersion"], 1);
    let text = answer["declaration"]["text"].as_str().unwrap();
    assert_eq!(case.exporter.get(text).await.ok()["productClass"], "military");
    for rule in
        ["stage", "positions_recorded", "term", "four_eyes", "declaration_accepted", "conditions_seen"]
    {
        assert!(rules(&answer["toCome"]).contains(&rule), "{rule}");
    }
    // An exemption does without the marketing license, on its conditions.
    let exemption = json!({
        "title": "Sights to Germany", "scope": { "all": [{ "destinations": ["DE"] }, { "licenseKinds": ["export"] }] },
        "conditions": ["Return after the trials."], "legalBasis": "Marketing order, s. 4",
        "validFrom": registry.day(0), "validUntil": registry.day(100), "reasons": "Trials with a partner state.",
    });
    registry.head().await.post("/v1/exemptions", &exemption).await.ok();
    for asked in [question(&case, None), offer(&case)] {
        let answer = answered(&case.exporter, &asked).await;
        assert_eq!(answer["asThingsStand"], "exempt", "{answer}");
        assert_eq!(answer["exemptions"][0]["reference"], "XM-2026-000001");
        assert_eq!(answer["exemptions"][0]["conditions"], json!(["Return after the trials."]));
        assert_eq!(answer["exemptions"][0]["validUntil"], registry.day(100));
    }
    // Another that reaches is told beside it.
    let mut other = exemption.clone();
    (other["title"], other["conditions"]) = (json!("All to Germany"), json!(["Report within 30 days."]));
    registry.head().await.post("/v1/exemptions", &other).await.ok();
    let answer = answered(&case.exporter, &question(&case, None)).await;
    assert_eq!(answer["asThingsStand"], "exempt", "{answer}");
    assert_eq!(
        each(answer["exemptions"].as_array().unwrap(), "reference"),
        ["XM-2026-000001", "XM-2026-000002"]
    );
    assert_eq!(answer["exemptions"][1]["conditions"], json!(["Report within 30 days."]));
    // A product found to be on no control list needs no license; one that waits for its class is held.
    let product = case.submitted().await;
    let mut asked = offer(&case);
    asked["productId"] = json!(product);
    let waiting = answered(&case.exporter, &asked).await;
    assert_eq!(rules(&waiting["hindrances"]), ["products_classified"]);
    registry.classifier().await.because(&format!("/v1/products/{product}/non-control-findings")).await.ok();
    let free = answered(&case.exporter, &asked).await;
    assert_eq!((&free["asThingsStand"], &free["hindrances"]), (&json!("no_license_needed"), &json!([])));
}

#[tokio::test]
async fn what_is_described_is_told_as_it_would_stand_on_file() {
    let registry = Registry::open().await;
    let case = Case::with_parties(&registry).await;
    let scope =
        json!({ "all": [{ "technologyTags": ["night_vision"] }, { "endUserKinds": ["private_company"] }] });
    frozen(&registry, &scope, None).await;
    let described = json!({
        "kind": "brokering", "destination": "DE", "endUser": { "kind": "private_company", "country": "DE" },
        "product": {
            "controlCodes": ["6A002.a.2"], "productClass": "dual_use", "securityClassification": "restricted",
            "technologyTags": ["night_vision"],
        },
    });
    let answer = answered(&case.exporter, &described).await;
    assert_eq!(answer["asThingsStand"], "held");
    assert_eq!(rules(&answer["hindrances"]), ["measure_freeze"]);
    assert_eq!(
        each(answer["needed"].as_array().unwrap(), "document"),
        ["product_registration", "classification", "end_user_entry", "amounts"]
    );
    for rule in ["products_owned", "products_classified", "quantities"] {
        assert!(rules(&answer["toCome"]).contains(&rule), "{rule}");
    }
    // Put on file as described, the gate says the same.
    let mut classified = classification("dual_use", &["6A002.a.2"]);
    classified["technologyTags"] = json!(["night_vision"]);
    let product = case.submitted().await;
    let path = format!("/v1/products/{product}/classifications");
    registry.classifier().await.post(&path, &classified).await.ok();
    let end_user = case.end_user("private_company", "DE").await;
    let new = json!({
        "kind": "brokering", "purpose": "new", "destination": "DE", "endUserId": end_user, "endUse": "Hunting",
        "lines": [{ "productId": product, "quantity": "1", "unit": "piece", "value": "9.00", "currency": "EUR" }],
    });
    let application = case.in_review(&new).await;
    for ministry in [Ministry::Defense, Ministry::ForeignAffairs] {
        case.position(&application, ministry, "support").await.ok();
    }
    filed_alike(&case, &described, &application, &case.grant()).await;
}

#[tokio::test]
async fn how_long_decisions_take_is_counted_from_the_register_and_told_from_ten_on() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let mut decided = 0;
    for days in [1, 2, 3, 4, 5, 6, 7, 8, 9] {
        let application = case.supported(&case.marketing()).await;
        registry.pass_days(days);
        case.granted(&application).await;
        decided += 1;
    }
    let duration = async || answered(&case.exporter, &offer(&case)).await["duration"].clone();
    assert_eq!((decided, duration().await), (9, Value::Null));
    let application = case.supported(&case.marketing()).await;
    registry.pass_days(40);
    case.granted(&application).await;
    let counted = duration().await;
    assert_eq!(
        counted,
        json!({ "medianDays": 5, "ninetiethPercentileDays": 9, "decisions": 10, "since": registry.day(-365) })
    );
    // What another kind takes is another figure, and what was decided more than a year ago counts no more.
    let case = Case { end_user: case.end_user("armed_forces", "DE").await, ..case };
    assert_eq!(answered(&case.exporter, &question(&case, None)).await["duration"], Value::Null);
    registry.pass_days(330);
    assert_eq!(answered(&case.exporter, &offer(&case)).await["duration"], Value::Null);
}

#[tokio::test]
async fn a_check_files_nothing_is_logged_with_its_facts_and_is_its_askers_to_read() {
    let registry = Registry::open().await;
    let mine = Case::with_cover(&registry).await;
    let theirs = mine.beside("Galil Systems", "51-2").await;
    let officer = registry.officer().await;
    let before = registry.row_counts().await;
    let check = mine.exporter.post(PATH, &question(&mine, None)).await.ok();
    let added: Vec<String> = registry
        .row_counts()
        .await
        .into_iter()
        .zip(before)
        .filter(|(after, before)| after != before)
        .map(|((table, _), _)| table)
        .collect();
    assert_eq!(added, ["audit_entries", "eligibility_checks", "reference_counters"]);
    assert_eq!(
        (check["reference"].as_str(), &check["asked"]["productId"]),
        (Some("EC-2026-000001"), &json!(mine.product))
    );
    let replays = registry.auditor().await.all("/v1/replays?act=eligibility_check.ask").await;
    assert_eq!(each(&replays, "replayed"), ["agrees"]);
    // Another exporter's is absent, and so is what staff asked of one.
    let mut of_staff = question(&mine, None);
    of_staff["exporterId"] = json!(mine.exporter_id);
    let by_officer = officer.post(PATH, &of_staff).await.ok();
    assert_eq!(by_officer["askedBy"], "officer");
    for (client, path) in [(&theirs.exporter, id(&check)), (&mine.exporter, id(&by_officer))] {
        client.get(&format!("{PATH}/{path}")).await.problem(404);
    }
    assert_eq!(each(&mine.exporter.all(PATH).await, "id"), [id(&check)]);
    assert_eq!(theirs.exporter.all(&format!("{PATH}?exporterId={}", mine.exporter_id)).await.len(), 0);
    let seen = officer.all(&format!("{PATH}?asThingsStand=granted&kind=export&destination=DE")).await;
    assert_eq!(each(&seen, "id"), [id(&by_officer), id(&check)]);
    assert_eq!(officer.all(&format!("{PATH}?asThingsStand=held")).await.len(), 0);
    assert_eq!(officer.all(&format!("{PATH}?reference=ec-2026-000001")).await.len(), 1);
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused_with_the_field() {
    let registry = Registry::open().await;
    let case = Case::with_parties(&registry).await;
    let theirs = case.beside("Galil Systems", "51-2").await;
    let license = theirs.marketing_license().await;
    let nowhere = "01890000-0000-7000-8000-000000000001";
    let described = json!({ "controlCodes": ["ML5.a"], "productClass": "military" });
    let someone = json!({ "kind": "government", "country": "DE" });
    for (change, pointer) in [
        (json!({ "productId": null }), "/productId"),
        (json!({ "product": described }), "/product"),
        (json!({ "endUser": someone }), "/endUser"),
        (json!({ "endUserId": null }), "/endUserId"),
        (json!({ "purpose": "renewal" }), "/predecessorId"),
        (json!({ "predecessorId": nowhere }), "/predecessorId"),
        (json!({ "purpose": "renewal", "predecessorId": license }), "/predecessorId"),
        (json!({ "unit": null }), "/unit"),
        (json!({ "currency": null }), "/currency"),
        (json!({ "productId": theirs.product }), "/productId"),
        (json!({ "endUserId": theirs.end_user }), "/endUserId"),
        (json!({ "declarationId": nowhere }), "/declarationId"),
        (json!({ "exporterId": theirs.exporter_id }), "/exporterId"),
        (
            json!({ "productId": null, "product": { "controlCodes": [], "productClass": "military" } }),
            "/product/controlCodes",
        ),
        (
            json!({ "productId": null, "product": { "controlCodes": ["0A999", "9Z999"], "productClass": "military" } }),
            "/product/controlCodes/1",
        ),
        (
            json!({ "productId": null, "product": { "controlCodes": ["ML5", "ML5"], "productClass": "military" } }),
            "/product/controlCodes/1",
        ),
    ] {
        let mut asked = question(&case, None);
        for (name, value) in change.as_object().unwrap() {
            asked[name] = value.clone();
        }
        case.exporter.post(PATH, &asked).await.names(pointer);
    }
    registry.officer().await.post(PATH, &question(&case, None)).await.names("/exporterId");
    assert_eq!(registry.officer().await.all(PATH).await.len(), 0);
    // A renewal is asked about like any other.
    let license = case.marketing_license().await;
    let mut renewal = offer(&case);
    (renewal["purpose"], renewal["predecessorId"]) = (json!("renewal"), json!(license));
    for (number, lines) in [(1, Some(&[1][..])), (2, None)] {
        assert_eq!(answered(&case.exporter, &renewal).await["asThingsStand"], "granted");
        case.freeze(&license, lines).await.ok();
        let held = answered(&case.exporter, &renewal).await;
        assert_eq!(rules(&held["hindrances"]), ["predecessor"], "its one line is frozen: {lines:?}");
        case.lift(&license, number).await.ok();
    }
}
