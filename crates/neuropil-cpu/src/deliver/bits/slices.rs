//! Counts how many of some rows of bits have each bit set, by adders of one bit.
//!
//! Eight rows at a time go through adders that take three bits of equal value and give a sum and a
//! carry. What they leave is a number for each bit, of which plane k holds the digit of 2^k; the
//! planes of a few blocks stay in the first cache. Once for all rows of a step they are spread to
//! integers and added to the counts ([`super::spread`]).
//!
//! # Source
//!
//! Adders in a tree: D. Mula, N. Kurz, D. Lemire (2018), Faster population counts using AVX2
//! instructions, <https://doi.org/10.1093/comjnl/bxx046>, there for one row.

#[cfg(target_arch = "x86_64")]
use super::spread::{Avx2, Avx512};
use super::spread::{Portable, Spread};

/// Targets of a block: a vector of the widest kind, and a cache line.
pub(super) const LANES: usize = 512;

/// The bits of a block of neighbouring targets.
pub(super) type Bits = [u64; LANES / 64];

/// Rows that go through the adders together.
const GROUP: usize = 8;

/// Digits of a number, so rows are counted 255 at a time at the most.
const PLANES: usize = 8;

/// Rows that are counted before the planes are spread: whole groups.
const BATCH: usize = 248;

/// Blocks whose planes are kept: 8 KiB, and 32 KiB of counts.
const CHUNK: usize = 16;

/// What stands for a row that is not there.
const ZERO: [Bits; CHUNK] = [[0; LANES / 64]; CHUNK];

/// How rows are counted; all ways give the same numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// With what every processor has.
    Portable,
    /// With vectors of 256 bits.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// With vectors of 512 bits.
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Way {
    /// All that this processor has, the fastest last.
    pub(crate) fn available() -> Vec<Self> {
        #[cfg_attr(
            not(target_arch = "x86_64"),
            expect(unused_mut, reason = "there is but one way")
        )]
        let mut ways = vec![Self::Portable];
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx2") {
                ways.push(Self::Avx2);
            }
            let wide = is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw");
            if wide {
                ways.push(Self::Avx512);
            }
        }
        ways
    }

    /// The fastest of this processor, if it beats lists of targets.
    ///
    /// What every processor has needs two dozen events in a step to be as fast as lists are.
    pub(crate) fn beyond_lists() -> Option<Self> {
        let fastest = Self::available().pop();
        fastest.filter(|&way| way != Self::Portable)
    }
}

/// The rows of all sources.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rows<'a> {
    pub(super) bits: &'a [Bits],
    /// Blocks of a row.
    pub(super) blocks: usize,
}

impl<'a> Rows<'a> {
    /// The blocks of a source.
    #[inline]
    pub(super) fn of(self, source: u32) -> &'a [Bits] {
        let start = source as usize * self.blocks;
        &self.bits[start..start + self.blocks]
    }

    /// Adds to every count how many of the sources have its bit.
    ///
    /// There are [`LANES`] counts a block.
    pub(super) fn count(self, way: Way, sources: &[u32], counts: &mut [u32]) {
        match way {
            // SAFETY: it needs no instructions.
            Way::Portable => unsafe { self.count_by::<Portable>(sources, counts) },
            // SAFETY: a way is made only where its instructions were found.
            #[cfg(target_arch = "x86_64")]
            Way::Avx2 => unsafe { self.count_avx2(sources, counts) },
            // SAFETY: a way is made only where its instructions were found.
            #[cfg(target_arch = "x86_64")]
            Way::Avx512 => unsafe { self.count_avx512(sources, counts) },
        }
    }

    /// Adds to every count a number if a source has its bit.
    pub(super) fn add(self, way: Way, source: u32, times: u32, counts: &mut [u32]) {
        match way {
            // SAFETY: it needs no instructions.
            Way::Portable => unsafe { self.add_by::<Portable, true>(source, times, counts) },
            // SAFETY: a way is made only where its instructions were found.
            #[cfg(target_arch = "x86_64")]
            Way::Avx2 => unsafe { self.add_avx2(source, times, counts) },
            // SAFETY: a way is made only where its instructions were found.
            #[cfg(target_arch = "x86_64")]
            Way::Avx512 => unsafe { self.add_avx512(source, times, counts) },
        }
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn count_avx2(self, sources: &[u32], counts: &mut [u32]) {
        // SAFETY: the caller has the instructions.
        unsafe { self.count_by::<Avx2>(sources, counts) }
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,avx512f,avx512bw")]
    fn count_avx512(self, sources: &[u32], counts: &mut [u32]) {
        // SAFETY: the caller has the instructions.
        unsafe { self.count_by::<Avx512>(sources, counts) }
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn add_avx2(self, source: u32, times: u32, counts: &mut [u32]) {
        // SAFETY: the caller has the instructions.
        unsafe { self.add_by::<Avx2, true>(source, times, counts) }
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,avx512f,avx512bw")]
    fn add_avx512(self, source: u32, times: u32, counts: &mut [u32]) {
        // SAFETY: the caller has the instructions.
        unsafe { self.add_by::<Avx512, true>(source, times, counts) }
    }

    /// # Safety
    ///
    /// The processor has the instructions of the spread.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "compiled for the instructions that were found"
    )]
    unsafe fn add_by<S: Spread, const MANY: bool>(
        self,
        source: u32,
        times: u32,
        counts: &mut [u32],
    ) {
        for (bits, counts) in self.of(source).iter().zip(counts.as_chunks_mut().0) {
            // SAFETY: the caller has the instructions.
            unsafe { S::spread::<MANY>(std::slice::from_ref(bits), times, counts) };
        }
    }

    /// # Safety
    ///
    /// The processor has the instructions of the spread.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "compiled for the instructions that were found"
    )]
    unsafe fn count_by<S: Spread>(self, sources: &[u32], counts: &mut [u32]) {
        for batch in sources.chunks(BATCH) {
            if let [source] = *batch {
                // SAFETY: the caller has the instructions.
                unsafe { self.add_by::<S, false>(source, 1, counts) };
                continue;
            }
            let chunks = counts.chunks_mut(CHUNK * LANES);
            for (start, counts) in (0..self.blocks).step_by(CHUNK).zip(chunks) {
                let blocks = start..self.blocks.min(start + CHUNK);
                // SAFETY: the caller has the instructions.
                unsafe { self.count_chunk::<S>(batch, blocks, counts) };
            }
        }
    }

    /// Counts one batch in one chunk of blocks.
    ///
    /// # Safety
    ///
    /// The processor has the instructions of the spread.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "compiled for the instructions that were found"
    )]
    unsafe fn count_chunk<S: Spread>(
        self,
        sources: &[u32],
        blocks: std::ops::Range<usize>,
        counts: &mut [u32],
    ) {
        let part = |at: usize| match sources.get(at) {
            Some(&source) => &self.of(source)[blocks.clone()],
            None => &ZERO[..blocks.len()],
        };
        let mut planes = [[[0; LANES / 64]; PLANES]; CHUNK];
        let digits = sources
            .len()
            .checked_ilog2()
            .map_or(0, |log| log as usize + 1);
        for group in (0..sources.len()).step_by(GROUP) {
            let rows: [&[Bits]; GROUP] = std::array::from_fn(|i| part(group + i));
            let next: [&[Bits]; GROUP] = std::array::from_fn(|i| part(group + GROUP + i));
            for (block, planes) in planes.iter_mut().enumerate().take(blocks.len()) {
                for row in next {
                    fetch(&row[block]);
                }
                add_group(rows.map(|row| row[block]), planes, digits);
            }
        }
        for (planes, counts) in planes.iter().zip(counts.as_chunks_mut().0) {
            // SAFETY: the caller has the instructions.
            unsafe { S::spread::<false>(&planes[..digits], 1, counts) };
        }
    }
}

/// Adds eight rows to the numbers of a block, which have a number of digits.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "compiled for the instructions that were found"
)]
fn add_group(rows: [Bits; GROUP], planes: &mut [Bits; PLANES], digits: usize) {
    let (ones, two_a) = add(planes[0], rows[0], rows[1]);
    let (ones, two_b) = add(ones, rows[2], rows[3]);
    let (twos, four_a) = add(planes[1], two_a, two_b);
    let (ones, two_a) = add(ones, rows[4], rows[5]);
    let (ones, two_b) = add(ones, rows[6], rows[7]);
    let (twos, four_b) = add(twos, two_a, two_b);
    let (fours, mut carry) = add(planes[2], four_a, four_b);
    (planes[0], planes[1], planes[2]) = (ones, twos, fours);
    for plane in planes.iter_mut().take(digits).skip(3) {
        let old = *plane;
        for word in 0..carry.len() {
            plane[word] = old[word] ^ carry[word];
            carry[word] &= old[word];
        }
    }
}

/// The sum of three bits: the bit of the same value and the carry.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "compiled for the instructions that were found"
)]
fn add(a: Bits, b: Bits, c: Bits) -> (Bits, Bits) {
    let (mut sum, mut carry) = (a, a);
    for word in 0..a.len() {
        let both = a[word] ^ b[word];
        sum[word] = both ^ c[word];
        carry[word] = (a[word] & b[word]) | (both & c[word]);
    }
    (sum, carry)
}

/// Asks for a block that is read soon.
#[inline]
fn fetch(bits: &Bits) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a fetch ahead reads nothing and faults nowhere; SSE is always there.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(bits.as_ptr().cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = bits;
}
