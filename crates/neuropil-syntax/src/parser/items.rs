//! The file: its version line and its items.

use super::LANGUAGE_VERSION;
use super::core::{Failed, Parser, Separator, Try};
use crate::lexer::{Token, TokenKind};
use crate::tree::{
    Derived, File, Item, Model, ModelKind, Network, Statement, Text, Use, UseNames, Version,
};
use crate::words::{ITEM_WORDS, STATEMENT_WORDS};
use crate::{Code, Diagnostic, Span, nearest};

impl Parser<'_> {
    /// Parses the whole text.
    pub(super) fn file(&mut self) -> File {
        let start = self.peek(0);
        let version = self.version();
        let mut items = Vec::new();
        loop {
            while self.eat(TokenKind::Semicolon) {}
            if self.at_end() {
                break;
            }
            if self.at(TokenKind::RightBrace) {
                let token = self.bump();
                let span = self.span(token);
                self.report(
                    Diagnostic::error(Code::UnmatchedDelimiter, span, "`}` closes nothing")
                        .help("there is one `}` too many here or before"),
                );
                continue;
            }
            let item = self.entry(Separator::Line, &mut Self::item);
            items.extend(item.flatten());
        }
        let span = self.span(start).to(self.span(self.peek(0)));
        File {
            version,
            items,
            span: Span::new(self.source, 0, span.end),
        }
    }

    /// Parses `npl 1` or `npl 1.2`.
    fn version(&mut self) -> Option<Version> {
        if !self.at_word("npl") {
            return None;
        }
        self.starts.push(self.peek(0).start);
        let start = self.bump();
        let number = self.peek(0);
        let parts = self
            .str(number)
            .split_once('.')
            .unwrap_or((self.str(number), "0"));
        let read = (parts.0.parse::<u32>().ok(), parts.1.parse::<u32>().ok());
        let same_line = number.kind == TokenKind::Number && !number.first;
        let version = match read {
            (Some(major), Some(minor)) if same_line && major > 0 => (major, minor),
            _ => {
                let place = if same_line {
                    self.span(number)
                } else {
                    self.span(start).tail()
                };
                let message = "expected a version after `npl`, such as `npl 1`";
                self.report(Diagnostic::error(Code::BadVersion, place, message));
                self.skip_line();
                return None;
            }
        };
        self.bump();
        let span = self.since(start);
        if version > LANGUAGE_VERSION {
            let (major, minor) = LANGUAGE_VERSION;
            let shown = self.str(number);
            self.report(
                Diagnostic::error(
                    Code::NewerVersion,
                    span,
                    format!("the text asks for version {shown}; this program reads up to {major}.{minor}"),
                )
                .help("a newer program reads it"),
            );
        }
        if !self.at_statement_end() {
            self.last_operand = None;
            self.unexpected("the end of the line");
            self.skip_line();
        }
        Some(Version {
            major: version.0,
            minor: version.1,
            span,
        })
    }

    fn skip_line(&mut self) {
        while !self.at_statement_end() {
            self.bump();
        }
    }

    /// Parses one item; nothing if it is only good for a diagnostic.
    fn item(&mut self) -> Try<Option<Item>> {
        let token = self.peek(0);
        if token.kind != TokenKind::Word {
            return Err(self.no_item());
        }
        let word = self.str(token);
        let next = self.peek(1).kind;
        if !matches!(next, TokenKind::Word | TokenKind::Text) && !ITEM_WORDS.contains(&word) {
            return Err(self.no_item());
        }
        if let Some(kind) = ModelKind::from_word(word)
            && next != TokenKind::Equals
        {
            return self.model(kind).map(Some);
        }
        Ok(Some(match word {
            "use" => Item::Use(self.use_file()?),
            "const" => {
                self.bump();
                Item::Const(self.decls()?)
            }
            "param" => {
                self.bump();
                Item::Param(self.decls()?)
            }
            "index" => Item::Index(self.index()?),
            "fn" => Item::Function(self.function()?),
            "network" => self.network()?,
            "run" => Item::Run(self.run()?),
            "plot" => Item::Plot(self.plot()?),
            "expect" => Item::Expect(self.expectations()?),
            _ => return Err(self.no_item()),
        }))
    }

    fn use_file(&mut self) -> Try<Use> {
        let start = self.bump();
        let path = self.string()?;
        let names = if self.eat_word("as") {
            UseNames::Prefixed(self.name("a prefix")?)
        } else if !self.at_line_end() && self.eat(TokenKind::Colon) {
            UseNames::These(self.names("the name of a model or network")?)
        } else {
            UseNames::All
        };
        Ok(Use {
            path,
            names,
            span: self.since(start),
        })
    }

    fn model(&mut self, kind: ModelKind) -> Try<Item> {
        let start = self.bump();
        let name = self.name(&format!("the name of the {}", kind.as_str()))?;
        if self.eat(TokenKind::Equals) {
            let base = self.name("the name of the model it is derived from")?;
            self.last_operand = None;
            if self.at_word("with") {
                return Err(self.composition());
            }
            let set = self.set()?;
            let span = self.since(start);
            return Ok(Item::Derived(Derived {
                kind,
                name,
                base,
                set,
                span,
            }));
        }
        self.last_operand = None;
        let (doc, body) = self.body(&format!("the statements of `{name}`"))?;
        Ok(Item::Model(Model {
            kind,
            name,
            doc,
            body,
            span: self.since(start),
        }))
    }

    fn network(&mut self) -> Try<Item> {
        let start = self.bump();
        let name = self.name("the name of the network")?;
        self.last_operand = None;
        let (doc, body) = self.body(&format!("the statements of `{name}`"))?;
        Ok(Item::Network(Network {
            name,
            doc,
            body,
            span: self.since(start),
        }))
    }

    /// Parses a body; a string as its first entry says what it is.
    fn body(&mut self, of: &str) -> Try<(Option<Text>, Vec<Statement>)> {
        let mut doc = None;
        let mut first = true;
        let (statements, _) = self.block(of, Separator::Line, |p| {
            let is_first = std::mem::take(&mut first);
            if !p.at(TokenKind::Text) {
                return p.statement().map(Some);
            }
            let text = p.string()?;
            if is_first {
                doc = Some(text);
                return Ok(None);
            }
            Err(p.fail(
                Diagnostic::error(
                    Code::Misplaced,
                    text.span,
                    "expected a statement, found a string",
                )
                .help("one string at the start of a body says what it is; use `#` elsewhere"),
            ))
        })?;
        Ok((doc, statements.into_iter().flatten().collect()))
    }

    /// Tells whether an item of a file begins here, inside a body: then a brace is missing.
    pub(super) fn at_item_in_body(&self) -> bool {
        let (word, name, after): (Token, Token, Token) = (self.peek(0), self.peek(1), self.peek(2));
        if !word.first || word.kind != TokenKind::Word {
            return false;
        }
        match self.str(word) {
            "neuron" | "synapse" | "channel" | "cell" | "signal" | "network" => {
                name.kind == TokenKind::Word
                    && matches!(after.kind, TokenKind::LeftBrace | TokenKind::Equals)
            }
            "run" | "expect" => name.kind == TokenKind::Word,
            "plot" => name.kind == TokenKind::Word && after.kind == TokenKind::LeftParen,
            "use" => name.kind == TokenKind::Text,
            _ => false,
        }
    }

    /// Says that no item of a file begins like this.
    fn no_item(&mut self) -> Failed {
        let token = self.peek(0);
        self.last_operand = None;
        let span = self.span(token);
        if token.kind != TokenKind::Word {
            return self.unexpected("an item of the file, such as `neuron` or `network`");
        }
        let word = self.str(token);
        if word == "npl" {
            let message = "expected the version line at the start of the text";
            return self.fail(Diagnostic::error(Code::Misplaced, span, message));
        }
        let pair = format!("{word} {}", self.str(self.peek(1)));
        if STATEMENT_WORDS.contains(&word) || self.peek(1).kind != TokenKind::Word {
            return self.fail(
                Diagnostic::error(
                    Code::Misplaced,
                    span,
                    format!("expected an item of the file, found the statement `{pair} …`"),
                )
                .help("statements stand in a body: `network Name { … }`, `neuron Name { … }`"),
            );
        }
        self.fail(
            Diagnostic::error(
                Code::UnknownStatement,
                span,
                format!("expected an item of the file, found `{pair}`"),
            )
            .did_you_mean(nearest(word, ITEM_WORDS)),
        )
    }
}
