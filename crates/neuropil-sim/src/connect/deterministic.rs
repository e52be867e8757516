//! The rules without draws: `one_to_one`, `all_to_all` and `pairs`.

use super::connector::RowRule;
use super::error::ConnectProblem;
use super::sides::Sides;

use neuropil_ir::connect::{Edges, Orientation};
use std::ops::Range;

/// The n-th chosen source to the n-th chosen target.
#[derive(Debug)]
pub(super) struct OneToOne;

impl OneToOne {
    pub(super) fn new(sides: &Sides) -> Result<Self, ConnectProblem> {
        let (sources, targets) = (sides.sources.len(), sides.targets.len());
        if sources != targets {
            return Err(ConnectProblem::SizesDiffer { sources, targets });
        }
        Ok(Self)
    }
}

impl RowRule for OneToOne {
    fn expected(&self, sides: &Sides) -> f64 {
        if !sides.no_self {
            return f64::from(sides.sources.len());
        }
        let pairs = sides.sources.iter().zip(sides.targets.iter());
        pairs.filter(|&(from, to)| from != to).count() as f64
    }

    fn rows(&self, sides: &Sides, rows: Range<u32>, out: &mut Edges) {
        for row in rows {
            let target = sides
                .sources
                .place(row)
                .and_then(|place| sides.targets.element(place));
            out.others
                .extend(target.filter(|&target| sides.allows(row, target)));
            out.offsets.push(out.others.len());
        }
    }
}

/// Every source to every target.
#[derive(Debug)]
pub(super) struct AllToAll;

impl RowRule for AllToAll {
    fn expected(&self, sides: &Sides) -> f64 {
        sides.pairs() as f64
    }

    fn rows(&self, sides: &Sides, rows: Range<u32>, out: &mut Edges) {
        for row in rows {
            if sides.sources.contains(row) {
                sides
                    .partners(Orientation::BySource, row)
                    .all(&mut out.others);
            }
            out.offsets.push(out.others.len());
        }
    }

    fn row_length(&self, sides: &Sides, row: u32) -> Option<u32> {
        let chosen = sides.sources.contains(row);
        Some(if chosen {
            sides.partners(Orientation::BySource, row).len()
        } else {
            0
        })
    }
}

/// Listed pairs.
#[derive(Debug)]
pub(super) struct Pairs {
    /// Ascending.
    pairs: Vec<(u32, u32)>,
}

impl Pairs {
    pub(super) fn new(listed: &[(u32, u32)], sides: &Sides) -> Result<Self, ConnectProblem> {
        let mut pairs = listed.to_vec();
        for &(from, to) in &pairs {
            if !sides.sources.contains(from) || !sides.targets.contains(to) {
                return Err(ConnectProblem::PairOutside { from, to });
            }
        }
        pairs.sort_unstable();
        pairs.retain(|&(from, to)| sides.allows(from, to));
        if sides.no_multapses {
            pairs.dedup();
        }
        Ok(Self { pairs })
    }

    fn row(&self, row: u32) -> &[(u32, u32)] {
        let start = self.pairs.partition_point(|&(from, _)| from < row);
        let length = self.pairs[start..].partition_point(|&(from, _)| from == row);
        &self.pairs[start..start + length]
    }
}

impl RowRule for Pairs {
    fn expected(&self, _: &Sides) -> f64 {
        self.pairs.len() as f64
    }

    fn rows(&self, _: &Sides, rows: Range<u32>, out: &mut Edges) {
        for row in rows {
            out.others.extend(self.row(row).iter().map(|&(_, to)| to));
            out.offsets.push(out.others.len());
        }
    }

    fn row_length(&self, _: &Sides, row: u32) -> Option<u32> {
        Some(self.row(row).len() as u32)
    }
}
