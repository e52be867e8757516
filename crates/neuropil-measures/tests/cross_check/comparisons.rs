//! Tests of samples and counts, tails and power laws, against SciPy and powerlaw.

use crate::data::{as_numbers, numbers, stored_of};
use neuropil_measures::compare::{self, TestOfFit};
use neuropil_measures::{signals, spikes};
use neuropil_testkit::{Tolerance, assert_all_close, assert_close};

fn stored(name: &str) -> Vec<f64> {
    stored_of("comparisons", name)
}

fn pair(found: TestOfFit) -> [f64; 2] {
    [found.statistic, found.p_value]
}

/// Two samples without equal values.
fn samples() -> (Vec<f64>, Vec<f64>) {
    let spread = |seed, below, count, shift: f64| -> Vec<f64> {
        let drawn = numbers(seed, below, count);
        let each = drawn.iter().enumerate();
        each.map(|(k, x)| x + k as f64 / 1_000.0 + shift).collect()
    };
    (spread(7, 1_000, 60, 0.0), spread(8, 900, 45, 0.0005))
}

#[test]
fn samples_and_laws() {
    let (a, b) = samples();
    // Both are exact: sums of many terms.
    let exact = Tolerance::relative(1e-10);
    let found = compare::ks_two_sample(&a, &b).unwrap().unwrap();
    assert_all_close("two", &pair(found), &stored("ks_two_sample"), exact);
    let found = compare::ks_one_sample(&a, |x| x / 1_000.0)
        .unwrap()
        .unwrap();
    assert_all_close("one", &pair(found), &stored("ks_uniform"), exact);
    // SciPy takes the exact law of one sample of the effective size, we the corrected limit: both
    // are within some per cent of the truth.
    let many = numbers(9, 1 << 22, 2_500);
    let more: Vec<f64> = numbers(10, 1 << 22, 2_400)
        .iter()
        .map(|x| 1.04 * x + 0.5)
        .collect();
    let found = compare::ks_two_sample(&many, &more).unwrap().unwrap();
    let theirs = stored("ks_two_sample_limit");
    assert_close("distance", found.statistic, theirs[0], exact);
    assert_close("limit", found.p_value, theirs[1], Tolerance::relative(0.03));
    let found = compare::effect_size(&a, &b).unwrap().unwrap();
    assert_close("effect", found, stored("effect_size")[0], exact);
}

#[test]
fn exact_probabilities_of_a_distance() {
    let exact = |n: usize, distances: &[f64]| -> Vec<f64> {
        let each = distances.iter();
        each.map(|&d| neuropil_statistics::one_sample_sf(d, n))
            .collect()
    };
    let found = exact(3, &[0.35, 0.4, 0.45]);
    let near = Tolerance::relative(1e-13);
    assert_all_close("three values", &found, &stored("ks_exact_sf_3"), near);
    let found = exact(37, &[0.05, 0.1, 0.15, 0.2, 0.3, 0.45]);
    // In the tail what exceeds on both sides is left out.
    let near = Tolerance::relative(3e-9);
    assert_all_close("kstwo", &found, &stored("ks_exact_sf_37"), near);
}

#[test]
fn counts() {
    let mut counts = [0_u64; 12];
    for x in numbers(11, 12, 400) {
        counts[x as usize] += 1;
    }
    let mut other = [0_u64; 12];
    for x in numbers(12, 13, 300) {
        other[(x as usize).saturating_sub(1)] += 1;
    }
    let expected = [400.0 / 12.0; 12];
    let near = Tolerance::relative(1e-11);
    let found = compare::chi_square(&counts, &expected, 0).unwrap().unwrap();
    let fitted = compare::chi_square(&counts, &expected, 1).unwrap().unwrap();
    let found = [found.statistic, found.p_value, fitted.p_value];
    assert_all_close("expected", &found, &stored("chi_square"), near);
    let found = compare::chi_square_of_histograms(&counts, &other)
        .unwrap()
        .unwrap();
    let found = [found.statistic, found.p_value, found.degrees as f64];
    assert_all_close("two", &found, &stored("chi_square_of_histograms"), near);
}

#[test]
fn surprise() {
    let tails = [(3, 0.5), (10, 2.0), (50, 3.0), (100, 3.0), (5, 9.0)];
    let found: Vec<f64> = tails
        .iter()
        .map(|&(n, expected)| spikes::poisson_surprise(n, expected).unwrap())
        .collect();
    let near = Tolerance::relative(1e-11);
    assert_all_close("surprise", &found, &stored("poisson_surprise"), near);
}

#[test]
fn power_laws() {
    let sizes: Vec<u64> = numbers(13, 1_000, 4_000)
        .iter()
        .map(|&x| 1 + 1_000 / (1 + x as u64))
        .collect();
    assert!(as_numbers(&sizes).iter().all(|&x| x >= 2.0));
    let found = signals::fit_power_law(&sizes, (2, 200), (0, 1))
        .unwrap()
        .unwrap();
    let theirs = stored("power_law");
    // Their search ends at about 1e-5.
    assert_close(
        "exponent",
        found.exponent,
        theirs[0],
        Tolerance::absolute(1e-4),
    );
    assert_close(
        "distance",
        found.distance,
        theirs[1],
        Tolerance::absolute(1e-4),
    );
}
