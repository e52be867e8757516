//! Every source to the target of the same number: nothing is stored.
//!
//! A private source for each neuron, such as a Poisson drive, sends an event to most neurons in
//! every step; as rows of one edge it would cost more than everything else.

use std::ops::Range;

use super::format::List;
use super::{Delivery, Destination};
use crate::events::Segment;

/// One edge a source, to its own target, with a shared weight and a common delay.
#[derive(Debug)]
pub(super) struct Diagonal {
    /// The targets of each owner.
    owners: Vec<Range<u32>>,
}

impl Diagonal {
    pub(super) fn new(owners: &[Range<u32>]) -> Self {
        Self {
            owners: owners.to_vec(),
        }
    }

    fn size(&self) -> u32 {
        self.owners.last().map_or(0, |owner| owner.end)
    }
}

impl Delivery for Diagonal {
    fn deliver(
        &self,
        owner: usize,
        events: &Segment,
        to: &mut Destination<'_>,
    ) -> Result<u64, String> {
        let targets = &self.owners[owner];
        let sums = to.common::<List<u32>>(0, targets.len())?;
        let elements = &events.elements;
        let first = elements.partition_point(|&element| element < targets.start);
        let end = elements.partition_point(|&element| element < targets.end);
        if events.counts.is_empty() {
            for &element in &elements[first..end] {
                let sum = &mut sums[(element - targets.start) as usize];
                *sum = sum.wrapping_add(1);
            }
            return Ok((end - first) as u64);
        }
        let mut delivered = 0;
        for (&element, &count) in elements[first..end].iter().zip(&events.counts[first..end]) {
            let sum = &mut sums[(element - targets.start) as usize];
            *sum = sum
                .checked_add(count)
                .ok_or_else(|| super::overflow(count))?;
            delivered += u64::from(count);
        }
        Ok(delivered)
    }

    fn row_length(&self, source: u32) -> u64 {
        u64::from(source < self.size())
    }

    fn edges(&self) -> u64 {
        u64::from(self.size())
    }

    fn bytes(&self) -> u64 {
        0
    }

    fn storage(&self) -> &'static str {
        super::PATTERN
    }
}

#[cfg(test)]
mod tests {
    use neuropil_ir::kernel::{Element, Precision};

    use super::*;
    use crate::memory::Array;

    fn delivered(owner: usize, events: &Segment) -> (Result<u64, String>, Vec<f64>) {
        let owners = [0..256, 256..300];
        let length = owners[owner].len();
        let mut sums = Array::zeroed(Element::U32, Precision::F64, length, 3).unwrap();
        let mut to = Destination {
            into: &mut sums,
            zero: None,
            emitted: 9,
            copy: 2,
            zero_copy: 0,
        };
        let diagonal = Diagonal::new(&owners);
        assert_eq!((diagonal.edges(), diagonal.row_length(299)), (300, 1));
        assert_eq!(diagonal.row_length(300), 0);
        let result = diagonal.deliver(owner, events, &mut to);
        let mut read = Vec::new();
        sums.read_into(2, &mut read);
        (result, read)
    }

    #[test]
    fn events_reach_the_target_of_the_same_number_of_the_owner() {
        let events = Segment {
            elements: vec![0, 7, 255, 256, 299],
            counts: Vec::new(),
        };
        let (count, sums) = delivered(0, &events);
        assert_eq!(count, Ok(3));
        let expected = |place: usize| f64::from(u8::from([0, 7, 255].contains(&place)));
        assert!((0..256).all(|place| sums[place] == expected(place)));
        let counted = Segment {
            counts: vec![5, 4, 3, 2, 1],
            ..events
        };
        let (count, sums) = delivered(1, &counted);
        assert_eq!(count, Ok(3));
        assert_eq!((sums[0], sums[43]), (2.0, 1.0));
        assert!(sums[1..43].iter().all(|&sum| sum == 0.0));
    }

    #[test]
    fn a_sum_that_would_overflow_is_an_error() {
        let events = Segment {
            elements: vec![4, 4],
            counts: vec![u32::MAX, 1],
        };
        assert!(delivered(0, &events).0.is_err());
    }
}
