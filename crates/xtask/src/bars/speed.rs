//! The bars of speed: everything that makes a run faster leaves its bits alone, and how fast it is.
//!
//! What is not built yet stands here by name, with what is expected of it, and prints `missing`.

use super::bits::SameBits;
use super::peers::Peers;
use super::populations::Populations;
use super::tests_of_crates::Test;
use super::{Bar, Check};
use crate::peers::{GOALS, Goal};
use neuropil_testkit::stats::Margin;

/// The cortical microcircuit at a tenth of its size, by NEST; a path below `golden/`.
pub(super) const MICROCIRCUIT: &str = "networks/microcircuit_scale_0.1.json";

/// The list, in the order of the issue.
pub(super) fn bars() -> Vec<Bar> {
    let mut bars = same_bits();
    bars.extend(microcircuit());
    bars.extend(small());
    bars.extend(GOALS.map(|goal| {
        let Goal { network, peer, .. } = goal;
        let name = format!("{network} beside {peer}");
        bar(&name, Check::Peers(Peers { goal, rounds: 3 }))
    }));
    bars.extend(unbuilt());
    bars
}

fn bar(name: &str, check: Check) -> Bar {
    Bar {
        name: name.into(),
        check,
    }
}

/// Machine code computes what the interpreter computes.
fn same_bits() -> Vec<Bar> {
    let random = Test {
        package: "neuropil-cpu",
        target: "",
        filter: "jit::",
        environment: &[("NEUROPIL_RANDOM_KERNELS", "5000")],
    };
    let mut bars = vec![bar("JIT equals interpreter", Check::Test(random))];
    let runs: [(&'static str, &'static [&'static str]); 4] = [
        ("examples/coba.npl", &["--for", "200 ms"]),
        ("examples/cobahh.npl", &["--for", "50 ms"]),
        ("examples/brunel.npl", &["--for", "50 ms"]),
        (
            "examples/microcircuit.npl",
            &[
                "--for",
                "100 ms",
                "--set",
                "scale=0.05",
                "--set",
                "poisson=1",
            ],
        ),
    ];
    for (text, options) in runs {
        let same = SameBits {
            text,
            options,
            variants: BACK_ENDS,
        };
        bars.push(bar("JIT equals interpreter", Check::SameBits(same)));
        let same = SameBits {
            text,
            options,
            variants: BACK_ENDS_F32,
        };
        bars.push(bar("JIT equals interpreter", Check::SameBits(same)));
    }
    bars
}

const BACK_ENDS: &[&[&str]] = &[
    &["--backend", "interpreter", "--precision", "f64"],
    &["--backend", "jit", "--precision", "f64"],
    &["--backend", "jit_avx2", "--precision", "f64"],
];

const BACK_ENDS_F32: &[&[&str]] = &[
    &["--backend", "interpreter", "--precision", "f32"],
    &["--backend", "jit", "--precision", "f32"],
    &["--backend", "jit_avx2", "--precision", "f32"],
];

/// The microcircuit at a tenth of its size: rate, CV and correlation of each population, for both
/// drives.
fn microcircuit() -> Vec<Bar> {
    let drives: [(&'static str, &'static [&'static str]); 2] =
        [("dc", &[]), ("poisson", &["--set", "poisson=1"])];
    let make = |(drive, options)| {
        let populations = Populations {
            text: "examples/microcircuit.npl",
            options,
            reference: MICROCIRCUIT,
            drive,
            seeds: 5,
            // Both integrate exactly on the same grid and round delays alike, so that nothing systematic
            // is expected. One percent keeps 48 comparisons from failing by chance: three standard errors
            // of five networks against ten are as little as half a percent.
            margin: Margin {
                standard_errors: 3.0,
                relative: 0.01,
            },
        };
        bar(
            &format!("microcircuit, {drive} drive: rate, CV and correlation over seeds"),
            Check::Populations(populations),
        )
    };
    drives.into_iter().map(make).collect()
}

/// What is counted and not timed.
fn small() -> Vec<Bar> {
    let test = |name, target| {
        let test = Test {
            package: "neuropil",
            target,
            filter: "",
            environment: &[],
        };
        bar(name, Check::Test(test))
    };
    vec![
        test("allocations", "allocations"),
        test("code of kernels", "kernels"),
    ]
}

/// What has no check yet: name, expectation, what is needed.
fn unbuilt() -> Vec<Bar> {
    let table: [(&str, &'static str, &'static str); 10] = [
        (
            "microcircuit at full size: rates",
            "the published rates of each population",
            "building of full size within minutes",
        ),
        (
            "microcircuit at full size: real time",
            "10 s with DC drive in f32: factor at most 2.0 on one thread, 1.0 on two (f64: 2.5, 1.4), at most 2 GiB",
            "bench runner",
        ),
        (
            "coba, 4,000 neurons, beside its floor",
            "f64 at most 1.25 times the floor",
            "bench runner",
        ),
        (
            "cuba, beside its floor",
            "at most 1.25 times the floor",
            "bench runner",
        ),
        (
            "hh_population, a neuron-step",
            "at most 3 ns (f32) and 8 ns (f64)",
            "bench runner",
        ),
        (
            "delivery on one core",
            "1.5 billion events/s in cache with shared weights, 1.0 with own, 0.45 at coba of 400,000, 0.7 in the full microcircuit",
            "bench of delivery",
        ),
        (
            "building on one core",
            "150 million synapses a second; peak at most 1.05 times final; the full microcircuit within 5 s on two",
            "bench of building",
        ),
        (
            "bytes a synapse",
            "as budgeted, from resident memory",
            "measure of resident memory by layout",
        ),
        (
            "two threads against one",
            "1.5, 1.8 and 1.7 times at 4,000, 40,000 and 400,000 neurons or more",
            "bench runner",
        ),
        (
            "cost against size",
            "a plot from 1,000 to 1,000,000 neurons with the floor beside it",
            "bench runner",
        ),
    ];
    let make = |(name, expected, needs)| bar(name, Check::Unbuilt { expected, needs });
    table.into_iter().map(make).collect()
}
