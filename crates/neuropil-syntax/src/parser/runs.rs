//! Runs with their phases and sweeps, plots, expectations.

use super::core::{Parser, Separator, Try};
use crate::lexer::TokenKind;
use crate::tree::{
    Change, Expect, Expectation, Phase, Plot, PlotJoin, Run, RunOption, Step, Sweep,
};
use crate::{Code, Diagnostic};

impl Parser<'_> {
    /// Parses `run N for 1 s with dt = 0.1 ms as name { … }`.
    pub(super) fn run(&mut self) -> Try<Run> {
        let start = self.bump();
        let network = self.name("the name of a network")?;
        let mut run = Run {
            network,
            duration: None,
            options: Vec::new(),
            name: None,
            steps: Vec::new(),
            span: self.since(start),
        };
        self.run_clauses(&mut run)?;
        if self.at(TokenKind::LeftBrace) && !self.at_line_end() {
            let mut steps = Vec::new();
            let (parsed, _) = self.block("the phases of the run", Separator::Line, Self::step)?;
            steps.extend(parsed);
            run.steps = steps;
        }
        run.span = self.since(start);
        Ok(run)
    }

    /// Parses the clauses of a run, in any order, each at most once.
    fn run_clauses(&mut self, run: &mut Run) -> Try<()> {
        let mut seen: Vec<&str> = Vec::new();
        while self.at(TokenKind::Word) {
            let token = self.peek(0);
            let word = self.str(token);
            if !["for", "with", "as"].contains(&word) {
                break;
            }
            if seen.contains(&word) {
                let message = format!("`{word}` is given twice for this run");
                self.report(Diagnostic::error(
                    Code::DuplicateClause,
                    self.span(token),
                    message,
                ));
            }
            seen.push(word);
            self.bump();
            match word {
                "for" => run.duration = Some(self.expr()?),
                "as" => run.name = Some(self.name("a name for the run")?),
                _ => run.options.extend(self.comma_list(|p| {
                    let name = p.name("the name of an option or parameter")?;
                    p.last_operand = None;
                    p.expect(TokenKind::Equals, &format!("`=` after `{name}`"))?;
                    Ok(RunOption {
                        name,
                        value: p.expr()?,
                    })
                })?),
            }
        }
        if self.is_name(0) && !self.at_line_end() {
            return Err(self.unexpected_among("`for`, `with`, `as` or `{`", &["with"]));
        }
        Ok(())
    }

    fn step(&mut self) -> Try<Step> {
        let start = self.peek(0);
        match self.str(start) {
            "sweep" => {
                self.bump();
                let sweeps = self.comma_list(Self::sweep)?;
                Ok(Step::Sweep {
                    sweeps,
                    span: self.since(start),
                })
            }
            "repeat" => {
                self.bump();
                let count = self.expr()?;
                let (steps, _) = self.block("the phases to repeat", Separator::Line, Self::step)?;
                Ok(Step::Repeat {
                    count,
                    steps,
                    span: self.since(start),
                })
            }
            "phase" => self.phase(),
            _ => {
                self.last_operand = None;
                let words = ["sweep", "repeat", "phase"];
                Err(self.unexpected_among("`phase`, `sweep` or `repeat`", &words))
            }
        }
    }

    fn sweep(&mut self) -> Try<Sweep> {
        let start = self.peek(0);
        let names = if start.kind == TokenKind::LeftParen {
            self.bracketed(|p| p.names("the name of a parameter"))?.0
        } else {
            vec![self.name("the name of a parameter")?]
        };
        self.expect_word("in")?;
        let values = self.expr()?;
        Ok(Sweep {
            names,
            values,
            span: self.since(start),
        })
    }

    fn phase(&mut self) -> Try<Step> {
        let start = self.bump();
        let name = self.name("the name of the phase")?;
        self.last_operand = None;
        self.expect_word("for")?;
        let duration = self.expr()?;
        let until = if self.eat_word("until") {
            Some(self.expr()?)
        } else {
            None
        };
        let unrecorded = self.eat_word_here("unrecorded");
        let mut changes = Vec::new();
        if self.at(TokenKind::LeftBrace) && !self.at_line_end() {
            let (groups, _) =
                self.block("the changes of the phase", Separator::Line, Self::changes)?;
            changes = groups.into_iter().flatten().collect();
        } else if !self.at_statement_end() {
            let words = ["until", "unrecorded"];
            return Err(self.unexpected_among("the end of the phase", &words));
        }
        let span = self.since(start);
        Ok(Step::Phase(Phase {
            name,
            duration,
            until,
            unrecorded,
            changes,
            span,
        }))
    }

    /// Parses one line of changes; `hold a, b` gives one change each.
    fn changes(&mut self) -> Try<Vec<Change>> {
        let word_next = self.peek(1).kind == TokenKind::Word;
        if self.at_word("hold") && word_next {
            self.bump();
            return self.comma_list(|p| {
                let target = p.path()?;
                let value = if p.eat(TokenKind::Equals) {
                    Some(p.expr()?)
                } else {
                    None
                };
                Ok(Change::Hold { target, value })
            });
        }
        if self.at_word("init") && word_next {
            self.bump();
            return self.comma_list(|p| {
                let target = p.path()?;
                p.expect(TokenKind::Equals, "`=` and a start value")?;
                Ok(Change::Init {
                    target,
                    value: p.expr()?,
                })
            });
        }
        let target = self.path()?;
        self.last_operand = None;
        let add = self.at(TokenKind::PlusEquals);
        if !add && !self.at(TokenKind::Equals) {
            let shown = self.shown(target.span);
            return Err(self.unexpected(&format!("`=` or `+=` after `{shown}`")));
        }
        self.bump();
        let value = self.expr()?;
        let change = if add {
            Change::Add { target, value }
        } else {
            Change::Assign { target, value }
        };
        Ok(vec![change])
    }

    /// Parses `plot raster(E) above traces(E.V)`.
    pub(super) fn plot(&mut self) -> Try<Plot> {
        let start = self.bump();
        let first = self.call()?;
        let mut rest = Vec::new();
        loop {
            self.last_operand = None;
            let join = if self.at(TokenKind::Comma) {
                PlotJoin::Next
            } else if self.at_word("above") {
                PlotJoin::Above
            } else if self.at_word("beside") {
                PlotJoin::Beside
            } else {
                break;
            };
            self.bump();
            rest.push((join, self.call()?));
        }
        if self.is_name(0) && !self.at_line_end() {
            return Err(self.unexpected_among("`,`, `above` or `beside`", &["above", "beside"]));
        }
        Ok(Plot {
            first,
            rest,
            span: self.since(start),
        })
    }

    /// Parses `expect rate(E, 0 s .. 1 s) in 5 Hz .. 9 Hz`.
    pub(super) fn expectations(&mut self) -> Try<Expect> {
        let start = self.bump();
        let items = self.comma_list(|p| {
            let start = p.peek(0);
            let value = p.expr()?;
            let within = if p.eat_word("in") {
                Some(p.expr()?)
            } else {
                None
            };
            Ok(Expectation {
                value,
                within,
                span: p.since(start),
            })
        })?;
        Ok(Expect {
            items,
            span: self.since(start),
        })
    }
}
