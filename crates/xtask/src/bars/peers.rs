//! How many times as fast as another simulator we run.

use super::Outcome;
use super::tool::Tool;
use crate::peers::{Beside, Goal, beside};
use anyhow::Result;

/// A network by us and by a peer, in turns on one core; medians of the time of the steps are compared,
/// wall and CPU, and the lower ratio counts.
pub(crate) struct Peers {
    /// Network, peer and the least ratio; the precision is that of the peer.
    pub(crate) goal: Goal,
    /// How often each runs.
    pub(crate) rounds: u32,
}

impl Peers {
    pub(super) fn run(&self, tool: &Tool) -> Result<Outcome> {
        let Goal {
            network,
            peer,
            at_least,
        } = self.goal;
        let command = format!("cargo xtask peers --only {peer} --networks {network}");
        let expected = format!(
            "{at_least} times {peer} or more, medians of {}",
            self.rounds
        );
        Ok(match beside(tool, &self.goal, self.rounds)? {
            Beside::Absent => {
                let needs = format!("{peer} here: cargo xtask peers --install --only {peer}");
                Outcome::missing(&command, &expected, &needs)
            }
            Beside::Found(ratio, found) => {
                Outcome::judge(&command, &expected, &found, ratio >= at_least)
            }
        })
    }
}
