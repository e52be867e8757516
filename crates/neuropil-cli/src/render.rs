//! Diagnostics for people (drawn under the line they are about) and for programs (JSON).

use std::fmt::Write;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use neuropil::{Diagnosed, Diagnostic, Severity, SourceId, Sources, Span};
use serde_json::{Value, json};

use crate::output::{colour, complain};

/// Nobody reads more of one text at once.
const MOST_SHOWN: usize = 50;

/// Prints diagnostics to stderr, those of a severity or worse, and then how many there are.
pub(crate) fn show(diagnosed: &Diagnosed, least: Severity) {
    let text = draw(diagnosed, least, colour());
    if !text.is_empty() {
        complain(&text);
    }
}

/// Draws diagnostics of a severity or worse, and counts them.
pub(crate) fn draw(diagnosed: &Diagnosed, least: Severity, colour: bool) -> String {
    let renderer = if colour {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let shown: Vec<&Diagnostic> = diagnosed
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity >= least)
        .collect();
    let mut out = String::new();
    for diagnostic in shown.iter().take(MOST_SHOWN) {
        let source = &diagnosed.sources;
        let group = group(diagnostic, source);
        out += &renderer.render(&[group]);
        out += "\n\n";
    }
    if shown.len() > MOST_SHOWN {
        let _ = writeln!(out, "… and {} more", shown.len() - MOST_SHOWN);
    }
    if !shown.is_empty() {
        let _ = writeln!(out, "{}", counts(&diagnosed.diagnostics, least));
    }
    out
}

/// `2 errors, 1 warning`.
pub(crate) fn counts(diagnostics: &[Diagnostic], least: Severity) -> String {
    let parts = [Severity::Error, Severity::Warning, Severity::Note].into_iter();
    let parts = parts
        .filter(|severity| *severity >= least)
        .filter_map(|severity| {
            let count = diagnostics
                .iter()
                .filter(|d| d.severity == severity)
                .count();
            let plural = if count == 1 { "" } else { "s" };
            (count > 0).then(|| format!("{count} {}{plural}", severity.as_str()))
        });
    parts.collect::<Vec<_>>().join(", ")
}

fn group<'a>(diagnostic: &'a Diagnostic, sources: &'a Sources) -> Group<'a> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let title = level
        .primary_title(&*diagnostic.message)
        .id(diagnostic.code.as_str());
    let mut group = Group::with_title(title);
    // One snippet a text, that of the primary place first.
    let mut order = vec![diagnostic.primary.source];
    for label in &diagnostic.labels {
        if !order.contains(&label.span.source) {
            order.push(label.span.source);
        }
    }
    for source in order {
        group = group.element(snippet(diagnostic, source, sources));
    }
    group.elements(
        diagnostic
            .help
            .iter()
            .map(|help| Level::HELP.message(&**help)),
    )
}

fn snippet<'a>(
    diagnostic: &'a Diagnostic,
    source: SourceId,
    sources: &'a Sources,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let text = sources.text(source);
    let mut marks: Vec<(Range<usize>, bool, Option<&str>)> = Vec::new();
    let here = diagnostic
        .labels
        .iter()
        .find(|label| label.span == diagnostic.primary);
    if diagnostic.primary.source == source {
        let range = inside(diagnostic.primary, text);
        marks.push((range, true, here.map(|label| &*label.message)));
    }
    for label in &diagnostic.labels {
        if label.span.source == source && label.span != diagnostic.primary {
            marks.push((inside(label.span, text), false, Some(&label.message)));
        }
    }
    let window = window(text, marks.iter().map(|(range, ..)| range.clone()));
    let first = text[..window.start]
        .bytes()
        .filter(|byte| *byte == b'\n')
        .count()
        + 1;
    let shift = |range: Range<usize>| range.start - window.start..range.end - window.start;
    Snippet::source(&text[window.clone()])
        .line_start(first)
        .path(sources.name(source))
        .annotations(marks.into_iter().map(|(range, primary, label)| {
            let kind = if primary {
                AnnotationKind::Primary
            } else {
                AnnotationKind::Context
            };
            kind.span(shift(range)).label(label)
        }))
}

/// A span as a range of a text that it may not fit.
fn inside(span: Span, text: &str) -> Range<usize> {
    let mut start = (span.start as usize).min(text.len());
    let mut end = (span.end as usize).clamp(start, text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    while !text.is_char_boundary(end) {
        end += 1;
    }
    start..end
}

/// The whole lines that hold all marks, so that a long text is not looked at again and again.
fn window(text: &str, marks: impl Iterator<Item = Range<usize>>) -> Range<usize> {
    let (mut low, mut high) = (text.len(), 0);
    for mark in marks {
        low = low.min(mark.start);
        high = high.max(mark.end);
    }
    let low = low.min(high);
    let start = text[..low].rfind('\n').map_or(0, |at| at + 1);
    let end = text[high..].find('\n').map_or(text.len(), |at| high + at);
    start..end
}

/// Diagnostics as one object.
pub(crate) fn to_json(file: &str, diagnosed: &Diagnosed) -> Value {
    let count = |severity| {
        diagnosed
            .diagnostics
            .iter()
            .filter(|d| d.severity == severity)
            .count()
    };
    let place = |span: Span| {
        let (line, column) = diagnosed.sources.line_col(span);
        let tail = diagnosed.sources.line_col(span.tail());
        json!({
            "file": diagnosed.sources.name(span.source),
            "line": line, "column": column, "end_line": tail.0, "end_column": tail.1,
            "start": span.start, "end": span.end,
        })
    };
    let one = |diagnostic: &Diagnostic| {
        let labels = diagnostic.labels.iter();
        let labels: Vec<Value> = labels
            .map(|label| json!({ "message": label.message, "place": place(label.span) }))
            .collect();
        json!({
            "code": diagnostic.code.as_str(),
            "severity": diagnostic.severity.as_str(),
            "message": diagnostic.message,
            "place": place(diagnostic.primary),
            "labels": labels,
            "help": diagnostic.help,
        })
    };
    let diagnostics: Vec<Value> = diagnosed.diagnostics.iter().map(one).collect();
    json!({
        "schema": 1,
        "model": file,
        "errors": count(Severity::Error),
        "warnings": count(Severity::Warning),
        "notes": count(Severity::Note),
        "diagnostics": diagnostics,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use neuropil::Code;

    fn diagnosed(text: &str, make: impl Fn(SourceId) -> Vec<Diagnostic>) -> Diagnosed {
        let mut sources = Sources::new();
        let id = sources.add("a.npl", text);
        Diagnosed {
            diagnostics: make(id),
            sources,
        }
    }

    #[test]
    fn a_mistake_is_drawn_under_its_line() {
        let text = "npl 1\nneuron A {\n    dV/dt = -V/tua\n    param tau = 5 ms\n}\n";
        let found = diagnosed(text, |id| {
            let at = text.find("tua").expect("it is there") as u32;
            let tau = text.find("tau").expect("it is there") as u32;
            vec![
                Diagnostic::error(
                    Code::UnknownName,
                    Span::new(id, at, at + 3),
                    "unknown name `tua`",
                )
                .label(Span::new(id, tau, tau + 3), "declared here")
                .did_you_mean(Some("tau")),
                Diagnostic::note(Code::HidesName, Span::at(id, 0), "a note"),
            ]
        });
        let drawn = draw(&found, Severity::Warning, false);
        let expected = "\
error[npl::unknown-name]: unknown name `tua`
 --> a.npl:3:16
  |
3 |     dV/dt = -V/tua
  |                ^^^
4 |     param tau = 5 ms
  |           --- declared here
  |
  = help: did you mean `tau`?

1 error
";
        assert_eq!(drawn, expected);
        assert!(draw(&found, Severity::Note, false).ends_with("1 error, 1 note\n"));
        assert!(draw(&found, Severity::Error, true).contains("\x1b["));
    }

    #[test]
    fn places_that_do_not_fit_are_drawn_all_the_same() {
        for text in ["", "µΩ", "a\n", "\n\n"] {
            for (start, end) in [(0, 0), (1, 1), (1, 3), (3, 2), (9, 99)] {
                let found = diagnosed(text, |id| {
                    let span = Span::new(id, start, end);
                    vec![Diagnostic::error(Code::Internal, span, "odd").here("here")]
                });
                assert!(
                    draw(&found, Severity::Note, false).contains("odd"),
                    "{text:?}"
                );
                assert_eq!(to_json("a", &found)["errors"], 1);
            }
        }
        let elsewhere = Diagnosed {
            sources: Sources::new(),
            diagnostics: vec![Diagnostic::error(
                Code::Internal,
                Span::at(SourceId(7), 3),
                "lost",
            )],
        };
        assert!(draw(&elsewhere, Severity::Note, false).contains("lost"));
    }

    #[test]
    fn many_mistakes_are_cut_and_counted() {
        let found = diagnosed("x\n", |id| {
            let one = Diagnostic::error(Code::UnknownName, Span::new(id, 0, 1), "unknown");
            vec![one; MOST_SHOWN + 3]
        });
        let drawn = draw(&found, Severity::Note, false);
        assert!(drawn.ends_with("… and 3 more\n53 errors\n"), "{drawn}");
    }
}
