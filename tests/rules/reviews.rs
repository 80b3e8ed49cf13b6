//! Reviews and allegations: who may do what, and which days are taken.

use export_license_registry::rules::allegation::may_be_received;
use export_license_registry::rules::authority::Role;
use export_license_registry::rules::lifecycle::LifeCycle as _;
use export_license_registry::rules::review::{
    Action, ReviewCycle, Status, may_be_due, may_conclude, may_own,
};

use crate::case::{ago, ahead, today};

#[test]
fn a_review_is_due_after_today_and_within_five_years() {
    assert!(may_be_due(today(), ahead(1)) && may_be_due(today(), ahead(1827)));
    assert!(
        !may_be_due(today(), today()) && !may_be_due(today(), ago(1)) && !may_be_due(today(), ahead(1828))
    );
}

#[test]
fn its_owner_works_on_reviews() {
    let owners: Vec<Role> = Role::ALL.iter().copied().filter(|role| may_own(*role)).collect();
    assert_eq!(owners, [Role::LicensingOfficer, Role::Reviewer, Role::Committee, Role::HeadOfAgency]);
}

#[test]
fn its_owner_concludes_it_or_the_head() {
    for &role in Role::ALL {
        assert!(may_conclude(role, true), "{role}");
        assert_eq!(may_conclude(role, false), role == Role::HeadOfAgency, "{role}");
    }
}

/// A review that is not concluded is open, overdue from the day after its due date, and holds the gate.
#[test]
fn it_is_overdue_until_it_is_concluded() {
    for &status in Status::ALL {
        let open = Action::ALL.iter().any(|action| ReviewCycle::next(Some(status), *action).is_some());
        assert_eq!(status.is_open(), open, "{status}");
        assert_eq!(status.is_overdue(today(), ago(1)), open, "{status}");
        assert!(!status.is_overdue(today(), today()), "{status}: not on its day");
    }
}

/// No conclusion without evidence.
#[test]
fn a_review_is_concluded_on_evidence() {
    assert_eq!(ReviewCycle::next(Some(Status::Open), Action::Conclude), None);
    assert_eq!(ReviewCycle::next(Some(Status::InEvidence), Action::Conclude), Some(Status::Concluded));
}

#[test]
fn an_allegation_was_received_by_today() {
    assert!(may_be_received(today(), today()) && may_be_received(today(), ago(4_000)));
    assert!(!may_be_received(today(), ahead(1)));
    for wild in ["1989-12-31", "-4713-01-01"] {
        assert!(!may_be_received(today(), wild.parse().expect(wild)), "{wild}");
    }
}
