//! Previews: what a proposed content would touch, as of one instant, pinned by a digest.

use crate::db::Conn;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::demand::{self, as_part};
use super::model::{Conflict, Count, Counts, EffectCount, Preview};
use super::store::previews;
use super::store::previews::Found;
use super::store::reached::{self, Application, Keeps, Licenses, Standing};
use crate::act::Act;
use crate::history::{self, Step};
use crate::http::Problem;
use crate::ids::MeasureId;
use crate::measures::{self, Content, Measure};
use crate::rules::application::{Kind, Purpose};
use crate::rules::measure::{Action, DecisionAct, Effect, MeasureCycle};
use crate::rules::scope::{Groups, Scope};

/// What a content would touch now.
pub(super) struct Gathered {
    pub(super) licenses: Vec<Uuid>,
    pub(super) released: Vec<Uuid>,
    pub(super) applications: Vec<Uuid>,
    pub(super) counts: Counts,
    pub(super) digest: String,
}

/// Takes a preview of what is proposed and pins it. The caller's transaction is one snapshot.
pub async fn preview(conn: &mut Conn, act: &Act, id: MeasureId) -> Result<Preview, Problem> {
    let subject = history::load::<MeasureCycle>(conn, act, id.0).await?;
    history::open(&subject, Action::Preview)?;
    let measure = on_file(conn, act, id).await?;
    let content = pending(&measure)?;
    let gathered = gather(conn, act, &measure, content).await?;
    let found = Found {
        content_version: content.content_version,
        digest: &gathered.digest,
        counts: &gathered.counts,
        licenses: &gathered.licenses,
        released: &gathered.released,
        applications: &gathered.applications,
    };
    let number = previews::insert(conn, act, id, &found).await?;
    // A new look takes back an approval of the look before.
    previews::unapprove(conn, id, content.content_version).await?;
    let details = serde_json::json!({
        "preview": number, "digest": gathered.digest, "licenses": gathered.licenses.len(),
        "released": gathered.released.len(), "applications": gathered.applications.len(),
    });
    history::take(conn, act, &subject, Step::new(Action::Preview).with(details)).await?;
    previews::get(conn, act, id, number).await?.ok_or_else(Problem::not_found)
}

pub(super) async fn on_file(conn: &mut Conn, act: &Act, id: MeasureId) -> Result<Measure, Problem> {
    measures::store::get(conn, &act.actor, id).await?.ok_or_else(Problem::not_found)
}

/// What is proposed; 409 where nothing is.
pub(super) fn pending(measure: &Measure) -> Result<&Content, Problem> {
    let says = "Nothing is proposed: what the measure says is in force. Propose an amendment first.";
    measure.pending().ok_or_else(|| Problem::conflict(says))
}

/// Finds and counts what a content would touch now.
pub(super) async fn gather(
    conn: &mut Conn,
    act: &Act,
    measure: &Measure,
    content: &Content,
) -> Result<Gathered, Problem> {
    let groups = groups(conn, act, measure, content).await?;
    let already = already(measure, content);
    let found = reached::licenses(conn, act, &touching(content), &groups, already.as_ref()).await?;
    let released = released(conn, measure, content, &groups).await?;
    let applications = reached::applications(conn, &content.scope, &groups).await?;
    let conflicts = conflicts(conn, act, measure, &found.ids, &groups).await?;
    let digest = digest(content, &found.ids, &released);
    let Licenses { ids, by_destination, by_exporter, by_control_code, by_status, by_kind, value } = found;
    let counts = Counts {
        by_effect: by_effect(conn, act, content, &ids, &applications).await?,
        by_destination: by_destination.0,
        by_exporter: by_exporter.0,
        by_control_code: by_control_code.0,
        by_status: by_status.0,
        by_kind: by_kind.0,
        value: value.0,
        applications_by_purpose: by_purpose(&applications),
        conflicts,
    };
    let applications = applications.into_iter().map(|application| application.id).collect();
    Ok(Gathered { licenses: ids, released, applications, counts, digest })
}

/// The digest of what a content would touch now, and how many licenses that is.
pub(super) async fn digest_now(
    conn: &mut Conn,
    act: &Act,
    measure: &Measure,
    content: &Content,
) -> Result<(String, usize), Problem> {
    let groups = groups(conn, act, measure, content).await?;
    let already = already(measure, content);
    let ids = reached::license_ids(conn, act, &touching(content), &groups, already.as_ref()).await?;
    let released = released(conn, measure, content, &groups).await?;
    Ok((digest(content, &ids, &released), ids.len()))
}

/// The members today of the groups that a content, and the one in force before it, names.
pub(super) async fn groups(
    conn: &mut Conn,
    act: &Act,
    measure: &Measure,
    content: &Content,
) -> sqlx::Result<Groups> {
    let mut named = content.scope.groups();
    named.extend(measure.standing().map(|standing| standing.scope.groups()).unwrap_or_default());
    measures::store::groups(conn, &named, act.today()).await
}

/// What an amendment need not touch again.
pub(super) fn already<'m>(measure: &'m Measure, content: &Content) -> Option<Standing<'m>> {
    let standing = measure.standing()?;
    let demand = content.effect(Effect::RequireDeclaration).map(as_part);
    Some(Standing { measure: measure.id.0, acts: acts(content), scope: &standing.scope, demand })
}

/// What of the licenses that a content reaches it touches: where all that it does is to require a declaration, exports.
fn touching(content: &Content) -> Scope {
    let acts = acts(content);
    let exports_only = acts.iter().all(|act| *act == DecisionAct::RequireDeclaration);
    if acts.is_empty() || !exports_only {
        return content.scope.clone();
    }
    Scope::All(vec![content.scope.clone(), Scope::LicenseKinds(vec![Kind::Export])])
}

/// The licenses that an amendment lets go.
async fn released(
    conn: &mut Conn,
    measure: &Measure,
    content: &Content,
    groups: &Groups,
) -> sqlx::Result<Vec<Uuid>> {
    if measure.standing().is_none() {
        return Ok(Vec::new());
    }
    let keeps = Keeps {
        scope: &content.scope,
        freezes: content.effect(Effect::FreezeExisting).is_some(),
        demand: content.effect(Effect::RequireDeclaration).map(as_part),
    };
    reached::released(conn, measure.id.0, &keeps, groups).await
}

/// How many of the licenses touched each effect is carried out on, and against how many of the applications it stands.
async fn by_effect(
    conn: &mut Conn,
    act: &Act,
    content: &Content,
    ids: &[Uuid],
    applications: &[Application],
) -> Result<Vec<EffectCount>, Problem> {
    let mut counts = Vec::with_capacity(content.effects.len());
    for spec in &content.effects {
        let licenses = match carries_out(spec.effect) {
            None => 0,
            Some(DecisionAct::RequireDeclaration) => demand::lacking(conn, act, spec, ids).await?,
            Some(_) => ids.len(),
        };
        let applications = applications.iter().filter(|one| stands(spec.effect, one)).count();
        counts.push(EffectCount {
            effect: spec.effect,
            licenses: count(licenses),
            applications: count(applications),
        });
    }
    Ok(counts)
}

fn count(of: usize) -> i32 {
    i32::try_from(of).unwrap_or(i32::MAX)
}

/// The acts that a content carries out on licenses in force.
pub(super) fn acts(content: &Content) -> Vec<DecisionAct> {
    content.effects.iter().filter_map(|spec| carries_out(spec.effect)).collect()
}

/// The act that an effect carries out on a license in force; none for one that stands against applications only.
pub(super) fn carries_out(effect: Effect) -> Option<DecisionAct> {
    match effect {
        Effect::FreezeExisting => Some(DecisionAct::Freeze),
        Effect::RevokeExisting => Some(DecisionAct::IntendRevocation),
        Effect::RequireDeclaration => Some(DecisionAct::RequireDeclaration),
        Effect::AddCondition => Some(DecisionAct::AddCondition),
        Effect::FreezeIssuing
        | Effect::RefuseNew
        | Effect::RefuseRenewal
        | Effect::RequireCommittee
        | Effect::WithdrawExemption => None,
    }
}

/// Whether an effect stands against an application.
fn stands(effect: Effect, application: &Application) -> bool {
    match effect {
        Effect::RefuseRenewal => application.purpose == Purpose::Renewal,
        Effect::RefuseNew => application.purpose != Purpose::Renewal,
        Effect::RequireDeclaration | Effect::WithdrawExemption => application.kind == Kind::Export,
        Effect::FreezeIssuing
        | Effect::FreezeExisting
        | Effect::RevokeExisting
        | Effect::RequireCommittee
        | Effect::AddCondition => true,
    }
}

fn by_purpose(applications: &[Application]) -> Vec<Count> {
    Purpose::ALL
        .iter()
        .map(|purpose| (purpose, applications.iter().filter(|one| one.purpose == *purpose).count()))
        .filter(|(_, found)| *found > 0)
        .map(|(purpose, found)| Count {
            of: Some(purpose.name().to_owned()),
            count: i64::try_from(found).unwrap_or(i64::MAX),
        })
        .collect()
}

/// The other measures in force that are over some of the same licenses.
async fn conflicts(
    conn: &mut Conn,
    act: &Act,
    measure: &Measure,
    ids: &[Uuid],
    groups: &Groups,
) -> Result<Vec<Conflict>, Problem> {
    let mut conflicts = Vec::new();
    for other in measures::store::others_in_force(conn, act.today(), measure.id).await? {
        let mut groups = groups.clone();
        groups.extend(measures::store::groups(conn, &other.scope.groups(), act.today()).await?);
        let licenses = reached::overlap(conn, ids, &other.scope, &groups).await?;
        if licenses > 0 {
            let effects: Vec<Effect> = other.effects.iter().map(|spec| spec.effect).collect();
            let holds =
                effects.contains(&Effect::FreezeExisting) || effects.contains(&Effect::RevokeExisting);
            let says = if holds {
                "Holds some of the same licenses: ending one of the two thaws none of them."
            } else {
                "Reaches some of the same licenses with other effects: both apply."
            };
            conflicts.push(Conflict { measure: other.reference, effects, licenses, says: says.to_owned() });
        }
    }
    Ok(conflicts)
}

/// SHA-256 over what the content says and over the licenses it would touch and release, in the order of their
/// identifiers.
fn digest(content: &Content, licenses: &[Uuid], released: &[Uuid]) -> String {
    let says = serde_json::json!({
        "title": content.title, "scope": content.scope, "effects": content.effects, "ground": content.ground,
        "legalBasis": content.legal_basis, "reasons": content.reasons, "startsOn": content.starts_on,
        "reviewOn": content.review_on, "endsOn": content.ends_on, "reviewId": content.review_id,
    });
    let mut hash = Sha256::new();
    hash.update(says.to_string());
    for part in [licenses, released] {
        hash.update([0]);
        for id in part {
            hash.update(id.as_bytes());
        }
    }
    hex::encode(hash.finalize())
}
