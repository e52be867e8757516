//! What every neuron has by itself, as means over neurons.

#![expect(
    clippy::unnecessary_wraps,
    reason = "all measures have one signature, that of the catalogue"
)]

use std::fmt::Write;

use neuropil_measures::spikes::{
    Burst, SurpriseRule, Train, bursts_by_surprise, cv as cv_of, cv2 as cv2_of, fano_over_bins,
    interval_histogram, lv as lv_of, lvr as lvr_of, rates_hz, summarize_bursts,
};

use super::super::catalogue::Taken;
use super::super::finding::{Detail, Finding, Number, Quantity, curve, hertz};
use super::super::words::{ms, plural};
use super::{Spikes, WINDOW_MS};

/// The refractory time of LvR in the source; unit ms.
const REFRACTORY_MS: f64 = 5.0;

pub(in crate::measure) fn rate(spikes: &Spikes<'_>) -> Taken {
    let window = spikes.setting.window;
    let rates = rates_hz(&spikes.trains, window);
    let n = rates.len() as f64;
    let mean = rates.iter().sum::<f64>() / n;
    let squares: f64 = rates.iter().map(|rate| (rate - mean) * (rate - mean)).sum();
    let silent = rates.iter().filter(|&&rate| rate == 0.0).count() as u64;
    let neurons = plural(rates.len() as u64, "neuron");
    let note = if silent > 0 {
        format!("{neurons}, {silent} silent")
    } else {
        neurons
    };
    // As in a picture of the rates: some hundreds of bins at most.
    let wide = crate::figures::rate_bin_ms(window.duration_ms(), spikes.setting.dt_ms);
    let bins = spikes.bins(wide)?;
    let finding = Finding::of([
        Number::new("", mean, "Hz").of(note),
        Number::new("spread", (squares / n).sqrt(), "Hz").of("standard deviation over neurons"),
    ]);
    Ok(match spikes.rate(bins) {
        Some(values) => finding.with(curve(
            Quantity::new("time", "ms"),
            hertz(),
            bins.centres_ms(),
            values,
        )),
        None => finding,
    })
}

pub(in crate::measure) fn intervals(spikes: &Spikes<'_>) -> Taken {
    let all = || spikes.within().flat_map(Train::intervals_ms);
    let count = all().count();
    let longest = all().fold(0.0, f64::max);
    let mean = (count > 0).then(|| all().sum::<f64>() / count as f64);
    let note = if count == 0 {
        "no neuron has 2 spikes or more there".to_owned()
    } else {
        plural(count as u64, "interval")
    };
    let finding = Finding::of([Number::new("", mean, "ms").of(note)]);
    if longest <= 0.0 {
        return Ok(finding);
    }
    // Wide enough for 199 intervals of 200, in about 60 bins; the rest is told in the note.
    let mut sorted: Vec<f64> = all().collect();
    sorted.sort_by(f64::total_cmp);
    let usual = sorted[(count - 1) * 199 / 200].max(spikes.setting.dt_ms);
    let step = (usual / 60.0 / spikes.setting.dt_ms).ceil().max(1.0) * spikes.setting.dt_ms;
    let width = spikes.setting.request.bin_ms.unwrap_or(step);
    let most = ((usual / width).ceil() + 1.0) * width;
    let histogram = interval_histogram(spikes.within(), width, most)?;
    let mut finding = finding.with(Detail::Counts {
        x: Quantity::new("interval", "ms"),
        first: 0.0,
        width,
        counts: histogram.counts,
    });
    if histogram.outside > 0
        && let Some(number) = finding.numbers.first_mut()
    {
        let _ = write!(number.note, ", {} beyond the histogram", histogram.outside);
    }
    Ok(finding)
}

pub(in crate::measure) fn cv(spikes: &Spikes<'_>) -> Taken {
    Ok(Finding::of([spikes.mean_over(3, cv_of)]))
}

pub(in crate::measure) fn cv2(spikes: &Spikes<'_>) -> Taken {
    Ok(Finding::of([spikes.mean_over(3, cv2_of)]))
}

pub(in crate::measure) fn lv(spikes: &Spikes<'_>) -> Taken {
    Ok(Finding::of([spikes.mean_over(3, lv_of)]))
}

pub(in crate::measure) fn lvr(spikes: &Spikes<'_>) -> Taken {
    let of = |train: Train<'_>| lvr_of(train, REFRACTORY_MS).ok().flatten();
    Ok(Finding::of([spikes.mean_over(3, of)]))
}

pub(in crate::measure) fn fano(spikes: &Spikes<'_>) -> Taken {
    let bins = spikes.bins(WINDOW_MS)?;
    let mut number = spikes.mean_over(1, |train| fano_over_bins(train, bins));
    let _ = write!(number.note, ", bins of {}", ms(bins.width_ms()));
    Ok(Finding::of([number]))
}

pub(in crate::measure) fn bursts(spikes: &Spikes<'_>) -> Taken {
    let rule = SurpriseRule::default();
    let (mut bursting, mut bursts, mut inside, mut all, mut lasting) = (0_u64, 0, 0.0, 0, 0.0);
    for train in spikes.within() {
        all += train.len();
        let found = bursts_by_surprise(train, rule)?;
        let found: Vec<Burst> = found
            .into_iter()
            .map(|surprising| surprising.burst)
            .collect();
        if let Some(found) = summarize_bursts(train, &found) {
            bursting += 1;
            bursts += found.bursts;
            inside += found.mean_spikes * found.bursts as f64;
            lasting += found.mean_duration_ms * found.bursts as f64;
        }
    }
    let mean = |sum: f64| (bursts > 0).then(|| sum / bursts as f64);
    let share = (all > 0).then(|| inside / all as f64);
    Ok(Finding::of([
        Number::new("", bursts as f64, "").of(format!(
            "in {}, of surprise {:.1} or more",
            plural(bursting, "neuron"),
            rule.least
        )),
        Number::new("share", share, "").of("of all spikes lie in bursts"),
        Number::new("spikes", mean(inside), "").of("a burst"),
        Number::new("duration", mean(lasting), "ms"),
    ]))
}
