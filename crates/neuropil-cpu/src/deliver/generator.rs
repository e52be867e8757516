//! Draws and values of edges with the instructions of this processor.
//!
//! The engine that gives the rows has no unsafe code, so it cannot ask for instructions that not
//! every processor has. What takes its time are two loops, which it calls through [`Edges`]; here
//! they are compiled for wide vectors and handed out where those were found.

use std::sync::OnceLock;

use neuropil_ir::connect::Edges;
use neuropil_ir::draw::Generator;
use neuropil_ir::scalar::BatchRunner;

/// An empty block whose rows are computed in the fastest way of this processor; all ways give the
/// same bits.
pub(super) fn edges() -> Edges {
    static FOUND: OnceLock<(Generator, BatchRunner)> = OnceLock::new();
    let &(generator, runner) = FOUND.get_or_init(|| {
        #[cfg(target_arch = "x86_64")]
        return x86_64::ways();
        #[cfg(not(target_arch = "x86_64"))]
        Default::default()
    });
    Edges::made_by(generator, runner)
}

#[cfg(target_arch = "x86_64")]
mod x86_64 {
    use neuropil_ir::draw::{GROUP_WORDS, Generator, philox_group};
    use neuropil_ir::scalar::{Batch, BatchRunner};

    /// A group of words, to be written.
    type Words = [u32; GROUP_WORDS];

    pub(super) fn ways() -> (Generator, BatchRunner) {
        if has_avx512() {
            let generator = Generator::new(|key, row, block, words| {
                // SAFETY: the instructions were found before this function was handed out.
                unsafe { avx512(key, row, block, words) }
            });
            let runner = BatchRunner::new(|batch| {
                // SAFETY: as above.
                unsafe { avx512_batch(batch) }
            });
            (generator, runner)
        } else if has_avx2() {
            let generator = Generator::new(|key, row, block, words| {
                // SAFETY: the instructions were found before this function was handed out.
                unsafe { avx2(key, row, block, words) }
            });
            let runner = BatchRunner::new(|batch| {
                // SAFETY: as above.
                unsafe { avx2_batch(batch) }
            });
            (generator, runner)
        } else {
            Default::default()
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
    fn avx512_batch(batch: &mut Batch<'_>) {
        batch.run();
    }

    #[target_feature(enable = "avx2,fma")]
    fn avx2_batch(batch: &mut Batch<'_>) {
        batch.run();
    }

    #[target_feature(enable = "avx2,fma,avx512f,avx512dq,avx512vl")]
    fn avx512(key: [u32; 2], row: u64, block: u64, words: &mut Words) {
        philox_group(key, row, block, words);
    }

    #[target_feature(enable = "avx2,fma")]
    fn avx2(key: [u32; 2], row: u64, block: u64, words: &mut Words) {
        philox_group(key, row, block, words);
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use neuropil_ir::draw::{counter, philox};
        use neuropil_ir::kernel::function::normal_quantile;
        use neuropil_ir::kernel::{Builder, Element, Precision};
        use neuropil_ir::scalar::{BATCH_LANES, Evaluator, Lane};
        use neuropil_ir::verify;

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

        /// A normal number of a draw and what is loaded, on all lanes at once and one by one.
        #[test]
        fn every_way_gives_the_defined_values() {
            let mut b = Builder::new("value", Precision::F64);
            let result = b.binding("result", Element::Real);
            let loaded = b.binding("loaded", Element::Real);
            let stream = b.draw("w", 77);
            let drawn = b.drawn(stream);
            let normal = normal_quantile(&mut b, drawn);
            let x = b.load(loaded);
            let product = b.mul(normal, x);
            let low = b.number(-0.5);
            let below = b.lt(product, low);
            let value = b.select(below, low, product);
            b.store(result, value);
            let kernel = verify::kernel(b.finish()).unwrap();

            let mut ways = vec![BatchRunner::default()];
            if has_avx2() {
                // SAFETY: found in the line above.
                ways.push(BatchRunner::new(|batch| unsafe { avx2_batch(batch) }));
            }
            if has_avx512() {
                // SAFETY: found in the line above.
                ways.push(BatchRunner::new(|batch| unsafe { avx512_batch(batch) }));
            }
            let mut single = Evaluator::of(&kernel);
            let mut batch = Batch::of(&kernel, 5, &[]).unwrap();
            for way in ways {
                for round in 0..50 {
                    let elements: [u64; BATCH_LANES] =
                        std::array::from_fn(|lane| round * 1000 + lane as u64);
                    let steps = elements.map(|element| (element % 3) << 32 | 9);
                    batch.load(&elements, &steps, &|_, lane| elements[lane] as f64 - 20.0);
                    way.run(&mut batch);
                    for (lane, value) in batch.values().into_iter().enumerate() {
                        let at = Lane {
                            seed: 5,
                            element: elements[lane],
                            step: steps[lane],
                        };
                        let load = |_| elements[lane] as f64 - 20.0;
                        let expected = single.value(at, &load, &[]);
                        assert_eq!(value.to_bits(), expected.to_bits(), "{way:?} {lane}");
                    }
                }
            }
        }
    }
}
