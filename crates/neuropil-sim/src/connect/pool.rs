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

    /// Appends a number of elements drawn with replacement, ascending.
    pub(super) fn draw(&self, count: u32, stream: &mut Stream, out: &mut Vec<u32>) {
        let size = self.len();
        let start = out.len();
        out.extend((0..count).map(|_| stream.below(size)));
        self.finish(start, out);
    }

    /// Appends a number of different elements, ascending; every set is equally likely.
    ///
    /// A place that is drawn twice is drawn again. More than half of the elements are drawn by
    /// drawing those that are left out.
    pub(super) fn draw_distinct(&self, count: u32, stream: &mut Stream, out: &mut Vec<u32>) {
        let size = self.len();
        let count = count.min(size);
        let start = out.len();
        if count > size / 2 {
            let mut absent = Vec::new();
            distinct(size - count, size, stream, &mut absent);
            let mut absent = absent.into_iter().peekable();
            out.extend((0..size).filter(|place| absent.next_if_eq(place).is_none()));
        } else {
            let mut places = Vec::with_capacity(count as usize);
            distinct(count, size, stream, &mut places);
            out.append(&mut places);
        }
        self.finish(start, out);
    }

    /// Sorts the places from `start` on and turns them into elements.
    fn finish(&self, start: usize, out: &mut [u32]) {
        let drawn = &mut out[start..];
        sort(drawn, self.len());
        match (self.chosen.ranges(), self.hole) {
            ([range], None) => drawn.iter_mut().for_each(|place| *place += range.start),
            _ => drawn
                .iter_mut()
                .for_each(|place| *place = self.element(*place)),
        }
    }
}

/// Sorts numbers below `size`.
///
/// Where they are dense, a set of bits does it in one pass; what is drawn again is kept aside.
fn sort(numbers: &mut [u32], size: u32) {
    let words = size as usize / 64 + 1;
    if words > numbers.len() || numbers.is_sorted() {
        numbers.sort_unstable();
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

/// The first `count` different numbers below `size` that a stream gives, sorted.
fn distinct(count: u32, size: u32, stream: &mut Stream, out: &mut Vec<u32>) {
    let count = count as usize;
    while out.len() < count {
        // Each round adds at most what is missing, so it never drops a number that came early.
        let missing = count - out.len();
        out.extend((0..missing).map(|_| stream.below(size)));
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
        ] {
            let mut numbers: Vec<u32> = (0..count).map(|_| stream.below(size)).collect();
            let mut expected = numbers.clone();
            expected.sort_unstable();
            sort(&mut numbers, size);
            assert_eq!(numbers, expected, "{count} numbers below {size}");
        }
    }
}
