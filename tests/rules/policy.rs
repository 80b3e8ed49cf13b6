//! The policy of roles and permissions.

use std::collections::BTreeSet;

use export_license_registry::rules::authority::{Permission, Role};
use export_license_registry::rules::cycles;

#[test]
fn every_permission_is_someones_and_lists_each_role_once() {
    for &permission in Permission::ALL {
        let roles: BTreeSet<Role> = permission.roles().iter().copied().collect();
        assert!(!roles.is_empty(), "{permission} is no one's");
        assert_eq!(roles.len(), permission.roles().len(), "{permission} lists a role twice");
        for &role in Role::ALL {
            assert_eq!(permission.allows(role), roles.contains(&role), "{permission} {role}");
        }
    }
}

/// The permissions that change nothing.
fn reads(permission: Permission) -> bool {
    permission.name().starts_with("read_")
}

#[test]
fn the_auditor_reads_all_and_changes_nothing() {
    for &permission in Permission::ALL {
        // Who holds a token rotates it; and to judge what was decided under another rule changes nothing of it.
        let besides = [Permission::RotateToken, Permission::ReplayDecisions];
        let may = reads(permission) || besides.contains(&permission);
        assert_eq!(permission.allows(Role::Auditor), may, "{permission}");
    }
}

#[test]
fn the_administrator_holds_no_case_data() {
    let held: Vec<_> = Permission::ALL.iter().filter(|p| p.allows(Role::Administrator)).collect();
    let of_keys_and_the_service = [
        Permission::ReadReference,
        Permission::ReadTokens,
        Permission::ManageTokens,
        Permission::RotateToken,
        Permission::ReadMetrics,
    ];
    assert_eq!(held, of_keys_and_the_service.iter().collect::<Vec<_>>());
}

#[test]
fn the_clock_takes_only_its_own_steps() {
    let held: Vec<_> = Permission::ALL.iter().filter(|p| p.allows(Role::Clock)).collect();
    assert_eq!(held, [&Permission::RunClock]);
    assert_eq!(Permission::RunClock.roles(), &[Role::Clock], "and no one takes them for it");
}

#[test]
fn signatures_are_apart() {
    for (one, other) in [
        (Permission::Decide, Permission::Countersign),
        (Permission::FileApplication, Permission::HandleApplication),
        (Permission::FileApplication, Permission::Decide),
        (Permission::SubmitProduct, Permission::ClassifyProduct),
        (Permission::LodgeDeclaration, Permission::VerifyDeclaration),
        (Permission::DraftTemplate, Permission::AgreeTemplate),
        (Permission::RecordPosition, Permission::Decide),
        (Permission::AnswerRevocation, Permission::OrderRevocation),
        (Permission::LodgeObjection, Permission::DecideObjection),
        (Permission::Decide, Permission::DecideObjection),
        (Permission::Countersign, Permission::DecideObjection),
        (Permission::ProposeOverride, Permission::SignOverride),
        (Permission::RecordLegalOpinion, Permission::SignOverride),
        (Permission::TakePositionOnAssessment, Permission::ApproveAssessment),
        (Permission::AssessAllegation, Permission::DecideAllegation),
    ] {
        let both: Vec<_> = Role::ALL.iter().filter(|r| one.allows(**r) && other.allows(**r)).collect();
        assert!(both.is_empty(), "{both:?} could do both {one} and {other}");
    }
}

#[test]
fn every_permission_that_acts_is_used() {
    // Those of acts that move no life cycle.
    let besides = [
        Permission::RecordPosition,
        Permission::Decide,
        Permission::ManageTokens,
        Permission::RotateToken,
        Permission::RecordHearing,
        Permission::RecordDissent,
        Permission::ManageReference,
        Permission::ReplayDecisions,
        Permission::ScreenName,
        Permission::CheckEligibility,
    ];
    let stepped: BTreeSet<_> =
        cycles::all().into_iter().flat_map(|(_, edges)| edges).map(|edge| edge.by).collect();
    for &permission in Permission::ALL {
        let used = reads(permission) || besides.contains(&permission) || stepped.contains(&permission);
        assert!(used, "no step needs {permission}");
    }
}

/// What the agency thinks of countries and looks into is its own.
#[test]
fn no_exporter_and_no_customs_officer_reads_what_the_agency_looks_into() {
    for permission in Permission::ALL.iter().copied().filter(|permission| {
        ["assessment", "review", "allegation", "country_view", "screen", "hit"]
            .iter()
            .any(|word| permission.name().contains(word))
    }) {
        for role in [Role::Exporter, Role::Customs, Role::Administrator, Role::Clock] {
            assert!(!permission.allows(role), "{permission} {role}");
        }
    }
}
