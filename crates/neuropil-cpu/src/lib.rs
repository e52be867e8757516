//! Runs plans on the processor: interpreter, thread pool, buffers and spike delivery.
//!
//! [`CpuBackend`] implements [`neuropil_ir::backend::Backend`]. A loaded plan (`machine`) holds
//! its state in aligned arrays (`memory`) divided among owners, runs kernels block by block
//! (`interpreter`), adds events to the sums of targets (`deliver`) and shares the work among
//! the threads of a persistent pool (`pool`). All unsafe code of Neuropil stands in the last
//! four.
//!
//! This crate is internal: its interface may change at any time.

#[cfg(test)]
mod conformance;
mod deliver;
mod events;
mod interpreter;
mod machine;
mod memory;
mod pool;
#[cfg(test)]
mod testing;

pub use interpreter::InstructionSet;
pub use machine::CpuBackend;

/// The name of the back-end, as in `--backend`.
pub(crate) const NAME: &str = "interpreter";
