//! A few measurements of one quantity: their median and their range.

/// The median and the range of some measurements; NaN where there is none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Series {
    /// The middle one, or the mean of the two in the middle.
    pub(crate) median: f64,
    /// The smallest.
    pub(crate) least: f64,
    /// The largest.
    pub(crate) most: f64,
}

impl Series {
    /// Summarises measurements in any order.
    pub(crate) fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let n = values.len();
        let median = match n {
            0 => f64::NAN,
            _ if n % 2 == 1 => values[n / 2],
            _ => f64::midpoint(values[n / 2 - 1], values[n / 2]),
        };
        let end = |value: Option<&f64>| value.copied().unwrap_or(f64::NAN);
        Self {
            median,
            least: end(values.first()),
            most: end(values.last()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_of_odd_and_even_series() {
        let odd = Series::of(vec![3.0, 1.0, 2.0]);
        assert_eq!((odd.median, odd.least, odd.most), (2.0, 1.0, 3.0));
        assert_eq!(Series::of(vec![4.0, 1.0, 2.0, 3.0]).median, 2.5);
        assert!(Series::of(Vec::new()).median.is_nan());
    }
}
