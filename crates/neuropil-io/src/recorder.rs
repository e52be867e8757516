//! Recording into a folder while the run goes on.

use std::path::Path;

use neuropil_ir::kernel::Precision;
use neuropil_ir::program::Program;
use neuropil_sim::{RecordError, Recorder, Selection};

use crate::csv::{Spikes, write_spikes};
use crate::error::IoError;
use crate::folder::{Names, safe_name};
use crate::npy::{Array, Dtype, Writer, read};

/// Streams recordings to `.npy` files of a folder.
///
/// Traces are `f8` in f64 runs and `f4` in f32 runs, whose states have no more digits; times are
/// always `f8`. A trace of a population has the shape [sample, element], a number of the network
/// has one dimension.
#[derive(Debug)]
pub struct FolderRecorder {
    dt: f64,
    traces: Vec<TraceFile>,
    rasters: Vec<RasterFile>,
}

/// The files of a trace.
#[derive(Debug)]
pub struct TraceFile {
    name: String,
    values: Writer,
    times: Writer,
}

/// The file of a raster.
#[derive(Debug)]
pub struct RasterFile {
    name: String,
    events: Writer,
}

impl TraceFile {
    /// The name of the recording.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The path of the values.
    pub fn values(&self) -> &Path {
        self.values.path()
    }

    /// The path of the times.
    pub fn times(&self) -> &Path {
        self.times.path()
    }

    /// The number of samples.
    pub fn samples(&self) -> u64 {
        self.values.rows()
    }

    /// What a value is in the file.
    pub fn dtype(&self) -> Dtype {
        self.values.dtype()
    }

    /// Writes both files, the times first: a reader may find a time without its sample, if the
    /// process ends in between, but no sample without its time.
    fn flush(&mut self) -> Result<(), IoError> {
        self.times.flush()?;
        self.values.flush()
    }
}

impl RasterFile {
    /// The name of the recording.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The path of the events.
    pub fn path(&self) -> &Path {
        self.events.path()
    }

    /// The number of events.
    pub fn events(&self) -> u64 {
        self.events.rows()
    }
}

impl FolderRecorder {
    /// Creates the files of all recordings of a program, each with no rows.
    ///
    /// # Errors
    /// [`IoError::System`] if a file cannot be created or exists already.
    pub fn create(folder: impl AsRef<Path>, program: &Program) -> Result<Self, IoError> {
        let folder = folder.as_ref();
        let mut names = Names::default();
        let real = match program.plan.precision {
            Precision::F32 => Dtype::F4,
            Precision::F64 => Dtype::F8,
        };
        let mut rasters = Vec::with_capacity(program.rasters.len());
        for raster in &program.rasters {
            let file = names.unique(&safe_name(&raster.name));
            let path = folder.join(format!("{file}.npy"));
            let events = Writer::create(path, Dtype::Event, None)?;
            rasters.push(RasterFile {
                name: raster.name.clone(),
                events,
            });
        }
        let mut traces = Vec::with_capacity(program.traces.len());
        for trace in &program.traces {
            let file = names.unique(&safe_name(&trace.name));
            let times = names.unique(&format!("{file}.time"));
            let chosen = trace.elements.as_ref();
            let width = chosen.map(|ranges| u64::from(Selection::new(ranges).len()));
            traces.push(TraceFile {
                name: trace.name.clone(),
                values: Writer::create(folder.join(format!("{file}.npy")), real, width)?,
                times: Writer::create(folder.join(format!("{times}.npy")), Dtype::F8, None)?,
            });
        }
        Ok(Self {
            dt: program.plan.dt,
            traces,
            rasters,
        })
    }

    /// Writes the recorded spikes of all populations as a table beside the arrays.
    ///
    /// Events of other names than a population's `spike` are left out. The spikes are read back, so
    /// all of them are in memory for a moment.
    ///
    /// # Errors
    /// [`IoError`] if the arrays cannot be flushed or read, or the table not be written.
    pub fn write_spikes_csv(&mut self, program: &Program, path: &Path) -> Result<(), IoError> {
        let mut lists = Vec::new();
        for (raster, file) in program.rasters.iter().zip(&mut self.rasters) {
            if !program
                .populations
                .iter()
                .any(|p| p.spike == Some(raster.events))
            {
                continue;
            }
            file.events.flush()?;
            if let Array::Events { steps, elements } = read(file.events.path())? {
                lists.push((raster.population.as_str(), steps, elements));
            }
        }
        let spikes: Vec<Spikes<'_>> = lists
            .iter()
            .map(|(population, steps, elements)| Spikes {
                population,
                steps,
                elements,
            })
            .collect();
        write_spikes(path, self.dt, &spikes)
    }

    /// The files of the traces, in the order of [`Program::traces`].
    pub fn traces(&self) -> &[TraceFile] {
        &self.traces
    }

    /// The files of the rasters, in the order of [`Program::rasters`].
    pub fn rasters(&self) -> &[RasterFile] {
        &self.rasters
    }
}

impl Recorder for FolderRecorder {
    fn sample(&mut self, trace: usize, step: u64, values: &[f64]) -> Result<(), RecordError> {
        let Some(file) = self.traces.get_mut(trace) else {
            return Ok(());
        };
        file.times.push_numbers(&[step as f64 * self.dt]);
        file.values.push_numbers(values);
        if file.values.is_full() || file.times.is_full() {
            file.flush()
                .map_err(|error| RecordError::new(&file.name, error))?;
        }
        Ok(())
    }

    fn events(&mut self, raster: usize, step: u64, elements: &[u32]) -> Result<(), RecordError> {
        let Some(file) = self.rasters.get_mut(raster) else {
            return Ok(());
        };
        file.events.push_events(step, elements);
        if file.events.is_full() {
            file.events
                .flush()
                .map_err(|error| RecordError::new(&file.name, error))?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), RecordError> {
        let mut result = Ok(());
        let mut keep = |name: &str, written: Result<(), IoError>| {
            // All files are tried, so that as much as possible is kept.
            if let (Ok(()), Err(error)) = (&result, written) {
                result = Err(RecordError::new(name, error));
            }
        };
        for file in &mut self.traces {
            let written = file.flush();
            keep(&file.name, written);
        }
        for file in &mut self.rasters {
            let written = file.events.flush();
            keep(&file.name, written);
        }
        result
    }
}
