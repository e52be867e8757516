//! Every byte of a text is in a token or is a blank, and tokens are cut where they should be.

use super::{TokenKind, lex};
use crate::SourceId;

/// Returns the tokens of a text as `Kind text`, joined by bars.
fn cut(text: &str) -> String {
    let shown = lex(SourceId(0), text)
        .tokens
        .iter()
        .filter(|token| token.kind != TokenKind::End)
        .map(|token| {
            format!(
                "{:?} {:?}",
                token.kind,
                &text[token.start as usize..token.end as usize]
            )
        })
        .collect::<Vec<_>>();
    shown.join(" | ").replace('"', "")
}

#[test]
fn numbers_end_before_ranges_and_units() {
    assert_eq!(cut("0..5"), "Number 0 | DotDot .. | Number 5");
    assert_eq!(cut("1.5..2"), "Number 1.5 | DotDot .. | Number 2");
    assert_eq!(
        cut("1E3 2E 5e-3 6e-x"),
        "Number 1E3 | Number 2 | Word E | Number 5e-3 | Number 6 | Word e | Minus - | Word x"
    );
    assert_eq!(cut("5mV"), "Number 5 | Word mV");
    assert_eq!(cut("E.5"), "Word E | Dot . | Number 5");
}

#[test]
fn operators_are_the_longest_that_fit() {
    assert_eq!(cut("a->b"), "Word a | Arrow -> | Word b");
    assert_eq!(cut("a>-1"), "Word a | Greater > | Minus - | Number 1");
    assert_eq!(cut("w-=1"), "Word w | MinusEquals -= | Number 1");
    assert_eq!(cut("a=-1"), "Word a | Equals = | Minus - | Number 1");
    assert_eq!(
        cut("a<=b!=c"),
        "Word a | LessEqual <= | Word b | NotEqual != | Word c"
    );
    assert_eq!(cut("a**b"), "Word a | Foreign ** | Word b");
}

#[test]
fn comments_lines_and_letters() {
    assert_eq!(
        cut("a # b; c  \r\nd"),
        "Word a | Comment # b; c | Newline \\n | Word d"
    );
    assert_eq!(
        cut("\u{feff}µm °C τ_m V₀"),
        "Word µm | Word °C | Word τ_m | Word V₀"
    );
    assert_eq!(cut("\"a # b\" x"), "Text \\a # b\\ | Word x");
}

#[test]
fn flags_tell_lines_and_blanks() {
    let text = "a b\n  c(d # e\nf";
    let flags: Vec<(bool, bool)> = lex(SourceId(0), text)
        .tokens
        .iter()
        .map(|t| (t.first, t.glued))
        .collect();
    let expected = [
        (true, false),  // a
        (false, false), // b
        (false, true),  // the line break
        (true, false),  // c
        (false, true),  // (
        (false, true),  // d
        (false, false), // # e
        (false, true),  // the line break
        (true, false),  // f
        (true, false),  // the end
    ];
    assert_eq!(flags, expected);
}
