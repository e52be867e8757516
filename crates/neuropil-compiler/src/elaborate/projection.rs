//! Projections: who sends to whom, by which rule, with which weight and delay.

use neuropil_ir::graph::NodeId;
use neuropil_syntax::tree::{self, Clause, Delay, Expr, ModelKind, Name, SynapseRef, Without};
use neuropil_syntax::{Code, Diagnostic, Span};
use neuropil_units::Dimension;

use super::ends::{End, numbered};
use super::synapse::{SynapseText, Use};
use super::{BodyId, Elaborator, Place, Purpose, Scope, Sides};
use crate::dimension::Dim;
use crate::model::{PopulationId, Projection};

/// The clauses of a projection, read once for all of its pairs.
struct Clauses<'a> {
    weight: Option<&'a Expr>,
    delay: Option<&'a Delay>,
    into: Option<&'a Name>,
    connect: Option<&'a tree::Connect>,
}

impl<'a> Elaborator<'a, '_> {
    /// Reads a projection statement; every pair of a source and a target becomes one projection.
    pub(super) fn projection(&mut self, network: BodyId, statement: &'a tree::Projection) {
        let sources: Vec<Option<End>> = statement
            .sources
            .iter()
            .map(|end| self.source(network, end, &statement.targets))
            .collect();
        let targets: Vec<Option<End>> = statement
            .targets
            .iter()
            .map(|path| self.target(network, path))
            .collect();
        let clauses = Self::clauses(statement);
        let Some(text) = self.synapse_text(network, statement) else {
            return;
        };
        if clauses.connect.is_none() {
            self.report.push(
                Diagnostic::error(
                    Code::MissingClause,
                    statement.span,
                    "this projection does not say who is connected to whom",
                )
                .help("add `connect all_to_all`, `connect fixed_probability(0.1)` or another rule"),
            );
            return;
        }
        let (Some(sources), Some(targets)) = (
            sources.into_iter().collect::<Option<Vec<_>>>(),
            targets.into_iter().collect::<Option<Vec<_>>>(),
        ) else {
            return;
        };
        if let Some((name, axes)) = &statement.name
            && !axes.is_empty()
        {
            self.report
                .unsupported(name.span, "a family of projections over an index");
            return;
        }
        let name = statement.name.as_ref().map(|(name, _)| name);
        let mut made = Vec::new();
        for source in &sources {
            for target in &targets {
                let label = self.projection_name(name, source, target, &sources, &targets, &text);
                if let Some(place) = self.pair_of_ends(
                    network, statement, &clauses, &text, source, target, name, &label,
                ) {
                    made.push(place);
                }
            }
        }
        if let Some(name) = name {
            self.named.push((name.text.clone(), made));
        }
    }

    /// The qualified name of a pair: it names the streams of draws.
    fn projection_name(
        &self,
        name: Option<&Name>,
        source: &End,
        target: &End,
        sources: &[End],
        targets: &[End],
        text: &SynapseText<'_>,
    ) -> String {
        let (pre, post) = (&source.label, &target.label);
        let base = match name {
            Some(name) if sources.len() == 1 && targets.len() == 1 => name.to_string(),
            Some(name) if sources.len() == 1 => format!("{name}[{post}]"),
            Some(name) => format!("{name}[{pre}->{post}]"),
            None => format!("{pre}->{post}:{}", text.name),
        };
        numbered(
            base,
            self.network.projections.iter().map(|p| p.name.as_str()),
        )
    }

    fn clauses(statement: &'a tree::Projection) -> Clauses<'a> {
        let mut clauses = Clauses {
            weight: None,
            delay: None,
            into: None,
            connect: None,
        };
        for clause in &statement.clauses {
            match clause {
                Clause::Weight { value, .. } => clauses.weight = Some(value),
                Clause::Delay { value, .. } => clauses.delay = Some(value),
                Clause::Into { port, .. } => clauses.into = Some(port),
                Clause::Connect(connect) => clauses.connect = Some(connect),
            }
        }
        clauses
    }

    fn synapse_text(
        &mut self,
        network: BodyId,
        statement: &'a tree::Projection,
    ) -> Option<SynapseText<'a>> {
        match &statement.synapse {
            SynapseRef::InPlace { body, span } => Some(SynapseText {
                name: "synapse".to_owned(),
                what: "this synapse".to_owned(),
                statements: body,
                sets: Vec::new(),
                in_place: true,
                span: *span,
            }),
            SynapseRef::Named { name, set } => {
                let (model, derived) = self.definitions.resolve(name, self.report)?;
                if model.kind != ModelKind::Synapse {
                    self.report.error(
                        Code::WrongKind,
                        name.span,
                        format!("`{name}` is a {}, not a synapse", model.kind.as_str()),
                    );
                    return None;
                }
                let file = Scope::of(BodyId(0));
                let here = Scope::of(network);
                let sets = derived
                    .into_iter()
                    .map(|set| (set, file))
                    .chain(set.as_ref().map(|set| (set, here)))
                    .collect();
                Some(SynapseText {
                    name: name.to_string(),
                    what: format!("synapse `{name}`"),
                    statements: &model.body,
                    sets,
                    in_place: false,
                    span: name.span,
                })
            }
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "a pair joins the statement with its two ends"
    )]
    fn pair_of_ends(
        &mut self,
        network: BodyId,
        statement: &'a tree::Projection,
        clauses: &Clauses<'a>,
        text: &SynapseText<'a>,
        source: &End,
        target: &End,
        name: Option<&'a Name>,
        label: &str,
    ) -> Option<usize> {
        let (pre, post) = (source.population, target.population);
        let sides = Sides::Between {
            pre: (pre, self.population_body(pre)),
            post: (post, self.population_body(post)),
        };
        let prefixes = match name {
            Some(name) => vec![format!("{name}."), format!("{}.{name}.", self.network.name)],
            None => Vec::new(),
        };
        let bound = self.bind_synapse(network, text, sides, &prefixes);
        // What the synapse does with its weight gives the weight its dimension.
        self.check_equations(text, &bound);
        let scope = Scope {
            body: network,
            element: None,
            edge: Some((pre, post)),
        };
        let weight = self.weight(clauses, text, &bound, scope, label, statement.span)?;
        let (delay, same_step) = self.delay(clauses, scope, label)?;
        let shared_weight = weight.filter(|&node| self.network.is_uniform(node));
        let own_read = name.is_some_and(|name| self.read_by_name(&name.text));
        let into = clauses.into.map_or_else(String::new, ToString::to_string);
        let mut values = bound.values.clone();
        if text.in_place || Self::weight_is_delivered(text) {
            values.extend(shared_weight);
        }
        let model_key = if text.in_place {
            format!("{}@{}:{into}", text.name, text.span.start)
        } else {
            format!("{}:{into}", text.name)
        };
        let key = (model_key, values);
        let joined = (!own_read)
            .then(|| {
                let groups = &self.network.populations[post.index()].groups;
                groups
                    .iter()
                    .position(|group| group.shared && group.key == key)
            })
            .flatten();
        let group = match joined {
            Some(group) => {
                self.join_group(post, group, &bound, clauses, label)?;
                group
            }
            None => {
                let state_name = name.map_or_else(
                    || self.free_group_name(post, &text.name),
                    ToString::to_string,
                );
                let used = Use {
                    name: &state_name,
                    into: clauses.into,
                    shared_weight,
                };
                self.place_synapse(text, &bound, post, key, !own_read, &used)?
            }
        };
        let connect = clauses.connect?;
        let (rule, rule_value) = self.rule(connect, scope, label)?;
        let mut without_self = false;
        let mut without_multapses = false;
        for (what, _) in &connect.without {
            match what {
                Without::Itself => without_self = true,
                Without::Multapses => without_multapses = true,
            }
        }
        self.network.projections.push(Projection {
            name: label.to_owned(),
            span: statement.span,
            pre,
            event: source.event,
            sources: source.elements.clone(),
            post,
            targets: target.elements.clone(),
            group,
            weight,
            delay,
            same_step,
            rule,
            rule_value,
            without_self,
            without_multapses,
        });
        Some(self.network.projections.len() - 1)
    }

    /// A name for the states of a projection without one.
    fn free_group_name(&self, post: PopulationId, model: &str) -> String {
        let groups = &self.network.populations[post.index()].groups;
        numbered(
            model.to_owned(),
            groups.iter().map(|group| group.name.as_str()),
        )
    }

    /// Whether a text reads the states of a projection by its name.
    fn read_by_name(&self, name: &str) -> bool {
        self.definitions
            .network(&self.network.name)
            .is_some_and(|network| super::record::reads_projection(network, name))
    }

    /// Whether the synapse delivers its weight at every step.
    fn weight_is_delivered(text: &SynapseText<'_>) -> bool {
        let weight = text
            .statements
            .iter()
            .find_map(|statement| match statement {
                tree::Statement::Weight(decl) => Some(decl.name.as_str()),
                _ => None,
            });
        let Some(weight) = weight else { return false };
        text.statements.iter().any(|statement| {
            let mut found = false;
            if let tree::Statement::Delivery { value, .. } = statement {
                super::check::each_path(value, &mut |path| found |= path.head == weight);
            }
            found
        })
    }

    /// A projection that shares the states of another has a weight of the same dimension.
    fn join_group(
        &mut self,
        post: PopulationId,
        group: usize,
        bound: &super::synapse::Bound,
        clauses: &Clauses<'a>,
        label: &str,
    ) -> Option<()> {
        let shared = self.network.populations[post.index()].groups[group].weight;
        if let (Some(own), Some(expr)) = (bound.weight, clauses.weight) {
            let wanted = self.network.meanings[shared.index()].dim.clone();
            let found = self.network.meanings[own.index()].dim.clone();
            let what = format!("the weight of `{label}` is");
            if !self.demand(&found, &wanted, expr.span, &what) {
                return None;
            }
        }
        Some(())
    }

    fn weight(
        &mut self,
        clauses: &Clauses<'a>,
        text: &SynapseText<'a>,
        bound: &super::synapse::Bound,
        scope: Scope,
        label: &str,
        span: Span,
    ) -> Option<Option<NodeId>> {
        match (clauses.weight, bound.weight) {
            (None, None) => Some(None),
            (None, Some(_)) if text.in_place => Some(None),
            (None, Some(symbol)) => {
                let name = self.network.graph.symbol_info(symbol).name.clone();
                self.report.push(
                    Diagnostic::error(
                        Code::MissingClause,
                        span,
                        format!("{} needs a `weight` (`{name}`)", text.what),
                    )
                    .help("add `weight …` to the projection"),
                );
                None
            }
            (Some(expr), None) => {
                self.report.push(
                    Diagnostic::error(
                        Code::Misplaced,
                        expr.span,
                        format!("{} carries no weight", text.what),
                    )
                    .help("declare `weight w : UNIT` in the synapse"),
                );
                None
            }
            (Some(expr), Some(symbol)) => {
                let stream = format!("{}.{label}.weight", self.network.name);
                let mut place = Place::new(scope, Purpose::Build, stream);
                let value = self.expr(&mut place, expr)?;
                let dim = self.network.meanings[symbol.index()].dim.clone();
                let name = self.network.graph.symbol_info(symbol).name.clone();
                let what = format!("the weight `{name}` of {} is", text.what);
                if !self.demand(&value.dim, &dim, expr.span, &what) {
                    return None;
                }
                if self.network.is_uniform(value.node) {
                    self.fixed(value.node, expr.span)?;
                }
                Some(Some(value.node))
            }
        }
    }

    fn delay(
        &mut self,
        clauses: &Clauses<'a>,
        scope: Scope,
        label: &str,
    ) -> Option<(Option<NodeId>, bool)> {
        let expr = match clauses.delay {
            None => return Some((None, false)),
            Some(Delay::None(_)) => return Some((None, true)),
            Some(Delay::Time(expr)) => expr,
        };
        if let Some(steps) = super::selection::in_steps(expr) {
            let time = self.network.graph.number(steps * self.network.dt);
            return Some((Some(time), false));
        }
        let stream = format!("{}.{label}.delay", self.network.name);
        let mut place = Place::new(scope, Purpose::Build, stream);
        let value = self.expr(&mut place, expr)?;
        let time = if self.body(scope.body).dimensionless
            && self.network.dims.dimension(&value.dim) == Some(Dimension::ONE)
        {
            Dim::one()
        } else {
            Dim::time()
        };
        if !self.demand(&value.dim, &time, expr.span, "a delay is") {
            return None;
        }
        if let Some(delay) = self.network.constant(value.node)
            && !(delay >= 0.0 && delay.is_finite())
        {
            self.report.error(
                Code::ImpossibleValue,
                expr.span,
                format!("a delay is not negative, found {delay} ms"),
            );
            return None;
        }
        Some((Some(value.node), false))
    }
}
