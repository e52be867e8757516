//! Joins the rows of several projections into one matrix.

use std::ops::Range;

use neuropil_ir::backend::BackendError;

use super::super::build::{lock, share};
use super::super::format::Format;
use super::super::pieces::{Piece, Pieces, Writer};
use super::super::rows::Rows;
use super::super::sorted::Sorted;
use super::super::strips::{Strip, pieces_of, strips};
use super::{Joint, LANES, Matrix, Member, copy};
use crate::memory::Block;
use crate::pool::Pool;

/// Edges that are joined before the memory of those that were joined is given back, about; few in
/// tests, so that they are not all.
const CHUNK: usize = if cfg!(test) { 1 << 12 } else { 1 << 20 };

/// Edges that a thread joins at a time, about.
const STRIP: usize = CHUNK / 16;

impl<F: Joint> Matrix<F> {
    /// Joins the rows of projections whose targets begin at given places, and gives their memory
    /// back as it goes; `None` where memory is refused or rows do not fit together.
    pub(in crate::deliver) fn join(
        mut parts: Vec<(usize, Sorted<F>)>,
        pool: &mut Pool,
    ) -> Result<Option<Self>, BackendError> {
        let Some(mut drafted) = Draft::new(&parts) else {
            return Ok(None);
        };
        let sources = drafted.rows.sources();
        let mut lists = Vec::new();
        let mut end = sources;
        // From the back, because a block can give its end back.
        while end > 0 {
            let start = drafted.rows.first_within(end, CHUNK);
            lists.push(drafted.join_rows(&parts, start..end, pool)?);
            for (_, sorted) in &mut parts {
                sorted.truncate(start);
            }
            end = start;
        }
        let mut list = Vec::with_capacity(lists.iter().flatten().map(Vec::len).sum());
        for part in lists.into_iter().rev().flatten() {
            list.extend(part);
        }
        let members: Vec<Member> = parts
            .iter()
            .map(|(first, sorted)| Member {
                places: *first..first + sorted.width,
                load: sorted.load,
            })
            .collect();
        let edges = parts.iter().map(|(_, sorted)| sorted.edges()).collect();
        drop(parts);
        let Draft {
            rows,
            cells,
            beside,
            lengths,
            counts,
        } = drafted;
        let Some(pieces) = Pieces::of_rows(counts, list) else {
            return Ok(None);
        };
        let delays = (0..sources).filter_map(|source| pieces.of(source as u32).last());
        let longest = delays.map(|piece| piece.delay).max().unwrap_or(0);
        let ends = members.iter().map(|member| member.places.end);
        Ok(Some(Self {
            longest,
            width: ends.max().unwrap_or(0),
            rows,
            pieces,
            cells,
            beside,
            lengths,
            members,
            edges,
        }))
    }
}

/// A matrix while it is joined.
struct Draft<F: Format> {
    rows: Rows,
    cells: Block<F::Cell>,
    beside: Block<F::Beside>,
    lengths: Block<u32>,
    /// The number of pieces of each row, and one number more.
    counts: Block<u32>,
}

impl<F: Joint> Draft<F> {
    fn new(parts: &[(usize, Sorted<F>)]) -> Option<Self> {
        let sources = parts.first()?.1.rows.sources();
        let mut lengths = Block::<u32>::zeroed(sources.checked_mul(parts.len())?)?;
        let mut totals = Block::<u32>::zeroed(sources + 1)?;
        for (source, lengths) in lengths.chunks_mut(parts.len()).enumerate() {
            for (length, (_, sorted)) in lengths.iter_mut().zip(parts) {
                *length = sorted.rows.row(source as u32).len() as u32;
                totals[source] = totals[source].checked_add(*length)?;
            }
        }
        let rows = Rows::of(totals)?;
        let cells = rows.start(sources) + LANES;
        Some(Self {
            rows,
            cells: Block::zeroed(cells)?,
            beside: Block::zeroed(if F::BESIDE { cells } else { 0 })?,
            lengths,
            counts: Block::zeroed(sources + 1)?,
        })
    }

    /// Joins the rows of some sources; gives their pieces.
    fn join_rows(
        &mut self,
        parts: &[(usize, Sorted<F>)],
        sources: Range<usize>,
        pool: &mut Pool,
    ) -> Result<Vec<Vec<[u8; 2]>>, BackendError> {
        let edges = self.rows.start(sources.start)..self.rows.start(sources.end);
        let beside = if F::BESIDE {
            &mut self.beside[edges.clone()]
        } else {
            &mut []
        };
        let columns = (&mut self.cells[edges], beside);
        let counts = &mut self.counts[sources.clone()];
        let strips = strips::<F>(&self.rows, sources, STRIP, columns, counts);
        share(pool, strips.len(), &|at| {
            join_strip(&mut lock(&strips[at]), parts);
            None
        })?;
        Ok(pieces_of(strips).collect())
    }
}

/// Where the joining of a row stands in one of the projections.
struct Cursor<'a, F: Format, I> {
    pieces: I,
    piece: Option<Piece>,
    first: usize,
    at: usize,
    sorted: &'a Sorted<F>,
}

/// Joins the rows of some sources.
fn join_strip<F: Joint>(strip: &mut Strip<'_, F>, parts: &[(usize, Sorted<F>)]) {
    let mut at = 0;
    let mut cursors = Vec::new();
    for (source, count) in strip.sources.clone().zip(&mut *strip.counts) {
        let before = strip.list.len();
        let mut writer = Writer::new(&mut strip.list);
        cursors.clear();
        cursors.extend(parts.iter().map(|&(first, ref sorted)| {
            let mut pieces = sorted.pieces.of(source as u32);
            Cursor {
                piece: pieces.next(),
                pieces,
                first,
                at: sorted.rows.start(source),
                sorted,
            }
        }));
        let delays = |cursors: &[Cursor<'_, F, _>]| {
            let pieces = cursors.iter().filter_map(|cursor| cursor.piece);
            pieces.map(|piece| piece.delay).min()
        };
        while let Some(delay) = delays(&cursors) {
            let start = at;
            for cursor in &mut cursors {
                while let Some(piece) = cursor.piece.filter(|piece| piece.delay == delay) {
                    let (from, count) = (cursor.at, piece.length);
                    let (first, sorted) = (cursor.first, cursor.sorted);
                    let moved = |cell| F::moved(cell, first);
                    copy(&mut strip.cells[at..], &sorted.cells[from..], count, moved);
                    if F::BESIDE {
                        copy(
                            &mut strip.beside[at..],
                            &sorted.beside[from..],
                            count,
                            |x| x,
                        );
                    }
                    at += count;
                    cursor.at += count;
                    cursor.piece = cursor.pieces.next();
                }
            }
            let length = at - start;
            writer.push(Piece { delay, length });
        }
        *count = (strip.list.len() - before) as u32;
    }
}
