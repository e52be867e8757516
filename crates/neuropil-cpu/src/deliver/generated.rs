//! Rows that are generated again at every event: nothing is stored.
//!
//! A row is a function of its source, so what would be read from memory can be drawn instead. An
//! owner draws the part of a row that leads to its targets, into memory of its own that it uses again
//! from event to event, and adds it as it would add a stored row. Edges are those that would be
//! stored, so are the sums.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use neuropil_ir::backend::{BackendError, Storage};
use neuropil_ir::connect::{Connectivity, Edges};
use neuropil_ir::draw::GROUP_WORDS;

use super::build::{lock, share};
use super::connect::Blueprint;
use super::format::List;
use super::generator;
use super::tile::add_cells;
use super::{Delivery, Destination};
use crate::events::Segment;
use crate::pool::Pool;

/// Rows whose lengths are asked for at a time.
const RUN: u32 = 1024;

/// Generated rows, with a shared weight and a common delay.
pub(super) struct Generated {
    connectivity: Arc<dyn Connectivity>,
    owners: Vec<Part>,
    edges: u64,
    /// The largest number of events on a target that is exact.
    limit: f64,
    /// For the lengths of single rows.
    counting: Mutex<(Edges, Vec<u32>)>,
}

/// What one owner needs.
struct Part {
    targets: Range<u32>,
    /// The part of a row; an owner is run by one slot at a time, so it never waits.
    row: Mutex<Edges>,
    /// The most edges onto a target; found when it is asked for.
    heaviest: OnceLock<u64>,
}

impl std::fmt::Debug for Generated {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Generated")
            .field("edges", &self.edges)
            .finish_non_exhaustive()
    }
}

impl Generated {
    /// Rows of a connectivity, which are counted once.
    pub(super) fn new(
        blueprint: &Blueprint<'_>,
        connectivity: &Arc<dyn Connectivity>,
        limit: f64,
        pool: &mut Pool,
    ) -> Result<Self, BackendError> {
        let sources = connectivity.sources();
        let (edges, longest) = (AtomicU64::new(0), AtomicU64::new(0));
        share(pool, sources.div_ceil(RUN) as usize, &|at| {
            let start = at as u32 * RUN;
            let rows = start..sources.min(start.saturating_add(RUN));
            let (mut scratch, mut lengths) = (generator::edges(), Vec::new());
            connectivity.row_lengths(rows, &mut scratch, &mut lengths);
            let total = lengths.iter().map(|&length| u64::from(length)).sum();
            edges.fetch_add(total, Ordering::Relaxed);
            let most = lengths.iter().copied().max().map_or(0, u64::from);
            longest.fetch_max(most, Ordering::Relaxed);
            None
        })?;
        // So that no later row needs more memory: it is drawn whole and in groups, then cut.
        let room = longest.into_inner() as usize + GROUP_WORDS;
        let part = |targets: &Range<u32>| {
            let mut row = generator::edges();
            row.others.reserve(room);
            Part {
                targets: targets.clone(),
                row: Mutex::new(row),
                heaviest: OnceLock::new(),
            }
        };
        Ok(Self {
            connectivity: Arc::clone(connectivity),
            owners: blueprint.owners.iter().map(part).collect(),
            edges: edges.into_inner(),
            limit,
            counting: Mutex::new((generator::edges(), Vec::new())),
        })
    }

    /// Whether a sum may be wrong if every edge adds a number of events to it at once.
    pub(super) fn overflows(&self, times: u32) -> bool {
        self.owners.iter().any(|part| self.overfills(part, times))
    }

    fn overfills(&self, part: &Part, times: u32) -> bool {
        let exceeds = |load: u64| f64::from(times) * load as f64 > self.limit;
        exceeds(self.edges) && exceeds(*part.heaviest.get_or_init(|| self.find_heaviest(part)))
    }

    fn find_heaviest(&self, part: &Part) -> u64 {
        let mut loads = vec![0_u64; part.targets.len()];
        let mut row = generator::edges();
        for source in 0..self.connectivity.sources() {
            let targets = part.targets.clone();
            self.connectivity.row_between(source, targets, &mut row);
            for &target in &row.others {
                let place = target.wrapping_sub(part.targets.start) as usize;
                if let Some(load) = loads.get_mut(place) {
                    *load += 1;
                }
            }
        }
        loads.into_iter().max().unwrap_or(0)
    }
}

/// Turns targets into places from a first target on; false if one is not below a width.
fn to_places(targets: &mut [u32], first: u32, width: usize) -> bool {
    let mut most = 0;
    for target in &mut *targets {
        *target = target.wrapping_sub(first);
        most = most.max(*target);
    }
    targets.is_empty() || (most as usize) < width
}

impl Delivery for Generated {
    fn deliver(
        &self,
        owner: usize,
        events: &Segment,
        to: &mut Destination<'_>,
    ) -> Result<u64, String> {
        let part = &self.owners[owner];
        super::refuse(events, |most| self.overfills(part, most))?;
        let width = part.targets.len();
        let sums = to.common::<List<u32>>(0, width)?;
        let mut row = lock(&part.row);
        let mut delivered = 0;
        for (source, times) in events.iter() {
            let targets = part.targets.clone();
            self.connectivity.row_between(source, targets, &mut row);
            let cells = &mut row.others[..];
            if !to_places(cells, part.targets.start, width) {
                return Err("its rows leave their population".to_owned());
            }
            delivered += cells.len() as u64 * u64::from(times);
            if times == 1 {
                // SAFETY: the places are below the number of sums, as compared above.
                unsafe { add_cells::<List<u32>, false>(cells, &[], 1, sums) };
            } else {
                // SAFETY: as above.
                unsafe { add_cells::<List<u32>, true>(cells, &[], times, sums) };
            }
        }
        Ok(delivered)
    }

    fn row_length(&self, source: u32) -> u64 {
        let mut counting = lock(&self.counting);
        let (edges, lengths) = &mut *counting;
        self.connectivity
            .row_lengths(source..source + 1, edges, lengths);
        lengths.first().copied().map_or(0, u64::from)
    }

    fn edges(&self) -> u64 {
        self.edges
    }

    fn bytes(&self) -> u64 {
        let held = |part: &Part| 4 * lock(&part.row).others.capacity() as u64;
        self.owners.iter().map(held).sum()
    }

    fn storage(&self) -> &'static str {
        Storage::Generated.as_str()
    }
}
