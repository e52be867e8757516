//! A walk through the grammar of `docs/language.md`: each construct works, or is refused by name.
//!
//! One small text a production. What works is run; what is not built yet must give
//! `npl::unsupported` and name the construct; nothing is ignored.

mod common;

use std::fmt::Write as _;

use neuropil::{Code, Options, Text};

/// What becomes of a text.
#[derive(Clone, Copy)]
enum Outcome {
    /// It runs.
    Runs,
    /// It is refused with `npl::unsupported`, and the message contains this.
    Refused(&'static str),
}
use Outcome::{Refused, Runs};

/// A membrane that every text may use.
const CELL: &str = "neuron Cell {
    param tau = 10 ms, V_th = 5 mV
    input I : mV
    tau*dV/dt = I - V
    init V = 0 mV
    spike when V >= V_th { V = 0 mV }
}
";

/// A statement in the body of a neuron that is complete without it.
fn neuron(statement: &str) -> String {
    format!(
        "npl 1
neuron Tested {{
    param tau = 10 ms
    input I : mV
    tau*dV/dt = I - V
    init V = 0 mV
    {statement}
}}
network N {{
    cell = Tested[3]
    record cell.V
}}
run N for 1 ms with dt = 0.1 ms
"
    )
}

/// A body of a neuron of its own.
fn body(statements: &str) -> String {
    format!(
        "npl 1
neuron Tested {{
    {statements}
}}
network N {{
    cell = Tested[3]
    record cell.x
}}
run N for 1 ms with dt = 0.1 ms
"
    )
}

/// A statement in the body of a synapse that is complete without it.
fn synapse(statement: &str) -> String {
    format!(
        "npl 1
{CELL}
synapse Tested {{
    param tau = 5 ms
    weight w : mV
    dg/dt = -g/tau
    on pre {{ g += w }}
    post.I += g
    {statement}
}}
network N {{
    a = Cell[3] {{ I += 10 mV }}
    a -> a : Tested weight 1 mV connect all_to_all
    record a.V
}}
run N for 20 ms with dt = 0.1 ms
"
    )
}

/// A statement in a network of two populations.
fn network(statement: &str) -> String {
    format!(
        "npl 1
{CELL}
network N {{
    a = Cell[4] {{ I += 10 mV }}
    b = Cell[4]
    {statement}
}}
run N for 20 ms with dt = 0.1 ms
"
    )
}

/// Clauses of a projection.
fn projection(clauses: &str) -> String {
    network(&format!(
        "a -> b : Delta weight 1 mV {clauses}\n    record b.V"
    ))
}

/// A network that is run as given.
fn run(run: &str) -> String {
    format!(
        "npl 1
{CELL}
network N {{
    param n = 2
    a = Cell[n] {{ I += 10 mV }}
    record a.spike, a.V
}}
{run}
"
    )
}

/// Items of a file before a network that runs.
fn file(items: &str) -> String {
    format!(
        "npl 1
{items}
{CELL}
network N {{
    a = Cell[2]
    record a.V
}}
run N for 1 ms
"
    )
}

fn check(table: &[(&str, String, Outcome)]) {
    let mut problems = String::new();
    for (name, text, outcome) in table {
        let parsed = Text::parse_with("t.npl", text.as_str(), &[]);
        let found = parsed.check(&Options::default());
        match outcome {
            Runs => {
                if found.has_errors() {
                    let _ = writeln!(problems, "{name}: {found}");
                } else if let Err(error) = parsed.run() {
                    let _ = writeln!(problems, "{name}: {error}");
                }
            }
            Refused(construct) => {
                let named = found.diagnostics.iter().any(|diagnostic| {
                    diagnostic.is_error()
                        && diagnostic.code == Code::Unsupported
                        && diagnostic.message.contains(construct)
                });
                if !named {
                    let _ = writeln!(problems, "{name}: `{construct}` is not refused: {found}");
                }
            }
        }
    }
    assert!(problems.is_empty(), "\n{problems}");
}

#[test]
fn files() {
    check(&[
        ("version", file(""), Runs),
        ("const", file("const k = 2*pi"), Runs),
        ("param of a file", file("param speed = 1 mm/ms"), Runs),
        ("fn", file("fn boltz(v) = 1/(1 + exp(-v))"), Runs),
        (
            "index of labels",
            file("index pop = L4E, L4I"),
            Refused("index"),
        ),
        (
            "index of a range",
            file("index mu = 0..5"),
            Refused("index"),
        ),
        (
            "derived model",
            file("neuron Slow = Cell { tau = 20 ms }"),
            Runs,
        ),
        (
            "signal",
            file("signal S { dx/dt = 1\n init x = 0 ms }"),
            Runs,
        ),
        (
            "channel",
            file("channel L { param g = 1 mS/cm^2\n current l = g*V }"),
            Refused("channel"),
        ),
        (
            "cell",
            file("cell B { section soma { length = 20 um } }"),
            Refused("cell"),
        ),
        (
            "a plot",
            run("run N for 10 ms\nplot raster(a) above traces(a.V) beside rates(a)"),
            Runs,
        ),
        (
            "more plots",
            run("run N for 10 ms\nplot histogram(a.V), heatmap(a.V)"),
            Runs,
        ),
        (
            "expect",
            run("run N for 10 ms\nexpect at(a[0].V, 0 ms) == 0 mV"),
            Runs,
        ),
        (
            "expect in",
            run("run N for 10 ms\nexpect rate(a, 0 ms .. 10 ms) in 0 Hz .. 1 kHz"),
            Runs,
        ),
        (
            "expect with words",
            run("run N for 10 ms\nexpect max(a.V) < 1 V and not min(a.V) > 1 V or max(a.V) > 2 V"),
            Runs,
        ),
    ]);
}

#[test]
fn bodies_of_neurons() {
    check(&[
        (
            "param",
            neuron("param k = 2, U : mV").replace("U : mV", "U = 1 mV"),
            Runs,
        ),
        ("const", neuron("const k = 2*pi"), Runs),
        ("fn", neuron("fn f(v, k) = v*k\n    q = f(V, 2)"), Runs),
        ("index", neuron("index c = fast, slow"), Refused("index")),
        ("input", neuron("input J : nA, K"), Runs),
        ("quantity", neuron("q = V/tau"), Runs),
        ("ode", body("dx/dt = -x/(2 ms)\ninit x = 1"), Runs),
        (
            "ode with a factor",
            body("param a = 2, tau = 3 ms\na*tau*dx/dt = -x\ninit x = 1"),
            Runs,
        ),
        (
            "sde",
            body("param tau = 3 ms\ntau*dx/dt = -x + sqrt(tau)*xi\ninit x = 1"),
            Runs,
        ),
        (
            "two noises",
            body("param tau = 3 ms\ntau*dx/dt = -x + sqrt(tau)*(xi_1 + xi_2)\ninit x = 1"),
            Runs,
        ),
        (
            "dde",
            body("param T = 1 ms\ndx/dt = -delayed(x, T)/(1 ms)\ninit x = 1"),
            Refused("delayed"),
        ),
        (
            "fractional",
            body("param alpha = 0.8\nd^alpha x/dt^alpha = -x/(1 ms)\ninit x = 1"),
            Refused("fractional"),
        ),
        (
            "vector of states",
            body("index c = p, q\ndx[c]/dt = -x[c]/(1 ms)\ninit x[c] = 1"),
            Refused("index"),
        ),
        ("map", body("x[t+1] = 0.5*x\ninit x = 1"), Runs),
        (
            "map of maps",
            body("x[t+1] = y[t+1]\ny[t+1] = 0.5*y\ninit x = 1, y = 1"),
            Refused("[t+1]"),
        ),
        (
            "asynchronous map",
            body("x[t+1] = -x asynchronously\ninit x = 1"),
            Refused("asynchronously"),
        ),
        ("held value", body("init x = 1"), Runs),
        (
            "init of several",
            body("dx/dt = -x\ndy/dt = -y\ninit x, y = 0.5"),
            Runs,
        ),
        (
            "steady",
            body("param tau = 2 ms\ntau*dx/dt = 3 - x\ninit x = steady"),
            Runs,
        ),
        ("bound", neuron("bound V <= 3 mV, V >= -1 mV"), Runs),
        ("spike", neuron("spike when V >= 1 mV { V = 0 mV }"), Runs),
        ("rising", neuron("spike when V > 1 mV rising"), Runs),
        ("event", neuron("event up when V > 1 mV rising"), Runs),
        ("count", neuron("event up count poisson(0.5)"), Runs),
        (
            "count with a block",
            body("init x = 0\nspike count poisson(0.5) { x += 1 }"),
            Runs,
        ),
        (
            "refractory",
            neuron("spike when V >= 1 mV { V = 0 mV } refractory 2 ms"),
            Runs,
        ),
        (
            "holding",
            neuron("spike when V >= 1 mV { V = 0 mV } refractory 2 ms holding V"),
            Runs,
        ),
        (
            "forever",
            neuron("spike when V >= 1 mV { V = 0 mV } refractory forever holding V"),
            Runs,
        ),
        ("every", body("init x = 0\nevery 0.5 ms { x += 1 }"), Runs),
        (
            "every from",
            body("init x = 0\nevery 0.5 ms from 0.2 ms { x += 1 }"),
            Refused("from"),
        ),
        (
            "let",
            body("init x = 1\nevery 0.5 ms { let old = x; x = 2*old; x -= 1; x *= 0.5 }"),
            Runs,
        ),
        ("integrate all", neuron("integrate with rk4"), Runs),
        ("integrate some", neuron("integrate V with heun"), Runs),
        (
            "stratonovich",
            body(
                "param tau = 3 ms\ntau*dx/dt = -x + sqrt(tau)*xi\ninit x = 1\nintegrate with euler stratonovich",
            ),
            Refused("stratonovich"),
        ),
        ("ion", neuron("ion Na"), Refused("ion")),
        (
            "current",
            neuron("current leak = V/(1 MOhm)"),
            Refused("current"),
        ),
        ("insert", neuron("insert Na_HH"), Refused("insert")),
        (
            "region",
            neuron("region tuft = apical if distance > 400 um"),
            Refused("region"),
        ),
        ("shape", neuron("shape swc(\"c.swc\")"), Refused("shape")),
        (
            "section",
            neuron("section soma { length = 20 um }"),
            Refused("section"),
        ),
        (
            "for",
            neuron("for k in 0..3 { param a = k }"),
            Refused("for"),
        ),
        ("trainable", neuron("trainable tau in [5 ms, 50 ms]"), Runs),
        (
            "draws in init",
            body("init x = uniform(0, 1) + normal(0, 1) + lognormal(0, 1) + exponential(2)"),
            Runs,
        ),
        (
            "more draws",
            body("init x = randint(0, 5) + bernoulli(0.5) + normal(0, 1, min = -1, max = 1)"),
            Runs,
        ),
        ("gamma", body("init x = gamma(2, 1)"), Refused("gamma")),
        (
            "binomial",
            body("init x = binomial(10, 0.5)"),
            Refused("binomial"),
        ),
        (
            "sum over the population",
            neuron("q = sum(V)"),
            Refused("sum"),
        ),
    ]);
}

#[test]
fn expressions() {
    let quantity = |text: &str| neuron(&format!("q = {text}"));
    check(&[
        ("precedence", quantity("-V^2/(1 mV) + 2*3^-1*V - V"), Runs),
        (
            "comparisons",
            quantity("where(V < 1 mV and not V == 2 mV or V >= 3 mV, 1, 2)"),
            Runs,
        ),
        ("units", quantity("(V/mV)*(0.1/ms)*(2 uF/cm^2)"), Runs),
        ("temperature", quantity("36 degC - 300 K"), Runs),
        (
            "functions",
            quantity("exp(0.1) + expm1(0.1) + log(2) + log1p(1) + sqrt(2) + sin(1) + cos(1)"),
            Runs,
        ),
        (
            "more functions",
            quantity("tan(1) + tanh(1) + atan2(1, 2) + sigmoid(1) + softplus(1) + abs(-1)"),
            Runs,
        ),
        (
            "and more",
            quantity("sign(-1) + floor(1.5) + round(1.5) + mod(5, 3) + min(1, 2) + max(1, 2)"),
            Runs,
        ),
        (
            "and more again",
            quantity("clip(2, 0, 1) + heaviside(1) + linexp(0) + hypot(3, 4) + wrap(4, 3)"),
            Runs,
        ),
        ("pulse", quantity("pulse(t, 1 ms, 2 ms)"), Runs),
        ("nernst", quantity("nernst(1, 140 mM, 4 mM, 37 degC)"), Runs),
        ("reserved", quantity("t/dt + i + size + pi"), Runs),
        ("array", quantity("[1, 2]"), Refused("array")),
        ("csv", quantity("csv(\"c.csv\")"), Refused("csv")),
        ("npy", quantity("npy(\"w.npy\")"), Refused("npy")),
        (
            "linspace",
            quantity("linspace(0, 1, 3)"),
            Refused("linspace"),
        ),
        (
            "spectral radius",
            quantity("spectral_radius(1)"),
            Refused("spectral_radius"),
        ),
    ]);
}

#[test]
fn synapses() {
    check(&[
        ("plain", synapse(""), Runs),
        (
            "param, const, fn",
            synapse("param a = 1\n    const b = 2\n    fn f(x) = 2*x"),
            Runs,
        ),
        ("quantity", synapse("q = g/tau"), Runs),
        ("two states", synapse("dh/dt = -h/tau"), Runs),
        ("init 0", synapse("init g = 0 mV"), Runs),
        ("init", synapse("init g = 1 mV"), Refused("start at 0")),
        (
            "on post",
            synapse("on post { w += 1 mV }"),
            Refused("on post"),
        ),
        (
            "on a named event",
            synapse("on pre.burst { g += w }"),
            Refused("on pre"),
        ),
        ("bound", synapse("bound w >= 0 mV"), Refused("bound")),
        ("place", synapse("place g on edge"), Refused("place")),
        (
            "delivery to pre",
            synapse("pre.I += g"),
            Refused("presynaptic"),
        ),
        ("map", synapse("x[t+1] = x"), Refused("map")),
        (
            "every",
            synapse("every 1 ms { g = 0 mV }"),
            Refused("every"),
        ),
        (
            "event",
            synapse("event up when g > 1 mV rising"),
            Refused("event"),
        ),
        ("trainable", synapse("trainable w"), Runs),
    ]);
}

#[test]
fn networks() {
    check(&[
        ("param and const", network("param p = 0.1\n    const q = 2*p\n    record a.V"), Runs),
        ("population", network("c = Cell[3] { tau = 5 ms; param x = uniform(0, 1), y = i; init V = 1 mV; I += 2 mV }\n    record c.V"), Runs),
        ("population of one", network("c = Cell\n    record c.V"), Runs),
        ("population of the library", network("c = LIF[3]\n    record c.V"), Runs),
        ("self", network("c = Cell[3] { param x = uniform(1, 2); tau = self.x*(5 ms) }\n    record c.V"), Runs),
        ("delivery", network("b.I += 3 mV*sin(2*pi*t/(5 ms))\n    record b.V"), Runs),
        ("projection", network("a -> b : Delta weight 1 mV connect all_to_all\n    record b.V"), Runs),
        ("named projection", network("s = a -> b : Delta weight 1 mV connect all_to_all\n    record b.V"), Runs),
        ("several sides", network("a, b -> a, b : Delta weight 1 mV connect all_to_all\n    record b.V"), Runs),
        ("synapse with values", network("a -> b : Tapped { k = 2 } weight 1 mV connect all_to_all\n    record b.V").replace("network N", "synapse Tapped { param k = 1\n weight w : mV\n on pre { post.V += k*w } }\nnetwork N"), Runs),
        ("synapse in place", network("a -> b : { on pre { post.V += w } } weight 1 mV connect all_to_all\n    record b.V"), Runs),
        ("source in place", network("Poisson[4] { rate = 100 Hz } -> b : Delta weight 1 mV connect one_to_one\n    record b.V"), Runs),
        ("event as source", network("a.spike -> b : Delta weight 1 mV connect all_to_all\n    record b.V"), Runs),
        ("chosen elements", network("a[0..2] -> b[1..4] : Delta weight 1 mV connect all_to_all\n    record b.V"), Runs),
        ("family", network("index k = p, q\n    P[x in k] = Cell[2]"), Refused("index")),
        ("for", network("for k in 0..3 { record a.V }"), Refused("for")),
        ("network input", network("input image\n    record a.V"), Refused("input")),
        ("integrate network", network("integrate network with rk4\n    record a.V"), Refused("integrate network")),
        ("sub-network", network("s = Inner\n    record a.V").replace("network N", "network Inner { c = Cell }\nnetwork N"), Refused("network")),
        ("mean field", network("b.I += 0.1*mean(a.V)\n    record b.V"), Refused("mean")),
        ("trainable", network("trainable a.tau\n    record a.V"), Runs),
    ]);
}

#[test]
fn connections() {
    check(&[
        ("all_to_all", projection("connect all_to_all"), Runs),
        ("one_to_one", projection("connect one_to_one"), Runs),
        ("fixed_probability", projection("connect fixed_probability(0.5)"), Runs),
        ("varying probability", projection("connect fixed_probability(0.1*post.i)"), Runs),
        ("fixed_indegree", projection("connect fixed_indegree(3)"), Runs),
        ("fixed_outdegree", projection("connect fixed_outdegree(3)"), Runs),
        ("fixed_total_number", projection("connect fixed_total_number(9)"), Runs),
        ("if", projection("connect if pre.i < post.i and bernoulli(0.5)"), Runs),
        ("pairs", projection("connect pairs([[0, 1], [2, 3]])"), Refused("pairs")),
        ("without", projection("connect fixed_indegree(2) without self, multapses"), Runs),
        ("weight of an edge", projection("connect all_to_all").replace("weight 1 mV", "weight (pre.i + post.i)*0.1 mV"), Runs),
        ("drawn weight", projection("connect all_to_all").replace("weight 1 mV", "weight normal(1 mV, 0.1 mV)"), Runs),
        ("delay", projection("connect all_to_all delay 1.5 ms"), Runs),
        ("delay of an edge", projection("connect all_to_all delay uniform(1 ms, 2 ms)"), Runs),
        ("delay none", projection("connect all_to_all delay none"), Runs),
        ("into", network("a -> b : { post.I += g\n dg/dt = -g/(5 ms)\n on pre { g += w } } weight 1 mV connect all_to_all into J\n    record b.V").replace("input I : mV\n", "input I : mV\n    input J : mV\n"), Runs),
    ]);
}

#[test]
fn records() {
    check(&[
        ("events", network("record a.spike, b.spike"), Runs),
        ("states", network("record a.V, b.I"), Runs),
        ("every", network("record a.V every 0.5 ms"), Runs),
        ("elements", network("record a[0].V, b[1..3].V"), Runs),
        (
            "a number",
            network("record m = mean(a.V), s = sum(a.V), lo = min(a.V), hi = max(a.V)"),
            Runs,
        ),
        (
            "a rate",
            network("record r = rate(a, 5 ms) every 1 ms"),
            Runs,
        ),
        (
            "a count",
            network("record n = count(a.V > 1 mV), e = any(a.V > 1 mV), f = all(a.V > 1 mV)"),
            Runs,
        ),
        (
            "a synapse",
            network(
                "s = a -> b : { dg/dt = -g/(5 ms)\n on pre { g += w }\n post.I += g } weight 1 mV connect all_to_all\n    record s.g",
            ),
            Runs,
        ),
        (
            "on an event",
            network("record a.V on a.spike"),
            Refused("record"),
        ),
        (
            "at a time",
            network("record a.V at 5 ms"),
            Refused("record"),
        ),
        (
            "at the end",
            network("record a.V at end"),
            Refused("record"),
        ),
        (
            "chosen by a condition",
            network("record a[if V > 1 mV].V"),
            Refused("condition"),
        ),
    ]);
}

#[test]
fn runs() {
    check(&[
        ("plain", run("run N for 10 ms"), Runs),
        ("steps", run("run N for 100 steps"), Runs),
        (
            "options",
            run(
                "run N for 10 ms with dt = 0.05 ms, seed = 3, method = rk4, precision = f32, threads = 2, backend = interpreter",
            ),
            Runs,
        ),
        ("weights", run("run N for 10 ms with weights = f64"), Runs),
        ("parameters", run("run N for 10 ms with n = 5"), Runs),
        (
            "name",
            run("run N for 10 ms as first\nrun N for 5 ms as second"),
            Runs,
        ),
        (
            "sweep",
            run("run N for 10 ms {\n sweep n in [1, 2]\n}"),
            Refused("sweep"),
        ),
        (
            "phase",
            run("run N {\n phase a for 10 ms\n}"),
            Refused("phase"),
        ),
        (
            "repeat",
            run("run N {\n repeat 3 { phase a for 10 ms }\n}"),
            Refused("repeat"),
        ),
    ]);
}
