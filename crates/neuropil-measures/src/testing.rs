//! Trains of known law, for the tests of this crate.

use neuropil_ir::draw::Stream;

/// A gamma renewal process with so many intervals: sums of `shape` exponential intervals.
pub(crate) fn gamma_train(mean_ms: f64, shape: u32, intervals: usize, seed: u64) -> Vec<f64> {
    let mut stream = Stream::new(seed, 0, 0);
    let mut time = 0.0;
    let mut next = || {
        for _ in 0..shape {
            time -= stream.next_f64().ln() * mean_ms / f64::from(shape);
        }
        time
    };
    (0..=intervals).map(|_| next()).collect()
}

/// A Poisson process of a mean interval, up to a time.
pub(crate) fn poisson_train(mean_ms: f64, to_ms: f64, seed: u64) -> Vec<f64> {
    let enough = (to_ms / mean_ms + 10.0 * (to_ms / mean_ms).sqrt() + 20.0) as usize;
    let mut times = gamma_train(mean_ms, 1, enough, seed);
    times.retain(|&t| t <= to_ms);
    times
}

/// Independent standard normal numbers (Box and Muller).
pub(crate) fn normal_noise(n: usize, seed: u64) -> Vec<f64> {
    let mut stream = Stream::new(seed, 0, 0);
    let mut next = || {
        let radius = (-2.0 * stream.next_f64().ln()).sqrt();
        radius * (std::f64::consts::TAU * stream.next_f64()).cos()
    };
    (0..n).map(|_| next()).collect()
}
