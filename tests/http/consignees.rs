//! Consignees: named with an application, seen by their exporter and the staff, screened as every party is.

use export_license_registry::rules::authority::Role;
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;

use super::screening::{edition, kept, screened, table};
use crate::support::case::Case;
use crate::support::registry::{Registry, each, id};

const NAME: &str = "Maas Forwarding B.V.";

fn forwarder() -> Value {
    json!({
        "role": "intermediate_consignee", "name": NAME, "kind": "private_company", "country": "NL",
        "address": "Kade 1, Rotterdam",
    })
}

fn agent() -> Value {
    json!({ "role": "broker", "name": "Wanda Makler", "kind": "individual", "country": "PL" })
}

/// A marketing application that names these.
fn naming(case: &Case<'_>, consignees: &[Value]) -> Value {
    let mut new = case.marketing();
    new["consignees"] = json!(consignees);
    new
}

fn check(verdict: &Value, rule: &str) -> Value {
    let checks = verdict["checks"].as_array().or_else(|| verdict["reasons"].as_array()).unwrap();
    checks.iter().find(|check| check["rule"] == rule).unwrap().clone()
}

#[tokio::test]
async fn an_application_names_its_consignees_and_its_license_shows_them() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let made = case.exporter.post("/v1/applications", &naming(&case, &[forwarder(), agent()])).await.ok();
    let path = format!("/v1/applications/{}", id(&made));
    let named = made["consignees"].as_array().unwrap().clone();
    assert_eq!(each(&named, "reference"), ["CN-2026-000001", "CN-2026-000002"]);
    let first = json!({
        "number": 1, "role": "intermediate_consignee", "consigneeId": named[0]["consigneeId"],
        "reference": "CN-2026-000001", "name": NAME, "kind": "private_company", "country": "NL",
        "address": "Kade 1, Rotterdam",
    });
    assert_eq!((&named[0], &named[1]["address"]), (&first, &Value::Null));
    // A draft is written anew as a whole; who is named again is the same party, whatever its role and place.
    let mut buyer = forwarder();
    buyer["role"] = json!("purchaser");
    buyer["address"] = json!("Coolsingel 2, Rotterdam");
    let revised = case.exporter.put(&path, &naming(&case, &[agent(), buyer])).await.ok();
    let (was, now) = (&named, revised["consignees"].as_array().unwrap());
    assert_eq!(
        (&now[1]["consigneeId"], &now[0]["consigneeId"]),
        (&was[0]["consigneeId"], &was[1]["consigneeId"])
    );
    assert_eq!((&now[1]["role"], &now[1]["number"]), (&json!("purchaser"), &json!(2)));
    let dropped = case.exporter.put(&path, &naming(&case, &[forwarder()])).await.ok();
    assert_eq!(dropped["consignees"], json!([first]));
    // Filed, they stand.
    let application = case.supported(&naming(&case, &[forwarder()])).await;
    let filed = format!("/v1/applications/{application}");
    case.exporter.put(&filed, &naming(&case, &[])).await.problem(409);
    let license = case.granted(&application).await;
    for client in [registry.officer().await, registry.customs().await, case.exporter.clone()] {
        let seen = client.get(&format!("/v1/licenses/{license}")).await.ok();
        assert_eq!(seen["consignees"], json!([first]));
    }
    let past = format!("/v1/licenses/{license}?asOf={}", registry.day(0));
    assert_eq!(registry.officer().await.get(&past).await.ok()["consignees"], json!([first]));
    // The license of an application that names none has none.
    let other = case.granted(&case.supported(&case.marketing()).await).await;
    assert_eq!(case.license(&other).await["consignees"], json!([]));
}

#[tokio::test]
async fn an_entry_is_its_exporters_and_tells_no_persons_name_elsewhere() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let application = case.draft(&naming(&case, &[forwarder(), agent()])).await;
    case.draft(&naming(&case, &[forwarder()])).await;
    let officer = registry.officer().await;
    let mut listed = officer.all("/v1/consignees").await;
    listed.sort_by_key(|entry| entry["reference"].to_string());
    assert_eq!(each(&listed, "name"), [NAME, "Wanda Makler"]);
    assert_eq!((&listed[0]["applications"], &listed[1]["applications"]), (&json!(2), &json!(1)));
    for (filter, count) in [
        ("country=NL", 1),
        ("kind=individual", 1),
        ("name=forward", 1),
        ("name=%25", 0),
        ("reference=cn-2026-000002", 1),
        (&*format!("exporterId={}", case.exporter_id), 2),
    ] {
        assert_eq!(officer.all(&format!("/v1/consignees?{filter}")).await.len(), count, "{filter}");
    }
    let paths = listed.iter().map(|entry| format!("/v1/consignees/{}", id(entry))).collect::<Vec<_>>();
    assert_eq!(case.exporter.get(&paths[0]).await.ok(), officer.get(&paths[0]).await.ok());
    let history = case.exporter.all(&format!("{}/history", paths[0])).await;
    assert_eq!((each(&history, "action"), &history[0]["details"]["name"]), (vec!["register"], &json!(NAME)));
    // Neither the history nor the log can be searched for a person.
    let told = [
        officer.get(&format!("{}/history", paths[1])).await.text,
        officer.get(&format!("/v1/applications/{application}/history")).await.text,
        registry.auditor().await.get("/v1/audit?limit=200").await.text,
    ];
    for told in told {
        assert!(told.contains("register") || told.contains("consigneeId"), "{told}");
        assert!(!told.contains("Wanda"), "{told}");
    }
    // Another exporter sees none of it, and names the like as its own.
    let theirs = case.beside("Galil Systems", "51-2").await;
    assert_eq!(theirs.exporter.all("/v1/consignees").await.len(), 0);
    for path in &paths {
        theirs.exporter.get(path).await.problem(404);
        theirs.exporter.get(&format!("{path}/history")).await.problem(404);
    }
    theirs.draft(&naming(&theirs, &[forwarder()])).await;
    let own = theirs.exporter.all("/v1/consignees").await;
    assert_eq!((own.len(), &own[0]["exporterId"]), (1, &json!(theirs.exporter_id)));
    assert_ne!(own[0]["id"], listed[0]["id"]);
    for role in [Role::Customs, Role::Administrator] {
        registry.any(role, "").await.get(&paths[0]).await.problem(403);
    }
}

#[tokio::test]
async fn what_is_named_is_checked() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    for (name, value) in [
        ("role", json!("friend")),
        ("role", Value::Null),
        ("name", json!("")),
        ("name", json!("two\nlines")),
        ("name", json!("\u{202e}B.V.")),
        ("name", json!("Gаlil")),
        ("name", json!("x".repeat(201))),
        ("kind", json!("pirate")),
        ("country", json!("QQ")),
        ("country", json!("nl")),
        ("address", json!("\u{0}")),
        ("colour", json!("red")),
    ] {
        let mut wrong = forwarder();
        wrong[name] = value;
        let reply = case.exporter.post("/v1/applications", &naming(&case, &[agent(), wrong])).await;
        reply.names(&format!("/consignees/1/{name}"));
    }
    let many: Vec<Value> = (0..21)
        .map(|n| json!({ "role": "consignee", "name": format!("Depot {n}"), "kind": "government", "country": "DE" }))
        .collect();
    case.exporter.post("/v1/applications", &naming(&case, &many)).await.names("/consignees");
    case.exporter.post("/v1/applications", &naming(&case, &many[..20])).await.ok();
    let twice = naming(&case, &[forwarder(), agent(), forwarder()]);
    case.exporter.post("/v1/applications", &twice).await.names("/consignees/2/name");
    // A name is one name in whatever form it is written.
    let composed = json!({ "role": "consignee", "name": "Café", "kind": "private_company", "country": "FR" });
    let mut decomposed = composed.clone();
    decomposed["name"] = json!("Cafe\u{301}");
    decomposed["role"] = json!("purchaser");
    let draft = case.exporter.post("/v1/applications", &naming(&case, &[composed, decomposed])).await.ok();
    let named = draft["consignees"].as_array().unwrap();
    assert_eq!(named[0]["consigneeId"], named[1]["consigneeId"]);
    assert_eq!(case.exporter.all("/v1/consignees").await.len(), 21);
}

#[tokio::test]
async fn a_consignee_is_screened_as_its_exporter_is() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let list = kept(&registry, "tl").await;
    edition(&registry, &list, &table(&[("1", "Galilee Metals")])).await.ok();
    screened(&registry).await;
    let first = case.supported(&naming(&case, &[forwarder()])).await;
    screened(&registry).await;
    let license = case.granted(&first).await;
    let application = case.supported(&naming(&case, &[agent(), forwarder()])).await;
    // The broker came on file with the application.
    let refused = case.propose(&application).await.refused_by(&["screening"]);
    let facts = &check(&refused, "screening")["facts"];
    assert_eq!((&facts["party"], &facts["screened"]), (&json!("CN-2026-000002"), &json!(false)));
    edition(&registry, &list, &table(&[("1", "Galilee Metals"), ("2", "Maas Forwarding")])).await.ok();
    screened(&registry).await;
    let (officer, head) = (registry.officer().await, registry.head().await);
    let parties = officer.all("/v1/screenings?partyKind=consignee").await;
    assert_eq!(parties.iter().filter(|party| party["screened"] == true).count(), 2);
    let hits = officer.all("/v1/screening-hits?partyKind=consignee").await;
    assert_eq!((hits.len(), &hits[0]["partyReference"]), (1, &json!("CN-2026-000001")));
    assert_eq!(hits[0]["partyName"], NAME);
    let hit = format!("/v1/screening-hits/{}", id(&hits[0]));
    // Whatever the party is named in is flagged, for the staff alone.
    let paths = [format!("/v1/licenses/{license}"), format!("/v1/applications/{application}")];
    for path in &paths {
        let flags = officer.get(path).await.ok()["screeningFlags"].as_array().unwrap().clone();
        assert_eq!(each(&flags, "partyKind"), ["consignee"], "{path}");
        let told = case.exporter.get(path).await.text;
        assert!(!told.to_lowercase().contains("screening"), "{told}");
    }
    // An open hit holds, a confirmed one refers, a cleared one passes; a thaw is asked the same.
    let refused = case.propose(&application).await.refused_by(&["screening"]);
    assert_eq!(check(&refused, "screening")["facts"]["undecided"], hits[0]["reference"]);
    officer.because(&format!("{hit}/confirmation-proposals")).await.ok();
    head.because(&format!("{hit}/confirmations")).await.ok();
    let referred = case.propose(&application).await.refused_by(&["screening"]);
    assert_eq!(check(&referred, "screening")["outcome"], "refer");
    case.freeze(&license, None).await.ok();
    case.lift(&license, 1).await.refused_by(&["screening"]);
    head.because(&format!("{hit}/reconsiderations")).await.ok();
    officer.because(&format!("{hit}/clearing-proposals")).await.ok();
    head.because(&format!("{hit}/clearing-agreements")).await.ok();
    case.lift(&license, 1).await.ok();
    screened(&registry).await;
    for path in &paths {
        assert_eq!(officer.get(path).await.ok()["screeningFlags"], json!([]), "{path}");
    }
    // Cleared once, the party is clear in the exporter's next application as well.
    case.granted(&application).await;
    let next = case.supported(&naming(&case, &[forwarder()])).await;
    case.granted(&next).await;
    assert_eq!(officer.all("/v1/screening-hits").await.len(), 1);
    // Another name is another party, which nobody has compared.
    let mut renamed = forwarder();
    renamed["name"] = json!("Waal Transport B.V.");
    let other = case.supported(&naming(&case, &[renamed])).await;
    case.propose(&other).await.refused_by(&["screening"]);
    screened(&registry).await;
    case.granted(&other).await;
    let replays = registry.auditor().await.all("/v1/replays").await;
    for replay in &replays {
        assert_eq!(replay["replayed"], "agrees", "{replay}");
    }
}

#[tokio::test]
async fn who_decides_is_told_of_an_embargo_on_a_consignees_country() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let mut agency = agent();
    agency["country"] = json!("KP");
    let application = case.supported(&naming(&case, &[forwarder(), agency])).await;
    let decision = case.propose(&application).await.ok();
    let check = check(&decision["verdict"], "arms_embargo");
    assert_eq!((&check["outcome"], &check["facts"]["destination"]), (&json!("pass"), &json!("DE")));
    assert_eq!(check["facts"]["consignee"], "CN-2026-000002");
    assert!(check["facts"]["consigneeEmbargo"].as_str().unwrap().contains("S/RES/1718"), "{check}");
}

/// The ways round: from psql, as the owner of the tables.
#[tokio::test]
async fn the_database_keeps_what_was_filed_and_whose_it_is() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let filed = case.supported(&naming(&case, &[forwarder()])).await;
    let draft = case.draft(&naming(&case, &[agent()])).await;
    let theirs = case.beside("Galil Systems", "51-2").await;
    let own = theirs.draft(&naming(&theirs, &[forwarder()])).await;
    let insert = |application: &str, of: &str| {
        format!(
            "insert into application_consignees (application_id, number, role, consignee_id)
             select '{application}', 7, 'broker', consignee_id from application_consignees where application_id = '{of}'"
        )
    };
    for (wanted, change) in [
        ("application_consignees_filed", insert(&filed, &draft)),
        (
            "application_consignees_filed",
            format!("delete from application_consignees where application_id = '{filed}'"),
        ),
        (
            "application_consignees_filed",
            "update application_consignees set address = 'elsewhere'".to_owned(),
        ),
        (
            "application_consignees_filed",
            format!(
                "update application_consignees set application_id = '{filed}', number = 9 where application_id = '{draft}'"
            ),
        ),
        ("application_consignees_own", insert(&own, &draft)),
        ("application_consignees_role_known", insert(&draft, &filed).replace("broker", "friend")),
        ("application_consignees_number_bounded", insert(&draft, &filed).replace(" 7,", " 21,")),
        ("consignees_not_edited", "update consignees set name = 'Clean Ltd.'".to_owned()),
        ("consignees_not_edited", "update consignees set country = 'DE'".to_owned()),
    ] {
        let refusal = sqlx::query(AssertSqlSafe(change.clone())).execute(registry.pool()).await.unwrap_err();
        let named = refusal.as_database_error().and_then(|error| error.constraint().map(ToOwned::to_owned));
        assert_eq!(named.as_deref(), Some(wanted), "{change}: {refusal}");
    }
}
