//! Spikes of one neuron, and of many.
//!
//! Measures take a [`Train`]: times in ms that ascend, which is checked once when it is made.
//! [`Trains`] holds those of a population in one array, neuron after neuron, so that a train is a
//! slice. A run tells its spikes step by step; [`TrainsBuilder`] collects them as they come.

use crate::Window;
use crate::error::{MeasureError, ascending, positive};

/// Times of the spikes of one neuron, ascending; unit ms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Train<'a>(&'a [f64]);

impl<'a> Train<'a> {
    /// Takes times in ms that ascend; equal ones are allowed.
    ///
    /// # Errors
    /// [`MeasureError::Unsorted`], [`MeasureError::NotFinite`], or [`MeasureError::TooLarge`] where the
    /// time from the first to the last overflows.
    pub fn new(times_ms: &'a [f64]) -> Result<Self, MeasureError> {
        ascending(times_ms)?;
        Ok(Self(times_ms))
    }

    /// The times; unit ms.
    pub fn times_ms(self) -> &'a [f64] {
        self.0
    }

    /// The number of spikes.
    pub fn len(self) -> usize {
        self.0.len()
    }

    /// Tells whether there is no spike.
    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// The spikes in a span of time.
    #[must_use]
    pub fn within(self, window: Window) -> Self {
        Self(window.part(self.0))
    }

    /// The intervals from spike to spike, one fewer than spikes; unit ms.
    pub fn intervals_ms(self) -> impl ExactSizeIterator<Item = f64> + Clone + use<'a> {
        self.0.windows(2).map(|pair| pair[1] - pair[0])
    }
}

/// Spikes of a number of neurons, sorted by neuron and then by time.
///
/// # Shapes
/// `times_ms` holds `[n_spikes]`; train k is what lies between two of `[n_neurons + 1]` offsets.
#[derive(Clone, Debug, PartialEq)]
pub struct Trains {
    times_ms: Vec<f64>,
    offsets: Vec<usize>,
}

impl Trains {
    /// Takes the times of each neuron in ms, ascending.
    ///
    /// # Errors
    /// As [`Train::new`].
    pub fn from_times<T: AsRef<[f64]>>(trains: &[T]) -> Result<Self, MeasureError> {
        let mut all = Self {
            times_ms: Vec::with_capacity(trains.iter().map(|t| t.as_ref().len()).sum()),
            offsets: Vec::with_capacity(trains.len() + 1),
        };
        all.offsets.push(0);
        for train in trains {
            ascending(train.as_ref())?;
            all.times_ms.extend_from_slice(train.as_ref());
            all.offsets.push(all.times_ms.len());
        }
        Ok(all)
    }

    /// Takes events (step, neuron) in the order of their steps, as a run records them.
    ///
    /// Neurons that never spike count: `neurons` says how many there are. Takes time in proportion
    /// to the events.
    ///
    /// # Errors
    /// As [`TrainsBuilder::new`] and [`TrainsBuilder::push`].
    ///
    /// # Examples
    /// ```
    /// use neuropil_measures::spikes::Trains;
    /// let trains = Trains::from_events(3, 0.5, [(2, 1), (4, 0), (6, 1)])?;
    /// assert_eq!(trains.train(1).map(|train| train.times_ms()), Some(&[1.0, 3.0][..]));
    /// assert_eq!(trains.train(2).map(|train| train.len()), Some(0));
    /// # Ok::<(), neuropil_measures::MeasureError>(())
    /// ```
    pub fn from_events(
        neurons: usize,
        dt_ms: f64,
        events: impl IntoIterator<Item = (u64, u32)>,
    ) -> Result<Self, MeasureError> {
        let mut builder = TrainsBuilder::new(neurons, dt_ms)?;
        for (step, neuron) in events {
            builder.push(step, neuron)?;
        }
        Ok(builder.finish())
    }

    /// The number of neurons, silent ones included.
    pub fn neurons(&self) -> usize {
        self.offsets.len() - 1
    }

    /// The number of spikes of all neurons.
    pub fn spikes(&self) -> usize {
        self.times_ms.len()
    }

    /// The spikes of a neuron; `None` if there is no such neuron.
    pub fn train(&self, neuron: usize) -> Option<Train<'_>> {
        let to = *self.offsets.get(neuron.checked_add(1)?)?;
        Some(Train(&self.times_ms[self.offsets[neuron]..to]))
    }

    /// The spikes of each neuron, in the order of neurons.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Train<'_>> + Clone {
        let train = |pair: &[usize]| Train(&self.times_ms[pair[0]..pair[1]]);
        self.offsets.windows(2).map(train)
    }

    /// The neurons with enough spikes in a span, at most so many, evenly chosen; with those spikes.
    ///
    /// For measures of pairs, whose time grows with the square of the neurons.
    pub fn active(&self, window: Window, min_spikes: usize, most: usize) -> (Vec<usize>, Self) {
        let trains = self.iter().map(|train| train.within(window));
        let enough: Vec<(usize, Train<'_>)> = trains
            .enumerate()
            .filter(|(_, train)| train.len() >= min_spikes)
            .collect();
        let count = most.min(enough.len());
        let mut chosen = Self {
            times_ms: Vec::new(),
            offsets: vec![0],
        };
        let mut neurons = Vec::with_capacity(count);
        for k in 0..count {
            let (neuron, train) = enough[k * enough.len() / count];
            neurons.push(neuron);
            chosen.times_ms.extend_from_slice(train.times_ms());
            chosen.offsets.push(chosen.times_ms.len());
        }
        (neurons, chosen)
    }

    /// The times of all spikes of all neurons, ascending; unit ms.
    pub fn pooled_ms(&self) -> Vec<f64> {
        let mut times = self.times_ms.clone();
        times.sort_by(f64::total_cmp);
        times
    }
}

/// Collects spikes as a run tells them, step by step, then sorts them by neuron in one pass.
#[derive(Clone, Debug)]
pub struct TrainsBuilder {
    dt_ms: f64,
    steps: Vec<u64>,
    neurons: Vec<u32>,
    /// Number of spikes of each neuron so far.
    counts: Vec<usize>,
}

impl TrainsBuilder {
    /// Starts with no spikes of a number of neurons, at a step in ms.
    ///
    /// # Errors
    /// [`MeasureError::NotPositive`] for a step that is not positive, or so large that times overflow.
    pub fn new(neurons: usize, dt_ms: f64) -> Result<Self, MeasureError> {
        // The time of every step must be finite.
        let last = positive("step", dt_ms)? * u64::MAX as f64;
        if !last.is_finite() {
            let (what, value) = ("step", dt_ms);
            return Err(MeasureError::NotPositive { what, value });
        }
        Ok(Self {
            dt_ms,
            steps: Vec::new(),
            neurons: Vec::new(),
            counts: vec![0; neurons],
        })
    }

    /// Adds a spike at time step × dt; steps never decrease.
    ///
    /// # Errors
    /// [`MeasureError::Unsorted`], [`MeasureError::NoNeuron`]; the spike is not added then.
    pub fn push(&mut self, step: u64, neuron: u32) -> Result<(), MeasureError> {
        if let Some(&before) = self.steps.last()
            && step < before
        {
            return Err(MeasureError::Unsorted {
                position: self.steps.len(),
                before_ms: before as f64 * self.dt_ms,
                time_ms: step as f64 * self.dt_ms,
            });
        }
        let neurons = self.counts.len();
        let count = self.counts.get_mut(neuron as usize);
        *count.ok_or(MeasureError::NoNeuron { neuron, neurons })? += 1;
        self.steps.push(step);
        self.neurons.push(neuron);
        Ok(())
    }

    /// Sorts what was added by neuron; the order within a neuron stays.
    pub fn finish(self) -> Trains {
        let mut offsets = Vec::with_capacity(self.counts.len() + 1);
        offsets.push(0);
        let mut end = 0;
        for count in &self.counts {
            end += count;
            offsets.push(end);
        }
        let mut next = offsets.clone();
        let mut times_ms = vec![0.0; end];
        for (&step, &neuron) in self.steps.iter().zip(&self.neurons) {
            let place = &mut next[neuron as usize];
            times_ms[*place] = step as f64 * self.dt_ms;
            *place += 1;
        }
        Trains { times_ms, offsets }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_and_times_give_the_same_trains() {
        let events = [(1, 2), (1, 0), (3, 2), (3, 2), (8, 0)];
        let found = Trains::from_events(4, 0.25, events).unwrap();
        let times: [&[f64]; 4] = [&[0.25, 2.0], &[], &[0.25, 0.75, 0.75], &[]];
        assert_eq!(found, Trains::from_times(&times).unwrap());
        assert_eq!((found.neurons(), found.spikes()), (4, 5));
        let each: Vec<&[f64]> = found.iter().map(Train::times_ms).collect();
        assert_eq!(each, times);
        assert_eq!(found.train(4), None);
        assert_eq!(found.train(usize::MAX), None);
        assert_eq!(found.pooled_ms(), [0.25, 0.25, 0.75, 0.75, 2.0]);
    }

    #[test]
    fn what_cannot_be_a_train_is_refused() {
        let unsorted = |position, before_ms, time_ms| MeasureError::Unsorted {
            position,
            before_ms,
            time_ms,
        };
        assert_eq!(Train::new(&[1.0, 3.0, 2.0]), Err(unsorted(2, 3.0, 2.0)));
        assert!(matches!(
            Train::new(&[f64::NAN]),
            Err(MeasureError::NotFinite { position: 0, .. })
        ));
        let found = Trains::from_events(2, 0.5, [(4, 0), (3, 1)]);
        assert_eq!(found, Err(unsorted(1, 2.0, 1.5)));
        let found = Trains::from_events(2, 0.5, [(4, 2)]);
        let expected = MeasureError::NoNeuron {
            neuron: 2,
            neurons: 2,
        };
        assert_eq!(found, Err(expected));
        assert!(TrainsBuilder::new(1, 0.0).is_err());
        assert!(TrainsBuilder::new(1, 1e300).is_err());
    }

    #[test]
    fn active_neurons_are_chosen_evenly() {
        let times: [&[f64]; 6] = [
            &[1.0, 2.0],
            &[5.0],
            &[],
            &[2.0, 3.0],
            &[2.0, 9.0],
            &[2.5, 3.5],
        ];
        let trains = Trains::from_times(&times).unwrap();
        let window = Window::new(1.0, 8.0).unwrap();
        let (all, found) = trains.active(window, 1, 9);
        assert_eq!(all, [0, 1, 3, 4, 5]);
        assert_eq!(found.train(0).map(Train::times_ms), Some(&[2.0][..]));
        assert_eq!(found.train(3).map(Train::times_ms), Some(&[2.0][..]));
        let (half, found) = trains.active(window, 1, 2);
        assert_eq!((half, found.spikes()), (vec![0, 3], 3));
        assert_eq!(trains.active(window, 2, 9).0, [3, 5]);
        assert_eq!(trains.active(window, 3, 9).1.neurons(), 0);
    }

    #[test]
    fn no_neurons_and_no_spikes_are_trains() {
        let none = Trains::from_events(0, 1.0, []).unwrap();
        assert_eq!(
            (none.neurons(), none.spikes(), none.iter().len()),
            (0, 0, 0)
        );
        assert_eq!(Train::new(&[]).unwrap().intervals_ms().len(), 0);
        let one = [4.0];
        assert_eq!(Train::new(&one).unwrap().intervals_ms().len(), 0);
    }
}
