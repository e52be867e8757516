"""Measures of fixed spike trains and signals by Elephant, SciPy, NumPy and PySpike, for `elephant_scipy.json`.

Both are made by a rule in whole numbers that the test of `neuropil-analysis`
(`crates/neuropil-analysis/tests/cross_check.rs`) computes as well, so that no data is stored. Times lie in the
middle of steps of 0.1 ms: programs differ in which bin an edge belongs to, and no spike is on an edge.

Run: pip install elephant scipy numpy pyspike; python golden/measures/cross_check.py
"""

import json
import pathlib
import warnings
from importlib.metadata import version

import neo
import numpy as np
import pyspike
import quantities as pq
import scipy.signal
import scipy.stats
from elephant import conversion, spike_train_correlation, spike_train_dissimilarity, sta, statistics

NEURONS, SPIKES, DT, STOP = 12, 300, 0.1, 8000.0
MASK = (1 << 64) - 1


def splitmix(state):
    """The generator SplitMix64."""
    while True:
        state = (state + 0x9E3779B97F4A7C15) & MASK
        z = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        yield z ^ (z >> 31)


def steps(neuron):
    """Even neurons: intervals of 1 to 400 steps. Odd ones: every second spike of the one before, 21 steps later."""
    if neuron % 2 == 1:
        return [step + 21 for step in steps(neuron - 1)[::2]]
    draws, now, found = splitmix(neuron), 0, []
    for _ in range(SPIKES):
        now += 1 + (next(draws) >> 40) % 400
        found.append(now)
    return found


def signal():
    """Whole numbers from -500 to 499, one every 0.1 ms."""
    draws = splitmix(99)
    return np.array([(next(draws) >> 40) % 1000 - 500.0 for _ in range(80_000)])


def main():
    warnings.simplefilter("ignore")
    times = [np.array([(step + 0.5) * DT for step in steps(k)]) for k in range(NEURONS)]
    assert all(t[-1] < STOP for t in times)
    trains = [neo.SpikeTrain(t * pq.ms, t_stop=STOP * pq.ms) for t in times]
    intervals = [statistics.isi(t).magnitude for t in trains]
    binned = conversion.BinnedSpikeTrain(trains, bin_size=5 * pq.ms)
    fine = conversion.BinnedSpikeTrain(trains[:2], bin_size=DT * pq.ms)
    lags, _ = spike_train_correlation.cross_correlation_histogram(fine[0], fine[1], window=[-100, 100])
    trace = neo.AnalogSignal(signal(), units="mV", sampling_period=DT * pq.ms)
    # Elephant takes the sample before a spike, ours the nearest: the test begins its samples half a step later.
    triggered = sta.spike_triggered_average(trace, trains[0], (-5 * pq.ms, 5.1 * pq.ms))
    at = np.arange(500.0, 3000.0, 12.5)
    smooth = [1000 * scipy.stats.norm.pdf(t - times[0], scale=20.0).sum() for t in at]
    estimate = statistics.instantaneous_rate(
        trains[0], DT * pq.ms, statistics.kernels.GaussianKernel(20 * pq.ms), cutoff=8.0
    )
    estimate = np.interp(at, estimate.times.rescale("ms").magnitude, estimate.magnitude[:, 0])
    counts = binned.to_array()
    pair = spike_train_dissimilarity.victor_purpura_distance
    rossum = spike_train_dissimilarity.van_rossum_distance
    spikes = [pyspike.SpikeTrain(t, [0.0, STOP]) for t in times[:4]]
    inner = (500.0, 2500.0)
    # Intervals lie on edges of 4 ms, which NumPy takes above and ours below.
    edges = DT / 2 + np.arange(0, 81, 4.0)
    found = {
        "rates_hz": [statistics.mean_firing_rate(t).rescale("Hz").item() for t in trains],
        "counts_50_ms": statistics.time_histogram(trains, 50 * pq.ms).magnitude[:, 0].astype(int).tolist(),
        "interval_counts_4_ms": np.histogram(np.concatenate(intervals), edges)[0].tolist(),
        "smoothed_hz_scipy": smooth,
        "smoothed_hz_elephant": estimate.tolist(),
        "cv": [float(statistics.cv(i)) for i in intervals],
        "cv2": [float(statistics.cv2(i)) for i in intervals],
        "lv": [float(statistics.lv(i)) for i in intervals],
        "lvr_5_ms": [float(statistics.lvr(i * pq.ms, 5 * pq.ms)) for i in intervals],
        "fano_population_variance": float(statistics.fanofactor(trains)),
        "correlation_5_ms": spike_train_correlation.correlation_coefficient(binned).ravel().tolist(),
        "covariance_5_ms": spike_train_correlation.covariance(binned).ravel().tolist(),
        "chi_5_ms": float(np.sqrt(counts.mean(axis=0).var() / counts.var(axis=1).mean())),
        "cross_correlogram_0_1": lags.magnitude[:, 0].astype(int).tolist(),
        "triggered": triggered.magnitude[:, 0].tolist(),
        "victor_purpura_0_1_per_ms": pair(trains[:4], cost_factor=100 * pq.Hz).ravel().tolist(),
        "van_rossum_10_ms": rossum(trains[:4], time_constant=10 * pq.ms).ravel().tolist(),
        "isi_distance": [pyspike.isi_distance(spikes[0], s, interval=inner) for s in spikes[1:]],
        "spike_distance": [pyspike.spike_distance(spikes[0], s, interval=inner) for s in spikes[1:]],
    }
    fs = 1000 / DT
    wave = np.cumsum(signal()[:6000]) / 100
    other = np.roll(wave, 7) + signal()[10_000:16_000] / 10
    options = {"fs": fs, "nperseg": 1000, "noverlap": 600}
    frequencies, power = scipy.signal.welch(wave, **options)
    cross = scipy.signal.csd(wave, other, **options)[1]
    analytic = scipy.signal.hilbert(wave[:5001] - wave[:5001].mean())
    lags = scipy.signal.correlate(wave - wave.mean(), wave - wave.mean())[wave.size - 1 :][:200]
    field, field_f = sta.spike_field_coherence(trace, trains[0], nperseg=1000, noverlap=600)
    signals = {
        "frequencies_hz": frequencies.tolist(),
        "welch": power.tolist(),
        "cross_re": cross.real.tolist(),
        "cross_im": cross.imag.tolist(),
        "coherence": scipy.signal.coherence(wave, other, **options)[1].tolist(),
        "hilbert_im": analytic.imag[::50].tolist(),
        "autocorrelation": (lags / lags[0]).tolist(),
        "spike_field_frequencies_hz": field_f.rescale("Hz").magnitude.tolist(),
        "spike_field": field.magnitude[:, 0].tolist(),
    }
    packages = ["elephant", "neo", "scipy", "numpy", "pyspike"]
    document = {"made_with": {name: version(name) for name in packages}, "spikes": found, "signals": signals}
    path = pathlib.Path(__file__).with_name("elephant_scipy.json")
    path.write_text(json.dumps(document, indent=1) + "\n")


main()
