//! `/v1/screening-lists` and `/v1/screenings`: lists are taken whole or refused, told apart, and asked about.

use axum::http::Method;
use export_license_registry::rules::authority::Role;
use export_license_registry::screening;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::support::case::{Case, applied};
use crate::support::registry::{Client, Registry, Reply, each, id};

const OLDER: &str = include_str!("../fixtures/screening/older.csv");
const NEWER: &str = include_str!("../fixtures/screening/newer.csv");

/// What a list with a score from which an entry is a hit says.
pub(crate) fn terms(hit_from: i64) -> Value {
    json!({
        "title": "Test list", "source": "Invented for tests.", "hitFrom": hit_from, "secondPersonFrom": 950,
        "mostRemoved": 10, "limitDays": 30, "reasons": "As the file shows.",
    })
}

/// A list of this code with no edition yet.
pub(crate) async fn kept(registry: &Registry, code: &str) -> String {
    let mut new = terms(700);
    new.as_object_mut().unwrap().remove("reasons");
    new["code"] = json!(code);
    id(&registry.head().await.post("/v1/screening-lists", &new).await.ok())
}

/// A table of organizations, each an id and a name.
pub(crate) fn table(entries: &[(&str, &str)]) -> String {
    let rows = entries.iter().map(|(id, name)| format!("{id},organization,\"{name}\"\n"));
    format!("id,type,name\n{}", rows.collect::<String>())
}

/// Sends files, and other parts, to a path.
pub(crate) async fn send(
    client: &Client,
    path: &str,
    files: &[(&str, &str)],
    parts: &[(&str, &str)],
) -> Reply {
    let file = |(name, text): &(&str, &str)| {
        format!("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{text}\r\n")
    };
    let part = |(name, text): &(&str, &str)| {
        format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
    };
    let parts: String = files.iter().map(file).chain(parts.iter().map(part)).collect();
    let body = format!("{parts}--b--\r\n");
    client.send(Method::POST, path, Some("multipart/form-data; boundary=b"), body).await
}

/// Gives an edition to a list, as the officer.
pub(crate) async fn edition(registry: &Registry, list: &str, text: &str) -> Reply {
    let path = format!("/v1/screening-lists/{list}/editions");
    send(&registry.officer().await, &path, &[("list.csv", text)], &[]).await
}

/// Lets the screener do what it owes.
pub(crate) async fn screened(registry: &Registry) {
    registry.at_rest().await;
    screening::screen_owed(&registry.app).await.unwrap();
}

/// A hit of the exporter of a case, on a list of its own.
pub(crate) async fn a_hit(registry: &Registry, case: &Case<'_>) -> String {
    let list = kept(registry, "hits").await;
    edition(registry, &list, &table(&[("1", "Negev Optics Ltd.")])).await.ok();
    screened(registry).await;
    let path = format!("/v1/screening-hits?partyId={}", case.exporter_id);
    id(&registry.officer().await.all(&path).await[0])
}

#[tokio::test]
async fn a_list_is_kept_under_terms_that_the_head_sets() {
    let registry = Registry::open().await;
    let (officer, head) = (registry.officer().await, registry.head().await);
    let list = kept(&registry, "us-csl").await;
    let path = format!("/v1/screening-lists/{list}");
    let found = officer.get(&path).await.ok();
    assert_eq!((found["code"].as_str(), found["status"].as_str()), (Some("us-csl"), Some("kept")));
    assert_eq!((&found["edition"], &found["currentUntil"]), (&Value::Null, &Value::Null));
    assert_eq!(found["allowedActions"], json!(["take_edition", "propose_doubted_edition"]));
    let mut new = terms(700);
    new.as_object_mut().unwrap().remove("reasons");
    new["code"] = json!("us-csl");
    head.post("/v1/screening-lists", &new).await.problem(409);
    officer.post("/v1/screening-lists", &new).await.problem(403);
    for (field, value) in [
        ("code", json!("US")),
        ("hitFrom", json!(499)),
        ("hitFrom", json!(1001)),
        ("secondPersonFrom", json!(-1)),
        ("mostRemoved", json!(101)),
        ("limitDays", json!(0)),
        ("dueDays", json!(0)),
        ("dueDays", json!(367)),
    ] {
        let mut wrong = new.clone();
        wrong["code"] = json!("other");
        wrong[field] = value;
        head.post("/v1/screening-lists", &wrong).await.names(&format!("/{field}"));
    }
    // A score that hides hits is not an officer's to set.
    officer.put(&path, &terms(1000)).await.problem(403);
    let changed = head.put(&path, &terms(1000)).await.ok();
    assert_eq!((&changed["hitFrom"], &changed["version"]), (&json!(1000), &json!(2)));
    let history = officer.all(&format!("{path}/history")).await;
    assert_eq!(each(&history, "action"), ["keep", "change_terms"]);
    assert_eq!(history[1]["details"]["hitFrom"], 1000);
    head.because(&format!("{path}/endings")).await.ok();
    edition(&registry, &list, OLDER).await.problem(409);
    assert_eq!(officer.all("/v1/screening-lists?status=kept").await.len(), 0);
}

#[tokio::test]
async fn an_edition_is_taken_whole_and_the_difference_is_told() {
    let registry = Registry::open().await;
    let officer = registry.officer().await;
    let list = kept(&registry, "tl").await;
    let path = format!("/v1/screening-lists/{list}");
    let first = edition(&registry, &list, OLDER).await;
    assert_eq!(first.header("location"), format!("{path}/editions/1"));
    let first = first.ok();
    assert_eq!((&first["entries"], &first["added"], &first["removed"]), (&json!(3), &json!(3), &json!(0)));
    assert_eq!((&first["form"], &first["inForce"]), (&json!("table"), &json!(true)));
    assert_eq!(first["sha256"], hex::encode(Sha256::digest(OLDER)));
    // The same file again is the same edition, and nothing is stored.
    let rows = registry.row_counts().await;
    assert_eq!(edition(&registry, &list, OLDER).await.ok(), first);
    assert_eq!(registry.row_counts().await, rows);
    let parts = [("asOf", registry.day(-3))];
    let parts: Vec<(&str, &str)> = parts.iter().map(|(name, day)| (*name, day.as_str())).collect();
    let second = send(&officer, &format!("{path}/editions"), &[("newer.csv", NEWER)], &parts).await.ok();
    let counts =
        ["number", "entries", "added", "changed", "removed"].map(|name| second[name].as_i64().unwrap());
    assert_eq!(counts, [2, 4, 1, 1, 0]);
    let found = officer.get(&path).await.ok();
    assert_eq!((&found["edition"], &found["entries"]), (&json!(2), &json!(4)));
    assert_eq!(found["currentUntil"], registry.day(27));
    let editions = officer.all(&format!("{path}/editions")).await;
    assert_eq!(
        editions.iter().map(|one| one["inForce"].as_bool().unwrap()).collect::<Vec<_>>(),
        [true, false]
    );
    assert_eq!(officer.get(&format!("{path}/editions/2")).await.ok(), second);
    officer.get(&format!("{path}/editions/3")).await.problem(404);
    let differences = format!("{path}/editions/2/differences");
    let told = officer.all(&format!("{differences}?sort=oldest")).await;
    let mut keys: Vec<_> =
        told.iter().map(|one| (one["change"].as_str().unwrap(), one["key"].as_str().unwrap())).collect();
    keys.sort_unstable();
    assert_eq!(keys, [("added", "TL:4"), ("changed", "TL:2")]);
    let changed = officer.all(&format!("{differences}?change=changed")).await;
    let names = |of: &Value| of["names"].as_array().unwrap().len();
    assert!(names(&changed[0]["before"]) < names(&changed[0]["after"]), "{changed:?}");
    assert_eq!(officer.all(&format!("{differences}?change=removed")).await.len(), 0);
    officer.get(&format!("{path}/editions/9/differences")).await.problem(404);
    let lines = officer.get(&format!("{differences}?format=ndjson")).await;
    assert_eq!(lines.text.lines().count(), 2);
    let csv = officer.get(&format!("{differences}?format=csv")).await;
    assert!(csv.text.starts_with("id,change,key,before,after"), "{}", csv.text);
    // An entry that says the same is stored once.
    let stored: i64 = sqlx::query_scalar("select count(*) from screening_entries")
        .fetch_one(registry.pool())
        .await
        .unwrap();
    assert_eq!(stored, 3 + 2);
    let first = officer.all(&format!("{path}/editions/1/differences")).await;
    assert_eq!(each(&first, "change"), ["added"; 3]);
}

#[tokio::test]
async fn a_spoiled_file_is_refused_with_its_place_and_the_edition_in_force_stays() {
    let registry = Registry::open().await;
    let officer = registry.officer().await;
    let list = kept(&registry, "tl").await;
    edition(&registry, &list, NEWER).await.ok();
    let rows = registry.row_counts().await;
    let path = format!("/v1/screening-lists/{list}/editions");
    for (text, says) in [
        (NEWER[..NEWER.len() - 20].to_owned(), "line 5"),
        (NEWER.replace("2024-03-01", "2024-13-01"), "2024-13-01"),
        (format!("{NEWER}5,Test List (TL),person,\n"), "line 6"),
        ("<?xml version=\"1.0\"?><!DOCTYPE x><CONSOLIDATED_LIST/>".to_owned(), "line 1"),
        (String::new(), ""),
        ("id,type,name\n".to_owned(), "no entries"),
    ] {
        let problem = send(&officer, &path, &[("list.csv", &text)], &[]).await.problem(400);
        assert_eq!(problem["errors"][0]["pointer"], "/file", "{problem}");
        assert!(problem["detail"].as_str().unwrap().contains(says), "{says}: {problem}");
    }
    for (files, parts, pointer) in [
        (&[][..], &[][..], "/file"),
        (&[("list.csv", OLDER)], &[("asOf", "2026-06-02")], "/asOf"),
        (&[("list.csv", OLDER)], &[("asOf", "soon")], "/asOf"),
        (&[("list.csv", OLDER)], &[("encoding", "a"), ("encoding", "b")], "/encoding"),
        (&[("list.csv", OLDER)], &[("colour", "red")], ""),
        (&[("list.csv", OLDER)], &[("encoding", "no-such-encoding")], "/file"),
    ] {
        send(&officer, &path, files, parts).await.names(pointer);
    }
    officer.post(&path, &json!({})).await.problem(415);
    assert_eq!(registry.row_counts().await, rows, "nothing was stored");
    assert_eq!(officer.get(&format!("/v1/screening-lists/{list}")).await.ok()["edition"], 1);
}

fn numbered(numbers: impl Iterator<Item = u32>) -> String {
    let rows: Vec<(String, String)> = numbers.map(|n| (n.to_string(), format!("Company {n}"))).collect();
    let rows: Vec<(&str, &str)> = rows.iter().map(|(id, name)| (id.as_str(), name.as_str())).collect();
    table(&rows)
}

/// Which constraint refuses an edition that is written past the service: of these files, proposed and received by these.
async fn forged(registry: &Registry, file: &str, proposed_by: Option<&str>, received_by: &str) -> String {
    let forged = sqlx::query(
        "insert into screening_editions (id, list_id, number, sha256, form, entries, names, added, changed, removed, doubts,
                                         reasons, received_at, proposed_by, received_by)
         select gen_random_uuid(), e.list_id, 99, $1, e.form, e.entries, e.names, 0, 0, 0, '{It shrank.}', 'None.', e.received_at,
                (select p.id from people p where p.handle = $2), (select p.id from people p where p.handle = $3)
           from screening_editions e where e.number = 1",
    )
    .bind(Sha256::digest(file).to_vec())
    .bind(proposed_by)
    .bind(received_by)
    .execute(registry.pool())
    .await;
    let refusal = forged.unwrap_err();
    refusal.as_database_error().and_then(|error| error.constraint()).unwrap().to_owned()
}

#[tokio::test]
async fn a_doubted_edition_is_refused_unless_one_proposes_it_and_the_head_takes_it() {
    let registry = Registry::open().await;
    let (officer, head) = (registry.officer().await, registry.head().await);
    let list = kept(&registry, "tl").await;
    let path = format!("/v1/screening-lists/{list}");
    let (usual, doubted) = (format!("{path}/editions"), format!("{path}/doubted-editions"));
    let whole = numbered(1..=40);
    let day = |ahead| registry.day(ahead);
    send(&officer, &usual, &[("l.csv", &whole)], &[("asOf", &day(-2))]).await.ok();
    let rows = registry.row_counts().await;
    let today = day(0);
    let later = [("asOf", today.as_str())];
    // It reads well, and a tenth of 40 is 4.
    let shrunken = numbered(1..=35);
    let problem = send(&officer, &usual, &[("l.csv", &shrunken)], &later).await.problem(422);
    let says = problem["detail"].as_str().unwrap();
    assert!(says.contains("5 of 40") && says.contains("stays"), "{says}");
    // As many entries, none of which was there before; and a whole one of an earlier day.
    send(&officer, &usual, &[("l.csv", &numbered(41..=80))], &[]).await.problem(422);
    let grown = numbered(1..=41);
    send(&officer, &usual, &[("l.csv", &grown)], &[("asOf", &day(-3))]).await.problem(422);
    let reasons = [("reasons", "The publisher merged two programmes."), later[0]];
    let problem = send(&officer, &usual, &[("l.csv", &grown)], &[]).await.problem(422);
    assert!(problem["detail"].as_str().unwrap().contains("of no day that is known"), "{problem}");
    send(&officer, &doubted, &[("l.csv", &shrunken)], &reasons).await.problem(403);
    send(&officer, &usual, &[("l.csv", &shrunken)], &reasons).await.problem(422);
    send(&officer, &usual, &[("l.csv", &grown)], &reasons).await.names("/reasons");
    send(&head, &doubted, &[("l.csv", &grown)], &reasons).await.problem(409);
    send(&head, &doubted, &[("l.csv", &shrunken[..shrunken.len() - 4])], &reasons).await.names("/file");
    let proposals = format!("{path}/doubted-edition-proposals");
    send(&officer, &proposals, &[("l.csv", &shrunken)], &later).await.names("/reasons");
    send(&officer, &proposals, &[("l.csv", &grown)], &reasons).await.problem(409);
    send(&officer, &proposals, &[("l.csv", &whole)], &reasons[..1]).await.problem(409);
    send(&officer, &proposals, &[("l.csv", &shrunken[..shrunken.len() - 4])], &reasons).await.names("/file");
    let problem = send(&head, &doubted, &[("l.csv", &shrunken)], &reasons).await.problem(409);
    assert!(problem["detail"].as_str().unwrap().contains("Nobody has proposed"), "{problem}");
    assert_eq!(registry.row_counts().await, rows, "nothing was stored");
    // One person is not two.
    send(&head, &proposals, &[("l.csv", &shrunken)], &reasons).await.ok();
    let problem = send(&head, &doubted, &[("l.csv", &shrunken)], &later).await.problem(422);
    assert!(problem["detail"].as_str().unwrap().contains("different persons"), "{problem}");
    assert_eq!(forged(&registry, &shrunken, Some("head"), "head").await, "screening_editions_four_eyes");
    assert_eq!(forged(&registry, &shrunken, None, "head").await, "screening_editions_doubted_has_proposal");
    assert_eq!(forged(&registry, &whole, Some("officer"), "head").await, "screening_editions_proposed");
    let proposed = send(&officer, &proposals, &[("l.csv", &shrunken)], &reasons).await.ok();
    assert_eq!(
        (&proposed["actor"], &proposed["reasons"], &proposed["details"]["removed"]),
        (&json!("officer"), &json!(reasons[0].1), &json!(5))
    );
    assert_eq!(each(&head.all(&proposals).await, "actor"), ["head", "officer"]);
    // What is taken is what was proposed.
    send(&head, &doubted, &[("l.csv", &numbered(1..=34))], &later).await.problem(409);
    assert_eq!(head.get(&path).await.ok()["edition"], 1);
    let taken = send(&head, &doubted, &[("l.csv", &shrunken)], &later).await.ok();
    assert_eq!((&taken["number"], &taken["removed"]), (&json!(2), &json!(5)));
    assert_eq!((&taken["reasons"], taken["doubts"].as_array().unwrap().len()), (&json!(reasons[0].1), 1));
    assert_eq!((&taken["proposedBy"], &taken["receivedBy"]), (&json!("officer"), &json!("head")));
    let history = head.all(&format!("{path}/history")).await;
    assert_eq!(
        each(&history, "action"),
        [
            "keep",
            "take_edition",
            "propose_doubted_edition",
            "propose_doubted_edition",
            "take_doubted_edition"
        ]
    );
    // A proposal is of the edition that was in force, and is used up with it.
    assert_eq!(forged(&registry, &shrunken, Some("officer"), "head").await, "screening_editions_proposed");
    // What was in force before is old: someone may be playing it back.
    let problem = send(&officer, &usual, &[("l.csv", &whole)], &later).await.problem(422);
    assert!(problem["detail"].as_str().unwrap().contains("was edition 1"), "{problem}");
    send(&officer, &usual, &[("l.csv", &grown)], &later).await.ok();
}

/// A list in XML as the Security Council publishes it, of a day.
fn council(day: &str, names: &[&str]) -> String {
    let entity = |(at, name): (usize, &&str)| {
        format!("<ENTITY><DATAID>{at}</DATAID><FIRST_NAME>{name}</FIRST_NAME></ENTITY>")
    };
    let entities: String = names.iter().enumerate().map(entity).collect();
    format!(
        "<CONSOLIDATED_LIST dateGenerated=\"{day}T00:00:09.5Z\"><ENTITIES>{entities}</ENTITIES></CONSOLIDATED_LIST>"
    )
}

#[tokio::test]
async fn the_day_of_an_edition_is_the_one_in_its_file() {
    let registry = Registry::open().await;
    let officer = registry.officer().await;
    let list = kept(&registry, "un").await;
    let path = format!("/v1/screening-lists/{list}");
    let editions = format!("{path}/editions");
    let day = |ahead| registry.day(ahead);
    let newer = council(&day(-5), &["Romashkovo", "Vasilkovo"]);
    let problem = send(&officer, &editions, &[("un.xml", &newer)], &[("asOf", &day(-4))]).await.problem(400);
    assert_eq!(problem["errors"][0]["pointer"], "/asOf", "{problem}");
    let told = problem["detail"].as_str().unwrap();
    assert!(told.contains(&day(-4)) && told.contains(&day(-5)), "{told}");
    let taken = send(&officer, &editions, &[("un.xml", &newer)], &[]).await.ok();
    assert_eq!(taken["asOf"], day(-5));
    assert_eq!(officer.get(&path).await.ok()["currentUntil"], day(25), "30 days from the day in the file");
    // An older file takes no one off the list, whatever is said of it; nor does one that is not born yet.
    let older = council(&day(-9), &["Romashkovo"]);
    let problem = send(&officer, &editions, &[("un.xml", &older)], &[]).await.problem(422);
    assert!(problem["detail"].as_str().unwrap().contains(&day(-9)), "{problem}");
    send(&officer, &editions, &[("un.xml", &older)], &[("asOf", &day(0))]).await.names("/asOf");
    let early = council(&day(1), &["Romashkovo", "Vasilkovo", "Landyshevo"]);
    let problem = send(&officer, &editions, &[("un.xml", &early)], &[]).await.problem(422);
    assert!(problem["detail"].as_str().unwrap().contains("a day to come"), "{problem}");
    let next = council(&day(-1), &["Romashkovo", "Vasilkovo", "Landyshevo"]);
    let taken = send(&officer, &editions, &[("un.xml", &next)], &[("asOf", &day(-1))]).await.ok();
    assert_eq!((&taken["number"], &taken["asOf"]), (&json!(2), &json!(day(-1))));
}

#[tokio::test]
async fn the_same_files_with_a_later_day_are_confirmed_to_be_the_newest() {
    let registry = Registry::open().await;
    let officer = registry.officer().await;
    let list = kept(&registry, "tl").await;
    let path = format!("/v1/screening-lists/{list}");
    let editions = format!("{path}/editions");
    let day = |ahead| registry.day(ahead);
    let text = council(&day(-20), &["Romashkovo"]);
    let give = async |parts: &[(&str, &str)]| send(&officer, &editions, &[("un.xml", &text)], parts).await;
    give(&[]).await.ok();
    assert_eq!(officer.get(&path).await.ok()["currentUntil"], day(10));
    let confirmed = give(&[("asOf", &day(-1))]).await.ok();
    let counts =
        ["number", "entries", "added", "changed", "removed"].map(|name| confirmed[name].as_i64().unwrap());
    assert_eq!((counts, &confirmed["asOf"]), ([2, 1, 0, 0, 0], &json!(day(-1))));
    assert_eq!(officer.get(&path).await.ok()["currentUntil"], day(29));
    let asked = officer.post("/v1/screenings", &json!({ "name": "Vasilkovo" })).await.ok();
    assert_eq!(asked["lists"], json!([{ "code": "tl", "edition": 2, "currentUntil": day(29) }]));
    let history = officer.all(&format!("{path}/history")).await;
    assert_eq!(each(&history, "action"), ["keep", "take_edition", "take_edition"]);
    assert_eq!(history[2]["details"]["asOf"], day(-1));
    // Said again it changes nothing, and an earlier day is refused and not passed over.
    let rows = registry.row_counts().await;
    for parts in [&[][..], &[("asOf", &*day(-1))]] {
        assert_eq!(give(parts).await.ok(), confirmed);
    }
    give(&[("asOf", &day(-2))]).await.names("/asOf");
    give(&[("asOf", &day(1))]).await.names("/asOf");
    assert_eq!(registry.row_counts().await, rows, "nothing was stored");
}

#[tokio::test]
async fn a_list_that_loses_its_other_names_or_numbers_is_doubted() {
    let registry = Registry::open().await;
    let officer = registry.officer().await;
    let list = kept(&registry, "tl").await;
    let path = format!("/v1/screening-lists/{list}/editions");
    let row = |n| format!("{n},Company {n},Firm {n}; House {n},\"Tax, , 10000{n}\"\n");
    let rows: String = (10..30).map(row).collect();
    let whole = format!("id,name,aliases,identifiers\n{rows}");
    send(&officer, &path, &[("l.csv", &whole)], &[]).await.ok();
    for (renamed, says) in [
        (whole.replace("aliases", "other"), "40 of 60 names, more than 6"),
        (whole.replace("identifiers", "other"), "20 of 20 identifiers, more than 2"),
    ] {
        let problem = send(&officer, &path, &[("l.csv", &renamed)], &[]).await.problem(422);
        assert!(problem["detail"].as_str().unwrap().contains(says), "{says}: {problem}");
    }
    // What goes with an entry is counted with the entry.
    let shorter = whole.replace(&row(10), "").replace("; House 11", "");
    let taken = send(&officer, &path, &[("l.csv", &shorter)], &[]).await.ok();
    assert_eq!((&taken["removed"], &taken["names"]), (&json!(1), &json!(56)));
}

#[tokio::test]
async fn the_native_files_of_ofac_are_one_edition_whatever_their_order() {
    let registry = Registry::open().await;
    let officer = registry.officer().await;
    let list = kept(&registry, "ofac-sdn").await;
    let path = format!("/v1/screening-lists/{list}/editions");
    let none = "-0- ";
    let party = format!(
        "1,\"PETUNIN, Gorislav\",\"individual\",\"TEST\",{none},{none},{none},{none},{none},{none},{none},{none}\n"
    );
    let other = format!("1,1,\"aka\",\"ROMASHKOV, Gorislav\",{none}\n");
    let files = [("sdn.csv", party.as_str()), ("alt.csv", other.as_str())];
    let taken = send(&officer, &path, &files, &[]).await.ok();
    assert_eq!(
        (&taken["form"], &taken["entries"], &taken["names"]),
        (&json!("ofac_native"), &json!(1), &json!(2))
    );
    let again = send(&officer, &path, &[files[1], files[0]], &[]).await.ok();
    assert_eq!(again["number"], 1);
}

#[tokio::test]
async fn a_name_is_compared_with_all_lists_and_not_kept() {
    let registry = Registry::open().await;
    let officer = registry.officer().await;
    let asked = json!({ "name": "Горислав Петунин", "kind": "person", "countries": ["RU"] });
    let none = officer.post("/v1/screenings", &asked).await.ok();
    assert_eq!((&none["lists"], &none["hits"]), (&json!([]), &json!([])), "no list says nothing");
    let list = kept(&registry, "tl").await;
    edition(&registry, &list, OLDER).await.ok();
    let found = officer.post("/v1/screenings", &asked).await.ok();
    assert_eq!(found["lists"], json!([{ "code": "tl", "edition": 1, "currentUntil": registry.day(30) }]));
    let hits = found["hits"].as_array().unwrap();
    assert_eq!(hits.len(), 1, "{found}");
    assert_eq!((&hits[0]["listCode"], &hits[0]["entryKey"]), (&json!("tl"), &json!("TL:1")));
    assert!(hits[0]["score"].as_i64().unwrap() >= 900, "{found}");
    assert_eq!(hits[0]["reasons"]["evidence"], json!(["same_country"]));
    assert_eq!(hits[0]["reasons"]["parts"].as_array().unwrap().len(), 2);
    // The next edition answers as soon as it is in force, and says so.
    let company = json!({ "name": "金星科技有限公司" });
    assert_eq!(officer.post("/v1/screenings", &company).await.ok()["hits"], json!([]));
    edition(&registry, &list, NEWER).await.ok();
    let found = officer.post("/v1/screenings", &company).await.ok();
    assert_eq!(found["lists"][0]["edition"], 2);
    assert_eq!(found["hits"][0]["entryKey"], "TL:4", "{found}");
    // By a number alone.
    let ship = json!({ "name": "Gray Goose", "kind": "vessel", "identifiers": [{ "kind": "IMO", "value": "9074729" }] });
    assert_eq!(officer.post("/v1/screenings", &ship).await.ok()["hits"][0]["entryKey"], "TL:3");
    let nobody = json!({ "name": "Anneliese Quastenberger", "kind": "person" });
    assert_eq!(officer.post("/v1/screenings", &nobody).await.ok()["hits"], json!([]));
    // That it was asked is on record, and not about whom.
    let log = registry.auditor().await.all("/v1/audit?act=screening.ask").await;
    assert_eq!(log.len(), 6);
    assert!(!serde_json::to_string(&log).unwrap().contains("Quastenberger"));
    for role in [Role::Exporter, Role::Customs, Role::Auditor, Role::Administrator, Role::Minister] {
        let case_exporter = applied(&registry, "Negev Optics Ltd.", role.name()).await;
        registry.any(role, &case_exporter).await.post("/v1/screenings", &nobody).await.problem(403);
    }
    let many = json!({ "name": "x", "countries": vec!["DE"; 51] });
    officer.post("/v1/screenings", &many).await.names("/countries");
}

#[tokio::test]
async fn every_party_is_screened_when_it_comes_or_changes_and_when_a_list_does() {
    let registry = Registry::open().await;
    let officer = registry.officer().await;
    let exporter = applied(&registry, "Negev Optics Ltd.", "51-1").await;
    let list = kept(&registry, "tl").await;
    let standing = async |screened: bool| {
        let all = officer.all(&format!("/v1/screenings?screened={screened}")).await;
        all.iter().map(|party| party["partyReference"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(standing(true).await, Vec::<String>::new());
    edition(&registry, &list, OLDER).await.ok();
    assert_eq!(standing(false).await, ["EX-2026-000001"]);
    screened(&registry).await;
    assert_eq!(standing(true).await, ["EX-2026-000001"]);
    let new = json!({ "name": "Procurement Office", "kind": "government", "country": "DE" });
    let made = officer.post("/v1/end-users", &new).await;
    let path = made.header("location").to_owned();
    made.ok();
    assert_eq!(standing(false).await, ["EU-2026-000001"]);
    screened(&registry).await;
    assert_eq!(standing(false).await, Vec::<String>::new());
    // A correction of what is not compared owes nothing; of the name, a screening.
    let mut corrected = json!({
        "name": "Procurement Office", "kind": "government", "country": "DE", "address": "Bonn", "reasons": "Moved.",
    });
    officer.put(&path, &corrected).await.ok();
    assert_eq!(standing(false).await, Vec::<String>::new());
    corrected["name"] = json!("Romashkovo Optics");
    officer.put(&path, &corrected).await.ok();
    assert_eq!(standing(false).await, ["EU-2026-000001"]);
    screened(&registry).await;
    let found = officer.all("/v1/screenings?partyKind=end_user").await;
    assert_eq!((&found[0]["undecided"], &found[0]["confirmed"]), (&json!(1), &json!(0)));
    edition(&registry, &list, NEWER).await.ok();
    assert_eq!(standing(false).await.len(), 2);
    screened(&registry).await;
    registry.head().await.put(&format!("/v1/screening-lists/{list}"), &terms(800)).await.ok();
    assert_eq!(standing(false).await.len(), 2, "another score may be a hit");
    assert_eq!(officer.all(&format!("/v1/screenings?partyId={exporter}")).await.len(), 1);
}

/// The list as the United States publish it, where the project has it.
#[tokio::test]
async fn the_us_list_is_taken_and_answers() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../shared/data/screening-lists/us-consolidated-screening-list-2026-07-31.csv"
    );
    let Ok(text) = std::fs::read_to_string(path) else {
        eprintln!("SKIPPED: {path} is not there");
        return;
    };
    let registry = Registry::open().await;
    let officer = registry.officer().await;
    let list = kept(&registry, "us-csl").await;
    let taken = edition(&registry, &list, &text).await.ok();
    assert_eq!((&taken["entries"], &taken["form"]), (&json!(25_921), &json!("table")));
    assert!(taken["names"].as_i64().unwrap() > 50_000, "{taken}");
    // The listing that the seed of this project tells of.
    let asked = json!({ "name": "N.S.O. Group Ltd", "kind": "organization", "countries": ["IL"] });
    let found = officer.post("/v1/screenings", &asked).await.ok();
    assert_eq!(found["hits"][0]["listedName"], "NSO Group", "{found}");
    // The same parties with one row gone differ by one.
    let cut = text.trim_end().rfind('\n').unwrap();
    let next = edition(&registry, &list, &text[..=cut]).await.ok();
    assert_eq!((&next["added"], &next["changed"], &next["removed"]), (&json!(0), &json!(0), &json!(1)));
}
