//! The example texts of the language page: they parse without diagnostics, and their layout is close
//! to the canonical one already.

mod common;

use neuropil_syntax::format;
use std::fmt::Write as _;

#[test]
fn every_example_parses() {
    let examples = common::texts("npl/examples");
    assert_eq!(examples.len(), 20);
    for (name, text) in examples {
        assert_eq!(common::messages(&text), "", "{name}");
        assert!(!common::read(&text).file.items.is_empty(), "{name}");
    }
}

#[test]
fn every_example_is_almost_in_canonical_layout() {
    let mut changed = String::new();
    for (name, text) in common::texts("npl/examples") {
        let tidy = format(&text).expect("the example parses");
        assert_eq!(format(&tidy).as_deref(), Ok(&*tidy), "{name}");
        assert_eq!(tidy.lines().count(), text.lines().count(), "{name}");
        for (new, old) in tidy.lines().zip(text.lines()) {
            if new != old {
                let _ = writeln!(changed, "{name}: {old} -> {new}");
            }
        }
    }
    // A few lines have blanks that align nothing.
    assert!(changed.lines().count() <= 4, "{changed}");
}
