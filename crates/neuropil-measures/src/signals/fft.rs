//! The discrete Fourier transform, of any length.
//!
//! Written here and not taken from a crate: those that are fast choose their instructions by the
//! processor they find, and round differently on another. Lengths that are powers of two are
//! transformed directly, all others by a convolution of such a length.

use std::f64::consts::PI;
use std::ops::{Add, Mul, Sub};

/// A complex number.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Complex {
    /// The real part.
    pub re: f64,
    /// The imaginary part.
    pub im: f64,
}

impl Complex {
    /// Makes a number of its parts.
    pub const fn new(re: f64, im: f64) -> Self {
        Self { re, im }
    }

    /// `exp(i angle)`.
    pub(super) fn turn(angle: f64) -> Self {
        let (im, re) = angle.sin_cos();
        Self { re, im }
    }

    /// The number with the opposite imaginary part.
    #[must_use]
    pub fn conjugate(self) -> Self {
        Self::new(self.re, -self.im)
    }

    /// The square of the absolute value.
    pub fn squared(self) -> f64 {
        self.re * self.re + self.im * self.im
    }

    /// The absolute value.
    pub fn abs(self) -> f64 {
        self.re.hypot(self.im)
    }

    /// The angle in `(-pi, pi]`; 0 for 0.
    pub fn angle(self) -> f64 {
        self.im.atan2(self.re)
    }

    /// The number times a real one.
    #[must_use]
    pub fn scaled(self, by: f64) -> Self {
        Self::new(self.re * by, self.im * by)
    }
}

impl Add for Complex {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self::new(self.re + other.re, self.im + other.im)
    }
}

impl Sub for Complex {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self::new(self.re - other.re, self.im - other.im)
    }
}

impl Mul for Complex {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        Self::new(
            self.re * other.re - self.im * other.im,
            self.re * other.im + self.im * other.re,
        )
    }
}

/// The transform of one length, with the factors it needs.
#[derive(Clone, Debug)]
pub(crate) struct Fourier {
    length: usize,
    /// `exp(-2 pi i k / n)` for the first half of the power of two n.
    factors: Vec<Complex>,
    chirp: Option<Chirp>,
}

/// What turns a transform of any length into a convolution (Bluestein 1970).
#[derive(Clone, Debug)]
struct Chirp {
    /// `exp(-pi i k^2 / n)`.
    factors: Vec<Complex>,
    /// The transform of their conjugates, wrapped around.
    filter: Vec<Complex>,
}

impl Fourier {
    /// Prepares the transform of a length; of length 0 there is nothing to do.
    pub(crate) fn new(length: usize) -> Self {
        let padded = if length.is_power_of_two() {
            length
        } else {
            (2 * length).next_power_of_two()
        };
        let factor = |k: usize| Complex::turn(-2.0 * PI * k as f64 / padded as f64);
        let mut transform = Self {
            length,
            factors: (0..padded / 2).map(factor).collect(),
            chirp: None,
        };
        if padded != length {
            // k^2 modulo 2n: the angle of a large square would lose its digits.
            let square = |k: usize| (k as u128 * k as u128 % (2 * length.max(1)) as u128) as f64;
            let turn = |k: usize| Complex::turn(-PI * square(k) / length as f64);
            let factors: Vec<Complex> = (0..length).map(turn).collect();
            let mut filter = vec![Complex::default(); padded];
            for (k, factor) in factors.iter().enumerate() {
                filter[k] = factor.conjugate();
                filter[(padded - k) % padded] = factor.conjugate();
            }
            transform.power_of_two(&mut filter);
            transform.chirp = Some(Chirp { factors, filter });
        }
        transform
    }

    /// Returns `X_k = sum_j x_j exp(-2 pi i j k / n)`; missing values at the end are 0.
    pub(crate) fn transform(&self, values: &[Complex]) -> Vec<Complex> {
        let mut out: Vec<Complex> = values.iter().copied().take(self.length).collect();
        out.resize(self.length, Complex::default());
        let Some(chirp) = &self.chirp else {
            self.power_of_two(&mut out);
            return out;
        };
        // j k = (j^2 + k^2 - (k - j)^2) / 2 makes the sum a convolution with the chirp.
        let mut work: Vec<Complex> = out
            .iter()
            .zip(&chirp.factors)
            .map(|(&x, &c)| x * c)
            .collect();
        let padded = chirp.filter.len();
        work.resize(padded, Complex::default());
        self.power_of_two(&mut work);
        // The inverse is the transform of the conjugate.
        for (value, &filter) in work.iter_mut().zip(&chirp.filter) {
            *value = (*value * filter).conjugate();
        }
        self.power_of_two(&mut work);
        for ((out, value), &factor) in out.iter_mut().zip(&work).zip(&chirp.factors) {
            *out = value.conjugate().scaled(1.0 / padded as f64) * factor;
        }
        out
    }

    /// Returns `x_j = (1/n) sum_k X_k exp(2 pi i j k / n)`, which undoes [`Fourier::transform`].
    pub(crate) fn inverse(&self, values: &[Complex]) -> Vec<Complex> {
        let turned: Vec<Complex> = values.iter().map(|value| value.conjugate()).collect();
        let mut out = self.transform(&turned);
        for value in &mut out {
            *value = value.conjugate().scaled(1.0 / self.length as f64);
        }
        out
    }

    /// Cooley and Tukey (1965), in place; the length is twice the number of factors, or 1 or 0.
    fn power_of_two(&self, values: &mut [Complex]) {
        let n = values.len();
        if n < 2 {
            return;
        }
        let shift = usize::BITS - n.trailing_zeros();
        for k in 0..n {
            let mirror = k.reverse_bits() >> shift;
            if k < mirror {
                values.swap(k, mirror);
            }
        }
        let mut half = 1;
        while half < n {
            let stride = n / (2 * half);
            for block in values.chunks_exact_mut(2 * half) {
                let (low, high) = block.split_at_mut(half);
                let factors = self.factors.iter().step_by(stride);
                for ((low, high), &factor) in low.iter_mut().zip(high).zip(factors) {
                    let turned = *high * factor;
                    (*low, *high) = (*low + turned, *low - turned);
                }
            }
            half *= 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use neuropil_ir::draw::Stream;

    fn noise(n: usize) -> Vec<Complex> {
        let mut draws = Stream::new(1, 0, n as u64);
        (0..n)
            .map(|_| Complex::new(draws.next_f64() - 0.5, draws.next_f64() - 0.5))
            .collect()
    }

    /// Against the sum itself. Both round some n times in numbers below sqrt(n).
    #[test]
    fn the_transform_is_its_definition() {
        for n in [0, 1, 2, 3, 5, 8, 12, 31, 64, 100, 257] {
            let values = noise(n);
            let found = Fourier::new(n).transform(&values);
            assert_eq!(found.len(), n);
            for (k, found) in found.into_iter().enumerate() {
                let mut sum = Complex::default();
                for (j, &value) in values.iter().enumerate() {
                    let turn = (j * k % n) as f64 / n as f64;
                    sum = sum + value * Complex::turn(-2.0 * PI * turn);
                }
                assert!((found - sum).abs() < 1e-13, "{k} of {n}");
            }
        }
    }

    #[test]
    fn the_inverse_undoes_it() {
        for n in [1, 6, 1000, 1024, 4099] {
            let values = noise(n);
            let fourier = Fourier::new(n);
            let back = fourier.inverse(&fourier.transform(&values));
            assert!(
                back.iter()
                    .zip(&values)
                    .all(|(&a, &b)| (a - b).abs() < 1e-14)
            );
        }
    }
}
