//! What the tests of deliveries and of the machine share: listed edges as a connectivity.

use std::ops::Range;

use neuropil_ir::connect::{Connectivity, EdgeValue, Edges, Orientation};
use neuropil_ir::draw::Stream;

/// An edge: source, target, weight, delay in steps.
pub(crate) type Edge = (u32, u32, f64, u32);

/// A connectivity that holds its edges in a list.
#[derive(Clone, Debug)]
pub(crate) struct Listed {
    pub(crate) sources: u32,
    pub(crate) targets: u32,
    pub(crate) orientation: Orientation,
    pub(crate) weight: EdgeValue<f64>,
    pub(crate) delay: EdgeValue<u32>,
    /// In any order; rows keep the order among equals.
    pub(crate) edges: Vec<Edge>,
}

impl Connectivity for Listed {
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
        let key = |edge: &Edge| match self.orientation {
            Orientation::BySource => (edge.0, edge.1),
            Orientation::ByTarget => (edge.1, edge.0),
        };
        let mut found: Vec<&Edge> = self
            .edges
            .iter()
            .filter(|edge| rows.contains(&key(edge).0))
            .collect();
        found.sort_by_key(|edge| key(edge));
        let mut found = found.into_iter().peekable();
        out.offsets.push(0);
        for row in rows.clone() {
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

/// Random edges, multapses among them, with weights of both signs and delays in a range.
pub(crate) fn random_edges(
    seed: u64,
    sources: u32,
    targets: u32,
    count: usize,
    delays: Range<u32>,
) -> Vec<Edge> {
    let mut stream = Stream::new(seed, 7, 0);
    (0..count)
        .map(|_| {
            let weight = (stream.next_f64() - 0.4) * 3.0;
            let delay = delays.start + stream.below(delays.len() as u32);
            (stream.below(sources), stream.below(targets), weight, delay)
        })
        .collect()
}
