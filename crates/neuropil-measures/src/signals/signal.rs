//! Samples in steady steps.

use crate::error::{MeasureError, equal_lengths, finite, positive, squarable};

/// A signal sampled at `start + k dt`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Signal<'a> {
    start_ms: f64,
    dt_ms: f64,
    values: &'a [f64],
}

impl<'a> Signal<'a> {
    /// Takes samples, the time of the first and the step between them, in ms.
    ///
    /// # Errors
    /// [`MeasureError::NotPositive`] for a step that is not positive, [`MeasureError::NotFinite`]
    /// for a sample or a start that is not finite, [`MeasureError::TooLarge`] for a sample beyond 1e70,
    /// of which powers would overflow.
    pub fn new(start_ms: f64, dt_ms: f64, values: &'a [f64]) -> Result<Self, MeasureError> {
        positive("step", dt_ms)?;
        finite("start", &[start_ms])?;
        squarable("sample", values)?;
        Ok(Self {
            start_ms,
            dt_ms,
            values,
        })
    }

    /// The time of the first sample; unit ms.
    pub fn start_ms(self) -> f64 {
        self.start_ms
    }

    /// The step between samples; unit ms.
    pub fn dt_ms(self) -> f64 {
        self.dt_ms
    }

    /// The samples.
    pub fn values(self) -> &'a [f64] {
        self.values
    }

    /// The place of the sample nearest to a time; `None` before the first and after the last.
    pub(crate) fn nearest(self, time_ms: f64) -> Option<usize> {
        let place = ((time_ms - self.start_ms) / self.dt_ms).round();
        (place >= 0.0 && place < self.values.len() as f64).then_some(place as usize)
    }

    /// The samples less their mean; `None` if there are none, or all are the same.
    pub(crate) fn deviations(self) -> Option<Vec<f64>> {
        deviations(self.values)
    }
}

/// Values less their mean; `None` if there are none, or all are the same.
pub(crate) fn deviations(values: &[f64]) -> Option<Vec<f64>> {
    let first = values.first()?;
    if values.iter().all(|value| value == first) {
        return None;
    }
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    Some(values.iter().map(|value| value - mean).collect())
}

/// Values less their mean and over their length, so that products of two are correlations.
///
/// `None` if there are none, or all are the same.
pub(crate) fn directions(values: &[f64]) -> Option<Vec<f64>> {
    let mut values = deviations(values)?;
    let length = product(&values, &values).sqrt();
    for value in &mut values {
        *value /= length;
    }
    (length > 0.0).then_some(values)
}

/// The sum of products, in order.
pub(crate) fn product(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}

/// Refuses signals of different length; returns the length, 0 for no signals.
pub(super) fn equal_samples(signals: &[Signal<'_>]) -> Result<usize, MeasureError> {
    let first = signals.first().map_or(0, |signal| signal.values.len());
    for signal in signals {
        equal_lengths("samples of a signal", signal.values.len(), first)?;
    }
    Ok(first)
}
