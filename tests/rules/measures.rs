//! Measures: their days, their extension, their effects and the agreement they need, each over all its cases.

use chrono::{Days, NaiveDate};
use export_license_registry::rules::application::Purpose;
use export_license_registry::rules::authority::Ministry;
use export_license_registry::rules::measure::{
    Effect, EffectSpec, Term, check_effects, extendable, missing_agreements,
};
use uuid::Uuid;

use crate::case::{ago, ahead, today};

const LONGEST: u32 = 366;

#[test]
fn term_every_order_of_its_days() {
    for starts_on in [ago(1), today(), ahead(1)] {
        let reviews = [-1, 0, 1, 365, 366, 367].map(|days| starts_on + chrono::TimeDelta::days(days));
        for review_on in reviews {
            let ends = [-1, 0, 1, 400].map(|days| Some(starts_on + chrono::TimeDelta::days(days)));
            for ends_on in ends.into_iter().chain([None]) {
                let run = (review_on - starts_on).num_days();
                let mut wrong = Vec::new();
                wrong.extend((starts_on < today()).then_some("/startsOn"));
                wrong.extend((!(1..=366).contains(&run)).then_some("/reviewOn"));
                wrong.extend(ends_on.is_some_and(|end| end < starts_on).then_some("/endsOn"));
                let term = Term { starts_on, review_on, ends_on };
                let told = term.check(today(), LONGEST).err().map(|(pointer, _)| pointer);
                assert_eq!(told, wrong.first().copied(), "{term:?}");
            }
        }
    }
}

#[test]
fn a_measure_ends_with_the_earlier_of_its_review_date_and_its_end() {
    let term = |ends_on| Term { starts_on: today(), review_on: ahead(10), ends_on };
    assert_eq!(term(None).last_day(), ahead(10));
    assert_eq!(term(Some(ahead(9))).last_day(), ahead(9));
    assert_eq!(term(Some(ahead(10))).last_day(), ahead(10));
    assert_eq!(term(Some(ahead(11))).last_day(), ahead(10));
}

#[test]
fn an_extension_is_later_in_bounds_and_freshly_reasoned() {
    let before = ["Reports of use.".to_owned(), "New  reports\nof May.".to_owned()];
    // Unbroken white space and capitals make no fresh reasons.
    let reasons = [
        ("The reports of June confirm it.", true),
        ("Reports of use. And more.", true),
        ("Reports of use.", false),
        ("  REPORTS   of Use. ", false),
        ("new reports of may.", false),
    ];
    let review_on = ahead(30);
    for ends_on in [None, Some(ahead(100)), Some(ahead(500))] {
        for days in [29, 30, 31, 100, 101, 366, 367] {
            let new: NaiveDate = today() + Days::new(days);
            for (text, fresh) in reasons {
                let mut wrong = Vec::new();
                let beyond = days > 366 || ends_on.is_some_and(|end| new > end);
                wrong.extend((days <= 30 || beyond).then_some("/reviewOn"));
                wrong.extend((!fresh).then_some("/reasons"));
                let term = Term { starts_on: ago(300), review_on, ends_on };
                let told = extendable(term, new, (today(), LONGEST), &before, &text.parse().expect("prose"));
                let told = told.err().map(|(pointer, _)| pointer);
                assert_eq!(told, wrong.first().copied(), "{days} days, to {ends_on:?}, {text}");
            }
        }
    }
    let term = Term { starts_on: ago(300), review_on, ends_on: None };
    let first =
        extendable(term, ahead(31), (today(), LONGEST), &[], &"Reports of use.".parse().expect("prose"));
    assert_eq!(first, Ok(()), "nothing was given before");
}

/// An effect with what it needs, and nothing else.
fn spec(effect: Effect) -> EffectSpec {
    let id = Some(Uuid::from_u128(1));
    EffectSpec {
        effect,
        template_id: id.filter(|_| effect == Effect::RequireDeclaration),
        within_days: Some(30).filter(|_| effect == Effect::RequireDeclaration),
        condition: (effect == Effect::AddCondition).then(|| "Report each delivery.".parse().expect("a name")),
        exemption_id: id.filter(|_| effect == Effect::WithdrawExemption),
        urgent: false,
    }
}

#[test]
fn an_effect_states_what_it_needs_and_nothing_else() {
    let id = Uuid::from_u128(1);
    for &effect in Effect::ALL {
        assert_eq!(spec(effect).check(), Ok(()), "{effect}");
        for stated in 0..32_u32 {
            let has = |bit: u32| stated & (1 << bit) != 0;
            let full = EffectSpec {
                effect,
                template_id: has(0).then_some(id),
                within_days: has(1).then_some(30),
                condition: has(2).then(|| "Report each delivery.".parse().expect("a name")),
                exemption_id: has(3).then_some(id),
                urgent: has(4),
            };
            let declares = effect == Effect::RequireDeclaration;
            let fits = has(0) == declares
                && has(1) == declares
                && has(2) == (effect == Effect::AddCondition)
                && has(3) == (effect == Effect::WithdrawExemption)
                && (!has(4) || effect == Effect::RevokeExisting);
            assert_eq!(full.check().is_ok(), fits, "{full:?}");
        }
    }
    for (days, fits) in [(0, false), (1, true), (365, true), (366, false), (u32::MAX, false)] {
        let spec = EffectSpec { within_days: Some(days), ..spec(Effect::RequireDeclaration) };
        assert_eq!(spec.check().is_ok(), fits, "within {days} days");
    }
}

/// Effects of which a measure may have several, of different content.
fn may_repeat(effect: Effect) -> bool {
    matches!(effect, Effect::AddCondition | Effect::WithdrawExemption)
}

/// The same effect with other content.
fn other(effect: Effect) -> EffectSpec {
    let spec = spec(effect);
    EffectSpec {
        template_id: spec.template_id.map(|_| Uuid::from_u128(2)),
        condition: spec.condition.map(|_| "Report each use.".parse().expect("a name")),
        exemption_id: spec.exemption_id.map(|_| Uuid::from_u128(2)),
        urgent: effect == Effect::RevokeExisting,
        ..spec
    }
}

#[test]
fn every_pair_of_effects_with_and_without_a_review() {
    let told =
        |effects: &[EffectSpec], has_review| check_effects(effects, has_review).err().map(|(at, _)| at);
    for has_review in [true, false] {
        assert_eq!(told(&[], has_review).as_deref(), Some("/effects"));
        for &one in Effect::ALL {
            let lacks = |effects: &[Effect]| effects.contains(&Effect::FreezeIssuing) && !has_review;
            let expected = lacks(&[one]).then_some("/reviewId");
            assert_eq!(told(&[spec(one)], has_review).as_deref(), expected, "{one}");
            for &two in Effect::ALL {
                let review = lacks(&[one, two]).then_some("/reviewId");
                let expected = if one == two { Some("/effects/1") } else { review };
                assert_eq!(told(&[spec(one), spec(two)], has_review).as_deref(), expected, "{one} {two}");
                let expected = if one == two && !may_repeat(one) { Some("/effects/1") } else { review };
                assert_eq!(told(&[spec(one), other(two)], has_review).as_deref(), expected, "{one} {two}");
                let wrong = EffectSpec { within_days: Some(0), ..spec(two) };
                let at = told(&[spec(one), wrong], has_review);
                assert_eq!(at.as_deref(), Some("/effects/1"), "{one}, {two} with a period of no days");
            }
        }
    }
}

#[test]
fn a_measure_that_touches_many_needs_both_ministries() {
    let ministries = Ministry::ALL;
    for (touched, from) in [
        (0, 0),
        (0, 1),
        (999, 1000),
        (1000, 1000),
        (1001, 1000),
        (i32::MAX, 1000),
        (i32::MAX, u32::MAX),
        (-1, 0),
    ] {
        for mask in 0..(1_u32 << ministries.len()) {
            let agreed: Vec<Ministry> = ministries
                .iter()
                .enumerate()
                .filter(|(bit, _)| mask & (1 << bit) != 0)
                .map(|(_, one)| *one)
                .collect();
            let needed = i64::from(touched) >= i64::from(from);
            let wanted = [Ministry::Defense, Ministry::ForeignAffairs];
            let expected: Vec<_> = wanted.into_iter().filter(|one| needed && !agreed.contains(one)).collect();
            assert_eq!(
                missing_agreements(touched, from, &agreed),
                expected,
                "{touched} from {from}, {agreed:?}"
            );
        }
    }
}

#[test]
fn an_application_is_told_of_every_effect_that_concerns_it() {
    for &effect in Effect::ALL {
        for &purpose in Purpose::ALL {
            let renews = purpose == Purpose::Renewal;
            let concerns = effect != if renews { Effect::RefuseNew } else { Effect::RefuseRenewal };
            let says = effect.says_of_application(purpose);
            assert_eq!(says.is_some(), concerns, "{effect} {purpose}");
            assert!(says.is_none_or(|says| says.ends_with('.')), "{says:?}");
        }
    }
}
