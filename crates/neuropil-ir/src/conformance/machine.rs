//! Whole plans: stages, clocks, recordings, counters, errors.

use std::ops::Range;
use std::sync::Arc;

use super::network::{Network, buffer, call, copy_kernel, emitted};
use super::{Entry, Log, same};
use crate::backend::{Backend, BackendError, Counters, Machine, Resources, RunError, Storage};
use crate::connect::{EdgeValue, Orientation, must_be_stored};
use crate::kernel::{Builder, Element, Precision, Reduction};
use crate::plan::{
    Axis, AxisId, BufferId, Call, EventList, EventListId, Plan, ProjectionId, REDUCTION_BLOCK,
    Record, RecordId, SLOT_STEP, SLOT_T, Sampled, Slot, SlotId, Stage, Sum, When,
};
use crate::reference::ReferenceBackend;

const STEPS: u64 = 40;

/// Runs plans of every kind of stage; what is recorded must be what plain loops give, and every
/// log that of the [`ReferenceBackend`], with one, two and three threads.
///
/// # Panics
///
/// At the first difference.
pub fn check_machine(backend: &dyn Backend) {
    for precision in [Precision::F32, Precision::F64] {
        deliveries(backend, precision);
        clocks_and_recordings(backend, precision);
        draws_and_start_values(backend, precision);
        reductions(backend, precision);
        not_finite(backend, precision);
    }
    access(backend);
    refusals(backend);
}

fn resources(threads: usize) -> Resources {
    Resources {
        threads,
        memory_limit: 1 << 30,
    }
}

fn load(backend: &dyn Backend, plan: &Plan, threads: usize) -> Box<dyn Machine> {
    match backend.load(plan, &resources(threads)) {
        Ok(machine) => machine,
        Err(error) => panic!("{error}\n{plan}"),
    }
}

fn run(machine: &mut dyn Machine, steps: u64, log: &mut Log) {
    match machine.run(steps, log) {
        Ok(done) => assert_eq!(done, steps, "steps run"),
        Err(error) => panic!("{error}"),
    }
}

/// Runs a plan in one piece and in two, on several numbers of threads, with edges kept in several
/// ways; gives the log.
fn agreed(
    backend: &dyn Backend,
    plan: &Plan,
    storages: &[Storage],
    connect: &dyn Fn(&mut dyn Machine, Storage),
    steps: u64,
) -> Log {
    let mut definition = Log::default();
    let mut machine = load(&ReferenceBackend, plan, 1);
    connect(machine.as_mut(), Storage::Auto);
    run(machine.as_mut(), steps, &mut definition);
    for (threads, &storage) in [1, 2, 3]
        .iter()
        .flat_map(|n| storages.iter().map(move |s| (*n, s)))
    {
        for first in [steps, 0, steps / 3] {
            let mut log = Log::default();
            let mut machine = load(backend, plan, threads);
            connect(machine.as_mut(), storage);
            run(machine.as_mut(), first, &mut log);
            run(machine.as_mut(), steps - first, &mut log);
            assert_eq!(machine.step(), steps);
            for (got, expected) in log.entries.iter().zip(&definition.entries) {
                assert_eq!(
                    got, expected,
                    "{threads} threads, {storage:?}, {first} steps first, of\n{plan}"
                );
            }
            assert_eq!(
                log.entries.len(),
                definition.entries.len(),
                "entries of\n{plan}"
            );
        }
    }
    definition
}

fn deliveries(backend: &dyn Backend, precision: Precision) {
    let plain = Network {
        precision,
        sum: Sum::Count,
        orientation: Orientation::BySource,
        own: None,
        least: 0,
        split: false,
        age: 1,
        in_sample: false,
        counted: false,
        sources: 37,
        targets: 29,
    };
    for sum in [Sum::Count, Sum::Grid, Sum::Ordered] {
        for orientation in [Orientation::BySource, Orientation::ByTarget] {
            let plain = Network {
                sum,
                orientation,
                ..plain
            };
            for age in [0, 1, 2, 5] {
                network(backend, &Network { age, ..plain });
            }
            for max in [0, 1, 3, 7] {
                network(
                    backend,
                    &Network {
                        own: Some(max),
                        ..plain
                    },
                );
            }
            network(
                backend,
                &Network {
                    in_sample: true,
                    ..plain
                },
            );
            network(
                backend,
                &Network {
                    counted: true,
                    age: 3,
                    ..plain
                },
            );
            network(
                backend,
                &Network {
                    counted: true,
                    own: Some(4),
                    ..plain
                },
            );
            network(
                backend,
                &Network {
                    sources: 300,
                    targets: 1000,
                    own: Some(9),
                    ..plain
                },
            );
            for (max, counted) in [(1, false), (5, false), (5, true), (900, false)] {
                network(
                    backend,
                    &Network {
                        own: Some(max),
                        least: 1,
                        in_sample: true,
                        counted,
                        sources: 90,
                        targets: 700,
                        ..plain
                    },
                );
            }
            if sum == Sum::Grid {
                for (own, in_sample) in [(None, false), (None, true), (Some(6), true)] {
                    network(
                        backend,
                        &Network {
                            own,
                            least: 1,
                            in_sample,
                            split: true,
                            ..plain
                        },
                    );
                }
            }
            network(
                backend,
                &Network {
                    sources: 0,
                    ..plain
                },
            );
            network(
                backend,
                &Network {
                    targets: 0,
                    ..plain
                },
            );
        }
    }
}

fn network(backend: &dyn Backend, network: &Network) {
    let plan = network.plan();
    let connectivities = network.connectivities();
    let connect = |machine: &mut dyn Machine, storage| {
        for (projection, connectivity) in (0..).map(ProjectionId).zip(&connectivities) {
            let done = machine.connect(projection, Arc::new(connectivity.clone()), storage);
            assert_eq!(done, Ok(()), "{network:?}");
        }
    };
    let mut storages = vec![Storage::Auto, Storage::Stored];
    let delay = plan.projections[0].delay;
    let stored = |list| must_be_stored(network.sum, delay, list).is_some();
    if backend.generates() && !connectivities.iter().any(|list| stored(list)) {
        storages.push(Storage::Generated);
    }
    let log = agreed(backend, &plan, &storages, &connect, STEPS);
    let expected = network.expected(STEPS);
    let samples = log.samples(RecordId(0));
    assert_eq!(samples.len() as u64, STEPS + 1);
    for (k, (step, values)) in samples.iter().enumerate() {
        assert_eq!(*step, k as u64);
        for (i, (&got, &wanted)) in values.iter().zip(&expected[k]).enumerate() {
            assert!(
                same(got, wanted),
                "v[{i}] = {got:e}, expected {wanted:e}, step {k}, {network:?}"
            );
        }
    }
    let spikes = |k: u64| -> Vec<u32> {
        let times = |i| std::iter::repeat_n(i, emitted(network, k, i) as usize);
        (0..network.sources).flat_map(times).collect()
    };
    let raster: Vec<(u64, Vec<u32>)> = (0..STEPS)
        .map(|k| (k + 1, spikes(k)))
        .filter(|(_, list)| !list.is_empty())
        .collect();
    assert_eq!(log.events(EventListId(0)), raster, "{network:?}");
    for storage in storages {
        let mut machine = load(backend, &plan, 2);
        connect(machine.as_mut(), storage);
        run(machine.as_mut(), STEPS, &mut Log::default());
        check_counters(network, &machine.counters(), &raster);
    }
}

/// Compares counters with what the rows and the raster say alone.
fn check_counters(network: &Network, counters: &Counters, raster: &[(u64, Vec<u32>)]) {
    let emitted: u64 = raster.iter().map(|(_, list)| list.len() as u64).sum();
    assert_eq!(counters.emitted, [emitted], "{network:?}");
    for (projection, connectivity) in network.connectivities().iter().enumerate() {
        let edges = &connectivity.edges;
        let row = |i: u32| edges.iter().filter(|edge| edge.0 == i).count() as u64;
        let spikes = raster.iter().flat_map(|(_, list)| list);
        let sent: u64 = spikes.map(|&i| row(i)).sum();
        assert_eq!(
            counters.edges[projection],
            edges.len() as u64,
            "{network:?}"
        );
        assert_eq!(counters.sent[projection], sent, "{network:?}");
        let accounted = counters.delivered[projection] + counters.travelling[projection];
        assert_eq!(accounted, sent, "{counters:?}, {network:?}");
    }
}

/// A clock of 3 and one of 5 steps, recordings of ranges every 4 steps, and the time slots.
fn clocks_and_recordings(backend: &dyn Backend, precision: Precision) {
    let mut plan = Plan::empty("clocks", precision, 0.1, 99);
    let size = 300;
    plan.axes = vec![Axis {
        name: "x".into(),
        size,
    }];
    plan.buffers = vec![buffer("x.v", AxisId(0), Element::Real, 1)];
    // v += 1; with the clock of 3 +100, of 5 +10000, of both +1000000.
    for add in [1.0, 100.0, 10_000.0, 1_000_000.0] {
        let mut b = Builder::new(format!("add {add}"), precision);
        let v = b.binding("v", Element::Real);
        let x = b.load(v);
        let next = b.add_number(x, add);
        b.store(v, next);
        plan.kernels.push(b.finish());
    }
    plan.kernels.push(copy_kernel(precision));
    let map = |kernel| call(kernel, &[0], &[], &[]);
    plan.advance = vec![Stage::Map {
        axis: AxisId(0),
        call: map(0),
        ticking: vec![(vec![3], map(1)), (vec![5], map(2)), (vec![3, 5], map(3))],
    }];
    let record = |name: &str, sampled| Record {
        name: name.into(),
        sampled,
        before: Vec::new(),
    };
    let ranges = vec![2..5, 250..262, 299..300];
    plan.records = vec![
        record(
            "x.v",
            Sampled::Elements {
                axis: AxisId(0),
                ranges,
                call: map(4),
            },
        ),
        record("t", Sampled::Slot(SLOT_T)),
    ];
    plan.sample = vec![
        Stage::Record {
            record: RecordId(0),
            when: When::Every(4),
        },
        Stage::Record {
            record: RecordId(1),
            when: When::Always,
        },
    ];
    let log = agreed(backend, &plan, &[Storage::Auto], &|_, _| (), STEPS);
    let mut v = 0.0;
    let mut expected = Vec::new();
    for k in 0..=STEPS {
        if k % 4 == 0 {
            expected.push((k, vec![v; 16]));
        }
        v += match ((k + 1) % 3, (k + 1) % 5) {
            (0, 0) => 1_000_000.0,
            (0, _) => 100.0,
            (_, 0) => 10_000.0,
            _ => 1.0,
        };
    }
    assert_eq!(log.samples(RecordId(0)), expected);
    let times: Vec<(u64, Vec<f64>)> = (0..=STEPS).map(|k| (k, vec![k as f64 * 0.1])).collect();
    assert_eq!(log.samples(RecordId(1)), times);
    let ends: Vec<_> = log
        .entries
        .iter()
        .filter(|e| matches!(e, Entry::AfterStep(_)))
        .collect();
    assert_eq!(ends.len() as u64, STEPS + 1);
}

/// Lets a plan record elements of its first axis at every step.
fn record(plan: &mut Plan, elements: Range<u32>, call: Call) {
    plan.records = vec![Record {
        name: "x.v".into(),
        sampled: Sampled::Elements {
            axis: AxisId(0),
            ranges: vec![elements],
            call,
        },
        before: Vec::new(),
    }];
    plan.sample = vec![Stage::Record {
        record: RecordId(0),
        when: When::Always,
    }];
}

/// Start values drawn in init at step 0, then one draw a step, by (seed, stream, element, step).
fn draws_and_start_values(backend: &dyn Backend, precision: Precision) {
    let mut plan = Plan::empty("draws", precision, 0.1, 99);
    let size = 515;
    plan.axes = vec![Axis {
        name: "x".into(),
        size,
    }];
    plan.buffers = vec![buffer("x.v", AxisId(0), Element::Real, 1)];
    let streams = [
        crate::draw::stream_key("x.v", 0),
        crate::draw::stream_key("x.noise", 0),
    ];
    for stream in streams {
        let mut b = Builder::new("draw", precision);
        let v = b.binding("v", Element::Real);
        let draw = b.draw("x", stream);
        let x = b.drawn(draw);
        b.store(v, x);
        plan.kernels.push(b.finish());
    }
    plan.kernels.push(copy_kernel(precision));
    let stage = |kernel| Stage::Map {
        axis: AxisId(0),
        call: call(kernel, &[0], &[], &[]),
        ticking: vec![],
    };
    plan.init = vec![stage(0)];
    plan.advance = vec![stage(1)];
    record(&mut plan, 0..size, call(2, &[0], &[], &[]));
    let log = agreed(backend, &plan, &[Storage::Auto], &|_, _| (), 5);
    for (step, values) in log.samples(RecordId(0)) {
        for (i, &value) in values.iter().enumerate() {
            let (stream, of) = if step == 0 {
                (streams[0], 0)
            } else {
                (streams[1], step - 1)
            };
            let words =
                crate::draw::philox([i as u32, 0, of as u32, 0], crate::draw::key(99, stream));
            let expected = match precision {
                Precision::F32 => f64::from(crate::draw::uniform_f32(words)),
                Precision::F64 => crate::draw::uniform_f64(words),
            };
            assert_eq!(value, expected, "element {i}, step {step}");
        }
    }
}

/// Sums over one and many blocks by the fixed tree; counts of events; scalar kernels.
fn reductions(backend: &dyn Backend, precision: Precision) {
    for size in [0_u32, 1, 5, 256, 257, 1000, 3000] {
        let mut plan = Plan::empty("reductions", precision, 0.1, 99);
        plan.axes = vec![Axis {
            name: "x".into(),
            size,
        }];
        for name in ["sum", "min", "max", "count", "twice"] {
            plan.slots.push(Slot {
                name: name.into(),
                initial: 0.0,
            });
        }
        let slot = |i: u32| SlotId(3 + i);
        plan.events = vec![EventList {
            name: "x.spike".into(),
            axis: AxisId(0),
            depth: 4,
            counted: false,
            recorded: false,
        }];
        // x = 1 / (lane + step + 1); emits where x is below 0.3.
        let mut b = Builder::new("x", precision);
        let step = b.uniform("step");
        let step = b.read(step);
        let lane = b.lane();
        let sum = b.add(lane, step);
        let sum = b.add_number(sum, 1.0);
        let one = b.number(1.0);
        let x = b.div(one, sum);
        let mut emitting = b.clone();
        for reduction in [Reduction::Sum, Reduction::Min, Reduction::Max] {
            let out = b.uniform("out");
            b.reduce(out, reduction, x);
        }
        let event = emitting.emission("spike");
        let limit = emitting.number(0.3);
        let low = emitting.lt(x, limit);
        emitting.emit(event, low);
        let mut twice = Builder::new("twice", Precision::F64);
        let (from, to) = (twice.uniform("sum"), twice.uniform("twice"));
        let value = twice.read(from);
        let value = twice.mul_number(value, 2.0);
        twice.set(to, value);
        plan.kernels = vec![b.finish(), emitting.finish(), twice.finish()];
        plan.advance = vec![Stage::Map {
            axis: AxisId(0),
            call: call(1, &[], &[SLOT_STEP], &[0]),
            ticking: vec![],
        }];
        let reduce = Stage::Reduce {
            axis: AxisId(0),
            call: call(0, &[], &[SLOT_STEP, slot(0), slot(1), slot(2)], &[]),
        };
        let count = Stage::CountEvents {
            events: EventListId(0),
            window: 3,
            slot: slot(3),
        };
        let scalar = Stage::Scalar {
            call: call(2, &[], &[slot(0), slot(4)], &[]),
        };
        for i in 0..5 {
            let before = if i == 0 {
                vec![reduce.clone(), scalar.clone()]
            } else {
                Vec::new()
            };
            let name = plan.slots[slot(i).index()].name.clone();
            plan.records.push(Record {
                name,
                sampled: Sampled::Slot(slot(i)),
                before,
            });
            let record = RecordId(i);
            plan.sample.push(Stage::Record {
                record,
                when: When::Always,
            });
        }
        plan.sample.insert(0, count);
        let log = agreed(backend, &plan, &[Storage::Auto], &|_, _| (), 6);
        for k in 0..=6_u64 {
            let value = |i: u32, k: u64| match precision {
                Precision::F32 => f64::from(1.0_f32 / (i as f32 + k as f32 + 1.0)),
                Precision::F64 => 1.0 / (f64::from(i) + k as f64 + 1.0),
            };
            let all: Vec<f64> = (0..size).map(|i| value(i, k)).collect();
            let sum = if all.is_empty() { 0.0 } else { tree_sum(&all) };
            let low = |k: u64| {
                (0..size)
                    .filter(|&i| value(i, k) < single(precision, 0.3))
                    .count()
            };
            let recent: usize = (k.saturating_sub(3)..k).map(low).sum();
            let extremes = (all.last().copied(), all.first().copied());
            let expected = [
                sum,
                extremes.0.unwrap_or(f64::INFINITY),
                extremes.1.unwrap_or(f64::NEG_INFINITY),
                recent as f64,
                2.0 * sum,
            ];
            for (i, &wanted) in expected.iter().enumerate() {
                let got = log.samples(RecordId(i as u32))[k as usize].1[0];
                assert!(
                    same(got, wanted),
                    "slot {i}, step {k}, size {size}: {got}, not {wanted}"
                );
            }
        }
    }
}

fn single(precision: Precision, x: f64) -> f64 {
    if precision == Precision::F32 {
        f64::from(x as f32)
    } else {
        x
    }
}

/// The documented tree, by recursion over levels.
fn tree_sum(values: &[f64]) -> f64 {
    let mut level: Vec<f64> = values
        .chunks(REDUCTION_BLOCK)
        .map(|block| block.iter().fold(0.0, |a, x| a + x))
        .collect();
    while level.len() > 1 {
        level = level
            .chunks(2)
            .map(|pair| pair.iter().copied().reduce(|a, b| a + b))
            .map(|x| x.unwrap_or(0.0))
            .collect();
    }
    level[0]
}

/// A state that overflows must end the run with its name, element and step.
fn not_finite(backend: &dyn Backend, precision: Precision) {
    let mut plan = Plan::empty("overflow", precision, 0.1, 99);
    plan.axes = vec![Axis {
        name: "x".into(),
        size: 20,
    }];
    plan.buffers = vec![buffer("x.v", AxisId(0), Element::Real, 1)];
    let mut b = Builder::new("x.step", precision);
    let v = b.binding("v", Element::Real);
    let step = b.uniform("step");
    let step = b.read(step);
    let lane = b.lane();
    let [seven, three, infinity] = [7.0, 3.0, f64::INFINITY].map(|x| b.number(x));
    let here = b.eq(lane, seven);
    let now = b.eq(step, three);
    let both = b.and(here, now);
    let value = b.select(both, infinity, lane);
    b.store(v, value);
    plan.kernels = vec![b.finish(), copy_kernel(precision)];
    plan.advance = vec![Stage::Map {
        axis: AxisId(0),
        call: call(0, &[0], &[SLOT_STEP], &[]),
        ticking: vec![],
    }];
    record(&mut plan, 5..9, call(1, &[0], &[], &[]));
    let mut log = Log::default();
    let error = load(backend, &plan, 1).run(10, &mut log);
    let expected = RunError::NotFinite {
        name: "x.v".into(),
        element: 7,
        value: f64::INFINITY,
        step: 4,
    };
    assert_eq!(error, Err(expected));
    assert_eq!(
        log.samples(RecordId(0)).len(),
        4,
        "samples before the error"
    );
}

/// Reading and writing of arrays and slots, and stopping by the sink.
fn access(backend: &dyn Backend) {
    let mut plan = Plan::empty("access", Precision::F32, 0.1, 99);
    plan.axes = vec![Axis {
        name: "x".into(),
        size: 3,
    }];
    plan.slots.push(Slot {
        name: "x.tau".into(),
        initial: 2.5,
    });
    plan.buffers = vec![
        buffer("x.v", AxisId(0), Element::Real, 1),
        buffer("x.n", AxisId(0), Element::U32, 2),
    ];
    let mut machine = load(backend, &plan, 1);
    assert_eq!(machine.slot(SlotId(3)), 2.5);
    assert_eq!(machine.slot(SlotId(1)), 0.1);
    machine.write(BufferId(0), &[1.0, 0.1, -3.0]);
    machine.write(BufferId(1), &[1.0, 2.0, 3.0]);
    assert_eq!(machine.read(BufferId(0)), [1.0, f64::from(0.1_f32), -3.0]);
    assert_eq!(machine.read(BufferId(1)), [1.0, 2.0, 3.0]);
    let mut log = Log {
        stop_after: Some(4),
        ..Log::default()
    };
    assert_eq!(machine.run(10, &mut log), Ok(4), "stopped after step 4");
    assert_eq!(machine.step(), 4);
    assert_eq!(machine.run(6, &mut log), Ok(6));
    let expected: Vec<Entry> = (0..=10).map(Entry::AfterStep).collect();
    assert_eq!(log.entries, expected, "steps, each once");
    assert!(machine.bytes() >= 3 * 4 + 2 * 3 * 4);
}

/// What must be refused by name.
fn refusals(backend: &dyn Backend) {
    let network = Network {
        precision: Precision::F32,
        sum: Sum::Grid,
        orientation: Orientation::BySource,
        own: Some(3),
        least: 0,
        split: false,
        age: 1,
        in_sample: false,
        counted: false,
        sources: 5,
        targets: 4,
    };
    let plan = network.plan();
    let mut broken = plan.clone();
    broken.buffers[1].element = Element::U32;
    let refused = backend.load(&broken, &resources(1)).err();
    assert!(
        matches!(refused, Some(BackendError::Invalid(_))),
        "{refused:?}"
    );
    let little = Resources {
        threads: 1,
        memory_limit: 8,
    };
    let refused = backend.load(&plan, &little).err();
    assert!(
        matches!(refused, Some(BackendError::Memory { .. })),
        "{refused:?}"
    );
    let edge = |weight, delay| {
        Arc::new(super::ListConnectivity {
            edges: vec![(1, 2, weight, delay)],
            weight: EdgeValue::Own,
            ..network.connectivity()
        })
    };
    let mut machine = load(backend, &plan, 1);
    let refused = machine
        .connect(ProjectionId(0), edge(1.0, 4), Storage::Auto)
        .err();
    assert!(
        matches!(
            refused,
            Some(BackendError::Delay {
                found: 4,
                max: 3,
                ..
            })
        ),
        "{refused:?}"
    );
    let mut bounded = plan.clone();
    bounded.projections[0].unit = Some(1.0 / 65_536.0);
    let mut machine = load(backend, &bounded, 1);
    let refused = machine
        .connect(ProjectionId(0), edge(-0.75, 1), Storage::Auto)
        .err();
    assert!(
        matches!(refused, Some(BackendError::Bound { found: 0.75, .. })),
        "{refused:?}"
    );
    let mut machine = load(backend, &plan, 1);
    let refused = machine
        .connect(ProjectionId(0), edge(f64::NAN, 1), Storage::Auto)
        .err();
    assert!(
        matches!(refused, Some(BackendError::Weight { from: 1, to: 2, .. })),
        "{refused:?}"
    );
    let mut machine = load(backend, &plan, 1);
    let refused = machine.connect(ProjectionId(0), edge(1.0, 1), Storage::Generated);
    assert!(
        matches!(refused, Err(BackendError::Unsupported { .. })),
        "{refused:?}"
    );
}
