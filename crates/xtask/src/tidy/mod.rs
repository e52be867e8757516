//! Checks of what no compiler checks.
//!
//! The repository is read once into a [`Tree`]; each check looks at it and adds [`Finding`]s. A check
//! is a function of the tree alone, so it is tested on small trees made by hand; the test at the end
//! runs all of them on the repository itself.

mod dependencies;
mod layers;
mod lengths;
mod paths;
mod rust_text;
mod tree;
mod unsafety;
mod words;

use anyhow::Result;
use std::fmt;
use std::path::Path;
use tree::Tree;

/// Something that is not as the house rules want it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    path: String,
    line: usize,
    message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.message)
    }
}

impl Finding {
    fn new(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line,
            message: message.into(),
        }
    }
}

/// Runs all checks and prints what they found; true where that is nothing.
pub(crate) fn run(root: &Path) -> Result<bool> {
    let findings = check(root)?;
    for finding in &findings {
        println!("{finding}");
    }
    println!("tidy: {} findings", findings.len());
    Ok(findings.is_empty())
}

fn check(root: &Path) -> Result<Vec<Finding>> {
    let tree = Tree::read(root)?;
    let mut findings = layers::check(root)?;
    findings.extend(dependencies::check(&tree));
    findings.extend(lengths::check(&tree));
    findings.extend(paths::check(&tree));
    findings.extend(unsafety::check(&tree));
    findings.extend(words::check(&tree));
    findings.sort();
    Ok(findings)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_repository_is_tidy() {
        let findings = super::check(&crate::root()).expect("the repository can be read");
        let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
        assert!(lines.is_empty(), "\n{}", lines.join("\n"));
    }
}
