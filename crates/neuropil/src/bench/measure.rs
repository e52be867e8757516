//! One measurement: a network in one precision, several times.

use neuropil_compiler::CompiledRun;
use neuropil_ir::backend::{Clock, RunError, StageKind, StageTime, Storage};
use neuropil_sim::record::NoRecorder;
use neuropil_sim::{Building, Control, Simulation, SimulationError};
use neuropil_syntax::Sources;

use super::memory::{BuildMemory, MemoryProbe};
use super::networks::Subject;
use crate::backend;
use crate::error::Error;
use crate::options::{BackendKind, Options, Precision};
use crate::simulate::engine_options;

/// Of so many steps one is run once more with the time of every stage.
const PROFILED: u64 = 10;

/// How networks are measured.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Nanoseconds since some moment.
    pub clock: Clock,
    /// How often; default 5, at least 1. The medians count.
    pub repeats: usize,
    /// The number of threads; default 1.
    pub threads: usize,
    /// Who computes; default [`BackendKind::fastest`].
    pub backend: Option<BackendKind>,
    /// Simulated time of every network, such as `1 s`; default that of the subject.
    pub duration: Option<String>,
    /// Simulated time before the measured one; default none.
    pub after: Option<String>,
    /// Whether the floor is measured; default `true`.
    pub floor: bool,
    /// Whether connections are stored; default [`Storage::Auto`].
    pub connectivity: Storage,
    /// The most bytes that a network may need; default no limit.
    pub memory_limit: Option<u64>,
    /// How resident memory is read; default not at all.
    pub memory: Option<MemoryProbe>,
}

impl Settings {
    /// The defaults, with a clock.
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            repeats: 5,
            threads: 1,
            backend: None,
            duration: None,
            after: None,
            floor: true,
            connectivity: Storage::Auto,
            memory_limit: None,
            memory: None,
        }
    }

    fn options(&self, subject: &Subject, precision: Precision) -> Options {
        Options {
            set: subject.set.clone(),
            duration: self.duration.clone().or_else(|| subject.duration()),
            precision: Some(precision),
            threads: Some(self.threads.max(1)),
            backend: self.backend,
            connectivity: self.connectivity,
            memory_limit: self.memory_limit,
            no_record: true,
            ..Options::default()
        }
    }
}

/// Median, least and most of the repeats.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// The median.
    pub median: f64,
    /// The least.
    pub low: f64,
    /// The most.
    pub high: f64,
}

impl Spread {
    /// The spread of some values; `None` of none.
    pub fn of(values: &[f64]) -> Option<Self> {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let middle = sorted.len() / 2;
        let upper = *sorted.get(middle)?;
        let median = if sorted.len().is_multiple_of(2) {
            f64::midpoint(sorted[middle - 1], upper)
        } else {
            upper
        };
        Some(Self {
            median,
            low: sorted[0],
            high: sorted[sorted.len() - 1],
        })
    }

    /// Every value times a factor.
    #[must_use]
    pub fn times(self, factor: f64) -> Self {
        Self {
            median: self.median * factor,
            low: self.low * factor,
            high: self.high * factor,
        }
    }
}

/// The floor of a run.
#[derive(Clone, Debug)]
pub struct Floor {
    /// Bare kernels and deliveries, divided among the threads; unit ns a neuron and step.
    pub ns_per_neuron_step: Spread,
    /// The run over its floor, in each repeat.
    pub ratio: Spread,
    /// The stages of the last repeat, over all its steps.
    pub stages: Vec<StageTime>,
    /// The steps that the stages are about.
    pub steps: u64,
}

/// What a network took.
#[derive(Clone, Debug)]
pub struct Measurement {
    /// The name of the subject.
    pub network: String,
    /// The float type.
    pub precision: Precision,
    /// Who computed.
    pub backend: BackendKind,
    /// The number of threads asked for.
    pub threads: usize,
    /// Neurons: the elements of all populations but of sources that projections make in place.
    pub neurons: u64,
    /// Connections.
    pub synapses: u64,
    /// The length of a step in ms.
    pub dt_ms: f64,
    /// The steps measured.
    pub steps: u64,
    /// The steps before them.
    pub steps_before: u64,
    /// Spikes of all populations in all these steps.
    pub spikes: u64,
    /// Loading and connecting; unit s.
    pub build_s: Spread,
    /// Running; unit s.
    pub run_s: Spread,
    /// Events a second of the deliveries together, with the cost of reading the clock at each stage;
    /// `None` without events or where stages cannot be timed.
    pub events_per_s: Option<Spread>,
    /// Bytes of state, lists and connections.
    pub engine_bytes: u64,
    /// Bytes of the connections alone.
    pub connection_bytes: u64,
    /// Resident memory around the building of the first repeat: later ones may find memory that the process
    /// has kept. `None` where the system does not tell.
    pub memory: Option<BuildMemory>,
    /// The floor, if it was asked for.
    pub floor: Option<Floor>,
}

impl Measurement {
    /// Wall time of the run, in ns a neuron and step; of no neurons it has no meaning.
    pub fn ns_per_neuron_step(&self) -> Spread {
        self.run_s
            .times(1e9 / (self.neurons.max(1) * self.steps.max(1)) as f64)
    }

    /// Simulated time in ms.
    pub fn duration_ms(&self) -> f64 {
        self.steps as f64 * self.dt_ms
    }

    /// Wall time over simulated time.
    pub fn real_time_factor(&self) -> Spread {
        self.run_s.times(1000.0 / self.duration_ms())
    }

    /// Connections made a second, while building; `None` without any.
    pub fn synapses_per_s(&self) -> Option<f64> {
        (self.synapses > 0).then(|| self.synapses as f64 / self.build_s.median)
    }

    /// Resident memory that the connections have taken, for each of them; bytes. `None` without any, or
    /// where the system does not tell.
    pub fn resident_bytes_per_synapse(&self) -> Option<f64> {
        let taken = self.memory.filter(|_| self.synapses > 0)?.connections();
        Some(taken as f64 / self.synapses as f64)
    }

    /// Bytes of a connection; `None` without any.
    pub fn bytes_per_synapse(&self) -> Option<f64> {
        (self.synapses > 0).then(|| self.connection_bytes as f64 / self.synapses as f64)
    }
}

/// Measures a text in one precision; `progress` hears the number of each repeat before it begins.
///
/// # Errors
/// [`Error::Model`], [`Error::Simulation`]; [`Error::Backend`] also where the back-end cannot measure
/// a floor that is asked for.
pub fn measure(
    subject: &Subject,
    precision: Precision,
    settings: &Settings,
    progress: &mut dyn FnMut(usize),
) -> Result<Measurement, Error> {
    let options = settings.options(subject, precision);
    let mut compilation = subject.text.compile(&options)?;
    let steps_before = match &settings.after {
        None => 0,
        Some(after) => {
            // The compiler knows how a time becomes a number of steps.
            let duration = Some(after.clone());
            let shorter = Options {
                duration,
                ..options.clone()
            };
            let compilation = subject.text.compile(&shorter)?;
            compilation.runs.first().map_or(0, |run| run.program.steps)
        }
    };
    let run = compilation.runs.swap_remove(0);
    let kind = backend::choose(&options, &run)?;
    let one = One {
        run: &run,
        sources: &compilation.sources,
        options: &options,
        kind,
        steps_before,
        settings,
    };
    progress(0);
    let mut last = one.repeat()?;
    let mut earlier = Vec::new();
    for repeat in 1..settings.repeats {
        progress(repeat);
        earlier.push(std::mem::replace(&mut last, one.repeat()?));
    }
    let spread = |value: &dyn Fn(&Repeat) -> Option<f64>| {
        let values = earlier.iter().chain([&last]).filter_map(value);
        Spread::of(&values.collect::<Vec<_>>())
    };
    let always = |value: fn(&Repeat) -> f64| {
        let last = value(&last);
        spread(&|repeat| Some(value(repeat))).unwrap_or(Spread {
            median: last,
            low: last,
            high: last,
        })
    };
    let memory = earlier.first().unwrap_or(&last).memory;
    let build_s = always(|repeat| repeat.build_s);
    let run_s = always(|repeat| repeat.run_s);
    let events_per_s = spread(&|repeat| repeat.events_per_s);
    let floor_s = spread(&Repeat::floor_s);
    let ratio = spread(&|repeat| Some(repeat.run_s / repeat.floor_s()?));
    let steps = run.program.steps;
    let neuron_steps = (last.neurons.max(1) * steps.max(1)) as f64;
    let floor = floor_s.zip(ratio).zip(last.floor);
    Ok(Measurement {
        network: subject.name.clone(),
        precision,
        backend: kind,
        threads: settings.threads.max(1),
        neurons: last.neurons,
        synapses: last.synapses,
        dt_ms: run.program.plan.dt,
        steps,
        steps_before,
        spikes: last.spikes,
        build_s,
        run_s,
        events_per_s,
        engine_bytes: last.engine_bytes,
        connection_bytes: last.connection_bytes,
        memory,
        floor: floor.map(|((floor_s, ratio), (stages, steps))| Floor {
            ns_per_neuron_step: floor_s.times(1e9 / neuron_steps),
            ratio,
            stages,
            steps,
        }),
    })
}

/// What every repeat has in common.
struct One<'a> {
    run: &'a CompiledRun,
    sources: &'a Sources,
    options: &'a Options,
    kind: BackendKind,
    steps_before: u64,
    settings: &'a Settings,
}

/// What one repeat took.
struct Repeat {
    neurons: u64,
    synapses: u64,
    spikes: u64,
    build_s: f64,
    run_s: f64,
    events_per_s: Option<f64>,
    engine_bytes: u64,
    connection_bytes: u64,
    memory: Option<BuildMemory>,
    /// The floor of all stages, and the steps it is about.
    floor: Option<(Vec<StageTime>, u64)>,
    /// The steps of [`Repeat::run_s`], and the threads.
    steps: u64,
    threads: usize,
}

impl Repeat {
    /// The floor of the measured steps, divided among the threads; unit s.
    fn floor_s(&self) -> Option<f64> {
        let (stages, steps) = self.floor.as_ref()?;
        let nanoseconds: u64 = stages.iter().map(|stage| stage.nanoseconds).sum();
        let a_step = nanoseconds as f64 * 1e-9 / *steps as f64;
        (nanoseconds > 0 && self.steps > 0)
            .then(|| a_step * self.steps as f64 / self.threads as f64)
    }
}

impl One<'_> {
    fn repeat(&self) -> Result<Repeat, Error> {
        let failed = |error| Error::simulation(error, self.sources);
        let seconds = |from: u64, to: u64| to.saturating_sub(from) as f64 * 1e-9;
        let clock = self.settings.clock;
        let backend = backend::make_chosen(self.kind)?;
        let (engine, threads) = engine_options(self.options, self.run);
        let program = self.run.program.clone();
        let steps = program.steps;

        let probe = self.settings.memory;
        let before = probe.and_then(|probe| probe.begin());
        let begun = clock();
        let mut loaded = None;
        let mut load = |building: Building<'_>| {
            if building.index == 0 {
                loaded = probe.and_then(|probe| (probe.resident)());
            }
        };
        let mut simulation =
            Simulation::with_progress(program, &*backend, &engine, &mut load).map_err(failed)?;
        let built = clock();
        let memory = probe
            .zip(before)
            .and_then(|(probe, before)| probe.end(before, loaded));
        let run = |simulation: &mut Simulation, steps| {
            let mut control = Control::default();
            simulation.run(steps, &mut NoRecorder, &mut control)
        };
        if self.steps_before > 0 {
            run(&mut simulation, self.steps_before).map_err(failed)?;
        }
        let started = clock();
        run(&mut simulation, steps).map_err(failed)?;
        let ended = clock();

        let report = simulation.report();
        let events_per_s = if simulation.profile(clock) {
            run(&mut simulation, steps.div_ceil(PROFILED)).map_err(failed)?;
            delivery_rate(&simulation.report().stages)
        } else {
            None
        };
        let connection_bytes = simulation.connection_bytes();
        let floor = if self.settings.floor {
            let steps = simulation.step();
            let stages = simulation
                .floor(clock)
                .map_err(|error| self.no_floor(error))?;
            Some((stages, steps))
        } else {
            None
        };
        let populations = || {
            let all = report.populations.iter();
            all.filter(|population| !population.name.contains("->"))
        };
        Ok(Repeat {
            neurons: populations().map(|p| u64::from(p.size)).sum(),
            synapses: report.synapses(),
            spikes: populations().filter_map(|p| p.spikes).sum(),
            build_s: seconds(begun, built),
            run_s: seconds(started, ended),
            events_per_s,
            engine_bytes: report.bytes,
            connection_bytes,
            memory,
            floor,
            steps,
            threads,
        })
    }

    fn no_floor(&self, error: SimulationError) -> Error {
        match error {
            SimulationError::Run(RunError::Unsupported(_)) => Error::Backend {
                name: self.kind.as_str().to_owned(),
                why: "cannot measure a floor",
            },
            other => Error::simulation(other, self.sources),
        }
    }
}

/// Events a second of all deliveries together.
fn delivery_rate(stages: &[StageTime]) -> Option<f64> {
    let deliveries = stages
        .iter()
        .filter(|stage| stage.kind == StageKind::Delivery);
    let (events, nanoseconds) = deliveries.fold((0, 0), |(events, nanoseconds), stage| {
        (events + stage.items, nanoseconds + stage.nanoseconds)
    });
    (events > 0 && nanoseconds > 0).then(|| events as f64 * 1e9 / nanoseconds as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spreads_have_a_median_and_ends() {
        let spread = |values: &[f64]| Spread::of(values).map(|s| (s.low, s.median, s.high));
        assert_eq!(spread(&[3.0, 1.0, 2.0]), Some((1.0, 2.0, 3.0)));
        assert_eq!(spread(&[4.0, 1.0, 2.0, 3.0]), Some((1.0, 2.5, 4.0)));
        assert_eq!(spread(&[]), None);
    }

    #[test]
    fn deliveries_alone_make_the_rate_of_events() {
        let stage = |kind, nanoseconds, items| StageTime {
            name: "s".to_owned(),
            kind,
            nanoseconds,
            items,
            kernels: Vec::new(),
        };
        let stages = [
            stage(StageKind::Kernel, 1_000, 77),
            stage(StageKind::Delivery, 1_000, 3_000),
            stage(StageKind::Delivery, 3_000, 1_000),
        ];
        assert_eq!(delivery_rate(&stages), Some(1e9));
        assert_eq!(delivery_rate(&stages[..1]), None);
    }
}
