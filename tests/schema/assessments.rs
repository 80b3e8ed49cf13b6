//! Country groups, assessments, reviews and allegations: what the database refuses, tried in plain SQL.

use crate::case::{Case, END_USER, HEAD, NEW, NEWER, PRODUCT, SECOND, step};

const THIRD: &str = "00000000-0000-7000-8000-000000000005";

/// A third person.
fn third() -> String {
    format!(
        "insert into people (id, handle, role, ministry, created_at)
         values ('{THIRD}', 'third', 'reviewer', 'defense', '2026-01-01T00:00:00Z');\n"
    )
}

fn member(country: &str, from: &str, until: &str) -> String {
    format!(
        "insert into country_group_members (group_code, territory, valid_from, valid_until, recorded_by, recorded_at)
         values ('eu', '{country}', {from}, {until}, '{HEAD}', '2026-01-01T00:00:00Z');\n"
    )
}

fn ended(country: &str, until: &str) -> String {
    format!(
        "update country_group_members set valid_until = {until}, ended_by = '{HEAD}', ended_at = '2026-01-01T00:00:00Z',
                end_reasons = 'left' where group_code = 'eu' and territory = '{country}';\n"
    )
}

#[tokio::test]
async fn a_country_is_a_member_once_at_a_time() {
    let mut case = Case::open().await;
    let once = "country_group_members_span_uq";
    case.refused(once, &member("DE", "'2000-01-01'", "null")).await;
    case.refused(once, &member("DE", "'1950-01-01'", "'1958-01-01'")).await;
    case.refused(once, &member("GB", "'2020-01-31'", "null")).await;
    case.done(&member("GB", "'2020-02-01'", "'2020-02-01'")).await;
    case.done(&member("GB", "'1960-01-01'", "'1972-12-31'")).await;
    case.refused(once, &member("GB", "'1900-01-01'", "null")).await;
    case.refused("country_group_members_dates", &member("CH", "'2020-01-01'", "'2019-12-31'")).await;
    case.refused("country_group_members_dates", &member("CH", "'-infinity'", "null")).await;
    case.refused("country_group_members_dates", &member("CH", "'2020-01-01'", "'infinity'")).await;
    case.refused("country_group_members_countries", &member("nato", "'2020-01-01'", "null")).await;
    case.refused("country_group_members_countries", &member("ZZ", "'2020-01-01'", "null")).await;
    case.refused("country_group_members_territory_fk", &member("QQ", "'2020-01-01'", "null")).await;
}

#[tokio::test]
async fn a_membership_is_ended_once_and_nothing_else() {
    let mut case = Case::open().await;
    let stands = "country_group_members_not_edited";
    for change in [
        "update country_group_members set valid_from = '1900-01-01' where territory = 'DE'",
        "update country_group_members set territory = 'CH' where group_code = 'eu' and territory = 'DE'",
        "update country_group_members set valid_until = '2026-01-01' where territory = 'DE'",
        "update country_group_members set valid_until = null where territory = 'GB' and group_code = 'eu'",
        "delete from country_group_members where territory = 'GB' and group_code = 'eu'",
    ] {
        case.refused(stands, change).await;
    }
    case.refused("country_group_members_dates", &ended("DE", "'1957-12-31'")).await;
    case.done(&ended("DE", "'2026-01-01'")).await;
    case.refused(stands, &ended("DE", "'2027-01-01'")).await;
    case.refused("country_groups_append_only", "update country_groups set name = 'x' where code = 'eu'")
        .await;
}

/// The constraint holds against writers that do not see each other yet, whatever their isolation.
#[tokio::test]
async fn two_writers_at_once_do_not_overlap() {
    use crate::support::database::TestDatabase;
    let database = TestDatabase::create().await;
    for isolation in ["read committed", "repeatable read"] {
        let begin = async || {
            let mut tx = database.pool().begin().await.expect("begin");
            sqlx::query(sqlx::AssertSqlSafe(format!("set transaction isolation level {isolation}")))
                .execute(&mut *tx)
                .await
                .expect("isolate");
            sqlx::query("select count(*) from country_group_members").execute(&mut *tx).await.expect("look");
            tx
        };
        let (mut one, mut other) = (begin().await, begin().await);
        let country = if isolation == "read committed" { "CH" } else { "NO" };
        let by_clock = |from: &str| {
            sqlx::AssertSqlSafe(
                member(country, from, "null").replace(HEAD, "00000000-0000-7000-8000-000000000001"),
            )
        };
        sqlx::query(by_clock("'2020-01-01'")).execute(&mut *one).await.expect("the first");
        let waiting = tokio::spawn(async move {
            let done = sqlx::query(by_clock("'2021-01-01'")).execute(&mut *other).await.map(|_| ());
            drop(other);
            done
        });
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        one.commit().await.expect("commit");
        let refused = waiting.await.expect("a writer").expect_err("the second overlaps");
        let constraint = refused.as_database_error().and_then(|error| error.constraint()).map(str::to_owned);
        assert_eq!(constraint.as_deref(), Some("country_group_members_span_uq"), "{isolation}: {refused}");
    }
}

/// A draft of the head's on Greece.
fn assessment(id: &str, reference: &str) -> String {
    format!(
        "insert into assessments (id, reference, version, status, country, summary, conclusions, review_on, valid_until, round,
                                  drafted_by, authors, created_at, updated_at)
         values ('{id}', '{reference}', 1, 'draft', 'GR', 'calm', 'none', '2027-01-01', '2027-06-01', 1, '{HEAD}',
                 '{{{HEAD}}}', '2026-11-22T10:00:00Z', '2026-11-22T10:00:00Z');
         {}",
        step(id, 1, "assessment", ["none", "draft", "draft"])
    )
}

fn position(id: &str, ministry: &str, stance: &str, by: &str) -> String {
    format!(
        "insert into assessment_positions (assessment_id, round, ministry, stance, reasons, recorded_by, recorded_at)
         values ('{id}', 1, '{ministry}', '{stance}', 'so', '{by}', '2026-11-22T10:00:00Z');\n"
    )
}

fn approval(id: &str, by: &str, departure: &str) -> String {
    format!(
        "update assessments set approved_by = '{by}', approved_at = '2026-11-22T11:00:00Z', approval_reasons = 'in order',
                departure = {departure} where id = '{id}';\n"
    )
}

fn consulted(id: &str) -> String {
    step(id, 2, "assessment", ["draft", "consult", "in_consultation"])
}

#[tokio::test]
async fn an_assessment_stands_as_the_positions_say() {
    let mut case = Case::open().await;
    let told = "assessments_positions_tell";
    case.done(&(third() + &assessment(NEW, "AS-2026-000001"))).await;
    case.refused("assessment_positions_in_round", &position(NEW, "defense", "support", THIRD)).await;
    case.done(&consulted(NEW)).await;
    let agree = step(NEW, 3, "assessment", ["in_consultation", "agree", "agreed"]);
    let dissent = step(NEW, 3, "assessment", ["in_consultation", "dissent", "dissented"]);
    case.refused(told, &agree).await;
    case.refused(told, &dissent).await;
    case.refused("assessment_positions_four_eyes", &position(NEW, "defense", "support", HEAD)).await;
    case.done(&position(NEW, "defense", "support", THIRD)).await;
    case.refused("assessment_positions_pk", &position(NEW, "defense", "oppose", SECOND)).await;
    case.refused("assessment_positions_person_uq", &position(NEW, "foreign_affairs", "support", THIRD)).await;
    case.refused("assessment_positions_ministry_known", &position(NEW, "economy", "support", SECOND)).await;
    case.refused(told, &agree).await;
    let supported = position(NEW, "foreign_affairs", "support", SECOND);
    let opposed = position(NEW, "foreign_affairs", "oppose", SECOND);
    case.refused(told, &(supported.clone() + &dissent)).await;
    case.refused(told, &(opposed.clone() + &agree)).await;
    let next_round = opposed.replace(", 1, 'foreign", ", 2, 'foreign");
    case.refused("assessment_positions_in_round", &next_round).await;
    // Approved over a dissent with reasons, and only so.
    let approve = step(NEW, 4, "assessment", ["dissented", "approve", "approved"]);
    case.done(&(opposed + &dissent)).await;
    case.refused("assessments_approved_signed", &approve).await;
    case.refused(told, &(approval(NEW, THIRD, "null") + &approve)).await;
    case.refused("assessments_four_eyes", &approval(NEW, HEAD, "'heard'")).await;
    case.done(&(approval(NEW, THIRD, "'heard'") + &approve)).await;
    case.refused("assessments_text_stands", &approval(NEW, SECOND, "'heard'")).await;
}

#[tokio::test]
async fn what_was_put_to_the_ministries_stands() {
    let mut case = Case::open().await;
    let consideration = format!(
        "insert into assessment_considerations (assessment_id, consideration, level, text)
         values ('{NEW}', 'security', 'low', 'calm');"
    );
    let score = format!(
        "insert into assessment_scores (assessment_id, number, source, indicator, year, value, scale, citation, attached_by,
                                        attached_at)
         values ('{NEW}', 1, 's', 'i', 2021, 1, '0 to 1', 'c', '{HEAD}', '2026-11-22T10:00:00Z');"
    );
    case.done(&(assessment(NEW, "AS-2026-000001") + &consideration + &score)).await;
    for (constraint, change) in [
        ("assessments_text_stands", "set country = 'DE'"),
        ("assessments_text_stands", "set authors = '{}', drafted_by = drafted_by"),
        ("assessments_text_stands", "set product_class = 'military'"),
        ("assessments_dates", "set valid_until = '2026-12-31'"),
    ] {
        case.refused(constraint, &format!("update assessments {change} where id = '{NEW}'")).await;
    }
    case.done(&format!(
        "update assessments set summary = 'tense', authors = authors || '{SECOND}'::uuid where id = '{NEW}'"
    ))
    .await;
    case.refused("assessments_four_eyes", &approval(NEW, SECOND, "null")).await;
    case.done(&consulted(NEW)).await;
    for change in [
        "set summary = 'calm'",
        "set valid_until = '2028-01-01'",
        "set authors = authors || authors",
        "set round = 0",
    ] {
        case.refused("assessments_text_stands", &format!("update assessments {change} where id = '{NEW}'"))
            .await;
    }
    let draft_only = "assessment_considerations_draft_only";
    case.refused(draft_only, &consideration.replace("'security'", "'stability'")).await;
    case.refused(draft_only, "update assessment_considerations set level = 'high'").await;
    case.refused(draft_only, "delete from assessment_considerations").await;
    case.refused("assessment_scores_draft_only", &score.replace(", 1, 's'", ", 2, 't'")).await;
}

#[tokio::test]
async fn one_assessment_of_a_country_and_class_is_in_force() {
    let mut case = Case::open().await;
    let in_force = |id: &str, reference: &str| {
        assessment(id, reference)
            + &consulted(id)
            + &position(id, "defense", "support", THIRD)
            + &position(id, "foreign_affairs", "support", SECOND)
            + &step(id, 3, "assessment", ["in_consultation", "agree", "agreed"])
            + &approval(id, THIRD, "null")
            + &step(id, 4, "assessment", ["agreed", "approve", "approved"])
    };
    case.done(&(third() + &in_force(NEW, "AS-2026-000001"))).await;
    case.refused("assessments_one_in_force_uq", &in_force(NEWER, "AS-2026-000002")).await;
    let superseded = step(NEW, 5, "assessment", ["approved", "supersede", "superseded"]);
    case.done(&(superseded + &in_force(NEWER, "AS-2026-000002"))).await;
}

fn review(id: &str, due_on: &str) -> String {
    format!(
        "insert into reviews (id, reference, version, status, title, question, end_user_id, owner_id, due_on, opened_by,
                              created_at, updated_at)
         values ('{id}', 'RW-2026-000001', 1, 'open', 'use', 'was it?', '{END_USER}', '{SECOND}', '{due_on}', '{HEAD}',
                 '2026-11-22T10:00:00Z', '2026-11-22T10:00:00Z');
         {}",
        step(id, 1, "review", ["none", "open", "open"])
    )
}

fn evidence(version: i32) -> String {
    format!(
        "insert into review_evidence (review_id, number, kind, description, entered_by, entered_at, entered_version)
         values ('{NEW}', 1, 'document', 'a letter', '{SECOND}', '2026-11-22T10:00:00Z', {version});\n"
    )
}

#[tokio::test]
async fn a_review_is_due_later_and_concluded_once_on_evidence() {
    let mut case = Case::open().await;
    case.refused("reviews_due_after_opening", &review(NEW, "2026-11-22")).await;
    case.refused("reviews_due_after_opening", &review(NEW, "infinity")).await;
    let of_both = review(NEW, "2027-01-01")
        .replace("end_user_id,", "end_user_id, product_id,")
        .replace(&format!("'{END_USER}',"), &format!("'{END_USER}', '{PRODUCT}',"));
    case.refused("reviews_one_subject", &of_both).await;
    let both = review(NEW, "2027-01-01") + &format!("update reviews set product_id = '{PRODUCT}';");
    case.refused("reviews_not_edited", &both).await;
    case.done(&review(NEW, "2027-01-01")).await;
    case.refused("review_evidence_step_fk", &evidence(2)).await;
    case.done(&(step(NEW, 2, "review", ["open", "enter_evidence", "in_evidence"]) + &evidence(2))).await;
    for change in ["title = 'other'", "question = 'other'", "end_user_id = null", "opened_by = owner_id"] {
        case.refused("reviews_not_edited", &format!("update reviews set {change}")).await;
    }
    case.done("update reviews set due_on = '2027-02-01'").await;
    let conclude = step(NEW, 3, "review", ["in_evidence", "conclude", "concluded"]);
    case.refused("reviews_concluded_signed", &conclude).await;
    case.refused("reviews_conclusion_whole", "update reviews set findings = 'none'").await;
    let sign = |findings: &str| {
        format!(
            "update reviews set findings = '{findings}', proposal = 'no_further_action', conclusion_reasons = 'settled',
                    concluded_by = '{SECOND}', concluded_at = '2026-11-23T10:00:00Z';\n"
        )
    };
    case.refused("reviews_not_edited", &(sign("none") + &sign("some"))).await;
    case.done(&(sign("none") + &conclude)).await;
    for change in ["due_on = '2028-01-01'", "findings = 'some'", "proposal = 'revoke_licenses'"] {
        case.refused("reviews_not_edited", &format!("update reviews set {change}")).await;
    }
}

fn allegation(subject: &str) -> String {
    format!(
        "insert into allegations (id, reference, version, status, source_kind, received_on, text, document_sha256s,
                                  {subject}, entered_by, created_at, updated_at)
         values ('{NEWER}', 'AL-2026-000001', 1, 'received', 'media', '2026-11-22', 'misuse', '{{}}', '{END_USER}', '{HEAD}',
                 '2026-11-22T10:00:00Z', '2026-11-22T10:00:00Z');
         {}",
        step(NEWER, 1, "allegation", ["none", "receive", "received"])
    )
}

#[tokio::test]
async fn an_allegation_is_assessed_and_decided_once_by_two() {
    let mut case = Case::open().await;
    let received = allegation("end_user_id");
    case.refused("allegations_received_before_entry", &received.replace("'2026-11-22',", "'2026-11-23',"))
        .await;
    case.refused("allegations_digest_shape", &received.replace("'{}'", "'{abc}'")).await;
    // Two digests of wrong length that are right together.
    let halves = format!("'{{{},{}}}'", "a".repeat(63), "a".repeat(65));
    case.refused("allegations_digest_shape", &received.replace("'{}'", &halves)).await;
    case.done(&received).await;
    case.refused("allegations_not_edited", "update allegations set text = 'other'").await;
    case.refused("allegations_not_edited", "update allegations set end_user_id = null").await;
    let assess = step(NEWER, 2, "allegation", ["received", "assess", "assessed"]);
    case.refused("allegations_assessed_signed", &assess).await;
    let sign = |by: &str| {
        format!("update allegations set assessment = 'likely', credibility = 'high', assessed_by = '{by}';\n")
    };
    case.refused("allegations_not_edited", &(sign(SECOND) + &sign(HEAD))).await;
    case.done(&(sign(SECOND) + &assess)).await;
    case.refused("allegations_not_edited", &sign(HEAD)).await;
    let substantiate = step(NEWER, 3, "allegation", ["assessed", "substantiate", "substantiated"]);
    let dismiss = step(NEWER, 3, "allegation", ["assessed", "dismiss", "dismissed"]);
    let decide = |by: &str, review: &str| {
        format!(
            "update allegations set decided_by = '{by}', decision_reasons = 'so', review_id = {review};\n"
        )
    };
    case.refused("allegations_decided_signed", &dismiss).await;
    case.refused("allegations_four_eyes", &decide(SECOND, "null")).await;
    let reviewed = format!("'{NEW}'");
    let with_review = "allegations_substantiated_has_review";
    case.refused(with_review, &(decide(HEAD, "null") + &substantiate)).await;
    case.done(&review(NEW, "2027-01-01")).await;
    case.refused(with_review, &(decide(HEAD, &reviewed) + &dismiss)).await;
    case.done(&(decide(HEAD, &reviewed) + &substantiate)).await;
    case.refused("allegations_not_edited", &decide(HEAD, "null")).await;
}
