//! What the benchmarks run on: people and a case for decisions through the API; the licenses are [`super::licenses`].

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use chrono::{Days, NaiveDate};
use export_license_registry::act::{Act, Actor, Policy};
use export_license_registry::clock::Clock;
use export_license_registry::db::{self, Isolation};
use export_license_registry::ids::{ExporterId, Ids};
use export_license_registry::rules::authority::{Ministry, Role};
use export_license_registry::tokens::{self, NewToken};
use serde_json::{Value, json};
use sqlx::PgPool;

use super::licenses;
use super::load::{Client, request};

const EXPORTERS: usize = 20;
/// The license with the number n has this identifier with n in its last twelve digits: like the identifiers of the
/// service, they grow with time.
pub(crate) const LICENSE_PREFIX: &str = "01890000-0000-7000-8000-";

/// The keys of the people who act.
pub(crate) struct People {
    pub(crate) officer: String,
    pub(crate) head: String,
    pub(crate) countersigner: String,
    classifier: String,
    pub(crate) defense: String,
    pub(crate) foreign_affairs: String,
}

/// Where the licenses of a benchmark go that does not say otherwise.
pub(crate) const DESTINATIONS: &[&str] = &["DE", "FR", "GB", "US", "IN", "SG", "KR", "AU", "IT", "PL"];

/// What is put on file.
#[derive(Clone, Copy)]
pub(crate) struct Plan<'p> {
    /// How many applications under review.
    pub(crate) applications: usize,
    /// How many licenses.
    pub(crate) licenses: i64,
    /// Where to: the license with the number n goes to the destination n modulo their count.
    pub(crate) destinations: &'p [&'p str],
}

/// The cases.
pub(crate) struct Cases {
    pub(crate) people: People,
    /// Export applications under review, which pass the gate.
    pub(crate) applications: Vec<String>,
    /// A day until which licenses run.
    pub(crate) until: NaiveDate,
}

/// An act of the command line, now.
pub(crate) fn act() -> Act {
    let at = Clock::System.now();
    let ids = Arc::new(Ids::random());
    let request = ids.next(at);
    Act { actor: Actor::command_line(), at, request, ids, policy: Arc::new(Policy::default()), expects: None }
}

/// The identifier of the license with a number.
pub(crate) fn license_id(number: i64) -> String {
    format!("{LICENSE_PREFIX}{number:012x}")
}

/// Its reference.
pub(crate) fn reference(number: i64) -> String {
    format!("HL-2021-{number:06}")
}

/// Issues a token.
async fn token(
    pool: &PgPool,
    handle: &str,
    role: Role,
    ministry: Option<Ministry>,
    exporter: Option<&str>,
) -> anyhow::Result<String> {
    let act = act();
    let at = act.at;
    let exporter_id = exporter.map(str::parse).transpose()?.map(ExporterId);
    let expires = at.checked_add_days(Days::new(30)).unwrap_or(at);
    let new =
        NewToken::new(handle, role, "benchmark", expires).map_err(|problem| anyhow!("{}", problem.detail))?;
    let new = NewToken { ministry, exporter_id, ..new };
    let service = db::pool(pool.connect_options().as_ref().clone(), 1);
    let mut tx = service.office(Isolation::Records).await?;
    let issued = tokens::store::issue(&mut tx, &act, &new).await;
    let (_, secret) = issued.map_err(|problem| anyhow!("{}", problem.detail))?;
    tx.commit().await?;
    service.close().await;
    Ok(secret.written())
}

/// The API, for what is set up through it.
struct Api {
    client: Client,
}

impl Api {
    async fn post(&mut self, token: &str, path: &str, body: Option<Value>) -> anyhow::Result<Value> {
        self.client.call(&request("POST", path, Some(token), body.as_ref())).await
    }

    /// Puts something on file and gives its identifier.
    async fn enter(&mut self, token: &str, path: &str, body: Value) -> anyhow::Result<String> {
        let made = self.post(token, path, Some(body)).await?;
        made.get("id").and_then(Value::as_str).map(ToOwned::to_owned).context("no id")
    }
}

/// Makes people, exporters and applications under review, and loads the licenses.
pub(crate) async fn make(pool: &PgPool, address: SocketAddr, plan: Plan<'_>) -> anyhow::Result<Cases> {
    let people = People {
        officer: token(pool, "officer", Role::LicensingOfficer, None, None).await?,
        head: token(pool, "head", Role::HeadOfAgency, None, None).await?,
        countersigner: token(pool, "countersigner", Role::Countersigner, None, None).await?,
        classifier: token(pool, "classifier", Role::Classifier, None, None).await?,
        defense: token(pool, "reviewer-d", Role::Reviewer, Some(Ministry::Defense), None).await?,
        foreign_affairs: token(pool, "reviewer-f", Role::Reviewer, Some(Ministry::ForeignAffairs), None)
            .await?,
    };
    let mut api = Api { client: Client::connect(address).await? };
    let today = Clock::System.now().date_naive();
    let until = today.checked_add_days(Days::new(700)).context("a day")?;
    let mut exporters = Vec::new();
    for number in 0..EXPORTERS {
        let new = json!({ "name": format!("Exporter {number}"), "companyNumber": format!("51{number:07}"), "country": "IL" });
        let id = api.enter(&people.officer, "/v1/exporters", new).await?;
        let term = json!({ "registeredUntil": until, "reasons": "Complete." });
        api.post(&people.head, &format!("/v1/exporters/{id}/registrations"), Some(term)).await?;
        exporters.push(id);
    }
    let applications = cases(pool, &mut api, &people, &exporters, plan.applications, today, until).await?;
    licenses::load(pool, &exporters, plan, until).await?;
    Ok(Cases { people, applications, until })
}

/// One exporter's products with a marketing license and a framework declaration, and applications to export them.
async fn cases(
    pool: &PgPool,
    api: &mut Api,
    people: &People,
    exporters: &[String],
    count: usize,
    today: NaiveDate,
    until: NaiveDate,
) -> anyhow::Result<Vec<String>> {
    let exporter = exporters.first().context("an exporter")?;
    let exporter = &token(pool, "exporter", Role::Exporter, None, Some(exporter)).await?;
    let mut products = Vec::new();
    for number in 1..=3 {
        let new = json!({ "name": format!("Sight {number}"), "description": "Electro-optical sight." });
        let id = api.enter(exporter, "/v1/products", new).await?;
        let class = json!({ "controlCodes": ["ML5"], "productClass": "military", "securityClassification": "unclassified",
                            "rationale": "Fire control." });
        api.post(&people.classifier, &format!("/v1/products/{id}/classifications"), Some(class)).await?;
        products.push(id);
    }
    let end_user = json!({ "name": "Army", "kind": "armed_forces", "country": "DE" });
    let end_user = api.enter(exporter, "/v1/end-users", end_user).await?;
    let reasons = || Some(json!({ "reasons": "In order." }));
    let template = json!({ "productClass": "military", "title": "Declaration", "clauses": ["No re-export."],
                           "framework": true, "transitionRule": "none" });
    let template = api.enter(&people.officer, "/v1/declaration-templates", template).await?;
    for ministry in [&people.defense, &people.foreign_affairs] {
        api.post(ministry, &format!("/v1/declaration-templates/{template}/agreements"), reasons()).await?;
    }
    api.post(&people.head, &format!("/v1/declaration-templates/{template}/entries-into-force"), reasons())
        .await?;
    let items: Vec<Value> = products
        .iter()
        .map(|id| json!({ "productId": id, "quantity": "1000000", "unit": "piece" }))
        .collect();
    let declaration = json!({
        "templateId": template, "endUserId": end_user, "state": "DE", "authority": "Ministry of Defense",
        "signatoryName": "A. Person", "signatoryTitle": "Director", "endUse": "Training.", "placeOfUse": "Germany.",
        "documentSha256": "0".repeat(64), "signedOn": today, "validUntil": until, "items": items,
    });
    let declaration = api.enter(exporter, "/v1/declarations", declaration).await?;
    let channel = json!({ "channel": "embassy", "reasons": "In order." });
    let accept = json!({ "channel": "embassy", "result": "Genuine.", "reasons": "In order." });
    api.post(&people.officer, &format!("/v1/declarations/{declaration}/verifications"), Some(channel))
        .await?;
    api.post(&people.officer, &format!("/v1/declarations/{declaration}/acceptances"), Some(accept)).await?;

    let lines: Vec<Value> = products.iter().map(|id| json!({ "productId": id })).collect();
    let marketing = json!({ "kind": "marketing", "purpose": "new", "destination": "DE", "endUserId": end_user,
                            "endUse": "Demonstration.", "lines": lines });
    let marketing = review(api, exporter, people, marketing).await?;
    let decision = format!("/v1/applications/{marketing}/decisions");
    let grant = json!({ "outcome": "grant", "validUntil": until, "reasons": "In order." });
    api.post(&people.head, &decision, Some(grant)).await?;
    api.post(&people.countersigner, &format!("{decision}/1/countersignatures"), None).await?;

    let lines: Vec<Value> = products
        .iter()
        .map(|id| json!({ "productId": id, "quantity": "12.5", "unit": "piece", "value": "125000.00", "currency": "EUR" }))
        .collect();
    let export = json!({ "kind": "export", "purpose": "new", "destination": "DE", "endUserId": end_user,
                         "declarationId": declaration, "endUse": "Training.", "lines": lines });
    let mut applications = Vec::with_capacity(count);
    for _ in 0..count {
        applications.push(review(api, exporter, people, export.clone()).await?);
    }
    Ok(applications)
}

/// Opens an application and brings it to where it can be decided.
async fn review(api: &mut Api, exporter: &str, people: &People, new: Value) -> anyhow::Result<String> {
    let id = api.enter(exporter, "/v1/applications", new).await?;
    api.post(exporter, &format!("/v1/applications/{id}/submissions"), None).await?;
    api.post(
        &people.officer,
        &format!("/v1/applications/{id}/reviews"),
        Some(json!({ "reasons": "Complete." })),
    )
    .await?;
    for ministry in [&people.defense, &people.foreign_affairs] {
        let position = json!({ "stance": "support", "reasons": "No objection." });
        api.post(ministry, &format!("/v1/applications/{id}/positions"), Some(position)).await?;
    }
    Ok(id)
}
