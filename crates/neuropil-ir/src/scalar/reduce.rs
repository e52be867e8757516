//! Reductions by a tree that the element indices alone fix.
//!
//! The elements of an axis are cut into blocks of [`REDUCTION_BLOCK`] (the last may be shorter).
//! In a block an accumulator starts at the identity and takes the elements one after another. The
//! block results are then joined in pairs of neighbours, (0, 1), (2, 3), …; an odd last one moves
//! up unchanged; and so on with the results, until one is left. An axis without elements gives
//! the identity.

use crate::kernel::Reduction;
use crate::plan::{REDUCTION_BLOCK, reduction_identity};

/// Joins an accumulator and a value, in f64.
///
/// Sums add. The smallest and the largest keep the accumulator where both are equal; a NaN in
/// either stays, so that it is seen.
#[inline]
pub fn join(reduction: Reduction, accumulator: f64, value: f64) -> f64 {
    let takes = match reduction {
        Reduction::Sum => return accumulator + value,
        Reduction::Min => value < accumulator,
        Reduction::Max => value > accumulator,
    };
    if takes || value.is_nan() {
        value
    } else {
        accumulator
    }
}

/// Joins the results of blocks by the balanced tree; uses the slice as scratch.
pub fn tree(reduction: Reduction, blocks: &mut [f64]) -> f64 {
    let mut count = blocks.len();
    if count == 0 {
        return reduction_identity(reduction);
    }
    while count > 1 {
        let pairs = count / 2;
        for pair in 0..pairs {
            blocks[pair] = join(reduction, blocks[2 * pair], blocks[2 * pair + 1]);
        }
        if count % 2 == 1 {
            blocks[pairs] = blocks[count - 1];
        }
        count = count.div_ceil(2);
    }
    blocks[0]
}

/// Takes the values of a reduction in ascending order of the elements.
#[derive(Clone, Debug)]
pub struct Reducer {
    reduction: Reduction,
    blocks: Vec<f64>,
    taken: usize,
}

impl Reducer {
    /// Starts a reduction.
    pub fn new(reduction: Reduction) -> Self {
        Self {
            reduction,
            blocks: Vec::new(),
            taken: 0,
        }
    }

    /// Takes the value of the next element.
    pub fn take(&mut self, value: f64) {
        let block = self.taken / REDUCTION_BLOCK;
        if block == self.blocks.len() {
            self.blocks.push(reduction_identity(self.reduction));
        }
        self.blocks[block] = join(self.reduction, self.blocks[block], value);
        self.taken += 1;
    }

    /// The result.
    pub fn finish(mut self) -> f64 {
        tree(self.reduction, &mut self.blocks)
    }
}
