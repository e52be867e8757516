//! The two sides of a projection: who may be connected with whom.

use std::ops::Range;

use neuropil_ir::connect::{Connection, Orientation};

use super::error::ConnectProblem;
use super::pool::Pool;
use crate::ranges::Selection;

/// Who may be connected with whom.
#[derive(Clone, Debug)]
pub(super) struct Sides {
    pub(super) sources: Selection,
    pub(super) targets: Selection,
    /// The sizes of the whole populations.
    pub(super) source_size: u32,
    pub(super) target_size: u32,
    /// Whether no element may be connected with itself.
    pub(super) no_self: bool,
    pub(super) no_multapses: bool,
}

impl Sides {
    pub(super) fn new(
        connection: &Connection,
        source_size: u32,
        target_size: u32,
    ) -> Result<Self, ConnectProblem> {
        let chosen = |ranges, size| {
            let chosen = Selection::new(ranges);
            if chosen.end() > size {
                return Err(ConnectProblem::ElementOutside {
                    element: chosen.end() - 1,
                    size,
                });
            }
            Ok(chosen)
        };
        Ok(Self {
            sources: chosen(&connection.sources, source_size)?,
            targets: chosen(&connection.targets, target_size)?,
            source_size,
            target_size,
            no_self: connection.without_self && connection.recurrent,
            no_multapses: connection.without_multapses,
        })
    }

    /// The elements that have rows.
    pub(super) fn rows(&self, orientation: Orientation) -> &Selection {
        match orientation {
            Orientation::BySource => &self.sources,
            Orientation::ByTarget => &self.targets,
        }
    }

    /// The possible partners of a row's element.
    pub(super) fn partners(&self, orientation: Orientation, row: u32) -> Pool<'_> {
        let others = match orientation {
            Orientation::BySource => &self.targets,
            Orientation::ByTarget => &self.sources,
        };
        Pool::new(others, self.no_self.then_some(row))
    }

    /// The number of rows of a range that have partners.
    pub(super) fn rows_in(&self, orientation: Orientation, rows: &Range<u32>) -> u32 {
        within(self.rows(orientation), rows)
    }

    /// The share of all possible partners that lies in a range, and a little more where elements
    /// are not connected with themselves.
    pub(super) fn share(&self, orientation: Orientation, others: &Range<u32>) -> f64 {
        let partners = match orientation {
            Orientation::BySource => &self.targets,
            Orientation::ByTarget => &self.sources,
        };
        let possible = partners.len() - u32::from(self.no_self && !partners.is_empty());
        (f64::from(within(partners, others)) / f64::from(possible.max(1))).min(1.0)
    }

    /// Whether a pair may be connected.
    pub(super) fn allows(&self, from: u32, to: u32) -> bool {
        !(self.no_self && from == to)
    }

    /// The number of pairs that may be connected.
    pub(super) fn pairs(&self) -> u64 {
        let all = u64::from(self.sources.len()) * u64::from(self.targets.len());
        if !self.no_self {
            return all;
        }
        let both: u64 = self
            .sources
            .ranges()
            .iter()
            .map(|r| u64::from(self.targets.count_below(r.end) - self.targets.count_below(r.start)))
            .sum();
        all - both
    }
}

/// The number of chosen elements in a range.
fn within(chosen: &Selection, range: &Range<u32>) -> u32 {
    chosen.count_below(range.end) - chosen.count_below(range.start.min(range.end))
}
