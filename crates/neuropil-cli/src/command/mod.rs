//! The commands, a file each; what goes wrong in any of them is said here.

mod bench;
mod check;
mod completions;
mod diff;
mod explain;
mod fmt;
mod measure;
mod models;
mod new;
mod run;

use std::path::Path;

use neuropil::{Error, ErrorKind, Options, Severity};

use crate::args::{self, Arguments, Command, Connectivity, Precision};
use crate::bug;
use crate::exit::Code;
use crate::machine::{self, Clock};
use crate::output::message;
use crate::render;

/// Performs a command.
pub(crate) fn perform(arguments: Arguments, clock: Clock) -> Code {
    let done = match arguments.command {
        Command::Run(arguments) => run::run(&arguments, clock),
        Command::Bench(arguments) => bench::bench(&arguments),
        Command::Check(arguments) => check::check(&arguments),
        Command::Explain(arguments) => explain::explain(&arguments),
        Command::Models { name } => models::models(name.as_deref()),
        Command::Fmt(arguments) => fmt::fmt(&arguments),
        Command::Measure(arguments) => measure::measure(&arguments),
        Command::Diff(arguments) => diff::diff(&arguments),
        Command::New { file } => new::new(&file),
        Command::Completions { shell } => completions::completions(shell),
    };
    done.unwrap_or_else(Failure::tell)
}

/// Refuses a command that cannot be performed as given.
pub(crate) fn refused(why: &str) -> Failure {
    message("error", why);
    Failure::Said(Code::Usage)
}

/// Why a command could not be performed.
pub(crate) enum Failure {
    /// The facade says why.
    Facade(Error),
    /// Data could not be written to stdout.
    Stdout(std::io::Error),
    /// Everything has been said.
    Said(Code),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Facade(error)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Stdout(error)
    }
}

impl Failure {
    /// Says what went wrong and returns the exit code.
    fn tell(self) -> Code {
        match self {
            Self::Said(code) => code,
            Self::Stdout(error) => {
                message("error", &format!("cannot write to stdout: {error}"));
                Code::Run
            }
            Self::Facade(error) => tell(&error),
        }
    }
}

fn tell(error: &Error) -> Code {
    if error.kind() == ErrorKind::Bug {
        bug::report(&error.to_string());
        return Code::Bug;
    }
    match error.diagnosed() {
        Some(diagnosed) => render::show(diagnosed, Severity::Warning),
        None => message("error", &error.to_string()),
    }
    if let Error::Read { path, .. } = error {
        suggest(path);
    }
    error.kind().into()
}

/// Names the text that was probably meant.
fn suggest(path: &Path) {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let Some(wanted) = path.file_name().map(|name| name.to_string_lossy()) else {
        return;
    };
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names
        .filter(|name| Path::new(name).extension().is_some_and(|end| end == "npl"))
        .collect();
    names.sort();
    if let Some(near) = neuropil::nearest(&wanted, names.iter().map(String::as_str)) {
        message(
            "help",
            &format!("did you mean `{}`?", path.with_file_name(near).display()),
        );
    }
}

/// What the arguments say beside the text.
pub(crate) fn options(model: &args::Model) -> Options {
    Options {
        set: model.set.clone(),
        duration: model.duration.clone(),
        dt: model.dt.clone(),
        seed: model.seed,
        precision: model.precision.map(precision),
        cores: machine::cores(),
        ..Options::default()
    }
}

/// The float type of an argument.
pub(crate) fn precision(argument: Precision) -> neuropil::Precision {
    match argument {
        Precision::F32 => neuropil::Precision::F32,
        Precision::F64 => neuropil::Precision::F64,
    }
}

/// How connections are kept, of an argument.
pub(crate) fn storage(argument: Connectivity) -> neuropil::Storage {
    match argument {
        Connectivity::Auto => neuropil::Storage::Auto,
        Connectivity::Stored => neuropil::Storage::Stored,
        Connectivity::Generated => neuropil::Storage::Generated,
    }
}
