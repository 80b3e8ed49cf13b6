//! The statements of flags.

use uuid::Uuid;

use crate::act::Act;
use crate::db::Conn;
use crate::rules::screening_flag::Status;
use crate::rules::screening_hit;

/// How many flags are raised or withdrawn at a time.
pub(in crate::screening) const BATCH: usize = 500;

/// A hit whose flags are due.
pub(in crate::screening) struct Due {
    pub(in crate::screening) id: Uuid,
    pub(in crate::screening) reference: String,
    pub(in crate::screening) status: screening_hit::Status,
    pub(in crate::screening) party_id: Uuid,
}

/// The next hit whose flags are due, held until the transaction ends.
pub(in crate::screening) async fn due(conn: &mut Conn) -> sqlx::Result<Option<Due>> {
    sqlx::query_as!(
        Due,
        r#"select id, reference, status as "status: screening_hit::Status", party_id
             from screening_hits where flags_due order by id limit 1 for update skip locked"#,
    )
    .fetch_optional(conn)
    .await
}

/// Notes that the flags of a hit are as they should be.
pub(in crate::screening) async fn done(conn: &mut Conn, hit: Uuid) -> sqlx::Result<()> {
    sqlx::query!("update screening_hits set flags_due = false where id = $1", hit).execute(conn).await?;
    Ok(())
}

/// A license or an application that a hit touches: with the flag that was withdrawn from it, if there is one.
pub(in crate::screening) struct Touched {
    pub(in crate::screening) license_id: Option<Uuid>,
    pub(in crate::screening) application_id: Option<Uuid>,
    pub(in crate::screening) flag_id: Option<Uuid>,
    pub(in crate::screening) version: Option<i32>,
}

/// A batch of the licenses in force and open applications of a party that carry no flag of the hit.
pub(in crate::screening) async fn touched(
    conn: &mut Conn,
    hit: Uuid,
    party: Uuid,
) -> sqlx::Result<Vec<Touched>> {
    sqlx::query_as!(
        Touched,
        r#"select t.license_id, t.application_id, f.id as "flag_id?", f.version as "version?"
             from (select l.id as license_id, null::uuid as application_id from licenses l
                    where l.exporter_id = $2 and l.status in ('active', 'frozen')
                   union select l.id, null from licenses l
                    where l.end_user_id = $2 and l.status in ('active', 'frozen')
                   union select l.id, null from licenses l
                     join application_consignees n on n.application_id = l.application_id
                    where n.consignee_id = $2 and l.status in ('active', 'frozen')
                   union select null, a.id from applications a
                     join application_consignees n on n.application_id = a.id
                    where n.consignee_id = $2
                      and a.status in ('submitted', 'returned', 'in_review', 'information_requested', 'referred')
                   union select null, a.id from applications a
                    where a.exporter_id = $2
                      and a.status in ('submitted', 'returned', 'in_review', 'information_requested', 'referred')
                   union select null, a.id from applications a
                    where a.end_user_id = $2
                      and a.status in ('submitted', 'returned', 'in_review', 'information_requested', 'referred')) t
             left join screening_flags f
                    on f.hit_id = $1 and (f.license_id = t.license_id or f.application_id = t.application_id)
            where f.id is null or f.status = 'withdrawn'
            order by t.license_id, t.application_id limit 500"#,
        hit,
        party,
    )
    .fetch_all(conn)
    .await
}

/// Inserts flags; their first steps follow.
pub(in crate::screening) async fn insert(
    conn: &mut Conn,
    act: &Act,
    hit: Uuid,
    flags: &[(Uuid, &Touched)],
) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = flags.iter().map(|(id, _)| *id).collect();
    let licenses: Vec<Option<Uuid>> = flags.iter().map(|(_, touched)| touched.license_id).collect();
    let applications: Vec<Option<Uuid>> = flags.iter().map(|(_, touched)| touched.application_id).collect();
    sqlx::query!(
        "insert into screening_flags (id, version, status, hit_id, license_id, application_id, created_at, updated_at)
         select n.id, 1, $2, $1, n.license_id, n.application_id, $3, $3
           from unnest($4::uuid[], $5::uuid[], $6::uuid[]) as n (id, license_id, application_id)",
        hit,
        Status::Raised.name(),
        act.at,
        &ids,
        &licenses as &[Option<Uuid>],
        &applications as &[Option<Uuid>],
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A batch of the flags of a hit that are raised: each with its version and what it is on.
pub(in crate::screening) async fn raised(conn: &mut Conn, hit: Uuid) -> sqlx::Result<Vec<Touched>> {
    sqlx::query_as!(
        Touched,
        r#"select license_id, application_id, id as "flag_id?", version as "version?"
             from screening_flags where hit_id = $1 and status = 'raised' order by id limit 500"#,
        hit,
    )
    .fetch_all(conn)
    .await
}
