//! Turns tokens into the typed tree; never fails and never panics.
//!
//! Recursive descent over statements, precedence climbing in expressions. A mistake is reported
//! once, where it is found; the statement is given up and reading goes on after it, so that one text
//! gives several independent diagnostics and no cascade. Brackets are matched before parsing
//! ([`brackets`]): a bracket that is never closed does not swallow the lines after it.
//!
//! - [`core`]: looking at tokens, newline rules, recovery, blocks; [`report`]: messages;
//! - [`items`]: the file; [`statements`]: bodies; [`events`], [`channels`], [`projections`],
//!   [`records`], [`runs`]: their subjects; [`derivative`]: `tau*dV/dt = …`;
//! - [`lists`]: declarations, `init`, sets; [`paths`]: paths and axes;
//! - [`expressions`] and [`units`].

mod brackets;
mod channels;
mod core;
mod derivative;
mod events;
mod expressions;
mod items;
mod lists;
mod paths;
mod projections;
mod records;
mod report;
mod runs;
mod statements;
mod units;

use self::core::Parser;
use crate::tree::{Expr, File, Path};
use crate::{Diagnostic, SourceId, has_errors};

/// What the caller knows of units: which names there are, and which one a word may be meant for.
///
/// The parser knows nothing of units. It asks only where a unit may stand after a number, so that
/// `0.05 nS*scale` is a quantity times a name, and `2 tau` a missing operator. A function from a word
/// to whether it is a unit will do where no help with misspelt units is needed.
pub trait UnitNames {
    /// Tells whether a word is the name of a unit (`mV`, `ms`, `uF`, `degC`, `steps`).
    fn is_unit(&self, word: &str) -> bool;

    /// Returns the unit that a word which is none was probably meant for; by default none.
    fn meant(&self, word: &str) -> Option<String> {
        let _ = word;
        None
    }
}

impl<F: Fn(&str) -> bool> UnitNames for F {
    fn is_unit(&self, word: &str) -> bool {
        self(word)
    }
}

/// What the parser makes of a text: always a tree, and what is wrong with it.
#[derive(Debug, Clone)]
pub struct Parsed {
    /// The tree; statements that could not be read are left out, and a value that could not be read is
    /// [`Error`](crate::tree::ExprKind::Error).
    pub file: File,
    /// What is wrong, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

impl Parsed {
    /// Tells whether an error was found.
    pub fn has_errors(&self) -> bool {
        has_errors(&self.diagnostics)
    }
}

/// Trees of expressions higher than this are refused; so are half as many brackets and an eighth as
/// many blocks within each other.
pub const MAX_NESTING: u32 = 256;

/// The version of the language that this parser reads, major and minor.
pub const LANGUAGE_VERSION: (u32, u32) = (1, 0);

/// Parses a file.
pub fn parse(source: SourceId, text: &str, units: &dyn UnitNames) -> Parsed {
    let mut parser = Parser::new(source, text, units);
    let file = parser.file();
    Parsed {
        file,
        diagnostics: parser.finish(),
    }
}

/// Parses a text that is one expression: a value from the command line or from a caller.
///
/// # Errors
/// What is wrong with the text; at least one error.
pub fn parse_expression(
    source: SourceId,
    text: &str,
    units: &dyn UnitNames,
) -> Result<Expr, Vec<Diagnostic>> {
    let mut parser = Parser::new(source, text, units);
    let expr = parser.whole(Parser::expr);
    expr.ok_or_else(|| parser.finish())
}

/// Parses a text that is one path, such as `exc.C` or `E[0..5].V`.
///
/// # Errors
/// What is wrong with the text; at least one error.
pub fn parse_path(
    source: SourceId,
    text: &str,
    units: &dyn UnitNames,
) -> Result<Path, Vec<Diagnostic>> {
    let mut parser = Parser::new(source, text, units);
    let path = parser.whole(Parser::path);
    path.ok_or_else(|| parser.finish())
}

/// Returns the bytes at which statements, items and entries of braces begin, in rising order.
pub(crate) fn statement_starts(source: SourceId, text: &str) -> Result<Vec<u32>, Vec<Diagnostic>> {
    // Which words are units does not matter here, save for those that may follow a number.
    let units = |word: &str| !FOLLOW_NUMBERS.contains(&word);
    let mut parser = Parser::new(source, text, &units);
    parser.file();
    let mut starts = std::mem::take(&mut parser.starts);
    let diagnostics = parser.finish();
    if has_errors(&diagnostics) {
        return Err(diagnostics);
    }
    starts.sort_unstable();
    Ok(starts)
}

/// Words of statements that may stand after a number and are not reserved.
const FOLLOW_NUMBERS: [&str; 10] = [
    "above",
    "asynchronously",
    "at",
    "beside",
    "by",
    "from",
    "on",
    "rising",
    "stratonovich",
    "unrecorded",
];
