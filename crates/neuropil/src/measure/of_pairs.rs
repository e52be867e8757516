//! Measures of two recordings: who leads whom, and how firmly they go together.

use neuropil_measures::MeasureError;
use neuropil_measures::signals::{
    Band, Signal, WeightedSum, cross_spectrum, field_proxy, lagged_correlation, phase_in_band,
    phase_locking, phase_locking_value, phases_at_spikes, rhythm, usual_parts,
};
use neuropil_measures::spikes::{
    Train, isi_distance, spike_distance, spike_triggered, van_rossum, victor_purpura,
};

use super::catalogue::Taken;
use super::finding::{Detail, Finding, Number, Quantity, curve, largest};
use super::of_samples::Samples;
use super::of_spikes::{Spikes, side_by_side};
use super::words::{ms, plural};
use super::{Recording, Request, Setting};

/// The width of bins in which spikes are counted beside other spikes; unit ms.
const FINE_MS: f64 = 1.0;

/// The time scale of distances where no width is asked for; unit ms.
const SCALE_MS: f64 = 10.0;

/// The most products of numbers of spikes that one distance is computed for.
const MOST_PRODUCTS: usize = 100_000_000;

/// Two signals at the same times: rates of spikes, means over elements.
struct Both {
    start_ms: f64,
    step_ms: f64,
    first: Vec<f64>,
    second: Vec<f64>,
}

impl Both {
    fn new(a: &Recording<'_>, b: &Recording<'_>) -> Result<Self, MeasureError> {
        match (a, b) {
            (Recording::Spikes(a), Recording::Spikes(b)) => {
                let bins = a.bins(FINE_MS)?;
                Ok(Self {
                    start_ms: bins.centres_ms().first().copied().unwrap_or(0.0),
                    step_ms: bins.width_ms(),
                    first: a.rate(bins).unwrap_or_default(),
                    second: b.rate(bins).unwrap_or_default(),
                })
            }
            (Recording::Samples(a), Recording::Samples(b)) => {
                let (start_ms, step_ms, first) = a.mean_signal()?;
                let (_, _, second) = b.mean_signal()?;
                Ok(Self {
                    start_ms,
                    step_ms,
                    first,
                    second,
                })
            }
            (Recording::Spikes(spikes), Recording::Samples(samples)) => {
                let (start_ms, step_ms, second) = samples.mean_signal()?;
                let first = counts(spikes, (start_ms, step_ms), second.len());
                Ok(Self {
                    start_ms,
                    step_ms,
                    first,
                    second,
                })
            }
            (Recording::Samples(_), Recording::Spikes(_)) => {
                let both = Self::new(b, a)?;
                Ok(Self {
                    first: both.second,
                    second: both.first,
                    ..both
                })
            }
        }
    }

    fn signals(&self) -> Result<(Signal<'_>, Signal<'_>), MeasureError> {
        let signal = |values| Signal::new(self.start_ms, self.step_ms, values);
        Ok((signal(&self.first)?, signal(&self.second)?))
    }
}

/// The number of spikes of all neurons at the sample nearest to each.
fn counts(spikes: &Spikes<'_>, (start, step): (f64, f64), samples: usize) -> Vec<f64> {
    let mut counts = vec![0.0; samples];
    for time in spikes.within().flat_map(Train::times_ms) {
        let place = ((time - start) / step).round();
        if place >= 0.0
            && let Some(count) = counts.get_mut(place as usize)
        {
            *count += 1.0;
        }
    }
    counts
}

fn setting<'a>(recording: &'a Recording<'_>) -> &'a Setting<'a> {
    match recording {
        Recording::Spikes(spikes) => spikes.setting(),
        Recording::Samples(samples) => samples.setting(),
    }
}

pub(super) fn lead(a: &Recording<'_>, b: &Recording<'_>) -> Taken {
    let both = Both::new(a, b)?;
    let steps = (setting(a).request.lag_ms / both.step_ms).round() as usize;
    let (first, second) = both.signals()?;
    let Some(correlation) = lagged_correlation(first, second, steps)? else {
        return Ok(Finding::without("one of them does not change"));
    };
    let at: Vec<f64> = (0..correlation.len())
        .map(|k| (k as f64 - steps as f64) * both.step_ms)
        .collect();
    let (lag, peak) = largest(&at, &correlation).unzip();
    Ok(Finding::of([
        Number::new("lag", lag, "ms").of("of the highest correlation; positive: the first leads"),
        Number::new("peak", peak, "").of(format!("steps of {}", ms(both.step_ms))),
    ])
    .with(curve(
        Quantity::new("lag", "ms"),
        Quantity::new("correlation", ""),
        at,
        correlation,
    )))
}

pub(super) fn coherence(a: &Recording<'_>, b: &Recording<'_>) -> Taken {
    let both = Both::new(a, b)?;
    let setting = setting(a);
    let parts = usual_parts(both.first.len(), both.step_ms, setting.request.part_ms)?;
    let (first, second) = both.signals()?;
    let Some(cross) = cross_spectrum(first, second, parts)? else {
        return Ok(Finding::without("the span is shorter than a part"));
    };
    let coherence = cross.coherence();
    let (low, high) = setting.request.band_hz;
    let of_band = |k: &usize| (low..=high).contains(&cross.frequencies_hz[*k]);
    let band: Vec<usize> = (0..coherence.len()).filter(of_band).collect();
    let defined = band
        .iter()
        .filter_map(|&k| Some((cross.frequencies_hz[k], coherence[k]?)));
    let top = defined.reduce(|best, one| if one.1 > best.1 { one } else { best });
    let (at, peak) = top.unzip();
    let note = format!(
        "mean of {} of {}; {:.2} by chance",
        plural(cross.averaged as u64, "part"),
        ms(parts.length() as f64 * both.step_ms),
        1.0 / cross.averaged as f64
    );
    Ok(Finding::of([
        Number::new("peak", peak, "").of(note),
        Number::new("frequency", at, "Hz").of("of the peak"),
    ])
    .with(Detail::Curve {
        x: Quantity::new("frequency", "Hz"),
        y: Quantity::new("coherence", ""),
        log: false,
        at: band.iter().map(|&k| cross.frequencies_hz[k]).collect(),
        values: band.iter().map(|&k| coherence[k]).collect(),
        errors: None,
    }))
}

pub(super) fn triggered(a: &Recording<'_>, b: &Recording<'_>) -> Taken {
    let (spikes, samples): (&Spikes<'_>, &Samples<'_>) = match (a, b) {
        (Recording::Spikes(spikes), Recording::Samples(samples))
        | (Recording::Samples(samples), Recording::Spikes(spikes)) => (spikes, samples),
        // Nothing is said where both are of one kind.
        _ => return Ok(Finding::default()),
    };
    let (start, step, mean) = samples.mean_signal()?;
    let signal = Signal::new(start, step, &mean)?;
    let reach = setting(a).request.lag_ms;
    let mut sum: Option<(Vec<f64>, Vec<f64>, usize)> = None;
    for train in spikes.within() {
        let Some(found) = spike_triggered(train, signal, reach, reach)? else {
            continue;
        };
        let weighted = found.mean.iter().map(|mean| mean * found.spikes as f64);
        match &mut sum {
            None => sum = Some((found.lags_ms, weighted.collect(), found.spikes)),
            Some((_, values, count)) => {
                values
                    .iter_mut()
                    .zip(weighted)
                    .for_each(|(sum, value)| *sum += value);
                *count += found.spikes;
            }
        }
    }
    let Some((at, mut values, count)) = sum else {
        return Ok(Finding::without("no spike has its whole surround recorded"));
    };
    for value in &mut values {
        *value /= count as f64;
    }
    let whole = mean.iter().sum::<f64>() / mean.len() as f64;
    let off: Vec<f64> = values.iter().map(|value| (value - whole).abs()).collect();
    let (lag, most) = largest(&at, &off).unzip();
    Ok(Finding::of([
        Number::new("lag", lag, "ms").of("where the average is farthest from the mean"),
        Number::new("distance", most, samples.unit()).of(plural(count as u64, "spike")),
    ])
    .with(curve(
        Quantity::new("time from spike", "ms"),
        Quantity::new("mean", samples.unit()),
        at,
        values,
    )))
}

/// The order of the filter to a band: twice as steep as usual would ring.
const ORDER: u32 = 3;

pub(super) fn locking(a: &Recording<'_>, b: &Recording<'_>) -> Taken {
    let both = Both::new(a, b)?;
    let (low, high) = setting(a).request.band_hz;
    if setting(a).request.band_hz == Request::default().band_hz {
        return Ok(Finding::without(
            "choose a band: a phase is that of a rhythm",
        ));
    }
    let band = Band::new(low, high, ORDER)?;
    let signal = |values| Signal::new(both.start_ms, both.step_ms, values);
    let of_spikes = match (a, b) {
        (Recording::Spikes(spikes), Recording::Samples(_)) => Some((spikes, &both.second)),
        (Recording::Samples(_), Recording::Spikes(spikes)) => Some((spikes, &both.first)),
        _ => None,
    };
    let range = format!("{low} Hz .. {high} Hz");
    let Some((spikes, samples)) = of_spikes else {
        let (first, second) = both.signals()?;
        let phases = (phase_in_band(first, band)?, phase_in_band(second, band)?);
        let (Some(one), Some(other)) = phases else {
            return Ok(Finding::without("one of them has nothing in the band"));
        };
        let found = phase_locking_value(&one, &other)?;
        return Ok(Finding::of([
            Number::new("", found.map(|found| found.strength), "")
                .of(format!("phase-locking value, {range}")),
            Number::new("phase", found.map(|found| found.phase), "rad")
                .of("of the second less that of the first"),
        ]));
    };
    let Some(phases) = phase_in_band(signal(samples)?, band)? else {
        return Ok(Finding::without("the samples have nothing in the band"));
    };
    let phases = signal(&phases)?;
    let at: Vec<f64> = spikes
        .within()
        .flat_map(|train| phases_at_spikes(train, phases))
        .collect();
    let found = phase_locking(&at)?;
    let p = found.and_then(|found| found.rayleigh_p());
    Ok(Finding::of([
        Number::new("", found.map(|found| found.strength), "").of(format!(
            "vector strength of {}, {range}",
            plural(at.len() as u64, "spike")
        )),
        Number::new("phase", found.map(|found| found.phase), "rad")
            .of("that spikes prefer; 0 is the crest"),
        Number::new("p", p, "").of("of such strength by chance (Rayleigh)"),
    ]))
}

pub(super) fn proxy(a: &Recording<'_>, b: &Recording<'_>) -> Taken {
    let (Recording::Samples(ampa), Recording::Samples(gaba)) = (a, b) else {
        return Ok(Finding::default());
    };
    let (start, step, of_ampa) = ampa.mean_signal()?;
    let (_, _, of_gaba) = gaba.mean_signal()?;
    let signal = |values| Signal::new(start, step, values);
    let rule = WeightedSum::reference();
    let found = field_proxy(&[signal(&of_ampa)?], &[signal(&of_gaba)?], rule)?;
    let Some(found) = found.filter(|found| !found.values.is_empty()) else {
        return Ok(Finding::without(
            "the span is shorter than the delay of the proxy",
        ));
    };
    let rhythm = rhythm(
        &[found.signal()?],
        setting(a).request.part_ms,
        setting(a).request.band_hz,
    )?;
    let peak = rhythm.and_then(|rhythm| rhythm.peak);
    let at = (0..found.values.len())
        .map(|k| found.start_ms + k as f64 * step)
        .collect();
    let note = format!(
        "AMPA {} later, GABA times {} (Mazzoni et al. 2015)",
        ms(rule.ampa_delay_ms),
        rule.gaba_weight
    );
    Ok(
        Finding::of([Number::new("peak", peak.map(|peak| peak.frequency_hz), "Hz").of(note)]).with(
            curve(
                Quantity::new("time", "ms"),
                Quantity::new("field proxy", ampa.unit()),
                at,
                found.values,
            ),
        ),
    )
}

pub(super) fn distance(a: &Recording<'_>, b: &Recording<'_>) -> Taken {
    let (Recording::Spikes(a), Recording::Spikes(b)) = (a, b) else {
        return Ok(Finding::default());
    };
    let setting = a.setting();
    let scale = setting.request.bin_ms.unwrap_or(SCALE_MS);
    let most = setting.request.neurons;
    let mut sums = [0.0; 4];
    let (mut pairs, mut products) = (0_u64, 0_usize);
    for (one, other) in side_by_side(a, b).take(most) {
        products = products.saturating_add(one.len().saturating_mul(other.len()));
        sums[0] += isi_distance(one, other, setting.window);
        sums[1] += spike_distance(one, other, setting.window);
        sums[2] += van_rossum(one, other, scale)?;
        if products <= MOST_PRODUCTS {
            sums[3] += victor_purpura(one, other, 1.0 / scale)?;
        }
        pairs += 1;
    }
    let mean = |sum: f64| (pairs > 0).then(|| sum / pairs as f64);
    let note = format!("mean over {} of neurons", plural(pairs, "pair"));
    let far = products > MOST_PRODUCTS;
    Ok(Finding::of([
        Number::new("isi", mean(sums[0]), "").of(note),
        Number::new("spike", mean(sums[1]), ""),
        Number::new("van rossum", mean(sums[2]), "").of(format!("time constant {}", ms(scale))),
        Number::new("victor purpura", mean(sums[3]).filter(|_| !far), "").of(if far {
            "too many spikes for its time, which grows with their square".to_owned()
        } else {
            format!("cost 1 per {}", ms(scale))
        }),
    ]))
}
