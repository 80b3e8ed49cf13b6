//! `/v1/erasures`: what names a person goes when its term has ended, and every proof holds as before.

use std::collections::BTreeSet;

use export_license_registry::act::Policy;
use export_license_registry::db::Isolation;
use export_license_registry::examination::examine;
use export_license_registry::history::Grounds;
use export_license_registry::http::problem::Kind;
use export_license_registry::ids::ErasureId;
use export_license_registry::rules::authority::Role;
use export_license_registry::rules::erasure::RetentionTerms;
use export_license_registry::{erasures, packs};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Row as _};

use super::examination::{behind_the_back, examined, published as heads, run};
use super::packs::{by_python, key, published};
use super::screening::{edition, kept, screened, table};
use crate::evidence::connect;
use crate::support::case::Case;
use crate::support::registry::{Client, Registry, each, id};
use crate::support::scratch::Scratch;

const NAME: &str = "Tamar Q. Ben-David";
const ADDRESS: &str = "7 Elm Street, Bonn";
/// One year and a day, and the term of the tests is a year.
const TERM: u64 = 367;

async fn registry() -> Registry {
    let retention = RetentionTerms { person: 1, end_user: 1, signatory: 1, consignee: 1 };
    Registry::with_policy(Policy { retention, ..Policy::default() }).await
}

/// A license to a natural person who is named wherever one can be: its file goes on until its term ends.
async fn named(case: &mut Case<'_>) -> String {
    let new = json!({ "name": NAME, "kind": "individual", "country": "DE", "address": ADDRESS });
    case.end_user = id(&case.exporter.post("/v1/end-users", &new).await.ok());
    let application = case.export_application().await;
    let grant = json!({
        "outcome": "grant", "validUntil": case.registry.day(365),
        // Between the words of a name stands whatever people write.
        "reasons": format!(
            "{NAME} is known to us, at\n{ADDRESS}. {}; {}; {}.",
            NAME.replace(' ', "\n"), NAME.replace(' ', "\u{a0}"), NAME.replace(' ', "\u{3000}\t")
        ),
    });
    let application = case.decided(&application, &grant).await;
    let license = application["licenseId"].as_str().unwrap().to_owned();
    let freeze = json!({
        "ground": "human_rights", "reasons": format!("It is said of {}.", NAME.to_uppercase()),
        "reviewOn": case.registry.day(30),
    });
    case.registry.officer().await.post(&format!("/v1/licenses/{license}/freezes"), &freeze).await.ok();
    case.registry.pass_days(1);
    case.lift(&license, 1).await.ok();
    license
}

fn proposal(kind: &str, subject: &str) -> Value {
    json!({ "kind": kind, "subjectId": subject, "reasons": "The term has ended." })
}

/// Proposes an erasure and has the head carry it out; gives it as it then stands.
async fn erased(registry: &Registry, scratch: &Scratch, kind: &str, subject: &str) -> Value {
    let proposed = registry.officer().await.post("/v1/erasures", &proposal(kind, subject)).await.ok();
    published(registry, scratch).await;
    let path = format!("/v1/erasures/{}", id(&proposed));
    let done = registry.head().await.because(&format!("{path}/executions")).await.ok();
    published(registry, scratch).await;
    done
}

/// Where a word stands on file: every column of every table, as text.
async fn places(registry: &Registry, word: &str) -> BTreeSet<String> {
    let columns = sqlx::query(
        "select table_name::text, column_name::text, data_type::text from information_schema.columns
          where table_schema = 'public' order by 1, 2",
    )
    .fetch_all(registry.pool())
    .await
    .unwrap();
    assert!(columns.len() > 300);
    let mut places = BTreeSet::new();
    for row in columns {
        let (table, column, kind): (String, String, String) = (row.get(0), row.get(1), row.get(2));
        let text =
            if kind == "bytea" { format!("encode({column}, 'escape')") } else { format!("{column}::text") };
        let sql = format!("select count(*) from {table} where {text} ilike '%' || $1 || '%'");
        let count: i64 =
            sqlx::query_scalar(AssertSqlSafe(sql)).bind(word).fetch_one(registry.pool()).await.unwrap();
        if count > 0 {
            places.insert(format!("{table}.{column}"));
        }
    }
    places
}

fn verified(pack: &str) -> packs::Proven {
    packs::verify(pack.as_bytes(), &[key()]).unwrap()
}

async fn pack(auditor: &Client, license: &str) -> String {
    let reply = auditor.get(&format!("/v1/licenses/{license}/evidence")).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.text
}

/// Nothing is found by an examination against what was published before, and nothing of the name is on file.
async fn sound(registry: &Registry, against: Vec<export_license_registry::examination::Against>) {
    let mut tx = registry.app.pool.office(Isolation::RecordsMuch).await.unwrap();
    let report = examine(&mut tx, against).await.unwrap();
    assert_eq!(report.findings, []);
}

#[tokio::test]
async fn what_names_a_natural_person_goes_and_every_proof_holds() {
    let registry = registry().await;
    let scratch = Scratch::new("erasures-end-user");
    let mut case = Case::with_cover(&registry).await;
    let license = named(&mut case).await;
    published(&registry, &scratch).await;
    let (auditor, officer) = (registry.auditor().await, registry.officer().await);
    let (before, against) = (pack(&auditor, &license).await, heads(&registry).await);
    let size = against.last().unwrap().head.unwrap().size;
    let entries = auditor.all("/v1/audit").await;
    let mut proofs = Vec::new();
    assert!(entries.len() > 20);
    for entry in entries.iter().filter(|entry| entry["index"].as_u64().is_some_and(|index| index < size)) {
        let path = format!("/v1/audit/{}/proof?size={size}", id(entry));
        proofs.push((path.clone(), auditor.get(&path).await.ok()));
    }
    // While the license runs it needs its end user, and a year after that the term has not ended.
    let proposal = proposal("end_user", &case.end_user);
    let refused = officer.post("/v1/erasures", &proposal).await.problem(409);
    assert!(refused["detail"].as_str().unwrap().contains("license EL-2026-"), "{refused}");
    registry.pass_days(TERM);
    registry.sweep().await;
    let refused = officer.post("/v1/erasures", &proposal).await.problem(422);
    let ends = registry.day(365).get(..4).unwrap().to_owned();
    assert!(
        refused["detail"].as_str().unwrap().contains(&format!("the term ends on {ends}-06-")),
        "{refused}"
    );
    registry.pass_days(TERM);
    let naming =
        json!({ "kind": "end_user", "subjectId": case.end_user, "reasons": format!("{NAME} asked for it.") });
    officer.post("/v1/erasures", &naming).await.names("/reasons");
    let found = places(&registry, NAME).await;
    assert!(found.len() >= 5, "{found:?}");

    let done = erased(&registry, &scratch, "end_user", &case.end_user).await;
    assert_eq!((&done["status"], &done["proposedBy"]), (&json!("carried_out"), &json!("officer")));
    assert_eq!((&done["found"], &done["carriedOutBy"]), (&done["erased"], &json!("head")));
    for gone in [NAME, "Tamar", ADDRESS] {
        assert_eq!(places(&registry, gone).await, BTreeSet::new(), "{gone}");
    }
    sound(&registry, against).await;
    for (path, proof) in proofs {
        assert_eq!(auditor.get(&path).await.ok(), proof, "{path}");
    }
    // The pack of before still holds, and so does that of now, which says what it lost.
    let after = pack(&auditor, &license).await;
    assert_eq!((verified(&before).erased, verified(&before).steps + 1), (0, verified(&after).steps));
    assert!(verified(&after).erased >= 2, "{:?}", verified(&after));
    by_python(&scratch, &before, Ok("0 erased"));
    by_python(&scratch, &after, Ok("holds: license "));
    // A mark stands where the name stood, also in what is told of the past and in exports.
    let mark = format!("[erased {}]", done["reference"].as_str().unwrap());
    assert_eq!(officer.get(&format!("/v1/end-users/{}", case.end_user)).await.ok()["name"], mark);
    for path in [
        format!("/v1/licenses/{license}/history"),
        format!("/v1/licenses/{license}?asOf=2026-06-01"),
        "/v1/end-users?format=csv".to_owned(),
        "/v1/end-users?format=ndjson".to_owned(),
    ] {
        let told = officer.get(&path).await;
        assert!(told.text.contains(&mark), "{path}: {}", told.text);
    }
    let entries = auditor.all(&format!("/v1/audit?subjectId={license}")).await;
    let gone: Vec<&Value> = entries.iter().filter(|entry| entry["erasureId"] == done["id"]).collect();
    assert_eq!(each_act(&gone), ["license.freeze"]);
    assert_eq!(gone[0]["particulars"], Value::Null);
    let says = entries.iter().find(|entry| entry["act"] == "license.erase").unwrap();
    assert_eq!(says["particulars"]["entries"][0]["id"], gone[0]["id"]);
    let opened = auditor.get(&format!("/v1/audit/{}", id(gone[0]))).await.ok();
    assert_eq!(opened["particularsSalt"], Value::Null);
    // Once.
    officer.post("/v1/erasures", &proposal).await;
    let again = officer.all("/v1/erasures?status=carried_out").await;
    assert_eq!(again.len(), 1);
}

#[tokio::test]
async fn what_screening_found_of_a_natural_person_goes_and_what_the_list_says_stays() {
    let registry = registry().await;
    let scratch = Scratch::new("erasures-screening");
    let mut case = Case::with_cover(&registry).await;
    named(&mut case).await;
    let list = kept(&registry, "tl").await;
    edition(&registry, &list, &format!("id,type,name\n1,person,{NAME}\n2,person,Tamara Bendavid\n"))
        .await
        .ok();
    screened(&registry).await;
    published(&registry, &scratch).await;
    let against = heads(&registry).await;
    let officer = registry.officer().await;
    let path = format!("/v1/screening-hits?partyId={}", case.end_user);
    let hits = officer.all(&path).await;
    let one = hits.iter().find(|hit| hit["entryKey"] == "2").unwrap();
    assert!(one["reasons"]["parts"].as_array().is_some_and(|parts| !parts.is_empty()), "{one}");
    registry.pass_days(TERM);
    registry.sweep().await;
    registry.pass_days(TERM);
    let done = erased(&registry, &scratch, "end_user", &case.end_user).await;
    assert_eq!(done["status"], "carried_out");
    for gone in [NAME, "Tamar"] {
        let left = places(&registry, gone).await;
        let listed: BTreeSet<String> =
            ["screening_entries.body", "screening_hits.listed_name"].map(Into::into).into();
        assert!(left.is_subset(&listed) && left.contains("screening_entries.body"), "{gone}: {left:?}");
    }
    for hit in officer.all(&path).await {
        assert_eq!(hit["reasons"], json!({}), "{hit}");
        assert_ne!(hit["listedName"], NAME, "{hit}");
    }
    sound(&registry, against).await;
    // Whoever is nobody now is compared again, and found nowhere.
    screened(&registry).await;
    assert_eq!(officer.all(&path).await.len(), hits.len());
}

/// A broker is named in an application, in the license that it led to, and in the work on a hit.
#[tokio::test]
async fn a_consignee_who_is_a_person_goes_with_its_address_and_its_hits() {
    let registry = registry().await;
    let scratch = Scratch::new("erasures-consignee");
    let case = Case::with_product(&registry).await;
    let list = kept(&registry, "tl").await;
    let listed = table(&[("1", "Tamar Ben David")]);
    edition(&registry, &list, &listed).await.ok();
    let mut new = case.marketing();
    new["consignees"] = json!([
        { "role": "broker", "name": NAME, "kind": "individual", "country": "PL", "address": ADDRESS },
        { "role": "purchaser", "name": "Weichsel Handel", "kind": "private_company", "country": "PL" },
    ]);
    let application = case.supported(&new).await;
    screened(&registry).await;
    let (auditor, officer) = (registry.auditor().await, registry.officer().await);
    let hits = officer.all("/v1/screening-hits").await;
    assert_eq!((hits.len(), &hits[0]["partyName"]), (1, &json!(NAME)));
    assert!(hits[0]["reasons"].to_string().contains("Tamar"), "{hits:?}");
    let hit = format!("/v1/screening-hits/{}", id(&hits[0]));
    officer.because(&format!("{hit}/clearing-proposals")).await.ok();
    registry.head().await.because(&format!("{hit}/clearing-agreements")).await.ok();
    let license = case.granted(&application).await;
    let consignee = hits[0]["partyId"].as_str().unwrap().to_owned();
    published(&registry, &scratch).await;
    let (before, against) = (pack(&auditor, &license).await, heads(&registry).await);
    let refused = officer.post("/v1/erasures", &proposal("consignee", &consignee)).await.problem(409);
    assert!(refused["detail"].as_str().unwrap().contains("license ML-2026-"), "{refused}");
    registry.pass_days(TERM);
    registry.sweep().await;
    // The term rests on the log and on the license, not on when a row was touched.
    let mut connection = connect(&registry).await;
    let touch = "set session_replication_role = replica; update licenses set updated_at = '2020-01-01Z';
                 update applications set updated_at = '2020-01-01Z'; update consignees set updated_at = '2020-01-01Z'";
    sqlx::raw_sql(touch).execute(&mut connection).await.unwrap();
    let refused = officer.post("/v1/erasures", &proposal("consignee", &consignee)).await.problem(422);
    assert!(refused["detail"].as_str().unwrap().contains("needed until 2027-06-01"), "{refused}");
    registry.pass_days(TERM);
    let company = case.license(&license).await["consignees"][1]["consigneeId"].clone();
    officer.post("/v1/erasures", &proposal("consignee", company.as_str().unwrap())).await.names("/subjectId");
    let done = erased(&registry, &scratch, "consignee", &consignee).await;
    for gone in [NAME, "Ben-David", ADDRESS] {
        assert_eq!(places(&registry, gone).await, BTreeSet::new(), "{gone}");
    }
    sound(&registry, against).await;
    let mark = json!(format!("[erased {}]", done["reference"].as_str().unwrap()));
    let named = case.license(&license).await["consignees"].clone();
    assert_eq!((&named[0]["name"], &named[0]["address"]), (&mark, &mark));
    assert_eq!(named[1]["name"], "Weichsel Handel");
    let left = officer.get(&hit).await.ok();
    assert_eq!(
        (&left["partyName"], &left["reasons"], &left["status"]),
        (&mark, &json!({}), &json!("cleared"))
    );
    assert_eq!(verified(&before).erased, 0);
    let after = pack(&auditor, &license).await;
    by_python(&scratch, &before, Ok("holds: license "));
    by_python(&scratch, &after, Ok("holds: license "));
}

fn each_act<'v>(entries: &[&'v Value]) -> Vec<&'v str> {
    entries.iter().map(|entry| entry["act"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_person_is_erased_with_its_verdicts_which_are_not_replayed_any_more() {
    let registry = registry().await;
    let scratch = Scratch::new("erasures-person");
    let case = Case::with_cover(&registry).await;
    let application = case.export_application().await;
    let number = case.propose(&application).await.ok()["number"].as_i64().unwrap();
    let token = registry.token("s.mizrahi", Role::Countersigner, None, None).await;
    let signer = registry.bearer(&token);
    let path = format!("/v1/applications/{application}/decisions/{number}/countersignatures");
    let license = signer.act(&path).await.ok()["licenseId"].as_str().unwrap().to_owned();
    let (officer, auditor) = (registry.officer().await, registry.auditor().await);
    let person: uuid::Uuid = sqlx::query_scalar("select id from people where handle = 's.mizrahi'")
        .fetch_one(registry.pool())
        .await
        .unwrap();
    let person = person.to_string();
    let refused = officer.post("/v1/erasures", &proposal("person", &person)).await.problem(422);
    assert!(refused["detail"].as_str().unwrap().contains("the term ends on 2037-"), "{refused}");
    let key_id = uuid::Uuid::parse_str(token.split('_').nth(1).unwrap()).unwrap();
    registry.administrator().because(&format!("/v1/tokens/{key_id}/revocations")).await.ok();
    registry.pass_days(TERM);
    registry.sweep().await;
    published(&registry, &scratch).await;
    let (before, against) = (pack(&auditor, &license).await, heads(&registry).await);
    let done = erased(&registry, &scratch, "person", &person).await;
    assert_eq!(places(&registry, "mizrahi").await, BTreeSet::new());
    sound(&registry, against).await;
    let after = pack(&auditor, &license).await;
    assert_eq!((verified(&before).erased, verified(&before).steps), (0, verified(&after).steps));
    assert!(verified(&after).erased >= 1);
    by_python(&scratch, &after, Ok("holds: license "));
    let handle = format!("erased-{}", done["reference"].as_str().unwrap().to_lowercase());
    let history = officer.all(&format!("/v1/applications/{application}/history")).await;
    assert_eq!(history.last().unwrap()["actor"], handle);
    let replays = auditor.all(&format!("/v1/replays?subjectId={application}")).await;
    let told: Vec<_> = replays.iter().map(|replay| (&replay["replayed"], &replay["recorded"])).collect();
    assert!(told.contains(&(&json!("facts_erased"), &json!(null))), "{told:?}");
    assert!(
        !told.iter().any(|(replayed, _)| **replayed == "differs" || **replayed == "unreadable"),
        "{told:?}"
    );
    // The mark is nobody's handle.
    let new = json!({
        "holder": handle, "role": "countersigner", "name": "again", "expiresAt": registry.day(9) + "T00:00:00Z",
    });
    registry.administrator().post("/v1/tokens", &new).await.problem(409);
}

#[tokio::test]
async fn a_signatory_goes_with_every_declaration_that_it_signed() {
    let registry = registry().await;
    let scratch = Scratch::new("erasures-signatory");
    let case = Case::with_cover(&registry).await;
    let declaration = case.declaration(&[(&case.product, "5")]).await;
    let second = case.declaration(&[(&case.product, "7")]).await;
    registry.pass_days(TERM);
    registry.sweep().await;
    // The second stands a day longer than the first.
    registry.pass_days(TERM);
    let against = heads_of(&registry, &scratch).await;
    erased(&registry, &scratch, "signatory", &declaration).await;
    assert_eq!(places(&registry, "Mustermann").await, BTreeSet::new());
    for id in [declaration, second] {
        let shown = registry.officer().await.get(&format!("/v1/declarations/{id}")).await.ok();
        let text = shown.to_string();
        assert!(text.contains("[erased ER-") && !text.contains("\"Director\""), "{text}");
    }
    sound(&registry, against).await;
}

async fn heads_of(
    registry: &Registry,
    scratch: &Scratch,
) -> Vec<export_license_registry::examination::Against> {
    published(registry, scratch).await;
    heads(registry).await
}

#[tokio::test]
async fn who_proposed_does_not_carry_out_and_a_withdrawn_proposal_takes_nothing() {
    let registry = registry().await;
    let scratch = Scratch::new("erasures-eyes");
    let mut case = Case::with_cover(&registry).await;
    named(&mut case).await;
    registry.pass_days(TERM);
    registry.sweep().await;
    registry.pass_days(TERM);
    let officer = registry.officer().await;
    let proposed = officer.post("/v1/erasures", &proposal("end_user", &case.end_user)).await.ok();
    officer.post("/v1/erasures", &proposal("end_user", &case.end_user)).await.problem(409);
    let path = format!("/v1/erasures/{}", id(&proposed));
    officer.because(&format!("{path}/executions")).await.problem(403);
    published(&registry, &scratch).await;
    // Past the permissions, the verb keeps it; past the verb, the database does.
    let act = registry.act_of(&officer, Role::HeadOfAgency).await;
    let erasure = ErasureId(id(&proposed).parse().unwrap());
    let mut tx = registry.app.pool.office(Isolation::RecordsMuch).await.unwrap();
    let grounds = Grounds { ground: None, reasons: "The term has ended.".parse().unwrap() };
    let refused = erasures::carry_out(&mut tx, &act, erasure, &grounds).await.unwrap_err();
    assert_eq!(refused.kind, Kind::RefusedByRule);
    drop(tx);
    let four_eyes =
        sqlx::query("update erasures set carried_out_by = proposed_by").execute(registry.pool()).await;
    assert!(four_eyes.unwrap_err().to_string().contains("erasures_four_eyes"));
    officer.because(&format!("{path}/withdrawals")).await.ok();
    registry.head().await.because(&format!("{path}/executions")).await.problem(409);
    assert!(!places(&registry, NAME).await.is_empty());
    // Nobody, a body, and the registry itself are no natural persons.
    let body = case.end_user("armed_forces", "DE").await;
    for (kind, subject) in [
        ("end_user", body.as_str()),
        ("person", case.end_user.as_str()),
        ("signatory", "00000000-0000-7000-8000-0000000000ff"),
    ] {
        officer.post("/v1/erasures", &proposal(kind, subject)).await.names("/subjectId");
    }
    for registry_itself in ["00000000-0000-7000-8000-000000000001", "00000000-0000-7000-8000-000000000002"] {
        officer.post("/v1/erasures", &proposal("person", registry_itself)).await.names("/subjectId");
    }
    let terms = officer.all("/v1/retention-terms").await;
    assert_eq!(each(&terms, "data").len(), 8);
    assert!(terms.iter().all(|term| term["basis"].as_str().is_some_and(|basis| basis.len() > 20)));
}

/// The next step of an exporter, as any program could write it.
const STEP: &str = "insert into history (subject_id, version, life_cycle, prev_version, from_status, action, to_status, at,
                                         actor_id, actor_role, reasons, details, owner_id, request_id)
    select h.subject_id, h.version + 1, h.life_cycle, h.version, h.to_status, t.action, t.to_status, h.at, h.actor_id,
           h.actor_role, 'A step.', '{}', h.owner_id, h.request_id
      from history h join life_cycle_transitions t on t.life_cycle = h.life_cycle and t.from_status = h.to_status
     where h.life_cycle = 'exporter' and h.version = (select max(version) from history o where o.subject_id = h.subject_id)
     order by h.subject_id, t.action limit 1";

/// What a superuser tries with all triggers on.
async fn tries(registry: &Registry, settings: &[String], sql: &str) -> Result<u64, String> {
    let mut tx = registry.pool().begin().await.unwrap();
    for setting in settings {
        sqlx::query(AssertSqlSafe(setting.clone())).execute(&mut *tx).await.unwrap();
    }
    let done = sqlx::query(AssertSqlSafe(sql.to_owned())).execute(&mut *tx).await;
    done.map(|done| done.rows_affected()).map_err(|error| error.to_string())
}

#[tokio::test]
async fn an_erasure_that_nobody_carried_out_is_refused_and_one_past_the_triggers_is_found() {
    let registry = registry().await;
    let scratch = Scratch::new("erasures-forged");
    let mut case = Case::with_cover(&registry).await;
    let license = named(&mut case).await;
    registry.pass_days(TERM);
    registry.sweep().await;
    registry.pass_days(TERM);
    let done = erased(&registry, &scratch, "end_user", &case.end_user).await;
    let against = heads(&registry).await;
    sound(&registry, against.clone()).await;

    // With the triggers on: not without an erasure, not in the name of one that was carried out, proposed or made up.
    let standing = "update audit_entries set particulars = null, salt = null, erasure_id = (select id from erasures limit 1)
                     where act = 'license.issue'";
    let edit = "update history set reasons = 'Edited.' where reasons is not null";
    let spare = json!({ "name": "Noa Z. Levi", "kind": "individual", "country": "FR", "address": null });
    let other = id(&case.exporter.post("/v1/end-users", &spare).await.ok());
    for erasure in [None, Some(id(&done)), Some(other)] {
        let settings: Vec<String> =
            erasure.iter().map(|erasure| format!("set local registry.erasure = '{erasure}'")).collect();
        // A step moves its resource by a trigger: the triggers that judge it must not stand aside unseen.
        let step = tries(&registry, &settings, STEP).await;
        assert_eq!(step.is_ok(), settings.is_empty(), "a step under {settings:?}: {step:?}");
        for sql in [standing, edit, "update declarations set signatory_name = 'x'"] {
            let tried = tries(&registry, &settings, sql).await;
            let plain = settings.is_empty() && sql.contains("declarations");
            assert!(plain || tried.is_err(), "{sql} under {settings:?}");
        }
        for sql in ["delete from history", "delete from decisions", "truncate audit_entries cascade"] {
            assert!(tries(&registry, &settings, sql).await.is_err(), "{sql} under {settings:?}");
        }
    }

    // With the triggers off.
    let id = id(&done);
    for (what, forgery) in [
        (
            "an entry nulled",
            "update audit_entries set particulars = null, salt = null, erasure_id = '{id}' where act = 'license.issue'",
        ),
        (
            "a verdict nulled",
            "update audit_entries set verdict = null, verdict_salt = null, erasure_id = '{id}' where act = 'application.grant'",
        ),
        (
            "an erased entry filled",
            "update audit_entries set particulars = '{}', salt = sha256('x'), erasure_id = null where act = 'license.freeze'",
        ),
        ("an erased step edited", "update history set reasons = 'Edited.' where reasons like '%[erased%'"),
        ("an erased step deleted", "delete from history where reasons like '%[erased%'"),
        ("the entry of the erasure taken", "delete from audit_entries where act = 'license.erase'"),
        (
            "another erasure named",
            "update audit_entries set erasure_id = gen_random_uuid() where erasure_id is not null",
        ),
        ("what was erased told", "update end_users set name = 'Tamar' where kind = 'individual'"),
        (
            "a salt of what was held",
            "update audit_entries set content_salt = null where act = 'license.erase'",
        ),
    ] {
        let mut tx = behind_the_back(&registry).await;
        run(&mut tx, "alter table audit_entries drop constraint audit_entries_erased_by_erasure").await;
        let changed = run(&mut tx, forgery.replace("{id}", &id)).await;
        assert!(changed > 0, "{what}");
        let report = examined(&mut tx, &against).await;
        assert!(!report.is_clean(), "{what}");
    }
    // A pack of which a value was taken without an erasure is refused by both.
    let auditor = registry.auditor().await;
    let whole = pack(&auditor, &license).await;
    let forged = super::packs::forged(&whole, |lines| {
        let at = lines
            .iter()
            .position(|line| line["leaf"].as_str().is_some_and(|leaf| leaf.contains("application.submit")));
        lines[at.unwrap()]["particulars"] = Value::Null;
        lines[at.unwrap()]["salt"] = Value::Null;
    });
    assert!(packs::verify(forged.as_bytes(), &[key()]).unwrap_err().says.contains("no erasure says so"));
    by_python(&scratch, &forged, Err("no erasure says so"));
    let forged = super::packs::forged(&whole, |lines| {
        let at = lines.iter().position(|line| line["part"] == "step" && line["action"] == "freeze");
        lines[at.unwrap()]["reasons"] = json!("Edited.");
    });
    assert!(packs::verify(forged.as_bytes(), &[key()]).is_err());
    by_python(&scratch, &forged, Err("refused: "));
}
