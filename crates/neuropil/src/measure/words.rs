//! Times and frequencies as people write and read them: `5 ms`, `200 ms .. 1 s`, `1 Hz .. 100 Hz`.

use neuropil_units::{Dimension, convert, parse_unit};

use super::RequestError;

/// Internal frequencies are in 1/ms.
const HZ_PER_INTERNAL: f64 = 1000.0;

/// Reads a time such as `5 ms`; the result is in ms.
///
/// # Errors
/// [`RequestError::NotAQuantity`].
pub fn time_ms(text: &str) -> Result<f64, RequestError> {
    quantity(text, Dimension::TIME, "time, such as `5 ms`")
}

/// Reads a span of time such as `200 ms .. 1 s`; the results are in ms.
///
/// # Errors
/// [`RequestError::NotAQuantity`]. Whether the start comes first is not looked at.
pub fn span_ms(text: &str) -> Result<(f64, f64), RequestError> {
    let (from, to) = ends(text, "span of time, such as `200 ms .. 1 s`")?;
    Ok((time_ms(from)?, time_ms(to)?))
}

/// Reads a band such as `1 Hz .. 100 Hz`; the results are in Hz.
///
/// # Errors
/// [`RequestError::NotAQuantity`]. Whether the lower end comes first is not looked at.
pub fn band_hz(text: &str) -> Result<(f64, f64), RequestError> {
    let wanted = "band of frequencies, such as `1 Hz .. 100 Hz`";
    let (from, to) = ends(text, wanted)?;
    let hertz = |text| quantity(text, Dimension::RATE, wanted).map(|rate| rate * HZ_PER_INTERNAL);
    Ok((hertz(from)?, hertz(to)?))
}

fn ends<'a>(text: &'a str, wanted: &'static str) -> Result<(&'a str, &'a str), RequestError> {
    text.split_once("..").ok_or_else(|| not(text, wanted))
}

fn not(text: &str, wanted: &'static str) -> RequestError {
    RequestError::NotAQuantity {
        text: text.trim().to_owned(),
        wanted,
    }
}

/// A number and a unit of a dimension, in internal units.
fn quantity(text: &str, dimension: Dimension, wanted: &'static str) -> Result<f64, RequestError> {
    let text = text.trim();
    let number = |c: char| c.is_ascii_digit() || "+-.eE_".contains(c);
    // The unit begins at the first letter that no number can hold, or after a blank.
    let divide = text.find(|c: char| c.is_whitespace() || !number(c));
    let (value, unit) = text.split_at(divide.unwrap_or(text.len()));
    let unit = parse_unit(unit.trim()).filter(|unit| unit.dimension() == dimension);
    let value = unit.and_then(|unit| convert(value, &unit).ok());
    value
        .filter(|value| value.is_finite())
        .ok_or_else(|| not(text, wanted))
}

/// `1 spike`, `1,234 spikes` without the comma.
pub(super) fn plural(count: u64, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}

/// A time in ms in words.
pub(super) fn ms(time: f64) -> String {
    let rounded = (time * 1e6).round() / 1e6;
    format!("{rounded} ms")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_read_as_the_language_writes_them() {
        assert_eq!(time_ms("5 ms"), Ok(5.0));
        assert_eq!(time_ms(" 0.5s "), Ok(500.0));
        assert_eq!(time_ms("-1e2 us"), Ok(-0.1));
        assert_eq!(span_ms("200 ms .. 1 s"), Ok((200.0, 1000.0)));
        assert_eq!(span_ms("0.2 s..300ms"), Ok((200.0, 300.0)));
        assert_eq!(band_hz("1 Hz .. 0.2 kHz"), Ok((1.0, 200.0)));
        for wrong in [
            "",
            "5",
            "ms",
            "5 mV",
            "5 m s",
            "1..2",
            "inf ms",
            "1e999 ms",
            "5 ms .. 6 ms",
        ] {
            assert!(time_ms(wrong).is_err(), "{wrong}");
        }
        for wrong in ["200 ms", "200 ms .. 1 mV", "..", "1 Hz .. 2 Hz"] {
            let error = span_ms(wrong).expect_err("is no span").to_string();
            assert!(error.contains("such as"), "{error}");
        }
    }
}
