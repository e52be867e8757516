//! The rational exponent of one base quantity.

use std::fmt;

/// A rational number in lowest terms, small enough that a dimension stays a copyable value.
///
/// The order is a total order for use in sorted maps; it is not the numeric order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Exponent {
    num: i16,
    den: i16,
}

impl Exponent {
    /// The exponent of a quantity that does not take part.
    pub const ZERO: Self = Self { num: 0, den: 1 };
    /// The exponent of the quantity itself.
    pub const ONE: Self = Self { num: 1, den: 1 };

    /// Makes a whole exponent.
    pub const fn whole(num: i16) -> Self {
        Self { num, den: 1 }
    }

    /// Makes `num/den` in lowest terms; `None` if `den` is 0 or the result does not fit.
    pub fn new(num: i64, den: i64) -> Option<Self> {
        if den == 0 {
            return None;
        }
        let divisor = gcd(num.unsigned_abs(), den.unsigned_abs());
        let divisor = i128::from(divisor) * if den < 0 { -1 } else { 1 };
        let num = i16::try_from(i128::from(num) / divisor).ok()?;
        let den = i16::try_from(i128::from(den) / divisor).ok()?;
        Some(Self { num, den })
    }

    /// The numerator, which carries the sign.
    pub const fn num(self) -> i16 {
        self.num
    }

    /// The denominator, always positive.
    pub const fn den(self) -> i16 {
        self.den
    }

    /// Tells whether the exponent is 0.
    pub const fn is_zero(self) -> bool {
        self.num == 0
    }

    /// Adds two exponents; `None` if the result does not fit.
    pub fn plus(self, other: Self) -> Option<Self> {
        let (a, b) = (i64::from(self.num), i64::from(self.den));
        let (c, d) = (i64::from(other.num), i64::from(other.den));
        Self::new(a * d + c * b, b * d)
    }

    /// Multiplies two exponents; `None` if the result does not fit.
    pub fn times(self, other: Self) -> Option<Self> {
        Self::new(
            i64::from(self.num) * i64::from(other.num),
            i64::from(self.den) * i64::from(other.den),
        )
    }

    /// The same exponent with the opposite sign; `None` if it does not fit.
    pub fn negated(self) -> Option<Self> {
        Some(Self {
            num: self.num.checked_neg()?,
            den: self.den,
        })
    }
}

impl fmt::Display for Exponent {
    /// Writes `2`, `-1`, `0.5` or, where a decimal would not end, `(1/3)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.den == 1 {
            write!(f, "{}", self.num)
        } else if matches!(self.den, 2 | 4 | 5 | 8 | 10 | 16 | 20 | 25) {
            write!(f, "{}", f64::from(self.num) / f64::from(self.den))
        } else {
            write!(f, "({}/{})", self.num, self.den)
        }
    }
}

impl fmt::Debug for Exponent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.num, self.den)
    }
}

/// The greatest common divisor; 1 for two zeros, so that it can be divided by.
fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a.max(1) } else { gcd(b, a % b) }
}
