//! Operations that compute each lane from the same lane of their inputs.
//!
//! A function of one to three lanes ([`Function1`] and so on) becomes an [`Operation`] by saying
//! which of its inputs are wires ([`Wire`]) and which are numbers equal for all lanes ([`Same`]).
//! Masks and bit patterns travel as lanes, too: a mask is all ones or all zeros.

use std::marker::PhantomData;

use super::instruction::{Instruction, Operation, Wires};
use super::lane::{Lane, Pattern};

/// Where an input comes from.
pub(super) trait Source<L: Lane> {
    /// The input of a block.
    type Input<'a>: Copy;

    /// Opens the input of a block.
    ///
    /// # Safety
    ///
    /// The wire or number is valid (see [`Wires`]).
    unsafe fn open<'a>(wires: &Wires<'a, L>, place: u16) -> Self::Input<'a>;

    /// A lane of the input.
    fn lane(input: Self::Input<'_>, lane: usize) -> L;
}

/// An input that differs from lane to lane.
#[derive(Debug)]
pub(super) struct Wire;

/// An input equal for all lanes.
#[derive(Debug)]
pub(super) struct Same;

impl<L: Lane> Source<L> for Wire {
    type Input<'a> = &'a [L];

    #[inline(always)]
    unsafe fn open<'a>(wires: &Wires<'a, L>, place: u16) -> &'a [L] {
        // SAFETY: the caller's promise.
        unsafe { wires.input::<L>(place) }
    }

    #[inline(always)]
    fn lane(input: &[L], lane: usize) -> L {
        input[lane]
    }
}

impl<L: Lane> Source<L> for Same {
    type Input<'a> = L;

    #[inline(always)]
    unsafe fn open(wires: &Wires<'_, L>, place: u16) -> L {
        // SAFETY: the caller's promise.
        unsafe { wires.number(place) }
    }

    #[inline(always)]
    fn lane(input: L, _lane: usize) -> L {
        input
    }
}

/// A function of one lane.
pub(super) trait Function1<L> {
    fn of(a: L) -> L;
}

/// A function of two lanes.
pub(super) trait Function2<L> {
    fn of(a: L, b: L) -> L;
}

/// A function of three lanes.
pub(super) trait Function3<L> {
    fn of(a: L, b: L, c: L) -> L;
}

/// A [`Function1`] over blocks.
#[derive(Debug)]
pub(super) struct Map1<F>(PhantomData<F>);

/// A [`Function2`] over blocks.
#[derive(Debug)]
pub(super) struct Map2<F, A, B>(PhantomData<(F, A, B)>);

/// A [`Function3`] over blocks.
#[derive(Debug)]
pub(super) struct Map3<F, A, B, C>(PhantomData<(F, A, B, C)>);

impl<L: Lane, F: Function1<L>> Operation<L> for Map1<F> {
    #[inline(always)]
    unsafe fn run(wires: &Wires<'_, L>, at: &Instruction<L>) {
        #[inline(always)]
        fn block<L: Lane, F: Function1<L>>(out: &mut [L], a: &[L]) {
            for lane in 0..out.len() {
                out[lane] = F::of(a[lane]);
            }
        }
        // SAFETY: the caller's promise; so below.
        let a = unsafe { wires.input::<L>(at.inputs[0]) };
        // SAFETY: as above.
        let out = unsafe { wires.output::<L>(at.out) };
        block::<L, F>(out, a);
    }
}

impl<L: Lane, F: Function2<L>, A: Source<L>, B: Source<L>> Operation<L> for Map2<F, A, B> {
    #[inline(always)]
    unsafe fn run(wires: &Wires<'_, L>, at: &Instruction<L>) {
        #[inline(always)]
        fn block<L: Lane, F: Function2<L>, A: Source<L>, B: Source<L>>(
            out: &mut [L],
            a: A::Input<'_>,
            b: B::Input<'_>,
        ) {
            for lane in 0..out.len() {
                out[lane] = F::of(A::lane(a, lane), B::lane(b, lane));
            }
        }
        // SAFETY: the caller's promise; so below.
        let a = unsafe { A::open(wires, at.inputs[0]) };
        // SAFETY: as above.
        let b = unsafe { B::open(wires, at.inputs[1]) };
        // SAFETY: as above.
        let out = unsafe { wires.output::<L>(at.out) };
        block::<L, F, A, B>(out, a, b);
    }
}

impl<L: Lane, F: Function3<L>, A: Source<L>, B: Source<L>, C: Source<L>> Operation<L>
    for Map3<F, A, B, C>
{
    #[inline(always)]
    unsafe fn run(wires: &Wires<'_, L>, at: &Instruction<L>) {
        #[inline(always)]
        fn block<L: Lane, F: Function3<L>, A: Source<L>, B: Source<L>, C: Source<L>>(
            out: &mut [L],
            a: A::Input<'_>,
            b: B::Input<'_>,
            c: C::Input<'_>,
        ) {
            for lane in 0..out.len() {
                out[lane] = F::of(A::lane(a, lane), B::lane(b, lane), C::lane(c, lane));
            }
        }
        // SAFETY: the caller's promise; so below.
        let a = unsafe { A::open(wires, at.inputs[0]) };
        // SAFETY: as above.
        let b = unsafe { B::open(wires, at.inputs[1]) };
        // SAFETY: as above.
        let c = unsafe { C::open(wires, at.inputs[2]) };
        // SAFETY: as above.
        let out = unsafe { wires.output::<L>(at.out) };
        block::<L, F, A, B, C>(out, a, b, c);
    }
}

/// Declares a function by its expression.
macro_rules! function {
    ($trait:ident $name:ident($($x:ident),*) $body:expr) => {
        #[derive(Debug)]
        pub(super) struct $name;

        impl<L: Lane> $trait<L> for $name {
            #[inline(always)]
            fn of($($x: L),*) -> L {
                $body
            }
        }
    };
}

fn mask<L: Lane>(truth: bool) -> L {
    L::from_bits(if truth { L::Bits::ONES } else { L::Bits::ZERO })
}

function!(Function1 Neg(a) -a);
function!(Function1 Abs(a) a.absolute());
function!(Function1 Sqrt(a) a.root());
function!(Function1 Floor(a) a.down());
function!(Function1 Round(a) a.nearest());
function!(Function1 Not(a) L::from_bits(a.bits().not()));

function!(Function2 Add(a, b) a + b);
function!(Function2 Sub(a, b) a - b);
function!(Function2 Mul(a, b) a * b);
function!(Function2 Div(a, b) a / b);
function!(Function2 Min(a, b) if a < b { a } else { b });
function!(Function2 Max(a, b) if a > b { a } else { b });
function!(Function2 Lt(a, b) mask(a < b));
function!(Function2 Le(a, b) mask(a <= b));
function!(Function2 Eq(a, b) mask(a == b));
function!(Function2 Ne(a, b) mask(a != b));
function!(Function2 BitsAdd(a, b) L::from_bits(a.bits().add(b.bits())));
function!(Function2 BitsSub(a, b) L::from_bits(a.bits().sub(b.bits())));
function!(Function2 BitsAnd(a, b) L::from_bits(a.bits().and(b.bits())));
function!(Function2 BitsOr(a, b) L::from_bits(a.bits().or(b.bits())));
function!(Function2 BitsXor(a, b) L::from_bits(a.bits().xor(b.bits())));

function!(Function3 Fma(a, b, c) a.fused(b, c));
function!(Function3 Fnma(a, b, c) (-a).fused(b, c));
function!(Function3 Select(m, a, b) {
    let m = m.bits();
    L::from_bits(m.and(a.bits()).or(m.not().and(b.bits())))
});
