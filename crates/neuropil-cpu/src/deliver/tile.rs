//! The edges onto one range of neighbouring targets, row by row.

use std::ops::Range;
use std::sync::OnceLock;

use super::format::Format;
use super::rows::Rows;
use super::{Destination, Piece};
use crate::events::Segment;
use crate::memory::Block;

/// Edges that are loaded before they are added.
const BATCH: usize = 8;

/// Events by which the head of a row is fetched ahead.
const AHEAD: usize = 2;

/// Events by which where a row lies is fetched ahead.
const BOUNDS_AHEAD: usize = 12;

/// Cache lines of a row that are fetched ahead.
const FETCHED_LINES: usize = 8;

/// The copies of a ring of sums.
#[derive(Clone, Copy, Debug)]
struct Ring {
    /// The copy of the step of emission.
    now: usize,
    copies: usize,
    /// Lanes from one copy to the next.
    stride: usize,
}

impl Ring {
    /// The first lane of the copy a number of steps later, at most a whole turn.
    #[inline]
    fn start(self, delay: u16) -> usize {
        let copy = self.now + usize::from(delay);
        let copy = if copy >= self.copies {
            copy - self.copies
        } else {
            copy
        };
        copy * self.stride
    }
}

/// The edges onto the targets `first..first + width` of an owner.
///
/// The place of every target is below `width`: [`Tile::new`] checks it once.
#[derive(Debug)]
pub(super) struct Tile<F: Format> {
    /// The first target, counted from the owner's first.
    first: usize,
    width: usize,
    rows: Rows,
    cells: Block<F::Cell>,
    beside: Block<F::Beside>,
    delays: Delays,
    /// The largest sum of magnitudes that one event of every edge gives a target; found when it
    /// is asked for, as where edges have no weights their number mostly decides.
    heaviest: OnceLock<f64>,
    /// The largest sum of magnitudes that is exact, with what other projections add.
    limit: f64,
    /// The longest own delay.
    longest: usize,
    /// Whether an own delay is 0.
    immediate: bool,
}

/// How the delays of edges are kept.
#[derive(Debug)]
enum Delays {
    /// All edges have one, which is not kept.
    Common,
    /// One an edge.
    Each(Block<u16>),
}

/// The arrays of a tile while it is built.
#[derive(Debug)]
pub(super) struct Columns<F: Format> {
    pub(super) cells: Block<F::Cell>,
    pub(super) beside: Block<F::Beside>,
    pub(super) delays: Block<u16>,
}

impl<F: Format> Columns<F> {
    /// Room for a number of edges; `None` where memory is refused.
    pub(super) fn new(edges: usize, own_delays: bool) -> Option<Self> {
        Some(Self {
            cells: Block::zeroed(edges)?,
            beside: Block::zeroed(if F::BESIDE { edges } else { 0 })?,
            delays: Block::zeroed(if own_delays { edges } else { 0 })?,
        })
    }

    /// Keeps a number of edges.
    pub(super) fn truncate(&mut self, edges: usize) {
        self.cells.truncate(edges);
        self.beside.truncate(edges);
        self.delays.truncate(edges);
    }

    /// Moves edges to the front, over what lies there.
    pub(super) fn move_to(&mut self, edges: Range<usize>, place: usize) {
        if edges.start == place || edges.is_empty() {
            return;
        }
        self.cells.copy_within(edges.clone(), place);
        if F::BESIDE {
            self.beside.copy_within(edges.clone(), place);
        }
        if !self.delays.is_empty() {
            self.delays.copy_within(edges, place);
        }
    }

    /// Bytes of one edge.
    pub(super) fn edge_bytes(own_delays: bool) -> u64 {
        let beside = if F::BESIDE { size_of::<F::Beside>() } else { 0 };
        (size_of::<F::Cell>() + beside + if own_delays { 2 } else { 0 }) as u64
    }
}

impl<F: Format> Tile<F> {
    /// Finishes a tile: checks every target. Sums of what is stored are exact up to `limit`.
    ///
    /// `None` if a target lies outside, which a connectivity never gives.
    pub(super) fn new(
        first: usize,
        width: usize,
        rows: Rows,
        columns: Columns<F>,
        limit: f64,
    ) -> Option<Self> {
        let places = columns.cells.iter().map(|&cell| F::place(cell) as u32);
        let outside = places.fold(0, u32::max) as usize >= width && !columns.cells.is_empty();
        if outside || rows.start(rows.sources()) != columns.cells.len() {
            return None;
        }
        let Columns {
            cells,
            beside,
            delays,
        } = columns;
        let longest = delays.iter().copied().max().map_or(0, usize::from);
        let immediate = delays.contains(&0);
        let delays = if delays.is_empty() {
            Delays::Common
        } else {
            Delays::Each(delays)
        };
        Some(Self {
            first,
            width,
            rows,
            cells,
            beside,
            delays,
            heaviest: OnceLock::new(),
            limit,
            longest,
            immediate,
        })
    }

    pub(super) fn row(&self, source: u32) -> Range<usize> {
        self.rows.row(source)
    }

    /// Whether a sum may be wrong if every edge adds a number of events to it at once.
    pub(super) fn overflows(&self, times: u32) -> bool {
        let overflows = |heaviest: f64| f64::from(times) * heaviest > self.limit;
        if F::EXACT_BELOW == f64::INFINITY || (!F::WEIGHTED && !overflows(self.cells.len() as f64))
        {
            return false;
        }
        overflows(*self.heaviest.get_or_init(|| self.find_heaviest()))
    }

    fn find_heaviest(&self) -> f64 {
        self.loads().into_iter().fold(0.0, f64::max)
    }

    /// The sum of magnitudes that one event of every edge gives each target.
    pub(super) fn loads(&self) -> Vec<f64> {
        let mut loads = vec![0.0; self.width];
        add_loads::<F>(&self.cells, &self.beside, &mut loads);
        loads
    }

    /// Number of sources.
    pub(super) fn sources(&self) -> usize {
        self.rows.sources()
    }

    fn deliver_common(&self, events: &Segment, sums: &mut [F::Sum]) -> u64 {
        let mut delivered = 0;
        for (at, &source) in events.elements.iter().enumerate() {
            self.look_ahead(&events.elements, at);
            let row = self.row(source);
            if events.counts.is_empty() {
                delivered += row.len() as u64;
                self.add_row::<false>(row, 1, sums);
            } else {
                let times = events.counts[at];
                delivered += row.len() as u64 * u64::from(times);
                self.add_row::<true>(row, times, sums);
            }
        }
        delivered
    }

    #[inline]
    fn add_row<const COUNTED: bool>(&self, row: Range<usize>, times: u32, sums: &mut [F::Sum]) {
        let cells = &self.cells[row.clone()];
        let beside = if F::BESIDE { &self.beside[row] } else { &[] };
        // SAFETY: places are below `width` (checked in `new`), the length of `sums` (the caller
        // cuts them so).
        unsafe { add_cells::<F, COUNTED>(cells, beside, times, sums) };
    }

    /// Delivers to the copies of a ring by the delay of each edge.
    fn deliver_own(&self, events: &Segment, to: &mut Destination<'_>) -> Result<u64, String> {
        let Delays::Each(delays) = &self.delays else {
            return Ok(0);
        };
        let (stride, copies) = (to.into.capacity(), to.into.copies());
        let within = self.first + self.width <= to.into.len() && self.longest <= copies;
        let sums = F::sums(to.into)
            .filter(|_| within)
            .ok_or("the sums have another form")?;
        let mut zero = None;
        if let Some(array) = to.zero.as_deref_mut() {
            let first = to.zero_copy * array.capacity() + self.first;
            let within = self.first + self.width <= array.len() && to.zero_copy < array.copies();
            let sums = F::sums(array)
                .filter(|_| within)
                .ok_or("the sums have another form")?;
            zero = Some(&mut sums[first..first + self.width]);
        }
        if zero.is_none() && self.immediate {
            return Err("edges of delay 0 have no sum".to_owned());
        }
        let ring = Ring {
            now: (to.emitted % copies as u64) as usize,
            copies,
            stride,
        };
        let mut delivered = 0;
        for (at, &source) in events.elements.iter().enumerate() {
            self.look_ahead(&events.elements, at);
            let times = events.counts.get(at).copied().unwrap_or(1);
            let row = self.row(source);
            delivered += row.len() as u64 * u64::from(times);
            match &mut zero {
                Some(zero) if self.immediate => {
                    self.add_mixed(row, delays, times, ring, (sums, zero));
                }
                _ => self.add_later(row, delays, times, ring, sums),
            }
        }
        Ok(delivered)
    }

    /// Adds a row whose delays are all at least 1.
    fn add_later(
        &self,
        row: Range<usize>,
        delays: &[u16],
        times: u32,
        ring: Ring,
        sums: &mut [F::Sum],
    ) {
        let cells = &self.cells[row.clone()];
        let delays = &delays[row.clone()];
        let beside = if F::BESIDE { &self.beside[row] } else { &[] };
        let whole = cells.len() / BATCH * BATCH;
        let weight = |at: usize| {
            F::weight(
                cells[at],
                if F::BESIDE {
                    beside[at]
                } else {
                    F::Beside::default()
                },
            )
        };
        let place = |at: usize| self.first + F::place(cells[at]) + ring.start(delays[at]);
        let mut add = |place: usize, weight: F::Sum| {
            debug_assert!(place < sums.len());
            // SAFETY: the ring's start is that of a copy below `copies`, because no delay is
            // above `longest`, which `deliver_own` has compared; the target is below `width`
            // (checked in `new`) and `first + width` fits in a copy (compared in `deliver_own`).
            let sum = unsafe { sums.get_unchecked_mut(place) };
            *sum = F::add(*sum, weight, times);
        };
        for at in (0..whole).step_by(BATCH) {
            let places: [usize; BATCH] = std::array::from_fn(|i| place(at + i));
            let weights: [F::Sum; BATCH] = std::array::from_fn(|i| weight(at + i));
            for (place, weight) in places.into_iter().zip(weights) {
                add(place, weight);
            }
        }
        for at in whole..cells.len() {
            add(place(at), weight(at));
        }
    }

    /// Adds a row among whose delays are zeros.
    fn add_mixed(
        &self,
        row: Range<usize>,
        delays: &[u16],
        times: u32,
        ring: Ring,
        (sums, zero): (&mut [F::Sum], &mut [F::Sum]),
    ) {
        for at in row {
            let cell = self.cells[at];
            let beside = if F::BESIDE {
                self.beside[at]
            } else {
                F::Beside::default()
            };
            let sum = match delays[at] {
                0 => &mut zero[F::place(cell)],
                delay => &mut sums[self.first + F::place(cell) + ring.start(delay)],
            };
            *sum = F::add(*sum, F::weight(cell, beside), times);
        }
    }

    /// Asks, at an event, for the head of a row that is due soon, and for where later rows lie.
    #[inline]
    fn look_ahead(&self, events: &[u32], at: usize) {
        if at == 0 {
            let first = events.iter().take(BOUNDS_AHEAD);
            first.for_each(|&source| self.fetch_bounds(source));
        }
        if let Some(&later) = events.get(at + BOUNDS_AHEAD) {
            self.fetch_bounds(later);
        }
        if let Some(&next) = events.get(at + AHEAD) {
            self.fetch(next);
        }
    }

    /// Asks for where a row lies.
    #[inline]
    pub(super) fn fetch_bounds(&self, source: u32) {
        fetch_lines(self.rows.bounds(source));
    }

    /// Asks for the head of a row that is read soon.
    #[inline]
    pub(super) fn fetch(&self, source: u32) {
        let row = self.row(source);
        fetch_lines(&self.cells[row.clone()]);
        if F::BESIDE {
            fetch_lines(&self.beside[row]);
        }
    }
}

impl<F: Format> Piece for Tile<F> {
    const STORAGE: &'static str = "stored";

    fn deliver(&self, events: &Segment, to: &mut Destination<'_>) -> Result<u64, String> {
        super::refuse(events, |most| self.overflows(most))?;
        if matches!(self.delays, Delays::Common) {
            let sums = to.common::<F>(self.first, self.width)?;
            return Ok(self.deliver_common(events, sums));
        }
        self.deliver_own(events, to)
    }

    fn row_length(&self, source: u32) -> u64 {
        self.row(source).len() as u64
    }

    fn row_later_than(&self, source: u32, delay: u64) -> u64 {
        let later = |found: u16| found > 0 && u64::from(found) > delay;
        match &self.delays {
            Delays::Common => 0,
            Delays::Each(delays) => {
                let delays = &delays[self.row(source)];
                delays.iter().filter(|&&found| later(found)).count() as u64
            }
        }
    }

    fn edges(&self) -> u64 {
        self.cells.len() as u64
    }

    fn bytes(&self) -> u64 {
        self.cells.bytes()
            + self.beside.bytes()
            + match &self.delays {
                Delays::Common => 0,
                Delays::Each(delays) => delays.bytes(),
            }
            + Rows::bytes_for(self.rows.sources() as u64)
    }
}

/// Adds the magnitudes that one event of every edge gives each target; false if a target lies outside.
pub(super) fn add_loads<F: Format>(
    cells: &[F::Cell],
    beside: &[F::Beside],
    loads: &mut [f64],
) -> bool {
    for (at, &cell) in cells.iter().enumerate() {
        let beside = beside.get(at).copied().unwrap_or_default();
        let Some(load) = loads.get_mut(F::place(cell)) else {
            return false;
        };
        *load += F::magnitude(F::weight(cell, beside));
    }
    true
}

/// Adds cells, with what is beside them, to their sums, each a number of times if that is counted.
///
/// # Safety
///
/// The places of all cells are below the number of sums.
#[inline]
pub(super) unsafe fn add_cells<F: Format, const COUNTED: bool>(
    cells: &[F::Cell],
    beside: &[F::Beside],
    times: u32,
    sums: &mut [F::Sum],
) {
    let times = if COUNTED { times } else { 1 };
    let beside_of = |at: usize| {
        if F::BESIDE {
            beside[at]
        } else {
            F::Beside::default()
        }
    };
    let mut add = |cell: F::Cell, weight: F::Sum| {
        debug_assert!(F::place(cell) < sums.len());
        // SAFETY: the caller promises it.
        let sum = unsafe { sums.get_unchecked_mut(F::place(cell)) };
        *sum = F::add(*sum, weight, times);
    };
    let whole = cells.len() / BATCH * BATCH;
    for at in (0..whole).step_by(BATCH) {
        // Loaded first: the compiler may not move a load across the additions below.
        let batch: [F::Cell; BATCH] = std::array::from_fn(|i| cells[at + i]);
        let weights: [F::Sum; BATCH] =
            std::array::from_fn(|i| F::weight(batch[i], beside_of(at + i)));
        for (cell, weight) in batch.into_iter().zip(weights) {
            add(cell, weight);
        }
    }
    for at in whole..cells.len() {
        add(cells[at], F::weight(cells[at], beside_of(at)));
    }
}

/// Asks for the first cache lines of a slice.
#[inline]
pub(super) fn fetch_lines<T>(slice: &[T]) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::_MM_HINT_T0;
        fetch::<_MM_HINT_T0, T>(slice, FETCHED_LINES);
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = slice;
}

/// Asks for the cache lines of a slice that is read later, so that they come into the second cache.
#[inline]
pub(super) fn fetch_far<T>(slice: &[T]) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::_MM_HINT_T1;
        fetch::<_MM_HINT_T1, T>(slice, usize::MAX);
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = slice;
}

#[cfg(target_arch = "x86_64")]
#[inline]
fn fetch<const HINT: i32, T>(slice: &[T], most: usize) {
    use std::arch::x86_64::_mm_prefetch;
    let lines = size_of_val(slice).div_ceil(64).min(most);
    let start = slice.as_ptr().cast::<i8>();
    for line in 0..lines {
        // SAFETY: a fetch ahead reads nothing and faults nowhere; SSE is always there.
        unsafe { _mm_prefetch::<HINT>(start.wrapping_add(line * 64)) };
    }
}
