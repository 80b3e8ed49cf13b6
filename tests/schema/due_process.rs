//! Revocation, reinstatement, objection and override, tried in plain SQL: what is illegal is refused from whatever
//! program.

use crate::case::{
    Case, DECISION, EXPORTER, GRANTED, HEAD, IN_REVIEW, LICENSE, NEW, NEWER, PROPOSAL, SECOND, countersigned,
    freeze, proposal, step,
};

pub(crate) const OTHER_HEAD: &str = "00000000-0000-7000-8000-000000000005";
pub(crate) const OTHER_SECOND: &str = "00000000-0000-7000-8000-000000000006";
const DIRECTOR: &str = "00000000-0000-7000-8000-000000000007";
const MINISTER: &str = "00000000-0000-7000-8000-000000000008";
const OFFICER: &str = "00000000-0000-7000-8000-000000000009";

/// More people than the register has.
pub(crate) const PEOPLE: &str = "
    insert into people (id, handle, role, created_at) values
        ('00000000-0000-7000-8000-000000000005', 'other.head', 'head_of_agency', '2026-01-01T00:00:00Z'),
        ('00000000-0000-7000-8000-000000000006', 'other.second', 'countersigner', '2026-01-01T00:00:00Z'),
        ('00000000-0000-7000-8000-000000000007', 'director', 'director_general', '2026-01-01T00:00:00Z'),
        ('00000000-0000-7000-8000-000000000008', 'minister', 'minister', '2026-01-01T00:00:00Z'),
        ('00000000-0000-7000-8000-000000000009', 'officer', 'licensing_officer', '2026-01-01T00:00:00Z');\n";

const REVOCATION: &str = "00000000-0000-7000-8000-0000000000a0";
const OBJECTION: &str = "00000000-0000-7000-8000-0000000000b0";
const OVERRIDE: &str = "00000000-0000-7000-8000-0000000000c0";

/// The register with more people.
async fn open() -> Case {
    let mut case = Case::open().await;
    case.done(PEOPLE).await;
    case
}

/// A step by someone, with details.
fn step_by(id: &str, version: i32, cycle: &str, names: [&str; 3], (by, details): (&str, &str)) -> String {
    step(id, version, cycle, names).replace(HEAD, by).replace("'{}'", &format!("'{details}'"))
}

/// A proceeding against the license, on the officer's notice, brought to where it can be ordered.
fn intended(id: &str, reference: &str) -> String {
    format!(
        "insert into revocations (id, reference, version, status, license_id, exporter_id, ground, reasons, urgent, respond_by,
                                  intended_by, created_at, updated_at)
         values ('{id}', '{reference}', 1, 'intended', '{LICENSE}', '{EXPORTER}', 'human_rights', 'reports', false,
                 '2026-12-01', '{OFFICER}', '2026-11-22T10:00:00Z', '2026-11-22T10:00:00Z');\n"
    ) + &step(id, 1, "revocation", ["none", "intend", "intended"])
        + &step(id, 2, "revocation", ["intended", "waive", "waived"])
}

fn ordered(id: &str, by: &str) -> String {
    format!("update revocations set ordered_by = '{by}', order_reasons = 'breach' where id = '{id}';\n")
        + &step(id, 3, "revocation", ["waived", "order", "ordered"])
}

/// The license revoked under a proceeding.
fn revoked(version: i32, from: &str, details: &str) -> String {
    step_by(LICENSE, version, "license", [from, "revoke", "revoked"], (HEAD, details))
}

fn under(revocation: &str) -> String {
    format!("{{\"revocationId\": \"{revocation}\"}}")
}

fn under_after(revocation: &str, objection: &str) -> String {
    format!("{{\"revocationId\": \"{revocation}\", \"objectionId\": \"{objection}\"}}")
}

/// The license revoked, as it may be: step 3 of its history.
fn revocation() -> String {
    intended(REVOCATION, "RV-2026-000001")
        + &ordered(REVOCATION, HEAD)
        + &revoked(3, "active", &under(REVOCATION))
}

/// A reinstatement under step 4, by someone, resting on `source` and its columns.
fn reinstated(by: &str, names: [&str; 3], source: &str) -> String {
    step_by(LICENSE, 4, "license", names, (by, "{}"))
        + &format!(
            "insert into license_reinstatements (license_id, version, source, objection_id, override_id, court, court_case,
                                                 judged_on, document_sha256, reasons, verdict, reinstated_by, reinstated_at)
             values ('{LICENSE}', 4, {source}, 'so', '{{}}', '{by}', '2026-11-22T10:00:00Z');\n"
        )
}

/// The same reinstatement as step 6, after the license was revoked once more.
fn later(reinstated: &str) -> String {
    reinstated
        .replace(&format!("('{LICENSE}', 4, 'license', 3"), &format!("('{LICENSE}', 6, 'license', 5"))
        .replace(&format!("('{LICENSE}', 4, "), &format!("('{LICENSE}', 6, "))
}

const BACK: [&str; 3] = ["revoked", "reinstate", "active"];
const COURT: &str = "'court_order', null, null, 'Supreme Court', '1/26', '2026-11-20', repeat('a', 64)";

fn by_objection() -> String {
    format!("'objection', '{OBJECTION}', null, null, null, null, null")
}

fn by_override() -> String {
    format!("'override', null, '{OVERRIDE}', null, null, null, null")
}

/// An objection, lodged and admitted on time.
fn objection(against: &str, columns: &str, values: &str) -> String {
    format!(
        "insert into objections (id, reference, version, status, exporter_id, against, {columns}, grounds, contested_on,
                                 term_ends, lodged_on, created_at, updated_at)
         values ('{OBJECTION}', 'OB-2026-000001', 1, 'lodged', '{EXPORTER}', '{against}', {values}, 'not so', '2026-11-22',
                 '2027-01-06', '2026-11-22', '2026-11-22T10:00:00Z', '2026-11-22T10:00:00Z');\n"
    ) + &step(OBJECTION, 1, "objection", ["none", "lodge", "lodged"])
        + &step(OBJECTION, 2, "objection", ["lodged", "admit", "admissible"])
}

fn to_revocation() -> String {
    objection("revocation", "revocation_id, license_id", &format!("'{REVOCATION}', '{LICENSE}'"))
}

fn to_decision(decision: &str, application: &str) -> String {
    objection("refusal", "decision_id, application_id", &format!("'{decision}', '{application}'"))
}

fn decided(by: &str, version: i32, [action, status]: [&str; 2]) -> String {
    format!(
        "update objections set decided_by = '{by}', decided_at = '2026-11-22T10:00:00Z', decision_reasons = 'so',
                variation = case when '{status}' = 'varied' then 'so far' end where id = '{OBJECTION}';\n"
    ) + &step(OBJECTION, version, "objection", ["admissible", action, status])
}

/// An override proposed by the head, for the application or the license.
fn proposed(application: &str, license: &str) -> String {
    format!(
        "insert into overrides (id, reference, version, status, application_id, license_id, at_request_of, reasons, rules,
                                valid_until, proposed_by, created_at, updated_at)
         values ('{OVERRIDE}', 'OV-2026-000001', 1, 'proposed', {application}, {license}, 'the Prime Minister', 'so',
                 '{{positions_recorded}}', '2026-12-31', '{HEAD}', '2026-11-22T10:00:00Z', '2026-11-22T10:00:00Z');\n"
    ) + &step(OVERRIDE, 1, "override", ["none", "propose", "proposed"])
}

fn opined(by: &str) -> String {
    format!(
        "update overrides set opinion_finding = 'unfavorable', opinion = 'doubtful', opinion_given_by = 'the adviser',
                opinion_by = '{by}', opinion_at = '2026-11-22T10:00:00Z' where id = '{OVERRIDE}';\n"
    ) + &step(OVERRIDE, 2, "override", ["proposed", "record_opinion", "opinion_recorded"])
}

fn signed(by: &str) -> String {
    format!(
        "update overrides set signed_by = '{by}', signed_at = '2026-11-22T10:00:00Z', signature_reasons = 'so'
          where id = '{OVERRIDE}';\n"
    ) + &step(OVERRIDE, 3, "override", ["opinion_recorded", "sign", "in_effect"])
}

fn in_effect(application: &str, license: &str) -> String {
    proposed(application, license) + &opined(OFFICER) + &signed(MINISTER)
}

/// A refusal of the application in review, signed.
fn refused() -> String {
    format!(
        "update decisions set status = 'sent_back', sent_back_by = '{SECOND}', sent_back_at = '2026-11-22T10:00:00Z',
                sent_back_reasons = 'no' where id = '{PROPOSAL}';\n"
    ) + &proposal(NEW, IN_REVIEW, 2).replace("'grant', '2027-11-22'", "'refuse', null")
        + &countersigned(NEW, SECOND)
        + &step(IN_REVIEW, 4, "application", ["in_review", "refuse", "refused"])
}

/// The reopening of that application, by someone, resting on `source` and its columns.
fn reopened(by: &str, source: &str) -> String {
    step_by(IN_REVIEW, 5, "application", ["refused", "reopen", "in_review"], (by, "{}"))
        + &format!(
            "insert into application_reopenings (application_id, number, version, source, objection_id, override_id,
                                                 reopened_by, reopened_at)
             values ('{IN_REVIEW}', 1, 5, {source}, '{by}', '2026-11-22T10:00:00Z');\n"
        )
}

/// A decision on the reopened application.
fn anew(id: &str, number: i32, by: &str) -> String {
    proposal(id, IN_REVIEW, number)
        .replace(HEAD, by)
        .replace("decided_at)", "decided_at, reopening)")
        .replace(
            "'2026-11-22T10:00:00Z');\n         insert into decision_lines",
            "'2026-11-22T10:00:00Z', 1);\n         insert into decision_lines",
        )
}

#[tokio::test]
async fn no_license_is_revoked_without_an_order() {
    let mut case = open().await;
    let no_order = "history_revoke_has_order";
    case.refused(no_order, &revoked(3, "active", "{}")).await;
    case.refused(no_order, &revoked(3, "active", &under(NEW))).await;
    case.done(&intended(REVOCATION, "RV-2026-000001")).await;
    case.refused(no_order, &revoked(3, "active", &under(REVOCATION))).await;
    case.refused(no_order, &revoked(3, "active", "{\"revocationId\": 7}")).await;
    // The order may come after its license in the transaction, and must be in it.
    case.done(&(revoked(3, "active", &under(REVOCATION)) + &ordered(REVOCATION, HEAD))).await;
    assert_eq!(case.text(&format!("select status from licenses where id = '{LICENSE}'")).await, "revoked");
}

#[tokio::test]
async fn an_order_revokes_once() {
    let mut case = open().await;
    case.done(&revocation()).await;
    case.done(&reinstated(DIRECTOR, BACK, COURT)).await;
    let again = |details: &str| revoked(5, "active", details);
    case.refused("history_revoke_once_an_order", &again(&under(REVOCATION))).await;
    case.refused("history_revoke_once_an_order", &again(&under_after(REVOCATION, OBJECTION))).await;
    case.done(&(intended(NEW, "RV-2026-000002") + &ordered(NEW, HEAD) + &again(&under(NEW)))).await;
}

#[tokio::test]
async fn a_stay_that_came_to_nothing_ends_in_the_revocation_and_only_once() {
    let mut case = open().await;
    case.done(&(revocation() + &to_revocation())).await;
    let frozen = ["revoked", "reinstate_frozen", "frozen"];
    let freeze_it = freeze(NEW, 1, "null", 4)
        .replace("'decision', 'human_rights'", &format!("'objection', '{OBJECTION}', 'human_rights'"))
        .replace("source, ground", "source, source_id, ground");
    let stay = format!(
        "update objections set stayed_by = '{DIRECTOR}', stay_reasons = 'so' where id = '{OBJECTION}';\n"
    ) + &step(OBJECTION, 3, "objection", ["admissible", "stay", "admissible"]);
    let back = reinstated(DIRECTOR, frozen, &by_objection());
    case.refused("history_reinstate_has_source", &(back.clone() + &freeze_it)).await;
    case.refused("licenses_frozen_has_freeze", &(stay.clone() + &back)).await;
    // A stay does not make it active.
    let active = reinstated(DIRECTOR, BACK, &by_objection());
    case.refused("history_reinstate_has_source", &(stay.clone() + &active)).await;
    case.done(&(stay + &back + &freeze_it)).await;
    let again = revoked(5, "frozen", &under_after(REVOCATION, OBJECTION));
    case.refused("history_revoke_once_an_order", &again).await;
    case.done(&(decided(DIRECTOR, 4, ["dismiss", "dismissed"]) + &again)).await;
    // Reinstated once more, it is not revoked a third time on the same order.
    let court = later(&reinstated(DIRECTOR, frozen, COURT));
    case.done(&court).await;
    let third = revoked(7, "frozen", &under_after(REVOCATION, OBJECTION));
    case.refused("history_revoke_once_an_order", &third).await;
}

#[tokio::test]
async fn a_license_comes_back_by_what_it_names_only() {
    let mut case = open().await;
    case.done(&revocation()).await;
    let no_source = "history_reinstate_has_source";
    case.refused(no_source, &step(LICENSE, 4, "license", BACK)).await;
    // Not by who ordered, nor under another's name.
    case.refused("history_reinstate_by_another", &reinstated(HEAD, BACK, COURT)).await;
    let borrowed = reinstated(HEAD, BACK, COURT).replace(
        &format!("'{{}}', '{HEAD}', '2026-11-22T10:00:00Z');"),
        &format!("'{{}}', '{DIRECTOR}', '2026-11-22T10:00:00Z');"),
    );
    case.refused(no_source, &borrowed).await;
    // An objection or an override that has not succeeded.
    case.done(&to_revocation()).await;
    case.refused(no_source, &reinstated(DIRECTOR, BACK, &by_objection())).await;
    case.done(&(proposed("null", &format!("'{LICENSE}'")) + &opined(OFFICER))).await;
    case.refused(no_source, &reinstated(MINISTER, BACK, &by_override())).await;
    for (source, refusal) in [
        ("'mercy', null, null, null, null, null, null", "license_reinstatements_source_known"),
        ("'court_order', null, null, null, null, null, null", "license_reinstatements_source_named"),
        ("'objection', null, null, null, null, null, null", "license_reinstatements_source_named"),
        (
            "'court_order', null, null, 'Supreme Court', '1/26', '2026-11-23', repeat('a', 64)",
            "license_reinstatements_judged",
        ),
        (
            "'court_order', null, null, 'Supreme Court', '1/26', '2026-11-20', 'a'",
            "license_reinstatements_digest_shape",
        ),
    ] {
        case.refused(refusal, &reinstated(DIRECTOR, BACK, source)).await;
    }
    // A row of its own makes no step into a reinstatement.
    let stray = reinstated(DIRECTOR, BACK, COURT);
    let stray = stray
        .split_once("insert into license_reinstatements")
        .expect("the row")
        .1
        .replace("', 4, ", "', 3, ");
    let stray = format!("insert into license_reinstatements{stray}");
    case.refused("license_reinstatements_of_step", &stray).await;
    case.done(&(signed(MINISTER) + &reinstated(MINISTER, BACK, &by_override()))).await;
    assert_eq!(case.text(&format!("select status from licenses where id = '{LICENSE}'")).await, "active");
}

#[tokio::test]
async fn a_license_does_not_come_back_after_its_term() {
    let mut case = open().await;
    case.done(&revocation()).await;
    let late = reinstated(DIRECTOR, BACK, COURT).replace("2026-11-22T10:00:00Z", "2027-11-23T00:00:00Z");
    case.refused("history_reinstate_in_term", &late).await;
    let last_day = reinstated(DIRECTOR, BACK, COURT).replace("2026-11-22T10:00:00Z", "2027-11-22T23:59:59Z");
    case.done(&last_day).await;
}

#[tokio::test]
async fn an_order_waits_for_the_hearing_that_was_asked_for() {
    let mut case = open().await;
    case.done(&intended(REVOCATION, "RV-2026-000001")).await;
    let asked = format!("update revocations set hearing_requested = true where id = '{REVOCATION}'");
    case.refused("revocations_hearing_asked_in_answer", &asked).await;
    case.done(&asked.replace("set ", "set representation = 'we did not', ")).await;
    case.refused("revocations_ordered_heard", &ordered(REVOCATION, HEAD)).await;
    let hearing = |chair: &str, noticed: &str, day: &str, number: i32| {
        format!(
            "insert into revocation_hearings values ('{REVOCATION}', {number}, '{day}', '{chair}', '{noticed}', 'said',
                                                     '{OFFICER}', '2026-11-22T10:00:00Z');\n"
        )
    };
    case.refused("revocation_hearings_chair_apart", &hearing(OFFICER, OFFICER, "2026-11-22", 1)).await;
    case.refused("revocation_hearings_notice_fk", &hearing(OFFICER, HEAD, "2026-11-22", 1)).await;
    case.refused("revocation_hearings_held", &hearing(HEAD, OFFICER, "2026-11-23", 1)).await;
    case.done(&hearing(HEAD, OFFICER, "2026-11-22", 1)).await;
    case.refused("revocation_hearings_day_uq", &hearing(HEAD, OFFICER, "2026-11-22", 2)).await;
    case.done(&ordered(REVOCATION, HEAD)).await;
}

#[tokio::test]
async fn what_a_proceeding_put_on_record_stands() {
    let mut case = open().await;
    case.done(&(intended(REVOCATION, "RV-2026-000001") + &ordered(REVOCATION, HEAD))).await;
    for change in [
        format!("intended_by = '{SECOND}'"),
        format!("ordered_by = '{SECOND}'"),
        "order_reasons = 'others'".to_owned(),
        "ground = 'court_order'".to_owned(),
        "respond_by = '2026-11-01'".to_owned(),
        format!("measure_id = '{NEW}'"),
        "urgent = true".to_owned(),
    ] {
        let change = format!("update revocations set {change} where id = '{REVOCATION}'");
        case.refused("revocations_not_rewritten", &change).await;
    }
}

#[tokio::test]
async fn an_objection_names_one_act_and_is_the_only_one_to_it() {
    let mut case = open().await;
    case.done(&revocation()).await;
    for (against, columns, values) in [
        ("revocation", "decision_id, application_id", format!("'{DECISION}', '{GRANTED}'")),
        ("refusal", "revocation_id, license_id", format!("'{REVOCATION}', '{LICENSE}'")),
        ("revocation", "revocation_id", format!("'{REVOCATION}'")),
        ("freeze", "license_id", format!("'{LICENSE}'")),
        (
            "revocation",
            "revocation_id, license_id, decision_id",
            format!("'{REVOCATION}', '{LICENSE}', '{DECISION}'"),
        ),
    ] {
        case.refused("objections_against_named", &objection(against, columns, &values)).await;
    }
    let unknown = objection("mood", "revocation_id, license_id", &format!("'{REVOCATION}', '{LICENSE}'"));
    case.refused("objections_against_known", &unknown).await;
    case.done(&to_revocation()).await;
    let second = to_revocation().replace(OBJECTION, NEW).replace("OB-2026-000001", "OB-2026-000002");
    case.refused("objections_revocation_uq", &second).await;
    case.done(&decided(DIRECTOR, 3, ["dismiss", "dismissed"])).await;
    case.refused("objections_revocation_uq", &second).await;
}

#[tokio::test]
async fn a_late_objection_has_its_excuse_and_one_on_time_is_never_late() {
    let mut case = open().await;
    case.done(&revocation()).await;
    let late = to_revocation().replace("'2027-01-06', '2026-11-22'", "'2027-01-06', '2027-01-07'");
    case.refused("objections_late_excused", &late).await;
    let excused = late
        .replace("grounds, contested_on", "excuse, grounds, contested_on")
        .replace("'not so'", "'ill', 'not so'");
    case.refused("objections_admitted", &excused).await;
    let before = to_revocation().replace("'2027-01-06', '2026-11-22'", "'2027-01-06', '2026-11-21'");
    case.refused("objections_dates", &before).await;
    let (lodged, _) = to_revocation()
        .split_once("insert into history")
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .expect("two");
    let lodged = lodged + &step(OBJECTION, 1, "objection", ["none", "lodge", "lodged"]);
    case.done(&lodged).await;
    case.refused(
        "objections_late_by_date",
        &step(OBJECTION, 2, "objection", ["lodged", "find_late", "late"]),
    )
    .await;
}

#[tokio::test]
async fn an_objection_is_decided_by_a_director_general_who_took_no_part() {
    let mut case = open().await;
    // The director ordered this one.
    let by_director = revocation()
        .replace(&format!("set ordered_by = '{HEAD}'"), &format!("set ordered_by = '{DIRECTOR}'"));
    case.done(&(by_director + &to_revocation())).await;
    let dismissed = ["dismiss", "dismissed"];
    case.refused("objections_decided_by_another", &decided(DIRECTOR, 3, dismissed)).await;
    case.refused("objections_decided_by_another", &decided(OFFICER, 3, dismissed)).await;
    case.refused("objections_decided_by_fk", &decided(OTHER_HEAD, 3, dismissed)).await;
    case.refused("objections_decided_by_fk", &decided(MINISTER, 3, dismissed)).await;
    case.refused(
        "objections_decided_signed",
        &step(OBJECTION, 3, "objection", ["admissible", "dismiss", "dismissed"]),
    )
    .await;
    for column in ["stayed_by = 'W', stay_reasons", "admissibility_by = 'W', admissibility_reasons"] {
        let by = |who: &str| {
            format!("update objections set {} = 'so' where id = '{OBJECTION}'", column.replace('W', who))
        };
        case.refused("objections_decided_by_another", &by(DIRECTOR)).await;
        let key = format!("objections_{}_fk", column.split(' ').next().expect("a column"));
        case.refused(&key, &by(OTHER_HEAD)).await;
    }
    case.done("insert into people (id, handle, role, created_at) values
                   ('00000000-0000-7000-8000-0000000000fe', 'another', 'director_general', '2026-01-01T00:00:00Z')").await;
    let another = "00000000-0000-7000-8000-0000000000fe";
    case.refused(
        "objections_varied_told",
        &decided(another, 3, ["vary", "varied"]).replace("then 'so far'", "then null"),
    )
    .await;
    case.done(&decided(another, 3, dismissed)).await;
    for change in ["decision_reasons = 'others'", "grounds = 'others'", "term_ends = '2026-11-23'"] {
        let change = format!("update objections set {change} where id = '{OBJECTION}'");
        case.refused("objections_not_rewritten", &change).await;
    }
}

#[tokio::test]
async fn who_decided_or_countersigned_a_refusal_or_froze_does_not_decide_on_the_objection() {
    let mut case = open().await;
    case.done(&(refused() + &to_decision(NEW, IN_REVIEW))).await;
    for took_part in [HEAD, SECOND] {
        case.refused("objections_decided_by_another", &decided(took_part, 3, ["dismiss", "dismissed"])).await;
    }
    let frozen = step(LICENSE, 3, "license", ["active", "freeze", "frozen"]) + &freeze(NEWER, 1, "null", 3);
    let to_freeze = objection("freeze", "freeze_id, license_id", &format!("'{NEWER}', '{LICENSE}'"))
        .replace(OBJECTION, "00000000-0000-7000-8000-0000000000b1")
        .replace("OB-2026-000001", "OB-2026-000002");
    case.done(&(frozen + &to_freeze)).await;
    let by_freezer =
        decided(HEAD, 3, ["dismiss", "dismissed"]).replace(OBJECTION, "00000000-0000-7000-8000-0000000000b1");
    case.refused("objections_decided_by_another", &by_freezer).await;
}

#[tokio::test]
async fn a_refusal_is_reopened_by_what_it_names_only_and_decided_anew_by_others() {
    let mut case = open().await;
    case.done(&(refused() + &to_decision(NEW, IN_REVIEW))).await;
    let source = format!("'objection', '{OBJECTION}', null");
    let no_source = "history_reopen_has_source";
    case.refused(no_source, &step(IN_REVIEW, 5, "application", ["refused", "reopen", "in_review"])).await;
    case.refused(no_source, &reopened(DIRECTOR, &source)).await;
    case.refused(no_source, &(decided(DIRECTOR, 3, ["dismiss", "dismissed"]) + &reopened(DIRECTOR, &source)))
        .await;
    // A second decision without a reopening, or under one that is none.
    case.refused(
        "decisions_one_signed_uq",
        &(proposal(NEWER, IN_REVIEW, 3).replace(HEAD, OTHER_HEAD) + &countersigned(NEWER, OTHER_SECOND)),
    )
    .await;
    case.refused("decisions_reopening_fk", &anew(NEWER, 3, OTHER_HEAD)).await;
    let stray = reopened(DIRECTOR, &source).replace("', 1, 5, ", "', 1, 3, ");
    let stray = stray.split_once("insert into application_reopenings").expect("the row").1;
    let stray = format!("insert into application_reopenings{stray}");
    case.refused("application_reopenings_of_step", &stray).await;

    case.done(&(decided(DIRECTOR, 3, ["uphold", "upheld"]) + &reopened(DIRECTOR, &source))).await;
    case.refused("decisions_decided_anew", &anew(NEWER, 3, HEAD)).await;
    case.done(&anew(NEWER, 3, OTHER_HEAD)).await;
    case.refused("decisions_decided_anew", &countersigned(NEWER, SECOND)).await;
    case.refused(
        "decisions_not_edited",
        &format!("update decisions set reasons = 'others' where id = '{NEW}'"),
    )
    .await;
    case.done(&countersigned(NEWER, OTHER_SECOND)).await;
    // A grant is final: not one more, nor another reopening.
    let more = "00000000-0000-7000-8000-0000000000f2";
    let twice = anew(more, 4, DIRECTOR) + &countersigned(more, MINISTER);
    case.refused("decisions_one_signed_uq", &twice).await;
    case.refused("decisions_one_signed_uq", &twice.replace("'grant', '2027-11-22'", "'refuse', null")).await;
    case.done(&step(IN_REVIEW, 6, "application", ["in_review", "grant", "granted"])).await;
    case.refused("history_step_fk", &step(IN_REVIEW, 7, "application", ["granted", "reopen", "in_review"]))
        .await;
}

#[tokio::test]
async fn an_override_is_signed_by_the_minister_after_an_opinion_of_another() {
    let mut case = open().await;
    let license = format!("'{LICENSE}'");
    let application = format!("'{IN_REVIEW}'");
    for (subject, refusal) in [
        (proposed("null", "null"), "overrides_subject_named"),
        (proposed(&application, &license), "overrides_subject_named"),
        (proposed(&application, "null").replace("positions_recorded", "four_eyes"), "overrides_rules_known"),
        (
            proposed(&application, "null").replace("positions_recorded", "arms_embargo"),
            "overrides_rules_known",
        ),
        (proposed(&application, "null").replace("'2026-12-31'", "'2026-11-21'"), "overrides_term"),
        (proposed(&application, "null").replace("'2026-12-31'", "'infinity'"), "overrides_term"),
    ] {
        case.refused(refusal, &subject).await;
    }
    case.done(&proposed(&application, "null")).await;
    let second =
        proposed(&application, "null").replace(OVERRIDE, NEW).replace("OV-2026-000001", "OV-2026-000002");
    case.refused("overrides_one_an_application_uq", &second).await;
    case.refused("overrides_opinion_by_another", &opined(HEAD)).await;
    case.refused(
        "overrides_opinion_recorded",
        &step(OVERRIDE, 2, "override", ["proposed", "record_opinion", "opinion_recorded"]),
    )
    .await;
    case.refused("history_step_fk", &step(OVERRIDE, 2, "override", ["proposed", "sign", "in_effect"])).await;
    case.done(&opined(OFFICER)).await;
    case.refused(
        "overrides_in_effect_signed",
        &step(OVERRIDE, 3, "override", ["opinion_recorded", "sign", "in_effect"]),
    )
    .await;
    case.refused("overrides_signed_by_another", &signed(HEAD)).await;
    case.refused("overrides_signed_by_another", &signed(OFFICER)).await;
    case.refused("overrides_signed_by_fk", &signed(DIRECTOR)).await;
    case.refused("overrides_signed_by_fk", &signed(SECOND)).await;
    case.done(&signed(MINISTER)).await;
    for change in [
        "opinion = 'favorable'",
        "at_request_of = 'no one'",
        "rules = '{marketing_cover}'",
        "valid_until = '2030-01-01'",
        "signature_reasons = 'others'",
        "signed_by = null, signed_at = null, signature_reasons = null",
    ] {
        let change = format!("update overrides set {change} where id = '{OVERRIDE}'");
        case.refused("overrides_not_rewritten", &change).await;
    }
}

#[tokio::test]
async fn a_decision_rests_on_an_override_in_effect_for_its_application_once() {
    let mut case = open().await;
    let under = |id: &str, application: &str, number: i32| {
        proposal(id, application, number).replace("decided_at)", "decided_at, override_id)").replace(
            "'2026-11-22T10:00:00Z');\n         insert into decision_lines",
            &format!("'2026-11-22T10:00:00Z', '{OVERRIDE}');\n         insert into decision_lines"),
        )
    };
    case.done(&(refused() + &proposed(&format!("'{IN_REVIEW}'"), "null") + &opined(OFFICER))).await;
    case.refused("decisions_override_fk", &under(NEWER, GRANTED, 2)).await;
    case.refused(
        "decisions_override_grants",
        &under(NEWER, IN_REVIEW, 3).replace("'grant', '2027-11-22'", "'refuse', null"),
    )
    .await;
    let source = format!("'override', null, '{OVERRIDE}'");
    case.refused("history_reopen_has_source", &reopened(MINISTER, &source)).await;
    let number = |sql: String| {
        sql.replace("override_id)", "override_id, reopening)")
            .replace(&format!("'{OVERRIDE}');"), &format!("'{OVERRIDE}', 1);"))
    };
    // Signed before the override is.
    case.refused(
        "decisions_override_in_effect",
        &(under(NEWER, IN_REVIEW, 3) + &countersigned(NEWER, SECOND)),
    )
    .await;
    case.done(&(signed(MINISTER) + &reopened(MINISTER, &source))).await;
    // The same persons may sign, for it is the override that the decision rests on.
    let late = countersigned(NEWER, SECOND).replace("2026-11-22T11", "2027-01-01T11");
    case.refused("decisions_override_in_effect", &(number(under(NEWER, IN_REVIEW, 3)) + &late)).await;
    case.done(&(number(under(NEWER, IN_REVIEW, 3)) + &countersigned(NEWER, SECOND))).await;
    case.done(&format!("update overrides set used_at = '2026-11-22T12:00:00Z' where id = '{OVERRIDE}'"))
        .await;
    let spent = step(OVERRIDE, 4, "override", ["in_effect", "rescind", "rescinded"]);
    case.refused("overrides_used_in_effect", &spent).await;
    let unused = format!("update overrides set used_at = null where id = '{OVERRIDE}'");
    case.refused("overrides_not_rewritten", &unused).await;
}

#[tokio::test]
async fn an_override_reinstates_one_license_once() {
    let mut case = open().await;
    case.done(&(revocation() + &in_effect("null", &format!("'{LICENSE}'")))).await;
    case.done(&reinstated(MINISTER, BACK, &by_override())).await;
    case.done(&(intended(NEW, "RV-2026-000002") + &ordered(NEW, HEAD) + &revoked(5, "active", &under(NEW))))
        .await;
    let again = later(&reinstated(MINISTER, BACK, &by_override()));
    case.refused("license_reinstatements_override_uq", &again).await;
}
