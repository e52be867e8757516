//! Populations: N elements of a model, with the values given where they are declared.

use neuropil_ir::graph::Symbol;
use neuropil_syntax::tree::{Axis, Decl, Init, Model, Name, Set, Statement};
use neuropil_syntax::{Code, Diagnostic, Span};

use super::body::SetEffects;
use super::{BodyId, Elaborator, EntryKind, Scope};
use crate::dimension::Dim;
use crate::model::{Input, Law, Population, PopulationId, Role, State};

/// A population whose names are declared and whose equations are still to be read.
pub(super) struct Declared<'a> {
    pub(super) population: PopulationId,
    pub(super) body: BodyId,
    model: &'a Model,
    sets: Vec<(&'a Set, Scope)>,
    /// The path prefixes of values from outside.
    pub(super) prefixes: Vec<String>,
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
}
