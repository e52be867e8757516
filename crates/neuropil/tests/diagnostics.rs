//! What a scientist is told about every kind of mistake.
//!
//! The folder `diagnostics` holds one malformed text or more for every code, named by it, and the five
//! mistakes that peers were measured with (`mistake-…`), each in two forms or more. The snapshots are
//! the messages as plain text: place, cause, help.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use neuropil::{Code, Diagnosed, Diagnostic, Error, Options, Text};

/// Codes without a text in the folder, and why.
const ELSEWHERE: [(Code, &str); 4] = [
    (
        Code::InputTooLarge,
        "the text would be megabytes; `a_text_that_is_too_long` makes it",
    ),
    (
        Code::FileError,
        "the file would be no text; `a_file_that_is_no_text` makes it",
    ),
    (
        Code::ExpectationFailed,
        "no mistake of the text: a result that is not as expected",
    ),
    (Code::Internal, "a mistake of the program"),
];

/// The mistakes of the comparison with other simulators.
const MISTAKES: [&str; 5] = [
    "wrong-unit",
    "misspelt-parameter",
    "misspelt-model",
    "no-time",
    "impossible",
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagnostics")
}

/// The texts of the folder by name.
fn texts() -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    for entry in std::fs::read_dir(folder()).expect("the folder is part of the crate") {
        let path = entry.expect("an entry").path();
        if path.is_file() {
            let name = path
                .file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            texts.insert(name, std::fs::read_to_string(&path).expect("a text"));
        }
    }
    texts
}

/// Everything that is said about a text, from the parser to the built network.
fn diagnosed(name: &str, text: &str) -> Diagnosed {
    let text = Text::parse_with(&format!("{name}.npl"), text, &[folder()]);
    let options = Options {
        memory_limit: Some(1 << 30),
        ..Options::default()
    };
    let found = text.check(&options);
    if found.has_errors() {
        return found;
    }
    match text.run_with(&options, &mut ()) {
        Ok(_) => found,
        Err(Error::Model(error)) => *error,
        Err(error) => {
            let at = error.diagnosed();
            at.unwrap_or_else(|| panic!("{name}: `{error}` has no place in the text"))
                .clone()
        }
    }
}

fn rendered(found: &Diagnosed) -> String {
    let own = |diagnostic: &&Diagnostic| {
        !found
            .sources
            .name(diagnostic.primary.source)
            .starts_with("library")
    };
    let plain = found
        .diagnostics
        .iter()
        .filter(own)
        .map(|d| d.to_plain(&found.sources));
    let folder = folder().display().to_string();
    plain
        .collect::<Vec<_>>()
        .join("\n")
        .replace(&format!("{folder}/"), "")
        .replace(&folder, "FOLDER")
}

fn has(found: &Diagnosed, code: Code) -> bool {
    found
        .diagnostics
        .iter()
        .any(|diagnostic| diagnostic.code == code)
}

#[test]
fn every_code_has_a_text_that_gives_it() {
    let mut texts_of: BTreeMap<&str, usize> = BTreeMap::new();
    let mut problems = String::new();
    for (name, text) in &texts() {
        if name.starts_with("mistake-") || name == "several-at-once" {
            continue;
        }
        // `unit-mismatch-weight` is a second text of `unit-mismatch`: the longest code that fits.
        let code = Code::ALL
            .iter()
            .filter(|code| {
                let own = &code.as_str()["npl::".len()..];
                name == own || name.starts_with(&format!("{own}-"))
            })
            .max_by_key(|code| code.as_str().len());
        let Some(&code) = code else {
            let _ = writeln!(problems, "{name}.npl is named by no code");
            continue;
        };
        *texts_of.entry(code.as_str()).or_default() += 1;
        let found = diagnosed(name, text);
        if !has(&found, code) {
            let _ = writeln!(
                problems,
                "{name}.npl does not give {code}, but\n{}",
                rendered(&found)
            );
        }
    }
    for code in Code::ALL {
        let exempt = ELSEWHERE.iter().any(|(other, _)| other == code);
        if !exempt && !texts_of.contains_key(code.as_str()) {
            let _ = writeln!(problems, "{code} has no text");
        }
    }
    assert!(problems.is_empty(), "{problems}");
}

#[test]
fn every_text_has_a_message_in_house_style() {
    let mut problems = String::new();
    for (name, text) in &texts() {
        let found = diagnosed(name, text);
        if found.diagnostics.is_empty() {
            let _ = writeln!(problems, "{name}: nothing is said");
        }
        for diagnostic in &found.diagnostics {
            let message = &diagnostic.message;
            // A message begins with a lower-case letter or a name in backticks and has no full stop.
            let first = message.chars().next().unwrap_or('A');
            if message.ends_with('.') || first.is_ascii_uppercase() {
                let _ = writeln!(problems, "{name}: `{message}`");
            }
        }
    }
    assert!(problems.is_empty(), "{problems}");
}

#[test]
fn every_message_is_as_reviewed() {
    for (name, text) in &texts() {
        let found = rendered(&diagnosed(name, text));
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name.as_str(), found);
        });
    }
}

#[test]
fn the_five_mistakes_are_told_with_their_place() {
    let texts = texts();
    for mistake in MISTAKES {
        let prefix = format!("mistake-{mistake}");
        let forms: BTreeSet<&String> = texts
            .keys()
            .filter(|name| name.starts_with(&prefix))
            .collect();
        assert!(forms.len() >= 2, "{mistake}: {forms:?}");
        for name in forms {
            let found = diagnosed(name, &texts[name]);
            assert!(found.has_errors(), "{name} is accepted");
        }
    }
}

#[test]
fn independent_mistakes_are_told_at_once() {
    let found = diagnosed("several-at-once", &texts()["several-at-once"]);
    let errors = found
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.is_error())
        .count();
    assert!(errors >= 3, "{}", rendered(&found));
}

#[test]
fn a_text_that_is_too_long() {
    let long = format!("npl 1\n# {}\n", "x".repeat(17 << 20));
    assert!(has(&diagnosed("long", &long), Code::InputTooLarge));
}

#[test]
fn a_file_that_is_no_text() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("latin1.npl"), b"# \xe4\n").expect("written");
    let search = [folder.path().to_path_buf()];
    let text = Text::parse_with("t.npl", "npl 1\nuse \"latin1.npl\"\n", &search);
    let found = text.check(&Options::default());
    assert!(has(&found, Code::FileError), "{found}");
}
