//! What several measures draw.

use neuropil_ir::draw::Stream;

/// Permutes values, all orders equally likely (Fisher and Yates).
pub(crate) fn shuffle(values: &mut [f64], stream: &mut Stream) {
    for k in (1..values.len()).rev() {
        values.swap(k, stream.below((k + 1) as u32) as usize);
    }
}
