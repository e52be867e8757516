//! Contraction, powers, factors: what lowering defines.

use neuropil_ir::kernel::{Binary, Op, Precision, Unary};
use neuropil_ir::operator::Operator;

use super::{Bench, arithmetic, count, run};
use crate::lower::Rate;

fn fused(op: &Op) -> bool {
    matches!(op, Op::Fma(..) | Op::Fnma(..))
}

#[test]
fn products_used_once_are_fused() {
    // Exact products of these lie between floats, so that one rounding differs from two.
    let (a, b) = (1.0 + f64::EPSILON, 1.0 - f64::EPSILON / 2.0);
    for form in 0..3 {
        let mut bench = Bench::new();
        let (x, y, z) = (bench.lane("x"), bench.lane("y"), bench.lane("z"));
        let product = bench.graph.mul(x, y);
        let (root, sign, addend) = match form {
            0 => (bench.graph.add(product, z), 1.0, 1.0),
            1 => (bench.graph.sub(z, product), -1.0, 1.0),
            _ => (bench.graph.sub(product, z), 1.0, -1.0),
        };
        let (lowered, _) = bench.map(Precision::F64, &[root]);
        assert_eq!(count(&lowered, fused), 1, "{:?}", lowered.kernel.ops);
        let found = run(&lowered, &[], &[a, b, 1.0])[0];
        assert_eq!(found, (sign * a).mul_add(b, addend));
    }
}

#[test]
fn products_used_twice_are_not_fused() {
    let mut bench = Bench::new();
    let (x, y, z) = (bench.lane("x"), bench.lane("y"), bench.lane("z"));
    let product = bench.graph.mul(x, y);
    let sum = bench.graph.add(product, z);
    let (lowered, _) = bench.map(Precision::F64, &[sum, product]);
    assert_eq!(count(&lowered, fused), 0);
    assert_eq!(arithmetic(&lowered), 2);
}

#[test]
fn one_of_two_products_is_fused() {
    for difference in [false, true] {
        let mut bench = Bench::new();
        let [a, b, c, d] = ["a", "b", "c", "d"].map(|name| bench.lane(name));
        let (left, right) = (bench.graph.mul(a, b), bench.graph.mul(c, d));
        let root = if difference {
            bench.graph.sub(left, right)
        } else {
            bench.graph.add(left, right)
        };
        let (lowered, _) = bench.map(Precision::F64, &[root]);
        assert_eq!((count(&lowered, fused), arithmetic(&lowered)), (1, 2));
        let found = run(&lowered, &[], &[3.0, 5.0, 7.0, 2.0])[0];
        assert_eq!(found, if difference { 1.0 } else { 29.0 });
    }
}

#[test]
fn squares_are_products() {
    let mut bench = Bench::new();
    let (x, y) = (bench.lane("x"), bench.lane("y"));
    let two = bench.graph.number(2.0);
    let square = bench.graph.pow(x, two);
    let root = bench.graph.add(square, y);
    let (lowered, _) = bench.map(Precision::F64, &[root]);
    assert_eq!((count(&lowered, fused), arithmetic(&lowered)), (1, 1));
    assert_eq!(run(&lowered, &[], &[3.0, 0.5])[0], 9.5);
}

#[test]
fn powers_with_small_integers_are_chains() {
    for (n, operations) in [
        (3.0, 2),
        (4.0, 2),
        (8.0, 3),
        (16.0, 4),
        (15.0, 6),
        (-1.0, 1),
        (-3.0, 3),
    ] {
        let mut bench = Bench::new();
        let x = bench.lane("x");
        let exponent = bench.graph.number(n);
        let root = bench.graph.pow(x, exponent);
        let (lowered, _) = bench.map(Precision::F64, &[root]);
        assert_eq!(arithmetic(&lowered), operations, "{n}");
        let found = run(&lowered, &[], &[1.5])[0];
        let expected = 1.5_f64.powf(n);
        // Each of at most 7 products adds half a unit, and those before are multiplied along.
        assert!(
            (found / expected - 1.0).abs() < 2e-15,
            "{n}: {found} {expected}"
        );
    }
    for (n, expected) in [(0.5, 3.0), (-0.5, 1.0 / 3.0)] {
        let mut bench = Bench::new();
        let x = bench.lane("x");
        let exponent = bench.graph.number(n);
        let root = bench.graph.pow(x, exponent);
        let (lowered, _) = bench.map(Precision::F64, &[root]);
        assert_eq!(
            count(&lowered, |op| matches!(op, Op::Unary(Unary::Sqrt, _))),
            1
        );
        assert_eq!(run(&lowered, &[], &[9.0])[0], expected);
    }
}

#[test]
fn uniform_factors_are_joined_into_one_product() {
    // (a*x)/b * (y/c): one product of x and y, one with a/(b c).
    let mut bench = Bench::new();
    let (x, y) = (bench.lane("x"), bench.lane("y"));
    let [a, b, c] = ["a", "b", "c"].map(|name| bench.slot(name, Rate::Build));
    let left = bench.graph.mul(a, x);
    let left = bench.graph.div(left, b);
    let right = bench.graph.div(y, c);
    let root = bench.graph.mul(left, right);
    let (lowered, hoisted) = bench.map(Precision::F64, &[root]);
    assert_eq!(arithmetic(&lowered), 2, "{:?}", lowered.kernel.ops);
    assert_eq!(
        count(&lowered, |op| matches!(op, Op::Binary(Binary::Div, ..))),
        0
    );
    let prepare = hoisted.prepare.unwrap();
    let slots = [6.0, 2.0, 3.0];
    let factor = run(&prepare, &slots_with(&slots, bench.slots), &[])[0];
    assert!((factor - 1.0).abs() < 1e-15, "{factor}");
    let mut all = slots_with(&slots, bench.slots);
    all[3] = factor;
    let found = run(&lowered, &all, &[5.0, 7.0])[0];
    assert!((found - 35.0).abs() < 1e-13, "{found}");
}

fn slots_with(known: &[f64], count: u32) -> Vec<f64> {
    let mut all = vec![f64::NAN; count as usize];
    all[..known.len()].copy_from_slice(known);
    all
}

#[test]
fn a_negative_uniform_factor_costs_no_operation() {
    // exp(-x/tau): one product before the exponential.
    let mut bench = Bench::new();
    let (x, y) = (bench.lane("x"), bench.lane("y"));
    let tau = bench.slot("tau", Rate::Build);
    let quotient = bench.graph.div(x, tau);
    let exponent = bench.graph.neg(quotient);
    let root = bench.graph.apply(Operator::Min, &[exponent, y]);
    let (lowered, _) = bench.map(Precision::F64, &[root]);
    assert_eq!(arithmetic(&lowered), 2, "{:?}", lowered.kernel.ops);
    // x*a - u: the constant is hoisted with its sign changed.
    let u = bench.slot("u", Rate::Build);
    let product = bench.graph.mul(x, y);
    let root = bench.graph.sub(product, u);
    let (lowered, _) = bench.map(Precision::F64, &[root]);
    assert_eq!(arithmetic(&lowered), 1, "{:?}", lowered.kernel.ops);
}

#[test]
fn the_sign_of_a_sum_is_taken_up_by_a_factor() {
    // (-x - y) dt, the exponent of a gate: one sum and one product.
    let mut bench = Bench::new();
    let (x, y) = (bench.lane("x"), bench.lane("y"));
    let dt = bench.slot("dt", Rate::Build);
    let minus = bench.graph.neg(x);
    let sum = bench.graph.sub(minus, y);
    let root = bench.graph.mul(sum, dt);
    let (lowered, _) = bench.map(Precision::F64, &[root]);
    assert_eq!(arithmetic(&lowered), 2, "{:?}", lowered.kernel.ops);
    let last = lowered.slots[0].index();
    let mut slots = vec![f64::NAN; bench.slots as usize];
    slots[last] = -0.5;
    assert_eq!(run(&lowered, &slots, &[3.0, 4.0])[0], -3.5);
    // (-x - y - leak) dt, the exponent of a membrane with two conductances: one sum more.
    let leak = bench.slot("leak", Rate::Build);
    let sum = bench.graph.sub(sum, leak);
    let root = bench.graph.mul(sum, dt);
    let (lowered, _) = bench.map(Precision::F64, &[root]);
    assert_eq!(arithmetic(&lowered), 3, "{:?}", lowered.kernel.ops);
}

#[test]
fn factors_of_shared_products_stay() {
    // u = a*x is needed twice: joining would compute it twice.
    let mut bench = Bench::new();
    let (x, y) = (bench.lane("x"), bench.lane("y"));
    let a = bench.slot("a", Rate::Build);
    let shared = bench.graph.mul(a, x);
    let product = bench.graph.mul(shared, y);
    let root = bench.graph.apply(Operator::Max, &[product, shared]);
    let (lowered, hoisted) = bench.map(Precision::F64, &[root]);
    assert_eq!(arithmetic(&lowered), 3);
    assert_eq!(hoisted.prepare, None);
}
