//! Every rule of the verifiers, each broken once.
#![expect(clippy::unwrap_used, reason = "tests")]

use neuropil_ir::kernel::{
    Binary, Binding, Builder, Effect, Element, Emission, Kernel, Op, Precision, Uniform, Value,
};
use neuropil_ir::plan::{
    Axis, AxisId, Buffer, BufferId, Call, DelayClass, EventList, EventListId, KernelId, Plan,
    Projection, ProjectionId, Record, RecordId, SLOT_STEP, Sampled, Slot, SlotId, Stage, Sum, When,
};
use neuropil_ir::verify::{self, KernelError, PlanError};

/// A valid kernel: stores x + 1, clears a count, emits where x < 1.
fn kernel() -> Kernel {
    let mut b = Builder::new("k", Precision::F64);
    let x = b.binding("x", Element::Real);
    let n = b.binding("n", Element::U32);
    let event = b.emission("event");
    let u = b.uniform("u");
    let one = b.number(1.0);
    let v = b.load(x);
    let u = b.read(u);
    let sum = b.add(v, u);
    let low = b.lt(sum, one);
    b.store(x, sum);
    b.clear(n);
    b.emit(event, low);
    b.finish()
}

fn broken(change: impl FnOnce(&mut Kernel)) -> KernelError {
    let mut kernel = kernel();
    change(&mut kernel);
    verify::kernel(&kernel).unwrap_err()
}

#[test]
fn kernel_rules() {
    assert!(verify::kernel(kernel()).is_ok());
    let v = Value;
    let error = broken(|k| k.ops[0] = Op::Binary(Binary::Add, v(0), v(0)));
    assert!(
        matches!(error, KernelError::Order { at: Value(0), .. }),
        "{error}"
    );
    let error = broken(|k| k.ops.push(Op::Not(v(0))));
    assert!(matches!(error, KernelError::Type { .. }), "{error}");
    let error = broken(|k| k.ops.extend([Op::ToBits(v(0)), Op::Shl(v(5), 64)]));
    assert!(
        matches!(
            error,
            KernelError::Shift {
                by: 64,
                width: 64,
                ..
            }
        ),
        "{error}"
    );
    for op in [Op::Uniform(Uniform(9)), Op::Load(Binding(9))] {
        let error = broken(|k| k.ops.push(op));
        assert!(matches!(error, KernelError::Undeclared { .. }), "{error}");
    }
    let error = broken(|k| k.effects.push(Effect::Emit(Emission(4), v(4))));
    assert!(matches!(error, KernelError::Undeclared { .. }), "{error}");
    let error = broken(|k| k.effects[2] = Effect::Emit(Emission(0), v(0)));
    assert!(matches!(error, KernelError::Type { .. }), "{error}");
    let error = broken(|k| k.effects[2] = Effect::EmitCount(Emission(0), v(4)));
    assert!(matches!(error, KernelError::Type { .. }), "{error}");
    let error = broken(|k| k.effects[0] = Effect::Store(Binding(1), v(0)));
    assert!(matches!(error, KernelError::StoreElement { .. }), "{error}");
    let error = broken(|k| k.effects[1] = Effect::Clear(Binding(0)));
    assert!(matches!(error, KernelError::Twice { .. }), "{error}");
    let error = broken(|k| k.effects[1] = Effect::Set(Uniform(0), v(0)));
    assert!(matches!(error, KernelError::Mixed { .. }), "{error}");
    let error = broken(|k| {
        k.precision = Precision::F32;
        k.ops[0] = Op::Const(0.1);
    });
    assert!(matches!(error, KernelError::Constant { .. }), "{error}");
}

fn call(kernel: u32, buffers: &[u32], slots: &[u32], events: &[u32]) -> Call {
    Call {
        kernel: KernelId(kernel),
        buffers: buffers.iter().map(|&i| BufferId(i)).collect(),
        slots: slots.iter().map(|&i| SlotId(i)).collect(),
        events: events.iter().map(|&i| EventListId(i)).collect(),
    }
}

/// A valid plan: one population that sends counts to itself, with a recording.
fn plan() -> Plan {
    let slot = |name: &str| Slot {
        name: name.into(),
        initial: 1.0,
    };
    let axis = AxisId(0);
    let buffer = |name: &str, element, depth| Buffer {
        name: name.into(),
        axis,
        element,
        depth,
    };
    let mut copy = Builder::new("copy", Precision::F64);
    let to = copy.binding("sample", Element::Real);
    let from = copy.binding("x", Element::Real);
    let x = copy.load(from);
    copy.store(to, x);
    let mut set = Builder::new("set", Precision::F64);
    let u = set.uniform("u");
    let one = set.number(1.0);
    set.set(u, one);
    let map = Stage::Map {
        axis,
        call: call(0, &[0, 1], &[3], &[0]),
        ticking: vec![],
    };
    let deliver = Stage::Deliver {
        projection: ProjectionId(0),
        age: 0,
        into: BufferId(1),
        zero: None,
    };
    Plan {
        name: "net".into(),
        precision: Precision::F64,
        dt: 0.1,
        seed: 1,
        axes: vec![
            Axis {
                name: "a".into(),
                size: 10,
            },
            Axis {
                name: "b".into(),
                size: 10,
            },
        ],
        slots: vec![slot("t"), slot("dt"), slot("step"), slot("u")],
        buffers: vec![
            buffer("a.x", Element::Real, 1),
            buffer("a.n", Element::U32, 2),
        ],
        events: vec![EventList {
            name: "a.spike".into(),
            axis,
            depth: 2,
            counted: false,
            recorded: true,
        }],
        kernels: vec![kernel(), copy.finish(), set.finish()],
        projections: vec![Projection {
            name: "a->a".into(),
            source: EventListId(0),
            target: axis,
            sum: Sum::Count,
            grid: None,
            unit: None,
            delay: DelayClass::Common,
        }],
        records: vec![Record {
            name: "a.x".into(),
            sampled: Sampled::Elements {
                axis,
                ranges: vec![0..3, 5..10],
                call: call(1, &[0], &[], &[]),
            },
            before: vec![],
        }],
        init: vec![Stage::Scalar {
            call: call(2, &[], &[3], &[]),
        }],
        sample: vec![Stage::Record {
            record: RecordId(0),
            when: When::Always,
        }],
        advance: vec![map, deliver],
    }
}

/// Breaks the plan, expects an error whose text names the place or thing.
fn refused(names: &str, change: impl FnOnce(&mut Plan)) -> PlanError {
    let mut plan = plan();
    change(&mut plan);
    let error = verify::plan(plan).unwrap_err();
    assert!(
        error.to_string().contains(names),
        "`{error}` does not name `{names}`"
    );
    error
}

#[test]
fn plan_rules_of_calls() {
    assert!(verify::plan(plan()).is_ok());
    refused("step", |p| p.dt = 0.0);
    refused("slot2", |p| p.slots.truncate(2));
    refused("kernel9", |p| {
        p.advance[0] = Stage::Map {
            axis: AxisId(0),
            call: call(9, &[], &[], &[]),
            ticking: vec![],
        }
    });
    let map = |call| Stage::Map {
        axis: AxisId(0),
        call,
        ticking: vec![],
    };
    let error = refused("2 arrays", |p| {
        p.advance[0] = map(call(0, &[0], &[3], &[0]));
    });
    assert!(matches!(error, PlanError::Arity { .. }));
    let error = refused("a.n", |p| p.advance[0] = map(call(0, &[1, 1], &[3], &[0])));
    assert!(matches!(error, PlanError::Element { .. }));
    let error = refused("a.x", |p| p.buffers[0].axis = AxisId(1));
    assert!(matches!(error, PlanError::Axis { .. }));
    let error = refused("slot9", |p| {
        p.advance[0] = map(call(0, &[0, 1], &[9], &[0]));
    });
    assert!(matches!(error, PlanError::Missing { .. }));
    let error = refused("emit", |p| p.sample.push(map(call(0, &[0, 1], &[3], &[0]))));
    assert!(matches!(error, PlanError::Effect { .. }));
    let error = refused("a.spike", |p| {
        p.advance.push(map(call(0, &[0, 1], &[3], &[0])));
    });
    assert!(matches!(error, PlanError::Twice { .. }));
    let error = refused("f32", |p| p.precision = Precision::F32);
    assert!(matches!(error, PlanError::Precision { .. }));
    let error = refused("emit single", |p| p.events[0].counted = true);
    assert!(matches!(error, PlanError::Effect { .. }));
    let error = refused("`step`", |p| {
        p.init[0] = Stage::Scalar {
            call: call(2, &[], &[SLOT_STEP.0], &[]),
        };
    });
    assert!(matches!(error, PlanError::Reserved { .. }));
    let error = refused("set", |p| p.advance[0] = map(call(2, &[], &[3], &[])));
    assert!(matches!(error, PlanError::Effect { .. }));
}

#[test]
fn plan_rules_of_deliveries() {
    let deliver = |age, zero| Stage::Deliver {
        projection: ProjectionId(0),
        age,
        into: BufferId(1),
        zero,
    };
    let error = refused("a.spike", |p| p.advance.swap(0, 1));
    assert!(matches!(error, PlanError::Order { .. }));
    let error = refused("a.spike", |p| p.advance[1] = deliver(2, None));
    assert!(matches!(error, PlanError::Depth { needed: 3, .. }));
    let error = refused("a.n", |p| p.projections[0].sum = Sum::Ordered);
    assert!(matches!(
        error,
        PlanError::Element {
            expected: Element::F64,
            ..
        }
    ));
    let error = refused("grid", |p| p.projections[0].sum = Sum::Grid);
    assert!(matches!(error, PlanError::Missing { .. }));
    let error = refused("a->a", |p| p.advance.push(deliver(1, None)));
    assert!(matches!(error, PlanError::Twice { .. }));
    let own = |min, max| {
        move |p: &mut Plan| {
            p.projections[0].delay = DelayClass::Own { min, max };
            p.advance[1] = Stage::Deliver {
                projection: ProjectionId(0),
                age: 1,
                into: BufferId(1),
                zero: None,
            };
        }
    };
    let error = refused("a.n", own(1, 3));
    assert!(matches!(
        error,
        PlanError::Depth {
            needed: 3,
            depth: 2,
            ..
        }
    ));
    let error = refused("delay 0", own(0, 2));
    assert!(matches!(error, PlanError::Missing { .. }));
    let error = refused("3 to 2", own(3, 2));
    assert!(matches!(error, PlanError::Number { .. }));
}

#[test]
fn plan_rules_of_recordings() {
    let ranges = |list: Vec<std::ops::Range<u32>>| {
        move |p: &mut Plan| {
            let Sampled::Elements { ranges, .. } = &mut p.records[0].sampled else {
                return;
            };
            *ranges = list;
        }
    };
    for list in [vec![0..3, 2..11], vec![3..5, 4..6], vec![5..6, 0..2]] {
        let error = refused("a.x", ranges(list));
        assert!(matches!(error, PlanError::Ranges { .. }));
    }
    let record = || Stage::Record {
        record: RecordId(0),
        when: When::Always,
    };
    let error = refused("advance[2] a.x", |p| p.advance.push(record()));
    assert!(matches!(error, PlanError::Misplaced { .. }));
    let error = refused("period", |p| {
        p.sample[0] = Stage::Record {
            record: RecordId(0),
            when: When::Every(0),
        };
    });
    assert!(matches!(error, PlanError::Number { .. }));
    let error = refused("a.spike", |p| {
        p.sample.push(Stage::CountEvents {
            events: EventListId(0),
            window: 2,
            slot: SlotId(3),
        });
    });
    assert!(matches!(error, PlanError::Depth { .. }));
}

#[test]
fn plans_have_a_text() {
    let text = plan().to_string();
    let head: Vec<&str> = text.lines().take(16).collect();
    let expected = [
        "plan net f64 dt=0.1 seed=1",
        "  axis0 a [10]",
        "  axis1 b [10]",
        "  slot0 t = 1.0",
        "  slot1 dt = 1.0",
        "  slot2 step = 1.0",
        "  slot3 u = 1.0",
        "  buffer0 a.x axis0 Real x1",
        "  buffer1 a.n axis0 U32 x2",
        "  events0 a.spike axis0 x2 recorded",
        "  projection0 a->a events0 -> axis0 Count common",
        "  record0 a.x axis0 0..3 5..10 copy(buffer0)",
        "  init[0] scalar set(slot3)",
        "  sample[0] record record0",
        "  advance[0] map axis0 k(buffer0 buffer1 slot3 events0)",
        "  advance[1] deliver projection0 age 0 into buffer1",
    ];
    assert_eq!(head, expected);
}
