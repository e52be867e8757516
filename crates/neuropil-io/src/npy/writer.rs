//! Appending to `.npy` files.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::{Dtype, HEADER_BYTES, header};
use crate::error::IoError;

/// Bytes that are gathered before they go to the file.
const BUFFER_BYTES: usize = 256 * 1024;

/// Appends rows to a `.npy` file.
///
/// Rows are gathered in memory and written in pieces, when the owner finds that [`Writer::is_full`];
/// after each piece the header is renewed, so that the file is whole up to its last piece. The file is opened for each piece, so
/// any number of recordings can go on at once. A failed write loses nothing that was written
/// before; the next attempt overwrites the torn piece. Dropping a writer writes what it holds, but
/// only [`Writer::flush`] can report that this failed.
#[derive(Debug)]
pub struct Writer {
    path: PathBuf,
    dtype: Dtype,
    /// Elements of a row; `None` if a row is one element.
    width: Option<u64>,
    /// Rows in the file.
    rows: u64,
    buffer: Vec<u8>,
    limit: usize,
    /// After an error nothing more is written when dropped.
    failed: bool,
}

impl Writer {
    /// Creates a file with an array of no rows.
    ///
    /// With a width the array has two dimensions, without it one.
    ///
    /// # Errors
    /// [`IoError::System`] if the file cannot be created, or exists already.
    pub fn create(
        path: impl Into<PathBuf>,
        dtype: Dtype,
        width: Option<u64>,
    ) -> Result<Self, IoError> {
        let path = path.into();
        let start = header(dtype, 0, width);
        File::create_new(&path)
            .and_then(|mut file| file.write_all(&start))
            .map_err(IoError::system("create", &path))?;
        let limit = BUFFER_BYTES;
        Ok(Self {
            path,
            dtype,
            width,
            rows: 0,
            buffer: Vec::new(),
            limit,
            failed: false,
        })
    }

    /// The path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The number of rows, with those that are not in the file yet.
    pub fn rows(&self) -> u64 {
        let gathered = (self.buffer.len() as u64).checked_div(self.row_bytes());
        self.rows + gathered.unwrap_or(0)
    }

    /// The elements of a row; `None` in arrays of one dimension.
    pub fn width(&self) -> Option<u64> {
        self.width
    }

    /// What an element is.
    pub fn dtype(&self) -> Dtype {
        self.dtype
    }

    /// Appends numbers in the order of the rows; whole rows only.
    ///
    /// In arrays of `f4` they are rounded to the nearest. Nothing is written yet.
    pub fn push_numbers(&mut self, values: &[f64]) {
        match self.dtype {
            Dtype::F4 => {
                self.buffer
                    .extend(values.iter().flat_map(|&v| (v as f32).to_le_bytes()));
            }
            _ => self
                .buffer
                .extend(values.iter().flat_map(|v| v.to_le_bytes())),
        }
        // Rows without elements leave no bytes behind, only their number.
        if self.width == Some(0) {
            self.rows += 1;
        }
    }

    /// Appends events of one step. Nothing is written yet.
    pub fn push_events(&mut self, step: u64, elements: &[u32]) {
        for element in elements {
            self.buffer.extend_from_slice(&step.to_le_bytes());
            self.buffer.extend_from_slice(&element.to_le_bytes());
        }
    }

    /// Whether so much is gathered that it should be written.
    pub fn is_full(&self) -> bool {
        self.buffer.len() >= self.limit
    }

    /// Writes everything to the file and renews its header.
    ///
    /// # Errors
    /// [`IoError::System`], such as a full disk; what was in the file stays readable.
    pub fn flush(&mut self) -> Result<(), IoError> {
        let result = self.write().map_err(IoError::system("write", &self.path));
        self.failed = result.is_err();
        result
    }

    fn row_bytes(&self) -> u64 {
        self.width.unwrap_or(1) * self.dtype.bytes() as u64
    }

    fn write(&mut self) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).open(&self.path)?;
        file.seek(SeekFrom::Start(
            HEADER_BYTES as u64 + self.rows * self.row_bytes(),
        ))?;
        file.write_all(&self.buffer)?;
        let rows = self.rows();
        file.seek(SeekFrom::Start(0))?;
        file.write_all(&header(self.dtype, rows, self.width))?;
        self.rows = rows;
        self.buffer.clear();
        Ok(())
    }

    /// Sets the bytes that are gathered before they are written.
    #[cfg(test)]
    pub(crate) fn set_limit(&mut self, bytes: usize) {
        self.limit = bytes;
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if !self.failed && !self.buffer.is_empty() {
            // Nobody is left to hear of an error; `flush` is the way to learn of it.
            let _unheard = self.write();
        }
    }
}
