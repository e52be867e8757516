//! A kernel over many lanes: arrays, events, reductions.

use std::ops::Range;

use super::{Evaluator, Lane, Reducer};
use crate::kernel::{Binding, Effect, Emission, Uniform};

/// The arrays of a kernel, as the evaluator sees them.
pub trait Memory {
    /// The element of an array.
    fn load(&self, binding: Binding, element: usize) -> f64;

    /// Overwrites the element of an array.
    fn store(&mut self, binding: Binding, element: usize, value: f64);
}

impl Memory for Vec<super::Array> {
    fn load(&self, binding: Binding, element: usize) -> f64 {
        self[binding.index()].get(element)
    }

    fn store(&mut self, binding: Binding, element: usize, value: f64) {
        self[binding.index()].set(element, value);
    }
}

/// What a kernel did beside its stores.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mapped {
    /// For each emission: the elements in ascending order, each with its number of events.
    pub emitted: Vec<Vec<(u32, u32)>>,
    /// For each `Reduce` and `Set`, in order: the uniform and its value.
    pub slots: Vec<(Uniform, f64)>,
}

impl Mapped {
    /// The elements of an emission.
    pub fn events(&self, emission: Emission) -> &[(u32, u32)] {
        &self.emitted[emission.index()]
    }
}

/// Runs a kernel over a range of lanes.
///
/// A reduction over part of an axis starts its blocks at the first lane given.
pub fn map(
    evaluator: &mut Evaluator<'_>,
    lanes: Range<u32>,
    seed: u64,
    step: u64,
    uniforms: &[f64],
    memory: &mut dyn Memory,
) -> Mapped {
    let kernel = evaluator.kernel();
    let mut out = Mapped {
        emitted: vec![Vec::new(); kernel.emissions.len()],
        slots: Vec::new(),
    };
    let mut reducers: Vec<(Uniform, Reducer)> = Vec::new();
    for effect in &kernel.effects {
        if let Effect::Reduce(uniform, reduction, _) = *effect {
            reducers.push((uniform, Reducer::new(reduction)));
        }
    }
    for element in lanes {
        let lane = Lane {
            seed,
            element: u64::from(element),
            step,
        };
        let place = element as usize;
        let results = evaluator.evaluate(lane, &|binding| memory.load(binding, place), uniforms);
        let mut reduced = 0;
        for (effect, &value) in kernel.effects.iter().zip(results) {
            match *effect {
                Effect::Store(binding, _) | Effect::Clear(binding) => {
                    memory.store(binding, place, value);
                }
                Effect::Emit(emission, _) | Effect::EmitCount(emission, _) => {
                    if value > 0.0 {
                        out.emitted[emission.index()].push((element, value as u32));
                    }
                }
                Effect::Reduce(..) => {
                    reducers[reduced].1.take(value);
                    reduced += 1;
                }
                Effect::Set(uniform, _) => out.slots.push((uniform, value)),
            }
        }
    }
    out.slots.extend(
        reducers
            .into_iter()
            .map(|(uniform, reducer)| (uniform, reducer.finish())),
    );
    out
}
