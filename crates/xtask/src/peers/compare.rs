//! Peers beside us: ratios of medians, and the ratio that a goal is held against.

use super::lines::{Record, Run};
use super::table::{GOALS, NETWORKS, Network, PEERS, Peer};
use crate::series::Series;

/// A peer beside us on one network.
#[derive(Debug)]
pub(crate) struct Comparison {
    pub(crate) network: &'static Network,
    pub(crate) peer: &'static Peer,
    /// Wall times of our steps; unit s.
    pub(crate) ours: Series,
    /// Wall times of its steps; unit s.
    pub(crate) theirs: Series,
    /// The ratio of the medians of wall time.
    pub(crate) ratio: f64,
    /// The ratios of the rounds, each of neighbours in time.
    pub(crate) rounds: Series,
    /// The ratio of the medians of CPU time; NaN where our clock is too coarse for it.
    pub(crate) cpu_ratio: f64,
    /// The ratio of the medians of everything before the steps.
    pub(crate) before_ratio: f64,
    /// The least ratio that is meant, where one is.
    pub(crate) goal: Option<f64>,
}

/// Our CPU time has ticks of 10 ms in both of its ends: below ten of them it says too little. Unit s.
const LEAST_CPU: f64 = 0.1;

impl Comparison {
    /// The ratio that counts: the lower one of wall and CPU time.
    ///
    /// On a busy machine wall times favour whoever is done before being interrupted.
    pub(crate) fn judged(&self) -> f64 {
        self.ratio.min(self.cpu_ratio)
    }
}

/// Compares every peer with us on every network where both ran, lowest ratio first.
pub(crate) fn comparisons(record: &Record) -> Vec<Comparison> {
    let mut all = Vec::new();
    for network in &NETWORKS {
        for peer in PEERS
            .iter()
            .filter(|peer| network.peers.contains(&peer.name))
        {
            let of = |who: &str| -> Vec<&Run> {
                let here = |run: &&Run| {
                    run.network == network.name && run.who == who && run.precision == peer.precision
                };
                record.runs.iter().filter(here).collect()
            };
            let (ours, theirs) = (of("neuropil"), of(peer.name));
            if !ours.is_empty() && !theirs.is_empty() {
                all.push(compare(network, peer, &ours, &theirs));
            }
        }
    }
    all.sort_by(|a, b| a.judged().total_cmp(&b.judged()));
    all
}

fn compare(
    network: &'static Network,
    peer: &'static Peer,
    ours: &[&Run],
    theirs: &[&Run],
) -> Comparison {
    let ratio =
        |quantity: fn(&Run) -> f64| series(theirs, quantity).median / series(ours, quantity).median;
    let rounds = theirs.iter().filter_map(|their| {
        let our = ours.iter().find(|our| our.repeat == their.repeat)?;
        Some(their.steps_s / our.steps_s)
    });
    let goal = GOALS
        .iter()
        .find(|goal| goal.network == network.name && goal.peer == peer.name);
    Comparison {
        network,
        peer,
        ours: series(ours, |run| run.steps_s),
        theirs: series(theirs, |run| run.steps_s),
        ratio: ratio(|run| run.steps_s),
        rounds: Series::of(rounds.collect()),
        cpu_ratio: if series(ours, |run| run.steps_cpu_s).median < LEAST_CPU {
            f64::NAN
        } else {
            ratio(|run| run.steps_cpu_s)
        },
        before_ratio: ratio(|run| run.build_s + run.compile_s),
        goal: goal.map(|goal| goal.at_least),
    }
}

/// One quantity of some runs.
pub(crate) fn series(runs: &[&Run], quantity: fn(&Run) -> f64) -> Series {
    Series::of(runs.iter().map(|run| quantity(run)).collect())
}
