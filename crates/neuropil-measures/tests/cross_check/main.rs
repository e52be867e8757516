//! Every measure that other programs have too, against them, on the same spikes and signals.
//!
//! `golden/measures/cross_check.py` makes the same data by the same rules in whole numbers, and
//! stores what Elephant, SciPy, NumPy, PySpike and powerlaw find. Where a definition differs, the
//! factor stands here. All are sums of some hundred terms in double precision: 1e-11 is rounding,
//! save where a program works on a grid or in single precision.

#![expect(clippy::unwrap_used, reason = "a test fails by it")]

mod comparisons;
mod data;
mod signals;
mod spikes;
