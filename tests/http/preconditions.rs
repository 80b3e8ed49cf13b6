//! Tags and preconditions: no answer is sent twice for nothing, and no update is lost.

use std::collections::BTreeMap;

use axum::http::Method;
use export_license_registry::api;
use export_license_registry::http::route::{Access, Route};
use export_license_registry::rules::authority::{Permission, Role};
use futures_util::future::join_all;
use serde_json::{Value, json};
use utoipa::openapi::HttpMethod;

use crate::support::case::{Case, DIGEST, acceptance, classification, verification};
use crate::support::measure::{approval, measure};
use crate::support::registry::{Client, Registry, Reply, each, id};

/// A tag that no resource of these tests has.
const STALE: &str = "\"4711-0123456789abcdef\"";
/// An id that nothing has.
const NOWHERE: &str = "00000000-0000-7000-8000-0000000000ff";
/// How many write at once.
const WRITERS: usize = 64;

/// One resource of each kind whose paths take changes, by the collection it is in.
pub(crate) async fn resources(registry: &Registry, case: &Case<'_>) -> BTreeMap<&'static str, String> {
    let (officer, head) = (registry.officer().await, registry.head().await);
    let license = case.marketing_license().await;
    case.freeze(&license, None).await.ok();
    let refused = case.supported(&case.marketing()).await;
    case.refused(&refused).await;
    let drafted =
        registry.drafted(&measure(registry, &json!({ "destinations": ["FR"] }), &["refuse_new"])).await;
    let post = async |client: &Client, path: &str, body: Value| id(&client.post(path, &body).await.ok());
    let exemption = json!({
        "title": "Sights to Germany", "scope": { "destinations": ["DE"] }, "conditions": [],
        "legalBasis": "Marketing order, s. 4", "validFrom": registry.day(0), "reasons": "Trials with a partner state.",
    });
    let review = json!({ "title": "Sights", "question": "Where are they?", "owner": "officer", "dueOn": registry.day(90) });
    let allegation = json!({
        "sourceKind": "civil_society", "receivedOn": registry.day(-3), "text": "They were seen elsewhere.",
        "endUserId": case.end_user,
    });
    let token = registry.token("k.dahan", Role::Customs, None, None).await;
    let revocation = id(&case.intend(&license, false).await.ok());
    let objection = id(&case.object_to_freeze(&license, 1).await.ok());
    BTreeMap::from([
        ("exporters", case.exporter_id.clone()),
        ("products", case.product.clone()),
        ("end-users", case.end_user.clone()),
        ("declaration-templates", case.template.clone()),
        ("declarations", case.declaration(&[(&case.product, "1")]).await),
        ("applications", case.supported(&case.marketing()).await),
        ("licenses", license),
        ("measures", drafted.trim_start_matches("/v1/measures/").to_owned()),
        ("exemptions", post(&head, "/v1/exemptions", exemption).await),
        ("revocations", revocation),
        ("objections", objection),
        ("overrides", case.advised_override(&json!({ "applicationId": refused }), &[]).await),
        ("imports", imported(&officer).await),
        ("assessments", post(&officer, "/v1/assessments", assessment(registry)).await),
        ("reviews", post(&head, "/v1/reviews", review).await),
        ("allegations", post(&officer, "/v1/allegations", allegation).await),
        ("erasures", proposed_erasure(registry).await),
        ("country-groups", "nato".to_owned()),
        ("screening-lists", super::screening::kept(registry, "un").await),
        ("screening-hits", super::screening::a_hit(registry, case).await),
        ("tokens", uuid::Uuid::parse_str(token.split('_').nth(1).unwrap()).unwrap().to_string()),
    ])
}

/// An erasure as its proposal leaves it: of someone whose term ended long ago, which takes years.
async fn proposed_erasure(registry: &Registry) -> String {
    let id: uuid::Uuid = sqlx::query_scalar(
        "with step as (
             insert into history (subject_id, version, life_cycle, from_status, action, to_status, at, actor_id, actor_role,
                                  details, request_id)
             select '00000000-0000-7000-8000-00000000e0e0', 1, 'erasure', 'none', 'propose', 'proposed', now(), id, role, '{}',
                    gen_random_uuid() from people where handle = 'officer' returning *)
         insert into erasures (id, reference, version, status, kind, subject_id, needed_until, years, term_ended, found,
                               proposed_by, created_at, updated_at)
         select subject_id, 'ER-2026-999999', 1, 'proposed', 'person', actor_id, '2001-01-01', 7, '2008-01-01', '[]', actor_id,
                at, at from step returning id",
    )
    .fetch_one(registry.pool())
    .await
    .unwrap();
    id.to_string()
}

fn assessment(registry: &Registry) -> Value {
    json!({
        "country": "DE", "summary": "Stable.", "conclusions": "No concern.", "reviewOn": registry.day(100),
        "validUntil": registry.day(200),
        "considerations": [{ "consideration": "human_rights", "level": "low", "text": "Respected." }],
    })
}

async fn imported(officer: &Client) -> String {
    let list = include_str!("../fixtures/imports/nl-military.csv");
    let body = format!(
        "--b\r\nContent-Disposition: form-data; name=\"profile\"\r\n\r\nnl-military\r\n\
         --b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"list.csv\"\r\n\r\n{list}\r\n--b--\r\n"
    );
    id(&officer.send(Method::POST, "/v1/imports", Some("multipart/form-data; boundary=b"), body).await.ok())
}

/// A body that the route takes, for what the resource is asked first.
fn body(registry: &Registry, case: &Case<'_>, route: &Route) -> Value {
    let says = "As the file shows.";
    let digest = approval(&json!({ "digest": DIGEST }));
    match (route.path, route.path.rsplit('/').next().unwrap_or_default()) {
        ("/v1/end-users/{id}", _) => {
            json!({ "name": "Office", "kind": "armed_forces", "country": "DE", "address": "Bonn", "reasons": says })
        }
        ("/v1/applications/{id}", _) => case.marketing(),
        ("/v1/assessments/{id}", _) => assessment(registry),
        ("/v1/screening-lists/{id}", _) => super::screening::terms(700),
        ("/v1/screening-hits/{id}/assignments", _) => json!({ "assignee": "officer" }),
        ("/v1/applications/{id}/decisions", _) => case.grant(),
        ("/v1/objections/{id}/decisions", _) => json!({ "outcome": "dismissed", "reasons": says }),
        ("/v1/measures/{id}/replay", _) => json!({ "from": registry.day(-9), "to": registry.day(0) }),
        ("/v1/measures/{id}/extensions", _) => json!({ "reviewOn": registry.day(90), "reasons": says }),
        ("/v1/measures/{id}/approvals" | "/v1/measures/{id}/agreements", _) => digest,
        ("/v1/allegations/{id}/assessments", _) => json!({ "assessment": says, "credibility": "high" }),
        (_, "registrations" | "renewals") => json!({ "registeredUntil": registry.day(900), "reasons": says }),
        (_, "rotations") => json!({}),
        (_, "classifications") => classification("military", &["ML5.a"]),
        (_, "verifications") => verification(),
        (_, "acceptances") => acceptance(),
        (_, "condition-proposals") => json!({ "conditions": [], "reasons": says }),
        (_, "positions") => json!({ "stance": "support", "reasons": says }),
        (_, "freezes") => json!({ "ground": "human_rights", "reasons": says, "reviewOn": registry.day(30) }),
        (_, "stays") => json!({ "reasons": says, "reviewOn": registry.day(30) }),
        (_, "draw-downs") => json!({ "line": 1, "quantity": "1", "shipment": "S-1" }),
        (_, "reinstatements") if route.path.starts_with("/v1/licenses") => json!({
            "court": "District Court", "courtCase": "C-1", "judgedOn": registry.day(0), "documentSha256": DIGEST,
            "reasons": says,
        }),
        (_, "revisions") => measure(registry, &json!({ "destinations": ["FR"] }), &["refuse_new"]),
        ("/v1/erasures/{id}/executions", _) => json!({ "reasons": says }),
        (_, "executions") => json!({ "digest": DIGEST }),
        (_, "revocations") if route.path.starts_with("/v1/licenses") => {
            json!({ "ground": "end_use_breach", "reasons": says, "urgent": false })
        }
        (_, "representations") => json!({ "representation": says, "hearingRequested": false }),
        (_, "hearings") => json!({ "heldOn": registry.day(0), "chairedBy": "head", "minutes": says }),
        (_, "opinions") => json!({ "finding": "favorable", "opinion": says, "givenBy": "The legal adviser" }),
        (_, "dissents") => json!({ "dissent": says }),
        (_, "scores") => json!({ "scores": [{
            "source": "Bank", "indicator": "governance", "year": 2024, "value": "1", "scale": "0 to 1", "citation": says,
        }] }),
        (_, "evidence") => json!({ "kind": "technical_analysis", "description": says }),
        ("/v1/reviews/{id}/extensions", _) => json!({ "dueOn": registry.day(60), "reasons": says }),
        (_, "conclusions") => json!({ "findings": says, "proposal": "lift_measure", "reasons": says }),
        (_, "substantiations") => json!({ "reasons": says, "owner": "officer", "dueOn": registry.day(60) }),
        (_, "members") => json!({ "territory": "AT", "validFrom": registry.day(1) }),
        (_, "member-endings") => json!({ "territory": "DE", "validUntil": registry.day(1), "reasons": says }),
        (_, _) => json!({ "reasons": says }),
    }
}

/// Sends a change as someone who holds its permission.
async fn change(client: &Client, route: &Route, head: &str, body: &Value) -> Reply {
    let path = route.path.replace("{id}", head).replace("{code}", head).replace("{number}", "1");
    let method = if route.method == HttpMethod::Put { Method::PUT } else { Method::POST };
    client.send(method, &path, Some("application/json"), body.to_string()).await
}

/// Someone who may call a route.
pub(crate) async fn caller(registry: &Registry, case: &Case<'_>, needs: Permission) -> Client {
    // A token is its holder's to follow, and an administrator's.
    let role = if needs == Permission::RotateToken { Role::Administrator } else { needs.roles()[0] };
    registry.any(role, &case.exporter_id).await
}

#[tokio::test]
async fn every_change_of_what_is_on_file_says_which_version_and_a_stale_one_changes_nothing() {
    let registry = Registry::open().await;
    let case = Case::with_parties(&registry).await;
    let resources = resources(&registry, &case).await;
    for role in Role::ALL.iter().copied().filter(|role| *role != Role::Clock) {
        registry.any(role, &case.exporter_id).await;
    }
    let before = registry.row_counts().await;
    let (mut walked, mut failures) = (0, Vec::new());
    for route in api::rooms().into_iter().flat_map(|room| room.routes).filter(Route::needs_match) {
        let Access::Needs(needs) = route.access else { panic!("{}: a change that anyone makes", route.path) };
        let client = caller(&registry, &case, needs).await;
        let collection = route.path.split('/').nth(2).unwrap();
        let head = resources.get(collection).unwrap_or_else(|| panic!("no resource for {}", route.path));
        let body = body(&registry, &case, &route);
        let nowhere = if route.path.contains("{code}") { "nowhere" } else { NOWHERE };
        for (client, head, status, kind) in [
            (client.expecting_nothing(), head.as_str(), 428, "precondition-required"),
            (client.expecting(STALE), head, 412, "precondition-failed"),
            (client.expecting(&format!("W/{STALE}, {STALE}")), head, 412, "precondition-failed"),
            (client.expecting("4711"), head, 400, "malformed"),
            (client.expecting(STALE), nowhere, 404, "not-found"),
        ] {
            let reply = change(&client, &route, head, &body).await;
            if reply.status != status || reply.body["type"] != format!("/docs/problems#{kind}") {
                failures
                    .push(format!("{}: {} instead of {status}: {}", reply.asked, reply.status, reply.text));
            }
        }
        walked += 1;
    }
    assert!(failures.is_empty(), "{failures:#?}");
    assert!(walked > 70, "the walk went somewhere: {walked}");
    assert_eq!(registry.row_counts().await, before, "nothing was stored");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_write_on_one_version_one_wins_and_the_others_are_told() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let path = format!("/v1/licenses/{}", case.marketing_license().await);
    let officer = registry.officer().await;
    let freeze = json!({ "ground": "human_rights", "reasons": "Reports.", "reviewOn": registry.day(30), "lines": [1] });
    for round in 1..=3 {
        let writer = officer.expecting(&officer.tag(&path).await);
        let before = officer.all(&format!("{path}/history")).await.len();
        let freezes = format!("{path}/freezes");
        let written = join_all((0..WRITERS).map(|_| writer.post(&freezes, &freeze))).await;
        let statuses: Vec<u16> = written.iter().map(|reply| reply.status.as_u16()).collect();
        assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 412).count(), WRITERS - 1, "{statuses:?}");
        assert_eq!(officer.all(&format!("{path}/history")).await.len(), before + 1, "one step");
        assert_eq!(officer.get(&path).await.ok()["freezes"].as_array().unwrap().len(), round);
    }
}

/// The whole of a group, whose rows are only added, is one resource too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_enter_members_on_one_version_one_wins() {
    let registry = Registry::open().await;
    let head = registry.head().await;
    let writer = head.expecting(&head.tag("/v1/country-groups/nato").await);
    let countries = ["AT", "CH", "CY", "IE", "JP", "KR", "MT", "NZ"];
    let entered = join_all(countries.map(|territory| {
        let new = json!({ "territory": territory, "validFrom": registry.day(0) });
        let writer = writer.clone();
        async move { writer.post("/v1/country-groups/nato/members", &new).await.status.as_u16() }
    }))
    .await;
    let mut sorted = entered.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, [&[201][..], &[412; 7]].concat(), "{entered:?}");
}

#[tokio::test]
async fn the_answer_of_a_change_has_the_tag_to_go_on_with() {
    let registry = Registry::open().await;
    let (officer, head) = (registry.officer().await, registry.head().await);
    let new = json!({ "name": "Negev Optics Ltd.", "companyNumber": "51-1", "country": "IL" });
    let made = officer.post("/v1/exporters", &new).await;
    let (mut tag, path) = (made.header("etag").to_owned(), made.header("location").to_owned());
    assert_eq!(tag, officer.tag(&path).await, "the answer is what can be read");
    // Through an act of its own, and through one that answers its step.
    let registration = json!({ "registeredUntil": registry.day(900), "reasons": "Complete." });
    for (act, body) in [
        ("registrations", &registration),
        ("suspensions", &json!({ "reasons": "An inquiry." })),
        ("reinstatements", &json!({ "reasons": "Closed." })),
    ] {
        let done = head.expecting(&tag).post(&format!("{path}/{act}"), body).await;
        let next = done.header("etag").to_owned();
        done.ok();
        head.expecting(&tag).post(&format!("{path}/{act}"), body).await.problem(412);
        tag = next;
    }
    // Two roles are shown other bytes of the same version.
    let (seen, own) = (officer.tag(&path).await, registry.auditor().await.tag(&path).await);
    let version = |tag: &str| tag.split('-').next().unwrap().to_owned();
    assert_eq!((version(&seen), version(&own)), (version(&tag), "\"4".to_owned()));
    head.expecting(&own).because(&format!("{path}/suspensions")).await.ok();
}

#[tokio::test]
async fn every_change_that_is_seen_is_another_version() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let officer = registry.officer().await;
    let version = async |path: &str| officer.get(path).await.ok()["version"].as_i64().unwrap();
    let application = format!("/v1/applications/{}", case.in_review(&case.marketing()).await);
    let before = version(&application).await;
    let conditions =
        json!({ "conditions": ["Return after the trials."], "reasons": "The exemption requires it." });
    officer.post(&format!("{application}/condition-proposals"), &conditions).await.ok();
    assert_eq!(version(&application).await, before + 1);
    let revocation = case.intend(&case.marketing_license().await, false).await.ok();
    let revocation = format!("/v1/revocations/{}", id(&revocation));
    registry.head().await;
    let hearing = json!({ "heldOn": registry.day(0), "chairedBy": "head", "minutes": "Nobody came." });
    officer.post(&format!("{revocation}/hearings"), &hearing).await.ok();
    assert_eq!(version(&revocation).await, 2);
    let history = case.exporter.all(&format!("{revocation}/history")).await;
    assert_eq!(each(&history, "action"), ["intend", "record_hearing"]);
    assert_eq!(history[1]["details"].get("chairedBy"), None, "not told to the exporter");
    let group = "/v1/country-groups/nato";
    let before = version(group).await;
    let head = registry.head().await;
    let new = json!({ "territory": "AT", "validFrom": registry.day(1) });
    head.post(&format!("{group}/members"), &new).await.ok();
    let ending =
        json!({ "territory": "AT", "validUntil": registry.day(2), "reasons": "Entered by mistake." });
    head.post(&format!("{group}/member-endings"), &ending).await.ok();
    assert_eq!(version(group).await, before + 2);
}

#[tokio::test]
async fn what_the_caller_has_already_is_not_sent_again() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let license = case.marketing_license().await;
    let officer = registry.officer().await;
    for path in [
        format!("/v1/products/{}", case.product),
        "/v1/products".to_owned(),
        format!("/v1/licenses/{license}/history"),
        "/v1/country-groups/nato".to_owned(),
        "/v1/openapi.json".to_owned(),
    ] {
        let tag = officer.tag(&path).await;
        assert!(tag.starts_with('"') && tag.ends_with('"') && tag.len() >= 18, "{path}: {tag}");
        assert_eq!(officer.tag(&path).await, tag, "{path}: the same bytes");
        for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()] {
            let reply = officer.knowing(&known).get(&path).await;
            assert_eq!((reply.status.as_u16(), reply.header("etag")), (304, tag.as_str()), "{path}: {known}");
        }
        for known in ["\"other\"", "", "nonsense", tag.trim_matches('"')] {
            assert_eq!(officer.knowing(known).get(&path).await.status, 200, "{path}: {known}");
        }
        let head = officer.knowing(&tag).send(Method::HEAD, &path, None, "").await;
        assert_eq!(head.status, 304, "{path}");
    }
    let path = format!("/v1/products/{}", case.product);
    let known = officer.knowing(&officer.tag(&path).await);
    case.exporter.because(&format!("{path}/retirements")).await.ok();
    assert_eq!(known.get(&path).await.ok()["status"], "retired");
    known.get(&format!("/v1/products/{NOWHERE}")).await.problem(404);
}
