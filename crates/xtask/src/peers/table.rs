//! The peers and the networks, each in one place: what is installed, what is run, what is expected.

/// A simulator that Neuropil is compared with.
#[derive(Debug)]
pub(crate) struct Peer {
    /// The name, as scripts and options write it.
    pub(crate) name: &'static str,
    /// The name, as its makers write it.
    pub(crate) label: &'static str,
    /// What pip installs.
    pub(crate) packages: &'static [&'static str],
    /// The float type of its states.
    pub(crate) precision: &'static str,
    /// How its models and its clocks differ from ours.
    pub(crate) differences: &'static str,
}

/// A network that is simulated by several.
#[derive(Debug)]
pub(crate) struct Network {
    /// The name of the row.
    pub(crate) name: &'static str,
    /// The second half of the names of its scripts.
    pub(crate) script: &'static str,
    /// Our text.
    pub(crate) text: &'static str,
    /// Our text with another method, shown beside: what the rows call it, and the text.
    pub(crate) beside: Option<(&'static str, &'static str)>,
    /// The number of neurons, as `N` of the text.
    pub(crate) neurons: u32,
    /// The step; unit ms.
    pub(crate) dt_ms: f64,
    /// The simulated time; unit ms.
    pub(crate) simulated_ms: u32,
    /// The simulated time of a quick run; unit ms.
    pub(crate) quick_ms: u32,
    /// Who simulates it besides us.
    pub(crate) peers: &'static [&'static str],
}

/// How many times as fast as a peer a network is meant to run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Goal {
    /// The name of the row.
    pub(crate) network: &'static str,
    /// The name of the peer.
    pub(crate) peer: &'static str,
    /// The least ratio of its time to ours.
    pub(crate) at_least: f64,
}

/// All peers, in the order in which a round runs them.
pub(crate) static PEERS: [Peer; 5] = [
    Peer {
        name: "brian2",
        label: "Brian2",
        // numpy 2.4 has no `ptp` any more, and Brian2 2.9.0 cannot be imported with it.
        packages: &["brian2==2.9.0", "numpy==2.3.5", "setuptools==65.5.0"],
        precision: "f64",
        differences: "C++ standalone mode with its default compiler flags. Connections are made inside the compiled \
                      program and counted as building.",
    },
    Peer {
        name: "nest",
        label: "NEST",
        packages: &["nest-simulator==3.10.0"],
        precision: "f64",
        differences: "Its conductance and Hodgkin-Huxley models are integrated adaptively inside each step, which is \
                      more accurate and slower than our exponential Euler. The balanced networks have its shortest delay, \
                      one step. In cobahh the initial conductances come as \
                      one event at the first step, negative ones cut. coba_40000 has a fixed number of synapses and \
                      allows several between a pair, since drawing all pairs takes it minutes.",
    },
    Peer {
        name: "brainpy",
        label: "BrainPy",
        packages: &[
            "brainpy==2.8.2",
            "jax==0.10.2",
            "jaxlib==0.10.2",
            "brainevent==0.2.1",
            "brainstate==0.5.4",
            "brainunit==0.5.2",
            "braintools==0.3.0",
            "numba==0.68.1",
        ],
        precision: "f32",
        differences: "Exponential Euler everywhere, also where ours is exact (cuba, brunel). Spikes of the balanced \
                      networks arrive at the next step. cobahh has no lockout of \
                      3 ms after a spike. The balanced networks of 40,000 allow several synapses between a pair. XLA \
                      takes a second core for part of its work in spite of its options; binding to one core stops that.",
    },
    Peer {
        name: "arbor",
        label: "Arbor",
        packages: &["arbor==0.12.2", "numpy==2.4.6"],
        precision: "f64",
        differences: "Its own mechanism `hh` in single-compartment cells, 512 a group; cells are cables, which our text \
                      is not. The gates are advanced by its own exponential scheme, the voltage implicitly.",
    },
    Peer {
        name: "neuron",
        label: "NEURON",
        packages: &["neuron==9.0.2", "numpy==2.4.6"],
        precision: "f64",
        differences: "Its own mechanism `hh`, with tables of the rates, in single-compartment cells; cells are cables. \
                      Implicit Euler. The gates are advanced exponentially.",
    },
];

const NETWORK_PEERS: &[&str] = &["brian2", "nest", "brainpy"];

/// All networks.
pub(crate) static NETWORKS: [Network; 6] = [
    Network {
        name: "coba",
        script: "coba",
        text: "examples/coba.npl",
        beside: None,
        neurons: 4000,
        dt_ms: 0.1,
        simulated_ms: 2000,
        quick_ms: 100,
        peers: NETWORK_PEERS,
    },
    Network {
        name: "coba_40000",
        script: "coba",
        text: "examples/coba.npl",
        beside: None,
        neurons: 40000,
        dt_ms: 0.1,
        simulated_ms: 200,
        quick_ms: 20,
        peers: NETWORK_PEERS,
    },
    Network {
        name: "cuba",
        script: "cuba",
        text: "examples/cuba.npl",
        beside: None,
        neurons: 4000,
        dt_ms: 0.1,
        simulated_ms: 5000,
        quick_ms: 200,
        peers: NETWORK_PEERS,
    },
    Network {
        name: "cobahh",
        script: "cobahh",
        text: "examples/cobahh.npl",
        beside: None,
        neurons: 4000,
        dt_ms: 0.1,
        simulated_ms: 500,
        quick_ms: 50,
        peers: NETWORK_PEERS,
    },
    Network {
        name: "brunel",
        script: "brunel",
        text: "examples/brunel.npl",
        beside: None,
        neurons: 12500,
        dt_ms: 0.1,
        simulated_ms: 300,
        quick_ms: 20,
        peers: NETWORK_PEERS,
    },
    Network {
        name: "hh_population",
        script: "hh_population",
        text: "benches/networks/hh_exponential.npl",
        beside: Some(("heun", "examples/hh_population.npl")),
        neurons: 100_000,
        dt_ms: 0.025,
        simulated_ms: 20,
        quick_ms: 2,
        peers: &["brian2", "nest", "brainpy", "arbor", "neuron"],
    },
];

/// What a run is meant to reach beside a peer; `cargo xtask bars speed` checks it.
pub(crate) const GOALS: [Goal; 11] = [
    goal("coba", "brian2", 5.0),
    goal("coba_40000", "brian2", 5.0),
    goal("coba_40000", "nest", 5.0),
    goal("coba_40000", "brainpy", 5.0),
    goal("cuba", "brian2", 1.7),
    goal("cobahh", "brian2", 8.0),
    goal("cobahh", "brainpy", 5.0),
    goal("brunel", "brian2", 8.0),
    goal("hh_population", "brainpy", 5.0),
    goal("hh_population", "arbor", 3.5),
    goal("hh_population", "brian2", 9.0),
];

const fn goal(network: &'static str, peer: &'static str, at_least: f64) -> Goal {
    Goal {
        network,
        peer,
        at_least,
    }
}

/// Finds a peer by name.
pub(crate) fn peer(name: &str) -> Option<&'static Peer> {
    PEERS.iter().find(|peer| peer.name == name)
}

/// Finds a network by name.
pub(crate) fn network(name: &str) -> Option<&'static Network> {
    NETWORKS.iter().find(|network| network.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_script_and_text_exists() {
        let root = crate::root();
        for network in &NETWORKS {
            let texts = [Some(network.text), network.beside.map(|(_, text)| text)];
            for text in texts.into_iter().flatten() {
                assert!(root.join(text).is_file(), "{text}");
            }
            for name in network.peers {
                assert!(peer(name).is_some(), "{name}");
                let script = format!("benches/peers/{name}_{}.py", network.script);
                assert!(root.join(&script).is_file(), "{script}");
            }
        }
    }

    #[test]
    fn every_package_is_pinned_and_every_goal_can_be_measured() {
        for package in PEERS.iter().flat_map(|peer| peer.packages) {
            assert!(package.contains("=="), "{package}");
        }
        for goal in GOALS {
            let network = network(goal.network).expect("a network of the table");
            assert!(network.peers.contains(&goal.peer), "{goal:?}");
        }
    }
}
