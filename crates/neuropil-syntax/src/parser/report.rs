//! Reporting: what was found, what was expected, what may help.

use super::MAX_NESTING;
use super::brackets::ALONE;
use super::core::{Failed, MAX_BLOCKS, MAX_BRACKETS, Parser};
use crate::lexer::{Token, TokenKind};
use crate::words::is_reserved;
use crate::{Code, Diagnostic, Span, nearest};

/// More errors than this are not reported: the text is not what it claims to be.
const MAX_ERRORS: usize = 100;

impl Parser<'_> {
    /// Keeps a diagnostic, unless one was already reported at the same place.
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        if diagnostic.is_error() {
            let same = |other: &Diagnostic| {
                other.is_error() && other.primary.start == diagnostic.primary.start
            };
            self.errors += 1;
            if self.errors > MAX_ERRORS || self.diagnostics.iter().any(same) {
                return;
            }
        }
        self.diagnostics.push(diagnostic);
    }

    pub(super) fn fail(&mut self, diagnostic: Diagnostic) -> Failed {
        self.report(diagnostic);
        Failed
    }

    /// Describes the present token for a message, with the place to mark.
    fn found(&self) -> (String, Span) {
        let token = self.peek(0);
        let span = self.span(token);
        if token.kind == TokenKind::End {
            return ("the end of the text".to_owned(), self.last_span().tail());
        }
        if self.at_line_end() && self.pos != self.entry_start {
            return ("the end of the line".to_owned(), self.last_span().tail());
        }
        let shown = self.shown(span);
        let word = match token.kind {
            TokenKind::Number => format!("number `{shown}`"),
            TokenKind::Text => format!("string `{shown}`"),
            TokenKind::Word if is_reserved(&shown) => format!("the reserved word `{shown}`"),
            _ => format!("`{shown}`"),
        };
        (word, span)
    }

    /// Reports that the present token is not what is expected.
    pub(super) fn unexpected(&mut self, expected: &str) -> Failed {
        self.unexpected_among(expected, &[])
    }

    /// Reports that the present token is not what is expected; `words` are what it may be misspelt
    /// for.
    pub(super) fn unexpected_among(&mut self, expected: &str, words: &[&str]) -> Failed {
        let token = self.peek(0);
        let span = self.span(token);
        if token.kind == TokenKind::Unknown {
            return Failed; // already reported
        }
        if let Some(diagnostic) = self.foreign_operator(token) {
            return self.fail(diagnostic);
        }
        let misspelt = (token.kind == TokenKind::Word)
            .then(|| nearest(self.str(token), words.iter().copied()))
            .flatten();
        if misspelt.is_none()
            && !self.at_line_end()
            && let Some(diagnostic) = self.missing_operator(token)
        {
            return self.fail(diagnostic);
        }
        let alone = self.partner.get(self.pos) == Some(&ALONE) && self.open.is_empty();
        if alone && matches!(token.kind, TokenKind::RightParen | TokenKind::RightBracket) {
            let message = format!("`{}` closes nothing", self.str(token));
            return self.fail(Diagnostic::error(Code::UnmatchedDelimiter, span, message));
        }
        let (found, place) = self.found();
        let diagnostic = Diagnostic::error(
            Code::UnexpectedToken,
            place,
            format!("expected {expected}, found {found}"),
        );
        self.fail(diagnostic.did_you_mean(misspelt))
    }

    /// Says that a value follows a value, if it does.
    fn missing_operator(&self, token: Token) -> Option<Diagnostic> {
        use TokenKind::{LeftParen, Number, Text, Word};
        let last = self.last_operand?;
        let adjacent = last.end == self.last_span().end;
        let begins_value = match token.kind {
            Number | Text | LeftParen => true,
            Word => !is_reserved(self.str(token)),
            _ => false,
        };
        if !adjacent || !begins_value {
            return None;
        }
        let next = match self.closing(0) {
            Some(ahead) if token.kind == LeftParen => {
                self.span(token).to(self.span(self.peek(ahead)))
            }
            _ => self.span(token),
        };
        let (left, right) = (self.shown(last), self.shown(next));
        let diagnostic = Diagnostic::error(
            Code::ExpectedOperator,
            self.span(token),
            format!("expected an operator between `{left}` and `{right}`"),
        )
        .label(last, "a value ends here");
        Some(if left.contains(' ') {
            diagnostic.help(format!("a product is written `{left} * {right}`"))
        } else {
            diagnostic.help(format!("a product is written `{left}*{right}`"))
        })
    }

    /// Says how an operator of another language is written here.
    pub(super) fn foreign_operator(&self, token: Token) -> Option<Diagnostic> {
        if token.kind != TokenKind::Foreign {
            return None;
        }
        let sign = self.str(token);
        let help = match sign {
            "**" => "a power is written `a^b`",
            "^=" | "/=" => "a line changes its target by `=`, `+=`, `-=` or `*=`",
            "++" => "write `x += 1`",
            ":=" => "a value is given by `=`",
            "===" => "equality is written `==`",
            "=>" => "greater or equal is written `>=`",
            "<>" => "inequality is written `!=`",
            "&&" | "&" => "write `and`",
            "||" | "|" => "write `or`",
            "!" => "write `not`",
            "%" => "the remainder is written `mod(a, b)`",
            "//" => "comments begin with `#`; a quotient is rounded down by `floor(a/b)`",
            "..." => "a range is written `a..b`",
            _ => return None,
        };
        let message = format!("`{sign}` is no operator of this language");
        Some(Diagnostic::error(Code::UnknownOperator, self.span(token), message).help(help))
    }

    pub(super) fn unexpected_in_brackets(&mut self, opening: Token, sign: &str) -> Failed {
        let token = self.peek(0);
        if token.kind == TokenKind::Colon
            && let Some(left) = self.last_operand
            && left.end == self.last_span().end
        {
            let next = self.peek(1);
            let right = if next.kind == TokenKind::Number || next.kind == TokenKind::Word {
                self.str(next)
            } else {
                "n"
            };
            let help = format!("write `{}..{right}`", self.shown(left));
            return self.fail(
                Diagnostic::error(Code::NotARange, self.span(token), "`:` is not a range")
                    .help(help),
            );
        }
        if token.first {
            // The bracket is closed by one that belongs to a later line.
            let found = self.str(opening);
            return self.fail(
                Diagnostic::error(
                    Code::UnclosedDelimiter,
                    self.span(opening),
                    format!("`{found}` is not closed where it should be"),
                )
                .label(
                    self.span(token),
                    format!("expected `,`, an operator or `{sign}`"),
                ),
            );
        }
        self.unexpected(&format!("`,` or `{sign}`"))
    }

    /// Says that a block is never closed.
    pub(super) fn unclosed_block(&mut self, opening: Token, of: &str) {
        let swallowed =
            |d: &Diagnostic| d.code == Code::UnterminatedString && d.primary.start > opening.start;
        if self.diagnostics.iter().any(swallowed) {
            return; // the brace most likely stands in the string
        }
        let mut diagnostic = Diagnostic::error(
            Code::UnclosedDelimiter,
            self.span(opening),
            format!("`{{` is never closed; expected `}}` after {of}"),
        );
        if !self.at_end() {
            let found = self.span(self.peek(0));
            diagnostic = diagnostic.label(found, "this begins a new item of the file");
        }
        self.report(diagnostic);
    }

    /// Says that this is nested too deep.
    pub(super) fn too_deep(&mut self, span: Span) -> Failed {
        self.report(
            Diagnostic::error(
                Code::NestingTooDeep,
                span,
                format!(
                    "this is nested too deep: at most {MAX_NESTING} operators, {MAX_BRACKETS} brackets or \
                     {MAX_BLOCKS} blocks may enclose each other"
                ),
            )
            .help("give parts of it names of their own"),
        );
        Failed
    }
}
