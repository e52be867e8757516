//! Measures of what a network does, in numbers that can be trusted.
//!
//! How fast, how regular, how synchronous, who leads whom: pure functions on arrays, each defined
//! by an equation, cited, and tested on closed forms. They need no run: spikes may come from one,
//! from a result folder or from an experiment. (What a text measures *while* it runs is in the
//! engine; the definitions are the same.)
//!
//! # The calls that matter
//!
//! Make [`spikes::Trains`] of (step, neuron) pairs, choose a [`Window`] or [`Bins`], and measure:
//!
//! ```
//! use neuropil_measures::spikes::{Trains, mean_cv, population_rate_hz};
//! use neuropil_measures::Window;
//! let events = (1..=100).flat_map(|k| [(20 * k, 0), (50 * k, 1)]);
//! # let mut events: Vec<(u64, u32)> = events.collect();
//! # events.sort();
//! let trains = Trains::from_events(2, 0.1, events)?;
//! let window = Window::new(0.0, 200.0)?;
//! // Clocks of 500 Hz and 200 Hz.
//! assert_eq!(population_rate_hz(&trains, window), Some(350.0));
//! assert!(mean_cv(&trains, window, 3).is_some_and(|cv| cv.mean < 1e-12));
//! # Ok::<(), neuropil_measures::MeasureError>(())
//! ```
//!
//! # What holds for all
//!
//! Times are in ms, rates in Hz, numbers `f64`. Bad arguments are a [`MeasureError`]; a measure
//! without a value is `None`; nothing panics and nothing is NaN by surprise. Whatever is random
//! takes a seed and is the same each time.
//!
//! # What is not here
//!
//! Files: comparison of two result folders is in the facade. Spike sorting, and fields of neurons
//! with an extent.

#![expect(
    clippy::disallowed_methods,
    reason = "a measure is taken on the host, after the run; none of its numbers enters one"
)]

mod chance;
pub mod codes;
pub mod compare;
mod error;
pub mod signals;
pub mod spikes;
#[cfg(test)]
mod testing;
mod window;

pub use error::MeasureError;
pub use window::{Bins, MOST_BINS, Window};
