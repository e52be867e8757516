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

/// How many of the prefixes are usual, up to the one of `cm`. A wrong letter is put right to no
/// other: who writes `damp` hardly means `dam`.
const USUAL_PREFIXES: usize = 10;

/// The unit of temperature with its own zero.
const CELSIUS: &str = "degC";

/// Words that look like units and are not: `as` is a clause word of the language.
const NOT_UNITS: [&str; 1] = ["as"];

/// Units written out, without a plural `s`, with the symbol that they have here.
const WRITTEN_OUT: [(&str, &str); 17] = [
    ("sec", "s"),
    ("second", "s"),
    ("meter", "m"),
    ("metre", "m"),
    ("amp", "A"),
    ("ampere", "A"),
    ("volt", "V"),
    ("siemen", "S"),
    ("ohm", "Ohm"),
    ("farad", "F"),
    ("coulomb", "C"),
    ("hertz", "Hz"),
    ("kelvin", "K"),
    ("molar", "M"),
    ("mole", "mol"),
    ("candela", "cd"),
    ("celsius", CELSIUS),
];

/// Prefixes written out, with their symbols.
const WRITTEN_OUT_PREFIXES: [(&str, &str); 12] = [
    ("milli", "m"),
    ("micro", "u"),
    ("nano", "n"),
    ("pico", "p"),
    ("femto", "f"),
    ("kilo", "k"),
    ("mega", "M"),
    ("giga", "G"),
    ("centi", "c"),
    ("deci", "d"),
    // Before a vowel, as in `kilohm` and `megohm`.
    ("kil", "k"),
    ("meg", "M"),
];

/// Prefix symbols that people put before a unit written out, as in `msec`. Not all: `damp` is a
/// damping and no decaampere.
const SYMBOLS_BEFORE_WORDS: [&str; 11] = [
    "", "m", "u", "n", "p", "f", "k", "M", "G", "\u{b5}", "\u{3bc}",
];

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
    names_with(FIRST_PREFIXES)
}

/// The names with so many of the prefixes, in their first spelling.
fn names_with(prefixes: usize) -> impl Iterator<Item = String> {
    PREFIXES
        .iter()
        .take(prefixes)
        .flat_map(|(prefix, _)| {
            SYMBOLS
                .iter()
                .take(FIRST_SPELLINGS)
                .map(move |(symbol, _, _)| format!("{prefix}{symbol}"))
        })
        .filter(|name| !NOT_UNITS.contains(&name.as_str()))
        .chain([CELSIUS.to_owned()])
}

/// The unit that a misspelt one most probably means, if any is near.
///
/// It is found by its long name (`msec`, `kilohms`, `volts`), by a missing `^` (`cm2`), in another
/// case (`mv`), or one letter away. A wrong case is nearer than a wrong letter; names of one letter
/// are offered for their other case alone, since every short name is one letter away from them.
///
/// # Examples
///
/// ```
/// use neuropil_units::nearest_unit;
///
/// assert_eq!(nearest_unit("msec").as_deref(), Some("ms"));
/// assert_eq!(nearest_unit("cm2").as_deref(), Some("cm^2"));
/// assert_eq!(nearest_unit("tau"), None);
/// ```
pub fn nearest_unit(name: &str) -> Option<String> {
    if let Some(meant) = written_out(name).or_else(|| without_caret(name)) {
        return Some(meant);
    }
    let length = name.chars().count();
    if length > 8 {
        return None;
    }
    let folded = name.to_lowercase();
    let in_other_case = unit_names()
        .filter(|candidate| candidate.to_lowercase() == folded)
        .min_by_key(|candidate| {
            let letters = candidate.chars().zip(name.chars());
            letters.filter(|(a, b)| a != b).count()
        });
    in_other_case.or_else(|| {
        names_with(USUAL_PREFIXES).find(|candidate| {
            length >= 3 && candidate.len() >= 2 && edit_distance(name, candidate) == 1
        })
    })
}

/// Reads a long name with its prefix: `msec`, `millivolts`, `Mohm`, `microns`.
fn written_out(name: &str) -> Option<String> {
    let lower = name.to_ascii_lowercase();
    if matches!(&*lower, "micron" | "microns") {
        return Some("um".to_owned());
    }
    WRITTEN_OUT.iter().find_map(|(word, symbol)| {
        // Words are ASCII, so the part before them has the same bytes in both cases.
        let before = |text: &str| text.strip_suffix(word).map(str::len);
        let length = before(&lower).or_else(|| before(lower.strip_suffix('s')?))?;
        let prefix = &name[..length];
        let known = SYMBOLS_BEFORE_WORDS
            .iter()
            .find(|symbol| **symbol == prefix)
            .or_else(|| {
                let long = |(word, _): &&(&str, &str)| prefix.eq_ignore_ascii_case(word);
                WRITTEN_OUT_PREFIXES
                    .iter()
                    .find(long)
                    .map(|(_, short)| short)
            })?;
        let meant = format!("{known}{symbol}");
        is_unit_name(&meant).then_some(meant)
    })
}

/// Reads a unit with its exponent but without `^`: `cm2`. `V2` is rather a second voltage.
fn without_caret(name: &str) -> Option<String> {
    let power = name
        .chars()
        .next_back()
        .filter(|c| ('2'..='9').contains(c))?;
    let unit = &name[..name.len() - 1];
    (unit.len() >= 2 && is_unit_name(unit)).then(|| format!("{unit}^{power}"))
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
