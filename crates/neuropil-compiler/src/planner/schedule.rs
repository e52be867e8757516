//! The step of a population, written out as expressions.
//!
//! The values of states travel through the parts of a step in a map from symbols to expressions
//! of what was there at its start: arrivals with delay 0 of the instant before, inputs,
//! integration, arrivals due, clocks, conditions with their blocks. What comes out is stored.

use std::collections::HashMap;

use neuropil_ir::graph::{NodeId, Symbol};
use neuropil_ir::operator::Operator;
use neuropil_syntax::{Code, Diagnostic, Span};

use crate::integrate::{self, Clock, Equation, Method};
use crate::model::{ArrivalTarget, Condition, Law, Network, PopulationId, Role, Write};
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

type Values = HashMap<Symbol, NodeId>;

/// An equation with the name and the place of its state.
type Named = (Equation, String, Span);

/// A method that the text or the run names, and who does.
type Wanted = Option<(Method, String)>;

impl Scheduler<'_> {
    /// Which states are held at the start of this step, by their symbol.
    fn held(&mut self) -> Values {
        let population = &self.network.populations[self.population.index()];
        let mut list: Vec<(Symbol, Symbol)> = Vec::new();
        for (event, counter) in population.events.iter().zip(&self.extra.counters) {
            if let (Some(refractory), Some(counter)) = (&event.refractory, counter) {
                list.extend(refractory.holding.iter().map(|&state| (state, *counter)));
            }
        }
        let graph = &mut self.network.graph;
        let zero = graph.number(0.0);
        let mut held = Values::new();
        for (state, counter) in list {
            let counter = graph.symbol(counter);
            let active = graph.apply(Operator::Lt, &[zero, counter]);
            let before = held.get(&state).copied();
            let either = match before {
                Some(before) => graph.apply(Operator::Or, &[before, active]),
                None => active,
            };
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

    fn clip(&mut self, symbol: Symbol, value: NodeId) -> NodeId {
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
    fn unless_held(&mut self, held: &Values, symbol: Symbol, new: NodeId, old: NodeId) -> NodeId {
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
    ) -> Vec<(Symbol, NodeId)> {
        let projection = &self.network.projections[arrival.projection];
        let group = &self.network.populations[projection.post.index()].groups[projection.group];
        let increments = group.increments.clone();
        let mut list = Vec::new();
        for increment in increments {
            if !wanted(increment.target) {
                continue;
            }
            let graph = &mut self.network.graph;
            let mut value = graph.number(0.0);
            if let Some(weight) = arrival.weight {
                value = graph.mul(increment.slope, weight);
            }
            if let Some(count) = arrival.count {
                let constant = graph.mul(increment.constant, count);
                value = graph.add(value, constant);
            }
            let symbol = match increment.target {
                ArrivalTarget::State(symbol) | ArrivalTarget::Input(symbol) => symbol,
            };
            list.push((symbol, value));
        }
        list
    }

    fn arrive(&mut self, values: &mut Values, held: &Values, list: &[Arrival]) {
        for &arrival in list {
            let added = self.added(arrival, |target| matches!(target, ArrivalTarget::State(_)));
            for (symbol, value) in added {
                let Some(&old) = values.get(&symbol) else {
                    continue;
                };
                let sum = self.network.graph.add(old, value);
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
                for (_, value) in self.added(pulse, wanted) {
                    at_start = self.network.graph.add(at_start, value);
                    seen = self.network.graph.add(seen, value);
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

    /// The equations by the method that advances them, named by the text or chosen.
    ///
    /// Where exponential Euler is chosen, coupled states that are linear among themselves (a
    /// synapse of two stages) are advanced exactly: the others see their values at the start of
    /// the step, as they do in any case.
    fn choices(
        &mut self,
        equations: Vec<Named>,
        named: &[(Vec<Symbol>, Method, Span)],
        clock: Clock,
    ) -> Vec<(Vec<Named>, integrate::Choice)> {
        let roles: Vec<bool> = self
            .network
            .meanings
            .iter()
            .map(|m| matches!(m.role, Role::Parameter { .. } | Role::StepLength))
            .collect();
        let uniform = |symbol: Symbol| roles.get(symbol.index()).copied().unwrap_or(false);
        let mut list = Vec::new();
        for (group, wanted) in self.partition(equations, named) {
            if let Some((method, reason)) = wanted {
                list.push((group, integrate::Choice { method, reason }));
                continue;
            }
            let plain: Vec<Equation> = group.iter().map(|(e, ..)| e.clone()).collect();
            let graph = &mut self.network.graph;
            let choice = integrate::choose(graph, &plain, clock, &uniform);
            let closed = if choice.method == Method::ExponentialEuler {
                super::closed::linear(graph, &plain, clock.t, &uniform)
            } else {
                vec![false; plain.len()]
            };
            let mut inside = Vec::new();
            let mut outside = Vec::new();
            for (equation, closed) in group.into_iter().zip(closed) {
                if closed {
                    inside.push(equation);
                } else {
                    outside.push(equation);
                }
            }
            if !outside.is_empty() {
                list.push((outside, choice));
            }
            if !inside.is_empty() {
                let reason = "linear among themselves".to_owned();
                let method = Method::Exact;
                list.push((inside, integrate::Choice { method, reason }));
            }
        }
        list
    }

    /// Divides the equations by the methods that the text names.
    fn partition(
        &self,
        equations: Vec<Named>,
        named: &[(Vec<Symbol>, Method, Span)],
    ) -> Vec<(Vec<Named>, Wanted)> {
        if equations.is_empty() {
            return Vec::new();
        }
        if let Some(method) = self.method {
            return vec![(equations, Some((method, "the run says so".to_owned())))];
        }
        let text = "the text says so".to_owned();
        if let Some((_, method, _)) = named.iter().find(|(states, ..)| states.is_empty()) {
            return vec![(equations, Some((*method, text)))];
        }
        let mut groups = Vec::new();
        let mut rest = equations;
        for (states, method, _) in named {
            let (inside, outside) = rest
                .into_iter()
                .partition(|(equation, ..)| states.contains(&equation.symbol));
            rest = outside;
            groups.push((inside, Some((*method, text.clone()))));
        }
        groups.push((rest, None));
        groups.retain(|(list, _)| !list.is_empty());
        groups
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
    fn written(
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

    /// Conditions and their blocks, event by event; new counters and what is emitted.
    fn events(
        &mut self,
        values: &mut Values,
        held: &Values,
        seen: &Values,
        tested: &Values,
        report: &mut Report,
    ) -> (Vec<(usize, NodeId)>, Vec<NodeId>) {
        let events = self.network.populations[self.population.index()]
            .events
            .clone();
        let mut counters = Vec::new();
        let mut emissions = Vec::new();
        for (place, event) in events.iter().enumerate() {
            let mut map = values.clone();
            map.extend(seen.iter().map(|(&symbol, &node)| (symbol, node)));
            let counter = self.extra.counters[place];
            match event.condition {
                Condition::Count(count) => {
                    let count = self.network.graph.substitute(&[count], &map)[0];
                    let (half, zero) = (
                        self.network.graph.number(0.5),
                        self.network.graph.number(0.0),
                    );
                    let graph = &mut self.network.graph;
                    let shifted = graph.add(count, half);
                    let whole = graph.apply(Operator::Floor, &[shifted]);
                    let n = graph.apply(Operator::Max, &[whole, zero]);
                    self.counted_block(event, n, values, held, seen, report);
                    emissions.push(n);
                }
                Condition::When { condition, rising } => {
                    let now = self.network.graph.substitute(&[condition], &map)[0];
                    let mut fire = now;
                    if rising {
                        let was = self.network.graph.substitute(&[condition], tested)[0];
                        let graph = &mut self.network.graph;
                        let was_not = graph.not(was);
                        fire = graph.and(now, was_not);
                    }
                    if let Some(counter) = counter {
                        let graph = &mut self.network.graph;
                        let counter = graph.symbol(counter);
                        let zero = graph.number(0.0);
                        let busy = graph.apply(Operator::Lt, &[zero, counter]);
                        let free = graph.not(busy);
                        fire = graph.and(fire, free);
                    }
                    for (symbol, new) in self.written(&event.block, values, seen) {
                        let old = values[&symbol];
                        let changed = self.network.graph.select(fire, new, old);
                        let new = self.unless_held(held, symbol, changed, old);
                        values.insert(symbol, new);
                    }
                    if let (Some(counter), Some(refractory)) = (counter, &event.refractory) {
                        let length = self.refractory_steps(refractory.duration);
                        let graph = &mut self.network.graph;
                        let (zero, one) = (graph.number(0.0), graph.number(1.0));
                        let counter = graph.symbol(counter);
                        let less = graph.sub(counter, one);
                        let rest = graph.apply(Operator::Max, &[less, zero]);
                        counters.push((place, graph.select(fire, length, rest)));
                    }
                    emissions.push(fire);
                }
            }
        }
        (counters, emissions)
    }

    /// The block of a counted event n times: its lines must be increments.
    fn counted_block(
        &mut self,
        event: &crate::model::Event,
        n: NodeId,
        values: &mut Values,
        held: &Values,
        seen: &Values,
        report: &mut Report,
    ) {
        if event.refractory.is_some() {
            report.unsupported(event.span, "`refractory` of an event with `count`");
        }
        let written: Vec<Symbol> = event.block.iter().map(|write| write.state).collect();
        for write in &event.block {
            let one = self.network.graph.number(1.0);
            let form = self.network.graph.affine(write.value, &[write.state]);
            let increment = form.filter(|form| {
                form.coefficients[0] == one
                    && !self.network.graph.depends_on(form.constant, &written)
            });
            let Some(form) = increment else {
                report.push(
                    Diagnostic::error(
                        Code::NotLinear,
                        event.span,
                        "the block of an event with `count` must be increments",
                    )
                    .help("write `x += …` with what does not depend on the changed states"),
                );
                return;
            };
            let mut map = values.clone();
            map.extend(seen.iter().map(|(&symbol, &node)| (symbol, node)));
            let step = self.network.graph.substitute(&[form.constant], &map)[0];
            let total = self.network.graph.mul(n, step);
            let old = values[&write.state];
            let sum = self.network.graph.add(old, total);
            let clipped = self.clip(write.state, sum);
            let new = self.unless_held(held, write.state, clipped, old);
            values.insert(write.state, new);
        }
    }

    /// A refractory time in steps; infinite for ever.
    fn refractory_steps(&mut self, duration: Option<NodeId>) -> NodeId {
        let Some(duration) = duration else {
            return self.network.graph.number(f64::INFINITY);
        };
        if let Some(time) = self.network.constant(duration)
            && let Some((steps, _)) = super::rounding::steps(time, self.network.dt)
        {
            return self.network.graph.number(steps as f64);
        }
        // One value an element: floor(round(T/dt * 1e9)/1e9 + 1/2), the same rule.
        let dt = self.network.graph.number(self.network.dt);
        let graph = &mut self.network.graph;
        let ratio = graph.div(duration, dt);
        let nine = graph.number(1e9);
        let scaled = graph.mul(ratio, nine);
        let rounded = graph.apply(Operator::Round, &[scaled]);
        let back = graph.div(rounded, nine);
        graph.apply(Operator::Round, &[back])
    }
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
