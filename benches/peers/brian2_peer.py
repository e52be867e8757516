"""Brian2 as its users run it for speed: C++ standalone mode, compiled with its defaults, one thread.

Its own `last_run_time` is CPU time. Two lines are put around the loop of the generated program, so that wall and CPU
time of the same loop are known.
"""

import shutil
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

import networks
import protocol


class Session:
    """From the import to the line."""

    def __init__(self, network, numbers):
        self.arguments = protocol.start(network)
        begin = time.perf_counter()
        import brian2

        self.clocks = {"importing": time.perf_counter() - begin}
        self.brian2 = brian2
        self.folder = tempfile.mkdtemp(prefix="brian2_")
        brian2.set_device("cpp_standalone", directory=self.folder, build_on_run=False)
        brian2.defaultclock.dt = numbers["dt"] * brian2.ms
        brian2.seed(self.arguments.seed)
        self.begin = time.perf_counter()

    def run(self, group, *others, synapses=None):
        """Simulates; `others` are the synapses and inputs, `synapses` their number where it is fixed."""
        brian2, arguments = self.brian2, self.arguments
        monitor = brian2.SpikeMonitor(group)
        clock = Path(self.folder, "clock.txt")
        device = brian2.device
        device.insert_code(
            "before_network_run",
            "const auto wall_0 = std::chrono::steady_clock::now(); const std::clock_t cpu_0 = std::clock();",
        )
        device.insert_code(
            "after_network_run",
            "{ const double cpu = double(std::clock() - cpu_0) / CLOCKS_PER_SEC;"
            " const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - wall_0).count();"
            f' std::ofstream("{clock}") << wall << " " << cpu; }}',
        )
        brian2.prefs["codegen.cpp.headers"] += ["<chrono>", "<ctime>", "<fstream>"]
        network = brian2.Network(group, *others, monitor)
        network.run(arguments.ms * brian2.ms)
        modelled = time.perf_counter()
        device.build(directory=self.folder, compile=True, run=False, debug=False)
        compiled = time.perf_counter()
        device.run(self.folder, with_output=False, run_args=[])
        whole = time.perf_counter() - compiled
        wall, cpu = map(float, clock.read_text().split())
        # Connections and initial states are made inside the compiled program, before its loop.
        self.clocks["building"] = modelled - self.begin + whole - wall
        self.clocks["compiling"] = compiled - modelled
        self.clocks["running"] = SimpleNamespace(wall=wall, cpu=cpu)
        import numpy

        if synapses is None:
            synapses = sum(len(part) for part in others)
        protocol.report(
            arguments,
            "brian2",
            {"brian2": brian2.__version__, "numpy": numpy.__version__},
            "f64",
            self.clocks,
            (monitor.t / brian2.ms, monitor.i[:]),
            synapses=int(synapses),
        )
        shutil.rmtree(self.folder, ignore_errors=True)

    def values(self, numbers, **names):
        """The namespace of a group: `mV=["E_L"]` gives the number `E_L` in mV, and so on."""
        units = self.brian2
        return {name: numbers[name] * getattr(units, unit) for unit, list_ in names.items() for name in list_}

    def connect_by_chance(self, numbers, group, unit=""):
        """The two projections of a balanced network; a spike raises `ge` or `gi` by its weight in a unit."""
        excitatory, _ = networks.parts(numbers, len(group))
        projections = []
        for sources, kind in ((group[:excitatory], "e"), (group[excitatory:], "i")):
            weight = f"{numbers[f'w_{kind}']}{unit}"
            synapses = self.brian2.Synapses(sources, group, on_pre=f"g{kind}_post += {weight}")
            synapses.connect(p=networks.probability(numbers, len(group)))
            projections.append(synapses)
        return projections
