//! `fixed_probability` with one probability: skips from hit to hit.

use std::ops::Range;

use neuropil_ir::connect::{Edges, Orientation, Pattern};
use neuropil_ir::draw::{GROUP_WORDS, Generator, uniform_f64};
use neuropil_ir::skips::{SKIPS, SkipLaw};

use super::connector::{Draws, RowRule, likely};
use super::error::ConnectProblem;
use super::sides::Sides;

/// Targets of one sequence of draws; an owner of targets never needs more than its own tiles.
pub(super) const TILE: u32 = 65_536;

/// The most parts of a guide table: 128 KiB.
const MOST_PARTS: usize = 65_536;

/// Every pair independently, with the same probability.
#[derive(Debug)]
pub(super) struct FixedProbability {
    probability: f64,
    skips: Skips,
    draws: Draws,
}

impl FixedProbability {
    pub(super) fn new(probability: f64, draws: Draws) -> Result<Self, ConnectProblem> {
        if !(0.0..=1.0).contains(&probability) {
            return Err(ConnectProblem::Probability { value: probability });
        }
        Ok(Self {
            probability,
            skips: Skips::new(probability),
            draws,
        })
    }

    /// The hits of a row among the targets of a tile.
    fn tile(&self, row: u32, tile: &Tile, generator: Generator, out: &mut Vec<u32>) {
        let mut stream = self.draws.row(row, tile.number, generator);
        // Counted from the first place of the tile.
        let mut place = 0;
        while place < tile.places
            && let Some(words) = stream.next_group()
        {
            let mut skips = [0; SKIPS];
            if self.skips.of_words(words, generator, &mut skips) {
                let mut hits = [0; SKIPS];
                for (hit, skip) in hits.iter_mut().zip(skips) {
                    place += skip;
                    *hit = place;
                    place += 1;
                }
                let mut inside = 0;
                for hit in &mut hits {
                    inside += u32::from(*hit < tile.places);
                    *hit = tile.first.wrapping_add(*hit);
                }
                // All are copied, as that takes no loop, and what lies behind the tile is dropped.
                let end = out.len() + inside as usize;
                out.extend_from_slice(&hits);
                out.truncate(end);
                continue;
            }
            for u in uniforms(words) {
                match self.skips.find(u) {
                    None => place += self.skips.most(),
                    Some(skip) => {
                        place += skip;
                        if place < tile.places {
                            out.push(tile.first + place);
                        }
                        place += 1;
                    }
                }
            }
        }
    }

    /// The tiles of the chosen targets below an end, and in each the places below it.
    fn tiles(sides: &Sides, numbers: Range<u32>, end: u32) -> impl Iterator<Item = Tile> {
        let below = move |target: u32| sides.targets.count_below(target.min(end));
        numbers.map(move |number| {
            let first = below(number * TILE);
            let end = below((number * TILE).saturating_add(TILE));
            Tile {
                number,
                first,
                places: end - first,
            }
        })
    }
}

/// Neighbouring targets with a sequence of draws of their own.
#[derive(Debug)]
struct Tile {
    number: u32,
    /// The first place among the chosen targets, and the number of places.
    first: u32,
    places: u32,
}

/// Turns the places of a row into targets and leaves the row's own element out, if it must not be.
fn finish(sides: &Sides, row: u32, start: usize, out: &mut Vec<u32>) {
    let hits = &mut out[start..];
    match sides.targets.ranges() {
        [range] => {
            let first = range.start;
            if first > 0 {
                for place in &mut *hits {
                    *place += first;
                }
            }
        }
        _ => hits
            .iter_mut()
            .for_each(|place| *place = sides.targets.element(*place).unwrap_or(0)),
    }
    if sides.no_self
        && let Ok(at) = hits.binary_search(&row)
    {
        out.remove(start + at);
    }
}

impl RowRule for FixedProbability {
    fn pattern<'a>(&self, _: &'a Sides) -> Pattern<'a> {
        Pattern::ByRow
    }

    fn expected(&self, sides: &Sides) -> f64 {
        self.probability * sides.pairs() as f64
    }

    fn rows(&self, sides: &Sides, rows: Range<u32>, out: &mut Edges) {
        let end = sides.targets.end();
        let tiles: Vec<_> = Self::tiles(sides, 0..end.div_ceil(TILE), end).collect();
        for row in rows {
            if self.probability > 0.0 && sides.sources.contains(row) {
                let start = out.others.len();
                for tile in &tiles {
                    self.tile(row, tile, out.generator, &mut out.others);
                }
                finish(sides, row, start, &mut out.others);
            }
            out.offsets.push(out.others.len());
        }
    }

    fn row_between(&self, sides: &Sides, row: u32, others: Range<u32>, out: &mut Edges) {
        if self.probability > 0.0 && sides.sources.contains(row) {
            // A tile is drawn from its start on, and no further than the last of the others.
            let end = others.end.min(sides.targets.end());
            for tile in Self::tiles(sides, others.start / TILE..end.div_ceil(TILE), end) {
                self.tile(row, &tile, out.generator, &mut out.others);
            }
            finish(sides, row, 0, &mut out.others);
            let before = out.others.partition_point(|&other| other < others.start);
            out.others.drain(..before);
        }
    }

    fn room(&self, sides: &Sides, rows: Range<u32>, others: Range<u32>) -> Option<u64> {
        let orientation = Orientation::BySource;
        let targets = f64::from(sides.targets.len()) * sides.share(orientation, &others);
        let pairs = f64::from(sides.rows_in(orientation, &rows)) * targets;
        Some(likely(self.probability * pairs).min(pairs.ceil() as u64))
    }
}

/// The number of failures before a success, drawn by inversion.
///
/// # Equation
/// `P(skip >= k) = q^k` with q = 1 - p, so the skip of a uniform u is the k with
/// `q^(k+1) <= u < q^k`. The powers are made by multiplication alone, to a few units in 1e-12, and
/// looked up through a guide table, so that no logarithm is needed and the bits are the same
/// everywhere. Beyond the last power (probability e^-8, or a whole tile) the failures so far are
/// taken and the draw is repeated: what comes next does not depend on them.
///
/// # Source
/// Guide tables: H. C. Chen, Y. Asau (1974), On generating random variates from an empirical
/// distribution, AIIE Transactions 6:163, doi:10.1080/05695557408974949.
#[derive(Debug)]
struct Skips {
    /// `q^1, q^2, …`
    powers: Vec<f64>,
    /// For each of equal parts of the unit interval: the smallest skip of its numbers.
    guide: Vec<u16>,
    /// Estimates most skips without the table.
    law: SkipLaw,
}

impl Skips {
    fn new(probability: f64) -> Self {
        let wanted = (8.0 / probability).ceil(); // infinite at 0: never drawn from
        Self::with_length(probability, wanted.clamp(1.0, f64::from(TILE)) as usize)
    }

    /// A table of some length; a shorter one draws more often.
    fn with_length(probability: f64, length: usize) -> Self {
        let failure = 1.0 - probability;
        let powers: Vec<f64> = std::iter::successors(Some(failure), |power| Some(power * failure))
            .take(length)
            .collect();
        // So fine that most parts hold one skip only: no search, and a branch that is foreseen.
        let parts = (16 * length).next_power_of_two().clamp(64, MOST_PARTS);
        let mut skip = 0;
        let mut guide: Vec<u16> = (0..parts)
            .rev()
            .map(|part| {
                let upper = (part + 1) as f64 / parts as f64;
                while powers.get(skip).is_some_and(|&power| power >= upper) {
                    skip += 1;
                }
                skip.min(usize::from(u16::MAX)) as u16
            })
            .collect();
        guide.reverse();
        // Above a half there are so few powers that the table is as fast.
        let law = if probability < 0.5 {
            SkipLaw::new(logarithm_of_failure(probability), length)
        } else {
            SkipLaw::default()
        };
        Self { powers, guide, law }
    }

    /// The number of failures that stand for "at least so many".
    fn most(&self) -> u32 {
        self.powers.len() as u32
    }

    /// The skip of a uniform number, below [`Skips::most`], or `None` for at least so many.
    fn find(&self, u: f64) -> Option<u32> {
        let mut skip = usize::from(self.guide[(u * self.guide.len() as f64) as usize]);
        while *self.powers.get(skip)? > u {
            skip += 1;
        }
        Some(skip as u32)
    }

    /// The skips of all uniform numbers of a group; false if one of them is none.
    ///
    /// Most are the whole part of a quotient of short logarithms. Where that is so close to a whole
    /// number that its error could matter, the table decides.
    fn of_words(
        &self,
        words: &[u32; GROUP_WORDS],
        generator: Generator,
        skips: &mut [u32; SKIPS],
    ) -> bool {
        let mut doubtful = [0; SKIPS];
        generator.estimate(self.law, words, skips, &mut doubtful);
        if doubtful.iter().fold(0, |any, &one| any | one) != 0 {
            for (i, skip) in skips.iter_mut().enumerate() {
                if doubtful[i] != 0 {
                    let words = [words[2 * i], words[2 * i + 1], 0, 0];
                    let Some(found) = self.find(uniform_f64(words)) else {
                        return false;
                    };
                    *skip = found;
                }
            }
        }
        true
    }
}

/// `ln(1 - p)` for a p below a half, by the series of `artanh`.
fn logarithm_of_failure(p: f64) -> f64 {
    let s = p / (2.0 - p);
    let mut power = s;
    let mut sum = 0.0;
    for n in (1..60).step_by(2) {
        sum += power / f64::from(n);
        power *= s * s;
    }
    -2.0 * sum
}

/// The uniform numbers of a group, in their order.
fn uniforms(words: &[u32; GROUP_WORDS]) -> impl Iterator<Item = f64> {
    let pairs = words.as_chunks::<2>().0;
    pairs
        .iter()
        .map(|&[high, low]| uniform_f64([high, low, 0, 0]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use neuropil_ir::connect::Rule;
    use neuropil_ir::draw::Stream;
    use neuropil_testkit::stats::{binomial_bounds, chi_square};

    use crate::testing::{connection, plan, slot};

    /// The short logarithms against the table, at every probability and at numbers of all sizes.
    #[test]
    fn quotients_of_logarithms_are_what_the_table_says() {
        let mut stream = Stream::new(5, 6, 7);
        for p in [0.49, 0.3, 0.1, 0.02, 1e-3, 2e-4, 1e-5, 1e-9, 0.5, 0.9, 1.0] {
            let skips = Skips::new(p);
            for group in 0..4000 {
                let mut words: [u32; GROUP_WORDS] = std::array::from_fn(|_| stream.next_u32());
                if group % 2 == 1 {
                    // Next to the powers, where the logarithm cannot tell.
                    for pair in words.as_chunks_mut::<2>().0 {
                        let power = skips.powers[pair[0] as usize % skips.powers.len()];
                        let bits = (power * (1_u64 << 52) as f64) as u64;
                        let bits = (bits + u64::from(pair[1] % 3)).saturating_sub(1) << 12;
                        *pair = [(bits >> 32) as u32, bits as u32];
                    }
                }
                let mut found = [0; SKIPS];
                let expected: Vec<_> = uniforms(&words).map(|u| skips.find(u)).collect();
                if skips.of_words(&words, Generator::default(), &mut found) {
                    assert_eq!(found.map(Some)[..], expected, "p = {p}");
                } else {
                    assert!(expected.contains(&None), "p = {p}");
                }
            }
        }
    }

    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "the platform's logarithm is the reference"
    )]
    fn logarithms_of_failures_are_those_of_the_platform() {
        for p in [1e-9, 2e-4, 0.1, 0.49] {
            let found = logarithm_of_failure(p);
            assert!((found / (-p).ln_1p() - 1.0).abs() < 1e-14, "{p}: {found}");
        }
    }

    /// A table that almost always runs out must give the same law as one that almost never does.
    #[test]
    fn running_out_of_the_table_changes_nothing() {
        let (p, targets, rows) = (0.1, 64, 20_000);
        let plan = plan(rows, targets, 1);
        let sides = Sides::new(
            &connection(&plan, Rule::FixedProbability(slot())),
            rows,
            targets,
        )
        .unwrap();
        let mut rule = FixedProbability::new(p, Draws::new(1, "test")).unwrap();
        rule.skips = Skips::with_length(p, 2);
        let mut edges = Edges {
            offsets: vec![0],
            ..Edges::default()
        };
        rule.rows(&sides, 0..rows, &mut edges);
        let (low, high) = binomial_bounds(u64::from(rows * targets), p, 1e-6);
        let count = edges.others.len() as u64;
        assert!(
            (low..=high).contains(&count),
            "{count} outside {low}..={high}"
        );
        let mut by_target = vec![0u64; targets as usize];
        for &target in &edges.others {
            by_target[target as usize] += 1;
        }
        let mean = count as f64 / f64::from(targets);
        chi_square(&by_target, &vec![mean; targets as usize], 0)
            .assert_not_rejected("targets", 1e-6);
    }
}
