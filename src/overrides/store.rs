//! The statements of overrides.

use crate::db::Conn;
use chrono::NaiveDate;
use uuid::Uuid;

use super::model::{Dissent, NewDissent, NewOverride, Opinion, Override, OverrideFilter};
use crate::act::Act;
use crate::ids::{ApplicationId, LicenseId, OverrideId};
use crate::page::{Listing, Page, Paging};
use crate::rules::application::{Body, Status as ApplicationStatus};
use crate::rules::license::Status as LicenseStatus;
use crate::rules::overrides::Status;
use crate::rules::verdict::Rule;

/// Inserts an override as proposed; its first step follows.
pub(super) async fn insert(
    conn: &mut Conn,
    act: &Act,
    id: OverrideId,
    reference: &str,
    new: &NewOverride,
) -> sqlx::Result<()> {
    let rules: Vec<String> = new.rules.iter().map(ToString::to_string).collect();
    sqlx::query!(
        "insert into overrides (id, reference, version, status, application_id, license_id, at_request_of, reasons, rules,
                                valid_until, proposed_by, created_at, updated_at)
         values ($1, $2, 1, 'proposed', $3, $4, $5, $6, $7, $8, $9, $10, $10)",
        id.0,
        reference,
        new.application_id.map(Uuid::from),
        new.license_id.map(Uuid::from),
        new.at_request_of.as_str(),
        new.reasons.as_str(),
        &rules,
        new.valid_until,
        act.actor.person.0,
        act.at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Where an application stands; it is held until the transaction ends.
pub(super) async fn application_status(
    conn: &mut Conn,
    id: ApplicationId,
) -> sqlx::Result<Option<ApplicationStatus>> {
    sqlx::query_scalar!(
        r#"select status as "status: ApplicationStatus" from applications where id = $1 for update"#,
        id.0,
    )
    .fetch_optional(conn)
    .await
}

/// A license that is to be reinstated.
pub(super) struct LicenseRow {
    pub(super) status: LicenseStatus,
    pub(super) valid_until: NaiveDate,
}

/// Where a license stands; it is held until the transaction ends.
pub(super) async fn license(conn: &mut Conn, id: LicenseId) -> sqlx::Result<Option<LicenseRow>> {
    sqlx::query_as!(
        LicenseRow,
        r#"select status as "status: LicenseStatus", valid_until from licenses where id = $1 for update"#,
        id.0,
    )
    .fetch_optional(conn)
    .await
}

/// Puts the legal opinion on record, which its step follows; false where the same person proposed.
pub(super) async fn set_opinion(
    conn: &mut Conn,
    act: &Act,
    id: OverrideId,
    new: &Opinion,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update overrides set opinion_finding = $3, opinion = $4, opinion_given_by = $5, opinion_by = $2, opinion_at = $6
          where id = $1 and proposed_by <> $2",
        id.0,
        act.actor.person.0,
        new.finding.name(),
        new.opinion.as_str(),
        new.given_by.as_str(),
        act.at,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Inserts a dissent. Gives its number.
pub(super) async fn insert_dissent(
    conn: &mut Conn,
    act: &Act,
    id: OverrideId,
    body: Body,
    new: &NewDissent,
) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        "insert into override_dissents (override_id, number, body, dissent, recorded_by, recorded_at)
         select $1, (select coalesce(max(number), 0) + 1 from override_dissents where override_id = $1), $2, $3, $4, $5
         returning number",
        id.0,
        body.name(),
        new.dissent.as_str(),
        act.actor.person.0,
        act.at,
    )
    .fetch_one(conn)
    .await
}

/// The dissents from an override, the first one first.
pub(super) async fn dissents(conn: &mut Conn, id: OverrideId) -> sqlx::Result<Vec<Dissent>> {
    sqlx::query_as!(
        Dissent,
        r#"select d.number, d.body as "body: Body", d.dissent, p.handle as recorded_by, d.recorded_at
             from override_dissents d join people p on p.id = d.recorded_by where d.override_id = $1 order by d.number"#,
        id.0,
    )
    .fetch_all(conn)
    .await
}

/// Signs an override, which its step follows; false where the same person proposed it or recorded the opinion.
pub(super) async fn set_signature(
    conn: &mut Conn,
    act: &Act,
    id: OverrideId,
    reasons: &str,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update overrides set signed_by = $2, signed_at = $3, signature_reasons = $4
          where id = $1 and proposed_by <> $2 and opinion_by <> $2",
        id.0,
        act.actor.person.0,
        act.at,
        reasons,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// What the signature acts on.
pub(super) struct Signed {
    pub(super) reference: String,
    pub(super) application_id: Option<ApplicationId>,
    pub(super) application_status: Option<ApplicationStatus>,
    pub(super) license_id: Option<LicenseId>,
    pub(super) rules: Vec<Rule>,
    pub(super) used: bool,
}

/// Reads what an override is for.
pub(super) async fn signed(conn: &mut Conn, id: OverrideId) -> sqlx::Result<Signed> {
    sqlx::query_as!(
        Signed,
        r#"select o.reference, o.application_id as "application_id: ApplicationId",
                  a.status as "application_status?: ApplicationStatus", o.license_id as "license_id: LicenseId",
                  o.rules as "rules: Vec<Rule>", o.used_at is not null as "used!"
             from overrides o left join applications a on a.id = o.application_id where o.id = $1"#,
        id.0,
    )
    .fetch_one(conn)
    .await
}

/// Notes that a license has come to rest on an override.
pub(super) async fn use_up(conn: &mut Conn, act: &Act, id: OverrideId) -> sqlx::Result<()> {
    sqlx::query!("update overrides set used_at = $2 where id = $1", id.0, act.at).execute(conn).await?;
    Ok(())
}

fn listing() -> Listing {
    Listing::new(
        "select o.id, o.reference, o.status, o.version, o.application_id, o.license_id, o.at_request_of, o.reasons, o.rules,
                o.valid_until, p.handle as proposed_by, o.opinion_finding, o.opinion, o.opinion_given_by,
                q.handle as opinion_by, (select count(*) from override_dissents d where d.override_id = o.id) as dissents,
                s.handle as signed_by, o.signed_at, o.signature_reasons, o.used_at, o.created_at, o.updated_at
           from overrides o join people p on p.id = o.proposed_by left join people q on q.id = o.opinion_by
           left join people s on s.id = o.signed_by
          where true",
        "o.id",
    )
}

/// One override.
pub(super) async fn get(conn: &mut Conn, act: &Act, id: OverrideId) -> sqlx::Result<Option<Override>> {
    let found: Option<Override> = listing().filter("o.id = ?", Some(id)).one(conn).await?;
    Ok(found.map(|found| found.seen_by(act)))
}

/// One page of overrides.
pub(super) async fn list(
    conn: &mut Conn,
    act: &Act,
    filter: OverrideFilter,
    paging: Paging,
) -> sqlx::Result<Page<Override>> {
    let today = act.today();
    let runs = matches!(filter.status, Some(Status::Proposed | Status::OpinionRecorded | Status::InEffect));
    let ended = filter.status == Some(Status::Expired);
    let page: Page<Override> = listing()
        .filter("o.status = ?", filter.status.filter(|_| !ended))
        .filter("(o.valid_until >= ? or o.used_at is not null)", runs.then_some(today))
        .filter(
            "(o.status = 'expired' or o.status in ('proposed', 'opinion_recorded', 'in_effect')
                and o.used_at is null and o.valid_until < ?)",
            ended.then_some(today),
        )
        .filter("o.application_id = ?", filter.application_id)
        .filter("o.license_id = ?", filter.license_id)
        .filter("o.reference = ?", filter.reference)
        .page(conn, paging)
        .await?;
    Ok(page.map(|found| found.seen_by(act)))
}
