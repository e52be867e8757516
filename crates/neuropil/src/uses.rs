//! Follows `use`: finds files, reads each once, refuses cycles.
//!
//! Search goes through the folder of the file that uses, then through the folders that the caller
//! names, in order. `use "a.npl" : A, B` keeps of a file what `A` and `B` need and nothing else.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::text::UnitWords;
use neuropil_syntax::tree::{File, Item, Name, Use, UseNames};
use neuropil_syntax::{Code, Diagnostic, Sources, nearest};

use crate::error::Error;
use crate::text::{UsedFile, ask_for_version, read};

/// More files than this are a mistake.
const MAX_FILES: usize = 256;

/// What is known while `use` is followed.
pub(crate) struct Uses<'a> {
    sources: &'a mut Sources,
    diagnostics: &'a mut Vec<Diagnostic>,
    search: &'a [PathBuf],
    /// Files that are being read, from the main one down.
    open: Vec<PathBuf>,
    read: Vec<Read>,
}

/// A file that was read, and what of it is wanted.
struct Read {
    canonical: PathBuf,
    used: UsedFile,
    /// The names asked for; `None` for all.
    wanted: Option<BTreeSet<String>>,
}

impl<'a> Uses<'a> {
    pub(crate) fn new(
        sources: &'a mut Sources,
        diagnostics: &'a mut Vec<Diagnostic>,
        search: &'a [PathBuf],
    ) -> Self {
        Self {
            sources,
            diagnostics,
            search,
            open: Vec::new(),
            read: Vec::new(),
        }
    }

    /// Reads what a file uses, and what that uses.
    pub(crate) fn resolve(&mut self, file: &File, path: Option<&Path>) {
        let folder = path
            .and_then(Path::parent)
            .map_or_else(PathBuf::new, Path::to_path_buf);
        // A string has no path and can be used by nobody.
        let canonical = path.map(|path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf()));
        let depth = self.open.len();
        self.open.extend(canonical);
        for item in &file.items {
            if let Item::Use(item) = item {
                self.follow(item, &folder);
            }
        }
        self.open.truncate(depth);
    }

    /// The files in the order in which they were read.
    pub(crate) fn finish(self) -> Vec<UsedFile> {
        let sources = self.sources;
        let mut files = Vec::with_capacity(self.read.len());
        for Read {
            mut used, wanted, ..
        } in self.read
        {
            if let Some(wanted) = wanted {
                keep(&mut used.file, wanted, sources);
            }
            files.push(used);
        }
        files
    }

    fn follow(&mut self, item: &Use, folder: &Path) {
        if let UseNames::Prefixed(prefix) = &item.names {
            self.diagnostics.push(Diagnostic::error(
                Code::Unsupported,
                prefix.span,
                "`use … as` is part of the language and not built yet",
            ));
            return;
        }
        let Some(path) = self.find(item, folder) else {
            self.not_found(item, folder);
            return;
        };
        let canonical = path.canonicalize().unwrap_or_else(|_| path.clone());
        if let Some(place) = self.open.iter().position(|open| *open == canonical) {
            let error = Diagnostic::error(
                Code::UseCycle,
                item.path.span,
                format!("`{}` is used by itself", item.path.text),
            );
            self.diagnostics.push(match &self.open[place..] {
                [_] => error.help("leave out this line: a file sees its own names"),
                circle => error
                    .help(told(circle, &canonical))
                    .help("move what they share into a file of its own"),
            });
            return;
        }
        let known = self
            .read
            .iter()
            .position(|read| read.canonical == canonical);
        let Some(at) = known.or_else(|| self.load(item, path, canonical)) else {
            return;
        };
        self.want(at, &item.names);
    }

    /// Reads a file and what it uses; returns its place in the list.
    fn load(&mut self, item: &Use, path: PathBuf, canonical: PathBuf) -> Option<usize> {
        if self.read.len() + self.open.len() > MAX_FILES {
            self.diagnostics.push(Diagnostic::error(
                Code::TooLarge,
                item.path.span,
                format!("more than {MAX_FILES} files are used"),
            ));
            return None;
        }
        let text = match read(&path) {
            Ok(text) => text,
            Err(error) => {
                let message = match error {
                    Error::Read { source, .. } => format!("cannot read the file: {source}"),
                    other => other.to_string(),
                };
                self.diagnostics
                    .push(Diagnostic::error(Code::FileError, item.path.span, message));
                return None;
            }
        };
        let source = self.sources.add(path.display().to_string(), text);
        let parsed = neuropil_syntax::parse(source, self.sources.text(source), &UnitWords);
        self.diagnostics.extend(parsed.diagnostics);
        ask_for_version(&parsed.file, source, self.diagnostics);
        // What a file uses stands before it, as declarations stand before what mentions them.
        self.resolve(&parsed.file, Some(&path));
        let used = UsedFile {
            file: parsed.file,
            source,
            path,
        };
        self.read.push(Read {
            canonical,
            used,
            wanted: Some(BTreeSet::new()),
        });
        Some(self.read.len() - 1)
    }

    /// Notes what is wanted of a file; reports names that it does not declare.
    fn want(&mut self, at: usize, names: &UseNames) {
        let read = &mut self.read[at];
        let UseNames::These(names) = names else {
            read.wanted = None;
            return;
        };
        let declared: Vec<String> = read
            .used
            .file
            .items
            .iter()
            .flat_map(declared)
            .map(ToString::to_string)
            .collect();
        for name in names {
            if declared.iter().any(|declared| name == declared.as_str()) {
                if let Some(wanted) = &mut read.wanted {
                    wanted.insert(name.to_string());
                }
                continue;
            }
            let near = nearest(name.as_str(), declared.iter().map(String::as_str));
            self.diagnostics.push(
                Diagnostic::error(
                    Code::UnknownName,
                    name.span,
                    format!("`{}` declares no `{name}`", shown(&read.used.path)),
                )
                .did_you_mean(near),
            );
        }
    }

    fn find(&self, item: &Use, folder: &Path) -> Option<PathBuf> {
        let wanted = Path::new(&*item.path.text);
        let folders = std::iter::once(folder).chain(self.search.iter().map(PathBuf::as_path));
        let mut places = folders.map(|folder| folder.join(wanted));
        places.find(|path| path.is_file())
    }

    fn not_found(&mut self, item: &Use, folder: &Path) {
        let wanted = &*item.path.text;
        let folders = std::iter::once(folder).chain(self.search.iter().map(PathBuf::as_path));
        let mut candidates = Vec::new();
        let mut looked = Vec::new();
        for folder in folders {
            // The file may stand in a folder below: `use "parts/synapses.npl"`.
            let below = Path::new(wanted).parent().unwrap_or(Path::new(""));
            let place = folder.join(below);
            candidates.extend(texts_in(&place).into_iter().map(|name| below.join(name)));
            let here = if folder.as_os_str().is_empty() {
                Path::new(".")
            } else {
                folder
            };
            looked.push(format!("`{}`", here.display()));
        }
        candidates.sort();
        let names: Vec<String> = candidates.iter().map(|c| c.display().to_string()).collect();
        let near = nearest(wanted, names.iter().map(String::as_str));
        self.diagnostics.push(
            Diagnostic::error(
                Code::UseNotFound,
                item.path.span,
                format!("there is no file `{wanted}`"),
            )
            .did_you_mean(near)
            .help(format!("looked in {}", looked.join(", "))),
        );
    }
}

/// The names of the model texts in a folder.
fn texts_in(folder: &Path) -> Vec<String> {
    let here = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let entries = std::fs::read_dir(here).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    // A folder may hold anything; a thousand names are enough to find a misspelt one.
    names
        .filter(|name| Path::new(name).extension().is_some_and(|end| end == "npl"))
        .take(1000)
        .collect()
}

/// A circle in words: `` `a.npl` uses `b.npl`, which uses `a.npl` ``.
fn told(circle: &[PathBuf], first: &Path) -> String {
    let files = circle.iter().map(PathBuf::as_path).chain([first]);
    let files: Vec<String> = files.map(|file| format!("`{}`", shown(file))).collect();
    files.join(", which uses ").replacen(", which", "", 1)
}

fn shown(path: &Path) -> String {
    path.file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

/// The names that an item declares.
fn declared(item: &Item) -> Vec<&Name> {
    match item {
        Item::Const(decls) | Item::Param(decls) => decls.iter().map(|decl| &decl.name).collect(),
        Item::Index(item) => vec![&item.name],
        Item::Function(item) => vec![&item.name],
        Item::Model(item) => vec![&item.name],
        Item::Derived(item) => vec![&item.name],
        Item::Network(item) => vec![&item.name],
        Item::Use(_) | Item::Run(_) | Item::Plot(_) | Item::Expect(_) => Vec::new(),
    }
}

/// Keeps the items that declare wanted names, and what those mention, and so on.
fn keep(file: &mut File, mut wanted: BTreeSet<String>, sources: &Sources) {
    let mut kept = vec![false; file.items.len()];
    loop {
        let mut grown = false;
        for (item, kept) in file.items.iter().zip(&mut kept) {
            if *kept
                || !declared(item)
                    .iter()
                    .any(|name| wanted.contains(name.as_str()))
            {
                continue;
            }
            *kept = true;
            grown = true;
            wanted.extend(words(sources.slice(item.span())).map(str::to_owned));
        }
        if !grown {
            break;
        }
    }
    let mut kept = kept.into_iter();
    file.items
        .retain(|item| kept.next() == Some(true) || matches!(item, Item::Use(_)));
}

/// The words of a text; more than its names, which costs nothing.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let split = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    split.filter(|word| !word.is_empty())
}
