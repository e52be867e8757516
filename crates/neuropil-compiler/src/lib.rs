//! From a model text to Model IR, kernels and a plan, with explanations.
//!
//! [`compile`] takes parsed files and gives one [`Program`](neuropil_ir::program::Program) a run, or
//! diagnostics. The stages are: `elaborate` (names, units, values: Model IR), `planner` (placement,
//! methods, the order of a step), [`integrate`] (methods as passes over expressions), [`lower`]
//! (expressions to kernels), `explain` (why, in words).

pub mod integrate;
pub mod lower;

mod dimension;
mod elaborate;
mod model;
mod planner;
mod report;
mod run;

pub use elaborate::Override;
pub use run::{Compiled, CompiledRun, Options, Texts, compile};
