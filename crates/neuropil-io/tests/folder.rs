//! A result folder from recorder to summary, read back with an independent reader.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

use std::fs;
use std::path::Path;

use neuropil_io::npy::{Array, read};
use neuropil_io::summary::{About, write_json};
use neuropil_io::{FolderRecorder, IoError, Summary, Wall};
use neuropil_ir::backend::Counters;
use neuropil_ir::kernel::Precision;
use neuropil_ir::plan::{AxisId, EventListId, Plan, RecordId};
use neuropil_ir::program::{Population, Program, Raster, Trace};
use neuropil_sim::measure::NoValue;
use neuropil_sim::{Outcome, PopulationReport, ProjectionReport, Recorder, Report};
use neuropil_syntax::{SourceId, Span};
use neuropil_testkit::npy::Npy;
use serde_json::{Value, json};

fn program(precision: Precision) -> Program {
    let trace = |name: &str, elements| Trace {
        record: RecordId(0),
        name: name.into(),
        unit: "mV".into(),
        scale: 1.0,
        every: 2,
        elements,
    };
    Program {
        plan: Plan {
            name: "EIBalance".into(),
            precision,
            dt: 0.1,
            seed: 42,
            axes: vec![],
            slots: vec![],
            buffers: vec![],
            events: vec![],
            kernels: vec![],
            projections: vec![],
            records: vec![],
            init: vec![],
            sample: vec![],
            advance: vec![],
        },
        connections: vec![],
        populations: vec![Population {
            name: "exc".into(),
            model: "LIF".into(),
            axis: AxisId(0),
            size: 10,
            spike: Some(EventListId(0)),
        }],
        traces: vec![
            trace("exc.V", Some(vec![0..2, 5..6])),
            trace("lfp", None),
            trace("../Exc.V", Some(vec![])),
        ],
        rasters: vec![Raster {
            events: EventListId(0),
            name: "exc.spike".into(),
            population: "exc".into(),
            size: 10,
            elements: std::iter::once(0..10).collect(),
        }],
        steps: 100,
        expects: vec![],
        plots: vec![],
        run_name: None,
        states: vec![],
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn record(recorder: &mut FolderRecorder, samples: u64) {
    for sample in 0..samples {
        let step = 2 * sample;
        recorder
            .sample(0, step, &[-65.0, sample as f64, 0.1])
            .unwrap();
        recorder.sample(1, step, &[0.5]).unwrap();
        recorder.sample(2, step, &[]).unwrap();
        recorder.events(0, step, &[1, 1, 9]).unwrap();
    }
}

#[test]
fn a_folder_holds_what_was_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let program = program(Precision::F64);
    let mut recorder = FolderRecorder::create(folder.path(), &program).unwrap();
    record(&mut recorder, 50);
    recorder.flush().unwrap();
    assert_eq!(
        names(folder.path()),
        [
            "_._Exc.V.npy",
            "_._Exc.V.time.npy",
            "exc.V.npy",
            "exc.V.time.npy",
            "exc.spike.npy",
            "lfp.npy",
            "lfp.time.npy",
        ]
    );
    let other = |name: &str| Npy::read(folder.path().join(name)).unwrap();
    assert_eq!(other("exc.V.npy").shape, [50, 3]);
    assert_eq!(other("exc.V.npy").trace(1).unwrap()[49], 49.0);
    assert_eq!(other("lfp.npy").shape, [50]);
    assert_eq!(other("_._Exc.V.npy").shape, [50, 0]);
    let times = other("exc.V.time.npy");
    assert_eq!(times.floats().unwrap()[7], 14.0 * 0.1);
    let spikes = other("exc.spike.npy");
    assert_eq!(spikes.shape, [150]);
    assert_eq!(spikes.integers("step").unwrap()[149], 98);
    assert_eq!(spikes.integers("index").unwrap()[..3], [1, 1, 9]);
    assert!(
        FolderRecorder::create(folder.path(), &program).is_err(),
        "nothing is overwritten"
    );
}

/// What a run that is killed leaves: files that open, times for every sample.
#[test]
fn a_killed_run_leaves_a_readable_folder() {
    let folder = tempfile::tempdir().unwrap();
    let program = program(Precision::F32);
    let mut recorder = FolderRecorder::create(folder.path(), &program).unwrap();
    let samples = 40_000; // 3 * 4 bytes each: one buffer and a part of the next
    record(&mut recorder, samples);
    std::mem::forget(recorder);
    let rows = |name: &str| match read(folder.path().join(name)).unwrap() {
        Array::Numbers { rows, .. } => rows,
        Array::Events { steps, .. } => steps.len(),
    };
    let kept = rows("exc.V.npy");
    assert!(kept > 20_000 && kept < 40_000, "{kept}");
    assert_eq!(rows("exc.V.time.npy"), kept);
    let spikes = rows("exc.spike.npy");
    assert!(spikes > 100_000 && spikes < 120_000, "{spikes}");
    let values = Npy::read(folder.path().join("exc.V.npy")).unwrap();
    assert_eq!(values.trace(1).unwrap()[kept - 1], (kept - 1) as f64);
}

#[cfg(unix)]
#[test]
fn a_full_disk_is_an_error_and_a_value() {
    let full = Path::new("/dev/full");
    if !full.exists() {
        eprintln!("skipped: there is no /dev/full on this machine");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let program = program(Precision::F64);
    let mut recorder = FolderRecorder::create(folder.path(), &program).unwrap();
    record(&mut recorder, 3);
    let spikes = folder.path().join("exc.spike.npy");
    fs::remove_file(&spikes).unwrap();
    std::os::unix::fs::symlink(full, &spikes).unwrap();
    let error = recorder.flush().unwrap_err();
    assert_eq!(error.name, "exc.spike");
    let IoError::System {
        action: "write",
        source,
        ..
    } = *error.source.downcast().unwrap()
    else {
        panic!("an error of the system");
    };
    assert_eq!(source.kind(), std::io::ErrorKind::StorageFull);
    // The other recordings are kept all the same.
    assert_eq!(
        Npy::read(folder.path().join("exc.V.npy")).unwrap().shape,
        [3, 3]
    );
}

fn report() -> Report {
    let outcome = Outcome {
        text: "rate(exc) in 15 Hz .. 27 Hz".into(),
        span: Span::at(SourceId(0), 0),
        value: Some(20.0),
        bounds: Some((15.0, 27.0)),
        unit: "Hz".into(),
        pass: Some(true),
        reason: None,
    };
    let late = NoValue::NotReached {
        reached: 10.0,
        needed: 20.0,
    };
    Report {
        stages: Vec::new(),
        steps: 100,
        dt: 0.1,
        interrupted: true,
        populations: vec![PopulationReport {
            name: "exc".into(),
            model: "LIF".into(),
            size: 10,
            spikes: Some(3),
            mean_rate_hz: Some(30.0),
            cv_isi: None,
        }],
        projections: vec![ProjectionReport {
            storage: "stored",
            name: "EIBalance.ampa".into(),
            edges: 100,
            sent: 30,
            delivered: 29,
            travelling: 1,
        }],
        expects: vec![
            outcome.clone(),
            Outcome {
                value: None,
                pass: Some(false),
                bounds: None,
                reason: Some(late),
                ..outcome
            },
        ],
        counters: Counters::default(),
        bytes: 4096,
    }
}

#[test]
fn the_summary_has_the_promised_keys() {
    let folder = tempfile::tempdir().unwrap();
    let program = program(Precision::F64);
    let mut recorder = FolderRecorder::create(folder.path(), &program).unwrap();
    record(&mut recorder, 4);
    let about = About {
        model: "coba.npl".into(),
        threads: 2,
        backend: "interpreter".into(),
        fma: "hardware".into(),
        versions: vec![("neuropil".into(), "0.1.0".into())],
        recorded: true,
        wall: Wall {
            parse_s: 0.001,
            compile_s: 0.002,
            build_s: 0.1,
            run_s: 0.5,
        },
        peak_rss_mb: None,
    };
    let summary = Summary::new(about, &program, report(), Some(&recorder));
    summary.write(folder.path()).unwrap();
    assert!(!folder.path().join("summary.json.part").exists());
    let text = fs::read_to_string(folder.path().join("summary.json")).unwrap();
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value, summary.to_json());
    let check = |pointer: &str, expected: Value| {
        assert_eq!(value.pointer(pointer), Some(&expected), "{pointer}");
    };
    check("/schema", json!(1));
    check("/model", json!("coba.npl"));
    check("/seed", json!(42));
    check("/dt_ms", json!(0.1));
    check("/duration_ms", json!(10.0));
    check("/interrupted", json!(true));
    check("/threads", json!(2));
    check("/precision", json!("f64"));
    check("/backend", json!("interpreter"));
    check("/fma", json!("hardware"));
    check("/versions/neuropil", json!("0.1.0"));
    check("/wall/parse_s", json!(0.001));
    check("/wall/compile_s", json!(0.002));
    check("/wall/build_s", json!(0.1));
    check("/wall/run_s", json!(0.5));
    check("/real_time_factor", json!(50.0)); // half a second for 10 ms
    check("/peak_rss_mb", json!(null));
    check("/neurons", json!(10));
    check("/synapses", json!(100));
    check("/synaptic_events", json!(30));
    check("/expect/0/text", json!("rate(exc) in 15 Hz .. 27 Hz"));
    check("/expect/0/value", json!(20.0));
    check("/expect/0/pass", json!(true));
    check("/expect/0/bounds", json!([15.0, 27.0]));
    check("/expect/1/value", json!(null));
    check("/expect/1/pass", json!(false));
    check(
        "/expect/1/reason",
        json!("the run ended at 10 ms, before 20 ms"),
    );
    check("/populations/exc/size", json!(10));
    check("/populations/exc/spikes", json!(3));
    check("/populations/exc/mean_rate_hz", json!(30.0));
    check("/populations/exc/cv_isi", json!(null));
    check("/recordings/exc.V/file", json!("exc.V.npy"));
    check("/recordings/exc.V/time_file", json!("exc.V.time.npy"));
    check("/recordings/exc.V/unit", json!("mV"));
    check("/recordings/exc.V/elements", json!([[0, 2], [5, 6]]));
    check("/recordings/exc.V/shape", json!([4, 3]));
    check("/recordings/exc.V/every", json!(2));
    check("/recordings/lfp/elements", json!(null));
    check("/recordings/lfp/shape", json!([4]));
    check("/recordings/exc.spike/file", json!("exc.spike.npy"));
    check("/recordings/exc.spike/shape", json!([12]));
    check("/recordings/..~1Exc.V/file", json!("_._Exc.V.npy"));
}

#[test]
fn a_summary_that_cannot_be_written_leaves_the_old_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("summary.json");
    write_json(&path, &json!({"old": 1})).unwrap();
    write_json(&path, &json!({"old": 2})).unwrap();
    fs::create_dir(folder.path().join("summary.json.part")).unwrap();
    assert!(matches!(
        write_json(&path, &json!({})),
        Err(IoError::System { .. })
    ));
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text, "{\n  \"old\": 2\n}\n");
    let nowhere = folder.path().join("none/summary.json");
    assert!(matches!(
        write_json(&nowhere, &json!({})),
        Err(IoError::System { .. })
    ));
}
