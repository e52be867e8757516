//! The texts of `examples/` run and come out as they say.
//!
//! The large ones run shorter or smaller here; `cargo xtask bars foundation` runs them whole.

mod common;

use common::{expect_all, expect_all_with, failures, run_with, workspace};
use neuropil::{Options, Text};

fn example(name: &str) -> String {
    std::fs::read_to_string(workspace(&format!("examples/{name}.npl"))).expect("the example exists")
}

/// Runs an example as it stands.
fn whole(name: &str) {
    expect_all(name, &example(name));
}

/// Runs an example for a shorter time, where only the expectations that are reached count.
fn short(name: &str, duration: &str, set: &[(&str, &str)]) -> Vec<neuropil::Results> {
    let set = set
        .iter()
        .map(|&(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let options = Options {
        duration: Some(duration.to_owned()),
        set,
        ..Options::default()
    };
    run_with(&example(name), &options)
}

#[test]
fn the_meaning_of_a_step() {
    let results = run_with(&example("step_semantics"), &Options::default());
    let failures = failures(&results);
    assert!(failures.is_empty(), "\n{failures}");
    assert!(results.len() >= 12, "{} networks", results.len());
    assert!(results.iter().all(|run| !run.report.expects.is_empty()));
}

#[test]
fn coba() {
    whole("coba");
}

#[test]
fn cuba() {
    whole("cuba");
}

#[test]
fn izhikevich() {
    whole("izhikevich");
}

#[test]
fn hh_population() {
    let set = vec![("N".to_owned(), "1000".to_owned())];
    let options = Options {
        set,
        ..Options::default()
    };
    expect_all_with("hh_population", &example("hh_population"), &options);
}

#[test]
fn cobahh_sustains_itself() {
    let results = short("cobahh", "300 ms", &[]);
    let raster = results[0].raster("exc.spike").expect("recorded");
    // A fifth of the published rate of 36 Hz in the last 100 ms: neither silent nor without bound.
    let late = raster.times.iter().filter(|&&time| time > 200.0).count() as f64;
    let rate = late / 0.1 / f64::from(raster.size);
    assert!((7.0..120.0).contains(&rate), "{rate} Hz");
}

#[test]
fn brunel_has_its_synapses() {
    let results = short("brunel", "2 ms", &[]);
    // 12,500 neurons with 1250 recurrent and one external synapse each.
    assert_eq!(results[0].report.synapses(), 12_500 * 1_251);
    assert_eq!(results[0].report.neurons(), 2 * 12_500);
}

#[test]
fn examples_are_written_in_canonical_layout() {
    for entry in std::fs::read_dir(workspace("examples")).expect("the folder is there") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "npl") {
            let text = std::fs::read_to_string(&path).expect("readable");
            assert_eq!(
                neuropil::format(&text).as_deref(),
                Ok(&*text),
                "{}",
                path.display()
            );
            let found = Text::load(&path)
                .expect("readable")
                .check(&Options::default());
            assert!(!found.has_errors(), "{}: {found}", path.display());
        }
    }
}

#[test]
fn microcircuit_has_its_neurons_and_synapses() {
    let results = short("microcircuit", "1 ms", &[("scale", "0.02")]);
    let report = &results[0].report;
    // By the recipe of `golden/networks/microcircuit_scale_0.1.json` at a scale of 0.02: sizes are those
    // of table 5 times the scale, rounded, and synapses of a pair are `ln(1 - p)/ln(1 - 1/(to from))`
    // times its square, rounded, summed over the pairs of the table of probabilities.
    let sizes: Vec<u32> = report.populations.iter().map(|p| p.size).collect();
    let cells: Vec<u32> = sizes.into_iter().filter(|&size| size > 0).collect();
    assert_eq!(cells, [414, 117, 438, 110, 97, 21, 288, 59]);
    assert_eq!(report.synapses(), 119_548);
}
