//! `neuropil explain`: what lives where, which methods were chosen, and why.

use neuropil::Severity;

use super::{Failure, options};
use crate::args::Explain;
use crate::exit::Code;
use crate::files::load;
use crate::output::data;
use crate::render;

/// Explains the runs of a text.
pub(crate) fn explain(arguments: &Explain) -> Result<Code, Failure> {
    let text = load(&arguments.model.file, &arguments.model.path)?;
    let compilation = text.compile(&options(&arguments.model))?;
    render::show(&compilation.diagnosed(), Severity::Warning);
    let explanations: Vec<&str> = compilation.explanations().map(str::trim_end).collect();
    data(&format!("{}\n", explanations.join("\n\n")))?;
    Ok(Code::Ok)
}
