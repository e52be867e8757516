//! Rows by source that are generated once, into addresses set aside.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use neuropil_ir::backend::BackendError;
use neuropil_ir::connect::EdgeValue;
use neuropil_ir::grid;

use super::super::format::Format;
use super::super::rows::Rows;
use super::super::tile::Columns;
use super::store::{Span, Stored, each_run, spans, store};
use super::{Drafts, Site, Survey, lock, share};
use crate::memory::Block;
use crate::pool::Pool;

/// The fewest edges of a piece, about, and the most pieces: eight standard deviations of a piece's
/// edges are below 3 % of it, of a large piece's below 1 %.
const PIECE_EDGES: f64 = 80_000.0;
const MOST_PIECES: f64 = 64.0;

/// Units that are tried before the largest weight is looked for first.
const TRIES: usize = 3;

/// Rows that are looked at to find a first weight.
const FIRST_ROWS: u32 = 64;

/// What one attempt gave.
enum Attempt<F: Format> {
    Built(Drafts<F>),
    /// A piece has more edges than it has room.
    Overfull,
    /// A weight of this magnitude does not fit the unit.
    Larger(f64),
}

/// Builds all tiles, with the unit of the grid; `None` where the rule does not know the room that
/// is needed, or the rows had better be counted first.
pub(super) fn build<F: Format>(
    site: &Site<'_>,
    pool: &mut Pool,
) -> Result<Option<(Drafts<F>, f64)>, BackendError> {
    let pieces = pieces(site);
    let Some(room) = room(site, &pieces) else {
        return Ok(None);
    };
    let Some(mut largest) = first_weight(site) else {
        return Ok(None);
    };
    for _ in 0..TRIES {
        let unit = match site.unit(largest) {
            Ok(unit) => unit,
            Err(error) if site.blueprint.grid_unit.is_some() => return Err(error),
            Err(_) => break,
        };
        match attempt::<F>(site, pool, &pieces, &room, unit)? {
            Attempt::Built(drafts) => return Ok(Some((drafts, unit))),
            Attempt::Overfull => break,
            Attempt::Larger(found) => largest = found,
        }
    }
    Ok(None)
}

/// Cuts the sources into pieces.
pub(super) fn pieces(site: &Site<'_>) -> Vec<Range<u32>> {
    let sources = site.blueprint.sources;
    let edges = site.connectivity.expected_edges();
    let count = (edges / PIECE_EDGES).clamp(1.0, MOST_PIECES);
    let length = (f64::from(sources) / count).ceil().max(1.0) as usize;
    (0..sources)
        .step_by(length)
        .map(|start| start..sources.min(start.saturating_add(length as u32)))
        .collect()
}

/// The room of every piece in every tile.
fn room(site: &Site<'_>, pieces: &[Range<u32>]) -> Option<Vec<Vec<usize>>> {
    let of_tile = |targets: &Range<u32>| -> Option<Vec<usize>> {
        pieces
            .iter()
            .map(|piece| {
                let room = site.connectivity.room(piece.clone(), targets.clone())?;
                usize::try_from(room).ok()
            })
            .collect()
    };
    site.tiles
        .iter()
        .map(|(targets, _)| of_tile(targets))
        .collect()
}

/// A magnitude that weights have, from the first that there are; `None` if all seem to be zero.
fn first_weight(site: &Site<'_>) -> Option<f64> {
    if !site.on_grid || site.blueprint.grid_unit.is_some() {
        return Some(0.0);
    }
    if let EdgeValue::Shared(weight) = site.weight {
        return Some(weight.abs());
    }
    let mut survey = Survey::default();
    let rows = 0..site.blueprint.sources.min(FIRST_ROWS);
    each_run(site, rows, &mut survey, |_, _, survey| {
        survey.largest == 0.0
    });
    (survey.largest > 0.0 && survey.fault.is_none()).then_some(survey.largest)
}

/// What one job fills: a span and the lengths of the rows in every tile.
struct Job<'a, F: Format> {
    spans: Vec<Span<'a, F>>,
    lengths: Vec<&'a mut [u32]>,
}

/// Generates and stores all rows under a unit.
fn attempt<F: Format>(
    site: &Site<'_>,
    pool: &mut Pool,
    pieces: &[Range<u32>],
    room: &[Vec<usize>],
    unit: f64,
) -> Result<Attempt<F>, BackendError> {
    let expected = site.connectivity.expected_edges().max(0.0) as u64;
    let mut columns = Vec::new();
    let mut lengths = Vec::new();
    for room in room {
        let total: usize = room.iter().sum();
        columns.push(
            Columns::<F>::new(total, site.own_delays)
                .ok_or_else(|| site.refused_in::<F>(expected))?,
        );
        lengths.push(
            Block::<u32>::zeroed(site.blueprint.sources as usize + 1)
                .ok_or_else(|| site.refused_in::<F>(expected))?,
        );
    }
    let (filled, survey, overfull) =
        fill(site, pool, pieces, room, unit, &mut columns, &mut lengths)?;
    if let Some((_, fault)) = survey.fault {
        return Err(fault);
    }
    if overfull {
        return Ok(Attempt::Overfull);
    }
    if is_outgrown(site, &survey, unit) {
        return Ok(Attempt::Larger(survey.largest));
    }
    let edges: usize = filled.iter().flatten().sum();
    site.check_memory::<F>(edges as u64)?;
    let mut drafts = Vec::new();
    for (((mut columns, lengths), room), filled) in
        columns.into_iter().zip(lengths).zip(room).zip(filled)
    {
        let (mut start, mut end) = (0, 0);
        for (&room, filled) in room.iter().zip(filled) {
            columns.move_to(start..start + filled, end);
            start += room;
            end += filled;
        }
        columns.truncate(end);
        let rows = Rows::of(lengths).ok_or_else(|| site.refused_in::<F>(edges as u64))?;
        drafts.push((rows, columns));
    }
    Ok(Attempt::Built(drafts))
}

/// Whether weights that were seen need a larger unit than they were stored with.
fn is_outgrown(site: &Site<'_>, survey: &Survey, unit: f64) -> bool {
    site.on_grid && !grid::fits(survey.largest, unit, site.blueprint.precision)
}

/// Fills the spans of all pieces; gives how far each is filled (by tile), what the edges showed,
/// and whether one was too short.
fn fill<F: Format>(
    site: &Site<'_>,
    pool: &mut Pool,
    pieces: &[Range<u32>],
    room: &[Vec<usize>],
    unit: f64,
    columns: &mut [Columns<F>],
    lengths: &mut [Block<u32>],
) -> Result<(Vec<Vec<usize>>, Survey, bool), BackendError> {
    let mut jobs: Vec<Job<'_, F>> = pieces
        .iter()
        .map(|_| Job {
            spans: Vec::new(),
            lengths: Vec::new(),
        })
        .collect();
    for ((columns, lengths), room) in columns.iter_mut().zip(lengths).zip(room) {
        let rows = lengths.split_at_mut(site.blueprint.sources as usize).0;
        let mut rest = rows;
        for ((job, span), piece) in jobs
            .iter_mut()
            .zip(spans(columns, room.iter().copied()))
            .zip(pieces)
        {
            let (head, tail) = rest.split_at_mut(piece.len());
            rest = tail;
            job.spans.push(span);
            job.lengths.push(head);
        }
    }
    let jobs: Vec<_> = jobs.into_iter().map(Mutex::new).collect();
    let survey = Mutex::new(Survey::default());
    let (overfull, outgrown) = (AtomicBool::new(false), AtomicBool::new(false));
    share(pool, jobs.len(), &|at| {
        let mut job = lock(&jobs[at]);
        let Job { spans, lengths } = &mut *job;
        let piece = pieces[at].clone();
        let mut found = Survey::default();
        let mut stored = Stored::Whole;
        let whole = each_run(site, piece.clone(), &mut found, |run, edges, found| {
            if is_outgrown(site, found, unit) {
                outgrown.store(true, Ordering::Relaxed);
            }
            if outgrown.load(Ordering::Relaxed) {
                return false;
            }
            let first = (run.start - piece.start) as usize;
            stored = store(site, edges, unit, spans, Some(lengths), first);
            stored == Stored::Whole
        });
        lock(&survey).join(found);
        if stored == Stored::Overfull {
            overfull.store(true, Ordering::Relaxed);
        }
        (!whole || stored == Stored::Broken).then(|| site.broken())
    })?;
    let by_job: Vec<Vec<usize>> = jobs
        .into_iter()
        .map(|job| {
            let job = job.into_inner().unwrap_or_else(PoisonError::into_inner);
            job.spans.iter().map(Span::filled).collect()
        })
        .collect();
    let filled = (0..room.len())
        .map(|tile| by_job.iter().map(|filled| filled[tile]).collect())
        .collect();
    let survey = survey.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok((filled, survey, overfull.into_inner()))
}
