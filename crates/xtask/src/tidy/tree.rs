//! The files of the repository, as the checks see them.

use anyhow::{Context, Result};
use std::collections::BTreeSet;
use std::path::Path;

/// Folders that hold no source of ours.
const SKIPPED: [&str; 5] = [".git", "node_modules", "results", "shared", "target"];

/// Endings of the files whose text is read; others are known by name only.
const TEXT: [&str; 10] = [
    ".cff", ".md", ".npl", ".py", ".rs", ".sh", ".snap", ".toml", ".yaml", ".yml",
];

/// One text file.
#[derive(Debug, Clone)]
pub(super) struct File {
    /// The path from the root, with `/`.
    pub(super) path: String,
    /// The contents.
    pub(super) text: String,
}

/// All files below the root that belong to the project.
#[derive(Debug, Clone, Default)]
pub(super) struct Tree {
    /// The text files, sorted by path.
    pub(super) files: Vec<File>,
    names: BTreeSet<String>,
}

impl Tree {
    /// Reads the repository.
    pub(super) fn read(root: &Path) -> Result<Self> {
        let mut tree = Self::default();
        tree.walk(root, "")?;
        tree.files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(tree)
    }

    fn walk(&mut self, folder: &Path, prefix: &str) -> Result<()> {
        let entries = std::fs::read_dir(folder).with_context(|| folder.display().to_string())?;
        for entry in entries {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            let kind = entry.file_type()?;
            let path = format!("{prefix}{name}");
            if kind.is_dir() && !SKIPPED.contains(&name.as_str()) {
                self.names.insert(path.clone());
                self.walk(&entry.path(), &format!("{path}/"))?;
            } else if kind.is_file() {
                if TEXT.iter().any(|end| name.ends_with(end)) || path == ".ci/run" {
                    // A file of somebody else's editor may vanish or be no text: nothing to check then.
                    if let Ok(text) = std::fs::read_to_string(entry.path()) {
                        self.files.push(File {
                            path: path.clone(),
                            text,
                        });
                    }
                }
                self.names.insert(path);
            }
        }
        Ok(())
    }

    /// Makes a tree from texts, for tests of the checks.
    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let mut tree = Self::default();
        for (path, text) in files {
            for (k, _) in path.match_indices('/') {
                tree.names.insert(path[..k].to_owned());
            }
            tree.names.insert((*path).to_owned());
            tree.files.push(File {
                path: (*path).to_owned(),
                text: (*text).to_owned(),
            });
        }
        tree
    }

    /// Tells whether a file or folder exists; the path is from the root.
    pub(super) fn exists(&self, path: &str) -> bool {
        self.names.contains(path.trim_end_matches('/')) || path.is_empty()
    }

    /// Returns the files with an ending.
    pub(super) fn ending(&self, end: &'static str) -> impl Iterator<Item = &File> {
        self.files
            .iter()
            .filter(move |file| file.path.ends_with(end))
    }
}

impl File {
    /// Tells whether the file is Rust source.
    pub(super) fn is_rust(&self) -> bool {
        Path::new(&self.path)
            .extension()
            .is_some_and(|end| end == "rs")
    }

    /// Tells whether the file holds tests only.
    pub(super) fn is_test(&self) -> bool {
        self.path.ends_with("/tests.rs") || self.path.contains("/tests/")
    }
}
