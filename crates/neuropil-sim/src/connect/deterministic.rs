//! The rules without draws: `one_to_one`, `all_to_all` and `pairs`.

use super::connector::RowRule;
use super::error::ConnectProblem;
use super::sides::Sides;

use neuropil_ir::connect::{Edges, Orientation, Pattern};
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

impl OneToOne {
    fn target(sides: &Sides, row: u32) -> Option<u32> {
        let target = sides.targets.element(sides.sources.place(row)?);
        target.filter(|&target| sides.allows(row, target))
    }
}

impl RowRule for OneToOne {
    fn pattern<'a>(&self, sides: &'a Sides) -> Pattern<'a> {
        let whole =
            sides.sources.len() == sides.source_size && sides.targets.len() == sides.target_size;
        if whole && !sides.no_self {
            Pattern::Diagonal
        } else {
            Pattern::ByRow
        }
    }

    fn expected(&self, sides: &Sides) -> f64 {
        if !sides.no_self {
            return f64::from(sides.sources.len());
        }
        let pairs = sides.sources.iter().zip(sides.targets.iter());
        pairs.filter(|&(from, to)| from != to).count() as f64
    }

    fn rows(&self, sides: &Sides, rows: Range<u32>, out: &mut Edges) {
        for row in rows {
            out.others.extend(Self::target(sides, row));
            out.offsets.push(out.others.len());
        }
    }

    fn room(&self, sides: &Sides, rows: Range<u32>, others: Range<u32>) -> Option<u64> {
        let targets = rows.filter_map(|row| Self::target(sides, row));
        Some(targets.filter(|target| others.contains(target)).count() as u64)
    }
}

/// Every source to every target.
#[derive(Debug)]
pub(super) struct AllToAll;

impl RowRule for AllToAll {
    fn pattern<'a>(&self, sides: &'a Sides) -> Pattern<'a> {
        Pattern::AllPairs {
            sources: sides.sources.ranges(),
            targets: sides.targets.ranges(),
            without_self: sides.no_self,
        }
    }

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

    fn room(&self, sides: &Sides, rows: Range<u32>, others: Range<u32>) -> Option<u64> {
        let rows = sides.rows_in(Orientation::BySource, &rows);
        let targets =
            sides.targets.count_below(others.end) - sides.targets.count_below(others.start);
        Some(u64::from(rows) * u64::from(targets))
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
    fn pattern<'a>(&self, _: &'a Sides) -> Pattern<'a> {
        Pattern::Stored("its pairs are listed, and the list is stored already")
    }

    fn expected(&self, _: &Sides) -> f64 {
        self.pairs.len() as f64
    }

    fn rows(&self, _: &Sides, rows: Range<u32>, out: &mut Edges) {
        for row in rows {
            out.others.extend(self.row(row).iter().map(|&(_, to)| to));
            out.offsets.push(out.others.len());
        }
    }

    fn room(&self, _: &Sides, rows: Range<u32>, others: Range<u32>) -> Option<u64> {
        let start = self.pairs.partition_point(|&(from, _)| from < rows.start);
        let end = self.pairs.partition_point(|&(from, _)| from < rows.end);
        let pairs = self.pairs.get(start..end).unwrap_or_default();
        Some(pairs.iter().filter(|(_, to)| others.contains(to)).count() as u64)
    }

    fn row_length(&self, _: &Sides, row: u32) -> Option<u32> {
        Some(self.row(row).len() as u32)
    }
}
