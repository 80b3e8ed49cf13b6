//! What the gate makes of screening, and the flags on what a hit touches.

use export_license_registry::act::Policy;
use export_license_registry::db::Isolation;
use export_license_registry::ids::ExporterId;
use export_license_registry::rules::authority::Role;
use export_license_registry::screening::{self, Parties};
use serde_json::{Value, json};

use super::screening::{edition, kept, screened, table};
use crate::support::case::Case;
use crate::support::registry::{Registry, command_line, each, id};
use crate::support::scratch::eventually;

const NEITHER: &[(&str, &str)] = &[("1", "Galilee Metals"), ("2", "Sharon Chemicals")];
const EXPORTER: &[(&str, &str)] =
    &[("1", "Galilee Metals"), ("2", "Sharon Chemicals"), ("3", "Negev Optics Ltd.")];

async fn proposable(case: &Case<'_>) -> String {
    case.supported(&case.marketing()).await
}

/// The only hit there is.
async fn the_hit(registry: &Registry) -> String {
    let hits = registry.officer().await.all("/v1/screening-hits").await;
    assert_eq!(hits.len(), 1, "{hits:?}");
    format!("/v1/screening-hits/{}", id(&hits[0]))
}

fn screening_check(verdict: &Value) -> Value {
    let checks = verdict["checks"].as_array().or_else(|| verdict["reasons"].as_array()).unwrap();
    checks.iter().find(|check| check["rule"] == "screening").unwrap().clone()
}

#[tokio::test]
async fn no_one_is_clear_who_was_not_compared_with_a_list_that_is_current() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let application = proposable(&case).await;
    // No list is kept: the check says so and stops nothing.
    let decision = case.propose(&application).await.ok();
    let check = screening_check(&decision["verdict"]);
    assert_eq!(
        (&check["outcome"], &check["says"]),
        (&json!("not_applicable"), &json!("No list of restricted parties is kept."))
    );
    let list = kept(&registry, "tl").await;
    let held = case.countersign(&application, 1).await.refused_by(&["screening"]);
    let facts = &screening_check(&held)["facts"];
    assert_eq!((&facts["list"], &facts["edition"]), (&json!("tl"), &Value::Null), "no edition");
    edition(&registry, &list, &table(NEITHER)).await.ok();
    let held = case.countersign(&application, 1).await.refused_by(&["screening"]);
    assert_eq!(screening_check(&held)["facts"]["screened"], false, "not compared yet");
    screened(&registry).await;
    // Thirty days after the edition came, it clears no one any more.
    registry.pass_days(31);
    let held = case.countersign(&application, 1).await.refused_by(&["screening"]);
    assert_eq!(screening_check(&held)["facts"]["currentUntil"], registry.day(-1));
    edition(&registry, &list, &table(&NEITHER[..1])).await.ok();
    case.countersign(&application, 1).await.refused_by(&["screening"]);
    screened(&registry).await;
    let granted = case.countersign(&application, 1).await.ok();
    assert_eq!(granted["status"], "granted");
    // The facts stand beside the verdict, and give it again.
    let replays = registry.auditor().await.all("/v1/replays").await;
    for replay in &replays {
        assert_eq!(replay["replayed"], "agrees", "{replay}");
    }
}

#[tokio::test]
async fn a_setting_makes_the_want_of_a_list_hold() {
    let registry = Registry::with_policy(Policy { screening_required: true, ..Policy::default() }).await;
    let case = Case::with_product(&registry).await;
    let application = proposable(&case).await;
    case.propose(&application).await.refused_by(&["screening"]);
}

#[tokio::test]
async fn an_open_hit_holds_a_confirmed_one_refers_and_a_cleared_one_passes() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let list = kept(&registry, "tl").await;
    edition(&registry, &list, &table(NEITHER)).await.ok();
    screened(&registry).await;
    let (first, second) = (proposable(&case).await, proposable(&case).await);
    edition(&registry, &list, &table(EXPORTER)).await.ok();
    screened(&registry).await;
    let hit = the_hit(&registry).await;
    let held = case.propose(&first).await.refused_by(&["screening"]);
    assert_eq!(screening_check(&held)["facts"]["undecided"], "SH-2026-000001");
    let mut departing = case.grant();
    departing["departure"] = json!("The listing is of another unit.");
    case.decide(&first, &departing).await.refused_by(&["screening"]);
    let (officer, decider) = (registry.officer().await, registry.head().await);
    // A proposal decides nothing yet.
    officer.because(&format!("{hit}/confirmation-proposals")).await.ok();
    case.propose(&first).await.refused_by(&["screening"]);
    decider.because(&format!("{hit}/confirmations")).await.ok();
    let referred = case.propose(&first).await.refused_by(&["screening"]);
    assert_eq!(screening_check(&referred)["outcome"], "refer");
    let license = case.decided(&first, &departing).await["licenseId"].as_str().unwrap().to_owned();
    // Cleared, it stops nothing any more.
    decider.because(&format!("{hit}/reconsiderations")).await.ok();
    case.propose(&second).await.refused_by(&["screening"]);
    officer.because(&format!("{hit}/clearing-proposals")).await.ok();
    decider.because(&format!("{hit}/clearing-agreements")).await.ok();
    case.propose(&second).await.ok();
    // A thaw is asked the same.
    case.freeze(&license, None).await.ok();
    decider.because(&format!("{hit}/reconsiderations")).await.ok();
    case.lift(&license, 1).await.refused_by(&["screening"]);
    officer.because(&format!("{hit}/clearing-proposals")).await.ok();
    decider.because(&format!("{hit}/clearing-agreements")).await.ok();
    case.lift(&license, 1).await.ok();
}

#[tokio::test]
async fn the_end_user_is_screened_as_its_exporter_is() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let application = case.export_application().await;
    let list = kept(&registry, "tl").await;
    edition(&registry, &list, &table(&[("1", "Procurement Office")])).await.ok();
    screened(&registry).await;
    let held = case.propose(&application).await.refused_by(&["screening"]);
    let facts = &screening_check(&held)["facts"];
    assert_eq!(facts["party"], "EU-2026-000001");
}

#[tokio::test]
async fn what_a_hit_touches_is_flagged_for_the_staff_and_not_changed() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let list = kept(&registry, "tl").await;
    edition(&registry, &list, &table(NEITHER)).await.ok();
    screened(&registry).await;
    let license = case.marketing_license().await;
    let application = proposable(&case).await;
    let draft = case.draft(&case.marketing()).await;
    let officer = registry.officer().await;
    let paths = [format!("/v1/licenses/{license}"), format!("/v1/applications/{application}")];
    let seen = officer.get(&paths[0]).await.ok();
    assert_eq!(seen["screeningFlags"], json!([]));
    let own = async |path: &str| case.exporter.get(path).await.ok();
    let before = [own(&paths[0]).await, own(&paths[1]).await];
    // A newer edition lists the exporter.
    edition(&registry, &list, &table(EXPORTER)).await.ok();
    screened(&registry).await;
    let hit = the_hit(&registry).await;
    for path in &paths {
        let flags = officer.get(path).await.ok()["screeningFlags"].clone();
        assert_eq!(
            (&flags[0]["hitReference"], &flags[0]["listCode"]),
            (&json!("SH-2026-000001"), &json!("tl")),
            "{path}"
        );
        assert_eq!((&flags[0]["hitStatus"], &flags[1]), (&json!("open"), &Value::Null));
    }
    assert_eq!(officer.get(&format!("/v1/applications/{draft}")).await.ok()["screeningFlags"], json!([]));
    // An event for each; the license stays as it was; its exporter is told nothing.
    // An event is shown once no transaction that could come before it is open, of whatever test on the same server.
    eventually("the flags", async || officer.all("/v1/events?kind=screening_flag.raise").await.len() == 2)
        .await;
    let events = officer.all("/v1/events?kind=screening_flag.raise").await;
    let mut touched: Vec<_> = events
        .iter()
        .map(|event| {
            let details = &event["details"];
            details["licenseId"].as_str().or_else(|| details["applicationId"].as_str()).unwrap().to_owned()
        })
        .collect();
    touched.sort();
    let mut expected = [license.clone(), application.clone()];
    expected.sort();
    assert_eq!(touched, expected);
    assert_eq!(seen["version"], officer.get(&paths[0]).await.ok()["version"]);
    assert_eq!(seen["status"], officer.get(&paths[0]).await.ok()["status"]);
    assert_eq!([own(&paths[0]).await, own(&paths[1]).await], before, "its exporter sees what it saw");
    for path in ["/v1/events", &paths[0], &paths[1], &format!("{}/history", paths[0])] {
        let told = case.exporter.get(path).await.text;
        assert!(!told.to_lowercase().contains("screening"), "{path}: {told}");
    }
    for role in [Role::Customs, Role::Classifier] {
        let told = registry.any(role, "").await.get(&paths[0]).await.ok();
        assert_eq!(told.get("screeningFlags"), None, "{role}");
    }
    // What is filed later is flagged too.
    case.exporter.act(&format!("/v1/applications/{draft}/submissions")).await.ok();
    screened(&registry).await;
    let later = officer.get(&format!("/v1/applications/{draft}")).await.ok();
    assert_eq!(each(later["screeningFlags"].as_array().unwrap(), "hitReference"), ["SH-2026-000001"]);
    // Cleared, the flags are withdrawn; opened again, they are raised.
    officer.because(&format!("{hit}/clearing-proposals")).await.ok();
    registry.head().await.because(&format!("{hit}/clearing-agreements")).await.ok();
    screened(&registry).await;
    for path in &paths {
        assert_eq!(officer.get(path).await.ok()["screeningFlags"], json!([]), "{path}");
    }
    registry.head().await.because(&format!("{hit}/reconsiderations")).await.ok();
    screened(&registry).await;
    for path in &paths {
        assert_eq!(officer.get(path).await.ok()["screeningFlags"].as_array().unwrap().len(), 1, "{path}");
    }
    eventually("all flags", async || officer.all("/v1/events?subjectKind=screening_flag").await.len() == 9)
        .await;
    let events = officer.all("/v1/events?subjectKind=screening_flag").await;
    let withdrawn = events.iter().filter(|event| event["kind"] == "screening_flag.withdraw").count();
    assert_eq!((events.len(), withdrawn), (9, 3));
}

/// What an exporter reads of a decision says no more than that screening stands against it.
#[tokio::test]
async fn an_exporter_is_not_told_of_a_hit() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let list = kept(&registry, "tl").await;
    edition(&registry, &list, &table(EXPORTER)).await.ok();
    screened(&registry).await;
    let hit = the_hit(&registry).await;
    registry.officer().await.because(&format!("{hit}/confirmation-proposals")).await.ok();
    registry.head().await.because(&format!("{hit}/confirmations")).await.ok();
    let application = proposable(&case).await;
    let mut departing = case.grant();
    departing["departure"] = json!("Granted to the unit that is not listed.");
    case.decided(&application, &departing).await;
    for path in ["", "/decisions", "/decisions/1", "/history"] {
        let told = case.exporter.get(&format!("/v1/applications/{application}{path}")).await.text;
        assert!(!told.contains("SH-2026") && !told.contains(&hit[20..]), "{path}: {told}");
    }
}

/// A decision and a screening of the same party, each at every moment of the other: whoever comes second sees the first.
#[tokio::test]
async fn a_decision_and_a_screening_never_pass_each_other_unseen() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let exporter: ExporterId = case.exporter_id.parse::<uuid::Uuid>().unwrap().into();
    let act = command_line(&registry.app);
    let of = |exporter| Parties { exporter, ..Parties::default() };
    let list = kept(&registry, "tl").await;
    edition(&registry, &list, &table(NEITHER)).await.ok();
    screened(&registry).await;
    edition(&registry, &list, &table(EXPORTER)).await.ok();
    // What is being decided on is left, until it is decided.
    let mut deciding = registry.app.pool.office(Isolation::Decides).await.unwrap();
    screening::standing_of(&mut deciding, &act, of(Some(exporter))).await.unwrap();
    screening::screen_owed(&registry.app).await.unwrap();
    assert_eq!(registry.officer().await.all("/v1/screening-hits").await.len(), 0);
    deciding.commit().await.unwrap();
    // What was screened since the decision began is not decided on: the door runs it again.
    let mut deciding = registry.app.pool.office(Isolation::Decides).await.unwrap();
    let seen = screening::standing_of(&mut deciding, &act, of(None)).await.unwrap();
    assert_eq!(seen.parties.len(), 0, "the snapshot is taken");
    screening::screen_owed(&registry.app).await.unwrap();
    let race = screening::standing_of(&mut deciding, &act, of(Some(exporter))).await.unwrap_err();
    let code = race.as_database_error().and_then(|error| error.code().map(|code| code.into_owned()));
    assert_eq!(code.as_deref(), Some("40001"), "{race}");
    drop(deciding);
    assert_eq!(registry.officer().await.all("/v1/screening-hits").await.len(), 1);
}
