//! Rows of bits against lists: the same sums however bits are counted.

use super::unstored::{counting, seen};
use super::*;

/// A sixth of all pairs, some of them several times.
fn dense(sources: u32, targets: u32, orientation: Orientation) -> Listed {
    let count = sources as usize * targets as usize / 6;
    Listed {
        sources,
        targets,
        orientation,
        weight: EdgeValue::Shared(0.5),
        delay: EdgeValue::Shared(1),
        edges: random_edges(5, sources, targets, count, 1..2),
    }
}

/// The first of the sources, each with the number of events that a list of events may have.
fn first(sources: u32, counted: bool) -> Segment {
    let counts = if counted {
        (0..sources).map(|source| 1 + source % 5 * 70).collect()
    } else {
        Vec::new()
    };
    Segment {
        elements: (0..sources).collect(),
        counts,
    }
}

fn built(edges: &Given, owners: &[Range<u32>], bits: Option<Way>) -> Box<dyn Delivery> {
    let blueprint = Blueprint {
        bits,
        sources: edges.sources(),
        ..counting(owners, Storage::Stored)
    };
    connect(&blueprint, edges, &mut Pool::new(2))
        .unwrap()
        .delivery
}

/// Bits, whether or not they are smaller than lists.
fn forced(
    edges: &dyn Connectivity,
    owners: &[Range<u32>],
    way: Way,
) -> Result<Box<dyn Delivery>, BackendError> {
    let blueprint = Blueprint {
        sources: edges.sources(),
        ..counting(owners, Storage::Stored)
    };
    let sheet = build::bits::build(&blueprint, edges, &mut Pool::new(2), way)?;
    Ok(Box::new(sheet))
}

#[test]
fn every_way_to_count_gives_the_sums_of_lists() {
    let owners: [&[Range<u32>]; 6] = [
        &[0..129],
        &[0..512],
        &[0..513],
        &[0..900],
        &[0..256, 256..900],
        // More blocks than are counted together, and an owner that is narrower than a block.
        &[0..8_448, 8_448..9_003],
    ];
    for orientation in [Orientation::BySource, Orientation::ByTarget] {
        for owners in owners {
            let targets = owners.last().map_or(0, |owner| owner.end);
            let sources = if targets > 1000 { 30 } else { 600 };
            let edges: Given = Arc::new(dense(sources, targets, orientation));
            let lists = built(&edges, owners, None);
            for way in Way::available() {
                let bits = forced(&*edges, owners, way).unwrap();
                assert_eq!((lists.storage(), bits.storage()), ("stored", "bit_rows"));
                // None, one, groups of eight and what is left of them, more than planes can hold.
                for events in [0, 1, 2, 7, 8, 9, 16, 47, 248, 249, 255, 256, 257, 600] {
                    for counted in [false, true] {
                        let events = first(events.min(sources), counted);
                        let (found, expected) = (
                            seen(&*bits, owners, &events),
                            seen(&*lists, owners, &events),
                        );
                        assert!(found == expected, "{orientation:?} {owners:?} {events:?}");
                    }
                }
            }
        }
    }
}

/// An owner of more than 65,536 targets has several tiles.
#[test]
fn wide_owners_have_rows_in_every_tile() {
    let owners = [0..66_200];
    let edges: Given = Arc::new(dense(9, 66_200, Orientation::BySource));
    let way = Way::available().pop();
    let (lists, bits) = (built(&edges, &owners, None), built(&edges, &owners, way));
    assert_eq!(bits.storage(), "bit_rows");
    assert!(bits.bytes() < lists.bytes());
    let events = first(9, false);
    assert!(seen(&*bits, &owners, &events) == seen(&*lists, &owners, &events));
}

#[test]
fn sparse_rows_stay_lists() {
    let mut edges = dense(600, 900, Orientation::BySource);
    edges.edges.truncate(600 * 900 / 20);
    let edges: Given = Arc::new(edges);
    assert_eq!(
        built(&edges, &[0..900], Way::available().pop()).storage(),
        "stored"
    );
}

/// Every source to target 7 alone, three times: 2^32 events are reached with 1,789,570 of each.
#[test]
fn numbers_of_events_that_overflow_are_refused() {
    let mut edges = dense(800, 16, Orientation::BySource);
    edges.edges = (0..2400).map(|edge| (edge / 3, 7, 1.0, 1)).collect();
    let edges: Given = Arc::new(edges);
    let bits = forced(&*edges, &[0..16], Way::available()[0]).unwrap();
    let most = u32::MAX / 2400;
    let deliver = |times| {
        let mut into = Array::zeroed(Element::U32, Precision::F64, 16, 1).unwrap();
        let events = Segment {
            elements: (0..800).collect(),
            counts: vec![times; 800],
        };
        bits.deliver(0, &events, &mut present(&mut into))
    };
    assert_eq!(deliver(most), Ok(2400 * u64::from(most)));
    assert!(deliver(most + 1).is_err());
}

/// A connectivity whose rows leave the population.
#[test]
fn rows_that_leave_their_population_are_refused() {
    for orientation in [Orientation::BySource, Orientation::ByTarget] {
        let mut edges = dense(40, 600, orientation);
        match orientation {
            Orientation::BySource => edges.edges[17].1 = 600,
            Orientation::ByTarget => edges.edges[17].0 = 40,
        }
        let owners = [0..256, 256..600];
        let built = forced(&edges, &owners, Way::available()[0]);
        assert!(
            matches!(built, Err(BackendError::Invalid(_))),
            "{orientation:?}"
        );
    }
}
