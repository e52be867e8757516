//! `neuropil models`: the model library, or one model's text.

use std::fmt::Write;

use neuropil::{ModelKind, library};

use super::Failure;
use crate::exit::Code;
use crate::output::{data, message};

/// Lists the library, or prints a model.
pub(crate) fn models(name: Option<&str>) -> Result<Code, Failure> {
    let Some(name) = name else {
        data(&list())?;
        return Ok(Code::Ok);
    };
    if let Some(model) = library::model(name) {
        data(&format!("{}\n", model.text.trim_end()))?;
        return Ok(Code::Ok);
    }
    message("error", &format!("the library has no model `{name}`"));
    match library::nearest_model(name) {
        Some(near) => message("help", &format!("did you mean `{near}`?")),
        None => message("help", "`neuropil models` lists all"),
    }
    Err(Failure::Said(Code::Usage))
}

fn list() -> String {
    let models = library::models();
    let width = models
        .iter()
        .map(|model| model.name.len())
        .max()
        .unwrap_or(0);
    let mut out = String::new();
    let mut kind: Option<ModelKind> = None;
    for model in models {
        if kind != Some(model.kind) {
            let gap = if kind.is_some() { "\n" } else { "" };
            let _ = writeln!(out, "{gap}{}", model.kind.as_str());
            kind = Some(model.kind);
        }
        let what = match model.base {
            Some(base) => format!("{base} with other values"),
            None => first_sentence(model.doc).to_owned(),
        };
        let _ = writeln!(out, "  {:width$}  {what}", model.name);
    }
    out
}

/// A docstring up to its first full stop that ends a sentence.
fn first_sentence(doc: &str) -> &str {
    let end = doc.find(". ").map_or(doc.len(), |at| at + 1);
    doc[..end].trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_docstring_is_cut_after_its_first_sentence() {
        assert_eq!(
            first_sentence("A neuron. Author (1952), J Physiol 1:2."),
            "A neuron."
        );
        assert_eq!(first_sentence("A neuron"), "A neuron");
        assert_eq!(first_sentence(""), "");
    }
}
