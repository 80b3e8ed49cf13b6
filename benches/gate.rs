//! The gate in process: verdicts a second on one core. Target: a million.
//!
//! `cargo bench --bench gate`

#![expect(clippy::expect_used, reason = "a benchmark that cannot make its facts stops")]

use chrono::NaiveDate;
use divan::Bencher;
use divan::counter::ItemsCount;
use export_license_registry::rules::application::{Body, Kind, Purpose, Stance, Status};
use export_license_registry::rules::declaration::{StatedEnd, Status as DeclarationStatus};
use export_license_registry::rules::end_user::EndUserKind;
use export_license_registry::rules::exporter::Status as ExporterStatus;
use export_license_registry::rules::gate::{
    Act, DeclarationFacts, EndUserFacts, ExporterFacts, Facts, LineFacts, PositionFacts, ScreeningFacts,
    Signatures, TermFacts, judge,
};
use export_license_registry::rules::product::{ProductClass, Status as ProductStatus};
use export_license_registry::rules::template::Status as TemplateStatus;
use export_license_registry::rules::values::Country;
use export_license_registry::rules::verdict::Outcome;
use rust_decimal::Decimal;

fn main() {
    assert_eq!(judge(&granted()).outcome(), Outcome::Pass, "the case passes every check");
    assert_eq!(judge(&refused()).outcome(), Outcome::Refuse, "the case is refused");
    divan::main();
}

/// Judges and reads the outcome, which is what a sweep over all licenses does.
#[divan::bench(args = [true, false])]
fn verdict(bencher: Bencher<'_, '_>, passes: bool) {
    let facts = if passes { granted() } else { refused() };
    bencher.counter(ItemsCount::new(1_u32)).bench_local(|| judge(divan::black_box(&facts)).outcome());
}

/// Judges and makes what is kept on file, which is what a decision does.
#[divan::bench(args = [true, false])]
fn recorded(bencher: Bencher<'_, '_>, passes: bool) {
    let facts = if passes { granted() } else { refused() };
    bencher.counter(ItemsCount::new(1_u32)).bench_local(|| judge(divan::black_box(&facts)).record());
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a day")
}

fn country(code: &str) -> Country {
    code.parse().expect("a country")
}

fn line(number: i64) -> LineFacts {
    let quantity = Some(Decimal::new(number * 1_250, 1));
    let value = Some(Decimal::new(number * 1_234_567, 2));
    LineFacts {
        product: format!("PR-2025-{number:06}"),
        owned: true,
        status: ProductStatus::Classified,
        class: Some(ProductClass::Military),
        pinned: Some(2),
        current: Some(2),
        applied: quantity,
        granted: quantity,
        applied_value: value,
        granted_value: value,
        declared: quantity,
        covered_by: Some(format!("ML-2025-{number:06}")),
        exempt_by: None,
    }
}

/// The grant of an export license for three products, on a declaration, with two positions: every check passes.
fn granted() -> Facts {
    let support = |body| PositionFacts { body, stance: Stance::Support };
    Facts {
        act: Act::Grant,
        today: day(2026, 3, 2),
        kind: Kind::Export,
        purpose: Purpose::New,
        stage: Some(Status::InReview),
        filed_on: Some(day(2026, 1, 12)),
        exporter: Some(ExporterFacts {
            reference: "EX-2019-000042".to_owned(),
            status: ExporterStatus::Registered,
            registered_until: Some(day(2027, 12, 31)),
        }),
        destination: Some(country("DE")),
        embargo: None,
        end_user: Some(EndUserFacts {
            reference: "EU-2024-000317".to_owned(),
            kind: EndUserKind::ArmedForces,
            country: country("DE"),
        }),
        consignees: Vec::new(),
        lines: (1..=3).map(line).collect(),
        declaration: Some(DeclarationFacts {
            reference: "ED-2025-000911".to_owned(),
            status: DeclarationStatus::Accepted,
            valid_until: day(2027, 6, 30),
            state: country("DE"),
            end_user: "EU-2024-000317".to_owned(),
            stated_ends: vec![StatedEnd::CounterTerrorism],
            class: ProductClass::Military,
            template_version: 3,
            template_status: TemplateStatus::InForce,
            successor: None,
            used_by: None,
            framework: false,
        }),
        required_positions: vec![Body::Defense, Body::ForeignAffairs],
        positions: vec![support(Body::Defense), support(Body::ForeignAffairs)],
        measures: Vec::new(),
        conditions: Vec::new(),
        exemption_conditions: Vec::new(),
        conditions_seen: Some(true),
        like_refusal: None,
        open_review: None,
        screening: ScreeningFacts::default(),
        breach: None,
        predecessor: None,
        term: Some(TermFacts { valid_until: day(2028, 3, 1), longest_days: 1827 }),
        license: None,
        signatures: Some(Signatures {
            decider: "head-of-agency".to_owned(),
            countersigner: Some("countersigner".to_owned()),
        }),
    }
}

/// The same case of an exporter whose registration has ended and a quantity beyond what was declared.
fn refused() -> Facts {
    let mut facts = granted();
    facts.exporter.as_mut().expect("an exporter").registered_until = Some(day(2026, 3, 1));
    facts.lines.last_mut().expect("a line").declared = Some(Decimal::ONE);
    facts
}
