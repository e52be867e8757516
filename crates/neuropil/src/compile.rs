//! From a text to programs that the engine can run, and what is said about it.

use neuropil_compiler::{self as compiler, CompiledRun, Texts};
use neuropil_syntax::tree::Item;
use neuropil_syntax::{Code, Diagnostic, Severity, Sources, has_errors};

use crate::error::{Diagnosed, Error};
use crate::library::library;
use crate::options::Options;
use crate::text::Text;

/// A text whose runs are compiled.
#[derive(Debug)]
pub struct Compilation {
    /// All texts, with the values that the caller handed over.
    pub(crate) sources: Sources,
    /// Warnings and notes.
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) runs: Vec<CompiledRun>,
}

impl Compilation {
    /// What every run is: where values live, which methods were chosen and why, memory.
    pub fn explanations(&self) -> impl Iterator<Item = &str> {
        self.runs.iter().map(|run| run.explanation.as_str())
    }

    /// The names of the runs: what stands after `as`, or the network's name.
    pub fn run_names(&self) -> impl Iterator<Item = &str> {
        self.runs.iter().map(run_name)
    }

    /// Warnings and notes with their texts.
    pub fn diagnosed(&self) -> Diagnosed {
        Diagnosed {
            sources: self.sources.clone(),
            diagnostics: self.diagnostics.clone(),
        }
    }
}

/// Whether a mistake may only be the consequence of a statement that could not be read.
fn follows(code: Code) -> bool {
    !matches!(
        code,
        Code::UnitMismatch
            | Code::NotDimensionless
            | Code::UnknownUnit
            | Code::AmbiguousUnit
            | Code::UnknownFunction
            | Code::UnknownMethod
            | Code::UnknownRule
            | Code::DuplicateName
            | Code::InputAssigned
            | Code::DrawInDerivative
            | Code::Unsupported
    )
}

/// The name of a run.
pub(crate) fn run_name(run: &CompiledRun) -> &str {
    run.program
        .run_name
        .as_deref()
        .unwrap_or(&run.program.plan.name)
}

impl Text {
    /// Looks at everything without running anything: names, units, values, what can be simulated.
    ///
    /// Mistakes are in the result, in the order of the text. A text without a run is checked too.
    ///
    /// # Examples
    /// ```
    /// use neuropil::{Options, Text};
    ///
    /// let text = Text::parse("npl 1\nneuron A { dV/dt = -V/(5 mV) : mV }\n");
    /// assert!(text.check(&Options::default()).has_errors());
    /// ```
    pub fn check(&self, options: &Options) -> Diagnosed {
        let (sources, diagnostics, _) = self.compiled(options);
        Diagnosed {
            sources,
            diagnostics,
        }
    }

    /// Compiles all runs of the text.
    ///
    /// # Errors
    /// [`Error::Model`] with every mistake of the text and of the options; with
    /// [`Code::NoRun`] if there is no run.
    pub fn compile(&self, options: &Options) -> Result<Compilation, Error> {
        let (sources, mut diagnostics, mut runs) = self.compiled(options);
        if has_errors(&diagnostics) {
            return Err(Error::model(sources, diagnostics));
        }
        if runs.is_empty() {
            diagnostics.push(self.no_run());
            return Err(Error::model(sources, diagnostics));
        }
        if options.no_record {
            for run in &mut runs {
                run.program.forget_recordings();
            }
        }
        Ok(Compilation {
            sources,
            diagnostics,
            runs,
        })
    }

    fn compiled(&self, options: &Options) -> (Sources, Vec<Diagnostic>, Vec<CompiledRun>) {
        let mut sources = self.sources.clone();
        let mut diagnostics = self.diagnostics.clone();
        let options = options.parse(&mut sources, &mut diagnostics);
        let incomplete = has_errors(&diagnostics);
        let texts = Texts {
            main: &self.main,
            used: self.used.iter().map(|used| &used.file).collect(),
            library: &library().files,
            slice: &|span| sources.slice(span).to_owned(),
        };
        let mut compiled = compiler::compile(&texts, &options);
        if incomplete {
            // What could not be read is missing from the tree; that others miss it is no mistake.
            let circle = diagnostics.iter().any(|found| found.code == Code::UseCycle);
            compiled.diagnostics.retain(|found| {
                // Files in a circle may bring in their names twice.
                let twice = circle && found.code == Code::DuplicateName;
                found.is_error() && !follows(found.code) && !twice
            });
        }
        diagnostics.extend(compiled.diagnostics);
        let errors = has_errors(&diagnostics);
        // The library is not the user's to improve: of it only errors are shown.
        let own = library().sources.ids().count() as u32;
        diagnostics.retain(|d| d.primary.source.0 >= own || d.severity == Severity::Error);
        (
            sources,
            diagnostics,
            if errors { Vec::new() } else { compiled.runs },
        )
    }

    fn no_run(&self) -> Diagnostic {
        let network = self.main.items.iter().find_map(|item| match item {
            Item::Network(network) => Some(network.name.as_str()),
            _ => None,
        });
        let diagnostic = Diagnostic::error(
            Code::NoRun,
            self.end(),
            "the text has no `run`, so there is nothing to simulate",
        );
        match network {
            Some(name) => diagnostic.help(format!(
                "add a line such as `run {name} for 1 s with dt = 0.1 ms`"
            )),
            None => {
                diagnostic.help("add a `network` and a `run`; `neuropil new` writes an example")
            }
        }
    }
}
