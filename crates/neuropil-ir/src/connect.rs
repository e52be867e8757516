//! Connectivity as a function: what a projection's edges are, without saying how they are stored.
//!
//! The engine (`neuropil-sim`) implements [`Connectivity`] for every connection rule; a back-end
//! asks for rows and lays them out in its own formats. Edges depend on (seed, projection, row)
//! alone, never on how targets are divided among owners, threads or machines.

use std::ops::Range;

use neuropil_syntax::Span;

use crate::draw::Generator;
use crate::kernel::{Binding, Kernel};
use crate::plan::{BufferId, DelayClass, ProjectionId, SlotId, Sum};
use crate::verify::Verified;

/// From which side a connector generates its edges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Orientation {
    /// A row holds the targets of one source.
    BySource,
    /// A row holds the sources of one target (`fixed_indegree`).
    ByTarget,
}

/// Whether a value is one number for a projection or one for each edge.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum EdgeValue<T> {
    /// Equal for all edges.
    Shared(T),
    /// One value an edge, given with the rows.
    Own,
}

/// What is known of the edges of a connectivity beside its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pattern<'a> {
    /// Exactly one edge from every source to the target of the same number.
    Diagonal,
    /// One edge from every chosen source to every chosen target.
    AllPairs {
        /// The chosen sources, as ascending disjoint ranges.
        sources: &'a [Range<u32>],
        /// The chosen targets.
        targets: &'a [Range<u32>],
        /// Whether no element is connected with itself.
        without_self: bool,
    },
    /// The row of a source costs little more to generate than it has edges.
    ByRow,
    /// Rows cannot be generated one by one, or not fast; why, as a sentence without its stop.
    Stored(&'static str),
}

/// Why the edges of a projection must be stored; `None` where they can be generated at every event.
///
/// The reason is a sentence without its stop.
pub fn must_be_stored(
    sum: Sum,
    delay: DelayClass,
    connectivity: &dyn Connectivity,
) -> Option<&'static str> {
    if connectivity.weight() == EdgeValue::Own {
        return Some("its edges have own weights");
    }
    if delay != DelayClass::Common || connectivity.delay() == EdgeValue::Own {
        return Some("its edges have own delays");
    }
    if sum != Sum::Count {
        return Some("its sum adds weights and does not count events");
    }
    match connectivity.pattern() {
        Pattern::Stored(why) => Some(why),
        Pattern::Diagonal | Pattern::AllPairs { .. } | Pattern::ByRow => None,
    }
}

/// A block of rows of edges.
///
/// Row `r` holds the entries `offsets[r]..offsets[r + 1]` of the other arrays.
#[derive(Clone, Debug, Default)]
pub struct Edges {
    /// Number of rows plus one offsets.
    pub offsets: Vec<usize>,
    /// The index on the other side (target for rows by source), ascending in a row.
    pub others: Vec<u32>,
    /// Weights in internal units; empty if shared.
    pub weights: Vec<f64>,
    /// Delays in steps; empty if shared.
    pub delays: Vec<u32>,
    /// How whoever asks for the rows wants their draws to be computed.
    pub generator: Generator,
    /// Kept for whoever makes the rows.
    pub scratch: Scratch,
}

/// Memory that is used again from one block of rows to the next.
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    /// The row of each edge.
    pub rows: Vec<u32>,
    /// How many edges of the same pair stand before each edge.
    pub copies: Vec<u32>,
    /// Delays in ms.
    pub times: Vec<f64>,
    /// For sorting a row.
    pub sorting: [Vec<u32>; 2],
}

impl PartialEq for Edges {
    /// Equal edges, however they were drawn.
    fn eq(&self, other: &Self) -> bool {
        self.offsets == other.offsets
            && self.others == other.others
            && self.weights == other.weights
            && self.delays == other.delays
    }
}

impl Edges {
    /// An empty block whose draws are computed in a given way.
    pub fn drawn_by(generator: Generator) -> Self {
        Self {
            generator,
            ..Self::default()
        }
    }

    /// Empties the block and keeps its memory.
    pub fn clear(&mut self) {
        self.offsets.clear();
        self.others.clear();
        self.weights.clear();
        self.delays.clear();
    }

    /// Keeps the others that lie in a range; rows, weights and delays then have no meaning.
    pub fn keep_between(&mut self, others: &Range<u32>) {
        let mut kept = 0;
        for at in 0..self.others.len() {
            // Without a branch: draws in any order would mislead its prediction.
            let other = self.others[at];
            self.others[kept] = other;
            kept += usize::from(others.contains(&other));
        }
        self.others.truncate(kept);
    }
}

/// The ends of a number of edges.
#[derive(Clone, Copy, Debug)]
pub struct Ends<'a> {
    /// The presynaptic elements.
    pub pre: &'a [u32],
    /// The postsynaptic elements.
    pub post: &'a [u32],
    /// How many edges of the same pair stand before each edge.
    pub copy: &'a [u32],
}

impl Ends<'_> {
    /// Some of the edges.
    #[must_use]
    pub fn part(&self, edges: Range<usize>) -> Self {
        Self {
            pre: &self.pre[edges.clone()],
            post: &self.post[edges.clone()],
            copy: &self.copy[edges],
        }
    }
}

/// Fills a slice with what a binding of a kernel over edges reads for a range of the edges.
pub type EdgeLoads<'a> = dyn Fn(Binding, Range<usize>, &mut [f64]) + 'a;

/// A kernel over edges, made ready to be run; see [`EdgeQuantity::Own`] for what it draws.
pub trait EdgeProgram: Send + Sync + std::fmt::Debug {
    /// Appends the value of each edge.
    fn values(&self, ends: Ends<'_>, loads: &EdgeLoads<'_>, out: &mut Vec<f64>);
}

/// Makes kernels over edges ready in the way of a back-end; all ways give the same bits.
pub trait EdgeCompiler {
    /// Compiles a kernel under a seed, with the values of its uniforms; `None` where the back-end
    /// has nothing faster than [`crate::scalar::Batch`].
    fn compile(
        &self,
        kernel: &Verified<Kernel>,
        seed: u64,
        uniforms: &[f64],
    ) -> Option<Box<dyn EdgeProgram>>;
}

/// The edges of a projection as a function of the row.
pub trait Connectivity: Send + Sync {
    /// Number of presynaptic elements.
    fn sources(&self) -> u32;

    /// Number of postsynaptic elements.
    fn targets(&self) -> u32;

    /// The side from which rows are generated.
    fn orientation(&self) -> Orientation;

    /// The weight, if it is shared, in internal units.
    fn weight(&self) -> EdgeValue<f64>;

    /// The delay, if it is shared, in steps.
    fn delay(&self) -> EdgeValue<u32>;

    /// What is known of the edges beside their rows.
    fn pattern(&self) -> Pattern<'_> {
        Pattern::Stored("its rows are not known to be cheap")
    }

    /// Has the values of edges compiled by whoever will ask for many rows.
    fn compile(&self, _compiler: &dyn EdgeCompiler) {}

    /// Mean number of edges, exact where the rule fixes it; for estimates before allocation.
    fn expected_edges(&self) -> f64;

    /// Replaces `out` by the rows of a range, with all their edges; rows are sources or targets
    /// after [`Connectivity::orientation`]. Entries of a row ascend; multapses repeat an index.
    fn rows(&self, rows: Range<u32>, out: &mut Edges);

    /// Replaces `out` by rows as [`Connectivity::rows`] gives them, except that the entries of a
    /// row may be in any order where neither weights nor delays are own.
    fn rows_unordered(&self, rows: Range<u32>, out: &mut Edges) {
        self.rows(rows, out);
    }

    /// Replaces the others of `out` by those of one row that lie in a range, in any order; nothing
    /// else of `out` has a meaning then. For edges without own weights and delays.
    ///
    /// Once `out` has the room, nothing is allocated where the pattern is [`Pattern::ByRow`].
    fn row_between(&self, row: u32, others: Range<u32>, out: &mut Edges) {
        self.rows_unordered(row..row.saturating_add(1), out);
        out.keep_between(&others);
    }

    /// Room for the edges between some rows and some elements of the other side: a number that
    /// they do not exceed but by a chance below 1e-12; `None` where the rule does not know.
    ///
    /// Room is at most eight standard deviations and 64 edges more than the mean, so that pieces of
    /// a hundred thousand edges waste little of it.
    fn room(&self, _rows: Range<u32>, _others: Range<u32>) -> Option<u64> {
        None
    }

    /// Replaces `out` by the number of edges of each row of a range; rows whose length the rule does
    /// not know are generated into `edges`.
    fn row_lengths(&self, rows: Range<u32>, edges: &mut Edges, out: &mut Vec<u32>) {
        self.rows(rows, edges);
        out.clear();
        out.extend(
            edges
                .offsets
                .windows(2)
                .map(|pair| (pair[1] - pair[0]) as u32),
        );
    }
}

/// A value of an edge as an expression: one number, or a kernel over edges.
#[derive(Clone, Debug, PartialEq)]
pub enum EdgeQuantity {
    /// One number for all edges, in a slot of the plan.
    Shared(SlotId),
    /// A value an edge: the kernel stores it to its binding 0; bindings 1 and up are `loads`.
    /// Draws of an edge use the element `pre` and the step `post + (multiplicity << 32)`, with
    /// the whole population's indices, so that a value depends on its edge alone.
    Own {
        /// The kernel; its precision is f64.
        kernel: Kernel,
        /// What its bindings 1 and up read.
        loads: Vec<EdgeLoad>,
        /// The slots of its uniforms.
        slots: Vec<SlotId>,
    },
}

/// What a kernel over edges reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EdgeLoad {
    /// The index of the presynaptic element in its population.
    PreIndex,
    /// The index of the postsynaptic element in its population.
    PostIndex,
    /// An array of the presynaptic population.
    Pre(BufferId),
    /// An array of the postsynaptic population.
    Post(BufferId),
}

/// A connection rule, with PyNN's and NEST's meaning.
#[derive(Clone, Debug, PartialEq)]
pub enum Rule {
    /// Element i to element i; sizes must agree.
    OneToOne,
    /// Every source to every target.
    AllToAll,
    /// Every pair independently with a probability.
    FixedProbability(EdgeQuantity),
    /// Every target draws its sources with replacement.
    FixedIndegree(EdgeQuantity),
    /// Every source draws its targets with replacement.
    FixedOutdegree(EdgeQuantity),
    /// A number of pairs drawn with replacement.
    FixedTotalNumber(EdgeQuantity),
    /// The pairs for which a condition holds (a kernel that stores 1 or 0).
    If(EdgeQuantity),
    /// The listed pairs (source, target), in ascending order.
    Pairs(Vec<(u32, u32)>),
}

/// How a projection of a plan is to be connected.
#[derive(Clone, Debug, PartialEq)]
pub struct Connection {
    /// The projection.
    pub projection: ProjectionId,
    /// The qualified name that names the streams of the connector's draws (`….connect`).
    pub stream: String,
    /// The rule.
    pub rule: Rule,
    /// Whether pairs of an element with itself are left out (and drawn again where drawn).
    pub without_self: bool,
    /// Whether repeated pairs are left out (drawn again).
    pub without_multapses: bool,
    /// The chosen elements of the presynaptic population, as ascending disjoint ranges.
    pub sources: Vec<Range<u32>>,
    /// The chosen elements of the postsynaptic population.
    pub targets: Vec<Range<u32>>,
    /// Whether both sides are the same population (then `without self` has a meaning).
    pub recurrent: bool,
    /// The weight of an edge in internal units; `None` where the synapse has no weight (1).
    pub weight: Option<EdgeQuantity>,
    /// The delay of an edge in ms, before rounding to steps; `None` is 0.
    pub delay: Option<EdgeQuantity>,
    /// Where in the text the projection stands, for errors.
    pub span: Span,
}
