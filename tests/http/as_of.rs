//! `?asOf=` and `?knownAt=`: the register as it stood, against what it answered then, and against the histories in SQL.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::case::{Case, classification};
use crate::support::measure::measure;
use crate::support::registry::{Client, Registry, id};

const LISTS: [&str; 4] = ["/v1/licenses", "/v1/exporters", "/v1/products", "/v1/measures"];

/// The lists and figures as they were answered at a time, without what only the present or only the past has.
struct Answered {
    at: DateTime<Utc>,
    lists: Vec<Vec<Value>>,
    statistics: Value,
}

fn bare(mut items: Vec<Value>) -> Vec<Value> {
    for item in &mut items {
        let item = item.as_object_mut().expect("an object");
        for member in ["asOf", "knownAt", "allowedActions"] {
            item.remove(member);
        }
    }
    items
}

fn bare_figures(mut statistics: Value) -> Value {
    statistics.as_object_mut().expect("an object").remove("asOf");
    statistics
}

async fn answered(registry: &Registry, client: &Client) -> Answered {
    let mut lists = Vec::new();
    for list in LISTS {
        lists.push(bare(client.all(list).await));
    }
    let statistics = bare_figures(client.get("/v1/statistics?year=2026").await.ok());
    Answered { at: registry.now(), lists, statistics }
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
}

async fn import(officer: &Client) -> String {
    let list = include_str!("../fixtures/imports/nl-military.csv");
    let body = format!(
        "--b\r\nContent-Disposition: form-data; name=\"profile\"\r\n\r\nnl-military\r\n\
         --b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"list.csv\"\r\n\r\n{list}\r\n--b--\r\n"
    );
    let media = Some("multipart/form-data; boundary=b");
    id(&officer.send(axum::http::Method::POST, "/v1/imports", media, body).await.ok())
}

/// A register in which everything moves that can be asked for as of a time; its answers are taken on the way.
async fn lively(registry: &Registry) -> (Case<'_>, Vec<Answered>) {
    let (officer, head, auditor) =
        (registry.officer().await, registry.head().await, registry.auditor().await);
    let mut seen = vec![answered(registry, &auditor).await];
    let case = Case::with_cover(registry).await;
    seen.push(answered(registry, &auditor).await);
    let (license, annulled) = (case.export_license().await, case.marketing_license().await);
    let product = case.submitted().await;
    seen.push(answered(registry, &auditor).await);
    registry.pass_days(2);
    case.freeze(&license, Some(&[1])).await.ok();
    case.freeze(&annulled, None).await.ok();
    officer_returns(registry, &case, &product).await;
    seen.push(answered(registry, &auditor).await);
    case.lift(&license, 1).await.ok();
    case.ship(&license, "30", "S-1").await.ok();
    case.classify(&case.product, "military", &["ML5.b"]).await.ok();
    import(&officer).await;
    seen.push(answered(registry, &auditor).await);
    let measure = governed(registry, &mut seen).await;
    case.ship(&license, "10", "S-2").await.problem(409);
    registry.lifted(&measure).await;
    case.ship(&license, "70", "S-3").await.ok();
    seen.push(answered(registry, &auditor).await);
    let path = format!("/v1/exporters/{}", case.exporter_id);
    head.because(&format!("{path}/suspensions")).await.ok();
    seen.push(answered(registry, &auditor).await);
    head.because(&format!("{path}/reinstatements")).await.ok();
    head.because(&format!("/v1/licenses/{annulled}/annulments")).await.ok();
    seen.push(answered(registry, &auditor).await);
    registry.pass_days(400);
    registry.sweep().await;
    seen.push(answered(registry, &auditor).await);
    (case, seen)
}

/// A product that is returned, corrected and classified.
async fn officer_returns(registry: &Registry, case: &Case<'_>, product: &str) {
    let classifier = registry.classifier().await;
    let path = format!("/v1/products/{product}");
    classifier.because(&format!("{path}/returns")).await.ok();
    let correction = json!({ "name": "Sight of another name", "reasons": "Renamed." });
    case.exporter.post(&format!("{path}/resubmissions"), &correction).await.ok();
    classifier.post(&format!("{path}/classifications"), &classification("military", &["ML1.a"])).await.ok();
}

/// A measure through its stages, amended and extended; gives its path.
async fn governed(registry: &Registry, seen: &mut Vec<Answered>) -> String {
    let (officer, head, auditor) =
        (registry.officer().await, registry.head().await, registry.auditor().await);
    let scope = json!({ "destinations": ["DE"] });
    let mut new = measure(registry, &scope, &["freeze_existing"]);
    let condition = |says: &str| json!({ "effect": "add_condition", "condition": says });
    let effects = |new: &mut Value, more| new["effects"].as_array_mut().expect("effects").push(more);
    effects(&mut new, condition("No use at demonstrations."));
    let path = registry.drafted(&new).await;
    seen.push(answered(registry, &auditor).await);
    let preview = registry.previewed(&path).await;
    let approval = |preview: &Value| json!({ "digest": preview["digest"], "reasons": "Seen and weighed." });
    head.post(&format!("{path}/approvals"), &approval(&preview)).await.ok();
    seen.push(answered(registry, &auditor).await);
    // A newer look takes the approval back.
    registry.previewed(&path).await;
    seen.push(answered(registry, &auditor).await);
    registry.enacted(&path).await;
    seen.push(answered(registry, &auditor).await);
    registry.pass_days(3);
    new["title"] = json!("The same, amended");
    new["reviewOn"] = json!(registry.day(90));
    effects(&mut new, condition("Reports each quarter."));
    officer.post(&format!("{path}/revisions"), &new).await.ok();
    seen.push(answered(registry, &auditor).await);
    registry.enacted(&path).await;
    seen.push(answered(registry, &auditor).await);
    let extension = json!({ "reviewOn": registry.day(120), "reasons": "The reports go on." });
    head.post(&format!("{path}/extensions"), &extension).await.ok();
    seen.push(answered(registry, &auditor).await);
    path
}

#[tokio::test]
async fn what_is_asked_as_of_a_time_is_what_was_answered_then() {
    let registry = Registry::open().await;
    let (case, seen) = lively(&registry).await;
    let auditor = registry.auditor().await;
    for (stage, then) in seen.iter().enumerate() {
        let at = instant(then.at);
        for (list, answered) in LISTS.iter().zip(&then.lists) {
            let again = bare(auditor.all(&format!("{list}?asOf={at}&knownAt={at}")).await);
            assert_eq!(&again, answered, "{list} at stage {stage}");
        }
        let again = auditor.get(&format!("/v1/statistics?year=2026&asOf={at}")).await.ok();
        assert_eq!(bare_figures(again), then.statistics, "statistics at stage {stage}");
        let again = registry.public().get(&format!("/v1/public/statistics?year=2026&asOf={at}")).await.ok();
        assert_eq!(again["asOf"].as_str().map(str::parse), Some(Ok(then.at)), "the time is told");
    }
    assert!(
        seen.windows(2).all(|two| two[0].lists != two[1].lists),
        "every stage differs from the one before"
    );
    // What is filtered by the status then, page by page, is what a filter over the answers gives.
    for then in &seen {
        let at = instant(then.at);
        for status in ["active", "frozen", "exhausted", "annulled", "expired"] {
            let path = format!("/v1/licenses?status={status}&limit=2&asOf={at}&knownAt={at}");
            let had: Vec<_> =
                then.lists[0].iter().filter(|license| license["status"] == status).cloned().collect();
            assert_eq!(bare(auditor.all(&path).await), had, "{status}");
        }
    }
    // An exporter asks of its own, and of nothing else.
    let last = instant(seen.last().expect("stages").at);
    let own = case.exporter.all(&format!("/v1/licenses?asOf={last}&knownAt={last}")).await;
    let all = seen.last().expect("stages").lists[0].iter();
    let expected: Vec<_> = all.filter(|license| license["exporterId"] == case.exporter_id).cloned().collect();
    assert_eq!(bare(own), expected);
    let other = case.beside("Another Ltd.", "51-4000009").await;
    for path in [format!("/v1/exporters/{}", case.exporter_id), format!("/v1/products/{}", case.product)] {
        other.exporter.get(&format!("{path}?asOf={last}")).await.problem(404);
        case.exporter.get(&format!("{path}?asOf={last}")).await.ok();
    }
}

/// Each license with its status, its frozen lines and what was shipped, folded from the histories alone.
async fn folded(pool: &PgPool, at: DateTime<Utc>) -> Vec<(String, String, i64, String)> {
    sqlx::query_as(
        "with steps as (
             select h.subject_id, h.to_status, h.action, h.details,
                    row_number() over (partition by h.subject_id order by h.version desc) as back
               from history h where h.life_cycle = 'license' and h.at <= $1),
         freezes as (
             select subject_id, count(*) filter (where action in ('freeze', 'freeze_further', 'freeze_part'))
                  - count(*) filter (where action in ('unfreeze', 'lift_freeze', 'lift_part')) as held
               from steps group by subject_id),
         shipped as (
             select subject_id, sum((details ->> 'quantity')::numeric) as drawn from steps
              where action in ('draw_down', 'exhaust') group by subject_id)
         select l.reference,
                case when s.to_status in ('active', 'frozen') and l.valid_until < ($1 at time zone 'UTC')::date then 'expired'
                     else s.to_status end,
                f.held, coalesce(trim_scale(d.drawn), 0)::text
           from steps s join licenses l on l.id = s.subject_id and s.back = 1
           join freezes f on f.subject_id = l.id left join shipped d on d.subject_id = l.id
          order by l.id desc",
    )
    .bind(at)
    .fetch_all(pool)
    .await
    .expect("fold")
}

#[tokio::test]
async fn what_is_asked_as_of_a_time_is_the_fold_of_the_histories() {
    let registry = Registry::open().await;
    let (_, seen) = lively(&registry).await;
    let auditor = registry.auditor().await;
    let mut differ = 0;
    for then in &seen {
        let at = instant(then.at);
        let told = auditor.all(&format!("/v1/licenses?asOf={at}&knownAt={at}")).await;
        let told: Vec<_> = told
            .iter()
            .map(|license| {
                let drawn = license["lines"].as_array().into_iter().flatten();
                let drawn: rust_decimal::Decimal = drawn
                    .map(|line| line["drawn"].as_str().unwrap().parse::<rust_decimal::Decimal>().unwrap())
                    .sum();
                let text = |member: &str| license[member].as_str().unwrap_or_default().to_owned();
                let freezes = i64::try_from(license["freezes"].as_array().unwrap().len()).unwrap();
                (text("reference"), text("status"), freezes, drawn.normalize().to_string())
            })
            .collect();
        assert_eq!(told, folded(registry.pool(), then.at).await, "at {at}");
        differ += i32::from(told.iter().any(|(_, status, _, _)| status != "active"));
    }
    assert!(differ > 5, "the register moved");
}

#[tokio::test]
async fn what_held_and_what_was_known_are_two_times() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let auditor = registry.auditor().await;
    let license = case.marketing_license().await;
    let granted = instant(registry.now());
    registry.pass_days(5);
    import(&registry.officer().await).await;
    registry.head().await.because(&format!("/v1/licenses/{license}/annulments")).await.ok();
    // Annulled: void from the start, as was not known then.
    let path = format!("/v1/licenses/{license}");
    let now = auditor.get(&format!("{path}?asOf={granted}")).await.ok();
    assert_eq!((&now["status"], &now["allowedActions"]), (&json!("annulled"), &json!([])));
    let known = auditor.get(&format!("{path}?asOf={granted}&knownAt={granted}")).await.ok();
    assert_eq!(
        (&known["status"], known["knownAt"].as_str().map(str::parse)),
        (&json!("active"), Some(granted.parse::<DateTime<Utc>>()))
    );
    // Imported after its term had ended: in force in 2009, as was not known before the import.
    let imported = auditor.all("/v1/licenses?status=expired").await;
    let old = imported.iter().find(|license| license["issuedOn"] == "2009-02-03").expect("a license of 2009");
    let path = format!("/v1/licenses/{}", id(old));
    assert_eq!(auditor.get(&format!("{path}?asOf=2009-02-03")).await.ok()["status"], "active");
    assert_eq!(
        auditor.get(&format!("{path}?asOf={}", old["validUntil"].as_str().unwrap())).await.ok()["status"],
        "active"
    );
    assert_eq!(auditor.get(&format!("{path}?asOf=2020-01-01")).await.ok()["status"], "expired");
    auditor.get(&format!("{path}?asOf=2009-02-02")).await.problem(404);
    auditor.get(&format!("{path}?asOf=2010-01-01&knownAt={granted}")).await.problem(404);
    let active = auditor.all("/v1/licenses?asOf=2009-12-31&status=active").await;
    assert!(active.iter().any(|license| id(license) == id(old)), "in the list of that day");
    assert!(auditor.all(&format!("/v1/licenses?asOf=2009-12-31&knownAt={granted}")).await.is_empty());
    // What was known of a later time: its term ran on then.
    let until = auditor.get(&format!("{path}?knownAt={}", instant(registry.now()))).await.ok();
    assert_eq!(until["status"], "expired");
}

#[tokio::test]
async fn nothing_is_told_of_the_future_nor_of_what_was_not_yet_on_file() {
    let registry = Registry::open().await;
    let before = instant(registry.now());
    registry.pass_days(1);
    let case = Case::with_product(&registry).await;
    let license = case.marketing_license().await;
    let measure =
        registry.drafted(&measure(&registry, &json!({ "destinations": ["FR"] }), &["refuse_new"])).await;
    let auditor = registry.auditor().await;
    let resources = [
        format!("/v1/licenses/{license}"),
        format!("/v1/exporters/{}", case.exporter_id),
        format!("/v1/products/{}", case.product),
        measure,
    ];
    for path in resources.iter().map(String::as_str).chain(LISTS) {
        for later in [registry.day(1), instant(registry.now() + chrono::TimeDelta::minutes(1))] {
            auditor.get(&format!("{path}?asOf={later}")).await.names("?asOf");
            auditor.get(&format!("{path}?knownAt={later}")).await.names("?knownAt");
        }
        for nonsense in ["yesterday", "2026-13-01", "2026-6-1", "2026-1-01", "2026-06-01T09:00:00", ""] {
            auditor.get(&format!("{path}?asOf={nonsense}")).await.problem(400);
        }
        auditor.get(&format!("{path}?asOf={}", registry.day(0))).await.ok();
    }
    for path in &resources {
        auditor.get(&format!("{path}?asOf={before}")).await.problem(404);
        // Yesterday ended before it came.
        auditor.get(&format!("{path}?asOf={}", registry.day(-1))).await.problem(404);
        auditor.get(&format!("{path}?knownAt={before}")).await.problem(404);
    }
    for list in LISTS {
        assert!(auditor.all(&format!("{list}?asOf={before}")).await.is_empty());
    }
    auditor.get(&format!("/v1/statistics?year=2026&asOf={}", registry.day(1))).await.names("?asOf");
    auditor.get(&format!("/v1/statistics?year=2026&knownAt={before}")).await.problem(400);
    let none = auditor.get(&format!("/v1/statistics?year=2026&asOf={before}")).await.ok();
    let figures = none["figures"].as_array().unwrap();
    assert!(figures.iter().all(|figure| figure["value"].as_i64().unwrap_or_default() == 0), "{none}");
}
