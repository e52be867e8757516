//! The program under test: built once, started as a user starts it.

use anyhow::{Context, Result, bail, ensure};
use neuropil_testkit::spikes::Raster;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};

/// The built program and a folder for its results.
pub(crate) struct Tool {
    /// The root of the workspace; every command runs there.
    pub(crate) root: PathBuf,
    target: PathBuf,
    given: Option<PathBuf>,
    scratch: PathBuf,
    runs: AtomicU32,
}

/// What a finished command left.
pub(crate) struct Finished {
    /// The exit code; -1 after a signal.
    pub(crate) code: i32,
    /// Everything it printed.
    pub(crate) text: String,
}

impl Tool {
    /// Builds the release program, or takes the one that `NEUROPIL_BIN` names, to judge another build.
    pub(crate) fn build(root: &Path) -> Result<Self> {
        let metadata = crate::metadata(root)?;
        let target = metadata["target_directory"].as_str();
        let target = PathBuf::from(target.context("no target directory")?);
        let tool = Self {
            root: root.to_path_buf(),
            scratch: target.join("bars").join(std::process::id().to_string()),
            target,
            given: std::env::var_os("NEUROPIL_BIN").map(PathBuf::from),
            runs: AtomicU32::new(0),
        };
        if tool.given.is_none() {
            tool.build_profile("release")?;
        }
        Ok(tool)
    }

    /// Builds the program in a profile and returns its path.
    pub(crate) fn build_profile(&self, profile: &str) -> Result<PathBuf> {
        let status = crate::cargo(&self.root)
            .args([
                "build",
                "--quiet",
                "--package",
                "neuropil-cli",
                "--profile",
                profile,
            ])
            .status()?;
        ensure!(status.success(), "neuropil-cli does not build");
        let folder = if profile == "dev" { "debug" } else { profile };
        Ok(self.target.join(folder).join("neuropil"))
    }

    /// The release program.
    pub(crate) fn program(&self) -> PathBuf {
        let built = || self.target.join("release").join("neuropil");
        self.given.clone().unwrap_or_else(built)
    }

    /// The folder of cargo's outputs.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// Tells whether a file of the repository exists.
    pub(crate) fn has(&self, file: &str) -> bool {
        self.root.join(file).exists()
    }

    /// Returns a new path for results; nothing is there yet.
    pub(crate) fn fresh(&self) -> Result<PathBuf> {
        let run = self.runs.fetch_add(1, Ordering::Relaxed) + 1;
        std::fs::create_dir_all(&self.scratch)?;
        Ok(self.scratch.join(run.to_string()))
    }

    /// Returns the path of a file that is kept for people to look at, beside what is built.
    pub(crate) fn keep(&self, name: &str) -> Result<PathBuf> {
        let folder = self.target.join("bars");
        std::fs::create_dir_all(&folder)?;
        Ok(folder.join(name))
    }

    /// Runs the release program.
    pub(crate) fn run(&self, arguments: &[&str]) -> Result<Finished> {
        self.run_program(&self.program(), arguments)
    }

    fn run_program(&self, program: &Path, arguments: &[&str]) -> Result<Finished> {
        let output = Command::new(program)
            .args(arguments)
            .current_dir(&self.root)
            .output()
            .with_context(|| program.display().to_string())?;
        Ok(finished(&output))
    }

    /// Simulates a text without pictures and returns its result folder.
    pub(crate) fn simulate(&self, text: &str, options: &[&str]) -> Result<Results> {
        self.simulate_with(&self.program(), text, options)
    }

    /// Simulates a text by a given build of the program.
    pub(crate) fn simulate_with(
        &self,
        program: &Path,
        text: &str,
        options: &[&str],
    ) -> Result<Results> {
        let folder = self.fresh()?;
        let out = folder.display().to_string();
        let mut arguments = vec!["run", text];
        arguments.extend(options);
        let command = show(&arguments);
        arguments.extend(["--no-plots", "--json", "--out", &out]);
        let finished = self.run_program(program, &arguments)?;
        // 3 is also the code of an `expect` that fails; whether one did is a check of its own.
        if !matches!(finished.code, 0 | 3) || !folder.is_dir() {
            let said: Vec<&str> = finished.text.lines().rev().take(3).collect();
            bail!(
                "{command}: exit code {}: {}",
                finished.code,
                said.join(" / ")
            );
        }
        Ok(Results { folder, command })
    }
}

impl Drop for Tool {
    fn drop(&mut self) {
        // Left-over results are a nuisance, not an error.
        let _ = std::fs::remove_dir_all(&self.scratch);
    }
}

/// Gathers what a command left.
pub(crate) fn finished(output: &Output) -> Finished {
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.push_str(&String::from_utf8_lossy(&output.stderr));
    Finished {
        code: output.status.code().unwrap_or(-1),
        text,
    }
}

/// Writes a command as it is typed.
pub(crate) fn show(arguments: &[&str]) -> String {
    let mut text = String::from("neuropil");
    for argument in arguments {
        text.push(' ');
        if argument.contains(' ') {
            text.push('"');
            text.push_str(argument);
            text.push('"');
        } else {
            text.push_str(argument);
        }
    }
    text
}

/// A result folder; removed when dropped.
pub(crate) struct Results {
    folder: PathBuf,
    /// The command that made it.
    pub(crate) command: String,
}

impl Drop for Results {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Results {
    /// Reads the summary; `run` names the folder of one of several runs, or is empty.
    pub(crate) fn summary(&self, run: &str) -> Result<Value> {
        let file = self.folder.join(run).join("summary.json");
        let text = std::fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        Ok(serde_json::from_str(&text)?)
    }

    /// The path of the folder.
    pub(crate) fn folder(&self) -> String {
        self.folder.display().to_string()
    }

    /// Returns the name of the only population.
    pub(crate) fn only_population(&self, run: &str) -> Result<String> {
        let summary = self.summary(run)?;
        let populations = summary["populations"].as_object();
        let names: Vec<&String> = populations
            .into_iter()
            .flatten()
            .map(|(name, _)| name)
            .collect();
        match names.as_slice() {
            [only] => Ok((*only).clone()),
            _ => bail!("{} populations where one is expected", names.len()),
        }
    }

    /// Reads the spikes of a population.
    pub(crate) fn raster(&self, run: &str, population: &str) -> Result<Raster> {
        let summary = self.summary(run)?;
        let size = summary["populations"][population]["size"].as_u64();
        let size = size.with_context(|| format!("no population `{population}` in the summary"))?;
        let file = self
            .folder
            .join(run)
            .join(format!("{population}.spike.npy"));
        Ok(Raster::read(file, size as usize)?)
    }

    /// Reads every array of the folder, by its path in it.
    pub(crate) fn arrays(&self) -> Result<BTreeMap<String, Vec<u8>>> {
        let mut arrays = BTreeMap::new();
        gather(&self.folder, "", &mut arrays)?;
        Ok(arrays)
    }
}

fn gather(folder: &Path, prefix: &str, arrays: &mut BTreeMap<String, Vec<u8>>) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            gather(&path, &format!("{name}/"), arrays)?;
        } else if path.extension().is_some_and(|end| end == "npy") {
            arrays.insert(name, std::fs::read(path)?);
        }
    }
    Ok(())
}
