//! `/v1/control-list` and `/v1/reference-editions`: editions are taken whole, versions are dated, nothing is deleted.

use axum::http::Method;
use export_license_registry::reference;
use export_license_registry::rules::authority::Role;
use serde_json::{Value, json};

use crate::support::case::Case;
use crate::support::registry::{Client, Registry, Reply, each, id};

/// A list of the agency's own.
pub(super) const FIRST: &str = "code,title,text,category,reasons,tags
5A001.j,IP network surveillance systems,\"Analysis at the application layer; extraction of metadata
and application content.\",5 Part 1,NS;AT,surveillance
5A001.f,Mobile telecommunications interception equipment,,5 Part 1,NS;SL,interception
4D004,Software for the delivery of intrusion software,,,NS;AT,cyber_intrusion
ML10.a,Combat aircraft,,,,
6A003,Cameras,Thermal imaging cameras with focal plane arrays.,,NS,night_vision
";

/// An upload with these parts; the last one is the file.
pub(super) async fn upload(client: &Client, parts: &[(&str, &str)], file: impl AsRef<[u8]>) -> Reply {
    let mut body = Vec::new();
    for (name, value) in parts {
        let head = format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(head.as_bytes());
    }
    let head = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"dir/list.csv\"\r\n\r\n";
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(file.as_ref());
    body.extend_from_slice(b"\r\n--b--\r\n");
    client.send(Method::POST, "/v1/reference-editions", Some("multipart/form-data; boundary=b"), body).await
}

/// The parts of an edition of a control list of the agency's own.
pub(super) fn parts<'p>(more: &[(&'p str, &'p str)]) -> Vec<(&'p str, &'p str)> {
    let own = [
        ("subject", "control_list"),
        ("list", "own-list"),
        ("source", "Gazette 12/2026"),
        ("asOf", "2026-05-01"),
    ];
    own.into_iter()
        .filter(|(name, _)| !more.iter().any(|(other, _)| other == name))
        .chain(more.iter().copied())
        .collect()
}

async fn codes(client: &Client, query: &str) -> Vec<String> {
    let items = client.all(&format!("/v1/control-list?{query}")).await;
    each(&items, "code").into_iter().map(str::to_owned).collect()
}

#[tokio::test]
async fn what_came_with_the_registry_is_the_first_edition_of_each_list() {
    let registry = Registry::open().await;
    let customs = registry.customs().await;
    let editions = customs.all("/v1/reference-editions?subject=control_list").await;
    let mut lists: Vec<_> =
        editions.iter().map(|one| (one["list"].clone(), one["entries"].clone())).collect();
    lists.sort_by_key(|(list, _)| list.to_string());
    assert_eq!(
        lists,
        [
            (json!("eu-dual-use"), json!(17)),
            (json!("us-ccl"), json!(633)),
            (json!("wassenaar-ml"), json!(22))
        ]
    );
    assert!(editions.iter().all(|one| one["source"].as_str().is_some_and(|source| source.len() > 20)));
    let munitions = customs.all("/v1/control-list?list=wassenaar-ml").await;
    assert_eq!(
        (munitions.len(), munitions[1]["code"].as_str(), munitions[9]["code"].as_str()),
        (22, Some("ML2"), Some("ML10"))
    );
    assert_eq!(munitions[0]["validFrom"], Value::Null);
    assert_eq!(codes(&customs, "prefix=ML1").await, ["ML1"]);
    assert_eq!(codes(&customs, "category=ML&limit=5").await.len(), 22);
    // Held to have been on the list before, on any day.
    assert_eq!(codes(&customs, "prefix=4D004&asOf=1990-01-01").await, ["4D004"]);
    let below = customs.get("/v1/control-list/5a001.f.1").await.ok();
    assert_eq!((&below["code"], &below["nearest"]), (&json!("5A001.f.1"), &json!("5A001")));
    customs.get("/v1/control-list/7Z001").await.names("{code}");
    customs.get("/v1/control-list/9A999").await.problem(404);
    let line = customs.get("/v1/control-list?list=wassenaar-ml&format=csv").await;
    assert!(line.text.starts_with("id,list,code,title,"), "{}", line.text);
    assert_eq!(line.text.lines().count(), 23);
}

#[tokio::test]
async fn an_edition_adds_changes_and_ends_and_every_day_can_be_asked() {
    let registry = Registry::open().await;
    let officer = registry.officer().await;
    let taken = upload(&officer, &parts(&[]), FIRST).await;
    let location = taken.header("location").to_owned();
    let first = taken.ok();
    assert_eq!(officer.get(&location).await.ok(), first);
    assert_eq!(first["added"], json!(["4D004", "5A001.f", "5A001.j", "6A003", "ML10.a"]));
    assert_eq!(
        (&first["number"], &first["entries"], &first["fileName"]),
        (&json!(1), &json!(5), &json!("list.csv"))
    );
    assert_eq!(first["validFrom"], Value::Null);
    let own = "list=own-list";
    assert_eq!(codes(&officer, own).await, ["ML10.a", "4D004", "5A001.f", "5A001.j", "6A003"]);
    assert_eq!(codes(&officer, "list=own-list&tag=interception").await, ["5A001.f"]);
    assert_eq!(codes(&officer, "list=own-list&prefix=5A001").await, ["5A001.f", "5A001.j"]);
    assert_eq!(codes(&officer, "list=own-list&category=5%20Part%201").await.len(), 2);
    assert_eq!(codes(&officer, "list=own-list&q=extracting%20metadata").await, ["5A001.j"]);
    let found = officer.all("/v1/control-list?list=own-list&prefix=5A001.j").await;
    assert_eq!(
        (&found[0]["reasons"], &found[0]["technologyTags"]),
        (&json!(["NS", "AT"]), &json!(["surveillance"]))
    );
    assert!(found[0]["text"].as_str().unwrap().contains("metadata\nand application"));
    // The second edition: one entry more, one with another title, one less.
    let second = FIRST.replace("Combat aircraft", "Combat aircraft and their components").replace(
        "6A003,Cameras,Thermal imaging cameras with focal plane arrays.,,NS,night_vision",
        "6A002,Optical sensors,,,NS,",
    );
    let from = registry.day(10);
    let again = parts(&[("asOf", "2026-06-01"), ("validFrom", &from)]);
    let refused = upload(&officer, &parts(&[("asOf", "2026-06-01")]), &second).await;
    refused.names("/validFrom");
    let second = upload(&officer, &again, &second).await.ok();
    assert_eq!(
        (&second["number"], &second["added"], &second["changed"], &second["ended"]),
        (&json!(2), &json!(["6A002"]), &json!(["ML10.a"]), &json!(["6A003"]))
    );
    assert_eq!(codes(&officer, own).await.len(), 5);
    assert!(codes(&officer, own).await.contains(&"6A003".to_owned()), "until the day before");
    let then = codes(&officer, &format!("{own}&asOf={from}")).await;
    assert!(then.contains(&"6A002".to_owned()) && !then.contains(&"6A003".to_owned()), "{then:?}");
    let aircraft = officer.get("/v1/control-list/ML10.a").await.ok();
    let versions = aircraft["versions"].as_array().unwrap();
    assert_eq!(each(versions, "title"), ["Combat aircraft and their components", "Combat aircraft"]);
    assert_eq!(
        (&versions[0]["validFrom"], &versions[1]["validUntil"]),
        (&json!(from), &json!(registry.day(9)))
    );
    let ended = officer.get("/v1/control-list/6A003").await.ok();
    assert!(
        ended["versions"].as_array().unwrap().iter().any(|version| version["validUntil"] == registry.day(9))
    );
    // One entry in the audit log for each, with the difference.
    for (edition, added) in [(&first, 5), (&second, 1)] {
        let path = format!("/v1/audit?subjectId={}", id(edition));
        let entries = registry.auditor().await.all(&path).await;
        assert_eq!(each(&entries, "act"), ["reference_edition.take"]);
        assert_eq!(entries[0]["particulars"]["added"].as_array().unwrap().len(), added);
    }
}

#[tokio::test]
async fn an_edition_that_ends_much_says_nothing_new_or_goes_back_is_refused() {
    let registry = Registry::open().await;
    let head = registry.head().await;
    upload(&head, &parts(&[("validFrom", "2026-05-01")]), FIRST).await.ok();
    let rows = registry.row_counts().await;
    let from = registry.day(0);
    let later = parts(&[("validFrom", &from)]);
    let same = upload(&head, &later, FIRST).await.problem(409);
    assert!(same["detail"].as_str().unwrap().contains("nothing was taken"), "{same}");
    for day in ["2026-05-01", "2026-04-30", "1899-12-31", "2027-06-03"] {
        upload(&head, &parts(&[("validFrom", day)]), FIRST.replace("Cameras", "Camera"))
            .await
            .names("/validFrom");
    }
    let short: String = FIRST
        .lines()
        .filter(|line| !line.starts_with("6A") && !line.starts_with("ML"))
        .map(|line| format!("{line}\n"))
        .collect();
    let doubted = upload(&head, &later, &short).await.problem(422);
    assert!(doubted["detail"].as_str().unwrap().contains("would lose 2 of 5"), "{doubted}");
    assert_eq!(registry.row_counts().await, rows, "nothing was stored");
    let named = [later.clone(), vec![("endingReasons", "Moved to another list by decree 7.")]].concat();
    let taken = upload(&head, &named, &short).await.ok();
    assert_eq!(
        (&taken["ended"], &taken["endingReasons"]),
        (&json!(["6A003", "ML10.a"]), &json!("Moved to another list by decree 7."))
    );
}

#[tokio::test]
async fn who_may_take_an_edition_and_what_it_must_say() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    for role in Role::ALL.iter().copied().filter(|role| *role != Role::Clock) {
        let client = registry.any(role, &case.exporter_id).await;
        client.get("/v1/control-list?limit=1").await.ok();
        let list = format!("list-{}", role.name().replace('_', "-"));
        let reply = upload(&client, &parts(&[("list", &list)]), FIRST).await;
        if matches!(role, Role::LicensingOfficer | Role::HeadOfAgency) {
            reply.ok();
        } else {
            reply.problem(403);
        }
    }
    let officer = registry.officer().await;
    for (name, value) in [
        ("subject", "people"),
        ("list", "Own List"),
        ("source", " "),
        ("asOf", "1 May"),
        ("asOf", "2026-02-30"),
        ("asOf", "1899-12-31"),
        ("validFrom", "tomorrow"),
    ] {
        upload(&officer, &parts(&[(name, value)]), FIRST).await.names(&format!("/{name}"));
    }
    upload(&officer, &parts(&[("colour", "red")]), FIRST).await.names("");
    upload(&officer, &[parts(&[]), parts(&[])].concat(), FIRST).await.names("/subject");
    upload(&officer, &parts(&[])[1..], FIRST).await.names("/subject");
    officer.post("/v1/reference-editions", &json!({})).await.problem(415);
    upload(&officer.with_no_key(), &parts(&[]), FIRST).await.problem(400);
    let long = vec![b'x'; reference::LONGEST_FILE + 100_000];
    upload(&officer, &parts(&[]), long).await.problem(413);
    let (first, again) = (officer.with_key("edition-1"), officer.with_key("edition-1"));
    let taken = upload(&first, &parts(&[]), FIRST).await.ok();
    let replayed = upload(&again, &parts(&[]), FIRST).await;
    assert_eq!((replayed.header("idempotency-replayed"), &replayed.body), ("true", &taken));
    officer.get("/v1/reference-editions/00000000-0000-7000-8000-0000000000ff").await.problem(404);
}

#[tokio::test]
async fn a_product_is_classified_under_entries_in_force_at_any_depth() {
    let registry = Registry::open().await;
    let officer = registry.officer().await;
    let own = "code,title\n7A901.b,Gyroscopes of a kind\n7A902,Compasses of a kind\n";
    upload(&officer, &parts(&[]), own).await.ok();
    let case = Case::with_product(&registry).await;
    let path = format!("/v1/products/{}/classifications", case.product);
    let classifier = registry.classifier().await;
    let under = |code: &str| {
        let mut new = crate::support::case::classification("dual_use", &["ML5.a"]);
        new["controlCodes"] = json!([code]);
        new
    };
    classifier.post(&path, &under("7A901.b.2")).await.ok();
    classifier.post(&path, &under("7A901.b")).await.ok();
    classifier.post(&path, &under("7A901.a")).await.names("/controlCodes/0");
    classifier.post(&path, &under("7A901")).await.names("/controlCodes/0");
    // What has ended classifies nothing further, and a measure can still mean what was licensed under it.
    let from = registry.day(1);
    let next = parts(&[("validFrom", &from), ("endingReasons", "Repealed.")]);
    upload(&officer, &next, "code,title\n7A902,Compasses of a kind\n").await.ok();
    classifier.post(&path, &under("7A901.b")).await.ok();
    registry.pass_days(1);
    classifier.post(&path, &under("7A901.b")).await.names("/controlCodes/0");
    let scope = json!({ "controlCodes": ["7A901.b"] });
    registry.drafted(&crate::support::measure::measure(&registry, &scope, &["refuse_new"])).await;
}
