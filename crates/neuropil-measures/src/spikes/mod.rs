//! Measures of spike trains.
//!
//! Times are in ms and rates in Hz; a span of time takes its end and not its start. A measure that
//! has no value (too few spikes, a constant count) is `None`.
//!
//! | question | module | measures |
//! |---|---|---|
//! | how fast? | [`rates`] | mean, binned, smoothed, instantaneous rate |
//! | how regular? | [`intervals`] | CV, CV2, LV, LvR, histogram of intervals |
//! | how variable, who with whom? | [`counts`] | Fano factor, covariance and correlation of counts |
//! | who leads whom? | [`correlograms`], [`surrogates`] | auto- and cross-correlograms, corrected |
//! | how synchronous? | [`synchrony`] | chi of Golomb and Rinzel, phase order |
//! | does it burst? | [`bursts`], [`surprise`], [`log_intervals`] | maximal intervals, Poisson surprise, valley of intervals |
//! | what goes with spikes, what with stimuli? | [`triggered`] | averages, PSTH, latency |
//! | how different? | [`distances`] | Victor-Purpura, van Rossum, ISI-, SPIKE-distance |

pub mod bursts;
pub mod correlograms;
pub mod counts;
pub mod distances;
pub mod intervals;
pub mod log_intervals;
pub mod rates;
pub mod surprise;
pub mod surrogates;
pub mod synchrony;
mod trains;
pub mod triggered;

pub use bursts::{Burst, BurstRule, BurstSummary, burst_rate_hz, summarize_bursts};
pub use correlograms::{
    CorrectedCorrelogram, Lags, auto_correlogram, conditional_rate_hz, corrected_correlogram,
    cross_correlogram, shuffle_predictor,
};
pub use counts::{CountMoments, correlation_by_width, fano, fano_over_bins, fano_over_trials};
pub use distances::{isi_distance, spike_distance, van_rossum, victor_purpura};
pub use intervals::{
    IntervalHistogram, MeanCv, cv, cv2, interval_histogram, lv, lvr, mean_cv, mean_interval_ms,
};
pub use log_intervals::{
    IntervalValley, LogIntervalRule, bursts_by_log_intervals, interval_valley,
};
pub use rates::{
    Filter, binned_rate_hz, instantaneous_rate_hz, population_rate_hz, rate_hz, rates_hz,
    smoothed_rate_hz,
};
pub use surprise::{SurpriseRule, SurprisingBurst, bursts_by_surprise, poisson_surprise};
pub use surrogates::Surrogate;
pub use synchrony::{PhaseOrder, chi, chi_of_counts, phase, phase_order};
pub use trains::{Train, Trains, TrainsBuilder};
pub use triggered::{
    Latencies, Psth, SpikeTriggered, latencies, latency_ms, psth, spike_triggered, trials,
};
