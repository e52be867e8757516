//! What can go wrong, as data: the faces of the program render it.

use std::path::PathBuf;

use neuropil_io::IoError;
use neuropil_sim::SimulationError;
use neuropil_syntax::{Diagnostic, Sources, has_errors};

use crate::measure::RequestError;
use crate::options::BackendKind;

/// Diagnostics with the texts that they point into.
#[derive(Clone, Debug)]
pub struct Diagnosed {
    /// The texts, for places and lines.
    pub sources: Sources,
    /// Errors, warnings and notes.
    pub diagnostics: Vec<Diagnostic>,
}

impl Diagnosed {
    /// Tells whether there is an error among the diagnostics.
    pub fn has_errors(&self) -> bool {
        has_errors(&self.diagnostics)
    }
}

impl std::fmt::Display for Diagnosed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let errors = self
            .diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.is_error());
        for (i, diagnostic) in errors.enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            f.write_str(diagnostic.to_plain(&self.sources).trim_end())?;
        }
        Ok(())
    }
}

/// Why a text gave no result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file could not be read.
    #[error("cannot read `{}`: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A file is not UTF-8.
    #[error("`{}` is not a text in UTF-8 (byte {at})", path.display())]
    NotText {
        /// The file.
        path: PathBuf,
        /// The first byte that is not.
        at: usize,
    },
    /// The text, or a value handed over with it, has mistakes.
    #[error("{0}")]
    Model(Box<Diagnosed>),
    /// A back-end that this version does not have.
    #[error("the back-end `{name}` {why}; there are {}", backends())]
    Backend {
        /// The name that was asked for.
        name: String,
        /// What is the matter with it.
        why: &'static str,
    },
    /// Recordings or the folder for them.
    #[error(transparent)]
    Folder(#[from] IoError),
    /// Measures cannot be taken as asked for.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// A picture could not be made.
    #[error("cannot draw `{name}`: {source}")]
    Plot {
        /// The picture, such as `plot1.png`.
        name: String,
        /// Why not.
        source: neuropil_plot::PlotError,
    },
    /// A file of results could not be written.
    #[error("cannot write `{}`: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The network could not be built, or its run ended early.
    #[error("{source}")]
    Simulation {
        /// What happened.
        source: SimulationError,
        /// The same as a diagnostic, where it has a place in the text.
        at: Option<Box<Diagnosed>>,
    },
}

/// Whose turn it is after an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The author of the text.
    Model,
    /// Whoever made the call: a file, a folder, an option.
    Usage,
    /// Nobody: the run itself failed.
    Run,
    /// The authors of this program.
    Bug,
}

impl Error {
    /// Tells whose turn it is.
    pub fn kind(&self) -> ErrorKind {
        use neuropil_ir::backend::{BackendError, RunError};
        match self {
            Self::Model(_) => ErrorKind::Model,
            Self::Read { .. }
            | Self::NotText { .. }
            | Self::Backend { .. }
            | Self::Request(_)
            | Self::Folder(
                IoError::NotEmpty { .. }
                | IoError::NotAFolder { .. }
                | IoError::NoResults { .. }
                | IoError::Summary { .. },
            ) => ErrorKind::Usage,
            Self::Folder(_) | Self::Plot { .. } | Self::Write { .. } => ErrorKind::Run,
            Self::Simulation { source, .. } => match source {
                SimulationError::Program { .. }
                | SimulationError::Load(BackendError::Invalid(_))
                | SimulationError::Run(RunError::Worker(_)) => ErrorKind::Bug,
                SimulationError::Connection(_) | SimulationError::Store { .. } => ErrorKind::Model,
                _ => ErrorKind::Run,
            },
        }
    }

    /// The diagnostics behind the error, where it is about a place in a text.
    pub fn diagnosed(&self) -> Option<&Diagnosed> {
        match self {
            Self::Model(diagnosed) => Some(diagnosed),
            Self::Simulation { at, .. } => at.as_deref(),
            _ => None,
        }
    }

    pub(crate) fn model(sources: Sources, diagnostics: Vec<Diagnostic>) -> Self {
        Self::Model(Box::new(Diagnosed {
            sources,
            diagnostics,
        }))
    }

    /// Gives an error of the engine its place in the text.
    pub(crate) fn simulation(source: SimulationError, sources: &Sources) -> Self {
        let at = place(&source).map(|diagnostic| {
            Box::new(Diagnosed {
                sources: sources.clone(),
                diagnostics: vec![diagnostic],
            })
        });
        Self::Simulation { source, at }
    }
}

/// An error of the engine as a diagnostic.
fn place(error: &SimulationError) -> Option<Diagnostic> {
    use neuropil_ir::backend::BackendError;
    use neuropil_syntax::Code;

    let span = error.span()?;
    let code = match error {
        SimulationError::NotFinite { .. } => Code::ValueNotFinite,
        SimulationError::Connection(_) => Code::OutOfRange,
        SimulationError::Store {
            source: BackendError::Unsupported { .. },
            ..
        } => Code::Unsupported,
        _ => Code::ImpossibleValue,
    };
    let diagnostic = Diagnostic::error(code, span, error.to_string());
    Some(match error {
        SimulationError::NotFinite { variable, .. } => diagnostic
            .here(format!("`{variable}` grows out of bounds here"))
            .help("a smaller `dt` often helps; so does another method (`integrate with …`)"),
        _ => diagnostic,
    })
}

/// The names of all back-ends, for messages.
fn backends() -> String {
    let names = BackendKind::ALL.map(|kind| format!("`{}`", kind.as_str()));
    names.join(", ")
}
