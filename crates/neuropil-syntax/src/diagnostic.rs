//! What is wrong with a text, as data.
//!
//! A [`Diagnostic`] names a stable [`Code`], the place, what was found and what was expected, and
//! what may help. Stages hand them over in lists; only the faces of the program (command line,
//! Python) render them. Messages are lower case without a full stop, names and units in backticks.

use crate::{Code, Sources, Span};
use std::fmt::Write as _;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; nothing is wrong.
    Note,
    /// The text means something, perhaps not what its author wants.
    Warning,
    /// The text cannot be used.
    Error,
}

impl Severity {
    /// Returns the word that is shown: `error`, `warning` or `note`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A text beside a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What is said about it.
    pub message: String,
}

/// One mistake, warning or note about a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The stable code.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// One line: what was found and what was expected.
    pub message: String,
    /// The place that is marked.
    pub primary: Span,
    /// Texts beside places; one whose span is `primary` stands beside the mark.
    pub labels: Vec<Label>,
    /// Hints, each a line of its own.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// Makes a diagnostic without labels and hints.
    pub fn new(code: Code, severity: Severity, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            severity,
            message: message.into(),
            primary: span,
            labels: Vec::new(),
            help: Vec::new(),
        }
    }

    /// Makes an error.
    pub fn error(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Error, span, message)
    }

    /// Makes a warning.
    pub fn warning(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Warning, span, message)
    }

    /// Makes a note.
    pub fn note(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Note, span, message)
    }

    /// Adds a text beside the primary place.
    #[must_use]
    pub fn here(self, message: impl Into<String>) -> Self {
        let primary = self.primary;
        self.label(primary, message)
    }

    /// Adds a text beside another place.
    #[must_use]
    pub fn label(mut self, span: Span, message: impl Into<String>) -> Self {
        self.labels.push(Label {
            span,
            message: message.into(),
        });
        self
    }

    /// Adds a hint.
    #[must_use]
    pub fn help(mut self, message: impl Into<String>) -> Self {
        self.help.push(message.into());
        self
    }

    /// Adds the hint ``did you mean `name`?`` if there is a name.
    #[must_use]
    pub fn did_you_mean(self, name: Option<&str>) -> Self {
        match name {
            Some(name) => self.help(format!("did you mean `{name}`?")),
            None => self,
        }
    }

    /// Tells whether the text cannot be used because of it.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// Writes the diagnostic as plain text without the source lines, for logs and tests.
    pub fn to_plain(&self, sources: &Sources) -> String {
        let place = |span: Span| {
            let (line, column) = sources.line_col(span);
            format!("{}:{line}:{column}", sources.name(span.source))
        };
        let severity = self.severity.as_str();
        let mut out = format!(
            "{severity}[{}] {}: {}\n",
            self.code,
            place(self.primary),
            self.message
        );
        for label in &self.labels {
            let _ = writeln!(out, "  at {}: {}", place(label.span), label.message);
        }
        for help in &self.help {
            let _ = writeln!(out, "  help: {help}");
        }
        out
    }
}

/// Tells whether any of the diagnostics is an error.
pub fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(Diagnostic::is_error)
}
