//! Rows by target: every tile transposes the rows of its targets.

use std::ops::Range;
use std::sync::Mutex;

use neuropil_ir::backend::BackendError;
use neuropil_ir::connect::Edges;

use super::super::format::Format;
use super::super::tile::{Columns, Rows};
use super::{Site, Survey, lock, share};
use crate::pool::Pool;

/// Edges that are generated at a time, about.
const RUN_EDGES: f64 = 50_000.0;

/// Hands the rows of a tile's targets to a closure, run by run; false if rows are missing or the
/// closure says so.
fn each_run(
    site: &Site<'_>,
    targets: &Range<u32>,
    mut take: impl FnMut(Range<u32>, &Edges) -> bool,
) -> bool {
    let all = site.connectivity.targets().max(1);
    let row = (site.connectivity.expected_edges() / f64::from(all)).max(1.0);
    let length = (RUN_EDGES / row).clamp(1.0, 4096.0) as usize;
    let mut edges = Edges::default();
    for start in targets.clone().step_by(length) {
        let run = start..targets.end.min(start + length as u32);
        site.connectivity.rows(run.clone(), &mut edges);
        if edges.offsets.len() != run.len() + 1 || !take(run, &edges) {
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
        let whole = each_run(site, targets, |run, edges| {
            for (row, target) in run.enumerate() {
                let place = (target - targets.start) as usize;
                for entry in edges.offsets[row]..edges.offsets[row + 1] {
                    let source = edges.others[entry] as usize;
                    let Some(next) = next.get_mut(source) else {
                        return false;
                    };
                    if *next >= rows.start(source + 1) {
                        return false;
                    }
                    let weight = site.stored::<F>(edges, entry, unit);
                    let (stored, beside) = F::encode(place, weight);
                    columns.cells[*next] = stored;
                    if F::BESIDE {
                        columns.beside[*next] = beside;
                    }
                    if site.own_delays {
                        columns.delays[*next] = site.delay_at(edges, entry) as u16;
                    }
                    *next += 1;
                }
            }
            true
        });
        (!whole).then(|| site.broken())
    })
}
