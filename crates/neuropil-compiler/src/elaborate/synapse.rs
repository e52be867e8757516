//! Synapses: what lives at the postsynaptic neuron, and what an arrival adds.
//!
//! A synaptic state is kept once a postsynaptic neuron where the sum over its synapses obeys the
//! same equation: the equations are linear and homogeneous in the synaptic states with
//! coefficients equal at every synapse, arrivals add what does not depend on states, and what is
//! delivered is linear in them. Other synapses need a state at the presynaptic neuron or at every
//! edge and are refused by name.

use neuropil_ir::graph::{NodeId, Symbol};
use neuropil_syntax::tree::{
    Derivative, InitValue, Model, Name, Path, Segment, Set, Side, Statement,
};
use neuropil_syntax::{Code, Diagnostic, Span};

use super::{BodyId, Elaborator, EntryKind, Place, Purpose, Scope, Sides, Typed};
use crate::dimension::Dim;
use crate::model::{Group, Law, PopulationId, Role, State, Summand};

/// The text of a synapse as a projection uses it.
pub(super) struct SynapseText<'a> {
    pub(super) name: String,
    pub(super) what: String,
    pub(super) statements: &'a [Statement],
    pub(super) sets: Vec<(&'a Set, Scope)>,
    /// Written in place: its weight is `w` without being declared.
    pub(super) in_place: bool,
    pub(super) span: Span,
}

/// A synapse with its names bound, before its equations are read.
pub(super) struct Bound {
    pub(super) body: BodyId,
    pub(super) weight: Option<Symbol>,
    /// The values of the parameters, which must be equal for a state to be shared.
    pub(super) values: Vec<NodeId>,
}

/// What the projection says that the synapse must know.
pub(super) struct Use<'u> {
    /// The name for states: `ampa` or `Exponential`.
    pub(super) name: &'u str,
    /// The post population's input that `into` names.
    pub(super) into: Option<&'u Name>,
    /// The weight, if it is one number for all edges.
    pub(super) shared_weight: Option<NodeId>,
}

impl<'a> Elaborator<'a, '_> {
    /// Checks a synapse without a projection: units with its unknown dimensions left open.
    pub(super) fn check_synapse(
        &mut self,
        network: BodyId,
        model: &'a Model,
        sets: Vec<&'a Set>,
        sides: Sides,
    ) {
        let text = SynapseText {
            name: model.name.to_string(),
            what: Self::describe_model(model),
            statements: &model.body,
            sets: sets
                .into_iter()
                .map(|set| (set, Scope::of(BodyId(0))))
                .collect(),
            in_place: false,
            span: model.span,
        };
        let bound = self.bind_synapse(network, &text, sides, &[]);
        self.check_equations(&text, &bound);
    }

    /// Checks the units of all statements of a synapse.
    pub(super) fn check_equations(&mut self, text: &SynapseText<'a>, bound: &Bound) {
        // Arrivals first: they give synaptic states the dimension of the weight.
        for statement in text.statements {
            if let Statement::On(on) = statement {
                self.check_handler(bound.body, on);
            }
        }
        for statement in text.statements {
            match statement {
                Statement::Derivative(equation) => {
                    if let Some(symbol) =
                        self.state_named(bound.body, &equation.state, Code::WrongKind)
                    {
                        self.rate(bound.body, symbol, equation);
                    }
                }
                Statement::Delivery { target, value } => {
                    let mut place = Place::new(Scope::of(bound.body), Purpose::Step, "");
                    let port = self.path_of_side(&mut place, target);
                    let value_span = value.span;
                    let value = self.expr(&mut place, value);
                    if let (Some(port), Some(value)) = (port, value) {
                        self.demand(&value.dim, &port.dim, value_span, "the input is");
                    }
                }
                _ => {}
            }
        }
    }

    /// `post.NAME` or `pre.NAME`, as the target of a synapse.
    pub(super) fn path_of_side(&mut self, place: &mut Place, path: &'a Path) -> Option<Typed> {
        let side = matches!(path.head.as_str(), "pre" | "post");
        if side && matches!(path.segments.as_slice(), [Segment::Field(_)]) {
            return self.path(place, path);
        }
        self.report.push(
            Diagnostic::error(
                Code::NotAssignable,
                path.span,
                "a synapse delivers to an input of `post` or `pre`",
            )
            .help(format!("write `post.{} += …`", path.head)),
        );
        None
    }

    /// Declares the names of a synapse and binds their values.
    pub(super) fn bind_synapse(
        &mut self,
        network: BodyId,
        text: &SynapseText<'a>,
        sides: Sides,
        prefixes: &[String],
    ) -> Bound {
        let post = match &sides {
            Sides::Between { post, .. } => post.0,
            Sides::Open { .. } => PopulationId(u32::MAX),
        };
        let path = format!("{}.{}", self.network.name, text.name);
        let body = self.empty_body(&path, &text.what, Some(BodyId(0)));
        if text.in_place {
            // A body written in place sees the names of its network.
            self.body_mut(body).parent = Some(network);
        }
        let dimensionless = match &sides {
            // A synapse without units beside neurons with units takes theirs, but for time.
            Sides::Between { .. } | Sides::Open { .. } => Self::has_no_unit(text.statements),
        };
        self.body_mut(body).dimensionless = dimensionless;
        self.body_mut(body).sides = Some(sides);
        let mut weight = None;
        for statement in text.statements {
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
                Statement::Weight(decl) => {
                    let dim = match &decl.unit {
                        Some(unit) => self.unit(unit).map(|unit| Dim::known(unit.dimension())),
                        None => None,
                    };
                    let dim = dim.unwrap_or_else(|| self.network.dims.fresh());
                    let symbol = self.network.symbol(decl.name.as_str(), dim, Role::Weight);
                    self.declare(body, &decl.name, EntryKind::Weight(symbol), None);
                    weight = Some(symbol);
                }
                Statement::Derivative(equation) => {
                    self.declare_synaptic(body, post, &equation.state, equation.axes.is_empty());
                }
                Statement::Quantity(quantity) => {
                    if quantity.axes.is_empty() && quantity.set.is_none() {
                        let value = Some((&quantity.rhs, Scope::of(body)));
                        self.declare(body, &quantity.name, EntryKind::Quantity, value);
                    } else {
                        self.report.unsupported(quantity.span, "an array of values");
                        self.declare(body, &quantity.name, EntryKind::Broken, None);
                    }
                }
                Statement::Function(function) => {
                    self.declare(body, &function.name, EntryKind::Function(function), None);
                }
                other => self.refuse_in_synapse(other),
            }
        }
        if text.in_place && weight.is_none() {
            let dim = self.network.dims.fresh();
            let symbol = self.network.symbol("w", dim, Role::Weight);
            let name = Name::new("w", text.span);
            if !self.body(body).names.contains_key("w") {
                self.declare(body, &name, EntryKind::Weight(symbol), None);
            }
            weight = Some(symbol);
        }
        let network_scope = Scope::of(network);
        for &(set, scope) in &text.sets {
            let effects = self.apply_set(body, set, scope);
            for (name, _, _) in effects.summands {
                self.report.error(
                    Code::NotAssignable,
                    name.span,
                    "`+=` stands in the braces of a population; a synapse has no inputs",
                );
            }
            for (init, _) in effects.inits {
                self.report
                    .unsupported(init.span, "`init` of a synaptic state at its use");
            }
        }
        self.bind_overrides(body, prefixes, network_scope);
        self.find_all(body);
        let mut values = Vec::new();
        for index in 0..self.body(body).entries.len() {
            if matches!(self.body(body).entries[index].kind, EntryKind::Parameter)
                && let Some(value) = self.found(body, index, text.span)
            {
                values.push(value.node);
            }
        }
        Bound {
            body,
            weight,
            values,
        }
    }

    fn declare_synaptic(&mut self, body: BodyId, post: PopulationId, name: &Name, scalar: bool) {
        if !scalar {
            self.report.unsupported(name.span, "a vector of states");
            self.declare(body, name, EntryKind::Broken, None);
            return;
        }
        let dim = self.network.dims.fresh();
        let symbol = self.network.symbol(name.as_str(), dim, Role::State(post));
        self.declare(body, name, EntryKind::State(symbol), None);
    }

    fn refuse_in_synapse(&mut self, statement: &Statement) {
        let construct = match statement {
            Statement::Map(_) => "a map in a synapse",
            Statement::Index(_) => "`index` in a synapse",
            Statement::Every(_) => "`every` in a synapse",
            Statement::Event(_) => "an event of a synapse",
            Statement::Bound(_) => "`bound` in a synapse",
            Statement::Integrate(_) => "`integrate` in a synapse",
            Statement::Input(_) => "`input` of a synapse",
            Statement::Place(_) => "`place`",
            Statement::On(on) if on.side == Side::Post => "`on post`",
            Statement::On(_) | Statement::Init(_) | Statement::Delivery { .. } => return,
            Statement::Trainable(_) => return,
            other => {
                self.report.error(
                    Code::Misplaced,
                    other.span(),
                    "this statement does not belong to a `synapse`",
                );
                return;
            }
        };
        self.report.unsupported(statement.span(), construct);
    }

    /// Reads the equations of a synapse and places its states at the target population.
    ///
    /// Returns the place of the group, or `None` after a diagnostic.
    pub(super) fn place_synapse(
        &mut self,
        text: &SynapseText<'a>,
        bound: &Bound,
        post: PopulationId,
        key: (String, Vec<NodeId>),
        shared: bool,
        used: &Use<'_>,
    ) -> Option<usize> {
        let body = bound.body;
        let states: Vec<Symbol> = self
            .body(body)
            .entries
            .iter()
            .filter_map(|entry| match entry.kind {
                EntryKind::State(symbol) => Some(symbol),
                _ => None,
            })
            .collect();
        let mut complete = true;
        for statement in text.statements {
            if let Statement::Init(list) = statement {
                for init in list {
                    complete &= self.starts_at_zero(body, init);
                }
            }
        }
        // Arrivals first: they give synaptic states the dimension of the weight.
        let mut increments = Vec::new();
        for statement in text.statements {
            if let Statement::On(on) = statement
                && on.side == Side::Pre
            {
                complete &= self
                    .arrivals(body, on, bound.weight, &mut increments)
                    .is_some();
            }
        }
        let mut laws: Vec<(Symbol, Law, Span)> = Vec::new();
        for statement in text.statements {
            if let Statement::Derivative(equation) = statement {
                match self.synaptic_law(body, equation, &states, bound.weight) {
                    Some(law) => laws.push(law),
                    None => complete = false,
                }
            }
        }
        let mut deliveries: Vec<(Symbol, Summand)> = Vec::new();
        for statement in text.statements {
            if let Statement::Delivery { target, value } = statement {
                match self.delivery(body, post, target, value, &states, bound.weight, used) {
                    Some(delivery) => deliveries.push(delivery),
                    None => complete = false,
                }
            }
        }
        if !complete {
            return None;
        }
        let zero = self.network.graph.number(0.0);
        for (symbol, law, span) in laws {
            let name = self.network.graph.symbol_info(symbol).name.clone();
            let dim = self.network.meanings[symbol.index()].dim.clone();
            self.network.populations[post.index()].states.push(State {
                name: format!("{}.{name}", used.name),
                symbol,
                dim,
                span,
                law,
                init: zero,
                lower: None,
                upper: None,
                unit: None,
            });
        }
        for (port, summand) in deliveries {
            let inputs = &mut self.network.populations[post.index()].inputs;
            if let Some(input) = inputs.iter_mut().find(|input| input.symbol == port) {
                input.summands.push(summand);
            }
        }
        let weight = bound
            .weight
            .unwrap_or_else(|| self.network.symbol("w", Dim::one(), Role::Weight));
        let groups = &mut self.network.populations[post.index()].groups;
        groups.push(Group {
            name: used.name.to_owned(),
            key,
            shared,
            weight,
            states,
            increments,
        });
        Some(groups.len() - 1)
    }

    fn starts_at_zero(&mut self, body: BodyId, init: &'a neuropil_syntax::tree::Init) -> bool {
        let InitValue::Expr(expr) = &init.value else {
            self.report.unsupported(init.span, "`steady` in a synapse");
            return false;
        };
        let mut place = Place::new(Scope::of(body), Purpose::Fixed, "");
        let Some(value) = self.expr(&mut place, expr) else {
            return false;
        };
        if self.network.constant(value.node) == Some(0.0) {
            return true;
        }
        self.report.unsupported(
            init.span,
            "a synaptic state that does not start at 0 (it would need a value for each edge)",
        );
        false
    }

    /// An equation of a synaptic state that is linear, homogeneous and equal at every synapse.
    fn synaptic_law(
        &mut self,
        body: BodyId,
        equation: &'a Derivative,
        states: &[Symbol],
        weight: Option<Symbol>,
    ) -> Option<(Symbol, Law, Span)> {
        if equation.order.is_some() {
            self.report
                .unsupported(equation.span, "a fractional derivative");
            return None;
        }
        let symbol = self.state_named(body, &equation.state, Code::WrongKind)?;
        let (law, span) = self.rate(body, symbol, equation)?;
        let Law::Rate { rhs, ref noise } = law else {
            return None;
        };
        let zero = self.network.graph.number(0.0);
        let linear = self
            .network
            .graph
            .affine(rhs, states)
            .is_some_and(|form| form.constant == zero)
            && noise.is_empty();
        if !linear || self.varies_by_edge(rhs, weight) {
            self.report.push(
                Diagnostic::error(
                    Code::Unsupported,
                    equation.rhs.span,
                    format!(
                        "`{}` needs a value for each presynaptic neuron or each edge, which is not built yet",
                        equation.state
                    ),
                )
                .here("not linear and equal at every synapse of a neuron")
                .help("a state with a linear, homogeneous equation is kept once a postsynaptic neuron"),
            );
            return None;
        }
        Some((symbol, law, span))
    }

    /// Whether a value differs from edge to edge or mentions the presynaptic side.
    fn varies_by_edge(&self, node: NodeId, weight: Option<Symbol>) -> bool {
        self.network.graph.symbols_of(node).iter().any(|&symbol| {
            Some(symbol) == weight
                || matches!(
                    self.network.role(symbol),
                    Role::Pre(_) | Role::PreIndex | Role::Draw { .. } | Role::Weight
                )
        })
    }

    /// `post.I += value`.
    #[expect(
        clippy::too_many_arguments,
        reason = "a delivery joins the synapse, its target and its use"
    )]
    fn delivery(
        &mut self,
        body: BodyId,
        post: PopulationId,
        target: &'a Path,
        value: &'a neuropil_syntax::tree::Expr,
        states: &[Symbol],
        weight: Option<Symbol>,
        used: &Use<'_>,
    ) -> Option<(Symbol, Summand)> {
        if target.head == "pre" {
            self.report
                .unsupported(target.span, "delivery to the presynaptic side");
            return None;
        }
        let mut place = Place::new(Scope::of(body), Purpose::Step, "");
        let port = match used.into {
            Some(port) => self.input_named(post, port)?,
            None => {
                let port = self.path_of_side(&mut place, target)?;
                match self.network.graph.node(port.node) {
                    neuropil_ir::graph::Node::Symbol(symbol)
                        if matches!(self.network.role(symbol), Role::Input(_)) =>
                    {
                        (symbol, port.dim)
                    }
                    _ => {
                        let name = Self::field_name(target);
                        let what = self.network.populations[post.index()].model.clone();
                        self.report.push(
                            Diagnostic::error(
                                Code::UnknownPort,
                                target.span,
                                format!("`{name}` of `{what}` is no input"),
                            )
                            .help("only inputs take what is delivered at each step"),
                        );
                        return None;
                    }
                }
            }
        };
        let span = value.span;
        let value = self.expr(&mut place, value)?;
        if !self.demand(
            &value.dim,
            &port.1,
            span,
            &format!("`{}` is", Self::field_name(target)),
        ) {
            return None;
        }
        let mut node = value.node;
        if let Some(weight) = weight
            && self.network.graph.depends_on(node, &[weight])
        {
            let Some(shared) = used.shared_weight else {
                self.report.unsupported(
                    span,
                    "a weight of each edge in what is delivered at every step",
                );
                return None;
            };
            let map = std::collections::HashMap::from([(weight, shared)]);
            node = self.network.graph.substitute(&[node], &map)[0];
        }
        let zero = self.network.graph.number(0.0);
        let linear = !states.is_empty()
            && self
                .network
                .graph
                .affine(node, states)
                .is_some_and(|form| form.constant == zero);
        if !linear || self.varies_by_edge(node, weight) {
            let construct = if states.is_empty() {
                "a graded coupling (a delivery at every step without a synaptic state)"
            } else {
                "a delivery that is not linear in the synaptic states"
            };
            self.report.unsupported(span, construct);
            return None;
        }
        Some((
            port.0,
            Summand {
                value: node,
                own: true,
            },
        ))
    }

    fn input_named(&mut self, post: PopulationId, name: &Name) -> Option<(Symbol, Dim)> {
        let inputs = &self.network.populations[post.index()].inputs;
        if let Some(input) = inputs.iter().find(|input| *name == *input.name.as_str()) {
            let symbol = input.symbol;
            return Some((symbol, self.network.meanings[symbol.index()].dim.clone()));
        }
        let near = neuropil_syntax::nearest(
            name.as_str(),
            inputs.iter().map(|input| input.name.as_str()),
        );
        self.report.push(
            Diagnostic::error(
                Code::UnknownPort,
                name.span,
                format!("the target has no input `{name}`"),
            )
            .did_you_mean(near),
        );
        None
    }
}
