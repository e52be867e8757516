//! Operators and brackets, and the typeset signs that are often pasted in their place.

use super::TokenKind;

/// Signs in ASCII; of two that begin alike the longer one stands first.
const MARKS: [(&[u8], TokenKind); 41] = [
    (b"->", TokenKind::Arrow),
    (b"...", TokenKind::Foreign),
    (b"..", TokenKind::DotDot),
    (b"+=", TokenKind::PlusEquals),
    (b"-=", TokenKind::MinusEquals),
    (b"*=", TokenKind::StarEquals),
    (b"/=", TokenKind::Foreign),
    (b"^=", TokenKind::Foreign),
    (b"**", TokenKind::Foreign),
    (b"++", TokenKind::Foreign),
    (b":=", TokenKind::Foreign),
    (b"===", TokenKind::Foreign),
    (b"==", TokenKind::EqualEqual),
    (b"=>", TokenKind::Foreign),
    (b"!=", TokenKind::NotEqual),
    (b"<=", TokenKind::LessEqual),
    (b">=", TokenKind::GreaterEqual),
    (b"<>", TokenKind::Foreign),
    (b"&&", TokenKind::Foreign),
    (b"||", TokenKind::Foreign),
    (b"//", TokenKind::Foreign),
    (b"&", TokenKind::Foreign),
    (b"|", TokenKind::Foreign),
    (b"!", TokenKind::Foreign),
    (b"%", TokenKind::Foreign),
    (b"=", TokenKind::Equals),
    (b"+", TokenKind::Plus),
    (b"-", TokenKind::Minus),
    (b"*", TokenKind::Star),
    (b"/", TokenKind::Slash),
    (b"^", TokenKind::Caret),
    (b"<", TokenKind::Less),
    (b">", TokenKind::Greater),
    (b"(", TokenKind::LeftParen),
    (b")", TokenKind::RightParen),
    (b"[", TokenKind::LeftBracket),
    (b"]", TokenKind::RightBracket),
    (b"{", TokenKind::LeftBrace),
    (b"}", TokenKind::RightBrace),
    (b",", TokenKind::Comma),
    (b":", TokenKind::Colon),
];

/// Reads the sign at the start of `rest` and returns its kind and length.
pub(super) fn read(rest: &[u8]) -> Option<(TokenKind, usize)> {
    match rest.first()? {
        b'.' if !rest.starts_with(b"..") => return Some((TokenKind::Dot, 1)),
        b';' => return Some((TokenKind::Semicolon, 1)),
        _ => {}
    }
    let (mark, kind) = MARKS.iter().find(|(mark, _)| rest.starts_with(mark))?;
    Some((*kind, mark.len()))
}

/// Returns what a typeset sign stands for, and how it is written.
pub(super) fn typeset(c: char) -> Option<(TokenKind, &'static str)> {
    Some(match c {
        '−' | '–' | '—' => (TokenKind::Minus, "-"),
        '×' | '·' | '∙' | '⋅' | '∗' => (TokenKind::Star, "*"),
        '÷' | '∕' | '⁄' => (TokenKind::Slash, "/"),
        '≤' | '⩽' => (TokenKind::LessEqual, "<="),
        '≥' | '⩾' => (TokenKind::GreaterEqual, ">="),
        '≠' => (TokenKind::NotEqual, "!="),
        '→' | '⟶' => (TokenKind::Arrow, "->"),
        '…' | '‥' => (TokenKind::DotDot, ".."),
        _ => return None,
    })
}

/// Returns what to do about a sign that stands for no token of the language.
pub(super) fn advice(c: char) -> Option<&'static str> {
    Some(match c {
        '\'' => "strings stand in `\"`; a derivative is written `dV/dt`",
        '“' | '”' | '„' | '‘' | '’' => "strings stand in straight quotes, `\"`",
        '²' => "write `^2`",
        '³' => "write `^3`",
        '√' => "write `sqrt(x)`",
        '∞' => "a refractory time without end is written `forever`",
        '±' => "a draw is written `normal(mean, sd)`",
        '~' => "a draw is written `x = normal(mean, sd)`",
        '?' => "a choice is written `where(condition, a, b)`",
        '\\' => "lines go on after an operator or comma; no sign is needed",
        '@' | '$' | '`' => "names are made of letters, digits and `_`",
        _ => return None,
    })
}
