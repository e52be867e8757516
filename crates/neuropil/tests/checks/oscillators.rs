//! Two-variable oscillators: cycles, ranges and points of rest.

use neuropil_testkit::{Tolerance, assert_close};

use crate::common::{expect_all, run_one, trace};

#[test]
fn cycles_of_the_oscillators() {
    // Periods to 0.5 %; ranges and rests to the digits.
    expect_all(
        "oscillators",
        "npl 1
        network N {
            a = FitzHughNagumo { I += 0.8 }
            b = FitzHughNagumo { I += 0.5 }
            c = FitzHughNagumo { I += 1 }
            rest = FitzHughNagumo
            ml = MorrisLecar
            record a.spike, b.spike, c.spike, rest.V, rest.w, ml.V, ml.w
            record a.V
        }
        run N for 400 ms with dt = 0.05 ms, method = rk4
        expect (time(a.spike, 9) - time(a.spike, 3))/6 in 36.34 ms .. 36.70 ms
        expect (time(b.spike, 9) - time(b.spike, 3))/6 in 39.28 ms .. 39.67 ms
        expect (time(c.spike, 9) - time(c.spike, 3))/6 in 36.52 ms .. 36.88 ms
        expect at(rest.V, 400 ms) in -1.199409 .. -1.199407, at(rest.w, 400 ms) in -0.624261 .. -0.624259
        expect at(ml.V, 400 ms) in -60.8555 mV .. -60.8545 mV, at(ml.w, 400 ms) in 0.0149145 .. 0.0149155",
    );
    let text = "npl 1
        network N { a = FitzHughNagumo { I += 0.8 }\n record a.V }
        run N for 400 ms with dt = 0.05 ms, method = rk4";
    let v = trace(&run_one(text), "a.V");
    let late = &v[4000..];
    let top = late.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let bottom = late.iter().copied().fold(f64::INFINITY, f64::min);
    assert_close("largest", top, 1.911, Tolerance::absolute(1e-3));
    assert_close("smallest", bottom, -1.933, Tolerance::absolute(1e-3));
}
