//! `fixed_total_number`: a number of pairs, every pair equally likely.
//!
//! How many of them fall to each source is drawn first, by a tree: the number of a group of
//! sources is split between its two halves. The rows then draw their targets alone.

use std::ops::Range;

use neuropil_ir::connect::{Edges, Orientation, Pattern};

use super::connector::{Draws, RowRule, likely};
use super::counts::{binomial, hypergeometric, whole};
use super::error::ConnectProblem;
use super::sides::Sides;

/// The most connections of one projection.
const MOST: u64 = 1 << 40;

/// A number of pairs drawn with replacement.
#[derive(Debug)]
pub(super) struct FixedTotalNumber {
    total: u64,
    /// By place among the chosen sources.
    counts: Vec<u32>,
    draws: Draws,
}

impl FixedTotalNumber {
    pub(super) fn new(total: f64, draws: Draws, sides: &Sides) -> Result<Self, ConnectProblem> {
        let what = "total number of connections";
        let wanted = whole(total, MOST).ok_or(ConnectProblem::Count {
            what,
            value: total,
            most: MOST,
        })?;
        let available = sides.pairs();
        if wanted > 0 && (available == 0 || (sides.no_multapses && wanted > available)) {
            return Err(ConnectProblem::TooFewPairs { wanted, available });
        }
        // Pairs of all sources before a place; the chance of a group is its share of the pairs.
        let mut before = vec![0u64];
        let mut sum = 0;
        for source in sides.sources.iter() {
            sum += u64::from(sides.partners(Orientation::BySource, source).len());
            before.push(sum);
        }
        let mut rule = Self {
            total: wanted,
            counts: vec![0; before.len() - 1],
            draws,
        };
        if wanted > 0 {
            rule.split(&before, sides.no_multapses)?;
        }
        Ok(rule)
    }

    /// Splits the total over the sources.
    fn split(&mut self, before: &[u64], distinct: bool) -> Result<(), ConnectProblem> {
        // (node of the tree as in a heap, places, connections); a stack, so depth costs nothing
        let mut groups = vec![(1u64, 0..self.counts.len(), self.total)];
        while let Some((node, places, count)) = groups.pop() {
            if count == 0 {
                continue;
            }
            if places.len() == 1 {
                self.counts[places.start] =
                    u32::try_from(count).map_err(|_| ConnectProblem::Count {
                        what: "number of connections of one source",
                        value: count as f64,
                        most: u64::from(u32::MAX),
                    })?;
                continue;
            }
            let middle = places.start + places.len() / 2;
            let left_pairs = before[middle] - before[places.start];
            let right_pairs = before[places.end] - before[middle];
            let u = self.draws.node(node).next_f64();
            let left = if distinct {
                hypergeometric(count, left_pairs, right_pairs, u)
            } else {
                binomial(count, left_pairs, right_pairs, u)
            };
            groups.push((2 * node + 1, middle..places.end, count - left));
            groups.push((2 * node, places.start..middle, left));
        }
        Ok(())
    }

    fn count(&self, sides: &Sides, row: u32) -> u32 {
        let place = sides.sources.place(row);
        place
            .and_then(|place| self.counts.get(place as usize))
            .copied()
            .unwrap_or(0)
    }
}

impl RowRule for FixedTotalNumber {
    fn pattern<'a>(&self, _: &'a Sides) -> Pattern<'a> {
        Pattern::Stored("`fixed_total_number` draws its edges for all sources together")
    }

    fn expected(&self, _: &Sides) -> f64 {
        self.total as f64
    }

    fn rows(&self, sides: &Sides, rows: Range<u32>, out: &mut Edges) {
        for row in rows {
            let count = self.count(sides, row);
            if count > 0 {
                let pool = sides.partners(Orientation::BySource, row);
                let mut stream = self.draws.row(row, 0, out.generator);
                if sides.no_multapses {
                    let scratch = &mut out.scratch.sorting[0];
                    pool.draw_distinct(count, &mut stream, scratch, &mut out.others);
                } else {
                    pool.draw(
                        count,
                        &mut stream,
                        &mut out.scratch.sorting,
                        &mut out.others,
                    );
                }
            }
            out.offsets.push(out.others.len());
        }
    }

    fn room(&self, sides: &Sides, rows: Range<u32>, others: Range<u32>) -> Option<u64> {
        let total: u64 = rows.map(|row| u64::from(self.count(sides, row))).sum();
        let share = sides.share(Orientation::BySource, &others);
        Some(total.min(likely(total as f64 * share)))
    }

    fn row_length(&self, sides: &Sides, row: u32) -> Option<u32> {
        Some(self.count(sides, row))
    }
}
