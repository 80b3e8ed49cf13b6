//! Whose rows: the service's own checks and the database's each keep an exporter to its own, alone.

use std::collections::BTreeSet;

use axum::http::Method;
use export_license_registry::api;
use export_license_registry::db::{Behalf, Isolation, Tx};
use export_license_registry::http::route::Access;
use export_license_registry::rules::authority::{Permission, Role};
use sqlx::AssertSqlSafe;
use utoipa::openapi::HttpMethod;

use super::isolation::body;
use crate::support::case::Case;
use crate::support::registry::{Client, Registry, id};

/// A full case, and an exporter beside it who has none of it.
struct Rivals<'r> {
    mine: Case<'r>,
    theirs: Case<'r>,
    application: String,
    declaration: String,
    license: String,
    revocation: String,
    objection: String,
    check: String,
    consignee: String,
}

impl<'r> Rivals<'r> {
    async fn meet(registry: &'r Registry) -> Self {
        let mine = Case::with_cover(registry).await;
        let license = mine.export_license().await;
        mine.freeze(&license, Some(&[1])).await.ok();
        mine.freeze(&license, None).await.ok();
        mine.lift(&license, 2).await.ok();
        let revocation = id(&mine.intend(&license, false).await.ok());
        let objection = id(&mine.object_to_freeze(&license, 1).await.ok());
        let application = mine.license(&license).await["applicationId"].as_str().unwrap().to_owned();
        let path = format!("/v1/applications/{application}");
        let declaration = mine.exporter.get(&path).await.ok()["declarationId"].as_str().unwrap().to_owned();
        let asked =
            serde_json::json!({ "kind": "marketing", "productId": mine.product, "destination": "DE" });
        let check = id(&mine.exporter.post("/v1/eligibility-checks", &asked).await.ok());
        let theirs = mine.beside("Galil Systems", "51-2").await;
        let mut naming = mine.marketing();
        naming["consignees"] = serde_json::json!([
            { "role": "broker", "name": "Negev Optics Agency", "kind": "private_company", "country": "DE" }
        ]);
        let named = mine.exporter.post("/v1/applications", &naming).await.ok();
        let consignee = named["consignees"][0]["consigneeId"].as_str().unwrap().to_owned();
        naming["lines"][0]["productId"] = serde_json::json!(theirs.product);
        naming["consignees"][0]["name"] = serde_json::json!("Galil Agency");
        theirs.draft(&naming).await;
        Self { mine, theirs, application, declaration, license, revocation, objection, check, consignee }
    }

    /// The resource of mine that a path of this collection names.
    fn owned(&self, path: &str) -> Option<&str> {
        Some(match path.split('/').nth(2)? {
            "exporters" => &self.mine.exporter_id,
            "products" => &self.mine.product,
            "end-users" => &self.mine.end_user,
            "consignees" => &self.consignee,
            "declarations" => &self.declaration,
            "applications" => &self.application,
            "licenses" => &self.license,
            "revocations" => &self.revocation,
            "objections" => &self.objection,
            "eligibility-checks" => &self.check,
            _ => return None,
        })
    }

    /// What is told of mine on any route that exporters may call: the route and the answer. Walks it as `reader`.
    async fn leaks(&self, reader: &Client, may: impl Fn(Permission) -> bool) -> (usize, Vec<String>) {
        let secrets = self.secrets().await;
        let (mut walked, mut found) = (0, Vec::new());
        for route in api::rooms().into_iter().flat_map(|room| room.routes) {
            let Access::Needs(permission) = route.access else { continue };
            if !permission.allows(Role::Exporter) || !may(permission) {
                continue;
            }
            let method = match route.method {
                HttpMethod::Post => Method::POST,
                HttpMethod::Put => Method::PUT,
                _ => Method::GET,
            };
            let paths = match self.owned(route.path) {
                Some(owned) if route.path.contains("{id}") => {
                    vec![route.path.replace("{id}", owned).replace("{number}", "1")]
                }
                _ if route.path.contains('{') || method != Method::GET => continue,
                _ => vec![route.path.to_owned(), format!("{}?limit=200", route.path)],
            };
            for path in paths {
                walked += 1;
                let sent = (method != Method::GET).then(|| body(&self.theirs, route.path).to_string());
                let media = sent.as_ref().map(|_| "application/json");
                let reply = reader.send(method.clone(), &path, media, sent.unwrap_or_default()).await;
                let told = reply.text.replace(&path, "");
                let named = secrets.iter().find(|secret| told.contains(secret.as_str()));
                if named.is_some() || (route.path.contains("{id}") && reply.status.is_success()) {
                    found.push(format!("{method} {path}: {} {named:?}", reply.status));
                }
            }
        }
        (walked, found)
    }

    /// The identifiers of all that is mine, and of its steps.
    async fn secrets(&self) -> BTreeSet<String> {
        let mut secrets = BTreeSet::new();
        for owned in [
            "products",
            "end_users",
            "consignees",
            "declarations",
            "applications",
            "licenses",
            "revocations",
            "objections",
            "eligibility_checks",
        ] {
            let sql = format!("select id::text from {owned} where exporter_id = $1::uuid");
            let ids: Vec<String> = sqlx::query_scalar(AssertSqlSafe(sql))
                .bind(&self.mine.exporter_id)
                .fetch_all(self.mine.registry.pool())
                .await
                .unwrap();
            assert!(!ids.is_empty(), "{owned}");
            secrets.extend(ids);
        }
        secrets.insert(self.mine.exporter_id.clone());
        secrets.insert("Negev Optics".to_owned());
        secrets
    }

    async fn as_theirs(&self, isolation: Isolation) -> Tx {
        let exporter = self.theirs.exporter_id.parse().unwrap();
        self.mine.registry.app.pool.begin(Behalf::Exporter(exporter), isolation).await.unwrap()
    }
}

async fn tables(registry: &Registry) -> Vec<String> {
    sqlx::query_scalar("select tablename::text from pg_tables where schemaname = 'public' and tablename not like '\\_%' order by 1")
        .fetch_all(registry.pool())
        .await
        .unwrap()
}

#[tokio::test]
async fn with_no_check_of_the_service_the_database_shows_an_exporter_nothing_of_another() {
    let registry = Registry::open().await;
    let rivals = Rivals::meet(&registry).await;
    let secrets = rivals.secrets().await;
    let (mut shown, mut denied) = (BTreeSet::new(), 0);
    for table in tables(&registry).await {
        let mut tx = rivals.as_theirs(Isolation::Reads).await;
        // Every column it has a right to.
        let columns: String = sqlx::query_scalar(
            "select coalesce(string_agg(quote_ident(column_name), ', '), '') from information_schema.columns
              where table_schema = 'public' and table_name = $1 and has_column_privilege($1, column_name::text, 'select')",
        )
        .bind(&table)
        .fetch_one(&mut *tx)
        .await
        .unwrap();
        if columns.is_empty() {
            let all = AssertSqlSafe(format!("select 1 from {table}"));
            assert!(sqlx::query(all).fetch_all(&mut *tx).await.is_err(), "{table}");
            denied += 1;
            continue;
        }
        let all = format!("select to_jsonb(t)::text from (select {columns} from {table}) as t");
        let rows: Vec<String> = sqlx::query_scalar(AssertSqlSafe(all)).fetch_all(&mut *tx).await.unwrap();
        for row in rows {
            let named = secrets.iter().find(|secret| row.contains(secret.as_str()));
            assert_eq!(named, None, "{table}: {row}");
            shown.insert(table.clone());
        }
    }
    assert!(denied >= 15, "{denied} tables are closed");
    for own in
        ["exporters", "products", "end_users", "consignees", "application_consignees", "history", "outbox"]
    {
        assert!(shown.contains(own), "its own {own}");
    }
}

#[tokio::test]
async fn with_no_check_of_the_service_the_database_lets_an_exporter_change_nothing_of_another() {
    let registry = Registry::open().await;
    let rivals = Rivals::meet(&registry).await;
    let mut changed = 0;
    for table in tables(&registry).await {
        let column: String = sqlx::query_scalar(
            "select column_name::text from information_schema.columns where table_schema = 'public' and table_name = $1
              order by (column_name = 'updated_at') desc, ordinal_position limit 1",
        )
        .bind(&table)
        .fetch_one(registry.pool())
        .await
        .unwrap();
        for change in [
            format!("update {table} set {column} = {column} returning to_jsonb({table})::text"),
            format!("delete from {table} returning to_jsonb({table})::text"),
        ] {
            let mut tx = rivals.as_theirs(Isolation::Records).await;
            let rows: Result<Vec<String>, _> =
                sqlx::query_scalar(AssertSqlSafe(change)).fetch_all(&mut *tx).await;
            for row in rows.unwrap_or_default() {
                assert!(!row.contains(&rivals.mine.exporter_id), "{table}: {row}");
                changed += 1;
            }
        }
    }
    assert!(changed > 0, "its own it may touch");
    // A step, an entry or a resource that says it is another's.
    let mut tx = rivals.as_theirs(Isolation::Records).await;
    let forged = sqlx::query(
        "insert into audit_entries (id, at, actor_id, actor_role, request_id, act, subject_kind, subject_id, owner_id, particulars)
         values (gen_random_uuid(), now(), '00000000-0000-7000-8000-000000000001', 'clock', gen_random_uuid(), 'license.revoke',
                 'license', $1::uuid, $2::uuid, '{}')",
    )
    .bind(&rivals.license)
    .bind(&rivals.mine.exporter_id)
    .execute(&mut *tx)
    .await;
    assert!(forged.unwrap_err().to_string().contains("row-level security"));
}

/// The database takes everyone for the other exporter, and the service, asked by the staff, checks nothing.
#[tokio::test]
async fn with_the_staffs_rights_and_anothers_rows_every_route_shows_nothing() {
    let registry = Registry::open().await;
    let rivals = Rivals::meet(&registry).await;
    let (officer, customs) = (registry.officer().await, registry.customs().await);
    let (walked, leaks) =
        rivals.leaks(&officer, |permission| permission.allows(Role::LicensingOfficer)).await;
    assert!(walked > 30 && leaks.len() > 20, "{walked}: staff see {}", leaks.len());
    let other = format!(
        "do $do$ declare p record; begin
            execute 'create or replace function own_exporter() returns uuid language sql stable as ''select ''''{}''''::uuid''';
            for p in select c.relname as name, pg_get_expr(own.polqual, own.polrelid) as rows
                       from pg_policy own join pg_class c on c.oid = own.polrelid where own.polname like '%\\_own' and exists (select from pg_policy o where o.polname = c.relname || '_office')
            loop execute format('alter policy %I on %I using (%s)', p.name || '_office', p.name, p.rows); end loop;
         end $do$",
        rivals.theirs.exporter_id
    );
    sqlx::raw_sql(AssertSqlSafe(other)).execute(registry.pool()).await.unwrap();
    for reader in [officer, customs] {
        let (_, leaks) = rivals.leaks(&reader, |_| true).await;
        assert_eq!(leaks, [""; 0]);
    }
}

/// The database shows every exporter everything, and the service's own checks are all there is.
#[tokio::test]
async fn with_no_row_security_the_service_shows_an_exporter_nothing_of_another() {
    let registry = Registry::open().await;
    let rivals = Rivals::meet(&registry).await;
    for table in tables(&registry).await {
        let open = format!(
            "alter table {table} no force row level security; alter table {table} disable row level security;
             grant select, insert, update, delete on {table} to registry_exporter"
        );
        sqlx::raw_sql(AssertSqlSafe(open)).execute(registry.pool()).await.unwrap();
    }
    let mut tx = rivals.as_theirs(Isolation::Reads).await;
    let seen: i64 = sqlx::query_scalar("select count(*) from licenses").fetch_one(&mut *tx).await.unwrap();
    assert!(seen > 0, "the database shows all");
    let (walked, leaks) = rivals.leaks(&rivals.theirs.exporter, |_| true).await;
    assert!(walked > 60, "{walked}");
    assert_eq!(leaks, [""; 0]);
}

#[tokio::test]
async fn what_begins_without_a_caller_has_a_right_to_nothing() {
    let registry = Registry::open().await;
    let mut threshold = registry.app.pool.threshold().await.unwrap();
    let (login, owns): (String, i64) = sqlx::query_as(
        "select current_user::text, (select count(*) from pg_class c join pg_roles r on r.oid = c.relowner
                                      where r.rolname = current_user)",
    )
    .fetch_one(threshold.ask())
    .await
    .unwrap();
    assert_eq!((login.as_str(), owns), ("registry_service", 0));
    for table in tables(&registry).await {
        let refused =
            sqlx::query(AssertSqlSafe(format!("select 1 from {table}"))).fetch_all(threshold.ask()).await;
        assert!(refused.unwrap_err().to_string().contains("permission denied"), "{table}");
    }
    let bypass: bool = sqlx::query_scalar(
        "select bool_or(rolsuper or rolbypassrls) from pg_roles where rolname like 'registry\\_%'",
    )
    .fetch_one(threshold.ask())
    .await
    .unwrap();
    assert!(!bypass);
}
