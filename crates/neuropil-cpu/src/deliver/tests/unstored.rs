//! What is not stored, against the same edges as a list.

use neuropil_ir::connect::Pattern;

use super::*;

/// Some sources to some targets, all of them.
#[derive(Clone)]
struct Pairs {
    size: u32,
    sources: Vec<Range<u32>>,
    targets: Vec<Range<u32>>,
    without_self: bool,
}

impl Pairs {
    fn list(&self) -> Listed {
        let sources = self.sources.iter().cloned().flatten();
        let pairs = sources.flat_map(|source| {
            let targets = self.targets.iter().cloned().flatten();
            targets.map(move |target| (source, target, 1.0, 1))
        });
        Listed {
            sources: self.size,
            targets: self.size,
            orientation: Orientation::BySource,
            weight: EdgeValue::Shared(1.0),
            delay: EdgeValue::Shared(1),
            edges: pairs
                .filter(|edge| !self.without_self || edge.0 != edge.1)
                .collect(),
        }
    }
}

impl Connectivity for Pairs {
    fn sources(&self) -> u32 {
        self.size
    }

    fn targets(&self) -> u32 {
        self.size
    }

    fn orientation(&self) -> Orientation {
        Orientation::BySource
    }

    fn weight(&self) -> EdgeValue<f64> {
        EdgeValue::Shared(1.0)
    }

    fn delay(&self) -> EdgeValue<u32> {
        EdgeValue::Shared(1)
    }

    fn pattern(&self) -> Pattern<'_> {
        Pattern::AllPairs {
            sources: &self.sources,
            targets: &self.targets,
            without_self: self.without_self,
        }
    }

    fn expected_edges(&self) -> f64 {
        self.list().expected_edges()
    }

    fn rows(&self, rows: Range<u32>, out: &mut Edges) {
        self.list().rows(rows, out);
    }
}

/// A blueprint over as many sources as targets.
pub(super) fn counting(owners: &[Range<u32>], storage: Storage) -> Blueprint<'_> {
    Blueprint {
        storage,
        sources: owners.last().map_or(0, |owner| owner.end),
        ..blueprint(Sum::Count, Precision::F64, DelayClass::Common, owners)
    }
}

/// Everything that can be seen of a delivery: sums, events, row lengths, edges.
pub(super) fn seen(
    delivery: &dyn Delivery,
    owners: &[Range<u32>],
    events: &Segment,
) -> (Vec<f64>, [u64; 2]) {
    let mut sums = Vec::new();
    let mut delivered = 0;
    for (owner, range) in owners.iter().enumerate() {
        let mut into = Array::zeroed(Element::U32, Precision::F64, range.len(), 1).unwrap();
        delivered += delivery
            .deliver(owner, events, &mut present(&mut into))
            .unwrap();
        into.read_into(0, &mut sums);
    }
    sums.extend(
        events
            .elements
            .iter()
            .map(|&source| delivery.row_length(source) as f64),
    );
    (sums, [delivered, delivery.edges()])
}

#[test]
fn all_pairs_are_those_of_the_list() {
    let events = |counts: &[u32]| Segment {
        elements: vec![0, 5, 256, 300, 511, 519],
        counts: counts.to_vec(),
    };
    let all = [0..520];
    let some = [3..9, 200..301, 510..520];
    let other = [4..5, 250..515];
    for (sources, targets) in [
        (&all[..], &all[..]),
        (&some, &other),
        (&other, &some),
        (&[], &all),
    ] {
        for without_self in [false, true] {
            let pairs = Pairs {
                size: 520,
                sources: sources.to_vec(),
                targets: targets.to_vec(),
                without_self,
            };
            let owners: [&[Range<u32>]; 3] = [
                &[0..520],
                &[0..256, 256..520],
                &[0..256, 256..512, 512..520],
            ];
            for owners in owners {
                let built: Given = Arc::new(pairs.clone());
                let made = |storage| {
                    connect(&counting(owners, storage), &built, &mut Pool::new(2))
                        .unwrap()
                        .delivery
                };
                let (stored, unstored) = (made(Storage::Stored), made(Storage::Auto));
                assert_eq!(
                    (stored.storage(), unstored.storage()),
                    ("stored", "pattern")
                );
                assert_eq!(unstored.bytes(), 0);
                for counts in [&[][..], &[1, 2, 3, 1, 900, 2]] {
                    let events = events(counts);
                    assert_eq!(
                        seen(&*unstored, owners, &events),
                        seen(&*stored, owners, &events)
                    );
                }
            }
        }
    }
}

/// 520 edges a target: 8,259,552 events of each fit below 2^32, one more does not.
#[test]
fn numbers_of_events_that_overflow_are_refused_alike() {
    let owners = [0..520];
    let pairs = Pairs {
        size: 520,
        sources: owners.to_vec(),
        targets: owners.to_vec(),
        without_self: false,
    };
    let list = pairs.list();
    let most = u32::MAX / 520;
    let ways: [(Given, Storage); 3] = [
        (Arc::new(pairs), Storage::Generated),
        (given(&list), Storage::Generated),
        (given(&list), Storage::Stored),
    ];
    for (edges, storage) in ways {
        let built = connect(&counting(&owners, storage), &edges, &mut Pool::new(1)).unwrap();
        let deliver = |times| {
            let mut into = Array::zeroed(Element::U32, Precision::F64, 520, 1).unwrap();
            let events = Segment {
                elements: (0..520).collect(),
                counts: vec![times; 520],
            };
            built.delivery.deliver(0, &events, &mut present(&mut into))
        };
        assert_eq!(deliver(most), Ok(520 * 520 * u64::from(most)));
        assert!(deliver(most + 1).is_err());
    }
}

#[test]
fn what_must_be_stored_says_why() {
    let refused = |sum, delay, change: &dyn Fn(&mut Listed)| {
        let mut edges = listed(
            Orientation::BySource,
            EdgeValue::Shared(1.0),
            EdgeValue::Shared(1),
        );
        change(&mut edges);
        let owners = [0..TARGETS];
        let blueprint = Blueprint {
            storage: Storage::Generated,
            ..blueprint(sum, Precision::F64, delay, &owners)
        };
        connect(&blueprint, &given(&edges), &mut Pool::new(1))
            .unwrap_err()
            .to_string()
    };
    let common = DelayClass::Common;
    for (found, why) in [
        (
            refused(Sum::Count, common, &|edges| {
                edges.orientation = Orientation::ByTarget;
            }),
            "of targets",
        ),
        (refused(Sum::Grid, common, &|_| ()), "adds weights"),
        (
            refused(Sum::Grid, common, &|edges| edges.weight = EdgeValue::Own),
            "own weights",
        ),
        (refused(Sum::Count, class(true), &|_| ()), "own delays"),
    ] {
        assert!(
            found.contains("projection `p`") && found.contains(why),
            "{found}"
        );
    }
}

/// Where stored rows do not fit, rows by source are generated; others are refused as before.
#[test]
fn what_does_not_fit_is_generated() {
    let owners = [0..512, 512..TARGETS];
    let built = |orientation, limit| {
        let edges = listed(orientation, EdgeValue::Shared(1.0), EdgeValue::Shared(1));
        let blueprint = Blueprint {
            limit,
            ..blueprint(Sum::Count, Precision::F64, DelayClass::Common, &owners)
        };
        connect(&blueprint, &given(&edges), &mut Pool::new(2)).map(|built| built.delivery.storage())
    };
    assert_eq!(built(Orientation::BySource, 1 << 20), Ok("stored"));
    assert_eq!(built(Orientation::BySource, 9_000), Ok("generated"));
    assert!(matches!(
        built(Orientation::ByTarget, 9_000),
        Err(BackendError::Memory { .. })
    ));
}
