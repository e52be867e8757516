//! Collects the parts of a plan: slots, buffers, event lists, kernels.

use std::collections::HashMap;

use neuropil_ir::graph::Symbol;
use neuropil_ir::kernel::{Element, Kernel, Precision};
use neuropil_ir::plan::{
    Axis, AxisId, Buffer, BufferId, Call, EventList, EventListId, KernelId, Plan, SLOT_DT,
    SLOT_STEP, SLOT_T, Slot, SlotId, Stage,
};

use crate::lower::{Environment, Lowered, Rate, Source};
use crate::model::{Network, PopulationId, Role};

/// A plan under construction.
pub(super) struct PlanBuilder {
    pub(super) plan: Plan,
    /// The slots of uniform parameters, by symbol.
    slots: HashMap<Symbol, SlotId>,
    /// The buffers of states, parameters and counters, by symbol.
    pub(super) buffers: HashMap<Symbol, BufferId>,
}

impl PlanBuilder {
    pub(super) fn new(network: &Network, precision: Precision, seed: u64) -> Self {
        let mut plan = Plan::empty(&network.name, precision, network.dt, seed);
        plan.axes = network
            .populations
            .iter()
            .map(|population| Axis {
                name: population.name.clone(),
                size: population.size,
            })
            .collect();
        Self {
            plan,
            slots: HashMap::new(),
            buffers: HashMap::new(),
        }
    }

    pub(super) fn slot(&mut self, name: &str, initial: f64) -> SlotId {
        self.plan.slots.push(Slot {
            name: name.to_owned(),
            initial,
        });
        SlotId(self.plan.slots.len() as u32 - 1)
    }

    pub(super) fn buffer(
        &mut self,
        name: String,
        population: PopulationId,
        element: Element,
        depth: u32,
    ) -> BufferId {
        let axis = AxisId(population.0);
        self.plan.buffers.push(Buffer {
            name,
            axis,
            element,
            depth,
        });
        BufferId(self.plan.buffers.len() as u32 - 1)
    }

    pub(super) fn event_list(&mut self, list: EventList) -> EventListId {
        self.plan.events.push(list);
        EventListId(self.plan.events.len() as u32 - 1)
    }

    /// Adds a kernel and gives the call that runs it.
    pub(super) fn call(&mut self, lowered: Lowered) -> Call {
        let id = KernelId(self.plan.kernels.len() as u32);
        let (kernel, call) = lowered.into_call(id);
        self.kernel(kernel);
        call
    }

    fn kernel(&mut self, kernel: Kernel) {
        self.plan.kernels.push(kernel);
    }

    pub(super) fn scalar(&mut self, lowered: Lowered) -> Stage {
        Stage::Scalar {
            call: self.call(lowered),
        }
    }

    /// What every symbol of the network means to the kernels of a plan.
    ///
    /// `frozen_time`: `t` is known when built (start values are those of t = 0).
    pub(super) fn environment(&mut self, network: &Network, frozen_time: bool) -> Environment {
        let mut environment = Environment::new();
        let time_rate = if frozen_time { Rate::Build } else { Rate::Step };
        for (place, meaning) in network.meanings.iter().enumerate() {
            let symbol = Symbol(place as u32);
            let (source, rate) = match &meaning.role {
                Role::Time | Role::StartTime => (Source::Slot(SLOT_T), time_rate),
                Role::StepLength => (Source::Slot(SLOT_DT), Rate::Build),
                Role::Parameter { name, value } => {
                    let slot = match self.slots.get(&symbol) {
                        Some(&slot) => slot,
                        None => {
                            let slot = self.slot(name, *value);
                            self.slots.insert(symbol, slot);
                            slot
                        }
                    };
                    (Source::Slot(slot), Rate::Build)
                }
                Role::Element(_) | Role::State(_) => {
                    let Some(&buffer) = self.buffers.get(&symbol) else {
                        continue;
                    };
                    let name = network.graph.symbol_info(symbol).name.clone();
                    (
                        Source::Array {
                            name,
                            buffer,
                            element: Element::Real,
                        },
                        Rate::Lane,
                    )
                }
                Role::Index(_) => (Source::Lane, Rate::Lane),
                Role::Draw { name, number } => {
                    let stream = neuropil_ir::draw::stream_key(name, *number);
                    (
                        Source::Draw {
                            name: name.clone(),
                            stream,
                        },
                        Rate::Lane,
                    )
                }
                Role::Input(_)
                | Role::Noise { .. }
                | Role::Weight
                | Role::PreIndex
                | Role::PostIndex
                | Role::Pre(_)
                | Role::Post(_)
                | Role::Reduced
                | Role::Open => continue,
            };
            environment.insert(symbol, source, rate);
        }
        environment
    }
}

/// The source of the step number.
pub(super) fn step_source() -> (Source, Rate) {
    (Source::Slot(SLOT_STEP), Rate::Step)
}
