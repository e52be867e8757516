//! How steady a phase is: of one signal against another, or of spikes in a rhythm.

use super::Signal;
use crate::error::{MeasureError, equal_lengths, finite};
use crate::spikes::Train;

/// How phases gather around one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PhaseLocking {
    /// The length of the mean of `exp(i phase)`, 0 to 1: vector strength, or phase-locking value.
    ///
    /// n phases without preference have about `sqrt(pi/(4 n))` by chance.
    pub strength: f64,
    /// The preferred phase in `(-pi, pi]`; means nothing where the strength is near 0.
    pub phase: f64,
    /// The number of phases.
    pub count: usize,
}

impl PhaseLocking {
    /// The probability of at least this strength by chance.
    ///
    /// That is, if phases were independent and had no preference. For phases of spikes; samples of
    /// a signal are not independent. `None` for fewer than five phases, for which the formula is
    /// far off.
    ///
    /// # Equation
    /// `exp(sqrt(1 + 4 n + 4 (n^2 - R^2)) - (1 + 2 n))` with `R = n strength`, within 0.006 of
    /// the exact one from five phases on (found by drawing).
    ///
    /// # Source
    /// J. H. Zar (1999), Biostatistical Analysis, 4th edition, equation 27.4; the test is
    /// Rayleigh's.
    pub fn rayleigh_p(&self) -> Option<f64> {
        let n = self.count as f64;
        let rest = n * n * (1.0 - self.strength * self.strength).max(0.0);
        let p = ((1.0 + 4.0 * n + 4.0 * rest).sqrt() - (1.0 + 2.0 * n)).exp();
        (self.count >= 5).then_some(p.min(1.0))
    }
}

/// Returns how phases gather; `None` for no phases.
///
/// # Equation
/// `strength exp(i phase) = mean(exp(i phi))`.
///
/// # Units
/// Phases in radian, of any turn.
///
/// # Errors
/// [`MeasureError::NotFinite`].
///
/// # Source
/// J. M. Goldberg, P. B. Brown (1969), Response of binaural neurons of dog superior olivary complex
/// to dichotic tonal stimuli, <https://doi.org/10.1152/jn.1969.32.4.613>.
///
/// # Examples
/// ```
/// use neuropil_measures::signals::phase_locking;
/// let found = phase_locking(&[0.0, std::f64::consts::FRAC_PI_2])?;
/// assert!(found.is_some_and(|found| (found.strength - 0.5f64.sqrt()).abs() < 1e-15));
/// # Ok::<(), neuropil_measures::MeasureError>(())
/// ```
pub fn phase_locking(phases: &[f64]) -> Result<Option<PhaseLocking>, MeasureError> {
    finite("phase", phases)?;
    let n = phases.len() as f64;
    let x = phases.iter().map(|phase| phase.cos()).sum::<f64>() / n;
    let y = phases.iter().map(|phase| phase.sin()).sum::<f64>() / n;
    Ok((!phases.is_empty()).then(|| PhaseLocking {
        strength: x.hypot(y).min(1.0),
        phase: y.atan2(x),
        count: phases.len(),
    }))
}

/// Returns the phase-locking value of two signals; `None` for no samples.
///
/// How steady the phase of b is against that of a. The phase is that of b less that of a. Its
/// [`PhaseLocking::rayleigh_p`] means nothing, as neighbouring samples are not independent.
///
/// # Equation
/// `|mean_t(exp(i (phi_b(t) - phi_a(t))))|`.
///
/// # Shapes
/// `[n_samples]` both, in radian, as [`super::phase_in_band`] gives them.
///
/// # Errors
/// [`MeasureError::Lengths`], [`MeasureError::NotFinite`].
///
/// # Source
/// J.-P. Lachaux, E. Rodriguez, J. Martinerie, F. J. Varela (1999), Measuring phase synchrony in
/// brain signals, <https://doi.org/10.1002/(SICI)1097-0193(1999)8:4%3C194::AID-HBM4%3E3.0.CO;2-C>.
pub fn phase_locking_value(a: &[f64], b: &[f64]) -> Result<Option<PhaseLocking>, MeasureError> {
    equal_lengths("phases of the second signal", b.len(), a.len())?;
    let apart: Vec<f64> = a.iter().zip(b).map(|(a, b)| b - a).collect();
    phase_locking(&apart)
}

/// Returns the phase of a rhythm at each spike: that of the sample nearest to it.
///
/// Spikes before the first or after the last sample are left out. Give the result to
/// [`phase_locking`].
///
/// # Units
/// The samples of `phases` are in radian.
pub fn phases_at_spikes(train: Train<'_>, phases: Signal<'_>) -> Vec<f64> {
    let phase = |&time: &f64| Some(phases.values()[phases.nearest(time)?]);
    train.times_ms().iter().filter_map(phase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signals::{Band, phase_in_band};
    use crate::testing::{normal_noise, poisson_train};
    use neuropil_ir::draw::Stream;
    use neuropil_testkit::stats::{FALSE_ALARM, binomial_bounds};
    use neuropil_testkit::{Tolerance, assert_close};
    use std::f64::consts::TAU;

    /// Normal phases of deviation s have the strength `exp(-s^2/2)`; its error is below
    /// `1/sqrt(2 n)`, five of them.
    #[test]
    fn normal_phases_have_a_closed_form() {
        let noise = normal_noise(20_000, 1);
        for s in [0.2, 0.8, 1.5] {
            let phases: Vec<f64> = noise.iter().map(|x| 2.0 + s * x).collect();
            let found = phase_locking(&phases).unwrap().unwrap();
            let near = Tolerance::absolute(5.0 / 40_000_f64.sqrt());
            assert_close("strength", found.strength, (-0.5 * s * s).exp(), near);
            assert!((found.phase - 2.0).abs() < 0.1);
            assert!(found.rayleigh_p().unwrap() < 1e-100);
        }
    }

    /// Without preference a share of 0.1 has p of 0.1 or less, within the 0.01 of the formula.
    #[test]
    fn p_values_are_as_rare_as_they_say() {
        let rare = |seed: &u64| {
            let mut stream = Stream::new(*seed, 0, 0);
            let phases: Vec<f64> = (0..12).map(|_| TAU * stream.next_f64()).collect();
            phase_locking(&phases)
                .unwrap()
                .unwrap()
                .rayleigh_p()
                .unwrap()
                <= 0.1
        };
        let found = (0..4_000).filter(rare).count() as u64;
        let (low, _) = binomial_bounds(4_000, 0.09, FALSE_ALARM);
        let (_, high) = binomial_bounds(4_000, 0.11, FALSE_ALARM);
        assert!((low..=high).contains(&found), "{found}");
    }

    #[test]
    fn spikes_on_one_phase_are_locked() {
        let values: Vec<f64> = (0..4_000)
            .map(|k| (TAU * 0.02 * f64::from(k)).cos())
            .collect();
        let signal = Signal::new(10.0, 1.0, &values).unwrap();
        let band = Band::new(15.0, 25.0, 2).unwrap();
        let phases = phase_in_band(signal, band).unwrap().unwrap();
        let phases = Signal::new(10.0, 1.0, &phases).unwrap();
        // A tenth of a cycle after each crest, and one spike outside.
        let locked: Vec<f64> = (0..70)
            .map(|k| 305.0 + 50.0 * f64::from(k) + 10.0)
            .collect();
        let times = [&[2.0][..], &locked].concat();
        let found = phases_at_spikes(Train::new(&times).unwrap(), phases);
        assert_eq!(found.len(), 70);
        let found = phase_locking(&found).unwrap().unwrap();
        assert!(found.strength > 0.999, "{found:?}");
        assert_close("phase", found.phase, 0.1 * TAU, Tolerance::absolute(0.02));
        let free = poisson_train(8.0, 3_900.0, 2);
        let found = phases_at_spikes(Train::new(&free).unwrap(), phases);
        let found = phase_locking(&found).unwrap().unwrap();
        assert!(found.rayleigh_p().unwrap() > FALSE_ALARM, "{found:?}");
    }

    #[test]
    fn signals_apart_by_a_steady_phase_are_locked() {
        let a: Vec<f64> = (0..100).map(|k| 0.3 * f64::from(k)).collect();
        let b: Vec<f64> = a.iter().map(|phase| phase + 1.0 - TAU).collect();
        let found = phase_locking_value(&a, &b).unwrap().unwrap();
        assert_close("strength", found.strength, 1.0, Tolerance::relative(1e-14));
        assert_close("phase", found.phase, 1.0, Tolerance::relative(1e-13));
        // Differences evenly around the circle cancel.
        let even: Vec<f64> = (0..100)
            .map(|k| 0.3 * f64::from(k) + TAU * f64::from(k) / 100.0)
            .collect();
        assert!(phase_locking_value(&a, &even).unwrap().unwrap().strength < 1e-14);
        assert_eq!(phase_locking_value(&[], &[]), Ok(None));
        assert!(phase_locking_value(&a, &b[1..]).is_err());
        assert!(phase_locking(&[f64::NAN]).is_err());
        let four = phase_locking(&[2.0; 4]).unwrap().unwrap();
        assert_eq!((four.strength, four.rayleigh_p()), (1.0, None));
    }
}
