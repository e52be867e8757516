//! Spikes of a population as a result folder holds them.

use crate::Error;
use crate::npy::Npy;
use std::path::Path;

/// Spikes of a number of neurons, as (step, neuron).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Raster {
    /// The number of neurons, silent ones included.
    pub neurons: usize,
    /// One entry a spike; the time is step × dt.
    pub spikes: Vec<(u64, u32)>,
}

impl Raster {
    /// Reads the spikes of a population from its array in a result folder.
    ///
    /// # Errors
    /// If the file cannot be read, or a spike is of a neuron beyond `neurons`.
    pub fn read(path: impl AsRef<Path>, neurons: usize) -> Result<Self, Error> {
        let path = path.as_ref();
        let array = Npy::read(path)?;
        let steps = array.integers("step")?;
        let indices = array.integers("index")?;
        let mut spikes = Vec::with_capacity(steps.len());
        for (&step, &index) in steps.iter().zip(indices) {
            let (Ok(step), Ok(neuron)) = (u64::try_from(step), u32::try_from(index)) else {
                return Err(Error::new(path, format!("spike ({step}, {index})")));
            };
            if neuron as usize >= neurons {
                let problem = format!("a spike of neuron {neuron}, there are {neurons}");
                return Err(Error::new(path, problem));
            }
            spikes.push((step, neuron));
        }
        Ok(Self { neurons, spikes })
    }

    /// Returns the steps of each neuron's spikes, ascending.
    pub fn trains(&self) -> Vec<Vec<u64>> {
        let mut trains = vec![Vec::new(); self.neurons];
        for &(step, neuron) in &self.spikes {
            if let Some(train) = trains.get_mut(neuron as usize) {
                train.push(step);
            }
        }
        for train in &mut trains {
            train.sort_unstable();
        }
        trains
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trains_are_sorted_and_silent_neurons_have_one() {
        let raster = Raster {
            neurons: 3,
            spikes: vec![(7, 2), (3, 0), (5, 2)],
        };
        assert_eq!(raster.trains(), [vec![3], vec![], vec![5, 7]]);
    }
}
