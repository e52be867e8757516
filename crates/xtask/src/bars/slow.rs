//! The slow set: what is too long for every change, run before a release and by a nightly job.

use super::bits::DebugIsRelease;
use super::tests_of_crates::Test;
use super::{Bar, Check, foundation};

/// The list.
pub(super) fn bars() -> Vec<Bar> {
    let mut bars = foundation::statistics();
    for (text, options) in [
        ("examples/coba.npl", &["--for", "200 ms"][..]),
        ("examples/cuba.npl", &["--for", "200 ms"]),
        ("examples/cobahh.npl", &["--for", "100 ms"]),
        ("examples/brunel.npl", &["--for", "50 ms"]),
        ("examples/izhikevich.npl", &["--for", "100 ms"]),
        (
            "examples/hh_population.npl",
            &["--for", "5 ms", "--set", "N=1000"],
        ),
    ] {
        bars.push(Bar {
            name: "debug = release".into(),
            check: Check::DebugIsRelease(DebugIsRelease { text, options }),
        });
    }
    // The fuzzing tests run for as many seconds as the environment says; without it, for a minute.
    bars.push(Bar {
        name: "fuzzing, 30 minutes".into(),
        check: Check::Test(Test {
            package: "neuropil-compiler",
            target: "fuzz",
            filter: "",
            environment: &[("NEUROPIL_FUZZ_SECONDS", "1800")],
        }),
    });
    bars
}
