//! The standard networks: the examples whose speed is worth following.
//!
//! Their texts are those of the folder `examples`, embedded in the program, so that a number of any
//! machine is of the same network.

use crate::text::Text;

/// A standard network.
#[derive(Clone, Copy, Debug)]
pub struct Network {
    /// The name, such as `coba`.
    pub name: &'static str,
    /// The text, as in the folder `examples`.
    pub text: &'static str,
    sized_by: SizedBy,
    /// Simulated at the usual size; unit ms.
    usual_ms: f64,
}

/// What makes a network larger.
#[derive(Clone, Copy, Debug)]
enum SizedBy {
    /// The parameter `N`, with its value in the text.
    Number(u32),
    /// The parameter `scale`, from the value in the text to 1.
    Scale,
}

macro_rules! network {
    ($name:literal, $sized_by:expr, $usual_ms:literal) => {
        Network {
            name: $name,
            text: include_str!(concat!("../../../../examples/", $name, ".npl")),
            sized_by: $sized_by,
            usual_ms: $usual_ms,
        }
    };
}

const NETWORKS: &[Network] = &[
    network!("coba", SizedBy::Number(4_000), 2000.0),
    network!("cuba", SizedBy::Number(4_000), 2000.0),
    network!("cobahh", SizedBy::Number(4_000), 1000.0),
    network!("brunel", SizedBy::Number(12_500), 200.0),
    network!("hh_population", SizedBy::Number(100_000), 5.0),
    network!("microcircuit", SizedBy::Scale, 500.0),
];

/// A larger network is simulated for less time, but for no less than this part of the usual.
const LEAST_PART: f64 = 0.1;

/// How large a network is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// As its text says.
    Usual,
    /// A number of neurons, where the text has a parameter `N`.
    Neurons(u32),
    /// The whole of a network that its text scales down.
    Full,
}

/// A text that is to be measured.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The name in reports.
    pub name: String,
    /// The text; of several runs the first is measured.
    pub text: Text,
    /// Parameters, as in [`Options::set`](crate::Options::set).
    pub set: Vec<(String, String)>,
    /// Simulated time in ms; `None` leaves it to the text.
    pub duration_ms: Option<f64>,
}

impl Subject {
    /// Keeps a part of its own simulated time, if it has one.
    pub fn shorten(&mut self, part: f64) {
        self.duration_ms = self.duration_ms.map(|duration| duration * part);
    }

    /// Its own simulated time, as options take it.
    pub(crate) fn duration(&self) -> Option<String> {
        self.duration_ms.map(|duration| format!("{duration} ms"))
    }
}

/// All standard networks.
///
/// # Examples
/// ```
/// use neuropil::bench;
///
/// assert!(bench::networks().iter().any(|network| network.name == "coba"));
/// ```
pub fn networks() -> &'static [Network] {
    NETWORKS
}

/// The standard network of a name.
pub fn network(name: &str) -> Option<&'static Network> {
    NETWORKS.iter().find(|network| network.name == name)
}

impl Network {
    /// Whether it can be measured at a size.
    pub fn has(&self, size: Size) -> bool {
        match size {
            Size::Usual => true,
            Size::Neurons(_) => matches!(self.sized_by, SizedBy::Number(_)),
            Size::Full => matches!(self.sized_by, SizedBy::Scale),
        }
    }

    /// The network at a size, for a time that suits it; `None` where it has no such size.
    pub fn subject(&self, size: Size) -> Option<Subject> {
        if !self.has(size) {
            return None;
        }
        let (set, part) = match (size, self.sized_by) {
            (Size::Neurons(neurons), SizedBy::Number(usual)) => {
                let part = f64::from(usual) / f64::from(neurons.max(1));
                (vec![("N".to_owned(), neurons.to_string())], part)
            }
            (Size::Full, _) => (vec![("scale".to_owned(), "1".to_owned())], LEAST_PART),
            _ => (Vec::new(), 1.0),
        };
        let duration_ms = self.usual_ms * part.clamp(LEAST_PART, 1.0);
        Some(Subject {
            name: self.name.to_owned(),
            text: Text::parse_with(&format!("{}.npl", self.name), self.text, &[]),
            set,
            duration_ms: Some(duration_ms),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Options;

    #[test]
    fn every_network_is_there_at_its_sizes() {
        for network in networks() {
            for size in [Size::Usual, Size::Neurons(1000), Size::Full] {
                let Some(subject) = network.subject(size) else {
                    assert!(!network.has(size));
                    continue;
                };
                let options = Options {
                    duration: subject.duration(),
                    set: subject.set,
                    ..Options::default()
                };
                let checked = subject.text.check(&options);
                assert!(!checked.has_errors(), "{}: {checked}", network.name);
            }
            assert!(network.has(Size::Usual));
        }
        assert!(network("nothing").is_none());
    }

    #[test]
    fn larger_networks_are_simulated_for_less_time() {
        let lasts = |neurons| {
            network("coba")?
                .subject(Size::Neurons(neurons))?
                .duration_ms
        };
        assert_eq!(lasts(1_000), Some(2000.0));
        assert_eq!(lasts(16_000), Some(500.0));
        assert_eq!(lasts(4_000_000), Some(200.0));
    }
}
