//! The statements of objections.

pub(super) mod contested;

use crate::db::Conn;
use chrono::NaiveDate;
use uuid::Uuid;

use super::lodge::Contested;
use super::model::{NewObjection, NewObjectionDecision, Objection, ObjectionFilter};
use crate::act::{Act, Actor};
use crate::ids::{ApplicationId, ExporterId, LicenseId, ObjectionId, RevocationId};
use crate::page::{Listing, Page, Paging};
use crate::rules::application::Status as ApplicationStatus;
use crate::rules::license::{Ground, Status as LicenseStatus};
use crate::rules::objection::{Against, Consequence};

/// An objection to be put on file.
pub(super) struct Lodged<'l> {
    pub(super) id: ObjectionId,
    pub(super) reference: &'l str,
    pub(super) exporter: ExporterId,
    pub(super) term_ends: NaiveDate,
    pub(super) contested: &'l Contested,
    pub(super) new: &'l NewObjection,
}

/// Inserts an objection as lodged; its first step follows.
pub(super) async fn insert(conn: &mut Conn, act: &Act, lodged: &Lodged<'_>) -> sqlx::Result<()> {
    let Lodged { contested, new, .. } = lodged;
    sqlx::query!(
        "insert into objections (id, reference, version, status, exporter_id, against, decision_id, revocation_id, freeze_id,
                                 application_id, license_id, grounds, excuse, contested_on, term_ends, lodged_on, created_at,
                                 updated_at)
         values ($1, $2, 1, 'lodged', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15)",
        lodged.id.0,
        lodged.reference,
        lodged.exporter.0,
        contested.against.name(),
        contested.decision.map(Uuid::from),
        contested.revocation.map(Uuid::from),
        contested.freeze,
        contested.application.map(Uuid::from),
        contested.license.map(Uuid::from),
        new.grounds.as_str(),
        new.excuse.as_ref().map(|excuse| excuse.as_str()),
        contested.on,
        lodged.term_ends,
        act.today(),
        act.at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// An objection with the act objected to, as the decision finds them.
pub(super) struct Held {
    pub(super) against: Against,
    pub(super) stayed: bool,
    pub(super) application_id: Option<ApplicationId>,
    pub(super) application_status: Option<ApplicationStatus>,
    pub(super) license_id: Option<LicenseId>,
    pub(super) license_status: Option<LicenseStatus>,
    pub(super) license_until: Option<NaiveDate>,
    pub(super) revocation_id: Option<RevocationId>,
    /// The ground of the revocation.
    pub(super) ground: Option<Ground>,
    pub(super) freeze_number: Option<i32>,
    pub(super) freeze_in_force: bool,
}

/// Reads an objection with the act objected to, and holds the license until the transaction ends.
pub(super) async fn held(conn: &mut Conn, id: ObjectionId) -> sqlx::Result<Held> {
    sqlx::query!("select l.id from objections o join licenses l on l.id = o.license_id where o.id = $1 for update of l", id.0)
        .fetch_optional(&mut *conn)
        .await?;
    sqlx::query_as!(
        Held,
        r#"select o.against as "against: Against", o.stayed_by is not null as "stayed!",
                  o.application_id as "application_id: ApplicationId", a.status as "application_status?: ApplicationStatus",
                  o.license_id as "license_id: LicenseId", l.status as "license_status?: LicenseStatus",
                  l.valid_until as "license_until?", o.revocation_id as "revocation_id: RevocationId",
                  r.ground as "ground?: Ground", f.number as "freeze_number?",
                  f.id is not null and f.lifted_at is null as "freeze_in_force!"
             from objections o
             left join applications a on a.id = o.application_id
             left join licenses l on l.id = o.license_id
             left join revocations r on r.id = o.revocation_id
             left join license_freezes f on f.id = o.freeze_id
            where o.id = $1"#,
        id.0,
    )
    .fetch_one(conn)
    .await
}

/// Who decided, countersigned, proposed or ordered the act objected to, by handle.
pub(super) async fn took_part(conn: &mut Conn, id: ObjectionId) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        "select p.handle from objections o, took_part_in(o.decision_id, o.revocation_id, o.freeze_id) as person
           join people p on p.id = person where o.id = $1",
        id.0,
    )
    .fetch_all(conn)
    .await
}

/// Signs whether a late objection is admitted; the step follows.
pub(super) async fn set_admissibility(
    conn: &mut Conn,
    act: &Act,
    id: ObjectionId,
    reasons: &str,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update objections set admissibility_by = $2, admissibility_reasons = $3 where id = $1",
        id.0,
        act.actor.person.0,
        reasons,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Signs a stay; the step follows.
pub(super) async fn set_stay(conn: &mut Conn, act: &Act, id: ObjectionId, reasons: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "update objections set stayed_by = $2, stay_reasons = $3 where id = $1",
        id.0,
        act.actor.person.0,
        reasons,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Signs a decision; the step follows.
pub(super) async fn set_decision(
    conn: &mut Conn,
    act: &Act,
    id: ObjectionId,
    new: &NewObjectionDecision,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update objections set decided_by = $2, decided_at = $3, decision_reasons = $4, variation = $5 where id = $1",
        id.0,
        act.actor.person.0,
        act.at,
        new.reasons.as_str(),
        new.variation.as_ref().map(|variation| variation.as_str()),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Notes what became of the act objected to.
pub(super) async fn set_effect(conn: &mut Conn, id: ObjectionId, effect: Consequence) -> sqlx::Result<()> {
    sqlx::query!("update objections set effect = $2 where id = $1", id.0, effect.name())
        .execute(conn)
        .await?;
    Ok(())
}

fn listing(actor: &Actor) -> Listing {
    Listing::new(
        "select o.id, o.reference, o.status, o.version, o.exporter_id, o.against, o.decision_id, o.application_id,
                o.revocation_id, o.license_id, f.number as freeze_number, o.grounds, o.excuse, o.contested_on, o.term_ends,
                o.lodged_on, o.admissibility_reasons, o.stayed_by is not null as stayed, o.stay_reasons, case when ",
        "o.id",
    )
    .bind(actor.sees_only().is_none())
    .sql(
        " then p.handle end as decided_by, o.decided_at, o.decision_reasons, o.variation, o.effect, o.created_at, o.updated_at
           from objections o left join license_freezes f on f.id = o.freeze_id left join people p on p.id = o.decided_by
          where true",
    )
    .filter("o.exporter_id = ?", actor.sees_only())
}

/// One objection as the actor sees it.
pub(super) async fn get(conn: &mut Conn, actor: &Actor, id: ObjectionId) -> sqlx::Result<Option<Objection>> {
    let found: Option<Objection> = listing(actor).filter("o.id = ?", Some(id)).one(conn).await?;
    Ok(found.map(|objection| objection.seen_by(actor)))
}

/// One page of objections.
pub(super) async fn list(
    conn: &mut Conn,
    actor: &Actor,
    filter: ObjectionFilter,
    paging: Paging,
) -> sqlx::Result<Page<Objection>> {
    let page: Page<Objection> = listing(actor)
        .filter("o.status = ?", filter.status)
        .filter("o.against = ?", filter.against)
        .filter("o.exporter_id = ?", filter.exporter_id)
        .filter("o.application_id = ?", filter.application_id)
        .filter("o.license_id = ?", filter.license_id)
        .filter("o.reference = ?", filter.reference)
        .filter("o.lodged_on >= ?", filter.lodged_from)
        .filter("o.lodged_on <= ?", filter.lodged_to)
        .page(conn, paging)
        .await?;
    Ok(page.map(|objection| objection.seen_by(actor)))
}
