//! Runs in memory, for programs that want numbers and no folder.

use neuropil_ir::program::Program;
use neuropil_plot::Figure;
use neuropil_sim::record::{Events, TraceData};
use neuropil_sim::{MemoryRecorder, Simulation};
use neuropil_syntax::nearest;

use crate::backend;
use crate::compile::run_name;
use crate::error::{Diagnosed, Error};
use crate::figures::{self, Recordings};
use crate::observer::{Event, Observer};
use crate::options::Options;
use crate::simulate::{advance, engine_options};
use crate::text::Text;

/// Everything that one run recorded, in memory.
#[derive(Debug)]
pub struct Results {
    /// The name after `as`, or the network's.
    pub name: String,
    /// Counts, rates and the outcome of every `expect`.
    pub report: neuropil_sim::Report,
    program: Program,
    recorder: MemoryRecorder,
}

/// The samples of one quantity.
///
/// # Shapes
/// `values` is row-major, `[times.len(), width]`.
#[derive(Clone, Debug, PartialEq)]
pub struct TraceView<'a> {
    /// The name, such as `exc.V`.
    pub name: &'a str,
    /// The unit of the values; empty for numbers.
    pub unit: &'a str,
    /// The times of the samples in ms.
    pub times: Vec<f64>,
    /// The values in the unit.
    pub values: &'a [f64],
    /// The number of values of a sample.
    pub width: usize,
}

impl TraceView<'_> {
    /// The values of one recorded element over time, by its place among the recorded ones.
    pub fn column(&self, place: usize) -> impl Iterator<Item = f64> + '_ {
        let inside = if place < self.width { self.values } else { &[] };
        inside
            .iter()
            .skip(place)
            .step_by(self.width.max(1))
            .copied()
    }
}

/// Recorded events of one population.
#[derive(Clone, Debug, PartialEq)]
pub struct RasterView<'a> {
    /// The name, such as `exc.spike`.
    pub name: &'a str,
    /// The number of elements of the population.
    pub size: u32,
    /// The times in ms, ascending.
    pub times: Vec<f64>,
    /// The index of each event's element.
    pub elements: &'a [u32],
}

/// A name that a run did not record.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` was not recorded{}", near.as_ref().map_or_else(String::new, |near| format!("; did you mean `{near}`?")))]
pub struct NotRecorded {
    /// The name.
    pub name: String,
    /// The recorded name that is nearest to it.
    pub near: Option<String>,
}

impl Text {
    /// Performs all runs of the text as it stands and keeps what they record.
    ///
    /// # Errors
    /// Those of [`Text::run_with`].
    ///
    /// # Examples
    /// A leaky integrator under a constant current of 20 mV/R crosses its threshold of 10 mV every
    /// `tau*ln 2` = 6.93 ms, so 7 steps of 1 ms, and the reset takes no time:
    ///
    /// ```
    /// let text = neuropil::Text::parse(
    ///     "npl 1
    ///     neuron Leaky {
    ///         param tau = 10 ms
    ///         dV/dt = (20 mV - V)/tau
    ///         init V = 0 mV
    ///         spike when V >= 10 mV { V = 0 mV }
    ///     }
    ///     network One { cell = Leaky; record cell.spike }
    ///     run One for 70 ms with dt = 1 ms",
    /// );
    /// let results = text.run()?;
    /// let raster = results[0].raster("cell.spike")?;
    /// assert_eq!(raster.times, [7.0, 14.0, 21.0, 28.0, 35.0, 42.0, 49.0, 56.0, 63.0, 70.0]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn run(&self) -> Result<Vec<Results>, Error> {
        self.run_with(&Options::default(), &mut ())
    }

    /// Performs all runs of the text and keeps what they record.
    ///
    /// After an interruption the runs so far are returned.
    ///
    /// # Errors
    /// [`Error::Model`], [`Error::Backend`], [`Error::Simulation`].
    pub fn run_with(
        &self,
        options: &Options,
        observer: &mut dyn Observer,
    ) -> Result<Vec<Results>, Error> {
        let compilation = self.compile(options)?;
        let total = compilation.runs.len();
        let mut all = Vec::with_capacity(total);
        for (index, compiled) in compilation.runs.into_iter().enumerate() {
            let name = run_name(&compiled).to_owned();
            observer.event(Event::Begin {
                name: &name,
                index,
                total,
            });
            let backend = backend::make_chosen(backend::choose(options, &compiled)?)?;
            let (engine, _) = engine_options(options, &compiled);
            let engine = neuropil_sim::Options {
                traces_in_memory: true,
                ..engine
            };
            let failed = |error| Error::simulation(error, &compilation.sources);
            let steps = compiled.program.steps;
            let mut simulation =
                Simulation::new(compiled.program, &*backend, &engine).map_err(failed)?;
            let mut recorder = MemoryRecorder::new(simulation.program());
            advance(&mut simulation, steps, &mut recorder, observer).map_err(failed)?;
            let (report, program) = simulation.finish();
            let interrupted = report.interrupted;
            all.push(Results {
                name,
                report,
                program,
                recorder,
            });
            if interrupted {
                break;
            }
        }
        Ok(all)
    }

    /// Warnings and notes about the text, beside [`Text::run`].
    pub fn warnings(&self) -> Diagnosed {
        self.check(&Options::default())
    }
}

impl Results {
    /// The samples of a quantity, such as `exc.V` or `lfp`.
    ///
    /// # Errors
    /// [`NotRecorded`] with the nearest recorded name.
    pub fn trace(&self, name: &str) -> Result<TraceView<'_>, NotRecorded> {
        let traces = &self.program.traces;
        let index = traces.iter().position(|trace| trace.name == name);
        let found = index.and_then(|index| self.recorder.traces().get(index));
        match (index, found) {
            (Some(index), Some(data)) => Ok(TraceView {
                name: &traces[index].name,
                unit: &traces[index].unit,
                times: data.times(self.program.plan.dt),
                values: &data.values,
                width: data.width,
            }),
            _ => Err(not_recorded(name, traces.iter().map(|trace| &*trace.name))),
        }
    }

    /// The recorded events of a name such as `exc.spike`.
    ///
    /// # Errors
    /// [`NotRecorded`] with the nearest recorded name.
    pub fn raster(&self, name: &str) -> Result<RasterView<'_>, NotRecorded> {
        let rasters = &self.program.rasters;
        let index = rasters.iter().position(|raster| raster.name == name);
        let found = index.and_then(|index| self.recorder.rasters().get(index));
        match (index, found) {
            (Some(index), Some(events)) => {
                let dt = self.program.plan.dt;
                Ok(RasterView {
                    name: &rasters[index].name,
                    size: rasters[index].size,
                    times: events.steps.iter().map(|&step| step as f64 * dt).collect(),
                    elements: &events.elements,
                })
            }
            _ => Err(not_recorded(
                name,
                rasters.iter().map(|raster| &*raster.name),
            )),
        }
    }

    /// The names of all recorded quantities and events.
    pub fn recorded(&self) -> impl Iterator<Item = &str> {
        let rasters = self.program.rasters.iter().map(|raster| &*raster.name);
        rasters.chain(self.program.traces.iter().map(|trace| &*trace.name))
    }

    /// The figures that the text asks for.
    pub fn figures(&self) -> Vec<Figure> {
        let duration = self.report.duration_ms();
        let draw = |layout| {
            let Ok(figure) = figures::figure(layout, &self.program, &self.recorder, duration);
            figure
        };
        self.program.plots.iter().map(draw).collect()
    }

    /// Whether every `expect` holds.
    pub fn passed(&self) -> bool {
        self.report.passed()
    }
}

fn not_recorded<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> NotRecorded {
    NotRecorded {
        name: name.to_owned(),
        near: nearest(name, names).map(str::to_owned),
    }
}

impl Recordings for MemoryRecorder {
    type Error = std::convert::Infallible;

    fn trace(&self, index: usize, _dt: f64) -> Result<TraceData, Self::Error> {
        Ok(self.traces().get(index).cloned().unwrap_or_default())
    }

    fn events(&self, index: usize) -> Result<Events, Self::Error> {
        Ok(self.rasters().get(index).cloned().unwrap_or_default())
    }
}
