//! Values of edges: one number, or a kernel that is evaluated for each edge.

use std::ops::Range;
use std::sync::OnceLock;

use neuropil_ir::connect::{EdgeCompiler, EdgeLoad, EdgeProgram, EdgeQuantity, Ends};
use neuropil_ir::kernel::{Binding, Kernel};
use neuropil_ir::scalar::{BATCH_LANES, Batch, Evaluator, Lane};
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
    /// What a back-end made of the kernel.
    program: OnceLock<Box<dyn EdgeProgram>>,
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
            program: OnceLock::new(),
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

    /// Has the kernel compiled by a back-end.
    pub(super) fn compile(&self, compiler: &dyn EdgeCompiler) {
        if self.program.get().is_none()
            && let Some(program) = compiler.compile(&self.kernel, self.seed, &self.uniforms)
        {
            // Whoever was first has compiled the same.
            let _ = self.program.set(program);
        }
    }

    /// Appends the values of edges.
    pub(super) fn values(&self, ends: Ends<'_>, out: &mut Vec<f64>) {
        let Some(program) = self.program.get() else {
            return self.batches(ends, out);
        };
        let loads = |binding: Binding, edges: Range<usize>, into: &mut [f64]| {
            let part = ends.part(edges);
            for ((into, &pre), &post) in into.iter_mut().zip(part.pre).zip(part.post) {
                *into = self.load(binding, pre, post);
            }
        };
        program.values(ends, &loads, out);
    }

    /// Appends the values of edges, a number of lanes at a time.
    fn batches(&self, ends: Ends<'_>, out: &mut Vec<f64>) {
        let Some(mut batch) = Batch::of(&self.kernel, self.seed, &self.uniforms) else {
            let mut single = self.evaluator();
            let edges = ends.pre.iter().zip(ends.post).zip(ends.copy);
            out.extend(edges.map(|((&pre, &post), &copy)| single.value(pre, post, copy)));
            return;
        };
        for start in (0..ends.pre.len()).step_by(BATCH_LANES) {
            let part = ends.part(start..ends.pre.len().min(start + BATCH_LANES));
            let count = part.pre.len();
            let (mut elements, mut steps) = ([0; BATCH_LANES], [0; BATCH_LANES]);
            for lane in 0..count {
                elements[lane] = u64::from(part.pre[lane]);
                steps[lane] = step(part.post[lane], part.copy[lane]);
            }
            let load = |binding, lane: usize| match part.pre.get(lane) {
                Some(&pre) => self.load(binding, pre, part.post[lane]),
                None => 0.0,
            };
            batch.load(&elements, &steps, &load);
            batch.run();
            out.extend_from_slice(&batch.values()[..count]);
        }
    }

    /// What a kernel over edges reads from a binding.
    fn load(&self, binding: Binding, pre: u32, post: u32) -> f64 {
        let at = |values: &[f64], i: u32| values.get(i as usize).copied().unwrap_or(f64::NAN);
        // Binding 0 is the result; it reads as nothing.
        match binding
            .index()
            .checked_sub(1)
            .and_then(|i| self.loads.get(i))
        {
            None => f64::NAN,
            Some(Load::PreIndex) => f64::from(pre),
            Some(Load::PostIndex) => f64::from(post),
            Some(Load::Pre(values)) => at(values, pre),
            Some(Load::Post(values)) => at(values, post),
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
            step: step(post, copy),
        };
        let load = |binding| own.load(binding, pre, post);
        self.evaluator.value(lane, &load, &own.uniforms)
    }
}

/// The step of the draws of an edge.
fn step(post: u32, copy: u32) -> u64 {
    u64::from(post) + (u64::from(copy) << 32)
}
