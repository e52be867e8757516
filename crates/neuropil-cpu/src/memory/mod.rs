//! Memory that kernels and deliveries work on: aligned, padded, zeroed, and of a fixed length.
//!
//! [`Block`] is a typed block of plain numbers; small blocks start on a cache line, large ones on a
//! huge page. [`Array`] is the part of a plan's buffer that one owner holds: an element type, a
//! number of lanes, and one or more copies used as a ring. `Mapping` is pages of the system, for large
//! blocks and for machine code.

#![expect(
    unsafe_code,
    reason = "aligned and huge-page allocations are made and viewed through raw pointers"
)]

mod array;
mod block;
mod mapping;

pub(crate) use array::{Array, LANE_PADDING, Numbers};
pub(crate) use block::{Block, Plain};
pub(crate) use mapping::Mapping;
