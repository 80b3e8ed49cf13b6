//! What the registry held on a license and what it rests on, as far as a pack shows it: rows as Postgres tells them, without
//! nulls.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::str::FromStr as _;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// The row of a license with its parts.
#[derive(Debug, Deserialize)]
pub(super) struct License {
    id: Uuid,
    reference: String,
    version: i32,
    kind: String,
    application_id: Option<Uuid>,
    exporter_id: Option<Uuid>,
    end_user_id: Option<Uuid>,
    destinations: Vec<String>,
    via: Vec<String>,
    issued_on: String,
    valid_until: String,
    predecessor_id: Option<Uuid>,
    end_use: Option<String>,
    import_id: Option<Uuid>,
    source: Option<String>,
    source_number: Option<String>,
    particulars: Option<Value>,
    created_at: DateTime<Utc>,
    decision_id: Option<Uuid>,
    #[serde(rename = "license_lines")]
    lines: Vec<Line>,
    #[serde(rename = "license_reinstatements")]
    reinstatements: Vec<Reinstatement>,
    #[serde(rename = "license_conditions")]
    conditions: Vec<Condition>,
    #[serde(rename = "license_freezes")]
    freezes: Vec<Freeze>,
}

#[derive(Debug, Deserialize)]
struct Reinstatement {
    version: i32,
    override_id: Option<Uuid>,
}

#[derive(Debug, Deserialize)]
struct Line {
    #[serde(rename = "line")]
    number: i32,
    product_id: Option<Uuid>,
    classification_version: Option<i32>,
    control_codes: Vec<String>,
    description: String,
    // As the digits stand: a binary fraction would lose some.
    quantity: Option<Box<RawValue>>,
    unit: Option<String>,
    value: Option<Box<RawValue>>,
    currency: Option<String>,
    drawn: Box<RawValue>,
    particulars: Option<Value>,
}

#[derive(Debug, Deserialize)]
struct Condition {
    #[serde(rename = "condition")]
    text: String,
    measure_id: Option<Uuid>,
}

#[derive(Debug, Deserialize)]
struct Freeze {
    number: i32,
    source: String,
    source_id: Option<Uuid>,
    ground: String,
    reasons: String,
    lines: Option<Vec<i32>>,
    review_on: String,
    frozen_at: DateTime<Utc>,
    lifted_at: Option<DateTime<Utc>>,
}

/// What a license shows that is compared otherwise, or stands with another resource.
const ELSEWHERE: [&str; 7] =
    ["status", "lines", "freezes", "conditions", "consignees", "overrideReference", "updatedAt"];

impl License {
    /// The application it was granted on.
    pub(super) fn application(&self) -> Option<Uuid> {
        self.application_id
    }

    /// Whether the license shown is this one.
    pub(super) fn shows(&self, application: &Application, shown: &Value) -> Result<(), String> {
        let shown = without_nulls(shown.clone());
        let held = without_nulls(json!({
            "id": self.id, "reference": self.reference, "version": self.version, "kind": self.kind,
            "applicationId": self.application_id, "exporterId": self.exporter_id, "endUserId": self.end_user_id,
            "destinations": self.destinations, "via": self.via, "issuedOn": self.issued_on,
            "validUntil": self.valid_until, "predecessorId": self.predecessor_id, "endUse": self.end_use,
            "importId": self.import_id, "source": self.source, "sourceNumber": self.source_number,
            "particulars": self.particulars, "createdAt": self.created_at,
            "overrideId": self.override_id(application),
        }));
        let names = |value: &Value| {
            value.as_object().into_iter().flat_map(Map::keys).cloned().collect::<BTreeSet<_>>()
        };
        let elsewhere = |name: &String| !ELSEWHERE.contains(&name.as_str());
        let members: BTreeSet<String> =
            names(&held).into_iter().chain(names(&shown).into_iter().filter(elsewhere)).collect();
        if let Some(name) = members.iter().find(|name| held.get(name) != shown.get(name)) {
            return Err(other(name));
        }
        let listed =
            |name: &str| shown.get(name).and_then(Value::as_array).cloned().ok_or_else(|| other(name));
        if listed("lines")?.into_iter().map(in_plain_digits).ne(self.lines.iter().map(Line::shown)) {
            return Err(other("lines"));
        }
        self.freezes(listed("freezes")?)?;
        self.conditions(&listed("conditions")?)
    }

    /// The override that it rests on: of its last reinstatement by one, or of the decision that granted it.
    fn override_id(&self, application: &Application) -> Option<Uuid> {
        let mut reinstated: Vec<&Reinstatement> = self.reinstatements.iter().collect();
        reinstated.sort_by_key(|reinstatement| reinstatement.version);
        let last = reinstated.iter().rev().find_map(|reinstatement| reinstatement.override_id);
        last.or_else(|| {
            let mut decisions = application.decisions.iter();
            decisions.find(|decision| Some(decision.id) == self.decision_id)?.override_id
        })
    }

    /// The freezes in force. What one under a measure says for the license, and when it is reviewed, stands with the measure.
    fn freezes(&self, shown: Vec<Value>) -> Result<(), String> {
        let in_force = self.freezes.iter().filter(|freeze| freeze.lifted_at.is_none());
        let mut held: Vec<&Freeze> = in_force.collect();
        held.sort_by_key(|freeze| freeze.number);
        let same = held.len() == shown.len()
            && held.iter().zip(shown).all(|(freeze, mut shown)| {
                if let (Some(members), "measure") = (shown.as_object_mut(), freeze.source.as_str()) {
                    members.remove("reasons");
                    members.remove("reviewOn");
                }
                shown == freeze.shown()
            });
        if same { Ok(()) } else { Err(other("freezes")) }
    }

    /// The conditions. Those of a measure end with it, which stands with the measure.
    fn conditions(&self, shown: &[Value]) -> Result<(), String> {
        let mut counts: BTreeMap<&str, (usize, RangeInclusive<usize>)> = BTreeMap::new();
        for text in shown.iter().filter_map(Value::as_str) {
            counts.entry(text).or_insert((0, 0..=0)).0 += 1;
        }
        for condition in &self.conditions {
            let (_, wanted) = counts.entry(&condition.text).or_insert((0, 0..=0));
            let least = wanted.start() + usize::from(condition.measure_id.is_none());
            *wanted = least..=wanted.end() + 1;
        }
        let same = counts.values().all(|(shown, wanted)| wanted.contains(shown));
        if same { Ok(()) } else { Err(other("conditions")) }
    }
}

impl Line {
    fn shown(&self) -> Value {
        let digits = |number: &RawValue| plain(number.get());
        without_nulls(json!({
            "line": self.number, "productId": self.product_id, "classificationVersion": self.classification_version,
            "controlCodes": self.control_codes, "description": self.description,
            "quantity": self.quantity.as_deref().map(digits), "unit": self.unit,
            "value": self.value.as_deref().map(digits), "currency": self.currency, "drawn": digits(&self.drawn),
            "particulars": self.particulars,
        }))
    }
}

impl Freeze {
    fn shown(&self) -> Value {
        let own = self.source != "measure";
        without_nulls(json!({
            "number": self.number, "source": self.source, "sourceId": self.source_id, "ground": self.ground,
            "reasons": own.then_some(&self.reasons), "lines": self.lines,
            "reviewOn": own.then_some(&self.review_on), "frozenAt": self.frozen_at,
        }))
    }
}

/// The row of an application with what a license shows of it.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Application {
    decisions: Vec<Decision>,
    #[serde(rename = "application_consignees")]
    consignees: Vec<Named>,
    #[serde(rename = "declaration_uses")]
    uses: Vec<Use>,
}

#[derive(Debug, Deserialize)]
struct Decision {
    id: Uuid,
    override_id: Option<Uuid>,
}

#[derive(Debug, Deserialize)]
struct Named {
    number: i32,
    role: String,
    consignee_id: Uuid,
    address: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Use {
    declaration_id: Uuid,
}

/// The row of a consignee.
#[derive(Debug, Deserialize)]
pub(super) struct Consignee {
    reference: String,
    name: String,
    kind: String,
    country: String,
}

impl Application {
    /// The consignees as a license shows them.
    pub(super) fn consignees(
        &self,
        entry: impl Fn(Uuid) -> Result<Consignee, String>,
    ) -> Result<Value, String> {
        let mut named: Vec<&Named> = self.consignees.iter().collect();
        named.sort_by_key(|named| named.number);
        let shown = named.into_iter().map(|named| {
            let party = entry(named.consignee_id)?;
            Ok(json!({
                "number": named.number, "role": named.role, "consigneeId": named.consignee_id,
                "reference": party.reference, "name": party.name, "kind": party.kind, "country": party.country,
                "address": named.address,
            }))
        });
        shown.collect::<Result<Vec<_>, String>>().map(Value::Array)
    }

    /// The declarations that it used.
    pub(super) fn declarations(&self) -> BTreeSet<Uuid> {
        self.uses.iter().map(|used| used.declaration_id).collect()
    }
}

/// The row of a declaration.
#[derive(Debug, Deserialize)]
pub(super) struct Declaration {
    /// SHA-256 of the signed document, in hex.
    pub(super) document_sha256: String,
}

fn other(name: &str) -> String {
    format!("the {name} shown are not what the log commits to")
}

/// A line as it is shown, with its numbers as [`plain`] gives them.
fn in_plain_digits(mut line: Value) -> Value {
    for name in ["quantity", "value", "drawn"] {
        if let Some(Value::String(digits)) = line.get_mut(name) {
            *digits = plain(digits);
        }
    }
    line
}

/// A decimal without zeros at its end; what is none, as it stands.
fn plain(digits: &str) -> String {
    if !digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return digits.to_owned();
    }
    Decimal::from_str(digits).map_or_else(|_| digits.to_owned(), |number| number.normalize().to_string())
}

/// As rows are told: members that are null are left out, at every depth.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.into_iter().filter(|(_, member)| !member.is_null());
            Value::Object(kept.map(|(name, member)| (name, without_nulls(member))).collect::<Map<_, _>>())
        }
        Value::Array(parts) => Value::Array(parts.into_iter().map(without_nulls).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}
