//! Reading back the arrays of a result folder, for pictures and measures after a run.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use super::{Dtype, MAGIC};
use crate::error::IoError;

/// An array of a result folder.
///
/// # Shapes
/// `Numbers::values` is row-major; `width` is the length of a row, 1 in arrays of one dimension.
#[derive(Clone, Debug, PartialEq)]
pub enum Array {
    /// Samples or times.
    Numbers {
        /// The number of rows.
        rows: usize,
        /// The elements of a row.
        width: usize,
        /// The numbers; `f4` is widened, which is exact.
        values: Vec<f64>,
    },
    /// Events.
    Events {
        /// The steps.
        steps: Vec<u64>,
        /// The elements' indices in their population.
        elements: Vec<u32>,
    },
}

/// Reads an array that a [`Writer`](super::Writer) wrote, also while it is still being written.
///
/// # Errors
/// [`IoError::System`] if the file cannot be read, [`IoError::Array`] if it is not such an array
/// or shorter than its header says.
pub fn read(path: impl AsRef<Path>) -> Result<Array, IoError> {
    let path = path.as_ref();
    let wrong = |reason| IoError::Array {
        path: path.to_owned(),
        reason,
    };
    let file = File::open(path).map_err(IoError::system("read", path))?;
    let length = file
        .metadata()
        .map_err(IoError::system("read", path))?
        .len();
    let mut file = BufReader::new(file);
    let mut fill = |bytes: &mut [u8]| {
        file.read_exact(bytes).map_err(|error| match error.kind() {
            std::io::ErrorKind::UnexpectedEof => wrong("the file ends too early"),
            _ => IoError::system("read", path)(error),
        })
    };

    let mut start = [0; 10];
    fill(&mut start)?;
    if start[..8] != MAGIC {
        return Err(wrong("it does not begin as one"));
    }
    let mut text = vec![0; usize::from(u16::from_le_bytes([start[8], start[9]]))];
    fill(&mut text)?;
    let text = std::str::from_utf8(&text).map_err(|_| wrong("the header is not text"))?;
    let (dtype, rows, width) = parse(text).ok_or_else(|| wrong("the header is of another kind"))?;

    let elements = rows.checked_mul(width).filter(|elements| {
        let bytes = (*elements as u64).checked_mul(dtype.bytes() as u64);
        // The length of the file bounds what is allocated, whatever the header says.
        bytes.is_some_and(|bytes| bytes <= length)
    });
    let elements = elements.ok_or_else(|| wrong("the file is shorter than its header says"))?;
    let mut bytes = vec![0; elements * dtype.bytes()];
    fill(&mut bytes)?;
    Ok(match dtype {
        Dtype::F8 => Array::Numbers {
            rows,
            width,
            values: each(&bytes, f64::from_le_bytes),
        },
        Dtype::F4 => {
            let widen = |bytes| f64::from(f32::from_le_bytes(bytes));
            Array::Numbers {
                rows,
                width,
                values: each(&bytes, widen),
            }
        }
        Dtype::Event => {
            let events = bytes.chunks_exact(12).map(|event| {
                let (mut step, mut element) = ([0; 8], [0; 4]);
                step.copy_from_slice(&event[..8]);
                element.copy_from_slice(&event[8..]);
                (u64::from_le_bytes(step), u32::from_le_bytes(element))
            });
            let (steps, elements) = events.unzip();
            Array::Events { steps, elements }
        }
    })
}

/// The numbers of consecutive groups of bytes.
fn each<const N: usize>(bytes: &[u8], number: impl Fn([u8; N]) -> f64) -> Vec<f64> {
    let groups = bytes.chunks_exact(N).map(|group| {
        let mut bytes = [0; N];
        bytes.copy_from_slice(group);
        number(bytes)
    });
    groups.collect()
}

/// Element type, rows and width from a header in the order of keys that NumPy and we write.
fn parse(text: &str) -> Option<(Dtype, usize, usize)> {
    let rest = text.trim_end().strip_prefix("{'descr': ")?;
    let dtypes = [Dtype::F8, Dtype::F4, Dtype::Event];
    let dtype = dtypes
        .into_iter()
        .find(|dtype| rest.starts_with(dtype.descr()))?;
    let rest = rest.strip_prefix(dtype.descr())?;
    let shape = rest.strip_prefix(", 'fortran_order': False, 'shape': (")?;
    let shape = shape
        .strip_suffix("), }")
        .or_else(|| shape.strip_suffix(")}"))?;
    let mut lengths = shape
        .split(',')
        .map(str::trim)
        .filter(|text| !text.is_empty());
    let rows = lengths.next()?.parse().ok()?;
    let width = lengths.next().map_or(Some(1), |text| text.parse().ok())?;
    lengths.next().is_none().then_some((dtype, rows, width))
}
