//! Measuring: how long networks take, how much memory, and how far from the floor.
//!
//! ```text
//!  networks   the standard networks and their sizes
//!      │
//!  measure    build, run, profile, floor; again and again      Measurement
//!      │
//!  report     JSON, and a picture of cost against size
//! ```
//!
//! A [`Subject`] is measured without recording, with the clock of the caller. Each repeat builds the
//! network anew and runs it; then, in the same process and on the same state, a tenth of the steps
//! once more with the time of every stage, and at last the *floor*: the kernels and deliveries of
//! the run alone, in tight loops. What a run takes above its floor is what the engine adds.
//!
//! The numbers of a busy machine are not those of the program: each comes with its range.

mod measure;
mod memory;
mod networks;
mod report;

pub use measure::{Floor, Measurement, Settings, Spread, measure};
pub use memory::{BuildMemory, MemoryProbe};
pub use networks::{Network, Size, Subject, network, networks};
pub use report::{cost_against_size, to_json};
