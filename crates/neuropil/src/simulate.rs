//! Runs a text into a result folder: build, run, pictures, summary.
//!
//! The folder is made when the first run is about to begin, so that a text with mistakes leaves
//! nothing behind. A run that is interrupted keeps what it recorded, with pictures and summary; a
//! run that fails keeps its arrays.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use neuropil_compiler::CompiledRun;
use neuropil_io::npy::{self, Array};
use neuropil_io::summary::{About, SCHEMA, write_json};
use neuropil_io::{FolderRecorder, IoError, Summary, Wall, csv, folder};
use neuropil_ir::program::Program;
use neuropil_sim::record::{Events, TraceData};
use neuropil_sim::{Control, Progress, Recorder, Simulation};
use neuropil_syntax::Sources;
use serde_json::{Value, json};

use crate::backend;
use crate::compile::{Compilation, run_name};
use crate::error::{Diagnosed, Error};
use crate::figures::{self, Recordings};
use crate::observer::{Event, Observer, progress_interval};
use crate::options::Options;
use crate::profile::{Profiler, Read};
use crate::text::Text;

/// Two pixels a point: sharp on every screen.
const PNG_SCALE: f64 = 2.0;

/// Where results go, and which of them are wanted.
#[derive(Clone, Debug)]
pub struct Output {
    /// The folder, which must be new or empty; default `results/STEM`, or the next free `STEM-2`, ….
    pub folder: Option<PathBuf>,
    /// Whether pictures are drawn; default `true`.
    pub plots: bool,
    /// Whether recorded spikes are also written as `spikes.csv`; default `false`.
    pub csv: bool,
}

impl Default for Output {
    fn default() -> Self {
        Self {
            folder: None,
            plots: true,
            csv: false,
        }
    }
}

/// What became of all runs of a text.
#[derive(Debug)]
pub struct Report {
    /// The result folder.
    pub folder: PathBuf,
    /// The runs in the order of the text; fewer than the text has after an interruption.
    pub runs: Vec<RunReport>,
    /// Warnings and notes about the text.
    pub diagnosed: Diagnosed,
    /// The number of runs of the text.
    pub total: usize,
}

impl Report {
    /// Whether every assertion of every run holds.
    pub fn passed(&self) -> bool {
        self.runs.iter().all(|run| run.summary.report.passed())
    }

    /// Whether the caller stopped a run.
    pub fn interrupted(&self) -> bool {
        self.runs.iter().any(|run| run.summary.report.interrupted) || self.runs.len() < self.total
    }

    /// The object of `summary.json` in the result folder.
    ///
    /// That of the only run; for several, `schema` and a list `runs` of their objects in order, each
    /// with its `folder`.
    pub fn to_json(&self) -> Value {
        if self.total <= 1
            && let Some(run) = self.runs.first()
        {
            return run.summary.to_json();
        }
        let runs: Vec<Value> = self
            .runs
            .iter()
            .map(|run| {
                let mut object = run.summary.to_json();
                object["folder"] = json!(run.folder.file_name().map(|name| name.to_string_lossy()));
                object
            })
            .collect();
        json!({ "schema": SCHEMA, "runs": runs })
    }
}

/// What became of one run.
#[derive(Debug)]
pub struct RunReport {
    /// The name after `as`, or the network's.
    pub name: String,
    /// The folder of its results.
    pub folder: PathBuf,
    /// The summary, as it was written.
    pub summary: Summary,
    /// The files that were written.
    pub files: Vec<PathBuf>,
}

impl Text {
    /// Performs all runs of the text in order and writes their results.
    ///
    /// # Errors
    /// [`Error::Model`] before anything is written; [`Error::Folder`], [`Error::Simulation`],
    /// [`Error::Backend`], [`Error::Plot`], [`Error::Write`]. An interruption and an `expect` that
    /// fails are no errors: the report says so.
    pub fn simulate(
        &self,
        options: &Options,
        output: &Output,
        observer: &mut dyn Observer,
    ) -> Result<Report, Error> {
        let started = observer.seconds();
        let compilation = self.compile(options)?;
        let compile_s = observer.seconds() - started;
        self.simulate_compiled(
            compilation,
            Wall {
                compile_s,
                ..Wall::default()
            },
            options,
            output,
            observer,
        )
    }

    /// Performs runs that are compiled already; `wall` holds what has been measured by then.
    ///
    /// # Errors
    /// Those of [`Text::simulate`] but for [`Error::Model`].
    pub fn simulate_compiled(
        &self,
        compilation: Compilation,
        wall: Wall,
        options: &Options,
        output: &Output,
        observer: &mut dyn Observer,
    ) -> Result<Report, Error> {
        let diagnosed = compilation.diagnosed();
        let Compilation { sources, runs, .. } = compilation;
        // A back-end that does not exist is found before a folder is made.
        for run in &runs {
            backend::choose(options, run)?;
        }
        let total = runs.len();
        let results = match &output.folder {
            Some(path) => folder::prepare(path)?,
            None => folder::choose("results", &self.stem())?,
        };
        let used = self.used_files();
        folder::write_sources(&results, self.text(), &used)?;

        let mut reports = Vec::with_capacity(total);
        for (index, compiled) in runs.into_iter().enumerate() {
            let name = run_name(&compiled).to_owned();
            observer.event(Event::Begin {
                name: &name,
                index,
                total,
            });
            let place = folder::run(&results, index, total, compiled.program.run_name.as_deref())?;
            let one = OneRun {
                text: self,
                sources: &sources,
                options,
                output,
                name,
                folder: place,
            };
            let report = one.perform(compiled, wall, observer)?;
            observer.event(Event::End { report: &report });
            let interrupted = report.summary.report.interrupted;
            reports.push(report);
            if interrupted {
                break;
            }
        }
        let report = Report {
            folder: results,
            runs: reports,
            diagnosed,
            total,
        };
        if total > 1 {
            write_json(&report.folder.join("summary.json"), &report.to_json())?;
        }
        Ok(report)
    }

    /// The used files with paths relative to the folder of the text where they lie below it.
    fn used_files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let folder = self.path().and_then(Path::parent).unwrap_or(Path::new(""));
        let relative = |path: &Path| path.strip_prefix(folder).unwrap_or(path).to_path_buf();
        self.used()
            .map(|(path, text)| (relative(path), text.as_bytes().to_vec()))
            .collect()
    }
}

/// One run on its way.
struct OneRun<'a> {
    text: &'a Text,
    sources: &'a Sources,
    options: &'a Options,
    output: &'a Output,
    name: String,
    folder: PathBuf,
}

impl OneRun<'_> {
    fn perform(
        self,
        compiled: CompiledRun,
        mut wall: Wall,
        observer: &mut dyn Observer,
    ) -> Result<RunReport, Error> {
        let kind = backend::choose(self.options, &compiled)?;
        let backend = backend::make_chosen(kind)?;
        let (engine, threads) = engine_options(self.options, &compiled);
        let steps = compiled.program.steps;
        let failed = |error| Error::simulation(error, self.sources);

        let started = observer.seconds();
        let mut simulation =
            Simulation::with_progress(compiled.program, &*backend, &engine, &mut |building| {
                observer.event(Event::Building {
                    projection: building.projection,
                    index: building.index,
                    total: building.total,
                });
            })
            .map_err(failed)?;
        if let Some(clock) = self.options.profile
            && !simulation.profile(clock)
        {
            return Err(Error::Backend {
                name: kind.as_str().to_owned(),
                why: "cannot time its stages",
            });
        }
        wall.build_s = observer.seconds() - started;
        let profiler = self
            .options
            .profile
            .map(|clock| Profiler::new(clock, &simulation));

        let mut recorder = FolderRecorder::create(&self.folder, simulation.program())?;
        let started = observer.seconds();
        advance(&mut simulation, steps, &mut recorder, observer).map_err(failed)?;
        wall.run_s = observer.seconds() - started;

        let mut profile = None;
        let (report, program) = match profiler {
            None => simulation.finish(),
            Some(profiler) => {
                let read = Read {
                    sources: self.sources,
                    main: self.text.source,
                    threads,
                    run_s: wall.run_s,
                };
                let (report, program, made) = profiler.finish(simulation, &read).map_err(failed)?;
                profile = Some(made);
                (report, program)
            }
        };
        let duration = report.duration_ms();
        let mut files = array_files(&recorder);
        let reader = FolderReader {
            recorder: &recorder,
        };
        if self.output.csv {
            files.push(self.write_csv(&program, &reader, observer)?);
        }
        if self.output.plots {
            files.extend(self.draw(&program, &reader, duration, observer)?);
        }
        let about = About {
            model: self.text.path().and_then(Path::file_name).map_or_else(
                || "<string>".to_owned(),
                |name| name.to_string_lossy().into_owned(),
            ),
            threads,
            backend: kind.as_str().to_owned(),
            fma: backend::fma().to_owned(),
            versions: versions(),
            recorded: !self.options.no_record,
            wall,
            peak_rss_mb: observer.peak_rss_mb(),
        };
        let summary = Summary {
            profile,
            ..Summary::new(about, &program, report, Some(&recorder))
        };
        let path = self.folder.join("summary.json");
        observer.event(Event::Writing { file: &path });
        summary.write(&self.folder)?;
        files.push(path);
        Ok(RunReport {
            name: self.name,
            folder: self.folder,
            summary,
            files,
        })
    }

    fn write_csv(
        &self,
        program: &Program,
        reader: &FolderReader<'_>,
        observer: &mut dyn Observer,
    ) -> Result<PathBuf, Error> {
        let path = self.folder.join("spikes.csv");
        observer.event(Event::Writing { file: &path });
        let mut events = Vec::with_capacity(program.rasters.len());
        for (index, raster) in program.rasters.iter().enumerate() {
            events.push((raster.population.as_str(), reader.events(index)?));
        }
        let spikes: Vec<csv::Spikes<'_>> = events
            .iter()
            .map(|(population, events)| csv::Spikes {
                population,
                steps: &events.steps,
                elements: &events.elements,
            })
            .collect();
        csv::write_spikes(&path, program.plan.dt, &spikes)?;
        Ok(path)
    }

    fn draw(
        &self,
        program: &Program,
        reader: &FolderReader<'_>,
        duration_ms: f64,
        observer: &mut dyn Observer,
    ) -> Result<Vec<PathBuf>, Error> {
        let mut files = Vec::with_capacity(2 * program.plots.len());
        for (index, layout) in program.plots.iter().enumerate() {
            let figure = figures::figure(layout, program, reader, duration_ms)?;
            let stem = format!("plot{}", index + 1);
            let svg = self.folder.join(format!("{stem}.svg"));
            observer.event(Event::Writing { file: &svg });
            write(&svg, figure.to_svg().as_bytes())?;
            let path = self.folder.join(format!("{stem}.png"));
            observer.event(Event::Writing { file: &path });
            let png = figure.to_png(PNG_SCALE).map_err(|source| Error::Plot {
                name: format!("{stem}.png"),
                source,
            })?;
            write(&path, &png)?;
            files.extend([path, svg]);
        }
        Ok(files)
    }
}

/// What the engine is told, and the number of threads.
pub(crate) fn engine_options(
    options: &Options,
    compiled: &CompiledRun,
) -> (neuropil_sim::Options, usize) {
    let sizes = compiled
        .program
        .populations
        .iter()
        .map(|population| u64::from(population.size));
    let threads = options.threads_for(compiled.threads, sizes.sum());
    let defaults = neuropil_sim::Options::default();
    let engine = neuropil_sim::Options {
        threads,
        memory_limit: options.memory_limit.unwrap_or(defaults.memory_limit),
        storage: options.connectivity,
        ..defaults
    };
    (engine, threads)
}

/// Makes all steps of a run, with progress and interruption.
pub(crate) fn advance(
    simulation: &mut Simulation,
    steps: u64,
    recorder: &mut dyn Recorder,
    observer: &mut dyn Observer,
) -> Result<(), neuropil_sim::SimulationError> {
    let dt = simulation.program().plan.dt;
    let interrupt = observer.interrupt();
    observer.event(Event::Running {
        done: 0,
        total: steps,
        dt,
    });
    let mut progress = |progress: Progress| {
        observer.event(Event::Running {
            done: progress.done,
            total: progress.total,
            dt,
        });
    };
    let mut control = Control {
        interrupt: interrupt.as_ref().map(Arc::as_ref),
        progress: Some(&mut progress),
        every: progress_interval(steps),
    };
    simulation.run(steps, recorder, &mut control)?;
    Ok(())
}

/// The versions that a result depends on.
pub(crate) fn versions() -> Vec<(String, String)> {
    let (major, minor) = neuropil_syntax::LANGUAGE_VERSION;
    vec![
        ("neuropil".to_owned(), crate::VERSION.to_owned()),
        ("npl".to_owned(), format!("{major}.{minor}")),
    ]
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    std::fs::write(path, bytes).map_err(|source| Error::Write {
        path: path.to_path_buf(),
        source,
    })
}

fn array_files(recorder: &FolderRecorder) -> Vec<PathBuf> {
    let rasters = recorder.rasters().iter().map(neuropil_io::RasterFile::path);
    let traces = recorder
        .traces()
        .iter()
        .flat_map(|file| [file.values(), file.times()]);
    rasters.chain(traces).map(Path::to_path_buf).collect()
}

/// Reads recordings back from the files of a folder.
struct FolderReader<'a> {
    recorder: &'a FolderRecorder,
}

impl Recordings for FolderReader<'_> {
    type Error = IoError;

    fn trace(&self, index: usize, dt: f64) -> Result<TraceData, IoError> {
        let Some(file) = self.recorder.traces().get(index) else {
            return Ok(TraceData::default());
        };
        let Array::Numbers { width, values, .. } = npy::read(file.values())? else {
            return Ok(TraceData::default());
        };
        let Array::Numbers { values: times, .. } = npy::read(file.times())? else {
            return Ok(TraceData::default());
        };
        let steps = times
            .iter()
            .map(|time| (time / dt).round() as u64)
            .collect();
        Ok(TraceData {
            steps,
            values,
            width,
        })
    }

    fn events(&self, index: usize) -> Result<Events, IoError> {
        match self
            .recorder
            .rasters()
            .get(index)
            .map(|file| npy::read(file.path()))
            .transpose()?
        {
            Some(Array::Events { steps, elements }) => Ok(Events { steps, elements }),
            _ => Ok(Events::default()),
        }
    }
}
