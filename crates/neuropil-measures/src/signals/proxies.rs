//! Proxies of the local field potential: what an electrode near a network of point neurons would
//! see.
//!
//! Point neurons have no extent and so no field. Compared with the field of a network of neurons
//! with dendrites that got the same synaptic currents, a weighted sum of these currents comes
//! nearest (Mazzoni et al. 2015). The simpler proxies that were compared there:
//!
//! | proxy | call |
//! |---|---|
//! | firing rate | [`crate::spikes::binned_rate_hz`] of the excitatory neurons |
//! | membrane potential | [`mean_signal`] of theirs |
//! | sum of absolute currents | [`field_proxy`] with [`WeightedSum::absolute`] |
//! | reference weighted sum | [`field_proxy`] with [`WeightedSum::reference`] |

use super::Signal;
use super::signal::{deviations, equal_samples, product};
use crate::error::{MeasureError, equal_lengths, not_negative};

/// How the currents of two kinds of synapses are weighted and delayed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WeightedSum {
    /// The weight of GABA currents against AMPA currents: alpha; no unit.
    pub gaba_weight: f64,
    /// How much later AMPA currents are seen; unit ms, rounded to steps.
    pub ampa_delay_ms: f64,
    /// How much later GABA currents are seen; unit ms, rounded to steps.
    pub gaba_delay_ms: f64,
}

impl WeightedSum {
    /// The reference weighted sum: alpha 1.65, AMPA currents 6 ms later, GABA currents at once.
    ///
    /// The values of the source that serve all its networks and depths of the electrode.
    pub const fn reference() -> Self {
        Self {
            gaba_weight: 1.65,
            ampa_delay_ms: 6.0,
            gaba_delay_ms: 0.0,
        }
    }

    /// The plain sum of absolute currents: alpha 1 and no delays.
    pub const fn absolute() -> Self {
        Self {
            gaba_weight: 1.0,
            ampa_delay_ms: 0.0,
            gaba_delay_ms: 0.0,
        }
    }
}

impl Default for WeightedSum {
    fn default() -> Self {
        Self::reference()
    }
}

/// A proxy of the local field potential.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldProxy {
    /// The time of the first sample: that of the currents plus the longer delay; unit ms.
    pub start_ms: f64,
    /// The step between samples; unit ms.
    pub dt_ms: f64,
    /// The samples, in the unit of the currents.
    pub values: Vec<f64>,
}

impl FieldProxy {
    /// The samples as a signal, for spectra and all else.
    ///
    /// # Errors
    /// As [`Signal::new`], which sums that overflow cannot pass.
    pub fn signal(&self) -> Result<Signal<'_>, MeasureError> {
        Signal::new(self.start_ms, self.dt_ms, &self.values)
    }
}

/// Returns the weighted sum of synaptic currents; `None` without samples after the delays.
///
/// Give the currents of the neurons that make the field, the excitatory ones of the source: one
/// signal a neuron, or their sum as one signal, which is the same as long as currents of one kind
/// have one sign. The field's own sign and scale depend on the depth of the electrode: see
/// [`standardized`].
///
/// # Equation
/// `sum_i |I_AMPA,i(t - d_A)| + alpha sum_i |I_GABA,i(t - d_G)|`. The source writes it with a
/// minus, as its two currents have opposite signs.
///
/// # Units
/// All currents in one unit, which is that of the result. The steps and starts of all signals are
/// those of the first.
///
/// # Shapes
/// `ampa` is `[n_ampa]`, `gaba` `[n_gaba]` of `[n_samples]`, either may be empty; the result has
/// `n_samples` less the longer delay in steps.
///
/// # Errors
/// [`MeasureError::Lengths`] for signals of different length, [`MeasureError::Negative`] for a
/// weight or delay below 0.
///
/// # Source
/// A. Mazzoni, H. Lindén, H. Cuntz, A. Lansner, S. Panzeri, G. T. Einevoll (2015), Computing the
/// local field potential (LFP) from integrate-and-fire network models,
/// <https://doi.org/10.1371/journal.pcbi.1004584>.
///
/// # Examples
/// ```
/// use neuropil_measures::signals::{Signal, WeightedSum, field_proxy};
/// let (ampa, gaba) = ([1.0, 3.0, 0.0], [-2.0, 0.0, -4.0]);
/// let signal = |values| Signal::new(0.0, 6.0, values);
/// let found = field_proxy(&[signal(&ampa)?], &[signal(&gaba)?], WeightedSum::reference())?;
/// // One step later: 1 + 1.65 · 0 and 3 + 1.65 · 4.
/// assert!(found.is_some_and(|found| found.start_ms == 6.0 && found.values == [1.0, 9.6]));
/// # Ok::<(), neuropil_measures::MeasureError>(())
/// ```
pub fn field_proxy(
    ampa: &[Signal<'_>],
    gaba: &[Signal<'_>],
    rule: WeightedSum,
) -> Result<Option<FieldProxy>, MeasureError> {
    not_negative("weight of GABA currents", rule.gaba_weight)?;
    let Some(first) = ampa.first().or(gaba.first()) else {
        return Ok(None);
    };
    let samples = first.values().len();
    for kind in [ampa, gaba] {
        if !kind.is_empty() {
            equal_lengths("samples of a current", equal_samples(kind)?, samples)?;
        }
    }
    let steps = |what, delay| Ok((not_negative(what, delay)? / first.dt_ms()).round());
    let of_ampa: f64 = steps("delay of AMPA currents", rule.ampa_delay_ms)?;
    let of_gaba: f64 = steps("delay of GABA currents", rule.gaba_delay_ms)?;
    let longest = of_ampa.max(of_gaba);
    if longest >= samples as f64 {
        return Ok(None);
    }
    let longest = longest as usize;
    let mut values = vec![0.0; samples - longest];
    for (kind, weight, delay) in [(ampa, 1.0, of_ampa), (gaba, rule.gaba_weight, of_gaba)] {
        for current in kind {
            let seen = &current.values()[longest - delay as usize..];
            for (sum, value) in values.iter_mut().zip(seen) {
                *sum += weight * value.abs();
            }
        }
    }
    Ok(Some(FieldProxy {
        start_ms: first.start_ms() + longest as f64 * first.dt_ms(),
        dt_ms: first.dt_ms(),
        values,
    }))
}

/// Returns the mean over signals at each time; `None` for no signals.
///
/// Such as the mean membrane potential.
///
/// # Equation
/// `sum_i x_i(t) / n`
///
/// # Shapes
/// `[n_signals]` of `[n_samples]`; the result is `[n_samples]`, in the unit of the signals.
///
/// # Errors
/// [`MeasureError::Lengths`] for signals of different length.
pub fn mean_signal(signals: &[Signal<'_>]) -> Result<Option<Vec<f64>>, MeasureError> {
    let mut mean = vec![0.0; equal_samples(signals)?];
    for signal in signals {
        for (mean, value) in mean.iter_mut().zip(signal.values()) {
            *mean += value / signals.len() as f64;
        }
    }
    Ok((!signals.is_empty()).then_some(mean))
}

/// Returns samples with mean 0 and variance 1; `None` for a constant signal.
///
/// So the source of [`field_proxy`] compares proxies with fields, whose scale differs.
///
/// # Equation
/// `(x - mean(x)) / sqrt(mean((x - mean(x))^2))`
///
/// # Shapes
/// `[n_samples]`, without unit.
pub fn standardized(signal: Signal<'_>) -> Option<Vec<f64>> {
    let values = deviations(signal.values())?;
    let spread = (product(&values, &values) / values.len() as f64).sqrt();
    (spread > 0.0).then(|| values.into_iter().map(|value| value / spread).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::normal_noise;
    use neuropil_testkit::{Tolerance, assert_all_close, assert_close};

    fn signal(values: &[f64]) -> Signal<'_> {
        Signal::new(10.0, 0.5, values).unwrap()
    }

    /// Each sample of the definition, with both delays.
    #[test]
    fn the_sum_is_its_definition() {
        let noise: Vec<Vec<f64>> = (0..5).map(|seed| normal_noise(60, seed)).collect();
        let ampa: Vec<Signal<'_>> = noise[..3].iter().map(|x| signal(x)).collect();
        let gaba: Vec<Signal<'_>> = noise[3..].iter().map(|x| signal(x)).collect();
        let rule = WeightedSum {
            gaba_weight: 0.7,
            ampa_delay_ms: 2.0,
            gaba_delay_ms: 5.0,
        };
        let found = field_proxy(&ampa, &gaba, rule).unwrap().unwrap();
        assert_eq!(
            (found.start_ms, found.dt_ms, found.values.len()),
            (15.0, 0.5, 50)
        );
        let expected: Vec<f64> = (10..60)
            .map(|t| {
                let of_ampa: f64 = noise[..3].iter().map(|x| x[t - 4].abs()).sum();
                let of_gaba: f64 = noise[3..].iter().map(|x| x[t - 10].abs()).sum();
                of_ampa + 0.7 * of_gaba
            })
            .collect();
        assert_all_close(
            "proxy",
            &found.values,
            &expected,
            Tolerance::relative(1e-14),
        );
        assert_eq!(found.signal().unwrap().start_ms(), 15.0);
    }

    /// Steps of both currents at one time: the reference sees that of GABA at once and that of AMPA
    /// 6 ms later.
    #[test]
    fn steps_are_seen_after_their_delay() {
        let step: Vec<f64> = (0..40).map(|k| f64::from(u8::from(k >= 20))).collect();
        let falling: Vec<f64> = step.iter().map(|x| -x).collect();
        let found = field_proxy(
            &[signal(&step)],
            &[signal(&falling)],
            WeightedSum::default(),
        );
        let found = found.unwrap().unwrap();
        // From sample 12 on: 20 - 12 = 8 without any, 12 with GABA, the rest with both.
        let expected = [vec![0.0; 8], vec![1.65; 12], vec![2.65; 8]].concat();
        assert_eq!(found.values, expected);
        let plain = field_proxy(
            &[signal(&step)],
            &[signal(&falling)],
            WeightedSum::absolute(),
        );
        let plain = plain.unwrap().unwrap().values;
        assert_eq!(plain, step.iter().map(|x| 2.0 * x).collect::<Vec<f64>>());
    }

    #[test]
    fn one_kind_alone_and_bad_arguments() {
        let values = [1.0, -2.0, 3.0];
        let rule = WeightedSum::absolute();
        let found = field_proxy(&[], &[signal(&values)], rule).unwrap().unwrap();
        assert_eq!(found.values, [1.0, 2.0, 3.0]);
        assert_eq!(field_proxy(&[], &[], rule), Ok(None));
        assert_eq!(field_proxy(&[signal(&[])], &[], rule), Ok(None));
        // 6 ms are twelve samples.
        assert_eq!(
            field_proxy(&[signal(&values)], &[], WeightedSum::default()),
            Ok(None)
        );
        assert!(field_proxy(&[signal(&values)], &[signal(&values[1..])], rule).is_err());
        let bad = [
            WeightedSum {
                gaba_weight: -1.0,
                ..rule
            },
            WeightedSum {
                ampa_delay_ms: -1.0,
                ..rule
            },
            WeightedSum {
                gaba_delay_ms: f64::NAN,
                ..rule
            },
        ];
        for rule in bad {
            assert!(field_proxy(&[signal(&values)], &[], rule).is_err());
        }
    }

    #[test]
    fn means_and_standard_form() {
        let (a, b) = ([1.0, 2.0, 6.0], [3.0, 0.0, 0.0]);
        let found = mean_signal(&[signal(&a), signal(&b)]).unwrap();
        assert_eq!(found, Some(vec![2.0, 1.0, 3.0]));
        assert_eq!(mean_signal(&[]), Ok(None));
        assert!(mean_signal(&[signal(&a), signal(&b[1..])]).is_err());
        // Deviations -2, -1, 3: variance 14/3.
        let found = standardized(signal(&a)).unwrap();
        let tight = Tolerance::ulp(4);
        assert_close("first", found[0], -2.0 / (14.0_f64 / 3.0).sqrt(), tight);
        assert_eq!(standardized(signal(&[4.0; 3])), None);
        assert_eq!(standardized(signal(&[])), None);
    }
}
