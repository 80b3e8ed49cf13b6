//! Measures in tests: drafted by an officer, approved and brought into force by the head of the agency.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use export_license_registry::enforcement;
use export_license_registry::rules::authority::Ministry;
use serde_json::{Value, json};

use super::registry::{Registry, id};

/// A measure with these effects over this scope, reviewed in half a year.
pub(crate) fn measure(registry: &Registry, scope: &Value, effects: &[&str]) -> Value {
    let effects: Vec<Value> = effects.iter().map(|effect| json!({ "effect": effect })).collect();
    json!({
        "title": "Reports of internal repression", "scope": scope, "effects": effects, "ground": "human_rights",
        "legalBasis": "Defense Export Control Law 5767-2007, s. 9",
        "reasons": "Independent reports name the use of such goods against demonstrators.",
        "reviewOn": registry.day(180),
    })
}

impl Registry {
    /// Drafts a measure as the officer; gives its path.
    pub(crate) async fn drafted(&self, new: &Value) -> String {
        let drafted = self.officer().await.post("/v1/measures", new).await.ok();
        format!("/v1/measures/{}", id(&drafted))
    }

    /// Takes a preview as the officer.
    pub(crate) async fn previewed(&self, path: &str) -> Value {
        self.officer().await.act(&format!("{path}/previews")).await.ok()
    }

    /// Both ministries agree to a preview.
    pub(crate) async fn agreed(&self, path: &str, preview: &Value) {
        for ministry in [Ministry::Defense, Ministry::ForeignAffairs] {
            let says = approval(preview);
            self.reviewer(ministry).await.post(&format!("{path}/agreements"), &says).await.ok();
        }
    }

    /// Previews, approves and brings a drafted measure into force, and carries it out. Gives the operation.
    pub(crate) async fn enacted(&self, path: &str) -> Value {
        let preview = self.previewed(path).await;
        let head = self.head().await;
        head.post(&format!("{path}/approvals"), &approval(&preview)).await.ok();
        let digest = json!({ "digest": preview["digest"] });
        let operation = head.post(&format!("{path}/executions"), &digest).await.ok();
        self.worked_off().await;
        head.get(&format!("/v1/operations/{}", id(&operation))).await.ok()
    }

    /// Drafts a measure and enacts it; gives its path.
    pub(crate) async fn in_force(&self, scope: &Value, effects: &[&str]) -> String {
        let path = self.drafted(&measure(self, scope, effects)).await;
        self.enacted(&path).await;
        path
    }

    /// Lifts a measure and carries the lifting out.
    pub(crate) async fn lifted(&self, path: &str) -> Value {
        let head = self.head().await;
        let operation = head.because(&format!("{path}/liftings")).await.ok();
        self.worked_off().await;
        head.get(&format!("/v1/operations/{}", id(&operation))).await.ok()
    }

    /// Carries out every operation that is due.
    pub(crate) async fn worked_off(&self) {
        enforcement::work_off(&self.app).await.expect("carry operations out");
    }
}

/// The approval of a preview by its digest.
pub(crate) fn approval(preview: &Value) -> Value {
    json!({ "digest": preview["digest"], "reasons": "Seen and weighed." })
}
