//! A network with every kind of projection: the same bits on any threads and instruction sets.

use std::sync::Arc;

use neuropil_ir::backend::Storage;
use neuropil_ir::connect::{EdgeValue, Orientation};
use neuropil_ir::kernel::{DrawDecl, DrawStream, Reduction};
use neuropil_ir::plan::{DelayClass, Projection, ProjectionId, Record, Sampled, Sum, When};

use super::*;
use crate::testing::{Listed, random_edges};

pub(super) const SIZE: u32 = 9_001;

/// The network, and the connectivities of its projections.
pub(super) fn network(precision: Precision) -> (Plan, Vec<Listed>) {
    let mut plan = empty_plan(precision, &[SIZE]);
    let spikes = list(&mut plan, 0, 4, false, true);
    let bursts = list(&mut plan, 0, 2, true, true);
    let grid = if precision == Precision::F32 {
        Element::I32
    } else {
        Element::F64
    };
    let v = buffer(&mut plan, 0, Element::Real, 1);
    let counts = buffer(&mut plan, 0, Element::U32, 1);
    let sums = buffer(&mut plan, 0, grid, 1);
    let exact = buffer(&mut plan, 0, Element::F64, 1);
    let ring = buffer(&mut plan, 0, grid, 6);
    let units = [slot(&mut plan, 0.0), slot(&mut plan, 0.0)];
    let mean = slot(&mut plan, 0.0);
    let mut projection = |source, sum, grid, delay| {
        let name = format!("p{}", plan.projections.len());
        let target = AxisId(0);
        plan.projections.push(Projection {
            name,
            source,
            target,
            sum,
            grid,
            unit: None,
            delay,
        });
    };
    projection(spikes, Sum::Count, None, DelayClass::Common);
    projection(bursts, Sum::Grid, Some(units[0]), DelayClass::Common);
    projection(spikes, Sum::Ordered, None, DelayClass::Common);
    projection(
        spikes,
        Sum::Grid,
        Some(units[1]),
        DelayClass::Own { min: 1, max: 5 },
    );
    let step = kernel(&mut plan, step_kernel(precision, grid));
    let reducing = kernel(&mut plan, mean_kernel(precision));
    let deliver = |projection, age, into| Stage::Deliver {
        projection: ProjectionId(projection),
        age,
        into,
        zero: None,
    };
    plan.advance = vec![
        deliver(0, 1, counts),
        deliver(1, 1, sums),
        deliver(2, 3, exact),
        deliver(3, 1, ring),
        map(
            0,
            call(
                step,
                &[v, counts, sums, exact, ring],
                &units,
                &[spikes, bursts],
            ),
        ),
    ];
    plan.records.push(Record {
        name: "mean".into(),
        sampled: Sampled::Slot(mean),
        before: vec![Stage::Reduce {
            axis: AxisId(0),
            call: call(reducing, &[v], &[mean], &[]),
        }],
    });
    let record = Stage::Record {
        record: RecordId(0),
        when: When::Always,
    };
    plan.sample.push(record);
    let connectivity = |seed, orientation, weight, delay| Listed {
        sources: SIZE,
        targets: SIZE,
        orientation,
        weight,
        delay,
        edges: random_edges(seed, SIZE, SIZE, 60_000, 1..6),
    };
    let (by_source, by_target) = (Orientation::BySource, Orientation::ByTarget);
    let connectivities = vec![
        connectivity(1, by_target, EdgeValue::Shared(0.1), EdgeValue::Shared(1)),
        connectivity(2, by_source, EdgeValue::Own, EdgeValue::Shared(1)),
        connectivity(3, by_source, EdgeValue::Own, EdgeValue::Shared(3)),
        connectivity(4, by_target, EdgeValue::Own, EdgeValue::Own),
    ];
    (plan, connectivities)
}

/// `v = 0.9 v + draw + what arrived`; a spike above 1 resets; bursts are the rounded rest.
pub(super) fn step_kernel(precision: Precision, grid: Element) -> Kernel {
    let mut kernel = Kernel::new("step", precision);
    kernel.bindings = [Element::Real, Element::U32, grid, Element::F64, grid]
        .map(binding)
        .to_vec();
    kernel.uniforms = vec!["u0".into(), "u1".into()];
    kernel.draws = vec![DrawDecl {
        name: "r".into(),
        stream: 5,
    }];
    kernel.emissions = vec!["spike".into(), "burst".into()];
    let constant = |x: f64| Op::Const(f64::from(x as f32));
    kernel.ops = vec![
        Op::Load(Binding(0)),                           // 0
        Op::Load(Binding(1)),                           // 1
        Op::Load(Binding(2)),                           // 2
        Op::Load(Binding(3)),                           // 3
        Op::Load(Binding(4)),                           // 4
        Op::Uniform(Uniform(0)),                        // 5
        Op::Uniform(Uniform(1)),                        // 6
        Op::Draw(DrawStream(0)),                        // 7
        constant(0.9),                                  // 8
        constant(0.11),                                 // 9
        Op::Binary(Binary::Mul, Value(0), Value(8)),    // 10
        Op::Fma(Value(7), Value(9), Value(10)),         // 11
        Op::Fma(Value(1), Value(9), Value(11)),         // 12
        Op::Fma(Value(2), Value(5), Value(12)),         // 13
        Op::Binary(Binary::Add, Value(13), Value(3)),   // 14
        Op::Fma(Value(4), Value(6), Value(14)),         // 15
        Op::Const(1.0),                                 // 16
        Op::Compare(Compare::Lt, Value(16), Value(15)), // 17
        Op::Const(0.0),                                 // 18
        Op::Select(Value(17), Value(18), Value(15)),    // 19
        Op::Binary(Binary::Max, Value(19), Value(18)),  // 20
        Op::Const(8.0),                                 // 21
        Op::Binary(Binary::Mul, Value(20), Value(20)),  // 22
        Op::Binary(Binary::Mul, Value(22), Value(22)),  // 23
        Op::Binary(Binary::Mul, Value(23), Value(20)),  // 24
        Op::Binary(Binary::Mul, Value(24), Value(21)),  // 25
        Op::Binary(Binary::Mul, Value(25), Value(20)),  // 26
    ];
    kernel.effects = vec![
        Effect::Store(Binding(0), Value(20)),
        Effect::Clear(Binding(1)),
        Effect::Clear(Binding(2)),
        Effect::Clear(Binding(3)),
        Effect::Clear(Binding(4)),
        Effect::Emit(Emission(0), Value(17)),
        Effect::EmitCount(Emission(1), Value(26)),
    ];
    kernel
}

fn mean_kernel(precision: Precision) -> Kernel {
    let mut kernel = Kernel::new("mean", precision);
    kernel.bindings = vec![binding(Element::Real)];
    kernel.uniforms = vec!["mean".into()];
    kernel.ops = vec![Op::Load(Binding(0))];
    kernel.effects = vec![Effect::Reduce(Uniform(0), Reduction::Sum, Value(0))];
    kernel
}

/// The network, ready to run.
pub(super) fn connected(
    backend: CpuBackend,
    plan: &Plan,
    connectivities: &[Listed],
    threads: usize,
) -> Box<dyn Machine> {
    let mut machine = load(backend, plan, threads);
    for (projection, connectivity) in connectivities.iter().enumerate() {
        machine
            .connect(
                ProjectionId(projection as u32),
                Arc::new(connectivity.clone()),
                Storage::Auto,
            )
            .unwrap();
    }
    machine
}

fn run(
    backend: CpuBackend,
    (plan, connectivities): &(Plan, Vec<Listed>),
    threads: usize,
    parts: &[u64],
) -> (Kept, Vec<u64>) {
    let mut machine = connected(backend, plan, connectivities, threads);
    let mut kept = Kept::default();
    for &steps in parts {
        assert_eq!(machine.run(steps, &mut kept), Ok(steps));
        let counters = machine.counters();
        for projection in 0..connectivities.len() {
            assert_eq!(
                counters.sent[projection],
                counters.delivered[projection] + counters.travelling[projection]
            );
        }
    }
    let counters = machine.counters();
    assert_eq!(counters.edges, vec![60_000; 4]);
    assert!(
        counters.sent.iter().all(|&sent| sent > 10_000),
        "{counters:?}"
    );
    let events = |list: u32| -> u64 {
        let of = kept.events.iter().filter(|(found, ..)| *found == list);
        of.map(|(.., elements)| elements.len() as u64).sum()
    };
    assert_eq!(counters.emitted, [events(0), events(1)]);
    let state = machine
        .read(BufferId(0))
        .into_iter()
        .map(f64::to_bits)
        .collect();
    (kept, state)
}

#[test]
fn threads_instruction_sets_and_pauses_change_no_bit() {
    for precision in [Precision::F32, Precision::F64] {
        let network = network(precision);
        let expected = run(CpuBackend::new(), &network, 1, &[40]);
        for threads in [2, 3, 7] {
            assert!(
                run(CpuBackend::new(), &network, threads, &[40]) == expected,
                "{threads}"
            );
        }
        assert!(run(CpuBackend::new(), &network, 3, &[1, 9, 0, 30]) == expected);
        for backend in backends() {
            let set = backend.instruction_set();
            assert!(run(backend, &network, 2, &[40]) == expected, "{set}");
        }
    }
}

#[test]
fn a_failure_in_a_slot_ends_the_run_and_the_machine() {
    let mut plan = empty_plan(Precision::F32, &[SIZE]);
    let bursts = list(&mut plan, 0, 2, true, false);
    let sums = buffer(&mut plan, 0, Element::I32, 1);
    let unit = slot(&mut plan, 0.0);
    let many = slot(&mut plan, 3.0);
    let mut emit = Kernel::new("emit", Precision::F32);
    emit.uniforms = vec!["many".into()];
    emit.emissions = vec!["burst".into()];
    emit.ops = vec![Op::Uniform(Uniform(0))];
    emit.effects = vec![Effect::EmitCount(Emission(0), Value(0))];
    let emit = kernel(&mut plan, emit);
    let mut grow = Kernel::new("grow", Precision::F64);
    grow.uniforms = vec!["many".into()];
    grow.ops = vec![
        Op::Uniform(Uniform(0)),
        Op::Binary(Binary::Mul, Value(0), Value(0)),
    ];
    grow.effects = vec![Effect::Set(Uniform(0), Value(1))];
    let grow = kernel(&mut plan, grow);
    plan.projections.push(Projection {
        name: "bursting".into(),
        source: bursts,
        target: AxisId(0),
        sum: Sum::Grid,
        grid: Some(unit),
        unit: None,
        delay: DelayClass::Common,
    });
    let projection = ProjectionId(0);
    plan.advance = vec![
        Stage::Scalar {
            call: call(grow, &[], &[many], &[]),
        },
        Stage::Deliver {
            projection,
            age: 1,
            into: sums,
            zero: None,
        },
        map(0, call(emit, &[], &[many], &[bursts])),
    ];
    let mut machine = load(CpuBackend::new(), &plan, 2);
    let unconnected = machine.run(1, &mut Kept::default());
    assert!(matches!(unconnected, Err(RunError::Worker(why)) if why.contains("bursting")));

    let mut machine = load(CpuBackend::new(), &plan, 2);
    let edges = random_edges(5, SIZE, SIZE, 3_000, 1..2);
    let connectivity = Listed {
        sources: SIZE,
        targets: SIZE,
        orientation: Orientation::BySource,
        weight: EdgeValue::Own,
        delay: EdgeValue::Shared(1),
        edges,
    };
    machine
        .connect(projection, Arc::new(connectivity), Storage::Auto)
        .unwrap();
    // 3, 9, 81, 6561, 43 million: times 2^15 units that is more than 32 bits hold.
    assert_eq!(machine.run(4, &mut Kept::default()), Ok(4));
    for _ in 0..2 {
        let failed = machine.run(3, &mut Kept::default());
        assert!(matches!(failed, Err(RunError::Worker(why)) if why.contains("bursting")));
    }
}
