//! Kernels by every back-end and in both float types: neuron-steps a second.
//!
//! The networks never spike, so that a step is its kernels and next to nothing else.

#[path = "../tests/common/mod.rs"]
mod common;

use common::programs::{network, program};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use neuropil_cpu::{CpuBackend, InstructionSet};
use neuropil_ir::kernel::Precision;
use neuropil_sim::record::NoRecorder;
use neuropil_sim::{Control, Options, Simulation};

/// Steps of an iteration.
const STEPS: u64 = 10;

/// A text of the examples, and the parameters that keep it from spiking.
type Quiet = (&'static str, &'static [(&'static str, &'static str)]);

const NETWORKS: [Quiet; 2] = [
    (
        "hh_population",
        &[("N", "10000"), ("cells.g_Na", "0 mS/cm^2")],
    ),
    (
        "coba",
        &[("N", "10000"), ("exc.V_th", "1 V"), ("inh.V_th", "1 V")],
    ),
];

/// The back-ends that this machine has.
fn backends() -> Vec<(&'static str, CpuBackend)> {
    let widest = InstructionSet::detect();
    let all = [
        ("interpreter", CpuBackend::interpreting(widest)),
        ("jit_avx2", CpuBackend::compiling(InstructionSet::Avx2)),
        ("jit_avx512", CpuBackend::compiling(InstructionSet::Avx512)),
    ];
    all.into_iter()
        .filter_map(|(name, backend)| Some((name, backend?)))
        .collect()
}

fn kernels(criterion: &mut Criterion) {
    for (example, set) in NETWORKS {
        let mut group = criterion.benchmark_group(example);
        for precision in [Precision::F32, Precision::F64] {
            for (name, backend) in backends() {
                let mut program = program(&network(example, set, "1 s", precision));
                program.forget_recordings();
                let sizes = program.populations.iter().map(|it| u64::from(it.size));
                group.throughput(Throughput::Elements(STEPS * sizes.sum::<u64>()));
                let mut simulation = Simulation::new(program, &backend, &Options::default())
                    .expect("the examples are built");
                group.bench_function(format!("{name}/{precision}"), |bencher| {
                    bencher.iter(|| {
                        simulation
                            .run(STEPS, &mut NoRecorder, &mut Control::default())
                            .expect("the examples run")
                    });
                });
                let spikes = simulation.report().populations.into_iter();
                assert_eq!(
                    spikes.filter_map(|it| it.spikes).sum::<u64>(),
                    0,
                    "{example}"
                );
            }
        }
        group.finish();
    }
}

criterion_group!(benches, kernels);
criterion_main!(benches);
