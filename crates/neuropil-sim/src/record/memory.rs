//! Recordings kept in memory.

use neuropil_ir::program::Program;

use super::{RecordError, Recorder};

/// The samples of a trace.
///
/// # Shapes
/// `values` is row-major, `[sample, element]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TraceData {
    /// The step of each sample; its time is step × dt.
    pub steps: Vec<u64>,
    /// The values in the unit of the trace.
    pub values: Vec<f64>,
    /// The number of elements of a sample.
    pub width: usize,
}

impl TraceData {
    /// The times of the samples in ms.
    pub fn times(&self, dt: f64) -> Vec<f64> {
        self.steps.iter().map(|&step| step as f64 * dt).collect()
    }

    /// The values of one recorded element (by its place among them) over time.
    pub fn column(&self, place: usize) -> impl Iterator<Item = f64> + '_ {
        self.values
            .iter()
            .skip(place)
            .step_by(self.width.max(1))
            .copied()
    }
}

/// Recorded events, by time and then by element.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Events {
    /// The step of each event; its time is step × dt.
    pub steps: Vec<u64>,
    /// The index of each event's element in its population.
    pub elements: Vec<u32>,
}

/// Keeps recordings in memory.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MemoryRecorder {
    traces: Vec<TraceData>,
    rasters: Vec<Events>,
}

impl MemoryRecorder {
    /// Makes room for the recordings of a program.
    pub fn new(program: &Program) -> Self {
        Self {
            traces: vec![TraceData::default(); program.traces.len()],
            rasters: vec![Events::default(); program.rasters.len()],
        }
    }

    /// The traces, in the order of [`Program::traces`].
    pub fn traces(&self) -> &[TraceData] {
        &self.traces
    }

    /// The events, in the order of [`Program::rasters`].
    pub fn rasters(&self) -> &[Events] {
        &self.rasters
    }
}

impl Recorder for MemoryRecorder {
    fn sample(&mut self, trace: usize, step: u64, values: &[f64]) -> Result<(), RecordError> {
        if self.traces.len() <= trace {
            self.traces.resize(trace + 1, TraceData::default());
        }
        let kept = &mut self.traces[trace];
        kept.width = values.len();
        kept.steps.push(step);
        kept.values.extend_from_slice(values);
        Ok(())
    }

    fn events(&mut self, raster: usize, step: u64, elements: &[u32]) -> Result<(), RecordError> {
        if self.rasters.len() <= raster {
            self.rasters.resize(raster + 1, Events::default());
        }
        let kept = &mut self.rasters[raster];
        kept.steps.extend(std::iter::repeat_n(step, elements.len()));
        kept.elements.extend_from_slice(elements);
        Ok(())
    }
}
