//! Names that the program gives to what has none in the text, and the draws that follow from them.

mod common;

use common::{run_one, run_with, trace};
use neuropil::{Options, Results};

const CELLS: &str = "
    neuron Cell { param tau = 10 ms\n input I : mV\n tau*dV/dt = I - V\n init V = 0 mV }
    signal Source { param rate = 200 Hz\n spike count poisson(rate*dt) }";

fn network(lines: &str) -> String {
    format!(
        "npl 1\n{CELLS}\nnetwork N {{\n a = Cell[3]\n b = Cell[3]\n{lines}\n record b.V }}\n\
         run N for 50 ms with dt = 0.1 ms, seed = 3"
    )
}

const TO_A: &str = "Source[3] -> a : Delta weight 1 mV connect one_to_one";
const TO_B: &str = "Source[3] -> b : Delta weight 1 mV connect one_to_one";

fn populations(results: &Results) -> Vec<&str> {
    let all = results.report.populations.iter();
    all.map(|population| population.name.as_str()).collect()
}

fn projections(results: &Results) -> Vec<&str> {
    let all = results.report.projections.iter();
    all.map(|projection| projection.name.as_str()).collect()
}

#[test]
fn a_source_in_place_is_named_after_model_and_targets() {
    let lines = format!(
        "{TO_A}\n{TO_B}\n{TO_B}\nSource -> a, b : Delta weight 1 mV connect all_to_all\n\
         both = Source, Source -> a : Delta weight 1 mV connect all_to_all"
    );
    let results = run_one(&network(&lines));
    assert_eq!(
        populations(&results),
        [
            "a",
            "b",
            "Source->a",
            "Source->b",
            "Source->b#2",
            "Source->a,b",
            "Source->a#2",
            "Source->a#3"
        ]
    );
    assert_eq!(
        projections(&results),
        [
            "N.Source->a:Delta",
            "N.Source->b:Delta",
            "N.Source->b:Delta#2",
            "N.Source->a:Delta#2",
            "N.Source->b:Delta#3",
            "N.both[Source->a]",
            "N.both[Source->a]#2"
        ]
    );
}

#[test]
fn a_source_written_before_changes_no_draw() {
    let alone = trace(&run_one(&network(TO_B)), "b.V");
    let second = trace(&run_one(&network(&format!("{TO_A}\n{TO_B}"))), "b.V");
    assert!(alone.iter().any(|&v| v > 0.0), "the source is silent");
    assert_eq!(alone, second);
}

#[test]
fn sources_of_equal_names_draw_for_themselves() {
    // Were the draws of both equal, b would be exactly twice what one source makes of it.
    let one = trace(&run_one(&network(TO_B)), "b.V");
    let two = trace(&run_one(&network(&format!("{TO_B}\n{TO_B}"))), "b.V");
    assert!(one.iter().zip(&two).any(|(&one, &two)| two != 2.0 * one));
}

#[test]
fn values_reach_sources_in_place_by_their_model() {
    let options = Options {
        set: vec![("Source.rate".to_owned(), "0 Hz".to_owned())],
        ..Options::default()
    };
    let results = run_with(&network(&format!("{TO_A}\n{TO_B}")), &options);
    let sent: u64 = results[0].report.projections.iter().map(|p| p.sent).sum();
    assert_eq!(sent, 0);
}
