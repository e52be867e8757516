//! What a lowered kernel does, and what it is bound to.

use neuropil_ir::graph::NodeId;
use neuropil_ir::kernel::{Element, Kernel, Reduction};
use neuropil_ir::plan::{BufferId, Call, EventListId, KernelId, SlotId};

/// An effect of a kernel, with the expression behind it.
///
/// Where a number is expected a truth value counts as 1 or 0; where a truth value is expected a
/// number holds unless it is 0.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Writes to an array.
    Store {
        /// The name of the binding in texts.
        name: String,
        /// The array.
        buffer: BufferId,
        /// Its element type.
        element: Element,
        /// The value.
        value: NodeId,
    },
    /// Writes to the sample of a recording: binding 0 of the kernel, without a buffer.
    Sample {
        /// The name of the binding in texts.
        name: String,
        /// The value.
        value: NodeId,
    },
    /// Sets the elements of an array to zero.
    Clear {
        /// The name of the binding in texts.
        name: String,
        /// The array.
        buffer: BufferId,
        /// Its element type.
        element: Element,
    },
    /// Emits an event where a truth value holds.
    Emit {
        /// The name in texts.
        name: String,
        /// The event.
        events: EventListId,
        /// When.
        when: NodeId,
    },
    /// Emits a number of events.
    EmitCount {
        /// The name in texts.
        name: String,
        /// The event.
        events: EventListId,
        /// How many.
        count: NodeId,
    },
    /// Joins the values of all elements into a slot.
    Reduce {
        /// The name of the slot in texts.
        name: String,
        /// The slot.
        slot: SlotId,
        /// How values are joined.
        reduction: Reduction,
        /// The value.
        value: NodeId,
    },
    /// Sets a slot; in kernels of one lane.
    Set {
        /// The name of the slot in texts.
        name: String,
        /// The slot.
        slot: SlotId,
        /// The value.
        value: NodeId,
    },
}

impl Output {
    /// The expression behind the effect.
    pub fn value(&self) -> Option<NodeId> {
        match *self {
            Self::Store { value, .. }
            | Self::Sample { value, .. }
            | Self::Reduce { value, .. }
            | Self::Set { value, .. } => Some(value),
            Self::Emit { when, .. } => Some(when),
            Self::EmitCount { count, .. } => Some(count),
            Self::Clear { .. } => None,
        }
    }

    /// The same effect with another expression.
    pub(super) fn with_value(&self, new: NodeId) -> Self {
        let mut output = self.clone();
        match &mut output {
            Self::Store { value, .. }
            | Self::Sample { value, .. }
            | Self::Reduce { value, .. }
            | Self::Set { value, .. }
            | Self::Emit { when: value, .. }
            | Self::EmitCount { count: value, .. } => *value = new,
            Self::Clear { .. } => {}
        }
        output
    }
}

/// A kernel with what it is bound to.
#[derive(Clone, Debug, PartialEq)]
pub struct Lowered {
    /// The kernel.
    pub kernel: Kernel,
    /// The buffer of each binding; a sample (binding 0) has none and is left out.
    pub buffers: Vec<BufferId>,
    /// The slot of each uniform.
    pub slots: Vec<SlotId>,
    /// The event list of each emission.
    pub events: Vec<EventListId>,
}

impl Lowered {
    /// The kernel apart from the call that runs it under an id.
    pub fn into_call(self, id: KernelId) -> (Kernel, Call) {
        let Self {
            kernel,
            buffers,
            slots,
            events,
        } = self;
        (
            kernel,
            Call {
                kernel: id,
                buffers,
                slots,
                events,
            },
        )
    }
}
