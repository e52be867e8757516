//! `on pre { … }`: what an arrival adds to the states and inputs of its target.
//!
//! Arrivals have no order among themselves that a text could fix, so a line may only add, and what it
//! adds is a number times the weight plus a number: then equal arrivals can be counted.

use neuropil_ir::graph::Symbol;
use neuropil_syntax::tree::{AssignOp, HandlerLine, On, Path, Segment};
use neuropil_syntax::{Code, Diagnostic};

use super::{BodyId, Elaborator, EntryKind, Place, Purpose, Scope};
use crate::dimension::Dim;
use crate::model::{ArrivalTarget, Increment, Role};

impl<'a> Elaborator<'a, '_> {
    /// `on pre { … }`: what an arrival adds, line by line.
    pub(super) fn arrivals(
        &mut self,
        body: BodyId,
        on: &'a On,
        weight: Option<Symbol>,
        out: &mut Vec<Increment>,
    ) -> Option<()> {
        if let Some(event) = &on.event
            && event != "spike"
        {
            self.report
                .unsupported(event.span, "`on pre` of a named event");
            return None;
        }
        let path = format!("{}.pre", self.body(body).path);
        let mut place = Place::new(Scope::of(body), Purpose::Step, path);
        for line in &on.handler.lines {
            let (target, op, value) = match line {
                HandlerLine::Let { name, value } => {
                    let value = self.value(&mut place, value)?;
                    place.locals.push((name.text.clone(), value));
                    continue;
                }
                HandlerLine::Assign { target, op, value } => (target, *op, value),
            };
            let written = self.arrival_target(&mut place, body, target)?;
            let span = value.span;
            let value = self.expr(&mut place, value)?;
            if !self.demand(
                &value.dim,
                &written.1,
                span,
                &format!("`{}` is", target.head),
            ) {
                return None;
            }
            let others = matches!(target.head.as_str(), "post" | "pre");
            if others && op != AssignOp::Add && op != AssignOp::Subtract {
                let path = format!("{}.{}", target.head, Self::field_name(target));
                self.report.push(
                    Diagnostic::error(
                        Code::AssignOthersState,
                        target.span,
                        format!("`{path}` may be changed by `+=` only"),
                    )
                    .help("arrivals add to states of others, so that their order does not matter"),
                );
                return None;
            }
            let value = match op {
                AssignOp::Add => value.node,
                AssignOp::Subtract => self.network.graph.neg(value.node),
                AssignOp::Set | AssignOp::Multiply => {
                    self.report.push(
                        Diagnostic::error(
                            Code::Unsupported,
                            target.span,
                            format!(
                                "`{}` on arrival needs a value for each edge, which is not built yet",
                                op.as_str()
                            ),
                        )
                        .help("arrivals that add (`+=`) are summed at the postsynaptic neuron"),
                    );
                    return None;
                }
            };
            let symbols: Vec<Symbol> = weight.into_iter().collect();
            let form = self.network.graph.affine(value, &symbols);
            let simple = form.as_ref().is_some_and(|form| {
                form.coefficients
                    .iter()
                    .chain([&form.constant])
                    .all(|&part| self.network.is_built(part))
            });
            let Some(form) = form.filter(|_| simple) else {
                self.report.push(
                    Diagnostic::error(
                        Code::Unsupported,
                        span,
                        "this increment needs a state for each presynaptic neuron or edge, which is not built yet",
                    )
                    .here("not a number times the weight")
                    .help("what an arrival adds may depend on the weight and on parameters alone"),
                );
                return None;
            };
            let slope = match form.coefficients.first() {
                Some(&slope) => slope,
                None => self.network.graph.number(0.0),
            };
            out.push(Increment {
                target: written.0,
                slope,
                constant: form.constant,
                span,
            });
        }
        Some(())
    }

    pub(super) fn field_name(path: &Path) -> String {
        match path.segments.first() {
            Some(Segment::Field(name)) => name.to_string(),
            _ => "…".to_owned(),
        }
    }

    /// What a line of `on pre` writes to.
    fn arrival_target(
        &mut self,
        place: &mut Place,
        body: BodyId,
        target: &'a Path,
    ) -> Option<(ArrivalTarget, Dim)> {
        if let Some(name) = target.as_name() {
            if let Some(&index) = self.body(body).names.get(&name.text)
                && matches!(self.body(body).entries[index].kind, EntryKind::Weight(_))
            {
                self.report
                    .unsupported(name.span, "a weight that changes (plasticity)");
                return None;
            }
            let symbol = self.state_named(body, name, Code::NotAssignable)?;
            let dim = self.network.meanings[symbol.index()].dim.clone();
            return Some((ArrivalTarget::State(symbol), dim));
        }
        if target.head == "pre" {
            self.report
                .unsupported(target.span, "delivery to the presynaptic side");
            return None;
        }
        let value = self.path_of_side(place, target)?;
        let neuropil_ir::graph::Node::Symbol(symbol) = self.network.graph.node(value.node) else {
            self.report.error(
                Code::NotAssignable,
                target.span,
                "this is computed from others and cannot be written",
            );
            return None;
        };
        match self.network.role(symbol) {
            Role::State(_) | Role::Open => Some((ArrivalTarget::State(symbol), value.dim)),
            Role::Input(_) => Some((ArrivalTarget::Input(symbol), value.dim)),
            _ => {
                self.report.error(
                    Code::NotAssignable,
                    target.span,
                    "arrivals add to states and inputs, not to parameters",
                );
                None
            }
        }
    }

    /// Checks a handler of a synapse alone.
    pub(super) fn check_handler(&mut self, body: BodyId, on: &'a On) {
        let mut place = Place::new(Scope::of(body), Purpose::Step, "");
        for line in &on.handler.lines {
            match line {
                HandlerLine::Let { name, value } => {
                    if let Some(value) = self.value(&mut place, value) {
                        place.locals.push((name.text.clone(), value));
                    }
                }
                HandlerLine::Assign { target, value, .. } => {
                    let written = self.arrival_target(&mut place, body, target);
                    let span = value.span;
                    let value = self.expr(&mut place, value);
                    if let (Some((_, dim)), Some(value)) = (written, value) {
                        let what = target.segments.first().map_or_else(
                            || format!("`{}` is", target.head),
                            |_| format!("`{}.{}` is", target.head, Self::field_name(target)),
                        );
                        self.demand(&value.dim, &dim, span, &what);
                    }
                }
            }
        }
    }
}
