//! Lays a text out in the one canonical way, without changing a token or a comment.
//!
//! Four blanks a block, one blank around operators that bind loosely, at most one blank line, one
//! line break at the end. Kept from the author: line breaks, whether `*`, `/`, `^` and `..` stand
//! tight (in a unit that has a meaning), blanks that align a token with the line above or below, and
//! the column of comments where there is room.
//!
//! The layout works on lines of tokens; only where statements begin is asked of the parser. Since
//! alignment is judged by the columns of the text, the layout is repeated until it changes nothing.

mod spacing;
#[cfg(test)]
mod tests;

use self::spacing::{Gap, gap};
use crate::lexer::{Token, TokenKind, lex};
use crate::parser::statement_starts;
use crate::{Diagnostic, SourceId};

/// Blanks a block is indented by.
const INDENT: usize = 4;

/// Passes after which alignment is given up.
const MAX_PASSES: usize = 16;

/// Returns the text in canonical layout.
///
/// The tokens and comments are the same, and formatting again changes nothing.
///
/// # Errors
/// What is wrong with the text: only a text that parses is formatted. What words are units is not
/// asked, so that a text with an unknown unit is formatted too.
///
/// # Examples
/// ```
/// let text = "npl 1\nneuron A{\n  dV/dt=-V/(5ms)   # leak\n}\n";
/// let tidy = neuropil_syntax::format(text).expect("the text parses");
/// assert_eq!(tidy, "npl 1\nneuron A {\n    dV/dt = -V/(5 ms)  # leak\n}\n");
/// ```
pub fn format(text: &str) -> Result<String, Vec<Diagnostic>> {
    let mut now = layout(text, true)?;
    for _ in 0..MAX_PASSES {
        let next = layout(&now, true)?;
        if next == now {
            return Ok(now);
        }
        now = next;
    }
    layout(&now, false)
}

/// One line of the text: its tokens without the line break.
#[derive(Default)]
struct Line {
    code: Vec<Token>,
    /// The column of every token of `code`, counted from 0 in characters; a tab counts as an indent.
    columns: Vec<usize>,
    comment: Option<(Token, usize)>,
}

/// A line of the result before its comment is placed.
struct Laid {
    code: String,
    /// The comment, with the column it would have if the code before it were as long as it was.
    comment: Option<(String, usize)>,
}

fn layout(text: &str, keep_alignment: bool) -> Result<String, Vec<Diagnostic>> {
    let source = SourceId(0);
    let starts = statement_starts(source, text)?;
    let lines = lines(text, &lex(source, text).tokens);
    let aligning = lines.iter().map(|line| {
        if keep_alignment {
            line.after_blanks()
        } else {
            vec![]
        }
    });
    let mut page = Page {
        text,
        starts,
        aligning: aligning.collect(),
        blocks: Vec::new(),
        brackets: 0,
        base: (0, 0),
        laid: Vec::new(),
    };
    for (index, line) in lines.iter().enumerate() {
        page.line(index, line);
    }
    Ok(write(&page.laid))
}

/// Cuts the tokens into lines.
fn lines(text: &str, tokens: &[Token]) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut line = Line::default();
    let (mut at, mut column) = (0, 0);
    for &token in tokens {
        let before = text[at..token.start as usize].chars();
        column += before
            .map(|c| if c == '\t' { INDENT } else { 1 })
            .sum::<usize>();
        at = token.start as usize;
        match token.kind {
            TokenKind::Newline => {
                lines.push(std::mem::take(&mut line));
                (at, column) = (token.end as usize, 0);
            }
            TokenKind::Comment => line.comment = Some((token, column)),
            TokenKind::End => {}
            _ => {
                line.code.push(token);
                line.columns.push(column);
            }
        }
    }
    lines.push(line);
    lines
}

impl Line {
    /// Returns the columns of tokens after a blank, in rising order, for the sight of alignment.
    fn after_blanks(&self) -> Vec<usize> {
        let tokens = self.code.iter().zip(&self.columns).skip(1);
        tokens
            .filter(|(token, _)| !token.glued)
            .map(|(_, &column)| column)
            .collect()
    }
}

/// An open brace.
#[derive(Clone, Copy)]
struct Block {
    /// The indent of the lines in it.
    indent: usize,
    /// Whether something follows the brace on its line: then the author places the other lines.
    hanging: bool,
}

struct Page<'t> {
    text: &'t str,
    /// Bytes at which statements and entries begin, sorted.
    starts: Vec<u32>,
    /// Per line, where tokens begin after a blank; nowhere if alignment is given up.
    aligning: Vec<Vec<usize>>,
    blocks: Vec<Block>,
    /// Open `(` and `[`.
    brackets: usize,
    /// The column of the line that began the present statement: in the text and in the result.
    base: (usize, usize),
    laid: Vec<Laid>,
}

impl Page<'_> {
    fn line(&mut self, index: usize, line: &Line) {
        let comment = line.comment.map(|(token, column)| {
            (
                self.text[token.start as usize..token.end as usize].to_owned(),
                column,
            )
        });
        let Some(first) = line.code.first() else {
            let code = match &comment {
                Some((_, at)) => " ".repeat(self.indent_of_comment(*at)),
                None => String::new(),
            };
            self.laid.push(Laid { code, comment });
            return;
        };
        let indent = self.indent(first, line.columns[0]);
        // A comment moves with its line.
        let comment = comment
            .map(|(shown, column)| (shown, (column + indent).saturating_sub(line.columns[0])));
        let mut code = " ".repeat(indent);
        for (place, token) in line.code.iter().enumerate() {
            if place > 0 {
                self.blanks(&mut code, index, line, place);
            }
            code.push_str(&self.text[token.start as usize..token.end as usize]);
            self.track(token, place + 1 < line.code.len());
        }
        self.laid.push(Laid { code, comment });
    }

    /// Returns the indent of a line by its first token, and remembers it as the base if a statement
    /// begins here.
    fn indent(&mut self, first: &Token, old: usize) -> usize {
        let block = self.blocks.last().copied();
        let level = block.map_or(0, |block| block.indent);
        let begins = self.starts.binary_search(&first.start).is_ok();
        let hanging = block.is_some_and(|block| block.hanging);
        if first.kind == TokenKind::RightBrace && self.brackets == 0 {
            let indent = level.saturating_sub(INDENT);
            self.base = (old, indent);
            return indent;
        }
        if begins && !hanging {
            self.base = (old, level);
            return level;
        }
        self.continued(old)
    }

    /// Returns the indent of a line that goes on: as far from the statement's first line as it was.
    fn continued(&self, old: usize) -> usize {
        let (old_base, base) = self.base;
        if old > old_base {
            base + (old - old_base)
        } else {
            base + INDENT
        }
    }

    fn indent_of_comment(&self, old: usize) -> usize {
        let block = self.blocks.last().copied();
        if self.brackets > 0 || block.is_some_and(|block| block.hanging) {
            return self.continued(old);
        }
        block.map_or(0, |block| block.indent)
    }

    /// Writes the blanks before the token at `place` of its line.
    fn blanks(&self, code: &mut String, index: usize, line: &Line, place: usize) {
        let token = line.code[place];
        let before = line.code[place - 1];
        let width = self.text[before.end as usize..token.start as usize]
            .chars()
            .count();
        let aligned = width > 0 && self.is_aligned(index, line.columns[place]);
        let blanks = match gap(self.text, &line.code, place) {
            // Columns of a table may end before a bracket.
            Gap::None if token.kind == TokenKind::RightBracket && aligned => width,
            Gap::None => 0,
            Gap::Blank if aligned => width.max(1),
            // Two blanks may set lines apart that share one.
            Gap::Blank if before.kind == TokenKind::Semicolon => width.clamp(1, 2),
            Gap::Blank => 1,
        };
        code.push_str(&" ".repeat(blanks));
    }

    /// Tells whether a token at this column begins where one of the line above or below does.
    fn is_aligned(&self, index: usize, column: usize) -> bool {
        let near = |line: Option<usize>| {
            let columns = line.and_then(|line| self.aligning.get(line));
            columns.is_some_and(|columns| columns.binary_search(&column).is_ok())
        };
        near(index.checked_sub(1)) || near(Some(index + 1))
    }

    fn track(&mut self, token: &Token, more_on_line: bool) {
        match token.kind {
            TokenKind::LeftParen | TokenKind::LeftBracket => self.brackets += 1,
            TokenKind::RightParen | TokenKind::RightBracket => {
                self.brackets = self.brackets.saturating_sub(1);
            }
            TokenKind::LeftBrace => {
                let hanging = more_on_line;
                self.blocks.push(Block {
                    indent: self.base.1 + INDENT,
                    hanging,
                });
            }
            TokenKind::RightBrace => {
                self.blocks.pop();
            }
            _ => {}
        }
    }
}

/// Joins the lines: comments in their columns, no blank line beside a brace, at most one elsewhere.
fn write(laid: &[Laid]) -> String {
    let columns = comment_columns(laid);
    let mut out = String::new();
    let mut blank = false;
    let mut after_open = true; // also the start of the text
    for (line, column) in laid.iter().zip(columns) {
        let code = line.code.trim_end();
        if code.is_empty() && line.comment.is_none() {
            blank = true;
            continue;
        }
        if blank && !after_open && !code.trim_start().starts_with('}') {
            out.push('\n');
        }
        blank = false;
        if let Some((comment, _)) = &line.comment {
            let own_line = code.is_empty();
            let code = if own_line { &line.code } else { code };
            let width = code.chars().count();
            out.push_str(code);
            out.push_str(&" ".repeat(if own_line {
                0
            } else {
                column.saturating_sub(width)
            }));
            out.push_str(comment);
        } else {
            out.push_str(code);
        }
        out.push('\n');
        after_open = code.ends_with('{');
    }
    out
}

/// Returns the column of the comment of every line: where it was, or further right if the code of
/// its line or of a neighbour in the same column needs the room.
fn comment_columns(laid: &[Laid]) -> Vec<usize> {
    let column_of = |line: &Laid| match &line.comment {
        Some((_, column)) if !line.code.trim().is_empty() => Some(*column),
        _ => None,
    };
    let mut columns = vec![0; laid.len()];
    let mut start = 0;
    while start < laid.len() {
        let column = column_of(&laid[start]);
        let same = laid[start..]
            .iter()
            .take_while(|line| column_of(line) == column)
            .count();
        let end = start + same;
        if let Some(column) = column {
            let widest = laid[start..end]
                .iter()
                .map(|line| line.code.trim_end().chars().count())
                .max();
            columns[start..end].fill(column.max(widest.unwrap_or(0) + 2));
        }
        start = end;
    }
    columns
}
