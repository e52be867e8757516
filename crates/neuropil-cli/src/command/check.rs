//! `neuropil check`: find mistakes, run nothing.

use neuropil::Severity;

use super::{Failure, options};
use crate::args::Check;
use crate::exit::Code;
use crate::files::load;
use crate::output::data;
use crate::render;

/// Looks at a text.
pub(crate) fn check(arguments: &Check) -> Result<Code, Failure> {
    let text = load(&arguments.model.file, &arguments.model.path)?;
    let found = text.check(&options(&arguments.model));
    let name = arguments.model.file.display().to_string();
    if arguments.json {
        data(&format!("{:#}\n", render::to_json(&name, &found)))?;
    } else {
        render::show(&found, Severity::Note);
        if !found.has_errors() {
            data(&format!("{name}: no errors\n"))?;
        }
    }
    Ok(if found.has_errors() {
        Code::Model
    } else {
        Code::Ok
    })
}
