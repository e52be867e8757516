//! Statements of channels and cells, and what is said about integration and placement.

use super::core::{Parser, Try};
use crate::lexer::TokenKind;
use crate::tree::{
    BoundClause, Current, Insert, Inserted, Integrate, Place, Region, Section, Statement,
};
use crate::{Code, Diagnostic};

impl Parser<'_> {
    /// Parses `bound V <= V_peak, w >= 0`.
    pub(super) fn bound(&mut self) -> Try<Statement> {
        self.bump();
        let clauses = self.comma_list(|p| {
            let start = p.peek(0);
            let name = p.name("the name of a state")?;
            let sign = p.peek(0);
            let upper = match sign.kind {
                TokenKind::LessEqual => true,
                TokenKind::GreaterEqual => false,
                TokenKind::Less | TokenKind::Greater => {
                    let found = p.str(sign);
                    return Err(p.fail(
                        Diagnostic::error(
                            Code::UnexpectedToken,
                            p.span(sign),
                            format!("expected `<=` or `>=` in a bound, found `{found}`"),
                        )
                        .help(format!("a bound can be reached; write `{name} {found}= …`")),
                    ));
                }
                _ => {
                    p.last_operand = None;
                    return Err(p.unexpected(&format!("`<=` or `>=` after `{name}`")));
                }
            };
            p.bump();
            let limit = p.expr()?;
            Ok(BoundClause {
                name,
                upper,
                limit,
                span: p.since(start),
            })
        })?;
        Ok(Statement::Bound(clauses))
    }

    /// Parses `integrate V, w with rk4 stratonovich`.
    pub(super) fn integrate(&mut self) -> Try<Statement> {
        let start = self.bump();
        let names = if self.at_word("with") {
            Vec::new()
        } else {
            self.names("the name of a state")?
        };
        self.expect_word("with")?;
        let method = self.name("the name of a method")?;
        let stratonovich = self.eat_word_here("stratonovich");
        let span = self.since(start);
        Ok(Statement::Integrate(Integrate {
            names,
            method,
            stratonovich,
            span,
        }))
    }

    /// Parses `place g, x on edge`.
    pub(super) fn place(&mut self) -> Try<Statement> {
        let start = self.bump();
        let names = self.names("the name of a state")?;
        self.expect_word("on")?;
        let on = self.name("`pre`, `post` or `edge`")?;
        Ok(Statement::Place(Place {
            names,
            on,
            span: self.since(start),
        }))
    }

    /// Parses `ion Ca, K`.
    pub(super) fn ion(&mut self) -> Try<Statement> {
        self.bump();
        Ok(Statement::Ion(self.names("the name of an ion")?))
    }

    /// Parses `current K = …`.
    pub(super) fn current(&mut self) -> Try<Statement> {
        let start = self.bump();
        let name = self.name("the name of an ion or current")?;
        self.expect(TokenKind::Equals, "`=`")?;
        let value = self.expr_or_error(false);
        Ok(Statement::Current(Current {
            name,
            value,
            span: self.since(start),
        }))
    }

    /// Parses `insert Leak { … }, CaL on apical`.
    pub(super) fn insert(&mut self) -> Try<Statement> {
        let start = self.bump();
        let channels = self.comma_list(|p| {
            let model = p.name("the name of a channel")?;
            Ok(Inserted {
                model,
                set: p.optional_set()?,
            })
        })?;
        let on = match self.eat_word_here("on") {
            Some(_) => self.names("the name of a section or region")?,
            None => Vec::new(),
        };
        Ok(Statement::Insert(Insert {
            channels,
            on,
            span: self.since(start),
        }))
    }

    /// Parses `section dend { … }`.
    pub(super) fn section(&mut self) -> Try<Statement> {
        let start = self.bump();
        let name = self.name("the name of the section")?;
        let set = self.set()?;
        Ok(Statement::Section(Section {
            name,
            set,
            span: self.since(start),
        }))
    }

    /// Parses `shape swc("c.swc")`.
    pub(super) fn shape(&mut self) -> Try<Statement> {
        self.bump();
        Ok(Statement::Shape(self.expr()?))
    }

    /// Parses `region tuft = apical if distance > 400 um`.
    pub(super) fn region(&mut self) -> Try<Statement> {
        let start = self.bump();
        let name = self.name("the name of the region")?;
        self.expect(TokenKind::Equals, "`=`")?;
        let base = self.name("the name of a section or region")?;
        let condition = if self.eat_word("if") {
            Some(self.expr()?)
        } else {
            None
        };
        Ok(Statement::Region(Region {
            name,
            base,
            condition,
            span: self.since(start),
        }))
    }
}
