//! A register with one of everything, written in plain SQL as an administrator of the database would.

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _};

use crate::support::database::TestDatabase;

pub(crate) const HEAD: &str = "00000000-0000-7000-8000-000000000003";
pub(crate) const SECOND: &str = "00000000-0000-7000-8000-000000000004";
pub(crate) const EXPORTER: &str = "00000000-0000-7000-8000-000000000010";
pub(crate) const PRODUCT: &str = "00000000-0000-7000-8000-000000000020";
pub(crate) const SPARE_PRODUCT: &str = "00000000-0000-7000-8000-000000000021";
pub(crate) const END_USER: &str = "00000000-0000-7000-8000-000000000030";
pub(crate) const TEMPLATE: &str = "00000000-0000-7000-8000-000000000040";
pub(crate) const DECLARATION: &str = "00000000-0000-7000-8000-000000000050";
/// Granted, with [`DECISION`] and [`LICENSE`].
pub(crate) const GRANTED: &str = "00000000-0000-7000-8000-000000000060";
/// In review, with the decision [`PROPOSAL`] waiting for its countersignature.
pub(crate) const IN_REVIEW: &str = "00000000-0000-7000-8000-000000000061";
pub(crate) const DRAFT: &str = "00000000-0000-7000-8000-000000000062";
pub(crate) const DECISION: &str = "00000000-0000-7000-8000-000000000070";
pub(crate) const PROPOSAL: &str = "00000000-0000-7000-8000-000000000071";
/// Active, one line of 10 pieces of which 4 are drawn.
pub(crate) const LICENSE: &str = "00000000-0000-7000-8000-000000000080";
/// For what a test adds.
pub(crate) const NEW: &str = "00000000-0000-7000-8000-0000000000f0";
pub(crate) const NEWER: &str = "00000000-0000-7000-8000-0000000000f1";

/// A step of a history.
pub(crate) fn step(id: &str, version: i32, cycle: &str, [from, action, to]: [&str; 3]) -> String {
    let prev = if version == 1 { "null".to_owned() } else { (version - 1).to_string() };
    raw_step(id, version, &prev, cycle, [from, action, to])
}

/// A step with whatever previous version.
pub(crate) fn raw_step(
    id: &str,
    version: i32,
    prev: &str,
    cycle: &str,
    [from, action, to]: [&str; 3],
) -> String {
    format!(
        "insert into history (subject_id, version, life_cycle, prev_version, from_status, action, to_status, at, actor_id,
                              actor_role, details, request_id)
         values ('{id}', {version}, '{cycle}', {prev}, '{from}', '{action}', '{to}', '2026-11-22T10:00:00Z', '{HEAD}',
                 'head_of_agency', '{{}}', '{NEW}');\n"
    )
}

/// Several steps of one resource, the first one first.
fn steps(id: &str, cycle: &str, steps: &[[&str; 3]]) -> String {
    (1..).zip(steps).map(|(version, names)| step(id, version, cycle, *names)).collect()
}

/// A new application in draft with one line.
pub(crate) fn application(id: &str, reference: &str) -> String {
    format!(
        "insert into applications (id, reference, version, status, kind, purpose, exporter_id, destination, end_user_id,
                                   declaration_id, end_use, proposed_conditions, round, filed_at, created_at, updated_at)
         values ('{id}', '{reference}', 1, 'draft', 'export', 'new', '{EXPORTER}', 'GR', '{END_USER}', '{DECLARATION}',
                 'patrol', '{{}}', 1, '2026-11-20T10:00:00Z', '2026-11-20T10:00:00Z', '2026-11-20T10:00:00Z');
         {}
         insert into application_lines (application_id, line, product_id, classification_version, quantity, unit)
         values ('{id}', 1, '{PRODUCT}', 1, 10, 'piece');\n",
        step(id, 1, "application", ["none", "open", "draft"]),
    )
}

/// A proposal to grant an application, with its line.
pub(crate) fn proposal(id: &str, application: &str, number: i32) -> String {
    format!(
        "insert into decisions (id, application_id, number, status, outcome, valid_until, conditions, reasons, facts, verdict,
                                decided_by, decided_at)
         values ('{id}', '{application}', {number}, 'proposed', 'grant', '2027-11-22', '{{}}', 'in order', '{{}}', '{{}}',
                 '{HEAD}', '2026-11-22T10:00:00Z');
         insert into decision_lines (decision_id, line, quantity) values ('{id}', 1, 10);\n"
    )
}

/// A countersignature.
pub(crate) fn countersigned(id: &str, by: &str) -> String {
    format!(
        "update decisions set status = 'countersigned', countersigned_by = '{by}',
                countersigned_at = '2026-11-22T11:00:00Z', signed_facts = '{{}}', signed_verdict = '{{}}' where id = '{id}';\n"
    )
}

/// A license on a decision, before its lines.
pub(crate) fn license(id: &str, reference: &str, application: &str, decision: &str) -> String {
    format!(
        "insert into licenses (id, reference, version, status, kind, application_id, decision_id, exporter_id, end_user_id,
                               destinations, via, issued_on, valid_until, created_at, updated_at)
         values ('{id}', '{reference}', 1, 'active', 'export', '{application}', '{decision}', '{EXPORTER}', '{END_USER}',
                 '{{GR}}', '{{}}', '2026-11-22', '2027-11-22', '2026-11-22T11:00:00Z', '2026-11-22T11:00:00Z');
         {}",
        step(id, 1, "license", ["none", "issue", "active"]),
    )
}

/// A template of a version, in draft.
pub(crate) fn template(id: &str, reference: &str, version: i32) -> String {
    format!(
        "insert into declaration_templates (id, reference, version, status, product_class, template_version, title, clauses,
                                            framework, transition_rule, in_force_from, created_at, updated_at)
         values ('{id}', '{reference}', 1, 'draft', 'military', {version}, 'Declaration', '{{one}}', false, 'none',
                 '2026-01-01', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z');\n"
    )
}

const IN_FORCE: [[&str; 3]; 3] =
    [["none", "draft", "draft"], ["draft", "agree", "agreed"], ["agreed", "bring_into_force", "in_force"]];

/// The steps of a template into force.
pub(crate) fn into_force(id: &str) -> String {
    steps(id, "declaration_template", &IN_FORCE)
}

/// The agreement of both ministries to a template.
pub(crate) fn agreed(id: &str) -> String {
    format!(
        "insert into template_agreements (template_id, ministry, agreed_by, agreed_at)
         values ('{id}', 'defense', '{HEAD}', '2026-01-01T00:00:00Z'),
                ('{id}', 'foreign_affairs', '{SECOND}', '2026-01-01T00:00:00Z');\n"
    )
}

/// A freeze of the whole license or of lines, without its step.
pub(crate) fn freeze(id: &str, number: i32, lines: &str, version: i32) -> String {
    format!(
        "insert into license_freezes (id, license_id, number, source, ground, reasons, lines, review_on, frozen_at, frozen_by,
                                      frozen_version)
         values ('{id}', '{LICENSE}', {number}, 'decision', 'human_rights', 'reports', {lines}, '2027-01-01',
                 '2026-11-22T12:00:00Z', '{HEAD}', {version});\n"
    )
}

/// The lifting of a freeze, without its step.
pub(crate) fn lift(id: &str, version: i32) -> String {
    format!(
        "update license_freezes set lifted_at = '2026-11-22T13:00:00Z', lifted_by = '{HEAD}', lifted_version = {version},
                lift_reasons = 'reviewed' where id = '{id}';\n"
    )
}

/// A shipment booked on the license's line.
pub(crate) fn draw_down(id: &str, shipment: &str, quantity: &str, version: i32) -> String {
    format!(
        "insert into license_draw_downs (id, license_id, line, quantity, shipment, booked_at, booked_by, booked_version)
         values ('{id}', '{LICENSE}', 1, '{quantity}', '{shipment}', '2026-11-22T12:00:00Z', '{HEAD}', {version});\n"
    )
}

fn register() -> String {
    let mut sql = format!(
        "insert into people (id, handle, role, created_at) values
             ('{HEAD}', 'head', 'head_of_agency', '2026-01-01T00:00:00Z'),
             ('{SECOND}', 'second', 'countersigner', '2026-01-01T00:00:00Z');
         insert into exporters (id, reference, version, status, name, company_number, country, registered_until, created_at,
                                updated_at)
         values ('{EXPORTER}', 'EX-2026-000001', 1, 'applied', 'Optics', '51-1', 'IL', '2030-01-01',
                 '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z');\n"
    );
    sql +=
        &steps(EXPORTER, "exporter", &[["none", "apply", "applied"], ["applied", "register", "registered"]]);
    for (id, reference) in [(PRODUCT, "PR-2026-000001"), (SPARE_PRODUCT, "PR-2026-000002")] {
        sql.push_str(&format!(
            "insert into products (id, reference, version, status, exporter_id, name, description, classification_version,
                                   created_at, updated_at)
             values ('{id}', '{reference}', 1, 'submitted', '{EXPORTER}', 'Sight', 'A sight', 1, '2026-01-01T00:00:00Z',
                     '2026-01-01T00:00:00Z');
             insert into product_classifications (product_id, classification_version, control_codes, product_class,
                    security_classification, technology_tags, rationale, classified_at, classified_by)
             values ('{id}', 1, '{{ML5.b}}', 'military', 'unclassified', '{{night_vision}}', 'a sight',
                     '2026-01-01T00:00:00Z', '{HEAD}');\n"
        ));
        sql += &steps(
            id,
            "product",
            &[["none", "submit", "submitted"], ["submitted", "classify", "classified"]],
        );
    }
    sql.push_str(&format!(
        "insert into end_users (id, reference, version, status, name, kind, country, created_at, updated_at)
         values ('{END_USER}', 'EU-2026-000001', 1, 'registered', 'Coast Guard', 'law_enforcement', 'GR',
                 '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z');\n"
    ));
    sql += &step(END_USER, 1, "end_user", ["none", "register", "registered"]);
    sql += &template(TEMPLATE, "DT-2026-000001", 1);
    sql += &into_force(TEMPLATE);
    sql += &agreed(TEMPLATE);
    sql.push_str(&format!(
        "insert into declarations (id, reference, version, status, template_id, exporter_id, end_user_id, state, authority,
                signatory_name, signatory_title, end_use, stated_ends, place_of_use, document_sha256, signed_on, valid_until,
                verification_channel, verification_result, created_at, updated_at)
         values ('{DECLARATION}', 'ED-2026-000001', 1, 'lodged', '{TEMPLATE}', '{EXPORTER}', '{END_USER}', 'GR', 'Ministry',
                 'A. B.', 'Director', 'patrol', '{{border_protection}}', 'Piraeus', repeat('a', 64), '2026-02-01',
                 '2028-02-01', 'embassy', 'genuine', '2026-02-01T00:00:00Z', '2026-02-01T00:00:00Z');
         insert into declaration_items (declaration_id, item, product_id, quantity, unit)
         values ('{DECLARATION}', 1, '{PRODUCT}', 10, 'piece');\n"
    ));
    sql += &steps(
        DECLARATION,
        "declaration",
        &[
            ["none", "lodge", "lodged"],
            ["lodged", "begin_verification", "in_verification"],
            ["in_verification", "accept", "accepted"],
        ],
    );
    for (id, reference) in
        [(GRANTED, "AE-2026-000001"), (IN_REVIEW, "AE-2026-000002"), (DRAFT, "AE-2026-000003")]
    {
        sql += &application(id, reference);
    }
    for id in [GRANTED, IN_REVIEW] {
        sql += &step(id, 2, "application", ["draft", "submit", "submitted"]);
        sql += &step(id, 3, "application", ["submitted", "take_up", "in_review"]);
        sql.push_str(&format!(
            "insert into application_positions (application_id, round, body, stance, reasons, recorded_by, recorded_at)
             values ('{id}', 1, 'defense', 'support', 'no objection', '{SECOND}', '2026-11-21T10:00:00Z');\n"
        ));
    }
    sql += &proposal(DECISION, GRANTED, 1);
    sql += &proposal(PROPOSAL, IN_REVIEW, 1);
    sql += &countersigned(DECISION, SECOND);
    sql += &step(GRANTED, 4, "application", ["in_review", "grant", "granted"]);
    sql.push_str(&format!("insert into declaration_uses values ('{DECLARATION}', '{GRANTED}', true);\n"));
    sql += &license(LICENSE, "EL-2026-000001", GRANTED, DECISION);
    sql.push_str(&format!(
        "insert into license_lines (license_id, line, product_id, classification_version, control_codes, description, quantity,
                                    unit, drawn)
         values ('{LICENSE}', 1, '{PRODUCT}', 1, '{{ML5.b}}', 'Sight', 10, 'piece', 0);
         insert into license_conditions (license_id, number, condition) values ('{LICENSE}', 1, 'no re-export');\n"
    ));
    sql += &step(LICENSE, 2, "license", ["active", "draw_down", "active"]);
    sql += &draw_down("00000000-0000-7000-8000-000000000090", "S-1", "4", 2);
    sql
}

/// The register, and a connection of its database's administrator.
pub(crate) struct Case {
    pub(crate) connection: PgConnection,
    /// Goes away with the case.
    _database: TestDatabase,
}

impl Case {
    pub(crate) async fn open() -> Self {
        let database = TestDatabase::create().await;
        let connection = database.connect_options().connect().await.expect("connect");
        let mut case = Self { connection, _database: database };
        case.done(&register()).await;
        case
    }

    /// Runs statements in one transaction. Gives the name of the constraint that refused them, or its message where it is no constraint.
    async fn attempt(&mut self, sql: &str) -> Result<(), String> {
        let mut tx = self.connection.begin().await.expect("begin");
        let run = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut *tx).await;
        let done = match run {
            Ok(_) => tx.commit().await,
            Err(error) => {
                tx.rollback().await.expect("roll back");
                Err(error)
            }
        };
        done.map_err(|error| match error.as_database_error() {
            Some(refusal) => refusal.constraint().unwrap_or(refusal.message()).to_owned(),
            None => panic!("{error}"),
        })
    }

    /// Runs statements that must be taken.
    pub(crate) async fn done(&mut self, sql: &str) {
        let taken = self.attempt(sql).await;
        assert_eq!(taken, Ok(()), "{sql}");
    }

    /// Runs statements that a constraint must refuse, and leaves nothing of them.
    pub(crate) async fn refused(&mut self, constraint: &str, sql: &str) {
        let refused = self.attempt(sql).await;
        assert_eq!(refused, Err(constraint.to_owned()), "{sql}");
    }

    /// One value.
    pub(crate) async fn text(&mut self, sql: &str) -> String {
        sqlx::query_scalar(AssertSqlSafe(format!("select ({sql})::text")))
            .fetch_one(&mut self.connection)
            .await
            .expect("one value")
    }
}
