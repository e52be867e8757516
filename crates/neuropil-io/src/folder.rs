//! Where results go: choosing, checking and filling folders.

use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

use crate::error::IoError;

/// Makes a new folder for the results of a text: `base/stem`, or the next free `stem-2`, `stem-3`, ….
///
/// A folder that exists is taken, even if empty, so two processes never share one.
///
/// # Errors
/// [`IoError::System`] if no folder can be made there.
pub fn choose(base: impl AsRef<Path>, stem: &str) -> Result<PathBuf, IoError> {
    let base = base.as_ref();
    fs::create_dir_all(base).map_err(IoError::system("create", base))?;
    let stem = safe_name(stem);
    let mut number = 1u64;
    loop {
        let name = if number == 1 {
            stem.clone()
        } else {
            format!("{stem}-{number}")
        };
        let path = base.join(name);
        match fs::create_dir(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => number += 1,
            Err(error) => return Err(IoError::system("create", &path)(error)),
        }
    }
}

/// Makes the folder that a user named; it must be new or empty.
///
/// # Errors
/// [`IoError::NotEmpty`], [`IoError::NotAFolder`], [`IoError::System`].
pub fn prepare(path: impl AsRef<Path>) -> Result<PathBuf, IoError> {
    let path = path.as_ref();
    if path.exists() && !path.is_dir() {
        return Err(IoError::NotAFolder {
            path: path.to_owned(),
        });
    }
    fs::create_dir_all(path).map_err(IoError::system("create", path))?;
    let mut entries = fs::read_dir(path).map_err(IoError::system("read", path))?;
    if entries.next().is_some() {
        return Err(IoError::NotEmpty {
            path: path.to_owned(),
        });
    }
    Ok(path.to_owned())
}

/// The folder of one run among several: `runN` (counted from 1) or the name after `as`.
///
/// The only run of a text uses the result folder itself.
///
/// # Errors
/// [`IoError::System`] if it cannot be made.
pub fn run(
    results: &Path,
    index: usize,
    total: usize,
    name: Option<&str>,
) -> Result<PathBuf, IoError> {
    if total <= 1 {
        return Ok(results.to_owned());
    }
    match name {
        Some(name) => choose(results, name),
        None => choose(results, &format!("run{}", index + 1)),
    }
}

/// Writes the text of a model as `model.npl`, and the files that it uses beside it.
///
/// A used file keeps its relative path, so that the copy runs as the original did. What would lie
/// outside the folder, or on a file of ours, goes to `uses/` under its plain name.
///
/// # Errors
/// [`IoError::System`].
pub fn write_sources(
    folder: &Path,
    model: &str,
    used: &[(PathBuf, Vec<u8>)],
) -> Result<(), IoError> {
    let write = |path: &Path, bytes: &[u8]| {
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(IoError::system("create", parent))?;
        }
        fs::write(path, bytes).map_err(IoError::system("write", path))
    };
    write(&folder.join("model.npl"), model.as_bytes())?;
    let mut names = Names::new(&["model.npl", "summary.json", "spikes.csv"]);
    for (path, bytes) in used {
        let kept = inside(path).filter(|kept| names.claim(&kept.to_string_lossy()));
        let place = kept.unwrap_or_else(|| {
            let name = path
                .file_name()
                .map_or("file".into(), |name| name.to_string_lossy());
            Path::new("uses").join(names.unique(&safe_name(&name)))
        });
        write(&folder.join(place), bytes)?;
    }
    Ok(())
}

/// A relative path without steps upwards, or nothing.
fn inside(path: &Path) -> Option<PathBuf> {
    let mut kept = PathBuf::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => kept.push(name),
            Component::CurDir => {}
            _ => return None,
        }
    }
    (kept.components().next().is_some()).then_some(kept)
}

/// A name as a file name: letters, digits and `_ . [ ] -` stay, all else becomes `_`.
///
/// It never begins with a dot, is never empty, and has at most 120 bytes, so it names a file in the
/// very folder it is joined to.
pub fn safe_name(name: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_.[]-".contains(c);
    let mut safe: String = name
        .chars()
        .map(|c| if allowed(c) { c } else { '_' })
        .take(120)
        .collect();
    if safe.is_empty() {
        safe.push('_');
    }
    if safe.starts_with('.') {
        safe.replace_range(..1, "_");
    }
    safe
}

/// Hands out file names, each once, also on file systems that do not tell `E` from `e`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    taken: std::collections::BTreeSet<String>,
}

impl Names {
    pub(crate) fn new(taken: &[&str]) -> Self {
        Self {
            taken: taken.iter().map(|name| name.to_lowercase()).collect(),
        }
    }

    /// Takes a name; `false` if it is taken already.
    pub(crate) fn claim(&mut self, name: &str) -> bool {
        self.taken.insert(name.to_lowercase())
    }

    /// Takes a name, or the next free `name-2`, `name-3`, ….
    pub(crate) fn unique(&mut self, name: &str) -> String {
        let mut number = 1u64;
        loop {
            let candidate = if number == 1 {
                name.to_owned()
            } else {
                format!("{name}-{number}")
            };
            if self.claim(&candidate) {
                return candidate;
            }
            number += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_free_folder_is_taken() {
        let base = tempfile::tempdir().unwrap();
        let results = base.path().join("results");
        let names: Vec<_> = (0..3)
            .map(|_| {
                choose(&results, "coba")
                    .unwrap()
                    .file_name()
                    .unwrap()
                    .to_owned()
            })
            .collect();
        assert_eq!(names, ["coba", "coba-2", "coba-3"]);
        fs::write(results.join("brunel"), "a file").unwrap();
        assert!(choose(&results, "brunel").unwrap().ends_with("brunel-2"));
    }

    #[test]
    fn a_named_folder_must_be_empty() {
        let base = tempfile::tempdir().unwrap();
        let path = base.path().join("a/b");
        assert_eq!(prepare(&path).unwrap(), path);
        assert_eq!(prepare(&path).unwrap(), path, "empty folders are fine");
        fs::write(path.join("x"), "").unwrap();
        assert!(matches!(prepare(&path), Err(IoError::NotEmpty { .. })));
        assert!(matches!(
            prepare(path.join("x")),
            Err(IoError::NotAFolder { .. })
        ));
        assert!(matches!(
            prepare(path.join("x/y")),
            Err(IoError::System { .. })
        ));
        assert!(matches!(
            choose(path.join("x"), "coba"),
            Err(IoError::System { .. })
        ));
    }

    #[test]
    fn several_runs_have_a_folder_each() {
        let base = tempfile::tempdir().unwrap();
        let folder = |i, n, name| run(base.path(), i, n, name).unwrap();
        assert_eq!(folder(0, 1, Some("rest")), base.path());
        assert_eq!(folder(0, 3, None), base.path().join("run1"));
        assert_eq!(folder(1, 3, Some("rest")), base.path().join("rest"));
        assert_eq!(folder(2, 3, Some("../rest")), base.path().join("_._rest"));
    }

    #[test]
    fn names_stay_in_their_folder() {
        for (name, expected) in [
            ("exc.V", "exc.V"),
            ("gaba[inh].g", "gaba[inh].g"),
            ("../../etc/passwd", "_._.._etc_passwd"),
            ("a/b\\c:d", "a_b_c_d"),
            ("", "_"),
            ("..", "_."),
            ("tau µ", "tau__"),
        ] {
            assert_eq!(safe_name(name), expected);
            assert_eq!(Path::new(expected).components().count(), 1);
        }
        assert_eq!(safe_name(&"x".repeat(999)).len(), 120);
        let mut names = Names::new(&[]);
        assert_eq!(names.unique("E.V"), "E.V");
        assert_eq!(names.unique("e.V"), "e.V-2");
        assert_eq!(names.unique("E.V"), "E.V-3");
    }

    #[test]
    fn sources_are_copied_inside() {
        let folder = tempfile::tempdir().unwrap();
        let used = [
            ("lib/synapses.npl", "one"),
            ("../shared/synapses.npl", "two"),
            ("/data/table.csv", "three"),
            ("model.npl", "four"),
            ("./a.npl", "five"),
        ]
        .map(|(path, text)| (PathBuf::from(path), text.as_bytes().to_vec()));
        write_sources(folder.path(), "npl 1\n", &used).unwrap();
        let text = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!(text("model.npl"), "npl 1\n");
        assert_eq!(text("lib/synapses.npl"), "one");
        assert_eq!(text("uses/synapses.npl"), "two");
        assert_eq!(text("uses/table.csv"), "three");
        assert_eq!(text("uses/model.npl-2"), "four");
        assert_eq!(text("a.npl"), "five");
        assert!(write_sources(&folder.path().join("model.npl"), "", &[]).is_err());
    }
}
