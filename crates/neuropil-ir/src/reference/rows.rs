//! The edges of a projection as plain lists, one a source.

use crate::backend::BackendError;
use crate::connect::{Connectivity, EdgeValue, Edges, Orientation};
use crate::grid;
use crate::kernel::Precision;
use crate::plan::{DelayClass, Projection, Sum};

/// An edge of a source.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    /// The postsynaptic element.
    pub(super) target: u32,
    /// What an event adds to the sum.
    pub(super) addend: f64,
    /// The delay in steps; 0 where delays are common.
    pub(super) delay: u32,
}

/// The edges of all sources, in the order of targets.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    pub(super) of_source: Vec<Vec<Edge>>,
    /// The size of one unit of the sum.
    pub(super) unit: f64,
    pub(super) edges: u64,
}

/// Reads all rows and rounds the weights as the sum asks; `sharers` projections add to it.
pub(super) fn rows(
    projection: &Projection,
    precision: Precision,
    sizes: (u32, u32),
    sharers: u32,
    connectivity: &dyn Connectivity,
) -> Result<Rows, BackendError> {
    let invalid = |what: &str| {
        Err(BackendError::Invalid(format!(
            "projection `{}`: {what}",
            projection.name
        )))
    };
    if (connectivity.sources(), connectivity.targets()) != sizes {
        return invalid("the connectivity has other sizes than the populations");
    }
    if projection.sum == Sum::Count && connectivity.weight() == EdgeValue::Own {
        return invalid("arrivals are counted, but weights are own");
    }
    let mut of_source: Vec<Vec<Edge>> = vec![Vec::new(); sizes.0 as usize];
    let by_source = connectivity.orientation() == Orientation::BySource;
    let (count, others) = if by_source { sizes } else { (sizes.1, sizes.0) };
    let mut block = Edges::default();
    connectivity.rows(0..count, &mut block);
    for row in 0..count {
        for place in block.offsets[row as usize]..block.offsets[row as usize + 1] {
            let other = block.others[place];
            if other >= others {
                return invalid("an edge leaves the population");
            }
            let (from, target) = if by_source {
                (row, other)
            } else {
                (other, row)
            };
            let weight = match connectivity.weight() {
                EdgeValue::Shared(weight) => weight,
                EdgeValue::Own => block.weights[place],
            };
            if !weight.is_finite() {
                let (projection, to) = (projection.name.clone(), target);
                return Err(BackendError::Weight {
                    projection,
                    from,
                    to,
                    value: weight,
                });
            }
            let delay = delay(projection, connectivity.delay(), &block, place)?;
            of_source[from as usize].push(Edge {
                target,
                addend: weight,
                delay,
            });
        }
    }
    let mut rows = Rows {
        of_source,
        unit: 1.0,
        edges: block.others.len() as u64,
    };
    scale(projection, precision, sizes.1, sharers, &mut rows)?;
    Ok(rows)
}

fn delay(
    projection: &Projection,
    value: EdgeValue<u32>,
    block: &Edges,
    place: usize,
) -> Result<u32, BackendError> {
    let DelayClass::Own { min, max } = projection.delay else {
        return Ok(0);
    };
    let found = match value {
        EdgeValue::Shared(delay) => delay,
        EdgeValue::Own => block.delays[place],
    };
    if (min..=max).contains(&found) {
        return Ok(found);
    }
    Err(BackendError::Delay {
        projection: projection.name.clone(),
        found,
        min,
        max,
    })
}

/// Turns weights into what is added, with the proof that no sum overflows.
fn scale(
    projection: &Projection,
    precision: Precision,
    targets: u32,
    sharers: u32,
    rows: &mut Rows,
) -> Result<(), BackendError> {
    let edges = || rows.of_source.iter().flatten();
    match projection.sum {
        Sum::Ordered => return Ok(()),
        Sum::Count => {}
        Sum::Grid => {
            let largest = edges().fold(0.0_f64, |most, edge| most.max(edge.addend.abs()));
            let unit = projection
                .unit
                .unwrap_or_else(|| grid::unit(largest, precision));
            if !grid::fits(largest, unit, precision) {
                return Err(BackendError::Bound {
                    projection: projection.name.clone(),
                    found: largest,
                    most: grid::most_units(precision) * unit,
                });
            }
            let mut sums = vec![0.0; targets as usize];
            for edge in edges() {
                sums[edge.target as usize] += grid::quantise(edge.addend, unit).abs();
            }
            let limit = grid::sum_limit(precision) / f64::from(sharers);
            if sums.iter().any(|&sum| sum > limit) {
                let (projection, limit) = (projection.name.clone(), limit * unit);
                return Err(BackendError::Overflow { projection, limit });
            }
            rows.unit = grid::sum_unit(unit, precision);
            for edge in rows.of_source.iter_mut().flatten() {
                edge.addend = grid::addend(edge.addend, unit, precision);
            }
            return Ok(());
        }
    }
    for edge in rows.of_source.iter_mut().flatten() {
        edge.addend = 1.0;
    }
    Ok(())
}
