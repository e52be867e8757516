//! Checking models alone, and questions about the tree.

use std::collections::BTreeMap;

use neuropil_syntax::tree::{
    Argument, ArgumentKind, Clause, Condition, Decl, Delay, Expr, ExprKind, Handler, HandlerLine,
    InitValue, Model, ModelKind, Path, RefractorySpan, Segment, Set, SetEntry, Statement,
    SynapseRef,
};

use super::{BodyId, Definitions, Elaborator, Sides};
use crate::report::Report;

/// Checks every model of the given definitions by itself, used or not.
pub(crate) fn check_models<'a>(
    definitions: &'a Definitions<'a>,
    names: &[&'a neuropil_syntax::Name],
    report: &mut Report,
) {
    for name in names {
        let Some(definition) = definitions.model(name.as_str()) else {
            continue;
        };
        if matches!(definition.kind(), ModelKind::Channel | ModelKind::Cell) {
            let kind = definition.kind().as_str();
            report.unsupported(definition.name().span, &format!("`{kind}`"));
            continue;
        }
        let Some((model, sets)) = definitions.resolve(definition.name(), report) else {
            continue;
        };
        if model.kind != definition.kind() {
            report.error(
                neuropil_syntax::Code::WrongKind,
                definition.name().span,
                format!(
                    "`{}` is a {} derived from a {}",
                    definition.name(),
                    definition.kind().as_str(),
                    model.kind.as_str()
                ),
            );
            continue;
        }
        let mut elaborator = Elaborator::new(definitions, report, model.name.as_str(), 0.1, &[]);
        let network = elaborator.empty_body(model.name.as_str(), "network", Some(BodyId(0)));
        if model.kind == ModelKind::Synapse {
            let sides = Sides::Open {
                met: BTreeMap::new(),
            };
            elaborator.check_synapse(network, model, sets, sides);
        } else {
            let declared = elaborator.declare_population(
                network,
                model.name.as_str(),
                model.span,
                1,
                model,
                sets,
                None,
            );
            elaborator.complete_population(&declared);
        }
    }
}

/// Whether any expression of some statements has a unit.
pub(super) fn mentions_unit(statements: &[Statement]) -> bool {
    let mut found = false;
    for statement in statements {
        each_expr(statement, &mut |expr| {
            any(expr, &mut |part| match &part.kind {
                ExprKind::Quantity { unit, .. } => {
                    found |= !unit
                        .factors
                        .iter()
                        .all(|f| f.name == "steps" || f.name == "step");
                }
                // A bare unit after `*` or `/`, such as `V/mV`.
                ExprKind::Path(path) => {
                    if let Some(name) = path.as_name() {
                        let letters = name.as_str();
                        found |= letters.len() >= 2
                            && letters != "dt"
                            && neuropil_units::is_unit_name(letters)
                            && !declared(statements, letters);
                    }
                }
                _ => {}
            });
        });
        found |= decls(statement).iter().any(|decl| decl.unit.is_some());
    }
    found
}

/// Whether a body declares a name.
fn declared(statements: &[Statement], letters: &str) -> bool {
    statements.iter().any(|statement| match statement {
        Statement::Param(list) | Statement::Const(list) | Statement::Input(list) => {
            list.iter().any(|decl| decl.name == letters)
        }
        Statement::Weight(decl) => decl.name == letters,
        Statement::Derivative(equation) => equation.state == letters,
        Statement::Map(map) => map.state == letters,
        Statement::Quantity(quantity) => quantity.name == letters,
        Statement::Init(list) => list
            .iter()
            .flat_map(|init| &init.targets)
            .any(|(name, _)| name == letters),
        _ => false,
    })
}

fn decls(statement: &Statement) -> &[Decl] {
    match statement {
        Statement::Param(list) | Statement::Const(list) | Statement::Input(list) => list,
        Statement::Weight(decl) => std::slice::from_ref(decl),
        _ => &[],
    }
}

/// Whether an expression mentions the new value of a map.
pub(super) fn mentions_next(expr: &Expr) -> bool {
    let mut found = false;
    any(expr, &mut |part| {
        if let ExprKind::Path(path) = &part.kind {
            found |= path
                .segments
                .iter()
                .any(|segment| matches!(segment, Segment::Next { .. }));
        }
    });
    found
}

/// Calls a function for every path in an expression.
pub(super) fn each_path<'a>(expr: &'a Expr, f: &mut dyn FnMut(&'a Path)) {
    any(expr, &mut |part| {
        if let ExprKind::Path(path) = &part.kind {
            f(path);
        }
    });
}

/// Calls a function for an expression and all its parts.
fn any<'a>(expr: &'a Expr, f: &mut dyn FnMut(&'a Expr)) {
    // A worklist, since an expression may be as deep as the parser allows.
    let mut open = vec![expr];
    while let Some(expr) = open.pop() {
        f(expr);
        match &expr.kind {
            ExprKind::Number(_)
            | ExprKind::Quantity { .. }
            | ExprKind::Bool(_)
            | ExprKind::Text(_)
            | ExprKind::Error => {}
            ExprKind::Path(path) => {
                for segment in &path.segments {
                    match segment {
                        Segment::Index { indices, .. } => open.extend(indices),
                        Segment::Filter { condition, .. } => open.push(condition),
                        Segment::At { position, .. } => open.push(position),
                        _ => {}
                    }
                }
            }
            ExprKind::Call(call) => open.extend(call.args.iter().map(argument)),
            ExprKind::Array(list) => open.extend(list),
            ExprKind::Unary { operand, .. } => open.push(operand),
            ExprKind::Not(inner) => open.push(inner),
            ExprKind::Binary { left, right, .. }
            | ExprKind::Compare { left, right, .. }
            | ExprKind::Logic { left, right, .. } => open.extend([&**left, &**right]),
            ExprKind::Range { start, end, by } => {
                open.extend([&**start, &**end]);
                open.extend(by.as_deref());
            }
        }
    }
}

fn argument(argument: &Argument) -> &Expr {
    match &argument.kind {
        ArgumentKind::Value(expr) | ArgumentKind::Named { value: expr, .. } => expr,
        ArgumentKind::Each { body, .. } => body,
    }
}

/// Calls a function for every expression in the values in braces.
fn each_in_set<'a>(set: Option<&'a Set>, f: &mut dyn FnMut(&'a Expr)) {
    let Some(set) = set else { return };
    for entry in &set.entries {
        match entry {
            SetEntry::Assign { value, .. } | SetEntry::Add { value, .. } => f(value),
            SetEntry::Init(list) => {
                for init in list {
                    if let InitValue::Expr(expr) = &init.value {
                        f(expr);
                    }
                }
            }
            SetEntry::Param(decls) => {
                for value in decls.iter().filter_map(|decl| decl.value.as_ref()) {
                    f(value);
                }
            }
            SetEntry::Nested { set, .. } => each_in_set(Some(set), f),
        }
    }
}

/// Calls a function for every expression that stands directly in a statement of a model.
fn each_expr<'a>(statement: &'a Statement, f: &mut dyn FnMut(&'a Expr)) {
    fn handler<'a>(block: &'a Handler, f: &mut dyn FnMut(&'a Expr)) {
        for line in &block.lines {
            match line {
                HandlerLine::Assign { value, .. } | HandlerLine::Let { value, .. } => f(value),
            }
        }
    }
    for decl in decls(statement) {
        if let Some(value) = &decl.value {
            f(value);
        }
    }
    match statement {
        Statement::Init(list) => {
            for init in list {
                if let InitValue::Expr(expr) = &init.value {
                    f(expr);
                }
            }
        }
        Statement::Derivative(equation) => {
            if let Some(factor) = &equation.factor {
                f(factor);
            }
            f(&equation.rhs);
        }
        Statement::Map(map) => f(&map.rhs),
        Statement::Quantity(quantity) => {
            f(&quantity.rhs);
            each_in_set(quantity.set.as_ref(), f);
        }
        Statement::Projection(projection) => {
            for end in &projection.sources {
                each_in_set(end.set.as_ref(), f);
            }
            if let SynapseRef::Named { set, .. } = &projection.synapse {
                each_in_set(set.as_ref(), f);
            }
            for clause in &projection.clauses {
                match clause {
                    Clause::Weight { value, .. }
                    | Clause::Delay {
                        value: Delay::Time(value),
                        ..
                    } => f(value),
                    _ => {}
                }
            }
        }
        Statement::Delivery { value, .. } => f(value),
        Statement::Event(event) => {
            match &event.condition {
                Condition::When { expr, .. } | Condition::Count(expr) => f(expr),
            }
            if let Some(block) = &event.handler {
                handler(block, f);
            }
            if let Some(refractory) = &event.refractory
                && let RefractorySpan::Time(expr) = &refractory.duration
            {
                f(expr);
            }
        }
        Statement::On(on) => handler(&on.handler, f),
        Statement::Every(every) => {
            f(&every.period);
            handler(&every.handler, f);
        }
        Statement::Bound(list) => {
            for bound in list {
                f(&bound.limit);
            }
        }
        Statement::Function(function) => f(&function.body),
        _ => {}
    }
}

/// The models of a file, by the place where they stand.
pub(crate) fn models_of(file: &neuropil_syntax::tree::File) -> Vec<&neuropil_syntax::Name> {
    use neuropil_syntax::tree::Item;
    file.items
        .iter()
        .filter_map(|item| match item {
            Item::Model(model) => Some(&model.name),
            Item::Derived(derived) => Some(&derived.name),
            _ => None,
        })
        .collect()
}

/// Whether a model may stand where a population is declared.
pub(super) fn makes_populations(model: &Model) -> bool {
    matches!(model.kind, ModelKind::Neuron | ModelKind::Signal)
}
