//! What the layout does to small texts, and that it keeps every token and comment.

use super::format;
use crate::SourceId;
use crate::lexer::{TokenKind, lex};

/// Checks the layout of statements inside a body, without the indent.
#[track_caller]
fn check(statements: &str, expected: &str) {
    let text = format!("network N {{\n{statements}\n}}\n");
    let tidy = format(&text).expect("the text parses");
    let inner = tidy
        .strip_prefix("network N {\n")
        .expect("the first line stays");
    let inner = inner.strip_suffix("}\n").expect("the last line stays");
    let lines = inner
        .lines()
        .map(|line| line.strip_prefix("    ").unwrap_or(line));
    assert_eq!(lines.collect::<Vec<_>>().join("\n"), expected);
    assert_eq!(format(&tidy), Ok(tidy.clone()));
    assert_eq!(tokens(&tidy), tokens(&text));
}

/// Returns the texts of all tokens and comments.
fn tokens(text: &str) -> Vec<&str> {
    let tokens = lex(SourceId(0), text).tokens;
    let kept = tokens
        .iter()
        .filter(|token| token.kind != TokenKind::Newline);
    kept.map(|token| &text[token.start as usize..token.end as usize])
        .collect()
}

#[test]
fn blanks_around_loose_operators_only() {
    check("x=a+b*c - -d", "x = a + b*c - -d");
    check("x = a *b", "x = a * b");
    check("x=3mV/s+2 mV /s", "x = 3 mV/s + 2 mV / s");
    check("x= y[ k-1 ]^2", "x = y[k - 1]^2");
    check("I[ t + 1 ]=0.5*I[t+1]", "I[t+1] = 0.5*I[t+1]");
    check(
        "E->I:S{tau=5ms}weight -g*J",
        "E -> I : S { tau = 5 ms } weight -g*J",
    );
    check(
        "spike when V>-1{V=0;w+=1}",
        "spike when V > -1 { V = 0; w += 1 }",
    );
    check("spike when -V>1{}", "spike when -V > 1 {}");
    check(
        "record E[0..5].V,x=f( a,min=0 )at end",
        "record E[0..5].V, x = f(a, min = 0) at end",
    );
    check("x = a==b and(c)or not(d)", "x = a == b and (c) or not (d)");
    check("x = 1 Hz ..2 Hz", "x = 1 Hz .. 2 Hz");
}

#[test]
fn lines_that_go_on_keep_their_distance() {
    check(
        "  x = a\n      + b\n  y = f(1,\n        2)",
        "x = a\n    + b\ny = f(1,\n      2)",
    );
    check(
        "E -> I : S\nweight 1\nconnect all_to_all",
        "E -> I : S\n    weight 1\n    connect all_to_all",
    );
    check(
        "E = A { a = 1\n        b = 2 }",
        "E = A { a = 1\n        b = 2 }",
    );
    check("for a in b {\nx = 1\n}", "for a in b {\n    x = 1\n}");
}

#[test]
fn alignment_is_kept_where_it_aligns() {
    check("a   = 1\nbcd = 2", "a   = 1\nbcd = 2");
    check("a   = 1\nbc = 2", "a = 1\nbc = 2");
    check(
        "on pre { a += 1;  b += 1;    c += 1 }",
        "on pre { a += 1;  b += 1;  c += 1 }",
    );
}

#[test]
fn comments_and_blank_lines() {
    check(
        "\n\na = 1 # one\n\n\n\n# two\nb = 2\n\n",
        "a = 1  # one\n\n# two\nb = 2",
    );
    check(
        "a = 1    # x\nbcdefg = 2   # y",
        "a = 1    # x\nbcdefg = 2   # y",
    );
    check("a = 1  # x\nbcd=3  # y", "a = 1    # x\nbcd = 3  # y");
    assert_eq!(format(""), Ok(String::new()));
    assert_eq!(format("# only"), Ok("# only\n".to_owned()));
    assert_eq!(
        format("npl 1\r\n\tuse \"a.npl\":B\r\n"),
        Ok("npl 1\nuse \"a.npl\": B\n".to_owned())
    );
}

#[test]
fn a_text_with_mistakes_is_not_formatted() {
    assert!(format("neuron A {").is_err());
}
