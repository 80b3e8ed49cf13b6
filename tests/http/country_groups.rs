//! `/v1/country-groups`: who belongs to which group is asked of a day, and nothing is taken away.

use export_license_registry::reference::store::{group_members, groups_of, known_groups};
use export_license_registry::rules::authority::Role;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::registry::{Client, Registry, each};

async fn members(client: &Client, path: &str) -> Vec<String> {
    let group = client.get(path).await.ok();
    each(group["members"].as_array().unwrap(), "territory").into_iter().map(str::to_owned).collect()
}

async fn founded(registry: &Registry, code: &str) -> Client {
    let head = registry.head().await;
    let new = json!({ "code": code, "name": "Caucasus", "source": "Our own list of May." });
    let reply = head.post("/v1/country-groups", &new).await;
    assert_eq!(reply.header("location"), format!("/v1/country-groups/{code}"));
    assert_eq!(reply.ok()["members"], json!([]));
    head
}

#[tokio::test]
async fn the_groups_that_come_with_the_registry_are_dated() {
    let registry = Registry::open().await;
    let customs = registry.customs().await;
    let groups = customs.all("/v1/country-groups").await;
    assert_eq!(each(&groups, "code"), ["eu", "gulf-states", "nato"]);
    let gulf = "/v1/country-groups/gulf-states";
    assert_eq!(members(&customs, gulf).await, ["AE", "BH", "KW", "OM", "QA", "SA"]);
    assert_eq!(members(&customs, &format!("{gulf}?asOf=1981-05-25")).await.len(), 6);
    assert_eq!(members(&customs, &format!("{gulf}?asOf=1981-05-24")).await.len(), 0);
    // The membership of the European Union and NATO, counted on the days around each change.
    for (group, day, count) in [
        ("eu", "1957-12-31", 0),
        ("eu", "1958-01-01", 6),
        ("eu", "1973-01-01", 9),
        ("eu", "1981-01-01", 10),
        ("eu", "1986-01-01", 12),
        ("eu", "1995-01-01", 15),
        ("eu", "2004-04-30", 15),
        ("eu", "2004-05-01", 25),
        ("eu", "2007-01-01", 27),
        ("eu", "2013-07-01", 28),
        ("eu", "2020-01-31", 28),
        ("eu", "2020-02-01", 27),
        ("nato", "1949-08-24", 12),
        ("nato", "1952-02-18", 14),
        ("nato", "1955-05-06", 15),
        ("nato", "1982-05-30", 16),
        ("nato", "1999-03-12", 19),
        ("nato", "2004-03-29", 26),
        ("nato", "2009-04-01", 28),
        ("nato", "2017-06-05", 29),
        ("nato", "2020-03-27", 30),
        ("nato", "2023-04-04", 31),
        ("nato", "2024-03-06", 31),
        ("nato", "2024-03-07", 32),
    ] {
        let found = members(&customs, &format!("/v1/country-groups/{group}?asOf={day}")).await;
        assert_eq!(found.len(), count, "{group} on {day}");
        assert_eq!(
            found.contains(&"GB".to_owned()),
            if group == "nato" { count >= 12 } else { ("1973-01-01"..="2020-01-31").contains(&day) },
            "{group} on {day}"
        );
    }
    // A group's list names all that ever belonged.
    let spans = customs.all("/v1/country-groups/eu/members").await;
    assert_eq!(spans.len(), 28);
    let ended = customs.all("/v1/country-groups/eu/member-endings").await;
    assert_eq!((each(&ended, "territory"), each(&ended, "validUntil")), (vec!["GB"], vec!["2020-01-31"]));
}

#[tokio::test]
async fn a_member_joins_leaves_and_joins_again() {
    let registry = Registry::open().await;
    let head = founded(&registry, "caucasus").await;
    let path = "/v1/country-groups/caucasus";
    let (joins, ends) = (format!("{path}/members"), format!("{path}/member-endings"));
    let join = |from: String| json!({ "territory": "GE", "validFrom": from });
    let end = |until: String| json!({ "territory": "GE", "validUntil": until, "reasons": "It left." });
    head.post(&ends, &end(registry.day(0))).await.problem(409);
    let joined = head.post(&joins, &join(registry.day(-10))).await.ok();
    assert_eq!((joined["name"].as_str(), &joined["validUntil"]), (Some("Georgia"), &Value::Null));
    assert_eq!(members(&head, path).await, ["GE"]);
    assert_eq!(members(&head, &format!("{path}?asOf={}", registry.day(-11))).await.len(), 0);
    // A second time in the same time is refused, whatever its days.
    for (from, until) in [(-20, Some(-10)), (-20, None), (-10, None), (0, Some(0)), (100, None)] {
        let mut again = join(registry.day(from));
        again["validUntil"] = json!(until.map(|until| registry.day(until)));
        head.post(&joins, &again).await.problem(409);
    }
    let mut before = join(registry.day(-20));
    before["validUntil"] = json!(registry.day(-11));
    head.post(&joins, &before).await.ok();
    head.post(&ends, &end(registry.day(-11))).await.names("/validUntil");
    let ended = head.post(&ends, &end(registry.day(1))).await.ok();
    assert_eq!((&ended["validUntil"], &ended["endReasons"]), (&json!(registry.day(1)), &json!("It left.")));
    // Ended once: neither again nor otherwise.
    head.post(&ends, &end(registry.day(5))).await.problem(409);
    assert_eq!(members(&head, path).await, ["GE"], "until the last day");
    registry.pass_days(2);
    assert_eq!(members(&head, path).await.len(), 0);
    head.post(&joins, &join(registry.day(0))).await.ok();
    assert_eq!(head.all(&joins).await.len(), 3);
    assert_eq!(head.all(&ends).await.len(), 2);
    // One entry in the audit log for each change.
    let group: uuid::Uuid = sqlx::query_scalar("select id from country_groups where code = 'caucasus'")
        .fetch_one(registry.pool())
        .await
        .unwrap();
    let entries = registry.auditor().await.all(&format!("/v1/audit?subjectId={group}")).await;
    let mut acts = each(&entries, "act");
    acts.reverse();
    let (add, end) = ("country_group.add_member", "country_group.end_member");
    assert_eq!(acts, ["country_group.create", add, add, end, add]);
}

#[tokio::test]
async fn what_is_entered_is_checked() {
    let registry = Registry::open().await;
    let head = founded(&registry, "caucasus").await;
    let rows = registry.row_counts().await;
    let again = json!({ "code": "caucasus", "name": "Caucasus", "source": "Another list." });
    head.post("/v1/country-groups", &again).await.problem(409);
    for code in ["Caucasus", "c", "3-seas", "with space", ""] {
        let new = json!({ "code": code, "name": "Group", "source": "A list." });
        head.post("/v1/country-groups", &new).await.names("/code");
    }
    let path = "/v1/country-groups/caucasus/members";
    for (name, value) in [
        ("territory", json!("eu")),
        ("territory", json!("ZZ")),
        ("territory", json!("QQ")),
        ("validFrom", json!("2026-02-30")),
        ("validFrom", json!("+12026-01-01")),
        ("validFrom", json!("1899-12-31")),
        ("validUntil", json!("2019-12-31")),
        ("validUntil", json!("+12026-01-01")),
    ] {
        let mut new = json!({ "territory": "GE", "validFrom": "2020-01-01" });
        new[name] = value;
        head.post(path, &new).await.names(&format!("/{name}"));
    }
    head.get("/v1/country-groups/nowhere").await.problem(404);
    head.get("/v1/country-groups/nowhere/members").await.problem(404);
    head.get("/v1/country-groups/NATO").await.names("{code}");
    head.get("/v1/country-groups?asOf=yesterday").await.names("?asOf");
    let new = json!({ "territory": "GE", "validFrom": "2020-01-01" });
    head.post("/v1/country-groups/nowhere/members", &new).await.problem(404);
    assert_eq!(registry.row_counts().await, rows, "nothing was stored");
}

#[tokio::test]
async fn everyone_reads_groups_and_the_agency_keeps_them() {
    let registry = Registry::open().await;
    let exporter = crate::support::case::registered(&registry, "Negev Optics Ltd.", "51-1").await;
    let new = json!({ "code": "caucasus", "name": "Caucasus", "source": "A list." });
    let member = json!({ "territory": "GE", "validFrom": "2020-01-01" });
    let end = json!({ "territory": "AE", "validUntil": registry.day(0), "reasons": "It left." });
    for role in Role::ALL.iter().copied().filter(|role| *role != Role::Clock) {
        let client = registry.any(role, &exporter).await;
        client.get("/v1/country-groups/eu").await.ok();
        if !matches!(role, Role::LicensingOfficer | Role::HeadOfAgency) {
            client.post("/v1/country-groups", &new).await.problem(403);
            client.post("/v1/country-groups/eu/members", &member).await.problem(403);
            client.post("/v1/country-groups/gulf-states/member-endings", &end).await.problem(403);
        }
    }
    registry.officer().await.post("/v1/country-groups/gulf-states/member-endings", &end).await.ok();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_many_memberships_at_once_is_entered() {
    let registry = Registry::open().await;
    let head = founded(&registry, "caucasus").await;
    let statuses: Vec<u16> = join_all((0..32_i64).map(|index| {
        let (head, day) = (&head, registry.day(-index));
        let new = json!({ "territory": "GE", "validFrom": day });
        async move { head.post("/v1/country-groups/caucasus/members", &new).await.status.as_u16() }
    }))
    .await;
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 201 | 409)), "{statuses:?}");
    assert_eq!(head.all("/v1/country-groups/caucasus/members").await.len(), 1);
}

#[tokio::test]
async fn other_rooms_ask_for_members_by_day() {
    let registry = Registry::open().await;
    let mut conn = registry.app.pool.office(export_license_registry::db::Isolation::Reads).await.unwrap();
    let groups = ["eu".to_owned(), "gulf-states".to_owned(), "nowhere".to_owned()];
    assert_eq!(known_groups(&mut conn, &groups).await.unwrap(), ["eu", "gulf-states"]);
    let on = "1960-01-01".parse().unwrap();
    let found = group_members(&mut conn, &groups, on).await.unwrap();
    let named: Vec<String> = found.iter().map(|(group, country)| format!("{group} {country}")).collect();
    assert_eq!(named, ["eu BE", "eu DE", "eu FR", "eu IT", "eu LU", "eu NL"]);
    assert_eq!(group_members(&mut conn, &[], on).await.unwrap().len(), 0);
    let of: Vec<String> = groups_of(&mut conn, "GB".parse().unwrap(), "2020-01-31".parse().unwrap())
        .await
        .unwrap()
        .into_iter()
        .map(|(code, _)| code.to_string())
        .collect();
    assert_eq!(of, ["eu", "nato"]);
}
