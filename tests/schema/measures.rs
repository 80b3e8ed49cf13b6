//! Measures: what no program may write, whatever the service would do.

use crate::case::{Case, HEAD, SECOND};

const MEASURE: &str = "01890000-0000-7000-8000-0000000000a1";

/// A drafted measure with a preview, proposed by the head.
async fn drafted() -> Case {
    let mut case = Case::open().await;
    case.done(&format!(
        "insert into measures (id, reference, version, status, title, content_version, review_on, created_at, updated_at)
         values ('{MEASURE}', 'ME-2026-000001', 1, 'draft', 'Test', 1, '2027-01-01', '2026-01-01Z', '2026-01-01Z');
         insert into history (subject_id, version, life_cycle, from_status, action, to_status, at, actor_id, actor_role,
                              details, request_id)
         values ('{MEASURE}', 1, 'measure', 'none', 'draft', 'draft', '2026-01-01Z', '{HEAD}', 'head_of_agency', '{{}}',
                 '{MEASURE}');
         {}",
        content(1, HEAD)
    ))
    .await;
    case.done(&preview(1)).await;
    case
}

fn content(version: i32, by: &str) -> String {
    format!(
        "insert into measure_contents (measure_id, content_version, title, scope, effects, ground, legal_basis, reasons,
                                       starts_on, review_on, proposed_by, proposed_at)
         values ('{MEASURE}', {version}, 'Test', '{{\"destinations\": [\"DE\"]}}', '[{{\"effect\": \"freeze_existing\"}}]',
                 'human_rights', 's. 9', 'Reports.', '2026-01-01', '2027-01-01', '{by}', '2026-01-01Z')"
    )
}

fn preview(content: i32) -> String {
    format!(
        "insert into measure_previews (measure_id, number, content_version, digest, licenses, applications, counts,
                                       license_ids, released_ids, application_ids, as_of, taken_by, taken_at)
         values ('{MEASURE}', {content}, {content}, repeat('0', 64), 0, 0, '{{}}', '{{}}', '{{}}', '{{}}', '2026-01-01',
                 '{HEAD}', '2026-01-01Z')"
    )
}

fn approve(by: &str) -> String {
    format!(
        "update measure_contents set approved_by = '{by}', approved_preview = 1, approved_at = '2026-01-02Z',
                approval_reasons = 'Seen.' where measure_id = '{MEASURE}' and content_version = 1"
    )
}

#[tokio::test]
async fn who_had_a_hand_in_a_measure_does_not_approve_it() {
    let mut case = drafted().await;
    case.refused("measure_contents_four_eyes", &approve(HEAD)).await;
    // Nor who proposed another version of it.
    case.done(&content(2, SECOND)).await;
    case.refused("measure_contents_four_eyes", &approve(SECOND)).await;
}

#[tokio::test]
async fn what_a_measure_says_is_not_edited() {
    let mut case = drafted().await;
    for change in
        ["reasons = 'Others.'", "scope = '{\"destinations\": [\"FR\"]}'", "review_on = '2030-01-01'"]
    {
        let edit = format!("update measure_contents set {change} where measure_id = '{MEASURE}'");
        case.refused("measure_contents_not_edited", &edit).await;
    }
    case.refused(
        "measure_contents_not_edited",
        &format!("delete from measure_contents where measure_id = '{MEASURE}'"),
    )
    .await;
    case.done(&approve(SECOND)).await;
    let other = "update measure_contents set approval_reasons = 'Other.'";
    case.refused("measure_contents_not_edited", other).await;
}

#[tokio::test]
async fn a_content_states_its_days_and_a_review_behind_a_freeze_of_issuing() {
    let mut case = drafted().await;
    let wrong = [
        ("measure_contents_dates", content(2, HEAD).replace("'2027-01-01'", "'2026-01-01'")),
        ("measure_contents_dates", content(2, HEAD).replace("'2027-01-01'", "'infinity'")),
        ("measure_contents_issuing_reviewed", content(2, HEAD).replace("freeze_existing", "freeze_issuing")),
        (
            "measure_contents_has_effects",
            content(2, HEAD).replace("[{\"effect\": \"freeze_existing\"}]", "[]"),
        ),
        ("measure_contents_ground_known", content(2, HEAD).replace("human_rights", "whim")),
        ("measure_contents_pk", content(1, HEAD)),
    ];
    for (constraint, sql) in wrong {
        case.refused(constraint, &sql).await;
    }
}

#[tokio::test]
async fn nothing_is_in_force_that_nobody_approved() {
    let mut case = drafted().await;
    let step = |version: i32, from: &str, action: &str, to: &str| {
        format!(
            "insert into history (subject_id, version, life_cycle, prev_version, from_status, action, to_status, at,
                                  actor_id, actor_role, details, request_id)
             values ('{MEASURE}', {version}, 'measure', {}, '{from}', '{action}', '{to}', '2026-01-03Z', '{HEAD}',
                     'head_of_agency', '{{}}', '{MEASURE}');",
            version - 1
        )
    };
    let into_force = format!(
        "{}{}{} update measures set in_force_content = 1, in_force_at = '2026-01-03Z' where id = '{MEASURE}';{}",
        step(2, "draft", "preview", "previewed"),
        step(3, "previewed", "approve", "approved"),
        "",
        step(4, "approved", "bring_into_force", "in_force"),
    );
    case.refused("measures_in_force_approved", &into_force).await;
    case.refused("history_step_fk", &step(2, "draft", "bring_into_force", "in_force")).await;
    case.done(&approve(SECOND)).await;
    case.done(&into_force).await;
    let unapprove =
        "update measure_contents set approved_by = null, approved_preview = null, approved_at = null,
                            approval_reasons = null";
    case.refused("measure_contents_not_edited", unapprove).await;
}

#[tokio::test]
async fn a_batch_is_carried_out_once() {
    let mut case = drafted().await;
    case.done(&format!(
        "insert into operations (id, reference, kind, subject_kind, subject_id, requested_by, requested_role, request_id,
                                 reasons, status, total, done, skipped, attempts, created_at, updated_at)
         values ('{MEASURE}', 'OP-2026-000001', 'measure_execution', 'measure', '{MEASURE}', '{HEAD}', 'head_of_agency',
                 '{MEASURE}', 'Test.', 'queued', 1, 0, 0, 0, '2026-01-01Z', '2026-01-01Z');
         insert into operation_batches (operation_id, number, task, subject_ids)
         values ('{MEASURE}', 1, 'freeze', array['{MEASURE}']::uuid[])"
    ))
    .await;
    let done = "update operation_batches set done = 1, skipped = '[]', done_at = '2026-01-02Z'";
    case.refused("operation_batches_once", "update operation_batches set subject_ids = '{}'").await;
    case.refused("operation_batches_done_whole", "update operation_batches set done = 1").await;
    case.done(done).await;
    case.refused("operation_batches_once", done).await;
    case.refused("operation_batches_append_only", "delete from operation_batches").await;
    case.refused("operations_counts", "update operations set done = 2").await;
    case.refused("operations_finished", "update operations set status = 'succeeded', done = 1").await;
    case.refused("policy_epoch_single", "insert into policy_epoch (id, epoch) values (false, 1)").await;
}
