//! The elements of one owner that emitted an event in one step.

/// Elements in ascending order, each with a number of events where the list is counted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Segment {
    /// The elements that emitted.
    pub(crate) elements: Vec<u32>,
    /// The number of events of each; empty in lists that are not counted.
    pub(crate) counts: Vec<u32>,
}

impl Segment {
    /// An empty segment with room for a number of elements.
    pub(crate) fn with_room(elements: usize, counted: bool) -> Self {
        Self {
            elements: Vec::with_capacity(elements),
            counts: Vec::with_capacity(if counted { elements } else { 0 }),
        }
    }

    /// Empties the segment and gives it at least the room that another has.
    pub(crate) fn clear_like(&mut self, other: &Self) {
        self.clear();
        self.elements.reserve_exact(other.elements.capacity());
        self.counts.reserve_exact(other.counts.capacity());
    }

    /// Empties the segment and keeps its memory.
    pub(crate) fn clear(&mut self) {
        self.elements.clear();
        self.counts.clear();
    }

    /// Moves the elements of another segment, all above those of this one, to the end.
    pub(crate) fn append(&mut self, other: &mut Self) {
        self.elements.append(&mut other.elements);
        self.counts.append(&mut other.counts);
    }

    /// The elements, each with its number of events.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        let counts = self.counts.iter().copied().chain(std::iter::repeat(1));
        self.elements.iter().copied().zip(counts)
    }

    /// The number of events.
    pub(crate) fn total(&self) -> u64 {
        if self.counts.is_empty() {
            self.elements.len() as u64
        } else {
            self.counts.iter().map(|&n| u64::from(n)).sum()
        }
    }

    /// Bytes held.
    pub(crate) fn bytes(&self) -> u64 {
        4 * (self.elements.capacity() + self.counts.capacity()) as u64
    }
}
