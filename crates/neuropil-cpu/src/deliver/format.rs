//! What is stored of an edge, and what it adds to a sum.

use std::fmt::Debug;
use std::marker::PhantomData;

use neuropil_ir::grid;

use crate::memory::{Array, Numbers, Plain};

/// A stored target: its place in the tile.
pub(crate) trait Target: Plain {
    /// The widest tile.
    const MOST: usize;
    fn of(place: usize) -> Self;
    fn place(self) -> usize;
}

impl Target for u16 {
    const MOST: usize = 1 << 16;
    #[inline]
    fn of(place: usize) -> Self {
        place as Self
    }
    #[inline]
    fn place(self) -> usize {
        usize::from(self)
    }
}

impl Target for u32 {
    const MOST: usize = u32::MAX as usize;
    #[inline]
    fn of(place: usize) -> Self {
        place as Self
    }
    #[inline]
    fn place(self) -> usize {
        self as usize
    }
}

/// A format of edges.
pub(crate) trait Format: Send + Sync + Debug + 'static {
    /// What is stored of every edge.
    type Cell: Plain;
    /// What is stored beside it, if [`Format::BESIDE`].
    type Beside: Plain;
    /// The sum at a target.
    type Sum: Plain;

    /// Whether something is stored beside the cells.
    const BESIDE: bool;
    /// Whether edges have weights.
    const WEIGHTED: bool;
    /// The widest tile.
    const MOST_TARGETS: usize;
    /// The largest sum of magnitudes, in units, that is exact.
    const EXACT_BELOW: f64;

    /// What is stored of an edge; the weight is in units of the grid.
    fn encode(place: usize, weight: f64) -> (Self::Cell, Self::Beside);
    /// The place of the target in the tile.
    fn place(cell: Self::Cell) -> usize;
    /// What one event adds.
    fn weight(cell: Self::Cell, beside: Self::Beside) -> Self::Sum;
    /// The sum with n times the weight added.
    fn add(sum: Self::Sum, weight: Self::Sum, times: u32) -> Self::Sum;
    /// The magnitude of a weight in the units of [`Format::EXACT_BELOW`].
    fn magnitude(weight: Self::Sum) -> f64;
    /// The sums of an array, all copies, if it holds this kind of sum.
    fn sums(array: &mut Array) -> Option<&mut [Self::Sum]>;
}

/// Shared weights: events are counted.
#[derive(Debug)]
pub(crate) struct List<T>(PhantomData<T>);

/// 16-bit weights on a grid, packed with 16-bit targets, summed in 32-bit integers.
#[derive(Debug)]
pub(crate) struct Packed;

/// 16-bit weights on a grid beside 32-bit targets, summed in 32-bit integers.
#[derive(Debug)]
pub(crate) struct Apart;

/// f32 weights on a grid of 24 bits, summed in f64.
#[derive(Debug)]
pub(crate) struct Wide<T>(PhantomData<T>);

/// f64 weights as they are, summed in f64 in a fixed order.
#[derive(Debug)]
pub(crate) struct Exact<T>(PhantomData<T>);

impl<T: Target> Format for List<T> {
    type Cell = T;
    type Beside = u8;
    type Sum = u32;

    const BESIDE: bool = false;
    const WEIGHTED: bool = false;
    const MOST_TARGETS: usize = T::MOST;
    const EXACT_BELOW: f64 = u32::MAX as f64;

    fn encode(place: usize, _weight: f64) -> (T, u8) {
        (T::of(place), 0)
    }
    #[inline]
    fn place(cell: T) -> usize {
        cell.place()
    }
    #[inline]
    fn weight(_cell: T, _beside: u8) -> u32 {
        1
    }
    #[inline]
    fn add(sum: u32, weight: u32, times: u32) -> u32 {
        sum.wrapping_add(weight.wrapping_mul(times))
    }
    fn magnitude(weight: u32) -> f64 {
        f64::from(weight)
    }
    fn sums(array: &mut Array) -> Option<&mut [u32]> {
        match array.numbers_mut() {
            Numbers::U32(block) => Some(block),
            _ => None,
        }
    }
}

impl Format for Packed {
    type Cell = u32;
    type Beside = u8;
    type Sum = i32;

    const BESIDE: bool = false;
    const WEIGHTED: bool = true;
    const MOST_TARGETS: usize = u16::MOST;
    const EXACT_BELOW: f64 = i32::MAX as f64;

    fn encode(place: usize, weight: f64) -> (u32, u8) {
        let weight = grid::integer(weight).cast_unsigned();
        (place as u32 | (u32::from(weight) << 16), 0)
    }
    #[inline]
    fn place(cell: u32) -> usize {
        (cell & 0xFFFF) as usize
    }
    #[inline]
    fn weight(cell: u32, _beside: u8) -> i32 {
        cell.cast_signed() >> 16
    }
    #[inline]
    fn add(sum: i32, weight: i32, times: u32) -> i32 {
        sum.wrapping_add(weight.wrapping_mul(times.cast_signed()))
    }
    fn magnitude(weight: i32) -> f64 {
        f64::from(weight).abs()
    }
    fn sums(array: &mut Array) -> Option<&mut [i32]> {
        integers(array)
    }
}

impl Format for Apart {
    type Cell = u32;
    type Beside = i16;
    type Sum = i32;

    const BESIDE: bool = true;
    const WEIGHTED: bool = true;
    const MOST_TARGETS: usize = u32::MOST;
    const EXACT_BELOW: f64 = i32::MAX as f64;

    fn encode(place: usize, weight: f64) -> (u32, i16) {
        (place as u32, grid::integer(weight))
    }
    #[inline]
    fn place(cell: u32) -> usize {
        cell as usize
    }
    #[inline]
    fn weight(_cell: u32, beside: i16) -> i32 {
        i32::from(beside)
    }
    #[inline]
    fn add(sum: i32, weight: i32, times: u32) -> i32 {
        sum.wrapping_add(weight.wrapping_mul(times.cast_signed()))
    }
    fn magnitude(weight: i32) -> f64 {
        f64::from(weight).abs()
    }
    fn sums(array: &mut Array) -> Option<&mut [i32]> {
        integers(array)
    }
}

impl<T: Target> Format for Wide<T> {
    type Cell = T;
    type Beside = f32;
    type Sum = f64;

    const BESIDE: bool = true;
    const WEIGHTED: bool = true;
    const MOST_TARGETS: usize = T::MOST;
    /// Magnitudes are taken in units of the grid: below 2^53 every sum of them is exact.
    const EXACT_BELOW: f64 = (1_u64 << 53) as f64;

    fn encode(place: usize, weight: f64) -> (T, f32) {
        (T::of(place), weight as f32)
    }
    #[inline]
    fn place(cell: T) -> usize {
        cell.place()
    }
    #[inline]
    fn weight(_cell: T, beside: f32) -> f64 {
        f64::from(beside)
    }
    #[inline]
    fn add(sum: f64, weight: f64, times: u32) -> f64 {
        sum + weight * f64::from(times)
    }
    fn magnitude(weight: f64) -> f64 {
        weight.abs()
    }
    fn sums(array: &mut Array) -> Option<&mut [f64]> {
        doubles(array)
    }
}

impl<T: Target> Format for Exact<T> {
    type Cell = T;
    type Beside = f64;
    type Sum = f64;

    const BESIDE: bool = true;
    const WEIGHTED: bool = true;
    const MOST_TARGETS: usize = T::MOST;
    const EXACT_BELOW: f64 = f64::INFINITY;

    fn encode(place: usize, weight: f64) -> (T, f64) {
        (T::of(place), weight)
    }
    #[inline]
    fn place(cell: T) -> usize {
        cell.place()
    }
    #[inline]
    fn weight(_cell: T, beside: f64) -> f64 {
        beside
    }
    #[inline]
    fn add(sum: f64, weight: f64, times: u32) -> f64 {
        // One event after another, as the order of the sum is fixed.
        (0..times).fold(sum, |sum, _| sum + weight)
    }
    fn magnitude(weight: f64) -> f64 {
        weight.abs()
    }
    fn sums(array: &mut Array) -> Option<&mut [f64]> {
        doubles(array)
    }
}

fn integers(array: &mut Array) -> Option<&mut [i32]> {
    match array.numbers_mut() {
        Numbers::I32(block) => Some(block),
        _ => None,
    }
}

fn doubles(array: &mut Array) -> Option<&mut [f64]> {
    match array.numbers_mut() {
        Numbers::F64(block) => Some(block),
        _ => None,
    }
}
