//! Texts: a file or a string with everything it brings in by `use`.
//!
//! Reading never stops at a mistake of the text: what is wrong stands in [`Text::diagnostics`]. Only
//! a main file that cannot be read is an [`Error`].

use std::path::{Path, PathBuf};

use neuropil_syntax::tree::File;
use neuropil_syntax::{
    Code, Diagnostic, MAX_INPUT, SourceId, Sources, Span, UnitNames, has_errors,
};
use neuropil_units::{is_unit_name, nearest_unit};

use crate::error::Error;
use crate::library::library;
use crate::uses::Uses;

/// A text that was read and parsed, with the files it uses.
///
/// # Examples
/// ```
/// let text = neuropil::Text::parse("npl 1\nneuron A { dV/dt = -V/(5 ms) }\n");
/// assert!(text.diagnostics().is_empty());
/// ```
#[derive(Clone, Debug)]
pub struct Text {
    pub(crate) sources: Sources,
    pub(crate) main: File,
    pub(crate) used: Vec<UsedFile>,
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) source: SourceId,
    path: Option<PathBuf>,
}

/// A file that was brought in.
#[derive(Clone, Debug)]
pub(crate) struct UsedFile {
    pub(crate) file: File,
    pub(crate) source: SourceId,
    pub(crate) path: PathBuf,
}

impl Text {
    /// Reads a file; what it uses is looked for in its own folder.
    ///
    /// # Errors
    /// [`Error::Read`] and [`Error::NotText`] of the file itself.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, Error> {
        Self::load_with(path, &[])
    }

    /// Reads a file; what it uses is looked for in its own folder, then in others in order.
    ///
    /// # Errors
    /// [`Error::Read`] and [`Error::NotText`] of the file itself; what is wrong with a used file is
    /// a diagnostic at its `use`.
    pub fn load_with(path: impl AsRef<Path>, search: &[PathBuf]) -> Result<Self, Error> {
        let path = path.as_ref();
        let text = read(path)?;
        let name = path.display().to_string();
        Ok(Self::new(&name, text, Some(path), search))
    }

    /// Parses a string; relative paths in it count from the working directory.
    pub fn parse(text: impl Into<String>) -> Self {
        Self::parse_with("<string>", text, &[])
    }

    /// Parses a string under a name to be shown in messages.
    pub fn parse_with(name: &str, text: impl Into<String>, search: &[PathBuf]) -> Self {
        Self::new(name, text.into(), None, search)
    }

    fn new(name: &str, text: String, path: Option<&Path>, search: &[PathBuf]) -> Self {
        let library = library();
        let mut sources = library.sources.clone();
        let mut diagnostics = library.diagnostics.clone();
        let source = sources.add(name, text);
        let parsed = neuropil_syntax::parse(source, sources.text(source), &UnitWords);
        diagnostics.extend(parsed.diagnostics);
        ask_for_version(&parsed.file, source, &mut diagnostics);
        let mut uses = Uses::new(&mut sources, &mut diagnostics, search);
        uses.resolve(&parsed.file, path);
        let used = uses.finish();
        diagnostics.sort_by_key(|d| (d.primary.source, d.primary.start));
        Self {
            sources,
            main: parsed.file,
            used,
            diagnostics,
            source,
            path: path.map(Path::to_path_buf),
        }
    }

    /// What was found while reading: errors, warnings and notes in the order of the text.
    ///
    /// Names, units and values are looked at by [`Text::check`].
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// Tells whether the text cannot be used.
    pub fn has_errors(&self) -> bool {
        has_errors(&self.diagnostics)
    }

    /// All texts that diagnostics point into: the library, this text, the files it uses.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// The text as it was read.
    pub fn text(&self) -> &str {
        self.sources.text(self.source)
    }

    /// The file it was read from; `None` for a string.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The files it uses with their texts, in the order in which they were read.
    pub fn used(&self) -> impl Iterator<Item = (&Path, &str)> {
        self.used
            .iter()
            .map(|used| (used.path.as_path(), self.sources.text(used.source)))
    }

    /// The name of the file without folder and ending; `model` for a string.
    pub fn stem(&self) -> String {
        let stem = self.path.as_deref().and_then(Path::file_stem);
        stem.map_or_else(
            || "model".to_owned(),
            |stem| stem.to_string_lossy().into_owned(),
        )
    }

    /// The end of the main text, for what is missing there.
    pub(crate) fn end(&self) -> Span {
        let end = self.text().trim_end().len();
        Span::at(self.source, u32::try_from(end).unwrap_or(u32::MAX))
    }
}

/// Notes a missing version line.
pub(crate) fn ask_for_version(file: &File, source: SourceId, diagnostics: &mut Vec<Diagnostic>) {
    // A first line that begins with `npl` and is wrong has its own diagnostic.
    let told = diagnostics
        .iter()
        .any(|d| d.primary.source == source && d.is_error());
    if file.version.is_none() && !told {
        let warning = Diagnostic::warning(
            Code::MissingVersion,
            Span::at(source, 0),
            "the text does not say which version of the language it is written in",
        );
        diagnostics.push(warning.help("write `npl 1` as its first line"));
    }
}

/// Reads a file, but never much more than a text may have.
pub(crate) fn read(path: &Path) -> Result<String, Error> {
    use std::io::Read;
    let failed = |source| Error::Read {
        path: path.to_path_buf(),
        source,
    };
    let file = std::fs::File::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    // One byte more than is allowed is enough for the parser to refuse the text.
    file.take(MAX_INPUT as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() > MAX_INPUT {
        // The cut may have divided a character; the text is refused anyway.
        while std::str::from_utf8(&bytes).is_err_and(|error| error.error_len().is_none()) {
            bytes.pop();
            bytes.push(b' ');
        }
    }
    String::from_utf8(bytes).map_err(|error| Error::NotText {
        path: path.to_path_buf(),
        at: error.utf8_error().valid_up_to(),
    })
}

/// The words that are read as units after a number: `mV`, and `steps` in lengths of time.
pub(crate) struct UnitWords;

impl UnitNames for UnitWords {
    fn is_unit(&self, word: &str) -> bool {
        is_unit_name(word) || matches!(word, "step" | "steps")
    }

    fn meant(&self, word: &str) -> Option<String> {
        nearest_unit(word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &Text) -> Vec<&'static str> {
        text.diagnostics()
            .iter()
            .map(|diagnostic| diagnostic.code.as_str())
            .collect()
    }

    #[test]
    fn a_missing_version_line_is_asked_for_once() {
        assert_eq!(codes(&Text::parse("npl 1\n")), [""; 0]);
        let text = Text::parse("neuron A { dV/dt = -V/(5 ms) }\n");
        assert_eq!(codes(&text), ["npl::missing-version"]);
        assert!(!text.has_errors());
        assert_eq!(codes(&Text::parse("npl 99\n")), ["npl::newer-version"]);
    }

    #[test]
    fn what_cannot_be_read_is_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        let missing = Text::load(folder.path().join("none.npl"));
        assert!(matches!(missing, Err(Error::Read { .. })));
        assert!(matches!(Text::load(folder.path()), Err(Error::Read { .. })));
        let binary = folder.path().join("binary.npl");
        std::fs::write(&binary, [b'n', b'p', 0xff, 0xfe]).expect("written");
        assert!(matches!(
            Text::load(&binary),
            Err(Error::NotText { at: 2, .. })
        ));
    }

    #[test]
    fn a_text_beyond_the_limit_is_refused_wherever_it_is_cut() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("long.npl");
        // No or one byte before letters of two bytes: in one of the texts a letter is cut in the middle.
        for lead in ["", " "] {
            std::fs::write(&path, format!("{lead}{}", "µ".repeat(MAX_INPUT))).expect("written");
            let text = Text::load(&path).expect("is read in part");
            assert_eq!(codes(&text), ["npl::input-too-large"]);
        }
    }
}
