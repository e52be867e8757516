//! Recording nothing changes no spike, on any back-end; measurements count the same spikes.

mod common;

use common::workspace;
use neuropil::bench::{self, Settings, Size};
use neuropil::{BackendKind, Options, Precision, Results};

fn counts(results: &[Results]) -> Vec<Option<u64>> {
    let populations = results.iter().flat_map(|run| &run.report.populations);
    populations.map(|population| population.spikes).collect()
}

#[test]
fn spikes_are_counted_as_with_recordings() {
    let text = neuropil::load(workspace("examples/coba.npl")).expect("a text");
    for backend in [
        BackendKind::fastest(),
        BackendKind::Interpreter,
        BackendKind::Scalar,
    ] {
        let mut options = Options {
            set: vec![("N".to_owned(), "500".to_owned())],
            duration: Some("60 ms".to_owned()),
            backend: Some(backend),
            ..Options::default()
        };
        let with = text.run_with(&options, &mut ()).expect("runs");
        options.no_record = true;
        let without = text.run_with(&options, &mut ()).expect("runs");
        assert!(counts(&with).iter().flatten().sum::<u64>() > 0);
        assert_eq!(counts(&with), counts(&without), "{backend:?}");
        assert_eq!(
            with[0].report.counters, without[0].report.counters,
            "{backend:?}"
        );
        assert!(without[0].raster("exc.spike").is_err());
        assert!(without[0].trace("exc.V").is_err());
        // Every assertion of the text is about recorded spikes.
        let open = |run: &Results| run.report.expects.iter().all(|o| o.pass.is_none());
        assert!(open(&without[0]) && !open(&with[0]));
    }
}

#[test]
fn a_measurement_runs_what_a_run_runs() {
    fn ticking() -> u64 {
        use std::sync::atomic::{AtomicU64, Ordering};
        static NOW: AtomicU64 = AtomicU64::new(0);
        NOW.fetch_add(10_000_000, Ordering::Relaxed)
    }
    let text = neuropil::load(workspace("examples/coba.npl")).expect("a text");
    let options = Options {
        set: vec![("N".to_owned(), "500".to_owned())],
        duration: Some("60 ms".to_owned()),
        ..Options::default()
    };
    let run = &text.run_with(&options, &mut ()).expect("runs")[0].report;
    let coba = bench::network("coba").expect("a standard network");
    let mut subject = coba.subject(Size::Neurons(500)).expect("has sizes");
    subject.duration_ms = Some(40.0);
    let settings = Settings {
        repeats: 2,
        after: Some("20 ms".to_owned()),
        ..Settings::new(ticking)
    };
    let mut heard = Vec::new();
    let measured = bench::measure(&subject, Precision::F64, &settings, &mut |repeat| {
        heard.push(repeat);
    })
    .expect("is measured");
    assert_eq!(heard, [0, 1]);
    assert_eq!((measured.steps_before, measured.steps), (200, 400));
    assert_eq!(
        measured.spikes,
        run.populations.iter().filter_map(|p| p.spikes).sum::<u64>()
    );
    assert_eq!(measured.synapses, run.synapses());
    // One tick of 10 ms between the two readings around the run: 1e7 ns over 500 neurons and 400 steps.
    assert!((measured.ns_per_neuron_step().median / 50.0 - 1.0).abs() < 1e-9);
    let floor = measured.floor.expect("is measured by default");
    // Two kernels of one call and four deliveries of 64 lists a tick.
    // A few roundings of quotients: 1e-9 is far above them.
    let a_step = 1e7 * (2.0 + 4.0 / 64.0);
    let expected = a_step / 500.0;
    assert!((floor.ns_per_neuron_step.median / expected - 1.0).abs() < 1e-9);
    assert_eq!(floor.stages.len(), 6);
    assert!(measured.events_per_s.is_some());
}
