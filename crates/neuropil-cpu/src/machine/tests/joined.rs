//! Projections that are delivered together against the same network with a ring of sums.

use std::sync::Arc;

use neuropil_ir::backend::Storage;
use neuropil_ir::connect::{EdgeValue, Orientation};
use neuropil_ir::plan::{DelayClass, Projection, ProjectionId, Sum};

use super::network::step_kernel;
use super::*;
use crate::testing::{Listed, random_edges};

/// Populations: one that is divided among threads, two that are not, an empty one.
const SIZES: [u32; 4] = [4100, 300, 0, 900];

/// Sources and targets of the projections; the last two add to the same sums from the same list.
const PAIRS: [(usize, usize); 9] = [
    (0, 0),
    (0, 1),
    (0, 2),
    (0, 3),
    (1, 0),
    (1, 3),
    (2, 0),
    (3, 1),
    (3, 1),
];

/// Every population runs the kernel of [`step_kernel`]; `longest` is what the projections promise.
fn plan(precision: Precision, longest: u32) -> Plan {
    let mut plan = empty_plan(precision, &SIZES);
    let grid = match precision {
        Precision::F32 => Element::I32,
        Precision::F64 => Element::F64,
    };
    let kernel = kernel(&mut plan, step_kernel(precision, grid));
    let mut arrays = Vec::new();
    for axis in 0..SIZES.len() as u32 {
        let v = buffer(&mut plan, axis, Element::Real, 1);
        let none = buffer(&mut plan, axis, Element::U32, 1);
        let sums = [(); 2].map(|()| buffer(&mut plan, axis, grid, longest + 1));
        let exact = buffer(&mut plan, axis, Element::F64, 1);
        let lists = [
            list(&mut plan, axis, 2, false, true),
            list(&mut plan, axis, 2, true, true),
        ];
        arrays.push((v, none, sums, exact, lists));
    }
    let unit = slot(&mut plan, 0.0);
    for (place, (from, to)) in PAIRS.into_iter().enumerate() {
        // Spikes to one sum of a neuron, bursts to the other.
        let burst = usize::from(place % 3 == 1);
        plan.projections.push(Projection {
            name: format!("p{place}"),
            source: arrays[from].4[burst],
            target: AxisId(to as u32),
            sum: Sum::Grid,
            grid: Some(unit),
            unit: Some(1.0 / 4096.0),
            delay: DelayClass::Own {
                min: 1,
                max: longest,
            },
        });
        plan.sample.push(Stage::Deliver {
            projection: ProjectionId(place as u32),
            age: 1,
            into: arrays[to].2[burst],
            zero: None,
        });
    }
    for (axis, (v, none, [spikes, bursts], exact, lists)) in arrays.into_iter().enumerate() {
        let buffers = [v, none, spikes, exact, bursts];
        let call = call(kernel, &buffers, &[unit, unit], &lists);
        plan.advance.push(map(axis as u32, call));
    }
    plan
}

fn run(backend: CpuBackend, plan: &Plan, threads: usize, parts: &[u64]) -> (Kept, Vec<u64>) {
    let mut machine = load(backend, plan, threads);
    for (place, (from, to)) in PAIRS.into_iter().enumerate() {
        let (sources, targets) = (SIZES[from], SIZES[to]);
        let count = if sources == 0 || targets == 0 {
            0
        } else {
            30_000
        };
        let edges = random_edges(place as u64, sources.max(1), targets.max(1), count, 1..40);
        let orientation = [Orientation::BySource, Orientation::ByTarget][place % 2];
        let connectivity = Listed {
            sources,
            targets,
            orientation,
            weight: EdgeValue::Own,
            delay: EdgeValue::Own,
            edges,
        };
        machine
            .connect(
                ProjectionId(place as u32),
                Arc::new(connectivity),
                Storage::Auto,
            )
            .unwrap();
    }
    let mut kept = Kept::default();
    for &steps in parts {
        assert_eq!(machine.run(steps, &mut kept), Ok(steps));
        let counters = machine.counters();
        for (place, (from, to)) in PAIRS.into_iter().enumerate() {
            let empty = SIZES[from] == 0 || SIZES[to] == 0;
            assert_eq!(counters.edges[place], if empty { 0 } else { 30_000 });
            assert_eq!(
                counters.sent[place],
                counters.delivered[place] + counters.travelling[place],
                "{place}"
            );
        }
    }
    let counters = machine.counters();
    let late: u64 = counters.delivered.iter().sum();
    assert!(late > 100_000, "{counters:?}");
    let state = (0..SIZES.len() as u32).flat_map(|axis| machine.read(BufferId(5 * axis)));
    (kept, state.map(f64::to_bits).collect())
}

#[test]
fn joined_projections_change_no_bit_on_any_threads() {
    for precision in [Precision::F32, Precision::F64] {
        // Delays that may be so long are kept in a ring.
        let ring = run(CpuBackend::new(), &plan(precision, 4097), 2, &[60]);
        let joined = plan(precision, 40);
        for threads in [1, 2, 3, 7] {
            let found = run(CpuBackend::new(), &joined, threads, &[60]);
            assert!(found == ring, "{precision} {threads}");
        }
        assert!(run(CpuBackend::new(), &joined, 2, &[1, 20, 0, 39]) == ring);
    }
}
