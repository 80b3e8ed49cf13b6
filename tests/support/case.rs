//! A case, brought by HTTP to the stage a test begins at.

#![expect(clippy::indexing_slicing, reason = "a test fails by panicking")]

use export_license_registry::rules::authority::Ministry;
use serde_json::{Value, json};

use super::registry::{Client, Registry, Reply, id};

/// The SHA-256 of no document.
pub(crate) const DIGEST: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// An exporter and what it brought on file.
pub(crate) struct Case<'r> {
    pub(crate) registry: &'r Registry,
    /// A person of the exporter.
    pub(crate) exporter: Client,
    pub(crate) exporter_id: String,
    /// A classified product.
    pub(crate) product: String,
    /// A government end user in the destination.
    pub(crate) end_user: String,
    /// A template in force for the product's class.
    pub(crate) template: String,
}

impl<'r> Case<'r> {
    /// A registered exporter with a classified military product.
    pub(crate) async fn with_product(registry: &'r Registry) -> Self {
        let exporter_id = registered(registry, "Negev Optics Ltd.", "51-4000001").await;
        let exporter = registry.exporter(&exporter_id).await;
        let (end_user, template) = (String::new(), String::new());
        let mut case = Self { registry, exporter, exporter_id, product: String::new(), end_user, template };
        case.product = case.classified("military", &["ML5.a"]).await;
        case
    }

    /// The same with an end user and a template in force.
    pub(crate) async fn with_parties(registry: &'r Registry) -> Self {
        let mut case = Self::with_product(registry).await;
        case.end_user = case.end_user("armed_forces", "DE").await;
        case.template = template_in_force(registry, "military").await;
        case
    }

    /// The same with a marketing license for the product to Germany.
    pub(crate) async fn with_cover(registry: &'r Registry) -> Self {
        let case = Self::with_parties(registry).await;
        case.marketing_license().await;
        case
    }

    /// Another exporter in the same registry, with a product and an end user of its own and the same template.
    pub(crate) async fn beside(&self, name: &str, company_number: &str) -> Case<'r> {
        let registry = self.registry;
        let exporter_id = registered(registry, name, company_number).await;
        let exporter = registry.exporter(&exporter_id).await;
        let mut case = Case {
            registry,
            exporter,
            exporter_id,
            product: String::new(),
            end_user: String::new(),
            template: self.template.clone(),
        };
        case.product = case.classified("military", &["ML5.a"]).await;
        if !self.end_user.is_empty() {
            case.end_user = case.end_user("armed_forces", "DE").await;
        }
        case
    }

    /// A product, submitted.
    pub(crate) async fn submitted(&self) -> String {
        let new = json!({ "name": "Thermal sight TS-4", "description": "Uncooled thermal weapon sight." });
        id(&self.exporter.post("/v1/products", &new).await.ok())
    }

    /// A product, classified.
    pub(crate) async fn classified(&self, class: &str, codes: &[&str]) -> String {
        let product = self.submitted().await;
        self.classify(&product, class, codes).await.ok();
        product
    }

    /// Classifies a product.
    pub(crate) async fn classify(&self, product: &str, class: &str, codes: &[&str]) -> Reply {
        let path = format!("/v1/products/{product}/classifications");
        self.registry.classifier().await.post(&path, &classification(class, codes)).await
    }

    /// An end user.
    pub(crate) async fn end_user(&self, kind: &str, country: &str) -> String {
        let new =
            json!({ "name": "Procurement Office", "kind": kind, "country": country, "address": "Bonn" });
        id(&self.exporter.post("/v1/end-users", &new).await.ok())
    }

    /// An accepted declaration over pieces of products.
    pub(crate) async fn declaration(&self, items: &[(&str, &str)]) -> String {
        self.accepted(&self.declared(items)).await
    }

    /// Lodges a declaration and accepts it.
    pub(crate) async fn accepted(&self, declared: &Value) -> String {
        let declaration = id(&self.exporter.post("/v1/declarations", declared).await.ok());
        let officer = self.registry.officer().await;
        officer.post(&format!("/v1/declarations/{declaration}/verifications"), &verification()).await.ok();
        officer.post(&format!("/v1/declarations/{declaration}/acceptances"), &acceptance()).await.ok();
        declaration
    }

    /// What a declaration over pieces of products says.
    pub(crate) fn declared(&self, items: &[(&str, &str)]) -> Value {
        let items: Vec<_> = items
            .iter()
            .map(|(product, quantity)| json!({ "productId": product, "quantity": quantity, "unit": "piece" }))
            .collect();
        json!({
            "templateId": self.template, "endUserId": self.end_user, "state": "DE", "authority": "Ministry of Defense",
            "signatoryName": "E. Mustermann", "signatoryTitle": "Director", "endUse": "Border posts",
            "statedEnds": ["national_defense"], "placeOfUse": "Bonn", "documentSha256": DIGEST,
            "signedOn": self.registry.day(0), "validUntil": self.registry.day(365), "items": items,
        })
    }

    /// What an application for a marketing license to Germany says.
    pub(crate) fn marketing(&self) -> Value {
        json!({
            "kind": "marketing", "purpose": "new", "destination": "DE", "endUse": "Demonstration",
            "lines": [{ "productId": self.product }],
        })
    }

    /// What an application for an export license says: 100 pieces to Germany.
    pub(crate) fn export(&self, declaration: &str) -> Value {
        json!({
            "kind": "export", "purpose": "new", "destination": "DE", "endUserId": self.end_user,
            "declarationId": declaration, "endUse": "Border posts",
            "lines": [{
                "productId": self.product, "quantity": "100", "unit": "piece", "value": "250000.00", "currency": "EUR",
            }],
        })
    }

    /// Opens a draft.
    pub(crate) async fn draft(&self, new: &Value) -> String {
        id(&self.exporter.post("/v1/applications", new).await.ok())
    }

    /// Opens, submits and takes an application up.
    pub(crate) async fn in_review(&self, new: &Value) -> String {
        let application = self.draft(new).await;
        self.exporter.act(&format!("/v1/applications/{application}/submissions")).await.ok();
        self.registry.officer().await.because(&format!("/v1/applications/{application}/reviews")).await.ok();
        application
    }

    /// Opens an application and has both ministries support it.
    pub(crate) async fn supported(&self, new: &Value) -> String {
        let application = self.in_review(new).await;
        self.position(&application, Ministry::Defense, "support").await.ok();
        self.position(&application, Ministry::ForeignAffairs, "support").await.ok();
        application
    }

    /// Records the position of a ministry.
    pub(crate) async fn position(&self, application: &str, ministry: Ministry, stance: &str) -> Reply {
        let position = json!({ "stance": stance, "reasons": "Our assessment of May." });
        let path = format!("/v1/applications/{application}/positions");
        self.registry.reviewer(ministry).await.post(&path, &position).await
    }

    /// An export application for 100 pieces that may be granted.
    pub(crate) async fn export_application(&self) -> String {
        let declaration = self.declaration(&[(&self.product, "100")]).await;
        self.supported(&self.export(&declaration)).await
    }

    /// Proposes to grant the whole until a year from now.
    pub(crate) async fn propose(&self, application: &str) -> Reply {
        self.decide(application, &self.grant()).await
    }

    /// What a decision to grant the whole says.
    pub(crate) fn grant(&self) -> Value {
        json!({ "outcome": "grant", "validUntil": self.registry.day(365), "reasons": "Nothing stands against it." })
    }

    /// Proposes a decision.
    pub(crate) async fn decide(&self, application: &str, decision: &Value) -> Reply {
        self.registry.head().await.post(&format!("/v1/applications/{application}/decisions"), decision).await
    }

    /// Countersigns a decision.
    pub(crate) async fn countersign(&self, application: &str, number: i64) -> Reply {
        let path = format!("/v1/applications/{application}/decisions/{number}/countersignatures");
        self.registry.countersigner().await.act(&path).await
    }

    /// Decides and countersigns; gives the application as it then stands.
    pub(crate) async fn decided(&self, application: &str, decision: &Value) -> Value {
        let number = self.decide(application, decision).await.ok()["number"].as_i64().unwrap_or_default();
        self.countersign(application, number).await.ok()
    }

    /// Grants an application whole; gives the license.
    pub(crate) async fn granted(&self, application: &str) -> String {
        let application = self.decided(application, &self.grant()).await;
        application["licenseId"].as_str().unwrap_or_default().to_owned()
    }

    /// A marketing license for the product to Germany.
    pub(crate) async fn marketing_license(&self) -> String {
        let application = self.supported(&self.marketing()).await;
        self.granted(&application).await
    }

    /// An export license for 100 pieces of the product to Germany; the cover must be there.
    pub(crate) async fn export_license(&self) -> String {
        let application = self.export_application().await;
        self.granted(&application).await
    }

    /// Freezes a license, whole or in part.
    pub(crate) async fn freeze(&self, license: &str, lines: Option<&[i32]>) -> Reply {
        let freeze = json!({
            "ground": "human_rights", "reasons": "Reports of misuse.", "reviewOn": self.registry.day(30), "lines": lines,
        });
        self.registry.officer().await.post(&format!("/v1/licenses/{license}/freezes"), &freeze).await
    }

    /// Lifts a freeze.
    pub(crate) async fn lift(&self, license: &str, number: i64) -> Reply {
        self.registry
            .officer()
            .await
            .because(&format!("/v1/licenses/{license}/freezes/{number}/liftings"))
            .await
    }

    /// Books a shipment against the first line.
    pub(crate) async fn ship(&self, license: &str, quantity: &str, shipment: &str) -> Reply {
        let body = json!({ "line": 1, "quantity": quantity, "shipment": shipment });
        self.registry.customs().await.post(&format!("/v1/licenses/{license}/draw-downs"), &body).await
    }

    /// Gives notice of intended revocation.
    pub(crate) async fn intend(&self, license: &str, urgent: bool) -> Reply {
        let notice =
            json!({ "ground": "end_use_breach", "reasons": "The goods went elsewhere.", "urgent": urgent });
        self.registry.officer().await.post(&format!("/v1/licenses/{license}/revocations"), &notice).await
    }

    /// Has a license revoked, heard or not, on the officer's notice and the head's order; gives the proceeding.
    pub(crate) async fn revoked(&self, license: &str) -> String {
        let revocation = id(&self.intend(license, false).await.ok());
        let path = format!("/v1/revocations/{revocation}");
        self.exporter.because(&format!("{path}/waivers")).await.ok();
        self.registry.head().await.because(&format!("{path}/orders")).await.ok();
        revocation
    }

    /// Has an application refused; gives the decision.
    pub(crate) async fn refused(&self, application: &str) -> String {
        let refusal = json!({ "outcome": "refuse", "reasons": "Against the foreign policy." });
        self.decided(application, &refusal).await;
        let decisions = self.exporter.all(&format!("/v1/applications/{application}/decisions")).await;
        decisions.last().map(id).unwrap_or_default()
    }

    /// Objects to the revocation of a license.
    pub(crate) async fn object_to_revocation(&self, revocation: &str) -> Reply {
        let objection = json!({ "revocationId": revocation, "grounds": "The goods never left the depot." });
        self.exporter.post("/v1/objections", &objection).await
    }

    /// Objects to a decision on an application.
    pub(crate) async fn object_to_decision(&self, decision: &str) -> Reply {
        let objection = json!({ "decisionId": decision, "grounds": "The policy names another unit." });
        self.exporter.post("/v1/objections", &objection).await
    }

    /// Objects to a freeze of a license.
    pub(crate) async fn object_to_freeze(&self, license: &str, number: i64) -> Reply {
        let objection = json!({
            "licenseId": license, "freezeNumber": number, "grounds": "The reports concern others.",
        });
        self.exporter.post("/v1/objections", &objection).await
    }

    /// Has the director general decide on an objection.
    pub(crate) async fn decide_objection(&self, objection: &str, outcome: &str) -> Reply {
        let decision = json!({ "outcome": outcome, "reasons": "Weighed anew." });
        let path = format!("/v1/objections/{objection}/decisions");
        self.registry.director().await.post(&path, &decision).await
    }

    /// Proposes an override, as the head, and puts a favorable opinion on record, as the officer.
    pub(crate) async fn advised_override(&self, subject: &Value, rules: &[&str]) -> String {
        let mut new = json!({
            "atRequestOf": "Office of the Prime Minister", "reasons": "Relations with the acquiring state.",
            "rules": rules, "validUntil": self.registry.day(60),
        });
        if let (Some(new), Some(subject)) = (new.as_object_mut(), subject.as_object()) {
            new.extend(subject.clone());
        }
        let proposed = id(&self.registry.head().await.post("/v1/overrides", &new).await.ok());
        let opinion = json!({
            "finding": "favorable", "opinion": "Within the minister's powers.", "givenBy": "The legal adviser",
        });
        let path = format!("/v1/overrides/{proposed}/opinions");
        self.registry.officer().await.post(&path, &opinion).await.ok();
        proposed
    }

    /// Has the minister sign an override.
    pub(crate) async fn sign(&self, named: &str) -> Reply {
        self.registry.minister().await.because(&format!("/v1/overrides/{named}/signatures")).await
    }

    /// A license as the officer sees it.
    pub(crate) async fn license(&self, license: &str) -> Value {
        self.registry.officer().await.get(&format!("/v1/licenses/{license}")).await.ok()
    }
}

/// An exporter that has applied.
pub(crate) async fn applied(registry: &Registry, name: &str, company_number: &str) -> String {
    let new = json!({ "name": name, "companyNumber": company_number, "country": "IL" });
    id(&registry.officer().await.post("/v1/exporters", &new).await.ok())
}

/// An exporter on the register for ten years.
pub(crate) async fn registered(registry: &Registry, name: &str, company_number: &str) -> String {
    let exporter = applied(registry, name, company_number).await;
    let registration =
        json!({ "registeredUntil": registry.day(3650), "reasons": "The particulars are complete." });
    let path = format!("/v1/exporters/{exporter}/registrations");
    registry.head().await.post(&path, &registration).await.ok();
    exporter
}

/// A template that both ministries agreed to, brought into force.
pub(crate) async fn template_in_force(registry: &Registry, class: &str) -> String {
    let template =
        id(&registry.officer().await.post("/v1/declaration-templates", &template(class)).await.ok());
    enact(registry, &template).await;
    template
}

/// Has both ministries agree to a template and brings it into force.
pub(crate) async fn enact(registry: &Registry, template: &str) {
    let path = format!("/v1/declaration-templates/{template}");
    for ministry in [Ministry::Defense, Ministry::ForeignAffairs] {
        registry.reviewer(ministry).await.because(&format!("{path}/agreements")).await.ok();
    }
    registry.head().await.because(&format!("{path}/entries-into-force")).await.ok();
}

/// What a draft of a template says.
pub(crate) fn template(class: &str) -> Value {
    json!({
        "productClass": class, "title": "End-user declaration", "clauses": ["Use for the stated end only."],
        "framework": false, "transitionRule": "none",
    })
}

/// What a classification says.
pub(crate) fn classification(class: &str, codes: &[&str]) -> Value {
    json!({
        "controlCodes": codes, "productClass": class, "securityClassification": "restricted",
        "rationale": "By its performance.",
    })
}

/// What the beginning of a verification says.
pub(crate) fn verification() -> Value {
    json!({ "channel": "Embassy", "reasons": "To see whether the signature is genuine." })
}

/// What an acceptance says.
pub(crate) fn acceptance() -> Value {
    json!({ "channel": "Embassy", "result": "The ministry confirmed it.", "reasons": "Genuine." })
}
