//! Classifying a product: each time a new version, which leaves what was granted on the versions before as it is.

use crate::db::Conn;

use super::model::NewClassification;
use super::store;
use crate::act::Act;
use crate::history::{self, Step};
use crate::http::Problem;
use crate::ids::ProductId;
use crate::reference;
use crate::rules::product::{Action, ProductCycle, Status};

/// The most codes a classification may name.
const MOST_CODES: usize = 20;

/// Puts a new classification version of a product in force and gives its number.
pub async fn classify(
    conn: &mut Conn,
    act: &Act,
    id: ProductId,
    new: &NewClassification,
) -> Result<i32, Problem> {
    check(conn, new).await?;
    let subject = history::load::<ProductCycle>(conn, act, id.0).await?;
    let action =
        if subject.status == Some(Status::Classified) { Action::Reclassify } else { Action::Classify };
    let version = store::add_classification(conn, act, id, new).await?;
    let step = Step::new(action)
        .because(None, new.rationale.as_str())
        .with(serde_json::json!({ "classificationVersion": version, "classification": new }));
    history::take(conn, act, &subject, step).await?;
    Ok(version)
}

/// The codes: how many, none twice, each below an entry that is on file.
async fn check(conn: &mut Conn, new: &NewClassification) -> Result<(), Problem> {
    let codes = &new.control_codes;
    if !(1..=MOST_CODES).contains(&codes.len()) {
        return Err(Problem::field("/controlCodes", "must name 1 to 20 codes"));
    }
    let known = reference::store::known_heads(conn, codes).await?;
    for (at, code) in codes.iter().enumerate() {
        if !known.iter().any(|head| head == code.head()) {
            return Err(Problem::field(
                format!("/controlCodes/{at}"),
                "is under no entry of the control list",
            ));
        }
        if codes.iter().take(at).any(|before| before == code) {
            return Err(Problem::field(format!("/controlCodes/{at}"), "is named twice"));
        }
    }
    let tags = &new.technology_tags;
    let twice = tags.iter().enumerate().find(|(at, tag)| tags.iter().take(*at).any(|before| before == *tag));
    match twice {
        Some((at, _)) => Err(Problem::field(format!("/technologyTags/{at}"), "is named twice")),
        None => Ok(()),
    }
}
