//! Spectra of signals, of whatever kind they are.

use neuropil_measures::MeasureError;
use neuropil_measures::signals::{Segments, Signal, rhythm, spectrogram as power_over_time};

use super::Setting;
use super::catalogue::Taken;
use super::finding::{Detail, Finding, Number, Quantity, curve};
use super::words::{ms, plural};

/// The mean spectrum of some signals of one step, with its peak.
pub(super) fn spectral<S: AsRef<[f64]>>(
    setting: &Setting<'_>,
    step_ms: f64,
    signals: &[S],
    unit: &str,
) -> Taken {
    let request = setting.request;
    let signals: Result<Vec<Signal<'_>>, MeasureError> = signals
        .iter()
        .map(|values| Signal::new(setting.window.from_ms(), step_ms, values.as_ref()))
        .collect();
    let Some(found) = rhythm(&signals?, request.part_ms, request.band_hz)? else {
        return Ok(Finding::without(
            "the span is shorter than a part of the spectrum",
        ));
    };
    let (peak, spectrum) = (found.peak, found.spectrum);
    let (low, high) = request.band_hz;
    let numbers = [
        Number::new("peak", peak.map(|peak| peak.frequency_hz), "Hz").of(match peak {
            Some(_) => format!(
                "mean of {} of {}",
                plural(spectrum.averaged as u64, "part"),
                ms(found.part_ms)
            ),
            None => format!("no power from {low} Hz to {high} Hz"),
        }),
        Number::new("width", peak.and_then(|peak| peak.width_hz), "Hz").of("at half of its power"),
        Number::new("strength", found.strength, "").of("times the median power of the band"),
    ];
    let each = spectrum.frequencies_hz.into_iter().zip(spectrum.power);
    let (at, power) = each.filter(|(frequency, _)| *frequency > 0.0).unzip();
    let mut detail = curve(
        Quantity::new("frequency", "Hz"),
        Quantity::new("power", density(unit)),
        at,
        power,
    );
    if let Detail::Curve { log, .. } = &mut detail {
        *log = true;
    }
    Ok(Finding::of(numbers).with(detail))
}

/// The unit of a density of power.
fn density(unit: &str) -> String {
    match unit {
        "" => "1/Hz".to_owned(),
        "Hz" => "Hz".to_owned(),
        unit if unit.contains(['/', '*', '^', ' ']) => format!("({unit})^2/Hz"),
        unit => format!("{unit}^2/Hz"),
    }
}

/// The spectrum of a signal as time goes on.
pub(super) fn spectral_map(
    setting: &Setting<'_>,
    (start_ms, step_ms): (f64, f64),
    values: &[f64],
    unit: &str,
) -> Taken {
    // Short parts follow time, long ones tell frequencies apart: a tenth of the span, at most 250 ms.
    let usual = (values.len() as f64 * step_ms / 10.0).min(250.0);
    let length = (setting.request.part_ms.unwrap_or(usual) / step_ms).round() as usize;
    let length = length.max(2);
    let parts = Segments::new(length, (length / 8).max(1))?;
    let Some(found) = power_over_time(Signal::new(start_ms, step_ms, values)?, parts) else {
        return Ok(Finding::without("the span is shorter than a part"));
    };
    let (low, high) = setting.request.band_hz;
    let kept: Vec<usize> = (0..found.frequencies_hz.len())
        .filter(|&k| (low..=high).contains(&found.frequencies_hz[k]))
        .collect();
    let note = format!(
        "{} of {}",
        plural(found.times_ms.len() as u64, "part"),
        ms(length as f64 * step_ms)
    );
    let strongest = |row: &Vec<f64>| {
        let top = kept
            .iter()
            .copied()
            .reduce(|best, k| if row[k] > row[best] { k } else { best });
        top.filter(|&k| row[k] > 0.0)
            .map(|k| found.frequencies_hz[k])
    };
    let mut peaks: Vec<f64> = found.power.iter().filter_map(strongest).collect();
    peaks.sort_by(f64::total_cmp);
    let median = peaks.get(peaks.len() / 2).copied();
    let number = Number::new("peak", median, "Hz").of(format!("median over {note}"));
    Ok(Finding::of([number]).with(Detail::Map {
        value: Quantity::new("power", density(unit)),
        times_ms: found.times_ms,
        frequencies_hz: kept.iter().map(|&k| found.frequencies_hz[k]).collect(),
        values: found
            .power
            .iter()
            .map(|row| kept.iter().map(|&k| row[k]).collect())
            .collect(),
    }))
}
