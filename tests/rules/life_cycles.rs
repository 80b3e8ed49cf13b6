//! Every life cycle, every status with every action.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::str::FromStr;

use export_license_registry::rules::authority::Role;
use export_license_registry::rules::lifecycle::{LifeCycle, NONE, NamedEdge, named};
use export_license_registry::rules::{
    allegation, application, assessment, consignee, cycles, declaration, end_user, erasure, exemption,
    exporter, import, license, measure, objection, overrides, product, review, revocation, screening_flag,
    screening_hit, screening_list, template,
};

/// Runs a check on each life cycle with all its statuses and actions.
macro_rules! each {
    ($check:ident) => {
        $check::<exporter::ExporterCycle>(exporter::Status::ALL, exporter::Action::ALL);
        $check::<product::ProductCycle>(product::Status::ALL, product::Action::ALL);
        $check::<end_user::EndUserCycle>(end_user::Status::ALL, end_user::Action::ALL);
        $check::<consignee::ConsigneeCycle>(consignee::Status::ALL, consignee::Action::ALL);
        $check::<template::TemplateCycle>(template::Status::ALL, template::Action::ALL);
        $check::<declaration::DeclarationCycle>(declaration::Status::ALL, declaration::Action::ALL);
        $check::<application::ApplicationCycle>(application::Status::ALL, application::Action::ALL);
        $check::<license::LicenseCycle>(license::Status::ALL, license::Action::ALL);
        $check::<exemption::ExemptionCycle>(exemption::Status::ALL, exemption::Action::ALL);
        $check::<measure::MeasureCycle>(measure::Status::ALL, measure::Action::ALL);
        $check::<revocation::RevocationCycle>(revocation::Status::ALL, revocation::Action::ALL);
        $check::<objection::ObjectionCycle>(objection::Status::ALL, objection::Action::ALL);
        $check::<overrides::OverrideCycle>(overrides::Status::ALL, overrides::Action::ALL);
        $check::<import::ImportCycle>(import::Status::ALL, import::Action::ALL);
        $check::<assessment::AssessmentCycle>(assessment::Status::ALL, assessment::Action::ALL);
        $check::<review::ReviewCycle>(review::Status::ALL, review::Action::ALL);
        $check::<allegation::AllegationCycle>(allegation::Status::ALL, allegation::Action::ALL);
        $check::<screening_list::ScreeningListCycle>(
            screening_list::Status::ALL,
            screening_list::Action::ALL,
        );
        $check::<screening_hit::ScreeningHitCycle>(screening_hit::Status::ALL, screening_hit::Action::ALL);
        $check::<screening_flag::ScreeningFlagCycle>(
            screening_flag::Status::ALL,
            screening_flag::Action::ALL,
        );
        $check::<erasure::ErasureCycle>(erasure::Status::ALL, erasure::Action::ALL);
    };
}

/// The statuses that nothing leaves, life cycle by life cycle, as domain.md has them.
const FINAL: &[(&str, &[&str])] = &[
    ("exporter", &["refused", "removed", "surrendered"]),
    ("product", &["not_controlled", "retired"]),
    ("end_user", &[]),
    ("consignee", &["registered"]),
    ("declaration_template", &["superseded", "withdrawn"]),
    ("declaration", &["rejected", "superseded", "breach_confirmed"]),
    ("application", &["granted", "granted_in_part", "withdrawn", "lapsed"]),
    ("license", &["annulled", "surrendered", "exhausted", "superseded"]),
    ("exemption", &["ended"]),
    ("measure", &["lifted", "lapsed", "withdrawn"]),
    ("revocation", &["ordered", "dropped"]),
    ("objection", &["late", "upheld", "varied", "dismissed", "remitted", "withdrawn"]),
    ("override", &["expired", "rescinded"]),
    ("import", &["withdrawn"]),
    ("assessment", &["superseded"]),
    ("review", &["concluded"]),
    ("allegation", &["dismissed", "substantiated"]),
    ("screening_list", &["ended"]),
    ("screening_hit", &[]),
    ("screening_flag", &[]),
    ("erasure", &["carried_out", "withdrawn"]),
];

fn befores<C: LifeCycle>(statuses: &[C::Status]) -> Vec<Option<C::Status>> {
    std::iter::once(None).chain(statuses.iter().copied().map(Some)).collect()
}

#[test]
fn a_table_is_a_function() {
    fn check<C: LifeCycle>(_: &[C::Status], _: &[C::Action]) {
        for (at, edge) in C::EDGES.iter().enumerate() {
            let twin = C::EDGES.iter().skip(at + 1).find(|o| o.from == edge.from && o.action == edge.action);
            assert!(twin.is_none(), "{}: two edges for {:?} {:?}", C::NAME, edge.from, edge.action);
        }
    }
    each!(check);
}

#[test]
fn a_step_is_open_exactly_where_the_table_has_an_edge() {
    fn check<C: LifeCycle>(statuses: &[C::Status], actions: &[C::Action]) {
        let mut open = 0;
        for from in befores::<C>(statuses) {
            for &action in actions {
                let edges: Vec<_> =
                    C::EDGES.iter().filter(|edge| edge.from == from && edge.action == action).collect();
                let to = C::next(from, action);
                assert_eq!(to, edges.first().map(|edge| edge.to), "{} {from:?} {action:?}", C::NAME);
                open += usize::from(to.is_some());
            }
        }
        assert_eq!(open, C::EDGES.len(), "{}: each edge is one open step", C::NAME);
    }
    each!(check);
}

#[test]
fn a_role_is_offered_exactly_the_steps_it_may_take() {
    fn check<C: LifeCycle>(statuses: &[C::Status], actions: &[C::Action]) {
        for &status in statuses {
            for &role in Role::ALL {
                let offered = C::allowed(status, role);
                for &action in actions {
                    let may = C::EDGES.iter().any(|e| {
                        e.from == Some(status) && e.action == action && e.by.roles().contains(&role)
                    });
                    let name: &str = action.into();
                    assert_eq!(offered.contains(&name), may, "{} {status:?} {action:?} {role:?}", C::NAME);
                }
                assert_eq!(offered.iter().collect::<BTreeSet<_>>().len(), offered.len(), "offered once");
            }
        }
    }
    each!(check);
}

#[test]
fn every_step_has_a_role_that_may_take_it() {
    for (cycle, edges) in cycles::all() {
        for edge in edges {
            assert!(!edge.by.roles().is_empty(), "{cycle}: no one may {} from {}", edge.action, edge.from);
        }
    }
}

#[test]
fn final_statuses_are_final_and_the_others_are_not() {
    fn check<C: LifeCycle>(statuses: &[C::Status], actions: &[C::Action]) {
        let ends: BTreeSet<&str> = FINAL
            .iter()
            .find(|(cycle, _)| *cycle == C::NAME)
            .map(|(_, ends)| ends.iter().copied().collect())
            .expect("each life cycle is in the list");
        for &status in statuses {
            let name: &str = status.into();
            let leaves = actions.iter().any(|action| C::next(Some(status), *action).is_some());
            assert_eq!(leaves, !ends.contains(name), "{}: {name}", C::NAME);
        }
    }
    each!(check);
    assert_eq!(FINAL.len(), cycles::all().len());
}

#[test]
fn every_status_is_reached_and_every_action_is_used() {
    fn check<C: LifeCycle>(statuses: &[C::Status], actions: &[C::Action]) {
        let mut reached: Vec<Option<C::Status>> = vec![None];
        let mut at = 0;
        while let Some(&from) = reached.get(at) {
            for &action in actions {
                let to = C::next(from, action);
                if to.is_some() && !reached.contains(&to) {
                    reached.push(to);
                }
            }
            at += 1;
        }
        for &status in statuses {
            assert!(reached.contains(&Some(status)), "{}: {status:?} is never reached", C::NAME);
        }
        for &action in actions {
            assert!(C::EDGES.iter().any(|e| e.action == action), "{}: {action:?} is in no edge", C::NAME);
        }
    }
    each!(check);
}

#[test]
fn names_read_back() {
    fn round_trip<T>(members: &[T])
    where
        T: Copy + Eq + Debug + Into<&'static str> + FromStr<Err: Debug> + serde::Serialize,
        T: serde::de::DeserializeOwned + ToString,
    {
        for &member in members {
            let name: &'static str = member.into();
            assert_eq!(name.parse::<T>().expect(name), member);
            assert_eq!(member.to_string(), name);
            let json = serde_json::to_string(&member).expect(name);
            assert_eq!(json, format!("\"{name}\""), "JSON and SQL spell alike");
            assert_eq!(serde_json::from_str::<T>(&json).expect(name), member);
            assert_ne!(name, NONE, "'none' is kept for what is not on file");
            assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{name}");
            name.to_uppercase().parse::<T>().expect_err("one spelling only");
        }
        let names: BTreeSet<&str> = members.iter().map(|&member| member.into()).collect();
        assert_eq!(names.len(), members.len(), "no two members share a name");
    }
    fn check<C: LifeCycle>(statuses: &[C::Status], actions: &[C::Action])
    where
        C::Status: FromStr<Err: Debug> + serde::Serialize + serde::de::DeserializeOwned + ToString,
        C::Action: FromStr<Err: Debug> + serde::Serialize + serde::de::DeserializeOwned + ToString,
    {
        round_trip(statuses);
        round_trip(actions);
    }
    each!(check);
}

#[test]
fn the_list_of_life_cycles_is_complete_and_spells_their_edges() {
    fn check<C: LifeCycle>(all: &BTreeMap<&'static str, Vec<NamedEdge>>) {
        assert_eq!(all.get(C::NAME), Some(&named::<C>()));
    }
    let all: BTreeMap<_, _> = cycles::all().into_iter().collect();
    check::<exporter::ExporterCycle>(&all);
    check::<product::ProductCycle>(&all);
    check::<end_user::EndUserCycle>(&all);
    check::<consignee::ConsigneeCycle>(&all);
    check::<template::TemplateCycle>(&all);
    check::<declaration::DeclarationCycle>(&all);
    check::<application::ApplicationCycle>(&all);
    check::<license::LicenseCycle>(&all);
    check::<exemption::ExemptionCycle>(&all);
    check::<measure::MeasureCycle>(&all);
    check::<revocation::RevocationCycle>(&all);
    check::<objection::ObjectionCycle>(&all);
    check::<overrides::OverrideCycle>(&all);
    check::<import::ImportCycle>(&all);
    check::<assessment::AssessmentCycle>(&all);
    check::<review::ReviewCycle>(&all);
    check::<allegation::AllegationCycle>(&all);
    check::<screening_list::ScreeningListCycle>(&all);
    check::<screening_hit::ScreeningHitCycle>(&all);
    check::<screening_flag::ScreeningFlagCycle>(&all);
    check::<erasure::ErasureCycle>(&all);
    assert_eq!(all.len(), 21);
}

#[test]
fn an_application_is_open_until_a_final_status() {
    use application::{Action, ApplicationCycle, Status};
    for &status in Status::ALL {
        // A refusal ends the case, though an objection or an override may reopen it.
        let mut actions = Action::ALL.iter().filter(|action| **action != Action::Reopen);
        let leaves = actions.any(|action| ApplicationCycle::next(Some(status), *action).is_some());
        assert_eq!(status.is_open(), leaves, "{status}");
    }
}

#[test]
fn only_the_clock_lapses_expires_records_silence_and_compares() {
    for (cycle, edges) in cycles::all() {
        for edge in edges {
            let compares = match cycle {
                "screening_flag" => true,
                "screening_hit" => {
                    matches!(edge.action, "find" | "find_again" | "update" | "reopen" | "lose_entry")
                }
                _ => false,
            };
            let by_time =
                compares || matches!(edge.action, "lapse" | "expire" | "give_notice" | "record_silence");
            assert_eq!(by_time, edge.by.allows(Role::Clock), "{cycle} {} {}", edge.from, edge.action);
            if by_time {
                assert_eq!(edge.by.roles(), &[Role::Clock]);
            }
        }
    }
}

#[test]
fn freeze_and_revoke_are_never_blurred() {
    for edge in named::<license::LicenseCycle>() {
        assert_eq!(edge.to == "revoked", edge.action == "revoke", "{edge:?}");
        let freezes = matches!(edge.action, "freeze" | "reinstate_frozen");
        assert_eq!(edge.to == "frozen" && edge.from != "frozen", freezes, "{edge:?}");
        let revives = matches!(edge.action, "reinstate" | "reinstate_frozen");
        assert_eq!(edge.from == "revoked", revives, "nothing else revives a revoked license: {edge:?}");
        assert!(!revives || edge.by.roles() == [Role::DirectorGeneral], "{edge:?}");
    }
}
