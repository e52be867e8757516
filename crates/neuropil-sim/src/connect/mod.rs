//! Connection rules as functions of (seed, projection, row).
//!
//! [`build`] turns a [`Connection`] of a program and the values of a loaded machine into a
//! [`Connector`], which gives the edges of any range of rows. Nothing is stored but what a row
//! cannot know by itself (the numbers of edges of `fixed_total_number`, own in-degrees, the arrays
//! that own weights read). A row is always the same, whoever asks, in whatever pieces.
//!
//! | rule | a row is | the draws of a row |
//! |---|---|---|
//! | `one_to_one`, `all_to_all`, `pairs` | a source | none |
//! | `fixed_probability(p)` | a source | skips between hits, one sequence a tile of 65,536 targets |
//! | `fixed_probability(p(pre, post))` | a source | one a candidate, one sequence a tile |
//! | `fixed_indegree` | a target | its sources |
//! | `fixed_outdegree` | a source | its targets |
//! | `fixed_total_number` | a source | its targets; numbers of targets by a tree of draws |
//! | `if` | a source | those in the condition, by edge |
//!
//! Sequences are those of [`neuropil_ir::draw::Stream`], with the key of the projection's stream
//! (number 0; number 1 for the tree) and the row `element + (tile << 32)`; elements are counted in
//! the whole population, so a selection does not shift the draws of the others.
//!
//! Draws without replacement (`without multapses`) and without self-connections repeat what is not
//! allowed, so all allowed outcomes stay equally likely. What cannot be fulfilled is an error.

mod connector;
mod counts;
mod deterministic;
mod error;
mod fixed_degree;
mod fixed_probability;
mod fixed_total_number;
mod pairwise;
mod pool;
mod quantity;
mod sides;

pub use connector::Connector;
pub use error::{ConnectError, ConnectProblem};

use neuropil_ir::connect::Connection;
use neuropil_ir::plan::{BufferId, Plan, SlotId};

/// The values that connectors read from a loaded machine.
pub trait Arrays {
    /// An array over a population, in internal units.
    fn array(&self, buffer: BufferId) -> Vec<f64>;

    /// A number equal for all elements, in internal units.
    fn slot(&self, slot: SlotId) -> f64;
}

/// Makes the connector of a connection of a plan.
///
/// # Errors
/// [`ConnectError`] names the projection, its place and what cannot be.
pub fn build(
    connection: &Connection,
    plan: &Plan,
    arrays: &dyn Arrays,
) -> Result<Connector, ConnectError> {
    Connector::new(connection, plan, arrays).map_err(|problem| {
        let projection = plan.projections.get(connection.projection.index());
        ConnectError {
            projection: projection.map_or_else(String::new, |p| p.name.clone()),
            span: connection.span,
            problem,
        }
    })
}

#[cfg(test)]
mod pinned;
#[cfg(test)]
mod tests;
