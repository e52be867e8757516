//! A back-end that plays a script: what it records is given, so that what the engine makes of it
//! can be computed by hand.

use std::sync::Arc;

use neuropil_ir::backend::{
    Backend, BackendError, Counters, Flow, Machine, Resources, RunError, Sink, Storage,
};
use neuropil_ir::connect::{Connectivity, Edges};
use neuropil_ir::kernel::Element;
use neuropil_ir::plan::{
    AxisId, Buffer, BufferId, EventListId, Plan, ProjectionId, Record, RecordId, Sampled, SlotId,
};
use neuropil_ir::program::{Population, Program, Raster, StateInfo, Trace};

use super::{SPAN, connection, plan};

/// What a machine shows at each step.
#[derive(Clone)]
pub(crate) struct Script {
    /// The state `pre.V`, which is also the recorded sample.
    pub(crate) state: fn(u64) -> Vec<f64>,
    /// The elements of `pre` that spike, with the step as their time.
    pub(crate) spikes: fn(u64) -> Vec<u32>,
    /// The bytes that loading is said to need.
    pub(crate) needs: u64,
}

impl Default for Script {
    fn default() -> Self {
        Self {
            state: |step| vec![step as f64; 4],
            spikes: |_| vec![],
            needs: 0,
        }
    }
}

/// A program with the population `pre` of four, its state `pre.V`, its spikes, and one projection.
pub(crate) fn program(steps: u64) -> Program {
    let mut plan = plan(4, 2, 1);
    plan.events[0].recorded = true;
    plan.buffers.push(Buffer {
        name: "pre.V".into(),
        axis: AxisId(0),
        element: Element::Real,
        depth: 1,
    });
    plan.records.push(Record {
        name: "pre.V".into(),
        sampled: Sampled::Slot(SlotId(0)),
        before: vec![],
    });
    let connections = vec![connection(&plan, neuropil_ir::connect::Rule::AllToAll)];
    let population = |name: &str, axis, size, spike| Population {
        name: name.into(),
        model: "LIF".into(),
        axis: AxisId(axis),
        size,
        spike,
    };
    Program {
        populations: vec![
            population("pre", 0, 4, Some(EventListId(0))),
            population("post", 1, 2, None),
        ],
        traces: vec![Trace {
            record: RecordId(0),
            name: "pre.V".into(),
            unit: "V".into(),
            scale: 1e-3,
            every: 1,
            elements: Some(vec![0..1, 2..4]),
        }],
        rasters: vec![Raster {
            events: EventListId(0),
            name: "pre.spike".into(),
            population: "pre".into(),
            size: 4,
            elements: vec![0..1, 2..4],
        }],
        steps,
        expects: vec![],
        plots: vec![],
        run_name: None,
        states: vec![StateInfo {
            name: "pre.V".into(),
            buffer: BufferId(0),
            span: SPAN,
        }],
        connections,
        plan,
    }
}

impl Backend for Script {
    fn name(&self) -> &'static str {
        "script"
    }

    fn load(&self, _: &Plan, resources: &Resources) -> Result<Box<dyn Machine>, BackendError> {
        if self.needs > resources.memory_limit {
            return Err(BackendError::Memory {
                what: "the script".into(),
                needed: self.needs,
                limit: resources.memory_limit,
            });
        }
        let counters = Counters {
            emitted: vec![0],
            edges: vec![0],
            ..Counters::default()
        };
        Ok(Box::new(Player {
            script: self.clone(),
            step: 0,
            started: false,
            counters,
        }))
    }
}

struct Player {
    script: Script,
    step: u64,
    started: bool,
    counters: Counters,
}

impl Player {
    fn sample(&mut self, sink: &mut dyn Sink) -> Result<Flow, RunError> {
        let spikes = (self.script.spikes)(self.step);
        self.counters.emitted[0] += spikes.len() as u64;
        sink.events(EventListId(0), self.step, &spikes)?;
        let state = (self.script.state)(self.step);
        sink.sample(RecordId(0), self.step, &[state[0], state[2], state[3]])?;
        Ok(sink.after_step(self.step))
    }
}

impl Machine for Player {
    fn connect(
        &mut self,
        _: ProjectionId,
        connectivity: Arc<dyn Connectivity>,
        _: Storage,
    ) -> Result<(), BackendError> {
        let mut edges = Edges::default();
        connectivity.rows(0..connectivity.sources(), &mut edges);
        self.counters.edges[0] = edges.others.len() as u64;
        if let Some(&found) = edges.delays.iter().find(|&&steps| steps > 100) {
            let projection = "Net.syn".into();
            return Err(BackendError::Delay {
                projection,
                found,
                min: 0,
                max: 100,
            });
        }
        Ok(())
    }

    fn run(&mut self, steps: u64, sink: &mut dyn Sink) -> Result<u64, RunError> {
        if !self.started {
            self.started = true;
            if self.sample(sink)? == Flow::Stop {
                return Ok(0);
            }
        }
        for done in 1..=steps {
            self.step += 1;
            if self.sample(sink)? == Flow::Stop {
                return Ok(done);
            }
        }
        Ok(steps)
    }

    fn step(&self) -> u64 {
        self.step
    }

    fn read(&self, _: BufferId) -> Vec<f64> {
        (self.script.state)(self.step)
    }

    fn write(&mut self, _: BufferId, _: &[f64]) {}

    fn slot(&self, _: SlotId) -> f64 {
        0.5
    }

    fn counters(&self) -> Counters {
        self.counters.clone()
    }

    fn bytes(&self) -> u64 {
        self.script.needs
    }
}
