//! The allowed arrows between our crates.
//!
//! An arrow also permits what lies below it. Development dependencies follow the same arrows, plus the
//! test kit, so that no cycle arises by way of tests.

use super::Finding;
use anyhow::Result;
use serde_json::Value;
use std::path::Path;

/// Each crate, and the crates it may depend on.
const ALLOWED: [(&str, &[&str]); 14] = [
    ("neuropil-units", &[]),
    ("neuropil-syntax", &[]),
    ("neuropil-statistics", &[]),
    ("neuropil-testkit", &["neuropil-statistics"]),
    ("neuropil-ir", &["neuropil-syntax", "neuropil-units"]),
    ("neuropil-compiler", ABOVE_IR),
    ("neuropil-cpu", ABOVE_IR),
    (
        "neuropil-measures",
        &[
            "neuropil-ir",
            "neuropil-statistics",
            "neuropil-syntax",
            "neuropil-units",
        ],
    ),
    (
        "neuropil-sim",
        &[
            "neuropil-measures",
            "neuropil-ir",
            "neuropil-syntax",
            "neuropil-units",
        ],
    ),
    ("neuropil-plot", &["neuropil-units"]),
    (
        "neuropil-io",
        &[
            "neuropil-measures",
            "neuropil-sim",
            "neuropil-ir",
            "neuropil-syntax",
            "neuropil-units",
        ],
    ),
    (
        "neuropil",
        &[
            "neuropil-measures",
            "neuropil-compiler",
            "neuropil-cpu",
            "neuropil-io",
            "neuropil-ir",
            "neuropil-plot",
            "neuropil-sim",
            "neuropil-syntax",
            "neuropil-units",
        ],
    ),
    ("neuropil-cli", &["neuropil"]),
    (
        "xtask",
        &["neuropil", "neuropil-measures", "neuropil-testkit"],
    ),
];

const ABOVE_IR: &[&str] = &["neuropil-ir", "neuropil-syntax", "neuropil-units"];

/// What only tests may use.
const IN_TESTS: &str = "neuropil-testkit";

/// Checks the manifests of the workspace.
pub(super) fn check(root: &Path) -> Result<Vec<Finding>> {
    Ok(judge(&crate::metadata(root)?))
}

fn judge(metadata: &Value) -> Vec<Finding> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut findings = Vec::new();
    for package in list(&metadata["packages"]) {
        let from = package["name"].as_str().unwrap_or_default().to_owned();
        let manifest = format!("crates/{from}/Cargo.toml");
        let known = ALLOWED.iter().find(|(name, _)| *name == from);
        let Some((_, allowed)) = known else {
            let message =
                format!("crate `{from}` has no place in the layers (xtask, tidy/layers.rs)");
            findings.push(Finding::new(&manifest, 1, message));
            continue;
        };
        for dependency in list(&package["dependencies"]) {
            let to = dependency["name"].as_str().unwrap_or_default();
            if !ALLOWED.iter().any(|(name, _)| *name == to) {
                continue;
            }
            let development = dependency["kind"] == "dev";
            let permitted = allowed.contains(&to) || (development && to == IN_TESTS);
            if !permitted {
                let kind = if development {
                    "dev-dependency"
                } else {
                    "dependency"
                };
                let message = format!("{kind} `{from}` -> `{to}` is no allowed arrow");
                findings.push(Finding::new(&manifest, 1, message));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn findings(from: &str, to: &str, kind: &Value) -> usize {
        judge(&json!({ "packages": [
            { "name": from, "dependencies": [ { "name": to, "kind": kind } ] }
        ] }))
        .len()
    }

    #[test]
    fn arrows_point_down_only() {
        assert_eq!(findings("neuropil-ir", "neuropil-units", &Value::Null), 0);
        assert_eq!(findings("neuropil-units", "neuropil-ir", &Value::Null), 1);
        assert_eq!(findings("neuropil-sim", "neuropil-cpu", &Value::Null), 1);
        assert_eq!(findings("neuropil-cli", "neuropil-sim", &Value::Null), 1);
        assert_eq!(findings("neuropil-sim", "serde", &Value::Null), 0);
        assert_eq!(findings("neuropil-core", "neuropil-ir", &Value::Null), 1);
    }

    #[test]
    fn tests_may_use_the_test_kit_and_nothing_above() {
        assert_eq!(
            findings("neuropil-ir", "neuropil-testkit", &json!("dev")),
            0
        );
        assert_eq!(findings("neuropil-ir", "neuropil-testkit", &Value::Null), 1);
        assert_eq!(findings("neuropil-ir", "neuropil-cpu", &json!("dev")), 1);
        assert_eq!(
            findings("neuropil-testkit", "neuropil-ir", &json!("dev")),
            1
        );
    }

    #[test]
    fn the_allowed_arrows_have_no_cycle() {
        // Every arrow goes to a crate that stands above it in the table, the leaves first.
        for (k, (from, allowed)) in ALLOWED.iter().enumerate() {
            for to in *allowed {
                let place = ALLOWED.iter().position(|(name, _)| name == to);
                assert!(place.is_some_and(|j| j < k), "{from} -> {to}");
            }
        }
    }
}
