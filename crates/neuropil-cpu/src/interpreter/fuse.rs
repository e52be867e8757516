//! Groups of operations that become one instruction.
//!
//! A value that stays in a register costs nothing, where a slot costs a store and a load. The
//! groups are those that the programs of [`neuropil_ir::kernel::function`] are made of; they compute
//! what their operations compute, one after another, so no bit changes.

use neuropil_ir::kernel::{Binary, Compare, Kernel, Op, Unary, Value};

/// What becomes of an operation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Role {
    /// An instruction of its own, or none.
    Alone,
    /// Part of the group that stands at another operation.
    Inner,
    /// A group stands here.
    Head(Group),
}

/// A group of operations.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Group {
    /// `before * x + c` in a chain of such with one x and numbers c; the first takes up a value
    /// from outside, the others the one before.
    Chain {
        before: Value,
        x: Value,
        first: bool,
    },
    /// `min(high, max(low, x))` with numbers.
    Clamp { x: Value, low: Value, high: Value },
    /// A reduction of the range: `shifted = x a + b`, `k = shifted - b'`, and
    /// `rest = (x - k c) - k d`; a, b, b', c, d are numbers. Stands at `shifted`.
    Split {
        x: Value,
        numbers: [Value; 5],
        rest: Value,
    },
    /// `p s s`, where s is the float of `bits` shifted to the left.
    ScaleTwice { p: Value, bits: Value, by: u8 },
    /// `s q + (s - unit)`, where s is the float of `bits` shifted to the left.
    ScaleRest {
        q: Value,
        bits: Value,
        by: u8,
        unit: Value,
    },
    /// `near` where |x| is below a number, else `far`.
    Near {
        x: Value,
        limit: Value,
        near: Value,
        far: Value,
    },
}

/// Finds the groups of a kernel; `uses` counts the readers of each value.
pub(super) fn roles(kernel: &Kernel, uses: &[u32]) -> Vec<Role> {
    let mut finder = Finder {
        kernel,
        uses,
        roles: vec![Role::Alone; kernel.ops.len()],
    };
    for place in 0..kernel.ops.len() {
        if uses[place] > 0 {
            finder.look_at(Value(place as u32));
        }
    }
    finder.roles
}

/// Whether a value is equal for all lanes by its form.
pub(super) fn is_number(kernel: &Kernel, value: Value) -> bool {
    match *kernel.op(value) {
        Op::Const(_) | Op::BitsConst(_) | Op::Uniform(_) => true,
        Op::ToBits(a) | Op::FromBits(a) => is_number(kernel, a),
        _ => false,
    }
}

struct Finder<'k> {
    kernel: &'k Kernel,
    uses: &'k [u32],
    roles: Vec<Role>,
}

impl Finder<'_> {
    fn op(&self, value: Value) -> Op {
        *self.kernel.op(value)
    }

    fn number(&self, value: Value) -> bool {
        is_number(self.kernel, value)
    }

    /// Whether a value is read a number of times and belongs to no group.
    fn free(&self, value: Value, uses: u32) -> bool {
        self.uses[value.index()] == uses && self.roles[value.index()] == Role::Alone
    }

    fn take(&mut self, head: Value, group: Group, inner: &[Value]) {
        self.roles[head.index()] = Role::Head(group);
        for value in inner {
            self.roles[value.index()] = Role::Inner;
        }
    }

    fn look_at(&mut self, at: Value) {
        match self.op(at) {
            Op::Fma(a, b, c) => {
                let _ = self
                    .scale_rest(at, a, b, c)
                    .or_else(|| self.chain(at, a, b, c))
                    .or_else(|| self.chain(at, b, a, c));
            }
            Op::Fnma(a, b, c) => {
                let _ = self.split(at, a, b, c).or_else(|| self.split(at, b, a, c));
            }
            Op::Binary(Binary::Min, high, y) => {
                self.clamp(at, high, y);
            }
            Op::Binary(Binary::Mul, q, s) => {
                let _ = self
                    .scale_twice(at, q, s)
                    .or_else(|| self.scale_twice(at, s, q));
            }
            Op::Select(mask, near, far) => {
                self.near(at, mask, near, far);
            }
            _ => {}
        }
    }

    /// `p * x + c`, where p is such an operation with the same x.
    fn chain(&mut self, at: Value, p: Value, x: Value, c: Value) -> Option<()> {
        let Op::Fma(pa, pb, pc) = self.op(p) else {
            return None;
        };
        let before = if pa == x { pb } else { pa };
        let fits = (pa == x || pb == x)
            && self.uses[p.index()] == 1
            && self.number(c)
            && self.number(pc)
            && !self.number(x);
        if !fits {
            return None;
        }
        match self.roles[p.index()] {
            // A chain so far goes on: its x is this x, because p's other factor is read by p alone.
            Role::Head(Group::Chain { .. }) => {}
            Role::Alone => {
                self.roles[p.index()] = Role::Head(Group::Chain {
                    before,
                    x,
                    first: true,
                });
            }
            _ => return None,
        }
        self.roles[at.index()] = Role::Head(Group::Chain {
            before: p,
            x,
            first: false,
        });
        Some(())
    }

    fn clamp(&mut self, at: Value, high: Value, y: Value) -> Option<()> {
        let Op::Binary(Binary::Max, low, x) = self.op(y) else {
            return None;
        };
        if !self.free(y, 1) || !self.number(high) || !self.number(low) || self.number(x) {
            return None;
        }
        self.take(at, Group::Clamp { x, low, high }, &[y]);
        Some(())
    }

    /// `rest = before - k d`, seen from its end.
    fn split(&mut self, at: Value, k: Value, d: Value, before: Value) -> Option<()> {
        let Op::Fnma(ka, kb, x) = self.op(before) else {
            return None;
        };
        let c = if ka == k { kb } else { ka };
        let Op::Binary(Binary::Sub, shifted, again) = self.op(k) else {
            return None;
        };
        let Op::Fma(fa, fb, b) = self.op(shifted) else {
            return None;
        };
        let a = if fa == x { fb } else { fa };
        let fits = (ka == k || kb == k)
            && (fa == x || fb == x)
            && self.free(before, 1)
            && self.free(k, 2)
            && self.roles[shifted.index()] == Role::Alone
            && !self.number(x)
            && [a, b, again, c, d]
                .iter()
                .all(|&number| self.number(number));
        if !fits {
            return None;
        }
        let numbers = [a, b, again, c, d];
        self.take(
            shifted,
            Group::Split {
                x,
                numbers,
                rest: at,
            },
            &[k, before, at],
        );
        Some(())
    }

    /// The bits that are shifted to the left to give a scale.
    fn scale(&self, s: Value) -> Option<(Value, u8, Value)> {
        let Op::FromBits(shifted) = self.op(s) else {
            return None;
        };
        let Op::Shl(bits, by) = self.op(shifted) else {
            return None;
        };
        let fits = self.free(s, 2) && self.free(shifted, 1) && !self.number(bits);
        fits.then_some((bits, by, shifted))
    }

    fn scale_twice(&mut self, at: Value, q: Value, s: Value) -> Option<()> {
        let Op::Binary(Binary::Mul, a, b) = self.op(q) else {
            return None;
        };
        let p = if a == s { b } else { a };
        let (bits, by, shifted) = self.scale(s)?;
        if !(a == s || b == s) || !self.free(q, 1) || self.number(p) || p == s {
            return None;
        }
        self.take(at, Group::ScaleTwice { p, bits, by }, &[q, s, shifted]);
        Some(())
    }

    fn scale_rest(&mut self, at: Value, a: Value, b: Value, rest: Value) -> Option<()> {
        let Op::Binary(Binary::Sub, s, unit) = self.op(rest) else {
            return None;
        };
        let q = if a == s { b } else { a };
        let (bits, by, shifted) = self.scale(s)?;
        let fits = (a == s || b == s) && self.free(rest, 1) && self.number(unit);
        if !fits || self.number(q) || q == s {
            return None;
        }
        self.take(
            at,
            Group::ScaleRest { q, bits, by, unit },
            &[rest, s, shifted],
        );
        Some(())
    }

    fn near(&mut self, at: Value, mask: Value, near: Value, far: Value) -> Option<()> {
        let Op::Compare(Compare::Lt, magnitude, limit) = self.op(mask) else {
            return None;
        };
        let Op::Unary(Unary::Abs, x) = self.op(magnitude) else {
            return None;
        };
        let fits = self.free(mask, 1)
            && self.free(magnitude, 1)
            && self.number(limit)
            && !self.number(x)
            && !self.number(far);
        if !fits {
            return None;
        }
        self.take(
            at,
            Group::Near {
                x,
                limit,
                near,
                far,
            },
            &[mask, magnitude],
        );
        Some(())
    }
}
