//! The measures of quality, on scores whose results are known by hand.

use export_license_registry::rules::screening::quality::{best, point, recall_at, token_sort_ratio};

const SCORES: [(f64, bool); 5] = [(0.9, true), (0.8, true), (0.7, false), (0.6, true), (0.1, false)];

#[test]
fn points_are_shares() {
    let at = point(&SCORES, 0.65);
    assert!((at.precision - 2.0 / 3.0).abs() < 1e-9 && (at.recall - 2.0 / 3.0).abs() < 1e-9);
    let at = point(&SCORES, 0.95);
    assert!((at.precision - 1.0).abs() < 1e-9 && at.recall.abs() < 1e-9 && at.f1().abs() < 1e-9);
}

#[test]
fn the_best_and_the_surest_are_found() {
    let best = best(&SCORES).expect("a point");
    assert!((best.threshold - 0.6).abs() < 1e-9 && (best.f1() - 6.0 / 7.0).abs() < 1e-9);
    let sure = recall_at(&SCORES, 0.93).expect("a point");
    assert!((sure.threshold - 0.8).abs() < 1e-9 && (sure.recall - 2.0 / 3.0).abs() < 1e-9);
    assert!(recall_at(&[(0.5, false)], 0.93).is_none());
}

#[test]
fn the_floor_knows_no_order_and_no_case() {
    assert!((token_sort_ratio("Petunin, Gorislav", "gorislav PETUNIN") - 1.0).abs() < 1e-9);
    assert!(token_sort_ratio("Petunin", "Петунин") < 0.1);
}
