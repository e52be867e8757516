//! Measures of signals in continuous time.
//!
//! A [`Signal`] is samples in steady steps. Frequencies are in Hz though times are in ms. Spectra
//! are one-sided densities: with samples in mV they are in mV^2/Hz, and their sum times the
//! distance of frequencies is the variance.
//!
//! | question | module | measures |
//! |---|---|---|
//! | which rhythm? | [`spectrum`], [`tapers`], [`mod@rhythm`] | Welch, multitaper (sine, Slepian), spectrogram, peak and its width |
//! | which rhythm is shared? | [`coherence`] | cross-spectrum, coherence, of spikes with a signal too |
//! | at which phase? | [`hilbert`], [`bands`] | amplitude and phase of the analytic signal, in a band |
//! | how steady is a phase? | [`locking`] | phase-locking value, vector strength of spikes |
//! | how long is it remembered? | [`mod@autocorrelation`] | autocorrelation and its time |
//! | in how many directions? | [`components`], [`dimensionality`] | principal components, participation ratio |
//! | who with whom, who after whom? | [`connectivity`], [`dimensionality`] | correlations, in windows, at lags |
//! | what would an electrode see? | [`proxies`] | proxies of the local field potential |
//! | is it critical? | [`mod@avalanches`] | sizes and durations, power laws with a test of fit |

pub mod autocorrelation;
pub mod avalanches;
pub mod bands;
pub mod coherence;
pub mod components;
pub mod connectivity;
pub mod dimensionality;
mod eigen;
mod fft;
pub mod hilbert;
pub mod locking;
pub mod proxies;
pub mod rhythm;
mod signal;
pub mod spectrum;
pub mod tapers;

pub use autocorrelation::{autocorrelation, autocorrelation_time_ms};
pub use avalanches::{Avalanche, PowerLaw, avalanches, fit_power_law};
pub use bands::{Band, analytic_in_band, band_filter, envelope_in_band, phase_in_band};
pub use coherence::{CrossSpectrum, cross_spectrum, spike_field_spectrum};
pub use components::{PrincipalComponents, principal_components};
pub use connectivity::{WindowedCorrelation, correlation_matrix, windowed_correlation};
pub use dimensionality::{lagged_correlation, participation_ratio};
pub use fft::Complex;
pub use hilbert::analytic;
pub use locking::{PhaseLocking, phase_locking, phase_locking_value, phases_at_spikes};
pub use proxies::{FieldProxy, WeightedSum, field_proxy, mean_signal, standardized};
pub use rhythm::{Rhythm, rhythm, usual_parts};
pub use signal::Signal;
pub(crate) use signal::{deviations, product};
pub use spectrum::{Peak, Segments, Spectrogram, Spectrum, peak, spectrogram, welch};
pub use tapers::{multitaper, multitaper_slepian, slepian_tapers};
