//! The statement that reads the rules of the database. It names nothing that the schema itself could have replaced.

use crate::db::Conn;

/// The SHA-256 over the schema as Postgres tells it: functions, triggers, policies, constraints, columns, indexes, views and
/// whether tables are under row security; and the major version of the server, which words some of it.
pub(in crate::evidence) async fn told(conn: &mut Conn) -> sqlx::Result<(String, i32)> {
    let row = sqlx::query!(
        r#"with kept as (
               select c.oid, c.relname, c.relkind, c.relrowsecurity, c.relforcerowsecurity
                 from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
                where n.nspname = 'public' and c.relkind in ('r', 'p', 'v', 'm') and c.relname <> '_sqlx_migrations'),
           line (says) as (
               select pg_catalog.concat_ws(' ', 'table', relname, relkind, relrowsecurity, relforcerowsecurity) from kept
               union all
               select pg_catalog.concat_ws(' ', 'view', relname, pg_catalog.pg_get_viewdef(oid)) from kept where relkind in ('v', 'm')
               union all
               select pg_catalog.concat_ws(' ', 'column', k.relname, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod),
                          a.attnotnull, a.attgenerated, pg_catalog.pg_get_expr(d.adbin, d.adrelid))
                 from kept k join pg_catalog.pg_attribute a on a.attrelid = k.oid and a.attnum > 0 and not a.attisdropped
                 left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
               union all
               select pg_catalog.concat_ws(' ', 'constraint', k.relname, o.conname, o.convalidated, pg_catalog.pg_get_constraintdef(o.oid))
                 from kept k join pg_catalog.pg_constraint o on o.conrelid = k.oid
               union all
               select pg_catalog.concat_ws(' ', 'index', pg_catalog.pg_get_indexdef(i.indexrelid), i.indisvalid)
                 from kept k join pg_catalog.pg_index i on i.indrelid = k.oid
               union all
               select pg_catalog.concat_ws(' ', 'trigger', k.relname, t.tgname, t.tgenabled, pg_catalog.pg_get_triggerdef(t.oid))
                 from kept k join pg_catalog.pg_trigger t on t.tgrelid = k.oid where not t.tgisinternal
               union all
               select pg_catalog.concat_ws(' ', 'policy', k.relname, p.polname, p.polcmd, p.polpermissive,
                          (select pg_catalog.string_agg(r.rolname, ',' order by r.rolname) from pg_catalog.pg_roles r
                            where r.oid = any (p.polroles) and r.oid <> c.relowner),
                          pg_catalog.pg_get_expr(p.polqual, p.polrelid), pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid))
                 from kept k join pg_catalog.pg_policy p on p.polrelid = k.oid join pg_catalog.pg_class c on c.oid = k.oid
               union all
               select pg_catalog.concat_ws(' ', 'function', p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid),
                          pg_catalog.pg_get_function_result(p.oid), l.lanname, p.provolatile, p.prosecdef, p.proconfig, p.prosrc)
                 from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
                 join pg_catalog.pg_language l on l.oid = p.prolang
                where n.nspname = 'public')
           select pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(
                      pg_catalog.string_agg(says, E'\n' order by says collate pg_catalog."C"), 'UTF8')), 'hex') as "sha256!",
                  pg_catalog.current_setting('server_version_num')::integer / 10000 as "server!"
             from line"#,
    )
    .fetch_one(conn)
    .await?;
    Ok((row.sha256, row.server))
}

/// What was recorded of it last, and where in the log that stands, if it does yet.
pub(in crate::evidence) async fn recorded(
    conn: &mut Conn,
) -> sqlx::Result<Option<(serde_json::Value, Option<i64>)>> {
    let row = sqlx::query!(
        r#"select e.particulars as "particulars!", (select l.index from audit_leaves l where l.entry_id = e.id) as index
             from audit_entries e
            where e.act = 'schema.record' and e.outcome = 'done' and e.particulars is not null
            order by (select l.index from audit_leaves l where l.entry_id = e.id) desc nulls first, e.id desc limit 1"#,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| (row.particulars, row.index)))
}
