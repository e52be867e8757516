//! What may be wrong with a plan.

use super::KernelError;
use crate::kernel::{Element, Precision};

/// A rule of the Plan IR that a plan breaks; `place` says where, such as `advance[2] exc.step`.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// A kernel of the plan is not valid.
    #[error(transparent)]
    Kernel(#[from] KernelError),
    /// An id is out of range.
    #[error("{place}: {id} does not exist")]
    Missing {
        /// Where.
        place: String,
        /// The id.
        id: String,
    },
    /// A call binds more or fewer things than its kernel declares.
    #[error("{place}: kernel `{kernel}` declares {expected} {what}, {found} are bound")]
    Arity {
        /// Where.
        place: String,
        /// The kernel.
        kernel: String,
        /// Arrays, uniforms or emissions.
        what: &'static str,
        /// What the kernel declares.
        expected: usize,
        /// What the call binds.
        found: usize,
    },
    /// A buffer or event list lies over another axis than the stage.
    #[error("{place}: `{name}` lies over `{found}`, not over `{expected}`")]
    Axis {
        /// Where.
        place: String,
        /// The buffer or event list.
        name: String,
        /// The axis of the stage.
        expected: String,
        /// The axis of the buffer.
        found: String,
    },
    /// A buffer has another element type than is needed.
    #[error("{place}: `{buffer}` holds {found:?}, {expected:?} is needed")]
    Element {
        /// Where.
        place: String,
        /// The buffer.
        buffer: String,
        /// What is needed.
        expected: Element,
        /// What the buffer holds.
        found: Element,
    },
    /// A kernel has another precision than its stage runs in.
    #[error("{place}: kernel `{kernel}` is {found}, {expected} is needed")]
    Precision {
        /// Where.
        place: String,
        /// The kernel.
        kernel: String,
        /// What is needed.
        expected: Precision,
        /// What the kernel is.
        found: Precision,
    },
    /// A kernel has an effect that its stage does not carry out.
    #[error("{place}: kernel `{kernel}` must not {effect} here")]
    Effect {
        /// Where.
        place: String,
        /// The kernel.
        kernel: String,
        /// What it does.
        effect: &'static str,
    },
    /// A ring of buffers or event lists is too short.
    #[error("{place}: `{name}` keeps {depth} steps, {needed} are needed")]
    Depth {
        /// Where.
        place: String,
        /// The buffer or event list.
        name: String,
        /// What is kept.
        depth: u32,
        /// What is needed.
        needed: u32,
    },
    /// A list of events is read in the step that emits it, before it is emitted.
    #[error("{place}: reads `{events}` of this step before it is emitted")]
    Order {
        /// Where.
        place: String,
        /// The event list.
        events: String,
    },
    /// One call binds a buffer twice and writes it, or two stages emit into one list.
    #[error("{place}: `{name}` has another binding or emitter, and is written")]
    Twice {
        /// Where.
        place: String,
        /// The buffer or event list.
        name: String,
    },
    /// One of the first three slots is written.
    #[error("{place}: slot `{slot}` belongs to the machine")]
    Reserved {
        /// Where.
        place: String,
        /// The slot.
        slot: String,
    },
    /// The chosen elements of a recording do not ascend inside the axis.
    #[error("{place}: the ranges of the recording do not ascend inside `{axis}`")]
    Ranges {
        /// Where.
        place: String,
        /// The axis.
        axis: String,
    },
    /// A stage stands in a list where it has no meaning.
    #[error("{place}: a {stage} stage has no meaning here")]
    Misplaced {
        /// Where.
        place: String,
        /// The kind of stage.
        stage: &'static str,
    },
    /// A number of the plan has no meaning, such as a time step of 0.
    #[error("{place}: {what} must not be {found}")]
    Number {
        /// Where.
        place: String,
        /// What it is.
        what: &'static str,
        /// The number.
        found: String,
    },
}
