//! What kind of quantity a number is: seven rational exponents.

use crate::exponent::Exponent;
use std::fmt;

/// The number of base quantities.
const BASES: usize = 7;

/// The physical dimension of a quantity, independent of any unit.
///
/// The base quantities are time, length, current, mass, temperature, amount of substance and
/// luminous intensity. Exponents are rational, since noise has dimensions such as `1/s^0.5`.
/// An operation whose exponents would not fit gives `None`.
///
/// # Examples
///
/// ```
/// use neuropil_units::Dimension;
///
/// let product = Dimension::CONDUCTANCE.mul(Dimension::VOLTAGE);
/// assert_eq!(product, Some(Dimension::CURRENT));
/// let noise = Dimension::TIME.pow(-1, 2);
/// assert_eq!(noise.and_then(|d| d.pow(-2, 1)), Some(Dimension::TIME));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dimension {
    exponents: [Exponent; BASES],
}

impl Dimension {
    /// A number without dimension.
    pub const ONE: Self = Self::whole([0; BASES]);
    /// Time, in ms.
    pub const TIME: Self = Self::whole([1, 0, 0, 0, 0, 0, 0]);
    /// Length, in um.
    pub const LENGTH: Self = Self::whole([0, 1, 0, 0, 0, 0, 0]);
    /// Area, in um^2.
    pub const AREA: Self = Self::whole([0, 2, 0, 0, 0, 0, 0]);
    /// Volume, in um^3.
    pub const VOLUME: Self = Self::whole([0, 3, 0, 0, 0, 0, 0]);
    /// Electric current, in pA.
    pub const CURRENT: Self = Self::whole([0, 0, 1, 0, 0, 0, 0]);
    /// Temperature, in K.
    pub const TEMPERATURE: Self = Self::whole([0, 0, 0, 0, 1, 0, 0]);
    /// Amount of substance, in amol.
    pub const AMOUNT: Self = Self::whole([0, 0, 0, 0, 0, 1, 0]);
    /// Luminous intensity, in cd.
    pub const LUMINOUS_INTENSITY: Self = Self::whole([0, 0, 0, 0, 0, 0, 1]);
    /// Rate or frequency, in 1/ms.
    pub const RATE: Self = Self::whole([-1, 0, 0, 0, 0, 0, 0]);
    /// Speed, in um/ms.
    pub const SPEED: Self = Self::whole([-1, 1, 0, 0, 0, 0, 0]);
    /// Voltage, in mV.
    pub const VOLTAGE: Self = Self::whole([-3, 2, -1, 1, 0, 0, 0]);
    /// Conductance, in nS.
    pub const CONDUCTANCE: Self = Self::whole([3, -2, 2, -1, 0, 0, 0]);
    /// Resistance, in GOhm.
    pub const RESISTANCE: Self = Self::whole([-3, 2, -2, 1, 0, 0, 0]);
    /// Capacitance, in pF.
    pub const CAPACITANCE: Self = Self::whole([4, -2, 2, -1, 0, 0, 0]);
    /// Electric charge, in fC.
    pub const CHARGE: Self = Self::whole([1, 0, 1, 0, 0, 0, 0]);
    /// Concentration, in mM.
    pub const CONCENTRATION: Self = Self::whole([0, -3, 0, 0, 0, 1, 0]);
    /// Current per membrane area, in pA/um^2.
    pub const CURRENT_PER_AREA: Self = Self::whole([0, -2, 1, 0, 0, 0, 0]);
    /// Conductance per membrane area, in nS/um^2.
    pub const CONDUCTANCE_PER_AREA: Self = Self::whole([3, -4, 2, -1, 0, 0, 0]);
    /// Capacitance per membrane area, in pF/um^2.
    pub const CAPACITANCE_PER_AREA: Self = Self::whole([4, -4, 2, -1, 0, 0, 0]);
    /// Resistivity, as of the axoplasm, in GOhm*um.
    pub const RESISTIVITY: Self = Self::whole([-3, 3, -2, 1, 0, 0, 0]);

    /// Makes a dimension of whole exponents in the order of the base quantities.
    const fn whole(exponents: [i16; BASES]) -> Self {
        let mut all = [Exponent::ZERO; BASES];
        let mut k = 0;
        while k < BASES {
            all[k] = Exponent::whole(exponents[k]);
            k += 1;
        }
        Self { exponents: all }
    }

    /// The exponents: time, length, current, mass, temperature, amount, luminous intensity.
    pub const fn exponents(self) -> [Exponent; BASES] {
        self.exponents
    }

    /// Tells whether this is a number without dimension.
    pub fn is_dimensionless(self) -> bool {
        self == Self::ONE
    }

    /// The dimension of a product; `None` if an exponent does not fit.
    #[expect(
        clippy::should_implement_trait,
        reason = "the result is an option, `*` would hide it"
    )]
    pub fn mul(self, other: Self) -> Option<Self> {
        let mut exponents = self.exponents;
        for (mine, its) in exponents.iter_mut().zip(other.exponents) {
            *mine = mine.plus(its)?;
        }
        Some(Self { exponents })
    }

    /// The dimension of a quotient; `None` if an exponent does not fit.
    #[expect(
        clippy::should_implement_trait,
        reason = "the result is an option, `/` would hide it"
    )]
    pub fn div(self, other: Self) -> Option<Self> {
        self.mul(other.pow(-1, 1)?)
    }

    /// The dimension of the power `num/den`; `None` if `den` is 0 or an exponent does not fit.
    pub fn pow(self, num: i32, den: i32) -> Option<Self> {
        let mut exponents = self.exponents;
        for mine in &mut exponents {
            let (a, b) = (i64::from(mine.num()), i64::from(mine.den()));
            *mine = Exponent::new(a * i64::from(num), b * i64::from(den))?;
        }
        Some(Self { exponents })
    }
}

impl fmt::Debug for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dimension({})", self.symbol())
    }
}
