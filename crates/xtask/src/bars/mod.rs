//! The acceptance checks of an issue, run as commands from outside.
//!
//! A bar is data: a name, what is expected, and a [`Check`]. The lists stand in one file an issue; how a
//! check is made stands in the file of its kind. Each bar prints one line
//!
//! ```text
//! pass     coba: rate  | neuropil run examples/coba.npl … | expected … | found …
//! ```
//!
//! with `pass`, `FAIL`, or `missing` where the text or test it needs does not exist yet.

mod bench;
mod bits;
mod foundation;
mod measures;
mod networks;
mod peers;
mod populations;
mod slow;
mod speed;
mod tests_of_crates;
mod texts;
pub(crate) mod timing;
pub(crate) mod tool;

use anyhow::{Result, bail};
use std::path::Path;
use tool::Tool;

/// One acceptance check.
pub(crate) struct Bar {
    /// What it is about, in a few words.
    pub(crate) name: String,
    /// How it is checked.
    pub(crate) check: Check,
}

/// The kinds of checks.
pub(crate) enum Check {
    /// Tests of a crate.
    Test(tests_of_crates::Test),
    /// Rate and irregularity of a network over seeds, against a reference.
    Statistics(networks::Statistics),
    /// Rate and irregularity of each population over seeds, against a reference.
    Populations(populations::Populations),
    /// Mean rates of populations over seeds, in given ranges.
    Rates(networks::Rates),
    /// The exit code of a command, and words it must say.
    Exit(texts::Exit),
    /// The steps at which every neuron of a population spikes.
    Spikes(texts::Spikes),
    /// A number of the summary.
    Number(texts::Number),
    /// Equal arrays from runs with different options.
    SameBits(bits::SameBits),
    /// Equal arrays from the debug and the release build.
    DebugIsRelease(bits::DebugIsRelease),
    /// CPU time of a run.
    CpuTime(timing::CpuTime),
    /// Wall time of a whole process.
    WallTime(timing::WallTime),
    /// The time of our steps beside those of another simulator.
    Peers(peers::Peers),
    /// A number that the program measures of itself.
    Measured(bench::Measured),
    /// A network on one thread and on two.
    TwoThreads(bench::TwoThreads),
    /// The cortical microcircuit at full size.
    FullMicrocircuit(bench::FullMicrocircuit),
    /// What only one list needs.
    Own(fn(&Tool) -> Result<Vec<Outcome>>),
}

/// What became of a check.
pub(crate) enum Verdict {
    /// It holds.
    Pass,
    /// It does not.
    Fail,
    /// What it needs does not exist yet.
    Missing,
}

/// The line of a bar.
pub(crate) struct Outcome {
    pub(crate) command: String,
    pub(crate) expected: String,
    pub(crate) found: String,
    pub(crate) verdict: Verdict,
}

impl Outcome {
    /// Judges a finding.
    pub(crate) fn judge(command: &str, expected: &str, found: &str, holds: bool) -> Self {
        Self {
            command: command.to_owned(),
            expected: expected.to_owned(),
            found: found.to_owned(),
            verdict: if holds { Verdict::Pass } else { Verdict::Fail },
        }
    }

    /// Says that something needed is absent.
    pub(crate) fn missing(command: &str, expected: &str, what: &str) -> Self {
        Self {
            command: command.to_owned(),
            expected: expected.to_owned(),
            found: format!("no {what}"),
            verdict: Verdict::Missing,
        }
    }
}

/// Runs the bars of a list whose names contain `filter`; true where none fails.
pub(crate) fn run(root: &Path, list: &str, filter: &str) -> Result<bool> {
    let bars = match list {
        "foundation" => foundation::bars(),
        "slow" => slow::bars(),
        "speed" => speed::bars(),
        "measures" => measures::bars(),
        _ => bail!("no list `{list}`; there are foundation, slow, speed, measures"),
    };
    let tool = Tool::build(root)?;
    let (mut passed, mut failed, mut missing) = (0, 0, 0);
    for bar in bars.iter().filter(|bar| bar.name.contains(filter)) {
        let outcomes = bar.check.run(&tool).unwrap_or_else(|error| {
            // The check itself broke: a run failed, or its results cannot be read.
            let found = format!("{error:#}");
            vec![Outcome::judge("", "a result", &found, false)]
        });
        for outcome in outcomes {
            let word = match outcome.verdict {
                Verdict::Pass => "pass   ",
                Verdict::Fail => "FAIL   ",
                Verdict::Missing => "missing",
            };
            match outcome.verdict {
                Verdict::Pass => passed += 1,
                Verdict::Fail => failed += 1,
                Verdict::Missing => missing += 1,
            }
            println!(
                "{word} {} | {} | expected {} | found {}",
                bar.name, outcome.command, outcome.expected, outcome.found
            );
        }
    }
    println!("{list}: {passed} pass, {failed} FAIL, {missing} missing");
    Ok(failed == 0)
}

impl Check {
    fn run(&self, tool: &Tool) -> Result<Vec<Outcome>> {
        match self {
            Self::Test(test) => Ok(vec![test.run(tool)?]),
            Self::Statistics(statistics) => statistics.run(tool),
            Self::Populations(populations) => populations.run(tool),
            Self::Rates(rates) => rates.run(tool),
            Self::Exit(exit) => Ok(vec![exit.run(tool)?]),
            Self::Spikes(spikes) => Ok(vec![spikes.run(tool)?]),
            Self::Number(number) => Ok(vec![number.run(tool)?]),
            Self::SameBits(same) => same.run(tool),
            Self::DebugIsRelease(same) => Ok(vec![same.run(tool)?]),
            Self::CpuTime(time) => Ok(vec![time.run(tool)?]),
            Self::WallTime(time) => Ok(vec![time.run(tool)?]),
            Self::Peers(peers) => Ok(vec![peers.run(tool)?]),
            Self::Measured(measured) => Ok(vec![measured.run(tool)?]),
            Self::TwoThreads(threads) => Ok(vec![threads.run(tool)?]),
            Self::FullMicrocircuit(full) => full.run(tool),
            Self::Own(check) => check(tool),
        }
    }
}
