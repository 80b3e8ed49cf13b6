//! What a database error means to a caller.
//!
//! Constraints are the last line: most are met by a check before. Where two requests race, the constraint speaks, and
//! this table gives it its sentence.

/// What a database error means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// The transaction lost a race, or found no room beside others, and can be replayed.
    LostRace,
    /// The database cannot be reached or cannot write.
    Away,
    /// A constraint refused: the sentence for it.
    Conflict(&'static str),
    /// A defect of ours.
    Defect,
}

/// The sentence for each constraint that a caller can run into.
const CONSTRAINTS: &[(&str, &str)] = &[
    ("exporters_company_uq", "An exporter with this company number is already on file."),
    ("people_handle_uq", "This handle belongs to another person."),
    ("declaration_templates_version_uq", "This class already has a template of this version."),
    ("declaration_templates_one_in_force_uq", "Another template of this class is in force."),
    ("template_agreements_pk", "This ministry has already agreed."),
    ("template_agreements_person_uq", "This person has already agreed for a ministry."),
    (
        "declarations_breach_four_eyes",
        "Who suspected the breach and who confirms it must be different persons.",
    ),
    ("application_positions_pk", "A position of this body is already recorded on these conditions."),
    ("decisions_one_open_uq", "A decision is already proposed and waits for its countersignature."),
    ("decisions_one_signed_uq", "The application is already decided."),
    ("decisions_number_uq", "Another decision was proposed at the same time."),
    ("decisions_four_eyes", "Decider and countersigner must be different persons."),
    ("revocations_four_eyes", "Who gave notice and who orders must be different persons."),
    ("revocations_one_open_uq", "A revocation proceeding is already open for this license."),
    ("revocation_hearings_day_uq", "A hearing of this day is already on record."),
    ("revocation_hearings_chair_apart", "Who gave notice does not chair the hearing."),
    ("revocations_ordered_heard", "The exporter asked for a hearing and none was held."),
    ("objections_decision_uq", "There is an objection to this decision already."),
    ("objections_revocation_uq", "There is an objection to this revocation already."),
    ("objections_freeze_uq", "There is an objection to this freeze already."),
    ("objections_decided_by_another", "Who took part in the act does not decide on the objection to it."),
    (
        "overrides_one_an_application_uq",
        "Another override for this application is under way: end that one first.",
    ),
    ("overrides_one_a_license_uq", "Another override for this license is under way: end that one first."),
    ("overrides_opinion_by_another", "Who proposed the override does not record the opinion."),
    ("overrides_signed_by_another", "Who proposed the override or recorded the opinion does not sign it."),
    ("overrides_used_in_effect", "The override is used up."),
    ("override_dissents_pk", "Another dissent was recorded at the same time."),
    ("decisions_one_grant_uq", "The application is already granted."),
    ("decisions_override_uq", "The override is used up."),
    ("decisions_override_in_effect", "The override is not in effect."),
    ("decisions_decided_anew", "Who decided or countersigned before the reopening does not sign again."),
    ("licenses_application_uq", "The application already has its license."),
    ("license_freezes_number_uq", "The license was frozen by another request at the same time."),
    ("license_freezes_declaration_uq", "The license is already frozen on this suspicion."),
    ("license_freezes_not_edited", "The freeze is already lifted."),
    ("license_draw_downs_shipment_uq", "This shipment is already booked on this line."),
    ("license_lines_drawn_within", "The shipment is more than what remains of the license."),
    ("declaration_uses_single_uq", "The declaration has already served another application."),
    ("screening_lists_code_uq", "A list with this code is already on file."),
    ("screening_editions_number_uq", "Another edition was taken at the same time."),
    ("screening_editions_four_eyes", "Who proposed the edition and who takes it must be different persons."),
    ("screening_hits_four_eyes", "Who proposed and who agrees must be different persons."),
    ("screening_hits_second_person", "This takes a second person: propose it, and another agrees."),
    ("history_pk", "The resource was changed by another request at the same time."),
    ("history_step_fk", "There is no such step from the present status."),
    ("history_prev_fk", "The resource was changed by another request at the same time."),
    ("imports_input_uq", "The same file was imported at the same time."),
    ("licenses_source_number_uq", "A license with this number was imported at the same time."),
    ("country_groups_pk", "A group with this code is already on file."),
    ("country_group_members_pk", "The country is already a member of the group in this time."),
    ("country_group_members_span_uq", "The country is already a member of the group in this time."),
    ("assessment_positions_pk", "The ministry's position on this text is already recorded."),
    ("assessment_positions_four_eyes", "Who wrote the assessment gives no position on it."),
    ("assessment_scores_pk", "Other scores were attached at the same time."),
    ("assessment_scores_indicator_uq", "A score of this source, indicator and year is already attached."),
    ("assessments_four_eyes", "Who wrote an assessment and who approves it must be different persons."),
    (
        "assessments_one_in_force_uq",
        "Another assessment of this country and class was approved at the same time.",
    ),
    ("allegations_four_eyes", "Who assessed an allegation and who decides on it must be different persons."),
    ("erasures_four_eyes", "Who proposed an erasure and who carries it out must be different persons."),
    ("erasures_open_uq", "An erasure of this is proposed already, or was carried out."),
    ("application_lines_filed", "The lines of a filed application stand."),
    ("application_consignees_filed", "The consignees of a filed application stand."),
];

/// Tells what an error means.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the error type is sqlx's and open: what is not known is a defect"
)]
pub fn meaning(error: &sqlx::Error) -> Meaning {
    match error {
        sqlx::Error::Database(refusal) => {
            let code = refusal.code().unwrap_or_default();
            match code.as_ref() {
                // The last one: the table of what serializable transactions have read is full, until others end.
                "40001" | "40P01" | "53200" => Meaning::LostRace,
                // Class 08 connection, 53 resources (disk full among them), 57 operator intervention, 58 system.
                "25006" | "55P03" => Meaning::Away,
                code if ["08", "53", "57", "58"].iter().any(|class| code.starts_with(class)) => Meaning::Away,
                _ => constraint(refusal.constraint()),
            }
        }
        sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::BeginFailed => Meaning::Away,
        _ => Meaning::Defect,
    }
}

/// Whether a connection was found cut: by the network, or by a server that is going down or has gone.
#[expect(clippy::wildcard_enum_match_arm, reason = "the error type is sqlx's and open")]
pub fn is_cut(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(refusal) => {
            matches!(refusal.code().as_deref(), Some("57P01" | "57P02" | "57P03" | "08006" | "08003"))
        }
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::BeginFailed => true,
        _ => false,
    }
}

fn constraint(name: Option<&str>) -> Meaning {
    name.and_then(|name| CONSTRAINTS.iter().find(|(constraint, _)| *constraint == name))
        .map_or(Meaning::Defect, |(_, says)| Meaning::Conflict(says))
}
