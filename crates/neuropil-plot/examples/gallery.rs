//! One picture of each kind of panel, from made-up but realistic data.
//!
//! ```sh
//! cargo run --release -p neuropil-plot --example gallery -- FOLDER
//! ```

#![expect(
    clippy::disallowed_methods,
    reason = "made-up data for pictures; nothing is compared"
)]

use neuropil_plot::{Axis, Figure, Heatmap, Histogram, Lines, Raster, RasterPopulation, Series};
use std::error::Error;
use std::path::Path;

/// Uniform numbers from 0 to 1 for pictures (a linear congruential generator).
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.next()).sum::<f64>() - 6.0
    }
}

type Spikes = Vec<(f64, u32)>;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args()
        .nth(1)
        .ok_or("name a folder for the pictures")?;
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)?;
    let figures = [
        ("network", network(1000.0, 1.0)),
        ("dense", network(10_000.0, 8.0)),
        ("hodgkin_huxley", hodgkin_huxley()),
        ("few", few()),
        ("columns", columns()),
        ("matrices", matrices()),
        ("curves", curves()),
        ("empty", empty()),
    ];
    for (name, figure) in figures {
        std::fs::write(folder.join(format!("{name}.svg")), figure.to_svg())?;
        std::fs::write(folder.join(format!("{name}.png")), figure.to_png(2.0)?)?;
    }
    Ok(())
}

/// Irregular spikes with a common slow modulation.
fn spikes(noise: &mut Noise, size: u32, span: f64, hz: f64) -> Spikes {
    let mut all = Vec::new();
    for step in 0..(span / 0.5) as u32 {
        let t = f64::from(step) * 0.5;
        let drive = 1.0 + 0.7 * (t / 40.0).sin() + 0.4 * (t / 11.0).sin();
        for index in 0..size {
            if noise.next() < hz * drive.max(0.0) * 0.5e-3 {
                all.push((t, index));
            }
        }
    }
    all
}

fn network(span: f64, more: f64) -> Figure {
    let mut noise = Noise(1);
    let exc = spikes(&mut noise, 3200, span, 6.0 * more);
    let inh = spikes(&mut noise, 800, span, 11.0 * more);
    let times = |spikes: &Spikes| spikes.iter().map(|s| s.0).collect::<Vec<f64>>();
    let (exc_times, inh_times) = (times(&exc), times(&inh));
    let raster = Raster::new(
        vec![
            RasterPopulation::new("exc", 3200, exc),
            RasterPopulation::new("inh", 800, inh),
        ],
        (0.0, span),
    );
    let rates = Lines::rates(vec![
        Series::rate("exc", &exc_times, 3200, (0.0, span), 5.0),
        Series::rate("inh", &inh_times, 800, (0.0, span), 5.0),
    ]);
    let traces = (0..3)
        .map(|k| integrate_and_fire(&mut noise, k, span))
        .collect();
    Figure::new()
        .titled("EIBalance")
        .below(raster)
        .below(rates)
        .below(Lines::traces(Axis::new("V", "mV"), traces))
}

/// A leaky neuron with noise, sampled every 0.1 ms.
fn integrate_and_fire(noise: &mut Noise, k: u32, span: f64) -> Series {
    let (mut v, mut held) = (-60.0, 0);
    let (mut t, mut y, mut spiked) = (Vec::new(), Vec::new(), Vec::new());
    for step in 0..(span * 10.0) as u32 {
        let now = f64::from(step) * 0.1;
        if held > 0 {
            held -= 1;
        } else {
            v += 0.1 / 20.0 * (-51.5 - v) + 0.45 * noise.normal();
        }
        if v > -50.0 {
            v = -60.0;
            held = 50;
            spiked.push(now);
        }
        t.push(now);
        y.push(v);
    }
    Series::new(format!("exc[{k}].V"), t, y).with_spikes(spiked)
}

/// Hodgkin and Huxley (1952) with a step of current, by forward Euler.
fn hodgkin_huxley() -> Figure {
    let (mut v, mut m, mut h, mut n) = (-65.0_f64, 0.05, 0.6, 0.32);
    let (mut t, mut vs, mut na, mut k, mut gates) =
        (vec![], vec![], vec![], vec![], [vec![], vec![], vec![]]);
    for step in 0..10_000 {
        let now = f64::from(step) * 0.01;
        let rate = |x: f64| {
            if x.abs() < 1e-7 {
                1.0
            } else {
                x / (1.0 - (-x).exp())
            }
        };
        let (am, bm) = (rate((v + 40.0) / 10.0), 4.0 * (-(v + 65.0) / 18.0).exp());
        let (ah, bh) = (
            0.07 * (-(v + 65.0) / 20.0).exp(),
            1.0 / (1.0 + (-(v + 35.0) / 10.0).exp()),
        );
        let (an, bn) = (
            0.1 * rate((v + 55.0) / 10.0),
            0.125 * (-(v + 65.0) / 80.0).exp(),
        );
        let i_na = 120.0 * m * m * m * h * (v - 50.0);
        let i_k = 36.0 * n * n * n * n * (v + 77.0);
        let drive = if (20.0..80.0).contains(&now) {
            10.0
        } else {
            0.0
        };
        t.push(now);
        vs.push(v);
        na.push(i_na);
        k.push(i_k);
        for (gate, value) in gates.iter_mut().zip([m, h, n]) {
            gate.push(value);
        }
        v += 0.01 * (drive - i_na - i_k - 0.3 * (v + 54.387));
        m += 0.01 * (am * (1.0 - m) - bm * m);
        h += 0.01 * (ah * (1.0 - h) - bh * h);
        n += 0.01 * (an * (1.0 - n) - bn * n);
    }
    let t: std::sync::Arc<[f64]> = t.into();
    let series = |name: &str, y: Vec<f64>| Series::new(name, t.clone(), y);
    let [m, h, n] = gates;
    Figure::new()
        .titled("Hodgkin and Huxley (1952)")
        .below(Lines::traces(
            Axis::new("V", "mV"),
            vec![series("cell.V", vs)],
        ))
        .below(Lines::traces(
            Axis::new("", "uA/cm^2"),
            vec![series("cell.I_Na", na), series("cell.I_K", k)],
        ))
        .below(Lines::traces(
            Axis::default(),
            vec![series("m", m), series("h", h), series("n", n)],
        ))
}

fn few() -> Figure {
    let mut noise = Noise(3);
    let few = spikes(&mut noise, 12, 4000.0, 8.0);
    let times: Vec<f64> = (0..4001).map(f64::from).collect();
    let many = (0..14).map(|k| {
        let y = times
            .iter()
            .map(|t| (t / 300.0 + f64::from(k) * 0.4).sin() * 1e-7);
        Series::new(format!("w[{k}]"), times.clone(), y.collect())
    });
    Figure::new()
        .below(Raster::new(
            vec![RasterPopulation::new("N", 12, few)],
            (0.0, 4000.0),
        ))
        .below(Lines::traces(Axis::new("w", ""), many.collect()).titled("weights"))
}

fn columns() -> Figure {
    let mut noise = Noise(4);
    let sizes = [2068, 583, 2191, 547, 485, 106, 1439, 294];
    let names = ["L23E", "L23I", "L4E", "L4I", "L5E", "L5I", "L6E", "L6I"];
    let rates = [0.9, 3.0, 4.5, 5.8, 7.6, 8.6, 1.1, 7.8];
    let populations = (0..8)
        .map(|k| {
            let spikes = spikes(&mut noise, sizes[k], 1000.0, rates[k]);
            RasterPopulation::new(names[k], sizes[k], spikes)
        })
        .collect();
    let cv: Vec<f64> = (0..4000).map(|_| 0.8 + 0.15 * noise.normal()).collect();
    let rate = |noise: &mut Noise, mean: f64| -> Vec<f64> {
        (0..2000)
            .map(|_| mean * (0.5 * noise.normal()).exp())
            .collect()
    };
    let (e, i) = (rate(&mut noise, 4.0), rate(&mut noise, 7.0));
    Figure::new()
        .titled("Cortical microcircuit, one tenth")
        .below(Raster::new(populations, (0.0, 1000.0)))
        .below(Histogram::new(Axis::new("CV of intervals", ""), cv).titled("irregularity"))
        .beside(
            Histogram::of_sets(
                Axis::new("rate", "Hz"),
                vec![("E".into(), e), ("I".into(), i)],
            )
            .titled("rates"),
        )
}

fn matrices() -> Figure {
    let mut noise = Noise(5);
    let bump = |x: f64| (-x * x / 200.0).exp();
    let ring: Vec<f64> = (0..2000_i32)
        .flat_map(|k| (0..128_i32).map(move |i| (k, i)))
        .map(|(k, i)| {
            let centre = 64.0 + 30.0 * (f64::from(k) / 300.0).sin();
            40.0 * bump(f64::from(i) - centre) + noise.next()
        })
        .collect();
    let weights: Vec<f64> = (0..60 * 40)
        .map(|k| {
            let (row, column) = (f64::from(k / 40), f64::from(k % 40));
            (row * 0.3).cos() * (column * 0.2).sin() + 0.2 * noise.normal()
        })
        .collect();
    let small: Vec<f64> = (0..12).map(|k| f64::from(k) * 1.5).collect();
    Figure::new()
        .below(Heatmap::over_time(Axis::new("r", "Hz"), ring, 128, (0.0, 2000.0)).titled("ring.r"))
        .below(Lines::traces(
            Axis::new("centre", "um"),
            vec![Series::new(
                "centre",
                (0..200).map(|k| f64::from(k) * 10.0).collect::<Vec<_>>(),
                (0..200)
                    .map(|k| 30.0 * (f64::from(k) / 30.0).sin())
                    .collect(),
            )],
        ))
        .below(Heatmap::matrix(Axis::new("w", "nS"), weights, 40).titled("weights"))
        .beside(Heatmap::matrix(Axis::new("count", ""), small, 4).titled("pairs"))
}

fn curves() -> Figure {
    let currents: Vec<f64> = (0..21).map(|k| f64::from(k) * 0.1).collect();
    let rate = |gain: f64, from: f64| -> Vec<f64> {
        currents
            .iter()
            .map(|i| gain * (i - from).max(0.0).sqrt())
            .collect()
    };
    let angle: Vec<f64> = (0..4000).map(|k| f64::from(k) * 0.01).collect();
    let x: Vec<f64> = angle
        .iter()
        .map(|a| a.cos() * (-a / 20.0).exp() * 30.0 - 50.0)
        .collect();
    let y = angle
        .iter()
        .map(|a| a.sin() * (-a / 20.0).exp() * 0.2 + 0.4)
        .collect();
    Figure::new()
        .below(Lines::curve(
            Axis::new("I", "nA"),
            Axis::new("rate", "Hz"),
            vec![
                Series::new("regular", currents.clone(), rate(60.0, 0.3)),
                Series::new("fast spiking", currents.clone(), rate(90.0, 0.8)),
            ],
        ))
        .beside(
            Lines::curve(
                Axis::new("V", "mV"),
                Axis::new("w", "nA"),
                vec![Series::new("", x, y)],
            )
            .titled("phase plane"),
        )
}

fn empty() -> Figure {
    let silent = vec![
        RasterPopulation::new("exc", 80, vec![]),
        RasterPopulation::new("inh", 20, vec![]),
    ];
    Figure::new()
        .titled("Nothing happened <&>")
        .below(Raster::new(silent, (0.0, 100.0)))
        .below(Lines::traces(
            Axis::new("V", "mV"),
            vec![Series::new("V", vec![0.0, 50.0, 100.0], vec![-65.0; 3])],
        ))
        .below(Histogram::new(Axis::new("interval", "ms"), vec![]))
}
