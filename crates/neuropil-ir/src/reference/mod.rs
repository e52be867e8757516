//! The reference back-end: the definition of what a plan does.
//!
//! One thread, the scalar evaluator, one lane after another, edges in plain lists. It is slow and
//! obvious; every other back-end must hand the same bits to the sink. What it settles beyond the
//! words of [`crate::plan`]:
//!
//! * The list of events emitted in advance(k) has the number k; age a in step k is list k - a,
//!   empty where that is negative. [`Stage::CountEvents`](crate::plan::Stage::CountEvents) counts
//!   the ages 1 to `window`.
//! * sample(k) first hands the recorded events of list k - 1 to the sink as step k, list by list
//!   (none where a list is empty), then runs its stages; recordings are handed over where they
//!   stand. After the last stage comes `after_step(k)`.
//! * A ring is bound at copy `k % depth` in sample(k) and in advance(k). After a run that ended
//!   with sample(k), [`Machine::read`] reads copy `k % depth`.
//! * All `Set` of a scalar kernel take effect together, after it has read its slots.
//! * A recorded element that is not finite ends the run. Slots may hold anything.
//! * `sent` counts in advance(k), when events are emitted; `delivered` when an event arrives,
//!   with own delays in the `Deliver` stage of the step of arrival; the rest is `travelling`.

mod machine;
mod rows;

use crate::backend::{Backend, BackendError, Machine, Resources};
use crate::plan::Plan;
use crate::verify;

use machine::ReferenceMachine;

/// The name of the back-end.
const NAME: &str = "reference";

/// Runs plans by the scalar evaluator.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReferenceBackend;

impl Backend for ReferenceBackend {
    fn name(&self) -> &'static str {
        NAME
    }

    fn load(&self, plan: &Plan, resources: &Resources) -> Result<Box<dyn Machine>, BackendError> {
        let plan =
            verify::plan(plan.clone()).map_err(|error| BackendError::Invalid(error.to_string()))?;
        Ok(Box::new(ReferenceMachine::load(plan, resources)?))
    }
}
