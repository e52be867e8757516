//! The typed tree of a text: what was written, with its places, before any name has a meaning.
//!
//! One file a subject: [`expression`](self::Expr), declarations and paths here, [`File`] and its
//! items, the statements of a body, projections, runs. The tree keeps the order of the text. It says
//! nothing about what a name denotes: `CobaLIF[3200]` is a path, `rate(E, 50 ms)` a call.

mod expression;
mod item;
mod network;
mod run;
mod statement;

pub use expression::{
    Argument, ArgumentKind, BinaryOp, Call, CompareOp, Expr, ExprKind, Iteration, LogicOp, Number,
    Path, Rational, Segment, UnaryOp, UnitExpr, UnitFactor,
};
pub use item::{
    Axis, Decl, Derived, File, Function, IndexDecl, IndexSet, Item, Model, ModelKind, Network, Use,
    UseNames, Version,
};
pub use network::{
    Clause, Connect, ConnectRule, Delay, Endpoint, Every, ForLoop, Projection, Record, RecordItem,
    RecordWhen, Set, SetEntry, SynapseRef, Trainable, Without,
};
pub use run::{Change, Expect, Expectation, Phase, Plot, PlotJoin, Run, RunOption, Step, Sweep};
pub use statement::{
    AssignOp, BoundClause, Condition, Current, Derivative, Event, EventName, Handler, HandlerLine,
    Init, InitValue, Insert, Inserted, Integrate, Map, On, Place, Quantity, Refractory,
    RefractorySpan, Region, Section, Side, Statement,
};

use crate::Span;
use std::fmt;
use std::sync::Arc;

/// A name with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The letters; cheap to clone.
    pub text: Arc<str>,
    /// Where it stands.
    pub span: Span,
}

impl Name {
    /// Makes a name.
    pub fn new(text: impl Into<Arc<str>>, span: Span) -> Self {
        Self {
            text: text.into(),
            span,
        }
    }

    /// Returns the letters.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl PartialEq<str> for Name {
    fn eq(&self, other: &str) -> bool {
        &*self.text == other
    }
}

impl PartialEq<&str> for Name {
    fn eq(&self, other: &&str) -> bool {
        &*self.text == *other
    }
}

/// A string literal with its place; escapes are resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The characters between the quotes.
    pub text: Arc<str>,
    /// The literal with its quotes.
    pub span: Span,
}
