//! The stable codes of all diagnostics, of the parser and of every later stage.
//!
//! A code is a promise: its kebab name stays, so that tools and people can look it up. A new one is
//! one line in the table below: variant, name, meaning.

use std::fmt;

macro_rules! codes {
    ($($(#[$section:meta])* $variant:ident, $name:literal, $meaning:literal;)*) => {
        /// A stable code of a diagnostic.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = concat!("`npl::", $name, "`: ", $meaning, ".")] $variant,)*
        }

        impl Code {
            /// All codes in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Returns the code as it is shown: `npl::unit-mismatch`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => concat!("npl::", $name),)* }
            }

            /// Returns the meaning in one line.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)* }
            }
        }
    };
}

codes! {
    // Characters and words.
    UnexpectedCharacter, "unexpected-character", "a character that no construct uses";
    UnterminatedString, "unterminated-string", "a string without its closing quote on the same line";
    BadNumber, "bad-number", "a number that is not written as one";
    NumberRunsIntoName, "number-runs-into-name", "a number and a name without an operator or blank between";
    NonAsciiName, "non-ascii-name", "a name with a letter outside ASCII";
    ReservedWord, "reserved-word", "a reserved word where a name is expected";
    InputTooLarge, "input-too-large", "a text beyond the size that is read";
    // Sentences.
    UnexpectedToken, "unexpected-token", "a word or sign where something else is expected";
    UnclosedDelimiter, "unclosed-delimiter", "a bracket or brace that is never closed";
    UnmatchedDelimiter, "unmatched-delimiter", "a closing bracket or brace that closes nothing";
    ExpectedOperator, "expected-operator", "two values side by side; juxtaposition is no product";
    UnknownOperator, "unknown-operator", "an operator of another language";
    ChainedComparison, "chained-comparison", "a comparison of a comparison";
    NotARange, "not-a-range", "a colon where a range `a..b` is meant";
    DerivativeForm, "derivative-form", "a derivative that is not written `dX/dt = …` or stands on the right";
    UnitExponent, "unit-exponent", "an exponent of a unit that is not a number";
    UnknownStatement, "unknown-statement", "a line that begins like no statement";
    Misplaced, "misplaced", "a statement or clause in a block that does not take it";
    DuplicateClause, "duplicate-clause", "a clause given twice";
    MissingClause, "missing-clause", "a statement without a part that it needs";
    NestingTooDeep, "nesting-too-deep", "brackets, blocks or terms nested beyond what is read";
    BadVersion, "bad-version", "a version line that is not `npl 1`";
    MissingVersion, "missing-version", "a file without a version line";
    NewerVersion, "newer-version", "a text for a newer version of the language";
    // Names.
    UnknownName, "unknown-name", "a name that nothing declares";
    UnknownModel, "unknown-model", "a model that neither the file nor the library has";
    UnknownNetwork, "unknown-network", "a network that the file does not have";
    UnknownUnit, "unknown-unit", "a unit that does not exist";
    UnknownParameter, "unknown-parameter", "a parameter that the model does not have";
    UnknownPort, "unknown-port", "an input or event that the model does not have";
    UnknownFunction, "unknown-function", "a function that does not exist";
    UnknownRule, "unknown-rule", "a connection rule that does not exist";
    UnknownOption, "unknown-option", "an option that a run or a function does not have";
    UnknownMethod, "unknown-method", "an integration method that does not exist";
    UnknownLabel, "unknown-label", "a label that an index does not have";
    DuplicateName, "duplicate-name", "a name declared twice in one body";
    HidesName, "hides-name", "a name that hides one of the file or the library";
    // Units.
    UnitMismatch, "unit-mismatch", "two dimensions that must agree and do not";
    AmbiguousUnit, "ambiguous-unit", "a name after a number that is a unit and a declared name";
    NotDimensionless, "not-dimensionless", "a quantity with a unit where a number is expected";
    // Kinds and arguments.
    WrongKind, "wrong-kind", "a name of one kind where another is expected";
    WrongArguments, "wrong-arguments", "arguments that a function or rule does not take";
    WrongShape, "wrong-shape", "an array of another shape than expected";
    NotABoolean, "not-a-boolean", "a value where a condition is expected, or a condition as a value";
    // Bodies of equations.
    CircularDefinition, "circular-definition", "quantities that are defined by each other";
    MissingEquation, "missing-equation", "a name that has neither equation nor value";
    InputAssigned, "input-assigned", "`=` on an input, which is a sum";
    AssignOthersState, "assign-others-state", "an assignment to a state of another model";
    NotAssignable, "not-assignable", "a write to what cannot be written";
    DrawInDerivative, "draw-in-derivative", "a draw in the right side of a derivative";
    NothingResets, "nothing-resets", "a condition that nothing makes false again";
    ConditionCannotFire, "condition-cannot-fire", "a condition that cannot become true";
    CannotHold, "cannot-hold", "a hold on what is no state";
    UselessHold, "useless-hold", "a hold on what does not change anyway";
    MayNotVary, "may-not-vary", "a value that varies where it must stay";
    NotLinear, "not-linear", "an equation or form that must be linear and is not";
    MethodNotPossible, "method-not-possible", "an integration method that the equations do not allow";
    // Values.
    OutOfRange, "out-of-range", "an index, range or probability outside its limits";
    ValueNotFinite, "value-not-finite", "a value that is infinite or not a number";
    ImpossibleValue, "impossible-value", "a value that cannot be, such as a negative duration";
    Rounded, "rounded", "a duration rounded to whole steps";
    MissingValue, "missing-value", "a parameter without a value";
    // Networks.
    NoPopulation, "no-population", "a network or connection without a population";
    DelayCycle, "delay-cycle", "projections without delay that form a cycle";
    TooLarge, "too-large", "a network beyond what fits";
    // Runs.
    NoRun, "no-run", "a text or statement without a run to belong to";
    NotRecorded, "not-recorded", "a value that the run does not record";
    ExpectationFailed, "expectation-failed", "an `expect` that the result does not meet";
    // Files.
    UseNotFound, "use-not-found", "a file named by `use` that does not exist";
    UseCycle, "use-cycle", "files that bring each other in";
    FileError, "file-error", "a file that cannot be read";
    // Everything else.
    Unsupported, "unsupported", "a construct of the language that is not built yet";
    Internal, "internal", "a mistake of the program itself";
}

impl Code {
    /// Finds a code by its name, with or without the leading `npl::`.
    pub fn find(name: &str) -> Option<Self> {
        let name = name.strip_prefix("npl::").unwrap_or(name);
        Self::ALL
            .iter()
            .copied()
            .find(|code| &code.as_str()[5..] == name)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_are_distinct_kebab_names_with_a_meaning() {
        let names: BTreeSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(names.len(), Code::ALL.len());
        for &code in Code::ALL {
            let name = code
                .as_str()
                .strip_prefix("npl::")
                .expect("every code has the prefix");
            assert!(
                name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'),
                "{name}"
            );
            assert!(
                !code.meaning().is_empty() && !code.meaning().ends_with('.'),
                "{name}"
            );
            assert_eq!(Code::find(name), Some(code));
            assert_eq!(Code::find(code.as_str()), Some(code));
        }
        assert_eq!(Code::find("nonsense"), None);
    }
}
