"""What every script here shares: its arguments, its clocks, and the line it prints.

A script is started as `python PEER_NETWORK.py --n N --ms T [--seed S] [--limit S]`, simulates on one thread and prints
one line of JSON on standard output. What the peer itself prints goes to standard error.

    import_s    importing the peer
    build_s     from there to the first step, without what compile_s holds: model, connections, initial state
    compile_s   generating and compiling code; 0 where the peer brings its code compiled
    run_s       the steps alone, spikes recorded; wall clock
    run_cpu_s   the CPU time of the same, all threads of the process
"""

import argparse
import json
import os
import resource
import signal
import sys
import time

_stdout = None


def start(network):
    """Parses the arguments, holds libraries to one thread, and keeps standard output for the line."""
    parser = argparse.ArgumentParser(description=f"One run of {network}.")
    parser.add_argument("--n", type=int, required=True, help="neurons")
    parser.add_argument("--ms", type=float, required=True, help="simulated time")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=int, default=0, help="seconds until the run gives up; 0: never")
    arguments = parser.parse_args()
    # An error also ends what a peer has started itself; killing this process from outside would not.
    signal.signal(signal.SIGALRM, _give_up)
    signal.alarm(arguments.limit)
    arguments.network = network
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
        os.environ[name] = "1"
    global _stdout
    _stdout = os.dup(1)
    os.dup2(2, 1)
    return arguments


def _give_up(*signal):
    raise SystemExit("stopped, it takes too long")


class Clock:
    """Wall and CPU time of a block."""

    def __enter__(self):
        self._cpu = _cpu()
        self._wall = time.perf_counter()
        return self

    def __exit__(self, *error):
        self.wall = time.perf_counter() - self._wall
        self.cpu = _cpu() - self._cpu
        return False


def _cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def irregularity(times, neurons, n):
    """The mean over neurons with three spikes or more of the coefficient of variation of their intervals."""
    import numpy as np

    order = np.lexsort((times, neurons))
    times, neurons = times[order], neurons[order]
    same = np.diff(neurons) == 0
    intervals, owner = np.diff(times)[same], neurons[1:][same]
    count = np.bincount(owner, minlength=n)
    keep = count >= 2
    if not keep.any():
        return None
    mean = np.bincount(owner, intervals, n)[keep] / count[keep]
    square = np.bincount(owner, intervals**2, n)[keep] / count[keep]
    return float(np.mean(np.sqrt(np.maximum(square - mean**2, 0.0)) / mean))


def report(arguments, peer, versions, precision, clocks, spikes, **more):
    """Prints the line.

    `clocks` holds `importing`, `building`, `compiling` in seconds and `running` as a Clock (or anything with `wall`
    and `cpu`); `spikes` is (times in ms, indices of neurons); `versions` begins with the peer itself.
    """
    import numpy as np

    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    times, neurons = np.asarray(spikes[0], float), np.asarray(spikes[1], np.int64)
    line = {
        "peer": peer,
        "network": arguments.network,
        "versions": {"python": sys.version.split()[0], **versions},
        "precision": precision,
        "threads": 1,
        "n": arguments.n,
        "simulated_ms": arguments.ms,
        "seed": arguments.seed,
        "import_s": clocks["importing"],
        "build_s": clocks["building"],
        "compile_s": clocks.get("compiling", 0.0),
        "run_s": clocks["running"].wall,
        "run_cpu_s": clocks["running"].cpu,
        "spikes": len(times),
        "rate_hz": len(times) / arguments.n / (arguments.ms * 1e-3),
        "cv_isi": irregularity(times, neurons, arguments.n),
        "peak_rss_mb": peak / 1024,
        **more,
    }
    line = {key: float(f"{value:.6g}") if isinstance(value, float) else value for key, value in line.items()}
    sys.stdout.flush()
    os.write(_stdout, (json.dumps(line) + "\n").encode())
