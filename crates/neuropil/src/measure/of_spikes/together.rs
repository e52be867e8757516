//! What neurons do with one another: correlations, synchrony, dimensions, avalanches.

use std::f64::consts::TAU;

use neuropil_measures::MeasureError;
use neuropil_measures::codes::population_vector;
use neuropil_measures::signals::{Signal, avalanches as runs_of_bins, fit_power_law};
use neuropil_measures::spikes::{
    CountMoments, Lags, Train, auto_correlogram, chi_of_counts, conditional_rate_hz,
    correlation_by_width, cross_correlogram, phase_order, rates_hz,
};

use super::super::catalogue::Taken;
use super::super::finding::{
    Detail, Finding, Number, Quantity, curve, hertz, largest, without_diagonal,
};
use super::super::of_samples::{dimensions, if_independent};
use super::super::words::{ms, plural};
use super::{COUNT_MS, FINE_MS, Spikes, WINDOW_MS};

/// Widths at which correlations are taken, in steps or of 1 ms to 500 ms.
const WIDTHS_MS: [f64; 9] = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0];

pub(in crate::measure) fn correlation(spikes: &Spikes<'_>) -> Taken {
    let bins = spikes.bins(COUNT_MS)?;
    let (elements, trains) = spikes.paired();
    let moments = CountMoments::new(&trains, bins)?;
    let note = format!(
        "pairs of {}, bins of {}",
        plural(elements.len() as u64, "neuron"),
        ms(bins.width_ms())
    );
    let number = Number::new("", moments.mean_correlation(), "").of(note);
    Ok(Finding::of([number]).with(Detail::Matrix {
        value: Quantity::new("correlation", ""),
        values: without_diagonal(moments.correlation_matrix(), elements.len()),
        elements,
    }))
}

pub(in crate::measure) fn widths(spikes: &Spikes<'_>) -> Taken {
    let setting = &spikes.setting;
    let (elements, trains) = spikes.paired();
    // Ten bins at least, of a step or more.
    let longest = setting.window.duration_ms() / 10.0;
    let fits = |width: &f64| *width >= setting.dt_ms && *width <= longest;
    let at: Vec<f64> = WIDTHS_MS.into_iter().filter(fits).collect();
    let values = correlation_by_width(&trains, setting.window, &at)?;
    let defined = at
        .iter()
        .zip(&values)
        .filter_map(|(&at, value)| Some((at, (*value)?)));
    let top = defined.reduce(|best, one| if one.1 > best.1 { one } else { best });
    let (width, most) = top.unzip();
    let note = format!("pairs of {}", plural(elements.len() as u64, "neuron"));
    Ok(Finding::of([
        Number::new("largest", most, "").of(note),
        Number::new("at", width, "ms").of("the width of the bins"),
    ])
    .with(Detail::Curve {
        x: Quantity::new("width of bins", "ms"),
        y: Quantity::new("correlation", ""),
        log: false,
        at,
        values,
        errors: None,
    }))
}

fn lag() -> Quantity {
    Quantity::new("lag", "ms")
}

pub(in crate::measure) fn correlogram(spikes: &Spikes<'_>) -> Taken {
    let lags = spikes.lags()?;
    let (elements, trains) = spikes.paired();
    let n = elements.len() as u64;
    let pooled = trains.pooled_ms();
    let all = Train::new(&pooled)?;
    // Pairs of different neurons: all pairs of the pool but those of each neuron with itself.
    let mut counts = cross_correlogram(all, all, lags);
    for train in trains.iter() {
        for (count, own) in counts.iter_mut().zip(cross_correlogram(train, train, lags)) {
            *count -= own;
        }
    }
    let pairs = pooled.len() * n.saturating_sub(1) as usize;
    Ok(of_lags(
        lags,
        conditional_rate_hz(&counts, pairs, lags),
        spikes.setting.window.duration_ms(),
        &format!("pairs of {}", plural(n, "neuron")),
    ))
}

pub(in crate::measure) fn autocorrelogram(spikes: &Spikes<'_>) -> Taken {
    let lags = spikes.lags()?;
    let (elements, trains) = spikes.paired();
    let mut counts = vec![0; lags.count()];
    for train in trains.iter() {
        for (count, own) in counts.iter_mut().zip(auto_correlogram(train, lags)) {
            *count += own;
        }
    }
    let note = plural(elements.len() as u64, "neuron");
    Ok(of_lags(
        lags,
        conditional_rate_hz(&counts, trains.spikes(), lags),
        spikes.setting.window.duration_ms(),
        &note,
    ))
}

impl Spikes<'_> {
    fn lags(&self) -> Result<Lags, MeasureError> {
        let request = self.setting.request;
        let whole = (FINE_MS / self.setting.dt_ms).round().max(1.0) * self.setting.dt_ms;
        let width = request.bin_ms.unwrap_or(whole);
        // Beyond half of the span too few pairs are left to tell anything.
        let most = request.lag_ms.min(self.setting.window.duration_ms() / 2.0);
        Lags::new(width, most)
    }
}

/// A correlogram with its highest point.
///
/// A span of length T holds pairs at lag u for `T - |u|` only; the rates are divided by that share.
fn of_lags(lags: Lags, rates: Option<Vec<f64>>, length_ms: f64, note: &str) -> Finding {
    let Some(mut rates) = rates else {
        return Finding::without("no pair of neurons has spikes there");
    };
    let at = lags.centres_ms();
    for (rate, lag) in rates.iter_mut().zip(&at) {
        *rate /= 1.0 - lag.abs() / length_ms;
    }
    let (peak_at, peak) = largest(&at, &rates).unzip();
    Finding::of([
        Number::new("peak", peak, "Hz").of(note),
        Number::new("peak lag", peak_at, "ms").of(match at.last() {
            Some(&most) => format!(
                "of lags up to {} in bins of {}",
                ms(most),
                ms(lags.width_ms())
            ),
            None => String::new(),
        }),
    ])
    .with(curve(lag(), hertz(), at, rates))
}

pub(in crate::measure) fn synchrony(spikes: &Spikes<'_>) -> Taken {
    let bins = spikes.bins(COUNT_MS)?;
    let n = spikes.trains.neurons();
    let note = format!(
        "{}, bins of {}{}",
        plural(n as u64, "neuron"),
        ms(bins.width_ms()),
        if_independent(n)
    );
    let chi = chi_of_counts(&spikes.trains, bins);
    Ok(Finding::of([Number::new("", chi, "").of(note)]))
}

pub(in crate::measure) fn order(spikes: &Spikes<'_>) -> Taken {
    let wide =
        crate::figures::rate_bin_ms(spikes.setting.window.duration_ms(), spikes.setting.dt_ms);
    let at = spikes.bins(wide)?.centres_ms();
    let (elements, trains) = spikes.paired();
    // Few neurons are in phase by chance, as one alone always is: half of them must have a phase.
    let enough = elements.len().div_ceil(2).max(2);
    let orders: Vec<Option<f64>> = phase_order(&trains, &at)?
        .into_iter()
        .map(|found| {
            found
                .filter(|order| order.neurons >= enough)
                .map(|order| order.order)
        })
        .collect();
    let defined: Vec<f64> = orders.iter().copied().flatten().collect();
    let mean = (!defined.is_empty()).then(|| defined.iter().sum::<f64>() / defined.len() as f64);
    let note = format!(
        "mean over time, {}",
        plural(elements.len() as u64, "neuron")
    );
    Ok(
        Finding::of([Number::new("", mean, "").of(note)]).with(Detail::Curve {
            x: Quantity::new("time", "ms"),
            y: Quantity::new("order", ""),
            log: false,
            at,
            values: orders,
            errors: None,
        }),
    )
}

pub(in crate::measure) fn dimension(spikes: &Spikes<'_>) -> Taken {
    let bins = spikes.bins(WINDOW_MS)?;
    let (elements, trains) = spikes.paired();
    let counts: Vec<Vec<f64>> = trains
        .iter()
        .map(|train| {
            let counts = bins.histogram(train.times_ms().iter().copied());
            counts.into_iter().map(|count| count as f64).collect()
        })
        .collect();
    let signals: Result<Vec<Signal<'_>>, MeasureError> = counts
        .iter()
        .map(|values| Signal::new(0.0, bins.width_ms(), values))
        .collect();
    let note = format!(
        "of at most {}, {} bins of {}",
        elements.len(),
        bins.count(),
        ms(bins.width_ms())
    );
    dimensions(&signals?, &note)
}

/// The most counts of neurons in bins that a centre is followed in.
const MOST_COUNTS: usize = 1 << 26;

pub(in crate::measure) fn bump(spikes: &Spikes<'_>) -> Taken {
    let n = spikes.trains.neurons();
    let angles: Vec<f64> = (0..n).map(|k| TAU * k as f64 / n as f64).collect();
    let whole = population_vector(&rates_hz(&spikes.trains, spikes.setting.window), &angles)?;
    let bins = spikes.bins(WINDOW_MS)?;
    let note = format!("on a ring of {}", plural(n as u64, "neuron"));
    let finding = Finding::of([
        Number::new("centre", whole.map(|bump| bump.angle), "rad").of(note),
        Number::new("width", whole.map(|bump| bump.spread), "rad")
            .of("circular standard deviation"),
        Number::new("length", whole.map(|bump| bump.length), "")
            .of("of the population vector: 0 if all fire alike, 1 if one neuron fires"),
    ]);
    if bins.count().saturating_mul(n) > MOST_COUNTS {
        return Ok(finding);
    }
    let mut counts = vec![vec![0.0; n]; bins.count()];
    for (neuron, train) in spikes.trains.iter().enumerate() {
        for bin in train.times_ms().iter().filter_map(|&time| bins.index(time)) {
            counts[bin][neuron] += 1.0;
        }
    }
    let centre = |rates: &Vec<f64>| {
        population_vector(rates, &angles).map(|found| found.map(|bump| bump.angle))
    };
    let centres: Result<Vec<Option<f64>>, MeasureError> = counts.iter().map(centre).collect();
    Ok(finding.with(Detail::Curve {
        x: Quantity::new("time", "ms"),
        y: Quantity::new("centre", "rad"),
        log: false,
        at: bins.centres_ms(),
        values: centres?,
        errors: None,
    }))
}

pub(in crate::measure) fn avalanches(spikes: &Spikes<'_>) -> Taken {
    let pooled = spikes.trains.pooled_ms();
    let times = Train::new(&pooled)?.within(spikes.setting.window);
    if times.len() < 2 {
        return Ok(Finding::without("fewer than 2 spikes there"));
    }
    // The mean interval of the pool, as in Beggs and Plenz (2003).
    let bins = spikes.bins(spikes.setting.window.duration_ms() / times.len() as f64)?;
    let found = runs_of_bins(&bins.histogram(times.times_ms().iter().copied()));
    let sizes: Vec<u64> = found.iter().map(|avalanche| avalanche.size).collect();
    let durations: Vec<u64> = found.iter().map(|avalanche| avalanche.duration).collect();
    let request = spikes.setting.request;
    let mut numbers = vec![
        Number::new("", found.len() as f64, "").of(format!("bins of {}", ms(bins.width_ms()))),
    ];
    for (name, values) in [("size exponent", &sizes), ("duration exponent", &durations)] {
        let most = values.iter().copied().max().unwrap_or(0).max(2);
        let fit = fit_power_law(values, (1, most), (request.draws, request.seed))?;
        numbers.push(match fit {
            Some(fit) => Number::new(name, fit.exponent, "").of(format!(
                "± {:.2}; p = {:.2} that a power law is as far off",
                fit.error, fit.p_value
            )),
            None => Number::new(name, None, "").of("fewer than two different values"),
        });
    }
    let mut sorted = sizes;
    sorted.sort_unstable();
    let n = sorted.len();
    let (mut at, mut values) = (Vec::new(), Vec::new());
    for (k, &size) in sorted.iter().enumerate() {
        if k == 0 || sorted[k - 1] < size {
            at.push(size as f64);
            values.push(Some((n - k) as f64 / n as f64));
        }
    }
    Ok(Finding::of(numbers).with(Detail::Curve {
        x: Quantity::new("size", ""),
        y: Quantity::new("share of avalanches as large or larger", ""),
        log: true,
        at,
        values,
        errors: None,
    }))
}
