//! Rows by source on their way into the columns of tiles.

use std::ops::Range;

use neuropil_ir::connect::{EdgeValue, Edges};

use super::super::format::Format;
use super::super::generator;
use super::super::tile::Columns;
use super::{Site, Survey};

/// The part of a tile's columns that one job fills, from its start on.
pub(super) struct Span<'a, F: Format> {
    cells: &'a mut [F::Cell],
    beside: &'a mut [F::Beside],
    delays: &'a mut [u16],
    filled: usize,
}

/// What came of storing rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stored {
    Whole,
    /// A span is too short.
    Overfull,
    /// The rows cannot be.
    Broken,
}

/// Cuts the columns of a tile into spans of given lengths.
pub(super) fn spans<F: Format>(
    columns: &mut Columns<F>,
    lengths: impl Iterator<Item = usize>,
) -> impl Iterator<Item = Span<'_, F>> {
    let mut cells = &mut columns.cells[..];
    let mut beside = &mut columns.beside[..];
    let mut delays = &mut columns.delays[..];
    // Columns that are kept empty give nothing.
    lengths.map(move |length| Span {
        cells: cells
            .split_off_mut(..length.min(cells.len()))
            .unwrap_or_default(),
        beside: beside
            .split_off_mut(..length.min(beside.len()))
            .unwrap_or_default(),
        delays: delays
            .split_off_mut(..length.min(delays.len()))
            .unwrap_or_default(),
        filled: 0,
    })
}

impl<F: Format> Span<'_, F> {
    pub(super) fn filled(&self) -> usize {
        self.filled
    }

    pub(super) fn is_full(&self) -> bool {
        self.filled == self.cells.len()
    }

    /// Appends entries of a block of rows, which belong to the tile of some targets.
    fn append(
        &mut self,
        site: &Site<'_>,
        edges: &Edges,
        entries: Range<usize>,
        targets: &Range<u32>,
        unit: f64,
    ) -> Stored {
        let places = self.filled..self.filled + entries.len();
        let Some(cells) = self.cells.get_mut(places.clone()) else {
            return Stored::Overfull;
        };
        self.filled = places.end;
        let others = &edges.others[entries.clone()];
        let width = targets.len() as u32;
        let mut outside = false;
        let place = |target: u32| target.wrapping_sub(targets.start);
        let rounded = |weight: f64| site.rounded(weight, unit);
        match site.weight {
            EdgeValue::Own if F::WEIGHTED => {
                let weights = &edges.weights[entries.clone()];
                for ((cell, &target), &weight) in cells.iter_mut().zip(others).zip(weights) {
                    outside |= place(target) >= width;
                    *cell = F::encode(place(target) as usize, rounded(weight)).0;
                }
                if F::BESIDE {
                    let beside = &mut self.beside[places.clone()];
                    for (beside, &weight) in beside.iter_mut().zip(weights) {
                        *beside = F::encode(0, rounded(weight)).1;
                    }
                }
            }
            EdgeValue::Own | EdgeValue::Shared(_) => {
                let weight = match site.weight {
                    EdgeValue::Shared(weight) if F::WEIGHTED => rounded(weight),
                    _ => 1.0,
                };
                for (cell, &target) in cells.iter_mut().zip(others) {
                    outside |= place(target) >= width;
                    *cell = F::encode(place(target) as usize, weight).0;
                }
                if F::BESIDE {
                    self.beside[places.clone()].fill(F::encode(0, weight).1);
                }
            }
        }
        if site.own_delays {
            let delays = &mut self.delays[places];
            match site.delay {
                EdgeValue::Shared(delay) => delays.fill(delay as u16),
                EdgeValue::Own => {
                    for (stored, &delay) in delays.iter_mut().zip(&edges.delays[entries]) {
                        *stored = delay as u16;
                    }
                }
            }
        }
        if outside {
            Stored::Broken
        } else {
            Stored::Whole
        }
    }
}

/// Stores a run of rows, which begins with a row: for each tile into its span, with the lengths of
/// the rows in that tile where they are wanted.
pub(super) fn store<F: Format>(
    site: &Site<'_>,
    edges: &Edges,
    unit: f64,
    spans: &mut [Span<'_, F>],
    mut lengths: Option<&mut [&mut [u32]]>,
    first_row: usize,
) -> Stored {
    let rows = edges.offsets.len() - 1;
    if let [span] = spans {
        if let Some([lengths]) = &mut lengths {
            let ends = edges.offsets.windows(2);
            for (length, ends) in lengths[first_row..first_row + rows].iter_mut().zip(ends) {
                *length = (ends[1] - ends[0]) as u32;
            }
        }
        return span.append(site, edges, 0..edges.others.len(), &site.tiles[0].0, unit);
    }
    for (row, ends) in edges.offsets.windows(2).enumerate() {
        let mut start = ends[0];
        let pieces = site.pieces(&edges.others[ends[0]..ends[1]]);
        for (tile, (span, piece)) in spans.iter_mut().zip(pieces).enumerate() {
            let entries = start..start + piece.len();
            start = entries.end;
            if let Some(lengths) = &mut lengths {
                lengths[tile][first_row + row] = piece.len() as u32;
            }
            let stored = span.append(site, edges, entries, &site.tiles[tile].0, unit);
            if stored != Stored::Whole {
                return stored;
            }
        }
        if start != ends[1] {
            return Stored::Broken;
        }
    }
    Stored::Whole
}

/// Generates the rows of a range, run by run, looks at each run and hands it over.
///
/// False where rows are missing; ends early where the closure says false.
pub(super) fn each_run(
    site: &Site<'_>,
    rows: Range<u32>,
    survey: &mut Survey,
    mut take: impl FnMut(Range<u32>, &Edges, &Survey) -> bool,
) -> bool {
    let length = site.run_length(super::RUN_EDGES, site.blueprint.sources);
    let mut edges = generator::edges();
    for start in rows.clone().step_by(length) {
        let run = start..rows.end.min(start.saturating_add(length as u32));
        site.connectivity.rows(run.clone(), &mut edges);
        if !site.inspect(survey, &edges, run.start, run.len()) {
            return false;
        }
        if !take(run, &edges, survey) {
            break;
        }
    }
    true
}
