//! An exporter sees and touches only its own: what is another's is absent, in the same words.

use axum::http::Method;
use export_license_registry::api;
use export_license_registry::http::route::Access;
use export_license_registry::rules::authority::Role;
use serde_json::{Value, json};
use utoipa::openapi::HttpMethod;

use crate::support::case::{Case, acceptance, classification, verification};
use crate::support::registry::{Registry, id};

const NOWHERE: &str = "00000000-0000-7000-8000-0000000000ff";

/// A body that each act would take from the owner.
pub(crate) fn body(case: &Case<'_>, path: &str) -> Value {
    match path {
        "/v1/products/{id}/resubmissions" => json!({ "reasons": "Corrected." }),
        "/v1/products/{id}/classifications" => classification("military", &["ML5.a"]),
        "/v1/applications/{id}" => case.marketing(),
        "/v1/end-users/{id}" => {
            json!({ "name": "Office", "kind": "government", "country": "DE", "reasons": "Renamed." })
        }
        "/v1/revocations/{id}/representations" => json!({ "representation": "We did not." }),
        "/v1/declarations/{id}/verifications" => verification(),
        "/v1/declarations/{id}/acceptances" => acceptance(),
        _ => json!({ "reasons": "As the file shows." }),
    }
}

#[tokio::test]
async fn what_is_anothers_is_absent_in_the_same_words_on_every_route() {
    let registry = Registry::open().await;
    let mine = Case::with_cover(&registry).await;
    let license = mine.export_license().await;
    mine.freeze(&license, None).await.ok();
    mine.ship(&license, "1", "S").await;
    let revocation = id(&mine.intend(&license, false).await.ok());
    let objection = id(&mine.object_to_freeze(&license, 1).await.ok());
    let theirs = mine.beside("Galil Systems", "51-2").await;
    let application = mine.license(&license).await["applicationId"].as_str().unwrap().to_owned();
    let declaration =
        mine.exporter.get(&format!("/v1/applications/{application}")).await.ok()["declarationId"].clone();
    let mut naming = mine.marketing();
    naming["consignees"] =
        json!([{ "role": "broker", "name": "Agency", "kind": "private_company", "country": "DE" }]);
    let named = mine.exporter.post("/v1/applications", &naming).await.ok();
    let consignee = named["consignees"][0]["consigneeId"].as_str().unwrap().to_owned();
    let resource = |path: &str| {
        Some(match path.split('/').nth(2)? {
            "exporters" => mine.exporter_id.clone(),
            "products" => mine.product.clone(),
            "end-users" => mine.end_user.clone(),
            "consignees" => consignee.clone(),
            "declarations" => declaration.as_str()?.to_owned(),
            "applications" => application.clone(),
            "licenses" => license.clone(),
            "revocations" => revocation.clone(),
            "objections" => objection.clone(),
            _ => return None,
        })
    };
    let entries = registry.audit_entries().await;
    let mut walked = 0;
    for route in api::rooms().into_iter().flat_map(|room| room.routes) {
        let Access::Needs(permission) = route.access else { continue };
        let (true, Some(owned)) = (permission.allows(Role::Exporter), resource(route.path)) else { continue };
        if !route.path.contains("{id}") {
            continue;
        }
        walked += 1;
        let method = match route.method {
            HttpMethod::Post => Method::POST,
            HttpMethod::Put => Method::PUT,
            _ => Method::GET,
        };
        let mut answers = Vec::new();
        for id in [owned.as_str(), NOWHERE] {
            let path = route.path.replace("{id}", id).replace("{number}", "1");
            let (media, bytes) = match method {
                Method::GET => (None, String::new()),
                _ => (Some("application/json"), body(&theirs, route.path).to_string()),
            };
            let mut problem = theirs.exporter.send(method.clone(), &path, media, bytes).await.problem(404);
            problem["instance"] = Value::Null;
            answers.push(problem);
        }
        assert_eq!(answers[0], answers[1], "{method} {}", route.path);
    }
    assert!(walked >= 40, "{walked}");
    assert_eq!(registry.audit_entries().await, entries, "nothing was recorded");
}

#[tokio::test]
async fn lists_hold_only_ones_own_whatever_is_asked_for() {
    let registry = Registry::open().await;
    let mine = Case::with_cover(&registry).await;
    let license = mine.export_license().await;
    mine.freeze(&license, None).await.ok();
    mine.intend(&license, false).await.ok();
    mine.object_to_freeze(&license, 1).await.ok();
    let theirs = mine.beside("Galil Systems", "51-2").await;
    for list in ["declarations", "applications", "licenses", "revocations", "objections"] {
        assert_eq!(theirs.exporter.all(&format!("/v1/{list}")).await.len(), 0, "{list}");
        let of_mine = format!("/v1/{list}?exporterId={}", mine.exporter_id);
        assert_eq!(theirs.exporter.all(&of_mine).await.len(), 0, "{list}");
        assert_ne!(mine.exporter.all(&format!("/v1/{list}")).await.len(), 0, "{list}");
    }
    for list in ["exporters", "products", "end-users"] {
        let seen = theirs.exporter.all(&format!("/v1/{list}")).await;
        assert_eq!(seen.len(), 1, "{list}");
        assert!(!serde_json::to_string(&seen).unwrap().contains(&mine.exporter_id), "{list}");
    }
    // A cursor of another's page opens nothing either.
    let officer = registry.officer().await;
    let page = officer.get("/v1/licenses?limit=1").await.ok();
    let cursor = page["next"].as_str().unwrap();
    assert_eq!(theirs.exporter.all(&format!("/v1/licenses?cursor={cursor}")).await.len(), 0);
}

#[tokio::test]
async fn what_is_anothers_is_not_on_file_when_a_body_names_it() {
    let registry = Registry::open().await;
    let mine = Case::with_cover(&registry).await;
    let theirs = mine.beside("Galil Systems", "51-2").await;
    let (declaration, license) =
        (mine.declaration(&[(&mine.product, "100")]).await, mine.marketing_license().await);
    let own = theirs.declaration(&[(&theirs.product, "100")]).await;
    let exporter = &theirs.exporter;
    let with = |pointer: &str, foreign: &str| {
        let mut new = theirs.export(&own);
        *new.pointer_mut(pointer).unwrap() = json!(foreign);
        new
    };
    for (pointer, foreign) in [
        ("/lines/0/productId", &mine.product),
        ("/endUserId", &mine.end_user),
        ("/declarationId", &declaration),
    ] {
        exporter.post("/v1/applications", &with(pointer, foreign)).await.names(pointer);
        exporter.post("/v1/applications", &with(pointer, NOWHERE)).await.names(pointer);
    }
    let mut renewal = theirs.marketing();
    renewal["purpose"] = json!("renewal");
    renewal["predecessorId"] = json!(license);
    exporter.post("/v1/applications", &renewal).await.names("/predecessorId");
    let mut declared = theirs.declared(&[(&mine.product, "1")]);
    exporter.post("/v1/declarations", &declared).await.names("/items/0/productId");
    declared = theirs.declared(&[(&theirs.product, "1")]);
    declared["endUserId"] = json!(mine.end_user);
    exporter.post("/v1/declarations", &declared).await.names("/endUserId");
    let end_user = json!({
        "exporterId": mine.exporter_id, "name": "Office", "kind": "government", "country": "DE", "address": "Bonn",
    });
    let reply = exporter.post("/v1/end-users", &end_user).await;
    assert!(matches!(reply.status.as_u16(), 400 | 403 | 404), "{}", reply.text);
}

#[tokio::test]
async fn what_the_agency_thinks_is_not_the_exporters_to_read() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let license = case.marketing_license().await;
    let application = case.license(&license).await["applicationId"].as_str().unwrap().to_owned();
    for path in [
        format!("/v1/applications/{application}"),
        format!("/v1/applications/{application}/history"),
        format!("/v1/applications/{application}/decisions"),
        format!("/v1/applications/{application}/decisions/1"),
        format!("/v1/licenses/{license}"),
        format!("/v1/licenses/{license}/history"),
    ] {
        let reply = case.exporter.get(&path).await;
        for handle in ["\"actor\":\"", "edBy\":\"", "reviewer.", "Our assessment of May"] {
            assert!(!reply.text.contains(handle), "{path} tells {handle}: {}", reply.text);
        }
        reply.ok();
    }
}
