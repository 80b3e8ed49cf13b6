//! The statements of hearings.

use crate::db::Conn;

use crate::act::{Act, Actor};
use crate::ids::{PersonId, RevocationId};
use crate::revocations::model::{Hearing, NewHearing};
use crate::rules::authority::Role;

/// Who is to have chaired a hearing.
pub(in crate::revocations) struct Chair {
    pub(in crate::revocations) id: PersonId,
    pub(in crate::revocations) role: Role,
    /// Whether it is who gave notice.
    pub(in crate::revocations) gave_notice: bool,
}

/// Looks up a person by handle.
pub(in crate::revocations) async fn chair(
    conn: &mut Conn,
    id: RevocationId,
    handle: &str,
) -> sqlx::Result<Option<Chair>> {
    sqlx::query_as!(
        Chair,
        r#"select p.id as "id: PersonId", p.role as "role: Role", r.intended_by = p.id as "gave_notice!"
             from people p, revocations r where p.handle = $2 and r.id = $1"#,
        id.0,
        handle,
    )
    .fetch_optional(conn)
    .await
}

/// Inserts a hearing. Gives its number.
pub(in crate::revocations) async fn insert(
    conn: &mut Conn,
    act: &Act,
    id: RevocationId,
    chair: PersonId,
    new: &NewHearing,
) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        r#"insert into revocation_hearings (revocation_id, number, held_on, chaired_by, intended_by, minutes, recorded_by,
                                            recorded_at)
           select r.id, (select coalesce(max(h.number), 0) + 1 from revocation_hearings h where h.revocation_id = r.id), $2,
                  $3, r.intended_by, $4, $5, $6
             from revocations r where r.id = $1
           returning number"#,
        id.0,
        new.held_on,
        chair.0,
        new.minutes.as_str(),
        act.actor.person.0,
        act.at,
    )
    .fetch_one(conn)
    .await
}

/// The hearings of a proceeding, the first one first.
pub(in crate::revocations) async fn list(
    conn: &mut Conn,
    actor: &Actor,
    id: RevocationId,
) -> sqlx::Result<Vec<Hearing>> {
    sqlx::query_as!(
        Hearing,
        r#"select h.number, h.held_on, case when $2 then p.handle end as chaired_by, h.minutes, h.recorded_at
             from revocation_hearings h left join people p on p.id = h.chaired_by
            where h.revocation_id = $1 order by h.number"#,
        id.0,
        actor.sees_only().is_none(),
    )
    .fetch_all(conn)
    .await
}
