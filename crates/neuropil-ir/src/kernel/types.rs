//! The data types of the Kernel IR.

use std::fmt;

use neuropil_syntax::Span;

/// The float type of a kernel and of the `Real` buffers it touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Precision {
    /// IEEE 754 binary32.
    F32,
    /// IEEE 754 binary64.
    F64,
}

impl Precision {
    /// Magnitudes below this are stored as +0: 2.5e-29 (f32), 2.1e-289 (f64).
    ///
    /// Only the upper bits of the exponent field tell on which side a number lies: a processor
    /// that tests bits needs no comparison.
    pub fn flush_below(self) -> f64 {
        match self {
            Self::F32 => f64::from(f32::from_bits(32 << 23)),
            Self::F64 => f64::from_bits(64 << 52),
        }
    }

    /// Bytes of one `Real`.
    pub fn bytes(self) -> usize {
        match self {
            Self::F32 => 4,
            Self::F64 => 8,
        }
    }
}

impl fmt::Display for Precision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::F32 => "f32",
            Self::F64 => "f64",
        })
    }
}

/// Declares a typed `u32` index into one of the arenas of this crate.
macro_rules! index {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);

        impl $name {
            /// The index as a `usize`, to look up the arena with.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0)
            }
        }
    };
}
pub(crate) use index;

index!(
    /// A value: the result of the operation at this place of [`Kernel::ops`].
    Value, "v"
);
index!(
    /// An array that a kernel loads or stores, one element a lane; bound to a buffer by a stage.
    Binding, "a"
);
index!(
    /// A number equal for all lanes; bound to a slot of the plan by a stage.
    Uniform, "u"
);
index!(
    /// A stream of random draws of a kernel; bound to a stream key by [`Kernel::draws`].
    DrawStream, "r"
);
index!(
    /// An event that a kernel emits; bound to an event list by a stage.
    Emission, "e"
);

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// A float of the kernel's precision.
    Real,
    /// A truth value.
    Mask,
    /// An unsigned integer as wide as the float.
    Bits,
}

/// Operations with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unary {
    /// Sign bit flipped.
    Neg,
    /// Sign bit cleared.
    Abs,
    /// Square root, correctly rounded.
    Sqrt,
    /// Largest integer not above.
    Floor,
    /// Nearest integer, half to even.
    Round,
}

impl Unary {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Neg, Self::Abs, Self::Sqrt, Self::Floor, Self::Round];
}

/// Operations with two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Binary {
    /// `a + b`
    Add,
    /// `a - b`
    Sub,
    /// `a * b`
    Mul,
    /// `a / b`
    Div,
    /// `a` if `a < b`, else `b`
    Min,
    /// `a` if `a > b`, else `b`
    Max,
}

impl Binary {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Add,
        Self::Sub,
        Self::Mul,
        Self::Div,
        Self::Min,
        Self::Max,
    ];
}

/// Comparisons of two `Real`s; false where one is NaN, but for `Ne`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Compare {
    /// `a < b`
    Lt,
    /// `a <= b`
    Le,
    /// `a == b`
    Eq,
    /// not (`a == b`): true where one is NaN
    Ne,
}

impl Compare {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Lt, Self::Le, Self::Eq, Self::Ne];
}

/// Operations on two masks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Logic {
    /// Both.
    And,
    /// At least one.
    Or,
    /// Exactly one.
    Xor,
}

impl Logic {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::And, Self::Or, Self::Xor];
}

/// Operations on two `Bits`, modulo two to the width.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BitOp {
    /// Sum.
    Add,
    /// Difference.
    Sub,
    /// Bitwise and.
    And,
    /// Bitwise or.
    Or,
    /// Bitwise exclusive or.
    Xor,
}

impl BitOp {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Add, Self::Sub, Self::And, Self::Or, Self::Xor];
}

/// One operation; its place in [`Kernel::ops`] is the [`Value`] it defines.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Op {
    /// A constant, rounded to the kernel's precision.
    Const(f64),
    /// A constant bit pattern, cut to the width of the float.
    BitsConst(u64),
    /// A number equal for all lanes, kept in f64 and rounded to the kernel's precision.
    Uniform(Uniform),
    /// The element of an array at this lane; integers are converted to `Real`.
    Load(Binding),
    /// The index of the element as a `Real`.
    Lane,
    /// A draw from the open unit interval: a function of (seed, stream, element, step).
    Draw(DrawStream),
    /// One `Real` operand.
    Unary(Unary, Value),
    /// Two `Real` operands.
    Binary(Binary, Value, Value),
    /// `a * b + c`, rounded once.
    Fma(Value, Value, Value),
    /// `c - a * b`, rounded once.
    Fnma(Value, Value, Value),
    /// Two `Real` operands, gives a mask.
    Compare(Compare, Value, Value),
    /// Two masks.
    Logic(Logic, Value, Value),
    /// The other truth value.
    Not(Value),
    /// `a` where the mask (first) holds, else `b`; `a` and `b` are `Real`.
    Select(Value, Value, Value),
    /// The bit pattern of a `Real`.
    ToBits(Value),
    /// The `Real` of a bit pattern.
    FromBits(Value),
    /// Two bit patterns.
    BitOp(BitOp, Value, Value),
    /// Shifted to the left by a constant below the width; zeros come in.
    Shl(Value, u8),
    /// Shifted to the right by a constant below the width; zeros come in.
    Shr(Value, u8),
}

impl Op {
    /// The operands in order.
    pub fn operands(&self) -> impl Iterator<Item = Value> + use<> {
        let list: [Option<Value>; 3] = match *self {
            Self::Const(_)
            | Self::BitsConst(_)
            | Self::Uniform(_)
            | Self::Load(_)
            | Self::Lane
            | Self::Draw(_) => [None; 3],
            Self::Unary(_, a)
            | Self::Not(a)
            | Self::ToBits(a)
            | Self::FromBits(a)
            | Self::Shl(a, _)
            | Self::Shr(a, _) => [Some(a), None, None],
            Self::Binary(_, a, b)
            | Self::Compare(_, a, b)
            | Self::Logic(_, a, b)
            | Self::BitOp(_, a, b) => [Some(a), Some(b), None],
            Self::Fma(a, b, c) | Self::Fnma(a, b, c) | Self::Select(a, b, c) => {
                [Some(a), Some(b), Some(c)]
            }
        };
        list.into_iter().flatten()
    }

    /// The type of the value that this operation defines.
    pub fn result_type(&self) -> Type {
        match self {
            Self::Const(_)
            | Self::Uniform(_)
            | Self::Load(_)
            | Self::Lane
            | Self::Draw(_)
            | Self::Unary(..)
            | Self::Binary(..)
            | Self::Fma(..)
            | Self::Fnma(..)
            | Self::Select(..)
            | Self::FromBits(_) => Type::Real,
            Self::Compare(..) | Self::Logic(..) | Self::Not(_) => Type::Mask,
            Self::BitsConst(_)
            | Self::ToBits(_)
            | Self::BitOp(..)
            | Self::Shl(..)
            | Self::Shr(..) => Type::Bits,
        }
    }
}

/// How a reduction joins values; the tree is fixed by the element indices alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reduction {
    /// Sum in f64; starts at 0.
    Sum,
    /// Smallest; starts at +inf.
    Min,
    /// Largest; starts at -inf.
    Max,
}

/// What a kernel does to the world, in order, after all operations.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Effect {
    /// Writes a `Real` to an array; tiny magnitudes are flushed to +0.
    Store(Binding, Value),
    /// Sets the elements of an array of any element type to zero.
    Clear(Binding),
    /// Appends the lanes where the mask holds to an event list, in ascending order.
    Emit(Emission, Value),
    /// Appends (lane, n) where the `Real` rounds to n >= 1; NaN and values below 0.5 give none.
    EmitCount(Emission, Value),
    /// Joins the `Real`s of all lanes into a slot.
    Reduce(Uniform, Reduction, Value),
    /// Sets a slot; only in kernels of one lane ([`crate::plan::Stage::Scalar`]).
    Set(Uniform, Value),
}

/// The element type of an array, as a kernel sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Element {
    /// A float of the plan's precision.
    Real,
    /// An unsigned count.
    U32,
    /// A signed fixed-point sum.
    I32,
    /// A double-precision sum, in plans of any precision.
    F64,
}

impl Element {
    /// Bytes of one element.
    pub fn bytes(self, precision: Precision) -> usize {
        match self {
            Self::Real => precision.bytes(),
            Self::U32 | Self::I32 => 4,
            Self::F64 => 8,
        }
    }
}

/// The declaration of an array binding.
#[derive(Clone, Debug, PartialEq)]
pub struct BindingDecl {
    /// The name in texts and errors, such as `V` or `ampa.arrivals`.
    pub name: String,
    /// The element type of the buffer that may be bound.
    pub element: Element,
}

/// The declaration of a stream of draws.
#[derive(Clone, Debug, PartialEq)]
pub struct DrawDecl {
    /// The qualified name of what is drawn, such as `EIBalance.exc.V`.
    pub name: String,
    /// The stream key: a hash of the name and the draw's number (see [`crate::draw`]).
    pub stream: u64,
}

/// Where in a text an operation comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Origin {
    /// The place, if one is known.
    pub line: Option<Span>,
    /// That of its product, where a product and a sum of two places became one fused operation.
    pub product: Option<Span>,
}

/// A straight-line program over lanes.
#[derive(Clone, Debug, PartialEq)]
pub struct Kernel {
    /// The name in texts and errors, such as `exc.step`.
    pub name: String,
    /// The float type.
    pub precision: Precision,
    /// The operations; operands refer to earlier places only.
    pub ops: Vec<Op>,
    /// For each operation where in the text it comes from, for a profile; shorter where no more is
    /// known.
    pub origins: Vec<Origin>,
    /// The effects, in order.
    pub effects: Vec<Effect>,
    /// The arrays.
    pub bindings: Vec<BindingDecl>,
    /// The names of the uniforms.
    pub uniforms: Vec<String>,
    /// The streams of draws.
    pub draws: Vec<DrawDecl>,
    /// The names of the emitted events.
    pub emissions: Vec<String>,
}

impl Kernel {
    /// Makes a kernel without operations.
    pub fn new(name: impl Into<String>, precision: Precision) -> Self {
        Self {
            name: name.into(),
            precision,
            ops: Vec::new(),
            origins: Vec::new(),
            effects: Vec::new(),
            bindings: Vec::new(),
            uniforms: Vec::new(),
            draws: Vec::new(),
            emissions: Vec::new(),
        }
    }

    /// The operation that defines a value.
    pub fn op(&self, value: Value) -> &Op {
        &self.ops[value.index()]
    }

    /// Where in the text a value comes from.
    pub fn origin(&self, value: Value) -> Origin {
        self.origins.get(value.index()).copied().unwrap_or_default()
    }
}
