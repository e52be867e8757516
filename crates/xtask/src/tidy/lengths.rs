//! Files over 1,000 lines say why.

use super::Finding;
use super::tree::Tree;

const MOST: usize = 1000;
const TOP: usize = 40;
const REASON: &str = "Longer than 1,000 lines because";

/// Checks the length of each Rust file, its tests not counted.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.ending(".rs").filter(|file| !file.is_test()) {
        let code = file.text.split("\n#[cfg(test)]\nmod tests {").next();
        let lines = code.map_or(0, |text| text.lines().count());
        let reason = file
            .text
            .lines()
            .take(TOP)
            .any(|line| line.contains(REASON));
        if lines > MOST && !reason {
            let message = format!(
                "{lines} lines; look for the second subject, or say at the top \"{REASON} …\""
            );
            findings.push(Finding::new(&file.path, 1, message));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_files_need_a_reason_and_tests_do_not_count() {
        let long = "x\n".repeat(1001);
        let excused = format!("//! Story.\n//! {REASON} it is one table.\n{long}");
        let tested = format!("x\n#[cfg(test)]\nmod tests {{\n{long}}}\n");
        let tree = Tree::of(&[
            ("a.rs", &long),
            ("b.rs", &excused),
            ("c.rs", &tested),
            ("d/tests.rs", &long),
        ]);
        let found = check(&tree);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].path, "a.rs");
    }
}
