//! The one error of the readers: which file, and what about it.

use std::fmt;
use std::path::{Path, PathBuf};

/// A file that could not be read or does not hold what was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Error {
    /// The file, or the name the caller gave to a text in memory.
    pub file: PathBuf,
    /// What is wrong with it.
    pub problem: String,
}

impl Error {
    /// Creates an error about a file.
    pub fn new(file: impl AsRef<Path>, problem: impl Into<String>) -> Self {
        Self {
            file: file.as_ref().to_path_buf(),
            problem: problem.into(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file.display(), self.problem)
    }
}

impl std::error::Error for Error {}
