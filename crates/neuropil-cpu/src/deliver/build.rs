//! Lays out the edges of a projection so that little more memory is ever in use than at the end.
//!
//! Rows by source are shared out to the pool in pieces. Where the rule knows how much room a piece
//! needs, rows are generated once: each piece fills addresses that were set aside for it (what is
//! not touched holds no memory), then the pieces are moved together and the rest is given back
//! (`reserved`). Otherwise rows are generated twice, once to count and once to fill (`counted`).
//! Rows by target are always generated twice, tile by tile, each of which transposes its own
//! (`by_target`): rows of sources lie too close together for room between them.
//!
//! Where the plan does not fix the unit of a grid, it depends on the largest weight of all. Rows that
//! are generated once are then rounded to the unit of the first of them; if it turns out too small,
//! they are generated again.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use neuropil_ir::backend::BackendError;
use neuropil_ir::connect::{Connectivity, EdgeValue, Edges, Orientation};
use neuropil_ir::grid;
use neuropil_ir::kernel::Precision;
use neuropil_ir::plan::{DelayClass, Sum};

use super::Sheet;
use super::connect::Blueprint;
use super::format::Format;
use super::rows::Rows;
use super::sorted::Sorted;
use super::tile::{Columns, Tile};
use crate::pool::{MOST_SLOTS, Pool};
use survey::{Survey, extent};

pub(super) mod bits;
mod by_target;
mod counted;
mod reserved;
mod store;
mod survey;

/// Edges that are generated at a time, about: they stay in the cache until they are stored.
const RUN_EDGES: f64 = 5_000.0;

/// The most rows that are generated at a time.
const RUN_ROWS: f64 = 4096.0;

/// The rows and columns of every tile.
type Drafts<F> = Vec<(Rows, Columns<F>)>;

/// The rows of each owner, sorted by delay, if it has targets.
type Owned<F> = Vec<Option<Sorted<F>>>;

/// What both orientations need.
struct Site<'a> {
    blueprint: &'a Blueprint<'a>,
    connectivity: &'a dyn Connectivity,
    weight: EdgeValue<f64>,
    delay: EdgeValue<u32>,
    own_delays: bool,
    /// The targets of each tile, ascending, and the owner of each.
    tiles: Vec<(Range<u32>, usize)>,
    /// Whether weights are rounded to a grid.
    on_grid: bool,
}

/// Builds the edges of a projection in one format; gives the unit of a grid, too.
pub(super) fn build<F: Format>(
    blueprint: &Blueprint<'_>,
    connectivity: &dyn Connectivity,
    pool: &mut Pool,
) -> Result<(Sheet<Tile<F>>, Option<f64>), BackendError> {
    let site = Site::new::<F>(blueprint, connectivity);
    let (drafts, unit) = draft::<F>(&site, pool)?;
    let limit = site.limit::<F>(unit);
    let sheet = site.finish(pool, drafts, limit, &|at, (rows, columns)| {
        let (first, width) = site.place(at);
        let tile = Tile::new(first, width, rows, columns, limit)?;
        Some((tile.overflows(1), tile))
    })?;
    Ok((sheet, site.sum_unit(unit)))
}

/// The same with rows sorted by delay, for owners of no more targets than the format has.
pub(super) fn build_sorted<F: Format>(
    blueprint: &Blueprint<'_>,
    connectivity: &dyn Connectivity,
    pool: &mut Pool,
) -> Result<(Owned<F>, Option<f64>), BackendError> {
    let site = Site::new::<F>(blueprint, connectivity);
    let (drafts, unit) = draft::<F>(&site, pool)?;
    let limit = site.limit::<F>(unit);
    let mut owners: Vec<_> = blueprint.owners.iter().map(|_| None).collect();
    for (at, (rows, columns)) in drafts.into_iter().enumerate() {
        let (_, width) = site.place(at);
        let sorted = Sorted::new(width, rows, columns, limit, pool)?;
        let sorted = sorted.ok_or_else(|| site.broken())?;
        if sorted.load.overflows(1) {
            return Err(site.overflow(limit));
        }
        owners[site.tiles[at].1] = Some(sorted);
    }
    Ok((owners, site.sum_unit(unit)))
}

/// Generates the rows of all tiles; gives the unit of the grid, too.
fn draft<F: Format>(site: &Site<'_>, pool: &mut Pool) -> Result<(Drafts<F>, f64), BackendError> {
    site.check_memory::<F>(site.connectivity.expected_edges().max(0.0) as u64)?;
    let reserved = match site.connectivity.orientation() {
        Orientation::BySource => reserved::build::<F>(site, pool)?,
        Orientation::ByTarget => None,
    };
    match reserved {
        Some(built) => Ok(built),
        None => count_and_fill::<F>(site, pool),
    }
}

/// Generates the rows twice: once to count, once to fill.
fn count_and_fill<F: Format>(
    site: &Site<'_>,
    pool: &mut Pool,
) -> Result<(Drafts<F>, f64), BackendError> {
    let orientation = site.connectivity.orientation();
    let (lengths, survey) = match orientation {
        Orientation::BySource => counted::count(site, pool)?,
        Orientation::ByTarget => by_target::count(site, pool)?,
    };
    if let Some((_, fault)) = survey.fault {
        return Err(fault);
    }
    let edges: u64 = lengths.iter().flatten().map(|&n| u64::from(n)).sum();
    site.check_memory::<F>(edges)?;
    let unit = site.unit(survey.largest)?;
    let mut drafts = Vec::new();
    for lengths in lengths {
        let rows = Rows::new(&lengths).ok_or_else(|| site.refused_in::<F>(edges))?;
        let columns = Columns::<F>::new(rows.start(rows.sources()), site.own_delays)
            .ok_or_else(|| site.refused_in::<F>(edges))?;
        drafts.push((rows, columns));
    }
    match orientation {
        Orientation::BySource => counted::fill(site, pool, unit, &mut drafts)?,
        Orientation::ByTarget => by_target::fill(site, pool, unit, &mut drafts)?,
    }
    Ok((drafts, unit))
}

impl<'a> Site<'a> {
    fn new<F: Format>(blueprint: &'a Blueprint<'a>, connectivity: &'a dyn Connectivity) -> Self {
        Self {
            blueprint,
            connectivity,
            weight: connectivity.weight(),
            delay: connectivity.delay(),
            own_delays: matches!(blueprint.delay, DelayClass::Own { .. }),
            tiles: tiles_of(blueprint.owners, F::MOST_TARGETS),
            on_grid: blueprint.sum == Sum::Grid,
        }
    }
}

impl Site<'_> {
    /// The first target of a tile, counted from its owner's first, and its width.
    fn place(&self, tile: usize) -> (usize, usize) {
        let (targets, owner) = &self.tiles[tile];
        let first = targets.start - self.blueprint.owners[*owner].start;
        (first as usize, targets.len())
    }

    /// The largest sum that is exact, under a unit.
    fn limit<F: Format>(&self, unit: f64) -> f64 {
        // What is stored in f32 plans is in units of the grid already.
        let unit = match self.blueprint.precision {
            Precision::F64 if self.on_grid => unit,
            _ => 1.0,
        };
        F::EXACT_BELOW * unit / f64::from(self.blueprint.sharers)
    }

    /// Makes tiles of their drafts, in parallel, and sorts them by owner.
    ///
    /// A tile is made with whether a sum of it may be wrong; `None` is that of rows that cannot be.
    fn finish<D: Send, T: Send>(
        &self,
        pool: &mut Pool,
        drafts: Vec<D>,
        limit: f64,
        make: &(dyn Fn(usize, D) -> Option<(bool, T)> + Sync),
    ) -> Result<Sheet<T>, BackendError> {
        let drafts: Vec<_> = drafts
            .into_iter()
            .map(|draft| Mutex::new(Some(draft)))
            .collect();
        let done: Vec<_> = drafts.iter().map(|_| Mutex::new(None)).collect();
        share(pool, drafts.len(), &|at| {
            let draft = lock(&drafts[at]).take()?;
            *lock(&done[at]) = make(at, draft);
            None
        })?;
        let mut owners: Vec<Vec<T>> = self.blueprint.owners.iter().map(|_| Vec::new()).collect();
        for (tile, (_, owner)) in done.into_iter().zip(&self.tiles) {
            let tile = tile.into_inner().unwrap_or_else(PoisonError::into_inner);
            let (overflows, tile) = tile.ok_or_else(|| self.broken())?;
            if overflows {
                return Err(self.overflow(limit));
            }
            owners[*owner].push(tile);
        }
        Ok(Sheet { owners })
    }

    /// Rows that hold about a number of edges, by the mean over a number of rows.
    fn run_length(&self, edges: f64, rows: u32) -> usize {
        let row = (self.connectivity.expected_edges() / f64::from(rows.max(1))).max(1.0);
        (edges / row).clamp(1.0, RUN_ROWS) as usize
    }

    /// Whether edges differ in their ends alone.
    fn values_are_shared(&self) -> bool {
        self.weight != EdgeValue::Own && self.delay != EdgeValue::Own
    }

    /// Whether a block has a number of rows, and a weight and delay for each edge.
    fn is_whole(&self, edges: &Edges, rows: usize) -> bool {
        let count = edges.others.len();
        edges.offsets.len() == rows + 1
            && edges.offsets.first() == Some(&0)
            && edges.offsets.last() == Some(&count)
            && edges.offsets.is_sorted()
            && (self.weight != EdgeValue::Own || edges.weights.len() == count)
            && (self.delay != EdgeValue::Own || edges.delays.len() == count)
    }

    /// Looks at the weights and delays of a block of rows that begins with a row.
    ///
    /// False where the block does not have the rows, or not a weight and delay for each edge.
    fn inspect(&self, survey: &mut Survey, edges: &Edges, first: u32, rows: usize) -> bool {
        let whole = self.is_whole(edges, rows);
        if !whole || edges.others.is_empty() {
            return whole;
        }
        let weights = match &self.weight {
            EdgeValue::Shared(weight) => std::slice::from_ref(weight),
            EdgeValue::Own => &edges.weights,
        };
        let delays = match &self.delay {
            EdgeValue::Shared(delay) => std::slice::from_ref(delay),
            EdgeValue::Own => &edges.delays,
        };
        // The search for a culprit is for the rare case.
        let (finite, largest) = extent(weights);
        survey.largest = survey.largest.max(largest);
        let projection = || self.blueprint.name.to_owned();
        let edge = |entry: usize| {
            let row = edges.offsets.partition_point(|&start| start <= entry) - 1;
            let (row, other) = (first + row as u32, edges.others[entry]);
            match self.connectivity.orientation() {
                Orientation::BySource => (row, other),
                Orientation::ByTarget => (other, row),
            }
        };
        if let (false, Some(entry)) = (finite, weights.iter().position(|w| !w.is_finite())) {
            let ((from, to), value) = (edge(entry), weights[entry]);
            let fault = BackendError::Weight {
                projection: projection(),
                from,
                to,
                value,
            };
            survey.keep((first, fault));
        }
        if let DelayClass::Own { min, max } = self.blueprint.delay {
            let inside = |delay: u32| (min..=max).contains(&delay);
            let all = delays.iter().fold(true, |all, &delay| all & inside(delay));
            let culprit = || delays.iter().copied().find(|&delay| !inside(delay));
            if let (false, Some(found)) = (all, culprit()) {
                let fault = BackendError::Delay {
                    projection: projection(),
                    found,
                    min,
                    max,
                };
                survey.keep((first, fault));
            }
        }
        true
    }

    /// Cuts the entries of a row by source at the bounds of the tiles.
    ///
    /// The entries ascend; what lies outside a tile all the same is found when it is stored.
    fn pieces<'e>(&self, row: &'e [u32]) -> impl Iterator<Item = Range<usize>> + use<'e, '_> {
        let mut start = 0;
        self.tiles.iter().map(move |(targets, _)| {
            let length = row[start..].partition_point(|&target| target < targets.end);
            start += length;
            start - length..start
        })
    }

    /// The unit of the grid for a largest weight.
    fn unit(&self, largest: f64) -> Result<f64, BackendError> {
        if !self.on_grid {
            return Ok(1.0);
        }
        let precision = self.blueprint.precision;
        let unit = match self.blueprint.grid_unit {
            Some(unit) if !grid::fits(largest, unit, precision) => {
                return Err(BackendError::Bound {
                    projection: self.blueprint.name.to_owned(),
                    found: largest,
                    most: grid::most_units(precision) * unit,
                });
            }
            Some(unit) => unit,
            None => grid::unit(largest, precision),
        };
        // Rounded weights of f64 plans are stored as f32.
        let storable =
            (f64::from(f32::MIN_POSITIVE)..=f64::from(f32::MAX) / 16_777_216.0).contains(&unit);
        if storable || self.blueprint.precision == Precision::F32 {
            return Ok(unit);
        }
        Err(BackendError::Unsupported {
            backend: crate::deliver::NAME,
            what: format!(
                "weights of {largest} in internal units on a grid (projection `{}`)",
                self.blueprint.name
            ),
        })
    }

    /// A weight as it is stored.
    #[inline]
    fn rounded(&self, weight: f64, unit: f64) -> f64 {
        if self.on_grid {
            grid::addend(weight, unit, self.blueprint.precision)
        } else {
            weight
        }
    }

    /// One unit of the sum, for sums on a grid.
    fn sum_unit(&self, unit: f64) -> Option<f64> {
        self.on_grid
            .then(|| grid::sum_unit(unit, self.blueprint.precision))
    }

    /// The refusal of weights whose sum may be wrong.
    fn overflow(&self, limit: f64) -> BackendError {
        BackendError::Overflow {
            projection: self.blueprint.name.to_owned(),
            limit,
        }
    }

    fn bytes_for<F: Format>(&self, edges: u64) -> u64 {
        let rows = Rows::bytes_for(u64::from(self.blueprint.sources));
        edges
            .saturating_mul(Columns::<F>::edge_bytes(self.own_delays))
            .saturating_add(rows * self.tiles.len() as u64)
    }

    fn check_memory<F: Format>(&self, edges: u64) -> Result<(), BackendError> {
        self.check_bytes(edges, self.bytes_for::<F>(edges))
    }

    /// Checks that a number of edges in a number of bytes fits into the memory that is left.
    fn check_bytes(&self, edges: u64, bytes: u64) -> Result<(), BackendError> {
        if self.blueprint.used.saturating_add(bytes) > self.blueprint.limit {
            Err(self.refused(edges, bytes))
        } else {
            Ok(())
        }
    }

    /// The refusal of the memory for a number of edges.
    fn refused(&self, edges: u64, bytes: u64) -> BackendError {
        BackendError::Memory {
            what: format!("projection `{}` with {edges} edges", self.blueprint.name),
            needed: self.blueprint.used.saturating_add(bytes),
            limit: self.blueprint.limit,
        }
    }

    /// The refusal of the memory for a number of edges in a format.
    fn refused_in<F: Format>(&self, edges: u64) -> BackendError {
        self.refused(edges, self.bytes_for::<F>(edges))
    }

    /// The error for a connectivity that gives rows that cannot be.
    fn broken(&self) -> BackendError {
        BackendError::Invalid(format!(
            "the rows of projection `{}` change or leave their populations",
            self.blueprint.name
        ))
    }
}

/// Cuts the owners' targets into tiles of a most width.
fn tiles_of(owners: &[Range<u32>], most: usize) -> Vec<(Range<u32>, usize)> {
    let mut tiles = Vec::new();
    for (owner, targets) in owners.iter().enumerate() {
        let mut start = targets.start;
        while start < targets.end {
            let end = targets.end.min(start.saturating_add(most as u32));
            tiles.push((start..end, owner));
            start = end;
        }
    }
    tiles
}

/// Runs numbered jobs on the pool, each once; the first error (of any job) is given.
pub(super) fn share(
    pool: &mut Pool,
    jobs: usize,
    job: &(dyn Fn(usize) -> Option<BackendError> + Sync),
) -> Result<(), BackendError> {
    let next = AtomicUsize::new(0);
    let error = Mutex::new(None);
    let ran = pool.run(jobs.min(MOST_SLOTS), &|_| {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= jobs {
                break;
            }
            if let Some(found) = job(at) {
                lock(&error).get_or_insert(found);
            }
        }
    });
    ran.map_err(|message| BackendError::Invalid(format!("building connections: {message}")))?;
    error
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner)
        .map_or(Ok(()), Err)
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
