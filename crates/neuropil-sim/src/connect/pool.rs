//! The elements that a row may draw its partners from.

use neuropil_ir::draw::Stream;

use crate::ranges::Selection;

/// Chosen elements, one of which may be left out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pool<'a> {
    chosen: &'a Selection,
    /// The place of the element that is left out.
    hole: Option<u32>,
}

impl<'a> Pool<'a> {
    pub(super) fn new(chosen: &'a Selection, without: Option<u32>) -> Self {
        Self {
            chosen,
            hole: without.and_then(|element| chosen.place(element)),
        }
    }

    /// The number of elements.
    pub(super) fn len(&self) -> u32 {
        self.chosen.len() - u32::from(self.hole.is_some())
    }

    /// The element at a place below [`Pool::len`].
    fn element(&self, place: u32) -> u32 {
        let shifted = place + u32::from(self.hole.is_some_and(|hole| place >= hole));
        self.chosen.element(shifted).unwrap_or(0)
    }

    /// Appends all elements, ascending.
    pub(super) fn all(&self, out: &mut Vec<u32>) {
        out.extend((0..self.len()).map(|place| self.element(place)));
    }

    /// Appends a number of elements drawn with replacement, ascending; the scratch is for sorting.
    pub(super) fn draw(
        &self,
        count: u32,
        stream: &mut Stream,
        scratch: &mut [Vec<u32>; 2],
        out: &mut Vec<u32>,
    ) {
        let start = out.len();
        stream.many_below(self.len(), count as usize, out);
        sort(&mut out[start..], self.len(), scratch);
        self.place_to_element(&mut out[start..]);
    }

    /// Appends what [`Pool::draw`] does, in the order of the draws.
    pub(super) fn draw_unordered(&self, count: u32, stream: &mut Stream, out: &mut Vec<u32>) {
        let start = out.len();
        stream.many_below(self.len(), count as usize, out);
        self.place_to_element(&mut out[start..]);
    }

    /// Appends a number of different elements, ascending; every set is equally likely.
    ///
    /// A place that is drawn twice is drawn again. More than half of the elements are drawn by
    /// drawing those that are left out. The scratch is for what is drawn.
    pub(super) fn draw_distinct(
        &self,
        count: u32,
        stream: &mut Stream,
        drawn: &mut Vec<u32>,
        out: &mut Vec<u32>,
    ) {
        let size = self.len();
        let count = count.min(size);
        let start = out.len();
        drawn.clear();
        if count > size / 2 {
            distinct(size - count, size, stream, drawn);
            let mut absent = drawn.iter().copied().peekable();
            out.extend((0..size).filter(|place| absent.next_if_eq(place).is_none()));
        } else {
            distinct(count, size, stream, drawn);
            out.extend_from_slice(drawn);
        }
        self.place_to_element(&mut out[start..]);
    }

    /// Turns places into elements, which have the same order.
    fn place_to_element(&self, drawn: &mut [u32]) {
        match (self.chosen.ranges(), self.hole) {
            ([range], None) => drawn.iter_mut().for_each(|place| *place += range.start),
            _ => drawn
                .iter_mut()
                .for_each(|place| *place = self.element(*place)),
        }
    }
}

/// Sorts numbers drawn evenly below `size`.
///
/// Where they are dense, a set of bits does it in one pass; what is drawn again is kept aside.
/// Otherwise each goes to the bucket of its size, which is near its place.
fn sort(numbers: &mut [u32], size: u32, scratch: &mut [Vec<u32>; 2]) {
    let words = size as usize / 64 + 1;
    if numbers.len() < 2 * SHORT || numbers.is_sorted() {
        numbers.sort_unstable();
        return;
    }
    if words > numbers.len() / DENSE {
        sort_by_buckets(numbers, size, scratch);
        return;
    }
    let mut bits = vec![0u64; words];
    let mut again = Vec::new();
    for &number in numbers.iter() {
        let (word, bit) = (&mut bits[number as usize / 64], 1 << (number % 64));
        if *word & bit != 0 {
            again.push(number);
        }
        *word |= bit;
    }
    again.sort_unstable();
    let mut again = again.into_iter().peekable();
    let mut place = 0;
    for (base, mut word) in (0u32..).step_by(64).zip(bits) {
        while word != 0 {
            let number = base + word.trailing_zeros();
            word &= word - 1;
            numbers[place] = number;
            place += 1;
            while again.next_if_eq(&number).is_some() {
                numbers[place] = number;
                place += 1;
            }
        }
    }
}

/// Fewer numbers than this are sorted one by one.
const SHORT: usize = 16;

/// Numbers in a word of 64 for which a set of bits is worth it.
const DENSE: usize = 4;

/// Sorts numbers drawn evenly below `size`: into as many buckets, then the few that are left wrong.
fn sort_by_buckets(numbers: &mut [u32], size: u32, [places, drawn]: &mut [Vec<u32>; 2]) {
    let count = numbers.len() as u64;
    let scale = (count << 32) / u64::from(size.max(1));
    // Below the number of buckets, because every number is below `size`.
    let bucket = |number: u32| ((u64::from(number) * scale) >> 32).min(count - 1) as usize;
    places.clear();
    places.resize(numbers.len() + 1, 0);
    for &number in &*numbers {
        places[bucket(number) + 1] += 1;
    }
    let mut sum = 0;
    for place in &mut *places {
        sum += *place;
        *place = sum;
    }
    drawn.clear();
    drawn.extend_from_slice(numbers);
    for &number in &*drawn {
        let place = &mut places[bucket(number)];
        numbers[*place as usize] = number;
        *place += 1;
    }
    // Buckets ascend, so what is left to do is inside them.
    for at in 1..numbers.len() {
        let number = numbers[at];
        let mut hole = at;
        while hole > 0 && numbers[hole - 1] > number {
            numbers[hole] = numbers[hole - 1];
            hole -= 1;
        }
        numbers[hole] = number;
    }
}

/// The first `count` different numbers below `size` that a stream gives, sorted.
fn distinct(count: u32, size: u32, stream: &mut Stream, out: &mut Vec<u32>) {
    let count = count as usize;
    while out.len() < count {
        // Each round adds at most what is missing, so it never drops a number that came early.
        let missing = count - out.len();
        stream.many_below(size, missing, out);
        out.sort_unstable();
        out.dedup();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both ways of sorting against the library's.
    #[test]
    fn dense_and_sparse_numbers_are_sorted() {
        let mut stream = Stream::new(1, 2, 3);
        for (count, size) in [
            (0, 1),
            (1, 1),
            (1000, 64),
            (1000, 65),
            (500, 30_000),
            (9, 1 << 30),
            (80, 60_000),
            (3000, u32::MAX),
            (3000, 1 << 16),
        ] {
            let mut numbers: Vec<u32> = (0..count).map(|_| stream.below(size)).collect();
            let mut expected = numbers.clone();
            expected.sort_unstable();
            sort(&mut numbers, size, &mut Default::default());
            assert_eq!(numbers, expected, "{count} numbers below {size}");
        }
    }
}
