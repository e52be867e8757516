//! `neuropil completions`: what a shell needs to complete our commands.

use clap::CommandFactory;
use clap_complete::{Shell, generate};

use super::Failure;
use crate::args::Arguments;
use crate::exit::Code;
use crate::output::data;

/// Prints the completions for a shell.
pub(crate) fn completions(shell: Shell) -> Result<Code, Failure> {
    let mut script = Vec::new();
    generate(shell, &mut Arguments::command(), "neuropil", &mut script);
    data(&String::from_utf8_lossy(&script))?;
    Ok(Code::Ok)
}
