//! Where recordings go: the [`Recorder`] trait, its storage in memory, and running counters.
//!
//! A recorder is handed samples in the unit of their declaration and the chosen elements of
//! events; it never sees internal units, slots or the elements that nobody asked for. What the
//! summary says about spikes is counted on the way ([`statistics`]), so it costs no storage.

mod memory;
pub mod statistics;

pub use memory::{Events, MemoryRecorder, TraceData};

/// Why something recorded could not be kept.
#[derive(Debug, thiserror::Error)]
#[error("the recording `{name}` could not be kept: {source}")]
pub struct RecordError {
    /// The recording, such as `exc.V`.
    pub name: String,
    /// What went wrong.
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

impl RecordError {
    /// Names the recording that an error belongs to.
    pub fn new(
        name: impl Into<String>,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self {
            name: name.into(),
            source: source.into(),
        }
    }
}

/// Keeps what a run records.
///
/// Indices are those of [`Program::traces`](neuropil_ir::program::Program::traces) and
/// [`Program::rasters`](neuropil_ir::program::Program::rasters). Calls come in the order of time.
pub trait Recorder {
    /// Keeps a sample: one value a chosen element (one in all for a number of the network).
    ///
    /// # Units
    /// `values` in the unit of the trace; the time of the sample is `step * dt`.
    fn sample(&mut self, trace: usize, step: u64, values: &[f64]) -> Result<(), RecordError>;

    /// Keeps events at time `step * dt`: ascending indices in the population, chosen ones only;
    /// an element with n events stands n times. Never called with an empty list.
    fn events(&mut self, raster: usize, step: u64, elements: &[u32]) -> Result<(), RecordError>;

    /// Makes everything so far readable by others; called now and then and when a run ends.
    fn flush(&mut self) -> Result<(), RecordError> {
        Ok(())
    }
}

/// Forgets everything; for runs of which only the report matters.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoRecorder;

impl Recorder for NoRecorder {
    fn sample(&mut self, _: usize, _: u64, _: &[f64]) -> Result<(), RecordError> {
        Ok(())
    }

    fn events(&mut self, _: usize, _: u64, _: &[u32]) -> Result<(), RecordError> {
        Ok(())
    }
}
