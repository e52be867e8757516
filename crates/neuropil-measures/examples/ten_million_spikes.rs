//! Times the measures on 10^7 spikes of 100 neurons:
//! `cargo run --release --example ten_million_spikes`.
//!
//! Poisson trains of 10 Hz over 10^4 s on a grid of 0.1 ms, on one thread.

#![expect(clippy::print_stdout, reason = "an example prints")]

use neuropil_ir::draw::Stream;
use neuropil_measures::spikes::{
    CountMoments, LogIntervalRule, SurpriseRule, Trains, TrainsBuilder, binned_rate_hz,
    bursts_by_log_intervals, bursts_by_surprise, cv2, fano_over_bins, lv, mean_cv, rates_hz,
};
use neuropil_measures::{Bins, MeasureError, Window};
use std::hint::black_box;
use std::time::Instant;

const NEURONS: u32 = 100;
const SPIKES: usize = 10_000_000;
const DT_MS: f64 = 0.1;

/// Spikes in the order of steps: a geometric number of neuron-steps between two of them.
fn events() -> Vec<(u64, u32)> {
    let mut draws = Stream::new(1, 0, 0);
    let mut place = 0;
    let mut next = || {
        // The spread of the sum over all neurons is uniform here, which times nothing differently.
        place += 1 + u64::from(draws.below(2 * 1_000 - 1));
        (
            place / u64::from(NEURONS),
            (place % u64::from(NEURONS)) as u32,
        )
    };
    (0..SPIKES).map(|_| next()).collect()
}

fn timed<T>(what: &str, measure: impl Fn() -> T) -> T {
    let best = (0..3).map(|_| {
        let start = Instant::now();
        black_box(measure());
        start.elapsed().as_secs_f64()
    });
    println!("{what:<42} {:.3} s", best.fold(f64::INFINITY, f64::min));
    measure()
}

fn main() -> Result<(), MeasureError> {
    let events = events();
    let last = events.last().map_or(0, |event| event.0);
    let window = Window::new(0.0, last as f64 * DT_MS)?;
    println!(
        "{SPIKES} spikes of {NEURONS} neurons in {:.0} s; best of 3",
        window.to_ms() / 1e3
    );
    let trains: Trains = timed("sort by neuron, from pairs", || {
        let mut builder = TrainsBuilder::new(NEURONS as usize, DT_MS)?;
        for &(step, neuron) in &events {
            builder.push(step, neuron)?;
        }
        Ok::<_, MeasureError>(builder.finish())
    })?;
    let bins = |width| Bins::new(window, width);
    let five = bins(5.0)?;
    timed("rate of each neuron", || rates_hz(&trains, window));
    timed("rate in bins of 5 ms", || binned_rate_hz(&trains, five));
    let cv = timed("mean CV", || mean_cv(&trains, window, 3));
    timed("CV2 of each neuron", || {
        trains.iter().map(cv2).collect::<Vec<_>>()
    });
    timed("LV of each neuron", || {
        trains.iter().map(lv).collect::<Vec<_>>()
    });
    timed("bursts of each neuron by surprise", || {
        trains
            .iter()
            .map(|train| bursts_by_surprise(train, SurpriseRule::default()))
            .collect::<Vec<_>>()
    });
    timed("bursts of each neuron by log intervals", || {
        trains
            .iter()
            .map(|train| bursts_by_log_intervals(train, LogIntervalRule::default()))
            .collect::<Vec<_>>()
    });
    let second = bins(1_000.0)?;
    timed("Fano factor of each neuron, 1 s", || {
        trains
            .iter()
            .map(|train| fano_over_bins(train, second))
            .collect::<Vec<_>>()
    });
    for width in [1.0, 5.0, 100.0, 1_000.0] {
        let bins = bins(width)?;
        timed(&format!("correlation matrix, bins of {width} ms"), || {
            CountMoments::new(&trains, bins).map(|moments| moments.correlation_matrix())
        })?;
    }
    println!("mean CV {:?}", cv.map(|cv| cv.mean));
    Ok(())
}
