//! Licenses: what they rest on, freezes, draw-downs, and revocation by two persons.

use crate::case::{
    Case, DECISION, DRAFT, GRANTED, HEAD, IN_REVIEW, LICENSE, NEW, NEWER, PROPOSAL, SECOND, countersigned,
    draw_down, freeze, license, lift, proposal, step,
};

#[tokio::test]
async fn a_license_rests_on_a_countersigned_grant() {
    let mut case = Case::open().await;
    case.refused("licenses_decision_fk", &license(NEW, "EL-2026-000002", IN_REVIEW, PROPOSAL)).await;
    // Not on another application's decision, nor on no decision.
    case.refused("licenses_decision_fk", &license(NEW, "EL-2026-000002", DRAFT, DECISION)).await;
    case.refused("licenses_decision_fk", &license(NEW, "EL-2026-000002", IN_REVIEW, NEWER)).await;
    case.refused("licenses_application_uq", &license(NEW, "EL-2026-000002", GRANTED, DECISION)).await;
    let unfounded = license(NEW, "EL-2026-000002", GRANTED, DECISION)
        .replace(&format!("'{GRANTED}', '{DECISION}'"), "null, null");
    case.refused("licenses_granted_or_imported", &unfounded).await;
    let refusal = proposal(NEWER, DRAFT, 1).replace("'grant', '2027-11-22'", "'refuse', null")
        + &countersigned(NEWER, SECOND);
    case.done(&refusal).await;
    case.refused("licenses_decision_fk", &license(NEW, "EL-2026-000002", DRAFT, NEWER)).await;
    let granted = countersigned(PROPOSAL, SECOND) + &license(NEW, "EL-2026-000002", IN_REVIEW, PROPOSAL);
    case.done(&granted).await;
}

#[tokio::test]
async fn a_license_names_known_territories_and_a_finite_term() {
    let mut case = Case::open().await;
    for change in ["destinations = '{GR,XX}'", "via = '{XX}'", "destinations = '{gr}'"] {
        let change = format!("update licenses set {change} where id = '{LICENSE}'");
        case.refused("licenses_territory_known", &change).await;
    }
    for change in ["valid_until = 'infinity'", "valid_until = '2026-11-21'", "issued_on = '-infinity'"] {
        case.refused("licenses_term", &format!("update licenses set {change} where id = '{LICENSE}'")).await;
    }
    let nowhere = format!("update licenses set destinations = '{{}}' where id = '{LICENSE}'");
    case.refused("licenses_has_destination", &nowhere).await;
}

#[tokio::test]
async fn frozen_and_a_freeze_go_together() {
    let mut case = Case::open().await;
    let frozen = step(LICENSE, 3, "license", ["active", "freeze", "frozen"]);
    case.refused("licenses_frozen_has_freeze", &frozen).await;
    // A freeze of the whole of a license that stays active.
    let part = step(LICENSE, 3, "license", ["active", "freeze_part", "active"]);
    case.refused("licenses_frozen_has_freeze", &(part.clone() + &freeze(NEW, 1, "null", 3))).await;
    // A freeze of lines does not make it frozen.
    case.refused("licenses_frozen_has_freeze", &(frozen.clone() + &freeze(NEW, 1, "'{1}'", 3))).await;
    case.refused("license_freezes_frozen_step_fk", &freeze(NEW, 1, "null", 9)).await;

    case.done(&(frozen + &freeze(NEW, 1, "null", 3))).await;
    let further = step(LICENSE, 4, "license", ["frozen", "freeze_further", "frozen"]);
    case.done(&(further + &freeze(NEWER, 2, "null", 4))).await;
    // Lifting one does not thaw what the other holds.
    let thaw = step(LICENSE, 5, "license", ["frozen", "unfreeze", "active"]);
    case.refused("licenses_frozen_has_freeze", &(thaw.clone() + &lift(NEW, 5))).await;
    case.refused("licenses_frozen_has_freeze", &thaw).await;
    case.done(&(step(LICENSE, 5, "license", ["frozen", "lift_freeze", "frozen"]) + &lift(NEW, 5))).await;
    // The last one lifted does not leave it frozen.
    case.refused("licenses_frozen_has_freeze", &lift(NEWER, 5)).await;
    case.done(&(step(LICENSE, 6, "license", ["frozen", "unfreeze", "active"]) + &lift(NEWER, 6))).await;
    assert_eq!(case.text(&format!("select status from licenses where id = '{LICENSE}'")).await, "active");
}

#[tokio::test]
async fn a_freeze_is_lifted_once_and_never_edited() {
    let mut case = Case::open().await;
    case.done(
        &(step(LICENSE, 3, "license", ["active", "freeze_part", "active"]) + &freeze(NEW, 1, "'{1}'", 3)),
    )
    .await;
    let not_edited = "license_freezes_not_edited";
    case.refused(not_edited, &format!("update license_freezes set reasons = 'none' where id = '{NEW}'"))
        .await;
    case.refused(not_edited, &format!("update license_freezes set lines = null where id = '{NEW}'")).await;
    case.refused(not_edited, &format!("delete from license_freezes where id = '{NEW}'")).await;
    let half = format!("update license_freezes set lifted_at = '2026-11-22T13:00:00Z' where id = '{NEW}'");
    case.refused("license_freezes_lifted_whole", &half).await;
    case.done(&(step(LICENSE, 4, "license", ["active", "lift_part", "active"]) + &lift(NEW, 4))).await;
    case.refused(not_edited, &lift(NEW, 4)).await;
    case.refused(
        not_edited,
        &format!(
            "update license_freezes set lifted_at = null, lifted_by = null,
        lifted_version = null, lift_reasons = null where id = '{NEW}'"
        ),
    )
    .await;
    let nameless = freeze(NEWER, 2, "'{}'", 4);
    case.refused("license_freezes_lines_named", &nameless).await;
    let groundless = freeze(NEWER, 2, "'{1}'", 4).replace("human_rights", "mood");
    case.refused("license_freezes_ground_known", &groundless).await;
}

#[tokio::test]
async fn no_more_is_drawn_than_is_licensed() {
    let mut case = Case::open().await;
    let step_3 = step(LICENSE, 3, "license", ["active", "draw_down", "active"]);
    for (quantity, refusal) in [
        ("6.000001", "license_lines_drawn_within"),
        ("0", "license_draw_downs_quantity_positive"),
        ("-1", "license_draw_downs_quantity_positive"),
        ("NaN", "license_draw_downs_quantity_positive"),
        ("Infinity", "numeric field overflow"),
    ] {
        case.refused(refusal, &(step_3.clone() + &draw_down(NEW, "S-2", quantity, 3))).await;
    }
    case.refused("license_draw_downs_shipment_uq", &(step_3.clone() + &draw_down(NEW, "S-1", "1", 3))).await;
    case.refused("license_draw_downs_step_fk", &draw_down(NEW, "S-2", "1", 3)).await;
    case.done(&(step_3 + &draw_down(NEW, "S-2", "6", 3))).await;
    assert_eq!(
        case.text(&format!("select drawn from license_lines where license_id = '{LICENSE}'")).await,
        "10.000000"
    );
}

#[tokio::test]
async fn the_lines_of_a_license_stand() {
    let mut case = Case::open().await;
    for change in [
        "update license_lines set quantity = 1000",
        "update license_lines set drawn = 0",
        "update license_lines set drawn = drawn + 1",
        "update license_lines set control_codes = '{ML1}'",
        "update license_lines set drawn = 'NaN', quantity = null, unit = null",
        "delete from license_lines",
    ] {
        case.refused("license_lines_not_edited", change).await;
    }
    let drawn_open = format!(
        "insert into license_lines (license_id, line, control_codes, description, drawn)
         values ('{LICENSE}', 2, '{{ML1}}', 'open', 'NaN')"
    );
    case.refused("license_lines_drawn_within", &drawn_open).await;
}

#[tokio::test]
async fn a_revocation_is_ordered_by_another_person() {
    let mut case = Case::open().await;
    let intended = format!(
        "insert into revocations (id, reference, version, status, license_id, exporter_id, ground, reasons, urgent, respond_by,
                                  intended_by, created_at, updated_at)
         values ('{NEW}', 'RV-2026-000001', 1, 'intended', '{LICENSE}', null, 'human_rights', 'reports', false, '2026-12-01',
                 '{HEAD}', '2026-11-22T10:00:00Z', '2026-11-22T10:00:00Z');\n"
    ) + &step(NEW, 1, "revocation", ["none", "intend", "intended"]);
    case.refused("revocations_ground_known", &intended.replace("human_rights", "mood")).await;
    case.done(&intended).await;
    case.refused(
        "revocations_one_open_uq",
        &intended.replace(NEW, NEWER).replace("RV-2026-000001", "RV-2026-000002"),
    )
    .await;
    case.done(&step(NEW, 2, "revocation", ["intended", "waive", "waived"])).await;
    let ordered = step(NEW, 3, "revocation", ["waived", "order", "ordered"]);
    let signed = |by: &str| {
        format!("update revocations set ordered_by = '{by}', order_reasons = 'breach' where id = '{NEW}';\n")
    };
    case.refused("revocations_ordered_signed", &ordered).await;
    case.refused("revocations_four_eyes", &(signed(HEAD) + &ordered)).await;
    case.done(&(signed(SECOND) + &ordered)).await;
}
