//! Which words are reserved, and how a name in other letters is spelt in Latin ones.

/// Words that no name may be, wherever it stands (after a dot any word may stand).
pub const RESERVED: [&str; 19] = [
    "weight",
    "connect",
    "delay",
    "into",
    "without",
    "every",
    "refractory",
    "holding",
    "until",
    "for",
    "in",
    "if",
    "and",
    "or",
    "not",
    "as",
    "with",
    "true",
    "false",
];

/// Words that begin an item of a file.
pub const ITEM_WORDS: [&str; 14] = [
    "use", "const", "param", "index", "fn", "neuron", "synapse", "channel", "cell", "signal",
    "network", "run", "plot", "expect",
];

/// Words that begin a statement of a body.
pub const STATEMENT_WORDS: [&str; 24] = [
    "param",
    "const",
    "index",
    "fn",
    "input",
    "weight",
    "init",
    "spike",
    "event",
    "on",
    "every",
    "bound",
    "integrate",
    "place",
    "ion",
    "current",
    "insert",
    "section",
    "shape",
    "region",
    "for",
    "record",
    "trainable",
    "let",
];

/// Tells whether a word is reserved.
pub fn is_reserved(word: &str) -> bool {
    RESERVED.contains(&word)
}

/// Spells a name with Greek letters or subscript digits in Latin ones: `τ_m` is `tau_m`.
///
/// Returns nothing if a letter has no spelling here.
pub(crate) fn latin(word: &str) -> Option<String> {
    let mut out = String::new();
    let mut after_greek = false;
    for c in word.chars() {
        let spelt = if c.is_ascii() { None } else { Some(letter(c)?) };
        let is_greek = spelt.is_some_and(|s| s.len() > 1);
        if after_greek && (c.is_ascii_alphabetic() || is_greek) {
            out.push('_'); // `ΔT` reads `Delta_T`
        }
        match spelt {
            Some(letters) => out.push_str(letters),
            None => out.push(c),
        }
        after_greek = is_greek;
    }
    Some(out)
}

fn letter(c: char) -> Option<&'static str> {
    Some(match c {
        'α' => "alpha",
        'β' => "beta",
        'γ' => "gamma",
        'δ' => "delta",
        'ε' | 'ϵ' => "epsilon",
        'ζ' => "zeta",
        'η' => "eta",
        'θ' | 'ϑ' => "theta",
        'ι' => "iota",
        'κ' => "kappa",
        'λ' => "lambda",
        'μ' | 'µ' => "mu",
        'ν' => "nu",
        'ξ' => "xi",
        'π' => "pi",
        'ρ' => "rho",
        'σ' | 'ς' => "sigma",
        'τ' => "tau",
        'υ' => "upsilon",
        'φ' | 'ϕ' => "phi",
        'χ' => "chi",
        'ψ' => "psi",
        'ω' => "omega",
        'Γ' => "Gamma",
        'Δ' | '∆' => "Delta",
        'Θ' => "Theta",
        'Λ' => "Lambda",
        'Ξ' => "Xi",
        'Π' => "Pi",
        'Σ' => "Sigma",
        'Φ' => "Phi",
        'Ψ' => "Psi",
        'Ω' | '\u{2126}' => "Omega",
        '₀' => "0",
        '₁' => "1",
        '₂' => "2",
        '₃' => "3",
        '₄' => "4",
        '₅' => "5",
        '₆' => "6",
        '₇' => "7",
        '₈' => "8",
        '₉' => "9",
        'ä' | 'á' | 'à' | 'â' => "a",
        'é' | 'è' | 'ê' | 'ë' => "e",
        'í' | 'î' | 'ï' => "i",
        'ö' | 'ó' | 'ô' | 'ø' => "o",
        'ü' | 'ú' | 'û' => "u",
        'ñ' => "n",
        'ç' => "c",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn greek_names_have_a_latin_spelling() {
        assert_eq!(latin("τ").as_deref(), Some("tau"));
        assert_eq!(latin("τ_m").as_deref(), Some("tau_m"));
        assert_eq!(latin("ΔT").as_deref(), Some("Delta_T"));
        assert_eq!(latin("V₀").as_deref(), Some("V0"));
        assert_eq!(latin("σξ").as_deref(), Some("sigma_xi"));
        assert_eq!(latin("naïve").as_deref(), Some("naive"));
        assert_eq!(latin("膜"), None);
    }

    #[test]
    fn reserved_words_are_those_of_the_language_page() {
        let page = "weight connect delay into without every refractory holding until for in if and \
                    or not as with true false";
        assert_eq!(page.split(' ').collect::<Vec<_>>(), RESERVED);
        assert!(!is_reserved("record"));
    }
}
