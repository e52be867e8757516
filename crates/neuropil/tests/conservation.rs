//! Nothing is lost: every event that is sent over a connection is delivered, or still under way.

mod common;

use std::fmt::Write as _;

use common::{run_one, run_with, workspace};
use neuropil::Options;

fn example(name: &str) -> String {
    std::fs::read_to_string(workspace(&format!("examples/{name}.npl"))).expect("the example exists")
}

#[test]
fn what_is_sent_is_delivered_or_travels() {
    let cases = [
        ("coba", "4000", "100 ms"),
        ("cuba", "4000", "100 ms"),
        ("cobahh", "1000", "30 ms"),
        ("brunel", "2500", "100 ms"),
        ("izhikevich", "1000", "100 ms"),
    ];
    for (name, size, length) in cases {
        for threads in [1, 3] {
            let options = Options {
                set: vec![("N".to_owned(), size.to_owned())],
                duration: Some(length.to_owned()),
                threads: Some(threads),
                ..Options::default()
            };
            let report = &run_with(&example(name), &options)[0].report;
            assert!(report.synaptic_events() > 0, "{name} is silent");
            for projection in &report.projections {
                let accounted = projection.delivered + projection.travelling;
                assert_eq!(projection.sent, accounted, "{name}: {}", projection.name);
            }
        }
    }
}

#[test]
fn every_spike_is_sent_to_every_target() {
    // All to all: the events are the spikes times the targets, whatever the delay.
    let text = "npl 1
        neuron Cell {
            param tau = 10 ms
            input I : mV
            tau*dV/dt = I - V
            init V = uniform(0 mV, 10 mV)
            spike when V >= 10 mV { V = 0 mV }
        }
        network N {
            a = Cell[37] { I += 15 mV }
            b = Cell[11]
            now = a -> b : Delta weight 0.1 mV connect all_to_all
            later = a -> b : Delta weight 0.1 mV connect all_to_all delay 3.7 ms
            own = a -> b : Delta weight 0.1 mV connect all_to_all delay uniform(0.1 ms, 5 ms)
            record a.spike, b.spike
        }
        run N for 200 ms with dt = 0.1 ms, seed = 3";
    let results = run_one(text);
    let spikes = results.raster("a.spike").expect("recorded").times.len() as u64;
    assert!(spikes > 300, "{spikes}");
    let report = &results.report;
    assert_eq!(report.projections.len(), 3);
    for projection in &report.projections {
        assert_eq!(projection.edges, 37 * 11, "{}", projection.name);
        assert_eq!(projection.sent, spikes * 11, "{}", projection.name);
        assert_eq!(
            projection.sent,
            projection.delivered + projection.travelling
        );
    }
}

#[test]
fn counted_arrivals_are_the_events_delivered() {
    // A tally adds one for every arrival: the sum over the targets is what the counters say.
    let rules = [
        "fixed_probability(0.3) delay 1.3 ms",
        "fixed_indegree(7) delay uniform(0.2 ms, 4 ms)",
        "fixed_outdegree(5)",
        "fixed_total_number(99) delay 2 ms",
    ];
    let mut network = String::new();
    for (k, rule) in rules.iter().enumerate() {
        let _ = writeln!(
            network,
            "b{k} = Tally[29]
            a -> b{k} : Add weight 1 connect {rule}
            record total{k} = sum(b{k}.n)"
        );
    }
    let text = format!(
        "npl 1
        neuron Finite {{
            \"Thirty spikes, ten ms apart, from a start of its own.\"
            init x = uniform(0 ms, 10 ms), left = 30
            dx/dt = 1
            spike when x >= 10 ms and left > 0 {{ x -= 10 ms; left -= 1 }}
        }}
        neuron Tally {{ init n = 0 }}
        synapse Add {{ weight w\n on pre {{ post.n += w }} }}
        network N {{
            a = Finite[53]
            {network}
        }}
        run N for 320 ms with dt = 0.1 ms, seed = 8"
    );
    let results = run_one(&text);
    let projections = &results.report.projections;
    let edges: Vec<u64> = projections
        .iter()
        .map(|projection| projection.edges)
        .collect();
    assert_eq!(edges[1..], [7 * 29, 5 * 53, 99]);
    assert_eq!(results.report.populations[0].spikes, Some(53 * 30));
    // Every source sends as often, so the edges say how many events there are.
    for (k, (projection, rule)) in projections.iter().zip(rules).enumerate() {
        assert_eq!(projection.sent, projection.edges * 30, "{rule}");
        let trace = results.trace(&format!("total{k}")).expect("recorded");
        let total = *trace.values.last().expect("samples");
        // The last spike is sent before 310 ms and the longest delay is 4 ms.
        assert_eq!(
            (projection.travelling, projection.sent),
            (0, projection.delivered),
            "{rule}"
        );
        assert_eq!(total, projection.delivered as f64, "{rule}");
    }
}
