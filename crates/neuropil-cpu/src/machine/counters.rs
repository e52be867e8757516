//! Counters that prove that no event is lost.
//!
//! *Sent* comes from how often each element has emitted and the lengths of the rows; *delivered*
//! is what the deliveries counted; *travelling* is found in the lists that are still kept. The
//! three are independent, so their balance is a check.

use neuropil_ir::backend::Counters;
use neuropil_ir::plan::{DelayClass, Plan, ProjectionId, Stage};

use super::world::{World, lock};

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
            .chain(world.basins.iter().map(|place| place.delivered(projection)))
            .sum();
        let (runs, age) = deliveries(plan, ProjectionId(projection as u32), step, sampled);
        // The lists from here on were not yet read.
        let unread = runs.saturating_sub(age);
        let mut waiting = 0;
        let mut early = 0;
        let kept = world.lists[list].depth().min(step);
        for emitted in step - kept..step {
            for (source, times) in world.lists[list].events(emitted).iter() {
                let times = u64::from(times);
                if emitted >= unread {
                    waiting += times * edges.row_length(source);
                } else if declared.delay != DelayClass::Common {
                    early += times * edges.row_later_than(source, runs - 1 - emitted);
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

/// How often the delivery of a projection was run, and the age of the list that it reads.
fn deliveries(plan: &Plan, projection: ProjectionId, step: u64, sampled: bool) -> (u64, u64) {
    let age_in = |stages: &[Stage]| {
        stages.iter().find_map(|stage| match stage {
            Stage::Deliver {
                projection: found,
                age,
                ..
            } if *found == projection => Some(u64::from(*age)),
            _ => None,
        })
    };
    if let Some(age) = age_in(&plan.advance) {
        (step, age)
    } else if let Some(age) = age_in(&plan.sample) {
        (step + u64::from(sampled), age)
    } else {
        (0, 0)
    }
}
