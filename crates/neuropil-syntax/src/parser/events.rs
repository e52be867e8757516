//! Events, their handlers, arrivals and clocks.

use super::core::{Parser, Separator, Try};
use crate::lexer::TokenKind;
use crate::tree::{
    AssignOp, Condition, Event, EventName, Every, Handler, HandlerLine, On, Refractory,
    RefractorySpan, Side, Statement,
};
use crate::{Code, Diagnostic};

/// What may follow the condition of an event.
const EVENT_WORDS: [&str; 3] = ["rising", "refractory", "holding"];

impl Parser<'_> {
    /// Parses `spike when …` and `event NAME when …`.
    pub(super) fn event(&mut self) -> Try<Statement> {
        let start = self.bump();
        let name = if self.str(start) == "spike" {
            EventName::Spike(self.span(start))
        } else {
            EventName::Named(self.name("the name of the event")?)
        };
        let condition = if self.eat_word("when") {
            let expr = self.expr()?;
            Condition::When {
                expr,
                rising: self.eat_word_here("rising"),
            }
        } else if self.eat_word("count") {
            Condition::Count(self.expr()?)
        } else {
            self.last_operand = None;
            return Err(self.unexpected_among("`when` or `count`", &["when", "count"]));
        };
        let handler = if self.at(TokenKind::LeftBrace) && !self.at_line_end() {
            Some(self.handler()?)
        } else {
            None
        };
        let refractory = self.refractory()?;
        if !self.at_statement_end() && self.last_operand.is_some() && self.is_name(0) {
            return Err(self.unexpected_among("the end of the event", &EVENT_WORDS));
        }
        let span = self.since(start);
        Ok(Statement::Event(Event {
            name,
            condition,
            handler,
            refractory,
            span,
        }))
    }

    fn refractory(&mut self) -> Try<Option<Refractory>> {
        if !self.at_word("refractory") {
            if self.at_word("holding") {
                let span = self.span(self.peek(0));
                return Err(self.fail(
                    Diagnostic::error(
                        Code::Misplaced,
                        span,
                        "expected `refractory` and a time before `holding`",
                    )
                    .help("write `refractory t_ref holding V`"),
                ));
            }
            return Ok(None);
        }
        let start = self.bump();
        let duration = match self.eat_word_here("forever") {
            Some(span) => RefractorySpan::Forever(span),
            None => RefractorySpan::Time(self.expr()?),
        };
        let holding = if self.eat_word("holding") {
            self.names("the name of a state")?
        } else {
            Vec::new()
        };
        Ok(Some(Refractory {
            duration,
            holding,
            span: self.since(start),
        }))
    }

    /// Parses `{ line; line }`.
    pub(super) fn handler(&mut self) -> Try<Handler> {
        let (lines, span) =
            self.block("what the event does", Separator::Line, Self::handler_line)?;
        Ok(Handler { lines, span })
    }

    fn handler_line(&mut self) -> Try<HandlerLine> {
        if self.at_word("let") && self.peek(1).kind == TokenKind::Word {
            self.bump();
            let name = self.name("a name")?;
            self.expect(TokenKind::Equals, "`=`")?;
            return Ok(HandlerLine::Let {
                name,
                value: self.expr()?,
            });
        }
        let target = self.path()?;
        let op = match self.kind() {
            TokenKind::Equals => AssignOp::Set,
            TokenKind::PlusEquals => AssignOp::Add,
            TokenKind::MinusEquals => AssignOp::Subtract,
            TokenKind::StarEquals => AssignOp::Multiply,
            _ => {
                self.last_operand = None;
                let shown = self.shown(target.span);
                return Err(self.unexpected(&format!("`=`, `+=`, `-=` or `*=` after `{shown}`")));
            }
        };
        self.bump();
        let value = self.expr()?;
        if self.at(TokenKind::Comma) {
            let span = self.span(self.peek(0));
            return Err(self.fail(
                Diagnostic::error(
                    Code::UnexpectedToken,
                    span,
                    "expected the end of the line, found `,`",
                )
                .help("lines of a handler are separated by `;` or a newline: they run in order"),
            ));
        }
        Ok(HandlerLine::Assign { target, op, value })
    }

    /// Parses `on pre.burst { … }`.
    pub(super) fn on(&mut self) -> Try<Statement> {
        let start = self.bump();
        let word = self.peek(0);
        let side = match self.str(word) {
            "pre" => Side::Pre,
            "post" => Side::Post,
            _ => {
                self.last_operand = None;
                return Err(self.unexpected_among("`pre` or `post`", &["pre", "post"]));
            }
        };
        self.bump();
        let event = if self.eat(TokenKind::Dot) {
            Some(self.field()?)
        } else {
            None
        };
        let handler = self.handler()?;
        let span = self.since(start);
        Ok(Statement::On(On {
            side,
            side_span: self.span(word),
            event,
            handler,
            span,
        }))
    }

    /// Parses `every T from S { … }`.
    pub(super) fn every(&mut self) -> Try<Statement> {
        let start = self.bump();
        let period = self.expr()?;
        let from = match self.eat_word_here("from") {
            Some(_) => Some(self.expr()?),
            None => None,
        };
        let handler = self.handler()?;
        Ok(Statement::Every(Every {
            period,
            from,
            handler,
            span: self.since(start),
        }))
    }
}
