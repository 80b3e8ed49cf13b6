//! `/v1/screening-hits`: cleared or confirmed by as many persons as it takes, and opened again when either side changes.

use export_license_registry::rules::authority::{Ministry, Role};
use serde_json::{Value, json};

use super::screening::{a_hit, edition, kept, screened, send, table, terms};
use crate::support::case::Case;
use crate::support::registry::{Client, Registry, each, id};
use crate::support::scratch::eventually;

/// The hits on file, the oldest first.
async fn hits(registry: &Registry) -> Vec<Value> {
    registry.officer().await.all("/v1/screening-hits?sort=oldest").await
}

/// A registry with a case whose exporter has a hit of this name, on a list whose terms need a second person from a score on.
async fn found(
    registry: &Registry,
    case: &Case<'_>,
    listed: &str,
    second_person_from: i64,
) -> (String, String) {
    let list = kept(registry, "tl").await;
    let mut terms = terms(700);
    terms["secondPersonFrom"] = json!(second_person_from);
    registry.head().await.put(&format!("/v1/screening-lists/{list}"), &terms).await.ok();
    edition(registry, &list, &table(&[("1", listed)])).await.ok();
    screened(registry).await;
    let path = format!("/v1/screening-hits?partyId={}", case.exporter_id);
    let hits = registry.officer().await.all(&path).await;
    assert_eq!(hits.len(), 1, "{hits:?}");
    (format!("/v1/screening-hits/{}", id(&hits[0])), list)
}

async fn status(client: &Client, hit: &str) -> String {
    client.get(hit).await.ok()["status"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_hit_says_why_and_keeps_no_name_in_what_cannot_be_erased() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let (hit, list) = found(&registry, &case, "Negev Optix", 1000).await;
    let officer = registry.officer().await;
    let found = officer.get(&hit).await.ok();
    assert_eq!(
        (found["reference"].as_str(), found["status"].as_str()),
        (Some("SH-2026-000001"), Some("open"))
    );
    assert_eq!((&found["partyKind"], &found["partyId"]), (&json!("exporter"), &json!(case.exporter_id)));
    assert_eq!(
        (&found["partyReference"], &found["partyName"]),
        (&json!("EX-2026-000001"), &json!("Negev Optics Ltd."))
    );
    assert_eq!(
        (&found["listId"], &found["listCode"], &found["entryKey"]),
        (&json!(list), &json!("tl"), &json!("1"))
    );
    assert_eq!(
        (&found["listedName"], &found["entry"]["names"][0]["text"]),
        (&json!("Negev Optix"), &json!("Negev Optix"))
    );
    let score = found["score"].as_i64().unwrap();
    assert!((700..1000).contains(&score), "{found}");
    let parts = found["reasons"]["parts"].as_array().unwrap();
    assert!(parts.iter().any(|part| part["ours"] == "Optics" && part["theirs"] == "Optix"), "{found}");
    assert_eq!(
        found["allowedActions"],
        json!(["assign", "clear", "propose_clearing", "propose_confirmation"])
    );
    let history = officer.all(&format!("{hit}/history")).await;
    assert_eq!(each(&history, "action"), ["find"]);
    assert_eq!(history[0]["actorRole"], "clock");
    let log = registry.auditor().await.all("/v1/audit?act=screening_hit.find").await;
    assert_eq!(log.len(), 1);
    assert!(!serde_json::to_string(&(history, log)).unwrap().contains("Negev"), "no party in history");
    // What is not a step is nobody's: comparing again changes nothing.
    let rows = registry.row_counts().await;
    screened(&registry).await;
    assert_eq!(registry.row_counts().await, rows);
    for role in [Role::Exporter, Role::Customs, Role::Administrator, Role::Classifier] {
        registry.any(role, &case.exporter_id).await.get(&hit).await.problem(403);
    }
}

#[tokio::test]
async fn below_the_score_one_person_clears_and_from_it_on_two_do() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let (hit, list) = found(&registry, &case, "Negev Optix", 1000).await;
    let officer = registry.officer().await;
    officer.post(&format!("{hit}/clearings"), &json!({})).await.names("/reasons");
    officer.because(&format!("{hit}/clearings")).await.ok();
    let cleared = officer.get(&hit).await.ok();
    assert_eq!((&cleared["status"], &cleared["movedBy"]), (&json!("cleared"), &json!("officer")));
    // The terms are those of the moment: with a lower score, the next clearing takes two.
    registry.head().await.because(&format!("{hit}/reconsiderations")).await.ok();
    let mut lower = terms(700);
    lower["secondPersonFrom"] = json!(700);
    registry.head().await.put(&format!("/v1/screening-lists/{list}"), &lower).await.ok();
    let problem = officer.because(&format!("{hit}/clearings")).await.problem(409);
    assert!(problem["detail"].as_str().unwrap().contains("second person"), "{problem}");
    let open = officer.get(&hit).await.ok();
    assert_eq!(open["allowedActions"], json!(["assign", "propose_clearing", "propose_confirmation"]));
    officer.because(&format!("{hit}/clearing-proposals")).await.ok();
    officer.because(&format!("{hit}/clearing-agreements")).await.problem(409);
    registry.head().await.because(&format!("{hit}/clearing-agreements")).await.ok();
    assert_eq!(status(&officer, &hit).await, "cleared");
    let history = officer.all(&format!("{hit}/history")).await;
    assert_eq!(
        each(&history, "action"),
        ["find", "clear", "reconsider", "propose_clearing", "agree_to_clearing"]
    );
}

/// The ways round: another key of the same person, the same person in another role's shoes, a step from psql.
#[tokio::test]
async fn a_confirmation_takes_two_persons_whatever_keys_they_show() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let (hit, _) = found(&registry, &case, "Negev Optics Ltd.", 1000).await;
    let officer = registry.officer().await;
    officer.because(&format!("{hit}/confirmations")).await.problem(409);
    officer.because(&format!("{hit}/confirmation-proposals")).await.ok();
    let second_key = registry.token("officer", Role::LicensingOfficer, None, None).await;
    for client in [officer.clone(), registry.bearer(&second_key)] {
        let problem = client.because(&format!("{hit}/confirmations")).await.problem(409);
        assert!(problem["detail"].as_str().unwrap().contains("different persons"), "{problem}");
    }
    registry.reviewer(Ministry::Defense).await.because(&format!("{hit}/confirmations")).await.problem(403);
    let forged = sqlx::query(
        "insert into history (subject_id, version, life_cycle, prev_version, from_status, action, to_status, at, actor_id,
                              actor_role, details, request_id)
         select subject_id, 3, life_cycle, 2, 'confirmation_proposed', 'confirm', 'confirmed', at, actor_id, actor_role,
                '{}', request_id
           from history where subject_id = $1::uuid and version = 2",
    )
    .bind(hit.rsplit('/').next().unwrap())
    .execute(registry.pool())
    .await;
    let refusal = forged.unwrap_err().to_string();
    assert!(refusal.contains("two persons"), "{refusal}");
    // Sent back, it is open again, and whoever sent it back may propose as well.
    let second = registry.staff("second.officer", Role::LicensingOfficer).await;
    second.because(&format!("{hit}/returns")).await.ok();
    assert_eq!(status(&officer, &hit).await, "open");
    second.because(&format!("{hit}/confirmation-proposals")).await.ok();
    officer.because(&format!("{hit}/confirmations")).await.ok();
    assert_eq!(status(&officer, &hit).await, "confirmed");
    // What two confirmed, one does not clear, whatever its score.
    officer.because(&format!("{hit}/reconsiderations")).await.ok();
    officer.because(&format!("{hit}/clearings")).await.problem(409);
    assert_eq!(officer.get(&hit).await.ok()["secondPerson"], true);
}

#[tokio::test]
async fn a_clearing_holds_until_the_entry_or_the_party_changes() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let (hit, list) = found(&registry, &case, "Negev Optix", 1000).await;
    let officer = registry.officer().await;
    officer.because(&format!("{hit}/clearings")).await.ok();
    // An edition that says the same of the entry, and another of others.
    edition(&registry, &list, &table(&[("1", "Negev Optix"), ("2", "Galilee Metals")])).await.ok();
    screened(&registry).await;
    assert_eq!(status(&officer, &hit).await, "cleared");
    let changed = "id,type,name,countries\n1,organization,Negev Optix,IL\n2,organization,Galilee Metals,\n";
    edition(&registry, &list, changed).await.ok();
    screened(&registry).await;
    let found = officer.get(&hit).await.ok();
    assert_eq!((&found["status"], &found["edition"]), (&json!("open"), &json!(3)));
    assert_eq!(found["reasons"]["evidence"], json!(["same_country"]));
    let step = officer.all(&format!("{hit}/history")).await.pop().unwrap();
    assert_eq!((&step["action"], &step["reasons"]), (&json!("reopen"), &json!("The entry changed.")));
    // The same of an end user, whose entry its exporter corrects; a proposal falls with what it was made on.
    let new = json!({ "name": "Galilee Metal Works", "kind": "private_company", "country": "DE" });
    let made = case.exporter.post("/v1/end-users", &new).await;
    let party = made.header("location").to_owned();
    made.ok();
    screened(&registry).await;
    let hit = format!("/v1/screening-hits/{}", id(&hits(&registry).await[1]));
    officer.because(&format!("{hit}/clearing-proposals")).await.ok();
    let mut corrected = new.clone();
    corrected["name"] = json!("Galilee Metals");
    corrected["reasons"] = json!("As registered.");
    case.exporter.put(&party, &corrected).await.ok();
    screened(&registry).await;
    assert_eq!(status(&officer, &hit).await, "open");
    // Another name does not take the hit away: a person does.
    corrected["name"] = json!("Anneliese Quastenberger");
    case.exporter.put(&party, &corrected).await.ok();
    screened(&registry).await;
    assert_eq!(status(&officer, &hit).await, "open");
    assert_eq!(hits(&registry).await.len(), 2);
}

#[tokio::test]
async fn an_entry_that_leaves_the_list_closes_a_hit_unless_it_is_confirmed() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let officer = registry.officer().await;
    let list = kept(&registry, "tl").await;
    let (ours, theirs) = (("1", "Negev Optics Ltd."), ("2", "Negev Optics Limited"));
    let rest: Vec<(String, String)> = (10..40).map(|n| (n.to_string(), format!("Company {n}"))).collect();
    let with = |more: &[(&str, &str)]| {
        let rest = rest.iter().map(|(id, name)| (id.as_str(), name.as_str()));
        table(&more.iter().copied().chain(rest).collect::<Vec<_>>())
    };
    edition(&registry, &list, &with(&[ours, theirs])).await.ok();
    screened(&registry).await;
    let all = hits(&registry).await;
    let path = |entry: &str| {
        let hit = all.iter().find(|hit| hit["entryKey"] == entry).unwrap();
        format!("/v1/screening-hits/{}", id(hit))
    };
    let (open, confirmed) = (path("1"), path("2"));
    officer.because(&format!("{confirmed}/confirmation-proposals")).await.ok();
    registry.head().await.because(&format!("{confirmed}/confirmations")).await.ok();
    edition(&registry, &list, &with(&[])).await.ok();
    screened(&registry).await;
    assert_eq!(status(&officer, &open).await, "obsolete");
    assert_eq!(status(&officer, &confirmed).await, "confirmed");
    let step = officer.all(&format!("{open}/history")).await.pop().unwrap();
    assert_eq!(step["action"], "lose_entry");
    // Reconsidered, it is closed like the other; listed again, both are open.
    registry.head().await.because(&format!("{confirmed}/reconsiderations")).await.ok();
    screened(&registry).await;
    assert_eq!(status(&officer, &confirmed).await, "obsolete");
    edition(&registry, &list, &with(&[ours, theirs, ("3", "Company 3")])).await.ok();
    screened(&registry).await;
    assert_eq!(status(&officer, &open).await, "open");
    assert_eq!(status(&officer, &confirmed).await, "open");
    assert_eq!(hits(&registry).await.len(), 2, "found again, not anew");
    // A list that is ended has no hits any more.
    registry.head().await.because(&format!("/v1/screening-lists/{list}/endings")).await.ok();
    screened(&registry).await;
    let by_status = officer.all("/v1/screening-hits?undecided=true").await;
    assert_eq!(by_status.len(), 0, "{by_status:?}");
    let _ = case;
}

#[tokio::test]
async fn the_list_of_hits_is_the_work_to_do() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let hit = a_hit(&registry, &case).await;
    let officer = registry.officer().await;
    let list =
        officer.get(&format!("/v1/screening-hits/{hit}")).await.ok()["listId"].as_str().unwrap().to_owned();
    for (filter, count) in [
        ("undecided=true".to_owned(), 1),
        ("undecided=false".to_owned(), 0),
        ("status=open".to_owned(), 1),
        ("status=cleared".to_owned(), 0),
        ("partyKind=exporter".to_owned(), 1),
        ("partyKind=end_user".to_owned(), 0),
        (format!("listId={list}"), 1),
        (format!("listId={hit}"), 0),
        ("reference=sh-2026-000001".to_owned(), 1),
    ] {
        assert_eq!(officer.all(&format!("/v1/screening-hits?{filter}")).await.len(), count, "{filter}");
    }
    // Every step is an event for the staff, and for no one else.
    // An event is shown once no transaction that could come before it is open, of whatever test on the same server.
    eventually("the hit", async || {
        let events = officer.all("/v1/events?subjectKind=screening_hit").await;
        each(&events, "kind") == ["screening_hit.find"]
    })
    .await;
    assert_eq!(case.exporter.all("/v1/events?subjectKind=screening_hit").await.len(), 0);
    // A second list makes a second hit of the same party.
    let other = kept(&registry, "other").await;
    let path = format!("/v1/screening-lists/{other}/editions");
    send(&officer, &path, &[("l.csv", &table(&[("A", "Negev Optics")]))], &[]).await.ok();
    screened(&registry).await;
    assert_eq!(hits(&registry).await.len(), 2);
}

#[tokio::test]
async fn a_hit_is_someones_work_and_due_by_a_day() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let (hit, list) = found(&registry, &case, "Negev Optix", 1000).await;
    let (officer, head, auditor) =
        (registry.officer().await, registry.head().await, registry.auditor().await);
    let due = registry.day(10);
    let seen = officer.get(&hit).await.ok();
    assert_eq!(
        (&seen["dueOn"], &seen["overdue"], &seen["assignee"]),
        (&json!(due), &json!(false), &Value::Null)
    );
    let assignments = format!("{hit}/assignments");
    let to = async |assignee: Value| officer.post(&assignments, &json!({ "assignee": assignee })).await;
    // Whoever does not work on hits is given none.
    registry.customs().await;
    for nobody in ["nobody", "customs", "clock"] {
        to(json!(nobody)).await.names("/assignee");
    }
    registry.reviewer(Ministry::Defense).await.post(&assignments, &json!({})).await.problem(403);
    let assigned = json!({ "assignee": "officer", "reasons": "Knows the firm." });
    let given = head.post(&assignments, &assigned).await.ok();
    assert_eq!((&given["assignee"], &given["status"]), (&json!("officer"), &json!("open")));
    let step = officer.all(&assignments).await.pop().unwrap();
    assert_eq!(
        (&step["reasons"], &step["details"]),
        (&json!("Knows the firm."), &json!({ "assignee": "officer" }))
    );
    let count = async |filter: &str| officer.all(&format!("/v1/screening-hits?{filter}")).await.len();
    assert_eq!((count("assignee=officer").await, count("assignee=head").await), (1, 0));
    assert_eq!((count("assigned=true").await, count("assigned=false").await), (1, 0));
    to(Value::Null).await.ok();
    assert_eq!((count("assigned=true").await, count("assigned=false").await), (0, 1));
    // On its day it is in time, and a day later it is not, in whatever hands it is.
    registry.pass_days(10);
    assert_eq!((count("overdue=true").await, count("overdue=false").await), (0, 1));
    assert!(auditor.all("/v1/audit/overdue").await.is_empty());
    registry.pass_days(1);
    assert_eq!((count("overdue=true").await, count("overdue=false").await), (1, 0));
    officer.because(&format!("{hit}/clearing-proposals")).await.ok();
    assert_eq!(officer.get(&hit).await.ok()["overdue"], true);
    let late = auditor.all("/v1/audit/overdue?kind=screening_hit").await;
    assert_eq!(late.len(), 1);
    assert_eq!((&late[0]["reference"], &late[0]["dueOn"]), (&json!("SH-2026-000001"), &json!(due)));
    assert_eq!((&late[0]["daysLate"], &late[0]["status"]), (&json!(1), &json!("clearing_proposed")));
    to(json!("officer")).await.problem(409);
    // Sent back it is as late as before; decided on, it is not late; opened again, it is new work.
    head.because(&format!("{hit}/returns")).await.ok();
    assert_eq!(officer.get(&hit).await.ok()["dueOn"], due);
    officer.because(&format!("{hit}/clearings")).await.ok();
    assert_eq!((count("overdue=true").await, count("overdue=false").await), (0, 1));
    assert!(auditor.all("/v1/audit/overdue").await.is_empty());
    let mut shorter = terms(700);
    shorter["dueDays"] = json!(3);
    head.put(&format!("/v1/screening-lists/{list}"), &shorter).await.ok();
    head.because(&format!("{hit}/reconsiderations")).await.ok();
    assert_eq!(officer.get(&hit).await.ok()["dueOn"], registry.day(3));
}
