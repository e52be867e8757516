//! A connectivity that is a list of edges.

use std::ops::Range;

use crate::connect::{Connectivity, EdgeValue, Edges, Orientation};

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

    fn expected_edges(&self) -> f64 {
        self.edges.len() as f64
    }

    fn rows(&self, rows: Range<u32>, out: &mut Edges) {
        out.clear();
        out.offsets.push(0);
        for row in rows {
            let mut mine: Vec<(u32, f64, u32)> = (self.edges.iter())
                .filter_map(|&(from, to, weight, delay)| match self.orientation {
                    Orientation::BySource => (from == row).then_some((to, weight, delay)),
                    Orientation::ByTarget => (to == row).then_some((from, weight, delay)),
                })
                .collect();
            mine.sort_by_key(|edge| edge.0);
            for (other, weight, delay) in mine {
                out.others.push(other);
                if self.weight == EdgeValue::Own {
                    out.weights.push(weight);
                }
                if self.delay == EdgeValue::Own {
                    out.delays.push(delay);
                }
            }
            out.offsets.push(out.others.len());
        }
    }
}
