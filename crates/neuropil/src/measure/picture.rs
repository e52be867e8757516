//! Findings as a figure, in the style of all pictures.

use neuropil_plot::{Axis, ColourMap, Figure, Heatmap, Histogram, Lines, Panel, Series};

use super::finding::{Detail, Finding, Quantity};
use super::{Measured, catalogue};

/// Draws the arrays of all findings of a run; numbers without arrays have no picture.
///
/// A panel a measure, in the order of the catalogue, with a line for each recording; matrices and
/// maps have a panel each. Two panels stand in a row. A run without arrays gives an empty figure.
pub fn figure(measured: &Measured) -> Figure {
    let mut all: Vec<Panel> = Vec::new();
    let mut names: Vec<&str> = Vec::new();
    for entry in catalogue() {
        if !names.contains(&entry.name) {
            names.push(entry.name);
        }
    }
    for name in names {
        let found = measured
            .findings
            .iter()
            .filter(|finding| finding.measure == name);
        all.extend(panels(name, &found.collect::<Vec<_>>()));
    }
    let mut figure = Figure::new();
    for (at, panel) in all.into_iter().enumerate() {
        figure = if at % 2 == 0 {
            figure.below(panel)
        } else {
            figure.beside(panel)
        };
    }
    figure
}

fn axis(quantity: &Quantity) -> Axis {
    Axis::new(&*quantity.name, &*quantity.unit)
}

fn gaps(values: &[Option<f64>]) -> Vec<f64> {
    values
        .iter()
        .map(|value| value.unwrap_or(f64::NAN))
        .collect()
}

/// The panels of one measure: curves of equal axes share one.
pub(super) fn panels(name: &str, findings: &[&Finding]) -> Vec<Panel> {
    let mut curves: Vec<(Axis, Axis, bool, Vec<Series>)> = Vec::new();
    let mut others: Vec<Panel> = Vec::new();
    for finding in findings {
        let title = format!("{name}: {}", finding.recording);
        match &finding.detail {
            None => {}
            Some(Detail::Curve {
                x,
                y,
                log,
                at,
                values,
                errors,
            }) => {
                let mut series = Series::new(&*finding.recording, &**at, gaps(values));
                series.errors = errors.clone().unwrap_or_default();
                let (x, y) = (axis(x), axis(y));
                let same = |panel: &&mut (Axis, Axis, bool, Vec<Series>)| {
                    (&panel.0, &panel.1, panel.2) == (&x, &y, *log)
                };
                match curves.iter_mut().find(same) {
                    Some(panel) => panel.3.push(series),
                    None => curves.push((x, y, *log, vec![series])),
                }
            }
            Some(Detail::Counts {
                x,
                first,
                width,
                counts,
            }) => {
                let histogram = Histogram::of_counts(axis(x), (*first, *width), counts.clone());
                others.push(histogram.titled(title).into());
            }
            // One element alone is with nobody.
            Some(Detail::Matrix { elements, .. }) if elements.len() < 2 => {}
            Some(Detail::Matrix {
                value,
                elements,
                values,
            }) => {
                let mut matrix = Heatmap::matrix(axis(value), gaps(values), elements.len());
                // A correlation is seen beside 0, whatever its range.
                matrix.map = ColourMap::Diverging;
                for axis in [&mut matrix.x, &mut matrix.y] {
                    *axis = Axis::new("chosen element", "");
                }
                others.push(matrix.titled(title).into());
            }
            Some(Detail::Map {
                value,
                times_ms,
                frequencies_hz,
                values,
            }) => {
                let span = (ends(times_ms).0, ends(times_ms).1);
                let flat = values.concat();
                let map = Heatmap::over_time(axis(value), flat, frequencies_hz.len(), span)
                    .with_rows(Axis::new("frequency", "Hz"), ends(frequencies_hz));
                others.push(map.titled(title).into());
            }
        }
    }
    let lines = curves.into_iter().map(|(x, y, log, series)| {
        let title = match &*series {
            [only] => format!("{name}: {}", only.name),
            _ => name.to_owned(),
        };
        let lines = match (log, x == Axis::time()) {
            (true, _) => Lines::log_log(x, y, series),
            (false, true) if y.unit == "Hz" => Lines::rates(series),
            (false, true) => Lines::traces(y, series),
            (false, false) => Lines::curve(x, y, series),
        };
        Panel::from(lines.titled(title))
    });
    lines.chain(others).collect()
}

/// The first and the last number; 0 without any.
fn ends(values: &[f64]) -> (f64, f64) {
    let end = |value: Option<&f64>| value.copied().unwrap_or(0.0);
    (end(values.first()), end(values.last()))
}
