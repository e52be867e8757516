//! `spikes.csv`: recorded events as a table that any spreadsheet opens.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use crate::error::IoError;

/// The events of a population.
#[derive(Clone, Copy, Debug)]
pub struct Spikes<'a> {
    /// The name of the population.
    pub population: &'a str,
    /// The step of each event, ascending.
    pub steps: &'a [u64],
    /// The index of each event's element, ascending within a step.
    pub elements: &'a [u32],
}

/// Writes events as `population,neuron,time_ms`, sorted by time, population (in the order given)
/// and neuron.
///
/// Times are written with as many digits as tell them apart, after the noise of step × dt is
/// rounded away at 1e-9 ms.
///
/// # Units
/// `dt` in ms.
///
/// # Errors
/// [`IoError::System`].
pub fn write_spikes(path: &Path, dt: f64, populations: &[Spikes<'_>]) -> Result<(), IoError> {
    let write = || -> std::io::Result<()> {
        let mut out = BufWriter::new(File::create(path)?);
        writeln!(out, "population,neuron,time_ms")?;
        let mut next = vec![0usize; populations.len()];
        loop {
            let steps = populations
                .iter()
                .zip(&next)
                .filter_map(|(p, &i)| p.steps.get(i));
            let Some(&step) = steps.min() else {
                break;
            };
            let time = time_text(step, dt);
            for (population, i) in populations.iter().zip(&mut next) {
                while population.steps.get(*i) == Some(&step) {
                    let neuron = population.elements.get(*i).copied().unwrap_or(0);
                    writeln!(out, "{},{neuron},{time}", field(population.population))?;
                    *i += 1;
                }
            }
        }
        out.into_inner()?.flush()
    };
    write().map_err(IoError::system("write", path))
}

/// A time without the noise of its product: 3 steps of 0.1 ms are 0.3, not 0.30000000000000004.
fn time_text(step: u64, dt: f64) -> String {
    let time = step as f64 * dt;
    let rounded = (time * 1e9).round() / 1e9;
    // From 2^23 ms on neighbouring numbers are more than 1e-9 apart.
    format!("{}", if time < 8_388_608.0 { rounded } else { time })
}

/// A field of a table, quoted where it must be.
fn field(text: &str) -> std::borrow::Cow<'_, str> {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\"")).into()
    } else {
        text.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_sorted_by_time_population_neuron() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("spikes.csv");
        let spikes = [
            Spikes {
                population: "inh",
                steps: &[3, 10],
                elements: &[7, 1],
            },
            Spikes {
                population: "a,b",
                steps: &[1, 3, 3],
                elements: &[0, 2, 2],
            },
            Spikes {
                population: "silent",
                steps: &[],
                elements: &[],
            },
        ];
        write_spikes(&path, 0.1, &spikes).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(
            text,
            "population,neuron,time_ms\n\"a,b\",0,0.1\ninh,7,0.3\n\"a,b\",2,0.3\n\"a,b\",2,0.3\n\
             inh,1,1\n"
        );
        assert!(write_spikes(&path.join("x"), 0.1, &[]).is_err());
    }
}
