//! Sums that several projections with own weights add to.
//!
//! Weights on one grid can be added in any order, whoever sends them. So projections of one synapse
//! share a sum where their weights have bounds of about one size: the kernel then reads one number
//! instead of one a projection, and arrivals touch less memory.

use neuropil_ir::grid;
use neuropil_ir::plan::{BufferId, Plan, ProjectionId, SlotId};

use super::builder::PlanBuilder;

/// The largest ratio of the bounds of weights that share a grid: the smallest keep all but four of
/// their bits.
const MOST_RATIO: f64 = 16.0;

/// How arrivals come to a sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// At the end of the step in which they are due.
    Due,
    /// Into a ring, by the delay of each edge.
    Ring,
}

/// A sum and who adds to it.
#[derive(Clone, Debug)]
struct SharedSum {
    /// The synapse, as a place among the groups of its population.
    group: usize,
    way: Way,
    /// The smallest and the largest bound of the weights of a projection.
    bounds: (f64, f64),
    slot: SlotId,
    buffer: Option<BufferId>,
    members: Vec<ProjectionId>,
}

/// The shared sums of a population.
#[derive(Clone, Debug, Default)]
pub(super) struct SharedSums(Vec<SharedSum>);

/// A place among the shared sums of a population.
#[derive(Clone, Copy, Debug)]
pub(super) struct Share(usize);

impl SharedSums {
    /// Finds the sum that a projection adds to, or begins a new one.
    pub(super) fn join(
        &mut self,
        builder: &mut PlanBuilder,
        (group, way): (usize, Way),
        bound: f64,
        (projection, name): (ProjectionId, &str),
    ) -> Share {
        let found = self.0.iter().position(|sum| {
            let (low, high) = (sum.bounds.0.min(bound), sum.bounds.1.max(bound));
            sum.group == group && sum.way == way && high <= MOST_RATIO * low
        });
        let place = found.unwrap_or_else(|| {
            self.0.push(SharedSum {
                group,
                way,
                bounds: (bound, bound),
                slot: builder.slot(&format!("{name}.grid"), 1.0),
                buffer: None,
                members: Vec::new(),
            });
            self.0.len() - 1
        });
        let sum = &mut self.0[place];
        sum.bounds = (sum.bounds.0.min(bound), sum.bounds.1.max(bound));
        sum.members.push(projection);
        Share(place)
    }

    /// The slot of the unit of a sum.
    pub(super) fn slot(&self, share: Share) -> SlotId {
        self.0[share.0].slot
    }

    /// The buffer of a sum, once it is made.
    pub(super) fn buffer(&self, share: Share) -> Option<BufferId> {
        self.0[share.0].buffer
    }

    /// Notes the buffer of a sum.
    pub(super) fn keep(&mut self, share: Share, buffer: BufferId) {
        self.0[share.0].buffer = Some(buffer);
    }

    /// Fixes the units of all projections, when everyone has joined.
    pub(super) fn fix_units(&self, plan: &mut Plan) {
        for sum in &self.0 {
            let unit = grid::unit(sum.bounds.1, plan.precision);
            for member in &sum.members {
                plan.projections[member.index()].unit = Some(unit);
            }
        }
    }
}
