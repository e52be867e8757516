//! From a `plot` of the text to a figure: recordings become panels.

use std::ops::Range;
use std::sync::Arc;

use neuropil_ir::program::{
    Layout, Panel as Planned, Picture, Program, Raster as RasterInfo, Source, Trace,
};
use neuropil_plot::{
    Axis, Figure, Heatmap, Histogram, Lines, Panel, Raster, RasterPopulation, Series,
};
use neuropil_sim::record::{Events, TraceData};

use crate::measure::{self, Read};

/// More lines than these in one panel tell nobody anything.
const MOST_SERIES: usize = 40;

/// Bins of rates counted from events, in ms; the first that gives at most [`MOST_BINS`] is taken.
const BINS_MS: [f64; 10] = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0];

/// About as many as a picture has points.
const MOST_BINS: f64 = 800.0;

/// Where recordings are read from: memory, or the files of a result folder.
pub(crate) trait Recordings {
    /// What makes reading fail.
    type Error;

    /// The samples of a trace.
    ///
    /// # Units
    /// `dt` in ms.
    fn trace(&self, index: usize, dt: f64) -> Result<TraceData, Self::Error>;

    /// The events of a raster.
    fn events(&self, index: usize) -> Result<Events, Self::Error>;
}

/// The width of the bins in which a rate is counted for a picture, in ms.
pub(crate) fn rate_bin_ms(duration_ms: f64, dt_ms: f64) -> f64 {
    let wide = BINS_MS
        .into_iter()
        .find(|bin| duration_ms / bin <= MOST_BINS);
    // A bin holds whole steps, or its counts would beat against the step.
    let steps = wide.unwrap_or(duration_ms / MOST_BINS) / dt_ms;
    steps.round().max(1.0) * dt_ms
}

/// Draws what a `plot` of the text asks for.
///
/// # Units
/// `duration_ms` is the simulated time.
pub(crate) fn figure<R: Recordings>(
    layout: &Layout,
    program: &Program,
    recordings: &R,
    duration_ms: f64,
) -> Result<Figure, R::Error> {
    let drawing = Drawing {
        program,
        recordings,
        duration_ms,
    };
    let mut figure = Figure::new();
    figure.rows = drawing.rows(layout)?;
    Ok(figure)
}

struct Drawing<'a, R> {
    program: &'a Program,
    recordings: &'a R,
    duration_ms: f64,
}

impl<R: Recordings> Drawing<'_, R> {
    fn rows(&self, layout: &Layout) -> Result<Vec<Vec<Panel>>, R::Error> {
        Ok(match layout {
            Layout::Above(parts) => {
                let rows: Result<Vec<_>, _> = parts.iter().map(|part| self.rows(part)).collect();
                rows?.into_iter().flatten().collect()
            }
            Layout::Beside(parts) => {
                let mut joined: Vec<Vec<Panel>> = Vec::new();
                for part in parts {
                    for (i, row) in self.rows(part)?.into_iter().enumerate() {
                        if joined.len() <= i {
                            joined.push(Vec::new());
                        }
                        joined[i].extend(row);
                    }
                }
                joined
            }
            Layout::Panel(panel) => self.panels(panel)?.into_iter().map(|p| vec![p]).collect(),
        })
    }

    /// One panel, or several where quantities of different units are asked for.
    fn panels(&self, panel: &Planned) -> Result<Vec<Panel>, R::Error> {
        let rasters = &self.program.rasters;
        let traces = &self.program.traces;
        Ok(match panel {
            Planned::Raster(list) => {
                let mut populations = Vec::with_capacity(list.len());
                for &index in list {
                    if let Some(raster) = rasters.get(index) {
                        populations.push(self.population(raster, index)?);
                    }
                }
                vec![Raster::new(populations, (0.0, self.duration_ms)).into()]
            }
            Planned::Traces(list) => {
                let mut items = Vec::new();
                let mut cut = Vec::new();
                for &index in list {
                    if let Some(trace) = traces.get(index) {
                        self.series(trace, index, &mut items)?;
                        cut.extend(left_out(trace).map(|note| (trace.unit.as_str(), note)));
                    }
                }
                let span = (0.0, self.duration_ms);
                let panels = Lines::traces_by_unit(items).into_iter();
                let titled = panels.map(|lines| {
                    let note = cut.iter().find(|(unit, _)| *unit == lines.y.unit);
                    match note {
                        Some((_, note)) => lines.titled(note),
                        None => lines,
                    }
                });
                titled.map(|lines| lines.with_span(span).into()).collect()
            }
            Planned::Rates(list) => self.rates(list)?,
            Planned::Histogram(list) => {
                let mut sets = Vec::new();
                let mut axis = Axis::default();
                for &index in list {
                    if let Some(trace) = traces.get(index) {
                        axis = self::axis(trace);
                        sets.push((
                            trace.name.clone(),
                            last(&self.recordings.trace(index, self.program.plan.dt)?),
                        ));
                    }
                }
                vec![Histogram::of_sets(axis, sets).into()]
            }
            &Planned::Heatmap(index) => match traces.get(index) {
                Some(trace) => {
                    let data = self.recordings.trace(index, self.program.plan.dt)?;
                    let times = data.times(self.program.plan.dt);
                    let span = (first_or_zero(&times), times.last().copied().unwrap_or(0.0));
                    vec![Heatmap::over_time(axis(trace), data.values, data.width, span).into()]
                }
                None => Vec::new(),
            },
            Planned::Measured {
                picture,
                sources,
                from,
                to,
            } => self.measured(*picture, sources, (*from, *to))?,
        })
    }

    /// What is measured of recordings in a span of time in ms.
    fn measured(
        &self,
        picture: Picture,
        sources: &[Source],
        span: (f64, f64),
    ) -> Result<Vec<Panel>, R::Error> {
        let dt = self.program.plan.dt;
        let mut read = Vec::with_capacity(sources.len());
        for &source in sources {
            match source {
                Source::Events(index) => {
                    if let Some(raster) = self.program.rasters.get(index) {
                        let events = self.recordings.events(index)?;
                        read.push(Read::events(&raster.name, events, &raster.elements));
                    }
                }
                Source::Trace(index) => {
                    if let Some(trace) = self.program.traces.get(index) {
                        let data = self.recordings.trace(index, dt)?;
                        read.push(Read::samples(&trace.name, data, &trace.unit));
                    }
                }
            }
        }
        // A run that was interrupted ends early.
        let span = (span.0, span.1.min(self.duration_ms));
        Ok(measure::panels(
            picture.as_str(),
            read,
            (span, self.duration_ms, dt),
        ))
    }

    fn population(&self, raster: &RasterInfo, index: usize) -> Result<RasterPopulation, R::Error> {
        let events = self.recordings.events(index)?;
        let dt = self.program.plan.dt;
        let rows = Rows::new(&raster.elements);
        let steps = events.steps.iter().zip(&events.elements);
        let spikes = steps
            .filter_map(|(&step, &element)| Some((step as f64 * dt, rows.place(element)?)))
            .collect();
        Ok(RasterPopulation::new(
            raster.population.clone(),
            rows.count(),
            spikes,
        ))
    }

    fn series(
        &self,
        trace: &Trace,
        index: usize,
        items: &mut Vec<(Axis, Series)>,
    ) -> Result<(), R::Error> {
        let data = self.recordings.trace(index, self.program.plan.dt)?;
        let times: Arc<[f64]> = data.times(self.program.plan.dt).into();
        let Some(chosen) = &trace.elements else {
            items.push((axis(trace), Series::new(&*trace.name, times, data.values)));
            return Ok(());
        };
        let elements: Vec<u32> = chosen.iter().cloned().flatten().take(MOST_SERIES).collect();
        let spikes = self.spikes_of(trace)?;
        for (place, &element) in elements.iter().enumerate() {
            let name = if data.width > 1 {
                format!("{}[{element}]", trace.name)
            } else {
                trace.name.clone()
            };
            let values: Vec<f64> = data.column(place).collect();
            let mut series = Series::new(name, Arc::clone(&times), values);
            if let Some(events) = &spikes {
                let of_element = events.steps.iter().zip(&events.elements);
                let steps: Vec<u64> = of_element
                    .filter(|&(_, &e)| e == element)
                    .map(|(&step, _)| step)
                    .collect();
                if falls_at(&steps, &data.steps, &series.y) {
                    let dt = self.program.plan.dt;
                    series = series.with_spikes(steps.iter().map(|&s| s as f64 * dt).collect());
                }
            }
            items.push((axis(trace), series));
        }
        Ok(())
    }

    /// The recorded spikes of the population that a trace of its membrane potential belongs to.
    fn spikes_of(&self, trace: &Trace) -> Result<Option<Events>, R::Error> {
        let Some((population, quantity)) = trace.name.rsplit_once('.') else {
            return Ok(None);
        };
        if !matches!(quantity, "V" | "v") {
            return Ok(None);
        }
        let name = format!("{population}.spike");
        match self
            .program
            .rasters
            .iter()
            .position(|raster| raster.name == name)
        {
            Some(index) => self.recordings.events(index).map(Some),
            None => Ok(None),
        }
    }

    fn rates(&self, list: &[Source]) -> Result<Vec<Panel>, R::Error> {
        let span = (0.0, self.duration_ms);
        let dt = self.program.plan.dt;
        let bin = rate_bin_ms(self.duration_ms, dt);
        let mut hertz = Vec::new();
        let mut other = Vec::new();
        for &source in list {
            match source {
                Source::Events(index) => {
                    let Some(raster) = self.program.rasters.get(index) else {
                        continue;
                    };
                    let events = self.recordings.events(index)?;
                    let times: Vec<f64> = events.steps.iter().map(|&s| s as f64 * dt).collect();
                    let size = Rows::new(&raster.elements).count();
                    hertz.push(Series::rate(&*raster.population, &times, size, span, bin));
                }
                Source::Trace(index) => {
                    let Some(trace) = self.program.traces.get(index) else {
                        continue;
                    };
                    if trace.unit == "Hz" {
                        let mut items = Vec::new();
                        self.series(trace, index, &mut items)?;
                        hertz.extend(items.into_iter().map(|(_, series)| series));
                    } else {
                        self.series(trace, index, &mut other)?;
                    }
                }
            }
        }
        let mut panels: Vec<Panel> = Vec::new();
        if !hertz.is_empty() || other.is_empty() {
            panels.push(Lines::rates(hertz).with_span(span).into());
        }
        let others = Lines::traces_by_unit(other).into_iter();
        panels.extend(others.map(|lines| Panel::from(lines.with_span(span))));
        Ok(panels)
    }
}

/// The axis of a trace: `V (mV)` of `exc.V`.
fn axis(trace: &Trace) -> Axis {
    let name = trace.name.rsplit('.').next().unwrap_or(&trace.name);
    Axis::new(name, &*trace.unit)
}

/// What a panel says if a trace has more elements than lines are drawn.
fn left_out(trace: &Trace) -> Option<String> {
    let all = Rows::new(trace.elements.as_ref()?).count();
    let name = &trace.name;
    (all as usize > MOST_SERIES).then(|| format!("{name}: the first {MOST_SERIES} of {all}"))
}

/// The last sample of a trace.
fn last(data: &TraceData) -> Vec<f64> {
    let start = data.values.len().saturating_sub(data.width);
    data.values[start..].to_vec()
}

fn first_or_zero(values: &[f64]) -> f64 {
    values.first().copied().unwrap_or(0.0)
}

/// Whether a trace falls at its spikes: it is reset there and has no upstroke of its own.
fn falls_at(spikes: &[u64], sampled: &[u64], values: &[f64]) -> bool {
    let mut falls = 0usize;
    let mut rises = 0usize;
    for spike in spikes {
        let at = sampled.partition_point(|step| step < spike);
        if let (Some(before), Some(after)) = (at.checked_sub(1), values.get(at)) {
            let before = values.get(before).copied().unwrap_or(f64::NAN);
            falls += usize::from(*after < before);
            rises += usize::from(*after > before);
        }
    }
    falls > rises
}

/// The rows of a raster: the chosen elements from the first, without gaps.
struct Rows(Vec<(Range<u32>, u32)>);

impl Rows {
    fn new(chosen: &[Range<u32>]) -> Self {
        let mut rows = 0;
        let ranges = chosen.iter().map(|range| {
            let start = rows;
            rows += range.end.saturating_sub(range.start);
            (range.clone(), start)
        });
        Self(ranges.collect())
    }

    fn count(&self) -> u32 {
        self.0.last().map_or(0, |(range, start)| {
            start + range.end.saturating_sub(range.start)
        })
    }

    fn place(&self, element: u32) -> Option<u32> {
        let at = self.0.partition_point(|(range, _)| range.end <= element);
        let (range, start) = self.0.get(at)?;
        range
            .contains(&element)
            .then(|| start + element - range.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chosen_elements_fill_the_rows_without_gaps() {
        let rows = Rows::new(&[2..4, 10..11, 20..23]);
        let places: Vec<_> = [1, 2, 3, 4, 10, 20, 22, 23].map(|e| rows.place(e)).to_vec();
        let expected = [
            None,
            Some(0),
            Some(1),
            None,
            Some(2),
            Some(3),
            Some(5),
            None,
        ];
        assert_eq!(places, expected);
        assert_eq!(rows.count(), 6);
        assert_eq!(Rows::new(&[]).count(), 0);
    }

    #[test]
    fn strokes_are_drawn_where_the_trace_has_no_upstroke() {
        // A reset from -50 to -60 at steps 2 and 5.
        let steps: Vec<u64> = (0..7).collect();
        let reset = [-55.0, -51.0, -60.0, -55.0, -51.0, -60.0, -55.0];
        assert!(falls_at(&[2, 5], &steps, &reset));
        // The same seen at every third step only.
        assert!(falls_at(&[5], &[0, 3, 6], &[-55.0, -54.0, -58.0]));
        // A crossing of 0 on the way up.
        assert!(!falls_at(
            &[3],
            &steps,
            &[-65.0, -60.0, -40.0, 10.0, 40.0, 0.0, -70.0]
        ));
        assert!(!falls_at(&[], &steps, &reset));
        assert!(
            !falls_at(&[0], &steps, &reset),
            "nothing stands before the first sample"
        );
        assert!(!falls_at(&[99], &steps, &reset));
    }
}
