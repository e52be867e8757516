//! Rows by source: runs of sources are counted and filled in parallel.

use std::ops::Range;
use std::sync::Mutex;

use neuropil_ir::backend::BackendError;
use neuropil_ir::connect::{EdgeValue, Edges};

use super::super::format::Format;
use super::super::tile::{Columns, Rows};
use super::{Site, Survey, lock, share};
use crate::pool::Pool;

/// Edges of a run of sources, about.
const RUN_EDGES: f64 = 50_000.0;

/// Cuts the sources into runs of about equal work.
fn runs(site: &Site<'_>) -> Vec<Range<u32>> {
    let sources = site.blueprint.sources;
    let row = (site.connectivity.expected_edges() / f64::from(sources.max(1))).max(1.0);
    let length = (RUN_EDGES / row).clamp(1.0, 4096.0) as usize;
    (0..sources)
        .step_by(length)
        .map(|start| start..sources.min(start + length as u32))
        .collect()
}

/// The length of every row in every tile.
pub(super) fn count<F: Format>(
    site: &Site<'_>,
    pool: &mut Pool,
) -> Result<(Vec<Vec<u32>>, Survey), BackendError> {
    let runs = runs(site);
    let counted: Vec<Mutex<Vec<u32>>> = runs.iter().map(|_| Mutex::default()).collect();
    let survey = Mutex::new(Survey::default());
    let only_lengths =
        site.tiles.len() == 1 && site.weight != EdgeValue::Own && site.delay != EdgeValue::Own;
    if only_lengths && site.connectivity.expected_edges() > 0.0 {
        // Nothing of an edge is its own, so one stands for all.
        let one = Edges {
            offsets: vec![0, 1],
            others: vec![0],
            ..Edges::default()
        };
        site.inspect(&mut lock(&survey), &one, 0, 1);
    }
    share(pool, runs.len(), &|at| {
        let mut lengths = Vec::new();
        if only_lengths {
            site.connectivity
                .row_lengths(runs[at].clone(), &mut lengths);
        } else {
            let mut found = Survey::default();
            let counted = count_run(site, runs[at].clone(), &mut lengths, &mut found);
            lock(&survey).join(found);
            if !counted {
                return Some(site.broken());
            }
        }
        if lengths.len() != runs[at].len() * site.tiles.len() {
            return Some(site.broken());
        }
        *lock(&counted[at]) = lengths;
        None
    })?;
    let mut tiles: Vec<Vec<u32>> = site
        .tiles
        .iter()
        .map(|_| Vec::with_capacity(site.blueprint.sources as usize))
        .collect();
    for (run, lengths) in runs.iter().zip(counted) {
        let lengths = std::mem::take(&mut *lock(&lengths));
        for (tile, part) in tiles.iter_mut().zip(lengths.chunks(run.len().max(1))) {
            tile.extend_from_slice(part);
        }
    }
    let survey = std::mem::take(&mut *lock(&survey));
    Ok((tiles, survey))
}

/// Counts a run of sources: for each tile, for each source. False for rows that cannot be.
fn count_run(
    site: &Site<'_>,
    run: Range<u32>,
    lengths: &mut Vec<u32>,
    survey: &mut Survey,
) -> bool {
    let mut edges = Edges::default();
    site.connectivity.rows(run.clone(), &mut edges);
    lengths.resize(run.len() * site.tiles.len(), 0);
    if !site.inspect(survey, &edges, run.start, run.len()) {
        return false;
    }
    for row in 0..run.len() {
        let entries = &edges.others[edges.offsets[row]..edges.offsets[row + 1]];
        let mut counted = 0;
        for (tile, piece) in site.pieces(entries).enumerate() {
            lengths[tile * run.len() + row] = piece.len() as u32;
            counted += piece.len();
        }
        if counted != entries.len() {
            return false;
        }
    }
    true
}

/// The part of a tile's columns that a run of sources fills.
struct Piece<'a, F: Format> {
    cells: &'a mut [F::Cell],
    beside: &'a mut [F::Beside],
    delays: &'a mut [u16],
}

/// Fills the columns of all tiles.
pub(super) fn fill<F: Format>(
    site: &Site<'_>,
    pool: &mut Pool,
    unit: f64,
    drafts: &mut [(Rows, Columns<F>)],
) -> Result<(), BackendError> {
    let runs = runs(site);
    let mut pieces: Vec<Vec<Piece<'_, F>>> = runs.iter().map(|_| Vec::new()).collect();
    for (rows, columns) in drafts {
        let mut cells = &mut columns.cells[..];
        let mut beside = &mut columns.beside[..];
        let mut delays = &mut columns.delays[..];
        for (run, pieces) in runs.iter().zip(&mut pieces) {
            let length = rows.start(run.end as usize) - rows.start(run.start as usize);
            let (cell_part, beside_part, delay_part);
            (cell_part, cells) = cut(cells, length);
            (beside_part, beside) = cut(beside, length);
            (delay_part, delays) = cut(delays, length);
            pieces.push(Piece {
                cells: cell_part,
                beside: beside_part,
                delays: delay_part,
            });
        }
    }
    let pieces: Vec<_> = pieces.into_iter().map(Mutex::new).collect();
    share(pool, runs.len(), &|at| {
        let filled = fill_run(site, runs[at].clone(), unit, &mut lock(&pieces[at]));
        (!filled).then(|| site.broken())
    })
}

/// Cuts the head off a slice; a slice that is kept empty gives nothing.
fn cut<T>(slice: &mut [T], length: usize) -> (&mut [T], &mut [T]) {
    slice.split_at_mut(length.min(slice.len()))
}

/// Fills the pieces of a run; false where the rows are not those that were counted.
fn fill_run<F: Format>(
    site: &Site<'_>,
    run: Range<u32>,
    unit: f64,
    pieces: &mut [Piece<'_, F>],
) -> bool {
    let mut edges = Edges::default();
    site.connectivity.rows(run.clone(), &mut edges);
    if edges.offsets.len() != run.len() + 1 {
        return false;
    }
    let mut filled = vec![0_usize; pieces.len()];
    for row in 0..run.len() {
        let first = edges.offsets[row];
        let entries = &edges.others[first..edges.offsets[row + 1]];
        for (tile, here) in site.pieces(entries).enumerate() {
            let targets = &site.tiles[tile].0;
            let piece = &mut pieces[tile];
            let at = filled[tile]..filled[tile] + here.len();
            filled[tile] = at.end;
            let Some(cells) = piece.cells.get_mut(at.clone()) else {
                return false;
            };
            for (cell, entry) in cells.iter_mut().zip(here.clone()) {
                let target = entries[entry];
                if !targets.contains(&target) {
                    return false;
                }
                let place = (target - targets.start) as usize;
                *cell = F::encode(place, site.stored::<F>(&edges, first + entry, unit)).0;
            }
            if F::BESIDE {
                for (beside, entry) in piece.beside[at.clone()].iter_mut().zip(here.clone()) {
                    *beside = F::encode(0, site.stored::<F>(&edges, first + entry, unit)).1;
                }
            }
            if site.own_delays {
                for (delay, entry) in piece.delays[at].iter_mut().zip(here) {
                    *delay = site.delay_at(&edges, first + entry) as u16;
                }
            }
        }
    }
    filled
        .iter()
        .zip(pieces)
        .all(|(&filled, piece)| filled == piece.cells.len())
}
