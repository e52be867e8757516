//! The time loop as the engine sees it: samples in, recorder, counters and callbacks out.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

use neuropil_ir::backend::{Flow, RunError, Sink};
use neuropil_ir::plan::{EventListId, RecordId};
use neuropil_ir::program::Program;

use crate::expect::Watch;
use crate::ranges::Selection;
use crate::record::statistics::Intervals;
use crate::record::{RecordError, Recorder};

/// How far a run has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Steps done of this run.
    pub done: u64,
    /// Steps of this run.
    pub total: u64,
}

/// How the caller watches and stops a run.
///
/// The engine reads no clock: `progress` is called every [`Control::every`] steps, and a caller
/// who wants ten pictures a second drops most calls.
pub struct Control<'a> {
    /// Raised by another thread or a signal handler to stop after the present step; default none.
    pub interrupt: Option<&'a AtomicBool>,
    /// Called while the run goes on; default none.
    pub progress: Option<&'a mut dyn FnMut(Progress)>,
    /// Steps between calls of `progress`; default 100. Smaller is smoother and costs more.
    pub every: u64,
}

impl Default for Control<'_> {
    fn default() -> Self {
        Self {
            interrupt: None,
            progress: None,
            every: 100,
        }
    }
}

impl fmt::Debug for Control<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Control")
            .field("interrupt", &self.interrupt)
            .field("progress", &self.progress.is_some())
            .field("every", &self.every)
            .finish()
    }
}

impl Control<'_> {
    /// Whether the caller wants to stop.
    pub(crate) fn interrupted(&self) -> bool {
        self.interrupt
            .is_some_and(|flag| flag.load(Ordering::Relaxed))
    }
}

/// What a simulation keeps between runs about its recordings.
#[derive(Debug)]
pub(crate) struct Observed {
    /// For each record of the plan: the traces made of it, with their scale.
    traces: Vec<Vec<(usize, f64)>>,
    /// For each event list: the rasters made of it.
    rasters: Vec<Vec<(usize, Selection)>>,
    /// For each event list that is a population's spikes and is recorded: its intervals.
    intervals: Vec<Option<Intervals>>,
    /// The assertions.
    pub(crate) watch: Watch,
    scaled: Vec<f64>,
    chosen: Vec<u32>,
}

impl Observed {
    pub(crate) fn new(program: &Program) -> Self {
        let plan = &program.plan;
        let mut traces = vec![Vec::new(); plan.records.len()];
        for (i, trace) in program.traces.iter().enumerate() {
            if let Some(list) = traces.get_mut(trace.record.index()) {
                list.push((i, trace.scale));
            }
        }
        let mut rasters = vec![Vec::new(); plan.events.len()];
        for (i, raster) in program.rasters.iter().enumerate() {
            if let Some(list) = rasters.get_mut(raster.events.index()) {
                list.push((i, Selection::new(&raster.elements)));
            }
        }
        let mut intervals = vec![None; plan.events.len()];
        for population in &program.populations {
            let Some(events) = population.spike.map(EventListId::index) else {
                continue;
            };
            if plan.events.get(events).is_some_and(|list| list.recorded) {
                intervals[events] = Some(Intervals::new(population.size as usize));
            }
        }
        // An element spikes once a step at the most, but where events are counted.
        let most = program.rasters.iter().map(|raster| raster.size).max();
        Self {
            traces,
            rasters,
            intervals,
            watch: Watch::new(program),
            scaled: Vec::new(),
            chosen: Vec::with_capacity(most.unwrap_or(0) as usize),
        }
    }

    /// The mean irregularity of a population's spikes, if they are recorded.
    pub(crate) fn cv_isi(&self, events: EventListId) -> Option<f64> {
        self.intervals.get(events.index())?.as_ref()?.mean_cv()
    }
}

/// Takes what a machine records and passes it on.
pub(crate) struct Tap<'a, 'b> {
    pub(crate) observed: &'a mut Observed,
    pub(crate) recorder: &'a mut dyn Recorder,
    pub(crate) control: &'a mut Control<'b>,
    /// The step at which this run began.
    pub(crate) start: u64,
    /// The number of steps of this run.
    pub(crate) total: u64,
    /// The error of the recorder, which the machine's own error cannot carry.
    pub(crate) failed: Option<RecordError>,
}

impl Tap<'_, '_> {
    fn fail(&mut self, error: RecordError) -> RunError {
        let text = error.to_string();
        self.failed = Some(error);
        RunError::Sink(text)
    }
}

impl Sink for Tap<'_, '_> {
    fn sample(&mut self, record: RecordId, step: u64, values: &[f64]) -> Result<(), RunError> {
        let observed = &mut *self.observed;
        for &(trace, scale) in observed
            .traces
            .get(record.index())
            .map_or(&[][..], Vec::as_slice)
        {
            observed.watch.probes_mut().sample(trace, step, values);
            observed.scaled.clear();
            observed
                .scaled
                .extend(values.iter().map(|value| value * scale));
            if let Err(error) = self.recorder.sample(trace, step, &observed.scaled) {
                return Err(self.fail(error));
            }
        }
        Ok(())
    }

    fn events(&mut self, events: EventListId, step: u64, elements: &[u32]) -> Result<(), RunError> {
        let observed = &mut *self.observed;
        if let Some(Some(intervals)) = observed.intervals.get_mut(events.index()) {
            for &element in elements {
                intervals.add(element as usize, step);
            }
        }
        for (raster, chosen) in observed
            .rasters
            .get(events.index())
            .map_or(&[][..], Vec::as_slice)
        {
            observed.chosen.clear();
            chosen.filter_ascending(elements, |element| observed.chosen.push(element));
            if observed.chosen.is_empty() {
                continue;
            }
            observed
                .watch
                .probes_mut()
                .events(*raster, step, &observed.chosen);
            if let Err(error) = self.recorder.events(*raster, step, &observed.chosen) {
                return Err(self.fail(error));
            }
        }
        Ok(())
    }

    fn after_step(&mut self, step: u64) -> Flow {
        self.observed.watch.probes_mut().reach(step);
        let done = step.saturating_sub(self.start);
        let due = done.is_multiple_of(self.control.every.max(1)) || done == self.total;
        if due && let Some(progress) = &mut self.control.progress {
            let total = self.total;
            progress(Progress { done, total });
        }
        if self.control.interrupted() {
            Flow::Stop
        } else {
            Flow::Continue
        }
    }
}
