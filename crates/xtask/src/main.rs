//! Automation of the Neuropil workspace, started as `cargo xtask COMMAND`.
//!
//! | command | does |
//! |---|---|
//! | `tidy` | checks what no compiler checks: layers, unsafe notes, file lengths, dead paths and links |
//! | `bars NAME` | runs the acceptance checks of an issue, one line each |
//! | `peers` | measures other simulators beside Neuropil and writes `docs/benchmarks.md` |
//! | `slow` | runs the slow set: long fuzzing, debug against release |
//! | `ci` | runs what continuous integration runs |
//!
//! The exit code is 0 where everything holds, 1 where something fails and 2 for a wrong command.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for the terminal"
)]

mod bars;
mod peers;
mod series;
mod spiking;
mod tidy;

use anyhow::Context;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

const USAGE: &str = "usage: cargo xtask tidy | bars NAME [FILTER] | slow [FILTER] | ci
       cargo xtask peers [--only brian2,nest,…] [--networks coba,…] [--repeats 5] [--quick] [--install] [--page]";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["tidy"] => tidy::run(&root()),
        ["bars", name] => bars::run(&root(), name, ""),
        ["bars", name, filter] => bars::run(&root(), name, filter),
        ["peers", options @ ..] => peers::run(&root(), options),
        ["slow"] => bars::run(&root(), "slow", ""),
        ["slow", filter] => bars::run(&root(), "slow", filter),
        ["ci"] => ci(&root()),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The root of the workspace.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}

/// A cargo command in the workspace.
fn cargo(root: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    command
}

/// What cargo says of our crates and folders.
fn metadata(root: &Path) -> anyhow::Result<Value> {
    let mut command = cargo(root);
    command.args(["metadata", "--no-deps", "--offline", "--format-version=1"]);
    let output = command.output().context("cargo metadata")?;
    anyhow::ensure!(
        output.status.success(),
        "cargo metadata: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// Runs the script that continuous integration runs, so that there is one list of its parts.
fn ci(root: &Path) -> anyhow::Result<bool> {
    let status = Command::new("bash")
        .arg(".ci/run")
        .current_dir(root)
        .status()?;
    Ok(status.success())
}
