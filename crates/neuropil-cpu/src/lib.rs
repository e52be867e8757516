//! Runs plans on the processor: interpreter, thread pool, buffers and spike delivery.
//!
//! [`CpuBackend`] implements [`neuropil_ir::backend::Backend`]. A loaded plan (`machine`) holds
//! its state in aligned arrays (`memory`) divided among owners, runs kernels as machine code (`jit`) or block by
//! block (`interpreter`), adds events to the sums of targets (`deliver`) and shares the work among
//! the threads of a persistent pool (`pool`). All unsafe code of Neuropil stands in `interpreter`,
//! `jit`, `memory`, `deliver` and `pool`.
//!
//! This crate is internal: its interface may change at any time.

#[cfg(test)]
mod conformance;
mod deliver;
mod events;
mod interpreter;
mod jit;
mod machine;
mod memory;
mod pool;
mod program;
#[cfg(test)]
mod testing;

pub use jit::CodeStatistics;
pub use machine::CpuBackend;
pub use program::InstructionSet;
