//! Reading a written number in a unit without a second rounding.
//!
//! `0.3 ms` must be the float nearest to 0.3, and `0.3 nA` the one nearest to 300, not the
//! product of two rounded numbers. The scale of a unit is a power of ten, so the exponent of
//! the text is shifted before anything is rounded.

use crate::error::UnitError;
use crate::unit::{ICE_POINT_CENTIKELVIN, Unit};

/// Reads a decimal number in a unit and gives the nearest float in internal units.
///
/// The text is digits with an optional sign, point and exponent. For units with a whole power
/// of ten, `degC` included, the result is correctly rounded; for roots of units it has the
/// error of one more multiplication. A sign belongs to the number: `-5 degC` is 268.15 K.
///
/// # Errors
///
/// [`UnitError::NotANumber`] for other text, [`UnitError::NumberTooLarge`] for a result that is
/// not finite. A number too small becomes 0.
///
/// # Examples
///
/// ```
/// use neuropil_units::{convert, parse_unit};
///
/// let nanoampere = parse_unit("nA").ok_or("no such unit")?;
/// assert_eq!(convert("0.3", &nanoampere), Ok(300.0));
/// # Ok::<(), &str>(())
/// ```
pub fn convert(text: &str, unit: &Unit) -> Result<f64, UnitError> {
    let decimal = Decimal::read(text).ok_or_else(|| UnitError::NotANumber {
        text: text.to_owned(),
    })?;
    let (whole, rest) = unit.split();
    let value = if unit.is_affine() {
        decimal
            .plus_ice_point()
            .unwrap_or_else(|| decimal.shifted(0) + unit.offset())
    } else {
        decimal.shifted(whole) * rest
    };
    if value.is_finite() {
        Ok(value)
    } else {
        Err(UnitError::NumberTooLarge {
            text: text.to_owned(),
        })
    }
}

/// A decimal number as text: mantissa with sign and point, and the exponent beside it.
struct Decimal<'a> {
    mantissa: &'a str,
    exponent: i64,
}

impl<'a> Decimal<'a> {
    /// Splits the text; `None` if it is no decimal number.
    fn read(text: &'a str) -> Option<Self> {
        let (mantissa, exponent) = match text.find(['e', 'E']) {
            Some(at) => (&text[..at], Some(&text[at + 1..])),
            None => (text, None),
        };
        let digits = mantissa.strip_prefix(['+', '-']).unwrap_or(mantissa);
        let (left, right) = digits.split_once('.').unwrap_or((digits, ""));
        if !only_digits(left) || !only_digits(right) || (left.is_empty() && right.is_empty()) {
            return None;
        }
        let exponent = match exponent {
            None => 0,
            Some(text) => {
                let (sign, digits) = match text.strip_prefix('-') {
                    Some(digits) => (-1, digits),
                    None => (1, text.strip_prefix('+').unwrap_or(text)),
                };
                if digits.is_empty() || !only_digits(digits) {
                    return None;
                }
                // An exponent of more digits than this is 0 or infinity whatever follows.
                sign * digits
                    .parse::<i64>()
                    .unwrap_or(i64::MAX / 4)
                    .min(i64::MAX / 4)
            }
        };
        Some(Self { mantissa, exponent })
    }

    /// The float nearest to the number times `10^power`.
    fn shifted(&self, power: i32) -> f64 {
        let exponent = self.exponent + i64::from(power);
        format!("{}e{exponent}", self.mantissa)
            .parse()
            .unwrap_or(f64::INFINITY)
    }

    /// The float nearest to the number plus 273.15; `None` if it has too many digits.
    fn plus_ice_point(&self) -> Option<f64> {
        let (sign, digits) = match self.mantissa.strip_prefix('-') {
            Some(digits) => (-1, digits),
            None => (1, self.mantissa.strip_prefix('+').unwrap_or(self.mantissa)),
        };
        let (left, right) = digits.split_once('.').unwrap_or((digits, ""));
        let right = right.trim_end_matches('0');
        let places = i64::try_from(right.len())
            .ok()?
            .saturating_sub(self.exponent);
        // Both summands become whole numbers of 10^-common.
        let common = u32::try_from(places.max(2)).ok().filter(|c| *c <= 30)?;
        let number: i128 = format!("0{left}{right}").parse().ok()?;
        let raise = u32::try_from(i64::from(common) - places).ok()?;
        let number = number.checked_mul(10_i128.checked_pow(raise)?)?;
        let sum = ICE_POINT_CENTIKELVIN
            .checked_mul(10_i128.checked_pow(common - 2)?)?
            .checked_add(sign * number)?;
        format!("{sum}e-{common}").parse().ok()
    }
}

/// Tells whether a text has ASCII digits alone; an empty text has.
fn only_digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}
