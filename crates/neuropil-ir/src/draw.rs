//! Random draws as functions of (seed, stream, element, step).
//!
//! A draw has no state: the generator is Philox4x32-10, a bijection of a 128-bit counter under a
//! 64-bit key, so any lane on any thread computes its own numbers and gets the same ones. The
//! counter is (element, step), each 64 bits; the key mixes the seed of the run with the stream,
//! a hash of the qualified name of what is drawn and of the draw's number in its expression. A
//! new line in a model therefore changes no other draw.
//!
//! Everything here is a contract: the functions must never change, or old results could not be
//! repeated.
//!
//! # Source
//!
//! J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw (2011), Parallel random numbers: as easy as
//! 1, 2, 3, SC'11, <https://doi.org/10.1145/2063384.2063405>. The finaliser is the one of
//! SplitMix64: G. L. Steele, D. Lea, C. H. Flood (2014), <https://doi.org/10.1145/2660193.2660195>.

use crate::skips::{self, SKIPS, SkipLaw};

/// Multipliers of the two halves of a Philox round.
pub const PHILOX_MULTIPLIERS: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
/// What is added to the two key words after each Philox round.
pub const PHILOX_WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];
/// The number of Philox rounds.
pub const PHILOX_ROUNDS: usize = 10;

/// Philox4x32-10: four random words from a counter and a key.
pub fn philox(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let [mut c0, mut c1, mut c2, mut c3] = counter;
    let [mut k0, mut k1] = key;
    for _ in 0..PHILOX_ROUNDS {
        let p0 = u64::from(c0) * u64::from(PHILOX_MULTIPLIERS[0]);
        let p1 = u64::from(c2) * u64::from(PHILOX_MULTIPLIERS[1]);
        (c0, c1, c2, c3) = (
            (p1 >> 32) as u32 ^ c1 ^ k0,
            p1 as u32,
            (p0 >> 32) as u32 ^ c3 ^ k1,
            p0 as u32,
        );
        k0 = k0.wrapping_add(PHILOX_WEYL[0]);
        k1 = k1.wrapping_add(PHILOX_WEYL[1]);
    }
    [c0, c1, c2, c3]
}

/// The finaliser of SplitMix64, a bijection in which every input bit reaches every output bit.
pub fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// What is added between two rounds of [`mix`], so that 0 is no fixed point.
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// The key of a stream of draws: a hash of a qualified name and the draw's number in its place.
///
/// FNV-1a of 64 bits over the UTF-8 bytes of the name and the four little-endian bytes of the
/// number, then two rounds of "add 0x9E3779B97F4A7C15, [`mix`]".
pub fn stream_key(name: &str, number: u32) -> u64 {
    let mut hash = 0xCBF2_9CE4_8422_2325_u64;
    for byte in name.bytes().chain(number.to_le_bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3);
    }
    mix(mix(hash.wrapping_add(GOLDEN)).wrapping_add(GOLDEN))
}

/// The Philox key of a stream in a run.
///
/// `mix(mix(seed + 0x9E3779B97F4A7C15) ^ stream)`, low word first: for a fixed seed a bijection
/// of the stream and for a fixed stream a bijection of the seed, so no two streams of a run meet.
pub fn key(seed: u64, stream: u64) -> [u32; 2] {
    let mixed = mix(mix(seed.wrapping_add(GOLDEN)) ^ stream);
    [mixed as u32, (mixed >> 32) as u32]
}

/// The Philox counter of an element in a step: element low, element high, step low, step high.
#[inline]
pub fn counter(element: u64, step: u64) -> [u32; 4] {
    [
        element as u32,
        (element >> 32) as u32,
        step as u32,
        (step >> 32) as u32,
    ]
}

/// A number of the open unit interval, a multiple of 2^-53, from the first two words.
///
/// `((w0 * 2^32 + w1) >> 12) + 0.5` times 2^-52; every step is exact.
#[inline]
pub fn uniform_f64(words: [u32; 4]) -> f64 {
    let bits = (u64::from(words[0]) << 32) | u64::from(words[1]);
    ((bits >> 12) as f64 + 0.5) * (1.0 / (1_u64 << 52) as f64)
}

/// A number of the open unit interval, a multiple of 2^-24, from the first word.
///
/// `(w0 >> 9) + 0.5` times 2^-23: the top 23 bits of the word pair of [`uniform_f64`], exact.
pub fn uniform_f32(words: [u32; 4]) -> f32 {
    ((words[0] >> 9) as f32 + 0.5) * (1.0 / (1_u32 << 23) as f32)
}

/// Blocks that a [`Generator`] makes at a time.
pub const GROUP_BLOCKS: usize = 8;

/// Words that a [`Generator`] makes at a time.
pub const GROUP_WORDS: usize = 4 * GROUP_BLOCKS;

/// Philox4x32-10 of eight counters, word by word: 64-bit lanes whose upper halves hold anything,
/// before and after.
///
/// The loops run over arrays, so that wherever this is inlined the compiler uses the instructions
/// that are allowed there.
#[inline(always)]
pub(crate) fn philox_lanes(
    [mut c0, mut c1, mut c2, mut c3]: [[u64; GROUP_BLOCKS]; 4],
    key: [u32; 2],
) -> [[u64; GROUP_BLOCKS]; 4] {
    const LOW: u64 = 0xFFFF_FFFF;
    let [mut k0, mut k1] = key;
    for _ in 0..PHILOX_ROUNDS {
        for i in 0..GROUP_BLOCKS {
            let p0 = (c0[i] & LOW) * u64::from(PHILOX_MULTIPLIERS[0]);
            let p1 = (c2[i] & LOW) * u64::from(PHILOX_MULTIPLIERS[1]);
            c0[i] = (p1 >> 32) ^ c1[i] ^ u64::from(k0);
            c2[i] = (p0 >> 32) ^ c3[i] ^ u64::from(k1);
            c1[i] = p1;
            c3[i] = p0;
        }
        k0 = k0.wrapping_add(PHILOX_WEYL[0]);
        k1 = k1.wrapping_add(PHILOX_WEYL[1]);
    }
    [c0, c1, c2, c3]
}

/// The words of eight neighbouring blocks of a row, block after block.
///
/// Block n holds the words of `philox(counter(row, n), key)`; the number of the block wraps.
#[inline(always)]
#[expect(clippy::inline_always, reason = "as its part")]
pub fn philox_group(key: [u32; 2], row: u64, block: u64, words: &mut [u32; GROUP_WORDS]) {
    let numbers: [u64; GROUP_BLOCKS] = std::array::from_fn(|i| block.wrapping_add(i as u64));
    let [low, high] = [row, row >> 32].map(|half| [half; GROUP_BLOCKS]);
    let [c0, c1, c2, c3] = philox_lanes([low, high, numbers, numbers.map(|n| n >> 32)], key);
    for (i, words) in words.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        *words = [c0[i] as u32, c1[i] as u32, c2[i] as u32, c3[i] as u32];
    }
}

/// A function that computes what [`philox_group`] does.
type Group = fn([u32; 2], u64, u64, &mut [u32; GROUP_WORDS]);

/// A function that computes what [`skips::estimate`] does.
type Estimate = fn(SkipLaw, &[u32], &mut [u32], &mut [u32]);

/// A way to compute [`philox_group`] and [`skips::estimate`]; all ways give the same draws.
#[derive(Clone, Copy, Debug)]
pub struct Generator {
    group: Group,
    estimate: Estimate,
}

impl Generator {
    /// A way that computes both by functions that are given.
    pub fn new(group: Group, estimate: Estimate) -> Self {
        Self { group, estimate }
    }

    /// Estimates the skips of the uniform numbers of a group as [`skips::estimate`] does.
    #[inline]
    pub fn estimate(
        self,
        law: SkipLaw,
        words: &[u32; GROUP_WORDS],
        skips: &mut [u32; SKIPS],
        doubtful: &mut [u32; SKIPS],
    ) {
        let mut highs = [0; SKIPS];
        for (high, pair) in highs.iter_mut().zip(words.as_chunks::<2>().0) {
            *high = pair[0];
        }
        (self.estimate)(law, &highs, skips, doubtful);
    }
}

impl Default for Generator {
    /// One block after another: without wide vectors, the multipliers of scalars are faster.
    fn default() -> Self {
        let group: Group = |key, row, block, words| {
            for (i, words) in (0..).zip(words.as_chunks_mut::<4>().0) {
                *words = philox(counter(row, block.wrapping_add(i)), key);
            }
        };
        Self::new(group, skips::estimate)
    }
}

/// A sequence of draws, for connectors: blocks 0, 1, 2, … of a row of a stream.
///
/// Block n holds the four words of `philox(counter(row, n), key(seed, stream))`; they are made in
/// groups of [`GROUP_BLOCKS`].
#[derive(Clone, Debug)]
pub struct Stream {
    key: [u32; 2],
    row: u64,
    block: u64,
    words: [u32; GROUP_WORDS],
    used: usize,
    generator: Generator,
}

impl Stream {
    /// Starts the sequence of a row.
    pub fn new(seed: u64, stream: u64, row: u64) -> Self {
        Self::with_key(key(seed, stream), row, Generator::default())
    }

    /// Starts the sequence of a row, given the [`key`] of its stream, in some generator's way.
    pub fn with_key(key: [u32; 2], row: u64, generator: Generator) -> Self {
        Self {
            key,
            row,
            block: 0,
            words: [0; GROUP_WORDS],
            used: GROUP_WORDS,
            generator,
        }
    }

    fn refill(&mut self) {
        (self.generator.group)(self.key, self.row, self.block, &mut self.words);
        self.block = self.block.wrapping_add(GROUP_BLOCKS as u64);
    }

    /// The next [`GROUP_WORDS`] times 32 random bits, where all before were taken in such groups.
    ///
    /// `None` where a part of a group has been taken by another method.
    pub fn next_group(&mut self) -> Option<&[u32; GROUP_WORDS]> {
        if self.used != GROUP_WORDS {
            return None;
        }
        self.refill();
        Some(&self.words)
    }

    /// The next 32 random bits.
    #[inline]
    pub fn next_u32(&mut self) -> u32 {
        if self.used == GROUP_WORDS {
            self.refill();
            self.used = 0;
        }
        let word = self.words[self.used];
        self.used += 1;
        word
    }

    /// The next 64 random bits: two words, the first above the second.
    pub fn next_u64(&mut self) -> u64 {
        let high = u64::from(self.next_u32());
        (high << 32) | u64::from(self.next_u32())
    }

    /// Appends a number of integers below `n`: what [`Stream::below`] gives so many times.
    pub fn many_below(&mut self, n: u32, count: usize, out: &mut Vec<u32>) {
        let end = out.len() + count;
        out.reserve(count);
        while out.len() + GROUP_WORDS <= end
            && let Some(words) = self.next_group()
        {
            let mut drawn = [0; GROUP_WORDS];
            let mut doubtful = 0;
            for (drawn, &word) in drawn.iter_mut().zip(words) {
                let product = u64::from(word) * u64::from(n);
                *drawn = (product >> 32) as u32;
                doubtful |= u32::from((product as u32) < n);
            }
            if doubtful != 0 {
                // One at a time: a word may be rejected.
                self.used = 0;
                for _ in 0..GROUP_WORDS {
                    out.push(self.below(n));
                }
                // What a rejection shifted is taken one at a time, too.
            } else {
                out.extend_from_slice(&drawn);
            }
        }
        while out.len() < end {
            out.push(self.below(n));
        }
    }

    /// The next number of the open unit interval, as [`uniform_f64`] makes it.
    pub fn next_f64(&mut self) -> f64 {
        let (first, second) = (self.next_u32(), self.next_u32());
        uniform_f64([first, second, 0, 0])
    }

    /// The next integer below `n`, every one equally likely; 0 where `n` is 0.
    ///
    /// # Source
    ///
    /// D. Lemire (2019), Fast random integer generation in an interval,
    /// <https://doi.org/10.1145/3230636>, with its rejection step.
    #[inline]
    pub fn below(&mut self, n: u32) -> u32 {
        let mut product = u64::from(self.next_u32()) * u64::from(n);
        if (product as u32) < n {
            let threshold = n.wrapping_neg() % n;
            while (product as u32) < threshold {
                product = u64::from(self.next_u32()) * u64::from(n);
            }
        }
        (product >> 32) as u32
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests")]
mod tests {
    use super::*;

    /// The known answers of the Random123 distribution (`kat_vectors`, philox 4x32 10).
    #[test]
    fn philox_gives_the_published_answers() {
        assert_eq!(
            philox([0; 4], [0; 2]),
            [0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8]
        );
        assert_eq!(
            philox([u32::MAX; 4], [u32::MAX; 2]),
            [0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD]
        );
        assert_eq!(
            philox(
                [0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344],
                [0xA409_3822, 0x299F_31D0]
            ),
            [0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1]
        );
    }

    /// The first outputs of SplitMix64 with seed 1234567, as published with the generator
    /// (the state advances by the golden constant before the finaliser).
    #[test]
    fn mix_is_the_finaliser_of_splitmix64() {
        let outputs: Vec<u64> = (1..=3)
            .map(|i: u64| mix(1_234_567_u64.wrapping_add(GOLDEN.wrapping_mul(i))))
            .collect();
        assert_eq!(
            outputs,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423
            ]
        );
    }

    /// Pins the hash: these numbers were computed by a separate program from the documentation.
    #[test]
    fn stream_keys_never_change() {
        assert_eq!(stream_key("", 0), PINNED[0]);
        assert_eq!(stream_key("EIBalance.exc.V", 0), PINNED[1]);
        assert_eq!(stream_key("EIBalance.exc.V", 1), PINNED[2]);
        assert_eq!(key(0, 0), [PINNED[3] as u32, (PINNED[3] >> 32) as u32]);
        assert_eq!(
            key(42, PINNED[1]),
            [PINNED[4] as u32, (PINNED[4] >> 32) as u32]
        );
    }

    const PINNED: [u64; 5] = [
        0xD344_86D6_E3F2_F68B,
        0xE237_0B1C_B139_A984,
        0x436B_1E93_C41B_3EC4,
        0x4821_8226_FF3C_D4BF,
        0xC8DB_97B3_65B3_B65B,
    ];

    #[test]
    fn uniforms_stay_inside_the_open_interval() {
        assert_eq!(uniform_f64([0; 4]), 2f64.powi(-53));
        assert_eq!(uniform_f64([u32::MAX; 4]), 1.0 - 2f64.powi(-53));
        assert_eq!(uniform_f32([0; 4]), 2f32.powi(-24));
        assert_eq!(uniform_f32([u32::MAX; 4]), 1.0 - 2f32.powi(-24));
        let words = [0x1234_5678, 0x9ABC_DEF0, 0, 0];
        assert!((f64::from(uniform_f32(words)) - uniform_f64(words)).abs() <= 2f64.powi(-24));
    }

    /// Chi-square over 7 cells, 6 degrees of freedom: 47 has a tail of 2e-8 for a fair source.
    #[test]
    fn below_is_fair() {
        let mut stream = Stream::new(1, stream_key("test", 0), 3);
        let mut counts = [0_u32; 7];
        for _ in 0..70_000 {
            counts[stream.below(7) as usize] += 1;
        }
        let chi2: f64 = counts
            .iter()
            .map(|&c| (f64::from(c) - 1e4).powi(2) / 1e4)
            .sum();
        assert!(chi2 < 47.0, "{counts:?}");
        assert_eq!(stream.below(1), 0);
        assert_eq!(stream.below(0), 0);
    }

    /// A range just above 2^31 rejects almost half of the words; the mean must stay at the middle.
    #[test]
    fn below_rejects_without_bias() {
        let n = (1_u32 << 31) + 1;
        let mut stream = Stream::new(9, 9, 9);
        let draws = 20_000;
        let mean = (0..draws).map(|_| f64::from(stream.below(n))).sum::<f64>() / f64::from(draws);
        let sigma = f64::from(n) / 12f64.sqrt() / f64::from(draws).sqrt();
        assert!((mean - f64::from(n) / 2.0).abs() < 5.5 * sigma);
    }

    /// Blocks are those of the definition, also where the number of the block passes 2^32 and 2^64.
    #[test]
    fn groups_are_blocks_in_order() {
        let key = [0x1234_5678, 0x9ABC_DEF0];
        for row in [0, 7, u64::from(u32::MAX) + 5] {
            for block in [0_u64, 8, (1 << 32) - 3, u64::MAX - 2] {
                let expected: Vec<u32> = (0..GROUP_BLOCKS as u64)
                    .flat_map(|i| philox(counter(row, block.wrapping_add(i)), key))
                    .collect();
                let mut words = [0; GROUP_WORDS];
                philox_group(key, row, block, &mut words);
                assert_eq!(words[..], expected);
                (Generator::default().group)(key, row, block, &mut words);
                assert_eq!(words[..], expected);
            }
        }
        let mut stream = Stream::new(3, 4, 5);
        for block in 0..20 {
            for word in philox(counter(5, block), super::key(3, 4)) {
                assert_eq!(stream.next_u32(), word);
            }
        }
    }

    /// Many at a time are those that come one at a time, with and without rejections.
    #[test]
    fn many_below_are_those_one_at_a_time() {
        for n in [0, 1, 7, 10_000, 1 << 20, (1 << 31) + 1, u32::MAX] {
            let (mut many, mut single) = (Stream::new(1, 2, 3), Stream::new(1, 2, 3));
            for count in [0, 3, 64, 29, 500] {
                let mut found = vec![9];
                many.many_below(n, count, &mut found);
                let expected: Vec<u32> = (0..count).map(|_| single.below(n)).collect();
                assert_eq!(found[1..], expected, "{count} below {n}");
            }
            assert_eq!(many.next_u32(), single.next_u32());
        }
    }

    #[test]
    fn streams_repeat_and_differ() {
        let take = |seed, stream, row| -> Vec<u32> {
            let mut s = Stream::new(seed, stream, row);
            (0..9).map(|_| s.next_u32()).collect()
        };
        assert_eq!(take(1, 2, 3), take(1, 2, 3));
        assert_ne!(take(1, 2, 3), take(1, 2, 4));
        assert_ne!(take(1, 2, 3), take(1, 3, 3));
        assert_ne!(take(1, 2, 3), take(2, 2, 3));
    }
}
