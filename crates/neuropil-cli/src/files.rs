//! Texts from files and stdin, and files that are replaced at once or not at all.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use neuropil::{Error, Text};

/// The name that stands for stdin.
pub(crate) const STDIN: &str = "-";

/// Reads a text with what it uses.
pub(crate) fn load(file: &Path, search: &[PathBuf]) -> Result<Text, Error> {
    if file == Path::new(STDIN) {
        return Ok(Text::parse_with("<stdin>", read_stdin()?, search));
    }
    Text::load_with(file, search)
}

/// Reads stdin to its end.
pub(crate) fn read_stdin() -> Result<String, Error> {
    let path = || PathBuf::from("<stdin>");
    let mut bytes = Vec::new();
    std::io::stdin()
        .read_to_end(&mut bytes)
        .map_err(|source| Error::Read {
            path: path(),
            source,
        })?;
    String::from_utf8(bytes).map_err(|error| Error::NotText {
        path: path(),
        at: error.utf8_error().valid_up_to(),
    })
}

/// Replaces a file: writes beside it, then renames, so that no reader finds half of it.
///
/// A link is followed, and the rights of the file stay.
pub(crate) fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let path = path.canonicalize()?;
    let rights = std::fs::metadata(&path)?.permissions();
    if rights.readonly() {
        return Err(std::io::ErrorKind::PermissionDenied.into());
    }
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.part", std::process::id()));
    let beside = path.with_file_name(name);
    let write = || {
        let mut file = std::fs::File::create_new(&beside)?;
        file.write_all(text.as_bytes())?;
        file.set_permissions(rights)?;
        file.sync_all()?;
        std::fs::rename(&beside, &path)
    };
    write().inspect_err(|_| {
        // That a torn file cannot be removed either is no news.
        let _unheard = std::fs::remove_file(&beside);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.npl");
        assert!(
            replace(&path, "new").is_err(),
            "only what exists is replaced"
        );
        std::fs::write(&path, "old").expect("written");
        replace(&path, "new").expect("replaced");
        assert_eq!(std::fs::read_to_string(&path).expect("read"), "new");
        assert_eq!(std::fs::read_dir(folder.path()).expect("listed").count(), 1);
    }

    #[test]
    #[cfg(unix)]
    fn links_stay_links() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, link) = (folder.path().join("a.npl"), folder.path().join("b.npl"));
        std::fs::write(&path, "old").expect("written");
        std::os::unix::fs::symlink(&path, &link).expect("linked");
        replace(&link, "new").expect("replaced");
        assert!(link.is_symlink());
        assert_eq!(std::fs::read_to_string(&path).expect("read"), "new");
    }
}
