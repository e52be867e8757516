//! The same bits for any number of threads, any instruction set, in one run or in pieces, and from the
//! scalar evaluator, which defines what a kernel means.
//!
//! Everything that is recorded is compared, samples by their bits.

mod common;

use common::programs::{Network, network, program};
use neuropil_cpu::{CpuBackend, InstructionSet};
use neuropil_ir::backend::Backend;
use neuropil_ir::kernel::Precision;
use neuropil_ir::program::Program;
use neuropil_ir::reference::ReferenceBackend;
use neuropil_sim::{Control, MemoryRecorder, Simulation};

/// Small enough for one number at a time.
fn small() -> [Network; 8] {
    use Precision::{F32, F64};
    [
        network("coba", &[("N", "250")], "20 ms", F64),
        network("coba", &[("N", "250")], "20 ms", F32),
        network("cuba", &[("N", "250")], "20 ms", F64),
        network("cobahh", &[("N", "100")], "10 ms", F64),
        network("brunel", &[("N", "250")], "20 ms", F64),
        network("brunel", &[("N", "250")], "20 ms", F32),
        network("izhikevich", &[("N", "60")], "20 ms", F64),
        network("hh_population", &[("N", "33")], "5 ms", F64),
    ]
}

/// Large enough for several owners, blocks and parts.
fn large() -> [Network; 5] {
    use Precision::{F32, F64};
    [
        network("coba", &[("N", "8000")], "30 ms", F64),
        network("cuba", &[("N", "8000")], "30 ms", F32),
        network("cobahh", &[("N", "4000")], "10 ms", F64),
        network("brunel", &[("N", "2500")], "30 ms", F64),
        network("izhikevich", &[("N", "1000")], "30 ms", F64),
    ]
}

/// What a run recorded, as bits.
#[derive(PartialEq)]
struct Recorded {
    traces: Vec<Vec<u64>>,
    rasters: Vec<(Vec<u64>, Vec<u32>)>,
}

/// Runs a program in pieces and keeps what it records.
fn run(program: Program, backend: &dyn Backend, threads: usize, pieces: u64) -> Recorded {
    let steps = program.steps;
    let options = neuropil_sim::Options {
        threads,
        traces_in_memory: true,
        ..neuropil_sim::Options::default()
    };
    let mut simulation = Simulation::new(program, backend, &options).expect("it is built");
    let mut recorder = MemoryRecorder::new(simulation.program());
    for piece in 0..pieces {
        // Pieces of unequal lengths: the first ones are longer by a step.
        let length = steps / pieces + u64::from(piece < steps % pieces);
        let done = simulation
            .run(length, &mut recorder, &mut Control::default())
            .expect("it runs");
        assert_eq!(done, length);
    }
    assert_eq!(simulation.step(), steps);
    Recorded {
        traces: recorder
            .traces()
            .iter()
            .map(|trace| trace.values.iter().map(|value| value.to_bits()).collect())
            .collect(),
        rasters: recorder
            .rasters()
            .iter()
            .map(|events| (events.steps.clone(), events.elements.clone()))
            .collect(),
    }
}

#[track_caller]
fn same(what: &str, network: &Network, found: &Recorded, expected: &Recorded) {
    let events: usize = expected.rasters.iter().map(|(steps, _)| steps.len()).sum();
    let values: usize = expected.traces.iter().map(Vec::len).sum();
    assert!(
        events + values > 0,
        "{}: nothing is recorded",
        network.example
    );
    for (k, (found, expected)) in found.traces.iter().zip(&expected.traces).enumerate() {
        let differs = found.iter().zip(expected).position(|(a, b)| a != b);
        let bits = |list: &[u64]| differs.map(|at| f64::from_bits(list[at]));
        assert!(
            found == expected,
            "{what}: trace {k} of {} at sample {differs:?}: {:?} is not {:?}",
            network.example,
            bits(found),
            bits(expected)
        );
    }
    for (k, (found, expected)) in found.rasters.iter().zip(&expected.rasters).enumerate() {
        assert!(
            found == expected,
            "{what}: raster {k} of {}",
            network.example
        );
    }
    assert!(found == expected, "{what}: {}", network.example);
}

#[test]
fn any_number_of_threads() {
    for network in &large() {
        let backend = CpuBackend::new();
        let one = run(program(network), &backend, 1, 1);
        assert!(
            one.rasters.iter().any(|(steps, _)| !steps.is_empty()),
            "{}",
            network.example
        );
        for threads in [2, 3, 7] {
            let found = run(program(network), &backend, threads, 1);
            same(&format!("{threads} threads"), network, &found, &one);
        }
    }
}

#[test]
fn one_run_or_ten_pieces() {
    for network in small().iter().chain(&large()[..2]) {
        let backend = CpuBackend::new();
        let whole = run(program(network), &backend, 2, 1);
        let pieces = run(program(network), &backend, 2, 10);
        same("ten pieces", network, &pieces, &whole);
    }
}

#[test]
fn scalar_evaluator_and_the_fastest() {
    for network in &small() {
        let defined = run(program(network), &ReferenceBackend, 1, 1);
        let found = run(program(network), &CpuBackend::new(), 2, 1);
        same("fastest", network, &found, &defined);
    }
}

#[test]
fn scalar_evaluator_in_pieces() {
    let network = &small()[0];
    let whole = run(program(network), &ReferenceBackend, 1, 1);
    let pieces = run(program(network), &ReferenceBackend, 1, 7);
    same("seven pieces", network, &pieces, &whole);
}

#[test]
fn every_instruction_set() {
    for network in &small() {
        let portable = CpuBackend::interpreting(InstructionSet::Portable);
        let portable = portable.expect("every processor has it");
        let expected = run(program(network), &portable, 1, 1);
        for set in [InstructionSet::Avx2, InstructionSet::Avx512] {
            let backends = [CpuBackend::interpreting(set), CpuBackend::compiling(set)];
            for backend in backends.into_iter().flatten() {
                same(
                    &format!("{} {set:?}", backend.name()),
                    network,
                    &run(program(network), &backend, 1, 1),
                    &expected,
                );
            }
        }
    }
}
