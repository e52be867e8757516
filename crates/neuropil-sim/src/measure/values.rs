//! The values of the expressions that were watched for.

use neuropil_ir::program::{Measure, MeasureBinary, MeasureUnary};

use super::probes::State;
use super::{NoValue, Probes};

/// Reads the values of the expressions that [`Probes`] watched for, one after another.
#[derive(Clone, Debug)]
pub struct Values<'a> {
    probes: &'a Probes,
    next: usize,
}

impl<'a> Values<'a> {
    /// Starts at the first expression.
    pub(super) fn new(probes: &'a Probes) -> Self {
        Self { probes, next: 0 }
    }

    /// The value of the next expression, in internal units.
    ///
    /// # Errors
    /// [`NoValue`] with the reason. All leaves are passed in any case, so the next call reads the
    /// next expression.
    pub fn next(&mut self, measure: &Measure) -> Result<f64, NoValue> {
        let value = match measure {
            Measure::Number(value) => Ok(*value),
            Measure::Unary(op, a) => self.next(a).map(|a| unary(*op, a)),
            Measure::Binary(op, a, b) => {
                let (a, b) = (self.next(a), self.next(b));
                match (a, b) {
                    (Ok(a), Ok(b)) => Ok(binary(*op, a, b)),
                    (Err(why), _) | (_, Err(why)) => Err(why),
                }
            }
            leaf => {
                let probe = &self.probes.list[self.next];
                self.next += 1;
                self.leaf(leaf, &probe.state)
            }
        }?;
        if value.is_nan() {
            Err(NoValue::NotANumber)
        } else {
            Ok(value)
        }
    }

    fn leaf(&self, leaf: &Measure, state: &State) -> Result<f64, NoValue> {
        let probes = self.probes;
        match (leaf, state) {
            (_, State::Off) => Err(NoValue::NothingRecorded),
            (Measure::Count { from, to, .. }, State::Count { window, events, .. }) => {
                probes.window(*from, *to, *window)?;
                Ok(*events as f64)
            }
            (
                Measure::Rate { from, to, .. },
                State::Count {
                    chosen,
                    window,
                    events,
                },
            ) => {
                let elements = probes.elements(*from, *to, *window, chosen)?;
                Ok(*events as f64 / (f64::from(elements) * (to - from)))
            }
            (
                Measure::Cv { from, to, .. },
                State::Cv {
                    chosen,
                    window,
                    intervals,
                },
            ) => {
                probes.elements(*from, *to, *window, chosen)?;
                intervals.mean_cv().ok_or(NoValue::TooFewEvents)
            }
            (
                Measure::Statistic {
                    statistic,
                    from,
                    to,
                    ..
                },
                State::Statistic {
                    chosen,
                    window,
                    events,
                },
            ) => {
                let elements = probes.elements(*from, *to, *window, chosen)?;
                events.value(*statistic, elements, (*from, *to), probes.dt)
            }
            (
                Measure::Frequency { from, to, band, .. },
                State::Frequency {
                    window, samples, ..
                },
            ) => {
                probes.window(*from, *to, *window)?;
                samples.frequency(*band, probes.dt)
            }
            (
                Measure::Time { .. },
                State::Time {
                    wanted,
                    seen,
                    found,
                    ..
                },
            ) => found
                .map(|step| time_of(step, probes.dt))
                .ok_or(NoValue::NoEvent {
                    wanted: *wanted,
                    found: *seen,
                }),
            (Measure::At { time, element, .. }, State::At { place, step, found }) => {
                if place.is_none() {
                    return Err(NoValue::NotRecorded { element: *element });
                }
                if step.is_some_and(|step| step > probes.reached) {
                    let reached = probes.reached as f64 * probes.dt;
                    return Err(NoValue::NotReached {
                        reached,
                        needed: *time,
                    });
                }
                found.ok_or(NoValue::NotSampled { time: *time })
            }
            (Measure::Over { reduction, .. }, State::Over { moments, .. }) => {
                if moments.samples == 0 {
                    return Err(NoValue::NoElements);
                }
                Ok(moments.get(*reduction))
            }
            // Probes are made from the same expressions in the same order.
            _ => Err(NoValue::NotANumber),
        }
    }
}

fn unary(op: MeasureUnary, a: f64) -> f64 {
    match op {
        MeasureUnary::Neg => -a,
        MeasureUnary::Abs => a.abs(),
        MeasureUnary::Not => truth(a == 0.0),
    }
}

fn binary(op: MeasureBinary, a: f64, b: f64) -> f64 {
    match op {
        MeasureBinary::Add => a + b,
        MeasureBinary::Sub => a - b,
        MeasureBinary::Mul => a * b,
        MeasureBinary::Div => a / b,
        MeasureBinary::Lt => truth(a < b),
        MeasureBinary::Le => truth(a <= b),
        MeasureBinary::Gt => truth(a > b),
        MeasureBinary::Ge => truth(a >= b),
        MeasureBinary::Eq => truth(a == b),
        MeasureBinary::Ne => truth(a != b),
        MeasureBinary::And => truth(a != 0.0 && b != 0.0),
        MeasureBinary::Or => truth(a != 0.0 || b != 0.0),
    }
}

fn truth(holds: bool) -> f64 {
    f64::from(u8::from(holds))
}

/// The time of a step in ms, to nine decimals: 3 steps of 0.1 ms are 0.3 ms, as a text writes it.
fn time_of(step: u64, dt: f64) -> f64 {
    let time = step as f64 * dt;
    // Beyond 2^52/1e9 ms nine decimals are finer than the float itself.
    if time < 4.0e6 {
        (time * 1e9).round() / 1e9
    } else {
        time
    }
}
