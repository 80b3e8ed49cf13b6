//! The schema explains itself: comments everywhere, and names that a program can tell apart.

use crate::support::database::TestDatabase;

/// What a query finds wrong, one line each.
async fn wrong(query: &'static str) -> Vec<String> {
    let database = TestDatabase::create().await;
    sqlx::query_scalar(query).fetch_all(database.pool()).await.expect("a list")
}

#[tokio::test]
async fn every_table_and_column_is_explained() {
    let silent = wrong(
        "select c.relname || coalesce('.' || a.attname, '') from pg_class c
           left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
          where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
            and c.relname <> '_sqlx_migrations'
            and (coalesce(obj_description(c.oid, 'pg_class'), '') = '' or coalesce(col_description(c.oid, a.attnum), '') = '')
          order by 1",
    )
    .await;
    assert_eq!(silent, Vec::<String>::new());
}

#[tokio::test]
async fn every_function_is_explained() {
    let silent = wrong(
        "select p.proname::text from pg_proc p where p.pronamespace = 'public'::regnamespace
            and coalesce(obj_description(p.oid, 'pg_proc'), '') = '' order by 1",
    )
    .await;
    assert_eq!(silent, Vec::<String>::new());
}

/// Names that Postgres makes up end so; ours say what is kept, and start with their table.
#[tokio::test]
async fn every_constraint_is_named_by_us() {
    let nameless = wrong(
        "select conrelid::regclass || ': ' || conname from pg_constraint
          where connamespace = 'public'::regnamespace and conrelid <> 0
            and conrelid::regclass::text <> '_sqlx_migrations' and contype <> 'n'
            and (conname ~ '_(pkey|fkey|key|check|excl)[0-9]*$'
                 or not starts_with(conname::text, conrelid::regclass::text || '_') and contype <> 't')
          order by 1",
    )
    .await;
    assert_eq!(nameless, Vec::<String>::new());
}

#[tokio::test]
async fn every_index_is_named_by_us() {
    let nameless = wrong(
        "select indexname::text from pg_indexes where schemaname = 'public' and tablename <> '_sqlx_migrations'
            and indexname !~ '_(pk|uq|ix)$' order by 1",
    )
    .await;
    assert_eq!(nameless, Vec::<String>::new());
}

/// Quantities and money are exact, times have their zone.
#[tokio::test]
async fn nothing_is_lenient_about_money_or_time() {
    let loose = wrong(
        "select table_name || '.' || column_name from information_schema.columns
          where table_schema = 'public' and table_name <> '_sqlx_migrations'
            and data_type in ('real', 'double precision', 'money', 'timestamp without time zone',
                              'character varying', 'character', 'json', 'time with time zone')
          order by 1",
    )
    .await;
    assert_eq!(loose, Vec::<String>::new(), "numeric, timestamptz, text and jsonb only");
}

/// No statement of the schema reads the server's clock or its randomness: time and ids are given.
#[tokio::test]
async fn no_default_makes_up_a_value() {
    let made_up = wrong(
        "select d.adrelid::regclass || ': ' || pg_get_expr(d.adbin, d.adrelid) from pg_attrdef d
           join pg_class c on c.oid = d.adrelid join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
          where c.relnamespace = 'public'::regnamespace and c.relname <> '_sqlx_migrations' and a.attgenerated = ''
         union all
         select proname::text from pg_proc where pronamespace = 'public'::regnamespace
            and prosrc ~* '(now\\(|clock_timestamp|current_timestamp|current_date|random\\(|gen_random_uuid|nextval)'
          order by 1",
    )
    .await;
    // The key of the outbox is the order in which events became visible, which only the server knows. So it is with the
    // transaction of an entry; its salts are made where it is, without a way to the server more for each.
    let salt = "audit_entries: (uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))";
    let given = [
        "audit_entries: 'done'::text",
        salt,
        salt,
        salt,
        "audit_entries: 2",
        "audit_entries: pg_current_xact_id()",
        "outbox_key",
    ];
    assert_eq!(made_up, given);
}

#[tokio::test]
async fn every_table_is_under_row_security() {
    let open = wrong(
        "select c.relname::text from pg_class c
          where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname <> '_sqlx_migrations'
            and not (c.relrowsecurity and c.relforcerowsecurity
                     and exists (select from pg_policy p where p.polrelid = c.oid and 'registry_office'::regrole = any (p.polroles)))
          order by 1",
    )
    .await;
    assert_eq!(open, Vec::<String>::new(), "call guard_rows() for it");
}

/// A rule that saw only the caller's rows would miss what stands against a step.
#[tokio::test]
async fn every_trigger_sees_every_row() {
    let blind = wrong(
        "select p.proname::text from pg_proc p where p.pronamespace = 'public'::regnamespace
            and p.prorettype = 'trigger'::regtype
            and not (p.prosecdef and 'search_path=public, pg_temp' = any (p.proconfig)) order by 1",
    )
    .await;
    assert_eq!(blind, Vec::<String>::new(), "call empower_rules() after making it");
}

/// A key over what is another's would tell an exporter that it is there.
#[tokio::test]
async fn no_key_that_an_exporter_writes_is_shared_by_exporters() {
    let shared = wrong(
        "select i.indexrelid::regclass::text from pg_index i
          where i.indisunique and i.indrelid in (select oid from pg_class where relnamespace = 'public'::regnamespace)
            and not exists (
                select from pg_attribute a where a.attrelid = i.indrelid and a.attnum = any (i.indkey)
                   and (a.attname in ('id', 'reference') or a.attname like '%\\_id'
                        or not has_column_privilege('registry_exporter', i.indrelid, a.attnum, 'insert, update')))
          order by 1",
    )
    .await;
    assert_eq!(shared, Vec::<String>::new());
}

/// An erasure takes what names a person from any table; what refuses a change of one stands aside for it alone.
#[tokio::test]
async fn every_table_lets_an_erasure_through_and_nothing_else() {
    let closed = wrong(
        "select c.relname::text from pg_class c
          where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
            and c.relname not in ('_sqlx_migrations', 'erasures', 'audit_leaves', 'audit_tiles', 'audit_checkpoints',
                                  'audit_cosignatures', 'audit_keys', 'life_cycle_transitions')
            and (not exists (select from pg_trigger g where g.tgrelid = c.oid and g.tgname = c.relname || '_erased_only')
                 or exists (select from pg_trigger g
                             where g.tgrelid = c.oid and not g.tgisinternal and g.tgtype::integer & 18 = 18
                               and g.tgname not like '%\\_no\\_step\\_back'
                               and pg_get_triggerdef(g.oid) not like '%registry.erasure%'))
          order by 1",
    )
    .await;
    assert_eq!(closed, Vec::<String>::new(), "call admit_erasures() after making it");
}
