//! Templates, declarations and their breach, and the days until which measures require them: what no program may write.

use crate::case::{
    Case, DECLARATION, EXPORTER, HEAD, LICENSE, NEW, NEWER, PRODUCT, SECOND, SPARE_PRODUCT, TEMPLATE, agreed,
    freeze, into_force, step, template,
};

const MEASURE: &str = "01890000-0000-7000-8000-0000000000a1";
const OPERATION: &str = "01890000-0000-7000-8000-0000000000a2";

/// The template in force is superseded, and another comes into force.
fn next_in_force() -> String {
    step(TEMPLATE, 4, "declaration_template", ["in_force", "supersede", "superseded"])
        + &template(NEW, "DT-2026-000002", 2)
        + &into_force(NEW)
}

fn agreement(ministry: &str, by: &str) -> String {
    format!(
        "insert into template_agreements (template_id, ministry, agreed_by, agreed_at)
         values ('{NEW}', '{ministry}', '{by}', '2026-01-01T00:00:00Z');\n"
    )
}

#[tokio::test]
async fn no_template_is_agreed_or_in_force_without_both_ministries() {
    let mut case = Case::open().await;
    let refusal = "declaration_templates_agreed";
    case.refused(refusal, &next_in_force()).await;
    for one in [agreement("defense", HEAD), agreement("foreign_affairs", HEAD)] {
        case.refused(refusal, &(next_in_force() + &one)).await;
        case.refused(refusal, &(next_in_force() + &one + &agreement("economy", SECOND))).await;
    }
    // Nor agreed, which is the step before.
    let only_agreed = template(NEW, "DT-2026-000002", 2)
        + &step(NEW, 1, "declaration_template", ["none", "draft", "draft"])
        + &step(NEW, 2, "declaration_template", ["draft", "agree", "agreed"]);
    case.refused(refusal, &(only_agreed + &agreement("defense", HEAD))).await;
    let one_person = next_in_force() + &agreement("defense", HEAD) + &agreement("foreign_affairs", HEAD);
    case.refused("template_agreements_person_uq", &one_person).await;
    case.done(&(next_in_force() + &agreed(NEW))).await;
}

#[tokio::test]
async fn nothing_is_added_to_what_was_signed() {
    let mut case = Case::open().await;
    let item = |declaration: &str, product: &str| {
        format!(
            "insert into declaration_items (declaration_id, item, product_id, quantity, unit)
             values ('{declaration}', 2, '{product}', 5, 'piece');\n"
        )
    };
    case.refused("declaration_items_lodged", &item(DECLARATION, SPARE_PRODUCT)).await;
    let lodged = format!(
        "insert into declarations
         select '{NEWER}', 'ED-2026-000002', 1, 'lodged', template_id, exporter_id, end_user_id, state, authority,
                signatory_name, signatory_title, end_use, stated_ends, place_of_use, document_sha256, signed_on, valid_until,
                null, null, created_at, updated_at
           from declarations where id = '{DECLARATION}';\n"
    );
    let lodge = step(NEWER, 1, "declaration", ["none", "lodge", "lodged"]);
    // After its first step in the same transaction it is too late as well.
    case.refused("declaration_items_lodged", &(lodged.clone() + &lodge + &item(NEWER, PRODUCT))).await;
    case.done(&(lodged + &item(NEWER, PRODUCT) + &lodge)).await;
    let more = item(NEWER, SPARE_PRODUCT).replace(", 2, ", ", 3, ");
    case.refused("declaration_items_lodged", &more).await;
}

fn breach(version: i32, names: [&str; 3], by: &str) -> String {
    step(DECLARATION, version, "declaration", names).replace(HEAD, by)
}

const SUSPECT: [&str; 3] = ["accepted", "suspect_breach", "breach_suspected"];
const CLEAR: [&str; 3] = ["breach_suspected", "clear_suspicion", "accepted"];
const CONFIRM: [&str; 3] = ["breach_suspected", "confirm_breach", "breach_confirmed"];

#[tokio::test]
async fn who_suspected_a_breach_does_not_confirm_it() {
    let mut case = Case::open().await;
    let refusal = "declarations_breach_four_eyes";
    case.done(&breach(4, SUSPECT, HEAD)).await;
    case.refused(refusal, &breach(5, CONFIRM, HEAD)).await;
    // The suspicion that counts is the one that is open.
    case.done(&(breach(5, CLEAR, HEAD) + &breach(6, SUSPECT, SECOND))).await;
    case.refused(refusal, &breach(7, CONFIRM, SECOND)).await;
    case.done(&breach(7, CONFIRM, HEAD)).await;
}

#[tokio::test]
async fn every_accepted_declaration_is_noted_for_the_worker() {
    let mut case = Case::open().await;
    let noted = "select count(*) || ' ' || max(version) from declaration_arrivals";
    assert_eq!(case.text(noted).await, "1 3", "accepted in plain SQL");
    case.done(&(breach(4, SUSPECT, HEAD) + &breach(5, CLEAR, HEAD))).await;
    assert_eq!(case.text(noted).await, "2 5", "accepted again by the clearance");
}

#[tokio::test]
async fn a_suspected_breach_holds_a_license_once_and_is_named() {
    let mut case = Case::open().await;
    let held = |id: &str, number: i32, version: i32| {
        freeze(id, number, "null", version)
            .replace("number, source, ground", "number, source, source_id, ground")
            .replace("'decision', ", &format!("'declaration', '{DECLARATION}', "))
    };
    let first = step(LICENSE, 3, "license", ["active", "freeze", "frozen"]) + &held(NEW, 1, 3);
    let nameless = first.replace(&format!("'declaration', '{DECLARATION}'"), "'declaration', null");
    case.refused("license_freezes_source_named", &nameless).await;
    case.refused("license_freezes_source_known", &first.replace("'declaration', '", "'mood', '")).await;
    case.done(&first).await;
    let further = step(LICENSE, 4, "license", ["frozen", "freeze_further", "frozen"]);
    case.refused("license_freezes_declaration_uq", &(further + &held(NEWER, 2, 4))).await;
}

/// A measure that requires a declaration, with an operation that carries it out.
async fn requiring() -> Case {
    let mut case = Case::open().await;
    case.done(&format!(
        "insert into measures (id, reference, version, status, title, content_version, review_on, created_at, updated_at)
         values ('{MEASURE}', 'ME-2026-000001', 1, 'draft', 'Test', 1, '2027-01-01', '2026-01-01Z', '2026-01-01Z');
         insert into measure_contents (measure_id, content_version, title, scope, effects, ground, legal_basis, reasons,
                                       starts_on, review_on, proposed_by, proposed_at)
         values ('{MEASURE}', 1, 'Test', '{{\"exporters\": [\"{EXPORTER}\"]}}',
                 '[{{\"effect\": \"require_declaration\", \"templateId\": \"{TEMPLATE}\", \"withinDays\": 30}}]',
                 'human_rights', 's. 9', 'Reports.', '2026-01-01', '2027-01-01', '{HEAD}', '2026-01-01Z');
         insert into operations (id, reference, kind, subject_kind, subject_id, requested_by, requested_role, request_id,
                                 reasons, status, total, done, skipped, attempts, created_at, updated_at)
         values ('{OPERATION}', 'OP-2026-000001', 'declaration_deadline', 'measure', '{MEASURE}', '{HEAD}', 'clock',
                 '{MEASURE}', 'Test.', 'queued', 0, 0, 0, 0, '2026-01-01Z', '2026-01-01Z');
         {}",
        step(MEASURE, 1, "measure", ["none", "draft", "draft"])
    ))
    .await;
    case
}

fn decision(id: &str, number: i32, act: &str, due_on: &str) -> String {
    format!(
        "insert into measure_decisions (id, measure_id, license_id, number, act, content_version, operation_id, matched, ground,
                                        reasons, review_on, due_on, decided_by, decided_at, batch_id)
         values ('{id}', '{MEASURE}', '{LICENSE}', {number}, '{act}', 1, '{OPERATION}', '{{}}', 'human_rights', 'Own.',
                 '2027-01-01', {due_on}, '{HEAD}', '2026-01-01Z', '{id}');\n"
    )
}

fn deadline(due_on: &str) -> String {
    format!("insert into measure_deadlines (measure_id, due_on) values ('{MEASURE}', '{due_on}');\n")
}

#[tokio::test]
async fn a_declaration_is_required_until_a_day_that_is_noted() {
    let mut case = requiring().await;
    let required = decision(NEW, 1, "require_declaration", "'2026-02-01'");
    case.refused("measure_decisions_deadline_fk", &required).await;
    case.refused("measure_decisions_due_told", &decision(NEW, 1, "require_declaration", "null")).await;
    let conditional = deadline("2026-02-01") + &decision(NEW, 1, "add_condition", "'2026-02-01'");
    case.refused("measure_decisions_due_told", &conditional).await;
    case.done(&(deadline("2026-02-01") + &required)).await;
    case.done(&decision(NEWER, 2, "freeze", "'2026-02-01'")).await;
}

#[tokio::test]
async fn a_deadline_passes_once_and_not_before_its_day_is_over() {
    let mut case = requiring().await;
    case.done(&deadline("2026-02-01")).await;
    let pass =
        |at: &str| format!("update measure_deadlines set operation_id = '{OPERATION}', passed_at = '{at}'");
    for early in ["2026-01-31T23:00:00Z", "2026-02-01T23:59:59Z"] {
        case.refused("measure_deadlines_passed_after", &pass(early)).await;
    }
    let half = format!("update measure_deadlines set operation_id = '{OPERATION}'");
    case.refused("measure_deadlines_passed_whole", &half).await;
    case.refused("measure_deadlines_once", "update measure_deadlines set due_on = '2026-03-01'").await;
    case.done(&pass("2026-02-02T00:00:00Z")).await;
    case.refused("measure_deadlines_once", &pass("2026-02-03T00:00:00Z")).await;
    let undone = "update measure_deadlines set operation_id = null, passed_at = null";
    case.refused("measure_deadlines_once", undone).await;
    case.refused("measure_deadlines_pk", &deadline("2026-02-01")).await;
    case.refused("measure_deadlines_append_only", "delete from measure_deadlines").await;
    case.refused("measure_deadlines_append_only", "truncate measure_deadlines cascade").await;
}
