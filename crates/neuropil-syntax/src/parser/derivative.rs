//! Equations of the form `tau*dV/dt = …`, whose left side is found by looking ahead.

use super::core::{Failed, Parser, Try};
use crate::lexer::{Token, TokenKind};
use crate::tree::{Axis, Derivative, Expr, ExprKind, Name, Path, Statement};
use crate::{Code, Diagnostic, Span};

/// Where the parts of a left side stand, counted from the present token.
#[derive(Debug, Clone, Copy)]
pub(super) struct LeftSide {
    /// The first token of `dV`, or the `d` of `d^alpha V`.
    state: usize,
    /// The `/` before `dt`.
    slash: usize,
}

impl Parser<'_> {
    /// Finds `…/dt` (or `…/dx`, `d…` over `d…`, which is then refused) left of `=` in this statement.
    pub(super) fn derivative_ahead(&self) -> Option<LeftSide> {
        let mut at = 0;
        let mut slash = None;
        loop {
            let token = self.peek(at);
            if at > 0 && token.first {
                return None;
            }
            match token.kind {
                TokenKind::LeftParen | TokenKind::LeftBracket => {
                    at = self.closing(at)?;
                }
                TokenKind::Slash if self.over_dt(at) => slash = Some(at),
                TokenKind::Equals | TokenKind::PlusEquals => break,
                TokenKind::Word
                | TokenKind::Number
                | TokenKind::Dot
                | TokenKind::Plus
                | TokenKind::Minus
                | TokenKind::Star
                | TokenKind::Slash
                | TokenKind::Caret => {}
                _ => return None,
            }
            at += 1;
        }
        let slash = slash?;
        // Back over the axes to the state, and to `d^` if the order is fractional.
        let mut state = slash.checked_sub(1)?;
        if self.peek(state).kind == TokenKind::RightBracket {
            let opens = (0..state).rev().find(|&i| self.closing(i) == Some(state))?;
            state = opens.checked_sub(1)?;
        }
        if state >= 3
            && self.peek(state - 2).kind == TokenKind::Caret
            && self.word_at(state - 3, "d")
        {
            state -= 3;
        }
        Some(LeftSide { state, slash })
    }

    /// Tells whether the slash `ahead` stands over `dt`, or over another `d…` under a `d…`.
    fn over_dt(&self, ahead: usize) -> bool {
        let (above, below) = (
            ahead.checked_sub(1).map(|i| self.peek(i)),
            self.peek(ahead + 1),
        );
        if below.kind != TokenKind::Word {
            return false;
        }
        let ends = matches!(
            self.peek(ahead + 2).kind,
            TokenKind::Equals | TokenKind::PlusEquals | TokenKind::Caret
        );
        let word = self.str(below);
        let like = above
            .is_some_and(|above| above.kind == TokenKind::Word && self.str(above).starts_with('d'));
        (word == "dt" && ends) || (word.starts_with('d') && like && ends)
    }

    /// Parses an equation whose left side was found.
    pub(super) fn derivative(&mut self, left: LeftSide) -> Try<Statement> {
        let start = self.peek(0);
        let factor = self.factor(left)?;
        let state_token = self.peek(0);
        let fractional = self.at_word("d") && self.peek(1).kind == TokenKind::Caret;
        let (state, axes, order) = if fractional {
            self.fractional_state()?
        } else {
            self.whole_state(state_token)?
        };
        let below = {
            self.bump(); // the slash
            self.bump()
        };
        if self.str(below) != "dt" {
            let found = self.str(below);
            return Err(self.malformed(
                self.span(below),
                &format!("`d{state}/{found}` is no derivative in time"),
            ));
        }
        let under = if self.eat(TokenKind::Caret) {
            Some(self.order()?)
        } else {
            None
        };
        let equal = match (&order, &under) {
            (Some(over), Some(under)) => same_order(over, under),
            (None, None) => true,
            _ => false,
        };
        if !equal {
            let span = self.span(state_token).to(self.last_span());
            return Err(self.malformed(span, "the orders above and below differ"));
        }
        if self.at(TokenKind::PlusEquals) {
            let span = self.span(self.peek(0));
            return Err(self.malformed(span, "a derivative is given by `=`, not by `+=`"));
        }
        self.expect(TokenKind::Equals, "`=` after the derivative")?;
        let rhs = self.expr_or_error(false);
        let span = self.since(start);
        Ok(Statement::Derivative(Derivative {
            factor,
            state,
            axes,
            order,
            rhs,
            span,
        }))
    }

    /// Parses the product before the derivative.
    fn factor(&mut self, left: LeftSide) -> Try<Option<Expr>> {
        if left.state == 0 {
            return Ok(None);
        }
        let last = left.state - 1;
        let sign = self.peek(last);
        let stop = self.position() + last;
        if last == 0 || sign.kind != TokenKind::Star {
            let span = self.span(sign).to(self.span(self.peek(left.slash + 1)));
            return Err(self.malformed(span, "expected a factor and `*` before the derivative"));
        }
        let factor = self.before(last, |p| {
            let factor = p.product()?;
            if p.position() == stop {
                return Ok(factor);
            }
            let span = p.span(p.peek(0));
            Err(p.malformed(span, "expected a product before the derivative"))
        })?;
        self.bump(); // the star
        Ok(Some(factor))
    }

    fn whole_state(&mut self, token: Token) -> Try<(Name, Vec<Axis>, Option<Expr>)> {
        let word = self.str(token);
        let state = word.strip_prefix('d').filter(|rest| !rest.is_empty());
        let (Some(state), TokenKind::Word) = (state, token.kind) else {
            let span = self.span(token);
            return Err(self.malformed(span, &format!("expected `d` and a state, found `{word}`")));
        };
        self.bump();
        let span = Span::new(self.source, token.start + 1, token.end);
        self.check_letters(state, span);
        if crate::words::is_reserved(state) || state.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(self.malformed(span, &format!("`{state}` cannot be the name of a state")));
        }
        Ok((Name::new(state, span), self.axes()?, None))
    }

    fn fractional_state(&mut self) -> Try<(Name, Vec<Axis>, Option<Expr>)> {
        self.bump();
        self.bump();
        let order = self.order()?;
        let state = self.name("the name of a state")?;
        Ok((state, self.axes()?, Some(order)))
    }

    /// Parses the order of a fractional derivative: a name or a number.
    fn order(&mut self) -> Try<Expr> {
        if self.at(TokenKind::Number) {
            let number = self.number();
            let span = number.span;
            return Ok(Expr::new(ExprKind::Number(number), span));
        }
        let name = self.name("the order of the derivative, a name or a number")?;
        let span = name.span;
        Ok(Expr::new(ExprKind::Path(Path::from_name(name)), span))
    }

    fn malformed(&mut self, span: Span, message: &str) -> Failed {
        self.fail(
            Diagnostic::error(Code::DerivativeForm, span, message)
                .help("an equation is written `dV/dt = …` or `tau*dV/dt = …`"),
        )
    }
}

fn same_order(over: &Expr, under: &Expr) -> bool {
    match (&over.kind, &under.kind) {
        (ExprKind::Number(a), ExprKind::Number(b)) => a.value == b.value,
        _ => over
            .as_name()
            .zip(under.as_name())
            .is_some_and(|(a, b)| a.text == b.text),
    }
}
