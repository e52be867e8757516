//! Connection rules against closed forms, and against themselves asked in other ways.
//!
//! The streams are fixed, so a statistical test passes always or never; bounds are those at which a
//! correct other stream would fail once in a million times.

use std::collections::BTreeSet;

use neuropil_ir::connect::{
    Connection, Connectivity, EdgeLoad, EdgeQuantity, EdgeValue, Edges, Orientation, Rule,
};
use neuropil_ir::draw::stream_key;
use neuropil_ir::rounding::RoundingError;
use neuropil_testkit::stats::{binomial_bounds, binomial_cdf, chi_square};

use super::{ConnectProblem, Connector, build as connect_build};
use crate::testing::{Table, build, connection, own, plan, slot};

const ALPHA: f64 = 1e-6;

/// All pairs (pre, post), with repeats, in the order of the rows.
fn pairs(connector: &Connector) -> Vec<(u32, u32)> {
    let by_target = connector.orientation() == Orientation::ByTarget;
    let count = if by_target {
        connector.targets()
    } else {
        connector.sources()
    };
    let mut edges = Edges::default();
    connector.rows(0..count, &mut edges);
    let mut pairs = Vec::new();
    for (row, ends) in edges.offsets.windows(2).enumerate() {
        let others = &edges.others[ends[0]..ends[1]];
        assert!(others.is_sorted(), "row {row} does not ascend");
        let row = row as u32;
        pairs.extend(
            others
                .iter()
                .map(|&o| if by_target { (o, row) } else { (row, o) }),
        );
    }
    pairs
}

/// How often each key occurs.
fn tally(cells: usize, keys: impl Iterator<Item = usize>) -> Vec<u64> {
    let mut counts = vec![0; cells];
    for key in keys {
        counts[key] += 1;
    }
    counts
}

fn problem(connection: &Connection, sizes: (u32, u32), value: f64) -> ConnectProblem {
    let error = build(&plan(sizes.0, sizes.1, 1), connection, value).unwrap_err();
    assert_eq!(error.projection, "Net.syn");
    error.problem
}

/// Every rule, with and without its restrictions, on uneven selections.
fn zoo() -> Vec<(&'static str, Connector)> {
    let mut zoo = Vec::new();
    let plan = plan(70, 90, 11);
    let distance = || {
        own(vec![EdgeLoad::PreIndex, EdgeLoad::PostIndex], |b, v| {
            let sum = b.add(v[0], v[1]);
            let size = b.number(200.0);
            b.div(sum, size)
        })
    };
    let less = || {
        own(vec![EdgeLoad::PreIndex, EdgeLoad::PostIndex], |b, v| {
            let below = b.lt(v[0], v[1]);
            let (one, zero) = (b.number(1.0), b.number(0.0));
            b.select(below, one, zero)
        })
    };
    let rules: Vec<(&str, Rule, f64)> = vec![
        ("all_to_all", Rule::AllToAll, 0.0),
        ("fixed_probability", Rule::FixedProbability(slot()), 0.3),
        ("pairwise", Rule::FixedProbability(distance()), 0.0),
        ("fixed_indegree", Rule::FixedIndegree(slot()), 17.0),
        ("fixed_outdegree", Rule::FixedOutdegree(slot()), 17.0),
        ("fixed_total_number", Rule::FixedTotalNumber(slot()), 900.0),
        ("if", Rule::If(less()), 0.0),
        (
            "pairs",
            Rule::Pairs(vec![(2, 5), (2, 5), (9, 9), (60, 1)]),
            0.0,
        ),
    ];
    for (name, rule, value) in rules {
        for restricted in [false, true] {
            let mut connection = connection(&plan, rule.clone());
            connection.sources = vec![1..20, 25..26, 30..70];
            connection.targets = vec![0..33, 40..80];
            connection.without_self = restricted;
            connection.without_multapses = restricted;
            zoo.push((name, build(&plan, &connection, value).unwrap()));
        }
    }
    zoo
}

#[test]
fn rows_are_the_same_in_any_pieces() {
    for (name, connector) in zoo() {
        let count = match connector.orientation() {
            Orientation::BySource => connector.sources(),
            Orientation::ByTarget => connector.targets(),
        };
        let mut whole = Edges::default();
        connector.rows(0..count, &mut whole);
        let (mut piece, mut joined) = (Edges::default(), vec![Vec::new(); count as usize]);
        for length in [1, 7, 64] {
            let starts: Vec<u32> = (0..count).step_by(length).collect();
            for &start in starts.iter().rev() {
                let end = (start + length as u32).min(count);
                connector.rows(start..end, &mut piece);
                assert_eq!(piece.offsets.len() as u32, end - start + 1);
                for (row, ends) in (start..end).zip(piece.offsets.windows(2)) {
                    joined[row as usize] = piece.others[ends[0]..ends[1]].to_vec();
                }
            }
            assert_eq!(
                joined.concat(),
                whole.others,
                "{name} in pieces of {length}"
            );
        }
        let mut lengths = Vec::new();
        connector.row_lengths(0..count, &mut Edges::default(), &mut lengths);
        let expected: Vec<u32> = whole
            .offsets
            .windows(2)
            .map(|ends| (ends[1] - ends[0]) as u32)
            .collect();
        assert_eq!(lengths, expected, "{name}: lengths");
    }
}

#[test]
fn restrictions_and_selections_hold() {
    for (i, (name, connector)) in zoo().into_iter().enumerate() {
        let pairs = pairs(&connector);
        assert!(!pairs.is_empty(), "{name}");
        for &(from, to) in &pairs {
            assert!(
                (1..20).contains(&from) || from == 25 || (30..70).contains(&from),
                "{name}"
            );
            assert!((0..33).contains(&to) || (40..80).contains(&to), "{name}");
        }
        if i % 2 == 1 {
            assert!(
                pairs.iter().all(|(from, to)| from != to),
                "{name} without self"
            );
            let different: BTreeSet<_> = pairs.iter().collect();
            assert_eq!(different.len(), pairs.len(), "{name} without multapses");
        }
    }
}

#[test]
fn the_certain_rules_are_exact() {
    let plan = plan(5, 5, 1);
    let check = |rule, without_self, expected: &[(u32, u32)]| {
        let mut connection = connection(&plan, rule);
        connection.sources = vec![0..2, 4..5];
        connection.targets = vec![1..3, 4..5];
        connection.without_self = without_self;
        let connector = build(&plan, &connection, 1.0).unwrap();
        assert_eq!(pairs(&connector), expected);
        assert_eq!(connector.expected_edges(), expected.len() as f64);
    };
    check(Rule::OneToOne, false, &[(0, 1), (1, 2), (4, 4)]);
    check(Rule::OneToOne, true, &[(0, 1), (1, 2)]);
    let all = [
        (0, 1),
        (0, 2),
        (0, 4),
        (1, 1),
        (1, 2),
        (1, 4),
        (4, 1),
        (4, 2),
        (4, 4),
    ];
    let but_self: Vec<_> = all.iter().copied().filter(|(a, b)| a != b).collect();
    check(Rule::AllToAll, false, &all);
    check(Rule::AllToAll, true, &but_self);
    check(Rule::FixedProbability(slot()), false, &all); // p = 1
    check(Rule::FixedProbability(slot()), true, &but_self);
    check(Rule::If(slot()), false, &all);
    check(
        Rule::Pairs(vec![(4, 4), (0, 2), (0, 2)]),
        false,
        &[(0, 2), (0, 2), (4, 4)],
    );
}

#[test]
fn probability_zero_gives_nothing() {
    let plan = plan(50, 70_000, 1);
    let none = build(
        &plan,
        &connection(&plan, Rule::FixedProbability(slot())),
        0.0,
    )
    .unwrap();
    assert!(pairs(&none).is_empty());
    assert_eq!(none.expected_edges(), 0.0);
    let never = own(vec![EdgeLoad::PreIndex], |b, _| b.number(0.0));
    let none = connection(&plan, Rule::FixedProbability(never));
    let mut edges = Edges::default();
    build(&plan, &none, 0.0).unwrap().rows(0..1, &mut edges);
    assert!(edges.others.is_empty());
}

/// Numbers of edges a row against the binomial law, and targets against the even one, across
/// probabilities that use a short, a long and a cut table of skips, and across tiles.
#[test]
fn fixed_probability_is_binomial_and_even() {
    for (sources, targets, p) in [
        (4000u32, 800u32, 0.02),
        (2000, 500, 0.5),
        (1500, 300, 0.97),
        (600, 200_000, 2e-4),
    ] {
        let plan = plan(sources, targets, 5);
        let connector =
            build(&plan, &connection(&plan, Rule::FixedProbability(slot())), p).unwrap();
        let edges = pairs(&connector);
        let n = u64::from(sources) * u64::from(targets);
        let (low, high) = binomial_bounds(n, p, ALPHA);
        let count = edges.len() as u64;
        assert!(
            (low..=high).contains(&count),
            "{count} outside {low}..={high} at p = {p}"
        );
        assert!((connector.expected_edges() / (n as f64 * p) - 1.0).abs() < 1e-12);

        let mut cells = [0u64; 16];
        for &(_, to) in &edges {
            cells[(u64::from(to) * 16 / u64::from(targets)) as usize] += 1;
        }
        let sizes = (0..16u32).map(|c| {
            let edge = |c: u32| (u64::from(targets) * u64::from(c)).div_ceil(16);
            (edge(c + 1) - edge(c)) as f64
        });
        let expected: Vec<f64> = sizes
            .map(|size| size * count as f64 / f64::from(targets))
            .collect();
        chi_square(&cells, &expected, 0).assert_not_rejected("targets", ALPHA);

        // Row lengths in five bins by the binomial distribution of one row.
        let lengths = tally(
            sources as usize,
            edges.iter().map(|&(from, _)| from as usize),
        );
        let (mean, sd) = (
            f64::from(targets) * p,
            (f64::from(targets) * p * (1.0 - p)).sqrt(),
        );
        let cuts: Vec<u64> = [-1.0, -0.3, 0.3, 1.0]
            .iter()
            .map(|z| (mean + z * sd).max(0.0) as u64)
            .collect();
        let bin = |&l: &u64| cuts.partition_point(|&cut| cut < l);
        let observed = tally(5, lengths.iter().map(bin));
        let cdf: Vec<f64> = cuts
            .iter()
            .map(|&cut| binomial_cdf(cut, u64::from(targets), p))
            .collect();
        let expected: Vec<f64> = [0.0]
            .iter()
            .chain(&cdf)
            .zip(cdf.iter().chain(&[1.0]))
            .map(|(low, high)| (high - low) * f64::from(sources))
            .collect();
        chi_square(&observed, &expected, 0).assert_not_rejected("row lengths", ALPHA);
    }
}

/// Gaps between hits follow the geometric law: the first hits of many rows are told apart by
/// a chi-square over single gaps, which a table that is off by one anywhere would fail.
#[test]
fn skips_are_geometric() {
    for p in [0.7, 0.2, 0.03] {
        let plan = plan(40_000, 2000, 3);
        let connector =
            build(&plan, &connection(&plan, Rule::FixedProbability(slot())), p).unwrap();
        let mut edges = Edges::default();
        connector.rows(0..40_000, &mut edges);
        let cells = 12;
        let mut observed = vec![0u64; cells + 1];
        for ends in edges.offsets.windows(2) {
            let first = edges.others.get(ends[0]).copied().unwrap_or(u32::MAX);
            observed[(first as usize).min(cells)] += 1;
        }
        let mut expected: Vec<f64> = (0..cells)
            .map(|k| 40_000.0 * p * std::iter::repeat_n(1.0 - p, k).product::<f64>())
            .collect();
        expected.push(40_000.0 - expected.iter().sum::<f64>());
        let (merged, rest) = merge_small(&observed, &expected);
        chi_square(&merged, &rest, 0).assert_not_rejected("first gap", ALPHA);
    }
}

/// Joins the tail of cells until each expects at least ten.
fn merge_small(observed: &[u64], expected: &[f64]) -> (Vec<u64>, Vec<f64>) {
    let (mut cells, mut wanted) = (observed.to_vec(), expected.to_vec());
    while wanted.len() > 2 && wanted.last().is_some_and(|&last| last < 10.0) {
        let (cell, want) = (cells.pop().unwrap(), wanted.pop().unwrap());
        *cells.last_mut().unwrap() += cell;
        *wanted.last_mut().unwrap() += want;
    }
    (cells, wanted)
}

#[test]
fn pairs_with_their_own_probability_follow_it() {
    let plan = plan(300, 400, 8);
    // p = (pre + post)/1000
    let rule = Rule::FixedProbability(own(
        vec![EdgeLoad::PreIndex, EdgeLoad::PostIndex],
        |b, v| {
            let sum = b.add(v[0], v[1]);
            let scale = b.number(1000.0);
            b.div(sum, scale)
        },
    ));
    let connector = build(&plan, &connection(&plan, rule), 0.0).unwrap();
    let edges = pairs(&connector);
    let (mut expected, mut variance) = ([0.0; 10], [0.0; 10]);
    let cell = |from: u32, to: u32| ((from + to) / 70) as usize;
    let observed = tally(10, edges.iter().map(|&(from, to)| cell(from, to)));
    for from in 0..300 {
        for to in 0..400 {
            let p = f64::from(from + to) / 1000.0;
            expected[cell(from, to)] += p;
            variance[cell(from, to)] += p * (1.0 - p);
        }
    }
    for i in 0..10 {
        // 5.5 standard deviations of a sum of many independent hits: two-sided 4e-8 a cell.
        let off = (observed[i] as f64 - expected[i]).abs();
        assert!(
            off < 5.5 * variance[i].sqrt(),
            "cell {i}: {} {}",
            observed[i],
            expected[i]
        );
    }
    // Estimated from 4096 of 120,000 pairs at equal distances; p is linear, so far better than 5 %.
    let sum: f64 = expected.iter().sum();
    assert!((connector.expected_edges() / sum - 1.0).abs() < 0.05);
}

#[test]
fn fixed_degrees_are_fixed_and_even() {
    let plan = plan(50, 400, 2);
    let connector = build(
        &plan,
        &connection(&plan, Rule::FixedIndegree(slot())),
        100.0,
    )
    .unwrap();
    assert_eq!(connector.orientation(), Orientation::ByTarget);
    assert_eq!(connector.expected_edges(), 40_000.0);
    let edges = pairs(&connector);
    let (mut by_source, mut by_target) = (vec![0u64; 50], vec![0u64; 400]);
    for &(from, to) in &edges {
        by_source[from as usize] += 1;
        by_target[to as usize] += 1;
    }
    assert!(by_target.iter().all(|&n| n == 100));
    chi_square(&by_source, &[800.0; 50], 0).assert_not_rejected("sources", ALPHA);

    let out = build(
        &plan,
        &connection(&plan, Rule::FixedOutdegree(slot())),
        1000.0,
    )
    .unwrap();
    assert_eq!(out.orientation(), Orientation::BySource);
    let by_target = tally(400, pairs(&out).iter().map(|&(_, to)| to as usize));
    chi_square(&by_target, &[125.0; 400], 0).assert_not_rejected("targets", ALPHA);
}

/// All ten sets of three out of five sources are equally likely, drawn directly or by their absence.
#[test]
fn different_partners_are_every_set_alike() {
    let plan = plan(6, 20_000, 4);
    for degree in [2.0, 3.0] {
        let mut connection = connection(&plan, Rule::FixedIndegree(slot()));
        connection.without_multapses = true;
        connection.without_self = true;
        connection.sources = vec![0..2, 3..6];
        let connector = build(&plan, &connection, degree).unwrap();
        let mut edges = Edges::default();
        connector.rows(10..20_000, &mut edges);
        let mut sets = std::collections::BTreeMap::new();
        for ends in edges.offsets.windows(2) {
            *sets
                .entry(edges.others[ends[0]..ends[1]].to_vec())
                .or_insert(0u64) += 1;
        }
        assert_eq!(sets.len(), 10);
        let observed: Vec<u64> = sets.into_values().collect();
        chi_square(&observed, &[1999.0; 10], 0).assert_not_rejected("sets", ALPHA);
    }
    // As many as there are: everybody but oneself.
    let mut full = connection(&plan, Rule::FixedIndegree(slot()));
    full.without_multapses = true;
    full.targets = std::iter::once(6..20_000).collect();
    let mut edges = Edges::default();
    build(&plan, &full, 6.0).unwrap().rows(100..101, &mut edges);
    assert_eq!(edges.others, [0, 1, 2, 3, 4, 5]);
}

#[test]
fn degrees_may_differ_between_rows() {
    let plan = plan(30, 40, 4);
    let degree = own(vec![EdgeLoad::PostIndex], |b, v| {
        let two = b.number(2.0);
        b.mul(v[0], two)
    });
    let connector = build(&plan, &connection(&plan, Rule::FixedIndegree(degree)), 0.0).unwrap();
    let mut lengths = Vec::new();
    connector.row_lengths(0..40, &mut Edges::default(), &mut lengths);
    assert!(lengths.iter().enumerate().all(|(i, &n)| n == 2 * i as u32));
    assert_eq!(connector.expected_edges(), 1560.0);
}

#[test]
fn the_total_number_is_exact_and_every_pair_alike() {
    for without_multapses in [false, true] {
        let plan = plan(7, 9, 21);
        let mut observed = vec![0u64; 63];
        let seeds = 3000;
        for seed in 0..seeds {
            let mut plan = plan.clone();
            plan.seed = seed;
            let mut connection = connection(&plan, Rule::FixedTotalNumber(slot()));
            connection.without_self = true;
            connection.without_multapses = without_multapses;
            let edges = pairs(&build(&plan, &connection, 40.0).unwrap());
            assert_eq!(edges.len(), 40);
            for &(from, to) in &edges {
                observed[(from * 9 + to) as usize] += 1;
            }
        }
        let allowed: Vec<u64> = (0..63)
            .filter(|i| i / 9 != i % 9)
            .map(|i| observed[i as usize])
            .collect();
        assert_eq!(allowed.len(), 56);
        let mean = seeds as f64 * 40.0 / 56.0;
        // Without multapses the counts of pairs vary less than the law of chi-square assumes.
        chi_square(&allowed, &[mean; 56], 0).assert_not_rejected("pairs", ALPHA);
        assert_eq!(observed.iter().sum::<u64>(), allowed.iter().sum::<u64>());
    }
    let plan = plan(1000, 800, 3);
    let edges = pairs(
        &build(
            &plan,
            &connection(&plan, Rule::FixedTotalNumber(slot())),
            1_234_567.0,
        )
        .unwrap(),
    );
    assert_eq!(edges.len(), 1_234_567);
    let by_source = tally(1000, edges.iter().map(|&(from, _)| from as usize));
    chi_square(&by_source, &[1234.567; 1000], 0).assert_not_rejected("sources", ALPHA);
}

#[test]
fn draws_depend_on_seed_and_name_alone() {
    let base = plan(100, 100, 1);
    let rule = || Rule::FixedProbability(slot());
    let edges = |seed, stream: &str, targets: std::ops::Range<u32>| {
        let mut plan = base.clone();
        plan.seed = seed;
        let mut connection = connection(&plan, rule());
        connection.stream = stream.into();
        connection.targets = vec![targets];
        pairs(&build(&plan, &connection, 0.2).unwrap())
    };
    assert_eq!(edges(1, "a", 0..100), edges(1, "a", 0..100));
    assert_ne!(edges(1, "a", 0..100), edges(2, "a", 0..100));
    assert_ne!(edges(1, "a", 0..100), edges(1, "b", 0..100));
    // A row keeps its draws when other rows are chosen.
    let mut some = connection(&base, rule());
    some.stream = "a".into();
    some.sources = vec![40..45, 60..61];
    let mut all = edges(1, "a", 0..100);
    all.retain(|&(from, _)| (40..45).contains(&from) || from == 60);
    assert_eq!(pairs(&build(&base, &some, 0.2).unwrap()), all);
}

#[test]
fn weights_and_delays_belong_to_their_edge() {
    let plan = plan(40, 50, 6);
    let drawn = || {
        own(
            vec![
                EdgeLoad::PreIndex,
                EdgeLoad::Post(neuropil_ir::plan::BufferId(0)),
            ],
            |b, v| {
                let stream = b.draw("w", stream_key("Net.syn.w", 0));
                let u = b.drawn(stream);
                let sum = b.add(v[0], v[1]);
                b.add(sum, u)
            },
        )
    };
    let table = Table {
        slots: [(3, 60.0)].into(),
        arrays: [(0, (0..50).map(|i| f64::from(i) * 1000.0).collect())].into(),
    };
    let connector = |rule| {
        let mut connection = connection(&plan, rule);
        connection.weight = Some(drawn());
        connection.delay = Some(own(vec![EdgeLoad::PostIndex], |b, v| {
            let ms = b.number(0.05);
            b.mul(v[0], ms)
        }));
        connect_build(&connection, &plan, &table).unwrap()
    };
    // A multapse has draws of its own, whichever way the rows are generated.
    let mut by_edge = std::collections::BTreeMap::new();
    let indegree = connector(Rule::FixedIndegree(slot()));
    assert_eq!(indegree.weight(), EdgeValue::Own);
    assert_eq!(indegree.delay(), EdgeValue::Own);
    let mut edges = Edges::default();
    let mut fresh = BTreeSet::new();
    for post in 0..50 {
        indegree.rows(post..post + 1, &mut edges);
        assert_eq!(edges.weights.len(), 60);
        let mut copy = 0;
        for (i, &pre) in edges.others.iter().enumerate() {
            copy = if i > 0 && edges.others[i - 1] == pre {
                copy + 1
            } else {
                0
            };
            let weight = edges.weights[i];
            let whole = f64::from(pre) + 1000.0 * f64::from(post);
            assert!(weight > whole && weight < whole + 1.0);
            fresh.insert(weight.to_bits());
            by_edge.insert((pre, post, copy), weight);
            // 0.05 ms * post at 0.1 ms, a half upwards
            assert_eq!(edges.delays[i], post.div_ceil(2));
        }
    }
    assert_eq!(fresh.len(), 3000, "no two edges share a draw");
    let all = connector(Rule::AllToAll);
    all.rows(0..40, &mut edges);
    let mut compared = 0;
    for (pre, ends) in edges.offsets.windows(2).enumerate() {
        for (&post, weight) in edges.others[ends[0]..ends[1]]
            .iter()
            .zip(&edges.weights[ends[0]..ends[1]])
        {
            if let Some(other) = by_edge.get(&(pre as u32, post, 0)) {
                assert_eq!(other, weight);
                compared += 1;
            }
        }
    }
    assert!(compared > 1000);
}

#[test]
fn a_delay_that_is_none_is_noted_in_the_order_of_edges() {
    let plan = plan(10, 10, 1);
    let mut connection = connection(&plan, Rule::AllToAll);
    connection.delay = Some(own(vec![EdgeLoad::PreIndex], |b, v| {
        let six = b.number(6.0);
        b.sub(six, v[0])
    }));
    let connector = build(&plan, &connection, 0.0).unwrap();
    assert_eq!(connector.trouble(), None);
    let mut edges = Edges::default();
    connector.rows(8..10, &mut edges);
    connector.rows(0..8, &mut edges);
    assert_eq!(edges.delays[0], 60);
    let problem = RoundingError::Negative { time: -1.0 };
    assert_eq!(
        connector.trouble(),
        Some(ConnectProblem::PairDelay {
            from: 7,
            to: 0,
            problem
        })
    );
}

#[test]
fn shared_values_are_read_and_rounded() {
    let plan = plan(3, 3, 1);
    let mut connection = connection(&plan, Rule::AllToAll);
    connection.delay = Some(slot());
    connection.weight = Some(slot());
    let connector = build(&plan, &connection, 7.35).unwrap();
    assert_eq!(connector.delay(), EdgeValue::Shared(74));
    assert_eq!(connector.weight(), EdgeValue::Shared(7.35));
    connection.weight = None;
    assert_eq!(
        problem(&connection, (3, 3), -1.0),
        ConnectProblem::Delay(RoundingError::Negative { time: -1.0 })
    );
    connection.delay = None;
    connection.weight = Some(slot());
    assert!(matches!(
        problem(&connection, (3, 3), f64::INFINITY),
        ConnectProblem::Weight { value } if value == f64::INFINITY
    ));
}

#[test]
fn what_cannot_be_is_an_error() {
    let p = plan(10, 20, 1);
    let rule = |rule| connection(&p, rule);
    assert_eq!(
        problem(&rule(Rule::OneToOne), (10, 20), 0.0),
        ConnectProblem::SizesDiffer {
            sources: 10,
            targets: 20
        }
    );
    for value in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
        let found = problem(&rule(Rule::FixedProbability(slot())), (10, 20), value);
        assert!(
            matches!(found, ConnectProblem::Probability { .. }),
            "{value}: {found}"
        );
    }
    for value in [-1.0, 2.5, f64::NAN, 1e10] {
        for wrong in [Rule::FixedIndegree(slot()), Rule::FixedOutdegree(slot())] {
            let found = problem(&rule(wrong), (10, 20), value);
            assert!(
                matches!(found, ConnectProblem::Count { .. }),
                "{value}: {found}"
            );
        }
    }
    let mut empty = rule(Rule::FixedIndegree(slot()));
    empty.sources = vec![];
    assert!(matches!(
        problem(&empty, (10, 20), 1.0),
        ConnectProblem::Nobody {
            what: "in-degree",
            element: 0,
            wanted: 1
        }
    ));
    assert!(build(&p, &empty, 0.0).is_ok());
    let mut few = rule(Rule::FixedIndegree(slot()));
    few.without_multapses = true;
    assert!(build(&p, &few, 10.0).is_ok());
    assert!(matches!(
        problem(&few, (10, 20), 11.0),
        ConnectProblem::TooFewPartners {
            wanted: 11,
            available: 10,
            ..
        }
    ));
    few.without_self = true; // elements 0 to 9 lose one source, the others keep all
    assert!(matches!(
        problem(&few, (10, 20), 10.0),
        ConnectProblem::TooFewPartners {
            element: 0,
            wanted: 10,
            available: 9,
            ..
        }
    ));
    let mut total = rule(Rule::FixedTotalNumber(slot()));
    total.without_multapses = true;
    assert!(build(&p, &total, 200.0).is_ok());
    assert_eq!(
        problem(&total, (10, 20), 201.0),
        ConnectProblem::TooFewPairs {
            wanted: 201,
            available: 200
        }
    );
    total.targets = vec![];
    assert!(matches!(
        problem(&total, (10, 20), 1.0),
        ConnectProblem::TooFewPairs { .. }
    ));
    let other = own(vec![EdgeLoad::PreIndex], |_, v| v[0]);
    assert!(matches!(
        problem(&rule(Rule::FixedIndegree(other)), (10, 20), 0.0),
        ConnectProblem::OtherSide {
            what: "in-degree",
            side: "post"
        }
    ));
    let listed = Rule::Pairs(vec![(0, 0), (3, 20)]);
    assert_eq!(
        problem(&rule(listed), (10, 20), 0.0),
        ConnectProblem::PairOutside { from: 3, to: 20 }
    );
    let mut outside = rule(Rule::AllToAll);
    outside.targets = std::iter::once(5..21).collect();
    assert_eq!(
        problem(&outside, (10, 20), 0.0),
        ConnectProblem::ElementOutside {
            element: 20,
            size: 20
        }
    );
    let wrong = own(vec![EdgeLoad::PreIndex], |_, v| v[0]);
    let connector = build(&p, &rule(Rule::FixedProbability(wrong)), 0.0).unwrap();
    assert_eq!(
        pairs(&connector)
            .iter()
            .filter(|(from, _)| *from > 1)
            .count(),
        0
    );
    assert_eq!(
        connector.trouble(),
        Some(ConnectProblem::PairProbability {
            from: 2,
            to: 0,
            value: 2.0
        })
    );
    let EdgeQuantity::Own { kernel, slots, .. } = own(vec![], |b, _| b.number(1.0)) else {
        panic!("an own value");
    };
    let torn = EdgeQuantity::Own {
        kernel,
        loads: vec![EdgeLoad::PreIndex],
        slots,
    };
    let found = problem(&rule(Rule::FixedProbability(torn)), (10, 20), 0.0);
    assert!(matches!(found, ConnectProblem::Bindings { .. }));
}

#[test]
fn empty_populations_have_no_edges() {
    for (sources, targets) in [(0, 5), (5, 0), (0, 0)] {
        let plan = plan(sources, targets, 1);
        for rule in [
            Rule::AllToAll,
            Rule::FixedProbability(slot()),
            Rule::FixedTotalNumber(slot()),
            Rule::Pairs(vec![]),
            Rule::If(slot()),
        ] {
            let connector = build(&plan, &connection(&plan, rule), 0.0).unwrap();
            assert!(pairs(&connector).is_empty());
            assert_eq!(connector.expected_edges(), 0.0);
        }
    }
}
