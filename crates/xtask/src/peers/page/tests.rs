//! The page from made-up lines.

use super::*;
use crate::peers::lines::Skip;

fn run(network: &str, who: &str, precision: &str, repeat: u64, steps_s: f64) -> Run {
    Run {
        network: network.into(),
        who: who.into(),
        precision: precision.into(),
        repeat,
        build_s: if who == "neuropil" { 0.5 } else { 2.0 },
        compile_s: 0.0,
        steps_s,
        steps_cpu_s: steps_s,
        simulated_ms: 100.0,
        rate_hz: 20.0,
        cv: None,
        peak_mib: 10.0,
        load: 1.0,
        stolen: 0.0,
        versions: vec![(who.to_owned(), "1.2".to_owned())],
    }
}

/// Three rounds of coba and cuba: NEST eight times slower, Brian2 twice as fast at cuba.
fn record() -> Record {
    let mut runs = Vec::new();
    for repeat in 1..=3 {
        let drift = repeat as f64;
        runs.push(run("coba", "neuropil", "f64", repeat, drift));
        runs.push(run("coba", "neuropil", "f32", repeat, 100.0));
        runs.push(run("coba", "nest", "f64", repeat, 8.0 * drift));
        runs.push(run("cuba", "neuropil", "f64", repeat, drift));
        runs.push(run("cuba", "brian2", "f64", repeat, 0.5 * drift));
    }
    Record {
        about: serde_json::json!({
            "machine": {"cpu": "Fast One"},
            "measured": {"coba": {"date": "2030-01-02", "command": "cargo xtask peers"}},
        }),
        runs,
        skips: vec![Skip {
            network: "coba".into(),
            who: "brainpy".into(),
            reason: "not installed: no network".into(),
        }],
    }
}

#[test]
fn ratios_are_of_medians_in_the_precision_of_the_peer_and_the_lowest_is_first() {
    let found = comparisons(&record());
    let rows: Vec<(&str, &str, f64)> = found
        .iter()
        .map(|row| (row.network.name, row.peer.name, row.ratio))
        .collect();
    assert_eq!(rows, [("cuba", "brian2", 0.5), ("coba", "nest", 8.0)]);
    assert_eq!((found[0].rounds.least, found[0].rounds.most), (0.5, 0.5));
    assert_eq!(found[0].before_ratio, 4.0);
    assert_eq!((found[0].goal, found[1].goal), (Some(1.7), None));
}

#[test]
fn losses_come_before_all_tables() {
    let page = page(&record());
    let place = |text: &str| {
        page.find(text)
            .unwrap_or_else(|| panic!("no `{text}` in\n{page}"))
    };
    let loss = place("- cuba: Brian2 runs 2.00 times as fast as we do.");
    let goal = place("- cuba: 0.500 times Brian2; the goal is 1.7.");
    let table = place("## Ratios");
    assert!(loss < goal && goal < table);
    assert!(place("| cuba | Brian2 |") < place("| coba | NEST |"));
    assert!(page.contains("1.7, missed"));
    assert!(page.contains("| processor | Fast One,"));
    assert!(page.contains("2030-01-02, commit unknown, core unknown: `cargo xtask peers`"));
    assert!(page.contains("- coba, BrainPy: not installed: no network"));
    assert!(!page.contains("was busy"));
}

#[test]
fn a_slow_start_and_a_busy_machine_are_told() {
    let mut record = record();
    for run in &mut record.runs {
        run.load = 3.0;
        if run.who == "neuropil" {
            run.build_s = 8.0;
        }
    }
    let page = page(&record);
    assert!(page.contains("coba: NEST is ready to run 4.00 times as fast as we are."));
    assert!(page.contains("was busy with other work"));
}

#[test]
fn the_lower_ratio_counts_where_our_clock_is_fine_enough() {
    let mut record = record();
    for run in record.runs.iter_mut().filter(|run| run.who == "nest") {
        run.steps_cpu_s = 3.0 * run.repeat as f64;
    }
    for run in record.runs.iter_mut().filter(|run| run.network == "cuba") {
        run.steps_cpu_s = if run.who == "neuropil" { 0.01 } else { 0.001 };
    }
    let found = comparisons(&record);
    // Of a wall ratio of 0.5 and a CPU ratio in ticks the first counts; of 8 and 3 the second.
    assert_eq!((found[0].judged(), found[1].judged()), (0.5, 3.0));
}

#[test]
fn three_digits_that_count() {
    let cases = [
        (0.0, "0"),
        (0.01234, "0.0123"),
        (0.999, "1.00"),
        (9.96, "10.0"),
        (12.34, "12.3"),
        (1234.5, "1234"),
        (f64::NAN, "-"),
    ];
    for (x, text) in cases {
        assert_eq!(short(x), text);
    }
}

#[test]
fn the_page_of_the_repository_is_made_from_its_lines() {
    let root = crate::root();
    let lines = std::fs::read_to_string(root.join(crate::peers::LINES)).expect("measured lines");
    let record = Record::parse(&lines).expect("lines of results");
    let there = std::fs::read_to_string(root.join(crate::peers::PAGE)).expect("the page");
    assert!(there == page(&record), "run `cargo xtask peers --page`");
}
