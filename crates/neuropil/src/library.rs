//! The model library: texts that every model may use without `use`.
//!
//! The texts stand in the folder `models` of this crate and are embedded in the program. They are
//! parsed once, when the first text is loaded; own models of the same name win.

use std::sync::OnceLock;

use crate::text::UnitWords;
use neuropil_syntax::tree::{File, Item, Model, ModelKind};
use neuropil_syntax::{Diagnostic, Sources, Span, nearest};

/// Embeds the files of the folder `models`; a test holds this list against the folder.
macro_rules! texts {
    ($($name:literal),* $(,)?) => {
        const TEXTS: &[(&str, &str)] = &[
            $((concat!($name, ".npl"), include_str!(concat!("../models/", $name, ".npl"))),)*
        ];
    };
}

texts! {
    "ad_ex",
    "alpha",
    "delta",
    "dual_exponential",
    "exp_if",
    "exponential",
    "fitz_hugh_nagumo",
    "hodgkin_huxley",
    "izhikevich",
    "lif",
    "morris_lecar",
    "poisson",
    "qif",
    "traub_miles",
}

/// One model of the library.
#[derive(Clone, Copy, Debug)]
pub struct LibraryModel {
    /// The name, such as `LIF`.
    pub name: &'static str,
    /// The kind, such as `neuron`.
    pub kind: ModelKind,
    /// What it is and where it was published; empty if the text does not say.
    pub doc: &'static str,
    /// The model it is derived from, if it is the same model with other values.
    pub base: Option<&'static str>,
    /// The text of the model itself.
    pub text: &'static str,
    /// The name of the file it stands in.
    pub file: &'static str,
}

/// The parsed library, with the start of the source set of every text that is loaded.
#[derive(Debug)]
pub(crate) struct Library {
    pub(crate) sources: Sources,
    pub(crate) files: Vec<File>,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// The library, parsed at the first call.
pub(crate) fn library() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let mut sources = Sources::new();
        let mut files = Vec::with_capacity(TEXTS.len());
        let mut diagnostics = Vec::new();
        for &(name, text) in TEXTS {
            let source = sources.add(format!("library: {name}"), text);
            let parsed = neuropil_syntax::parse(source, text, &UnitWords);
            diagnostics.extend(parsed.diagnostics);
            files.push(parsed.file);
        }
        Library {
            sources,
            files,
            diagnostics,
        }
    })
}

/// All models of the library, by kind and then by name.
///
/// # Examples
/// ```
/// let names: Vec<_> = neuropil::library::models().iter().map(|model| model.name).collect();
/// assert!(names.contains(&"LIF"));
/// ```
pub fn models() -> &'static [LibraryModel] {
    static MODELS: OnceLock<Vec<LibraryModel>> = OnceLock::new();
    MODELS.get_or_init(|| {
        let mut models: Vec<LibraryModel> = library()
            .files
            .iter()
            .zip(TEXTS)
            .flat_map(|(file, &(name, text))| {
                file.items
                    .iter()
                    .filter_map(move |item| listed(item, name, text))
            })
            .collect();
        models.sort_by_key(|model| (model.kind, model.name));
        models
    })
}

/// The model of a name.
pub fn model(name: &str) -> Option<&'static LibraryModel> {
    models().iter().find(|model| model.name == name)
}

/// The library model whose name is nearest to a misspelt one.
pub fn nearest_model(name: &str) -> Option<&'static str> {
    nearest(name, models().iter().map(|model| model.name))
}

fn listed(item: &'static Item, file: &'static str, text: &'static str) -> Option<LibraryModel> {
    let slice = |span: Span| text.get(span.range()).unwrap_or_default();
    match item {
        Item::Model(Model {
            kind,
            name,
            doc,
            span,
            ..
        }) => Some(LibraryModel {
            name: name.as_str(),
            kind: *kind,
            doc: doc.as_ref().map_or("", |doc| &*doc.text),
            base: None,
            text: slice(*span),
            file,
        }),
        Item::Derived(derived) => Some(LibraryModel {
            name: derived.name.as_str(),
            kind: derived.kind,
            doc: "",
            base: Some(derived.base.as_str()),
            text: slice(derived.span),
            file,
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn every_file_of_the_folder_is_embedded() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/models");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .expect("the folder exists")
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .filter(|name| Path::new(name).extension().is_some_and(|end| end == "npl"))
            .collect();
        files.sort();
        let mut embedded: Vec<&str> = TEXTS.iter().map(|(name, _)| *name).collect();
        embedded.sort_unstable();
        assert_eq!(embedded, files);
    }

    #[test]
    fn the_library_parses_and_every_model_says_where_it_is_from() {
        let library = library();
        let plain: String = library
            .diagnostics
            .iter()
            .map(|d| d.to_plain(&library.sources))
            .collect();
        assert_eq!(plain, "");
        for (file, &(name, text)) in library.files.iter().zip(TEXTS) {
            assert!(file.version.is_some(), "{name} has no version line");
            assert_eq!(
                neuropil_syntax::format(text).as_deref(),
                Ok(text),
                "{name} is not tidy"
            );
        }
        for model in models() {
            assert!(
                model.text.starts_with(model.kind.as_str()),
                "{}",
                model.name
            );
            assert!(
                model.doc.is_empty() == model.base.is_some(),
                "{}: docstring",
                model.name
            );
        }
    }

    #[test]
    fn names_are_found_and_nearly_found() {
        for listed in models() {
            assert_eq!(model(listed.name).map(|m| m.text), Some(listed.text));
        }
        assert!(model("NoSuchModel").is_none());
    }
}
