//! The edges of every rule, pinned by a hash: a matrix must never change, however it is drawn.
//!
//! The hashes were taken from the first implementation, which drew one Philox block at a time. The
//! same rules then show that unordered rows hold the same edges, and that edges fit in their room.

use neuropil_ir::connect::{
    Connection, Connectivity, EdgeLoad, EdgeQuantity, EdgeValue, Edges, Orientation, Rule,
};

use crate::testing::{build, connection, own, plan, slot};

/// FNV-1a of 64 bits over little-endian words.
#[derive(Clone, Copy)]
struct Hash(u64);

impl Hash {
    fn new() -> Self {
        Self(0xCBF2_9CE4_8422_2325)
    }

    fn add(&mut self, word: u64) {
        for byte in word.to_le_bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3);
        }
    }
}

/// The hash of all rows, asked for in pieces of 37.
fn hash(connection: &Connection, sizes: (u32, u32), value: f64) -> u64 {
    let connector = build(&plan(sizes.0, sizes.1, 23), connection, value).unwrap();
    let rows = match connector.orientation() {
        Orientation::BySource => sizes.0,
        Orientation::ByTarget => sizes.1,
    };
    let mut hash = Hash::new();
    let mut edges = Edges::default();
    for start in (0..rows).step_by(37) {
        let end = rows.min(start + 37);
        connector.rows(start..end, &mut edges);
        for (row, ends) in (start..end).zip(edges.offsets.windows(2)) {
            hash.add(u64::from(row) << 32 | (ends[1] - ends[0]) as u64);
            for entry in ends[0]..ends[1] {
                hash.add(u64::from(edges.others[entry]));
                if connector.weight() == EdgeValue::Own {
                    hash.add(edges.weights[entry].to_bits());
                }
                if connector.delay() == EdgeValue::Own {
                    hash.add(u64::from(edges.delays[entry]));
                }
            }
        }
    }
    hash.0
}

/// `(pre + post) / 500`.
fn sum() -> EdgeQuantity {
    own(vec![EdgeLoad::PreIndex, EdgeLoad::PostIndex], |b, v| {
        let sum = b.add(v[0], v[1]);
        let size = b.number(500.0);
        b.div(sum, size)
    })
}

/// A uniform number of the edge's own, from `low` to `low + width`.
fn uniform(stream: u64, low: f64, width: f64) -> EdgeQuantity {
    own(vec![], |b, _| {
        let stream = b.draw("edge", stream);
        let draw = b.drawn(stream);
        let (low, width) = (b.number(low), b.number(width));
        let scaled = b.mul(draw, width);
        b.add(low, scaled)
    })
}

/// A rule on populations of given sizes, with what its shared number is.
struct Case {
    name: &'static str,
    rule: Rule,
    value: f64,
    sizes: (u32, u32),
}

fn cases() -> Vec<Case> {
    let case = |name, rule, value, sizes| Case {
        name,
        rule,
        value,
        sizes,
    };
    let probability = || Rule::FixedProbability(slot());
    let pairs = vec![(2, 5), (2, 5), (9, 9), (60, 1)];
    vec![
        case("one_to_one", Rule::OneToOne, 0.0, (140, 140)),
        case("all_to_all", Rule::AllToAll, 0.0, (70, 90)),
        case("pairs", Rule::Pairs(pairs), 0.0, (70, 90)),
        case("probability 0.3", probability(), 0.3, (200, 900)),
        case("probability 0.02", probability(), 0.02, (300, 9000)),
        case("probability 1", probability(), 1.0, (70, 90)),
        case("probability 0", probability(), 0.0, (70, 90)),
        // Several tiles of targets; short rows; a table that is cut off.
        case("probability 1e-3", probability(), 1e-3, (80, 150_000)),
        case("probability 2e-4", probability(), 2e-4, (150, 200_000)),
        case("probability 1e-5", probability(), 1e-5, (900, 150_000)),
        case("probability 3e-9", probability(), 3e-9, (3000, 150_000)),
        case("pairwise", Rule::FixedProbability(sum()), 0.0, (150, 200)),
        case("if", Rule::If(uniform(5, -0.5, 1.5)), 0.0, (150, 200)),
        case("indegree 17", Rule::FixedIndegree(slot()), 17.0, (900, 200)),
        case(
            "indegree 800",
            Rule::FixedIndegree(slot()),
            800.0,
            (5000, 90),
        ),
        case(
            "outdegree 17",
            Rule::FixedOutdegree(slot()),
            17.0,
            (200, 900),
        ),
        case(
            "outdegree 800",
            Rule::FixedOutdegree(slot()),
            800.0,
            (90, 5000),
        ),
        case(
            "outdegree, wide",
            Rule::FixedOutdegree(slot()),
            90.0,
            (90, 300_000),
        ),
        case("total", Rule::FixedTotalNumber(slot()), 9000.0, (300, 400)),
    ]
}

/// All elements; uneven selections; those without self-connections and multapses.
fn variants(case: &Case) -> [Connection; 3] {
    let plan = plan(case.sizes.0, case.sizes.1, 23);
    let whole = connection(&plan, case.rule.clone());
    let mut chosen = whole.clone();
    let (sources, targets) = case.sizes;
    if !matches!(case.rule, Rule::Pairs(_)) {
        chosen.sources = vec![1..20, 25..26, 30..sources - 10];
        chosen.targets = vec![1..20, 25..26, 30..targets - 10];
    }
    let mut restricted = chosen.clone();
    restricted.without_self = true;
    restricted.without_multapses = true;
    [whole, chosen, restricted]
}

#[test]
fn no_rule_ever_changes_an_edge() {
    let found: Vec<(&str, [u64; 3])> = cases()
        .iter()
        .map(|case| {
            let hashes = variants(case).map(|connection| hash(&connection, case.sizes, case.value));
            (case.name, hashes)
        })
        .collect();
    assert_eq!(found, PINNED);
}

/// Rows in any order hold the edges of the rows in order, and pieces of the matrix fit in the room
/// that is foreseen, which is little more than what they need.
#[test]
fn unordered_rows_and_room_agree_with_the_rows() {
    for case in cases() {
        for connection in variants(&case) {
            let plan = plan(case.sizes.0, case.sizes.1, 23);
            let connector = build(&plan, &connection, case.value).unwrap();
            let (rows, others) = match connector.orientation() {
                Orientation::BySource => case.sizes,
                Orientation::ByTarget => (case.sizes.1, case.sizes.0),
            };
            let (mut ordered, mut unordered) = (Edges::default(), Edges::default());
            connector.rows(0..rows, &mut ordered);
            connector.rows_unordered(0..rows, &mut unordered);
            for ends in unordered.offsets.windows(2) {
                unordered.others[ends[0]..ends[1]].sort_unstable();
            }
            assert_eq!(ordered, unordered, "{}", case.name);
            let row_cuts = [0, rows / 3, rows / 3 + 1, rows];
            let other_cuts = [0, others / 5, others / 2, others];
            for rows in row_cuts.windows(2).map(|cut| cut[0]..cut[1]) {
                let ends = ordered.offsets[rows.start as usize]..ordered.offsets[rows.end as usize];
                let edges = &ordered.others[ends];
                for others in other_cuts.windows(2).map(|cut| cut[0]..cut[1]) {
                    let Some(room) = connector.room(rows.clone(), others.clone()) else {
                        assert!(["pairwise", "if"].contains(&case.name), "{}", case.name);
                        continue;
                    };
                    let count = edges.iter().filter(|other| others.contains(other)).count() as u64;
                    assert!(count <= room, "{}: {count} in {room}", case.name);
                    // Sixteen standard deviations: eight below the mean are as rare as eight above.
                    let most = count as f64 + 16.0 * (count as f64).sqrt() + 200.0;
                    let wasted = connection.without_self && room <= count + u64::from(others.end);
                    assert!(
                        room as f64 <= most || wasted,
                        "{}: {count} in {room}",
                        case.name
                    );
                }
            }
        }
    }
}

/// Weights and delays of edges, whose draws depend on the edge and its repetition.
#[test]
fn no_rule_ever_changes_a_weight_or_delay() {
    let rules = [
        (Rule::FixedProbability(slot()), 0.1),
        (Rule::FixedIndegree(slot()), 150.0),
        (Rule::FixedOutdegree(slot()), 150.0),
    ];
    let found = rules.map(|(rule, value)| {
        let plan = plan(300, 400, 23);
        let mut connection = connection(&plan, rule);
        connection.weight = Some(uniform(1, -3.0, 5.0));
        let weighted = hash(&connection, (300, 400), value);
        connection.delay = Some(uniform(2, 0.0, 20.0));
        let both = hash(&connection, (300, 400), value);
        connection.weight = None;
        [weighted, both, hash(&connection, (300, 400), value)]
    });
    assert_eq!(found, PINNED_VALUES);
}

const PINNED: [(&str, [u64; 3]); 19] = [
    (
        "one_to_one",
        [
            0x0F6E_B2D6_7E39_8105,
            0x83AE_3CA3_08AD_8BBC,
            0x2427_4559_18EA_7EA5,
        ],
    ),
    (
        "all_to_all",
        [
            0x73A8_8680_3F3D_E514,
            0x501D_42B7_F92F_3754,
            0x62AF_BBED_EC0B_776C,
        ],
    ),
    (
        "pairs",
        [
            0xC654_B734_9390_A15E,
            0xC654_B734_9390_A15E,
            0xE7E1_118C_31F2_EC90,
        ],
    ),
    (
        "probability 0.3",
        [
            0x89BA_525F_0B06_6BCE,
            0xFB4D_E0DC_F704_514D,
            0x78F4_D9C3_879F_8BFE,
        ],
    ),
    (
        "probability 0.02",
        [
            0xFE95_9611_6568_F561,
            0xC8C9_FC1B_ED4B_5310,
            0x218B_AA7D_BD7F_B7CA,
        ],
    ),
    (
        "probability 1",
        [
            0x73A8_8680_3F3D_E514,
            0x501D_42B7_F92F_3754,
            0x62AF_BBED_EC0B_776C,
        ],
    ),
    (
        "probability 0",
        [
            0xAA6E_7864_EABE_2354,
            0xAA6E_7864_EABE_2354,
            0xAA6E_7864_EABE_2354,
        ],
    ),
    (
        "probability 1e-3",
        [
            0x3CD7_A804_3B13_ED74,
            0x2158_5593_C4C2_65F0,
            0x2158_5593_C4C2_65F0,
        ],
    ),
    (
        "probability 2e-4",
        [
            0xCC1C_B2CD_8920_1D9E,
            0x8037_AD68_6E9C_92DA,
            0x8037_AD68_6E9C_92DA,
        ],
    ),
    (
        "probability 1e-5",
        [
            0xEAD1_5DF0_2CC5_F81F,
            0x36F9_971A_52DA_FCA1,
            0x36F9_971A_52DA_FCA1,
        ],
    ),
    (
        "probability 3e-9",
        [
            0x0B3A_986A_4C2D_4EF5,
            0x0B3A_986A_4C2D_4EF5,
            0x0B3A_986A_4C2D_4EF5,
        ],
    ),
    (
        "pairwise",
        [
            0x423D_8C95_1542_AE48,
            0xABD0_0F96_0038_CF89,
            0x9B8C_F801_6A59_78B1,
        ],
    ),
    (
        "if",
        [
            0x1336_D487_4CAF_9F54,
            0x9D9F_A42A_A136_4434,
            0x922E_FC43_2C62_08AC,
        ],
    ),
    (
        "indegree 17",
        [
            0x412C_5DC7_CD60_1492,
            0x304E_FC3E_13CD_9A32,
            0x14DB_D247_D88F_F30C,
        ],
    ),
    (
        "indegree 800",
        [
            0x11CA_D4E6_72C2_019D,
            0xE9C1_971E_0643_FE8C,
            0x2732_1ECE_66FF_3247,
        ],
    ),
    (
        "outdegree 17",
        [
            0x412C_5DC7_CD60_1492,
            0x304E_FC3E_13CD_9A32,
            0x14DB_D247_D88F_F30C,
        ],
    ),
    (
        "outdegree 800",
        [
            0x11CA_D4E6_72C2_019D,
            0xE9C1_971E_0643_FE8C,
            0x2732_1ECE_66FF_3247,
        ],
    ),
    (
        "outdegree, wide",
        [
            0xEFEF_E7A0_9820_2264,
            0x6D52_5837_E75C_E455,
            0xAD87_96B2_ECEB_0A24,
        ],
    ),
    (
        "total",
        [
            0x5F5E_137A_EF0A_549F,
            0x2F89_4847_2AD6_706F,
            0xCA44_5629_5DF9_AEF1,
        ],
    ),
];

const PINNED_VALUES: [[u64; 3]; 3] = [
    [
        0xBC46_3414_E3B7_A2F2,
        0x84E2_805E_870A_468D,
        0x8B8D_1514_F284_22CD,
    ],
    [
        0x6CF4_F751_381E_EACE,
        0xE406_CF1E_7F6C_EAB3,
        0xF392_402D_3E2A_8909,
    ],
    [
        0x5265_9461_ACB0_9562,
        0x8D1D_6190_E8FE_6BA8,
        0x4EF6_8AE9_1BED_BAAA,
    ],
];
