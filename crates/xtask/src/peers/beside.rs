//! One network by us and by one peer, in turns: what a bar needs.

use super::compare::{Comparison, comparisons};
use super::environments::Environments;
use super::lines::Record;
use super::machine::OneCore;
use super::measure::{Measure, Who};
use super::table::{self, Goal};
use crate::bars::tool::Tool;
use anyhow::{Context, Result};

/// What a comparison gave.
pub(crate) enum Beside {
    /// The peer is not installed.
    Absent,
    /// The ratio that counts, and the finding in words.
    Found(f64, String),
}

/// Runs the network of a goal in turns and compares medians.
///
/// # Errors
/// If a run fails.
pub(crate) fn beside(tool: &Tool, goal: &Goal, rounds: u32) -> Result<Beside> {
    let network = table::network(goal.network).context("no such network")?;
    let peer = table::peer(goal.peer).context("no such peer")?;
    let environments = Environments::of(tool);
    if !environments.ready(peer) {
        return Ok(Beside::Absent);
    }
    let measure = Measure {
        tool,
        environments: &environments,
        quick: false,
    };
    let ours = Who::Ours {
        precision: peer.precision,
        beside: false,
    };
    let _bound = OneCore::bind();
    let mut record = Record::default();
    for repeat in 1..=rounds {
        for who in [ours, Who::Peer(peer)] {
            record.runs.push(measure.run(who, network, repeat)?.1);
        }
    }
    let rows = comparisons(&record);
    let row: &Comparison = rows.first().context("nothing to compare")?;
    let found = format!(
        "{:.2} times ({:.2} to {:.2}; by CPU time {:.2}): ours {:.3} s, {} {:.3} s, {}",
        row.ratio,
        row.rounds.least,
        row.rounds.most,
        row.cpu_ratio,
        row.ours.median,
        peer.label,
        row.theirs.median,
        peer.precision
    );
    Ok(Beside::Found(row.judged(), found))
}
