//! The words that a call hands to machine code.

/// Bytes of a word.
pub(super) const WORD: usize = 8;

/// Which word is the number of rounds: vectors times copies.
pub(super) const ROUNDS: usize = 0;
/// The pool of constants.
pub(super) const POOL: usize = 1;
/// The numbers of the call.
pub(super) const NUMBERS: usize = 2;
/// The spill area.
pub(super) const SPILLS: usize = 3;
/// The element of lane 0.
pub(super) const ELEMENT: usize = 4;
/// Where the arrays start; behind them the masks of emissions, then the vectors aside.
pub(super) const HEAD: usize = 5;
