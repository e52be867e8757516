//! `neuropil fmt`: lay texts out in the canonical way; broken ones stay as they are.

use std::path::Path;

use neuropil::{Diagnosed, Error, Severity, Sources};

use super::Failure;
use crate::args::Fmt;
use crate::exit::Code;
use crate::files::{STDIN, read_stdin, replace};
use crate::output::{data, message};
use crate::render;

/// Formats texts.
pub(crate) fn fmt(arguments: &Fmt) -> Result<Code, Failure> {
    let mut worst = Code::Ok;
    for file in &arguments.files {
        let code = one(file, arguments.check)?;
        if code.number() > worst.number() {
            worst = code;
        }
    }
    Ok(worst)
}

fn one(file: &Path, check: bool) -> Result<Code, Failure> {
    let from_stdin = file == Path::new(STDIN);
    let text = match read(file, from_stdin) {
        Ok(text) => text,
        Err(error) => {
            // Other files are still formatted.
            message("error", &error.to_string());
            return Ok(Code::Usage);
        }
    };
    let name = if from_stdin {
        "<stdin>".to_owned()
    } else {
        file.display().to_string()
    };
    let tidy = match neuropil::format(&text) {
        Ok(tidy) => tidy,
        Err(diagnostics) => {
            let mut sources = Sources::new();
            sources.add(name, text);
            render::show(
                &Diagnosed {
                    sources,
                    diagnostics,
                },
                Severity::Error,
            );
            return Ok(Code::Model);
        }
    };
    if check {
        if tidy == text {
            return Ok(Code::Ok);
        }
        data(&format!("{name}\n"))?;
        return Ok(Code::Model);
    }
    if from_stdin {
        data(&tidy)?;
    } else if tidy != text
        && let Err(error) = replace(file, &tidy)
    {
        message("error", &format!("cannot write `{name}`: {error}"));
        return Ok(Code::Usage);
    }
    Ok(Code::Ok)
}

fn read(file: &Path, from_stdin: bool) -> Result<String, Error> {
    if from_stdin {
        return read_stdin();
    }
    let path = || file.to_path_buf();
    let bytes = std::fs::read(file).map_err(|source| Error::Read {
        path: path(),
        source,
    })?;
    String::from_utf8(bytes).map_err(|error| Error::NotText {
        path: path(),
        at: error.utf8_error().valid_up_to(),
    })
}
