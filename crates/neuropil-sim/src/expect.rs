//! Assertions of a text on its own run: what was found, and whether it is what was expected.

use neuropil_ir::program::{Condition, Expect, Measure, MeasureBinary, Program};
use neuropil_syntax::Span;

use crate::measure::{NoValue, Probes, Values};

/// What became of an assertion.
///
/// # Units
/// All values are in [`Outcome::unit`].
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The text as the user wrote it.
    pub text: String,
    /// Its place.
    pub span: Span,
    /// The value found; `None` if there is none.
    ///
    /// Of a comparison it is the left side.
    pub value: Option<f64>,
    /// The values it is held against: the two ends of `in`, or the right side of a comparison twice.
    pub bounds: Option<(f64, f64)>,
    /// The unit; empty for numbers.
    pub unit: String,
    /// Whether the assertion holds; `None` where what it needs was not recorded, which is neither.
    pub pass: Option<bool>,
    /// Why there is no value.
    pub reason: Option<NoValue>,
}

/// Watches a run for its assertions.
#[derive(Clone, Debug)]
pub struct Watch {
    expects: Vec<Expect>,
    probes: Probes,
}

impl Watch {
    /// Prepares to watch for the assertions of a program.
    pub fn new(program: &Program) -> Self {
        let expects = program.expects.clone();
        let probes = Probes::new(program, expects.iter().flat_map(measures));
        Self { expects, probes }
    }

    /// What watches the recordings.
    pub fn probes_mut(&mut self) -> &mut Probes {
        &mut self.probes
    }

    /// What has become of each assertion by now, in the order of the text.
    pub fn outcomes(&self) -> Vec<Outcome> {
        let mut values = self.probes.values();
        self.expects
            .iter()
            .map(|expect| outcome(expect, &mut values))
            .collect()
    }
}

/// The expressions of an assertion in the order in which [`outcome`] reads them.
fn measures(expect: &Expect) -> Vec<&Measure> {
    match (&expect.condition, &expect.value) {
        (Condition::In(low, high), value) => vec![value, low, high],
        (Condition::True, Measure::Binary(op, left, right)) if compares(*op) => vec![left, right],
        (Condition::True, value) => vec![value],
    }
}

fn compares(op: MeasureBinary) -> bool {
    use MeasureBinary::{Eq, Ge, Gt, Le, Lt, Ne};
    matches!(op, Lt | Le | Gt | Ge | Eq | Ne)
}

fn outcome(expect: &Expect, values: &mut Values<'_>) -> Outcome {
    // The walk must pass all expressions of this assertion, whatever becomes of the first ones.
    let found: Vec<_> = measures(expect)
        .into_iter()
        .map(|m| values.next(m))
        .collect();
    let reason = found.iter().find_map(|value| value.as_ref().err().cloned());
    let number = |i: usize| found.get(i).and_then(|value| value.as_ref().ok().copied());
    let value = number(0);
    let (bounds, pass) = match (&expect.condition, &expect.value, found.len()) {
        (Condition::In(..), _, _) => {
            let bounds = number(1).zip(number(2));
            let pass = value
                .zip(bounds)
                .is_some_and(|(v, (low, high))| low <= v && v <= high);
            (bounds, pass)
        }
        (Condition::True, Measure::Binary(op, ..), 2) => {
            let pass = value.zip(number(1)).is_some_and(|(a, b)| match op {
                MeasureBinary::Lt => a < b,
                MeasureBinary::Le => a <= b,
                MeasureBinary::Gt => a > b,
                MeasureBinary::Ge => a >= b,
                MeasureBinary::Eq => a == b,
                _ => a != b,
            });
            (number(1).map(|b| (b, b)), pass)
        }
        (Condition::True, _, _) => (None, value.is_some_and(|v| v != 0.0)),
    };
    Outcome {
        text: expect.text.clone(),
        span: expect.span,
        value: value.map(|v| v * expect.scale),
        bounds: bounds.map(|(low, high)| (low * expect.scale, high * expect.scale)),
        unit: expect.unit.clone(),
        pass: (reason != Some(NoValue::NothingRecorded)).then_some(pass && reason.is_none()),
        reason,
    }
}
