//! The rules of a kernel.

use std::borrow::Borrow;

use super::Verified;
use crate::kernel::{Binding, Effect, Element, Kernel, Op, Type, Value};

/// A rule of the Kernel IR that a kernel breaks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KernelError {
    /// An operation refers to itself or to a later one.
    #[error("kernel `{kernel}`: {at:?} uses {operand:?}, which is not earlier")]
    Order {
        /// The kernel.
        kernel: String,
        /// The operation.
        at: Value,
        /// The operand.
        operand: Value,
    },
    /// An operand has another type than the operation or effect takes.
    #[error("kernel `{kernel}`: {at} takes {expected:?} but {operand:?} is {found:?}")]
    Type {
        /// The kernel.
        kernel: String,
        /// The operation (`v3`) or effect (`effect 0`).
        at: String,
        /// The operand.
        operand: Value,
        /// The type taken.
        expected: Type,
        /// The type found.
        found: Type,
    },
    /// A shift is not below the width of the float.
    #[error("kernel `{kernel}`: {at:?} shifts by {by}, the width is {width}")]
    Shift {
        /// The kernel.
        kernel: String,
        /// The operation.
        at: Value,
        /// The shift.
        by: u8,
        /// Bits of the float.
        width: u8,
    },
    /// An array, uniform, stream of draws, emission or value is not declared.
    #[error("kernel `{kernel}`: {at} refers to {id}, which is not declared")]
    Undeclared {
        /// The kernel.
        kernel: String,
        /// The operation or effect.
        at: String,
        /// What is missing, such as `u4`.
        id: String,
    },
    /// A constant is not a number of the kernel's precision.
    #[error("kernel `{kernel}`: the constant {at:?} is not exact in {precision}")]
    Constant {
        /// The kernel.
        kernel: String,
        /// The operation.
        at: Value,
        /// The precision.
        precision: String,
    },
    /// A store goes to an array that holds no `Real`.
    #[error("kernel `{kernel}` stores to `{array}`, which holds {element:?}")]
    StoreElement {
        /// The kernel.
        kernel: String,
        /// The array.
        array: String,
        /// Its element type.
        element: Element,
    },
    /// Two effects write one array, one event or one slot.
    #[error("kernel `{kernel}` writes `{what}` twice")]
    Twice {
        /// The kernel.
        kernel: String,
        /// The name of what is written.
        what: String,
    },
    /// A kernel that sets slots also does something else.
    #[error("kernel `{kernel}` sets slots and has other effects")]
    Mixed {
        /// The kernel.
        kernel: String,
    },
}

/// Checks the rules of a kernel.
///
/// The kernel may be owned or borrowed: `verify::kernel(&k)` proves it for the borrow.
pub fn kernel<K: Borrow<Kernel>>(kernel: K) -> Result<Verified<K>, KernelError> {
    let checked: &Kernel = kernel.borrow();
    for (place, op) in checked.ops.iter().enumerate() {
        check_op(checked, Value(place as u32), op)?;
    }
    check_effects(checked)?;
    Ok(Verified(kernel))
}

fn check_op(kernel: &Kernel, at: Value, op: &Op) -> Result<(), KernelError> {
    let name = || kernel.name.clone();
    for (number, operand) in op.operands().enumerate() {
        if operand >= at {
            return Err(KernelError::Order {
                kernel: name(),
                at,
                operand,
            });
        }
        expect(
            kernel,
            &format_args!("{at:?}"),
            operand,
            operand_type(op, number),
        )?;
    }
    let declared = match *op {
        Op::Uniform(u) => (u.index() < kernel.uniforms.len())
            .then_some(())
            .ok_or(format!("{u:?}")),
        Op::Load(a) => (a.index() < kernel.bindings.len())
            .then_some(())
            .ok_or(format!("{a:?}")),
        Op::Draw(r) => (r.index() < kernel.draws.len())
            .then_some(())
            .ok_or(format!("{r:?}")),
        _ => Ok(()),
    };
    declared.map_err(|id| KernelError::Undeclared {
        kernel: name(),
        at: format!("{at:?}"),
        id,
    })?;
    let width = (kernel.precision.bytes() * 8) as u8;
    match *op {
        Op::Shl(_, by) | Op::Shr(_, by) if by >= width => Err(KernelError::Shift {
            kernel: name(),
            at,
            by,
            width,
        }),
        Op::Const(x) if width == 32 && !x.is_nan() && f64::from(x as f32) != x => {
            Err(KernelError::Constant {
                kernel: name(),
                at,
                precision: "f32".into(),
            })
        }
        Op::BitsConst(x) if width == 32 && x > 0xFFFF_FFFF => Err(KernelError::Constant {
            kernel: name(),
            at,
            precision: "f32".into(),
        }),
        _ => Ok(()),
    }
}

/// The type that an operation takes at a place of its operands.
fn operand_type(op: &Op, number: usize) -> Type {
    match op {
        Op::Logic(..) | Op::Not(_) => Type::Mask,
        Op::Select(..) if number == 0 => Type::Mask,
        Op::FromBits(_) | Op::BitOp(..) | Op::Shl(..) | Op::Shr(..) => Type::Bits,
        _ => Type::Real,
    }
}

fn expect(
    kernel: &Kernel,
    at: &std::fmt::Arguments<'_>,
    operand: Value,
    expected: Type,
) -> Result<(), KernelError> {
    let Some(op) = kernel.ops.get(operand.index()) else {
        let (at, id) = (at.to_string(), format!("{operand:?}"));
        return Err(KernelError::Undeclared {
            kernel: kernel.name.clone(),
            at,
            id,
        });
    };
    let found = op.result_type();
    if found == expected {
        return Ok(());
    }
    let at = at.to_string();
    Err(KernelError::Type {
        kernel: kernel.name.clone(),
        at,
        operand,
        expected,
        found,
    })
}

fn check_effects(kernel: &Kernel) -> Result<(), KernelError> {
    let mut arrays = vec![false; kernel.bindings.len()];
    let mut slots = vec![false; kernel.uniforms.len()];
    let mut events = vec![false; kernel.emissions.len()];
    let sets = kernel
        .effects
        .iter()
        .filter(|e| matches!(e, Effect::Set(..)))
        .count();
    if sets != 0 && sets != kernel.effects.len() {
        return Err(KernelError::Mixed {
            kernel: kernel.name.clone(),
        });
    }
    for (number, effect) in kernel.effects.iter().enumerate() {
        let at = format!("effect {number}");
        if let Some(value) = effect.operand() {
            let mask = matches!(effect, Effect::Emit(..));
            let expected = if mask { Type::Mask } else { Type::Real };
            expect(kernel, &format_args!("{at}"), value, expected)?;
        }
        let (taken, index, id) = match *effect {
            Effect::Store(a, _) | Effect::Clear(a) => (&mut arrays, a.index(), format!("{a:?}")),
            Effect::Emit(e, _) | Effect::EmitCount(e, _) => {
                (&mut events, e.index(), format!("{e:?}"))
            }
            Effect::Reduce(u, ..) | Effect::Set(u, _) => (&mut slots, u.index(), format!("{u:?}")),
        };
        let Some(taken) = taken.get_mut(index) else {
            return Err(KernelError::Undeclared {
                kernel: kernel.name.clone(),
                at,
                id,
            });
        };
        if std::mem::replace(taken, true) {
            return Err(KernelError::Twice {
                kernel: kernel.name.clone(),
                what: id,
            });
        }
        if let Effect::Store(array, _) = *effect {
            check_store(kernel, array)?;
        }
    }
    Ok(())
}

fn check_store(kernel: &Kernel, array: Binding) -> Result<(), KernelError> {
    let declared = &kernel.bindings[array.index()];
    if declared.element == Element::Real {
        return Ok(());
    }
    Err(KernelError::StoreElement {
        kernel: kernel.name.clone(),
        array: declared.name.clone(),
        element: declared.element,
    })
}
