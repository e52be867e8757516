//! What a measure finds: numbers with their units, and the arrays behind them.

use serde_json::{Map, Value, json};

/// What a measure found in a recording.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Finding {
    /// The recording, such as `exc.spike`; `a with b` for a pair.
    pub recording: String,
    /// The name of the measure in the catalogue.
    pub measure: &'static str,
    /// The numbers, the main one first.
    pub numbers: Vec<Number>,
    /// The arrays behind them, where there are any.
    pub detail: Option<Detail>,
}

/// A number that was found, or the reason why there is none.
#[derive(Clone, Debug, PartialEq)]
pub struct Number {
    /// What it is; empty where the measure says it.
    pub name: &'static str,
    /// The value; `None` where it is not defined.
    pub value: Option<f64>,
    /// The unit of the value; empty for numbers.
    pub unit: String,
    /// Of what it is, or why there is no value.
    pub note: String,
}

/// A name and a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quantity {
    /// What it is, such as `lag`.
    pub name: String,
    /// The unit; empty for numbers.
    pub unit: String,
}

impl Quantity {
    /// Makes a quantity.
    pub fn new(name: impl Into<String>, unit: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            unit: unit.into(),
        }
    }
}

/// The arrays behind the numbers of a finding.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Detail {
    /// One quantity against another.
    Curve {
        /// The abscissa.
        x: Quantity,
        /// The ordinate.
        y: Quantity,
        /// Whether both are seen best as logarithms.
        log: bool,
        /// The abscissae.
        at: Vec<f64>,
        /// The ordinates, as many; `None` where there is no value.
        values: Vec<Option<f64>>,
        /// The standard error of each ordinate; `None` where it is not known.
        errors: Option<Vec<f64>>,
    },
    /// How often values occur in bins of one width.
    Counts {
        /// What is counted.
        x: Quantity,
        /// The lower edge of the first bin.
        first: f64,
        /// The width of a bin.
        width: f64,
        /// The number in each bin.
        counts: Vec<u64>,
    },
    /// A square matrix.
    Matrix {
        /// What an entry is.
        value: Quantity,
        /// The index of each row and column in its population.
        elements: Vec<u32>,
        /// The entries, row by row; `None` where there is no value.
        values: Vec<Option<f64>>,
    },
    /// A quantity over time and frequency.
    Map {
        /// What an entry is.
        value: Quantity,
        /// The times in ms.
        times_ms: Vec<f64>,
        /// The frequencies in Hz.
        frequencies_hz: Vec<f64>,
        /// The entries, `[time][frequency]`.
        values: Vec<Vec<f64>>,
    },
}

impl Number {
    /// A number with its unit.
    pub(super) fn new(name: &'static str, value: impl Into<Option<f64>>, unit: &str) -> Self {
        Self {
            name,
            // What overflows is no value.
            value: value.into().filter(|value| value.is_finite()),
            unit: unit.to_owned(),
            note: String::new(),
        }
    }

    /// Says of what it is.
    pub(super) fn of(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }
}

impl Finding {
    /// A finding of some numbers.
    pub(super) fn of(numbers: impl Into<Vec<Number>>) -> Self {
        Self {
            numbers: numbers.into(),
            ..Self::default()
        }
    }

    /// Adds the arrays.
    pub(super) fn with(mut self, detail: Detail) -> Self {
        self.detail = Some(detail);
        self
    }

    /// A finding without a value.
    pub(super) fn without(why: impl Into<String>) -> Self {
        Self::of([Number::new("", None, "").of(why)])
    }

    /// The object that is written and printed: numbers by name (the main one is `value`), then arrays.
    pub fn to_json(&self) -> Value {
        let mut object = Map::new();
        let one = |number: &Number| {
            json!({
                "value": number.value,
                "unit": number.unit,
                "note": number.note,
            })
        };
        for number in &self.numbers {
            let key = if number.name.is_empty() {
                "value"
            } else {
                number.name
            };
            object.insert(key.replace(' ', "_"), one(number));
        }
        if let Some(detail) = &self.detail {
            object.insert("detail".to_owned(), detail.to_json());
        }
        Value::Object(object)
    }
}

impl Detail {
    fn to_json(&self) -> Value {
        let quantity = |quantity: &Quantity| json!({"name": quantity.name, "unit": quantity.unit});
        match self {
            Self::Curve {
                x,
                y,
                at,
                values,
                errors,
                ..
            } => {
                json!({"kind": "curve", "x": quantity(x), "y": quantity(y), "at": at, "values": values, "errors": errors})
            }
            Self::Counts {
                x,
                first,
                width,
                counts,
            } => {
                json!({"kind": "counts", "x": quantity(x), "first": first, "width": width, "counts": counts})
            }
            Self::Matrix {
                value,
                elements,
                values,
            } => {
                json!({"kind": "matrix", "value": quantity(value), "elements": elements, "values": values})
            }
            Self::Map {
                value,
                times_ms,
                frequencies_hz,
                values,
            } => {
                json!({"kind": "map", "value": quantity(value), "times_ms": times_ms, "frequencies_hz": frequencies_hz, "values": values})
            }
        }
    }
}

/// A curve of defined values.
pub(super) fn curve(x: Quantity, y: Quantity, at: Vec<f64>, values: Vec<f64>) -> Detail {
    Detail::Curve {
        x,
        y,
        log: false,
        at,
        values: values.into_iter().map(Some).collect(),
        errors: None,
    }
}

/// The largest value, and where it stands; the first of equal ones.
pub(super) fn largest(at: &[f64], values: &[f64]) -> Option<(f64, f64)> {
    let each = at.iter().copied().zip(values.iter().copied());
    each.reduce(|best, one| if one.1 > best.1 { one } else { best })
}

/// A matrix whose diagonal, which is 1, would outshine all else.
pub(super) fn without_diagonal(mut matrix: Vec<Option<f64>>, n: usize) -> Vec<Option<f64>> {
    for k in 0..n {
        matrix[k * n + k] = None;
    }
    matrix
}

/// The axis of a rate.
pub(super) fn hertz() -> Quantity {
    Quantity::new("rate", "Hz")
}
