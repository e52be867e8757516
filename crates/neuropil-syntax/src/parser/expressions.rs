//! Expressions, by precedence climbing.
//!
//! Weakest first: `or`, `and`, `not`, comparisons (which do not chain), `a..b by c`, sums, products,
//! signs, powers. `-x^2` is `-(x^2)`, `2^-1` is allowed, `^` groups to the right. An operator may
//! begin the next line. The height of the tree is limited together with the depth of the recursion,
//! so that whoever walks a tree needs no more stack than a few hundred calls.

use super::MAX_NESTING;
use super::core::{Failed, Parser, Try};
use crate::lexer::TokenKind;
use crate::tree::{
    Argument, ArgumentKind, BinaryOp, Call, CompareOp, Expr, ExprKind, Iteration, LogicOp, Number,
    Path, Segment, Text, UnaryOp,
};
use crate::words::is_reserved;
use crate::{Code, Diagnostic, Span};

/// An expression with the height of its tree.
struct Tall {
    expr: Expr,
    height: u32,
}

/// How tightly operators bind, the loosest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Or,
    And,
    Not,
    Compare,
    Range,
    Sum,
    Product,
    Sign,
    Power,
}

/// What an operator makes of its two sides.
#[derive(Debug, Clone, Copy)]
enum Operator {
    Logic(LogicOp),
    Compare(CompareOp),
    Range,
    Arithmetic(BinaryOp),
}

impl Parser<'_> {
    /// Parses an expression.
    pub(super) fn expr(&mut self) -> Try<Expr> {
        Ok(self.climb(Level::Or)?.expr)
    }

    /// Parses a product, such as the factor before `dV/dt`.
    pub(super) fn product(&mut self) -> Try<Expr> {
        Ok(self.climb(Level::Product)?.expr)
    }

    fn climb(&mut self, least: Level) -> Try<Tall> {
        self.nested(1, |p| {
            let mut left = p.prefix(least)?;
            while let Some((operator, level)) = p.operator()
                && level >= least
            {
                left = p.binary(left, operator, level)?;
            }
            Ok(left)
        })
    }

    /// Parses a signed or negated expression, or what stands between operators.
    fn prefix(&mut self, least: Level) -> Try<Tall> {
        if self.line_ended_early() {
            return Err(self.unexpected("a value"));
        }
        let token = self.peek(0);
        if token.kind == TokenKind::Minus || token.kind == TokenKind::Plus {
            self.bump();
            let operand = self.climb(Level::Sign)?;
            if token.kind == TokenKind::Plus {
                return Ok(operand);
            }
            let span = self.span(token).to(operand.expr.span);
            let op = UnaryOp::Negate;
            let kind = ExprKind::Unary {
                op,
                operand: Box::new(operand.expr),
            };
            return self.tall(kind, span, operand.height);
        }
        if self.at_word("not") {
            if least > Level::Not {
                return Err(self.fail(
                    Diagnostic::error(
                        Code::UnexpectedToken,
                        self.span(token),
                        "expected a value, found `not`, which binds less than the operator before",
                    )
                    .help("put parentheses around it: `(not x)`"),
                ));
            }
            self.bump();
            let operand = self.climb(Level::Not)?;
            let span = self.span(token).to(operand.expr.span);
            return self.tall(ExprKind::Not(Box::new(operand.expr)), span, operand.height);
        }
        self.primary()
    }

    /// Returns the binary operator at the present token.
    fn operator(&mut self) -> Option<(Operator, Level)> {
        use Operator::{Arithmetic, Compare, Logic, Range};
        let token = self.peek(0);
        Some(match token.kind {
            TokenKind::Plus => (Arithmetic(BinaryOp::Add), Level::Sum),
            TokenKind::Minus => (Arithmetic(BinaryOp::Subtract), Level::Sum),
            TokenKind::Star => (Arithmetic(BinaryOp::Multiply), Level::Product),
            TokenKind::Slash => (Arithmetic(BinaryOp::Divide), Level::Product),
            TokenKind::Caret => (Arithmetic(BinaryOp::Power), Level::Power),
            TokenKind::EqualEqual => (Compare(CompareOp::Equal), Level::Compare),
            TokenKind::NotEqual => (Compare(CompareOp::NotEqual), Level::Compare),
            TokenKind::Less => (Compare(CompareOp::Less), Level::Compare),
            TokenKind::LessEqual => (Compare(CompareOp::LessEqual), Level::Compare),
            TokenKind::Greater => (Compare(CompareOp::Greater), Level::Compare),
            TokenKind::GreaterEqual => (Compare(CompareOp::GreaterEqual), Level::Compare),
            TokenKind::DotDot => (Range, Level::Range),
            TokenKind::Word => match self.str(token) {
                "and" => (Logic(LogicOp::And), Level::And),
                "or" => (Logic(LogicOp::Or), Level::Or),
                _ => return None,
            },
            _ => return None,
        })
    }

    fn binary(&mut self, left: Tall, operator: Operator, level: Level) -> Try<Tall> {
        let sign = self.bump();
        let tighter = match level {
            Level::Or => Level::And,
            Level::And => Level::Not,
            Level::Not | Level::Compare => Level::Range,
            Level::Range => Level::Sum,
            Level::Sum => Level::Product,
            Level::Product | Level::Sign => Level::Sign,
            // To the right, and with a sign: `2^-1`, `a^b^c` is `a^(b^c)`.
            Level::Power => Level::Sign,
        };
        let right = self.climb(tighter)?;
        let mut height = left.height.max(right.height);
        let mut span = left.expr.span.to(right.expr.span);
        let (left, right) = (Box::new(left.expr), Box::new(right.expr));
        let kind = match operator {
            Operator::Logic(op) => ExprKind::Logic { op, left, right },
            Operator::Arithmetic(op) => ExprKind::Binary { op, left, right },
            Operator::Compare(op) => {
                if let Some((Operator::Compare(_), _)) = self.operator() {
                    return Err(self.chained(op, &left, &right));
                }
                ExprKind::Compare { op, left, right }
            }
            Operator::Range => {
                let by = match self.eat_word_here("by") {
                    Some(_) => {
                        let step = self.climb(Level::Sum)?;
                        height = height.max(step.height);
                        span = span.to(step.expr.span);
                        Some(Box::new(step.expr))
                    }
                    None => None,
                };
                if self.at(TokenKind::DotDot) {
                    let token = self.peek(0);
                    return Err(self.fail(
                        Diagnostic::error(
                            Code::UnexpectedToken,
                            self.span(token),
                            "expected the end of the range, found another `..`",
                        )
                        .label(self.span(sign), "the range begins here")
                        .help("a range with steps is written `a..b by c`"),
                    ));
                }
                ExprKind::Range {
                    start: left,
                    end: right,
                    by,
                }
            }
        };
        self.tall(kind, span, height)
    }

    fn chained(&mut self, op: CompareOp, left: &Expr, right: &Expr) -> Failed {
        let token = self.peek(0);
        let (a, b) = (self.shown(left.span), self.shown(right.span));
        let (first, second) = (op.as_str(), self.str(token));
        let next = self.peek(1);
        let c = if matches!(next.kind, TokenKind::Word | TokenKind::Number) {
            self.str(next)
        } else {
            "…"
        };
        let help = format!("write `{a} {first} {b} and {b} {second} {c}`");
        self.fail(
            Diagnostic::error(
                Code::ChainedComparison,
                self.span(token),
                format!("`{second}` compares the result of `{first}`; comparisons do not chain"),
            )
            .label(left.span.to(right.span), "this is true or false")
            .help(help),
        )
    }

    /// Puts a node on top of others of this height.
    fn tall(&mut self, kind: ExprKind, span: Span, height: u32) -> Try<Tall> {
        if height >= MAX_NESTING {
            return Err(self.too_deep(span));
        }
        Ok(Tall {
            expr: Expr::new(kind, span),
            height: height + 1,
        })
    }

    fn primary(&mut self) -> Try<Tall> {
        let token = self.peek(0);
        match token.kind {
            TokenKind::Number => {
                let expr = self.number_or_quantity()?;
                self.last_operand = Some(expr.span);
                Ok(Tall { expr, height: 1 })
            }
            TokenKind::Text => {
                let text = self.string()?;
                self.last_operand = Some(text.span);
                let span = text.span;
                self.tall(ExprKind::Text(text), span, 0)
            }
            TokenKind::LeftParen => {
                let (inner, span) = self.bracketed(|p| p.climb(Level::Or))?;
                self.last_operand = Some(span);
                Ok(inner)
            }
            TokenKind::LeftBracket => self.array(),
            TokenKind::Word => self.word(),
            _ => Err(self.unexpected("a value")),
        }
    }

    /// Parses a string literal.
    pub(super) fn string(&mut self) -> Try<Text> {
        let token = self.expect(TokenKind::Text, "a string")?;
        let raw = self.str(token);
        let inner = raw.strip_prefix('"').unwrap_or(raw);
        let inner = inner.strip_suffix('"').unwrap_or(inner);
        let text = if inner.contains('\\') {
            inner
                .replace("\\\\", "\u{0}")
                .replace("\\\"", "\"")
                .replace('\u{0}', "\\")
        } else {
            inner.to_owned()
        };
        Ok(Text {
            text: text.into(),
            span: self.span(token),
        })
    }

    /// Reads the number token at the present place.
    pub(super) fn number(&mut self) -> Number {
        let token = self.bump();
        let text = self.str(token);
        // A malformed number was reported by the lexer.
        let value = text.parse().unwrap_or(f64::NAN);
        Number {
            text: text.into(),
            value,
            span: self.span(token),
        }
    }

    fn array(&mut self) -> Try<Tall> {
        let (items, span) = self.bracketed(|p| {
            let mut items = Vec::new();
            while !p.at(TokenKind::RightBracket) {
                items.push(p.climb(Level::Or)?);
                if !p.eat(TokenKind::Comma) {
                    break;
                }
            }
            Ok(items)
        })?;
        self.last_operand = Some(span);
        let height = items.iter().map(|item| item.height).max().unwrap_or(0);
        let items = items.into_iter().map(|item| item.expr).collect();
        self.tall(ExprKind::Array(items), span, height)
    }

    /// Parses what begins with a word: a truth value, a call or a path.
    fn word(&mut self) -> Try<Tall> {
        let token = self.peek(0);
        let word = self.str(token);
        if word == "true" || word == "false" {
            self.bump();
            let span = self.span(token);
            self.last_operand = Some(span);
            return self.tall(ExprKind::Bool(word == "true"), span, 0);
        }
        if is_reserved(word) {
            if word == "if" && !self.at_line_end() {
                return Err(self.fail(
                    Diagnostic::error(
                        Code::UnexpectedToken,
                        self.span(token),
                        "expected a value, found the reserved word `if`",
                    )
                    .help("a choice is written `where(condition, a, b)`"),
                ));
            }
            return Err(self.unexpected("a value"));
        }
        let next = self.peek(1);
        if next.kind == TokenKind::LeftParen && !next.first {
            return self.call_or_place();
        }
        let (path, height) = self.path_with_height()?;
        self.last_operand = Some(path.span);
        let span = path.span;
        self.tall(ExprKind::Path(path), span, height)
    }

    /// Parses `f(x, y)`, or a path that begins with a place: `soma(0.5).V`.
    fn call_or_place(&mut self) -> Try<Tall> {
        let (call, height) = self.call_with_height()?;
        self.last_operand = Some(call.span);
        let goes_on =
            matches!(self.kind(), TokenKind::Dot | TokenKind::LeftBracket) && !self.peek(0).first;
        if !goes_on {
            let span = call.span;
            return self.tall(ExprKind::Call(call), span, height);
        }
        let Some(head) = place_of_call(call.clone()) else {
            let found = self.str(self.peek(0));
            let name = &call.name;
            return Err(self.fail(
                Diagnostic::error(
                    Code::UnexpectedToken,
                    self.span(self.peek(0)),
                    format!("expected an operator after `{name}(…)`, found `{found}`"),
                )
                .help("give the result a name of its own and select from that"),
            ));
        };
        let (path, more) = self.path_segments(head)?;
        self.last_operand = Some(path.span);
        let span = path.span;
        self.tall(ExprKind::Path(path), span, height.max(more))
    }

    /// Parses a name with arguments in parentheses.
    pub(super) fn call(&mut self) -> Try<Call> {
        Ok(self.call_with_height()?.0)
    }

    fn call_with_height(&mut self) -> Try<(Call, u32)> {
        let name = self.name("a name")?;
        if !self.at(TokenKind::LeftParen) {
            return Err(self.unexpected(&format!("`(` after `{name}`")));
        }
        let ((args, height), span) = self.bracketed(|p| {
            let mut args = Vec::new();
            let mut height = 0;
            while !p.at(TokenKind::RightParen) {
                let (argument, tall) = p.argument()?;
                args.push(argument);
                height = height.max(tall);
                if !p.eat(TokenKind::Comma) {
                    break;
                }
            }
            Ok((args, height))
        })?;
        let span = name.span.to(span);
        Ok((Call { name, args, span }, height))
    }

    fn argument(&mut self) -> Try<(Argument, u32)> {
        let start = self.peek(0);
        if start.kind == TokenKind::Word && self.peek(1).kind == TokenKind::Equals {
            let name = self.name("the name of an argument")?;
            self.bump();
            let value = self.climb(Level::Or)?;
            let kind = ArgumentKind::Named {
                name,
                value: value.expr,
            };
            return Ok((
                Argument {
                    kind,
                    span: self.since(start),
                },
                value.height,
            ));
        }
        let value = self.climb(Level::Or)?;
        let mut height = value.height;
        let kind = if self.eat_word("for") {
            let var = self.name("the name of an index")?;
            let set = if self.eat_word("in") {
                let set = self.climb(Level::Or)?;
                height = height.max(set.height);
                Some(set.expr)
            } else {
                None
            };
            ArgumentKind::Each {
                body: value.expr,
                over: Iteration { var, set },
            }
        } else {
            ArgumentKind::Value(value.expr)
        };
        Ok((
            Argument {
                kind,
                span: self.since(start),
            },
            height,
        ))
    }

    /// Parses an expression and returns it with the height of its tree.
    pub(super) fn expr_with_height(&mut self) -> Try<(Expr, u32)> {
        let tall = self.climb(Level::Or)?;
        Ok((tall.expr, tall.height))
    }
}

/// Reads `soma(0.5)` as a place; anything but one plain argument is a call.
pub(super) fn place_of_call(call: Call) -> Option<Path> {
    let Call {
        name,
        mut args,
        span,
    } = call;
    let argument = args.pop().filter(|_| args.is_empty())?;
    let ArgumentKind::Value(position) = argument.kind else {
        return None;
    };
    let at = Span::new(span.source, name.span.end, span.end);
    let segments = vec![Segment::At {
        position: Box::new(position),
        span: at,
    }];
    Some(Path {
        head: name,
        segments,
        span,
    })
}
