//! What a text measures on its own recordings: rates, counts, times, samples, reductions.
//!
//! A measure is computed *while* the run goes on, from the same samples and events that the
//! recorder gets, in internal units and before anything is rounded or scaled. So it needs no
//! storage, is the same for every recorder, and the folder never has to be read back.
//!
//! # Units
//! Times in ms, rates in 1/ms. A span of time takes `from < t <= to`; ends are compared in steps,
//! after the noise of the division by dt is removed ([`neuropil_ir::rounding`]).

use std::ops::Range;

use neuropil_ir::program::{Measure, MeasureBinary, MeasureUnary, Over, Program};
use neuropil_ir::rounding;

use crate::ranges::Selection;
use crate::record::statistics::Intervals;

/// Why a measure has no value.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NoValue {
    /// The run ended before the measured span of time did.
    #[error("the run ended at {reached} ms, before {needed} ms")]
    NotReached {
        /// The end of the run in ms.
        reached: f64,
        /// The time that is asked for in ms.
        needed: f64,
    },
    /// The span of time is empty.
    #[error("no time lies between {from} ms and {to} ms")]
    NoTime {
        /// Start in ms.
        from: f64,
        /// End in ms.
        to: f64,
    },
    /// No element is chosen.
    #[error("no element is chosen")]
    NoElements,
    /// No element has the three events that an irregularity needs.
    #[error("no element has three events or more there")]
    TooFewEvents,
    /// There is no event with that number.
    #[error("there is no event number {wanted}; there were {found}")]
    NoEvent {
        /// The number, from 0.
        wanted: u64,
        /// How many events there were.
        found: u64,
    },
    /// No sample was taken at that time.
    #[error("no sample was taken at {time} ms")]
    NotSampled {
        /// The time in ms.
        time: f64,
    },
    /// The element is not among the recorded ones.
    #[error("element {element} is not recorded")]
    NotRecorded {
        /// The index in its population.
        element: u32,
    },
    /// The run keeps no recordings.
    #[error("not recorded")]
    NothingRecorded,
    /// The measure is computed from values that are not numbers, or divides zero by zero.
    #[error("the value is not a number")]
    NotANumber,
}

/// Watches a run for all the measures of some expressions.
#[derive(Clone, Debug)]
pub struct Probes {
    list: Vec<Probe>,
    dt: f64,
    reached: u64,
}

/// What one leaf of an expression needs; leaves are numbered in the order of a walk, left first.
#[derive(Clone, Debug)]
struct Probe {
    source: Source,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    Raster(usize),
    Trace(usize),
}

#[derive(Clone, Debug)]
enum State {
    Count {
        chosen: Selection,
        window: Option<Window>,
        events: u64,
    },
    Cv {
        chosen: Selection,
        window: Option<Window>,
        intervals: Intervals,
    },
    Time {
        chosen: Selection,
        wanted: u64,
        seen: u64,
        found: Option<u64>,
    },
    At {
        place: Option<usize>,
        step: Option<u64>,
        found: Option<f64>,
    },
    Over {
        places: Option<Vec<Range<usize>>>,
        moments: Moments,
    },
    /// The recording does not exist.
    Off,
}

/// The steps of a span of time: above `after` (none: from the start on), up to `last`.
#[derive(Clone, Copy, Debug)]
struct Window {
    after: Option<u64>,
    last: u64,
}

impl Window {
    fn new(from: f64, to: f64, dt: f64) -> Option<Self> {
        let window = Self {
            after: rounding::last_step(from, dt),
            last: rounding::last_step(to, dt)?,
        };
        (from < to).then_some(window)
    }

    fn contains(self, step: u64) -> bool {
        self.after.is_none_or(|after| step > after) && step <= self.last
    }
}

/// Running extremes, mean and sum of squared deviations (Welford 1962).
#[derive(Clone, Copy, Debug)]
struct Moments {
    samples: u64,
    min: f64,
    max: f64,
    mean: f64,
    deviations: f64,
    broken: bool,
}

impl Moments {
    const fn new() -> Self {
        Self {
            samples: 0,
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
            mean: 0.0,
            deviations: 0.0,
            broken: false,
        }
    }

    fn add(&mut self, value: f64) {
        self.broken |= value.is_nan();
        self.samples += 1;
        self.min = self.min.min(value);
        self.max = self.max.max(value);
        let off = value - self.mean;
        self.mean += off / self.samples as f64;
        self.deviations += off * (value - self.mean);
    }

    fn add_all(&mut self, values: &[f64]) {
        for &value in values {
            self.add(value);
        }
    }

    fn get(&self, reduction: Over) -> f64 {
        match reduction {
            _ if self.broken => f64::NAN,
            Over::Min => self.min,
            Over::Max => self.max,
            Over::Mean => self.mean,
            Over::Std => (self.deviations / self.samples as f64).sqrt(),
        }
    }
}

impl Probes {
    /// Prepares to watch for the measures of some expressions on the recordings of a program.
    pub fn new<'a>(program: &Program, measures: impl IntoIterator<Item = &'a Measure>) -> Self {
        let mut probes = Self {
            list: Vec::new(),
            dt: program.plan.dt,
            reached: 0,
        };
        for measure in measures {
            probes.add(program, measure);
        }
        probes
    }

    fn add(&mut self, program: &Program, measure: &Measure) {
        let dt = self.dt;
        let mut probe = match measure {
            Measure::Number(_) => return,
            Measure::Unary(_, a) => return self.add(program, a),
            Measure::Binary(_, a, b) => {
                self.add(program, a);
                return self.add(program, b);
            }
            Measure::Rate {
                raster,
                elements,
                from,
                to,
            }
            | Measure::Count {
                raster,
                elements,
                from,
                to,
            } => Probe {
                source: Source::Raster(*raster),
                state: State::Count {
                    chosen: Selection::new(elements),
                    window: Window::new(*from, *to, dt),
                    events: 0,
                },
            },
            Measure::Cv {
                raster,
                elements,
                from,
                to,
            } => {
                let chosen = Selection::new(elements);
                let intervals = Intervals::new(chosen.len() as usize);
                let window = Window::new(*from, *to, dt);
                Probe {
                    source: Source::Raster(*raster),
                    state: State::Cv {
                        chosen,
                        window,
                        intervals,
                    },
                }
            }
            Measure::Time {
                raster,
                elements,
                n,
            } => Probe {
                source: Source::Raster(*raster),
                state: State::Time {
                    chosen: Selection::new(elements),
                    wanted: *n,
                    seen: 0,
                    found: None,
                },
            },
            Measure::At {
                trace,
                element,
                time,
            } => Probe {
                source: Source::Trace(*trace),
                state: State::At {
                    place: place(program, *trace, *element),
                    step: rounding::exact_step(*time, dt),
                    found: None,
                },
            },
            Measure::Over {
                trace, elements, ..
            } => Probe {
                source: Source::Trace(*trace),
                state: State::Over {
                    places: places(program, *trace, elements),
                    moments: Moments::new(),
                },
            },
        };
        let exists = match probe.source {
            Source::Raster(raster) => raster < program.rasters.len(),
            Source::Trace(trace) => trace < program.traces.len(),
        };
        if !exists {
            probe.state = State::Off;
        }
        self.list.push(probe);
    }

    /// Sees a sample of a trace, one value a recorded element, in internal units.
    pub fn sample(&mut self, trace: usize, step: u64, values: &[f64]) {
        for probe in self
            .list
            .iter_mut()
            .filter(|p| p.source == Source::Trace(trace))
        {
            match &mut probe.state {
                State::At {
                    place: Some(place),
                    step: Some(wanted),
                    found,
                } if *wanted == step => {
                    *found = values.get(*place).copied();
                }
                State::Over { places, moments } => match places {
                    None => moments.add_all(values),
                    Some(places) => {
                        for range in places {
                            let part = values.get(range.clone()).unwrap_or(&[]);
                            moments.add_all(part);
                        }
                    }
                },
                _ => {}
            }
        }
    }

    /// Sees the recorded events of a step, ascending.
    pub fn events(&mut self, raster: usize, step: u64, elements: &[u32]) {
        for probe in self
            .list
            .iter_mut()
            .filter(|p| p.source == Source::Raster(raster))
        {
            match &mut probe.state {
                State::Count {
                    chosen,
                    window: Some(window),
                    events,
                } if window.contains(step) => {
                    chosen.filter_ascending(elements, |_| *events += 1);
                }
                State::Cv {
                    chosen,
                    window: Some(window),
                    intervals,
                } if window.contains(step) => {
                    chosen.filter_ascending(elements, |element| {
                        if let Some(place) = chosen.place(element) {
                            intervals.add(place as usize, step);
                        }
                    });
                }
                State::Time {
                    chosen,
                    wanted,
                    seen,
                    found,
                } => {
                    chosen.filter_ascending(elements, |_| {
                        if *seen == *wanted {
                            *found = Some(step);
                        }
                        *seen += 1;
                    });
                }
                _ => {}
            }
        }
    }

    /// Sees that the run has come to a step.
    pub fn reach(&mut self, step: u64) {
        self.reached = self.reached.max(step);
    }

    /// Starts to read values, in the order in which the expressions were handed to [`Probes::new`].
    pub fn values(&self) -> Values<'_> {
        Values {
            probes: self,
            next: 0,
        }
    }

    fn window(&self, from: f64, to: f64, window: Option<Window>) -> Result<(), NoValue> {
        let window = window.ok_or(NoValue::NoTime { from, to })?;
        if window.last > self.reached {
            let reached = self.reached as f64 * self.dt;
            return Err(NoValue::NotReached {
                reached,
                needed: to,
            });
        }
        Ok(())
    }
}

/// The place of an element among those recorded by a trace; a number of the network has place 0.
fn place(program: &Program, trace: usize, element: u32) -> Option<usize> {
    match &program.traces.get(trace)?.elements {
        None => Some(0),
        Some(ranges) => Selection::new(ranges)
            .place(element)
            .map(|place| place as usize),
    }
}

/// The places of elements among those recorded by a trace; `None` for a number of the network.
fn places(program: &Program, trace: usize, elements: &[Range<u32>]) -> Option<Vec<Range<usize>>> {
    let recorded = Selection::new(program.traces.get(trace)?.elements.as_ref()?);
    let chosen = Selection::new(elements);
    let places = chosen
        .ranges()
        .iter()
        .map(|r| recorded.count_below(r.start) as usize..recorded.count_below(r.end) as usize)
        .collect();
    Some(places)
}

/// Reads the values of the expressions that [`Probes`] watched for, one after another.
#[derive(Clone, Debug)]
pub struct Values<'a> {
    probes: &'a Probes,
    next: usize,
}

impl Values<'_> {
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
                probes.window(*from, *to, *window)?;
                if chosen.is_empty() {
                    return Err(NoValue::NoElements);
                }
                Ok(*events as f64 / (f64::from(chosen.len()) * (to - from)))
            }
            (
                Measure::Cv { from, to, .. },
                State::Cv {
                    chosen,
                    window,
                    intervals,
                },
            ) => {
                probes.window(*from, *to, *window)?;
                if chosen.is_empty() {
                    return Err(NoValue::NoElements);
                }
                intervals.mean_cv().ok_or(NoValue::TooFewEvents)
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

#[cfg(test)]
mod tests;
