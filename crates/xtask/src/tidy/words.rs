//! Words that must not stand in the repository.
//!
//! Paths of one machine and notes to oneself nowhere; fused and approximate arithmetic only where the
//! IR's meaning of it is implemented. The patterns are put together from halves here, so that this
//! file does not contain them.

use super::Finding;
use super::rust_text::{split, words};
use super::tree::{File, Tree};

/// Absolute paths of a machine, looked for where a path can begin.
const PATHS: [&str; 5] = [
    concat!("/wo", "rk/"),
    concat!("/tm", "p/"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
];

/// Notes to oneself, as whole words.
const NOTES: [&str; 2] = [concat!("TO", "DO"), concat!("FIX", "ME")];

/// Parts of names of operations that round differently from the plain ones, and who may use them.
const ARITHMETIC: [(&str, &[&str]); 6] = [
    // The scalar evaluator defines `fma`; the interpreter implements it under its processor feature.
    (
        concat!("mul", "_add"),
        &["crates/neuropil-ir/src/", "crates/neuropil-cpu/src/"],
    ),
    (concat!("_fm", "add_"), &["crates/neuropil-cpu/src/"]),
    (concat!("_rc", "p14_"), &[]),
    (concat!("_rc", "p_"), &[]),
    (concat!("rs", "qrt"), &[]),
    (concat!("alge", "braic_"), &[]),
];

/// Checks all text files.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in &tree.files {
        for (k, line) in file.text.lines().enumerate() {
            for path in PATHS.iter().filter(|path| begins_path(line, path)) {
                let message = format!("`{path}…` is a path of one machine");
                findings.push(Finding::new(&file.path, k + 1, message));
            }
            for note in NOTES.iter().filter(|note| has_word(line, note)) {
                let message = format!("`{note}`: finish it, or open an issue");
                findings.push(Finding::new(&file.path, k + 1, message));
            }
        }
        if file.is_rust() && !file.is_test() {
            findings.extend(arithmetic(file));
        }
    }
    findings
}

fn arithmetic(file: &File) -> Vec<Finding> {
    let code = split(&file.text).code;
    let mut findings = Vec::new();
    for (line, word, _) in words(&code) {
        for (part, allowed) in ARITHMETIC {
            let permitted = allowed.iter().any(|folder| file.path.starts_with(folder));
            if word.contains(part) && !permitted {
                let message = format!("`{word}` rounds differently from what the IR says");
                findings.push(Finding::new(&file.path, line, message));
            }
        }
    }
    findings
}

/// Whether a line holds an absolute path: not the middle of a longer path or of an address.
fn begins_path(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(k, _)| {
        let before = line[..k].chars().next_back();
        before.is_none_or(|c| !c.is_alphanumeric() && !"._-~)}/*".contains(c))
    })
}

fn has_word(line: &str, wanted: &str) -> bool {
    words(line).any(|(_, word, _)| word == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        let tree = Tree::of(&[(path, text)]);
        check(&tree).iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn machine_paths_and_notes_are_found() {
        let machine = PATHS.map(|path| format!("see `{path}x`\n")).concat();
        assert_eq!(lines("a.md", &machine), [1, 2, 3, 4, 5]);
        assert!(lines("a.md", &format!("https://example.org{}x", PATHS[3])).is_empty());
        assert!(lines("a.md", &format!("../frame{}x", PATHS[0])).is_empty());
        assert_eq!(lines("a.rs", &format!("fine\n// {}: later", NOTES[0])), [2]);
        assert!(lines("a.rs", "// a todo list").is_empty());
    }

    #[test]
    fn arithmetic_is_judged_by_place_and_only_in_code() {
        let fused = format!("let y = a.{}(b, c); // {0}", ARITHMETIC[0].0);
        assert_eq!(lines("crates/neuropil-sim/src/a.rs", &fused), [1]);
        assert!(lines("crates/neuropil-ir/src/a.rs", &fused).is_empty());
        assert!(lines("crates/neuropil-sim/tests/a.rs", &fused).is_empty());
        let comment = format!("// no {} here", ARITHMETIC[0].0);
        assert!(lines("crates/neuropil-sim/src/a.rs", &comment).is_empty());
    }
}
