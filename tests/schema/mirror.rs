//! The reference tables and the vocabularies in the schema say what the rules say.

use std::collections::{BTreeMap, BTreeSet};

use export_license_registry::audit::EntryOutcome;
use export_license_registry::rules::allegation::{Credibility, SourceKind};
use export_license_registry::rules::application::{Body, Kind, Outcome, Purpose, ReopeningSource, Stance};
use export_license_registry::rules::assessment::{CONSULTED, Consideration, Level};
use export_license_registry::rules::authority::{Ministry, Role};
use export_license_registry::rules::consignee::ConsigneeRole;
use export_license_registry::rules::declaration::StatedEnd;
use export_license_registry::rules::edition::EditionSubject;
use export_license_registry::rules::end_user::EndUserKind;
use export_license_registry::rules::gate::EmbargoScope;
use export_license_registry::rules::license::{FreezeSource, Ground, ReinstatementSource};
use export_license_registry::rules::measure::DecisionAct;
use export_license_registry::rules::objection::{Against, Consequence};
use export_license_registry::rules::overrides::OpinionFinding;
use export_license_registry::rules::product::{ProductClass, SecurityClassification, TechnologyTag};
use export_license_registry::rules::programme::ProgrammeMeasure;
use export_license_registry::rules::review::{EvidenceKind, Proposal};
use export_license_registry::rules::template::TransitionRule;
use export_license_registry::rules::values::{Country, Unit};
use export_license_registry::rules::verdict::Rule;
use export_license_registry::rules::{
    application, cycles, erasure, license, objection, operation, overrides, review, revocation, screening_hit,
};
use export_license_registry::screening::read::Form;

use crate::support::database::TestDatabase;

#[tokio::test]
async fn the_transitions_are_the_edges() {
    let database = TestDatabase::create().await;
    let on_file: Vec<(String, String, String, String)> =
        sqlx::query_as("select life_cycle, from_status, action, to_status from life_cycle_transitions")
            .fetch_all(database.pool())
            .await
            .expect("the transitions");
    let edges: BTreeSet<(String, String, String, String)> = cycles::all()
        .into_iter()
        .flat_map(|(_, edges)| edges)
        .map(|e| (e.life_cycle.into(), e.from.into(), e.action.into(), e.to.into()))
        .collect();
    let on_file: BTreeSet<_> = on_file.into_iter().collect();
    let missing: Vec<_> = edges.difference(&on_file).collect();
    let surplus: Vec<_> = on_file.difference(&edges).collect();
    assert!(missing.is_empty() && surplus.is_empty(), "missing: {missing:?}, surplus: {surplus:?}");
}

#[tokio::test]
async fn the_life_cycles_are_the_tables_that_follow_them() {
    let database = TestDatabase::create().await;
    let named: BTreeSet<String> = cycles::all().into_iter().map(|(name, _)| name.to_owned()).collect();
    let rows: Vec<(String, String)> = sqlx::query_as("select name, table_name from life_cycles")
        .fetch_all(database.pool())
        .await
        .expect("the life cycles");
    assert_eq!(rows.iter().map(|(name, _)| name.clone()).collect::<BTreeSet<_>>(), named);
    for (name, table) in rows {
        let cycle: String = sqlx::query_scalar(
            "select pg_get_expr(d.adbin, d.adrelid) from pg_attrdef d
               join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
              where d.adrelid = $1::text::regclass and a.attname = 'life_cycle'",
        )
        .bind(&table)
        .fetch_one(database.pool())
        .await
        .expect("the table follows a life cycle");
        assert_eq!(cycle, format!("'{name}'::text"), "{table}");
        let key: i64 = sqlx::query_scalar(
            "select count(*) from pg_constraint where conname = $1 and condeferrable and condeferred and convalidated",
        )
        .bind(format!("{table}_status_has_step"))
        .fetch_one(database.pool())
        .await
        .expect("a count");
        assert_eq!(key, 1, "{table} has no key to its history");
    }
}

#[tokio::test]
async fn the_countries_are_the_countries() {
    let database = TestDatabase::create().await;
    let on_file: BTreeMap<String, String> =
        sqlx::query_as("select code, name from territories where kind = 'country'")
            .fetch_all(database.pool())
            .await
            .expect("the territories")
            .into_iter()
            .collect();
    let known: BTreeMap<String, String> =
        Country::all().map(|(country, name)| (country.to_string(), name.to_owned())).collect();
    for (code, name) in &known {
        assert_eq!(on_file.get(code), Some(name), "{code}");
    }
    assert_eq!(on_file.len(), known.len(), "and no others");
}

fn names<T: Copy + Into<&'static str>>(members: &[T]) -> BTreeSet<String> {
    members.iter().map(|&member| member.into().to_owned()).collect()
}

/// The texts that a CHECK constraint lists.
fn listed(definition: &str) -> BTreeSet<String> {
    definition.split('\'').skip(1).step_by(2).map(ToOwned::to_owned).collect()
}

/// Every CHECK that lists a vocabulary, with the vocabulary.
fn vocabularies() -> BTreeMap<&'static str, BTreeSet<String>> {
    BTreeMap::from([
        ("audit_entries_outcome_known", names(EntryOutcome::ALL)),
        ("people_role_known", names(Role::ALL)),
        ("people_ministry_known", names(Ministry::ALL)),
        ("template_agreements_ministry_known", names(Ministry::ALL)),
        ("arms_embargoes_scope_known", names(EmbargoScope::ALL)),
        ("product_classifications_class_known", names(ProductClass::ALL)),
        ("product_classifications_security_known", names(SecurityClassification::ALL)),
        ("product_classifications_tags_known", names(TechnologyTag::ALL)),
        ("control_list_entries_tags_known", names(TechnologyTag::ALL)),
        ("reference_editions_subject_known", names(EditionSubject::ALL)),
        ("programmes_measures_known", names(ProgrammeMeasure::ALL)),
        ("declaration_templates_class_known", names(ProductClass::ALL)),
        ("declaration_templates_transition_known", names(TransitionRule::ALL)),
        ("declarations_ends_known", names(StatedEnd::ALL)),
        ("declaration_items_unit_known", names(Unit::ALL)),
        ("end_users_kind_known", names(EndUserKind::ALL)),
        ("consignees_kind_known", names(EndUserKind::ALL)),
        ("erasures_kind_known", names(erasure::Kind::ALL)),
        ("applications_kind_known", names(Kind::ALL)),
        ("applications_purpose_known", names(Purpose::ALL)),
        ("application_lines_unit_known", names(Unit::ALL)),
        ("application_consignees_role_known", names(ConsigneeRole::ALL)),
        ("application_positions_body_known", names(Body::ALL)),
        ("application_positions_stance_known", names(Stance::ALL)),
        ("decisions_outcome_known", names(Outcome::ALL)),
        ("licenses_kind_known", names(Kind::ALL)),
        ("license_freezes_source_known", names(FreezeSource::ALL)),
        ("license_freezes_ground_known", names(Ground::ALL)),
        ("license_reinstatements_source_known", names(ReinstatementSource::ALL)),
        ("revocations_ground_known", names(Ground::ALL)),
        ("objections_against_known", names(Against::ALL)),
        ("objections_effect_known", names(Consequence::ALL)),
        ("overrides_rules_known", names(&overridable())),
        ("overrides_finding_known", names(OpinionFinding::ALL)),
        ("override_dissents_body_known", names(Body::ALL)),
        ("application_reopenings_source_known", names(ReopeningSource::ALL)),
        ("operations_kind_known", names(operation::Kind::ALL)),
        ("operations_status_known", names(operation::Status::ALL)),
        ("operation_batches_task_known", names(operation::Task::ALL)),
        ("measure_contents_ground_known", names(Ground::ALL)),
        ("measure_agreements_ministry_known", names(Ministry::ALL)),
        ("measure_decisions_act_known", names(DecisionAct::ALL)),
        ("assessments_class_known", names(ProductClass::ALL)),
        ("assessment_considerations_consideration_known", names(Consideration::ALL)),
        ("assessment_considerations_level_known", names(Level::ALL)),
        ("assessment_positions_ministry_known", names(CONSULTED)),
        ("assessment_positions_stance_known", names(Stance::ALL)),
        ("reviews_proposal_known", names(Proposal::ALL)),
        ("review_evidence_kind_known", names(EvidenceKind::ALL)),
        ("allegations_source_known", names(SourceKind::ALL)),
        ("allegations_credibility_known", names(Credibility::ALL)),
        ("screening_editions_form_known", names(Form::ALL)),
        ("screened_parties_kind_known", names(screening_hit::PartyKind::ALL)),
        ("screening_hits_party_kind_known", names(screening_hit::PartyKind::ALL)),
    ])
}

/// The checks that an override may depart from.
fn overridable() -> Vec<Rule> {
    Rule::ALL.iter().copied().filter(|rule| rule.is_overridable()).collect()
}

/// CHECKs of lists that only the schema has: not a vocabulary of the rules.
const SCHEMA_ONLY: &[(&str, &[&str])] = &[
    ("territories_kind_known", &["country", "group", "unstated"]),
    ("decisions_status_known", &["countersigned", "proposed", "sent_back"]),
    ("service_keys_purpose_known", &["cursors"]),
];

#[tokio::test]
async fn the_vocabularies_are_the_rules_vocabularies() {
    let database = TestDatabase::create().await;
    let on_file: BTreeMap<String, String> = sqlx::query_as(
        r"select conname::text, pg_get_constraintdef(oid) from pg_constraint where conname like '%\_known' and contype = 'c'",
    )
    .fetch_all(database.pool())
    .await
    .expect("the constraints")
    .into_iter()
    .collect();
    let mut expected: BTreeMap<String, BTreeSet<String>> =
        vocabularies().into_iter().map(|(name, members)| (name.to_owned(), members)).collect();
    for (name, members) in SCHEMA_ONLY {
        expected.insert((*name).to_owned(), members.iter().map(|member| (*member).to_owned()).collect());
    }
    for (name, definition) in &on_file {
        assert_eq!(Some(&listed(definition)), expected.get(name), "{name}");
    }
    assert_eq!(on_file.keys().collect::<BTreeSet<_>>(), expected.keys().collect::<BTreeSet<_>>());
}

/// Statuses named in the predicates of indexes and checks are statuses of their life cycle.
#[tokio::test]
async fn no_predicate_names_a_status_that_is_not_there() {
    let database = TestDatabase::create().await;
    let definitions: Vec<(String, String)> = sqlx::query_as(
        "select tablename::text, indexdef from pg_indexes where schemaname = 'public' and indexdef ~ 'WHERE .*status'
         union all
         select conrelid::regclass::text, pg_get_constraintdef(oid) from pg_constraint
          where contype = 'c' and pg_get_constraintdef(oid) ~ 'status' and conname not like '%security%'",
    )
    .fetch_all(database.pool())
    .await
    .expect("the predicates");
    assert!(definitions.len() > 10, "{definitions:?}");
    let cycles: BTreeMap<_, _> = cycles::all().into_iter().collect();
    let tables: BTreeMap<String, String> = sqlx::query_as("select table_name, name from life_cycles")
        .fetch_all(database.pool())
        .await
        .expect("the life cycles")
        .into_iter()
        .collect();
    for (table, definition) in definitions {
        let Some(edges) = tables.get(&table).and_then(|cycle| cycles.get(cycle.as_str())) else { continue };
        let words = definition.split_once("status").map(|(_, rest)| listed(rest)).unwrap_or_default();
        for word in words {
            assert!(edges.iter().any(|edge| edge.to == word), "{table}: {word} in {definition}");
        }
    }
}

/// The proceedings that stand open are those from which the order is still to come.
#[tokio::test]
async fn open_proceedings_are_the_ones_that_can_end() {
    let database = TestDatabase::create().await;
    let definition: String =
        sqlx::query_scalar("select indexdef from pg_indexes where indexname = 'revocations_one_open_uq'")
            .fetch_one(database.pool())
            .await
            .expect("the index");
    let open: BTreeSet<String> = cycles::all()
        .into_iter()
        .flat_map(|(_, edges)| edges)
        .filter(|edge| edge.life_cycle == "revocation" && edge.to == revocation::Status::Dropped.name())
        .map(|edge| edge.from.to_owned())
        .collect();
    assert_eq!(listed(&definition), open);
    assert_eq!(application::Action::ALL.len(), 16, "a new action needs its place in the tests of the rules");
    assert_eq!(license::Action::ALL.len(), 21, "a new action needs its place in the tests of the rules");
}

/// The texts in the predicate of an index.
async fn predicate(index: &str) -> BTreeSet<String> {
    let database = TestDatabase::create().await;
    let definition: String = sqlx::query_scalar("select indexdef from pg_indexes where indexname = $1")
        .bind(index)
        .fetch_one(database.pool())
        .await
        .expect("the index");
    listed(&definition)
}

/// An override is under way until nothing leads on; an act is objected to once, but for an objection withdrawn.
#[tokio::test]
async fn what_may_be_once_is_once() {
    let under_way: BTreeSet<String> = overrides::Status::ALL
        .iter()
        .filter(|status| {
            use export_license_registry::rules::lifecycle::LifeCycle as _;
            overrides::OverrideCycle::next(Some(**status), overrides::Action::Expire).is_some()
        })
        .map(|status| status.name().to_owned())
        .collect();
    for index in ["overrides_one_an_application_uq", "overrides_one_a_license_uq", "overrides_term_ix"] {
        assert_eq!(predicate(index).await, under_way, "{index}");
    }
    let withdrawn = BTreeSet::from([objection::Status::Withdrawn.name().to_owned()]);
    for index in ["objections_decision_uq", "objections_revocation_uq", "objections_freeze_uq"] {
        assert_eq!(predicate(index).await, withdrawn, "{index}");
    }
}

/// What the gate looks for by index are the reviews that are open.
#[tokio::test]
async fn the_reviews_that_are_found_are_the_open_ones() {
    let database = TestDatabase::create().await;
    let open: BTreeSet<String> = review::Status::ALL
        .iter()
        .filter(|status| status.is_open())
        .map(|status| status.name().to_owned())
        .collect();
    for index in ["reviews_end_user_ix", "reviews_product_ix"] {
        let definition: String = sqlx::query_scalar("select indexdef from pg_indexes where indexname = $1")
            .bind(index)
            .fetch_one(database.pool())
            .await
            .expect("the index");
        assert_eq!(listed(&definition), open, "{index}");
    }
}
