//! The names of units: symbols, prefixes, and the nearest name to a misspelt one.

use crate::dimension::Dimension;
use crate::unit::Unit;

/// A unit that takes prefixes: its symbol, dimension and size as a power of ten of the
/// internal unit. The powers follow from ms, um, pA, mV: see the crate's page.
const SYMBOLS: [(&str, Dimension, i16); 15] = [
    ("s", Dimension::TIME, 3),
    ("m", Dimension::LENGTH, 6),
    ("A", Dimension::CURRENT, 12),
    ("V", Dimension::VOLTAGE, 3),
    ("S", Dimension::CONDUCTANCE, 9),
    ("Ohm", Dimension::RESISTANCE, -9),
    ("F", Dimension::CAPACITANCE, 12),
    ("C", Dimension::CHARGE, 15),
    ("Hz", Dimension::RATE, -3),
    ("K", Dimension::TEMPERATURE, 0),
    ("M", Dimension::CONCENTRATION, 3),
    ("mol", Dimension::AMOUNT, 18),
    ("cd", Dimension::LUMINOUS_INTENSITY, 0),
    // Second spellings: the Greek capital omega and the ohm sign.
    ("\u{3a9}", Dimension::RESISTANCE, -9),
    ("\u{2126}", Dimension::RESISTANCE, -9),
];

/// How many of the symbols are first spellings, which are offered to the user.
const FIRST_SPELLINGS: usize = 13;

/// The prefixes of 1960 to 1991. Those of 2022 (`R`, `Q`, `r`, `q`) are left out: they would
/// turn the usual names `Rm` and `Rs` of resistances into lengths and times.
const PREFIXES: [(&str, i16); 23] = [
    ("", 0),
    ("m", -3),
    ("u", -6),
    ("n", -9),
    ("p", -12),
    ("f", -15),
    ("k", 3),
    ("M", 6),
    ("G", 9),
    ("c", -2),
    ("d", -1),
    ("da", 1),
    ("h", 2),
    ("a", -18),
    ("z", -21),
    ("y", -24),
    ("T", 12),
    ("P", 15),
    ("E", 18),
    ("Z", 21),
    ("Y", 24),
    // Second spellings: the micro sign and the Greek small mu.
    ("\u{b5}", -6),
    ("\u{3bc}", -6),
];

/// How many of the prefixes are first spellings.
const FIRST_PREFIXES: usize = 21;

/// The unit of temperature with its own zero.
const CELSIUS: &str = "degC";

/// Words that look like units and are not: `as` is a clause word of the language.
const NOT_UNITS: [&str; 1] = ["as"];

/// Spellings of other programs and of handwriting, with the name they mean here.
const FOREIGN: [(&str, &str); 17] = [
    ("sec", "s"),
    ("second", "s"),
    ("seconds", "s"),
    ("msec", "ms"),
    ("msecond", "ms"),
    ("usec", "us"),
    ("micron", "um"),
    ("meter", "m"),
    ("metre", "m"),
    ("volt", "V"),
    ("amp", "A"),
    ("ampere", "A"),
    ("siemens", "S"),
    ("farad", "F"),
    ("kelvin", "K"),
    ("molar", "M"),
    ("celsius", "degC"),
];

/// What a wrong letter weighs in letters of the wrong case; names have at most eight letters.
const ONE_EDIT: usize = 10;

/// Reads the name of one unit with its prefix, such as `mV`, `uF`, `Ohm` or `degC`.
///
/// # Examples
///
/// ```
/// use neuropil_units::{Dimension, parse_unit};
///
/// let unit = parse_unit("nF").ok_or("no such unit")?;
/// assert_eq!((unit.dimension(), unit.scale()), (Dimension::CAPACITANCE, 1000.0));
/// assert!(parse_unit("min").is_none());
/// # Ok::<(), &str>(())
/// ```
pub fn parse_unit(name: &str) -> Option<Unit> {
    if name == CELSIUS {
        return Some(Unit::celsius());
    }
    if NOT_UNITS.contains(&name) {
        return None;
    }
    // No name has two readings; a test goes through all of them.
    for (symbol, dimension, ten) in SYMBOLS {
        if let Some(prefix) = name.strip_suffix(symbol)
            && let Some(&(_, power)) = PREFIXES.iter().find(|(text, _)| *text == prefix)
        {
            return Some(Unit::decimal(dimension, ten + power));
        }
    }
    None
}

/// Tells whether this is the name of a unit.
pub fn is_unit_name(name: &str) -> bool {
    parse_unit(name).is_some()
}

/// All names in their first spelling, the most usual prefixes first.
pub fn unit_names() -> impl Iterator<Item = String> {
    PREFIXES
        .iter()
        .take(FIRST_PREFIXES)
        .flat_map(|(prefix, _)| {
            SYMBOLS
                .iter()
                .take(FIRST_SPELLINGS)
                .map(move |(symbol, _, _)| format!("{prefix}{symbol}"))
        })
        .filter(|name| !NOT_UNITS.contains(&name.as_str()))
        .chain([CELSIUS.to_owned()])
}

/// The name of the unit that a misspelt one most probably means, if any is near.
///
/// A wrong case is nearer than a wrong letter; names of one letter are offered for their other
/// case alone, since every short name is one letter away from them.
pub fn nearest_unit(name: &str) -> Option<String> {
    if let Some((_, meant)) = FOREIGN
        .iter()
        .find(|(word, _)| name.eq_ignore_ascii_case(word))
    {
        return Some((*meant).to_owned());
    }
    let length = name.chars().count();
    if length > 8 {
        return None;
    }
    let folded = name.to_lowercase();
    let mut best: Option<(usize, String)> = None;
    for candidate in unit_names() {
        let distance = if candidate.to_lowercase() == folded {
            candidate
                .chars()
                .zip(name.chars())
                .filter(|(a, b)| a != b)
                .count()
        } else if length >= 3 && candidate.len() >= 2 && edit_distance(name, &candidate) == 1 {
            ONE_EDIT
        } else {
            continue;
        };
        if best.as_ref().is_none_or(|(least, _)| distance < *least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Counts the letters to insert, remove, replace or swap with their neighbour.
fn edit_distance(from: &str, to: &str) -> usize {
    let from: Vec<char> = from.chars().collect();
    let to: Vec<char> = to.chars().collect();
    let width = to.len() + 1;
    let mut table: Vec<usize> = vec![0; (from.len() + 1) * width];
    for i in 0..=from.len() {
        for j in 0..=to.len() {
            table[i * width + j] = if i == 0 || j == 0 {
                i + j
            } else {
                let kept = usize::from(from[i - 1] != to[j - 1]);
                let mut least = (table[(i - 1) * width + j] + 1)
                    .min(table[i * width + j - 1] + 1)
                    .min(table[(i - 1) * width + j - 1] + kept);
                if i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1] {
                    least = least.min(table[(i - 2) * width + j - 2] + 1);
                }
                least
            };
        }
    }
    table[from.len() * width + to.len()]
}
