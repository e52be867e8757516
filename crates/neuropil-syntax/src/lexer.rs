//! Cuts a text into tokens; never fails.
//!
//! Every byte of the text lies in exactly one token or in the blanks between two. Comments and line
//! breaks are tokens too, for the formatter; the parser drops them and keeps two flags instead:
//! whether a token is the first of its line, and whether a blank stands before it (units are written
//! without blanks, so `3 mV/s` and `3 mV / s` differ).

mod marks;
#[cfg(test)]
mod tests;

use crate::{Code, Diagnostic, SourceId, Span};

/// Texts beyond this many bytes are refused.
pub const MAX_INPUT: usize = 16 << 20;

/// The kinds of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// A name, keyword or unit.
    Word,
    /// A number.
    Number,
    /// A string with its quotes.
    Text,
    /// `#` to the end of the line.
    Comment,
    /// A line break.
    Newline,
    /// `;`
    Semicolon,
    /// `(`
    LeftParen,
    /// `)`
    RightParen,
    /// `[`
    LeftBracket,
    /// `]`
    RightBracket,
    /// `{`
    LeftBrace,
    /// `}`
    RightBrace,
    /// `,`
    Comma,
    /// `:`
    Colon,
    /// `.`
    Dot,
    /// `..`
    DotDot,
    /// `->`
    Arrow,
    /// `=`
    Equals,
    /// `+=`
    PlusEquals,
    /// `-=`
    MinusEquals,
    /// `*=`
    StarEquals,
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Star,
    /// `/`
    Slash,
    /// `^`
    Caret,
    /// `==`
    EqualEqual,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// An operator of another language; reported where it is met.
    Foreign,
    /// What is no token at all; already reported.
    Unknown,
    /// The end of the text.
    End,
}

/// One token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// Whether it is the first token of its line (comments do not count).
    pub(crate) first: bool,
    /// Whether it follows the token before it without a blank.
    pub(crate) glued: bool,
}

/// The tokens of a text, with comments and line breaks, closed by [`TokenKind::End`].
#[derive(Debug)]
pub(crate) struct Lexed {
    pub(crate) tokens: Vec<Token>,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// Cuts a text into tokens.
pub(crate) fn lex(source: SourceId, text: &str) -> Lexed {
    let mut lexer = Lexer {
        source,
        text,
        at: 0,
        tokens: Vec::with_capacity(text.len().min(MAX_INPUT) / 3 + 1),
        diagnostics: Vec::new(),
        first: true,
    };
    if text.len() > MAX_INPUT {
        lexer.diagnostics.push(
            Diagnostic::error(
                Code::InputTooLarge,
                Span::at(source, 0),
                format!(
                    "the text has {} bytes; at most {MAX_INPUT} are read",
                    text.len()
                ),
            )
            .help("tables belong into files: `csv(\"…\")`, `npy(\"…\")`"),
        );
    } else {
        lexer.at = if text.starts_with('\u{feff}') { 3 } else { 0 }; // a byte order mark
        lexer.run();
    }
    let end = lexer.at as u32;
    lexer.tokens.push(Token {
        kind: TokenKind::End,
        start: end,
        end,
        first: true,
        glued: false,
    });
    Lexed {
        tokens: lexer.tokens,
        diagnostics: lexer.diagnostics,
    }
}

struct Lexer<'t> {
    source: SourceId,
    text: &'t str,
    at: usize,
    tokens: Vec<Token>,
    diagnostics: Vec<Diagnostic>,
    first: bool,
}

impl Lexer<'_> {
    fn run(&mut self) {
        while let Some(c) = self.peek(0) {
            let start = self.at;
            match c {
                '\n' => {
                    self.at += 1;
                    self.push(TokenKind::Newline, start);
                    self.first = true;
                }
                '\r' if self.peek(1) == Some('\n') => self.at += 1,
                c if c.is_whitespace() => self.at += c.len_utf8(),
                '#' => {
                    let rest = &self.text[start..];
                    self.at += rest.find('\n').unwrap_or(rest.len());
                    let line = self.text[start..self.at].trim_end();
                    let stop = self.at;
                    self.at = start + line.len();
                    self.push(TokenKind::Comment, start);
                    self.at = stop;
                }
                '"' => self.string(start),
                '0'..='9' => self.number(start),
                '.' if self.is_digit(1) && !self.follows_value() => {
                    self.at += 1;
                    self.digits();
                    let found = &self.text[start..self.at];
                    let message = format!("number `{found}` needs a digit before the point");
                    let help = format!("write `0{found}`");
                    self.report(Code::BadNumber, start, message, Some(help));
                    self.push(TokenKind::Number, start);
                }
                c if is_word_start(c) => {
                    while self.peek(0).is_some_and(is_word_part) {
                        self.at += self.peek(0).map_or(1, char::len_utf8);
                    }
                    self.push(TokenKind::Word, start);
                }
                c => self.sign(c, start),
            }
        }
    }

    /// Reads a string: quotes on one line; `\"` and `\\` are the only escapes.
    fn string(&mut self, start: usize) {
        self.at += 1;
        loop {
            match self.peek(0) {
                Some('"') => {
                    self.at += 1;
                    break;
                }
                Some('\\') if matches!(self.peek(1), Some('"' | '\\')) => self.at += 2,
                None | Some('\n') => {
                    let kept = self.text[start..self.at].trim_end().len();
                    self.at = start + kept.max(1);
                    let message = "this string has no closing quote on its line".to_owned();
                    let help = "a string ends on the line it begins on".to_owned();
                    self.report(Code::UnterminatedString, start, message, Some(help));
                    break;
                }
                Some(c) => self.at += c.len_utf8(),
            }
        }
        self.push(TokenKind::Text, start);
    }

    /// Reads a number. `e` is an exponent only between digits, so that `2E` can be told from `2E3`.
    fn number(&mut self, start: usize) {
        self.digits();
        if self.peek(0) == Some('.') && self.peek(1) != Some('.') {
            if self.is_digit(1) {
                self.at += 1;
                self.digits();
            } else {
                self.at += 1;
                let found = &self.text[start..self.at];
                let message = format!("number `{found}` needs a digit after the point");
                let help = format!("write `{found}0`");
                self.report(Code::BadNumber, start, message, Some(help));
            }
        }
        if matches!(self.peek(0), Some('e' | 'E')) {
            let signed = usize::from(matches!(self.peek(1), Some('+' | '-')));
            if self.is_digit(1 + signed) {
                self.at += 1 + signed;
                self.digits();
            }
        }
        let mut points = false;
        while self.peek(0) == Some('.') && self.is_digit(1) {
            points = true;
            self.at += 1;
            self.digits();
        }
        if points {
            let message = format!("`{}` is no number", &self.text[start..self.at]);
            self.report(Code::BadNumber, start, message, None);
        } else if self.peek(0) == Some('_') && self.is_digit(1) {
            while self.peek(0) == Some('_') || self.is_digit(0) {
                self.at += 1;
            }
            let found = &self.text[start..self.at];
            let message = format!("digits are not grouped: `{found}` is no number");
            let help = format!("write `{}`", found.replace('_', ""));
            self.report(Code::BadNumber, start, message, Some(help));
        } else {
            let found = &self.text[start..self.at];
            if found.parse::<f64>().is_ok_and(f64::is_infinite) {
                let message = format!("number `{found}` exceeds the largest one, 1.8e308");
                self.report(Code::BadNumber, start, message, None);
            }
        }
        self.push(TokenKind::Number, start);
    }

    /// Reads an operator or bracket, the longest first.
    fn sign(&mut self, c: char, start: usize) {
        let rest = &self.text.as_bytes()[start..];
        if let Some((kind, length)) = marks::read(rest) {
            self.at += length;
            self.push(kind, start);
        } else if let Some((kind, ascii)) = marks::typeset(c) {
            self.at += c.len_utf8();
            let message = format!("unexpected character `{c}`");
            self.report(
                Code::UnexpectedCharacter,
                start,
                message,
                Some(format!("write `{ascii}`")),
            );
            self.push(kind, start);
        } else {
            while self.peek(0) == Some(c) {
                self.at += c.len_utf8();
            }
            let shown = if c.is_control() {
                format!("U+{:04X}", c as u32)
            } else {
                format!("`{c}`")
            };
            let help = marks::advice(c).map(str::to_owned);
            self.report(
                Code::UnexpectedCharacter,
                start,
                format!("unexpected character {shown}"),
                help,
            );
            self.push(TokenKind::Unknown, start);
        }
    }

    fn digits(&mut self) {
        while self.is_digit(0) {
            self.at += 1;
        }
    }

    fn is_digit(&self, ahead: usize) -> bool {
        self.text
            .as_bytes()
            .get(self.at + ahead)
            .is_some_and(u8::is_ascii_digit)
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.text.get(self.at + ahead..)?.chars().next()
    }

    /// Tells whether the token just before, without a blank, can take a `.field`.
    fn follows_value(&self) -> bool {
        use TokenKind::{Number, RightBracket, RightParen, Word};
        self.tokens.last().is_some_and(|last| {
            last.end as usize == self.at
                && matches!(last.kind, Word | Number | RightParen | RightBracket)
        })
    }

    fn push(&mut self, kind: TokenKind, start: usize) {
        let glued = self
            .tokens
            .last()
            .is_some_and(|last| last.end as usize == start);
        self.tokens.push(Token {
            kind,
            start: start as u32,
            end: self.at as u32,
            first: self.first,
            glued: glued && !self.first,
        });
        if !matches!(kind, TokenKind::Newline | TokenKind::Comment) {
            self.first = false;
        }
    }

    fn report(&mut self, code: Code, start: usize, message: String, help: Option<String>) {
        let span = Span::new(self.source, start as u32, self.at as u32);
        let mut diagnostic = Diagnostic::error(code, span, message);
        diagnostic.help.extend(help);
        self.diagnostics.push(diagnostic);
    }
}

/// Letters of any script begin a word, so that `τ` can be answered with `tau` and `µm` be a unit.
fn is_word_start(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || c == '°' || (!c.is_ascii() && c.is_alphabetic())
}

fn is_word_part(c: char) -> bool {
    is_word_start(c) || c.is_ascii_digit() || ('₀'..='₉').contains(&c)
}
