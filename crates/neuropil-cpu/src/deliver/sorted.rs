//! The edges of a projection onto one owner, sorted by delay, before they are joined with others.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use neuropil_ir::backend::BackendError;

use super::build::{lock, share};
use super::format::Format;
use super::pieces::{Pieces, Sorter, Writer};
use super::rows::Rows;
use super::strips::{Strip, pieces_of, strips};
use super::tile::{Columns, add_loads};
use crate::memory::Block;
use crate::pool::Pool;

/// The most strips that rows are sorted in, and the fewest edges of one, about; few in tests, so that there
/// are several.
const MOST_STRIPS: usize = 32;
const STRIP: usize = if cfg!(test) { 1 << 10 } else { 1 << 16 };

/// Rows by source, inside a row by delay and target.
#[derive(Debug)]
pub(crate) struct Sorted<F: Format> {
    pub(super) rows: Rows,
    pub(super) cells: Block<F::Cell>,
    pub(super) beside: Block<F::Beside>,
    pub(super) pieces: Pieces,
    pub(super) load: Load,
    /// The places of all targets lie below.
    pub(super) width: usize,
}

/// What the edges of a projection may add to a sum.
#[derive(Clone, Copy, Debug)]
pub(super) struct Load {
    /// The largest sum of magnitudes that one event of every edge gives a target.
    heaviest: f64,
    /// The largest sum of magnitudes that is exact, with what other projections add.
    limit: f64,
}

impl Load {
    /// Whether a sum may be wrong if every edge adds a number of events to it at once.
    pub(super) fn overflows(self, times: u32) -> bool {
        f64::from(times) * self.heaviest > self.limit
    }
}

impl<F: Format> Sorted<F> {
    /// Sorts the rows onto `width` targets by delay and takes the delays away. Sums of what is stored are
    /// exact up to `limit`.
    ///
    /// `None` if a target lies outside, which a connectivity never gives, or memory is refused.
    pub(super) fn new(
        width: usize,
        rows: Rows,
        mut columns: Columns<F>,
        limit: f64,
        pool: &mut Pool,
    ) -> Result<Option<Self>, BackendError> {
        let (sources, edges) = (rows.sources(), columns.cells.len());
        let Some(mut counts) = Block::<u32>::zeroed(sources + 1) else {
            return Ok(None);
        };
        if rows.start(sources) != edges {
            return Ok(None);
        }
        let each = (edges / MOST_STRIPS).max(STRIP);
        let (cells, beside) = (&mut columns.cells[..], &mut columns.beside[..]);
        let strips = strips::<F>(
            &rows,
            0..sources,
            each,
            (cells, beside),
            &mut counts[..sources],
        );
        let delays = &columns.delays;
        let loads = Mutex::new(vec![0.0; width]);
        let outside = AtomicBool::new(false);
        share(pool, strips.len(), &|at| {
            match sort_strip(&mut lock(&strips[at]), &rows, delays, width) {
                Some(own) => {
                    for (load, own) in lock(&loads).iter_mut().zip(own) {
                        *load += own;
                    }
                }
                None => outside.store(true, Ordering::Relaxed),
            }
            None
        })?;
        let lists: Vec<_> = pieces_of(strips).collect();
        let Columns { cells, beside, .. } = columns;
        let Some(pieces) = Pieces::of_rows(counts, lists.concat()) else {
            return Ok(None);
        };
        if outside.into_inner() {
            return Ok(None);
        }
        let loads = loads.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(Some(Self {
            load: Load {
                heaviest: loads.into_iter().fold(0.0, f64::max),
                limit,
            },
            rows,
            cells,
            beside,
            pieces,
            width,
        }))
    }

    /// Keeps the rows of the first sources and gives the memory of the others back.
    pub(super) fn truncate(&mut self, sources: usize) {
        let edges = self.rows.start(sources);
        self.cells.truncate(edges);
        if F::BESIDE {
            self.beside.truncate(edges);
        }
    }

    /// Number of edges, of all sources.
    pub(super) fn edges(&self) -> u64 {
        self.rows.start(self.rows.sources()) as u64
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> u64 {
        self.cells.bytes()
            + self.beside.bytes()
            + self.pieces.bytes()
            + Rows::bytes_for(self.rows.sources() as u64)
    }
}

/// Sorts the rows of some sources; gives the sum of magnitudes that one event of every edge gives each
/// target, or `None` where a target lies outside.
fn sort_strip<F: Format>(
    strip: &mut Strip<'_, F>,
    rows: &Rows,
    delays: &[u16],
    width: usize,
) -> Option<Vec<f64>> {
    let mut loads = vec![0.0; width];
    let mut sorter = Sorter::<F>::default();
    let begin = rows.start(strip.sources.start);
    for (source, count) in strip.sources.clone().zip(&mut *strip.counts) {
        let row = rows.row(source as u32);
        if row.is_empty() {
            continue;
        }
        let own = row.start - begin..row.end - begin;
        let cells = &mut strip.cells[own.clone()];
        let beside = if F::BESIDE {
            &mut strip.beside[own]
        } else {
            &mut []
        };
        // While the row is in the cache.
        if !add_loads::<F>(cells, beside, &mut loads) {
            return None;
        }
        let before = strip.list.len();
        let pieces = &mut Writer::new(&mut strip.list);
        sorter.sort(&delays[row], cells, beside, pieces);
        *count = (strip.list.len() - before) as u32;
    }
    Some(loads)
}

#[cfg(test)]
mod tests {
    use super::super::format::Wide;
    use super::*;
    use neuropil_ir::draw::Stream;

    /// Dense and sparse delays, short, long and empty rows, against a stable sort.
    #[test]
    fn rows_are_sorted_by_delay_and_keep_the_order_of_targets() {
        type F = Wide<u16>;
        let mut stream = Stream::new(4, 1, 0);
        for most in [1, 7, 60, 65_535] {
            let lengths = [3, 0, 500, 1, 90_000, 40];
            let edges: usize = lengths.iter().map(|&n| n as usize).sum();
            let mut columns = Columns::<F>::new(edges, true).unwrap();
            for edge in 0..edges {
                let (cell, beside) = F::encode(edge % 999, edge as f64);
                (columns.cells[edge], columns.beside[edge]) = (cell, beside);
                columns.delays[edge] = 1 + stream.below(most) as u16;
            }
            let rows = Rows::new(&lengths).unwrap();
            let mut expected = Vec::new();
            for source in 0..lengths.len() {
                let mut row: Vec<_> = (rows.start(source)..rows.start(source + 1))
                    .map(|edge| {
                        let (cell, beside) = (columns.cells[edge], columns.beside[edge]);
                        (usize::from(columns.delays[edge]), cell, beside)
                    })
                    .collect();
                row.sort_by_key(|edge| edge.0);
                expected.push(row);
            }
            let sorted = Sorted::new(999, rows, columns, 1e9, &mut Pool::new(2));
            let sorted = sorted.unwrap().unwrap();
            for (source, expected) in expected.iter().enumerate() {
                let mut edge = sorted.rows.start(source);
                let mut found = Vec::new();
                for piece in sorted.pieces.of(source as u32) {
                    for _ in 0..piece.length {
                        found.push((piece.delay, sorted.cells[edge], sorted.beside[edge]));
                        edge += 1;
                    }
                }
                assert!(found == *expected, "row {source} of delays up to {most}");
            }
        }
    }
}
