//! Equations of states: derivatives with their noise, maps, bounds, named methods.

use neuropil_ir::graph::Symbol;
use neuropil_syntax::tree::{self, BoundClause, Derivative, Name};
use neuropil_syntax::{Code, Diagnostic, Span};

use super::{BodyId, Elaborator, Place, Purpose, Scope};
use crate::integrate::Method;
use crate::model::{Law, PopulationId, Role};

impl<'a> Elaborator<'a, '_> {
    pub(super) fn bound(&mut self, body: BodyId, population: PopulationId, bound: &'a BoundClause) {
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
    pub(super) fn derivative(
        &mut self,
        body: BodyId,
        population: PopulationId,
        equation: &'a Derivative,
    ) {
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
            let line = Some(equation.span);
            let graph = &mut self.network.graph;
            node = graph.with_line(line, |graph| graph.div(node, factor.node));
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
    pub(super) fn map(&mut self, body: BodyId, population: PopulationId, map: &'a tree::Map) {
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

    pub(super) fn named_method(
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
}
