//! `/v1/audit/views`: who saw a file. A read is noted off its path, and no note is lost silently.

use axum::http::Method;
use export_license_registry::rules::authority::Role;
use export_license_registry::views;
use serde_json::{Value, json};

use crate::support::case::Case;
use crate::support::registry::{Registry, each, id};

/// The route of a license.
const LICENSE: &str = "/v1/licenses/{id}";

#[tokio::test]
async fn who_saw_a_file_is_told_and_each_batch_is_one_entry_of_the_log() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let license = case.marketing_license().await;
    views::write(&registry.app).await;
    let (officer, auditor, customs) =
        (registry.officer().await, registry.auditor().await, registry.customs().await);
    let path = format!("/v1/licenses/{license}");
    officer.get(&path).await.ok();
    officer.get(&format!("{path}/history")).await.ok();
    // However the path is spelled.
    let spelled: String = license.bytes().map(|byte| format!("%{byte:02X}")).collect();
    officer.get(&format!("/v1/licenses/{spelled}")).await.ok();
    case.exporter.get(&path).await.ok();
    assert_eq!(customs.send(Method::HEAD, &path, None, "").await.status, 200);
    customs.get(&format!("/v1/products/{}", case.product)).await.problem(403);
    // What is refused, is not there, is a list or is no one's file has not been seen.
    officer.get(&format!("/v1/licenses/{}", uuid::Uuid::nil())).await.problem(404);
    officer.get("/v1/licenses").await.ok();
    auditor.get("/v1/audit").await.ok();
    case.freeze(&license, None).await.ok();
    let entries = registry.audit_entries().await;
    assert!(auditor.all(&format!("/v1/audit/views?subjectId={license}")).await.is_empty());
    assert_eq!(views::write(&registry.app).await, 5);
    assert_eq!(views::write(&registry.app).await, 0, "once");
    assert_eq!(registry.audit_entries().await, entries + 1, "one entry for the batch");
    let seen = auditor.all(&format!("/v1/audit/views?subjectId={license}")).await;
    assert_eq!(
        each(&seen, "role"),
        ["customs", "exporter", "licensing_officer", "licensing_officer", "licensing_officer"]
    );
    assert_eq!(each(&seen, "route"), [LICENSE, LICENSE, LICENSE, "/v1/licenses/{id}/history", LICENSE]);
    for view in &seen {
        assert_eq!((&view["subjectKind"], &view["subjectId"]), (&json!("license"), &json!(license)));
        assert!(view["tokenId"].is_string() && view["requestId"].is_string());
    }
    assert_eq!(auditor.all("/v1/audit/views?person=officer&subjectKind=license").await.len(), 3);
    assert!(auditor.all("/v1/audit/views?person=nobody").await.is_empty());
    // The log holds the digest of the rows, which is recomputed from them.
    let entry = &auditor.all("/v1/audit?act=view.record").await[0];
    assert_eq!((&entry["subjectId"], &entry["particulars"]["views"]), (&seen[0]["batchId"], &json!(5)));
    let digest: String = sqlx::query_scalar(
        "select encode(sha256(convert_to(string_agg(format(E'%s|%s|%s|%s|%s|%s|%s|%s\\n',
                    (extract(epoch from at) * 1000000)::bigint, person_id, role, token_id, subject_kind, subject_id, route,
                    request_id), '' order by number), 'UTF8')), 'hex')
           from file_views where batch_id = $1::uuid",
    )
    .bind(uuid::Uuid::parse_str(seen[0]["batchId"].as_str().unwrap()).unwrap())
    .fetch_one(registry.pool())
    .await
    .unwrap();
    assert_eq!(entry["particulars"]["sha256"], digest);
    for sql in ["update file_views set route = 'x'", "delete from file_views", "truncate file_views"] {
        let refused = sqlx::query(sql).execute(registry.pool()).await.unwrap_err();
        assert!(refused.to_string().contains("append-only"), "{refused}");
    }
    for role in Role::ALL.iter().copied().filter(|role| ![Role::Clock, Role::Auditor].contains(role)) {
        registry.any(role, &case.exporter_id).await.get("/v1/audit/views").await.problem(403);
    }
}

#[tokio::test]
async fn a_batch_that_cannot_be_written_waits_and_readiness_tells() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    views::write(&registry.app).await;
    let officer = registry.officer().await;
    let path = format!("/v1/products/{}", case.product);
    officer.get(&path).await.ok();
    let rename = async |sql: &'static str| {
        sqlx::query(sql).execute(registry.pool()).await.unwrap();
    };
    rename("alter table file_views rename to file_views_away").await;
    for _ in 0..3 {
        assert!(registry.app.viewed.fault().is_none(), "a fault that passes is none");
        assert_eq!(views::write(&registry.app).await, 0);
    }
    let unready = registry.public().get("/health/ready").await.problem(503);
    assert!(unready.to_string().contains("views of files cannot be written: 1 wait"), "{unready}");
    officer.get(&path).await.ok();
    rename("alter table file_views_away rename to file_views").await;
    assert_eq!(views::write(&registry.app).await, 2);
    assert!(registry.app.viewed.fault().is_none());
    let seen = registry.auditor().await.all(&format!("/v1/audit/views?subjectId={}", case.product)).await;
    assert_eq!(each(&seen, "role"), ["licensing_officer"; 2]);
}

#[tokio::test]
async fn what_finds_no_place_is_counted_and_the_count_is_in_the_log() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let officer = registry.officer().await;
    views::write(&registry.app).await;
    officer.get(&format!("/v1/products/{}", case.product)).await.ok();
    let (mut views, lost) = registry.app.viewed.take(10);
    assert_eq!((views.len(), lost), (1, 0));
    let view = views.pop().unwrap();
    for _ in 0..50_002 {
        registry.app.viewed.note(view.clone());
    }
    assert!(registry.app.viewed.fault().is_some_and(|says| says.contains("50000 wait, 2 were lost")));
    assert_eq!(views::write(&registry.app).await, 50_000);
    assert!(registry.app.viewed.fault().is_none());
    let entries = registry.auditor().await.all("/v1/audit?act=view.record").await;
    let lost: Vec<&Value> = entries.iter().map(|entry| &entry["particulars"]["lost"]).collect();
    assert_eq!(lost.iter().filter(|lost| ***lost == json!(2)).count(), 1, "in the batch that followed");
    assert!(entries.iter().all(|entry| !id(entry).is_empty()));
}
