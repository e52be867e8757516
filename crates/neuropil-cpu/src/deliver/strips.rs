//! Rows that several threads write, each those of some neighbouring sources.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use super::format::Format;
use super::rows::Rows;

/// The rows of some sources.
pub(super) struct Strip<'a, F: Format> {
    pub(super) sources: Range<usize>,
    pub(super) cells: &'a mut [F::Cell],
    pub(super) beside: &'a mut [F::Beside],
    /// The number of pieces of each row, to be written.
    pub(super) counts: &'a mut [u32],
    /// The pieces, to be written.
    pub(super) list: Vec<[u8; 2]>,
}

/// Cuts the rows of some sources, which are all that the columns hold, into strips of about so many
/// edges.
pub(super) fn strips<'a, F: Format>(
    rows: &Rows,
    sources: Range<usize>,
    edges: usize,
    (mut cells, mut beside): (&'a mut [F::Cell], &'a mut [F::Beside]),
    mut counts: &'a mut [u32],
) -> Vec<Mutex<Strip<'a, F>>> {
    let mut bounds = vec![sources.end];
    let mut end = sources.end;
    while end > sources.start {
        end = rows.first_within(end, edges).max(sources.start);
        bounds.push(end);
    }
    let mut strips = Vec::with_capacity(bounds.len());
    for bounds in bounds.windows(2).rev() {
        let sources = bounds[1]..bounds[0];
        let edges = rows.start(sources.end) - rows.start(sources.start);
        strips.push(Mutex::new(Strip {
            cells: cells.split_off_mut(..edges).unwrap_or_default(),
            // Columns that are kept empty give nothing.
            beside: beside
                .split_off_mut(..edges.min(beside.len()))
                .unwrap_or_default(),
            counts: counts.split_off_mut(..sources.len()).unwrap_or_default(),
            sources,
            list: Vec::new(),
        }));
    }
    strips
}

/// The pieces of all strips, one behind another.
pub(super) fn pieces_of<F: Format>(
    strips: Vec<Mutex<Strip<'_, F>>>,
) -> impl Iterator<Item = Vec<[u8; 2]>> {
    let strips = strips.into_iter();
    strips.map(|strip| {
        let strip = strip.into_inner().unwrap_or_else(PoisonError::into_inner);
        strip.list
    })
}
