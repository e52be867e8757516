//! What `explain` tells a neuroscientist about an example, word for word.

mod common;

use common::workspace;
use neuropil::{Options, Text};

fn explained(name: &str) -> String {
    let text = Text::load(workspace(&format!("examples/{name}.npl"))).expect("the example exists");
    let compilation = text.compile(&Options::default()).expect("it compiles");
    compilation.explanations().collect::<Vec<_>>().join("\n")
}

fn snapshot(name: &str) {
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(format!("explain-{name}"), explained(name));
    });
}

#[test]
fn coba() {
    snapshot("coba");
}

#[test]
fn coba_says_where_what_and_why() {
    let text = explained("coba");
    for word in [
        "exc",
        "inh",
        "ampa",
        "gaba",
        "post",
        "exponential_euler",
        "because",
        "memory",
    ] {
        assert!(text.contains(word), "`{word}` is missing:\n{text}");
    }
}

#[test]
fn brunel() {
    snapshot("brunel");
}

#[test]
fn cuba() {
    snapshot("cuba");
}
