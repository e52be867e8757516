//! Projections: `ee = E -> I : Synapse { … } weight … connect … delay …`.

use super::core::{Parser, Separator, Try};
use crate::lexer::TokenKind;
use crate::tree::{
    Axis, Call, Clause, Connect, ConnectRule, Delay, Endpoint, Name, Projection, Set, Statement,
    SynapseRef, Without,
};
use crate::{Code, Diagnostic, Span};

/// The clauses of a projection.
const CLAUSES: [&str; 4] = ["weight", "delay", "into", "connect"];

impl Parser<'_> {
    /// Goes on after the first source of a projection: `, F -> G : …`.
    pub(super) fn projection(
        &mut self,
        start: Span,
        name: Option<(Name, Vec<Axis>)>,
        first: Endpoint,
    ) -> Try<Statement> {
        let mut sources = vec![first];
        while self.eat(TokenKind::Comma) {
            let path = self.path()?;
            sources.push(Endpoint {
                path,
                set: self.optional_set()?,
            });
        }
        self.last_operand = None;
        self.expect(TokenKind::Arrow, "`->` and the targets")?;
        let targets = self.comma_list(Self::path)?;
        self.last_operand = None;
        if !self.at(TokenKind::Colon) {
            return Err(self.unexpected("`:` and a synapse after the targets"));
        }
        self.bump();
        let synapse = self.synapse()?;
        let clauses = self.clauses()?;
        let span = start.to(self.last_span());
        let projection = Projection {
            name,
            sources,
            targets,
            synapse,
            clauses,
            span,
        };
        Ok(Statement::Projection(Box::new(projection)))
    }

    fn synapse(&mut self) -> Try<SynapseRef> {
        if self.at(TokenKind::LeftBrace) {
            let (body, span) = self.block(
                "the statements of the synapse",
                Separator::Line,
                Self::statement,
            )?;
            return Ok(SynapseRef::InPlace { body, span });
        }
        let name = self.name("the name of a synapse, or its statements in `{ }`")?;
        let set: Option<Set> = self.optional_set()?;
        Ok(SynapseRef::Named { name, set })
    }

    fn clauses(&mut self) -> Try<Vec<Clause>> {
        let mut clauses: Vec<Clause> = Vec::new();
        while self.at(TokenKind::Word) {
            let token = self.peek(0);
            let word = self.str(token);
            if !CLAUSES.contains(&word) {
                break;
            }
            let before = clauses
                .iter()
                .find(|clause| clause.word() == word)
                .map(Clause::span);
            if let Some(before) = before {
                if self.at_line_end() {
                    break; // a statement of its own
                }
                let diagnostic = Diagnostic::error(
                    Code::DuplicateClause,
                    self.span(token),
                    format!("`{word}` is given twice for this projection"),
                );
                self.report(diagnostic.label(before, "it is given here"));
            }
            clauses.push(self.clause(word)?);
        }
        if !self.at_statement_end() && !self.at(TokenKind::Comma) {
            if self.at_word("without") {
                let span = self.span(self.peek(0));
                return Err(self.fail(
                    Diagnostic::error(
                        Code::Misplaced,
                        span,
                        "expected `without` after the rule of a `connect` clause",
                    )
                    .help("write `connect all_to_all without self`"),
                ));
            }
            if self.is_name(0) {
                return Err(self.unexpected_among("a clause of the projection", &CLAUSES));
            }
        }
        Ok(clauses)
    }

    fn clause(&mut self, word: &str) -> Try<Clause> {
        let start = self.bump();
        Ok(match word {
            "weight" => {
                let value = self.expr()?;
                Clause::Weight {
                    value,
                    span: self.since(start),
                }
            }
            "delay" => {
                let value = self.delay()?;
                Clause::Delay {
                    value,
                    span: self.since(start),
                }
            }
            "into" => {
                let port = self.name("the name of an input")?;
                Clause::Into {
                    port,
                    span: self.since(start),
                }
            }
            _ => {
                let rule = self.connect_rule()?;
                let without = self.without()?;
                Clause::Connect(Connect {
                    rule,
                    without,
                    span: self.since(start),
                })
            }
        })
    }

    fn delay(&mut self) -> Try<Delay> {
        let next = self.peek(1);
        if self.at_word("axonal") && next.kind != TokenKind::LeftParen && !next.first {
            let span = self.span(self.peek(0));
            return Err(self.fail(Diagnostic::error(
                Code::Unsupported,
                span,
                "`delay axonal … dendritic …` is not built yet; expected one delay",
            )));
        }
        if let Some(span) = self.eat_word_here("none") {
            return Ok(Delay::None(span));
        }
        Ok(Delay::Time(self.expr()?))
    }

    fn connect_rule(&mut self) -> Try<ConnectRule> {
        if self.eat_word("if") {
            return Ok(ConnectRule::If(self.expr()?));
        }
        if !self.is_name(0) {
            self.last_operand = None;
            return Err(self.unexpected("a connection rule, or `if` and a condition"));
        }
        if self.peek(1).kind == TokenKind::LeftParen {
            return Ok(ConnectRule::Named(self.call()?));
        }
        let name = self.name("a connection rule")?;
        let span = name.span;
        self.last_operand = None;
        Ok(ConnectRule::Named(Call {
            name,
            args: Vec::new(),
            span,
        }))
    }

    fn without(&mut self) -> Try<Vec<(Without, Span)>> {
        if !self.eat_word("without") {
            return Ok(Vec::new());
        }
        self.last_operand = None;
        self.comma_list(|p| {
            let token = p.peek(0);
            let what = match p.str(token) {
                "self" => Without::Itself,
                "multapses" => Without::Multapses,
                _ => {
                    let words = ["self", "multapses"];
                    return Err(p.unexpected_among("`self` or `multapses`", &words));
                }
            };
            p.bump();
            Ok((what, p.span(token)))
        })
    }
}
