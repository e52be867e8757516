//! Measures of the samples of one quantity.

#![expect(
    clippy::unnecessary_wraps,
    reason = "all measures have one signature, that of the catalogue"
)]

use neuropil_measures::MeasureError;
use neuropil_measures::signals::{
    Segments, Signal, autocorrelation, autocorrelation_time_ms, correlation_matrix, mean_signal,
    participation_ratio, principal_components, windowed_correlation,
};
use neuropil_measures::spikes::chi;
use neuropil_sim::record::TraceData;

use super::Setting;
use super::catalogue::Taken;
use super::finding::{Detail, Finding, Number, Quantity, without_diagonal};
use super::rhythm::{spectral, spectral_map};
use super::words::{ms, plural};

/// Bins of a histogram of values.
const VALUE_BINS: usize = 50;

/// Recorded samples within the span, element by element.
pub(super) struct Samples<'a> {
    /// `[element][sample]`.
    columns: Vec<Vec<f64>>,
    /// The time of the first sample; unit ms.
    start_ms: f64,
    /// The time from sample to sample; `None` where it varies.
    step_ms: Option<f64>,
    unit: String,
    setting: Setting<'a>,
}

impl<'a> Samples<'a> {
    pub(super) fn new(data: &TraceData, unit: &str, setting: Setting<'a>) -> Self {
        let window = setting.window;
        let time = |step: u64| step as f64 * setting.dt_ms;
        let inside = |step: &&u64| {
            // The first sample of a run stands at its start, which a span leaves out.
            window.contains(time(**step)) || (setting.whole && time(**step) <= window.from_ms())
        };
        let first = data
            .steps
            .iter()
            .position(|step| inside(&step))
            .unwrap_or(0);
        let count = data.steps[first..].iter().take_while(inside).count();
        let steps = &data.steps[first..first + count];
        let apart = steps.windows(2).map(|pair| pair[1] - pair[0]);
        let gap = apart.clone().next().filter(|&gap| gap > 0);
        let even = gap.filter(|&gap| apart.clone().all(|other| other == gap));
        let column = |element: usize| {
            let rows = data.values.chunks_exact(data.width).skip(first).take(count);
            rows.map(|row| row[element]).collect()
        };
        Self {
            columns: (0..data.width).map(column).collect(),
            start_ms: steps.first().map_or(0.0, |&step| time(step)),
            step_ms: even.map(time),
            unit: unit.to_owned(),
            setting,
        }
    }

    pub(super) fn setting(&self) -> &Setting<'a> {
        &self.setting
    }

    /// The unit of the values.
    pub(super) fn unit(&self) -> &str {
        &self.unit
    }

    /// The mean over elements at each time, with the time of the first and from one to the next.
    pub(super) fn mean_signal(&self) -> Result<(f64, f64, Vec<f64>), MeasureError> {
        let step = self.even()?;
        let signals: Result<Vec<Signal<'_>>, MeasureError> = self
            .columns
            .iter()
            .map(|values| Signal::new(self.start_ms, step, values))
            .collect();
        let mean = mean_signal(&signals?)?.unwrap_or_default();
        Ok((self.start_ms, step, mean))
    }

    /// The step, which signals must have.
    fn even(&self) -> Result<f64, MeasureError> {
        self.step_ms.ok_or(MeasureError::NotPositive {
            what: "time between samples",
            value: 0.0,
        })
    }

    /// At most as many elements as are paired, evenly chosen; their numbers beside them.
    fn paired(&self) -> (Vec<u32>, Vec<&[f64]>) {
        let all = self.columns.len();
        let most = self.setting.request.neurons.min(all);
        let chosen = (0..most).map(|k| k * all / most);
        chosen.map(|k| (k as u32, &*self.columns[k])).unzip()
    }

    fn signals(&self) -> Result<Vec<Signal<'_>>, MeasureError> {
        let step = self.even()?;
        let (_, columns) = self.paired();
        let signal = |values| Signal::new(self.start_ms, step, values);
        columns.into_iter().map(signal).collect()
    }

    fn values(&self) -> impl Iterator<Item = f64> + Clone {
        self.columns.iter().flatten().copied()
    }

    fn note(&self) -> String {
        let samples = self.columns.first().map_or(0, Vec::len) as u64;
        match self.columns.len() {
            1 => plural(samples, "sample"),
            n => format!(
                "{} of {}",
                plural(samples, "sample"),
                plural(n as u64, "element")
            ),
        }
    }
}

/// The mean of what is defined.
fn mean_of(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    let (mut sum, mut count) = (0.0, 0.0);
    for value in values.flatten() {
        sum += value;
        count += 1.0;
    }
    (count > 0.0).then(|| sum / count)
}

pub(super) fn mean(samples: &Samples<'_>) -> Taken {
    let value = mean_of(samples.values().map(Some));
    Ok(Finding::of([
        Number::new("", value, &samples.unit).of(samples.note())
    ]))
}

pub(super) fn spread(samples: &Samples<'_>) -> Taken {
    let one = |column: &Vec<f64>| {
        let mean = mean_of(column.iter().copied().map(Some))?;
        let squares = column.iter().map(|x| Some((x - mean) * (x - mean)));
        mean_of(squares).map(f64::sqrt)
    };
    let value = mean_of(samples.columns.iter().map(one));
    Ok(Finding::of([
        Number::new("", value, &samples.unit).of(samples.note())
    ]))
}

pub(super) fn range(samples: &Samples<'_>) -> Taken {
    let smallest = samples.values().reduce(f64::min);
    let largest = samples.values().reduce(f64::max);
    Ok(Finding::of([
        Number::new("from", smallest, &samples.unit).of(samples.note()),
        Number::new("to", largest, &samples.unit),
    ]))
}

pub(super) fn values(samples: &Samples<'_>) -> Taken {
    let finite = || samples.values().filter(|value| value.is_finite());
    let (Some(low), Some(high)) = (finite().reduce(f64::min), finite().reduce(f64::max)) else {
        return Ok(Finding::without("there is no sample"));
    };
    let width = if high > low {
        (high - low) / VALUE_BINS as f64
    } else {
        1.0
    };
    let mut counts = vec![0; VALUE_BINS];
    for value in finite() {
        let bin = ((value - low) / width) as usize;
        counts[bin.min(VALUE_BINS - 1)] += 1;
    }
    let mut sorted: Vec<f64> = finite().collect();
    sorted.sort_by(f64::total_cmp);
    let median = sorted[sorted.len() / 2];
    Ok(
        Finding::of([Number::new("median", median, &samples.unit).of(samples.note())]).with(
            Detail::Counts {
                x: Quantity::new("", &*samples.unit),
                first: low,
                width,
                counts,
            },
        ),
    )
}

pub(super) fn memory(samples: &Samples<'_>) -> Taken {
    let signals = samples.signals()?;
    let step = samples.even()?;
    let time = mean_of(
        signals
            .iter()
            .map(|&signal| autocorrelation_time_ms(signal)),
    );
    let steps = (samples.setting.request.lag_ms / step).round() as usize;
    let each: Vec<Vec<f64>> = signals
        .iter()
        .filter_map(|&signal| autocorrelation(signal, steps))
        .collect();
    let lags = each.iter().map(Vec::len).max().unwrap_or(0);
    let mean = |k: usize| mean_of(each.iter().map(|r| r.get(k).copied()));
    let number = Number::new("", time, "ms").of(samples.note());
    if lags == 0 {
        return Ok(Finding::of([number.of("the samples do not change")]));
    }
    Ok(Finding::of([number]).with(Detail::Curve {
        x: Quantity::new("lag", "ms"),
        y: Quantity::new("autocorrelation", ""),
        log: false,
        at: (0..lags).map(|k| k as f64 * step).collect(),
        values: (0..lags).map(mean).collect(),
        errors: None,
    }))
}

pub(super) fn spectrum(samples: &Samples<'_>) -> Taken {
    let step = samples.even()?;
    let (_, columns) = samples.paired();
    spectral(&samples.setting, step, &columns, &samples.unit)
}

pub(super) fn spectrogram(samples: &Samples<'_>) -> Taken {
    let (start, step, mean) = samples.mean_signal()?;
    spectral_map(&samples.setting, (start, step), &mean, &samples.unit)
}

pub(super) fn correlation(samples: &Samples<'_>) -> Taken {
    let (elements, _) = samples.paired();
    let signals = samples.signals()?;
    let n = signals.len();
    let matrix = without_diagonal(correlation_matrix(&signals)?, n);
    let mean = mean_of(matrix.iter().copied());
    let note = format!("pairs of {}", plural(n as u64, "element"));
    Ok(
        Finding::of([Number::new("", mean, "").of(note)]).with(Detail::Matrix {
            value: Quantity::new("correlation", ""),
            elements,
            values: matrix,
        }),
    )
}

/// The synchrony that n independent ones have by chance, in words.
pub(super) fn if_independent(n: usize) -> String {
    if n < 2 {
        return String::new();
    }
    format!("; {:.2} if independent", 1.0 / (n as f64).sqrt())
}

pub(super) fn synchrony(samples: &Samples<'_>) -> Taken {
    let value = chi(&samples.columns)?;
    let n = samples.columns.len();
    let note = format!("{}{}", plural(n as u64, "element"), if_independent(n));
    Ok(Finding::of([Number::new("", value, "").of(note)]))
}

pub(super) fn dimension(samples: &Samples<'_>) -> Taken {
    let signals = samples.signals()?;
    let note = format!("of at most {}", signals.len());
    dimensions(&signals, &note)
}

/// The share of the variance that as many components must explain.
const EXPLAINED: f64 = 0.9;

/// In how many directions signals vary, with the share that each explains.
pub(super) fn dimensions(signals: &[Signal<'_>], note: &str) -> Taken {
    let ratio = participation_ratio(signals)?;
    let finding = |components: Option<usize>| {
        Finding::of([
            Number::new("", ratio, "").of(format!("participation ratio, {note}")),
            Number::new("components", components.map(|n| n as f64), "").of(format!(
                "explain {:.0} % of the variance",
                100.0 * EXPLAINED
            )),
        ])
    };
    let Some(found) = principal_components(signals, 0)? else {
        return Ok(finding(None));
    };
    let explained = found.explained();
    let mut sum = 0.0;
    let together = explained.iter().map(|share| {
        sum += share;
        Some(sum)
    });
    Ok(
        finding(Some(found.dimensions(EXPLAINED))).with(Detail::Curve {
            x: Quantity::new("principal components", ""),
            y: Quantity::new("explained share of the variance", ""),
            log: false,
            at: (1..=explained.len()).map(|k| k as f64).collect(),
            values: together.collect(),
            errors: None,
        }),
    )
}

/// Windows of changing correlations, as a share of the span, where no width is asked for.
const WINDOWS: f64 = 10.0;

pub(super) fn connectivity(samples: &Samples<'_>) -> Taken {
    let signals = samples.signals()?;
    let step = samples.even()?;
    let count = samples.columns.first().map_or(0, Vec::len);
    let usual = count as f64 * step / WINDOWS;
    let length = (samples.setting.request.part_ms.unwrap_or(usual) / step).round() as usize;
    let length = length.max(2);
    let windows = Segments::new(length, length)?;
    let Some(found) = windowed_correlation(&signals, windows)? else {
        return Ok(Finding::without("the span is shorter than a window"));
    };
    let note = format!(
        "from window to window of {}, pairs of {}",
        ms(length as f64 * step),
        plural(signals.len() as u64, "element")
    );
    let mean = |row: &Vec<Option<f64>>| mean_of(row.iter().copied());
    Ok(
        Finding::of([Number::new("stability", found.stability(1), "").of(note)]).with(
            Detail::Curve {
                x: Quantity::new("time", "ms"),
                y: Quantity::new("mean correlation", ""),
                log: false,
                values: found.pairs.iter().map(mean).collect(),
                at: found.times_ms,
                errors: None,
            },
        ),
    )
}
