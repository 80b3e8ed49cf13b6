//! A case that the gate passes, and the ways in which each of its facts may be otherwise.

use chrono::{Days, NaiveDate};
use export_license_registry::rules::application::{Body, Kind, Purpose, Stance, Status};
use export_license_registry::rules::consignee::ConsigneeRole;
use export_license_registry::rules::declaration::{self, StatedEnd};
use export_license_registry::rules::end_user::EndUserKind;
use export_license_registry::rules::gate::{
    Act, BreachFacts, ConsigneeFacts, DeclarationFacts, EmbargoFacts, EmbargoScope, EndUserFacts,
    ExporterFacts, Facts, LikeRefusal, LineFacts, ListFacts, MeasureFacts, PartyFacts, PositionFacts,
    PredecessorFacts, ReviewFacts, ScreeningFacts, Signatures, SuccessorFacts, TermFacts, judge,
};
use export_license_registry::rules::measure::Effect;
use export_license_registry::rules::product::{ProductClass, Status as ProductStatus};
use export_license_registry::rules::screening_hit::PartyKind;
use export_license_registry::rules::template::{Status as TemplateStatus, TransitionRule};
use export_license_registry::rules::values::Country;
use export_license_registry::rules::verdict::{Outcome, Rule};
use export_license_registry::rules::{exporter, license};
use rust_decimal::Decimal;

pub(crate) fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 22).expect("a day")
}

pub(crate) fn ago(days: u64) -> NaiveDate {
    today() - Days::new(days)
}

pub(crate) fn ahead(days: u64) -> NaiveDate {
    today() + Days::new(days)
}

pub(crate) fn country(code: &str) -> Country {
    code.parse().expect(code)
}

pub(crate) fn line(class: ProductClass) -> LineFacts {
    LineFacts {
        product: "PR-2026-000001".to_owned(),
        owned: true,
        status: ProductStatus::Classified,
        class: Some(class),
        pinned: Some(2),
        current: Some(2),
        applied: Some(Decimal::TEN),
        granted: Some(Decimal::TEN),
        applied_value: Some(Decimal::ONE_HUNDRED),
        granted_value: Some(Decimal::ONE_HUNDRED),
        declared: Some(Decimal::TEN),
        covered_by: Some("ML-2026-000001".to_owned()),
        exempt_by: None,
    }
}

pub(crate) fn declaration(class: ProductClass) -> DeclarationFacts {
    DeclarationFacts {
        reference: "ED-2026-000001".to_owned(),
        status: declaration::Status::Accepted,
        valid_until: ahead(100),
        state: country("GR"),
        end_user: "EU-2026-000001".to_owned(),
        stated_ends: vec![StatedEnd::CounterTerrorism],
        class,
        template_version: 3,
        template_status: TemplateStatus::InForce,
        successor: None,
        used_by: None,
        framework: false,
    }
}

pub(crate) fn successor(rule: TransitionRule) -> SuccessorFacts {
    SuccessorFacts { rule, in_force_from: ago(5), transition_until: None }
}

pub(crate) fn breach(confirmed: bool) -> BreachFacts {
    BreachFacts { declaration: "ED-2025-000009".to_owned(), confirmed }
}

pub(crate) fn embargo(scope: EmbargoScope) -> EmbargoFacts {
    EmbargoFacts { scope, citation: "S/RES/1 (2000)".to_owned() }
}

pub(crate) fn review(due_on: NaiveDate) -> ReviewFacts {
    ReviewFacts { reference: "RW-2026-000001".to_owned(), due_on }
}

/// A party that was compared with all lists, and is on none.
pub(crate) fn party(kind: PartyKind) -> PartyFacts {
    let reference = match kind {
        PartyKind::Exporter => "EX-2026-000001".to_owned(),
        PartyKind::EndUser => "EU-2026-000001".to_owned(),
        PartyKind::Consignee => "CN-2026-000001".to_owned(),
    };
    PartyFacts { kind, reference, screened: true, undecided: None, confirmed: None }
}

/// A forwarder in a country that is under no embargo.
pub(crate) fn consignee() -> ConsigneeFacts {
    ConsigneeFacts {
        reference: "CN-2026-000001".to_owned(),
        role: ConsigneeRole::IntermediateConsignee,
        country: country("NL"),
        embargo: None,
    }
}

/// A list with an edition that is current until a day.
pub(crate) fn list(code: &str, current_until: NaiveDate) -> ListFacts {
    ListFacts { code: code.to_owned(), edition: Some(7), current_until: Some(current_until) }
}

/// Two lists, and a party of each kind that is on neither.
pub(crate) fn screened() -> ScreeningFacts {
    ScreeningFacts {
        required: false,
        lists: vec![list("un", ahead(2)), list("us-csl", today())],
        parties: PartyKind::ALL.iter().copied().map(party).collect(),
    }
}

fn end_user_is(facts: &mut Facts, change: impl Fn(&mut PartyFacts)) {
    facts.screening.parties.iter_mut().skip(1).for_each(change);
}

/// A measure in force that reaches the case.
pub(crate) fn measure(effect: Effect) -> MeasureFacts {
    MeasureFacts {
        reference: "ME-2026-000001".to_owned(),
        effect,
        clause: "/all/0/destinations".to_owned(),
        since: ago(10),
        review_on: ahead(170),
        ends_on: None,
        template: None,
        condition: None,
        exemption: None,
    }
}

pub(crate) fn predecessor(status: license::Status) -> PredecessorFacts {
    PredecessorFacts { reference: "EL-2025-000001".to_owned(), status, same_case: true }
}

/// A grant that nothing stands against.
pub(crate) fn clean(kind: Kind, purpose: Purpose, class: ProductClass) -> Facts {
    Facts {
        act: Act::Grant,
        today: today(),
        kind,
        purpose,
        stage: Some(Status::InReview),
        filed_on: Some(ago(20)),
        exporter: Some(ExporterFacts {
            reference: "EX-2026-000001".to_owned(),
            status: exporter::Status::Registered,
            registered_until: Some(ahead(300)),
        }),
        destination: Some(country("GR")),
        embargo: None,
        end_user: Some(EndUserFacts {
            reference: "EU-2026-000001".to_owned(),
            kind: EndUserKind::LawEnforcement,
            country: country("GR"),
        }),
        consignees: vec![consignee()],
        lines: vec![line(class), line(class)],
        declaration: Some(declaration(class)),
        breach: None,
        required_positions: vec![Body::Defense, Body::ForeignAffairs],
        positions: vec![
            PositionFacts { body: Body::Defense, stance: Stance::Support },
            PositionFacts { body: Body::ForeignAffairs, stance: Stance::SupportWithConditions },
        ],
        measures: Vec::new(),
        conditions: Vec::new(),
        exemption_conditions: Vec::new(),
        conditions_seen: Some(true),
        like_refusal: None,
        open_review: None,
        screening: screened(),
        predecessor: (purpose != Purpose::New).then(|| predecessor(license::Status::Active)),
        term: Some(TermFacts { valid_until: ahead(365), longest_days: 1_000 }),
        license: None,
        signatures: Some(Signatures { decider: "head".to_owned(), countersigner: Some("second".to_owned()) }),
    }
}

/// The case most checks concern: a new export license for military goods.
pub(crate) fn export() -> Facts {
    clean(Kind::Export, Purpose::New, ProductClass::Military)
}

/// Every kind, purpose and class.
pub(crate) fn contexts() -> Vec<(Kind, Purpose, ProductClass)> {
    let mut contexts = Vec::new();
    for &kind in Kind::ALL {
        for &purpose in Purpose::ALL {
            contexts.extend(ProductClass::ALL.iter().map(|&class| (kind, purpose, class)));
        }
    }
    contexts
}

/// What the gate answers as a whole.
pub(crate) fn outcome(facts: &Facts) -> Outcome {
    judge(facts).outcome()
}

/// What one check says.
pub(crate) fn check(facts: &Facts, rule: Rule) -> Outcome {
    let verdict = judge(facts);
    verdict
        .checks
        .iter()
        .find(|check| check.rule == rule)
        .map(|check| check.outcome)
        .expect("every rule reports")
}

type Change = fn(&mut Facts);

/// One fact and its values, from the best to the worst.
pub(crate) struct Dimension {
    pub(crate) name: &'static str,
    /// The checks that may read it. No other check may answer otherwise for it.
    pub(crate) read_by: &'static [Rule],
    pub(crate) values: &'static [Change],
}

/// Changes every line.
fn lines(facts: &mut Facts, change: impl Fn(&mut LineFacts)) {
    facts.lines.iter_mut().for_each(change);
}

fn exporter_is(facts: &mut Facts, status: exporter::Status, until: Option<NaiveDate>) {
    if let Some(exporter) = &mut facts.exporter {
        exporter.status = status;
        exporter.registered_until = until;
    }
}

fn declared(facts: &mut Facts, change: impl Fn(&mut DeclarationFacts)) {
    facts.declaration.iter_mut().for_each(change);
}

fn product_is(facts: &mut Facts, status: ProductStatus) {
    if let Some(line) = facts.lines.last_mut() {
        line.status = status;
    }
}

fn old_template(facts: &mut Facts, rule: TransitionRule, until: Option<NaiveDate>) {
    declared(facts, |d| {
        d.template_status = TemplateStatus::Superseded;
        d.successor = Some(SuccessorFacts { transition_until: until, ..successor(rule) });
    });
}

fn stances(facts: &mut Facts, stances: &[(Body, Stance)]) {
    facts.positions = stances.iter().map(|&(body, stance)| PositionFacts { body, stance }).collect();
}

fn predecessor_is(facts: &mut Facts, status: license::Status) {
    facts.predecessor = Some(predecessor(status));
}

/// Every fact that can be worse, with its values in order.
pub(crate) const DIMENSIONS: &[Dimension] = &[
    Dimension {
        name: "stage",
        read_by: &[Rule::Stage],
        values: &[
            |f| f.stage = Some(Status::InReview),
            |f| f.stage = Some(Status::InformationRequested),
            |f| f.stage = Some(Status::Referred),
            |f| f.stage = Some(Status::Submitted),
            |f| f.stage = Some(Status::Granted),
            |f| f.stage = Some(Status::Withdrawn),
            |f| f.stage = None,
        ],
    },
    Dimension {
        name: "exporter",
        read_by: &[Rule::ExporterRegistered],
        values: &[
            |f| exporter_is(f, exporter::Status::Registered, Some(ahead(1))),
            |f| exporter_is(f, exporter::Status::Registered, Some(today())),
            |f| exporter_is(f, exporter::Status::Suspended, Some(today())),
            |f| exporter_is(f, exporter::Status::Suspended, Some(ago(1))),
            |f| exporter_is(f, exporter::Status::Registered, None),
            |f| exporter_is(f, exporter::Status::Removed, Some(ahead(1))),
            |f| f.exporter = None,
        ],
    },
    Dimension {
        name: "owned",
        read_by: &[Rule::ProductsOwned],
        values: &[|f| lines(f, |l| l.owned = true), |f| lines(f, |l| l.owned = false)],
    },
    Dimension {
        name: "product",
        read_by: &[Rule::ProductsClassified],
        values: &[
            |f| product_is(f, ProductStatus::Classified),
            |f| lines(f, |l| l.current = Some(3)),
            |f| lines(f, |l| l.pinned = None),
            |f| product_is(f, ProductStatus::Submitted),
            |f| product_is(f, ProductStatus::Retired),
            |f| product_is(f, ProductStatus::NotControlled),
        ],
    },
    Dimension {
        name: "granted",
        read_by: &[Rule::Quantities, Rule::DeclarationMatches],
        values: &[
            |f| lines(f, |l| l.granted = Some(Decimal::ONE)),
            |f| lines(f, |l| l.granted = Some(Decimal::TEN)),
            |f| lines(f, |l| l.granted = Some(Decimal::ZERO)),
            |f| lines(f, |l| l.granted = Some(Decimal::NEGATIVE_ONE)),
            |f| lines(f, |l| l.granted = Some(Decimal::from(11))),
            |f| lines(f, |l| l.granted = None),
        ],
    },
    Dimension {
        name: "value",
        read_by: &[Rule::Quantities],
        values: &[
            |f| lines(f, |l| l.granted_value = Some(Decimal::ZERO)),
            |f| lines(f, |l| l.granted_value = Some(Decimal::NEGATIVE_ONE)),
            |f| lines(f, |l| l.granted_value = Some(Decimal::from(101))),
            |f| lines(f, |l| l.granted_value = None),
        ],
    },
    Dimension {
        name: "term",
        read_by: &[Rule::Term],
        values: &[
            |f| f.term = Some(TermFacts { valid_until: ahead(1_000), longest_days: 1_000 }),
            |f| f.term = Some(TermFacts { valid_until: ahead(1_001), longest_days: 1_000 }),
            |f| f.term = Some(TermFacts { valid_until: ago(1), longest_days: 1_000 }),
            |f| f.term = None,
        ],
    },
    Dimension {
        name: "cover",
        read_by: &[Rule::MarketingCover],
        values: &[|_| (), |f| f.lines.iter_mut().take(1).for_each(|l| l.covered_by = None)],
    },
    Dimension {
        name: "declaration's standing",
        read_by: &[Rule::DeclarationAccepted],
        values: &[
            |f| declared(f, |d| d.valid_until = today()),
            |f| declared(f, |d| d.valid_until = ago(1)),
            |f| declared(f, |d| d.status = declaration::Status::Lodged),
            |f| declared(f, |d| d.status = declaration::Status::Rejected),
            |f| declared(f, |d| d.status = declaration::Status::BreachSuspected),
            |f| declared(f, |d| d.status = declaration::Status::BreachConfirmed),
        ],
    },
    Dimension {
        name: "template",
        read_by: &[Rule::DeclarationVersion],
        values: &[
            |f| declared(f, |d| d.template_status = TemplateStatus::InForce),
            |f| old_template(f, TransitionRule::KeepFiled, None),
            |f| old_template(f, TransitionRule::UntilDate, Some(today())),
            |f| old_template(f, TransitionRule::UntilDate, Some(ago(1))),
            |f| old_template(f, TransitionRule::None, Some(ahead(1))),
            |f| declared(f, |d| d.template_status = TemplateStatus::Withdrawn),
        ],
    },
    Dimension {
        name: "declared",
        read_by: &[Rule::DeclarationMatches],
        values: &[
            |f| lines(f, |l| l.declared = Some(Decimal::ONE_HUNDRED)),
            |f| lines(f, |l| l.declared = Some(Decimal::new(5, 1))),
            |f| lines(f, |l| l.declared = None),
            |f| declared(f, |d| d.state = country("TR")),
            |f| declared(f, |d| "EU-2026-000002".clone_into(&mut d.end_user)),
        ],
    },
    Dimension {
        name: "use",
        read_by: &[Rule::DeclarationUnused],
        values: &[
            |_| (),
            |f| declared(f, |d| (d.used_by, d.framework) = (Some("AE-2026-000009".to_owned()), true)),
            |f| declared(f, |d| (d.used_by, d.framework) = (Some("AE-2026-000009".to_owned()), false)),
        ],
    },
    Dimension {
        name: "breach",
        read_by: &[Rule::EndUserBreach],
        values: &[|f| f.breach = None, |f| f.breach = Some(breach(false)), |f| f.breach = Some(breach(true))],
    },
    Dimension {
        name: "embargo",
        read_by: &[Rule::ArmsEmbargo],
        values: &[
            |_| (),
            |f| f.embargo = Some(embargo(EmbargoScope::NonGovernmental)),
            |f| f.embargo = Some(embargo(EmbargoScope::Territory)),
        ],
    },
    Dimension {
        name: "end user",
        read_by: &[Rule::ArmsEmbargo, Rule::CyberEndUse],
        values: &[
            |f| f.end_user.iter_mut().for_each(|u| u.kind = EndUserKind::Government),
            |f| f.end_user.iter_mut().for_each(|u| u.country = country("TR")),
            |f| f.end_user.iter_mut().for_each(|u| u.kind = EndUserKind::PrivateCompany),
        ],
    },
    Dimension {
        name: "stated ends",
        read_by: &[Rule::CyberEndUse],
        values: &[
            |f| declared(f, |d| d.stated_ends = vec![StatedEnd::CounterTerrorism, StatedEnd::SeriousCrime]),
            |f| declared(f, |d| d.stated_ends = vec![StatedEnd::CounterTerrorism, StatedEnd::CivilUse]),
            |f| declared(f, |d| d.stated_ends.clear()),
        ],
    },
    Dimension {
        name: "positions",
        read_by: &[Rule::PositionsRecorded],
        values: &[
            |f| stances(f, &[(Body::Defense, Stance::Support), (Body::ForeignAffairs, Stance::Support)]),
            |f| stances(f, &[(Body::Defense, Stance::Support), (Body::ForeignAffairs, Stance::Oppose)]),
            |f| stances(f, &[(Body::Defense, Stance::Oppose)]),
            |f| stances(f, &[]),
        ],
    },
    Dimension {
        name: "conditions",
        read_by: &[Rule::ConditionsSeen],
        values: &[
            |f| f.conditions_seen = Some(true),
            |f| f.conditions_seen = Some(false),
            |f| f.conditions_seen = None,
        ],
    },
    Dimension {
        name: "precedent",
        read_by: &[Rule::LikeRefusal],
        values: &[
            |_| (),
            |f| {
                f.like_refusal =
                    Some(LikeRefusal { reference: "AE-2024-000001".to_owned(), refused_on: ago(400) });
            },
        ],
    },
    Dimension {
        name: "measures",
        read_by: &[Rule::MeasureFreeze, Rule::MeasureRefusal, Rule::MeasureRequirements],
        values: &[
            |_| (),
            |f| f.measures = vec![measure(Effect::WithdrawExemption)],
            |f| f.measures = vec![measure(Effect::RequireCommittee)],
            |f| f.measures = vec![measure(Effect::FreezeIssuing), measure(Effect::AddCondition)],
            |f| f.measures = vec![measure(Effect::RefuseRenewal), measure(Effect::RefuseNew)],
        ],
    },
    Dimension {
        name: "review",
        read_by: &[Rule::OpenReview],
        values: &[
            |_| (),
            |f| f.open_review = Some(review(ahead(30))),
            |f| f.open_review = Some(review(ago(30))),
        ],
    },
    Dimension {
        name: "screening",
        read_by: &[Rule::Screening],
        values: &[
            |_| (),
            |f| end_user_is(f, |party| party.confirmed = Some("SH-2026-000001".to_owned())),
            |f| end_user_is(f, |party| party.undecided = Some("SH-2026-000002".to_owned())),
            |f| end_user_is(f, |party| party.screened = false),
            |f| f.screening.lists.iter_mut().for_each(|list| list.current_until = Some(ago(1))),
            |f| f.screening.lists.iter_mut().for_each(|list| list.edition = None),
            |f| f.screening = ScreeningFacts { required: true, ..ScreeningFacts::default() },
        ],
    },
    Dimension {
        name: "predecessor",
        read_by: &[Rule::Predecessor],
        values: &[
            |f| predecessor_is(f, license::Status::Active),
            |f| predecessor_is(f, license::Status::Frozen),
            |f| predecessor_is(f, license::Status::Revoked),
            |f| {
                f.predecessor =
                    Some(PredecessorFacts { same_case: false, ..predecessor(license::Status::Active) });
            },
            |f| f.predecessor = None,
        ],
    },
    Dimension {
        name: "signatures",
        read_by: &[Rule::FourEyes],
        values: &[
            |f| f.signatures.iter_mut().for_each(|s| s.countersigner = None),
            |f| f.signatures.iter_mut().for_each(|s| s.countersigner = Some("second".to_owned())),
            |f| f.signatures.iter_mut().for_each(|s| s.countersigner = Some("head".to_owned())),
            |f| f.signatures = None,
        ],
    },
];
