//! Arrays in NumPy's `.npy` format: a writer that appends, and a reader of what it wrote.
//!
//! Version 1.0, C order, little-endian. The header takes [`HEADER_BYTES`] bytes whatever the shape,
//! so it can be renewed in place when rows have been appended.
//!
//! # Source
//! NumPy enhancement proposal 1 and the documentation of `numpy.lib.format`.

mod reader;
mod writer;

pub use reader::{Array, read};
pub use writer::Writer;

/// The length of the header that the writer makes: enough for 20 digits of rows.
pub const HEADER_BYTES: usize = 128;

/// The first bytes of a file: the magic string and version 1.0.
const MAGIC: [u8; 8] = *b"\x93NUMPY\x01\x00";

/// What one element of an array is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dtype {
    /// An IEEE 754 binary64, `<f8`.
    F8,
    /// An IEEE 754 binary32, `<f4`.
    F4,
    /// An event: `step` as `<u8` and `index` as `<u4`, without padding.
    Event,
}

impl Dtype {
    /// The bytes of one element.
    pub const fn bytes(self) -> usize {
        match self {
            Self::F8 => 8,
            Self::F4 => 4,
            Self::Event => 12,
        }
    }

    /// The text in a header.
    pub const fn descr(self) -> &'static str {
        match self {
            Self::F8 => "'<f8'",
            Self::F4 => "'<f4'",
            Self::Event => "[('step', '<u8'), ('index', '<u4')]",
        }
    }
}

/// The header of an array of `rows` rows; each row has `width` elements, or is one (`None`).
fn header(dtype: Dtype, rows: u64, width: Option<u64>) -> [u8; HEADER_BYTES] {
    let descr = dtype.descr();
    let shape = match width {
        None => format!("({rows},)"),
        Some(width) => format!("({rows}, {width})"),
    };
    // At most 79 + 35 characters: an event array has one dimension.
    let text = format!("{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}");
    let mut bytes = [b' '; HEADER_BYTES];
    bytes[..8].copy_from_slice(&MAGIC);
    let length = (HEADER_BYTES - 10) as u16;
    bytes[8..10].copy_from_slice(&length.to_le_bytes());
    for (byte, letter) in bytes[10..HEADER_BYTES - 1].iter_mut().zip(text.bytes()) {
        *byte = letter;
    }
    bytes[HEADER_BYTES - 1] = b'\n';
    bytes
}

#[cfg(test)]
mod tests;
