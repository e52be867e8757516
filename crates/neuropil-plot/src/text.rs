//! Words and numbers as a reader expects them: widths, units, signs, and powers of ten.

use neuropil_units::{Unit, combine};

/// Widths of U+0020 to U+007E in thousandths of the size; see `assets/README.md`.
const WIDTHS: [u16; 95] = [
    281, 278, 403, 631, 638, 812, 639, 222, 362, 362, 500, 659, 280, 460, 276, 357, 625, 464, 605,
    636, 642, 608, 624, 571, 616, 624, 276, 280, 659, 659, 659, 507, 936, 676, 651, 727, 719, 598,
    587, 743, 740, 264, 543, 652, 562, 889, 753, 761, 635, 761, 639, 638, 642, 741, 676, 949, 642,
    665, 625, 362, 357, 362, 469, 452, 497, 564, 621, 558, 621, 582, 361, 609, 591, 237, 237, 544,
    237, 869, 585, 597, 609, 609, 372, 523, 364, 581, 557, 812, 540, 557, 541, 362, 327, 362, 659,
];

/// The width of a text in points, without kerning; SemiBold is 4 % wider.
pub(crate) fn width(text: &str, size: f64) -> f64 {
    let thousandths: u32 = text
        .chars()
        .map(|c| {
            let ascii = (c as usize).checked_sub(0x20).and_then(|at| WIDTHS.get(at));
            match (ascii, c) {
                (Some(width), _) => u32::from(*width),
                (None, '\u{b7}') => 276,
                (None, '\u{b2}' | '\u{b3}' | '\u{2070}'..='\u{207f}') => 440,
                (None, '\u{2026}') => 821,
                (None, _) => 680,
            }
        })
        .sum();
    f64::from(thousandths) * size / 1000.0
}

/// Shortens a text to a width, with an ellipsis; at least one letter stays.
pub(crate) fn fit(text: &str, size: f64, room: f64) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let mut kept: String = text.to_owned();
    while kept.chars().count() > 1 && width(&kept, size) + 0.82 * size > room {
        kept.pop();
    }
    kept.truncate(kept.trim_end().len());
    kept.push('\u{2026}');
    kept
}

/// Writes a unit as in print: `uA/cm^2` becomes `µA/cm²`, `nS*ms^-1` becomes `nS·ms⁻¹`.
pub fn pretty_unit(unit: &str) -> String {
    let mut out = String::new();
    let mut raised = false;
    let mut at_start = true;
    let mut chars = unit.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '^' => raised = true,
            '*' | '/' => {
                out.push(if c == '*' { '\u{b7}' } else { '/' });
                (raised, at_start) = (false, true);
                continue;
            }
            // An exponent with a point has no raised form; it stays as written.
            _ if raised && superscript(c).is_some() && chars.peek() != Some(&'.') => {
                out.extend(superscript(c));
            }
            _ if raised => {
                out.push('^');
                out.push(c);
                raised = false;
            }
            'u' if at_start && chars.peek().is_some_and(char::is_ascii_alphabetic) => {
                out.push('\u{b5}');
            }
            'O' if chars.peek() == Some(&'h') => {
                out.push('\u{3a9}');
                chars.next();
                chars.next();
            }
            'd' if at_start && unit == "degC" => return "\u{b0}C".to_owned(),
            _ => out.push(c),
        }
        at_start = false;
    }
    out
}

/// The raised form of a digit or sign.
fn superscript(c: char) -> Option<char> {
    Some(match c {
        '-' => '\u{207b}',
        '1' => '\u{b9}',
        '2' => '\u{b2}',
        '3' => '\u{b3}',
        '0' | '4'..='9' => char::from_u32(0x2070 + c as u32 - '0' as u32)?,
        _ => return None,
    })
}

/// Writes `×10³` for an exponent.
pub(crate) fn power_of_ten(exponent: i32) -> String {
    let raised: String = exponent
        .to_string()
        .chars()
        .filter_map(superscript)
        .collect();
    format!("\u{d7}10{raised}")
}

/// What a quantity in this unit is called, such as `voltage`; `None` for unknown units.
///
/// The unit is written as in the language: powers of names, joined by `*` and `/`.
pub fn quantity_of_unit(unit: &str) -> Option<String> {
    let mut factors = Vec::new();
    let mut sign = 1;
    let text = unit.strip_prefix("1/").map_or(unit, |rest| {
        sign = -1;
        rest
    });
    let mut start = 0;
    for (at, c) in text.char_indices().chain([(text.len(), '*')]) {
        if c == '*' || c == '/' {
            let (name, power) = text[start..at]
                .split_once('^')
                .unwrap_or((&text[start..at], "1"));
            factors.push((name, sign * power.parse::<i32>().ok()?, 1));
            sign = if c == '/' { -1 } else { 1 };
            start = at + 1;
        }
    }
    let unit: Unit = combine(&factors).ok()?;
    let name = unit.dimension().describe();
    (!name.starts_with("quantity") && name != "number").then_some(name)
}

/// Writes a number with a true minus sign.
pub(crate) fn minus(text: &str) -> String {
    text.replace('-', "\u{2212}")
}

/// Writes a count with thin gaps between thousands: `76 923`.
pub(crate) fn thousands(count: usize) -> String {
    let digits = count.to_string();
    if digits.len() <= 4 {
        return digits;
    }
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('\u{a0}');
        }
        out.push(digit);
    }
    out
}
