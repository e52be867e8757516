"""Measures of fixed spike trains and signals by Elephant, SciPy, NumPy, PySpike and powerlaw, for `elephant_scipy.json`.

Both are made by a rule in whole numbers that the test of `neuropil-measures`
(`crates/neuropil-measures/tests/cross_check`) computes as well, so that no data is stored. Times lie in the
middle of steps of 0.1 ms: programs differ in which bin an edge belongs to, and no spike is on an edge.

Run: pip install elephant scipy numpy pyspike powerlaw; python golden/measures/cross_check.py
"""

import json
import pathlib
import warnings
from importlib.metadata import version

import neo
import numpy as np
import powerlaw
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
    return whole(99, 1000, 80_000) - 500.0


def whole(seed, below, count):
    """Whole numbers below a bound."""
    draws = splitmix(seed)
    return np.array([float((next(draws) >> 40) % below) for _ in range(count)])


def walks():
    """Six sums of noise of 2000 steps, each of which follows the one before."""
    found = []
    for seed in range(6):
        walk = np.cumsum(whole(200 + seed, 201, 2000) - 100.0) / 10
        found.append(walk + found[-1] / 2 if found else walk)
    return np.array(found)


def bands_and_components(wave, fs):
    """Tapers, filters and phases of one signal; components and correlations of several."""
    v = scipy.signal.windows.dpss(2000, 3, 5)
    part = wave[:2000] - wave[:2000].mean()
    power = np.mean(np.abs(np.fft.rfft(v * part)) ** 2, axis=0) * 2 / fs
    power[[0, -1]] /= 2
    found = {"slepian": v[:, ::100].ravel().tolist(), "multitaper_slepian": power[:100].tolist()}
    phases = []
    for name, low, high, order in [("band", 30, 80, 3), ("wide_band", 50, 1500, 2)]:
        sos = scipy.signal.butter(order, [low, high], "bandpass", fs=fs, output="sos")
        reach = min(int(np.ceil(3 * fs / low)), wave.size - 1)
        filtered = scipy.signal.sosfiltfilt(sos, wave - wave.mean(), padlen=reach)
        analytic = scipy.signal.hilbert(filtered - filtered.mean())
        phases.append(np.angle(analytic))
        found[name] = filtered[::50].tolist()
        found[name + "_envelope"] = np.abs(analytic)[::50].tolist()
        found[name + "_phase"] = np.angle(analytic)[::50].tolist()
    locked = np.mean(np.exp(1j * (phases[1] - phases[0])))
    found["locking"] = [np.abs(locked), np.angle(locked)]
    frequencies, power = scipy.signal.welch(wave, fs=fs, nperseg=1000, noverlap=600)
    top = np.argmax(np.where((frequencies >= 5) & (frequencies <= 500), power, 0))
    everything = (np.array([power[top]]), np.array([0]), np.array([power.size - 1]))
    width = scipy.signal.peak_widths(power, [top], rel_height=0.5, prominence_data=everything)[0][0]
    left = scipy.signal.peak_widths(power, [top], rel_height=0.5, prominence_data=everything)[2][0]
    found["peak"] = [frequencies[top], power[top], width * frequencies[1]] if left > 0 else [frequencies[top], power[top]]
    several = walks()
    values, vectors = np.linalg.eigh(np.cov(several))
    vectors = vectors[:, ::-1].T[:3]
    vectors = [x * np.sign(x[np.argmax(np.abs(x))]) for x in vectors]
    found["variances"] = values[::-1].tolist()
    found["directions"] = np.concatenate(vectors).tolist()
    centred = several - several.mean(axis=1, keepdims=True)
    found["components"] = np.concatenate([x @ centred for x in vectors])[::100].tolist()
    found["correlation_matrix"] = np.corrcoef(several).ravel().tolist()
    rows, columns = np.tril_indices(6, -1)
    windows = [np.corrcoef(several[:, k : k + 400])[rows, columns] for k in range(0, 1601, 200)]
    found["windowed"] = np.concatenate(windows).tolist()
    found["dynamics"] = np.corrcoef(windows).ravel().tolist()
    return found


def comparisons():
    """Tests of samples and counts, tails, and a power law."""
    # No two values are equal: SciPy's exact p-value is for such only.
    a = whole(7, 1000, 60) + np.arange(60) / 1000
    b = whole(8, 900, 45) + np.arange(45) / 1000 + 0.0005
    many = [whole(9, 2**22, 2500), 1.04 * whole(10, 2**22, 2400) + 0.5]
    exact = scipy.stats.ks_2samp(a, b, method="exact")
    limit = scipy.stats.ks_2samp(*many, method="asymp")
    uniform = scipy.stats.kstest(a / 1000, "uniform", method="exact")
    distances = [0.05, 0.1, 0.15, 0.2, 0.3, 0.45]
    counts = np.bincount(whole(11, 12, 400).astype(int), minlength=12)
    other = np.bincount(np.maximum(whole(12, 13, 300) - 1, 0).astype(int), minlength=12)
    expected = np.full(12, 400 / 12)
    square = scipy.stats.chisquare(counts, expected)
    fitted = scipy.stats.chisquare(counts, expected, ddof=1)
    table = scipy.stats.chi2_contingency([counts, other], correction=False)
    sizes = 1 + 1000 // (1 + whole(13, 1000, 4000))
    law = powerlaw.Fit(sizes, discrete=True, estimate_discrete=False, xmin=2, xmax=200, verbose=0).power_law
    tails = [(3, 0.5), (10, 2.0), (50, 3.0), (100, 3.0), (5, 9.0)]
    pooled = np.sqrt(((a.size - 1) * a.var(ddof=1) + (b.size - 1) * b.var(ddof=1)) / (a.size + b.size - 2))
    return {
        "ks_two_sample": [exact.statistic, exact.pvalue],
        "ks_two_sample_limit": [limit.statistic, limit.pvalue],
        "ks_uniform": [uniform.statistic, uniform.pvalue],
        "ks_exact_sf_3": scipy.stats.kstwo.sf([0.35, 0.4, 0.45], 3).tolist(),
        "ks_exact_sf_37": scipy.stats.kstwo.sf(distances, 37).tolist(),
        "chi_square": [square.statistic, square.pvalue, fitted.pvalue],
        "chi_square_of_histograms": [table.statistic, table.pvalue, table.dof],
        "effect_size": (a.mean() - b.mean()) / pooled,
        "poisson_surprise": [-scipy.stats.poisson.logsf(n - 1, m) / np.log(10) for n, m in tails],
        "power_law": [law.alpha, law.D],
    }


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
    by_width = []
    for width in [1, 2, 5, 10, 25, 100]:
        matrix = spike_train_correlation.correlation_coefficient(
            conversion.BinnedSpikeTrain(trains, bin_size=width * pq.ms)
        )
        by_width.append(matrix[np.tril_indices(NEURONS, -1)].mean())
    trials = conversion.BinnedSpikeTrain(trains, bin_size=100 * pq.ms).to_array()
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
        "correlation_by_width": by_width,
        "psth_100_ms_hz": statistics.time_histogram(trains, 100 * pq.ms, output="rate").rescale("Hz").magnitude[:, 0].tolist(),
        "psth_100_ms_error_hz": (10 * trials.std(axis=0, ddof=1) / np.sqrt(NEURONS)).tolist(),
        "latencies_after_20_ms": [float(t[t > 20][0] - 20) for t in times],
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
    signals |= bands_and_components(wave, fs)
    packages = ["elephant", "neo", "scipy", "numpy", "pyspike", "powerlaw"]
    document = {
        "made_with": {name: version(name) for name in packages},
        "spikes": found,
        "signals": signals,
        "comparisons": comparisons(),
    }
    path = pathlib.Path(__file__).with_name("elephant_scipy.json")
    path.write_text(json.dumps(document, indent=1) + "\n")


main()
