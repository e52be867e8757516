//! A unit: a dimension, a power of ten, and for `degC` a shifted zero.

use crate::dimension::Dimension;
use crate::error::UnitError;
use crate::exponent::Exponent;
use crate::names::{nearest_unit, parse_unit};

/// The freezing point of water in hundredths of a kelvin: 0 degC = 273.15 K exactly.
pub(crate) const ICE_POINT_CENTIKELVIN: i128 = 27315;

/// The same in kelvin, as the nearest float.
const ICE_POINT: f64 = 273.15;

/// How one quantity is written, relative to the internal coherent system.
///
/// The scale is a power of ten with a rational exponent: every unit of the language is a
/// decimal multiple of the internal one, and only roots of units give fractions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Unit {
    dimension: Dimension,
    ten: Exponent,
    celsius: bool,
}

impl Unit {
    /// The unit of a plain number.
    pub const ONE: Self = Self {
        dimension: Dimension::ONE,
        ten: Exponent::ZERO,
        celsius: false,
    };

    /// The internal coherent unit of a dimension, with scale 1.
    pub const fn internal(dimension: Dimension) -> Self {
        Self {
            dimension,
            ten: Exponent::ZERO,
            celsius: false,
        }
    }

    /// Makes the unit that is `10^ten` internal units.
    pub const fn decimal(dimension: Dimension, ten: i16) -> Self {
        Self {
            dimension,
            ten: Exponent::whole(ten),
            celsius: false,
        }
    }

    /// The degree Celsius.
    pub(crate) const fn celsius() -> Self {
        Self {
            dimension: Dimension::TEMPERATURE,
            ten: Exponent::ZERO,
            celsius: true,
        }
    }

    /// The dimension of what is measured.
    pub const fn dimension(&self) -> Dimension {
        self.dimension
    }

    /// The power of ten of the scale, in whole or broken steps.
    pub const fn ten_exponent(&self) -> Exponent {
        self.ten
    }

    /// The size of one such unit in internal units; the nearest float for whole powers of ten.
    pub fn scale(&self) -> f64 {
        let (whole, rest) = self.split();
        power_of_ten(whole) * rest
    }

    /// Tells whether the unit has its own zero, as `degC` has.
    pub const fn is_affine(&self) -> bool {
        self.celsius
    }

    /// What 0 of this unit is in internal units: 273.15 for `degC`, else 0.
    pub const fn offset(&self) -> f64 {
        if self.celsius { ICE_POINT } else { 0.0 }
    }

    /// Converts a number in this unit to internal units.
    ///
    /// Correctly rounded for scales from 1e-22 to 1e22; [`convert`](crate::convert) reads text.
    pub fn to_internal(&self, value: f64) -> f64 {
        let (whole, rest) = self.split();
        shift(value * rest, whole) + self.offset()
    }

    /// Converts a number in internal units to this unit, for recordings and plots.
    ///
    /// Correctly rounded for scales from 1e-22 to 1e22.
    pub fn from_internal(&self, value: f64) -> f64 {
        let (whole, rest) = self.split();
        shift(value - self.offset(), whole.saturating_neg()) / rest
    }

    /// The unit of a product; `None` for affine units or if an exponent does not fit.
    #[expect(
        clippy::should_implement_trait,
        reason = "the result is an option, `*` would hide it"
    )]
    pub fn mul(self, other: Self) -> Option<Self> {
        if self.celsius || other.celsius {
            return None;
        }
        let dimension = self.dimension.mul(other.dimension)?;
        Some(Self {
            dimension,
            ten: self.ten.plus(other.ten)?,
            celsius: false,
        })
    }

    /// The unit of a quotient; `None` for affine units or if an exponent does not fit.
    #[expect(
        clippy::should_implement_trait,
        reason = "the result is an option, `/` would hide it"
    )]
    pub fn div(self, other: Self) -> Option<Self> {
        self.mul(other.pow(-1, 1)?)
    }

    /// The unit to the power `num/den`; `None` for affine units, `den` 0, or if it does not fit.
    pub fn pow(self, num: i32, den: i32) -> Option<Self> {
        if self.celsius {
            return None;
        }
        let dimension = self.dimension.pow(num, den)?;
        let ten = Exponent::new(
            i64::from(self.ten.num()) * i64::from(num),
            i64::from(self.ten.den()) * i64::from(den),
        )?;
        Some(Self {
            dimension,
            ten,
            celsius: false,
        })
    }

    /// Splits the scale into a whole power of ten and a factor in [1, 10).
    pub(crate) fn split(&self) -> (i32, f64) {
        let (num, den) = (i32::from(self.ten.num()), i32::from(self.ten.den()));
        (num.div_euclid(den), root_of_ten(num.rem_euclid(den), den))
    }
}

/// Makes one unit of factors `(name, num, den)`, each a name to the power `num/den`.
///
/// # Errors
///
/// [`UnitError::Unknown`] for a name that is no unit, [`UnitError::AffineInProduct`] for `degC`
/// with anything else or with an exponent, [`UnitError::ExponentTooLarge`] for an exponent that
/// does not fit or has the denominator 0.
///
/// # Examples
///
/// ```
/// let unit = neuropil_units::combine(&[("Hz", 1, 1), ("nA", -1, 1)])?;
/// assert_eq!(unit.to_internal(270.0), 270e-6); // 1/ms/pA
/// # Ok::<(), neuropil_units::UnitError>(())
/// ```
pub fn combine(factors: &[(&str, i32, i32)]) -> Result<Unit, UnitError> {
    let mut product = Unit::ONE;
    for &(name, num, den) in factors {
        let unit = parse_unit(name).ok_or_else(|| UnitError::Unknown {
            name: name.to_owned(),
            nearest: nearest_unit(name),
        })?;
        if unit.is_affine() {
            if factors.len() == 1 && num == den && den != 0 {
                return Ok(unit);
            }
            return Err(UnitError::AffineInProduct {
                name: name.to_owned(),
            });
        }
        product = unit
            .pow(num, den)
            .and_then(|power| product.mul(power))
            .ok_or(UnitError::ExponentTooLarge)?;
    }
    Ok(product)
}

/// The float nearest to `10^exponent`; 0 or infinity beyond the range.
fn power_of_ten(exponent: i32) -> f64 {
    format!("1e{exponent}").parse().unwrap_or(f64::INFINITY)
}

/// Multiplies by `10^exponent`. Up to 1e22 the power is exact, so there is a single rounding.
fn shift(value: f64, exponent: i32) -> f64 {
    if exponent < 0 {
        value / power_of_ten(exponent.saturating_neg())
    } else {
        value * power_of_ten(exponent)
    }
}

/// Computes `10^(num/den)` for `0 <= num < den` by Newton's method, the same on every machine.
fn root_of_ten(num: i32, den: i32) -> f64 {
    if num <= 0 {
        return 1.0;
    }
    if 2 * num == den {
        return 10.0_f64.sqrt();
    }
    // Solve x^den = 10 and raise to num. From above, the iteration falls monotonically, so it
    // ends when it stops falling; 1 + 10/den is above the root by the binomial theorem.
    let degree = f64::from(den);
    let mut root = 1.0 + 10.0 / degree;
    for _ in 0..200 {
        let next = root - (root - 10.0 / power(root, den - 1)) / degree;
        if next >= root {
            break;
        }
        root = next;
    }
    power(root, num)
}

/// Raises to a whole power by squaring.
fn power(mut base: f64, mut exponent: i32) -> f64 {
    let mut product = 1.0;
    while exponent > 0 {
        if exponent & 1 == 1 {
            product *= base;
        }
        base *= base;
        exponent >>= 1;
    }
    product
}
