//! The end of a step: conditions with their blocks, counted events, and refractory counters.

use neuropil_ir::graph::{NodeId, Symbol};
use neuropil_ir::operator::Operator;
use neuropil_ir::rounding;
use neuropil_syntax::{Code, Diagnostic};

use super::schedule::{Scheduler, Values, counting};
use crate::model::Condition;
use crate::report::Report;

impl Scheduler<'_> {
    /// Conditions and their blocks, event by event; new counters and what is emitted.
    pub(super) fn events(
        &mut self,
        values: &mut Values,
        held: &Values,
        seen: &Values,
        tested: &Values,
        report: &mut Report,
    ) -> (Vec<(usize, NodeId)>, Vec<NodeId>) {
        let events = self.network.populations[self.population.index()]
            .events
            .clone();
        let mut counters = Vec::new();
        let mut emissions = Vec::new();
        for (place, event) in events.iter().enumerate() {
            let mut map = values.clone();
            map.extend(seen.iter().map(|(&symbol, &node)| (symbol, node)));
            let counter = self.extra.counters[place];
            match event.condition {
                Condition::Count(count) => {
                    let count = self.network.graph.substitute(&[count], &map)[0];
                    let (half, zero) = (
                        self.network.graph.number(0.5),
                        self.network.graph.number(0.0),
                    );
                    let graph = &mut self.network.graph;
                    let shifted = graph.add(count, half);
                    let whole = graph.apply(Operator::Floor, &[shifted]);
                    let n = graph.apply(Operator::Max, &[whole, zero]);
                    self.counted_block(event, n, values, held, seen, report);
                    emissions.push(n);
                }
                Condition::When { condition, rising } => {
                    let now = self.network.graph.substitute(&[condition], &map)[0];
                    let mut fire = now;
                    if rising {
                        let was = self.network.graph.substitute(&[condition], tested)[0];
                        let graph = &mut self.network.graph;
                        let was_not = graph.not(was);
                        fire = graph.and(now, was_not);
                    }
                    if let Some(counter) = counter {
                        let line = event.refractory.as_ref().map(|it| it.span);
                        fire = self.network.graph.with_line(line, |graph| {
                            let busy = counting(graph, counter);
                            let free = graph.not(busy);
                            graph.and(fire, free)
                        });
                    }
                    for (symbol, new) in self.written(&event.block, values, seen) {
                        let old = values[&symbol];
                        let changed = self.network.graph.select(fire, new, old);
                        let new = self.unless_held(held, symbol, changed, old);
                        values.insert(symbol, new);
                    }
                    if let (Some(counter), Some(refractory)) = (counter, &event.refractory) {
                        let length = self.refractory_steps(refractory.duration);
                        let line = Some(refractory.span);
                        let counted = self.network.graph.with_line(line, |graph| {
                            let (zero, one) = (graph.number(0.0), graph.number(1.0));
                            let counter = graph.symbol(counter);
                            let less = graph.sub(counter, one);
                            let rest = graph.apply(Operator::Max, &[less, zero]);
                            graph.select(fire, length, rest)
                        });
                        counters.push((place, counted));
                    }
                    emissions.push(fire);
                }
            }
        }
        (counters, emissions)
    }

    /// The block of a counted event n times: its lines must be increments.
    fn counted_block(
        &mut self,
        event: &crate::model::Event,
        n: NodeId,
        values: &mut Values,
        held: &Values,
        seen: &Values,
        report: &mut Report,
    ) {
        if event.refractory.is_some() {
            report.unsupported(event.span, "`refractory` of an event with `count`");
        }
        let written: Vec<Symbol> = event.block.iter().map(|write| write.state).collect();
        for write in &event.block {
            let one = self.network.graph.number(1.0);
            let form = self.network.graph.affine(write.value, &[write.state]);
            let increment = form.filter(|form| {
                form.coefficients[0] == one
                    && !self.network.graph.depends_on(form.constant, &written)
            });
            let Some(form) = increment else {
                report.push(
                    Diagnostic::error(
                        Code::NotLinear,
                        event.span,
                        "the block of an event with `count` must be increments",
                    )
                    .help("write `x += …` with what does not depend on the changed states"),
                );
                return;
            };
            let mut map = values.clone();
            map.extend(seen.iter().map(|(&symbol, &node)| (symbol, node)));
            let step = self.network.graph.substitute(&[form.constant], &map)[0];
            let total = self.network.graph.mul(n, step);
            let old = values[&write.state];
            let sum = self.network.graph.add(old, total);
            let clipped = self.clip(write.state, sum);
            let new = self.unless_held(held, write.state, clipped, old);
            values.insert(write.state, new);
        }
    }

    /// A refractory time in steps; infinite for ever.
    fn refractory_steps(&mut self, duration: Option<NodeId>) -> NodeId {
        let Some(duration) = duration else {
            return self.network.graph.number(f64::INFINITY);
        };
        if let Some(time) = self.network.constant(duration)
            && let Ok(steps) = rounding::steps(time, self.network.dt)
        {
            return self.network.graph.number(steps as f64);
        }
        // One value an element: floor(round(T/dt * 1e9)/1e9 + 1/2), the same rule.
        let dt = self.network.graph.number(self.network.dt);
        let graph = &mut self.network.graph;
        let ratio = graph.div(duration, dt);
        let nine = graph.number(1e9);
        let scaled = graph.mul(ratio, nine);
        let rounded = graph.apply(Operator::Round, &[scaled]);
        let back = graph.div(rounded, nine);
        graph.apply(Operator::Round, &[back])
    }
}
