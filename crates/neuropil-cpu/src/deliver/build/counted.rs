//! Rows by source whose number is unknown: runs of sources are counted, then filled, in parallel.

use std::ops::Range;
use std::sync::Mutex;

use neuropil_ir::backend::BackendError;
use neuropil_ir::connect::Edges;

use super::super::format::Format;
use super::super::generator;
use super::super::rows::Rows;
use super::super::tile::Columns;
use super::store::{Span, Stored, spans, store};
use super::{RUN_EDGES, Site, Survey, lock, share};
use crate::pool::Pool;

/// Cuts the sources into runs of about equal work.
fn runs(site: &Site<'_>) -> Vec<Range<u32>> {
    let sources = site.blueprint.sources;
    let length = site.run_length(RUN_EDGES, sources);
    (0..sources)
        .step_by(length)
        .map(|start| start..sources.min(start + length as u32))
        .collect()
}

/// The length of every row in every tile.
pub(super) fn count(
    site: &Site<'_>,
    pool: &mut Pool,
) -> Result<(Vec<Vec<u32>>, Survey), BackendError> {
    let runs = runs(site);
    let counted: Vec<Mutex<Vec<u32>>> = runs.iter().map(|_| Mutex::default()).collect();
    let survey = Mutex::new(Survey::default());
    let only_lengths = site.tiles.len() == 1 && site.values_are_shared();
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
                .row_lengths(runs[at].clone(), &mut generator::edges(), &mut lengths);
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
    let mut edges = generator::edges();
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

/// Fills the columns of all tiles.
pub(super) fn fill<F: Format>(
    site: &Site<'_>,
    pool: &mut Pool,
    unit: f64,
    drafts: &mut [(Rows, Columns<F>)],
) -> Result<(), BackendError> {
    let runs = runs(site);
    let mut jobs: Vec<Vec<Span<'_, F>>> = runs.iter().map(|_| Vec::new()).collect();
    for (rows, columns) in drafts {
        let lengths = runs
            .iter()
            .map(|run| rows.start(run.end as usize) - rows.start(run.start as usize));
        for (job, span) in jobs.iter_mut().zip(spans(columns, lengths)) {
            job.push(span);
        }
    }
    let jobs: Vec<_> = jobs.into_iter().map(Mutex::new).collect();
    share(pool, runs.len(), &|at| {
        let mut spans = lock(&jobs[at]);
        let mut edges = generator::edges();
        site.connectivity.rows(runs[at].clone(), &mut edges);
        // The rows must be those that were counted.
        let filled = site.is_whole(&edges, runs[at].len())
            && store(site, &edges, unit, &mut spans, None, 0) == Stored::Whole
            && spans.iter().all(Span::is_full);
        (!filled).then(|| site.broken())
    })
}
