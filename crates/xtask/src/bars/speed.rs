//! The bars of speed: everything that makes a run faster leaves its bits alone, and how fast it is.

use super::bench::{
    Bound, FullMicrocircuit, Measured, Number, TwoThreads, cost_against_size, full_rates,
};
use super::bits::SameBits;
use super::peers::Peers;
use super::populations::Populations;
use super::tests_of_crates::Test;
use super::{Bar, Check};
use crate::peers::{GOALS, Goal};
use neuropil_testkit::stats::Margin;

/// The cortical microcircuit at a tenth of its size, by NEST; a path below `golden/`.
pub(super) const MICROCIRCUIT: &str = "networks/microcircuit_scale_0.1.json";

/// Arguments of a measurement that builds a network once and hardly runs it.
macro_rules! once {
    ($($argument:expr),*) => {
        [$($argument,)* "--for", "1 ms", "--repeats", "1", "--no-floor"]
    };
}

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
    bars.extend(floors());
    bars.extend(equations());
    bars.extend(threads());
    bars.extend(full_microcircuit());
    bars.push(bar(
        "microcircuit at full size: rates",
        Check::Own(full_rates),
    ));
    bars.push(bar("cost against size", Check::Own(cost_against_size)));
    bars.extend(synapses());
    bars.extend(building());
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
        test("profile by line", "profile"),
    ]
}

/// How far whole networks are from their kernels and deliveries alone.
fn floors() -> Vec<Bar> {
    let table: [(&str, &'static [&'static str]); 3] = [
        (
            "coba, 4,000 neurons: floor",
            &["coba", "--precision", "f64"],
        ),
        ("cuba: floor", &["cuba", "--precision", "f64"]),
        ("cuba: floor", &["cuba", "--precision", "f32"]),
    ];
    let make = |(name, arguments)| {
        let measured = Measured {
            arguments,
            number: Number::FloorRatio,
            bound: Some(Bound::Most(1.25)),
        };
        bar(name, Check::Measured(measured))
    };
    table.into_iter().map(make).collect()
}

/// One evaluation of the equations of Hodgkin and Huxley, as exponential Euler makes it; Heun's two beside it.
fn equations() -> Vec<Bar> {
    const EXPONENTIAL: &str = "benches/networks/hh_exponential.npl";
    let table: [(&'static [&'static str], Option<f64>); 4] = [
        (&[EXPONENTIAL, "--precision", "f32"], Some(3.0)),
        (&[EXPONENTIAL, "--precision", "f64"], Some(8.0)),
        (&["hh_population", "--precision", "f32"], None),
        (&["hh_population", "--precision", "f64"], None),
    ];
    let make = |(arguments, most): (_, Option<f64>)| {
        let measured = Measured {
            arguments,
            number: Number::NeuronStep,
            bound: most.map(Bound::Most),
        };
        bar("hh_population: cost", Check::Measured(measured))
    };
    table.into_iter().map(make).collect()
}

/// What a second thread gains, at three sizes.
fn threads() -> Vec<Bar> {
    let table: [(&'static [&'static str], f64); 3] = [
        (&["coba", "--sizes", "4000", "--for", "1 s"], 1.5),
        (&["coba", "--sizes", "40000", "--for", "200 ms"], 1.8),
        (&["coba", "--sizes", "400000", "--for", "100 ms"], 1.7),
    ];
    let make = |(arguments, least)| {
        let threads = TwoThreads { arguments, least };
        bar("two threads against one", Check::TwoThreads(threads))
    };
    table.into_iter().map(make).collect()
}

/// The microcircuit at full size in real time, with constant current; building is asked of two threads.
fn full_microcircuit() -> Vec<Bar> {
    let table = [
        ("f32", "1", 2.0, None),
        ("f32", "2", 1.0, Some(5.0)),
        ("f64", "1", 2.5, None),
        ("f64", "2", 1.4, Some(5.0)),
    ];
    let make = |(precision, threads, most_factor, most_build_s)| {
        let full = FullMicrocircuit {
            precision,
            threads,
            most_factor,
            most_build_s,
        };
        let name = "microcircuit at full size: real time";
        bar(name, Check::FullMicrocircuit(full))
    };
    table.into_iter().map(make).collect()
}

/// Deliveries, building and bytes on one core. A text counts as in cache where its sums are; a step of
/// Brunel's network adds tens of thousands of events.
fn synapses() -> Vec<Bar> {
    const OWN: &str = "benches/networks/coba_own_weights.npl";
    const SHARED_400000: &[&str] = &[
        "coba",
        "--sizes",
        "400000",
        "--for",
        "50 ms",
        "--precision",
        "f32",
    ];
    let table: [(&str, &'static [&'static str], Number, Bound); 8] = [
        (
            "delivery, shared weights in cache",
            &["brunel", "--precision", "f32"],
            Number::Events,
            Bound::Least(1500.0),
        ),
        (
            "delivery, own weights in cache",
            &[OWN, "--precision", "f32"],
            Number::Events,
            Bound::Least(1000.0),
        ),
        (
            "delivery, coba of 400,000",
            SHARED_400000,
            Number::Events,
            Bound::Least(450.0),
        ),
        (
            "delivery, the full microcircuit",
            &[
                "microcircuit",
                "--full",
                "--for",
                "500 ms",
                "--repeats",
                "1",
                "--precision",
                "f32",
            ],
            Number::Events,
            Bound::Least(700.0),
        ),
        (
            "building on one core",
            SHARED_400000,
            Number::Building,
            Bound::Least(150.0),
        ),
        (
            "bytes a synapse, shared weight",
            &["brunel", "--precision", "f32", "--quick"],
            Number::SynapseBytes,
            Bound::Most(2.1),
        ),
        (
            "bytes a synapse, own weight",
            &[OWN, "--precision", "f32", "--quick"],
            Number::SynapseBytes,
            Bound::Most(4.1),
        ),
        (
            "bytes a synapse, own weight",
            &[OWN, "--precision", "f64", "--quick"],
            Number::SynapseBytes,
            Bound::Most(6.2),
        ),
    ];
    let make = |(name, arguments, number, bound): (&str, _, _, _)| {
        let bound = Some(bound);
        let measured = Measured {
            arguments,
            number,
            bound,
        };
        bar(name, Check::Measured(measured))
    };
    table.into_iter().map(make).collect()
}

/// What building takes of resident memory, each in a process of its own, where the connections are nearly all
/// of it: 31 MB with shared weights, 26 and 39 MB with own ones in rows of some tens, 256 and 384 MB in
/// rows of thousands. A budget of bytes is asked where the megabyte to three that the allocator keeps of what
/// building has freed is no part of it.
fn building() -> Vec<Bar> {
    const OWN: &str = "benches/networks/coba_own_weights.npl";
    const LONG: &str = "examples/izhikevich.npl";
    const SHARED_F32: &[&str] = &once!["brunel", "--precision", "f32"];
    const SHARED_F64: &[&str] = &once!["brunel", "--precision", "f64"];
    const OWN_F32: &[&str] = &once![OWN, "--sizes", "80000", "--precision", "f32"];
    const OWN_F64: &[&str] = &once![OWN, "--sizes", "80000", "--precision", "f64"];
    const LONG_F32: &[&str] = &once![LONG, "--sizes", "8000", "--precision", "f32"];
    const LONG_F64: &[&str] = &once![LONG, "--sizes", "8000", "--precision", "f64"];
    let table = [
        ("shared weight", SHARED_F32, Some(2.1)),
        ("shared weight", SHARED_F64, Some(2.1)),
        ("own weight", OWN_F32, None),
        ("own weight", OWN_F64, None),
        ("own weight, long rows", LONG_F32, Some(4.1)),
        ("own weight, long rows", LONG_F64, Some(6.2)),
    ];
    let make = |(what, arguments, most_bytes): (_, _, Option<f64>)| {
        let measured = |number, most: Option<f64>| {
            let bound = most.map(Bound::Most);
            Check::Measured(Measured {
                arguments,
                number,
                bound,
            })
        };
        let name = format!("memory of building, {what}");
        [
            bar(&name, measured(Number::PeakRatio, Some(1.05))),
            bar(&name, measured(Number::ResidentBytes, most_bytes)),
        ]
    };
    table.into_iter().flat_map(make).collect()
}
