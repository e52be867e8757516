//! Axes: what they are called, where their ticks stand, and how values become places.

use crate::text::{minus, power_of_ten, pretty_unit, quantity_of_unit};

/// What an axis shows: a name and a unit, either of which may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Axis {
    /// The name of the quantity; if empty, the unit tells it (`mV` is a voltage).
    pub name: String,
    /// The unit as in the language, such as `uA/cm^2`; empty for a number.
    pub unit: String,
}

impl Axis {
    /// Makes an axis of a name and a unit.
    pub fn new(name: impl Into<String>, unit: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            unit: unit.into(),
        }
    }

    /// The axis of time; values are in ms and are shown in s where the span is long.
    pub fn time() -> Self {
        Self::new("time", "ms")
    }

    /// The words of the axis, such as `V (mV)`, with a power of ten where the ticks have one.
    pub(crate) fn words(&self, exponent: i32) -> String {
        let name = if self.name.is_empty() {
            quantity_of_unit(&self.unit).unwrap_or_default()
        } else {
            self.name.clone()
        };
        let unit = pretty_unit(&self.unit);
        let scale = if exponent == 0 {
            String::new()
        } else {
            power_of_ten(exponent)
        };
        let gap = if scale.is_empty() || unit.is_empty() {
            ""
        } else {
            " "
        };
        match (name.is_empty(), scale.is_empty() && unit.is_empty()) {
            (_, true) => name,
            (true, false) => format!("{scale}{gap}{unit}"),
            (false, false) => format!("{name} ({scale}{gap}{unit})"),
        }
    }
}

/// A linear map from values to places on the page.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    pub(crate) low: f64,
    pub(crate) high: f64,
    /// The place of `low`.
    pub(crate) start: f64,
    /// The place of `high`.
    pub(crate) end: f64,
}

impl Scale {
    /// The place of a value.
    pub(crate) fn place(&self, value: f64) -> f64 {
        self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)
    }
}

/// The largest value that is drawn; beyond it, differences could overflow.
const LARGEST: f64 = 1e300;

/// Tells whether a value can be drawn.
pub(crate) fn drawable(value: f64) -> bool {
    value.abs() <= LARGEST
}

/// The smallest and largest drawable value; `None` if there is none.
pub(crate) fn extent(values: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    values
        .into_iter()
        .filter(|v| drawable(*v))
        .fold(None, |range, v| match range {
            None => Some((v, v)),
            Some((low, high)) => Some((low.min(v), high.max(v))),
        })
}

/// Widens a range so that it can be divided by and its ticks differ as floats.
pub(crate) fn widened(range: (f64, f64)) -> (f64, f64) {
    let (low, high) = range;
    let size = low.abs().max(high.abs());
    if high - low > size * 1e-9 && high - low > 1e-280 {
        return range;
    }
    let room = if size < 1e-270 { 1.0 } else { size * 0.1 };
    (low - room, high + room)
}

/// Widens a range by a fraction of its size on both sides.
pub(crate) fn padded(range: (f64, f64), fraction: f64) -> (f64, f64) {
    let (low, high) = widened(range);
    let room = (high - low) * fraction;
    (low - room, high + room)
}

/// Moves the ends of a range to round numbers where these are less than half a percent away.
///
/// A recording of 100 ms may end at 99.9 ms; its axis ends at 100.
pub(crate) fn snapped((low, high): (f64, f64)) -> (f64, f64) {
    let step = nice_step((high - low) / 10.0);
    let (down, up) = ((low / step).floor() * step, (high / step).ceil() * step);
    let near = (high - low) * 0.005;
    (
        if low - down < near { down } else { low },
        if up - high < near { up } else { high },
    )
}

/// Ticks at round numbers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ticks {
    pub(crate) values: Vec<f64>,
    pub(crate) labels: Vec<String>,
    /// The labels are to be read times ten to this power.
    pub(crate) exponent: i32,
}

/// Places about `count` ticks at multiples of 1, 2 or 5 times a power of ten.
pub(crate) fn ticks(low: f64, high: f64, count: f64) -> Ticks {
    let step = nice_step((high - low) / count.max(1.0));
    let (first, last) = ((low / step - 1e-9).ceil(), (high / step + 1e-9).floor());
    let exponent = label_exponent(low.abs().max(high.abs()));
    let unit = ten_to(exponent);
    let decimals = usize::try_from(exponent - decimal_exponent(step))
        .unwrap_or(0)
        .min(9);
    let mut all = Ticks {
        values: Vec::new(),
        labels: Vec::new(),
        exponent,
    };
    let mut k = first;
    // At most one tick a step; the bound holds for any input.
    while k <= last && all.values.len() < 100 {
        // The sum turns -0 into 0.
        let value = k * step + 0.0;
        all.values.push(value);
        let text = format!("{:.decimals$}", value / unit);
        let zero = text.bytes().all(|b| matches!(b, b'-' | b'0' | b'.'));
        all.labels.push(minus(if zero {
            text.trim_start_matches('-')
        } else {
            &text
        }));
        k += 1.0;
    }
    all
}

/// Places about `count` ticks on an axis of decimal logarithms.
///
/// Whole powers of ten; where they are fewer than three, some multiples of them too, or round numbers.
pub(crate) fn log_ticks(low: f64, high: f64, count: f64) -> Ticks {
    let (first, last) = ((low - 1e-9).ceil(), (high + 1e-9).floor());
    let apart = ((last - first + 1.0) / count).ceil().max(1.0);
    let mut powers = Vec::new();
    let mut power = first;
    while power <= last && powers.len() < 100 {
        powers.push(power);
        power += apart;
    }
    let inside = |place: &f64| (low - 1e-9..=high + 1e-9).contains(place);
    let mut values = powers;
    let finer: [&[f64]; 2] = [&[1.0, 2.0, 5.0], &[1.0, 3.0]];
    let room = |parts: &&[f64]| (high - low) * parts.len() as f64 <= count;
    if values.len() < 3
        && let Some(parts) = finer.into_iter().find(room)
    {
        let decades = (low.floor() as i32)..=(high.floor() as i32);
        let of_decade = |decade: i32| {
            parts
                .iter()
                .map(move |part| logarithm(part * ten_to(decade)))
        };
        values = decades.flat_map(of_decade).filter(inside).collect();
    }
    // Equal steps crowd at the upper end, so they serve short axes only.
    if values.len() < 2 || (values.len() < 3 && high - low < 1.0) {
        let linear = ticks(ten_power(low), ten_power(high), count).values;
        values = linear.into_iter().map(logarithm).filter(inside).collect();
    }
    let labels = values.iter().map(|&place| log_label(place)).collect();
    Ticks {
        values,
        labels,
        exponent: 0,
    }
}

/// The number at a place: written out from 0.001 to a million, else as a power of ten.
fn log_label(place: f64) -> String {
    let whole = place.round();
    if (place - whole).abs() < 1e-9 && !(-3.0..=6.0).contains(&whole) {
        return power_of_ten(whole as i32)
            .trim_start_matches('\u{d7}')
            .to_owned();
    }
    // Nine digits hide the rounding of the logarithm; reading them again drops zeros at the end.
    let digits = format!("{:.8e}", ten_power(place));
    format!("{}", read(&digits))
}

/// The place of a number on an axis of decimal logarithms; not finite for what has none.
#[expect(
    clippy::disallowed_methods,
    reason = "places on a picture; no result of a simulation depends on them"
)]
pub(crate) fn logarithm(value: f64) -> f64 {
    value.log10()
}

/// Ten to the power of a place.
#[expect(
    clippy::disallowed_methods,
    reason = "places on a picture; no result of a simulation depends on them"
)]
fn ten_power(place: f64) -> f64 {
    10.0_f64.powf(place)
}

/// Rounds a step to 1, 2 or 5 times a power of ten: at least seven tenths of it, mostly more.
pub(crate) fn nice_step(rough: f64) -> f64 {
    let rough = rough.max(1e-290);
    let exponent = decimal_exponent(rough);
    let power = ten_to(exponent);
    let nice = [1.0, 2.0, 5.0]
        .into_iter()
        .find(|nice| nice * power >= rough * 0.7);
    // Read as text, so that 3 tenths are the float of `0.3`'s neighbour and not a sum of errors.
    nice.map_or_else(
        || ten_to(exponent + 1),
        |nice| read(&format!("{nice}e{exponent}")),
    )
}

/// Numbers from 0.01 to 99,999 are written out; others share a power of ten in the label.
fn label_exponent(largest: f64) -> i32 {
    if largest == 0.0 || (1e-2..1e5).contains(&largest) {
        return 0;
    }
    decimal_exponent(largest).div_euclid(3) * 3
}

/// The exponent of the first digit: 2 for 345, -3 for 0.001.
fn decimal_exponent(value: f64) -> i32 {
    let text = format!("{value:e}");
    text.split_once('e')
        .and_then(|(_, exponent)| exponent.parse().ok())
        .unwrap_or(0)
}

/// Ten to a power, as the nearest float.
fn ten_to(exponent: i32) -> f64 {
    read(&format!("1e{exponent}"))
}

/// Reads a number that was just written.
fn read(text: &str) -> f64 {
    text.parse().unwrap_or(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn labels(low: f64, high: f64, count: f64) -> Vec<String> {
        ticks(low, high, count).labels
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(
            labels(0.0, 1000.0, 5.0),
            ["0", "200", "400", "600", "800", "1000"]
        );
        assert_eq!(labels(-80.0, 40.0, 4.0), ["\u{2212}50", "0"]);
        assert_eq!(labels(0.0, 0.3, 3.0), ["0.0", "0.1", "0.2", "0.3"]);
        assert_eq!(labels(-0.1, 0.1, 2.0), ["\u{2212}0.1", "0.0", "0.1"]);
        assert_eq!(labels(0.0, 4e6, 4.0), ["0", "1", "2", "3", "4"]);
        assert_eq!(ticks(0.0, 4e6, 4.0).exponent, 6);
        assert_eq!(ticks(0.0, 4e-7, 4.0).exponent, -9);
        assert_eq!(labels(0.0, 4e-7, 4.0), ["0", "100", "200", "300", "400"]);
    }

    #[test]
    fn logarithmic_ticks_are_powers_of_ten_or_round() {
        let labels =
            |low: f64, high: f64, count| log_ticks(logarithm(low), logarithm(high), count).labels;
        assert_eq!(
            labels(900.0, 1.1e6, 9.0),
            ["1000", "10000", "100000", "1000000"]
        );
        assert_eq!(labels(0.9, 30.0, 6.0), ["1", "2", "5", "10", "20"]);
        assert_eq!(labels(2.2, 4.4, 4.0), ["2.5", "3", "3.5", "4"]);
        assert_eq!(
            labels(1e-9, 1e9, 4.0),
            ["10\u{207b}\u{2079}", "10\u{207b}\u{2074}", "10", "1000000"]
        );
        assert!(!logarithm(0.0).is_finite() && !logarithm(-1.0).is_finite());
    }

    #[test]
    fn axes_are_named() {
        assert_eq!(Axis::new("V", "mV").words(0), "V (mV)");
        assert_eq!(Axis::new("", "mV").words(0), "voltage (mV)");
        assert_eq!(
            Axis::new("", "uA/cm^2").words(0),
            "current per area (\u{b5}A/cm\u{b2})"
        );
        assert_eq!(Axis::new("w", "").words(-6), "w (\u{d7}10\u{207b}\u{2076})");
        assert_eq!(
            Axis::new("I", "A").words(-9),
            "I (\u{d7}10\u{207b}\u{2079} A)"
        );
        assert_eq!(Axis::new("", "").words(0), "");
    }

    proptest! {
        #[test]
        fn ticks_lie_inside_and_differ(a in -1e200_f64..1e200, b in -1e200_f64..1e200, count in 2.0_f64..12.0) {
            let (low, high) = widened((a.min(b), a.max(b)));
            let ticks = ticks(low, high, count);
            let slack = (high - low) * 1e-6;
            prop_assert!(ticks.values.iter().all(|v| (low - slack..=high + slack).contains(v)));
            // Steps are at least 0.7 and, between 2 and 5, below 2.5 * 0.7 times what was asked.
            prop_assert!(ticks.values.len() as f64 <= count / 0.7 + 1.5);
            prop_assert!(ticks.values.len() as f64 >= (count / 1.75).floor());
            let mut labels = ticks.labels.clone();
            labels.dedup();
            prop_assert_eq!(labels.len(), ticks.labels.len());
        }
    }
}
