//! Statements of a body, told apart by their first words.
//!
//! A keyword is one only where two words follow each other, which no other statement begins with; so
//! `record = 5` and `count -> E : …` are about names.

use super::core::{Failed, Parser, Try};
use crate::lexer::TokenKind;
use crate::tree::{
    Endpoint, ExprKind, Function, IndexDecl, IndexSet, Map, Path, Quantity, Segment, Statement,
};
use crate::words::{STATEMENT_WORDS, is_reserved};
use crate::{Code, Diagnostic, nearest};

/// Words that will begin statements in later versions.
const TO_COME: [&str; 5] = ["kinetic", "grow", "prune", "fit", "layer"];

impl Parser<'_> {
    /// Parses one statement.
    pub(super) fn statement(&mut self) -> Try<Statement> {
        let token = self.peek(0);
        if let Some(left) = self.derivative_ahead() {
            return self.derivative(left);
        }
        if token.kind != TokenKind::Word {
            return Err(self.no_statement());
        }
        let word = self.str(token);
        let next = self.peek(1);
        let adjacent = next.kind == TokenKind::Word;
        match word {
            "weight" => {
                self.bump();
                return Ok(Statement::Weight(self.decl()?));
            }
            "every" => return self.every(),
            "for" => return self.for_loop(),
            "record" if adjacent || self.begins_value(1) => return self.record(),
            _ if adjacent => return self.keyword(word),
            _ if is_reserved(word) => return Err(self.no_statement()),
            "kinetic" if next.kind == TokenKind::LeftBrace => return Err(self.not_yet(word)),
            _ => {}
        }
        self.name_first()
    }

    /// Parses a statement that begins with two words.
    fn keyword(&mut self, word: &str) -> Try<Statement> {
        Ok(match word {
            "param" => {
                self.bump();
                Statement::Param(self.decls()?)
            }
            "const" => {
                self.bump();
                Statement::Const(self.decls()?)
            }
            "input" => {
                self.bump();
                Statement::Input(self.decls()?)
            }
            "init" => {
                self.bump();
                Statement::Init(self.inits()?)
            }
            "index" => Statement::Index(self.index()?),
            "fn" => Statement::Function(self.function()?),
            "spike" | "event" => self.event()?,
            "on" => self.on()?,
            "bound" => self.bound()?,
            "integrate" => self.integrate()?,
            "place" => self.place()?,
            "ion" => self.ion()?,
            "current" => self.current()?,
            "insert" => self.insert()?,
            "section" => self.section()?,
            "shape" => self.shape()?,
            "region" => self.region()?,
            "trainable" => self.trainable()?,
            _ => return Err(self.no_statement()),
        })
    }

    /// Tells whether the token `ahead` begins a value that no path goes on with.
    fn begins_value(&self, ahead: usize) -> bool {
        let token = self.peek(ahead);
        !token.first
            && matches!(
                token.kind,
                TokenKind::Number | TokenKind::Text | TokenKind::Minus | TokenKind::LeftParen
            )
    }

    /// Parses `NAME = …`, `NAME[t+1] = …`, `path += …` or a projection.
    fn name_first(&mut self) -> Try<Statement> {
        let start = self.span(self.peek(0));
        let path = self.path()?;
        self.last_operand = None;
        match self.kind() {
            TokenKind::Equals if ends_with_next(&path) => self.map(path),
            TokenKind::Equals => self.quantity(path),
            TokenKind::PlusEquals => {
                self.bump();
                Ok(Statement::Delivery {
                    target: path,
                    value: self.expr()?,
                })
            }
            TokenKind::Arrow | TokenKind::Comma => {
                self.projection(start, None, Endpoint { path, set: None })
            }
            TokenKind::LeftBrace if !self.at_line_end() => {
                if path.segments.is_empty() && !self.closes_before_arrow() {
                    return Err(self.unknown_block(&path));
                }
                let set = Some(self.set()?);
                self.projection(start, None, Endpoint { path, set })
            }
            TokenKind::MinusEquals | TokenKind::StarEquals => {
                let span = self.span(self.peek(0));
                let found = self.str(self.peek(0));
                Err(self.fail(
                    Diagnostic::error(
                        Code::Misplaced,
                        span,
                        format!("`{found}` stands outside a handler; expected `=` or `+=`"),
                    )
                    .help("states change in events: `spike when … { w -= b }`, `on pre { … }`"),
                ))
            }
            _ => {
                let shown = self.shown(path.span);
                Err(self.unexpected(&format!("`=`, `+=` or `->` after `{shown}`")))
            }
        }
    }

    /// Tells whether `->` or `,` follows the brace at the present token.
    fn closes_before_arrow(&self) -> bool {
        self.closing(0).is_some_and(|ahead| {
            matches!(
                self.peek(ahead + 1).kind,
                TokenKind::Arrow | TokenKind::Comma
            )
        })
    }

    fn unknown_block(&mut self, path: &Path) -> Failed {
        let name = &path.head;
        self.fail(
            Diagnostic::error(
                Code::UnknownStatement,
                path.span,
                format!("expected a statement, found `{name} {{`"),
            )
            .help(format!(
                "values of a population are written `{name} = Model[100] {{ … }}`"
            ))
            .help("what an event does is written `spike when … { … }`, `on pre { … }`"),
        )
    }

    fn map(&mut self, mut path: Path) -> Try<Statement> {
        let span = path.span;
        path.segments.pop();
        let (state, axes) = self.declared(path, "the name of a state")?;
        self.bump();
        let rhs = self.expr_or_error(false);
        let asynchronously = self.eat_word_here("asynchronously");
        if asynchronously.is_none() && !self.at_statement_end() {
            return Err(self.unexpected_among("the end of the equation", &["asynchronously"]));
        }
        let span = span.to(self.last_span());
        Ok(Statement::Map(Map {
            state,
            axes,
            rhs,
            asynchronously,
            span,
        }))
    }

    fn quantity(&mut self, path: Path) -> Try<Statement> {
        let start = path.span;
        let (name, axes) = self.declared(path, "the name of a quantity")?;
        self.bump();
        let rhs = self.expr_or_error(false);
        let set = self.optional_set()?;
        let comma = self.at(TokenKind::Comma);
        if self.at(TokenKind::Arrow) || (comma && matches!(rhs.kind, ExprKind::Path(_))) {
            let path = self.endpoint(rhs)?;
            return self.projection(start, Some((name, axes)), Endpoint { path, set });
        }
        if comma {
            let span = self.span(self.peek(0));
            return Err(self.fail(
                Diagnostic::error(
                    Code::UnexpectedToken,
                    span,
                    "expected the end of the statement, found `,`",
                )
                .help("each quantity is a statement of its own; lists follow `param` or `const`"),
            ));
        }
        if self.at_word("with") && !self.at_line_end() {
            return Err(self.composition());
        }
        let span = start.to(self.last_span());
        Ok(Statement::Quantity(Quantity {
            name,
            axes,
            rhs,
            set,
            span,
        }))
    }

    pub(super) fn composition(&mut self) -> Failed {
        let span = self.span(self.peek(0));
        self.fail(Diagnostic::error(
            Code::Unsupported,
            span,
            "composing models by `with` is not built yet",
        ))
    }

    /// Parses `index NAME = …`.
    pub(super) fn index(&mut self) -> Try<IndexDecl> {
        let start = self.bump();
        let name = self.name("the name of the index")?;
        self.last_operand = None;
        self.expect(TokenKind::Equals, "`=` and the elements of the index")?;
        let next = self.peek(1);
        let labels = self.is_name(0)
            && (next.first
                || matches!(
                    next.kind,
                    TokenKind::Comma
                        | TokenKind::Semicolon
                        | TokenKind::RightBrace
                        | TokenKind::End
                ));
        let set = if labels {
            IndexSet::Labels(self.names("a label")?)
        } else {
            IndexSet::Expr(self.expr()?)
        };
        Ok(IndexDecl {
            name,
            set,
            span: self.since(start),
        })
    }

    /// Parses `fn NAME(a, b) = expr`.
    pub(super) fn function(&mut self) -> Try<Function> {
        let start = self.bump();
        let name = self.name("the name of the function")?;
        self.last_operand = None;
        if !self.at(TokenKind::LeftParen) {
            return Err(self.unexpected(&format!("`(` and the parameters of `{name}`")));
        }
        let (params, _) = self.bracketed(|p| p.names("the name of a parameter"))?;
        self.expect(TokenKind::Equals, "`=`")?;
        let body = self.expr_or_error(false);
        Ok(Function {
            name,
            params,
            body,
            span: self.since(start),
        })
    }

    /// Says that no statement begins like this.
    pub(super) fn no_statement(&mut self) -> Failed {
        let token = self.peek(0);
        self.last_operand = None;
        if token.kind != TokenKind::Word {
            return self.unexpected("a statement");
        }
        let word = self.str(token);
        if TO_COME.contains(&word) {
            return self.not_yet(word);
        }
        let next = self.peek(1);
        if is_reserved(word) {
            let message = format!("expected a statement, found the reserved word `{word}`");
            let diagnostic = Diagnostic::error(Code::UnexpectedToken, self.span(token), message);
            return self.fail(match word {
                "connect" | "delay" | "into" | "without" => {
                    diagnostic.help("this clause belongs to a projection: `E -> I : Synapse …`")
                }
                "refractory" | "holding" => {
                    diagnostic.help("this clause belongs to an event: `spike when … { … }`")
                }
                "if" => diagnostic.help("a choice is written `where(condition, a, b)`"),
                _ => diagnostic,
            });
        }
        let guess = nearest(word, STATEMENT_WORDS);
        let pair = format!("{word} {}", self.str(next));
        let diagnostic = Diagnostic::error(
            Code::UnknownStatement,
            self.span(token),
            format!("expected a statement, found `{pair}`"),
        );
        self.fail(match (word, guess) {
            ("let", _) => diagnostic.help("`let` stands in handlers; here write `name = …`"),
            (_, Some(guess)) => diagnostic.did_you_mean(Some(guess)),
            _ => diagnostic.help(format!("a quantity is written `{word} = …`")),
        })
    }

    fn not_yet(&mut self, word: &str) -> Failed {
        let span = self.span(self.peek(0));
        self.fail(Diagnostic::error(
            Code::Unsupported,
            span,
            format!("`{word}` is a statement of a later version and not built yet"),
        ))
    }
}

fn ends_with_next(path: &Path) -> bool {
    matches!(path.segments.last(), Some(Segment::Next { .. }))
}
