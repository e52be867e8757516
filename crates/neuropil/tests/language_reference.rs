//! Every example of `docs/language.md` is a complete text that does what the page says.
//!
//! A block marked `npl` runs, asserts something, and all of its expectations hold. A block marked
//! `npl,error CODE` is refused with that code.

mod common;

use std::fmt::Write as _;

use common::{failures, workspace};
use neuropil::{Options, Text};

/// A fenced block of the page.
struct Block {
    line: usize,
    info: String,
    text: String,
}

fn blocks() -> Vec<Block> {
    let page = std::fs::read_to_string(workspace("docs/language.md")).expect("the page is there");
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (k, line) in page.lines().enumerate() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(info), None) => {
                let info = info.trim().to_owned();
                open = Some(Block {
                    line: k + 1,
                    info,
                    text: String::new(),
                });
            }
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (None, Some(block)) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "the last block of the page is never closed");
    blocks
}

#[test]
fn every_example_does_what_it_says() {
    let mut problems = String::new();
    let mut examples = 0;
    for block in blocks().iter().filter(|block| block.info == "npl") {
        examples += 1;
        let name = format!("docs/language.md:{}", block.line);
        match Text::parse_with(&name, block.text.as_str(), &[]).run() {
            Err(error) => {
                let _ = writeln!(problems, "{name}: {error}");
            }
            Ok(results) => {
                let expected: usize = results.iter().map(|run| run.report.expects.len()).sum();
                if expected == 0 {
                    let _ = writeln!(problems, "{name}: nothing is expected");
                }
                let failures = failures(&results);
                if !failures.is_empty() {
                    let _ = write!(problems, "{name}:\n{failures}");
                }
            }
        }
    }
    assert!(problems.is_empty(), "{problems}");
    assert!(examples >= 15, "{examples} examples");
}

#[test]
fn every_mistake_is_told_by_its_code() {
    let mut problems = String::new();
    let mut examples = 0;
    for block in &blocks() {
        let Some(code) = block.info.strip_prefix("npl,error ") else {
            continue;
        };
        examples += 1;
        let name = format!("docs/language.md:{}", block.line);
        let found = Text::parse_with(&name, block.text.as_str(), &[]).check(&Options::default());
        let wanted = format!("npl::{code}");
        let errors = || {
            found
                .diagnostics
                .iter()
                .filter(|diagnostic| diagnostic.is_error())
        };
        if !errors().any(|diagnostic| diagnostic.code.as_str() == wanted) {
            let _ = writeln!(problems, "{name}: expected {wanted}, found\n{found}");
        }
    }
    assert!(problems.is_empty(), "{problems}");
    assert!(examples >= 6, "{examples} examples");
}

#[test]
fn every_block_is_of_a_known_kind() {
    for block in blocks() {
        let known =
            matches!(&*block.info, "npl" | "ebnf" | "text") || block.info.starts_with("npl,error ");
        assert!(known, "line {}: `{}`", block.line, block.info);
    }
}
