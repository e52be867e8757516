//! `expect`: values of what was recorded.

use std::ops::Range;

use neuropil_ir::program::{Condition, Expect, Measure, MeasureBinary, MeasureUnary, Over};
use neuropil_syntax::tree::{
    self, Argument, ArgumentKind, BinaryOp, Call, CompareOp, Expr, ExprKind, LogicOp, Path,
    Segment, UnaryOp,
};
use neuropil_syntax::{Code, Diagnostic, Span};
use neuropil_units::Dimension;

use super::{BodyId, Elaborator, Place, Purpose, Scope};
use crate::dimension::Dim;
use crate::model::Recorded;

/// Functions of what was recorded.
const MEASURES: [&str; 15] = [
    "rate",
    "cv",
    "cv2",
    "lv",
    "fano",
    "correlation",
    "synchrony",
    "frequency",
    "count",
    "time",
    "at",
    "min",
    "max",
    "mean",
    "std",
];

/// A recorded value: its name and its elements, if it has elements.
type RecordedValue = (String, Option<Vec<Range<u32>>>);

/// A measured value with its dimension; `truth` for a condition.
pub(super) struct Measured {
    pub(super) value: Measure,
    pub(super) dim: Dim,
    pub(super) truth: bool,
}

impl<'a> Elaborator<'a, '_> {
    /// Reads the assertions of an `expect` statement.
    pub(crate) fn expects(
        &mut self,
        network: BodyId,
        statement: &'a tree::Expect,
        text_of: &dyn Fn(Span) -> String,
        out: &mut Vec<Expect>,
    ) {
        for item in &statement.items {
            let Some(measured) = self.measured(network, &item.value) else {
                continue;
            };
            let condition = match &item.within {
                None if measured.truth => Condition::True,
                None => {
                    self.report.push(
                        Diagnostic::error(
                            Code::NotABoolean,
                            item.value.span,
                            "an expectation is a condition or a value `in` a range",
                        )
                        .help("for example `expect rate(E) in 5 Hz .. 10 Hz`"),
                    );
                    continue;
                }
                Some(range) => match self.expected_range(network, range, &measured) {
                    Some(condition) => condition,
                    None => continue,
                },
            };
            let unit = if measured.truth {
                crate::model::UnitOfDisplay {
                    symbol: String::new(),
                    scale: 1.0,
                }
            } else {
                self.measured_unit(item.within.as_ref(), &measured.dim)
            };
            out.push(Expect {
                text: text_of(item.span),
                span: item.span,
                value: measured.value,
                unit: unit.symbol,
                scale: unit.scale,
                condition,
            });
        }
    }

    /// The unit in which a found value is reported: that of the range.
    fn measured_unit(&mut self, within: Option<&Expr>, dim: &Dim) -> crate::model::UnitOfDisplay {
        let literal = match within.map(|range| &range.kind) {
            Some(ExprKind::Range { start, end, .. }) => {
                Self::unit_of_literal(end).or_else(|| Self::unit_of_literal(start))
            }
            _ => None,
        };
        literal.unwrap_or_else(|| {
            if self.network.dims.dimension(dim) == Some(Dimension::RATE) {
                crate::model::UnitOfDisplay {
                    symbol: "Hz".to_owned(),
                    scale: 1000.0,
                }
            } else {
                self.internal_unit(dim)
            }
        })
    }

    fn expected_range(
        &mut self,
        network: BodyId,
        range: &'a Expr,
        measured: &Measured,
    ) -> Option<Condition> {
        let ExprKind::Range {
            start,
            end,
            by: None,
        } = &range.kind
        else {
            self.report.error(
                Code::WrongKind,
                range.span,
                "expected a range `a .. b` after `in`",
            );
            return None;
        };
        let (low, high) = (self.measured(network, start)?, self.measured(network, end)?);
        for (side, span) in [(&low, start.span), (&high, end.span)] {
            if !self.demand(&side.dim, &measured.dim, span, "the measured value is") {
                return None;
            }
        }
        Some(Condition::In(low.value, high.value))
    }

    /// A value of what was recorded.
    fn measured(&mut self, network: BodyId, expr: &'a Expr) -> Option<Measured> {
        match &expr.kind {
            ExprKind::Call(call) if MEASURES.contains(&call.name.as_str()) => {
                if matches!(call.name.as_str(), "min" | "max") && call.args.len() != 1 {
                    return self.constant_measure(network, expr);
                }
                self.measure(network, call)
            }
            ExprKind::Call(call) if call.name == "abs" && call.args.len() == 1 => {
                let ArgumentKind::Value(inner) = &call.args[0].kind else {
                    return None;
                };
                let inner = self.measured(network, inner)?;
                let value = Measure::Unary(MeasureUnary::Abs, Box::new(inner.value));
                Some(Measured { value, ..inner })
            }
            ExprKind::Unary {
                op: UnaryOp::Negate,
                operand,
            } if !matches!(
                operand.kind,
                ExprKind::Number(_) | ExprKind::Quantity { .. }
            ) =>
            {
                let inner = self.measured(network, operand)?;
                let value = Measure::Unary(MeasureUnary::Neg, Box::new(inner.value));
                Some(Measured { value, ..inner })
            }
            ExprKind::Bool(value) => Some(Measured {
                value: Measure::Number(f64::from(u8::from(*value))),
                dim: Dim::one(),
                truth: true,
            }),
            ExprKind::Not(inner) => {
                let inner = self.measured_truth(network, inner)?;
                let value = Measure::Unary(MeasureUnary::Not, Box::new(inner));
                Some(Measured {
                    value,
                    dim: Dim::one(),
                    truth: true,
                })
            }
            ExprKind::Logic { op, left, right } => {
                let a = self.measured_truth(network, left);
                let b = self.measured_truth(network, right);
                let op = match op {
                    LogicOp::And => MeasureBinary::And,
                    LogicOp::Or => MeasureBinary::Or,
                };
                let value = Measure::Binary(op, Box::new(a?), Box::new(b?));
                Some(Measured {
                    value,
                    dim: Dim::one(),
                    truth: true,
                })
            }
            ExprKind::Compare { op, left, right } => {
                let (a, b) = (self.measured(network, left), self.measured(network, right));
                let (a, b) = (a?, b?);
                let words = format!("`{}` compares", op.as_str());
                if !self.agree(&a.dim, &b.dim, expr.span, &words) {
                    return None;
                }
                let op = match op {
                    CompareOp::Less => MeasureBinary::Lt,
                    CompareOp::LessEqual => MeasureBinary::Le,
                    CompareOp::Greater => MeasureBinary::Gt,
                    CompareOp::GreaterEqual => MeasureBinary::Ge,
                    CompareOp::Equal => MeasureBinary::Eq,
                    CompareOp::NotEqual => MeasureBinary::Ne,
                };
                let value = Measure::Binary(op, Box::new(a.value), Box::new(b.value));
                Some(Measured {
                    value,
                    dim: Dim::one(),
                    truth: true,
                })
            }
            ExprKind::Binary { op, left, right } if *op != BinaryOp::Power => {
                let (a, b) = (self.measured(network, left), self.measured(network, right));
                let (a, b) = (a?, b?);
                let (op, dim) = match op {
                    BinaryOp::Add | BinaryOp::Subtract => {
                        if !self.agree(
                            &a.dim,
                            &b.dim,
                            expr.span,
                            &format!("`{}` joins", op.as_str()),
                        ) {
                            return None;
                        }
                        let plus = *op == BinaryOp::Add;
                        (
                            if plus {
                                MeasureBinary::Add
                            } else {
                                MeasureBinary::Sub
                            },
                            a.dim.clone(),
                        )
                    }
                    BinaryOp::Multiply => (MeasureBinary::Mul, a.dim.mul(&b.dim)?),
                    _ => (MeasureBinary::Div, a.dim.div(&b.dim)?),
                };
                let value = Measure::Binary(op, Box::new(a.value), Box::new(b.value));
                Some(Measured {
                    value,
                    dim,
                    truth: false,
                })
            }
            _ => self.constant_measure(network, expr),
        }
    }

    fn measured_truth(&mut self, network: BodyId, expr: &'a Expr) -> Option<Measure> {
        let measured = self.measured(network, expr)?;
        if !measured.truth {
            self.report.error(
                Code::NotABoolean,
                expr.span,
                "a value where a condition is expected",
            );
            return None;
        }
        Some(measured.value)
    }

    fn constant_measure(&mut self, network: BodyId, expr: &'a Expr) -> Option<Measured> {
        let mut place = Place::new(Scope::of(network), Purpose::Fixed, "");
        let value = self.expr(&mut place, expr)?;
        let number = self.fixed(value.node, expr.span)?;
        Some(Measured {
            value: Measure::Number(number),
            dim: value.dim,
            truth: false,
        })
    }

    /// `rate(P, a .. b)` and its kin.
    fn measure(&mut self, network: BodyId, call: &'a Call) -> Option<Measured> {
        let name = call.name.as_str();
        let args: Vec<&'a Expr> = call
            .args
            .iter()
            .filter_map(|argument: &'a Argument| match &argument.kind {
                ArgumentKind::Value(expr) => Some(expr),
                _ => None,
            })
            .collect();
        let Some(path) = args.first().and_then(|expr| expr.as_path()) else {
            self.report.push(
                Diagnostic::error(
                    Code::WrongArguments,
                    call.span,
                    format!("`{name}` measures something that is recorded"),
                )
                .help("for example `rate(E, 200 ms .. 1 s)`"),
            );
            return None;
        };
        let most = match name {
            "rate" | "cv" | "count" | "time" | "at" => 2,
            "min" | "max" | "mean" | "std" => 1,
            _ => 3,
        };
        self.no_more(call, args.get(most).copied())?;
        match name {
            "rate" | "cv" | "count" => {
                let (raster, elements) = self.raster_of(network, path)?;
                let (from, to) = self.span_of_time(network, args.get(1).copied())?;
                let (value, dim) = match name {
                    "rate" => (
                        Measure::Rate {
                            raster,
                            elements,
                            from,
                            to,
                        },
                        Dim::known(Dimension::RATE),
                    ),
                    "cv" => (
                        Measure::Cv {
                            raster,
                            elements,
                            from,
                            to,
                        },
                        Dim::one(),
                    ),
                    _ => (
                        Measure::Count {
                            raster,
                            elements,
                            from,
                            to,
                        },
                        Dim::one(),
                    ),
                };
                Some(Measured {
                    value,
                    dim,
                    truth: false,
                })
            }
            "cv2" | "lv" | "fano" | "correlation" | "synchrony" => {
                self.statistic(network, call, path, &args[1..])
            }
            "frequency" => self.frequency(network, path, &args[1..]),
            "time" => {
                let (raster, elements) = self.raster_of(network, path)?;
                let n = match args.get(1) {
                    Some(expr) => self.whole(network, expr)?,
                    None => 0,
                };
                let dim = if self.body(network).dimensionless {
                    Dim::one()
                } else {
                    Dim::time()
                };
                Some(Measured {
                    value: Measure::Time {
                        raster,
                        elements,
                        n,
                    },
                    dim,
                    truth: false,
                })
            }
            "at" => {
                let (trace, elements, dim) = self.trace_of(network, path)?;
                let Some(time) = args.get(1) else {
                    self.report.error(
                        Code::WrongArguments,
                        call.span,
                        "`at` takes a recorded value and a time",
                    );
                    return None;
                };
                let time = self.time_in_ms(network, time, "the time of `at` is")?;
                let element = match elements.as_slice() {
                    [one] if one.len() == 1 => one.start,
                    [] => 0,
                    _ => {
                        self.report.push(
                            Diagnostic::error(
                                Code::WrongShape,
                                path.span,
                                "`at` takes the value of one element",
                            )
                            .help(format!("choose one: `{}[0]…`", path.head)),
                        );
                        return None;
                    }
                };
                Some(Measured {
                    value: Measure::At {
                        trace,
                        element,
                        time,
                    },
                    dim,
                    truth: false,
                })
            }
            _ => {
                let (trace, elements, dim) = self.trace_of(network, path)?;
                let reduction = match name {
                    "min" => Over::Min,
                    "max" => Over::Max,
                    "mean" => Over::Mean,
                    _ => Over::Std,
                };
                let value = Measure::Over {
                    trace,
                    elements,
                    reduction,
                };
                Some(Measured {
                    value,
                    dim,
                    truth: false,
                })
            }
        }
    }

    /// A span of time `a .. b` in ms; the whole run if it is absent.
    pub(super) fn span_of_time(
        &mut self,
        network: BodyId,
        expr: Option<&'a Expr>,
    ) -> Option<(f64, f64)> {
        let Some(expr) = expr else {
            return Some((0.0, self.run_length));
        };
        let example = "200 ms .. 1 s";
        let (start, end) = self.ends(expr, "a span of time `a .. b`", example)?;
        let a = self.time_in_ms(network, start, "the start of a span is");
        let b = self.time_in_ms(network, end, "the end of a span is");
        let (a, b) = (a?, b?);
        if a >= b {
            self.report.error(
                Code::OutOfRange,
                expr.span,
                format!("this span of time is empty: it ends at {b} ms and begins at {a} ms"),
            );
            return None;
        }
        Some((a, b))
    }

    /// The ends of a range without a step.
    pub(super) fn ends(
        &mut self,
        expr: &'a Expr,
        what: &str,
        example: &str,
    ) -> Option<(&'a Expr, &'a Expr)> {
        if let ExprKind::Range {
            start,
            end,
            by: None,
        } = &expr.kind
        {
            return Some((start, end));
        }
        let expected = format!("expected {what}");
        self.report.push(
            Diagnostic::error(Code::WrongKind, expr.span, expected)
                .help(format!("for example `{example}`")),
        );
        None
    }

    /// The recorded events that a path means, as the place among the recorded events.
    pub(super) fn raster_of(
        &mut self,
        network: BodyId,
        path: &'a Path,
    ) -> Option<(usize, Vec<Range<u32>>)> {
        let selection = self.selection(network, path)?;
        let wanted = selection.field.map_or("spike", tree::Name::as_str);
        let what = &self.network.populations[selection.population.index()];
        let event = what.events.iter().position(|event| event.name == wanted);
        let name = what.name.clone();
        let rasters = self
            .network
            .records
            .iter()
            .filter_map(|record| match &record.recorded {
                Recorded::Events {
                    population,
                    event,
                    elements,
                } => Some((*population, *event, elements)),
                _ => None,
            })
            .position(|(population, recorded, elements)| {
                population == selection.population
                    && Some(recorded) == event
                    && covers(elements, &selection.elements)
            });
        if rasters.is_none() {
            self.not_recorded(&format!("{name}.{wanted}"), path.span);
        }
        Some((rasters?, selection.elements))
    }

    /// The recorded values that a path means, as the place among the recorded values.
    pub(super) fn trace_of(
        &mut self,
        network: BodyId,
        path: &'a Path,
    ) -> Option<(usize, Vec<Range<u32>>, Dim)> {
        let traces: Vec<RecordedValue> = self
            .network
            .records
            .iter()
            .filter_map(|record| match &record.recorded {
                Recorded::Elements { elements, .. } => {
                    Some((record.name.clone(), Some(elements.clone())))
                }
                Recorded::Number { .. } => Some((record.name.clone(), None)),
                Recorded::Events { .. } => None,
            })
            .collect();
        // A single name: a number of the network.
        if let Some(name) = path.as_name() {
            let place = traces
                .iter()
                .position(|(known, _)| *name == *known.as_str());
            if let Some(place) = place {
                let dim = self.trace_dim(place);
                return Some((place, traces[place].1.clone().unwrap_or_default(), dim));
            }
        }
        let plain = path_text(path);
        let place = traces.iter().position(|(known, _)| *known == plain);
        if let Some(place) = place {
            let recorded = traces[place].1.clone().unwrap_or_default();
            let is_population = self
                .network
                .populations
                .iter()
                .any(|population| path.head == *population.name.as_str());
            let elements = if is_population && path.segments.len() > 1 {
                self.selection(network, path)?.elements
            } else {
                recorded.clone()
            };
            if covers(&recorded, &elements) {
                let dim = self.trace_dim(place);
                return Some((place, elements, dim));
            }
        } else if !self
            .network
            .records
            .iter()
            .any(|record| path.head == *record.name.as_str())
        {
            // A misspelt population is the better message.
            let entry = self.body(network).names.get(&path.head.text);
            if entry.is_none() && path.as_name().is_none() {
                self.selection(network, path)?;
            }
        }
        self.not_recorded(&plain, path.span);
        None
    }

    /// The dimension of a recorded value.
    fn trace_dim(&mut self, place: usize) -> Dim {
        self.trace_dims.get(place).cloned().unwrap_or_else(Dim::one)
    }

    pub(super) fn not_recorded(&mut self, name: &str, span: Span) {
        let names: Vec<&str> = self
            .network
            .records
            .iter()
            .map(|r| r.name.as_str())
            .collect();
        let near = neuropil_syntax::nearest(name, names.iter().copied());
        let mut diagnostic = Diagnostic::error(
            Code::NotRecorded,
            span,
            format!("`{name}` is not recorded by `{}`", self.network.name),
        )
        .did_you_mean(near);
        if near.is_none() {
            diagnostic = diagnostic.help(format!("add `record {name}` to the network"));
        }
        self.report.push(diagnostic);
    }
}

/// The name under which a path is recorded: without chosen elements of a population.
fn path_text(path: &Path) -> String {
    let mut text = path.head.to_string();
    let mut member = String::new();
    for segment in &path.segments {
        match segment {
            Segment::Field(name) => {
                text.push_str(&member);
                text.push('.');
                text.push_str(name.as_str());
                member.clear();
            }
            Segment::Index { indices, .. } => {
                // A label of a projection's side stays, an element of a population goes.
                if let [one] = indices.as_slice()
                    && let Some(name) = one.as_name()
                {
                    member = format!("[{name}]");
                }
            }
            _ => {}
        }
    }
    text
}

/// Whether ascending disjoint ranges contain others.
fn covers(outer: &[Range<u32>], inner: &[Range<u32>]) -> bool {
    inner.iter().all(|part| {
        outer
            .iter()
            .any(|range| range.start <= part.start && part.end <= range.end)
    })
}
