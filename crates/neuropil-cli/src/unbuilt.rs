//! Commands and flags that are planned and not built: they exist nowhere silently.
//!
//! They are found before the arguments are parsed, so that help and completions offer only what there is.

use std::ffi::OsString;

use crate::exit::Code;
use crate::output::message;

/// Commands to come.
const COMMANDS: [&str; 5] = ["phase-plane", "bifurcation", "fi-curve", "sweep", "cite"];

/// Flags to come, by command.
const FLAGS: [(&str, &str); 3] = [
    ("run", "--checkpoint"),
    ("run", "--resume"),
    ("fmt", "--upgrade"),
];

/// Says so if the arguments (without the program's name) ask for what is not built.
pub(crate) fn refuse(arguments: &[OsString]) -> Option<Code> {
    let asked = find(arguments)?;
    message("error", &format!("{asked} is not built yet"));
    Some(Code::Usage)
}

fn find(arguments: &[OsString]) -> Option<String> {
    let command = arguments.first()?.to_str()?;
    if COMMANDS.contains(&command) {
        return Some(format!("the command `{command}`"));
    }
    // What follows `--` is a name of a file, whatever it looks like.
    let words = arguments.iter().skip(1).map(|word| word.to_string_lossy());
    let words = words.take_while(|word| word != "--");
    for word in words {
        let name = word.split('=').next().unwrap_or_default();
        if FLAGS.contains(&(command, name)) {
            return Some(format!("the flag `{name}`"));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: Option<&str>) {
        let arguments: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
        assert_eq!(find(&arguments).as_deref(), expected, "{line}");
    }

    #[test]
    fn what_is_to_come_is_found_and_nothing_else() {
        check("sweep a.npl --param x=1", Some("the command `sweep`"));
        check("run a.npl --resume c", Some("the flag `--resume`"));
        check("run --checkpoint=c a.npl", Some("the flag `--checkpoint`"));
        check("fmt --upgrade a.npl", Some("the flag `--upgrade`"));
        check("run -- --resume", None);
        check("check --resume a.npl", None);
        check("run a.npl --json", None);
        check("", None);
    }
}
