//! What is wrong with the arguments of a measure.

/// Why a measure cannot be asked for like this.
///
/// A measure that is well asked for but has no value (no spikes, a constant signal) is `None`
/// instead.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MeasureError {
    /// The span of time is empty, or an end of it is not finite.
    #[error("no time lies between {from_ms} ms and {to_ms} ms")]
    NoTime {
        /// Start in ms.
        from_ms: f64,
        /// End in ms.
        to_ms: f64,
    },
    /// A bin is wider than the span that it should divide.
    #[error("not one bin of {width_ms} ms fits into {length_ms} ms")]
    NoBin {
        /// The width in ms.
        width_ms: f64,
        /// The length of the span in ms.
        length_ms: f64,
    },
    /// A length, width or number must be positive and finite.
    #[error("the {what} must be positive and finite, not {value}")]
    NotPositive {
        /// The argument.
        what: &'static str,
        /// Its value.
        value: f64,
    },
    /// A number must be zero or positive, and finite.
    #[error("the {what} must be finite and not negative, not {value}")]
    Negative {
        /// The argument.
        what: &'static str,
        /// Its value.
        value: f64,
    },
    /// Times must not decrease.
    #[error("the time at position {position}, {time_ms} ms, comes before {before_ms} ms")]
    Unsorted {
        /// Where the earlier time stands, from 0.
        position: usize,
        /// The time before it in ms.
        before_ms: f64,
        /// The time there in ms.
        time_ms: f64,
    },
    /// A value is infinite or not a number.
    #[error("the {what} at position {position} is not finite")]
    NotFinite {
        /// The argument.
        what: &'static str,
        /// The position, from 0.
        position: usize,
    },
    /// A value is so large that sums of squares, or spans of time, would be infinite.
    #[error("the {what} at position {position} is too large to compute with")]
    TooLarge {
        /// The argument.
        what: &'static str,
        /// The position, from 0.
        position: usize,
    },
    /// A value is neither 0 nor 1.
    #[error("the {what} at position {position} is neither 0 nor 1")]
    NotBinary {
        /// The argument.
        what: &'static str,
        /// The position, from 0.
        position: usize,
    },
    /// Series that belong together differ in length.
    #[error("{what}: {found} where {expected} are expected")]
    Lengths {
        /// The series.
        what: &'static str,
        /// Length of the series that differs.
        found: usize,
        /// Length of those before.
        expected: usize,
    },
    /// A spike belongs to a neuron that does not exist.
    #[error("a spike of neuron {neuron}, there are {neurons}")]
    NoNeuron {
        /// The index.
        neuron: u32,
        /// How many neurons there are.
        neurons: usize,
    },
    /// A band reaches half the sampling rate, above which a signal has no frequencies.
    #[error("the band reaches {to_hz} Hz, half the sampling rate is {half_rate_hz} Hz")]
    AboveHalfRate {
        /// Upper end of the band in Hz.
        to_hz: f64,
        /// Half the sampling rate in Hz.
        half_rate_hz: f64,
    },
    /// The result would have too many entries.
    #[error("{wanted} {what}, at most {most}")]
    TooMany {
        /// What would be too many.
        what: &'static str,
        /// How many they would be.
        wanted: f64,
        /// How many are possible.
        most: usize,
    },
}

/// Gives a value back if it is positive and finite.
pub(crate) fn positive(what: &'static str, value: f64) -> Result<f64, MeasureError> {
    if value > 0.0 && value.is_finite() {
        return Ok(value);
    }
    Err(MeasureError::NotPositive { what, value })
}

/// Gives a value back if it is zero or positive, and finite.
pub(crate) fn not_negative(what: &'static str, value: f64) -> Result<f64, MeasureError> {
    if value >= 0.0 && value.is_finite() {
        return Ok(value);
    }
    Err(MeasureError::Negative { what, value })
}

/// Refuses values that are infinite or not numbers.
pub(crate) fn finite(what: &'static str, values: &[f64]) -> Result<(), MeasureError> {
    match values.iter().position(|value| !value.is_finite()) {
        Some(position) => Err(MeasureError::NotFinite { what, position }),
        None => Ok(()),
    }
}

/// The largest value that a signal or pattern may have: sums of its fourth powers stay finite.
pub(crate) const LARGEST: f64 = 1e70;

/// Refuses values that are infinite or not numbers, or so large that sums of powers overflow.
pub(crate) fn squarable(what: &'static str, values: &[f64]) -> Result<(), MeasureError> {
    finite(what, values)?;
    match values.iter().position(|value| value.abs() > LARGEST) {
        Some(position) => Err(MeasureError::TooLarge { what, position }),
        None => Ok(()),
    }
}

/// Refuses times that decrease, are not finite, or span more than a number can tell.
pub(crate) fn ascending(times_ms: &[f64]) -> Result<(), MeasureError> {
    finite("time", times_ms)?;
    if let (Some(first), Some(last)) = (times_ms.first(), times_ms.last())
        && (last - first).is_infinite()
    {
        let (what, position) = ("time", times_ms.len() - 1);
        return Err(MeasureError::TooLarge { what, position });
    }
    for (position, pair) in (1..).zip(times_ms.windows(2)) {
        if pair[1] < pair[0] {
            return Err(MeasureError::Unsorted {
                position,
                before_ms: pair[0],
                time_ms: pair[1],
            });
        }
    }
    Ok(())
}

/// Refuses a series of another length.
pub(crate) fn equal_lengths(
    what: &'static str,
    found: usize,
    expected: usize,
) -> Result<(), MeasureError> {
    if found == expected {
        return Ok(());
    }
    Err(MeasureError::Lengths {
        what,
        found,
        expected,
    })
}
