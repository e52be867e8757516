//! Extremes, mean and deviation of samples as they come.

use neuropil_ir::program::Over;

/// Running extremes, mean and sum of squared deviations (Welford 1962).
#[derive(Clone, Copy, Debug)]
pub(super) struct Moments {
    pub(super) samples: u64,
    min: f64,
    max: f64,
    mean: f64,
    deviations: f64,
    broken: bool,
}

impl Moments {
    pub(super) const fn new() -> Self {
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

    pub(super) fn add_all(&mut self, values: &[f64]) {
        for &value in values {
            self.add(value);
        }
    }

    pub(super) fn get(&self, reduction: Over) -> f64 {
        match reduction {
            _ if self.broken => f64::NAN,
            Over::Min => self.min,
            Over::Max => self.max,
            Over::Mean => self.mean,
            Over::Std => (self.deviations / self.samples as f64).sqrt(),
        }
    }
}
