//! What stands against a case besides the case itself, as the gate is told: measures, reviews, breaches.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::rules::measure::Effect;
use crate::rules::product::ProductClass;

/// One effect of a measure in force that reaches the case.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MeasureFacts {
    /// Human reference.
    pub reference: String,
    /// What it does.
    pub effect: Effect,
    /// The clause of its scope that was met, as a JSON pointer.
    pub clause: String,
    /// Since when it is in force.
    pub since: NaiveDate,
    /// When it is reviewed at the latest.
    pub review_on: NaiveDate,
    /// Its last day, where it has one.
    #[serde(default)]
    pub ends_on: Option<NaiveDate>,
    /// The template it requires a declaration on.
    pub template: Option<TemplateFacts>,
    /// The condition it requires.
    pub condition: Option<String>,
    /// The exemption it withdraws.
    #[serde(default)]
    pub exemption: Option<Uuid>,
}

impl MeasureFacts {
    /// Its last day as things stand: the earlier of its review date and its end.
    pub fn last_day(&self) -> NaiveDate {
        self.ends_on.map_or(self.review_on, |end| end.min(self.review_on))
    }
}

/// A version of a declaration template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateFacts {
    /// The class it is for.
    pub class: ProductClass,
    /// Its version.
    pub version: i32,
}

/// A review that is not concluded.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReviewFacts {
    /// Human reference.
    pub reference: String,
    /// When it is due.
    pub due_on: NaiveDate,
}

/// A breach of a declaration, suspected and not cleared, or confirmed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BreachFacts {
    /// The declaration's human reference.
    pub declaration: String,
    /// Whether it is confirmed.
    pub confirmed: bool,
}
