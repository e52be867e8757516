//! Lines: traces over time, population rates, and curves of one quantity against another.

use crate::axis::{Axis, drawable, extent, logarithm, padded, snapped, widened};
use crate::colour::{Colour, PALETTE, map_colour, palette};
use crate::frame::{Area, AxisSpec, Frame, Key};
use crate::svg::{PathData, Svg, number};
use std::sync::Arc;

/// How many series have a colour of the palette; more are coloured in order, dark to light.
const MOST_COLOURS: usize = PALETTE.len();

/// Up to how many points a curve shows its measured points.
const MOST_MARKERS: usize = 80;

/// One line: values against time or another quantity.
#[derive(Clone, Debug)]
pub struct Series {
    /// The name, for the legend.
    pub name: String,
    /// The abscissae: times in ms, or values of the quantity of the x axis.
    pub x: Arc<[f64]>,
    /// The ordinates, in the unit of the y axis; what is not finite is a gap.
    pub y: Vec<f64>,
    /// Times in ms at which a spike is drawn above the trace, for models without an upstroke.
    pub spikes: Vec<f64>,
    /// How far each ordinate may be off, in the unit of the y axis: drawn as a pale band around the line;
    /// empty without. On logarithmic axes there is none.
    pub errors: Vec<f64>,
    /// The colour; `None` takes the next one of the palette.
    pub colour: Option<Colour>,
}

impl Series {
    /// Makes a series; the longer of the two arrays is cut to the shorter.
    pub fn new(name: impl Into<String>, x: impl Into<Arc<[f64]>>, y: Vec<f64>) -> Self {
        Self {
            name: name.into(),
            x: x.into(),
            y,
            spikes: Vec::new(),
            errors: Vec::new(),
            colour: None,
        }
    }

    /// Adds a band around the line, as far as each ordinate may be off.
    #[must_use]
    pub fn with_errors(mut self, errors: Vec<f64>) -> Self {
        self.errors = errors;
        self
    }

    /// Adds spikes, drawn as strokes from the trace to the top.
    #[must_use]
    pub fn with_spikes(mut self, times_ms: Vec<f64>) -> Self {
        self.spikes = times_ms;
        self
    }

    /// The rate of a population in Hz, counted in bins.
    ///
    /// # Units
    ///
    /// Spike times, span and bin in ms. A last bin that does not fit is left out.
    pub fn rate(
        name: impl Into<String>,
        times_ms: &[f64],
        size: u32,
        span: (f64, f64),
        bin_ms: f64,
    ) -> Self {
        let bins = ((span.1 - span.0) / bin_ms + 1e-9).floor();
        let bins = if bins.is_finite() {
            bins.clamp(0.0, 1e6) as usize
        } else {
            0
        };
        let mut counts = vec![0_u32; bins];
        for time in times_ms {
            // A span of time takes a < t <= b, as in the language.
            let at = ((time - span.0) / bin_ms - 1e-9).ceil() - 1.0;
            if at >= 0.0
                && let Some(count) = counts.get_mut(at as usize)
            {
                *count += 1;
            }
        }
        let per_second = 1000.0 / (bin_ms * f64::from(size.max(1)));
        let x: Vec<f64> = (0..bins)
            .map(|k| span.0 + (k as f64 + 0.5) * bin_ms)
            .collect();
        let y = counts
            .iter()
            .map(|count| f64::from(*count) * per_second)
            .collect();
        Self::new(name, x, y)
    }

    /// The points; on logarithmic axes their logarithms, so that what is not positive is a gap.
    fn points(&self, log: bool) -> impl Iterator<Item = (f64, f64)> {
        let seen = move |&value: &f64| if log { logarithm(value) } else { value };
        self.x.iter().map(seen).zip(self.y.iter().map(seen))
    }

    /// The points with the lower and upper edge of the band, where there is one.
    fn band(&self) -> impl Iterator<Item = (f64, f64, f64)> {
        let points = self.x.iter().zip(&self.y).zip(&self.errors);
        let edges = points.map(|((&x, &y), &error)| (x, y - error.abs(), y + error.abs()));
        edges.filter(|(x, low, high)| drawable(*x) && drawable(*low) && drawable(*high))
    }
}

/// What the x axis of lines is, and what follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Traces,
    Rates,
    Curve,
}

/// A panel of lines.
///
/// Traces longer than the picture is wide keep the first, smallest, largest and last value of each
/// column of one point, so that no spike is lost.
#[derive(Clone, Debug)]
pub struct Lines {
    /// The title; may be empty.
    pub title: String,
    /// The x axis.
    pub x: Axis,
    /// The y axis, common to all series.
    pub y: Axis,
    /// The lines.
    pub series: Vec<Series>,
    /// Begin and end of the x axis; `None` takes them from the data.
    pub span: Option<(f64, f64)>,
    log: bool,
    kind: Kind,
}

impl Lines {
    /// Traces over time in ms.
    pub fn traces(y: Axis, series: Vec<Series>) -> Self {
        Self::of(Kind::Traces, Axis::time(), y, series)
    }

    /// Population rates in Hz over time in ms, from 0; a single one is filled.
    pub fn rates(series: Vec<Series>) -> Self {
        Self::of(Kind::Rates, Axis::time(), Axis::new("rate", "Hz"), series)
    }

    /// One quantity against another; few points are marked.
    pub fn curve(x: Axis, y: Axis, series: Vec<Series>) -> Self {
        Self::of(Kind::Curve, x, y, series)
    }

    /// A curve on logarithmic axes, for costs and sizes over many powers of ten.
    ///
    /// What is not positive is a gap; a span is ignored.
    pub fn log_log(x: Axis, y: Axis, series: Vec<Series>) -> Self {
        Self {
            log: true,
            ..Self::curve(x, y, series)
        }
    }

    /// Groups series by unit into one panel of traces each, in order of first appearance.
    ///
    /// Where the names of the axes in a group differ, the unit names the quantity.
    pub fn traces_by_unit(items: Vec<(Axis, Series)>) -> Vec<Self> {
        let mut panels: Vec<Self> = Vec::new();
        for (axis, series) in items {
            match panels.iter_mut().find(|panel| panel.y.unit == axis.unit) {
                None => panels.push(Self::traces(axis, vec![series])),
                Some(panel) => {
                    if panel.y.name != axis.name {
                        panel.y.name.clear();
                    }
                    panel.series.push(series);
                }
            }
        }
        panels
    }

    /// Adds a title.
    #[must_use]
    pub fn titled(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// Sets begin and end of the x axis.
    #[must_use]
    pub fn with_span(mut self, span: (f64, f64)) -> Self {
        self.span = Some(span);
        self
    }

    fn of(kind: Kind, x: Axis, y: Axis, series: Vec<Series>) -> Self {
        Self {
            title: String::new(),
            x,
            y,
            series,
            span: None,
            log: false,
            kind,
        }
    }

    /// The span that was set, if it can be drawn.
    fn given_span(&self) -> Option<(f64, f64)> {
        self.span
            .filter(|_| !self.log)
            .filter(|(a, b)| drawable(*a) && drawable(*b) && a < b)
    }

    fn colour(&self, at: usize) -> Colour {
        let many = self.series.len();
        self.series[at].colour.unwrap_or_else(|| {
            if many > MOST_COLOURS {
                // The palest colours of the map are too light for lines on white.
                map_colour(false, 0.1 + 0.72 * at as f64 / (many - 1) as f64)
            } else {
                palette(at)
            }
        })
    }

    pub(crate) fn frame(&self) -> Frame {
        let given = self.given_span();
        let points = || {
            let all = self
                .series
                .iter()
                .flat_map(|series| series.points(self.log));
            all.filter(move |(x, y)| shown(*x, given) && drawable(*y))
        };
        let bands = || {
            let all = self
                .series
                .iter()
                .filter(|_| !self.log)
                .flat_map(Series::band);
            let inside = all.filter(move |(x, ..)| shown(*x, given));
            inside.flat_map(|(_, low, high)| [low, high])
        };
        let y_range = extent(points().map(|(_, y)| y).chain(bands()));
        let x_range = given
            .or_else(|| extent(points().map(|(x, _)| x)))
            .unwrap_or((0.0, 1.0));
        let x = match self.kind {
            Kind::Curve if self.log => AxisSpec::logarithmic(self.x.clone(), padded(x_range, 0.03)),
            Kind::Curve => AxisSpec::new(self.x.clone(), padded(x_range, 0.03)),
            Kind::Traces | Kind::Rates => AxisSpec::time(snapped(widened(x_range))),
        };
        let nothing = y_range.is_none();
        let y_range = match (self.kind, y_range) {
            (_, None) => (0.0, 1.0),
            (Kind::Rates, Some((_, high))) => (0.0, if high > 0.0 { high * 1.08 } else { 1.0 }),
            (_, Some((low, high))) if self.series.iter().any(|s| !s.spikes.is_empty()) => {
                let (low, high) = widened((low, high));
                // Room for the strokes of the spikes.
                padded((low, high + 0.6 * (high - low)), 0.04)
            }
            (_, Some(range)) => padded(range, 0.06),
        };
        let mut title = self.title.clone();
        let mut keys: Vec<Key> = Vec::new();
        let mut notes = Vec::new();
        match self.series.as_slice() {
            [only] if title.is_empty() => title.clone_from(&only.name),
            [_] => {}
            many => {
                let last = many.len().saturating_sub(1);
                let shown: Vec<usize> = if many.len() > MOST_COLOURS {
                    notes.push(format!("{} lines", many.len()));
                    vec![0, last / 2, last]
                } else {
                    (0..many.len()).collect()
                };
                for at in shown {
                    let (name, colour) = (many[at].name.clone(), self.colour(at));
                    keys.push(Key {
                        name,
                        colour,
                        line: true,
                    });
                }
            }
        }
        Frame {
            title,
            keys,
            notes,
            x,
            y: if self.log {
                AxisSpec::logarithmic(self.y.clone(), y_range)
            } else {
                AxisSpec::new(self.y.clone(), y_range)
            },
            height: match self.kind {
                Kind::Rates => 140.0,
                Kind::Traces => 180.0,
                Kind::Curve => 240.0,
            },
            colour_bar: None,
            empty: nothing.then_some("no data"),
        }
    }

    pub(crate) fn draw(&self, svg: &mut Svg, area: &Area) {
        let width = match self.series.len() {
            0..=3 => 1.4,
            4..=8 => 1.2,
            _ => 0.9,
        };
        // The first series lies on top, as it stands first in the legend.
        for (at, series) in self.series.iter().enumerate().rev() {
            let colour = self.colour(at);
            let pieces = pieces(series, self.log, area, self.given_span());
            if self.kind == Kind::Rates && self.series.len() == 1 {
                svg.fill(&filled(&pieces, area.y.place(0.0)), colour, 0.14, false);
            }
            if !self.log && !series.errors.is_empty() {
                svg.fill(
                    &banded(series, area, self.given_span()),
                    colour,
                    0.16,
                    false,
                );
            }
            let mut path = PathData::default();
            for piece in &pieces {
                draw_piece(&mut path, piece);
            }
            svg.stroke(path.as_str(), colour, width, 1.0);
            draw_spikes(svg, series, area, colour);
            if self.kind == Kind::Curve && series.y.len() <= MOST_MARKERS {
                svg.fill(&markers(&pieces), colour, 1.0, false);
            }
        }
    }
}

/// Tells whether an abscissa is drawn: with a span, it lies inside up to rounding.
fn shown(x: f64, span: Option<(f64, f64)>) -> bool {
    let inside = span.is_none_or(|(a, b)| {
        let slack = (b - a) * 1e-6;
        (a - slack..=b + slack).contains(&x)
    });
    drawable(x) && inside
}

/// Turns a series into unbroken pieces of places on the page, thinned to what can be seen.
fn pieces(
    series: &Series,
    log: bool,
    area: &Area,
    span: Option<(f64, f64)>,
) -> Vec<Vec<(f64, f64)>> {
    let ordered = series.x.windows(2).all(|pair| pair[0] <= pair[1]);
    let long = series.y.len() as f64 > 4.0 * area.width;
    let mut pieces: Vec<Vec<(f64, f64)>> = Vec::new();
    let mut piece: Vec<(f64, f64)> = Vec::new();
    for (x, y) in series.points(log) {
        // The range of y holds all that lies in the span, so nothing needs to be cut.
        if drawable(y) && shown(x, span) {
            piece.push((area.x.place(x), area.y.place(y)));
        } else if !piece.is_empty() {
            pieces.push(std::mem::take(&mut piece));
        }
    }
    if !piece.is_empty() {
        pieces.push(piece);
    }
    if long {
        for piece in &mut pieces {
            *piece = if ordered {
                by_column(piece)
            } else {
                by_distance(piece)
            };
        }
    }
    pieces
}

/// Keeps first, smallest, largest and last of each column of one point.
fn by_column(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut kept: Vec<(f64, f64)> = Vec::new();
    for column in points.chunk_by(|a, b| a.0.floor() == b.0.floor()) {
        let last = column.len() - 1;
        let lowest = (0..=last).fold(0, |best, k| {
            if column[k].1 < column[best].1 {
                k
            } else {
                best
            }
        });
        let highest = (0..=last).fold(0, |best, k| {
            if column[k].1 > column[best].1 {
                k
            } else {
                best
            }
        });
        let mut chosen = [0, lowest, highest, last];
        chosen.sort_unstable();
        for (at, k) in chosen.iter().enumerate() {
            if at == 0 || chosen[at - 1] != *k {
                kept.push(column[*k]);
            }
        }
    }
    kept
}

/// Leaves out points that lie within a quarter of a point of the one before.
fn by_distance(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut kept: Vec<(f64, f64)> = Vec::new();
    for point in points {
        let near = kept
            .last()
            .is_some_and(|last| (last.0 - point.0).abs() < 0.25 && (last.1 - point.1).abs() < 0.25);
        if !near {
            kept.push(*point);
        }
    }
    kept
}

/// Appends a piece; a point alone between gaps becomes a short stroke, so that it is seen.
fn draw_piece(path: &mut PathData, piece: &[(f64, f64)]) {
    if let [(x, y)] = piece {
        path.move_to(x - 0.7, *y);
        path.line_to(x + 0.7, *y);
        return;
    }
    for (at, (x, y)) in piece.iter().enumerate() {
        if at == 0 {
            path.move_to(*x, *y);
        } else {
            path.line_to(*x, *y);
        }
    }
}

/// The area between the pieces and a base line.
fn filled(pieces: &[Vec<(f64, f64)>], base: f64) -> String {
    let mut path = PathData::default();
    for piece in pieces {
        if let (Some(first), Some(last)) = (piece.first(), piece.last()) {
            path.move_to(first.0, base);
            for (x, y) in piece {
                path.line_to(*x, *y);
            }
            path.line_to(last.0, base);
            path.push_str("z");
        }
    }
    path.as_str().to_owned()
}

/// The area within the errors of a series.
fn banded(series: &Series, area: &Area, span: Option<(f64, f64)>) -> String {
    let mut path = PathData::default();
    let edges: Vec<(f64, f64, f64)> = series.band().filter(|(x, ..)| shown(*x, span)).collect();
    let upper = edges.iter().map(|&(x, _, high)| (x, high));
    let lower = edges.iter().rev().map(|&(x, low, _)| (x, low));
    for (at, (x, y)) in upper.chain(lower).enumerate() {
        let (x, y) = (area.x.place(x), area.y.place(y));
        if at == 0 {
            path.move_to(x, y);
        } else {
            path.line_to(x, y);
        }
    }
    if !edges.is_empty() {
        path.push_str("z");
    }
    path.as_str().to_owned()
}

/// A dot at each point.
fn markers(pieces: &[Vec<(f64, f64)>]) -> String {
    let mut path = PathData::default();
    for (x, y) in pieces.iter().flatten() {
        let (left, y) = (number(x - 2.6), number(*y));
        path.push_str(&format!(
            "M{left} {y}a2.6 2.6 0 1 0 5.2 0a2.6 2.6 0 1 0 -5.2 0z"
        ));
    }
    path.as_str().to_owned()
}

/// Strokes from the trace to the top, one a column at most.
fn draw_spikes(svg: &mut Svg, series: &Series, area: &Area, colour: Colour) {
    let mut path = PathData::default();
    let mut last = f64::NEG_INFINITY;
    for time in series
        .spikes
        .iter()
        .filter(|t| (area.x.low..=area.x.high).contains(*t))
    {
        let x = area.x.place(*time);
        if x - last < 0.5 {
            continue;
        }
        last = x;
        // The sample before the spike; the one at its time is already reset.
        let before = series.x.partition_point(|sample| sample < time);
        let Some(from) = before.checked_sub(1).and_then(|k| series.y.get(k)) else {
            continue;
        };
        if drawable(*from) {
            path.move_to(x, area.y.place(*from));
            path.line_to(x, area.top + 0.04 * area.height);
        }
    }
    svg.stroke(path.as_str(), colour, 1.2, 1.0);
}
