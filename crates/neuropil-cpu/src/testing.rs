//! What tests share: listed edges as a connectivity, and the methods of this processor.

use std::ops::Range;

pub(crate) use neuropil_ir::conformance::ListConnectivity as Listed;
use neuropil_ir::draw::Stream;

use crate::jit::Target;
use crate::program::{InstructionSet, Method};

/// An edge: source, target, weight, delay in steps.
pub(crate) type Edge = (u32, u32, f64, u32);

/// Random edges, multapses among them, with weights of both signs and delays in a range.
pub(crate) fn random_edges(
    seed: u64,
    sources: u32,
    targets: u32,
    count: usize,
    delays: Range<u32>,
) -> Vec<Edge> {
    let mut stream = Stream::new(seed, 7, 0);
    (0..count)
        .map(|_| {
            let weight = (stream.next_f64() - 0.4) * 3.0;
            let delay = delays.start + stream.below(delays.len() as u32);
            (stream.below(sources), stream.below(targets), weight, delay)
        })
        .collect()
}

/// Every way to run kernels on this processor.
pub(crate) fn methods() -> Vec<Method> {
    let sets = [
        InstructionSet::Portable,
        InstructionSet::Avx2,
        InstructionSet::Avx512,
    ];
    let mut methods = Vec::new();
    for set in sets.into_iter().filter(|set| set.is_available()) {
        methods.push(Method {
            set,
            code: false,
            copies: None,
        });
        if Target::of(set).is_some() {
            methods.extend([1, 2, 4].map(|copies| Method {
                set,
                code: true,
                copies: Some(copies),
            }));
        }
    }
    methods
}
