//! Histories and all that is append-only refuse update, delete and truncate.

use crate::case::Case;

const APPEND_ONLY: &[&str] = &[
    "application_positions",
    "application_reopenings",
    "assessment_positions",
    "assessment_scores",
    "audit_checkpoints",
    "audit_cosignatures",
    "audit_entries",
    "audit_keys",
    "audit_leaves",
    "audit_tiles",
    "country_groups",
    "decision_lines",
    "declaration_items",
    "declaration_uses",
    "eligibility_checks",
    "exemption_uses",
    "file_views",
    "history",
    "import_rejects",
    "license_conditions",
    "license_draw_downs",
    "license_reinstatements",
    "life_cycle_transitions",
    "measure_agreements",
    "measure_decisions",
    "measure_previews",
    "outbox",
    "override_dissents",
    "product_classifications",
    "reference_editions",
    "review_evidence",
    "revocation_hearings",
    "screening_editions",
    "template_agreements",
];

#[tokio::test]
async fn no_row_is_changed_or_taken_away() {
    let mut case = Case::open().await;
    for table in APPEND_ONLY {
        let refusal = format!("{table}_append_only");
        let column = case
            .text(&format!(
                "select column_name from information_schema.columns
                  where table_schema = 'public' and table_name = '{table}' and is_generated = 'NEVER' limit 1"
            ))
            .await;
        case.refused(&refusal, &format!("update {table} set {column} = {column}")).await;
        case.refused(&refusal, &format!("delete from {table}")).await;
        case.refused(&refusal, &format!("truncate {table} cascade")).await;
    }
}

/// The list above is the one that the comments of the tables promise.
#[tokio::test]
async fn what_is_called_append_only_is() {
    let mut case = Case::open().await;
    let promised = case
        .text(
            "select string_agg(relname, ' ' order by relname) from pg_class
              where relnamespace = 'public'::regnamespace and relkind = 'r'
                and obj_description(oid, 'pg_class') ilike '%append-only%'",
        )
        .await;
    // The mirror of the rules is kept from change too, though no rows are added to it.
    let listed: Vec<_> =
        APPEND_ONLY.iter().filter(|table| **table != "life_cycle_transitions").copied().collect();
    assert_eq!(promised, listed.join(" "));
}

#[tokio::test]
async fn rewritable_only_in_one_way_is_not_truncated() {
    let mut case = Case::open().await;
    for table in [
        "decisions",
        "license_freezes",
        "license_lines",
        "application_lines",
        "assessment_considerations",
        "control_list_entries",
        "country_group_members",
        "screening_entries",
        "programmes",
    ] {
        case.refused(&format!("{table}_append_only"), &format!("truncate {table} cascade")).await;
    }
}

/// A version of an entry takes one end, by an edition, and a list has one version of an entry a day.
#[tokio::test]
async fn a_version_of_an_entry_is_ended_once_and_never_edited() {
    let mut case = Case::open().await;
    let (first, second) = ("00000000-0000-7000-8000-000000000201", "00000000-0000-7000-8000-000000000202");
    let not_edited = "control_list_entries_not_edited";
    let the = |code: &str, set: &str| format!("update control_list_entries set {set} where code = '{code}'");
    case.refused(not_edited, "delete from control_list_entries where code = 'ML1'").await;
    case.refused(not_edited, &the("ML1", "title = 'Something else'")).await;
    case.refused(not_edited, &the("ML1", "valid_until = '2026-06-01'")).await;
    let end = format!("valid_until = '2026-06-01', ended_by = '{first}'");
    case.refused(not_edited, &the("ML1", &format!("{end}, title = 'Something else'"))).await;
    case.done(&the("ML1", &end)).await;
    case.refused(not_edited, &the("ML1", &format!("valid_until = null, ended_by = '{second}'"))).await;
    case.refused(not_edited, &the("ML1", &format!("valid_until = '2026-07-01', ended_by = '{second}'")))
        .await;
    let again = |code: &str, from: &str| {
        format!(
            "insert into control_list_entries (id, edition_id, list, code, valid_from, category, reasons, technology_tags)
             values (gen_random_uuid(), '{first}', 'wassenaar-ml', '{code}', '{from}', 'ML', '{{}}', '{{}}')"
        )
    };
    case.refused("control_list_entries_span_uq", &again("ML1", "2026-06-01")).await;
    case.refused("control_list_entries_span_uq", &again("ML2", "2026-06-02")).await;
    case.done(&again("ML1", "2026-06-02")).await;
}
