//! Collects diagnostics, each once.

use std::collections::BTreeSet;

use neuropil_syntax::{Code, Diagnostic, Span};

/// The diagnostics found so far.
///
/// A model is elaborated once for every population that uses it, so one mistake is met several
/// times; it is kept once for each code and place.
#[derive(Debug, Default)]
pub(crate) struct Report {
    list: Vec<Diagnostic>,
    seen: BTreeSet<(Code, Span)>,
}

impl Report {
    pub(crate) fn push(&mut self, diagnostic: Diagnostic) {
        if self.seen.insert((diagnostic.code, diagnostic.primary)) {
            self.list.push(diagnostic);
        }
    }

    pub(crate) fn error(&mut self, code: Code, span: Span, message: impl Into<String>) {
        self.push(Diagnostic::error(code, span, message));
    }

    /// What is not built yet, by the name of its construct.
    pub(crate) fn unsupported(&mut self, span: Span, construct: &str) {
        self.push(Diagnostic::error(
            Code::Unsupported,
            span,
            format!("{construct} is part of the language and not built yet"),
        ));
    }

    pub(crate) fn has_errors(&self) -> bool {
        neuropil_syntax::has_errors(&self.list)
    }

    /// All diagnostics, errors and others, in the order of their places.
    pub(crate) fn finish(mut self) -> Vec<Diagnostic> {
        self.list.sort_by_key(|d| {
            (
                d.primary.source,
                d.primary.start,
                std::cmp::Reverse(d.severity),
            )
        });
        self.list
    }
}
