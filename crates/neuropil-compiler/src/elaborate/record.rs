//! What a network records, and reductions over populations.

use neuropil_ir::kernel::Reduction;
use neuropil_ir::operator::Operator;
use neuropil_syntax::tree::{
    self, Argument, ArgumentKind, Call, Expr, ExprKind, Path, RecordItem, RecordWhen, Segment,
    Statement,
};
use neuropil_syntax::{Code, Diagnostic, Span};

use super::{BodyId, Elaborator, EntryKind, Place, Purpose, Scope, Typed};
use crate::dimension::Dim;
use crate::model::{PopulationId, Record, Recorded, Reduced, Role, UnitOfDisplay};

/// Functions that reduce a population to one number.
pub(super) const REDUCTIONS: [&str; 8] =
    ["sum", "mean", "min", "max", "any", "all", "count", "rate"];

/// Whether a network reads the states of a projection by its name.
pub(super) fn reads_projection(network: &tree::Network, name: &str) -> bool {
    let mut found = false;
    for statement in &network.body {
        let mut look = |expr| {
            super::check::each_path(expr, &mut |path: &Path| {
                found |= path.head == name && !path.segments.is_empty();
            });
        };
        match statement {
            Statement::Record(record) => record.items.iter().for_each(|item| look(&item.value)),
            Statement::Quantity(quantity) => look(&quantity.rhs),
            Statement::Delivery { value, .. } => look(value),
            _ => {}
        }
    }
    found
}

/// A recording with its name, unit and dimension.
struct Named {
    name: String,
    recorded: Recorded,
    unit: UnitOfDisplay,
    dim: Dim,
}

impl<'a> Elaborator<'a, '_> {
    /// Reads a `record` statement.
    pub(super) fn record(&mut self, network: BodyId, statement: &'a tree::Record) {
        let every = match &statement.when {
            None => None,
            Some(RecordWhen::Every(expr)) => {
                let Some(period) = self.time_in_ms(network, expr, "a sampling interval is") else {
                    return;
                };
                if !(period > 0.0 && period.is_finite()) {
                    self.report.error(
                        Code::ImpossibleValue,
                        expr.span,
                        format!("a sampling interval must be positive, found {period} ms"),
                    );
                    return;
                }
                Some(self.network.graph.number(period))
            }
            Some(RecordWhen::On(path)) => {
                self.report.unsupported(path.span, "`record … on` an event");
                return;
            }
            Some(RecordWhen::At(expr)) => {
                self.report.unsupported(expr.span, "`record … at` a time");
                return;
            }
            Some(RecordWhen::AtEnd(span)) => {
                self.report.unsupported(*span, "`record … at end`");
                return;
            }
        };
        for item in &statement.items {
            let Some(Named {
                name,
                recorded,
                unit,
                dim,
            }) = self.recorded(network, item)
            else {
                continue;
            };
            if matches!(recorded, Recorded::Events { .. })
                && let Some(RecordWhen::Every(expr)) = &statement.when
            {
                self.report.push(
                    Diagnostic::error(
                        Code::Misplaced,
                        expr.span,
                        format!("`{name}` is an event; events are recorded when they happen"),
                    )
                    .help("record it in a statement of its own, without `every`"),
                );
                continue;
            }
            if self.network.records.iter().any(|known| known.name == name) {
                self.report.error(
                    Code::DuplicateName,
                    item.span,
                    format!("`{name}` is recorded twice"),
                );
                continue;
            }
            self.network.records.push(Record {
                name,
                span: item.span,
                recorded,
                every,
                unit,
                dim,
            });
        }
    }

    fn recorded(&mut self, network: BodyId, item: &'a RecordItem) -> Option<Named> {
        let own_name = match &item.name {
            Some((name, axes)) if axes.is_empty() => Some(name),
            Some((name, _)) => {
                self.report
                    .unsupported(name.span, "a family of recordings over an index");
                return None;
            }
            None => None,
        };
        if let ExprKind::Path(path) = &item.value.kind
            && let Some(found) = self.recorded_path(network, path)
        {
            let found = found?;
            let name = own_name.map_or(found.name, ToString::to_string);
            return Some(Named { name, ..found });
        }
        let Some(name) = own_name else {
            self.report.push(
                Diagnostic::error(
                    Code::MissingClause,
                    item.span,
                    "a recorded expression needs a name",
                )
                .help("write `record NAME = …`"),
            );
            return None;
        };
        let stream = format!("{}.{name}", self.network.name);
        let mut place = Place::new(Scope::of(network), Purpose::Step, stream);
        self.reduced = Some(Vec::new());
        let value = self.expr(&mut place, &item.value);
        let reductions = self.reduced.take().unwrap_or_default();
        let value = value?;
        let unit = self.shown_unit(&item.value, &value.dim);
        Some(Named {
            name: name.to_string(),
            recorded: Recorded::Number {
                value: value.node,
                reductions,
            },
            unit,
            dim: value.dim,
        })
    }

    /// The unit in which a recorded number is written: Hz for rates, else the internal unit.
    fn shown_unit(&mut self, expr: &Expr, dim: &Dim) -> UnitOfDisplay {
        let rate = self.network.dims.dimension(dim) == Some(neuropil_units::Dimension::RATE);
        if rate {
            return UnitOfDisplay {
                symbol: "Hz".to_owned(),
                scale: 1000.0,
            };
        }
        // `mean(E.V)` is shown in the unit of `E.V`.
        let mut unit = None;
        super::check::each_path(expr, &mut |path| {
            if let [Segment::Field(field)] = path.segments.as_slice() {
                let population = self
                    .network
                    .populations
                    .iter()
                    .find(|p| path.head == *p.name.as_str());
                let state =
                    population.and_then(|p| p.states.iter().find(|s| *field == *s.name.as_str()));
                if let Some(state) = state
                    && self.network.dims.dimension(&state.dim) == self.network.dims.dimension(dim)
                {
                    unit = unit.take().or_else(|| state.unit.clone());
                }
            }
        });
        unit.unwrap_or_else(|| self.internal_unit(dim))
    }

    /// `exc.V`, `exc[0..5].V`, `exc.spike`, `ampa.g`, `ampa[exc].g`; `None` if it is no such path.
    fn recorded_path(&mut self, network: BodyId, path: &'a Path) -> Option<Option<Named>> {
        let entry = self.body(network).names.get(&path.head.text).copied();
        let kind = entry.map(|entry| self.body(network).entries[entry].kind);
        match kind {
            Some(EntryKind::Projection) => Some(self.recorded_synapse(path)),
            Some(EntryKind::Population(_)) => Some(self.recorded_population(network, path)),
            Some(EntryKind::Broken) => Some(None),
            None => {
                // An unknown head is the better message than a missing name.
                self.selection(network, path)?;
                Some(None)
            }
            _ => None,
        }
    }

    fn recorded_population(&mut self, network: BodyId, path: &'a Path) -> Option<Named> {
        let selection = self.selection(network, path)?;
        let population = selection.population;
        let what = &self.network.populations[population.index()];
        let Some(field) = selection.field else {
            let (name, event) = (
                what.name.clone(),
                what.events.first().map(|e| e.name.clone()),
            );
            let first = what.states.first().map(|state| state.name.clone());
            let hint = event.or(first).unwrap_or_else(|| "V".to_owned());
            self.report.push(
                Diagnostic::error(
                    Code::WrongKind,
                    path.span,
                    format!("`{name}` is a population; say what of it to record"),
                )
                .help(format!("did you mean `{name}.{hint}`?")),
            );
            return None;
        };
        let name = format!("{}.{field}", what.name);
        if let Some(event) = what
            .events
            .iter()
            .position(|event| *field == *event.name.as_str())
        {
            let unit = UnitOfDisplay {
                symbol: String::new(),
                scale: 1.0,
            };
            let elements = selection.elements;
            let recorded = Recorded::Events {
                population,
                event,
                elements,
            };
            return Some(Named {
                name,
                recorded,
                unit,
                dim: Dim::one(),
            });
        }
        let body = self.population_body(population);
        let value = self.entry(body, field)?;
        let unit = self.unit_of_name(body, population, field.as_str(), &value.dim);
        let elements = selection.elements;
        let recorded = Recorded::Elements {
            population,
            value: value.node,
            elements,
        };
        Some(Named {
            name,
            recorded,
            unit,
            dim: value.dim,
        })
    }

    /// The unit in which a name of a population is shown.
    fn unit_of_name(
        &self,
        body: BodyId,
        population: PopulationId,
        name: &str,
        dim: &Dim,
    ) -> UnitOfDisplay {
        let what = &self.network.populations[population.index()];
        let state = what.states.iter().find(|state| state.name == name);
        let input = what.inputs.iter().find(|input| input.name == name);
        let entry = self
            .body(body)
            .names
            .get(name)
            .map(|&index| &self.body(body).entries[index]);
        state
            .and_then(|state| state.unit.clone())
            .or_else(|| input.and_then(|input| input.unit.clone()))
            .or_else(|| entry.and_then(|entry| entry.unit.clone()))
            .unwrap_or_else(|| self.internal_unit(dim))
    }

    /// `ampa.g` or `ampa[exc].g`: a synaptic state at its target.
    fn recorded_synapse(&mut self, path: &'a Path) -> Option<Named> {
        let (member, field) = match path.segments.as_slice() {
            [Segment::Field(field)] => (None, field),
            [Segment::Index { indices, .. }, Segment::Field(field)] if indices.len() == 1 => {
                (indices[0].as_name(), field)
            }
            _ => {
                self.report
                    .unsupported(path.span, "a path of this form into a projection");
                return None;
            }
        };
        let list = self
            .named
            .iter()
            .find(|(name, _)| *name == path.head.text)
            .map(|(_, list)| list.clone())
            .unwrap_or_default();
        let chosen: Vec<usize> = list
            .iter()
            .copied()
            .filter(|&place| {
                let post = self.network.projections[place].post;
                member.is_none_or(|name| {
                    *name == *self.network.populations[post.index()].name.as_str()
                })
            })
            .collect();
        let &[place] = chosen.as_slice() else {
            if list.is_empty() {
                return None; // the projection was refused
            }
            let names: Vec<String> = list
                .iter()
                .map(|&place| {
                    let post = self.network.projections[place].post;
                    format!(
                        "{}[{}]",
                        path.head,
                        self.network.populations[post.index()].name
                    )
                })
                .collect();
            self.report.push(
                Diagnostic::error(
                    Code::UnknownLabel,
                    path.span,
                    format!("`{}` has several sides; say which", path.head),
                )
                .help(format!("write `{}`", names.join("`, `"))),
            );
            return None;
        };
        let projection = &self.network.projections[place];
        let (post, group) = (projection.post, projection.group);
        let population = &self.network.populations[post.index()];
        let group = &population.groups[group];
        let wanted = format!("{}.{field}", group.name);
        let Some(state) = population.states.iter().find(|state| state.name == wanted) else {
            let names: Vec<String> = group
                .states
                .iter()
                .map(|&symbol| self.network.graph.symbol_info(symbol).name.clone())
                .collect();
            let near = neuropil_syntax::nearest(field.as_str(), names.iter().map(String::as_str));
            if field.as_str() == "I" || field.as_str() == "w" {
                self.report
                    .unsupported(field.span, &format!("recording `{field}` of a projection"));
                return None;
            }
            self.report.push(
                Diagnostic::error(
                    Code::UnknownName,
                    field.span,
                    format!("`{}` has no state `{field}`", path.head),
                )
                .did_you_mean(near),
            );
            return None;
        };
        let (symbol, dim, size) = (state.symbol, state.dim.clone(), population.size);
        let value = self.network.graph.symbol(symbol);
        let label = if member.is_some() || list.len() > 1 {
            format!(
                "{}[{}].{field}",
                path.head,
                self.network.populations[post.index()].name
            )
        } else {
            format!("{}.{field}", path.head)
        };
        let unit = self.internal_unit(&dim);
        let elements = std::iter::once(0..size).collect();
        let recorded = Recorded::Elements {
            population: post,
            value,
            elements,
        };
        Some(Named {
            name: label,
            recorded,
            unit,
            dim,
        })
    }

    /// `mean(E.V)` and its kin, where one number is recorded.
    pub(super) fn reduction(&mut self, place: &mut Place, call: &'a Call) -> Option<Typed> {
        let name = call.name.as_str();
        if name == "rate" {
            return self.rate_of_events(place, call);
        }
        let [
            Argument {
                kind: ArgumentKind::Value(inner),
                ..
            },
        ] = call.args.as_slice()
        else {
            self.report.error(
                Code::WrongArguments,
                call.span,
                format!("`{name}` reduces one value of a population"),
            );
            return None;
        };
        let population = self.population_in(place.scope.body, inner)?;
        let body = self.population_body(population);
        let outer = place.scope.element.replace(body);
        let value = self.value(place, inner);
        place.scope.element = outer;
        let value = value?;
        let size = self.network.populations[population.index()].size;
        let is_truth = self.network.graph.kind(value.node) == neuropil_ir::operator::Kind::Truth;
        if is_truth != matches!(name, "any" | "all" | "count") {
            let code = Code::NotABoolean;
            let message = if is_truth {
                format!("`{name}` reduces numbers, found a condition")
            } else {
                format!("`{name}` reduces conditions, found a number")
            };
            self.report.error(code, inner.span, message);
            return None;
        }
        let graph = &mut self.network.graph;
        let node = if is_truth {
            let (one, zero) = (graph.number(1.0), graph.number(0.0));
            graph.select(value.node, one, zero)
        } else {
            value.node
        };
        let reduction = match name {
            "min" | "all" => Reduction::Min,
            "max" | "any" => Reduction::Max,
            _ => Reduction::Sum,
        };
        let dim = value.dim.clone();
        let symbol = self.network.symbol(
            name,
            dim.clone(),
            Role::Parameter {
                name: format!("{name}#{}", self.network.meanings.len()),
                value: f64::NAN,
            },
        );
        self.reduced.as_mut()?.push(Reduced::Over {
            symbol,
            population,
            value: node,
            reduction,
        });
        let graph = &mut self.network.graph;
        let mut result = graph.symbol(symbol);
        if name == "mean" {
            let count = graph.number(f64::from(size));
            result = graph.div(result, count);
        }
        if is_truth && name != "count" {
            let half = graph.number(0.5);
            result = graph.apply(Operator::Lt, &[half, result]);
        }
        Some(Typed { node: result, dim })
    }

    /// `rate(E, 50 ms)`: events an element and time in the last window.
    fn rate_of_events(&mut self, place: &Place, call: &'a Call) -> Option<Typed> {
        let [
            Argument {
                kind: ArgumentKind::Value(source),
                ..
            },
            Argument {
                kind: ArgumentKind::Value(window),
                ..
            },
        ] = call.args.as_slice()
        else {
            self.report.push(
                Diagnostic::error(
                    Code::WrongArguments,
                    call.span,
                    "`rate` takes a population and a window",
                )
                .help("for example `rate(E, 50 ms)`"),
            );
            return None;
        };
        let network = place.scope.body;
        let Some(path) = source.as_path() else {
            self.report
                .error(Code::WrongKind, source.span, "expected a population");
            return None;
        };
        let selection = self.selection(network, path)?;
        let population = selection.population;
        let size = self.network.populations[population.index()].size;
        if selection.elements != vec![0..size] && size > 0 {
            self.report
                .unsupported(path.span, "`rate` of chosen elements");
            return None;
        }
        let event = self.spike_of(population, path.span)?;
        let length = self.time_in_ms(network, window, "the window of `rate` is")?;
        if !(length > 0.0 && length.is_finite()) {
            self.report.error(
                Code::ImpossibleValue,
                window.span,
                format!("the window of `rate` must be positive, found {length} ms"),
            );
            return None;
        }
        let symbol = self.network.symbol("rate", Dim::one(), Role::Reduced);
        self.reduced.as_mut()?.push(Reduced::Events {
            symbol,
            population,
            event,
            window: length,
        });
        let steps = (length / self.network.dt).round().max(1.0);
        let graph = &mut self.network.graph;
        let count = graph.symbol(symbol);
        let denominator = graph.number(f64::from(size) * steps * self.network.dt);
        let node = graph.div(count, denominator);
        Some(Typed {
            node,
            dim: Dim::known(neuropil_units::Dimension::RATE),
        })
    }

    /// The place of the `spike` event of a population.
    pub(super) fn spike_of(&mut self, population: PopulationId, span: Span) -> Option<usize> {
        let what = &self.network.populations[population.index()];
        let found = what.events.iter().position(|event| event.name == "spike");
        if found.is_none() {
            let name = what.name.clone();
            self.report.error(
                Code::UnknownPort,
                span,
                format!("`{name}` has no event `spike`"),
            );
        }
        found
    }

    /// The one population that an expression mentions.
    fn population_in(&mut self, network: BodyId, expr: &'a Expr) -> Option<PopulationId> {
        let mut heads = Vec::new();
        super::check::each_path(expr, &mut |path| heads.push(&path.head));
        let mut found: Option<PopulationId> = None;
        for head in heads {
            if let Some(&entry) = self.body(network).names.get(&head.text)
                && let EntryKind::Population(population) = self.body(network).entries[entry].kind
            {
                if found.is_some_and(|other| other != population) {
                    self.report
                        .unsupported(head.span, "a reduction over two populations");
                    return None;
                }
                found = Some(population);
            }
        }
        if found.is_none() {
            self.report.push(
                Diagnostic::error(
                    Code::NoPopulation,
                    expr.span,
                    "a reduction needs a value of a population",
                )
                .help("for example `mean(E.V)`"),
            );
        }
        found
    }
}
