//! Meaning and messages: texts with what is expected of them in comments.
//!
//! `#error: CODE` at the end of a line: the compiler gives this error on this line, and no other
//! error anywhere. `#explain: WORDS` on a line of its own: the explanation of the first run
//! contains these words. A text without `#error` compiles.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use neuropil_compiler::{Options, Texts, compile};
use neuropil_syntax::{Sources, parse};
use neuropil_units::is_unit_name;

/// The problems of one text.
fn check(name: &str, text: &str) -> String {
    let mut sources = Sources::new();
    let id = sources.add(name, text);
    let parsed = parse(id, text, &is_unit_name);
    let texts = Texts {
        main: &parsed.file,
        used: Vec::new(),
        library: &[],
        slice: &|_| String::new(),
    };
    let compiled = compile(&texts, &Options::default());
    let diagnostics = parsed.diagnostics.iter().chain(&compiled.diagnostics);
    let found: BTreeSet<(u32, String)> = diagnostics
        .filter(|diagnostic| diagnostic.is_error())
        .map(|diagnostic| {
            let before = &text[..diagnostic.primary.start as usize];
            (
                before.matches('\n').count() as u32 + 1,
                diagnostic.code.to_string(),
            )
        })
        .collect();
    let mut expected = BTreeSet::new();
    let mut problems = String::new();
    for (k, line) in text.lines().enumerate() {
        if let Some((_, code)) = line.split_once("#error: ") {
            expected.insert((k as u32 + 1, code.trim().to_owned()));
        }
        if let Some(words) = line.strip_prefix("#explain: ") {
            let explanation = compiled.runs.first().map_or("", |run| &run.explanation);
            if !explanation.contains(words) {
                // Writing to a string cannot fail.
                let _ = writeln!(problems, "{name}: `{words}` is not in\n{explanation}");
            }
        }
    }
    for (line, code) in expected.difference(&found) {
        let _ = writeln!(problems, "{name}:{line}: {code} is not given");
    }
    for (line, code) in found.difference(&expected) {
        let _ = writeln!(problems, "{name}:{line}: {code} is given and not expected");
    }
    problems
}

#[test]
fn every_text_means_what_its_comments_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/npl");
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder is part of the crate")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "npl"))
        .collect();
    names.sort();
    assert!(names.len() >= 10, "{} texts", names.len());
    let mut problems = String::new();
    for path in names {
        let text = std::fs::read_to_string(&path).expect("a text");
        let name = path.file_name().expect("a name").to_string_lossy();
        problems += &check(&name, &text);
    }
    assert!(problems.is_empty(), "\n{problems}");
}
