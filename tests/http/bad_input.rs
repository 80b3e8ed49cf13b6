//! Bad input: each refused with a problem that names the field, and nothing stored.

use axum::http::Method;
use serde_json::{Value, json};

use crate::support::case::Case;
use crate::support::registry::Registry;

/// Posts each of the bodies, all of which must be refused as 4xx with the field named; gives those that were not.
async fn refused(
    client: &crate::support::registry::Client,
    path: &str,
    bodies: &[(&str, Vec<u8>)],
) -> Vec<String> {
    let mut failures = Vec::new();
    for (pointer, body) in bodies {
        let reply = client.post_bytes(path, body.clone()).await;
        let named = reply.body["errors"][0]["pointer"] == *pointer;
        if reply.status != 400 || !named {
            let shown: String = String::from_utf8_lossy(body).chars().take(120).collect();
            failures.push(format!("{shown} at {pointer:?}: {} {}", reply.status, reply.text));
        }
    }
    failures
}

#[tokio::test]
async fn what_is_not_one_json_document_of_the_type_is_refused() {
    let registry = Registry::open().await;
    let officer = registry.officer().await;
    let before = registry.row_counts().await;
    let good = r#""name":"Negev","companyNumber":"51-1","country":"IL""#;
    let deep = format!("{{\"name\":{}", "[".repeat(100_000));
    let bodies: Vec<(&str, Vec<u8>)> = vec![
        ("", b"".to_vec()),
        ("", b"{".to_vec()),
        ("", b"[]".to_vec()),
        ("", b"null".to_vec()),
        ("", b"\"text\"".to_vec()),
        ("", b"1e999".to_vec()),
        ("", b"\xef\xbb\xbf{}".to_vec()),
        ("", format!("{{{good}}} {{}}").into_bytes()),
        ("", format!("{{{good},}}").into_bytes()),
        ("/name", b"{\"name\":NaN}".to_vec()),
        ("/name", b"{\"name\":1e999}".to_vec()),
        ("/name", b"{\"name\":Infinity}".to_vec()),
        ("/name", b"{\"name\":7}".to_vec()),
        ("/name", b"{\"name\":null}".to_vec()),
        ("/name", b"{\"name\":{}}".to_vec()),
        ("/name", b"{\"name\":'x'}".to_vec()),
        ("/name", b"{\"name\":\"\xff\xfe\"}".to_vec()),
        ("/name", b"{\"name\":\"\\ud800\"}".to_vec()),
        ("/name", b"{\"name\":\"\\ud800x\"}".to_vec()),
        ("/name", b"{\"name\":\"a\\u0000b\"}".to_vec()),
        ("/name", b"{\"name\":\"a\x00b\"}".to_vec()),
        ("/name", b"{\"name\":\"a\\u202eb\"}".to_vec()),
        ("/name", b"{\"name\":\"a\\u2066b\"}".to_vec()),
        ("/name", b"{\"name\":\"a\\u061cb\"}".to_vec()),
        ("/name", b"{\"name\":\"a\\u200bb\"}".to_vec()),
        ("/name", b"{\"name\":\"a\\ufeffb\"}".to_vec()),
        ("/name", b"{\"name\":\"a\\u2028b\"}".to_vec()),
        ("/name", b"{\"name\":\"   \"}".to_vec()),
        ("/name", format!("{{\"name\":\"{}\"}}", "x".repeat(201)).into_bytes()),
        ("/name", deep.into_bytes()),
        ("/name", format!("{{\"name\":\"x\",{good}}}").into_bytes()),
        ("/colour", format!("{{{good},\"colour\":\"red\"}}").into_bytes()),
        ("/Name", b"{\"Name\":\"Negev\"}".to_vec()),
        ("/country", b"{\"name\":\"Negev\",\"companyNumber\":\"51-1\",\"country\":\"QQ\"}".to_vec()),
        ("/country", b"{\"name\":\"Negev\",\"companyNumber\":\"51-1\",\"country\":\"ZZ\"}".to_vec()),
        ("/country", b"{\"name\":\"Negev\",\"companyNumber\":\"51-1\",\"country\":\"eu\"}".to_vec()),
        ("/country", b"{\"name\":\"Negev\",\"companyNumber\":\"51-1\"}".to_vec()),
    ];
    let failures = refused(&officer, "/v1/exporters", &bodies).await;
    assert!(failures.is_empty(), "{failures:#?}");
    assert_eq!(registry.row_counts().await, before, "nothing was stored");
}

#[tokio::test]
async fn a_depth_bomb_anywhere_is_refused() {
    let registry = Registry::open().await;
    let officer = registry.officer().await;
    for bomb in ["[", "{\"a\":", "[{\"a\":"] {
        officer.post_bytes("/v1/exporters", bomb.repeat(20_000)).await.problem(400);
    }
    officer.post_bytes("/v1/exporters", "[".repeat(300_000)).await.problem(413);
}

#[tokio::test]
async fn a_wide_bomb_is_refused_and_so_is_what_is_no_text_in_a_query() {
    let registry = Registry::open().await;
    let officer = registry.officer().await;
    let before = registry.row_counts().await;
    let members: Vec<String> = (0..20_000).map(|number| format!("\"k{number}\":0")).collect();
    officer.post_bytes("/v1/exporters", format!("{{{}}}", members.join(","))).await.names("/k0");
    officer.post_bytes("/v1/exporters", format!("[{}0]", "0,".repeat(120_000))).await.names("");
    officer
        .post_bytes("/v1/exporters", format!("{{\"name\":[{}0]}}", "[],".repeat(80_000)))
        .await
        .names("/name");
    let long = format!("{{\"name\":\"{}\"}}", "x".repeat(250_000));
    officer.post_bytes("/v1/exporters", long).await.names("/name");
    for value in ["%00", "a%00b", "%ff", "%c0%80", "%ed%a0%80", "%0d%0a", "%1b%5b31m"] {
        officer.get(&format!("/v1/tokens?holder={value}")).await.problem(403);
        officer.get(&format!("/v1/exporters?status={value}")).await.names("?status");
    }
    assert_eq!(registry.row_counts().await, before, "nothing was stored");
}

#[tokio::test]
async fn quantities_values_and_dates_out_of_range_are_refused() {
    let registry = Registry::open().await;
    let case = Case::with_parties(&registry).await;
    let declaration = case.declaration(&[(&case.product, "100")]).await;
    let before = registry.row_counts().await;
    let mut bodies = Vec::new();
    let with = |pointer: &'static str, value: Value| {
        let mut new = case.export(&declaration);
        *new.pointer_mut(pointer).unwrap() = value;
        (pointer, new.to_string().into_bytes())
    };
    for quantity in [
        json!("0"),
        json!("-1"),
        json!("+1"),
        json!("NaN"),
        json!("Infinity"),
        json!("1e3"),
        json!("1,000"),
        json!("1."),
        json!(".5"),
        json!(""),
        json!(" 1"),
        json!("0.0000001"),
        json!("1000000000000000"),
        json!("0x10"),
        json!("١"),
        json!(1),
        json!(1.5),
        json!(true),
        json!(["1"]),
        json!("9".repeat(400)),
    ] {
        bodies.push(with("/lines/0/quantity", quantity));
    }
    for value in [
        json!("-0.01"),
        json!("0.001"),
        json!("1e999"),
        json!("1000000000000000.00"),
        json!(250_000),
        json!("NaN"),
    ] {
        bodies.push(with("/lines/0/value", value));
    }
    for currency in [json!("EURO"), json!("eur"), json!("QQQ"), json!(978)] {
        bodies.push(with("/lines/0/currency", currency));
    }
    for id in [
        json!("7"),
        json!("not-a-uuid"),
        json!("00000000-0000-7000-8000-00000000000"),
        json!(7),
        json!("\u{0}"),
    ] {
        bodies.push(with("/lines/0/productId", id.clone()));
        bodies.push(with("/endUserId", id));
    }
    for destination in [json!("Germany"), json!("QQ"), json!("ZZ"), json!("nato-plus"), json!(null)] {
        bodies.push(with("/destination", destination));
    }
    bodies.push(with("/kind", json!("smuggling")));
    bodies.push(with("/purpose", json!(null)));
    let raw = case.export(&declaration).to_string();
    bodies.push(("/lines/0/quantity", raw.replace("\"100\"", "1e999").into_bytes()));
    bodies.push(("/lines/0/quantity", raw.replace("\"100\"", "NaN").into_bytes()));
    bodies.push(("/lines/0/colour", raw.replace("\"unit\"", "\"colour\":1,\"unit\"").into_bytes()));
    bodies.push(("/lines/0/unit", raw.replace("\"unit\"", "\"unit\":\"set\",\"unit\"").into_bytes()));
    let failures = refused(&case.exporter, "/v1/applications", &bodies).await;
    assert!(failures.is_empty(), "{failures:#?}");
    assert_eq!(registry.row_counts().await, before, "nothing was stored");
}

#[tokio::test]
async fn dates_out_of_range_are_refused_wherever_a_date_is_taken() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let license = case.marketing_license().await;
    let application = case.supported(&case.marketing()).await;
    let before = registry.row_counts().await;
    let (officer, head) = (registry.officer().await, registry.head().await);
    let mut failures = Vec::new();
    for date in [
        "0000-01-01",
        "-0001-01-01",
        "294276-12-31",
        "+294276-12-31",
        "+262143-01-01",
        "+262142-12-31",
        "2026-02-30",
        "2026-13-01",
        "01.06.2026",
        "infinity",
        "-infinity",
        "now",
        "",
        "2026-06-01T00:00:00Z",
    ] {
        let freeze = json!({ "ground": "human_rights", "reasons": "So.", "reviewOn": date });
        let term = json!({ "registeredUntil": date, "reasons": "So." });
        for (client, path, body, pointer) in [
            (&officer, format!("/v1/licenses/{license}/freezes"), freeze, "/reviewOn"),
            (&head, format!("/v1/exporters/{}/renewals", case.exporter_id), term, "/registeredUntil"),
        ] {
            failures.extend(refused(client, &path, &[(pointer, body.to_string().into_bytes())]).await);
        }
        let grant = json!({ "outcome": "grant", "validUntil": date, "reasons": "So." });
        let reply = case.decide(&application, &grant).await;
        // A date that is one is a matter of the gate; one that is none is malformed.
        if !matches!(reply.status.as_u16(), 400 | 422) {
            failures.push(format!("grant until {date}: {} {}", reply.status, reply.text));
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
    assert_eq!(registry.row_counts().await, before, "nothing was stored");
}

#[tokio::test]
async fn ids_in_paths_are_uuids_and_numbers_are_numbers() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let license = case.marketing_license().await;
    let officer = registry.officer().await;
    for id in ["7", "null", "..", "%00", "%FF", "00000000-0000-7000-8000-00000000000g", "' or 1=1"] {
        let path = format!("/v1/licenses/{}", id.replace(' ', "%20"));
        let reply = officer.get(&path).await;
        assert!(matches!(reply.status.as_u16(), 400 | 404), "{path}: {}", reply.text);
    }
    officer.get("/v1/licenses/7").await.names("{id}");
    for number in ["0", "-1", "2147483648", "one", "1.0", "%00", "99999999999999999999"] {
        let path = format!("/v1/licenses/{license}/freezes/{number}/liftings");
        let reply = officer.because(&path).await;
        assert!(matches!(reply.status.as_u16(), 400 | 404), "{path}: {}", reply.text);
    }
}

#[tokio::test]
async fn every_route_that_takes_a_body_refuses_what_is_not_its_own() {
    use export_license_registry::api;
    use export_license_registry::http::route::Access;
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let license = case.export_license().await;
    case.freeze(&license, None).await.ok();
    let mut clients = Vec::new();
    for role in export_license_registry::rules::authority::Role::ALL.iter().copied() {
        if role != export_license_registry::rules::authority::Role::Clock {
            clients.push((role, registry.any(role, &case.exporter_id).await));
        }
    }
    let before = registry.row_counts().await;
    for route in api::rooms().into_iter().flat_map(|room| room.routes).filter(|route| route.changes()) {
        let Access::Needs(permission) = route.access else { continue };
        let method =
            if route.method == utoipa::openapi::HttpMethod::Put { Method::PUT } else { Method::POST };
        let documented = &crate::support::contract::DOCUMENT["paths"][route.path]
            [method.as_str().to_ascii_lowercase()]["requestBody"]["content"]["application/json"];
        if documented.is_null() {
            continue;
        }
        let path = route.path.replace("{id}", &license).replace("{number}", "1").replace("{code}", "eu");
        let Some((_, client)) = clients.iter().find(|(role, _)| permission.allows(*role)) else { continue };
        for body in [
            "",
            "{",
            "[]",
            "null",
            "{\"reasons\":1}",
            "{\"reasons\":\"x\",\"colour\":1}",
            "{\"a\":{},\"a\":{}}",
        ] {
            let reply = client.send(method.clone(), &path, Some("application/json"), body).await;
            assert_eq!(reply.status, 400, "{method} {path} {body}: {}", reply.text);
            assert!(reply.body["errors"][0]["pointer"].is_string(), "{method} {path} {body}: {}", reply.text);
        }
        client.send(method.clone(), &path, Some("text/csv"), "{}").await.problem(415);
        client.send(method, &path, Some("application/json"), "x".repeat(300 * 1024)).await.problem(413);
    }
    assert_eq!(registry.row_counts().await, before, "nothing was stored");
}

#[tokio::test]
async fn text_is_kept_as_it_was_meant_in_one_normal_form() {
    let registry = Registry::open().await;
    let officer = registry.officer().await;
    let names = [
        (
            "Zoë's “Works” 🛰 & <Söhne>; DROP TABLE exporters; --",
            "Zoë's “Works” 🛰 & <Söhne>; DROP TABLE exporters; --",
        ),
        ("e\u{301}", "é"),
        ("  می\u{200C}خواهم مدیر ", "می\u{200C}خواهم مدیر"),
        ("Яндекс Маркет Ltd.", "Яндекс Маркет Ltd."),
        ("10 kΩ resistors", "10 kΩ resistors"),
        ("=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"),
    ];
    for (number, (sent, kept)) in names.into_iter().enumerate() {
        let new = json!({ "name": sent, "companyNumber": number.to_string(), "country": "IL" });
        assert_eq!(officer.post("/v1/exporters", &new).await.ok()["name"], kept);
    }
}
