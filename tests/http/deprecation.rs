//! Deprecation: a route that is to go says so in the document and in every answer. The table is made here, for no
//! route of the registry is deprecated.

use axum::Router;
use axum::extract::State;
use chrono::NaiveDate;
use export_license_registry::config::Contact;
use export_license_registry::http::{Answer, App, Found, Room, Route, openapi, outer};
use export_license_registry::rules::authority::Permission;

use crate::support::registry::Registry;

#[derive(serde::Serialize, utoipa::ToSchema)]
struct Thing {
    name: &'static str,
}

async fn thing(State(_): State<App>) -> Answer<Found<Thing>> {
    Ok(Found(Thing { name: "thing" }))
}

fn table() -> Vec<Room> {
    let since = NaiveDate::from_ymd_opt(2026, 6, 1).unwrap();
    let sunset = NaiveDate::from_ymd_opt(2027, 12, 31).unwrap();
    let routes = vec![
        Route::public("/v1/old-things", thing).says("Things as they were").deprecated(since, sunset),
        Route::get("/v1/old-secrets", Permission::ReadAudit, thing).says("Secrets").deprecated(since, sunset),
        Route::public("/v1/things", thing).says("Things"),
    ];
    vec![Room { name: "things", about: "Things.", routes }]
}

#[tokio::test]
async fn a_deprecated_route_says_so_in_every_answer() {
    let registry = Registry::open().await;
    let router = outer::router(&registry.app, table(), Router::new()).with_state(());
    let public = registry.public().with_router(router.clone());
    for (path, status) in [("/v1/old-things", 200), ("/v1/old-secrets", 401)] {
        let reply = public.get(path).await;
        assert_eq!(reply.status, status);
        assert_eq!(reply.header("deprecation"), "@1780272000", "2026-06-01 (RFC 9745)");
        assert_eq!(reply.header("sunset"), "Fri, 31 Dec 2027 00:00:00 GMT", "an HTTP date (RFC 8594)");
    }
    let reply = public.get("/v1/things").await;
    assert_eq!((reply.header("deprecation"), reply.header("sunset")), ("", ""));
}

#[test]
fn the_document_says_so_too() {
    let document = openapi::document(&table(), &Contact::default()).unwrap();
    for (path, deprecated) in [("/v1/old-things", true), ("/v1/old-secrets", true), ("/v1/things", false)] {
        let operation = &document["paths"][path]["get"];
        assert_eq!(operation["deprecated"] == true, deprecated, "{path}");
        for answer in operation["responses"].as_object().unwrap().values() {
            let shared = answer["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
            let answer = shared.map_or(answer, |place| document.pointer(place).unwrap());
            for header in ["Deprecation", "Sunset"] {
                assert_eq!(answer["headers"][header].is_object(), deprecated, "{path} {header}");
            }
        }
    }
}
