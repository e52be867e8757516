//! The suites on the definition itself, and that they can fail.

use super::{check_kernels, check_machine, check_reductions, random_kernel, reference};
use crate::kernel::{Binary, Op, Precision};
use crate::reference::ReferenceBackend;
use crate::verify;

#[test]
fn the_reference_passes() {
    check_kernels(&reference);
    check_reductions(&reference);
    check_machine(&ReferenceBackend);
}

#[test]
fn random_kernels_are_valid_and_differ() {
    for precision in [Precision::F32, Precision::F64] {
        for number in 0..300 {
            let kernel = random_kernel(precision, number);
            assert_eq!(verify::kernel(&kernel).err(), None);
            assert_ne!(kernel.ops, random_kernel(precision, number + 1).ops);
        }
    }
}

/// A back-end whose `Min` takes the other operand where both are equal or NaN must be caught.
#[test]
fn a_wrong_minimum_is_found() {
    let wrong = std::panic::catch_unwind(|| {
        check_kernels(&|kernel, input| {
            let mut kernel = kernel.clone();
            for op in &mut kernel.ops {
                if let Op::Binary(Binary::Min, a, b) = *op {
                    *op = Op::Binary(Binary::Min, b, a);
                }
            }
            reference(&kernel, input)
        });
    });
    assert!(wrong.is_err());
}
