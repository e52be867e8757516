//! Compiling the runs of a file.

use neuropil_ir::kernel::Precision;
use neuropil_ir::program::Program;
use neuropil_syntax::tree::{Expr, File};
use neuropil_syntax::{Diagnostic, Span};

use crate::elaborate::Override;

/// The parsed texts of a model.
#[derive(Clone)]
pub struct Texts<'a> {
    /// The file whose runs are compiled.
    pub main: &'a File,
    /// The files it brings in by `use`, in the order in which they were read.
    pub used: Vec<&'a File>,
    /// The model library.
    pub library: &'a [File],
    /// The characters of a place, to show what an `expect` says.
    pub slice: &'a dyn Fn(Span) -> String,
}

impl std::fmt::Debug for Texts<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Texts")
            .field("main", self.main)
            .finish_non_exhaustive()
    }
}

/// What the command line or a caller says; stronger than the text.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Values of parameters.
    pub set: Vec<Override>,
    /// The length of the run.
    pub duration: Option<Expr>,
    /// The length of a step.
    pub dt: Option<Expr>,
    /// The seed of all draws.
    pub seed: Option<u64>,
    /// The float type.
    pub precision: Option<Precision>,
}

/// What became of a file.
#[derive(Debug)]
pub struct Compiled {
    /// One for each `run`, in order; empty if there are errors.
    pub runs: Vec<CompiledRun>,
    /// Errors, warnings and notes, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

/// One run, ready for the engine.
#[derive(Debug)]
pub struct CompiledRun {
    /// What the engine needs.
    pub program: Program,
    /// The number of threads, if the text asks for one.
    pub threads: Option<usize>,
    /// The back-end, if the text asks for one.
    pub backend: Option<String>,
    /// What `explain` prints: what lives where, which method and why, memory.
    pub explanation: String,
}

/// Compiles all runs of a file.
pub fn compile(texts: &Texts<'_>, options: &Options) -> Compiled {
    crate::planner::compile(texts, options)
}
