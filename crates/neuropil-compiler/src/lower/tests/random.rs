//! Random expressions in numbers on which all arithmetic is exact: joining factors, contracting and
//! hoisting may then not change a single bit.

use neuropil_ir::graph::NodeId;
use neuropil_ir::kernel::{Effect, Precision};
use neuropil_ir::operator::Operator;

use super::{Bench, run};
use crate::lower::{Lowered, Rate};

/// A node with its value and the number of factors in its longest product.
#[derive(Clone, Copy)]
struct Known {
    node: NodeId,
    value: f64,
    degree: u32,
}

/// At most six factors below 2^5 in steps of 2^-2, and sums of them: well below 53 bits.
const MOST_FACTORS: u32 = 6;

/// A small generator of Weyl type with a finaliser; the seed is the number of the expression.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 31)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        ((mixed >> 33) % n as u64) as usize
    }
}

fn set(lowered: Option<&Lowered>, slots: &mut [f64]) {
    let Some(lowered) = lowered else { return };
    let values = run(lowered, slots, &[]);
    for (effect, value) in lowered.kernel.effects.iter().zip(values) {
        let Effect::Set(uniform, _) = *effect else {
            panic!("{effect:?}")
        };
        slots[lowered.slots[uniform.index()].index()] = value;
    }
}

fn grow(bench: &mut Bench, dice: &mut Dice, known: &mut Vec<Known>, divisors: usize) {
    let (a, b) = (
        known[dice.below(known.len())],
        known[dice.below(known.len())],
    );
    let degree = a.degree.max(b.degree);
    let graph = &mut bench.graph;
    let (node, value, degree) = match dice.below(9) {
        0 | 1 => (graph.add(a.node, b.node), a.value + b.value, degree),
        2 => (graph.sub(a.node, b.node), a.value - b.value, degree),
        3 | 4 => (
            graph.mul(a.node, b.node),
            a.value * b.value,
            a.degree + b.degree,
        ),
        5 => (graph.neg(a.node), -a.value, a.degree),
        6 => {
            // The divisors are powers of two, so that their reciprocals are exact.
            let by = known[dice.below(divisors)];
            (graph.div(a.node, by.node), a.value / by.value, a.degree + 1)
        }
        7 => {
            let node = graph.apply(Operator::Max, &[a.node, b.node]);
            (node, a.value.max(b.value), degree)
        }
        _ => {
            let mask = graph.apply(Operator::Lt, &[a.node, b.node]);
            let two = graph.number(2.0);
            let square = graph.pow(a.node, two);
            let value = if a.value < b.value {
                a.value * a.value
            } else {
                b.value
            };
            (
                graph.select(mask, square, b.node),
                value,
                degree.max(2 * a.degree),
            )
        }
    };
    if degree <= MOST_FACTORS {
        known.push(Known {
            node,
            value,
            degree,
        });
    }
}

#[test]
fn lowering_keeps_exact_values() {
    for seed in 0..2000 {
        let mut dice = Dice(seed);
        let mut bench = Bench::new();
        let mut slots = Vec::new();
        let mut arrays = Vec::new();
        let mut known = Vec::new();
        for (name, rate) in [("p", Rate::Build), ("q", Rate::Build), ("r", Rate::Step)] {
            let value = [0.5, 2.0, 4.0, -2.0][dice.below(4)];
            known.push(Known {
                node: bench.slot(name, rate),
                value,
                degree: 1,
            });
            slots.push(value);
        }
        for name in ["x", "y", "z"] {
            let value = dice.below(15) as f64 - 7.0;
            known.push(Known {
                node: bench.lane(name),
                value,
                degree: 1,
            });
            arrays.push(value);
        }
        for _ in 0..25 {
            grow(&mut bench, &mut dice, &mut known, 3);
        }
        let roots = &known[known.len() - 3..];
        let nodes: Vec<NodeId> = roots.iter().map(|root| root.node).collect();
        let (lowered, hoisted) = bench.map(Precision::F64, &nodes);
        slots.resize(bench.slots as usize, f64::NAN);
        set(hoisted.prepare.as_ref(), &mut slots);
        set(hoisted.step.as_ref(), &mut slots);
        let found = run(&lowered, &slots, &arrays);
        for (root, found) in roots.iter().zip(found) {
            let text = bench.graph.to_text(root.node);
            assert_eq!(found, root.value, "seed {seed}: {text}");
        }
    }
}
