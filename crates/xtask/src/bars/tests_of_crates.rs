//! Bars that are tests of a crate: they need more than the command line shows.

use super::Outcome;
use super::tool::{Tool, finished};
use anyhow::Result;

/// Tests of one target whose names contain a word.
pub(crate) struct Test {
    /// The crate.
    pub(crate) package: &'static str,
    /// The file in its `tests/` folder, without ending; empty for the tests beside the code.
    pub(crate) target: &'static str,
    /// A part of the tests' names; empty for all.
    pub(crate) filter: &'static str,
    /// Environment of the tests, such as how long to fuzz.
    pub(crate) environment: &'static [(&'static str, &'static str)],
}

impl Test {
    pub(super) fn run(&self, tool: &Tool) -> Result<Outcome> {
        let Self {
            package,
            target,
            filter,
            ..
        } = *self;
        let mut arguments = vec!["test", "--release", "--package", package];
        if target.is_empty() {
            arguments.push("--lib");
        } else {
            arguments.extend(["--test", target]);
        }
        if !filter.is_empty() {
            arguments.push(filter);
        }
        let command = format!("cargo {}", arguments.join(" "));
        let expected = "all pass, at least one";

        let file = format!("crates/{package}/tests/{target}.rs");
        let folder = format!("crates/{package}/tests/{target}/main.rs");
        if !target.is_empty() && !tool.has(&file) && !tool.has(&folder) {
            return Ok(Outcome::missing(&command, expected, &file));
        }
        let mut cargo = crate::cargo(&tool.root);
        cargo
            .args(&arguments)
            .envs(self.environment.iter().copied());
        let output = finished(&cargo.output()?);
        let passed = passed(&output.text);
        if output.code == 0 && passed == 0 {
            let what = format!("test named `{filter}`");
            return Ok(Outcome::missing(&command, expected, &what));
        }
        let found = if output.code == 0 {
            format!("{passed} pass")
        } else {
            let failed = output.text.lines().filter(|l| l.ends_with("... FAILED"));
            let names: Vec<&str> = failed.filter_map(|l| l.split(' ').nth(1)).collect();
            format!("{passed} pass, failed: {}", names.join(" "))
        };
        Ok(Outcome::judge(&command, expected, &found, output.code == 0))
    }
}

/// The number of passed tests in the output of `cargo test`.
fn passed(text: &str) -> u64 {
    text.lines()
        .filter_map(|line| line.strip_prefix("test result: "))
        .filter_map(|line| {
            line.split_once(" passed")?
                .0
                .rsplit(' ')
                .next()?
                .parse::<u64>()
                .ok()
        })
        .sum()
}

#[cfg(test)]
mod tests {
    #[test]
    fn passed_tests_are_counted_over_targets() {
        let text = "running 2 tests\n\
                    test result: ok. 2 passed; 0 failed; 0 ignored\n\
                    test result: FAILED. 13 passed; 1 failed; 0 ignored\n";
        assert_eq!(super::passed(text), 15);
        assert_eq!(super::passed("error: no such target"), 0);
    }
}
