//! Matches brackets before parsing.
//!
//! No construct puts a brace inside `(` or `[`. So a brace tells that every open bracket since the
//! last brace was forgotten, and the damage of an unclosed bracket ends there.

use crate::lexer::{Token, TokenKind};

/// The mark of a bracket that has no partner.
pub(super) const ALONE: u32 = u32::MAX;

/// A closing bracket looks past so many open ones of the other kind for its partner. More are no
/// slip of the pen, and the work stays linear in the text.
const REACH: usize = 16;

/// Returns for every token the index of the bracket that closes or opens it, or [`ALONE`].
pub(super) fn partners(tokens: &[Token]) -> Vec<u32> {
    use TokenKind::{LeftBrace, LeftBracket, LeftParen, RightBrace, RightBracket, RightParen};
    let mut partner = vec![ALONE; tokens.len()];
    let mut open: Vec<usize> = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let opening = match token.kind {
            LeftParen | LeftBracket => {
                open.push(index);
                continue;
            }
            LeftBrace => {
                forget_brackets(tokens, &mut open);
                open.push(index);
                continue;
            }
            RightParen => LeftParen,
            RightBracket => LeftBracket,
            RightBrace => {
                forget_brackets(tokens, &mut open);
                LeftBrace
            }
            _ => continue,
        };
        let near = open.len().saturating_sub(REACH)..open.len();
        let found = near
            .rev()
            .take_while(|&at| opening == LeftBrace || tokens[open[at]].kind != LeftBrace)
            .find(|&at| tokens[open[at]].kind == opening);
        if let Some(at) = found {
            partner[open[at]] = index as u32;
            partner[index] = open[at] as u32;
            open.truncate(at);
        }
    }
    partner
}

/// Drops the open `(` and `[` since the last open brace.
fn forget_brackets(tokens: &[Token], open: &mut Vec<usize>) {
    while open
        .last()
        .is_some_and(|&last| tokens[last].kind != TokenKind::LeftBrace)
    {
        open.pop();
    }
}
