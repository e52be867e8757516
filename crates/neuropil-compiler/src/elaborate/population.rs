//! Populations: N elements of a model, with the values given where they are declared.

use std::collections::HashMap;

use neuropil_ir::graph::{NodeId, Symbol};
use neuropil_ir::operator::Operator;
use neuropil_syntax::tree::{
    self, Axis, BoundClause, Decl, Derivative, Expr, Init, InitValue, Model, Name, RefractorySpan,
    Set, Statement,
};
use neuropil_syntax::{Code, Diagnostic, Span};

use super::body::SetEffects;
use super::{BodyId, Elaborator, EntryKind, Place, Purpose, Scope};
use crate::dimension::Dim;
use crate::integrate::Method;
use crate::model::{
    Clock, Condition, Event, Input, Law, Population, PopulationId, Refractory, Role, State,
    Summand, Write,
};

/// A population whose names are declared and whose equations are still to be read.
pub(super) struct Declared<'a> {
    pub(super) population: PopulationId,
    pub(super) body: BodyId,
    model: &'a Model,
    sets: Vec<(&'a Set, Scope)>,
    /// The path prefixes of values from outside.
    prefixes: Vec<String>,
    network: Scope,
}

impl<'a> Elaborator<'a, '_> {
    /// Declares a population and the names of its model.
    #[expect(
        clippy::too_many_arguments,
        reason = "one declaration of a text has all these parts"
    )]
    pub(super) fn declare_population(
        &mut self,
        network: BodyId,
        name: &str,
        span: Span,
        size: u32,
        model: &'a Model,
        derived: Vec<&'a Set>,
        set: Option<&'a Set>,
    ) -> Declared<'a> {
        let population = PopulationId(self.network.populations.len() as u32);
        let path = format!("{}.{name}", self.network.name);
        let what = Self::describe_model(model);
        let body = self.empty_body(&path, &what, Some(BodyId(0)));
        let dimensionless = Self::has_no_unit(&model.body);
        let index = self
            .network
            .symbol("i", Dim::one(), Role::Index(population));
        self.network.populations.push(Population {
            name: name.to_owned(),
            model: model.name.to_string(),
            size,
            span,
            index,
            elements: Vec::new(),
            states: Vec::new(),
            inputs: Vec::new(),
            events: Vec::new(),
            clocks: Vec::new(),
            methods: Vec::new(),
            groups: Vec::new(),
        });
        let target = self.body_mut(body);
        target.population = Some(population);
        target.dimensionless = dimensionless;
        self.declare_names(body, population, model);
        let file = Scope::of(BodyId(0));
        let here = Scope::of(network);
        let sets = derived
            .into_iter()
            .map(|set| (set, file))
            .chain(set.map(|set| (set, here)))
            .collect();
        let prefixes = vec![format!("{name}."), format!("{}.{name}.", self.network.name)];
        Declared {
            population,
            body,
            model,
            sets,
            prefixes,
            network: here,
        }
    }

    /// Declares the names of a model: parameters, states, inputs, quantities.
    fn declare_names(&mut self, body: BodyId, population: PopulationId, model: &'a Model) {
        for statement in &model.body {
            match statement {
                Statement::Param(decls) => {
                    for decl in decls {
                        self.declare_value(body, decl, EntryKind::Parameter);
                    }
                }
                Statement::Const(decls) => {
                    for decl in decls {
                        self.declare_value(body, decl, EntryKind::Constant);
                    }
                }
                Statement::Input(decls) => {
                    for decl in decls {
                        self.declare_input(body, population, decl);
                    }
                }
                Statement::Derivative(equation) => {
                    self.declare_state(
                        body,
                        population,
                        &equation.state,
                        &equation.axes,
                        equation.span,
                    );
                }
                Statement::Map(map) => {
                    self.declare_state(body, population, &map.state, &map.axes, map.span);
                }
                Statement::Quantity(quantity) => {
                    if !quantity.axes.is_empty() || quantity.set.is_some() {
                        self.report.unsupported(quantity.span, "an array of values");
                        self.declare(body, &quantity.name, EntryKind::Broken, None);
                    } else {
                        let value = Some((&quantity.rhs, Scope::of(body)));
                        self.declare(body, &quantity.name, EntryKind::Quantity, value);
                    }
                }
                Statement::Function(function) => {
                    self.declare(body, &function.name, EntryKind::Function(function), None);
                }
                other => self.refuse_in_model(other, model),
            }
        }
        // A name with `init` and no equation is a value that handlers change.
        for statement in &model.body {
            if let Statement::Init(list) = statement {
                for (name, axes) in list.iter().flat_map(|init| &init.targets) {
                    if !self.body(body).names.contains_key(&name.text) {
                        self.declare_state(body, population, name, axes, name.span);
                    }
                }
            }
        }
    }

    /// Refuses statements of a body that are not built yet or do not belong there.
    fn refuse_in_model(&mut self, statement: &Statement, model: &Model) {
        let construct = match statement {
            Statement::Index(_) => "`index` in a model",
            Statement::Ion(_) => "`ion`",
            Statement::Current(_) => "`current`",
            Statement::Insert(_) => "`insert`",
            Statement::Section(_) => "`section`",
            Statement::Shape(_) => "`shape`",
            Statement::Region(_) => "`region`",
            Statement::For(_) => "`for` in a model",
            Statement::Trainable(_) => return,
            Statement::Weight(_) | Statement::On(_) | Statement::Place(_) => {
                let kind = model.kind.as_str();
                self.report.error(
                    Code::Misplaced,
                    statement.span(),
                    format!("this statement belongs to a `synapse`, not to a `{kind}`"),
                );
                return;
            }
            Statement::Projection(_) | Statement::Record(_) => {
                self.report.error(
                    Code::Misplaced,
                    statement.span(),
                    "this statement belongs to a `network`",
                );
                return;
            }
            Statement::Delivery { .. } => "`+=` in a model body",
            _ => return,
        };
        self.report.unsupported(statement.span(), construct);
    }

    fn declare_input(&mut self, body: BodyId, population: PopulationId, decl: &'a Decl) {
        if !decl.axes.is_empty() {
            self.report.unsupported(decl.span, "an array of inputs");
            self.declare(body, &decl.name, EntryKind::Broken, None);
            return;
        }
        if let Some(value) = &decl.value {
            self.report.push(
                Diagnostic::error(
                    Code::InputAssigned,
                    value.span,
                    format!("`{}` is an input, the sum of what is delivered", decl.name),
                )
                .help("it is 0 when nothing is delivered; deliver with `+=`"),
            );
        }
        let (dim, unit) = self.declared_unit(body, decl);
        let dim = dim.unwrap_or_else(|| self.network.dims.fresh());
        let symbol = self
            .network
            .symbol(decl.name.as_str(), dim, Role::Input(population));
        if self
            .declare(body, &decl.name, EntryKind::Input(symbol), None)
            .is_some()
        {
            self.network.populations[population.index()]
                .inputs
                .push(Input {
                    name: decl.name.to_string(),
                    symbol,
                    summands: Vec::new(),
                    unit,
                });
        }
    }

    fn declare_state(
        &mut self,
        body: BodyId,
        population: PopulationId,
        name: &Name,
        axes: &[Axis],
        span: Span,
    ) {
        if !axes.is_empty() {
            self.report.unsupported(span, "a vector of states");
            self.declare(body, name, EntryKind::Broken, None);
            return;
        }
        let dim = if self.body(body).dimensionless {
            Dim::one()
        } else {
            self.network.dims.fresh()
        };
        let symbol = self
            .network
            .symbol(name.as_str(), dim.clone(), Role::State(population));
        if self
            .declare(body, name, EntryKind::State(symbol), None)
            .is_some()
        {
            let zero = self.network.graph.number(0.0);
            self.network.populations[population.index()]
                .states
                .push(State {
                    name: name.to_string(),
                    symbol,
                    dim,
                    span,
                    law: Law::Kept,
                    init: zero,
                    lower: None,
                    upper: None,
                    unit: None,
                });
        }
    }

    /// Reads values, start values, equations and events of a declared population.
    pub(super) fn complete_population(&mut self, declared: &Declared<'a>) {
        let Declared {
            population,
            body,
            model,
            ref sets,
            ref prefixes,
            network,
        } = *declared;
        let mut effects = SetEffects::default();
        for &(set, scope) in sets {
            let new = self.apply_set(body, set, scope);
            effects.summands.extend(new.summands);
            effects.inits.extend(new.inits);
        }
        self.bind_overrides(body, prefixes, network);
        self.find_all(body);
        // Start values first: they settle dimensions (`init V = -70 mV`) that equations then meet.
        let mut inits: Vec<(&'a Init, Scope)> = Vec::new();
        for statement in &model.body {
            if let Statement::Init(list) = statement {
                inits.extend(list.iter().map(|init| (init, Scope::of(body))));
            }
        }
        inits.extend(effects.inits);
        let steady = self.start_values(body, population, &inits);
        for statement in &model.body {
            if let Statement::Bound(list) = statement {
                for bound in list {
                    self.bound(body, population, bound);
                }
            }
        }
        for statement in &model.body {
            match statement {
                Statement::Derivative(equation) => self.derivative(body, population, equation),
                Statement::Map(map) => self.map(body, population, map),
                _ => {}
            }
        }
        for statement in &model.body {
            match statement {
                Statement::Event(event) => self.event(body, population, event),
                Statement::Every(every) => self.clock(body, population, every),
                Statement::Integrate(integrate) => self.named_method(body, population, integrate),
                _ => {}
            }
        }
        self.steady_values(population, &steady);
        for (name, value, scope) in effects.summands {
            self.summand(body, population, name, value, scope);
        }
    }

    /// Finds all values of a body now, so that every mistake in them is reported.
    pub(super) fn find_all(&mut self, body: BodyId) {
        for index in 0..self.body(body).entries.len() {
            let entry = &self.body(body).entries[index];
            let span = entry.name.span;
            match entry.kind {
                EntryKind::Parameter
                    // A parameter without value matters only where it is used.
                    if entry.value.is_some() => {
                        self.found(body, index, span);
                    }
                EntryKind::Constant | EntryKind::Quantity => {
                    self.found(body, index, span);
                }
                _ => {}
            }
        }
    }

    /// A state of a body by its name; reports what is none.
    pub(super) fn state_named(&mut self, body: BodyId, name: &Name, code: Code) -> Option<Symbol> {
        let index = self.body(body).names.get(&name.text).copied();
        match index.map(|index| self.body(body).entries[index].kind) {
            Some(EntryKind::State(symbol)) => Some(symbol),
            Some(EntryKind::Broken) => None,
            found => {
                let what = self.body(body).what.clone();
                let states: Vec<String> = self
                    .body(body)
                    .entries
                    .iter()
                    .filter(|entry| matches!(entry.kind, EntryKind::State(_)))
                    .map(|entry| entry.name.to_string())
                    .collect();
                let near =
                    neuropil_syntax::nearest(name.as_str(), states.iter().map(String::as_str));
                let (code, message) = if found.is_some() {
                    (code, format!("`{name}` is no state of {what}"))
                } else {
                    (Code::UnknownName, format!("{what} has no state `{name}`"))
                };
                self.report
                    .push(Diagnostic::error(code, name.span, message).did_you_mean(near));
                None
            }
        }
    }

    /// Reads start values; returns the states that start where their equation stands still.
    fn start_values(
        &mut self,
        body: BodyId,
        population: PopulationId,
        inits: &[(&'a Init, Scope)],
    ) -> Vec<(Symbol, Span)> {
        let mut steady: Vec<(Symbol, Span)> = Vec::new();
        let mut values: HashMap<Symbol, NodeId> = HashMap::new();
        for &(init, scope) in inits {
            for (name, axes) in &init.targets {
                if !axes.is_empty() {
                    self.report
                        .unsupported(init.span, "a start value of an array");
                    continue;
                }
                let Some(symbol) = self.state_named(body, name, Code::NotAssignable) else {
                    continue;
                };
                let expr = match &init.value {
                    InitValue::Steady(span) => {
                        steady.retain(|&(known, _)| known != symbol);
                        steady.push((symbol, *span));
                        continue;
                    }
                    InitValue::Expr(expr) => expr,
                };
                steady.retain(|&(known, _)| known != symbol);
                let unit = Self::unit_of_literal(expr);
                let stream = format!("{}.{name}", self.body(body).path);
                let mut place = Place::new(scope, Purpose::Build, stream);
                let Some(value) = self.expr(&mut place, expr) else {
                    continue;
                };
                let dim = self.network.meanings[symbol.index()].dim.clone();
                if !self.demand(&value.dim, &dim, expr.span, &format!("`{name}` is")) {
                    continue;
                }
                values.insert(symbol, value.node);
                let states = &mut self.network.populations[population.index()].states;
                if let Some(state) = states.iter_mut().find(|state| state.symbol == symbol) {
                    state.init = value.node;
                    if state.unit.is_none() {
                        state.unit = unit;
                    }
                }
            }
        }
        self.chain_start_values(population);
        steady
    }

    /// Start values that mention other states (`init u = b*V`) mean their start values.
    fn chain_start_values(&mut self, population: PopulationId) {
        let count = self.network.populations[population.index()].states.len();
        for _ in 0..=count {
            let states = &self.network.populations[population.index()].states;
            let map: HashMap<Symbol, NodeId> = states
                .iter()
                .map(|state| (state.symbol, state.init))
                .collect();
            let roots: Vec<NodeId> = states.iter().map(|state| state.init).collect();
            let new = self.network.graph.substitute(&roots, &map);
            if new == roots {
                return;
            }
            let states = &mut self.network.populations[population.index()].states;
            for (state, value) in states.iter_mut().zip(new) {
                state.init = value;
            }
        }
        let span = self.network.populations[population.index()].span;
        self.report.error(
            Code::CircularDefinition,
            span,
            "the start values of this model's states are defined by each other",
        );
    }

    /// `init m = steady`: the zero of an equation that is linear in its own state.
    fn steady_values(&mut self, population: PopulationId, steady: &[(Symbol, Span)]) {
        let mut open: Vec<(Symbol, Span)> = steady.to_vec();
        while !open.is_empty() {
            let names: Vec<Symbol> = open.iter().map(|&(symbol, _)| symbol).collect();
            let before = open.len();
            open.retain(|&(symbol, span)| {
                let states = &self.network.populations[population.index()].states;
                let Some(state) = states.iter().find(|state| state.symbol == symbol) else {
                    return false;
                };
                let name = state.name.clone();
                let Law::Rate { rhs, .. } = state.law else {
                    self.report.error(
                        Code::MissingEquation,
                        span,
                        format!("`{name}` has no equation that could be steady"),
                    );
                    return false;
                };
                let Some(form) = self.network.graph.affine(rhs, &[symbol]) else {
                    self.report.push(
                        Diagnostic::error(
                            Code::NotLinear,
                            span,
                            format!("`steady` needs an equation that is linear in `{name}`"),
                        )
                        .help("give the start value as an expression"),
                    );
                    return false;
                };
                let others: Vec<Symbol> = names
                    .iter()
                    .copied()
                    .filter(|&other| other != symbol)
                    .collect();
                let graph = &mut self.network.graph;
                let quotient = graph.div(form.constant, form.coefficients[0]);
                let zero = graph.neg(quotient);
                if graph.depends_on(zero, &others) {
                    return true;
                }
                let states = &self.network.populations[population.index()].states;
                let mut map: HashMap<Symbol, NodeId> = states
                    .iter()
                    .map(|state| (state.symbol, state.init))
                    .collect();
                for input in &self.network.populations[population.index()].inputs {
                    map.insert(input.symbol, self.network.graph.number(0.0));
                }
                let value = self.network.graph.substitute(&[zero], &map)[0];
                let states = &mut self.network.populations[population.index()].states;
                if let Some(state) = states.iter_mut().find(|state| state.symbol == symbol) {
                    state.init = value;
                }
                false
            });
            if open.len() == before {
                for (_, span) in open {
                    self.report.error(
                        Code::CircularDefinition,
                        span,
                        "these steady start values depend on each other",
                    );
                }
                return;
            }
        }
    }

    fn bound(&mut self, body: BodyId, population: PopulationId, bound: &'a BoundClause) {
        let Some(symbol) = self.state_named(body, &bound.name, Code::WrongKind) else {
            return;
        };
        let mut place = Place::new(Scope::of(body), Purpose::Fixed, "");
        let Some(limit) = self.expr(&mut place, &bound.limit) else {
            return;
        };
        let dim = self.network.meanings[symbol.index()].dim.clone();
        let what = format!("`{}` is", bound.name);
        if !self.demand(&limit.dim, &dim, bound.limit.span, &what) {
            return;
        }
        let states = &mut self.network.populations[population.index()].states;
        if let Some(state) = states.iter_mut().find(|state| state.symbol == symbol) {
            let side = if bound.upper {
                &mut state.upper
            } else {
                &mut state.lower
            };
            *side = Some(limit.node);
        }
    }

    /// `factor*dX/dt = rhs`.
    fn derivative(&mut self, body: BodyId, population: PopulationId, equation: &'a Derivative) {
        if !equation.axes.is_empty() {
            return; // refused where it is declared
        }
        if equation.order.is_some() {
            self.report
                .unsupported(equation.span, "a fractional derivative");
            return;
        }
        let Some(symbol) = self.state_named(body, &equation.state, Code::WrongKind) else {
            return;
        };
        let Some((law, _)) = self.rate(body, symbol, equation) else {
            return;
        };
        let states = &mut self.network.populations[population.index()].states;
        if let Some(state) = states.iter_mut().find(|state| state.symbol == symbol) {
            state.law = law;
        }
    }

    /// The right side of an equation, divided by the factor on the left, and its noise.
    pub(super) fn rate(
        &mut self,
        body: BodyId,
        symbol: Symbol,
        equation: &'a Derivative,
    ) -> Option<(Law, Span)> {
        let name = &equation.state;
        let stream = format!("{}.{name}", self.body(body).path);
        let mut place = Place::new(Scope::of(body), Purpose::Step, stream);
        let factor = equation
            .factor
            .as_ref()
            .map(|factor| self.expr(&mut place, factor));
        let rhs = self.expr(&mut place, &equation.rhs);
        let factor = match factor {
            Some(factor) => Some(factor?),
            None => None,
        };
        let rhs = rhs?;
        let time = self.time_dim(&place);
        let state_dim = self.network.meanings[symbol.index()].dim.clone();
        let mut left = state_dim.div(&time)?;
        if let Some(factor) = &factor {
            left = left.mul(&factor.dim)?;
        }
        let subject = match &equation.factor {
            Some(_) => format!("the left side with `d{name}/dt` is"),
            None => format!("`d{name}/dt` is"),
        };
        if !self.demand(&rhs.dim, &left, equation.rhs.span, &subject) {
            return None;
        }
        let mut node = rhs.node;
        if let Some(factor) = factor {
            node = self.network.graph.div(node, factor.node);
        }
        let symbols = self.network.graph.symbols_of(node);
        if symbols
            .iter()
            .any(|&s| matches!(self.network.role(s), Role::Draw { .. }))
        {
            self.report.push(
                Diagnostic::error(
                    Code::DrawInDerivative,
                    equation.rhs.span,
                    format!("a draw in `d{name}/dt` would make the result depend on dt"),
                )
                .help("use white noise `xi`, of dimension 1/sqrt(time)"),
            );
            return None;
        }
        let noises: Vec<Symbol> = symbols
            .into_iter()
            .filter(|&s| matches!(self.network.role(s), Role::Noise { .. }))
            .collect();
        if noises.is_empty() {
            return Some((
                Law::Rate {
                    rhs: node,
                    noise: Vec::new(),
                },
                equation.span,
            ));
        }
        let Some(form) = self.network.graph.affine(node, &noises) else {
            self.report.error(
                Code::NotLinear,
                equation.rhs.span,
                "white noise may only be multiplied and added",
            );
            return None;
        };
        let noise = form.coefficients.into_iter().zip(noises).collect();
        Some((
            Law::Rate {
                rhs: form.constant,
                noise,
            },
            equation.span,
        ))
    }

    /// `X[t+1] = rhs`.
    fn map(&mut self, body: BodyId, population: PopulationId, map: &'a tree::Map) {
        if !map.axes.is_empty() {
            return;
        }
        if let Some(span) = map.asynchronously {
            self.report.unsupported(span, "`asynchronously`");
            return;
        }
        if super::check::mentions_next(&map.rhs) {
            self.report
                .unsupported(map.rhs.span, "`[t+1]` on the right side of a map");
            return;
        }
        let Some(symbol) = self.state_named(body, &map.state, Code::WrongKind) else {
            return;
        };
        let stream = format!("{}.{}", self.body(body).path, map.state);
        let mut place = Place::new(Scope::of(body), Purpose::Step, stream);
        let Some(value) = self.expr(&mut place, &map.rhs) else {
            return;
        };
        let dim = self.network.meanings[symbol.index()].dim.clone();
        if !self.demand(
            &value.dim,
            &dim,
            map.rhs.span,
            &format!("`{}` is", map.state),
        ) {
            return;
        }
        let states = &mut self.network.populations[population.index()].states;
        if let Some(state) = states.iter_mut().find(|state| state.symbol == symbol) {
            state.law = Law::Map(value.node);
        }
    }

    fn clock(&mut self, body: BodyId, population: PopulationId, every: &'a tree::Every) {
        if let Some(from) = &every.from {
            self.report.unsupported(from.span, "`from` of a clock");
            return;
        }
        let number = self.network.populations[population.index()].clocks.len();
        let block = self.block(body, population, &every.handler, &format!("every{number}"));
        let mut place = Place::new(Scope::of(body), Purpose::Fixed, "");
        let Some(period) = self.expr(&mut place, &every.period) else {
            return;
        };
        let time = self.time_dim(&place);
        if !self.demand(&period.dim, &time, every.period.span, "a period is") {
            return;
        }
        let Some(value) = self.network.constant(period.node) else {
            self.report.error(
                Code::MayNotVary,
                every.period.span,
                "the period of a clock is one number for all",
            );
            return;
        };
        if !(value > 0.0 && value.is_finite()) {
            self.report.error(
                Code::ImpossibleValue,
                every.period.span,
                format!("the period of a clock must be positive, found {value} ms"),
            );
            return;
        }
        if let Some(block) = block {
            self.network.populations[population.index()]
                .clocks
                .push(Clock {
                    period: value,
                    block,
                    span: every.span,
                });
        }
    }

    fn named_method(
        &mut self,
        body: BodyId,
        population: PopulationId,
        integrate: &'a tree::Integrate,
    ) {
        if let Some(span) = integrate.stratonovich {
            self.report.unsupported(span, "`stratonovich`");
            return;
        }
        let Some(method) = self.method(&integrate.method) else {
            return;
        };
        let mut states = Vec::new();
        for name in &integrate.names {
            if let Some(symbol) = self.state_named(body, name, Code::WrongKind) {
                states.push(symbol);
            }
        }
        let list = &mut self.network.populations[population.index()].methods;
        list.push((states, method, integrate.span));
    }

    /// An integration method by its name.
    pub(super) fn method(&mut self, name: &Name) -> Option<Method> {
        let found = Method::from_name(name.as_str());
        if found.is_none() {
            let names: Vec<&str> = Method::ALL.iter().map(|method| method.name()).collect();
            let near = neuropil_syntax::nearest(name.as_str(), names.iter().copied());
            self.report.push(
                Diagnostic::error(
                    Code::UnknownMethod,
                    name.span,
                    format!("unknown integration method `{name}`"),
                )
                .did_you_mean(near)
                .help(format!("methods are `{}`", names.join("`, `"))),
            );
        }
        found
    }

    fn event(&mut self, body: BodyId, population: PopulationId, event: &'a tree::Event) {
        let name = event.name.as_str().to_owned();
        let known = &self.network.populations[population.index()].events;
        if known.iter().any(|other| other.name == name) {
            self.report.error(
                Code::DuplicateName,
                event.name.span(),
                format!("the event `{name}` is declared twice"),
            );
            return;
        }
        let stream = format!("{}.{name}", self.body(body).path);
        let mut place = Place::new(Scope::of(body), Purpose::Step, stream);
        let condition = match &event.condition {
            tree::Condition::When { expr, rising } => {
                self.truth(&mut place, expr).map(|value| Condition::When {
                    condition: value.node,
                    rising: rising.is_some(),
                })
            }
            tree::Condition::Count(expr) => self.expr(&mut place, expr).and_then(|value| {
                self.demand_number(&value, expr.span, "a number of events is")
                    .then_some(Condition::Count(value.node))
            }),
        };
        let block = match &event.handler {
            Some(handler) => self.block(body, population, handler, &name),
            None => Some(Vec::new()),
        };
        let refractory = match &event.refractory {
            Some(refractory) => self.refractory(body, refractory).map(Some),
            None => Some(None),
        };
        let (Some(condition), Some(block), Some(refractory)) = (condition, block, refractory)
        else {
            // The event stays known, so that nothing else is said about its absence.
            let never = self.network.graph.truth(false);
            self.network.populations[population.index()]
                .events
                .push(Event {
                    name,
                    span: event.span,
                    condition: Condition::When {
                        condition: never,
                        rising: false,
                    },
                    block: Vec::new(),
                    refractory: None,
                });
            return;
        };
        if let Condition::When { condition, rising } = condition {
            self.check_condition(
                population,
                event,
                condition,
                rising,
                &block,
                refractory.is_some(),
            );
        }
        self.network.populations[population.index()]
            .events
            .push(Event {
                name,
                span: event.span,
                condition,
                block,
                refractory,
            });
    }

    fn refractory(&mut self, body: BodyId, clause: &'a tree::Refractory) -> Option<Refractory> {
        let duration = match &clause.duration {
            RefractorySpan::Forever(_) => None,
            RefractorySpan::Time(expr) => Some(self.duration(body, expr)?),
        };
        let mut holding = Vec::new();
        for name in &clause.holding {
            holding.push(self.state_named(body, name, Code::CannotHold)?);
        }
        Some(Refractory {
            duration,
            holding,
            span: clause.span,
        })
    }

    fn duration(&mut self, body: BodyId, expr: &'a Expr) -> Option<NodeId> {
        let mut place = Place::new(Scope::of(body), Purpose::Build, "");
        let value = self.expr(&mut place, expr)?;
        let time = self.time_dim(&place);
        if !self.demand(&value.dim, &time, expr.span, "a refractory time is") {
            return None;
        }
        if let Some(number) = self.network.constant(value.node)
            && !(number >= 0.0 && number.is_finite())
        {
            let span = self.origin(body, expr);
            self.report.error(
                Code::ImpossibleValue,
                span,
                format!("a refractory time is not negative, found {number} ms"),
            );
            return None;
        }
        if !self.network.is_built(value.node) {
            self.report.error(
                Code::MayNotVary,
                expr.span,
                "a refractory time cannot change in time",
            );
            return None;
        }
        Some(value.node)
    }

    /// Where the value of an expression was given: for a parameter, its value in the text.
    pub(super) fn origin(&self, body: BodyId, expr: &Expr) -> Span {
        let mut span = expr.span;
        let mut next = expr.as_name().map(|name| (body, name.text.clone()));
        // A chain of names handed down is as long as the text makes it; circles were refused.
        for _ in 0..64 {
            let Some((body, name)) = next else { break };
            let Some(&index) = self.body(body).names.get(&name) else {
                break;
            };
            let entry = &self.body(body).entries[index];
            let (EntryKind::Parameter, Some((value, scope))) = (entry.kind, entry.value) else {
                break;
            };
            span = value.span;
            next = value.as_name().map(|name| (scope.body, name.text.clone()));
        }
        span
    }

    /// Refuses conditions that nothing makes false again, and those that can never hold.
    fn check_condition(
        &mut self,
        population: PopulationId,
        event: &tree::Event,
        condition: NodeId,
        rising: bool,
        block: &[Write],
        refractory: bool,
    ) {
        let tree::Condition::When { expr, .. } = &event.condition else {
            return;
        };
        let span = expr.span;
        self.check_reachable(population, condition, span);
        if rising {
            return;
        }
        let written: Vec<Symbol> = block.iter().map(|write| write.state).collect();
        if !refractory && !self.network.graph.depends_on(condition, &written) {
            self.report.push(
                Diagnostic::error(
                    Code::NothingResets,
                    span,
                    "nothing makes this condition false again",
                )
                .help("add `rising` to count crossings, or a block that resets"),
            );
            return;
        }
        // An absorbing bound: it holds for ever and is not tested again.
        let absorbing = matches!(
            event.refractory,
            Some(tree::Refractory {
                duration: RefractorySpan::Forever(_),
                ..
            })
        );
        if absorbing {
            return;
        }
        let map: HashMap<Symbol, NodeId> = block
            .iter()
            .map(|write| (write.state, write.value))
            .collect();
        let after = self.network.graph.substitute(&[condition], &map)[0];
        if self.network.is_uniform(after) && self.network.constant(after) == Some(1.0) {
            self.report.push(
                Diagnostic::error(
                    Code::NothingResets,
                    span,
                    "the condition still holds after its own block",
                )
                .here("true again right after the reset")
                .help("the reset must lie on the other side of the threshold"),
            );
        }
    }

    /// `V > V_peak` cannot hold where `bound V <= V_peak`.
    fn check_reachable(&mut self, population: PopulationId, condition: NodeId, span: Span) {
        let neuropil_ir::graph::Node::Apply(Operator::Lt, [left, right, _]) =
            self.network.graph.node(condition)
        else {
            return;
        };
        let states = &self.network.populations[population.index()].states;
        let caught = states.iter().find(|state| {
            let own = neuropil_ir::graph::Node::Symbol(state.symbol);
            (self.network.graph.node(right) == own && state.upper == Some(left))
                || (self.network.graph.node(left) == own && state.lower == Some(right))
        });
        if let Some(state) = caught {
            let (name, upper) = (
                state.name.clone(),
                self.network.graph.node(right) == neuropil_ir::graph::Node::Symbol(state.symbol),
            );
            let sign = if upper { ">=" } else { "<=" };
            self.report.push(
                Diagnostic::error(
                    Code::ConditionCannotFire,
                    span,
                    format!("`{name}` is bounded and can only reach this value, not pass it"),
                )
                .help(format!("use `{sign}`")),
            );
        }
    }

    /// `name += value` onto an input of a population.
    pub(super) fn summand(
        &mut self,
        body: BodyId,
        population: PopulationId,
        name: &Name,
        value: &'a Expr,
        scope: Scope,
    ) {
        let index = self.body(body).names.get(&name.text).copied();
        let kind = index.map(|index| self.body(body).entries[index].kind);
        let Some(EntryKind::Input(symbol)) = kind else {
            if matches!(kind, Some(EntryKind::Broken)) {
                return;
            }
            let what = self.body(body).what.clone();
            let inputs = self.network.populations[population.index()].inputs.clone();
            let near =
                neuropil_syntax::nearest(name.as_str(), inputs.iter().map(|i| i.name.as_str()));
            self.report.push(
                Diagnostic::error(
                    Code::UnknownPort,
                    name.span,
                    format!("{what} has no input `{name}`"),
                )
                .did_you_mean(near),
            );
            return;
        };
        let stream = format!("{}.{name}", self.body(body).path);
        let mut place = Place::new(
            Scope {
                element: Some(body),
                ..scope
            },
            Purpose::Step,
            stream,
        );
        let Some(typed) = self.expr(&mut place, value) else {
            return;
        };
        let dim = self.network.meanings[symbol.index()].dim.clone();
        if !self.input_agrees(body, name, &typed.dim, &dim, value.span) {
            return;
        }
        let own_states: Vec<Symbol> = self.network.populations[population.index()]
            .states
            .iter()
            .map(|state| state.symbol)
            .collect();
        // Affine in states of the neuron: slope and offset, seen by every stage.
        let own = self.network.graph.depends_on(typed.node, &own_states)
            && self.network.graph.affine(typed.node, &own_states).is_some();
        let inputs = &mut self.network.populations[population.index()].inputs;
        if let Some(input) = inputs.iter_mut().find(|input| input.symbol == symbol) {
            input.summands.push(Summand {
                value: typed.node,
                own,
            });
        }
    }

    /// The dimension of what is delivered; a body without units says so in its message.
    fn input_agrees(
        &mut self,
        body: BodyId,
        name: &Name,
        found: &Dim,
        wanted: &Dim,
        span: Span,
    ) -> bool {
        if self.network.dims.equate(found, wanted) {
            return true;
        }
        let what = self.body(body).what.clone();
        if self.body(body).dimensionless {
            let got = self.phrase(found);
            self.report.push(
                Diagnostic::error(
                    Code::UnitMismatch,
                    span,
                    format!("{what} is dimensionless; `{name}` expects a number, found {got}"),
                )
                .help("write the number alone"),
            );
            return false;
        }
        self.demand(found, wanted, span, &format!("the input `{name}` is"))
    }
}
