//! What measurements become: an object, and a picture.

use neuropil_plot::{Axis, Figure, Lines, Series};
use serde_json::{Value, json};

use super::measure::{Floor, Measurement, Spread};
use super::memory::BuildMemory;
use crate::backend;
use crate::options::Precision;
use crate::simulate::versions;

/// The version of the object; it grows by keys without a new number.
const SCHEMA: u32 = 1;

/// The object that `neuropil bench --json` prints; what is undefined is `null`.
pub fn to_json(measurements: &[Measurement]) -> Value {
    let versions: serde_json::Map<String, Value> = versions()
        .into_iter()
        .map(|(name, version)| (name, json!(version)))
        .collect();
    json!({
        "schema": SCHEMA,
        "versions": versions,
        "fma": backend::fma(),
        "measurements": measurements.iter().map(measurement).collect::<Vec<_>>(),
    })
}

fn measurement(measured: &Measurement) -> Value {
    json!({
        "network": measured.network,
        "neurons": measured.neurons,
        "synapses": measured.synapses,
        "precision": measured.precision.as_str(),
        "backend": measured.backend.as_str(),
        "threads": measured.threads,
        "dt_ms": measured.dt_ms,
        "steps": measured.steps,
        "steps_before": measured.steps_before,
        "spikes": measured.spikes,
        "build_s": spread(&measured.build_s),
        "synapses_per_s": measured.synapses_per_s(),
        "engine_bytes": measured.engine_bytes,
        "connection_bytes": measured.connection_bytes,
        "bytes_per_synapse": measured.bytes_per_synapse(),
        "build_memory": measured.memory.as_ref().map(memory),
        "resident_bytes_per_synapse": measured.resident_bytes_per_synapse(),
        "run_s": spread(&measured.run_s),
        "ns_per_neuron_step": spread(&measured.ns_per_neuron_step()),
        "events_per_s": measured.events_per_s.as_ref().map(spread),
        "real_time_factor": spread(&measured.real_time_factor()),
        "floor": measured.floor.as_ref().map(floor),
    })
}

fn spread(spread: &Spread) -> Value {
    json!({ "median": spread.median, "low": spread.low, "high": spread.high })
}

fn memory(memory: &BuildMemory) -> Value {
    json!({
        "before_bytes": memory.before,
        "loaded_bytes": memory.loaded,
        "after_bytes": memory.after,
        "peak_bytes": memory.peak,
        "growth_bytes": memory.growth(),
        "peak_ratio": memory.peak_ratio(),
    })
}

fn floor(floor: &Floor) -> Value {
    let a_step = |total: u64| total as f64 / floor.steps.max(1) as f64;
    let stages: Vec<Value> = floor
        .stages
        .iter()
        .map(|stage| {
            json!({
                "name": stage.name,
                "kind": neuropil_io::profile::kind(stage.kind),
                "ns_per_step": a_step(stage.nanoseconds),
                "items_per_step": a_step(stage.items),
            })
        })
        .collect();
    json!({
        "ns_per_neuron_step": spread(&floor.ns_per_neuron_step),
        "ratio": spread(&floor.ratio),
        "stages": stages,
    })
}

/// Draws ns a neuron-step against the number of neurons, with the floor beside it.
///
/// A line for each network and precision, and one for its floor; both axes are logarithmic.
pub fn cost_against_size(measurements: &[Measurement]) -> Figure {
    let mut kinds: Vec<(&str, Precision)> = Vec::new();
    for measured in measurements {
        let kind = (measured.network.as_str(), measured.precision);
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    let mut series = Vec::new();
    for &(network, precision) in &kinds {
        let mut all: Vec<&Measurement> = measurements
            .iter()
            .filter(|m| m.network == network && m.precision == precision)
            .collect();
        all.sort_by_key(|measured| measured.neurons);
        let sizes: Vec<f64> = all.iter().map(|measured| measured.neurons as f64).collect();
        let costs = all.iter().map(|m| m.ns_per_neuron_step().median);
        let name = format!("{network} {}", precision.as_str());
        series.push(Series::new(name.clone(), sizes.clone(), costs.collect()));
        if all.iter().any(|measured| measured.floor.is_some()) {
            let floors = all.iter().map(|measured| {
                let floor = measured.floor.as_ref();
                floor.map_or(f64::NAN, |floor| floor.ns_per_neuron_step.median)
            });
            series.push(Series::new(
                format!("{name}, floor"),
                sizes,
                floors.collect(),
            ));
        }
    }
    let lines = Lines::log_log(
        Axis::new("neurons", ""),
        Axis::new("cost of a neuron-step", "ns"),
        series,
    );
    let mut figure = Figure::new();
    figure.rows = vec![vec![lines.into()]];
    figure
}
