//! Every operator of the table against std.

use neuropil_ir::graph::{Graph, NodeId};
use neuropil_ir::kernel::Precision;
use neuropil_ir::operator::{Kind, Operator};

use super::{Bench, run};
use crate::lower::evaluate;

/// The value of an operator by std, truth values as 1 and 0; `None`: std has no such function.
fn oracle(operator: Operator, [a, b, c]: [f64; 3]) -> Option<f64> {
    let truth = |value: bool| f64::from(u8::from(value));
    Some(match operator {
        Operator::Add => a + b,
        Operator::Sub => a - b,
        Operator::Mul => a * b,
        Operator::Div => a / b,
        Operator::Neg => -a,
        Operator::Pow => a.powf(b),
        Operator::Exp => a.exp(),
        Operator::Expm1 => a.exp_m1(),
        Operator::Log => a.ln(),
        Operator::Log1p => a.ln_1p(),
        Operator::Sqrt => a.sqrt(),
        Operator::Sin => a.sin(),
        Operator::Cos => a.cos(),
        Operator::Tan => a.tan(),
        Operator::Tanh => a.tanh(),
        Operator::Atan2 => a.atan2(b),
        Operator::Sigmoid => 1.0 / (1.0 + (-a).exp()),
        Operator::Softplus => a.max(0.0) + (-a.abs()).exp().ln_1p(),
        Operator::Exprel if a == 0.0 => 1.0,
        Operator::Exprel => a.exp_m1() / a,
        Operator::Exprel2 => return None,
        Operator::Linexp if a == 0.0 => 1.0,
        Operator::Linexp => -a / (-a).exp_m1(),
        Operator::Erf | Operator::NormalCdf | Operator::NormalQuantile => return None,
        Operator::Hypot => a.hypot(b),
        Operator::Abs => a.abs(),
        Operator::Sign if a == 0.0 => 0.0,
        Operator::Sign => a.signum(),
        Operator::Floor => a.floor(),
        Operator::Round => (a + 0.5).floor(),
        Operator::Mod => a.rem_euclid(b),
        Operator::Min => a.min(b),
        Operator::Max => a.max(b),
        Operator::Heaviside => truth(a >= 0.0),
        Operator::Where => {
            if a == 0.0 {
                c
            } else {
                b
            }
        }
        Operator::Lt => truth(a < b),
        Operator::Le => truth(a <= b),
        Operator::Eq => truth(a == b),
        Operator::And => truth(a != 0.0 && b != 0.0),
        Operator::Or => truth(a != 0.0 || b != 0.0),
        Operator::Not => truth(a == 0.0),
    })
}

/// Operands that every operator is tried at, as far as their kinds allow.
const POINTS: [[f64; 3]; 10] = [
    [0.5, 2.0, -1.0],
    [1.0, 3.0, 2.0],
    [0.0, 1.0, 5.0],
    [2.75, 0.3, 0.0],
    [7.5, 2.5, 1.0],
    [1e-9, 1.5, 1.0],
    [30.0, 30.0, 4.0],
    [-0.25, 2.0, 3.0],
    [-3.5, 3.0, 1.0],
    [-20.0, 2.0, 8.0],
];

/// Declares the operands of an operator as arrays and applies it.
fn applied(bench: &mut Bench, operator: Operator) -> NodeId {
    let args: Vec<NodeId> = operator
        .operands()
        .iter()
        .map(|kind| match kind {
            Kind::Number => bench.lane("x"),
            Kind::Truth => {
                let symbol = bench.graph.new_truth_symbol("c");
                bench.array(symbol, "c")
            }
        })
        .collect();
    bench.graph.apply(operator, &args)
}

#[test]
fn every_operator_has_its_meaning_in_both_precisions() {
    let mut tried = 0;
    for &operator in Operator::ALL {
        let mut bench = Bench::new();
        let root = applied(&mut bench, operator);
        for (precision, ulp) in [
            (Precision::F64, f64::EPSILON),
            (Precision::F32, f64::from(f32::EPSILON)),
        ] {
            let (lowered, _) = bench.map(precision, &[root]);
            for point in POINTS {
                let point = match precision {
                    Precision::F64 => point,
                    Precision::F32 => point.map(|x| f64::from(x as f32)),
                };
                let Some(expected) = oracle(operator, point) else {
                    continue;
                };
                // What f32 cannot hold overflows there.
                let most = f64::from(f32::MAX);
                let overflow = precision == Precision::F32 && expected.abs() > most;
                let expected = if overflow {
                    expected * f64::INFINITY
                } else {
                    expected
                };
                let found = run(&lowered, &[], &point)[0];
                tried += 1;
                // Both sides within 2 units in the last place of the truth; the oracles of
                // sigmoid, exprel and linexp round two or three times.
                let error = (found - expected).abs();
                let same = found == expected || (found.is_nan() && expected.is_nan());
                assert!(
                    same || error <= 6.0 * ulp * expected.abs(),
                    "{operator:?} {precision} at {point:?}: {found:e} {expected:e}"
                );
            }
        }
    }
    assert!(tried > 600, "{tried}");
}

/// Published values, and closed forms at points where they do not cancel.
#[test]
fn operators_without_a_std_function() {
    let cases = [
        // Abramowitz and Stegun, table 7.1.
        (Operator::Erf, 0.5, 0.520_499_877_813_046_5),
        (Operator::Erf, 2.0, 0.995_322_265_018_952_7),
        (Operator::Erf, -1.0, -0.842_700_792_949_714_9),
        // Phi(1.96) and its inverse, to 16 digits.
        (Operator::NormalCdf, 1.96, 0.975_002_104_851_779_5),
        (Operator::NormalCdf, 0.0, 0.5),
        (Operator::NormalQuantile, 0.975, 1.959_963_984_540_054),
        (Operator::NormalQuantile, 0.5, 0.0),
        // (e^x - 1 - x)/x^2 where it does not cancel, and its limits.
        (Operator::Exprel2, 0.0, 0.5),
        (Operator::Exprel2, 2.0, (2.0_f64.exp() - 3.0) / 4.0),
        (Operator::Exprel2, -30.0, ((-30.0_f64).exp() + 29.0) / 900.0),
        (
            Operator::Exprel2,
            700.0,
            (700.0_f64.exp() - 701.0) / 490_000.0,
        ),
        (Operator::Exprel2, f64::INFINITY, f64::INFINITY),
        (Operator::Exprel2, f64::NEG_INFINITY, 0.0),
        (Operator::Exprel2, -1e200, 1e-200),
        // 1/2 + x/6
        (Operator::Exprel2, 1e-9, 0.5 + 1e-9 / 6.0),
    ];
    for (operator, x, expected) in cases {
        let mut bench = Bench::new();
        let root = applied(&mut bench, operator);
        let (lowered, _) = bench.map(Precision::F64, &[root]);
        let found = run(&lowered, &[], &[x])[0];
        let error = (found - expected).abs();
        // 4 units in the last place, on 16 digits of the table.
        assert!(
            found == expected || error <= 1e-15 * expected.abs(),
            "{operator:?}({x}): {found:e} {expected:e}"
        );
    }
}

#[test]
fn exprel2_joins_smoothly_and_keeps_nan() {
    let mut bench = Bench::new();
    let root = applied(&mut bench, Operator::Exprel2);
    let (lowered, _) = bench.map(Precision::F64, &[root]);
    for x in [1.0, -1.0_f64] {
        let (below, above) = (x * (1.0 - 1e-15), x * (1.0 + 1e-15));
        let (a, b) = (
            run(&lowered, &[], &[below])[0],
            run(&lowered, &[], &[above])[0],
        );
        // The slope is below 0.3, so the points are equal but for the error of either side.
        assert!((a - b).abs() < 2e-15, "{a} {b}");
    }
    assert!(run(&lowered, &[], &[f64::NAN])[0].is_nan());
}

#[test]
fn compile_time_values_are_those_of_kernels() {
    for &operator in Operator::ALL {
        let mut bench = Bench::new();
        let root = applied(&mut bench, operator);
        let symbols = bench.graph.symbols_of(root);
        let (lowered, _) = bench.map(Precision::F64, &[root]);
        for point in POINTS {
            let value = |symbol| {
                symbols
                    .iter()
                    .position(|&known| known == symbol)
                    .map(|place| point[place])
            };
            let found = evaluate(&bench.graph, root, &value).unwrap();
            // A store makes +0 of -0.
            let expected = run(&lowered, &[], &point)[0];
            assert!(
                found == expected || (found.is_nan() && expected.is_nan()),
                "{operator:?} {point:?}: {found:e} {expected:e}"
            );
        }
    }
}

#[test]
fn evaluate_names_what_it_does_not_know() {
    let mut graph = Graph::new();
    let (a, b) = (graph.new_symbol("a"), graph.new_symbol("b"));
    let (x, y) = (graph.symbol(a), graph.symbol(b));
    let sum = graph.add(x, y);
    assert_eq!(evaluate(&graph, sum, &|s| (s == a).then_some(1.0)), Err(b));
    assert_eq!(evaluate(&graph, sum, &|_| Some(1.5)), Ok(3.0));
    assert_eq!(evaluate(&graph, x, &|_| None), Err(a));
    let yes = graph.truth(true);
    assert_eq!(evaluate(&graph, yes, &|_| None), Ok(1.0));
}
