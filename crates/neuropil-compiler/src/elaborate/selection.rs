//! Which population, which of its elements, and what of them a path means.

use std::ops::Range;

use neuropil_syntax::tree::{Expr, ExprKind, Name, Path, Segment};
use neuropil_syntax::{Code, Diagnostic, Span};

use super::{BodyId, Elaborator, EntryKind, Place, Purpose, Scope};
use crate::dimension::Dim;
use crate::model::PopulationId;

/// A population with chosen elements, and the name after the dot.
pub(super) struct Selection<'a> {
    pub(super) population: PopulationId,
    pub(super) elements: Vec<Range<u32>>,
    pub(super) field: Option<&'a Name>,
}

impl<'a> Elaborator<'a, '_> {
    /// Reads `exc`, `exc[0..5]`, `exc.V`, `exc[3].V` in a network; reports what is none.
    pub(super) fn selection(&mut self, network: BodyId, path: &'a Path) -> Option<Selection<'a>> {
        let population = self.population_named(network, &path.head)?;
        let size = self.network.populations[population.index()].size;
        let mut segments = path.segments.iter();
        let mut next = segments.next();
        let mut elements = vec![0..size];
        match next {
            Some(Segment::Index { indices, span }) => {
                let [index] = indices.as_slice() else {
                    self.report
                        .error(Code::WrongShape, *span, "a population has one axis");
                    return None;
                };
                elements = self.elements(network, index, size)?;
                next = segments.next();
            }
            Some(Segment::Filter { span, .. }) => {
                self.report
                    .unsupported(*span, "a choice of elements by a condition");
                return None;
            }
            _ => {}
        }
        let field = match next {
            None => None,
            Some(Segment::Field(name)) => Some(name),
            Some(other) => {
                self.report.unsupported(other.span(), "a path of this form");
                return None;
            }
        };
        if let Some(extra) = segments.next() {
            self.report.unsupported(extra.span(), "a path of this form");
            return None;
        }
        Some(Selection {
            population,
            elements,
            field,
        })
    }

    /// A population by its name; reports what is none.
    pub(super) fn population_named(
        &mut self,
        network: BodyId,
        name: &Name,
    ) -> Option<PopulationId> {
        let index = self.body(network).names.get(&name.text).copied();
        match index.map(|index| self.body(network).entries[index].kind) {
            Some(EntryKind::Population(population)) => Some(population),
            Some(EntryKind::Broken) => None,
            found => {
                let known: Vec<String> = self
                    .network
                    .populations
                    .iter()
                    .map(|p| p.name.clone())
                    .collect();
                let near =
                    neuropil_syntax::nearest(name.as_str(), known.iter().map(String::as_str));
                let (code, message) = if found.is_some() {
                    (Code::WrongKind, format!("`{name}` is not a population"))
                } else {
                    (Code::UnknownName, format!("unknown population `{name}`"))
                };
                self.report
                    .push(Diagnostic::error(code, name.span, message).did_you_mean(near));
                None
            }
        }
    }

    /// The elements that an index means: one number or a half-open range.
    pub(super) fn elements(
        &mut self,
        network: BodyId,
        index: &'a Expr,
        size: u32,
    ) -> Option<Vec<Range<u32>>> {
        match &index.kind {
            ExprKind::Range {
                start,
                end,
                by: None,
            } => {
                let (a, b) = (self.whole(network, start), self.whole(network, end));
                let (a, b) = (a?, b?);
                if b > u64::from(size) {
                    self.report.push(
                        Diagnostic::warning(
                            Code::OutOfRange,
                            index.span,
                            format!(
                                "the range ends at {b}, but there are {size} elements; it is cut"
                            ),
                        )
                        .help("ranges are half open: `0..5` has five elements"),
                    );
                }
                let (a, b) = (a.min(u64::from(size)) as u32, b.min(u64::from(size)) as u32);
                Some(if a < b { vec![a..b] } else { Vec::new() })
            }
            ExprKind::Range { .. } => {
                self.report
                    .unsupported(index.span, "a range of elements with `by`");
                None
            }
            ExprKind::Array(items) => {
                let mut list = Vec::new();
                for item in items {
                    list.push(self.one_element(network, item, size)?);
                }
                list.sort_unstable();
                list.dedup();
                Some(list.into_iter().map(|i| i..i + 1).collect())
            }
            _ => {
                let one = self.one_element(network, index, size)?;
                Some(std::iter::once(one..one + 1).collect())
            }
        }
    }

    fn one_element(&mut self, network: BodyId, expr: &'a Expr, size: u32) -> Option<u32> {
        let value = self.whole(network, expr)?;
        if value >= u64::from(size) {
            self.report.push(
                Diagnostic::error(
                    Code::OutOfRange,
                    expr.span,
                    format!("there is no element {value}; there are {size}, counted from 0"),
                )
                .here("beyond the end"),
            );
            return None;
        }
        Some(value as u32)
    }

    /// A whole number that is not negative, fixed for the network.
    pub(super) fn whole(&mut self, body: BodyId, expr: &'a Expr) -> Option<u64> {
        let value = self.fixed_number(body, expr, "a whole number is expected:")?;
        if value < 0.0 || value.fract() != 0.0 || value > 1e15 {
            let mut diagnostic = Diagnostic::error(
                Code::ImpossibleValue,
                expr.span,
                format!("expected a whole number that is not negative, found {value}"),
            );
            if value.fract() != 0.0 {
                diagnostic = diagnostic.help("write `round(…)`");
            }
            self.report.push(diagnostic);
            return None;
        }
        Some(value as u64)
    }

    /// A number without unit, fixed for the network.
    pub(super) fn fixed_number(&mut self, body: BodyId, expr: &'a Expr, what: &str) -> Option<f64> {
        let mut place = Place::new(Scope::of(body), Purpose::Fixed, "");
        let value = self.expr(&mut place, expr)?;
        if !self.demand_number(&value, expr.span, what) {
            return None;
        }
        self.fixed(value.node, expr.span)
    }

    /// The value of an expression that must be known when the network is built.
    pub(super) fn fixed(&mut self, node: neuropil_ir::graph::NodeId, span: Span) -> Option<f64> {
        let value = self.network.constant(node);
        match value {
            Some(value) if value.is_finite() => Some(value),
            Some(value) => {
                self.report
                    .error(Code::ValueNotFinite, span, format!("this value is {value}"));
                None
            }
            None => {
                self.report.error(
                    Code::MayNotVary,
                    span,
                    "this value must be known when the network is built; it varies",
                );
                None
            }
        }
    }

    /// A duration in ms: a time, a number of `steps`, or a number in a body without units.
    pub(super) fn time_in_ms(&mut self, body: BodyId, expr: &'a Expr, what: &str) -> Option<f64> {
        if let Some(steps) = in_steps(expr) {
            return Some(steps * self.network.dt);
        }
        let mut place = Place::new(Scope::of(body), Purpose::Fixed, "");
        let value = self.expr(&mut place, expr)?;
        let dimensionless = self.body(body).dimensionless
            && self
                .network
                .dims
                .dimension(&value.dim)
                .is_some_and(neuropil_units::Dimension::is_dimensionless);
        let wanted = if dimensionless {
            Dim::one()
        } else {
            Dim::time()
        };
        if !self.demand(&value.dim, &wanted, expr.span, what) {
            return None;
        }
        self.fixed(value.node, expr.span)
    }
}

/// The number of a quantity in `steps`.
pub(crate) fn in_steps(expr: &Expr) -> Option<f64> {
    match &expr.kind {
        ExprKind::Quantity { number, unit } => match unit.factors.as_slice() {
            [one] if one.name == "steps" || one.name == "step" => Some(number.value),
            _ => None,
        },
        _ => None,
    }
}
