//! Every format against sums added one by one.

use std::ops::Range;
use std::sync::Arc;

use neuropil_ir::backend::{BackendError, Storage};
use neuropil_ir::connect::{Connectivity, EdgeValue, Edges, Orientation, must_be_stored};
use neuropil_ir::grid;
use neuropil_ir::kernel::{Element, Precision};
use neuropil_ir::plan::{DelayClass, Sum};

use super::*;
use crate::pool::Pool;
use crate::testing::{Edge, Listed, methods, random_edges};

mod basin;
mod bits;
mod unstored;

const SOURCES: u32 = 60;
const TARGETS: u32 = 900;
const COPIES: usize = 8;

fn listed(orientation: Orientation, weight: EdgeValue<f64>, delay: EdgeValue<u32>) -> Listed {
    let edges = random_edges(3, SOURCES, TARGETS, 9_000, 0..6);
    Listed {
        sources: SOURCES,
        targets: TARGETS,
        orientation,
        weight,
        delay,
        edges,
    }
}

fn blueprint(
    sum: Sum,
    precision: Precision,
    delay: DelayClass,
    owners: &[Range<u32>],
) -> Blueprint<'_> {
    Blueprint {
        name: "p",
        sum,
        precision,
        sharers: 1,
        grid_unit: None,
        delay,
        sources: SOURCES,
        owners,
        used: 0,
        limit: 1 << 30,
        method: methods()[0],
        storage: Storage::Auto,
        bits: None,
    }
}

/// The delays of the listed edges.
fn class(own: bool) -> DelayClass {
    if own {
        DelayClass::Own { min: 0, max: 6 }
    } else {
        DelayClass::Common
    }
}

/// A connectivity as it is handed over.
type Given = Arc<dyn Connectivity>;

fn given(edges: &Listed) -> Given {
    Arc::new(edges.clone())
}

fn element(sum: Sum, precision: Precision) -> Element {
    match (sum, precision) {
        (Sum::Count, _) => Element::U32,
        (Sum::Grid, Precision::F32) => Element::I32,
        _ => Element::F64,
    }
}

/// The only copy of some sums, for events of a common delay.
fn present(into: &mut Array) -> Destination<'_> {
    Destination {
        into,
        zero: None,
        emitted: 0,
        copy: 0,
        zero_copy: 0,
    }
}

/// Two segments as two source owners would emit them; element 40 is far more frequent.
fn segments(counted: bool) -> [Segment; 2] {
    let segment = |elements: &[u32], counts: &[u32]| Segment {
        elements: elements.to_vec(),
        counts: if counted { counts.to_vec() } else { Vec::new() },
    };
    [
        segment(&[0, 3, 4, 17, 29], &[1, 2, 1, 3, 1]),
        segment(&[30, 31, 40, 59], &[1, 1, 500, 2]),
    ]
}

/// The sums by the definition: one event after another, one edge after another.
fn defined(
    edges: &Listed,
    sum: Sum,
    precision: Precision,
    own: bool,
    counted: bool,
) -> (Vec<f64>, u64) {
    let largest = match edges.weight {
        EdgeValue::Shared(weight) => weight.abs(),
        EdgeValue::Own => edges
            .edges
            .iter()
            .map(|edge| edge.2.abs())
            .fold(0.0, f64::max),
    };
    let unit = grid::unit(largest, precision);
    let mut sums = vec![0.0; TARGETS as usize * (COPIES + 1)];
    let mut added = 0;
    for segment in segments(counted) {
        for (source, times) in segment.iter() {
            let mut row: Vec<&Edge> = edges.edges.iter().filter(|edge| edge.0 == source).collect();
            row.sort_by_key(|edge| edge.1);
            for edge in row {
                let weight = match edges.weight {
                    EdgeValue::Shared(weight) => weight,
                    EdgeValue::Own => edge.2,
                };
                let delay = match edges.delay {
                    EdgeValue::Shared(delay) => delay,
                    EdgeValue::Own => edge.3,
                };
                let addend = match sum {
                    Sum::Count => 1.0,
                    Sum::Grid => grid::addend(weight, unit, precision),
                    Sum::Ordered => weight,
                };
                // Copy 0 of the expected sums is the one of delay 0; emission is in step 13.
                let copy = match (own, delay) {
                    (false, _) => 1 + 5,
                    (true, 0) => 0,
                    (true, _) => 1 + (13 + delay as usize) % COPIES,
                };
                for _ in 0..times {
                    sums[copy * TARGETS as usize + edge.1 as usize] += addend;
                }
                added += u64::from(times);
            }
        }
    }
    (sums, added)
}

/// A list that knows how much room it needs, or thinks so.
#[derive(Clone)]
struct Roomy {
    edges: Listed,
    /// How much more than the edges there are; may be negative.
    more: i64,
}

impl Connectivity for Roomy {
    fn sources(&self) -> u32 {
        self.edges.sources()
    }

    fn targets(&self) -> u32 {
        self.edges.targets()
    }

    fn orientation(&self) -> Orientation {
        self.edges.orientation()
    }

    fn weight(&self) -> EdgeValue<f64> {
        self.edges.weight()
    }

    fn delay(&self) -> EdgeValue<u32> {
        self.edges.delay()
    }

    fn expected_edges(&self) -> f64 {
        // Enough to be cut into a number of pieces.
        self.edges.expected_edges() * 60.0
    }

    fn rows(&self, rows: Range<u32>, out: &mut Edges) {
        self.edges.rows(rows, out);
    }

    fn room(&self, rows: Range<u32>, others: Range<u32>) -> Option<u64> {
        let edges = self.edges.edges.iter();
        let count = edges.filter(|edge| rows.contains(&edge.0) && others.contains(&edge.1));
        Some((count.count() as i64 + self.more).max(0) as u64)
    }
}

fn delivered(
    edges: &Given,
    storage: Storage,
    sum: Sum,
    precision: Precision,
    own: bool,
    counted: bool,
    owners: &[Range<u32>],
) -> (Vec<f64>, u64) {
    let blueprint = Blueprint {
        storage,
        ..blueprint(sum, precision, class(own), owners)
    };
    let mut pool = Pool::new(3);
    let connected = connect(&blueprint, edges, &mut pool).unwrap();
    assert_eq!(connected.unit.is_some(), sum == Sum::Grid);
    let stored = connected.delivery;
    let mut sums = vec![0.0; TARGETS as usize * (COPIES + 1)];
    let mut added = 0;
    for (owner, range) in owners.iter().enumerate() {
        let element = element(sum, precision);
        let mut into = Array::zeroed(element, precision, range.len(), COPIES).unwrap();
        let mut zero = Array::zeroed(element, precision, range.len(), 1).unwrap();
        let mut to = Destination {
            into: &mut into,
            zero: Some(&mut zero),
            emitted: 13,
            copy: 5,
            zero_copy: 0,
        };
        for segment in segments(counted) {
            added += stored.deliver(owner, &segment, &mut to).unwrap();
        }
        for copy in 0..=COPIES {
            let mut read = Vec::new();
            if copy == 0 {
                zero.read_into(0, &mut read);
            } else {
                into.read_into(copy - 1, &mut read);
            }
            let first = copy * TARGETS as usize + range.start as usize;
            sums[first..first + read.len()].copy_from_slice(&read);
        }
    }
    (sums, added)
}

#[test]
fn every_format_gives_the_defined_sums() {
    let weights = [EdgeValue::Shared(0.7), EdgeValue::Own];
    let delays = [EdgeValue::Shared(3), EdgeValue::Own];
    let orientations = [Orientation::BySource, Orientation::ByTarget];
    let owners: [&[Range<u32>]; 3] = [
        &[0..900],
        &[0..256, 256..900],
        &[0..512, 512..768, 768..900],
    ];
    for sum in [Sum::Count, Sum::Grid, Sum::Ordered] {
        for (weight, delay) in weights.iter().flat_map(|&w| delays.map(|d| (w, d))) {
            if sum == Sum::Count && weight == EdgeValue::Own {
                continue;
            }
            for own in [false, true] {
                if !own && delay == EdgeValue::Own {
                    continue;
                }
                for precision in [Precision::F32, Precision::F64] {
                    for orientation in orientations {
                        for counted in [false, true] {
                            let edges = listed(orientation, weight, delay);
                            let expected = defined(&edges, sum, precision, own, counted);
                            for owners in owners {
                                // Counted first; generated once with room enough, with none to
                                // spare, and with too little.
                                let roomy = [17, 0, -1].map(|more| Roomy {
                                    edges: edges.clone(),
                                    more,
                                });
                                let roomy = roomy.map(|edges| Arc::new(edges) as Given);
                                let must = must_be_stored(sum, class(own), &edges).is_some();
                                let generated = (!must).then_some(Storage::Generated);
                                let ways = roomy.map(|edges| (edges, Storage::Stored));
                                let unstored = generated.map(|way| (given(&edges), way));
                                let stored = [(given(&edges), Storage::Auto)];
                                for (way, storage) in ways.into_iter().chain(stored).chain(unstored)
                                {
                                    let found = delivered(
                                        &way, storage, sum, precision, own, counted, owners,
                                    );
                                    assert!(
                                        found == expected,
                                        "{sum:?} {weight:?} {delay:?} {own} {precision} \
                                         {orientation:?} {counted} {owners:?}"
                                    );
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The first weights are far smaller than later ones, so the first unit is too small.
#[test]
fn units_are_those_of_the_largest_weight() {
    for growth in [3.0, 1.1] {
        let mut edges = listed(Orientation::BySource, EdgeValue::Own, EdgeValue::Shared(1));
        edges.sources = 600;
        edges.edges = random_edges(4, 600, TARGETS, 9_000, 1..2);
        for edge in &mut edges.edges {
            edge.2 *= (0..edge.0 / 60).fold(1.0, |factor, _| factor * growth);
        }
        let roomy = Roomy {
            edges: edges.clone(),
            more: 3,
        };
        let owners = [0..512, 512..TARGETS];
        for precision in [Precision::F32, Precision::F64] {
            let ways: [Given; 2] = [Arc::new(roomy.clone()), given(&edges)];
            let [once, twice] = ways.each_ref().map(|edges| {
                let blueprint = Blueprint {
                    sources: 600,
                    ..blueprint(Sum::Grid, precision, DelayClass::Common, &owners)
                };
                let connected = connect(&blueprint, edges, &mut Pool::new(2)).unwrap();
                let mut sums = Vec::new();
                for (owner, range) in owners.iter().enumerate() {
                    let element = element(Sum::Grid, precision);
                    for source in 0..600 {
                        let mut into = Array::zeroed(element, precision, range.len(), 1).unwrap();
                        let mut to = present(&mut into);
                        let segment = Segment {
                            elements: vec![source],
                            counts: Vec::new(),
                        };
                        connected
                            .delivery
                            .deliver(owner, &segment, &mut to)
                            .unwrap();
                        into.read_into(0, &mut sums);
                    }
                }
                (connected.unit, connected.delivery.bytes(), sums)
            });
            assert!(once == twice, "{growth} {precision}");
        }
    }
}

#[test]
fn wide_owners_get_tiles_or_wide_targets() {
    let targets = 150_000;
    let owner = [0..targets];
    // Short rows: 32-bit targets in one tile; long rows: 16-bit targets in three.
    for (sources, count) in [(2_000, 4_000), (4, 4_000)] {
        let edges = Listed {
            sources,
            targets,
            orientation: Orientation::BySource,
            weight: EdgeValue::Shared(1.0),
            delay: EdgeValue::Shared(1),
            edges: random_edges(8, sources, targets, count, 1..2),
        };
        let blueprint = Blueprint {
            sources,
            ..blueprint(Sum::Count, Precision::F32, DelayClass::Common, &owner)
        };
        let stored = connect(&blueprint, &given(&edges), &mut Pool::new(1))
            .unwrap()
            .delivery;
        let mut into = Array::zeroed(Element::U32, Precision::F32, targets as usize, 1).unwrap();
        let mut to = present(&mut into);
        let segment = Segment {
            elements: vec![1, 3],
            counts: Vec::new(),
        };
        stored.deliver(0, &segment, &mut to).unwrap();
        let mut found = Vec::new();
        into.read_into(0, &mut found);
        let mut expected = vec![0.0; targets as usize];
        for edge in edges.edges.iter().filter(|edge| [1, 3].contains(&edge.0)) {
            expected[edge.1 as usize] += 1.0;
        }
        assert!(found == expected);
        let edge_bytes = if sources == 4 { 2 } else { 4 };
        assert!(stored.bytes() < edge_bytes * count as u64 + 3 * (4 * u64::from(sources) + 64));
    }
}

fn refused(
    sum: Sum,
    precision: Precision,
    delay: DelayClass,
    limit: u64,
    change: impl Fn(&mut Listed),
) -> BackendError {
    let mut edges = listed(Orientation::BySource, EdgeValue::Own, EdgeValue::Own);
    change(&mut edges);
    let owners = [0..TARGETS];
    let blueprint = Blueprint {
        limit,
        ..blueprint(sum, precision, delay, &owners)
    };
    connect(&blueprint, &given(&edges), &mut Pool::new(2)).unwrap_err()
}

#[test]
fn wide_owners_sum_weights_as_narrow_ones_do() {
    let (sources, targets) = (900, 70_000);
    let edges = Listed {
        sources,
        targets,
        orientation: Orientation::BySource,
        weight: EdgeValue::Own,
        delay: EdgeValue::Own,
        edges: random_edges(9, sources, targets, 3_000, 1..6),
    };
    for (sum, precision) in [
        (Sum::Grid, Precision::F32),
        (Sum::Grid, Precision::F64),
        (Sum::Ordered, Precision::F32),
    ] {
        let sums = |owners: &[Range<u32>]| {
            let delay = DelayClass::Own { min: 1, max: 5 };
            let blueprint = Blueprint {
                sources,
                ..blueprint(sum, precision, delay, owners)
            };
            let stored = connect(&blueprint, &given(&edges), &mut Pool::new(1))
                .unwrap()
                .delivery;
            let mut sums = Vec::new();
            for (owner, range) in owners.iter().enumerate() {
                let element = element(sum, precision);
                let mut into = Array::zeroed(element, precision, range.len(), 5).unwrap();
                let mut to = Destination {
                    into: &mut into,
                    zero: None,
                    emitted: 2,
                    copy: 0,
                    zero_copy: 0,
                };
                let segment = Segment {
                    elements: (0..sources).collect(),
                    counts: Vec::new(),
                };
                stored.deliver(owner, &segment, &mut to).unwrap();
                for copy in 0..5 {
                    into.read_into(copy, &mut sums);
                }
            }
            // Ordered by target, so that the number of owners does not show.
            sums.retain(|&sum| sum != 0.0);
            sums.sort_by(f64::total_cmp);
            sums
        };
        let wide = sums(&[0..targets]);
        assert!(wide.len() > 2_500);
        assert_eq!(
            wide,
            sums(&[0..35_072, 35_072..targets]),
            "{sum:?} {precision}"
        );
    }
}

#[test]
fn what_cannot_be_stored_is_refused_by_name() {
    let own = DelayClass::Own { min: 0, max: 6 };
    let plenty = 1 << 30;
    let error = refused(Sum::Grid, Precision::F32, own, plenty, |edges| {
        edges.edges[7] = (5, 9, f64::INFINITY, 1);
    });
    assert!(
        matches!(error, BackendError::Weight { from: 5, to: 9, .. }),
        "{error}"
    );
    let error = refused(Sum::Grid, Precision::F64, own, plenty, |edges| {
        edges.edges[3].3 = 7;
    });
    assert!(
        matches!(
            error,
            BackendError::Delay {
                found: 7,
                min: 0,
                max: 6,
                ..
            }
        ),
        "{error}"
    );
    let error = refused(Sum::Grid, Precision::F32, own, 20_000, |_| {});
    assert!(
        matches!(error, BackendError::Memory { limit: 20_000, .. }),
        "{error}"
    );
    let error = refused(Sum::Count, Precision::F32, own, plenty, |_| {});
    assert!(matches!(error, BackendError::Invalid(_)), "{error}");
    // 70,000 edges onto one target, each of 2^15 - 1 units: more than 2^31.
    let error = refused(Sum::Grid, Precision::F32, own, plenty, |edges| {
        edges.edges = vec![(0, 0, 32_767.0, 1); 70_000];
    });
    assert!(matches!(error, BackendError::Overflow { .. }), "{error}");
}

#[test]
fn counted_events_that_would_overflow_are_an_error_not_a_wrong_sum() {
    let edges = Listed {
        edges: vec![(0, 0, 1.0, 1); 3],
        ..listed(Orientation::BySource, EdgeValue::Own, EdgeValue::Shared(1))
    };
    let owners = [0..TARGETS];
    let blueprint = blueprint(Sum::Grid, Precision::F32, DelayClass::Common, &owners);
    let stored = connect(&blueprint, &given(&edges), &mut Pool::new(1))
        .unwrap()
        .delivery;
    let mut into = Array::zeroed(Element::I32, Precision::F32, TARGETS as usize, 1).unwrap();
    let mut to = present(&mut into);
    let mut event = |times| {
        stored.deliver(
            0,
            &Segment {
                elements: vec![0],
                counts: vec![times],
            },
            &mut to,
        )
    };
    // Three weights of 16,384 units: 2^31 / 49,152 is 43,690.6.
    assert_eq!(event(43_690), Ok(3 * 43_690));
    assert!(event(43_691).is_err());
}
