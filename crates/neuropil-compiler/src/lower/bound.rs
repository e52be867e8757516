//! What a kernel under construction is bound to: one declaration for each thing it touches.

use neuropil_ir::kernel::{Binding, Builder, DrawStream, Element, Emission, Uniform, Value};
use neuropil_ir::plan::{BufferId, EventListId, SlotId};

use super::evaluate::{as_mask, as_real};
use super::output::{Lowered, Output};

/// What a kernel under construction is bound to.
#[derive(Default)]
pub(super) struct Bound {
    pub(super) sample: Option<Binding>,
    buffers: Vec<BufferId>,
    slots: Vec<SlotId>,
    events: Vec<EventListId>,
    streams: Vec<u64>,
}

impl Bound {
    pub(super) fn binding(
        &mut self,
        builder: &mut Builder,
        buffer: BufferId,
        name: &str,
        element: Element,
    ) -> Binding {
        let first = u32::from(self.sample.is_some());
        if let Some(place) = self.buffers.iter().position(|&known| known == buffer) {
            return Binding(place as u32 + first);
        }
        self.buffers.push(buffer);
        builder.binding(name, element)
    }

    pub(super) fn uniform(&mut self, builder: &mut Builder, slot: SlotId, name: &str) -> Uniform {
        if let Some(place) = self.slots.iter().position(|&known| known == slot) {
            return Uniform(place as u32);
        }
        self.slots.push(slot);
        builder.uniform(name)
    }

    pub(super) fn stream(&mut self, builder: &mut Builder, stream: u64, name: &str) -> DrawStream {
        if let Some(place) = self.streams.iter().position(|&known| known == stream) {
            return DrawStream(place as u32);
        }
        self.streams.push(stream);
        builder.draw(name, stream)
    }

    pub(super) fn emission(
        &mut self,
        builder: &mut Builder,
        events: EventListId,
        name: &str,
    ) -> Emission {
        self.events.push(events);
        builder.emission(name)
    }

    pub(super) fn effect(&mut self, builder: &mut Builder, output: &Output, value: Option<Value>) {
        let Some(value) = value else {
            if let Output::Clear {
                name,
                buffer,
                element,
            } = output
            {
                let binding = self.binding(builder, *buffer, name, *element);
                builder.clear(binding);
            }
            return;
        };
        match output {
            Output::Store {
                name,
                buffer,
                element,
                ..
            } => {
                let value = as_real(builder, value);
                let binding = self.binding(builder, *buffer, name, *element);
                builder.store(binding, value);
            }
            Output::Sample { .. } => {
                let value = as_real(builder, value);
                if let Some(binding) = self.sample {
                    builder.store(binding, value);
                }
            }
            Output::Emit { name, events, .. } => {
                let mask = as_mask(builder, value);
                let emission = self.emission(builder, *events, name);
                builder.emit(emission, mask);
            }
            Output::EmitCount { name, events, .. } => {
                let count = as_real(builder, value);
                let emission = self.emission(builder, *events, name);
                builder.emit_count(emission, count);
            }
            Output::Reduce {
                name,
                slot,
                reduction,
                ..
            } => {
                let value = as_real(builder, value);
                let uniform = self.uniform(builder, *slot, name);
                builder.reduce(uniform, *reduction, value);
            }
            Output::Set { name, slot, .. } => {
                let value = as_real(builder, value);
                let uniform = self.uniform(builder, *slot, name);
                builder.set(uniform, value);
            }
            Output::Clear { .. } => {}
        }
    }

    pub(super) fn lowered(self, builder: Builder) -> Lowered {
        let Self {
            buffers,
            slots,
            events,
            ..
        } = self;
        Lowered {
            kernel: builder.finish(),
            buffers,
            slots,
            events,
        }
    }
}
