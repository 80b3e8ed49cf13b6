//! The statements of packs.

use uuid::Uuid;

use super::model::{Content, Declared, Entry};
use crate::db::Conn;
use crate::ids::LicenseId;

/// The license and what it rests on or what was done about it: its application, the declarations that the application
/// used, the consignees it names, its proceedings, the objections to all of that.
pub(super) async fn related(conn: &mut Conn, id: LicenseId) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        r#"with own as (select id, application_id from licenses where id = $1),
                proceeding as (select id from revocations where license_id = $1)
           select id as "id!" from own
           union select application_id from own where application_id is not null
           union select u.declaration_id from declaration_uses u join own on own.application_id = u.application_id
           union select n.consignee_id from application_consignees n join own on own.application_id = n.application_id
           union select id from proceeding
           union select o.id from objections o
                  where o.license_id = $1 or o.revocation_id in (select id from proceeding)
                     or o.application_id = (select application_id from own)"#,
        id.0,
    )
    .fetch_all(conn)
    .await
}

/// How many entries on these resources there are.
pub(super) async fn count(conn: &mut Conn, subjects: &[Uuid]) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from audit_entries where subject_id = any($1)"#,
        subjects,
    )
    .fetch_one(conn)
    .await
}

/// The entries on these resources that a log of this size has, in its order.
pub(super) async fn entries(conn: &mut Conn, subjects: &[Uuid], size: i64) -> sqlx::Result<Vec<Entry>> {
    sqlx::query_as::<_, Entry>(
        "select l.index, convert_from(l.leaf, 'UTF8') as leaf, e.particulars, encode(e.salt, 'hex') as salt, e.verdict,
                case when e.verdict is not null then encode(e.verdict_salt, 'hex') end as verdict_salt
           from audit_leaves l join audit_entries e on e.id = l.entry_id
          where l.subject_id = any($1) and l.index < $2
          order by l.index",
    )
    .bind(subjects)
    .bind(size)
    .fetch_all(conn)
    .await
}

/// What is held on these resources, with the salt of the last entry on each.
pub(super) async fn contents(conn: &mut Conn, subjects: &[Uuid]) -> sqlx::Result<Vec<Content>> {
    sqlx::query_as!(
        Content,
        r#"with last as materialized (
               select distinct on (l.subject_id) l.subject_id, l.index, e.subject_kind, e.content_salt, e.content_scheme
                 from audit_leaves l join audit_entries e on e.id = l.entry_id
                where l.subject_id = any($1) and e.outcome = 'done'
                order by l.subject_id, l.index desc),
           held as materialized (
               select c.id, c.content
                 from (select subject_kind, content_scheme, array_agg(subject_id) as ids from last
                        group by subject_kind, content_scheme) s
                cross join lateral audit_content(s.subject_kind, s.ids, s.content_scheme) c)
           select last.subject_id as "subject!", encode(last.content_salt, 'hex') as "salt!", held.content::text as "text!"
             from held join last on last.subject_id = held.id
            where last.content_salt is not null
            order by last.index"#,
        subjects,
    )
    .fetch_all(conn)
    .await
}

/// The declarations that the license rests on.
pub(super) async fn declarations(conn: &mut Conn, id: LicenseId) -> sqlx::Result<Vec<Declared>> {
    sqlx::query_as!(
        Declared,
        r#"select d.id, t.template_version, d.document_sha256
             from licenses l
             join declaration_uses u on u.application_id = l.application_id
             join declarations d on d.id = u.declaration_id
             join declaration_templates t on t.id = d.template_id
            where l.id = $1 order by d.id"#,
        id.0,
    )
    .fetch_all(conn)
    .await
}
