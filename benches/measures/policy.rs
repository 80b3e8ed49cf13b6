//! The office's part: a measure drafted, previewed, approved, executed and lifted through the API.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use chrono::Days;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::common::data::{People, act};
use crate::common::load::{Client, request};

/// How often the progress of an operation is asked for.
const LOOK: Duration = Duration::from_millis(50);

/// The people who act, at one connection.
pub(crate) struct Office<'o> {
    client: Client,
    people: &'o People,
}

/// What a preview shows.
pub(crate) struct Preview {
    pub(crate) digest: String,
    pub(crate) licenses: i64,
}

/// A bulk act that was carried out.
pub(crate) struct Carried {
    pub(crate) operation: uuid::Uuid,
    /// From the request until the operation had succeeded.
    pub(crate) took: Duration,
    pub(crate) done: i64,
}

fn text(value: &Value, key: &str) -> anyhow::Result<String> {
    value.get(key).and_then(Value::as_str).map(ToOwned::to_owned).with_context(|| format!("no {key}"))
}

impl<'o> Office<'o> {
    pub(crate) async fn open(address: SocketAddr, people: &'o People) -> anyhow::Result<Self> {
        Ok(Self { client: Client::connect(address).await?, people })
    }

    async fn post(&mut self, token: &str, path: &str, body: Option<&Value>) -> anyhow::Result<Value> {
        self.client.call(&request("POST", path, Some(token), body)).await
    }

    /// Drafts a measure that freezes what its scope reaches. Gives its path.
    pub(crate) async fn drafted(&mut self, scope: &Value) -> anyhow::Result<String> {
        let review_on = act().today().checked_add_days(Days::new(180)).context("a day")?;
        let new = json!({
            "title": "Sights and sensors to a country at war", "scope": scope, "ground": "human_rights",
            "effects": [{ "effect": "freeze_existing" }], "reviewOn": review_on,
            "legalBasis": "Defense Export Control Law 5767-2007, s. 9",
            "reasons": "Independent reports name the use of such goods against civilians.",
        });
        let drafted = self.post(&self.people.officer, "/v1/measures", Some(&new)).await?;
        Ok(format!("/v1/measures/{}", text(&drafted, "id")?))
    }

    pub(crate) async fn previewed(&mut self, measure: &str) -> anyhow::Result<Preview> {
        let preview = self.post(&self.people.officer, &format!("{measure}/previews"), None).await?;
        let licenses = preview.get("licenses").and_then(Value::as_i64).context("no count")?;
        Ok(Preview { digest: text(&preview, "digest")?, licenses })
    }

    /// Both ministries agree to a preview, and the head of the agency approves it.
    pub(crate) async fn approved(&mut self, measure: &str, digest: &str) -> anyhow::Result<()> {
        let says = json!({ "digest": digest, "reasons": "Seen and weighed." });
        for ministry in [&self.people.defense, &self.people.foreign_affairs] {
            self.post(ministry, &format!("{measure}/agreements"), Some(&says)).await?;
        }
        self.post(&self.people.head, &format!("{measure}/approvals"), Some(&says)).await?;
        Ok(())
    }

    pub(crate) async fn executed(&mut self, measure: &str, digest: &str) -> anyhow::Result<Carried> {
        let body = json!({ "digest": digest });
        self.carried_out(&format!("{measure}/executions"), &body).await
    }

    pub(crate) async fn lifted(&mut self, measure: &str) -> anyhow::Result<Carried> {
        let body = json!({ "reasons": "The reports were followed up." });
        self.carried_out(&format!("{measure}/liftings"), &body).await
    }

    async fn carried_out(&mut self, path: &str, body: &Value) -> anyhow::Result<Carried> {
        let begun = Instant::now();
        let asked = self.post(&self.people.head, path, Some(body)).await?;
        let operation = text(&asked, "id")?;
        let look = request("GET", &format!("/v1/operations/{operation}"), Some(&self.people.officer), None);
        loop {
            let found = self.client.call(&look).await?;
            if text(&found, "status")? == "succeeded" {
                let done = found.get("done").and_then(Value::as_i64).context("no count")?;
                return Ok(Carried { operation: operation.parse()?, took: begun.elapsed(), done });
            }
            sleep(LOOK).await;
        }
    }
}
