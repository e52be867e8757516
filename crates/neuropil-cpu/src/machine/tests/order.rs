//! What happens when: closed forms of small plans.

use std::sync::Arc;

use neuropil_ir::backend::{BackendError, Storage};
use neuropil_ir::connect::{EdgeValue, Orientation};
use neuropil_ir::kernel::Reduction;
use neuropil_ir::plan::{
    DelayClass, Projection, ProjectionId, Record, SLOT_STEP, SLOT_T, Sampled, Sum, When,
};

use super::*;
use crate::testing::Listed;

/// A projection to axis 1 that counts events, with a common delay.
fn counting(plan: &mut Plan, source: EventListId) -> ProjectionId {
    plan.projections.push(Projection {
        name: "p".into(),
        source,
        target: AxisId(1),
        sum: Sum::Count,
        grid: None,
        unit: None,
        delay: DelayClass::Common,
    });
    ProjectionId(plan.projections.len() as u32 - 1)
}

/// Element 0 of axis 0 emits in advance(4) alone: the only step whose number is 4.
fn once(plan: &mut Plan, list: EventListId) -> Stage {
    let precision = plan.precision;
    let mut only = Kernel::new("once", precision);
    only.uniforms = vec!["step".into()];
    only.emissions = vec!["spike".into()];
    only.ops = vec![
        Op::Uniform(Uniform(0)),
        Op::Const(4.0),
        Op::Compare(Compare::Eq, Value(0), Value(1)),
        Op::Lane,
        Op::Const(0.5),
        Op::Compare(Compare::Lt, Value(3), Value(4)),
        Op::Logic(neuropil_ir::kernel::Logic::And, Value(2), Value(5)),
    ];
    only.effects = vec![Effect::Emit(Emission(0), Value(6))];
    let only = kernel(plan, only);
    map(0, call(only, &[], &[SLOT_STEP], &[list]))
}

/// Adds what arrived to an array and clears the arrivals.
fn gather(plan: &mut Plan, arrivals: BufferId, total: BufferId) -> Stage {
    let mut gather = Kernel::new("gather", plan.precision);
    let element = plan.buffers[arrivals.index()].element;
    gather.bindings = vec![binding(element), binding(Element::Real)];
    gather.ops = vec![
        Op::Load(Binding(0)),
        Op::Load(Binding(1)),
        Op::Binary(Binary::Add, Value(0), Value(1)),
    ];
    gather.effects = vec![
        Effect::Store(Binding(1), Value(2)),
        Effect::Clear(Binding(0)),
    ];
    let gather = kernel(plan, gather);
    map(1, call(gather, &[arrivals, total], &[], &[]))
}

fn record(plan: &mut Plan, axis: u32, buffer: BufferId, ranges: &[std::ops::Range<u32>]) {
    let element = plan.buffers[buffer.index()].element;
    let sampling = kernel(plan, sampling_kernel(plan.precision, element));
    let sampled = Sampled::Elements {
        axis: AxisId(axis),
        ranges: ranges.to_vec(),
        call: call(sampling, &[buffer], &[], &[]),
    };
    plan.records.push(Record {
        name: "r".into(),
        sampled,
        before: Vec::new(),
    });
    let record = RecordId(plan.records.len() as u32 - 1);
    plan.sample.push(Stage::Record {
        record,
        when: When::Always,
    });
}

fn one_edge(weight: f64, delay: EdgeValue<u32>, edge_delay: u32) -> Listed {
    Listed {
        sources: 3,
        targets: 5,
        orientation: Orientation::BySource,
        weight: EdgeValue::Shared(weight),
        delay,
        edges: vec![(0, 2, weight, edge_delay)],
    }
}

#[test]
fn an_event_with_a_common_delay_arrives_at_its_time() {
    for delay in [1, 2, 5] {
        let mut plan = empty_plan(Precision::F64, &[3, 5]);
        let spikes = list(&mut plan, 0, delay + 1, false, true);
        let arrivals = buffer(&mut plan, 1, Element::U32, 1);
        let total = buffer(&mut plan, 1, Element::Real, 1);
        let projection = counting(&mut plan, spikes);
        let emit = once(&mut plan, spikes);
        let gather = gather(&mut plan, arrivals, total);
        let deliver = Stage::Deliver {
            projection,
            age: delay,
            into: arrivals,
            zero: None,
        };
        plan.advance = vec![deliver, gather, emit];
        record(&mut plan, 1, total, &[2..3]);
        for backend in backends() {
            let mut machine = load(backend, &plan, 1);
            machine
                .connect(
                    projection,
                    Arc::new(one_edge(1.0, EdgeValue::Shared(delay), 0)),
                    Storage::Auto,
                )
                .unwrap();
            let mut kept = Kept::default();
            machine.run(12, &mut kept).unwrap();
            assert_eq!(kept.events, vec![(0, 5, vec![0])]);
            // Emitted at t_5, so the total changes at t_(5 + delay).
            let arrival = 5 + delay as usize;
            let expected: Vec<f64> = (0..=12)
                .map(|k| f64::from(u8::from(k >= arrival)))
                .collect();
            assert_eq!(kept.numbers(0), expected);
            assert_eq!(kept.steps, (0..=12).collect::<Vec<u64>>());
        }
    }
}

#[test]
fn own_delays_reach_the_copy_of_their_step_and_counters_balance() {
    for precision in [Precision::F32, Precision::F64] {
        for delay in 0..=4 {
            let mut plan = empty_plan(precision, &[3, 5]);
            let element = if precision == Precision::F32 {
                Element::I32
            } else {
                Element::F64
            };
            let spikes = list(&mut plan, 0, 2, false, false);
            let arrivals = buffer(&mut plan, 1, element, 5);
            let zero = buffer(&mut plan, 1, element, 1);
            let total = buffer(&mut plan, 1, Element::Real, 1);
            let unit = slot(&mut plan, 0.0);
            plan.projections.push(Projection {
                name: "p".into(),
                source: spikes,
                target: AxisId(1),
                sum: Sum::Grid,
                grid: Some(unit),
                unit: None,
                delay: DelayClass::Own { min: 0, max: 4 },
            });
            let projection = ProjectionId(0);
            let deliver = Stage::Deliver {
                projection,
                age: 1,
                into: arrivals,
                zero: Some(zero),
            };
            let emit = once(&mut plan, spikes);
            let due = gather(&mut plan, arrivals, total);
            let pending = gather(&mut plan, zero, total);
            plan.advance = vec![deliver, pending, due, emit];
            record(&mut plan, 1, total, &[0..5]);
            let mut machine = load(CpuBackend::new(), &plan, 2);
            machine
                .connect(
                    projection,
                    Arc::new(one_edge(0.75, EdgeValue::Own, delay)),
                    Storage::Auto,
                )
                .unwrap();
            let unit = machine.slot(unit);
            let mut kept = Kept::default();
            for step in 1..=12_u64 {
                assert_eq!(machine.run(1, &mut kept), Ok(1));
                let counters = machine.counters();
                let emitted = u64::from(step >= 5);
                assert_eq!(counters.emitted, [emitted]);
                assert_eq!(counters.edges, [1]);
                assert_eq!(counters.sent, [emitted]);
                assert_eq!(counters.delivered[0] + counters.travelling[0], emitted);
                // A delay of 0 is delivered in the step after the emission, as one of 1 is.
                let arrived = step >= 5 + u64::from(delay.max(1));
                assert_eq!(counters.delivered, [u64::from(arrived)], "{delay} {step}");
            }
            let arrival = 5 + u64::from(delay.max(1));
            let weight = if precision == Precision::F32 {
                0.75 / unit
            } else {
                0.75
            };
            for (record, step, bits) in &kept.samples {
                assert_eq!(*record, 0);
                let value = f64::from_bits(bits[2]);
                assert_eq!(value, if *step >= arrival { weight } else { 0.0 });
                assert!([0, 1, 3, 4].iter().all(|&other| bits[other] == 0));
            }
        }
    }
}

#[test]
fn age_0_reads_the_events_of_the_same_step() {
    let mut plan = empty_plan(Precision::F32, &[3, 5]);
    let spikes = list(&mut plan, 0, 1, false, false);
    let arrivals = buffer(&mut plan, 1, Element::U32, 1);
    let projection = counting(&mut plan, spikes);
    let emit = once(&mut plan, spikes);
    let deliver = Stage::Deliver {
        projection,
        age: 0,
        into: arrivals,
        zero: None,
    };
    plan.advance = vec![emit, deliver.clone()];
    let mut machine = load(CpuBackend::new(), &plan, 1);
    machine
        .connect(
            projection,
            Arc::new(one_edge(1.0, EdgeValue::Shared(0), 0)),
            Storage::Auto,
        )
        .unwrap();
    machine.run(4, &mut Kept::default()).unwrap();
    assert_eq!(machine.read(arrivals), [0.0; 5]);
    machine.run(1, &mut Kept::default()).unwrap();
    assert_eq!(machine.read(arrivals), [0.0, 0.0, 1.0, 0.0, 0.0]);
    assert_eq!(machine.counters().delivered, [1]);
    // Delivered before its events exist, the plan makes no sense.
    plan.advance.swap(0, 1);
    let resources = Resources {
        threads: 1,
        memory_limit: 1 << 30,
    };
    let refused = CpuBackend::new().load(&plan, &resources).err();
    assert!(matches!(refused, Some(BackendError::Invalid(_))));
}

#[test]
fn clocks_choose_the_kernel_of_the_step() {
    let mut plan = empty_plan(Precision::F64, &[2]);
    let total = buffer(&mut plan, 0, Element::Real, 1);
    let adding = kernel(&mut plan, adding_kernel(Precision::F64));
    let amounts = [1.0, 100.0, 10_000.0, 1_000_000.0].map(|amount| slot(&mut plan, amount));
    let with = |amount: usize| call(adding, &[total], &[amounts[amount]], &[]);
    plan.advance = vec![Stage::Map {
        axis: AxisId(0),
        call: with(0),
        ticking: vec![
            (vec![2], with(1)),
            (vec![3], with(2)),
            (vec![2, 3], with(3)),
        ],
    }];
    let mut machine = load(CpuBackend::new(), &plan, 1);
    machine.run(12, &mut Kept::default()).unwrap();
    // Of the steps 1 to 12: 4 tick nothing, 4 the 2 alone, 2 the 3 alone, 2 both.
    assert_eq!(
        machine.read(total),
        [4.0 + 400.0 + 20_000.0 + 2_000_000.0; 2]
    );
}

#[test]
fn slots_follow_scalars_counts_and_reductions() {
    let mut plan = empty_plan(Precision::F64, &[700, 0]);
    let spikes = list(&mut plan, 0, 3, false, false);
    let value = buffer(&mut plan, 0, Element::Real, 1);
    let nothing = buffer(&mut plan, 1, Element::Real, 1);
    let bound = slot(&mut plan, 0.0);
    let [count, sum, largest, none] = [0.0; 4].map(|initial| slot(&mut plan, initial));
    // bound = 3 step, so 3 step elements emit in that step.
    let mut scalar = Kernel::new("bound", Precision::F64);
    scalar.uniforms = vec!["step".into(), "bound".into()];
    scalar.ops = vec![
        Op::Uniform(Uniform(0)),
        Op::Const(3.0),
        Op::Binary(Binary::Mul, Value(0), Value(1)),
    ];
    scalar.effects = vec![Effect::Set(Uniform(1), Value(2))];
    let scalar = kernel(&mut plan, scalar);
    let emitting = kernel(&mut plan, emitting_kernel(Precision::F64));
    let adding = kernel(&mut plan, adding_kernel(Precision::F64));
    let mut reducing = Kernel::new("reduce", Precision::F64);
    reducing.bindings = vec![binding(Element::Real)];
    reducing.uniforms = vec!["sum".into(), "max".into()];
    reducing.ops = vec![
        Op::Load(Binding(0)),
        Op::Lane,
        Op::Binary(Binary::Add, Value(0), Value(1)),
    ];
    reducing.effects = vec![
        Effect::Reduce(Uniform(0), Reduction::Sum, Value(2)),
        Effect::Reduce(Uniform(1), Reduction::Max, Value(2)),
    ];
    let reducing = kernel(&mut plan, reducing);
    let reduce = |axis: u32, buffer, sum, max| Stage::Reduce {
        axis: AxisId(axis),
        call: call(reducing, &[buffer], &[sum, max], &[]),
    };
    plan.sample = vec![
        Stage::CountEvents {
            events: spikes,
            window: 2,
            slot: count,
        },
        reduce(0, value, sum, largest),
    ];
    plan.advance = vec![
        Stage::Scalar {
            call: call(scalar, &[], &[SLOT_STEP, bound], &[]),
        },
        map(0, call(emitting, &[], &[bound], &[spikes])),
        map(0, call(adding, &[value], &[SLOT_T], &[])),
    ];
    for (name, slot, before) in [
        ("count", count, vec![]),
        ("sum", sum, vec![]),
        ("max", largest, vec![]),
        ("none", none, vec![reduce(1, nothing, sum, none)]),
    ] {
        plan.records.push(Record {
            name: name.into(),
            sampled: Sampled::Slot(slot),
            before,
        });
    }
    for record in 0..3 {
        plan.sample.push(Stage::Record {
            record: RecordId(record),
            when: When::Every(2),
        });
    }
    for backend in backends() {
        let mut machine = load(backend, &plan, 3);
        let mut kept = Kept::default();
        machine.run(6, &mut kept).unwrap();
        // Sampled at 0, 2, 4, 6; lists of the two steps before hold 3 (k - 1) and 3 (k - 2).
        assert_eq!(kept.numbers(0), [0.0, 3.0, 15.0, 27.0]);
        // Every element holds 0.5 (0 + 1 + … + (k - 1)) and the lanes add 699 * 700 / 2.
        let held = |k: f64| 0.25 * k * (k - 1.0);
        let sums = [0.0, 2.0, 4.0, 6.0].map(|k| 700.0 * held(k) + 244_650.0);
        assert_eq!(kept.numbers(1), sums);
        assert_eq!(
            kept.numbers(2),
            [0.0, 2.0, 4.0, 6.0].map(|k| held(k) + 699.0)
        );
        assert_eq!(machine.slot(SLOT_T), 3.0);
    }
    // The largest of no elements is what a reduction starts with, and may be recorded.
    plan.sample.push(Stage::Record {
        record: RecordId(3),
        when: When::Always,
    });
    let mut machine = load(CpuBackend::new(), &plan, 1);
    let mut kept = Kept::default();
    machine.run(1, &mut kept).unwrap();
    assert_eq!(kept.numbers(3), [f64::NEG_INFINITY; 2]);
}

#[test]
fn runs_can_be_stopped_and_continued() {
    let mut plan = empty_plan(Precision::F64, &[1]);
    let total = buffer(&mut plan, 0, Element::Real, 1);
    let one = slot(&mut plan, 1.0);
    let adding = kernel(&mut plan, adding_kernel(Precision::F64));
    plan.advance = vec![map(0, call(adding, &[total], &[one], &[]))];
    record(&mut plan, 0, total, &[0..1]);
    let mut machine = load(CpuBackend::new(), &plan, 1);
    let mut kept = Kept {
        stop_at: Some(3),
        ..Kept::default()
    };
    assert_eq!(machine.run(10, &mut kept), Ok(3));
    kept.stop_at = None;
    assert_eq!(machine.run(4, &mut kept), Ok(4));
    assert_eq!(machine.step(), 7);
    assert_eq!(kept.numbers(0), (0..=7).map(f64::from).collect::<Vec<_>>());
    machine.write(total, &[f64::NAN]);
    let error = machine.run(1, &mut kept).unwrap_err();
    assert!(
        matches!(error, RunError::NotFinite { step: 8, .. }),
        "{error}"
    );
}

#[test]
fn samples_take_the_chosen_elements_of_all_owners() {
    let ranges = [3..5, 255..258, 4_000..4_001, 8_999..9_000];
    for threads in [1, 2, 4] {
        let mut plan = empty_plan(Precision::F32, &[9_000]);
        let value = buffer(&mut plan, 0, Element::Real, 1);
        record(&mut plan, 0, value, &ranges);
        let mut machine = load(CpuBackend::new(), &plan, threads);
        let values: Vec<f64> = (0..9_000).map(f64::from).collect();
        machine.write(value, &values);
        assert_eq!(machine.read(value), values);
        let mut kept = Kept::default();
        machine.run(0, &mut kept).unwrap();
        assert_eq!(
            kept.numbers(0),
            [3.0, 4.0, 255.0, 256.0, 257.0, 4_000.0, 8_999.0]
        );
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let mut plan = empty_plan(Precision::F64, &[1_000_000]);
    buffer(&mut plan, 0, Element::Real, 4);
    let resources = Resources {
        threads: 2,
        memory_limit: 1 << 20,
    };
    let refused = CpuBackend::new().load(&plan, &resources).err().unwrap();
    assert!(matches!(refused, BackendError::Memory { needed, .. } if needed > 32_000_000));
}
