//! Paths (`E[0..5].V`, `ball.dend(0.5)`, `I[t+1]`) and axes in brackets.

use super::core::{Parser, Try};
use super::expressions::place_of_call;
use crate::lexer::TokenKind;
use crate::tree::{Axis, Expr, ExprKind, Name, Path, Segment};
use crate::{Code, Diagnostic, Span};

impl Parser<'_> {
    /// Parses a path.
    pub(super) fn path(&mut self) -> Try<Path> {
        Ok(self.path_with_height()?.0)
    }

    /// Parses a path and returns it with the height of the tallest expression in it.
    pub(super) fn path_with_height(&mut self) -> Try<(Path, u32)> {
        let head = self.name("a name")?;
        self.path_segments(Path::from_name(head))
    }

    /// Goes on with a path that was begun.
    pub(super) fn path_segments(&mut self, mut path: Path) -> Try<(Path, u32)> {
        let mut height = 0;
        loop {
            let token = self.peek(0);
            if token.first {
                break; // no path goes on in the next line, also not between brackets
            }
            let segment = match token.kind {
                TokenKind::Dot => {
                    self.bump();
                    Segment::Field(self.field()?)
                }
                TokenKind::LeftBracket => {
                    let (segment, tall) = self.selection()?;
                    height = height.max(tall);
                    segment
                }
                TokenKind::LeftParen => {
                    let ((position, tall), span) = self.bracketed(Self::expr_with_height)?;
                    height = height.max(tall);
                    Segment::At {
                        position: Box::new(position),
                        span,
                    }
                }
                _ => break,
            };
            path.segments.push(segment);
        }
        path.span = path.span.to(self.last_span());
        self.last_operand = Some(path.span);
        Ok((path, height))
    }

    /// Parses what stands in brackets after a name.
    fn selection(&mut self) -> Try<(Segment, u32)> {
        if self.at_next() {
            let start = self.peek(0);
            for _ in 0..5 {
                self.bump();
            }
            return Ok((
                Segment::Next {
                    span: self.since(start),
                },
                0,
            ));
        }
        if self.word_at(1, "if") {
            let ((condition, height), span) = self.bracketed(|p| {
                p.bump();
                p.expr_with_height()
            })?;
            return Ok((
                Segment::Filter {
                    condition: Box::new(condition),
                    span,
                },
                height,
            ));
        }
        let ((axes, height), span) = self.bracketed(|p| {
            let mut height = 0;
            let axes = p.comma_list(|p| {
                let (axis, tall) = p.axis()?;
                height = height.max(tall);
                Ok(axis)
            })?;
            Ok((axes, height))
        })?;
        if axes.iter().any(|axis| matches!(axis, Axis::Over { .. })) {
            return Ok((Segment::Axes { axes, span }, height));
        }
        let plain = axes.into_iter().filter_map(|axis| match axis {
            Axis::Is(expr) => Some(expr),
            Axis::Over { .. } => None,
        });
        Ok((
            Segment::Index {
                indices: plain.collect(),
                span,
            },
            height,
        ))
    }

    /// Tells whether `[t+1]` stands here.
    fn at_next(&self) -> bool {
        let one = self.peek(3);
        self.word_at(1, "t")
            && self.peek(2).kind == TokenKind::Plus
            && one.kind == TokenKind::Number
            && self.str(one) == "1"
            && self.peek(4).kind == TokenKind::RightBracket
    }

    fn axis(&mut self) -> Try<(Axis, u32)> {
        if self.peek(0).kind == TokenKind::Word && self.word_at(1, "in") {
            let var = self.name("the name of an index variable")?;
            self.bump();
            return Ok((
                Axis::Over {
                    var,
                    set: self.name("the name of an index")?,
                },
                0,
            ));
        }
        let (expr, height) = self.expr_with_height()?;
        Ok((Axis::Is(expr), height))
    }

    /// Parses `[axes]` after a declared name, if it stands there; `[t+1]` does not count.
    pub(super) fn axes(&mut self) -> Try<Vec<Axis>> {
        if !self.at(TokenKind::LeftBracket) || self.peek(0).first || self.at_next() {
            return Ok(Vec::new());
        }
        let (axes, _) = self.bracketed(|p| p.comma_list(|p| Ok(p.axis()?.0)))?;
        Ok(axes)
    }

    /// Reads the left side of `=` as a declared name with axes; `what` says what is declared.
    pub(super) fn declared(&mut self, path: Path, what: &str) -> Try<(Name, Vec<Axis>)> {
        let span = path.span;
        let mut segments = path.segments;
        let last = segments.pop();
        let axes = match (segments.is_empty(), last) {
            (true, None) => Some(Vec::new()),
            (true, Some(Segment::Axes { axes, .. })) => Some(axes),
            (true, Some(Segment::Index { indices, .. })) => {
                Some(indices.into_iter().map(Axis::Is).collect())
            }
            _ => None,
        };
        match axes {
            Some(axes) => Ok((path.head, axes)),
            None => Err(self.not_a_declaration(span, what)),
        }
    }

    fn not_a_declaration(&mut self, span: Span, what: &str) -> super::core::Failed {
        let shown = self.shown(span);
        let side = ["pre.", "post."].iter().any(|side| shown.starts_with(side));
        if side {
            return self.fail(
                Diagnostic::error(
                    Code::AssignOthersState,
                    span,
                    format!("`{shown}` may be changed by `+=` only; expected {what} before `=`"),
                )
                .help(format!("write `{shown} += …`")),
            );
        }
        self.fail(
            Diagnostic::error(
                Code::UnexpectedToken,
                span,
                format!("expected {what} before `=`, found `{shown}`"),
            )
            .help("values of a population are given in its braces: `E = LIF[100] { tau = 10 ms }`")
            .help(format!(
                "what is delivered to an input is written `{shown} += …`"
            )),
        )
    }

    /// Reads an expression as the path of a population, for a projection.
    pub(super) fn endpoint(&mut self, expr: Expr) -> Try<Path> {
        let span = expr.span;
        let path = match expr.kind {
            ExprKind::Path(path) => Some(path),
            ExprKind::Call(call) => place_of_call(call),
            _ => None,
        };
        path.ok_or_else(|| {
            let shown = self.shown(span);
            self.fail(Diagnostic::error(
                Code::UnexpectedToken,
                span,
                format!("expected the name of a population or event, found `{shown}`"),
            ))
        })
    }
}
