//! From a name or path to a value.

use std::collections::HashMap;
use std::sync::Arc;

use neuropil_ir::graph::NodeId;
use neuropil_syntax::tree::{Name, Path, Segment};
use neuropil_syntax::{Code, Diagnostic, Span};
use neuropil_units::{Dimension, Unit};

use super::{BodyId, Elaborator, EntryKind, Found, Place, Purpose, Sides, Typed};
use crate::dimension::Dim;
use crate::model::{PopulationId, Role};

/// Names that every scope knows unless it declares them.
const RESERVED: [&str; 11] = [
    "t", "dt", "t_phase", "i", "size", "pi", "xi", "self", "pre", "post", "faraday",
];

impl<'a> Elaborator<'a, '_> {
    /// The value of a path.
    pub(super) fn path(&mut self, place: &mut Place, path: &'a Path) -> Option<Typed> {
        if let Some(name) = path.as_name() {
            return self.name(place, name);
        }
        let head = path.head.as_str();
        if let Some(Segment::Next { span }) = path.segments.first() {
            self.report.error(
                Code::Misplaced,
                *span,
                "`[t+1]` stands only on the right side of a map of the same body",
            );
            return None;
        }
        if let [Segment::Field(field)] = path.segments.as_slice() {
            match head {
                "self" => {
                    let Some(element) = place.scope.element else {
                        self.report.error(
                            Code::UnknownName,
                            path.head.span,
                            "`self` means nothing here",
                        );
                        return None;
                    };
                    return self.entry(element, field);
                }
                "pre" | "post" => return self.side(place, head == "pre", field, path.span),
                _ => {}
            }
            if let Some((body, entry)) = self.find(place.scope.body, head) {
                return self.field(place, body, entry, &path.head, field);
            }
            return self.unknown(place, &path.head);
        }
        match self.find(place.scope.body, head) {
            None if !matches!(head, "pre" | "post" | "self") => self.unknown(place, &path.head),
            _ => {
                self.report
                    .unsupported(path.span, "a path of this form in an expression");
                None
            }
        }
    }

    /// `E.x` in a network.
    fn field(
        &mut self,
        place: &mut Place,
        body: BodyId,
        entry: usize,
        head: &Name,
        field: &'a Name,
    ) -> Option<Typed> {
        match self.body(body).entries[entry].kind {
            EntryKind::Population(population) => {
                let own = self.population_body(population);
                if place.scope.element == Some(own) {
                    return self.entry(own, field);
                }
                // Look the name up for its own sake: a misspelt one is the better message.
                let found = self.entry(own, field)?;
                if self.network.is_uniform(found.node) {
                    return Some(found);
                }
                self.report.unsupported(
                    head.span.to(field.span),
                    &format!("reading `{head}.{field}` of another population"),
                );
                None
            }
            EntryKind::Broken => None,
            _ => {
                self.report.error(
                    Code::WrongKind,
                    head.span.to(field.span),
                    format!("`{head}` has no parts, so it has no `{field}`"),
                );
                None
            }
        }
    }

    /// The body of a population.
    pub(super) fn population_body(&self, population: PopulationId) -> BodyId {
        let place = self
            .bodies
            .iter()
            .position(|body| body.population == Some(population))
            .expect("every population is made together with its body");
        BodyId(place)
    }

    /// The value of a single name.
    fn name(&mut self, place: &mut Place, name: &'a Name) -> Option<Typed> {
        let letters = name.as_str();
        if let Some((_, value)) = place
            .locals
            .iter()
            .rev()
            .find(|(local, _)| **local == *letters)
        {
            return Some(value.clone());
        }
        if let Some((body, entry)) = self.find(place.scope.body, letters) {
            return self.entry_value(body, entry, name);
        }
        if let Some(value) = self.reserved(place, name) {
            return value;
        }
        if let Some(state) = letters.strip_prefix('d')
            && let Some((body, entry)) = self.find(place.scope.body, state)
            && matches!(self.body(body).entries[entry].kind, EntryKind::State(_))
        {
            self.report.push(
                Diagnostic::error(
                    Code::DerivativeForm,
                    name.span,
                    format!("`{letters}/dt` cannot be read; it stands only left of `=`"),
                )
                .help("give its right side a name and use that"),
            );
            return None;
        }
        // A unit of two letters or more may stand alone after `*` or `/`.
        if letters.chars().count() >= 2
            && let Some(unit) = neuropil_units::parse_unit(letters)
            && !unit.is_affine()
        {
            let node = self.network.graph.number(unit.scale());
            return Some(Typed {
                node,
                dim: Dim::known(unit.dimension()),
            });
        }
        self.unknown(place, name)
    }

    /// Whether a scope or the language gives a name a meaning.
    pub(super) fn declares(&self, place: &Place, letters: &str) -> bool {
        place.locals.iter().any(|(local, _)| **local == *letters)
            || self.find(place.scope.body, letters).is_some()
    }

    /// Finds a name in a body or behind it.
    pub(super) fn find(&self, start: BodyId, letters: &str) -> Option<(BodyId, usize)> {
        let mut next = Some(start);
        while let Some(id) = next {
            let body = self.body(id);
            if let Some(&entry) = body.names.get(letters) {
                return Some((id, entry));
            }
            next = body.parent;
        }
        None
    }

    /// The value of a name that must be declared in one body.
    pub(super) fn entry(&mut self, body: BodyId, name: &'a Name) -> Option<Typed> {
        if let Some(&entry) = self.body(body).names.get(name.as_str()) {
            return self.entry_value(body, entry, name);
        }
        if name == "i"
            && let Some(population) = self.body(body).population
        {
            return Some(self.element_index(population));
        }
        if name == "size"
            && let Some(population) = self.body(body).population
        {
            let size = self.network.populations[population.index()].size;
            return Some(self.number(f64::from(size)));
        }
        let what = self.body(body).what.clone();
        let names: Vec<Arc<str>> = self.body(body).names.keys().cloned().collect();
        let near = neuropil_syntax::nearest(name.as_str(), names.iter().map(|n| &**n));
        self.report.push(
            Diagnostic::error(
                Code::UnknownName,
                name.span,
                format!("{what} has no `{name}`"),
            )
            .did_you_mean(near),
        );
        None
    }

    /// The value of an entry, found now if it was not yet.
    pub(super) fn entry_value(&mut self, body: BodyId, entry: usize, name: &Name) -> Option<Typed> {
        let kind = self.body(body).entries[entry].kind;
        match kind {
            EntryKind::Parameter | EntryKind::Constant | EntryKind::Quantity => {
                let found = self.found(body, entry, name.span)?;
                Some(found)
            }
            EntryKind::State(symbol) | EntryKind::Input(symbol) | EntryKind::Weight(symbol) => {
                let dim = self.network.meanings[symbol.index()].dim.clone();
                Some(Typed {
                    node: self.network.graph.symbol(symbol),
                    dim,
                })
            }
            EntryKind::Function(_) => {
                self.report.push(
                    Diagnostic::error(
                        Code::WrongKind,
                        name.span,
                        format!("`{name}` is a function and needs its arguments"),
                    )
                    .help(format!("write `{name}(…)`")),
                );
                None
            }
            EntryKind::Population(population) => {
                let what = &self.network.populations[population.index()];
                let size = what.size;
                let first = what
                    .states
                    .first()
                    .map_or("V", |state| &state.name)
                    .to_owned();
                self.report.push(
                    Diagnostic::error(
                        Code::WrongKind,
                        name.span,
                        format!("`{name}` is a population of {size}, not a number"),
                    )
                    .help(format!("did you mean `size({name})` or `{name}.{first}`?")),
                );
                None
            }
            EntryKind::Projection => {
                self.report.error(
                    Code::WrongKind,
                    name.span,
                    format!("`{name}` names a projection, not a value"),
                );
                None
            }
            EntryKind::Broken => None,
        }
    }

    /// Finds the value of a parameter, constant or quantity.
    pub(super) fn found(&mut self, body: BodyId, entry: usize, asked_at: Span) -> Option<Typed> {
        match &self.body(body).entries[entry].found {
            Found::Yes(value) => return value.clone(),
            Found::Searching => {
                let name = self.body(body).entries[entry].name.clone();
                self.report.push(
                    Diagnostic::error(
                        Code::CircularDefinition,
                        name.span,
                        format!("`{name}` is defined by itself"),
                    )
                    .label(asked_at, "asked for again here"),
                );
                return None;
            }
            Found::Not => {}
        }
        self.body_mut(body).entries[entry].found = Found::Searching;
        let value = self.search(body, entry);
        self.body_mut(body).entries[entry].found = Found::Yes(value.clone());
        value
    }

    /// The names that are not declared but known.
    fn reserved(&mut self, place: &mut Place, name: &Name) -> Option<Option<Typed>> {
        let scope = place.scope;
        let dimensionless = self.body(scope.body).dimensionless;
        let time = if dimensionless {
            Dim::one()
        } else {
            Dim::time()
        };
        let typed = |node: NodeId, dim: Dim| Some(Some(Typed { node, dim }));
        match name.as_str() {
            "pi" => Some(Some(self.number(std::f64::consts::PI))),
            "t" => {
                // A network's own expressions are summands: their time is that of the step's start.
                let is_model = self.body(scope.body).population.is_some()
                    || self.body(scope.body).sides.is_some();
                let symbol = if is_model {
                    self.network.time
                } else {
                    self.network.start_time
                };
                if place.purpose != Purpose::Step {
                    self.report.error(
                        Code::MayNotVary,
                        name.span,
                        "`t` varies in time; this value is fixed when the network is built",
                    );
                    return Some(None);
                }
                typed(self.network.graph.symbol(symbol), time)
            }
            "dt" => typed(self.network.graph.symbol(self.network.step_length), time),
            "faraday" => {
                // 96485.33212 C/mol (CODATA 2018), exact by definition of the SI.
                let unit = neuropil_units::combine(&[("C", 1, 1), ("mol", -1, 1)]).ok()?;
                let node = self.network.graph.number(96485.33212331001 * unit.scale());
                typed(node, Dim::known(unit.dimension()))
            }
            "gas_constant" => {
                // 8.314462618 J/(mol K) (CODATA 2018), with the joule as V*C.
                let unit = neuropil_units::combine(&[
                    ("V", 1, 1),
                    ("C", 1, 1),
                    ("mol", -1, 1),
                    ("K", -1, 1),
                ])
                .ok()?;
                let node = self.network.graph.number(8.31446261815324 * unit.scale());
                typed(node, Dim::known(unit.dimension()))
            }
            "i" => {
                let element = scope.element.or(Some(scope.body))?;
                let population = self.body(element).population?;
                Some(Some(self.element_index(population)))
            }
            "size" => {
                let element = scope.element.or(Some(scope.body))?;
                let population = self.body(element).population?;
                let size = self.network.populations[population.index()].size;
                Some(Some(self.number(f64::from(size))))
            }
            "t_phase" => {
                self.report.unsupported(name.span, "`t_phase`");
                Some(None)
            }
            letters if letters == "xi" || letters.starts_with("xi_") => {
                Some(self.noise(place, name))
            }
            _ => None,
        }
    }

    pub(super) fn element_index(&mut self, population: PopulationId) -> Typed {
        let symbol = self.network.populations[population.index()].index;
        Typed {
            node: self.network.graph.symbol(symbol),
            dim: Dim::one(),
        }
    }

    /// White noise of a body: a symbol for each name, of dimension 1/sqrt(time).
    fn noise(&mut self, place: &Place, name: &Name) -> Option<Typed> {
        let body = place.scope.body;
        let Some(_) = self.body(body).population else {
            self.report.error(
                Code::Misplaced,
                name.span,
                format!("`{name}` is white noise and stands only in the equations of a model"),
            );
            return None;
        };
        let qualified = format!("{}.{name}", self.body(body).path);
        let known = self.network.meanings.iter().position(
            |meaning| matches!(&meaning.role, Role::Noise { name } if *name == qualified),
        );
        let time = if self.body(body).dimensionless {
            Dimension::ONE
        } else {
            Dimension::TIME
        };
        let dim = Dim::known(time.pow(-1, 2)?);
        let symbol = match known {
            Some(place) => neuropil_ir::graph::Symbol(place as u32),
            None => {
                self.network
                    .symbol(name.as_str(), dim.clone(), Role::Noise { name: qualified })
            }
        };
        Some(Typed {
            node: self.network.graph.symbol(symbol),
            dim,
        })
    }

    /// `pre.x` or `post.x`.
    fn side(&mut self, place: &mut Place, pre: bool, field: &'a Name, span: Span) -> Option<Typed> {
        if let Some((source, target)) = place.scope.edge {
            let population = if pre { source } else { target };
            let body = self.population_body(population);
            if field == "i" {
                let role = if pre { Role::PreIndex } else { Role::PostIndex };
                return Some(self.edge_symbol(field.as_str(), Dim::one(), role));
            }
            let found = self.entry(body, field)?;
            return self.on_edge(&found, pre, span);
        }
        let sides = self.body(place.scope.body).sides.clone();
        match sides {
            None => {
                let word = if pre { "pre" } else { "post" };
                self.report.error(
                    Code::UnknownName,
                    span,
                    format!("`{word}` has a meaning only in synapses and projections"),
                );
                None
            }
            Some(Sides::Open { met }) => {
                if let Some(value) = met.get(&(pre, field.text.clone())) {
                    return Some(value.clone());
                }
                let dim = self.network.dims.fresh();
                let symbol = self.network.symbol(field.as_str(), dim.clone(), Role::Open);
                let value = Typed {
                    node: self.network.graph.symbol(symbol),
                    dim,
                };
                let body = self.body_mut(place.scope.body);
                if let Some(Sides::Open { met }) = &mut body.sides {
                    met.insert((pre, field.text.clone()), value.clone());
                }
                Some(value)
            }
            Some(Sides::Between {
                pre: source,
                post: target,
            }) => {
                let (_, body) = if pre { source } else { target };
                let found = self.entry(body, field)?;
                if pre {
                    self.on_edge(&found, true, span)
                } else {
                    Some(found)
                }
            }
        }
    }

    /// A value of one side, as seen from an edge.
    fn on_edge(&mut self, value: &Typed, pre: bool, span: Span) -> Option<Typed> {
        let mut map = HashMap::new();
        for symbol in self.network.graph.symbols_of(value.node) {
            let role = match self.network.role(symbol) {
                Role::Parameter { .. } | Role::StepLength => continue,
                Role::Index(_) if pre => Role::PreIndex,
                Role::Index(_) => Role::PostIndex,
                Role::Element(_) | Role::State(_) | Role::Input(_) if pre => Role::Pre(symbol),
                Role::Element(_) => Role::Post(symbol),
                _ => {
                    self.report.error(
                        Code::MayNotVary,
                        span,
                        "this value of a side varies in time; a value of an edge is fixed when built",
                    );
                    return None;
                }
            };
            let name = self.network.graph.symbol_info(symbol).name.clone();
            let dim = self.network.meanings[symbol.index()].dim.clone();
            let seen = self.edge_symbol(&name, dim, role);
            map.insert(symbol, seen.node);
        }
        let node = self.network.graph.substitute(&[value.node], &map)[0];
        Some(Typed {
            node,
            dim: value.dim.clone(),
        })
    }

    /// The symbol of a role on an edge; one for each role.
    fn edge_symbol(&mut self, name: &str, dim: Dim, role: Role) -> Typed {
        let known = self
            .network
            .meanings
            .iter()
            .position(|meaning| meaning.role == role);
        let symbol = match known {
            Some(place) => neuropil_ir::graph::Symbol(place as u32),
            None => {
                let side = if matches!(role, Role::Pre(_) | Role::PreIndex) {
                    "pre"
                } else {
                    "post"
                };
                self.network
                    .symbol(&format!("{side}.{name}"), dim.clone(), role)
            }
        };
        Typed {
            node: self.network.graph.symbol(symbol),
            dim,
        }
    }

    /// Reports a name that nothing declares, with the nearest that something does.
    fn unknown(&mut self, place: &Place, name: &Name) -> Option<Typed> {
        let mut candidates: Vec<Arc<str>> = place
            .locals
            .iter()
            .map(|(local, _)| local.clone())
            .collect();
        let mut next = Some(place.scope.body);
        while let Some(id) = next {
            let body = self.body(id);
            candidates.extend(body.names.keys().cloned());
            next = body.parent;
        }
        let words = candidates.iter().map(|n| &**n).chain(RESERVED);
        let near = neuropil_syntax::nearest(name.as_str(), words);
        let mut diagnostic = Diagnostic::error(
            Code::UnknownName,
            name.span,
            format!("unknown name `{name}`"),
        )
        .did_you_mean(near);
        if let Some(unit) = neuropil_units::parse_unit(name.as_str()) {
            let what = Unit::dimension(&unit).describe();
            diagnostic = diagnostic.help(if near.is_none() {
                format!("the unit of {what} `{name}` needs its number: write `1 {name}`")
            } else {
                format!("the unit is written `1 {name}`")
            });
        } else if near.is_none()
            && let Some(unit) = neuropil_units::nearest_unit(name.as_str())
        {
            // `0.1/msec` is a quotient by a name as long as `msec` is no unit.
            diagnostic = diagnostic.help(format!("did you mean the unit `{unit}`?"));
        }
        self.report.push(diagnostic);
        None
    }
}
