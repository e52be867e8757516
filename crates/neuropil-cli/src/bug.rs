//! The one place where a panic ends: it becomes a report and exit code 70.

use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook};
use std::sync::Mutex;

use crate::exit::Code;
use crate::output::complain;

/// Where and why the last panic happened.
static LAST: Mutex<Option<String>> = Mutex::new(None);

/// Performs an action; a panic inside is reported as a mistake of this program.
pub(crate) fn guarded(action: impl FnOnce() -> Code) -> Code {
    set_hook(Box::new(remember));
    catch_unwind(AssertUnwindSafe(action)).unwrap_or_else(|_| {
        let what = LAST.lock().ok().and_then(|mut last| last.take());
        report(&what.unwrap_or_else(|| "nothing is known about it".to_owned()));
        Code::Bug
    })
}

/// Prints what to send us.
pub(crate) fn report(what: &str) {
    let command: Vec<String> = std::env::args_os()
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    complain(&format!(
        "bug: neuropil made a mistake; your model is not to blame\n\
         \n\
         {} and these lines:\n\
         \n  \
           version: {}\n  \
           system: {} {}\n  \
           command: {}\n  \
           what happened: {what}\n",
        request(env!("CARGO_PKG_REPOSITORY")),
        neuropil::VERSION,
        std::env::consts::OS,
        std::env::consts::ARCH,
        command.join(" "),
    ));
}

/// Asks for a report; the address is that of the package, if it has one.
fn request(repository: &str) -> String {
    if repository.is_empty() {
        "Please report this with the text of the model".to_owned()
    } else {
        format!("Please report this at {repository}/issues with the text of the model")
    }
}

fn remember(info: &PanicHookInfo<'_>) {
    let payload = info.payload();
    let message = payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned());
    let place = info
        .location()
        .map_or_else(String::new, |place| format!(" at {place}"));
    if let Ok(mut last) = LAST.lock() {
        *last = Some(format!("{message}{place}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_our_mistake_and_ends_with_70() {
        assert_eq!(guarded(|| panic!("on purpose")), Code::Bug);
        assert_eq!(Code::Bug.number(), 70);
        assert_eq!(guarded(|| Code::Usage), Code::Usage);
    }

    #[test]
    fn an_address_is_named_only_if_there_is_one() {
        assert_eq!(request(""), "Please report this with the text of the model");
        assert!(request("https://example.org/n").contains(" at https://example.org/n/issues "));
    }
}
