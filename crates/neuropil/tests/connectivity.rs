//! Connections that are generated at every event are those that would be stored.
//!
//! Everything that the targets become is compared by its bits, on several numbers of threads.

mod common;

use common::run_with;
use neuropil::{Code, Error, Options, Results, Storage, Text};

/// A text in which Poisson spikes of 60 sources reach `targets` cells by a rule.
fn forward(rule: &str, targets: u32) -> String {
    network(&format!(
        "S = Noise[60]
         T = Cell[{targets}]
         p = S -> T : Jump weight 1 mV connect {rule} delay 0.3 ms"
    ))
}

/// A text in which noisy cells reach each other by a rule.
fn recurrent(rule: &str, size: u32) -> String {
    network(&format!(
        "T = Cell[{size}]
         Noise[{size}] -> T : Jump weight 20 mV connect one_to_one
         p = T -> T : Jump weight 1 mV connect {rule} delay 0.3 ms"
    ))
}

fn network(body: &str) -> String {
    format!(
        "npl 1
        neuron Cell {{
            dV/dt = -V/(20 ms)
            init V = 0 mV
            spike when V >= 15 mV {{ V = 0 mV }}
        }}
        synapse Jump {{
            weight w : mV
            on pre {{ post.V += w }}
        }}
        signal Noise {{ spike count poisson(0.3) }}
        network Net {{
            {body}
            record T.V every 1 ms
        }}
        run Net for 4 ms with dt = 0.1 ms, seed = 7"
    )
}

fn options(connectivity: Storage, threads: usize) -> Options {
    Options {
        connectivity,
        threads: Some(threads),
        ..Options::default()
    }
}

/// The bits of the voltages, and the counters of the projection `p`.
fn seen(results: &[Results]) -> (Vec<u64>, [u64; 3]) {
    let trace = results[0].trace("T.V").expect("it is recorded");
    let bits = trace.values.iter().map(|value| value.to_bits()).collect();
    let p = projection(results);
    assert_eq!(p.delivered + p.travelling, p.sent);
    (bits, [p.edges, p.sent, p.delivered])
}

fn projection(results: &[Results]) -> &neuropil_sim::ProjectionReport {
    let mut projections = results[0].report.projections.iter();
    projections
        .find(|projection| projection.name.ends_with('p'))
        .expect("it is there")
}

#[test]
fn generated_connections_are_the_stored_ones() {
    let rules = [
        "fixed_probability(0.15)",
        "fixed_probability(1)",
        "fixed_probability(0)",
        "fixed_outdegree(5)",
        "fixed_outdegree(5) without multapses",
        "all_to_all",
    ];
    let mut texts = Vec::new();
    for rule in rules {
        for targets in [0, 7, 600, 70_000] {
            // Five different targets of none there are not.
            if targets > 0 || !rule.contains("outdegree") {
                texts.push(forward(rule, targets));
            }
        }
        for size in [7, 900] {
            texts.push(recurrent(rule, size));
            let and = if rule.contains("without") {
                ","
            } else {
                " without"
            };
            texts.push(recurrent(&format!("{rule}{and} self"), size));
        }
    }
    texts.push(forward("fixed_outdegree(5)", 1));
    texts.push(recurrent("one_to_one", 900));
    let mut events = 0;
    for text in texts {
        let stored = seen(&run_with(&text, &options(Storage::Stored, 1)));
        events += stored.1[2];
        for threads in [1, 2, 3] {
            for way in [Storage::Generated, Storage::Auto] {
                let results = run_with(&text, &options(way, threads));
                assert!(
                    seen(&results) == stored,
                    "{way:?}, {threads} threads\n{text}"
                );
                if way == Storage::Generated {
                    assert_ne!(projection(&results).storage, "stored", "{text}");
                }
            }
        }
    }
    assert!(events > 1_000_000, "{events} events");
}

#[test]
fn rules_that_must_be_stored_say_why() {
    let cases = [
        (
            "fixed_indegree(5)",
            "`fixed_indegree` draws rows of targets",
        ),
        (
            "fixed_total_number(50)",
            "draws its edges for all sources together",
        ),
        (
            "fixed_probability(0.1) delay normal(1 ms, 0.1 ms, min = 0.1 ms)",
            "own delays",
        ),
    ];
    for (rule, why) in cases {
        let text = forward(rule, 20).replace("min = 0.1 ms) delay 0.3 ms", "min = 0.1 ms)");
        let parsed = Text::parse_with("t.npl", &text, &[]);
        let error = parsed
            .run_with(&options(Storage::Generated, 1), &mut ())
            .expect_err(rule);
        let said = error.to_string();
        assert!(matches!(error, Error::Simulation { .. }), "{said}");
        assert!(said.contains("p`") && said.contains(why), "{said}");
        let diagnosed = error.diagnosed().expect("it has a place in the text");
        assert_eq!(diagnosed.diagnostics[0].code, Code::Unsupported);
    }
}

/// 60 sources with 60,000 edges each need 7.2 MB; generated they need nothing.
#[test]
fn what_does_not_fit_is_generated() {
    let text = forward("fixed_probability(0.5)", 120_000);
    let with = |memory_limit| Options {
        memory_limit: Some(memory_limit),
        ..options(Storage::Auto, 1)
    };
    let plenty = run_with(&text, &with(100 << 20));
    let little = run_with(&text, &with(12 << 20));
    assert_eq!(projection(&little).storage, "generated");
    assert_ne!(projection(&plenty).storage, "generated");
    assert!(seen(&little) == seen(&plenty));
    let stored = Options {
        connectivity: Storage::Stored,
        ..with(12 << 20)
    };
    let parsed = Text::parse_with("t.npl", &text, &[]);
    let refused = parsed.run_with(&stored, &mut ()).expect_err("too large");
    assert!(refused.to_string().contains("memory"), "{refused}");
}
