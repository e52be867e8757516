//! Rows by target: every tile transposes the rows of its targets.

use std::ops::Range;
use std::sync::Mutex;

use neuropil_ir::backend::BackendError;
use neuropil_ir::connect::{EdgeValue, Edges};

use super::super::format::Format;
use super::super::generator;
use super::super::rows::Rows;
use super::super::tile::Columns;
use super::{RUN_EDGES, Site, Survey, lock, share};
use crate::pool::Pool;

/// Hands the rows of a tile's targets to a closure, run by run; false if rows are missing or the
/// closure says so.
pub(super) fn each_run(
    site: &Site<'_>,
    targets: &Range<u32>,
    mut take: impl FnMut(Range<u32>, &Edges) -> bool,
) -> bool {
    let length = site.run_length(RUN_EDGES, site.connectivity.targets());
    let mut edges = generator::edges();
    for start in targets.clone().step_by(length) {
        let run = start..targets.end.min(start + length as u32);
        // The order of a row's sources cannot be seen in the rows of those sources.
        site.connectivity.rows_unordered(run.clone(), &mut edges);
        if !site.is_whole(&edges, run.len()) || !take(run, &edges) {
            return false;
        }
    }
    true
}

/// The length of every source's row in every tile.
pub(super) fn count(
    site: &Site<'_>,
    pool: &mut Pool,
) -> Result<(Vec<Vec<u32>>, Survey), BackendError> {
    let tiles: Vec<Mutex<Vec<u32>>> = site.tiles.iter().map(|_| Mutex::default()).collect();
    let survey = Mutex::new(Survey::default());
    share(pool, tiles.len(), &|at| {
        let mut lengths = vec![0_u32; site.blueprint.sources as usize];
        let mut found = Survey::default();
        let whole = each_run(site, &site.tiles[at].0, |run, edges| {
            for &source in &edges.others {
                let Some(length) = lengths.get_mut(source as usize) else {
                    return false;
                };
                *length += 1;
            }
            site.inspect(&mut found, edges, run.start, run.len())
        });
        lock(&survey).join(found);
        *lock(&tiles[at]) = lengths;
        (!whole).then(|| site.broken())
    })?;
    let survey = std::mem::take(&mut *lock(&survey));
    Ok((
        tiles
            .iter()
            .map(|tile| std::mem::take(&mut *lock(tile)))
            .collect(),
        survey,
    ))
}

/// Fills the columns of all tiles: targets ascend, so every row's targets do.
pub(super) fn fill<F: Format>(
    site: &Site<'_>,
    pool: &mut Pool,
    unit: f64,
    drafts: &mut [(Rows, Columns<F>)],
) -> Result<(), BackendError> {
    let drafts: Vec<_> = drafts.iter_mut().map(Mutex::new).collect();
    share(pool, drafts.len(), &|at| {
        let mut draft = lock(&drafts[at]);
        let (rows, columns) = &mut **draft;
        let mut next: Vec<usize> = (0..rows.sources())
            .map(|source| rows.start(source))
            .collect();
        let targets = &site.tiles[at].0;
        let own = match site.weight {
            EdgeValue::Own if F::WEIGHTED => None,
            EdgeValue::Shared(weight) if F::WEIGHTED => Some(site.rounded(weight, unit)),
            _ => Some(1.0),
        };
        let whole = each_run(site, targets, |run, edges| {
            for (row, target) in run.enumerate() {
                let place = (target - targets.start) as usize;
                let common = own.map(|weight| F::encode(place, weight));
                for entry in edges.offsets[row]..edges.offsets[row + 1] {
                    let source = edges.others[entry] as usize;
                    let Some(slot) = next.get_mut(source) else {
                        return false;
                    };
                    let at = *slot;
                    *slot += 1;
                    let (cell, beside) = match common {
                        Some(stored) => stored,
                        None => F::encode(place, site.rounded(edges.weights[entry], unit)),
                    };
                    let Some(stored) = columns.cells.get_mut(at) else {
                        return false;
                    };
                    *stored = cell;
                    if F::BESIDE {
                        columns.beside[at] = beside;
                    }
                    if site.own_delays {
                        columns.delays[at] = match site.delay {
                            EdgeValue::Shared(delay) => delay as u16,
                            EdgeValue::Own => edges.delays[entry] as u16,
                        };
                    }
                }
            }
            true
        });
        // Every row ended where the next begins: the rows were those that were counted.
        let whole =
            whole && (0..rows.sources()).all(|source| next[source] == rows.start(source + 1));
        (!whole).then(|| site.broken())
    })
}
