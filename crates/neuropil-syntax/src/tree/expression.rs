//! Expressions: numbers, quantities with units, paths, calls, operators.

use super::{Name, Text};
use crate::Span;

/// An expression with its place. Parentheses are not kept; the shape of the tree says it all.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands, without parentheses around it.
    pub span: Span,
}

impl Expr {
    /// Makes an expression.
    pub const fn new(kind: ExprKind, span: Span) -> Self {
        Self { kind, span }
    }

    /// Returns the name if the expression is one name and nothing else.
    pub fn as_name(&self) -> Option<&Name> {
        match &self.kind {
            ExprKind::Path(path) => path.as_name(),
            _ => None,
        }
    }

    /// Returns the path if the expression is one.
    pub const fn as_path(&self) -> Option<&Path> {
        match &self.kind {
            ExprKind::Path(path) => Some(path),
            _ => None,
        }
    }
}

/// The forms of an expression.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// `0.5`, `1e-3`.
    Number(Number),
    /// `5 mV`, `0.1/ms`, `8e-5/ms/mV^2`: a number and a unit, decided by the unit names that the
    /// parser was given. A name that is a unit and also declared is for the compiler to refuse.
    Quantity {
        /// The number before the unit.
        number: Number,
        /// The unit; a leading `/` is an exponent with a minus.
        unit: UnitExpr,
    },
    /// `true`, `false`.
    Bool(bool),
    /// `"w.npy"`.
    Text(Text),
    /// `V`, `post.V`, `p[to, from]`, `E[0..5].V`, `I[t+1]`; also a bare unit (`V/mV`), which only the
    /// compiler can tell from a name.
    Path(Path),
    /// `exp(x)`, `rate(E, 50 ms)`, `soma(1)`.
    Call(Call),
    /// `[1, 2]`, `[[1, 2], [3, 4]]`.
    Array(Vec<Expr>),
    /// `-x`.
    Unary {
        /// The operator.
        op: UnaryOp,
        /// What it applies to.
        operand: Box<Expr>,
    },
    /// `a + b`, `a*b`, `a^b`.
    Binary {
        /// The operator.
        op: BinaryOp,
        /// The left side.
        left: Box<Expr>,
        /// The right side.
        right: Box<Expr>,
    },
    /// `a >= b`. Comparisons do not chain.
    Compare {
        /// The operator.
        op: CompareOp,
        /// The left side.
        left: Box<Expr>,
        /// The right side.
        right: Box<Expr>,
    },
    /// `a and b`, `a or b`.
    Logic {
        /// The operator.
        op: LogicOp,
        /// The left side.
        left: Box<Expr>,
        /// The right side.
        right: Box<Expr>,
    },
    /// `not a`.
    Not(Box<Expr>),
    /// `a..b`, `a..b by c`.
    Range {
        /// The first value.
        start: Box<Expr>,
        /// The end; half open for indices, the last moment for spans of time.
        end: Box<Expr>,
        /// The distance of values, if it is given.
        by: Option<Box<Expr>>,
    },
    /// What could not be read, right of `=`; a diagnostic was reported. The name on the left is known
    /// all the same; say nothing more about its value.
    Error,
}

/// A number as written and as read.
#[derive(Debug, Clone, PartialEq)]
pub struct Number {
    /// The digits as they stand in the text.
    pub text: Box<str>,
    /// The nearest double; infinite if the text exceeds the range.
    pub value: f64,
    /// Where it stands.
    pub span: Span,
}

/// Operators with one operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// `-x`.
    Negate,
}

/// Arithmetic operators with two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `a + b`.
    Add,
    /// `a - b`.
    Subtract,
    /// `a*b`.
    Multiply,
    /// `a/b`.
    Divide,
    /// `a^b`.
    Power,
}

impl BinaryOp {
    /// Returns the sign.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Power => "^",
        }
    }
}

/// Comparisons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CompareOp {
    /// `==`.
    Equal,
    /// `!=`.
    NotEqual,
    /// `<`.
    Less,
    /// `<=`.
    LessEqual,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterEqual,
}

impl CompareOp {
    /// Returns the sign.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
        }
    }
}

/// Operators of conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LogicOp {
    /// `a and b`.
    And,
    /// `a or b`.
    Or,
}

/// A unit as written: a product of named powers, such as `uA/cm^2`.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitExpr {
    /// The factors in the order of the text.
    pub factors: Vec<UnitFactor>,
    /// Where it stands, with a leading `/` or `1/`.
    pub span: Span,
}

/// One factor of a unit.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitFactor {
    /// The name as written: `mV`, `µm`, `degC`.
    pub name: Name,
    /// The exponent, negative after `/`.
    pub exponent: Rational,
    /// The name with its exponent.
    pub span: Span,
    /// Whether the factor stands after an operator (`/ms`, `*mV`) and not directly after the number.
    /// A one-letter name in such a place may be meant for a declared name.
    pub after_operator: bool,
}

/// A literal rational in lowest terms with a positive denominator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rational {
    /// The numerator.
    pub num: i32,
    /// The denominator, at least 1.
    pub den: i32,
}

impl Rational {
    /// The number one.
    pub const ONE: Self = Self { num: 1, den: 1 };
}

/// A way to a value: a name, then fields, selections and places.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    /// The first name.
    pub head: Name,
    /// What follows it.
    pub segments: Vec<Segment>,
    /// The whole path.
    pub span: Span,
}

impl Path {
    /// Makes a path of one name.
    pub fn from_name(name: Name) -> Self {
        Self {
            span: name.span,
            head: name,
            segments: Vec::new(),
        }
    }

    /// Returns the name if nothing follows it.
    pub fn as_name(&self) -> Option<&Name> {
        self.segments.is_empty().then_some(&self.head)
    }

    /// Returns the names if the path is made of a name and fields alone: `post.V`.
    pub fn as_fields(&self) -> Option<Vec<&Name>> {
        let fields = self.segments.iter().map(|segment| match segment {
            Segment::Field(name) => Some(name),
            _ => None,
        });
        std::iter::once(Some(&self.head)).chain(fields).collect()
    }
}

/// One step of a [`Path`].
#[derive(Debug, Clone, PartialEq)]
pub enum Segment {
    /// `.V`.
    Field(Name),
    /// `[0..5]`, `[to, from]`.
    Index {
        /// One expression an axis; a name may be a label of that axis.
        indices: Vec<Expr>,
        /// The brackets with what is between.
        span: Span,
    },
    /// `[k in pool]`, where a path declares axes: left of `=`, also in `record r[a in pop] = …`.
    Axes {
        /// The axes; at least one has `in`.
        axes: Vec<super::Axis>,
        /// The brackets with what is between.
        span: Span,
    },
    /// `[if item == 0]`.
    Filter {
        /// The condition on the elements.
        condition: Box<Expr>,
        /// The brackets with what is between.
        span: Span,
    },
    /// `(0.5)`: a place along a section.
    At {
        /// Where, from 0 to 1.
        position: Box<Expr>,
        /// The parentheses with what is between.
        span: Span,
    },
    /// `[t+1]`: the new value of a map.
    Next {
        /// The brackets with what is between.
        span: Span,
    },
}

impl Segment {
    /// Returns where the segment stands.
    pub const fn span(&self) -> Span {
        match self {
            Self::Field(name) => name.span,
            Self::Index { span, .. }
            | Self::Axes { span, .. }
            | Self::Filter { span, .. }
            | Self::At { span, .. }
            | Self::Next { span } => *span,
        }
    }
}

/// A name applied to arguments.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The function, rule or picture.
    pub name: Name,
    /// The arguments in their order.
    pub args: Vec<Argument>,
    /// The name with the parentheses.
    pub span: Span,
}

/// One argument of a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Argument {
    /// What it is.
    pub kind: ArgumentKind,
    /// Where it stands.
    pub span: Span,
}

/// The forms of an argument.
#[derive(Debug, Clone, PartialEq)]
pub enum ArgumentKind {
    /// `x`.
    Value(Expr),
    /// `min = 0`.
    Named {
        /// The name of the parameter.
        name: Name,
        /// Its value.
        value: Expr,
    },
    /// `J[c] for c`, `w[a] for a in pop`.
    Each {
        /// What is collected.
        body: Expr,
        /// Over which index.
        over: Iteration,
    },
}

/// A variable that runs over an index.
#[derive(Debug, Clone, PartialEq)]
pub struct Iteration {
    /// The variable.
    pub var: Name,
    /// The set it runs over; absent if the variable is itself the name of the index.
    pub set: Option<Expr>,
}
