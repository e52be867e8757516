//! One virtual environment a peer, below the target folder.

use super::table::Peer;
use crate::bars::tool::Tool;
use anyhow::{Context, Result, ensure};
use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of the environments.
pub(crate) struct Environments {
    folder: PathBuf,
}

/// The file that says what was installed.
const INSTALLED: &str = "neuropil-installed.txt";

impl Environments {
    /// Takes the folder below that of cargo's outputs.
    pub(crate) fn of(tool: &Tool) -> Self {
        Self {
            folder: tool.target().join("peers"),
        }
    }

    /// The folder itself; logs and partial results stand there too.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The Python of a peer.
    pub(crate) fn python(&self, peer: &Peer) -> PathBuf {
        self.folder.join(peer.name).join("bin").join("python")
    }

    /// Tells whether the versions of the table are installed.
    pub(crate) fn ready(&self, peer: &Peer) -> bool {
        let file = self.folder.join(peer.name).join(INSTALLED);
        std::fs::read_to_string(file)
            .is_ok_and(|text| text.lines().eq(peer.packages.iter().copied()))
    }

    /// Installs a peer where its environment is not there or has other versions.
    ///
    /// # Errors
    /// With the last line that Python or pip said.
    pub(crate) fn install(&self, peer: &Peer) -> Result<()> {
        if self.ready(peer) {
            return Ok(());
        }
        std::fs::create_dir_all(&self.folder)?;
        let place = self.folder.join(peer.name);
        // A shell's own choice of Python; 3.11 or later is what the peers of the table want.
        let python = std::env::var_os("PYTHON").unwrap_or_else(|| OsString::from("python3"));
        let mut make = Command::new(python);
        make.args(["-m", "venv"]).arg(&place);
        self.logged(make, peer)?;
        let mut install = Command::new(self.python(peer));
        install
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
            ])
            .args(peer.packages);
        self.logged(install, peer)?;
        let mut versions = peer.packages.join("\n");
        versions.push('\n');
        std::fs::write(place.join(INSTALLED), versions)?;
        Ok(())
    }

    fn logged(&self, mut command: Command, peer: &Peer) -> Result<()> {
        let log = self.folder.join(format!("{}.install.log", peer.name));
        let file = File::create(&log)?;
        let status = command
            .stdout(file.try_clone()?)
            .stderr(file)
            .status()
            .with_context(|| command.get_program().display().to_string())?;
        ensure!(status.success(), "not installed: {}", last_line(&log));
        Ok(())
    }
}

/// The last line of a file that says something.
pub(crate) fn last_line(file: &Path) -> String {
    let text = std::fs::read(file).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let last = text.lines().map(str::trim).rfind(|line| !line.is_empty());
    last.unwrap_or("it says nothing").to_owned()
}
