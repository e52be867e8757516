//! Malformed texts and what is said about them, word by word.

mod common;

use common::{is_unit, messages};
use std::fmt::Write as _;

use neuropil_syntax::{Code, SourceId, UnitNames, has_errors, parse, parse_expression, parse_path};

/// Puts statements into a neuron, the first of them on line 2.
fn body(statements: &str) -> String {
    format!("neuron A {{\n{statements}\n}}")
}

/// Puts statements into a network, the first of them on line 2.
fn network(statements: &str) -> String {
    format!("network N {{\n{statements}\n}}")
}

/// Texts with mistakes, each named by what is wrong.
fn mistakes() -> Vec<(&'static str, String)> {
    vec![
        ("character", body("a = 3 $ 4\nb = x'")),
        ("pasted_operator", body("bound V ≤ 30\nx = 3 − 1\ny = 2×x")),
        ("superscript", body("x = y²")),
        ("string", "use \"synapses.npl\nneuron A { \"doc }".to_owned()),
        ("numbers", body("a = 5.\nb = .5\nc = 1_000\nd = 1e999\ne = 1.2.3")),
        ("number_runs_into_name", body("a = 2E\nb = 5e mV\nc = 2tau\nf = 3 mV^2x")),
        ("greek", body("τ_m*dV/dt = -V\nparam ΔT = 2 mV, Ω = 5 Ω, 膜 = 1")),
        ("reserved", body("weight = 3\nparam for = 1\nx = delay*2")),
        ("juxtaposition", body("a = 4 ms (x)\nb = 2 tau\nc = (a b)\nd = f(2 x)\ne = a[1 2]")),
        ("foreign_operators", body("a = b**2\nc = a && b\nd = a % 2\nx = !a\ny = a || b\nz := 2")),
        ("chained_comparison", body("a = 0 < x < 1")),
        ("colon_range", network("record E[0:5].V\nx = v[a:b]")),
        ("range_of_range", body("x = 0..5..10")),
        ("derivative", body("dV/dx = 1\n(a + b)/dV/dt = 2\na + b*dV/dt = 3\ndV/dt += 1\nd/dt = 4")),
        ("fractional", body("d^alpha V/dt^beta = 1\nd^alpha V/dt = 1")),
        ("unit_exponent", body("a = 5 mV^x\nb = 5 mV^(1/2)\nparam c : s^n")),
        ("unit_blanks", body("input I : mV / s\ninput J : +")),
        ("unclosed_parenthesis", body("a = (b + c\nd = 3\ne = [1, 2")),
        ("late_parenthesis", body("a = f(b + c\nd = (3)\ne = 4)")),
        ("unclosed_brace", "neuron A {\n    dV/dt = 1\n\nneuron B {\n    dV/dt = 1\n}\n".to_owned()),
        ("unclosed_last_brace", "network N {\n    a = A[3]\n".to_owned()),
        ("unmatched", "neuron A { x = 1 } }\nconst a = 1)\n".to_owned()),
        ("misspelt_statement", body("parm tau = 5 ms\nfoo bar\nlet x = 3\nspike whn V > 0")),
        ("misspelt_clause", body("spike when V > 0 mV risng\nx[t+1] = 1 asynchronous")),
        ("misspelt_item", "neurn A { }\nfoo bar\nE = LIF[10]\nrecord E.V\n".to_owned()),
        ("set_by_colon", network("E = LIF[3] { tau: 5 ms }\nF = LIF { tau 5 ms }\nG = LIF { a -= 1 }")),
        ("population_without_equals", network("E { tau = 5 ms }")),
        ("handler", body("spike when V > 1 { V = 0, w += 1 }\nspike when V > 2 { V /= 2; w }")),
        ("handler_operator_outside", body("w -= 3")),
        ("others_state", body("post.V = 3")),
        ("bound", body("bound V < 3\nbound V = 3")),
        ("refractory", body("spike when V > 1 holding V\nrefractory 5 ms")),
        ("on", body("on prespike { g += w }")),
        ("projection", network("a -> b\na -> : S\n-> b : S\na -> b : S weight 1 weight 2\na -> b : S without self")),
        ("projection_clause", network("a -> b : S wieght 1\na -> b : S connect all_to_all without slef\nconnect one_to_one")),
        ("missing_value", network("a -> b : S weight connect all_to_all\nx =\n}")),
        ("quantity_list", body("a = 1, b = 2")),
        ("conditional", body("x = if a > 1 then 2 else 3\ny = 2*not a")),
        ("record", network("record E.V evry 1 ms\nrecord E.V at\nrecord")),
        ("run", "run N foor 1 s\nrun N for 1 s for 2 s\nrun N with dt 0.1 ms\nrun N { sweep a [1, 2]\nphse b for 1 s\nphase c 3 ms\nphase d for 3 ms unrecoded }".to_owned()),
        ("plot", "plot raster(E) abve traces(E.V)\nplot raster".to_owned()),
        ("declaration", body("param a 5\nparam\nparam a = , b = 3\ninit V 3")),
        ("string_in_body", body("x = 1\n\"late\"")),
        ("version", "npl x\nnpl 1\n".to_owned()),
        ("newer_version", "npl 2\nneuron A { }".to_owned()),
        ("later_words", body("kinetic { }\ngrow a\nlayer x\ny = A with B")),
        ("later_clauses", "synapse S = A with B\nnetwork N { a -> b : S delay axonal 1 ms dendritic 2 ms }".to_owned()),
        ("several", "neuron A {\n    param = 3 ms\n    dV/dt = (1 + \n    w = 2 V\n    spike when { V = }\n    q = 1\n}\nnetwork {\n}\nrun\n".to_owned()),
    ]
}

#[test]
fn messages_say_what_was_found_and_what_was_expected() {
    let mut page = String::new();
    for (name, text) in mistakes() {
        let said = messages(&text);
        assert!(!said.is_empty(), "nothing is said about {name}");
        let _ = writeln!(page, "--- {name}\n{}\n\n{said}", text.trim_end());
    }
    insta::assert_snapshot!("messages", page);
}

/// Units whose long names are known.
struct LongNames;

impl UnitNames for LongNames {
    fn is_unit(&self, word: &str) -> bool {
        is_unit(word)
    }

    // `by` stands for a word of the language that happens to resemble a unit.
    fn meant(&self, word: &str) -> Option<String> {
        matches!(word, "msec" | "by").then(|| "ms".to_owned())
    }
}

#[test]
fn a_unit_that_the_caller_knows_better_is_offered() {
    let text = body("a = 10 msec\nb = 10msec\nc = 10 tau\nrecord x[0..10 by 2]");
    let found = parse(SourceId(0), &text, &LongNames).diagnostics;
    let help: Vec<(Code, &str)> = found
        .iter()
        .map(|d| (d.code, d.help.first().map_or("", |help| help)))
        .collect();
    let expected = [
        (Code::ExpectedOperator, "did you mean `10 ms`?"),
        (Code::NumberRunsIntoName, "did you mean `10 ms`?"),
        (Code::ExpectedOperator, "a product is written `10*tau`"),
    ];
    assert_eq!(help, expected);
}

#[test]
fn nesting_has_a_limit() {
    let deep = |open: &str, close: &str, n: usize| {
        format!("neuron A {{ x = {}1{} }}", open.repeat(n), close.repeat(n))
    };
    assert_eq!(messages(&deep("(", ")", 120)), "");
    assert_eq!(messages(&deep("a + ", "", 250)), "");
    for text in [
        deep("(", ")", 300),
        deep("(", ")", 100_000),
        deep("f(", ")", 100_000),
        deep("[", "]", 100_000),
        deep("a[", "]", 100_000),
        deep("-", "", 100_000),
        deep("not ", "", 100_000),
        deep("a^", "", 100_000),
        deep("a^-", "", 100_000),
        deep("a + ", "", 100_000),
        deep("a..", "", 100_000),
        deep("a or b and c == d .. e + f*(", ")", 100_000),
        format!(
            "network N {{ {} {} }}",
            "for a in b {".repeat(9_999),
            "}".repeat(9_999)
        ),
        format!(
            "network N {{ a = b {{ {} {} }} }}",
            "c { ".repeat(9_999),
            "}".repeat(9_999)
        ),
        format!(
            "run N {{ {} {} }}",
            "repeat 2 {".repeat(9_999),
            "}".repeat(9_999)
        ),
    ] {
        let parsed = parse(SourceId(0), &text, &is_unit);
        let start = &text[..text.len().min(60)];
        assert!(has_errors(&parsed.diagnostics), "{start}");
        let codes: Vec<Code> = parsed.diagnostics.iter().map(|d| d.code).collect();
        assert!(
            codes.contains(&Code::NestingTooDeep) || start.contains("a.."),
            "{start} {codes:?}"
        );
    }
}

#[test]
fn size_has_a_limit() {
    let text = " ".repeat(neuropil_syntax::MAX_INPUT + 1);
    let said = "error[npl::input-too-large] t.npl:1:1: the text has 16777217 bytes; at most 16777216 are read\n  help: tables belong into files: `csv(\"…\")`, `npy(\"…\")`\n";
    assert_eq!(messages(&text), said);
}

#[test]
fn errors_have_a_limit() {
    let parsed = parse(SourceId(0), &"neuron A { x = ) }\n".repeat(1000), &is_unit);
    assert_eq!(parsed.diagnostics.len(), 100);
}

#[test]
fn strings_of_callers_are_read_whole() {
    let expression = |text: &str| parse_expression(SourceId(0), text, &is_unit);
    assert!(expression("100 pF").is_ok());
    assert!(expression("fixed_probability(0.02)").is_ok());
    assert!(expression("").is_err());
    assert!(expression("1 s 2").is_err());
    assert!(expression("1 s\n2").is_err());
    assert!(expression("5 $").is_err());
    let path = |text: &str| parse_path(SourceId(0), text, &is_unit);
    assert_eq!(path("exc.C").map(|p| p.segments.len()), Ok(1));
    assert_eq!(path("E[0..5].V").map(|p| p.segments.len()), Ok(2));
    assert!(path("E.").is_err());
    assert!(path("3").is_err());
    assert!(path("E.V + 1").is_err());
}

/// Every code that the parser reports is met by one of the texts.
#[test]
fn every_syntactic_code_has_a_text() {
    let mut met = vec![Code::NestingTooDeep, Code::InputTooLarge]; // in tests of their own
    for (_, text) in mistakes() {
        met.extend(
            parse(SourceId(0), &text, &is_unit)
                .diagnostics
                .iter()
                .map(|d| d.code),
        );
    }
    let end = Code::ALL
        .iter()
        .position(|&code| code == Code::UnknownName)
        .expect("it is listed");
    // The compiler reports these: it knows whether the text is a file.
    let elsewhere = [Code::MissingVersion, Code::MissingClause];
    for code in Code::ALL[..end]
        .iter()
        .filter(|code| !elsewhere.contains(code))
    {
        assert!(met.contains(code), "{code} has no malformed text");
    }
}
