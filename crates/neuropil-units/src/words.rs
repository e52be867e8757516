//! Dimensions in words and in symbols, for messages and axes.

use crate::dimension::Dimension;
use crate::exponent::Exponent;
use std::fmt::{self, Write as _};

/// A quantity that people have a word for.
struct Quantity {
    dimension: Dimension,
    /// The word, without article.
    word: &'static str,
    /// The internal coherent unit.
    symbol: &'static str,
    /// The unit that a text would most probably use.
    example: &'static str,
}

/// Shortens the table below.
const fn quantity(
    dimension: Dimension,
    word: &'static str,
    symbol: &'static str,
    example: &'static str,
) -> Quantity {
    Quantity {
        dimension,
        word,
        symbol,
        example,
    }
}

/// The quantities with a word of their own; ratios of them are described as "a per b".
const QUANTITIES: [Quantity; 16] = [
    quantity(Dimension::VOLTAGE, "voltage", "mV", "mV"),
    quantity(Dimension::CURRENT, "current", "pA", "pA"),
    quantity(Dimension::CONDUCTANCE, "conductance", "nS", "nS"),
    quantity(Dimension::CAPACITANCE, "capacitance", "pF", "pF"),
    quantity(Dimension::TIME, "time", "ms", "ms"),
    quantity(Dimension::LENGTH, "length", "um", "um"),
    quantity(Dimension::RATE, "rate", "1/ms", "Hz"),
    quantity(Dimension::RESISTANCE, "resistance", "GOhm", "MOhm"),
    quantity(Dimension::CONCENTRATION, "concentration", "mM", "mM"),
    quantity(Dimension::CHARGE, "charge", "fC", "fC"),
    quantity(Dimension::TEMPERATURE, "temperature", "K", "K"),
    quantity(Dimension::AREA, "area", "um^2", "um^2"),
    quantity(Dimension::VOLUME, "volume", "um^3", "um^3"),
    quantity(Dimension::AMOUNT, "amount of substance", "amol", "mol"),
    quantity(Dimension::SPEED, "speed", "um/ms", "m/s"),
    quantity(
        Dimension::LUMINOUS_INTENSITY,
        "luminous intensity",
        "cd",
        "cd",
    ),
];

/// Compound quantities whose usual unit is not a ratio of the usual units above.
const COMPOUNDS: [Quantity; 5] = [
    quantity(
        Dimension::CURRENT_PER_AREA,
        "current per area",
        "pA/um^2",
        "uA/cm^2",
    ),
    quantity(
        Dimension::CONDUCTANCE_PER_AREA,
        "conductance per area",
        "nS/um^2",
        "mS/cm^2",
    ),
    quantity(
        Dimension::CAPACITANCE_PER_AREA,
        "capacitance per area",
        "pF/um^2",
        "uF/cm^2",
    ),
    quantity(Dimension::RESISTIVITY, "resistivity", "GOhm*um", "Ohm*cm"),
    quantity(Dimension::ONE, "number", "1", "1"),
];

impl Dimension {
    /// What the quantity is called, without article: `voltage`, `current per area`, `number`.
    ///
    /// A dimension without a name is `quantity in mV^2*ms`.
    pub fn describe(self) -> String {
        if let Some(known) = lookup(self) {
            return known.word.to_owned();
        }
        if let Some((above, below)) = ratio(self) {
            return format!("{} per {}", above.word, below.word);
        }
        format!("quantity in {}", self.symbol())
    }

    /// The description with its article: `a voltage`, `an area`, `a number`.
    pub fn with_article(self) -> String {
        let name = self.describe();
        let article = if name.starts_with(['a', 'e', 'i', 'o', 'u']) {
            "an"
        } else {
            "a"
        };
        format!("{article} {name}")
    }

    /// The description with article and a usual unit: ``a voltage (such as `mV`)``, `a number`.
    pub fn phrase(self) -> String {
        if self.is_dimensionless() {
            return "a number".to_owned();
        }
        if self.has_no_word() {
            return format!("a quantity in `{}`", self.symbol());
        }
        format!(
            "{} (such as `{}`)",
            self.with_article(),
            self.example_unit()
        )
    }

    /// Tells whether [`Dimension::describe`] can only give the unit.
    fn has_no_word(self) -> bool {
        lookup(self).is_none() && ratio(self).is_none()
    }

    /// The symbol of the internal coherent unit: `mV`, `pA/um^2`, `nS/ms`; `1` for a number.
    pub fn symbol(self) -> String {
        if let Some(known) = lookup(self) {
            return known.symbol.to_owned();
        }
        if let Some((above, below)) = ratio(self) {
            return format!("{}/{}", above.symbol, below.symbol);
        }
        in_base_symbols(self)
    }

    /// The unit that a text would most probably use: `mV`, `Hz`, `uA/cm^2`; `1` for a number.
    pub fn example_unit(self) -> String {
        if let Some(known) = lookup(self) {
            return known.example.to_owned();
        }
        if let Some((above, below)) = ratio(self) {
            return format!("{}/{}", above.example, below.example);
        }
        self.symbol()
    }
}

impl fmt::Display for Dimension {
    /// Writes `voltage (mV)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_dimensionless() {
            return f.write_str("number");
        }
        if self.has_no_word() {
            f.write_str(&self.describe())
        } else {
            write!(f, "{} ({})", self.describe(), self.symbol())
        }
    }
}

/// What the quantity is called: see [`Dimension::describe`].
pub fn describe(dimension: Dimension) -> String {
    dimension.describe()
}

/// The symbol of the internal coherent unit: see [`Dimension::symbol`].
pub fn unit_symbol(dimension: Dimension) -> String {
    dimension.symbol()
}

/// The unit that a text would most probably use: see [`Dimension::example_unit`].
pub fn example_unit(dimension: Dimension) -> String {
    dimension.example_unit()
}

/// The quantity with this dimension, if it has a word.
fn lookup(dimension: Dimension) -> Option<&'static Quantity> {
    QUANTITIES
        .iter()
        .chain(&COMPOUNDS)
        .find(|known| known.dimension == dimension)
}

/// Finds two named quantities of which this is the ratio, the denominators in order of use.
fn ratio(dimension: Dimension) -> Option<(&'static Quantity, &'static Quantity)> {
    const BELOW: [Dimension; 9] = [
        Dimension::TIME,
        Dimension::AREA,
        Dimension::LENGTH,
        Dimension::VOLUME,
        Dimension::VOLTAGE,
        Dimension::CURRENT,
        Dimension::CONCENTRATION,
        Dimension::TEMPERATURE,
        Dimension::CAPACITANCE,
    ];
    BELOW.iter().find_map(|below| {
        let above = dimension.mul(*below)?;
        if is_clumsy(above, *below) {
            return None;
        }
        let above = QUANTITIES.iter().find(|known| known.dimension == above)?;
        Some((above, lookup(*below)?))
    })
}

/// Tells whether a ratio is said better by powers: `1/um` and not "length per area".
fn is_clumsy(above: Dimension, below: Dimension) -> bool {
    const SPACE: [Dimension; 4] = [
        Dimension::LENGTH,
        Dimension::AREA,
        Dimension::VOLUME,
        Dimension::SPEED,
    ];
    let in_space = SPACE.contains(&above) && SPACE.contains(&below);
    let in_time = [Dimension::RATE, Dimension::SPEED].contains(&above) && below == Dimension::TIME;
    in_space || in_time
}

/// Writes any dimension as powers of the symbols that a text can use.
///
/// Mass has no unit in the language: the internal unit of mass is mV pA ms^3/um^2.
fn in_base_symbols(dimension: Dimension) -> String {
    let [time, length, current, mass, temperature, amount, light] = dimension.exponents();
    let plus_mass = |base: Exponent, times: i16| {
        mass.times(Exponent::whole(times))
            .and_then(|m| base.plus(m))
            .unwrap_or(base)
    };
    let powers = [
        ("mV", mass),
        ("pA", plus_mass(current, 1)),
        ("um", plus_mass(length, -2)),
        ("amol", amount),
        ("K", temperature),
        ("cd", light),
        ("ms", plus_mass(time, 3)),
    ];
    let mut text = String::new();
    for (symbol, exponent) in powers {
        if exponent.num() > 0 {
            let sign = if text.is_empty() { "" } else { "*" };
            write_power(&mut text, sign, symbol, exponent);
        }
    }
    if text.is_empty() {
        text.push('1');
    }
    for (symbol, exponent) in powers {
        if let Some(positive) = exponent.negated().filter(|_| exponent.num() < 0) {
            write_power(&mut text, "/", symbol, positive);
        }
    }
    text
}

/// Appends one factor, leaving out the exponent 1.
fn write_power(text: &mut String, sign: &str, symbol: &str, exponent: Exponent) {
    text.push_str(sign);
    text.push_str(symbol);
    if exponent != Exponent::ONE {
        // Writing into a string cannot fail.
        let _ = write!(text, "^{exponent}");
    }
}
