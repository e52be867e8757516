//! Steps as numbers: every method is lowered and run by the scalar evaluator, and compared with
//! closed forms, with quadrature, or with its order of convergence.

#![expect(
    clippy::disallowed_methods,
    reason = "the oracles are std's functions, not the table's"
)]

mod choice;
mod exact;
mod noise;
mod order;
mod runner;
mod stages;
