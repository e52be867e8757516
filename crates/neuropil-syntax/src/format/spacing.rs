//! Whether a blank stands between two tokens of a line.

use crate::lexer::{Token, TokenKind};
use crate::words::is_reserved;

/// What stands between two tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    /// Nothing.
    None,
    /// A blank.
    Blank,
}

/// Words after which a `-` is a sign although they might be names.
const BEFORE_SIGN: [&str; 11] = [
    "when", "count", "from", "by", "at", "record", "shape", "expect", "repeat", "above", "beside",
];

/// Returns what stands before the token at `place` of its line; `place` is not the first.
pub(super) fn gap(text: &str, line: &[Token], place: usize) -> Gap {
    use TokenKind::{
        Caret, Colon, Comma, Dot, DotDot, LeftBrace, LeftBracket, LeftParen, RightBrace,
        RightBracket, RightParen, Semicolon, Slash, Star, Text, Word,
    };
    let (left, right) = (line[place - 1], line[place]);
    let blank = |yes: bool| if yes { Gap::Blank } else { Gap::None };
    let word = |token: Token| &text[token.start as usize..token.end as usize];
    match (left.kind, right.kind) {
        (_, Comma | Semicolon | RightParen | RightBracket | Dot)
        | (LeftParen | LeftBracket | Dot, _) => Gap::None,
        (LeftBrace, RightBrace) => Gap::None,
        (LeftBrace | Comma | Semicolon, _) | (_, LeftBrace | RightBrace) => Gap::Blank,
        (Text, Colon) => Gap::None,
        // Tight or loose as the author has it: in a unit, a blank changes the meaning.
        (_, Star | Slash | Caret | DotDot) => blank(is_loose(line, place)),
        (Star | Slash | Caret | DotDot, _) => blank(is_loose(line, place - 1)),
        _ if is_next_value(text, line, place) => Gap::None,
        _ if is_sign(text, line, place - 1) => Gap::None,
        (Word, LeftParen | LeftBracket) => blank(!right.glued || is_reserved(word(left))),
        (RightParen | RightBracket, LeftParen | LeftBracket) => blank(!right.glued),
        _ => Gap::Blank,
    }
}

/// Tells whether a blank stands on either side of an operator.
fn is_loose(line: &[Token], operator: usize) -> bool {
    let after = line.get(operator + 1).is_some_and(|next| !next.glued);
    !line[operator].glued || after
}

/// Tells whether the token at `place` is a sign and not an operator between two values.
fn is_sign(text: &str, line: &[Token], place: usize) -> bool {
    let token = line[place];
    if !matches!(token.kind, TokenKind::Minus | TokenKind::Plus) {
        return false;
    }
    let Some(before) = place.checked_sub(1).map(|before| line[before]) else {
        return false; // an operator that goes on with the line above, or a sign: both may be loose
    };
    match before.kind {
        TokenKind::Number | TokenKind::Text | TokenKind::RightParen | TokenKind::RightBracket => {
            false
        }
        TokenKind::Word => {
            let word = &text[before.start as usize..before.end as usize];
            let tight = line.get(place + 1).is_some_and(|next| next.glued);
            (is_reserved(word) && word != "true" && word != "false")
                || (BEFORE_SIGN.contains(&word) && !token.glued && tight)
        }
        _ => true,
    }
}

/// Tells whether the token at `place` stands within `[t+1]`.
fn is_next_value(text: &str, line: &[Token], place: usize) -> bool {
    // `place` is the `+` or the `1`.
    (place.saturating_sub(3)..place).any(|start| {
        let Some(tokens) = line.get(start..start + 5) else {
            return false;
        };
        let words = ["[", "t", "+", "1", "]"];
        let same = |(token, word): (&Token, &&str)| {
            &text[token.start as usize..token.end as usize] == *word
        };
        place < start + 5 && tokens.iter().zip(&words).all(same)
    })
}
