//! A reader of the `.npy` arrays of a result folder.
//!
//! Versions 1 to 3 of the format, C order, little-endian numbers of 4 or 8 bytes, and records of such
//! numbers without padding (`[('step', '<u8'), ('index', '<u4')]`).
//!
//! # Source
//! NumPy enhancement proposal 1 and `numpy.lib.format`.

use crate::Error;
use std::path::Path;

/// A number type of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    F4,
    F8,
    I4,
    U4,
    I8,
    U8,
}

impl Kind {
    fn parse(text: &str) -> Option<Self> {
        Some(match text.strip_prefix(['<', '='])? {
            "f4" => Self::F4,
            "f8" => Self::F8,
            "i4" => Self::I4,
            "u4" => Self::U4,
            "i8" => Self::I8,
            "u8" => Self::U8,
            _ => return None,
        })
    }

    fn bytes(self) -> usize {
        match self {
            Self::F4 | Self::I4 | Self::U4 => 4,
            Self::F8 | Self::I8 | Self::U8 => 8,
        }
    }
}

/// The numbers of one field.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Floats; `f4` is widened, which is exact.
    Floats(Vec<f64>),
    /// Integers of either sign.
    Integers(Vec<i128>),
}

/// An array: its shape, and the values of its fields in C order.
#[derive(Debug, Clone, PartialEq)]
pub struct Npy {
    /// The name of the file, for messages.
    pub name: String,
    /// The length of each axis.
    pub shape: Vec<usize>,
    /// Name and values of each field; an array of plain numbers has one field without name.
    pub fields: Vec<(String, Values)>,
}

impl Npy {
    /// Reads an array from a file.
    ///
    /// # Errors
    /// If the file cannot be read, is not in the format, has another element type, or is too short.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let bytes = std::fs::read(path).map_err(|e| Error::new(path, e.to_string()))?;
        Self::parse(&path.display().to_string(), &bytes)
    }

    /// Reads an array from memory; `name` stands in messages.
    ///
    /// # Errors
    /// As for [`Npy::read`].
    pub fn parse(name: &str, bytes: &[u8]) -> Result<Self, Error> {
        parse(name, bytes).map_err(|problem| Error::new(name, problem))
    }

    /// Returns the floats of an array of plain numbers, in C order.
    ///
    /// # Errors
    /// If the elements are integers or records.
    pub fn floats(&self) -> Result<&[f64], Error> {
        match self.fields.as_slice() {
            [(_, Values::Floats(x))] => Ok(x),
            _ => Err(Error::new(&self.name, "not an array of floats")),
        }
    }

    /// Returns the integers of a field, in C order; the name is empty for plain numbers.
    ///
    /// # Errors
    /// If there is no field of that name with integers.
    pub fn integers(&self, field: &str) -> Result<&[i128], Error> {
        let found = self.fields.iter().find(|(name, _)| name == field);
        if let Some((_, Values::Integers(x))) = found {
            return Ok(x);
        }
        let names: Vec<&str> = self.fields.iter().map(|(n, _)| n.as_str()).collect();
        let problem = format!("no integers `{field}`; fields {names:?}");
        Err(Error::new(&self.name, problem))
    }

    /// Returns one column of a two-dimensional array of floats: a trace of element `column`.
    ///
    /// # Errors
    /// If the array is not [sample, element] of floats or has no such element.
    pub fn trace(&self, column: usize) -> Result<Vec<f64>, Error> {
        let x = self.floats()?;
        match self.shape.as_slice() {
            [_, width] if column < *width => {
                Ok(x.iter().skip(column).step_by(*width).copied().collect())
            }
            shape => {
                let problem = format!("no element {column} in an array of shape {shape:?}");
                Err(Error::new(&self.name, problem))
            }
        }
    }
}

fn parse(name: &str, bytes: &[u8]) -> Result<Npy, String> {
    let rest = bytes.strip_prefix(b"\x93NUMPY").ok_or("no `.npy` file")?;
    let (&major, rest) = rest.split_first().ok_or("no version")?;
    let rest = rest.get(1..).ok_or("no version")?;
    let width = match major {
        1 => 2,
        2 | 3 => 4,
        _ => return Err(format!("version {major} is unknown")),
    };
    let (length, rest) = rest.split_at_checked(width).ok_or("no header length")?;
    let length = length
        .iter()
        .rev()
        .fold(0usize, |sum, &byte| sum << 8 | usize::from(byte));
    let (header, data) = rest.split_at_checked(length).ok_or("the header is cut")?;
    let header = std::str::from_utf8(header).map_err(|_| "the header is no text")?;

    if !value_of(header, "fortran_order")?.starts_with("False") {
        return Err("only C order is read".into());
    }
    let shape = parse_shape(value_of(header, "shape")?)?;
    let fields = parse_descr(value_of(header, "descr")?)?;
    let count = shape
        .iter()
        .try_fold(1usize, |product, &n| product.checked_mul(n))
        .ok_or("the shape is absurd")?;
    let stride: usize = fields.iter().map(|(_, kind)| kind.bytes()).sum();
    let wanted = count.checked_mul(stride).ok_or("the shape is absurd")?;
    if data.len() != wanted {
        return Err(format!("{} bytes of data, {wanted} expected", data.len()));
    }

    let mut offset = 0;
    let fields = fields
        .into_iter()
        .map(|(field, kind)| {
            let values = decode(data, stride, offset, kind);
            offset += kind.bytes();
            (field, values)
        })
        .collect();
    Ok(Npy {
        name: name.to_owned(),
        shape,
        fields,
    })
}

/// The text behind `'key':` in the header, a Python dictionary of literals.
fn value_of<'a>(header: &'a str, key: &str) -> Result<&'a str, String> {
    let quoted = [format!("'{key}':"), format!("\"{key}\":")];
    let found = quoted
        .iter()
        .find_map(|k| Some(&header[header.find(k)? + k.len()..]));
    let value = found.ok_or_else(|| format!("no `{key}` in the header"))?;
    Ok(value.trim_start())
}

fn parse_shape(text: &str) -> Result<Vec<usize>, String> {
    let inside = text
        .strip_prefix('(')
        .and_then(|rest| rest.split_once(')'))
        .ok_or("the shape is no tuple")?
        .0;
    inside
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| {
            let number = part.trim_end_matches('L').parse();
            number.map_err(|_| format!("`{part}` is no length"))
        })
        .collect()
}

fn parse_descr(text: &str) -> Result<Vec<(String, Kind)>, String> {
    let kind = |text: &str| Kind::parse(text).ok_or_else(|| format!("type `{text}` is not read"));
    let Some(list) = text.strip_prefix('[') else {
        let plain = quoted(text).first().copied().unwrap_or_default();
        return Ok(vec![(String::new(), kind(plain)?)]);
    };
    let list = list.split_once(']').ok_or("the fields are cut")?.0;
    let words = quoted(list);
    if words.is_empty() || words.len() % 2 == 1 {
        return Err("the fields are not pairs of name and type".into());
    }
    words
        .chunks_exact(2)
        .map(|pair| Ok((pair[0].to_owned(), kind(pair[1])?)))
        .collect()
}

/// The strings in quotes of a text.
fn quoted(text: &str) -> Vec<&str> {
    text.split(['\'', '"']).skip(1).step_by(2).collect()
}

fn decode(data: &[u8], stride: usize, offset: usize, kind: Kind) -> Values {
    let four = |r: &[u8]| [r[0], r[1], r[2], r[3]];
    let eight = |r: &[u8]| [r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7]];
    let records = data.chunks_exact(stride).map(|record| &record[offset..]);
    match kind {
        Kind::F4 => Values::Floats(
            records
                .map(|r| f64::from(f32::from_le_bytes(four(r))))
                .collect(),
        ),
        Kind::F8 => Values::Floats(records.map(|r| f64::from_le_bytes(eight(r))).collect()),
        Kind::I4 => Values::Integers(
            records
                .map(|r| i32::from_le_bytes(four(r)).into())
                .collect(),
        ),
        Kind::U4 => Values::Integers(
            records
                .map(|r| u32::from_le_bytes(four(r)).into())
                .collect(),
        ),
        Kind::I8 => Values::Integers(
            records
                .map(|r| i64::from_le_bytes(eight(r)).into())
                .collect(),
        ),
        Kind::U8 => Values::Integers(
            records
                .map(|r| u64::from_le_bytes(eight(r)).into())
                .collect(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(version: u8, header: &str, data: &[u8]) -> Vec<u8> {
        let mut bytes = b"\x93NUMPY".to_vec();
        bytes.extend([version, 0]);
        let length = header.len() as u32;
        let width = if version == 1 { 2 } else { 4 };
        bytes.extend(&length.to_le_bytes()[..width]);
        bytes.extend(header.as_bytes());
        bytes.extend(data);
        bytes
    }

    #[test]
    fn plain_floats_in_two_dimensions() {
        let data: Vec<u8> = (0..6).flat_map(|k| f64::from(k).to_le_bytes()).collect();
        let header = "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }      \n";
        for version in [1, 2] {
            let array = Npy::parse("a", &file(version, header, &data)).expect("an array");
            assert_eq!(array.shape, [3, 2]);
            assert_eq!(array.floats().expect("floats")[5], 5.0);
            assert_eq!(array.trace(1).expect("a column"), [1.0, 3.0, 5.0]);
            assert!(array.trace(2).is_err());
        }
    }

    #[test]
    fn spikes_are_records_of_step_and_index() {
        let mut data = Vec::new();
        for (step, index) in [(7u64, 1u32), (1 << 40, u32::MAX)] {
            data.extend(step.to_le_bytes());
            data.extend(index.to_le_bytes());
        }
        let header = "{'descr': [('step', '<u8'), ('index', '<u4')], 'fortran_order': False, 'shape': (2,), }\n";
        let array = Npy::parse("a", &file(1, header, &data)).expect("an array");
        assert_eq!(array.integers("step").expect("steps"), [7, 1 << 40]);
        assert_eq!(
            array.integers("index").expect("indices"),
            [1, i128::from(u32::MAX)]
        );
        assert!(array.floats().is_err());
    }

    #[test]
    fn the_smaller_types_keep_their_values() {
        let header = |kind: &str| {
            format!("{{'descr': '<{kind}', 'fortran_order': False, 'shape': (1,), }}\n")
        };
        let read = |kind: &str, data: &[u8]| Npy::parse("a", &file(1, &header(kind), data));
        let array = read("f4", &0.1f32.to_le_bytes()).expect("f4");
        assert_eq!(array.floats().expect("floats"), [f64::from(0.1f32)]);
        let array = read("i4", &(-5i32).to_le_bytes()).expect("i4");
        assert_eq!(array.integers("").expect("integers"), [-5]);
        let array = read("i8", &i64::MIN.to_le_bytes()).expect("i8");
        assert_eq!(
            array.integers("").expect("integers"),
            [i128::from(i64::MIN)]
        );
        let wrong = read("c8", &[0; 8]).expect_err("complex numbers");
        assert_eq!(wrong.to_string(), "a: type `<c8` is not read");
    }

    #[test]
    fn a_file_that_is_cut_or_foreign_is_refused() {
        let header = "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }\n";
        let whole = file(1, header, &[0; 16]);
        assert!(Npy::parse("a", &whole).is_ok());
        for length in 0..whole.len() {
            assert!(Npy::parse("a", &whole[..length]).is_err(), "{length} bytes");
        }
        let absurd =
            "{'descr': '<f8', 'fortran_order': False, 'shape': (9999999999, 9999999999), }\n";
        assert!(Npy::parse("a", &file(1, absurd, &[])).is_err());
        let empty = "{'descr': '<f8', 'fortran_order': False, 'shape': (0, 3), }\n";
        assert_eq!(
            Npy::parse("a", &file(1, empty, &[])).expect("empty").shape,
            [0, 3]
        );
    }
}
