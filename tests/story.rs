//! The story of the seed facts, on a register with a sample year: a human-rights measure that revokes, a freeze of
//! cyber technology until a review, a new declaration that buyers must sign, no renewals for the Gulf states, a
//! refused renewal granted by the minister, the figures of the year, and the freeze lifted. Every count is computed
//! again in SQL, beside the service.

#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]
#![expect(clippy::too_many_lines, reason = "a story is told in one go")]

#[path = "support/mod.rs"]
mod support;

use export_license_registry::rules::authority::{Ministry, Role};
use export_license_registry::sample_year::{self, Plan};
use serde_json::{Value, json};
use sqlx::PgPool;
use support::registry::{Client, Registry, id};

/// The size of the story against the year of the seed facts, and how many licenses it revokes: 3,600 at that size.
const SCALE: f64 = 0.02;
const REVOKED: i64 = 72;

async fn count(pool: &PgPool, sql: &str) -> i64 {
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned())).fetch_one(pool).await.expect("count")
}

/// The story's people.
struct Agency {
    registry: Registry,
    officer: Client,
    head: Client,
    director: Client,
    minister: Client,
    defense: Client,
    foreign: Client,
}

impl Agency {
    async fn open() -> Self {
        let registry = Registry::open().await;
        let plan = Plan::new(2025, SCALE).expect("a plan");
        sample_year::fill(&registry.app.pool, plan, 2025, |_| ()).await.expect("a sample year");
        registry.sweep().await;
        Self {
            officer: registry.officer().await,
            head: registry.head().await,
            director: registry.director().await,
            minister: registry.staff("minister", Role::Minister).await,
            defense: registry.reviewer(Ministry::Defense).await,
            foreign: registry.reviewer(Ministry::ForeignAffairs).await,
            registry,
        }
    }

    fn pool(&self) -> &PgPool {
        self.registry.pool()
    }

    async fn count(&self, sql: &str) -> i64 {
        count(self.pool(), sql).await
    }

    /// Drafts a measure as the officer, has it approved by the director general and brought into force by the head.
    /// Gives its path and its preview.
    async fn enact(&self, new: &Value) -> (String, Value) {
        let drafted = self.officer.post("/v1/measures", new).await.ok();
        let path = format!("/v1/measures/{}", id(&drafted));
        let preview = self.officer.act(&format!("{path}/previews")).await.ok();
        let says = json!({ "digest": preview["digest"], "reasons": "Seen and weighed." });
        self.director.post(&format!("{path}/approvals"), &says).await.ok();
        let digest = json!({ "digest": preview["digest"] });
        let operation = self.head.post(&format!("{path}/executions"), &digest).await.ok();
        self.registry.worked_off().await;
        let done = self.head.get(&format!("/v1/operations/{}", id(&operation))).await.ok();
        assert_eq!((&done["status"], &done["skipped"]), (&json!("succeeded"), &json!(0)), "{done}");
        (path, preview)
    }

    fn measure(&self, title: &str, ground: &str, scope: &Value, effects: &Value) -> Value {
        json!({
            "title": title, "scope": scope, "effects": effects, "ground": ground,
            "legalBasis": "Defense Export Control Law 5767-2007, s. 9",
            "reasons": "Both ministries assessed the situation anew and saw no lesser means.",
            "reviewOn": self.registry.day(180),
        })
    }

    /// Destinations whose marketing licenses in force are together exactly so many, none of them a Gulf state.
    async fn destinations_of(&self, exactly: i64) -> Vec<String> {
        let by: Vec<(String, i64)> = sqlx::query_as(
            "select destinations[1], count(*) from licenses
              where kind = 'marketing' and status in ('active', 'frozen') and valid_until >= $1
                and not exists (select from country_group_members g
                                 where g.group_code = 'gulf-states' and g.territory = destinations[1])
              group by 1 order by 2 desc, 1",
        )
        .bind(self.registry.today())
        .fetch_all(self.pool())
        .await
        .expect("the licenses by destination");
        // The sums that can be reached, each with how it is.
        let mut sums = std::collections::BTreeMap::from([(0, Vec::new())]);
        for (destination, licenses) in by {
            let further: Vec<(i64, Vec<String>)> = sums
                .iter()
                .filter(|(sum, _)| *sum + licenses <= exactly)
                .map(|(sum, chosen)| {
                    (sum + licenses, [chosen.as_slice(), std::slice::from_ref(&destination)].concat())
                })
                .collect();
            for (sum, chosen) in further {
                sums.entry(sum).or_insert(chosen);
            }
        }
        sums.remove(&exactly).unwrap_or_else(|| panic!("no choice of destinations has {exactly} licenses"))
    }
}

/// A renewal that was filed.
struct Renewal {
    exporter: Client,
    id: String,
    path: String,
}

impl Agency {
    /// Files the renewal of a marketing license to one of these destinations, as its exporter.
    async fn renewal(&self, destinations: &str) -> Renewal {
        let found: (uuid::Uuid, uuid::Uuid, String, Option<uuid::Uuid>, Vec<uuid::Uuid>) =
            sqlx::query_as(sqlx::AssertSqlSafe(format!(
                "select l.id, l.exporter_id, l.destinations[1], l.end_user_id,
                        array(select n.product_id from license_lines n where n.license_id = l.id order by n.line)
                   from licenses l join exporters e on e.id = l.exporter_id
                  where l.destinations && array({destinations}) and l.kind = 'marketing' and l.status = 'active'
                    and l.valid_until >= $1 and e.status = 'registered'
                    and not exists (
                        select from license_lines n join products p on p.id = n.product_id
                          join product_classifications c on c.product_id = p.id
                               and c.classification_version = p.classification_version
                         where n.license_id = l.id and (p.status <> 'classified' or c.product_class = 'cyber_intelligence'))
                  order by l.id limit 1"
            )))
            .bind(self.registry.today())
            .fetch_one(self.pool())
            .await
            .expect("a license to a Gulf state");
        let (license, exporter, destination, end_user, products) = found;
        let exporter = self.registry.exporter(&exporter.to_string()).await;
        let lines: Vec<Value> = products.iter().map(|product| json!({ "productId": product })).collect();
        let new = json!({
            "kind": "marketing", "purpose": "renewal", "predecessorId": license, "destination": destination,
            "endUserId": end_user, "endUse": "As before.", "lines": lines,
        });
        let opened = exporter.post("/v1/applications", &new).await.ok();
        let path = format!("/v1/applications/{}", id(&opened));
        exporter.act(&format!("{path}/submissions")).await.ok();
        Renewal { exporter, id: id(&opened), path }
    }

    /// Takes an application up and has both ministries support it.
    async fn reviewed(&self, path: &str) {
        self.officer.because(&format!("{path}/reviews")).await.ok();
        let position = json!({ "stance": "support", "reasons": "No objection." });
        for ministry in [&self.defense, &self.foreign] {
            ministry.post(&format!("{path}/positions"), &position).await.ok();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_story_of_the_seeds() {
    let agency = Agency::open().await;
    let registry = &agency.registry;
    let before: i64 = agency.count("select count(*) from licenses where status = 'revoked'").await;

    // Human rights: the marketing licenses of some states are revoked, each in a proceeding of its own.
    let destinations = agency.destinations_of(REVOKED).await;
    let scope = json!({ "all": [{ "destinations": destinations }, { "licenseKinds": ["marketing"] }] });
    let effects = json!([{ "effect": "revoke_existing", "urgent": true }, { "effect": "refuse_new" }]);
    let new = agency.measure("Human rights and instability", "human_rights", &scope, &effects);
    let (rights, preview) = agency.enact(&new).await;
    assert_eq!(preview["licenses"], REVOKED);
    let intended = agency
        .count("select count(*) from revocations where status = 'intended' and measure_id is not null")
        .await;
    assert_eq!(intended, REVOKED);
    let distinct =
        agency.count("select count(distinct reasons) from revocations where measure_id is not null").await;
    assert_eq!(distinct, REVOKED, "each license has its own reasons");
    let frozen_by_notice = agency
        .count("select count(*) from license_freezes f join revocations r on r.id = f.source_id where r.measure_id is not null")
        .await;
    assert_eq!(frozen_by_notice, REVOKED);
    // Nobody answers in time; the director general orders what the head gave notice of.
    registry.pass_days(16);
    registry.sweep().await;
    let reasons =
        json!({ "reasons": "The notices were not answered, and nothing in the files speaks against it." });
    agency.head.post(&format!("{rights}/revocation-orders"), &reasons).await.ok();
    registry.worked_off().await;
    let ordered = "select count(*) from revocations where status = 'ordered' and measure_id is not null";
    assert_eq!(agency.count(ordered).await, 0, "not by the person who gave notice");
    agency.director.post(&format!("{rights}/revocation-orders"), &reasons).await.ok();
    registry.worked_off().await;
    let revoked = agency.count("select count(*) from licenses where status = 'revoked'").await;
    assert_eq!(revoked - before, REVOKED);

    // Cyber technology is frozen until a review of its use is concluded: issuing, and what is in force.
    let review = json!({
        "title": "Use of cyber systems", "question": "Are they used within the law of the buyer states?",
        "owner": agency.officer.handle, "dueOn": registry.day(120),
    });
    let review = agency.head.post("/v1/reviews", &review).await.ok();
    let cyber = json!({ "productClasses": ["cyber_intelligence"] });
    let effects = json!([{ "effect": "freeze_issuing" }, { "effect": "freeze_existing" }]);
    let mut new = agency.measure("Cyber systems until the review", "national_security", &cyber, &effects);
    new["reviewId"] = review["id"].clone();
    let in_scope = "select distinct l.id from licenses l join license_lines n on n.license_id = l.id
          join product_classifications c on c.product_id = n.product_id and c.classification_version = n.classification_version
         where c.product_class = 'cyber_intelligence' and l.status in ('active', 'frozen')";
    let cyber_licenses = agency.count(&format!("select count(*) from ({in_scope}) s")).await;
    assert!(cyber_licenses > 0);
    let held_before: Vec<uuid::Uuid> = sqlx::query_scalar(sqlx::AssertSqlSafe(format!(
        "select s.id from ({in_scope}) s join licenses l on l.id = s.id where l.status = 'frozen' order by 1"
    )))
    .fetch_all(agency.pool())
    .await
    .expect("what is frozen already");
    let (freeze, preview) = agency.enact(&new).await;
    assert_eq!(preview["licenses"], cyber_licenses);
    let active = agency
        .count(&format!(
            "{} and l.status = 'active'",
            in_scope.replace("select distinct l.id", "select count(distinct l.id)")
        ))
        .await;
    assert_eq!(active, 0);

    // No renewals for the Gulf states. The exporter is told when it files, and the renewal is refused.
    let gulf = json!({ "countryGroups": ["gulf-states"] });
    let new =
        agency.measure("No renewals", "foreign_relations", &gulf, &json!([{ "effect": "refuse_renewal" }]));
    let (_, preview) = agency.enact(&new).await;
    let members = "select territory from country_group_members where group_code = 'gulf-states' and valid_until is null";
    let gulf_licenses = agency
        .count(&format!(
            "select count(*) from licenses where destinations && array({members}) and status in ('active', 'frozen')
                and valid_until >= '{}'",
            registry.today()
        ))
        .await;
    assert_eq!(preview["licenses"], gulf_licenses);
    let renewed = agency.renewal(members).await;
    let told = renewed.exporter.get(&renewed.path).await.ok();
    assert_eq!(told["measures"][0]["effect"], "refuse_renewal", "told when filing: {told}");
    agency.reviewed(&renewed.path).await;
    let grant =
        json!({ "outcome": "grant", "validUntil": registry.day(300), "reasons": "A long-standing partner." });
    let decisions = format!("{}/decisions", renewed.path);
    agency.head.post(&decisions, &grant).await.refused_by(&["measure_refusal"]);
    let refusal = json!({ "outcome": "refuse", "reasons": "Renewals to the state are refused." });
    agency.head.post(&decisions, &refusal).await.ok();
    let countersigner = registry.countersigner().await;
    let refused = countersigner.act(&format!("{decisions}/1/countersignatures")).await.ok();
    assert_eq!(refused["status"], "refused");

    // The minister overrides, in person; the refusal and the verdict stay as they are.
    let asked = json!({
        "applicationId": renewed.id, "atRequestOf": "Office of the Prime Minister", "rules": ["measure_refusal"],
        "reasons": "Relations with the state.", "validUntil": registry.day(60),
    });
    let named = id(&agency.head.post("/v1/overrides", &asked).await.ok());
    let opinion = json!({ "finding": "unfavorable", "opinion": "The measure admits no exception.", "givenBy": "The legal adviser" });
    agency.officer.post(&format!("/v1/overrides/{named}/opinions"), &opinion).await.ok();
    let dissent = json!({ "dissent": "The policy would not be believed." });
    agency.foreign.post(&format!("/v1/overrides/{named}/dissents"), &dissent).await.ok();
    agency.minister.because(&format!("/v1/overrides/{named}/signatures")).await.ok();
    let mut under = grant.clone();
    under["overrideId"] = json!(named);
    agency.head.post(&decisions, &under).await.ok();
    let granted = countersigner.act(&format!("{decisions}/2/countersignatures")).await.ok();
    assert_eq!(granted["status"], "granted");
    let second = agency.head.get(&format!("{decisions}/2")).await.ok();
    assert_eq!(second["verdict"]["outcome"], "refuse", "the verdict is not changed: {second}");
    assert_eq!(agency.head.get(&format!("{decisions}/1")).await.ok()["outcome"], "refuse");

    // The figures of the year so far.
    let year = agency.officer.get("/v1/statistics?year=2026").await.ok();
    let figure = |name: &str| {
        let figures = year["figures"].as_array().expect("figures");
        figures.iter().find(|figure| figure["name"] == name).map(|figure| figure["value"].clone())
    };
    assert_eq!(figure("licenses_revoked"), Some(json!(REVOKED)));
    assert_eq!(figure("overrides_signed"), Some(json!(1)));
    assert_eq!(figure("licenses_issued_under_override"), Some(json!(1)));
    let frozen = agency
        .count("select count(*) from history where life_cycle = 'license' and action = 'freeze' and at >= '2026-01-01'")
        .await;
    assert_eq!(figure("licenses_frozen"), Some(json!(frozen)));

    // The review is concluded and proposes to lift; the freeze is lifted, and exactly what it alone held is active.
    let evidence = json!({ "kind": "document", "description": "Reports of the buyer states on their use." });
    agency.officer.post(&format!("/v1/reviews/{}/evidence", id(&review)), &evidence).await.ok();
    let conclusion = json!({
        "findings": "The use was within the law.", "proposal": "lift_measure", "reasons": "The reports agree.",
    });
    agency.officer.post(&format!("/v1/reviews/{}/conclusions", id(&review)), &conclusion).await.ok();
    assert_eq!(agency.head.get(&freeze).await.ok()["reviewProposes"], "lift_measure");
    let reasons = json!({ "reasons": "The review found the use lawful." });
    let lifted = agency.minister.post(&format!("{freeze}/liftings"), &reasons).await.ok();
    assert_eq!(lifted["total"], cyber_licenses);
    registry.worked_off().await;
    let held_after: Vec<uuid::Uuid> = sqlx::query_scalar(sqlx::AssertSqlSafe(format!(
        "select s.id from ({in_scope}) s join licenses l on l.id = s.id where l.status = 'frozen' order by 1"
    )))
    .fetch_all(agency.pool())
    .await
    .expect("what is still frozen");
    assert_eq!(held_after, held_before, "what something else held is still held, and nothing else");

    // A new declaration that every buyer of cyber systems must sign. What it leaves uncovered is uncovered, and a measure
    // requires it within 60 days; what is not signed by then is frozen.
    let template = json!({
        "productClass": "cyber_intelligence", "title": "End-user declaration for cyber systems", "framework": false,
        "clauses": ["Use only against terrorism and serious crime.", "Criticism is no crime."],
        "transitionRule": "none",
    });
    let template = agency.officer.post("/v1/declaration-templates", &template).await.ok();
    let path = format!("/v1/declaration-templates/{}", id(&template));
    for ministry in [&agency.defense, &agency.foreign] {
        ministry.because(&format!("{path}/agreements")).await.ok();
    }
    agency.head.because(&format!("{path}/entries-into-force")).await.ok();
    let exported = in_scope.replace("where c.product_class", "where l.kind = 'export' and c.product_class");
    let of_buyers = |day: String| {
        format!(
            "select count(*) from ({exported}) s join licenses l on l.id = s.id where l.valid_until >= '{day}'"
        )
    };
    let unsigned = agency.count(&of_buyers(registry.day(0))).await;
    let uncovered = agency.officer.all(&format!("{path}/uncovered-licenses")).await;
    assert_eq!(i64::try_from(uncovered.len()).expect("few"), unsigned, "nobody has signed the new version");
    let effects =
        json!([{ "effect": "require_declaration", "templateId": template["id"], "withinDays": 60 }]);
    let export = json!({ "all": [cyber, { "licenseKinds": ["export"] }] });
    let new = agency.measure("The new declaration", "human_rights", &export, &effects);
    let (required, _) = agency.enact(&new).await;
    assert_eq!(agency.officer.all(&format!("{required}/decisions")).await.len(), uncovered.len());
    registry.pass_days(61);
    registry.sweep().await;
    registry.worked_off().await;
    let late = agency.count(&of_buyers(registry.day(0))).await;
    assert!(late > 0, "some are still in force");
    let frozen = format!(
        "select count(*) from licenses l join license_freezes f on f.license_id = l.id and f.lifted_at is null
           join measures m on m.id = f.source_id where m.id = '{}' and l.valid_until >= '{}' and l.status = 'frozen'",
        required.trim_start_matches("/v1/measures/"),
        registry.day(0)
    );
    assert_eq!(agency.count(&frozen).await, late, "what stayed unsigned is frozen");
}
