//! Which functions an operation runs, by the operation and by where its inputs come from.

use neuropil_ir::kernel::{Binary, BitOp, Compare, Logic, Unary};

use super::chain::Chain;
use super::function::{
    Abs, Add, BitsAdd, BitsAnd, BitsOr, BitsSub, BitsXor, Div, Eq, Floor, Fma, Fnma, Function2,
    Function3, Le, Lt, Map1, Map2, Map3, Max, Min, Mul, Ne, Neg, Not, Round, Same, Select, Sqrt,
    Sub, Wire,
};
use super::instruction::Run;
use super::lane::Lane;
use crate::program::InstructionSet;

/// Which of two inputs is a number; never both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pair {
    Wires,
    NumberFirst,
    NumberSecond,
}

/// Which of the last two of three inputs are numbers; the first is a wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rest {
    pub(super) second: bool,
    pub(super) third: bool,
}

pub(super) fn unary<L: Lane>(set: InstructionSet, op: Unary) -> Run<L> {
    match op {
        Unary::Neg => L::run::<Map1<Neg>>(set),
        Unary::Abs => L::run::<Map1<Abs>>(set),
        Unary::Sqrt => L::run::<Map1<Sqrt>>(set),
        Unary::Floor => L::run::<Map1<Floor>>(set),
        Unary::Round => L::run::<Map1<Round>>(set),
    }
}

pub(super) fn not<L: Lane>(set: InstructionSet) -> Run<L> {
    L::run::<Map1<Not>>(set)
}

pub(super) fn binary<L: Lane>(set: InstructionSet, op: Binary, pair: Pair) -> Run<L> {
    match op {
        Binary::Add => symmetric::<L, Add>(set, pair),
        Binary::Sub => ordered::<L, Sub>(set, pair),
        Binary::Mul => symmetric::<L, Mul>(set, pair),
        Binary::Div => ordered::<L, Div>(set, pair),
        Binary::Min => ordered::<L, Min>(set, pair),
        Binary::Max => ordered::<L, Max>(set, pair),
    }
}

pub(super) fn compare<L: Lane>(set: InstructionSet, op: Compare, pair: Pair) -> Run<L> {
    match op {
        Compare::Lt => ordered::<L, Lt>(set, pair),
        Compare::Le => ordered::<L, Le>(set, pair),
        Compare::Eq => symmetric::<L, Eq>(set, pair),
        Compare::Ne => symmetric::<L, Ne>(set, pair),
    }
}

pub(super) fn logic<L: Lane>(set: InstructionSet, op: Logic) -> Run<L> {
    match op {
        Logic::And => L::run::<Map2<BitsAnd, Wire, Wire>>(set),
        Logic::Or => L::run::<Map2<BitsOr, Wire, Wire>>(set),
        Logic::Xor => L::run::<Map2<BitsXor, Wire, Wire>>(set),
    }
}

pub(super) fn bits<L: Lane>(set: InstructionSet, op: BitOp, pair: Pair) -> Run<L> {
    match op {
        BitOp::Add => symmetric::<L, BitsAdd>(set, pair),
        BitOp::Sub => ordered::<L, BitsSub>(set, pair),
        BitOp::And => symmetric::<L, BitsAnd>(set, pair),
        BitOp::Or => symmetric::<L, BitsOr>(set, pair),
        BitOp::Xor => symmetric::<L, BitsXor>(set, pair),
    }
}

pub(super) fn fma<L: Lane>(set: InstructionSet, rest: Rest) -> Run<L> {
    three::<L, Fma>(set, rest)
}

pub(super) fn fnma<L: Lane>(set: InstructionSet, rest: Rest) -> Run<L> {
    three::<L, Fnma>(set, rest)
}

pub(super) fn select<L: Lane>(set: InstructionSet, rest: Rest) -> Run<L> {
    three::<L, Select>(set, rest)
}

/// The functions of a chain of some of [`super::chain::CHAIN_LENGTHS`] terms.
pub(super) fn chain<L: Lane>(set: InstructionSet, terms: usize, from_number: bool) -> Run<L> {
    match (terms, from_number) {
        (2, false) => L::run::<Chain<Wire, 2>>(set),
        (2, true) => L::run::<Chain<Same, 2>>(set),
        (3, false) => L::run::<Chain<Wire, 3>>(set),
        (3, true) => L::run::<Chain<Same, 3>>(set),
        (4, false) => L::run::<Chain<Wire, 4>>(set),
        (4, true) => L::run::<Chain<Same, 4>>(set),
        (5, false) => L::run::<Chain<Wire, 5>>(set),
        (5, true) => L::run::<Chain<Same, 5>>(set),
        (6, false) => L::run::<Chain<Wire, 6>>(set),
        (6, true) => L::run::<Chain<Same, 6>>(set),
        (8, false) => L::run::<Chain<Wire, 8>>(set),
        (8, true) => L::run::<Chain<Same, 8>>(set),
        (_, false) => L::run::<Chain<Wire, 12>>(set),
        (_, true) => L::run::<Chain<Same, 12>>(set),
    }
}

fn ordered<L: Lane, F: Function2<L>>(set: InstructionSet, pair: Pair) -> Run<L> {
    match pair {
        Pair::Wires => L::run::<Map2<F, Wire, Wire>>(set),
        Pair::NumberFirst => L::run::<Map2<F, Same, Wire>>(set),
        Pair::NumberSecond => L::run::<Map2<F, Wire, Same>>(set),
    }
}

/// Functions whose inputs may be exchanged: the compiler puts a number second.
fn symmetric<L: Lane, F: Function2<L>>(set: InstructionSet, pair: Pair) -> Run<L> {
    match pair {
        Pair::Wires => L::run::<Map2<F, Wire, Wire>>(set),
        Pair::NumberFirst | Pair::NumberSecond => L::run::<Map2<F, Wire, Same>>(set),
    }
}

fn three<L: Lane, F: Function3<L>>(set: InstructionSet, rest: Rest) -> Run<L> {
    match (rest.second, rest.third) {
        (false, false) => L::run::<Map3<F, Wire, Wire, Wire>>(set),
        (false, true) => L::run::<Map3<F, Wire, Wire, Same>>(set),
        (true, false) => L::run::<Map3<F, Wire, Same, Wire>>(set),
        (true, true) => L::run::<Map3<F, Wire, Same, Same>>(set),
    }
}
