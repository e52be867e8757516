//! A system of equations at the start of a step, and what every method asks of it.

use std::collections::HashMap;

use neuropil_ir::graph::{Graph, NodeId, Symbol};
use neuropil_ir::operator::Operator;

use super::{Clock, Equation, Refusal};

/// Equations with their clipped start values.
pub(super) struct System<'a> {
    pub(super) graph: &'a mut Graph,
    pub(super) equations: &'a [Equation],
    pub(super) clock: Clock,
    /// The states as symbols, in the order of the equations.
    pub(super) states: Vec<Symbol>,
    /// The states at t, clipped.
    pub(super) start: Vec<NodeId>,
    /// The length of the step.
    pub(super) dt: NodeId,
}

impl<'a> System<'a> {
    pub(super) fn new(graph: &'a mut Graph, equations: &'a [Equation], clock: Clock) -> Self {
        let dt = graph.symbol(clock.dt);
        let states = equations.iter().map(|equation| equation.symbol).collect();
        let mut system = Self {
            graph,
            equations,
            clock,
            states,
            start: Vec::new(),
            dt,
        };
        for (place, equation) in equations.iter().enumerate() {
            system.at(place);
            let value = system.graph.symbol(equation.symbol);
            let value = system.clipped(equation, value);
            system.start.push(value);
        }
        system
    }

    /// What is built from now on belongs to the line of an equation.
    pub(super) fn at(&mut self, equation: usize) {
        self.graph.set_line(self.equations[equation].line);
    }

    /// A value of a state brought between its bounds. NaN stays NaN.
    fn clipped(&mut self, equation: &Equation, value: NodeId) -> NodeId {
        // Min and Max give their second operand where one is NaN, so the value stands second.
        let value = match equation.lower {
            Some(lower) => self.graph.apply(Operator::Max, &[lower, value]),
            None => value,
        };
        match equation.upper {
            Some(upper) => self.graph.apply(Operator::Min, &[upper, value]),
            None => value,
        }
    }

    /// The values of a stage: clipped, and unchanged where held.
    fn stage(&mut self, values: &[NodeId]) -> Vec<NodeId> {
        let equations = self.equations;
        let mut list = Vec::with_capacity(values.len());
        for (place, equation) in equations.iter().enumerate() {
            self.at(place);
            let clipped = self.clipped(equation, values[place]);
            list.push(match equation.held {
                Some(held) => self.graph.select(held, self.start[place], clipped),
                None => clipped,
            });
        }
        list
    }

    /// The new values of the states: clipped, and unchanged where held.
    pub(super) fn settle(&mut self, advanced: &[NodeId]) -> Vec<NodeId> {
        let equations = self.equations;
        let mut list = Vec::with_capacity(advanced.len());
        for (place, (equation, &value)) in equations.iter().zip(advanced).enumerate() {
            self.at(place);
            let clipped = self.clipped(equation, value);
            list.push(match equation.held {
                Some(held) => {
                    let kept = self.graph.symbol(equation.symbol);
                    self.graph.select(held, kept, clipped)
                }
                None => clipped,
            });
        }
        list
    }

    /// Expressions in the states, evaluated at t.
    pub(super) fn at_start(&mut self, roots: &[NodeId]) -> Vec<NodeId> {
        let map: HashMap<Symbol, NodeId> = self
            .states
            .iter()
            .copied()
            .zip(self.start.iter().copied())
            .collect();
        self.graph.substitute(roots, &map)
    }

    /// The right-hand sides at t.
    pub(super) fn start_rates(&mut self) -> Vec<NodeId> {
        let roots: Vec<NodeId> = self.equations.iter().map(|equation| equation.rhs).collect();
        self.at_start(&roots)
    }

    /// The right-hand sides at stage values and at the time `t + offset`.
    pub(super) fn stage_rates(&mut self, values: &[NodeId], offset: NodeId) -> Vec<NodeId> {
        let values = self.stage(values);
        let t = self.graph.symbol(self.clock.t);
        let time = self.graph.add(t, offset);
        let mut map: HashMap<Symbol, NodeId> = self.states.iter().copied().zip(values).collect();
        map.insert(self.clock.t, time);
        let roots: Vec<NodeId> = self.equations.iter().map(|equation| equation.rhs).collect();
        self.graph.substitute(&roots, &map)
    }

    /// `start + step * rate` for every state.
    pub(super) fn along(&mut self, rates: &[NodeId], step: NodeId) -> Vec<NodeId> {
        let mut list = Vec::with_capacity(rates.len());
        for (place, &rate) in rates.iter().enumerate() {
            self.at(place);
            let change = self.graph.mul(step, rate);
            list.push(self.graph.add(self.start[place], change));
        }
        list
    }

    /// The noise of a step of every state at t: the sum of `b sqrt(dt) N`.
    pub(super) fn noise(&mut self) -> Vec<NodeId> {
        let root = self.graph.apply(Operator::Sqrt, &[self.dt]);
        self.scaled_noise(&vec![root; self.equations.len()])
    }

    /// The sum of `b N` of every state at t, times a scale of its own.
    pub(super) fn scaled_noise(&mut self, scales: &[NodeId]) -> Vec<NodeId> {
        let equations = self.equations;
        let mut list = Vec::with_capacity(equations.len());
        for (place, (equation, &scale)) in equations.iter().zip(scales).enumerate() {
            self.at(place);
            let mut total = self.graph.number(0.0);
            for &(coefficient, draw) in &equation.noise {
                let coefficient = self.at_start(&[coefficient])[0];
                // b times the scale first: it is the same for all elements where b is.
                let deviation = self.graph.mul(coefficient, scale);
                let term = self.graph.mul(deviation, draw);
                total = self.graph.add(total, term);
            }
            list.push(total);
        }
        list
    }

    /// Sums, state by state.
    pub(super) fn plus(&mut self, left: &[NodeId], right: &[NodeId]) -> Vec<NodeId> {
        let mut list = Vec::with_capacity(left.len());
        for (place, (&a, &b)) in left.iter().zip(right).enumerate() {
            self.at(place);
            list.push(self.graph.add(a, b));
        }
        list
    }

    /// The name of the state of an equation.
    pub(super) fn name(&self, equation: usize) -> &str {
        &self.graph.symbol_info(self.states[equation]).name
    }

    /// Refuses systems with noise.
    pub(super) fn refuse_noise(&self, method: &str) -> Result<(), Refusal> {
        match self
            .equations
            .iter()
            .position(|equation| !equation.noise.is_empty())
        {
            None => Ok(()),
            Some(equation) => Err(Refusal {
                equation,
                reason: format!(
                    "`{}` has noise, which `{method}` cannot integrate; `euler`, \
                     `exponential_euler` and, for noise that no state scales, `heun` can",
                    self.name(equation)
                ),
            }),
        }
    }

    /// The first state that a noise coefficient mentions.
    pub(super) fn multiplicative(&self, equation: usize) -> Option<Symbol> {
        self.equations[equation]
            .noise
            .iter()
            .find_map(|&(coefficient, _)| {
                let found = self.graph.symbols_of(coefficient);
                found
                    .into_iter()
                    .find(|symbol| self.states.contains(symbol))
            })
    }
}
