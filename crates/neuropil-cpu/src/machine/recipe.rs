//! Short kernels from which the cost of a class of operations is measured.
//!
//! A kernel of a length does something so many times between loads and stores that all lengths have. Its
//! operations stand in four chains, so that it is their rate that shows and not how long one waits for
//! the other. What cannot stand alone (a mask needs someone to use it) comes with operations of other
//! classes, one each, whose cost is taken off.

use neuropil_ir::cost::Class;
use neuropil_ir::kernel::{
    Binary, BitOp, Builder, Element, Kernel, Logic, Op, Precision, Reduction, Unary, Value,
};

/// Chains of operations that do not wait for each other.
const CHAINS: usize = 4;

/// How a class is measured.
pub(super) struct Recipe {
    /// The two lengths.
    pub(super) lengths: [usize; 2],
    /// What comes with each operation of the class.
    pub(super) beside: &'static [Class],
    make: fn(&mut Short, usize),
}

/// A kernel between its loads and its stores.
struct Short {
    builder: Builder,
    chains: [Value; CHAINS],
    /// A number equal for all lanes.
    number: Value,
}

impl Recipe {
    /// The recipe of a class.
    pub(super) fn of(class: Class) -> Self {
        let long = |make| Self {
            lengths: [8, 40],
            beside: &[],
            make,
        };
        let few = |lengths, make| Self {
            lengths,
            beside: &[],
            make,
        };
        let with = |beside, recipe| Self { beside, ..recipe };
        match class {
            Class::Add => long(|short, n| {
                short.chain(n, |b, x, number, _| b.add(x, number));
            }),
            Class::Fused => long(|short, n| {
                short.chain(n, |b, x, number, _| b.fma(number, number, x));
            }),
            Class::Divide => long(|short, n| {
                short.chain(n, |b, x, number, _| b.div(x, number));
            }),
            Class::Root => long(|short, n| {
                short.chain(n, |b, x, _, _| b.sqrt(x));
            }),
            Class::Extreme => long(|short, n| {
                short.chain(n, |b, x, number, place| {
                    let op = [Binary::Min, Binary::Max][place % 2];
                    b.push(Op::Binary(op, x, number))
                });
            }),
            Class::Whole => with(
                &[Class::Add],
                long(|short, n| {
                    short.chain(n, |b, x, number, _| {
                        let sum = b.add(x, number);
                        b.push(Op::Unary(Unary::Floor, sum))
                    });
                }),
            ),
            Class::Compare => with(
                &[Class::Select],
                long(|short, n| {
                    short.chain(n, |b, x, number, _| {
                        let mask = b.lt(x, number);
                        b.select(mask, number, x)
                    });
                }),
            ),
            Class::Logic => long(|short, n| {
                let masks = short.masks();
                let b = &mut short.builder;
                let mut mask = masks[0];
                for place in 0..n {
                    let op = [Logic::And, Logic::Xor][place % 2];
                    mask = b.push(Op::Logic(op, mask, masks[1 + place % (CHAINS - 1)]));
                }
                short.chains[0] = b.select(mask, short.chains[0], short.number);
            }),
            Class::Select => long(|short, n| {
                let masks = short.masks();
                short.chain(n, |b, x, number, place| {
                    b.select(masks[place % CHAINS], x, number)
                });
                // All masks are used, whatever the length.
                for mask in masks {
                    let emission = short.builder.emission("mask");
                    short.builder.emit(emission, mask);
                }
            }),
            Class::Bits => long(|short, n| {
                short.chain(n, |b, x, number, place| {
                    let op = [BitOp::Xor, BitOp::Or][place % 2];
                    let bits = [x, number].map(|value| b.push(Op::ToBits(value)));
                    let changed = b.push(Op::BitOp(op, bits[0], bits[1]));
                    b.push(Op::FromBits(changed))
                });
            }),
            Class::Shift => long(|short, n| {
                short.chain(n, |b, x, _, place| {
                    let bits = b.push(Op::ToBits(x));
                    let op = [Op::Shr(bits, 1), Op::Shl(bits, 1)][place % 2];
                    let changed = b.push(op);
                    b.push(Op::FromBits(changed))
                });
            }),
            Class::Draw => with(
                &[Class::Add],
                few([1, 5], |short, n| {
                    short.chain(n, |b, x, _, place| {
                        let stream = b.draw("draw", place as u64);
                        let drawn = b.drawn(stream);
                        b.add(x, drawn)
                    });
                }),
            ),
            Class::Load => with(
                &[Class::Add],
                few([2, 10], |short, n| {
                    short.chain(n, |b, x, _, _| {
                        let array = b.binding("in", Element::Real);
                        let loaded = b.load(array);
                        b.add(x, loaded)
                    });
                }),
            ),
            Class::Store => few([1, 9], |short, n| {
                for _ in 0..n {
                    let array = short.builder.binding("out", Element::Real);
                    short.builder.store(array, short.chains[0]);
                }
            }),
            Class::Clear => few([1, 9], |short, n| {
                for _ in 0..n {
                    let array = short.builder.binding("out", Element::Real);
                    short.builder.clear(array);
                }
            }),
            Class::Emit => with(
                &[Class::Compare],
                few([1, 5], |short, n| {
                    let b = &mut short.builder;
                    for place in 0..n {
                        let limit = b.number(-1.0 - place as f64);
                        let never = b.lt(short.chains[0], limit);
                        let emission = b.emission("event");
                        b.emit(emission, never);
                    }
                }),
            ),
            Class::EmitCount => few([1, 5], |short, n| {
                let b = &mut short.builder;
                let none = b.number(0.0);
                for _ in 0..n {
                    let emission = b.emission("event");
                    b.emit_count(emission, none);
                }
            }),
            Class::Reduce => few([1, 5], |short, n| {
                for _ in 0..n {
                    let slot = short.builder.uniform("sum");
                    short.builder.reduce(slot, Reduction::Sum, short.chains[0]);
                }
            }),
        }
    }

    /// The kernel of a length.
    pub(super) fn kernel(&self, precision: Precision, length: usize) -> Kernel {
        let mut builder = Builder::new("calibration", precision);
        let arrays = [0; CHAINS].map(|_| builder.binding("x", Element::Real));
        let chains = arrays.map(|array| builder.load(array));
        let number = builder.uniform("number");
        let number = builder.read(number);
        let mut short = Short {
            builder,
            chains,
            number,
        };
        (self.make)(&mut short, length);
        let Short {
            mut builder,
            chains,
            ..
        } = short;
        for (array, value) in arrays.into_iter().zip(chains) {
            builder.store(array, value);
        }
        builder.finish()
    }
}

impl Short {
    /// Does something in each chain in turn; it is given the chain, the number and a place: another each
    /// time, even and odd in turns along a chain.
    fn chain(&mut self, n: usize, op: impl Fn(&mut Builder, Value, Value, usize) -> Value) {
        for place in 0..n {
            let chain = &mut self.chains[place % CHAINS];
            *chain = op(
                &mut self.builder,
                *chain,
                self.number,
                place / CHAINS + place,
            );
        }
    }

    /// A mask of each chain.
    fn masks(&mut self) -> [Value; CHAINS] {
        let (b, number) = (&mut self.builder, self.number);
        self.chains.map(|value| b.lt(value, number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How often every class stands in a kernel.
    fn counts(kernel: &Kernel) -> Vec<usize> {
        let ops = kernel.ops.iter().filter_map(Class::of);
        let effects = kernel.effects.iter().filter_map(Class::of_effect);
        let all: Vec<Class> = ops.chain(effects).collect();
        let count = |class: &Class| all.iter().filter(|found| *found == class).count();
        Class::ALL.iter().map(count).collect()
    }

    /// The builder makes equal operations one and simplifies: what it leaves is what is counted.
    #[test]
    fn a_longer_kernel_has_more_of_the_class_and_of_what_comes_with_it_alone() {
        for &class in Class::ALL {
            let recipe = Recipe::of(class);
            let [few, many] = recipe.lengths;
            let [less, more] = [few, many].map(|n| counts(&recipe.kernel(Precision::F32, n)));
            for (place, other) in Class::ALL.iter().enumerate() {
                let counted = *other == class || recipe.beside.contains(other);
                let expected = if counted { many - few } else { 0 };
                assert_eq!(
                    more[place] - less[place],
                    expected,
                    "{other:?} of {class:?}"
                );
            }
        }
    }
}
