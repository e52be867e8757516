//! Neuropil: brain dynamics from equations written once.
//!
//! A text describes neurons, synapses and networks as a paper does, with units. This crate reads
//! it, says what is wrong with it, compiles it while the program runs, and simulates it:
//!
//! ```text
//!  Text::load      parse the file and what it uses          neuropil-syntax, neuropil-units
//!       │
//!  Text::check     names, units, values: diagnostics        neuropil-compiler
//!  Text::compile   equations to kernels, network to a plan  neuropil-compiler, neuropil-ir
//!       │
//!  Text::run       build, run, keep in memory               neuropil-sim on neuropil-cpu
//!  Text::simulate  build, run, stream to a result folder,   … and neuropil-io, neuropil-plot
//!                  draw, summarise
//! ```
//!
//! # A tour
//!
//! [`load`] reads a file, [`Text::parse`] a string. [`Text::run`] gives [`Results`] with traces and
//! rasters; [`Text::simulate`] does what the command line does. [`Options`] overrides what the
//! text says. [`mod@bench`] measures speed. [`library`] holds the models that every text may use.
//!
//! ```
//! let text = neuropil::Text::parse(
//!     "npl 1
//!     network Pair {
//!         a = LIF { I += 30 nA }
//!         b = LIF[2] { I += 10 nA }
//!         record a.spike, b.spike, a.V
//!     }
//!     run Pair for 100 ms with dt = 0.1 ms",
//! );
//! let results = &text.run()?[0];
//! // 30 mV of drive cross 20 mV after tau*ln 3 = 10.99 ms, every 5 ms + 10.99 ms: 110 and 160 steps.
//! assert_eq!(results.raster("a.spike")?.times.len(), 6);
//! assert!(results.raster("b.spike")?.times.is_empty());
//! assert_eq!(results.trace("a.V")?.unit, "mV");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is not here
//!
//! Networks built by calls instead of texts, generated machine code, GPUs, gradients, continuation of
//! fixed points, morphology, and sweeps are planned; a text that needs what is not built is
//! refused with the name of the construct ([`Code::Unsupported`]).
//!
//! This is the one crate of the workspace whose interface is kept stable; the others are internal.
//! It prints nothing, and reads neither clock nor environment: see [`Observer`].

mod backend;
pub mod bench;
mod compile;
pub mod diff;
mod error;
mod figures;
pub mod library;
pub mod measure;
mod observer;
mod options;
mod profile;
mod results;
mod simulate;
mod text;
mod uses;

use std::path::Path;

pub use compile::Compilation;
pub use error::{Diagnosed, Error, ErrorKind};
pub use neuropil_io::stored;
pub use neuropil_io::{
    Floors, IoError, Part, Profile, ProfiledLine, ProfiledStage, Stored, StoredKind, StoredRun,
    Summary, Wall,
};
pub use neuropil_ir::backend::{Clock, StageKind, StageTime, Storage};
pub use neuropil_plot::Figure;
pub use neuropil_sim::{
    Outcome, PopulationReport, ProjectionReport, Report as EngineReport, SimulationError,
};
pub use neuropil_syntax::tree::ModelKind;
pub use neuropil_syntax::{
    Code, Diagnostic, Label, Severity, SourceId, Sources, Span, format, nearest,
};
pub use observer::{Event, Observer};
pub use options::{BackendKind, Options, Precision};
pub use results::{NotRecorded, RasterView, Results, TraceView};
pub use simulate::{Output, Report, RunReport};
pub use text::Text;

/// The version of this program.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Reads a file and what it uses.
///
/// # Errors
/// [`Error::Read`] and [`Error::NotText`]; mistakes of the text stand in [`Text::diagnostics`].
///
/// # Examples
/// ```no_run
/// let results = neuropil::load("examples/coba.npl")?.run()?;
/// println!("{} spikes", results[0].raster("exc.spike")?.times.len());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn load(path: impl AsRef<Path>) -> Result<Text, Error> {
    Text::load(path)
}
