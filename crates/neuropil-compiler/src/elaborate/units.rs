//! Quantities with units, and messages about dimensions that do not agree.

use neuropil_syntax::tree::{Number, UnitExpr};
use neuropil_syntax::{Code, Diagnostic, Span};
use neuropil_units::{Dimension, Unit, UnitError};

use super::{Elaborator, Place, Typed};
use crate::dimension::Dim;
use crate::model::UnitOfDisplay;

impl Elaborator<'_, '_> {
    /// A unit of the text; reports names that are none.
    pub(super) fn unit(&mut self, unit: &UnitExpr) -> Option<Unit> {
        let factors: Vec<(&str, i32, i32)> = unit
            .factors
            .iter()
            .map(|factor| {
                (
                    factor.name.as_str(),
                    factor.exponent.num,
                    factor.exponent.den,
                )
            })
            .collect();
        match neuropil_units::combine(&factors) {
            Ok(unit) => Some(unit),
            Err(error) => {
                let (message, near) = match &error {
                    UnitError::Unknown { name, nearest } => {
                        (format!("unknown unit `{name}`"), nearest.as_deref())
                    }
                    _ => (error.to_string(), None),
                };
                let span = unit
                    .factors
                    .iter()
                    .find(|factor| message.contains(&format!("`{}`", factor.name)))
                    .map_or(unit.span, |factor| factor.span);
                self.report
                    .push(Diagnostic::error(Code::UnknownUnit, span, message).did_you_mean(near));
                None
            }
        }
    }

    /// A number with a unit, in internal units.
    pub(super) fn quantity(
        &mut self,
        place: &Place,
        number: &Number,
        unit: &UnitExpr,
    ) -> Option<Typed> {
        for factor in &unit.factors {
            let letters = factor.name.as_str();
            let joined = factor.after_operator || factor.span.start == number.span.end;
            if joined && letters.chars().count() == 1 && self.declares(place, letters) {
                let text = &number.text;
                let diagnostic = Diagnostic::error(
                    Code::AmbiguousUnit,
                    factor.span,
                    format!("`{letters}` is a unit here and a declared name"),
                );
                self.report.push(if factor.after_operator {
                    diagnostic
                        .help(format!(
                            "write `{text} … / {letters}` with blanks for the name"
                        ))
                        .help(format!(
                            "or put the unit in its own number: `{text} …/(1 {letters})`"
                        ))
                } else {
                    diagnostic.help(format!(
                        "write `{text}*{letters}` for the name, `{text} {letters}` for the unit"
                    ))
                });
                return None;
            }
        }
        let meant = self.unit(unit)?;
        match neuropil_units::convert(&number.text, &meant) {
            Ok(value) => Some(Typed {
                node: self.network.graph.number(value),
                dim: Dim::known(meant.dimension()),
            }),
            Err(error) => {
                self.report
                    .error(Code::ValueNotFinite, number.span, error.to_string());
                None
            }
        }
    }

    /// The unit in which values are shown, from the unit of a declaration.
    pub(super) fn display_unit(text: &UnitExpr, unit: &Unit) -> UnitOfDisplay {
        let mut symbol = String::new();
        for factor in &text.factors {
            let negative = factor.exponent.num < 0;
            match (symbol.is_empty(), negative) {
                (true, true) => symbol.push_str("1/"),
                (true, false) => {}
                (false, true) => symbol.push('/'),
                (false, false) => symbol.push('*'),
            }
            symbol.push_str(factor.name.as_str());
            let (num, den) = (factor.exponent.num.unsigned_abs(), factor.exponent.den);
            if den != 1 {
                symbol.push('^');
                symbol += &(f64::from(num) / f64::from(den)).to_string();
            } else if num != 1 {
                symbol.push('^');
                symbol += &num.to_string();
            }
        }
        UnitOfDisplay {
            symbol,
            scale: 1.0 / unit.scale(),
        }
    }

    /// The unit in which a value without declared unit is shown: the one that texts use.
    pub(super) fn internal_unit(&self, dim: &Dim) -> UnitOfDisplay {
        let dimension = self.network.dims.dimension_or_number(dim);
        if dimension.is_dimensionless() {
            return UnitOfDisplay {
                symbol: String::new(),
                scale: 1.0,
            };
        }
        // Per area, the units of the membrane: the internal ones read like nothing in print.
        let per_area = [
            (Dimension::CURRENT_PER_AREA, ["uA", "cm"]),
            (Dimension::CONDUCTANCE_PER_AREA, ["mS", "cm"]),
            (Dimension::CAPACITANCE_PER_AREA, ["uF", "cm"]),
        ];
        let usual = per_area
            .iter()
            .find(|(known, _)| *known == dimension)
            .and_then(|(_, [above, below])| {
                neuropil_units::combine(&[(*above, 1, 1), (*below, -2, 1)]).ok()
            });
        match usual {
            Some(unit) => UnitOfDisplay {
                symbol: dimension.example_unit(),
                scale: 1.0 / unit.scale(),
            },
            None => UnitOfDisplay {
                symbol: dimension.symbol(),
                scale: 1.0,
            },
        }
    }

    /// What a dimension is called in a message: ``a voltage (such as `mV`)``.
    pub(super) fn phrase(&self, dim: &Dim) -> String {
        self.network
            .dims
            .dimension(dim)
            .map_or_else(|| "an unknown quantity".to_owned(), Dimension::phrase)
    }

    /// Demands that two dimensions agree. `context` says what is done, such as "`+` adds".
    pub(super) fn agree(&mut self, a: &Dim, b: &Dim, span: Span, context: &str) -> bool {
        if self.network.dims.equate(a, b) {
            return true;
        }
        let (left, right) = (self.phrase(a), self.phrase(b));
        let mut diagnostic = Diagnostic::error(
            Code::UnitMismatch,
            span,
            format!("{context} {left} and {right}"),
        );
        diagnostic = self.unit_hint(diagnostic, a, b);
        self.report.push(diagnostic);
        false
    }

    /// Demands a dimension. `what` is the subject, such as "`tau` is".
    pub(super) fn demand(&mut self, found: &Dim, expected: &Dim, span: Span, what: &str) -> bool {
        if self.network.dims.equate(found, expected) {
            return true;
        }
        let (wanted, got) = (self.phrase(expected), self.phrase(found));
        let mut diagnostic = Diagnostic::error(
            Code::UnitMismatch,
            span,
            format!("{what} {wanted}, found {got}"),
        )
        .here(format!("this is {got}"));
        diagnostic = self.unit_hint(diagnostic, expected, found);
        self.report.push(diagnostic);
        false
    }

    /// Adds the likely fix: a missing unit, or the factor that would make the dimensions agree.
    fn unit_hint(&self, diagnostic: Diagnostic, expected: &Dim, found: &Dim) -> Diagnostic {
        let dims = &self.network.dims;
        let (Some(expected), Some(found)) = (dims.dimension(expected), dims.dimension(found))
        else {
            return diagnostic;
        };
        if found.is_dimensionless() {
            return diagnostic.help(format!(
                "a number has no unit; did you mean `… {}`?",
                expected.example_unit()
            ));
        }
        if expected.is_dimensionless() {
            return diagnostic.help(format!(
                "divide by a quantity such as `1 {}` to get a number",
                found.example_unit()
            ));
        }
        match expected.div(found) {
            Some(ratio) if is_named(ratio) => diagnostic.help(format!(
                "a factor in `{}` ({}) is missing",
                ratio.example_unit(),
                ratio.with_article()
            )),
            _ => match found.div(expected) {
                Some(ratio) if is_named(ratio) => {
                    diagnostic.help(format!("a division by {} is missing", ratio.phrase()))
                }
                _ => diagnostic,
            },
        }
    }

    /// Demands a number.
    pub(super) fn demand_number(&mut self, value: &Typed, span: Span, what: &str) -> bool {
        if self.network.dims.equate(&value.dim, &Dim::one()) {
            return true;
        }
        let got = self.phrase(&value.dim);
        self.report.push(
            Diagnostic::error(
                Code::NotDimensionless,
                span,
                format!("{what} a number, found {got}"),
            )
            .here(format!("this is {got}"))
            .help("divide it by a quantity of the same dimension"),
        );
        false
    }
}

/// Whether a dimension has a word of its own, such as resistance.
fn is_named(dimension: Dimension) -> bool {
    !dimension.is_dimensionless()
        && !dimension.describe().starts_with("quantity in ")
        && !dimension.describe().contains(" per ")
}
