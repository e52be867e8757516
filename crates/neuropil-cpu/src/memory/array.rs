//! The part of a plan's buffer that one owner holds.

use neuropil_ir::kernel::{Element, Precision};

use super::Block;

/// Arrays are padded to whole multiples of this many lanes, and one multiple more.
///
/// A kernel may so run a whole block wherever it starts inside the array.
pub(crate) const LANE_PADDING: usize = 256;

/// The numbers of an array, by element type.
#[derive(Debug)]
pub(crate) enum Numbers {
    F32(Block<f32>),
    F64(Block<f64>),
    U32(Block<u32>),
    I32(Block<i32>),
}

/// An array over the elements of one owner, with one or more copies.
#[derive(Debug)]
pub(crate) struct Array {
    numbers: Numbers,
    len: usize,
    stride: usize,
    copies: usize,
}

/// Runs an expression on the block of an array, whatever its type.
macro_rules! with_numbers {
    ($numbers:expr, $block:ident => $body:expr) => {
        match $numbers {
            Numbers::F32($block) => $body,
            Numbers::F64($block) => $body,
            Numbers::U32($block) => $body,
            Numbers::I32($block) => $body,
        }
    };
}

impl Array {
    /// Allocates zeros, or gives `None` where the system refuses.
    pub(crate) fn zeroed(
        element: Element,
        precision: Precision,
        len: usize,
        copies: usize,
    ) -> Option<Self> {
        let stride = Self::stride(len);
        let total = stride.checked_mul(copies)?;
        let numbers = match (element, precision) {
            (Element::Real, Precision::F32) => Numbers::F32(Block::zeroed(total)?),
            (Element::Real, Precision::F64) | (Element::F64, _) => {
                Numbers::F64(Block::zeroed(total)?)
            }
            (Element::U32, _) => Numbers::U32(Block::zeroed(total)?),
            (Element::I32, _) => Numbers::I32(Block::zeroed(total)?),
        };
        Some(Self {
            numbers,
            len,
            stride,
            copies,
        })
    }

    /// Bytes that [`Array::zeroed`] would allocate.
    pub(crate) fn bytes_for(
        element: Element,
        precision: Precision,
        len: usize,
        copies: usize,
    ) -> u64 {
        let lanes = (Self::stride(len) as u64).saturating_mul(copies as u64);
        lanes.saturating_mul(element.bytes(precision) as u64)
    }

    fn stride(len: usize) -> usize {
        if len == 0 {
            0
        } else {
            len.next_multiple_of(LANE_PADDING) + LANE_PADDING
        }
    }

    /// Number of lanes, without padding.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Number of lanes of a copy that may be touched, padding included.
    pub(crate) fn capacity(&self) -> usize {
        self.stride
    }

    /// Number of copies.
    pub(crate) fn copies(&self) -> usize {
        self.copies
    }

    /// The numbers, all copies with their padding.
    pub(crate) fn numbers(&self) -> &Numbers {
        &self.numbers
    }

    /// The numbers, to be written.
    pub(crate) fn numbers_mut(&mut self) -> &mut Numbers {
        &mut self.numbers
    }

    /// The first byte of a lane of a copy, for kernels.
    pub(crate) fn start_of(&mut self, copy: usize, lane: usize) -> *mut u8 {
        debug_assert!(copy < self.copies && lane < self.stride);
        let first = copy * self.stride + lane;
        with_numbers!(&mut self.numbers, block => block.pointer().wrapping_add(first).cast())
    }

    /// Bytes from one lane to the next.
    pub(crate) fn lane_bytes(&self) -> usize {
        match self.numbers {
            Numbers::F64(_) => 8,
            Numbers::F32(_) | Numbers::U32(_) | Numbers::I32(_) => 4,
        }
    }

    /// Appends the lanes of a copy as f64.
    pub(crate) fn read_into(&self, copy: usize, out: &mut Vec<f64>) {
        let range = self.lanes(copy);
        match &self.numbers {
            Numbers::F32(block) => out.extend(block[range].iter().map(|&x| f64::from(x))),
            Numbers::F64(block) => out.extend_from_slice(&block[range]),
            Numbers::U32(block) => out.extend(block[range].iter().map(|&x| f64::from(x))),
            Numbers::I32(block) => out.extend(block[range].iter().map(|&x| f64::from(x))),
        }
    }

    /// The first lane of a copy that is no finite number, and its value.
    pub(crate) fn first_not_finite(&self, copy: usize) -> Option<(u32, f64)> {
        let range = self.lanes(copy);
        let (lane, value) = match &self.numbers {
            Numbers::F32(block) => {
                let lanes = block[range].iter().map(|&x| f64::from(x)).enumerate();
                first_of(lanes)?
            }
            Numbers::F64(block) => first_of(block[range].iter().copied().enumerate())?,
            Numbers::U32(_) | Numbers::I32(_) => return None,
        };
        Some((lane as u32, value))
    }

    /// Overwrites the lanes of a copy; values are rounded to the element type.
    pub(crate) fn write(&mut self, copy: usize, values: &[f64]) {
        let range = self.lanes(copy);
        match &mut self.numbers {
            Numbers::F32(block) => assign(&mut block[range], values, |x| x as f32),
            Numbers::F64(block) => assign(&mut block[range], values, |x| x),
            Numbers::U32(block) => {
                assign(&mut block[range], values, |x| x.round_ties_even() as u32);
            }
            Numbers::I32(block) => {
                assign(&mut block[range], values, |x| x.round_ties_even() as i32);
            }
        }
    }

    /// Bytes held.
    pub(crate) fn bytes(&self) -> u64 {
        with_numbers!(&self.numbers, block => block.bytes())
    }

    fn lanes(&self, copy: usize) -> std::ops::Range<usize> {
        let first = copy * self.stride;
        first..first + self.len
    }
}

fn first_of(mut lanes: impl Iterator<Item = (usize, f64)>) -> Option<(usize, f64)> {
    lanes.find(|(_, value)| !value.is_finite())
}

fn assign<T>(lanes: &mut [T], values: &[f64], round: impl Fn(f64) -> T) {
    for (lane, &value) in lanes.iter_mut().zip(values) {
        *lane = round(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_apart_and_written_values_are_rounded() {
        let mut array = Array::zeroed(Element::I32, Precision::F32, 300, 3).unwrap();
        array.write(1, &vec![2.5; 300]);
        array.write(2, &vec![-3.6; 300]);
        let mut read = Vec::new();
        for copy in 0..3 {
            array.read_into(copy, &mut read);
        }
        assert_eq!(read[..300], vec![0.0; 300]);
        assert_eq!(read[300..600], vec![2.0; 300]);
        assert_eq!(read[600..], vec![-4.0; 300]);
    }

    #[test]
    fn the_first_lane_that_is_not_finite_is_found_in_its_copy() {
        for precision in [Precision::F32, Precision::F64] {
            let mut array = Array::zeroed(Element::Real, precision, 5, 2).unwrap();
            array.write(1, &[1.0, 2.0, 3.0, f64::NEG_INFINITY, f64::NAN]);
            assert_eq!(array.first_not_finite(0), None);
            assert_eq!(array.first_not_finite(1), Some((3, f64::NEG_INFINITY)));
        }
    }

    #[test]
    fn padding_leaves_room_for_a_block_behind_the_last_lane() {
        let array = Array::zeroed(Element::Real, Precision::F64, 257, 1).unwrap();
        assert!(array.capacity() > 256 + LANE_PADDING);
        assert_eq!(
            array.bytes(),
            Array::bytes_for(Element::Real, Precision::F64, 257, 1)
        );
        assert_eq!(
            Array::zeroed(Element::U32, Precision::F64, 0, 4)
                .unwrap()
                .bytes(),
            0
        );
    }
}
