//! Exit codes: the contract with scripts.

use neuropil::ErrorKind;

/// How the program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    /// Everything is as asked for.
    Ok,
    /// The text has mistakes.
    Model,
    /// The command cannot be performed as given.
    Usage,
    /// The run failed or was interrupted, or an `expect` does not hold.
    Run,
    /// A mistake of this program.
    Bug,
}

impl From<ErrorKind> for Code {
    fn from(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::Model => Self::Model,
            ErrorKind::Usage => Self::Usage,
            ErrorKind::Run => Self::Run,
            ErrorKind::Bug => Self::Bug,
        }
    }
}

impl Code {
    /// The number that the shell sees.
    pub(crate) const fn number(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Model => 1,
            Self::Usage => 2,
            Self::Run => 3,
            Self::Bug => 70,
        }
    }
}

impl From<Code> for std::process::ExitCode {
    fn from(code: Code) -> Self {
        Self::from(code.number())
    }
}
