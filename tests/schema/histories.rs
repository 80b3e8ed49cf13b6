//! Illegal steps, tried in plain SQL.

use crate::case::{
    Case, DRAFT, END_USER, EXPORTER, GRANTED, LICENSE, NEW, NEWER, PRODUCT, agreed, raw_step, step, template,
};

const REGISTER_NEW: &str = "insert into exporters (id, reference, version, status, name, company_number, country,
                                                   registered_until, created_at, updated_at)
    values ('00000000-0000-7000-8000-0000000000f0', 'EX-2026-000009', VERSION, 'STATUS', 'New', '51-9', 'IL', '2030-01-01',
            '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z');";

fn new_exporter(version: i32, status: &str) -> String {
    REGISTER_NEW.replace("VERSION", &version.to_string()).replace("STATUS", status)
}

#[tokio::test]
async fn a_step_that_is_not_in_the_table_is_refused() {
    let mut case = Case::open().await;
    for names in [
        ["registered", "register", "registered"],
        ["registered", "suspend", "removed"],
        ["registered", "vanish", "gone"],
        ["registered", "reinstate", "registered"],
        ["registered", "freeze", "frozen"],
    ] {
        case.refused("history_step_fk", &step(EXPORTER, 3, "exporter", names)).await;
    }
    case.refused("history_step_fk", &step(LICENSE, 3, "license", ["active", "unfreeze", "active"])).await;
    // A step from another status than the resource's is not taken for one of its own.
    case.refused("history_prev_fk", &step(EXPORTER, 3, "exporter", ["suspended", "reinstate", "registered"]))
        .await;
    // Nor is a step of another life cycle.
    case.refused("history_prev_fk", &step(EXPORTER, 3, "product", ["classified", "retire", "retired"])).await;
}

#[tokio::test]
async fn a_gap_and_a_fork_are_refused() {
    let mut case = Case::open().await;
    let suspend = ["registered", "suspend", "suspended"];
    case.refused("history_prev_fk", &raw_step(EXPORTER, 4, "3", "exporter", suspend)).await;
    case.refused("history_prev_is_one_less", &raw_step(EXPORTER, 4, "2", "exporter", suspend)).await;
    case.refused("history_first_has_no_prev", &raw_step(EXPORTER, 3, "null", "exporter", suspend)).await;
    case.refused("history_pk", &step(EXPORTER, 2, "exporter", ["applied", "refuse", "refused"])).await;
    case.refused("history_pk", &step(EXPORTER, 1, "exporter", ["none", "apply", "applied"])).await;
    case.refused("history_first_from_none", &step(NEW, 1, "exporter", suspend)).await;
    case.refused("history_first_from_none", &step(EXPORTER, 3, "exporter", ["none", "apply", "applied"]))
        .await;
    case.refused("history_version_positive", &raw_step(NEW, 0, "-1", "exporter", suspend)).await;
    case.done(&step(EXPORTER, 3, "exporter", suspend)).await;
    let status = case.text(&format!("select status || version from exporters where id = '{EXPORTER}'")).await;
    assert_eq!(status, "suspended3", "the step carried its status to the resource");
}

#[tokio::test]
async fn a_status_without_its_step_is_refused() {
    let mut case = Case::open().await;
    let no_step = "exporters_status_has_step";
    case.refused(no_step, &new_exporter(1, "registered")).await;
    case.refused(no_step, &new_exporter(1, "applied")).await;
    let applied = step(NEW, 1, "exporter", ["none", "apply", "applied"]);
    case.refused(no_step, &(new_exporter(1, "registered") + &applied)).await;
    case.refused(
        no_step,
        &format!("update exporters set version = 3, status = 'suspended' where id = '{EXPORTER}'"),
    )
    .await;
    case.refused(no_step, &format!("update exporters set version = 3 where id = '{EXPORTER}'")).await;
    case.done(&(new_exporter(1, "applied") + &applied)).await;
}

#[tokio::test]
async fn a_status_is_the_last_step_of_its_history() {
    let mut case = Case::open().await;
    let applied = step(NEW, 1, "exporter", ["none", "apply", "applied"]);
    let refused = step(NEW, 2, "exporter", ["applied", "refuse", "refused"]);
    // A resource put on file behind its history would stand at a step that is not its last.
    let behind = format!("{applied}{refused}{}", new_exporter(1, "applied"));
    case.refused("history_moves_a_resource", &behind).await;
    let ahead = format!("{}{applied}{refused}", new_exporter(2, "refused"));
    case.refused("history_moves_a_resource", &ahead).await;
    // So would a license that is put on file frozen, without a freeze.
    let frozen = step(NEWER, 1, "license", ["none", "issue", "active"])
        + &step(NEWER, 2, "license", ["active", "freeze", "frozen"]);
    case.refused("history_moves_a_resource", &frozen).await;
    case.done(&(applied + &new_exporter(1, "applied") + &refused)).await;
    let lag = case
        .text(
            "select count(*) from exporters r where r.version <>
                (select max(h.version) from history h where h.subject_id = r.id)",
        )
        .await;
    assert_eq!(lag, "0");
}

#[tokio::test]
async fn a_step_back_is_refused() {
    let mut case = Case::open().await;
    for (table, id, cycle_back) in [
        ("exporters", EXPORTER, "version = 1, status = 'applied'"),
        ("products", PRODUCT, "version = 1, status = 'submitted'"),
        ("applications", GRANTED, "version = 3, status = 'in_review'"),
        ("licenses", LICENSE, "version = 1"),
    ] {
        let back = format!("update {table} set {cycle_back} where id = '{id}'");
        case.refused(&format!("{table}_no_step_back"), &back).await;
        let renamed = format!("update {table} set id = '{NEW}' where id = '{id}'");
        case.refused(&format!("{table}_no_step_back"), &renamed).await;
        let moved = format!("update {table} set status = 'withdrawn' where id = '{id}'");
        case.refused(&format!("{table}_no_step_back"), &moved).await;
    }
}

#[tokio::test]
async fn an_infinite_time_is_refused() {
    let mut case = Case::open().await;
    for never in ["infinity", "-infinity"] {
        let suspended = step(EXPORTER, 3, "exporter", ["registered", "suspend", "suspended"]);
        case.refused("history_at_finite", &suspended.replace("2026-11-22T10:00:00Z", never)).await;
    }
    let endless = format!(
        "insert into tokens (id, person_id, name, secret_hash, created_at, expires_at)
         values ('{NEW}', '{}', 'k', decode(repeat('00', 32), 'hex'), '2026-01-01', 'infinity')",
        crate::case::HEAD
    );
    case.refused("tokens_expires_after", &endless).await;
}

#[tokio::test]
async fn nothing_on_file_is_deleted() {
    let mut case = Case::open().await;
    for table in [
        "exporters",
        "products",
        "end_users",
        "consignees",
        "declaration_templates",
        "declarations",
        "applications",
        "licenses",
        "revocations",
        "objections",
        "overrides",
        "imports",
        "assessments",
        "reviews",
        "allegations",
    ] {
        let refusal = format!("{table}_append_only");
        case.refused(&refusal, &format!("delete from {table}")).await;
        case.refused(&refusal, &format!("truncate {table} cascade")).await;
    }
    let on_file =
        case.text(&format!("select count(*) from applications where id in ('{DRAFT}', '{GRANTED}')")).await;
    assert_eq!(on_file, "2");
    assert_eq!(
        case.text(&format!("select status from end_users where id = '{END_USER}'")).await,
        "registered"
    );
}

#[tokio::test]
async fn two_templates_of_a_class_are_not_in_force_together() {
    let mut case = Case::open().await;
    let second = template(NEW, "DT-2026-000002", 2) + &crate::case::into_force(NEW) + &agreed(NEW);
    case.refused("declaration_templates_one_in_force_uq", &second).await;
    let superseded =
        step(crate::case::TEMPLATE, 4, "declaration_template", ["in_force", "supersede", "superseded"]);
    case.done(&(superseded + &second)).await;
    case.refused("declaration_templates_version_uq", &template(NEWER, "DT-2026-000003", 2)).await;
}
