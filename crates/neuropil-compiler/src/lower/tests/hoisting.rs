//! What is hoisted, where it goes, and what kernels are bound to.

use neuropil_ir::graph::NodeId;
use neuropil_ir::kernel::{Effect, Element, Op, Precision, Reduction};
use neuropil_ir::operator::Operator;
use neuropil_ir::plan::{BufferId, EventListId, SlotId};

use super::{Bench, arithmetic, count, run};
use crate::lower::{LowerError, Output, Rate, Session, Source};

#[test]
fn maximal_uniform_expressions_are_computed_once() {
    // V exp(-dt/tau) + sin(t) dt: the first factor when built, the sum's other half every step.
    let mut bench = Bench::new();
    let v = bench.lane("V");
    let (tau, dt) = (
        bench.slot("tau", Rate::Build),
        bench.slot("dt", Rate::Build),
    );
    let t = bench.slot("t", Rate::Step);
    let exponent = bench.graph.div(dt, tau);
    let exponent = bench.graph.neg(exponent);
    let decay = bench.graph.apply(Operator::Exp, &[exponent]);
    let decayed = bench.graph.mul(v, decay);
    let wave = bench.graph.apply(Operator::Sin, &[t]);
    let half = bench.graph.div(dt, tau);
    let root = bench.graph.apply(Operator::Exp, &[half]);
    let wave = bench.graph.mul(wave, root);
    let sum = bench.graph.add(decayed, wave);
    let (lowered, hoisted) = bench.map(Precision::F64, &[sum]);
    assert_eq!(arithmetic(&lowered), 1, "{:?}", lowered.kernel.ops);
    let (prepare, step) = (hoisted.prepare.unwrap(), hoisted.step.unwrap());
    assert_eq!(
        (prepare.kernel.name.as_str(), step.kernel.name.as_str()),
        ("net.prepare", "net.step")
    );
    // Slots 0 to 2 are tau, dt, t; the allocated ones follow.
    let mut slots = vec![f64::NAN; bench.slots as usize];
    slots[..3].copy_from_slice(&[20.0, 0.1, 0.7]);
    for kernel in [&prepare, &step] {
        let values = run(kernel, &slots, &[]);
        for (effect, value) in kernel.kernel.effects.iter().zip(values) {
            let Effect::Set(uniform, _) = *effect else {
                panic!("{effect:?}")
            };
            slots[kernel.slots[uniform.index()].index()] = value;
        }
    }
    let found = run(&lowered, &slots, &[3.0])[0];
    let expected = 3.0 * (-0.1 / 20.0_f64).exp() + 0.7_f64.sin() * (0.1 / 20.0_f64).exp();
    // A handful of roundings.
    assert!(
        (found - expected).abs() < 2e-15 * expected,
        "{found} {expected}"
    );
}

#[test]
fn hoisted_values_are_f64_in_f32_kernels() {
    let mut bench = Bench::new();
    let (v, a) = (bench.lane("V"), bench.slot("a", Rate::Build));
    let root = bench.graph.apply(Operator::Exp, &[a]);
    let sum = bench.graph.add(v, root);
    let (lowered, hoisted) = bench.map(Precision::F32, &[sum]);
    assert_eq!(lowered.kernel.precision, Precision::F32);
    assert_eq!(hoisted.prepare.unwrap().kernel.precision, Precision::F64);
}

#[test]
fn expressions_of_constants_become_constants_in_f64() {
    let mut bench = Bench::new();
    let v = bench.lane("V");
    let one = bench.graph.number(1.0);
    let e = bench.graph.apply(Operator::Exp, &[one]);
    let sum = bench.graph.add(v, e);
    let (lowered, hoisted) = bench.map(Precision::F32, &[sum]);
    assert_eq!((hoisted.prepare, hoisted.step), (None, None));
    let constant = f64::from(std::f32::consts::E);
    assert_eq!(
        count(&lowered, |op| *op == Op::Const(constant)),
        1,
        "{:?}",
        lowered.kernel.ops
    );
}

#[test]
fn truth_values_travel_as_numbers() {
    let mut bench = Bench::new();
    let v = bench.lane("V");
    let (t, end) = (bench.slot("t", Rate::Step), bench.slot("end", Rate::Build));
    let on = bench.graph.apply(Operator::Lt, &[t, end]);
    let zero = bench.graph.number(0.0);
    let root = bench.graph.select(on, v, zero);
    let (lowered, hoisted) = bench.map(Precision::F64, &[root]);
    let step = hoisted.step.unwrap();
    for (t, expected) in [(1.0, 7.0), (2.0, 0.0)] {
        let flag = run(&step, &[t, 2.0, f64::NAN], &[])[0];
        assert_eq!(run(&lowered, &[t, 2.0, flag], &[7.0])[0], expected);
    }
}

#[test]
fn kernels_of_a_session_share_slots() {
    let mut bench = Bench::new();
    let (v, a) = (bench.lane("V"), bench.slot("a", Rate::Build));
    let e = bench.graph.apply(Operator::Exp, &[a]);
    let roots: Vec<NodeId> = vec![bench.graph.mul(v, e), bench.graph.add(v, e)];
    let mut session = Session::new(bench.environment.clone(), Precision::F64);
    let mut names = Vec::new();
    let mut allocate = |name: &str| {
        names.push(name.to_owned());
        SlotId(names.len() as u32)
    };
    let mut slots = Vec::new();
    for value in roots {
        let output = Output::Store {
            name: "V".to_owned(),
            buffer: BufferId(0),
            element: Element::Real,
            value,
        };
        let lowered = session
            .map(&mut bench.graph, &mut allocate, "k", &[output])
            .unwrap();
        // Loaded and stored through one binding.
        assert_eq!(lowered.buffers, [BufferId(0)]);
        slots.push(lowered.slots);
    }
    assert_eq!(slots, [vec![SlotId(1)], vec![SlotId(1)]]);
    let hoisted = session.finish(&bench.graph, &mut allocate, "net").unwrap();
    assert_eq!(hoisted.prepare.unwrap().slots, [SlotId(0), SlotId(1)]);
    assert_eq!(names, ["exp(a)"]);
}

#[test]
fn effects_keep_their_order_and_bindings() {
    let mut bench = Bench::new();
    let v = bench.lane("V");
    let limit = bench.slot("limit", Rate::Build);
    let crossed = bench.graph.apply(Operator::Le, &[limit, v]);
    let draw = bench.graph.new_symbol("u");
    let source = Source::Draw {
        name: "net.V".to_owned(),
        stream: 99,
    };
    bench.environment.insert(draw, source, Rate::Lane);
    let u = bench.graph.symbol(draw);
    let lane = bench.graph.new_symbol("i");
    bench.environment.insert(lane, Source::Lane, Rate::Lane);
    let i = bench.graph.symbol(lane);
    let sum = bench.graph.add(u, i);
    let outputs = [
        Output::Clear {
            name: "n".to_owned(),
            buffer: BufferId(7),
            element: Element::U32,
        },
        Output::Sample {
            name: "s".to_owned(),
            value: v,
        },
        Output::Emit {
            name: "spike".to_owned(),
            events: EventListId(3),
            when: crossed,
        },
        Output::EmitCount {
            name: "burst".to_owned(),
            events: EventListId(4),
            count: v,
        },
        Output::Reduce {
            name: "mean".to_owned(),
            slot: SlotId(9),
            reduction: Reduction::Sum,
            value: sum,
        },
        Output::Store {
            name: "c".to_owned(),
            buffer: BufferId(8),
            element: Element::Real,
            value: crossed,
        },
    ];
    let mut session = Session::new(bench.environment.clone(), Precision::F64);
    let lowered = session
        .map(&mut bench.graph, &mut |_| SlotId(50), "k", &outputs)
        .unwrap();
    let kernel = &lowered.kernel;
    let names: Vec<&str> = kernel.bindings.iter().map(|b| b.name.as_str()).collect();
    assert_eq!(names[0], "s");
    assert_eq!(lowered.buffers.len() + 1, names.len());
    assert_eq!(lowered.events, [EventListId(3), EventListId(4)]);
    assert_eq!(kernel.draws[0].stream, 99);
    let kinds: Vec<u8> = kernel
        .effects
        .iter()
        .map(|effect| match effect {
            Effect::Clear(_) => 0,
            Effect::Store(..) => 1,
            Effect::Emit(..) => 2,
            Effect::EmitCount(..) => 3,
            Effect::Reduce(..) => 4,
            Effect::Set(..) => 5,
        })
        .collect();
    assert_eq!(kinds, [0, 1, 2, 3, 4, 1]);
    neuropil_ir::verify::kernel(kernel).unwrap();
}

#[test]
fn unknown_and_varying_symbols_are_errors() {
    let mut bench = Bench::new();
    let stranger = bench.graph.new_symbol("stranger");
    let (x, v) = (bench.graph.symbol(stranger), bench.lane("V"));
    let set = |value| Output::Set {
        name: "s".to_owned(),
        slot: SlotId(0),
        value,
    };
    let mut session = Session::new(bench.environment.clone(), Precision::F64);
    let error = session
        .map(&mut bench.graph, &mut |_| SlotId(0), "k", &[set(x)])
        .unwrap_err();
    assert_eq!(
        error,
        LowerError::Unbound {
            symbol: stranger,
            name: "stranger".to_owned()
        }
    );
    let error = session
        .scalar(&bench.graph, &mut |_| SlotId(0), "k", Rate::Step, &[set(v)])
        .unwrap_err();
    assert!(matches!(error, LowerError::Varying { .. }), "{error}");
}

#[test]
fn scalar_kernels_of_a_step_hoist_what_is_known_when_built() {
    let mut bench = Bench::new();
    let (a, t) = (bench.slot("a", Rate::Build), bench.slot("t", Rate::Step));
    let e = bench.graph.apply(Operator::Exp, &[a]);
    let value = bench.graph.mul(e, t);
    let output = Output::Set {
        name: "s".to_owned(),
        slot: SlotId(5),
        value,
    };
    let mut session = Session::new(bench.environment.clone(), Precision::F32);
    let lowered = session
        .scalar(&bench.graph, &mut |_| SlotId(6), "k", Rate::Step, &[output])
        .unwrap();
    assert_eq!(lowered.kernel.precision, Precision::F64);
    assert_eq!(arithmetic(&lowered), 1);
    let hoisted = session
        .finish(&bench.graph, &mut |_| SlotId(7), "net")
        .unwrap();
    assert!(hoisted.prepare.is_some() && hoisted.step.is_none());
}
