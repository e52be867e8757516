//! Trains that keep some of the structure of a train and lose the rest, by chance.
//!
//! A correlogram shows a peak for spikes that come together *and* for rates that rise together.
//! Surrogates tell these apart: they keep the slow changes and lose the exact times.

use super::Train;
use crate::Window;
use crate::chance::shuffle;
use crate::error::{MeasureError, positive};
use neuropil_ir::draw::{Stream, stream_key};

/// What is drawn anew; everything else stays.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Surrogate {
    /// Each spike is drawn anew within the cell of a fixed grid that it lies in.
    ///
    /// The grid begins where the span does. Keeps the counts of all cells, so exactly the rate as
    /// seen at that width. A. Amarasingham, M. T. Harrison, N. G. Hatsopoulos, S. Geman (2012),
    /// Conditional modeling and the jitter method of spike resampling,
    /// <https://doi.org/10.1152/jn.00633.2011>.
    Jitter {
        /// The width of a cell; unit ms. Must divide the span, or its rest is one shorter cell.
        width_ms: f64,
    },
    /// Each spike moves by a uniform time of at most so much either way.
    ///
    /// Spikes that would leave the span are reflected at its end.
    Dither {
        /// The largest move; unit ms.
        most_ms: f64,
    },
    /// The intervals change places; the first and the last spike stay.
    ///
    /// Keeps the distribution of intervals, loses their order and slow changes of the rate.
    ShuffleIntervals,
}

impl Surrogate {
    /// Draws surrogate number `number` of the spikes in a span of time; its times ascend, in ms.
    ///
    /// The same seed and number give the same surrogate.
    ///
    /// # Errors
    /// [`MeasureError::NotPositive`] for a width that is not positive.
    pub fn draw(
        self,
        train: Train<'_>,
        window: Window,
        seed: u64,
        number: u32,
    ) -> Result<Vec<f64>, MeasureError> {
        let mut stream = Stream::new(seed, stream_key("surrogate", 0), u64::from(number));
        let mut times = train.within(window).times_ms().to_vec();
        let (from, to) = (window.from_ms(), window.to_ms());
        match self {
            Self::Jitter { width_ms } => {
                positive("width of the jitter", width_ms)?;
                for time in &mut times {
                    // Cells take their end, as spans do.
                    let cell = (((*time - from) / width_ms).ceil() - 1.0).max(0.0);
                    let start = from + cell * width_ms;
                    let end = (start + width_ms).min(to);
                    *time = start + stream.next_f64() * (end - start);
                }
                times.sort_by(f64::total_cmp);
            }
            Self::Dither { most_ms } => {
                positive("width of the dither", most_ms)?;
                for time in &mut times {
                    let mut moved = *time + (2.0 * stream.next_f64() - 1.0) * most_ms;
                    if moved < from {
                        moved = 2.0 * from - moved;
                    }
                    if moved > to {
                        moved = 2.0 * to - moved;
                    }
                    // A dither longer than the span would reflect more than once.
                    *time = moved.clamp(from, to);
                }
                times.sort_by(f64::total_cmp);
            }
            Self::ShuffleIntervals => shuffle_intervals(&mut times, &mut stream),
        }
        Ok(times)
    }
}

/// Permutes intervals, all orders equally likely.
fn shuffle_intervals(times: &mut [f64], stream: &mut Stream) {
    let mut intervals: Vec<f64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    shuffle(&mut intervals, stream);
    let Some((first, rest)) = times.split_first_mut() else {
        return;
    };
    let mut time = *first;
    for (spike, interval) in rest.iter_mut().zip(intervals) {
        time += interval;
        *spike = time;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Bins;
    use crate::testing::poisson_train;
    use neuropil_testkit::stats::{FALSE_ALARM, ks_one_sample};

    const ALL: [Surrogate; 3] = [
        Surrogate::Jitter { width_ms: 25.0 },
        Surrogate::Dither { most_ms: 10.0 },
        Surrogate::ShuffleIntervals,
    ];

    #[test]
    fn surrogates_repeat_differ_and_keep_their_span() {
        let times = poisson_train(8.0, 1e4, 1);
        let train = Train::new(&times).unwrap();
        let window = Window::new(1_000.0, 9_000.0).unwrap();
        for kind in ALL {
            let draw = |seed, number| kind.draw(train, window, seed, number).unwrap();
            assert_eq!(draw(1, 2), draw(1, 2));
            assert_ne!(draw(1, 2), draw(1, 3));
            assert_ne!(draw(1, 2), draw(2, 2));
            let found = draw(5, 0);
            assert_eq!(found.len(), train.within(window).len());
            assert!(Train::new(&found).is_ok());
            assert!(found[0] >= 1_000.0 && found[found.len() - 1] <= 9_000.0 + 1e-9);
            let none = Train::new(&[]).unwrap();
            assert_eq!(kind.draw(none, window, 1, 1), Ok(vec![]));
        }
        let bad = Surrogate::Jitter { width_ms: 0.0 };
        assert!(bad.draw(train, window, 1, 1).is_err());
    }

    #[test]
    fn jitter_keeps_the_counts_of_its_cells() {
        let times = poisson_train(8.0, 1e4, 2);
        let window = Window::new(0.0, 1e4).unwrap();
        let bins = Bins::new(window, 25.0).unwrap();
        let train = Train::new(&times).unwrap();
        let found = ALL[0].draw(train, window, 7, 0).unwrap();
        assert_eq!(bins.histogram(found.iter().copied()), bins.histogram(times));
        let within: Vec<f64> = found.iter().map(|t| t % 25.0).collect();
        let test = ks_one_sample(&within, |t| t / 25.0);
        test.assert_not_rejected("uniform in the cell", FALSE_ALARM);
    }

    #[test]
    fn shuffling_keeps_the_intervals() {
        let times = [3.0, 4.0, 6.0, 10.0, 18.0];
        let window = Window::new(0.0, 20.0).unwrap();
        let train = Train::new(&times).unwrap();
        let mut last_first = [0; 4];
        for number in 0..400 {
            let found = ALL[2].draw(train, window, 1, number).unwrap();
            let mut intervals: Vec<f64> = Train::new(&found).unwrap().intervals_ms().collect();
            let first = [1.0, 2.0, 4.0, 8.0].iter().position(|&i| i == intervals[0]);
            last_first[first.unwrap()] += 1;
            intervals.sort_by(f64::total_cmp);
            assert_eq!(intervals, [1.0, 2.0, 4.0, 8.0]);
        }
        // A hundred each; a binomial count leaves 60 to 140 with probability 4e-6.
        assert!(
            last_first.iter().all(|n| (60..=140).contains(n)),
            "{last_first:?}"
        );
    }
}
