//! Declarations, `init` lists and the values in braces.

use super::core::{Parser, Separator, Try};
use crate::lexer::TokenKind;
use crate::tree::{Decl, Init, InitValue, Set, SetEntry};
use crate::{Code, Diagnostic};

impl Parser<'_> {
    /// Parses `decl {"," decl}`.
    pub(super) fn decls(&mut self) -> Try<Vec<Decl>> {
        self.comma_list(Self::decl)
    }

    /// Parses `NAME [axes] ["=" expr] [":" unit]`.
    pub(super) fn decl(&mut self) -> Try<Decl> {
        let start = self.peek(0);
        let name = self.name("a name")?;
        let axes = self.axes()?;
        let value = if !self.at_line_end() && self.eat(TokenKind::Equals) {
            Some(self.expr_or_error(true))
        } else {
            None
        };
        let unit = if !self.at_line_end() && self.eat(TokenKind::Colon) {
            Some(self.declared_unit()?)
        } else {
            None
        };
        if value.is_none() && unit.is_none() && self.at(TokenKind::Number) && !self.at_line_end() {
            let found = self.str(self.peek(0));
            return Err(self.fail(
                Diagnostic::error(
                    Code::UnexpectedToken,
                    self.span(self.peek(0)),
                    format!("expected `=` or `:` after `{name}`, found number `{found}`"),
                )
                .help(format!("write `{name} = {found}`")),
            ));
        }
        Ok(Decl {
            name,
            axes,
            value,
            unit,
            span: self.since(start),
        })
    }

    /// Parses `NAME [axes] {"," NAME [axes]} "=" (expr | "steady") {"," …}`.
    pub(super) fn inits(&mut self) -> Try<Vec<Init>> {
        self.comma_list(|p| {
            let start = p.peek(0);
            let targets = p.comma_list(|p| {
                let name = p.name("the name of a state")?;
                Ok((name, p.axes()?))
            })?;
            p.expect(TokenKind::Equals, "`=` and a start value")?;
            let value = p.init_value()?;
            Ok(Init {
                targets,
                value,
                span: p.since(start),
            })
        })
    }

    fn init_value(&mut self) -> Try<InitValue> {
        if self.at_word("steady") {
            let next = self.peek(1);
            let alone = next.first
                || matches!(
                    next.kind,
                    TokenKind::Comma
                        | TokenKind::Semicolon
                        | TokenKind::RightBrace
                        | TokenKind::End
                );
            if alone {
                let token = self.bump();
                return Ok(InitValue::Steady(self.span(token)));
            }
        }
        Ok(InitValue::Expr(self.expr()?))
    }

    /// Parses `{ entry, entry }`.
    pub(super) fn set(&mut self) -> Try<Set> {
        let (entries, span) = self.block("the values", Separator::LineOrComma, Self::set_entry)?;
        Ok(Set { entries, span })
    }

    /// Parses a set if a brace stands here.
    pub(super) fn optional_set(&mut self) -> Try<Option<Set>> {
        if self.at(TokenKind::LeftBrace) && !self.at_line_end() {
            return Ok(Some(self.set()?));
        }
        Ok(None)
    }

    fn set_entry(&mut self) -> Try<SetEntry> {
        let next = self.peek(1).kind;
        if self.at(TokenKind::Word) && next == TokenKind::Word {
            let word = self.str(self.peek(0));
            match word {
                "init" => {
                    self.bump();
                    return Ok(SetEntry::Init(self.inits()?));
                }
                "param" => {
                    self.bump();
                    return Ok(SetEntry::Param(self.decls()?));
                }
                _ => {
                    let found = self.bump();
                    self.last_operand = None;
                    return Err(self.fail(
                        Diagnostic::error(
                            Code::UnexpectedToken,
                            self.span(found),
                            format!("expected a value `name = …`, found `{word}`"),
                        )
                        .help("braces hold `name = value`, `input += value`, `init …`, `param …`"),
                    ));
                }
            }
        }
        if self.is_name(0) && next == TokenKind::LeftBrace {
            let name = self.name("a name")?;
            return Ok(SetEntry::Nested {
                name,
                set: self.set()?,
            });
        }
        let target = self.path()?;
        let operator = self.peek(0);
        match operator.kind {
            TokenKind::Equals => {
                self.bump();
                Ok(SetEntry::Assign {
                    target,
                    value: self.expr()?,
                })
            }
            TokenKind::PlusEquals => {
                self.bump();
                Ok(SetEntry::Add {
                    target,
                    value: self.expr()?,
                })
            }
            TokenKind::Colon => {
                let shown = self.shown(target.span);
                Err(self.fail(
                    Diagnostic::error(
                        Code::UnexpectedToken,
                        self.span(operator),
                        format!("expected `=` or `+=` after `{shown}`, found `:`"),
                    )
                    .help(format!("write `{shown} = …`")),
                ))
            }
            _ => {
                self.last_operand = None;
                Err(self.unexpected(&format!("`=` or `+=` after `{}`", self.shown(target.span))))
            }
        }
    }
}
