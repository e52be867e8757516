//! Rows of bits: every edge sets its bit where it will stay, and those that find it set are kept
//! aside.

use std::sync::{Mutex, PoisonError};

use neuropil_ir::backend::BackendError;
use neuropil_ir::connect::{Connectivity, Orientation};

use super::super::Sheet;
use super::super::bits::{
    BESIDE_BYTES, Beside, BitTile, WORDS, Way, blocks, bytes_for, most_beside,
};
use super::super::connect::Blueprint;
use super::super::rows::Rows;
use super::super::tile::{Columns, Tile};
use super::store::each_run;
use super::{Site, Survey, by_target, lock, reserved, share};
use crate::memory::Block;
use crate::pool::Pool;

/// Edges whose pair has one already: source, and place of the target in the tile.
type Repeated = Vec<(u32, u16)>;

/// The bits of every tile, and what found its bit set.
type Drafts = Vec<(Block<u64>, Repeated)>;

/// Whether bits need fewer bytes than lists of 16-bit targets.
pub(in super::super) fn is_smaller(
    blueprint: &Blueprint<'_>,
    connectivity: &dyn Connectivity,
) -> bool {
    let site = Site::new::<Beside>(blueprint, connectivity);
    let lists = site.bytes_for::<Beside>(connectivity.expected_edges().max(0.0) as u64);
    bytes(&site) < lists
}

/// Bytes of all tiles.
fn bytes(site: &Site<'_>) -> u64 {
    let sources = u64::from(site.blueprint.sources);
    let targets: usize = site.tiles.iter().map(|(targets, _)| targets.len()).sum();
    let edges = site.connectivity.expected_edges().max(0.0);
    let beside = most_beside(edges, sources as f64 * targets as f64);
    let widths = site.tiles.iter().map(|(targets, _)| targets.len());
    bytes_for(sources, widths).saturating_add((beside * BESIDE_BYTES) as u64)
}

/// Builds the edges of a projection as bits, to be counted in a way.
pub(in super::super) fn build(
    blueprint: &Blueprint<'_>,
    connectivity: &dyn Connectivity,
    pool: &mut Pool,
    way: Way,
) -> Result<Sheet<BitTile>, BackendError> {
    let site = Site::new::<Beside>(blueprint, connectivity);
    let edges = connectivity.expected_edges().max(0.0) as u64;
    site.check_bytes(edges, bytes(&site))?;
    let mut matrices = Vec::new();
    for (targets, _) in &site.tiles {
        let words = (blueprint.sources as usize)
            .checked_mul(blocks(targets.len()) * WORDS)
            .and_then(Block::zeroed);
        matrices.push(words.ok_or_else(|| site.refused(edges, bytes(&site)))?);
    }
    let drafts = match connectivity.orientation() {
        Orientation::BySource => by_source(&site, pool, matrices)?,
        Orientation::ByTarget => transposed(&site, pool, matrices)?,
    };
    finish(&site, pool, drafts, way)
}

/// Sets a bit of a row; false if it was set.
#[inline]
fn set(row: &mut [u64], place: usize) -> bool {
    let (word, bit) = (&mut row[place / 64], 1 << (place % 64));
    let new = *word & bit == 0;
    *word |= bit;
    new
}

/// Fills rows by source, pieces of the sources in parallel.
fn by_source(
    site: &Site<'_>,
    pool: &mut Pool,
    mut matrices: Vec<Block<u64>>,
) -> Result<Drafts, BackendError> {
    struct Job<'a> {
        /// The rows of the piece in every tile, and what was there twice.
        tiles: Vec<(&'a mut [u64], Repeated)>,
    }
    let pieces = reserved::pieces(site);
    let mut jobs: Vec<Job<'_>> = pieces.iter().map(|_| Job { tiles: Vec::new() }).collect();
    for (matrix, (targets, _)) in matrices.iter_mut().zip(&site.tiles) {
        let mut rest = &mut matrix[..];
        for (job, piece) in jobs.iter_mut().zip(&pieces) {
            let (rows, tail) = rest.split_at_mut(piece.len() * blocks(targets.len()) * WORDS);
            rest = tail;
            job.tiles.push((rows, Vec::new()));
        }
    }
    let jobs: Vec<_> = jobs.into_iter().map(Mutex::new).collect();
    let survey = Mutex::new(Survey::default());
    share(pool, jobs.len(), &|at| {
        let mut job = lock(&jobs[at]);
        let first = pieces[at].start;
        let mut found = Survey::default();
        let mut inside = true;
        let whole = each_run(site, pieces[at].clone(), &mut found, |run, edges, _| {
            for (source, ends) in run.zip(edges.offsets.windows(2)) {
                let row = &edges.others[ends[0]..ends[1]];
                let mut stored = 0;
                let tiles = job.tiles.iter_mut().zip(&site.tiles);
                for (((matrix, repeated), (targets, _)), entries) in tiles.zip(site.pieces(row)) {
                    let words = blocks(targets.len()) * WORDS;
                    let start = (source - first) as usize * words;
                    let bits = &mut matrix[start..start + words];
                    for &target in &row[entries] {
                        let place = target.wrapping_sub(targets.start) as usize;
                        if place >= targets.len() {
                            break;
                        }
                        stored += 1;
                        if !set(bits, place) {
                            repeated.push((source, place as u16));
                        }
                    }
                }
                inside &= stored == row.len();
            }
            inside
        });
        lock(&survey).join(found);
        (!whole || !inside).then(|| site.broken())
    })?;
    let mut all: Vec<Repeated> = site.tiles.iter().map(|_| Vec::new()).collect();
    for job in jobs {
        let job = job.into_inner().unwrap_or_else(PoisonError::into_inner);
        for (all, (_, repeated)) in all.iter_mut().zip(job.tiles) {
            all.extend(repeated);
        }
    }
    if let Some((_, fault)) = std::mem::take(&mut *lock(&survey)).fault {
        return Err(fault);
    }
    Ok(matrices.into_iter().zip(all).collect())
}

/// Fills rows by target, tiles in parallel, each of which transposes its own.
fn transposed(
    site: &Site<'_>,
    pool: &mut Pool,
    matrices: Vec<Block<u64>>,
) -> Result<Drafts, BackendError> {
    let drafts: Vec<Mutex<(Block<u64>, Repeated)>> = matrices
        .into_iter()
        .map(|matrix| Mutex::new((matrix, Vec::new())))
        .collect();
    let survey = Mutex::new(Survey::default());
    share(pool, drafts.len(), &|at| {
        let mut draft = lock(&drafts[at]);
        let (matrix, repeated) = &mut *draft;
        let targets = &site.tiles[at].0;
        let words = blocks(targets.len()) * WORDS;
        let mut found = Survey::default();
        let whole = by_target::each_run(site, targets, |run, edges| {
            for (target, ends) in run.clone().zip(edges.offsets.windows(2)) {
                let place = (target - targets.start) as usize;
                for &source in &edges.others[ends[0]..ends[1]] {
                    let start = source as usize * words;
                    let Some(row) = matrix.get_mut(start..start + words) else {
                        return false;
                    };
                    if !set(row, place) {
                        repeated.push((source, place as u16));
                    }
                }
            }
            site.inspect(&mut found, edges, run.start, run.len())
        });
        lock(&survey).join(found);
        (!whole).then(|| site.broken())
    })?;
    if let Some((_, fault)) = std::mem::take(&mut *lock(&survey)).fault {
        return Err(fault);
    }
    let inner = |draft: Mutex<_>| draft.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(drafts.into_iter().map(inner).collect())
}

/// Lists what is beside the bits and makes tiles of both.
fn finish(
    site: &Site<'_>,
    pool: &mut Pool,
    drafts: Drafts,
    way: Way,
) -> Result<Sheet<BitTile>, BackendError> {
    let limit = site.limit::<Beside>(1.0);
    site.finish(pool, drafts, limit, &|at, (bits, repeated)| {
        let (first, width) = site.place(at);
        let beside = listed(site.blueprint.sources, first, width, &repeated)?;
        BitTile::new(first, width, bits, beside, way, limit).map(|tile| (tile.overflows(1), tile))
    })
}

/// The list of what is beside the bits, sorted by source.
fn listed(sources: u32, first: usize, width: usize, repeated: &Repeated) -> Option<Tile<Beside>> {
    let mut lengths = vec![0_u32; sources as usize];
    for &(source, _) in repeated {
        *lengths.get_mut(source as usize)? += 1;
    }
    let rows = Rows::new(&lengths)?;
    let mut columns = Columns::<Beside>::new(repeated.len(), false)?;
    let mut next: Vec<usize> = (0..rows.sources())
        .map(|source| rows.start(source))
        .collect();
    for &(source, place) in repeated {
        let next = &mut next[source as usize];
        columns.cells[*next] = place;
        *next += 1;
    }
    Tile::new(first, width, rows, columns, f64::INFINITY)
}
