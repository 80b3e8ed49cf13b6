//! The ministries' agreement to a template.

use crate::db::Conn;
use serde_json::json;

use super::store;
use crate::act::Act;
use crate::audit::{self, Entry};
use crate::history::{self, Grounds, Step};
use crate::http::Problem;
use crate::http::problem::Kind;
use crate::ids::TemplateId;
use crate::rules::authority::Ministry;
use crate::rules::lifecycle::LifeCycle as _;
use crate::rules::template::{Action, Status, TemplateCycle};
use crate::rules::values::Name;

/// The ministries without which a text is not agreed.
const NEEDED: [Ministry; 2] = [Ministry::Defense, Ministry::ForeignAffairs];

/// Records the agreement of the actor's ministry to a draft; the last one needed makes the template agreed.
pub async fn agree(conn: &mut Conn, act: &Act, id: TemplateId, grounds: &Grounds) -> Result<(), Problem> {
    let ministry = act
        .actor
        .ministry
        .ok_or_else(|| Problem::new(Kind::Forbidden, "A reviewer of a ministry agrees for that ministry."))?;
    let subject = history::load::<TemplateCycle>(conn, act, id.0).await?;
    if subject.status != Some(Status::Draft) {
        return Err(Problem::conflict("The template is no draft any more: agreement is given to a draft."));
    }
    store::insert_agreement(conn, act, id, ministry).await?;
    let entry = Entry {
        act: "declaration_template.record_agreement",
        kind: TemplateCycle::NAME,
        subject: id.0,
        owner: None,
        particulars: json!({ "ministry": ministry, "ground": grounds.ground, "reasons": grounds.reasons }),
        verdict: None,
    };
    audit::record(conn, act, entry).await?;
    let agreed: Vec<Ministry> =
        store::agreements(conn, &act.actor, id).await?.into_iter().map(|given| given.ministry).collect();
    if NEEDED.iter().all(|needed| agreed.contains(needed)) {
        let step = Step::new(Action::Agree)
            .because(grounds.ground.as_ref().map(Name::as_str), grounds.reasons.as_str())
            .with(json!({ "ministries": agreed }));
        history::take(conn, act, &subject, step).await?;
    }
    Ok(())
}
