//! What a run gives beside its stores.

use neuropil_ir::kernel::Reduction;
use neuropil_ir::plan::{REDUCTION_BLOCK, reduction_identity};
use neuropil_ir::scalar::join;

use crate::events::Segment;

/// What a run gives beside its stores.
#[derive(Debug, Default)]
pub(crate) struct Outputs {
    /// For each emission: what was emitted; the run appends.
    pub(crate) events: Vec<Segment>,
    /// For each reduction: the results of its blocks; the run appends.
    pub(crate) blocks: Vec<Vec<f64>>,
    /// The uniforms that were set; the run appends.
    pub(crate) sets: Vec<(u32, f64)>,
}

/// The most reductions of one kernel.
pub(crate) const MOST_REDUCTIONS: usize = 16;

/// A reduction block that is not full yet.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Partial {
    value: f64,
    taken: usize,
}

impl Partial {
    /// Joins the value of the next lane; full blocks go to the list.
    pub(crate) fn take(&mut self, reduction: Reduction, value: f64, blocks: &mut Vec<f64>) {
        if self.taken == 0 {
            self.value = reduction_identity(reduction);
        }
        self.value = join(reduction, self.value, value);
        self.taken += 1;
        if self.taken == REDUCTION_BLOCK {
            blocks.push(self.value);
            self.taken = 0;
        }
    }

    /// Hands the last block over, if it holds anything.
    pub(crate) fn finish(&mut self, blocks: &mut Vec<f64>) {
        if self.taken > 0 {
            blocks.push(self.value);
            self.taken = 0;
        }
    }
}
