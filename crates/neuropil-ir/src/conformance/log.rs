//! A sink that keeps everything.

use crate::backend::{Flow, RunError, Sink};
use crate::plan::{EventListId, RecordId};

/// One call of a sink.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// A sample, as the bits of its values, so that logs compare exactly.
    Sample(RecordId, u64, Vec<u64>),
    /// Events.
    Events(EventListId, u64, Vec<u32>),
    /// The end of a sample list.
    AfterStep(u64),
}

/// Keeps all entries in order; stops after a step if asked to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Log {
    /// What was handed over.
    pub entries: Vec<Entry>,
    /// The step after which the run is asked to stop.
    pub stop_after: Option<u64>,
}

impl Log {
    /// The samples of a recording: step and values.
    pub fn samples(&self, record: RecordId) -> Vec<(u64, Vec<f64>)> {
        let of = |entry: &Entry| match entry {
            Entry::Sample(id, step, values) if *id == record => Some((
                *step,
                values.iter().map(|&bits| f64::from_bits(bits)).collect(),
            )),
            _ => None,
        };
        self.entries.iter().filter_map(of).collect()
    }

    /// The events of a list: step and elements.
    pub fn events(&self, events: EventListId) -> Vec<(u64, Vec<u32>)> {
        let of = |entry: &Entry| match entry {
            Entry::Events(id, step, elements) if *id == events => Some((*step, elements.clone())),
            _ => None,
        };
        self.entries.iter().filter_map(of).collect()
    }
}

impl Sink for Log {
    fn sample(&mut self, record: RecordId, step: u64, values: &[f64]) -> Result<(), RunError> {
        let bits = values.iter().map(|value| value.to_bits()).collect();
        self.entries.push(Entry::Sample(record, step, bits));
        Ok(())
    }

    fn events(&mut self, events: EventListId, step: u64, elements: &[u32]) -> Result<(), RunError> {
        self.entries
            .push(Entry::Events(events, step, elements.to_vec()));
        Ok(())
    }

    fn after_step(&mut self, step: u64) -> Flow {
        self.entries.push(Entry::AfterStep(step));
        if self.stop_after == Some(step) {
            Flow::Stop
        } else {
            Flow::Continue
        }
    }
}
