//! Everything that the slots of a phase share.

use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

use neuropil_ir::plan::Plan;

use super::basins::Place;
use super::lists::List;
use super::part::Part;
use super::profile::Profile;
use super::record::Recording;
use crate::deliver::Delivery;
use crate::program::{Frame, Method, Program};

/// State and tables; what changes inside a phase stands behind locks that are never contended for
/// long: an owner's part is used by one slot.
#[derive(Debug)]
pub(super) struct World {
    pub(super) plan: Plan,
    /// How kernels are run.
    pub(super) method: Method,
    pub(super) programs: Vec<Program>,
    /// For each axis: the elements of each owner.
    pub(super) owners: Vec<Vec<Range<u32>>>,
    /// Number of slots of the pool in a phase.
    pub(super) slot_count: usize,
    /// For each axis: the slot that runs each owner.
    pub(super) slots_of_owners: Vec<Vec<usize>>,
    pub(super) parts: Vec<Vec<Mutex<Part>>>,
    /// Where the events of several projections run together.
    pub(super) basins: Vec<Place>,
    /// Where each buffer is.
    pub(super) homes: Vec<Home>,
    pub(super) lists: Vec<List>,
    /// For each event list: its place among those of its axis.
    pub(super) tallies: Vec<usize>,
    pub(super) deliveries: Vec<Option<Box<dyn Delivery>>>,
    /// The uniform numbers.
    pub(super) slots: Vec<f64>,
    /// For each slot of the pool: scratch memory.
    pub(super) frames: Vec<Mutex<Frame>>,
    pub(super) recordings: Vec<Recording>,
    /// Scratch of scalar kernels and reductions.
    pub(super) sets: Vec<(u32, f64)>,
    pub(super) blocks: Vec<f64>,
    /// The times of the stages, where someone asks for them.
    pub(super) profile: Option<Profile>,
    /// Why a stage could not be run.
    pub(super) failure: Mutex<Option<String>>,
}

/// Where a buffer is: the array of every part of an axis.
#[derive(Clone, Copy, Debug)]
pub(super) struct Home {
    pub(super) axis: usize,
    pub(super) array: usize,
    pub(super) depth: u32,
    /// Whether a basin adds to it.
    pub(super) basined: bool,
}

impl Home {
    /// The copy that belongs to a step.
    pub(super) fn copy(self, step: u64) -> usize {
        (step % u64::from(self.depth)) as usize
    }
}

impl World {
    /// Bytes of buffers, lists, scratch and connections.
    pub(super) fn bytes(&self) -> u64 {
        let parts: u64 = self
            .parts
            .iter()
            .flatten()
            .map(|part| lock(part).bytes())
            .sum();
        let lists: u64 = self.lists.iter().map(List::bytes).sum();
        let frames: u64 = self.frames.iter().map(|frame| lock(frame).bytes()).sum();
        let edges: u64 = self
            .deliveries
            .iter()
            .flatten()
            .map(|edges| edges.bytes())
            .sum();
        let basins = self.basins.iter().map(|place| lock(&place.basin).bytes());
        parts + lists + frames + edges + basins.sum::<u64>()
    }
}

/// Locks a mutex; after a panic the machine is not used any more, so poison says nothing.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
