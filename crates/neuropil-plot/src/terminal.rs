//! Traces and rasters in text, eight dots a letter.
//!
//! A braille letter is two dots wide and four high, so a terminal of 80 columns shows 160 values
//! across. The result is plain text without colours; the caller decides where it goes.

use crate::axis::{drawable, extent, padded, widened};
use crate::text::minus;

/// The bit of each dot in a braille letter, by row and column.
const DOTS: [[u8; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

/// A grid of dots.
#[derive(Clone, Debug)]
pub struct Canvas {
    columns: usize,
    rows: usize,
    cells: Vec<u8>,
}

impl Canvas {
    /// Makes an empty canvas of a size in letters, at most 1,000 by 1,000.
    pub fn new(columns: usize, rows: usize) -> Self {
        let (columns, rows) = (columns.clamp(1, 1000), rows.clamp(1, 1000));
        Self {
            columns,
            rows,
            cells: vec![0; columns * rows],
        }
    }

    /// The width in dots.
    pub fn width(&self) -> usize {
        2 * self.columns
    }

    /// The height in dots.
    pub fn height(&self) -> usize {
        4 * self.rows
    }

    /// Sets a dot; (0, 0) is at the top left. A dot outside does nothing.
    pub fn set(&mut self, x: usize, y: usize) {
        if x < self.width() && y < self.height() {
            self.cells[y / 4 * self.columns + x / 2] |= DOTS[y % 4][x % 2];
        }
    }

    /// The lines of text.
    pub fn lines(&self) -> Vec<String> {
        let letter = |cell: &u8| char::from_u32(0x2800 + u32::from(*cell)).unwrap_or(' ');
        self.cells
            .chunks(self.columns)
            .map(|row| row.iter().map(letter).collect())
            .collect()
    }
}

/// Draws one trace; each column of dots runs from the smallest to the largest value in it.
///
/// The numbers on the left are the ends of the y axis. Without a drawable value the text is
/// `no data`.
pub fn trace(values: &[f64], columns: usize, rows: usize) -> String {
    let Some(range) = extent(values.iter().copied()) else {
        return "no data\n".to_owned();
    };
    let (low, high) = padded(range, 0.02);
    let mut canvas = Canvas::new(columns, rows);
    let (width, height) = (canvas.width(), canvas.height());
    let row = |v: f64| ((high - v) / (high - low) * (height - 1) as f64).round() as usize;
    let mut before: Option<usize> = None;
    for column in 0..width {
        let from = column * values.len() / width;
        let to = ((column + 1) * values.len() / width)
            .max(from + 1)
            .min(values.len());
        let part = values[from.min(values.len() - 1)..to].iter().copied();
        let Some((least, most)) = extent(part) else {
            before = None;
            continue;
        };
        let (mut top, mut bottom) = (row(most), row(least));
        // Join with the column before, so that a steep rise is a line.
        if let Some(last) = before {
            (top, bottom) = (top.min(last), bottom.max(last));
        }
        (top..=bottom).for_each(|y| canvas.set(column, y));
        before = Some(row(values[to - 1])).filter(|_| drawable(values[to - 1]));
    }
    framed(&canvas, &short(high), &short(low))
}

/// Draws spikes (time in ms, index) of a population over a time span in ms.
///
/// Index 0 is at the bottom. Without spikes the text is `no spikes`.
pub fn raster(
    spikes: &[(f64, u32)],
    size: u32,
    span: (f64, f64),
    columns: usize,
    rows: usize,
) -> String {
    if spikes.is_empty() || !drawable(span.0) || !drawable(span.1) {
        return "no spikes\n".to_owned();
    }
    let (start, end) = widened(span);
    let mut canvas = Canvas::new(columns, rows);
    let (width, height) = (canvas.width(), canvas.height());
    for (time, index) in spikes.iter().filter(|(_, index)| *index < size) {
        let x = ((time - start) / (end - start) * (width - 1) as f64).round();
        if x >= 0.0 {
            let row = u64::from(*index) * height as u64 / u64::from(size);
            canvas.set(x as usize, height - 1 - row as usize);
        }
    }
    framed(&canvas, &size.saturating_sub(1).to_string(), "0")
}

/// Puts the ends of the y axis to the left of the canvas.
fn framed(canvas: &Canvas, top: &str, bottom: &str) -> String {
    let margin = top.chars().count().max(bottom.chars().count());
    let lines = canvas.lines();
    let mut out = String::new();
    for (at, line) in lines.iter().enumerate() {
        let label = match at {
            0 => top,
            _ if at + 1 == lines.len() => bottom,
            _ => "",
        };
        out.push_str(&" ".repeat(margin - label.chars().count()));
        out.push_str(label);
        out.push_str(" \u{2502}");
        out.push_str(line);
        out.push('\n');
    }
    out
}

/// Writes a number with about three digits.
fn short(value: f64) -> String {
    let size = value.abs();
    let text = if size != 0.0 && !(1e-3..1e5).contains(&size) {
        format!("{value:.1e}")
    } else if size < 1.0 {
        format!("{value:.3}")
    } else if size < 100.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.0}")
    };
    minus(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_stand_where_they_are_set() {
        let mut canvas = Canvas::new(2, 1);
        canvas.set(0, 0);
        canvas.set(3, 3);
        canvas.set(4, 0);
        // Unicode chart of U+2800: dot 1 is 0x01, dot 8 is 0x80.
        assert_eq!(canvas.lines(), ["\u{2801}\u{2880}"]);
    }

    #[test]
    fn a_rising_trace_rises() {
        let values: Vec<f64> = (0..100).map(f64::from).collect();
        let text = trace(&values, 10, 3);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3);
        let dots = |line: &str, at: usize| line.chars().nth_back(at) != Some('\u{2800}');
        assert!(dots(lines[0], 0) && !dots(lines[0], 9));
        assert!(dots(lines[2], 9) && !dots(lines[2], 0));
        assert!(text.trim_start().starts_with("101 \u{2502}"));
    }

    #[test]
    fn nothing_is_said_honestly() {
        assert_eq!(trace(&[], 10, 3), "no data\n");
        assert_eq!(trace(&[f64::NAN, f64::INFINITY], 10, 3), "no data\n");
        assert_eq!(raster(&[], 5, (0.0, 1.0), 10, 3), "no spikes\n");
    }

    #[test]
    fn spikes_outside_are_left_out() {
        let inside = raster(&[(0.0, 0), (10.0, 4)], 5, (0.0, 10.0), 5, 2);
        let more = [
            (0.0, 0),
            (10.0, 4),
            (-3.0, 2),
            (11.5, 2),
            (5.0, 5),
            (f64::NAN, 1),
        ];
        assert_eq!(raster(&more, 5, (0.0, 10.0), 5, 2), inside);
    }
}
