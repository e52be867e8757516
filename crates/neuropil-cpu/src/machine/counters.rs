//! Counters that prove that no event is lost.
//!
//! *Sent* comes from how often each element has emitted and the lengths of the rows; *delivered*
//! is what the deliveries counted; *travelling* is found in the lists that are still kept. The
//! three are independent, so their balance is a check.

use neuropil_ir::backend::Counters;
use neuropil_ir::plan::{DelayClass, Plan, ProjectionId, Stage};

use super::world::{World, lock, read};

/// The counters after `step` steps.
pub(super) fn counters(world: &World, step: u64, sampled: bool) -> Counters {
    let plan = &world.plan;
    let mut counters = Counters::default();
    for (list, declared) in plan.events.iter().enumerate() {
        let parts = &world.parts[declared.axis.index()];
        let tallies = parts.iter().map(|part| {
            let part = lock(part);
            part.tallies[world.tallies[list]].iter().sum::<u64>()
        });
        counters.emitted.push(tallies.sum());
    }
    for (projection, declared) in plan.projections.iter().enumerate() {
        let Some(edges) = &world.deliveries[projection] else {
            counters.edges.push(0);
            counters.sent.push(0);
            counters.delivered.push(0);
            counters.travelling.push(0);
            continue;
        };
        let list = declared.source.index();
        let mut sent = 0;
        for part in &world.parts[plan.events[list].axis.index()] {
            let part = lock(part);
            for (source, &times) in part.range.clone().zip(&*part.tallies[world.tallies[list]]) {
                if times > 0 {
                    sent += times * edges.row_length(source);
                }
            }
        }
        let added: u64 = world.parts[declared.target.index()]
            .iter()
            .map(|part| lock(part).delivered[projection])
            .sum();
        // Steps whose lists were added to the sums, and steps whose sums were read.
        let processed = processed(plan, ProjectionId(projection as u32), step, sampled);
        let mut waiting = 0;
        let mut early = 0;
        let kept = world.lists[list].depth().min(step);
        for emitted in step - kept..step {
            for segment in world.lists[list].segments(emitted) {
                for (source, times) in read(segment).iter() {
                    let times = u64::from(times);
                    if emitted >= processed {
                        waiting += times * edges.row_length(source);
                    } else if declared.delay != DelayClass::Common {
                        early += times * edges.row_later_than(source, step - 1 - emitted);
                    }
                }
            }
        }
        counters.edges.push(edges.edges());
        counters.sent.push(sent);
        counters.delivered.push(added - early);
        counters.travelling.push(waiting + early);
    }
    counters
}

/// The first step whose list the projection has not yet delivered.
fn processed(plan: &Plan, projection: ProjectionId, step: u64, sampled: bool) -> u64 {
    let age_in = |stages: &[Stage]| {
        stages.iter().find_map(|stage| match stage {
            Stage::Deliver { projection: found, age, .. } if *found == projection => {
                match plan.projections[projection.index()].delay {
                    DelayClass::Common => Some(u64::from(*age)),
                    DelayClass::Own { .. } => Some(1),
                }
            }
            _ => None,
        })
    };
    if let Some(age) = age_in(&plan.advance) {
        step.saturating_sub(age)
    } else if let Some(age) = age_in(&plan.sample) {
        (step + u64::from(sampled)).saturating_sub(age)
    } else {
        0
    }
}
