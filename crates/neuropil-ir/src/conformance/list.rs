//! A connectivity that is a list of edges.

use std::ops::Range;

use crate::connect::{Connectivity, EdgeValue, Edges, Orientation, Pattern};

/// Edges (source, target, weight, delay), in any order; equal pairs keep the order given.
#[derive(Clone, Debug, PartialEq)]
pub struct ListConnectivity {
    /// Number of presynaptic elements.
    pub sources: u32,
    /// Number of postsynaptic elements.
    pub targets: u32,
    /// The side from which rows are given.
    pub orientation: Orientation,
    /// The edges.
    pub edges: Vec<(u32, u32, f64, u32)>,
    /// Whether the weight is shared.
    pub weight: EdgeValue<f64>,
    /// Whether the delay is shared.
    pub delay: EdgeValue<u32>,
}

impl Connectivity for ListConnectivity {
    fn sources(&self) -> u32 {
        self.sources
    }

    fn targets(&self) -> u32 {
        self.targets
    }

    fn orientation(&self) -> Orientation {
        self.orientation
    }

    fn weight(&self) -> EdgeValue<f64> {
        self.weight
    }

    fn delay(&self) -> EdgeValue<u32> {
        self.delay
    }

    /// A row by source may be asked for at every event, so that back-ends can be tried on it.
    fn pattern(&self) -> Pattern<'_> {
        match self.orientation {
            Orientation::BySource => Pattern::ByRow,
            Orientation::ByTarget => Pattern::Stored("its rows are those of targets"),
        }
    }

    fn expected_edges(&self) -> f64 {
        self.edges.len() as f64
    }

    fn rows(&self, rows: Range<u32>, out: &mut Edges) {
        out.clear();
        let key = |edge: &(u32, u32, f64, u32)| match self.orientation {
            Orientation::BySource => (edge.0, edge.1),
            Orientation::ByTarget => (edge.1, edge.0),
        };
        let mut found: Vec<_> = self
            .edges
            .iter()
            .filter(|edge| rows.contains(&key(edge).0))
            .collect();
        // Stable, so that equal pairs keep the order given.
        found.sort_by_key(|edge| key(edge));
        let mut found = found.into_iter().peekable();
        out.offsets.push(0);
        for row in rows {
            while let Some(edge) = found.next_if(|edge| key(edge).0 == row) {
                out.others.push(key(edge).1);
                if self.weight == EdgeValue::Own {
                    out.weights.push(edge.2);
                }
                if self.delay == EdgeValue::Own {
                    out.delays.push(edge.3);
                }
            }
            out.offsets.push(out.others.len());
        }
    }
}
