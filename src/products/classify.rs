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

/// Puts a new classification version of a product in force and gives its number.
pub async fn classify(
    conn: &mut Conn,
    act: &Act,
    id: ProductId,
    new: &NewClassification,
) -> Result<i32, Problem> {
    check(conn, act, new).await?;
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

/// Codes of the control list, and no tag twice.
async fn check(conn: &mut Conn, act: &Act, new: &NewClassification) -> Result<(), Problem> {
    reference::check_codes(conn, &new.control_codes, "/controlCodes", act.today()).await?;
    let tags = &new.technology_tags;
    let twice = tags.iter().enumerate().find(|(at, tag)| tags.iter().take(*at).any(|before| before == *tag));
    match twice {
        Some((at, _)) => Err(Problem::field(format!("/technologyTags/{at}"), "is named twice")),
        None => Ok(()),
    }
}
