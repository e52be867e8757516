//! How much memory a run will need, before any of it is allocated.

use std::fmt;

use neuropil_ir::connect::{Connection, EdgeQuantity};
use neuropil_ir::kernel::Precision;
use neuropil_ir::plan::Plan;
use neuropil_ir::program::Program;

use crate::ranges::Selection;

/// An estimate of the memory of a run in bytes, by use.
///
/// Sizes of arrays are exact; connections are the mean number of edges times the bytes of one edge
/// in the format that suits its weights, and nothing where edges are generated at every event; spikes
/// kept in memory are not foreseen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Footprint {
    /// Arrays over populations, and event lists.
    pub state: u64,
    /// Connections.
    pub connections: u64,
    /// Traces that a recorder keeps in memory.
    pub recordings: u64,
}

impl Footprint {
    /// All uses together.
    pub fn total(&self) -> u64 {
        self.state
            .saturating_add(self.connections)
            .saturating_add(self.recordings)
    }
}

impl fmt::Display for Footprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "state {}, connections {}",
            bytes(self.state),
            bytes(self.connections)
        )?;
        if self.recordings > 0 {
            write!(f, ", recordings {}", bytes(self.recordings))?;
        }
        Ok(())
    }
}

/// A number of bytes as people say it.
pub(crate) fn bytes(count: u64) -> String {
    let gib = count as f64 / f64::from(1 << 30);
    let mib = count as f64 / f64::from(1 << 20);
    if gib >= 1.0 {
        format!("{gib:.1} GiB")
    } else if mib >= 1.0 {
        format!("{mib:.1} MiB")
    } else {
        format!("{count} B")
    }
}

/// The bytes of the arrays and event lists of a plan.
pub(crate) fn state(plan: &Plan) -> u64 {
    let size = |axis: neuropil_ir::plan::AxisId| {
        plan.axes
            .get(axis.index())
            .map_or(0, |axis| u64::from(axis.size))
    };
    let buffers = plan.buffers.iter().map(|buffer| {
        let element = buffer.element.bytes(plan.precision) as u64;
        size(buffer.axis)
            .saturating_mul(element)
            .saturating_mul(u64::from(buffer.depth.max(1)))
    });
    // A list of events holds one index for each of its elements in the worst step; the lists of
    // other steps share one ring that grows when it must.
    let events = plan
        .events
        .iter()
        .map(|events| size(events.axis).saturating_mul(4));
    buffers.chain(events).fold(0, u64::saturating_add)
}

/// The bytes of the edges of a projection.
pub(crate) fn connections(connection: &Connection, edges: f64, precision: Precision) -> u64 {
    let own = |quantity: &Option<EdgeQuantity>| matches!(quantity, Some(EdgeQuantity::Own { .. }));
    // The formats list16, packed32 and wide48: a target of 16 bits and a weight of 0, 16 or 32.
    let bytes = match (own(&connection.weight), precision) {
        (false, _) => 2.0,
        (true, Precision::F32) => 4.0,
        (true, Precision::F64) => 6.0,
    };
    (edges.max(0.0) * bytes) as u64 // a cast saturates
}

/// The bytes of all traces of a program when they are kept in memory.
pub(crate) fn traces(program: &Program) -> u64 {
    let each = program.traces.iter().map(|trace| {
        let elements = trace
            .elements
            .as_ref()
            .map_or(1, |r| u64::from(Selection::new(r).len()));
        let samples = program.steps / u64::from(trace.every.max(1)) + 1;
        samples
            .saturating_mul(elements.saturating_add(1))
            .saturating_mul(8)
    });
    each.fold(0, u64::saturating_add)
}
