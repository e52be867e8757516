//! Rows of bits: where a source reaches one target in sixteen or more, a bit a target is less than a
//! list, and the events of a step are counted together.
//!
//! A row has one bit a target, in blocks of 512 ([`slices`] counts them). Of several edges between
//! one pair the first is the bit; the others, few, stand in a list beside the bits. Counts are
//! integers, so nothing depends on how they were counted.

mod slices;
mod spread;

use std::sync::OnceLock;

use super::format::{Format, List};
use super::rows;
use super::tile::{Tile, fetch_lines};
use super::{Destination, Piece};
use crate::events::Segment;
use crate::memory::Block;

use slices::LANES;
pub(crate) use slices::Way;

/// Words of a block.
pub(super) const WORDS: usize = LANES / 64;

/// The format of what is beside the bits.
pub(super) type Beside = List<u16>;

/// How edges are kept that are bits.
const STORAGE: &str = "bit_rows";

/// The edges onto the targets `first..first + width` of an owner, as bits.
#[derive(Debug)]
pub(super) struct BitTile {
    /// The first target, counted from the owner's first.
    first: usize,
    width: usize,
    /// Blocks of a row.
    blocks: usize,
    bits: Block<u64>,
    /// The number of edges of each source, with those of the list.
    lengths: Block<u32>,
    /// The edges whose pair has one before them.
    beside: Tile<Beside>,
    edges: u64,
    way: Way,
    /// The most edges onto a target; found when it is asked for.
    heaviest: OnceLock<u64>,
    /// The largest number of events on a target that is exact.
    limit: f64,
}

/// The number of blocks of a number of targets.
pub(super) fn blocks(width: usize) -> usize {
    width.div_ceil(LANES)
}

/// Bytes of the bits and row lengths of a number of sources over tiles of some widths.
pub(super) fn bytes_for(sources: u64, widths: impl Iterator<Item = usize>) -> u64 {
    widths
        .map(|width| {
            let row = (blocks(width) * LANES / 8) as u64 + 4;
            sources * row + rows::Rows::bytes_for(sources)
        })
        .fold(0, u64::saturating_add)
}

/// The most of a number of edges that have another of the same pair before them, on average, where
/// partners are drawn with replacement.
///
/// A pair has a Poisson number of edges of mean m, so edges beyond the first are
/// `m - (1 - e^-m)` a pair, which is below `m*m/2`.
pub(super) fn most_beside(edges: f64, pairs: f64) -> f64 {
    edges * (0.5 * edges / pairs.max(1.0)).min(1.0)
}

/// Rows whose heads are fetched before they are counted; later ones are fetched meanwhile.
const FETCHED_ROWS: usize = 16;

/// Bytes of an edge beside the bits.
pub(super) const BESIDE_BYTES: f64 = size_of::<<Beside as Format>::Cell>() as f64;

impl BitTile {
    /// Finishes a tile: rows of whole blocks, and the edges beside them.
    ///
    /// `None` where memory is refused or the parts do not fit each other.
    pub(super) fn new(
        first: usize,
        width: usize,
        bits: Block<u64>,
        beside: Tile<Beside>,
        way: Way,
        limit: f64,
    ) -> Option<Self> {
        let blocks = blocks(width);
        let mut lengths = Block::zeroed(beside.sources())?;
        if bits.len() != lengths.len() * blocks * WORDS {
            return None;
        }
        let mut edges = 0;
        for (source, length) in (0_u32..).zip(lengths.iter_mut()) {
            let start = source as usize * blocks * WORDS;
            let row = &bits[start..start + blocks * WORDS];
            let set: u32 = row.iter().map(|word| word.count_ones()).sum();
            *length = set + beside.row(source).len() as u32;
            edges += u64::from(*length);
        }
        Some(Self {
            first,
            width,
            blocks,
            bits,
            lengths,
            beside,
            edges,
            way,
            heaviest: OnceLock::new(),
            limit,
        })
    }

    fn rows(&self) -> slices::Rows<'_> {
        slices::Rows {
            bits: self.bits.as_chunks().0,
            blocks: self.blocks,
        }
    }

    /// Asks for what is read first of the rows of some sources, all at once: rows are far apart.
    fn fetch(&self, sources: &[u32]) {
        let rows = self.rows();
        for &source in sources.iter().take(FETCHED_ROWS) {
            fetch_lines(rows.of(source));
        }
        for &source in sources {
            fetch_lines(std::slice::from_ref(&self.lengths[source as usize]));
            self.beside.fetch_bounds(source);
        }
        for &source in sources {
            self.beside.fetch(source);
        }
    }

    /// Whether a sum may be wrong if every edge adds a number of events to it at once.
    pub(super) fn overflows(&self, times: u32) -> bool {
        let overflows = |load: u64| f64::from(times) * load as f64 > self.limit;
        overflows(self.edges) && overflows(*self.heaviest.get_or_init(|| self.find_heaviest()))
    }

    fn find_heaviest(&self) -> u64 {
        let mut loads = self.beside.loads();
        let rows = self.rows();
        for source in 0..self.lengths.len() as u32 {
            for (word, &bits) in rows.of(source).as_flattened().iter().enumerate() {
                let mut bits = bits;
                while bits != 0 {
                    loads[word * 64 + bits.trailing_zeros() as usize] += 1.0;
                    bits &= bits - 1;
                }
            }
        }
        loads.into_iter().fold(0.0, f64::max) as u64
    }
}

impl Piece for BitTile {
    const STORAGE: &'static str = STORAGE;

    fn deliver(&self, events: &Segment, to: &mut Destination<'_>) -> Result<u64, String> {
        super::refuse(events, |most| self.overflows(most))?;
        // Whole blocks are counted; what lies behind the last target is padding.
        let lanes = self.blocks * LANES;
        let counts = to.padded::<List<u32>>(self.first, self.width, lanes)?;
        let rows = self.rows();
        self.fetch(&events.elements);
        let length = |source: u32| u64::from(self.lengths[source as usize]);
        let delivered = if events.counts.is_empty() {
            rows.count(self.way, &events.elements, counts);
            events.elements.iter().map(|&source| length(source)).sum()
        } else {
            let mut delivered = 0;
            for (source, times) in events.iter() {
                rows.add(self.way, source, times, counts);
                delivered += length(source) * u64::from(times);
            }
            delivered
        };
        if Piece::edges(&self.beside) > 0 {
            self.beside.deliver(events, to)?;
        }
        Ok(delivered)
    }

    fn row_length(&self, source: u32) -> u64 {
        u64::from(self.lengths[source as usize])
    }

    fn edges(&self) -> u64 {
        self.edges
    }

    fn bytes(&self) -> u64 {
        self.bits.bytes() + self.lengths.bytes() + Piece::bytes(&self.beside)
    }
}
