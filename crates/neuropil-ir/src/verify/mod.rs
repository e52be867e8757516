//! The rules of the Kernel IR and the Plan IR, and the proof that they were checked.
//!
//! A [`Verified`] value can only be made by [`kernel`] or [`plan`]; what takes one need not check
//! indices or types again. The rules stand with the variants of [`KernelError`] and [`PlanError`].

mod kernel;
mod plan;
mod plan_error;

pub use kernel::{KernelError, kernel};
pub use plan::plan;
pub use plan_error::PlanError;

/// Something that keeps the rules of its IR: a kernel or a plan, owned or borrowed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Verified<T>(T);

impl<T> Verified<T> {
    /// The thing itself, to be changed (and then verified again).
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> std::ops::Deref for Verified<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}
