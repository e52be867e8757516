//! Rows by delay: inside a row, edges of one delay stand together, by target, as pieces.

use super::format::Format;
use super::rows::Rows;
use crate::memory::Block;

/// Rows whose delays span more steps than this for each edge are sorted edge by edge.
const SPARSE: usize = 4;

/// The most edges of a piece.
pub(super) const MOST_EDGES: usize = 255;

/// The most steps from the delay of a piece to that of the next.
const MOST_STEPS: usize = 255;

/// The pieces of equal delay of all rows, in two bytes each.
#[derive(Debug)]
pub(super) struct Pieces {
    rows: Rows,
    list: Vec<Packed>,
}

/// A piece: the steps from the delay before, and the edges. More edges are further pieces without a
/// step, more steps further pieces without an edge.
type Packed = [u8; 2];

/// Edges of a row with one delay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) delay: usize,
    pub(super) length: usize,
}

impl Pieces {
    /// Pieces that were written row by row, so many of each row; the last number has no meaning.
    /// `None` where a group of rows has too many.
    pub(super) fn of_rows(lengths: Block<u32>, list: Vec<Packed>) -> Option<Self> {
        let rows = Rows::of(lengths)?;
        Some(Self { rows, list })
    }

    /// The pieces of a row, some of which may have no edge.
    #[inline]
    pub(super) fn of(&self, source: u32) -> impl Iterator<Item = Piece> + '_ {
        let mut delay = 0;
        self.packed(source).iter().map(move |&[gap, length]| {
            delay += usize::from(gap);
            Piece {
                delay,
                length: usize::from(length),
            }
        })
    }

    /// The same as it is stored.
    #[inline]
    pub(super) fn packed(&self, source: u32) -> &[Packed] {
        &self.list[self.rows.row(source)]
    }

    /// What says where the pieces of a row lie.
    #[inline]
    pub(super) fn bounds(&self, source: u32) -> &[u32] {
        self.rows.bounds(source)
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> u64 {
        (self.list.capacity() * size_of::<Packed>()) as u64
            + Rows::bytes_for(self.rows.sources() as u64)
    }
}

/// Writes the pieces of a row.
pub(super) struct Writer<'a> {
    list: &'a mut Vec<Packed>,
    delay: usize,
}

impl<'a> Writer<'a> {
    pub(super) fn new(list: &'a mut Vec<Packed>) -> Self {
        Self { list, delay: 0 }
    }

    /// Appends edges whose delay is not below that of the edges before.
    pub(super) fn push(&mut self, piece: Piece) {
        if piece.length == 0 {
            return;
        }
        let mut gap = piece.delay - self.delay;
        self.delay = piece.delay;
        while gap > MOST_STEPS {
            self.list.push([MOST_STEPS as u8, 0]);
            gap -= MOST_STEPS;
        }
        let mut length = piece.length;
        while length > 0 {
            let part = length.min(MOST_EDGES);
            self.list.push([gap as u8, part as u8]);
            gap = 0;
            length -= part;
        }
    }
}

/// Sorts rows by delay; its memory is used again from row to row.
pub(super) struct Sorter<F: Format> {
    cells: Vec<F::Cell>,
    beside: Vec<F::Beside>,
    /// For each delay from the least of a row on: where its next edge goes.
    places: Vec<u32>,
    order: Vec<u32>,
}

impl<F: Format> Default for Sorter<F> {
    fn default() -> Self {
        Self {
            cells: Vec::new(),
            beside: Vec::new(),
            places: Vec::new(),
            order: Vec::new(),
        }
    }
}

impl<F: Format> Sorter<F> {
    /// Sorts a row, which is not empty, and writes its pieces.
    pub(super) fn sort(
        &mut self,
        delays: &[u16],
        cells: &mut [F::Cell],
        beside: &mut [F::Beside],
        pieces: &mut Writer<'_>,
    ) {
        self.cells.clear();
        self.cells.extend_from_slice(cells);
        self.beside.clear();
        self.beside.extend_from_slice(beside);
        let least = delays.iter().copied().fold(u16::MAX, u16::min);
        let most = delays.iter().copied().fold(0, u16::max);
        let span = usize::from(most - least) + 1;
        let mut push = |delay: u16, length: usize| {
            let delay = usize::from(delay);
            pieces.push(Piece { delay, length });
        };
        self.order.clear();
        if span > SPARSE * delays.len() {
            self.order.extend(0..delays.len() as u32);
            self.order.sort_by_key(|&edge| delays[edge as usize]);
            for piece in self
                .order
                .chunk_by(|&a, &b| delays[a as usize] == delays[b as usize])
            {
                push(delays[piece[0] as usize], piece.len());
            }
            for (place, &edge) in self.order.iter().enumerate() {
                cells[place] = self.cells[edge as usize];
                if F::BESIDE {
                    beside[place] = self.beside[edge as usize];
                }
            }
            return;
        }
        self.places.clear();
        self.places.resize(span, 0);
        for &delay in delays {
            self.places[usize::from(delay - least)] += 1;
        }
        let mut start = 0;
        for (delay, place) in (least..=most).zip(&mut self.places) {
            let length = std::mem::replace(place, start);
            start += length;
            push(delay, length as usize);
        }
        for (edge, &delay) in delays.iter().enumerate() {
            let next = &mut self.places[usize::from(delay - least)];
            let place = *next as usize;
            *next += 1;
            cells[place] = self.cells[edge];
            if F::BESIDE {
                beside[place] = self.beside[edge];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_and_lengths_of_any_size_come_back() {
        let rows: [&[(usize, usize)]; 4] = [
            &[(1, 3), (2, 255), (3, 256), (9, 1)],
            &[],
            &[(255, 1), (510, 700), (766, 2), (65_535, 511)],
            &[(60_000, 4)],
        ];
        let mut list = Vec::new();
        let mut lengths = Block::zeroed(rows.len() + 1).unwrap();
        for (row, length) in rows.iter().zip(lengths.iter_mut()) {
            let before = list.len();
            let mut writer = Writer::new(&mut list);
            for &(delay, length) in *row {
                writer.push(Piece { delay, length });
                writer.push(Piece { delay, length: 0 });
            }
            *length = (list.len() - before) as u32;
        }
        let pieces = Pieces::of_rows(lengths, list).unwrap();
        for (source, row) in rows.iter().enumerate() {
            let mut found: Vec<(usize, usize)> = Vec::new();
            for piece in pieces.of(source as u32).filter(|piece| piece.length > 0) {
                match found.last_mut() {
                    Some((delay, length)) if *delay == piece.delay => *length += piece.length,
                    _ => found.push((piece.delay, piece.length)),
                }
            }
            assert_eq!(found, *row);
        }
    }
}
