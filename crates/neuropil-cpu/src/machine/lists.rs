//! Event lists: who emitted in each of the last steps.
//!
//! In a phase an owner publishes what it emits on a sheet of its own. Behind the phase the calling
//! thread gathers the sheets of all owners into the list of the step, so that whoever reads the list
//! in a later phase finds plain memory: locks that many threads take for reading would travel from
//! core to core.

use std::sync::{Mutex, PoisonError};

use super::world::lock;
use crate::events::Segment;

/// Elements that a list has room for from the start, where there are as many.
const ROOM: usize = 1024;

/// Elements that all lists of a ring together have room for from the start: of long rings, which
/// events with long delays need, each list begins small.
const MOST_ROOM: usize = 1 << 18;

/// What an owner has published, on cache lines of its own.
#[derive(Debug)]
#[repr(align(128))]
struct Sheet(Mutex<Segment>);

/// A ring of the lists of the last steps of one event.
#[derive(Debug)]
pub(super) struct List {
    /// What each owner has emitted and nobody has gathered.
    published: Vec<Sheet>,
    /// The lists of the last steps, each in ascending order of elements.
    kept: Vec<Segment>,
    /// The number of events in each of the last steps, for [`List::count_last`].
    totals: Vec<u64>,
}

impl List {
    /// A ring of empty lists for owners of so many elements; `window` is the most steps that are
    /// counted together.
    pub(super) fn new(depth: u64, owners: &[usize], counted: bool, window: u32) -> Self {
        let most = (MOST_ROOM as u64 / depth.max(1)) as usize;
        let segment = |size: usize| Segment::with_room(size.min(ROOM).min(most), counted);
        let sheets = owners.iter().map(|&size| Sheet(Mutex::new(segment(size))));
        let all = owners.iter().sum();
        Self {
            published: sheets.collect(),
            kept: (0..depth.max(1)).map(|_| segment(all)).collect(),
            totals: vec![0; window as usize],
        }
    }

    /// The number of steps that are kept.
    pub(super) fn depth(&self) -> u64 {
        self.kept.len() as u64
    }

    /// What was emitted in a step that is still kept.
    pub(super) fn events(&self, step: u64) -> &Segment {
        &self.kept[(step % self.depth()) as usize]
    }

    /// Takes over what an owner has just emitted; what comes back is empty and has as much room.
    pub(super) fn publish(&self, owner: usize, emitted: &mut Segment) {
        let mut sheet = lock(&self.published[owner].0);
        std::mem::swap(&mut *sheet, emitted);
        emitted.clear_like(&sheet);
    }

    /// Makes what all owners have published the list of a step.
    pub(super) fn gather(&mut self, step: u64) {
        let place = (step % self.depth()) as usize;
        let list = &mut self.kept[place];
        list.clear();
        if let [sheet] = &mut self.published[..] {
            let sheet = sheet.0.get_mut().unwrap_or_else(PoisonError::into_inner);
            std::mem::swap(list, sheet);
            sheet.clear_like(list);
            return;
        }
        for sheet in &mut self.published {
            let sheet = sheet.0.get_mut().unwrap_or_else(PoisonError::into_inner);
            list.append(sheet);
        }
    }

    /// Counts the events of a step that has just been run.
    pub(super) fn close(&mut self, step: u64) {
        if self.totals.is_empty() {
            return;
        }
        let total = self.events(step).total();
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
        let published = self.published.iter().map(|sheet| lock(&sheet.0).bytes());
        let kept = self.kept.iter().map(Segment::bytes);
        published.chain(kept).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn emitted(elements: &[u32]) -> Segment {
        Segment {
            elements: elements.to_vec(),
            counts: Vec::new(),
        }
    }

    #[test]
    fn sheets_are_gathered_in_the_order_of_owners_and_then_empty() {
        for owners in [&[9][..], &[5, 4]] {
            let mut list = List::new(3, owners, false, 2);
            let last = owners.len() - 1;
            for step in 0..7_u32 {
                list.publish(last, &mut emitted(&[5 + step % 3, 8]));
                if last > 0 {
                    list.publish(0, &mut emitted(&[step % 4]));
                }
                list.gather(u64::from(step));
                list.close(u64::from(step));
            }
            let first: &[u32] = if last > 0 { &[2] } else { &[] };
            let expected = [first, &[5, 8]].concat();
            assert_eq!(list.events(6).elements, expected);
            let first: &[u32] = if last > 0 { &[0] } else { &[] };
            assert_eq!(list.events(4).elements, [first, &[6, 8]].concat());
            assert_eq!(list.count_last(7, 2), 2 * (2 + last as u64));
            list.gather(7);
            assert_eq!(list.events(7).elements, []);
        }
    }
}
