//! What a text measures on its own recordings: rates, counts, times, samples, reductions.
//!
//! A measure is computed from the same samples and events that the recorder gets, in internal units and
//! before anything is rounded or scaled. So it is the same for every recorder, and the folder never has
//! to be read back. Most are computed *while* the run goes on and need no storage; those that need a
//! whole span at once keep it.
//!
//! # Units
//! Times in ms, rates in 1/ms. A span of time takes `from < t <= to`; ends are compared in steps,
//! after the noise of the division by dt is removed ([`neuropil_ir::rounding`]).

mod collected;
mod moments;
mod probes;
mod values;

use neuropil_measures::MeasureError;

pub use probes::Probes;
pub use values::Values;

/// Why a measure has no value.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NoValue {
    /// The run ended before the measured span of time did.
    #[error("the run ended at {reached} ms, before {needed} ms")]
    NotReached {
        /// The end of the run in ms.
        reached: f64,
        /// The time that is asked for in ms.
        needed: f64,
    },
    /// The span of time is empty.
    #[error("no time lies between {from} ms and {to} ms")]
    NoTime {
        /// Start in ms.
        from: f64,
        /// End in ms.
        to: f64,
    },
    /// No element is chosen.
    #[error("no element is chosen")]
    NoElements,
    /// No element has the three events that an irregularity needs.
    #[error("no element has three events or more there")]
    TooFewEvents,
    /// There is no event with that number.
    #[error("there is no event number {wanted}; there were {found}")]
    NoEvent {
        /// The number, from 0.
        wanted: u64,
        /// How many events there were.
        found: u64,
    },
    /// No sample was taken at that time.
    #[error("no sample was taken at {time} ms")]
    NotSampled {
        /// The time in ms.
        time: f64,
    },
    /// The element is not among the recorded ones.
    #[error("element {element} is not recorded")]
    NotRecorded {
        /// The index in its population.
        element: u32,
    },
    /// What the span holds is more than a measure keeps.
    #[error("there are more than {most} events or values there")]
    TooMuch {
        /// How many are kept.
        most: usize,
    },
    /// No frequency of the band has any power, or the span is too short to tell.
    #[error("no frequency of the band has any power there")]
    NoRhythm,
    /// An argument of the measure fits neither the run nor the span.
    #[error(transparent)]
    Argument(#[from] MeasureError),
    /// The run keeps no recordings.
    #[error("not recorded")]
    NothingRecorded,
    /// The measure is computed from values that are not numbers, or divides zero by zero.
    #[error("the value is not a number")]
    NotANumber,
}

#[cfg(test)]
mod tests;
