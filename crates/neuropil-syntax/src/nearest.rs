//! Finds the name that was probably meant.

/// Returns the candidate nearest to a misspelt name, if one is near enough.
///
/// A candidate that differs in case alone wins. Otherwise the distance is the number of inserted,
/// deleted, replaced and swapped neighbouring characters, and at most a third of the longer name
/// (at least one) may differ. Of equally near candidates the first is returned.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted: Vec<char> = name.chars().flat_map(char::to_lowercase).collect();
    let mut best: Option<(usize, &'a str)> = None;
    for candidate in candidates {
        if candidate == name {
            continue;
        }
        let letters: Vec<char> = candidate.chars().flat_map(char::to_lowercase).collect();
        let longer = wanted.len().max(letters.len());
        // A single letter is one edit away from every other: only its other case is near.
        let limit = if longer <= 1 { 0 } else { (longer / 3).max(1) };
        if wanted.len().abs_diff(letters.len()) > limit {
            continue;
        }
        let distance = distance(&wanted, &letters);
        if distance <= limit && distance < longer && best.is_none_or(|(least, _)| distance < least)
        {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Counts the edits between two words (Damerau-Levenshtein, optimal string alignment).
fn distance(a: &[char], b: &[char]) -> usize {
    let width = b.len() + 1;
    let mut before: Vec<usize> = vec![0; width];
    let mut last: Vec<usize> = (0..width).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; width];
        for j in 1..width {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_meant() {
        let models = ["LIF", "AdEx", "Izhikevich", "Exponential"];
        assert_eq!(nearest("LIFF", models), Some("LIF"));
        assert_eq!(nearest("lif", models), Some("LIF"));
        assert_eq!(nearest("Izhikevitch", models), Some("Izhikevich"));
        assert_eq!(nearest("Exponetnial", models), Some("Exponential"));
        assert_eq!(nearest("Wang", models), None);
        assert_eq!(nearest("", models), None);
        assert_eq!(nearest("V", ["v", "w"]), Some("v"));
        assert_eq!(nearest("x", ["y", "z"]), None);
        assert_eq!(
            nearest("tua", ["tau", "tua_m"]),
            Some("tau"),
            "a swap is one edit"
        );
    }

    #[test]
    fn counts_edits() {
        let count = |a: &str, b: &str| {
            distance(
                &a.chars().collect::<Vec<_>>(),
                &b.chars().collect::<Vec<_>>(),
            )
        };
        assert_eq!(count("", ""), 0);
        assert_eq!(count("kitten", "sitting"), 3); // the textbook pair
        assert_eq!(count("ab", "ba"), 1);
        assert_eq!(count("abc", ""), 3);
    }
}
