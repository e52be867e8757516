"""Uncoupled squid axons, in NEURON: its own mechanism `hh`, single-compartment cells, implicit Euler."""

import math
import time

import protocol
from networks import HH_POPULATION as p

arguments = protocol.start("hh_population")
begin = time.perf_counter()
import neuron
from neuron import h

clocks = {"importing": time.perf_counter() - begin}
begin = time.perf_counter()
h.celsius = p["celsius"]
h.dt = p["dt"]
parallel = h.ParallelContext()
parallel.nthread(1)
DIAMETER = 20.0                                             # um
CURRENT = p["I"] * math.pi * DIAMETER**2 * 1e-8 * 1e3       # nA
times, cells, kept = h.Vector(), h.Vector(), []
for k in range(arguments.n):
    section = h.Section(name=f"cell{k}")
    section.L = section.diam = DIAMETER
    section.cm = p["C"]
    section.insert("hh")
    channel = section(0.5).hh
    channel.gnabar, channel.gkbar, channel.gl = (p[key] * 1e-3 for key in ("g_Na", "g_K", "g_L"))
    channel.el = p["E_L"]
    section.ena, section.ek = p["E_Na"], p["E_K"]
    clamp = h.IClamp(section(0.5))
    clamp.delay, clamp.dur, clamp.amp = 0.0, 1e9, CURRENT
    detector = h.NetCon(section(0.5)._ref_v, None, sec=section)
    detector.threshold = p["threshold"]
    detector.record(times, cells, k)
    kept.append((section, clamp, detector))
h.CVode().cache_efficient(1)
parallel.set_maxstep(10.0)
h.finitialize(p["V_0"])
clocks["building"] = time.perf_counter() - begin
with protocol.Clock() as clocks["running"]:
    parallel.psolve(arguments.ms)
spikes = (times.to_python(), cells.to_python())
protocol.report(arguments, "neuron", {"neuron": neuron.__version__}, "f64", clocks, spikes, synapses=0)
