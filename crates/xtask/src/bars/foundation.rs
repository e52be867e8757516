//! The bars of the foundation: one page of equations runs.
//!
//! Numbers that stand here come from closed forms, written in the head of the text they belong to, or
//! from the reference data of `golden/`.

use super::bits::SameBits;
use super::networks::{Rates, Statistics};
use super::tests_of_crates::Test;
use super::texts::{Exit, Number, Spikes, When, long_text};
use super::timing::{CpuTime, WallTime};
use super::{Bar, Check};

/// The list, in the order of the issue.
pub(super) fn bars() -> Vec<Bar> {
    let mut bars = references();
    bars.extend(statistics());
    bars.extend(same_bits());
    bars.extend(odd_cases());
    bars.extend(diagnostics());
    bars.extend(times());
    bars
}

fn bar(name: &str, check: Check) -> Bar {
    Bar {
        name: name.into(),
        check,
    }
}

fn test(name: &str, package: &'static str, target: &'static str, filter: &'static str) -> Bar {
    bar(
        name,
        Check::Test(Test {
            package,
            target,
            filter,
            environment: &[],
        }),
    )
}

/// Traces and spike times of single neurons, the meaning of a step, the numbers of the operators.
fn references() -> Vec<Bar> {
    let hh = Spikes {
        text: "examples/hh_population.npl",
        options: &["--set", "N=100000"],
        run: "",
        population: ("", 100_000),
        when: When::Times(&[1.9, 16.8], 0.2),
    };
    let izhikevich = Rates {
        text: "examples/izhikevich.npl",
        options: &["--for", "1 s"],
        expected: &[(800, 8.5, 0.6), (200, 9.2, 0.6)],
        seeds: 10,
    };
    vec![
        test("reference traces and spike times", "neuropil", "traces", ""),
        test("orders of the methods", "neuropil", "convergence", ""),
        test(
            "operators against high precision",
            "neuropil-ir",
            "functions",
            "",
        ),
        test(
            "conformance of the interpreter",
            "neuropil-cpu",
            "",
            "conform",
        ),
        test("every construct of the language", "neuropil", "grammar", ""),
        bar(
            "meaning of a step",
            Check::Exit(Exit {
                arguments: &["run", "examples/step_semantics.npl"],
                codes: &[0],
                says: &[],
            }),
        ),
        bar("hh_population: spike times", Check::Spikes(hh)),
        bar("izhikevich: rates", Check::Rates(izhikevich)),
    ]
}

/// The published networks over ten seeds.
pub(super) fn statistics() -> Vec<Bar> {
    let table = [
        ("coba", "brian2-standalone", (200.0, 1000.0), ["exc", "inh"]),
        ("cuba", "brian2-standalone", (200.0, 1000.0), ["exc", "inh"]),
        (
            "cobahh",
            "brian2-standalone",
            (200.0, 1000.0),
            ["exc", "inh"],
        ),
        ("brunel", "genn-cpu-float", (200.0, 500.0), ["E", "I"]),
    ];
    let texts = [
        "examples/coba.npl",
        "examples/cuba.npl",
        "examples/cobahh.npl",
        "examples/brunel.npl",
    ];
    let make = |((network, simulator, window_ms, populations), text)| {
        let statistics = Statistics {
            text,
            populations,
            window_ms,
            group: (network, simulator),
            seeds: 10,
        };
        bar(
            &format!("{network}: rate and CV over seeds"),
            Check::Statistics(statistics),
        )
    };
    table.into_iter().zip(texts).map(make).collect()
}

const THREADS: &[&[&str]] = &[
    &["--threads", "1"],
    &["--threads", "2"],
    &["--threads", "3"],
    &["--threads", "7"],
];

/// What must not matter, to the bit; and that no event is lost.
fn same_bits() -> Vec<Bar> {
    let runs: [(&'static str, &'static [&'static str]); 7] = [
        (
            "examples/coba.npl",
            &["--for", "300 ms", "--precision", "f64"],
        ),
        (
            "examples/coba.npl",
            &["--for", "300 ms", "--precision", "f32"],
        ),
        ("examples/cuba.npl", &["--for", "300 ms"]),
        ("examples/cobahh.npl", &["--for", "100 ms"]),
        (
            "examples/brunel.npl",
            &["--for", "100 ms", "--precision", "f64"],
        ),
        (
            "examples/brunel.npl",
            &["--for", "100 ms", "--precision", "f32"],
        ),
        ("examples/izhikevich.npl", &["--for", "200 ms"]),
    ];
    let mut bars: Vec<Bar> = runs
        .into_iter()
        .map(|(text, options)| {
            let same = SameBits {
                text,
                options,
                variants: THREADS,
            };
            bar("1, 2, 3, 7 threads", Check::SameBits(same))
        })
        .collect();
    bars.extend([
        test("one run or ten pieces", "neuropil", "same_bits", "pieces"),
        test(
            "scalar evaluator = interpreter",
            "neuropil",
            "same_bits",
            "scalar",
        ),
        test(
            "events sent = events delivered",
            "neuropil",
            "conservation",
            "",
        ),
    ]);
    bars
}

const SIZES: &str = "crates/xtask/bars/foundation/sizes.npl";
const DELAYS: &str = "crates/xtask/bars/foundation/delays.npl";
const NESTED: &str = "crates/xtask/bars/foundation/nested.npl";
const TWO: &str = "crates/xtask/bars/foundation/two_networks.npl";

/// What no example shows.
fn odd_cases() -> Vec<Bar> {
    let sizes = |options, size, steps| {
        Check::Spikes(Spikes {
            text: SIZES,
            options,
            run: "",
            population: ("cells", size),
            when: When::Steps(steps),
        })
    };
    // The steps are worked out in the text.
    let usual: &[u64] = &[322, 562, 802];
    let delays = |population, steps| {
        Check::Spikes(Spikes {
            text: DELAYS,
            options: &[],
            run: "",
            population: (population, 1),
            when: When::Steps(steps),
        })
    };
    let two = |run, population, steps| {
        Check::Spikes(Spikes {
            text: TWO,
            options: &[],
            run,
            population: (population, 1),
            when: When::Steps(steps),
        })
    };
    let exit = |arguments, codes, says| {
        Check::Exit(Exit {
            arguments,
            codes,
            says,
        })
    };
    vec![
        bar("a population of 0", sizes(&["--set", "N=0"], 0, usual)),
        bar("a population of 1", sizes(&["--set", "N=1"], 1, usual)),
        bar("a population of 17", sizes(&["--set", "N=17"], 17, usual)),
        bar(
            "a population of 100,003",
            sizes(&["--set", "N=100003"], 100_003, usual),
        ),
        bar("f32", sizes(&["--precision", "f32"], 17, usual)),
        bar("f64", sizes(&["--precision", "f64"], 17, usual)),
        bar(
            "dt 0.05 ms",
            sizes(&["--dt", "0.05 ms"], 17, &[644, 1124, 1604]),
        ),
        bar(
            "dt 0.07 ms",
            sizes(&["--dt", "0.07 ms"], 17, &[460, 803, 1146]),
        ),
        bar("a delay of 7.35 ms", delays("half", &[84])),
        bar("a delay that ends with the run", delays("last", &[200])),
        bar("a delay as long as the run", delays("never", &[])),
        bar(
            "two projections between one pair",
            exit(
                &["run", "crates/xtask/bars/foundation/pairs.npl"],
                &[0],
                &[],
            ),
        ),
        bar(
            "self-connections and multapses",
            exit(
                &["run", "crates/xtask/bars/foundation/multapses.npl"],
                &[0],
                &[],
            ),
        ),
        bar(
            "multapses are synapses",
            Check::Number(Number {
                text: "crates/xtask/bars/foundation/multapses.npl",
                options: &[],
                key: "/synapses",
                value: 30.0,
            }),
        ),
        bar(
            "12 states and 3 ports",
            exit(&["run", "crates/xtask/bars/foundation/rich.npl"], &[0], &[]),
        ),
        bar("two networks, the first", two("first", "a", &[10])),
        bar("two networks, the second", two("second", "b", &[20])),
        bar("a text of 2,000 lines", Check::Own(long_text)),
        bar("--set as written", exit(&["run", NESTED], &[0], &[])),
        bar(
            "--set on a nested parameter",
            exit(&["run", NESTED, "--set", "cells.tau=10 ms"], &[3], &[]),
        ),
        bar(
            "--set on a nested parameter, other unit",
            exit(&["run", NESTED, "--set", "cells.tau=0.02 s"], &[0], &[]),
        ),
        bar(
            "--set with a wrong unit",
            exit(
                &["run", NESTED, "--set", "cells.tau=10 mV"],
                &[1, 2],
                &["tau"],
            ),
        ),
        bar(
            "--set with a wrong name",
            exit(
                &["run", NESTED, "--set", "cells.tua=10 ms"],
                &[1, 2],
                &["tau"],
            ),
        ),
        bar(
            "absurd sizes are refused before they are built",
            exit(
                &["run", SIZES, "--set", "N=1000000000000"],
                &[1, 3],
                &["memory"],
            ),
        ),
    ]
}

/// Mistakes, and what a scientist is told.
fn diagnostics() -> Vec<Bar> {
    vec![
        test(
            "a malformed text for every code",
            "neuropil",
            "diagnostics",
            "",
        ),
        test("fuzzing, one minute", "neuropil-compiler", "fuzz", ""),
        bar(
            "explain coba",
            Check::Exit(Exit {
                arguments: &["explain", "examples/coba.npl"],
                codes: &[0],
                says: &["exc", "inh", "post", "exponential"],
            }),
        ),
        test("explain coba, word for word", "neuropil", "explain", "coba"),
    ]
}

fn times() -> Vec<Bar> {
    vec![
        bar(
            "coba: CPU time",
            Check::CpuTime(CpuTime {
                text: "examples/coba.npl",
                options: &[
                    "--threads",
                    "1",
                    "--backend",
                    "interpreter",
                    "--precision",
                    "f64",
                ],
                lengths: ["1 s", "0.1 ms"],
                most_s: 0.64,
                repeats: 5,
            }),
        ),
        bar(
            "one neuron, one millisecond",
            Check::WallTime(WallTime {
                text: "crates/xtask/bars/foundation/hh_start.npl",
                options: &[],
                most_s: 0.050,
                repeats: 20,
            }),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The texts that a check runs.
    fn text(check: &Check) -> Option<&'static str> {
        match check {
            Check::Statistics(it) => Some(it.text),
            Check::Populations(it) => Some(it.text),
            Check::Rates(it) => Some(it.text),
            Check::Exit(it) => it.arguments.get(1).copied(),
            Check::Spikes(it) => Some(it.text),
            Check::Number(it) => Some(it.text),
            Check::SameBits(it) => Some(it.text),
            Check::DebugIsRelease(it) => Some(it.text),
            Check::CpuTime(it) => Some(it.text),
            Check::WallTime(it) => Some(it.text),
            Check::Measured(it) => it.arguments.first().copied(),
            Check::Test(_)
            | Check::Peers(_)
            | Check::TwoThreads(_)
            | Check::FullMicrocircuit(_)
            | Check::Own(_) => None,
        }
    }

    #[test]
    fn own_texts_exist_and_each_is_run() {
        let bars = bars();
        let run: Vec<&str> = bars.iter().filter_map(|bar| text(&bar.check)).collect();
        let folder = "crates/xtask/bars/foundation";
        let mut own = Vec::new();
        for entry in std::fs::read_dir(crate::root().join(folder)).expect("the folder is there") {
            let name = entry.expect("an entry").file_name();
            own.push(format!("{folder}/{}", name.to_string_lossy()));
        }
        for text in run.iter().filter(|text| text.starts_with("crates/")) {
            assert!(own.iter().any(|file| file == text), "{text} does not exist");
        }
        for file in &own {
            assert!(run.contains(&file.as_str()), "{file} is not run");
        }
    }
}
