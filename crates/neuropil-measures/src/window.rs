//! Spans of time, and their division into bins.
//!
//! A span takes `from < t <= to`, and so does a bin: as the measures of the engine do, whose first
//! step ends at dt. Times are products of a step and a width, so a time *on* an edge misses it by
//! rounding; what is nearer to an edge than rounding can tell is on the edge.

use crate::error::{MeasureError, positive};

/// The most bins that a span may be divided into.
pub const MOST_BINS: usize = 1 << 28;

/// A span of time `from < t <= to` that is not empty.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    from_ms: f64,
    to_ms: f64,
}

impl Window {
    /// Makes a span of time from its ends in ms.
    ///
    /// # Errors
    /// [`MeasureError::NoTime`] unless both are finite and the start comes first.
    pub fn new(from_ms: f64, to_ms: f64) -> Result<Self, MeasureError> {
        if from_ms < to_ms && from_ms.is_finite() && (to_ms - from_ms).is_finite() {
            return Ok(Self { from_ms, to_ms });
        }
        Err(MeasureError::NoTime { from_ms, to_ms })
    }

    /// The start, which does not belong; unit ms.
    pub fn from_ms(self) -> f64 {
        self.from_ms
    }

    /// The end, which belongs; unit ms.
    pub fn to_ms(self) -> f64 {
        self.to_ms
    }

    /// The length; unit ms.
    pub fn duration_ms(self) -> f64 {
        self.to_ms - self.from_ms
    }

    /// Tells whether a time lies in the span.
    pub fn contains(self, time_ms: f64) -> bool {
        !up_to(time_ms, self.from_ms) && up_to(time_ms, self.to_ms)
    }

    /// The part of ascending times that lies in the span.
    pub(crate) fn part(self, times_ms: &[f64]) -> &[f64] {
        let from = times_ms.partition_point(|&t| up_to(t, self.from_ms));
        let rest = &times_ms[from..];
        &rest[..rest.partition_point(|&t| up_to(t, self.to_ms))]
    }
}

/// Tells whether a time comes before an edge or on it, within 1e-9 ms or the rounding of a product.
fn up_to(time_ms: f64, edge_ms: f64) -> bool {
    time_ms <= edge_ms + 1e-9_f64.max(1e-15 * edge_ms.abs())
}

/// A span of time divided into bins of one width.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bins {
    from_ms: f64,
    width_ms: f64,
    count: usize,
}

impl Bins {
    /// Divides a span into as many whole bins as fit; a rest at the end is left out.
    ///
    /// # Errors
    /// [`MeasureError::NotPositive`] for a width that is not positive, [`MeasureError::NoBin`]
    /// where not one bin fits, [`MeasureError::TooMany`] above [`MOST_BINS`].
    ///
    /// # Examples
    /// ```
    /// use neuropil_measures::{Bins, Window};
    /// let bins = Bins::new(Window::new(0.0, 1.0)?, 0.1)?;
    /// // Three steps of 0.1 ms end the third bin, though 3 * 0.1 exceeds 0.3.
    /// assert_eq!((bins.count(), bins.index(3.0 * 0.1)), (10, Some(2)));
    /// # Ok::<(), neuropil_measures::MeasureError>(())
    /// ```
    pub fn new(window: Window, width_ms: f64) -> Result<Self, MeasureError> {
        positive("width of a bin", width_ms)?;
        let fit = window.duration_ms() / width_ms;
        let whole = (fit + 1e-9 + 1e-15 * fit).floor();
        if whole < 1.0 {
            return Err(MeasureError::NoBin {
                width_ms,
                length_ms: window.duration_ms(),
            });
        }
        if whole > MOST_BINS as f64 {
            return Err(MeasureError::TooMany {
                what: "bins",
                wanted: whole,
                most: MOST_BINS,
            });
        }
        Ok(Self {
            from_ms: window.from_ms,
            width_ms,
            count: whole as usize,
        })
    }

    /// Divides a span into bins about as wide as is said, but of whole steps of a run.
    ///
    /// Bins that are no whole number of steps hold now one more, now one fewer, and their counts beat.
    ///
    /// # Errors
    /// As [`Bins::new`].
    pub fn of_steps(window: Window, about_ms: f64, dt_ms: f64) -> Result<Self, MeasureError> {
        positive("step", dt_ms)?;
        Self::new(window, (about_ms / dt_ms).round().max(1.0) * dt_ms)
    }

    /// The number of bins, at least one.
    pub fn count(self) -> usize {
        self.count
    }

    /// The width of a bin; unit ms.
    pub fn width_ms(self) -> f64 {
        self.width_ms
    }

    /// The span of all bins.
    pub fn window(self) -> Window {
        Window {
            from_ms: self.from_ms,
            to_ms: self.from_ms + self.count as f64 * self.width_ms,
        }
    }

    /// The middles of the bins; unit ms.
    pub fn centres_ms(self) -> Vec<f64> {
        let centre = |k: usize| self.from_ms + (k as f64 + 0.5) * self.width_ms;
        (0..self.count).map(centre).collect()
    }

    /// The bin that a time lies in; `None` outside all.
    #[inline]
    pub fn index(self, time_ms: f64) -> Option<usize> {
        let x = (time_ms - self.from_ms) / self.width_ms;
        // Also false for what is not a number.
        if !(x > 0.0 && x < self.count as f64 + 1.0) {
            return None;
        }
        let below = x as usize;
        let on_edge = x - below as f64 <= 1e-9 + 1e-15 * x;
        let index = if on_edge {
            below.checked_sub(1)?
        } else {
            below
        };
        (index < self.count).then_some(index)
    }

    /// Counts times a bin.
    pub fn histogram(self, times_ms: impl IntoIterator<Item = f64>) -> Vec<u64> {
        let mut counts = vec![0; self.count];
        for index in times_ms.into_iter().filter_map(|t| self.index(t)) {
            counts[index] += 1;
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_of_steps_hold_whole_ones() {
        let window = Window::new(0.0, 100.0).unwrap();
        let width = |about, dt| Bins::of_steps(window, about, dt).map(Bins::width_ms);
        assert_eq!(width(1.0, 0.25), Ok(1.0));
        assert_eq!(width(1.0, 0.75), Ok(0.75));
        assert_eq!(width(1.0, 8.0), Ok(8.0));
        assert!(width(1.0, 0.0).is_err() && width(1e9, 1.0).is_err());
    }

    /// Every step of several grids, against the same question asked in whole numbers.
    #[test]
    fn steps_on_edges_belong_to_the_bin_that_ends_there() {
        for (dt, steps_a_bin) in [(0.1, 3_usize), (0.1, 50), (0.025, 7), (1.0 / 3.0, 4)] {
            let width = steps_a_bin as f64 * dt;
            let window = Window::new(100.0, 100.0 + 1e4 * width).unwrap();
            let bins = Bins::new(window, width).unwrap();
            assert_eq!(bins.count(), 10_000);
            for step in 0..10_000 * steps_a_bin {
                let expected = step.checked_sub(1).map(|before| before / steps_a_bin);
                assert_eq!(
                    bins.index(100.0 + step as f64 * dt),
                    expected,
                    "step {step}"
                );
            }
            assert_eq!(bins.index(100.0 + 1e4 * width), Some(9_999));
            assert_eq!(bins.index(100.0 + 1e4 * width + dt), None);
        }
    }

    #[test]
    fn spans_take_their_end_and_not_their_start() {
        let window = Window::new(0.3, 0.6).unwrap();
        assert!(!window.contains(3.0 * 0.1) && !window.contains(0.2));
        assert!(window.contains(0.4) && window.contains(6.0 * 0.1) && !window.contains(0.7));
        let times = [0.1, 3.0 * 0.1, 4.0 * 0.1, 0.5, 6.0 * 0.1, 0.7];
        assert_eq!(window.part(&times), &times[2..5]);
        assert!(window.part(&[]).is_empty());
    }

    #[test]
    fn bad_spans_and_bins_are_refused() {
        for (from, to) in [
            (1.0, 1.0),
            (2.0, 1.0),
            (f64::NAN, 1.0),
            (0.0, f64::INFINITY),
        ] {
            assert!(matches!(
                Window::new(from, to),
                Err(MeasureError::NoTime { .. })
            ));
        }
        let window = Window::new(0.0, 10.0).unwrap();
        for width in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let found = Bins::new(window, width);
            assert!(matches!(found, Err(MeasureError::NotPositive { .. })));
        }
        assert!(matches!(
            Bins::new(window, 11.0),
            Err(MeasureError::NoBin { .. })
        ));
        assert!(matches!(
            Bins::new(window, 1e-9),
            Err(MeasureError::TooMany { .. })
        ));
        assert_eq!(Bins::new(window, 3.0).unwrap().count(), 3);
        assert_eq!(Bins::new(window, 10.0).unwrap().index(f64::NAN), None);
    }
}
