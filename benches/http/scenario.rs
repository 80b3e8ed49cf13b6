//! What is asked of the service, and what the statements of it compute, so that `pgbench` can run them.

use std::net::SocketAddr;

use anyhow::Context as _;
use rand::RngExt as _;
use serde_json::{Value, json};

use crate::Settings;
use crate::common::data::{self, Cases, license_id, reference};
use crate::common::load::{Client, request};
use crate::floor::{self, Rule, Script};

/// How many applications each connection has to itself, so that decisions do not wait for one another.
pub(crate) const APPLICATIONS: usize = 16;

/// A request that changes something has a key of its own.
const KEYED: [Rule; 2] = [
    Rule::Put("from recognized(", 3, ":nonce::text || '-{}-' || :serial::text"),
    Rule::Put("insert into idempotent_answers", 2, ":nonce::text || '-{}-' || :serial::text"),
];
/// Who acts in the bare act: the command line.
const CLERK: &str = "00000000-0000-7000-8000-000000000002";

/// What is asked of the service, again and again.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    Verify,
    Get,
    FirstPage,
    DeepPage,
    Freeze,
    FreezeAndLift,
    Decide,
}

impl Work {
    pub(crate) const ALL: [Self; 7] = [
        Self::Verify,
        Self::Get,
        Self::FirstPage,
        Self::DeepPage,
        Self::Freeze,
        Self::FreezeAndLift,
        Self::Decide,
    ];

    pub(crate) fn name(self, settings: &Settings) -> String {
        match self {
            Self::Verify => "verification by number".to_owned(),
            Self::Get => "license by id".to_owned(),
            Self::FirstPage => "licenses, page 1".to_owned(),
            Self::DeepPage => format!("licenses, page {}", settings.deep_page()),
            Self::Freeze => "license: freeze".to_owned(),
            Self::FreezeAndLift => "license: freeze, then lift".to_owned(),
            Self::Decide => "decision: propose, then send back".to_owned(),
        }
    }

    /// The least share of the floor that is asked for.
    pub(crate) fn target(self) -> Option<f64> {
        match self {
            Self::Verify => Some(0.3),
            Self::Freeze | Self::FreezeAndLift | Self::Decide => Some(0.5),
            Self::Get | Self::FirstPage | Self::DeepPage => None,
        }
    }

    /// The numbers of the resources it works on. Those that are frozen and stay so are not those that are thawed, and not
    /// those of the bare act, which leaves versions that no step led to.
    pub(crate) fn keys(self, settings: &Settings) -> std::ops::RangeInclusive<i64> {
        match self {
            Self::Freeze => settings.licenses / 2 + 1..=settings.licenses,
            Self::FreezeAndLift => settings.licenses / 4 + 1..=settings.licenses / 2,
            Self::Verify | Self::Get | Self::FirstPage | Self::DeepPage | Self::Decide => {
                1..=settings.licenses
            }
        }
    }

    /// What the requests compute from what they read.
    pub(crate) fn rules(self) -> &'static [Rule] {
        const LICENSE: &[Rule] = &[
            KEYED[0],
            KEYED[1],
            Rule::Keep("from licenses\n", "s{}_"),
            Rule::Keep("max(number)", ""),
            Rule::Put("insert into history", 2, ":s{}_version::integer + 1"),
            Rule::Put("insert into history", 4, ":s{}_version::integer"),
            Rule::Put("insert into history", 5, ":s{}_status"),
            Rule::PutWhere(
                "insert into history",
                6,
                "freeze",
                "case :s{}_status::text when 'frozen' then 'freeze_further' else 'freeze' end",
            ),
            Rule::PutWhere(
                "insert into history",
                6,
                "unfreeze",
                "case :s1_status::text when 'frozen' then 'lift_freeze' else 'unfreeze' end",
            ),
            Rule::PutWhere("insert into history", 7, "active", ":s1_status"),
            Rule::Put("insert into history", 14, ":s{}_owner"),
            Rule::Put("insert into license_freezes", 3, ":number"),
            Rule::Put("insert into license_freezes", 12, ":s{}_version::integer + 1"),
            Rule::Put("update license_freezes", 2, ":number"),
            Rule::Put("update license_freezes", 5, ":s{}_version::integer + 1"),
        ];
        const DECISION: &[Rule] = &[
            KEYED[0],
            KEYED[1],
            Rule::Keep("insert into decisions", ""),
            Rule::Put("from decisions d", 3, ":number"),
            Rule::Tidy(
                "from applications\n",
                "with tidy as (update decisions set status = 'sent_back', sent_back_by = decided_by, sent_back_at = now(),
                                                    sent_back_reasons = 'The script is run again.'
                                where application_id = {} and countersigned_at is null and sent_back_at is null) ",
            ),
        ];
        match self {
            Self::Verify | Self::Get | Self::FirstPage | Self::DeepPage => &[],
            Self::Freeze | Self::FreezeAndLift => LICENSE,
            Self::Decide => DECISION,
        }
    }
}

/// What all requests of one run share.
pub(crate) struct Scenario<'s> {
    pub(crate) settings: &'s Settings,
    pub(crate) cases: &'s Cases,
    /// The cursor of the deep page.
    pub(crate) deep: String,
}

impl Scenario<'_> {
    /// The resource of one unit of work, as it stands among the parameters of its statements.
    pub(crate) fn subject(&self, work: Work, key: i64) -> String {
        match work {
            Work::Verify => reference(key),
            Work::Decide => self.application(key).to_owned(),
            Work::Get | Work::FirstPage | Work::DeepPage | Work::Freeze | Work::FreezeAndLift => {
                license_id(key)
            }
        }
    }

    fn application(&self, key: i64) -> &str {
        let at = usize::try_from(key).unwrap_or_default() % self.cases.applications.len();
        self.cases.applications.get(at).map_or("", String::as_str)
    }

    /// A resource for the next unit of work on a connection.
    pub(crate) fn key(&self, work: Work, connection: usize) -> i64 {
        if work == Work::Decide {
            let at = connection * APPLICATIONS + rand::rng().random_range(0..APPLICATIONS);
            return i64::try_from(at).unwrap_or_default();
        }
        rand::rng().random_range(work.keys(self.settings))
    }

    /// The same for `pgbench`: what picks a resource, and the expression for it.
    pub(crate) fn pick(&self, work: Work) -> (String, String) {
        let keys = work.keys(self.settings);
        let pick = format!("\\set n random({}, {})", keys.start(), keys.end());
        let id = Self::license_picked();
        match work {
            Work::Verify => (pick, "'HL-2021-' || to_char(:n::bigint, 'FM9000000')".to_owned()),
            Work::Get | Work::Freeze | Work::FreezeAndLift => (pick, id),
            Work::FirstPage | Work::DeepPage => (String::new(), id),
            Work::Decide => {
                let pick = format!("\\set n :client_id * {APPLICATIONS} + random(1, {APPLICATIONS})");
                let all = self.cases.applications.join(",");
                (pick, format!("('{{{all}}}'::uuid[])[:n::integer]"))
            }
        }
    }

    /// The license that was picked, for `pgbench`.
    fn license_picked() -> String {
        format!("'{}' || lpad(to_hex(:n::bigint), 12, '0')", data::LICENSE_PREFIX)
    }

    /// The bare act, on as many licenses as one in four, which no other work changes.
    pub(crate) fn bare_freeze(&self) -> Script {
        let pick = format!("\\set n random(1, {})", self.settings.licenses / 4);
        floor::bare_freeze(&pick, &Self::license_picked(), CLERK)
    }

    /// One unit of work; what was said where it was not done.
    pub(crate) async fn unit(
        &self,
        work: Work,
        client: &mut Client,
        key: i64,
    ) -> anyhow::Result<Option<String>> {
        let people = &self.cases.people;
        let (officer, head) = (Some(people.officer.as_str()), Some(people.head.as_str()));
        let get = |path: &str, token| request("GET", path, token, None);
        let read = match work {
            Work::Verify => get(&format!("/v1/public/license-verifications/{}", reference(key)), None),
            Work::Get => get(&format!("/v1/licenses/{}", license_id(key)), officer),
            Work::FirstPage => get("/v1/licenses", officer),
            Work::DeepPage => get(&format!("/v1/licenses?cursor={}", self.deep), officer),
            Work::Freeze | Work::FreezeAndLift => {
                let path = format!("/v1/licenses/{}/freezes", license_id(key));
                let freeze = json!({ "ground": "foreign_relations", "reasons": "Under review.", "reviewOn": self.cases.until });
                let freeze = request("POST", &path, officer, Some(&freeze));
                if work == Work::Freeze {
                    freeze
                } else {
                    let number = match number(client, &freeze).await? {
                        Ok(number) => number,
                        Err(refusal) => return Ok(Some(refusal)),
                    };
                    let lift = json!({ "reasons": "Reviewed." });
                    request("POST", &format!("{path}/{number}/liftings"), officer, Some(&lift))
                }
            }
            Work::Decide => {
                let path = format!("/v1/applications/{}/decisions", self.application(key));
                let grant =
                    json!({ "outcome": "grant", "validUntil": self.cases.until, "reasons": "In order." });
                let propose = request("POST", &path, head, Some(&grant));
                let number = match number(client, &propose).await? {
                    Ok(number) => number,
                    Err(refusal) => return Ok(Some(refusal)),
                };
                let back = json!({ "reasons": "Look again." });
                request("POST", &format!("{path}/{number}/returns"), Some(&people.countersigner), Some(&back))
            }
        };
        // A first half that is done is not left without its second: the next one on this resource would be refused.
        let tries = if matches!(work, Work::FreezeAndLift | Work::Decide) { 20 } else { 1 };
        let mut refusal = None;
        for _ in 0..tries {
            refusal = client.send(&read).await?.refusal();
            if refusal.is_none() {
                break;
            }
        }
        Ok(refusal)
    }
}

/// Walks to the deep page, for a cursor cannot be made but by the service.
pub(crate) async fn deep_cursor(
    settings: &Settings,
    address: SocketAddr,
    token: &str,
) -> anyhow::Result<String> {
    let mut client = Client::connect(address).await?;
    let mut cursor = String::new();
    for _ in 1..settings.deep_page() {
        let after = if cursor.is_empty() { String::new() } else { format!("?cursor={cursor}") };
        let reply = client.send(&request("GET", &format!("/v1/licenses{after}"), Some(token), None)).await?;
        let page: Value = serde_json::from_slice(reply.body)?;
        page.get("next").and_then(Value::as_str).context("a further page")?.clone_into(&mut cursor);
    }
    Ok(cursor)
}

/// Sends a request and reads the number of what it made; or what was said.
async fn number(client: &mut Client, request: &[u8]) -> anyhow::Result<Result<i64, String>> {
    let reply = client.send(request).await?;
    if let Some(refusal) = reply.refusal() {
        return Ok(Err(refusal));
    }
    let made: Value = serde_json::from_slice(reply.body)?;
    Ok(Ok(made.get("number").and_then(Value::as_i64).context("a number")?))
}
