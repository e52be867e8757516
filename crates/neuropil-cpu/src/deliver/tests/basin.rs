//! Projections that are delivered together, against sums added one by one.

use neuropil_ir::draw::Stream;

use super::*;

const SOURCES: [u32; 2] = [60, 35];
const DELAYS: Range<u32> = 1..300;
const STEPS: u64 = 340;

/// A projection: its list, the first place of its targets, and its edges.
struct Given {
    list: usize,
    first: usize,
    edges: Listed,
}

/// Projections of two lists onto three populations, two of them onto the same sums from the same list; by
/// source and by target, with few edges and many.
fn given(counts: &[usize]) -> Vec<Given> {
    let targets = [700, 0, 130, 130, 700, 20];
    let firsts = [0, 704, 704, 704, 0, 840];
    let lists = [0, 0, 0, 0, 1, 1];
    (0..6)
        .map(|at| {
            let (list, targets) = (lists[at], targets[at]);
            let count = if targets == 0 {
                0
            } else {
                counts[at % counts.len()]
            };
            let orientation = [Orientation::BySource, Orientation::ByTarget][at % 2];
            let delays = if at == 2 { 1..4 } else { DELAYS };
            let mut edges = random_edges(at as u64, SOURCES[list], targets.max(1), count, delays);
            // Rows with more edges of a delay than a piece has, and one without any.
            for edge in &mut edges {
                edge.0 = if edge.0 % 7 == 3 { 11 } else { edge.0 };
                edge.3 = if edge.0 % 5 == 1 { 2 } else { edge.3 };
            }
            let edges = Listed {
                sources: SOURCES[list],
                targets,
                orientation,
                weight: EdgeValue::Own,
                delay: EdgeValue::Own,
                edges,
            };
            let first = firsts[at];
            Given { list, first, edges }
        })
        .collect()
}

/// The inflows, with the projections that are their members: those onto the same sums stand in several.
fn inflows() -> (Vec<Inflow>, Vec<Vec<usize>>) {
    let inflow = |list, firsts: &[usize]| Inflow {
        list,
        firsts: firsts.to_vec(),
        longest: 299,
    };
    let inflows = vec![
        inflow(0, &[0, 704]),
        inflow(0, &[704]),
        inflow(1, &[0, 840]),
    ];
    (inflows, vec![vec![0, 2], vec![3], vec![4, 5]])
}

/// The events of a list in a step.
fn emitted(list: usize, step: u64, counted: bool) -> Segment {
    let mut stream = Stream::new(5, list as u64, step);
    let all = 0..SOURCES[list];
    let elements: Vec<u32> = all.filter(|_| step < 30 && stream.below(4) == 0).collect();
    let counts = elements.iter().map(|_| 1 + stream.below(3)).collect();
    Segment {
        counts: if counted { counts } else { Vec::new() },
        elements,
    }
}

#[test]
fn joined_projections_give_the_defined_sums_step_by_step() {
    let most = 860;
    for (precision, counts) in [
        (Precision::F32, &[9_000, 400, 3_000][..]),
        (Precision::F64, &[9_000, 400, 3_000]),
        (Precision::F32, &[0, 1, 70_000]),
        (Precision::F64, &[30, 2, 0]),
    ] {
        let given = given(counts);
        let mut pool = Pool::new(3);
        let (inflows, members) = inflows();
        let mut basin = Basin::new(precision, most, &inflows).unwrap();
        let mut units = [1.0; 6];
        for (inflow, members) in members.iter().enumerate() {
            for (member, &at) in members.iter().enumerate() {
                let Given { list, edges, .. } = &given[at];
                let owners = [0..edges.targets];
                let delay = DelayClass::Own {
                    min: DELAYS.start,
                    max: DELAYS.end - 1,
                };
                let blueprint = Blueprint {
                    sources: SOURCES[*list],
                    ..blueprint(Sum::Grid, precision, delay, &owners)
                };
                let edges: Arc<dyn Connectivity> = Arc::new(edges.clone());
                let (mut drafts, unit) = sort(&blueprint, &edges, &mut pool).unwrap();
                units[at] = unit.unwrap();
                let draft = drafts.pop().flatten().unwrap();
                assert!(basin.take((inflow, member), draft, &mut pool).unwrap());
            }
        }
        for counted in [false, true] {
            check(&mut basin, &given, precision, counted);
        }
        let members = members.iter().enumerate();
        let members = members.flat_map(|(inflow, members)| {
            let members = members.iter().enumerate();
            members.map(move |(member, &at)| (inflow, member, at))
        });
        for (inflow, member, at) in members {
            let Given { list, edges, .. } = &given[at];
            let edges = &edges.edges;
            let joined = Joined(vec![basin.share(inflow, member)]);
            assert_eq!(joined.edges(), edges.len() as u64);
            let mut sent = 0;
            for source in 0..SOURCES[*list] {
                let row = || edges.iter().filter(|edge| edge.0 == source);
                assert_eq!(joined.row_length(source), row().count() as u64);
                for delay in [0, 1, 2, 150, 298, 299] {
                    let later = row().filter(|edge| u64::from(edge.3) > delay).count();
                    assert_eq!(joined.row_later_than(source, delay), later as u64);
                }
                for (step, counted) in (0..STEPS).flat_map(|step| [(step, false), (step, true)]) {
                    let events = emitted(*list, step, counted);
                    let times = events.iter().find(|event| event.0 == source);
                    let times = times.map_or(0, |event| u64::from(event.1));
                    sent += times * row().count() as u64;
                }
            }
            assert_eq!(basin.delivered(inflow, member), sent);
        }
    }
}

/// Runs the events of all steps through a basin and compares what arrives in each.
fn check(basin: &mut Basin, given: &[Given], precision: Precision, counted: bool) {
    let most = 860;
    let mut expected = vec![vec![0.0; most]; (STEPS + 1) as usize];
    for Given { list, first, edges } in given {
        let edges = &edges.edges;
        let largest = edges.iter().map(|edge| edge.2.abs()).fold(0.0, f64::max);
        let unit = grid::unit(largest, precision);
        for emission in 0..STEPS {
            for (source, times) in emitted(*list, emission, counted).iter() {
                for edge in edges.iter().filter(|edge| edge.0 == source) {
                    let arrival = emission + u64::from(edge.3);
                    if arrival <= STEPS {
                        let sum = &mut expected[arrival as usize][first + edge.1 as usize];
                        *sum += grid::addend(edge.2, unit, precision) * f64::from(times);
                    }
                }
            }
        }
    }
    let element = element(Sum::Grid, precision);
    let mut sums = Array::zeroed(element, precision, most, 1).unwrap();
    // The calendar is empty again behind the longest delay, so the steps may begin anywhere.
    for step in 1..=STEPS {
        for list in [0, 1] {
            let events = emitted(list, step - 1, counted);
            basin.flow(list, Some((&events, step - 1)), step).unwrap();
        }
        assert!(basin.drain(0, &mut sums));
        let mut found = Vec::new();
        sums.read_into(0, &mut found);
        assert!(
            found == expected[step as usize],
            "step {step} {precision} {counted}"
        );
        sums.write(0, &vec![0.0; most]);
    }
}

#[test]
fn counted_events_that_would_overflow_a_joined_sum_are_an_error() {
    let edges = Listed {
        edges: vec![(0, 0, 1.0, 1); 3],
        ..listed(Orientation::BySource, EdgeValue::Own, EdgeValue::Own)
    };
    let owners = [0..TARGETS];
    let delay = DelayClass::Own { min: 1, max: 6 };
    let blueprint = blueprint(Sum::Grid, Precision::F32, delay, &owners);
    let mut pool = Pool::new(1);
    let edges: Arc<dyn Connectivity> = Arc::new(edges);
    let (mut drafts, _) = sort(&blueprint, &edges, &mut pool).unwrap();
    let inflow = Inflow {
        list: 0,
        firsts: vec![0],
        longest: 6,
    };
    let mut basin = Basin::new(Precision::F32, 900, &[inflow]).unwrap();
    let draft = drafts.pop().flatten().unwrap();
    assert!(basin.take((0, 0), draft, &mut pool).unwrap());
    let mut event = |times| {
        let events = Segment {
            elements: vec![0],
            counts: vec![times],
        };
        basin.flow(0, Some((&events, 0)), 1)
    };
    // Three weights of 16,384 units: 2^31 / 49,152 is 43,690.6.
    assert_eq!(event(43_690), Ok(3 * 43_690));
    assert!(event(43_691).is_err());
}
