//! The options of `cargo xtask peers`.

use super::table::{NETWORKS, Network, PEERS, Peer};
use anyhow::{Context, Result, bail};

/// What is to be done.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub(crate) enum Action {
    /// Install, measure, write.
    Measure,
    /// Install and stop.
    Install,
    /// Write the page from the measured lines.
    Page,
}

/// The options, checked.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) action: Action,
    pub(crate) peers: Vec<&'static Peer>,
    pub(crate) networks: Vec<&'static Network>,
    pub(crate) repeats: u32,
    pub(crate) quick: bool,
}

impl Options {
    /// Reads the words behind `peers`.
    ///
    /// # Errors
    /// On an unknown option, peer or network, and on a number of repeats that is none.
    pub(crate) fn parse(words: &[&str]) -> Result<Self> {
        let mut options = Self {
            action: Action::Measure,
            peers: PEERS.iter().collect(),
            networks: NETWORKS.iter().collect(),
            repeats: 5,
            quick: false,
        };
        let mut words = words.iter().copied();
        while let Some(word) = words.next() {
            let mut value = || {
                words
                    .next()
                    .with_context(|| format!("{word} needs a value"))
            };
            match word {
                "--only" => options.peers = names(value()?, "peer", &PEERS, |peer| peer.name)?,
                "--networks" => {
                    options.networks =
                        names(value()?, "network", &NETWORKS, |network| network.name)?;
                }
                "--repeats" => {
                    let number: u32 = value()?.parse().context("--repeats takes a number")?;
                    options.repeats = number.max(1);
                }
                "--quick" => options.quick = true,
                "--install" => options.action = Action::Install,
                "--page" => options.action = Action::Page,
                _ => bail!(
                    "no option `{word}`; there are --only, --networks, --repeats, --quick, --install, --page"
                ),
            }
        }
        Ok(options)
    }

    /// Tells whether networks are measured with everyone and in full, so that they may stand on the page.
    pub(crate) fn whole(&self) -> bool {
        self.peers.len() == PEERS.len() && !self.quick
    }
}

/// Finds the named entries of a table.
fn names<T>(
    list: &str,
    what: &str,
    all: &'static [T],
    name: fn(&T) -> &str,
) -> Result<Vec<&'static T>> {
    let find = |wanted: &str| {
        let found = all.iter().find(|entry| name(entry) == wanted);
        found.with_context(|| {
            let known: Vec<&str> = all.iter().map(name).collect();
            format!("no {what} `{wanted}`; there are {}", known.join(", "))
        })
    };
    list.split(',').map(str::trim).map(find).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_of_peers_is_not_the_whole() {
        let words = [
            "--only",
            "arbor, brian2",
            "--networks",
            "coba",
            "--repeats",
            "2",
        ];
        let options = Options::parse(&words).expect("known names");
        let peers: Vec<&str> = options.peers.iter().map(|peer| peer.name).collect();
        assert_eq!(peers, ["arbor", "brian2"]);
        assert_eq!((options.networks.len(), options.repeats), (1, 2));
        assert!(!options.whole());
        assert!(
            Options::parse(&["--repeats", "3"])
                .expect("a number")
                .whole()
        );
        assert!(!Options::parse(&["--quick"]).expect("an option").whole());
    }

    #[test]
    fn unknown_names_are_told_with_the_known_ones() {
        let error = |words: &[&str]| Options::parse(words).expect_err("a mistake").to_string();
        assert!(error(&["--only", "brain2"]).contains("brainpy, arbor"));
        assert!(error(&["--networks", "cob"]).contains("coba_40000"));
        assert!(error(&["--repeat", "3"]).contains("--repeats"));
        assert!(error(&["--only"]).contains("needs a value"));
    }
}
