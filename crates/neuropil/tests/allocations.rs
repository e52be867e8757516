//! A network that runs asks for no memory: all that a step needs is there after the first second.
//!
//! Every call of the allocator counts, on any thread: kernels, deliveries, event lists, the thread pool,
//! the hand-over of what is recorded, the checks that states are finite. A recorder that keeps what
//! it is handed has to grow and is not part of this; one that forgets everything takes its place.
//!
//! One test, because the count is that of the whole process.

mod common;

use common::programs::{Network, network, program};
use neuropil_cpu::CpuBackend;
use neuropil_ir::backend::Storage;
use neuropil_ir::kernel::Precision::{F32, F64};
use neuropil_sim::record::NoRecorder;
use neuropil_sim::{Control, Options, Simulation};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Steps before, and steps in which the allocator must not be called.
const STEPS: u64 = 1000;

/// Calls of the allocator in the second thousand of steps.
fn calls(network: &Network, storage: Storage, threads: usize) -> usize {
    let options = Options {
        threads,
        storage,
        ..Options::default()
    };
    let backend = CpuBackend::new();
    let mut simulation =
        Simulation::new(program(network), &backend, &options).expect("it is built");
    let mut run = || simulation.run(STEPS, &mut NoRecorder, &mut Control::default());
    assert_eq!(run().expect("it runs"), STEPS);
    let region = Region::new(ALLOCATOR);
    let done = run();
    let change = region.change();
    assert_eq!(done.expect("it runs"), STEPS);
    let spikes = simulation.report().populations[0].spikes;
    assert!(spikes > Some(1000), "{} is silent", network.example);
    change.allocations + change.reallocations
}

#[test]
fn running_networks_allocate_nothing() {
    let networks = [
        network("coba", &[], "200 ms", F64),
        network("coba", &[], "200 ms", F32),
        network("brunel", &[], "200 ms", F64),
        network("brunel", &[], "200 ms", F32),
    ];
    // The counter counts: building is what allocates.
    let building = Region::new(ALLOCATOR);
    let mut found = Vec::new();
    let auto = networks.iter().map(|network| (network, Storage::Auto));
    let generated = networks[..2]
        .iter()
        .map(|network| (network, Storage::Generated));
    for (network, storage) in auto.chain(generated) {
        for threads in [1, 2] {
            let calls = calls(network, storage, threads);
            if calls > 0 {
                let Network {
                    example, precision, ..
                } = network;
                found.push(format!(
                    "{example} {precision} {storage:?} {threads} threads: {calls}"
                ));
            }
        }
    }
    assert!(building.change().allocations > 1000);
    assert!(
        found.is_empty(),
        "calls of the allocator:\n{}",
        found.join("\n")
    );
}
