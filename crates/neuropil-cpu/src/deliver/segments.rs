//! Rows by delay: inside a row, edges of one delay stand together, by target.

use super::format::Format;
use super::rows::Rows;
use super::tile::Columns;
use crate::memory::Block;

/// Rows whose delays span more steps than this for each edge are sorted edge by edge.
const SPARSE: usize = 4;

/// The pieces of equal delay of all rows.
#[derive(Debug)]
pub(super) struct Segments {
    rows: Rows,
    list: Vec<Segment>,
}

/// Edges of a row with one delay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Segment {
    pub(super) delay: u16,
    pub(super) length: u16,
}

impl Segments {
    /// Sorts the edges of every row by delay and takes the delays away; `None` where memory is
    /// refused.
    pub(super) fn sort<F: Format>(rows: &Rows, columns: &mut Columns<F>) -> Option<Self> {
        let mut lengths = Block::<u32>::zeroed(rows.sources() + 1)?;
        let delays = std::mem::replace(&mut columns.delays, Block::zeroed(0)?);
        let mut list = Vec::new();
        let mut sorter = Sorter::<F>::default();
        for (source, length) in lengths[..rows.sources()].iter_mut().enumerate() {
            let row = rows.start(source)..rows.start(source + 1);
            let before = list.len();
            if !row.is_empty() {
                let cells = &mut columns.cells[row.clone()];
                let beside = if F::BESIDE {
                    &mut columns.beside[row.clone()]
                } else {
                    &mut []
                };
                sorter.sort(&delays[row], cells, beside, &mut list);
            }
            *length = (list.len() - before) as u32;
        }
        list.shrink_to_fit();
        Some(Self {
            rows: Rows::of(lengths)?,
            list,
        })
    }

    /// The pieces of a row.
    #[inline]
    pub(super) fn of(&self, source: u32) -> &[Segment] {
        &self.list[self.rows.row(source)]
    }

    /// The longest delay.
    pub(super) fn longest(&self) -> usize {
        let delays = self.list.iter().map(|segment| segment.delay);
        delays.max().map_or(0, usize::from)
    }

    /// Whether a delay is 0.
    pub(super) fn immediate(&self) -> bool {
        self.list.iter().any(|segment| segment.delay == 0)
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> u64 {
        (self.list.capacity() * size_of::<Segment>()) as u64
            + Rows::bytes_for(self.rows.sources() as u64)
    }
}

/// The scratch memory of sorting.
struct Sorter<F: Format> {
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
    /// Sorts a row, which is not empty, and appends its pieces.
    fn sort(
        &mut self,
        delays: &[u16],
        cells: &mut [F::Cell],
        beside: &mut [F::Beside],
        list: &mut Vec<Segment>,
    ) {
        self.cells.clear();
        self.cells.extend_from_slice(cells);
        self.beside.clear();
        self.beside.extend_from_slice(beside);
        let least = delays.iter().copied().fold(u16::MAX, u16::min);
        let most = delays.iter().copied().fold(0, u16::max);
        let span = usize::from(most - least) + 1;
        self.order.clear();
        if span > SPARSE * delays.len() {
            self.order.extend(0..delays.len() as u32);
            self.order.sort_by_key(|&edge| delays[edge as usize]);
            for piece in self
                .order
                .chunk_by(|&a, &b| delays[a as usize] == delays[b as usize])
            {
                push(list, delays[piece[0] as usize], piece.len());
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
            push(list, delay, length as usize);
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

/// Appends a piece, in parts whose lengths fit.
fn push(list: &mut Vec<Segment>, delay: u16, mut length: usize) {
    while length > 0 {
        let part = length.min(usize::from(u16::MAX));
        list.push(Segment {
            delay,
            length: part as u16,
        });
        length -= part;
    }
}

#[cfg(test)]
mod tests {
    use super::super::format::Wide;
    use super::*;
    use neuropil_ir::draw::Stream;

    /// Dense and sparse delays, short, long and empty rows, against a stable sort.
    #[test]
    fn rows_are_sorted_by_delay_and_keep_the_order_of_targets() {
        type F = Wide<u16>;
        let mut stream = Stream::new(4, 1, 0);
        for most in [1, 7, 60, 65_535] {
            let lengths = [3, 0, 500, 1, 90_000, 40];
            let edges: usize = lengths.iter().map(|&n| n as usize).sum();
            let mut columns = Columns::<F>::new(edges, true).unwrap();
            for edge in 0..edges {
                let (cell, beside) = F::encode(edge % 999, edge as f64);
                (columns.cells[edge], columns.beside[edge]) = (cell, beside);
                columns.delays[edge] = 1 + stream.below(most) as u16;
            }
            let rows = Rows::new(&lengths).unwrap();
            let mut expected = Vec::new();
            for source in 0..lengths.len() {
                let mut row: Vec<_> = (rows.start(source)..rows.start(source + 1))
                    .map(|edge| {
                        let (cell, beside) = (columns.cells[edge], columns.beside[edge]);
                        (columns.delays[edge], cell, beside)
                    })
                    .collect();
                row.sort_by_key(|edge| edge.0);
                expected.push(row);
            }
            let segments = Segments::sort(&rows, &mut columns).unwrap();
            assert_eq!(columns.delays.len(), 0);
            for (source, expected) in expected.iter().enumerate() {
                let mut edge = rows.start(source);
                let mut found = Vec::new();
                for segment in segments.of(source as u32) {
                    for _ in 0..segment.length {
                        found.push((segment.delay, columns.cells[edge], columns.beside[edge]));
                        edge += 1;
                    }
                }
                assert!(found == *expected, "row {source} of delays up to {most}");
            }
            assert!(!segments.immediate() && segments.longest() <= most as usize);
        }
    }
}
