//! Looking at tokens, the newline rules, reporting, recovery, blocks.

use super::brackets::{self, ALONE};
use super::{MAX_NESTING, UnitNames};
use crate::lexer::{Token, TokenKind, lex};
use crate::tree::{Expr, ExprKind, Name};
use crate::words::{is_reserved, latin};
use crate::{Code, Diagnostic, SourceId, Span};

/// A mistake was reported; the statement is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Failed;

/// What a parsing function returns.
pub(super) type Try<T> = Result<T, Failed>;

/// What nesting may cost in all: an operand costs 1, and so does a bracket around it. A megabyte of
/// stack is enough for the deepest text.
const BUDGET: u32 = MAX_NESTING;

/// Brackets nested deeper than this are refused.
pub(super) const MAX_BRACKETS: u32 = BUDGET / 2;

/// Blocks nested deeper than this are refused.
pub(super) const MAX_BLOCKS: u32 = BUDGET / 8;

/// How entries of a block may be separated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Separator {
    /// By newlines and `;`.
    Line,
    /// By newlines, `;` and `,`.
    LineOrComma,
}

pub(super) struct Parser<'t> {
    text: &'t str,
    pub(super) source: SourceId,
    pub(super) units: &'t dyn UnitNames,
    tokens: Vec<Token>,
    pub(super) partner: Vec<u32>,
    pub(super) pos: usize,
    /// Tokens from here on are not seen, except for one end mark.
    barrier: usize,
    /// The open `(` and `[` around the present token; newlines count only if there are none.
    pub(super) open: Vec<usize>,
    /// The depth of the recursion.
    nesting: u32,
    /// The last number, name or bracketed value, for "expected an operator between".
    pub(super) last_operand: Option<Span>,
    /// The token that the present entry begins with.
    pub(super) entry_start: usize,
    /// Where entries of blocks and items of the file begin.
    pub(super) starts: Vec<u32>,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) errors: usize,
}

impl<'t> Parser<'t> {
    pub(super) fn new(source: SourceId, text: &'t str, units: &'t dyn UnitNames) -> Self {
        let lexed = lex(source, text);
        let mut tokens = lexed.tokens;
        // Without comments and line breaks. `first` already says where lines begin.
        tokens.retain(|t| !matches!(t.kind, TokenKind::Comment | TokenKind::Newline));
        let partner = brackets::partners(&tokens);
        let barrier = tokens.len() - 1;
        let mut parser = Self {
            text,
            source,
            units,
            tokens,
            partner,
            pos: 0,
            barrier,
            open: Vec::new(),
            nesting: 0,
            last_operand: None,
            entry_start: 0,
            starts: Vec::new(),
            diagnostics: Vec::new(),
            errors: 0,
        };
        for diagnostic in lexed.diagnostics {
            parser.report(diagnostic);
        }
        parser
    }

    /// Returns the diagnostics in the order of the text.
    pub(super) fn finish(mut self) -> Vec<Diagnostic> {
        self.diagnostics
            .sort_by_key(|d| (d.primary.start, d.primary.end));
        self.diagnostics
    }

    /// Parses a text that is one thing as a whole.
    pub(super) fn whole<T>(&mut self, part: impl FnOnce(&mut Self) -> Try<T>) -> Option<T> {
        let result = part(self).and_then(|value| {
            if self.at_end() {
                Ok(value)
            } else {
                Err(self.unexpected("the end of the text"))
            }
        });
        result.ok().filter(|_| self.errors == 0)
    }

    // ---- Looking -------------------------------------------------------------------------------

    /// Returns the token `ahead` places after the present one.
    pub(super) fn peek(&self, ahead: usize) -> Token {
        let index = self.pos + ahead;
        if index < self.barrier {
            return self.tokens[index];
        }
        let at = self.tokens[self.barrier].start;
        Token {
            kind: TokenKind::End,
            start: at,
            end: at,
            first: true,
            glued: false,
        }
    }

    pub(super) fn kind(&self) -> TokenKind {
        self.peek(0).kind
    }

    pub(super) fn at(&self, kind: TokenKind) -> bool {
        self.kind() == kind
    }

    pub(super) fn at_end(&self) -> bool {
        self.at(TokenKind::End)
    }

    /// Returns the text of a token.
    pub(super) fn str(&self, token: Token) -> &'t str {
        self.text
            .get(token.start as usize..token.end as usize)
            .unwrap_or("")
    }

    /// Returns the text of a span, cut short and on one line, for messages.
    pub(super) fn shown(&self, span: Span) -> String {
        let text = self.text.get(span.range()).unwrap_or("");
        let line = text.lines().next().unwrap_or("");
        if line.len() == text.len() && line.chars().count() <= 40 {
            return line.to_owned();
        }
        format!("{}…", line.chars().take(39).collect::<String>().trim_end())
    }

    pub(super) fn span(&self, token: Token) -> Span {
        Span::new(self.source, token.start, token.end)
    }

    /// Returns the span of the token just read.
    pub(super) fn last_span(&self) -> Span {
        let index = self.pos.saturating_sub(1);
        self.span(self.tokens[index.min(self.tokens.len() - 1)])
    }

    /// Returns the span from the start of a token to the end of what was read.
    pub(super) fn since(&self, start: Token) -> Span {
        self.span(start).to(self.last_span())
    }

    /// Tells whether the token `ahead` is this word.
    pub(super) fn word_at(&self, ahead: usize, word: &str) -> bool {
        let token = self.peek(ahead);
        token.kind == TokenKind::Word && self.str(token) == word
    }

    /// Tells whether the present token is this word.
    pub(super) fn at_word(&self, word: &str) -> bool {
        self.word_at(0, word)
    }

    /// Tells whether the token `ahead` is a word that may be a name.
    pub(super) fn is_name(&self, ahead: usize) -> bool {
        let token = self.peek(ahead);
        token.kind == TokenKind::Word && !is_reserved(self.str(token))
    }

    /// Tells whether a line break before the present token ends the statement.
    pub(super) fn at_line_end(&self) -> bool {
        self.peek(0).first && self.open.is_empty()
    }

    /// Tells whether the line ended where a value or name must follow: after an operator, comma or
    /// colon it may follow on the next line, after a word it may not.
    pub(super) fn line_ended_early(&self) -> bool {
        use TokenKind::{
            Arrow, Caret, Colon, Comma, DotDot, EqualEqual, Equals, Greater, GreaterEqual, Less,
            LessEqual, Minus, MinusEquals, NotEqual, Plus, PlusEquals, Slash, Star, StarEquals,
            Word,
        };
        if !self.at_line_end() || self.pos == self.entry_start || self.pos == 0 {
            return false;
        }
        let last = self.tokens[self.pos - 1];
        match last.kind {
            Arrow | Caret | Colon | Comma | DotDot | EqualEqual | Equals | Greater
            | GreaterEqual | Less | LessEqual | Minus | MinusEquals | NotEqual | Plus
            | PlusEquals | Slash | Star | StarEquals => false,
            Word => !matches!(self.str(last), "and" | "or" | "not"),
            _ => true,
        }
    }

    /// Tells whether the statement is over: line end, `;`, `}` or the end.
    pub(super) fn at_statement_end(&self) -> bool {
        let closes = matches!(
            self.kind(),
            TokenKind::Semicolon | TokenKind::RightBrace | TokenKind::End
        );
        closes || self.at_line_end()
    }

    /// Tells whether the present token is this word on the same line.
    pub(super) fn at_word_here(&self, word: &str) -> bool {
        self.at_word(word) && !self.at_line_end()
    }

    /// Returns the index of the token that closes the bracket `ahead`.
    pub(super) fn closing(&self, ahead: usize) -> Option<usize> {
        let partner = *self.partner.get(self.pos + ahead)?;
        let closes = partner != ALONE && partner as usize > self.pos + ahead;
        closes.then(|| partner as usize - self.pos)
    }

    /// Tells whether the present token is the divisor of `/` or the exponent of `^`, signed or not.
    pub(super) fn follows_slash_or_caret(&self) -> bool {
        let kind = |back: usize| self.pos.checked_sub(back).map(|at| self.tokens[at].kind);
        let sign = usize::from(kind(1) == Some(TokenKind::Minus));
        matches!(kind(1 + sign), Some(TokenKind::Slash | TokenKind::Caret))
    }

    pub(super) fn position(&self) -> usize {
        self.pos
    }

    // ---- Going on ------------------------------------------------------------------------------

    /// Takes the present token.
    pub(super) fn bump(&mut self) -> Token {
        let token = self.peek(0);
        if self.pos < self.barrier {
            self.pos += 1;
        }
        token
    }

    pub(super) fn eat(&mut self, kind: TokenKind) -> bool {
        let found = self.at(kind);
        if found {
            self.bump();
        }
        found
    }

    /// Takes the word if it is the present token, on this line or the next.
    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        let found = self.at_word(word);
        if found {
            self.bump();
        }
        found
    }

    /// Takes the word if it stands on this line, and returns its place.
    pub(super) fn eat_word_here(&mut self, word: &str) -> Option<Span> {
        self.at_word_here(word).then(|| {
            let token = self.bump();
            self.span(token)
        })
    }

    pub(super) fn expect(&mut self, kind: TokenKind, what: &str) -> Try<Token> {
        if self.at(kind) {
            Ok(self.bump())
        } else {
            Err(self.unexpected(what))
        }
    }

    pub(super) fn expect_word(&mut self, word: &str) -> Try<Span> {
        if self.at_word(word) {
            let token = self.bump();
            return Ok(self.span(token));
        }
        Err(self.unexpected(&format!("`{word}`")))
    }

    /// Takes a name. A reserved or non-ASCII word is reported and taken as a name all the same.
    pub(super) fn name(&mut self, what: &str) -> Try<Name> {
        if !self.at(TokenKind::Word) || self.line_ended_early() {
            return Err(self.unexpected(what));
        }
        let token = self.bump();
        let (word, span) = (self.str(token), self.span(token));
        if is_reserved(word) {
            self.report(
                Diagnostic::error(
                    Code::ReservedWord,
                    span,
                    format!("expected {what}, found the reserved word `{word}`"),
                )
                .help(format!("call it `{word}_` or, better, by what it is")),
            );
        }
        self.check_letters(word, span);
        Ok(Name::new(word, span))
    }

    /// Takes any word after a dot.
    pub(super) fn field(&mut self) -> Try<Name> {
        if !self.at(TokenKind::Word) {
            return Err(self.unexpected("a name after `.`"));
        }
        let token = self.bump();
        let (word, span) = (self.str(token), self.span(token));
        self.check_letters(word, span);
        Ok(Name::new(word, span))
    }

    /// Reports a name with a letter outside ASCII.
    pub(super) fn check_letters(&mut self, word: &str, span: Span) {
        if word.is_ascii() {
            return;
        }
        let diagnostic = Diagnostic::error(
            Code::NonAsciiName,
            span,
            format!("name `{word}` has letters outside a-z, A-Z; units alone may have `µ` and `Ω`"),
        );
        self.report(match latin(word) {
            Some(latin) => diagnostic.help(format!("write `{latin}`")),
            None => diagnostic,
        });
    }

    /// Parses one or more of something, separated by commas.
    pub(super) fn comma_list<T>(
        &mut self,
        mut part: impl FnMut(&mut Self) -> Try<T>,
    ) -> Try<Vec<T>> {
        let mut list = vec![part(self)?];
        while self.at(TokenKind::Comma) && !self.at_line_end() {
            self.bump();
            list.push(part(self)?);
        }
        Ok(list)
    }

    pub(super) fn names(&mut self, what: &str) -> Try<Vec<Name>> {
        self.comma_list(|p| p.name(what))
    }

    /// Parses what stands between the present bracket and its partner; the opening bracket is the
    /// present token. Line breaks do not count inside.
    pub(super) fn bracketed<T>(
        &mut self,
        part: impl FnOnce(&mut Self) -> Try<T>,
    ) -> Try<(T, Span)> {
        let opening = self.peek(0);
        let (close, sign) = match opening.kind {
            TokenKind::LeftParen => (TokenKind::RightParen, ")"),
            _ => (TokenKind::RightBracket, "]"),
        };
        if self.closing(0).is_none() {
            let found = self.str(opening);
            self.report(
                Diagnostic::error(
                    Code::UnclosedDelimiter,
                    self.span(opening),
                    format!("`{found}` is never closed"),
                )
                .help(format!("add `{sign}`")),
            );
            return Err(Failed);
        }
        self.nested(1, |p| {
            p.open.push(p.pos);
            p.bump();
            let value = part(p)?;
            if !p.at(close) {
                return Err(p.unexpected_in_brackets(opening, sign));
            }
            p.bump();
            p.open.pop();
            Ok((value, p.since(opening)))
        })
    }

    /// Goes deeper by `cost`, or reports that this is too deep.
    pub(super) fn nested<T>(
        &mut self,
        cost: u32,
        part: impl FnOnce(&mut Self) -> Try<T>,
    ) -> Try<T> {
        if self.nesting + cost > BUDGET {
            return Err(self.too_deep(self.span(self.peek(0))));
        }
        self.nesting += cost;
        let result = part(self);
        self.nesting -= cost;
        result
    }

    /// Parses with the tokens from `ahead` on hidden.
    pub(super) fn before<T>(
        &mut self,
        ahead: usize,
        part: impl FnOnce(&mut Self) -> Try<T>,
    ) -> Try<T> {
        let kept = std::mem::replace(&mut self.barrier, self.pos + ahead);
        let result = part(self);
        self.barrier = kept;
        result
    }

    // ---- Blocks and recovery -------------------------------------------------------------------

    /// Parses `{ entry … }`. `of` names the block in messages.
    pub(super) fn block<T>(
        &mut self,
        of: &str,
        separator: Separator,
        mut entry: impl FnMut(&mut Self) -> Try<T>,
    ) -> Try<(Vec<T>, Span)> {
        if !self.at(TokenKind::LeftBrace) {
            return Err(self.unexpected(&format!("`{{` and {of}")));
        }
        let opening = self.peek(0);
        self.nested(BUDGET / MAX_BLOCKS, |p| {
            p.bump();
            let mut entries = Vec::new();
            loop {
                while p.at(TokenKind::Semicolon)
                    || (separator == Separator::LineOrComma && p.at(TokenKind::Comma))
                {
                    p.bump();
                }
                if p.eat(TokenKind::RightBrace) {
                    break;
                }
                if p.at_end() || p.at_item_in_body() {
                    p.unclosed_block(opening, of);
                    break;
                }
                if let Some(value) = p.entry(separator, &mut entry) {
                    entries.push(value);
                }
            }
            Ok((entries, p.since(opening)))
        })
    }

    /// Parses one entry and goes to its end, with recovery.
    pub(super) fn entry<T>(
        &mut self,
        separator: Separator,
        entry: &mut impl FnMut(&mut Self) -> Try<T>,
    ) -> Option<T> {
        let (start, depth, open) = (self.pos, self.nesting, self.open.len());
        self.last_operand = None;
        self.starts.push(self.peek(0).start);
        self.entry_start = start;
        let value = entry(self);
        let ended = value.is_ok() && self.entry_ends(separator);
        if !ended {
            self.nesting = depth;
            self.recover(start, open);
        }
        value.ok()
    }

    /// Tells whether an entry ends here, and reports what stands in its way if it does not.
    fn entry_ends(&mut self, separator: Separator) -> bool {
        if self.at_statement_end() || self.after_brace() {
            return true;
        }
        if self.at(TokenKind::Comma) && separator == Separator::LineOrComma {
            return true;
        }
        self.unexpected("the end of the statement");
        false
    }

    /// Tells whether the token just read is a closing brace: no line break is needed after it.
    fn after_brace(&self) -> bool {
        self.pos > 0 && self.tokens[self.pos - 1].kind == TokenKind::RightBrace
    }

    /// Goes to the end of a statement that was given up.
    fn recover(&mut self, start: usize, open: usize) {
        self.leave_brackets(open);
        if self.pos == start {
            self.skip();
        }
        while !self.at_statement_end() {
            self.skip();
        }
    }

    /// Goes behind the brackets that were opened since there were `open` of them.
    fn leave_brackets(&mut self, open: usize) {
        let Some(&outermost) = self.open.get(open) else {
            return;
        };
        let close = self.partner[outermost];
        if close != ALONE && close as usize >= self.pos {
            self.pos = (close as usize + 1).min(self.barrier);
        }
        self.open.truncate(open);
    }

    /// Parses an expression; a mistake in it does not take the statement away, so that the name that
    /// it defines stays known. Stops at the end of the statement, in a list also at the next comma.
    pub(super) fn expr_or_error(&mut self, in_list: bool) -> Expr {
        let (start, open) = (self.peek(0), self.open.len());
        if let Ok(expr) = self.expr() {
            return expr;
        }
        self.leave_brackets(open);
        while !(self.at_statement_end() || in_list && self.at(TokenKind::Comma)) {
            self.skip();
        }
        Expr::new(ExprKind::Error, self.since(start))
    }

    /// Goes over one token, or over all that its bracket encloses.
    fn skip(&mut self) {
        let opens = matches!(
            self.kind(),
            TokenKind::LeftParen | TokenKind::LeftBracket | TokenKind::LeftBrace
        );
        match self.closing(0).filter(|_| opens) {
            Some(ahead) => self.pos = (self.pos + ahead + 1).min(self.barrier),
            None => {
                self.bump();
            }
        }
    }
}
