//! Source texts and places in them.
//!
//! A [`Span`] is a half-open range of bytes in one text of a [`Sources`] set. Spans are small and
//! `Copy`, so every node of the tree, every later stage and every [`Diagnostic`](crate::Diagnostic)
//! carries one; the texts are looked up only when a message is shown.

use std::ops::Range;

/// Identifies one text of a [`Sources`] set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub u32);

/// A half-open range of bytes in one source text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The text that the range lies in.
    pub source: SourceId,
    /// The first byte.
    pub start: u32,
    /// The byte after the last one.
    pub end: u32,
}

impl Span {
    /// Makes the span of the bytes `start..end` of `source`.
    pub const fn new(source: SourceId, start: u32, end: u32) -> Self {
        Self { source, start, end }
    }

    /// Makes an empty span at byte `at` of `source`.
    pub const fn at(source: SourceId, at: u32) -> Self {
        Self::new(source, at, at)
    }

    /// Returns the smallest span that covers both; `self` if they lie in different texts.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        if self.source != other.source {
            return self;
        }
        Self::new(
            self.source,
            self.start.min(other.start),
            self.end.max(other.end),
        )
    }

    /// Returns the empty span at the end of this one.
    #[must_use]
    pub const fn tail(self) -> Self {
        Self::at(self.source, self.end)
    }

    /// Returns the empty span at the start of this one.
    #[must_use]
    pub const fn head(self) -> Self {
        Self::at(self.source, self.start)
    }

    /// Returns the length in bytes.
    pub const fn len(self) -> u32 {
        self.end.saturating_sub(self.start)
    }

    /// Tells whether the span covers no byte.
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Returns the byte range, for slicing.
    pub const fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A value with the place it was read from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spanned<T> {
    /// The value.
    pub node: T,
    /// Where it stands.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Pairs a value with its place.
    pub const fn new(node: T, span: Span) -> Self {
        Self { node, span }
    }
}

/// A set of named source texts: files, strings of a caller, the model library.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    texts: Vec<Source>,
}

#[derive(Debug, Clone)]
struct Source {
    name: String,
    text: String,
    /// Byte offsets at which the lines begin; the first is 0.
    lines: Vec<u32>,
}

impl Sources {
    /// Makes an empty set.
    pub const fn new() -> Self {
        Self { texts: Vec::new() }
    }

    /// Adds a text under a name to be shown (a path, `<string>`, …) and returns its id.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> SourceId {
        let text = text.into();
        let after_newline = text.bytes().enumerate().filter(|&(_, b)| b == b'\n');
        let lines = std::iter::once(0)
            .chain(after_newline.map(|(i, _)| i as u32 + 1))
            .collect();
        self.texts.push(Source {
            name: name.into(),
            text,
            lines,
        });
        SourceId(self.texts.len() as u32 - 1)
    }

    /// Returns the name of a text, `<unknown>` for an id of another set.
    pub fn name(&self, id: SourceId) -> &str {
        self.get(id).map_or("<unknown>", |s| &s.name)
    }

    /// Returns a text, empty for an id of another set.
    pub fn text(&self, id: SourceId) -> &str {
        self.get(id).map_or("", |s| &s.text)
    }

    /// Returns the text that a span covers, empty where the span does not fit its text.
    pub fn slice(&self, span: Span) -> &str {
        self.text(span.source).get(span.range()).unwrap_or("")
    }

    /// Returns line and column of the start of a span, both counted from 1, columns in characters.
    pub fn line_col(&self, span: Span) -> (u32, u32) {
        self.position(span.source, span.start)
    }

    /// Returns line and column of a byte offset, both counted from 1, columns in characters.
    pub fn position(&self, id: SourceId, offset: u32) -> (u32, u32) {
        let Some(source) = self.get(id) else {
            return (1, 1);
        };
        let line = source
            .lines
            .partition_point(|&start| start <= offset)
            .max(1);
        let start = source.lines[line - 1] as usize;
        let end = (offset as usize).clamp(start, source.text.len());
        let column = source.text.as_bytes()[start..end]
            .iter()
            .filter(|&&byte| byte & 0xC0 != 0x80) // continuation bytes of UTF-8 start no character
            .count();
        (line as u32, column as u32 + 1)
    }

    /// Returns the text of a line counted from 1, without its line break.
    pub fn line(&self, id: SourceId, line: u32) -> &str {
        let Some(source) = self.get(id) else {
            return "";
        };
        let Some(&start) = source.lines.get((line as usize).wrapping_sub(1)) else {
            return "";
        };
        let rest = source.text.get(start as usize..).unwrap_or("");
        rest.lines().next().unwrap_or("")
    }

    /// Returns the ids of all texts in the order in which they were added.
    pub fn ids(&self) -> impl Iterator<Item = SourceId> + use<> {
        (0..self.texts.len() as u32).map(SourceId)
    }

    fn get(&self, id: SourceId) -> Option<&Source> {
        self.texts.get(id.0 as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_from_one() {
        let mut sources = Sources::new();
        let id = sources.add("a.npl", "ab\nµΩx\n");
        let at = |offset| sources.position(id, offset);
        assert_eq!(at(0), (1, 1));
        assert_eq!(at(2), (1, 3));
        assert_eq!(at(3), (2, 1));
        assert_eq!(at(7), (2, 3)); // two letters of two bytes each stand before `x`
        assert_eq!(at(9), (3, 1));
        assert_eq!(at(999), (3, 1));
        assert_eq!(sources.line(id, 2), "µΩx");
        assert_eq!(sources.line(id, 9), "");
        assert_eq!(sources.slice(Span::new(id, 3, 7)), "µΩ");
        assert_eq!(
            sources.slice(Span::new(id, 4, 7)),
            "",
            "not at a character boundary"
        );
    }

    #[test]
    fn spans_join() {
        let id = SourceId(0);
        let joined = Span::new(id, 5, 7).to(Span::new(id, 1, 2));
        assert_eq!(joined, Span::new(id, 1, 7));
        assert_eq!(joined.len(), 6);
        assert!(joined.tail().is_empty());
        let other = Span::new(SourceId(1), 0, 1);
        assert_eq!(joined.to(other), joined);
    }
}
