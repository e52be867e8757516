//! Rust source, parted into code and comments.
//!
//! A word in a string or a comment is no code. The parts keep the lines of the source, so that a
//! position in either is a position in the file.

/// The two parts of a source; what belongs to the other, or to a literal, is blank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Parts {
    /// The code, without comments and without the contents of strings and characters.
    pub(super) code: String,
    /// The comments.
    pub(super) comments: String,
}

/// Parts a source.
pub(super) fn split(source: &str) -> Parts {
    let mut parts = Parts {
        code: String::with_capacity(source.len()),
        comments: String::with_capacity(source.len()),
    };
    let mut rest = source;
    while !rest.is_empty() {
        let (length, kind) = next(rest, parts.code.chars().next_back());
        let (token, tail) = rest.split_at(length);
        for c in token.chars() {
            let blank = if c == '\n' { '\n' } else { ' ' };
            parts.code.push(if kind == Kind::Code { c } else { blank });
            let comment = kind == Kind::Comment;
            parts.comments.push(if comment { c } else { blank });
        }
        rest = tail;
    }
    parts
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Code,
    Comment,
    Literal,
}

/// The length in bytes and the kind of what a text begins with.
fn next(text: &str, before: Option<char>) -> (usize, Kind) {
    if text.starts_with("//") {
        return (text.find('\n').unwrap_or(text.len()), Kind::Comment);
    }
    if text.starts_with("/*") {
        return (block_comment(text), Kind::Comment);
    }
    if text.starts_with('"') {
        return (quoted(text, '"'), Kind::Literal);
    }
    let in_name = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
    if !in_name {
        let after_b = text.strip_prefix(['b', 'c']).unwrap_or(text);
        if let Some(raw) = after_b.strip_prefix('r') {
            let hashes = raw.len() - raw.trim_start_matches('#').len();
            if raw[hashes..].starts_with('"') {
                let open = text.len() - raw.len() + hashes + 1;
                let close = format!("\"{}", "#".repeat(hashes));
                let inside = text[open..].find(&close);
                return (
                    inside.map_or(text.len(), |k| open + k + close.len()),
                    Kind::Literal,
                );
            }
        }
    }
    if let Some(inside) = text.strip_prefix('\'') {
        let mut inside = inside.chars();
        let first = inside.next();
        // A lifetime has no closing quote right after its first character.
        if first == Some('\\') || (first.is_some() && inside.next() == Some('\'')) {
            return (quoted(text, '\''), Kind::Literal);
        }
    }
    (text.chars().next().map_or(1, char::len_utf8), Kind::Code)
}

fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (k, c) in text.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if c == quote {
            return k + 1;
        }
    }
    text.len()
}

fn block_comment(text: &str) -> usize {
    let mut depth = 0;
    let mut k = 0;
    while k < text.len() {
        let here = &text.as_bytes()[k..];
        if here.starts_with(b"/*") {
            depth += 1;
            k += 2;
        } else if here.starts_with(b"*/") {
            depth -= 1;
            k += 2;
            if depth == 0 {
                return k;
            }
        } else {
            k += 1;
        }
    }
    text.len()
}

/// The words (names and keywords) of a code, each with its line, counted from 1, and what follows it.
pub(super) fn words(code: &str) -> impl Iterator<Item = (usize, &str, &str)> {
    let in_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut line = 1;
    let mut rest = code;
    std::iter::from_fn(move || {
        let start = rest.find(in_word)?;
        line += rest[..start].matches('\n').count();
        let word = &rest[start..];
        let end = word.find(|c| !in_word(c)).unwrap_or(word.len());
        rest = &word[end..];
        Some((line, &word[..end], rest))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_and_comments_are_no_code() {
        let source =
            "let a = \"x // y\"; // unsafe\nlet b = 'c'; /* one /* two */ */ fn f<'a>() {}";
        let parts = split(source);
        let expected =
            "let a =         ;          \nlet b =    ;                     fn f<'a>() {}";
        assert_eq!(parts.code, expected);
        assert_eq!(parts.comments.trim_end().matches("unsafe").count(), 1);
        assert_eq!(parts.code.lines().count(), parts.comments.lines().count());
    }

    #[test]
    fn raw_strings_and_escapes_end_where_they_end() {
        let source = r##"f(r#"a " b"#, '\'', "\"", br"\", b'\n', bar"##;
        let code = split(source).code;
        let found: Vec<&str> = words(&code).map(|w| w.1).collect();
        assert_eq!(found, ["f", "b", "bar"]);
    }

    #[test]
    fn words_know_their_line() {
        let found: Vec<(usize, &str)> = words("a b1\n\n_c(").map(|w| (w.0, w.1)).collect();
        assert_eq!(found, [(1, "a"), (1, "b1"), (3, "_c")]);
    }
}
