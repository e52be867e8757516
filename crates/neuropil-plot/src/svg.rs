//! A small writer of SVG text: shapes, text, and numbers as short as the eye allows.

use crate::colour::Colour;
use std::fmt::Write as _;

/// The fonts of all text; the first is embedded for PNG, the others are for browsers.
const FONTS: &str = "Inter, 'Helvetica Neue', Helvetica, Arial, sans-serif";

/// Where a text stands relative to its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// How a text looks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TextStyle {
    pub(crate) size: f64,
    pub(crate) colour: Colour,
    pub(crate) anchor: Anchor,
    pub(crate) bold: bool,
}

impl TextStyle {
    /// A plain style.
    pub(crate) const fn new(size: f64, colour: Colour, anchor: Anchor) -> Self {
        Self {
            size,
            colour,
            anchor,
            bold: false,
        }
    }
}

/// The document as it is written.
#[derive(Debug)]
pub(crate) struct Svg {
    text: String,
}

impl Svg {
    /// Opens a document of a size in points, on white.
    pub(crate) fn new(width: f64, height: f64, title: &str) -> Self {
        let (w, h) = (number(width), number(height));
        let mut text = String::new();
        // Writing into a string cannot fail; the results are dropped here and below.
        let _ = writeln!(
            text,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" \
             viewBox=\"0 0 {w} {h}\" font-family=\"{FONTS}\">"
        );
        if !title.is_empty() {
            let _ = writeln!(text, "<title>{}</title>", escape(title));
        }
        let _ = writeln!(
            text,
            "<rect width=\"{w}\" height=\"{h}\" fill=\"#ffffff\"/>"
        );
        Self { text }
    }

    /// Closes the document.
    pub(crate) fn finish(mut self) -> String {
        self.text.push_str("</svg>\n");
        self.text
    }

    /// A straight line.
    pub(crate) fn line(&mut self, from: (f64, f64), to: (f64, f64), colour: Colour, width: f64) {
        let _ = writeln!(
            self.text,
            "<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" stroke=\"{colour}\" stroke-width=\"{}\"/>",
            number(from.0),
            number(from.1),
            number(to.0),
            number(to.1),
            number(width)
        );
    }

    /// A filled rectangle: left, top, width, height.
    pub(crate) fn rect(&mut self, place: [f64; 4], colour: Colour, opacity: f64) {
        let [x, y, w, h] = place.map(number);
        let _ = write!(
            self.text,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" fill=\"{colour}\""
        );
        self.attribute_unless("fill-opacity", opacity, 1.0);
        self.text.push_str("/>\n");
    }

    /// A stroked path from its data.
    pub(crate) fn stroke(&mut self, data: &str, colour: Colour, width: f64, opacity: f64) {
        if data.is_empty() {
            return;
        }
        let _ = write!(
            self.text,
            "<path d=\"{data}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{}\" \
             stroke-linejoin=\"bevel\"",
            number(width)
        );
        self.attribute_unless("stroke-opacity", opacity, 1.0);
        self.text.push_str("/>\n");
    }

    /// A filled path from its data, with hard pixel edges where cells must not show seams.
    pub(crate) fn fill(&mut self, data: &str, colour: Colour, opacity: f64, crisp: bool) {
        if data.is_empty() {
            return;
        }
        let _ = write!(self.text, "<path d=\"{data}\" fill=\"{colour}\"");
        self.attribute_unless("fill-opacity", opacity, 1.0);
        if crisp {
            self.text.push_str(" shape-rendering=\"crispEdges\"");
        }
        self.text.push_str("/>\n");
    }

    /// A text with its baseline at a point.
    pub(crate) fn text(&mut self, at: (f64, f64), words: &str, style: TextStyle) {
        let place = format!("x=\"{}\" y=\"{}\"", number(at.0), number(at.1));
        self.write_text(&place, words, style);
    }

    /// A text that runs upwards, with its baseline at a point.
    pub(crate) fn text_upwards(&mut self, at: (f64, f64), words: &str, style: TextStyle) {
        let place = format!(
            "transform=\"translate({} {}) rotate(-90)\"",
            number(at.0),
            number(at.1)
        );
        self.write_text(&place, words, style);
    }

    fn write_text(&mut self, place: &str, words: &str, style: TextStyle) {
        let _ = write!(
            self.text,
            "<text {place} font-size=\"{}\" fill=\"{}\"",
            number(style.size),
            style.colour
        );
        match style.anchor {
            Anchor::Start => {}
            Anchor::Middle => self.text.push_str(" text-anchor=\"middle\""),
            Anchor::End => self.text.push_str(" text-anchor=\"end\""),
        }
        if style.bold {
            self.text.push_str(" font-weight=\"600\"");
        }
        let _ = writeln!(self.text, ">{}</text>", escape(words));
    }

    fn attribute_unless(&mut self, name: &str, value: f64, usual: f64) {
        if value != usual {
            let _ = write!(self.text, " {name}=\"{}\"", number(value));
        }
    }
}

/// Path data: moves and lines with two decimals, which is finer than any screen.
#[derive(Debug, Default)]
pub(crate) struct PathData {
    data: String,
}

impl PathData {
    /// Starts a new piece at a point.
    pub(crate) fn move_to(&mut self, x: f64, y: f64) {
        let _ = write!(self.data, "M{} {}", number(x), number(y));
    }

    /// Draws to a point.
    pub(crate) fn line_to(&mut self, x: f64, y: f64) {
        let _ = write!(self.data, "L{} {}", number(x), number(y));
    }

    /// Adds a rectangle: left, top, width, height.
    pub(crate) fn rect(&mut self, x: f64, y: f64, w: f64, h: f64) {
        let (x, y, w, h) = (number(x), number(y), number(w), number(h));
        let _ = write!(self.data, "M{x} {y}h{w}v{h}h-{w}z");
    }

    /// Adds raw data.
    pub(crate) fn push_str(&mut self, text: &str) {
        self.data.push_str(text);
    }

    /// The data so far.
    pub(crate) fn as_str(&self) -> &str {
        &self.data
    }
}

/// Writes a coordinate with at most two decimals; what is not finite becomes 0.
pub(crate) fn number(value: f64) -> String {
    if !value.is_finite() {
        return "0".to_owned();
    }
    let text = format!("{:.2}", value.clamp(-1e6, 1e6));
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" {
        "0".to_owned()
    } else {
        text.to_owned()
    }
}

/// Replaces what XML gives a meaning to and drops what it forbids.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => {}
            _ if c.is_control() => out.push(' '),
            _ => out.push(c),
        }
    }
    out
}
