//! How elements are divided among owners, and owners among slots of the pool.

use std::ops::Range;

use crate::memory::LANE_PADDING;
use crate::pool::MOST_SLOTS;

/// Fewer elements than this for each slot cost more in synchronisation than they gain.
const SLOT_ELEMENTS: u64 = 2_000;

/// The fewest elements of an owner: an axis of a network that is divided at all is divided evenly.
const OWNER_ELEMENTS: u64 = 256;

/// The largest load of a slot, in parts of the mean, for which axes are not divided.
const MOST_IMBALANCE: f64 = 1.1;

/// Owners and slots of all axes.
#[derive(Debug)]
pub(super) struct Layout {
    /// For each axis: the elements of each owner.
    pub(super) owners: Vec<Vec<Range<u32>>>,
    /// For each axis: the slot of each owner.
    pub(super) slots: Vec<Vec<usize>>,
    /// Number of slots.
    pub(super) slot_count: usize,
}

impl Layout {
    /// Divides axes of given sizes among a number of threads.
    pub(super) fn new(sizes: &[u32], threads: usize) -> Self {
        let total: u64 = sizes.iter().map(|&size| u64::from(size)).sum();
        let slot_count = usize::try_from(total / SLOT_ELEMENTS)
            .unwrap_or(MOST_SLOTS)
            .clamp(1, threads.max(1));
        let slot_count = slot_count.min(MOST_SLOTS);
        if let Some(slots) = whole_axes(sizes, slot_count) {
            return Self {
                owners: sizes.iter().map(|&size| divide(size, 1)).collect(),
                slots: slots.into_iter().map(|slot| vec![slot]).collect(),
                slot_count,
            };
        }
        let mut loads = vec![0_u64; slot_count];
        let mut layout = Self {
            owners: Vec::new(),
            slots: Vec::new(),
            slot_count,
        };
        for &size in sizes {
            let wanted = (u64::from(size) / OWNER_ELEMENTS) as usize;
            let owners = divide(size, wanted.clamp(1, slot_count));
            let slots = if owners.len() == slot_count {
                (0..slot_count).collect()
            } else {
                owners
                    .iter()
                    .map(|_| least_loaded(&mut loads, size / owners.len() as u32))
                    .collect()
            };
            layout.owners.push(owners);
            layout.slots.push(slots);
        }
        layout
    }
}

/// The slot of each axis, if undivided axes share out the elements well enough: rows of edges then
/// stay whole.
fn whole_axes(sizes: &[u32], slot_count: usize) -> Option<Vec<usize>> {
    let mut loads = vec![0_u64; slot_count];
    let mut slots = vec![0; sizes.len()];
    let mut largest_first: Vec<usize> = (0..sizes.len()).collect();
    largest_first.sort_by_key(|&axis| std::cmp::Reverse(sizes[axis]));
    for axis in largest_first {
        slots[axis] = least_loaded(&mut loads, sizes[axis]);
    }
    let most = loads.iter().copied().max().unwrap_or(0);
    let mean = loads.iter().sum::<u64>() as f64 / slot_count as f64;
    (most as f64 <= MOST_IMBALANCE * mean).then_some(slots)
}

/// The slot with the least work, which takes some more.
fn least_loaded(loads: &mut [u64], work: u32) -> usize {
    let mut slot = 0;
    for (other, load) in loads.iter().enumerate() {
        if *load < loads[slot] {
            slot = other;
        }
    }
    loads[slot] += u64::from(work) + 1;
    slot
}

/// Cuts elements into at most `owners` ranges that begin at whole blocks of lanes.
fn divide(size: u32, owners: usize) -> Vec<Range<u32>> {
    let blocks = u64::from(size).div_ceil(LANE_PADDING as u64);
    let owners = (owners as u64).clamp(1, blocks.max(1));
    let bound = |owner: u64| {
        let lane = blocks * owner / owners * LANE_PADDING as u64;
        u32::try_from(lane).unwrap_or(size).min(size)
    };
    (0..owners)
        .map(|owner| bound(owner)..bound(owner + 1))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_cover_all_elements_and_begin_at_blocks() {
        for size in [0, 1, 255, 256, 257, 5000, 77_169, u32::MAX] {
            for owners in [1, 2, 3, 7, 32] {
                let ranges = divide(size, owners);
                assert!(ranges.len() <= owners.max(1));
                assert_eq!(ranges[0].start, 0);
                assert_eq!(ranges[ranges.len() - 1].end, size);
                for pair in ranges.windows(2) {
                    assert_eq!(pair[0].end, pair[1].start);
                    assert_eq!(pair[0].end as usize % LANE_PADDING, 0);
                }
            }
        }
    }

    #[test]
    fn many_axes_of_like_size_stay_whole() {
        // The populations of the cortical microcircuit.
        let sizes = [20_683, 5834, 21_915, 5479, 4850, 1065, 14_395, 2948];
        let layout = Layout::new(&sizes, 2);
        assert!(layout.owners.iter().all(|owners| owners.len() == 1));
        let load = |slot: usize| -> u32 {
            let own = sizes.iter().zip(&layout.slots);
            own.filter(|(_, slots)| slots[0] == slot)
                .map(|(size, _)| size)
                .sum()
        };
        assert_eq!(load(0) + load(1), 77_169);
        assert!(load(0).abs_diff(load(1)) < 4_000, "{} {}", load(0), load(1));
        // One large and one small axis: the large one is divided.
        let layout = Layout::new(&[32_000, 8_000], 2);
        assert_eq!((layout.owners[0].len(), layout.owners[1].len()), (2, 2));
    }

    #[test]
    fn small_networks_have_one_owner() {
        assert_eq!(Layout::new(&[1000, 900], 8).slot_count, 1);
        let layout = Layout::new(&[3200, 800], 2);
        assert_eq!(layout.slot_count, 2);
        assert_eq!((layout.owners[0].len(), layout.owners[1].len()), (2, 2));
        assert_eq!(
            (&layout.slots[0], &layout.slots[1]),
            (&vec![0, 1], &vec![0, 1])
        );
        // Too few elements for two owners: one slot or the other.
        let layout = Layout::new(&[3500, 300, 200], 2);
        assert_eq!(layout.owners[1].len(), 1);
        assert_ne!(layout.slots[1], layout.slots[2]);
    }
}
