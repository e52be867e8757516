//! Whatever the text: no panic, no hang, places within the text; what parses can be formatted, and
//! formatting changes neither the tree nor itself.

mod common;

use common::{is_unit, read, texts};
use neuropil_syntax::{SourceId, format, parse, parse_expression, parse_path};
use proptest::prelude::*;

/// Words and signs of the language, with what disturbs it.
const VOCABULARY: [&str; 94] = [
    "npl",
    "1",
    "use",
    "const",
    "param",
    "index",
    "fn",
    "neuron",
    "synapse",
    "network",
    "run",
    "plot",
    "expect",
    "input",
    "weight",
    "init",
    "dV",
    "/",
    "dt",
    "tau",
    "*",
    "d",
    "^",
    "alpha",
    "V",
    "x",
    "E",
    "[t+1]",
    "asynchronously",
    "spike",
    "event",
    "when",
    "count",
    "rising",
    "refractory",
    "forever",
    "holding",
    "on",
    "pre",
    "post",
    "every",
    "from",
    "bound",
    "<=",
    ">=",
    "integrate",
    "with",
    "place",
    "insert",
    "section",
    "shape",
    "region",
    "if",
    "for",
    "in",
    "record",
    "at",
    "end",
    "trainable",
    "->",
    ":",
    "connect",
    "without",
    "self",
    "delay",
    "none",
    "into",
    "sweep",
    "phase",
    "until",
    "hold",
    "as",
    "let",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "=",
    "+=",
    ",",
    ";",
    "\n",
    ".",
    "..",
    "5 mV",
    "0.1/ms",
    "\"s\"",
    "# c\n",
    "-",
    "é$",
    " ",
    "   ",
];

fn soup() -> impl Strategy<Value = String> {
    let piece = (0..VOCABULARY.len(), 0..4_u8);
    proptest::collection::vec(piece, 0..120).prop_map(|pieces| {
        let mut text = String::new();
        for (index, blank) in pieces {
            text.push_str(VOCABULARY[index]);
            text.push_str(if blank == 0 { "" } else { " " });
        }
        text
    })
}

/// Parses in every way; checks the places of the diagnostics and, without errors, the formatter.
fn survives(text: &str) {
    let parsed = parse(SourceId(0), text, &is_unit);
    for diagnostic in &parsed.diagnostics {
        let spans = diagnostic.labels.iter().map(|label| label.span);
        for span in spans.chain([diagnostic.primary]) {
            assert!(text.get(span.range()).is_some(), "{span:?} in {text:?}");
        }
        assert!(!diagnostic.message.ends_with('.'), "{}", diagnostic.message);
    }
    let _ = parse_expression(SourceId(0), text, &is_unit);
    let _ = parse_path(SourceId(0), text, &is_unit);
    if let Ok(tidy) = format(text) {
        assert_eq!(format(&tidy).as_deref(), Ok(&*tidy), "{text:?}");
        if !parsed.has_errors() {
            assert_eq!(bare(&tidy), bare(text), "{text:?} -> {tidy:?}");
        }
    }
}

/// Writes the tree of a text without its places.
fn bare(text: &str) -> String {
    let tree = format!("{:?}", read(text).file);
    let mut out = String::new();
    for part in tree.split("Span { source: SourceId(0), start: ") {
        let after = part.find(" }").map_or(0, |end| end + 2);
        let digits = part.starts_with(|c: char| c.is_ascii_digit());
        out.push_str(if digits { &part[after..] } else { part });
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn soup_is_survived(text in soup()) {
        survives(&text);
        survives(&format!("network N {{\n{text}\n}}"));
    }

    #[test]
    fn any_characters_are_survived(text in "(?s).{0,200}") {
        survives(&text);
    }

    #[test]
    fn changed_examples_are_survived(
        which in 0..20_usize,
        cuts in proptest::collection::vec((any::<u16>(), 0..30_u16, 0..VOCABULARY.len()), 1..6),
    ) {
        let mut text = texts("npl/examples").swap_remove(which).1;
        for (at, length, insert) in cuts {
            let at = text.floor_char_boundary(at as usize % (text.len() + 1));
            let end = text.floor_char_boundary((at + length as usize).min(text.len()));
            text.replace_range(at..end, VOCABULARY[insert]);
        }
        survives(&text);
    }

    #[test]
    fn expressions_are_kept_by_the_formatter(text in "[a-c] ?([-+*/^<]|\\.\\.|==| and ) ?(-?[a-c]|[1-9] ?m[Vs]|\\([a-c] ?[-+*/] ?[1-9]\\))( ?[-+*/^] ?[a-c1-9]){0,4}") {
        survives(&format!("neuron A {{ x = {text} }}"));
    }
}

#[test]
fn the_formatter_keeps_the_trees_of_the_examples() {
    for (_, text) in texts("npl/examples") {
        survives(&text);
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        let squeezed = lines.join(
            "
  ",
        );
        survives(&squeezed);
    }
}

#[test]
fn kept_inputs_are_survived() {
    for (_, text) in texts("corpus") {
        survives(&text);
    }
}

#[test]
fn long_texts_take_linear_time() {
    // A second would be a thousand times what is needed; quadratic work takes minutes.
    let begun = std::time::Instant::now();
    for line in [
        "x = a + b*(c + d)\n",
        "a -> b : S weight 1\n",
        "((((\n",
        "{\n",
        "x[",
        "d",
        "- ",
    ] {
        survives(&format!(
            "network N {{\n{}\n}}",
            line.repeat(300_000 / line.len())
        ));
    }
    assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
}
