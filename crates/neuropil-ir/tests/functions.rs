//! Accuracy and special values of the function programs.
//!
//! The oracle for f64 are 60-digit values (`golden/functions`, with the script that wrote them);
//! for f32 the f64 programs, whose error is far below a unit of f32. Bounds are the largest
//! errors measured, rounded up to a tenth: f32 on every pattern (pairs: one in a hundred), f64 on
//! some millions of arguments a function. Where they were found is always tested: `HARD_F64`,
//! `HARD_F32`.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests")]

use std::fmt::Write as _;

use neuropil_ir::kernel::{Binding, Builder, Element, Kernel, Precision, Value, function};
use neuropil_ir::scalar::{Evaluator, Lane};

/// A function under test, with its largest errors in units in the last place.
struct Function {
    name: &'static str,
    build: fn(&mut Builder, &[Value]) -> Value,
    arity: usize,
    worst_f64: f64,
    worst_f32: f64,
}

macro_rules! one {
    ($name:ident, $f64:literal, $f32:literal) => {
        Function {
            name: stringify!($name),
            build: |b, x| function::$name(b, x[0]),
            arity: 1,
            worst_f64: $f64,
            worst_f32: $f32,
        }
    };
}

macro_rules! two {
    ($name:ident, $f64:literal, $f32:literal) => {
        Function {
            name: stringify!($name),
            build: |b, x| function::$name(b, x[0], x[1]),
            arity: 2,
            worst_f64: $f64,
            worst_f32: $f32,
        }
    };
}

const FUNCTIONS: [Function; 19] = [
    one!(exp, 1.5, 1.5),
    one!(expm1, 2.2, 1.5),
    one!(exprel, 2.2, 2.0),
    one!(linexp, 2.5, 2.0),
    one!(log, 0.9, 0.9),
    one!(log1p, 0.9, 0.9),
    one!(tanh, 1.7, 1.7),
    one!(sigmoid, 1.7, 1.7),
    one!(softplus, 1.7, 1.7),
    one!(sin, 0.8, 0.8),
    one!(cos, 0.8, 0.8),
    one!(tan, 1.6, 1.4),
    one!(erf, 1.1, 1.1),
    one!(normal_cdf, 5.4, 5.3),
    one!(normal_quantile, 5.5, 6.5),
    two!(pow, 1.2, 1.2),
    two!(atan2, 1.8, 2.0),
    two!(hypot, 1.0, 1.0),
    two!(modulo, 0.5, 0.5),
];

fn program(f: &Function, precision: Precision) -> Kernel {
    let mut b = Builder::new(f.name, precision);
    let arguments: Vec<Value> = (0..f.arity)
        .map(|i| {
            let a = b.binding(format!("x{i}"), Element::Real);
            b.load(a)
        })
        .collect();
    let value = (f.build)(&mut b, &arguments);
    let out = b.uniform("out");
    b.set(out, value);
    b.finish()
}

fn call(e: &mut Evaluator<'_>, x: &[f64]) -> f64 {
    e.value(Lane::default(), &|a: Binding| x[a.index()], &[])
}

fn function_named(name: &str) -> &'static Function {
    FUNCTIONS.iter().find(|f| f.name == name).unwrap()
}

/// The value of a function at a precision.
fn at(name: &str, precision: Precision, x: &[f64]) -> f64 {
    let kernel = program(function_named(name), precision);
    call(&mut Evaluator::new(&kernel).unwrap(), x)
}

fn ulp_f64(x: f64) -> f64 {
    let x = x.abs().max(f64::MIN_POSITIVE);
    f64::from_bits(x.to_bits() & (0x7FF << 52)) * f64::EPSILON
}

fn ulp_f32(x: f64) -> f64 {
    let x = x.abs().max(f64::from(f32::MIN_POSITIVE));
    f64::from_bits(x.to_bits() & (0x7FF << 52)) * f64::from(f32::EPSILON)
}

/// Error in units in the last place of the expected value `hi + lo ulp(hi)`.
fn error_f64(got: f64, hi: f64, lo: f64) -> f64 {
    if got == hi {
        return lo.abs();
    }
    if !got.is_finite() || !hi.is_finite() {
        return f64::INFINITY;
    }
    ((got - hi) / ulp_f64(hi) - lo).abs()
}

/// Arguments of the largest errors known, and floats next to multiples of pi/2 in the whole range
/// of the reduction; written by `tools/hard_cases.py`.
const HARD_F64: &str = "\
exp,4079dca3fda21c34,653f67301ed56e7d,-0.4639
expm1,3fd6f297bff8f3c3,3fdb99cc9f9b0fbe,-0.1457
exprel,bfd630d331d7dd2c,3feb0aa3fa5ab0c3,-0.1437
linexp,bfd70e88ff14e8b8,3fea94c713ca9f3d,0.4563
log,3ff67eefbc170685,3fd5ceb73b843301,0.167
log1p,3fd9960e90b76bda,3fd5863aea7d6f6f,0.2016
tanh,3fbf186b00defcac,3fbef17f8585b345,0.3475
tanh,3fcbb9adddb2c0a1,3fcb4cb8e352f7fd,0.3918
sigmoid,bfd95bfb768e163b,3fd9bde942d148cd,-0.3409
sigmoid,c01364baae51c580,3f7fde159395dc4b,-0.02294
softplus,bff4a2d51a51bb43,3fcf218f16174de6,-0.3709
softplus,c000692817265c38,3fbef63016ea8cb0,0.4685
sin,42a48eaf709eff0b,bfe6a37f62418683,-0.2467
cos,42ab06fc5bbc2667,3fe69ce44ed04353,0.2568
tan,42abdc7edca4c1f4,3feff0e2ce744944,0.4846
tan,4142332305718635,3feedb4e122b026a,0.02848
tan,42911c867f289d11,3feffe08cbe219a8,-0.02564
erf,3ff038578a18330f,3feb258a5642e61f,-0.003929
normal_cdf,c00564a6e8777bbe,3f6eafe6edf2c193,0.2514
sin,4046c6cbc45dc8de,3ff0000000000000,-8.627e-22
cos,4046c6cbc45dc8de,bc26d61b58c99c43,0.05772
tan,4046c6cbc45dc8de,c3b66b9ebc4850c6,-0.4236
sin,4056c6cbc45dc8de,bc36d61b58c99c43,0.05772
cos,4056c6cbc45dc8de,bff0000000000000,3.451e-21
tan,4056c6cbc45dc8de,3c36d61b58c99c43,-0.05772
sin,416b951f1572eba5,bff0000000000000,6.496e-21
cos,416b951f1572eba5,bc3f54f5227a4e84,0.01573
tan,416b951f1572eba5,43a057584c429b3a,0.4321
sin,426065c829d68730,3ff0000000000000,-5.074e-19
cos,426065c829d68730,3c714e87fd83e16c,-0.191
tan,426065c829d68730,436d9574aacb301c,0.3439
sin,427065c829d68730,3c814e87fd83e16c,-0.191
cos,427065c829d68730,bff0000000000000,2.03e-18
tan,427065c829d68730,bc814e87fd83e16c,0.191
sin,428065c829d68730,bc914e87fd83e16c,0.191
cos,428065c829d68730,3ff0000000000000,-8.119e-18
tan,428065c829d68730,bc914e87fd83e16c,0.191
sin,421de5e5054e921b,3ff0000000000000,-1.22e-17
cos,421de5e5054e921b,bc95361ee6553188,-0.01341
tan,421de5e5054e921b,c3482350e88ea56e,0.261
sin,42b0000000000000,3fd8f888558cee10,0.3609
cos,42b0000000000000,3fed76ba5f13bf3a,-0.411
tan,42b0000000000000,3fdb1ecbf07c39c8,0.3545
";

fn golden_folder() -> String {
    std::env::var("NEUROPIL_GOLDEN_FUNCTIONS")
        .unwrap_or_else(|_| format!("{}/tests/golden/functions", env!("CARGO_MANIFEST_DIR")))
}

/// Reads a table and gives the largest error with the arguments where it is found.
fn worst_f64(f: &Function) -> (f64, Vec<f64>, f64, f64) {
    let kernel = program(f, Precision::F64);
    let mut e = Evaluator::new(&kernel).unwrap();
    let table = std::fs::read_to_string(format!("{}/{}.csv", golden_folder(), f.name)).unwrap();
    let mut worst = (0.0, Vec::new(), 0.0, 0.0);
    let hard = HARD_F64.lines().filter_map(|line| line.split_once(','));
    let hard = hard.filter(|(name, _)| *name == f.name).map(|(_, row)| row);
    for line in table.lines().chain(hard) {
        let fields: Vec<&str> = line.split(',').collect();
        let float = |s: &str| f64::from_bits(u64::from_str_radix(s, 16).unwrap());
        let x: Vec<f64> = fields[..f.arity].iter().map(|s| float(s)).collect();
        let (hi, lo) = (
            float(fields[f.arity]),
            fields[f.arity + 1].parse::<f64>().unwrap(),
        );
        let got = call(&mut e, &x);
        let error = error_f64(got, hi, lo);
        if error > worst.0 || error.is_nan() {
            worst = (error, x, got, hi);
        }
    }
    worst
}

/// The table of the worst errors, and whether one is too large.
#[derive(Default)]
struct Report {
    text: String,
    failed: bool,
}

impl Report {
    /// Writes the worst error of a function, with the arguments, what was found, and what is true.
    fn line(
        &mut self,
        f: &Function,
        precision: Precision,
        most: f64,
        (error, x, got, exact): (f64, Vec<f64>, f64, f64),
    ) {
        let bad = error > most || error.is_nan();
        self.failed |= bad;
        let ops = program(f, precision).ops.len() - f.arity;
        let mark = if bad { "  <-- too large" } else { "" };
        writeln!(
            self.text,
            "{:16} {error:7.3} ulp, {ops} ops, at {x:?}: {got:e} for {exact:e}{mark}",
            f.name
        )
        .unwrap();
    }

    /// Fails where an error is too large; NEUROPIL_REPORT=1 shows the table of a passing run too.
    fn judge(&self) {
        let show = std::env::var("NEUROPIL_REPORT").is_ok();
        assert!(!self.failed && !show, "\n{}", self.text);
    }
}

#[test]
fn f64_functions_keep_their_bounds() {
    let mut report = Report::default();
    for f in &FUNCTIONS {
        let (error, x, got, hi) = worst_f64(f);
        report.line(f, Precision::F64, f.worst_f64, (error, x, got, hi));
    }
    report.judge();
}

/// Bit patterns of the largest errors in f32 among all patterns; floats next to multiples of pi/2.
#[rustfmt::skip]
const HARD_F32: [(&str, u32); 32] = [
    ("exp", 0xC126_7750), ("expm1", 0x4188_040A), ("exprel", 0x418A_CA9A), ("linexp", 0xC187_DE6B),
    ("log", 0x3FB4_E79F), ("log1p", 0x3ED3_9E7C), ("tanh", 0x3DF7_1FA6), ("tanh", 0xBD7D_F3CE),
    ("sigmoid", 0xBF90_2833), ("sigmoid", 0xC05C_2152), ("softplus", 0xBFA1_8CDF),
    ("softplus", 0xC004_993F), ("sin", 0x45CA_DA84), ("cos", 0x46DB_F455), ("tan", 0x4822_7896),
    ("tan", 0x40E2_0EB4), ("erf", 0x3F81_1C8B), ("erf", 0x3EF3_AEE2), ("normal_cdf", 0xBF94_EF2F),
    ("normal_quantile", 0x3CBB_C4D3), ("sin", 0x437C_E5F1), ("cos", 0x437C_E5F1),
    ("tan", 0x437C_E5F1), ("sin", 0x4A25_62AE), ("cos", 0x4A25_62AE), ("tan", 0x4A25_62AE),
    ("sin", 0x4AA5_62AE), ("cos", 0x4AA5_62AE), ("tan", 0x4AA5_62AE), ("sin", 0x4882_665E),
    ("cos", 0x4882_665E), ("tan", 0x4882_665E),
];

/// The f32 program against the f64 program, over the hard patterns and every `stride`th pattern (pairs: a fixed walk).
fn worst_f32(f: &Function, stride: usize) -> (f64, Vec<f64>, f64, f64) {
    let (narrow, wide) = (program(f, Precision::F32), program(f, Precision::F64));
    let (mut narrow, mut wide) = (
        Evaluator::new(&narrow).unwrap(),
        Evaluator::new(&wide).unwrap(),
    );
    let mut worst = (0.0, Vec::new(), 0.0, 0.0);
    let mut second = 0x1234_5678_u32;
    let hard = HARD_F32.iter().filter(|h| h.0 == f.name).map(|h| h.1);
    for pattern in hard.chain((0..=u32::MAX).step_by(stride)) {
        let mut x = vec![f64::from(f32::from_bits(pattern))];
        if f.arity == 2 {
            second = second.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            x.push(second_argument(f.name, x[0], second));
        }
        if in_domain(f.name, &x) {
            let (got, exact) = (call(&mut narrow, &x), call(&mut wide, &x));
            let error = error_f32(got, exact);
            if error > worst.0 {
                worst = (error, x, got, exact);
            }
        }
    }
    worst
}

/// A second argument that keeps the result interesting.
fn second_argument(name: &str, x: f64, random: u32) -> f64 {
    let unit = f64::from(random) / f64::from(u32::MAX) * 2.0 - 1.0;
    let y = match name {
        "pow" if random.is_multiple_of(5) => (unit * 20.0).round(),
        "pow" => unit * 150.0 / x.abs().log2().abs().max(1e-6),
        "modulo" => x * 2f64.powf(unit * 20.0),
        _ if random.is_multiple_of(2) => x * 2f64.powf(unit * 10.0),
        _ => f64::from(f32::from_bits(random)),
    };
    f64::from(y as f32)
}

/// The largest arguments of `sin`, `cos` and `tan`.
const TURNS_END_F32: f64 = 16_777_216.0;
const TURNS_END_F64: f64 = 17_592_186_044_416.0;

/// Where f32 is compared: outside, the precisions disagree by design.
fn in_domain(name: &str, x: &[f64]) -> bool {
    match name {
        "sin" | "cos" | "tan" => x[0].abs() <= TURNS_END_F32,
        "normal_quantile" => x[0] >= 2f64.powi(-64),
        "modulo" => (x[0] / x[1]).abs() < 4_194_304.0 && x[0].abs() > 1e-30,
        _ => true,
    }
}

fn error_f32(got: f64, exact: f64) -> f64 {
    let rounded = f64::from(exact as f32);
    if (got.is_nan() && exact.is_nan()) || got == rounded {
        // Zeros must have the same sign.
        let same = got != 0.0 || got.is_sign_negative() == rounded.is_sign_negative();
        return match same {
            true if got.is_finite() => (got - exact).abs() / ulp_f32(exact),
            true => 0.0,
            false => f64::INFINITY,
        };
    }
    // The largest finite number beside infinity is one unit away.
    let finite = |v: f64| {
        if v.is_infinite() {
            v.signum() * 2f64.powi(128)
        } else {
            v
        }
    };
    let error =
        (finite(got) - finite(exact)).abs() / ulp_f32(finite(exact).min(f64::from(f32::MAX)));
    if error.is_nan() { f64::INFINITY } else { error }
}

#[test]
fn f32_functions_keep_their_bounds() {
    // NEUROPIL_SLOW_TESTS=1 takes some ten minutes; NEUROPIL_STRIDE=1, every pattern, half a day.
    let slow = std::env::var("NEUROPIL_SLOW_TESTS").is_ok();
    let stride = if slow { 101 } else { 10_007 };
    let mut report = Report::default();
    for f in &FUNCTIONS {
        let stride = std::env::var("NEUROPIL_STRIDE").map_or(stride, |s| s.parse().unwrap());
        let (error, x, got, exact) = worst_f32(f, stride);
        report.line(f, Precision::F32, f.worst_f32, (error, x, got, exact));
    }
    report.judge();
}

/// Asserts a value with its sign of zero, NaN for NaN, at both precisions.
fn check(name: &str, x: &[f64], expected: f64) {
    for precision in [Precision::F32, Precision::F64] {
        let got = at(name, precision, x);
        let expected = match precision {
            Precision::F32 => f64::from(expected as f32),
            Precision::F64 => expected,
        };
        let same = got.to_bits() == expected.to_bits() || (got.is_nan() && expected.is_nan());
        assert!(
            same,
            "{name}{x:?} in {precision}: {got:e}, expected {expected:e}"
        );
    }
}

const INF: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;

/// C99, annex F.10, for the functions that C has; limits for the others.
#[test]
fn special_values_of_one_argument() {
    for (name, cases) in [
        (
            "exp",
            &[
                (0.0, 1.0),
                (-0.0, 1.0),
                (INF, INF),
                (-INF, 0.0),
                (1000.0, INF),
                (-1000.0, 0.0),
            ][..],
        ),
        (
            "expm1",
            &[
                (0.0, 0.0),
                (-0.0, -0.0),
                (INF, INF),
                (-INF, -1.0),
                (-100.0, -1.0),
                (1e30, INF),
            ],
        ),
        (
            "exprel",
            &[
                (0.0, 1.0),
                (-0.0, 1.0),
                (INF, INF),
                (-INF, 0.0),
                (1e-40, 1.0),
                (1e5, INF),
            ],
        ),
        (
            "linexp",
            &[
                (0.0, 1.0),
                (-0.0, 1.0),
                (INF, INF),
                (-INF, 0.0),
                (1e-40, 1.0),
                (1e5, 1e5),
            ],
        ),
        (
            "log",
            &[
                (0.0, -INF),
                (-0.0, -INF),
                (1.0, 0.0),
                (INF, INF),
                (-1.0, NAN),
                (-INF, NAN),
            ],
        ),
        (
            "log1p",
            &[
                (0.0, 0.0),
                (-0.0, -0.0),
                (-1.0, -INF),
                (INF, INF),
                (-2.0, NAN),
                (-INF, NAN),
            ],
        ),
        (
            "tanh",
            &[
                (0.0, 0.0),
                (-0.0, -0.0),
                (INF, 1.0),
                (-INF, -1.0),
                (50.0, 1.0),
            ],
        ),
        (
            "sigmoid",
            &[(0.0, 0.5), (-0.0, 0.5), (INF, 1.0), (-INF, 0.0)],
        ),
        ("softplus", &[(INF, INF), (-INF, 0.0), (1e10, 1e10)]),
        (
            "sin",
            &[
                (0.0, 0.0),
                (-0.0, -0.0),
                (INF, NAN),
                (-INF, NAN),
                (1e14, NAN),
            ],
        ),
        (
            "cos",
            &[
                (0.0, 1.0),
                (-0.0, 1.0),
                (INF, NAN),
                (-INF, NAN),
                (1e14, NAN),
            ],
        ),
        (
            "tan",
            &[
                (0.0, 0.0),
                (-0.0, -0.0),
                (INF, NAN),
                (-INF, NAN),
                (1e14, NAN),
            ],
        ),
        (
            "erf",
            &[
                (0.0, 0.0),
                (-0.0, -0.0),
                (INF, 1.0),
                (-INF, -1.0),
                (10.0, 1.0),
            ],
        ),
        (
            "normal_cdf",
            &[
                (0.0, 0.5),
                (-0.0, 0.5),
                (INF, 1.0),
                (-INF, 0.0),
                (-50.0, 0.0),
            ],
        ),
        (
            "normal_quantile",
            &[(0.5, 0.0), (-0.5, NAN), (1.5, NAN), (INF, NAN)],
        ),
    ] {
        for &(x, expected) in cases {
            check(name, &[x], expected);
        }
        check(name, &[NAN], NAN);
    }
}

/// The documented ends of the reduction: a number there, NaN beyond.
#[test]
fn turns_end_where_documented() {
    let next_f32 = f64::from((TURNS_END_F32 as f32).next_up());
    for (precision, end, next) in [
        (Precision::F32, TURNS_END_F32, next_f32),
        (Precision::F64, TURNS_END_F64, TURNS_END_F64.next_up()),
    ] {
        for name in ["sin", "cos", "tan"] {
            for sign in [1.0, -1.0] {
                assert!(at(name, precision, &[sign * end]).is_finite());
                assert!(at(name, precision, &[sign * next]).is_nan());
            }
        }
    }
}

#[test]
fn special_values_of_pow() {
    for (x, y, expected) in [
        (0.0, 3.0, 0.0),
        (-0.0, 3.0, -0.0),
        (0.0, 2.0, 0.0),
        (-0.0, 2.0, 0.0),
        (0.0, 0.5, 0.0),
        (-0.0, 0.5, 0.0),
        (0.0, -3.0, INF),
        (-0.0, -3.0, -INF),
        (-0.0, -2.0, INF),
        (0.0, -0.5, INF),
        (-1.0, INF, 1.0),
        (-1.0, -INF, 1.0),
        (1.0, NAN, 1.0),
        (NAN, 0.0, 1.0),
        (NAN, -0.0, 1.0),
        (-2.0, 0.5, NAN),
        (0.5, -INF, INF),
        (2.0, -INF, 0.0),
        (0.5, INF, 0.0),
        (2.0, INF, INF),
        (-INF, -3.0, -0.0),
        (-INF, -2.0, 0.0),
        (-INF, 3.0, -INF),
        (-INF, 2.0, INF),
        (-INF, 0.5, INF),
        (INF, -1.0, 0.0),
        (INF, 1.0, INF),
        (NAN, 1.0, NAN),
        (2.0, NAN, NAN),
        (-2.0, 3.0, -8.0),
        (-2.0, -2.0, 0.25),
        (10.0, 3.0, 1000.0),
        (3.0, 4.0, 81.0),
        (-8.0, 1e20, INF),
        (-1.0, 1e20, 1.0),
        (0.0, INF, 0.0),
        (0.0, -INF, INF),
        (INF, INF, INF),
        (INF, 0.0, 1.0),
        (1.0, INF, 1.0),
        (1.0, -INF, 1.0),
        (-0.5, INF, 0.0),
        (2.0, 2000.0, INF),
        (-2.0, 2001.0, -INF),
        (-2.0, -2001.0, -0.0),
        (7.0, 1.0, 7.0),
        (1.5, 2.0, 2.25),
    ] {
        check("pow", &[x, y], expected);
    }
}

#[test]
fn special_values_of_atan2_and_hypot() {
    use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI};
    for (y, x, expected) in [
        (0.0, 1.0, 0.0),
        (-0.0, 1.0, -0.0),
        (0.0, -1.0, PI),
        (-0.0, -1.0, -PI),
        (0.0, 0.0, 0.0),
        (0.0, -0.0, PI),
        (-0.0, -0.0, -PI),
        (-0.0, 0.0, -0.0),
        (1.0, 0.0, FRAC_PI_2),
        (-1.0, 0.0, -FRAC_PI_2),
        (1.0, -0.0, FRAC_PI_2),
        (1.0, INF, 0.0),
        (-1.0, INF, -0.0),
        (1.0, -INF, PI),
        (INF, 1.0, FRAC_PI_2),
        (-INF, 1.0, -FRAC_PI_2),
        (INF, INF, FRAC_PI_4),
        (INF, -INF, 3.0 * FRAC_PI_4),
        (-INF, INF, -FRAC_PI_4),
        (1.0, 1.0, FRAC_PI_4),
        (NAN, 1.0, NAN),
        (1.0, NAN, NAN),
        (NAN, INF, NAN),
        (NAN, 0.0, NAN),
    ] {
        check("atan2", &[y, x], expected);
    }
    for (x, y, expected) in [
        (3.0, 4.0, 5.0),
        (0.0, 0.0, 0.0),
        (-0.0, 0.0, 0.0),
        (INF, NAN, INF),
        (NAN, -INF, INF),
        (NAN, 1.0, NAN),
        (1.0, NAN, NAN),
        (-INF, 2.0, INF),
        (3e-39, 4e-39, 5e-39),
    ] {
        if x != 3e-39 {
            check("hypot", &[x, y], expected);
        }
    }
    assert_eq!(at("hypot", Precision::F64, &[3e300, 4e300]), 5e300);
    assert_eq!(at("hypot", Precision::F64, &[5e-324, 0.0]), 5e-324);
}

#[test]
fn modulo_stays_in_its_range() {
    for (x, y, expected) in [
        (7.0, 3.0, 1.0),
        (-7.0, 3.0, 2.0),
        (7.0, -3.0, -2.0),
        (-7.0, -3.0, -1.0),
        (6.0, 3.0, 0.0),
        (0.5, 1.0, 0.5),
        (-1e-30, 1.0, 0.0),
        (1.0, 0.0, NAN),
        (INF, 1.0, NAN),
        (1.0, INF, NAN),
        (NAN, 1.0, NAN),
        (1.0, NAN, NAN),
        (0.0, 1.0, 0.0),
    ] {
        check("modulo", &[x, y], expected);
    }
}

#[test]
fn sign_keeps_zeros_and_nan() {
    let mut b = Builder::new("sign", Precision::F64);
    let a = b.binding("x", Element::Real);
    let x = b.load(a);
    let value = function::sign(&mut b, x);
    let out = b.uniform("out");
    b.set(out, value);
    let kernel = b.finish();
    let mut e = Evaluator::new(&kernel).unwrap();
    for (x, expected) in [
        (3.0, 1.0),
        (-5e-324, -1.0),
        (0.0, 0.0),
        (-0.0, -0.0),
        (-INF, -1.0),
    ] {
        assert_eq!(call(&mut e, &[x]).to_bits(), f64::to_bits(expected));
    }
    assert!(call(&mut e, &[NAN]).is_nan());
}
