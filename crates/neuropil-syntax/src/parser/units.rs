//! Quantities and units.
//!
//! A unit stands after a number, with or without a blank between, and goes on over `*` and `/` as
//! long as no blank stands there and the next word is the name of a unit. What the word might be
//! otherwise is for the compiler to see: it has [`UnitFactor::after_operator`] to go by.
//!
//! A number that is itself a divisor or an exponent takes no `/unit`: `x^2/ms` is `(x^2)/ms` and
//! `x/2/ms` is `(x/2)/ms`, as everybody reads them. With a unit of its own it does: in `x/0.5 mV/ms`
//! the divisor is `0.5 mV/ms`.

use super::FOLLOW_NUMBERS;
use super::core::{Failed, Parser, Try};
use crate::lexer::{Token, TokenKind};
use crate::tree::{Expr, ExprKind, Name, Number, Rational, UnitExpr, UnitFactor};
use crate::words::is_reserved;
use crate::{Code, Diagnostic};

impl Parser<'_> {
    /// Parses a number with the unit that may follow it.
    pub(super) fn number_or_quantity(&mut self) -> Try<Expr> {
        let divides = self.follows_slash_or_caret();
        let number = self.number();
        let mut factors = Vec::new();
        let next = self.peek(0);
        if next.kind == TokenKind::Word && !next.first {
            let word = self.str(next);
            if !is_reserved(word) && self.units.is_unit(word) {
                factors.push(self.unit_factor(1, false)?);
            } else if next.glued {
                return Err(self.runs_into(&number, next));
            } else if let Some(unit) = self.misspelt_unit(word) {
                return Err(self.no_unit(&number, next, &unit));
            }
        }
        let direct = !factors.is_empty();
        if !direct && divides {
            let span = number.span;
            return Ok(Expr::new(ExprKind::Number(number), span));
        }
        while let Some(sign) = self.unit_goes_on(direct || !factors.is_empty()) {
            self.bump();
            factors.push(self.unit_factor(sign, true)?);
        }
        if factors.is_empty() {
            let span = number.span;
            return Ok(Expr::new(ExprKind::Number(number), span));
        }
        let span = number.span.to(self.last_span());
        let unit_span = crate::Span::new(span.source, number.span.end, span.end);
        let start = if direct {
            factors[0].span.start
        } else {
            unit_span.start
        };
        let unit = UnitExpr {
            factors,
            span: crate::Span { start, ..unit_span },
        };
        Ok(Expr::new(ExprKind::Quantity { number, unit }, span))
    }

    /// Tells whether `*unit` or `/unit` follows without a blank, and the sign of its exponent.
    fn unit_goes_on(&self, begun: bool) -> Option<i32> {
        let (sign, word, after) = (self.peek(0), self.peek(1), self.peek(2));
        let exponent = match sign.kind {
            TokenKind::Slash => -1,
            TokenKind::Star if begun => 1,
            _ => return None,
        };
        let tight = sign.glued && word.glued && word.kind == TokenKind::Word;
        let name = self.str(word);
        // A word with an argument, an index or a field is no unit.
        let more = after.glued
            && matches!(
                after.kind,
                TokenKind::LeftParen | TokenKind::LeftBracket | TokenKind::Dot
            );
        (tight && !more && !is_reserved(name) && self.units.is_unit(name)).then_some(exponent)
    }

    /// Parses the name of a unit with its exponent.
    fn unit_factor(&mut self, sign: i32, after_operator: bool) -> Try<UnitFactor> {
        let token = self.bump();
        let name = Name::new(self.str(token), self.span(token));
        let caret = self.peek(0);
        // `mV^2` is a unit; with a blank on either side of `^` it is a power of the quantity.
        let tight = caret.glued && self.peek(1).glued;
        let exponent = if caret.kind == TokenKind::Caret && tight {
            self.bump();
            self.unit_exponent(&name)?
        } else {
            Rational::ONE
        };
        let span = self.since(token);
        let exponent = Rational {
            num: sign * exponent.num,
            den: exponent.den,
        };
        Ok(UnitFactor {
            name,
            exponent,
            span,
            after_operator,
        })
    }

    fn unit_exponent(&mut self, unit: &Name) -> Try<Rational> {
        let negative = self.eat(TokenKind::Minus);
        let token = self.peek(0);
        let found = self.str(token);
        let rational = (token.kind == TokenKind::Number)
            .then(|| rational(found))
            .flatten();
        let Some(rational) = rational else {
            let diagnostic = Diagnostic::error(
                Code::UnitExponent,
                self.span(token),
                format!("expected a number as the exponent of the unit `{unit}`, found `{found}`"),
            );
            return Err(self.fail(diagnostic.help(format!(
                "a power of the whole quantity is written `(1 {unit})^x`; `1/2` is written `0.5`"
            ))));
        };
        self.bump();
        let next = self.peek(0);
        if next.kind == TokenKind::Word && next.glued {
            let number = Number {
                text: found.into(),
                value: 0.0,
                span: self.span(token),
            };
            return Err(self.runs_into(&number, next));
        }
        Ok(if negative {
            Rational {
                num: -rational.num,
                den: rational.den,
            }
        } else {
            rational
        })
    }

    /// The unit that a word after a number is meant for, unless the statement may go on with the word.
    fn misspelt_unit(&self, word: &str) -> Option<String> {
        if is_reserved(word) || FOLLOW_NUMBERS.contains(&word) {
            return None;
        }
        self.units.meant(word)
    }

    /// Reports `10 msec`. The value is given up, so that nobody complains about the unit of 10.
    fn no_unit(&mut self, number: &Number, word: Token, unit: &str) -> Failed {
        let (digits, name) = (&number.text, self.str(word));
        self.fail(
            Diagnostic::error(
                Code::ExpectedOperator,
                self.span(word),
                format!("expected a unit or an operator after `{digits}`, found `{name}`"),
            )
            .help(format!("did you mean `{digits} {unit}`?"))
            .help(format!("a product is written `{digits}*{name}`")),
        )
    }

    fn runs_into(&mut self, number: &Number, word: Token) -> Failed {
        let (digits, name) = (&number.text, self.str(word));
        let mut diagnostic = Diagnostic::error(
            Code::NumberRunsIntoName,
            number.span.to(self.span(word)),
            format!("number `{digits}` runs into name `{name}`, which is no unit"),
        );
        diagnostic = match self.misspelt_unit(name) {
            Some(unit) => diagnostic
                .help(format!("did you mean `{digits} {unit}`?"))
                .help(format!("a product is written `{digits}*{name}`")),
            None => diagnostic.help(format!("write `{digits}*{name}`")),
        };
        self.fail(diagnostic)
    }

    /// Parses the unit of a declaration, after its colon: `nS`, `uA/cm^2`, `1/ms`.
    pub(super) fn declared_unit(&mut self) -> Try<UnitExpr> {
        let start = self.peek(0);
        let mut sign = 1;
        if start.kind == TokenKind::Number
            && self.str(start) == "1"
            && self.peek(1).kind == TokenKind::Slash
        {
            self.bump();
            self.bump();
            sign = -1;
        }
        let mut factors = vec![self.declared_factor(sign)?];
        loop {
            let operator = self.peek(0);
            sign = match operator.kind {
                TokenKind::Star => 1,
                TokenKind::Slash => -1,
                _ => break,
            };
            if !operator.glued || !self.peek(1).glued {
                return Err(self.fail(Diagnostic::error(
                    Code::UnexpectedToken,
                    self.span(operator),
                    "expected the end of the unit; units are written without blanks, as in `uA/cm^2`",
                )));
            }
            self.bump();
            factors.push(self.declared_factor(sign)?);
        }
        Ok(UnitExpr {
            factors,
            span: self.since(start),
        })
    }

    fn declared_factor(&mut self, sign: i32) -> Try<UnitFactor> {
        let token = self.peek(0);
        if token.kind != TokenKind::Word || is_reserved(self.str(token)) {
            return Err(self.unexpected("a unit, such as `mV` or `1/ms`"));
        }
        self.unit_factor(sign, sign < 0)
    }
}

/// Reads a decimal as a rational in lowest terms, if it fits.
fn rational(text: &str) -> Option<Rational> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let places = u32::try_from(fraction.len()).ok()?;
    let den = 10_i32.checked_pow(places)?;
    let num: i32 = format!("{whole}{fraction}").parse().ok()?;
    let divisor = gcd(num.max(1), den).max(1);
    Some(if num == 0 {
        Rational { num: 0, den: 1 }
    } else {
        Rational {
            num: num / divisor,
            den: den / divisor,
        }
    })
}

fn gcd(a: i32, b: i32) -> i32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponents_become_rationals_in_lowest_terms() {
        assert_eq!(rational("2"), Some(Rational { num: 2, den: 1 }));
        assert_eq!(rational("0.5"), Some(Rational { num: 1, den: 2 }));
        assert_eq!(rational("1.50"), Some(Rational { num: 3, den: 2 }));
        assert_eq!(rational("0"), Some(Rational { num: 0, den: 1 }));
        assert_eq!(rational("1e3"), None);
        assert_eq!(rational("99999999999"), None);
        assert_eq!(rational("0.0000000000001"), None);
    }
}
