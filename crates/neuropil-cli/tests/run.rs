//! `neuropil run` and `explain`: results, summary, table, exit codes.

mod common;

use common::Place;
use serde_json::Value;

/// One neuron that crosses its threshold of 10 mV after 10 ms · ln 2 = 6.93 ms: 70 steps of 0.1 ms.
const LEAKY: &str = "npl 1
neuron Leaky {
    param tau = 10 ms
    dV/dt = (20 mV - V)/tau
    init V = 0 mV
    spike when V >= 10 mV { V = 0 mV }
}
network One {
    param N = 1
    cells = Leaky[N]
    record cells.spike, cells.V
}
run One for 70 ms with dt = 0.1 ms, seed = 3
plot raster(cells) above traces(cells.V)
expect count(cells.spike, 0 ms .. 70 ms) == 10
";

fn leaky() -> Place {
    Place::with("leaky.npl", LEAKY)
}

fn summary(place: &Place, folder: &str) -> Value {
    serde_json::from_str(&place.read(&format!("{folder}/summary.json"))).expect("one object")
}

#[test]
fn a_run_leaves_its_folder_and_a_table() {
    let place = leaky();
    let done = place.run(&["run", "leaky.npl"]).ends(0).quiet();
    for words in [
        "One: 70 ms in 700 steps of 0.1 ms, seed 3",
        "cells",
        "Leaky",
        "pass",
        "results in",
    ] {
        assert!(
            done.out.contains(words),
            "`{words}` is not in: {}",
            done.out
        );
    }
    let expected = [
        "cells.V.npy",
        "cells.V.time.npy",
        "cells.spike.npy",
        "model.npl",
        "plot1.png",
        "plot1.svg",
        "summary.json",
    ];
    assert_eq!(place.names("results/leaky"), expected);
    assert_eq!(place.read("results/leaky/model.npl"), LEAKY);
    let png = std::fs::read(place.path("results/leaky/plot1.png")).expect("a picture");
    assert_eq!(&png[1..4], b"PNG");
    assert!(place.read("results/leaky/plot1.svg").contains("V (mV)"));

    // The next run finds the next free name.
    place.run(&["run", "leaky.npl", "--no-plots"]).ends(0);
    assert!(
        !place
            .names("results/leaky-2")
            .contains(&"plot1.png".to_owned())
    );
}

#[test]
fn the_summary_holds_what_the_contract_names_and_is_what_json_prints() {
    let place = leaky();
    let done = place
        .run(&["run", "leaky.npl", "--json", "--out", "o", "--threads", "2"])
        .ends(0)
        .quiet();
    assert_eq!(
        done.out,
        place.read("o/summary.json"),
        "the very same object"
    );
    let summary = summary(&place, "o");
    let number = |pointer: &str| summary.pointer(pointer).and_then(Value::as_f64);
    assert_eq!(summary["schema"], 1);
    assert_eq!(summary["model"], "leaky.npl");
    assert_eq!(summary["seed"], 3);
    assert_eq!(number("/dt_ms"), Some(0.1));
    assert_eq!(number("/duration_ms"), Some(70.0));
    assert_eq!(summary["threads"], 2);
    assert_eq!(summary["precision"], "f64");
    let backend = summary["backend"].as_str().unwrap();
    assert!(["jit", "interpreter"].contains(&backend), "{backend}");
    assert!(summary["fma"].is_string());
    assert_eq!(summary["versions"]["neuropil"], env!("CARGO_PKG_VERSION"));
    for time in ["parse_s", "compile_s", "build_s", "run_s"] {
        assert!(
            number(&format!("/wall/{time}")).is_some_and(|s| s > 0.0 && s < 60.0),
            "{time}"
        );
    }
    let factor = number("/real_time_factor").expect("a number");
    assert!((factor * 0.07 - number("/wall/run_s").unwrap()).abs() < 1e-9);
    assert!(number("/peak_rss_mb").is_none_or(|mb| mb > 1.0));
    assert_eq!(summary["neurons"], 1);
    assert_eq!(summary["synapses"], 0);
    assert_eq!(summary["synaptic_events"], 0);
    // 70 steps apart: ten spikes in 70 ms, all intervals equal.
    let cells = &summary["populations"]["cells"];
    assert_eq!(cells["size"], 1);
    assert_eq!(cells["spikes"], 10);
    assert!((cells["mean_rate_hz"].as_f64().unwrap() - 10.0 / 0.07).abs() < 1e-9);
    assert_eq!(cells["cv_isi"], 0.0);
    assert_eq!(summary["expect"][0]["pass"], true);
    assert_eq!(summary["expect"][0]["value"], 10.0);
    assert_eq!(summary["recordings"]["cells.V"]["unit"], "mV");
}

#[test]
fn spikes_as_a_table() {
    let place = leaky();
    place.run(&[
        "run",
        "leaky.npl",
        "--csv",
        "--no-plots",
        "--out",
        "o",
        "--for",
        "20 ms",
    ]);
    assert_eq!(
        place.read("o/spikes.csv"),
        "population,neuron,time_ms\ncells,0,7\ncells,0,14\n"
    );
}

#[test]
fn options_are_stronger_than_the_text() {
    let place = leaky();
    let flags = [
        "--set",
        "N=3",
        "--set",
        "cells.tau=20 ms",
        "--for",
        "140 ms",
        "--dt",
        "0.5 ms",
    ];
    let arguments = [
        &[
            "run",
            "leaky.npl",
            "--out",
            "o",
            "--no-plots",
            "--seed",
            "9",
        ],
        &flags[..],
    ]
    .concat();
    // 20 ms · ln 2 = 13.86 ms: 28 steps of 0.5 ms, five spikes each by 70 ms; the text expects ten.
    let done = place.run(&arguments).ends(3);
    assert!(done.out.contains("FAIL"), "{}", done.out);
    for words in ["npl::expectation-failed", "count(cells.spike", "found 15"] {
        assert!(
            done.err.contains(words),
            "`{words}` is not in: {}",
            done.err
        );
    }
    let summary = summary(&place, "o");
    assert_eq!(summary["populations"]["cells"]["spikes"], 30);
    assert_eq!(summary["seed"], 9);
    assert_eq!(summary["dt_ms"], 0.5);
    assert_eq!(summary["duration_ms"], 140.0);
    assert_eq!(summary["expect"][0]["pass"], false);

    let wrong = place
        .run(&["run", "leaky.npl", "--out", "p", "--set", "cells.tua=20 ms"])
        .ends(1);
    wrong.says(&["tua", "did you mean", "tau"]);
    let wrong = place
        .run(&["run", "leaky.npl", "--out", "p", "--set", "cells.tau=20 mV"])
        .ends(1);
    wrong.says(&["tau", "npl::unit-mismatch"]);
    assert!(!place.path("p").exists(), "mistakes leave nothing behind");
}

#[test]
fn single_precision_is_an_option() {
    let place = leaky();
    place
        .run(&[
            "run",
            "leaky.npl",
            "--out",
            "o",
            "--no-plots",
            "--precision",
            "f32",
        ])
        .ends(0);
    assert_eq!(summary(&place, "o")["precision"], "f32");
    assert_eq!(summary(&place, "o")["populations"]["cells"]["spikes"], 10);
}

#[test]
fn the_reference_gives_the_same_bits() {
    let place = leaky();
    for backend in ["interpreter", "interpreter_portable", "scalar"] {
        place
            .run(&[
                "run",
                "leaky.npl",
                "--out",
                backend,
                "--no-plots",
                "--backend",
                backend,
            ])
            .ends(0);
        assert_eq!(summary(&place, backend)["backend"], backend);
    }
    for file in ["cells.V.npy", "cells.spike.npy"] {
        let bytes = |folder: &str| std::fs::read(place.path(folder).join(file)).expect("read");
        assert!(bytes("interpreter") == bytes("scalar"), "{file}");
    }
}

#[test]
fn a_named_folder_must_be_new_or_empty() {
    let place = leaky();
    std::fs::create_dir(place.path("full")).expect("made");
    place.write("full/precious.txt", "data");
    place
        .run(&["run", "leaky.npl", "--out", "full"])
        .ends(2)
        .says(&["`full` is not empty"]);
    assert_eq!(place.names("full"), ["precious.txt"]);
    place
        .run(&["run", "leaky.npl", "--out", "leaky.npl"])
        .ends(2)
        .says(&["not a folder"]);
    std::fs::create_dir(place.path("empty")).expect("made");
    place
        .run(&["run", "leaky.npl", "--no-plots", "--out", "empty"])
        .ends(0);
}

#[test]
fn several_runs_have_a_folder_each() {
    let text = format!("{LEAKY}run One for 7 ms with dt = 0.1 ms as short\n");
    let place = Place::with("two.npl", &text);
    let done = place
        .run(&["run", "two.npl", "--json", "--no-plots", "--out", "o"])
        .ends(0)
        .quiet();
    assert_eq!(
        place.names("o"),
        ["model.npl", "run1", "short", "summary.json"]
    );
    assert_eq!(done.out, place.read("o/summary.json"));
    let all = summary(&place, "o");
    assert_eq!(all["runs"][0]["folder"], "run1");
    assert_eq!(all["runs"][1]["folder"], "short");
    assert_eq!(summary(&place, "o/short")["duration_ms"], 7.0);
    assert_eq!(
        summary(&place, "o/short")["populations"]["cells"]["spikes"],
        1
    );
}

#[test]
fn used_files_are_kept_with_the_results() {
    let place = leaky();
    let (models, rest) = LEAKY.split_once("network").expect("both parts");
    place.write("leaky.npl", models);
    place.write(
        "main.npl",
        &format!("npl 1\nuse \"leaky.npl\"\nnetwork{rest}"),
    );
    place
        .run(&["run", "main.npl", "--no-plots", "--out", "o"])
        .ends(0)
        .quiet();
    assert_eq!(place.read("o/leaky.npl"), models);
    // The copy runs as the original did.
    place
        .run(&["run", "o/model.npl", "--no-plots", "--out", "p"])
        .ends(0)
        .quiet();
}

#[test]
fn absurd_sizes_are_refused_before_they_are_built() {
    let place = leaky();
    let done = place.run(&["run", "leaky.npl", "--set", "N=4000000000", "--out", "o"]);
    assert!(matches!(done.code, 1 | 3), "{}", done.err);
    assert!(done.err.contains("memory"), "{}", done.err);
}

#[test]
fn a_state_that_runs_away_ends_the_run_with_3_and_its_place() {
    let text = LEAKY
        .replace("(20 mV - V)/tau", "V*V/(1 mV)/tau")
        .replace("init V = 0 mV", "init V = 5 mV");
    let text = text.replace(
        "spike when V >= 10 mV { V = 0 mV }",
        "spike when V >= 10 mV rising {}",
    );
    let place = Place::with("away.npl", &text);
    let done = place
        .run(&["run", "away.npl", "--no-plots", "--out", "o"])
        .ends(3);
    for words in [
        "npl::value-not-finite",
        "away.npl:4:",
        "`V` of element 0 of `cells`",
    ] {
        assert!(
            done.err.contains(words),
            "`{words}` is not in: {}",
            done.err
        );
    }
    assert!(
        place.path("o/cells.V.npy").exists(),
        "what was recorded is kept"
    );
}

#[test]
fn the_starting_text_runs_and_holds_what_it_expects() {
    let place = Place::new();
    place.run(&["new", "start.npl"]).ends(0);
    place.run(&["check", "start.npl"]).ends(0).quiet();
    place
        .run(&["run", "start.npl", "--no-plots"])
        .ends(0)
        .quiet();
    let explained = place.run(&["explain", "start.npl"]).ends(0).quiet();
    assert!(explained.out.contains("cells"), "{}", explained.out);
}

#[test]
fn every_example_checks_and_is_tidy() {
    let place = Place::new();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let mut texts = 0;
    for entry in std::fs::read_dir(&folder).expect("the folder is there") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|end| end != "npl") {
            continue;
        }
        texts += 1;
        let name = path.to_string_lossy().into_owned();
        let checked = place.run(&["check", &name]).ends(0);
        // That text rounds times on purpose, to show how; each rounding is a warning.
        if !name.ends_with("step_semantics.npl") {
            checked.quiet();
        }
        place.run(&["fmt", "--check", &name]).ends(0).quiet();
    }
    assert!(texts >= 6);
}

#[test]
#[cfg(unix)]
fn an_interrupted_run_keeps_what_it_recorded() {
    use std::io::Read;
    use std::process::{Command, Stdio};
    let place = Place::with(
        "long.npl",
        &LEAKY
            .replace("for 70 ms", "for 100000 s")
            .replace(", cells.V", "")
            .replace(" above traces(cells.V)", ""),
    );
    let mut running = Command::new(assert_cmd::cargo::cargo_bin("neuropil"))
        .args(["run", "long.npl", "--no-plots", "--out", "o"])
        .current_dir(place.path("."))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // The file of spikes is made when the network is built, just before the first step.
    for _ in 0..500 {
        if place.path("o/cells.spike.npy").exists() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    std::thread::sleep(std::time::Duration::from_millis(200));
    let signalled = Command::new("kill")
        .args(["-INT", &running.id().to_string()])
        .status();
    assert!(signalled.expect("kill runs").success());
    let code = running.wait().expect("it ends").code();
    let mut said = String::new();
    running
        .stderr
        .take()
        .expect("piped")
        .read_to_string(&mut said)
        .expect("text");
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("interrupted"), "{said}");
    let summary = summary(&place, "o");
    assert_eq!(summary["interrupted"], true);
    assert!(
        summary["populations"]["cells"]["spikes"]
            .as_u64()
            .is_some_and(|n| n > 10)
    );
}

#[test]
fn a_profile_accounts_for_every_neuron_step() {
    let place = leaky();
    let done = place
        .run(&["run", "leaky.npl", "--profile", "--no-plots", "--out", "o"])
        .ends(0);
    for words in [
        "kernel cells.step",
        "700 neuron-steps",
        "recording, waiting",
    ] {
        assert!(done.out.contains(words), "{words}: {}", done.out);
    }
    let summary = summary(&place, "o");
    let stages = summary["stages"].as_array().expect("a list");
    // One neuron, 70 ms in steps of 0.1 ms.
    let step = &stages[0];
    assert_eq!(
        (&step["kind"], &step["items"]),
        (&"kernel".into(), &700.into())
    );
    assert!(
        step["seconds"]
            .as_f64()
            .is_some_and(|s| s > 0.0 && s < 10.0)
    );

    place.run(&["run", "leaky.npl", "--out", "p"]).ends(0);
    let plain = self::summary(&place, "p");
    assert_eq!(plain["stages"], Value::Array(Vec::new()));
    assert_eq!(plain["populations"], summary["populations"]);
}

#[test]
fn without_recordings_spikes_are_counted_and_expectations_stay_open() {
    let place = leaky();
    place.write("open.npl", &LEAKY.replace("== 10", "== 10, 1 < 2"));
    place
        .run(&["run", "open.npl", "--out", "with", "--no-plots"])
        .ends(0);
    let done = place
        .run(&["run", "open.npl", "--out", "without", "--no-record"])
        .ends(0)
        .quiet();
    assert!(
        done.out.contains("arrays and pictures: not recorded"),
        "{}",
        done.out
    );
    let (with, without) = (summary(&place, "with"), summary(&place, "without"));
    for key in [
        "/populations/cells/spikes",
        "/populations/cells/mean_rate_hz",
        "/steps",
    ] {
        assert_eq!(with.pointer(key), without.pointer(key), "{key}");
        assert!(with.pointer(key).is_some_and(Value::is_number), "{key}");
    }
    assert_eq!(with["recorded"], true);
    assert_eq!(without["recorded"], false);
    assert_eq!(without["recordings"], serde_json::json!({}));
    // What needs a recording is neither passed nor failed; what needs none is judged.
    assert_eq!(without["expect"][0]["pass"], Value::Null);
    assert_eq!(without["expect"][0]["reason"], "not recorded");
    assert_eq!(without["expect"][1]["pass"], true);
    assert_eq!(place.names("without"), ["model.npl", "summary.json"]);

    // An expectation that fails with recordings cannot fail without.
    place.write("wrong.npl", &LEAKY.replace("== 10", "== 11"));
    place.run(&["run", "wrong.npl", "--no-plots"]).ends(3);
    place.run(&["run", "wrong.npl", "--no-record"]).ends(0);
    place
        .run(&["run", "leaky.npl", "--no-record", "--csv"])
        .ends(2);
}
