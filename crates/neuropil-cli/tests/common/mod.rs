//! Starts the program in a folder of its own and looks at what it leaves.

use std::path::PathBuf;

use assert_cmd::Command;

/// A folder for one test.
pub(crate) struct Place(tempfile::TempDir);

/// What a finished command left.
pub(crate) struct Finished {
    /// The exit code.
    pub(crate) code: i32,
    /// Data.
    pub(crate) out: String,
    /// Messages.
    pub(crate) err: String,
}

impl Place {
    /// Makes an empty folder.
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    /// Makes a folder with a text.
    pub(crate) fn with(name: &str, text: &str) -> Self {
        let place = Self::new();
        place.write(name, text);
        place
    }

    /// A path in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file.
    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("written");
    }

    /// Reads a file.
    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The names in a folder, sorted.
    pub(crate) fn names(&self, folder: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.path(folder)).expect("listed");
        let name = |entry: std::io::Result<std::fs::DirEntry>| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        };
        let mut names: Vec<String> = entries.map(name).collect();
        names.sort();
        names
    }

    /// Runs the program here.
    pub(crate) fn run(&self, arguments: &[&str]) -> Finished {
        self.run_with(arguments, "")
    }

    /// Runs the program here with something on stdin.
    pub(crate) fn run_with(&self, arguments: &[&str], stdin: &str) -> Finished {
        let output = Command::cargo_bin("neuropil")
            .expect("the program is built")
            .args(arguments)
            .current_dir(self.0.path())
            .write_stdin(stdin)
            .output()
            .expect("the program starts");
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
        Finished {
            code: output.status.code().expect("an exit code"),
            out: text(&output.stdout),
            err: text(&output.stderr),
        }
    }
}

impl Finished {
    /// Asserts the exit code and gives the rest back.
    #[track_caller]
    pub(crate) fn ends(self, code: i32) -> Self {
        assert_eq!(
            self.code, code,
            "stdout: {}\nstderr: {}",
            self.out, self.err
        );
        self
    }

    /// Asserts that nothing went to stderr.
    #[track_caller]
    pub(crate) fn quiet(self) -> Self {
        assert_eq!(self.err, "");
        self
    }

    /// Asserts that nothing went to stdout and that the messages hold some words.
    #[track_caller]
    pub(crate) fn says(self, words: &[&str]) -> Self {
        assert_eq!(self.out, "");
        for word in words {
            assert!(self.err.contains(word), "`{word}` is not in: {}", self.err);
        }
        self
    }
}
