//! What can go wrong with result folders.

use std::io;
use std::path::{Path, PathBuf};

/// Why a result folder or file could not be written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IoError {
    /// The operating system said no.
    #[error("cannot {action} `{}`: {source}", path.display())]
    System {
        /// What was tried: `write`, `read`, `create`.
        action: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The folder that was asked for holds something already.
    #[error("the folder `{}` is not empty; name a new or an empty one", path.display())]
    NotEmpty {
        /// The folder.
        path: PathBuf,
    },
    /// The folder that was asked for is a file.
    #[error("`{}` is not a folder", path.display())]
    NotAFolder {
        /// The path.
        path: PathBuf,
    },
    /// A file is not an array of the kind that is expected.
    #[error("`{}` is not an array of a result folder: {reason}", path.display())]
    Array {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A folder without results.
    #[error("`{}` holds no results of a finished run: there is no `summary.json`", path.display())]
    NoResults {
        /// The folder.
        path: PathBuf,
    },
    /// A summary is not one that a run writes.
    #[error("`{}` is not the summary of a run: {reason}", path.display())]
    Summary {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

impl IoError {
    /// Wraps an error of the system with what was tried on which path.
    pub(crate) fn system(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::System {
            action,
            path,
            source,
        }
    }
}
