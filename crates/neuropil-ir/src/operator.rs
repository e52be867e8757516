//! The operator table of the Model IR: name, operands, meaning and derivative of every operator
//! that an expression can hold.
//!
//! An operator's numerical meaning is its lowering to the Kernel IR (`lower` in the compiler calls
//! the programs of [`crate::kernel::function`]), so that there is one definition for every
//! back-end. Derivatives are exact and symbolic; where a function has a kink the derivative of the
//! right-hand branch is taken, as noted.

use std::fmt;

use crate::graph::{Graph, NodeId};

/// What kind of value an operator takes or gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A number.
    Number,
    /// A truth value.
    Truth,
}

macro_rules! operators {
    ($($variant:ident $name:literal ($($operand:ident)*) -> $result:ident, $doc:literal;)*) => {
        /// An operator of an expression.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Operator {
            $(#[doc = $doc] $variant,)*
        }

        impl Operator {
            /// All operators in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The name as in the language, or a sign.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The kinds of the operands.
            pub const fn operands(self) -> &'static [Kind] {
                match self { $(Self::$variant => &[$(Kind::$operand,)*],)* }
            }

            /// The kind of the result.
            pub const fn result(self) -> Kind {
                match self { $(Self::$variant => Kind::$result,)* }
            }
        }
    };
}

operators! {
    Add "+" (Number Number) -> Number, "`a + b`";
    Sub "-" (Number Number) -> Number, "`a - b`";
    Mul "*" (Number Number) -> Number, "`a * b`";
    Div "/" (Number Number) -> Number, "`a / b`";
    Neg "-" (Number) -> Number, "`-a`";
    Pow "^" (Number Number) -> Number, "`a ^ b`, as C's pow";
    Exp "exp" (Number) -> Number, "`e^a`";
    Expm1 "expm1" (Number) -> Number, "`e^a - 1`, accurate near 0";
    Log "log" (Number) -> Number, "natural logarithm";
    Log1p "log1p" (Number) -> Number, "`log(1 + a)`, accurate near 0";
    Sqrt "sqrt" (Number) -> Number, "square root";
    Sin "sin" (Number) -> Number, "sine";
    Cos "cos" (Number) -> Number, "cosine";
    Tan "tan" (Number) -> Number, "tangent";
    Tanh "tanh" (Number) -> Number, "hyperbolic tangent";
    Atan2 "atan2" (Number Number) -> Number, "angle of the point (b, a)";
    Sigmoid "sigmoid" (Number) -> Number, "`1/(1 + e^-a)`";
    Softplus "softplus" (Number) -> Number, "`log(1 + e^a)`";
    Exprel "exprel" (Number) -> Number, "`(e^a - 1)/a`, 1 at 0";
    Exprel2 "exprel2" (Number) -> Number, "`(exprel(a) - 1)/a`, 1/2 at 0";
    Linexp "linexp" (Number) -> Number, "`a/(1 - e^-a)`, 1 at 0";
    Erf "erf" (Number) -> Number, "error function";
    NormalCdf "normal_cdf" (Number) -> Number, "standard normal distribution function";
    NormalQuantile "normal_quantile" (Number) -> Number, "inverse of the standard normal distribution function";
    Hypot "hypot" (Number Number) -> Number, "`sqrt(a^2 + b^2)`";
    Abs "abs" (Number) -> Number, "magnitude";
    Sign "sign" (Number) -> Number, "-1, 0 or 1";
    Floor "floor" (Number) -> Number, "largest integer not above";
    Round "round" (Number) -> Number, "nearest integer, a half goes up: `floor(a + 1/2)`";
    Mod "mod" (Number Number) -> Number, "`a - b*floor(a/b)`";
    Min "min" (Number Number) -> Number, "the smaller";
    Max "max" (Number Number) -> Number, "the larger";
    Heaviside "heaviside" (Number) -> Number, "1 where `a >= 0`, else 0";
    Where "where" (Truth Number Number) -> Number, "b where a holds, else c";
    Lt "<" (Number Number) -> Truth, "`a < b`";
    Le "<=" (Number Number) -> Truth, "`a <= b`";
    Eq "==" (Number Number) -> Truth, "`a == b`";
    And "and" (Truth Truth) -> Truth, "both hold";
    Or "or" (Truth Truth) -> Truth, "at least one holds";
    Not "not" (Truth) -> Truth, "does not hold";
}

impl Operator {
    /// The number of operands.
    pub const fn arity(self) -> usize {
        self.operands().len()
    }

    /// Whether the order of the two operands does not matter (bit for bit).
    pub const fn commutes(self) -> bool {
        matches!(
            self,
            Self::Add | Self::Mul | Self::Eq | Self::And | Self::Or | Self::Hypot
        )
    }

    /// The partial derivative with respect to operand `which`, at the operands `args`.
    ///
    /// `None` where the table has no derivative ([`Operator::Exprel2`]) or the operand is a truth
    /// value.
    pub fn partial(self, graph: &mut Graph, args: &[NodeId], which: usize) -> Option<NodeId> {
        let a = args[0];
        let b = args.get(1).copied().unwrap_or(a);
        let node = match (self, which) {
            (Self::Add, _) | (Self::Sub, 0) => graph.number(1.0),
            (Self::Sub | Self::Neg, _) => graph.number(-1.0),
            (Self::Mul, 0) => b,
            (Self::Mul, _) => a,
            (Self::Div, 0) => {
                let one = graph.number(1.0);
                graph.div(one, b)
            }
            (Self::Div, _) => {
                let quotient = graph.div(a, b);
                let slope = graph.div(quotient, b);
                graph.neg(slope)
            }
            (Self::Pow, 0) => {
                let one = graph.number(1.0);
                let less = graph.sub(b, one);
                let power = graph.pow(a, less);
                graph.mul(b, power)
            }
            (Self::Pow, _) => {
                let power = graph.pow(a, b);
                let log = graph.apply(Self::Log, &[a]);
                graph.mul(power, log)
            }
            (Self::Exp, _) => graph.apply(Self::Exp, &[a]),
            (Self::Expm1, _) => graph.apply(Self::Exp, &[a]),
            (Self::Log, _) => {
                let one = graph.number(1.0);
                graph.div(one, a)
            }
            (Self::Log1p, _) => {
                let one = graph.number(1.0);
                let sum = graph.add(one, a);
                graph.div(one, sum)
            }
            (Self::Sqrt, _) => {
                let half = graph.number(0.5);
                let root = graph.apply(Self::Sqrt, &[a]);
                graph.div(half, root)
            }
            (Self::Sin, _) => graph.apply(Self::Cos, &[a]),
            (Self::Cos, _) => {
                let sine = graph.apply(Self::Sin, &[a]);
                graph.neg(sine)
            }
            (Self::Tan, _) => {
                let tan = graph.apply(Self::Tan, &[a]);
                let square = graph.mul(tan, tan);
                let one = graph.number(1.0);
                graph.add(one, square)
            }
            (Self::Tanh, _) => {
                let tanh = graph.apply(Self::Tanh, &[a]);
                let square = graph.mul(tanh, tanh);
                let one = graph.number(1.0);
                graph.sub(one, square)
            }
            (Self::Atan2, _) => {
                let aa = graph.mul(a, a);
                let bb = graph.mul(b, b);
                let sum = graph.add(aa, bb);
                let quotient = graph.div(if which == 0 { b } else { a }, sum);
                if which == 0 {
                    quotient
                } else {
                    graph.neg(quotient)
                }
            }
            (Self::Sigmoid, _) => {
                let s = graph.apply(Self::Sigmoid, &[a]);
                let one = graph.number(1.0);
                let rest = graph.sub(one, s);
                graph.mul(s, rest)
            }
            (Self::Softplus, _) => graph.apply(Self::Sigmoid, &[a]),
            // d/da (e^a - 1)/a = exprel(a) - exprel2(a)
            (Self::Exprel, _) => {
                let first = graph.apply(Self::Exprel, &[a]);
                let second = graph.apply(Self::Exprel2, &[a]);
                graph.sub(first, second)
            }
            // linexp(a) = 1/exprel(-a), so its derivative is exprel'(-a) * linexp(a)^2
            (Self::Linexp, _) => {
                let minus = graph.neg(a);
                let first = graph.apply(Self::Exprel, &[minus]);
                let second = graph.apply(Self::Exprel2, &[minus]);
                let slope = graph.sub(first, second);
                let linexp = graph.apply(Self::Linexp, &[a]);
                let square = graph.mul(linexp, linexp);
                graph.mul(slope, square)
            }
            (Self::Erf, _) => {
                let square = graph.mul(a, a);
                let minus = graph.neg(square);
                let bell = graph.apply(Self::Exp, &[minus]);
                let scale = graph.number(std::f64::consts::FRAC_2_SQRT_PI);
                graph.mul(scale, bell)
            }
            (Self::NormalCdf, _) => graph.normal_density(a),
            (Self::NormalQuantile, _) => {
                let quantile = graph.apply(Self::NormalQuantile, &[a]);
                let density = graph.normal_density(quantile);
                let one = graph.number(1.0);
                graph.div(one, density)
            }
            (Self::Hypot, _) => {
                let length = graph.apply(Self::Hypot, &[a, b]);
                graph.div(args[which], length)
            }
            (Self::Abs, _) => graph.apply(Self::Sign, &[a]),
            // Steps: the derivative is 0 wherever it exists.
            (Self::Sign | Self::Floor | Self::Round | Self::Heaviside, _) => graph.number(0.0),
            (Self::Mod, 0) => graph.number(1.0),
            (Self::Mod, _) => {
                let quotient = graph.div(a, b);
                let whole = graph.apply(Self::Floor, &[quotient]);
                graph.neg(whole)
            }
            // At a tie the derivative of the second operand is taken, as the values are.
            (Self::Min | Self::Max, _) => {
                let first = if self == Self::Min {
                    graph.apply(Self::Lt, &[a, b])
                } else {
                    graph.apply(Self::Lt, &[b, a])
                };
                let (one, zero) = (graph.number(1.0), graph.number(0.0));
                let (yes, no) = if which == 0 { (one, zero) } else { (zero, one) };
                graph.select(first, yes, no)
            }
            (Self::Where, 1 | 2) => {
                let (one, zero) = (graph.number(1.0), graph.number(0.0));
                let (yes, no) = if which == 1 { (one, zero) } else { (zero, one) };
                graph.select(a, yes, no)
            }
            (
                Self::Exprel2
                | Self::Where
                | Self::Lt
                | Self::Le
                | Self::Eq
                | Self::And
                | Self::Or
                | Self::Not,
                _,
            ) => return None,
        };
        Some(node)
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
