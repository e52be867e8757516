//! The step of a population, written out as expressions.
//!
//! The values of states travel through the parts of a step in a map from symbols to expressions
//! of what was there at its start: arrivals with delay 0 of the instant before, inputs,
//! integration, arrivals due, clocks, conditions with their blocks. What comes out is stored.

use std::collections::HashMap;

use neuropil_ir::graph::{Graph, NodeId, Symbol};
use neuropil_ir::operator::Operator;
use neuropil_syntax::{Code, Diagnostic, Span};

use super::methods::Named;
use crate::integrate::{self, Clock, Equation, Method};
use crate::model::{ArrivalTarget, Law, Network, PopulationId, Role, Write};
use crate::report::Report;

/// What arrives at a population from one projection, as the plan delivers it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arrival {
    /// The place of the projection in the network.
    pub(super) projection: usize,
    /// Number of arrivals, where they are counted.
    pub(super) count: Option<NodeId>,
    /// Sum of the weights of the arrivals.
    pub(super) weight: Option<NodeId>,
}

/// The arrivals of a step.
#[derive(Clone, Debug, Default)]
pub(super) struct Arrivals {
    /// Into states, before the advance (delay 0 of the instant before, or `delay none`).
    pub(super) pending: Vec<Arrival>,
    /// Into inputs, for this step.
    pub(super) pulses: Vec<Arrival>,
    /// Into states, after the advance.
    pub(super) due: Vec<Arrival>,
}

/// Symbols that the planner adds to a population.
#[derive(Clone, Debug)]
pub(super) struct Extra {
    /// For each event, the counter of its refractory steps.
    pub(super) counters: Vec<Option<Symbol>>,
    /// The number of the step.
    pub(super) step: Symbol,
}

/// How a group of states is integrated, for `explain`.
#[derive(Clone, Debug)]
pub(super) struct Integration {
    pub(super) states: Vec<String>,
    pub(super) method: Method,
    pub(super) reason: String,
}

/// The outcome of one step of a population.
#[derive(Clone, Debug)]
pub(super) struct Outcome {
    /// New values of states that change, by their place.
    pub(super) states: Vec<(usize, NodeId)>,
    /// New values of refractory counters, by event.
    pub(super) counters: Vec<(usize, NodeId)>,
    /// For each event: the truth value or number of events that is emitted.
    pub(super) emissions: Vec<NodeId>,
}

/// Builds the expressions of a population's step.
pub(super) struct Scheduler<'n> {
    pub(super) network: &'n mut Network,
    pub(super) population: PopulationId,
    pub(super) arrivals: &'n Arrivals,
    pub(super) extra: &'n Extra,
    /// The method that the run asks for, if any.
    pub(super) method: Option<Method>,
}

pub(super) type Values = HashMap<Symbol, NodeId>;

impl Scheduler<'_> {
    /// Which states are held at the start of this step, by their symbol.
    fn held(&mut self) -> Values {
        let population = &self.network.populations[self.population.index()];
        let mut list: Vec<(Symbol, Symbol, Span)> = Vec::new();
        for (event, counter) in population.events.iter().zip(&self.extra.counters) {
            if let (Some(refractory), Some(counter)) = (&event.refractory, counter) {
                let held = refractory.holding.iter();
                list.extend(held.map(|&state| (state, *counter, refractory.span)));
            }
        }
        let graph = &mut self.network.graph;
        let mut held = Values::new();
        for (state, counter, line) in list {
            let before = held.get(&state).copied();
            let either = graph.with_line(Some(line), |graph| {
                let active = counting(graph, counter);
                match before {
                    Some(before) => graph.apply(Operator::Or, &[before, active]),
                    None => active,
                }
            });
            held.insert(state, either);
        }
        held
    }

    fn start(&mut self) -> Values {
        let symbols: Vec<Symbol> = self.network.populations[self.population.index()]
            .states
            .iter()
            .map(|state| state.symbol)
            .collect();
        symbols
            .into_iter()
            .map(|symbol| (symbol, self.network.graph.symbol(symbol)))
            .collect()
    }

    pub(super) fn clip(&mut self, symbol: Symbol, value: NodeId) -> NodeId {
        let population = &self.network.populations[self.population.index()];
        let Some(place) = population.state(symbol) else {
            return value;
        };
        let (lower, upper) = (
            population.states[place].lower,
            population.states[place].upper,
        );
        let graph = &mut self.network.graph;
        let mut value = value;
        if let Some(upper) = upper {
            value = graph.apply(Operator::Min, &[value, upper]);
        }
        if let Some(lower) = lower {
            value = graph.apply(Operator::Max, &[value, lower]);
        }
        value
    }

    /// The new value of a state unless it is held.
    pub(super) fn unless_held(
        &mut self,
        held: &Values,
        symbol: Symbol,
        new: NodeId,
        old: NodeId,
    ) -> NodeId {
        match held.get(&symbol) {
            Some(&held) => self.network.graph.select(held, old, new),
            None => new,
        }
    }

    /// What the arrivals of one projection add to a target, in the order of its block.
    fn added(
        &mut self,
        arrival: Arrival,
        wanted: impl Fn(ArrivalTarget) -> bool,
    ) -> Vec<(Symbol, NodeId, Option<Span>)> {
        let projection = &self.network.projections[arrival.projection];
        let group = &self.network.populations[projection.post.index()].groups[projection.group];
        let increments = group.increments.clone();
        let mut list = Vec::new();
        for increment in increments {
            if !wanted(increment.target) {
                continue;
            }
            let line = Some(increment.span);
            let value = self.network.graph.with_line(line, |graph| {
                let mut value = graph.number(0.0);
                if let Some(weight) = arrival.weight {
                    value = graph.mul(increment.slope, weight);
                }
                if let Some(count) = arrival.count {
                    let constant = graph.mul(increment.constant, count);
                    value = graph.add(value, constant);
                }
                value
            });
            let symbol = match increment.target {
                ArrivalTarget::State(symbol) | ArrivalTarget::Input(symbol) => symbol,
            };
            list.push((symbol, value, line));
        }
        list
    }

    fn arrive(&mut self, values: &mut Values, held: &Values, list: &[Arrival]) {
        for &arrival in list {
            let added = self.added(arrival, |target| matches!(target, ArrivalTarget::State(_)));
            for (symbol, value, line) in added {
                let Some(&old) = values.get(&symbol) else {
                    continue;
                };
                let graph = &mut self.network.graph;
                let sum = graph.with_line(line, |graph| graph.add(old, value));
                let clipped = self.clip(symbol, sum);
                let new = self.unless_held(held, symbol, clipped, old);
                values.insert(symbol, new);
            }
        }
    }

    /// The values at the instant at which the step starts: states with what has arrived with
    /// delay 0, and inputs.
    pub(super) fn at_start(&mut self, report: &mut Report) -> Values {
        let held = self.held();
        let mut values = self.start();
        let arrivals = self.arrivals;
        self.arrive(&mut values, &held, &arrivals.pending);
        let inputs = self.inputs(&values, report);
        values.extend(inputs.iter().map(|input| (input.symbol, input.at_start)));
        let (time, start) = (self.network.time, self.network.start_time);
        let start = self.network.graph.symbol(start);
        values.insert(time, start);
        values
    }

    /// The inputs: their values at the start, and as the integrator sees them.
    fn inputs(&mut self, values: &Values, report: &mut Report) -> Vec<InputValue> {
        let population = &self.network.populations[self.population.index()];
        let inputs = population.inputs.clone();
        let span = population.span;
        let arrivals = self.arrivals;
        let mut list: Vec<InputValue> = Vec::new();
        for input in &inputs {
            let mut at_start = self.network.graph.number(0.0);
            let mut seen = at_start;
            let mut frozen = Vec::new();
            for summand in &input.summands {
                let now = self.network.graph.substitute(&[summand.value], values)[0];
                at_start = self.network.graph.add(at_start, now);
                let term = if summand.own {
                    summand.value
                } else if self.varies(summand.value) {
                    // One value for the whole step: stands for itself until the step is composed.
                    let name = format!("{}@t", input.name);
                    let dim = crate::dimension::Dim::one();
                    let symbol = self.network.symbol(&name, dim, Role::Open);
                    frozen.push((symbol, now));
                    self.network.graph.symbol(symbol)
                } else {
                    now
                };
                seen = self.network.graph.add(seen, term);
            }
            for &pulse in &arrivals.pulses {
                let wanted = |target| target == ArrivalTarget::Input(input.symbol);
                for (_, value, line) in self.added(pulse, wanted) {
                    let graph = &mut self.network.graph;
                    let mut plus = |sum| graph.with_line(line, |graph| graph.add(sum, value));
                    (at_start, seen) = (plus(at_start), plus(seen));
                }
            }
            list.push(InputValue {
                symbol: input.symbol,
                at_start,
                seen,
                frozen,
            });
        }
        self.resolve_inputs(&mut list, span, report);
        list
    }

    /// Whether a value mentions states, which an integrator would take for its own.
    fn varies(&self, node: NodeId) -> bool {
        self.network.graph.symbols_of(node).iter().any(|&symbol| {
            matches!(
                self.network.role(symbol),
                Role::State(_) | Role::Input(_) | Role::Time
            )
        })
    }

    /// Inputs may read other inputs, without cycle.
    fn resolve_inputs(&mut self, list: &mut [InputValue], span: Span, report: &mut Report) {
        for _ in 0..=list.len() {
            let starts: Values = list
                .iter()
                .map(|input| (input.symbol, input.at_start))
                .collect();
            let seen: Values = list
                .iter()
                .map(|input| (input.symbol, input.seen))
                .collect();
            let mut changed = false;
            for input in list.iter_mut() {
                let at_start = self.network.graph.substitute(&[input.at_start], &starts)[0];
                let inner = self.network.graph.substitute(&[input.seen], &seen)[0];
                changed |= at_start != input.at_start || inner != input.seen;
                (input.at_start, input.seen) = (at_start, inner);
                for (_, frozen) in &mut input.frozen {
                    *frozen = self.network.graph.substitute(&[*frozen], &starts)[0];
                }
            }
            if !changed {
                return;
            }
        }
        report.error(
            Code::CircularDefinition,
            span,
            "the inputs of this population read each other in a circle",
        );
    }

    /// Integrates the states: their values after the advance, in terms of the start of the step.
    fn integrate(
        &mut self,
        values: &Values,
        held: &Values,
        inputs: &[InputValue],
        report: &mut Report,
    ) -> (Values, Vec<Integration>) {
        let population = &self.network.populations[self.population.index()];
        let path = format!("{}.{}", self.network.name, population.name);
        let states = population.states.clone();
        let named = population.methods.clone();
        let seen: Values = inputs
            .iter()
            .map(|input| (input.symbol, input.seen))
            .collect();
        let mut equations: Vec<Named> = Vec::new();
        let mut after = values.clone();
        let mut compose = values.clone();
        for input in inputs {
            compose.extend(input.frozen.iter().copied());
        }
        for state in &states {
            match &state.law {
                Law::Kept => {}
                Law::Map(rhs) => {
                    let mut map = values.clone();
                    map.extend(inputs.iter().map(|input| (input.symbol, input.at_start)));
                    let new = self.network.graph.substitute(&[*rhs], &map)[0];
                    let clipped = self.clip(state.symbol, new);
                    let old = values[&state.symbol];
                    let new = self.unless_held(held, state.symbol, clipped, old);
                    after.insert(state.symbol, new);
                }
                Law::Rate { rhs, noise } => {
                    let rhs = self.network.graph.substitute(&[*rhs], &seen)[0];
                    let mut terms = Vec::new();
                    for &(coefficient, symbol) in noise {
                        let coefficient = self.network.graph.substitute(&[coefficient], &seen)[0];
                        terms.push((coefficient, self.standard_normal(&path, symbol)));
                    }
                    let equation = Equation {
                        symbol: state.symbol,
                        rhs,
                        noise: terms,
                        lower: state.lower,
                        upper: state.upper,
                        held: held.get(&state.symbol).copied(),
                        line: Some(state.span),
                    };
                    equations.push((equation, state.name.clone(), state.span));
                }
            }
        }
        let mut integrations = Vec::new();
        let clock = Clock {
            t: self.network.time,
            dt: self.network.step_length,
        };
        for (group, choice) in self.choices(equations, &named, clock) {
            let list: Vec<Equation> = group
                .iter()
                .map(|(equation, ..)| equation.clone())
                .collect();
            match integrate::advance(&mut self.network.graph, &list, clock, choice.method) {
                Ok(new) => {
                    let new = self.network.graph.substitute(&new, &compose);
                    for ((equation, ..), value) in group.iter().zip(new) {
                        after.insert(equation.symbol, value);
                    }
                }
                Err(refusal) => {
                    let span = group.get(refusal.equation).map(|(_, _, span)| *span);
                    let span = span
                        .unwrap_or_else(|| self.network.populations[self.population.index()].span);
                    report.push(
                        Diagnostic::error(
                            Code::MethodNotPossible,
                            span,
                            format!(
                                "`{}` cannot integrate this: {}",
                                choice.method, refusal.reason
                            ),
                        )
                        .help("leave out the method to have one chosen"),
                    );
                }
            }
            integrations.push(Integration {
                states: group.into_iter().map(|(_, name, _)| name).collect(),
                method: choice.method,
                reason: choice.reason,
            });
        }
        (after, integrations)
    }

    /// A standard normal draw of this step for a noise symbol.
    fn standard_normal(&mut self, path: &str, noise: Symbol) -> NodeId {
        let name = match self.network.role(noise) {
            Role::Noise { name } => name.clone(),
            _ => path.to_owned(),
        };
        let role = Role::Draw { name, number: 0 };
        let known = self
            .network
            .meanings
            .iter()
            .position(|meaning| meaning.role == role);
        let symbol = match known {
            Some(place) => Symbol(place as u32),
            None => self.network.symbol("u", crate::dimension::Dim::one(), role),
        };
        let u = self.network.graph.symbol(symbol);
        self.network.graph.apply(Operator::NormalQuantile, &[u])
    }

    /// The whole step; `ticking` says which clocks tick at its end.
    pub(super) fn step(
        &mut self,
        ticking: &[bool],
        report: &mut Report,
    ) -> (Outcome, Vec<Integration>) {
        let held = self.held();
        let mut values = self.start();
        let arrivals = self.arrivals;
        self.arrive(&mut values, &held, &arrivals.pending);
        let inputs = self.inputs(&values, report);
        let (mut values, integrations) = self.integrate(&values, &held, &inputs, report);
        self.arrive(&mut values, &held, &arrivals.due);

        // What handlers and conditions see beside states: the inputs of this step, and the time
        // of its end.
        let mut seen: Values = inputs
            .iter()
            .map(|input| (input.symbol, input.at_start))
            .collect();
        let end = self.end_of_step();
        seen.insert(self.network.time, end);

        let clocks = self.network.populations[self.population.index()]
            .clocks
            .clone();
        for (clock, &ticks) in clocks.iter().zip(ticking) {
            if ticks {
                let writes = self.written(&clock.block, &values, &seen);
                for (symbol, new) in writes {
                    let old = values[&symbol];
                    let new = self.unless_held(&held, symbol, new, old);
                    values.insert(symbol, new);
                }
            }
        }

        let start_time = self.network.start_time;
        let start_time = self.network.graph.symbol(start_time);
        // `rising` compares with what was tested before: without arrivals since that test.
        let mut tested = self.start();
        tested.extend(inputs.iter().map(|input| (input.symbol, input.at_start)));
        tested.insert(self.network.time, start_time);

        let (counters, emissions) = self.events(&mut values, &held, &seen, &tested, report);
        let population = &self.network.populations[self.population.index()];
        let symbols: Vec<Symbol> = population.states.iter().map(|state| state.symbol).collect();
        let mut states = Vec::new();
        for (place, symbol) in symbols.into_iter().enumerate() {
            let own = self.network.graph.symbol(symbol);
            if values[&symbol] != own {
                states.push((place, values[&symbol]));
            }
        }
        (
            Outcome {
                states,
                counters,
                emissions,
            },
            integrations,
        )
    }

    /// (step + 1) * dt
    fn end_of_step(&mut self) -> NodeId {
        let step = self.network.graph.symbol(self.extra.step);
        let dt = self.network.step_length;
        let graph = &mut self.network.graph;
        let one = graph.number(1.0);
        let next = graph.add(step, one);
        let dt = graph.symbol(dt);
        graph.mul(next, dt)
    }

    /// The new values of a block.
    pub(super) fn written(
        &mut self,
        block: &[Write],
        values: &Values,
        seen: &Values,
    ) -> Vec<(Symbol, NodeId)> {
        let mut map = values.clone();
        map.extend(seen.iter().map(|(&symbol, &node)| (symbol, node)));
        let roots: Vec<NodeId> = block.iter().map(|write| write.value).collect();
        let new = self.network.graph.substitute(&roots, &map);
        block.iter().map(|write| write.state).zip(new).collect()
    }
}

/// Whether a refractory counter has not run out.
pub(super) fn counting(graph: &mut Graph, counter: Symbol) -> NodeId {
    let zero = graph.number(0.0);
    let counter = graph.symbol(counter);
    graph.apply(Operator::Lt, &[zero, counter])
}

/// One input of a step.
struct InputValue {
    symbol: Symbol,
    /// Its value at the start of the step.
    at_start: NodeId,
    /// What the integrator sees: own summands as they are, others as symbols.
    seen: NodeId,
    /// The symbols of summands that stand still, with their values.
    frozen: Vec<(Symbol, NodeId)>,
}
