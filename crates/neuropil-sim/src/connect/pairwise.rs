//! Rules that look at every pair: `if`, and `fixed_probability` with a value of its own a pair.

use std::ops::Range;

use neuropil_ir::connect::{Edges, Orientation, Pattern};

use super::connector::{Draws, RowRule, Trouble};
use super::error::ConnectProblem;
use super::fixed_probability::TILE;
use super::quantity::{EdgeEvaluator, Own};
use super::sides::Sides;

/// The most pairs that are evaluated to estimate the number of edges.
const SAMPLED_PAIRS: u64 = 4096;

/// Every pair for itself.
#[derive(Debug)]
pub(super) struct Pairwise {
    test: Test,
    draws: Draws,
    trouble: Trouble,
}

/// What decides about a pair.
#[derive(Debug)]
pub(super) enum Test {
    /// A probability.
    Probability(Box<Own>),
    /// A condition.
    Condition(Box<Own>),
    /// A condition that is the same for all.
    Always(bool),
}

impl Pairwise {
    pub(super) fn new(test: Test, draws: Draws, trouble: Trouble) -> Self {
        Self {
            test,
            draws,
            trouble,
        }
    }

    fn evaluator(&self) -> Option<EdgeEvaluator<'_>> {
        match &self.test {
            Test::Probability(own) | Test::Condition(own) => Some(own.evaluator()),
            Test::Always(_) => None,
        }
    }

    /// The probability that a pair is connected; what is none is noted and counts as 0.
    fn chance(&self, evaluator: &mut Option<EdgeEvaluator<'_>>, from: u32, to: u32) -> f64 {
        let value = evaluator
            .as_mut()
            .map(|evaluator| evaluator.value(from, to, 0));
        match (&self.test, value) {
            (Test::Probability(_), Some(value)) => {
                if (0.0..=1.0).contains(&value) {
                    return value;
                }
                self.trouble.note(
                    from,
                    to,
                    ConnectProblem::PairProbability { from, to, value },
                );
                0.0
            }
            (Test::Condition(_), Some(value)) => {
                if value.is_nan() {
                    self.trouble
                        .note(from, to, ConnectProblem::Condition { from, to, value });
                    return 0.0;
                }
                f64::from(u8::from(value != 0.0))
            }
            (Test::Always(holds), _) => f64::from(u8::from(*holds)),
            (_, None) => 0.0,
        }
    }
}

impl RowRule for Pairwise {
    fn pattern<'a>(&self, _: &'a Sides) -> Pattern<'a> {
        Pattern::Stored("its rule looks at every pair")
    }

    fn expected(&self, sides: &Sides) -> f64 {
        let (sources, targets) = (
            u64::from(sides.sources.len()),
            u64::from(sides.targets.len()),
        );
        let pairs = sources * targets;
        if pairs == 0 {
            return 0.0;
        }
        // Pairs at equal distances in the list of all pairs; all of them where there are few.
        let samples = pairs.min(SAMPLED_PAIRS);
        let mut evaluator = self.evaluator();
        let mut sum = 0.0;
        for sample in 0..samples {
            let pair = (u128::from(sample) * u128::from(pairs) / u128::from(samples)) as u64;
            let from = sides.sources.element((pair / targets) as u32).unwrap_or(0);
            let to = sides.targets.element((pair % targets) as u32).unwrap_or(0);
            if sides.allows(from, to) {
                sum += self.chance(&mut evaluator, from, to);
            }
        }
        sum / samples as f64 * pairs as f64
    }

    fn rows(&self, sides: &Sides, rows: Range<u32>, out: &mut Edges) {
        let mut evaluator = self.evaluator();
        for row in rows {
            if sides.sources.contains(row) {
                let mut tile = None;
                let mut stream = self.draws.row(row, 0, out.generator);
                for target in sides.targets.iter() {
                    if tile != Some(target / TILE) {
                        tile = Some(target / TILE);
                        stream = self.draws.row(row, target / TILE, out.generator);
                    }
                    // One draw a candidate, also where it decides nothing: pairs stay independent
                    // of the values of the pairs before them.
                    let drawn = match self.test {
                        Test::Probability(_) => stream.next_f64(),
                        _ => 0.5,
                    };
                    if sides.allows(row, target) && drawn < self.chance(&mut evaluator, row, target)
                    {
                        out.others.push(target);
                    }
                }
            }
            out.offsets.push(out.others.len());
        }
    }

    fn row_length(&self, sides: &Sides, row: u32) -> Option<u32> {
        match self.test {
            Test::Always(false) => Some(0),
            Test::Always(true) if sides.sources.contains(row) => {
                Some(sides.partners(Orientation::BySource, row).len())
            }
            _ => None,
        }
    }
}
