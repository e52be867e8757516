//! A connection as a function: edges of rows, with their weights and delays.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use neuropil_ir::connect::{
    Connection, Connectivity, EdgeCompiler, EdgeValue, Edges, Ends, Orientation, Pattern, Rule,
    Scratch,
};
use neuropil_ir::draw::{Generator, Stream, key, stream_key};
use neuropil_ir::plan::Plan;
use neuropil_ir::rounding::{delay_steps, plain_delays};

use super::Arrays;
use super::deterministic::{AllToAll, OneToOne, Pairs};
use super::error::ConnectProblem;
use super::fixed_degree::FixedDegree;
use super::fixed_probability::FixedProbability;
use super::fixed_total_number::FixedTotalNumber;
use super::pairwise::{Pairwise, Test};
use super::quantity::{Own, Quantity};
use super::sides::Sides;

/// A rule: which edges a row has.
pub(super) trait RowRule: std::fmt::Debug + Send + Sync {
    /// What a row is.
    fn orientation(&self) -> Orientation {
        Orientation::BySource
    }

    /// What is known of the edges beside their rows.
    fn pattern<'a>(&self, sides: &'a Sides) -> Pattern<'a>;

    /// The mean number of edges.
    fn expected(&self, sides: &Sides) -> f64;

    /// Appends the edges of rows: for each row its others, ascending, and where they end.
    fn rows(&self, sides: &Sides, rows: Range<u32>, out: &mut Edges);

    /// Appends rows whose others may be in any order.
    fn rows_unordered(&self, sides: &Sides, rows: Range<u32>, out: &mut Edges) {
        self.rows(sides, rows, out);
    }

    /// Appends the others of one row that lie in a range, in any order.
    fn row_between(&self, sides: &Sides, row: u32, others: Range<u32>, out: &mut Edges) {
        self.rows_unordered(sides, row..row + 1, out);
        if others.start > 0 || others.end < sides.target_size {
            out.keep_between(&others);
        }
    }

    /// Room for the edges between rows and some of the others, as [`Connectivity::room`] says.
    fn room(&self, _sides: &Sides, _rows: Range<u32>, _others: Range<u32>) -> Option<u64> {
        None
    }

    /// The number of edges of a row, where it is known without generating them.
    fn row_length(&self, _sides: &Sides, _row: u32) -> Option<u32> {
        None
    }
}

/// Where a rule's draws come from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Draws {
    rows: [u32; 2],
    tree: [u32; 2],
}

impl Draws {
    pub(super) fn new(seed: u64, name: &str) -> Self {
        Self {
            rows: key(seed, stream_key(name, 0)),
            tree: key(seed, stream_key(name, 1)),
        }
    }

    /// The draws of a row inside a tile of the other side.
    pub(super) fn row(&self, row: u32, tile: u32, generator: Generator) -> Stream {
        let row = u64::from(row) | (u64::from(tile) << 32);
        Stream::with_key(self.rows, row, generator)
    }

    /// The draws of a node of a tree over the rows.
    pub(super) fn node(&self, node: u64) -> Stream {
        Stream::with_key(self.tree, node, Generator::default())
    }
}

/// Room for a number of edges of known mean, whose variance is at most the mean.
pub(super) fn likely(mean: f64) -> u64 {
    (mean + 8.0 * mean.sqrt() + 64.0) as u64
}

/// Notes the first value of an edge that cannot be used, in the order of the edges.
///
/// Rows cannot fail one by one; whoever connects asks afterwards.
#[derive(Clone, Debug, Default)]
pub(super) struct Trouble(Arc<Mutex<Option<Noted>>>);

/// A pair of elements and what is wrong with it.
type Noted = ((u32, u32), ConnectProblem);

impl Trouble {
    pub(super) fn note(&self, from: u32, to: u32, problem: ConnectProblem) {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if noted.as_ref().is_none_or(|(pair, _)| (from, to) < *pair) {
            *noted = Some(((from, to), problem));
        }
    }

    fn get(&self) -> Option<ConnectProblem> {
        let noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        noted.as_ref().map(|(_, problem)| problem.clone())
    }
}

/// A connection of a program as a function of the row.
#[derive(Debug)]
pub struct Connector {
    sides: Sides,
    rule: Box<dyn RowRule>,
    weight: Quantity,
    delay: Delay,
    dt: f64,
    trouble: Trouble,
}

#[derive(Debug)]
enum Delay {
    Shared(u32),
    /// In ms.
    Own(Box<Own>),
}

impl Connector {
    pub(super) fn new(
        connection: &Connection,
        plan: &Plan,
        arrays: &dyn Arrays,
    ) -> Result<Self, ConnectProblem> {
        let size = |axis: Option<neuropil_ir::plan::AxisId>| {
            axis.and_then(|axis| plan.axes.get(axis.index()))
                .map_or(0, |axis| axis.size)
        };
        let projection = plan.projections.get(connection.projection.index());
        let source = projection
            .and_then(|p| plan.events.get(p.source.index()))
            .map(|e| e.axis);
        let sides = Sides::new(connection, size(source), size(projection.map(|p| p.target)))?;

        let draws = Draws::new(plan.seed, &connection.stream);
        let trouble = Trouble::default();
        let read = |quantity| Quantity::new(quantity, plan.seed, arrays);
        let pairwise = |test| Box::new(Pairwise::new(test, draws, trouble.clone()));
        let rule: Box<dyn RowRule> = match &connection.rule {
            Rule::OneToOne => Box::new(OneToOne::new(&sides)?),
            Rule::AllToAll => Box::new(AllToAll),
            Rule::Pairs(listed) => Box::new(Pairs::new(listed, &sides)?),
            Rule::FixedProbability(probability) => match read(probability)? {
                Quantity::Shared(p) => Box::new(FixedProbability::new(p, draws)?),
                Quantity::Own(own) => pairwise(Test::Probability(own)),
            },
            Rule::If(condition) => match read(condition)? {
                Quantity::Shared(value) => pairwise(Test::Always(value != 0.0 && !value.is_nan())),
                Quantity::Own(own) => pairwise(Test::Condition(own)),
            },
            Rule::FixedIndegree(degree) => {
                let orientation = Orientation::ByTarget;
                Box::new(FixedDegree::new(
                    orientation,
                    &read(degree)?,
                    draws,
                    &sides,
                )?)
            }
            Rule::FixedOutdegree(degree) => {
                let orientation = Orientation::BySource;
                Box::new(FixedDegree::new(
                    orientation,
                    &read(degree)?,
                    draws,
                    &sides,
                )?)
            }
            Rule::FixedTotalNumber(total) => match read(total)? {
                Quantity::Shared(total) => Box::new(FixedTotalNumber::new(total, draws, &sides)?),
                Quantity::Own(_) => {
                    let (what, side) = ("total number of connections", "network's");
                    return Err(ConnectProblem::OtherSide { what, side });
                }
            },
        };
        let weight = match &connection.weight {
            None => Quantity::Shared(1.0),
            Some(weight) => read(weight)?,
        };
        if let Quantity::Shared(value) = weight
            && !value.is_finite()
        {
            return Err(ConnectProblem::Weight { value });
        }
        let delay = match &connection.delay {
            None => Delay::Shared(0),
            Some(delay) => match read(delay)? {
                Quantity::Shared(time) => {
                    Delay::Shared(delay_steps(time, plan.dt).map_err(ConnectProblem::Delay)?)
                }
                Quantity::Own(own) => Delay::Own(own),
            },
        };
        Ok(Self {
            sides,
            rule,
            weight,
            delay,
            dt: plan.dt,
            trouble,
        })
    }

    /// What was wrong with an edge that was asked for, if anything: the first one in the order of
    /// presynaptic, then postsynaptic element.
    pub fn trouble(&self) -> Option<ConnectProblem> {
        self.trouble.get()
    }

    /// The delay of an edge in steps; what is wrong with it is noted.
    fn delay_of(&self, time: f64, from: u32, to: u32) -> u32 {
        delay_steps(time, self.dt).unwrap_or_else(|problem| {
            let problem = ConnectProblem::PairDelay { from, to, problem };
            self.trouble.note(from, to, problem);
            u32::MAX // outside every range that a plan can promise
        })
    }

    /// Gives edges their own weights and delays; the first of their rows is `first`.
    fn give_values(&self, first: u32, out: &mut Edges) {
        let (weight, delay) = match (&self.weight, &self.delay) {
            (Quantity::Shared(_), Delay::Shared(_)) => return,
            (weight, delay) => (weight, delay),
        };
        let Scratch {
            mut rows,
            mut copies,
            mut times,
            sorting,
        } = std::mem::take(&mut out.scratch);
        rows.clear();
        copies.clear();
        for (row, ends) in (first..).zip(out.offsets.windows(2)) {
            rows.resize(ends[1], row);
            let (mut last, mut copy) = (None, 0);
            copies.extend(out.others[ends[0]..ends[1]].iter().map(|&other| {
                copy = if last == Some(other) { copy + 1 } else { 0 };
                last = Some(other);
                copy
            }));
        }
        let (pre, post) = match self.orientation() {
            Orientation::BySource => (&rows, &out.others),
            Orientation::ByTarget => (&out.others, &rows),
        };
        let ends = Ends {
            pre,
            post,
            copy: &copies,
        };
        if let Quantity::Own(own) = weight {
            own.values(ends, &mut out.weights);
        }
        if let Delay::Own(own) = delay {
            times.clear();
            own.values(ends, &mut times);
            if !plain_delays(&times, self.dt, &mut out.delays) {
                out.delays.clear();
                let edges = times.iter().zip(pre.iter().zip(post));
                let steps = edges.map(|(&time, (&from, &to))| self.delay_of(time, from, to));
                out.delays.extend(steps);
            }
        }
        out.scratch = Scratch {
            rows,
            copies,
            times,
            sorting,
        };
    }
}

impl Connectivity for Connector {
    fn sources(&self) -> u32 {
        self.sides.source_size
    }

    fn targets(&self) -> u32 {
        self.sides.target_size
    }

    fn orientation(&self) -> Orientation {
        self.rule.orientation()
    }

    fn weight(&self) -> EdgeValue<f64> {
        match &self.weight {
            Quantity::Shared(weight) => EdgeValue::Shared(*weight),
            Quantity::Own(_) => EdgeValue::Own,
        }
    }

    fn delay(&self) -> EdgeValue<u32> {
        match self.delay {
            Delay::Shared(steps) => EdgeValue::Shared(steps),
            Delay::Own(_) => EdgeValue::Own,
        }
    }

    fn pattern(&self) -> Pattern<'_> {
        self.rule.pattern(&self.sides)
    }

    fn compile(&self, compiler: &dyn EdgeCompiler) {
        if let Quantity::Own(weight) = &self.weight {
            weight.compile(compiler);
        }
        if let Delay::Own(delay) = &self.delay {
            delay.compile(compiler);
        }
    }

    fn expected_edges(&self) -> f64 {
        self.rule.expected(&self.sides)
    }

    fn rows(&self, rows: Range<u32>, out: &mut Edges) {
        let first = rows.start;
        out.clear();
        out.offsets.push(0);
        self.rule.rows(&self.sides, rows, out);
        self.give_values(first, out);
    }

    fn rows_unordered(&self, rows: Range<u32>, out: &mut Edges) {
        if self.weight() == EdgeValue::Own || self.delay() == EdgeValue::Own {
            // The repetitions of a pair are told apart by their order.
            return self.rows(rows, out);
        }
        out.clear();
        out.offsets.push(0);
        self.rule.rows_unordered(&self.sides, rows, out);
    }

    fn row_between(&self, row: u32, others: Range<u32>, out: &mut Edges) {
        out.clear();
        self.rule.row_between(&self.sides, row, others, out);
    }

    fn room(&self, rows: Range<u32>, others: Range<u32>) -> Option<u64> {
        self.rule.room(&self.sides, rows, others)
    }

    fn row_lengths(&self, rows: Range<u32>, edges: &mut Edges, out: &mut Vec<u32>) {
        out.clear();
        for row in rows {
            let length = self.rule.row_length(&self.sides, row).unwrap_or_else(|| {
                edges.clear();
                self.rule.rows(&self.sides, row..row + 1, edges);
                edges.others.len() as u32
            });
            out.push(length);
        }
    }
}
