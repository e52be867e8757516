//! A small network on the reference back-end against the same network written out by hand.

use neuropil_ir::connect::{Connection, EdgeQuantity, Rule};
use neuropil_ir::kernel::{Builder, Element, Precision};
use neuropil_ir::plan::{
    Axis, AxisId, Buffer, BufferId, Call, DelayClass, EventList, EventListId, KernelId, Plan,
    Projection, ProjectionId, Record, RecordId, Sampled, Slot, SlotId, Stage, Sum, When,
};
use neuropil_ir::program::{
    Condition, Expect, Measure, Population, Program, Raster, StateInfo, Trace,
};
use neuropil_ir::reference::ReferenceBackend;
use neuropil_sim::{Control, MemoryRecorder, Options, Simulation};
use neuropil_syntax::{SourceId, Span};

const SOURCES: u32 = 5;
const TARGETS: u32 = 3;
const WEIGHT: f64 = 0.5;
const PAIRS: [(u32, u32); 7] = [(0, 1), (1, 1), (2, 0), (2, 2), (2, 2), (4, 0), (4, 1)];

/// Sources count up by (i + 1)/4 and spike at 4; targets sum weights, one step later.
fn program(rule: Rule) -> Program {
    let span = Span::at(SourceId(0), 0);
    let mut kernels = Vec::new();

    let mut b = Builder::new("pre.step", Precision::F64);
    let array = b.binding("V", Element::Real);
    let spike = b.emission("spike");
    let (v, lane) = (b.load(array), b.lane());
    let up = b.add_number(lane, 1.0);
    let up = b.mul_number(up, 0.25);
    let (v, limit) = (b.add(v, up), b.number(4.0));
    let fires = b.ge(v, limit);
    let after = b.sub(v, limit);
    let v = b.select(fires, after, v);
    b.store(array, v);
    b.emit(spike, fires);
    kernels.push(b.finish());

    let mut b = Builder::new("post.step", Precision::F64);
    let (count, array) = (
        b.binding("count", Element::U32),
        b.binding("S", Element::Real),
    );
    let w = b.uniform("w");
    let (n, s, w) = (b.load(count), b.load(array), b.read(w));
    let jump = b.mul(n, w);
    let s = b.add(s, jump);
    b.store(array, s);
    b.clear(count);
    kernels.push(b.finish());

    for name in ["pre.V", "post.S"] {
        let mut b = Builder::new(name, Precision::F64);
        let sample = b.binding("sample", Element::Real);
        let array = b.binding("array", Element::Real);
        let value = b.load(array);
        b.store(sample, value);
        kernels.push(b.finish());
    }

    let call = |kernel, buffers: &[u32], slots: &[u32], events: &[u32]| Call {
        kernel: KernelId(kernel),
        buffers: buffers.iter().map(|&i| BufferId(i)).collect(),
        slots: slots.iter().map(|&i| SlotId(i)).collect(),
        events: events.iter().map(|&i| EventListId(i)).collect(),
    };
    let map = |axis, call| Stage::Map {
        axis: AxisId(axis),
        call,
        ticking: vec![],
    };
    let record = |name: &str, axis, size, kernel, buffer| Record {
        name: name.into(),
        sampled: Sampled::Elements {
            axis: AxisId(axis),
            ranges: std::iter::once(0..size).collect(),
            call: call(kernel, &[buffer], &[], &[]),
        },
        before: vec![],
    };
    let axis = |name: &str, size| Axis {
        name: name.into(),
        size,
    };
    let slot = |name: &str, initial| Slot {
        name: name.into(),
        initial,
    };
    let buffer = |name: &str, axis, element| Buffer {
        name: name.into(),
        axis: AxisId(axis),
        element,
        depth: 1,
    };
    let plan = Plan {
        name: "Net".into(),
        precision: Precision::F64,
        dt: 0.1,
        seed: 3,
        axes: vec![axis("pre", SOURCES), axis("post", TARGETS)],
        slots: vec![
            slot("t", 0.0),
            slot("dt", 0.1),
            slot("step", 0.0),
            slot("w", WEIGHT),
            slot("p", 0.5),
        ],
        buffers: vec![
            buffer("pre.V", 0, Element::Real),
            buffer("post.count", 1, Element::U32),
            buffer("post.S", 1, Element::Real),
        ],
        events: vec![EventList {
            name: "pre.spike".into(),
            axis: AxisId(0),
            depth: 2,
            counted: false,
            recorded: true,
        }],
        kernels,
        projections: vec![Projection {
            name: "Net.syn".into(),
            source: EventListId(0),
            target: AxisId(1),
            sum: Sum::Count,
            grid: None,
            unit: None,
            delay: DelayClass::Common,
        }],
        records: vec![
            record("pre.V", 0, SOURCES, 2, 0),
            record("post.S", 1, TARGETS, 3, 2),
        ],
        init: vec![],
        sample: [0, 1]
            .map(|i| Stage::Record {
                record: RecordId(i),
                when: When::Always,
            })
            .to_vec(),
        advance: vec![
            Stage::Deliver {
                projection: ProjectionId(0),
                age: 1,
                into: BufferId(1),
                zero: None,
            },
            map(0, call(0, &[0], &[], &[0])),
            map(1, call(1, &[1, 2], &[3], &[])),
        ],
    };
    let trace = |record, name: &str, size| Trace {
        record: RecordId(record),
        name: name.into(),
        unit: String::new(),
        scale: 1.0,
        every: 1,
        elements: Some(std::iter::once(0..size).collect()),
    };
    let population = |name: &str, axis, size, spike| Population {
        name: name.into(),
        model: name.into(),
        axis: AxisId(axis),
        size,
        spike,
    };
    Program {
        connections: vec![Connection {
            projection: ProjectionId(0),
            stream: "Net.syn.connect".into(),
            rule,
            without_self: false,
            without_multapses: false,
            sources: std::iter::once(0..SOURCES).collect(),
            targets: std::iter::once(0..TARGETS).collect(),
            recurrent: false,
            weight: Some(EdgeQuantity::Shared(SlotId(3))),
            delay: None,
            span,
        }],
        populations: vec![
            population("pre", 0, SOURCES, Some(EventListId(0))),
            population("post", 1, TARGETS, None),
        ],
        traces: vec![trace(0, "pre.V", SOURCES), trace(1, "post.S", TARGETS)],
        rasters: vec![Raster {
            events: EventListId(0),
            name: "pre.spike".into(),
            population: "pre".into(),
            size: SOURCES,
            elements: std::iter::once(0..SOURCES).collect(),
        }],
        steps: 100,
        expects: vec![Expect {
            text: "the third spike".into(),
            span,
            value: Measure::Time {
                raster: 0,
                elements: std::iter::once(3..4).collect(),
                n: 2,
            },
            unit: "ms".into(),
            scale: 1.0,
            // Element 3 counts by 1: it spikes in the steps 4, 8, 12.
            condition: Condition::In(Measure::Number(1.2), Measure::Number(1.2000001)),
        }],
        plots: vec![],
        run_name: None,
        states: vec![
            StateInfo {
                name: "pre.V".into(),
                buffer: BufferId(0),
                span,
            },
            StateInfo {
                name: "post.S".into(),
                buffer: BufferId(2),
                span,
            },
        ],
        plan,
    }
}

/// The same network written out: samples of both populations, and spikes as (step, element).
fn by_hand(steps: u64) -> (Vec<f64>, Vec<f64>, Vec<(u64, u32)>) {
    let (mut v, mut s) = ([0.0f64; SOURCES as usize], [0.0f64; TARGETS as usize]);
    let (mut voltages, mut sums, mut spikes) = (v.to_vec(), s.to_vec(), Vec::new());
    let mut sent: Vec<u32> = Vec::new();
    for step in 1..=steps {
        for &(from, to) in &PAIRS {
            if sent.contains(&from) {
                s[to as usize] += WEIGHT;
            }
        }
        sent.clear();
        for i in 0..SOURCES {
            let v = &mut v[i as usize];
            *v += f64::from(i + 1) / 4.0;
            if *v >= 4.0 {
                *v -= 4.0;
                sent.push(i);
                spikes.push((step, i));
            }
        }
        voltages.extend(v);
        sums.extend(s);
    }
    (voltages, sums, spikes)
}

#[test]
fn the_engine_and_the_hand_agree() {
    let (voltages, sums, spikes) = by_hand(100);
    for pieces in [vec![100], vec![1, 30, 69]] {
        let program = program(Rule::Pairs(PAIRS.to_vec()));
        let mut recorder = MemoryRecorder::new(&program);
        let options = Options {
            check_every: 7,
            ..Options::default()
        };
        let mut simulation = Simulation::new(program, &ReferenceBackend, &options).unwrap();
        for steps in pieces {
            simulation
                .run(steps, &mut recorder, &mut Control::default())
                .unwrap();
        }
        assert_eq!(recorder.traces()[0].values, voltages);
        assert_eq!(recorder.traces()[1].values, sums);
        let raster = &recorder.rasters()[0];
        let found: Vec<(u64, u32)> = raster
            .steps
            .iter()
            .copied()
            .zip(raster.elements.iter().copied())
            .collect();
        assert_eq!(found, spikes);

        let report = simulation.report();
        assert_eq!(report.populations[0].spikes, Some(spikes.len() as u64));
        assert_eq!(report.populations[0].cv_isi.map(|cv| cv < 0.4), Some(true));
        let projection = &report.projections[0];
        assert_eq!(projection.edges, PAIRS.len() as u64);
        let out = |i: u32| PAIRS.iter().filter(|&&(from, _)| from == i).count() as u64;
        assert_eq!(
            projection.sent,
            spikes.iter().map(|&(_, i)| out(i)).sum::<u64>()
        );
        assert_eq!(
            projection.sent,
            projection.delivered + projection.travelling
        );
        assert!(report.passed(), "{:?}", report.expects);
        assert_eq!(
            simulation.state("post.S").unwrap(),
            sums[sums.len() - TARGETS as usize..]
        );
    }
}

#[test]
fn drawn_connections_are_the_same_each_time() {
    let run = || {
        let program = program(Rule::FixedProbability(EdgeQuantity::Shared(SlotId(4))));
        let mut recorder = MemoryRecorder::new(&program);
        let options = Options::default();
        let mut simulation = Simulation::new(program, &ReferenceBackend, &options).unwrap();
        simulation
            .run(50, &mut recorder, &mut Control::default())
            .unwrap();
        (recorder, simulation.report())
    };
    let (recorder, report) = run();
    assert_eq!(run(), (recorder, report.clone()));
    let edges = report.projections[0].edges;
    assert!(edges > 0 && edges < u64::from(SOURCES * TARGETS));
}
