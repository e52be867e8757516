//! `fixed_probability` with one probability: skips from hit to hit.

use std::ops::Range;

use neuropil_ir::connect::Edges;
use neuropil_ir::draw::Stream;

use super::connector::{Draws, RowRule};
use super::error::ConnectProblem;
use super::sides::Sides;

/// Targets of one sequence of draws; an owner of targets never needs more than its own tiles.
pub(super) const TILE: u32 = 65_536;

/// The most parts of a guide table: 128 KiB.
const MOST_PARTS: usize = 65_536;

/// Every pair independently, with the same probability.
#[derive(Debug)]
pub(super) struct FixedProbability {
    probability: f64,
    skips: Skips,
    draws: Draws,
}

impl FixedProbability {
    pub(super) fn new(probability: f64, draws: Draws) -> Result<Self, ConnectProblem> {
        if !(0.0..=1.0).contains(&probability) {
            return Err(ConnectProblem::Probability { value: probability });
        }
        Ok(Self {
            probability,
            skips: Skips::new(probability),
            draws,
        })
    }

    /// The hits of a row among the targets of a tile.
    fn tile(&self, sides: &Sides, row: u32, tile: u32, out: &mut Vec<u32>) {
        let targets = &sides.targets;
        let first = tile * TILE;
        let end = u64::from(targets.count_below(first.saturating_add(TILE)));
        let mut stream = self.draws.row(row, tile);
        let mut place = u64::from(targets.count_below(first));
        let simple = if let [range] = targets.ranges() {
            Some(range.start)
        } else {
            None
        };
        while place < end {
            let Some(skip) = self.skips.draw(&mut stream) else {
                place += u64::from(self.skips.most());
                continue;
            };
            place += u64::from(skip);
            if place >= end {
                break;
            }
            let target = match simple {
                Some(start) => start + place as u32,
                None => targets.element(place as u32).unwrap_or(0),
            };
            if sides.allows(row, target) {
                out.push(target);
            }
            place += 1;
        }
    }
}

impl RowRule for FixedProbability {
    fn expected(&self, sides: &Sides) -> f64 {
        self.probability * sides.pairs() as f64
    }

    fn rows(&self, sides: &Sides, rows: Range<u32>, out: &mut Edges) {
        let tiles = sides.targets.end().div_ceil(TILE);
        for row in rows {
            if self.probability > 0.0 && sides.sources.contains(row) {
                for tile in 0..tiles {
                    self.tile(sides, row, tile, &mut out.others);
                }
            }
            out.offsets.push(out.others.len());
        }
    }
}

/// The number of failures before a success, drawn by inversion.
///
/// # Equation
/// `P(skip >= k) = q^k` with q = 1 - p, so the skip of a uniform u is the k with
/// `q^(k+1) <= u < q^k`. The powers are made by multiplication alone, to a few units in 1e-12, and
/// looked up through a guide table, so that no logarithm is needed and the bits are the same
/// everywhere. Beyond the last power (probability e^-8, or a whole tile) the failures so far are
/// taken and the draw is repeated: what comes next does not depend on them.
///
/// # Source
/// Guide tables: H. C. Chen, Y. Asau (1974), On generating random variates from an empirical
/// distribution, AIIE Transactions 6:163, doi:10.1080/05695557408974949.
#[derive(Debug)]
struct Skips {
    /// `q^1, q^2, …`
    powers: Vec<f64>,
    /// For each of equal parts of the unit interval: the smallest skip of its numbers.
    guide: Vec<u16>,
}

impl Skips {
    fn new(probability: f64) -> Self {
        let wanted = (8.0 / probability).ceil(); // infinite at 0: never drawn from
        Self::with_length(probability, wanted.clamp(1.0, f64::from(TILE)) as usize)
    }

    /// A table of some length; a shorter one draws more often.
    fn with_length(probability: f64, length: usize) -> Self {
        let failure = 1.0 - probability;
        let powers: Vec<f64> = std::iter::successors(Some(failure), |power| Some(power * failure))
            .take(length)
            .collect();
        // So fine that most parts hold one skip only: no search, and a branch that is foreseen.
        let parts = (16 * length).next_power_of_two().clamp(64, MOST_PARTS);
        let mut skip = 0;
        let mut guide: Vec<u16> = (0..parts)
            .rev()
            .map(|part| {
                let upper = (part + 1) as f64 / parts as f64;
                while powers.get(skip).is_some_and(|&power| power >= upper) {
                    skip += 1;
                }
                skip.min(usize::from(u16::MAX)) as u16
            })
            .collect();
        guide.reverse();
        Self { powers, guide }
    }

    /// The number of failures that stand for "at least so many".
    fn most(&self) -> u32 {
        self.powers.len() as u32
    }

    /// A skip below [`Skips::most`], or `None` for at least so many failures.
    fn draw(&self, stream: &mut Stream) -> Option<u32> {
        let u = stream.next_f64();
        let mut skip = usize::from(self.guide[(u * self.guide.len() as f64) as usize]);
        while *self.powers.get(skip)? > u {
            skip += 1;
        }
        Some(skip as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use neuropil_ir::connect::Rule;
    use neuropil_testkit::stats::{binomial_bounds, chi_square};

    use crate::testing::{connection, plan, slot};

    /// A table that almost always runs out must give the same law as one that almost never does.
    #[test]
    fn running_out_of_the_table_changes_nothing() {
        let (p, targets, rows) = (0.1, 64, 20_000);
        let plan = plan(rows, targets, 1);
        let sides = Sides::new(
            &connection(&plan, Rule::FixedProbability(slot())),
            rows,
            targets,
        )
        .unwrap();
        let mut rule = FixedProbability::new(p, Draws::new(1, "test")).unwrap();
        rule.skips = Skips::with_length(p, 2);
        let mut edges = Edges {
            offsets: vec![0],
            ..Edges::default()
        };
        rule.rows(&sides, 0..rows, &mut edges);
        let (low, high) = binomial_bounds(u64::from(rows * targets), p, 1e-6);
        let count = edges.others.len() as u64;
        assert!(
            (low..=high).contains(&count),
            "{count} outside {low}..={high}"
        );
        let mut by_target = vec![0u64; targets as usize];
        for &target in &edges.others {
            by_target[target as usize] += 1;
        }
        let mean = count as f64 / f64::from(targets);
        chi_square(&by_target, &vec![mean; targets as usize], 0)
            .assert_not_rejected("targets", 1e-6);
    }
}
