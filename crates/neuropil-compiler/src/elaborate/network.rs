//! Networks: populations, projections, deliveries and recordings of one network.

use neuropil_syntax::tree::{self, Decl, Expr, ExprKind, Path, Segment, Set, Statement};
use neuropil_syntax::{Code, Diagnostic};

use super::population::Declared;
use super::{BodyId, Definitions, Elaborator, EntryKind, Override, Scope};
use crate::model::Network;
use crate::report::Report;

impl<'a, 'r> Elaborator<'a, 'r> {
    /// Begins a network with the names of the file.
    pub(crate) fn new(
        definitions: &'a Definitions<'a>,
        report: &'r mut Report,
        name: &str,
        dt: f64,
        overrides: &'a [Override],
    ) -> Self {
        let mut elaborator = Self {
            definitions,
            report,
            network: Network::new(name, dt),
            bodies: Vec::new(),
            overrides,
            taken: vec![false; overrides.len()],
            named: Vec::new(),
            reduced: None,
            trace_dims: Vec::new(),
            run_length: 0.0,
        };
        let file = elaborator.empty_body("", "this file", None);
        for decl in &definitions.parameters {
            elaborator.declare_value(file, decl, EntryKind::Parameter);
        }
        for decl in &definitions.constants {
            elaborator.declare_value(file, decl, EntryKind::Constant);
        }
        elaborator
    }

    /// Ends a network.
    pub(crate) fn finish(self) -> Network {
        self.network
    }

    /// Says how long the run lasts, in ms.
    pub(crate) fn set_run_length(&mut self, length: f64) {
        self.run_length = length;
    }

    /// Where diagnostics go.
    pub(crate) fn report_mut(&mut self) -> &mut Report {
        self.report
    }

    /// The value of `dt` in ms, in the names of the file; a number is one in ms.
    pub(crate) fn step_length(&mut self, expr: &'a Expr) -> Option<f64> {
        let file = BodyId(0);
        let mut place = super::Place::new(Scope::of(file), super::Purpose::Fixed, "");
        let value = self.expr(&mut place, expr)?;
        let number = self
            .network
            .dims
            .dimension(&value.dim)
            .is_some_and(neuropil_units::Dimension::is_dimensionless);
        let time = crate::dimension::Dim::time();
        if !number && !self.demand(&value.dim, &time, expr.span, "`dt` is") {
            return None;
        }
        self.fixed(value.node, expr.span)
    }

    /// Evaluates a duration of a run in ms, in the names of a network.
    pub(crate) fn run_time(&mut self, network: BodyId, expr: &'a Expr, what: &str) -> Option<f64> {
        self.time_in_ms(network, expr, what)
    }
}

/// Elaborates a network; the body that its runs' expressions are read in is returned beside it.
pub(crate) fn elaborate<'a, 'r>(
    definitions: &'a Definitions<'a>,
    report: &'r mut Report,
    network: &'a tree::Network,
    dt: f64,
    overrides: &'a [Override],
) -> (Elaborator<'a, 'r>, BodyId) {
    let mut elaborator = Elaborator::new(definitions, report, network.name.as_str(), dt, overrides);
    let body = elaborator.network_body(network);
    (elaborator, body)
}

impl<'a> Elaborator<'a, '_> {
    fn network_body(&mut self, network: &'a tree::Network) -> BodyId {
        let name = network.name.as_str();
        let what = format!("network `{name}`");
        let body = self.empty_body(name, &what, Some(BodyId(0)));
        self.body_mut(body).dimensionless = self.network_has_no_unit(network);
        self.declare_network_values(body, network);
        let prefixes = vec![String::new(), format!("{name}.")];
        let scope = Scope::of(body);
        self.bind_network_overrides(body, &prefixes, scope);
        let declared = self.declare_populations(body, network);
        self.find_all(body);
        for population in &declared {
            self.complete_population(population);
        }
        for statement in &network.body {
            match statement {
                Statement::Projection(projection) => self.projection(body, projection),
                Statement::Delivery { target, value } => self.deliver(body, target, value),
                _ => {}
            }
        }
        // Named projections are known to `record` under their names; a refused one says no more.
        for statement in &network.body {
            if let Statement::Projection(projection) = statement
                && let Some((name, _)) = &projection.name
            {
                let made = self.named.iter().any(|(known, _)| *known == name.text);
                let kind = if made {
                    EntryKind::Projection
                } else {
                    EntryKind::Broken
                };
                self.declare(body, name, kind, None);
            }
        }
        for statement in &network.body {
            if let Statement::Record(record) = statement {
                self.record(body, record);
            }
        }
        self.find_trace_dims();
        let tried = network.body.iter().any(
            |statement| matches!(statement, Statement::Quantity(it) if self.is_population(it)),
        );
        if self.network.populations.is_empty() && !tried {
            self.report.push(
                Diagnostic::error(
                    Code::NoPopulation,
                    network.name.span,
                    format!("network `{name}` has no population"),
                )
                .help("for example `E = LIF[100]`"),
            );
        }
        self.unused_overrides();
        body
    }

    /// The dimensions of recorded values, in the order of the recordings that are no events.
    fn find_trace_dims(&mut self) {
        self.trace_dims.clear();
        for place in 0..self.network.records.len() {
            let record = &self.network.records[place];
            if matches!(record.recorded, crate::model::Recorded::Events { .. }) {
                continue;
            }
            let dim = record.dim.clone();
            self.trace_dims.push(dim);
        }
    }

    /// A network without units is dimensionless where all of its populations' bodies are.
    fn network_has_no_unit(&self, network: &tree::Network) -> bool {
        !super::check::mentions_unit(&network.body)
            && network.body.iter().all(|statement| match statement {
                Statement::Quantity(quantity) => match quantity.rhs.as_path() {
                    Some(path) => match self.definitions.model(path.head.as_str()) {
                        Some(super::Definition::Model(model)) => {
                            !super::check::mentions_unit(&model.body)
                        }
                        Some(super::Definition::Derived(derived)) => self.base_has_no_unit(derived),
                        None => true,
                    },
                    None => true,
                },
                _ => true,
            })
    }

    fn base_has_no_unit(&self, derived: &tree::Derived) -> bool {
        let mut quiet = Report::default();
        self.definitions
            .resolve(&derived.name, &mut quiet)
            .is_some_and(|(model, _)| !super::check::mentions_unit(&model.body))
    }

    fn declare_network_values(&mut self, body: BodyId, network: &'a tree::Network) {
        for statement in &network.body {
            match statement {
                Statement::Param(decls) => self.declare_all(body, decls, EntryKind::Parameter),
                Statement::Const(decls) => self.declare_all(body, decls, EntryKind::Constant),
                Statement::Function(function) => {
                    self.declare(body, &function.name, EntryKind::Function(function), None);
                }
                Statement::Quantity(quantity) if !self.is_population(quantity) => {
                    if quantity.axes.is_empty() {
                        let value = Some((&quantity.rhs, Scope::of(body)));
                        self.declare(body, &quantity.name, EntryKind::Quantity, value);
                    } else {
                        self.report
                            .unsupported(quantity.span, "a family over an index");
                        self.declare(body, &quantity.name, EntryKind::Broken, None);
                    }
                }
                Statement::Input(_) => {
                    self.report
                        .unsupported(statement.span(), "an `input` of a network");
                }
                Statement::Index(index) => {
                    self.report.unsupported(index.span, "`index` in a network");
                }
                Statement::For(it) => self.report.unsupported(it.span, "`for` in a network"),
                Statement::Quantity(_)
                | Statement::Projection(_)
                | Statement::Delivery { .. }
                | Statement::Record(_)
                | Statement::Trainable(_) => {}
                Statement::Integrate(integrate) => {
                    self.report
                        .unsupported(integrate.span, "`integrate network`");
                }
                other => self.report.error(
                    Code::Misplaced,
                    other.span(),
                    "this statement belongs to a model, not to a `network`",
                ),
            }
        }
    }

    fn declare_all(&mut self, body: BodyId, decls: &'a [Decl], kind: EntryKind<'a>) {
        for decl in decls {
            self.declare_value(body, decl, kind);
        }
    }

    /// Values from outside for the network's own parameters; those of parts are bound there.
    fn bind_network_overrides(&mut self, body: BodyId, prefixes: &[String], scope: Scope) {
        let parts: Vec<bool> = self
            .overrides
            .iter()
            .map(|item| {
                let name = format!("{}.", self.network.name);
                item.path
                    .strip_prefix(&name)
                    .unwrap_or(&item.path)
                    .contains('.')
            })
            .collect();
        for (place, part) in parts.into_iter().enumerate() {
            if !part {
                let overrides = self.overrides;
                let item = &overrides[place];
                let rest = prefixes
                    .iter()
                    .rev()
                    .find_map(|prefix| item.path.strip_prefix(prefix.as_str()))
                    .unwrap_or(&item.path);
                self.taken[place] = true;
                let name = tree::Name::new(rest, item.value.span);
                // A file's own parameter may be meant.
                let file = BodyId(0);
                let target = if self.body(body).names.contains_key(rest)
                    || !self.body(file).names.contains_key(rest)
                {
                    body
                } else {
                    file
                };
                self.bind(target, &name, item.value.span, &item.value, scope);
            }
        }
    }

    fn unused_overrides(&mut self) {
        for place in 0..self.overrides.len() {
            if self.taken[place] {
                continue;
            }
            let item = &self.overrides[place];
            let parts: Vec<String> = self
                .network
                .populations
                .iter()
                // One that is written in place is reached by its model: `Poisson` of `Poisson->exc`.
                .map(|population| match population.name.split_once("->") {
                    Some((model, _)) => model.to_owned(),
                    None => population.name.clone(),
                })
                .chain(self.named.iter().map(|(name, _)| name.to_string()))
                .collect();
            let head = item.path.split('.').next().unwrap_or(&item.path);
            let near = neuropil_syntax::nearest(head, parts.iter().map(String::as_str));
            self.report.push(
                Diagnostic::error(
                    Code::UnknownParameter,
                    item.value.span,
                    format!("network `{}` has no `{}`", self.network.name, item.path),
                )
                .did_you_mean(near),
            );
        }
    }

    /// Whether `NAME = rhs` declares a population (or something that must be a model).
    fn is_population(&self, quantity: &tree::Quantity) -> bool {
        if quantity.set.is_some() {
            return true;
        }
        let ExprKind::Path(path) = &quantity.rhs.kind else {
            return false;
        };
        let known = self.definitions.model(path.head.as_str()).is_some()
            || self.definitions.network(path.head.as_str()).is_some();
        let brackets = matches!(path.segments.as_slice(), [Segment::Index { .. }]);
        known && (path.segments.is_empty() || brackets) || (brackets && starts_upper(path))
    }

    fn declare_populations(
        &mut self,
        body: BodyId,
        network: &'a tree::Network,
    ) -> Vec<Declared<'a>> {
        let mut list = Vec::new();
        for statement in &network.body {
            let Statement::Quantity(quantity) = statement else {
                continue;
            };
            if !self.is_population(quantity) {
                continue;
            }
            if !quantity.axes.is_empty() {
                self.report
                    .unsupported(quantity.span, "a family of populations over an index");
                self.declare(body, &quantity.name, EntryKind::Broken, None);
                continue;
            }
            let declared = match &quantity.rhs.kind {
                ExprKind::Path(path) => {
                    self.population(body, quantity.name.as_str(), path, quantity.set.as_ref())
                }
                _ => {
                    self.report.error(
                        Code::WrongKind,
                        quantity.rhs.span,
                        "values in braces stand behind a model",
                    );
                    None
                }
            };
            let kind = match &declared {
                Some(declared) => EntryKind::Population(declared.population),
                None => EntryKind::Broken,
            };
            self.declare(body, &quantity.name, kind, None);
            list.extend(declared);
        }
        list
    }

    /// `MODEL[size] { … }`.
    pub(super) fn population(
        &mut self,
        network: BodyId,
        name: &str,
        path: &'a Path,
        set: Option<&'a Set>,
    ) -> Option<Declared<'a>> {
        let size_expr = match path.segments.as_slice() {
            [] => None,
            [Segment::Index { indices, .. }] if indices.len() == 1 => Some(&indices[0]),
            _ => {
                self.report.error(
                    Code::WrongKind,
                    path.span,
                    "a population is a model with its size, such as `LIF[100]`",
                );
                return None;
            }
        };
        if self.definitions.model(path.head.as_str()).is_none()
            && self.definitions.network(path.head.as_str()).is_some()
        {
            self.report
                .unsupported(path.span, "a network inside a network");
            return None;
        }
        let (model, derived) = self.definitions.resolve(&path.head, self.report)?;
        if !super::check::makes_populations(model) {
            let kind = model.kind.as_str();
            if matches!(kind, "cell" | "channel") {
                self.report.unsupported(path.span, &format!("`{kind}`"));
            } else {
                self.report.error(
                    Code::WrongKind,
                    path.span,
                    format!(
                        "`{}` is a {kind}; populations are made of neurons and signals",
                        path.head
                    ),
                );
            }
            return None;
        }
        let size = match size_expr {
            None => 1,
            Some(expr) => self.whole(network, expr)?,
        };
        let Ok(size) = u32::try_from(size) else {
            let span = size_expr.map_or(path.span, |expr| expr.span);
            let gigabytes = size as f64 * 8.0 / 1e9;
            self.report.push(
                Diagnostic::error(
                    Code::TooLarge,
                    span,
                    format!(
                        "a population has at most {} elements, found {size}",
                        u32::MAX
                    ),
                )
                .help(format!(
                    "one number an element alone would take {gigabytes:.0} GB of memory"
                )),
            );
            return None;
        };
        Some(self.declare_population(network, name, path.span, size, model, derived, set))
    }

    /// `E.I += value` in a network.
    fn deliver(&mut self, network: BodyId, target: &'a Path, value: &'a Expr) {
        let Some(selection) = self.selection(network, target) else {
            return;
        };
        let Some(field) = selection.field else {
            self.report.push(
                Diagnostic::error(
                    Code::UnknownPort,
                    target.span,
                    format!("`{}` is a population; say which input", target.head),
                )
                .help(format!("for example `{}.I += …`", target.head)),
            );
            return;
        };
        let size = self.network.populations[selection.population.index()].size;
        if selection.elements != vec![0..size] && size > 0 {
            self.report
                .unsupported(target.span, "delivery to chosen elements");
            return;
        }
        let body = self.population_body(selection.population);
        self.summand(body, selection.population, field, value, Scope::of(network));
    }
}

/// Model names begin with a capital letter by habit; `x = y[3]` is an array.
fn starts_upper(path: &Path) -> bool {
    path.head
        .as_str()
        .starts_with(|c: char| c.is_ascii_uppercase())
}
