//! What the tests share: unit names, the example texts, and diagnostics as plain text.
#![allow(dead_code, reason = "every test file uses a part of it")]

use neuropil_syntax::{Parsed, SourceId, Sources, parse};
use std::fmt::Write as _;
use std::path::PathBuf;

/// The unit names that the example texts use; the real list lives in another crate.
pub(crate) fn is_unit(word: &str) -> bool {
    const BASES: [&str; 11] = ["s", "m", "V", "A", "F", "S", "Ohm", "Ω", "Hz", "M", "K"];
    const PREFIXES: [&str; 9] = ["", "n", "u", "µ", "m", "c", "p", "k", "M"];
    let prefixed = BASES.iter().any(|base| {
        word.strip_suffix(base)
            .is_some_and(|prefix| PREFIXES.contains(&prefix))
    });
    prefixed || matches!(word, "degC" | "steps" | "step")
}

/// Parses one text with the unit names above.
pub(crate) fn read(text: &str) -> Parsed {
    parse(SourceId(0), text, &is_unit)
}

/// Returns the diagnostics of a text as plain text.
pub(crate) fn messages(text: &str) -> String {
    let mut sources = Sources::new();
    let id = sources.add("t.npl", text);
    let mut out = String::new();
    for diagnostic in parse(id, text, &is_unit).diagnostics {
        let _ = write!(out, "{}", diagnostic.to_plain(&sources));
    }
    out
}

/// Returns the texts of a folder under `tests` with their names, in the order of the names.
pub(crate) fn texts(folder: &str) -> Vec<(String, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(folder);
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the folder is part of the crate")
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "npl"))
        .collect();
    files.sort();
    files
        .into_iter()
        .map(|path| {
            let name = path
                .file_name()
                .expect("a file has a name")
                .to_string_lossy()
                .into_owned();
            (
                name,
                std::fs::read_to_string(path).expect("the file can be read"),
            )
        })
        .collect()
}
