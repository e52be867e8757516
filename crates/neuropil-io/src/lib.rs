//! Result folders: NumPy arrays, summaries and tables.
//!
//! An internal crate of Neuropil; the facade `neuropil` is the one with a promise.
//!
//! ```text
//! results/coba/            folder::choose, folder::prepare, folder::run
//!   summary.json           Summary::write, atomically
//!   model.npl              folder::write_sources
//!   exc.spike.npy          FolderRecorder: fields step (u64), index (u32)
//!   exc.V.npy              FolderRecorder: [sample, element], in the unit of the declaration
//!   exc.V.time.npy         FolderRecorder: the times of the samples in ms
//!   spikes.csv             FolderRecorder::write_spikes_csv, on demand
//! ```
//!
//! [`stored`] reads a folder back, for measures and comparisons after the run.
//!
//! Arrays only ever grow, and their headers are renewed after the data, so that a run that is killed
//! leaves files that open with one line of NumPy. Memory is bounded by a small buffer a file; no
//! file is held open between writes. Nothing here reads a clock or the environment.

pub mod csv;
mod error;
pub mod folder;
pub mod npy;
pub mod profile;
mod recorder;
pub mod stored;
pub mod summary;

pub use error::IoError;
pub use profile::{Floors, Part, Profile, ProfiledLine, ProfiledStage};
pub use recorder::{FolderRecorder, RasterFile, TraceFile};
pub use stored::{Stored, StoredKind, StoredRun};
pub use summary::{About, Summary, Wall};
