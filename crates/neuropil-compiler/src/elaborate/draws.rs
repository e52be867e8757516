//! Draws: random values as functions of uniform draws.

use neuropil_ir::graph::NodeId;
use neuropil_ir::operator::Operator;
use neuropil_syntax::tree::{ArgumentKind, Call, Expr};
use neuropil_syntax::{Code, Diagnostic, Span};

use super::call::named;
use super::{Elaborator, Place, Purpose, Typed};
use crate::dimension::Dim;
use crate::model::Role;

/// The distributions of the language.
pub(super) const NAMES: [&str; 9] = [
    "uniform",
    "normal",
    "lognormal",
    "exponential",
    "gamma",
    "bernoulli",
    "poisson",
    "binomial",
    "randint",
];

/// The largest mean for which a Poisson number is drawn by comparison with a table.
const MOST_POISSON: f64 = 40.0;

pub(super) fn is_draw(name: &str) -> bool {
    NAMES.contains(&name)
}

impl<'a> Elaborator<'a, '_> {
    /// The value of a draw.
    pub(super) fn draw(&mut self, place: &mut Place, call: &'a Call) -> Option<Typed> {
        let name = call.name.as_str();
        if place.purpose == Purpose::Fixed {
            self.report.push(
                Diagnostic::error(
                    Code::MayNotVary,
                    call.span,
                    format!("`{name}` draws a value; this one is fixed for all"),
                )
                .help("draws stand in `init`, in parameters of populations, weights and handlers"),
            );
            return None;
        }
        let plain: Vec<&'a Expr> = call
            .args
            .iter()
            .filter_map(|argument| match &argument.kind {
                ArgumentKind::Value(expr) => Some(expr),
                _ => None,
            })
            .collect();
        for argument in &call.args {
            if let ArgumentKind::Named { name: option, .. } = &argument.kind
                && !matches!(option.as_str(), "min" | "max")
            {
                self.report.push(
                    Diagnostic::error(
                        Code::UnknownOption,
                        option.span,
                        format!("`{name}` has no option `{option}`"),
                    )
                    .help("a draw takes `min =` and `max =`"),
                );
                return None;
            }
        }
        let values: Vec<Option<(Typed, Span)>> = plain
            .iter()
            .map(|e| self.expr(place, e).map(|v| (v, e.span)))
            .collect();
        let values: Vec<(Typed, Span)> = values.into_iter().collect::<Option<_>>()?;
        let least = named(&call.args, "min");
        let most = named(&call.args, "max");
        let bounded = least.is_some() || most.is_some();
        if bounded && name != "normal" {
            self.report
                .unsupported(call.span, &format!("`min =` and `max =` of `{name}`"));
            return None;
        }
        let expected = match name {
            "bernoulli" | "exponential" | "poisson" => 1,
            _ => 2,
        };
        if values.len() != expected {
            let given = values.len();
            self.report.error(
                Code::WrongArguments,
                call.span,
                format!("`{name}` takes {expected} arguments, found {given}"),
            );
            return None;
        }
        match name {
            "uniform" => {
                let ((low, _), (high, at)) = (&values[0], &values[1]);
                if !self.agree(&low.dim, &high.dim, *at, "`uniform` lies between") {
                    return None;
                }
                let u = self.uniform(place);
                let graph = &mut self.network.graph;
                let width = graph.sub(high.node, low.node);
                let offset = graph.mul(width, u);
                Some(Typed {
                    node: graph.add(low.node, offset),
                    dim: low.dim.clone(),
                })
            }
            "normal" => self.normal(place, &values, least, most),
            "lognormal" => {
                // mu and sigma are those of the logarithm
                let ((mu, at_mu), (sigma, at_sigma)) = (&values[0], &values[1]);
                if !self.demand_number(mu, *at_mu, "the mean of the logarithm is")
                    || !self.demand_number(sigma, *at_sigma, "the deviation of the logarithm is")
                {
                    return None;
                }
                let z = self.standard_normal(place);
                let graph = &mut self.network.graph;
                let spread = graph.mul(sigma.node, z);
                let exponent = graph.add(mu.node, spread);
                Some(Typed {
                    node: graph.apply(Operator::Exp, &[exponent]),
                    dim: Dim::one(),
                })
            }
            "exponential" => {
                let (mean, _) = &values[0];
                let u = self.uniform(place);
                let graph = &mut self.network.graph;
                let log = graph.apply(Operator::Log, &[u]);
                let minus = graph.neg(log);
                Some(Typed {
                    node: graph.mul(mean.node, minus),
                    dim: mean.dim.clone(),
                })
            }
            "bernoulli" => {
                let (p, at) = &values[0];
                if !self.demand_number(p, *at, "a probability is") {
                    return None;
                }
                self.check_probability(p.node, *at)?;
                let u = self.uniform(place);
                let node = self.network.graph.apply(Operator::Lt, &[u, p.node]);
                Some(Typed {
                    node,
                    dim: Dim::one(),
                })
            }
            "randint" => {
                let ((low, at_low), (high, at_high)) = (&values[0], &values[1]);
                if !self.demand_number(low, *at_low, "a bound of `randint` is")
                    || !self.demand_number(high, *at_high, "a bound of `randint` is")
                {
                    return None;
                }
                let u = self.uniform(place);
                let graph = &mut self.network.graph;
                let width = graph.sub(high.node, low.node);
                let scaled = graph.mul(width, u);
                let whole = graph.apply(Operator::Floor, &[scaled]);
                Some(Typed {
                    node: graph.add(low.node, whole),
                    dim: Dim::one(),
                })
            }
            "poisson" => self.poisson(place, call, &values[0]),
            _ => {
                self.report
                    .unsupported(call.span, &format!("the draw `{name}`"));
                None
            }
        }
    }

    /// A probability that is known must lie in 0 to 1.
    pub(super) fn check_probability(&mut self, node: NodeId, span: Span) -> Option<()> {
        match self.network.constant(node) {
            Some(p) if !(0.0..=1.0).contains(&p) => {
                self.report.push(
                    Diagnostic::error(
                        Code::OutOfRange,
                        span,
                        format!("a probability lies between 0 and 1, found {p}"),
                    )
                    .here("not a probability"),
                );
                None
            }
            _ => Some(()),
        }
    }

    /// A new draw from the open unit interval.
    pub(super) fn uniform(&mut self, place: &mut Place) -> NodeId {
        let role = Role::Draw {
            name: place.stream.clone(),
            number: place.draws,
        };
        place.draws += 1;
        let known = self
            .network
            .meanings
            .iter()
            .position(|meaning| meaning.role == role);
        let symbol = match known {
            Some(at) => neuropil_ir::graph::Symbol(at as u32),
            None => self
                .network
                .symbol(&format!("u{}", place.draws), Dim::one(), role),
        };
        self.network.graph.symbol(symbol)
    }

    pub(super) fn standard_normal(&mut self, place: &mut Place) -> NodeId {
        let u = self.uniform(place);
        self.network.graph.apply(Operator::NormalQuantile, &[u])
    }

    /// `normal(mean, sd)`, truncated by `min =` and `max =` through the distribution function.
    fn normal(
        &mut self,
        place: &mut Place,
        values: &[(Typed, Span)],
        least: Option<&'a Expr>,
        most: Option<&'a Expr>,
    ) -> Option<Typed> {
        let ((mean, _), (sd, at)) = (&values[0], &values[1]);
        if !self.agree(
            &mean.dim,
            &sd.dim,
            *at,
            "`normal` has a mean and a deviation of",
        ) {
            return None;
        }
        if let Some(sd) = self.network.constant(sd.node)
            && sd < 0.0
        {
            self.report.error(
                Code::ImpossibleValue,
                *at,
                format!("a standard deviation is not negative, found {sd}"),
            );
            return None;
        }
        let mut bound = |this: &mut Self, expr: Option<&'a Expr>, otherwise: f64| {
            let Some(expr) = expr else {
                return Some(this.network.graph.number(otherwise));
            };
            let value = this.expr(place, expr)?;
            if !this.demand(&value.dim, &mean.dim, expr.span, "the bound of a draw is") {
                return None;
            }
            let graph = &mut this.network.graph;
            let distance = graph.sub(value.node, mean.node);
            let z = graph.div(distance, sd.node);
            Some(graph.apply(Operator::NormalCdf, &[z]))
        };
        let (low, high) = (bound(self, least, 0.0)?, bound(self, most, 1.0)?);
        let u = self.uniform(place);
        let graph = &mut self.network.graph;
        let width = graph.sub(high, low);
        let part = graph.mul(width, u);
        let p = graph.add(low, part);
        let z = graph.apply(Operator::NormalQuantile, &[p]);
        let spread = graph.mul(sd.node, z);
        Some(Typed {
            node: graph.add(mean.node, spread),
            dim: mean.dim.clone(),
        })
    }

    /// `poisson(mean)`: the number of entries of the cumulative table below a uniform draw.
    ///
    /// The table ends where the rest is below 2^-54, half the spacing of the draws.
    fn poisson(
        &mut self,
        place: &mut Place,
        call: &'a Call,
        mean: &(Typed, Span),
    ) -> Option<Typed> {
        let (mean, at) = (&mean.0, mean.1);
        if !self.demand_number(mean, at, "the mean of `poisson` is") {
            return None;
        }
        let value = self.network.constant(mean.node);
        let Some(value) = value else {
            self.report
                .unsupported(call.span, "`poisson` with a mean that varies");
            return None;
        };
        if value.is_nan() || value < 0.0 {
            self.report.error(
                Code::ImpossibleValue,
                at,
                format!("the mean of `poisson` is not negative, found {value}"),
            );
            return None;
        }
        if value > MOST_POISSON {
            self.report.unsupported(
                call.span,
                &format!("`poisson` with a mean above {MOST_POISSON} a step (here {value})"),
            );
            return None;
        }
        let u = self.uniform(place);
        let graph = &mut self.network.graph;
        let (one, zero) = (graph.number(1.0), graph.number(0.0));
        let minus = graph.neg(mean.node);
        let mut term = graph.apply(Operator::Exp, &[minus]);
        let mut cumulative = term;
        let mut count = zero;
        for k in 0..poisson_terms(value) {
            let above = graph.apply(Operator::Lt, &[cumulative, u]);
            let hit = graph.select(above, one, zero);
            count = graph.add(count, hit);
            let next = graph.number(f64::from(k + 1));
            let product = graph.mul(term, mean.node);
            term = graph.div(product, next);
            cumulative = graph.add(cumulative, term);
        }
        Some(Typed {
            node: count,
            dim: Dim::one(),
        })
    }
}

/// How many entries of the cumulative table of a Poisson number a draw can exceed.
fn poisson_terms(mean: f64) -> u32 {
    // mean^k/k!, whose sum is e^mean; 400 terms are more than enough for means up to 40.
    let mut terms = vec![1.0];
    for k in 1..400_u32 {
        let last = terms[terms.len() - 1];
        terms.push(last * mean / f64::from(k));
    }
    let total: f64 = terms.iter().rev().sum();
    // A draw is at most 1 - 2^-53; entries behind which less than 2^-55 remains are never passed.
    let mut rest = 0.0;
    let mut count = terms.len();
    for term in terms.iter().rev() {
        rest += term;
        if rest > total / 36_028_797_018_963_968.0 {
            break;
        }
        count -= 1;
    }
    count as u32
}
