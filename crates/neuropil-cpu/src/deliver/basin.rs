//! The sums of several populations, one after another, and what runs into them.
//!
//! Where edges have own weights on a grid and own delays, all projections whose targets one thread
//! computes are delivered together: the sums of their targets stand in one array, their edges are in one
//! [`Matrix`] for each list of events, and what is due in a step is added to all sums before each
//! population is given its own.

use std::sync::{Arc, OnceLock};

use neuropil_ir::backend::BackendError;
use neuropil_ir::kernel::Precision;

use super::calendar::Calendar;
use super::format::{Format, Packed, Wide};
use super::matrix::{Joint, Matrix, Members, Stage};
use super::sorted::Sorted;
use super::{Delivery, Destination};
use crate::events::Segment;
use crate::memory::{Array, Block};
use crate::pool::Pool;

/// The targets of a basin lie below.
pub(crate) const MOST_PLACES: usize = 1 << 16;

/// The edges of a projection onto one owner, before they are joined with others.
#[derive(Debug)]
pub(crate) enum Draft {
    /// Of an f32 plan.
    Packed(Sorted<Packed>),
    /// Of an f64 plan.
    Wide(Sorted<Wide<u16>>),
}

/// Which projections bring the events of a list to a basin.
#[derive(Clone, Debug)]
pub(crate) struct Inflow {
    /// The list of events.
    pub(crate) list: usize,
    /// For each projection, the first place of its targets.
    pub(crate) firsts: Vec<usize>,
    /// The longest delay in steps.
    pub(crate) longest: u32,
}

/// The sums of a thread's targets, and the edges onto them.
#[derive(Debug)]
pub(crate) enum Basin {
    /// Of an f32 plan.
    Packed(Sums<Packed>),
    /// Of an f64 plan.
    Wide(Sums<Wide<u16>>),
}

/// Runs an expression on the sums of a basin, whatever their type.
macro_rules! with_sums {
    ($basin:expr, $sums:ident => $body:expr) => {
        match $basin {
            Basin::Packed($sums) => $body,
            Basin::Wide($sums) => $body,
        }
    };
}

impl Basin {
    /// Sums of zero over so many places; `None` where memory is refused.
    pub(crate) fn new(precision: Precision, width: usize, inflows: &[Inflow]) -> Option<Self> {
        Some(match precision {
            Precision::F32 => Self::Packed(Sums::new(width, inflows)?),
            Precision::F64 => Self::Wide(Sums::new(width, inflows)?),
        })
    }

    /// Takes the edges of a projection of an inflow; those of all its projections are joined.
    ///
    /// # Errors
    ///
    /// A failure of the pool. False where memory is refused or the edges do not fit.
    pub(crate) fn take(
        &mut self,
        (inflow, member): (usize, usize),
        draft: Draft,
        pool: &mut Pool,
    ) -> Result<bool, BackendError> {
        match (self, draft) {
            (Self::Packed(sums), Draft::Packed(rows)) => sums.take(inflow, member, rows, pool),
            (Self::Wide(sums), Draft::Wide(rows)) => sums.take(inflow, member, rows, pool),
            _ => Ok(false),
        }
    }

    /// What the counters ask of a projection of an inflow.
    pub(crate) fn share(&self, inflow: usize, member: usize) -> Share {
        let matrix: Arc<dyn Shared> = match self {
            Self::Packed(sums) => Arc::clone(&sums.inflows[inflow].matrix) as _,
            Self::Wide(sums) => Arc::clone(&sums.inflows[inflow].matrix) as _,
        };
        Share { matrix, member }
    }

    /// Sends the events that a list has from a step to the sums of later steps, and adds what is due in a
    /// step; gives the number of events sent.
    ///
    /// # Errors
    ///
    /// A sentence where a sum could be wrong.
    pub(crate) fn flow(
        &mut self,
        list: usize,
        sent: Option<(&Segment, u64)>,
        step: u64,
    ) -> Result<u64, String> {
        with_sums!(self, sums => sums.flow(list, sent, step))
    }

    /// Moves the sums of some targets to an array; false if they do not fit.
    pub(crate) fn drain(&mut self, first: usize, into: &mut Array) -> bool {
        with_sums!(self, sums => sums.drain(first, into))
    }

    /// The number of events of a projection of an inflow that were sent.
    pub(crate) fn delivered(&self, inflow: usize, member: usize) -> u64 {
        with_sums!(self, sums => sums.inflows[inflow].tallies[member])
    }

    /// Bytes held.
    pub(crate) fn bytes(&self) -> u64 {
        with_sums!(self, sums => sums.bytes())
    }
}

/// The sums of one format.
#[derive(Debug)]
pub(crate) struct Sums<F: Format> {
    totals: Block<F::Sum>,
    stage: Stage<F>,
    inflows: Vec<Stream<F>>,
}

/// The edges from one list of events.
#[derive(Debug)]
struct Stream<F: Format> {
    list: usize,
    firsts: Vec<usize>,
    /// What was taken and waits for the rest.
    drafts: Vec<Option<Sorted<F>>>,
    matrix: Arc<OnceLock<Matrix<F>>>,
    calendar: Calendar,
    /// For each projection: events sent.
    tallies: Vec<u64>,
}

impl<F: Joint> Sums<F> {
    fn new(width: usize, inflows: &[Inflow]) -> Option<Self> {
        let inflows = inflows.iter().map(|inflow| Stream {
            list: inflow.list,
            drafts: inflow.firsts.iter().map(|_| None).collect(),
            matrix: Arc::default(),
            calendar: Calendar::new(inflow.longest),
            tallies: vec![0; inflow.firsts.len()],
            firsts: inflow.firsts.clone(),
        });
        Some(Self {
            totals: Block::zeroed(width)?,
            stage: Stage::new()?,
            inflows: inflows.collect(),
        })
    }

    fn take(
        &mut self,
        inflow: usize,
        member: usize,
        rows: Sorted<F>,
        pool: &mut Pool,
    ) -> Result<bool, BackendError> {
        let stream = &mut self.inflows[inflow];
        if stream.firsts[member] + rows.width > self.totals.len() {
            return Ok(false);
        }
        stream.drafts[member] = Some(rows);
        if stream.drafts.iter().any(Option::is_none) {
            return Ok(true);
        }
        let drafts = std::mem::take(&mut stream.drafts).into_iter().flatten();
        let parts = stream.firsts.iter().copied().zip(drafts).collect();
        let matrix = Matrix::join(parts, pool)?;
        Ok(matrix.is_some_and(|matrix| stream.matrix.set(matrix).is_ok()))
    }

    fn flow(
        &mut self,
        list: usize,
        sent: Option<(&Segment, u64)>,
        step: u64,
    ) -> Result<u64, String> {
        let mut events = 0;
        for stream in self.inflows.iter_mut().filter(|stream| stream.list == list) {
            let Some(matrix) = stream.matrix.get() else {
                return Err("not all projections are connected".to_owned());
            };
            if let Some((segment, emitted)) = sent {
                events +=
                    matrix.send(segment, emitted, &mut stream.calendar, &mut stream.tallies)?;
            }
            let calendar = &mut stream.calendar;
            if !matrix.settle(step, calendar, &mut self.stage, &mut self.totals) {
                return Err("the basin has too few sums".to_owned());
            }
        }
        Ok(events)
    }

    fn drain(&mut self, first: usize, into: &mut Array) -> bool {
        let width = into.len();
        let (Some(from), Some(into)) = (self.totals.get_mut(first..first + width), F::sums(into))
        else {
            return false;
        };
        for (into, from) in into.iter_mut().zip(from) {
            *into = F::add(*into, std::mem::take(from), 1);
        }
        true
    }

    fn bytes(&self) -> u64 {
        let inflows = self.inflows.iter();
        let inflows = inflows.map(|stream| {
            let drafts = stream.drafts.iter().flatten().map(Sorted::bytes);
            let matrix = stream.matrix.get().map_or(0, Matrix::bytes);
            drafts.sum::<u64>() + matrix + stream.calendar.bytes()
        });
        self.totals.bytes() + self.stage.bytes() + inflows.sum::<u64>()
    }
}

/// A matrix that may be joined later.
trait Shared: Send + Sync + std::fmt::Debug {
    fn members(&self) -> Option<&dyn Members>;
}

impl<F: Format> Shared for OnceLock<Matrix<F>> {
    fn members(&self) -> Option<&dyn Members> {
        self.get().map(|matrix| matrix as _)
    }
}

/// The edges of a projection in the matrix of one basin.
#[derive(Debug)]
pub(crate) struct Share {
    matrix: Arc<dyn Shared>,
    member: usize,
}

/// The edges of a projection that are delivered with those of others.
#[derive(Debug)]
pub(crate) struct Joined(pub(crate) Vec<Share>);

impl Joined {
    fn sum(&self, count: impl Fn(&dyn Members, usize) -> u64) -> u64 {
        let shares = self.0.iter();
        let counts = shares.filter_map(|share| Some(count(share.matrix.members()?, share.member)));
        counts.sum()
    }
}

impl Delivery for Joined {
    fn deliver(&self, _: usize, _: &Segment, _: &mut Destination<'_>) -> Result<u64, String> {
        Err("its events are delivered with those of other projections".to_owned())
    }

    fn row_length(&self, source: u32) -> u64 {
        self.sum(|matrix, member| matrix.row_length(member, source))
    }

    fn row_later_than(&self, source: u32, delay: u64) -> u64 {
        self.sum(|matrix, member| matrix.row_later_than(member, source, delay))
    }

    fn edges(&self) -> u64 {
        self.sum(|matrix, member| matrix.edges(member))
    }

    /// Those of the matrix belong to its basin.
    fn bytes(&self) -> u64 {
        0
    }

    fn storage(&self) -> &'static str {
        "stored"
    }
}
