//! The line above a panel: its title on the left, its legend and notes on the right.

use crate::frame::{Area, Frame, Key};
use crate::layout::{FAINT, INK, TICK_SIZE};
use crate::svg::{Anchor, Svg, TextStyle};
use crate::text::{fit, width};

const PANEL_TITLE_SIZE: f64 = 12.5;
/// The height of a line of legend or title.
pub(crate) const HEADER_LINE: f64 = 19.0;

/// A word of the legend with its key, or a note without one.
pub(crate) struct Entry<'a> {
    words: String,
    key: Option<&'a Key>,
}

impl Entry<'_> {
    fn width(&self) -> f64 {
        let key = if self.key.is_some() { 20.0 } else { 0.0 };
        width(&self.words, TICK_SIZE) + key + 14.0
    }
}

/// Breaks the legend into lines; the first shares its line with the title.
pub(crate) fn legend_lines(frame: &Frame, room: f64) -> Vec<Vec<Entry<'_>>> {
    let title = title_width(frame, room);
    let keys = frame.keys.iter().map(|key| Entry {
        words: fit(&key.name, TICK_SIZE, room * 0.5),
        key: Some(key),
    });
    let notes = frame.notes.iter().map(|note| Entry {
        words: fit(note, TICK_SIZE, room - 14.0),
        key: None,
    });
    let mut lines: Vec<Vec<Entry<'_>>> = Vec::new();
    let mut left = 0.0;
    for entry in keys.chain(notes) {
        let needed = entry.width();
        match lines.last_mut() {
            Some(line) if needed <= left => {
                left -= needed;
                line.push(entry);
            }
            None if needed <= room - title => {
                left = room - title - needed;
                lines.push(vec![entry]);
            }
            last => {
                // A first line that has only the title keeps its place.
                if last.is_none() && title > 0.0 {
                    lines.push(Vec::new());
                }
                left = room - needed;
                lines.push(vec![entry]);
            }
        }
    }
    lines
}

/// The room that the title takes in the first line, with a gap after it.
fn title_width(frame: &Frame, room: f64) -> f64 {
    if frame.title.is_empty() {
        return 0.0;
    }
    (width(&frame.title, PANEL_TITLE_SIZE) * 1.04 + 18.0).min(room)
}

/// Draws title and legend above the data, from a top edge.
pub(crate) fn draw_header(svg: &mut Svg, frame: &Frame, area: &Area, top: f64) {
    let right = area.left + area.width;
    let mut baseline = top + 13.0;
    if !frame.title.is_empty() {
        let style = TextStyle {
            bold: true,
            ..TextStyle::new(PANEL_TITLE_SIZE, INK, Anchor::Start)
        };
        let title = fit(&frame.title, PANEL_TITLE_SIZE * 1.04, area.width);
        svg.text((area.left, baseline), &title, style);
    }
    for line in legend_lines(frame, area.width) {
        let total: f64 = line.iter().map(Entry::width).sum::<f64>() - 14.0;
        let mut x = right - total;
        for entry in line {
            let mut words_at = x;
            if let Some(key) = entry.key {
                let (y, height) = if key.line {
                    (baseline - 5.2, 2.4)
                } else {
                    (baseline - 8.0, 8.0)
                };
                svg.rect([x, y, 14.0, height], key.colour, 1.0);
                words_at += 20.0;
            }
            let colour = if entry.key.is_some() { INK } else { FAINT };
            svg.text(
                (words_at, baseline),
                &entry.words,
                TextStyle::new(TICK_SIZE, colour, Anchor::Start),
            );
            x += entry.width();
        }
        baseline += HEADER_LINE;
    }
}
