//! How a face watches a run, and what it knows that a library may not ask for itself.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::simulate::RunReport;

/// What is going on.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A run begins.
    Begin {
        /// The name after `as`, or the network's.
        name: &'a str,
        /// Its number, from 0.
        index: usize,
        /// The number of runs of the text.
        total: usize,
    },
    /// Connections are made.
    Building {
        /// The projection that is about to be connected.
        projection: &'a str,
        /// Its number, from 0.
        index: usize,
        /// The number of projections.
        total: usize,
    },
    /// Steps are made.
    Running {
        /// Steps done.
        done: u64,
        /// Steps of the run.
        total: u64,
        /// The length of a step in ms.
        dt: f64,
    },
    /// A file of results is written.
    Writing {
        /// The file.
        file: &'a Path,
    },
    /// A run has ended and all its files are written.
    End {
        /// What became of it.
        report: &'a RunReport,
    },
}

/// Watches a run; hands in the clock and the memory of the machine.
///
/// Libraries read no clock and no environment. Every method has a default, so that `&mut ()` is an
/// observer that wants to know nothing.
pub trait Observer {
    /// Hears of an event; called rarely enough that drawing is no loss, at most every 1,000 steps
    /// and about 200 times a run.
    fn event(&mut self, event: Event<'_>) {
        let _ = event;
    }

    /// The wall time in seconds since any fixed moment; 0 where nobody measures.
    fn seconds(&self) -> f64 {
        0.0
    }

    /// The largest resident memory of the process in MiB, for the summary.
    fn peak_rss_mb(&self) -> Option<f64> {
        None
    }

    /// A flag that stops the run after its present step; what was recorded is kept.
    fn interrupt(&self) -> Option<Arc<AtomicBool>> {
        None
    }
}

impl Observer for () {}

/// The steps between two progress events.
pub(crate) fn progress_interval(steps: u64) -> u64 {
    (steps / 200).clamp(1, 1000)
}
