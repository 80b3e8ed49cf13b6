//! Comparing what the registry holds with its entries, set by set. Each statement gives what is unlike, which is nothing.

use sqlx::AssertSqlSafe;
use uuid::Uuid;

use crate::db::Conn;

/// How much of one kind is listed.
pub(super) const LISTED: i64 = 1000;

/// A resource that is not as its entries say.
#[derive(Debug, sqlx::FromRow)]
pub(in crate::examination) struct Unlike {
    pub(super) index: Option<i64>,
    pub(in crate::examination) subject_id: Uuid,
    pub(in crate::examination) version: i32,
}

impl Unlike {
    /// The index of the log that it touches.
    pub(in crate::examination) fn index(&self) -> Option<u64> {
        self.index.and_then(|index| u64::try_from(index).ok())
    }
}

/// Entries that are not in the log.
pub(in crate::examination) async fn outside_the_log(conn: &mut Conn) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select e.id from audit_entries e where not exists (select from audit_leaves l where l.entry_id = e.id)
          order by e.id limit $1",
        LISTED,
    )
    .fetch_all(conn)
    .await
}

/// The batches of views that are not what their entries say, by the digest that is described in `views`.
pub(in crate::examination) async fn views_unlike_entries(conn: &mut Conn) -> sqlx::Result<Vec<Unlike>> {
    sqlx::query_as!(
        Unlike,
        r#"with batch as (
               select v.batch_id, count(*) as views,
                      string_agg(concat((extract(epoch from v.at) * 1000000)::bigint, '|', v.person_id, '|', v.role, '|',
                                        v.token_id, '|', v.subject_kind, '|', v.subject_id, '|', v.route, '|',
                                        v.request_id, E'\n'), '' order by v.number) as lines
                 from file_views v group by v.batch_id),
           entered as (
               select e.subject_id, l.index, (e.particulars ->> 'views')::bigint as views,
                      e.particulars ->> 'sha256' as sha256
                 from audit_entries e left join audit_leaves l on l.entry_id = e.id
                where e.act = 'view.record' and e.outcome = 'done')
           select entered.index as "index?", coalesce(entered.subject_id, batch.batch_id) as "subject_id!", 0 as "version!"
             from batch full join entered on entered.subject_id = batch.batch_id
            where entered.views is distinct from coalesce(batch.views, 0)
               or entered.sha256 is distinct from encode(sha256(convert_to(coalesce(batch.lines, ''), 'UTF8')), 'hex')
            order by entered.index limit $1"#,
        LISTED,
    )
    .fetch_all(conn)
    .await
}

/// The life cycles and the tables whose rows they move.
pub(in crate::examination) async fn life_cycles(conn: &mut Conn) -> sqlx::Result<Vec<(String, String)>> {
    let rows = sqlx::query!("select name, table_name from life_cycles").fetch_all(conn).await?;
    Ok(rows.into_iter().map(|row| (row.name, row.table_name)).collect())
}

/// The resources of a life cycle that do not stand where their last step led, or are gone, or came without a step.
pub(in crate::examination) async fn standing_elsewhere(
    conn: &mut Conn,
    cycle: &str,
    table: &str,
) -> sqlx::Result<Vec<Unlike>> {
    // The name of a table cannot be a parameter; this one comes from the registry's own list.
    let statement = format!(
        r#"with last as (
               select distinct on (subject_id) subject_id, version, to_status from history
                where life_cycle = $1 order by subject_id, version desc)
           select (select max(l.index) from audit_leaves l where l.subject_id = coalesce(r.id, last.subject_id)) as index,
                  coalesce(r.id, last.subject_id) as subject_id, coalesce(r.version, last.version) as version
             from "{table}" r full join last on last.subject_id = r.id
            where (r.version, r.status::text) is distinct from (last.version, last.to_status)
            order by 1, 2 limit $2"#
    );
    sqlx::query_as(AssertSqlSafe(statement)).bind(cycle).bind(LISTED).fetch_all(conn).await
}

/// The kinds of resources that entries are about.
pub(in crate::examination) async fn kinds(conn: &mut Conn) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        r#"select distinct subject_kind as "kind!" from audit_entries where subject_kind is not null order by 1"#
    )
    .fetch_all(conn)
    .await
}

/// What has no life cycle and came without an entry: people, keys, batches, editions. The two people that hold no key are the registry itself, which stands as it was
/// made.
pub(in crate::examination) async fn without_an_entry(conn: &mut Conn) -> sqlx::Result<Vec<(String, Uuid)>> {
    let rows = sqlx::query!(
        r#"with made (id, handle, role) as (values
               ('00000000-0000-7000-8000-000000000001'::uuid, 'clock', 'clock'),
               ('00000000-0000-7000-8000-000000000002', 'command-line', 'licensing_officer'))
           select 'person' as "kind!", coalesce(p.id, made.id) as "id!" from people p full join made on made.id = p.id
            where made.id is not null and (p.handle, p.role, p.created_at, p.ministry, p.exporter_id)
                      is distinct from (made.handle, made.role, '2020-01-01Z'::timestamptz, null, null)
               or made.id is null and not exists (
                      select from audit_entries e where e.subject_id = p.id and e.outcome = 'done')
           union all
           select w.kind, w.id from contents_without_entry() w
            order by 1, 2 limit $1"#,
        LISTED,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.kind, row.id)).collect())
}

/// The resources of a kind that are not what they were at their last entry, by the digest in its leaf. One with an entry
/// that is not in the log yet is left out: what that entry did is not in a leaf.
pub(in crate::examination) async fn contents_unlike_leaves(
    conn: &mut Conn,
    kind: &str,
) -> sqlx::Result<Vec<Unlike>> {
    sqlx::query_as!(
        Unlike,
        r#"with last as materialized (
               select distinct on (l.subject_id) l.subject_id, l.index, e.subject_version, e.content_salt,
                      e.content_scheme, convert_from(l.leaf, 'UTF8')::jsonb ->> 'content' as content
                 from audit_leaves l join audit_entries e on e.id = l.entry_id
                where e.subject_kind = $1 and e.outcome = 'done'
                order by l.subject_id, l.index desc),
           now as materialized (
               select c.id, c.content
                 from (select content_scheme, array_agg(subject_id) as ids from last group by content_scheme) s
                cross join lateral audit_content($1, s.ids, s.content_scheme) c)
           select last.index as "index?", last.subject_id as "subject_id!", coalesce(last.subject_version, 0) as "version!"
             from last
             left join now on now.id = last.subject_id
            where decode(last.content, 'hex') is distinct from sha256(last.content_salt || convert_to(now.content::text, 'UTF8'))
              and not exists (select from audit_entries e where e.subject_id = last.subject_id and e.outcome = 'done'
                                 and not exists (select from audit_leaves l where l.entry_id = e.id))
            order by last.index limit $2"#,
        kind,
        LISTED,
    )
    .fetch_all(conn)
    .await
}

/// The measures of which a day until when a declaration is required is gone, though decisions name it.
pub(in crate::examination) async fn deadlines_gone(conn: &mut Conn) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        r#"select distinct d.measure_id from measure_decisions d
            where d.due_on is not null
              and not exists (select from measure_deadlines l where l.measure_id = d.measure_id and l.due_on = d.due_on)
            order by 1 limit $1"#,
        LISTED,
    )
    .fetch_all(conn)
    .await
}
