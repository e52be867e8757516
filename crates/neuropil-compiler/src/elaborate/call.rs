//! Functions: those of the language and those of the text.

use neuropil_ir::operator::Operator;
use neuropil_syntax::tree::{Argument, ArgumentKind, Call, Expr, Function, Name};
use neuropil_syntax::{Code, Diagnostic, Span};
use neuropil_units::Dimension;

use super::{Elaborator, EntryKind, Place, Scope, Typed};
use crate::dimension::Dim;

/// Functions of one number that give a number.
const PLAIN: [(&str, Operator); 17] = [
    ("exp", Operator::Exp),
    ("expm1", Operator::Expm1),
    ("log", Operator::Log),
    ("log1p", Operator::Log1p),
    ("sin", Operator::Sin),
    ("cos", Operator::Cos),
    ("tan", Operator::Tan),
    ("tanh", Operator::Tanh),
    ("sigmoid", Operator::Sigmoid),
    ("softplus", Operator::Softplus),
    ("exprel", Operator::Exprel),
    ("linexp", Operator::Linexp),
    ("erf", Operator::Erf),
    ("floor", Operator::Floor),
    ("round", Operator::Round),
    ("normal_cdf", Operator::NormalCdf),
    ("normal_quantile", Operator::NormalQuantile),
];

/// Functions with rules of their own.
const SPECIAL: [&str; 15] = [
    "sqrt",
    "abs",
    "sign",
    "heaviside",
    "atan2",
    "hypot",
    "mod",
    "min",
    "max",
    "clip",
    "where",
    "wrap",
    "pulse",
    "nernst",
    "size",
];

/// Functions of populations, arrays and time that belong to later parts of the language.
const LATER: [&str; 15] = [
    "sum",
    "mean",
    "std",
    "any",
    "all",
    "count",
    "incoming",
    "outgoing",
    "delayed",
    "linspace",
    "spectral_radius",
    "rate",
    "csv",
    "npy",
    "swc",
];

/// How deep functions of the text may call one another.
const MOST_DEPTH: u32 = 64;

impl<'a> Elaborator<'a, '_> {
    /// The value of a call.
    pub(super) fn call(&mut self, place: &mut Place, call: &'a Call) -> Option<Typed> {
        let name = call.name.as_str();
        if let Some((body, entry)) = self.find(place.scope.body, name)
            && let EntryKind::Function(function) = self.body(body).entries[entry].kind
        {
            return self.inline(place, call, function, Scope::of(body));
        }
        if let Some(&function) = self.definitions.functions.get(name) {
            let file = super::BodyId(0);
            return self.inline(place, call, function, Scope::of(file));
        }
        let reduces = super::record::REDUCTIONS.contains(&name)
            && (call.args.len() == 1 || !matches!(name, "min" | "max"));
        if self.reduced.is_some() && reduces {
            return self.reduction(place, call);
        }
        if let Some(&(_, operator)) = PLAIN.iter().find(|(known, _)| *known == name) {
            let [argument] = self.arguments::<1>(place, call)?;
            let what = format!("the argument of `{name}` is");
            if !self.demand_number(&argument.0, argument.1, &what) {
                return None;
            }
            let node = self.network.graph.apply(operator, &[argument.0.node]);
            return Some(Typed {
                node,
                dim: Dim::one(),
            });
        }
        if super::draws::is_draw(name) {
            return self.draw(place, call);
        }
        if SPECIAL.contains(&name) {
            return self.special(place, call);
        }
        if LATER.contains(&name) {
            self.report
                .unsupported(call.span, &format!("`{name}` in this place"));
            return None;
        }
        let own = self.definitions.functions.keys().map(|known| &**known);
        let words = own
            .chain(PLAIN.iter().map(|(known, _)| *known))
            .chain(SPECIAL)
            .chain(LATER)
            .chain(super::draws::NAMES);
        let near = neuropil_syntax::nearest(name, words);
        let mut diagnostic = Diagnostic::error(
            Code::UnknownFunction,
            call.name.span,
            format!("unknown function `{name}`"),
        )
        .did_you_mean(near);
        if self.declares(place, name) {
            diagnostic = diagnostic.help(format!("for a product write `{name}*(…)`"));
        }
        self.report.push(diagnostic);
        None
    }

    /// Exactly N unnamed arguments, with their places.
    pub(super) fn arguments<const N: usize>(
        &mut self,
        place: &mut Place,
        call: &'a Call,
    ) -> Option<[(Typed, Span); N]> {
        let plain = self.plain_arguments(call)?;
        if plain.len() != N {
            let given = plain.len();
            let word = if N == 1 { "argument" } else { "arguments" };
            let mut diagnostic = Diagnostic::error(
                Code::WrongArguments,
                call.span,
                format!("`{}` takes {N} {word}, found {given}", call.name),
            );
            if call.name == "sum" && given == 2 {
                diagnostic = diagnostic.help("did you mean `a + b`?");
            }
            self.report.push(diagnostic);
            return None;
        }
        let values: Vec<Option<(Typed, Span)>> = plain
            .iter()
            .map(|expr| self.expr(place, expr).map(|value| (value, expr.span)))
            .collect();
        let values: Vec<(Typed, Span)> = values.into_iter().collect::<Option<_>>()?;
        values.try_into().ok()
    }

    /// The arguments without names; reports others.
    pub(super) fn plain_arguments(&mut self, call: &'a Call) -> Option<Vec<&'a Expr>> {
        let mut list = Vec::new();
        for argument in &call.args {
            match &argument.kind {
                ArgumentKind::Value(expr) => list.push(expr),
                ArgumentKind::Named { name, .. } => {
                    self.report.error(
                        Code::UnknownOption,
                        name.span,
                        format!("`{}` has no option `{name}`", call.name),
                    );
                    return None;
                }
                ArgumentKind::Each { .. } => {
                    self.report
                        .unsupported(argument.span, "a sum over an index");
                    return None;
                }
            }
        }
        Some(list)
    }

    /// Replaces a call of a function of the text by its body.
    fn inline(
        &mut self,
        place: &mut Place,
        call: &'a Call,
        function: &'a Function,
        scope: Scope,
    ) -> Option<Typed> {
        if place.depth >= MOST_DEPTH {
            self.report.error(
                Code::CircularDefinition,
                call.span,
                format!("`{}` calls itself", function.name),
            );
            return None;
        }
        let plain = self.plain_arguments(call)?;
        if plain.len() != function.params.len() {
            self.report.push(
                Diagnostic::error(
                    Code::WrongArguments,
                    call.span,
                    format!(
                        "`{}` takes {} arguments, found {}",
                        function.name,
                        function.params.len(),
                        plain.len()
                    ),
                )
                .label(function.name.span, "declared here"),
            );
            return None;
        }
        let mut locals = Vec::new();
        for (name, expr) in function.params.iter().zip(plain) {
            locals.push((name.text.clone(), self.expr(place, expr)?));
        }
        let mut inner = Place {
            scope: Scope {
                element: place.scope.element.or(Some(place.scope.body)),
                ..scope
            },
            purpose: place.purpose,
            stream: place.stream.clone(),
            draws: place.draws,
            locals,
            depth: place.depth + 1,
        };
        let value = self.value(&mut inner, &function.body);
        place.draws = inner.draws;
        value
    }

    fn special(&mut self, place: &mut Place, call: &'a Call) -> Option<Typed> {
        let name = call.name.as_str();
        match name {
            "sqrt" => {
                let [(a, span)] = self.arguments::<1>(place, call)?;
                let Some(dim) = a.dim.pow(1, 2) else {
                    self.report.error(
                        Code::UnitMismatch,
                        span,
                        "the exponents of this unit are too large",
                    );
                    return None;
                };
                Some(Typed {
                    node: self.network.graph.apply(Operator::Sqrt, &[a.node]),
                    dim,
                })
            }
            "abs" => {
                let [(a, _)] = self.arguments::<1>(place, call)?;
                Some(Typed {
                    node: self.network.graph.apply(Operator::Abs, &[a.node]),
                    dim: a.dim,
                })
            }
            "sign" | "heaviside" => {
                let [(a, _)] = self.arguments::<1>(place, call)?;
                let operator = if name == "sign" {
                    Operator::Sign
                } else {
                    Operator::Heaviside
                };
                let node = self.network.graph.apply(operator, &[a.node]);
                Some(Typed {
                    node,
                    dim: Dim::one(),
                })
            }
            "atan2" | "hypot" | "mod" | "min" | "max" | "wrap" => self.pair(place, call),
            "clip" => {
                let [(x, _), (low, _), (high, span)] = self.arguments::<3>(place, call)?;
                if !self.agree(&x.dim, &low.dim, call.span, "`clip` compares")
                    || !self.agree(&x.dim, &high.dim, span, "`clip` compares")
                {
                    return None;
                }
                let graph = &mut self.network.graph;
                let raised = graph.apply(Operator::Max, &[x.node, low.node]);
                let node = graph.apply(Operator::Min, &[raised, high.node]);
                Some(Typed { node, dim: x.dim })
            }
            "where" => self.choice(place, call),
            "pulse" => {
                let [(t, at), (onset, at_onset), (length, at_length)] =
                    self.arguments::<3>(place, call)?;
                let time = self.time_dim(place);
                for (value, span) in [(&t, at), (&onset, at_onset), (&length, at_length)] {
                    if !self.demand(&value.dim, &time, span, "an argument of `pulse` is") {
                        return None;
                    }
                }
                // 1 in onset <= t < onset + length, else 0
                let graph = &mut self.network.graph;
                let begun = graph.apply(Operator::Le, &[onset.node, t.node]);
                let end = graph.add(onset.node, length.node);
                let before_end = graph.apply(Operator::Lt, &[t.node, end]);
                let inside = graph.and(begun, before_end);
                let (one, zero) = (graph.number(1.0), graph.number(0.0));
                Some(Typed {
                    node: graph.select(inside, one, zero),
                    dim: Dim::one(),
                })
            }
            "nernst" => self.nernst(place, call),
            _ => self.size(place, call),
        }
    }

    /// Functions of two values of one dimension.
    fn pair(&mut self, place: &mut Place, call: &'a Call) -> Option<Typed> {
        let name = call.name.as_str();
        if matches!(name, "min" | "max") && call.args.len() == 1 {
            self.report.unsupported(
                call.span,
                &format!("`{name}` over a population in this place"),
            );
            return None;
        }
        if matches!(name, "min" | "max") && call.args.len() > 2 {
            return self.extreme(place, call);
        }
        let [(a, _), (b, _)] = self.arguments::<2>(place, call)?;
        if !self.agree(&a.dim, &b.dim, call.span, &format!("`{name}` joins")) {
            return None;
        }
        let graph = &mut self.network.graph;
        let (node, dim) = match name {
            "atan2" => (graph.apply(Operator::Atan2, &[a.node, b.node]), Dim::one()),
            "hypot" => (graph.apply(Operator::Hypot, &[a.node, b.node]), a.dim),
            "mod" => (graph.apply(Operator::Mod, &[a.node, b.node]), a.dim),
            "min" => (graph.apply(Operator::Min, &[a.node, b.node]), a.dim),
            "max" => (graph.apply(Operator::Max, &[a.node, b.node]), a.dim),
            _ => {
                // wrap(x, period): into -period/2 <= x < period/2
                let half = graph.number(0.5);
                let shift = graph.mul(half, b.node);
                let moved = graph.add(a.node, shift);
                let turned = graph.apply(Operator::Mod, &[moved, b.node]);
                (graph.sub(turned, shift), a.dim)
            }
        };
        Some(Typed { node, dim })
    }

    /// `min` or `max` of three or more.
    fn extreme(&mut self, place: &mut Place, call: &'a Call) -> Option<Typed> {
        let operator = if call.name == "min" {
            Operator::Min
        } else {
            Operator::Max
        };
        let mut total: Option<Typed> = None;
        for expr in self.plain_arguments(call)? {
            let value = self.expr(place, expr)?;
            total = Some(match total {
                None => value,
                Some(before) => {
                    let what = format!("`{}` compares", call.name);
                    if !self.agree(&before.dim, &value.dim, expr.span, &what) {
                        return None;
                    }
                    let node = self
                        .network
                        .graph
                        .apply(operator, &[before.node, value.node]);
                    Typed {
                        node,
                        dim: before.dim,
                    }
                }
            });
        }
        total
    }

    /// `where(condition, a, b)`.
    fn choice(&mut self, place: &mut Place, call: &'a Call) -> Option<Typed> {
        let plain = self.plain_arguments(call)?;
        let [condition, yes, no] = plain.as_slice() else {
            self.report.push(
                Diagnostic::error(
                    Code::WrongArguments,
                    call.span,
                    format!("`where` takes 3 arguments, found {}", plain.len()),
                )
                .help("`where(condition, value if it holds, value otherwise)`"),
            );
            return None;
        };
        let condition = self.truth(place, condition);
        let (yes, no) = (self.expr(place, yes), self.expr(place, no));
        let (condition, yes, no) = (condition?, yes?, no?);
        if !self.agree(&yes.dim, &no.dim, call.span, "`where` chooses between") {
            return None;
        }
        let node = self.network.graph.select(condition.node, yes.node, no.node);
        Some(Typed { node, dim: yes.dim })
    }

    /// `nernst(z, in, out, T)` = R T/(z F) log(out/in).
    fn nernst(&mut self, place: &mut Place, call: &'a Call) -> Option<Typed> {
        let [
            (z, at_z),
            (inside, at_in),
            (outside, _),
            (temperature, at_t),
        ] = self.arguments::<4>(place, call)?;
        if !self.demand_number(&z, at_z, "the valence of `nernst` is")
            || !self.agree(&inside.dim, &outside.dim, at_in, "`nernst` compares")
            || !self.demand(
                &temperature.dim,
                &Dim::known(Dimension::TEMPERATURE),
                at_t,
                "the temperature of `nernst` is",
            )
        {
            return None;
        }
        // R/F = 8.314462618/96485.33212 V/K (CODATA 2018), here in mV/K.
        let graph = &mut self.network.graph;
        let ratio = graph.number(8.31446261815324 / 96485.33212331001 * 1000.0);
        let scaled = graph.mul(ratio, temperature.node);
        let factor = graph.div(scaled, z.node);
        let quotient = graph.div(outside.node, inside.node);
        let log = graph.apply(Operator::Log, &[quotient]);
        Some(Typed {
            node: graph.mul(factor, log),
            dim: Dim::known(Dimension::VOLTAGE),
        })
    }

    /// `size(P)`.
    fn size(&mut self, place: &mut Place, call: &'a Call) -> Option<Typed> {
        let plain = self.plain_arguments(call)?;
        let name: Option<&Name> = match plain.as_slice() {
            [one] => one.as_name(),
            _ => None,
        };
        if let Some(name) = name
            && let Some((body, entry)) = self.find(place.scope.body, name.as_str())
            && let EntryKind::Population(population) = self.body(body).entries[entry].kind
        {
            let size = self.network.populations[population.index()].size;
            return Some(self.number(f64::from(size)));
        }
        self.report
            .unsupported(call.span, "`size` of anything but a population");
        None
    }

    /// The dimension of time in a body: a number where nothing has a unit.
    pub(super) fn time_dim(&self, place: &Place) -> Dim {
        if self.body(place.scope.body).dimensionless {
            Dim::one()
        } else {
            Dim::time()
        }
    }
}

/// The value of a named argument.
pub(super) fn named<'a>(args: &'a [Argument], wanted: &str) -> Option<&'a Expr> {
    args.iter().find_map(|argument| match &argument.kind {
        ArgumentKind::Named { name, value } if name == wanted => Some(value),
        _ => None,
    })
}
