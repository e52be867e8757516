//! The three intermediate representations of Neuropil, and the contract that back-ends obey.
//!
//! * **Model IR** ([`graph`], [`operator`]): what the equations say, as hash-consed expressions.
//! * **Kernel IR** ([`kernel`]): a verified, straight-line program over lanes.
//! * **Plan IR** ([`plan`]): buffers and an ordered list of stages; a [`backend::Backend`] runs it.
//!
//! # The step
//!
//! Time is an integer `k`; `t_k = k * dt`. A machine alternates two lists of stages:
//!
//! 1. **sample(k)**: everything that belongs to the instant `t_k` after all handlers of that
//!    instant: step uniforms (what mentions `t`), arrivals with delay 0 of the spikes whose time is
//!    `t_k`, arrivals into inputs, recordings.
//! 2. **advance(k)**: from `t_k` to `t_{k+1}`: arrivals due at `t_{k+1}`, then one kernel a
//!    population: pending arrivals with delay 0, inputs, integration, due arrivals, clocks,
//!    conditions and their blocks, emission.
//!
//! A run of `n` steps from a fresh machine is sample(0), advance(0), …, advance(n-1), sample(n).
//! A machine that continues does not repeat the sample on which the previous run ended.
//! Events emitted in advance(k) have the time `t_{k+1}` and are recorded under the step `k + 1`.

pub mod backend;
#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
pub mod connect;
pub mod cost;
pub mod draw;
pub mod graph;
pub mod grid;
pub mod kernel;
pub mod operator;
pub mod plan;
pub mod program;
pub mod reference;
pub mod rounding;
pub mod scalar;
pub mod skips;
mod text;
pub mod verify;
