//! Building a network and running it.

use std::sync::Arc;

use neuropil_ir::backend::{
    Backend, Calibration, Clock, Machine, Resources, RunError, StageTime, Storage,
};
use neuropil_ir::connect::Connectivity;
use neuropil_ir::plan::{BufferId, ProjectionId, SlotId};
use neuropil_ir::program::Program;

use crate::connect::{self, Arrays, ConnectError, Connector};
use crate::error::SimulationError;
use crate::memory::{self, Footprint};
use crate::record::Recorder;
use crate::record::statistics::mean_rate_hz;
use crate::report::{PopulationReport, ProjectionReport, Report};
use crate::run::{Control, Observed, Tap};
use crate::storage::{self, Need};

/// Checks of finiteness between two flushes of the recorder during a run.
const FLUSH_EVERY: u64 = 64;

/// How a simulation is built.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// The number of threads; default 1. Results do not depend on it.
    pub threads: usize,
    /// The most bytes that the run may need; default no limit. Callers hand in what the machine has.
    pub memory_limit: u64,
    /// Whether connections are stored; default [`Storage::Auto`]: what would not fit into the memory
    /// is generated at every event where it can be. Results do not depend on it.
    pub storage: Storage,
    /// Whether traces will be kept in memory, and count as such; default `false`.
    pub traces_in_memory: bool,
    /// Steps between checks that all states are finite; default 256, at least 1. Smaller finds
    /// the step of an error more exactly and costs more.
    pub check_every: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            threads: 1,
            memory_limit: u64::MAX,
            storage: Storage::Auto,
            traces_in_memory: false,
            check_every: 256,
        }
    }
}

/// How far the building of a network has come: the projection that is about to be connected.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Building<'a> {
    /// The name of the projection.
    pub projection: &'a str,
    /// Its number, from 0.
    pub index: usize,
    /// The number of projections.
    pub total: usize,
    /// The edges that are expected in it.
    pub edges: f64,
    /// The edges that are expected in all projections.
    pub all_edges: f64,
}

/// A network that is built and can be run.
pub struct Simulation {
    program: Program,
    machine: Box<dyn Machine>,
    observed: Observed,
    footprint: Footprint,
    /// Bytes that the connections took.
    connection_bytes: u64,
    backend: &'static str,
    check_every: u64,
    interrupted: bool,
    ended: bool,
}

impl std::fmt::Debug for Simulation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Simulation")
            .field("network", &self.program.plan.name)
            .field("backend", &self.backend)
            .field("step", &self.machine.step())
            .field("interrupted", &self.interrupted)
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}

impl Simulation {
    /// Builds a network: estimates its memory, loads the plan, connects every projection.
    ///
    /// # Errors
    /// [`SimulationError::Memory`] with the estimate, before the memory is allocated;
    /// [`SimulationError::Load`], [`SimulationError::Connection`], [`SimulationError::Store`];
    /// [`SimulationError::NotFinite`] if a start value is no number.
    pub fn new(
        program: Program,
        backend: &dyn Backend,
        options: &Options,
    ) -> Result<Self, SimulationError> {
        Self::with_progress(program, backend, options, &mut |_| ())
    }

    /// Builds a network as [`Simulation::new`] does and says before each projection how far it is.
    pub fn with_progress(
        program: Program,
        backend: &dyn Backend,
        options: &Options,
        progress: &mut dyn FnMut(Building<'_>),
    ) -> Result<Self, SimulationError> {
        check_program(&program)?;
        let plan = &program.plan;
        let limit = options.memory_limit;
        let mut footprint = Footprint {
            state: memory::state(plan),
            connections: 0,
            recordings: if options.traces_in_memory {
                memory::traces(&program)
            } else {
                0
            },
        };
        fits(footprint, limit)?;

        let resources = Resources {
            threads: options.threads.max(1),
            memory_limit: limit.saturating_sub(footprint.recordings),
        };
        let machine = backend
            .load(plan, &resources)
            .map_err(SimulationError::Load)?;
        let mut simulation = Self {
            observed: Observed::new(&program),
            program,
            machine,
            footprint,
            connection_bytes: 0,
            backend: backend.name(),
            check_every: options.check_every.max(1),
            interrupted: false,
            ended: false,
        };
        simulation.check_finite(0)?;

        // Sizes of connections follow from values that the prepare stages have computed by now.
        let connectors = simulation.connectors()?;
        let plan = &simulation.program.plan;
        let needs: Vec<Need> = (simulation.program.connections.iter().zip(&connectors))
            .map(|(connection, connector)| {
                Need::of(connection, connector, plan, backend.generates())
            })
            .collect();
        let room = limit.saturating_sub(footprint.total());
        let storages = storage::choose(&needs, options.storage, room);
        footprint.connections = storage::bytes(&needs, &storages);
        fits(footprint, limit)?;
        simulation.footprint = footprint;

        let unconnected = simulation.machine.bytes();
        let all_edges = connectors.iter().map(|one| one.expected_edges()).sum();
        let total = connectors.len();
        for (index, (connector, storage)) in connectors.into_iter().zip(storages).enumerate() {
            let connection = &simulation.program.connections[index];
            let name = &simulation.program.plan.projections[connection.projection.index()].name;
            let edges = connector.expected_edges();
            progress(Building {
                projection: name,
                index,
                total,
                edges,
                all_edges,
            });
            let stored =
                simulation
                    .machine
                    .connect(connection.projection, connector.clone(), storage);
            // A value that cannot be used says more than what the back-end made of it.
            if let Some(problem) = connector.trouble() {
                let (projection, span) = (name.clone(), connection.span);
                return Err(ConnectError {
                    projection,
                    span,
                    problem,
                }
                .into());
            }
            stored.map_err(|source| SimulationError::Store {
                projection: name.clone(),
                span: connection.span,
                source,
            })?;
        }
        let connected = simulation.machine.bytes();
        simulation.connection_bytes = connected.saturating_sub(unconnected);
        Ok(simulation)
    }

    /// Runs a number of steps, or fewer if the caller interrupts; may be called again to go on.
    ///
    /// Returns the steps run. What was recorded before an interruption or an error is kept and
    /// flushed.
    ///
    /// # Errors
    /// [`SimulationError::NotFinite`], [`SimulationError::Record`], [`SimulationError::Run`];
    /// [`SimulationError::Ended`] after any of them.
    pub fn run(
        &mut self,
        steps: u64,
        recorder: &mut dyn Recorder,
        control: &mut Control<'_>,
    ) -> Result<u64, SimulationError> {
        if self.ended {
            return Err(SimulationError::Ended);
        }
        let result = self.advance(steps, recorder, control);
        self.ended = result.is_err();
        let flushed = recorder.flush();
        let done = result?;
        flushed?;
        Ok(done)
    }

    fn advance(
        &mut self,
        steps: u64,
        recorder: &mut dyn Recorder,
        control: &mut Control<'_>,
    ) -> Result<u64, SimulationError> {
        let start = self.machine.step();
        self.interrupted = false;
        let mut done = 0;
        for chunks in 1u64.. {
            let chunk = (steps - done).min(self.check_every);
            let before = self.machine.step();
            let mut tap = Tap {
                observed: &mut self.observed,
                recorder,
                control,
                start,
                total: steps,
                failed: None,
            };
            let result = self.machine.run(chunk, &mut tap);
            let failed = tap.failed.take();
            let ran = match (result, failed) {
                (Ok(ran), None) => ran,
                (_, Some(error)) => return Err(error.into()),
                (Err(error), None) => return Err(self.explain(error, before)),
            };
            done += ran;
            self.check_finite(before)?;
            if ran < chunk || (done < steps && control.interrupted()) {
                self.interrupted = true;
                return Ok(done);
            }
            if done >= steps {
                break;
            }
            if chunks.is_multiple_of(FLUSH_EVERY) {
                recorder.flush()?;
            }
        }
        Ok(done)
    }

    /// What the simulation has done so far.
    pub fn report(&self) -> Report {
        let counters = self.machine.counters();
        let steps = self.machine.step();
        let duration = steps as f64 * self.program.plan.dt;
        let at = |list: &[u64], i: usize| list.get(i).copied().unwrap_or(0);
        let populations = self.program.populations.iter().map(|population| {
            let spikes = population
                .spike
                .map(|events| at(&counters.emitted, events.index()));
            PopulationReport {
                name: population.name.clone(),
                model: population.model.clone(),
                size: population.size,
                spikes,
                mean_rate_hz: spikes.and_then(|n| mean_rate_hz(n, population.size, duration)),
                cv_isi: population
                    .spike
                    .and_then(|events| self.observed.cv_isi(events)),
            }
        });
        let projections = self.program.plan.projections.iter().enumerate();
        let projections = projections.map(|(i, projection)| ProjectionReport {
            name: projection.name.clone(),
            storage: self.machine.storage(ProjectionId(i as u32)),
            edges: at(&counters.edges, i),
            sent: at(&counters.sent, i),
            delivered: at(&counters.delivered, i),
            travelling: at(&counters.travelling, i),
        });
        Report {
            steps,
            dt: self.program.plan.dt,
            interrupted: self.interrupted,
            populations: populations.collect(),
            projections: projections.collect(),
            expects: self.observed.watch.outcomes(),
            bytes: self.machine.bytes(),
            stages: self.machine.stage_times(),
            counters,
        }
    }

    /// From now on, adds up the time of each stage of a step; false where the back-end cannot.
    pub fn profile(&mut self, clock: Clock) -> bool {
        self.machine.profile(clock)
    }

    /// Measures what operations and bytes cost on this machine; `None` where the back-end cannot.
    pub fn calibrate(&self, clock: Clock) -> Option<Calibration> {
        self.machine.calibrate(clock)
    }

    /// Measures what the kernels and deliveries of the steps so far would have taken alone; ends the
    /// simulation, whose state it spoils.
    ///
    /// # Errors
    /// [`SimulationError::Run`] with [`RunError::Unsupported`] where the back-end cannot.
    pub fn floor(self, clock: Clock) -> Result<Vec<StageTime>, SimulationError> {
        self.machine.floor(clock).map_err(SimulationError::Run)
    }

    /// Ends the simulation: its report, and the program that it ran.
    pub fn finish(self) -> (Report, Program) {
        (self.report(), self.program)
    }

    /// The program that is run.
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// The number of steps run so far.
    pub fn step(&self) -> u64 {
        self.machine.step()
    }

    /// The simulated time so far in ms.
    pub fn time_ms(&self) -> f64 {
        self.step() as f64 * self.program.plan.dt
    }

    /// Whether the last run was interrupted.
    pub fn interrupted(&self) -> bool {
        self.interrupted
    }

    /// The estimate of memory that the simulation was built with.
    pub fn footprint(&self) -> Footprint {
        self.footprint
    }

    /// The bytes that the connections took when they were made, by the back-end's own count.
    pub fn connection_bytes(&self) -> u64 {
        self.connection_bytes
    }

    /// The name of the back-end.
    pub fn backend(&self) -> &'static str {
        self.backend
    }

    /// Reads an array of the plan as it is now, in internal units.
    pub fn read(&self, buffer: BufferId) -> Vec<f64> {
        self.machine.read(buffer)
    }

    /// The state with a qualified name such as `exc.V` as it is now, in internal units.
    pub fn state(&self, name: &str) -> Option<Vec<f64>> {
        let state = self
            .program
            .states
            .iter()
            .find(|state| state.name == name)?;
        Some(self.machine.read(state.buffer))
    }

    fn connectors(&self) -> Result<Vec<Arc<Connector>>, SimulationError> {
        let arrays = MachineArrays(&*self.machine);
        let plan = &self.program.plan;
        let connections = self.program.connections.iter();
        Ok(connections
            .map(|c| connect::build(c, plan, &arrays).map(Arc::new))
            .collect::<Result<_, _>>()?)
    }

    /// Looks for states that are no finite numbers.
    fn check_finite(&self, finite_at: u64) -> Result<(), SimulationError> {
        for state in &self.program.states {
            if let Some((element, value)) = self.machine.first_not_finite(state.buffer) {
                let step = self.machine.step();
                return Err(self.not_finite(&state.name, element, value, step, finite_at));
            }
        }
        Ok(())
    }

    /// Names what a back-end knows as a buffer in the words of the text.
    fn explain(&self, error: RunError, finite_at: u64) -> SimulationError {
        match error {
            RunError::NotFinite {
                name,
                element,
                value,
                step,
            } => self.not_finite(&name, element, value, step, finite_at.min(step)),
            other => SimulationError::Run(other),
        }
    }

    fn not_finite(
        &self,
        name: &str,
        element: u32,
        value: f64,
        step: u64,
        finite_at: u64,
    ) -> SimulationError {
        let program = &self.program;
        let state = program.states.iter().find(|state| state.name == name);
        // `exc.V` belongs to the population `exc`; names of the network itself have no dot.
        let (population, variable) = name.rsplit_once('.').unwrap_or(("", name));
        let (population, variable) = (population.to_owned(), variable.to_owned());
        SimulationError::NotFinite {
            population,
            variable,
            element,
            value,
            step,
            time: step as f64 * program.plan.dt,
            finite_at,
            span: state.map(|state| state.span),
        }
    }
}

/// The values of a loaded machine, for connectors.
struct MachineArrays<'a>(&'a dyn Machine);

impl Arrays for MachineArrays<'_> {
    fn array(&self, buffer: BufferId) -> Vec<f64> {
        self.0.read(buffer)
    }

    fn slot(&self, slot: SlotId) -> f64 {
        self.0.slot(slot)
    }
}

fn fits(estimate: Footprint, limit: u64) -> Result<(), SimulationError> {
    if estimate.total() > limit {
        return Err(SimulationError::Memory { estimate, limit });
    }
    Ok(())
}

/// Checks the indices that this crate follows; the plan itself is verified by `ir`.
fn check_program(program: &Program) -> Result<(), SimulationError> {
    let plan = &program.plan;
    let wrong = |what| Err(SimulationError::Program { what });
    if program.connections.len() != plan.projections.len() {
        return wrong("there is not one connection for each projection");
    }
    for (i, connection) in program.connections.iter().enumerate() {
        if connection.projection.index() != i {
            return wrong("the connections do not stand in the order of the projections");
        }
    }
    for projection in &plan.projections {
        let source = plan
            .events
            .get(projection.source.index())
            .map(|events| events.axis);
        if source.is_none_or(|axis| axis.index() >= plan.axes.len())
            || projection.target.index() >= plan.axes.len()
        {
            return wrong("a projection names an axis that does not exist");
        }
    }
    if program
        .states
        .iter()
        .any(|state| state.buffer.index() >= plan.buffers.len())
    {
        return wrong("a state names a buffer that does not exist");
    }
    if program
        .traces
        .iter()
        .any(|trace| trace.record.index() >= plan.records.len())
    {
        return wrong("a trace names a recording that does not exist");
    }
    if program
        .rasters
        .iter()
        .any(|raster| raster.events.index() >= plan.events.len())
    {
        return wrong("a raster names an event that does not exist");
    }
    Ok(())
}

#[cfg(test)]
mod tests;
