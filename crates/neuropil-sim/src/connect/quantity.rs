//! Values of edges: one number, or a kernel that is evaluated for each edge.

use neuropil_ir::connect::{EdgeLoad, EdgeQuantity};
use neuropil_ir::kernel::Kernel;
use neuropil_ir::scalar::{Evaluator, Lane};
use neuropil_ir::verify::{self, Verified};

use super::Arrays;
use super::error::ConnectProblem;

/// A value of an edge with everything it reads.
#[derive(Debug)]
pub(super) enum Quantity {
    Shared(f64),
    Own(Box<Own>),
}

/// A value that differs between edges.
#[derive(Debug)]
pub(super) struct Own {
    kernel: Verified<Kernel>,
    loads: Vec<Load>,
    uniforms: Vec<f64>,
    seed: u64,
}

#[derive(Debug)]
enum Load {
    PreIndex,
    PostIndex,
    Pre(Vec<f64>),
    Post(Vec<f64>),
}

impl Quantity {
    /// Reads what a value of edges depends on.
    pub(super) fn new(
        quantity: &EdgeQuantity,
        seed: u64,
        arrays: &dyn Arrays,
    ) -> Result<Self, ConnectProblem> {
        let (kernel, loads, slots) = match quantity {
            EdgeQuantity::Shared(slot) => return Ok(Self::Shared(arrays.slot(*slot))),
            EdgeQuantity::Own {
                kernel,
                loads,
                slots,
            } => (kernel, loads, slots),
        };
        let fits = kernel.bindings.len() == loads.len() + 1
            && kernel.uniforms.len() == slots.len()
            && kernel.effects.len() == 1;
        if !fits {
            return Err(ConnectProblem::Bindings {
                kernel: kernel.name.clone(),
            });
        }
        let kernel = verify::kernel(kernel.clone())?;
        let loads = loads.iter().map(|load| match load {
            EdgeLoad::PreIndex => Load::PreIndex,
            EdgeLoad::PostIndex => Load::PostIndex,
            EdgeLoad::Pre(buffer) => Load::Pre(arrays.array(*buffer)),
            EdgeLoad::Post(buffer) => Load::Post(arrays.array(*buffer)),
        });
        Ok(Self::Own(Box::new(Own {
            kernel,
            loads: loads.collect(),
            uniforms: slots.iter().map(|&slot| arrays.slot(slot)).collect(),
            seed,
        })))
    }
}

impl Own {
    /// Whether the value mentions the presynaptic element.
    pub(super) fn reads_pre(&self) -> bool {
        self.loads
            .iter()
            .any(|load| matches!(load, Load::PreIndex | Load::Pre(_)))
    }

    /// Whether the value mentions the postsynaptic element.
    pub(super) fn reads_post(&self) -> bool {
        self.loads
            .iter()
            .any(|load| matches!(load, Load::PostIndex | Load::Post(_)))
    }

    /// Prepares to evaluate the value for many edges.
    pub(super) fn evaluator(&self) -> EdgeEvaluator<'_> {
        EdgeEvaluator {
            own: self,
            evaluator: Evaluator::of(&self.kernel),
        }
    }
}

/// Evaluates a value edge by edge.
pub(super) struct EdgeEvaluator<'a> {
    own: &'a Own,
    evaluator: Evaluator<'a>,
}

impl EdgeEvaluator<'_> {
    /// The value of an edge: the `copy`-th (from 0) from `pre` to `post`.
    pub(super) fn value(&mut self, pre: u32, post: u32, copy: u32) -> f64 {
        let own = self.own;
        let lane = Lane {
            seed: own.seed,
            element: u64::from(pre),
            step: u64::from(post) + (u64::from(copy) << 32),
        };
        let at = |values: &[f64], i: u32| values.get(i as usize).copied().unwrap_or(f64::NAN);
        let load = |binding: neuropil_ir::kernel::Binding| {
            // Binding 0 is the result; it reads as nothing.
            match binding
                .index()
                .checked_sub(1)
                .and_then(|i| own.loads.get(i))
            {
                None => f64::NAN,
                Some(Load::PreIndex) => f64::from(pre),
                Some(Load::PostIndex) => f64::from(post),
                Some(Load::Pre(values)) => at(values, pre),
                Some(Load::Post(values)) => at(values, post),
            }
        };
        self.evaluator.value(lane, &load, &own.uniforms)
    }
}
