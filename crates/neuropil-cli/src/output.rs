//! Data to stdout, messages to stderr, colour where somebody looks.

use std::io::{ErrorKind, IsTerminal, Write};

/// Writes data. A reader that has gone away (`| head`) is no error.
pub(crate) fn data(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// Writes a message; where even that fails, nothing is left to do.
pub(crate) fn complain(text: &str) {
    let mut out = std::io::stderr().lock();
    let _unheard = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Writes a message that begins with a bold word, such as `error`, and ends its line.
pub(crate) fn message(word: &str, text: &str) {
    let line = match (colour(), word) {
        (true, "error") => format!("\x1b[1;31m{word}\x1b[0m: {text}\n"),
        (true, _) => format!("\x1b[1;33m{word}\x1b[0m: {text}\n"),
        (false, _) => format!("{word}: {text}\n"),
    };
    complain(&line);
}

/// Whether messages are coloured: on a terminal, unless `NO_COLOR` is set (see no-color.org).
pub(crate) fn colour() -> bool {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    std::io::stderr().is_terminal() && !refused
}
