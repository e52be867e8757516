//! Building: synapses a second, from a compiled program to a network that can run.
//!
//! Shared weights by fixed probability (`coba`) and fixed in-degree (`brunel`), own weights
//! (`izhikevich`).

#[path = "../tests/common/mod.rs"]
mod common;

use common::programs::{network, program};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use neuropil_cpu::CpuBackend;
use neuropil_ir::kernel::Precision;
use neuropil_sim::{Options, Simulation};

/// A text of the examples with parameters.
type Sized = (&'static str, &'static [(&'static str, &'static str)]);

const NETWORKS: [Sized; 3] = [
    ("coba", &[("N", "20000")]),
    ("brunel", &[("N", "5000")]),
    ("izhikevich", &[]),
];

fn building(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("building");
    group.sample_size(10);
    for (example, set) in NETWORKS {
        for precision in [Precision::F32, Precision::F64] {
            let mut program = program(&network(example, set, "1 ms", precision));
            program.forget_recordings();
            let build = |program| {
                Simulation::new(program, &CpuBackend::new(), &Options::default())
                    .expect("the examples are built")
            };
            let synapses = build(program.clone()).report().synapses();
            group.throughput(Throughput::Elements(synapses));
            group.bench_function(format!("{example}/{precision}"), |bencher| {
                bencher.iter_batched(|| program.clone(), build, BatchSize::PerIteration);
            });
        }
    }
    group.finish();
}

criterion_group!(benches, building);
criterion_main!(benches);
