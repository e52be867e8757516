//! Arrays of any element type, read and written as f64.

use crate::kernel::{Element, Precision};

/// An array as the reference machine holds it.
#[derive(Clone, Debug, PartialEq)]
pub enum Array {
    /// `Real` in a plan of f32.
    F32(Vec<f32>),
    /// `Real` in a plan of f64, or [`Element::F64`] in any plan.
    F64(Vec<f64>),
    /// Counts.
    U32(Vec<u32>),
    /// Fixed-point sums.
    I32(Vec<i32>),
}

impl Array {
    /// An array of zeros.
    pub fn zeros(element: Element, precision: Precision, len: usize) -> Self {
        match (element, precision) {
            (Element::Real, Precision::F32) => Self::F32(vec![0.0; len]),
            (Element::Real, Precision::F64) | (Element::F64, _) => Self::F64(vec![0.0; len]),
            (Element::U32, _) => Self::U32(vec![0; len]),
            (Element::I32, _) => Self::I32(vec![0; len]),
        }
    }

    /// The number of elements.
    pub fn len(&self) -> usize {
        match self {
            Self::F32(x) => x.len(),
            Self::F64(x) => x.len(),
            Self::U32(x) => x.len(),
            Self::I32(x) => x.len(),
        }
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// An element as f64; exact for every element type.
    pub fn get(&self, index: usize) -> f64 {
        match self {
            Self::F32(x) => f64::from(x[index]),
            Self::F64(x) => x[index],
            Self::U32(x) => f64::from(x[index]),
            Self::I32(x) => f64::from(x[index]),
        }
    }

    /// Overwrites an element; the value is rounded to the element type (integers: half to even,
    /// saturating).
    pub fn set(&mut self, index: usize, value: f64) {
        match self {
            Self::F32(x) => x[index] = value as f32,
            Self::F64(x) => x[index] = value,
            Self::U32(x) => x[index] = value.round_ties_even() as u32,
            Self::I32(x) => x[index] = value.round_ties_even() as i32,
        }
    }

    /// Adds to an element: integers wrap (a proof against overflow stands elsewhere).
    pub fn add(&mut self, index: usize, value: f64) {
        match self {
            Self::F32(x) => x[index] += value as f32,
            Self::F64(x) => x[index] += value,
            Self::U32(x) => x[index] = x[index].wrapping_add(value as u32),
            Self::I32(x) => x[index] = x[index].wrapping_add(value as i32),
        }
    }

    /// All elements as f64.
    pub fn to_vec(&self) -> Vec<f64> {
        (0..self.len()).map(|i| self.get(i)).collect()
    }
}
