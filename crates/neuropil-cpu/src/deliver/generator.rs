//! Draws of rows with the instructions of this processor.
//!
//! The engine that gives the rows has no unsafe code, so it cannot ask for instructions that not
//! every processor has. Its loop over draws, which it calls through [`Edges`], is compiled here for
//! wide vectors and handed out where those were found.

use std::sync::OnceLock;

use neuropil_ir::connect::Edges;
use neuropil_ir::draw::Generator;

/// An empty block whose rows are drawn in the fastest way of this processor; all ways give the
/// same bits.
pub(super) fn edges() -> Edges {
    static FOUND: OnceLock<Generator> = OnceLock::new();
    let generator = FOUND.get_or_init(|| {
        #[cfg(target_arch = "x86_64")]
        return x86_64::generator();
        #[cfg(not(target_arch = "x86_64"))]
        Generator::default()
    });
    Edges::drawn_by(*generator)
}

#[cfg(target_arch = "x86_64")]
mod x86_64 {
    use neuropil_ir::draw::{GROUP_WORDS, Generator, philox_group};
    use neuropil_ir::skips::{SkipLaw, estimate};

    /// A group of words, to be written.
    type Words = [u32; GROUP_WORDS];

    pub(super) fn generator() -> Generator {
        if has_avx512() {
            Generator::new(
                |key, row, block, words| {
                    // SAFETY: the instructions were found before this function was handed out.
                    unsafe { avx512(key, row, block, words) }
                },
                |law, highs, skips, doubtful| {
                    // SAFETY: as above.
                    unsafe { estimate_avx512(law, highs, skips, doubtful) }
                },
            )
        } else if has_avx2() {
            Generator::new(
                |key, row, block, words| {
                    // SAFETY: the instructions were found before this function was handed out.
                    unsafe { avx2(key, row, block, words) }
                },
                |law, highs, skips, doubtful| {
                    // SAFETY: as above.
                    unsafe { estimate_avx2(law, highs, skips, doubtful) }
                },
            )
        } else {
            Generator::default()
        }
    }

    fn has_avx2() -> bool {
        is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")
    }

    fn has_avx512() -> bool {
        has_avx2()
            && is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl")
    }

    #[target_feature(enable = "avx2,fma,avx512f,avx512dq,avx512vl")]
    fn avx512(key: [u32; 2], row: u64, block: u64, words: &mut Words) {
        philox_group(key, row, block, words);
    }

    #[target_feature(enable = "avx2,fma")]
    fn avx2(key: [u32; 2], row: u64, block: u64, words: &mut Words) {
        philox_group(key, row, block, words);
    }

    #[target_feature(enable = "avx2,fma,avx512f,avx512dq,avx512vl")]
    fn estimate_avx512(law: SkipLaw, highs: &[u32], skips: &mut [u32], doubtful: &mut [u32]) {
        estimate(law, highs, skips, doubtful);
    }

    #[target_feature(enable = "avx2,fma")]
    fn estimate_avx2(law: SkipLaw, highs: &[u32], skips: &mut [u32], doubtful: &mut [u32]) {
        estimate(law, highs, skips, doubtful);
    }

    #[cfg(test)]
    mod tests {
        use neuropil_ir::skips::SKIPS;

        use super::*;
        use neuropil_ir::draw::{counter, philox};

        #[test]
        fn every_way_gives_the_defined_words() {
            type Way = fn([u32; 2], u64, u64, &mut Words);
            let mut ways: Vec<Way> = Vec::new();
            if has_avx2() {
                // SAFETY: found in the line above.
                ways.push(|key, row, block, words| unsafe { avx2(key, row, block, words) });
            }
            if has_avx512() {
                // SAFETY: found in the line above.
                ways.push(|key, row, block, words| unsafe { avx512(key, row, block, words) });
            }
            let key = [0x9E37_0001, 0xFFFF_FFFE];
            for way in ways {
                for (row, block) in [(0, 0), (u64::MAX - 9, 3), (1 << 40, u64::MAX - 4)] {
                    let mut words = [0; GROUP_WORDS];
                    way(key, row, block, &mut words);
                    for (i, words) in (0..).zip(words.chunks(4)) {
                        assert_eq!(words, philox(counter(row, block.wrapping_add(i)), key));
                    }
                }
            }
        }

        #[test]
        fn every_way_estimates_the_same_skips() {
            let default = Generator::default();
            let mut stream = neuropil_ir::draw::Stream::new(1, 2, 3);
            for p in [0.4, 0.02, 2e-4] {
                let law = SkipLaw::new(-p - p * p / 2.0, 10_000);
                for _ in 0..500 {
                    let words: Words = std::array::from_fn(|_| stream.next_u32());
                    let estimated = |by: Generator| {
                        let (mut skips, mut doubtful) = ([0; SKIPS], [0; SKIPS]);
                        by.estimate(law, &words, &mut skips, &mut doubtful);
                        (skips, doubtful)
                    };
                    assert_eq!(estimated(generator()), estimated(default));
                    if has_avx2() {
                        let highs: Vec<u32> = words.chunks(2).map(|pair| pair[0]).collect();
                        let (mut skips, mut doubtful) = ([0; SKIPS], [0; SKIPS]);
                        // SAFETY: found in the line above.
                        unsafe { estimate_avx2(law, &highs, &mut skips, &mut doubtful) };
                        assert_eq!((skips, doubtful), estimated(default));
                    }
                }
            }
        }
    }
}
