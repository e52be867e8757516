//! `neuropil new`: a text to start from.

use std::io::{ErrorKind, Write};
use std::path::Path;

use super::Failure;
use crate::exit::Code;
use crate::output::{data, message};

/// A small network that runs at once, with every kind of statement a first model needs.
const STARTER: &str = include_str!("../starter.npl");

/// Writes the starting text; never over a file.
pub(crate) fn new(file: &Path) -> Result<Code, Failure> {
    let file = if file.extension().is_none() {
        file.with_extension("npl")
    } else {
        file.to_path_buf()
    };
    let name = file.display();
    let written =
        std::fs::File::create_new(&file).and_then(|mut out| out.write_all(STARTER.as_bytes()));
    match written {
        Ok(()) => {
            data(&format!("wrote {name}; `neuropil run {name}` runs it\n"))?;
            Ok(Code::Ok)
        }
        Err(error) => {
            let why = match error.kind() {
                ErrorKind::AlreadyExists => format!("`{name}` exists; choose another name"),
                _ => format!("cannot write `{name}`: {error}"),
            };
            message("error", &why);
            Ok(Code::Usage)
        }
    }
}
