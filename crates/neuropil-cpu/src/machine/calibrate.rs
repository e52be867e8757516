//! What operations cost on this machine, and how fast its memory is: the yardstick of a profile.
//!
//! The cost of a class of operations is a slope: a kernel with more of them, less a kernel with fewer
//! ([`Recipe`]), in the time of a lane. Both are compiled and run as the kernels of the plan are, on the
//! thread that asks, over arrays that stay in the first cache.
//!
//! Memory is copied over the footprints that the kernels of the plan have in a thread.

use neuropil_ir::backend::{Calibration, Clock, CopyRate};
use neuropil_ir::cost::{self, Class, Costs};
use neuropil_ir::kernel::{Kernel, Precision};
use neuropil_ir::plan::Stage;
use neuropil_ir::verify;

use super::CpuMachine;
use super::recipe::Recipe;
use crate::memory::Array;
use crate::program::{Bound, Frame, Lanes, Method, Outputs, Program, World};

/// Lanes of a run: their arrays stay in the first cache, with those of ten more.
const LANES: usize = 256;

/// Runs between two looks at the clock.
const RUNS: u32 = 24;

/// Looks at the clock: the least counts, as everything that disturbs takes longer.
const LOOKS: usize = 7;

/// The footprints that memory is copied over; beyond, every footprint is copied alike.
const FOOTPRINTS: (u64, u64) = (1 << 14, 1 << 26);

/// Bytes copied between two looks at the clock, at least.
const COPIED: u64 = 1 << 20;

impl CpuMachine {
    /// The costs of operations in the precision of the plan, and of bytes at its footprints.
    pub(super) fn measure_costs(&self, clock: Clock) -> Calibration {
        let bench = Bench {
            method: self.world.method,
            precision: self.world.plan.precision,
            clock,
        };
        Calibration {
            costs: bench.costs(),
            copies: self.copies(clock),
        }
    }

    /// How fast memory is at the footprints of the kernels over elements.
    fn copies(&self, clock: Clock) -> Vec<CopyRate> {
        let plan = &self.world.plan;
        let stages = plan.sample.iter().chain(&plan.advance);
        let mut footprints: Vec<u64> = stages
            .filter_map(|stage| {
                let (Stage::Map { axis, call, .. } | Stage::Reduce { axis, call }) = stage else {
                    return None;
                };
                let owners = self.world.owners.get(axis.index())?;
                let lanes = owners.iter().map(|range| range.len() as u64).max()?;
                let bytes = lanes * cost::bytes(plan.kernels.get(call.kernel.index())?);
                Some(bytes.next_power_of_two().clamp(FOOTPRINTS.0, FOOTPRINTS.1))
            })
            .collect();
        footprints.sort_unstable();
        footprints.dedup();
        let rate = |footprint| CopyRate {
            footprint,
            ns_per_byte: copy_rate(footprint, clock),
        };
        footprints.into_iter().map(rate).collect()
    }
}

/// Nanoseconds a byte read or written, copying between two halves of a footprint.
fn copy_rate(footprint: u64, clock: Clock) -> f64 {
    let half = (footprint / 2) as usize;
    let mut from = vec![1_u8; half];
    let mut to = vec![0_u8; half];
    let passes = COPIED.div_ceil(footprint);
    let least = least(|| {
        let begun = clock();
        for _ in 0..passes {
            // Neither side may be known to the compiler, or it would copy once.
            std::hint::black_box(&mut to[..]).copy_from_slice(std::hint::black_box(&from[..]));
            std::mem::swap(&mut from, &mut to);
        }
        clock().saturating_sub(begun)
    });
    least as f64 / (passes * footprint) as f64
}

/// The least of some measurements.
fn least(measure: impl FnMut() -> u64) -> u64 {
    std::iter::repeat_with(measure)
        .take(LOOKS)
        .min()
        .unwrap_or(0)
}

/// Measures short kernels.
struct Bench {
    method: Method,
    precision: Precision,
    clock: Clock,
}

impl Bench {
    /// The cost of every class.
    fn costs(&self) -> Costs {
        let alone: Vec<f64> = Class::ALL.iter().map(|&class| self.slope(class)).collect();
        let mut costs = Costs::new(|class| alone[class as usize]);
        // What comes with a class is measured by itself, or with what is: two rounds settle all.
        for _ in 0..2 {
            costs = Costs::new(|class| {
                let beside = Recipe::of(class).beside.iter();
                alone[class as usize] - beside.map(|&other| costs.of(other)).sum::<f64>()
            });
        }
        costs
    }

    /// What one more of a class takes a lane, with what comes with it; unit ns.
    fn slope(&self, class: Class) -> f64 {
        let recipe = Recipe::of(class);
        let [few, many] = recipe.lengths;
        let time = |length| self.time(&recipe.kernel(self.precision, length));
        match (time(few), time(many)) {
            (Some(less), Some(more)) => (more - less) / (many - few) as f64,
            _ => 0.0,
        }
    }

    /// The time of a lane of a kernel; unit ns. `None` where it cannot be compiled.
    fn time(&self, kernel: &Kernel) -> Option<f64> {
        let program = Program::compile(verify::kernel(kernel).ok()?, self.method, 0)?;
        let mut frame = Frame::new(program.words())?;
        let mut arrays = Vec::with_capacity(kernel.bindings.len());
        for binding in &kernel.bindings {
            let mut array = Array::zeroed(binding.element, self.precision, LANES, 1)?;
            array.write(0, &[1.5; LANES]);
            arrays.push(array);
        }
        let mut world = World {
            arrays: &mut arrays,
            bound: &|array| Bound {
                array,
                copy: 0,
                start: 0,
            },
            uniform: &|_| 0.5,
        };
        let mut outputs = Outputs::default();
        outputs
            .events
            .resize_with(kernel.emissions.len(), Default::default);
        outputs
            .blocks
            .resize_with(program.reductions().len(), Vec::new);
        let mut step = 0;
        let least = least(|| {
            let begun = (self.clock)();
            for _ in 0..RUNS {
                let lanes = Lanes {
                    element: 0,
                    count: LANES,
                    step,
                };
                step += 1;
                outputs.blocks.iter_mut().for_each(Vec::clear);
                program.run(&mut frame, lanes, &mut world, &mut outputs);
            }
            (self.clock)().saturating_sub(begun)
        });
        Some(least as f64 / (f64::from(RUNS) * LANES as f64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::methods;

    /// A clock that stands still.
    fn standing() -> u64 {
        7
    }

    #[test]
    fn every_method_runs_every_kernel() {
        for method in methods() {
            for precision in [Precision::F32, Precision::F64] {
                let bench = Bench {
                    method,
                    precision,
                    clock: standing,
                };
                for &class in Class::ALL {
                    let recipe = Recipe::of(class);
                    for length in recipe.lengths {
                        let kernel = recipe.kernel(precision, length);
                        assert_eq!(bench.time(&kernel), Some(0.0), "{class:?}");
                    }
                }
            }
        }
        assert_eq!(copy_rate(1 << 14, standing), 0.0);
    }
}
