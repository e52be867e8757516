//! Runs a system for some steps through lowering and the scalar evaluator.

use neuropil_ir::graph::{Graph, NodeId, Symbol};
use neuropil_ir::kernel::{Binding, Element, Precision};
use neuropil_ir::operator::Operator;
use neuropil_ir::plan::{BufferId, SlotId};
use neuropil_ir::scalar::{Evaluator, Lane};

use crate::integrate::{Clock, Equation, Method, Refusal, advance};
use crate::lower::{Environment, Lowered, Output, Rate, Session, Source};

/// A graph with time, states and parameters, to write systems down in.
pub(super) struct Model {
    pub(super) graph: Graph,
    pub(super) clock: Clock,
    pub(super) equations: Vec<Equation>,
    /// Symbols that differ between elements beside the states, with their values.
    pub(super) varying: Vec<(Symbol, f64)>,
    /// Symbols with the same value for all elements.
    pub(super) uniform: Vec<(Symbol, f64)>,
}

impl Model {
    pub(super) fn new() -> Self {
        let mut graph = Graph::new();
        let clock = Clock {
            t: graph.new_symbol("t"),
            dt: graph.new_symbol("dt"),
        };
        let (equations, varying, uniform) = (Vec::new(), Vec::new(), Vec::new());
        Self {
            graph,
            clock,
            equations,
            varying,
            uniform,
        }
    }

    pub(super) fn state(&mut self, name: &str) -> NodeId {
        let symbol = self.graph.new_symbol(name);
        let zero = self.graph.number(0.0);
        self.equations.push(Equation::new(symbol, zero));
        self.graph.symbol(symbol)
    }

    pub(super) fn parameter(&mut self, name: &str, value: f64) -> NodeId {
        let symbol = self.graph.new_symbol(name);
        self.uniform.push((symbol, value));
        self.graph.symbol(symbol)
    }

    pub(super) fn input(&mut self, name: &str, value: f64) -> NodeId {
        let symbol = self.graph.new_symbol(name);
        self.varying.push((symbol, value));
        self.graph.symbol(symbol)
    }

    /// A condition that holds where the value is not 0.
    pub(super) fn mask(&mut self, name: &str, value: f64) -> NodeId {
        let symbol = self.graph.new_truth_symbol(name);
        self.varying.push((symbol, value));
        self.graph.symbol(symbol)
    }

    pub(super) fn number(&mut self, value: f64) -> NodeId {
        self.graph.number(value)
    }

    pub(super) fn apply(&mut self, operator: Operator, args: &[NodeId]) -> NodeId {
        self.graph.apply(operator, args)
    }

    pub(super) fn add(&mut self, a: NodeId, b: NodeId) -> NodeId {
        self.graph.add(a, b)
    }

    pub(super) fn sub(&mut self, a: NodeId, b: NodeId) -> NodeId {
        self.graph.sub(a, b)
    }

    pub(super) fn mul(&mut self, a: NodeId, b: NodeId) -> NodeId {
        self.graph.mul(a, b)
    }

    pub(super) fn div(&mut self, a: NodeId, b: NodeId) -> NodeId {
        self.graph.div(a, b)
    }

    /// `(goal - x)/tau`
    pub(super) fn relax(&mut self, x: NodeId, goal: NodeId, tau: NodeId) -> NodeId {
        let difference = self.sub(goal, x);
        self.div(difference, tau)
    }

    pub(super) fn refusal(&mut self, method: Method) -> Refusal {
        advance(&mut self.graph, &self.equations, self.clock, method).unwrap_err()
    }

    /// The states after some steps.
    pub(super) fn run(&mut self, method: Method, dt: f64, steps: u64, start: &[f64]) -> Vec<f64> {
        let mut runner = Runner::new(self, method, dt);
        let mut states = start.to_vec();
        for step in 0..steps {
            states = runner.step(dt * step as f64, &states);
        }
        states
    }
}

/// A lowered step.
pub(super) struct Runner {
    pub(super) kernel: Lowered,
    step: Option<Lowered>,
    slots: Vec<f64>,
    varying: Vec<f64>,
}

impl Runner {
    pub(super) fn new(model: &mut Model, method: Method, dt: f64) -> Self {
        let advanced = advance(&mut model.graph, &model.equations, model.clock, method).unwrap();
        let mut environment = Environment::new();
        let mut slots = vec![0.0, dt];
        environment.insert(model.clock.t, Source::Slot(SlotId(0)), Rate::Step);
        environment.insert(model.clock.dt, Source::Slot(SlotId(1)), Rate::Build);
        for &(symbol, value) in &model.uniform {
            environment.insert(
                symbol,
                Source::Slot(SlotId(slots.len() as u32)),
                Rate::Build,
            );
            slots.push(value);
        }
        let states = model.equations.iter().map(|equation| equation.symbol);
        let symbols = states.chain(model.varying.iter().map(|&(symbol, _)| symbol));
        for (place, symbol) in symbols.enumerate() {
            let name = model.graph.symbol_info(symbol).name.clone();
            let buffer = BufferId(place as u32);
            let source = Source::Array {
                name,
                buffer,
                element: Element::Real,
            };
            environment.insert(symbol, source, Rate::Lane);
        }
        let outputs: Vec<Output> = advanced
            .iter()
            .enumerate()
            .map(|(place, &value)| Output::Store {
                name: format!("x{place}"),
                buffer: BufferId(place as u32),
                element: Element::Real,
                value,
            })
            .collect();
        let mut session = Session::new(environment, Precision::F64);
        let mut allocate = |_: &str| {
            slots.push(f64::NAN);
            SlotId(slots.len() as u32 - 1)
        };
        let kernel = session
            .map(&mut model.graph, &mut allocate, "step", &outputs)
            .unwrap();
        let hoisted = session.finish(&model.graph, &mut allocate, "test").unwrap();
        if let Some(prepare) = &hoisted.prepare {
            set_slots(prepare, &mut slots);
        }
        let varying = model.varying.iter().map(|&(_, value)| value).collect();
        Self {
            kernel,
            step: hoisted.step,
            slots,
            varying,
        }
    }

    pub(super) fn step(&mut self, t: f64, states: &[f64]) -> Vec<f64> {
        self.slots[0] = t;
        if let Some(step) = &self.step {
            set_slots(step, &mut self.slots);
        }
        let uniforms: Vec<f64> = self
            .kernel
            .slots
            .iter()
            .map(|slot| self.slots[slot.index()])
            .collect();
        let load = |binding: Binding| {
            let place = self.kernel.buffers[binding.index()].index();
            if place < states.len() {
                states[place]
            } else {
                self.varying[place - states.len()]
            }
        };
        let mut evaluator = Evaluator::new(&self.kernel.kernel).unwrap();
        evaluator
            .evaluate(Lane::default(), &load, &uniforms)
            .to_vec()
    }
}

/// Runs a kernel of one lane.
fn set_slots(lowered: &Lowered, slots: &mut [f64]) {
    use neuropil_ir::kernel::Effect;
    let uniforms: Vec<f64> = lowered
        .slots
        .iter()
        .map(|slot| slots[slot.index()])
        .collect();
    let mut evaluator = Evaluator::new(&lowered.kernel).unwrap();
    let values = evaluator.evaluate(Lane::default(), &|_| f64::NAN, &uniforms);
    for (effect, &value) in lowered.kernel.effects.iter().zip(values) {
        let Effect::Set(uniform, _) = *effect else {
            panic!("{effect:?}")
        };
        slots[lowered.slots[uniform.index()].index()] = value;
    }
}

/// Asserts that two numbers agree to a relative tolerance.
#[track_caller]
pub(super) fn close(found: f64, expected: f64, relative: f64) {
    let error = (found - expected).abs();
    assert!(
        error <= relative * expected.abs(),
        "found {found:e}, expected {expected:e}, relative error {:e}",
        error / expected.abs()
    );
}
