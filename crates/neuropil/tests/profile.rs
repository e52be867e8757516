//! Profiles: every stage divides into lines of the text without remainder, by what their operators cost.
//!
//! The clock of these tests goes on by the same time whenever it is read, so that all operators cost alike
//! and a stage takes as long as it is often run: no number here depends on the machine.

use std::cell::Cell;

use neuropil::{
    BackendKind, Error, Options, Output, Part, Profile, ProfiledStage, Report, StageKind, Text,
};

/// Nanoseconds between two looks; long enough that a floor is taken from the fewest batches.
const TICK: u64 = 10_000_000;

/// Every thread has a time of its own: the looks of others, and of other tests, do not count.
fn ticking() -> u64 {
    thread_local!(static NOW: Cell<u64> = const { Cell::new(0) });
    NOW.replace(NOW.get() + TICK)
}

fn simulate(text: &str, options: Options) -> Result<Report, Error> {
    let folder = tempfile::tempdir().expect("a folder");
    let output = Output {
        folder: Some(folder.path().join("out")),
        plots: false,
        csv: false,
    };
    let options = Options {
        profile: Some(ticking),
        ..options
    };
    Text::parse_with("t.npl", text, &[]).simulate(&options, &output, &mut ())
}

#[track_caller]
fn profiles(text: &str, options: Options) -> Vec<Profile> {
    let report = simulate(text, options).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let runs = report.runs.into_iter();
    runs.map(|run| run.summary.profile.expect("was asked for"))
        .collect()
}

/// The stage of a kernel; its lines sum to it.
#[track_caller]
fn kernel<'a>(profile: &'a Profile, name: &str) -> &'a ProfiledStage {
    let mut stages = profile.stages.iter();
    let stage = stages.find(|stage| stage.time.name == name);
    let stage = stage.expect("the population has a kernel");
    let sum: u64 = stage.lines.iter().map(|line| line.nanoseconds).sum();
    assert_eq!(sum, stage.time.nanoseconds, "{name}");
    stage
}

/// Whose time it is, in words, with its share.
fn shares(stage: &ProfiledStage) -> Vec<(String, f64)> {
    let total = stage.time.nanoseconds as f64;
    let named = stage.lines.iter().map(|line| {
        let name = match &line.part {
            Part::Line { file, line, text } => {
                assert!(!text.is_empty() && file.is_none());
                line.to_string()
            }
            Part::State => "state".to_owned(),
            Part::Engine => "engine".to_owned(),
        };
        (name, line.nanoseconds as f64 / total)
    });
    named.collect()
}

fn share(stage: &ProfiledStage, name: &str) -> f64 {
    let list = shares(stage);
    let found = list.iter().find(|(known, _)| known == name);
    found.map_or(0.0, |(_, share)| *share)
}

const EXPENSIVE: &str = "npl 1
neuron Cell {
    input I
    cheap = x + 0.5*y
    x[t+1] = 0.5*x + tanh(cheap)
    y[t+1] = 0.9*y - exp(-exp(-exp(-exp(-exp(-exp(-exp(-exp(-exp(-exp(-y*y))))))))))
    init x = 1/(1 + exp(-y)), y = uniform(0, 1)
    spike when x > 2 { x = x - 2*y }
}
synapse Kick {
    weight w
    on pre { post.x += w }
}
network Net {
    param N = 50
    a = Cell[N]
    a -> a : Kick weight 0.1 connect all_to_all
}
run Net for 2 ms with dt = 0.1 ms, seed = 1
run Net for 1 ms with dt = 0.1 ms, seed = 2
";

#[test]
fn an_expensive_line_has_most_of_the_time() {
    for backend in [BackendKind::fastest(), BackendKind::Interpreter] {
        for threads in [1, 2] {
            let options = Options {
                backend: Some(backend),
                threads: Some(threads),
                ..Options::default()
            };
            let runs = profiles(EXPENSIVE, options);
            assert_eq!(runs.len(), 2);
            for (profile, steps) in runs.iter().zip([20, 10]) {
                assert_eq!(profile.threads, threads);
                let step = kernel(profile, "a.step");
                assert_eq!(step.time.items, 50 * steps);
                // A stage is timed once a step; so few neurons belong to one thread.
                assert_eq!(step.time.nanoseconds, TICK * steps);
                // Ten exponentials against one `tanh` (an exponential and a quotient): the order is by cost.
                assert_eq!(shares(step)[0].0, "6");
                assert!(share(step, "6") > 0.7, "{:?}", shares(step));
                // Every line of the step has its share, and `init` none.
                for line in ["4", "5", "8", "12", "state"] {
                    assert!(share(step, line) > 0.0, "{line}: {:?}", shares(step));
                }
                assert_eq!(share(step, "7"), 0.0);
                assert!(step.floors.bandwidth_s.is_some() && step.floors.arithmetic_s.is_some());
                let delivery = |stage: &&ProfiledStage| stage.time.kind == StageKind::Delivery;
                let delivery = profile.stages.iter().find(delivery).expect("a projection");
                assert!(delivery.lines.is_empty());
                assert!(delivery.floors.bandwidth_s.is_none());
            }
        }
    }
}

#[test]
fn a_clock_costs_as_often_as_it_ticks() {
    let text = |period: &str| {
        format!(
            "npl 1
neuron Cell {{
    init x = 0, n = 0
    x[t+1] = 0.5*x + n
    every {period} {{ n = normal(0, 1) }}
}}
network Net {{
    a = Cell[10]
}}
run Net for 100 ms with dt = 1 ms
"
        )
    };
    // A line that ran once in ten steps, beside one that ran in all, by the number of operators.
    let share_of = |period| {
        let profile = profiles(&text(period), Options::default()).remove(0);
        share(kernel(&profile, "a.step"), "5")
    };
    let (often, seldom) = (share_of("1 ms"), share_of("10 ms"));
    assert!(
        often > 0.5,
        "a normal number takes more than a sum: {often}"
    );
    // The others take what is left of either: their share is one unit, the clock's is some units.
    let units = |share: f64| share / (1.0 - share);
    // The kernels of steps with and without a tick differ in the loads and stores of `n` alone.
    let ratio = units(often) / units(seldom);
    assert!((5.0..20.0).contains(&ratio), "{ratio}");
}

#[test]
fn odd_networks_have_profiles() {
    // None with elements, one neuron, nothing that changes.
    for (cells, kernels) in [("a = Cell[0]", 0), ("a = Cell[1]", 1), ("a = Still[5]", 1)] {
        let text = format!(
            "npl 1
neuron Cell {{ dV/dt = -V/(10 ms) + 1/ms }}
neuron Still {{
    init x = 1
    spike when x > 2 rising
}}
network Net {{
    {cells}
}}
run Net for 1 ms with dt = 0.1 ms
"
        );
        let profile = profiles(&text, Options::default()).remove(0);
        assert_eq!(profile.stages.len(), kernels, "{cells}");
        for stage in &profile.stages {
            kernel(&profile, &stage.time.name);
        }
        assert!(profile.other_s() >= 0.0);
    }
}

#[test]
fn a_run_of_no_steps_has_a_profile_and_the_reference_has_none() {
    let none = Options {
        duration: Some("0 ms".to_owned()),
        ..Options::default()
    };
    if let Ok(report) = simulate(EXPENSIVE, none) {
        let profile = report.runs[0].summary.profile.as_ref();
        assert!(profile.is_some_and(|profile| profile.stages.iter().all(|s| s.time.items == 0)));
    }
    let scalar = Options {
        backend: Some(BackendKind::Scalar),
        ..Options::default()
    };
    assert!(matches!(
        simulate(EXPENSIVE, scalar),
        Err(Error::Backend { .. })
    ));
}

#[test]
fn the_summary_holds_the_profile() {
    let report = simulate(EXPENSIVE, Options::default()).expect("runs");
    let object = &report.to_json()["runs"][0];
    let stages = object["profile"]["stages"].as_array().expect("a list");
    let seconds = |value: &serde_json::Value| value["seconds"].as_f64().expect("a number");
    let mut kernels = 0;
    for stage in stages.iter().filter(|stage| stage["kind"] == "kernel") {
        let lines = stage["lines"].as_array().expect("a list");
        let sum: f64 = lines.iter().map(seconds).sum();
        // A dozen roundings of a sum in f64.
        assert!((sum / seconds(stage) - 1.0).abs() < 1e-12);
        let expensive = &lines[0];
        assert_eq!(expensive["part"], "line");
        assert_eq!(expensive["line"], 6);
        assert!(
            expensive["text"]
                .as_str()
                .is_some_and(|text| text.starts_with("y[t+1] ="))
        );
        kernels += 1;
    }
    assert_eq!(kernels, 1);
    assert!(object["profile"]["other_s"].is_number());
}
