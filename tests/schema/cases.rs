//! Applications and decisions: filed lines, signatures, and what a declaration may serve.

use crate::case::{
    Case, DECISION, DECLARATION, DRAFT, GRANTED, HEAD, IN_REVIEW, NEW, PRODUCT, PROPOSAL, SECOND,
    SPARE_PRODUCT, countersigned, proposal, step,
};

#[tokio::test]
async fn the_lines_of_a_filed_application_stand() {
    let mut case = Case::open().await;
    let add = |application: &str| {
        format!(
            "insert into application_lines (application_id, line, product_id) values ('{application}', 2, '{SPARE_PRODUCT}')"
        )
    };
    for filed in [IN_REVIEW, GRANTED] {
        for change in [
            add(filed),
            format!("update application_lines set quantity = 11 where application_id = '{filed}'"),
            format!("delete from application_lines where application_id = '{filed}'"),
            // Neither out of a filed application nor into one.
            format!(
                "update application_lines set application_id = '{DRAFT}', line = 2 where application_id = '{filed}'"
            ),
            format!(
                "update application_lines set application_id = '{filed}', line = 2 where application_id = '{DRAFT}'"
            ),
        ] {
            case.refused("application_lines_filed", &change).await;
        }
    }
    case.done(&add(DRAFT)).await;
    case.done(&format!(
        "update application_lines set quantity = 11 where application_id = '{DRAFT}' and line = 1"
    ))
    .await;
    case.done(&format!("delete from application_lines where application_id = '{DRAFT}'")).await;
}

#[tokio::test]
async fn quantities_are_positive_numbers() {
    let mut case = Case::open().await;
    for quantity in ["0", "-1", "NaN"] {
        let change =
            format!("update application_lines set quantity = '{quantity}' where application_id = '{DRAFT}'");
        case.refused("application_lines_quantity_positive", &change).await;
        let line = format!("insert into decision_lines values ('{PROPOSAL}', 2, '{quantity}', 1)");
        case.refused("decision_lines_quantity_positive", &line).await;
        let item = format!(
            "insert into declaration_items values ('{DECLARATION}', 2, '{SPARE_PRODUCT}', '{quantity}', 'piece')"
        );
        case.refused("declaration_items_quantity_positive", &item).await;
    }
    for value in ["-0.01", "NaN"] {
        let change = format!(
            "update application_lines set value = '{value}', currency = 'EUR' where application_id = '{DRAFT}'"
        );
        case.refused("application_lines_value_not_negative", &change).await;
        let line = format!("insert into decision_lines values ('{PROPOSAL}', 2, 1, '{value}')");
        case.refused("decision_lines_value_not_negative", &line).await;
    }
    let unit = format!("update application_lines set unit = 'furlong' where application_id = '{DRAFT}'");
    case.refused("application_lines_unit_known", &unit).await;
}

#[tokio::test]
async fn a_quantity_is_never_infinite() {
    let mut case = Case::open().await;
    // The column's precision refuses it, before any constraint is asked.
    let infinite =
        format!("update application_lines set quantity = 'Infinity' where application_id = '{DRAFT}'");
    case.refused("numeric field overflow", &infinite).await;
    let line = format!("insert into decision_lines values ('{PROPOSAL}', 2, 'Infinity', 1)");
    case.refused("numeric field overflow", &line).await;
}

#[tokio::test]
async fn one_person_does_not_sign_twice() {
    let mut case = Case::open().await;
    case.refused("decisions_four_eyes", &countersigned(PROPOSAL, HEAD)).await;
    let both = format!(
        "insert into decisions (id, application_id, number, status, outcome, valid_until, conditions, reasons, facts, verdict,
                decided_by, decided_at, signed_facts, signed_verdict, countersigned_by, countersigned_at)
         values ('{NEW}', '{IN_REVIEW}', 2, 'countersigned', 'grant', '2027-01-01', '{{}}', 'r', '{{}}', '{{}}', '{HEAD}',
                 '2026-11-22T10:00:00Z', '{{}}', '{{}}', '{HEAD}', '2026-11-22T10:00:00Z')"
    );
    case.refused("decisions_four_eyes", &both).await;
    case.done(&countersigned(PROPOSAL, SECOND)).await;
    let twice = format!(
        "insert into template_agreements values ('{}', 'economy', '{HEAD}', '2026-01-01T00:00:00Z')",
        crate::case::TEMPLATE
    );
    case.refused("template_agreements_person_uq", &twice).await;
}

#[tokio::test]
async fn a_signed_decision_is_never_edited() {
    let mut case = Case::open().await;
    for change in [
        format!("update decisions set reasons = 'others' where id = '{DECISION}'"),
        format!(
            "update decisions set countersigned_by = '{HEAD}', decided_by = '{SECOND}' where id = '{DECISION}'"
        ),
        format!("update decisions set status = 'proposed' where id = '{DECISION}'"),
        format!("update decisions set signed_verdict = '{{\"outcome\": \"pass\"}}' where id = '{DECISION}'"),
        format!("delete from decisions where id = '{DECISION}'"),
        // A proposal is signed or sent back as it is.
        format!("update decisions set conditions = '{{more}}' where id = '{PROPOSAL}'"),
        format!("update decisions set outcome = 'refuse', valid_until = null where id = '{PROPOSAL}'"),
        format!("delete from decisions where id = '{PROPOSAL}'"),
    ] {
        case.refused("decisions_not_edited", &change).await;
    }
    case.refused(
        "decision_lines_signed",
        &format!("insert into decision_lines values ('{DECISION}', 2, 5, 1)"),
    )
    .await;
    case.done(&format!("insert into decision_lines values ('{PROPOSAL}', 2, 5, 1)")).await;
    let half = format!("update decisions set status = 'countersigned' where id = '{PROPOSAL}'");
    case.refused("decisions_signature_whole", &half).await;
}

#[tokio::test]
async fn an_application_has_one_open_and_one_signed_decision() {
    let mut case = Case::open().await;
    case.refused("decisions_one_open_uq", &proposal(NEW, IN_REVIEW, 2)).await;
    case.refused("decisions_number_uq", &proposal(NEW, IN_REVIEW, 1)).await;
    // Nor do other persons sign a second one.
    let others = crate::due_process::PEOPLE;
    let second = proposal(NEW, GRANTED, 2).replace(HEAD, crate::due_process::OTHER_HEAD)
        + &countersigned(NEW, crate::due_process::OTHER_SECOND);
    case.refused("decisions_one_signed_uq", &(others.to_owned() + &second)).await;
}

#[tokio::test]
async fn a_declaration_serves_one_application() {
    let mut case = Case::open().await;
    let used = |single: bool| {
        format!("insert into declaration_uses values ('{DECLARATION}', '{IN_REVIEW}', {single})")
    };
    case.refused("declaration_uses_single_uq", &used(true)).await;
    // Nor by calling a single use a framework's.
    case.refused("declaration_uses_single_told", &used(false)).await;
}

#[tokio::test]
async fn a_framework_serves_more_than_one() {
    let mut case = Case::open().await;
    let framework = crate::case::template(NEW, "DT-2026-000002", 2).replace("false, 'none'", "true, 'none'")
        + &step(NEW, 1, "declaration_template", ["none", "draft", "draft"])
        + &format!(
            "insert into declarations
             select '00000000-0000-7000-8000-0000000000f1', 'ED-2026-000002', 1, 'lodged', '{NEW}', exporter_id, end_user_id,
                    state, authority, signatory_name, signatory_title, end_use, stated_ends, place_of_use, document_sha256,
                    signed_on, valid_until, null, null, created_at, updated_at
               from declarations where id = '{DECLARATION}';"
        )
        + &step(crate::case::NEWER, 1, "declaration", ["none", "lodge", "lodged"]);
    case.done(&framework).await;
    let used = |application: &str, single: bool| {
        format!("insert into declaration_uses values ('{}', '{application}', {single});", crate::case::NEWER)
    };
    case.refused("declaration_uses_single_told", &used(GRANTED, true)).await;
    case.done(&(used(GRANTED, false) + &used(IN_REVIEW, false))).await;
}

#[tokio::test]
async fn an_unknown_territory_or_end_is_refused() {
    let mut case = Case::open().await;
    let change = format!("update applications set destination = 'XX' where id = '{DRAFT}'");
    case.refused("applications_destination_fk", &change).await;
    let change = format!("update declarations set state = 'XX' where id = '{DECLARATION}'");
    case.refused("declarations_state_fk", &change).await;
    let change = format!("update declarations set stated_ends = '{{conquest}}' where id = '{DECLARATION}'");
    case.refused("declarations_ends_known", &change).await;
    let change = format!("update applications set purpose = 'renewal' where id = '{DRAFT}'");
    case.refused("applications_predecessor_named", &change).await;
    let twice = format!(
        "insert into application_lines (application_id, line, product_id) values ('{DRAFT}', 2, '{PRODUCT}')"
    );
    case.refused("application_lines_product_uq", &twice).await;
}
