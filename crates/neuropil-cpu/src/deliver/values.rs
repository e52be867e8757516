//! Values of edges in machine code.
//!
//! The kernel of a weight or delay is compiled as those of neurons are, except that the counters
//! of its draws, the ends of each edge, are read from arrays. Edges are run in chunks that stay in
//! the first caches.

use std::ops::Range;

use neuropil_ir::connect::{EdgeCompiler, EdgeLoads, EdgeProgram, Ends};
use neuropil_ir::draw;
use neuropil_ir::kernel::{Binding, Element, Kernel, Precision};
use neuropil_ir::verify::Verified;

use crate::jit::{Code, EDGE_COUNTERS, Target};
use crate::memory::{Array, Numbers};
use crate::program::{Bound, Frame, Lanes, Method, Outputs, World};

/// Edges that are run at a time.
const CHUNK: usize = 1024;

/// Compiles the values of edges as a method says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Compiler(pub(super) Method);

impl EdgeCompiler for Compiler {
    fn compile(
        &self,
        kernel: &Verified<Kernel>,
        seed: u64,
        uniforms: &[f64],
    ) -> Option<Box<dyn EdgeProgram>> {
        let target = Target::of(self.0.set).filter(|_| self.0.code)?;
        let keys: Vec<[u32; 2]> = kernel
            .draws
            .iter()
            .map(|declared| draw::key(seed, declared.stream))
            .collect();
        Some(Box::new(Values {
            code: Code::compile_for_edges(kernel, target, &keys)?,
            uniforms: uniforms.to_vec(),
            bindings: kernel.bindings.len(),
        }))
    }
}

/// A compiled value.
#[derive(Debug)]
struct Values {
    code: Code,
    uniforms: Vec<f64>,
    /// Number of bindings of the kernel: the result, then what it loads.
    bindings: usize,
}

/// The memory of a run.
struct Memory {
    frame: Frame,
    /// The bindings, then the counters.
    arrays: Vec<Array>,
}

impl Memory {
    fn new(words: usize, bindings: usize) -> Option<Self> {
        let elements = [Element::F64].into_iter().cycle().take(bindings);
        let counters = EDGE_COUNTERS.map(|_| Element::U32);
        Some(Self {
            frame: Frame::new(words)?,
            arrays: elements
                .chain(counters)
                .map(|element| Array::zeroed(element, Precision::F64, CHUNK, 1))
                .collect::<Option<_>>()?,
        })
    }

    fn counters(&mut self, bindings: usize, ends: Ends<'_>) {
        let columns = [ends.pre, ends.post, ends.copy];
        for (array, column) in self.arrays[bindings..].iter_mut().zip(columns) {
            if let Numbers::U32(numbers) = array.numbers_mut() {
                numbers[..column.len()].copy_from_slice(column);
            }
        }
    }

    fn doubles(&mut self, binding: usize, count: usize) -> &mut [f64] {
        match self.arrays[binding].numbers_mut() {
            Numbers::F64(numbers) => &mut numbers[..count],
            _ => &mut [],
        }
    }
}

impl EdgeProgram for Values {
    fn values(&self, ends: Ends<'_>, loads: &EdgeLoads<'_>, out: &mut Vec<f64>) {
        let edges = ends.pre.len();
        let Some(mut memory) = Memory::new(self.code.words(), self.bindings) else {
            // Refused some kilobytes; what is not a number is refused as a value.
            out.resize(out.len() + edges, f64::NAN);
            return;
        };
        let mut outputs = Outputs::default();
        for start in (0..edges).step_by(CHUNK) {
            let range: Range<usize> = start..edges.min(start + CHUNK);
            let count = range.len();
            memory.counters(self.bindings, ends.part(range.clone()));
            for binding in 1..self.bindings {
                let into = memory.doubles(binding, count);
                loads(Binding(binding as u32), range.clone(), into);
            }
            let mut world = World {
                arrays: &mut memory.arrays,
                bound: &|array| Bound {
                    array,
                    copy: 0,
                    start: 0,
                },
                uniform: &|place| self.uniforms.get(place).copied().unwrap_or(f64::NAN),
            };
            let lanes = Lanes {
                element: 0,
                count,
                step: 0,
            };
            self.code
                .run(&mut memory.frame, lanes, &mut world, &mut outputs);
            out.extend_from_slice(memory.doubles(0, count));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::methods;
    use neuropil_ir::kernel::Builder;
    use neuropil_ir::kernel::function::normal_quantile;
    use neuropil_ir::scalar::{Evaluator, Lane};
    use neuropil_ir::verify;

    /// A normal number of a draw, another draw, and what is loaded: edge by edge in the scalar
    /// evaluator, and in machine code over more than one chunk with a tail.
    #[test]
    fn every_method_gives_the_defined_values() {
        let mut b = Builder::new("value", Precision::F64);
        let result = b.binding("result", Element::Real);
        let loaded = b.binding("loaded", Element::Real);
        let [first, second] = [77, 78].map(|stream| b.draw("w", stream));
        let drawn = b.drawn(first);
        let normal = normal_quantile(&mut b, drawn);
        let x = b.load(loaded);
        let product = b.mul(normal, x);
        let low = b.number(-0.5);
        let below = b.lt(product, low);
        let other = b.drawn(second);
        let value = b.select(below, other, product);
        b.store(result, value);
        let kernel = verify::kernel(b.finish()).unwrap();

        let pre: Vec<u32> = (0..2500_u32).map(|i| i.wrapping_mul(0x9E37_79B9)).collect();
        let post: Vec<u32> = pre.iter().map(|i| i.rotate_left(13)).collect();
        let copy: Vec<u32> = pre.iter().map(|i| i % 3).collect();
        let ends = Ends {
            pre: &pre,
            post: &post,
            copy: &copy,
        };
        let load = |edge: usize| edge as f64 / 1000.0 - 1.0;
        let mut single = Evaluator::of(&kernel);
        let expected: Vec<u64> = (0..pre.len())
            .map(|edge| {
                let at = Lane {
                    seed: 5,
                    element: u64::from(pre[edge]),
                    step: u64::from(post[edge]) | u64::from(copy[edge]) << 32,
                };
                single.value(at, &|_| load(edge), &[]).to_bits()
            })
            .collect();
        let loads = |binding: Binding, edges: Range<usize>, into: &mut [f64]| {
            assert_eq!(binding, Binding(1));
            into.iter_mut()
                .zip(edges)
                .for_each(|(x, edge)| *x = load(edge));
        };
        for method in methods().into_iter().filter(|method| method.code) {
            let program = Compiler(method).compile(&kernel, 5, &[]).unwrap();
            let mut found = Vec::new();
            program.values(ends, &loads, &mut found);
            let found: Vec<u64> = found.into_iter().map(f64::to_bits).collect();
            assert!(found == expected, "{method:?}");
        }
    }
}
