//! Expressions: operators, numbers, paths.

use neuropil_ir::operator::{Kind, Operator};
use neuropil_syntax::tree::{BinaryOp, CompareOp, Expr, ExprKind, LogicOp, UnaryOp};
use neuropil_syntax::{Code, Diagnostic, Span};

use super::{Elaborator, Place, Purpose, Typed};
use crate::dimension::Dim;

impl<'a> Elaborator<'a, '_> {
    /// The value of an expression, number or truth; `None` after a diagnostic.
    ///
    /// Its operators belong to its place in the text, for a profile; but for what is computed once, when
    /// the network is built: that belongs to the first equation that needs it, if one does.
    pub(super) fn value(&mut self, place: &mut Place, expr: &'a Expr) -> Option<Typed> {
        let line = (place.purpose != Purpose::Build).then_some(expr.span);
        let outer = self.network.graph.set_line(line);
        let value = self.value_here(place, expr);
        self.network.graph.set_line(outer);
        value
    }

    fn value_here(&mut self, place: &mut Place, expr: &'a Expr) -> Option<Typed> {
        match &expr.kind {
            ExprKind::Number(number) => {
                if !number.value.is_finite() {
                    self.report.error(
                        Code::ValueNotFinite,
                        expr.span,
                        format!("`{}` is too large for a number", number.text),
                    );
                    return None;
                }
                // A literal 0 fits every dimension.
                let dim = if number.value == 0.0 {
                    self.network.dims.fresh()
                } else {
                    Dim::one()
                };
                Some(Typed {
                    node: self.network.graph.number(number.value),
                    dim,
                })
            }
            ExprKind::Quantity { number, unit } => self.quantity(place, number, unit),
            ExprKind::Bool(value) => Some(Typed {
                node: self.network.graph.truth(*value),
                dim: Dim::one(),
            }),
            ExprKind::Text(text) => {
                self.report.error(
                    Code::WrongKind,
                    text.span,
                    "a text where a value is expected",
                );
                None
            }
            ExprKind::Path(path) => self.path(place, path),
            ExprKind::Call(call) => self.call(place, call),
            ExprKind::Array(_) => {
                self.report
                    .unsupported(expr.span, "an array in an expression");
                None
            }
            ExprKind::Unary {
                op: UnaryOp::Negate,
                operand,
            } => {
                // A negative temperature in `degC` is one number, not minus a positive one.
                if let ExprKind::Quantity { number, unit } = &operand.kind
                    && unit.factors.iter().any(|factor| factor.name == "degC")
                {
                    let mut number = number.clone();
                    number.text = format!("-{}", number.text).into();
                    return self.quantity(place, &number, unit);
                }
                let inner = self.expr(place, operand)?;
                Some(Typed {
                    node: self.network.graph.neg(inner.node),
                    dim: inner.dim,
                })
            }
            ExprKind::Binary { op, left, right } => self.binary(place, expr.span, *op, left, right),
            ExprKind::Compare { op, left, right } => {
                self.compare(place, expr.span, *op, left, right)
            }
            ExprKind::Logic { op, left, right } => {
                let (a, b) = (self.truth(place, left), self.truth(place, right));
                let operator = match op {
                    LogicOp::And => Operator::And,
                    LogicOp::Or => Operator::Or,
                };
                let node = self.network.graph.apply(operator, &[a?.node, b?.node]);
                Some(Typed {
                    node,
                    dim: Dim::one(),
                })
            }
            ExprKind::Not(inner) => {
                let inner = self.truth(place, inner)?;
                Some(Typed {
                    node: self.network.graph.not(inner.node),
                    dim: Dim::one(),
                })
            }
            ExprKind::Range { .. } => {
                self.report.error(
                    Code::WrongKind,
                    expr.span,
                    "a range stands only in brackets, after `in` and in spans of time",
                );
                None
            }
            ExprKind::Error => None,
        }
    }

    /// The value of an expression that must be a number (with or without unit).
    pub(super) fn expr(&mut self, place: &mut Place, expr: &'a Expr) -> Option<Typed> {
        let value = self.value(place, expr)?;
        if self.network.graph.kind(value.node) == Kind::Truth {
            // `true` and `false` as parameter values are the numbers 1 and 0.
            let (one, zero) = (
                self.network.graph.number(1.0),
                self.network.graph.number(0.0),
            );
            let node = self.network.graph.select(value.node, one, zero);
            return Some(Typed {
                node,
                dim: Dim::one(),
            });
        }
        Some(value)
    }

    /// The value of an expression that must be a condition.
    pub(super) fn truth(&mut self, place: &mut Place, expr: &'a Expr) -> Option<Typed> {
        let value = self.value(place, expr)?;
        self.as_truth(value, expr.span)
    }

    pub(super) fn as_truth(&mut self, value: Typed, span: Span) -> Option<Typed> {
        if self.network.graph.kind(value.node) == Kind::Truth {
            return Some(value);
        }
        // A parameter whose value is a truth value is the number 1 or 0.
        if self.network.dims.equate(&value.dim, &Dim::one())
            && self.network.is_uniform(value.node)
            && matches!(self.network.constant(value.node), Some(v) if v == 0.0 || v == 1.0)
        {
            let zero = self.network.graph.number(0.0);
            let is_zero = self.network.graph.apply(Operator::Eq, &[value.node, zero]);
            return Some(Typed {
                node: self.network.graph.not(is_zero),
                dim: Dim::one(),
            });
        }
        self.report.push(
            Diagnostic::error(
                Code::NotABoolean,
                span,
                "a value where a condition is expected",
            )
            .help("compare it, for example with `> 0`"),
        );
        None
    }

    fn binary(
        &mut self,
        place: &mut Place,
        span: Span,
        op: BinaryOp,
        left: &'a Expr,
        right: &'a Expr,
    ) -> Option<Typed> {
        let a = self.expr(place, left);
        let b = self.expr(place, right);
        let (a, b) = (a?, b?);
        let too_large = |this: &mut Self| {
            this.report.error(
                Code::UnitMismatch,
                span,
                "the exponents of this unit are too large",
            );
        };
        match op {
            BinaryOp::Add | BinaryOp::Subtract => {
                let (operator, words) = if op == BinaryOp::Add {
                    (Operator::Add, "`+` adds")
                } else {
                    (Operator::Sub, "`-` subtracts")
                };
                if !self.agree(&a.dim, &b.dim, span, words) {
                    return None;
                }
                Some(Typed {
                    node: self.network.graph.apply(operator, &[a.node, b.node]),
                    dim: a.dim,
                })
            }
            BinaryOp::Multiply => match a.dim.mul(&b.dim) {
                Some(dim) => Some(Typed {
                    node: self.network.graph.mul(a.node, b.node),
                    dim,
                }),
                None => {
                    too_large(self);
                    None
                }
            },
            BinaryOp::Divide => match a.dim.div(&b.dim) {
                Some(dim) => Some(Typed {
                    node: self.network.graph.div(a.node, b.node),
                    dim,
                }),
                None => {
                    too_large(self);
                    None
                }
            },
            BinaryOp::Power => self.power(span, &a, &b, right.span),
        }
    }

    fn power(&mut self, span: Span, a: &Typed, b: &Typed, exponent_span: Span) -> Option<Typed> {
        if !self.demand_number(b, exponent_span, "an exponent is") {
            return None;
        }
        let node = self.network.graph.pow(a.node, b.node);
        // A literal rational exponent serves every dimension.
        if let Some((num, den)) = self.network.graph.as_number(b.node).and_then(rational) {
            let Some(dim) = a.dim.pow(num, den) else {
                self.report.error(
                    Code::UnitMismatch,
                    span,
                    "the exponents of this unit are too large",
                );
                return None;
            };
            return Some(Typed { node, dim });
        }
        if !self.network.dims.equate(&a.dim, &Dim::one()) {
            let got = self.phrase(&a.dim);
            self.report.push(
                Diagnostic::error(
                    Code::NotDimensionless,
                    span,
                    format!("only a number may have this exponent, found {got}"),
                )
                .help("a quantity with a unit takes a literal exponent such as `2` or `0.5`"),
            );
            return None;
        }
        Some(Typed {
            node,
            dim: Dim::one(),
        })
    }

    fn compare(
        &mut self,
        place: &mut Place,
        span: Span,
        op: CompareOp,
        left: &'a Expr,
        right: &'a Expr,
    ) -> Option<Typed> {
        let a = self.expr(place, left);
        let b = self.expr(place, right);
        let (a, b) = (a?, b?);
        if !self.agree(&a.dim, &b.dim, span, &format!("`{}` compares", op.as_str())) {
            return None;
        }
        let graph = &mut self.network.graph;
        let (a, b) = (a.node, b.node);
        let node = match op {
            CompareOp::Less => graph.apply(Operator::Lt, &[a, b]),
            CompareOp::LessEqual => graph.apply(Operator::Le, &[a, b]),
            CompareOp::Greater => graph.apply(Operator::Lt, &[b, a]),
            CompareOp::GreaterEqual => graph.apply(Operator::Le, &[b, a]),
            CompareOp::Equal => graph.apply(Operator::Eq, &[a, b]),
            CompareOp::NotEqual => {
                let equal = graph.apply(Operator::Eq, &[a, b]);
                graph.not(equal)
            }
        };
        Some(Typed {
            node,
            dim: Dim::one(),
        })
    }
}

/// A number as a fraction with a denominator up to 12, if it is one.
fn rational(value: f64) -> Option<(i32, i32)> {
    (1..=12).find_map(|den| {
        let num = (value * f64::from(den)).round();
        let near = (num / f64::from(den) - value).abs() <= 4.0 * f64::EPSILON * value.abs();
        (near && num.abs() <= 1000.0).then_some((num as i32, den))
    })
}
