//! The commands that simulate nothing: exit codes, what goes to stdout, what to stderr.

mod common;

use common::Place;

const TIDY: &str = "npl 1\n\nneuron A {\n    dV/dt = -V/(5 ms)\n}\n";
const UNTIDY: &str = "npl 1\n\nneuron A {\n  dV/dt=-V/(5 ms)\n}\n";
const BROKEN: &str = "npl 1\nneuron A {\n  dV/dt = -V/(5 ms\n}\n";

#[test]
fn the_commands_and_their_help_are_as_written_down() {
    trycmd::TestCases::new().case("tests/cmd/*.trycmd");
}

#[test]
fn wrong_usage_ends_with_2() {
    let place = Place::with("a.npl", TIDY);
    place.run(&[]).ends(2);
    place.run(&["rum"]).ends(2).says(&["rum", "run"]);
    place.run(&["run"]).ends(2).says(&["<FILE>"]);
    place
        .run(&["run", "a.npl", "--threads", "0"])
        .ends(2)
        .says(&["--threads"]);
    place
        .run(&["run", "a.npl", "--threads", "many"])
        .ends(2)
        .says(&["--threads"]);
    place.run(&["run", "a.npl", "--seed", "-1"]).ends(2);
    place
        .run(&["run", "a.npl", "--set", "N"])
        .ends(2)
        .says(&["NAME=VALUE"]);
    place
        .run(&["run", "a.npl", "--precision", "f16"])
        .ends(2)
        .says(&["f32", "f64"]);
    place
        .run(&["check", "none.npl"])
        .ends(2)
        .says(&["cannot read `none.npl`"]);
    place
        .run(&["check", "b.npl"])
        .ends(2)
        .says(&["did you mean `a.npl`?"]);
    place.run(&["check", "."]).ends(2);
    place.run(&["--help"]).ends(0).quiet();
    place.run(&["--version"]).ends(0).quiet();
}

#[test]
fn what_is_not_built_says_so_and_ends_with_2() {
    let place = Place::with("a.npl", TIDY);
    for command in ["phase-plane", "bifurcation", "fi-curve", "sweep", "cite"] {
        place
            .run(&[command])
            .ends(2)
            .says(&[command, "not built yet"]);
        place
            .run(&[command, "a.npl", "--param", "x=1"])
            .ends(2)
            .says(&[command, "not built yet"]);
        place
            .run(&[command, "--help"])
            .ends(2)
            .says(&[command, "not built yet"]);
    }
    for flags in [
        &["--checkpoint", "c"][..],
        &["--resume", "c"],
        &["--backend", "gpu"],
    ] {
        let arguments = [&["run", "a.npl"], flags].concat();
        place.run(&arguments).ends(2).says(&[
            "not built yet",
            if flags[0] == "--backend" {
                flags[1]
            } else {
                flags[0]
            },
        ]);
    }
    place
        .run(&["run", "a.npl", "--backend", "abacus"])
        .ends(2)
        .says(&["abacus", "`jit`", "`interpreter`"]);
    place
        .run(&["fmt", "a.npl", "--upgrade"])
        .ends(2)
        .says(&["not built yet"]);
    assert_eq!(place.names("."), ["a.npl"]);
}

#[test]
fn check_tells_mistakes_at_their_places() {
    let place = Place::with("broken.npl", BROKEN);
    let found = place.run(&["check", "broken.npl"]).ends(1);
    found.says(&[
        "error[npl::unclosed-delimiter]",
        "broken.npl:3:14",
        "1 error",
    ]);
    place.write("fine.npl", TIDY);
    assert_eq!(
        place.run(&["check", "fine.npl"]).ends(0).quiet().out,
        "fine.npl: no errors\n"
    );
    // The text of stdin is checked too; without a version line it is asked for one.
    let asked = place.run_with(&["check", "-"], &TIDY[7..]).ends(0);
    assert!(asked.err.contains("npl::missing-version"), "{}", asked.err);
    assert!(asked.err.ends_with("1 warning\n"), "{}", asked.err);
}

#[test]
fn messages_have_no_colour_where_nobody_looks() {
    let place = Place::with("broken.npl", BROKEN);
    assert!(!place.run(&["check", "broken.npl"]).err.contains('\x1b'));
    assert!(!place.run(&["check", "none.npl"]).err.contains('\x1b'));
}

#[test]
fn check_gives_programs_the_same_as_json() {
    let place = Place::with("broken.npl", BROKEN);
    let found = place
        .run(&["check", "--json", "broken.npl"])
        .ends(1)
        .quiet();
    let json: serde_json::Value = serde_json::from_str(&found.out).expect("one object");
    assert_eq!(json["errors"], 1);
    assert_eq!(json["model"], "broken.npl");
    let diagnostic = &json["diagnostics"][0];
    assert_eq!(diagnostic["code"], "npl::unclosed-delimiter");
    assert_eq!(diagnostic["severity"], "error");
    assert_eq!(
        (&diagnostic["place"]["line"], &diagnostic["place"]["column"]),
        (&3.into(), &14.into())
    );
    place.write("fine.npl", TIDY);
    let fine = place.run(&["check", "--json", "fine.npl"]).ends(0).quiet();
    let json: serde_json::Value = serde_json::from_str(&fine.out).expect("one object");
    assert_eq!(json["diagnostics"], serde_json::json!([]));
}

#[test]
fn mistakes_in_values_of_the_command_line_are_shown_there() {
    let place = Place::with("a.npl", TIDY);
    place
        .run(&["run", "a.npl", "--set", "A.tau=5 +"])
        .ends(1)
        .says(&["A.tau=5 +", "expected a value"]);
    place
        .run(&["run", "a.npl", "--dt", "0.1 ms)"])
        .ends(1)
        .says(&["dt=0.1 ms)"]);
    place.run(&["run", "a.npl", "--set", "a b=5"]).ends(1);
}

#[test]
fn a_text_without_a_run_says_so() {
    let place = Place::with("a.npl", TIDY);
    place
        .run(&["run", "a.npl"])
        .ends(1)
        .says(&["npl::no-run", "the text has no `run`"]);
    place
        .run(&["explain", "a.npl"])
        .ends(1)
        .says(&["npl::no-run"]);
    assert_eq!(place.names("."), ["a.npl"], "nothing is left behind");
}

#[test]
fn fmt_rewrites_what_is_untidy_and_nothing_else() {
    let place = Place::with("a.npl", UNTIDY);
    assert_eq!(
        place.run(&["fmt", "--check", "a.npl"]).ends(1).quiet().out,
        "a.npl\n"
    );
    assert_eq!(place.read("a.npl"), UNTIDY, "--check changes nothing");
    assert_eq!(place.run(&["fmt", "a.npl"]).ends(0).quiet().out, "");
    assert_eq!(place.read("a.npl"), TIDY);
    assert_eq!(
        place.run(&["fmt", "--check", "a.npl"]).ends(0).quiet().out,
        ""
    );
    assert_eq!(
        place.run_with(&["fmt", "-"], UNTIDY).ends(0).quiet().out,
        TIDY
    );
    assert_eq!(
        place
            .run_with(&["fmt", "--check", "-"], UNTIDY)
            .ends(1)
            .quiet()
            .out,
        "<stdin>\n"
    );
    assert_eq!(place.names("."), ["a.npl"], "no file is left beside it");
}

#[test]
fn fmt_leaves_broken_files_and_goes_on_with_the_others() {
    let place = Place::with("broken.npl", BROKEN);
    place.write("a.npl", UNTIDY);
    place
        .run(&["fmt", "broken.npl", "a.npl"])
        .ends(1)
        .says(&["unclosed-delimiter"]);
    assert_eq!(place.read("broken.npl"), BROKEN);
    assert_eq!(place.read("a.npl"), TIDY);
    place
        .run(&["fmt", "none.npl"])
        .ends(2)
        .says(&["cannot read `none.npl`"]);
}

#[test]
fn new_writes_a_text_and_never_over_one() {
    let place = Place::new();
    let made = place.run(&["new", "mine"]).ends(0).quiet();
    assert!(made.out.contains("wrote mine.npl"), "{}", made.out);
    let text = place.read("mine.npl");
    assert!(text.starts_with("npl 1\n"));
    place.run(&["fmt", "--check", "mine.npl"]).ends(0).quiet();
    place.write("mine.npl", "precious");
    place
        .run(&["new", "mine.npl"])
        .ends(2)
        .says(&["`mine.npl` exists"]);
    assert_eq!(place.read("mine.npl"), "precious");
    place
        .run(&["new", "no/such/folder.npl"])
        .ends(2)
        .says(&["cannot write"]);
    place.run(&["new"]).ends(0);
    assert!(place.path("model.npl").exists());
}

#[test]
fn models_lists_and_prints_the_library() {
    let place = Place::new();
    let list = place.run(&["models"]).ends(0).quiet().out;
    for name in [
        "LIF",
        "QIF",
        "ExpIF",
        "AdEx",
        "Izhikevich",
        "HodgkinHuxley",
        "TraubMiles",
    ] {
        assert!(
            list.contains(&format!("  {name} ")),
            "{name} is not in: {list}"
        );
    }
    for name in [
        "FitzHughNagumo",
        "MorrisLecar",
        "Delta",
        "Exponential",
        "DualExponential",
        "Alpha",
    ] {
        assert!(
            list.contains(&format!("  {name} ")),
            "{name} is not in: {list}"
        );
    }
    let lif = place.run(&["models", "LIF"]).ends(0).quiet().out;
    assert!(
        lif.starts_with("neuron LIF {") && lif.ends_with("}\n"),
        "{lif}"
    );
    place
        .run(&["models", "LIFF"])
        .ends(2)
        .says(&["did you mean `LIF`?"]);
}

#[test]
fn every_model_of_the_library_is_a_text_that_checks() {
    let place = Place::new();
    let list = place.run(&["models"]).out;
    let names = list
        .lines()
        .filter(|line| line.starts_with("  "))
        .filter_map(|line| line.split_whitespace().next());
    for name in names {
        let text = format!("npl 1\n{}", place.run(&["models", name]).ends(0).out);
        let checked = place.run_with(&["check", "-"], &text);
        assert_eq!(checked.code, 0, "{name}: {}", checked.err);
    }
}

#[test]
fn completions_know_the_flags() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish"] {
        let script = place.run(&["completions", shell]).ends(0).quiet().out;
        assert!(script.contains("no-plots"), "{shell}");
        for unbuilt in ["checkpoint", "phase-plane", "upgrade"] {
            assert!(
                !script.contains(unbuilt),
                "{shell} offers `{unbuilt}`, which is not built"
            );
        }
    }
    place.run(&["completions", "tcsh"]).ends(2);
}
