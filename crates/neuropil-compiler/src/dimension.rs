//! Dimensions that are not all known yet, and what follows from using them.
//!
//! A declaration without unit takes its dimension from its use. An unknown dimension is a
//! variable; every sum, comparison and assignment is an equation between products of powers. The
//! equations are linear in the exponents (Kennedy, 1996, *Programming languages and dimensions*),
//! so one pass of elimination decides each as it comes.

use neuropil_units::{Dimension, Exponent};

/// An unknown dimension.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Unknown(u32);

/// A product of a known dimension and powers of unknown ones.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Dim {
    known: Dimension,
    /// Ascending by unknown, without zero exponents.
    unknown: Vec<(Unknown, Exponent)>,
}

impl Dim {
    /// A known dimension.
    pub(crate) fn known(dimension: Dimension) -> Self {
        Self {
            known: dimension,
            unknown: Vec::new(),
        }
    }

    /// The dimension of a number.
    pub(crate) fn one() -> Self {
        Self::known(Dimension::ONE)
    }

    /// The dimension of time.
    pub(crate) fn time() -> Self {
        Self::known(Dimension::TIME)
    }

    /// The product; `None` if an exponent grows beyond what is kept.
    pub(crate) fn mul(&self, other: &Self) -> Option<Self> {
        let mut unknown = self.unknown.clone();
        for &(var, exponent) in &other.unknown {
            match unknown.binary_search_by_key(&var, |entry| entry.0) {
                Ok(place) => unknown[place].1 = unknown[place].1.plus(exponent)?,
                Err(place) => unknown.insert(place, (var, exponent)),
            }
        }
        unknown.retain(|entry| !entry.1.is_zero());
        Some(Self {
            known: self.known.mul(other.known)?,
            unknown,
        })
    }

    /// The quotient.
    pub(crate) fn div(&self, other: &Self) -> Option<Self> {
        self.mul(&other.pow(-1, 1)?)
    }

    /// A rational power.
    pub(crate) fn pow(&self, num: i32, den: i32) -> Option<Self> {
        let factor = Exponent::new(i64::from(num), i64::from(den))?;
        let mut unknown = Vec::with_capacity(self.unknown.len());
        for &(var, exponent) in &self.unknown {
            unknown.push((var, exponent.times(factor)?));
        }
        unknown.retain(|entry: &(Unknown, Exponent)| !entry.1.is_zero());
        Some(Self {
            known: self.known.pow(num, den)?,
            unknown,
        })
    }
}

/// What is known of the unknown dimensions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Solver {
    /// For each unknown, what it was found to be.
    solutions: Vec<Option<Dim>>,
}

impl Solver {
    /// A new unknown dimension.
    pub(crate) fn fresh(&mut self) -> Dim {
        self.solutions.push(None);
        let var = Unknown(self.solutions.len() as u32 - 1);
        Dim {
            known: Dimension::ONE,
            unknown: vec![(var, Exponent::ONE)],
        }
    }

    /// Replaces what has been found.
    pub(crate) fn resolve(&self, dim: &Dim) -> Option<Dim> {
        let mut result = Dim::known(dim.known);
        for &(var, exponent) in &dim.unknown {
            let part = match &self.solutions[var.0 as usize] {
                Some(found) => self.resolve(found)?,
                None => Dim {
                    known: Dimension::ONE,
                    unknown: vec![(var, Exponent::ONE)],
                },
            };
            let power = part.pow(i32::from(exponent.num()), i32::from(exponent.den()))?;
            result = result.mul(&power)?;
        }
        Some(result)
    }

    /// The dimension, if nothing in it is unknown.
    pub(crate) fn dimension(&self, dim: &Dim) -> Option<Dimension> {
        let resolved = self.resolve(dim)?;
        resolved.unknown.is_empty().then_some(resolved.known)
    }

    /// The dimension, with what nothing says taken as a number.
    pub(crate) fn dimension_or_number(&self, dim: &Dim) -> Dimension {
        self.resolve(dim)
            .map_or(Dimension::ONE, |resolved| resolved.known)
    }

    /// Demands that two dimensions agree; `false` if they cannot.
    pub(crate) fn equate(&mut self, a: &Dim, b: &Dim) -> bool {
        let Some(ratio) = a.div(b).and_then(|ratio| self.resolve(&ratio)) else {
            return false;
        };
        let Some(&(var, exponent)) = ratio.unknown.first() else {
            return ratio.known.is_dimensionless();
        };
        // var^exponent * rest = 1, so var = rest^(-1/exponent).
        let rest = Dim {
            known: ratio.known,
            unknown: ratio.unknown[1..].to_vec(),
        };
        let (num, den) = (i32::from(exponent.num()), i32::from(exponent.den()));
        let solution = if num > 0 {
            rest.pow(-den, num)
        } else {
            rest.pow(den, -num)
        };
        match solution {
            Some(solution) => {
                self.solutions[var.0 as usize] = Some(solution);
                true
            }
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_follows_from_its_use() {
        let mut solver = Solver::default();
        let g = solver.fresh();
        // g * mV = pA, so g is a conductance.
        let product = g.mul(&Dim::known(Dimension::VOLTAGE)).unwrap();
        assert!(solver.equate(&product, &Dim::known(Dimension::CURRENT)));
        assert_eq!(solver.dimension(&g), Some(Dimension::CONDUCTANCE));
        assert!(!solver.equate(&g, &Dim::known(Dimension::VOLTAGE)));
    }

    #[test]
    fn unknowns_may_follow_from_one_another() {
        let mut solver = Solver::default();
        let (a, b) = (solver.fresh(), solver.fresh());
        let square = a.pow(2, 1).unwrap();
        assert!(solver.equate(&square, &b));
        assert_eq!(solver.dimension(&a), None);
        assert!(solver.equate(&b, &Dim::known(Dimension::AREA)));
        assert_eq!(solver.dimension(&a), Some(Dimension::LENGTH));
        assert!(solver.equate(&a, &a));
    }
}
