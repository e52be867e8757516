//! Coherence, published values, exact rounding, and the algebra of dimensions and units.

use crate::{
    Dimension, Exponent, Unit, UnitError, combine, convert, is_unit_name, nearest_unit, parse_unit,
    unit_names,
};
use proptest::prelude::*;

/// A unit written as in the language: powers of names, joined by `*` and `/`.
fn unit(text: &str) -> Unit {
    let mut factors: Vec<(String, i32, i32)> = Vec::new();
    let mut sign = 1;
    let mut rest = text.strip_prefix('1').unwrap_or(text);
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('/') {
            (sign, rest) = (-1, after);
        } else if let Some(after) = rest.strip_prefix('*') {
            (sign, rest) = (1, after);
        }
        // A slash inside brackets belongs to an exponent.
        let end = rest
            .char_indices()
            .find(|&(at, c)| "*/".contains(c) && !rest[..at].contains('(') || c == ')')
            .map_or(rest.len(), |(at, c)| if c == ')' { at + 1 } else { at });
        let (name, power) = rest[..end].split_once('^').unwrap_or((&rest[..end], "1"));
        let (num, den) = rational(power);
        factors.push((name.to_owned(), sign * num, den));
        (sign, rest) = (1, &rest[end..]);
    }
    let factors: Vec<(&str, i32, i32)> = factors
        .iter()
        .map(|(name, num, den)| (name.as_str(), *num, *den))
        .collect();
    combine(&factors).unwrap_or_else(|error| panic!("`{text}`: {error}"))
}

/// Reads `-2`, `0.5` or `(1/3)`.
fn rational(text: &str) -> (i32, i32) {
    let text = text.trim_matches(['(', ')']);
    if let Some((num, den)) = text.split_once('/') {
        return (num.parse().unwrap(), den.parse().unwrap());
    }
    match text.split_once('.') {
        None => (text.parse().unwrap(), 1),
        Some((_, places)) => {
            let den = 10_i32.pow(u32::try_from(places.len()).unwrap());
            (text.replace('.', "").parse().unwrap(), den)
        }
    }
}

fn internal(number: &str, unit_text: &str) -> f64 {
    convert(number, &unit(unit_text)).unwrap()
}

#[test]
fn the_internal_system_is_coherent() {
    for (left, right) in [
        ("pA", "nS*mV"),
        ("pA", "pF*mV/ms"),
        ("nA", "V/GOhm"),
        ("mV", "nA*MOhm"),
        ("mV", "pA*GOhm"),
        ("ms", "MOhm*nF"),
        ("ms", "pF/nS"),
        ("ms", "Ohm*cm^2*mF/cm^2"),
        ("fC", "pA*ms"),
        ("uA/cm^2", "mS/cm^2*mV"),
        ("uA/cm^2", "uF/cm^2*mV/ms"),
        ("mM", "amol/um^3"),
        ("kHz", "1/ms"),
        ("m/s", "mm/ms"),
        ("nS", "1/GOhm"),
        ("M*M", "M^2"),
    ] {
        assert_eq!(unit(left), unit(right), "{left} = {right}");
    }
    for name in [
        "ms", "um", "pA", "mV", "nS", "pF", "GOhm", "fC", "K", "mM", "amol", "kHz",
    ] {
        assert_eq!(unit(name).scale(), 1.0, "{name}");
    }
}

/// The size of an SI unit follows from its base units alone: s = 1e3 ms, m = 1e6 um,
/// A = 1e12 pA, kg = 1e12 of the internal mass, mol = 1e18 amol.
#[test]
fn units_have_their_si_size() {
    // Exponents of s, m, A, kg, K, mol, cd from the SI brochure (9th edition, table 4).
    for (name, si) in [
        ("s", [1, 0, 0, 0, 0, 0, 0]),
        ("m", [0, 1, 0, 0, 0, 0, 0]),
        ("A", [0, 0, 1, 0, 0, 0, 0]),
        ("K", [0, 0, 0, 0, 1, 0, 0]),
        ("mol", [0, 0, 0, 0, 0, 1, 0]),
        ("cd", [0, 0, 0, 0, 0, 0, 1]),
        ("Hz", [-1, 0, 0, 0, 0, 0, 0]),
        ("V", [-3, 2, -1, 1, 0, 0, 0]),
        ("S", [3, -2, 2, -1, 0, 0, 0]),
        ("Ohm", [-3, 2, -2, 1, 0, 0, 0]),
        ("F", [4, -2, 2, -1, 0, 0, 0]),
        ("C", [1, 0, 1, 0, 0, 0, 0]),
    ] {
        let powers = [3, 6, 12, 12, 0, 18, 0];
        let ten: i16 = si.iter().zip(powers).map(|(a, b)| a * b).sum();
        assert_eq!(unit(name).ten_exponent(), Exponent::whole(ten), "{name}");
        let exponents = unit(name).dimension().exponents();
        assert_eq!(exponents, si.map(Exponent::whole), "{name}");
    }
    // Molar is mol per cubic decimetre.
    assert_eq!(unit("M"), unit("mol/dm^3"));
}

#[test]
fn prefixes_have_their_si_size() {
    // SI brochure, 9th edition, table 7, without the four of 2022.
    for (prefix, ten) in [
        ("Y", 24),
        ("Z", 21),
        ("E", 18),
        ("P", 15),
        ("T", 12),
        ("G", 9),
        ("M", 6),
        ("k", 3),
        ("h", 2),
        ("da", 1),
        ("d", -1),
        ("c", -2),
        ("m", -3),
        ("u", -6),
        ("\u{b5}", -6),
        ("\u{3bc}", -6),
        ("n", -9),
        ("p", -12),
        ("f", -15),
        ("a", -18),
        ("z", -21),
        ("y", -24),
    ] {
        let name = format!("{prefix}A");
        assert_eq!(
            unit(&name).ten_exponent(),
            Exponent::whole(12 + ten),
            "{name}"
        );
    }
    assert_eq!(unit("M\u{3a9}"), unit("MOhm"));
    assert_eq!(unit("k\u{2126}"), unit("kOhm"));
}

#[test]
fn texts_of_the_language_page() {
    for (number, text, expected) in [
        ("5", "mV", 5.0),
        ("0.5", "nF", 500.0),
        ("1", "uA/cm^2", 0.01),
        ("120", "mS/cm^2", 1.2),
        ("120", "mS*cm^-2", 1.2),
        ("1", "uF/cm^2", 0.01),
        ("1", "S", 1e9),
        ("10", "Hz", 0.01),
        ("270", "Hz/nA", 0.00027),
        ("5e-10", "A", 500.0),
        ("0.1", "1/ms", 0.1),
        ("8e-5", "1/ms/mV^2", 8e-5),
        ("35.4", "Ohm*cm", 3.54e-4),
        ("3", "mM", 3.0),
        ("100", "nM", 1e-4),
        ("2", "mm/ms", 2000.0),
        ("1", "m/s", 1000.0),
        ("36", "degC", 309.15),
    ] {
        assert_eq!(internal(number, text), expected, "{number} {text}");
    }
}

#[test]
fn names_that_are_no_units() {
    for name in [
        "", "m m", "min", "h", "d", "g", "kg", "l", "as", "N", "J", "W", "T", "mdegC", "kdegC",
        "mm2", "mv", "ua", "Rm", "Rs", "uuA", "muA", "E", "tau", "V_m", "\u{b5}", "Mega",
    ] {
        assert!(!is_unit_name(name), "{name}");
    }
}

#[test]
fn every_name_has_one_reading() {
    let mut names: Vec<String> = unit_names().collect();
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count);
    // 21 prefixes and 13 symbols, `degC`, less `as`.
    assert_eq!(count, 21 * 13 + 1 - 1);
    assert!(names.iter().all(|name| is_unit_name(name)));
}

#[test]
fn misspelt_units_find_their_neighbour() {
    for (name, expected) in [
        ("mv", Some("mV")),
        ("MS", Some("MS")),
        ("pf", Some("pF")),
        ("NS", Some("nS")),
        ("mohm", Some("mOhm")),
        ("Mohm", Some("MOhm")),
        ("MOhms", Some("MOhm")),
        ("hz", Some("Hz")),
        ("sec", Some("s")),
        ("msec", Some("ms")),
        ("usec", Some("us")),
        ("Seconds", Some("s")),
        ("milliseconds", Some("ms")),
        ("volt", Some("V")),
        ("volts", Some("V")),
        ("mVolt", Some("mV")),
        ("mvolts", Some("mV")),
        ("Millivolt", Some("mV")),
        ("amp", Some("A")),
        ("nanoamps", Some("nA")),
        ("ohms", Some("Ohm")),
        ("Mohms", Some("MOhm")),
        ("megaohm", Some("MOhm")),
        ("kilohms", Some("kOhm")),
        ("hertz", Some("Hz")),
        ("kilohertz", Some("kHz")),
        ("siemens", Some("S")),
        ("nanosiemens", Some("nS")),
        ("\u{b5}sec", Some("\u{b5}s")),
        ("microns", Some("um")),
        ("millicelsius", None),
        ("damp", None),
        ("clamp", None),
        ("cm2", Some("cm^2")),
        ("mm3", Some("mm^3")),
        ("x2", None),
        ("V2", None),
        ("\u{e9}volt", None),
        ("C_elsius", None),
        ("celsius", Some("degC")),
        ("degc", Some("degC")),
        ("dgeC", Some("degC")),
        ("mmoll", Some("mmol")),
        ("tau", None),
        ("min", None),
        ("a_rather_long_name", None),
    ] {
        assert_eq!(nearest_unit(name).as_deref(), expected, "{name}");
    }
}

#[test]
fn errors_are_typed() {
    assert_eq!(
        combine(&[("mV", 1, 1), ("mohm", -1, 1)]),
        Err(UnitError::Unknown {
            name: "mohm".into(),
            nearest: Some("mOhm".into())
        })
    );
    let affine = Err(UnitError::AffineInProduct {
        name: "degC".into(),
    });
    assert_eq!(combine(&[("mV", 1, 1), ("degC", -1, 1)]), affine);
    assert_eq!(combine(&[("degC", 2, 1)]), affine);
    assert_eq!(combine(&[("degC", 0, 0)]), affine);
    assert!(combine(&[("degC", 1, 1)]).is_ok());
    for (num, den) in [
        (1, 0),
        (i32::MAX, 1),
        (i32::MIN, 1),
        (i32::MIN, i32::MIN + 1),
        (1, 99999),
    ] {
        assert_eq!(
            combine(&[("mV", num, den)]),
            Err(UnitError::ExponentTooLarge),
            "{num}/{den}"
        );
    }
    assert_eq!(combine(&[]), Ok(Unit::ONE));
    let volt = unit("V");
    for text in [
        "", ".", "-", "1e", "1e+", "e5", "1.2.3", "0x10", "inf", "nan", "1 2", "1_0", "µ",
    ] {
        assert_eq!(
            convert(text, &volt),
            Err(UnitError::NotANumber { text: text.into() })
        );
    }
    for text in ["1e306", "1e99999999999999999999", "-1e308"] {
        assert_eq!(
            convert(text, &volt),
            Err(UnitError::NumberTooLarge { text: text.into() })
        );
    }
    assert_eq!(convert("1e-99999999999999999999", &volt), Ok(0.0));
    assert_eq!(convert("1e-400", &unit("Ym")), Ok(0.0));
    assert!(convert("1e400", &unit("degC")).is_err());
}

#[test]
fn celsius_is_exact_as_text() {
    let celsius = unit("degC");
    for (text, kelvin) in [
        ("36", 309.15),
        ("0", 273.15),
        ("6.3", 279.45),
        ("37", 310.15),
        ("-273.15", 0.0),
        ("-5", 268.15),
        ("0.1", 273.25),
        ("2.2e1", 295.15),
        ("3620e-2", 309.35),
        ("1e3", 1273.15),
        ("+20.0000000", 293.15),
        ("1e-40", 273.15),
        ("1e40", 1e40),
    ] {
        assert_eq!(convert(text, &celsius), Ok(kelvin), "{text} degC");
    }
    // Back and forth costs a rounding of a number near 300: half an ulp of it is 2.9e-14.
    assert!((celsius.from_internal(celsius.to_internal(36.6)) - 36.6).abs() < 6e-14);
    assert_eq!(celsius.mul(unit("mV")), None);
    assert_eq!(celsius.pow(1, 1), None);
}

#[test]
fn roots_of_units() {
    let noise = unit("1/s^0.5");
    assert_eq!(Some(noise.dimension()), Dimension::TIME.pow(-1, 2));
    // 10^-1.5 to sixteen digits.
    assert!((noise.scale() / 0.031_622_776_601_683_79 - 1.0).abs() < 3e-16);
    assert_eq!(noise.pow(2, 1), Some(unit("Hz")));
    // Cube root of 100 and seventh root of 1000 to sixteen digits; each power by squaring
    // costs at most an ulp a product.
    let cube = unit("cm").pow(1, 3).unwrap();
    assert_eq!(cube.ten_exponent(), Exponent::new(4, 3).unwrap());
    assert!((cube.scale() / 21.544_346_900_318_84 - 1.0).abs() < 1e-15);
    let seventh = unit("s").pow(1, 7).unwrap();
    assert!((seventh.scale() / 2.682_695_795_279_726 - 1.0).abs() < 1e-15);
    assert_eq!(cube.pow(3, 1), Some(unit("cm")));
    assert!((noise.from_internal(noise.to_internal(0.3)) - 0.3).abs() < 2e-16);
}

#[test]
fn words() {
    for (text, name, symbol) in [
        ("V", "voltage", "mV"),
        ("A", "current", "pA"),
        ("S", "conductance", "nS"),
        ("F", "capacitance", "pF"),
        ("s", "time", "ms"),
        ("m", "length", "um"),
        ("Hz", "rate", "1/ms"),
        ("Ohm", "resistance", "GOhm"),
        ("M", "concentration", "mM"),
        ("uA/cm^2", "current per area", "pA/um^2"),
        ("mS/cm^2", "conductance per area", "nS/um^2"),
        ("uF/cm^2", "capacitance per area", "pF/um^2"),
        ("V/s", "voltage per time", "mV/ms"),
        ("nS/s", "conductance per time", "nS/ms"),
        ("Hz/nA", "rate per current", "1/ms/pA"),
        ("nA/Hz", "charge", "fC"),
        ("1/m", "quantity in 1/um", "1/um"),
        ("1/s^2", "quantity in 1/ms^2", "1/ms^2"),
        ("m/s^2", "quantity in um/ms^2", "um/ms^2"),
        ("mV^2", "quantity in mV^2", "mV^2"),
        ("1/ms/mV^2", "quantity in 1/mV^2/ms", "1/mV^2/ms"),
        ("mV/s^0.5", "quantity in mV/ms^0.5", "mV/ms^0.5"),
        ("1/s^(1/3)", "quantity in 1/ms^(1/3)", "1/ms^(1/3)"),
        ("Ohm*m", "resistivity", "GOhm*um"),
    ] {
        let dimension = unit(text).dimension();
        assert_eq!(crate::describe(dimension), name, "{text}");
        assert_eq!(crate::unit_symbol(dimension), symbol, "{text}");
    }
    assert_eq!(Dimension::ONE.describe(), "number");
    assert_eq!(Dimension::ONE.phrase(), "a number");
    assert_eq!(Dimension::VOLTAGE.phrase(), "a voltage (such as `mV`)");
    assert_eq!(Dimension::AREA.phrase(), "an area (such as `um^2`)");
    assert_eq!(
        Dimension::CURRENT_PER_AREA.phrase(),
        "a current per area (such as `uA/cm^2`)"
    );
    assert_eq!(unit("mV^2").dimension().phrase(), "a quantity in `mV^2`");
    assert_eq!(Dimension::VOLTAGE.to_string(), "voltage (mV)");
    assert_eq!(Dimension::ONE.to_string(), "number");
}

/// Dimensions with the exponents that texts have, and some that they do not.
fn dimension() -> impl Strategy<Value = Dimension> {
    prop::collection::vec((-6_i32..=6, 1_i32..=3), 7).prop_map(|powers| {
        let bases = ["s", "m", "A", "V", "K", "mol", "cd"];
        bases
            .iter()
            .zip(powers)
            .fold(Dimension::ONE, |product, (base, (num, den))| {
                let base = unit(base).dimension();
                product.mul(base.pow(num, den).unwrap()).unwrap()
            })
    })
}

proptest! {
    #[test]
    fn products_and_quotients_undo_each_other(a in dimension(), b in dimension()) {
        prop_assert_eq!(a.mul(b), b.mul(a));
        prop_assert_eq!(a.mul(b).and_then(|product| product.div(b)), Some(a));
        prop_assert_eq!(a.div(a), Some(Dimension::ONE));
    }

    #[test]
    fn powers_multiply(a in dimension(), n in 1_i32..9, d in 1_i32..9) {
        prop_assert_eq!(a.pow(n, d).and_then(|p| p.pow(d, n)), Some(a));
        prop_assert_eq!(a.pow(-n, -d), a.pow(n, d));
        prop_assert_eq!(a.pow(2, 1), a.mul(a));
    }

    #[test]
    fn extreme_exponents_do_not_panic(a in dimension(), n: i32, d: i32) {
        let power = a.pow(n, d).and_then(|p| p.pow(d, n));
        if let Some(power) = power {
            prop_assert!(power == a || n == 0);
        }
    }

    #[test]
    fn symbols_read_back_as_the_internal_unit(a in dimension()) {
        prop_assert_eq!(unit(&a.symbol()), Unit::internal(a));
        prop_assert_eq!(unit(&a.example_unit()).dimension(), a);
    }

    /// The decimal point moved by hand, then read by the standard library.
    #[test]
    fn conversion_rounds_once(digits in "[1-9][0-9]{0,24}", at in 0_usize..20, prefix in 0_usize..6) {
        let (name, ten) = [("V", 3), ("kV", 6), ("mV", 0), ("uV", -3), ("nV", -6), ("pV", -9)][prefix];
        let at = at.min(digits.len());
        let text = format!("{}.{}", &digits[..at], &digits[at..]);
        let padded = format!("{}{digits}{}", "0".repeat(12), "0".repeat(12));
        let point = usize::try_from(i64::try_from(at + 12).unwrap() + ten).unwrap();
        let expected: f64 = format!("{}.{}", &padded[..point], &padded[point..]).parse().unwrap();
        prop_assert_eq!(convert(&text, &unit(name)), Ok(expected));
    }

    /// A float and its shortest decimal text are the same number up to 1e22 and 15 digits.
    #[test]
    fn floats_convert_as_their_text_does(n in -999_999_999_i64..999_999_999) {
        let value = n as f64;
        for name in ["mV", "V", "uV", "nA", "S", "Hz", "uA"] {
            let unit = unit(name);
            prop_assert_eq!(Ok(unit.to_internal(value)), convert(&n.to_string(), &unit));
            let back = unit.from_internal(unit.to_internal(value));
            prop_assert!((back - value).abs() <= value.abs() * f64::EPSILON);
        }
    }

    #[test]
    fn no_text_panics(text in ".{0,12}") {
        let _ = (parse_unit(&text), nearest_unit(&text), convert(&text, &unit("degC")));
    }
}
