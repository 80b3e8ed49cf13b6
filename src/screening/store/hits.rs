//! The statements of hits.

use uuid::Uuid;

use crate::act::Act;
use crate::db::Conn;
use crate::ids::{PersonId, ScreeningHitId};
use crate::page::{Listing, Page, Paging};
use crate::rules::screening_hit::Status;
use crate::screening::hit::{HitFilter, ScreeningHit};
use crate::screening::parties::{Found, PartyRow, reasons};

/// A hit on file, as the next screening of its party finds it.
pub(in crate::screening) struct Known {
    pub(in crate::screening) id: Uuid,
    pub(in crate::screening) version: i32,
    pub(in crate::screening) status: Status,
    pub(in crate::screening) list_id: Uuid,
    pub(in crate::screening) entry_key: String,
    pub(in crate::screening) party_print: Vec<u8>,
    pub(in crate::screening) entry_digest: Vec<u8>,
}

/// The hits of a party, held until the transaction ends.
pub(in crate::screening) async fn of_party(conn: &mut Conn, party: Uuid) -> sqlx::Result<Vec<Known>> {
    sqlx::query_as!(
        Known,
        r#"select id, version, status as "status: Status", list_id, entry_key, party_print, entry_digest
             from screening_hits where party_id = $1 order by id for update"#,
        party,
    )
    .fetch_all(conn)
    .await
}

/// The names that were found, in the order of the hits.
pub(in crate::screening) async fn listed_names(
    conn: &mut Conn,
    found: &[Found<'_>],
) -> sqlx::Result<Vec<String>> {
    let lists: Vec<Uuid> = found.iter().map(|found| found.list.id).collect();
    let keys: Vec<String> = found.iter().map(|found| found.entry.key.to_string()).collect();
    let editions: Vec<i32> = found.iter().map(|found| found.list.edition).collect();
    let names: Vec<i32> =
        found.iter().map(|found| i32::try_from(found.hit.name).unwrap_or_default()).collect();
    sqlx::query_scalar!(
        r#"select coalesce(e.body #>> array['names', w.name::text, 'text'], '') as "name!"
             from unnest($1::uuid[], $2::text[], $3::integer[], $4::integer[])
                  with ordinality as w (list_id, key, edition, name, place)
             left join screening_entries e
                    on e.list_id = w.list_id and e.key = w.key and e.from_edition <= w.edition
                   and (e.until_edition is null or e.until_edition > w.edition)
            order by w.place"#,
        &lists,
        &keys,
        &editions,
        &names,
    )
    .fetch_all(conn)
    .await
}

/// Inserts a hit; its first step follows.
pub(in crate::screening) async fn insert(
    conn: &mut Conn,
    act: &Act,
    (id, reference): (ScreeningHitId, &str),
    (row, print): (&PartyRow, &[u8; 32]),
    found: &Found<'_>,
    name: &str,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into screening_hits (id, reference, version, status, party_kind, party_id, list_id, entry_key, edition, score,
                                     listed_name, reasons, party_print, entry_digest, flags_due, created_at, updated_at)
         values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, true, $14, $14)",
        id.0,
        reference,
        Status::Open.name(),
        row.kind.name(),
        row.id,
        found.list.id,
        &*found.entry.key,
        found.list.edition,
        found.score(),
        name,
        reasons(&found.hit),
        print.as_slice(),
        found.entry.digest.as_slice(),
        act.at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Sets what was found of a hit that is on file; the step that says so follows.
pub(in crate::screening) async fn refresh(
    conn: &mut Conn,
    id: Uuid,
    print: &[u8; 32],
    found: &Found<'_>,
    name: &str,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update screening_hits
            set edition = $2, score = $3, listed_name = $4, reasons = $5, party_print = $6, entry_digest = $7
          where id = $1",
        id,
        found.list.edition,
        found.score(),
        name,
        reasons(&found.hit),
        print.as_slice(),
        found.entry.digest.as_slice(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Sets whose work a hit is; the step that says so follows.
pub(in crate::screening) async fn set_assignee(
    conn: &mut Conn,
    id: ScreeningHitId,
    assignee: Option<PersonId>,
) -> sqlx::Result<()> {
    sqlx::query!("update screening_hits set assignee_id = $2 where id = $1", id.0, assignee.map(Uuid::from))
        .execute(conn)
        .await?;
    Ok(())
}

/// Notes that a party was compared in an epoch.
pub(in crate::screening) async fn mark_screened(
    conn: &mut Conn,
    act: &Act,
    party: Uuid,
    epoch: i64,
    print: &[u8; 32],
) -> sqlx::Result<()> {
    sqlx::query!(
        "update screened_parties set epoch = $2, print = $3, screened_at = $4 where id = $1",
        party,
        epoch,
        print.as_slice(),
        act.at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A batch of hits whose entry is on no list any more, and that nobody confirmed; each with its version and status.
pub(in crate::screening) async fn without_entry(conn: &mut Conn) -> sqlx::Result<Vec<(Uuid, i32, Status)>> {
    let rows = sqlx::query!(
        r#"select h.id, h.version, h.status as "status: Status"
             from screening_hits h
            where h.status in ('open', 'clearing_proposed', 'confirmation_proposed', 'cleared')
              and not exists (select from screening_entries e join screening_lists l on l.id = e.list_id
                               where e.list_id = h.list_id and e.key = h.entry_key and e.until_edition is null
                                 and l.status = 'kept')
            order by h.id limit 200 for update of h skip locked"#,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.version, row.status)).collect())
}

fn listing() -> Listing {
    Listing::new(
        "select h.id, h.reference, h.status, h.version, h.party_kind, h.party_id,
                coalesce(x.reference, u.reference, c.reference) as party_reference,
                coalesce(x.name, u.name, c.name) as party_name, h.list_id,
                l.code as list_code, h.entry_key, h.edition, h.listed_name, h.score, h.reasons,
                h.score >= l.second_person_from
                    or exists (select from history w where w.subject_id = h.id and w.to_status = 'confirmed')
                    as second_person,
                w.handle as assignee, h.due_on, p.handle as moved_by, h.created_at, h.updated_at
           from screening_hits h
           join screening_lists l on l.id = h.list_id
           left join exporters x on x.id = h.party_id
           left join end_users u on u.id = h.party_id
           left join consignees c on c.id = h.party_id
           left join history s on s.subject_id = h.id and s.version = h.version
           left join people p on p.id = s.actor_id
           left join people w on w.id = h.assignee_id
          where true",
        "h.id",
    )
}

/// One hit as the actor sees it, with what the list says of its entry.
pub(in crate::screening) async fn get(
    conn: &mut Conn,
    act: &Act,
    id: ScreeningHitId,
) -> sqlx::Result<Option<ScreeningHit>> {
    let found: Option<ScreeningHit> = listing().filter("h.id = ?", Some(id)).one(&mut *conn).await?;
    let Some(mut hit) = found.map(|hit| hit.seen_by(act)) else { return Ok(None) };
    hit.entry = sqlx::query_scalar!(
        "select e.body from screening_entries e
          where e.list_id = $1 and e.key = $2 and e.from_edition <= $3
            and (e.until_edition is null or e.until_edition > $3)",
        hit.list_id.0,
        hit.entry_key,
        hit.edition,
    )
    .fetch_optional(conn)
    .await?;
    Ok(Some(hit))
}

/// One page of hits.
pub(in crate::screening) async fn list(
    conn: &mut Conn,
    act: &Act,
    filter: HitFilter,
    paging: Paging,
) -> sqlx::Result<Page<ScreeningHit>> {
    const UNDECIDED: &str = "h.status in ('open', 'clearing_proposed', 'confirmation_proposed')";
    const DECIDED: &str = "h.status in ('cleared', 'confirmed', 'obsolete')";
    const OVERDUE: &str =
        "h.status in ('open', 'clearing_proposed', 'confirmation_proposed') and h.due_on < ?";
    const IN_TIME: &str =
        "(h.status in ('cleared', 'confirmed', 'obsolete') or h.due_on is null or h.due_on >= ?)";
    let today = act.today();
    let page: Page<ScreeningHit> = listing()
        .filter("h.status = ?", filter.status)
        .filter("w.handle = ?", filter.assignee)
        .only("h.assignee_id is not null", filter.assigned == Some(true))
        .only("h.assignee_id is null", filter.assigned == Some(false))
        .filter(OVERDUE, (filter.overdue == Some(true)).then_some(today))
        .filter(IN_TIME, (filter.overdue == Some(false)).then_some(today))
        .only(UNDECIDED, filter.undecided == Some(true))
        .only(DECIDED, filter.undecided == Some(false))
        .filter("h.party_kind = ?", filter.party_kind)
        .filter("h.party_id = ?", filter.party_id)
        .filter("h.list_id = ?", filter.list_id)
        .filter("h.reference = ?", filter.reference)
        .page(conn, paging)
        .await?;
    Ok(page.map(|hit| hit.seen_by(act)))
}
