//! Lowered kernels: values against std, contraction, hoisting, bindings.

#![expect(
    clippy::disallowed_methods,
    reason = "the oracles are std's functions, not the table's"
)]

mod hoisting;
mod operators;
mod random;
mod rules;

use neuropil_ir::graph::{Graph, NodeId, Symbol};
use neuropil_ir::kernel::{Element, Op, Precision};
use neuropil_ir::plan::{BufferId, SlotId};
use neuropil_ir::scalar::{Evaluator, Lane};

use super::{Environment, Hoisted, Lowered, Output, Rate, Session, Source};

/// A session over a graph whose symbols are declared on the way.
struct Bench {
    graph: Graph,
    environment: Environment,
    buffers: u32,
    slots: u32,
}

impl Bench {
    fn new() -> Self {
        Self {
            graph: Graph::new(),
            environment: Environment::new(),
            buffers: 0,
            slots: 0,
        }
    }

    /// An array, one value an element.
    fn lane(&mut self, name: &str) -> NodeId {
        let symbol = self.graph.new_symbol(name);
        self.array(symbol, name)
    }

    fn array(&mut self, symbol: Symbol, name: &str) -> NodeId {
        let source = Source::Array {
            name: name.to_owned(),
            buffer: BufferId(self.buffers),
            element: Element::Real,
        };
        self.buffers += 1;
        self.environment.insert(symbol, source, Rate::Lane);
        self.graph.symbol(symbol)
    }

    fn slot(&mut self, name: &str, rate: Rate) -> NodeId {
        let symbol = self.graph.new_symbol(name);
        self.environment
            .insert(symbol, Source::Slot(SlotId(self.slots)), rate);
        self.slots += 1;
        self.graph.symbol(symbol)
    }

    /// Lowers one kernel that stores the roots to buffers from 100 on.
    fn map(&mut self, precision: Precision, roots: &[NodeId]) -> (Lowered, Hoisted) {
        let outputs: Vec<Output> = roots
            .iter()
            .enumerate()
            .map(|(place, &value)| Output::Store {
                name: format!("out{place}"),
                buffer: BufferId(100 + place as u32),
                element: Element::Real,
                value,
            })
            .collect();
        let mut session = Session::new(self.environment.clone(), precision);
        let slots = &mut self.slots;
        let mut allocate = |_: &str| {
            *slots += 1;
            SlotId(*slots - 1)
        };
        let lowered = session
            .map(&mut self.graph, &mut allocate, "map", &outputs)
            .unwrap();
        let hoisted = session.finish(&self.graph, &mut allocate, "net").unwrap();
        (lowered, hoisted)
    }
}

/// The first result of a kernel of one lane; uniforms by slot, loads by buffer.
fn run(lowered: &Lowered, slots: &[f64], arrays: &[f64]) -> Vec<f64> {
    let uniforms: Vec<f64> = lowered
        .slots
        .iter()
        .map(|slot| slots[slot.index()])
        .collect();
    let mut evaluator = Evaluator::new(&lowered.kernel).unwrap();
    let load =
        |binding: neuropil_ir::kernel::Binding| arrays[lowered.buffers[binding.index()].index()];
    evaluator
        .evaluate(Lane::default(), &load, &uniforms)
        .to_vec()
}

/// How many operations are of a kind.
fn count(lowered: &Lowered, kind: impl Fn(&Op) -> bool) -> usize {
    lowered.kernel.ops.iter().filter(|op| kind(op)).count()
}

/// How many operations compute: no loads, slots and constants.
fn arithmetic(lowered: &Lowered) -> usize {
    count(lowered, |op| op.operands().next().is_some())
}
