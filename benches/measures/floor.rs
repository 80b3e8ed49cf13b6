//! The floor: the rows that an act wrote for one part of the register, written for another part in one transaction of
//! a few set-based statements.
//!
//! What is to be written is laid out in a table of its own before the clock runs: the texts and details of the act on
//! one license, for another. Keys, checks and triggers do what they do for the service.

use std::time::{Duration, Instant};

use anyhow::ensure;
use sqlx::pool::PoolConnection;
use sqlx::{PgPool, Postgres};
use tokio::time::sleep;
use uuid::Uuid;

use crate::Settings;
use crate::readers::{Latencies, Readers};

/// One part of the register beside another.
pub(crate) struct Floor {
    connection: PoolConnection<Postgres>,
    /// The measure that the floor's rows name: it is a draft, so that the service holds nothing for it.
    measure: Uuid,
    /// The numbers of the part that the service works on: the first, and the step to the next.
    first: i64,
    step: i64,
    licenses: i64,
    /// From a license to the one beside it.
    beside: i64,
    /// How many rows each statement is to write.
    laid_out: u64,
}

impl Floor {
    /// Of the licenses of part `ours`, for those of part `other`.
    pub(crate) async fn open(
        pool: &PgPool,
        settings: &Settings,
        ours: i64,
        other: i64,
    ) -> anyhow::Result<Self> {
        let mut connection = pool.acquire().await?;
        for sql in ["set statement_timeout = 0", "drop table if exists floor_rows"] {
            sqlx::query(sql).execute(&mut *connection).await?;
        }
        let mut tx = sqlx::Connection::begin(&mut *connection).await?;
        let measure = Uuid::from_u128(rand::random());
        for sql in [MEASURE, CONTENT, DRAFTED] {
            sqlx::query(sql).bind(measure).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        let step = settings.parts();
        // The numbers of part 0 begin with the step itself.
        let first = if ours == 0 { step } else { ours };
        let second = if other == 0 { step } else { other };
        Ok(Self {
            connection,
            measure,
            first,
            step,
            licenses: settings.licenses,
            beside: second - first,
            laid_out: 0,
        })
    }

    /// Brings both sides to the same beginning: nothing left to write, no entry left for the log, and the planner knows
    /// what is on file.
    pub(crate) async fn settle(&mut self) -> anyhow::Result<()> {
        let behind = "select (select count(*) from audit_entries) > (select count(*) from audit_leaves)";
        while sqlx::query_scalar(behind).fetch_one(&mut *self.connection).await? {
            sleep(Duration::from_millis(500)).await;
        }
        for sql in ["vacuum (analyze) licenses, license_freezes, history", "analyze", "checkpoint"] {
            sqlx::query(sql).execute(&mut *self.connection).await?;
        }
        Ok(())
    }

    /// Freezes the other part as the operation froze ours.
    pub(crate) async fn frozen(&mut self, operation: &Uuid) -> anyhow::Result<Duration> {
        self.write(operation, FROZEN_ROWS, [STEPS, ENTRIES, FREEZES, DECISIONS]).await
    }

    /// Lifts what the floor froze, as the operation lifted ours.
    pub(crate) async fn lifted(&mut self, operation: &Uuid) -> anyhow::Result<Duration> {
        self.write(operation, LIFTED_ROWS, [STEPS, ENTRIES, LIFTINGS, DECISIONS]).await
    }

    /// The same with readers beside the writing alone.
    pub(crate) async fn frozen_beside(
        &mut self,
        operation: &Uuid,
        readers: &Readers<'_>,
    ) -> anyhow::Result<Latencies> {
        self.lay_out(operation, FROZEN_ROWS).await?;
        Ok(readers.beside(self.run([STEPS, ENTRIES, FREEZES, DECISIONS])).await?.1)
    }

    async fn write(
        &mut self,
        like: &Uuid,
        rows: &'static str,
        statements: [&'static str; 4],
    ) -> anyhow::Result<Duration> {
        self.lay_out(like, rows).await?;
        self.run(statements).await
    }

    async fn lay_out(&mut self, like: &Uuid, rows: &'static str) -> anyhow::Result<()> {
        let operation = Uuid::from_u128(rand::random());
        sqlx::query(OPERATION).bind(operation).bind(self.measure).execute(&mut *self.connection).await?;
        let laid_out = sqlx::query(rows)
            .bind(self.first)
            .bind(self.licenses)
            .bind(self.step)
            .bind(self.beside)
            .bind(like)
            .bind(self.measure)
            .bind(operation)
            .execute(&mut *self.connection)
            .await?;
        ensure!(laid_out.rows_affected() > 0, "nothing to write");
        self.laid_out = laid_out.rows_affected();
        self.settle().await
    }

    async fn run(&mut self, statements: [&'static str; 4]) -> anyhow::Result<Duration> {
        let begun = Instant::now();
        let mut tx = sqlx::Connection::begin(&mut *self.connection).await?;
        for sql in statements {
            let done = sqlx::query(sql).execute(&mut *tx).await?;
            ensure!(done.rows_affected() == self.laid_out, "{} rows: {sql}", done.rows_affected());
        }
        tx.commit().await?;
        let took = begun.elapsed();
        sqlx::query("drop table floor_rows").execute(&mut *self.connection).await?;
        Ok(took)
    }
}

const MEASURE: &str = "
    insert into measures (id, reference, version, status, title, content_version, review_on, created_at, updated_at)
    values ($1, 'ME-0000-' || $1, 1, 'draft', 'Floor', 1, current_date + 180, now(), now())";

const CONTENT: &str = "
    insert into measure_contents (measure_id, content_version, title, scope, effects, ground, legal_basis, reasons, starts_on,
                                  review_on, proposed_by, proposed_at)
    values ($1, 1, 'Floor', '{\"destinations\": [\"ZZ\"]}', '[{\"effect\": \"freeze_existing\"}]', 'human_rights', 's. 9',
            'None.', current_date, current_date + 180, '00000000-0000-7000-8000-000000000002', now())";

const DRAFTED: &str = "
    insert into history (subject_id, version, life_cycle, from_status, action, to_status, at, actor_id, actor_role, details,
                         request_id)
    values ($1, 1, 'measure', 'none', 'draft', 'draft', now(), '00000000-0000-7000-8000-000000000002', 'licensing_officer',
            '{}', $1)";

const OPERATION: &str = "
    insert into operations (id, reference, kind, subject_kind, subject_id, requested_by, requested_role, request_id, reasons,
                            status, total, done, skipped, attempts, created_at, updated_at, finished_at)
    values ($1, 'OP-0000-' || $1, 'measure_execution', 'measure', $2, '00000000-0000-7000-8000-000000000002',
            'head_of_agency', $1, 'The floor.', 'succeeded', 0, 0, 0, 0, now(), now(), now())";

/// The columns that freezing and lifting have in common: `a` is a license of ours, `b` the one beside it. New
/// identifiers grow with time, as the service's do.
macro_rules! rows {
    ($freeze:literal, $joined:literal) => {
        concat!(
            "create temp table floor_rows as
             select (lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0') || '70008000'
                     || lpad(to_hex(n), 12, '0'))::uuid as id,
                    b.id as license_id, b.version, b.status, b.exporter_id as owner_id, h.action, h.to_status, h.at,
                    h.actor_id, h.actor_role, h.ground, h.reasons, h.details, h.request_id, e.particulars,
                    $6::uuid as measure_id, $7::uuid as operation_id, d.act, d.matched, d.ground as decided_ground,
                    d.reasons as decided_reasons, d.review_on as decided_review_on,
                    coalesce((select max(o.number) from measure_decisions o
                               where o.measure_id = $6 and o.license_id = b.id), 0) + 1 as decided_number, ",
            $freeze,
            " from generate_series($1::bigint, $2::bigint, $3::bigint) as n
              join licenses a on a.id = ('01890000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid
              join licenses b on b.id = ('01890000-0000-7000-8000-' || lpad(to_hex(n + $4::bigint), 12, '0'))::uuid
              join history h on h.subject_id = a.id and h.version = a.version
              join audit_entries e on e.subject_id = a.id and e.subject_version = a.version
              join measure_decisions d on d.license_id = a.id and d.operation_id = $5 ",
            $joined,
            " order by b.id"
        )
    };
}

const FROZEN_ROWS: &str = rows!(
    "f.reasons as freeze_reasons, f.review_on, f.ground as freeze_ground,
     coalesce((select max(o.number) from license_freezes o where o.license_id = b.id), 0) + 1 as number",
    "join license_freezes f on f.license_id = a.id and f.frozen_version = a.version"
);

const LIFTED_ROWS: &str = rows!(
    "f.lift_reasons, (select max(o.number) from license_freezes o where o.license_id = b.id) as number",
    "join license_freezes f on f.license_id = a.id and f.lifted_version = a.version"
);

const STEPS: &str = "
    insert into history (subject_id, version, life_cycle, prev_version, from_status, action, to_status, at, actor_id,
                         actor_role, ground, reasons, details, owner_id, request_id)
    select license_id, version + 1, 'license', version, status, action, to_status, at, actor_id, actor_role, ground,
           reasons, details, owner_id, request_id
      from floor_rows";

const ENTRIES: &str = "
    insert into audit_entries (id, at, actor_id, actor_role, request_id, act, subject_kind, subject_id, subject_version,
                               owner_id, particulars)
    select id, at, actor_id, actor_role, request_id, 'license.' || action, 'license', license_id, version + 1, owner_id,
           particulars
      from floor_rows";

const FREEZES: &str = "
    insert into license_freezes (id, license_id, number, source, source_id, ground, reasons, review_on, frozen_at, frozen_by,
                                 frozen_version)
    select id, license_id, number, 'measure', measure_id, freeze_ground, freeze_reasons, review_on, at, actor_id, version + 1
      from floor_rows";

const LIFTINGS: &str = "
    update license_freezes f
       set lifted_at = t.at, lifted_by = t.actor_id, lifted_version = t.version + 1, lift_reasons = t.lift_reasons
      from floor_rows t where f.license_id = t.license_id and f.number = t.number and f.lifted_at is null";

const DECISIONS: &str = "
    insert into measure_decisions (id, measure_id, license_id, number, act, content_version, operation_id, matched, ground,
                                   reasons, review_on, decided_by, decided_at, batch_id)
    select id, measure_id, license_id, decided_number, act, 1, operation_id, matched, decided_ground, decided_reasons,
           decided_review_on, actor_id, at, operation_id
      from floor_rows";
