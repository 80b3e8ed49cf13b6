//! The entry of a template into force, which supersedes the version before it.

use crate::db::Conn;
use chrono::NaiveDate;
use serde_json::json;

use super::model::Enactment;
use super::store;
use crate::act::Act;
use crate::history::{self, Step, Subject};
use crate::http::Problem;
use crate::ids::TemplateId;
use crate::rules::template::{Action, Status, TemplateCycle};

/// Brings an agreed template into force.
pub async fn enact(conn: &mut Conn, act: &Act, id: TemplateId, enactment: &Enactment) -> Result<(), Problem> {
    let subject = history::load::<TemplateCycle>(conn, act, id.0).await?;
    let from = enactment.in_force_from.unwrap_or_else(|| act.today());
    // From any other status the step below answers that it is not open.
    if subject.status == Some(Status::Agreed) {
        check(conn, act, id, from).await?;
        supersede(conn, act, id, enactment).await?;
        store::set_in_force_from(conn, id, from).await?;
    }
    let step = Step::new(Action::BringIntoForce)
        .because(None, enactment.reasons.as_str())
        .with(json!({ "inForceFrom": from }));
    history::take(conn, act, &subject, step).await?;
    Ok(())
}

/// A text cannot be in force before it was agreed; and it is in force from this step on, so its first day has come.
async fn check(conn: &mut Conn, act: &Act, id: TemplateId, from: NaiveDate) -> Result<(), Problem> {
    let agreed_on = store::agreed_at(conn, id).await?.map_or_else(|| act.today(), |at| at.date_naive());
    if (agreed_on..=act.today()).contains(&from) {
        Ok(())
    } else {
        Err(Problem::field("/inForceFrom", "must be between the day of the agreement and today"))
    }
}

/// Steps the version that is in force for the class, if there is one.
async fn supersede(conn: &mut Conn, act: &Act, id: TemplateId, enactment: &Enactment) -> Result<(), Problem> {
    let Some(current) = store::in_force_beside(conn, id).await? else {
        return Ok(());
    };
    if current.later {
        return Err(Problem::conflict("A later version of this class is in force."));
    }
    let subject = Subject::<TemplateCycle>::on_file(current.id, current.version, Status::InForce, None);
    let step = Step::new(Action::Supersede)
        .because(None, enactment.reasons.as_str())
        .with(json!({ "supersededBy": id }));
    history::take(conn, act, &subject, step).await?;
    Ok(())
}
