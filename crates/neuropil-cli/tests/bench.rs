//! `neuropil bench`: its object, its table, its picture, what it refuses. Times are not judged here.

mod common;

use common::Place;
use serde_json::Value;

const SMALL: [&str; 6] = ["bench", "coba", "--sizes", "300", "--for", "5 ms"];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&SMALL[..], more].concat()
}

fn object(out: &str) -> Value {
    serde_json::from_str(out).expect("one object")
}

#[test]
fn the_object_holds_a_measurement_for_each_precision() {
    let place = Place::new();
    let done = place
        .run(&with(&["--repeats", "2", "--json"]))
        .ends(0)
        .quiet();
    let object = object(&done.out);
    assert_eq!(object["schema"], 1);
    let measured = object["measurements"].as_array().expect("a list");
    let precisions: Vec<_> = measured.iter().map(|one| &one["precision"]).collect();
    assert_eq!(precisions, ["f32", "f64"]);
    for one in measured {
        assert_eq!(one["network"], "coba");
        assert_eq!(one["neurons"], 300);
        assert_eq!(
            (&one["steps"], &one["steps_before"]),
            (&50.into(), &0.into())
        );
        assert_eq!(one["threads"], 1);
        let number = |place: &str| {
            let found = one.pointer(place).and_then(Value::as_f64);
            found.unwrap_or_else(|| panic!("{place} of {one}"))
        };
        for place in [
            "/build_s",
            "/run_s",
            "/ns_per_neuron_step",
            "/real_time_factor",
            "/floor/ns_per_neuron_step",
            "/floor/ratio",
        ] {
            let [low, median, high] =
                ["low", "median", "high"].map(|key| number(&format!("{place}/{key}")));
            assert!(0.0 < low && low <= median && median <= high, "{place}");
        }
        // 80 of 300 are connected on average; a shared weight stores 16 bits of target, or fewer as
        // bits of pairs, and where the rows lie.
        assert!((20_000.0..28_000.0).contains(&number("/synapses")));
        assert!((0.5..2.5).contains(&number("/bytes_per_synapse")));
        assert!(number("/engine_bytes") > number("/connection_bytes"));
        assert!(number("/synapses_per_s") > 0.0);
        if cfg!(target_os = "linux") {
            let memory = |key: &str| number(&format!("/build_memory/{key}"));
            assert!(memory("before_bytes") > 1e6, "a process takes more");
            assert!(memory("peak_bytes") >= memory("after_bytes"));
            // The peak began anew: nothing of this size takes more than what it leaves by 10 MB.
            assert!(memory("peak_bytes") < memory("before_bytes") + 1e7);
        }
        // Two populations advance; two synapses reach two populations each.
        let stages = one["floor"]["stages"].as_array().expect("a list");
        let of = |kind: &str| stages.iter().filter(|stage| stage["kind"] == kind).count();
        assert_eq!((of("kernel"), of("delivery")), (2, 4));
        let positive = |stage: &Value| stage["ns_per_step"].as_f64().is_some_and(|ns| ns > 0.0);
        assert!(stages.iter().all(positive));
    }
}

#[test]
fn the_table_has_a_row_for_each_size_and_the_picture_the_floor() {
    let place = Place::new();
    let done = place
        .run(&[
            "bench",
            "cuba",
            "--sizes",
            "200,400",
            "--for",
            "2 ms",
            "--repeats",
            "1",
            "--precision",
            "f64",
            "--plot",
            "cost.svg",
        ])
        .ends(0)
        .quiet();
    assert!(done.out.contains("run/floor"), "{}", done.out);
    let rows: Vec<_> = done
        .out
        .lines()
        .filter(|line| line.starts_with("cuba"))
        .collect();
    assert_eq!(rows.len(), 2, "{}", done.out);
    assert!(
        rows[0].contains(" 200 ") && rows[1].contains(" 400 "),
        "{rows:?}"
    );
    assert_eq!(place.names("."), ["cost.svg"], "nothing else is left");
    let picture = place.read("cost.svg");
    assert!(picture.contains("cuba f64, floor") && picture.contains("neurons"));
}

#[test]
fn a_text_of_the_user_is_measured_after_some_time() {
    let place = Place::with(
        "own.npl",
        "npl 1\nneuron Leak { dx/dt = -x/(10 ms); init x = 1 }\n\
         network One { param N = 5; cells = Leak[N] }\nrun One for 1 ms with dt = 0.1 ms\n",
    );
    let done = place
        .run(&[
            "bench",
            "own.npl",
            "--sizes",
            "70",
            "--after",
            "2 ms",
            "--json",
            "--repeats",
            "1",
        ])
        .ends(0)
        .quiet();
    let one = &object(&done.out)["measurements"][0];
    assert_eq!(one["network"], "own");
    assert_eq!(one["neurons"], 70);
    assert_eq!(
        (&one["steps"], &one["steps_before"]),
        (&10.into(), &20.into())
    );
    assert_eq!(one["synapses_per_s"], Value::Null);
    assert_eq!(one["events_per_s"], Value::Null);
}

#[test]
fn what_cannot_be_measured_is_refused_by_name() {
    let place = Place::new();
    let refused = |arguments: &[&str], words: &[&str]| {
        place.run(arguments).ends(2).says(words);
    };
    refused(
        &["bench", "cobra"],
        &["no network `cobra`", "did you mean `coba`?"],
    );
    refused(
        &["bench", "microcircuit", "--sizes", "10"],
        &["microcircuit"],
    );
    refused(&["bench", "coba", "--full"], &["--full"]);
    refused(&with(&["--plot", "cost.pdf"]), &[".svg"]);
    refused(
        &with(&["--backend", "scalar"]),
        &["`scalar` cannot measure a floor"],
    );
    let scalar = place.run(&with(&[
        "--backend",
        "scalar",
        "--no-floor",
        "--repeats",
        "1",
        "--json",
    ]));
    let scalar = object(&scalar.ends(0).out);
    assert_eq!(scalar["measurements"][0]["floor"], Value::Null);
}
