//! Simulation: sizes, connectivity, start values, run control and recordings.
//!
//! An internal crate of Neuropil; the facade `neuropil` is the one with a promise. It takes a
//! compiled [`Program`](neuropil_ir::program::Program) and any
//! [`Backend`](neuropil_ir::backend::Backend), and knows neither texts nor devices.
//!
//! # A tour
//!
//! 1. [`Simulation::new`] estimates the memory, loads the plan, and connects every projection.
//! 2. [`Simulation::run`] advances it and hands what is recorded to a [`Recorder`]: a
//!    [`MemoryRecorder`] here, a result folder in `neuropil-io`. It may be called again and again.
//! 3. [`Simulation::report`] gives the counts, rates and the outcome of every `expect`.
//!
//! [`connect`] holds the connection rules as functions of (seed, projection, row), [`measure`] and
//! [`expect`] what a text says about its own recordings; [`neuropil_ir::rounding`] is the one way in
//! which a time becomes a number of steps.
//!
//! # What it does not do
//!
//! It prints nothing, reads no clock and no environment, starts no thread and contains no unsafe
//! code. Callers who want wall times measure around [`Simulation::new`] and [`Simulation::run`].

pub mod connect;
mod error;
pub mod expect;
pub mod measure;
mod memory;
mod ranges;
pub mod record;
mod report;
mod run;
mod simulation;
mod storage;
#[cfg(test)]
mod testing;

pub use error::SimulationError;
pub use expect::Outcome;
pub use memory::Footprint;
pub use ranges::Selection;
pub use record::{MemoryRecorder, RecordError, Recorder};
pub use report::{PopulationReport, ProjectionReport, Report};
pub use run::{Control, Progress};
pub use simulation::{Building, Options, Simulation};
