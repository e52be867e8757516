//! Paths named in the documents exist.
//!
//! Relative links of every Markdown file, and the paths in backticks of the architecture page.

use super::Finding;
use super::tree::{File, Tree};

const ARCHITECTURE: &str = "ARCHITECTURE.md";

/// Checks all Markdown files.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.ending(".md") {
        for (line, target) in links(&file.text) {
            let path = resolve(&file.path, target);
            if !path.is_some_and(|path| tree.exists(&path)) {
                let message = format!("link to `{target}`, which does not exist");
                findings.push(Finding::new(&file.path, line, message));
            }
        }
        if file.path == ARCHITECTURE {
            findings.extend(named_paths(tree, file));
        }
    }
    findings
}

/// The lines outside fenced blocks, counted from 1.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fenced = false;
    text.lines().enumerate().filter_map(move |(k, line)| {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
            return None;
        }
        (!fenced).then_some((k + 1, line))
    })
}

/// The relative targets of `[text](target)`, without anchors.
fn links(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for (number, line) in prose(text) {
        // What stands in backticks is no link: only the even parts of the line are text.
        for part in line.split('`').step_by(2) {
            for (k, _) in part.match_indices("](") {
                let target = part[k + 2..].split([')', ' ']).next().unwrap_or_default();
                let target = target.split('#').next().unwrap_or_default();
                if !target.is_empty() && !target.contains(':') {
                    found.push((number, target));
                }
            }
        }
    }
    found
}

/// The path from the root of a link in a file; `None` where it leads out of the repository.
fn resolve(file: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    if let Some(absolute) = target.strip_prefix('/') {
        return Some(absolute.to_owned());
    }
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

/// The words in backticks that are written like paths of this repository.
fn named_paths(tree: &Tree, file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, line) in prose(&file.text) {
        for word in line.split('`').skip(1).step_by(2) {
            if is_path(tree, word) && !tree.exists(word) {
                let message = format!("`{word}` does not exist");
                findings.push(Finding::new(&file.path, number, message));
            }
        }
    }
    findings
}

fn is_path(tree: &Tree, word: &str) -> bool {
    const ROOTS: [&str; 8] = [
        ".cargo", ".ci", "benches", "crates", "docs", "examples", "fuzz", "golden",
    ];
    const ENDS: [&str; 5] = [".cff", ".md", ".npl", ".rs", ".toml"];
    if word.contains([' ', '*', '{', '<', '…', '$', '"']) {
        return false;
    }
    match word.split_once('/') {
        Some((first, _)) => ROOTS.contains(&first) || tree.exists(first),
        None => ENDS
            .iter()
            .any(|end| word.len() > end.len() && word.ends_with(end)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_followed_from_their_file() {
        let readme = "[a](docs/a.md#top) [web](https://example.org/x) [up](../x.md) `[c](d)`\n\
                      ```\n[b](nowhere)\n```\n[gone](docs/b.md)\n";
        let tree = Tree::of(&[
            ("README.md", readme),
            ("docs/a.md", "[home](../README.md) [x](#y)"),
        ]);
        let found: Vec<String> = check(&tree).iter().map(ToString::to_string).collect();
        let expected = [
            "README.md:1: link to `../x.md`, which does not exist",
            "README.md:5: link to `docs/b.md`, which does not exist",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn the_architecture_page_names_what_is_there() {
        let page =
            "`crates/a/src` and `crates/b`, `results/STEM`, `cpu::jit`, `README.md`, `old.md`\n";
        let tree = Tree::of(&[
            (ARCHITECTURE, page),
            ("README.md", ""),
            ("crates/a/src/lib.rs", ""),
        ]);
        let found: Vec<String> = check(&tree).into_iter().map(|f| f.message).collect();
        assert_eq!(
            found,
            ["`crates/b` does not exist", "`old.md` does not exist"]
        );
    }
}
