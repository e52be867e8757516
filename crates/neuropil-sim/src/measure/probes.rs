//! What watches the recordings of a run, one probe a leaf of an expression.

use std::ops::Range;

use neuropil_ir::program::{Measure, Program};
use neuropil_ir::rounding;

use super::moments::Moments;
use super::{NoValue, Values, collected};
use crate::ranges::Selection;
use crate::record::statistics::Intervals;

/// Watches a run for all the measures of some expressions.
#[derive(Clone, Debug)]
pub struct Probes {
    pub(super) list: Vec<Probe>,
    pub(super) dt: f64,
    pub(super) reached: u64,
}

/// What one leaf of an expression needs; leaves are numbered in the order of a walk, left first.
#[derive(Clone, Debug)]
pub(super) struct Probe {
    source: Source,
    pub(super) state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Raster(usize),
    Trace(usize),
}

#[derive(Clone, Debug)]
pub(super) enum State {
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
    Statistic {
        chosen: Selection,
        window: Option<Window>,
        events: collected::Events,
    },
    Frequency {
        places: Vec<Range<usize>>,
        window: Option<Window>,
        samples: collected::Samples,
    },
    /// The recording does not exist.
    Off,
}

/// The steps of a span of time: above `after` (none: from the start on), up to `last`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
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
            Measure::Statistic {
                raster,
                elements,
                from,
                to,
                ..
            } => Probe {
                source: Source::Raster(*raster),
                state: State::Statistic {
                    chosen: Selection::new(elements),
                    window: Window::new(*from, *to, dt),
                    events: collected::Events::default(),
                },
            },
            Measure::Frequency {
                trace,
                elements,
                from,
                to,
                ..
            } => Probe {
                source: Source::Trace(*trace),
                state: State::Frequency {
                    // A number of the network has one place.
                    places: places(program, *trace, elements).unwrap_or_else(|| vec![0..1]),
                    window: Window::new(*from, *to, dt),
                    samples: collected::Samples::default(),
                },
            },
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
                State::Frequency {
                    places,
                    window: Some(window),
                    samples,
                } if window.contains(step) => {
                    let parts = places.iter().filter_map(|range| values.get(range.clone()));
                    let values: Vec<f64> = parts.flatten().copied().collect();
                    samples.add(step, values.into_iter());
                }
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
                State::Statistic {
                    chosen,
                    window: Some(window),
                    events,
                } if window.contains(step) => {
                    chosen.filter_ascending(elements, |element| {
                        if let Some(place) = chosen.place(element) {
                            events.add(step, place);
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
        Values::new(self)
    }

    /// The number of chosen elements; refuses none, and a span that is empty or was not reached.
    pub(super) fn elements(
        &self,
        from: f64,
        to: f64,
        window: Option<Window>,
        chosen: &Selection,
    ) -> Result<u32, NoValue> {
        self.window(from, to, window)?;
        if chosen.is_empty() {
            return Err(NoValue::NoElements);
        }
        Ok(chosen.len())
    }

    /// Refuses a span that is empty or was not reached.
    pub(super) fn window(&self, from: f64, to: f64, window: Option<Window>) -> Result<(), NoValue> {
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
