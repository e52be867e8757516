//! The command line of Neuropil.
//!
//! A thin face: it parses arguments ([`args`]), calls the facade `neuropil`, and says what came out:
//! data to stdout, messages to stderr. [`render`] draws diagnostics, [`progress`] a run on its way,
//! [`table`] its result; [`machine`] is what a library may not ask for: clock and memory. Every
//! command ends in an [`exit::Code`]; a panic anywhere ends in one place, [`bug::guarded`].

mod args;
mod bug;
mod command;
mod exit;
mod files;
mod machine;
mod output;
mod picture;
mod profile;
mod progress;
mod render;
mod table;
mod unbuilt;

use std::process::ExitCode;

use clap::Parser;

use crate::args::Arguments;

fn main() -> ExitCode {
    let started = machine::Clock::start();
    bug::guarded(|| {
        let given: Vec<_> = std::env::args_os().skip(1).collect();
        if let Some(code) = unbuilt::refuse(&given) {
            return code;
        }
        match Arguments::try_parse() {
            Ok(arguments) => command::perform(arguments, started),
            Err(error) => {
                // Help and version are data on stdout, mistakes messages on stderr; clap knows which.
                let _unheard = error.print();
                if error.use_stderr() {
                    exit::Code::Usage
                } else {
                    exit::Code::Ok
                }
            }
        }
    })
    .into()
}
