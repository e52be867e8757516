//! Measures of the spikes of one population.

use neuropil_measures::signals::{Signal, avalanches as runs_of_bins, fit_power_law};
use neuropil_measures::spikes::{
    Burst, CountMoments, Lags, SurpriseRule, Train, Trains, auto_correlogram, binned_rate_hz,
    bursts_by_surprise, chi_of_counts, conditional_rate_hz, correlation_by_width,
    cross_correlogram, cv as cv_of, cv2 as cv2_of, fano_over_bins, interval_histogram, latencies,
    lv as lv_of, lvr as lvr_of, phase_order, psth as psth_of, rates_hz, summarize_bursts, trials,
};
use neuropil_measures::{Bins, MeasureError, Window};
use neuropil_sim::Selection;
use neuropil_sim::record::Events;

use super::Setting;
use super::catalogue::Taken;
use super::finding::{Detail, Finding, Number, Quantity};
use super::of_samples::{dimensions, spectral, spectral_map};

/// Widths of bins in ms, where none is asked for.
const COUNT_MS: f64 = 5.0;
const WINDOW_MS: f64 = 100.0;
const FINE_MS: f64 = 1.0;

/// The refractory time of LvR in the source; unit ms.
const REFRACTORY_MS: f64 = 5.0;

/// Recorded spikes, one train a recorded element.
pub(super) struct Spikes<'a> {
    trains: Trains,
    /// The index of each train's element in its population.
    elements: Vec<u32>,
    setting: Setting<'a>,
}

impl<'a> Spikes<'a> {
    pub(super) fn new(
        events: &Events,
        chosen: &Selection,
        setting: Setting<'a>,
    ) -> Result<Self, super::RequestError> {
        let places = events
            .elements
            .iter()
            .map(|&element| chosen.place(element).unwrap_or(0));
        let each = events.steps.iter().copied().zip(places);
        let trains = Trains::from_events(chosen.len() as usize, setting.dt_ms, each)?;
        Ok(Self {
            trains,
            elements: chosen.iter().collect(),
            setting,
        })
    }

    pub(super) fn setting(&self) -> &Setting<'a> {
        &self.setting
    }

    /// The spikes of each element in the span.
    pub(super) fn within(&self) -> impl ExactSizeIterator<Item = Train<'_>> {
        let window = self.setting.window;
        self.trains.iter().map(move |train| train.within(window))
    }

    /// Bins of the width that is asked for, else of a usual one; whole steps.
    pub(super) fn bins(&self, usual_ms: f64) -> Result<Bins, MeasureError> {
        self.setting.bins(usual_ms)
    }

    /// The rate of a mean neuron in bins, in Hz.
    pub(super) fn rate(&self, bins: Bins) -> Option<Vec<f64>> {
        binned_rate_hz(&self.trains, bins)
    }

    /// The neurons with enough spikes, at most as many as are paired, evenly chosen.
    fn paired(&self) -> (Vec<u32>, Trains) {
        let request = self.setting.request;
        let least = request.min_spikes.max(1);
        let (places, trains) = self
            .trains
            .active(self.setting.window, least, request.neurons);
        (
            places
                .into_iter()
                .map(|place| self.elements[place])
                .collect(),
            trains,
        )
    }

    /// The mean over neurons with enough spikes of what a train has.
    fn mean_over(&self, least: usize, of: impl Fn(Train<'_>) -> Option<f64>) -> Number {
        let least = self.setting.request.min_spikes.max(least);
        let (mut sum, mut neurons) = (0.0, 0_u32);
        for train in self.within().filter(|train| train.len() >= least) {
            if let Some(value) = of(train) {
                sum += value;
                neurons += 1;
            }
        }
        let spikes = plural(least as u64, "spike");
        let value = (neurons > 0).then(|| sum / f64::from(neurons));
        Number::new("", value, "").of(match neurons {
            0 => format!("no neuron has {spikes} or more there"),
            _ => format!("{} with {spikes} or more", plural(neurons.into(), "neuron")),
        })
    }
}

impl Setting<'_> {
    /// Bins over the span: of the width asked for, else of a usual one that is made whole steps.
    pub(super) fn bins(&self, usual_ms: f64) -> Result<Bins, MeasureError> {
        match self.request.bin_ms {
            Some(width) => Bins::new(self.window, width),
            None => Bins::of_steps(self.window, usual_ms, self.dt_ms),
        }
    }
}

/// `1 spike`, `1,234 spikes` without the comma.
pub(super) fn plural(count: u64, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}

/// A time in ms in words.
pub(super) fn ms(time: f64) -> String {
    let rounded = (time * 1e6).round() / 1e6;
    format!("{rounded} ms")
}

fn lag() -> Quantity {
    Quantity::new("lag", "ms")
}

fn hertz() -> Quantity {
    Quantity::new("rate", "Hz")
}

/// A curve of defined values.
pub(super) fn curve(x: Quantity, y: Quantity, at: Vec<f64>, values: Vec<f64>) -> Detail {
    Detail::Curve {
        x,
        y,
        log: false,
        at,
        values: values.into_iter().map(Some).collect(),
        beside: Vec::new(),
    }
}

/// The largest value, and where it stands; the first of equal ones.
pub(super) fn largest(at: &[f64], values: &[f64]) -> Option<(f64, f64)> {
    let each = at.iter().copied().zip(values.iter().copied());
    each.reduce(|best, one| if one.1 > best.1 { one } else { best })
}

pub(super) fn rate(spikes: &Spikes<'_>) -> Taken {
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

pub(super) fn intervals(spikes: &Spikes<'_>) -> Taken {
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
        number.note += &format!(", {} beyond the histogram", histogram.outside);
    }
    Ok(finding)
}

pub(super) fn cv(spikes: &Spikes<'_>) -> Taken {
    Ok(Finding::of([spikes.mean_over(3, cv_of)]))
}

pub(super) fn cv2(spikes: &Spikes<'_>) -> Taken {
    Ok(Finding::of([spikes.mean_over(3, cv2_of)]))
}

pub(super) fn lv(spikes: &Spikes<'_>) -> Taken {
    Ok(Finding::of([spikes.mean_over(3, lv_of)]))
}

pub(super) fn lvr(spikes: &Spikes<'_>) -> Taken {
    let of = |train: Train<'_>| lvr_of(train, REFRACTORY_MS).ok().flatten();
    Ok(Finding::of([spikes.mean_over(3, of)]))
}

pub(super) fn fano(spikes: &Spikes<'_>) -> Taken {
    let bins = spikes.bins(WINDOW_MS)?;
    let mut number = spikes.mean_over(1, |train| fano_over_bins(train, bins));
    number.note += &format!(", bins of {}", ms(bins.width_ms()));
    Ok(Finding::of([number]))
}

pub(super) fn correlation(spikes: &Spikes<'_>) -> Taken {
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

/// A matrix whose diagonal, which is 1, would outshine all else.
pub(super) fn without_diagonal(mut matrix: Vec<Option<f64>>, n: usize) -> Vec<Option<f64>> {
    for k in 0..n {
        matrix[k * n + k] = None;
    }
    matrix
}

pub(super) fn correlogram(spikes: &Spikes<'_>) -> Taken {
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

pub(super) fn autocorrelogram(spikes: &Spikes<'_>) -> Taken {
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

pub(super) fn synchrony(spikes: &Spikes<'_>) -> Taken {
    let bins = spikes.bins(COUNT_MS)?;
    let n = spikes.trains.neurons();
    let note = format!(
        "{}, bins of {}; {:.2} if independent",
        plural(n as u64, "neuron"),
        ms(bins.width_ms()),
        1.0 / (n as f64).sqrt()
    );
    let chi = chi_of_counts(&spikes.trains, bins);
    Ok(Finding::of([Number::new("", chi, "").of(note)]))
}

pub(super) fn order(spikes: &Spikes<'_>) -> Taken {
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
            beside: Vec::new(),
        }),
    )
}

/// The population rate in fine bins, as a signal.
fn rate_signal(spikes: &Spikes<'_>) -> Result<Option<(Bins, Vec<f64>)>, MeasureError> {
    let bins = spikes.bins(FINE_MS)?;
    Ok(spikes.rate(bins).map(|rate| (bins, rate)))
}

pub(super) fn spectrum(spikes: &Spikes<'_>) -> Taken {
    match rate_signal(spikes)? {
        Some((bins, rate)) => spectral(&spikes.setting, bins.width_ms(), &[rate], "Hz"),
        None => Ok(Finding::without("there is no neuron")),
    }
}

pub(super) fn spectrogram(spikes: &Spikes<'_>) -> Taken {
    match rate_signal(spikes)? {
        Some((bins, rate)) => {
            let start = bins.centres_ms().first().copied().unwrap_or(0.0);
            spectral_map(&spikes.setting, (start, bins.width_ms()), &rate, "Hz")
        }
        None => Ok(Finding::without("there is no neuron")),
    }
}

pub(super) fn dimension(spikes: &Spikes<'_>) -> Taken {
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

pub(super) fn bursts(spikes: &Spikes<'_>) -> Taken {
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
            "in {}, each of a chance below {:.1e}",
            plural(bursting, "neuron"),
            10.0_f64.powf(-rule.least)
        )),
        Number::new("share", share, "").of("of all spikes lie in bursts"),
        Number::new("spikes", mean(inside), "").of("a burst"),
        Number::new("duration", mean(lasting), "ms"),
    ]))
}

/// Widths at which correlations are taken, in steps or of 1 ms to 500 ms.
const WIDTHS_MS: [f64; 9] = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0];

pub(super) fn widths(spikes: &Spikes<'_>) -> Taken {
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
        beside: Vec::new(),
    }))
}

pub(super) fn avalanches(spikes: &Spikes<'_>) -> Taken {
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
        beside: Vec::new(),
    }))
}

/// The onsets, ascending.
fn onsets(spikes: &Spikes<'_>) -> Vec<f64> {
    let mut onsets = spikes.setting.request.onsets_ms.clone();
    onsets.sort_by(f64::total_cmp);
    onsets
}

pub(super) fn psth(spikes: &Spikes<'_>) -> Taken {
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
    if let (Detail::Curve { beside, .. }, Some(errors)) = (&mut detail, found.error_hz) {
        let errors = each(errors).into_iter().map(Some).collect();
        beside.push(("standard error over trials".to_owned(), errors));
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

pub(super) fn latency(spikes: &Spikes<'_>) -> Taken {
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

/// Times of the train of each element, of two populations, for equal places.
pub(super) fn side_by_side<'a>(
    a: &'a Spikes<'_>,
    b: &'a Spikes<'_>,
) -> impl Iterator<Item = (Train<'a>, Train<'a>)> {
    a.within().zip(b.within())
}
