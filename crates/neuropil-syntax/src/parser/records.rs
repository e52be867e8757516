//! `record`, `trainable` and `for`.

use super::core::{Parser, Separator, Try};
use crate::lexer::TokenKind;
use crate::tree::{
    Axis, ExprKind, ForLoop, Name, Record, RecordItem, RecordWhen, Statement, Trainable,
};

/// What may follow the values of a record.
const RECORD_WORDS: [&str; 3] = ["every", "on", "at"];

impl Parser<'_> {
    /// Parses `record E.V, lfp = sum(ee.I) every 1 ms`.
    pub(super) fn record(&mut self) -> Try<Statement> {
        let start = self.bump();
        let items = self.comma_list(Self::record_item)?;
        let when = if self.eat_word("every") {
            Some(RecordWhen::Every(self.expr()?))
        } else if self.eat_word_here("on").is_some() {
            Some(RecordWhen::On(self.path()?))
        } else if self.eat_word_here("at").is_some() {
            Some(match self.eat_word_here("end") {
                Some(span) => RecordWhen::AtEnd(span),
                None => RecordWhen::At(self.expr()?),
            })
        } else {
            None
        };
        if when.is_none() && !self.at_statement_end() {
            return Err(self.unexpected_among("the end of the record", &RECORD_WORDS));
        }
        Ok(Statement::Record(Record {
            items,
            when,
            span: self.since(start),
        }))
    }

    fn record_item(&mut self) -> Try<RecordItem> {
        let start = self.peek(0);
        let value = self.expr()?;
        let mut item = RecordItem {
            name: None,
            value,
            span: self.since(start),
        };
        if self.at(TokenKind::Equals) && !self.at_line_end() {
            let ExprKind::Path(path) = item.value.kind else {
                return Err(self.unexpected("the end of the record"));
            };
            let name: (Name, Vec<Axis>) = self.declared(path, "the name of a recorded value")?;
            self.bump();
            item.name = Some(name);
            item.value = self.expr()?;
            item.span = self.since(start);
        }
        Ok(item)
    }

    /// Parses `trainable W.w, H.tau in [5 ms, 50 ms]`.
    pub(super) fn trainable(&mut self) -> Try<Statement> {
        self.bump();
        let items = self.comma_list(|p| {
            let start = p.peek(0);
            let target = p.path()?;
            let range = if p.eat_word("in") {
                Some(p.expr()?)
            } else {
                None
            };
            Ok(Trainable {
                target,
                range,
                span: p.since(start),
            })
        })?;
        Ok(Statement::Trainable(items))
    }

    /// Parses `for a in pop, b in pop if … { … }`.
    pub(super) fn for_loop(&mut self) -> Try<Statement> {
        let start = self.bump();
        let over = self.comma_list(|p| {
            let var = p.name("the name of an index variable")?;
            p.expect_word("in")?;
            Ok((var, p.expr()?))
        })?;
        let condition = if self.eat_word("if") {
            Some(self.expr()?)
        } else {
            None
        };
        let (body, _) = self.block(
            "the statements of the loop",
            Separator::Line,
            Self::statement,
        )?;
        Ok(Statement::For(ForLoop {
            over,
            condition,
            body,
            span: self.since(start),
        }))
    }
}
