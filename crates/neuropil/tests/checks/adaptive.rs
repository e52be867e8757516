//! Neurons with a diverging upstroke: quadratic, exponential and adaptive exponential.

use neuropil_testkit::{Tolerance, assert_close};

use crate::common::expect_all;
use crate::{Expected, compare, steady_rate, trains};

#[test]
fn periods_of_the_quadratic_and_exponential_neurons() {
    // Quadrature of dV/F(V), to 1 %.
    let expected = [
        ("QIF", 4.0, 456.20),
        ("QIF", 5.0, 97.007),
        ("QIF", 6.0, 64.995),
        ("QIF", 8.0, 42.074),
        ("ExpIF", 1.7, 278.67),
        ("ExpIF", 2.0, 119.43),
        ("ExpIF", 5.0, 30.429),
        ("ExpIF", 10.0, 15.622),
    ];
    let populations: Vec<String> = expected
        .iter()
        .map(|(model, i, _)| format!("{model} {{ I += {i} nA }}"))
        .collect();
    for (train, (model, i, period)) in trains(&populations, 1400.0, 0.02, "rk4")
        .iter()
        .zip(expected)
    {
        let found = 1000.0 / steady_rate(train);
        assert_close(
            &format!("{model} {i}"),
            found,
            period,
            Tolerance::relative(0.01),
        );
    }
}

#[test]
fn spike_counts_of_the_adaptive_exponential_neuron() {
    // A step from rest for 1 s; counts exact, times to 0.3 ms.
    let table: [(u32, Expected); 6] = [
        (
            620,
            Expected {
                count: 1,
                slack: 0,
                times: &[],
                intervals: &[],
            },
        ),
        (
            640,
            Expected {
                count: 4,
                slack: 0,
                times: &[],
                intervals: &[],
            },
        ),
        (
            660,
            Expected {
                count: 6,
                slack: 0,
                times: &[],
                intervals: &[],
            },
        ),
        (
            700,
            Expected {
                count: 9,
                slack: 0,
                times: &[],
                intervals: &[],
            },
        ),
        (
            800,
            Expected {
                count: 17,
                slack: 0,
                times: &[(0, 17.7), (1, 40.5), (2, 71.3)],
                intervals: &[(-1, 66.9)],
            },
        ),
        (
            1000,
            Expected {
                count: 31,
                slack: 0,
                times: &[(0, 11.80), (1, 25.39), (2, 41.2)],
                intervals: &[(-1, 36.1)],
            },
        ),
    ];
    let populations: Vec<String> = table
        .iter()
        .map(|(i, _)| format!("AdEx {{ I += {i} pA }}"))
        .collect();
    for (train, (i, expected)) in trains(&populations, 1000.0, 0.02, "rk4").iter().zip(&table) {
        compare(&format!("{i} pA"), train, expected, 0.3, 0.0);
    }
}

#[test]
fn firing_patterns_of_the_adaptive_exponential_neuron() {
    let e = |count, times, intervals| Expected {
        count,
        slack: 0,
        times,
        intervals,
    };
    let table: [(&str, u32, Expected); 8] = [
        ("Tonic", 500, e(104, &[], &[(0, 8.94), (-1, 9.59)])),
        (
            "Adapting",
            500,
            e(17, &[], &[(0, 11.28), (1, 14.38), (2, 19.6), (-1, 75.9)]),
        ),
        (
            "InitialBurst",
            400,
            e(18, &[], &[(0, 3.43), (1, 7.33), (-1, 63.96), (-2, 63.96)]),
        ),
        (
            "RegularBursting",
            210,
            e(17, &[], &[(-1, 5.36), (-2, 133.2), (-3, 5.36)]),
        ),
        (
            "DelayedAccelerating",
            300,
            e(86, &[(0, 33.6)], &[(0, 20.6), (-1, 9.6)]),
        ),
        (
            "DelayedBursting",
            110,
            e(52, &[(0, 57.2)], &[(0, 3.3), (1, 4.5), (3, 57.1)]),
        ),
        ("Transient", 180, e(1, &[(0, 30.3)], &[])),
        (
            "Irregular",
            160,
            Expected {
                count: 53,
                slack: 1,
                times: &[],
                intervals: &[],
            },
        ),
    ];
    let populations: Vec<String> = table
        .iter()
        .map(|(name, i, _)| format!("AdEx{name} {{ I += {i} pA }}"))
        .collect();
    for (train, (name, _, expected)) in trains(&populations, 1000.0, 0.01, "rk4").iter().zip(&table)
    {
        // Times to 0.3 ms, intervals to 1 % where that is more.
        compare(name, train, expected, 0.3, 0.01);
    }
}

#[test]
fn the_irregular_pattern_is_irregular() {
    // Chaotic: only statistics can be compared. CV 0.60 +- 0.03 over 20 s.
    expect_all(
        "irregular",
        "npl 1
        network N { cell = AdExIrregular { I += 160 pA }\n record cell.spike }
        run N for 20 s with dt = 0.02 ms, method = rk4
        expect cv(cell, 0 s .. 20 s) in 0.57 .. 0.63, count(cell.spike, 0 s .. 20 s) in 1000 .. 1150",
    );
}
