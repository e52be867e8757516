//! Chooses the format of a projection's edges and builds them within the memory that is left.

use std::ops::Range;
use std::sync::Arc;

use neuropil_ir::backend::{BackendError, Storage};
use neuropil_ir::connect::{Connectivity, EdgeValue, Pattern, must_be_stored};
use neuropil_ir::kernel::Precision;
use neuropil_ir::plan::{DelayClass, Sum};

use super::Delivery;
use super::all_pairs::AllPairs;
use super::basin::Draft;
use super::bits::Way;
use super::build::{self, build, build_sorted};
use super::diagonal::Diagonal;
use super::format::{Apart, Exact, Format, List, Packed, Target, Wide};
use super::generated::Generated;
use super::values::Compiler;
use crate::pool::Pool;
use crate::program::Method;

/// Rows cut to fewer edges than this cost more in starts than 16-bit targets save.
const SHORT_PIECE: f64 = 64.0;

/// What a projection must become.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Blueprint<'a> {
    pub(crate) name: &'a str,
    pub(crate) sum: Sum,
    pub(crate) precision: Precision,
    /// Number of projections that add to the same sum.
    pub(crate) sharers: u32,
    /// The unit of the grid, where the plan fixes it.
    pub(crate) grid_unit: Option<f64>,
    pub(crate) delay: DelayClass,
    /// Number of elements of the presynaptic axis.
    pub(crate) sources: u32,
    /// The targets of each owner.
    pub(crate) owners: &'a [Range<u32>],
    /// Bytes in use.
    pub(crate) used: u64,
    /// The most bytes that may be in use.
    pub(crate) limit: u64,
    /// How kernels are run.
    pub(crate) method: Method,
    /// Whether edges are stored.
    pub(crate) storage: Storage,
    /// How rows of bits are counted; `None` where there are to be none.
    pub(crate) bits: Option<Way>,
}

/// A connected projection.
#[derive(Debug)]
pub(crate) struct Connected {
    pub(crate) delivery: Box<dyn Delivery>,
    /// One unit of the sum, for sums on a grid.
    pub(crate) unit: Option<f64>,
}

/// Builds the edges of a projection, or what generates them.
pub(crate) fn connect(
    blueprint: &Blueprint<'_>,
    connectivity: &Arc<dyn Connectivity>,
    pool: &mut Pool,
) -> Result<Connected, BackendError> {
    check(blueprint, &**connectivity)?;
    let must = must_be_stored(blueprint.sum, blueprint.delay, &**connectivity);
    match (blueprint.storage, must) {
        (Storage::Generated, Some(why)) => Err(cannot_generate(blueprint, why)),
        (Storage::Generated, None) => generated(blueprint, connectivity, pool),
        (Storage::Auto, None) if connectivity.pattern() != Pattern::ByRow => {
            generated(blueprint, connectivity, pool)
        }
        (Storage::Auto, None) => match stored(blueprint, &**connectivity, pool) {
            Err(BackendError::Memory { .. }) => generated(blueprint, connectivity, pool),
            done => done,
        },
        (Storage::Auto | Storage::Stored, _) => stored(blueprint, &**connectivity, pool),
    }
}

/// Builds the edges of a projection with own weights on a grid and own delays for a [`super::Basin`]: for each
/// owner, if it has targets; and one unit of the sum.
///
/// # Errors
///
/// Those of [`connect`]; owners have at most [`super::MOST_PLACES`] targets.
pub(crate) fn sort(
    blueprint: &Blueprint<'_>,
    connectivity: &Arc<dyn Connectivity>,
    pool: &mut Pool,
) -> Result<(Vec<Option<Draft>>, Option<f64>), BackendError> {
    check(blueprint, &**connectivity)?;
    let must = must_be_stored(blueprint.sum, blueprint.delay, &**connectivity);
    if let (Storage::Generated, Some(why)) = (blueprint.storage, must) {
        return Err(cannot_generate(blueprint, why));
    }
    connectivity.compile(&Compiler(blueprint.method));
    match blueprint.precision {
        Precision::F32 => {
            let (rows, unit) = build_sorted::<Packed>(blueprint, &**connectivity, pool)?;
            let drafts = rows.into_iter().map(|rows| rows.map(Draft::Packed));
            Ok((drafts.collect(), unit))
        }
        Precision::F64 => {
            let (rows, unit) = build_sorted::<Wide<u16>>(blueprint, &**connectivity, pool)?;
            let drafts = rows.into_iter().map(|rows| rows.map(Draft::Wide));
            Ok((drafts.collect(), unit))
        }
    }
}

/// The refusal of generating edges that must be stored.
fn cannot_generate(blueprint: &Blueprint<'_>, why: &str) -> BackendError {
    BackendError::Unsupported {
        backend: super::NAME,
        what: format!(
            "projection `{}` without storing its connections: {why}",
            blueprint.name
        ),
    }
}

/// What generates the edges of a projection that need not be stored.
fn generated(
    blueprint: &Blueprint<'_>,
    connectivity: &Arc<dyn Connectivity>,
    pool: &mut Pool,
) -> Result<Connected, BackendError> {
    let limit = List::<u32>::EXACT_BELOW / f64::from(blueprint.sharers);
    let owners = blueprint.owners;
    let (delivery, overflows): (Box<dyn Delivery>, bool) = match connectivity.pattern() {
        Pattern::Diagonal => (Box::new(Diagonal::new(owners)), false),
        Pattern::AllPairs {
            sources,
            targets,
            without_self,
        } => {
            let pairs = AllPairs::new(sources, targets, without_self, owners, limit);
            let overflows = pairs.overflows(1);
            (Box::new(pairs), overflows)
        }
        Pattern::ByRow | Pattern::Stored(_) => {
            let rows = Generated::new(blueprint, connectivity, limit, pool)?;
            let overflows = rows.overflows(1);
            (Box::new(rows), overflows)
        }
    };
    if overflows {
        return Err(BackendError::Overflow {
            projection: blueprint.name.to_owned(),
            limit,
        });
    }
    Ok(Connected {
        delivery,
        unit: None,
    })
}

/// Stores the edges of a projection in the format that suits them.
fn stored(
    blueprint: &Blueprint<'_>,
    connectivity: &dyn Connectivity,
    pool: &mut Pool,
) -> Result<Connected, BackendError> {
    connectivity.compile(&Compiler(blueprint.method));
    let narrow = has_narrow_tiles(blueprint, connectivity);
    let own_weights = connectivity.weight() == EdgeValue::Own;
    match (blueprint.sum, blueprint.precision, narrow) {
        (Sum::Count, ..) if own_weights => Err(BackendError::Invalid(format!(
            "projection `{}` counts events but its edges have own weights",
            blueprint.name
        ))),
        (Sum::Count, ..) if let Some(way) = as_bits(blueprint, connectivity) => {
            let sheet = build::bits::build(blueprint, connectivity, pool, way)?;
            Ok(Connected {
                delivery: Box::new(sheet),
                unit: None,
            })
        }
        (Sum::Count, _, true) => made::<List<u16>>(blueprint, connectivity, pool),
        (Sum::Count, _, false) => made::<List<u32>>(blueprint, connectivity, pool),
        (Sum::Grid, Precision::F32, true) => made::<Packed>(blueprint, connectivity, pool),
        (Sum::Grid, Precision::F32, false) => made::<Apart>(blueprint, connectivity, pool),
        (Sum::Grid, Precision::F64, true) => made::<Wide<u16>>(blueprint, connectivity, pool),
        (Sum::Grid, Precision::F64, false) => made::<Wide<u32>>(blueprint, connectivity, pool),
        (Sum::Ordered, _, true) => made::<Exact<u16>>(blueprint, connectivity, pool),
        (Sum::Ordered, _, false) => made::<Exact<u32>>(blueprint, connectivity, pool),
    }
}

fn made<F: Format>(
    blueprint: &Blueprint<'_>,
    connectivity: &dyn Connectivity,
    pool: &mut Pool,
) -> Result<Connected, BackendError> {
    let (sheet, unit) = build::<F>(blueprint, connectivity, pool)?;
    Ok(Connected {
        delivery: Box::new(sheet),
        unit,
    })
}

/// Whether tiles of 16-bit targets are best: owners are narrow, or rows long.
fn has_narrow_tiles(blueprint: &Blueprint<'_>, connectivity: &dyn Connectivity) -> bool {
    let pieces: usize = blueprint
        .owners
        .iter()
        .map(|owner| owner.len().div_ceil(u16::MOST))
        .sum();
    let rows = f64::from(blueprint.sources.max(1)) * pieces as f64;
    pieces <= blueprint.owners.len() || connectivity.expected_edges() / rows >= SHORT_PIECE
}

/// How the edges are counted if they had better be bits.
///
/// Measured on AVX-512 at probabilities of 0.065 to 0.1, 240 events a step to one: 0.1 to 0.9 ns an
/// event, lists 0.7 to 1; with AVX2 0.14 to 1. So bits are faster wherever they are smaller.
fn as_bits(blueprint: &Blueprint<'_>, connectivity: &dyn Connectivity) -> Option<Way> {
    let common = blueprint.delay == DelayClass::Common;
    let smaller = || build::bits::is_smaller(blueprint, connectivity);
    blueprint.bits.filter(|_| common && smaller())
}

fn check(blueprint: &Blueprint<'_>, connectivity: &dyn Connectivity) -> Result<(), BackendError> {
    let targets = blueprint.owners.last().map_or(0, |owner| owner.end);
    if connectivity.sources() != blueprint.sources || connectivity.targets() != targets {
        return Err(BackendError::Invalid(format!(
            "projection `{}` connects {} to {} elements, its populations have {} and {targets}",
            blueprint.name,
            connectivity.sources(),
            connectivity.targets(),
            blueprint.sources
        )));
    }
    match (blueprint.delay, connectivity.delay()) {
        (DelayClass::Common, EdgeValue::Own) => Err(BackendError::Invalid(format!(
            "projection `{}` has a common delay but its edges have own delays",
            blueprint.name
        ))),
        (DelayClass::Own { max, .. }, _) if max > u32::from(u16::MAX) => {
            Err(BackendError::Unsupported {
                backend: crate::deliver::NAME,
                what: format!(
                    "delays of {max} steps (projection `{}`; the most is {})",
                    blueprint.name,
                    u16::MAX
                ),
            })
        }
        _ => Ok(()),
    }
}
