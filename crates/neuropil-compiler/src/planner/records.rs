//! Recordings: kernels that read a sample, and what the samples mean.

use std::collections::HashMap;

use neuropil_ir::graph::{NodeId, Symbol};
use neuropil_ir::plan::{AxisId, Record as Planned, RecordId, Sampled, SlotId, Stage, When};
use neuropil_ir::program::{Raster, Trace};
use neuropil_ir::rounding;
use neuropil_syntax::{Code, Diagnostic};

use super::builder::PlanBuilder;
use super::population::{Layout, extend};
use super::schedule::Scheduler;
use crate::lower::{Output, Rate, Session, Source};
use crate::model::{Network, PopulationId, Record, Recorded, Reduced};
use crate::report::Report;

/// What the recordings of a network become.
#[derive(Debug, Default)]
pub(super) struct Recordings {
    pub(super) traces: Vec<Trace>,
    pub(super) rasters: Vec<Raster>,
}

/// Plans all recordings of a network.
pub(super) fn plan(
    builder: &mut PlanBuilder,
    network: &mut Network,
    layouts: &[Layout],
    report: &mut Report,
) -> Recordings {
    let mut recordings = Recordings::default();
    let records = network.records.clone();
    for record in &records {
        match &record.recorded {
            Recorded::Events {
                population,
                event,
                elements,
            } => {
                let list = layouts[population.index()].events[*event];
                builder.plan.events[list.index()].recorded = true;
                let what = &network.populations[population.index()];
                recordings.rasters.push(Raster {
                    events: list,
                    name: record.name.clone(),
                    population: what.name.clone(),
                    size: what.size,
                    elements: elements.clone(),
                });
            }
            Recorded::Elements {
                population,
                value,
                elements,
            } => {
                let Some(every) = interval(network, record, report) else {
                    continue;
                };
                let mut planner = Planner {
                    builder,
                    network,
                    layouts,
                    report,
                };
                let Some((call, before)) = planner.elements(record, *population, *value) else {
                    continue;
                };
                let sampled = Sampled::Elements {
                    axis: AxisId(population.0),
                    ranges: elements.clone(),
                    call,
                };
                push(
                    builder,
                    &mut recordings,
                    record,
                    every,
                    sampled,
                    before,
                    Some(elements.clone()),
                );
            }
            Recorded::Number { value, reductions } => {
                let Some(every) = interval(network, record, report) else {
                    continue;
                };
                let mut planner = Planner {
                    builder,
                    network,
                    layouts,
                    report,
                };
                let Some((slot, before)) = planner.number(record, *value, reductions) else {
                    continue;
                };
                push(
                    builder,
                    &mut recordings,
                    record,
                    every,
                    Sampled::Slot(slot),
                    before,
                    None,
                );
            }
        }
    }
    recordings
}

fn push(
    builder: &mut PlanBuilder,
    recordings: &mut Recordings,
    record: &Record,
    every: u32,
    sampled: Sampled,
    before: Vec<Stage>,
    elements: Option<Vec<std::ops::Range<u32>>>,
) {
    let id = RecordId(builder.plan.records.len() as u32);
    builder.plan.records.push(Planned {
        name: record.name.clone(),
        sampled,
        before,
    });
    let when = if every == 1 {
        When::Always
    } else {
        When::Every(every)
    };
    builder.plan.sample.push(Stage::Record { record: id, when });
    recordings.traces.push(Trace {
        record: id,
        name: record.name.clone(),
        unit: record.unit.symbol.clone(),
        scale: record.unit.scale,
        every,
        elements,
    });
}

/// Steps between samples.
fn interval(network: &Network, record: &Record, report: &mut Report) -> Option<u32> {
    let Some(every) = record.every else {
        return Some(1);
    };
    let period = network.constant(every)?;
    let (steps, whole) = rounding::steps_and_whole(period, network.dt).ok()?;
    if steps == 0 {
        report.error(
            Code::ImpossibleValue,
            record.span,
            format!(
                "a sampling interval of {period} ms is below half a step of {} ms",
                network.dt
            ),
        );
        return None;
    }
    if !whole {
        super::warn_rounded(
            report,
            record.span,
            "sampling interval",
            period,
            steps,
            network.dt,
        );
    }
    Some(u32::try_from(steps).unwrap_or(u32::MAX))
}

struct Planner<'p> {
    builder: &'p mut PlanBuilder,
    network: &'p mut Network,
    layouts: &'p [Layout],
    report: &'p mut Report,
}

impl Planner<'_> {
    /// A value as it is at the instant of a sample: with what has arrived with delay 0.
    fn at_sample(&mut self, population: PopulationId, value: NodeId) -> NodeId {
        let layout = &self.layouts[population.index()];
        let mut scheduler = Scheduler {
            network: self.network,
            population,
            arrivals: &layout.arrivals,
            extra: &layout.extra,
            method: None,
        };
        let values: HashMap<Symbol, NodeId> = scheduler.at_start(self.report);
        self.network.graph.substitute(&[value], &values)[0]
    }

    fn session(&mut self, population: PopulationId) -> Session {
        let mut environment = self.builder.environment(self.network, false);
        extend(
            &mut environment,
            self.builder,
            self.network,
            &self.layouts[population.index()],
        );
        Session::new(environment, self.builder.plan.precision)
    }

    fn refuse(&mut self, record: &Record, error: &crate::lower::LowerError) {
        self.report.push(Diagnostic::error(
            Code::Unsupported,
            record.span,
            format!("recording `{}`: {error}", record.name),
        ));
    }

    /// Ends a session: its prepare kernel runs once, its step kernel before the sample.
    fn hoisted(
        &mut self,
        session: Session,
        label: &str,
        record: &Record,
        before: &mut Vec<Stage>,
    ) -> Option<()> {
        let builder = &mut *self.builder;
        let mut allocate = |slot: &str| builder.slot(slot, 0.0);
        match session.finish(&self.network.graph, &mut allocate, label) {
            Ok(hoisted) => {
                if let Some(prepare) = hoisted.prepare {
                    let stage = self.builder.scalar(prepare);
                    self.builder.plan.init.push(stage);
                }
                if let Some(step) = hoisted.step {
                    let stage = self.builder.scalar(step);
                    before.insert(0, stage);
                }
                Some(())
            }
            Err(error) => {
                self.refuse(record, &error);
                None
            }
        }
    }

    fn elements(
        &mut self,
        record: &Record,
        population: PopulationId,
        value: NodeId,
    ) -> Option<(neuropil_ir::plan::Call, Vec<Stage>)> {
        let value = self.at_sample(population, value);
        let mut session = self.session(population);
        let label = format!("{}.sample", record.name);
        let outputs = [Output::Sample {
            name: "sample".to_owned(),
            value,
        }];
        let builder = &mut *self.builder;
        let mut allocate = |slot: &str| builder.slot(slot, 0.0);
        match session.map(&mut self.network.graph, &mut allocate, &label, &outputs) {
            Ok(lowered) => {
                let mut before = Vec::new();
                self.hoisted(session, &label, record, &mut before)?;
                Some((self.builder.call(lowered), before))
            }
            Err(error) => {
                self.refuse(record, &error);
                None
            }
        }
    }

    /// One number of the network, behind its reductions.
    fn number(
        &mut self,
        record: &Record,
        value: NodeId,
        reductions: &[Reduced],
    ) -> Option<(SlotId, Vec<Stage>)> {
        let mut before = Vec::new();
        let mut reduced: Vec<(Symbol, SlotId)> = Vec::new();
        for (place, item) in reductions.iter().enumerate() {
            let label = format!("{}.reduce{place}", record.name);
            match item {
                Reduced::Over {
                    symbol,
                    population,
                    value,
                    reduction,
                } => {
                    let value = self.at_sample(*population, *value);
                    let mut session = self.session(*population);
                    let slot = self.builder.slot(&label, 0.0);
                    let outputs = [Output::Reduce {
                        name: label.clone(),
                        slot,
                        reduction: *reduction,
                        value,
                    }];
                    let builder = &mut *self.builder;
                    let mut allocate = |name: &str| builder.slot(name, 0.0);
                    let lowered =
                        session.map(&mut self.network.graph, &mut allocate, &label, &outputs);
                    match lowered {
                        Ok(lowered) => {
                            let mut stages = Vec::new();
                            self.hoisted(session, &label, record, &mut stages)?;
                            let call = self.builder.call(lowered);
                            stages.push(Stage::Reduce {
                                axis: AxisId(population.0),
                                call,
                            });
                            before.extend(stages);
                        }
                        Err(error) => {
                            self.refuse(record, &error);
                            return None;
                        }
                    }
                    reduced.push((*symbol, slot));
                }
                Reduced::Events {
                    symbol,
                    population,
                    event,
                    window,
                } => {
                    let steps = rounding::steps(*window, self.network.dt).ok()?;
                    let window = u32::try_from(steps.max(1)).ok()?;
                    let slot = self.builder.slot(&label, 0.0);
                    let events = self.layouts[population.index()].events[*event];
                    let list = &mut self.builder.plan.events[events.index()];
                    list.depth = list.depth.max(window + 1);
                    before.push(Stage::CountEvents {
                        events,
                        window,
                        slot,
                    });
                    reduced.push((*symbol, slot));
                }
            }
        }
        let mut environment = self.builder.environment(self.network, false);
        for (symbol, slot) in reduced {
            environment.insert(symbol, Source::Slot(slot), Rate::Step);
        }
        let mut session = Session::new(environment, self.builder.plan.precision);
        let slot = self.builder.slot(&record.name, 0.0);
        let outputs = [Output::Set {
            name: record.name.clone(),
            slot,
            value,
        }];
        let builder = &mut *self.builder;
        let mut allocate = |name: &str| builder.slot(name, 0.0);
        let label = format!("{}.number", record.name);
        match session.scalar(
            &self.network.graph,
            &mut allocate,
            &label,
            Rate::Step,
            &outputs,
        ) {
            Ok(lowered) => {
                let mut stages = Vec::new();
                self.hoisted(session, &label, record, &mut stages)?;
                stages.push(self.builder.scalar(lowered));
                before.extend(stages);
                Some((slot, before))
            }
            Err(error) => {
                self.refuse(record, &error);
                None
            }
        }
    }
}
