//! Agreement and approval: of exactly what a preview showed.

use crate::db::Conn;

use super::model::{Approval, Preview};
use super::preview::{digest_now, on_file, pending};
use super::store::previews;
use crate::act::Act;
use crate::history::{self, Step};
use crate::http::Problem;
use crate::ids::MeasureId;
use crate::measures::{Content, Measure};
use crate::rules::authority::Ministry;
use crate::rules::measure::{Action, MeasureCycle, missing_agreements};

/// Records that the caller's ministry agrees to a preview.
pub async fn agree(
    conn: &mut Conn,
    act: &Act,
    id: MeasureId,
    approval: &Approval,
) -> Result<Preview, Problem> {
    let subject = history::load::<MeasureCycle>(conn, act, id.0).await?;
    history::open(&subject, Action::Agree)?;
    let ministry = act.actor.ministry.ok_or_else(|| Problem::rule("Only a ministry's reviewer agrees."))?;
    let measure = on_file(conn, act, id).await?;
    let preview = named(conn, act, &measure, approval).await?;
    if preview.agreements.iter().any(|agreement| agreement.ministry == ministry) {
        return Err(Problem::conflict("This ministry has already agreed to the preview."));
    }
    previews::agree(conn, act, &preview, ministry, approval).await?;
    let step = Step::new(Action::Agree).because(None, approval.reasons.as_str()).with(serde_json::json!({
        "preview": preview.number, "digest": preview.digest, "ministry": ministry,
    }));
    history::take(conn, act, &subject, step).await?;
    previews::get(conn, act, id, preview.number).await?.ok_or_else(Problem::not_found)
}

/// Approves what is proposed on the preview that the digest names. 409 where that is not the newest look, or where
/// what would be touched has changed since.
pub async fn approve(conn: &mut Conn, act: &Act, id: MeasureId, approval: &Approval) -> Result<(), Problem> {
    let subject = history::load::<MeasureCycle>(conn, act, id.0).await?;
    history::open(&subject, Action::Approve)?;
    let measure = on_file(conn, act, id).await?;
    let content = pending(&measure)?;
    if content.approved_by.is_some() {
        return Err(Problem::conflict("What is proposed is approved already."));
    }
    let preview = named(conn, act, &measure, approval).await?;
    require_agreements(&preview)?;
    require_unchanged(conn, act, &measure, content, &preview).await?;
    if !previews::approve(conn, act, &preview, approval).await? {
        let says = "Who proposed a measure, or a version of it, does not approve it: another person must.";
        return Err(Problem::rule(says));
    }
    let step = Step::new(Action::Approve).because(Some(content.ground.name()), approval.reasons.as_str()).with(
        serde_json::json!({ "preview": preview.number, "digest": preview.digest, "content": content.content_version }),
    );
    history::take(conn, act, &subject, step).await?;
    Ok(())
}

/// The preview that a digest names: the newest one of what is proposed.
async fn named(
    conn: &mut Conn,
    act: &Act,
    measure: &Measure,
    approval: &Approval,
) -> Result<Preview, Problem> {
    let content = pending(measure)?;
    let newest = previews::list(conn, act, measure.id)
        .await?
        .into_iter()
        .rfind(|preview| preview.content_version == content.content_version);
    match newest {
        Some(preview) if preview.digest == approval.digest.as_str() => Ok(preview),
        Some(preview) => Err(Problem::conflict(format!(
            "The digest is not that of preview {}, the newest look at what is proposed: look at it and name its digest.",
            preview.number
        ))),
        None => Err(Problem::conflict("There is no preview of what is proposed yet: take one first.")),
    }
}

fn require_agreements(preview: &Preview) -> Result<(), Problem> {
    let touched = preview.licenses.saturating_add(preview.released);
    let agreed: Vec<Ministry> = preview.agreements.iter().map(|agreement| agreement.ministry).collect();
    let missing = missing_agreements(touched, preview.agreement_from, &agreed);
    if missing.is_empty() {
        return Ok(());
    }
    let missing: Vec<_> = missing.iter().map(|ministry| ministry.name()).collect();
    Err(Problem::rule(format!(
        "The measure touches {touched} licenses. From {} on both ministries must agree to the preview first; missing: \
         {}.",
        preview.agreement_from,
        missing.join(", ")
    )))
}

/// 409 where what would be touched is not what the preview showed.
pub(super) async fn require_unchanged(
    conn: &mut Conn,
    act: &Act,
    measure: &Measure,
    content: &Content,
    preview: &Preview,
) -> Result<(), Problem> {
    let (digest, licenses) = digest_now(conn, act, measure, content).await?;
    if digest == preview.digest {
        return Ok(());
    }
    Err(Problem::conflict(format!(
        "What would be touched has changed since preview {}: it showed {} licenses, now there are {}. See \
         /v1/measures/{}/previews/{}/changes, take a new preview and have it approved.",
        preview.number, preview.licenses, licenses, measure.id, preview.number
    )))
}
