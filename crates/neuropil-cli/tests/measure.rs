//! `neuropil measure` and `diff`: tables, objects, pictures, exit codes.

mod common;

use common::Place;
use serde_json::Value;

/// Five neurons that spike every 10 ms, and what they are made of.
const CLOCK: &str = "npl 1
neuron Regular {
    dx/dt = 1
    init x = 0 ms
    spike when x >= 9.95 ms { x -= 10 ms }
}
network Clock {
    cells = Regular[5]
    record cells.spike, cells[0..2].x
}
run Clock for 200 ms with dt = 0.1 ms, seed = 3
";

fn measured() -> Place {
    let place = Place::with("clock.npl", CLOCK);
    place.run(&["run", "clock.npl", "--out", "a"]).ends(0);
    place
}

#[test]
fn a_folder_is_measured_as_a_table_and_as_an_object() {
    let place = measured();
    let table = place
        .run(&[
            "measure",
            "a",
            "rate",
            "cv",
            "mean",
            "--within",
            "100 ms .. 200 ms",
        ])
        .ends(0)
        .quiet()
        .out;
    let expected = "\
Clock: 100 ms .. 200 ms of 200 ms, seed 3

recording    measure      value
cells.spike  rate         100 Hz   5 neurons
             rate spread  0 Hz     standard deviation over neurons
             cv           0        5 neurons with 3 spikes or more
cells.x      mean         4.95 ms  1000 samples of 2 elements
";
    // The intervals are differences of products: their spread may be some 1e-14.
    let table: Vec<&str> = table
        .lines()
        .map(|line| {
            if line.contains(" cv ") {
                "             cv           0        5 neurons with 3 spikes or more"
            } else {
                line
            }
        })
        .collect();
    assert_eq!(table, expected.lines().collect::<Vec<_>>());

    let out = place
        .run(&["measure", "a", "spectrum", "--of", "cells", "--json"])
        .ends(0)
        .quiet()
        .out;
    let object: Value = serde_json::from_str(&out).expect("one object");
    let spectrum = &object["runs"][0]["recordings"]["cells.spike"]["spectrum"];
    assert_eq!(spectrum["peak"]["value"], 100.0);
    assert_eq!(spectrum["peak"]["unit"], "Hz");
    let detail = &spectrum["detail"];
    let lengths = ["at", "values"].map(|key| detail[key].as_array().map(Vec::len));
    assert_eq!(lengths, [Some(25), Some(25)], "50 ms of 1 ms, without 0 Hz");
}

#[test]
fn a_picture_is_drawn_where_there_is_something_to_see() {
    let place = measured();
    let plot = |arguments: &[&str]| place.run(&[&["measure", "a"], arguments].concat());
    plot(&["rate", "--plot", "rate.svg"]).ends(0).quiet();
    assert!(place.read("rate.svg").contains("rate (Hz)"));
    plot(&["rate", "--plot", "rate.png"]).ends(0).quiet();
    assert!(place.path("rate.png").metadata().expect("written").len() > 1000);
    let done = plot(&["cv", "--plot", "cv.svg"]).ends(0);
    assert!(
        done.err.contains("nothing of this has a picture"),
        "{}",
        done.err
    );
    assert!(!place.path("cv.svg").exists());
    plot(&["rate", "--plot", "rate.pdf"])
        .ends(2)
        .says(&[".svg", ".png"]);
}

#[test]
fn what_cannot_be_measured_ends_with_2() {
    let place = measured();
    let measure = |arguments: &[&str]| place.run(&[&["measure"], arguments].concat()).ends(2);
    measure(&[]).says(&["<DIR>"]);
    measure(&["b"]).says(&["`b` is not a folder"]);
    measure(&["."]).says(&["`.` holds no results", "summary.json"]);
    measure(&["a", "ratte"]).says(&["there is no measure `ratte`", "did you mean `rate`?"]);
    measure(&["a", "--of", "cell"]).says(&["`cell` was not recorded"]);
    measure(&["a", "--run", "Clok"]).says(&["no run `Clok`", "did you mean `Clock`?"]);
    measure(&["a", "--within", "1 s"]).says(&["200 ms .. 1 s"]);
    measure(&["a", "--bin", "5"]).says(&["`5` is no time, such as `5 ms`"]);
    measure(&["a", "--bin=-5 ms"]).says(&["width of a bin"]);
    measure(&["a", "--band", "100 Hz .. 1 Hz"]).says(&["width of the band"]);
    measure(&["a", "--neurons", "0"]).says(&["--neurons"]);
    assert_eq!(
        place.names("."),
        ["a", "clock.npl"],
        "nothing is left behind"
    );
    place.write("a/summary.json", "{}");
    measure(&["a"]).says(&["not the summary of a run"]);
}

#[test]
fn all_measures_are_listed_and_can_be_asked_for() {
    let place = measured();
    let out = place.run(&["measure", "--list"]).ends(0).quiet().out;
    let names = out.lines().filter(|line| line.starts_with("  "));
    let names = names.filter_map(|line| line.split_whitespace().next());
    let mut count = 0;
    for name in names {
        let name = name.trim_end_matches('*');
        place
            .run(&["measure", "a", name, "--with", "cells", "--onset", "55 ms"])
            .ends(0)
            .quiet();
        count += 1;
    }
    assert!(count > 30, "{out}");
}

#[test]
fn equal_folders_end_with_0_and_others_with_3() {
    let place = measured();
    place
        .run(&["run", "clock.npl", "--out", "b", "--threads", "2"])
        .ends(0);
    place
        .run(&["run", "clock.npl", "--out", "c", "--dt", "0.2 ms"])
        .ends(0);
    let same = place.run(&["diff", "a", "b"]).ends(0).quiet().out;
    assert!(
        same.contains("all recordings are equal, bit for bit"),
        "{same}"
    );
    assert!(same.contains("threads: 1 and 2"), "{same}");
    let out = place.run(&["diff", "a", "c"]).ends(3).quiet().out;
    for words in [
        "recordings differ",
        "dt_ms: 0.1 and 0.2",
        "cells.spike",
        "step 6 (0.6 ms), element 0: 0.6 and 0.6000000000000001",
    ] {
        assert!(out.contains(words), "`{words}` is not in {out}");
    }
    let out = place
        .run(&["diff", "a", "c", "--tolerance", "1e-9"])
        .ends(3)
        .quiet()
        .out;
    assert!(out.contains("step 1 (0.1 ms): a sample and none"), "{out}");
    place
        .run(&["diff", "a", "c", "--tolerance", "-1"])
        .ends(2)
        .says(&["tolerance"]);
    let out = place.run(&["diff", "a", "c", "--json"]).ends(3).quiet().out;
    let object: Value = serde_json::from_str(&out).expect("one object");
    assert_eq!(object["equal"], false);
    let spikes = &object["runs"][0]["recordings"];
    let spikes = spikes
        .as_array()
        .into_iter()
        .flatten()
        .find(|one| one["name"] == "cells.spike");
    assert_eq!(spikes.expect("is compared")["numbers"][0]["first"], 100.0);
    place
        .run(&["diff", "a", "none"])
        .ends(2)
        .says(&["`none` is not a folder"]);
    place.run(&["diff", "a"]).ends(2).says(&["<B>"]);
}
