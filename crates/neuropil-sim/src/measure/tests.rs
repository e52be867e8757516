//! Measures and assertions on a scripted run, against numbers computed by hand.

use neuropil_ir::program::{Condition, Expect, Measure, MeasureBinary, MeasureUnary, Over};

use super::NoValue;
use crate::expect::Outcome;
use crate::record::NoRecorder;
use crate::run::Control;
use crate::simulation::{Options, Simulation};
use crate::testing::{SPAN, Script, program};

/// Elements 0, 2 and 3 are recorded. 0 spikes every 2 ms up to 8 ms; 2 at 3 and 5 ms; 3 at 1, 2
/// and 4 ms; element 1 at 1 ms, unrecorded. Steps are 0.1 ms.
fn spikes(step: u64) -> Vec<u32> {
    match step {
        10 => vec![1, 3],
        20 | 40 => vec![0, 3],
        30 | 50 => vec![2],
        60 | 80 => vec![0],
        _ => vec![],
    }
}

/// Sample of element e at step k: k * (e + 1).
fn state(step: u64) -> Vec<f64> {
    (1..=4).map(|e| (step * e) as f64).collect()
}

/// Runs 100 steps and gives the outcome of expectations.
fn outcomes(expects: Vec<Expect>) -> Vec<Outcome> {
    let mut program = program(100);
    program.expects = expects;
    let script = Script {
        spikes,
        state,
        needs: 0,
    };
    let mut simulation = Simulation::new(program, &script, &Options::default()).unwrap();
    simulation
        .run(60, &mut NoRecorder, &mut Control::default())
        .unwrap();
    simulation
        .run(40, &mut NoRecorder, &mut Control::default())
        .unwrap();
    simulation.report().expects
}

fn expect(value: Measure, condition: Condition) -> Expect {
    Expect {
        text: "it".into(),
        span: SPAN,
        value,
        unit: String::new(),
        scale: 1.0,
        condition,
    }
}

fn check(value: Measure, expected: Result<f64, NoValue>) {
    let shown = format!("{value:?}");
    let any = Condition::In(
        Measure::Number(f64::NEG_INFINITY),
        Measure::Number(f64::INFINITY),
    );
    // A second assertion behind it: a leaf that fails must not shift those that follow.
    let after = Measure::Count {
        raster: 0,
        elements: everybody(),
        from: 0.0,
        to: 10.0,
    };
    let found = outcomes(vec![expect(value, any.clone()), expect(after, any)]);
    assert_eq!(found[0].pass, Some(expected.is_ok()));
    assert_eq!(
        found[0].reason.clone(),
        expected.as_ref().err().cloned(),
        "{shown}"
    );
    match (found[0].value, expected) {
        // Means and roots of small whole numbers: a few roundings.
        (Some(value), Ok(expected)) => {
            assert!((value - expected).abs() < 1e-12, "{value} {expected}");
        }
        (value, expected) => assert!(value.is_none() && expected.is_err()),
    }
    assert_eq!(found[1].value, Some(9.0));
}

fn everybody() -> Vec<std::ops::Range<u32>> {
    vec![0..1, 1..4]
}

fn count(elements: std::ops::Range<u32>, from: f64, to: f64) -> Measure {
    Measure::Count {
        raster: 0,
        elements: vec![elements],
        from,
        to,
    }
}

#[test]
fn events_are_counted_in_half_open_windows() {
    check(count(0..4, 0.0, 10.0), Ok(9.0));
    check(count(0..1, 2.0, 8.0), Ok(3.0)); // 2 ms itself is outside, 8 ms inside
    check(count(0..1, 1.95, 7.99), Ok(3.0));
    check(count(1..2, 0.0, 10.0), Ok(0.0)); // not recorded
    check(count(2..4, -5.0, 3.0), Ok(3.0));
    check(
        Measure::Rate {
            raster: 0,
            elements: vec![0..1, 2..4],
            from: 0.0,
            to: 5.0,
        },
        Ok(7.0 / 15.0),
    );
    let reached = NoValue::NotReached {
        reached: 10.0,
        needed: 10.1,
    };
    check(count(0..4, 0.0, 10.1), Err(reached));
    check(
        count(0..4, 5.0, 5.0),
        Err(NoValue::NoTime { from: 5.0, to: 5.0 }),
    );
    let nobody = Measure::Rate {
        raster: 0,
        elements: vec![],
        from: 0.0,
        to: 5.0,
    };
    check(nobody, Err(NoValue::NoElements));
}

#[test]
fn irregularity_is_a_mean_over_elements() {
    let cv = |from, to| Measure::Cv {
        raster: 0,
        elements: vec![0..1, 2..4],
        from,
        to,
    };
    // Element 0: regular; element 2: two events; element 3: intervals 1 and 2 ms.
    check(cv(0.0, 10.0), Ok((0.5 / 1.5) / 2.0));
    check(cv(0.0, 4.0), Ok(0.5 / 1.5)); // only element 3 is left
    check(cv(3.0, 6.0), Err(NoValue::TooFewEvents));
}

#[test]
fn events_have_times_in_order() {
    let time = |elements: std::ops::Range<u32>, n| Measure::Time {
        raster: 0,
        elements: vec![elements],
        n,
    };
    check(time(0..4, 0), Ok(1.0));
    check(time(0..4, 1), Ok(2.0));
    check(time(0..4, 2), Ok(2.0));
    check(time(0..1, 3), Ok(8.0));
    check(
        time(0..1, 4),
        Err(NoValue::NoEvent {
            wanted: 4,
            found: 4,
        }),
    );
}

#[test]
fn samples_are_found_by_time_and_element() {
    let at = |element, time| Measure::At {
        trace: 0,
        element,
        time,
    };
    check(at(0, 0.0), Ok(0.0));
    check(at(2, 7.3), Ok(219.0)); // step 73, in internal units whatever the scale of the trace
    check(at(3, 10.0), Ok(400.0));
    check(at(1, 1.0), Err(NoValue::NotRecorded { element: 1 }));
    check(at(0, 1.05), Err(NoValue::NotSampled { time: 1.05 }));
    check(
        at(0, 10.1),
        Err(NoValue::NotReached {
            reached: 10.0,
            needed: 10.1,
        }),
    );
}

#[test]
fn traces_are_reduced_over_time_and_elements() {
    let over = |elements: std::ops::Range<u32>, reduction| Measure::Over {
        trace: 0,
        elements: vec![elements],
        reduction,
    };
    check(over(0..1, Over::Mean), Ok(50.0));
    check(over(2..4, Over::Mean), Ok(175.0));
    check(over(0..4, Over::Max), Ok(400.0));
    check(over(3..4, Over::Min), Ok(0.0));
    // Of 0, 1, …, 100: the variance is (101^2 - 1)/12.
    check(over(0..1, Over::Std), Ok((10_200.0f64 / 12.0).sqrt()));
    check(over(1..2, Over::Mean), Err(NoValue::NoElements));
}

#[test]
fn arithmetic_and_logic_join_measures() {
    let number = |x| Box::new(Measure::Number(x));
    let binary = |op, a, b| Measure::Binary(op, a, b);
    check(
        binary(
            MeasureBinary::Div,
            Box::new(count(0..4, 0.0, 10.0)),
            number(4.0),
        ),
        Ok(2.25),
    );
    check(
        binary(MeasureBinary::Sub, number(1.0), number(3.0)),
        Ok(-2.0),
    );
    check(Measure::Unary(MeasureUnary::Abs, number(-3.0)), Ok(3.0));
    check(Measure::Unary(MeasureUnary::Not, number(1.0)), Ok(0.0));
    check(
        binary(MeasureBinary::And, number(1.0), number(0.0)),
        Ok(0.0),
    );
    check(binary(MeasureBinary::Or, number(1.0), number(0.0)), Ok(1.0));
    check(
        binary(MeasureBinary::Div, number(0.0), number(0.0)),
        Err(NoValue::NotANumber),
    );
    let late = Box::new(count(0..4, 0.0, 99.0));
    let why = NoValue::NotReached {
        reached: 10.0,
        needed: 99.0,
    };
    check(
        binary(MeasureBinary::Add, late, Box::new(count(0..4, 0.0, 1.0))),
        Err(why),
    );
}

#[test]
fn assertions_say_what_they_found() {
    let rate = Measure::Rate {
        raster: 0,
        elements: std::iter::once(0..1).collect(),
        from: 0.0,
        to: 10.0,
    };
    let hertz = |value, low, high| Expect {
        unit: "Hz".into(),
        scale: 1000.0,
        ..expect(
            value,
            Condition::In(Measure::Number(low), Measure::Number(high)),
        )
    };
    let truth = |op, a: f64| {
        let found = Box::new(count(0..1, 0.0, 10.0));
        expect(
            Measure::Binary(op, found, Box::new(Measure::Number(a))),
            Condition::True,
        )
    };
    let found = outcomes(vec![
        hertz(rate.clone(), 0.4, 0.5),
        hertz(rate.clone(), 0.3, 0.4), // both ends belong
        hertz(rate, 0.5, 0.6),
        truth(MeasureBinary::Eq, 4.0),
        truth(MeasureBinary::Lt, 4.0),
        truth(MeasureBinary::Ne, 5.0),
        expect(Measure::Number(1.0), Condition::True),
        expect(Measure::Number(0.0), Condition::True),
        hertz(Measure::Number(f64::NAN), 0.0, 1.0),
        truth(MeasureBinary::Le, f64::NAN),
    ]);
    let passed: Vec<bool> = found.iter().filter_map(|outcome| outcome.pass).collect();
    assert_eq!(
        passed,
        [
            true, true, false, true, false, true, true, false, false, false
        ]
    );
    assert_eq!(found[0].value, Some(400.0));
    assert_eq!(found[0].bounds, Some((400.0, 500.0)));
    assert_eq!(found[0].unit, "Hz");
    assert_eq!(
        (found[3].value, found[3].bounds),
        (Some(4.0), Some((4.0, 4.0)))
    );
    assert_eq!(found[8].reason, Some(NoValue::NotANumber));
    assert_eq!(found[9].reason, Some(NoValue::NotANumber));
}
