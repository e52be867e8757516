//! Rates and irregularity of spikes, counted while they happen.

/// The intervals between the events of each element, summed exactly.
///
/// # Equation
/// With m intervals of s steps each, `cv = sqrt(m * sum(s^2) - sum(s)^2) / sum(s)`: the population
/// standard deviation over the mean. All sums are whole numbers, so no order and no rounding enter.
#[derive(Clone, Debug, Default)]
pub struct Intervals {
    elements: Vec<Element>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Element {
    first: u64,
    last: u64,
    events: u64,
    squares: u128,
}

impl Intervals {
    /// Makes counters for a number of elements.
    pub fn new(elements: usize) -> Self {
        Self {
            elements: vec![Element::default(); elements],
        }
    }

    /// Counts an event; steps of one element never decrease.
    pub fn add(&mut self, element: usize, step: u64) {
        let Some(counted) = self.elements.get_mut(element) else {
            return;
        };
        if counted.events == 0 {
            counted.first = step;
        } else {
            let interval = u128::from(step.saturating_sub(counted.last));
            counted.squares = counted.squares.saturating_add(interval * interval);
        }
        counted.last = step;
        counted.events += 1;
    }

    /// The number of events of all elements.
    pub fn events(&self) -> u64 {
        self.elements.iter().map(|element| element.events).sum()
    }

    /// The mean coefficient of variation over elements with at least three events.
    ///
    /// `None` if there is no such element. Elements whose events all fall into one step have no
    /// mean interval to divide by and are left out.
    pub fn mean_cv(&self) -> Option<f64> {
        let mut sum = 0.0;
        let mut elements = 0u64;
        for element in self.elements.iter().filter(|element| element.events >= 3) {
            let length = u128::from(element.last.saturating_sub(element.first));
            if length == 0 {
                continue;
            }
            let intervals = u128::from(element.events - 1);
            let spread = intervals
                .saturating_mul(element.squares)
                .saturating_sub(length.saturating_mul(length));
            sum += (spread as f64).sqrt() / length as f64;
            elements += 1;
        }
        (elements > 0).then(|| sum / elements as f64)
    }
}

/// The mean rate of a population.
///
/// # Units
/// `duration_ms` in ms; the result in Hz. `None` for an empty population or no time.
pub fn mean_rate_hz(spikes: u64, size: u32, duration_ms: f64) -> Option<f64> {
    let seconds = duration_ms / 1000.0;
    (size > 0 && seconds > 0.0).then(|| spikes as f64 / (f64::from(size) * seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Population standard deviation over mean, in two passes over floats.
    fn plain_cv(steps: &[u64]) -> f64 {
        let intervals: Vec<f64> = steps.windows(2).map(|w| (w[1] - w[0]) as f64).collect();
        neuropil_testkit::stats::population_sd(&intervals)
            / neuropil_testkit::stats::mean(&intervals)
    }

    #[test]
    fn the_sums_give_the_textbook_value() {
        let regular = [10, 20, 30, 40];
        let uneven = [3, 5, 50, 51, 700, 1000];
        let mut counted = Intervals::new(5);
        for &step in &regular {
            counted.add(0, step);
        }
        assert_eq!(counted.mean_cv(), Some(0.0));
        for &step in &uneven {
            counted.add(2, step);
        }
        counted.add(3, 1);
        counted.add(3, 9); // two events: not counted in the mean
        for _ in 0..3 {
            counted.add(4, 7); // three events in one step: no mean interval
        }
        let expected = f64::midpoint(0.0, plain_cv(&uneven));
        // Two sums of six rounded terms each: a few units in the last place.
        assert!((counted.mean_cv().unwrap() - expected).abs() < 1e-14);
        assert_eq!(counted.events(), 15);
    }

    #[test]
    fn nothing_gives_nothing() {
        assert_eq!(Intervals::new(0).mean_cv(), None);
        assert_eq!(Intervals::new(3).mean_cv(), None);
        assert_eq!(mean_rate_hz(10, 0, 100.0), None);
        assert_eq!(mean_rate_hz(10, 5, 0.0), None);
        assert_eq!(mean_rate_hz(10, 5, 500.0), Some(4.0));
    }
}
