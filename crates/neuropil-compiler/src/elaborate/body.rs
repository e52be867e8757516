//! Bodies: which names a use of a model has, and how their values are found.

use std::collections::BTreeMap;

use neuropil_syntax::tree::{Decl, Expr, ExprKind, Model, Name, Path, Set, SetEntry, Statement};
use neuropil_syntax::{Code, Diagnostic, Span};
use neuropil_units::Dimension;

use super::{Body, BodyId, Elaborator, Entry, EntryKind, Found, Place, Purpose, Scope, Typed};
use crate::dimension::Dim;
use crate::model::{ElementParameter, PopulationId, Role, UnitOfDisplay};

impl<'a> Elaborator<'a, '_> {
    /// Makes an empty body.
    pub(super) fn empty_body(&mut self, path: &str, what: &str, parent: Option<BodyId>) -> BodyId {
        self.new_body(Body {
            path: path.to_owned(),
            what: what.to_owned(),
            dimensionless: false,
            parent,
            entries: Vec::new(),
            names: BTreeMap::new(),
            population: None,
            sides: None,
        })
    }

    /// Adds a name to a body; reports one that is declared twice.
    pub(super) fn declare(
        &mut self,
        body: BodyId,
        name: &Name,
        kind: EntryKind<'a>,
        value: Option<(&'a Expr, Scope)>,
    ) -> Option<usize> {
        let what = self.body(body).what.clone();
        if let Some(&first) = self.body(body).names.get(&name.text) {
            let place = self.body(body).entries[first].name.span;
            self.report.push(
                Diagnostic::error(
                    Code::DuplicateName,
                    name.span,
                    format!("`{name}` is declared twice in {what}"),
                )
                .label(place, "declared here first"),
            );
            return None;
        }
        let target = self.body_mut(body);
        let index = target.entries.len();
        target.names.insert(name.text.clone(), index);
        target.entries.push(Entry {
            name: name.clone(),
            kind,
            value,
            dim: None,
            unit: None,
            found: Found::Not,
        });
        Some(index)
    }

    /// Declares what `param` or `const` says.
    pub(super) fn declare_value(&mut self, body: BodyId, decl: &'a Decl, kind: EntryKind<'a>) {
        if !decl.axes.is_empty() {
            self.report.unsupported(decl.span, "an array of values");
            self.declare(body, &decl.name, EntryKind::Broken, None);
            return;
        }
        let value = decl.value.as_ref().map(|value| (value, Scope::of(body)));
        let Some(index) = self.declare(body, &decl.name, kind, value) else {
            return;
        };
        let (dim, unit) = self.declared_unit(body, decl);
        let entry = &mut self.body_mut(body).entries[index];
        entry.dim = dim;
        entry.unit = unit;
        if decl.value.is_none() && matches!(kind, EntryKind::Constant) {
            self.report.error(
                Code::MissingValue,
                decl.span,
                format!("the constant `{}` has no value", decl.name),
            );
        }
    }

    /// The dimension and unit after the colon of a declaration, or those of a quantity as default.
    pub(super) fn declared_unit(
        &mut self,
        body: BodyId,
        decl: &Decl,
    ) -> (Option<Dim>, Option<UnitOfDisplay>) {
        if let Some(text) = &decl.unit {
            let Some(unit) = self.unit(text) else {
                return (None, None);
            };
            let shown = Self::display_unit(text, &unit);
            return (Some(Dim::known(unit.dimension())), Some(shown));
        }
        let unit = decl.value.as_ref().and_then(Self::unit_of_literal);
        if self.body(body).dimensionless {
            return (Some(Dim::one()), None);
        }
        (None, unit)
    }

    /// The unit of a literal quantity, to show values of the same name in.
    pub(super) fn unit_of_literal(value: &Expr) -> Option<UnitOfDisplay> {
        match &value.kind {
            ExprKind::Quantity { unit: text, .. } => {
                let factors: Vec<(&str, i32, i32)> = text
                    .factors
                    .iter()
                    .map(|f| (f.name.as_str(), f.exponent.num, f.exponent.den))
                    .collect();
                let unit = neuropil_units::combine(&factors).ok()?;
                Some(Self::display_unit(text, &unit))
            }
            ExprKind::Unary { operand, .. } => Self::unit_of_literal(operand),
            ExprKind::Call(call) => call.args.iter().find_map(|arg| match &arg.kind {
                neuropil_syntax::tree::ArgumentKind::Value(inner) => Self::unit_of_literal(inner),
                _ => None,
            }),
            ExprKind::Binary { left, right, .. }
                if !matches!(
                    value.kind,
                    ExprKind::Binary {
                        op: neuropil_syntax::tree::BinaryOp::Multiply
                            | neuropil_syntax::tree::BinaryOp::Divide
                            | neuropil_syntax::tree::BinaryOp::Power,
                        ..
                    }
                ) =>
            {
                Self::unit_of_literal(left).or_else(|| Self::unit_of_literal(right))
            }
            _ => None,
        }
    }

    /// Applies the values in braces to the names of a body.
    ///
    /// `scope` is where the right sides are read; their `i` and `self` are the body's element.
    /// Returns the summands of inputs and start values that the set gives.
    pub(super) fn apply_set(&mut self, body: BodyId, set: &'a Set, scope: Scope) -> SetEffects<'a> {
        let mut effects = SetEffects::default();
        let scope = Scope {
            element: Some(body),
            ..scope
        };
        for entry in &set.entries {
            match entry {
                SetEntry::Assign { target, value } => self.assign(body, target, value, scope),
                SetEntry::Add { target, value } => {
                    if let Some(name) = self.single(target) {
                        effects.summands.push((name, value, scope));
                    }
                }
                SetEntry::Init(list) => {
                    effects.inits.extend(list.iter().map(|init| (init, scope)));
                }
                SetEntry::Param(decls) => {
                    for decl in decls {
                        self.declare_value(body, decl, EntryKind::Parameter);
                        if let Some(&index) = self.body(body).names.get(&decl.name.text)
                            && let Some((value, _)) = self.body(body).entries[index].value
                        {
                            let inner = Scope {
                                body,
                                element: Some(body),
                                edge: None,
                            };
                            self.body_mut(body).entries[index].value = Some((value, inner));
                        }
                    }
                }
                SetEntry::Nested { name, .. } => {
                    self.report
                        .unsupported(name.span, "values for a part of a sub-network");
                }
            }
        }
        effects
    }

    fn single(&mut self, path: &'a Path) -> Option<&'a Name> {
        let name = path.as_name();
        if name.is_none() {
            self.report.error(
                Code::WrongKind,
                path.span,
                "expected one name of the model on the left side",
            );
        }
        name
    }

    /// `name = value` in a set.
    fn assign(&mut self, body: BodyId, target: &'a Path, value: &'a Expr, scope: Scope) {
        let Some(name) = self.single(target) else {
            return;
        };
        self.bind(body, name, name.span, value, scope);
    }

    /// Binds a parameter to another value.
    pub(super) fn bind(
        &mut self,
        body: BodyId,
        name: &Name,
        span: Span,
        value: &'a Expr,
        scope: Scope,
    ) -> bool {
        let what = self.body(body).what.clone();
        let index = self.body(body).names.get(&name.text).copied();
        let kind = index.map(|index| self.body(body).entries[index].kind);
        match (index, kind) {
            (Some(index), Some(EntryKind::Parameter)) => {
                self.body_mut(body).entries[index].value = Some((value, scope));
                return true;
            }
            (_, Some(EntryKind::Broken)) => {}
            (_, Some(EntryKind::Input(_))) => {
                self.report.push(
                    Diagnostic::error(
                        Code::InputAssigned,
                        span,
                        format!("`{name}` is an input, the sum of what is delivered"),
                    )
                    .help(format!("write `{name} += …`")),
                );
            }
            (_, Some(EntryKind::State(_))) => {
                self.report.push(
                    Diagnostic::error(
                        Code::NotAssignable,
                        span,
                        format!("`{name}` is a state of {what}"),
                    )
                    .help(format!("write `init {name} = …` for its start value")),
                );
            }
            (_, Some(_)) => {
                self.report.push(
                    Diagnostic::error(
                        Code::NotAssignable,
                        span,
                        format!("`{name}` of {what} is fixed"),
                    )
                    .help("only a `param` can be given another value"),
                );
            }
            (_, None) => {
                let parameters: Vec<String> = self
                    .body(body)
                    .entries
                    .iter()
                    .filter(|entry| matches!(entry.kind, EntryKind::Parameter))
                    .map(|entry| entry.name.to_string())
                    .collect();
                let near =
                    neuropil_syntax::nearest(name.as_str(), parameters.iter().map(String::as_str));
                // One letter is near to nothing; a parameter that begins with it is a fair guess.
                let near = near.or_else(|| {
                    let prefix = format!("{name}_");
                    parameters
                        .iter()
                        .map(String::as_str)
                        .find(|p| p.starts_with(&prefix))
                });
                let mut diagnostic = Diagnostic::error(
                    Code::UnknownParameter,
                    span,
                    format!("{what} has no parameter `{name}`"),
                )
                .did_you_mean(near);
                let network =
                    self.body(body).population.is_none() && self.body(body).sides.is_none();
                if network {
                    const OPTIONS: [&str; 7] = [
                        "dt",
                        "seed",
                        "method",
                        "precision",
                        "weights",
                        "threads",
                        "backend",
                    ];
                    let near = neuropil_syntax::nearest(name.as_str(), OPTIONS);
                    if let Some(option) = near {
                        diagnostic = diagnostic.help(format!("a run has the option `{option}`"));
                    }
                }
                if near.is_none() && !parameters.is_empty() {
                    diagnostic = diagnostic.help(format!("it has `{}`", parameters.join("`, `")));
                }
                self.report.push(diagnostic);
            }
        }
        false
    }

    /// Binds values from the command line or a caller, whose paths begin with `prefix`.
    pub(super) fn bind_overrides(&mut self, body: BodyId, prefixes: &[String], scope: Scope) {
        let overrides = self.overrides;
        for (place, item) in overrides.iter().enumerate() {
            let Some(rest) = prefixes.iter().find_map(|prefix| {
                let rest = item.path.strip_prefix(prefix.as_str())?;
                (!rest.contains('.')).then_some(rest)
            }) else {
                continue;
            };
            self.taken[place] = true;
            let name = Name::new(rest, item.value.span);
            self.bind(body, &name, item.value.span, &item.value, scope);
        }
    }

    /// Whether nothing in a body has a unit.
    pub(super) fn has_no_unit(statements: &[Statement]) -> bool {
        !super::check::mentions_unit(statements)
    }

    /// ``neuron `LIF` ``
    pub(super) fn describe_model(model: &Model) -> String {
        format!("{} `{}`", model.kind.as_str(), model.name)
    }

    /// Finds the value of an entry for the first time.
    pub(super) fn search(&mut self, body: BodyId, index: usize) -> Option<Typed> {
        let entry = self.body(body).entries[index].clone();
        let name = entry.name.clone();
        let Some((expr, scope)) = entry.value else {
            let what = self.body(body).what.clone();
            self.report.push(
                Diagnostic::error(
                    Code::MissingValue,
                    name.span,
                    format!("the parameter `{name}` of {what} has no value"),
                )
                .help(format!(
                    "write `param {name} = …`, or give it where the model is used"
                )),
            );
            return None;
        };
        let is_parameter = matches!(entry.kind, EntryKind::Parameter);
        let population = self.body(body).population;
        let purpose = match entry.kind {
            EntryKind::Quantity => Purpose::Step,
            EntryKind::Parameter if population.is_some() => Purpose::Build,
            _ => Purpose::Fixed,
        };
        let stream = format!("{}.{name}", self.body(body).path);
        let mut place = Place::new(scope, purpose, stream);
        let value = if matches!(entry.kind, EntryKind::Quantity) {
            self.value(&mut place, expr)?
        } else {
            self.expr(&mut place, expr)?
        };
        if let Some(declared) = &entry.dim
            && !self.demand(&value.dim, declared, expr.span, &format!("`{name}` is"))
        {
            return None;
        }
        if is_parameter && scope.body != body {
            self.agree_with_default(body, &entry, &value, expr.span)?;
        }
        self.check_value(&name, &value, expr.span)?;
        if !is_parameter {
            return Some(value);
        }
        let Some(population) = population else {
            return Some(value);
        };
        self.parameter_symbol(body, population, &name, value, expr.span)
    }

    /// A value given at the place of use must have the dimension of the default.
    fn agree_with_default(
        &mut self,
        body: BodyId,
        entry: &Entry<'a>,
        value: &Typed,
        span: Span,
    ) -> Option<()> {
        if entry.dim.is_some() {
            return Some(());
        }
        let Some(default) = self.default_of(body, &entry.name) else {
            return Some(());
        };
        let mut place = Place::new(Scope::of(body), Purpose::Build, "");
        place.scope.element = Some(body);
        let default = self.expr(&mut place, default)?;
        self.demand(
            &value.dim,
            &default.dim,
            span,
            &format!("`{}` is", entry.name),
        )
        .then_some(())
    }

    /// The default of a parameter in the text of the model, by its span.
    fn default_of(&self, body: BodyId, name: &Name) -> Option<&'a Expr> {
        self.body(body)
            .names
            .get(&name.text)
            .and_then(|_| self.defaults(name.span))
    }

    /// Finds the declaration that a name's span points at.
    fn defaults(&self, span: Span) -> Option<&'a Expr> {
        self.definitions.default_at(span)
    }

    /// A parameter of a population: one slot if uniform, one array if it varies over elements.
    fn parameter_symbol(
        &mut self,
        body: BodyId,
        population: PopulationId,
        name: &Name,
        value: Typed,
        span: Span,
    ) -> Option<Typed> {
        let letters = name.as_str();
        if self.network.is_uniform(value.node) {
            let number = self.network.constant(value.node);
            let Some(number) = number.filter(|number| number.is_finite()) else {
                // It mentions dt, which is known when the run is planned.
                return Some(value);
            };
            let path = format!("{}.{letters}", self.body(body).path);
            let role = Role::Parameter {
                name: path,
                value: number,
            };
            let symbol = self.network.symbol(letters, value.dim.clone(), role);
            return Some(Typed {
                node: self.network.graph.symbol(symbol),
                dim: value.dim,
            });
        }
        let varies = self
            .network
            .graph
            .symbols_of(value.node)
            .into_iter()
            .find(|&symbol| {
                !matches!(
                    self.network.role(symbol),
                    Role::Parameter { .. }
                        | Role::StepLength
                        | Role::Element(_)
                        | Role::Index(_)
                        | Role::Draw { .. }
                )
            });
        if varies.is_some() {
            self.report.unsupported(
                span,
                "a parameter that is bound to a value that varies in time",
            );
            return None;
        }
        let symbol = self
            .network
            .symbol(letters, value.dim.clone(), Role::Element(population));
        self.network.populations[population.index()]
            .elements
            .push(ElementParameter {
                name: letters.to_owned(),
                symbol,
                value: value.node,
            });
        Some(Typed {
            node: self.network.graph.symbol(symbol),
            dim: value.dim,
        })
    }

    /// Refuses values that cannot be: not finite, a capacitance or time constant that is not positive.
    fn check_value(&mut self, name: &Name, value: &Typed, span: Span) -> Option<()> {
        let number = self.network.constant(value.node);
        let Some(number) = number else {
            return Some(());
        };
        if !number.is_finite() {
            self.report.error(
                Code::ValueNotFinite,
                span,
                format!("the value of `{name}` is {number}"),
            );
            return None;
        }
        let dimension = self.network.dims.dimension(&value.dim);
        let capacitance = matches!(
            dimension,
            Some(Dimension::CAPACITANCE | Dimension::CAPACITANCE_PER_AREA)
        );
        let time_constant = dimension == Some(Dimension::TIME) && name.as_str().starts_with("tau");
        if number <= 0.0 && (capacitance || time_constant) {
            let what = if capacitance {
                "a capacitance"
            } else {
                "a time constant"
            };
            let shown = format!("{number} {}", self.internal_unit(&value.dim).symbol);
            self.report.push(
                Diagnostic::error(
                    Code::ImpossibleValue,
                    span,
                    format!("`{name}` is {what} and must be positive, found {shown}"),
                )
                .here("not above zero"),
            );
            return None;
        }
        Some(())
    }
}

/// What a set gives beside parameters.
#[derive(Clone, Debug, Default)]
pub(super) struct SetEffects<'a> {
    pub(super) summands: Vec<(&'a Name, &'a Expr, Scope)>,
    pub(super) inits: Vec<(&'a neuropil_syntax::tree::Init, Scope)>,
}
