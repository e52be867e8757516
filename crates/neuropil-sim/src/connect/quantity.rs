//! Values of edges: one number, or a kernel that is evaluated for each edge.

use neuropil_ir::connect::{EdgeLoad, EdgeQuantity};
use neuropil_ir::kernel::{Binding, Kernel};
use neuropil_ir::scalar::{BATCH_LANES, Batch, BatchRunner, Evaluator, Lane};
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

    /// Prepares to evaluate the value for many edges at a time; what they give goes to `sink`, in
    /// their order, as (pre, post, value).
    pub(super) fn batches<S: FnMut(u32, u32, f64)>(
        &self,
        runner: BatchRunner,
        sink: S,
    ) -> EdgeBatches<'_, S> {
        EdgeBatches {
            single: self.evaluator(),
            batch: Batch::of(&self.kernel, self.seed, &self.uniforms),
            runner,
            edges: [(0, 0, 0); BATCH_LANES],
            count: 0,
            sink,
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

/// Evaluates a value for many edges at a time.
pub(super) struct EdgeBatches<'a, S> {
    single: EdgeEvaluator<'a>,
    /// `None` where the kernel cannot be evaluated so.
    batch: Option<Batch<'a>>,
    runner: BatchRunner,
    /// Those that wait: pre, post and copy.
    edges: [(u32, u32, u32); BATCH_LANES],
    count: usize,
    sink: S,
}

impl<S: FnMut(u32, u32, f64)> EdgeBatches<'_, S> {
    /// Takes an edge: the `copy`-th (from 0) from `pre` to `post`.
    pub(super) fn add(&mut self, pre: u32, post: u32, copy: u32) {
        if self.batch.is_none() {
            (self.sink)(pre, post, self.single.value(pre, post, copy));
            return;
        }
        self.edges[self.count] = (pre, post, copy);
        self.count += 1;
        if self.count == BATCH_LANES {
            self.finish();
        }
    }

    /// Evaluates the edges that wait.
    pub(super) fn finish(&mut self) {
        let Some(batch) = &mut self.batch else {
            return;
        };
        let own = self.single.own;
        let elements = self.edges.map(|(pre, ..)| u64::from(pre));
        let steps = self.edges.map(|(_, post, copy)| step(post, copy));
        batch.load(&elements, &steps, &|binding, lane| {
            let (pre, post, _) = self.edges[lane];
            own.load(binding, pre, post)
        });
        self.runner.run(batch);
        let values = batch.values();
        for (&(pre, post, _), value) in self.edges[..self.count].iter().zip(values) {
            (self.sink)(pre, post, value);
        }
        self.count = 0;
    }
}
