//! Physical dimensions, unit names and exact conversion of written numbers.
//!
//! A text says `5 mV`; the engine knows only numbers. This crate is the bridge, and it is the
//! whole of it: a [`Dimension`] is seven rational exponents, a [`Unit`] is a dimension with a
//! power of ten, and [`convert`] turns the digits of a literal into the number that the engine
//! computes with.
//!
//! # The internal system
//!
//! Numbers live in one coherent system, in which an equation needs no factors:
//!
//! | quantity | unit | quantity | unit |
//! |---|---|---|---|
//! | time | ms | conductance | nS = pA/mV |
//! | length | um | capacitance | pF = pA ms/mV |
//! | current | pA | resistance | GOhm = mV/pA |
//! | voltage | mV | charge | fC = pA ms |
//! | temperature | K | concentration | mM = amol/um^3 |
//!
//! The four left-hand choices of time, length, current and voltage fix the unit of mass at
//! 1e-12 kg; no text ever sees it.
//!
//! # The calls that matter
//!
//! [`combine`] makes a unit of its factors, [`convert`] reads a number in it, and
//! [`Dimension::phrase`] says in words what was expected.
//!
//! ```
//! use neuropil_units::{Dimension, combine, convert};
//!
//! let density = combine(&[("uA", 1, 1), ("cm", -2, 1)])?;
//! assert_eq!(convert("1.5", &density)?, 0.015); // pA/um^2
//! assert_eq!(density.dimension().describe(), "current per area");
//! assert_eq!(Dimension::VOLTAGE.phrase(), "a voltage (such as `mV`)");
//! # Ok::<(), neuropil_units::UnitError>(())
//! ```
//!
//! # What is not here
//!
//! No `min`, `h`, `d`, `g` and `l` (the language keeps these names for variables), no angles
//! (an angle is a number), no prefixed or multiplied `degC`, and no units that are a common
//! variable name without being needed in this field (`N`, `J`, `W`).

mod dimension;
mod error;
mod exponent;
mod names;
mod number;
mod unit;
mod words;

pub use dimension::Dimension;
pub use error::UnitError;
pub use exponent::Exponent;
pub use names::{is_unit_name, nearest_unit, parse_unit, unit_names};
pub use number::convert;
pub use unit::{Unit, combine};
pub use words::{describe, example_unit, unit_symbol};

#[cfg(test)]
mod tests;
