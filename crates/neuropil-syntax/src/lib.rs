//! Source text, diagnostics, the typed tree of the model language, and its formatter.
//!
//! This crate reads `.npl` text. It says what was written and where, and what cannot be read; it
//! knows nothing of what names and units mean, of devices or of neuroscience. It has no dependency.
//!
//! # Vocabulary
//!
//! - [`Sources`] holds the texts, [`Span`] is a place in one of them; every node of the tree and every
//!   message carries one.
//! - [`Diagnostic`] is one mistake, warning or note as data, with a stable [`Code`]. All codes of all
//!   stages are listed there, so that one page can explain them.
//! - [`tree`] is the typed tree of the whole grammar, also of constructs that later stages do not
//!   build yet: those are refused by name there.
//! - [`UnitNames`] is how the caller says which words are units, and what a misspelt one is meant for.
//!   A unit stands after a number and is written without blanks: `3 mV/s` is a quantity, `3 mV / s` a
//!   quotient.
//!
//! # The calls that matter
//!
//! [`parse`] reads a file and never fails; [`parse_expression`] and [`parse_path`] read the strings of
//! a command line or a caller; [`format()`] lays a text out in the canonical way; [`nearest`] finds the
//! name that was probably meant.
//!
//! ```
//! use neuropil_syntax::{Code, Sources, parse, tree::{Item, Statement}};
//!
//! let mut sources = Sources::new();
//! let id = sources.add("lif.npl", "neuron LIF {\n    tau*dV/dt = -V\n    x = 2 tau\n}\n");
//! let is_unit = |word: &str| matches!(word, "mV" | "ms");
//! let parsed = parse(id, sources.text(id), &is_unit);
//!
//! // The mistake in the second statement does not touch the first.
//! let Item::Model(model) = &parsed.file.items[0] else { panic!() };
//! let Statement::Derivative(equation) = &model.body[0] else { panic!() };
//! assert_eq!(equation.state, "V");
//!
//! let mistake = &parsed.diagnostics[0];
//! assert_eq!(mistake.code, Code::ExpectedOperator);
//! assert_eq!(mistake.message, "expected an operator between `2` and `tau`");
//! assert_eq!(sources.line_col(mistake.primary), (3, 11));
//! ```
//!
//! # Promises
//!
//! - No text makes the parser panic, overflow its stack or take more than linear time; nesting is
//!   limited by [`MAX_NESTING`], size by [`MAX_INPUT`]. So whoever walks a tree may recurse.
//! - Independent mistakes are reported at once, consequences of a mistake are not; after a hundred
//!   errors the rest is silent.
//! - Formatting changes no token and no comment, and formatting twice changes nothing more.
//!
//! # What is not here
//!
//! The meaning of names: whether `E = LIF[100]` is a population or a value, whether `m` after a number
//! is a metre or a gate, which statement a body takes. Rendering of diagnostics with source lines and
//! colour belongs to the faces of the program.

mod code;
mod diagnostic;
mod format;
mod lexer;
mod nearest;
mod parser;
mod span;
pub mod tree;
mod words;

pub use code::Code;
pub use diagnostic::{Diagnostic, Label, Severity, has_errors};
pub use format::format;
pub use lexer::MAX_INPUT;
pub use nearest::nearest;
pub use parser::{
    LANGUAGE_VERSION, MAX_NESTING, Parsed, UnitNames, parse, parse_expression, parse_path,
};
pub use span::{SourceId, Sources, Span, Spanned};
pub use tree::Name;
pub use words::{ITEM_WORDS, RESERVED, STATEMENT_WORDS, is_reserved};
