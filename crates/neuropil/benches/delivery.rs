//! Deliveries inside a running network: events a second, by the clock of the profile.
//!
//! Shared weights (`brunel`), and own weights with a sum a neuron (`izhikevich`).

#[path = "../tests/common/mod.rs"]
mod common;

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use common::programs::{network, program};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use neuropil_cpu::CpuBackend;
use neuropil_ir::backend::StageKind;
use neuropil_ir::kernel::Precision;
use neuropil_sim::record::NoRecorder;
use neuropil_sim::{Control, Options, Simulation};

/// Steps of an iteration; a few of them deliver little.
const STEPS: u64 = 100;

fn nanoseconds() -> u64 {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_nanos() as u64
}

/// Runs some steps: nanoseconds and events of the deliveries.
fn delivered(simulation: &mut Simulation, steps: u64) -> (u64, u64) {
    assert!(
        simulation.profile(nanoseconds),
        "the processor has a profile"
    );
    simulation
        .run(steps, &mut NoRecorder, &mut Control::default())
        .expect("the examples run");
    let stages = simulation.report().stages.into_iter();
    stages
        .filter(|stage| stage.kind == StageKind::Delivery)
        .fold((0, 0), |(time, events), stage| {
            (time + stage.nanoseconds, events + stage.items)
        })
}

fn delivery(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("delivery");
    for example in ["brunel", "izhikevich"] {
        for precision in [Precision::F32, Precision::F64] {
            let mut program = program(&network(example, &[], "1 s", precision));
            program.forget_recordings();
            let mut simulation = Simulation::new(program, &CpuBackend::new(), &Options::default())
                .expect("the examples are built");
            // Past the first wave of spikes; how many events an iteration has.
            delivered(&mut simulation, 10 * STEPS);
            let (_, events) = delivered(&mut simulation, 10 * STEPS);
            group.throughput(Throughput::Elements(events / 10));
            group.bench_function(format!("{example}/{precision}"), |bencher| {
                bencher.iter_custom(|iterations| {
                    let (time, _) = delivered(&mut simulation, iterations * STEPS);
                    Duration::from_nanos(time)
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, delivery);
criterion_main!(benches);
