//! Chosen elements of a population, as ascending disjoint ranges.

use std::ops::Range;

/// Chosen elements of a population, numbered from 0 in ascending order.
///
/// A *place* is the number of an element among the chosen ones; an *element* is its index in the
/// population. Empty ranges are dropped; ranges that are not ascending and disjoint are sorted and
/// joined, so any list of ranges is a selection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    ranges: Vec<Range<u32>>,
    /// The place of the first element of each range, then the number of elements.
    starts: Vec<u32>,
}

impl Selection {
    /// Makes a selection of what lies in at least one of the ranges.
    pub fn new(ranges: &[Range<u32>]) -> Self {
        let mut sorted: Vec<_> = ranges.iter().filter(|r| r.start < r.end).cloned().collect();
        sorted.sort_by_key(|r| r.start);
        let mut joined: Vec<Range<u32>> = Vec::with_capacity(sorted.len());
        for range in sorted {
            match joined.last_mut() {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                _ => joined.push(range),
            }
        }
        let mut starts = Vec::with_capacity(joined.len() + 1);
        let mut place = 0;
        for range in &joined {
            starts.push(place);
            place += range.end - range.start;
        }
        starts.push(place);
        Self {
            ranges: joined,
            starts,
        }
    }

    /// Makes the selection of all elements of a population.
    pub fn all(size: u32) -> Self {
        Self::new(std::slice::from_ref(&(0..size)))
    }

    /// The ranges, ascending and disjoint.
    pub fn ranges(&self) -> &[Range<u32>] {
        &self.ranges
    }

    /// The number of chosen elements.
    pub fn len(&self) -> u32 {
        self.starts.last().copied().unwrap_or(0)
    }

    /// Whether nothing is chosen.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// The index behind the last chosen element; 0 if nothing is chosen.
    pub fn end(&self) -> u32 {
        self.ranges.last().map_or(0, |r| r.end)
    }

    /// The number of chosen elements below an index of the population.
    pub fn count_below(&self, element: u32) -> u32 {
        let after = self.ranges.partition_point(|r| r.start < element);
        match after.checked_sub(1) {
            None => 0,
            Some(i) => self.starts[i] + element.min(self.ranges[i].end) - self.ranges[i].start,
        }
    }

    /// The place of an element, if it is chosen.
    pub fn place(&self, element: u32) -> Option<u32> {
        let after = self.ranges.partition_point(|r| r.start <= element);
        let i = after.checked_sub(1)?;
        self.ranges[i]
            .contains(&element)
            .then(|| self.starts[i] + element - self.ranges[i].start)
    }

    /// Whether an element is chosen.
    pub fn contains(&self, element: u32) -> bool {
        self.place(element).is_some()
    }

    /// The element at a place; `None` from [`Selection::len`] on.
    pub fn element(&self, place: u32) -> Option<u32> {
        if place >= self.len() {
            return None;
        }
        let i = self.starts.partition_point(|&start| start <= place) - 1;
        Some(self.ranges[i].start + (place - self.starts[i]))
    }

    /// The chosen elements, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.ranges.iter().cloned().flatten()
    }

    /// Calls `keep` for every element of an ascending list (repeats allowed) that is chosen.
    pub fn filter_ascending(&self, elements: &[u32], mut keep: impl FnMut(u32)) {
        for range in &self.ranges {
            let first = elements.partition_point(|&e| e < range.start);
            for &element in &elements[first..] {
                if element >= range.end {
                    break;
                }
                keep(element);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_elements_invert_each_other() {
        let chosen = Selection::new(&[2..5, 9..10, 20..24]);
        let elements: Vec<u32> = chosen.iter().collect();
        assert_eq!(elements, [2, 3, 4, 9, 20, 21, 22, 23]);
        assert_eq!(chosen.len(), 8);
        assert_eq!(chosen.end(), 24);
        for (place, &element) in elements.iter().enumerate() {
            assert_eq!(chosen.place(element), Some(place as u32));
            assert_eq!(chosen.element(place as u32), Some(element));
        }
        assert_eq!(chosen.element(8), None);
        for element in 0..30 {
            let below = elements.iter().filter(|&&e| e < element).count() as u32;
            assert_eq!(chosen.count_below(element), below, "below {element}");
            assert_eq!(chosen.contains(element), elements.contains(&element));
        }
    }

    #[test]
    fn any_ranges_make_a_selection() {
        assert_eq!(
            Selection::new(&[5..9, 1..3, 8..12, 4..4]).ranges(),
            &[1..3, 5..12]
        );
        assert!(Selection::new(&[]).is_empty());
        assert_eq!(Selection::all(0).len(), 0);
        assert_eq!(Selection::all(0).element(0), None);
        assert_eq!(Selection::all(7).end(), 7);
    }

    #[test]
    fn filters_keep_repeats() {
        let mut kept = Vec::new();
        Selection::new(&[2..4, 7..8]).filter_ascending(&[0, 2, 2, 3, 4, 7, 7, 9], |e| kept.push(e));
        assert_eq!(kept, [2, 2, 3, 7, 7]);
    }
}
