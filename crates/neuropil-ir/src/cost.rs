//! What the operations of a kernel cost, and whose they are: the sums behind a profile by line.
//!
//! A back-end measures the time of a lane of each [`Class`] of operations on the machine at hand
//! ([`crate::backend::Machine::calibrate`]). From these [`Costs`] follows how the time of a kernel divides
//! among its owners ([`by_owner`]): the lines of the text, the reading and writing of state, and
//! what the engine adds for no line. Functions such as `exp` are operations like all others here, so
//! they cost the line that calls them; a product and a sum of two lines that became one fused operation
//! cost each half of it. A value that several lines need is computed once and belongs to the
//! first of them ([`crate::graph`]).

use neuropil_syntax::Span;

use crate::kernel::{Binary, Effect, Kernel, Op, Origin, Unary, Value};

macro_rules! classes {
    ($($variant:ident $doc:literal;)*) => {
        /// Operations and effects that cost alike.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Class {
            $(#[doc = $doc] $variant,)*
        }

        impl Class {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];
        }
    };
}

classes! {
    Add "Sums, differences and products.";
    Fused "`a*b + c`, rounded once.";
    Divide "Quotients.";
    Root "Square roots.";
    Extreme "The smaller or larger of two.";
    Whole "Roundings to whole numbers, and the index of the element as a number.";
    Compare "Comparisons.";
    Logic "Operations on truth values.";
    Select "One of two values.";
    Bits "Operations on bit patterns; signs are such.";
    Shift "Shifts of bit patterns.";
    Draw "Random draws.";
    Load "Reading an element of an array.";
    Store "Writing an element of an array, tiny numbers as zero.";
    Clear "Writing zero.";
    Emit "Appending to a list what emits an event.";
    EmitCount "Appending to a list what emits a number of events.";
    Reduce "Joining a value to those of other elements.";
}

impl Class {
    /// The class of an operation; `None` where it costs a lane nothing.
    pub fn of(op: &Op) -> Option<Self> {
        Some(match op {
            Op::Const(_) | Op::BitsConst(_) | Op::Uniform(_) | Op::ToBits(_) | Op::FromBits(_) => {
                return None;
            }
            Op::Load(_) => Self::Load,
            Op::Draw(_) => Self::Draw,
            Op::Unary(Unary::Neg | Unary::Abs, _) | Op::BitOp(..) => Self::Bits,
            Op::Unary(Unary::Sqrt, _) => Self::Root,
            Op::Unary(Unary::Floor | Unary::Round, _) | Op::Lane => Self::Whole,
            Op::Binary(Binary::Add | Binary::Sub | Binary::Mul, ..) => Self::Add,
            Op::Binary(Binary::Div, ..) => Self::Divide,
            Op::Binary(Binary::Min | Binary::Max, ..) => Self::Extreme,
            Op::Fma(..) | Op::Fnma(..) => Self::Fused,
            Op::Compare(..) => Self::Compare,
            Op::Logic(..) | Op::Not(_) => Self::Logic,
            Op::Select(..) => Self::Select,
            Op::Shl(..) | Op::Shr(..) => Self::Shift,
        })
    }

    /// The class of an effect; `None` for what kernels over elements do not do.
    pub fn of_effect(effect: &Effect) -> Option<Self> {
        Some(match effect {
            Effect::Store(..) => Self::Store,
            Effect::Clear(_) => Self::Clear,
            Effect::Emit(..) => Self::Emit,
            Effect::EmitCount(..) => Self::EmitCount,
            Effect::Reduce(..) => Self::Reduce,
            Effect::Set(..) => return None,
        })
    }

    /// Whether it moves state between memory and registers.
    pub fn is_transfer(self) -> bool {
        matches!(self, Self::Load | Self::Store | Self::Clear)
    }
}

/// The time of a lane of every class; unit ns.
#[derive(Clone, Debug, PartialEq)]
pub struct Costs(Vec<f64>);

impl Costs {
    /// A table, class by class; what is no positive number counts as 0.
    pub fn new(mut cost: impl FnMut(Class) -> f64) -> Self {
        let costs = Class::ALL.iter().map(|&class| cost(class));
        Self(costs.map(|ns| if ns > 0.0 { ns } else { 0.0 }).collect())
    }

    /// The time of a lane of a class; unit ns.
    pub fn of(&self, class: Class) -> f64 {
        self.0.get(class as usize).copied().unwrap_or(0.0)
    }

    /// The least time of a lane that the operations and effects of a kernel take, but for reading
    /// and writing state; unit ns.
    ///
    /// Quotients and roots have a unit of their own, which works beside the others: the longer of
    /// the two counts.
    pub fn arithmetic(&self, kernel: &Kernel) -> f64 {
        let (mut divider, mut others) = (0.0, 0.0);
        for (class, _) in parts(kernel) {
            match class {
                Class::Divide | Class::Root => divider += self.of(class),
                class if class.is_transfer() => {}
                class => others += self.of(class),
            }
        }
        f64::max(divider, others)
    }
}

/// Whom a part of the time of a kernel belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Owner {
    /// A place of the text.
    Line(Span),
    /// Reading and writing state: loads and stores, of which no line can be said to own any.
    State,
    /// What belongs to no line.
    Engine,
}

/// How the time of a lane of a kernel divides among its owners, in the order of the program; unit ns.
///
/// An owner stands once. Where the costs are all 0, every operation counts alike.
pub fn by_owner(kernel: &Kernel, costs: &Costs) -> Vec<(Owner, f64)> {
    let alike = parts(kernel).all(|(class, _)| costs.of(class) == 0.0);
    let mut list: Vec<(Owner, f64)> = Vec::new();
    let mut add = |owner, cost| match list.iter_mut().find(|(known, _)| *known == owner) {
        Some((_, total)) => *total += cost,
        None => list.push((owner, cost)),
    };
    for (class, origin) in parts(kernel) {
        let cost = if alike { 1.0 } else { costs.of(class) };
        match origin {
            _ if class.is_transfer() => add(Owner::State, cost),
            Origin {
                line: Some(line),
                product: Some(product),
            } => {
                add(Owner::Line(line), 0.5 * cost);
                add(Owner::Line(product), 0.5 * cost);
            }
            Origin { line, product } => {
                add(line.or(product).map_or(Owner::Engine, Owner::Line), cost);
            }
        }
    }
    list
}

/// The bytes that a lane of a kernel reads and writes.
pub fn bytes(kernel: &Kernel) -> u64 {
    let of = |binding: crate::kernel::Binding| {
        let declared = kernel.bindings.get(binding.index());
        declared.map_or(0, |it| it.element.bytes(kernel.precision) as u64)
    };
    let loads = kernel.ops.iter().filter_map(|op| match *op {
        Op::Load(binding) => Some(of(binding)),
        _ => None,
    });
    let stores = kernel.effects.iter().filter_map(|effect| match *effect {
        Effect::Store(binding, _) | Effect::Clear(binding) => Some(of(binding)),
        _ => None,
    });
    loads.sum::<u64>() + stores.sum::<u64>()
}

/// What a kernel does that costs something, with where it comes from; an effect comes from where its
/// value does.
fn parts(kernel: &Kernel) -> impl Iterator<Item = (Class, Origin)> + '_ {
    let ops = kernel.ops.iter().enumerate().filter_map(|(place, op)| {
        let origin = kernel.origin(Value(place as u32));
        Some((Class::of(op)?, origin))
    });
    let effects = kernel.effects.iter().filter_map(|effect| {
        let origin = effect.operand().map(|value| kernel.origin(value));
        Some((Class::of_effect(effect)?, origin.unwrap_or_default()))
    });
    ops.chain(effects)
}

#[cfg(test)]
mod tests {
    use neuropil_syntax::SourceId;

    use super::*;
    use crate::kernel::{Builder, Element, Precision, function};

    fn line(start: u32) -> Span {
        Span::new(SourceId(0), start, start + 1)
    }

    fn of(start: u32) -> Origin {
        Origin {
            line: Some(line(start)),
            product: None,
        }
    }

    /// Every class costs 1 a lane but for quotients.
    fn costs() -> Costs {
        Costs::new(|class| if class == Class::Divide { 8.0 } else { 1.0 })
    }

    #[test]
    fn every_part_of_a_kernel_has_one_owner() {
        let mut b = Builder::new("k", Precision::F32);
        let array = b.binding("x", Element::Real);
        let counts = b.binding("n", Element::U32);
        let fired = b.emission("spike");
        let (x, n) = (b.load(array), b.load(counts));
        b.set_origin(of(10));
        let sum = b.add(x, n);
        let quotient = b.div(x, sum);
        b.set_origin(of(20));
        let twice = b.add(x, n); // there already
        let above = b.lt(twice, quotient);
        b.set_origin(Origin::default());
        let negative = b.neg(quotient);
        b.store(array, negative);
        b.clear(counts);
        b.emit(fired, above);
        let kernel = b.finish();
        let expected = [
            (Owner::State, 4.0),          // two loads, a store, a clear
            (Owner::Line(line(10)), 9.0), // sum and quotient
            (Owner::Line(line(20)), 2.0), // comparison and emission
            (Owner::Engine, 1.0),         // the sign
        ];
        assert_eq!(by_owner(&kernel, &costs()), expected);
        // The quotient takes 8, beside it a sum, a comparison, an emission and a sign 4.
        assert_eq!(costs().arithmetic(&kernel), 8.0);
        let even = Costs::new(|_| 1.0);
        assert_eq!(even.arithmetic(&kernel), 4.0);
        // Read and written as 4 bytes each.
        assert_eq!(bytes(&kernel), 16);
        // Without a table all nine parts count alike.
        let alike = by_owner(&kernel, &Costs::new(|_| f64::NAN));
        assert_eq!(alike.iter().map(|(_, cost)| cost).sum::<f64>(), 9.0);
    }

    #[test]
    fn a_fused_operation_is_shared_by_its_product_and_its_sum() {
        let mut b = Builder::new("k", Precision::F64);
        let array = b.binding("x", Element::Real);
        let x = b.load(array);
        b.set_origin(Origin {
            product: Some(line(20)),
            ..of(10)
        });
        let sum = b.fma(x, x, x);
        b.set_origin(Origin {
            line: None,
            product: Some(line(20)),
        });
        let difference = b.fnma(sum, sum, x);
        b.store(array, difference);
        let expected = [
            (Owner::State, 2.0),
            (Owner::Line(line(10)), 0.5),
            (Owner::Line(line(20)), 1.5),
        ];
        assert_eq!(by_owner(&b.finish(), &costs()), expected);
    }

    #[test]
    fn functions_cost_the_line_that_calls_them() {
        let mut b = Builder::new("k", Precision::F64);
        let array = b.binding("x", Element::Real);
        let x = b.load(array);
        b.set_origin(of(10));
        let mut value = x;
        for _ in 0..10 {
            value = function::exp(&mut b, value);
        }
        b.set_origin(of(20));
        let sum = b.add(value, x);
        b.set_origin(Origin::default());
        b.store(array, sum);
        let kernel = b.finish();
        let owners = by_owner(&kernel, &costs());
        let total: f64 = owners.iter().map(|(_, cost)| cost).sum();
        let cost_of = |owner| {
            owners
                .iter()
                .find(|(found, _)| *found == owner)
                .map(|(_, cost)| cost)
        };
        assert_eq!(cost_of(Owner::Line(line(20))), Some(&1.0));
        assert_eq!(cost_of(Owner::State), Some(&2.0));
        assert_eq!(cost_of(Owner::Line(line(10))), Some(&(total - 3.0)));
        assert!(total > 100.0, "an exponential takes about 15 operations");
    }
}
