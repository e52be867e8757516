//! What can be wrong with a unit or with a number in it.

use std::error::Error;
use std::fmt;

/// A unit that cannot be formed, or a number that cannot be read in it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnitError {
    /// There is no unit of this name.
    Unknown {
        /// The name as written.
        name: String,
        /// The nearest name of a unit, if one is near.
        nearest: Option<String>,
    },
    /// A unit with its own zero, such as `degC`, stands in a product or has an exponent.
    AffineInProduct {
        /// The name as written.
        name: String,
    },
    /// An exponent has the denominator 0 or is too large to be kept.
    ExponentTooLarge,
    /// The text of a number is no decimal number.
    NotANumber {
        /// The text as written.
        text: String,
    },
    /// A number is too large for a 64-bit float in the internal unit.
    NumberTooLarge {
        /// The text as written.
        text: String,
    },
}

impl fmt::Display for UnitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown {
                name,
                nearest: Some(near),
            } => {
                write!(f, "unknown unit `{name}`; did you mean `{near}`?")
            }
            Self::Unknown {
                name,
                nearest: None,
            } => write!(f, "unknown unit `{name}`"),
            Self::AffineInProduct { name } => {
                write!(
                    f,
                    "`{name}` has its own zero and must stand alone; write `K` here"
                )
            }
            Self::ExponentTooLarge => write!(f, "the exponent of this unit is too large"),
            Self::NotANumber { text } => write!(f, "`{text}` is not a decimal number"),
            Self::NumberTooLarge { text } => {
                write!(f, "`{text}` is too large for a 64-bit number in this unit")
            }
        }
    }
}

impl Error for UnitError {}
