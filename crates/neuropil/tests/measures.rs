//! Measures of result folders: closed forms through the whole way, odd folders, differences.

use std::path::PathBuf;

use neuropil::measure::{self, Detail, Finding, Measured, Request};
use neuropil::{ErrorKind, Options, Output, StoredRun, Text, stored};
use neuropil_testkit::{Tolerance, assert_close};

/// A folder with the results of a text.
struct Done {
    folder: tempfile::TempDir,
}

impl Done {
    fn of(text: &str, options: &Options) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let output = Output {
            folder: Some(folder.path().join("out")),
            plots: false,
            csv: false,
        };
        Text::parse_with("t.npl", text, &[])
            .simulate(options, &output, &mut ())
            .unwrap_or_else(|error| panic!("{error}\n{text}"));
        Self { folder }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("out")
    }

    fn run(&self) -> StoredRun {
        stored::open(self.path()).expect("results").remove(0)
    }

    #[track_caller]
    fn measure(&self, request: &Request) -> Measured {
        measure::measure(&self.run(), request).unwrap_or_else(|error| panic!("{error}"))
    }
}

fn names(names: &[&str]) -> Request {
    Request {
        names: names.iter().map(|&name| name.to_owned()).collect(),
        ..Request::default()
    }
}

#[track_caller]
fn finding<'a>(measured: &'a Measured, recording: &str, measure: &str) -> &'a Finding {
    let mut all = measured.findings.iter();
    all.find(|found| found.recording == recording && found.measure == measure)
        .unwrap_or_else(|| panic!("no {measure} of {recording}: {measured:?}"))
}

/// A number of a finding, by its name; the main one has none.
#[track_caller]
fn value(measured: &Measured, recording: &str, measure: &str, name: &str) -> f64 {
    let found = finding(measured, recording, measure);
    let number = found.numbers.iter().find(|number| number.name == name);
    let number = number.unwrap_or_else(|| panic!("no {name}: {found:?}"));
    number.value.unwrap_or_else(|| panic!("{number:?}"))
}

/// Neurons that spike every 10 ms: `a` at 10, 20, … ms, `b` 3 ms later.
const CLOCKS: &str = "npl 1
neuron Regular {
    param T = 10 ms, late = 0 ms
    dx/dt = 1
    init x = -late
    spike when x >= T - 0.05 ms { x -= T }
}
network Clocks {
    a = Regular[10]
    b = Regular[10] { late = 3 ms }
    silent = Regular[4] { T = 1 s, late = 1 s }
    record a.spike, b.spike, silent.spike, a[2..6].x
}
run Clocks for 1 s with dt = 0.1 ms
";

#[test]
fn clocks_are_regular_in_phase_and_one_leads() {
    let done = Done::of(CLOCKS, &Options::default());
    let measured = done.measure(&Request {
        band_hz: (1.0, 150.0),
        ..names(&[
            "rate",
            "intervals",
            "cv",
            "cv2",
            "lv",
            "synchrony",
            "order",
            "spectrum",
            "correlation",
            "autocorrelogram",
            "correlogram",
        ])
    });
    let of_a = |measure, name| value(&measured, "a.spike", measure, name);
    assert_eq!(of_a("rate", ""), 100.0);
    assert_eq!(of_a("rate", "spread"), 0.0);
    // Times are products of a step and 0.1 ms: their differences are off by some 1e-13 ms.
    let near = Tolerance::absolute(1e-11);
    assert_close("interval", of_a("intervals", ""), 10.0, near);
    for measure in ["cv", "cv2", "lv"] {
        assert_close(measure, of_a(measure, ""), 0.0, near);
    }
    for measure in ["synchrony", "order", "correlation"] {
        assert_close(measure, of_a(measure, ""), 1.0, near);
    }
    // A comb has its first peak at its rate; parts of 250 ms have a frequency there.
    assert_eq!(of_a("spectrum", "peak"), 100.0);
    // After a spike comes the next in 10 ms, and those of the others in the same bin: 1 in 1 ms.
    assert_close(
        "auto",
        of_a("autocorrelogram", "peak"),
        1000.0,
        Tolerance::relative(0.011),
    );
    assert_eq!(of_a("autocorrelogram", "peak lag").abs() % 10.0, 0.0);
    assert_close(
        "cross",
        of_a("correlogram", "peak"),
        1000.0,
        Tolerance::relative(0.011),
    );
    assert_eq!(of_a("correlogram", "peak lag").abs() % 10.0, 0.0);

    let pair = done.measure(&Request {
        of: vec!["a".into()],
        with: Some("b".into()),
        lag_ms: 5.0,
        ..names(&["lead", "distance"])
    });
    assert_eq!(value(&pair, "a.spike with b", "lead", "lag"), 3.0);
    let same = done.measure(&Request {
        of: vec!["b".into()],
        with: Some("b.spike".into()),
        ..names(&["lead", "distance", "coherence"])
    });
    let of_same = |measure, name| value(&same, "b.spike with b.spike", measure, name);
    assert_eq!(of_same("lead", "lag"), 0.0);
    assert_close("itself", of_same("lead", "peak"), 1.0, near);
    assert_close("itself", of_same("coherence", "peak"), 1.0, near);
    for name in ["isi", "spike", "van rossum", "victor purpura"] {
        assert_close(name, of_same("distance", name), 0.0, near);
    }
}

#[test]
fn a_span_takes_its_end_and_not_its_start() {
    let done = Done::of(CLOCKS, &Options::default());
    // Spikes of a at 20 ms (outside) and 30, 40 ms.
    let measured = done.measure(&Request {
        within_ms: Some((20.0, 40.0)),
        of: vec!["a".into(), "a.x".into()],
        ..names(&["rate", "mean"])
    });
    assert_eq!(value(&measured, "a.spike", "rate", ""), 100.0);
    // x runs from 0.1 to 10 - 0.1 ms and is 0 where it was reset: 4.95 ms on the mean.
    let mean = value(&measured, "a.x", "mean", "");
    assert_close("mean", mean, 4.95, Tolerance::absolute(1e-9));
}

#[test]
fn neurons_without_spikes_have_no_values_but_reasons() {
    let done = Done::of(CLOCKS, &Options::default());
    let entries = measure::catalogue().iter();
    let entries = entries.filter(|entry| entry.of != measure::Of::Samples);
    let all: Vec<&str> = entries.map(|entry| entry.name).collect();
    let measured = done.measure(&Request {
        of: vec!["silent".into()],
        with: Some("a".into()),
        onsets_ms: vec![100.0, 500.0],
        ..names(&all)
    });
    assert!(measured.findings.len() > 20);
    for found in &measured.findings {
        for number in &found.numbers {
            let finite = number.value.is_none_or(f64::is_finite);
            assert!(finite, "{number:?}");
            if matches!(found.measure, "cv" | "cv2" | "lv" | "lvr" | "fano") {
                assert_eq!(number.value, None, "{found:?}");
                assert!(number.note.contains("no neuron has"), "{number:?}");
            }
        }
    }
    assert_eq!(value(&measured, "silent.spike", "rate", ""), 0.0);
}

/// Means over 100 neurons and 20 s at 20 Hz; tolerances are five standard errors.
#[test]
fn poisson_spikes_have_their_closed_forms() {
    let done = Done::of(
        "npl 1
        network Noise { p = Poisson[100] { rate = 20 Hz }; record p.spike }
        run Noise for 20 s with dt = 0.1 ms, seed = 5",
        &Options::default(),
    );
    let measured = done.measure(&names(&["rate", "cv", "fano", "correlation", "dimension"]));
    let of = |measure| value(&measured, "p.spike", measure, "");
    // sqrt(20 Hz / (100 20 s)) = 0.1 Hz.
    assert_close("rate", of("rate"), 20.0, Tolerance::absolute(0.5));
    // 1/sqrt(400 intervals) each, over 100 neurons: 0.005; the mean of few intervals is biased by 1/400.
    assert_close("cv", of("cv"), 1.0, Tolerance::absolute(0.0275));
    // sqrt(2/200 bins) each: 0.01.
    assert_close("fano", of("fano"), 1.0, Tolerance::absolute(0.05));
    // 1/sqrt(4000 bins) each, over 4950 pairs: 0.00022.
    assert_close(
        "correlation",
        of("correlation"),
        0.0,
        Tolerance::absolute(0.0011),
    );
    // n/(1 + n/T) for n = 100 neurons and T = 200 bins; about 2 % of deviation, doubled for the counts.
    assert_close(
        "dimension",
        of("dimension"),
        100.0 / 1.5,
        Tolerance::relative(0.04),
    );
}

#[test]
fn a_wave_has_its_frequency_and_noise_its_memory() {
    let done = Done::of(
        "npl 1
        neuron OU {
            param tau = 20 ms, sigma = 1 mV
            dV/dt = -V/tau + sigma*sqrt(2/tau)*xi
            init V = normal(0 mV, sigma)
        }
        network Signals {
            n = OU[20]
            record n.V every 1 ms
            record wave = 3 mV*sin(2*pi*t/(20 ms)) every 1 ms
        }
        run Signals for 20 s with dt = 0.5 ms, seed = 3",
        &Options::default(),
    );
    let measured = done.measure(&names(&[
        "mean",
        "spread",
        "range",
        "spectrum",
        "memory",
        "dimension",
        "synchrony",
        "correlation",
        "connectivity",
    ]));
    let wave = |measure, name| value(&measured, "wave", measure, name);
    // 1000 whole periods and one sample more.
    assert_close("mean", wave("mean", ""), 0.0, Tolerance::absolute(1e-6));
    assert_close(
        "spread",
        wave("spread", ""),
        3.0 / 2.0_f64.sqrt(),
        Tolerance::relative(1e-4),
    );
    assert_close(
        "range",
        wave("range", "to"),
        3.0,
        Tolerance::relative(1e-12),
    );
    assert_eq!(wave("spectrum", "peak"), 50.0);
    let noise = |measure| value(&measured, "n.V", measure, "");
    // 1000 time constants a neuron: the area under the correlation up to its first zero deviates by
    // about sqrt(20/1000) each; five of them over 20 neurons.
    assert_close("memory", noise("memory"), 20.0, Tolerance::relative(0.16));
    // The variance of 1000/2 independent values each.
    assert_close(
        "spread",
        noise("spread"),
        1.0,
        Tolerance::absolute(5.0 / (2.0 * 500.0 * 20.0_f64).sqrt()),
    );
    // 1/sqrt(500) over 190 pairs: 0.0033.
    assert_close(
        "correlation",
        noise("correlation"),
        0.0,
        Tolerance::absolute(0.017),
    );
    // Independent signals have nearly equal variances and no pattern of correlations that stays.
    assert_close(
        "dimension",
        noise("dimension"),
        20.0,
        Tolerance::relative(0.1),
    );
    let components = value(&measured, "n.V", "dimension", "components");
    assert!((17.0..=18.0).contains(&components), "{components}");
    let stability = value(&measured, "n.V", "connectivity", "stability");
    // 190 pairs, 9 comparisons: 5/sqrt(190*9).
    assert_close("stability", stability, 0.0, Tolerance::absolute(0.12));
    assert_close(
        "synchrony",
        noise("synchrony"),
        1.0 / 20.0_f64.sqrt(),
        Tolerance::relative(0.2),
    );
}

/// Spikes on the crests of a wave of 100 Hz, and half a cycle later.
#[test]
fn spikes_keep_the_phase_of_a_wave() {
    let text = CLOCKS.replace(
        "record a.spike",
        "c = Regular[3] { late = 5 ms }
         record wave = cos(2*pi*t/(10 ms)) every 0.5 ms
         record back = -3*cos(2*pi*t/(10 ms)) every 0.5 ms
         record c.spike, a.spike",
    );
    let done = Done::of(&text, &Options::default());
    let of = |one: &str, name: &str| {
        let measured = done.measure(&Request {
            of: vec![one.to_owned()],
            with: Some("wave".to_owned()),
            band_hz: (80.0, 120.0),
            ..names(&["locking"])
        });
        let recording = match one {
            "back" => "back with wave".to_owned(),
            one => format!("{one}.spike with wave"),
        };
        value(&measured, &recording, "locking", name)
    };
    // The ends of the recording bend the phase of the filtered wave a little.
    let near = Tolerance::absolute(0.02);
    assert_close("a", of("a", ""), 1.0, near);
    assert_close("a", of("a", "phase"), 0.0, near);
    assert!(of("a", "p") < 1e-100);
    assert_close("c", of("c", "phase").abs(), std::f64::consts::PI, near);
    assert_close("back", of("back", ""), 1.0, near);
    assert_close(
        "back",
        of("back", "phase").abs(),
        std::f64::consts::PI,
        near,
    );
    let told = done.measure(&Request {
        of: vec!["a".into()],
        with: Some("wave".into()),
        ..names(&["locking"])
    });
    let note = &finding(&told, "a.spike with wave", "locking").numbers[0].note;
    assert!(note.contains("choose a band"), "{note}");
    // 1 + 1.65 at the crests of currents of one phase; AMPA is seen 6 ms later, 0.6 of a cycle.
    let field = done.measure(&Request {
        of: vec!["wave".into()],
        with: Some("wave".into()),
        ..names(&["proxy"])
    });
    // Both signs count, so the frequency doubles; parts of a quarter second tell 4 Hz apart.
    let peak = value(&field, "wave with wave", "proxy", "peak");
    assert_close("proxy", peak, 200.0, Tolerance::absolute(2.1));
}

/// Ten spikes 2 ms apart in every second of a train of one spike in 100 ms.
#[test]
fn bursts_are_what_a_poisson_process_hardly_makes() {
    let done = Done::of(
        "npl 1
        neuron Burster {
            dx/dt = 1
            init x = 0 ms
            slow = where(mod(t, 1 s) < 20 ms, 2 ms, 100 ms)
            spike when x >= slow - 0.05 ms { x = 0 ms }
        }
        network B { b = Burster[3]; record b.spike }
        run B for 5.5 s with dt = 0.1 ms",
        &Options::default(),
    );
    let measured = done.measure(&names(&["bursts"]));
    let of = |name| value(&measured, "b.spike", "bursts", name);
    // Within the run, at 0, 1, … 5 s, in each of three neurons.
    assert_eq!(of(""), 18.0);
    assert!((of("spikes") - 10.0).abs() <= 1.0, "{}", of("spikes"));
    assert!((of("duration") - 18.0).abs() <= 2.5, "{}", of("duration"));
}

/// Rates `1 + cos(angle - pi/2)` of 36 neurons on a ring: the population vector has the length 1/2, so the
/// circular deviation `sqrt(-2 ln 1/2)`.
#[test]
fn a_bump_on_a_ring_has_its_centre_and_width() {
    let done = Done::of(
        "npl 1
        neuron Ring {
            dx/dt = (1 + cos(2*pi*i/36 - pi/2))*100 Hz
            init x = uniform(0, 1)
            spike when x >= 1 { x -= 1 }
        }
        network R { r = Ring[36]; record r.spike }
        run R for 10 s with dt = 0.1 ms",
        &Options::default(),
    );
    let measured = done.measure(&names(&["bump"]));
    let of = |name| value(&measured, "r.spike", "bump", name);
    // A thousand spikes a neuron, to one: 1e-3 of each rate.
    let near = Tolerance::absolute(2e-3);
    assert_close("centre", of("centre"), std::f64::consts::FRAC_PI_2, near);
    assert_close("length", of("length"), 0.5, near);
    assert_close(
        "width",
        of("width"),
        (2.0 * std::f64::consts::LN_2).sqrt(),
        Tolerance::absolute(4e-3),
    );
}

#[test]
fn trials_show_what_follows_an_onset() {
    let done = Done::of(CLOCKS, &Options::default());
    // Onsets 2 ms before a spike of `a`, so 5 ms before one of `b`.
    let measured = done.measure(&Request {
        onsets_ms: vec![508.0, 108.0, 308.0],
        lag_ms: 8.0,
        bin_ms: Some(1.0),
        of: vec!["a".into(), "b".into()],
        ..names(&["psth", "latency"])
    });
    let near = Tolerance::absolute(1e-9);
    assert_close("a", value(&measured, "a.spike", "latency", ""), 2.0, near);
    assert_close("b", value(&measured, "b.spike", "latency", ""), 5.0, near);
    assert_eq!(value(&measured, "b.spike", "latency", "answered"), 1.0);
    // Every neuron spikes in that bin of 1 ms in every trial; the bin (1, 2] has its middle at 1.5 ms.
    assert_close(
        "peak",
        value(&measured, "a.spike", "psth", "peak"),
        1000.0,
        near,
    );
    let found = finding(&measured, "a.spike", "psth");
    let Some(Detail::Curve { at, values, .. }) = &found.detail else {
        panic!("{found:?}");
    };
    let spikes: Vec<f64> = at
        .iter()
        .zip(values)
        .filter(|(_, value)| value.is_some_and(|rate| rate > 0.0))
        .map(|(&at, _)| at)
        .collect();
    // 8 ms before the onset lies outside; 10 ms before the next spike is one more period.
    assert_eq!(spikes, [1.5]);
}

#[test]
fn what_cannot_be_measured_is_refused_by_name() {
    let done = Done::of(CLOCKS, &Options::default());
    let run = done.run();
    let refused = |request: Request| {
        let error = measure::measure(&run, &request).expect_err("is refused");
        assert_eq!(error.kind(), ErrorKind::Usage);
        error.to_string()
    };
    let of = |name: &str| Request {
        of: vec![name.to_owned()],
        ..Request::default()
    };
    for (request, words) in [
        (
            names(&["spectrun"]),
            "there is no measure `spectrun`; did you mean `spectrum`?",
        ),
        (of("aa.spike"), "did you mean `a.spike`?"),
        (names(&["psth"]), "`psth` needs the times of onsets"),
        (names(&["coherence"]), "`coherence` needs another recording"),
        (
            Request {
                of: vec!["a.x".into()],
                ..names(&["cv"])
            },
            "`cv` is a measure of spikes",
        ),
        (
            Request {
                within_ms: Some((5.0, 5.0)),
                ..Request::default()
            },
            "no time lies between",
        ),
        (
            Request {
                within_ms: Some((0.0, 2000.0)),
                ..Request::default()
            },
            "is not within the run, which lasted 1000 ms",
        ),
        (
            Request {
                within_ms: Some((-10.0, 20.0)),
                ..Request::default()
            },
            "is not within the run",
        ),
        (
            Request {
                bin_ms: Some(-1.0),
                ..Request::default()
            },
            "width of a bin",
        ),
        (
            Request {
                lag_ms: f64::NAN,
                ..Request::default()
            },
            "largest lag",
        ),
    ] {
        let said = refused(request);
        assert!(said.contains(words), "`{words}` is not in `{said}`");
    }
    // A bin wider than the span is told where the value would stand.
    let measured = done.measure(&Request {
        bin_ms: Some(5e3),
        ..names(&["fano"])
    });
    let note = &finding(&measured, "a.spike", "fano").numbers[0].note;
    assert_eq!(note, "not one bin of 5000 ms fits into 1000 ms");
}

#[test]
fn folders_that_are_none_are_told() {
    let done = Done::of(CLOCKS, &Options::default());
    let open = |path: PathBuf| match stored::open(path) {
        Ok(runs) => runs
            .iter()
            .map(|run| measure::measure(run, &Request::default()).map(|_| ()))
            .find_map(Result::err)
            .map_or_else(|| "fine".to_owned(), |error| error.to_string()),
        Err(error) => error.to_string(),
    };
    assert_eq!(open(done.path()), "fine");
    assert!(open(done.folder.path().join("none")).contains("is not a folder"));
    assert!(open(done.folder.path().to_owned()).contains("holds no results"));
    let summary = done.path().join("summary.json");
    let text = std::fs::read_to_string(&summary).expect("read");
    for (from, to, words) in [
        ("\"schema\": 1", "\"schema\": 99", "its `schema` is not 1"),
        ("\"dt_ms\": 0.1", "\"dt_ms\": -0.1", "valid `dt_ms`"),
        (
            "a.spike.npy",
            "../a.spike.npy",
            "valid `recordings.a.spike`",
        ),
        ("a.spike.npy", "b.spike.npy.npy", "cannot read"),
        ("a.x.npy", "a.spike.npy", "it holds no samples"),
        ("{", "[", "is not the summary of a run"),
    ] {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{from}");
        std::fs::write(&summary, changed).expect("written");
        let said = open(done.path());
        assert!(said.contains(words), "{from} -> {to}: {said}");
    }
    std::fs::write(&summary, &text).expect("written");
    let array = done.path().join("a.spike.npy");
    let bytes = std::fs::read(&array).expect("read");
    std::fs::write(&array, &bytes[..bytes.len() - 5]).expect("written");
    let said = open(done.path());
    assert!(said.contains("the file ends too early"), "{said}");
    // An element that was not recorded: the last four bytes are an index.
    let mut wrong = bytes.clone();
    let end = wrong.len();
    wrong[end - 4..].copy_from_slice(&77_u32.to_le_bytes());
    std::fs::write(&array, &wrong).expect("written");
    assert!(open(done.path()).contains("elements that are not recorded"));
}

#[test]
fn several_runs_are_measured_one_by_one() {
    let text = format!("{CLOCKS}run Clocks for 500 ms as short with dt = 0.1 ms\n");
    let done = Done::of(&text, &Options::default());
    let runs = stored::open(done.path()).expect("results");
    assert_eq!(runs.len(), 2);
    assert_eq!((&*runs[1].name, runs[1].duration_ms()), ("short", 500.0));
    for run in &runs {
        let measured = measure::measure(run, &names(&["rate"])).expect("measured");
        assert_eq!(value(&measured, "a.spike", "rate", ""), 100.0);
    }
    let one = stored::open(done.path().join("short")).expect("the folder of a run");
    assert_eq!(one[0].name, "short");
}

#[test]
fn differences_stand_where_they_begin() {
    use neuropil::diff::diff;
    let text = "npl 1
        neuron Cell {
            dV/dt = (20 mV - V)/(10 ms) + kick
            kick = where(t >= late, push, 0 V/s)
            param late = 30 ms, push = 0 V/s
            init V = 0 mV
            spike when V >= 10 mV { V = 0 mV }
        }
        network Two { c = Cell[3]; record c.spike, c[1..3].V }
        run Two for 60 ms with dt = 0.1 ms";
    let plain = Done::of(text, &Options::default());
    let again = Done::of(text, &Options::default());
    let pushed = Done::of(
        text,
        &Options {
            set: vec![("c.push".to_owned(), "1 V/s".to_owned())],
            ..Options::default()
        },
    );
    let open = |done: &Done| stored::open(done.path()).expect("results");
    let same = diff(&open(&plain), &open(&again), 0.0).expect("compared");
    assert!(
        same[0].is_equal() && same[0].settings.is_empty(),
        "{same:?}"
    );
    let found = diff(&open(&plain), &open(&pushed), 0.0)
        .expect("compared")
        .remove(0);
    assert!(!found.is_equal());
    let of = |name: &str| {
        let mut all = found.recordings.iter();
        all.find(|recording| recording.name == name)
            .expect("both have it")
    };
    // The push acts from the step that begins at 30 ms on, so the sample at 30.1 ms is the first.
    let place = of("c.V").first.clone().expect("differs");
    assert_eq!((place.step, place.element), (301, Some(1)));
    // Unpushed spikes come every 7 ms (70 steps): at 28 and 35 ms. The pushed one comes earlier.
    let place = of("c.spike").first.clone().expect("differs");
    assert!((301..350).contains(&place.step), "{place:?}");
    assert_eq!(place.element, Some(0));
    assert_eq!(place.found, ("none".to_owned(), "an event".to_owned()));
    let count = of("c.spike").numbers[0].clone();
    assert_eq!((count.0, count.2), ("events", Some(24.0)));
    let other = diff(&open(&plain), &[], 0.0)
        .expect_err("other numbers of runs")
        .to_string();
    assert!(other.contains("1 and 0 runs"), "{other}");
    let longer = Done::of(
        text,
        &Options {
            duration: Some("80 ms".to_owned()),
            ..Options::default()
        },
    );
    let found = diff(&open(&plain), &open(&longer), 0.0)
        .expect("compared")
        .remove(0);
    let ends = |name: &str| {
        let recording = found
            .recordings
            .iter()
            .find(|recording| recording.name == name);
        recording
            .expect("both have it")
            .first
            .clone()
            .expect("differs")
    };
    assert_eq!(
        ends("c.V").step,
        601,
        "the first sample that one of them lacks"
    );
    assert_eq!(ends("c.spike").step, 630);
    assert!(
        found
            .settings
            .iter()
            .any(|(what, a, b)| (&**what, &**a, &**b) == ("steps", "600", "800"))
    );
}

#[test]
fn pictures_hold_a_panel_a_measure() {
    let done = Done::of(CLOCKS, &Options::default());
    let measured = done.measure(&names(&[
        "rate",
        "cv",
        "correlation",
        "spectrogram",
        "intervals",
    ]));
    let figure = measure::figure(&measured);
    let panels: usize = figure.rows.iter().map(Vec::len).sum();
    // One of rates; matrices, maps and histograms of each of three populations, but that the silent one
    // has neither intervals nor neurons to pair; a map and a matrix of samples.
    assert_eq!(panels, 1 + 2 + 3 + 2 + 1 + 1);
    let svg = figure.to_svg();
    for words in [
        "rate",
        "correlation: a.spike",
        "spectrogram: b.spike",
        "interval (ms)",
    ] {
        assert!(svg.contains(words), "{words}");
    }
    assert!(
        measure::figure(&done.measure(&names(&["cv"])))
            .rows
            .is_empty()
    );
}

/// What a text expects is what the folder of its run measures, to the bit.
#[test]
fn texts_and_folders_mean_the_same_by_a_name() {
    let text = "npl 1
        neuron Noisy {
            param tau = 10 ms
            dV/dt = (mu - V)/tau + 4 mV*sqrt(2/tau)*xi
            mu = 12 mV + 6 mV*sin(2*pi*t/(25 ms))
            init V = normal(8 mV, 4 mV)
            spike when V >= 20 mV { V = 10 mV }
        }
        network N { n = Noisy[60]; record n.spike, n[0..4].V }
        run N for 2 s with dt = 0.1 ms, seed = 7
        expect cv2(n, 200 ms .. 2 s) in 0 .. 2, lv(n, 200 ms .. 2 s) in 0 .. 3
        expect fano(n, 50 ms, 200 ms .. 2 s) > 0, correlation(n, 5 ms, 200 ms .. 2 s) >= 0.01
        expect synchrony(n, 5 ms, 200 ms .. 2 s) in 0.15 .. 1  # 0.13 if independent
        expect frequency(n, 200 ms .. 2 s) == 40 Hz, frequency(n.V, 200 ms .. 2 s) == 40 Hz
        expect frequency(n.spike, 60 Hz .. 100 Hz, 200 ms .. 2 s) in 60 Hz .. 100 Hz
        expect correlation(n[0..2], 5 ms) in -1 .. 1, fano(n[0], 2 ms) > 0";
    let done = Done::of(text, &Options::default());
    let summary = done.run().summary;
    let expects = summary["expect"].as_array().expect("a list").clone();
    for expect in &expects {
        assert_eq!(expect["pass"], true, "{expect}");
    }
    let span = Some((200.0, 2000.0));
    let of = |name: &str, bin: Option<f64>| {
        let measured = done.measure(&Request {
            within_ms: span,
            bin_ms: bin,
            of: vec!["n".to_owned()],
            ..names(&[name])
        });
        let number = &finding(&measured, "n.spike", name).numbers[0];
        number.value.expect("has a value")
    };
    let bounds = expects[3]["bounds"].as_array().expect("a list");
    assert_eq!(
        bounds,
        &[0.01, 0.01],
        "what stands left is found, what stands right it is held against"
    );
    let found: Vec<f64> = expects
        .iter()
        .map(|one| one["value"].as_f64().expect("a number"))
        .collect();
    assert_eq!(found[0], of("cv2", None));
    assert_eq!(found[1], of("lv", None));
    assert_eq!(found[3], of("correlation", Some(5.0)));
    assert_eq!(found[4], of("synchrony", Some(5.0)));
    // Of elements with a spike or more here, with three or more there.
    assert_close(
        "fano",
        found[2],
        of("fano", Some(50.0)),
        Tolerance::relative(1e-12),
    );
    // The rate of the report and the irregularity that the engine sums while it runs, against the folder.
    let measured = done.measure(&names(&["rate", "cv"]));
    let population = &summary["populations"]["n"];
    for (key, name) in [("mean_rate_hz", "rate"), ("cv_isi", "cv")] {
        let engine = population[key].as_f64().expect("a number");
        let folder = value(&measured, "n.spike", name, "");
        assert_close(name, folder, engine, Tolerance::relative(1e-10));
    }
}

#[test]
fn statistics_that_make_no_sense_are_told_at_their_place() {
    let check = |line: &str, words: &str| {
        let text = format!("{CLOCKS}expect {line}\n");
        let error = Text::parse(&text).run().expect_err(line).to_string();
        assert!(error.contains(words), "{line}: {error}");
    };
    check("fano(a, 0 ms .. 1 s) > 0", "whose width stands second");
    check("correlation(a) > 0", "whose width stands second");
    check("fano(a, -5 ms) > 0", "must be positive");
    check("fano(a, 5 mV) > 0", "width of a bin is");
    check("fano(a, 5 ms, 1 s .. 0 s) > 0", "empty");
    check("cv2(a, 0 ms .. 1 s, 3) > 0", "takes no further argument");
    check(
        "rate(a, 0 ms .. 1 s, 3) > 1 Hz",
        "takes no further argument",
    );
    check(
        "frequency(a, 20 ms .. 30 ms, 0 s .. 1 s) > 1 Hz",
        "end of a band is",
    );
    check(
        "frequency(a, 30 Hz .. 20 Hz, 0 s .. 1 s) > 1 Hz",
        "the band is empty",
    );
    check("frequency(a.y) > 1 Hz", "`a.y` is not recorded");
    check("cv2(b.x) > 0", "is not recorded");
    check("frequency(a) > 1 ms", "compares");
}

#[test]
fn statistics_without_a_value_say_why() {
    let text = format!(
        "{CLOCKS}expect cv2(silent) > 0, fano(silent, 10 ms) > 0, frequency(silent) > 1 Hz\n\
         expect fano(a, 3 s) > 0, correlation(silent, 10 ms) > 0\n"
    );
    let results = Text::parse(&text).run().expect("runs");
    let why: Vec<String> = results[0]
        .report
        .expects
        .iter()
        .map(|outcome| outcome.reason.clone().expect("has no value").to_string())
        .collect();
    for (why, words) in why.iter().zip([
        "three events",
        "three events",
        "no frequency",
        "not one bin of 3000 ms",
        "three events",
    ]) {
        assert!(why.contains(words), "{why}");
    }
}
