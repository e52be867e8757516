//! Files that bring in other files: search, selection, circles, and what is said when one is missing.

use std::fs;
use std::path::{Path, PathBuf};

use neuropil::{Code, Text};

/// A folder with files.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("has a folder")).expect("made");
        fs::write(path, text).expect("written");
    }
    folder
}

fn load(folder: &Path, search: &[PathBuf]) -> Text {
    Text::load_with(folder.join("main.npl"), search).expect("main.npl can be read")
}

/// The codes and help of what is wrong with `main.npl`.
fn wrong(files: &[(&str, &str)]) -> Vec<(Code, String)> {
    let folder = folder(files);
    let text = load(folder.path(), &[]);
    let list = text.diagnostics().iter();
    list.map(|d| (d.code, format!("{}; {}", d.message, d.help.join("; "))))
        .collect()
}

fn used(text: &Text) -> Vec<String> {
    let name = |path: &Path| {
        path.file_name()
            .expect("a file")
            .to_string_lossy()
            .into_owned()
    };
    text.used().map(|(path, _)| name(path)).collect()
}

const EMPTY: &str = "npl 1\n";

#[test]
fn files_are_read_once_and_before_those_that_use_them() {
    let folder = folder(&[
        ("main.npl", "npl 1\nuse \"a.npl\"\nuse \"parts/b.npl\"\n"),
        ("a.npl", "npl 1\nuse \"parts/b.npl\"\n"),
        ("parts/b.npl", "npl 1\nuse \"c.npl\"\n"),
        ("parts/c.npl", EMPTY),
    ]);
    let text = load(folder.path(), &[]);
    assert!(text.diagnostics().is_empty(), "{:?}", text.diagnostics());
    // `parts/b.npl` finds `c.npl` in its own folder.
    assert_eq!(used(&text), ["c.npl", "b.npl", "a.npl"]);
    assert_eq!(text.stem(), "main");
}

#[test]
fn folders_are_searched_in_order_after_that_of_the_file() {
    let first = folder(&[
        ("a.npl", "npl 1\nconst x = 1\n"),
        ("b.npl", "npl 1\nconst y = 1\n"),
    ]);
    let second = folder(&[("b.npl", "npl 1\nconst y = 2\n")]);
    let main = folder(&[
        ("main.npl", "npl 1\nuse \"a.npl\"\nuse \"b.npl\"\n"),
        ("a.npl", "npl 1\nconst x = 0\n"),
    ]);
    let search = [second.path().to_path_buf(), first.path().to_path_buf()];
    let text = load(main.path(), &search);
    let texts: Vec<&str> = text.used().map(|(_, text)| text).collect();
    assert_eq!(texts, ["npl 1\nconst x = 0\n", "npl 1\nconst y = 2\n"]);
}

#[test]
fn a_missing_file_is_told_with_the_nearest_name() {
    let found = wrong(&[
        ("main.npl", "npl 1\nuse \"synapse.npl\"\n"),
        ("synapses.npl", EMPTY),
    ]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].0, Code::UseNotFound);
    assert!(
        found[0].1.contains("did you mean `synapses.npl`?"),
        "{}",
        found[0].1
    );
    let below = wrong(&[
        ("main.npl", "npl 1\nuse \"lib/synapse.npl\"\n"),
        ("lib/synapses.npl", EMPTY),
    ]);
    assert!(
        below[0].1.contains("did you mean `lib/synapses.npl`?"),
        "{}",
        below[0].1
    );
}

#[test]
fn a_circle_is_an_error_that_names_its_files() {
    let found = wrong(&[
        ("main.npl", "npl 1\nuse \"a.npl\"\n"),
        ("a.npl", "npl 1\nuse \"b.npl\"\n"),
        ("b.npl", "npl 1\nuse \"a.npl\"\n"),
    ]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, Code::UseCycle);
    assert!(
        found[0]
            .1
            .contains("`a.npl` uses `b.npl`, which uses `a.npl`"),
        "{}",
        found[0].1
    );
    let itself = wrong(&[("main.npl", "npl 1\nuse \"./main.npl\"\n")]);
    assert_eq!(itself[0].0, Code::UseCycle);
}

#[test]
fn a_circle_is_told_once_and_by_itself() {
    // Every file declares something and mentions what the others declare.
    let files = [
        (
            "main.npl",
            "npl 1\nuse \"a.npl\"\nconst x = y + 1\nneuron M { dV/dt = (1 mV - V)/tau }\n",
        ),
        (
            "a.npl",
            "npl 1\nuse \"b.npl\"\nconst y = z + 1\nconst tau = 5 ms\n",
        ),
        (
            "b.npl",
            "npl 1\nuse \"main.npl\"\nconst z = 2\nneuron B { dV/dt = (1 mV - V)/tau }\n",
        ),
    ];
    let folder = folder(&files);
    let check = |text: &Text| {
        let found = text.check(&neuropil::Options::default());
        let codes: Vec<Code> = found.diagnostics.iter().map(|d| d.code).collect();
        assert_eq!(codes, [Code::UseCycle], "{found}");
    };
    check(&load(folder.path(), &[]));
    // The same text as a string has no file, so that the circle brings its names in a second time.
    let search = [folder.path().to_path_buf()];
    check(&Text::parse_with("main.npl", files[0].1, &search));
}

#[test]
fn some_names_bring_what_they_need_and_nothing_else() {
    let files = [
        (
            "main.npl",
            "npl 1\nuse \"a.npl\" : A\nneuron B { dV/dt = -V/(1 ms) }\n",
        ),
        (
            "a.npl",
            "npl 1\nconst tau0 = 5 ms\nconst k = tau0*2\nneuron A { dV/dt = -V/k }\n\
             neuron B { dV/dt = -V/tau0 }\nnetwork N { a = B }\nrun N for 1 ms\n",
        ),
    ];
    let folder = folder(&files);
    let text = load(folder.path(), &[]);
    assert!(text.diagnostics().is_empty(), "{:?}", text.diagnostics());
    // Both files have a `B`; that of `a.npl` was not asked for.
    let checked = text.check(&neuropil::Options::default());
    assert!(!checked.has_errors(), "{checked}");

    let unknown = wrong(&[
        ("main.npl", "npl 1\nuse \"a.npl\" : Leaki\n"),
        ("a.npl", "npl 1\nneuron Leaky { dV/dt = -V/(1 ms) }\n"),
    ]);
    assert_eq!(unknown[0].0, Code::UnknownName);
    assert!(
        unknown[0].1.contains("did you mean `Leaky`?"),
        "{}",
        unknown[0].1
    );
}

#[test]
fn what_is_not_built_or_not_readable_is_said() {
    let prefixed = wrong(&[
        ("main.npl", "npl 1\nuse \"a.npl\" as a\n"),
        ("a.npl", EMPTY),
    ]);
    assert_eq!(prefixed[0].0, Code::Unsupported);
    let folder = folder(&[("main.npl", "npl 1\nuse \"a.npl\"\n")]);
    fs::write(folder.path().join("a.npl"), [0xff, 0xfe]).expect("written");
    let text = load(folder.path(), &[]);
    assert_eq!(text.diagnostics()[0].code, Code::FileError);
    let broken = wrong(&[
        ("main.npl", "npl 1\nuse \"a.npl\"\n"),
        ("a.npl", "npl 1\nneuron {\n"),
    ]);
    assert!(!broken.is_empty());
}

#[test]
fn a_string_counts_paths_from_the_working_directory() {
    let folder = folder(&[("a.npl", EMPTY)]);
    let path = folder.path().join("a.npl");
    let text = Text::parse(format!("npl 1\nuse \"{}\"\n", path.display()));
    assert!(text.diagnostics().is_empty(), "{:?}", text.diagnostics());
    assert_eq!(used(&text), ["a.npl"]);
}

#[test]
fn a_chain_of_many_files_is_no_danger() {
    let names: Vec<(String, String)> = (0..400)
        .map(|i| {
            (
                format!("f{i}.npl"),
                format!("npl 1\nuse \"f{}.npl\"\n", i + 1),
            )
        })
        .collect();
    let files: Vec<(&str, &str)> = names
        .iter()
        .map(|(a, b)| (a.as_str(), b.as_str()))
        .collect();
    let folder = folder(&files);
    fs::write(folder.path().join("main.npl"), "npl 1\nuse \"f0.npl\"\n").expect("written");
    let text = load(folder.path(), &[]);
    assert!(text.diagnostics().iter().any(|d| d.code == Code::TooLarge));
}
