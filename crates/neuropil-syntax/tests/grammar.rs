//! Every production of the grammar, and the shape of the tree that it gives.

mod common;

use common::{is_unit, messages, read};
use neuropil_syntax::tree::*;
use neuropil_syntax::{SourceId, Sources, parse_expression};

/// Writes an expression with all its parentheses.
fn show(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Number(number) => number.text.to_string(),
        ExprKind::Quantity { number, unit } => format!("<{} {}>", number.text, show_unit(unit)),
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::Text(text) => format!("{:?}", text.text),
        ExprKind::Path(path) => show_path(path),
        ExprKind::Call(call) => show_call(call),
        ExprKind::Array(items) => format!("[{}]", list(items, show)),
        ExprKind::Unary {
            op: UnaryOp::Negate,
            operand,
        } => format!("(-{})", show(operand)),
        ExprKind::Binary { op, left, right } => {
            format!("({} {} {})", show(left), op.as_str(), show(right))
        }
        ExprKind::Compare { op, left, right } => {
            format!("({} {} {})", show(left), op.as_str(), show(right))
        }
        ExprKind::Logic { op, left, right } => {
            let word = if *op == LogicOp::And { "and" } else { "or" };
            format!("({} {word} {})", show(left), show(right))
        }
        ExprKind::Not(operand) => format!("(not {})", show(operand)),
        ExprKind::Range { start, end, by } => match by {
            Some(by) => format!("({}..{} by {})", show(start), show(end), show(by)),
            None => format!("({}..{})", show(start), show(end)),
        },
        ExprKind::Error => "?".to_owned(),
    }
}

fn list<T>(items: &[T], show: impl Fn(&T) -> String) -> String {
    items.iter().map(show).collect::<Vec<_>>().join(", ")
}

fn show_unit(unit: &UnitExpr) -> String {
    let factor = |f: &UnitFactor| format!("{}^{}/{}", f.name, f.exponent.num, f.exponent.den);
    unit.factors
        .iter()
        .map(factor)
        .collect::<Vec<_>>()
        .join("*")
        .replace("/1", "")
}

fn show_axis(axis: &Axis) -> String {
    match axis {
        Axis::Over { var, set } => format!("{var} in {set}"),
        Axis::Is(expr) => show(expr),
    }
}

fn show_path(path: &Path) -> String {
    let mut out = path.head.to_string();
    for segment in &path.segments {
        let shown = match segment {
            Segment::Field(name) => format!(".{name}"),
            Segment::Index { indices, .. } => format!("[{}]", list(indices, show)),
            Segment::Axes { axes, .. } => format!("[{}]", list(axes, show_axis)),
            Segment::Filter { condition, .. } => format!("[if {}]", show(condition)),
            Segment::At { position, .. } => format!("({})", show(position)),
            Segment::Next { .. } => "[t+1]".to_owned(),
        };
        out.push_str(&shown);
    }
    out
}

fn show_call(call: &Call) -> String {
    let argument = |argument: &Argument| match &argument.kind {
        ArgumentKind::Value(value) => show(value),
        ArgumentKind::Named { name, value } => format!("{name} = {}", show(value)),
        ArgumentKind::Each { body, over } => match &over.set {
            Some(set) => format!("{} for {} in {}", show(body), over.var, show(set)),
            None => format!("{} for {}", show(body), over.var),
        },
    };
    format!("{}({})", call.name, list(&call.args, argument))
}

/// Parses an expression and writes it with all its parentheses.
fn expression(text: &str) -> String {
    match parse_expression(SourceId(0), text, &is_unit) {
        Ok(expr) => show(&expr),
        Err(diagnostics) => {
            let mut sources = Sources::new();
            sources.add("t", text);
            diagnostics.iter().map(|d| d.to_plain(&sources)).collect()
        }
    }
}

/// Parses statements of a body that must be free of mistakes.
fn statements(text: &str) -> Vec<Statement> {
    let text = format!("network A {{\n{text}\n}}");
    assert_eq!(messages(&text), "");
    match read(&text).file.items.remove(0) {
        Item::Network(network) => network.body,
        other => panic!("not a network: {other:?}"),
    }
}

/// Parses one statement.
fn statement(text: &str) -> Statement {
    let mut all = statements(text);
    assert_eq!(all.len(), 1, "{text}");
    all.remove(0)
}

/// Parses the items of a file that must be free of mistakes.
fn items(text: &str) -> Vec<Item> {
    assert_eq!(messages(text), "");
    read(text).file.items
}

#[test]
fn operators_bind_as_the_page_says() {
    for (text, shape) in [
        ("a + b*c", "(a + (b * c))"),
        ("a - b - c", "((a - b) - c)"),
        ("a/b/c", "((a / b) / c)"),
        ("-x^2", "(-(x ^ 2))"),
        ("2^-1", "(2 ^ (-1))"),
        ("a^b^c", "(a ^ (b ^ c))"),
        ("-a*b", "((-a) * b)"),
        ("a*-b", "(a * (-b))"),
        ("2^-x^2", "(2 ^ (-(x ^ 2)))"),
        ("+a - +b", "(a - b)"),
        ("a or b and not c == d", "(a or (b and (not (c == d))))"),
        (
            "a < b and c >= d or e != f",
            "(((a < b) and (c >= d)) or (e != f))",
        ),
        ("0..n - 1", "(0..(n - 1))"),
        ("1 by 2", ""),
        ("0..10 by 2*k", "(0..10 by (2 * k))"),
        ("200 ms .. 1 s", "(<200 ms^1>..<1 s^1>)"),
        ("(a + b)*c", "((a + b) * c)"),
        ("a\n+ b\n* c", "(a + (b * c))"),
        ("a +\nb", "(a + b)"),
        ("[[1, 2], [3,\n4]]", "[[1, 2], [3, 4]]"),
        ("true and false", "(true and false)"),
        (
            "csv(\"c \\\"x\\\" \\\\ y.csv\", column = \"f\")*1 Hz",
            "(csv(\"c \\\"x\\\" \\\\ y.csv\", column = \"f\") * <1 Hz^1>)",
        ),
    ] {
        let found = expression(text);
        assert!(
            found == shape || shape.is_empty() && found.starts_with("error"),
            "{text}: {found}"
        );
    }
}

#[test]
fn units_stand_after_numbers_without_blanks() {
    for (text, shape) in [
        ("5 mV", "<5 mV^1>"),
        ("5mV", "<5 mV^1>"),
        ("1E3", "1E3"),
        ("8e-5/ms/mV^2", "<8e-5 ms^-1*mV^-2>"),
        ("1/s^0.5", "<1 s^-1/2>"),
        ("2 ms^-1", "<2 ms^-1>"),
        ("0.3 mS*cm^-2", "<0.3 mS^1*cm^-2>"),
        ("3 mV/s", "<3 mV^1*s^-1>"),
        ("3 mV / s", "(<3 mV^1> / s)"),
        ("3 mV /s", "(<3 mV^1> / s)"),
        (
            "0.05 nS*scale*rel[b, a]",
            "((<0.05 nS^1> * scale) * rel[b, a])",
        ),
        ("a/0.5 mV/ms", "(a / <0.5 mV^1*ms^-1>)"),
        ("4/ms/(1 + x)", "(<4 ms^-1> / (1 + x))"),
        ("1/ms * exp(x)", "(<1 ms^-1> * exp(x))"),
        ("1/ms*linexp(x)", "(<1 ms^-1> * linexp(x))"),
        ("2/s[k]", "(2 / s[k])"),
        ("2*pi", "(2 * pi)"),
        ("80/N", "(80 / N)"),
        ("V/mV", "(V / mV)"),
        ("5 µm + 2 kΩ", "(<5 µm^1> + <2 kΩ^1>)"),
        ("36 degC", "<36 degC^1>"),
        ("5 mV ^2", "(<5 mV^1> ^ 2)"),
        ("5 mV^ 2", "(<5 mV^1> ^ 2)"),
        ("(5 mV)^x", "(<5 mV^1> ^ x)"),
        ("x^2/ms", "((x ^ 2) / ms)"),
        ("x^-2/ms", "((x ^ (-2)) / ms)"),
        ("x/2/ms", "((x / 2) / ms)"),
        ("x*2/ms", "(x * <2 ms^-1>)"),
    ] {
        assert_eq!(expression(text), shape, "{text}");
    }
    // A power of a number in front of a unit is not what `^` can take.
    assert!(expression("2 ms^x").contains("npl::unit-exponent"));
}

#[test]
fn tail_factors_of_a_unit_are_marked() {
    let expr = parse_expression(SourceId(0), "3 mV/s", &is_unit).expect("it parses");
    let ExprKind::Quantity { unit, .. } = expr.kind else {
        panic!("{expr:?}")
    };
    let marks: Vec<bool> = unit
        .factors
        .iter()
        .map(|factor| factor.after_operator)
        .collect();
    assert_eq!(marks, [false, true]);
}

#[test]
fn paths_take_fields_selections_places_and_new_values() {
    for (text, shape) in [
        ("E[0..5].V", "E[(0..5)].V"),
        ("ee[if pre.i < 800].u", "ee[if (pre.i < 800)].u"),
        ("ball.dend(0.5).V", "ball.dend(0.5).V"),
        ("soma(1)", "soma(1)"),
        ("soma(0.5).V", "soma(0.5).V"),
        ("I[t+1]*2", "(I[t+1] * 2)"),
        ("I[t + 1]", "I[t+1]"),
        ("x[k][t+1]", "x[k][t+1]"),
        ("W[post.i, pre.i]", "W[post.i, pre.i]"),
        ("a.weight.on.for", "a.weight.on.for"),
        ("sum(J[c] for c)", "sum(J[c] for c)"),
        ("sum(w[a] for a in pop)", "sum(w[a] for a in pop)"),
        ("normal(1, s, min = 0)", "normal(1, s, min = 0)"),
        ("f()", "f()"),
    ] {
        assert_eq!(expression(text), shape, "{text}");
    }
    assert!(expression("f(1, 2).x").contains("unexpected-token"));
}

#[test]
fn a_file_has_these_items() {
    let all = items(
        "npl 1.0\nuse \"a.npl\"\nuse \"b.npl\" as b\nuse \"c.npl\": X, Y\nconst a = 1, b = 2 mV\n\
         param tau = 20 ms : ms\nindex pop = A, B\nfn f(x, y) = x*y\n\
         neuron N { \"doc\" }\nsynapse S { }; channel C { } cell D { }\nsignal G = N { a = 1 }\n\
         network M { \"doc\"; E = N }\nrun M\nplot raster(E), a(b) above c(d) beside e(f)\n\
         expect a in 1 .. 2, b == c\n",
    );
    assert_eq!(all.len(), 16);
    assert!(
        matches!(&all[0], Item::Use(u) if u.names == UseNames::All && &*u.path.text == "a.npl")
    );
    assert!(matches!(&all[1], Item::Use(Use { names: UseNames::Prefixed(p), .. }) if *p == "b"));
    assert!(matches!(&all[2], Item::Use(Use { names: UseNames::These(n), .. }) if n.len() == 2));
    assert!(matches!(&all[3], Item::Const(d) if d.len() == 2));
    assert!(matches!(&all[4], Item::Param(d) if d[0].unit.is_some() && d[0].value.is_some()));
    assert!(
        matches!(&all[5], Item::Index(i) if matches!(&i.set, IndexSet::Labels(l) if l.len() == 2))
    );
    assert!(matches!(&all[6], Item::Function(f) if f.params.len() == 2));
    let kinds: Vec<ModelKind> = all[7..11]
        .iter()
        .map(|item| match item {
            Item::Model(model) => model.kind,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        kinds,
        [
            ModelKind::Neuron,
            ModelKind::Synapse,
            ModelKind::Channel,
            ModelKind::Cell
        ]
    );
    assert!(matches!(&all[7], Item::Model(m) if m.doc.as_ref().is_some_and(|d| &*d.text == "doc")));
    assert!(matches!(&all[11], Item::Derived(d) if d.base == "N" && d.set.entries.len() == 1));
    assert!(matches!(&all[12], Item::Network(n) if n.doc.is_some() && n.body.len() == 1));
    assert!(
        matches!(&all[14], Item::Plot(p) if p.rest.iter().map(|r| r.0).collect::<Vec<_>>()
        == [PlotJoin::Next, PlotJoin::Above, PlotJoin::Beside])
    );
    assert!(matches!(&all[15], Item::Expect(e) if e.items.len() == 2));
}

#[test]
fn ports_and_values() {
    let Statement::Input(inputs) = statement("input I : 1/ms, image[64], J : uA/cm^2") else {
        panic!()
    };
    assert_eq!(inputs.len(), 3);
    assert_eq!(show_unit(inputs[0].unit.as_ref().expect("a unit")), "ms^-1");
    assert_eq!(
        show_unit(inputs[2].unit.as_ref().expect("a unit")),
        "uA^1*cm^-2"
    );
    assert_eq!(list(&inputs[1].axes, show_axis), "64");
    assert!(matches!(statement("weight w : nS"), Statement::Weight(d) if d.name == "w"));
    let Statement::Const(consts) = statement("const p[to in pop, from in pop] = 1, q[c] = [1, 2]")
    else {
        panic!()
    };
    assert_eq!(list(&consts[0].axes, show_axis), "to in pop, from in pop");
    let Statement::Init(inits) = statement("init V = E_L, m, h = steady, J[c] = 0") else {
        panic!()
    };
    assert_eq!(
        inits.iter().map(|i| i.targets.len()).collect::<Vec<_>>(),
        [1, 2, 1]
    );
    assert!(matches!(inits[1].value, InitValue::Steady(_)));
    assert!(
        matches!(statement("index mu = 0..size(x, 0)"), Statement::Index(i) if matches!(i.set, IndexSet::Expr(_)))
    );
    assert!(matches!(statement("fn f(x) = x"), Statement::Function(_)));
    assert!(matches!(statement("param x = 1"), Statement::Param(_)));
}

#[test]
fn equations() {
    let derivative = |text: &str| match statement(text) {
        Statement::Derivative(d) => d,
        other => panic!("{other:?}"),
    };
    let plain = derivative("dV/dt = -V");
    assert!(plain.factor.is_none() && plain.state == "V" && plain.order.is_none());
    assert_eq!(
        plain.state.span.start, 13,
        "the place of the state is without its `d`"
    );
    let factor = derivative("C_m/2*(a + b)*dJ[c]/dt = -J[c]");
    assert_eq!(
        show(&factor.factor.expect("a factor")),
        "((C_m / 2) * (a + b))"
    );
    assert_eq!(list(&factor.axes, show_axis), "c");
    assert!(derivative("2*dV/dt = 1").factor.is_some());
    assert!(derivative("(C)*dV/dt = 1").factor.is_some());
    let fractional = derivative("C*d^alpha V/dt^alpha = -V");
    assert_eq!(show(&fractional.order.expect("an order")), "alpha");
    assert!(derivative("d^0.5 V/dt^0.5 = -V").order.is_some());
    assert!(matches!(statement("x[t+1] = x"), Statement::Map(m) if m.asynchronously.is_none()));
    assert!(matches!(statement("s[k][t+1] = 1 asynchronously"),
        Statement::Map(m) if m.asynchronously.is_some() && m.axes.len() == 1));
    assert!(matches!(statement("dV = 3"), Statement::Quantity(q) if q.name == "dV"));
    assert!(matches!(statement("x = dx/dt"), Statement::Quantity(_)));
    assert!(matches!(
        statement("post.I += g*V"),
        Statement::Delivery { .. }
    ));
    assert!(matches!(statement("bound w >= 0 nS, w <= w_max"),
        Statement::Bound(b) if !b[0].upper && b[1].upper));
    assert!(
        matches!(statement("integrate with rk4"), Statement::Integrate(i) if i.names.is_empty())
    );
    assert!(matches!(statement("integrate V, w with heun stratonovich"),
        Statement::Integrate(i) if i.names.len() == 2 && i.stratonovich.is_some()));
    assert!(matches!(statement("place g, x on edge"), Statement::Place(p) if p.on == "edge"));
}

#[test]
fn events() {
    let event = |text: &str| match statement(text) {
        Statement::Event(event) => event,
        other => panic!("{other:?}"),
    };
    let spike = event(
        "spike when V >= V_th { V = V_reset; w += b\n let x = 2; x *= 2; J[c] -= 1 }\n\
         refractory t_ref\n holding V, w",
    );
    assert_eq!(spike.name.as_str(), "spike");
    assert_eq!(spike.handler.expect("a handler").lines.len(), 5);
    assert_eq!(spike.refractory.expect("a clause").holding.len(), 2);
    let rising = event("event up when x > 0 rising");
    assert!(matches!(
        rising.condition,
        Condition::When {
            rising: Some(_),
            ..
        }
    ));
    let counted = event("event on count floor(x) { b += 1 } refractory forever");
    assert!(matches!(counted.condition, Condition::Count(_)));
    assert!(matches!(
        counted.refractory.expect("a clause").duration,
        RefractorySpan::Forever(_)
    ));
    assert!(matches!(statement("on pre.burst { g += w }"),
        Statement::On(on) if on.side == Side::Pre && on.event.is_some()));
    assert!(matches!(statement("on post { g += w } "), Statement::On(on) if on.event.is_none()));
    assert!(
        matches!(statement("every 50 ms from 1 s { r = 1 }"), Statement::Every(e) if e.from.is_some())
    );
}

#[test]
fn channels_and_cells() {
    assert!(matches!(statement("ion Ca, K"), Statement::Ion(ions) if ions.len() == 2));
    assert!(
        matches!(statement("current K = g*n^4*(V - E_K)"), Statement::Current(c) if c.name == "K")
    );
    let Statement::Insert(insert) = statement("insert Leak { g = 1 }, CaL on soma, dend") else {
        panic!()
    };
    assert_eq!((insert.channels.len(), insert.on.len()), (2, 2));
    assert!(insert.channels[0].set.is_some() && insert.channels[1].set.is_none());
    assert!(
        matches!(statement("section dend { length = 600 um, from = soma(1) }"),
        Statement::Section(s) if s.set.entries.len() == 2)
    );
    assert!(matches!(
        statement("shape swc(\"c.swc\")"),
        Statement::Shape(_)
    ));
    assert!(
        matches!(statement("region hot = apical if distance > 400 um"),
        Statement::Region(r) if r.condition.is_some())
    );
}

#[test]
fn networks() {
    let projection = |text: &str| match statement(text) {
        Statement::Projection(projection) => *projection,
        other => panic!("{other:?}"),
    };
    let full = projection(
        "ee[a in pop] = E, P[3] { rate = 1 Hz } -> I, ball.dend(0.5) : S { tau = 5 ms }\n\
         weight -g*J connect fixed_probability(0.1)\n without self, multapses\n delay none into I_exc",
    );
    assert_eq!((full.sources.len(), full.targets.len()), (2, 2));
    assert!(full.name.is_some() && full.sources[1].set.is_some());
    let words: Vec<&str> = full.clauses.iter().map(Clause::word).collect();
    assert_eq!(words, ["weight", "connect", "delay", "into"]);
    assert!(matches!(&full.clauses[1], Clause::Connect(c) if c.without.len() == 2));
    let in_place = projection("E -> I : { post.I += w*pre.r } weight 0.3 connect if pre.i < 3");
    assert!(matches!(in_place.synapse, SynapseRef::InPlace { ref body, .. } if body.len() == 1));
    assert!(matches!(
        &in_place.clauses[1],
        Clause::Connect(Connect {
            rule: ConnectRule::If(_),
            ..
        })
    ));
    assert!(
        projection("Poisson[9] { rate = 1 Hz } -> E : S").sources[0]
            .set
            .is_some()
    );
    // A clause that was given begins a statement of its own on the next line.
    assert_eq!(statements("a -> b : S weight 1\nweight w : nS").len(), 2);
    assert_eq!(statements("param a = 1\nweight w : nS").len(), 2);

    let Statement::Quantity(population) = statement(
        "net = M { exc { tau = 1 } inh { I += 2 }, param x = 1, y = 2; init V = 1, w = 2\n q = 3 }",
    ) else {
        panic!()
    };
    let entries = population.set.expect("a set").entries;
    assert_eq!(entries.len(), 5);
    assert!(
        matches!(&entries[2], SetEntry::Param(d) if d.len() == 2),
        "a comma goes on"
    );
    assert!(matches!(&entries[3], SetEntry::Init(d) if d.len() == 2));
    assert!(matches!(&entries[4], SetEntry::Assign { .. }));

    let Statement::For(each) = statement("for a in pop, b in 0..3 if p[b, a] > 0 { x = 1; y = 2 }")
    else {
        panic!()
    };
    assert_eq!(
        (each.over.len(), each.body.len(), each.condition.is_some()),
        (2, 2, true)
    );
    assert!(
        matches!(statement("record E.V, r[a in pop] = rate(P[a], 1 ms)\n every 1 ms"),
        Statement::Record(r) if r.items[1].name.is_some() && matches!(r.when, Some(RecordWhen::Every(_))))
    );
    assert!(
        matches!(statement("record D.RT on D.hit"), Statement::Record(r) if matches!(r.when, Some(RecordWhen::On(_))))
    );
    assert!(
        matches!(statement("record D.RT at 10 ms"), Statement::Record(r) if matches!(r.when, Some(RecordWhen::At(_))))
    );
    assert!(
        matches!(statement("record D.RT at end"), Statement::Record(r) if matches!(r.when, Some(RecordWhen::AtEnd(_))))
    );
    assert!(
        matches!(statement("trainable rec.w, H.tau in [5 ms, 50 ms]"),
        Statement::Trainable(t) if t[0].range.is_none() && t[1].range.is_some())
    );
}

#[test]
fn runs() {
    let all = items(
        "run M for 1000 steps with dt = 0.1 ms, method = rk4 as fast {\n\
         sweep amp in linspace(0, 1, 3), (g, eta) in [[3, 2], [5, 2]]\n\
         phase rest for 100 ms unrecorded; phase a for 1 s until max(r) > 15 Hz unrecorded { }\n\
         repeat 20 { phase b for 1 s { hold s.w, c.V = -65 mV; init c.V = 1 mV\n E.rate = 4 Hz; E.I += 1 } }\n\
         }",
    );
    let Item::Run(run) = &all[0] else { panic!() };
    assert!(run.duration.is_some() && run.name.as_ref().is_some_and(|n| *n == "fast"));
    assert_eq!((run.options.len(), run.steps.len()), (2, 4));
    assert!(matches!(&run.steps[0], Step::Sweep { sweeps, .. }
        if sweeps[0].names.len() == 1 && sweeps[1].names.len() == 2));
    assert!(matches!(&run.steps[1], Step::Phase(p) if p.unrecorded.is_some()));
    assert!(matches!(&run.steps[2], Step::Phase(p) if p.until.is_some() && p.unrecorded.is_some()));
    let Step::Repeat { steps, .. } = &run.steps[3] else {
        panic!()
    };
    let Step::Phase(phase) = &steps[0] else {
        panic!()
    };
    assert!(matches!(
        phase.changes[..],
        [
            Change::Hold { value: None, .. },
            Change::Hold { value: Some(_), .. },
            Change::Init { .. },
            Change::Assign { .. },
            Change::Add { .. },
        ]
    ));
}

#[test]
fn keywords_may_be_names() {
    let all = statements(
        "record = 5\nphase = 1\ncount = record + phase\nion += 2\nevent -> spike : input\n\
         cell = A\ncell.I += amp\nrecord record\ninput input\nspike when spike > 1\non = off",
    );
    assert_eq!(all.len(), 11);
    assert!(matches!(&all[0], Statement::Quantity(q) if q.name == "record"));
    assert!(matches!(&all[4], Statement::Projection(_)));
    assert!(matches!(&all[7], Statement::Record(_)));
}

#[test]
fn recovery_keeps_what_is_good() {
    let parsed =
        read("neuron A {\n a = 1\n b = = 2\n c = 3\n}\nneuron B { d = ( }\nnetwork C { e = 1 }");
    assert_eq!(parsed.diagnostics.len(), 2);
    let bodies: Vec<usize> = parsed
        .file
        .items
        .iter()
        .map(|item| match item {
            Item::Model(model) => model.body.len(),
            Item::Network(network) => network.body.len(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        bodies,
        [3, 1, 1],
        "a name whose value cannot be read stays known"
    );
    let Item::Model(model) = &parsed.file.items[0] else {
        panic!()
    };
    assert!(matches!(&model.body[1], Statement::Quantity(q) if q.rhs.kind == ExprKind::Error));
    let parsed = read("neuron A { param a = 1 +, b = f(, c = 3, d = (2 $ 3) : mV\n input I }");
    let Item::Model(model) = &parsed.file.items[0] else {
        panic!()
    };
    assert!(matches!(&model.body[0], Statement::Param(decls) if decls.len() >= 2));
    assert!(matches!(&model.body[1], Statement::Input(_)));
}
