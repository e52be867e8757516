//! The builder: sharing, folding, identities, dead code; and its text.

use neuropil_ir::kernel::{Builder, Element, Op, Precision, Reduction, Value};
use neuropil_ir::scalar::{Evaluator, Lane, constant_value};

const PRECISIONS: [Precision; 2] = [Precision::F32, Precision::F64];

/// A builder with two loaded values.
fn two(precision: Precision) -> (Builder, Value, Value) {
    let mut b = Builder::new("k", precision);
    let (x, y) = (b.binding("x", Element::Real), b.binding("y", Element::Real));
    let (x, y) = (b.load(x), b.load(y));
    (b, x, y)
}

#[test]
fn equal_operations_are_one_value() {
    let (mut b, x, y) = two(Precision::F64);
    assert_eq!(b.add(x, y), b.add(y, x));
    assert_eq!(b.fma(x, y, x), b.fma(y, x, x));
    assert_ne!(b.sub(x, y), b.sub(y, x));
    assert_ne!(b.number(0.0), b.number(-0.0));
    assert_eq!(b.number(f64::NAN), b.number(f64::NAN));
    assert_ne!(b.shl_of(x, 3), b.shl_of(x, 4));
}

/// `Builder::shl` of the bits of a `Real`.
trait ShlOf {
    fn shl_of(&mut self, x: Value, by: u8) -> Value;
}

impl ShlOf for Builder {
    fn shl_of(&mut self, x: Value, by: u8) -> Value {
        let bits = self.to_bits(x);
        self.shl(bits, by)
    }
}

/// Constants are rounded first and computed in the kernel's precision, as a back-end would.
#[test]
fn constants_are_computed_at_the_precision() {
    for precision in PRECISIONS {
        let mut b = Builder::new("k", precision);
        let (third, ten) = (b.number(1.0 / 3.0), b.number(10.0));
        let product = b.mul(third, ten);
        let minus = b.number(-10.0 / 3.0);
        let fused = b.fma(third, ten, minus);
        let (p, f) = match precision {
            Precision::F32 => {
                let third = 1.0_f32 / 3.0;
                // A product of two f32 is exact in f64, and so is the sum here.
                let exact = f64::from(third) * 10.0 + f64::from((-10.0 / 3.0) as f32);
                (f64::from(third * 10.0), exact)
            }
            Precision::F64 => (1.0 / 3.0 * 10.0, fused_by_integers()),
        };
        assert_eq!(b.constant_of(product), Some(p));
        assert_eq!(b.constant_of(fused), Some(f));
    }
}

/// `fma(1/3, 10, -10/3)` of the rounded constants, in 128-bit integers of 2^-54.
fn fused_by_integers() -> f64 {
    let unit = 18_014_398_509_481_984.0; // 2^54
    let third = ((1.0 / 3.0) * unit) as i128;
    let quotient = ((10.0 / 3.0) * unit) as i128;
    (third * 10 - quotient) as f64 / unit
}

#[test]
fn identities_keep_every_bit() {
    for precision in PRECISIONS {
        let (mut b, x, y) = two(precision);
        let [zero, minus_zero, one, four] = [0.0, -0.0, 1.0, 4.0].map(|c| b.number(c));
        assert_eq!(b.mul(x, one), x);
        assert_eq!(b.add(x, minus_zero), x);
        assert_ne!(b.add(x, zero), x, "-0 + 0 is +0");
        assert_eq!(b.sub(x, zero), x);
        assert_eq!(b.div(x, one), x);
        let quarter = b.number(0.25);
        assert_eq!(b.div(x, four), b.mul(x, quarter));
        let three = b.number(3.0);
        let quotient = b.div(x, three);
        assert!(matches!(b.op(quotient), Op::Binary(..)), "1/3 is not exact");
        let minus_y = b.neg(y);
        assert_eq!(b.neg(minus_y), y);
        assert_eq!(b.add(x, minus_y), b.sub(x, y));
        assert_eq!(b.fma(x, minus_y, one), b.fnma(x, y, one));
        assert_eq!(b.fma(x, one, y), b.add(x, y));
        assert_eq!(b.min(x, x), x);
        let yes = b.mask(true);
        let no = b.mask(false);
        let m = b.lt(x, y);
        assert_eq!(b.and(m, yes), m);
        assert_eq!(b.and(m, no), no);
        assert_eq!(b.or(m, yes), yes);
        assert_eq!(b.xor(m, yes), b.not(m));
        assert_eq!(b.select(yes, x, y), x);
        assert_eq!(b.select(no, x, y), y);
        assert_eq!(b.le(one, four), yes);
        // A state that is held keeps its value even if a reset stands inside.
        let free = b.not(m);
        let spikes = b.lt(y, four);
        let resets = b.and(free, spikes);
        let next = b.select(resets, one, x);
        assert_eq!(b.select(m, x, next), next);
        assert_ne!(b.select(m, y, next), next);
        let anywhere = b.select(spikes, one, x);
        assert_ne!(b.select(m, x, anywhere), anywhere);
    }
}

#[test]
fn dead_operations_are_left_out_in_order() {
    let (mut b, x, y) = two(Precision::F64);
    let unused = b.mul(x, y);
    b.sqrt(unused);
    let sum = b.add(x, y);
    let out = b.binding("out", Element::Real);
    let total = b.uniform("total");
    b.store(out, sum);
    b.reduce(total, Reduction::Sum, x);
    let kernel = b.finish();
    let expected = "\
kernel k f64
  a0: Real = x
  a1: Real = y
  a2: Real = out
  u0 = total
  v0 = load a0
  v1 = load a1
  v2 = add v0 v1
  store a2 v2
  reduce u0 sum v0
";
    assert_eq!(kernel.to_string(), expected);
}

#[test]
fn scalar_kernels_are_compile_time_values() {
    let mut b = Builder::new("k", Precision::F64);
    let tau = b.uniform("tau");
    let out = b.uniform("out");
    let tau = b.read(tau);
    let [one, dt] = [1.0, -0.5].map(|c| b.number(c));
    let ratio = b.div(dt, tau);
    let decay = b.add(one, ratio);
    b.set(out, decay);
    assert_eq!(constant_value(&b.finish(), &[2.0]), Ok(0.75));
}

#[test]
fn stores_flush_tiny_numbers_to_plus_zero() {
    for (precision, below, above) in [
        (Precision::F32, 2.52e-29, 2.53e-29),
        (Precision::F64, 2.05e-289, 2.06e-289),
    ] {
        let (mut b, x, _) = two(precision);
        let out = b.binding("out", Element::Real);
        b.store(out, x);
        let kernel = b.finish();
        let mut e = Evaluator::new(&kernel).unwrap();
        let mut stored = |x: f64| e.value(Lane::default(), &|_| x, &[]);
        for x in [below, -below, -0.0, 0.0, f64::from(f32::from_bits(1))] {
            let flushed = stored(x).to_bits() == 0;
            assert!(
                flushed || (precision == Precision::F64 && x.abs() > below),
                "{x:e}"
            );
        }
        assert!(stored(above) > 0.0 && stored(-above) < 0.0);
        assert!(stored(f64::NAN).is_nan());
    }
}
