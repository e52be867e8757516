//! Run control against a back-end that plays a script.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use neuropil_ir::connect::{EdgeLoad, Rule};
use neuropil_ir::rounding::RoundingError;

use super::*;
use crate::connect::ConnectProblem;
use crate::record::{MemoryRecorder, NoRecorder, RecordError};
use crate::run::Progress;
use crate::testing::{SPAN, Script, own, program, slot};

fn build(script: &Script) -> Simulation {
    Simulation::new(program(1000), script, &Options::default()).unwrap()
}

/// Elements 0 and 1 spike in every tenth step, element 3 in the steps 7, 8 and 20.
fn spikes(step: u64) -> Vec<u32> {
    let mut list = if step > 0 && step.is_multiple_of(10) {
        vec![0, 1]
    } else {
        vec![]
    };
    if [7, 8, 20].contains(&step) {
        list.push(3);
    }
    list
}

#[test]
fn what_is_recorded_is_filtered_and_scaled() {
    let script = Script {
        spikes,
        ..Script::default()
    };
    let mut simulation = build(&script);
    let mut recorder = MemoryRecorder::new(simulation.program());
    assert_eq!(
        simulation
            .run(25, &mut recorder, &mut Control::default())
            .unwrap(),
        25
    );
    let trace = &recorder.traces()[0];
    assert_eq!(trace.steps, (0..=25).collect::<Vec<_>>());
    assert_eq!(trace.width, 3);
    let volts: Vec<f64> = (0..=25).map(|step| f64::from(step) * 1e-3).collect();
    assert_eq!(trace.column(2).collect::<Vec<_>>(), volts);
    assert_eq!(trace.times(0.1)[25], 2.5);
    let raster = &recorder.rasters()[0];
    assert_eq!(raster.steps, [7, 8, 10, 20, 20]);
    assert_eq!(
        raster.elements,
        [3, 3, 0, 0, 3],
        "element 1 is not recorded"
    );

    let report = simulation.report();
    assert_eq!(report.steps, 25);
    assert_eq!(report.duration_ms(), 2.5);
    assert_eq!(report.neurons(), 6);
    assert_eq!(report.synapses(), 8);
    let pre = &report.populations[0];
    assert_eq!(pre.spikes, Some(7), "all elements count");
    assert_eq!(pre.mean_rate_hz, Some(700.0)); // 7 spikes, 4 neurons, 2.5 ms
    // Only element 3 has three spikes: intervals 1 and 12, mean 6.5, deviation 5.5.
    assert!((pre.cv_isi.unwrap() - 5.5 / 6.5).abs() < 1e-15);
    let post = &report.populations[1];
    assert_eq!(
        (post.spikes, post.mean_rate_hz, post.cv_isi),
        (None, None, None)
    );
    assert!(!report.interrupted);
}

#[test]
fn irregularity_needs_recorded_spikes() {
    let mut program = program(10);
    program.plan.events[0].recorded = false;
    let script = Script {
        spikes,
        ..Script::default()
    };
    let mut simulation = Simulation::new(program, &script, &Options::default()).unwrap();
    simulation
        .run(25, &mut NoRecorder, &mut Control::default())
        .unwrap();
    let pre = &simulation.report().populations[0];
    assert_eq!(pre.spikes, Some(7));
    assert_eq!(pre.cv_isi, None);
}

#[test]
fn pieces_join_without_a_seam() {
    let script = Script {
        spikes,
        ..Script::default()
    };
    let whole = {
        let mut simulation = build(&script);
        let mut recorder = MemoryRecorder::new(simulation.program());
        simulation
            .run(600, &mut recorder, &mut Control::default())
            .unwrap();
        (recorder, simulation.report())
    };
    for pieces in [vec![0, 1, 599], vec![256, 0, 344], vec![300, 300]] {
        let mut simulation = build(&script);
        let mut recorder = MemoryRecorder::new(simulation.program());
        for steps in pieces {
            simulation
                .run(steps, &mut recorder, &mut Control::default())
                .unwrap();
        }
        assert_eq!((recorder, simulation.report()), whole);
    }
}

#[test]
fn an_interruption_keeps_what_was_recorded() {
    let script = Script::default();
    let mut simulation = build(&script);
    let mut recorder = MemoryRecorder::new(simulation.program());
    let flag = AtomicBool::new(false);
    let seen = AtomicU64::new(0);
    let mut progress = |progress: Progress| {
        assert_eq!(progress.total, 900);
        seen.store(progress.done, Ordering::Relaxed);
        if progress.done == 310 {
            flag.store(true, Ordering::Relaxed);
        }
    };
    let mut control = Control {
        interrupt: Some(&flag),
        progress: Some(&mut progress),
        every: 10,
    };
    assert_eq!(
        simulation.run(900, &mut recorder, &mut control).unwrap(),
        310
    );
    assert!(simulation.interrupted());
    assert!(simulation.report().interrupted);
    assert_eq!(recorder.traces()[0].steps.last(), Some(&310));
    // And it goes on.
    flag.store(false, Ordering::Relaxed);
    assert_eq!(
        simulation
            .run(590, &mut recorder, &mut Control::default())
            .unwrap(),
        590
    );
    assert!(!simulation.interrupted());
    assert_eq!(recorder.traces()[0].steps, (0..=900).collect::<Vec<_>>());
    assert_eq!(seen.load(Ordering::Relaxed), 310);
}

#[test]
fn progress_ends_at_the_end() {
    let mut simulation = build(&Script::default());
    let mut seen = Vec::new();
    let mut progress = |progress: Progress| seen.push(progress.done);
    let mut control = Control {
        progress: Some(&mut progress),
        every: 400,
        ..Control::default()
    };
    simulation.run(1000, &mut NoRecorder, &mut control).unwrap();
    assert_eq!(seen, [0, 400, 800, 1000]);
}

#[test]
fn a_state_that_is_no_number_is_named() {
    let state = |step: u64| vec![0.0, 1.0, if step < 300 { 2.0 } else { f64::NAN }, 3.0];
    let mut simulation = build(&Script {
        state,
        ..Script::default()
    });
    let mut recorder = MemoryRecorder::new(simulation.program());
    let error = simulation
        .run(1000, &mut recorder, &mut Control::default())
        .unwrap_err();
    assert_eq!(error.span(), Some(SPAN));
    let text = error.to_string();
    let SimulationError::NotFinite {
        population,
        variable,
        element,
        step,
        finite_at,
        ..
    } = error
    else {
        panic!("{text}");
    };
    assert_eq!(
        (population.as_str(), variable.as_str(), element),
        ("pre", "V", 2)
    );
    assert_eq!((step, finite_at), (512, 256));
    assert!(
        text.contains("`V` of element 2 of `pre` is NaN at step 512 (t = 51.2"),
        "{text}"
    );
    assert_eq!(recorder.traces()[0].steps.len(), 513);
    let again = simulation.run(1, &mut recorder, &mut Control::default());
    assert!(matches!(again, Err(SimulationError::Ended)));

    let state = |_| vec![f64::INFINITY; 4];
    let script = Script {
        state,
        ..Script::default()
    };
    let error = Simulation::new(program(10), &script, &Options::default()).unwrap_err();
    assert!(matches!(
        error,
        SimulationError::NotFinite {
            element: 0,
            step: 0,
            ..
        }
    ));
}

#[test]
fn too_large_is_refused_before_it_is_built() {
    // 4 doubles and one list of 4 indices are 48 bytes; 8 edges of 2 bytes are 16.
    let options = |memory_limit| Options {
        memory_limit,
        ..Options::default()
    };
    let build = |limit| Simulation::new(program(1000), &Script::default(), &options(limit));
    assert_eq!(
        build(64).unwrap().footprint(),
        Footprint {
            state: 48,
            connections: 16,
            recordings: 0
        }
    );
    let Err(SimulationError::Memory {
        estimate,
        limit: 63,
    }) = build(63)
    else {
        panic!("63 bytes are not enough");
    };
    assert_eq!(estimate.total(), 64);
    let Err(SimulationError::Memory {
        estimate,
        limit: 47,
    }) = build(47)
    else {
        panic!("47 bytes are not enough");
    };
    assert_eq!(
        estimate.connections, 0,
        "refused before connections are looked at"
    );
    let options = Options {
        traces_in_memory: true,
        memory_limit: 1 << 20,
        ..Options::default()
    };
    let simulation = Simulation::new(program(1000), &Script::default(), &options).unwrap();
    assert_eq!(simulation.footprint().recordings, 1001 * 4 * 8); // three elements and the time
    let mut absurd = program(1000);
    absurd.plan.axes[0].size = u32::MAX;
    absurd.plan.buffers[0].depth = u32::MAX;
    let error = Simulation::new(absurd, &Script::default(), &options).unwrap_err();
    assert!(matches!(error, SimulationError::Memory { .. }));
    assert!(error.to_string().contains("GiB"), "{error}");
    let script = Script {
        needs: 1 << 40,
        ..Script::default()
    };
    let error = Simulation::new(program(1000), &script, &options).unwrap_err();
    assert!(matches!(error, SimulationError::Load(_)));
}

#[test]
fn the_trouble_of_an_edge_says_more_than_the_back_end() {
    let mut program = program(10);
    program.connections[0].delay = Some(own(vec![EdgeLoad::PreIndex], |b, v| {
        let one = b.number(1.0);
        b.sub(one, v[0])
    }));
    let error = Simulation::new(program, &Script::default(), &Options::default()).unwrap_err();
    assert_eq!(error.span(), Some(SPAN));
    let SimulationError::Connection(error) = error else {
        panic!("{error}");
    };
    let problem = RoundingError::Negative { time: -1.0 };
    assert_eq!(
        error.problem,
        ConnectProblem::PairDelay {
            from: 2,
            to: 0,
            problem
        }
    );
    assert_eq!(
        error.to_string(),
        "projection `Net.syn`: the delay from 2 to 0 cannot be used: -1 ms is negative"
    );
}

#[test]
fn projections_are_announced() {
    let mut seen = Vec::new();
    let mut program = program(10);
    program.connections[0].rule = Rule::FixedProbability(slot()); // the script's slots are 0.5
    let mut progress = |building: Building<'_>| {
        seen.push((
            building.projection.to_owned(),
            building.index,
            building.edges,
        ));
    };
    let options = Options::default();
    Simulation::with_progress(program, &Script::default(), &options, &mut progress).unwrap();
    assert_eq!(seen, [("Net.syn".to_owned(), 0, 4.0)]);
}

#[test]
fn a_recorder_that_fails_ends_the_run_with_its_own_error() {
    struct Full(usize, usize);
    impl Recorder for Full {
        fn sample(&mut self, _: usize, _: u64, _: &[f64]) -> Result<(), RecordError> {
            self.0 += 1;
            let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
            if self.0 > 5 {
                Err(RecordError::new("pre.V", full))
            } else {
                Ok(())
            }
        }
        fn events(&mut self, _: usize, _: u64, _: &[u32]) -> Result<(), RecordError> {
            Ok(())
        }
        fn flush(&mut self) -> Result<(), RecordError> {
            self.1 += 1;
            Ok(())
        }
    }
    let mut simulation = build(&Script::default());
    let mut recorder = Full(0, 0);
    let error = simulation
        .run(100, &mut recorder, &mut Control::default())
        .unwrap_err();
    let SimulationError::Record(error) = error else {
        panic!("{error}");
    };
    assert_eq!(error.name, "pre.V");
    let source = error.source.downcast::<std::io::Error>().unwrap();
    assert_eq!(source.kind(), std::io::ErrorKind::StorageFull);
    assert_eq!(recorder.1, 1, "what was recorded is flushed");
}

#[test]
fn programs_that_contradict_themselves_are_refused() {
    let check = |change: fn(&mut Program)| {
        let mut program = program(10);
        change(&mut program);
        let error = Simulation::new(program, &Script::default(), &Options::default()).unwrap_err();
        assert!(matches!(error, SimulationError::Program { .. }), "{error}");
    };
    check(|p| p.connections.clear());
    check(|p| p.connections[0].projection.0 = 3);
    check(|p| p.plan.projections[0].target.0 = 9);
    check(|p| p.plan.projections[0].source.0 = 9);
    check(|p| p.states[0].buffer.0 = 9);
    check(|p| p.traces[0].record.0 = 9);
    check(|p| p.rasters[0].events.0 = 9);
}
