//! Every chosen source to every chosen target: nothing is stored, and nothing is drawn.
//!
//! All targets have the same sources, so the events of a step are counted once and added to every
//! target; what an element must not send to itself is taken away again.

use std::ops::Range;

use super::format::List;
use super::{Delivery, Destination};
use crate::events::Segment;

/// One edge a pair, with a shared weight and a common delay.
#[derive(Debug)]
pub(super) struct AllPairs {
    sources: Vec<Range<u32>>,
    without_self: bool,
    /// The targets of each owner, chosen or not.
    owners: Vec<Range<u32>>,
    /// The chosen targets.
    targets: Vec<Range<u32>>,
    /// The largest number of events on a target that is exact.
    limit: f64,
}

impl AllPairs {
    pub(super) fn new(
        sources: &[Range<u32>],
        targets: &[Range<u32>],
        without_self: bool,
        owners: &[Range<u32>],
        limit: f64,
    ) -> Self {
        Self {
            sources: sources.to_vec(),
            without_self,
            owners: owners.to_vec(),
            targets: targets.to_vec(),
            limit,
        }
    }

    /// Whether sums may be wrong if every edge adds a number of events at once.
    pub(super) fn overflows(&self, times: u32) -> bool {
        let heaviest = self.owners.iter().map(|owner| self.heaviest(owner));
        heaviest.max().unwrap_or(0) as f64 * f64::from(times) > self.limit
    }

    /// The most edges onto a target of an owner.
    fn heaviest(&self, owner: &Range<u32>) -> u64 {
        let targets = parts(&self.targets, owner);
        let (all, own) = targets.fold((0, 0), |(all, own), part| {
            (all + length(&part), own + common(&self.sources, &part))
        });
        let spared = self.without_self && own == all;
        let sources: u64 = self.sources.iter().map(length).sum();
        if all == 0 {
            0
        } else {
            sources - u64::from(spared)
        }
    }
}

fn length(range: &Range<u32>) -> u64 {
    range.len() as u64
}

/// What of some ranges lies in another.
fn parts(ranges: &[Range<u32>], of: &Range<u32>) -> impl Iterator<Item = Range<u32>> {
    let cut = move |range: &Range<u32>| range.start.max(of.start)..range.end.min(of.end);
    ranges.iter().map(cut).filter(|part| !part.is_empty())
}

/// The number of elements of some ranges in another.
fn common(ranges: &[Range<u32>], with: &Range<u32>) -> u64 {
    parts(ranges, with).map(|part| length(&part)).sum()
}

/// The places in a list of events of the elements of a range.
fn places(events: &Segment, elements: &Range<u32>) -> Range<usize> {
    let below = |end: u32| events.elements.partition_point(|&element| element < end);
    below(elements.start)..below(elements.end)
}

impl Delivery for AllPairs {
    fn deliver(
        &self,
        owner: usize,
        events: &Segment,
        to: &mut Destination<'_>,
    ) -> Result<u64, String> {
        let owner = &self.owners[owner];
        super::refuse(events, |most| {
            self.heaviest(owner) as f64 * f64::from(most) > self.limit
        })?;
        let sums = to.common::<List<u32>>(0, owner.len())?;
        let times = |at: usize| events.counts.get(at).copied().unwrap_or(1);
        let sent: u64 = self
            .sources
            .iter()
            .map(|sources| {
                let places = places(events, sources);
                if events.counts.is_empty() {
                    places.len() as u64
                } else {
                    places.map(|at| u64::from(times(at))).sum()
                }
            })
            .sum();
        if sent == 0 {
            return Ok(0);
        }
        let mut delivered = 0;
        for part in parts(&self.targets, owner) {
            let place = |element: u32| (element - owner.start) as usize;
            for sum in &mut sums[place(part.start)..place(part.end)] {
                *sum = sum.wrapping_add(sent as u32);
            }
            delivered += sent * length(&part);
            if !self.without_self {
                continue;
            }
            for own in parts(&self.sources, &part) {
                for at in places(events, &own) {
                    let sum = &mut sums[place(events.elements[at])];
                    *sum = sum.wrapping_sub(times(at));
                    delivered -= u64::from(times(at));
                }
            }
        }
        Ok(delivered)
    }

    fn row_length(&self, source: u32) -> u64 {
        let chosen = |ranges: &[Range<u32>]| ranges.iter().any(|range| range.contains(&source));
        if !chosen(&self.sources) {
            return 0;
        }
        let all: u64 = self.targets.iter().map(length).sum();
        all - u64::from(self.without_self && chosen(&self.targets))
    }

    fn edges(&self) -> u64 {
        let all: u64 = self.targets.iter().map(length).sum();
        let sources = self.sources.iter().map(|range| {
            let own = if self.without_self {
                common(&self.targets, range)
            } else {
                0
            };
            length(range) * all - own
        });
        sources.sum()
    }

    fn bytes(&self) -> u64 {
        0
    }

    fn storage(&self) -> &'static str {
        super::PATTERN
    }
}
