//! Event lists: who emitted in each of the last steps, by owner.

use std::sync::RwLock;

use super::world::{read, write};
use crate::events::Segment;

/// Elements that a segment has room for from the start, where its owner has as many.
const ROOM: usize = 1024;

/// Elements that all segments of an owner together have room for from the start: of long rings, which
/// events with long delays need, each segment begins small.
const MOST_ROOM: usize = 1 << 18;

/// A ring of the lists of the last steps of one event.
#[derive(Debug)]
pub(super) struct List {
    depth: u64,
    owners: usize,
    segments: Vec<RwLock<Segment>>,
    /// The number of events in each of the last steps, for [`List::count_last`].
    totals: Vec<u64>,
}

impl List {
    /// A ring of empty lists for owners of so many elements; `window` is the most steps that are
    /// counted together.
    pub(super) fn new(depth: u64, owners: &[usize], counted: bool, window: u32) -> Self {
        let most = (MOST_ROOM as u64 / depth.max(1)) as usize;
        let segment = |&size: &usize| {
            let room = size.min(ROOM).min(most);
            RwLock::new(Segment::with_room(room, counted))
        };
        let segments = (0..depth)
            .flat_map(|_| owners.iter().map(segment))
            .collect();
        Self {
            depth,
            owners: owners.len(),
            segments,
            totals: vec![0; window as usize],
        }
    }

    /// The number of steps that are kept.
    pub(super) fn depth(&self) -> u64 {
        self.depth
    }

    /// What an owner emitted in a step that is still kept.
    pub(super) fn segment(&self, step: u64, owner: usize) -> &RwLock<Segment> {
        &self.segments[(step % self.depth) as usize * self.owners + owner]
    }

    /// What all owners emitted in a step, in ascending order of elements.
    pub(super) fn segments(&self, step: u64) -> &[RwLock<Segment>] {
        let first = (step % self.depth) as usize * self.owners;
        &self.segments[first..first + self.owners]
    }

    /// Exchanges an owner's segment of a step for the one that was just emitted.
    ///
    /// What comes back is empty and has the room of what was handed over: one step with more events
    /// than any before makes room in all segments of the ring as they come by, and later ones ask
    /// for no memory.
    pub(super) fn publish(&self, step: u64, owner: usize, emitted: &mut Segment) {
        let mut place = write(self.segment(step, owner));
        std::mem::swap(&mut *place, emitted);
        emitted.clear_like(&place);
    }

    /// Says that an owner emitted nothing in a step.
    pub(super) fn publish_nothing(&self, step: u64, owner: usize) {
        write(self.segment(step, owner)).clear();
    }

    /// Counts the events of a step that has just been run.
    pub(super) fn close(&mut self, step: u64) {
        if self.totals.is_empty() {
            return;
        }
        let total = self
            .segments(step)
            .iter()
            .map(|segment| read(segment).total())
            .sum();
        let place = step % self.totals.len() as u64;
        self.totals[place as usize] = total;
    }

    /// The number of events in the last steps before a step.
    pub(super) fn count_last(&self, step: u64, window: u32) -> u64 {
        let length = self.totals.len() as u64;
        (step.saturating_sub(u64::from(window))..step)
            .map(|step| self.totals[(step % length) as usize])
            .sum()
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> u64 {
        self.segments
            .iter()
            .map(|segment| read(segment).bytes())
            .sum()
    }
}
