//! Where everything stands: rows, columns, margins, titles, legends and axes.
//!
//! Panels of rows with equally many panels line up: they share left and right margins, and
//! panels directly above one another that show time share their x axis, whose numbers stand under
//! the lowest one alone.

use crate::axis::{Scale, Ticks, log_ticks, ticks};
use crate::colour::{Colour, map_colour};
use crate::figure::{Figure, Panel};
use crate::frame::{Area, AxisSpec, ColourBar, Frame};
use crate::legend::{HEADER_LINE, draw_header, legend_lines};
use crate::svg::{Anchor, PathData, Svg, TextStyle};
use crate::text::{fit, width};

pub(crate) const INK: Colour = Colour(0x22, 0x22, 0x22);
const SOFT: Colour = Colour(0x5c, 0x5c, 0x5c);
pub(crate) const FAINT: Colour = Colour(0x8c, 0x8c, 0x8c);
const LINE: Colour = Colour(0xa8, 0xa8, 0xa8);
const GRID: Colour = Colour(0xea, 0xea, 0xea);

const TITLE_SIZE: f64 = 16.0;
const LABEL_SIZE: f64 = 12.0;
pub(crate) const TICK_SIZE: f64 = 11.0;

/// The white edge of the figure.
const EDGE: f64 = 14.0;
/// Between panels beside one another.
const GAP: f64 = 26.0;
/// Between rows that share their axis, and other rows.
const CLOSE: f64 = 8.0;
const APART: f64 = 18.0;
/// Between the data and the colour bar, and the width of the bar.
const BAR_GAP: f64 = 12.0;
const BAR_WIDTH: f64 = 11.0;
/// The widest name of a population.
const WIDEST_NAME: f64 = 130.0;

/// A panel with everything that is decided before its place is known.
struct Cell<'a> {
    panel: &'a Panel,
    frame: Frame,
    /// Whether the axis of the panel below serves this one too.
    shares_axis: bool,
    /// The margins of the column.
    left: f64,
    right: f64,
}

/// Lays a figure out and writes it.
pub(crate) fn draw(figure: &Figure) -> String {
    let page = if figure.width.is_finite() {
        figure.width.clamp(200.0, 10_000.0)
    } else {
        880.0
    };
    let mut rows: Vec<Vec<Cell<'_>>> = figure
        .rows
        .iter()
        .filter(|row| !row.is_empty())
        .map(|row| row.iter().map(new_cell).collect())
        .collect();
    if let [row] = rows.as_mut_slice() {
        // A single row has the page for itself.
        for cell in row {
            cell.frame.height *= 1.35;
        }
    }
    share_time(&mut rows);
    align_margins(&mut rows);

    let head = if figure.title.is_empty() {
        EDGE
    } else {
        EDGE + 30.0
    };
    let tops = row_tops(&rows, page, head);
    let height = tops.last().copied().unwrap_or(head) + EDGE;
    let mut svg = Svg::new(page, height, &figure.title);
    if !figure.title.is_empty() {
        let style = TextStyle {
            bold: true,
            ..TextStyle::new(TITLE_SIZE, INK, Anchor::Start)
        };
        svg.text(
            (EDGE, EDGE + 15.0),
            &fit(&figure.title, TITLE_SIZE, page - 2.0 * EDGE),
            style,
        );
    }
    for (row, top) in rows.iter().zip(&tops) {
        let cell_width = cell_width(page, row.len());
        let header = header_height(row, cell_width);
        let data_height = data_height(row);
        for (at, cell) in row.iter().enumerate() {
            let left = EDGE + at as f64 * (cell_width + GAP);
            draw_cell(
                &mut svg,
                cell,
                [left, *top, cell_width, header],
                data_height,
            );
        }
    }
    svg.finish()
}

fn new_cell(panel: &Panel) -> Cell<'_> {
    Cell {
        panel,
        frame: panel.frame(),
        shares_axis: false,
        left: 0.0,
        right: 0.0,
    }
}

/// Gives panels above one another that show time the same span, and one axis.
fn share_time(rows: &mut [Vec<Cell<'_>>]) {
    let mut start = 0;
    while start < rows.len() {
        let columns = rows[start].len();
        let end = (start..rows.len())
            .find(|k| rows[*k].len() != columns)
            .unwrap_or(rows.len());
        for column in 0..columns {
            let group = &mut rows[start..end];
            let spans = group.iter().filter(|row| row[column].frame.x.time);
            let span = spans
                .map(|row| (row[column].frame.x.low, row[column].frame.x.high))
                .reduce(|(low, high), (other_low, other_high)| {
                    (low.min(other_low), high.max(other_high))
                });
            let Some((low, high)) = span else { continue };
            for k in 0..group.len() {
                let below = group.get(k + 1).is_some_and(|row| row[column].frame.x.time);
                let cell = &mut group[k][column];
                if cell.frame.x.time {
                    (cell.frame.x.low, cell.frame.x.high) = (low, high);
                    cell.shares_axis = below;
                }
            }
        }
        start = end;
    }
}

/// Gives the panels of a column the same margins; the first column is aligned over all rows.
fn align_margins(rows: &mut [Vec<Cell<'_>>]) {
    let counts: Vec<usize> = rows.iter().map(Vec::len).collect();
    for row in rows.iter_mut() {
        for cell in row {
            (cell.left, cell.right) = (left_margin(&cell.frame), right_margin(&cell.frame));
        }
    }
    for columns in counts {
        for column in 0..columns {
            let alike = || rows.iter().filter(|row| row.len() == columns);
            let left = alike().map(|row| row[column].left).fold(0.0, f64::max);
            let right = alike().map(|row| row[column].right).fold(0.0, f64::max);
            for row in rows.iter_mut().filter(|row| row.len() == columns) {
                (row[column].left, row[column].right) = (left, right);
            }
        }
    }
    let first = rows.iter().map(|row| row[0].left).fold(0.0, f64::max);
    for row in rows {
        row[0].left = first;
    }
}

/// The tops of all rows, and the bottom of the last.
fn row_tops(rows: &[Vec<Cell<'_>>], page: f64, head: f64) -> Vec<f64> {
    let mut tops = vec![head];
    let mut top = head;
    for (at, row) in rows.iter().enumerate() {
        let shared = row.iter().all(|cell| cell.shares_axis);
        top += header_height(row, cell_width(page, row.len()));
        top += data_height(row) + if shared { 4.0 } else { 38.0 };
        if at + 1 < rows.len() {
            top += if shared { CLOSE } else { APART };
        }
        tops.push(top);
    }
    tops
}

fn cell_width(page: f64, columns: usize) -> f64 {
    let columns = columns.max(1) as f64;
    ((page - 2.0 * EDGE - (columns - 1.0) * GAP) / columns).max(60.0)
}

/// The width that the margins leave for the data.
fn data_width(cell: &Cell<'_>, cell_width: f64) -> f64 {
    (cell_width - cell.left - cell.right).max(20.0)
}

fn data_height(row: &[Cell<'_>]) -> f64 {
    row.iter().map(|cell| cell.frame.height).fold(0.0, f64::max)
}

/// The height of titles and legends: the largest of the row, so that the data line up.
fn header_height(row: &[Cell<'_>], cell_width: f64) -> f64 {
    let lines = row
        .iter()
        .map(|cell| legend_lines(&cell.frame, data_width(cell, cell_width)).len())
        .max()
        .unwrap_or(0);
    let titled = row.iter().any(|cell| !cell.frame.title.is_empty());
    match lines.max(usize::from(titled)) {
        0 => 8.0,
        lines => lines as f64 * HEADER_LINE + 5.0,
    }
}

/// The ticks of an axis with its factor from values to what is shown.
fn axis_ticks(spec: &AxisSpec, length: f64, apart: f64) -> (Ticks, f64) {
    if spec.log {
        return (
            log_ticks(spec.low, spec.high, (length / apart).max(2.0)),
            1.0,
        );
    }
    let factor = if shown_in_seconds(spec) { 1e-3 } else { 1.0 };
    let mut found = ticks(
        spec.low * factor,
        spec.high * factor,
        (length / apart).max(2.0),
    );
    if spec.whole {
        let whole: Vec<bool> = found.values.iter().map(|v| v.fract() == 0.0).collect();
        let mut keep = whole.iter();
        found.values.retain(|_| *keep.next().unwrap_or(&true));
        let mut keep = whole.iter();
        found.labels.retain(|_| *keep.next().unwrap_or(&true));
        if found.exponent == 0 {
            for (label, value) in found.labels.iter_mut().zip(&found.values) {
                *label = crate::text::minus(&format!("{value:.0}"));
            }
        }
    }
    (found, factor)
}

/// Long times are shown in seconds.
fn shown_in_seconds(spec: &AxisSpec) -> bool {
    spec.time && spec.low.abs().max(spec.high.abs()) > 2500.0
}

/// The words of an axis, with the unit that is shown.
fn axis_words(spec: &AxisSpec, exponent: i32) -> String {
    let mut axis = spec.axis.clone();
    if shown_in_seconds(spec) {
        "s".clone_into(&mut axis.unit);
    }
    axis.words(exponent)
}

/// The distance between ticks that an upright axis of numbers wants.
const UPRIGHT: f64 = 38.0;

fn left_margin(frame: &Frame) -> f64 {
    if !frame.y.bands.is_empty() {
        let names =
            frame.y.bands.iter().map(|band| {
                (width(&band.name, LABEL_SIZE) * 1.06).max(width(&band.below, TICK_SIZE))
            });
        return names.fold(30.0, f64::max).min(WIDEST_NAME) + 12.0;
    }
    let (ticks, _) = axis_ticks(&frame.y, frame.height, UPRIGHT);
    let widest = ticks
        .labels
        .iter()
        .map(|label| width(label, TICK_SIZE))
        .fold(0.0, f64::max);
    let words = if axis_words(&frame.y, ticks.exponent).is_empty() {
        0.0
    } else {
        22.0
    };
    (widest + 8.0 + words).max(30.0)
}

fn right_margin(frame: &Frame) -> f64 {
    let Some(bar) = &frame.colour_bar else {
        return 14.0;
    };
    let ticks = ticks(bar.low, bar.high, frame.height / 46.0);
    let widest = ticks
        .labels
        .iter()
        .map(|label| width(label, TICK_SIZE))
        .fold(0.0, f64::max);
    let words = if bar.axis.words(ticks.exponent).is_empty() {
        0.0
    } else {
        20.0
    };
    BAR_GAP + BAR_WIDTH + 6.0 + widest + words
}

/// Draws one panel into its cell (left, top, width, header height).
fn draw_cell(svg: &mut Svg, cell: &Cell<'_>, place: [f64; 4], data_height: f64) {
    let [cell_left, cell_top, cell_width, header] = place;
    let frame = &cell.frame;
    let (left, top) = (cell_left + cell.left, cell_top + header);
    let width = data_width(cell, cell_width);
    let bottom = top + data_height;
    let (y_start, y_end) = if frame.y.downwards {
        (top, bottom)
    } else {
        (bottom, top)
    };
    let area = Area {
        left,
        top,
        width,
        height: data_height,
        x: Scale {
            low: frame.x.low,
            high: frame.x.high,
            start: left,
            end: left + width,
        },
        y: Scale {
            low: frame.y.low,
            high: frame.y.high,
            start: y_start,
            end: y_end,
        },
    };
    draw_header(svg, frame, &area, cell_top);
    let mut x_ticks = axis_ticks(&frame.x, width, 78.0);
    if frame.empty.is_some() && !frame.x.time {
        // Without data, numbers of an axis would be made up.
        x_ticks.0.values.clear();
    }
    let y_ticks = axis_ticks(&frame.y, data_height, UPRIGHT);
    let covered = frame.colour_bar.is_some();
    if !covered {
        draw_grid(svg, frame, &area, (&x_ticks, &y_ticks));
    }
    if let Some(words) = frame.empty {
        let style = TextStyle::new(LABEL_SIZE, FAINT, Anchor::Middle);
        svg.text(
            (left + width / 2.0, top + data_height / 2.0 + 4.0),
            words,
            style,
        );
    } else {
        cell.panel.draw(svg, &area);
    }
    draw_x_axis(svg, cell, &area, &x_ticks);
    let empty_numbers = frame.empty.is_some() && frame.y.bands.is_empty();
    draw_y_axis(svg, frame, &area, &y_ticks, cell_left, empty_numbers);
    if let Some(bar) = &frame.colour_bar {
        draw_colour_bar(svg, bar, &area, cell_left + cell_width);
    }
}

fn draw_grid(
    svg: &mut Svg,
    frame: &Frame,
    area: &Area,
    ((x_ticks, x_factor), (y_ticks, y_factor)): (&(Ticks, f64), &(Ticks, f64)),
) {
    let mut path = PathData::default();
    for value in &x_ticks.values {
        let x = area.x.place(value / x_factor);
        path.move_to(x, area.top);
        path.line_to(x, area.top + area.height);
    }
    if frame.y.bands.is_empty() && frame.empty.is_none() {
        for value in &y_ticks.values {
            let y = area.y.place(value / y_factor);
            path.move_to(area.left, y);
            path.line_to(area.left + area.width, y);
        }
    }
    svg.stroke(path.as_str(), GRID, 1.0, 1.0);
}

fn draw_x_axis(svg: &mut Svg, cell: &Cell<'_>, area: &Area, (ticks, factor): &(Ticks, f64)) {
    let bottom = area.top + area.height;
    svg.line(
        (area.left, bottom),
        (area.left + area.width, bottom),
        LINE,
        1.0,
    );
    let mut marks = PathData::default();
    for value in &ticks.values {
        let x = area.x.place(value / factor);
        marks.move_to(x, bottom);
        marks.line_to(x, bottom + 4.0);
    }
    svg.stroke(marks.as_str(), LINE, 1.0, 1.0);
    if cell.shares_axis {
        return;
    }
    let style = TextStyle::new(TICK_SIZE, SOFT, Anchor::Middle);
    for (value, label) in ticks.values.iter().zip(&ticks.labels) {
        svg.text((area.x.place(value / factor), bottom + 16.0), label, style);
    }
    let words = axis_words(&cell.frame.x, ticks.exponent);
    let words = fit(&words, LABEL_SIZE, area.width);
    let style = TextStyle::new(LABEL_SIZE, INK, Anchor::Middle);
    svg.text((area.left + area.width / 2.0, bottom + 33.0), &words, style);
}

fn draw_y_axis(
    svg: &mut Svg,
    frame: &Frame,
    area: &Area,
    (ticks, factor): &(Ticks, f64),
    cell_left: f64,
    without_numbers: bool,
) {
    svg.line(
        (area.left, area.top),
        (area.left, area.top + area.height),
        LINE,
        1.0,
    );
    if !frame.y.bands.is_empty() {
        draw_bands(svg, frame, area);
        return;
    }
    if !without_numbers {
        let style = TextStyle::new(TICK_SIZE, SOFT, Anchor::End);
        for (value, label) in ticks.values.iter().zip(&ticks.labels) {
            svg.text(
                (area.left - 7.0, area.y.place(value / factor) + 4.0),
                label,
                style,
            );
        }
    }
    let words = fit(
        &axis_words(&frame.y, ticks.exponent),
        LABEL_SIZE,
        area.height + 10.0,
    );
    let style = TextStyle::new(LABEL_SIZE, INK, Anchor::Middle);
    svg.text_upwards(
        (cell_left + 11.0, area.top + area.height / 2.0),
        &words,
        style,
    );
}

/// Names the populations beside their bands, in their colours.
fn draw_bands(svg: &mut Svg, frame: &Frame, area: &Area) {
    for band in &frame.y.bands {
        let (top, bottom) = (band.top * area.height, band.bottom * area.height);
        let middle = area.top + f64::midpoint(top, bottom);
        let name = fit(&band.name, LABEL_SIZE * 1.06, WIDEST_NAME);
        let bold = TextStyle {
            bold: true,
            ..TextStyle::new(LABEL_SIZE, band.colour, Anchor::End)
        };
        // The size goes under the name where there is room for two lines.
        let room = bottom - top >= 29.0;
        svg.text(
            (area.left - 9.0, middle + if room { -2.0 } else { 4.0 }),
            &name,
            bold,
        );
        if room {
            let plain = TextStyle::new(TICK_SIZE, FAINT, Anchor::End);
            svg.text((area.left - 9.0, middle + 12.0), &band.below, plain);
        }
        if band.top > 0.0 {
            let y = area.top + top;
            svg.line((area.left, y), (area.left + area.width, y), LINE, 0.6);
        }
    }
}

fn draw_colour_bar(svg: &mut Svg, bar: &ColourBar, area: &Area, cell_right: f64) {
    const STEPS: usize = 64;
    let left = area.left + area.width + BAR_GAP;
    let bottom = area.top + area.height;
    for step in 0..STEPS {
        let from = (step as f64 / STEPS as f64 * area.height * 2.0).round() / 2.0;
        let to = ((step + 1) as f64 / STEPS as f64 * area.height * 2.0).round() / 2.0;
        let colour = map_colour(bar.diverging, (step as f64 + 0.5) / STEPS as f64);
        let mut path = PathData::default();
        path.rect(left, bottom - to, BAR_WIDTH, to - from);
        svg.fill(path.as_str(), colour, 1.0, true);
    }
    let scale = Scale {
        low: bar.low,
        high: bar.high,
        start: bottom,
        end: area.top,
    };
    let ticks = ticks(bar.low, bar.high, area.height / 46.0);
    let style = TextStyle::new(TICK_SIZE, SOFT, Anchor::Start);
    for (value, label) in ticks.values.iter().zip(&ticks.labels) {
        svg.text(
            (left + BAR_WIDTH + 5.0, scale.place(*value) + 4.0),
            label,
            style,
        );
    }
    let words = fit(
        &bar.axis.words(ticks.exponent),
        LABEL_SIZE,
        area.height + 10.0,
    );
    let style = TextStyle::new(LABEL_SIZE, INK, Anchor::Middle);
    svg.text_upwards(
        (cell_right - 3.0, area.top + area.height / 2.0),
        &words,
        style,
    );
}
