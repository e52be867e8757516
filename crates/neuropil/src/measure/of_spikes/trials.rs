//! What follows an onset, over trials.

use neuropil_measures::Window;
use neuropil_measures::spikes::{Train, latencies, psth as psth_of, trials};

use super::super::Setting;
use super::super::catalogue::Taken;
use super::super::finding::{Detail, Finding, Number, Quantity, curve, hertz, largest};
use super::super::words::{ms, plural};
use super::{COUNT_MS, Spikes};

/// The onsets, ascending.
fn onsets(spikes: &Spikes<'_>) -> Vec<f64> {
    let mut onsets = spikes.setting.request.onsets_ms.clone();
    onsets.sort_by(f64::total_cmp);
    onsets
}

pub(in crate::measure) fn psth(spikes: &Spikes<'_>) -> Taken {
    let reach = spikes.setting.request.lag_ms;
    let around = Window::new(-reach, reach)?;
    let setting = Setting {
        window: around,
        ..spikes.setting
    };
    let bins = setting.bins(COUNT_MS)?;
    let pooled = spikes.trains.pooled_ms();
    let trials = trials(Train::new(&pooled)?, &onsets(spikes), around)?;
    let Some(found) = psth_of(&trials, bins) else {
        return Ok(Finding::without("there is no onset"));
    };
    let neurons = spikes.trains.neurons().max(1) as f64;
    let each = |rates: Vec<f64>| -> Vec<f64> { rates.into_iter().map(|r| r / neurons).collect() };
    let (at, rates) = (bins.centres_ms(), each(found.rate_hz));
    let (peak_at, peak) = largest(&at, &rates).unzip();
    let mut detail = curve(Quantity::new("time from onset", "ms"), hertz(), at, rates);
    if let Detail::Curve { errors, .. } = &mut detail {
        *errors = found.error_hz.map(each);
    }
    let note = format!(
        "{}, bins of {}",
        plural(trials.neurons() as u64, "trial"),
        ms(bins.width_ms())
    );
    Ok(Finding::of([
        Number::new("peak", peak, "Hz").of(note),
        Number::new("peak time", peak_at, "ms").of("from the onset"),
    ])
    .with(detail))
}

pub(in crate::measure) fn latency(spikes: &Spikes<'_>) -> Taken {
    let onsets = onsets(spikes);
    let span = Window::new(0.0, spikes.setting.request.lag_ms)?;
    let mut medians = Vec::new();
    let mut answered = 0;
    for train in spikes.trains.iter() {
        if let Some(found) = latencies(&trials(train, &onsets, span)?, span) {
            medians.push(found.median_ms);
            answered += found.answered;
        }
    }
    medians.sort_by(f64::total_cmp);
    let all = spikes.trains.neurons() * onsets.len();
    let share = (all > 0).then(|| answered as f64 / all as f64);
    let middle = medians.get(medians.len() / 2).copied();
    let note = format!(
        "median over {} that answer",
        plural(medians.len() as u64, "neuron")
    );
    Ok(Finding::of([
        Number::new("", middle, "ms").of(note),
        Number::new("answered", share, "")
            .of(format!("of all trials, within {}", ms(span.to_ms()))),
    ]))
}
