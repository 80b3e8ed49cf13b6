//! A million licenses through SQL.

use chrono::NaiveDate;
use sqlx::PgPool;

use super::data::Plan;

/// How many licenses one transaction loads.
const BATCH: i64 = 50_000;

/// Loads licenses as an import would, with every trigger and key in place: the steps, the audit entries, the lines.
pub(super) async fn load(
    pool: &PgPool,
    exporters: &[String],
    plan: Plan<'_>,
    until: NaiveDate,
) -> anyhow::Result<()> {
    let Plan { licenses, destinations, .. } = plan;
    let mut tx = pool.begin().await?;
    sqlx::query(IMPORT).bind(licenses).execute(&mut *tx).await?;
    for sql in [IMPORT_STEP, IMPORT_ENTRY] {
        sqlx::query(sql).execute(&mut *tx).await?;
    }
    tx.commit().await?;
    let mut first = 1;
    while first <= licenses {
        let last = licenses.min(first + BATCH - 1);
        let mut tx = pool.begin().await?;
        sqlx::query("set local statement_timeout = 0").execute(&mut *tx).await?;
        let rows = sqlx::query(LICENSES).bind(first).bind(last).bind(exporters).bind(until);
        rows.bind(destinations).execute(&mut *tx).await?;
        for sql in [LINES, STEPS, ENTRIES, LATER_STEPS, LATER_ENTRIES, FREEZES] {
            sqlx::query(sql).bind(first).bind(last).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        eprint!("\r{last} of {licenses} licenses loaded");
        first = last + 1;
    }
    eprintln!();
    let mut connection = pool.acquire().await?;
    for sql in ["set statement_timeout = 0", "vacuum (analyze)", "checkpoint"] {
        sqlx::query(sql).execute(&mut *connection).await?;
    }
    Ok(())
}

const IMPORT: &str = "
    insert into imports (id, reference, version, status, source, profile_name, profile, file_name, input_sha256, rows_read,
                         rows_accepted, rows_rejected, licenses_created, licenses_unchanged, created_at, updated_at)
    values ('01880000-0000-7000-8000-000000000000', 'IM-2021-000001', 1, 'completed', 'bench', 'bench', '', 'bench.csv',
            repeat('0', 64), $1, $1, 0, $1, 0, '2021-01-04T00:00:00Z', '2021-01-04T00:00:00Z')";

const IMPORT_STEP: &str = "
    insert into history (subject_id, version, life_cycle, from_status, action, to_status, at, actor_id, actor_role, details,
                         request_id)
    select id, 1, 'import', 'none', 'complete', 'completed', created_at, '00000000-0000-7000-8000-000000000002',
           'licensing_officer', '{}', id
      from imports";

const IMPORT_ENTRY: &str = "
    insert into audit_entries (id, at, actor_id, actor_role, request_id, act, subject_kind, subject_id, subject_version,
                               particulars)
    select subject_id, at, actor_id, actor_role, request_id, 'import.complete', 'import', subject_id, 1, '{}'
      from history where life_cycle = 'import'";

const LICENSES: &str = "
    insert into licenses (id, reference, version, status, kind, exporter_id, destinations, via, issued_on, valid_until,
                          end_use, import_id, source, source_number, source_sha256, created_at, updated_at)
    select ('01890000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'HL-2021-' || to_char(n, 'FM9000000'), 1, 'active',
           'export', ($3::text[])[1 + n % cardinality($3::text[])]::uuid,
           array[($5::text[])[1 + n % cardinality($5::text[])]], '{}',
           '2021-01-04'::date + (n % 365)::integer, $4::date, 'Training.', '01880000-0000-7000-8000-000000000000', 'bench',
           n::text, repeat('0', 64), '2021-01-04T00:00:00Z', '2021-01-04T00:00:00Z'
      from generate_series($1::bigint, $2::bigint) as n";

const LINES: &str = "
    insert into license_lines (license_id, line, control_codes, description, quantity, unit, value, currency, drawn)
    select ('01890000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, line,
           array[(array['ML5', 'ML10.a', '6A003.b.4', '5A002'])[1 + (n + line) % 4]], 'Electro-optical sight, model ' || n % 97,
           1 + n % 1000, 'piece', 1000 + n % 1000000, 'EUR', 0
      from generate_series($1::bigint, $2::bigint) as n, generate_series(1, (1 + n % 2)::integer) as line";

const STEPS: &str = "
    insert into history (subject_id, version, life_cycle, from_status, action, to_status, at, actor_id, actor_role, details,
                         owner_id, request_id)
    select id, 1, 'license', 'none', 'import', 'active', created_at, '00000000-0000-7000-8000-000000000002',
           'licensing_officer', jsonb_build_object('importId', import_id), exporter_id, import_id
      from licenses
     where id between ('01890000-0000-7000-8000-' || lpad(to_hex($1::bigint), 12, '0'))::uuid
                  and ('01890000-0000-7000-8000-' || lpad(to_hex($2::bigint), 12, '0'))::uuid";

const ENTRIES: &str = "
    insert into audit_entries (id, at, actor_id, actor_role, request_id, act, subject_kind, subject_id, subject_version,
                               owner_id, particulars)
    select id, created_at, '00000000-0000-7000-8000-000000000002', 'licensing_officer', import_id, 'license.import',
           'license', id, 1, exporter_id,
           jsonb_build_object('from', 'none', 'to', 'active', 'details', jsonb_build_object('importId', import_id))
      from licenses
     where id between ('01890000-0000-7000-8000-' || lpad(to_hex($1::bigint), 12, '0'))::uuid
                  and ('01890000-0000-7000-8000-' || lpad(to_hex($2::bigint), 12, '0'))::uuid";

/// One license in twenty was frozen once, and thawed.
const LATER_STEPS: &str = "
    insert into history (subject_id, version, life_cycle, prev_version, from_status, action, to_status, at, actor_id,
                         actor_role, ground, reasons, details, owner_id, request_id)
    select l.id, t.version, 'license', t.version - 1, t.from_status, t.action, t.to_status, l.created_at + '1 day',
           '00000000-0000-7000-8000-000000000002', 'licensing_officer', 'foreign_relations', 'Under review.',
           '{\"freeze\": 1}', l.exporter_id, l.import_id
      from generate_series($1::bigint, $2::bigint) as n
      join licenses l on l.id = ('01890000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid
     cross join (values (2, 'active', 'freeze', 'frozen'), (3, 'frozen', 'unfreeze', 'active'))
                as t (version, from_status, action, to_status)
     where n % 20 = 0";

const LATER_ENTRIES: &str = "
    insert into audit_entries (id, at, actor_id, actor_role, request_id, act, subject_kind, subject_id, subject_version,
                               owner_id, particulars)
    select md5(h.subject_id::text || h.version)::uuid, h.at, h.actor_id, h.actor_role, h.request_id, 'license.' || h.action,
           'license', h.subject_id, h.version, h.owner_id, h.details
      from generate_series($1::bigint, $2::bigint) as n
      join history h on h.subject_id = ('01890000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid and h.version > 1
     where n % 20 = 0";

const FREEZES: &str = "
    insert into license_freezes (id, license_id, number, source, ground, reasons, review_on, frozen_at, frozen_by,
                                 frozen_version, lifted_at, lifted_by, lifted_version, lift_reasons)
    select id, id, 1, 'decision', 'foreign_relations', 'Under review.', '2021-06-01', updated_at,
           '00000000-0000-7000-8000-000000000002', 2, updated_at, '00000000-0000-7000-8000-000000000002', 3, 'Reviewed.'
      from generate_series($1::bigint, $2::bigint) as n
      join licenses l on l.id = ('01890000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid
     where n % 20 = 0";
